package dash_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
)

// presetInputs are the ways in which presets are asked for.
func presetInputs() map[string]dash.PresetInputs {
	return map[string]dash.PresetInputs{
		"nothing": {},
		"everything": {
			TenantLabel: "namespace", MatchLabels: map[string]string{"cluster": "prod", "location": "europe-west1"}, Environment: "prod",
			BillingExportTable: "my-project.billing.gcp_billing_export_resource_v1_0123_4567",
			AlertPolicies:      []string{"projects/my-project/alertPolicies/1", "projects/my-project/alertPolicies/2"},
			DatabaseID:         "my-project:ledger", MaxConnections: 500, RecordsMetric: "pack_records_processed_total",
		},
		"tenants by a label": {TenantLabel: "tenant", DatabaseID: "my-project:ledger"},
	}
}

func preset(t *testing.T, name string, in dash.PresetInputs) dash.Dashboard {
	t.Helper()
	d, err := dash.Preset(name, in)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// eachPreset runs a test for each preset and each way of asking for it.
func eachPreset(t *testing.T, run func(t *testing.T, d dash.Dashboard, in dash.PresetInputs)) {
	t.Helper()
	for _, name := range dash.PresetNames() {
		for how, in := range presetInputs() {
			t.Run(name+"/"+how, func(t *testing.T) {
				t.Parallel()
				run(t, preset(t, name, in), in)
			})
		}
	}
}

func TestPresetsHaveNoProblems(t *testing.T) {
	t.Parallel()
	eachPreset(t, func(t *testing.T, d dash.Dashboard, _ dash.PresetInputs) {
		t.Helper()
		for _, p := range d.Validate(dash.TargetCloudMonitoring, dash.TargetGrafana) {
			t.Errorf("%v: %s %s", p.Path, p.Summary, p.Detail)
		}
		for _, p := range dash.GrafanaProblems(d, dash.GrafanaOptions{}) {
			t.Errorf("Grafana: %v: %s %s", p.Path, p.Summary, p.Detail)
		}
		strictly(t, render(t, d, dash.GrafanaOptions{UID: "cortx"}))
		if _, err := d.Proto(); err != nil {
			t.Error(err)
		}
	})
}

// TestPresetsAreLaidOut: every row of tiles is as wide as the page, nothing
// overlaps, every tile says what it shows, and a section on what it is about is
// the last.
func TestPresetsAreLaidOut(t *testing.T) {
	t.Parallel()
	eachPreset(t, func(t *testing.T, d dash.Dashboard, _ dash.PresetInputs) {
		t.Helper()
		for _, s := range d.Arranged().Sections {
			for _, target := range []string{dash.TargetCloudMonitoring, dash.TargetGrafana} {
				taken := map[[2]int64]bool{}
				rows := map[int64]int64{}
				shown := 0
				for _, tile := range s.Tiles {
					if !tile.Shows(target) {
						continue
					}
					shown++
					for x := tile.X; x < tile.X+tile.Width; x++ {
						for y := tile.Y; y < tile.Y+tile.Height; y++ {
							if taken[[2]int64{x, y}] || x >= dash.Columns {
								t.Fatalf("%s: %s, %q overlaps or ends outside", target, s.Title, tile.Title)
							}
							taken[[2]int64{x, y}] = true
							rows[y]++
						}
					}
				}
				for y, width := range rows {
					if width != dash.Columns && s.Title != "Alert policies" && shown == len(s.Tiles) {
						t.Errorf("%s: %s: row %d is %d columns wide", target, s.Title, y, width)
					}
				}
			}
			for _, tile := range s.Tiles {
				if tile.Text == nil && tile.AlertChart == nil && tile.Title == "" {
					t.Errorf("%s: a tile has no title", s.Title)
				}
				if n := len([]rune(tile.Title)); n > 70 {
					t.Errorf("%q has %d characters", tile.Title, n)
				}
				if tile.TimeSeries != nil {
					for _, q := range tile.TimeSeries.Queries {
						if q.PromQL != "" && q.Legend == "" {
							t.Errorf("%q has a query without a legend", tile.Title)
						}
					}
					if tile.TimeSeries.Unit == "" {
						t.Errorf("%q has no unit", tile.Title)
					}
				}
			}
		}
		last := d.Sections[len(d.Sections)-1]
		if len(last.Tiles) == 0 || last.Tiles[0].Text == nil {
			t.Error("the last section does not say what the page is about")
		}
	})
}

// TestPresetContents: what each dashboard has to show is queried, on both
// targets unless said otherwise. A signal is found by the metric, the labels
// and the function that make it, wherever it stands.
func TestPresetContents(t *testing.T) {
	t.Parallel()
	const (
		perTenant = `by \(namespace\)`
		status    = `http_requests_total\{[^}]*status=~"`
	)
	wants := map[string]map[string]string{
		dash.PresetPlatformHealth: {
			"request rate":           `^sum\(rate\(http_requests_total\{[^}]*\}\[`,
			"p50":                    `histogram_quantile\(0\.5, .*http_request_duration_seconds_bucket`,
			"p95":                    `histogram_quantile\(0\.95, .*http_request_duration_seconds_bucket`,
			"p99":                    `histogram_quantile\(0\.99, .*http_request_duration_seconds_bucket`,
			"4xx":                    status + `4\.\."`,
			"5xx":                    status + `5\.\."`,
			"Pack duration":          `pack_execution_duration_seconds_sum.* / .*`,
			"Pack duration/records":  `pack_records_processed_total`,
			"AI latency":             `histogram_quantile\(0\.95, .*ai_inference_duration_seconds_bucket`,
			"AI accuracy":            dash.AccuracyMetric,
			"pool":                   `db_pool_connections\{.* / .*db_pool_connections_max\{`,
			"Cloud SQL":              `postgresql_num_backends\{database_id="my-project:ledger".* / 500`,
			"durations distribution": `sum by \(le\) \(increase\(http_request_duration_seconds_bucket`,
		},
		dash.PresetTenantUsage: {
			"requests":   `^sum ` + perTenant + ` \(rate\(http_requests_total`,
			"5xx":        perTenant + `.*` + status + `5\.\."`,
			"p99":        `histogram_quantile\(0\.99, sum by \(le, namespace\)`,
			"executions": perTenant + ` \(increase\(pack_execution_duration_seconds_count`,
			"inferences": perTenant + ` \(rate\(ai_inference_duration_seconds_count`,
			"AI latency": `histogram_quantile\(0\.95, sum by \(le, namespace\) \(rate\(ai_inference`,
			"cores":      `by \(namespace_name\) \(rate\(kubernetes_io:container_cpu_core_usage_time\{`,
			"memory":     `by \(namespace_name\) \(kubernetes_io:container_memory_used_bytes\{`,
			"network":    `kubernetes_io:pod_network_received_bytes_count.* \+ .*kubernetes_io:pod_network_sent_bytes_count`,
			"pool":       perTenant + ` \(db_pool_connections\{`,
		},
		dash.PresetComplianceAudit: {
			"failed":      `compliance_checks_total\{[^}]*result=~"fail\|failed\|failure\|error"`,
			"by tenant":   perTenant + `.*compliance_checks_total`,
			"by result":   `by \(result\).*compliance_checks_total`,
			"share":       `^1 - \(sum\(\(compliance_checks_total`,
			"AI accuracy": `avg ` + perTenant + ` \(ai_prediction_accuracy_ratio`,
			"refused":     status + `4\.\."`,
		},
		dash.PresetCostAttribution: {
			"cores":      `container_cpu_core_usage_time`,
			"memory":     `container_memory_used_bytes`,
			"network":    `pod_network_sent_bytes_count`,
			"share":      `container_cpu_core_usage_time.* / on\(\) group_left\(\) \(sum\(`,
			"requests":   perTenant + ` \(increase\(http_requests_total`,
			"inferences": perTenant + ` \(increase\(ai_inference_duration_seconds_count`,
		},
	}
	for name, signals := range wants {
		d := preset(t, name, presetInputs()["everything"])
		targets := map[string][]string{
			dash.TargetGrafana:         grafanaQueries(t, render(t, d, dash.GrafanaOptions{})),
			dash.TargetCloudMonitoring: monitoringQueries(t, d),
		}
		for target, queries := range targets {
			for signal, expression := range signals {
				matches := regexp.MustCompile(expression)
				if !slices.ContainsFunc(queries, func(q string) bool { return matches.MatchString(reference.ReplaceAllString(q, "VAR")) }) {
					t.Errorf("%s does not show %s on %s: no query matches %s", name, signal, target, expression)
				}
			}
		}
	}
}

// reference is a reference to a variable, as each target may spell it.
var reference = regexp.MustCompile(`\$\{[a-zA-Z_]+(\.value|:[a-z]+)?\}`)

// TestSamePromQL: both targets are asked the same, byte for byte, but for how a
// variable is referred to; and every query of the model that is not for one
// target alone is on both.
func TestSamePromQL(t *testing.T) {
	t.Parallel()
	eachPreset(t, func(t *testing.T, d dash.Dashboard, _ dash.PresetInputs) {
		t.Helper()
		plain := func(queries []string) []string {
			found := make([]string, len(queries))
			for i, q := range queries {
				found[i] = reference.ReplaceAllString(q, "$$VAR")
			}
			slices.Sort(found)
			return found
		}
		var model []string
		for _, s := range d.Sections {
			for _, tile := range s.Tiles {
				for _, q := range tile.Queries() {
					if q.PromQL != "" {
						model = append(model, q.PromQL)
					}
				}
			}
		}
		want := plain(model)
		if got := plain(grafanaQueries(t, render(t, d, dash.GrafanaOptions{}))); !slices.Equal(got, want) {
			t.Errorf("Grafana is asked\n%s\nand not\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if got := plain(monitoringQueries(t, d)); !slices.Equal(got, want) {
			t.Errorf("Cloud Monitoring is asked\n%s\nand not\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

// TestVariablesReachTheirSeries: each variable is referred to, with a matcher
// that takes a pattern, on the label whose values it lists or on the one that
// has the same values in Google's own metrics.
func TestVariablesReachTheirSeries(t *testing.T) {
	t.Parallel()
	eachPreset(t, func(t *testing.T, d dash.Dashboard, _ dash.PresetInputs) {
		t.Helper()
		all := strings.Join(monitoringQueries(t, d), "\n") + strings.Join(grafanaQueries(t, render(t, d, dash.GrafanaOptions{})), "\n")
		for _, v := range d.Variables {
			if !strings.Contains(all, v.LabelKey+`=~"${`+v.Name) {
				t.Errorf("no query has %s=~ and the variable %s", v.LabelKey, v.Name)
			}
		}
	})
}

// TestCostIsToldFromUsage: what stands in for cost says so in its title, on
// both targets; the bill itself is in Grafana alone and only with a table.
func TestCostIsToldFromUsage(t *testing.T) {
	t.Parallel()
	for how, in := range presetInputs() {
		d := preset(t, dash.PresetCostAttribution, in)
		sql := 0
		for _, s := range d.Sections {
			for _, tile := range s.Tiles {
				for _, q := range tile.Queries() {
					switch {
					case q.BigQuerySQL != "":
						sql++
						if tile.Only != dash.TargetGrafana {
							t.Errorf("%s: %q queries BigQuery and is not for Grafana only", how, tile.Title)
						}
						if !strings.Contains(q.BigQuerySQL, "`"+in.BillingExportTable+"`") || !strings.Contains(q.BigQuerySQL, "$__timeFilter(") {
							t.Errorf("%s: %q does not query the table within the time shown: %s", how, tile.Title, q.BigQuerySQL)
						}
					case !strings.Contains(tile.Title, "not cost"):
						t.Errorf("%s: %q does not say that it is no cost", how, tile.Title)
					}
				}
			}
		}
		if (sql > 0) != (in.BillingExportTable != "") {
			t.Errorf("%s: %d queries of BigQuery", how, sql)
		}
		if targets := grafanaTargets(t, render(t, d, dash.GrafanaOptions{BigQueryDataSourceUID: "bq", Project: "jobs"})); sql > 0 {
			found := 0
			for _, target := range targets {
				source, _ := target["datasource"].(map[string]any)
				if source["uid"] == "bq" && source["type"] == dash.DataSourceBigQuery && target["project"] == "jobs" && target["rawSql"] != "" {
					found++
				}
			}
			if found != sql {
				t.Errorf("%s: %d of %d queries go to BigQuery", how, found, sql)
			}
		}
	}
}

// TestPresetInputsAreChecked: what would not work, or would break out of a
// query, is refused by its name.
func TestPresetInputsAreChecked(t *testing.T) {
	t.Parallel()
	for want, in := range map[string]dash.PresetInputs{
		"tenant_label":         {TenantLabel: `a"}`},
		"match_labels":         {MatchLabels: map[string]string{"a-b": "c"}},
		"records_metric":       {RecordsMetric: "a b"},
		"billing_export_table": {BillingExportTable: "p.d.t` WHERE true; --"},
		"database_id":          {DatabaseID: "instance"},
		"max_connections":      {MaxConnections: -1},
		"alert_policies":       {AlertPolicies: []string{"projects/p/alertPolicies/1", "1"}},
	} {
		if _, err := dash.Preset(dash.PresetPlatformHealth, in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want an error on %s", in, err, want)
		}
	}
	if _, err := dash.Preset("health", dash.PresetInputs{}); err == nil || !strings.Contains(err.Error(), dash.PresetPlatformHealth) {
		t.Errorf("an unknown preset: %v, want an error that names those there are", err)
	}
	d := preset(t, dash.PresetPlatformHealth, dash.PresetInputs{MatchLabels: map[string]string{"team": `a"b\`}})
	for _, q := range grafanaQueries(t, render(t, d, dash.GrafanaOptions{})) {
		if err := alert.ValidatePromQL(q); err != nil {
			t.Errorf("%s: %v", q, err)
		}
	}
}

// TestPresetTitles: the environment is in the title.
func TestPresetTitles(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, name := range dash.PresetNames() {
		title := preset(t, name, dash.PresetInputs{Environment: "staging"}).DisplayName
		if !strings.Contains(title, "staging") || seen[title] {
			t.Errorf("%s is called %q", name, title)
		}
		seen[title] = true
	}
}

// TestAlertChartsStayInCloudMonitoring: one a policy there, none in Grafana.
func TestAlertChartsStayInCloudMonitoring(t *testing.T) {
	t.Parallel()
	in := presetInputs()["everything"]
	d := preset(t, dash.PresetPlatformHealth, in)
	text := render(t, d, dash.GrafanaOptions{})
	pb, err := d.Proto()
	if err != nil {
		t.Fatal(err)
	}
	for _, policy := range in.AlertPolicies {
		if strings.Contains(text, policy) {
			t.Errorf("Grafana shows %s", policy)
		}
		if !strings.Contains(fmt.Sprint(pb), policy) {
			t.Errorf("Cloud Monitoring does not show %s", policy)
		}
	}
}

// grafanaTargets returns every query of a Grafana dashboard.
func grafanaTargets(t *testing.T, text string) []map[string]any {
	t.Helper()
	var page any
	if err := json.Unmarshal([]byte(text), &page); err != nil {
		t.Fatal(err)
	}
	var found []map[string]any
	var walk func(v any)
	walk = func(v any) {
		switch x := v.(type) {
		case map[string]any:
			if targets, ok := x["targets"].([]any); ok {
				for _, target := range targets {
					found = append(found, target.(map[string]any))
				}
			}
			walk(x["panels"])
		case []any:
			for _, inner := range x {
				walk(inner)
			}
		}
	}
	walk(page)
	return found
}

func grafanaQueries(t *testing.T, text string) []string {
	t.Helper()
	var found []string
	for _, target := range grafanaTargets(t, text) {
		if expr, ok := target["expr"].(string); ok {
			found = append(found, expr)
		}
	}
	return found
}

// monitoringQueries returns every PromQL query of the Cloud Monitoring
// dashboard, wherever in it.
func monitoringQueries(t *testing.T, d dash.Dashboard) []string {
	t.Helper()
	pb, err := d.Proto()
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	var walk func(m protoreflect.Message)
	walk = func(m protoreflect.Message) {
		if q, ok := m.Interface().(*dashboardpb.TimeSeriesQuery); ok && q.GetPrometheusQuery() != "" {
			found = append(found, q.GetPrometheusQuery())
		}
		m.Range(func(field protoreflect.FieldDescriptor, v protoreflect.Value) bool {
			switch {
			case field.IsMap() || field.Message() == nil:
			case field.IsList():
				for i := range v.List().Len() {
					walk(v.List().Get(i).Message())
				}
			default:
				walk(v.Message())
			}
			return true
		})
	}
	walk(proto.Message(pb).ProtoReflect())
	return found
}
