package dashboard

import (
	"context"
	"slices"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"google.golang.org/protobuf/proto"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// flatten turns what Cloud Monitoring returned into the state. prior is the state
// before: it decides on the notation, tells which labels are ours, and has what
// only Grafana shows. After an import there is no notation yet: sections, where
// they say all of it, otherwise the JSON.
func (r *dashboard) flatten(ctx context.Context, remote *dashboardpb.Dashboard, prior model, diags *diag.Diagnostics) model {
	found := prior
	found.ID, found.Name = types.StringValue(remote.GetName()), types.StringValue(remote.GetName())
	found.DashboardID = types.StringValue(idOf(remote.GetName()))
	found.DisplayName = types.StringValue(remote.GetDisplayName())
	found.UnmanagedJSON = types.StringNull()
	found.Emulated = r.Data.Emulated()
	imported := prior.Targets.IsNull()
	inJSON := !prior.DashboardJSON.IsNull()
	var content dash.Dashboard
	var exact bool
	if imported {
		content, exact = dash.FromProto(remote)
		inJSON = inJSON || !exact
	}
	if inJSON {
		found.flattenJSON(remote, prior, diags)
	} else {
		found.flattenSections(ctx, remote, prior, diags)
	}
	found.flattenLabels(ctx, remote, prior, inJSON, r.Data.DefaultLabels, diags)
	if imported {
		found.flattenImported(ctx, content, exact, diags)
	}
	return found
}

// recovered reads a dashboard into the domain's form, beside the one that there
// was before. Queries are spelled with the variables that there were: when
// somebody takes a filter off the dashboard, that is one change, and none of
// every query that uses it.
func recovered(remote, wanted *dashboardpb.Dashboard) (dash.Dashboard, bool) {
	content, exact := dash.FromProtoBeside(wanted, remote)
	spelled := proto.CloneOf(remote)
	for _, filter := range wanted.GetDashboardFilters() {
		if !slices.ContainsFunc(remote.GetDashboardFilters(), func(f *dashboardpb.DashboardFilter) bool {
			return f.GetTemplateVariable() == filter.GetTemplateVariable()
		}) {
			spelled.DashboardFilters = append(spelled.DashboardFilters, filter)
		}
	}
	if len(spelled.GetDashboardFilters()) > len(remote.GetDashboardFilters()) {
		with, _ := dash.FromProtoBeside(wanted, spelled)
		content.Sections = with.Sections
	}
	return content, exact
}

func (m *model) flattenJSON(remote *dashboardpb.Dashboard, prior model, diags *diag.Diagnostics) {
	bare := proto.CloneOf(remote)
	bare.Name, bare.Etag, bare.Labels = "", "", nil
	if before, err := dash.ParseMonitoringJSON(prior.DashboardJSON.ValueString()); err == nil && !prior.DashboardJSON.IsNull() {
		// What the JSON leaves to other attributes, or to the service, is not in it.
		bare.Name = before.GetName()
		if before.GetDisplayName() == "" {
			bare.DisplayName = ""
		}
		for key := range before.GetLabels() {
			if value, ok := remote.GetLabels()[key]; ok {
				if bare.Labels == nil {
					bare.Labels = map[string]string{}
				}
				bare.Labels[key] = value
			}
		}
	}
	text, err := dash.MonitoringJSON(bare)
	if err != nil {
		addBug(diags, err)
		return
	}
	m.DashboardJSON = tfkit.SpelledValue[monitoringJSON](text)
	m.Sections = types.ListNull(sectionsType().ElemType)
	m.Variables = types.ListNull(variablesType().ElemType)
	m.Links = types.ListNull(linksType().ElemType)
}

func (m *model) flattenSections(ctx context.Context, remote *dashboardpb.Dashboard, prior model, diags *diag.Diagnostics) {
	before := prior.places(ctx, diags)
	wanted, err := withoutEmpty(before).Proto()
	if err != nil {
		wanted = nil
	}
	if wanted != nil && !prior.Sections.IsNull() && sameLayout(wanted, remote) {
		return
	}
	content, exact := recovered(remote, wanted)
	if m.Sections, err = encodeSeen(ctx, lay(before.Sections, content.Sections)); err != nil {
		addBug(diags, err)
	}
	if m.Variables, err = encodeList(ctx, variablesType(), variableAttributes(), layVariables(before.Variables, content.Variables)); err != nil {
		addBug(diags, err)
	}
	if m.Links, err = encodeList(ctx, linksType(), linkAttributes(), content.Links); err != nil {
		addBug(diags, err)
	}
	if !exact {
		text, err := dash.MonitoringJSON(remote)
		if err != nil {
			addBug(diags, err)
			return
		}
		m.UnmanagedJSON = types.StringValue(text)
	}
}

// sameLayout compares everything but title and labels, which are attributes of
// their own.
func sameLayout(wanted, remote *dashboardpb.Dashboard) bool {
	bare := &dashboardpb.Dashboard{DisplayName: wanted.GetDisplayName(), Labels: wanted.GetLabels(), Layout: remote.GetLayout(), DashboardFilters: remote.GetDashboardFilters()}
	return dash.Equal(wanted, bare)
}

func (m *model) flattenLabels(ctx context.Context, remote *dashboardpb.Dashboard, prior model, inJSON bool, defaults types.Map, diags *diag.Diagnostics) {
	own := ownLabels("any")
	isOwn := func(key string) bool { _, ok := own[key]; return ok }
	if inJSON && prior.EffectiveLabels.IsNull() {
		// A moved or imported JSON holds its labels itself.
		before, err := dash.ParseMonitoringJSON(prior.DashboardJSON.ValueString())
		isOwn = func(key string) bool {
			_, ours := own[key]
			_, written := before.GetLabels()[key]
			return ours || err == nil && written
		}
	}
	m.Labels, m.EffectiveLabels = tfkit.ReadLabels(ctx, remote.GetLabels(), prior.Labels, prior.EffectiveLabels, defaults, isOwn, diags)
}

// flattenImported fills in what an import can tell beside the content.
func (m *model) flattenImported(ctx context.Context, content dash.Dashboard, exact bool, diags *diag.Diagnostics) {
	targets, d := types.SetValueFrom(ctx, types.StringType, []string{dash.TargetCloudMonitoring})
	diags.Append(d...)
	m.Targets = targets
	effective := tfkit.StringMap(ctx, m.EffectiveLabels, diags)
	if m.DashboardJSON.IsNull() {
		m.Preset = stringOrNull(effective["cortx_preset"])
	}
	m.GrafanaUID = types.StringValue(derivedUID(m.Project.ValueString(), m.DisplayName.ValueString()))
	content.Labels = tfkit.StringMap(ctx, m.Labels, diags)
	options := grafanaSettings{UID: m.GrafanaUID.ValueString()}.options(m.Project.ValueString())
	if !exact || len(dash.GrafanaProblems(content, options)) > 0 && !m.DashboardJSON.IsNull() {
		m.GrafanaJSON = tfkit.SpelledNull[grafanaJSON]()
		return
	}
	text, err := content.GrafanaJSON(options)
	if err != nil {
		m.GrafanaJSON = tfkit.SpelledNull[grafanaJSON]()
		return
	}
	m.GrafanaJSON = tfkit.SpelledValue[grafanaJSON](text)
}
