package emulator

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// promLabelName is Prometheus' rule for label names.
var promLabelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// checkMetricsExist refuses conditions on metrics that the project does not have
// yet, as the service does for about ten minutes after a metric's first point.
func (s *Server) checkMetricsExist(ctx context.Context, project string, p *monitoringpb.AlertPolicy) error {
	for _, c := range p.GetConditions() {
		switch t := c.GetCondition().(type) {
		case *monitoringpb.AlertPolicy_Condition_ConditionThreshold:
			for _, filter := range []string{t.ConditionThreshold.GetFilter(), t.ConditionThreshold.GetDenominatorFilter()} {
				if err := s.checkFilterMetrics(ctx, project, filter); err != nil {
					return err
				}
			}
		case *monitoringpb.AlertPolicy_Condition_ConditionAbsent:
			if err := s.checkFilterMetrics(ctx, project, t.ConditionAbsent.GetFilter()); err != nil {
				return err
			}
		case *monitoringpb.AlertPolicy_Condition_ConditionPrometheusQueryLanguage:
			q := t.ConditionPrometheusQueryLanguage
			if q.GetDisableMetricValidation() {
				continue
			}
			for _, name := range promMetrics(q.GetQuery()) {
				byType := strings.Contains(name, "/") && s.metricVisible(ctx, project, name)
				if !byType && !s.promQLMetricVisible(ctx, project, name) {
					return errNoMetric(promType(name))
				}
			}
		}
	}
	return nil
}

func (s *Server) checkFilterMetrics(ctx context.Context, project, filter string) error {
	if filter == "" {
		return nil
	}
	node, err := parseFilter(filter)
	if err != nil {
		return nil //nolint:nilerr // the rules on filters have refused it already
	}
	for _, t := range filterTerms(node) {
		if t.path != "metric.type" || t.op != "=" || t.fn != "" && t.fn != "one_of" {
			continue
		}
		for _, v := range t.values {
			if !s.metricVisible(ctx, project, v.text) {
				return errNoMetric(v.text)
			}
		}
	}
	return nil
}

func errNoMetric(metricType string) error {
	return notFound("Cannot find metric that matches type = \"%s\". If a metric was created recently, it could take up to 10 minutes to become available. Please try again soon.", metricType)
}

// promMetrics returns the names of the metrics that a query selects, sorted.
// Selections by a pattern over the name count as none.
func promMetrics(query string) []string {
	expr, err := parsePromQL(query)
	if err != nil {
		return nil
	}
	var names []string
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		for _, m := range selector.LabelMatchers {
			if m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual && m.Value != "" {
				names = append(names, m.Value)
			}
		}
		return nil
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// promType returns a Cloud Monitoring type for a metric name of PromQL, for the
// error: a name alone does not tell the kind that ends the type of a metric of
// Managed Service for Prometheus, so it is guessed from the exporters' habits.
func promType(name string) string {
	switch {
	case strings.Contains(name, "/"):
		return name
	case strings.Contains(name, ":"):
		domain, path, _ := strings.Cut(name, ":")
		return strings.ReplaceAll(domain, "_", ".") + "/" + path
	case strings.HasSuffix(name, "_bucket"):
		return "prometheus.googleapis.com/" + strings.TrimSuffix(name, "_bucket") + "/histogram"
	case strings.HasSuffix(name, "_total"):
		return "prometheus.googleapis.com/" + name + "/counter"
	}
	return "prometheus.googleapis.com/" + name + "/gauge"
}
