package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is the type of a setting's values.
type Kind int

// The kinds, with the Go type of their values.
const (
	Bool    Kind = iota // bool
	String              // string
	Int                 // int64
	Float               // float64
	Strings             // []string: a set, kept sorted
)

// String is the kind's name as Terraform calls it.
func (k Kind) String() string {
	switch k {
	case Bool:
		return "bool"
	case String:
		return "string"
	case Int, Float:
		return "number"
	case Strings:
		return "set of strings"
	default:
		return fmt.Sprintf("kind %d", int(k))
	}
}

// Change says whether a setting can change once the environment stands.
type Change int

// The classes of change.
const (
	// Mutable settings can change in place.
	Mutable Change = iota
	// CreateOnly settings are fixed at creation: a change means that the
	// component is made anew, which the configuration has to allow.
	CreateOnly
	// OneWay settings can be tightened and never be loosened again.
	OneWay
)

// String is the class in a few words.
func (c Change) String() string {
	switch c {
	case Mutable:
		return "in place"
	case CreateOnly:
		return "at creation only"
	case OneWay:
		return "one way"
	default:
		return fmt.Sprintf("change %d", int(c))
	}
}

// Rule says which values are at least as strict as a floor.
type Rule int

// The rules.
const (
	// Anything goes: the tier's value is a default.
	Anything Rule = iota
	// Exactly the floor.
	Exactly
	// AtLeast the floor; for bools false is less than true.
	AtLeast
	// AtMost the floor; for bools false is less than true.
	AtMost
	// InOrder admits what is in the floor's rank of the options, or further on.
	InOrder
	// ContainsAll admits sets that hold all of the floor.
	ContainsAll
)

// Floor says how far a configuration may move away from what its tier implies.
type Floor struct {
	// Rule compares a value with the floor.
	Rule Rule
	// Least are floors that differ from the tier's value, by tier.
	Least map[Tier]any
}

// Bounds are the least and the greatest number that the service takes.
type Bounds struct {
	Min, Max float64
	// Zero tells whether 0 is taken too, as "off", though it lies outside.
	Zero bool
}

// Case is what a tier implies when a condition holds, in the place of Values.
type Case struct {
	When   Condition
	Values map[Tier]any
}

// Setting is one attribute of an environment that the catalogue fixes.
type Setting struct {
	// Path is the attribute as Terraform has it: "cluster.release_channel", or
	// a name at the top such as "deletion_policy".
	Path string
	// Component is the building block that enforces it, by the name that
	// allow_recreate takes.
	Component string
	// Row is the key of the catalogue's row that the setting belongs to.
	Row string
	// Title says in a few words what is set.
	Title string
	// Doc is a paragraph on it, with units.
	Doc string
	// Kind is the type of its values.
	Kind Kind
	// Options are the values that a String takes, or the members of Strings,
	// from the weakest to the strictest; those of one rank are equally strict.
	// Without any, every value is taken.
	Options [][]string
	// Reserved are options that one tier alone takes.
	Reserved map[string]Tier
	// Bounds limit an Int or a Float; nil means no limit.
	Bounds *Bounds
	// Values is what each tier implies.
	Values map[Tier]any
	// Cases are exceptions from Values; the first that holds and has the tier wins.
	Cases []Case
	// Floor says which other values are strict enough.
	Floor Floor
	// Off are the values with which the setting does nothing for its controls,
	// which are then not claimed.
	Off []any
	// Change is whether it can change later.
	Change Change
	// Controls are those that its row is mapped to, without those that need
	// another setting of the row.
	Controls []Control
	// Since is the first version of the catalogue that has the setting.
	Since int
}

// Group is the nested attribute that the setting is in; empty at the top.
func (s Setting) Group() string {
	group, _, nested := strings.Cut(s.Path, ".")
	if !nested {
		return ""
	}
	return group
}

// Name is the attribute's own name, without the group.
func (s Setting) Name() string {
	if _, name, nested := strings.Cut(s.Path, "."); nested {
		return name
	}
	return s.Path
}

// Allowed lists the options, from the weakest to the strictest.
func (s Setting) Allowed() []string { return slices.Concat(s.Options...) }

// rank is the position of an option's rank, or -1.
func (s Setting) rank(option string) int {
	return slices.IndexFunc(s.Options, func(rank []string) bool { return slices.Contains(rank, option) })
}

// Implied is the value that the tier implies under the conditions that hold.
func (s Setting) Implied(tier Tier, holds func(Condition) bool) any {
	for _, c := range s.Cases {
		if value, ok := c.Values[tier]; ok && holds(c.When) {
			return value
		}
	}
	return s.Values[tier]
}

// Least is the floor of the tier under the conditions that hold: what a value
// is compared with by the floor's rule.
func (s Setting) Least(tier Tier, holds func(Condition) bool) any {
	if least, ok := s.Floor.Least[tier]; ok {
		return least
	}
	return s.Implied(tier, holds)
}

// Admits tells whether value is at least as strict as floor. Both have to be of
// the setting's kind.
func (s Setting) Admits(floor, value any) bool {
	switch s.Floor.Rule {
	case Anything:
		return true
	case Exactly:
		return Same(value, floor)
	case AtLeast:
		return number(value) >= number(floor)
	case AtMost:
		return number(value) <= number(floor)
	case InOrder:
		want, _ := floor.(string)
		got, _ := value.(string)
		return s.rank(got) >= s.rank(want)
	case ContainsAll:
		want, _ := floor.([]string)
		got, _ := value.([]string)
		for _, member := range want {
			if !slices.Contains(got, member) {
				return false
			}
		}
		return true
	default:
		return false
	}
}

// number makes what can be compared a number: false is 0 and true is 1.
func number(value any) float64 {
	switch typed := value.(type) {
	case bool:
		if typed {
			return 1
		}
		return 0
	case int64:
		return float64(typed)
	case float64:
		return typed
	default:
		return 0
	}
}

// Same tells whether two values of a setting are equal; sets are compared
// whatever their order.
func Same(a, b any) bool {
	first, isSet := a.([]string)
	second, alsoSet := b.([]string)
	if isSet != alsoSet {
		return false
	}
	if isSet {
		return slices.Equal(slices.Sorted(slices.Values(first)), slices.Sorted(slices.Values(second)))
	}
	return a == b
}

// Takes tells whether a tier takes the value at all: false for an option that is
// reserved for another tier.
func (s Setting) Takes(tier Tier, value any) bool {
	option, _ := value.(string)
	owner, reserved := s.Reserved[option]
	return !reserved || owner == tier
}

// admitted are the options that a tier takes, from a rank on.
func (s Setting) admitted(tier Tier, rank int) []string {
	return slices.DeleteFunc(slices.Concat(s.Options[max(rank, 0):]...), func(option string) bool { return !s.Takes(tier, option) })
}

// Asks says what the floor of a tier asks for in words, such as "at least 35",
// "STABLE", "SOFTWARE or HSM". It is empty where anything goes.
func (s Setting) Asks(tier Tier, floor any) string {
	switch s.Floor.Rule {
	case Anything:
		return ""
	case InOrder:
		rank := s.rank(fmt.Sprint(floor))
		if rank <= 0 {
			return ""
		}
		return alternatives(s.admitted(tier, rank))
	case ContainsAll:
		return "at least " + Format(floor)
	case AtLeast, AtMost:
		if flag, ok := floor.(bool); ok {
			if flag == (s.Floor.Rule == AtLeast) {
				return Format(floor)
			}
			return ""
		}
		if s.Floor.Rule == AtMost {
			return "at most " + Format(floor)
		}
		if number(floor) == 0 {
			return ""
		}
		return "at least " + Format(floor)
	case Exactly:
		return Format(floor)
	default:
		return ""
	}
}

// alternatives joins options as a sentence does: "SOFTWARE or HSM".
func alternatives(options []string) string {
	if last := len(options) - 1; last > 0 {
		return strings.Join(options[:last], ", ") + " or " + options[last]
	}
	return strings.Join(options, "")
}

// Format writes a value of a setting for people: true, 35, STABLE,
// SYSTEM_COMPONENTS and WORKLOADS.
func Format(value any) string {
	switch typed := value.(type) {
	case nil:
		return "nothing"
	case []string:
		if last := len(typed) - 1; last > 0 {
			return strings.Join(typed[:last], ", ") + " and " + typed[last]
		}
		if len(typed) == 0 {
			return "none"
		}
		return typed[0]
	default:
		return fmt.Sprint(typed)
	}
}

// perTier gives each tier its value, in the order of the catalogue's columns.
func perTier(dev, sandbox, staging, prod any) map[Tier]any {
	return map[Tier]any{Dev: dev, Sandbox: sandbox, Staging: staging, Prod: prod}
}

// everywhere gives all tiers one value.
func everywhere(value any) map[Tier]any { return perTier(value, value, value, value) }

// weakestFirst makes options of which each is stricter than the one before.
func weakestFirst(options ...string) [][]string {
	ranks := make([][]string, 0, len(options))
	for _, option := range options {
		ranks = append(ranks, []string{option})
	}
	return ranks
}
