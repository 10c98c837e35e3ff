package slo_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
	"github.com/cortx-platform/terraform-provider-cortx/internal/slo"
)

func raw(s *slo.SLO, g slo.GoodTotalRatio) { s.Availability, s.GoodTotalRatio = nil, &g }

func cut(s *slo.SLO, d slo.DistributionCut) { s.Availability, s.DistributionCut = nil, &d }

const someFilter = `metric.type="a" AND resource.type="b"`

func TestValidate(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(s *slo.SLO)
		// want are the paths with a word of the message, in order; none for a
		// configuration that works.
		want []string
	}{
		{"the preset", func(*slo.SLO) {}, nil},
		{"a goal of 1", func(s *slo.SLO) { s.Goal = 1 }, []string{"goal: 0.9999"}},
		{"a goal in percent", func(s *slo.SLO) { s.Goal = 99.9 }, []string{"goal: it is 99.9"}},
		{"no goal", func(s *slo.SLO) { s.Goal = 0 }, []string{"goal: above 0"}},
		{"a goal that is no number", func(s *slo.SLO) { s.Goal = math.NaN() }, []string{"goal: NaN"}},
		{"a goal just over the limit", func(s *slo.SLO) { s.Goal = 0.99991 }, []string{"goal: 0.9999"}},
		{"the greatest goal", func(s *slo.SLO) { s.Goal = 0.9999 }, nil},
		{"31 days", func(s *slo.SLO) { s.WindowDays = 31 }, []string{"window_days: 1 to 30"}},
		{"no days", func(s *slo.SLO) { s.WindowDays = 0 }, []string{"window_days: 1 to 30"}},
		{"the id of a service", func(s *slo.SLO) { s.ServiceID = "API" }, []string{`service_id: "API"`}},
		{"the id of an objective", func(s *slo.SLO) { s.SloID = "a/b" }, []string{`slo_id: "a/b"`}},
		{"no indicator", func(s *slo.SLO) { s.Availability = nil }, []string{": Set preset"}},
		{"two indicators", func(s *slo.SLO) { latency := slo.DefaultLatency(); s.Latency = &latency }, []string{": availability and latency"}},
		{"no metric", func(s *slo.SLO) { s.Availability.Metric = "" }, []string{"availability.metric: Name the metric"}},
		{"a metric that is no name", func(s *slo.SLO) { s.Availability.Metric = "a-b" }, []string{"availability.metric: good_total_ratio"}},
		{"a metric that is a word", func(s *slo.SLO) { s.Availability.Metric = "inf" }, []string{"availability: good_total_ratio"}},
		{"a label that is no name", func(s *slo.SLO) { s.Availability.MatchLabels = map[string]string{"a b": "c"} }, []string{"availability.match_labels: a b"}},
		{"the status as a label", func(s *slo.SLO) { s.Availability.MatchLabels = map[string]string{"status": "200"} }, []string{"availability.match_labels: status"}},
		{"no status label", func(s *slo.SLO) { s.Availability.StatusLabel = "" }, []string{"availability.status_label: letters"}},
		{"a threshold that is no bucket", func(s *slo.SLO) {
			latency := slo.DefaultLatency()
			latency.ThresholdMS = 300
			s.Availability, s.Latency = nil, &latency
		}, []string{"latency.threshold_ms: 100, 500, 1000"}},
		{"buckets out of order", func(s *slo.SLO) {
			latency := slo.DefaultLatency()
			latency.Buckets = []float64{1, 0.5}
			s.Availability, s.Latency = nil, &latency
		}, []string{"latency.buckets: ascending"}},
		{"a histogram with its suffix", func(s *slo.SLO) {
			latency := slo.DefaultLatency()
			latency.Metric += "_bucket"
			s.Availability, s.Latency = nil, &latency
		}, []string{`latency.metric: Write "http_request_duration_seconds"`}},
		{"filters", func(s *slo.SLO) {
			raw(s, slo.GoodTotalRatio{BadServiceFilter: someFilter, TotalServiceFilter: someFilter, BadPromQL: "a", TotalPromQL: `b{c=~"d"}`})
		}, nil},
		{"one filter", func(s *slo.SLO) {
			raw(s, slo.GoodTotalRatio{BadServiceFilter: someFilter, BadPromQL: "a", TotalPromQL: "b"})
		}, []string{"good_total_ratio: Set two of good_service_filter"}},
		{"three filters and selectors", func(s *slo.SLO) { raw(s, slo.GoodTotalRatio{someFilter, someFilter, someFilter, "a", "b", "c"}) }, []string{"good_total_ratio: Set two of good_service_filter", "good_total_ratio: Set two of good_promql"}},
		{"a filter that is none", func(s *slo.SLO) {
			raw(s, slo.GoodTotalRatio{BadServiceFilter: "a b", TotalServiceFilter: someFilter, BadPromQL: "a", TotalPromQL: "b"})
		}, []string{"good_total_ratio.bad_service_filter: Correct the filter"}},
		{"a filter without a metric", func(s *slo.SLO) {
			raw(s, slo.GoodTotalRatio{BadServiceFilter: `resource.type="a"`, TotalServiceFilter: someFilter, BadPromQL: "a", TotalPromQL: "b"})
		}, []string{"good_total_ratio.bad_service_filter: names no metric"}},
		{"no selectors", func(s *slo.SLO) {
			raw(s, slo.GoodTotalRatio{BadServiceFilter: someFilter, TotalServiceFilter: someFilter})
		}, []string{"good_total_ratio: alerts.enabled"}},
		{"no selectors and no alerts", func(s *slo.SLO) {
			raw(s, slo.GoodTotalRatio{BadServiceFilter: someFilter, TotalServiceFilter: someFilter})
			s.Alerts.Enabled = false
		}, nil},
		{"a rate for a selector", func(s *slo.SLO) {
			raw(s, slo.GoodTotalRatio{BadServiceFilter: someFilter, TotalServiceFilter: someFilter, BadPromQL: "rate(a[5m])", TotalPromQL: "b[5m]"})
		}, []string{"good_total_ratio.bad_promql: not just a selector", "good_total_ratio.total_promql: not just a selector"}},
		{"an offset in a selector", func(s *slo.SLO) {
			raw(s, slo.GoodTotalRatio{BadServiceFilter: someFilter, TotalServiceFilter: someFilter, BadPromQL: "a offset 5m", TotalPromQL: "b @ 5"})
		}, []string{"good_total_ratio.bad_promql: not just a selector", "good_total_ratio.total_promql: not just a selector"}},
		{"a comment in a selector", func(s *slo.SLO) {
			raw(s, slo.GoodTotalRatio{BadServiceFilter: someFilter, TotalServiceFilter: someFilter, BadPromQL: "a # b", TotalPromQL: "b @ start()"})
		}, []string{"good_total_ratio.bad_promql: not just a selector", "good_total_ratio.total_promql: not just a selector"}},
		{"a selector that is none", func(s *slo.SLO) {
			raw(s, slo.GoodTotalRatio{BadServiceFilter: someFilter, TotalServiceFilter: someFilter, BadPromQL: "a{", TotalPromQL: "b"})
		}, []string{"good_total_ratio.bad_promql: parser"}},
		{"a distribution", func(s *slo.SLO) {
			cut(s, slo.DistributionCut{DistributionFilter: someFilter, Max: 5, GoodPromQL: "a", TotalPromQL: "b"})
		}, nil},
		{"a distribution without end", func(s *slo.SLO) {
			cut(s, slo.DistributionCut{DistributionFilter: someFilter, Min: 5, GoodPromQL: "a", TotalPromQL: "b"})
		}, nil},
		{"a distribution without filter", func(s *slo.SLO) { cut(s, slo.DistributionCut{Max: 5, GoodPromQL: "a", TotalPromQL: "b"}) }, []string{"distribution_cut.distribution_filter: Set it"}},
		{"a distribution without range", func(s *slo.SLO) {
			cut(s, slo.DistributionCut{DistributionFilter: someFilter, Min: 5, Max: 5, GoodPromQL: "a", TotalPromQL: "b"})
		}, []string{"distribution_cut.max: above min"}},
		{"an infinite range", func(s *slo.SLO) {
			cut(s, slo.DistributionCut{DistributionFilter: someFilter, Min: math.Inf(-1), Max: math.Inf(1), GoodPromQL: "a", TotalPromQL: "b"})
		}, []string{"distribution_cut.min: finite", "distribution_cut.max: finite"}},
		{"a distribution without selectors", func(s *slo.SLO) { cut(s, slo.DistributionCut{DistributionFilter: someFilter, Max: 5}) }, []string{"distribution_cut: alerts.enabled"}},
		{"a distribution with one selector", func(s *slo.SLO) {
			cut(s, slo.DistributionCut{DistributionFilter: someFilter, Max: 5, GoodPromQL: "a"})
			s.Alerts.Enabled = false
		}, []string{"distribution_cut: good_promql and total_promql"}},
		{"priorities", func(s *slo.SLO) { s.Alerts.PagePriority, s.Alerts.TicketPriority = "P9", "" }, []string{"alerts.page_priority: P9", `alerts.ticket_priority: ""`}},
		{"no suite", func(s *slo.SLO) { s.Alerts.Suite = "" }, []string{"alerts.suite: warning"}},
		{"a suite that is no label", func(s *slo.SLO) { s.Alerts.Suite = "My Suite" }, []string{"alerts.suite: My Suite"}},
		{"a channel by its id", func(s *slo.SLO) { s.Alerts.NotificationChannels = []string{"", "123"} }, []string{"alerts.notification_channels: 123"}},
		{"a step of the runbook", func(s *slo.SLO) {
			s.Alerts.Runbook = &alert.Runbook{Detection: "a", Triage: "b", Mitigation: "c", Resolution: "d"}
		}, []string{"alerts.runbook.post_mortem: Post-mortem"}},
		{"a long runbook", func(s *slo.SLO) {
			s.Alerts.Runbook = &alert.Runbook{Detection: strings.Repeat("a", 9000), Triage: "b", Mitigation: "c", Resolution: "d", PostMortem: "e"}
		}, []string{"alerts.runbook: 8192"}},
		{"a link of the runbook", func(s *slo.SLO) {
			s.Alerts.Runbook = &alert.Runbook{Detection: "a", Triage: "b", Mitigation: "c", Resolution: "d", PostMortem: "e", Links: []alert.Link{{URL: "https://example.com"}}}
		}, []string{"alerts.runbook.links.0.display_name: name"}},
		{"a short window of absence", func(s *slo.SLO) { s.Alerts.AbsenceWindow = time.Second }, []string{"alerts.absence_window: 1m"}},
		{"no policy for absence", func(s *slo.SLO) { s.Alerts.AbsenceWindow = 0 }, nil},
		{"alerts that are wrong, and off", func(s *slo.SLO) { s.Alerts = slo.Alerts{PagePriority: "P9"} }, nil},
		{"a label that is ours", func(s *slo.SLO) { s.Labels[slo.LabelSLO] = "x" }, []string{"labels: cortx_slo"}},
		{"another manager", func(s *slo.SLO) { s.Labels[alert.LabelManagedBy] = "me" }, []string{"labels: managed_by"}},
		{"a label that is none", func(s *slo.SLO) { s.Labels["Team"] = "x" }, []string{"labels: Team"}},
		{"too many labels", func(s *slo.SLO) {
			for i := range 60 {
				s.Labels[fmt.Sprintf("l%d", i)] = ""
			}
		}, []string{"labels: at most 64"}},
		{"a long name", func(s *slo.SLO) { s.DisplayName = strings.Repeat("a", 500) }, []string{"display_name: 512"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := preset(t, slo.PresetUptime)
			test.change(&s)
			var got []string
			problems := s.Validate()
			for _, problem := range problems {
				path := make([]string, len(problem.Path))
				for i, step := range problem.Path {
					path[i] = fmt.Sprint(step)
				}
				kind := ""
				if problem.Warning {
					kind = "warning "
				}
				got = append(got, strings.Join(path, ".")+": "+kind+problem.Summary+" "+problem.Detail)
				if strings.Contains(problem.Detail, "signal") || strings.Contains(problem.Summary, "signal") {
					t.Errorf("an objective has no signals: %s", got[len(got)-1])
				}
			}
			if len(got) != len(test.want) {
				t.Fatalf("got %q, want %q", got, test.want)
			}
			for i, want := range test.want {
				path, word, _ := strings.Cut(want, ": ")
				if !strings.HasPrefix(got[i], path+": ") || !strings.Contains(got[i], word) {
					t.Errorf("got %q, want %q", got[i], want)
				}
			}
		})
	}
}

// TestRandomObjectivesAreValid finds no fault with what can be sent.
func TestRandomObjectivesAreValid(t *testing.T) {
	t.Parallel()
	s := newSource(2)
	for range 200 {
		made := s.slo()
		for _, problem := range made.Validate() {
			// Filters are made up in the random ones.
			if !problem.Warning && !strings.Contains(fmt.Sprint(problem.Path), "filter") {
				t.Fatalf("%v: %+v", problem, show(made))
			}
		}
	}
}
