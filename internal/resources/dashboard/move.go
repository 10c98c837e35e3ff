package dashboard

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/cortx-platform/terraform-provider-cortx/internal/problem"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// source is hashicorp/google's type for the same object.
var source = tfkit.MoveSource{
	Types: []string{"google_monitoring_dashboard"},
	Inspect: func(attributes map[string]any) []problem.Problem {
		return tfkit.DeletionPolicyLost(attributes, "cortx_dashboard")
	},
}

// MoveState implements resource.ResourceWithMoveState. A moved dashboard keeps
// the notation that it had, its JSON, so that a configuration only changes the
// resource's type.
func (r *dashboard) MoveState(context.Context) []resource.StateMover {
	movers := collection.Movers(source)
	for i := range movers {
		move := movers[i].StateMover
		movers[i].StateMover = func(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
			move(ctx, req, resp)
			if resp.Diagnostics.HasError() || !slices.Contains(source.Types, req.SourceTypeName) || resp.TargetState.Raw.IsNull() {
				return
			}
			var moved struct {
				DashboardJSON string `json:"dashboard_json"`
			}
			if err := json.Unmarshal(req.SourceRawState.JSON, &moved); err == nil && moved.DashboardJSON != "" {
				resp.Diagnostics.Append(resp.TargetState.SetAttribute(ctx, path.Root("dashboard_json"), tfkit.SpelledValue[monitoringJSON](moved.DashboardJSON))...)
			}
		}
	}
	return movers
}
