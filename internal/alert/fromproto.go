package alert

import (
	"maps"
	"slices"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
)

// FromProto recovers a policy from what the service returns. It takes any
// policy, made by this package or not, and never fails: what has no place in a
// [Policy] is left out, so that it shows as drift. A condition of a kind that
// has no signal here (MQL, SQL) comes back without one.
//
// It inverts [Policy.Proto] up to these: an empty map or slice comes back nil,
// an empty combiner as OR, an empty display name of a condition as the default,
// Documentation without anything in it as nil, Renotify without channels as 0,
// and a raw query that reads like a typed signal as that signal (see
// [Condition.AsPromQL]).
func FromProto(policy *monitoringpb.AlertPolicy) Policy {
	labels := policy.GetUserLabels()
	p := Policy{
		Name:        policy.GetName(),
		DisplayName: policy.GetDisplayName(),
		Enabled:     policy.GetEnabled() == nil || policy.GetEnabled().GetValue(),
		Priority:    priorityOf(labels),
		Suite:       labels[LabelSuite],
		Severity:    word(policy.GetSeverity(), monitoringpb.AlertPolicy_SEVERITY_UNSPECIFIED),
		Combiner:    word(policy.GetCombiner(), monitoringpb.AlertPolicy_COMBINE_UNSPECIFIED),
		Channels:    filled(policy.GetNotificationChannels()),
		AutoClose:   policy.GetAlertStrategy().GetAutoClose().AsDuration(),
		RateLimit:   policy.GetAlertStrategy().GetNotificationRateLimit().GetPeriod().AsDuration(),
		Renotify:    renotify(policy),
		Labels:      maps.Clone(labels),
	}
	if len(p.Labels) == 0 {
		p.Labels = nil
	}
	for _, prompt := range policy.GetAlertStrategy().GetNotificationPrompts() {
		p.Prompts = append(p.Prompts, prompt.String())
	}
	for _, condition := range policy.GetConditions() {
		p.Conditions = append(p.Conditions, conditionFrom(condition))
	}
	p.Documentation, p.Runbook = documentationFrom(policy.GetDocumentation(), p.Priority, p.Suite)
	return p
}

// word spells an enum value, the unspecified one as nothing.
func word[E interface {
	comparable
	String() string
}](value, unspecified E) string {
	if value == unspecified {
		return ""
	}
	return value.String()
}

func filled(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return slices.Clone(list)
}

func renotify(policy *monitoringpb.AlertPolicy) time.Duration {
	strategies := policy.GetAlertStrategy().GetNotificationChannelStrategy()
	if len(strategies) == 0 {
		return 0
	}
	interval := strategies[0].GetRenotifyInterval().AsDuration()
	var told []string
	for _, strategy := range strategies {
		if strategy.GetRenotifyInterval().AsDuration() != interval {
			return MixedRenotify
		}
		told = append(told, strategy.GetNotificationChannelNames()...)
	}
	all := slices.Clone(policy.GetNotificationChannels())
	slices.Sort(all)
	slices.Sort(told)
	if !slices.Equal(slices.Compact(told), slices.Compact(all)) {
		return MixedRenotify
	}
	return interval
}

func documentationFrom(doc *monitoringpb.AlertPolicy_Documentation, priority Priority, suite string) (*Documentation, *Runbook) {
	intro, runbook := parseContent(doc.GetContent(), priority, suite)
	documentation := &Documentation{Content: intro, Subject: doc.GetSubject()}
	links := &documentation.Links
	if runbook != nil {
		links = &runbook.Links
	}
	for _, link := range doc.GetLinks() {
		*links = append(*links, Link{DisplayName: link.GetDisplayName(), URL: link.GetUrl()})
	}
	if documentation.Content == "" && documentation.Subject == "" && len(documentation.Links) == 0 {
		documentation = nil
	}
	return documentation, runbook
}

func conditionFrom(condition *monitoringpb.AlertPolicy_Condition) Condition {
	c := Condition{}
	if promql := condition.GetConditionPrometheusQueryLanguage(); promql != nil {
		recognised := false
		if promql.GetRuleGroup() == "" && promql.GetAlertRule() == "" && len(promql.GetLabels()) == 0 {
			c, recognised = recognise(promql.GetQuery())
		}
		if !recognised {
			c.PromQL = &PromQL{Query: promql.GetQuery(), RuleGroup: promql.GetRuleGroup(), AlertRule: promql.GetAlertRule()}
			if len(promql.GetLabels()) > 0 {
				c.PromQL.Labels = maps.Clone(promql.GetLabels())
			}
		}
		c.Duration, c.EvaluationInterval = promql.GetDuration().AsDuration(), promql.GetEvaluationInterval().AsDuration()
		c.DisableMetricValidation = promql.GetDisableMetricValidation()
	}
	if threshold := condition.GetConditionThreshold(); threshold != nil {
		c.Duration, c.Threshold = threshold.GetDuration().AsDuration(), thresholdFrom(threshold)
	}
	if absence := condition.GetConditionAbsent(); absence != nil {
		c.Duration = absence.GetDuration().AsDuration()
		c.MetricAbsence = &MetricAbsence{
			Filter:         absence.GetFilter(),
			Aggregations:   aggregationsFrom(absence.GetAggregations()),
			TriggerCount:   int64(absence.GetTrigger().GetCount()),
			TriggerPercent: absence.GetTrigger().GetPercent(),
		}
	}
	if match := condition.GetConditionMatchedLog(); match != nil {
		c.LogMatch = &LogMatch{Filter: match.GetFilter()}
		if len(match.GetLabelExtractors()) > 0 {
			c.LogMatch.LabelExtractors = maps.Clone(match.GetLabelExtractors())
		}
	}
	c.Name, c.DisplayName = condition.GetName(), condition.GetDisplayName()
	return c
}

func thresholdFrom(threshold *monitoringpb.AlertPolicy_Condition_MetricThreshold) *Threshold {
	return &Threshold{
		Filter:                  threshold.GetFilter(),
		Comparison:              word(threshold.GetComparison(), monitoringpb.ComparisonType_COMPARISON_UNSPECIFIED),
		ThresholdValue:          threshold.GetThresholdValue(),
		DenominatorFilter:       threshold.GetDenominatorFilter(),
		Aggregations:            aggregationsFrom(threshold.GetAggregations()),
		DenominatorAggregations: aggregationsFrom(threshold.GetDenominatorAggregations()),
		TriggerCount:            int64(threshold.GetTrigger().GetCount()),
		TriggerPercent:          threshold.GetTrigger().GetPercent(),
		EvaluationMissingData:   word(threshold.GetEvaluationMissingData(), monitoringpb.AlertPolicy_Condition_EVALUATION_MISSING_DATA_UNSPECIFIED),
		ForecastHorizon:         threshold.GetForecastOptions().GetForecastHorizon().AsDuration(),
	}
}

func aggregationsFrom(list []*monitoringpb.Aggregation) []Aggregation {
	var result []Aggregation
	for _, a := range list {
		result = append(result, Aggregation{
			AlignmentPeriod:    a.GetAlignmentPeriod().AsDuration(),
			PerSeriesAligner:   word(a.GetPerSeriesAligner(), monitoringpb.Aggregation_ALIGN_NONE),
			CrossSeriesReducer: word(a.GetCrossSeriesReducer(), monitoringpb.Aggregation_REDUCE_NONE),
			GroupByFields:      filled(a.GetGroupByFields()),
		})
	}
	return result
}
