package acctest

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// valueOf makes a value of a type from what a configuration in Go says: maps,
// slices, strings, numbers and booleans. What is left out is null. It panics on
// what the type doesn't have, which is a mistake of the test.
func valueOf(as tftypes.Type, given any) tftypes.Value {
	if given == nil {
		return tftypes.NewValue(as, nil)
	}
	switch typed := as.(type) {
	case tftypes.Object:
		members, _ := given.(map[string]any)
		values := make(map[string]tftypes.Value, len(typed.AttributeTypes))
		for name, memberType := range typed.AttributeTypes {
			values[name] = valueOf(memberType, members[name])
		}
		for name := range members {
			if _, ok := typed.AttributeTypes[name]; !ok {
				panic("there is no attribute " + name)
			}
		}
		return tftypes.NewValue(as, values)
	case tftypes.Map:
		values := map[string]tftypes.Value{}
		members, ok := given.(map[string]any)
		if !ok {
			panic(fmt.Sprintf("a map is a map[string]any, not %T", given))
		}
		for key, member := range members {
			values[key] = valueOf(typed.ElementType, member)
		}
		return tftypes.NewValue(as, values)
	case tftypes.List:
		return tftypes.NewValue(as, elementsOf(typed.ElementType, given))
	case tftypes.Set:
		return tftypes.NewValue(as, elementsOf(typed.ElementType, given))
	}
	switch typed := given.(type) {
	case int:
		return tftypes.NewValue(as, big.NewFloat(float64(typed)))
	case float64:
		number, _, err := big.ParseFloat(fmt.Sprint(typed), 10, 512, big.ToNearestEven)
		if err != nil {
			panic(err)
		}
		return tftypes.NewValue(as, number)
	default:
		return tftypes.NewValue(as, given)
	}
}

func elementsOf(as tftypes.Type, given any) []tftypes.Value {
	items, ok := given.([]any)
	if !ok {
		panic(fmt.Sprintf("a list is a []any, not %T", given))
	}
	values := make([]tftypes.Value, len(items))
	for i, item := range items {
		values[i] = valueOf(as, item)
	}
	return values
}

// members are those of an object that is known, nil of another.
func members(v tftypes.Value) map[string]tftypes.Value {
	if v.IsNull() || !v.IsKnown() {
		return nil
	}
	all := map[string]tftypes.Value{}
	if v.As(&all) != nil {
		return nil
	}
	return all
}

// proposedNew merges a configuration with the prior state, as core does before
// it asks for a plan: what the configuration leaves out of a computed attribute
// is what it was.
func proposedNew(block *tfprotov6.SchemaBlock, prior, config tftypes.Value) tftypes.Value {
	return proposedObject(block.Attributes, config.Type(), prior, config)
}

func proposedObject(attributes []*tfprotov6.SchemaAttribute, as tftypes.Type, prior, config tftypes.Value) tftypes.Value {
	before, wanted := members(prior), members(config)
	values := map[string]tftypes.Value{}
	for _, a := range attributes {
		was, ok := before[a.Name]
		if !ok {
			was = tftypes.NewValue(wanted[a.Name].Type(), nil)
		}
		values[a.Name] = proposedAttribute(a, was, wanted[a.Name])
	}
	return tftypes.NewValue(as, values)
}

func proposedAttribute(a *tfprotov6.SchemaAttribute, was, wanted tftypes.Value) tftypes.Value {
	switch {
	case a.Computed && wanted.IsNull():
		if hadOptional(a, was) {
			// A part of it can only have come from a configuration.
			return wanted
		}
		return was
	case a.NestedType != nil && a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle && wanted.IsKnown() && !wanted.IsNull():
		return proposedObject(a.NestedType.Attributes, wanted.Type(), was, wanted)
	default:
		return wanted
	}
}

// hadOptional tells whether a nested attribute holds a value that is optional
// and not computed.
func hadOptional(a *tfprotov6.SchemaAttribute, was tftypes.Value) bool {
	if a.NestedType == nil || a.NestedType.Nesting != tfprotov6.SchemaObjectNestingModeSingle {
		return false
	}
	values := members(was)
	return slices.ContainsFunc(a.NestedType.Attributes, func(n *tfprotov6.SchemaAttribute) bool {
		v, ok := values[n.Name]
		return ok && !v.IsNull() && (n.Optional && !n.Computed || hadOptional(n, v))
	})
}

// planValid says what of a plan core refuses: a value that neither the
// configuration nor the prior state gives, where nothing else may.
func planValid(block *tfprotov6.SchemaBlock, prior, config, planned tftypes.Value) []string {
	return validObject("", block.Attributes, prior, config, planned)
}

func validObject(at string, attributes []*tfprotov6.SchemaAttribute, prior, config, planned tftypes.Value) (wrong []string) {
	before, wanted, plan := members(prior), members(config), members(planned)
	for _, a := range attributes {
		name := at + a.Name
		was, given, now := before[a.Name], wanted[a.Name], plan[a.Name]
		nested := a.NestedType != nil && a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle
		switch {
		case given.IsNull() && a.Computed:
		case given.IsNull() && !now.IsNull():
			wrong = append(wrong, name+" is not in the configuration, and the provider may not compute it")
		case given.IsNull(), !given.IsKnown():
		case nested:
			wrong = append(wrong, validObject(name+".", a.NestedType.Attributes, was, given, now)...)
		case now.Equal(given) || before != nil && now.Equal(was):
		default:
			wrong = append(wrong, fmt.Sprintf("%s is %s in the configuration and %s in the plan", name, given, now))
		}
	}
	return wrong
}

// disagree says where a value contradicts a plan, in which unknown is anything.
func disagree(planned, actual tftypes.Value) []string {
	return disagreeAt("", planned, actual)
}

func disagreeAt(at string, planned, actual tftypes.Value) (wrong []string) {
	if !planned.IsKnown() {
		return nil
	}
	if planned.IsNull() || actual.IsNull() || !actual.IsKnown() {
		if planned.IsNull() != actual.IsNull() || !actual.IsKnown() {
			wrong = append(wrong, fmt.Sprintf("%s was %s and is %s", at, planned, actual))
		}
		return wrong
	}
	if before := members(planned); before != nil {
		after := members(actual)
		for name, was := range before {
			now, ok := after[name]
			if !ok {
				wrong = append(wrong, at+"."+name+" has gone")
				continue
			}
			wrong = append(wrong, disagreeAt(at+"."+name, was, now)...)
		}
		for name := range after {
			if _, ok := before[name]; !ok {
				wrong = append(wrong, at+"."+name+" has come")
			}
		}
		return wrong
	}
	var before, after []tftypes.Value
	if planned.As(&before) == nil && actual.As(&after) == nil && !planned.IsFullyKnown() {
		if len(before) != len(after) {
			return append(wrong, fmt.Sprintf("%s had %d elements and has %d", at, len(before), len(after)))
		}
		for i := range before {
			wrong = append(wrong, disagreeAt(fmt.Sprintf("%s[%d]", at, i), before[i], after[i])...)
		}
		return wrong
	}
	if !planned.Equal(actual) {
		wrong = append(wrong, fmt.Sprintf("%s was %s and is %s", at, planned, actual))
	}
	return wrong
}

// changedPaths are the leaves that differ between two values.
func changedPaths(before, after tftypes.Value) []string {
	diffs, err := before.Diff(after)
	if err != nil {
		return []string{err.Error()}
	}
	var paths []string
	for _, d := range diffs {
		if d.Value1 != nil && members(*d.Value1) != nil && d.Value2 != nil && members(*d.Value2) != nil {
			continue
		}
		text := func(v *tftypes.Value) string {
			if v == nil {
				return "nothing"
			}
			return v.String()
		}
		paths = append(paths, fmt.Sprintf("%s from %s to %s", d.Path, text(d.Value1), text(d.Value2)))
	}
	return paths
}
