package alert_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

// valid is a policy without a problem.
func valid() alert.Policy {
	s := alert.DefaultErrorRate()
	p := alert.Policy{
		DisplayName: "API errors", Enabled: true, Priority: alert.P0, Severity: "CRITICAL", Combiner: "OR",
		Conditions: []alert.Condition{{ErrorRate: &s, EvaluationInterval: 30 * time.Second}},
		Channels:   []string{"projects/p/notificationChannels/1"},
		Runbook:    runbook(), AutoClose: alert.P0.AutoClose(), Renotify: alert.P0.Renotify(),
	}
	p.Labels = alert.OwnLabels(p)
	return p
}

// with returns a condition with the one signal, taken from its default and changed.
func with[S any](p *alert.Policy, signal S, change func(*S)) {
	change(&signal)
	p.Conditions[0] = alert.Condition{}
	c := reflect.ValueOf(&p.Conditions[0]).Elem()
	for i := range c.NumField() {
		if c.Field(i).Type() == reflect.TypeFor[*S]() {
			c.Field(i).Set(reflect.ValueOf(&signal))
		}
	}
}

func logMatch(p *alert.Policy, change func(*alert.LogMatch)) {
	with(p, alert.LogMatch{Filter: "severity>=ERROR"}, change)
	p.RateLimit, p.Renotify = 5*time.Minute, 0
}

func threshold(change func(*alert.Threshold)) func(*alert.Policy) {
	return func(p *alert.Policy) {
		with(p, alert.Threshold{
			Filter:     `metric.type = "compute.googleapis.com/instance/disk/read_bytes_count" AND resource.type = "gce_instance"`,
			Comparison: "COMPARISON_GT",
		}, change)
	}
}

// absent is a metric_absence with a duration that fits it.
func absent(change func(*alert.MetricAbsence)) func(*alert.Policy) {
	return func(p *alert.Policy) {
		with(p, alert.MetricAbsence{Filter: `metric.type = "compute.googleapis.com/instance/uptime" AND resource.type = "gce_instance"`}, change)
		p.Conditions[0].Duration = 2 * time.Minute
	}
}

func errorRate(change func(*alert.ErrorRate)) func(*alert.Policy) {
	return func(p *alert.Policy) { with(p, alert.DefaultErrorRate(), change) }
}

func latency(change func(*alert.Latency)) func(*alert.Policy) {
	return func(p *alert.Policy) { with(p, alert.DefaultLatency(), change) }
}

func database(change func(*alert.DBConnections)) func(*alert.Policy) {
	return func(p *alert.Policy) { with(p, alert.DefaultDBConnections(), change) }
}

func cloudSQL(change func(*alert.DBConnections)) func(*alert.Policy) {
	return database(func(s *alert.DBConnections) {
		s.Source, s.MaxConnections = alert.SourceCloudSQL, 100
		change(s)
	})
}

func aggregated(a alert.Aggregation) func(*alert.Policy) {
	return threshold(func(s *alert.Threshold) { s.Aggregations = []alert.Aggregation{a} })
}

// refusals are policies that are valid but for one thing: the path of the
// problem, and a part of its detail.
var refusals = []struct {
	change func(*alert.Policy)
	path   string
	detail string
}{
	{func(p *alert.Policy) { p.DisplayName = " " }, "display_name", "few words"},
	{func(p *alert.Policy) { p.DisplayName = strings.Repeat("é", 515) }, "display_name", "3 too many"},
	{func(p *alert.Policy) { p.DisplayName = "\xff" }, "display_name", "bytes"},
	{func(p *alert.Policy) { p.Priority, p.Labels = "P7", nil }, "priority", `"P7"`},
	{func(p *alert.Policy) { p.Severity = "SEVERITY_UNSPECIFIED" }, "severity", "CRITICAL, ERROR, WARNING"},
	{func(p *alert.Policy) { p.Combiner = "XOR" }, "combiner", "AND_WITH_MATCHING_RESOURCE"},
	{func(p *alert.Policy) { p.Suite, p.Labels = "Lending Suite", nil }, "suite", "lower-case"},
	{func(p *alert.Policy) { p.Conditions = nil }, "conditions", "one to six"},
	{func(p *alert.Policy) {
		for range 6 {
			p.Conditions = append(p.Conditions, p.Conditions[0])
		}
	}, "conditions", "there are 7. Make 2 policies"},
	{func(p *alert.Policy) { p.Conditions[0] = alert.Condition{} }, "conditions.0", "Set one of error_rate"},
	{func(p *alert.Policy) { s := alert.DefaultLatency(); p.Conditions[0].Latency = &s }, "conditions.0", "error_rate and latency"},
	{func(p *alert.Policy) { p.Conditions[0].Duration = -time.Second }, "conditions.0.duration", "0s or more"},
	{func(p *alert.Policy) { p.Conditions[0].EvaluationInterval = 45 * time.Second }, "conditions.0.evaluation_interval", "it is 45s"},
	{func(p *alert.Policy) { p.Conditions[0].DisplayName = strings.Repeat("x", 513) }, "conditions.0.display_name", "1 too many"},

	{errorRate(func(s *alert.ErrorRate) { s.Threshold = 5 }), "conditions.0.error_rate.threshold", "it is 5"},
	{errorRate(func(s *alert.ErrorRate) { s.Threshold = math.NaN() }), "conditions.0.error_rate.threshold", "NaN"},
	{errorRate(func(s *alert.ErrorRate) { s.Window = 30 * time.Second }), "conditions.0.error_rate.window", "at least 1m"},
	{errorRate(func(s *alert.ErrorRate) { s.Window = time.Hour + time.Millisecond }), "conditions.0.error_rate.window", "whole seconds"},
	{errorRate(func(s *alert.ErrorRate) { s.Metric = "" }), "conditions.0.error_rate.metric", "http_requests_total"},
	{errorRate(func(s *alert.ErrorRate) { s.Metric = "a/b" }), "conditions.0.error_rate.metric", `"a/b"`},
	{errorRate(func(s *alert.ErrorRate) { s.Metric = "nan" }), "conditions.0.error_rate", "word of PromQL"},
	{errorRate(func(s *alert.ErrorRate) { s.StatusLabel = "a-b" }), "conditions.0.error_rate.status_label", `"a-b"`},
	{errorRate(func(s *alert.ErrorRate) { s.MatchLabels = map[string]string{"status": "500"} }), "conditions.0.error_rate.match_labels", `Remove "status"`},
	{errorRate(func(s *alert.ErrorRate) { s.MatchLabels = map[string]string{"__name__": "x"} }), "conditions.0.error_rate.match_labels", "__name__"},
	{errorRate(func(s *alert.ErrorRate) { s.MatchLabels = map[string]string{"a": "\xff"} }), "conditions.0.error_rate.match_labels", "UTF-8"},
	{errorRate(func(s *alert.ErrorRate) { s.TenantLabel = "tenant" }), "conditions.0.error_rate.tenant_label", "by_tenant = true"},
	{errorRate(func(s *alert.ErrorRate) { s.ByTenant, s.TenantLabel = true, "" }), "conditions.0.error_rate.tenant_label", `""`},
	{errorRate(func(s *alert.ErrorRate) { s.ByTenant, s.TenantLabel = true, "status" }), "conditions.0.error_rate.tenant_label", "another meaning"},
	{latency(func(s *alert.Latency) { s.ThresholdMS = 750 }), "conditions.0.latency.threshold_ms", "100, 500, 1000"},
	{latency(func(s *alert.Latency) { s.ThresholdMS = math.Inf(1) }), "conditions.0.latency.threshold_ms", "+Inf"},
	{latency(func(s *alert.Latency) { s.Buckets = nil }), "conditions.0.latency.buckets", "ascending"},
	{latency(func(s *alert.Latency) { s.Buckets = []float64{1, 0.5} }), "conditions.0.latency.buckets", "ascending"},
	{latency(func(s *alert.Latency) { s.Buckets = []float64{1, math.Inf(1)} }), "conditions.0.latency.buckets", "+Inf"},
	{latency(func(s *alert.Latency) { s.Quantile = 99 }), "conditions.0.latency.quantile", "it is 99"},
	{latency(func(s *alert.Latency) { s.Metric = "x_bucket" }), "conditions.0.latency.metric", `Write "x"`},
	{latency(func(s *alert.Latency) { s.MatchLabels = map[string]string{"le": "1"} }), "conditions.0.latency.match_labels", `"le"`},
	{func(p *alert.Policy) {
		with(p, alert.DefaultAILatency(), func(s *alert.AILatency) { s.ThresholdMS = 3000 })
	}, "conditions.0.ai_latency.threshold_ms", "2500"},
	{database(func(s *alert.DBConnections) { s.Source = "rds" }), "conditions.0.db_connections.source", "cloud_sql"},
	{database(func(s *alert.DBConnections) { s.MaxConnections = 5 }), "conditions.0.db_connections.max_connections", "max_metric"},
	{database(func(s *alert.DBConnections) { s.DatabaseID = "a:b" }), "conditions.0.db_connections.database_id", "cloud_sql"},
	{cloudSQL(func(s *alert.DBConnections) { s.MaxConnections = 0 }), "conditions.0.db_connections.max_connections", "SHOW max_connections"},
	{cloudSQL(func(s *alert.DBConnections) { s.DatabaseID = "main" }), "conditions.0.db_connections.database_id", "PROJECT:INSTANCE"},
	{cloudSQL(func(s *alert.DBConnections) { s.Metric = "x" }), "conditions.0.db_connections.metric", "pool"},
	{cloudSQL(func(s *alert.DBConnections) { s.MaxMetric = "x" }), "conditions.0.db_connections.max_metric", "pool"},
	{cloudSQL(func(s *alert.DBConnections) { s.ByTenant = true }), "conditions.0.db_connections.tenant_label", `"database"`},
	{func(p *alert.Policy) {
		with(p, alert.DefaultComplianceChecks(), func(s *alert.ComplianceChecks) { s.FailedValues = nil })
	}, "conditions.0.compliance_checks.failed_values", "failed"},
	{func(p *alert.Policy) {
		with(p, alert.DefaultComplianceChecks(), func(s *alert.ComplianceChecks) { s.FailedValues = []string{"a", ""} })
	}, "conditions.0.compliance_checks.failed_values.1", "value"},
	{func(p *alert.Policy) {
		with(p, alert.DefaultComplianceChecks(), func(s *alert.ComplianceChecks) { s.Threshold = -1 })
	}, "conditions.0.compliance_checks.threshold", "-1"},
	{func(p *alert.Policy) {
		with(p, alert.DefaultPackDuration(), func(s *alert.PackDuration) { s.ThresholdSeconds = 0 })
	}, "conditions.0.pack_duration.threshold_seconds", "above 0"},
	{func(p *alert.Policy) {
		with(p, alert.DefaultPackDuration(), func(s *alert.PackDuration) { s.RecordsMetric = "9" })
	}, "conditions.0.pack_duration.records_metric", `"9"`},
	{func(p *alert.Policy) { with(p, alert.DefaultAbsence(), func(*alert.Absence) {}) }, "conditions.0.absence.metric", "Name"},
	{func(p *alert.Policy) {
		with(p, alert.DefaultAbsence(), func(s *alert.Absence) { s.Metric, s.ByTenant, s.Window = "up", true, time.Hour })
	}, "conditions.0.absence.window", "less than 1h"},
	{func(p *alert.Policy) { with(p, alert.DefaultUptime(), func(*alert.Uptime) {}) }, "conditions.0.uptime.check_id", "last part"},
	{func(p *alert.Policy) {
		with(p, alert.DefaultUptime(), func(s *alert.Uptime) { s.CheckID = "projects/p/uptimeCheckConfigs/x-1" })
	}, "conditions.0.uptime.check_id", `"x-1"`},
	{func(p *alert.Policy) {
		with(p, alert.DefaultUptime(), func(s *alert.Uptime) { s.CheckID, s.FailedRegions = "x", 7 })
	}, "conditions.0.uptime.failed_regions", "1 to 6"},

	{func(p *alert.Policy) {
		with(p, alert.PromQL{Query: "sum(rate(x[5m])"}, func(*alert.PromQL) {})
	}, "conditions.0.promql.query", "1:16"},
	{func(p *alert.Policy) { with(p, alert.PromQL{Query: "x[5m]"}, func(*alert.PromQL) {}) }, "conditions.0.promql.query", "range vector"},
	{func(p *alert.Policy) { with(p, alert.PromQL{Query: `"x"`}, func(*alert.PromQL) {}) }, "conditions.0.promql.query", "string"},
	{func(p *alert.Policy) {
		with(p, alert.PromQL{Query: "x", AlertRule: "a b"}, func(*alert.PromQL) {})
	}, "conditions.0.promql.alert_rule", `"a b"`},
	{func(p *alert.Policy) {
		with(p, alert.PromQL{Query: "x", RuleGroup: strings.Repeat("x", 2049)}, func(*alert.PromQL) {})
	}, "conditions.0.promql.rule_group", "1 too many"},
	{func(p *alert.Policy) {
		with(p, alert.PromQL{Query: "x", Labels: map[string]string{"a-b": "c"}}, func(*alert.PromQL) {})
	}, "conditions.0.promql.labels", `"a-b"`},

	{threshold(func(s *alert.Threshold) { s.Filter = `metric.type = "a"` }), "conditions.0.threshold.filter", "resource.type"},
	{threshold(func(s *alert.Threshold) { s.Filter = s.Filter + ` AND project = "` + strings.Repeat("x", 2048) + `"` }), "conditions.0.threshold.filter", "2048"},
	{threshold(func(s *alert.Threshold) { s.Comparison = "COMPARISON_GE" }), "conditions.0.threshold.comparison", "COMPARISON_GT, COMPARISON_LT"},
	{threshold(func(s *alert.Threshold) { s.ThresholdValue = math.NaN() }), "conditions.0.threshold.threshold_value", "finite"},
	{threshold(func(s *alert.Threshold) { s.DenominatorFilter = "x" }), "conditions.0.threshold.denominator_filter", "field x is unknown"},
	{threshold(func(s *alert.Threshold) { s.DenominatorAggregations = []alert.Aggregation{{}} }), "conditions.0.threshold.denominator_aggregations", "denominator_filter"},
	{threshold(func(s *alert.Threshold) {
		s.DenominatorFilter = `metric.type = "a"`
		s.Aggregations = []alert.Aggregation{{AlignmentPeriod: time.Minute, PerSeriesAligner: "ALIGN_RATE"}}
		s.DenominatorAggregations = []alert.Aggregation{{AlignmentPeriod: time.Hour, PerSeriesAligner: "ALIGN_RATE"}}
	}), "conditions.0.threshold.denominator_aggregations", "1m0s"},
	{threshold(func(s *alert.Threshold) { s.TriggerCount, s.TriggerPercent = 1, 1 }), "conditions.0.threshold.trigger_percent", "not both"},
	{threshold(func(s *alert.Threshold) { s.TriggerPercent = 101 }), "conditions.0.threshold.trigger_percent", "101"},
	{threshold(func(s *alert.Threshold) { s.TriggerCount = -1 }), "conditions.0.threshold.trigger_count", "-1"},
	{threshold(func(s *alert.Threshold) { s.EvaluationMissingData = "EVALUATION_MISSING_DATA_NO_OP" }), "conditions.0.threshold.evaluation_missing_data", "60s"},
	{threshold(func(s *alert.Threshold) { s.ForecastHorizon = 61 * time.Hour }), "conditions.0.threshold.forecast_horizon", "1h to 60h"},
	{aggregated(alert.Aggregation{AlignmentPeriod: time.Second, PerSeriesAligner: "ALIGN_RATE"}), "conditions.0.threshold.aggregations.0.alignment_period", "60s"},
	{aggregated(alert.Aggregation{AlignmentPeriod: time.Minute, PerSeriesAligner: "ALIGN_LEFT"}), "conditions.0.threshold.aggregations.0.per_series_aligner", "ALIGN_RATE"},
	{aggregated(alert.Aggregation{CrossSeriesReducer: "REDUCE_SUM"}), "conditions.0.threshold.aggregations.0.per_series_aligner", "aligned"},
	{aggregated(alert.Aggregation{AlignmentPeriod: time.Minute, PerSeriesAligner: "ALIGN_RATE", CrossSeriesReducer: "REDUCE_ALL"}), "conditions.0.threshold.aggregations.0.cross_series_reducer", "REDUCE_SUM"},
	{aggregated(alert.Aggregation{AlignmentPeriod: time.Minute, PerSeriesAligner: "ALIGN_NONE"}), "conditions.0.threshold.aggregations.0", "Leave out"},
	{aggregated(alert.Aggregation{AlignmentPeriod: time.Minute, PerSeriesAligner: "ALIGN_RATE", CrossSeriesReducer: "REDUCE_NONE"}), "conditions.0.threshold.aggregations.0", "Leave out"},
	{absent(func(s *alert.MetricAbsence) { s.Filter = "x" }), "conditions.0.metric_absence.filter", "field x is unknown"},
	{absent(func(s *alert.MetricAbsence) { s.Aggregations = []alert.Aggregation{{CrossSeriesReducer: "REDUCE_SUM"}} }), "conditions.0.metric_absence.aggregations.0.per_series_aligner", "aligned"},
	{absent(func(s *alert.MetricAbsence) { s.TriggerCount, s.TriggerPercent = 1, 1 }), "conditions.0.metric_absence.trigger_percent", "not both"},
	{func(p *alert.Policy) {
		absent(func(*alert.MetricAbsence) {})(p)
		p.Conditions[0].Duration = time.Minute
	}, "conditions.0.duration", "at least 2m"},
	{func(p *alert.Policy) {
		threshold(func(*alert.Threshold) {})(p)
		p.Conditions[0].Duration = 90 * time.Second
	}, "conditions.0.duration", "multiple of 60s"},
	{func(p *alert.Policy) {
		threshold(func(*alert.Threshold) {})(p)
		p.Conditions[0].EvaluationInterval = time.Minute
	}, "conditions.0.evaluation_interval", "threshold"},
	{func(p *alert.Policy) {
		threshold(func(*alert.Threshold) {})(p)
		p.Conditions[0].DisableMetricValidation = true
	}, "conditions.0.disable_metric_validation", "threshold"},

	{func(p *alert.Policy) { logMatch(p, func(l *alert.LogMatch) { l.Filter = "severity>=" }) }, "conditions.0.log_match.filter", "character 11"},
	{func(p *alert.Policy) {
		logMatch(p, func(l *alert.LogMatch) { l.LabelExtractors = map[string]string{"a": "x"} })
	}, "conditions.0.log_match.label_extractors", "EXTRACT(field)"},
	{func(p *alert.Policy) {
		logMatch(p, func(*alert.LogMatch) {})
		p.Conditions = append(p.Conditions, valid().Conditions...)
	}, "conditions.0.log_match", "only alone"},
	{func(p *alert.Policy) {
		logMatch(p, func(*alert.LogMatch) {})
		p.Conditions[0].Duration = time.Minute
	}, "conditions.0.duration", "Remove duration"},
	{func(p *alert.Policy) { logMatch(p, func(*alert.LogMatch) {}); p.RateLimit = 0 }, "notification_rate_limit", "demands it"},
	{func(p *alert.Policy) {
		logMatch(p, func(*alert.LogMatch) {})
		p.Prompts = []string{"OPENED", "CLOSED"}
	}, "notification_prompts", `["OPENED"]`},
	{func(p *alert.Policy) { logMatch(p, func(*alert.LogMatch) {}); p.Renotify = time.Hour }, "renotify_interval", "from metrics only"},
	{func(p *alert.Policy) { p.RateLimit = time.Minute }, "notification_rate_limit", "log_match condition only"},
	{func(p *alert.Policy) { p.RateLimit = -time.Minute }, "notification_rate_limit", "whole seconds"},
	{func(p *alert.Policy) { p.Prompts = []string{"CLOSED"} }, "notification_prompts", `["OPENED", "CLOSED"]`},
	{func(p *alert.Policy) { p.AutoClose = time.Minute }, "auto_close", "30m to 168h"},
	{func(p *alert.Policy) { p.AutoClose = 169 * time.Hour }, "auto_close", "30m to 168h"},
	{func(p *alert.Policy) { p.Renotify = 29 * time.Minute }, "renotify_interval", "30m to 24h"},
	{func(p *alert.Policy) { p.Renotify = alert.MixedRenotify }, "renotify_interval", "30m to 24h"},

	{func(p *alert.Policy) { p.Channels = append(p.Channels, p.Channels[0]) }, "notification_channels", "Remove one"},
	{func(p *alert.Policy) { p.Channels = []string{"12345"} }, "notification_channels", "projects/PROJECT/notificationChannels/ID"},
	{func(p *alert.Policy) {
		for i := range 17 {
			p.Channels = append(p.Channels, fmt.Sprintf("projects/p/notificationChannels/x%d", i))
		}
	}, "notification_channels", "there are 18"},

	{func(p *alert.Policy) { p.Runbook = nil }, "runbook", "within 15 minutes"},
	{func(p *alert.Policy) { p.Priority, p.Suite, p.Runbook, p.Labels = alert.P1, "x", nil, nil }, "runbook", "within 1 hour"},
	{func(p *alert.Policy) { p.Runbook.PostMortem = "\n " }, "runbook.post_mortem", "Post-mortem"},
	{func(p *alert.Policy) { p.Runbook.Links = make([]alert.Link, 4) }, "runbook.links", "there are 4"},
	{func(p *alert.Policy) { p.Runbook.Links[0].DisplayName = strings.Repeat("é", 64) }, "runbook.links.0.display_name", "1 too many"},
	{func(p *alert.Policy) { p.Runbook.Links[0].DisplayName = "" }, "runbook.links.0.display_name", "playbook"},
	{func(p *alert.Policy) { p.Runbook.Links[0].URL = "wiki/page" }, "runbook.links.0.url", "https://"},
	{func(p *alert.Policy) { p.Runbook.Links[0].URL = "https://" + strings.Repeat("x", 2083) }, "runbook.links.0.url", "8 too many"},
	{func(p *alert.Policy) { p.Documentation = &alert.Documentation{Links: p.Runbook.Links} }, "documentation.links", "runbook.links"},
	{func(p *alert.Policy) { p.Documentation = &alert.Documentation{Subject: "a\nb"} }, "documentation.subject", "one line"},
	{func(p *alert.Policy) {
		p.Documentation = &alert.Documentation{Subject: strings.Repeat("é", 5121)}
	}, "documentation.subject", "2 too many"},
	{func(p *alert.Policy) { p.Runbook.Triage = strings.Repeat("x", 8192) }, "runbook", "shorten it by"},
	{func(p *alert.Policy) { p.Runbook.Triage = "\xff" }, "runbook", "UTF-8"},
	{func(p *alert.Policy) {
		p.Priority, p.Runbook, p.Labels = "", nil, nil
		p.Documentation = &alert.Documentation{Content: strings.Repeat("x", 8200)}
	}, "documentation.content", "shorten it by 8,"},
	{func(p *alert.Policy) {
		p.Priority, p.Runbook, p.Labels = "", nil, nil
		p.Documentation = &alert.Documentation{Content: strings.Repeat("世", 4000)}
	}, "documentation.content", "shorten it by 1760,"},

	{func(p *alert.Policy) { p.Labels["managed_by"] = "me" }, "labels", "marks what it made"},
	{func(p *alert.Policy) { p.Labels["cortx_priority"] = "p2" }, "labels", "attribute priority"},
	{func(p *alert.Policy) { p.Labels["suite"] = "x" }, "labels", "attribute suite"},
	{func(p *alert.Policy) { p.Labels["cortx-create-id"] = "x" }, "labels", "cortx-create-id"},
	{func(p *alert.Policy) { p.Labels["Team"] = "x" }, "labels", `"Team"`},
	{func(p *alert.Policy) { p.Labels["9team"] = "x" }, "labels", `"9team"`},
	{func(p *alert.Policy) { p.Labels[strings.Repeat("x", 64)] = "x" }, "labels", "at most 63"},
	{func(p *alert.Policy) { p.Labels["team"] = "The SREs" }, "labels", `"The SREs"`},
	{func(p *alert.Policy) { p.Labels["team"] = strings.Repeat("x", 64) }, "labels", "at most 63"},
	{func(p *alert.Policy) {
		for i := range 60 {
			p.Labels[fmt.Sprintf("label-%d", i)] = ""
		}
	}, "labels", "Remove 1."},
}

func TestValidateRefuses(t *testing.T) {
	t.Parallel()
	for i, test := range refusals {
		p := valid()
		test.change(&p)
		var found, others []string
		for _, problem := range p.Validate() {
			var steps []string
			for _, step := range problem.Path {
				steps = append(steps, fmt.Sprint(step))
			}
			line := fmt.Sprintf("%s: %s %s", strings.Join(steps, "."), problem.Summary, problem.Detail)
			if strings.Join(steps, ".") == test.path && strings.Contains(problem.Detail, test.detail) && !problem.Warning {
				found = append(found, line)
			} else {
				others = append(others, line)
			}
			if !strings.HasSuffix(problem.Summary, ".") || strings.ContainsAny(problem.Summary, "0123456789\"") && !strings.Contains(problem.Summary, "P1") && !strings.Contains(problem.Summary, "30 seconds") {
				t.Errorf("the summary %q is not a static sentence", problem.Summary)
			}
		}
		if len(found) != 1 {
			t.Errorf("case %d: want one error at %s that tells %q, found %q among %q", i, test.path, test.detail, found, others)
		}
	}
}

func TestValidateAccepts(t *testing.T) {
	t.Parallel()
	for i, change := range []func(*alert.Policy){
		func(*alert.Policy) {},
		func(p *alert.Policy) { p.Channels = []string{"", ""} },
		func(p *alert.Policy) { p.Priority, p.Runbook, p.Labels = alert.P2, nil, nil },
		func(p *alert.Policy) { p.Priority, p.Runbook, p.Labels = "", nil, map[string]string{"team": "sre"} },
		func(p *alert.Policy) { p.Labels = nil },
		func(p *alert.Policy) { logMatch(p, func(*alert.LogMatch) {}); p.Prompts = []string{"OPENED"} },
		threshold(func(*alert.Threshold) {}),
		threshold(func(s *alert.Threshold) {
			s.Filter = `select_slo_burn_rate("projects/1/services/a/serviceLevelObjectives/b", "3600s")`
		}),
		cloudSQL(func(s *alert.DBConnections) { s.Metric, s.MaxMetric = "", "" }),
		func(p *alert.Policy) {
			with(p, alert.PromQL{Query: "1 > bool 2", AlertRule: "Down"}, func(*alert.PromQL) {})
		},
		errorRate(func(s *alert.ErrorRate) { s.TenantLabel = "" }),
		errorRate(func(s *alert.ErrorRate) { s.Threshold = 0 }),
	} {
		p := valid()
		change(&p)
		if problems := p.Validate(); len(problems) > 0 {
			t.Errorf("case %d: %+v", i, problems)
		}
	}
	for _, test := range golden() {
		p := valid()
		p.Conditions = []alert.Condition{test.condition}
		if problems := p.Validate(); len(problems) > 0 {
			t.Errorf("%s: %+v", test.name, problems)
		}
	}
}

func TestValidateWarnsOfNoSuite(t *testing.T) {
	t.Parallel()
	p := valid()
	p.Priority, p.Labels = alert.P1, nil
	problems := p.Validate()
	if len(problems) != 1 || !problems[0].Warning || problems[0].Path[0] != "suite" {
		t.Errorf("Validate() = %+v, want one warning about the suite", problems)
	}
}

// TestAnyTextIsSafe puts random texts into every place of a query: either the
// policy is refused, or the query parses and comes back as the same signal.
func TestAnyTextIsSafe(t *testing.T) {
	t.Parallel()
	refused, kept := 0, 0
	for seed := range uint64(4000) {
		s := newSource(seed)
		word := func() string {
			return pick(s, "a", "x_total", s.text(), pick(s, nasty...), "by", "sum", "inf", "le", "on", "offset", "bool", "start", "{}", "a{b='c'}")
		}
		scope := alert.Scope{MatchLabels: map[string]string{word(): word()}, ByTenant: s.maybe(), TenantLabel: word()}
		if !scope.ByTenant {
			scope.TenantLabel = ""
		}
		errorRate, latency, compliance := alert.DefaultErrorRate(), alert.DefaultLatency(), alert.DefaultComplianceChecks()
		pool, absence, uptime := alert.DefaultDBConnections(), alert.DefaultAbsence(), alert.DefaultUptime()
		errorRate.Scope, errorRate.Metric, errorRate.StatusLabel = scope, word(), word()
		latency.Scope, latency.Metric = scope, word()
		compliance.Scope, compliance.ResultLabel, compliance.FailedValues = scope, word(), []string{word(), word()}
		pool.Scope, pool.Metric, pool.MaxMetric = scope, word(), word()
		absence.Scope, absence.Metric = scope, word()
		uptime.CheckID = word()
		for _, c := range []alert.Condition{
			{ErrorRate: &errorRate}, {Latency: &latency}, {ComplianceChecks: &compliance}, {DBConnections: &pool}, {Absence: &absence}, {Uptime: &uptime},
		} {
			p := valid()
			p.Conditions = []alert.Condition{c}
			if len(errorsOf(p.Validate())) > 0 {
				refused++
				continue
			}
			kept++
			query, _ := c.Query()
			if err := alert.ValidatePromQL(query); err != nil {
				t.Fatalf("seed %d: %s: %s", seed, query, err)
			}
			sent, err := p.Proto()
			if err != nil {
				t.Fatal(err)
			}
			if back := alert.FromProto(sent).Conditions[0]; back.Signal() != c.Signal() {
				t.Fatalf("seed %d: %s comes back as %s", seed, query, back.Signal())
			}
		}
	}
	if refused < 1000 || kept < 1000 {
		t.Errorf("%d refused, %d kept: the texts are too one-sided", refused, kept)
	}
}
