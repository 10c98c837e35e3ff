package promcheck_test

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/storage"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
)

// variable is a reference to the value of a variable.
var variable = regexp.MustCompile(`\$\{[a-zA-Z_]+\}`)

// platform writes every series that the dashboards read, steady for two hours,
// the same for each of three tenants but where said otherwise. At 30 s between
// scrapes, 300 requests a scrape are 10 a second.
func platform(e *exporter) {
	for _, tenant := range tenants {
		failed := 0.002
		if tenant == "tenant-b" {
			failed = 0.02
		}
		// Two pods and two handlers: 40 requests a second.
		e.requests(tenant, "2xx", "5xx", constant(300), constant(failed))
		e.histogram("http_request_duration_seconds", tenant, []string{"0.1", "0.5", "1.0"}, "0.5", constant(600), constant(0.02), "handler", "/v1/packs")
		e.histogram("ai_inference_duration_seconds", tenant, []string{"0.5", "1.0", "2.5", "5.0", "10.0"}, "2.5", constant(15), constant(0.04), "model", "gemini-pro")
		e.series(dash.AccuracyMetric, pod(tenant, pods[0], "model", "gemini-pro"), constant(accuracies[tenant]))
		e.counter("pack_execution_duration_seconds_count", pod(tenant, "pack-runner-0"), constant(2))
		e.counter("pack_execution_duration_seconds_sum", pod(tenant, "pack-runner-0"), constant(2*18))
		e.counter("pack_records_processed_total", pod(tenant, "pack-runner-0"), constant(1.5e6))
		e.counter("compliance_checks_total", pod(tenant, pods[0], "result", "pass"), constant(10))
		for _, name := range pods {
			e.series("db_pool_connections", pod(tenant, name, "state", "active"), constant(9))
			e.series("db_pool_connections", pod(tenant, name, "state", "idle"), constant(3))
			e.series("db_pool_connections_max", pod(tenant, name), constant(20))
			e.workloads(tenant, name)
		}
		e.series("cloudsql_googleapis_com:database_postgresql_num_backends", labels.FromStrings(
			"database", tenant, "database_id", "my-project:ledger", "monitored_resource", "cloudsql_database"), constant(50))
	}
	// What tenant-a alone has: 1 request in 41 redirected, 2 refused.
	e.counter("http_requests_total", pod("tenant-a", pods[0], "status", "3xx"), constant(30))
	e.counter("http_requests_total", pod("tenant-a", pods[0], "status", "4xx"), constant(60))
	// A series that is born at 1, with one failure a scrape.
	e.counter("compliance_checks_total", pod("tenant-b", pods[0], "result", "failed"), constant(1))
}

var accuracies = map[string]float64{"tenant-a": 0.97, "tenant-b": 0.92, "tenant-c": 0.99}

// workloads writes Google's own metrics of a pod: half a core, a gigabyte that
// can't be reclaimed beside one that can, 1000 bytes a second in and 500 out.
func (e *exporter) workloads(namespace, name string) {
	set := func(resource string, more ...string) labels.Labels {
		return labels.FromStrings(append([]string{
			"monitored_resource", resource, "project_id", "my-project", "location", "europe-west1", "cluster_name", "prod",
			"namespace_name", namespace, "pod_name", name,
		}, more...)...)
	}
	e.counter("kubernetes_io:container_cpu_core_usage_time", set("k8s_container", "container_name", "api"), constant(15))
	e.series("kubernetes_io:container_memory_used_bytes", set("k8s_container", "container_name", "api", "memory_type", "non-evictable"), constant(1e9))
	e.series("kubernetes_io:container_memory_used_bytes", set("k8s_container", "container_name", "api", "memory_type", "evictable"), constant(1e9))
	e.counter("kubernetes_io:pod_network_received_bytes_count", set("k8s_pod"), constant(30_000))
	e.counter("kubernetes_io:pod_network_sent_bytes_count", set("k8s_pod"), constant(15_000))
}

// inputs asks for everything that a preset can show.
var inputs = dash.PresetInputs{
	MatchLabels: map[string]string{"cluster": "prod"}, DatabaseID: "my-project:ledger", MaxConnections: 500,
	RecordsMetric: "pack_records_processed_total",
}

// bench evaluates queries over one set of series.
type bench struct {
	engine *promql.Engine
	series storage.Queryable
}

func newBench(t *testing.T, write func(e *exporter)) bench {
	t.Helper()
	e := &exporter{}
	write(e)
	return bench{engine: engine(t), series: promqltest.LoadedStorage(t, e.load())}
}

// values evaluates a query at the end of the series, for the tenants that the
// pattern matches, by the value of the one label that the result has.
func (b bench) values(t *testing.T, query, chosen string) map[string]float64 {
	t.Helper()
	text := variable.ReplaceAllLiteralString(query, chosen)
	q, err := b.engine.NewInstantQuery(t.Context(), b.series, nil, text, time.Unix(0, 0).Add(horizon))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer q.Close()
	result := q.Exec(t.Context())
	if result.Err != nil {
		t.Fatalf("%s: %v", text, result.Err)
	}
	vector, err := result.Vector()
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	found := map[string]float64{}
	for _, sample := range vector {
		key := ""
		sample.Metric.Range(func(l labels.Label) { key += l.Value + " " })
		if len(key) > 0 {
			key = key[:len(key)-1]
		}
		if _, twice := found[key]; twice {
			t.Errorf("%s yields two series of %q", text, key)
		}
		found[key] = sample.F
	}
	return found
}

func presetOf(t *testing.T, name string, in dash.PresetInputs) dash.Dashboard {
	t.Helper()
	d, err := dash.Preset(name, in)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// queryOf finds a query by the title of its tile and, where that has several,
// by its legend.
func queryOf(t *testing.T, d dash.Dashboard, title, legend string) string {
	t.Helper()
	for _, s := range d.Sections {
		for _, tile := range s.Tiles {
			for _, q := range tile.Queries() {
				if tile.Title == title && (legend == "" || q.Legend == legend) {
					return q.PromQL
				}
			}
		}
	}
	t.Fatalf("%s has no tile %q with a query %q", d.DisplayName, title, legend)
	return ""
}

// TestDashboardsShowData runs every query of every preset, however it is asked
// for: each yields finite numbers, for all tenants and for one.
func TestDashboardsShowData(t *testing.T) {
	t.Parallel()
	b := newBench(t, platform)
	asked := 0
	for _, in := range []dash.PresetInputs{{}, inputs} {
		for _, name := range dash.PresetNames() {
			d := presetOf(t, name, in)
			for _, s := range d.Sections {
				for _, tile := range s.Tiles {
					for _, q := range tile.Queries() {
						// The tenant that every series has something of.
						for _, chosen := range []string{".*", "tenant-a", "tenant-b"} {
							if chosen == "tenant-b" && (q.Legend == "3xx" || q.Legend == "4xx") || chosen == "tenant-a" && tile.Title == "Failed checks by tenant, 24 hours" {
								continue
							}
							asked++
							values := b.values(t, q.PromQL, chosen)
							if len(values) == 0 {
								t.Errorf("%s, %s: no data for %s: %s", name, tile.Title, chosen, q.PromQL)
							}
							for key, v := range values {
								if math.IsNaN(v) || math.IsInf(v, 0) {
									t.Errorf("%s, %s: %v for %q: %s", name, tile.Title, v, key, q.PromQL)
								}
							}
						}
					}
				}
			}
		}
	}
	if asked < 300 {
		t.Errorf("%d queries were run", asked)
	}
}

// shown is what a tile has to show over the series of platform.
type shown struct {
	preset, title, legend, chosen string
	want                          map[string]float64
}

// scrapes is how many there are until the end of the series, both ends counted.
const scrapes = float64(horizon/interval) + 1

func one(v float64) map[string]float64 { return map[string]float64{"": v} }

func same(v float64) map[string]float64 {
	return map[string]float64{"tenant-a": v, "tenant-b": v, "tenant-c": v}
}

func expected() []shown {
	const (
		all     = 3*40 + 3.0                       // requests a second, the 3 being those of tenant-a alone
		failed  = (40*0.002*2 + 40*0.02) / all     // their share with 5xx
		share4  = 2 / all                          // and with 4xx
		checks  = 31 * scrapes                     // compliance checks since the series began
		failure = 1 * scrapes                      // those that failed
		p50     = 0.1 * 0.5 / 0.98                 // within the first bucket, which holds 98 %
		p95     = 0.1 * 0.95 / 0.98                // as above
		p99     = 0.5 + 0.5*(0.99-0.98)/(0.99-.98) // at the end of the third, which ends at 99 %
		ai95    = 0.5 * 0.95 / 0.96
	)
	health, usage, audit, cost := dash.PresetPlatformHealth, dash.PresetTenantUsage, dash.PresetComplianceAudit, dash.PresetCostAttribution
	proxy := " (usage proxy, not cost)"
	requests := map[string]float64{"tenant-a": 43, "tenant-b": 40, "tenant-c": 40}
	return []shown{
		{health, "Request rate", "", "", one(all)},
		{health, "Request rate", "", "tenant-b", one(40)},
		{health, "Requests by tenant", "", "", requests},
		{health, "Availability, 24 hours", "", "", one(1 - failed)},
		{health, "Availability, 24 hours", "", "tenant-b", one(0.98)},
		{health, "Requests with 5xx, 5 minutes", "", "", one(failed)},
		{health, "Requests by status", "2xx", "tenant-b", one(40 * 0.98)},
		{health, "Requests by status", "4xx", "", one(2)},
		{health, "Share of requests with 4xx and 5xx", "4xx", "", one(share4)},
		{health, "Share of requests with 5xx by tenant", "", "", map[string]float64{"tenant-a": 40 * 0.002 / 43, "tenant-b": 0.02, "tenant-c": 0.002}},
		{health, "Latency p50, p95 and p99", "p50", "", one(p50)},
		{health, "Latency p50, p95 and p99", "p95", "", one(p95)},
		{health, "Latency p50, p95 and p99", "p99", "", one(p99)},
		{health, "Latency p99", "", "", one(p99)},
		{health, "Latency p99 by tenant", "", "", same(p99)},
		{health, "Distribution of request durations", "", "", map[string]float64{
			"0.1": 0.98 * 36000, "0.5": 0.98 * 36000, "1.0": 0.99 * 36000, "+Inf": 36000,
		}},
		{health, "Pack duration, a million records", "", "", one(24)},
		{health, "Pack executions an hour", "", "", same(240)},
		{health, "AI latency p95", "", "", one(ai95)},
		{health, "AI accuracy", "", "", one(0.96)},
		{health, "AI accuracy by tenant", "", "", accuracies},
		{health, "Database pools in use", "", "", one(0.6)},
		{health, "Pooled connections", "maximum", "", one(120)},
		{health, "Cloud SQL connections in use", "", "", one(0.3)},
		{health, "Cloud SQL connections by database", "", "", same(50)},
		{usage, "Active tenants", "", "", one(3)},
		{usage, "Requests an hour by tenant", "", "tenant-b", map[string]float64{"tenant-b": 144_000}},
		{usage, "Tenants: requests a second", "", "", requests},
		{usage, "AI inferences by tenant", "", "", same(1)},
		{usage, "Processor cores by namespace", "", "", same(1)},
		{usage, "Memory by namespace", "", "tenant-c", map[string]float64{"tenant-c": 2e9}},
		{usage, "Network by namespace", "", "", same(3000)},
		{usage, "Database pools in use by tenant", "", "", same(0.6)},
		{audit, "Failed checks", "", "", one(failure)},
		{audit, "Failed checks", "", "tenant-a", one(0)},
		{audit, "Checks passed", "", "", one(1 - failure/checks)},
		{audit, "Checks passed by tenant, 24 hours", "", "", map[string]float64{"tenant-a": 1, "tenant-b": 10.0 / 11, "tenant-c": 1}},
		{audit, "Checks made", "", "", one(checks)},
		{audit, "Tenants with failed checks", "", "", one(1)},
		{audit, "Failed checks an hour by tenant", "", "", map[string]float64{"tenant-a": 0, "tenant-b": 120, "tenant-c": 0}},
		{audit, "Checks an hour by result", "", "", map[string]float64{"pass": 3600, "failed": 120}},
		{audit, "Failed checks by tenant, 24 hours", "", "", map[string]float64{"tenant-b failed": failure}},
		{audit, "Tenants under the accuracy objective", "", "", one(1)},
		{audit, "Requests refused with 4xx", "", "", one(share4)},
		{cost, "Processor cores" + proxy, "", "tenant-a", one(1)},
		{cost, "Memory" + proxy, "", "tenant-a", one(2e9)},
		{cost, "Network" + proxy, "", "", one(9000)},
		{cost, "Share of processor time" + proxy, "", "", same(1.0 / 3)},
		{cost, "Share of processor time" + proxy, "", "tenant-a", map[string]float64{"tenant-a": 1.0 / 3}},
		{cost, "Share of memory" + proxy, "", "tenant-b", map[string]float64{"tenant-b": 1.0 / 3}},
		{cost, "Share of network traffic, 24 hours" + proxy, "", "tenant-b", map[string]float64{"tenant-b": 1.0 / 3}},
		{cost, "Processor core hours an hour" + proxy, "", "", same(1)},
		{cost, "Pack executions an hour by tenant" + proxy, "", "", same(240)},
		{cost, "Database connections by tenant" + proxy, "", "", same(24)},
	}
}

// TestDashboardsShowTheValues compares what tiles show with what the series
// were made to say.
func TestDashboardsShowTheValues(t *testing.T) {
	t.Parallel()
	b := newBench(t, platform)
	for _, c := range expected() {
		query := queryOf(t, presetOf(t, c.preset, inputs), c.title, c.legend)
		chosen := ".*"
		if c.chosen != "" {
			chosen = c.chosen
		}
		got := b.values(t, query, chosen)
		if !slices.Equal(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(c.want))) {
			t.Errorf("%s, %s %s for %s: %v, want %v\n%s", c.preset, c.title, c.legend, chosen, got, c.want, query)
			continue
		}
		for key, want := range c.want {
			if math.Abs(got[key]-want) > 1e-6*max(1, math.Abs(want)) {
				t.Errorf("%s, %s %s for %s: %q is %v, want %v\n%s", c.preset, c.title, c.legend, chosen, key, got[key], want, query)
			}
		}
	}
}

// TestDashboardsWithoutFailures: where nothing has ever failed, so that no
// series of failures exists, shares and counts are 0 or 1 and not missing; and
// without traffic there is no share at all, rather than a wrong one.
func TestDashboardsWithoutFailures(t *testing.T) {
	t.Parallel()
	sound := newBench(t, func(e *exporter) {
		e.counter("http_requests_total", pod("tenant-a", pods[0], "status", "200"), constant(300))
		e.counter("compliance_checks_total", pod("tenant-a", pods[0], "result", "pass"), constant(1))
	})
	idle := newBench(t, func(e *exporter) {
		for _, status := range []string{"200", "500"} {
			e.counter("http_requests_total", pod("tenant-a", pods[0], "status", status), constant(0))
		}
		e.counter("pack_execution_duration_seconds_count", pod("tenant-a", pods[0]), constant(0))
		e.counter("pack_execution_duration_seconds_sum", pod("tenant-a", pods[0]), constant(0))
	})
	health, audit := presetOf(t, dash.PresetPlatformHealth, dash.PresetInputs{}), presetOf(t, dash.PresetComplianceAudit, dash.PresetInputs{})
	for _, c := range []struct {
		b     bench
		d     dash.Dashboard
		title string
		want  map[string]float64
	}{
		{sound, health, "Availability, 24 hours", one(1)},
		{sound, health, "Requests with 5xx, 5 minutes", one(0)},
		{sound, health, "Share of requests with 5xx by tenant", map[string]float64{"tenant-a": 0}},
		{sound, audit, "Failed checks", one(0)},
		{sound, audit, "Checks passed", one(1)},
		{sound, audit, "Tenants with failed checks", one(0)},
		{idle, health, "Availability, 24 hours", map[string]float64{}},
		{idle, health, "Requests with 5xx, 5 minutes", map[string]float64{}},
		{idle, health, "Pack duration, an execution", map[string]float64{}},
	} {
		if got := c.b.values(t, queryOf(t, c.d, c.title, ""), ".*"); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s, %s: %v, want %v", c.d.DisplayName, c.title, got, c.want)
		}
	}
}
