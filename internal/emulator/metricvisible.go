package emulator

import (
	"context"
	"strings"
)

// metricVisible tells whether an alerting policy of a project finds a metric
// type: Google's own are there from the start, a user's when its descriptor has
// come through.
func (s *Server) metricVisible(_ context.Context, project, metricType string) bool {
	if s.isGoogleMetric(metricType) {
		return true
	}
	u, _, ok, err := s.userMetricOf("projects/"+strings.TrimPrefix(project, "projects/"), metricType)
	return err == nil && ok && s.visibleAfter(u, alertMetricDelay)
}

func (s *Server) isGoogleMetric(metricType string) bool {
	for _, g := range googleMetrics() {
		if g.typ == metricType {
			return true
		}
	}
	return false
}

// promQLMetricVisible is metricVisible for a metric by its name in PromQL. Such
// a name stands for prometheus.googleapis.com/NAME/KIND of any kind, a
// histogram's _bucket, _sum and _count for the metric without that ending, and
// DOMAIN:PATH with underscores for any other metric type
// (https://cloud.google.com/monitoring/promql/promql-mapping).
func (s *Server) promQLMetricVisible(ctx context.Context, project, name string) bool {
	for _, g := range googleMetrics() {
		if inPromQL(g.typ, name) {
			return true
		}
	}
	for _, e := range s.store.List(kindMetricDescriptor, "projects/"+strings.TrimPrefix(project, "projects/")) {
		_, metricType, _ := strings.Cut(e.Name, "/metricDescriptors/")
		if inPromQL(metricType, name) && s.metricVisible(ctx, project, metricType) {
			return true
		}
	}
	return false
}

// inPromQL tells whether name is what PromQL calls a metric type.
func inPromQL(metricType, name string) bool {
	if rest, ok := strings.CutPrefix(metricType, prometheusDomain); ok {
		have, kind, _ := strings.Cut(rest, "/")
		if have == name {
			return true
		}
		if kind != "histogram" && kind != "summary" {
			return false
		}
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			if have+suffix == name {
				return true
			}
		}
		return false
	}
	plain := promQLName(metricType)
	for _, suffix := range []string{"", "_bucket", "_sum", "_count"} {
		if plain+suffix == name {
			return true
		}
	}
	return false
}

// promQLName maps a metric type: the first slash becomes a colon, every other
// character that PromQL does not take an underscore.
func promQLName(metricType string) string {
	domain, path, _ := strings.Cut(metricType, "/")
	return underscored(domain) + ":" + underscored(path)
}

func underscored(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, text)
}
