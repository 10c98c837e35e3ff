// Package dashboard is the resource cortx_dashboard.
package dashboard

import (
	"context"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

var (
	_ resource.ResourceWithConfigure   = (*dashboard)(nil)
	_ resource.ResourceWithIdentity    = (*dashboard)(nil)
	_ resource.ResourceWithImportState = (*dashboard)(nil)
	_ resource.ResourceWithModifyPlan  = (*dashboard)(nil)
	_ resource.ResourceWithMoveState   = (*dashboard)(nil)
)

// Default timeouts. A write waits its turn behind those of all other dashboards.
const (
	readTimeout  = 5 * time.Minute
	writeTimeout = 30 * time.Minute
)

type dashboard struct{ tfkit.Base }

// New returns the resource.
func New() resource.Resource { return &dashboard{} }

// collection is how the service names these objects.
var collection = tfkit.NamedCollection{
	Collection:  "dashboards",
	Noun:        "a dashboard",
	ListCommand: "gcloud monitoring dashboards list",
}

// idPattern is what the last part of a name can be. The service's documents say
// nothing of it; this is what its own ids and a URL take.
var idPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,63}$`)

// Metadata implements resource.Resource.
func (r *dashboard) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_dashboard"
	// Another target can give the dashboard a name that it did not have.
	resp.ResourceBehavior.MutableIdentity = true
}

// Create implements resource.Resource. Once the dashboard stands in one place,
// nothing is an error any more: Terraform would destroy it for that. What is
// missing in the other place is a warning, and an update in the next plan.
func (r *dashboard) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var planned model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &planned)...)
	client, ctx, cancel := r.Begin(ctx, planned.Timeouts.Create, writeTimeout, types.BoolNull(), &resp.Diagnostics)
	defer cancel()
	if client == nil {
		return
	}

	stands := false
	if planned.has(dash.TargetCloudMonitoring) {
		if !r.createInMonitoring(ctx, client, &planned, &resp.Diagnostics) {
			return
		}
		stands = true
	}
	if planned.has(dash.TargetGrafana) {
		var failures diag.Diagnostics
		r.saveInGrafana(ctx, &planned, "", &failures)
		if !stands {
			resp.Diagnostics.Append(failures...)
		}
		for _, failure := range failures.Errors() {
			if stands {
				planned.GrafanaURL = types.StringNull()
				resp.Diagnostics.AddWarning("The dashboard stands in Cloud Monitoring, and not yet in Grafana.", failure.Summary()+" "+failure.Detail()+"\n\nThe next apply tries again.")
			}
		}
		if resp.Diagnostics.HasError() {
			return
		}
	}
	planned.settle()
	resp.Diagnostics.Append(resp.State.Set(ctx, planned)...)
	tfkit.SetIdentity(ctx, resp.Identity, planned.ID, &resp.Diagnostics)
}

// settle leaves nothing unknown: Terraform would taint the dashboard for it
// although it stands.
func (m *model) settle() {
	if m.GrafanaURL.IsUnknown() {
		m.GrafanaURL = types.StringNull()
	}
	if m.DashboardID.IsUnknown() {
		m.DashboardID = types.StringNull()
	}
	if m.Name.IsUnknown() {
		m.Name = types.StringNull()
	}
	m.ID = m.Name
	if m.Name.IsNull() {
		m.ID = types.StringValue("grafana/" + m.GrafanaUID.ValueString())
	}
}

// Read implements resource.Resource.
func (r *dashboard) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	tfkit.SetIdentity(ctx, resp.Identity, state.ID, &resp.Diagnostics)
	client, ctx, cancel := r.BeginRead(ctx, "dashboard", state.Timeouts.Read, readTimeout, state.Emulated, &resp.Diagnostics)
	defer cancel()
	if client == nil {
		return
	}

	found, standing := state, false
	if !state.Name.IsNull() {
		remote, err := client.Dashboards().Get(ctx, state.Name.ValueString())
		switch {
		case gcp.IsNotFound(err):
			found.Name = types.StringNull()
		case err != nil:
			tfkit.AddServiceError(&resp.Diagnostics, path.Empty(), "The dashboard could not be read.", err)
			return
		default:
			standing = true
			found = r.flatten(ctx, remote, state, &resp.Diagnostics)
			tfkit.SettleAdopted(ctx, resp.Private, remote.GetLabels(), ownLabels(""), &resp.Diagnostics)
		}
	}
	standing = r.readGrafana(ctx, &found, &resp.Diagnostics) || standing
	if resp.Diagnostics.HasError() {
		return
	}
	if !standing {
		resp.State.RemoveResource(ctx)
		return
	}
	tfkit.SetRead(ctx, resp, found)
}

// Update implements resource.Resource. It brings each place to what is planned,
// making what is missing there and taking away what is no target any more.
func (r *dashboard) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var planned, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &planned)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	client, ctx, cancel := r.Begin(ctx, planned.Timeouts.Update, writeTimeout, state.Emulated, &resp.Diagnostics)
	defer cancel()
	if client == nil {
		return
	}

	inMonitoring := planned.has(dash.TargetCloudMonitoring)
	switch {
	case inMonitoring && state.Name.IsNull():
		if !r.createInMonitoring(ctx, client, &planned, &resp.Diagnostics) {
			return
		}
		// It is kept, whatever Grafana says.
		state.Name, state.ID, state.DashboardID = planned.Name, planned.Name, planned.DashboardID
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	case inMonitoring:
		if !r.updateInMonitoring(ctx, client, planned, state, &resp.Diagnostics) {
			return
		}
	case !state.Name.IsNull():
		if err := client.Dashboards().Delete(ctx, state.Name.ValueString()); err != nil {
			tfkit.AddServiceError(&resp.Diagnostics, path.Empty(), "The dashboard could not be taken out of Cloud Monitoring.", err)
			return
		}
	}
	tfkit.ClearAdopted(ctx, resp.Private, &resp.Diagnostics)
	if planned.has(dash.TargetGrafana) {
		r.saveInGrafana(ctx, &planned, state.ownUID(), &resp.Diagnostics)
	} else if uid := state.ownUID(); uid != "" {
		r.deleteInGrafana(ctx, uid, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		// What reached Cloud Monitoring is in the state, what did not reach
		// Grafana is not.
		planned.GrafanaJSON, planned.GrafanaUID, planned.GrafanaURL = state.GrafanaJSON, state.GrafanaUID, state.GrafanaURL
		planned.Targets, planned.Grafana = state.Targets, state.Grafana
	}
	planned.settle()
	resp.Diagnostics.Append(resp.State.Set(ctx, planned)...)
	tfkit.SetIdentity(ctx, resp.Identity, planned.ID, &resp.Diagnostics)
}

// Delete implements resource.Resource. A dashboard that is gone already is
// deleted.
func (r *dashboard) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	client, ctx, cancel := r.Begin(ctx, state.Timeouts.Delete, writeTimeout, state.Emulated, &resp.Diagnostics)
	defer cancel()
	if client == nil {
		return
	}
	if uid := state.ownUID(); uid != "" {
		r.deleteInGrafana(ctx, uid, &resp.Diagnostics)
	}
	if state.Name.IsNull() || resp.Diagnostics.HasError() {
		return
	}
	if err := client.Dashboards().Delete(ctx, state.Name.ValueString()); err != nil {
		tfkit.AddServiceError(&resp.Diagnostics, path.Empty(), "The dashboard could not be deleted.", err)
	}
}

// ImportState implements resource.ResourceWithImportState.
func (r *dashboard) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	collection.Import(ctx, req, resp)
	if !resp.Diagnostics.HasError() {
		tfkit.MarkAdopted(ctx, resp.Private, &resp.Diagnostics)
	}
}
