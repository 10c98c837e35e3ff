package dashboard

import (
	"context"
	"iter"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// NewList returns the list resource.
func NewList() list.ListResource {
	return &tfkit.Lister[*dashboardpb.Dashboard, model]{
		TypeName: "dashboard",
		Plural:   "dashboards",
		Each: func(ctx context.Context, client *gcp.Client, project, filter string) iter.Seq2[*dashboardpb.Dashboard, error] {
			return client.Dashboards().Each(ctx, project, filter)
		},
		Name:        (*dashboardpb.Dashboard).GetName,
		DisplayName: (*dashboardpb.Dashboard).GetDisplayName,
		Flatten: func(ctx context.Context, data *tfkit.Data, remote *dashboardpb.Dashboard, prior model, diags *diag.Diagnostics) model {
			return (&dashboard{tfkit.Base{Data: data}}).flatten(ctx, remote, prior, diags)
		},
	}
}
