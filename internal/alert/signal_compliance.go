package alert

import (
	"fmt"
	"unicode/utf8"
)

// query adds up, over all failed series, what they rose by within the window.
// A series that was not there a window ago counts with all it has: its first
// failure came with it, so increase() sees nothing. The price is that a series
// that comes back after a gap longer than the window counts again; for a
// compliance check a needless page beats a missed failure.
//
// Google's managed collector sends a counter less the value at its first scrape
// (prometheus-engine, pkg/export/series_cache.go), so there a series born at 1
// arrives as 0. Services scraped by it should create their failed series at 0
// when they start, after which the first failure is an ordinary increase.
func (s ComplianceChecks) query() string {
	series := s.selector(s.Metric, oneOf(s.ResultLabel, s.FailedValues))
	window := promDuration(s.Window)
	born := "(" + series + " unless " + series + " offset " + window + ")"
	return s.by("sum", born+" or "+over("increase", series, s.Window)) + " > " + promNumber(s.Threshold)
}

func (s ComplianceChecks) title() string {
	if s.Threshold == 0 {
		return "Compliance checks failed within " + promDuration(s.Window)
	}
	return fmt.Sprintf("More than %s compliance checks failed within %s", promNumber(s.Threshold), promDuration(s.Window))
}

func guessComplianceChecks(f facts) (Condition, bool) {
	if len(f.selectors) != 3 || len(f.numbers) != 1 || len(f.selectors[0].regexp) != 1 {
		return Condition{}, false
	}
	series := f.selectors[0]
	s := ComplianceChecks{Scope: f.scope(series), Metric: series.metric, Threshold: f.numbers[0], Window: f.selectors[2].window}
	for name, expression := range series.regexp {
		s.ResultLabel, s.FailedValues = name, alternatives(expression)
	}
	return Condition{ComplianceChecks: &s}, true
}

func (s ComplianceChecks) validate(v *problems, at path) {
	v.metric(at.To("metric"), s.Metric)
	v.labelName(at.To("result_label"), s.ResultLabel)
	v.window(at.To("window"), s.Window)
	v.scope(at, s.Scope, s.ResultLabel)
	if !finite(s.Threshold) || s.Threshold < 0 {
		v.Add(at.To("threshold"), "The threshold is out of range.", fmt.Sprintf("Give the number of failed checks above which to fire, 0 for any; it is %s.", number(s.Threshold)))
	}
	if len(s.FailedValues) == 0 {
		v.Add(at.To("failed_values"), "There is no result that counts as failed.", `List the values of the result label that mean a failure, such as ["failed"].`)
	}
	for i, value := range s.FailedValues {
		if value == "" || !utf8.ValidString(value) {
			v.Add(at.To("failed_values").To(i), "The result is empty or no text.", "Give the value that the result label has when a check fails.")
		}
	}
}
