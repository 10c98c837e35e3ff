package slo

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/prometheus/prometheus/promql/parser"
)

// parseQuery is the one place that knows the parser's options: experimental
// functions and modifiers are off, as they are in Cloud Monitoring.
func parseQuery(query string) (parser.Expr, error) {
	return parser.NewParser(parser.Options{}).ParseExpr(query)
}

// queryOf returns the query of a policy's only condition, empty when it isn't one.
func queryOf(policy *monitoringpb.AlertPolicy) string {
	if len(policy.GetConditions()) != 1 {
		return ""
	}
	return policy.GetConditions()[0].GetConditionPrometheusQueryLanguage().GetQuery()
}

// burnQueries returns the queries of the policies that watch the budget.
func burnQueries(policies map[string]*monitoringpb.AlertPolicy) []string {
	var queries []string
	for _, usual := range usualPairs() {
		if query := queryOf(policies[usual.key]); query != "" {
			queries = append(queries, query)
		}
	}
	return queries
}

// bucketsOf returns the buckets in the comment of a query, the usual ones when
// it has none.
func bucketsOf(query string) []float64 {
	usual := DefaultLatency().Buckets
	expr, err := parseQuery(query)
	if err != nil || int(expr.PositionRange().End) > len(query) {
		return usual
	}
	comment, ok := strings.CutPrefix(query[expr.PositionRange().End:], bucketMark)
	if !ok {
		return usual
	}
	var buckets []float64
	for printed := range strings.SplitSeq(comment, ",") {
		bucket, err := strconv.ParseFloat(strings.TrimSpace(printed), 64)
		if err != nil || math.IsNaN(bucket) || math.IsInf(bucket, 0) {
			return usual
		}
		buckets = append(buckets, bucket)
	}
	return buckets
}

// ranged is a selector with a range.
type ranged struct {
	series string
	window time.Duration
}

// rangesOf returns the selectors of a query that have a range, in order.
func rangesOf(query string) []ranged {
	expr, err := parseQuery(query)
	if err != nil {
		return nil
	}
	var found []ranged
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		matrix, ok := node.(*parser.MatrixSelector)
		if !ok {
			return nil
		}
		if vector, ok := matrix.VectorSelector.(*parser.VectorSelector); ok {
			found = append(found, ranged{vector.String(), matrix.Range})
		}
		return nil
	})
	return found
}

// startsWith says whether a query begins with this ratio, over its first window,
// compared with a number.
func startsWith(query string, ratio func(time.Duration) string) bool {
	found := rangesOf(query)
	if len(found) == 0 {
		return false
	}
	wanted, err := parseQuery(ratio(found[0].window))
	if err != nil {
		return false
	}
	expr, err := parseQuery(query)
	return err == nil && strings.HasPrefix(expr.String(), wanted.String()+" > ")
}

// ratioSelectors recovers the selectors from a query that a ratio rendered to.
func ratioSelectors(query string) (GoodTotalRatio, bool) {
	found := rangesOf(query)
	if len(found) < 2 {
		return GoodTotalRatio{}, false
	}
	first, second := found[0].series, found[1].series
	for _, guess := range []GoodTotalRatio{
		{BadPromQL: first, TotalPromQL: second}, {GoodPromQL: first, TotalPromQL: second}, {BadPromQL: first, GoodPromQL: second},
	} {
		if startsWith(query, guess.ratio) {
			return guess, true
		}
	}
	return GoodTotalRatio{}, false
}

// cutSelectors is the same for a distribution.
func cutSelectors(query string) (DistributionCut, bool) {
	found := rangesOf(query)
	if len(found) < 2 {
		return DistributionCut{}, false
	}
	guess := DistributionCut{GoodPromQL: found[0].series, TotalPromQL: found[1].series}
	return guess, startsWith(query, guess.ratio)
}

// sameQuery says whether two queries are the same but for spelling.
func sameQuery(a, b string) bool {
	if a == b {
		return true
	}
	first, err := parseQuery(a)
	if err != nil {
		return false
	}
	second, err := parseQuery(b)
	return err == nil && first.String() == second.String() && slices.Equal(bucketsOf(a), bucketsOf(b))
}
