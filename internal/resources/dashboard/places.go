package dashboard

import (
	"context"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/grafana"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// The two places where a dashboard stands: how it is made, brought up to date
// and taken away in each.

// createInMonitoring makes the dashboard and puts its name into planned. It
// reports whether the dashboard stands.
func (r *dashboard) createInMonitoring(ctx context.Context, client *gcp.Client, planned *model, diags *diag.Diagnostics) bool {
	message := planned.message(ctx, diags)
	if diags.HasError() {
		return false
	}
	project := planned.Project.ValueString()
	twin := client.Dashboards().Twin(ctx, project, message)
	created, err := client.Dashboards().Create(ctx, project, planned.DashboardID.ValueString(), message)
	if err != nil {
		at := path.Empty()
		if gcp.IsAlreadyExists(err) {
			at = path.Root("dashboard_id")
		}
		tfkit.AddServiceError(diags, at, "The dashboard could not be created.", err)
		return false
	}
	if twin != "" && twin != created.GetName() {
		tfkit.WarnTwin(diags, "dashboard", "cortx_dashboard", twin, created.GetName())
	}
	planned.Name = types.StringValue(created.GetName())
	planned.DashboardID = types.StringValue(idOf(created.GetName()))
	return true
}

// updateInMonitoring replaces the dashboard if it differs from what is planned.
// Labels that others have put on it are kept. It reports whether all is well.
func (r *dashboard) updateInMonitoring(ctx context.Context, client *gcp.Client, planned, state model, diags *diag.Diagnostics) bool {
	standing, err := client.Dashboards().Fresh(ctx, state.Name.ValueString())
	if err != nil {
		tfkit.AddServiceError(diags, path.Empty(), "The dashboard could not be read before its update.", err)
		return false
	}
	wanted := planned.message(ctx, diags)
	wanted.Labels = tfkit.UpdateLabels(standing.GetLabels(),
		tfkit.StringMap(ctx, state.EffectiveLabels, diags), tfkit.StringMap(ctx, planned.EffectiveLabels, diags))
	if diags.HasError() {
		return false
	}
	if dash.Equal(wanted, standing) {
		return true
	}
	wanted.Name, wanted.Etag = standing.GetName(), standing.GetEtag()
	if _, err := client.Dashboards().Update(ctx, wanted); err != nil {
		tfkit.AddServiceError(diags, path.Empty(), "The dashboard could not be updated.", err)
		return false
	}
	return true
}

// ownUID is the uid of the dashboard that a state has in Grafana, empty when
// there is none. Without an address there never was one, or it is gone: whatever
// has the uid then is somebody else's.
func (m model) ownUID() string {
	if m.GrafanaURL.IsNull() {
		return ""
	}
	return m.GrafanaUID.ValueString()
}

// saveInGrafana makes or replaces the dashboard in Grafana, and takes away the
// one of ours under before, the uid that it had. Under another uid, or under any
// when it had none, it overwrites nothing that differs from what is planned.
func (r *dashboard) saveInGrafana(ctx context.Context, planned *model, before string, diags *diag.Diagnostics) {
	if r.Data.Grafana == nil {
		diags.AddAttributeError(path.Root("targets"), "The provider has no Grafana.", "Give the provider block grafana = { url = …, auth = … }.")
		return
	}
	settings := planned.settings(ctx, diags)
	standing, meta, err := r.Data.Grafana.GetDashboard(ctx, settings.UID)
	known := before == settings.UID
	switch {
	case grafana.IsNotFound(err):
	case err != nil:
		addGrafanaError(diags, "The dashboard could not be read from Grafana.", err)
		return
	case !known && !dash.EqualGrafanaJSON(standing, planned.GrafanaJSON.ValueString()):
		diags.AddAttributeError(path.Root("grafana").AtName("uid"), "Another dashboard has this uid in Grafana.",
			"Give grafana.uid a value of its own, or delete the dashboard "+settings.UID+" in Grafana if nobody needs it. Nothing was overwritten.")
		return
	}
	url := meta.URL
	if err != nil || !dash.EqualGrafanaJSON(standing, planned.GrafanaJSON.ValueString()) || !sameFolder(meta.FolderUID, settings.FolderUID) {
		// What stands and is as planned, but for its folder, is ours.
		if _, url, _, err = r.Data.Grafana.SaveDashboard(ctx, planned.GrafanaJSON.ValueString(), settings.FolderUID, err == nil, "by Terraform"); err != nil {
			addGrafanaError(diags, "The dashboard could not be saved in Grafana.", err)
			return
		}
	}
	planned.GrafanaURL = types.StringValue(addressOf(url))
	if before != "" && !known {
		r.deleteInGrafana(ctx, before, diags)
	}
}

// dashboardAddress is a dashboard's address without the slug, which follows the
// title and leads nowhere else.
var dashboardAddress = regexp.MustCompile(`^(.*/d/[^/?]+)/[^/?]*$`)

func addressOf(url string) string { return dashboardAddress.ReplaceAllString(url, "$1") }

func (r *dashboard) deleteInGrafana(ctx context.Context, uid string, diags *diag.Diagnostics) {
	if r.Data.Grafana == nil {
		diags.AddWarning("A dashboard stays in Grafana.",
			"The provider has no grafana block any more, so the dashboard "+uid+" can't be taken out of Grafana. Delete it there, or put the block back before the next apply.")
		return
	}
	if err := r.Data.Grafana.DeleteDashboard(ctx, uid); err != nil {
		addGrafanaError(diags, "The dashboard could not be deleted in Grafana.", err)
	}
}

// readGrafana reads what stands in Grafana into found, and reports whether it
// does. A dashboard that can't be read is not one that is gone.
func (r *dashboard) readGrafana(ctx context.Context, found *model, diags *diag.Diagnostics) bool {
	if !found.has(dash.TargetGrafana) {
		return false
	}
	if r.Data.Grafana == nil {
		diags.AddWarning("The dashboard was not read from Grafana.", "The provider has no grafana block, so what stands in Grafana is taken from the last known state.")
		return true
	}
	text, meta, err := r.Data.Grafana.GetDashboard(ctx, found.GrafanaUID.ValueString())
	switch {
	case grafana.IsNotFound(err):
		found.GrafanaURL, found.GrafanaJSON = types.StringNull(), tfkit.SpelledNull[grafanaJSON]()
		return false
	case err != nil:
		addGrafanaError(diags, "The dashboard could not be read from Grafana.", err)
		return true
	}
	same := dash.EqualGrafanaJSON(text, found.GrafanaJSON.ValueString())
	if !same && found.ownUID() == "" { // Somebody else's.
		found.GrafanaJSON = tfkit.SpelledNull[grafanaJSON]()
		return false
	}
	found.GrafanaURL = types.StringValue(addressOf(meta.URL))
	if folder := found.settings(ctx, diags).FolderUID; !sameFolder(meta.FolderUID, folder) {
		found.setFolder(ctx, meta.FolderUID, diags)
	}
	if !same {
		seen, err := dash.GrafanaDrift(found.GrafanaJSON.ValueString(), text)
		if err != nil {
			seen = text
		}
		found.GrafanaJSON = tfkit.SpelledValue[grafanaJSON](seen)
	}
	return true
}

// sameFolder compares folders by uid. That of dashboards in no folder has none,
// and can be called general.
func sameFolder(a, b string) bool {
	none := func(uid string) bool { return uid == "" || uid == "general" }
	return a == b || none(a) && none(b)
}

// setFolder notes the folder that somebody moved the dashboard to.
func (m *model) setFolder(ctx context.Context, uid string, diags *diag.Diagnostics) {
	settings := m.Grafana.Attributes()
	if m.Grafana.IsNull() {
		settings = map[string]attr.Value{}
		for name := range m.Grafana.AttributeTypes(ctx) {
			settings[name] = types.StringNull()
		}
	}
	settings["folder_uid"] = stringOrNull(uid)
	object, d := types.ObjectValue(m.Grafana.AttributeTypes(ctx), settings)
	diags.Append(d...)
	m.Grafana = object
}

// addGrafanaError reports what Grafana refused or never answered.
func addGrafanaError(diags *diag.Diagnostics, summary string, err error) {
	advice := "Apply again; if it stays, look at Grafana's own log."
	switch {
	case grafana.IsUnauthorized(err):
		advice = "Check auth in the provider's grafana block (or GRAFANA_AUTH): it needs the role Editor in the organisation, and in the folder."
	case grafana.IsConflict(err):
		advice = "Somebody changed the dashboard at the same time. Plan again, and look at the difference."
	case grafana.IsUnavailable(err):
		advice = "Grafana can't be reached at the url of the provider's grafana block (or GRAFANA_URL). Apply again when it answers."
	}
	diags.AddError(summary, advice+"\n\nGrafana says: "+err.Error())
}
