package slo

import (
	"fmt"
	"slices"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

// The presets.
const (
	// PresetUptime is 99.9 % of requests answered without a 5xx.
	PresetUptime = "uptime"
	// PresetLatencyP99 is 99 % of requests answered within 500 ms.
	PresetLatencyP99 = "latency_p99"
)

// The usual values.
const (
	// DefaultWindowDays is the longest window that the service has.
	DefaultWindowDays = 30
	// DefaultAvailabilityGoal is the share of requests that must not fail.
	DefaultAvailabilityGoal = 0.999
	// DefaultLatencyGoal is the share of requests that must be fast enough.
	DefaultLatencyGoal = 0.99
	// DefaultThresholdMS is how long a fast request may take, in milliseconds.
	DefaultThresholdMS = 500
)

// DefaultAvailability returns requests without a 5xx, with the names of
// prometheus-fastapi-instrumentator.
func DefaultAvailability() Availability {
	usual := alert.DefaultErrorRate()
	return Availability{Metric: usual.Metric, StatusLabel: usual.StatusLabel}
}

// DefaultLatency returns requests within 500 ms, with the names and the buckets
// of prometheus-fastapi-instrumentator.
func DefaultLatency() Latency {
	usual := alert.DefaultLatency()
	return Latency{Metric: usual.Metric, ThresholdMS: DefaultThresholdMS, Buckets: slices.Clone(usual.Buckets)}
}

// DefaultAlerts returns all policies: P1 for fast burns and a metric that is
// gone for 10 minutes, P2 for slow ones.
func DefaultAlerts() Alerts {
	return Alerts{Enabled: true, PagePriority: alert.P1, TicketPriority: alert.P2, AbsenceWindow: alert.DefaultAbsence().Window}
}

// PresetNames returns the names that [Preset] takes.
func PresetNames() []string { return []string{PresetUptime, PresetLatencyP99} }

// Preset returns an SLO with everything that a preset says; who it is for, its
// ids and project, is left empty. It is false for a name that is no preset.
func Preset(name string) (SLO, bool) {
	s := SLO{WindowDays: DefaultWindowDays, Alerts: DefaultAlerts()}
	switch name {
	case PresetUptime:
		availability := DefaultAvailability()
		s.Goal, s.Availability = DefaultAvailabilityGoal, &availability
	case PresetLatencyP99:
		latency := DefaultLatency()
		s.Goal, s.Latency = DefaultLatencyGoal, &latency
	default:
		return SLO{}, false
	}
	s.DisplayName = s.PresetDisplayName(name)
	return s, true
}

// PresetDisplayName returns what people see of an SLO that a preset began,
// which tells the goal and the threshold that it has now: "Uptime 99.9%", "p99
// latency under 500 ms". It is empty for a name that is no preset.
func (s SLO) PresetDisplayName(name string) string {
	switch {
	case name == PresetUptime:
		return fmt.Sprintf("Uptime %.6g%%", s.Goal*100)
	case name == PresetLatencyP99 && s.Latency != nil:
		return fmt.Sprintf("p%.6g latency under %s ms", s.Goal*100, number(s.Latency.ThresholdMS))
	}
	return ""
}
