package alertpolicy

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// defaultEvaluationInterval is the service's own default for PromQL conditions
// (google/monitoring/v3/alert.proto).
const defaultEvaluationInterval = 30 * time.Second

// ModifyPlan implements resource.ResourceWithModifyPlan. Every value comes from
// the configuration and the defaults, never from the proposed plan, which would
// hide drift of what is not set. Rules are checked here and not in
// ValidateConfig: an error of ValidateConfig would bar every destroy, one of a
// plan leaves destroy -refresh=false.
func (r *alertPolicy) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
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
	if resp.Diagnostics.HasError() || prior != nil && tfkit.NotRead(prior.DisplayName, &resp.Diagnostics) {
		return
	}

	policy := config.expand(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	report(policy.Validate(), req.Config.Raw, prior != nil, &resp.Diagnostics)
	planned := r.plan(ctx, config, policy, prior, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	// An unknown project is not yet another one.
	if prior != nil && !planned.Project.IsUnknown() && !planned.Project.Equal(prior.Project) {
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("project"))
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
	later := deferral(policy, expandConditions(ctx, prior.Conditions, &resp.Diagnostics), tfkit.KnownAt(req.Config.Raw, []any{"conditions"}))
	resp.Plan.Raw = later.KeepAdopted(ctx, req.Private, req.State.Raw, kept, &resp.Diagnostics)
}

// report adds the problems with the known part of a configuration.
func report(problems []alert.Problem, raw tftypes.Value, standing bool, diags *diag.Diagnostics) {
	for _, problem := range problems {
		if !tfkit.KnownAt(raw, problem.Path) {
			continue
		}
		found := tfkit.Problem{Steps: problem.Path, Warning: problem.Warning, Summary: problem.Summary, Detail: problem.Detail}
		// No attribute of a policy holds a secret, so the line may be shown.
		found.Add(diags, tfkit.Path(problem.Path[:min(1, len(problem.Path))]), standing)
	}
}

// plan resolves a configuration, of which policy is the expanded form: what is
// null gets its default, what is unknown stays so, and so does what is derived
// from it.
func (r *alertPolicy) plan(ctx context.Context, config model, policy alert.Policy, prior *model, diags *diag.Diagnostics) model {
	planned := config
	planned.Project = r.PlanProject(config.Project, diags)
	planned.Emulated = r.Data.Emulated()
	planned.ID, planned.Name = types.StringUnknown(), types.StringUnknown()
	if prior != nil && (planned.Project.IsUnknown() || planned.Project.Equal(prior.Project)) {
		planned.ID, planned.Name = prior.ID, prior.Name
	}
	planned.Conditions = planConditions(ctx, config.Conditions, policy.Conditions, prior, diags)

	if config.Enabled.IsNull() {
		planned.Enabled = types.BoolValue(true)
	}
	if config.Combiner.IsNull() {
		planned.Combiner = types.StringValue(policy.Combiner)
	}
	if config.NotificationPrompts.IsNull() {
		planned.NotificationPrompts = types.ListUnknown(types.StringType)
		if !config.Conditions.IsUnknown() {
			list, d := types.ListValueFrom(ctx, types.StringType, policy.Prompts)
			diags.Append(d...)
			planned.NotificationPrompts = list
		}
	}
	planByPriority(&planned, config, policy)

	own := types.MapUnknown(types.StringType)
	if !config.Priority.IsUnknown() && !config.Suite.IsUnknown() {
		own = tfkit.PlanLabels(ctx, r.Data.DefaultLabels, config.Labels, alert.OwnLabels(policy), diags)
	}
	planned.EffectiveLabels = own
	planned.RenderedDocumentation = tfkit.Text{StringValue: types.StringUnknown()}
	if fullyKnown(ctx, config.Runbook) && fullyKnown(ctx, config.Documentation) && !config.Priority.IsUnknown() && !config.Suite.IsUnknown() {
		planned.RenderedDocumentation = tfkit.Text{StringValue: stringOrNull(policy.Content())}
	}
	return planned
}

// planByPriority sets what a priority stands for.
func planByPriority(planned *model, config model, policy alert.Policy) {
	if config.Priority.IsUnknown() {
		if config.Severity.IsNull() {
			planned.Severity = types.StringUnknown()
		}
		if config.AutoClose.IsNull() {
			planned.AutoClose = tfkit.Duration{StringValue: types.StringUnknown()}
		}
		if config.RenotifyInterval.IsNull() {
			planned.RenotifyInterval = tfkit.Duration{StringValue: types.StringUnknown()}
		}
		planned.SLA = types.ObjectUnknown(slaTypes)
		return
	}
	if config.Severity.IsNull() {
		planned.Severity = stringOrNull(policy.Severity)
	}
	if config.AutoClose.IsNull() {
		planned.AutoClose = durationOrNull(policy.AutoClose)
	}
	if config.RenotifyInterval.IsNull() {
		planned.RenotifyInterval = durationOrNull(policy.Renotify)
		if config.Conditions.IsUnknown() {
			planned.RenotifyInterval = tfkit.Duration{StringValue: types.StringUnknown()}
		}
	}
	planned.SLA = slaValue(policy.Priority)
}

func durationOrNull(d time.Duration) tfkit.Duration {
	if d == 0 {
		return tfkit.DurationNull()
	}
	return tfkit.DurationValue(d)
}

// planConditions resolves the conditions of a configuration, of which expanded
// are the same in the domain's form.
func planConditions(ctx context.Context, config types.List, expanded []alert.Condition, prior *model, diags *diag.Diagnostics) types.List {
	if config.IsUnknown() || config.IsNull() {
		return config
	}
	var names []string
	if prior != nil {
		raw, err := config.ToTerraformValue(ctx)
		names = conditionNames(expanded, expandConditions(ctx, prior.Conditions, diags), err == nil && raw.IsFullyKnown())
	}
	items := make([]tftypes.Value, 0, len(config.Elements()))
	for i, element := range config.Elements() {
		raw, err := element.ToTerraformValue(ctx)
		if err != nil {
			addBug(diags, err)
			return config
		}
		item, err := planCondition(ctx, raw, expanded[i])
		if err == nil && i < len(names) && names[i] != "" {
			item, err = tfkit.EditObject(item, func(attributes map[string]tftypes.Value) {
				attributes["name"] = tftypes.NewValue(tftypes.String, names[i])
			})
		}
		if err != nil {
			addBug(diags, err)
			return config
		}
		items = append(items, item)
	}
	list, err := conditionsValue(ctx, items)
	if err != nil {
		addBug(diags, err)
	}
	return list
}

// planCondition resolves one condition. What is derived from a signal is
// unknown while any part of the signal is.
func planCondition(ctx context.Context, raw tftypes.Value, condition alert.Condition) (tftypes.Value, error) {
	if !raw.IsKnown() || raw.IsNull() {
		return raw, nil
	}
	encoded, err := encodeCondition(ctx, condition)
	if err != nil {
		return raw, err
	}
	configured := map[string]tftypes.Value{}
	if err := raw.As(&configured); err != nil {
		return raw, err
	}
	resolved, err := tfkit.EditObject(encoded, func(attributes map[string]tftypes.Value) {
		unknown := tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
		attributes["name"] = unknown
		for name := range signalDefaults {
			if configured[name].IsFullyKnown() {
				continue
			}
			for _, derived := range []string{"query", "display_name"} {
				if !attributes[derived].IsNull() {
					attributes[derived] = unknown
				}
			}
		}
	})
	if err != nil {
		return raw, err
	}
	return tfkit.Fill(raw, resolved)
}

// conditionNames returns the name of the standing condition that each configured
// one goes on, or "": Google's advice is to keep ids through small changes, and
// to let a condition that becomes another one have a new id. A condition goes on
// the one at the same place with the same signal. What is left over pairs by
// signal, so that the rest keeps its ids when one is taken out; but only while
// all is known, since a name in a plan has to be the same again at apply.
func conditionNames(configured, standing []alert.Condition, known bool) []string {
	names := make([]string, len(configured))
	used := make([]bool, len(standing))
	pair := func(i, j int) bool {
		signal := configured[i].Signal()
		if names[i] != "" || used[j] || signal == "" || signal != standing[j].Signal() {
			return false
		}
		names[i], used[j] = standing[j].Name, true
		return true
	}
	for i := range min(len(configured), len(standing)) {
		pair(i, i)
	}
	if !known {
		return names
	}
	for i := range configured {
		for j := range standing {
			if pair(i, j) {
				break
			}
		}
	}
	return names
}

func fullyKnown(ctx context.Context, object types.Object) bool {
	raw, err := object.ToTerraformValue(ctx)
	return err == nil && raw.IsFullyKnown()
}
