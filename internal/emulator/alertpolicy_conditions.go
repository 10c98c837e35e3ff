package emulator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/prometheus/prometheus/promql/parser"
	"google.golang.org/protobuf/types/known/durationpb"
)

// maxFilter is the length of a filter, a rule group and a rule name.
const maxFilter = 2048

func conditionField(i int, name string) string {
	return fmt.Sprintf("alert_policy.conditions[%d].%s", i, name)
}

func checkCondition(i int, c *monitoringpb.AlertPolicy_Condition) error {
	if err := checkDisplayName(conditionField(i, "display_name"), c.GetDisplayName()); err != nil {
		return err
	}
	switch t := c.GetCondition().(type) {
	case *monitoringpb.AlertPolicy_Condition_ConditionThreshold:
		return checkThreshold(conditionField(i, "condition_threshold"), t.ConditionThreshold)
	case *monitoringpb.AlertPolicy_Condition_ConditionAbsent:
		return checkAbsent(conditionField(i, "condition_absent"), t.ConditionAbsent)
	case *monitoringpb.AlertPolicy_Condition_ConditionMatchedLog:
		return checkLogMatch(conditionField(i, "condition_matched_log"), t.ConditionMatchedLog)
	case *monitoringpb.AlertPolicy_Condition_ConditionPrometheusQueryLanguage:
		return checkPromQL(conditionField(i, "condition_prometheus_query_language"), t.ConditionPrometheusQueryLanguage)
	case *monitoringpb.AlertPolicy_Condition_ConditionMonitoringQueryLanguage:
		return notModelled("conditions in the Monitoring Query Language")
	case *monitoringpb.AlertPolicy_Condition_ConditionSql:
		return notModelled("SQL conditions")
	}
	return badField(conditionField(i, "condition_case"), "0", noConditionType)
}

func checkThreshold(field string, t *monitoringpb.AlertPolicy_Condition_MetricThreshold) error {
	if err := checkMetricFilter(field+".filter", t.GetFilter(), true); err != nil {
		return err
	}
	if err := checkAggregations(field+".aggregations", t.GetAggregations()); err != nil {
		return err
	}
	if err := checkDenominator(field, t); err != nil {
		return err
	}
	if c := t.GetComparison(); c != monitoringpb.ComparisonType_COMPARISON_GT && c != monitoringpb.ComparisonType_COMPARISON_LT {
		return badField(field+".comparison", t.GetComparison().String(), "Only COMPARISON_GT and COMPARISON_LT are supported.")
	}
	if err := checkMinutes(field+".duration", t.GetDuration(), 0); err != nil {
		return err
	}
	if t.GetEvaluationMissingData() != monitoringpb.AlertPolicy_Condition_EVALUATION_MISSING_DATA_UNSPECIFIED && t.GetDuration().AsDuration() < time.Minute {
		return badField(field+".evaluation_missing_data", t.GetEvaluationMissingData().String(), "Conditions setting evaluation_missing_data must have a non-zero duration.")
	}
	if f := t.GetForecastOptions(); f != nil && !within(f.GetForecastHorizon(), time.Hour, 60*time.Hour) {
		return badField(field+".forecast_options.forecast_horizon", showDuration(f.GetForecastHorizon()), "The forecast horizon must be between 1 hour and 60 hours.")
	}
	return checkTrigger(field+".trigger", t.GetTrigger())
}

func checkDenominator(field string, t *monitoringpb.AlertPolicy_Condition_MetricThreshold) error {
	if t.GetDenominatorFilter() == "" {
		if len(t.GetDenominatorAggregations()) > 0 {
			return badField(field+".denominator_aggregations", strconv.Itoa(len(t.GetDenominatorAggregations())), "Denominator aggregations need a denominator filter.")
		}
		return nil
	}
	if err := checkMetricFilter(field+".denominator_filter", t.GetDenominatorFilter(), false); err != nil {
		return err
	}
	if err := checkAggregations(field+".denominator_aggregations", t.GetDenominatorAggregations()); err != nil {
		return err
	}
	a, d := t.GetAggregations(), t.GetDenominatorAggregations()
	if len(a) > 0 && len(d) > 0 && a[0].GetAlignmentPeriod().AsDuration() != d[0].GetAlignmentPeriod().AsDuration() {
		return badField(field+".denominator_aggregations", showDuration(d[0].GetAlignmentPeriod()), "The aggregations and the denominator aggregations must use the same alignment period.")
	}
	return nil
}

func checkAbsent(field string, a *monitoringpb.AlertPolicy_Condition_MetricAbsence) error {
	if err := checkMetricFilter(field+".filter", a.GetFilter(), true); err != nil {
		return err
	}
	if err := checkAggregations(field+".aggregations", a.GetAggregations()); err != nil {
		return err
	}
	if err := checkMinutes(field+".duration", a.GetDuration(), 2*time.Minute); err != nil {
		return err
	}
	return checkTrigger(field+".trigger", a.GetTrigger())
}

// checkMinutes applies the rule on durations: whole minutes, not below least.
func checkMinutes(field string, d *durationpb.Duration, least time.Duration) error {
	if d.AsDuration() < least || d.AsDuration()%time.Minute != 0 {
		return badField(field, showDuration(d), fmt.Sprintf("The duration must be a multiple of 60 seconds and not below %d seconds.", int(least.Seconds())))
	}
	return nil
}

func checkTrigger(field string, t *monitoringpb.AlertPolicy_Condition_Trigger) error {
	switch v := t.GetType().(type) {
	case *monitoringpb.AlertPolicy_Condition_Trigger_Count:
		if v.Count < 1 {
			return badField(field+".count", strconv.Itoa(int(v.Count)), "The count must be positive.")
		}
	case *monitoringpb.AlertPolicy_Condition_Trigger_Percent:
		if !(v.Percent > 0 && v.Percent <= 100) {
			return badField(field+".percent", strconv.FormatFloat(v.Percent, 'g', -1, 64), "The percentage must be above 0 and at most 100.")
		}
	}
	return nil
}

// checkAggregations applies the rules that google/monitoring/v3/common.proto
// documents.
func checkAggregations(field string, all []*monitoringpb.Aggregation) error {
	for i, a := range all {
		at := fmt.Sprintf("%s[%d]", field, i)
		none := a.GetPerSeriesAligner() == monitoringpb.Aggregation_ALIGN_NONE
		reduces := a.GetCrossSeriesReducer() != monitoringpb.Aggregation_REDUCE_NONE
		period := a.GetAlignmentPeriod()
		switch {
		case !none && period == nil, period != nil && (period.AsDuration() < time.Minute || period.AsDuration()%time.Second != 0):
			return badField(at+".alignment_period", showDuration(period), "The alignment period must be at least 60 seconds.")
		case reduces && none:
			return badField(at+".per_series_aligner", a.GetPerSeriesAligner().String(), "A cross-series reducer needs a per-series aligner.")
		case len(a.GetGroupByFields()) > 0 && !reduces:
			return badField(at+".group_by_fields", strings.Join(a.GetGroupByFields(), ","), "Group-by fields need a cross-series reducer.")
		}
	}
	return nil
}

// checkMetricFilter applies the rules on a Monitoring filter of a condition.
func checkMetricFilter(field, filter string, needsResource bool) error {
	if filter == "" {
		return badField(field, filter, "The filter must not be empty.")
	}
	if utf8.RuneCountInString(filter) > maxFilter {
		return badField(field, filter, fmt.Sprintf("The filter must not be longer than %d characters.", maxFilter))
	}
	node, err := parseFilter(filter)
	if err != nil {
		return badField(field, filter, fmt.Sprintf("Could not parse filter %q; syntax error: %v", filter, err))
	}
	var metric, resource bool
	for _, t := range filterTerms(node) {
		if t.op == "=~" || t.op == "!~" {
			return badField(field, filter, fmt.Sprintf("Could not parse filter %q; syntax error at token '%s'", filter, t.op))
		}
		root, _, _ := strings.Cut(t.path, ".")
		switch {
		case t.path == "metric.type":
			metric = true
		case t.path == "resource.type":
			resource = true
		case t.path == "group.id":
			resource = true // a group selects resources by itself
		case !slices.Contains([]string{"metric", "resource", "metadata", "group", "project", "select_slo_burn_rate"}, root):
			return badField(field, filter, fmt.Sprintf("The filter contains an unknown field: %s", t.path))
		}
	}
	switch {
	case !metric:
		return badField(field, filter, `must specify a restriction on "metric.type" in the filter; see "https://cloud.google.com/monitoring/api/metrics" for a list of available metric types.`)
	case !resource && needsResource:
		return badField(field, filter, `must specify a restriction on "resource.type" in the filter; see "https://cloud.google.com/monitoring/api/resources" for a list of available resource types.`)
	}
	return nil
}

func checkLogMatch(field string, l *monitoringpb.AlertPolicy_Condition_LogMatch) error {
	if strings.TrimSpace(l.GetFilter()) == "" {
		return badField(field+".filter", l.GetFilter(), "The filter must not be empty.")
	}
	if err := checkLogFilter(l.GetFilter()); err != nil {
		return badField(field+".filter", l.GetFilter(), "Unparseable filter: "+err.Error())
	}
	keys := make([]string, 0, len(l.GetLabelExtractors()))
	for key := range l.GetLabelExtractors() {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		extractor := strings.TrimSpace(l.GetLabelExtractors()[key])
		known := strings.HasPrefix(extractor, "EXTRACT(") || strings.HasPrefix(extractor, "REGEXP_EXTRACT(")
		if !known || !strings.HasSuffix(extractor, ")") {
			return badField(field+".label_extractors["+key+"]", extractor, "A label extractor must be EXTRACT(field) or REGEXP_EXTRACT(field, regex).")
		}
	}
	return nil
}

// checkLogFilter finds what makes a Logging query unreadable in any reading of
// its language: an open string, comment aside, or unbalanced parentheses.
func checkLogFilter(filter string) error {
	depth := 0
	for i := 0; i < len(filter); i++ {
		switch c := filter[i]; c {
		case '"', '\'':
			_, n, err := lexString(filter[i:])
			if err != nil {
				return fmt.Errorf("syntax error at byte %d: %w", i, err)
			}
			i += n - 1
		case '-':
			if strings.HasPrefix(filter[i:], "--") && (i == 0 || filter[i-1] == '\n' || filter[i-1] == ' ') {
				end := strings.IndexByte(filter[i:], '\n')
				if end < 0 {
					return balanced(depth)
				}
				i += end
			}
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return fmt.Errorf("syntax error at byte %d: unexpected )", i)
			}
		}
	}
	return balanced(depth)
}

func balanced(depth int) error {
	if depth > 0 {
		return fmt.Errorf("syntax error at the end: %d parentheses are not closed", depth)
	}
	return nil
}

func checkPromQL(field string, p *monitoringpb.AlertPolicy_Condition_PrometheusQueryLanguageCondition) error {
	if strings.TrimSpace(p.GetQuery()) == "" {
		return badField(field+".query", p.GetQuery(), "The query must not be empty.")
	}
	expr, err := parsePromQL(p.GetQuery())
	if err != nil {
		return badField(field+".query", p.GetQuery(), "The query is not valid PromQL: "+err.Error())
	}
	if t := expr.Type(); t != parser.ValueTypeVector && t != parser.ValueTypeScalar {
		return badField(field+".query", p.GetQuery(), "The query must return an instant vector or a scalar, not a "+string(t)+".")
	}
	if d := p.GetDuration(); d != nil && (!d.IsValid() || d.AsDuration() < 0) {
		return badField(field+".duration", showDuration(d), "The duration must not be negative.")
	}
	if d := p.GetEvaluationInterval(); d != nil && (d.AsDuration() <= 0 || d.AsDuration()%(30*time.Second) != 0) {
		return badField(field+".evaluation_interval", showDuration(d), "The evaluation interval must be a positive multiple of 30 seconds.")
	}
	keys := make([]string, 0, len(p.GetLabels()))
	for key := range p.GetLabels() {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		if !promLabelName.MatchString(key) {
			return badField(field+".labels", key, "It is not a valid Prometheus label name.")
		}
	}
	switch {
	case utf8.RuneCountInString(p.GetRuleGroup()) > maxFilter:
		return badField(field+".rule_group", p.GetRuleGroup(), fmt.Sprintf("The rule group must not be longer than %d characters.", maxFilter))
	case p.GetAlertRule() != "" && !promLabelName.MatchString(p.GetAlertRule()) || utf8.RuneCountInString(p.GetAlertRule()) > maxFilter:
		return badField(field+".alert_rule", p.GetAlertRule(), "The alert rule must be a valid Prometheus label name of no more than 2048 characters.")
	}
	return nil
}

func parsePromQL(query string) (parser.Expr, error) {
	return parser.NewParser(parser.Options{}).ParseExpr(query)
}
