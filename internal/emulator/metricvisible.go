package emulator

import (
	"context"
	"strings"
)

// metricVisible tells whether a metric type exists in a project for its
// alerting policies.
//
// PLACEHOLDER until the metric descriptor kind is in: Google's own metrics
// exist, all others do not.
func (s *Server) metricVisible(_ context.Context, _, metricType string) bool {
	domain, _, _ := strings.Cut(metricType, "/")
	return strings.HasSuffix(domain, ".googleapis.com") && domain != "custom.googleapis.com" &&
		domain != "prometheus.googleapis.com" && domain != "external.googleapis.com"
}
