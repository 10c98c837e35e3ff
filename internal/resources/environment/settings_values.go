package environment

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// ReadSettings takes the catalogue's settings and the inputs out of an environment's
// configuration (or state): overrides by path for [policy.Resolve], and the paths
// whose value is known only after apply, in the order of the catalogue. What is
// null is in neither; every setting of an unknown group is unknown.
func ReadSettings(version int, environment tftypes.Value) (overrides map[string]any, unknown []string, err error) {
	overrides = map[string]any{}
	if !environment.IsKnown() {
		for _, setting := range allSettings(version) {
			unknown = append(unknown, setting.Path)
		}
		return overrides, unknown, nil
	}
	top := map[string]tftypes.Value{}
	if err := environment.As(&top); err != nil {
		return nil, nil, err
	}
	members := map[string]map[string]tftypes.Value{"": top}
	for _, group := range policy.Groups(version) {
		object, ok := top[group]
		if !ok || !object.IsKnown() {
			continue
		}
		found := map[string]tftypes.Value{}
		if err := object.As(&found); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", group, err)
		}
		members[group] = found
	}
	for _, setting := range allSettings(version) {
		object, grouped := top[setting.Group()]
		value, ok := members[setting.Group()][setting.Name()]
		switch {
		case grouped && !object.IsKnown(), ok && !value.IsFullyKnown():
			unknown = append(unknown, setting.Path)
		case !ok || value.IsNull():
		default:
			given, err := fromTerraform(setting, value)
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", setting.Path, err)
			}
			overrides[setting.Path] = given
		}
	}
	return overrides, unknown, nil
}

// WriteSettings returns the environment with the values at their attributes, and
// with unknown values at the undecided paths. Whatever else there is stays: other
// attributes, inputs in the same groups, settings that values lacks, and a group
// that is unknown as a whole. A value that says the same already stays in the
// configuration's own spelling, as Terraform demands of a plan. A group that is
// null is made, its inputs null.
func WriteSettings(version int, environment tftypes.Value, values policy.Values, undecided []string) (tftypes.Value, error) {
	return tfkit.EditObject(environment, func(top map[string]tftypes.Value) {
		for _, group := range append([]string{""}, policy.Groups(version)...) {
			if group == "" {
				writeGroup(version, group, top, values, undecided)
				continue
			}
			object, ok := top[group].Type().(tftypes.Object)
			if !ok || !top[group].IsKnown() {
				continue
			}
			members := map[string]tftypes.Value{}
			if top[group].IsNull() || top[group].As(&members) != nil {
				for name, memberType := range object.AttributeTypes {
					members[name] = tftypes.NewValue(memberType, nil)
				}
			}
			writeGroup(version, group, members, values, undecided)
			top[group] = tftypes.NewValue(object, members)
		}
	})
}

// writeGroup writes the settings of one group to its members.
func writeGroup(version int, group string, members map[string]tftypes.Value, values policy.Values, undecided []string) {
	for _, setting := range allSettings(version) {
		name := setting.Name()
		standing, ok := members[name]
		if setting.Group() != group || !ok {
			continue
		}
		if slices.Contains(undecided, setting.Path) {
			if standing.IsKnown() && !standing.IsFullyKnown() {
				continue // A set of which some members are known stays as it is written.
			}
			members[name] = tftypes.NewValue(standing.Type(), tftypes.UnknownValue)
			continue
		}
		value, ok := values[setting.Path]
		if !ok {
			continue
		}
		if given, err := fromTerraform(setting, standing); err == nil && policy.Same(given, value) {
			continue
		}
		// A component that reports a value of another kind is a defect, and none
		// that a run may end in.
		if written := toTerraform(setting, value); written.Type().Is(standing.Type()) {
			members[name] = written
		}
	}
}

// fromTerraform reads a setting's value. Null and unknown are errors.
func fromTerraform(setting policy.Setting, value tftypes.Value) (any, error) {
	if value.IsNull() || !value.IsFullyKnown() {
		return nil, fmt.Errorf("%s has no value yet", setting.Path)
	}
	switch setting.Kind {
	case policy.Bool:
		var flag bool
		err := value.As(&flag)
		return flag, err
	case policy.Int:
		number := new(big.Float)
		if err := value.As(number); err != nil {
			return nil, err
		}
		if whole, accuracy := number.Int64(); accuracy == big.Exact {
			return whole, nil
		}
		// The catalogue says what is wrong with it.
		float, _ := number.Float64()
		return float, nil
	case policy.Float:
		number := new(big.Float)
		if err := value.As(number); err != nil {
			return nil, err
		}
		float, _ := number.Float64()
		return float, nil
	case policy.Strings:
		var items []tftypes.Value
		if err := value.As(&items); err != nil {
			return nil, err
		}
		set := make([]string, len(items))
		for i, item := range items {
			if err := item.As(&set[i]); err != nil {
				return nil, err
			}
		}
		slices.Sort(set)
		return set, nil
	default:
		var text string
		err := value.As(&text)
		return text, err
	}
}

// toTerraform writes a setting's value. A number has the precision that
// Terraform gives one that it parses, so that 0.1 from here equals 0.1 there.
func toTerraform(setting policy.Setting, value any) tftypes.Value {
	switch typed := value.(type) {
	case bool:
		return tftypes.NewValue(tftypes.Bool, typed)
	case int64:
		return tftypes.NewValue(tftypes.Number, new(big.Float).SetInt64(typed))
	case float64:
		number, _, err := big.ParseFloat(fmt.Sprint(typed), 10, 512, big.ToNearestEven)
		if err != nil {
			number = big.NewFloat(typed)
		}
		return tftypes.NewValue(tftypes.Number, number)
	case []string:
		items := make([]tftypes.Value, len(typed))
		for i, member := range typed {
			items[i] = tftypes.NewValue(tftypes.String, member)
		}
		return tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, items)
	case string:
		return tftypes.NewValue(tftypes.String, typed)
	default:
		panic(fmt.Sprintf("environment: %s has a value of type %T", setting.Path, value))
	}
}
