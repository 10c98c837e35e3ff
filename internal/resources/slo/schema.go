package slo

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// Schema implements resource.Resource.
func (r *objective) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	all := map[string]schema.Attribute{"timeouts": timeouts.Attributes(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true})}
	for name, attribute := range attributes() {
		all[name] = attribute
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A service-level objective in Cloud Monitoring with the alert policies that guard its error budget: one for each pair of windows of the multi-window burn-rate method, and one for the metric not arriving. " +
			"A create that falls short, such as on a metric that nothing has written yet, keeps what stands, says so in `ready`, `pending` and `last_error`, and the next apply goes on. Put a `postcondition` on `ready` to make that an error of the run.",
		Attributes: all,
	}
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *objective) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"name": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "The full name, projects/PROJECT/services/SERVICE/serviceLevelObjectives/ID.",
		},
	}}
}

// attributes are all but the timeouts. They are made once: every plan and every
// read goes by them, and they are never written to.
var attributes = sync.OnceValue(func() map[string]schema.Attribute {
	made := map[string]schema.Attribute{
		"id":   schema.StringAttribute{Computed: true, MarkdownDescription: "The same as `name`."},
		"name": schema.StringAttribute{Computed: true, MarkdownDescription: "The objective's full name, `projects/PROJECT/services/SERVICE/serviceLevelObjectives/ID`."},
		"project": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The project id; the provider's project when not set. A change replaces the objective.",
		},
		"service_id": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "The id of the Monitoring service: lowercase letters, digits and dashes. The service is made if it isn't there, and goes with its last objective if it was made so. A change replaces the objective.",
		},
		"service_display_name": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "What people read of the service. When not set a new service gets its id, and one that stands keeps its own.",
		},
		"service_name": schema.StringAttribute{Computed: true, MarkdownDescription: "The service's full name."},
		"slo_id": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The id of the objective; made from the preset or the indicator when not set. A change replaces the objective.",
		},
		"display_name": schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "What people read of the objective; made from the preset or the indicator when not set."},
		"preset": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "`uptime` (99.9 % of requests answered without a 5xx) or `latency_p99` (99 % of requests within 500 ms). Whatever else is set wins.",
		},
		"goal": schema.Float64Attribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The share of requests that must be good, such as `0.999`; above 0, at most 0.9999. Required without a preset.",
		},
		"window_days": schema.Int64Attribute{Optional: true, Computed: true, MarkdownDescription: "The rolling window in days, 1 to 30; `30` when not set."},
		"labels": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Labels of the objective and of its policies. Labels that others put on them are kept, and are no drift.",
		},
		"effective_labels": schema.MapAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "All labels that this resource keeps on the objective: the provider's `default_labels`, `labels`, and its own.",
		},
		"alerts": tfkit.SingleOf(schema.SingleNestedAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Who is told when the error budget burns.",
			Attributes:          alertsAttributes(),
		}),
		"burn_rate_windows": tfkit.ListOf(schema.ListNestedAttribute{
			Computed:            true,
			MarkdownDescription: "The pairs of windows that the policies look at, the fastest burn first.",
			NestedObject:        schema.NestedAttributeObject{Attributes: windowAttributes()},
		}),
		"policies": schema.MapAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "The full names of the alert policies, by what they watch: `burn_1h`, `burn_6h`, `burn_1d`, `burn_3d` and `absence`. The keys are those of a window of 30 days, and stay when windows are scaled.",
		},
		"ready": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether everything stands as it should."},
		"pending": schema.ListAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "What is missing or differs: `service`, `objective`, or a key of `policies`.",
		},
		"last_error": schema.StringAttribute{Computed: true, MarkdownDescription: "Why the last apply fell short, in one line; null when it didn't."},
		"emulated":   schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether this objective stands in the emulator."},
	}
	for name, attribute := range indicatorAttributes() {
		made[name] = attribute
	}
	return made
})

func indicatorAttributes() map[string]schema.Attribute {
	text := func(text string) schema.Attribute {
		return schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: text}
	}
	match := schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Labels that series must have."}
	return map[string]schema.Attribute{
		"availability": tfkit.SingleOf(schema.SingleNestedAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Requests that did not fail are good, by a counter of requests with their status.",
			Attributes: map[string]schema.Attribute{
				"match_labels": match,
				"metric":       text("The counter of requests; `http_requests_total` when not set."),
				"status_label": text("The label that holds the status code, as \"500\" or as \"5xx\"; `status` when not set."),
				"include_4xx":  schema.BoolAttribute{Optional: true, Computed: true, MarkdownDescription: "Whether answers 4xx count as failed too; false when not set."},
			},
		}),
		"latency": tfkit.SingleOf(schema.SingleNestedAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Requests that were fast enough are good, by a histogram of durations in seconds.",
			Attributes: map[string]schema.Attribute{
				"match_labels": match,
				"metric":       text("The histogram, without `_bucket`; `http_request_duration_seconds` when not set."),
				"threshold_ms": schema.Float64Attribute{Optional: true, Computed: true, MarkdownDescription: "Milliseconds within which a request is fast enough; `500` when not set. It must be an upper bound of one of the `buckets`."},
				"buckets": schema.ListAttribute{
					Optional: true, Computed: true, ElementType: types.Float64Type,
					MarkdownDescription: "The upper bounds of the histogram's buckets in seconds, without +Inf; those of prometheus-fastapi-instrumentator (0.1, 0.5 and 1) when not set.",
				},
			},
		}),
		"good_total_ratio": tfkit.SingleOf(schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "An indicator in Monitoring filters of one's own: exactly two of good, bad and total, each with the same series as a PromQL selector for the alerts.",
			Attributes: map[string]schema.Attribute{
				"good_service_filter":  schema.StringAttribute{Optional: true, MarkdownDescription: "A Monitoring filter of good requests."},
				"bad_service_filter":   schema.StringAttribute{Optional: true, MarkdownDescription: "A Monitoring filter of bad requests."},
				"total_service_filter": schema.StringAttribute{Optional: true, MarkdownDescription: "A Monitoring filter of all requests."},
				"good_promql":          schema.StringAttribute{Optional: true, MarkdownDescription: "The PromQL selector of good requests."},
				"bad_promql":           schema.StringAttribute{Optional: true, MarkdownDescription: "The PromQL selector of bad requests."},
				"total_promql":         schema.StringAttribute{Optional: true, MarkdownDescription: "The PromQL selector of all requests."},
			},
		}),
		"distribution_cut": tfkit.SingleOf(schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "An indicator in a Monitoring filter of one's own: values of a distribution within a range are good.",
			Attributes: map[string]schema.Attribute{
				"distribution_filter": schema.StringAttribute{Required: true, MarkdownDescription: "A Monitoring filter of the distribution."},
				"min":                 schema.Float64Attribute{Optional: true, Computed: true, MarkdownDescription: "The lower end of the range, in the metric's unit; `0` when not set."},
				"max":                 schema.Float64Attribute{Optional: true, MarkdownDescription: "The upper end of the range; none when not set."},
				"good_promql":         schema.StringAttribute{Required: true, MarkdownDescription: "The PromQL selector of the counter of good values, such as a bucket."},
				"total_promql":        schema.StringAttribute{Required: true, MarkdownDescription: "The PromQL selector of the counter of all values."},
			},
		}),
	}
}

func alertsAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"enabled":         schema.BoolAttribute{Optional: true, Computed: true, MarkdownDescription: "Whether there are alert policies; true when not set."},
		"page_priority":   schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The priority of fast burns and of missing data, `P0` to `P2`; `P1` when not set."},
		"ticket_priority": schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The priority of slow burns; `P2` when not set."},
		"notification_channels": schema.SetAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Names of at most 16 channels, such as `cortx_notification_channel.pagerduty.name`.",
		},
		"runbook": tfkit.SingleOf(schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "What the person who is woken does, in five steps of Markdown; one made from the objective when not set.",
			Attributes:          tfkit.RunbookAttributes(),
		}),
		"suite":          schema.StringAttribute{Optional: true, MarkdownDescription: "The suite that is watched, as the label `suite` of the policies."},
		"absence_window": schema.StringAttribute{Optional: true, Computed: true, CustomType: tfkit.DurationType{}, MarkdownDescription: "For how long the metric must be gone; `10m` when not set, and `0s` for no such policy."},
	}
}

func windowAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"long_window":  schema.StringAttribute{Computed: true, CustomType: tfkit.DurationType{}, MarkdownDescription: "How far back the budget is looked at."},
		"short_window": schema.StringAttribute{Computed: true, CustomType: tfkit.DurationType{}, MarkdownDescription: "How soon the alert resets once the burn is over."},
		"factor":       schema.Float64Attribute{Computed: true, MarkdownDescription: "The burn rate above which the pair fires: 1 spends the whole budget in exactly the objective's window."},
		"budget_share": schema.Float64Attribute{Computed: true, MarkdownDescription: "The part of the budget that is spent in the long window when it fires."},
		"error_ratio":  schema.Float64Attribute{Computed: true, MarkdownDescription: "The share of bad requests that the factor comes to."},
		"page":         schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether somebody is woken; otherwise it is a ticket."},
	}
}
