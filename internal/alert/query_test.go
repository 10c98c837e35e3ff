package alert_test

import (
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

// golden are the queries that the platform's signals render to. A change here
// changes what every environment alerts on.
func golden() []struct {
	name      string
	condition alert.Condition
	title     string
	query     string
} {
	byTenant := alert.Scope{ByTenant: true, TenantLabel: alert.DefaultTenantLabel}
	errorRate, errorRateAll, errorRateByTenant := alert.DefaultErrorRate(), alert.DefaultErrorRate(), alert.DefaultErrorRate()
	errorRateAll.Include4xx = true
	errorRateByTenant.Scope = byTenant
	errorRateByTenant.MatchLabels = map[string]string{"job": `a"b\c`, "cluster": "prod"}
	latency, latencyHalf, latencyOwn, latencyByTenant := alert.DefaultLatency(), alert.DefaultLatency(), alert.DefaultLatency(), alert.DefaultLatency()
	latencyHalf.ThresholdMS, latencyHalf.Quantile = 500, 0.95
	latencyOwn.Buckets, latencyOwn.ThresholdMS = []float64{0.25, 2, 30}, 2000
	latencyByTenant.Scope = byTenant
	pool, cloudSQL, cloudSQLOne := alert.DefaultDBConnections(), alert.DefaultDBConnections(), alert.DefaultDBConnections()
	cloudSQL.Source, cloudSQL.MaxConnections = alert.SourceCloudSQL, 500
	cloudSQLOne.Source, cloudSQLOne.MaxConnections, cloudSQLOne.DatabaseID = alert.SourceCloudSQL, 100, "my-project:main"
	cloudSQLOne.Scope = alert.Scope{ByTenant: true, TenantLabel: "database"}
	compliance, complianceByTenant := alert.DefaultComplianceChecks(), alert.DefaultComplianceChecks()
	complianceByTenant.Scope, complianceByTenant.FailedValues = byTenant, []string{"a|b", "no.good"}
	pack, packRecords := alert.DefaultPackDuration(), alert.DefaultPackDuration()
	packRecords.RecordsMetric = "pack_records_total"
	inference := alert.DefaultAILatency()
	absence, absenceByTenant := alert.DefaultAbsence(), alert.DefaultAbsence()
	absence.Metric, absenceByTenant.Metric = "up", "http_requests_total"
	absenceByTenant.Scope = byTenant
	uptime := alert.DefaultUptime()
	uptime.CheckID = "api-abc123"

	return []struct {
		name      string
		condition alert.Condition
		title     string
		query     string
	}{
		{
			"error_rate",
			alert.Condition{ErrorRate: &errorRate},
			"Error rate above 1% over 5m",
			`sum(rate(http_requests_total{status=~"5.."}[5m])) / (sum(rate(http_requests_total[5m])) > 0) > 0.01`,
		},
		{
			"error_rate with 4xx",
			alert.Condition{ErrorRate: &errorRateAll},
			"Error rate above 1% over 5m",
			`sum(rate(http_requests_total{status=~"[45].."}[5m])) / (sum(rate(http_requests_total[5m])) > 0) > 0.01`,
		},
		{
			"error_rate by tenant",
			alert.Condition{ErrorRate: &errorRateByTenant},
			"Error rate above 1% over 5m by namespace",
			`sum by (namespace) (rate(http_requests_total{cluster="prod",job="a\"b\\c",status=~"5.."}[5m])) / (sum by (namespace) (rate(http_requests_total{cluster="prod",job="a\"b\\c"}[5m])) > 0) > 0.01`,
		},
		{
			"latency",
			alert.Condition{Latency: &latency},
			"Latency p99 above 1000 ms over 5m",
			`1 - sum(rate(http_request_duration_seconds_bucket{le=~"1|1\\.0"}[5m])) / (sum(rate(http_request_duration_seconds_count[5m])) > 0) > 0.01`,
		},
		{
			"latency at a fraction",
			alert.Condition{Latency: &latencyHalf},
			"Latency p95 above 500 ms over 5m",
			`1 - sum(rate(http_request_duration_seconds_bucket{le="0.5"}[5m])) / (sum(rate(http_request_duration_seconds_count[5m])) > 0) > 0.05`,
		},
		{
			"latency with other buckets",
			alert.Condition{Latency: &latencyOwn},
			"Latency p99 above 2000 ms over 5m",
			`1 - sum(rate(http_request_duration_seconds_bucket{le=~"2|2\\.0"}[5m])) / (sum(rate(http_request_duration_seconds_count[5m])) > 0) > 0.01 # buckets: 0.25, 2, 30`,
		},
		{
			"latency by tenant",
			alert.Condition{Latency: &latencyByTenant},
			"Latency p99 above 1000 ms over 5m by namespace",
			`1 - sum by (namespace) (rate(http_request_duration_seconds_bucket{le=~"1|1\\.0"}[5m])) / (sum by (namespace) (rate(http_request_duration_seconds_count[5m])) > 0) > 0.01`,
		},
		{
			"db_connections",
			alert.Condition{DBConnections: &pool},
			"Database pool above 80% over 5m",
			`sum(avg_over_time(db_pool_connections[5m])) / (sum(avg_over_time(db_pool_connections_max[5m])) > 0) > 0.8`,
		},
		{
			"db_connections of Cloud SQL",
			alert.Condition{DBConnections: &cloudSQL},
			"Cloud SQL connections above 80% over 5m",
			`sum by (database_id) (avg_over_time(cloudsql_googleapis_com:database_postgresql_num_backends{monitored_resource="cloudsql_database"}[5m])) / 500 > 0.8`,
		},
		{
			"db_connections of one Cloud SQL instance",
			alert.Condition{DBConnections: &cloudSQLOne},
			"Cloud SQL connections above 80% over 5m by database",
			`sum by (database_id, database) (avg_over_time(cloudsql_googleapis_com:database_postgresql_num_backends{database_id="my-project:main",monitored_resource="cloudsql_database"}[5m])) / 100 > 0.8`,
		},
		{
			"compliance_checks",
			alert.Condition{ComplianceChecks: &compliance},
			"Compliance checks failed within 5m",
			`sum((compliance_checks_total{result=~"fail|failed|failure|error"} unless compliance_checks_total{result=~"fail|failed|failure|error"} offset 5m) or increase(compliance_checks_total{result=~"fail|failed|failure|error"}[5m])) > 0`,
		},
		{
			"compliance_checks by tenant",
			alert.Condition{ComplianceChecks: &complianceByTenant},
			"Compliance checks failed within 5m by namespace",
			`sum by (namespace) ((compliance_checks_total{result=~"a\\|b|no\\.good"} unless compliance_checks_total{result=~"a\\|b|no\\.good"} offset 5m) or increase(compliance_checks_total{result=~"a\\|b|no\\.good"}[5m])) > 0`,
		},
		{
			"pack_duration",
			alert.Condition{PackDuration: &pack},
			"Mean Pack duration above 30 s over 15m",
			`sum(rate(pack_execution_duration_seconds_sum[15m])) / (sum(rate(pack_execution_duration_seconds_count[15m])) > 0) > 30`,
		},
		{
			"pack_duration by records",
			alert.Condition{PackDuration: &packRecords},
			"Pack duration per million records above 30 s over 15m",
			`sum(rate(pack_execution_duration_seconds_sum[15m])) / (sum(rate(pack_records_total[15m])) > 0) * 1000000 > 30`,
		},
		{
			"ai_latency",
			alert.Condition{AILatency: &inference},
			"AI inference latency p95 above 2500 ms over 5m",
			`1 - sum(rate(ai_inference_duration_seconds_bucket{le="2.5"}[5m])) / (sum(rate(ai_inference_duration_seconds_bucket{le="+Inf"}[5m])) > 0) > 0.05`,
		},
		{
			"absence",
			alert.Condition{Absence: &absence},
			"up absent for 10m",
			`absent_over_time(up[10m])`,
		},
		{
			"absence by tenant",
			alert.Condition{Absence: &absenceByTenant},
			"http_requests_total absent for 10m by namespace",
			`count by (namespace) (count_over_time(http_requests_total[1h])) unless count by (namespace) (count_over_time(http_requests_total[10m]))`,
		},
		{
			"uptime",
			alert.Condition{Uptime: &uptime},
			"Uptime check fails from 2 regions",
			`count(last_over_time(monitoring_googleapis_com:uptime_check_check_passed{check_id="api-abc123",monitored_resource="uptime_url"}[10m]) == 0) >= 2`,
		},
	}
}

func TestGoldenQueries(t *testing.T) {
	t.Parallel()
	for _, test := range golden() {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			query, ok := test.condition.Query()
			if !ok || query != test.query {
				t.Errorf("Query() = %v\n%s\nwant\n%s", ok, query, test.query)
			}
			if title := test.condition.DefaultDisplayName(); title != test.title {
				t.Errorf("DefaultDisplayName() = %q, want %q", title, test.title)
			}
			expr, err := parser.NewParser(parser.Options{}).ParseExpr(query)
			if err != nil {
				t.Fatalf("Prometheus' parser refuses it: %s", err)
			}
			bare, _, _ := strings.Cut(query, " # ")
			if printed := expr.String(); printed != bare {
				t.Errorf("Prometheus' formatter changes it to\n%s\nfrom\n%s", printed, bare)
			}
			if signal := strings.Fields(test.name)[0]; test.condition.Signal() != signal {
				t.Errorf("Signal() = %q, want %q", test.condition.Signal(), signal)
			}
		})
	}
}

func TestQueryOfOtherSignals(t *testing.T) {
	t.Parallel()
	if query, ok := (alert.Condition{PromQL: &alert.PromQL{Query: "up == 0"}}).Query(); !ok || query != "up == 0" {
		t.Errorf("Query() of promql = %q, %v", query, ok)
	}
	for _, c := range []alert.Condition{{}, {Threshold: &alert.Threshold{}}, {LogMatch: &alert.LogMatch{}}} {
		if query, ok := c.Query(); ok {
			t.Errorf("Query() of %q = %q, want none", c.Signal(), query)
		}
	}
}

func TestValidatePromQL(t *testing.T) {
	t.Parallel()
	for _, expr := range []string{"up", "up[5m]", "1", "rate(http_requests_total[5m]) > 1 # why"} {
		if err := alert.ValidatePromQL(expr); err != nil {
			t.Errorf("ValidatePromQL(%q) = %s", expr, err)
		}
	}
	for expr, want := range map[string]string{
		"":                       "empty",
		"  ":                     "empty",
		"sum(rate(x[5m])":        "1:16",
		"rate(x)":                "1:6",
		"nonsense(x)":            "unknown function",
		"sum by (a (x)":          "1:11",
		"a{b=\"c\"} > > 1":       "1:12",
		"up\n  and on(job) + 1[": "2:",
	} {
		err := alert.ValidatePromQL(expr)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ValidatePromQL(%q) = %v, want it to tell %q", expr, err, want)
		}
	}
}
