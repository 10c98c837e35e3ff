package alert

import "time"

// Policy is an alert policy with all its values resolved.
type Policy struct {
	// Name is the full resource name that the service assigned, empty before
	// creation: projects/PROJECT/alertPolicies/ID.
	Name string
	// DisplayName is what people see; at most 512 characters.
	DisplayName string
	// Enabled says whether incidents are opened at all.
	Enabled bool
	// Priority is P0, P1, P2 or empty. It travels in the label cortx_priority.
	Priority Priority
	// Suite names the part of the platform that is concerned. It travels in the
	// label suite, so it takes a label's characters only.
	Suite string
	// Severity is CRITICAL, ERROR, WARNING or empty.
	Severity string
	// Combiner is OR, AND or AND_WITH_MATCHING_RESOURCE; empty is sent as OR.
	Combiner string
	// Conditions are one to six tests.
	Conditions []Condition
	// Channels are full names of notification channels, at most 16. An empty
	// element stands for a channel whose name is not known yet.
	Channels []string
	// Runbook is rendered into the documentation, nil for none.
	Runbook *Runbook
	// Documentation is free text before the runbook, and a subject line; nil
	// for none.
	Documentation *Documentation
	// AutoClose is how long a policy without data keeps its incidents open:
	// 30 minutes to 7 days, 0 for the service's own default.
	AutoClose time.Duration
	// Renotify is how often open incidents are told again: 30 minutes to 24
	// hours, 0 for never, [MixedRenotify] when the service has a strategy that
	// this package would not write. It is sent for all channels alike, and not
	// at all when there is no channel.
	Renotify time.Duration
	// RateLimit is the least time between two notifications of a log_match
	// policy. The service takes it there only, and demands it there.
	RateLimit time.Duration
	// Prompts is OPENED, or OPENED and CLOSED; empty for the service's default.
	Prompts []string
	// Labels are all user labels to send, [OwnLabels] included.
	Labels map[string]string
}

// MixedRenotify is the renotify interval of a policy whose channels are not all
// told again at one interval. It is below the least that the service takes, so no
// configuration can ask for it, and it always shows as drift; a negative one
// would be no duration to Terraform.
const MixedRenotify = time.Second

// Condition is one test of a policy. Exactly one of the signals is set.
type Condition struct {
	// Name is the full resource name that the service assigned.
	Name string
	// DisplayName is what people see; empty is sent as [Condition.DefaultDisplayName].
	DisplayName string
	// Duration is for how long the test must hold before an incident opens.
	Duration time.Duration
	// EvaluationInterval is how often a query runs, a multiple of 30 seconds;
	// 0 for the service's default of 30 seconds. Conditions that are queries only.
	EvaluationInterval time.Duration
	// DisableMetricValidation lets a query name a metric that does not exist
	// yet. Conditions that are queries only.
	DisableMetricValidation bool

	ErrorRate        *ErrorRate
	Latency          *Latency
	DBConnections    *DBConnections
	ComplianceChecks *ComplianceChecks
	PackDuration     *PackDuration
	AILatency        *AILatency
	Absence          *Absence
	Uptime           *Uptime
	PromQL           *PromQL
	Threshold        *Threshold
	MetricAbsence    *MetricAbsence
	LogMatch         *LogMatch
}

// Scope narrows a typed signal to some series and splits it by tenant.
type Scope struct {
	// MatchLabels are labels that series must have, by equality.
	MatchLabels map[string]string
	// ByTenant evaluates the signal once a tenant instead of over all of them.
	ByTenant bool
	// TenantLabel is the label that tells tenants apart, with ByTenant only.
	TenantLabel string
}

// ErrorRate is the share of requests that failed.
type ErrorRate struct {
	Scope

	// Metric is a counter of requests.
	Metric string
	// StatusLabel is the label with the status, as "500" or as "5xx".
	StatusLabel string
	// Include4xx counts 4xx as failures too.
	Include4xx bool
	// Threshold is the share above which the signal fires, between 0 and 1.
	Threshold float64
	// Window is the time over which the share is taken.
	Window time.Duration
}

// Latency is a quantile of request durations, read off the histogram bucket at
// the threshold: p99 > 1000 ms is the same as more than 1 % of requests over the
// bucket le="1". An interpolated quantile would never exceed the last bucket.
type Latency struct {
	Scope

	// Metric is a histogram in seconds, without its suffix _bucket.
	Metric string
	// Quantile lies between 0 and 1.
	Quantile float64
	// ThresholdMS is in milliseconds and must be one of Buckets.
	ThresholdMS float64
	// Buckets are the upper bounds that the exporter has, in seconds, without +Inf.
	Buckets []float64
	// Window is the time over which the quantile is taken.
	Window time.Duration
}

// Sources of [DBConnections].
const (
	// SourcePool reads the connection pools of the services.
	SourcePool = "pool"
	// SourceCloudSQL reads Cloud SQL's own count of backends.
	SourceCloudSQL = "cloud_sql"
)

// DBConnections is the share of database connections in use.
type DBConnections struct {
	Scope

	// Source is [SourcePool] or [SourceCloudSQL].
	Source string
	// Metric is a gauge of connections in use, with SourcePool.
	Metric string
	// MaxMetric is a gauge of connections that there can be, with SourcePool.
	MaxMetric string
	// DatabaseID is PROJECT:INSTANCE, with SourceCloudSQL; empty for every
	// instance, each on its own.
	DatabaseID string
	// MaxConnections is what the instances are set to, with SourceCloudSQL:
	// Cloud Monitoring has no metric for it.
	MaxConnections int64
	// Threshold is the share above which the signal fires, between 0 and 1.
	Threshold float64
	// Window is the time over which usage is averaged.
	Window time.Duration
}

// ComplianceChecks counts failed compliance checks, the first one of a series
// included: a counter that is born at 1 shows no increase.
type ComplianceChecks struct {
	Scope

	// Metric is a counter of checks.
	Metric string
	// ResultLabel is the label with the result of a check.
	ResultLabel string
	// FailedValues are the results that count as failed.
	FailedValues []string
	// Threshold is the number of failures above which the signal fires.
	Threshold float64
	// Window is the time over which failures are counted.
	Window time.Duration
}

// PackDuration is the mean time that Packs take. A mean and no quantile, since
// the default buckets end at 10 seconds, well under the threshold.
type PackDuration struct {
	Scope

	// Metric is a histogram or summary in seconds, without its suffix.
	Metric string
	// RecordsMetric is a counter of records; when it is set the signal is
	// seconds per million records, otherwise seconds an execution.
	RecordsMetric string
	// ThresholdSeconds is in seconds.
	ThresholdSeconds float64
	// Window is the time over which the mean is taken.
	Window time.Duration
}

// AILatency is a quantile of inference durations, as [Latency] is of requests.
type AILatency struct {
	Scope

	// Metric is a histogram in seconds, without its suffix _bucket.
	Metric string
	// Quantile lies between 0 and 1.
	Quantile float64
	// ThresholdMS is in milliseconds and must be one of Buckets.
	ThresholdMS float64
	// Buckets are the upper bounds that the exporter has, in seconds, without +Inf.
	Buckets []float64
	// Window is the time over which the quantile is taken.
	Window time.Duration
}

// Absence fires when a metric stops arriving. By tenant, it fires for a tenant
// that had data within the last hour and has none within the window.
type Absence struct {
	Scope

	// Metric is the metric that ought to be there.
	Metric string
	// Window is for how long it must have been gone.
	Window time.Duration
}

// Uptime fires when an uptime check fails from several regions.
type Uptime struct {
	// CheckID is the last part of the uptime check's resource name.
	CheckID string
	// FailedRegions is the number of failing checker regions at which the
	// signal fires.
	FailedRegions int64
	// Window is how old the last result of a region may be to count.
	Window time.Duration
}

// PromQL is a query as it is, with what a Prometheus rule carries besides.
type PromQL struct {
	Query, RuleGroup, AlertRule string
	// Labels are added to the result of the query.
	Labels map[string]string
}

// Threshold compares time series that a Monitoring filter selects with a value.
type Threshold struct {
	Filter string
	// Comparison is COMPARISON_GT or COMPARISON_LT.
	Comparison              string
	ThresholdValue          float64
	DenominatorFilter       string
	Aggregations            []Aggregation
	DenominatorAggregations []Aggregation
	// TriggerCount is how many series must fail, TriggerPercent which share of
	// them in percent; one of the two, or neither for any one series.
	TriggerCount   int64
	TriggerPercent float64
	// EvaluationMissingData is EVALUATION_MISSING_DATA_INACTIVE, _ACTIVE, _NO_OP
	// or empty.
	EvaluationMissingData string
	// ForecastHorizon is 1 to 60 hours, or 0 for no forecast.
	ForecastHorizon time.Duration
}

// MetricAbsence fires when time series that a Monitoring filter selects get no
// more points; [Absence] is the same for PromQL.
type MetricAbsence struct {
	Filter       string
	Aggregations []Aggregation
	// TriggerCount and TriggerPercent are as those of [Threshold].
	TriggerCount   int64
	TriggerPercent float64
}

// Aggregation is how points are aligned and series combined, in Monitoring's words.
type Aggregation struct {
	AlignmentPeriod    time.Duration
	PerSeriesAligner   string
	CrossSeriesReducer string
	GroupByFields      []string
}

// LogMatch fires on every log entry that a filter matches.
type LogMatch struct {
	Filter string
	// LabelExtractors maps a label to the expression that extracts it.
	LabelExtractors map[string]string
}

// Runbook is what to do, in the five steps of the platform's incident process.
type Runbook struct {
	Detection, Triage, Mitigation, Resolution, PostMortem string
	// Links are sent as the documentation's links; at most three.
	Links []Link
}

// Link is a named page.
type Link struct{ DisplayName, URL string }

// Documentation is free text that notifications carry.
type Documentation struct {
	// Content is Markdown.
	Content string
	// Subject is the subject line of notifications.
	Subject string
	// Links are at most three, and none beside a runbook, which has its own.
	Links []Link
}
