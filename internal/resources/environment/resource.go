// Package environment is the resource cortx_environment.
package environment

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
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
		"database_address": {&m.DatabaseAddress, "database_endpoint"},
	} {
		seen, read := report.Observations[output.component]
		_, told := found[name]
		if read && (!told || seen.Presence != reconcile.Present && output.component != "database_endpoint") {
			*output.to = types.StringNull()
		}
	}
}

// Read implements resource.Resource. It never writes.
func (r *environment) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	// Before the state can be removed: Terraform 1.11 wants it even then.
	setIdentity(ctx, resp.Identity, state)
	client, ctx, cancel := r.BeginRead(ctx, "environment", state.Timeouts.Read, readTimeout, state.Emulated, &resp.Diagnostics)
	defer cancel()
	if client == nil {
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
	record, recordErr := engine.Record(ctx)
	if record != nil && record.Phase != reconcile.Ready {
		// A run fell short of taking these off: they are what is left of it.
		spec.FormerLabels = formerLabels(record, model{}, state)
	}
	report := engine.Observe(ctx)
	lost := errors.Is(recordErr, reconcile.ErrNotFound)
	if lost && nothingStands(report) {
		// The place of the ledger goes last. While it stands the state stays, so
		// that the next destroy finds it.
		if stands, err := component.LedgerStands(ctx, client, spec); err == nil && !stands {
			resp.State.RemoveResource(ctx)
			return
		}
	}
	r.warnUnread(report, recordErr, &resp.Diagnostics)
	if record != nil && record.TakenOverBy(takeoverOf(ctx, req.Private)) {
		// The run that did so was cut off before its state was written.
		state.Incarnation = types.Int64Value(record.Incarnation)
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, importedKey, nil)...)
	}
	if record != nil && record.Incarnation > state.Incarnation.ValueInt64() {
		resp.Diagnostics.AddWarning("This state of the environment is stale.",
			fmt.Sprintf("Another state has adopted %s as incarnation %d; this one is %d. An apply from here changes nothing. To take it over, remove it from this state and import it:\n\n  terraform import ADDRESS %s",
				state.ID.ValueString(), record.Incarnation, state.Incarnation.ValueInt64(), state.ID.ValueString()))
	}
	values, found := policy.Values{}, map[string]string{}
	for _, seen := range report.Observations {
		maps.Copy(values, seen.Values)
		maps.Copy(found, seen.Outputs)
	}
	pending := report.Pending()
	if record != nil {
		pending = append(pending, resetDue(record, state, pending)...)
	}
	if lost {
		pending = append(pending, "ledger")
	}
	// A run that was cut off, such as a destroy, has changed things by itself.
	if record == nil || record.Phase == reconcile.Ready && record.Incarnation <= state.Incarnation.ValueInt64() {
		warnDrift(req.State.Raw, state, report, &resp.Diagnostics)
	}
	raw, err := WriteSettings(int(state.CatalogueVersion.ValueInt64()), req.State.Raw, values, nil)
	if err != nil {
		addBug(&resp.Diagnostics, err)
		return
	}
	state.Pending, state.Emulated = listOf(pending), r.Data.Emulated()
	// What could not be read keeps its place: unreadable is never absent.
	state.Ready = types.BoolValue(len(pending) == 0 && (len(report.Errors) == 0 || state.Ready.ValueBool()))
	if len(pending) == 0 && len(report.Errors) == 0 {
		state.LastError = types.StringNull()
	}
	state.takeOutputs(found)
	state.dropOutputs(report, found)
	if resp.State.Raw, err = setModel(ctx, r.schemaOf(ctx), raw, state); err != nil {
		addBug(&resp.Diagnostics, err)
	}
}

// nothingStands tells whether every component could be read and has nothing. One
// that is no more than a setting of something else, such as of the project's
// audit logs, doesn't count.
func nothingStands(report reconcile.Report) bool {
	if len(report.Errors) > 0 {
		return false
	}
	return !slices.ContainsFunc(solid, func(name string) bool {
		seen, ok := report.Observations[name]
		return ok && seen.Presence != reconcile.Absent
	})
}

// solid are the components that are objects of their own.
var solid = []string{
	policy.ComponentNetwork, policy.ComponentCluster, policy.ComponentDatabase, policy.ComponentStorage, policy.ComponentFirewall, policy.ComponentNAT, policy.ComponentDNS,
}

// warnUnread says in one warning what could not be read.
func (r *environment) warnUnread(report reconcile.Report, recordErr error, diags *diag.Diagnostics) {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(report.Errors)) {
		lines = append(lines, report.Errors[name].Error())
	}
	if recordErr != nil && !errors.Is(recordErr, reconcile.ErrNotFound) {
		lines = append(lines, "ledger: "+recordErr.Error())
	}
	if len(lines) == 0 {
		return
	}
	diags.AddWarning("A part of the environment could not be read.",
		fmt.Sprintf("What could not be read keeps its last known values, and is not taken for absent.\n\n%s", strings.Join(lines, "\n")))
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
	if !r.superseded(ctx, state) {
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
	result := engine.Destroy(ctx, reconcile.Spec{Incarnation: state.Incarnation.ValueInt64()})
	switch {
	case result.Fenced:
		resp.Diagnostics.AddWarning("Nothing was destroyed, as this state is stale.",
			fmt.Sprintf("Another state has adopted %s since. It stands, and this state forgets it.", state.ID.ValueString()))
	case result.Err != nil:
		addError(&resp.Diagnostics, "The environment could not be destroyed.",
			fmt.Sprintf("What is left: %s. Destroy again to go on.", strings.Join(result.Pending, ", ")), result.Err)
	}
}

var idPattern = regexp.MustCompile(`^projects/([^/]+)/regions/([^/]+)/environments/([^/]+)$`)

// ImportState implements resource.ResourceWithImportState. The ledger alone says
// what the environment is.
func (r *environment) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id := req.ID
	if id == "" {
		id = idOfIdentity(ctx, req.Identity)
	}
	match := idPattern.FindStringSubmatch(id)
	if match == nil {
		resp.Diagnostics.AddAttributeError(path.Root("id"), "This is not the full name of an environment.",
			fmt.Sprintf("Import by projects/PROJECT/regions/REGION/environments/NAME; got %q.", id))
		return
	}
	client := r.Client(&resp.Diagnostics)
	if client == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	spec := &component.Spec{Project: match[1], Region: match[2], Name: match[3], Owner: component.OwnerKey(match[1], match[2], match[3]), Settings: policy.Values{}}
	record, err := component.ReadRecord(ctx, client, spec)
	switch {
	case errors.Is(err, reconcile.ErrNotFound):
		resp.Diagnostics.AddError("There is no such environment.",
			fmt.Sprintf("The bucket %s holds no record of %s. Check the name, or restore a record that was lost:\n\n  terraform-provider-cortx ledger rebuild -project %s -region %s -name %s", spec.LedgerBucket(), id, match[1], match[2], match[3]))
		return
	case err != nil:
		addError(&resp.Diagnostics, "The ledger of the environment could not be read.", "", err)
		return
	}
	if record.Owner != spec.Owner {
		resp.Diagnostics.AddError("There is no such environment.",
			fmt.Sprintf("The bucket %s holds the record of %s and not of %s: names are unique in a project, so it stands in another region. Import it by the region that it stands in.", spec.LedgerBucket(), placeOf(record), id))
		return
	}
	objectType, ok := r.schemaOf(ctx).Type().TerraformType(ctx).(tftypes.Object)
	if !ok {
		addBug(&resp.Diagnostics, errors.New("the schema is of no object"))
		return
	}
	raw, err := fromRecord(record.Fields[fieldConfiguration], objectType)
	if err != nil {
		addError(&resp.Diagnostics, "The ledger of the environment could not be read.", "", err)
		return
	}
	raw, err = tfkit.EditObject(raw, func(members map[string]tftypes.Value) {
		members["id"] = tftypes.NewValue(tftypes.String, id)
		// The next write adopts it, as [importedKey] has it: a state that had it
		// before is stale then.
		members["incarnation"] = tftypes.NewValue(tftypes.Number, record.Incarnation)
		members["ready"] = tftypes.NewValue(tftypes.Bool, record.Phase == reconcile.Ready)
		members["pending"] = tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, []tftypes.Value{})
	})
	if err != nil {
		addBug(&resp.Diagnostics, err)
		return
	}
	resp.State.Raw = raw
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, importedKey, []byte(strconv.Quote(uuid.NewString())))...)
	setIdentity(ctx, resp.Identity, model{Project: types.StringValue(match[1]), Region: types.StringValue(match[2]), Name: types.StringValue(match[3])})
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
	for _, own := range []error{reconcile.ErrFenced, reconcile.ErrForeign, reconcile.ErrLeaseHeld, reconcile.ErrLeaseLost, reconcile.ErrClaimed, reconcile.ErrLost, reconcile.ErrDeleted, reconcile.ErrNewer} {
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
