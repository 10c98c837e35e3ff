// Package slo is the resource cortx_slo.
package slo

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	domain "github.com/cortx-platform/terraform-provider-cortx/internal/slo"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

var (
	_ resource.ResourceWithConfigure   = (*objective)(nil)
	_ resource.ResourceWithIdentity    = (*objective)(nil)
	_ resource.ResourceWithImportState = (*objective)(nil)
	_ resource.ResourceWithModifyPlan  = (*objective)(nil)
)

// Default timeouts. Policies wait in the project's queue behind all others.
const (
	readTimeout  = 5 * time.Minute
	writeTimeout = 30 * time.Minute
)

type objective struct{ tfkit.Base }

// New returns the resource.
func New() resource.Resource { return &objective{} }

// Metadata implements resource.Resource.
func (r *objective) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_slo"
}

// Create implements resource.Resource. An objective of this name that stands
// already is an error before anything is made. After that nothing is: an error
// would taint what was made, and the next apply would destroy it.
func (r *objective) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var planned model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &planned)...)
	wanted, err := expand(req.Plan.Raw)
	if err != nil {
		addBug(&resp.Diagnostics, err)
	}
	client, ctx, cancel := r.Begin(ctx, planned.Timeouts.Create, writeTimeout, types.BoolNull(), &resp.Diagnostics)
	defer cancel()
	if client == nil {
		return
	}

	wanted.Project = planned.Project.ValueString()
	wanted.Labels = tfkit.StringMap(ctx, planned.EffectiveLabels, &resp.Diagnostics)
	if _, err := client.SLOs().Fresh(ctx, wanted.Name()); err == nil {
		resp.Diagnostics.AddAttributeError(path.Root("slo_id"), "An objective of this name stands already.",
			fmt.Sprintf("Import it, or give this one another slo_id. Nothing was changed.\n\n  terraform import <address> %s", wanted.Name()))
		return
	} else if !gcp.IsNotFound(err) {
		tfkit.AddServiceError(&resp.Diagnostics, path.Empty(), "It could not be told whether the objective stands already.", err)
		return
	}
	c := converger{client: client, wanted: wanted, named: !planned.ServiceDisplayName.IsUnknown()}
	done := c.run(ctx)
	if done.made == 0 {
		tfkit.AddServiceError(&resp.Diagnostics, done.at, "The objective could not be created.", done.err)
		return
	}
	if len(done.pending) > 0 {
		resp.Diagnostics.AddWarning("The objective is not ready yet.",
			fmt.Sprintf("What stands is kept; missing: %s. The next apply goes on.\n\n%s\n\nGoogle Cloud says: %s", strings.Join(done.pending, ", "), tfkit.Advice(done.err), done.err))
	}
	keepChosenName(ctx, resp.Private, req.Config, &resp.Diagnostics)
	planned.settle(ctx, done, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, planned)...)
	tfkit.SetIdentity(ctx, resp.Identity, planned.Name, &resp.Diagnostics)
}

// Read implements resource.Resource.
func (r *objective) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	tfkit.SetIdentity(ctx, resp.Identity, state.Name, &resp.Diagnostics)
	client, ctx, cancel := r.BeginRead(ctx, "objective", state.Timeouts.Read, readTimeout, state.Emulated, &resp.Diagnostics)
	defer cancel()
	if client == nil {
		return
	}

	observed, names, err := observe(ctx, client, state, &resp.Diagnostics)
	if err != nil {
		tfkit.AddServiceError(&resp.Diagnostics, path.Empty(), "The objective could not be read.", err)
		return
	}
	if observed.Objective == nil && len(observed.Policies) == 0 {
		resp.State.RemoveResource(ctx)
		return
	}
	r.flatten(ctx, observed, names, req.State.Raw, state, req.Private, resp)
}

// Update implements resource.Resource. It goes on where the last apply ended.
func (r *objective) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var planned, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &planned)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	wanted, err := expand(req.Plan.Raw)
	if err != nil {
		addBug(&resp.Diagnostics, err)
	}
	client, ctx, cancel := r.Begin(ctx, planned.Timeouts.Update, writeTimeout, state.Emulated, &resp.Diagnostics)
	defer cancel()
	if client == nil {
		return
	}

	wanted.Project = planned.Project.ValueString()
	wanted.Labels = tfkit.StringMap(ctx, planned.EffectiveLabels, &resp.Diagnostics)
	c := converger{
		client: client, wanted: wanted, named: true, policies: state.policyNames(ctx, &resp.Diagnostics),
		labels: tfkit.StringMap(ctx, state.EffectiveLabels, &resp.Diagnostics),
	}
	done := c.run(ctx)
	if done.err != nil {
		// An error of an update never taints, and the state says what is left.
		tfkit.AddServiceError(&resp.Diagnostics, done.at, "The objective could not be brought up to date.", done.err)
	}
	tfkit.ClearAdopted(ctx, resp.Private, &resp.Diagnostics)
	keepChosenName(ctx, resp.Private, req.Config, &resp.Diagnostics)
	planned.settle(ctx, done, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, planned)...)
	tfkit.SetIdentity(ctx, resp.Identity, planned.Name, &resp.Diagnostics)
}

// Delete implements resource.Resource. Policies go first, so that nobody is
// woken for an objective that is being taken down.
func (r *objective) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	client, ctx, cancel := r.Begin(ctx, state.Timeouts.Delete, writeTimeout, state.Emulated, &resp.Diagnostics)
	defer cancel()
	if client == nil {
		return
	}
	if err := takeDown(ctx, client, state, state.policyNames(ctx, &resp.Diagnostics)); err != nil {
		tfkit.AddServiceError(&resp.Diagnostics, path.Empty(), "The objective could not be deleted.", err)
	}
}

var fullName = regexp.MustCompile(`^projects/([^/]+)/services/([^/]+)/serviceLevelObjectives/([^/]+)$`)

// ImportState implements resource.ResourceWithImportState.
func (r *objective) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	name := types.StringValue(req.ID)
	if req.ID == "" && req.Identity != nil {
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("name"), &name)...)
	}
	match := fullName.FindStringSubmatch(name.ValueString())
	if match == nil {
		resp.Diagnostics.AddAttributeError(path.Root("name"), "This is not the full name of an objective.",
			fmt.Sprintf("Import by the full name, projects/PROJECT/services/SERVICE/serviceLevelObjectives/ID; got %q.", name.ValueString()))
		return
	}
	named := domain.SLO{Project: match[1], ServiceID: match[2], SloID: match[3]}
	for attribute, value := range map[string]string{
		"id": named.Name(), "name": named.Name(), "service_name": named.ServiceName(),
		"project": named.Project, "service_id": named.ServiceID, "slo_id": named.SloID,
	} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(attribute), value)...)
	}
	tfkit.SetIdentity(ctx, resp.Identity, name, &resp.Diagnostics)
	tfkit.MarkAdopted(ctx, resp.Private, &resp.Diagnostics)
}
