package dash

import "errors"

// The presets: the platform's four dashboards.
const (
	// PresetPlatformHealth is for whoever is on call.
	PresetPlatformHealth = "platform_health"
	// PresetTenantUsage shows what each tenant uses.
	PresetTenantUsage = "tenant_usage"
	// PresetComplianceAudit is for auditors.
	PresetComplianceAudit = "compliance_audit"
	// PresetCostAttribution is for finance.
	PresetCostAttribution = "cost_attribution"
)

// PresetInputs is what a preset has to know of a platform.
type PresetInputs struct {
	// TenantLabel tells tenants apart; the default is "namespace".
	TenantLabel string
	// MatchLabels are labels that series must have.
	MatchLabels map[string]string
	// Environment names the environment in titles.
	Environment string
	// BillingExportTable is PROJECT.DATASET.TABLE of the billing export in
	// BigQuery; empty for none.
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

// Preset returns a dashboard of the platform.
func Preset(name string, in PresetInputs) (Dashboard, error) {
	return Dashboard{}, errors.New("not made yet")
}
