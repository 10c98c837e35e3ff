package series

import (
	"context"
	"errors"
	"maps"
	"math"
	"slices"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/util/annotations"
)

// Interval is how often a series has a sample, in milliseconds: managed
// collection scrapes every 30 seconds where nothing else is said.
const Interval = 30_000

// A long query gets fewer samples, as from a store that keeps old points at a
// lower resolution: a series keeps so many over the whole query, or so many in
// each window of a range vector, whichever is more.
const (
	fewest   = 2000
	inWindow = 24
)

// querier answers one query.
type querier struct {
	source     *Source
	project    string
	mint, maxt int64
}

// Queryable returns the storage of a project's series for Prometheus' engine.
func (s *Source) Queryable(project string) storage.Queryable {
	return storage.QueryableFunc(func(mint, maxt int64) (storage.Querier, error) {
		return &querier{source: s, project: project, mint: mint, maxt: maxt}, nil
	})
}

// ErrName says that a selector does not give the metric's name, which the
// service demands
// (https://cloud.google.com/stackdriver/docs/managed-prometheus/promql-differences).
var ErrName = errors.New("only exact matching on metric names is supported: every selector has to name its metric")

// Select implements storage.Querier.
func (q *querier) Select(_ context.Context, sorted bool, hints *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	found, err := q.find(matchers)
	if err != nil {
		return storage.ErrSeriesSet(err)
	}
	if sorted {
		slices.SortFunc(found, func(a, b one) int { return labels.Compare(a.labels, b.labels) })
	}
	step := int64(Interval)
	if hints != nil && thins(hints.Func) {
		step *= max(1, min((q.maxt-q.mint)/Interval/fewest, hints.Range/Interval/inWindow))
	}
	return &set{from: q.mint, to: q.maxt, step: step, series: found, at: -1}
}

// thins tells whether a function over a range gives the same from fewer samples.
func thins(function string) bool {
	switch function {
	case "rate", "increase", "delta", "avg_over_time":
		return true
	}
	return false
}

// find returns the series that match; without a name, of every metric.
func (q *querier) find(matchers []*labels.Matcher) ([]one, error) {
	name := ""
	for _, m := range matchers {
		if m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual {
			name = m.Value
		}
	}
	if name == "" {
		return nil, ErrName
	}
	var found []one
	for _, o := range q.source.metric(q.project, name, namedBy(matchers)) {
		if matchesAll(o.labels, matchers) {
			found = append(found, o)
		}
	}
	return found, nil
}

func matchesAll(set labels.Labels, matchers []*labels.Matcher) bool {
	for _, m := range matchers {
		if !m.Matches(set.Get(m.Name)) {
			return false
		}
	}
	return true
}

// LabelValues implements storage.LabelQuerier.
func (q *querier) LabelValues(_ context.Context, name string, _ *storage.LabelHints, matchers ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	values := map[string]bool{}
	q.each(matchers, func(set labels.Labels) {
		if v := set.Get(name); v != "" {
			values[v] = true
		}
	})
	return slices.Sorted(maps.Keys(values)), nil, nil
}

// LabelNames implements storage.LabelQuerier.
func (q *querier) LabelNames(_ context.Context, _ *storage.LabelHints, matchers ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	names := map[string]bool{}
	q.each(matchers, func(set labels.Labels) {
		set.Range(func(l labels.Label) { names[l.Name] = true })
	})
	return slices.Sorted(maps.Keys(names)), nil, nil
}

// each calls visit for the labels of every series that matches.
func (q *querier) each(matchers []*labels.Matcher, visit func(labels.Labels)) {
	names := Names()
	for _, m := range matchers {
		if m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual {
			names = []string{m.Value}
		}
	}
	for _, name := range names {
		for _, o := range q.source.metric(q.project, name, namedBy(matchers)) {
			if matchesAll(o.labels, matchers) {
				visit(o.labels)
			}
		}
	}
}

// Close implements storage.LabelQuerier.
func (q *querier) Close() error { return nil }

// one is one series.
type one struct {
	labels labels.Labels
	// value is what it shows at a time in seconds since the epoch.
	value func(t float64) float64
}

// set iterates over series.
type set struct {
	from, to, step int64
	series         []one
	at             int
}

func (s *set) Next() bool {
	s.at++
	return s.at < len(s.series)
}

func (s *set) At() storage.Series {
	return &sampled{one: s.series[s.at], from: s.from, to: s.to, step: s.step}
}

func (s *set) Err() error                        { return nil }
func (s *set) Warnings() annotations.Annotations { return nil }

// sampled is a series on its grid of samples.
type sampled struct {
	one
	from, to, step int64
}

func (s *sampled) Labels() labels.Labels { return s.labels }

func (s *sampled) Iterator(chunkenc.Iterator) chunkenc.Iterator {
	return &iterator{series: s, at: gridFrom(s.from, s.step) - s.step}
}

// gridFrom returns the first time of a grid at or after t, in milliseconds.
func gridFrom(t, step int64) int64 {
	return int64(math.Ceil(float64(t)/float64(step))) * step
}

// iterator computes each sample when it is asked for.
type iterator struct {
	series *sampled
	at     int64
}

func (i *iterator) Next() chunkenc.ValueType {
	i.at += i.series.step
	return i.kind()
}

func (i *iterator) kind() chunkenc.ValueType {
	if i.at > i.series.to {
		return chunkenc.ValNone
	}
	return chunkenc.ValFloat
}

func (i *iterator) Seek(t int64) chunkenc.ValueType { //nolint:govet // as chunkenc.Iterator has it, not io.Seeker
	i.at = max(i.at, gridFrom(max(t, i.series.from), i.series.step))
	return i.kind()
}

func (i *iterator) At() (int64, float64) { return i.at, i.series.value(float64(i.at) / 1000) }
func (i *iterator) AtT() int64           { return i.at }
func (i *iterator) AtST() int64          { return 0 }
func (i *iterator) Err() error           { return nil }

func (i *iterator) AtHistogram(*histogram.Histogram) (int64, *histogram.Histogram) {
	return i.at, nil
}

func (i *iterator) AtFloatHistogram(*histogram.FloatHistogram) (int64, *histogram.FloatHistogram) {
	return i.at, nil
}
