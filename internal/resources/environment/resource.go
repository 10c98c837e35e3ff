// Package environment is the resource cortx_environment.
package environment

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

var (
	_ resource.ResourceWithConfigure   = (*environment)(nil)
	_ resource.ResourceWithIdentity    = (*environment)(nil)
	_ resource.ResourceWithImportState = (*environment)(nil)
	_ resource.ResourceWithModifyPlan  = (*environment)(nil)
)

// Default timeouts: a regional cluster and a database with a standby take most
// of it.
const (
	readTimeout   = 10 * time.Minute
	writeTimeout  = 90 * time.Minute
	deleteTimeout = 90 * time.Minute
)

type environment struct{ tfkit.Base }

// New returns the resource.
func New() resource.Resource { return &environment{} }

// Metadata implements resource.Resource.
func (r *environment) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_environment"
}

// engine returns the engine of a spec, which logs what happens.
func (r *environment) engine(ctx context.Context, client *gcp.Client, spec *component.Spec) (*reconcile.Engine, error) {
	return component.NewEngine(client, spec, func(e reconcile.Event) {
		fields := map[string]any{"environment": spec.ID(), "component": e.Component}
		if e.Err != nil {
			tflog.Warn(ctx, e.Message, fields)
			return
		}
		tflog.Info(ctx, e.Message, fields)
	})
}

// Create implements resource.Resource. Once anything was made it returns no
// error: an error would taint the environment, and the next apply would destroy
// it.
func (r *environment) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var planned model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &planned)...)
	client, ctx, cancel := r.Begin(ctx, planned.Timeouts.Create, writeTimeout, types.BoolNull(), &resp.Diagnostics)
	defer cancel()
	if client == nil {
		return
	}
	// One that stands already is adopted. What can't be read the run will say.
	standing := recordOf(ctx, client, planned)
	planned.ExpiresAt = endOf(client.Now(), standing, planned, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	result, spec := r.converge(ctx, client, req.Plan.Raw, planned, reconcile.Spec{}, formerLabels(standing, model{}, planned), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if result.Record == nil {
		addError(&resp.Diagnostics, "The environment could not be created.", "Nothing was changed.", result.Err)
		return
	}
	if result.Err != nil && planned.OnIncomplete.ValueString() == onIncompleteError {
		addError(&resp.Diagnostics, "The environment is not complete.",
			fmt.Sprintf("on_incomplete is \"error\", so there is no state of it. What stands is kept, and the ledger keeps the claim: the next apply goes on. Until then destroy sees nothing. Missing: %s.", strings.Join(result.Pending, ", ")), result.Err)
		return
	}
	if result.Err != nil {
		resp.Diagnostics.AddWarning("The environment is not ready yet.",
			fmt.Sprintf("What stands is kept; missing: %s. The next apply goes on where this one ended.\n\n%s\n\n%s", strings.Join(result.Pending, ", "), advice(result.Err), tfkit.OneLine(result.Err)))
	}
	resp.State.Raw = r.settle(ctx, client, spec, req.Plan.Raw, planned, result, &resp.Diagnostics)
	setIdentity(ctx, resp.Identity, planned)
}

// converge runs the engine on a plan, for a state as the run says. former are
// labels that have to go.
func (r *environment) converge(ctx context.Context, client *gcp.Client, raw tftypes.Value, planned model, run reconcile.Spec, former []string, diags *diag.Diagnostics) (reconcile.Result, *component.Spec) {
	spec := specOf(ctx, raw, planned, diags)
	fields, hash, err := fieldsOf(raw, planned)
	if spec != nil && len(former) > 0 {
		spec.FormerLabels = former
		fields[fieldFormerLabels] = strings.Join(former, ",")
	}
	if err != nil {
		addBug(diags, err)
	}
	if diags.HasError() {
		return reconcile.Result{}, nil
	}
	engine, err := r.engine(ctx, client, spec)
	if err != nil {
		addBug(diags, err)
		return reconcile.Result{}, nil
	}
	run.Hash, run.Fields = hash, fields
	return engine.Converge(ctx, run), spec
}

// settle returns the state that a run leaves. Nothing stays unknown, and no
// planned value changes: Terraform would taint the environment although it
// stands.
func (r *environment) settle(ctx context.Context, client *gcp.Client, spec *component.Spec, raw tftypes.Value, planned model, result reconcile.Result, diags *diag.Diagnostics) tftypes.Value {
	planned.Incarnation = types.Int64Value(result.Record.Incarnation)
	planned.Ready = types.BoolValue(len(result.Pending) == 0)
	planned.Pending = listOf(result.Pending)
	planned.LastError = types.StringNull()
	if result.Err != nil {
		planned.LastError = types.StringValue(tfkit.OneLine(result.Err))
	}
	outputs := r.outputs(ctx, client, spec)
	planned.takeOutputs(outputs)
	settled, err := setModel(ctx, r.schemaOf(ctx), raw, planned)
	// A run that ends with an error is held to no plan: it may say what is left.
	if err == nil && !diags.HasError() {
		if problems := tfkit.CheckResult(ctx, raw, settled); len(problems) > 0 {
			err = errors.New(strings.Join(problems, "; "))
		}
	}
	if err == nil {
		return settled
	}
	// The environment stands: an error now would taint it, and the next apply
	// would destroy it. What is known is kept, and the next refresh finds the rest.
	diags.AddWarning("A part of the state could not be recorded.",
		"The environment stands, and the next plan reads what is missing. This is a bug in the provider; please report it.\n\n"+err.Error())
	return knownOnly(raw)
}

// outputs reads what the service assigned. What can't be read is left out, and
// the next refresh finds it.
func (r *environment) outputs(ctx context.Context, client *gcp.Client, spec *component.Spec) map[string]string {
	// What was made is made, whether or not the caller still waits.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), outputsGrace)
	defer cancel()
	found := map[string]string{}
	engine, err := r.engine(ctx, client, spec)
	if err != nil {
		return found
	}
	for _, seen := range engine.Observe(ctx).Observations {
		maps.Copy(found, seen.Outputs)
	}
	return found
}

// outputsGrace bounds the reads after a run, so that an interrupt ends in time.
const outputsGrace = 3 * time.Second

func (m *model) takeOutputs(found map[string]string) {
	for name, to := range map[string]*types.String{
		"cluster_endpoint": &m.ClusterEndpoint, "database_id": &m.DatabaseID, "database_address": &m.DatabaseAddress,
	} {
		value, ok := found[name]
		switch {
		case ok:
			*to = types.StringValue(value)
		case to.IsUnknown():
			*to = types.StringNull()
		}
	}
}

// dropOutputs takes away what an apply will assign anew: outputs of a cluster or
// a database that is not there, or is of no use, and an address that is gone.
func (m *model) dropOutputs(report reconcile.Report, found map[string]string) {
	for name, output := range map[string]struct {
		to        *types.String
		component string
	}{
		"cluster_endpoint": {&m.ClusterEndpoint, policy.ComponentCluster}, "database_id": {&m.DatabaseID, policy.ComponentDatabase},
		"database_address": {&m.DatabaseAddress, componentDatabaseEndpoint},
	} {
		seen, read := report.Observations[output.component]
		_, told := found[name]
		if read && (!told || seen.Presence != reconcile.Present && output.component != componentDatabaseEndpoint) {
			*output.to = types.StringNull()
		}
	}
}

// Update implements resource.Resource. It goes on where the last apply ended.
func (r *environment) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var planned, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &planned)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	client, ctx, cancel := r.Begin(ctx, planned.Timeouts.Update, writeTimeout, state.Emulated, &resp.Diagnostics)
	defer cancel()
	if client == nil {
		return
	}
	if end, err := time.Parse(time.RFC3339, planned.ExpiresAt.ValueString()); err == nil && !client.Now().Before(end) {
		addExpired(&resp.Diagnostics, planned.ExpiresAt.ValueString())
		return
	}
	if planned.ExpiresAt.IsUnknown() {
		planned.ExpiresAt = types.StringValue(client.Now().UTC().Add(planned.TTL.Or(maxTTL)).Format(time.RFC3339))
	}
	var standing *reconcile.Record
	if !state.Ready.ValueBool() {
		standing = recordOf(ctx, client, state)
	}
	former := formerLabels(standing, state, planned)
	run := reconcile.Spec{Incarnation: state.Incarnation.ValueInt64(), Takeover: takeoverOf(ctx, req.Private)}
	result, spec := r.converge(ctx, client, req.Plan.Raw, planned, run, former, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if result.Err != nil {
		// An error of an update never taints, and the state says what is left.
		addError(&resp.Diagnostics, "The environment could not be brought up to date.",
			"What was done is in the state, and the next apply goes on where this one ended.", result.Err)
	}
	if result.Record == nil {
		return
	}
	resp.State.Raw = r.settle(ctx, client, spec, req.Plan.Raw, planned, result, &resp.Diagnostics)
	if run.Takeover != "" {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, importedKey, nil)...)
	}
	setIdentity(ctx, resp.Identity, planned)
}

// Delete implements resource.Resource.
func (r *environment) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	client, ctx, cancel := r.Begin(ctx, state.Timeouts.Delete, deleteTimeout, state.Emulated, &resp.Diagnostics)
	defer cancel()
	if client == nil {
		return
	}
	if state.DeletionPolicy.ValueString() == policy.Abandon {
		resp.Diagnostics.AddWarning("The environment was abandoned.",
			fmt.Sprintf("deletion_policy is ABANDON: %s stands, and its ledger too. Import it to take it over again:\n\n  terraform import ADDRESS %s", state.ID.ValueString(), state.ID.ValueString()))
		return
	}
	takeover := takeoverOf(ctx, req.Private)
	if !r.superseded(ctx, state, takeover) {
		refuseKept(state, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	spec := specOf(ctx, req.State.Raw, state, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	engine, err := r.engine(ctx, client, spec)
	if err != nil {
		addBug(&resp.Diagnostics, err)
		return
	}
	result := engine.Destroy(ctx, reconcile.Spec{Incarnation: state.Incarnation.ValueInt64(), Takeover: takeover})
	switch {
	case result.Fenced:
		resp.Diagnostics.AddWarning("Nothing was destroyed, as this state is stale.",
			fmt.Sprintf("Another state has adopted %s since. It stands, and this state forgets it.", state.ID.ValueString()))
	case result.Err != nil:
		addError(&resp.Diagnostics, "The environment could not be destroyed.",
			fmt.Sprintf("What is left: %s. Destroy again to go on.", strings.Join(result.Pending, ", ")), result.Err)
	}
}

func capitalised(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + strings.TrimSuffix(text[1:], ".")
}

// addError reports what the engine or the service said. The engine's own words
// say what to do where they can.
func addError(diags *diag.Diagnostics, summary, detail string, err error) {
	for _, own := range []error{reconcile.ErrFenced, reconcile.ErrForeign, reconcile.ErrLeaseHeld, reconcile.ErrLeaseLost, reconcile.ErrClaimed, reconcile.ErrLost, reconcile.ErrDeleted, reconcile.ErrUnmarked, reconcile.ErrNewer} {
		if errors.Is(err, own) {
			diags.AddError(summary, capitalised(err.Error())+".")
			return
		}
	}
	diags.AddError(summary, strings.TrimSpace(fmt.Sprintf("%s %s\n\n%s", detail, advice(err), err)))
}

// advice says what to do about a failed run. Which roles an environment needs
// depends on its tier, and no single one has them all.
func advice(err error) string {
	if gcp.IsPermissionDenied(err) && !gcp.IsUnauthenticated(err) && !gcp.IsPerimeter(err) {
		return "Grant the identity that runs Terraform a role with the missing permission, and apply again: terraform-provider-cortx bootstrap prints all that are needed, and which of them are missing."
	}
	return tfkit.Advice(err)
}
