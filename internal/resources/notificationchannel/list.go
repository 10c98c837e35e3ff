package notificationchannel

import (
	"context"
	"fmt"
	"iter"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/problem"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// NewList returns the list resource.
func NewList() list.ListResource {
	return &tfkit.Lister[*monitoringpb.NotificationChannel, model]{
		TypeName: "notification_channel",
		Plural:   "notification channels",
		Filter: "A [Monitoring filter](https://cloud.google.com/monitoring/api/v3/sorting-and-filtering) over `type`, `display_name`, `user_labels` and others, " +
			"such as `type=\"slack\"`. Every channel when not set.",
		Each: func(ctx context.Context, client *gcp.Client, project, filter string) iter.Seq2[*monitoringpb.NotificationChannel, error] {
			return client.NotificationChannels().Each(ctx, project, filter)
		},
		Name:         (*monitoringpb.NotificationChannel).GetName,
		DisplayName:  (*monitoringpb.NotificationChannel).GetDisplayName,
		Unmanageable: unmanageable,
		Flatten: func(ctx context.Context, data *tfkit.Data, channel *monitoringpb.NotificationChannel, prior model, diags *diag.Diagnostics) model {
			return (&notificationChannel{tfkit.Base{Data: data}}).flatten(ctx, channel, prior, diags)
		},
	}
}

// unmanageable says that there is no kind for a channel.
func unmanageable(channel *monitoringpb.NotificationChannel) []problem.Problem {
	var found problem.List
	if kindFromProto(channel).typeName() == "" {
		found.Add(nil, noSuchKind, fmt.Sprintf("It is of type %q. Manage it with google_monitoring_notification_channel, and refer to it by its name.", channel.GetType()))
	}
	return found
}
