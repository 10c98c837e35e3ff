package alertpolicy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// model is the resource as Terraform holds it. Conditions, runbook and
// documentation stay framework values, since any part of them may be unknown in
// a plan; the codec of tfkit turns them into the domain's structs.
type model struct {
	ID                    types.String   `tfsdk:"id"`
	Name                  types.String   `tfsdk:"name"`
	Project               types.String   `tfsdk:"project"`
	DisplayName           types.String   `tfsdk:"display_name"`
	Enabled               types.Bool     `tfsdk:"enabled"`
	Priority              types.String   `tfsdk:"priority"`
	Suite                 types.String   `tfsdk:"suite"`
	Severity              types.String   `tfsdk:"severity"`
	Combiner              types.String   `tfsdk:"combiner"`
	Conditions            types.List     `tfsdk:"conditions"`
	NotificationChannels  types.Set      `tfsdk:"notification_channels"`
	Runbook               types.Object   `tfsdk:"runbook"`
	Documentation         types.Object   `tfsdk:"documentation"`
	AutoClose             tfkit.Duration `tfsdk:"auto_close"`
	RenotifyInterval      tfkit.Duration `tfsdk:"renotify_interval"`
	NotificationRateLimit tfkit.Duration `tfsdk:"notification_rate_limit"`
	NotificationPrompts   types.List     `tfsdk:"notification_prompts"`
	Labels                types.Map      `tfsdk:"labels"`
	EffectiveLabels       types.Map      `tfsdk:"effective_labels"`
	SLA                   types.Object   `tfsdk:"sla"`
	RenderedDocumentation tfkit.Text     `tfsdk:"rendered_documentation"`
	Emulated              types.Bool     `tfsdk:"emulated"`
	Timeouts              timeouts.Value `tfsdk:"timeouts"`
}

var slaTypes = map[string]attr.Type{"response": types.StringType, "resolution": types.StringType}

// expand turns the model into the domain's policy. What is null or unknown has
// its default: a plan validates what it knows, an apply knows everything.
func (m model) expand(ctx context.Context, diags *diag.Diagnostics) alert.Policy {
	policy := alert.Policy{
		Name:        m.Name.ValueString(),
		DisplayName: m.DisplayName.ValueString(),
		Enabled:     m.Enabled.IsNull() || m.Enabled.IsUnknown() || m.Enabled.ValueBool(),
		Priority:    alert.Priority(m.Priority.ValueString()),
		Suite:       m.Suite.ValueString(),
		Severity:    m.Severity.ValueString(),
		Combiner:    m.Combiner.ValueString(),
		RateLimit:   m.NotificationRateLimit.Or(0),
		Labels:      tfkit.StringMap(ctx, m.Labels, diags),
	}
	if policy.Severity == "" {
		policy.Severity = policy.Priority.Severity()
	}
	if policy.Combiner == "" {
		policy.Combiner = "OR"
	}
	policy.Conditions = expandConditions(ctx, m.Conditions, diags)
	policy.AutoClose = m.AutoClose.Or(policy.Priority.AutoClose())
	policy.Renotify = m.RenotifyInterval.Or(0)
	if m.RenotifyInterval.IsNull() && !policy.LogBased() {
		policy.Renotify = policy.Priority.Renotify()
	}
	policy.Channels = knownStrings(m.NotificationChannels.Elements())
	policy.Prompts = knownStrings(m.NotificationPrompts.Elements())
	if m.NotificationPrompts.IsNull() {
		policy.Prompts = defaultPrompts(policy)
	}
	if !m.Runbook.IsNull() {
		policy.Runbook = &alert.Runbook{}
		decode(ctx, m.Runbook, policy.Runbook, diags)
	}
	if !m.Documentation.IsNull() {
		policy.Documentation = &alert.Documentation{}
		decode(ctx, m.Documentation, policy.Documentation, diags)
	}
	return policy
}

// defaultPrompts is what the service itself does when nothing is said.
func defaultPrompts(policy alert.Policy) []string {
	if policy.LogBased() {
		return []string{"OPENED"}
	}
	return []string{"OPENED", "CLOSED"}
}

func expandConditions(ctx context.Context, list types.List, diags *diag.Diagnostics) []alert.Condition {
	conditions := make([]alert.Condition, 0, len(list.Elements()))
	for _, element := range list.Elements() {
		raw, err := element.ToTerraformValue(ctx)
		if err != nil {
			addBug(diags, err)
			return nil
		}
		conditions = append(conditions, expandCondition(raw, diags))
	}
	return conditions
}

// signalDefaults sets, for each signal, a pointer to its defaults: a signal
// that the configuration names has every default before its values are read.
var signalDefaults = map[string]func(*alert.Condition){
	"error_rate":        func(c *alert.Condition) { c.ErrorRate = pointer(alert.DefaultErrorRate()) },
	"latency":           func(c *alert.Condition) { c.Latency = pointer(alert.DefaultLatency()) },
	"db_connections":    func(c *alert.Condition) { c.DBConnections = pointer(alert.DefaultDBConnections()) },
	"compliance_checks": func(c *alert.Condition) { c.ComplianceChecks = pointer(alert.DefaultComplianceChecks()) },
	"pack_duration":     func(c *alert.Condition) { c.PackDuration = pointer(alert.DefaultPackDuration()) },
	"ai_latency":        func(c *alert.Condition) { c.AILatency = pointer(alert.DefaultAILatency()) },
	"absence":           func(c *alert.Condition) { c.Absence = pointer(alert.DefaultAbsence()) },
	"uptime":            func(c *alert.Condition) { c.Uptime = pointer(alert.DefaultUptime()) },
	"promql":            func(c *alert.Condition) { c.PromQL = &alert.PromQL{} },
	"threshold":         func(c *alert.Condition) { c.Threshold = &alert.Threshold{} },
	"metric_absence":    func(c *alert.Condition) { c.MetricAbsence = &alert.MetricAbsence{} },
	"log_match":         func(c *alert.Condition) { c.LogMatch = &alert.LogMatch{} },
}

func pointer[T any](v T) *T { return &v }

func expandCondition(raw tftypes.Value, diags *diag.Diagnostics) alert.Condition {
	var condition alert.Condition
	members := map[string]tftypes.Value{}
	if !raw.IsKnown() || raw.IsNull() || raw.As(&members) != nil {
		return condition
	}
	for name, set := range signalDefaults {
		if !members[name].IsNull() {
			set(&condition)
		}
	}
	typed := condition.PromQL == nil && condition.Threshold == nil && condition.MetricAbsence == nil && condition.LogMatch == nil
	condition.DisableMetricValidation = typed
	if typed || condition.PromQL != nil {
		condition.EvaluationInterval = defaultEvaluationInterval
	}
	if err := tfkit.Decode(raw, &condition); err != nil {
		addBug(diags, err)
	}
	if condition.DisplayName == "" {
		condition.DisplayName = condition.DefaultDisplayName()
	}
	return condition
}

// encodeCondition writes a condition as the object of the schema, with what the
// service has no field for in this kind of condition as null.
func encodeCondition(ctx context.Context, condition alert.Condition) (tftypes.Value, error) {
	attributes := conditionAttributes()
	encoded, err := tfkit.Encode(ctx, attributes, condition)
	if err != nil {
		return encoded, err
	}
	return tfkit.EditObject(encoded, func(attributes map[string]tftypes.Value) {
		query, isPromQL := condition.Query()
		attributes["query"] = tftypes.NewValue(tftypes.String, query)
		if !isPromQL {
			attributes["query"] = tftypes.NewValue(tftypes.String, nil)
			attributes["evaluation_interval"] = tftypes.NewValue(tftypes.String, nil)
			attributes["disable_metric_validation"] = tftypes.NewValue(tftypes.Bool, nil)
		}
		if condition.LogMatch != nil {
			attributes["duration"] = tftypes.NewValue(tftypes.String, nil)
		}
	})
}

func conditionsValue(ctx context.Context, items []tftypes.Value) (types.List, error) {
	listType := conditionsType()
	value, err := listType.ValueFromTerraform(ctx, tftypes.NewValue(listType.TerraformType(ctx), items))
	if err != nil {
		return types.ListNull(listType.ElemType), err
	}
	list, _ := value.(types.List)
	return list, nil
}

// objectValue encodes a runbook or a documentation; nil is null.
func objectValue[T any](ctx context.Context, attributes map[string]schema.Attribute, v *T, diags *diag.Diagnostics) types.Object {
	objectType, _ := schema.NestedAttributeObject{Attributes: attributes}.Type().(types.ObjectType)
	if v == nil {
		return types.ObjectNull(objectType.AttrTypes)
	}
	raw, err := tfkit.Encode(ctx, attributes, v)
	if err != nil {
		addBug(diags, err)
		return types.ObjectNull(objectType.AttrTypes)
	}
	value, err := objectType.ValueFromTerraform(ctx, raw)
	if err != nil {
		addBug(diags, err)
		return types.ObjectNull(objectType.AttrTypes)
	}
	object, _ := value.(types.Object)
	return object
}

func slaValue(priority alert.Priority) types.Object {
	agreed, ok := priority.SLA()
	if !ok {
		return types.ObjectNull(slaTypes)
	}
	return types.ObjectValueMust(slaTypes, map[string]attr.Value{
		"response":   types.StringValue(tfkit.FormatDuration(agreed.Response)),
		"resolution": types.StringValue(tfkit.FormatDuration(agreed.Resolution)),
	})
}

func decode(ctx context.Context, object types.Object, target any, diags *diag.Diagnostics) {
	raw, err := object.ToTerraformValue(ctx)
	if err == nil {
		err = tfkit.Decode(raw, target)
	}
	if err != nil {
		addBug(diags, err)
	}
}

func knownStrings(elements []attr.Value) []string {
	var known []string
	for _, element := range elements {
		if s, ok := element.(types.String); ok && !s.IsNull() && !s.IsUnknown() {
			known = append(known, s.ValueString())
		}
	}
	return known
}

func stringOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

func addBug(diags *diag.Diagnostics, err error) {
	diags.AddError("The provider could not convert a value of an alert policy.", "This is a bug in the provider; please report it.\n\n"+err.Error())
}
