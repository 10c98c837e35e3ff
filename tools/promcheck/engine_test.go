package promcheck_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/rules"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

// interval is how often the synthetic exporters are scraped and the rules are
// evaluated: 30 seconds, as the service evaluates a query by default.
const interval = 30 * time.Second

// result is what an alerting rule did over a run.
type result struct {
	// first and last are when it fired first and last, as time since the start.
	first, last time.Duration
	fired       bool
	// groups are the values of the grouping label that fired.
	groups []string
}

// engine returns an engine with the options of a Prometheus server out of the box.
func engine(t *testing.T) *promql.Engine {
	t.Helper()
	return promqltest.NewTestEngineWithOpts(t, promql.EngineOpts{
		Logger: promslog.NewNopLogger(), MaxSamples: 50_000_000, Timeout: time.Minute,
		EnableAtModifier: true, EnableNegativeOffset: true,
	})
}

// run evaluates the condition over the series, from one time to another, as a
// rule with the condition's own duration to hold.
func run(t *testing.T, c alert.Condition, group, series string, from, to time.Duration) result {
	t.Helper()
	query, ok := c.Query()
	if !ok {
		t.Fatalf("%s has no query", c.Signal())
	}
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(query)
	if err != nil {
		t.Fatalf("%s: %s", query, err)
	}
	storage := promqltest.LoadedStorage(t, series)
	rule := rules.NewAlertingRule(c.Signal(), expr, c.Duration, 0, labels.EmptyLabels(), labels.EmptyLabels(), labels.EmptyLabels(), "", true, promslog.NewNopLogger())
	evaluate := rules.EngineQueryFunc(engine(t), storage)
	var r result
	groups := map[string]bool{}
	for at := from; at <= to; at += interval {
		if _, err := rule.Eval(t.Context(), 0, time.Unix(0, 0).Add(at), evaluate, nil, 0); err != nil {
			t.Fatalf("%s at %s: %s", query, at, err)
		}
		for _, active := range rule.ActiveAlerts() {
			if active.State != rules.StateFiring {
				continue
			}
			if !r.fired {
				r.first = at
			}
			r.fired, r.last = true, at
			groups[active.Labels.Get(group)] = true
		}
	}
	r.groups = slices.Sorted(maps.Keys(groups))
	return r
}
