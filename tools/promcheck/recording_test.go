package promcheck_test

import (
	"math"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/util/teststorage"
)

// The names that are recorded, written down once more: who reads them knows them
// by these.
const (
	rate5m    = "cortx:http_requests:rate5m"
	refused   = "cortx:http_requests_4xx:ratio5m"
	failed    = "cortx:http_requests_5xx:ratio5m"
	p50       = "cortx:http_request_duration_seconds:p50"
	p95       = "cortx:http_request_duration_seconds:p95"
	p99       = "cortx:http_request_duration_seconds:p99"
	slowRatio = "cortx:http_request_duration_seconds:slow_ratio5m"
	packMean  = "cortx:pack_execution_duration_seconds:mean15m"
	aiP50     = "cortx:ai_inference_duration_seconds:p50"
	aiP95     = "cortx:ai_inference_duration_seconds:p95"
	poolRatio = "cortx:db_pool_connections:ratio"
	backends  = "cortx:cloudsql_backends:sum"
)

type recorded = map[string]map[string]float64

func loaded(t *testing.T, e *exporter) *teststorage.TestStorage {
	t.Helper()
	return promqltest.LoadedStorage(t, e.load())
}

// buckets writes the buckets and the count of a histogram: cumulative numbers of
// observations a scrape, the last of all of them.
func (e *exporter) buckets(metric string, set labels.Labels, load func(time.Duration) float64, bounds []string, within []float64) {
	for i, bound := range append(bounds, "+Inf") {
		e.counter(metric+"_bucket", labels.NewBuilder(set).Set("le", bound).Labels(), func(at time.Duration) float64 { return load(at) * within[i] })
	}
	e.counter(metric+"_count", set, func(at time.Duration) float64 { return load(at) * within[len(within)-1] })
}

// statuses writes a counter of requests a status: so many a scrape.
func (e *exporter) statuses(set labels.Labels, load func(time.Duration) float64, each map[string]float64) {
	for status, n := range each {
		e.counter("http_requests_total", labels.NewBuilder(set).Set("status", status).Labels(), func(at time.Duration) float64 { return load(at) * n })
	}
}

var (
	python  = []string{"0.1", "0.5", "1.0"}
	golang  = []string{"0.1", "0.5", "1"}
	aiBound = []string{"0.5", "1.0", "2.5", "5.0", "10.0"}
)

// busy writes a tenant with some of everything. Its figures are in busyFigures.
func busy(e *exporter, tenant string, load func(time.Duration) float64) {
	first, second := pod(tenant, pods[0]), pod(tenant, pods[1])
	// 600 requests a scrape of 30 s, of which 60 with 4xx and 30 with 5xx, in
	// every spelling of a status.
	e.statuses(first, load, map[string]float64{"200": 240, "404": 30, "503": 15})
	e.statuses(second, load, map[string]float64{"2xx": 270, "4xx": 30, "500": 5, "5xx": 10})
	// 200 requests a scrape: 160 within 0.1 s, 32 more within 0.5 s, 7 more within
	// 1 s and 1 over it. The two pods spell 1 differently.
	e.buckets("http_request_duration_seconds", first, load, python, []float64{100, 116, 119, 120})
	e.buckets("http_request_duration_seconds", second, load, golang, []float64{60, 76, 80, 80})
	// 40 inferences: 16 within half a second, 12 more within one, 10 more within
	// 2.5 s, 1 more within 5 s and 1 within 10 s.
	e.buckets("ai_inference_duration_seconds", pod(tenant, pods[0], "model", "gemini-pro"), load, aiBound, []float64{15, 21, 29, 30, 30, 30})
	e.buckets("ai_inference_duration_seconds", pod(tenant, pods[1], "model", "gemini-flash"), load, aiBound, []float64{1, 7, 9, 9, 10, 10})
	// Four executions a scrape of 18 s in the mean.
	for i, name := range []string{"pack-runner-0", "pack-runner-1"} {
		count, sum := []float64{3, 1}[i], []float64{36, 36}[i]
		e.counter("pack_execution_duration_seconds_count", pod(tenant, name, "pack", "hipaa-claims"), func(at time.Duration) float64 { return load(at) * count })
		e.counter("pack_execution_duration_seconds_sum", pod(tenant, name, "pack", "hipaa-claims"), func(at time.Duration) float64 { return load(at) * sum })
	}
	// 18 of 60 connections, of which one pod splits its own by state.
	e.series("db_pool_connections", pod(tenant, pods[0], "state", "checked_out"), constant(9))
	e.series("db_pool_connections", pod(tenant, pods[0], "state", "overflow"), constant(3))
	e.series("db_pool_connections", pod(tenant, pods[1]), constant(6))
	e.series("db_pool_connections_max", pod(tenant, pods[0]), constant(20))
	e.series("db_pool_connections_max", pod(tenant, pods[1]), constant(40))
}

// busyFigures are those of busy, for a load of 1.
var busyFigures = map[string]float64{
	rate5m: 600.0 / 30, refused: 60.0 / 600, failed: 30.0 / 600,
	// Half of 200 is 100 of the 160 that are spread over 0 to 0.1 s; 190 is the
	// 30th of the 32 between 0.1 and 0.5 s; 198 the 6th of the 7 from there to 1 s.
	p50: 0.1 * 100 / 160, p95: 0.1 + 0.4*30/32, p99: 0.5 + 0.5*6/7, slowRatio: 1.0 / 200,
	packMean: 72.0 / 4,
	// Half of 40 is the 4th of the 12 in the second bucket; 38 is the end of the third.
	aiP50: 0.5 + 0.5*4/12, aiP95: 2.5,
	poolRatio: 18.0 / 60,
}

// still is a tenant that nobody asks anything: counters that stand still.
func still(e *exporter, tenant string) { busy(e, tenant, constant(0)) }

// sound writes a tenant of which nothing ever failed, so that no series of a
// failure exists, and that has neither Packs, inferences nor a pool.
func sound(e *exporter, tenant string) {
	e.statuses(pod(tenant, pods[0]), constant(1), map[string]float64{"200": 150})
	// 10 within 0.1 s, 40 more within 0.5 s, the other 50 within 1 s.
	e.buckets("http_request_duration_seconds", pod(tenant, pods[0]), constant(1), golang, []float64{10, 50, 100, 100})
}

var soundFigures = map[string]float64{
	rate5m: 150.0 / 30, refused: 0, failed: 0,
	p50: 0.5, p95: 0.5 + 0.5*45/50, p99: 0.5 + 0.5*49/50, slowRatio: 0,
}

// sqlBackends writes connections of databases, and the same metric of another
// resource, which isn't to be counted twice.
func sqlBackends(e *exporter) {
	series := func(instance, database, resource string, v float64) {
		e.series("cloudsql_googleapis_com:database_postgresql_num_backends", labels.FromStrings(
			"database", database, "database_id", "my-project:"+instance, "monitored_resource", resource, "project_id", "my-project", "region", "europe-west1",
		), constant(v))
	}
	series("main", "cortx", "cloudsql_database", 230)
	series("main", "ledger", "cloudsql_database", 70)
	series("reports", "cortx", "cloudsql_database", 20)
	series("main", "cortx", "cloudsql_instance_database", 230)
}

// of says that the figures are those of one series.
func of(key string, figures map[string]float64) recorded {
	made := recorded{}
	for record, v := range figures {
		made[record] = map[string]float64{key: v}
	}
	return made
}

// both joins what is recorded of several series.
func both(all ...recorded) recorded {
	made := recorded{}
	for _, one := range all {
		for record, values := range one {
			if made[record] == nil {
				made[record] = map[string]float64{}
			}
			for key, v := range values {
				made[record][key] = v
			}
		}
	}
	return made
}

// some keeps some figures.
func some(figures map[string]float64, records ...string) map[string]float64 {
	kept := map[string]float64{}
	for _, record := range records {
		kept[record] = figures[record]
	}
	return kept
}

// with changes some figures.
func with(figures, changed map[string]float64) map[string]float64 {
	made := map[string]float64{}
	for _, from := range []map[string]float64{figures, changed} {
		for record, v := range from {
			made[record] = v
		}
	}
	return made
}

// idle are the figures of a tenant that has pools and no traffic: a rate of 0,
// and no share, mean or quantile of nothing.
var idle = with(some(busyFigures, poolRatio), map[string]float64{rate5m: 0})

const (
	a, b, c = "prod/tenant-a", "prod/tenant-b", "prod/tenant-c"
	// soon is within every window of the fault, and settled after all of them.
	soon    = fault + 3*time.Minute
	settled = fault + 16*time.Minute
)

// inProduction sets the scene in one cluster.
func inProduction(name string, write func(e *exporter), looks ...look) scene {
	return scene{name: name, clusters: []cluster{production}, looks: looks, write: func(e *exporter) {
		e.target = production.labels()
		write(e)
	}}
}

func scenes() []scene {
	one := func(load func(time.Duration) float64) func(e *exporter) {
		return func(e *exporter) { busy(e, "tenant-a", load) }
	}
	steady := of(a, busyFigures)
	return []scene{
		inProduction("tenants side by side, one without failures, one without traffic, one without an exporter", func(e *exporter) {
			busy(e, "tenant-a", constant(1))
			sound(e, "tenant-b")
			still(e, "tenant-c")
		}, look{settled, both(steady, of(b, soundFigures), of(c, idle))}),
		inProduction("no series at all", none, look{settled, nil}),
		// Of the ten scrapes of 5 minutes, 7 of 9 steps lie after the change, and
		// of the 30 of 15 minutes 7 of 29: shares and quantiles don't feel it.
		inProduction("three times the traffic from one scrape to the next", one(from(1, 3)),
			look{fault - interval, steady},
			look{soon, of(a, with(busyFigures, map[string]float64{rate5m: 20 * (2*1 + 7*3) / 9.0}))},
			look{settled, of(a, with(busyFigures, map[string]float64{rate5m: 60}))}),
		inProduction("another mix of everything", mixed, look{fault - interval, of(a, mixBefore)}, look{soon, of(a, mixSoon)}, look{settled, of(a, mixAfter)}),
		inProduction("a fifth of requests gets slow", func(e *exporter) {
			set := pod("tenant-a", pods[0])
			e.counter("http_request_duration_seconds_bucket", labels.NewBuilder(set).Set("le", "1.0").Labels(), from(100, 80))
			e.counter("http_request_duration_seconds_bucket", labels.NewBuilder(set).Set("le", "+Inf").Labels(), constant(100))
			e.counter("http_request_duration_seconds_count", set, constant(100))
		}, look{soon, of(a, map[string]float64{slowRatio: 0.2 * 7 / 9, p50: 50 / (100 - 20*7/9.0), p95: 1, p99: 1})},
			look{settled, of(a, map[string]float64{slowRatio: 0.2, p50: 50 / 80.0, p95: 1, p99: 1})}),
		inProduction("a restart of every counter", func(e *exporter) { busy(e, "tenant-a", restarted) },
			look{fault, steady}, look{soon, steady}, look{settled, steady}),
		inProduction("traffic stops", one(from(1, 0)), look{fault - interval, steady}, look{settled, of(a, idle)}),
		inProduction("the exporters go away", func(e *exporter) {
			busy(e, "tenant-b", constant(1))
			vanishing(e)
		}, look{fault - interval, both(of(b, busyFigures), of(a, some(busyFigures, rate5m, refused, failed)))}, look{settled, of(b, busyFigures)}),
		{
			name: "two clusters with namespaces of the same name", clusters: []cluster{production, trials},
			write: func(e *exporter) {
				e.target = production.labels()
				busy(e, "tenant-a", constant(1))
				e.target = trials.labels()
				busy(e, "tenant-a", constant(5))
				sound(e, "tenant-b")
			},
			looks: []look{{settled, both(steady, of("trials/tenant-a", with(busyFigures, map[string]float64{rate5m: 100})), of("trials/tenant-b", soundFigures))}},
		},
		inProduction("pools without a maximum", unlimited, look{settled, recorded{poolRatio: {a: 12.0 / 20, b: 1}}}),
		{
			name: "databases of two clusters' project", clusters: []cluster{production, trials}, write: sqlBackends,
			looks: []look{{settled, recorded{backends: {"my-project:main/cortx": 230, "my-project:main/ledger": 70, "my-project:reports/cortx": 20}}}},
		},
	}
}

// restarted marks the scrape at which a process has started anew: see counter.
func restarted(at time.Duration) float64 {
	if at == fault {
		return math.Inf(-1)
	}
	return 1
}

// mixed changes the make-up of everything at the fault, so that a share or a
// quantile over a window tells how long it is.
func mixed(e *exporter) {
	set := pod("tenant-a", pods[0])
	e.statuses(set, from(85, 60), map[string]float64{"200": 1})
	e.statuses(set, from(10, 30), map[string]float64{"404": 1})
	e.statuses(set, from(5, 10), map[string]float64{"500": 1})
	for _, metric := range []string{"http_request_duration_seconds", "ai_inference_duration_seconds"} {
		last := map[string]string{"http_request_duration_seconds": "1.0", "ai_inference_duration_seconds": "2.5"}[metric]
		// All within half a second before, all between that and the last bound after.
		e.counter(metric+"_bucket", labels.NewBuilder(set).Set("le", "0.5").Labels(), from(100, 0))
		for _, bound := range []string{last, "+Inf"} {
			e.counter(metric+"_bucket", labels.NewBuilder(set).Set("le", bound).Labels(), constant(100))
		}
		e.counter(metric+"_count", set, constant(100))
	}
	e.counter("pack_execution_duration_seconds_count", set, constant(2))
	e.counter("pack_execution_duration_seconds_sum", set, from(2*12, 2*41))
}

// The figures of mixed. After 3 minutes, 2 of 9 steps are of before within 5
// minutes, and 22 of 29 within 15.
var (
	mixBefore = map[string]float64{
		rate5m: 100.0 / 30, refused: 0.1, failed: 0.05, p50: 0.25, p95: 0.475, p99: 0.495, slowRatio: 0,
		aiP50: 0.25, aiP95: 0.475, packMean: 12,
	}
	mixSoon = map[string]float64{
		rate5m: 100.0 / 30, refused: (0.1*2 + 0.3*7) / 9, failed: (0.05*2 + 0.1*7) / 9,
		p50: 0.5 + 0.5*(0.5-2.0/9)/(7.0/9), p95: 0.5 + 0.5*(0.95-2.0/9)/(7.0/9), p99: 0.5 + 0.5*(0.99-2.0/9)/(7.0/9), slowRatio: 0,
		aiP50: 0.5 + 2*(0.5-2.0/9)/(7.0/9), aiP95: 0.5 + 2*(0.95-2.0/9)/(7.0/9), packMean: (22*12 + 7*41) / 29.0,
	}
	mixAfter = map[string]float64{
		rate5m: 100.0 / 30, refused: 0.3, failed: 0.1, p50: 0.75, p95: 0.975, p99: 0.995, slowRatio: 0,
		aiP50: 1.5, aiP95: 2.4, packMean: 41,
	}
)

// vanishing writes a tenant whose only exporter is gone from the fault on.
func vanishing(e *exporter) {
	for status, n := range map[string]float64{"200": 510, "404": 60, "500": 30} {
		total := 0.0
		e.series("http_requests_total", pod("tenant-a", pods[0], "status", status), func(at time.Duration) float64 {
			if at >= fault {
				return gone
			}
			total += n
			return total
		})
	}
}

// unlimited writes pools that have no maximum, in each way to say so, beside
// those that have one: what they use is no share of anything.
func unlimited(e *exporter) {
	pool := func(tenant, name string, used, most float64) {
		e.series("db_pool_connections", pod(tenant, name), constant(used))
		e.series("db_pool_connections_max", pod(tenant, name), constant(most))
	}
	pool("tenant-a", "api-0", 12, 20)
	pool("tenant-a", "api-1", 50, 0)
	pool("tenant-a", "api-2", 50, -1)
	pool("tenant-a", "api-3", 50, math.Inf(1))
	pool("tenant-b", "api-0", 20, 20)
	pool("tenant-c", "api-0", 7, 0)
	// Its maximum isn't exported.
	e.series("db_pool_connections", pod("tenant-a", "api-4"), constant(50))
}
