package tfkit

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// CheckResult says, one line a finding, in what a state contradicts the plan
// that it was made from, by the rules with which Terraform core judges the answer
// of an apply: nothing in the state is unknown, and what the plan knew is
// unchanged. Core taints a resource whose create breaks them, although
// everything was built; a composite looks before it answers. The lines name
// attributes and never a value, which may be a secret.
func CheckResult(_ context.Context, planned, state tftypes.Value) []string {
	var c resultChecker
	c.compare(tftypes.NewAttributePath(), planned, state)
	return c.findings
}

type resultChecker struct{ findings []string }

func (c *resultChecker) add(path *tftypes.AttributePath, what string) {
	c.findings = append(c.findings, spell(path)+": "+what)
}

// spell writes a path as a configuration would.
func spell(path *tftypes.AttributePath) string {
	var b strings.Builder
	for _, step := range path.Steps() {
		switch typed := step.(type) {
		case tftypes.AttributeName:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(string(typed))
		case tftypes.ElementKeyString:
			fmt.Fprintf(&b, "[%q]", string(typed))
		case tftypes.ElementKeyInt:
			fmt.Fprintf(&b, "[%d]", int64(typed))
		default:
			b.WriteString("[…]") // A set's element, whose value may be a secret.
		}
	}
	if b.Len() == 0 {
		return "the object itself"
	}
	return b.String()
}

// compare follows what is known of the plan; where it knew nothing, the state
// only has to be known.
func (c *resultChecker) compare(path *tftypes.AttributePath, planned, state tftypes.Value) {
	switch {
	case !state.IsKnown():
		c.add(path, "unknown after apply")
		return
	case !planned.IsKnown():
		c.known(path, state)
		return
	case planned.IsNull() && state.IsNull():
		return
	case planned.IsNull():
		c.add(path, "planned as null, and has a value")
		return
	case state.IsNull():
		c.add(path, "planned with a value, and is null")
		return
	case !planned.Type().Equal(state.Type()) && !partlyUnknown(planned):
		c.add(path, "of another type than planned")
		return
	}
	switch typed := state.Type().(type) {
	case tftypes.Object:
		c.members(path, planned, state, func(name string) *tftypes.AttributePath { return path.WithAttributeName(name) })
	case tftypes.Map:
		c.members(path, planned, state, func(name string) *tftypes.AttributePath { return path.WithElementKeyString(name) })
	case tftypes.List, tftypes.Tuple:
		c.items(path, planned, state)
	case tftypes.Set:
		c.set(path, planned, state)
	default:
		if !planned.Equal(state) {
			c.add(path, fmt.Sprintf("not the %s that was planned", typed))
		}
	}
}

// partlyUnknown allows for a dynamic type inside that the plan could not know.
func partlyUnknown(v tftypes.Value) bool { return !v.IsFullyKnown() }

// known reports what is unknown anywhere in the state.
func (c *resultChecker) known(path *tftypes.AttributePath, state tftypes.Value) {
	if state.IsFullyKnown() {
		return
	}
	found := false
	_ = tftypes.Walk(state, func(at *tftypes.AttributePath, v tftypes.Value) (bool, error) {
		if !v.IsKnown() {
			found = true
			c.add(tftypes.NewAttributePathWithSteps(append(slices.Clone(path.Steps()), at.Steps()...)), "unknown after apply")
		}
		return true, nil
	})
	if !found {
		c.add(path, "unknown after apply")
	}
}

// members compares objects and maps.
func (c *resultChecker) members(path *tftypes.AttributePath, planned, state tftypes.Value, to func(string) *tftypes.AttributePath) {
	before, after := map[string]tftypes.Value{}, map[string]tftypes.Value{}
	if planned.As(&before) != nil || state.As(&after) != nil {
		c.add(path, "of another type than planned")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if value, ok := after[name]; ok {
			c.compare(to(name), before[name], value)
		} else {
			c.add(to(name), "planned, and gone")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if _, ok := before[name]; !ok {
			c.add(to(name), "not planned, and there")
		}
	}
}

// items compares lists and tuples.
func (c *resultChecker) items(path *tftypes.AttributePath, planned, state tftypes.Value) {
	var before, after []tftypes.Value
	if planned.As(&before) != nil || state.As(&after) != nil {
		c.add(path, "of another type than planned")
		return
	}
	for i := range max(len(before), len(after)) {
		at := path.WithElementKeyInt(i)
		switch {
		case i >= len(after):
			c.add(at, "planned, and gone")
		case i >= len(before):
			c.add(at, "not planned, and there")
		default:
			c.compare(at, before[i], after[i])
		}
	}
}

// set compares sets: every element of either has a counterpart in the other.
// Elements that were planned with unknowns may have become one.
func (c *resultChecker) set(path *tftypes.AttributePath, planned, state tftypes.Value) {
	var before, after []tftypes.Value
	if planned.As(&before) != nil || state.As(&after) != nil {
		c.add(path, "of another type than planned")
		return
	}
	unknown := false
	for _, element := range after {
		unknown = unknown || !element.IsFullyKnown()
	}
	if unknown {
		c.known(path, state)
		return
	}
	matches := func(planned, state tftypes.Value) bool {
		var inner resultChecker
		inner.compare(tftypes.NewAttributePath(), planned, state)
		return len(inner.findings) == 0
	}
	if len(after) > len(before) {
		c.add(path, "more elements than planned")
	}
	for _, element := range before {
		if !slices.ContainsFunc(after, func(other tftypes.Value) bool { return matches(element, other) }) {
			c.add(path, "an element was planned, and is gone")
		}
	}
	for _, element := range after {
		if !slices.ContainsFunc(before, func(other tftypes.Value) bool { return matches(other, element) }) {
			c.add(path, "an element was not planned, and is there")
		}
	}
}
