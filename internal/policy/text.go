package policy

import "strings"

// ByTier says in Markdown what the tiers imply, those of one value together:
// "`ZONAL` in dev and sandbox, `REGIONAL` in staging and prod". What depends on
// a condition comes after that.
func (s Setting) ByTier() string {
	parts := grouped(s.Values, "")
	for _, c := range s.Cases {
		parts = append(parts, grouped(c.Values, " "+c.When.String())...)
	}
	return strings.Join(parts, ", ")
}

// grouped names the tiers of each value, in the order of the tiers.
func grouped(values map[Tier]any, suffix string) []string {
	var parts []string
	done := map[Tier]bool{}
	for _, tier := range Tiers() {
		value, ok := values[tier]
		if !ok || done[tier] {
			continue
		}
		var names []string
		for _, other := range Tiers() {
			if again, ok := values[other]; ok && Same(value, again) {
				done[other] = true
				names = append(names, string(other))
			}
		}
		where := "in every tier"
		if len(names) < len(Tiers()) {
			where = "in " + Format(names)
		}
		parts = append(parts, Code(value)+" "+where+suffix)
	}
	return parts
}

// Code writes a value in Markdown's code marks, each member of a set by itself.
func Code(value any) string {
	if set, ok := value.([]string); ok {
		marked := make([]string, len(set))
		for i, member := range set {
			marked[i] = "`" + member + "`"
		}
		return Format(marked)
	}
	return "`" + Format(value) + "`"
}

// Latitude says in a word or two which values beside the tier's own its floor
// admits: "only", "or stricter", "or more", "any".
func (s Setting) Latitude(tier Tier, value, floor any) string {
	switch s.Floor.Rule {
	case Anything:
		return "any"
	case ContainsAll:
		return "or more"
	case InOrder:
		rank, _ := floor.(string)
		switch at := s.rank(rank); {
		case at <= 0 && len(s.Options) > 1:
			return "any"
		case len(s.admitted(tier, at)) == 1:
			return "only"
		case Same(value, floor) && at < len(s.Options)-1:
			return "or stricter"
		default:
			return s.Asks(tier, floor)
		}
	case AtLeast, AtMost:
		if _, flag := floor.(bool); flag {
			if s.Asks(tier, floor) == "" {
				return "any"
			}
			return "only"
		}
		if s.Floor.Rule == AtMost {
			return "or less"
		}
		if s.Bounds != nil && number(floor) >= s.Bounds.Max {
			return "only"
		}
		return "or more"
	default:
		return "only"
	}
}

// Markdown is the setting's description for documentation: what it is, what
// tiers imply, whether it can change, and its controls.
func (s Setting) Markdown() string {
	var b strings.Builder
	b.WriteString(strings.ToUpper(s.Title[:1]) + s.Title[1:] + ". " + s.Doc + " When not set: " + s.ByTier() + ".")
	switch s.Change {
	case Mutable:
	case CreateOnly:
		b.WriteString(" It is fixed at creation.")
	case OneWay:
		b.WriteString(" It can be tightened and never undone.")
	}
	b.WriteString(" Controls: " + Cite(s.Controls) + ".")
	return b.String()
}
