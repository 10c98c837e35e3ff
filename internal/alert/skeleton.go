package alert

import "cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"

// Signal returns the attribute name of the signal that is set.
func (c Condition) Signal() string { return "" }

// DefaultDisplayName returns a name made from the signal.
func (c Condition) DefaultDisplayName() string { return "" }

// Query returns the PromQL of the condition; false for threshold and log_match.
func (c Condition) Query() (string, bool) { return "", false }

// Proto returns the policy as the service takes it.
func (p Policy) Proto() (*monitoringpb.AlertPolicy, error) { return &monitoringpb.AlertPolicy{}, nil }

// FromProto recovers a policy.
func FromProto(*monitoringpb.AlertPolicy) Policy { return Policy{} }

// Content returns the documentation as sent.
func (p Policy) Content() string { return "" }

// OwnLabels returns the labels that the policy carries.
func OwnLabels(p Policy) map[string]string { return nil }

// Validate returns all problems.
func (p Policy) Validate() []Problem { return nil }

// ValidatePromQL parses expr.
func ValidatePromQL(expr string) error { return nil }

// ValidateMonitoringFilter parses f.
func ValidateMonitoringFilter(f string) error { return nil }

// ValidateLogFilter parses f.
func ValidateLogFilter(f string) error { return nil }
