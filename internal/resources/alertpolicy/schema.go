package alertpolicy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// Schema implements resource.Resource.
func (r *alertPolicy) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A Cloud Monitoring alert policy from typed signals, with the platform's thresholds as defaults. " +
			"A priority sets severity, reminders, auto-close and the service-level agreement; a runbook goes into every notification.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The same as `name`.",
			},
			"name": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The full name, `projects/PROJECT/alertPolicies/ID`. The service assigns the id.",
			},
			"project": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "The project id; the provider's project when not set. A change replaces the policy.",
			},
			"display_name": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The name that people read in notifications and on dashboards; at most 512 characters.",
			},
			"enabled": schema.BoolAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Whether incidents are opened; true when not set.",
			},
			"priority": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "`P0` (platform down), `P1` (suite degraded) or `P2` (feature). It sets `severity`, `renotify_interval`, `auto_close` and the service-level agreement in labels and documentation; " +
					"P0 and P1 need a `runbook`.",
			},
			"suite": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The suite that this policy watches, as the label `suite`. A P1 policy should name it.",
			},
			"severity": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "`CRITICAL`, `ERROR` or `WARNING`. By priority when not set: P0 CRITICAL, P1 ERROR, P2 WARNING.",
			},
			"combiner": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "How conditions combine: `OR` (the default), `AND` or `AND_WITH_MATCHING_RESOURCE`.",
			},
			"conditions": tfkit.ListOf(schema.ListNestedAttribute{
				Required:            true,
				MarkdownDescription: "One to six conditions, each with exactly one signal.",
				NestedObject:        schema.NestedAttributeObject{Attributes: conditionAttributes()},
			}),
			"notification_channels": schema.SetAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Names of at most 16 channels, such as `cortx_notification_channel.pagerduty.name`.",
			},
			"runbook": tfkit.SingleOf(schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "What the person who is woken does, in five steps of Markdown. It is sent with every notification.",
				Attributes:          tfkit.RunbookAttributes(),
			}),
			"documentation": tfkit.SingleOf(schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "Further documentation for notifications, before the runbook.",
				Attributes:          documentationAttributes(),
			}),
			"auto_close": schema.StringAttribute{
				Optional: true, Computed: true, CustomType: tfkit.DurationType{},
				MarkdownDescription: "After how long without data an open incident closes itself, from 30 minutes to 7 days. By priority when not set: P0 168h, P1 72h, P2 24h.",
			},
			"renotify_interval": schema.StringAttribute{
				Optional: true, Computed: true, CustomType: tfkit.DurationType{},
				MarkdownDescription: "How often an open incident reminds the channels, from 30 minutes to 24 hours. By priority when not set: P0 30m, P1 1h, P2 4h. With `log_match` there are no reminders.",
			},
			"notification_rate_limit": schema.StringAttribute{
				Optional: true, CustomType: tfkit.DurationType{},
				MarkdownDescription: "At most one notification in this time. The service takes it for `log_match` conditions only, and needs it there.",
			},
			"notification_prompts": schema.ListAttribute{
				Optional: true, Computed: true, ElementType: types.StringType,
				MarkdownDescription: "When to notify: `OPENED`, or `OPENED` and `CLOSED`, which is the default. With `log_match` only `OPENED`.",
			},
			"labels": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Labels of this policy. Labels that others put on it are kept, and are no drift.",
			},
			"effective_labels": schema.MapAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "All labels that this resource keeps on the policy: the provider's `default_labels`, `labels`, and its own (`managed_by`, `cortx_priority`, `cortx_sla_response`, `cortx_sla_resolution`, `suite`).",
			},
			"sla": tfkit.SingleOf(schema.SingleNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The service-level agreement of the priority.",
				Attributes: map[string]schema.Attribute{
					"response":   schema.StringAttribute{Computed: true, MarkdownDescription: "How soon somebody responds."},
					"resolution": schema.StringAttribute{Computed: true, MarkdownDescription: "How soon the incident is resolved."},
				},
			}),
			"rendered_documentation": schema.StringAttribute{
				Computed: true, CustomType: tfkit.TextType{},
				MarkdownDescription: "The Markdown that is sent with notifications.",
			},
			"emulated": schema.BoolAttribute{
				Computed:            true,
				MarkdownDescription: "Whether this policy stands in the emulator.",
			},
			"timeouts": timeouts.Attributes(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true}),
		},
	}
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *alertPolicy) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = collection.IdentitySchema()
}

func documentationAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"content": schema.StringAttribute{
			Optional: true, CustomType: tfkit.TextType{},
			MarkdownDescription: "Markdown. Together with the runbook at most 8,192 characters.",
		},
		"subject": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "The subject line of notifications.",
		},
		"links": tfkit.LinksAttribute(),
	}
}
