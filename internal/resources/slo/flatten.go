package slo

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"google.golang.org/protobuf/proto"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	domain "github.com/cortx-platform/terraform-provider-cortx/internal/slo"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// flatten turns what stands into the state. What no attribute can show, a policy
// that is gone or was edited, is in pending, and the plan shows it going away.
func (r *objective) flatten(ctx context.Context, observed domain.Observed, names map[string]string, priorRaw tftypes.Value, prior model, private tfkit.Private, resp *resource.ReadResponse) {
	diags := &resp.Diagnostics
	before, err := expand(priorRaw)
	if err != nil {
		addBug(diags, err)
		return
	}
	before.Labels = tfkit.StringMap(ctx, prior.EffectiveLabels, diags)
	// Policies name the service: as the configuration does, or as it is called by
	// whoever does.
	asked := before
	asked.ServiceDisplayName = observed.Service.GetDisplayName()
	if named := chosenName(ctx, private, diags); named != "" {
		asked.ServiceDisplayName = named
	}
	known := &asked
	imported := prior.EffectiveLabels.IsNull()
	if imported {
		known = nil
		tfkit.SettleAdopted(ctx, resp.Private, observed.Objective.GetUserLabels(), domain.OwnLabels(), diags)
	}
	if observed.Objective != nil { // The mark of its own create is on no policy.
		observed.Objective = proto.CloneOf(observed.Objective)
		delete(observed.Objective.UserLabels, gcp.CreateIDLabel)
	}
	seen, pending := domain.FromProto(observed, known)
	if observed.Objective == nil {
		seen = before // It is pending as a whole.
	}
	members, err := encode(ctx, seen)
	if err != nil {
		addBug(diags, err)
		return
	}
	filled, err := tfkit.EditObject(priorRaw, func(into map[string]tftypes.Value) {
		for _, name := range resolved {
			if name != "slo_id" {
				into[name] = members[name]
			}
		}
	})
	if err != nil {
		addBug(diags, err)
		return
	}
	state := resp.State
	state.Raw = filled
	var found model
	diags.Append(state.Get(ctx, &found)...)
	if diags.HasError() {
		return
	}
	done := outcome{policies: names, pending: pending, serviceDisplayName: seen.ServiceDisplayName}
	found.settle(ctx, done, diags)
	if len(pending) > 0 {
		found.LastError = prior.LastError
	}
	if imported {
		found.BurnRateWindows = encodeWindows(ctx, seen.Windows(), diags)
	}
	found.Emulated = r.Data.Emulated()
	if observed.Objective != nil {
		found.Labels, found.EffectiveLabels = tfkit.ReadLabels(ctx, observed.Objective.GetUserLabels(), prior.Labels, prior.EffectiveLabels, r.Data.DefaultLabels, domain.IsOwnLabel, diags)
	}
	if found.EffectiveLabels.IsNull() {
		found.EffectiveLabels = types.MapValueMust(types.StringType, nil)
	}
	tfkit.SetRead(ctx, resp, found)
}
