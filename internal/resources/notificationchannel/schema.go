package notificationchannel

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// Schema implements resource.Resource.
func (r *notificationChannel) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		"id": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "The same as `name`.",
		},
		"name": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "The full name, `projects/PROJECT/notificationChannels/ID`. The service assigns the id.",
		},
		"project": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The project id; the provider's project when not set. A change replaces the channel.",
		},
		"display_name": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "The name that people read; at most 512 characters.",
		},
		"description": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "What the channel is for; at most 1,024 characters.",
		},
		"enabled": schema.BoolAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Whether notifications are sent to this channel; true when not set.",
		},
		"labels": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Labels of this channel. Labels that others put on it are kept, and are no drift. Secrets are refused here: they belong in the write-only arguments.",
		},
		"effective_labels": schema.MapAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "All labels that this resource keeps on the channel: the provider's `default_labels`, `labels`, and its own (`managed_by`, `cortx_secret_version`).",
		},
		"type": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "The type as Cloud Monitoring names it: `pagerduty`, `slack`, `email`, `webhook_basicauth`, `webhook_tokenauth` or `pubsub`.",
		},
		"verification_status": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "`VERIFIED` or `UNVERIFIED`; null for types that need no verification.",
		},
		"emulated": schema.BoolAttribute{
			Computed:            true,
			MarkdownDescription: "Whether this channel stands in the emulator.",
		},
		"timeouts": timeouts.Attributes(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true}),
	}
	for name, attributesOf := range kindAttributes {
		attributes[name] = tfkit.SingleOf(schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: kindDescriptions[name] + " A channel has exactly one kind; another kind replaces it.",
			Attributes:          attributesOf(),
		})
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Where Cloud Monitoring sends notifications: PagerDuty, Slack, email, a webhook or Pub/Sub. " +
			"Secrets are write-only arguments: they reach neither the plan nor the state, and are written again when their version changes. " +
			"A channel that is deleted is first taken from the alert policies that use it.",
		Attributes: attributes,
	}
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *notificationChannel) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = collection.IdentitySchema()
}

var kindDescriptions = map[string]string{
	"pagerduty": "A PagerDuty service.",
	"slack":     "A Slack channel.",
	"email":     "An email address.",
	"webhook":   "An HTTPS endpoint, with a password or a token or neither.",
	"pubsub":    "A Pub/Sub topic. Monitoring's agent is granted the right to publish to it.",
}

var kindAttributes = map[string]func() map[string]schema.Attribute{
	"pagerduty": func() map[string]schema.Attribute {
		return map[string]schema.Attribute{
			"service_key_wo":         secret("The integration key of the PagerDuty service." + neededToWrite),
			"service_key_wo_version": version("service_key_wo", true),
		}
	},
	"slack": func() map[string]schema.Attribute {
		return map[string]schema.Attribute{
			"channel_name":          schema.StringAttribute{Required: true, MarkdownDescription: "The channel, such as `#incidents`."},
			"auth_token_wo":         secret("The OAuth token of the Slack app." + neededToWrite),
			"auth_token_wo_version": version("auth_token_wo", true),
		}
	},
	"email": func() map[string]schema.Attribute {
		return map[string]schema.Attribute{
			"address": schema.StringAttribute{Required: true, MarkdownDescription: "The email address."},
		}
	},
	"webhook": func() map[string]schema.Attribute {
		return map[string]schema.Attribute{
			"url":                 schema.StringAttribute{Required: true, MarkdownDescription: "The address, without any secret in it."},
			"username":            schema.StringAttribute{Optional: true, MarkdownDescription: "The user of HTTP basic authentication."},
			"password_wo":         secret("The password of HTTP basic authentication." + neededToWrite),
			"password_wo_version": version("password_wo", false),
			"token_wo":            secret("A token that the service adds to the address as `auth_token`."),
			"token_wo_version":    version("token_wo", false),
		}
	},
	"pubsub": func() map[string]schema.Attribute {
		return map[string]schema.Attribute{
			"topic": schema.StringAttribute{Required: true, MarkdownDescription: "The topic's full name, `projects/PROJECT/topics/TOPIC`."},
			"publisher_granted": schema.BoolAttribute{
				Computed:            true,
				MarkdownDescription: "Whether Monitoring's agent may publish to the topic. While it may not, every plan shows an update that grants it.",
			},
		}
	},
}

// neededToWrite says when a secret may be left out: the service keeps it.
const neededToWrite = " Needed for a new channel, and whenever its version or a value beside it changes."

func secret(text string) schema.Attribute {
	return schema.StringAttribute{
		Optional: true, WriteOnly: true, Sensitive: true,
		MarkdownDescription: text + " Write-only: it is in neither the plan nor the state.",
	}
}

func version(of string, computed bool) schema.Attribute {
	text := "The version of `" + of + "`: raise it to have the secret written again."
	if computed {
		text += " `1` when not set; on a channel that was imported or moved here `0`, which leaves the secret that it has."
	}
	return schema.Int64Attribute{Optional: true, Computed: computed, MarkdownDescription: text}
}
