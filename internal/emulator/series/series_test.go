package series_test

import (
	"math"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator/series"
)

// now is a Monday morning.
var now = time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC)

const (
	hour = time.Hour
	day  = 24 * hour
)

// vector evaluates a query at one time.
func vector(t *testing.T, s *series.Source, query string, at time.Time) promql.Vector {
	t.Helper()
	result := s.Instant(t.Context(), "p", query, at)
	if result.Err != nil {
		t.Fatalf("%s: %v", query, result.Err)
	}
	v, err := result.Vector()
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

// number evaluates a query that gives one number.
func number(t *testing.T, s *series.Source, query string, at time.Time) float64 {
	t.Helper()
	v := vector(t, s, query, at)
	if len(v) != 1 {
		t.Fatalf("%s gives %d series, want 1", query, len(v))
	}
	return v[0].F
}

// matrix evaluates a query at every step of a span that ends now.
func matrix(t *testing.T, s *series.Source, query string, span, step time.Duration) promql.Matrix {
	t.Helper()
	result := s.Range(t.Context(), "p", query, now.Add(-span), now, step)
	if result.Err != nil {
		t.Fatalf("%s: %v", query, result.Err)
	}
	m, err := result.Matrix()
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	if len(m) == 0 {
		t.Fatalf("%s finds no series", query)
	}
	return m
}

// TestCountersFallOnlyAtRestarts over twelve days, in which every pod restarts.
func TestCountersFallOnlyAtRestarts(t *testing.T) {
	t.Parallel()
	s := series.New(3)
	for _, m := range series.Metrics() {
		names := []string{m.Name}
		switch m.Type {
		case "gauge":
			continue
		case "histogram":
			names = []string{m.Name + "_bucket", m.Name + "_count", m.Name + "_sum"}
		}
		for _, name := range names {
			falls := 0
			for _, one := range matrix(t, s, name, 12*day, 2*hour) {
				for i := 1; i < len(one.Floats); i++ {
					before, after := one.Floats[i-1].F, one.Floats[i].F
					if after < 0 || math.IsNaN(after) {
						t.Fatalf("%s is %v", one.Metric, after)
					}
					if after < before {
						falls++
						// Two hours after a start, little can have been counted.
						if after > before/20 && before > 1000 {
							t.Errorf("%s falls from %v to %v, which is no restart", one.Metric, before, after)
						}
					}
				}
			}
			if m.Name == "http_requests_total" && falls == 0 {
				t.Errorf("%s never starts again in twelve days", name)
			}
		}
	}
}

func TestHistogramsAreWhole(t *testing.T) {
	t.Parallel()
	s := series.New(4)
	for _, m := range series.Metrics() {
		if m.Type != "histogram" {
			continue
		}
		for _, at := range []time.Time{now, now.Add(-37 * hour), now.Add(-9 * day)} {
			for _, query := range []string{
				"sum without (le) (" + m.Name + `_bucket{le="+Inf"}) - ` + m.Name + "_count",
				"sum without (le) (increase(" + m.Name + `_bucket{le="+Inf"}[10m])) - increase(` + m.Name + "_count[10m])",
			} {
				for _, one := range vector(t, s, query, at) {
					if math.Abs(one.F) > 1e-9 {
						t.Errorf("%s at %s: %s = %v, want 0", query, at, one.Metric, one.F)
					}
				}
			}
			// The engine says so when a bucket holds more than a larger one.
			result := s.Instant(t.Context(), "p", "histogram_quantile(0.9, rate("+m.Name+"_bucket[5m]))", at)
			if result.Err != nil || len(result.Warnings) > 0 {
				t.Errorf("%s at %s: %v %v", m.Name, at, result.Err, result.Warnings)
			}
			if mean := number(t, s, "sum("+m.Name+"_sum) / sum("+m.Name+"_count)", at); !(mean > 0.001 && mean < 600) {
				t.Errorf("%s has a mean of %v seconds", m.Name, mean)
			}
		}
	}
}

func TestRequestsAreCountedTheSameEverywhere(t *testing.T) {
	t.Parallel()
	s := series.New(5)
	for _, other := range []string{"http_request_duration_seconds_count", "http_request_duration_highr_seconds_count"} {
		query := "sum by (pod) (http_requests_total) - sum by (pod) (" + other + ")"
		found := vector(t, s, query, now)
		if len(found) == 0 {
			t.Fatalf("%s finds nothing", query)
		}
		for _, one := range found {
			if one.F != 0 {
				t.Errorf("%s: %s = %v, want 0", query, one.Metric, one.F)
			}
		}
	}
}

func TestValuesAreAFunctionOfSeedLabelsAndTime(t *testing.T) {
	t.Parallel()
	const query = "sum by (namespace) (rate(http_requests_total[5m]))"
	a, b, other := series.New(1), series.New(1), series.New(2)
	at := now.Add(-2 * hour)
	// The second source has answered something else before.
	vector(t, b, `http_requests_total{namespace="else"}`, now)
	want := vector(t, a, query, at)
	if got := vector(t, b, query, at); got.String() != want.String() {
		t.Errorf("the same seed gives %s, then %s", want, got)
	}
	if got := vector(t, other, query, at); got.String() == want.String() {
		t.Errorf("another seed gives the same: %s", got)
	}
	// A range query meets the same values on its way.
	for i, one := range matrix(t, a, query, 6*hour, hour) {
		if got := one.Floats[4].F; one.Floats[4].T != at.UnixMilli() || math.Abs(got-want[i].F) > 1e-9 {
			t.Errorf("%s at %s is %v in a range, %v alone", one.Metric, at, got, want[i].F)
		}
	}
}

func TestTrafficHasDays(t *testing.T) {
	t.Parallel()
	s := series.New(1)
	noon := number(t, s, "sum(rate(http_requests_total[1h]))", time.Date(2026, 11, 18, 14, 0, 0, 0, time.UTC))
	night := number(t, s, "sum(rate(http_requests_total[1h]))", time.Date(2026, 11, 18, 2, 0, 0, 0, time.UTC))
	if noon < 1.5*night {
		t.Errorf("%v requests a second by day, %v by night", noon, night)
	}
}

// TestIncidentsHappen now and then, to every tenant, and spend some of the
// budget of an objective of 99.9 %, whatever the seed.
func TestIncidentsHappen(t *testing.T) {
	t.Parallel()
	const share = `sum by (namespace) (rate(http_requests_total{status="5xx"}[20m])) / sum by (namespace) (rate(http_requests_total[20m]))`
	for seed := range int64(2) {
		s := series.New(seed)
		for _, one := range matrix(t, s, share, 5*day, 20*time.Minute) {
			bad := 0
			for _, point := range one.Floats {
				if point.F > 0.005 {
					bad++
				}
			}
			if bad == 0 || bad > len(one.Floats)/20 {
				t.Errorf("seed %d: %s is in an incident for %d of %d spans", seed, one.Metric, bad, len(one.Floats))
			}
		}
		good := 1 - number(t, s, `sum(increase(http_requests_total{status="5xx"}[30d])) / sum(increase(http_requests_total[30d]))`, now)
		if good < 0.999 || good > 0.9998 {
			t.Errorf("seed %d: %v of the requests succeed", seed, good)
		}
	}
}

// TestLongWindowsGetFewerSamplesButTheSameSum compares a window over a month
// with its days.
func TestLongWindowsGetFewerSamplesButTheSameSum(t *testing.T) {
	t.Parallel()
	s := series.New(6)
	month := number(t, s, `sum(increase(http_requests_total{namespace="tenant-acme"}[30d]))`, now)
	days := 0.0
	for i := range 30 {
		days += number(t, s, `sum(increase(http_requests_total{namespace="tenant-acme"}[1d]))`, now.Add(-time.Duration(i)*day))
	}
	if math.Abs(month/days-1) > 0.01 {
		t.Errorf("a month has %v requests, its days %v", month, days)
	}
}

func TestWhatAQueryNamesExists(t *testing.T) {
	t.Parallel()
	s := series.New(1)
	for _, query := range []string{
		`http_requests_total{namespace="tenant-new"}`,
		`up{cluster="cortx-dev",namespace="tenant-acme"}`,
		`kubernetes_io:container_memory_used_bytes{namespace_name="tenant-new",cluster_name="cortx-dev"}`,
		`cloudsql_googleapis_com:database_postgresql_num_backends{database_id="p:ledger"}`,
		`monitoring_googleapis_com:uptime_check_check_passed{check_id="api-1"}`,
		`{"prometheus.googleapis.com/http_requests_total/counter"}`,
		`{"prometheus.googleapis.com/http_request_duration_seconds/histogram_bucket", le="0.5"}`,
		`{__name__="kubernetes.io/container/cpu/core_usage_time"}`,
	} {
		if len(vector(t, s, query, now)) == 0 {
			t.Errorf("%s finds nothing", query)
		}
	}
	for _, query := range []string{
		`http_requests_total{job="unknown"}`, `http_requests_total{namespace=~"tenant-new"}`, `no_such_metric`,
		`{"prometheus.googleapis.com/http_request_duration_seconds/histogram"}`,
	} {
		if found := vector(t, s, query, now); len(found) != 0 {
			t.Errorf("%s finds %s", query, found)
		}
	}
	if result := s.Instant(t.Context(), "p", `{job="api"}`, now); result.Err == nil {
		t.Error("a selector without the name of its metric is answered")
	}
}

// TestEveryMetricHasSeries with the labels of its origin.
func TestEveryMetricHasSeries(t *testing.T) {
	t.Parallel()
	s := series.New(1)
	for _, name := range series.Names() {
		sets := s.Labels("p", []*labels.Matcher{labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, name)})
		if len(sets) == 0 {
			t.Errorf("%s has no series", name)
			continue
		}
		wanted := []string{"project_id", "location", "cluster", "namespace", "job", "instance"}
		if sets[0].Has("monitored_resource") {
			wanted = []string{"project_id"}
		}
		for _, label := range wanted {
			if !sets[0].Has(label) {
				t.Errorf("%s lacks the label %s", sets[0], label)
			}
		}
		if got := sets[0].Get("project_id"); got != "p" {
			t.Errorf("%s is of project %q", name, got)
		}
	}
	for _, m := range series.Metrics() {
		if m.Help == "" {
			t.Errorf("%s has no help", m.Name)
		}
	}
}

// TestGaugesKeepToTheirBounds over a week.
func TestGaugesKeepToTheirBounds(t *testing.T) {
	t.Parallel()
	s := series.New(7)
	for query, most := range map[string]float64{
		"up": 1, "ai_prediction_accuracy_ratio": 1, "db_pool_connections": 20, "db_pool_connections_max": 20,
		"monitoring_googleapis_com:uptime_check_check_passed":      1,
		"kubernetes_io:container_memory_limit_utilization":         1,
		"cloudsql_googleapis_com:database_cpu_utilization":         1,
		"cloudsql_googleapis_com:database_postgresql_num_backends": 300,
	} {
		for _, one := range matrix(t, s, query, 7*day, 5*time.Minute) {
			for _, point := range one.Floats {
				if point.F < 0 || point.F > most {
					t.Fatalf("%s is %v", one.Metric, point.F)
				}
			}
		}
	}
}
