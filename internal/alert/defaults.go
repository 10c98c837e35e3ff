package alert

import "time"

// DefaultTenantLabel tells tenants apart where nothing else is said: a tenant
// has a Kubernetes namespace of its own.
const DefaultTenantLabel = "namespace"

func defaultScope() Scope { return Scope{TenantLabel: DefaultTenantLabel} }

// DefaultErrorRate returns more than 1 % of 5xx over 5 minutes, with the names of
// prometheus-fastapi-instrumentator.
func DefaultErrorRate() ErrorRate {
	return ErrorRate{
		Scope: defaultScope(), Metric: "http_requests_total", StatusLabel: "status",
		Threshold: 0.01, Window: 5 * time.Minute,
	}
}

// DefaultLatency returns p99 > 1000 ms over 5 minutes, with the names and the
// buckets of prometheus-fastapi-instrumentator: 0.1, 0.5 and 1 second.
func DefaultLatency() Latency {
	return Latency{
		Scope: defaultScope(), Metric: "http_request_duration_seconds",
		Quantile: 0.99, ThresholdMS: 1000, Buckets: []float64{0.1, 0.5, 1},
		Window: 5 * time.Minute,
	}
}

// DefaultDBConnections returns more than 80 % of the pools in use over 5 minutes.
func DefaultDBConnections() DBConnections {
	return DBConnections{
		Scope: defaultScope(), Source: SourcePool,
		Metric: "db_pool_connections", MaxMetric: "db_pool_connections_max",
		Threshold: 0.8, Window: 5 * time.Minute,
	}
}

// DefaultComplianceChecks returns any failed check within 5 minutes.
func DefaultComplianceChecks() ComplianceChecks {
	return ComplianceChecks{
		Scope: defaultScope(), Metric: "compliance_checks_total", ResultLabel: "result",
		FailedValues: []string{"fail", "failed", "failure", "error"},
		Window:       5 * time.Minute,
	}
}

// DefaultPackDuration returns a mean over 30 seconds an execution, over 15 minutes.
func DefaultPackDuration() PackDuration {
	return PackDuration{
		Scope: defaultScope(), Metric: "pack_execution_duration_seconds",
		ThresholdSeconds: 30, Window: 15 * time.Minute,
	}
}

// DefaultAILatency returns p95 > 2500 ms over 5 minutes, with the default
// buckets of Python's prometheus-client.
func DefaultAILatency() AILatency {
	return AILatency{
		Scope: defaultScope(), Metric: "ai_inference_duration_seconds",
		Quantile: 0.95, ThresholdMS: 2500,
		Buckets: []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10},
		Window:  5 * time.Minute,
	}
}

// DefaultAbsence returns no data for 10 minutes; the metric has no default.
func DefaultAbsence() Absence {
	return Absence{Scope: defaultScope(), Window: 10 * time.Minute}
}

// DefaultUptime returns two failing regions, by results of at most 10 minutes
// of age; the check has no default.
func DefaultUptime() Uptime {
	return Uptime{FailedRegions: 2, Window: 10 * time.Minute}
}
