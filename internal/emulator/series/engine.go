package series

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
)

// Limits of a query: what the samples that it holds at a time, and its run time,
// may come to.
const (
	maxSamples = 20_000_000
	maxTime    = 2 * time.Minute
	// lookback is how far back an instant reaches for the latest sample.
	lookback = 5 * time.Minute
)

// engine is Prometheus' own, made when the first query comes.
var engine = sync.OnceValue(func() *promql.Engine {
	return promql.NewEngine(promql.EngineOpts{
		MaxSamples: maxSamples, Timeout: maxTime, LookbackDelta: lookback,
		EnableAtModifier: true, EnableNegativeOffset: true,
		NoStepSubqueryIntervalFn: func(int64) int64 { return time.Minute.Milliseconds() },
	})
})

// Instant evaluates a query over a project's series at one time.
func (s *Source) Instant(ctx context.Context, project, query string, at time.Time) *promql.Result {
	q, err := engine().NewInstantQuery(ctx, s.Queryable(project), nil, query, at)
	if err != nil {
		return &promql.Result{Err: err}
	}
	// Close would take the memory of the result back for other queries.
	return q.Exec(ctx)
}

// Range evaluates a query at every step from start to end.
func (s *Source) Range(ctx context.Context, project, query string, start, end time.Time, step time.Duration) *promql.Result {
	q, err := engine().NewRangeQuery(ctx, s.Queryable(project), nil, query, start, end, step)
	if err != nil {
		return &promql.Result{Err: err}
	}
	// Close would take the memory of the result back for other queries.
	return q.Exec(ctx)
}

// Labels returns the labels of the series that match any of the selectors, or of
// all series without one.
func (s *Source) Labels(project string, selectors ...[]*labels.Matcher) []labels.Labels {
	if len(selectors) == 0 {
		selectors = [][]*labels.Matcher{nil}
	}
	var found []labels.Labels
	for _, matchers := range selectors {
		(&querier{source: s, project: project}).each(matchers, func(set labels.Labels) { found = append(found, set) })
	}
	slices.SortFunc(found, labels.Compare)
	return slices.CompactFunc(found, labels.Equal)
}
