package slo_test

import (
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
	"github.com/cortx-platform/terraform-provider-cortx/internal/slo"
)

// TestObjects shows the objects in the shapes that the service was recorded with.
func TestObjects(t *testing.T) {
	t.Parallel()
	mine := preset(t, slo.PresetUptime)
	mine.Availability.MatchLabels = map[string]string{"namespace": "tenant-a", "handler": `/v1/"packs"`}
	mine.Availability.Include4xx, mine.WindowDays = true, 7
	cut := preset(t, slo.PresetUptime)
	cut.Availability, cut.DistributionCut = nil, &slo.DistributionCut{DistributionFilter: "F", Min: 50, Max: 100}
	open := preset(t, slo.PresetUptime)
	open.Availability, open.DistributionCut = nil, &slo.DistributionCut{DistributionFilter: "F", Min: 50}
	ratio := preset(t, slo.PresetUptime)
	ratio.Availability, ratio.GoodTotalRatio = nil, &slo.GoodTotalRatio{GoodServiceFilter: "G", BadServiceFilter: "B"}

	const frame = `{"name": "projects/my-project/services/api/serviceLevelObjectives/uptime", "displayName": "Uptime 99.9%", "goal": 0.999, "rollingPeriod": "2592000s",
		"userLabels": {"managed_by": "terraform-provider-cortx"}, "serviceLevelIndicator": {"requestBased": {SLI}}}`
	for _, test := range []struct {
		name string
		slo  slo.SLO
		want string
	}{
		{"uptime", preset(t, slo.PresetUptime), strings.Replace(frame, "SLI", `"goodTotalRatio": {
			"badServiceFilter": "metric.type=\"prometheus.googleapis.com/http_requests_total/counter\" AND resource.type=\"prometheus_target\" AND metric.labels.status=monitoring.regex.full_match(\"5..\")",
			"totalServiceFilter": "metric.type=\"prometheus.googleapis.com/http_requests_total/counter\" AND resource.type=\"prometheus_target\""}`, 1)},
		{"labels of the target and of the metric", mine, strings.NewReplacer("2592000s", "604800s", "SLI", `"goodTotalRatio": {
			"badServiceFilter": "metric.type=\"prometheus.googleapis.com/http_requests_total/counter\" AND resource.type=\"prometheus_target\" AND metric.labels.handler=\"/v1/\\\"packs\\\"\" AND resource.labels.namespace=\"tenant-a\" AND metric.labels.status=monitoring.regex.full_match(\"[45]..\")",
			"totalServiceFilter": "metric.type=\"prometheus.googleapis.com/http_requests_total/counter\" AND resource.type=\"prometheus_target\" AND metric.labels.handler=\"/v1/\\\"packs\\\"\" AND resource.labels.namespace=\"tenant-a\""}`).Replace(frame)},
		{"latency in seconds", preset(t, slo.PresetLatencyP99), strings.NewReplacer("serviceLevelObjectives/uptime", "serviceLevelObjectives/latency_p99", "Uptime 99.9%", "p99 latency under 500 ms", "0.999", "0.99", "SLI", `"distributionCut": {
			"distributionFilter": "metric.type=\"prometheus.googleapis.com/http_request_duration_seconds/histogram\" AND resource.type=\"prometheus_target\"", "range": {"max": 0.5}}`).Replace(frame)},
		{"a range", cut, strings.Replace(frame, "SLI", `"distributionCut": {"distributionFilter": "F", "range": {"min": 50, "max": 100}}`, 1)},
		{"a range without end", open, strings.Replace(frame, "SLI", `"distributionCut": {"distributionFilter": "F", "range": {"min": 50, "max": "Infinity"}}`, 1)},
		{"filters", ratio, strings.Replace(frame, "SLI", `"goodTotalRatio": {"goodServiceFilter": "G", "badServiceFilter": "B"}`, 1)},
	} {
		want := &monitoringpb.ServiceLevelObjective{}
		if err := protojson.Unmarshal([]byte(test.want), want); err != nil {
			t.Fatalf("%s: %s", test.name, err)
		}
		if got := test.slo.Objective(); !proto.Equal(got, want) {
			t.Errorf("%s: got\n%s\nwant\n%s", test.name, protojson.Format(got), protojson.Format(want))
		}
		// What people paste into the filters has to pass its own check.
		if got := test.slo.Objective().GetServiceLevelIndicator().GetRequestBased().GetGoodTotalRatio(); test.slo.Availability != nil {
			for _, filter := range []string{got.GetBadServiceFilter(), got.GetTotalServiceFilter()} {
				if err := alert.ValidateMonitoringFilter(filter); err != nil {
					t.Errorf("%s: %s: %s", test.name, filter, err)
				}
			}
		}
	}
	want := &monitoringpb.Service{}
	if err := protojson.Unmarshal([]byte(`{"name": "projects/my-project/services/api", "displayName": "The API", "custom": {}, "userLabels": {"managed_by": "terraform-provider-cortx"}}`), want); err != nil {
		t.Fatal(err)
	}
	if got := preset(t, slo.PresetUptime).Service(); !proto.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", protojson.Format(got), protojson.Format(want))
	}
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	uptime, latency, second := preset(t, slo.PresetUptime), preset(t, slo.PresetLatencyP99), preset(t, slo.PresetLatencyP99)
	uptime.Availability.MatchLabels = map[string]string{"namespace": "tenant-a"}
	latency.WindowDays = 7
	second.Latency.ThresholdMS, second.Latency.Buckets = 2000, []float64{0.25, 2}
	for _, test := range []struct {
		name, key string
		slo       slo.SLO
		want      string
		priority  alert.Priority
	}{
		{"uptime", "burn_1h", uptime, `sum(rate(http_requests_total{namespace="tenant-a",status=~"5.."}[1h])) / (sum(rate(http_requests_total{namespace="tenant-a"}[1h])) > 0) > 0.0144 and sum(rate(http_requests_total{namespace="tenant-a",status=~"5.."}[5m])) / (sum(rate(http_requests_total{namespace="tenant-a"}[5m])) > 0) > 0.0144`, alert.P1},
		{"uptime", "burn_6h", uptime, `sum(rate(http_requests_total{namespace="tenant-a",status=~"5.."}[6h])) / (sum(rate(http_requests_total{namespace="tenant-a"}[6h])) > 0) > 0.006 and sum(rate(http_requests_total{namespace="tenant-a",status=~"5.."}[30m])) / (sum(rate(http_requests_total{namespace="tenant-a"}[30m])) > 0) > 0.006`, alert.P1},
		{"uptime", "burn_3d", uptime, `sum(rate(http_requests_total{namespace="tenant-a",status=~"5.."}[3d])) / (sum(rate(http_requests_total{namespace="tenant-a"}[3d])) > 0) > 0.001 and sum(rate(http_requests_total{namespace="tenant-a",status=~"5.."}[6h])) / (sum(rate(http_requests_total{namespace="tenant-a"}[6h])) > 0) > 0.001`, alert.P2},
		{"uptime", "absence", uptime, `absent_over_time(http_requests_total{namespace="tenant-a"}[10m])`, alert.P1},
		{"latency over a week", "burn_1d", latency, `1 - sum(rate(http_request_duration_seconds_bucket{le="0.5"}[5h36m])) / (sum(rate(http_request_duration_seconds_count[5h36m])) > 0) > 0.03 and 1 - sum(rate(http_request_duration_seconds_bucket{le="0.5"}[28m])) / (sum(rate(http_request_duration_seconds_count[28m])) > 0) > 0.03`, alert.P2},
		{"a whole number of seconds in either spelling", "burn_1h", second, `1 - sum(rate(http_request_duration_seconds_bucket{le=~"2|2\\.0"}[1h])) / (sum(rate(http_request_duration_seconds_count[1h])) > 0) > 0.144 and 1 - sum(rate(http_request_duration_seconds_bucket{le=~"2|2\\.0"}[5m])) / (sum(rate(http_request_duration_seconds_count[5m])) > 0) > 0.144 # buckets: 0.25, 2`, alert.P1},
		{"latency", "absence", second, `absent_over_time(http_request_duration_seconds_count[10m])`, alert.P1},
	} {
		policy, ok := policyOf(test.slo, test.key)
		if !ok {
			t.Errorf("%s: no policy %q", test.name, test.key)
			continue
		}
		if query, _ := policy.Conditions[0].Query(); query != test.want {
			t.Errorf("%s, %s: got\n%s\nwant\n%s", test.name, test.key, query, test.want)
		}
		if policy.Priority != test.priority || policy.Severity != test.priority.Severity() || policy.Labels[slo.LabelPolicy] != test.key ||
			policy.Labels[slo.LabelSLO] != "api_"+test.slo.SloID || policy.Labels[alert.LabelSuite] != "claims" || len(policy.Channels) != 1 {
			t.Errorf("%s, %s: %+v", test.name, test.key, policy)
		}
		for _, problem := range policy.Validate() {
			t.Errorf("%s, %s: %v", test.name, test.key, problem)
		}
	}
}

func TestErrorRatioQuery(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		slo  slo.SLO
		want string
	}{
		"availability": {slo.SLO{Availability: &slo.Availability{Metric: "m", StatusLabel: "code"}}, `sum(rate(m{code=~"5.."}[1h])) / (sum(rate(m[1h])) > 0) or 0 * (sum(rate(m[1h])) > 0)`},
		"latency":      {slo.SLO{Latency: &slo.Latency{Metric: "m", ThresholdMS: 250, Buckets: []float64{0.25}}}, `1 - sum(rate(m_bucket{le="0.25"}[1h])) / (sum(rate(m_count[1h])) > 0)`},
		"bad":          {slo.SLO{GoodTotalRatio: &slo.GoodTotalRatio{BadPromQL: "b", TotalPromQL: "t"}}, `sum(rate(b[1h])) / (sum(rate(t[1h])) > 0) or 0 * (sum(rate(t[1h])) > 0)`},
		"good":         {slo.SLO{GoodTotalRatio: &slo.GoodTotalRatio{GoodPromQL: "g", TotalPromQL: "t"}}, `1 - (sum(rate(g[1h])) or vector(0)) / (sum(rate(t[1h])) > 0)`},
		"both": {
			slo.SLO{GoodTotalRatio: &slo.GoodTotalRatio{GoodPromQL: "g", BadPromQL: "b"}},
			`sum(rate(b[1h])) / ((sum(rate(g[1h])) or vector(0)) + (sum(rate(b[1h])) or vector(0)) > 0) or 0 * ((sum(rate(g[1h])) or vector(0)) + (sum(rate(b[1h])) or vector(0)) > 0)`,
		},
		"distribution": {slo.SLO{DistributionCut: &slo.DistributionCut{GoodPromQL: "g", TotalPromQL: "t"}}, `1 - (sum(rate(g[1h])) or vector(0)) / (sum(rate(t[1h])) > 0)`},
		"filters only": {slo.SLO{GoodTotalRatio: &slo.GoodTotalRatio{}}, ""},
		"nothing":      {slo.SLO{}, ""},
	} {
		if got := test.slo.ErrorRatioQuery(time.Hour); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

func policyOf(s slo.SLO, key string) (alert.Policy, bool) {
	for _, named := range s.Policies() {
		if named.Key == key {
			return named.Policy, true
		}
	}
	return alert.Policy{}, false
}

func TestPoliciesThatAreNotAskedFor(t *testing.T) {
	t.Parallel()
	off, present, months := preset(t, slo.PresetUptime), preset(t, slo.PresetUptime), preset(t, slo.PresetUptime)
	off.Alerts.Enabled, present.Alerts.AbsenceWindow, months.WindowDays = false, 0, 60
	if len(off.Policies()) != 0 || len(months.Policies()) != 0 || len(slo.SLO{Alerts: slo.DefaultAlerts()}.Policies()) != 0 {
		t.Error("there are policies nonetheless")
	}
	if _, ok := policyOf(present, slo.KeyAbsence); ok || len(present.Policies()) != 4 {
		t.Error("there is a policy for a metric that is gone, though none is asked for")
	}
	if off.ErrorRatioQuery(time.Hour) == "" || (slo.SLO{}).ErrorRatioQuery(time.Hour) != "" {
		t.Error("the ratio depends on alerts")
	}
}

// TestWords reads what goes out with a page.
func TestWords(t *testing.T) {
	t.Parallel()
	s := preset(t, slo.PresetUptime)
	burns, _ := policyOf(s, "burn_1h")
	absence, _ := policyOf(s, slo.KeyAbsence)
	for _, test := range []struct{ text, want string }{
		{burns.DisplayName, "The API, Uptime 99.9%: budget burns very fast"},
		{burns.Conditions[0].DisplayName, "Burn rate above 14.4 over 1h and 5m"},
		{burns.Content(), "The objective is 99.9 % good requests over 30 days. More than 1.44 % were bad, over the last 1h and still over the last 5m: a burn rate of 14.4, where 1 spends the budget in exactly 30 days. At this rate 2 % of it is spent in 1h, and all of it in about 2 days."},
		{burns.Content(), "## Post-mortem"},
		{burns.Content(), s.ErrorRatioQuery(5 * time.Minute)},
		{absence.Content(), "has not been reported for 10m"},
		{absence.Content(), "    http_requests_total\n"},
		{absence.DisplayName, "The API, Uptime 99.9%: no data"},
	} {
		if !strings.Contains(test.text, test.want) {
			t.Errorf("%q is not in\n%s", test.want, test.text)
		}
	}
}

func TestPolicyLabel(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 40)
	for _, test := range []struct{ service, slo, prefix string }{
		{"api", "uptime", "api_uptime"},
		{"a-b", "c", "a-b_c"},
		{"a", "b-c", "a_b-c"},
		{"api", "Up.time", "api_up-time-"},
		{long, long, long + "_aaaaa-"},
	} {
		got := slo.PolicyLabel(test.service, test.slo)
		hashed := strings.HasSuffix(test.prefix, "-")
		if !strings.HasPrefix(got, test.prefix) || !hashed && got != test.prefix || hashed && len(got) != len(test.prefix)+16 {
			t.Errorf("%s, %s: %q, want %q", test.service, test.slo, got, test.prefix)
		}
		if problems := (alert.Policy{Labels: map[string]string{slo.LabelSLO: got}}).Validate(); hasPath(problems, "labels") {
			t.Errorf("%q is no label", got)
		}
	}
	seen := map[string]bool{}
	for _, id := range []string{"Up", "up", "u.p", "u-p", "u:p", long + long, long + long + "b", "é"} {
		label := slo.PolicyLabel("api", id)
		if seen[label] {
			t.Errorf("%q has the label of another", id)
		}
		seen[label] = true
	}
}

func hasPath(problems []alert.Problem, first string) bool {
	for _, problem := range problems {
		if len(problem.Path) > 0 && problem.Path[0] == first {
			return true
		}
	}
	return false
}
