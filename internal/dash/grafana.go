package dash

import (
	"errors"

	"github.com/cortx-platform/terraform-provider-cortx/internal/problem"
)

// GrafanaOptions is what a Grafana dashboard has besides its description.
type GrafanaOptions struct {
	// UID is the dashboard's unique id in its organisation: letters, digits,
	// hyphens and underscores, at most 40.
	UID string
	// FolderUID is the folder that the dashboard is saved in. It is no part of
	// the JSON.
	FolderUID string
	// DataSourceUID is the Prometheus data source; empty lets people choose one
	// at the top of the page.
	DataSourceUID string
	// BigQueryDataSourceUID is the data source of BigQuery tiles.
	BigQueryDataSourceUID string
	// Project is the Google Cloud project that BigQuery jobs run in; empty
	// leaves it to the data source.
	Project string
	// Refresh is how often the page reloads, such as "1m"; empty for never.
	Refresh string
	// TimeFrom is the start of the time shown, such as "now-6h", which is the
	// default. It ends now.
	TimeFrom string
}

// GrafanaJSON renders the dashboard for Grafana.
func (d Dashboard) GrafanaJSON(opts GrafanaOptions) (string, error) {
	return "", errors.New("not made yet")
}

// GrafanaProblems returns what Grafana can't express, by attribute path.
func GrafanaProblems(d Dashboard, opts GrafanaOptions) []problem.Problem { return nil }

// NormalizeGrafanaJSON returns the one spelling of a Grafana dashboard.
func NormalizeGrafanaJSON(s string) (string, error) { return s, nil }

// EqualGrafanaJSON compares two Grafana dashboards by meaning.
func EqualGrafanaJSON(a, b string) bool { return a == b }
