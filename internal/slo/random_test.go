package slo_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
	"github.com/cortx-platform/terraform-provider-cortx/internal/slo"
)

// source draws random objectives that are valid, from a fixed seed.
type source struct{ *rand.Rand }

func newSource(seed uint64) source { return source{rand.New(rand.NewPCG(seed, 7))} } //nolint:gosec // Test data, not a secret.

func (s source) maybe() bool { return s.IntN(2) == 0 }

func pick[T any](s source, list ...T) T { return list[s.IntN(len(list))] }

// nasty are texts that a careless renderer breaks on.
var nasty = []string{
	`"`, `\`, `" AND metric.labels.x="`, `"} or vector(1) or up{a="`, "\n", "é", "世界", "#", " # buckets: 1", "'", `\"`, ")", " AND ", "%", "\t", "a  b",
}

func (s source) text() string {
	var b strings.Builder
	for range s.IntN(4) {
		b.WriteString(pick(s, nasty...))
		b.WriteString(pick(s, "word", " ", "prod"))
	}
	return b.String()
}

func (s source) name() string {
	return pick(s, "a", "b_", "http", "x9", "_z") + "_" + strconv.Itoa(s.IntN(1000))
}

func (s source) match() map[string]string {
	if s.maybe() {
		return nil
	}
	match := map[string]string{}
	for range 1 + s.IntN(3) {
		match[pick(s, "cluster", "namespace", "location", "job", "handler", "m_"+s.name())] = s.text()
	}
	return match
}

func (s source) selector() string {
	return pick(s, `a_total{x="y"}`, `b_total`, `c_total{code=~"5..",le!="1"}`, `d_bucket{le="0.5"}`, `e_count{t!~"\"x.*"}`, `f{g="x # buckets: 1"}`) + ""
}

func (s source) slo() slo.SLO {
	made := slo.SLO{
		Project: "my-project", ServiceID: pick(s, "api", "api-v2", "x"), ServiceDisplayName: pick(s, "", "The API"),
		SloID: pick(s, "uptime", "Up.time_2", "a:b"), DisplayName: pick(s, "", "Uptime", "é"),
		Goal: pick(s, 0.5, 0.9, 0.99, 0.999, 0.9995, 0.9999, 0.123456), WindowDays: int64(1 + s.IntN(30)),
		Labels: slo.OwnLabels(),
		Alerts: slo.Alerts{
			Enabled: true, PagePriority: pick(s, alert.Priorities()...), TicketPriority: pick(s, alert.Priorities()...),
			Suite: pick(s, "", "claims"), AbsenceWindow: time.Duration(s.IntN(3)) * 17 * time.Minute,
		},
	}
	if s.maybe() {
		made.Labels["team"] = "core"
	}
	if s.maybe() {
		made.Alerts.NotificationChannels = []string{"projects/my-project/notificationChannels/2", "projects/my-project/notificationChannels/1"}
	}
	if s.maybe() {
		made.Alerts.Runbook = &alert.Runbook{Detection: "a", Triage: "b " + s.text(), Mitigation: "c", Resolution: "d", PostMortem: "e", Links: []alert.Link{{DisplayName: "book", URL: "https://example.com"}}}
	}
	switch s.IntN(4) {
	case 0:
		made.Availability = &slo.Availability{MatchLabels: s.match(), Metric: s.name(), StatusLabel: pick(s, "status", "code"), Include4xx: s.maybe()}
	case 1:
		made.Latency = &slo.Latency{MatchLabels: s.match(), Metric: s.name(), ThresholdMS: 500, Buckets: []float64{0.1, 0.5, 1}}
		if s.maybe() {
			made.Latency.Buckets, made.Latency.ThresholdMS = []float64{0.003, 1.005, 2, 60}, pick(s, 3.0, 1005, 2000, 60000)
		}
	case 2:
		made.GoodTotalRatio = &slo.GoodTotalRatio{}
		a, b := s.name()+` AND "x"`, s.name()
		first, second := s.selector(), s.selector()+``
		for second == first {
			second = s.selector()
		}
		switch s.IntN(3) {
		case 0:
			made.GoodTotalRatio.GoodServiceFilter, made.GoodTotalRatio.TotalServiceFilter = a, b
			made.GoodTotalRatio.GoodPromQL, made.GoodTotalRatio.TotalPromQL = first, second
		case 1:
			made.GoodTotalRatio.BadServiceFilter, made.GoodTotalRatio.TotalServiceFilter = a, b
			made.GoodTotalRatio.BadPromQL, made.GoodTotalRatio.TotalPromQL = first, second
		default:
			made.GoodTotalRatio.GoodServiceFilter, made.GoodTotalRatio.BadServiceFilter = a, b
			made.GoodTotalRatio.GoodPromQL, made.GoodTotalRatio.BadPromQL = first, second
		}
	default:
		made.DistributionCut = &slo.DistributionCut{
			DistributionFilter: s.name(), Min: float64(s.IntN(3)), Max: pick(s, 0, 5.5, 100), GoodPromQL: `x_bucket{le="5.5"}`, TotalPromQL: "x_count",
		}
	}
	return made
}

// observe returns the objects of s as the service would.
func observe(t *testing.T, s slo.SLO) slo.Observed {
	t.Helper()
	observed := slo.Observed{Service: s.Service(), Objective: s.Objective(), Policies: map[string]*monitoringpb.AlertPolicy{}}
	for i, named := range s.Policies() {
		policy, err := named.Policy.Proto()
		if err != nil {
			t.Fatal(err)
		}
		policy.Name = "projects/my-project/alertPolicies/" + strconv.Itoa(i)
		policy.GetConditions()[0].Name = policy.GetName() + "/conditions/1"
		if key := slo.PolicyKey(policy, s.ServiceID, s.SloID); key != named.Key {
			t.Fatalf("the key %q is %q by the labels", named.Key, key)
		}
		observed.Policies[named.Key] = policy
	}
	return observed
}
