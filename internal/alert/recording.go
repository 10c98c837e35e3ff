package alert

import "strconv"

// Recording is a rule that keeps what a query yields as a metric of its own.
type Recording struct {
	// Record is the name of the metric: cortx:WHAT:HOW.
	Record string
	// Expr is the query, in PromQL.
	Expr string
}

// Recordings are the rates, latencies and uses of a platform's services by
// tenant, from the same metrics as the signals and the dashboards read. They
// hold no matcher of a cluster: who evaluates them sees one cluster alone.
//
// The quantiles of requests end at the last bucket of the exporter, 1 second by
// default, so cortx:http_request_duration_seconds:slow_ratio5m is there beside
// them: the share of requests over that, which a p99 above 1 s means as more
// than 0.01.
//
// Without traffic there is a rate of 0, and no share, mean or quantile: nothing
// that is recorded is ever NaN, which would go on to spoil every average over
// it. Where there is traffic and no series of a failure yet, the share is 0.
// Pools without a maximum (none exported, 0, -1 or infinite, as libraries say
// it) are no part of the share in use, on either side.
func Recordings() []Recording {
	tenant := Scope{TenantLabel: DefaultTenantLabel, ByTenant: true}
	errors, latency, inference, pack, pool := DefaultErrorRate(), DefaultLatency(), DefaultAILatency(), DefaultPackDuration(), DefaultDBConnections()
	requests := tenant.by("sum", over("rate", errors.Metric, errors.Window))
	status := func(class string) string {
		part := tenant.by("sum", over("rate", tenant.selector(errors.Metric, matches(errors.StatusLabel, class+"..")), errors.Window))
		return share("("+part+" or 0 * "+requests+")", requests)
	}
	quantile := func(q float64, h histogram) string {
		return "histogram_quantile(" + strconv.FormatFloat(q, 'g', -1, 64) + ", " + tenant.by("sum", over("rate", h.metric+"_bucket", h.window), "le") + ") >= 0" // NaN isn't.
	}
	all := []Recording{
		{"cortx:http_requests:rate5m", requests},
		{"cortx:http_requests_4xx:ratio5m", status("4")},
		{"cortx:http_requests_5xx:ratio5m", status("5")},
	}
	for _, q := range []float64{0.5, 0.95, 0.99} {
		all = append(all, Recording{"cortx:http_request_duration_seconds:p" + strconv.Itoa(int(100*q)), quantile(q, latency.histogram())})
	}
	// Used and maximum don't have the same labels, since what is used may be split
	// by state: they meet by the target that exports them.
	limited := pool.MaxMetric + " > 0 < +Inf"
	used := pool.Metric + " and on (" + pool.TenantLabel + ", instance) (" + limited + ")"
	fast := tenant.by("sum", over("rate", tenant.selector(latency.Metric+"_bucket", upperBound(seconds(latency.ThresholdMS))), latency.Window))
	return append(all,
		Recording{"cortx:http_request_duration_seconds:slow_ratio5m", "1 - " + share(fast, tenant.by("sum", over("rate", latency.Metric+"_count", latency.Window)))},
		Recording{"cortx:pack_execution_duration_seconds:mean15m", share(
			tenant.by("sum", over("rate", pack.Metric+"_sum", pack.Window)), tenant.by("sum", over("rate", pack.Metric+"_count", pack.Window)))},
		Recording{"cortx:ai_inference_duration_seconds:p50", quantile(0.5, inference.histogram())},
		Recording{"cortx:ai_inference_duration_seconds:p95", quantile(0.95, inference.histogram())},
		Recording{"cortx:db_pool_connections:ratio", tenant.by("sum", used) + " / " + tenant.by("sum", limited)},
	)
}

// GlobalRecordings are made of metrics that Google's own services write, which
// no cluster's rules see: they keep the labels that say of what.
func GlobalRecordings() []Recording {
	return []Recording{
		{
			"cortx:cloudsql_backends:sum",
			"sum by (project_id, database_id, database) (" + Scope{}.selector(cloudSQLMetric, equal(resourceLabel, cloudSQLResource)) + ")",
		},
	}
}
