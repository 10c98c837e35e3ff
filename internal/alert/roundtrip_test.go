package alert_test

import (
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

// errorsOf returns the problems that are no warnings.
func errorsOf(problems []alert.Problem) []alert.Problem {
	var errs []alert.Problem
	for _, problem := range problems {
		if !problem.Warning {
			errs = append(errs, problem)
		}
	}
	return errs
}

// TestRoundTrip sends random valid policies to the service and back, by way of
// the wire.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	signals := map[string]int{}
	for seed := range uint64(3000) {
		policy := newSource(seed).policy()
		if problems := errorsOf(policy.Validate()); len(problems) > 0 {
			t.Fatalf("seed %d: the generated policy is not valid: %+v", seed, problems)
		}
		sent, err := policy.Proto()
		if err != nil {
			t.Fatalf("seed %d: %s", seed, err)
		}
		wire, err := proto.Marshal(sent)
		if err != nil {
			t.Fatalf("seed %d: %s", seed, err)
		}
		received := &monitoringpb.AlertPolicy{}
		if err := proto.Unmarshal(wire, received); err != nil {
			t.Fatal(err)
		}
		back := alert.FromProto(received)
		if diff := cmp.Diff(policy, back); diff != "" {
			t.Fatalf("seed %d comes back different (-sent +back):\n%s", seed, diff)
		}
		for _, c := range back.Conditions {
			signals[c.Signal()]++
		}
	}
	for _, signal := range []string{
		"error_rate", "latency", "db_connections", "compliance_checks", "pack_duration", "ai_latency", "absence", "uptime",
		"promql", "threshold", "log_match",
	} {
		if signals[signal] < 50 {
			t.Errorf("%s came up %d times only", signal, signals[signal])
		}
	}
}

// TestRoundTripOfGolden makes sure that each shipped query is recognised.
func TestRoundTripOfGolden(t *testing.T) {
	t.Parallel()
	for _, test := range golden() {
		policy := alert.Policy{Enabled: true, Combiner: "OR", DisplayName: "p", Conditions: []alert.Condition{test.condition}}
		sent, err := policy.Proto()
		if err != nil {
			t.Fatal(err)
		}
		want := test.condition
		want.DisplayName = test.title
		if diff := cmp.Diff(want, alert.FromProto(sent).Conditions[0]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// edited returns the policy as the service has it after somebody changed it by hand.
func edited(t *testing.T, policy alert.Policy, change func(*monitoringpb.AlertPolicy)) alert.Policy {
	t.Helper()
	sent, err := policy.Proto()
	if err != nil {
		t.Fatal(err)
	}
	change(sent)
	return alert.FromProto(sent)
}

func queryOf(p *monitoringpb.AlertPolicy) *monitoringpb.AlertPolicy_Condition_PrometheusQueryLanguageCondition {
	return p.GetConditions()[0].GetConditionPrometheusQueryLanguage()
}

func TestDriftOfAThreshold(t *testing.T) {
	t.Parallel()
	s := alert.DefaultErrorRate()
	policy := alert.Policy{DisplayName: "p", Conditions: []alert.Condition{{ErrorRate: &s}}}
	got := edited(t, policy, func(p *monitoringpb.AlertPolicy) {
		queryOf(p).Query = strings.Replace(queryOf(p).GetQuery(), "> 0.01", "> 0.2", 1)
	})
	want := s
	want.Threshold = 0.2
	if diff := cmp.Diff(&want, got.Conditions[0].ErrorRate); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDriftOfSpacing(t *testing.T) {
	t.Parallel()
	s := alert.DefaultDBConnections()
	got := edited(t, alert.Policy{DisplayName: "p", Conditions: []alert.Condition{{DBConnections: &s}}}, func(p *monitoringpb.AlertPolicy) {
		queryOf(p).Query = strings.ReplaceAll(queryOf(p).GetQuery(), " / ", "\n  /\n")
	})
	if diff := cmp.Diff(&s, got.Conditions[0].DBConnections); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDriftBeyondTheSignal changes queries so that no typed signal says them.
func TestDriftBeyondTheSignal(t *testing.T) {
	t.Parallel()
	for _, test := range golden() {
		for name, change := range map[string]func(string) string{
			"another metric": func(q string) string { return q + " and up" },
			"another offset": func(q string) string { return strings.Replace(q, "m]", "m] offset 1m", 1) },
			"bool":           func(q string) string { return "(" + q + ") > bool 0" },
			"not equal":      func(q string) string { return strings.Replace(q, "[", `{x!="y"}[`, 1) },
		} {
			var query string
			got := edited(t, alert.Policy{DisplayName: "p", Conditions: []alert.Condition{test.condition}}, func(p *monitoringpb.AlertPolicy) {
				query = change(queryOf(p).GetQuery())
				queryOf(p).Query = query
			})
			if c := got.Conditions[0]; c.PromQL == nil || c.PromQL.Query != query || c.Signal() != "promql" {
				t.Errorf("%s, %s: %s is taken for %s", test.name, name, query, c.Signal())
			}
		}
	}
}

func TestRuleNamesKeepAQueryRaw(t *testing.T) {
	t.Parallel()
	s := alert.DefaultErrorRate()
	got := edited(t, alert.Policy{DisplayName: "p", Conditions: []alert.Condition{{ErrorRate: &s}}}, func(p *monitoringpb.AlertPolicy) {
		queryOf(p).AlertRule = "ErrorRate"
	})
	if got.Conditions[0].Signal() != "promql" {
		t.Errorf("Signal() = %q, want promql: a typed signal has no alert rule", got.Conditions[0].Signal())
	}
}

func TestAsPromQL(t *testing.T) {
	t.Parallel()
	s := alert.DefaultErrorRate()
	typed := alert.Condition{Name: "n", DisplayName: "d", Duration: time.Minute, ErrorRate: &s}
	query, _ := typed.Query()
	want := alert.Condition{Name: "n", DisplayName: "d", Duration: time.Minute, PromQL: &alert.PromQL{Query: query}}
	if diff := cmp.Diff(want, typed.AsPromQL()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	match := alert.Condition{LogMatch: &alert.LogMatch{Filter: "x"}}
	if diff := cmp.Diff(match, match.AsPromQL()); diff != "" {
		t.Errorf("a log match changes (-want +got):\n%s", diff)
	}
}

func TestRenotifyStrategies(t *testing.T) {
	t.Parallel()
	s := alert.DefaultErrorRate()
	policy := alert.Policy{
		DisplayName: "p", Conditions: []alert.Condition{{ErrorRate: &s}}, Renotify: time.Hour,
		Channels: []string{"projects/p/notificationChannels/1", "projects/p/notificationChannels/2"},
	}
	strategy := func(p *monitoringpb.AlertPolicy) *monitoringpb.AlertPolicy_AlertStrategy_NotificationChannelStrategy {
		return p.GetAlertStrategy().GetNotificationChannelStrategy()[0]
	}
	for name, test := range map[string]struct {
		change func(*monitoringpb.AlertPolicy)
		want   time.Duration
	}{
		"untouched": {func(*monitoringpb.AlertPolicy) {}, time.Hour},
		"another order": {func(p *monitoringpb.AlertPolicy) {
			names := strategy(p).GetNotificationChannelNames()
			names[0], names[1] = names[1], names[0]
		}, time.Hour},
		"one channel less": {func(p *monitoringpb.AlertPolicy) {
			strategy(p).NotificationChannelNames = strategy(p).GetNotificationChannelNames()[:1]
		}, alert.MixedRenotify},
		"two intervals": {func(p *monitoringpb.AlertPolicy) {
			p.AlertStrategy.NotificationChannelStrategy = append(p.GetAlertStrategy().GetNotificationChannelStrategy(),
				&monitoringpb.AlertPolicy_AlertStrategy_NotificationChannelStrategy{})
		}, alert.MixedRenotify},
		"none": {func(p *monitoringpb.AlertPolicy) { p.AlertStrategy = nil }, 0},
	} {
		if got := edited(t, policy, test.change).Renotify; got != test.want {
			t.Errorf("%s: Renotify = %s, want %s", name, got, test.want)
		}
	}
	policy.Channels = nil
	sent, err := policy.Proto()
	if err != nil {
		t.Fatal(err)
	}
	if sent.GetAlertStrategy() != nil {
		t.Errorf("a policy without channels is sent a strategy: %v", sent.GetAlertStrategy())
	}
}

func TestProtoRefuses(t *testing.T) {
	t.Parallel()
	s := alert.DefaultErrorRate()
	typed := []alert.Condition{{ErrorRate: &s}}
	for name, policy := range map[string]alert.Policy{
		"severity":    {Severity: "BAD", Conditions: typed},
		"combiner":    {Combiner: "XOR", Conditions: typed},
		"prompt":      {Prompts: []string{"RANG"}, Conditions: typed},
		"no signal":   {Conditions: []alert.Condition{{}}},
		"two signals": {Conditions: []alert.Condition{{ErrorRate: &s, LogMatch: &alert.LogMatch{}}}},
		"comparison":  {Conditions: []alert.Condition{{Threshold: &alert.Threshold{Comparison: "MORE"}}}},
		"aligner":     {Conditions: []alert.Condition{{Threshold: &alert.Threshold{Aggregations: []alert.Aggregation{{PerSeriesAligner: "ALIGN_LEFT"}}}}}},
		"trigger":     {Conditions: []alert.Condition{{Threshold: &alert.Threshold{TriggerCount: 1 << 40}}}},
	} {
		if _, err := policy.Proto(); err == nil {
			t.Errorf("%s: Proto() takes it", name)
		}
		policy.DisplayName = "p"
		if len(errorsOf(policy.Validate())) == 0 {
			t.Errorf("%s: Validate() takes it", name)
		}
	}
}
