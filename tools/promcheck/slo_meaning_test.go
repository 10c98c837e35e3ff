package promcheck_test

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/cortx-platform/terraform-provider-cortx/internal/slo"
)

// selects evaluates a Monitoring filter on a series as managed collection stores
// it: a metric type made of the name and the kind, and the labels of the target
// apart from those of the metric.
func selects(t *testing.T, filter, kind string, set labels.Labels) bool {
	t.Helper()
	fields := map[string]string{
		"metric.type":   "prometheus.googleapis.com/" + set.Get(model.MetricNameLabel) + "/" + kind,
		"resource.type": "prometheus_target",
	}
	set.Range(func(l labels.Label) {
		switch l.Name {
		case "cluster", "instance", "job", "location", "namespace", "project_id":
			fields["resource.labels."+l.Name] = l.Value
		default:
			fields["metric.labels."+l.Name] = l.Value
		}
	})
	for term := range strings.SplitSeq(filter, " AND ") {
		field, wanted, _ := strings.Cut(term, "=")
		expression, matches := strings.CutPrefix(wanted, "monitoring.regex.full_match(")
		text, err := strconv.Unquote(strings.TrimSuffix(expression, ")"))
		if err != nil {
			t.Fatalf("%s: %s", term, err)
		}
		if !matches {
			text = regexp.QuoteMeta(text)
		}
		if !regexp.MustCompile("^(?:" + text + ")$").MatchString(fields[field]) {
			return false
		}
	}
	return true
}

// counted is the service's own sum: the share of bad requests by the filters of
// the objective, from the counters themselves.
func counted(t *testing.T, s slo.SLO, r *recording, at, window time.Duration) float64 {
	t.Helper()
	sli := s.Objective().GetServiceLevelIndicator().GetRequestBased()
	sum := func(filter string) float64 {
		total := 0.0
		for _, one := range r.counters {
			if selects(t, filter, "counter", one.labels) {
				total += r.increase(one, at, window)
			}
		}
		return total
	}
	if ratio := sli.GetGoodTotalRatio(); ratio != nil {
		return sum(ratio.GetBadServiceFilter()) / sum(ratio.GetTotalServiceFilter())
	}
	// A distribution is stored as one series of buckets.
	good, all := 0.0, 0.0
	for _, one := range r.counters {
		name, ok := strings.CutSuffix(one.labels.Get(model.MetricNameLabel), "_bucket")
		if !ok || !selects(t, sli.GetDistributionCut().GetDistributionFilter(), "histogram", labels.NewBuilder(one.labels).Set(model.MetricNameLabel, name).Del("le").Labels()) {
			continue
		}
		bound, err := strconv.ParseFloat(one.labels.Get("le"), 64)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case bound == sli.GetDistributionCut().GetRange().GetMax():
			good += r.increase(one, at, window)
		case math.IsInf(bound, 1):
			all += r.increase(one, at, window)
		}
	}
	return 1 - good/all
}

// TestObjectivesCountWhatAlertsCount shows that the filters of the objective and
// the PromQL of the alerts mean the same requests, over traffic that changes,
// other namespaces and every spelling of a status or a bound.
func TestObjectivesCountWhatAlertsCount(t *testing.T) {
	t.Parallel()
	uptime, all, mine := objective(slo.PresetUptime, 7), objective(slo.PresetUptime, 7), objective(slo.PresetUptime, 7)
	all.Availability.Include4xx = true
	mine.Availability.MatchLabels = map[string]string{"namespace": "tenant-b", "handler": "/v1/packs"}
	half, second, tenant := objective(slo.PresetLatencyP99, 7), objective(slo.PresetLatencyP99, 7), objective(slo.PresetLatencyP99, 7)
	second.Latency.ThresholdMS = 1000
	tenant.Latency.MatchLabels = map[string]string{"namespace": "tenant-c"}
	tests := map[string]slo.SLO{
		"5xx": uptime, "4xx too": all, "one tenant and handler": mine, "500 ms": half, "1 s": second, "one tenant's 500 ms": tenant,
	}
	r := &recording{scrape: time.Minute, length: 24 * time.Hour}
	for i, name := range tenants {
		// Busy by day, and each tenant fails at another hour.
		load := func(at time.Duration) float64 { return 1000 + 900*math.Sin(at.Hours()/24*2*math.Pi) + float64(i) }
		wave := func(peak float64) func(time.Duration) float64 {
			return func(at time.Duration) float64 {
				return peak * (1 + math.Sin(at.Hours()/24*2*math.Pi+float64(i)))
			}
		}
		for _, handler := range handlers {
			for status, share := range map[string]func(time.Duration) float64{"200": constant(0.8), "3xx": constant(0.1), "404": wave(0.01), "4xx": wave(0.02), "500": wave(0.005), "5xx": wave(0.01), "5": constant(0.01), "1500": constant(0.01)} {
				r.add("http_requests_total", pod(name, pods[0], "handler", handler, "status", status), func(at time.Duration) float64 { return load(at) * share(at) })
			}
		}
		for j, bounds := range [][]string{{"0.1", "0.5", "1.0"}, {"0.1", "0.5", "1"}} {
			for bound, share := range map[string]func(time.Duration) float64{bounds[0]: wave(0.2), bounds[1]: wave(0.4), bounds[2]: wave(0.45), "+Inf": constant(1)} {
				r.add("http_request_duration_seconds_bucket", pod(name, pods[j], "le", bound), func(at time.Duration) float64 { return load(at) * share(at) })
			}
			r.add("http_request_duration_seconds_count", pod(name, pods[j]), load)
		}
	}
	stored := r.load(t)
	for name, s := range tests {
		for _, window := range []time.Duration{time.Hour, 6 * time.Hour, 12 * time.Hour} {
			at := 20 * time.Hour
			want := counted(t, s, r, at, window)
			got, ok := value(t, stored, s.ErrorRatioQuery(window), at)
			// rate() puts the last scrape interval in by extrapolation.
			if !ok || want <= 0 || want >= 1 || !(math.Abs(got-want) <= 0.02*want) {
				t.Errorf("%s over %s: the alerts count %v bad, the objective %v:\n%s", name, window, got, want, s.ErrorRatioQuery(window))
			}
		}
	}
}

// TestErrorRatioWithoutErrors tells requests that were all good from no requests.
func TestErrorRatioWithoutErrors(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(r *recording, load func(time.Duration) float64){
		slo.PresetUptime: func(r *recording, load func(time.Duration) float64) {
			r.add("http_requests_total", pod("cortx", pods[0], "status", "200"), load)
		},
		slo.PresetLatencyP99: func(r *recording, load func(time.Duration) float64) {
			writeDurations("0.1", "0.5", "1.0")(r, load, constant(0))
		},
	} {
		query := objective(name, 30).ErrorRatioQuery(time.Hour)
		for load, want := range map[float64]bool{traffic: true, 0: false} {
			r := &recording{scrape: time.Minute, length: 2 * time.Hour}
			write(r, constant(load))
			if got, ok := value(t, r.load(t), query, r.length); ok != want || got != 0 {
				t.Errorf("%s with %v requests: %v, %t, want 0, %t:\n%s", name, load, got, ok, want, query)
			}
		}
		if got, ok := value(t, (&recording{scrape: time.Minute}).load(t), query, time.Hour); ok {
			t.Errorf("%s without series: %v, want nothing:\n%s", name, got, query)
		}
	}
}

// TestLowGoals lets everything fail where the usual factors come to more than
// that: each pair has to fire all the same, and none for what the goal allows.
func TestLowGoals(t *testing.T) {
	t.Parallel()
	for _, goal := range []float64{0.93, 0.9, 0.75, 0.5, 0.1} {
		s := objective(slo.PresetUptime, 7)
		s.Goal = goal
		policies := s.Policies()
		for i, window := range s.Windows() {
			query, _ := policies[i].Policy.Conditions[0].Query()
			for _, test := range []struct {
				bad   float64
				fires bool
			}{{1, true}, {0.99 * (1 - goal), false}} {
				scrape := scrapeFor(pair{short: window.ShortWindow})
				r := &recording{scrape: scrape, length: 2 * whole(window.LongWindow, scrape)}
				writeRequests("200", "500")(r, constant(traffic), constant(test.bad))
				if a := r.watch(t, r.load(t), query, r.length/2); a.fired != test.fires {
					t.Errorf("a goal of %v with %v bad: %s fires %t, want %t:\n%s", goal, test.bad, policies[i].Key, a.fired, test.fires, query)
				}
			}
		}
	}
}

// TestRawIndicators shows the alerts of an indicator in filters, for each way to
// name its two series: they fire when a third fails, also when no request has
// ever been good, and not without traffic.
func TestRawIndicators(t *testing.T) {
	t.Parallel()
	tests := map[string]slo.SLO{}
	for name, ratio := range map[string]slo.GoodTotalRatio{
		"bad of total":  {BadPromQL: `jobs_total{result="failed"}`, TotalPromQL: "jobs_total"},
		"good of total": {GoodPromQL: `jobs_total{result="done"}`, TotalPromQL: "jobs_total"},
		"good and bad":  {GoodPromQL: `jobs_total{result="done"}`, BadPromQL: `jobs_total{result="failed"}`},
	} {
		tests[name] = slo.SLO{Goal: 0.99, WindowDays: 30, GoodTotalRatio: &ratio, Alerts: slo.DefaultAlerts()}
	}
	tests["distribution"] = slo.SLO{Goal: 0.99, WindowDays: 30, Alerts: slo.DefaultAlerts(), DistributionCut: &slo.DistributionCut{
		GoodPromQL: `jobs_total{result="done"}`, TotalPromQL: "jobs_total",
	}}
	for name, s := range tests {
		query, _ := s.Policies()[0].Policy.Conditions[0].Query()
		for _, test := range []struct {
			name       string
			done, fail float64
			fires      bool
		}{
			{"a third fails", 100, 50, true},
			{"all fail, none ever did not", gone, 50, true},
			{"all fail by now", 0, 50, true},
			{"one in a hundred fails", 99, 1, false},
			{"none ever failed", 100, gone, false},
			{"none fails by now", 100, 0, false},
			{"idle", 0, 0, false},
			{"no series", gone, gone, false},
		} {
			r := &recording{scrape: time.Minute, length: 3 * time.Hour}
			for result, growth := range map[string]float64{"done": test.done, "failed": test.fail} {
				if !math.IsNaN(growth) {
					r.add("jobs_total", pod("cortx", pods[0], "result", result), constant(growth))
				}
			}
			if a := r.watch(t, r.load(t), query, 2*time.Hour); a.fired != test.fires {
				t.Errorf("%s, %s: fires %t, want %t:\n%s", name, test.name, a.fired, test.fires, query)
			}
			got, ok := value(t, r.load(t), s.ErrorRatioQuery(time.Hour), r.length)
			if some := test.done > 0 || test.fail > 0; ok != some {
				t.Errorf("%s, %s: the ratio is %v, %t", name, test.name, got, ok)
			}
		}
	}
}

// TestNoFalseAlarms plays what is no burn: traffic that ends or begins, pods that
// restart, and nothing at all. Only where the series go does the policy for that
// fire, once they have been gone for its window.
func TestNoFalseAlarms(t *testing.T) {
	t.Parallel()
	const at, length = 3 * time.Hour, 6 * time.Hour
	stops := func(now time.Duration) float64 {
		if now > at {
			return 0
		}
		return traffic
	}
	for _, indicator := range indicators() {
		policies := indicator.slo(30).Policies()
		for _, test := range []struct {
			name   string
			write  func(r *recording)
			absent time.Duration
		}{
			{"traffic ends", func(r *recording) { indicator.write(r, stops, constant(indicator.budget/2)) }, 0},
			{"traffic begins", func(r *recording) {
				indicator.write(r, func(now time.Duration) float64 { return traffic - stops(now) }, constant(indicator.budget/2))
			}, 0},
			{"pods restart", func(r *recording) {
				indicator.write(r, constant(traffic), constant(indicator.budget/2))
				for i := range r.counters {
					restart(r.counters[i].values, int(at/r.scrape))
				}
			}, 0},
			{"all pods are gone", func(r *recording) {
				indicator.write(r, constant(traffic), constant(indicator.budget/2))
				for i := range r.counters {
					r.counters[i].values = r.counters[i].values[:at/r.scrape+1]
				}
			}, at + indicator.slo(30).Alerts.AbsenceWindow},
			{"never any", func(*recording) {}, time.Minute},
		} {
			r := &recording{scrape: time.Minute, length: length}
			test.write(r)
			stored := r.load(t)
			for _, named := range policies {
				query, _ := named.Policy.Conditions[0].Query()
				a := r.watch(t, stored, query, time.Minute)
				if named.Key == slo.KeyAbsence && test.absent > 0 {
					if !a.fired || (a.first-test.absent).Abs() > r.scrape || a.last != length {
						t.Errorf("%s, %s: %+v, want it from %s on:\n%s", indicator.name, test.name, a, test.absent, query)
					}
					continue
				}
				if a.fired {
					t.Errorf("%s, %s: %s fires from %s to %s:\n%s", indicator.name, test.name, named.Key, a.first, a.last, query)
				}
			}
		}
	}
}

// restart lets a counter begin at 0 again.
func restart(values []float64, at int) {
	before := values[at]
	for i := at + 1; i < len(values); i++ {
		values[i] -= before
	}
}
