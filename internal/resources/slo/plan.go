package slo

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/problem"
	domain "github.com/cortx-platform/terraform-provider-cortx/internal/slo"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// ModifyPlan implements resource.ResourceWithModifyPlan. Every value comes from
// the configuration and the defaults, never from the proposed plan, which would
// hide drift of what is not set.
func (r *objective) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	var prior *model
	if !req.State.Raw.IsNull() {
		prior = &model{}
		resp.Diagnostics.Append(req.State.Get(ctx, prior)...)
	}
	if resp.Diagnostics.HasError() || prior != nil && tfkit.NotRead(prior.Ready, &resp.Diagnostics) {
		return
	}
	p := &planner{r: r, config: config, raw: req.Config.Raw, prior: prior, diags: &resp.Diagnostics}
	filled := p.fill(ctx)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Plan.Raw = filled
	var planned model
	resp.Diagnostics.Append(resp.Plan.Get(ctx, &planned)...)
	if resp.Diagnostics.HasError() {
		return
	}
	p.plan(ctx, &planned)
	if resp.Diagnostics.HasError() {
		return
	}
	if prior != nil {
		for name, values := range map[string][2]types.String{
			"project": {prior.Project, planned.Project}, "service_id": {prior.ServiceID, planned.ServiceID}, "slo_id": {prior.SloID, planned.SloID},
		} {
			// What is unknown is not yet another one.
			if !values[1].IsUnknown() && !values[1].Equal(values[0]) {
				resp.RequiresReplace = append(resp.RequiresReplace, path.Root(name))
			}
		}
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, planned)...)
	if prior == nil || resp.Diagnostics.HasError() {
		return
	}
	kept, err := tfkit.KeepInPlan(ctx, resp.Plan.Schema.Type(), req.State.Raw, resp.Plan.Raw)
	if err != nil {
		addBug(&resp.Diagnostics, err)
		return
	}
	resp.Plan.Raw = kept
}

// planner resolves one configuration.
type planner struct {
	r      *objective
	config model
	raw    tftypes.Value
	prior  *model
	diags  *diag.Diagnostics
	wanted domain.SLO
}

// fill checks the configuration, and returns it with its nulls resolved.
func (p *planner) fill(ctx context.Context) tftypes.Value {
	wanted, err := expand(p.raw)
	if err != nil {
		addBug(p.diags, err)
		return p.raw
	}
	p.wanted = wanted
	p.check()
	if p.diags.HasError() {
		return p.raw
	}
	encoded, err := encode(ctx, wanted)
	if err != nil {
		addBug(p.diags, err)
		return p.raw
	}
	unsettled := p.config.Preset.IsUnknown()
	filled, err := tfkit.EditObject(p.raw, func(members map[string]tftypes.Value) {
		for _, name := range resolved {
			switch {
			case !members[name].IsNull():
				if full, fillErr := tfkit.Fill(members[name], encoded[name]); fillErr == nil {
					members[name] = full
				} else {
					err = fillErr
				}
			case unsettled && name != "alerts" && name != "window_days" && name != "good_total_ratio" && name != "distribution_cut":
				members[name] = tftypes.NewValue(members[name].Type(), tftypes.UnknownValue)
			case name == "display_name" && !p.named():
				members[name] = tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
			case name == "service_display_name":
				// It is what stands that counts; see plan.
			default:
				members[name] = encoded[name]
			}
		}
	})
	if err != nil {
		addBug(p.diags, err)
	}
	return filled
}

// named tells whether what the objective is called follows from what is known:
// the goal, and with the preset of a latency its threshold.
func (p *planner) named() bool {
	return !p.config.Goal.IsUnknown() &&
		(p.config.Preset.ValueString() != domain.PresetLatencyP99 || tfkit.KnownAt(p.raw, problem.Path{"latency", "threshold_ms"}))
}

// check reports what is wrong with the known part of the configuration.
func (p *planner) check() {
	if preset := p.config.Preset; !preset.IsNull() && !preset.IsUnknown() {
		if _, ok := domain.Preset(preset.ValueString()); !ok {
			p.report(problem.Problem{
				Path: problem.Path{"preset"}, Summary: "There is no such preset.",
				Detail: fmt.Sprintf("Use one of %v; got %q.", domain.PresetNames(), preset.ValueString()),
			})
			return
		}
	}
	if p.config.Goal.IsNull() && p.config.Preset.IsNull() {
		p.report(problem.Problem{Path: problem.Path{"goal"}, Summary: "The objective has no goal.", Detail: "Set goal to the share of requests that must be good, such as 0.999, or use a preset."})
		return
	}
	for _, found := range p.wanted.Validate() {
		if tfkit.KnownAt(p.raw, found.Path) {
			p.report(found)
		}
	}
}

func (p *planner) report(found problem.Problem) {
	shown := tfkit.Problem{Steps: found.Path, Warning: found.Warning, Summary: found.Summary, Detail: found.Detail}
	// No attribute of an objective holds a secret, so the line may be shown.
	shown.Add(p.diags, tfkit.Path(found.Path[:min(1, len(found.Path))]), p.prior != nil)
}

// plan resolves what is no setting: names, labels, windows and the outcome.
func (p *planner) plan(ctx context.Context, planned *model) {
	planned.Project = p.r.PlanProject(p.config.Project, p.diags)
	planned.Emulated = p.r.Data.Emulated()
	planned.ServiceName, planned.Name = types.StringUnknown(), types.StringUnknown()
	if !planned.Project.IsUnknown() && !planned.ServiceID.IsUnknown() {
		named := domain.SLO{Project: planned.Project.ValueString(), ServiceID: planned.ServiceID.ValueString(), SloID: planned.SloID.ValueString()}
		planned.ServiceName = types.StringValue(named.ServiceName())
		if !planned.SloID.IsUnknown() {
			planned.Name = types.StringValue(named.Name())
		}
	}
	planned.ID = planned.Name
	planned.EffectiveLabels = tfkit.PlanLabels(ctx, p.r.Data.DefaultLabels, p.config.Labels, domain.OwnLabels(), p.diags)
	planned.BurnRateWindows = types.ListUnknown(tfkit.ObjectOf(windowAttributes()))
	if !planned.Goal.IsUnknown() && !planned.WindowDays.IsUnknown() {
		planned.BurnRateWindows = encodeWindows(ctx, p.wanted.Windows(), p.diags)
	}
	p.planOutcome(ctx, planned)
}

// planOutcome says what a run leaves. A create may fall short without an error,
// so its outcome is not known yet. An update that does is an error, so what it
// promises is known, and a plan shows what is pending going away.
func (p *planner) planOutcome(ctx context.Context, planned *model) {
	standing := p.prior != nil && (planned.Name.IsUnknown() || planned.Name.Equal(p.prior.Name))
	if !standing {
		planned.Ready, planned.LastError = types.BoolUnknown(), types.StringUnknown()
		planned.Pending = types.ListUnknown(types.StringType)
		planned.Policies = types.MapUnknown(types.StringType)
		if p.config.ServiceDisplayName.IsNull() {
			planned.ServiceDisplayName = types.StringUnknown()
		}
		return
	}
	planned.Ready, planned.LastError = types.BoolValue(true), types.StringNull()
	planned.Pending = types.ListValueMust(types.StringType, nil)
	if p.config.ServiceDisplayName.IsNull() {
		planned.ServiceDisplayName = p.prior.ServiceDisplayName
	}
	enabled := planned.Alerts.Attributes()["enabled"]
	window := planned.Alerts.Attributes()["absence_window"]
	if planned.Alerts.IsUnknown() || enabled.IsUnknown() || window.IsUnknown() || planned.Goal.IsUnknown() || planned.WindowDays.IsUnknown() {
		planned.Policies = types.MapUnknown(types.StringType)
		return
	}
	names := map[string]types.String{}
	standingNames := p.prior.policyNames(ctx, p.diags)
	for _, policy := range p.wanted.Policies() {
		names[policy.Key] = types.StringUnknown()
		if name, ok := standingNames[policy.Key]; ok {
			names[policy.Key] = types.StringValue(name)
		}
	}
	value, d := types.MapValueFrom(ctx, types.StringType, names)
	p.diags.Append(d...)
	planned.Policies = value
}
