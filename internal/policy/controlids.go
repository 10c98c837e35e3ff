package policy

import "slices"

// ControlIDs maps each row of the catalogue that is in force at a tier to the
// controls that it is mapped to, on one line: "AU-2, AU-12 (D)". Conditions are
// taken to hold: see [ControlIDsOf] for those of one environment. It is nil for
// an unknown version or tier.
func ControlIDs(version int, tier Tier) map[string]string {
	values, violations := Resolve(version, tier, Context{AccessPolicy: Yes, EnterprisePlus: Yes}, nil)
	if len(violations) > 0 {
		return nil
	}
	return ControlIDsOf(version, tier, values)
}

// ControlIDsOf is ControlIDs for the settings of one environment. A row whose
// settings are all off there is left out, and so is a control that needs
// another value, or that is of the High baseline alone at a lower level: nothing
// is claimed for them.
func ControlIDsOf(version int, tier Tier, values Values) map[string]string {
	ids := map[string]string{}
	for _, row := range Rows(version) {
		if !InForce(version, row.Key, values) {
			continue
		}
		controls := slices.DeleteFunc(Claimed(row.Controls, tier), func(c Control) bool { return !c.met(version, values) })
		if line := Cite(controls); line != "" {
			ids[row.Key] = line
		}
	}
	return ids
}

// met tells whether the setting that the control needs is strict enough.
func (c Control) met(version int, values Values) bool {
	if c.Needs == nil {
		return true
	}
	setting, ok := Find(version, c.Needs.Path)
	value, has := values[c.Needs.Path]
	return ok && has && setting.Admits(c.Needs.Least, value)
}

// InForce tells whether any setting of the row does something for its controls
// with these values. Settings without a value count as off.
func InForce(version int, row string, values Values) bool {
	return slices.ContainsFunc(Settings(version), func(setting Setting) bool {
		value, ok := values[setting.Path]
		return setting.Row == row && ok && !slices.ContainsFunc(setting.Off, func(off any) bool { return Same(off, value) })
	})
}
