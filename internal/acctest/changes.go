package acctest

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/hashicorp/terraform-plugin-testing/plancheck"
)

// ExpectOnlyChanges checks that a plan changes these attributes of a resource
// and no others. An attribute that appears or goes away as a whole is named as a
// whole: sections[1].tiles[0].
func ExpectOnlyChanges(address string, attributes ...string) plancheck.PlanCheck {
	return onlyChanges{address: address, want: attributes}
}

type onlyChanges struct {
	address string
	want    []string
}

// CheckPlan implements plancheck.PlanCheck.
func (c onlyChanges) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	for _, change := range req.Plan.ResourceChanges {
		if change.Address != c.address {
			continue
		}
		got := map[string]bool{}
		differences("", change.Change.Before, change.Change.After, change.Change.AfterUnknown, got)
		changed := slices.Sorted(maps.Keys(got))
		if want := slices.Sorted(slices.Values(c.want)); !slices.Equal(changed, want) {
			resp.Error = fmt.Errorf("the plan changes %v, and should change %v", changed, want)
		}
		return
	}
	resp.Error = fmt.Errorf("the plan has no resource %s", c.address)
}

// differences gathers the paths at which before and after differ.
func differences(at string, before, after, unknown any, found map[string]bool) {
	if later, ok := unknown.(bool); ok && later {
		found[at] = true
		return
	}
	switch typed := before.(type) {
	case map[string]any:
		other, ok := after.(map[string]any)
		if !ok {
			found[at] = true
			return
		}
		unknowns, _ := unknown.(map[string]any)
		for key := range typed {
			differences(join(at, key), typed[key], other[key], unknowns[key], found)
		}
		added := maps.Clone(other)
		maps.Copy(added, unknowns)
		for key := range added {
			if _, ok := typed[key]; !ok {
				differences(join(at, key), nil, other[key], unknowns[key], found)
			}
		}
	case []any:
		other, ok := after.([]any)
		if !ok {
			found[at] = true
			return
		}
		unknowns, _ := unknown.([]any)
		for i := range max(len(typed), len(other)) {
			var b, a, u any
			if i < len(typed) {
				b = typed[i]
			}
			if i < len(other) {
				a = other[i]
			}
			if i < len(unknowns) {
				u = unknowns[i]
			}
			differences(fmt.Sprintf("%s[%d]", at, i), b, a, u, found)
		}
	default:
		if !reflect.DeepEqual(before, after) {
			found[at] = true
		}
	}
}

func join(at, key string) string {
	if at == "" {
		return key
	}
	return at + "." + key
}
