package alert

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const defaultCombiner = "OR"

// Proto returns the policy as the service takes it. It fails only on what
// [Policy.Validate] refuses: a word that is no enum value, or a condition
// without exactly one signal.
func (p Policy) Proto() (*monitoringpb.AlertPolicy, error) {
	combiner, err := enum(monitoringpb.AlertPolicy_ConditionCombinerType_value, "combiner", p.Combiner, defaultCombiner)
	if err != nil {
		return nil, err
	}
	severity, err := enum(monitoringpb.AlertPolicy_Severity_value, "severity", p.Severity, "SEVERITY_UNSPECIFIED")
	if err != nil {
		return nil, err
	}
	strategy, err := p.strategy()
	if err != nil {
		return nil, err
	}
	policy := &monitoringpb.AlertPolicy{
		Name:                 p.Name,
		DisplayName:          p.DisplayName,
		Documentation:        p.documentation(),
		UserLabels:           maps.Clone(p.Labels),
		Combiner:             monitoringpb.AlertPolicy_ConditionCombinerType(combiner),
		Enabled:              wrapperspb.Bool(p.Enabled),
		NotificationChannels: slices.Clone(p.Channels),
		AlertStrategy:        strategy,
		Severity:             monitoringpb.AlertPolicy_Severity(severity),
	}
	for i, c := range p.Conditions {
		condition, err := c.proto()
		if err != nil {
			return nil, fmt.Errorf("condition %d: %w", i, err)
		}
		policy.Conditions = append(policy.Conditions, condition)
	}
	return policy, nil
}

// enum returns the number of a protobuf enum's word, empty standing for usual.
func enum(values map[string]int32, what, word, usual string) (int32, error) {
	if word == "" {
		word = usual
	}
	number, ok := values[word]
	if !ok {
		return 0, fmt.Errorf("the %s %q is unknown to the service", what, word)
	}
	return number, nil
}

func (p Policy) documentation() *monitoringpb.AlertPolicy_Documentation {
	doc := &monitoringpb.AlertPolicy_Documentation{Content: p.Content()}
	if doc.Content != "" {
		doc.MimeType = "text/markdown"
	}
	var links []Link
	if p.Runbook != nil {
		links = append(links, p.Runbook.Links...)
	}
	if p.Documentation != nil {
		doc.Subject = p.Documentation.Subject
		links = append(links, p.Documentation.Links...)
	}
	for _, link := range links {
		doc.Links = append(doc.Links, &monitoringpb.AlertPolicy_Documentation_Link{DisplayName: link.DisplayName, Url: link.URL})
	}
	if doc.Content == "" && doc.Subject == "" && len(doc.Links) == 0 {
		return nil
	}
	return doc
}

func (p Policy) strategy() (*monitoringpb.AlertPolicy_AlertStrategy, error) {
	strategy := &monitoringpb.AlertPolicy_AlertStrategy{AutoClose: some(p.AutoClose)}
	if p.RateLimit != 0 {
		strategy.NotificationRateLimit = &monitoringpb.AlertPolicy_AlertStrategy_NotificationRateLimit{Period: some(p.RateLimit)}
	}
	for _, prompt := range p.Prompts {
		number, err := enum(monitoringpb.AlertPolicy_AlertStrategy_NotificationPrompt_value, "notification prompt", prompt, "")
		if err != nil {
			return nil, err
		}
		strategy.NotificationPrompts = append(strategy.NotificationPrompts, monitoringpb.AlertPolicy_AlertStrategy_NotificationPrompt(number))
	}
	if p.Renotify != 0 && len(p.Channels) > 0 {
		strategy.NotificationChannelStrategy = []*monitoringpb.AlertPolicy_AlertStrategy_NotificationChannelStrategy{{
			NotificationChannelNames: slices.Clone(p.Channels), RenotifyInterval: some(p.Renotify),
		}}
	}
	if strategy.GetAutoClose() == nil && strategy.GetNotificationRateLimit() == nil &&
		len(strategy.GetNotificationPrompts()) == 0 && len(strategy.GetNotificationChannelStrategy()) == 0 {
		return nil, nil
	}
	return strategy, nil
}

// some returns d, nil for 0.
func some(d time.Duration) *durationpb.Duration {
	if d == 0 {
		return nil
	}
	return durationpb.New(d)
}

func (c Condition) proto() (*monitoringpb.AlertPolicy_Condition, error) {
	if n := len(c.signals()); n != 1 {
		return nil, fmt.Errorf("it has %d signals, and takes exactly one", n)
	}
	condition := &monitoringpb.AlertPolicy_Condition{Name: c.Name, DisplayName: c.DisplayName}
	if condition.GetDisplayName() == "" {
		condition.DisplayName = c.DefaultDisplayName()
	}
	switch {
	case c.Threshold != nil:
		threshold, err := c.Threshold.proto(c.Duration)
		if err != nil {
			return nil, err
		}
		condition.Condition = &monitoringpb.AlertPolicy_Condition_ConditionThreshold{ConditionThreshold: threshold}
	case c.MetricAbsence != nil:
		absence, err := c.MetricAbsence.proto(c.Duration)
		if err != nil {
			return nil, err
		}
		condition.Condition = &monitoringpb.AlertPolicy_Condition_ConditionAbsent{ConditionAbsent: absence}
	case c.LogMatch != nil:
		condition.Condition = &monitoringpb.AlertPolicy_Condition_ConditionMatchedLog{
			ConditionMatchedLog: &monitoringpb.AlertPolicy_Condition_LogMatch{
				Filter: c.LogMatch.Filter, LabelExtractors: maps.Clone(c.LogMatch.LabelExtractors),
			},
		}
	default:
		query, _ := c.Query()
		promql := &monitoringpb.AlertPolicy_Condition_PrometheusQueryLanguageCondition{
			Query: query, Duration: some(c.Duration), EvaluationInterval: some(c.EvaluationInterval),
			DisableMetricValidation: c.DisableMetricValidation,
		}
		if c.PromQL != nil {
			promql.Labels, promql.RuleGroup, promql.AlertRule = maps.Clone(c.PromQL.Labels), c.PromQL.RuleGroup, c.PromQL.AlertRule
		}
		condition.Condition = &monitoringpb.AlertPolicy_Condition_ConditionPrometheusQueryLanguage{ConditionPrometheusQueryLanguage: promql}
	}
	return condition, nil
}

func (t Threshold) proto(duration time.Duration) (*monitoringpb.AlertPolicy_Condition_MetricThreshold, error) {
	comparison, err := enum(monitoringpb.ComparisonType_value, "comparison", t.Comparison, "COMPARISON_UNSPECIFIED")
	if err != nil {
		return nil, err
	}
	missing, err := enum(monitoringpb.AlertPolicy_Condition_EvaluationMissingData_value, "treatment of missing data", t.EvaluationMissingData, "EVALUATION_MISSING_DATA_UNSPECIFIED")
	if err != nil {
		return nil, err
	}
	numerator, err := aggregations(t.Aggregations)
	if err != nil {
		return nil, err
	}
	denominator, err := aggregations(t.DenominatorAggregations)
	if err != nil {
		return nil, err
	}
	threshold := &monitoringpb.AlertPolicy_Condition_MetricThreshold{
		Filter: t.Filter, Aggregations: numerator,
		DenominatorFilter: t.DenominatorFilter, DenominatorAggregations: denominator,
		Comparison: monitoringpb.ComparisonType(comparison), ThresholdValue: t.ThresholdValue,
		Duration:              durationpb.New(duration),
		EvaluationMissingData: monitoringpb.AlertPolicy_Condition_EvaluationMissingData(missing),
	}
	if t.ForecastHorizon != 0 {
		threshold.ForecastOptions = &monitoringpb.AlertPolicy_Condition_MetricThreshold_ForecastOptions{ForecastHorizon: some(t.ForecastHorizon)}
	}
	threshold.Trigger, err = trigger(t.TriggerCount, t.TriggerPercent)
	return threshold, err
}

func (a MetricAbsence) proto(duration time.Duration) (*monitoringpb.AlertPolicy_Condition_MetricAbsence, error) {
	list, err := aggregations(a.Aggregations)
	if err != nil {
		return nil, err
	}
	absence := &monitoringpb.AlertPolicy_Condition_MetricAbsence{Filter: a.Filter, Aggregations: list, Duration: durationpb.New(duration)}
	absence.Trigger, err = trigger(a.TriggerCount, a.TriggerPercent)
	return absence, err
}

// trigger returns how many series have to fail, nil for any one.
func trigger(count int64, percent float64) (*monitoringpb.AlertPolicy_Condition_Trigger, error) {
	switch {
	case count < 0 || count > math.MaxInt32:
		return nil, fmt.Errorf("a trigger of %d series is out of range", count)
	case count != 0:
		return &monitoringpb.AlertPolicy_Condition_Trigger{
			Type: &monitoringpb.AlertPolicy_Condition_Trigger_Count{Count: int32(count)},
		}, nil
	case percent != 0:
		return &monitoringpb.AlertPolicy_Condition_Trigger{
			Type: &monitoringpb.AlertPolicy_Condition_Trigger_Percent{Percent: percent},
		}, nil
	default:
		return nil, nil
	}
}

func aggregations(list []Aggregation) ([]*monitoringpb.Aggregation, error) {
	var result []*monitoringpb.Aggregation
	for _, a := range list {
		aligner, err := enum(monitoringpb.Aggregation_Aligner_value, "per-series aligner", a.PerSeriesAligner, "ALIGN_NONE")
		if err != nil {
			return nil, err
		}
		reducer, err := enum(monitoringpb.Aggregation_Reducer_value, "cross-series reducer", a.CrossSeriesReducer, "REDUCE_NONE")
		if err != nil {
			return nil, err
		}
		result = append(result, &monitoringpb.Aggregation{
			AlignmentPeriod: some(a.AlignmentPeriod), GroupByFields: slices.Clone(a.GroupByFields),
			PerSeriesAligner:   monitoringpb.Aggregation_Aligner(aligner),
			CrossSeriesReducer: monitoringpb.Aggregation_Reducer(reducer),
		})
	}
	return result, nil
}
