package alertpolicy

import (
	"context"
	"slices"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// flatten turns what the service returned into the state. prior is the state
// before: it tells which labels are ours, and which signal a condition had whose
// query somebody has rewritten by hand.
func (r *alertPolicy) flatten(ctx context.Context, remote *monitoringpb.AlertPolicy, prior model, diags *diag.Diagnostics) model {
	policy := alert.FromProto(remote)
	found := prior
	found.ID = types.StringValue(remote.GetName())
	found.Name = types.StringValue(remote.GetName())
	found.DisplayName = types.StringValue(policy.DisplayName)
	found.Enabled = types.BoolValue(policy.Enabled)
	found.Priority = stringOrNull(string(policy.Priority))
	found.Suite = stringOrNull(policy.Suite)
	found.Severity = stringOrNull(policy.Severity)
	found.Combiner = stringOrNull(policy.Combiner)
	found.Conditions = flattenConditions(ctx, policy.Conditions, prior.Conditions, diags)
	found.Runbook = objectValue(ctx, tfkit.RunbookAttributes(), policy.Runbook, diags)
	found.Documentation = objectValue(ctx, documentationAttributes(), policy.Documentation, diags)
	found.AutoClose = durationOrNull(policy.AutoClose)
	found.NotificationRateLimit = durationOrNull(policy.RateLimit)
	found.SLA = slaValue(policy.Priority)
	found.RenderedDocumentation = tfkit.Text{StringValue: stringOrNull(remote.GetDocumentation().GetContent())}
	found.Emulated = r.Data.Emulated()

	found.RenotifyInterval = durationOrNull(policy.Renotify)
	if len(policy.Channels) == 0 {
		// Without channels there is nothing that could hold the interval.
		found.RenotifyInterval = prior.RenotifyInterval
		if prior.RenotifyInterval.IsNull() && !policy.LogBased() {
			found.RenotifyInterval = durationOrNull(policy.Priority.Renotify())
		}
	}
	found.NotificationChannels = types.SetNull(types.StringType)
	if len(policy.Channels) > 0 {
		set, d := types.SetValueFrom(ctx, types.StringType, policy.Channels)
		diags.Append(d...)
		found.NotificationChannels = set
	} else if !prior.NotificationChannels.IsNull() {
		found.NotificationChannels = types.SetValueMust(types.StringType, nil)
	}
	prompts := policy.Prompts
	if len(prompts) == 0 {
		prompts = defaultPrompts(policy)
	}
	list, d := types.ListValueFrom(ctx, types.StringType, prompts)
	diags.Append(d...)
	found.NotificationPrompts = list

	own := alert.OwnLabels(policy)
	found.Labels, found.EffectiveLabels = tfkit.ReadLabels(ctx, remote.GetUserLabels(), prior.Labels, prior.EffectiveLabels, r.Data.DefaultLabels,
		func(key string) bool { _, ok := own[key]; return ok }, diags)
	return found
}

func flattenConditions(ctx context.Context, conditions []alert.Condition, prior types.List, diags *diag.Diagnostics) types.List {
	before := expandConditions(ctx, prior, diags)
	items := make([]tftypes.Value, 0, len(conditions))
	for _, condition := range conditions {
		query, isPromQL := condition.Query()
		if isPromQL && condition.EvaluationInterval == 0 {
			// Left out, it means the default, and the service may leave it out.
			condition.EvaluationInterval = defaultEvaluationInterval
		}
		encoded, err := encodeCondition(ctx, rewritten(condition, before))
		if err == nil {
			encoded, err = withQuery(encoded, query)
		}
		if err != nil {
			addBug(diags, err)
			return prior
		}
		items = append(items, encoded)
	}
	list, err := conditionsValue(ctx, items)
	if err != nil {
		addBug(diags, err)
	}
	return list
}

// rewritten returns the condition under the signal that it had before. A typed
// signal whose query somebody has rewritten keeps its kind, so that the plan
// shows the query as what changed; a raw query stays raw, even if it reads like
// a typed signal.
func rewritten(condition alert.Condition, before []alert.Condition) alert.Condition {
	i := slices.IndexFunc(before, func(c alert.Condition) bool { return c.Name != "" && c.Name == condition.Name })
	if i < 0 {
		return condition
	}
	if before[i].PromQL != nil {
		return condition.AsPromQL()
	}
	if _, isPromQL := before[i].Query(); !isPromQL || condition.PromQL == nil {
		return condition
	}
	typed := before[i]
	typed.DisplayName = condition.DisplayName
	typed.Duration = condition.Duration
	typed.EvaluationInterval = condition.EvaluationInterval
	typed.DisableMetricValidation = condition.DisableMetricValidation
	return typed
}

func withQuery(encoded tftypes.Value, query string) (tftypes.Value, error) {
	return tfkit.EditObject(encoded, func(attributes map[string]tftypes.Value) {
		if !attributes["query"].IsNull() {
			attributes["query"] = tftypes.NewValue(tftypes.String, query)
		}
	})
}

// setNames puts the names that the service assigned into a planned model.
func (m *model) setNames(ctx context.Context, remote *monitoringpb.AlertPolicy, diags *diag.Diagnostics) {
	m.ID = types.StringValue(remote.GetName())
	m.Name = types.StringValue(remote.GetName())
	items := make([]tftypes.Value, 0, len(m.Conditions.Elements()))
	for i, element := range m.Conditions.Elements() {
		raw, err := element.ToTerraformValue(ctx)
		if err == nil {
			raw, err = tfkit.EditObject(raw, func(attributes map[string]tftypes.Value) {
				// Never an unknown: Terraform would taint the policy although it stands.
				attributes["name"] = tftypes.NewValue(tftypes.String, nil)
				if i < len(remote.GetConditions()) {
					attributes["name"] = tftypes.NewValue(tftypes.String, remote.GetConditions()[i].GetName())
				}
			})
		}
		if err != nil {
			addBug(diags, err)
			return
		}
		items = append(items, raw)
	}
	list, err := conditionsValue(ctx, items)
	if err != nil {
		addBug(diags, err)
		return
	}
	m.Conditions = list
}
