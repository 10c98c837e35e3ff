package dashboard

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// Two spellings of one dashboard are no difference: the service re-orders and
// fills in, and so does Grafana.
type (
	monitoringJSON struct{}
	grafanaJSON    struct{}
	widgetJSON     struct{}
)

// Same implements tfkit.Meaning.
func (monitoringJSON) Same(a, b string) bool { return dash.EqualMonitoringJSON(a, b) }

// Same implements tfkit.Meaning. Another uid is another dashboard, whatever it
// shows.
func (grafanaJSON) Same(a, b string) bool {
	return dash.EqualGrafanaJSON(a, b) && dash.GrafanaUID(a) == dash.GrafanaUID(b)
}

// Same implements tfkit.Meaning.
func (widgetJSON) Same(a, b string) bool { return dash.EqualWidgetJSON(a, b) }

// Schema implements resource.Resource.
func (r *dashboard) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A dashboard that reads alike in Cloud Monitoring and in Grafana: one typed model, the same PromQL. " +
			"It is a `preset` of the platform, `sections` of one's own, or the `dashboard_json` of Cloud Monitoring. " +
			"Both places are compared by meaning: what the service re-orders or fills in is no difference, and a tile that somebody moved, edited or removed by hand is exactly that difference.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The same as `name`; without Cloud Monitoring `grafana/UID`.",
			},
			"name": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The full name in Cloud Monitoring, `projects/PROJECT/dashboards/ID`; null when that is no target.",
			},
			"project": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "The project id; the provider's project when not set. A change replaces the dashboard.",
			},
			"dashboard_id": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "The last part of `name`: letters, digits, dashes and underscores. A random one is made when not set. A change replaces the dashboard.",
			},
			"display_name": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "The title. With `sections` it is required; a preset has one of its own, and `dashboard_json` holds it.",
			},
			"targets": schema.SetAttribute{
				Optional: true, Computed: true, ElementType: types.StringType,
				MarkdownDescription: "Where the dashboard stands: `cloud_monitoring`, `grafana` or both. Cloud Monitoring when not set, and Grafana too when the provider has a `grafana` block. What a target can't express is an error of the plan.",
			},
			"preset": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "One of the platform's dashboards: `platform_health`, `tenant_usage`, `compliance_audit` or `cost_attribution`. Its sections are shown in the plan.",
			},
			"preset_inputs": tfkit.SingleOf(schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "What a preset needs to know of the environment.",
				Attributes:          presetInputAttributes(),
			}),
			"sections": tfkit.ListOf(schema.ListNestedAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Sections from top to bottom, each with its tiles on a grid of 48 columns.",
				NestedObject:        schema.NestedAttributeObject{Attributes: sectionAttributes()},
			}),
			"variables": tfkit.ListOf(schema.ListNestedAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Values that the reader picks. A query uses one as `namespace=~\"${tenant}\"`.",
				NestedObject:        schema.NestedAttributeObject{Attributes: variableAttributes()},
			}),
			"links": tfkit.ListOf(schema.ListNestedAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Links at the top, such as to a runbook.",
				NestedObject:        schema.NestedAttributeObject{Attributes: linkAttributes()},
			}),
			"dashboard_json": schema.StringAttribute{
				Optional: true, CustomType: tfkit.SpelledType[monitoringJSON]{},
				MarkdownDescription: "A dashboard of the Cloud Monitoring API as JSON, as `google_monitoring_dashboard` takes it, instead of `preset` or `sections`.",
			},
			"grafana": tfkit.SingleOf(schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "What only Grafana needs to know.",
				Attributes:          grafanaAttributes(),
			}),
			"labels": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Labels of the dashboard; tags in Grafana. Labels that others put on it are kept, and are no drift.",
			},
			"effective_labels": schema.MapAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "All labels that this resource keeps on the dashboard: the provider's `default_labels`, `labels`, and its own.",
			},
			"grafana_json": schema.StringAttribute{
				Computed: true, CustomType: tfkit.SpelledType[grafanaJSON]{},
				MarkdownDescription: "The dashboard for Grafana, whether or not that is a target, to be provisioned by other means or imported by hand. Null when `dashboard_json` holds what Grafana can't show.",
			},
			"grafana_uid": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The dashboard's uid in Grafana: `grafana.uid`, or one made from the project and the title.",
			},
			"grafana_url": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Where the dashboard stands in Grafana; null while it doesn't.",
			},
			"unmanaged_json": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The whole dashboard as it stands in Cloud Monitoring, if somebody changed it into what sections can't say, such as another layout. The plan always shows it going away.",
			},
			"emulated": schema.BoolAttribute{
				Computed:            true,
				MarkdownDescription: "Whether this dashboard stands in the emulator.",
			},
			"timeouts": timeouts.Attributes(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true}),
		},
	}
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *dashboard) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = collection.IdentitySchema()
}

func presetInputAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"tenant_label": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The label that names the tenant; `namespace` when not set.",
		},
		"match_labels": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Labels that every series must have.",
		},
		"environment": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "The environment's name, for the title.",
		},
		"billing_export_table": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "For `cost_attribution` in Grafana: the table of the BigQuery billing export, `project.dataset.table`. Its set-up is a step in the console.",
		},
		"alert_policies": schema.ListAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Full names of alert policies whose charts are shown, in Cloud Monitoring.",
		},
		"database_id": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "The Cloud SQL instance as `project:instance`, for its own count of connections.",
		},
		"max_connections": schema.Int64Attribute{
			Optional:            true,
			MarkdownDescription: "The `max_connections` of that instance. There is no metric for it.",
		},
		"records_metric": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "A counter of records that packs processed, for seconds per million records.",
		},
	}
}

var variableAttributes = sync.OnceValue(func() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"name":      schema.StringAttribute{Required: true, MarkdownDescription: "The name that queries use: letters, digits and underscores."},
		"label":     schema.StringAttribute{Optional: true, MarkdownDescription: "What people read; the name when not set."},
		"label_key": schema.StringAttribute{Required: true, MarkdownDescription: "The Prometheus label whose values are offered, such as `namespace`."},
		"metric":    schema.StringAttribute{Optional: true, MarkdownDescription: "The metric whose label values Grafana offers; that of the first query when not set."},
		"default":   schema.StringAttribute{Optional: true, MarkdownDescription: "The value at first; all when not set."},
	}
})

var linkAttributes = sync.OnceValue(func() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"title": schema.StringAttribute{Required: true, MarkdownDescription: "What people read."},
		"url":   schema.StringAttribute{Required: true, MarkdownDescription: "An https URL."},
	}
})

// variablesType and linksType are the types of those attributes.
var (
	variablesType = sync.OnceValue(func() types.ListType { return types.ListType{ElemType: tfkit.ObjectOf(variableAttributes())} })
	linksType     = sync.OnceValue(func() types.ListType { return types.ListType{ElemType: tfkit.ObjectOf(linkAttributes())} })
)

func grafanaAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"uid":                      schema.StringAttribute{Optional: true, MarkdownDescription: "The dashboard's uid, at most 40 letters, digits, dashes and underscores."},
		"folder_uid":               schema.StringAttribute{Optional: true, MarkdownDescription: "The uid of the folder that it lies in."},
		"data_source_uid":          schema.StringAttribute{Optional: true, MarkdownDescription: "The uid of the Prometheus data source. When not set the reader picks one."},
		"bigquery_data_source_uid": schema.StringAttribute{Optional: true, MarkdownDescription: "The uid of the BigQuery data source, for tiles with `bigquery_sql`."},
		"refresh":                  schema.StringAttribute{Optional: true, MarkdownDescription: "How often it refreshes itself, such as `1m`."},
		"time_from":                schema.StringAttribute{Optional: true, MarkdownDescription: "The beginning of the time range at first, such as `now-6h`."},
	}
}
