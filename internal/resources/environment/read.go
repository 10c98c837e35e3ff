package environment

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

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
