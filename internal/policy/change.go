package policy

import "slices"

// move is one cell of the table of tier changes.
type move struct {
	from, to Tier
	// refused says why it isn't permitted; empty where it is.
	refused string
}

// moves is the whole table, without those from a tier to itself. A change is
// permitted when tenants are kept apart in the same way, the level doesn't fall,
// and the new tier doesn't end by itself.
func moves() []move {
	const (
		sharedData = "Data of tenants is shared in dev, and nothing can take it apart afterwards. Make a new environment of the other tier and move what is needed."
		giveUp     = "Tenants are kept apart here, and would share data in dev. Make a new environment of tier dev."
		falls      = "Production keeps its level: what it holds would lose controls that it was collected under. Make a new environment of the other tier."
		ends       = "A sandbox is destroyed when its time is up, and no environment that was made to last may become one. Make a new environment of tier sandbox."
	)
	return []move{
		{Dev, Sandbox, sharedData},
		{Dev, Staging, sharedData},
		{Dev, Prod, sharedData},
		{Sandbox, Dev, giveUp},
		{Sandbox, Staging, ""},
		{Sandbox, Prod, ""},
		{Staging, Dev, giveUp},
		{Staging, Sandbox, ends},
		{Staging, Prod, ""},
		{Prod, Dev, giveUp},
		{Prod, Sandbox, ends},
		{Prod, Staging, falls},
	}
}

// TierChange tells whether an environment may change from one tier to another,
// and if not, why and what to do instead. A permitted change can still fail on
// settings that are fixed at creation: see [ChangeBlockers].
func TierChange(from, to Tier) (allowed bool, why string) {
	for _, tier := range []Tier{from, to} {
		if _, err := ParseTier(string(tier)); err != nil {
			return false, err.Error()
		}
	}
	if from == to {
		return true, ""
	}
	for _, m := range moves() {
		if m.from == from && m.to == to {
			return m.refused == "", m.refused
		}
	}
	return false, "This change of tier is not in the table of those that are permitted."
}

// ChangeBlockers lists the settings that are fixed at creation and differ
// between what stands and what is wanted, in the order of the catalogue. Paths
// that either side lacks are not compared.
func ChangeBlockers(version int, from, to Values) []Setting {
	return differing(version, CreateOnly, from, to)
}

// OneWayChanges lists the one-way settings that differ: those that are
// tightened, which can never be undone, and those that are loosened, which
// can't be. It is in the order of the catalogue.
func OneWayChanges(version int, from, to Values) (tightened, loosened []Setting) {
	for _, setting := range differing(version, OneWay, from, to) {
		if setting.Admits(from[setting.Path], to[setting.Path]) {
			tightened = append(tightened, setting)
		} else {
			loosened = append(loosened, setting)
		}
	}
	return tightened, loosened
}

// differing lists the settings of one class of change that differ.
func differing(version int, class Change, from, to Values) []Setting {
	return slices.DeleteFunc(Settings(version), func(setting Setting) bool {
		before, had := from[setting.Path]
		after, has := to[setting.Path]
		return setting.Change != class || !had || !has || Same(before, after)
	})
}
