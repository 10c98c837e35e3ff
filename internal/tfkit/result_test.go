package tfkit_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

var resultType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
	"name":   tftypes.String,
	"size":   tftypes.Number,
	"ready":  tftypes.Bool,
	"labels": tftypes.Map{ElementType: tftypes.String},
	"zones":  tftypes.List{ElementType: tftypes.String},
	"tags":   tftypes.Set{ElementType: tftypes.String},
	"any":    tftypes.DynamicPseudoType,
	"inner":  tftypes.Object{AttributeTypes: map[string]tftypes.Type{"secret": tftypes.String}},
}}

const resultSecret = "a-secret-value"

// resultValue is an object of resultType with some of its members replaced.
func resultValue(t *testing.T, edits map[string]any) tftypes.Value {
	t.Helper()
	str := func(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }
	inner, ok := resultType.AttributeTypes["inner"].(tftypes.Object)
	if !ok {
		t.Fatal("inner is no object")
	}
	members := map[string]tftypes.Value{
		"name": str("n"), "size": tftypes.NewValue(tftypes.Number, 1), "ready": tftypes.NewValue(tftypes.Bool, true),
		"labels": tftypes.NewValue(resultType.AttributeTypes["labels"], map[string]tftypes.Value{"a": str("b")}),
		"zones":  tftypes.NewValue(resultType.AttributeTypes["zones"], []tftypes.Value{str("x"), str("y")}),
		"tags":   tftypes.NewValue(resultType.AttributeTypes["tags"], []tftypes.Value{str("x"), str("y")}),
		"any":    str("z"),
		"inner":  tftypes.NewValue(inner, map[string]tftypes.Value{"secret": str(resultSecret)}),
	}
	for name, edit := range edits {
		switch typed := edit.(type) {
		case tftypes.Value:
			members[name] = typed
		case []string:
			items := []tftypes.Value{}
			for _, s := range typed {
				if s == "?" {
					items = append(items, tftypes.NewValue(tftypes.String, tftypes.UnknownValue))
				} else {
					items = append(items, str(s))
				}
			}
			members[name] = tftypes.NewValue(resultType.AttributeTypes[name], items)
		case map[string]string:
			items := map[string]tftypes.Value{}
			for key, s := range typed {
				items[key] = str(s)
			}
			members[name] = tftypes.NewValue(resultType.AttributeTypes[name], items)
		default:
			members[name] = tftypes.NewValue(resultType.AttributeTypes[name], edit)
		}
	}
	return tftypes.NewValue(resultType, members)
}

// TestCheckResult holds the rules of Terraform core.
func TestCheckResult(t *testing.T) {
	t.Parallel()
	unknown := tftypes.UnknownValue
	for name, c := range map[string]struct {
		planned, state map[string]any
		want           []string
	}{
		"the same":               {nil, nil, nil},
		"unknown becomes known":  {map[string]any{"name": unknown, "inner": unknown, "tags": unknown, "any": unknown}, nil, nil},
		"unknown becomes null":   {map[string]any{"name": unknown, "inner": unknown}, map[string]any{"name": nil, "inner": nil}, nil},
		"a part was unknown":     {map[string]any{"zones": []string{"x", "?"}}, nil, nil},
		"null stays null":        {map[string]any{"labels": nil}, map[string]any{"labels": nil}, nil},
		"still unknown":          {map[string]any{"name": unknown}, map[string]any{"name": unknown}, []string{`name: unknown after apply`}},
		"known becomes unknown":  {nil, map[string]any{"size": unknown}, []string{`size: unknown after apply`}},
		"unknown inside unknown": {map[string]any{"zones": unknown}, map[string]any{"zones": []string{"x", "?"}}, []string{`zones[1]: unknown after apply`}},
		"unknown in a set":       {nil, map[string]any{"tags": []string{"x", "?"}}, []string{`unknown after apply`}},
		"text":                   {nil, map[string]any{"name": "m"}, []string{`name: not the tftypes.String that was planned`}},
		"number":                 {nil, map[string]any{"size": 2}, []string{`size: not the`}},
		"bool":                   {nil, map[string]any{"ready": false}, []string{`ready: not the`}},
		"null for a value":       {nil, map[string]any{"name": nil}, []string{`name: planned with a value, and is null`}},
		"a value for null":       {map[string]any{"name": nil}, nil, []string{`name: planned as null, and has a value`}},
		"empty for null":         {map[string]any{"labels": nil}, map[string]any{"labels": map[string]string{}}, []string{`labels: planned as null, and has a value`}},
		"list grew":              {nil, map[string]any{"zones": []string{"x", "y", "z"}}, []string{`zones[2]: not planned, and there`}},
		"list shrank":            {nil, map[string]any{"zones": []string{"x"}}, []string{`zones[1]: planned, and gone`}},
		"list reordered":         {nil, map[string]any{"zones": []string{"y", "x"}}, []string{`[0]: not the`, `[1]: not the`}},
		"set reordered":          {nil, map[string]any{"tags": []string{"y", "x"}}, nil},
		"set changed":            {nil, map[string]any{"tags": []string{"x", "z"}}, []string{`tags: an element was planned, and is gone`, `tags: an element was not planned, and is there`}},
		"set grew":               {nil, map[string]any{"tags": []string{"x", "y", "z"}}, []string{`more elements than planned`, `an element was not planned`}},
		"set filled in":          {map[string]any{"tags": []string{"x", "?"}}, map[string]any{"tags": []string{"x", "z"}}, nil},
		"set joined":             {map[string]any{"tags": []string{"x", "?"}}, map[string]any{"tags": []string{"x"}}, nil},
		"map":                    {nil, map[string]any{"labels": map[string]string{"c": "b"}}, []string{`labels["a"]: planned, and gone`, `labels["c"]: not planned, and there`}},
		"another type":           {nil, map[string]any{"any": tftypes.NewValue(tftypes.Bool, true)}, []string{`any: of another type than planned`}},
		"secret": {
			nil,
			map[string]any{"inner": tftypes.NewValue(resultType.AttributeTypes["inner"], map[string]tftypes.Value{"secret": tftypes.NewValue(tftypes.String, resultSecret+"2")})},
			[]string{`inner.secret: not the`},
		},
	} {
		got := tfkit.CheckResult(t.Context(), resultValue(t, c.planned), resultValue(t, c.state))
		ok := len(got) == len(c.want)
		for i := range min(len(got), len(c.want)) {
			ok = ok && strings.Contains(got[i], c.want[i])
		}
		if !ok {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		if slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, resultSecret) }) {
			t.Errorf("%s: a value is in %q", name, got)
		}
	}
	null := tftypes.NewValue(resultType, nil)
	if got := tfkit.CheckResult(t.Context(), resultValue(t, nil), null); len(got) != 1 || !strings.HasPrefix(got[0], "the object itself") {
		t.Errorf("got %q", got)
	}
}
