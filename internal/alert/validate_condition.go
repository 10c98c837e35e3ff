package alert

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
)

const (
	intervalUnit = 30 * time.Second
	// leastAbsence is the shortest duration of a metric_absence condition
	// (google/monitoring/v3/alert.proto).
	leastAbsence = 2 * time.Minute
)

func (c Condition) validate(v *problems, at path) {
	set := c.signals()
	if len(set) != 1 {
		names := make([]string, len(set))
		for i, s := range set {
			names[i] = s.name
		}
		detail := "Set one of error_rate, latency, db_connections, compliance_checks, pack_duration, ai_latency, absence, uptime, promql, threshold, metric_absence or log_match."
		if len(set) > 1 {
			detail = "A condition tests one thing; this one has " + strings.Join(names, " and ") + ". Make a condition of each."
		}
		v.Add(at, "The condition has not exactly one signal.", detail)
		return
	}
	v.text(at.To("display_name"), c.DisplayName, maxDisplayName)
	if c.Duration < 0 || c.Duration%time.Second != 0 {
		v.Add(at.To("duration"), "The duration is not in whole seconds.", fmt.Sprintf("Give 0s or more, in whole seconds; it is %s.", c.Duration))
	}
	signal := at.To(set[0].name)
	switch {
	case c.Threshold != nil:
		c.queryOnly(v, at)
		if c.Duration%time.Minute != 0 {
			v.Add(at.To("duration"), "The duration is not in whole minutes.", fmt.Sprintf("Give a multiple of 60s: the service takes nothing between on a threshold condition; it is %s.", c.Duration))
		}
		c.Threshold.validate(v, signal, c.Duration)
	case c.MetricAbsence != nil:
		c.queryOnly(v, at)
		if c.Duration < leastAbsence || c.Duration%time.Minute != 0 {
			v.Add(at.To("duration"), "The duration doesn't fit a metric absence.", fmt.Sprintf("Give whole minutes, at least %s: for so long a series must have had no point; it is %s.", promDuration(leastAbsence), c.Duration))
		}
		c.MetricAbsence.validate(v, signal)
	case c.LogMatch != nil:
		c.queryOnly(v, at)
		if c.Duration != 0 {
			v.Add(at.To("duration"), "A log match has no duration.", "Remove duration: every matching log entry fires at once.")
		}
		c.LogMatch.validate(v, signal)
	default:
		if c.EvaluationInterval < 0 || c.EvaluationInterval%intervalUnit != 0 {
			v.Add(at.To("evaluation_interval"), "The evaluation interval is not a multiple of 30 seconds.", fmt.Sprintf("Give 30s, 60s and so on; it is %s.", c.EvaluationInterval))
		}
		if c.PromQL != nil {
			c.PromQL.validate(v, signal)
			return
		}
		before := len(v.List)
		set[0].signal.validate(v, signal)
		if len(v.List) == before {
			c.validateRendered(v, signal)
		}
	}
}

// queryOnly refuses what only conditions that are queries have.
func (c Condition) queryOnly(v *problems, at path) {
	if c.EvaluationInterval != 0 {
		v.Add(at.To("evaluation_interval"), "The evaluation interval is for queries only.", fmt.Sprintf("Remove evaluation_interval: the service evaluates a %s condition by itself.", c.Signal()))
	}
	if c.DisableMetricValidation {
		v.Add(at.To("disable_metric_validation"), "Metric validation can be disabled for queries only.", fmt.Sprintf("Remove disable_metric_validation: a %s condition has no such setting.", c.Signal()))
	}
}

// validateRendered makes sure that the query of a typed signal says what the
// signal says. It does not when a name is a word of PromQL, or when a number
// has more digits than can be kept.
func (c Condition) validateRendered(v *problems, at path) {
	query, _ := c.Query()
	again, ok := recognise(query)
	if rendered, _ := again.Query(); !ok || again.Signal() != c.Signal() || rendered != query {
		v.Add(at, "The signal has no query of its own.", fmt.Sprintf("A name in it is a word of PromQL, or a number has too many digits. Change it, or use a raw promql signal. It would be sent as: %s", query))
	}
}

func (s PromQL) validate(v *problems, at path) {
	expr, err := parsePromQL(s.Query)
	switch {
	case err != nil:
		v.Add(at.To("query"), "The query is not valid PromQL.", "Correct the query. Prometheus' parser says, with line:column: "+parseMessage(err))
	case expr.Type() != parser.ValueTypeVector && expr.Type() != parser.ValueTypeScalar:
		v.Add(at.To("query"), "The query has no result to alert on.", fmt.Sprintf("An alert needs an instant vector, such as rate(http_requests_total[5m]) > 1; this is a %s.", parser.DocumentedType(expr.Type())))
	}
	v.text(at.To("rule_group"), s.RuleGroup, maxRuleName)
	v.text(at.To("alert_rule"), s.AlertRule, maxRuleName)
	if s.AlertRule != "" {
		v.labelName(at.To("alert_rule"), s.AlertRule)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Labels)) {
		v.labelName(at.To("labels"), name)
	}
}

// parseMessage returns the first complaint of the parser; the ones after it are
// mostly consequences.
func parseMessage(err error) string {
	if list, ok := errors.AsType[parser.ParseErrors](err); ok && len(list) > 0 {
		return list[0].Error()
	}
	return err.Error()
}

func (t Threshold) validate(v *problems, at path, duration time.Duration) {
	v.filter(at.To("filter"), t.Filter, true)
	v.choice(at.To("comparison"), "The comparison is not one that the service supports.", t.Comparison, "COMPARISON_GT", "COMPARISON_LT")
	if !finite(t.ThresholdValue) {
		v.Add(at.To("threshold_value"), "The threshold is not a number.", "Give a finite number.")
	}
	v.aggregations(at.To("aggregations"), t.Aggregations)
	v.aggregations(at.To("denominator_aggregations"), t.DenominatorAggregations)
	switch {
	case t.DenominatorFilter != "":
		v.filter(at.To("denominator_filter"), t.DenominatorFilter, false)
		v.samePeriod(at.To("denominator_aggregations"), t)
	case len(t.DenominatorAggregations) > 0:
		v.Add(at.To("denominator_aggregations"), "There is nothing to divide by.", "Set denominator_filter too, or remove denominator_aggregations.")
	}
	v.trigger(at, t.TriggerCount, t.TriggerPercent)
	if t.EvaluationMissingData != "" {
		v.choice(at.To("evaluation_missing_data"), "The treatment of missing data is unknown to the service.", t.EvaluationMissingData, missing...)
		if duration < time.Minute {
			v.Add(at.To("evaluation_missing_data"), "The treatment of missing data needs a duration.", "Set the condition's duration to 60s or more, or remove evaluation_missing_data.")
		}
	}
	v.between(at.To("forecast_horizon"), "The forecast horizon is out of range.", t.ForecastHorizon, time.Hour, 60*time.Hour)
}

func (a MetricAbsence) validate(v *problems, at path) {
	v.filter(at.To("filter"), a.Filter, true)
	v.aggregations(at.To("aggregations"), a.Aggregations)
	v.trigger(at, a.TriggerCount, a.TriggerPercent)
}

func (v *problems) trigger(at path, count int64, percent float64) {
	if count != 0 && percent != 0 {
		v.Add(at.To("trigger_percent"), "The trigger is given twice.", "Set trigger_count or trigger_percent, not both.")
	}
	if count < 0 || count > math.MaxInt32 {
		v.Add(at.To("trigger_count"), "The trigger is out of range.", fmt.Sprintf("Give a number of time series of 1 or more; it is %d.", count))
	}
	if !within(percent, 0, 100) {
		v.Add(at.To("trigger_percent"), "The trigger is out of range.", fmt.Sprintf("Give a percentage above 0 and up to 100; it is %s.", number(percent)))
	}
}

func (v *problems) filter(at path, filter string, resource bool) {
	v.text(at, filter, maxFilter)
	if err := validateFilter(filter, resource); err != nil {
		v.Add(at, "The filter is not a valid Monitoring filter.", "Correct the filter: "+err.Error()+".")
	}
}

func (v *problems) aggregations(at path, list []Aggregation) {
	for i, a := range list {
		if a.PerSeriesAligner == "ALIGN_NONE" || a.CrossSeriesReducer == "REDUCE_NONE" {
			v.Add(at.To(i), "An aggregation says that there is none.", "Leave out per_series_aligner = \"ALIGN_NONE\" and cross_series_reducer = \"REDUCE_NONE\": it means the same, and the service doesn't give these words back.")
			continue
		}
		if a.PerSeriesAligner != "" {
			v.choice(at.To(i).To("per_series_aligner"), "The aligner is unknown to the service.", a.PerSeriesAligner, aligners...)
			if a.AlignmentPeriod < time.Minute || a.AlignmentPeriod%time.Second != 0 {
				v.Add(at.To(i).To("alignment_period"), "The alignment period is too short.", fmt.Sprintf("Give whole seconds, at least 60s; it is %s.", a.AlignmentPeriod))
			}
		} else if a.AlignmentPeriod < 0 {
			v.Add(at.To(i).To("alignment_period"), "The alignment period is too short.", fmt.Sprintf("Give whole seconds, at least 60s; it is %s.", a.AlignmentPeriod))
		}
		if a.CrossSeriesReducer == "" {
			continue
		}
		v.choice(at.To(i).To("cross_series_reducer"), "The reducer is unknown to the service.", a.CrossSeriesReducer, reducers...)
		if a.PerSeriesAligner == "" {
			v.Add(at.To(i).To("per_series_aligner"), "The reducer needs an aligner.", "Set per_series_aligner and alignment_period too: series are combined point by point, so their points have to be aligned.")
		}
	}
}

// samePeriod checks that both sides of a ratio have points at the same times.
func (v *problems) samePeriod(at path, t Threshold) {
	if len(t.Aggregations) == 0 || len(t.DenominatorAggregations) == 0 {
		return
	}
	over, under := t.Aggregations[len(t.Aggregations)-1], t.DenominatorAggregations[len(t.DenominatorAggregations)-1]
	if over.AlignmentPeriod != under.AlignmentPeriod {
		v.Add(at, "The two sides of the ratio are aligned differently.", fmt.Sprintf("Use one alignment_period on both: aggregations have %s, denominator_aggregations %s.", over.AlignmentPeriod, under.AlignmentPeriod))
	}
}

func (l LogMatch) validate(v *problems, at path) {
	if err := ValidateLogFilter(l.Filter); err != nil {
		v.Add(at.To("filter"), "The filter is not a valid log filter.", "Correct the filter: "+err.Error()+".")
	}
	for _, name := range slices.Sorted(maps.Keys(l.LabelExtractors)) {
		v.labelName(at.To("label_extractors"), name)
		if !extractor.MatchString(l.LabelExtractors[name]) {
			v.Add(at.To("label_extractors"), "The label extractor is not an expression.", fmt.Sprintf("Write EXTRACT(field) or REGEXP_EXTRACT(field, \"regexp\"); %q has %q.", name, l.LabelExtractors[name]))
		}
	}
}
