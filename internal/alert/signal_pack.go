package alert

import (
	"fmt"
	"strings"
)

// perMillion is what PackDuration counts records by.
const perMillion = "1000000"

func (s PackDuration) query() string {
	spent := s.by("sum", over("rate", s.selector(s.Metric+"_sum"), s.Window))
	limit := " > " + promNumber(s.ThresholdSeconds)
	if s.RecordsMetric == "" {
		return share(spent, s.by("sum", over("rate", s.selector(s.Metric+"_count"), s.Window))) + limit
	}
	return share(spent, s.by("sum", over("rate", s.selector(s.RecordsMetric), s.Window))) + " * " + perMillion + limit
}

func (s PackDuration) title() string {
	what := "Mean Pack duration"
	if s.RecordsMetric != "" {
		what = "Pack duration per million records"
	}
	return fmt.Sprintf("%s above %s s over %s", what, promNumber(s.ThresholdSeconds), promDuration(s.Window))
}

func guessPackDuration(f facts) (Condition, bool) {
	if len(f.selectors) != 2 || len(f.numbers) < 2 || !strings.HasSuffix(f.selectors[0].metric, "_sum") {
		return Condition{}, false
	}
	spent := f.selectors[0]
	s := PackDuration{
		Scope: f.scope(spent), Metric: strings.TrimSuffix(spent.metric, "_sum"),
		ThresholdSeconds: f.numbers[len(f.numbers)-1], Window: spent.window,
	}
	if len(f.numbers) == 3 {
		s.RecordsMetric = f.selectors[1].metric
	}
	return Condition{PackDuration: &s}, true
}

func (s PackDuration) validate(v *problems, at path) {
	v.metric(at.To("metric"), s.Metric)
	if s.RecordsMetric != "" {
		v.metric(at.To("records_metric"), s.RecordsMetric)
	}
	if !finite(s.ThresholdSeconds) || s.ThresholdSeconds <= 0 {
		v.Add(at.To("threshold_seconds"), "The threshold is out of range.", fmt.Sprintf("Give a number of seconds above 0; it is %s.", number(s.ThresholdSeconds)))
	}
	v.window(at.To("window"), s.Window)
	v.scope(at, s.Scope)
}
