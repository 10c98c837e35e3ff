package alert_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

// source draws random policies that are valid, from a fixed seed.
type source struct{ *rand.Rand }

func newSource(seed uint64) source { return source{rand.New(rand.NewPCG(seed, 20))} } //nolint:gosec // Test data, not a secret.

func (s source) maybe() bool { return s.IntN(2) == 0 }

func pick[T any](s source, list ...T) T { return list[s.IntN(len(list))] }

// nasty are texts that a careless renderer breaks on.
var nasty = []string{
	`"`, `\`, `"} or vector(1) or up{a="`, "\n", "é", "世界", "#", "{{ $labels.x }}", "${policy.name}", "|", "(.*)", "`", "\t", "a b", "'", "%", "\x00", "x # buckets: 1",
	"## Detection", `\## Triage`, "\n\n## Mitigation\n\n", "**P0, platform down.**", "## Post-mortem  ", "\r\n",
}

func (s source) text() string {
	var b strings.Builder
	for range s.IntN(6) {
		b.WriteString(pick(s, nasty...))
		b.WriteString(pick(s, "word", " ", "restart the pod", "\n", "\n\n"))
	}
	return b.String()
}

// step is a text that is not blank.
func (s source) step() string { return s.text() + "do it" + s.text() }

func (s source) name() string {
	return pick(s, "a", "b_", "http", "x9", "_z") + "_" + strconv.Itoa(s.IntN(1000))
}

func (s source) metric() string { return pick(s, "", "ns:", "app_") + s.name() }

func (s source) share() float64 { return float64(s.IntN(10000)) / 10000 }

func (s source) window() time.Duration { return time.Duration(60+s.IntN(4000)) * time.Second }

func (s source) scope() alert.Scope {
	scope := alert.Scope{TenantLabel: alert.DefaultTenantLabel}
	for range s.IntN(3) {
		if scope.MatchLabels == nil {
			scope.MatchLabels = map[string]string{}
		}
		scope.MatchLabels["m_"+s.name()] = s.text()
	}
	if s.maybe() {
		scope.ByTenant, scope.TenantLabel = true, pick(s, "namespace", "tenant", "database", "t_"+s.name())
	}
	return scope
}

func (s source) buckets(usual []float64) ([]float64, float64) {
	buckets := usual
	if s.maybe() {
		buckets = []float64{0.003, 0.29, 1.005, 2, 4.35, 60, 1e7}[s.IntN(3) : 4+s.IntN(3)]
	}
	// The threshold in milliseconds, by decimals: 1.005 s are 1005 ms, which
	// floating point makes 1004.9999999999999 of.
	limit := strconv.FormatFloat(pick(s, buckets...), 'f', -1, 64)
	whole, fraction, _ := strings.Cut(limit, ".")
	ms, err := strconv.ParseFloat(whole+(fraction + "000")[:3]+"."+(fraction + "0000")[3:], 64)
	if err != nil {
		panic(err)
	}
	return buckets, ms
}

func (s source) quantile() float64 { return pick(s, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9995, 0.123456) }

func (s source) condition() alert.Condition {
	c := alert.Condition{
		Name: pick(s, "", "projects/p/alertPolicies/1/conditions/"+strconv.Itoa(s.IntN(1e6))), DisplayName: "condition " + strconv.Itoa(s.IntN(1e6)),
		Duration: time.Duration(s.IntN(600)) * time.Second, EvaluationInterval: time.Duration(s.IntN(10)) * 30 * time.Second,
		DisableMetricValidation: s.maybe(),
	}
	switch s.IntN(10) {
	case 0:
		c.ErrorRate = &alert.ErrorRate{Scope: s.scope(), Metric: s.metric(), StatusLabel: pick(s, "status", "code"), Include4xx: s.maybe(), Threshold: s.share(), Window: s.window()}
	case 1:
		buckets, ms := s.buckets(alert.DefaultLatency().Buckets)
		c.Latency = &alert.Latency{Scope: s.scope(), Metric: s.metric(), Quantile: s.quantile(), ThresholdMS: ms, Buckets: buckets, Window: s.window()}
	case 2:
		buckets, ms := s.buckets(alert.DefaultAILatency().Buckets)
		c.AILatency = &alert.AILatency{Scope: s.scope(), Metric: s.metric(), Quantile: s.quantile(), ThresholdMS: ms, Buckets: buckets, Window: s.window()}
	case 3:
		c.DBConnections = &alert.DBConnections{Scope: s.scope(), Source: alert.SourcePool, Metric: s.metric(), MaxMetric: s.metric(), Threshold: s.share(), Window: s.window()}
	case 4:
		sql := alert.DefaultDBConnections()
		sql.Scope, sql.Source, sql.MaxConnections = s.scope(), alert.SourceCloudSQL, int64(1+s.IntN(1e5))
		if sql.TenantLabel == alert.DefaultTenantLabel {
			sql.ByTenant = false
		}
		sql.DatabaseID = pick(s, "", "my-project:main", "example.com:p:db-1")
		c.DBConnections = &sql
	case 5:
		values := []string{"failed"}
		for range s.IntN(4) {
			values = append(values, s.text()+"x")
		}
		c.ComplianceChecks = &alert.ComplianceChecks{Scope: s.scope(), Metric: s.metric(), ResultLabel: pick(s, "result", "outcome"), FailedValues: values, Threshold: float64(s.IntN(50)) / 2, Window: s.window()}
	case 6:
		c.PackDuration = &alert.PackDuration{Scope: s.scope(), Metric: s.metric(), RecordsMetric: pick(s, "", s.metric()), ThresholdSeconds: float64(1+s.IntN(1e4)) / 8, Window: s.window()}
	case 7:
		absence := alert.Absence{Scope: s.scope(), Metric: s.metric(), Window: s.window()}
		absence.Window = min(absence.Window, 59*time.Minute)
		c.Absence = &absence
	case 8:
		c.Uptime = &alert.Uptime{CheckID: "check-" + strconv.Itoa(s.IntN(1e6)), FailedRegions: int64(1 + s.IntN(6)), Window: s.window()}
	default:
		c.PromQL = &alert.PromQL{Query: pick(s, "up == 0", "vector(1)", `sum(rate(a{b=~".+"}[5m])) > 1`, "a / b > 0.1 # why"), RuleGroup: pick(s, "", "group 1"), AlertRule: pick(s, "", "Down")}
		if s.maybe() {
			c.PromQL.Labels = map[string]string{"team": s.text()}
		}
	}
	return c
}

func (s source) threshold() alert.Condition {
	t := alert.Threshold{
		Filter:     `metric.type = "compute.googleapis.com/instance/disk/read_bytes_count" AND resource.type = "gce_instance"`,
		Comparison: pick(s, "COMPARISON_GT", "COMPARISON_LT"), ThresholdValue: float64(s.IntN(1000)) / 8,
		EvaluationMissingData: pick(s, "", "EVALUATION_MISSING_DATA_INACTIVE", "EVALUATION_MISSING_DATA_NO_OP"),
		ForecastHorizon:       time.Duration(s.IntN(60)) * time.Hour,
	}
	if s.maybe() {
		t.Aggregations = []alert.Aggregation{
			{AlignmentPeriod: time.Minute, PerSeriesAligner: "ALIGN_RATE", CrossSeriesReducer: "REDUCE_SUM", GroupByFields: []string{"resource.labels.zone"}},
			{AlignmentPeriod: time.Minute, PerSeriesAligner: "ALIGN_MEAN"},
		}
		t.DenominatorFilter, t.DenominatorAggregations = `metric.type = "compute.googleapis.com/instance/uptime"`, t.Aggregations[:1]
		t.DenominatorAggregations[0].AlignmentPeriod = time.Minute
	}
	switch s.IntN(3) {
	case 0:
		t.TriggerCount = int64(1 + s.IntN(5))
	case 1:
		t.TriggerPercent = float64(1 + s.IntN(100))
	}
	return alert.Condition{DisplayName: "threshold", Duration: time.Duration(1+s.IntN(9)) * time.Minute, Threshold: &t}
}

func (s source) metricAbsence() alert.Condition {
	a := alert.MetricAbsence{Filter: `metric.type = "compute.googleapis.com/instance/uptime" AND resource.type = "gce_instance"`}
	if s.maybe() {
		a.Aggregations = []alert.Aggregation{{AlignmentPeriod: time.Minute, PerSeriesAligner: "ALIGN_MEAN"}}
	}
	switch s.IntN(3) {
	case 0:
		a.TriggerCount = int64(1 + s.IntN(5))
	case 1:
		a.TriggerPercent = float64(1 + s.IntN(100))
	}
	return alert.Condition{DisplayName: "metric absence", Duration: time.Duration(2+s.IntN(9)) * time.Minute, MetricAbsence: &a}
}

func (s source) links() []alert.Link {
	var links []alert.Link
	for i := range s.IntN(4) {
		links = append(links, alert.Link{DisplayName: "link " + strconv.Itoa(i), URL: "https://example.com/" + strconv.Itoa(s.IntN(99))})
	}
	return links
}

func (s source) policy() alert.Policy {
	p := alert.Policy{
		Name: pick(s, "", "projects/p/alertPolicies/"+strconv.Itoa(s.IntN(1e6))), DisplayName: "policy " + s.text(), Enabled: s.maybe(),
		Priority: pick(s, "", alert.P0, alert.P1, alert.P2), Suite: pick(s, "", "lending", "claims-2"),
		Severity: pick(s, "", "CRITICAL", "ERROR", "WARNING"), Combiner: pick(s, "OR", "AND", "AND_WITH_MATCHING_RESOURCE"),
		AutoClose: pick(s, 0, 30*time.Minute, 168*time.Hour), Prompts: pick(s, nil, []string{"OPENED"}, []string{"OPENED", "CLOSED"}),
	}
	if s.IntN(8) == 0 {
		p.Conditions = []alert.Condition{{DisplayName: "log", LogMatch: &alert.LogMatch{Filter: `severity>=ERROR`, LabelExtractors: map[string]string{"a": "EXTRACT(jsonPayload.a)"}}}}
		p.RateLimit, p.Prompts = 5*time.Minute, nil
	} else {
		for range 1 + s.IntN(4) {
			p.Conditions = append(p.Conditions, s.condition())
		}
		if s.maybe() {
			p.Conditions = append(p.Conditions, s.metricAbsence())
		}
		if s.maybe() {
			p.Conditions = append(p.Conditions, s.threshold())
		}
	}
	for i := range s.IntN(4) {
		p.Channels = append(p.Channels, "projects/p/notificationChannels/"+strconv.Itoa(i))
	}
	if len(p.Channels) > 0 && p.RateLimit == 0 {
		p.Renotify = pick(s, 0, 30*time.Minute, 24*time.Hour)
	}
	if s.maybe() || p.Priority == alert.P0 || p.Priority == alert.P1 {
		p.Runbook = &alert.Runbook{Detection: s.step(), Triage: s.step(), Mitigation: s.step(), Resolution: s.step(), PostMortem: s.step(), Links: s.links()}
	}
	if s.maybe() {
		p.Documentation = &alert.Documentation{Content: s.step(), Subject: pick(s, "", "Look: ${policy.display_name}")}
		if p.Runbook == nil {
			p.Documentation.Links = s.links()
		}
	}
	p.Labels = alert.OwnLabels(p)
	if s.maybe() {
		p.Labels["team"] = "sre"
	}
	return p
}
