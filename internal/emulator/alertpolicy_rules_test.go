package emulator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

type rule struct {
	name   string
	change func(p *monitoringpb.AlertPolicy)
	// want is part of the message; empty when the policy is valid.
	want string
	code codes.Code
}

func threshold(p *monitoringpb.AlertPolicy) *monitoringpb.AlertPolicy_Condition_MetricThreshold {
	return p.GetConditions()[0].GetConditionThreshold()
}

func promQL(p *monitoringpb.AlertPolicy) *monitoringpb.AlertPolicy_Condition_PrometheusQueryLanguageCondition {
	p.Conditions = []*monitoringpb.AlertPolicy_Condition{promCondition("up == 0")}
	return p.GetConditions()[0].GetConditionPrometheusQueryLanguage()
}

// logBased makes p a valid policy on logs.
func logBased(p *monitoringpb.AlertPolicy) {
	p.Conditions = []*monitoringpb.AlertPolicy_Condition{logCondition()}
	p.AlertStrategy = &monitoringpb.AlertPolicy_AlertStrategy{
		NotificationRateLimit: &monitoringpb.AlertPolicy_AlertStrategy_NotificationRateLimit{Period: durationpb.New(time.Hour)},
	}
}

func links(n int) []*monitoringpb.AlertPolicy_Documentation_Link {
	var out []*monitoringpb.AlertPolicy_Documentation_Link
	for i := range n {
		out = append(out, &monitoringpb.AlertPolicy_Documentation_Link{DisplayName: fmt.Sprint(i), Url: "https://example.com"})
	}
	return out
}

func labelsOf(n int) map[string]string {
	out := map[string]string{}
	for i := range n {
		out[fmt.Sprintf("k%d", i)] = "v"
	}
	return out
}

func documented(d *monitoringpb.AlertPolicy_Documentation) func(*monitoringpb.AlertPolicy) {
	return func(p *monitoringpb.AlertPolicy) { p.Documentation = d }
}

func labelled(key, value string) func(*monitoringpb.AlertPolicy) {
	return func(p *monitoringpb.AlertPolicy) { p.UserLabels = map[string]string{key: value} }
}

func strategy(st *monitoringpb.AlertPolicy_AlertStrategy) func(*monitoringpb.AlertPolicy) {
	return func(p *monitoringpb.AlertPolicy) { p.AlertStrategy = st }
}

type prompts = []monitoringpb.AlertPolicy_AlertStrategy_NotificationPrompt

func policyRules() []rule {
	const opened, closed = monitoringpb.AlertPolicy_AlertStrategy_OPENED, monitoringpb.AlertPolicy_AlertStrategy_CLOSED
	return []rule{
		{name: "no display name", change: func(p *monitoringpb.AlertPolicy) { p.DisplayName = "" }, want: "alert_policy.display_name"},
		{name: "display name of 512", change: func(p *monitoringpb.AlertPolicy) { p.DisplayName = strings.Repeat("ä", 512) }},
		{name: "display name of 513", change: func(p *monitoringpb.AlertPolicy) { p.DisplayName = strings.Repeat("ä", 513) }, want: "512"},
		{name: "a name on create", change: func(p *monitoringpb.AlertPolicy) { p.Name = "projects/p/alertPolicies/1" }, want: "alert_policy.name"},
		{name: "no combiner", change: func(p *monitoringpb.AlertPolicy) { p.Combiner = 0 }, want: "alert_policy.combiner"},
		{name: "unknown combiner", change: func(p *monitoringpb.AlertPolicy) { p.Combiner = 99 }, want: "alert_policy.combiner"},
		{name: "unknown severity", change: func(p *monitoringpb.AlertPolicy) { p.Severity = 99 }, want: "alert_policy.severity"},
		{name: "no conditions", change: func(p *monitoringpb.AlertPolicy) { p.Conditions = nil }, want: "between 1 and 6"},
		{name: "6 conditions", change: func(p *monitoringpb.AlertPolicy) { p.Conditions = conditions(6) }},
		{name: "7 conditions", change: func(p *monitoringpb.AlertPolicy) { p.Conditions = conditions(7) }, want: "between 1 and 6"},
		{name: "a condition of no type", change: func(p *monitoringpb.AlertPolicy) { p.Conditions[0].Condition = nil }, want: `Field alert_policy.conditions[0].condition_case had an invalid value of "0": Condition subtype`},
		{name: "64 labels", change: func(p *monitoringpb.AlertPolicy) { p.UserLabels = labelsOf(64) }},
		{name: "65 labels", change: func(p *monitoringpb.AlertPolicy) { p.UserLabels = labelsOf(65) }, want: "64"},
		{name: "label in upper case", change: labelled("Team", "a"), want: "user_labels"},
		{name: "label that begins with a digit", change: labelled("1team", "a"), want: "user_labels"},
		{name: "label value with a dot", change: labelled("team", "a.b"), want: "user_labels"},
		{name: "label value of 64", change: labelled("team", strings.Repeat("a", 64)), want: "user_labels"},
		{name: "label with dashes", change: labelled("cortx-create-id", "a_b-c")},
		{name: "content of 8192", change: documented(&monitoringpb.AlertPolicy_Documentation{Content: strings.Repeat("a", 8192), MimeType: "text/markdown"})},
		{name: "content of 8193", change: documented(&monitoringpb.AlertPolicy_Documentation{Content: strings.Repeat("a", 8193)}), want: "8192"},
		{name: "content of 10242 bytes", change: documented(&monitoringpb.AlertPolicy_Documentation{Content: strings.Repeat("ä", 5121)}), want: "10240"},
		{name: "other mime type", change: documented(&monitoringpb.AlertPolicy_Documentation{Content: "a", MimeType: "text/plain"}), want: "text/markdown"},
		{name: "3 links", change: documented(&monitoringpb.AlertPolicy_Documentation{Links: links(3)})},
		{name: "4 links", change: documented(&monitoringpb.AlertPolicy_Documentation{Links: links(4)}), want: "no more than 3 links"},
		{name: "rate limit on a metric", change: strategy(&monitoringpb.AlertPolicy_AlertStrategy{NotificationRateLimit: &monitoringpb.AlertPolicy_AlertStrategy_NotificationRateLimit{Period: durationpb.New(time.Hour)}}), want: `Field alertStrategy.notificationRateLimit had an invalid value of "period { seconds: 3600 }": only log-based alert policies may specify a notification rate limit`},
		{name: "log match", change: logBased},
		{name: "log match without rate limit", change: func(p *monitoringpb.AlertPolicy) { logBased(p); p.AlertStrategy = nil }, want: "must specify a notification rate limit"},
		{name: "log match with another", change: func(p *monitoringpb.AlertPolicy) { logBased(p); p.Conditions = append(p.Conditions, cpuCondition("b")) }, want: "Alert policies with a log matching condition can only have a single condition."},
		{name: "log match that prompts on closing", change: func(p *monitoringpb.AlertPolicy) {
			logBased(p)
			p.AlertStrategy.NotificationPrompts = prompts{opened, closed}
		}, want: "notification_prompts"},
		{name: "log filter with an open string", change: func(p *monitoringpb.AlertPolicy) {
			logBased(p)
			p.Conditions[0].GetConditionMatchedLog().Filter = `severity="ERROR`
		}, want: "Unparseable filter"},
		{name: "log filter with an open parenthesis", change: func(p *monitoringpb.AlertPolicy) {
			logBased(p)
			p.Conditions[0].GetConditionMatchedLog().Filter = `(severity=ERROR -- ) here`
		}, want: "Unparseable filter"},
		{name: "label extractor of no kind", change: func(p *monitoringpb.AlertPolicy) {
			logBased(p)
			p.Conditions[0].GetConditionMatchedLog().LabelExtractors = map[string]string{"user": "jsonPayload.user"}
		}, want: "EXTRACT"},
		{name: "prompts opened and closed", change: strategy(&monitoringpb.AlertPolicy_AlertStrategy{NotificationPrompts: prompts{opened, closed}})},
		{name: "prompt closed only", change: strategy(&monitoringpb.AlertPolicy_AlertStrategy{NotificationPrompts: prompts{closed}}), want: "notification_prompts"},
		{name: "prompt unspecified", change: strategy(&monitoringpb.AlertPolicy_AlertStrategy{NotificationPrompts: prompts{0}}), want: "notification_prompts"},
		{name: "auto close of 30 min", change: strategy(&monitoringpb.AlertPolicy_AlertStrategy{AutoClose: durationpb.New(30 * time.Minute)})},
		{name: "auto close of 29 min", change: strategy(&monitoringpb.AlertPolicy_AlertStrategy{AutoClose: durationpb.New(29 * time.Minute)}), want: "auto_close"},
		{name: "auto close of 8 days", change: strategy(&monitoringpb.AlertPolicy_AlertStrategy{AutoClose: durationpb.New(8 * 24 * time.Hour)}), want: "auto_close"},
		{name: "a channel that is not there", change: func(p *monitoringpb.AlertPolicy) {
			p.NotificationChannels = []string{"projects/p/notificationChannels/1"}
		}, want: "notification_channels[0]"},
		{name: "17 channels", change: func(p *monitoringpb.AlertPolicy) { p.NotificationChannels = make([]string, 17) }, want: "16"},
		{name: "the query language of old", change: func(p *monitoringpb.AlertPolicy) {
			p.Conditions[0].Condition = &monitoringpb.AlertPolicy_Condition_ConditionMonitoringQueryLanguage{
				ConditionMonitoringQueryLanguage: &monitoringpb.AlertPolicy_Condition_MonitoringQueryLanguageCondition{Query: "fetch gce_instance"},
			}
		}, want: "Monitoring Query Language", code: codes.Unimplemented},
	}
}

func conditions(n int) []*monitoringpb.AlertPolicy_Condition {
	var out []*monitoringpb.AlertPolicy_Condition
	for i := range n {
		out = append(out, cpuCondition(fmt.Sprint(i)))
	}
	return out
}

func thresholdRules() []rule {
	set := func(change func(*monitoringpb.AlertPolicy_Condition_MetricThreshold)) func(*monitoringpb.AlertPolicy) {
		return func(p *monitoringpb.AlertPolicy) { change(threshold(p)) }
	}
	type mt = monitoringpb.AlertPolicy_Condition_MetricThreshold
	return []rule{
		{name: "no filter", change: set(func(t *mt) { t.Filter = "" }), want: "condition_threshold.filter"},
		{name: "no resource type", change: set(func(t *mt) { t.Filter = `metric.type="compute.googleapis.com/instance/cpu/utilization"` }), want: `must specify a restriction on "resource.type" in the filter; see "https://cloud.google.com/monitoring/api/resources"`},
		{name: "no metric type", change: set(func(t *mt) { t.Filter = `resource.type="gce_instance"` }), want: `"metric.type"`},
		{name: "broken filter", change: set(func(t *mt) { t.Filter = `metric.type="a` }), want: "Could not parse filter"},
		{name: "regular expression operator", change: set(func(t *mt) { t.Filter = cpuFilter + ` AND metric.labels.x=~"a"` }), want: "token '=~'"},
		{name: "unknown field", change: set(func(t *mt) { t.Filter = cpuFilter + ` AND color="red"` }), want: "unknown field"},
		{name: "filter over labels and functions", change: set(func(t *mt) {
			t.Filter = cpuFilter + ` AND (resource.labels.zone=starts_with("eu") OR metric.labels."a b"!="c") AND metadata.user_labels["x"]=monitoring.regex.full_match("a.*")`
		})},
		{name: "comparison of another kind", change: set(func(t *mt) { t.Comparison = monitoringpb.ComparisonType_COMPARISON_GE }), want: "comparison"},
		{name: "duration of 90 s", change: set(func(t *mt) { t.Duration = durationpb.New(90 * time.Second) }), want: "multiple of 60"},
		{name: "duration of 0", change: set(func(t *mt) { t.Duration = durationpb.New(0) })},
		{name: "missing data without duration", change: set(func(t *mt) { t.Duration = nil; t.EvaluationMissingData = 1 }), want: "Conditions setting evaluation_missing_data must have a non-zero duration."},
		{name: "alignment of 30 s", change: set(func(t *mt) { t.Aggregations[0].AlignmentPeriod = durationpb.New(30 * time.Second) }), want: "alignment_period"},
		{name: "reducer without aligner", change: set(func(t *mt) {
			t.Aggregations = []*monitoringpb.Aggregation{{CrossSeriesReducer: monitoringpb.Aggregation_REDUCE_SUM}}
		}), want: "per_series_aligner"},
		{name: "denominator of another period", change: set(func(t *mt) {
			t.DenominatorFilter = cpuFilter
			t.DenominatorAggregations = []*monitoringpb.Aggregation{{AlignmentPeriod: durationpb.New(2 * time.Minute), PerSeriesAligner: monitoringpb.Aggregation_ALIGN_MAX}}
		}), want: "same alignment period"},
		{name: "trigger of 0", change: set(func(t *mt) {
			t.Trigger = &monitoringpb.AlertPolicy_Condition_Trigger{Type: &monitoringpb.AlertPolicy_Condition_Trigger_Count{}}
		}), want: "trigger.count"},
		{name: "forecast of 30 min", change: set(func(t *mt) {
			t.ForecastOptions = &monitoringpb.AlertPolicy_Condition_MetricThreshold_ForecastOptions{ForecastHorizon: durationpb.New(30 * time.Minute)}
		}), want: "forecast_horizon"},
		{name: "absence of 60 s", change: func(p *monitoringpb.AlertPolicy) {
			p.Conditions[0].Condition = &monitoringpb.AlertPolicy_Condition_ConditionAbsent{
				ConditionAbsent: &monitoringpb.AlertPolicy_Condition_MetricAbsence{Filter: cpuFilter, Duration: durationpb.New(time.Minute)},
			}
		}, want: "condition_absent.duration"},
	}
}

func promQLRules() []rule {
	type pq = monitoringpb.AlertPolicy_Condition_PrometheusQueryLanguageCondition
	set := func(change func(*pq)) func(*monitoringpb.AlertPolicy) {
		return func(p *monitoringpb.AlertPolicy) { change(promQL(p)) }
	}
	return []rule{
		{name: "valid", change: set(func(*pq) {})},
		{name: "empty query", change: set(func(q *pq) { q.Query = "  " }), want: "must not be empty"},
		{name: "broken query", change: set(func(q *pq) { q.Query = "sum(rate(x[5m])" }), want: "not valid PromQL"},
		{name: "range vector", change: set(func(q *pq) { q.Query = "x[5m]" }), want: "instant vector"},
		{name: "interval of 45 s", change: set(func(q *pq) { q.EvaluationInterval = durationpb.New(45 * time.Second) }), want: "multiple of 30 seconds"},
		{name: "interval of 0", change: set(func(q *pq) { q.EvaluationInterval = durationpb.New(0) }), want: "multiple of 30 seconds"},
		{name: "no interval", change: set(func(q *pq) { q.EvaluationInterval = nil })},
		{name: "negative duration", change: set(func(q *pq) { q.Duration = durationpb.New(-time.Second) }), want: "negative"},
		{name: "label with a dash", change: set(func(q *pq) { q.Labels = map[string]string{"a-b": "c"} }), want: "label name"},
		{name: "alert rule with a space", change: set(func(q *pq) { q.AlertRule = "a b" }), want: "alert_rule"},
	}
}

func TestPolicyRules(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	c := e.policies()
	var all []rule
	for group, rules := range map[string][]rule{"policy": policyRules(), "threshold": thresholdRules(), "promql": promQLRules()} {
		for _, r := range rules {
			r.name = group + ": " + r.name
			all = append(all, r)
		}
	}
	for _, r := range all {
		t.Run(r.name, func(t *testing.T) {
			p := cpuPolicy("rules")
			r.change(p)
			_, err := c.CreateAlertPolicy(t.Context(), &monitoringpb.CreateAlertPolicyRequest{Name: "projects/p", AlertPolicy: p})
			if r.want == "" {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				return
			}
			want := r.code
			if want == codes.OK {
				want = codes.InvalidArgument
			}
			if status.Code(err) != want || !strings.Contains(err.Error(), r.want) {
				t.Fatalf("got %v, want %v with %q", err, want, r.want)
			}
		})
	}
}

func TestChannelsOfPolicy(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	c := e.policies()
	var channel struct {
		Name string `json:"name"`
	}
	e.rest("POST", "monitoring.googleapis.com/v3/projects/p/notificationChannels",
		`{"type":"email","displayName":"mail","labels":{"email_address":"a@example.com"}}`).into(t, 200, &channel)

	renotify := func(channels []string, every time.Duration) *monitoringpb.AlertPolicy {
		p := cpuPolicy("channels")
		p.NotificationChannels = []string{channel.Name}
		p.AlertStrategy = &monitoringpb.AlertPolicy_AlertStrategy{
			NotificationChannelStrategy: []*monitoringpb.AlertPolicy_AlertStrategy_NotificationChannelStrategy{{
				NotificationChannelNames: channels, RenotifyInterval: durationpb.New(every),
			}},
		}
		return p
	}
	create(t.Context(), t, c, renotify([]string{channel.Name}, 30*time.Minute))
	for _, bad := range []*monitoringpb.AlertPolicy{
		renotify([]string{channel.Name}, 29*time.Minute),
		renotify([]string{channel.Name}, 25*time.Hour),
		renotify([]string{channel.Name + "0"}, time.Hour),
		renotify(nil, time.Hour),
	} {
		_, err := c.CreateAlertPolicy(t.Context(), &monitoringpb.CreateAlertPolicyRequest{Name: "projects/p", AlertPolicy: bad})
		mustCode(t, err, codes.InvalidArgument)
	}
	_, err := c.CreateAlertPolicy(t.Context(), &monitoringpb.CreateAlertPolicyRequest{Name: "projects/elsewhere", AlertPolicy: renotify([]string{channel.Name}, time.Hour)})
	mustCode(t, err, codes.InvalidArgument)
}

func TestMetricNotSeenYet(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{LROScale: 1})
	c := e.policies()
	const metric = "prometheus.googleapis.com/http_requests_total/counter"
	onFilter := cpuPolicy("filter")
	threshold(onFilter).Filter = `metric.type="` + metric + `" AND resource.type="prometheus_target"`
	onQuery := cpuPolicy("query")
	promQL(onQuery).Query = `sum(rate(http_requests_total{status=~"5.."}[5m])) > 1`
	onQuery.Conditions[0].GetConditionPrometheusQueryLanguage().DisableMetricValidation = false

	try := func(p *monitoringpb.AlertPolicy) error {
		_, err := c.CreateAlertPolicy(t.Context(), &monitoringpb.CreateAlertPolicyRequest{Name: "projects/p", AlertPolicy: p})
		return err
	}
	const words = "Cannot find metric that matches type = \"" + metric + "\". If a metric was created recently, it could take up to 10 minutes to become available. Please try again soon."
	for _, p := range []*monitoringpb.AlertPolicy{onFilter, onQuery} {
		err := try(p)
		mustCode(t, err, codes.NotFound)
		if !strings.Contains(err.Error(), words) {
			t.Errorf("message %v", err)
		}
	}
	if a := e.rest("POST", "monitoring.googleapis.com/v3/projects/p/metricDescriptors",
		`{"type":"`+metric+`","metricKind":"CUMULATIVE","valueType":"DOUBLE"}`); a.status != 200 {
		t.Fatalf("metric descriptor: %d %s", a.status, a.body)
	}
	mustCode(t, try(onFilter), codes.NotFound)
	e.clock.Advance(10 * time.Minute)
	for _, p := range []*monitoringpb.AlertPolicy{onFilter, onQuery} {
		if err := try(p); err != nil {
			t.Errorf("ten minutes later: %v", err)
		}
	}
}
