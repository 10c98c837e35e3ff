package tfkit_test

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// private is private state in a map.
type private map[string][]byte

func (p private) GetKey(_ context.Context, key string) ([]byte, diag.Diagnostics) { return p[key], nil }

func (p private) SetKey(_ context.Context, key string, value []byte) diag.Diagnostics {
	if p[key] = value; value == nil {
		delete(p, key)
	}
	return nil
}

// object is a resource with a name, labels and a nested attribute; nil labels
// are null.
func object(name string, labels map[string]string, granted any) tftypes.Value {
	labelType := tftypes.Map{ElementType: tftypes.String}
	nested := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"granted": tftypes.Bool}}
	all := tftypes.NewValue(labelType, nil)
	if labels != nil {
		values := map[string]tftypes.Value{}
		for key, value := range labels {
			values[key] = tftypes.NewValue(tftypes.String, value)
		}
		all = tftypes.NewValue(labelType, values)
	}
	return tftypes.NewValue(
		tftypes.Object{AttributeTypes: map[string]tftypes.Type{"name": tftypes.String, "effective_labels": labelType, "nested": nested}},
		map[string]tftypes.Value{
			"name":             tftypes.NewValue(tftypes.String, name),
			"effective_labels": all,
			"nested":           tftypes.NewValue(nested, map[string]tftypes.Value{"granted": tftypes.NewValue(tftypes.Bool, granted)}),
		})
}

func TestKeepAdopted(t *testing.T) {
	t.Parallel()
	type labels map[string]string
	deferral := tfkit.Deferral{
		Own:        func(key string) bool { return key == "managed_by" || key == "priority" },
		Attributes: [][]string{{"nested", "granted"}},
	}
	for name, c := range map[string]struct {
		prior, planned tftypes.Value
		kept           bool
	}{
		"own labels are missing":      {object("a", labels{"team": "x"}, true), object("a", labels{"team": "x", "managed_by": "us"}, true), true},
		"there are no labels yet":     {object("a", nil, true), object("a", labels{"managed_by": "us", "priority": "p0"}, true), true},
		"an own label says something": {object("a", labels{"managed_by": "them"}, true), object("a", labels{"managed_by": "us"}, true), true},
		"another attribute may wait":  {object("a", nil, false), object("a", labels{"managed_by": "us"}, true), true},
		"it is unknown":               {object("a", nil, false), object("a", labels{"managed_by": "us"}, tftypes.UnknownValue), true},
		"nothing differs":             {object("a", labels{"team": "x"}, true), object("a", labels{"team": "x"}, true), true},
		"a label is asked for":        {object("a", nil, true), object("a", labels{"team": "x", "managed_by": "us"}, true), false},
		"a label changes":             {object("a", labels{"team": "x"}, true), object("a", labels{"team": "y", "managed_by": "us"}, true), false},
		"a label goes":                {object("a", labels{"team": "x"}, true), object("a", labels{"managed_by": "us"}, true), false},
		"the name changes":            {object("a", nil, true), object("b", labels{"managed_by": "us"}, true), false},
	} {
		var diags diag.Diagnostics
		state := private{}
		if got := deferral.KeepAdopted(t.Context(), state, c.prior, c.planned, &diags); !got.Equal(c.planned) {
			t.Errorf("%s: what is not adopted waits", name)
		}
		tfkit.MarkAdopted(t.Context(), state, &diags)
		wanted := c.planned
		if c.kept {
			wanted = c.prior
		}
		if got := deferral.KeepAdopted(t.Context(), state, c.prior, c.planned, &diags); !got.Equal(wanted) {
			t.Errorf("%s: planned %s", name, got)
		}
		tfkit.ClearAdopted(t.Context(), state, &diags)
		if got := deferral.KeepAdopted(t.Context(), state, c.prior, c.planned, &diags); !got.Equal(c.planned) {
			t.Errorf("%s: what was written waits", name)
		}
		if diags.HasError() {
			t.Errorf("%s: %v", name, diags)
		}
	}
}

func TestSettleAdopted(t *testing.T) {
	t.Parallel()
	mine := map[string]string{"managed_by": "us"}
	for name, c := range map[string]struct {
		labels map[string]string
		wanted bool
	}{
		"no labels":        {nil, true},
		"somebody else's":  {map[string]string{"managed_by": "them"}, true},
		"ours":             {map[string]string{"managed_by": "us"}, false},
		"made by us":       {map[string]string{"cortx-create-id": "1"}, false},
		"an empty mark":    {map[string]string{"cortx-create-id": ""}, true},
		"another label":    {map[string]string{"managed": "us"}, true},
		"ours among other": {map[string]string{"team": "x", "managed_by": "us"}, false},
	} {
		var diags diag.Diagnostics
		state := private{}
		tfkit.MarkAdopted(t.Context(), state, &diags)
		tfkit.SettleAdopted(t.Context(), state, c.labels, mine, &diags)
		if got := tfkit.Adopted(t.Context(), state, &diags); got != c.wanted || diags.HasError() {
			t.Errorf("%s: adopted %v, %v", name, got, diags)
		}
	}
}
