package tfkit_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

type scope struct {
	MatchLabels map[string]string
	ByTenant    bool
}

type inner struct {
	URL    string
	Window time.Duration
}

type outer struct {
	scope
	Scope
	Include4xx  bool
	ThresholdMS float64
	CheckID     int64
	Buckets     []float64
	Query       string
	Nested      *inner
	Links       []inner
}

// Scope is exported, as embedded structs of the domain are.
type Scope struct {
	TenantLabel string
	Labels      map[string]string
}

func outerAttributes() map[string]schema.Attribute {
	nested := map[string]schema.Attribute{
		"url":    schema.StringAttribute{Required: true},
		"window": schema.StringAttribute{Optional: true, CustomType: tfkit.DurationType{}},
	}
	return map[string]schema.Attribute{
		"tenant_label": schema.StringAttribute{Optional: true, Computed: true},
		"labels":       schema.MapAttribute{Optional: true, ElementType: types.StringType},
		"include_4xx":  schema.BoolAttribute{Optional: true, Computed: true},
		"threshold_ms": schema.Float64Attribute{Optional: true, Computed: true},
		"check_id":     schema.Int64Attribute{Optional: true},
		"buckets":      schema.ListAttribute{Optional: true, Computed: true, ElementType: types.Float64Type},
		"query":        schema.StringAttribute{Required: true},
		"nested":       schema.SingleNestedAttribute{Optional: true, Attributes: nested},
		"links":        schema.ListNestedAttribute{Optional: true, NestedObject: schema.NestedAttributeObject{Attributes: nested}},
		"computed":     schema.StringAttribute{Computed: true},
	}
}

func TestAttributeName(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]string{
		"ThresholdMS": "threshold_ms", "Include4xx": "include_4xx", "PromQL": "promql", "AILatency": "ai_latency",
		"DBConnections": "db_connections", "CheckID": "check_id", "URL": "url", "PostMortem": "post_mortem",
		"ServiceKeyWOVersion": "service_key_wo_version", "MaxConnections": "max_connections", "TriggerPercent": "trigger_percent",
	} {
		if got := tfkit.AttributeName(field); got != want {
			t.Errorf("AttributeName(%s) = %s, want %s", field, got, want)
		}
	}
}

func TestCodecRoundTrip(t *testing.T) {
	t.Parallel()
	want := outer{
		Scope:       Scope{TenantLabel: "namespace", Labels: map[string]string{"job": "api"}},
		Include4xx:  true,
		ThresholdMS: 0.01,
		CheckID:     7,
		Buckets:     []float64{0.1, 0.5, 1},
		Query:       "up",
		Nested:      &inner{URL: "https://a", Window: 5 * time.Minute},
		Links:       []inner{{URL: "https://b", Window: 90 * time.Second}},
	}
	raw, err := tfkit.Encode(t.Context(), outerAttributes(), want)
	if err != nil {
		t.Fatal(err)
	}
	var got outer
	if err := tfkit.Decode(raw, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(outer{}, scope{})); diff != "" {
		t.Errorf("a value changed on its way through the codec (-want +got):\n%s", diff)
	}
}

func TestEncodeZeroValues(t *testing.T) {
	t.Parallel()
	raw, err := tfkit.Encode(t.Context(), outerAttributes(), outer{})
	if err != nil {
		t.Fatal(err)
	}
	members := map[string]tftypes.Value{}
	if err := raw.As(&members); err != nil {
		t.Fatal(err)
	}
	// What is optional alone is absent when zero; what is computed or required
	// has its zero value; what has no field is null.
	for name, null := range map[string]bool{
		"labels": true, "check_id": true, "nested": true, "links": true, "computed": true,
		"include_4xx": false, "threshold_ms": false, "query": false, "buckets": false,
	} {
		if members[name].IsNull() != null {
			t.Errorf("%s: null = %t, want %t", name, members[name].IsNull(), null)
		}
	}
}

func TestDecodeKeepsDefaults(t *testing.T) {
	t.Parallel()
	object := tfkit.ObjectType(t.Context(), outerAttributes())
	members := map[string]tftypes.Value{}
	for name, typ := range object.AttributeTypes {
		members[name] = tftypes.NewValue(typ, nil)
	}
	members["query"] = tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
	members["threshold_ms"] = tftypes.NewValue(tftypes.Number, big.NewFloat(5))
	got := outer{Query: "default", ThresholdMS: 1, Buckets: []float64{1}}
	if err := tfkit.Decode(tftypes.NewValue(object, members), &got); err != nil {
		t.Fatal(err)
	}
	if got.Query != "default" || got.ThresholdMS != 5 || len(got.Buckets) != 1 {
		t.Errorf("null and unknown must leave defaults: %+v", got)
	}
}

func TestDecodeRefusesBadDuration(t *testing.T) {
	t.Parallel()
	attributes := map[string]schema.Attribute{"window": schema.StringAttribute{Optional: true}}
	raw := tftypes.NewValue(tfkit.ObjectType(t.Context(), attributes), map[string]tftypes.Value{"window": tftypes.NewValue(tftypes.String, "soon")})
	if err := tfkit.Decode(raw, &inner{}); err == nil {
		t.Error("\"soon\" was taken for a duration")
	}
}

func TestFill(t *testing.T) {
	t.Parallel()
	object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"a": tftypes.String, "b": tftypes.String, "c": tftypes.String}}
	text := func(v any) tftypes.Value { return tftypes.NewValue(tftypes.String, v) }
	config := tftypes.NewValue(object, map[string]tftypes.Value{"a": text("mine"), "b": text(nil), "c": text(tftypes.UnknownValue)})
	defaults := tftypes.NewValue(object, map[string]tftypes.Value{"a": text("x"), "b": text("y"), "c": text("z")})
	want := tftypes.NewValue(object, map[string]tftypes.Value{"a": text("mine"), "b": text("y"), "c": text(tftypes.UnknownValue)})

	list := tftypes.List{ElementType: object}
	got, err := tfkit.Fill(tftypes.NewValue(list, []tftypes.Value{config}), tftypes.NewValue(list, []tftypes.Value{defaults}))
	if err != nil {
		t.Fatal(err)
	}
	if !got.Equal(tftypes.NewValue(list, []tftypes.Value{want})) {
		t.Errorf("got %s", got)
	}
	// Lists of different length are the configuration's alone.
	got, err = tfkit.Fill(tftypes.NewValue(list, []tftypes.Value{config}), tftypes.NewValue(list, []tftypes.Value{}))
	if err != nil || !got.Equal(tftypes.NewValue(list, []tftypes.Value{config})) {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestKnownAt(t *testing.T) {
	t.Parallel()
	object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"known": tftypes.String, "unknown": tftypes.String}}
	item := tftypes.NewValue(object, map[string]tftypes.Value{
		"known": tftypes.NewValue(tftypes.String, "x"), "unknown": tftypes.NewValue(tftypes.String, tftypes.UnknownValue),
	})
	list := tftypes.List{ElementType: object}
	root := tftypes.NewValue(tftypes.Object{AttributeTypes: map[string]tftypes.Type{"items": list, "none": list}}, map[string]tftypes.Value{
		"items": tftypes.NewValue(list, []tftypes.Value{item}), "none": tftypes.NewValue(list, nil),
	})
	for _, test := range []struct {
		steps []any
		want  bool
	}{
		{[]any{"items", 0, "known"}, true},
		{[]any{"items", 0, "unknown"}, false},
		{[]any{"items", 0, "unknown", "deeper"}, false},
		{[]any{"items", 0}, false},
		{[]any{"none", 3, "known"}, true},
		{[]any{"items", 0, "missing"}, false},
	} {
		if got := tfkit.KnownAt(root, test.steps); got != test.want {
			t.Errorf("KnownAt(%v) = %t, want %t", test.steps, got, test.want)
		}
	}
}
