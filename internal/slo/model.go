package slo

import (
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

// SLO is a service-level objective with all its values resolved. Exactly one
// indicator is set: Availability, Latency, GoodTotalRatio or DistributionCut.
type SLO struct {
	// Project is the id or the number of the project.
	Project string
	// ServiceID is the last part of the Monitoring service's name: lower-case
	// letters, digits and dashes.
	ServiceID string
	// ServiceDisplayName is what people see of the service.
	ServiceDisplayName string
	// SloID is the last part of the objective's name: letters, digits, and any
	// of "-", "_", ":" and ".".
	SloID string
	// DisplayName is what people see of the objective.
	DisplayName string
	// Goal is the share of requests that must be good: above 0, at most 0.9999
	// (google/monitoring/v3/service.proto).
	Goal float64
	// WindowDays is the rolling window: 1 to 30 days (the same).
	WindowDays int64
	// Labels are all user labels to send with the objective and its policies,
	// [OwnLabels] included. The policies get some of their own besides.
	Labels map[string]string

	Availability    *Availability
	Latency         *Latency
	GoodTotalRatio  *GoodTotalRatio
	DistributionCut *DistributionCut

	// Alerts says who is told when the budget burns.
	Alerts Alerts
}

// Availability counts requests by their status: those that didn't fail are good.
type Availability struct {
	// MatchLabels are labels that series must have, by equality.
	MatchLabels map[string]string
	// Metric is a counter of requests.
	Metric string
	// StatusLabel is the label with the status, as "500" or as "5xx".
	StatusLabel string
	// Include4xx counts 4xx as failures too.
	Include4xx bool
}

// Latency counts requests by how long they took: those within the threshold are
// good. A p99 under 500 ms is a goal of 0.99 with a threshold of 500.
type Latency struct {
	// MatchLabels are labels that series must have, by equality.
	MatchLabels map[string]string
	// Metric is a histogram in seconds, without its suffix _bucket.
	Metric string
	// ThresholdMS is in milliseconds and must be one of Buckets.
	ThresholdMS float64
	// Buckets are the upper bounds that the exporter has, in seconds, without +Inf.
	Buckets []float64
}

// GoodTotalRatio is an indicator in Monitoring filters as they are: exactly two
// of good, bad and total, of counters. The alerts need the same two series as
// PromQL selectors, such as http_requests_total{status=~"5.."}; they are summed
// rates of these over each window.
type GoodTotalRatio struct {
	GoodServiceFilter, BadServiceFilter, TotalServiceFilter string
	GoodPromQL, BadPromQL, TotalPromQL                      string
}

// DistributionCut is an indicator in a Monitoring filter as it is: the values of
// a distribution that lie from Min to Max are good. The alerts need the counters
// of good and of all values as PromQL selectors, such as
// latency_seconds_bucket{le="0.5"} and latency_seconds_count.
type DistributionCut struct {
	// DistributionFilter selects the distribution.
	DistributionFilter string
	// Min and Max are in the metric's own unit; Max is 0 for no upper bound.
	Min, Max                float64
	GoodPromQL, TotalPromQL string
}

// Alerts says which policies go with an SLO, and what they do.
type Alerts struct {
	// Enabled says whether there are policies at all.
	Enabled bool
	// PagePriority is that of fast burns and of a metric that is gone.
	PagePriority alert.Priority
	// TicketPriority is that of slow burns.
	TicketPriority alert.Priority
	// NotificationChannels are full names of notification channels, at most 16.
	// An empty element stands for a channel whose name is not known yet.
	NotificationChannels []string
	// Runbook is what to do, nil for [SLO.DefaultRunbook].
	Runbook *alert.Runbook
	// Suite names the part of the platform that is concerned.
	Suite string
	// AbsenceWindow is how long the metric must be gone; 0 for no such policy.
	AbsenceWindow time.Duration
}

// NamedPolicy is one of the policies of an SLO.
type NamedPolicy struct {
	// Key tells the policies of one SLO apart. It does not change with the
	// goal or the window, so that a policy is updated and not made anew.
	Key string
	// Policy is the policy to be, without a name.
	Policy alert.Policy
}

// Name returns the full resource name of the objective.
func (s SLO) Name() string { return s.ServiceName() + "/serviceLevelObjectives/" + s.SloID }

// ServiceName returns the full resource name of the service.
func (s SLO) ServiceName() string { return "projects/" + s.Project + "/services/" + s.ServiceID }

// Indicator returns the attribute name of the indicator that is set, the first
// one when there are several, empty when there is none.
func (s SLO) Indicator() string {
	if names := s.indicators(); len(names) > 0 {
		return names[0]
	}
	return ""
}

func (s SLO) indicators() []string {
	var names []string
	for _, indicator := range []struct {
		set  bool
		name string
	}{
		{s.Availability != nil, "availability"},
		{s.Latency != nil, "latency"},
		{s.GoodTotalRatio != nil, "good_total_ratio"},
		{s.DistributionCut != nil, "distribution_cut"},
	} {
		if indicator.set {
			names = append(names, indicator.name)
		}
	}
	return names
}
