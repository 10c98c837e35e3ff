package alertpolicy

import (
	"maps"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// The attributes of a condition. Their names are the fields of the structs of
// package alert, which the codec of tfkit goes by; a test compares both.

// conditionAttributes are made once: every plan and every read goes by them, and
// they are never written to.
var conditionAttributes = sync.OnceValue(func() map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{
		"name": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "The condition's full name; the service assigns it.",
		},
		"display_name": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The name that people read in incidents; made from the signal when not set.",
		},
		"duration": schema.StringAttribute{
			Optional: true, Computed: true, CustomType: tfkit.DurationType{},
			MarkdownDescription: "For how long the condition must hold before an incident opens; `0s` when not set. With `threshold` and `metric_absence` a multiple of a minute.",
		},
		"evaluation_interval": schema.StringAttribute{
			Optional: true, Computed: true, CustomType: tfkit.DurationType{},
			MarkdownDescription: "How often a PromQL condition is evaluated, a multiple of 30 seconds; `30s` when not set.",
		},
		"disable_metric_validation": schema.BoolAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Whether a PromQL condition may name metrics that nothing has written yet. True when not set for typed signals, so that alerts can stand before the workload; false for `promql`.",
		},
		"query": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "The PromQL expression of the condition, rendered from the signal; null for `threshold`, `metric_absence` and `log_match`.",
		},
	}
	maps.Copy(attributes, signalAttributes())
	return attributes
})

// conditionsType is the type of the attribute conditions.
var conditionsType = sync.OnceValue(func() types.ListType {
	return types.ListType{ElemType: tfkit.ObjectOf(conditionAttributes())}
})

func signalAttributes() map[string]schema.Attribute {
	signal := func(text string, attributes map[string]schema.Attribute) schema.Attribute {
		return tfkit.SingleOf(schema.SingleNestedAttribute{Optional: true, MarkdownDescription: text, Attributes: attributes})
	}
	return map[string]schema.Attribute{
		"error_rate": signal("The share of requests that fail is above `threshold`.", scoped(map[string]schema.Attribute{
			"metric":       metric("http_requests_total", "The counter of requests"),
			"status_label": optionalString("The label that holds the status code, as \"500\" or as \"5xx\"; `status` when not set."),
			"include_4xx":  optionalBool("Whether answers 4xx count as failed too; false when not set."),
			"threshold":    number("The share above which it fires; `0.01` (1 %) when not set."),
			"window":       window("5m"),
		})),
		"latency": signal("A quantile of request latency is above `threshold_ms`, told from the share of requests beyond that bucket, so that it works with the exporter's coarse buckets too.", scoped(map[string]schema.Attribute{
			"metric":       metric("http_request_duration_seconds", "The histogram of request durations, without `_bucket`"),
			"quantile":     number("The quantile, between 0 and 1; `0.99` when not set."),
			"threshold_ms": number("Milliseconds above which it fires; `1000` when not set. It must be an upper bound of one of the `buckets`."),
			"buckets":      buckets("the buckets of prometheus-fastapi-instrumentator: 0.1, 0.5 and 1"),
			"window":       window("5m"),
		})),
		"db_connections": signal("More than `threshold` of the database connections are in use.", scoped(map[string]schema.Attribute{
			"source":          optionalString("`pool` (the service's own pool metrics, the default) or `cloud_sql` (Cloud SQL's `num_backends` over `max_connections`)."),
			"metric":          metric("db_pool_connections", "The gauge of connections in use"),
			"max_metric":      metric("db_pool_connections_max", "The gauge of the pool's size"),
			"database_id":     schema.StringAttribute{Optional: true, MarkdownDescription: "With `cloud_sql`: the instance as `project:instance`; every instance when not set."},
			"max_connections": schema.Int64Attribute{Optional: true, MarkdownDescription: "With `cloud_sql`, and then required: the instance's `max_connections`. There is no metric for it."},
			"threshold":       number("The share above which it fires; `0.8` when not set."),
			"window":          window("5m"),
		})),
		"compliance_checks": signal("More than `threshold` compliance checks failed within `window`. A series born at 1 counts in Prometheus; Google's managed collection sets a counter's first sample to 0, so a service should export its failed series at 0 from its start.", scoped(map[string]schema.Attribute{
			"metric":        metric("compliance_checks_total", "The counter of checks"),
			"result_label":  optionalString("The label that holds the result; `result` when not set."),
			"failed_values": schema.ListAttribute{Optional: true, Computed: true, ElementType: types.StringType, MarkdownDescription: "The results that count as failed; `fail`, `failed`, `failure` and `error` when not set."},
			"threshold":     number("The number of failures above which it fires; `0` when not set."),
			"window":        window("5m"),
		})),
		"pack_duration": signal("Pack executions take longer than `threshold_seconds` on average.", scoped(map[string]schema.Attribute{
			"metric":            metric("pack_execution_duration_seconds", "The histogram or summary of executions; its `_sum` and `_count` are read"),
			"records_metric":    schema.StringAttribute{Optional: true, MarkdownDescription: "A counter of processed records. When set, the threshold is in seconds per million records."},
			"threshold_seconds": number("Seconds above which it fires; `30` when not set."),
			"window":            window("15m"),
		})),
		"ai_latency": signal("A quantile of AI inference latency is above `threshold_ms`.", scoped(map[string]schema.Attribute{
			"metric":       metric("ai_inference_duration_seconds", "The histogram of inference durations, without `_bucket`"),
			"quantile":     number("The quantile, between 0 and 1; `0.95` when not set."),
			"threshold_ms": number("Milliseconds above which it fires; `2500` when not set. It must be an upper bound of one of the `buckets`."),
			"buckets":      buckets("the buckets of the Prometheus client libraries"),
			"window":       window("5m"),
		})),
		"absence": signal("A metric is no longer reported.", scoped(map[string]schema.Attribute{
			"metric": schema.StringAttribute{Required: true, MarkdownDescription: "The metric that must be there."},
			"window": window("10m"),
		})),
		"uptime": signal("An uptime check fails.", map[string]schema.Attribute{
			"check_id":       schema.StringAttribute{Required: true, MarkdownDescription: "The id of the uptime check."},
			"failed_regions": schema.Int64Attribute{Optional: true, Computed: true, MarkdownDescription: "From how many checker regions it must fail; `2` when not set."},
			"window":         window("10m"),
		}),
		"promql": signal("A PromQL expression of your own.", map[string]schema.Attribute{
			"query":      schema.StringAttribute{Required: true, MarkdownDescription: "The expression; every series of its result is an alert. It is parsed at plan."},
			"rule_group": schema.StringAttribute{Optional: true, MarkdownDescription: "The rule group in a Prometheus configuration that this came from."},
			"alert_rule": schema.StringAttribute{Optional: true, MarkdownDescription: "The alerting rule in a Prometheus configuration that this came from."},
			"labels":     schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Labels to add to the result."},
		}),
		"threshold": signal("A metric, selected by a Monitoring filter, compared with a value.", map[string]schema.Attribute{
			"filter":                   schema.StringAttribute{Required: true, MarkdownDescription: "A Monitoring filter with `metric.type` and `resource.type`."},
			"comparison":               schema.StringAttribute{Required: true, MarkdownDescription: "`COMPARISON_GT` or `COMPARISON_LT`."},
			"threshold_value":          schema.Float64Attribute{Required: true, MarkdownDescription: "The value to compare with."},
			"denominator_filter":       schema.StringAttribute{Optional: true, MarkdownDescription: "A Monitoring filter for the denominator of a ratio."},
			"aggregations":             aggregations("How series are aligned and combined, in this order."),
			"denominator_aggregations": aggregations("The same for the denominator."),
			"trigger_count":            schema.Int64Attribute{Optional: true, MarkdownDescription: "How many series must violate the threshold; one when not set."},
			"trigger_percent":          schema.Float64Attribute{Optional: true, MarkdownDescription: "Which percentage of series must violate the threshold."},
			"evaluation_missing_data":  schema.StringAttribute{Optional: true, MarkdownDescription: "`EVALUATION_MISSING_DATA_INACTIVE`, `EVALUATION_MISSING_DATA_ACTIVE` or `EVALUATION_MISSING_DATA_NO_OP`; `duration` must then be at least a minute."},
			"forecast_horizon":         schema.StringAttribute{Optional: true, CustomType: tfkit.DurationType{}, MarkdownDescription: "How far ahead to forecast, from 1 to 60 hours."},
		}),
		"metric_absence": signal("A metric, selected by a Monitoring filter, gets no more points for the condition's `duration`, at least `120s`. For PromQL metrics there is `absence`.", map[string]schema.Attribute{
			"filter":          schema.StringAttribute{Required: true, MarkdownDescription: "A Monitoring filter with `metric.type` and `resource.type`."},
			"aggregations":    aggregations("How series are aligned and combined, in this order."),
			"trigger_count":   schema.Int64Attribute{Optional: true, MarkdownDescription: "How many series must be absent; one when not set."},
			"trigger_percent": schema.Float64Attribute{Optional: true, MarkdownDescription: "Which percentage of series must be absent."},
		}),
		"log_match": signal("A log entry matches. It must be the only condition, and needs `notification_rate_limit`.", map[string]schema.Attribute{
			"filter":           schema.StringAttribute{Required: true, MarkdownDescription: "A Logging query."},
			"label_extractors": schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Labels to take from the entry, each as an `EXTRACT` or `REGEXP_EXTRACT` expression."},
		}),
	}
}

// scoped adds what every typed signal over Prometheus series has.
func scoped(attributes map[string]schema.Attribute) map[string]schema.Attribute {
	attributes["match_labels"] = schema.MapAttribute{
		Optional: true, ElementType: types.StringType,
		MarkdownDescription: "Only series with these label values count, such as `{ job = \"api\" }`.",
	}
	attributes["by_tenant"] = optionalBool("Whether each tenant is watched, and alerted on, by itself; false when not set. One policy grouped by tenant costs less than a policy a tenant.")
	attributes["tenant_label"] = optionalString("The label that names the tenant; `namespace` when not set.")
	return attributes
}

func optionalString(text string) schema.Attribute {
	return schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: text}
}

func optionalBool(text string) schema.Attribute {
	return schema.BoolAttribute{Optional: true, Computed: true, MarkdownDescription: text}
}

func number(text string) schema.Attribute {
	return schema.Float64Attribute{Optional: true, Computed: true, MarkdownDescription: text}
}

func metric(name, text string) schema.Attribute {
	return optionalString(text + "; `" + name + "` when not set.")
}

func window(standard string) schema.Attribute {
	return schema.StringAttribute{
		Optional: true, Computed: true, CustomType: tfkit.DurationType{},
		MarkdownDescription: "Over how long it is measured; `" + standard + "` when not set.",
	}
}

func buckets(standard string) schema.Attribute {
	return schema.ListAttribute{
		Optional: true, Computed: true, ElementType: types.Float64Type,
		MarkdownDescription: "The upper bounds of the histogram's buckets in seconds, without +Inf; " + standard + " when not set.",
	}
}

func aggregations(text string) schema.Attribute {
	return tfkit.ListOf(schema.ListNestedAttribute{
		Optional:            true,
		MarkdownDescription: text,
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"alignment_period":     schema.StringAttribute{Optional: true, CustomType: tfkit.DurationType{}, MarkdownDescription: "The length of a point, at least `60s`."},
			"per_series_aligner":   schema.StringAttribute{Optional: true, MarkdownDescription: "How points of one series become one, such as `ALIGN_RATE`."},
			"cross_series_reducer": schema.StringAttribute{Optional: true, MarkdownDescription: "How series become one, such as `REDUCE_SUM`."},
			"group_by_fields":      schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Fields that are kept apart when series become one."},
		}},
	})
}
