package policy

import "slices"

// Answer says whether something holds: the zero value is No.
type Answer int

// The answers.
const (
	No Answer = iota
	Yes
	// NotYet means that it is known only after apply. What depends on it is
	// undecided, and nothing is reported that another answer could put right.
	NotYet
)

// AnswerOf is Yes or No.
func AnswerOf(holds bool) Answer {
	if holds {
		return Yes
	}
	return No
}

// Condition is what a tier's value can depend on besides the tier.
type Condition int

// The conditions.
const (
	// WithAccessPolicy holds when the environment is given an access policy of
	// VPC Service Controls.
	WithAccessPolicy Condition = iota
	// OnEnterprisePlus holds when Cloud SQL runs in the Enterprise Plus edition.
	OnEnterprisePlus
	// UnderPerimeter holds when network.perimeter is ENFORCED.
	UnderPerimeter
)

// String is the condition as the end of a sentence.
func (c Condition) String() string {
	switch c {
	case WithAccessPolicy:
		return "with an access policy"
	case OnEnterprisePlus:
		return "on Enterprise Plus"
	case UnderPerimeter:
		return "under an enforced perimeter"
	default:
		return ""
	}
}

// Context is what resolving depends on besides the tier and the settings.
type Context struct {
	// AccessPolicy tells whether an access policy is given, without which there
	// is no perimeter.
	AccessPolicy Answer
	// EnterprisePlus tells whether Cloud SQL runs in the Enterprise Plus
	// edition, which keeps logs for longer.
	EnterprisePlus Answer
	// ExceptionRecorded tells whether a reason is given for having no perimeter.
	ExceptionRecorded Answer
	// Unknown are the paths of settings whose configured value is known only
	// after apply.
	Unknown []string
}

// answer tells whether a condition holds when network.perimeter has this value.
func (c Context) answer(condition Condition, perimeter any) Answer {
	switch condition {
	case WithAccessPolicy:
		return c.AccessPolicy
	case OnEnterprisePlus:
		return c.EnterprisePlus
	case UnderPerimeter:
		return AnswerOf(perimeter == PerimeterEnforced)
	default:
		return No
	}
}

// Undecided lists the paths whose values are known only after apply: those that
// the configuration says so of, and those that it leaves to a tier whose value
// depends on what isn't known. It is in the order of the catalogue.
func Undecided(version int, tier Tier, context Context, overrides map[string]any) []string {
	var paths []string
	perimeter := perimeterOf(version, tier, context, overrides)
	open := func(setting Setting) bool {
		if slices.Contains(context.Unknown, setting.Path) {
			return true
		}
		return overrides[setting.Path] == nil && slices.ContainsFunc(setting.Cases, func(c Case) bool {
			_, concerned := c.Values[tier]
			return concerned && context.answer(c.When, perimeter) == NotYet
		})
	}
	perimeterOpen := false
	if setting, ok := Find(version, NetworkPerimeter); ok {
		perimeterOpen = open(setting)
	}
	for _, setting := range Settings(version) {
		follows := perimeterOpen && overrides[setting.Path] == nil && slices.ContainsFunc(setting.Cases, func(c Case) bool {
			_, concerned := c.Values[tier]
			return concerned && c.When == UnderPerimeter
		})
		if follows || open(setting) {
			paths = append(paths, setting.Path)
		}
	}
	return paths
}

// perimeterOf is the value of network.perimeter, which another setting follows.
func perimeterOf(version int, tier Tier, context Context, overrides map[string]any) any {
	setting, ok := Find(version, NetworkPerimeter)
	if !ok {
		return PerimeterNone
	}
	if given := overrides[NetworkPerimeter]; given != nil {
		if value, problem := setting.accept(given); problem == "" {
			return value
		}
	}
	return setting.Implied(tier, func(c Condition) bool { return context.answer(c, nil) == Yes })
}
