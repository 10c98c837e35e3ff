package alert

import "strings"

// typed is a signal that is rendered as PromQL.
type typed interface {
	// query is the signal as PromQL.
	query() string
	// title is a display name for it.
	title() string
	// validate reports what is wrong with it.
	validate(v *problems, at path)
}

// named is a signal with its attribute name; signal is nil for the raw ones.
type named struct {
	name   string
	signal typed
}

// signals returns the signals that are set, in the order of the attributes.
func (c Condition) signals() []named {
	var set []named
	add := func(ok bool, name string, signal func() typed) {
		if ok {
			set = append(set, named{name, signal()})
		}
	}
	raw := func() typed { return nil }
	add(c.ErrorRate != nil, "error_rate", func() typed { return *c.ErrorRate })
	add(c.Latency != nil, "latency", func() typed { return *c.Latency })
	add(c.DBConnections != nil, "db_connections", func() typed { return *c.DBConnections })
	add(c.ComplianceChecks != nil, "compliance_checks", func() typed { return *c.ComplianceChecks })
	add(c.PackDuration != nil, "pack_duration", func() typed { return *c.PackDuration })
	add(c.AILatency != nil, "ai_latency", func() typed { return *c.AILatency })
	add(c.Absence != nil, "absence", func() typed { return *c.Absence })
	add(c.Uptime != nil, "uptime", func() typed { return *c.Uptime })
	add(c.PromQL != nil, "promql", raw)
	add(c.Threshold != nil, "threshold", raw)
	add(c.MetricAbsence != nil, "metric_absence", raw)
	add(c.LogMatch != nil, "log_match", raw)
	return set
}

// Signal returns the attribute name of the signal that is set, such as
// "error_rate"; the first one when there are several, empty when there is none.
func (c Condition) Signal() string {
	if set := c.signals(); len(set) > 0 {
		return set[0].name
	}
	return ""
}

// Query returns the PromQL that the service evaluates; false for the signals
// that are none: threshold, metric_absence and log_match.
func (c Condition) Query() (string, bool) {
	set := c.signals()
	switch {
	case len(set) == 0:
		return "", false
	case set[0].signal != nil:
		return set[0].signal.query(), true
	case c.PromQL != nil:
		return c.PromQL.Query, true
	default:
		return "", false
	}
}

// AsPromQL returns c with a typed signal turned into the raw query that it
// renders to. [FromProto] can't tell a raw query from a typed signal that
// renders to the same; whoever knows that a raw one was asked for restores it so.
func (c Condition) AsPromQL() Condition {
	query, ok := c.Query()
	if !ok || c.PromQL != nil {
		return c
	}
	return Condition{
		Name: c.Name, DisplayName: c.DisplayName, Duration: c.Duration, EvaluationInterval: c.EvaluationInterval,
		DisableMetricValidation: c.DisableMetricValidation, PromQL: &PromQL{Query: query},
	}
}

// DefaultDisplayName returns a name that says what the condition tests, such as
// "Error rate above 1% over 5m by namespace".
func (c Condition) DefaultDisplayName() string {
	set := c.signals()
	switch {
	case len(set) == 0:
		return "Condition"
	case set[0].signal != nil:
		title := set[0].signal.title()
		if scope := c.scope(); scope != nil && scope.ByTenant {
			title += " by " + scope.TenantLabel
		}
		return title
	case c.PromQL != nil && c.PromQL.AlertRule != "":
		return strings.TrimPrefix(c.PromQL.RuleGroup+"/"+c.PromQL.AlertRule, "/")
	case c.PromQL != nil:
		return "PromQL query has a result"
	case c.Threshold != nil && c.Threshold.Comparison == "COMPARISON_LT":
		return "Metric below " + promNumber(c.Threshold.ThresholdValue)
	case c.Threshold != nil:
		return "Metric above " + promNumber(c.Threshold.ThresholdValue)
	case c.MetricAbsence != nil:
		return "Metric is absent"
	default:
		return "Log entry matches"
	}
}

// scope returns the scope of the typed signal that is set, nil for one without.
func (c Condition) scope() *Scope {
	switch {
	case c.ErrorRate != nil:
		return &c.ErrorRate.Scope
	case c.Latency != nil:
		return &c.Latency.Scope
	case c.DBConnections != nil:
		return &c.DBConnections.Scope
	case c.ComplianceChecks != nil:
		return &c.ComplianceChecks.Scope
	case c.PackDuration != nil:
		return &c.PackDuration.Scope
	case c.AILatency != nil:
		return &c.AILatency.Scope
	case c.Absence != nil:
		return &c.Absence.Scope
	default:
		return nil
	}
}
