package dashboard

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
	"github.com/cortx-platform/terraform-provider-cortx/internal/problem"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// ModifyPlan implements resource.ResourceWithModifyPlan. Every value comes from
// the configuration and the defaults, never from the proposed plan, which would
// hide drift of what is not set.
func (r *dashboard) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
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

	p := &planner{r: r, config: config, raw: req.Config.Raw, prior: prior, diags: &resp.Diagnostics}
	planned := p.plan(ctx)
	if resp.Diagnostics.HasError() {
		return
	}
	if prior != nil {
		// An unknown project is not yet another one.
		for name, changed := range map[string]bool{
			"project":      !planned.Project.IsUnknown() && !planned.Project.Equal(prior.Project),
			"dashboard_id": !planned.DashboardID.IsNull() && !planned.DashboardID.IsUnknown() && !prior.DashboardID.IsNull() && !planned.DashboardID.Equal(prior.DashboardID),
		} {
			if changed {
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
	resp.Plan.Raw = deferral.KeepAdopted(ctx, req.Private, req.State.Raw, kept, &resp.Diagnostics)
}

// deferral is what an adopted dashboard need not have until something else is
// written.
var deferral = tfkit.Deferral{Own: func(key string) bool {
	_, own := ownLabels("any")[key]
	return own
}}

// idOf returns the last part of a full name.
func idOf(name string) string { return name[strings.LastIndex(name, "/")+1:] }

// planner resolves one configuration.
type planner struct {
	r      *dashboard
	config model
	raw    tftypes.Value
	prior  *model
	diags  *diag.Diagnostics
}

// plan returns what is null with its default, and what is unknown, or derived
// from it, as unknown.
func (p *planner) plan(ctx context.Context) model {
	config, planned := p.config, p.config
	planned.Project = p.r.PlanProject(config.Project, p.diags)
	planned.Emulated = p.r.Data.Emulated()
	planned.UnmanagedJSON = types.StringNull()
	planned.Targets = p.targets(ctx)
	p.notations()
	if p.diags.HasError() {
		return planned
	}

	planned.EffectiveLabels = p.labels(ctx)
	known := p.fillContent(ctx, &planned)
	p.planInputs(ctx, &planned)
	p.planNames(&planned)
	p.planGrafana(ctx, &planned, known && !planned.EffectiveLabels.IsUnknown())
	return planned
}

// targets resolves where the dashboard stands.
func (p *planner) targets(ctx context.Context) types.Set {
	if !p.config.Targets.IsNull() {
		for _, element := range p.config.Targets.Elements() {
			if s, ok := element.(types.String); ok && !s.IsUnknown() && s.ValueString() != dash.TargetCloudMonitoring && s.ValueString() != dash.TargetGrafana {
				p.add(problem.Path{"targets"}, "This is no target of dashboards.", fmt.Sprintf("Use %q or %q; got %q.", dash.TargetCloudMonitoring, dash.TargetGrafana, s.ValueString()))
			}
		}
		if !p.config.Targets.IsUnknown() && len(p.config.Targets.Elements()) == 0 {
			p.add(problem.Path{"targets"}, "The dashboard has no target.", "Name at least one of cloud_monitoring and grafana, or leave targets out.")
		}
		if p.r.Data != nil && !p.r.Data.HasGrafana.IsUnknown() && !p.r.Data.HasGrafana.ValueBool() && p.config.has(dash.TargetGrafana) {
			p.add(problem.Path{"targets"}, "The provider has no Grafana.", "Give the provider block grafana = { url = …, auth = … }, or take grafana out of targets; grafana_json is there without it.")
		}
		return p.config.Targets
	}
	if p.r.Data == nil || p.r.Data.HasGrafana.IsUnknown() {
		return types.SetUnknown(types.StringType)
	}
	names := []string{dash.TargetCloudMonitoring}
	if p.r.Data.HasGrafana.ValueBool() {
		names = append(names, dash.TargetGrafana)
	}
	set, d := types.SetValueFrom(ctx, types.StringType, names)
	p.diags.Append(d...)
	return set
}

// notations checks that the content is given once.
func (p *planner) notations() {
	given := []string{}
	for name, value := range map[string]attr.Value{"preset": p.config.Preset, "sections": p.config.Sections, "dashboard_json": p.config.DashboardJSON} {
		if !value.IsNull() {
			given = append(given, name)
		}
	}
	slices.Sort(given)
	switch len(given) {
	case 1:
	case 0:
		p.add(nil, "The dashboard has no content.", "Give it one of preset, sections and dashboard_json.")
	default:
		p.add(problem.Path{given[0]}, "The dashboard's content is given twice.", "Keep one of "+strings.Join(given, " and ")+".")
	}
	if !p.config.PresetInputs.IsNull() && p.config.Preset.IsNull() {
		p.add(problem.Path{"preset_inputs"}, "Inputs of a preset are given without a preset.", "Set preset, or take preset_inputs out.")
	}
	if !p.config.DashboardJSON.IsNull() {
		for name, value := range map[string]attr.Value{"variables": p.config.Variables, "links": p.config.Links} {
			if !value.IsNull() {
				p.add(problem.Path{name}, "This can't be combined with dashboard_json.", "Write it into the JSON (variables are its dashboardFilters), or use sections instead.")
			}
		}
	}
	if !p.config.Sections.IsNull() && p.config.DisplayName.IsNull() {
		p.add(problem.Path{"display_name"}, "The dashboard has no title.", "Set display_name.")
	}
}

func (p *planner) labels(ctx context.Context) types.Map {
	if p.config.Preset.IsUnknown() || p.config.DashboardJSON.IsUnknown() {
		return types.MapUnknown(types.StringType)
	}
	own := ownLabels(p.config.Preset.ValueString())
	if p.config.DashboardJSON.IsNull() {
		return tfkit.PlanLabels(ctx, p.r.Data.DefaultLabels, p.config.Labels, own, p.diags)
	}
	message, err := dash.ParseMonitoringJSON(p.config.DashboardJSON.ValueString())
	if err != nil {
		return types.MapUnknown(types.StringType) // The error is reported with the content.
	}
	for key, value := range message.GetLabels() {
		if _, ours := own[key]; !ours && !hasKey(p.config.Labels, key) {
			own[key] = value
		}
	}
	return tfkit.PlanLabels(ctx, p.r.Data.DefaultLabels, p.config.Labels, own, p.diags)
}

func hasKey(m types.Map, key string) bool {
	_, ok := m.Elements()[key]
	return ok
}

// fillContent resolves title, sections, variables and links, and checks them. It
// reports whether all of it is known.
func (p *planner) fillContent(ctx context.Context, planned *model) bool {
	switch {
	case !p.config.Preset.IsNull():
		return p.fillPreset(ctx, planned)
	case !p.config.DashboardJSON.IsNull():
		return p.fillJSON(ctx, planned)
	default:
		return p.fillSections(ctx, planned)
	}
}

func (p *planner) fillSections(ctx context.Context, planned *model) bool {
	content := p.config.places(ctx, p.diags)
	content = content.Arranged()
	p.validate(ctx, content, planned, nil)
	var err error
	if !p.config.Sections.IsUnknown() {
		planned.Sections, err = fillSections(ctx, p.config.Sections, content.Sections)
	}
	if err != nil {
		addBug(p.diags, err)
	}
	p.fillLists(ctx, planned, dash.Dashboard{})
	return fullyKnown(ctx, p.config.DisplayName, p.config.Sections, p.config.Variables, p.config.Links)
}

// fillSections puts what a configuration leaves out in its place.
func fillSections(ctx context.Context, config types.List, arranged []dash.Section) (types.List, error) {
	resolved, err := encodeSections(ctx, arranged)
	if err != nil {
		return config, err
	}
	configRaw, err := config.ToTerraformValue(ctx)
	if err != nil {
		return config, err
	}
	resolvedRaw, err := resolved.ToTerraformValue(ctx)
	if err != nil {
		return config, err
	}
	filled, err := tfkit.Fill(configRaw, resolvedRaw)
	if err != nil {
		return config, err
	}
	value, err := sectionsType().ValueFromTerraform(ctx, filled)
	if err != nil {
		return config, err
	}
	list, _ := value.(types.List)
	return list, nil
}

func (p *planner) fillPreset(ctx context.Context, planned *model) bool {
	if !fullyKnown(ctx, p.config.Preset, p.config.PresetInputs) {
		planned.Sections = types.ListUnknown(sectionsType().ElemType)
		if p.config.DisplayName.IsNull() {
			planned.DisplayName = types.StringUnknown()
		}
		if p.config.Variables.IsNull() {
			planned.Variables = types.ListUnknown(variablesType().ElemType)
		}
		if p.config.Links.IsNull() {
			planned.Links = types.ListUnknown(linksType().ElemType)
		}
		return false
	}
	var inputs dash.PresetInputs
	if !p.config.PresetInputs.IsNull() {
		decode(ctx, p.config.PresetInputs, &inputs, p.diags)
	}
	preset, err := dash.Preset(p.config.Preset.ValueString(), inputs)
	if err != nil {
		p.add(problem.Path{"preset"}, "The preset can't be made.", err.Error())
		return false
	}
	if p.config.DisplayName.IsNull() {
		planned.DisplayName = types.StringValue(preset.DisplayName)
	}
	preset.DisplayName = planned.DisplayName.ValueString()
	preset = preset.Arranged().WithDefaults()
	if planned.Sections, err = encodeSections(ctx, preset.Sections); err != nil {
		addBug(p.diags, err)
	}
	p.fillLists(ctx, planned, preset)
	if !p.config.Variables.IsNull() || !p.config.Links.IsNull() {
		preset = planned.places(ctx, p.diags)
	}
	p.validate(ctx, preset, planned, problem.Path{"preset"})
	return fullyKnown(ctx, planned.DisplayName, planned.Variables, planned.Links)
}

// fillJSON takes the title from the JSON, and has no other notation of it.
func (p *planner) fillJSON(ctx context.Context, planned *model) bool {
	planned.Sections = types.ListNull(sectionsType().ElemType)
	planned.Variables = types.ListNull(variablesType().ElemType)
	planned.Links = types.ListNull(linksType().ElemType)
	if p.config.DashboardJSON.IsUnknown() {
		if p.config.DisplayName.IsNull() {
			planned.DisplayName = types.StringUnknown()
		}
		return false
	}
	message, err := dash.ParseMonitoringJSON(p.config.DashboardJSON.ValueString())
	if err != nil {
		p.add(problem.Path{"dashboard_json"}, "This is not a dashboard of the Cloud Monitoring API.", err.Error())
		return false
	}
	if p.config.DisplayName.IsNull() {
		planned.DisplayName = types.StringValue(message.GetDisplayName())
		if message.GetDisplayName() == "" {
			p.add(problem.Path{"dashboard_json"}, "The dashboard has no title.", "Give the JSON a displayName, or set display_name.")
		}
	}
	return fullyKnown(ctx, planned.DisplayName)
}

// fillLists resolves the lists that a preset may give.
func (p *planner) fillLists(ctx context.Context, planned *model, preset dash.Dashboard) {
	var err error
	if planned.Variables.IsNull() {
		if planned.Variables, err = encodeList(ctx, variablesType(), variableAttributes(), preset.Variables); err != nil {
			addBug(p.diags, err)
		}
	}
	if planned.Links.IsNull() {
		if planned.Links, err = encodeList(ctx, linksType(), linkAttributes(), preset.Links); err != nil {
			addBug(p.diags, err)
		}
	}
}

// validate reports what is wrong with the known part. Problems with the content
// of a preset are at instead: a user has no line for them.
func (p *planner) validate(ctx context.Context, content dash.Dashboard, planned *model, instead problem.Path) {
	var targets []string
	for _, target := range []string{dash.TargetCloudMonitoring, dash.TargetGrafana} {
		if planned.has(target) {
			targets = append(targets, target)
		}
	}
	problems := content.Validate(targets...)
	for _, found := range dash.GrafanaProblems(content, planned.settings(ctx, p.diags).options(planned.Project.ValueString())) {
		// The JSON for Grafana is there in any case, so its settings have to be
		// right; only a target has to show every tile.
		if planned.has(dash.TargetGrafana) || len(found.Path) > 0 && found.Path[0] == "grafana" {
			problems = append(problems, found)
		}
	}
	for _, found := range problems {
		if !tfkit.KnownAt(p.raw, found.Path) {
			continue
		}
		if instead != nil && len(found.Path) > 0 && found.Path[0] == "sections" {
			found.Detail = fmt.Sprintf("In the preset's %s: %s", tfkit.Path(found.Path), found.Detail)
			found.Path = instead
		}
		p.report(found)
	}
}

func (p *planner) add(at problem.Path, summary, detail string) {
	p.report(problem.Problem{Path: at, Summary: summary, Detail: detail})
}

func (p *planner) report(found problem.Problem) {
	shown := tfkit.Problem{Steps: found.Path, Warning: found.Warning, Summary: found.Summary, Detail: found.Detail}
	// No attribute of a dashboard holds a secret, so the line may be shown.
	shown.Add(p.diags, tfkit.Path(found.Path[:min(1, len(found.Path))]), p.prior != nil)
}

// planInputs resolves the inputs of a preset.
func (p *planner) planInputs(ctx context.Context, planned *model) {
	if p.config.PresetInputs.IsNull() || p.config.PresetInputs.IsUnknown() {
		return
	}
	filled := p.config.PresetInputs.Attributes()
	if label, ok := filled["tenant_label"].(types.String); ok && label.IsNull() {
		filled["tenant_label"] = types.StringValue("namespace")
		object, d := types.ObjectValue(p.config.PresetInputs.AttributeTypes(ctx), filled)
		p.diags.Append(d...)
		planned.PresetInputs = object
	}
}

// planNames resolves what the dashboard is called. Its name is known only after
// apply when nobody chose its id.
func (p *planner) planNames(planned *model) {
	planned.ID, planned.Name = types.StringUnknown(), types.StringUnknown()
	id := p.config.DashboardID
	if id.IsNull() {
		planned.DashboardID = types.StringUnknown()
	}
	stays := p.prior != nil && !p.prior.Name.IsNull() && (planned.Project.IsUnknown() || planned.Project.Equal(p.prior.Project))
	switch {
	case planned.Targets.IsUnknown():
	case !planned.has(dash.TargetCloudMonitoring):
		planned.Name = types.StringNull()
		if id.IsNull() {
			planned.DashboardID = types.StringNull()
		}
	case stays && (id.IsNull() || id.IsUnknown() || id.Equal(p.prior.DashboardID)):
		planned.Name = p.prior.Name
		if id.IsNull() {
			planned.DashboardID = p.prior.DashboardID
		}
	case !id.IsNull() && !id.IsUnknown() && !planned.Project.IsUnknown():
		planned.Name = types.StringValue("projects/" + planned.Project.ValueString() + "/dashboards/" + id.ValueString())
	}
	if !id.IsNull() && !id.IsUnknown() && !idPattern.MatchString(id.ValueString()) {
		p.add(problem.Path{"dashboard_id"}, "This can't be the id of a dashboard.", "Use letters, digits, dashes and underscores only, at most 63 of them.")
	}
}

// planGrafana resolves the dashboard for Grafana, and then the id, which depends
// on the targets.
func (p *planner) planGrafana(ctx context.Context, planned *model, known bool) {
	planned.GrafanaJSON = tfkit.SpelledUnknown[grafanaJSON]()
	planned.GrafanaUID, planned.GrafanaURL = types.StringUnknown(), types.StringUnknown()
	if !planned.Targets.IsUnknown() && !planned.has(dash.TargetGrafana) {
		planned.GrafanaURL = types.StringNull()
	}
	if p.prior != nil {
		planned.GrafanaUID = p.prior.GrafanaUID // Another title makes no other uid.
	}
	if fullyKnown(ctx, p.config.Grafana, planned.Project, planned.DisplayName) {
		planned.GrafanaUID = types.StringValue(planned.settings(ctx, p.diags).UID)
	} else {
		planned.GrafanaUID = types.StringUnknown()
	}
	if p.prior != nil && p.prior.GrafanaUID.Equal(planned.GrafanaUID) && planned.GrafanaURL.IsUnknown() && !p.prior.GrafanaURL.IsNull() && !planned.Targets.IsUnknown() {
		planned.GrafanaURL = p.prior.GrafanaURL
	}
	if known && !planned.GrafanaUID.IsUnknown() {
		planned.GrafanaJSON = p.grafanaJSON(ctx, *planned)
	}
	switch {
	case planned.Targets.IsUnknown():
	case planned.has(dash.TargetCloudMonitoring):
		planned.ID = planned.Name
	case !planned.GrafanaUID.IsUnknown():
		planned.ID = types.StringValue("grafana/" + planned.GrafanaUID.ValueString())
	}
}

// grafanaJSON renders the planned dashboard. What the JSON of Cloud Monitoring
// holds is rendered where it can be; a target that needs it and can't have it is
// an error.
func (p *planner) grafanaJSON(ctx context.Context, planned model) tfkit.Spelled[grafanaJSON] {
	content := planned.content(ctx, p.diags)
	options := planned.settings(ctx, p.diags).options(planned.Project.ValueString())
	if !planned.DashboardJSON.IsNull() {
		var exact bool
		content, exact = dash.FromProto(planned.message(ctx, p.diags))
		content.Labels = tfkit.StringMap(ctx, planned.Labels, p.diags)
		if problems := dash.GrafanaProblems(content, options); !exact || len(problems) > 0 {
			if planned.has(dash.TargetGrafana) {
				detail := "It has a layout or filters that sections can't say."
				if len(problems) > 0 {
					detail = problems[0].Detail
				}
				p.add(problem.Path{"dashboard_json"}, "Grafana can't show this dashboard.", detail+" Write it as sections, or leave grafana out of targets.")
			}
			return tfkit.SpelledNull[grafanaJSON]()
		}
	}
	text, err := content.GrafanaJSON(options)
	if err != nil {
		p.add(nil, "The dashboard can't be written for Grafana.", err.Error())
		return tfkit.SpelledUnknown[grafanaJSON]()
	}
	return tfkit.SpelledValue[grafanaJSON](text)
}

func fullyKnown(ctx context.Context, values ...attr.Value) bool {
	for _, value := range values {
		raw, err := value.ToTerraformValue(ctx)
		if err != nil || !raw.IsFullyKnown() {
			return false
		}
	}
	return true
}
