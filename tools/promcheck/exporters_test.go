package promcheck_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"
)

// horizon is how long the synthetic exporters run.
const horizon = 2 * time.Hour

// gone stands for a scrape at which a series isn't there.
var gone = math.NaN()

// exporter writes series as a scrape would have stored them.
type exporter struct {
	b strings.Builder
	// target are labels that the collector adds to each series, over its own.
	target labels.Labels
}

// load returns the series in the notation of Prometheus' own tests.
func (e *exporter) load() string { return "load 30s\n" + e.b.String() }

// series writes one series; value is called for every scrape.
func (e *exporter) series(metric string, set labels.Labels, value func(at time.Duration) float64) {
	all := labels.NewBuilder(set)
	e.target.Range(func(l labels.Label) { all.Set(l.Name, l.Value) })
	fmt.Fprintf(&e.b, "  %s%s", metric, all.Labels())
	for at := time.Duration(0); at <= horizon; at += interval {
		if v := value(at); math.IsNaN(v) {
			e.b.WriteString(" _")
		} else {
			e.b.WriteString(" " + strconv.FormatFloat(v, 'f', -1, 64))
		}
	}
	e.b.WriteString("\n")
}

// counter writes a series that grows by what rate says at each scrape. Where it
// says minus infinity the process has started anew since the scrape before, and
// has counted as much as in any other interval.
func (e *exporter) counter(metric string, set labels.Labels, rate func(at time.Duration) float64) {
	total := 0.0
	e.series(metric, set, func(at time.Duration) float64 {
		step := rate(at)
		if math.IsInf(step, -1) {
			total, step = 0, rate(at-interval)
		}
		total += step
		return total
	})
}

func constant(v float64) func(time.Duration) float64 {
	return func(time.Duration) float64 { return v }
}

// from switches from one value to another at the time of the fault.
func from(before, after float64) func(time.Duration) float64 {
	return func(at time.Duration) float64 {
		if at < fault {
			return before
		}
		return after
	}
}

// fault is when things go wrong: late enough that no window reaches back to the
// start of the series.
const fault = 30 * time.Minute

var (
	tenants  = []string{"tenant-a", "tenant-b", "tenant-c"}
	pods     = []string{"api-7d9f-0", "api-7d9f-1"}
	handlers = []string{"/v1/packs", "/v1/packs/{pack_id}/executions"}
)

// pod returns the labels that a target of managed collection has.
func pod(namespace, name string, more ...string) labels.Labels {
	return labels.FromStrings(append([]string{
		"cluster", "prod", "instance", name + ":http", "job", "api", "namespace", namespace, "pod", name,
	}, more...)...)
}

// requests writes http_requests_total as prometheus-fastapi-instrumentator does:
// each pod and handler has a series a status; failed is their share, written
// with the status given. A pod serves 1000 requests a scrape and handler.
func (e *exporter) requests(namespace, ok, bad string, load, failed func(time.Duration) float64) {
	for _, name := range pods {
		for _, handler := range handlers {
			labelled := func(status string) labels.Labels {
				return pod(namespace, name, "handler", handler, "method", "POST", "status", status)
			}
			e.counter("http_requests_total", labelled(ok), func(at time.Duration) float64 { return load(at) * (1 - failed(at)) })
			e.counter("http_requests_total", labelled(bad), func(at time.Duration) float64 { return load(at) * failed(at) })
		}
	}
}

// histogram writes a histogram with the bounds as an exporter spells them; slow
// is the share of observations over the bound limit, the others are fast.
func (e *exporter) histogram(metric, namespace string, bounds []string, limit string, load, slow func(time.Duration) float64, more ...string) {
	for _, name := range pods {
		set := pod(namespace, name, more...)
		over := false
		for _, bound := range append(bounds, "+Inf") {
			within, last := !over, bound == "+Inf"
			e.counter(metric+"_bucket", labels.NewBuilder(set).Set("le", bound).Labels(), func(at time.Duration) float64 {
				if last {
					return load(at)
				}
				if within {
					return load(at) * (1 - slow(at))
				}
				return load(at) * (1 - slow(at)/2)
			})
			over = over || bound == limit
		}
		e.counter(metric+"_count", set, load)
		e.counter(metric+"_sum", set, func(at time.Duration) float64 { return load(at) * 0.2 })
	}
}
