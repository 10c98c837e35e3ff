package promcheck_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/cortx-platform/terraform-provider-cortx/internal/slo"
)

// indicator is an SLO together with an exporter that writes what it counts:
// load is how many requests there are between two scrapes, bad the share of them
// that the SLO counts as bad.
type indicator struct {
	name   string
	slo    func(days int64) slo.SLO
	budget float64
	write  func(r *recording, load, bad func(at time.Duration) float64)
}

func indicators() []indicator {
	return []indicator{
		{"availability", func(days int64) slo.SLO { return objective(slo.PresetUptime, days) }, 0.001, writeRequests("200", "500")},
		{"availability by class", func(days int64) slo.SLO { return objective(slo.PresetUptime, days) }, 0.001, writeRequests("2xx", "5xx")},
		{"latency", func(days int64) slo.SLO { return objective(slo.PresetLatencyP99, days) }, 0.01, writeDurations("0.1", "0.5", "1.0")},
	}
}

// objective is a preset over some days.
func objective(preset string, days int64) slo.SLO {
	s, _ := slo.Preset(preset)
	s.Project, s.ServiceID, s.SloID, s.WindowDays = "my-project", "api", preset, days
	return s
}

func writeRequests(ok, failed string) func(r *recording, load, bad func(time.Duration) float64) {
	return func(r *recording, load, bad func(time.Duration) float64) {
		for _, name := range pods {
			status := func(code string) labels.Labels { return pod("cortx", name, "handler", "/v1/packs", "status", code) }
			r.add("http_requests_total", status(ok), func(at time.Duration) float64 { return load(at) * (1 - bad(at)) })
			r.add("http_requests_total", status(failed), func(at time.Duration) float64 { return load(at) * bad(at) })
		}
	}
}

// writeDurations writes a histogram of three bounds, of which the second is the
// threshold. Half of what is slow is within the third.
func writeDurations(bounds ...string) func(r *recording, load, bad func(time.Duration) float64) {
	return func(r *recording, load, bad func(time.Duration) float64) {
		for _, name := range pods {
			slow := []func(time.Duration) float64{bad, bad, func(at time.Duration) float64 { return bad(at) / 2 }}
			for i, bound := range bounds {
				r.add("http_request_duration_seconds_bucket", pod("cortx", name, "le", bound), func(at time.Duration) float64 { return load(at) * (1 - slow[i](at)) })
			}
			r.add("http_request_duration_seconds_bucket", pod("cortx", name, "le", "+Inf"), load)
			r.add("http_request_duration_seconds_count", pod("cortx", name), load)
		}
	}
}

// pair is what a pair of windows has to be, written down here once more: the
// provider's own table can't bear witness for itself.
type pair struct {
	long, short time.Duration
	factor      float64
}

// pairs are those for an SLO over 30, 7 and 1 days.
var pairs = map[int64][]pair{
	30: {{time.Hour, 5 * time.Minute, 14.4}, {6 * time.Hour, 30 * time.Minute, 6}, {24 * time.Hour, 2 * time.Hour, 3}, {72 * time.Hour, 6 * time.Hour, 1}},
	7:  {{14 * time.Minute, 2 * time.Minute, 14.4}, {84 * time.Minute, 7 * time.Minute, 6}, {336 * time.Minute, 28 * time.Minute, 3}, {1008 * time.Minute, 84 * time.Minute, 1}},
	1:  {{4 * time.Minute, 2 * time.Minute, 7.2}, {12 * time.Minute, 2 * time.Minute, 6}, {48 * time.Minute, 4 * time.Minute, 3}, {144 * time.Minute, 12 * time.Minute, 1}},
}

// scrapeFor is coarse for long windows, which have as many scrapes as short
// ones: what is shown is the arithmetic of the windows. Below 30 seconds it does
// not go, since nobody scrapes more often.
func scrapeFor(p pair) time.Duration { return max(interval, (p.short / 10).Truncate(interval)) }

// whole rounds d up to whole scrapes.
func whole(d, scrape time.Duration) time.Duration { return (d + scrape - 1).Truncate(scrape) }

// burn is how a budget is spent: at a rate from the start for some part of the
// long window, at another one otherwise.
type burn struct {
	name             string
	rate, background float64
	lasts            float64
	fires            bool
}

// burns are the burns that a pair must fire for, and those that it must not.
func burns(p pair, budget float64) []burn {
	return []burn{
		{"2 times the factor", 2 * p.factor, 0, 1, true},
		{"everything bad", 1 / budget, 0, 1, true},
		{"1.05 times the factor", 1.05 * p.factor, 0, 2, true},
		{"0.95 times the factor, for ever", 0.95 * p.factor, 0.95 * p.factor, 2, false},
		{"4 times the factor, too short", 4 * p.factor, 0, 0.2, false},
		{"nothing bad", 0, 0, 0, false},
	}
}

// TestBurnRates holds each pair of windows against what it stands for. A budget
// that burns at rate r from a time on fills the long window up to the factor
// after factor/r of its length, and when the burn is over the short window
// empties below the factor after 1-factor/r of its length. Both within two
// scrapes, in which the counters show what happened.
func TestBurnRates(t *testing.T) {
	t.Parallel()
	rows := []string{"SLO\tDAYS\tPAIR\tBURN\tRESULT\n"}
	for _, indicator := range indicators() {
		for days, wanted := range pairs {
			policies := indicator.slo(days).Policies()
			for i, p := range wanted {
				query, _ := policies[i].Policy.Conditions[0].Query()
				for _, b := range burns(p, indicator.budget) {
					t.Run(fmt.Sprintf("%s/%d days/%s/%s", indicator.name, days, policies[i].Key, b.name), func(t *testing.T) {
						result := indicator.play(t, p, b, query)
						rows = append(rows, fmt.Sprintf("%s\t%2d\t%v over %s and %s\t%s\t%s\n", indicator.name, days, p.factor, p.long, p.short, b.name, result))
					})
				}
			}
		}
	}
	slices.Sort(rows[1:])
	t.Log("\n" + table(t, rows))
}

// TestBurnRatesOfEveryLength does so for every number of days that an SLO can
// have, with a burn that each pair must fire for, when it has to fire and to
// reset, and two that it must stay quiet for.
func TestBurnRatesOfEveryLength(t *testing.T) {
	t.Parallel()
	rows := []string{"DAYS\tPAIR\tSLO\tFIRES AND RESETS\n"}
	for days := int64(1); days <= 30; days++ {
		// Each kind of objective has its turn.
		indicator := indicators()[days%int64(len(indicators()))]
		policies := indicator.slo(days).Policies()
		for i, p := range scaled(days) {
			query, _ := policies[i].Policy.Conditions[0].Query()
			for _, b := range burns(p, indicator.budget) {
				switch b.name {
				case "2 times the factor", "0.95 times the factor, for ever", "4 times the factor, too short":
				default:
					continue
				}
				t.Run(fmt.Sprintf("%d days/%s/%s", days, policies[i].Key, b.name), func(t *testing.T) {
					result := indicator.play(t, p, b, query)
					if b.fires {
						rows = append(rows, fmt.Sprintf("%2d\t%v over %s and %s\t%s\t%s\n", days, p.factor, p.long, p.short, indicator.name, result))
					}
				})
			}
		}
	}
	t.Log("\n" + table(t, rows))
}

// scaled are the pairs for an SLO over some days: the windows of 30 days in that
// proportion, which come to whole minutes, and no shorter than can be measured.
func scaled(days int64) []pair {
	made := make([]pair, 0, len(pairs[30]))
	for _, usual := range pairs[30] {
		long := usual.long * time.Duration(days) / 30
		p := pair{long, max(2*time.Minute, (long/12 + time.Minute - 1).Truncate(time.Minute)), usual.factor}
		if p.long < 4*time.Minute { // It spends the same share in what is longer.
			p.factor *= p.long.Minutes() / 4
			p.long = 4 * time.Minute
		}
		made = append(made, p)
	}
	return made
}

// play lets a budget burn, and compares when the query has a result with when it
// has to.
func (i indicator) play(t *testing.T, p pair, b burn, query string) string {
	t.Helper()
	scrape := scrapeFor(p)
	// The burn starts once the long window is full, and the run goes on for so
	// long that a long window alone would be seen to fire.
	start := whole(p.long+2*scrape, scrape)
	until := start + time.Duration(b.lasts*float64(p.long)).Truncate(scrape)
	r := &recording{scrape: scrape, length: until + 2*whole(p.long, scrape)}
	i.write(r, constant(traffic), func(at time.Duration) float64 {
		if at > start && at <= until {
			return min(1, b.rate*i.budget)
		}
		return b.background * i.budget
	})
	a := r.watch(t, r.load(t), query, start)
	if !b.fires {
		if a.fired {
			t.Errorf("fires from %s to %s, with the burn from %s to %s:\n%s", a.first, a.last, start, until, query)
			return "FIRES"
		}
		return "quiet"
	}
	full := p.factor / b.rate
	a.judge(t, start+time.Duration(full*float64(p.long)), until+time.Duration((1-full)*float64(p.short)), scrape, query)
	if !a.fired {
		return "QUIET"
	}
	return fmt.Sprintf("fires after %s, resets %s after the burn", a.first-start, a.last-until)
}

// judge compares an alarm with when it has to begin and to end.
func (a alarm) judge(t *testing.T, begin, end, scrape time.Duration, query string) {
	t.Helper()
	const tolerance = 2
	switch {
	case !a.fired:
		t.Errorf("never fires, want it at %s:\n%s", begin, query)
	case (a.first - begin).Abs() > tolerance*scrape:
		t.Errorf("fires at %s, want %s give or take %s:\n%s", a.first, begin, tolerance*scrape, query)
	case (a.last - end).Abs() > tolerance*scrape:
		t.Errorf("resets at %s, want %s give or take %s:\n%s", a.last, end, tolerance*scrape, query)
	}
}
