// Package depstmp pins modules while they are being taken into use.
package depstmp

import (
	_ "cloud.google.com/go/monitoring/dashboard/apiv1"
	_ "github.com/grafana/grafana-foundation-sdk/go/bigquery"
	_ "github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	_ "github.com/grafana/grafana-foundation-sdk/go/dashboard"
	_ "github.com/grafana/grafana-foundation-sdk/go/prometheus"
	_ "github.com/grafana/grafana-openapi-client-go/client"
	_ "github.com/prometheus/prometheus/promql"
)
