package alertpolicy

import (
	"context"
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
	return &tfkit.Lister[*monitoringpb.AlertPolicy, model]{
		TypeName: "alert_policy",
		Plural:   "alert policies",
		Filter: "A [Monitoring filter](https://cloud.google.com/monitoring/api/v3/sorting-and-filtering) over `display_name`, `user_labels`, `notification_channels` and others, " +
			"such as `user_labels.team=\"payments\"`. Every policy when not set.",
		Each: func(ctx context.Context, client *gcp.Client, project, filter string) iter.Seq2[*monitoringpb.AlertPolicy, error] {
			return client.AlertPolicies().Each(ctx, project, filter)
		},
		Name:         (*monitoringpb.AlertPolicy).GetName,
		DisplayName:  (*monitoringpb.AlertPolicy).GetDisplayName,
		Unmanageable: func(policy *monitoringpb.AlertPolicy) []problem.Problem { return lost(policy, true) },
		Flatten: func(ctx context.Context, data *tfkit.Data, policy *monitoringpb.AlertPolicy, prior model, diags *diag.Diagnostics) model {
			return (&alertPolicy{tfkit.Base{Data: data}}).flatten(ctx, policy, prior, diags)
		},
	}
}
