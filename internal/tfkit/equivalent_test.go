package tfkit_test

import (
	"context"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

func duration(s string) tfkit.Duration { return tfkit.Duration{StringValue: types.StringValue(s)} }

func TestKeepEquivalent(t *testing.T) {
	t.Parallel()
	inner := types.ObjectType{AttrTypes: map[string]attr.Type{"window": tfkit.DurationType{}, "text": tfkit.TextType{}, "plain": types.StringType}}
	outer := types.ObjectType{AttrTypes: map[string]attr.Type{"items": types.ListType{ElemType: inner}, "labels": types.MapType{ElemType: types.StringType}}}
	build := func(window, text, plain string, labels types.Map) tftypes.Value {
		item := types.ObjectValueMust(inner.AttrTypes, map[string]attr.Value{"window": duration(window), "text": tfkit.TextValue(text), "plain": types.StringValue(plain)})
		value := types.ObjectValueMust(outer.AttrTypes, map[string]attr.Value{"items": types.ListValueMust(inner, []attr.Value{item}), "labels": labels})
		raw, err := value.ToTerraformValue(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	null, empty := types.MapNull(types.StringType), types.MapValueMust(types.StringType, nil)

	prior := build("5m", "do this\n", "a", empty)
	next := build("300s", "do this", "b", null)
	got, err := tfkit.KeepInState(t.Context(), outer, prior, next)
	if err != nil {
		t.Fatal(err)
	}
	if want := build("5m", "do this\n", "b", empty); !got.Equal(want) {
		t.Errorf("state: got %s", got)
	}
	got, err = tfkit.KeepInPlan(t.Context(), outer, prior, next)
	if err != nil {
		t.Fatal(err)
	}
	if want := build("5m", "do this\n", "b", null); !got.Equal(want) {
		t.Errorf("a plan may not put an empty map for null: got %s", got)
	}
	different := build("301s", "do that", "a", null)
	got, err = tfkit.KeepInState(t.Context(), outer, prior, different)
	if err != nil {
		t.Fatal(err)
	}
	if want := build("301s", "do that", "a", empty); !got.Equal(want) {
		t.Errorf("a real difference was hidden: got %s", got)
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for text, bad := range map[string]bool{"5m": false, "0s": false, "1h30m": false, "-5m": true, "5": true, "soon": true, "": true} {
		var resp xattr.ValidateAttributeResponse
		duration(text).ValidateAttribute(t.Context(), xattr.ValidateAttributeRequest{Path: path.Root("window")}, &resp)
		if resp.Diagnostics.HasError() != bad {
			t.Errorf("%q: error = %t, want %t", text, resp.Diagnostics.HasError(), bad)
		}
	}
	for in, want := range map[string]string{"300s": "5m", "90s": "1m30s", "3600s": "1h", "168h": "168h", "0s": "0s", "30s": "30s", "60m30s": "1h0m30s"} {
		parsed, ok := duration(in).Parsed()
		if got := tfkit.FormatDuration(parsed); !ok || got != want {
			t.Errorf("FormatDuration(%s) = %s, want %s", in, got, want)
		}
	}
}

func TestReadLabels(t *testing.T) {
	t.Parallel()
	text := func(pairs ...string) types.Map {
		elements := map[string]attr.Value{}
		for pair := range slices.Chunk(pairs, 2) {
			elements[pair[0]] = types.StringValue(pair[1])
		}
		return types.MapValueMust(types.StringType, elements)
	}
	own := func(key string) bool { return key == "managed_by" }
	remote := map[string]string{"managed_by": "us", "team": "changed", "foreign": "x", "cortx-create-id": "1", "cost": "shared"}
	var diags diag.Diagnostics

	labels, effective := tfkit.ReadLabels(t.Context(), remote, text("team", "a", "gone", "b"), text("team", "a", "gone", "b", "managed_by", "us"), text("cost", "shared"), own, &diags)
	if !labels.Equal(text("team", "changed")) {
		t.Errorf("labels: a changed value must show, a missing key be gone, a foreign one be left out: %s", labels)
	}
	if !effective.Equal(text("team", "changed", "managed_by", "us")) {
		t.Errorf("effective labels: %s", effective)
	}

	null := types.MapNull(types.StringType)
	labels, effective = tfkit.ReadLabels(t.Context(), remote, null, null, text("cost", "shared"), own, &diags)
	if !labels.Equal(text("team", "changed", "foreign", "x")) {
		t.Errorf("on import, labels are what is neither ours nor a default: %s", labels)
	}
	if effective.Elements()["cortx-create-id"] != nil {
		t.Errorf("the id of a create is nobody's label: %s", effective)
	}
	if diags.HasError() {
		t.Error(diags)
	}

	merged := tfkit.UpdateLabels(remote, map[string]string{"team": "a", "gone": "b"}, map[string]string{"team": "new"})
	if merged["foreign"] != "x" || merged["team"] != "new" || len(merged) != 5 {
		t.Errorf("an update must keep foreign labels: %v", merged)
	}
}
