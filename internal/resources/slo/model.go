package slo

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	domain "github.com/cortx-platform/terraform-provider-cortx/internal/slo"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// model is the resource as Terraform holds it: for what any part may be unknown
// of. What a plan resolves goes through the domain's struct instead, by the codec
// of tfkit.
type model struct {
	ID                 types.String   `tfsdk:"id"`
	Name               types.String   `tfsdk:"name"`
	Project            types.String   `tfsdk:"project"`
	ServiceID          types.String   `tfsdk:"service_id"`
	ServiceDisplayName types.String   `tfsdk:"service_display_name"`
	ServiceName        types.String   `tfsdk:"service_name"`
	SloID              types.String   `tfsdk:"slo_id"`
	DisplayName        types.String   `tfsdk:"display_name"`
	Preset             types.String   `tfsdk:"preset"`
	Goal               types.Float64  `tfsdk:"goal"`
	WindowDays         types.Int64    `tfsdk:"window_days"`
	Availability       types.Object   `tfsdk:"availability"`
	Latency            types.Object   `tfsdk:"latency"`
	GoodTotalRatio     types.Object   `tfsdk:"good_total_ratio"`
	DistributionCut    types.Object   `tfsdk:"distribution_cut"`
	Alerts             types.Object   `tfsdk:"alerts"`
	Labels             types.Map      `tfsdk:"labels"`
	EffectiveLabels    types.Map      `tfsdk:"effective_labels"`
	BurnRateWindows    types.List     `tfsdk:"burn_rate_windows"`
	Policies           types.Map      `tfsdk:"policies"`
	Ready              types.Bool     `tfsdk:"ready"`
	Pending            types.List     `tfsdk:"pending"`
	LastError          types.String   `tfsdk:"last_error"`
	Emulated           types.Bool     `tfsdk:"emulated"`
	Timeouts           timeouts.Value `tfsdk:"timeouts"`
}

// resolved are the attributes that the domain's struct has a field for, and that
// a configuration may leave out.
var resolved = []string{
	"service_display_name", "slo_id", "display_name", "goal", "window_days",
	"availability", "latency", "good_total_ratio", "distribution_cut", "alerts",
}

// expand turns a configuration or a state into the domain's struct. What is null
// or unknown has its default: a plan validates what it knows, an apply knows
// everything.
func expand(raw tftypes.Value) (domain.SLO, error) {
	members := map[string]tftypes.Value{}
	if err := raw.As(&members); err != nil {
		return domain.SLO{}, err
	}
	s := domain.SLO{WindowDays: domain.DefaultWindowDays, Alerts: domain.DefaultAlerts()}
	var name string
	if preset := members["preset"]; preset.IsKnown() && !preset.IsNull() {
		if err := preset.As(&name); err != nil {
			return s, err
		}
		if standard, ok := domain.Preset(name); ok {
			s = standard
			s.DisplayName = "" // It tells the goal, which is not known before the rest.
		}
	}
	// An indicator that is named has every default before its values are read.
	if !members["availability"].IsNull() && s.Availability == nil {
		standard := domain.DefaultAvailability()
		s.Availability = &standard
	}
	if !members["latency"].IsNull() && s.Latency == nil {
		standard := domain.DefaultLatency()
		s.Latency = &standard
	}
	if !members["good_total_ratio"].IsNull() {
		s.GoodTotalRatio = &domain.GoodTotalRatio{}
	}
	if !members["distribution_cut"].IsNull() {
		s.DistributionCut = &domain.DistributionCut{}
	}
	if err := tfkit.Decode(raw, &s); err != nil {
		return s, err
	}
	if s.SloID == "" {
		s.SloID = strings.ReplaceAll(name, "_", "-")
		if s.SloID == "" {
			s.SloID = strings.ReplaceAll(s.Indicator(), "_", "-")
		}
	}
	if s.DisplayName == "" {
		s.DisplayName = s.PresetDisplayName(name)
	}
	if s.DisplayName == "" && s.Goal > 0 {
		s.DisplayName = fmt.Sprintf("%s of %s", strings.ReplaceAll(s.Indicator(), "_", " "), percent(s.Goal))
	}
	return s, nil
}

func percent(share float64) string { return fmt.Sprintf("%.6g%%", share*100) }

// encode writes the domain's struct as the attributes that it has fields for.
func encode(ctx context.Context, s domain.SLO) (map[string]tftypes.Value, error) {
	made := map[string]schema.Attribute{}
	for _, name := range resolved {
		made[name] = attributes()[name]
	}
	raw, err := tfkit.Encode(ctx, made, s)
	if err != nil {
		return nil, err
	}
	members := map[string]tftypes.Value{}
	return members, raw.As(&members)
}

// encodeWindows writes pairs of windows as the attribute.
func encodeWindows(ctx context.Context, pairs []domain.WindowPair, diags *diag.Diagnostics) types.List {
	listType := types.ListType{ElemType: tfkit.ObjectOf(windowAttributes())}
	items := make([]tftypes.Value, 0, len(pairs))
	for _, pair := range pairs {
		item, err := tfkit.Encode(ctx, windowAttributes(), pair)
		if err != nil {
			addBug(diags, err)
			return types.ListNull(listType.ElemType)
		}
		items = append(items, item)
	}
	value, err := listType.ValueFromTerraform(ctx, tftypes.NewValue(listType.TerraformType(ctx), items))
	if err != nil {
		addBug(diags, err)
		return types.ListNull(listType.ElemType)
	}
	list, _ := value.(types.List)
	return list
}

// policyNames are the known names of the policies that stand.
func (m model) policyNames(ctx context.Context, diags *diag.Diagnostics) map[string]string {
	return tfkit.StringMap(ctx, m.Policies, diags)
}

// settle puts the outcome of a write into a planned model. Nothing stays
// unknown: Terraform would taint the objective although it stands.
func (m *model) settle(ctx context.Context, done outcome, diags *diag.Diagnostics) {
	names, d := types.MapValueFrom(ctx, types.StringType, done.policies)
	diags.Append(d...)
	m.Policies = names
	pending, d := types.ListValueFrom(ctx, types.StringType, append([]string{}, done.pending...))
	diags.Append(d...)
	m.Pending = pending
	m.Ready = types.BoolValue(len(done.pending) == 0)
	m.LastError = types.StringNull()
	if done.err != nil {
		m.LastError = types.StringValue(tfkit.OneLine(done.err))
	}
	if m.ServiceDisplayName.IsUnknown() {
		m.ServiceDisplayName = types.StringValue(done.serviceDisplayName)
	}
}

func addBug(diags *diag.Diagnostics, err error) {
	diags.AddError("The provider could not convert a value of an objective.", "This is a bug in the provider; please report it.\n\n"+err.Error())
}
