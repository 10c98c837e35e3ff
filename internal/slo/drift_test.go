package slo_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/genproto/googleapis/type/calendarperiod"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
	"github.com/cortx-platform/terraform-provider-cortx/internal/slo"
)

// edit is what somebody does by hand.
type edit func(o *slo.Observed)

func promql(policy *monitoringpb.AlertPolicy) *monitoringpb.AlertPolicy_Condition_PrometheusQueryLanguageCondition {
	return policy.GetConditions()[0].GetConditionPrometheusQueryLanguage()
}

func ratioOf(o *slo.Observed) *monitoringpb.TimeSeriesRatio {
	return o.Objective.GetServiceLevelIndicator().GetRequestBased().GetGoodTotalRatio()
}

func cutOf(o *slo.Observed) *monitoringpb.DistributionCut {
	return o.Objective.GetServiceLevelIndicator().GetRequestBased().GetDistributionCut()
}

func all(change func(p *monitoringpb.AlertPolicy)) edit {
	return func(o *slo.Observed) {
		for _, policy := range o.Policies {
			change(policy)
		}
	}
}

// TestDrift changes one thing by hand and asks what shows: the attributes of the
// configuration that differ, and the objects that no attribute tells of.
func TestDrift(t *testing.T) {
	t.Parallel()
	channel := "projects/my-project/notificationChannels/9"
	for _, test := range []struct {
		name, preset string
		edit         edit
		// want changes the SLO to what has to be read; pending are the keys.
		want    func(s *slo.SLO)
		pending []string
	}{
		{name: "nothing", preset: slo.PresetUptime, edit: func(*slo.Observed) {}},
		{name: "the goal", preset: slo.PresetUptime, edit: func(o *slo.Observed) { o.Objective.Goal = 0.99 }, want: func(s *slo.SLO) { s.Goal = 0.99 }},
		{name: "the window", preset: slo.PresetUptime, edit: func(o *slo.Observed) {
			o.Objective.Period = &monitoringpb.ServiceLevelObjective_RollingPeriod{RollingPeriod: durationpb.New(48 * time.Hour)}
		}, want: func(s *slo.SLO) { s.WindowDays = 2 }},
		{name: "a calendar period", preset: slo.PresetUptime, edit: func(o *slo.Observed) {
			o.Objective.Period = &monitoringpb.ServiceLevelObjective_CalendarPeriod{CalendarPeriod: calendarperiod.CalendarPeriod_WEEK}
		}, want: func(s *slo.SLO) { s.WindowDays = 0 }, pending: []string{"objective"}},
		{name: "names", preset: slo.PresetUptime, edit: func(o *slo.Observed) { o.Objective.DisplayName, o.Service.DisplayName = "a", "b" }, want: func(s *slo.SLO) { s.DisplayName, s.ServiceDisplayName = "a", "b" }},
		{name: "a label", preset: slo.PresetUptime, edit: func(o *slo.Observed) { o.Objective.UserLabels["x"] = "y" }, want: func(s *slo.SLO) { s.Labels["x"] = "y" }},
		{name: "4xx in the filter", preset: slo.PresetUptime, edit: func(o *slo.Observed) {
			ratioOf(o).BadServiceFilter = strings.Replace(ratioOf(o).GetBadServiceFilter(), `"5.."`, `"[45].."`, 1)
		}, want: func(s *slo.SLO) { s.Availability.Include4xx = true }},
		{name: "another status label", preset: slo.PresetUptime, edit: func(o *slo.Observed) {
			ratioOf(o).BadServiceFilter = strings.Replace(ratioOf(o).GetBadServiceFilter(), `labels.status`, `labels.code`, 1)
		}, want: func(s *slo.SLO) { s.Availability.StatusLabel = "code" }},
		{name: "a term more in both filters, terms in another order and spelling", preset: slo.PresetUptime, edit: func(o *slo.Observed) {
			ratioOf(o).TotalServiceFilter = `resource.type = 'prometheus_target' metric.type="prometheus.googleapis.com/http_requests_total/counter"` + "\n AND resource.label.\"namespace\" = \"a\""
			ratioOf(o).BadServiceFilter = ratioOf(o).GetTotalServiceFilter() + ` metric.label.status = monitoring.regex.full_match( "5.." )`
		}, want: func(s *slo.SLO) { s.Availability.MatchLabels = map[string]string{"namespace": "a"} }},
		{name: "a term more in one filter", preset: slo.PresetUptime, edit: func(o *slo.Observed) { ratioOf(o).BadServiceFilter += ` AND metric.labels.method="GET"` }, want: func(s *slo.SLO) {
			bad, total := filters(*s)
			s.Availability, s.GoodTotalRatio = nil, &slo.GoodTotalRatio{
				BadServiceFilter: bad + ` AND metric.labels.method="GET"`, TotalServiceFilter: total,
				BadPromQL: `http_requests_total{status=~"5.."}`, TotalPromQL: "http_requests_total",
			}
		}},
		{name: "OR in a filter", preset: slo.PresetUptime, edit: func(o *slo.Observed) { ratioOf(o).TotalServiceFilter = `metric.type="a" OR metric.type="b"` }, want: func(s *slo.SLO) {
			bad, _ := filters(*s)
			s.Availability, s.GoodTotalRatio = nil, &slo.GoodTotalRatio{
				BadServiceFilter: bad, TotalServiceFilter: `metric.type="a" OR metric.type="b"`,
				BadPromQL: `http_requests_total{status=~"5.."}`, TotalPromQL: "http_requests_total",
			}
		}},
		{name: "an indicator by windows", preset: slo.PresetUptime, edit: func(o *slo.Observed) {
			o.Objective.ServiceLevelIndicator.Type = &monitoringpb.ServiceLevelIndicator_WindowsBased{WindowsBased: &monitoringpb.WindowsBasedSli{}}
		}, want: func(s *slo.SLO) { s.Availability = nil }, pending: []string{"objective"}},
		{name: "the threshold", preset: slo.PresetLatencyP99, edit: func(o *slo.Observed) { cutOf(o).Range.Max = 1 }, want: func(s *slo.SLO) { s.Latency.ThresholdMS = 1000 }},
		{name: "a lower bound", preset: slo.PresetLatencyP99, edit: func(o *slo.Observed) { cutOf(o).Range.Min = 0.1 }, want: func(s *slo.SLO) {
			filter := s.Objective().GetServiceLevelIndicator().GetRequestBased().GetDistributionCut().GetDistributionFilter()
			s.Latency, s.DistributionCut = nil, &slo.DistributionCut{DistributionFilter: filter, Min: 0.1, Max: 0.5}
		}},
		{name: "the metric of a distribution", preset: slo.PresetLatencyP99, edit: func(o *slo.Observed) {
			cutOf(o).DistributionFilter = strings.Replace(cutOf(o).GetDistributionFilter(), "http_request", "grpc", 1)
		}, want: func(s *slo.SLO) { s.Latency.Metric = "grpc_duration_seconds" }},
		{name: "one query", preset: slo.PresetUptime, edit: func(o *slo.Observed) { promql(o.Policies["burn_6h"]).Query += " > 0" }, pending: []string{"burn_6h"}},
		{name: "a query in another spelling", preset: slo.PresetUptime, edit: func(o *slo.Observed) {
			promql(o.Policies["burn_6h"]).Query = strings.ReplaceAll(promql(o.Policies["burn_6h"]).GetQuery(), " and ", "\n  and\n  ")
		}},
		{name: "one policy is gone", preset: slo.PresetLatencyP99, edit: func(o *slo.Observed) { delete(o.Policies, "burn_1d") }, pending: []string{"burn_1d"}},
		{name: "the policy for a metric that is gone is gone", preset: slo.PresetLatencyP99, edit: func(o *slo.Observed) { delete(o.Policies, "absence") }, pending: []string{"absence"}},
		{name: "all policies are gone", preset: slo.PresetUptime, edit: func(o *slo.Observed) { o.Policies = nil }, want: func(s *slo.SLO) { s.Alerts.Enabled = false }},
		{name: "one policy is off", preset: slo.PresetUptime, edit: func(o *slo.Observed) { o.Policies["burn_1h"].Enabled = wrapperspb.Bool(false) }, pending: []string{"burn_1h"}},
		{name: "one policy's priority", preset: slo.PresetUptime, edit: func(o *slo.Observed) { o.Policies["burn_1h"].UserLabels[alert.LabelPriority] = "p2" }, pending: []string{"burn_1h"}},
		{name: "one policy's documentation", preset: slo.PresetUptime, edit: func(o *slo.Observed) { o.Policies["burn_1h"].Documentation.Content = "call Bob" }, pending: []string{"burn_1h"}},
		{name: "one policy's display name", preset: slo.PresetUptime, edit: func(o *slo.Observed) { o.Policies["burn_3d"].DisplayName = "mine" }, pending: []string{"burn_3d"}},
		{name: "one policy's label that is ours", preset: slo.PresetUptime, edit: func(o *slo.Observed) { delete(o.Policies["burn_3d"].UserLabels, alert.LabelManagedBy) }, pending: []string{"burn_3d"}},
		{name: "one policy's label that is not ours", preset: slo.PresetUptime, edit: func(o *slo.Observed) { o.Policies["burn_3d"].UserLabels["x"] = "y" }},
		{name: "one policy's channels", preset: slo.PresetUptime, edit: func(o *slo.Observed) { o.Policies["burn_3d"].NotificationChannels = nil }, pending: []string{"burn_3d"}},
		{name: "all policies' channels", preset: slo.PresetUptime, edit: all(func(p *monitoringpb.AlertPolicy) {
			p.NotificationChannels = []string{channel}
			p.AlertStrategy.NotificationChannelStrategy[0].NotificationChannelNames = []string{channel}
		}), want: func(s *slo.SLO) { s.Alerts.NotificationChannels = []string{channel} }},
		{name: "all policies' channels and the goal", preset: slo.PresetUptime, edit: func(o *slo.Observed) {
			o.Objective.Goal = 0.9
			o.Policies["burn_1h"].NotificationChannels = []string{channel}
		}, want: func(s *slo.SLO) { s.Goal = 0.9 }, pending: []string{"burn_1h"}},
		{name: "the runbook of all", preset: slo.PresetUptime, edit: all(func(p *monitoringpb.AlertPolicy) {
			content := p.GetDocumentation().GetContent()
			p.Documentation.Content = content[:strings.Index(content, "## Detection")] + "## Detection\n\na\n\n## Triage\n\nb\n\n## Mitigation\n\nc\n\n## Resolution\n\nd\n\n## Post-mortem\n\ne"
		}), want: func(s *slo.SLO) {
			s.Alerts.Runbook = &alert.Runbook{Detection: "a", Triage: "b", Mitigation: "c", Resolution: "d", PostMortem: "e"}
		}},
		{name: "the window of absence", preset: slo.PresetUptime, edit: func(o *slo.Observed) {
			promql(o.Policies["absence"]).Query = "absent_over_time(http_requests_total[1h])"
			o.Policies["absence"].Conditions[0].DisplayName = "http_requests_total absent for 1h"
			o.Policies["absence"].Documentation.Content = strings.Replace(o.Policies["absence"].GetDocumentation().GetContent(), "reported for 10m", "reported for 1h", 1)
		}, want: func(s *slo.SLO) { s.Alerts.AbsenceWindow = time.Hour }},
		{name: "the service is gone", preset: slo.PresetUptime, edit: func(o *slo.Observed) { o.Service = nil }, want: func(s *slo.SLO) { s.ServiceDisplayName = "" }, pending: []string{"service"}},
		{name: "what the service leaves out", preset: slo.PresetUptime, edit: all(func(p *monitoringpb.AlertPolicy) {
			promql(p).EvaluationInterval = nil
			p.AlertStrategy.NotificationPrompts = nil
			p.CreationRecord = &monitoringpb.MutationRecord{MutatedBy: "somebody"}
		})},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			prior := preset(t, test.preset)
			observed := observe(t, prior)
			test.edit(&observed)
			want := preset(t, test.preset)
			if test.want != nil {
				test.want(&want)
			}
			got, pending := slo.FromProto(observed, &prior)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got\n%+v\nwant\n%+v", show(got), show(want))
			}
			if !slices.Equal(pending, test.pending) {
				t.Errorf("pending %q, want %q", pending, test.pending)
			}
			if !reflect.DeepEqual(prior, preset(t, test.preset)) {
				t.Error("what was asked for before has been changed")
			}
		})
	}
}

// filters are those that an availability renders to.
func filters(s slo.SLO) (bad, total string) {
	ratio := s.Objective().GetServiceLevelIndicator().GetRequestBased().GetGoodTotalRatio()
	return ratio.GetBadServiceFilter(), ratio.GetTotalServiceFilter()
}

func TestImportOfForeignObjects(t *testing.T) {
	t.Parallel()
	made := preset(t, slo.PresetLatencyP99)
	made.Latency.ThresholdMS, made.Latency.Buckets = 250, []float64{0.25}
	got, pending := slo.FromProto(slo.Observed{Service: made.Service(), Objective: made.Objective()}, nil)
	want := made
	want.Alerts = slo.DefaultAlerts()
	want.Alerts.Enabled = false
	if !reflect.DeepEqual(got, want) || len(pending) != 0 {
		t.Errorf("without policies: pending %q, got\n%+v\nwant\n%+v", pending, show(got), show(want))
	}
	got, pending = slo.FromProto(slo.Observed{}, nil)
	if got.Indicator() != "" || got.Alerts.Enabled || !slices.Equal(pending, []string{"service", "objective"}) {
		t.Errorf("nothing: pending %q, got %+v", pending, show(got))
	}
	if got.Name() != "projects//services//serviceLevelObjectives/" {
		t.Errorf("a name came from nowhere: %s", got.Name())
	}
}

// TestRawStaysRaw asks for filters that a typed indicator would have.
func TestRawStaysRaw(t *testing.T) {
	t.Parallel()
	ratio, cut := preset(t, slo.PresetUptime), preset(t, slo.PresetLatencyP99)
	bad, total := filters(ratio)
	ratio.Availability, ratio.GoodTotalRatio = nil, &slo.GoodTotalRatio{
		BadServiceFilter: bad, TotalServiceFilter: total, BadPromQL: `http_requests_total{ status =~ '5..' }`, TotalPromQL: "http_requests_total",
	}
	filter := cut.Objective().GetServiceLevelIndicator().GetRequestBased().GetDistributionCut().GetDistributionFilter()
	cut.Latency, cut.DistributionCut = nil, &slo.DistributionCut{
		DistributionFilter: filter, Max: 0.5, GoodPromQL: `http_request_duration_seconds_bucket{le='0.5'}`, TotalPromQL: "http_request_duration_seconds_count",
	}
	for _, made := range []slo.SLO{ratio, cut} {
		got, pending := slo.FromProto(observe(t, made), &made)
		if !reflect.DeepEqual(got, made) || len(pending) > 0 {
			t.Errorf("pending %q, got\n%+v\nwant\n%+v", pending, show(got), show(made))
		}
		// All queries changed by hand to the same other series.
		observed := observe(t, made)
		for _, policy := range observed.Policies {
			promql(policy).Query = strings.NewReplacer("'5..'", `"4.."`, "'0.5'", `"0.1"`).Replace(promql(policy).GetQuery())
		}
		got, _ = slo.FromProto(observed, &made)
		if made.GoodTotalRatio != nil && got.GoodTotalRatio.BadPromQL != `http_requests_total{status=~"4.."}` ||
			made.DistributionCut != nil && got.DistributionCut.GoodPromQL != `http_request_duration_seconds_bucket{le="0.1"}` {
			t.Errorf("another series does not show: %+v", show(got))
		}
	}
}
