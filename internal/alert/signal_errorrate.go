package alert

import (
	"fmt"
)

// failed is the expression for a status that counts as a failure: "500" as well
// as "5xx", which prometheus-fastapi-instrumentator writes when it groups
// status codes (its default).
func (s ErrorRate) failed() string {
	if s.Include4xx {
		return "[45].."
	}
	return "5.."
}

func (s ErrorRate) query() string {
	part := s.by("sum", over("rate", s.selector(s.Metric, matches(s.StatusLabel, s.failed())), s.Window))
	whole := s.by("sum", over("rate", s.selector(s.Metric), s.Window))
	return share(part, whole) + " > " + promNumber(s.Threshold)
}

func (s ErrorRate) title() string {
	return fmt.Sprintf("Error rate above %s over %s", percent(s.Threshold), promDuration(s.Window))
}

func guessErrorRate(f facts) (Condition, bool) {
	if len(f.selectors) != 2 || len(f.numbers) != 2 || len(f.selectors[0].regexp) != 1 {
		return Condition{}, false
	}
	first := f.selectors[0]
	s := ErrorRate{Scope: f.scope(first), Metric: first.metric, Threshold: f.numbers[1], Window: first.window}
	for name, expression := range first.regexp {
		s.StatusLabel = name
		s.Include4xx = expression == ErrorRate{Include4xx: true}.failed()
	}
	return Condition{ErrorRate: &s}, true
}

func (s ErrorRate) validate(v *problems, at path) {
	v.metric(at.To("metric"), s.Metric)
	v.labelName(at.To("status_label"), s.StatusLabel)
	v.share(at.To("threshold"), s.Threshold)
	v.window(at.To("window"), s.Window)
	v.scope(at, s.Scope, s.StatusLabel)
}
