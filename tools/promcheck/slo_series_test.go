package promcheck_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/storage"
)

// recording is what a fleet exports over a while: counters that only grow, at
// one scrape interval.
type recording struct {
	scrape, length time.Duration
	counters       []counter
}

// counter is one series, with its value at each scrape.
type counter struct {
	labels labels.Labels
	values []float64
}

// add adds a series that grows by what growth says until each scrape.
func (r *recording) add(metric string, set labels.Labels, growth func(at time.Duration) float64) {
	one := counter{labels: labels.NewBuilder(set).Set(model.MetricNameLabel, metric).Labels()}
	total := 0.0
	for at := time.Duration(0); at <= r.length; at += r.scrape {
		total += growth(at)
		one.values = append(one.values, total)
	}
	r.counters = append(r.counters, one)
}

// load puts the recording into a storage of Prometheus' own.
func (r *recording) load(t *testing.T) storage.Storage {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "load %s\n", r.scrape)
	for _, one := range r.counters {
		name := one.labels.Get(model.MetricNameLabel)
		b.WriteString("  " + name + labels.NewBuilder(one.labels).Del(model.MetricNameLabel).Labels().String())
		for _, v := range one.values {
			b.WriteString(" " + strconv.FormatFloat(v, 'f', -1, 64))
		}
		b.WriteString("\n")
	}
	return promqltest.LoadedStorage(t, b.String())
}

// increase is how much a series grew in the window before a time.
func (r *recording) increase(one counter, at, window time.Duration) float64 {
	return one.values[at/r.scrape] - one.values[(at-window)/r.scrape]
}

// alarm is when a query had a result: as an alert without a duration to hold fires.
type alarm struct {
	first, last time.Duration
	fired       bool
}

// watch evaluates a query at every scrape from one time to the end.
func (r *recording) watch(t *testing.T, from storage.Storage, query string, start time.Duration) alarm {
	t.Helper()
	evaluation, err := engine(t).NewRangeQuery(t.Context(), from, nil, query, time.Unix(0, 0).Add(start), time.Unix(0, 0).Add(r.length), r.scrape)
	if err != nil {
		t.Fatalf("%s: %s", query, err)
	}
	defer evaluation.Close()
	matrix, err := evaluation.Exec(t.Context()).Matrix()
	if err != nil {
		t.Fatalf("%s: %s", query, err)
	}
	var a alarm
	for _, series := range matrix {
		for _, point := range series.Floats {
			at := time.UnixMilli(point.T).Sub(time.Unix(0, 0))
			if !a.fired || at < a.first {
				a.first = at
			}
			a.fired, a.last = true, max(a.last, at)
		}
	}
	return a
}

// value evaluates a query at one time; false when it has no result.
func value(t *testing.T, from storage.Storage, query string, at time.Duration) (float64, bool) {
	t.Helper()
	evaluation, err := engine(t).NewInstantQuery(t.Context(), from, nil, query, time.Unix(0, 0).Add(at))
	if err != nil {
		t.Fatalf("%s: %s", query, err)
	}
	defer evaluation.Close()
	vector, err := evaluation.Exec(t.Context()).Vector()
	switch {
	case err != nil:
		t.Fatalf("%s: %s", query, err)
	case len(vector) > 1:
		t.Fatalf("%s has %d results", query, len(vector))
	case len(vector) == 0:
		return 0, false
	}
	return vector[0].F, true
}
