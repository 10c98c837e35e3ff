package environment

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// schemaVersion is raised when a released schema changes its form; an upgrader
// for each older version stands in upgrade.go.
const schemaVersion = 0

// Schema implements resource.Resource.
func (r *environment) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	all := map[string]schema.Attribute{"timeouts": timeouts.Attributes(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true})}
	for name, attribute := range attributes() {
		all[name] = attribute
	}
	resp.Schema = schema.Schema{
		Version: schemaVersion,
		MarkdownDescription: "One tier of the platform in one existing project and region: network, keys, cluster, database, logs and what guards them. " +
			"Every setting that the tier implies is an attribute, with its value in the plan and its controls in `control_ids`; a configuration may be stricter than its tier and never weaker. " +
			"A create that falls short is no error: it keeps what stands, says so in `ready`, `pending` and `last_error`, and the next apply goes on. Put a `postcondition` on `ready` to make that an error of the run.",
		Attributes: all,
	}
}

// attributes are all but the timeouts. They are made once: every plan and every
// read goes by them, and they are never written to.
var attributes = sync.OnceValue(func() map[string]schema.Attribute {
	made := SettingAttributes(policy.Version)
	for _, part := range []map[string]schema.Attribute{identityAttributes(), lifecycleAttributes(), outputAttributes()} {
		for name, attribute := range part {
			made[name] = attribute
		}
	}
	return made
})

func optional(text string) schema.Attribute {
	return schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: text}
}

func computed(text string) schema.Attribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: text}
}

// identityAttributes say which environment it is, and what it is given.
func identityAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"tier":    schema.StringAttribute{Required: true, MarkdownDescription: "What the environment promises: `dev`, `staging`, `prod` or `sandbox`."},
		"name":    optional("The environment's name, unique in its project: 1 to 20 lowercase letters, digits and dashes; the tier when not set. It is in the name of every object and can't change."),
		"project": optional("The id of an existing project; the provider's project when not set. It can't change."),
		"region":  optional("The region; the provider's region when not set. It can't change."),
		"zone":    optional("The zone of a zonal cluster; zone b of the region when not set. It can't change."),
		"labels": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Labels of every object that takes labels. Labels that others put on them are kept, and are no drift.",
		},
		"effective_labels": schema.MapAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "All labels that this resource keeps on its objects: the provider's `default_labels`, `labels`, and its own. The owner's mark comes on top.",
		},
		"notification_channels": schema.ListAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "The full names of the notification channels that the environment's own alerts and its budget go to.",
		},
		"access": tfkit.SingleOf(schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "The perimeter of VPC Service Controls that the project lies in, or why there is none.",
			Attributes: map[string]schema.Attribute{
				"access_policy":        schema.StringAttribute{Optional: true, MarkdownDescription: "The organisation's access policy, `accessPolicies/NUMBER`. With it `network.perimeter` is `DRY_RUN` in staging and `ENFORCED` in prod."},
				"runner_identities":    schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Who may reach the project's APIs from outside of the perimeter, such as `serviceAccount:terraform@…`: the runners of Terraform, or they lock themselves out."},
				"runner_access_levels": schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Access levels that runners have to meet, `accessPolicies/NUMBER/accessLevels/NAME`."},
				"restricted_services":  schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "The APIs that the perimeter guards; those that hold the environment's data when not set."},
				"exception":            schema.StringAttribute{Optional: true, MarkdownDescription: "Why a prod environment stands under no perimeter. It is kept in the ledger."},
			},
		}),
		"budget": tfkit.SingleOf(schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "What the environment may cost a month before somebody is told. There is no budget when not set.",
			Attributes: map[string]schema.Attribute{
				"billing_account": schema.StringAttribute{Required: true, MarkdownDescription: "The id of the billing account, such as `012345-567890-ABCDEF`."},
				"amount":          schema.Int64Attribute{Required: true, MarkdownDescription: "The amount a month, in units of the currency."},
				"currency":        schema.StringAttribute{Optional: true, MarkdownDescription: "The currency, such as `EUR`; that of the billing account when not set."},
				"thresholds":      schema.ListAttribute{Optional: true, ElementType: types.Float64Type, MarkdownDescription: "Shares of the amount at which somebody is told; 0.5, 0.9 and 1 when not set."},
			},
		}),
		"maintenance": tfkit.SingleOf(schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "The weekly window in which Google upgrades the cluster and the database, in UTC; Sunday from 2 to 6 when not set. GKE wants 48 hours in 32 days: for the cluster, a window shorter than 12 hours comes back on as many days in a row.",
			Attributes: map[string]schema.Attribute{
				"day":   schema.Int64Attribute{Optional: true, MarkdownDescription: "1 (Monday) to 7 (Sunday)."},
				"hour":  schema.Int64Attribute{Optional: true, MarkdownDescription: "The hour at which it begins, 0 to 23."},
				"hours": schema.Int64Attribute{Optional: true, MarkdownDescription: "How long it lasts, 4 to 12."},
			},
		}),
	}
}

// lifecycleAttributes say how the environment is made, changed and ended.
func lifecycleAttributes() map[string]schema.Attribute {
	set := func(text string) schema.Attribute {
		return schema.SetAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: text}
	}
	return map[string]schema.Attribute{
		"catalogue_version": schema.Int64Attribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The version of the control catalogue. A new environment gets the newest; one that stands keeps its own until the configuration names another.",
		},
		"on_incomplete": optional("What a create that falls short does: `resume` (the default) keeps what stands and warns, and the next apply goes on; `error` is an error without a state: the ledger keeps the claim, and the next create goes on."),
		"adopt": schema.BoolAttribute{
			Optional:            true,
			MarkdownDescription: "Whether a network, a cluster or a database that stands under the name given here, and that bears nobody's mark, is taken over. The plan lists each control that it does not meet.",
		},
		"allow_recreate": set("Components that may be deleted and made anew, with what they hold, when a setting of theirs changes that is fixed at creation, such as `cluster` or `database`."),
		"confirm":        set("One-way settings that are confirmed, such as `logging.locked`: they can never be undone."),
		"exceptions": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Settings that may be weaker than the tier asks for, each with the reason, such as one of a cluster that was adopted. They are kept in the ledger, and their controls are not claimed.",
		},
		"reset_trigger": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "In dev alone: a change of this value deletes and makes anew all data (databases, what is in buckets, tenants' namespaces) and keeps project, network and cluster.",
		},
		"ttl": schema.StringAttribute{
			Optional: true, Computed: true, CustomType: tfkit.DurationType{},
			MarkdownDescription: "In sandbox alone: how long the environment is for, at most 336h (14 days), which is also the default. It counts from the creation.",
		},
	}
}

// outputAttributes are what is known of an environment that stands.
func outputAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":               computed("The environment's full name, `projects/PROJECT/regions/REGION/environments/NAME`."),
		"incarnation":      schema.Int64Attribute{Computed: true, MarkdownDescription: "Counts adoptions: a state with an older one is stale, and changes nothing any more."},
		"ready":            schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether everything stands as it should."},
		"pending":          schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "The components that are missing, or that differ in something that is no attribute."},
		"last_error":       computed("Why the last apply fell short, in one line; null when it didn't."),
		"expires_at":       computed("When a sandbox ends, in RFC 3339; null in other tiers."),
		"emulated":         schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the environment stands in the emulator."},
		"control_ids":      schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "The controls that the settings in force are mapped to, by the group of the settings: each row of the catalogue with its control ids and the class of their source, as the guide on controls explains. This maps settings to controls and is no authorisation."},
		"cluster_id":       computed("The cluster's full name."),
		"cluster_endpoint": computed("The DNS endpoint of the cluster's control plane."),
		"database_id":      computed("The full name of the database instance."),
		"database_address": computed("The internal address at which the database is reached by Private Service Connect."),
		"data_bucket":      computed("The bucket for data of the platform's services."),
	}
}
