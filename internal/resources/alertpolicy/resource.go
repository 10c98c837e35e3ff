// Package alertpolicy is the resource cortx_alert_policy.
package alertpolicy

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

var (
	_ resource.ResourceWithConfigure   = (*alertPolicy)(nil)
	_ resource.ResourceWithIdentity    = (*alertPolicy)(nil)
	_ resource.ResourceWithImportState = (*alertPolicy)(nil)
	_ resource.ResourceWithModifyPlan  = (*alertPolicy)(nil)
	_ resource.ResourceWithMoveState   = (*alertPolicy)(nil)
)

// Default timeouts. A write waits in the project's queue behind those of all
// other policies, and a metric that was just created takes up to ten minutes.
const (
	readTimeout  = 5 * time.Minute
	writeTimeout = 30 * time.Minute
)

type alertPolicy struct{ tfkit.Base }

// New returns the resource.
func New() resource.Resource { return &alertPolicy{} }

// collection is how the service names these objects.
var collection = tfkit.NamedCollection{
	Collection:  "alertPolicies",
	Noun:        "an alert policy",
	ListCommand: "gcloud monitoring policies list",
}

// Metadata implements resource.Resource.
func (r *alertPolicy) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_alert_policy"
}

// Create implements resource.Resource. It makes one object with one call, which
// either returns it or proves that it does not stand, so that nothing is ever
// tainted or left behind.
func (r *alertPolicy) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var planned model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &planned)...)
	client, ctx, cancel := r.Begin(ctx, planned.Timeouts.Create, writeTimeout, types.BoolNull(), &resp.Diagnostics)
	defer cancel()
	if client == nil {
		return
	}

	policy := planned.expand(ctx, &resp.Diagnostics)
	policy.Labels = tfkit.StringMap(ctx, planned.EffectiveLabels, &resp.Diagnostics)
	message, err := policy.Proto()
	if err != nil {
		addBug(&resp.Diagnostics, err)
		return
	}
	twin := client.AlertPolicies().Twin(ctx, planned.Project.ValueString(), message)
	created, err := client.AlertPolicies().Create(ctx, planned.Project.ValueString(), message)
	if err != nil {
		tfkit.AddServiceError(&resp.Diagnostics, attributeOf(err), "The alert policy could not be created.", err)
		return
	}
	if twin != "" {
		tfkit.WarnTwin(&resp.Diagnostics, "alert policy", "cortx_alert_policy", twin, created.GetName())
	}
	planned.setNames(ctx, created, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, planned)...)
	tfkit.SetIdentity(ctx, resp.Identity, planned.Name, &resp.Diagnostics)
}

// Read implements resource.Resource.
func (r *alertPolicy) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	tfkit.SetIdentity(ctx, resp.Identity, state.Name, &resp.Diagnostics)
	client, ctx, cancel := r.BeginRead(ctx, "alert policy", state.Timeouts.Read, readTimeout, state.Emulated, &resp.Diagnostics)
	defer cancel()
	if client == nil {
		return
	}

	remote, err := client.AlertPolicies().Get(ctx, state.Name.ValueString())
	if gcp.IsNotFound(err) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		tfkit.AddServiceError(&resp.Diagnostics, path.Empty(), "The alert policy could not be read.", err)
		return
	}
	reportLost(remote, state.DisplayName.IsNull(), &resp.Diagnostics)
	tfkit.SettleAdopted(ctx, resp.Private, remote.GetUserLabels(), alert.OwnLabels(alert.Policy{}), &resp.Diagnostics)
	found := r.flatten(ctx, remote, state, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	tfkit.SetRead(ctx, resp, found)
}

// Update implements resource.Resource. It sends the fields that differ from
// what stands, and keeps labels that others have put on the policy.
func (r *alertPolicy) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var planned, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &planned)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	client, ctx, cancel := r.Begin(ctx, planned.Timeouts.Update, writeTimeout, state.Emulated, &resp.Diagnostics)
	defer cancel()
	if client == nil {
		return
	}

	standing, err := client.AlertPolicies().Fresh(ctx, state.Name.ValueString())
	if err != nil {
		tfkit.AddServiceError(&resp.Diagnostics, path.Empty(), "The alert policy could not be read before its update.", err)
		return
	}
	policy := planned.expand(ctx, &resp.Diagnostics)
	policy.Name = state.Name.ValueString()
	policy.Labels = tfkit.UpdateLabels(standing.GetUserLabels(),
		tfkit.StringMap(ctx, state.EffectiveLabels, &resp.Diagnostics),
		tfkit.StringMap(ctx, planned.EffectiveLabels, &resp.Diagnostics))
	message, err := policy.Proto()
	if err != nil {
		addBug(&resp.Diagnostics, err)
		return
	}
	updated := standing
	if mask := alert.ChangedFields(message, standing); len(mask) > 0 {
		updated, err = client.AlertPolicies().Update(ctx, message, mask...)
		if err != nil {
			tfkit.AddServiceError(&resp.Diagnostics, attributeOf(err), "The alert policy could not be updated.", err)
			return
		}
	}
	planned.setNames(ctx, updated, &resp.Diagnostics)
	tfkit.ClearAdopted(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, planned)...)
	tfkit.SetIdentity(ctx, resp.Identity, planned.Name, &resp.Diagnostics)
}

// Delete implements resource.Resource. A policy that is gone already is deleted.
func (r *alertPolicy) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	client, ctx, cancel := r.Begin(ctx, state.Timeouts.Delete, writeTimeout, state.Emulated, &resp.Diagnostics)
	defer cancel()
	if client == nil {
		return
	}
	if err := client.AlertPolicies().Delete(ctx, state.Name.ValueString()); err != nil {
		tfkit.AddServiceError(&resp.Diagnostics, path.Empty(), "The alert policy could not be deleted.", err)
	}
}

// ImportState implements resource.ResourceWithImportState.
func (r *alertPolicy) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	collection.Import(ctx, req, resp)
	tfkit.MarkAdopted(ctx, resp.Private, &resp.Diagnostics)
}

// attributeOf finds the attribute that a refusal is about.
func attributeOf(err error) path.Path {
	if gcp.IsMetricNotFound(err) {
		return path.Root("conditions")
	}
	return path.Empty()
}
