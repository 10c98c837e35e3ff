package policytest_test

import (
	"reflect"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// FuzzResolve reads a tier, a context and overrides from bytes, and checks what
// holds of every result.
func FuzzResolve(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{3, 0, 0, 0, 5, 1, 200, 12, 2, 3})
	f.Add([]byte("a tier, a context, and then pairs of a setting and its value"))
	f.Fuzz(func(t *testing.T, data []byte) {
		next := func() int {
			if len(data) == 0 {
				return 0
			}
			b := data[0]
			data = data[1:]
			return int(b)
		}
		tier := policy.Tiers()[next()%len(policy.Tiers())]
		context := policy.Context{AccessPolicy: policy.Answer(next() % 3), EnterprisePlus: policy.Answer(next() % 3), ExceptionRecorded: policy.Answer(next() % 3)}
		settings := policy.Settings(1)
		overrides := map[string]any{}
		for len(data) > 0 {
			setting := settings[next()%len(settings)]
			overrides[setting.Path] = arbitrary(setting, next)
			if next()%16 == 0 {
				context.Unknown = append(context.Unknown, setting.Path)
			}
		}
		values, violations := policy.Resolve(1, tier, context, overrides)
		again, same := policy.Resolve(1, tier, context, overrides)
		if !reflect.DeepEqual(values, again) || len(violations) != len(same) {
			t.Fatal("the same input gives another output")
		}
		if len(values) != len(settings) {
			t.Fatalf("%d values", len(values))
		}
		refused := map[string]bool{}
		for _, violation := range violations {
			refused[violation.Path] = true
			if violation.Summary == "" || violation.Detail == "" || violation.Setting.Path != violation.Path || len(violation.Controls) == 0 {
				t.Fatalf("%+v", violation)
			}
		}
		for _, setting := range settings {
			kinds := map[policy.Kind]any{policy.Bool: false, policy.String: "", policy.Int: int64(0), policy.Float: 0.0, policy.Strings: []string{}}
			if reflect.TypeOf(values[setting.Path]) != reflect.TypeOf(kinds[setting.Kind]) {
				t.Fatalf("%s is %T", setting.Path, values[setting.Path])
			}
		}
		// What was resolved stands: the values, set by hand, are the same ones, and
		// nothing is refused that wasn't before. What is unknown is known by then.
		if len(context.Unknown) > 0 || len(policy.Undecided(1, tier, context, overrides)) > 0 {
			return
		}
		fixed, later := policy.Resolve(1, tier, context, values)
		if !reflect.DeepEqual(fixed, values) {
			t.Fatalf("%v became %v", values, fixed)
		}
		for _, violation := range later {
			if !refused[violation.Path] {
				t.Fatalf("resolved, then refused: %+v", violation)
			}
		}
	})
}

// arbitrary is a value for a setting, mostly of its kind.
func arbitrary(setting policy.Setting, next func() int) any {
	kind := setting.Kind
	if next()%8 == 0 {
		kind = policy.Kind(next() % 5)
	}
	option := func() string {
		if options := setting.Allowed(); len(options) > 0 && next()%8 > 0 {
			return options[next()%len(options)]
		}
		return "unheard of"
	}
	switch kind {
	case policy.Bool:
		return next()%2 == 0
	case policy.Int:
		return int64(next()*next()) - 3
	case policy.Float:
		return float64(next()) / 200
	case policy.Strings:
		set := make([]string, next()%9)
		for i := range set {
			set[i] = option()
		}
		return set
	default:
		return option()
	}
}
