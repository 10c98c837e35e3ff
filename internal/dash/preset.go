package dash

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

// The presets: the platform's four dashboards.
const (
	// PresetPlatformHealth is for whoever is on call: the objectives first, then
	// requests, latency, Packs, AI and the database.
	PresetPlatformHealth = "platform_health"
	// PresetTenantUsage shows what each tenant uses, side by side.
	PresetTenantUsage = "tenant_usage"
	// PresetComplianceAudit shows auditors what was checked, and what failed.
	PresetComplianceAudit = "compliance_audit"
	// PresetCostAttribution shows finance what drives the bill, and in Grafana
	// the bill itself from its export to BigQuery.
	PresetCostAttribution = "cost_attribution"
)

// AccuracyMetric is the gauge that presets read the accuracy of AI predictions
// from: a ratio from 0 to 1. No exporter has one by itself, so a service has to
// set it from its own evaluation, under this name.
const AccuracyMetric = "ai_prediction_accuracy_ratio"

// The platform's objectives, as the presets colour them.
const (
	objectiveLatency      = 0.5   // p99 of requests, in seconds
	objectiveErrorRate    = 0.01  // share of requests that end in 5xx
	objectiveAvailability = 0.999 // share of requests that do not
	objectiveAccuracy     = 0.95  // share of right predictions
	objectivePack         = 30.0  // seconds a million records
	objectiveAILatency    = 2.5   // p95 of inferences, in seconds
	objectivePool         = 0.8   // share of database connections in use
)

// PresetInputs is what a preset has to know of a platform.
type PresetInputs struct {
	// TenantLabel tells tenants apart; the default is "namespace".
	TenantLabel string
	// MatchLabels are labels that series must have. Google's own metrics have
	// other labels: of these, cluster, location, namespace and project_id are
	// carried over to them.
	MatchLabels map[string]string
	// Environment names the environment in titles.
	Environment string
	// BillingExportTable is PROJECT.DATASET.TABLE of the billing export in
	// BigQuery; empty for none. Costs by namespace need the export of detailed
	// usage and GKE's cost allocation.
	BillingExportTable string
	// AlertPolicies are full names of alert policies to show.
	AlertPolicies []string
	// DatabaseID is PROJECT:INSTANCE of a Cloud SQL instance; empty for none.
	DatabaseID string
	// MaxConnections is how many connections the instance takes; 0 for unknown.
	MaxConnections int64
	// RecordsMetric is a counter of the records that Packs go through; empty
	// shows their time an execution instead of a million records.
	RecordsMetric string
}

// PresetNames returns the presets.
func PresetNames() []string {
	return []string{PresetPlatformHealth, PresetTenantUsage, PresetComplianceAudit, PresetCostAttribution}
}

var (
	labelName    = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
	metricName   = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*$`)
	billingTable = regexp.MustCompile(`^[a-z][a-z0-9.:-]*\.[A-Za-z0-9_]+\.[A-Za-z0-9_-]+$`)
	databaseName = regexp.MustCompile(`^[a-z0-9.:-]+:[a-z][a-z0-9-]*$`)
	policyName   = regexp.MustCompile(`^projects/[^/\s]+/alertPolicies/[^/\s]+$`)
)

// Preset returns a dashboard of the platform, with the metrics that the alert
// signals have by default. The error says which input can't be used.
func Preset(name string, in PresetInputs) (Dashboard, error) {
	in.TenantLabel = orDefault(in.TenantLabel, alert.DefaultTenantLabel)
	if err := in.check(); err != nil {
		return Dashboard{}, err
	}
	p := preset{in: in}
	var d Dashboard
	switch name {
	case PresetPlatformHealth:
		d = p.platformHealth()
	case PresetTenantUsage:
		d = p.tenantUsage()
	case PresetComplianceAudit:
		d = p.complianceAudit()
	case PresetCostAttribution:
		d = p.costAttribution()
	default:
		return Dashboard{}, fmt.Errorf("there is no preset %q: use one of %s", name, strings.Join(PresetNames(), ", "))
	}
	if in.Environment != "" {
		d.DisplayName += " (" + in.Environment + ")"
	}
	return d.WithDefaults(), nil
}

func (in PresetInputs) check() error {
	if !labelName.MatchString(in.TenantLabel) {
		return fmt.Errorf("tenant_label %q is no Prometheus label: use letters, digits and underscores", in.TenantLabel)
	}
	for key := range in.MatchLabels {
		if !labelName.MatchString(key) {
			return fmt.Errorf("match_labels has %q, which is no Prometheus label: use letters, digits and underscores", key)
		}
	}
	if in.RecordsMetric != "" && !metricName.MatchString(in.RecordsMetric) {
		return fmt.Errorf("records_metric %q is no Prometheus metric: use letters, digits, underscores and colons", in.RecordsMetric)
	}
	if in.BillingExportTable != "" && !billingTable.MatchString(in.BillingExportTable) {
		return fmt.Errorf("billing_export_table %q is no table of BigQuery: write PROJECT.DATASET.TABLE", in.BillingExportTable)
	}
	if in.DatabaseID != "" && !databaseName.MatchString(in.DatabaseID) {
		return fmt.Errorf("database_id %q is no Cloud SQL instance: write PROJECT:INSTANCE", in.DatabaseID)
	}
	if in.MaxConnections < 0 {
		return fmt.Errorf("max_connections is %d: set it to the instance's max_connections flag, or leave it out", in.MaxConnections)
	}
	for _, policy := range in.AlertPolicies {
		if !policyName.MatchString(policy) {
			return fmt.Errorf("alert_policies has %q: write projects/PROJECT/alertPolicies/ID", policy)
		}
	}
	return nil
}

// objective colours a value that misses an objective red, and one that is close
// to it yellow.
func objective(limit, near float64, direction, label string) []Threshold {
	return []Threshold{
		{Value: near, Color: ColorYellow, Direction: direction},
		{Value: limit, Color: ColorRed, Direction: direction, Label: label},
	}
}

// limit is the line of an objective on a chart.
func limit(value float64, label string) []Threshold {
	return []Threshold{{Value: value, Color: ColorRed, Label: label}}
}

func card(title, query, unit string, thresholds []Threshold) Tile {
	return Tile{Title: title, Scorecard: &Scorecard{Query: Query{PromQL: query}, Unit: unit, Thresholds: thresholds, Spark: SparkLine}}
}

func chart(title, unit string, queries ...Query) Tile {
	return Tile{Title: title, TimeSeries: &TimeSeries{Queries: queries, Unit: unit}}
}

func stacked(title, unit string, queries ...Query) Tile {
	return Tile{Title: title, TimeSeries: &TimeSeries{Queries: queries, Unit: unit, Style: StyleArea}}
}

// bars draws counts.
func bars(title string, queries ...Query) Tile {
	return Tile{Title: title, TimeSeries: &TimeSeries{Queries: queries, Unit: "short", Style: StyleBar}}
}

// against adds the line of an objective to a chart.
func (t Tile) against(thresholds []Threshold) Tile {
	t.TimeSeries.Thresholds = thresholds
	return t
}

// sized sets the size of a tile, in columns and rows of 48.
func (t Tile) sized(width, height int64) Tile {
	t.Width, t.Height = width, height
	return t
}

func note(lines ...string) Tile {
	return Tile{Text: &Text{Content: strings.Join(lines, "\n")}}.sized(Columns, 8)
}
