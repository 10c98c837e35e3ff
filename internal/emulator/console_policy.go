package emulator

import (
	"context"
	"errors"
	"fmt"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/prometheus/prometheus/promql/parser"
)

// consolePolicyState is what the conditions of a policy say now.
type consolePolicyState struct {
	// State is "quiet", "met" or "unknown", Text says it in words.
	State string `json:"state"`
	Text  string `json:"text"`
}

// consolePolicyData evaluates the PromQL conditions of a policy. Whether they
// have held for as long as the policy asks is not looked at.
func (s *Server) consolePolicyData(ctx context.Context, name string) (*consolePolicyState, error) {
	p := &monitoringpb.AlertPolicy{}
	if _, err := s.load(kindAlertPolicy, name, p); err != nil {
		return nil, err
	}
	met, evaluated := 0, 0
	for _, c := range p.GetConditions() {
		q := c.GetConditionPrometheusQueryLanguage()
		if q == nil {
			continue
		}
		ready, err := promQuery(q.GetQuery(), 0)
		if err != nil {
			continue
		}
		result := s.series.Instant(ctx, projectOf(name), ready, s.now())
		if result.Err != nil {
			continue
		}
		vector, err := result.Vector()
		if err != nil {
			continue
		}
		evaluated++
		met += len(vector)
	}
	switch {
	case evaluated == 0:
		return &consolePolicyState{"unknown", "not evaluated here"}, nil
	case met == 0:
		return &consolePolicyState{"quiet", "quiet now"}, nil
	case met == 1:
		return &consolePolicyState{"met", "met now by 1 series"}, nil
	}
	return &consolePolicyState{"met", fmt.Sprintf("met now by %d series", met)}, nil
}

// alert evaluates an alert chart: the query of the policy's condition without
// its comparison, which becomes a threshold.
func (q *tileQuery) alert(ctx context.Context, name string) (*consoleData, error) {
	p := &monitoringpb.AlertPolicy{}
	if _, err := q.s.load(kindAlertPolicy, q.s.canonicalName(name), p); err != nil {
		return nil, notFound("The chart shows the alerting policy %s, which does not exist.", name)
	}
	out := q.data()
	out.Label = p.GetDisplayName()
	for _, c := range p.GetConditions() {
		text, limits, err := conditionQuery(c)
		if err != nil {
			return nil, invalid("%s.", sentence(err))
		}
		matrix, err := q.evaluateText(ctx, out, text, 0)
		if err != nil {
			return nil, err
		}
		for _, one := range matrix {
			out.Series = append(out.Series, consoleSeries{Name: legend("", one.Metric, c.GetDisplayName()), Style: "line", Points: q.points(one.Floats), labels: one.Metric})
		}
		out.Thresholds = append(out.Thresholds, limits...)
	}
	out.trim()
	return out, nil
}

// conditionQuery returns what a condition compares, and with what.
func conditionQuery(c *monitoringpb.AlertPolicy_Condition) (string, []consoleThreshold, error) {
	if t := c.GetConditionThreshold(); t != nil {
		text, err := promQLOfFilter(t.GetFilter(), monitoringAggregation(t.GetAggregations()))
		limit := consoleThreshold{Value: t.GetThresholdValue(), Color: "red", Below: t.GetComparison() == monitoringpb.ComparisonType_COMPARISON_LT}
		return text, []consoleThreshold{limit}, err
	}
	q := c.GetConditionPrometheusQueryLanguage()
	if q == nil {
		return "", nil, errors.New("the policy's condition has no query that can be drawn")
	}
	expr, err := parsePromQL(q.GetQuery())
	if err != nil {
		return "", nil, err
	}
	for {
		paren, ok := expr.(*parser.ParenExpr)
		if !ok {
			break
		}
		expr = paren.Expr
	}
	binary, ok := expr.(*parser.BinaryExpr)
	if !ok {
		return expr.String(), nil, nil
	}
	limit, ok := binary.RHS.(*parser.NumberLiteral)
	if !ok || !binary.Op.IsComparisonOperator() {
		return expr.String(), nil, nil
	}
	below := binary.Op == parser.LSS || binary.Op == parser.LTE
	return binary.LHS.String(), []consoleThreshold{{Value: limit.Val, Color: "red", Below: below}}, nil
}
