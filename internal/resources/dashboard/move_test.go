package dashboard_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

const dashboards = "monitoring.googleapis.com/v1/projects/" + acctest.Project + "/dashboards"

// foreigners are dashboards as hashicorp/google sends them.
var foreigners = map[string]string{
	"grid": `{"displayName": "Grid", "gridLayout": {"columns": "2", "widgets": [
    {"title": "CPU", "xyChart": {"dataSets": [{"timeSeriesQuery": {"timeSeriesFilter": {"filter": "metric.type=\"agent.googleapis.com/nginx/connections/accepted_count\"", "aggregation": {"perSeriesAligner": "ALIGN_RATE"}}, "unitOverride": "1"}, "plotType": "LINE"}],
      "timeshiftDuration": "0s", "yAxis": {"label": "y1Axis", "scale": "LINEAR"}}},
    {"text": {"content": "Widget 2", "format": "MARKDOWN"}}]}}`,
	"mosaic": `{"displayName": "Mosaic", "labels": {"team": "platform"}, "mosaicLayout": {"columns": 48, "tiles": [
    {"width": 24, "height": 16, "widget": {"title": "Requests", "xyChart": {"dataSets": [{"timeSeriesQuery": {"prometheusQuery": "sum(rate(http_requests_total[5m]))"}, "plotType": "LINE"}]}}},
    {"xPos": 24, "width": 24, "height": 16, "widget": {"title": "Logs", "logsPanel": {"filter": "severity>=ERROR"}}}]}}`,
}

func writes(env *acctest.Env) int {
	return env.Calls("CreateDashboard", "UpdateDashboard", "DeleteDashboard")
}

func mustTakeOver(t *testing.T, env *acctest.Env, cli *acctest.CLI) {
	t.Helper()
	before := writes(env)
	actions, printed := cli.Plan()
	for address, action := range actions {
		if action != "no-op" {
			t.Errorf("%s: %s", address, action)
		}
	}
	if t.Failed() {
		t.Fatal(printed)
	}
	cli.MustRun("apply", "-no-color", "-input=false", "plan.bin")
	cli.MustPlanEmpty()
	if sent := writes(env) - before; sent != 0 {
		t.Fatalf("%d requests changed something", sent)
	}
}

// TestAccMoveFromGoogle moves dashboards with the JSON that they have: only the
// type changes, and nothing is sent. Our labels come with the next change.
func TestAccMoveFromGoogle(t *testing.T) {
	t.Parallel()
	for key, sent := range foreigners {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			name, _ := env.Foreign(dashboards, sent)["name"].(string)
			config := func(json string) string {
				return env.Config(fmt.Sprintf(`
moved {
  from = google_monitoring_dashboard.x
  to   = cortx_dashboard.x
}

resource "cortx_dashboard" "x" {
  dashboard_json = <<-JSON
%s
  JSON
}
`, json))
			}
			cli := acctest.NewCLI(t, config(sent))
			cli.WriteGoogleState(acctest.Google{Type: "google_monitoring_dashboard", Name: "x", Attributes: map[string]any{
				// The service answers with the project's number.
				"id": name, "dashboard_json": sent, "project": acctest.Project,
			}})
			mustTakeOver(t, env, cli)

			cli.Write(config(strings.Replace(sent, `"displayName": "`, `"displayName": "The `, 1)))
			cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
			cli.MustPlanEmpty()
			standing, err := env.Client.Dashboards().List(t.Context(), acctest.Project)
			if err != nil || len(standing) != 1 || !strings.HasPrefix(standing[0].GetDisplayName(), "The ") || standing[0].GetLabels()["managed_by"] != "terraform-provider-cortx" {
				t.Errorf("%v: %v", err, standing)
			}
		})
	}
}

// TestAccImportOfForeign imports what hashicorp/google or the console made, in
// the notation that says all of it.
func TestAccImportOfForeign(t *testing.T) {
	t.Parallel()
	for key, body := range map[string]string{
		"grid": "dashboard_json = <<-JSON\n" + foreigners["grid"] + "\n  JSON",
		"mosaic": `display_name = "Mosaic"
  labels       = { team = "platform" }
  sections = [{ tiles = [
    { title = "Requests", x = 0, y = 0, width = 24, height = 16, time_series = { queries = [{ promql = "sum(rate(http_requests_total[5m]))" }] } },
    { title = "Logs", x = 24, y = 0, width = 24, height = 16, raw = { widget_json = jsonencode({ logsPanel = { filter = "severity>=ERROR" } }) } },
  ] }]`,
	} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			name, _ := env.Foreign(dashboards, foreigners[key])["name"].(string)
			name = "projects/" + acctest.Project + name[strings.Index(name, "/dashboards/"):]
			mustTakeOver(t, env, acctest.NewCLI(t, env.Config(fmt.Sprintf(`
import {
  to = cortx_dashboard.x
  id = %q
}

resource "cortx_dashboard" "x" {
  %s
}
`, name, body))))
		})
	}
}

// TestAccMoveSaysWhatIsLost moves what can't be taken over as it is.
func TestAccMoveSaysWhatIsLost(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	sent := foreigners["mosaic"]
	name, _ := env.Foreign(dashboards, sent)["name"].(string)
	config := func(body string) string {
		return env.Config(`
moved {
  from = google_monitoring_dashboard.x
  to   = cortx_dashboard.x
}

resource "cortx_dashboard" "x" {
  ` + body + `
}
`)
	}
	inJSON := "dashboard_json = <<-JSON\n" + sent + "\n  JSON"
	cli := acctest.NewCLI(t, config(inJSON))
	source := func(attributes map[string]any) {
		cli.WriteGoogleState(acctest.Google{Type: "google_monitoring_dashboard", Name: "x", Attributes: attributes})
	}
	says := func(out string, wanted ...string) {
		t.Helper()
		flat := strings.Join(strings.Fields(strings.NewReplacer("│", " ", "\n", " ").Replace(out)), " ")
		for _, text := range wanted {
			if !strings.Contains(flat, text) {
				t.Errorf("%q is missing in:\n%s", text, out)
			}
		}
	}

	source(map[string]any{"id": "x", "dashboard_json": sent, "project": acctest.Project})
	out, err := cli.Run("plan", "-no-color", "-input=false")
	if err == nil {
		t.Error("a state without a name is moved")
	}
	says(out, "has no name of a dashboard")

	for policy, advice := range map[string]string{"PREVENT": "prevent_destroy = true", "ABANDON": "destroy = false"} {
		source(map[string]any{"id": name, "dashboard_json": sent, "project": acctest.Project, "deletion_policy": policy})
		actions, out := cli.Plan()
		says(out, "deletion_policy was "+policy, advice)
		if actions["cortx_dashboard.x"] != "no-op" {
			t.Errorf("the plan says %v", actions)
		}
	}

	source(map[string]any{"id": name, "dashboard_json": sent, "project": acctest.Project})
	out, err = cli.Run("plan", "-no-color", "-input=false", "-refresh=false")
	if err == nil {
		t.Error("a plan is made from a name alone")
	}
	says(out, "has not been read since it was moved")

	// Sections in the place of the JSON that stood say the same, so the object
	// stays as it is.
	cli.Write(config(`display_name = "Mosaic"
  labels       = { team = "platform" }
  sections = [{ tiles = [
    { title = "Requests", x = 0, y = 0, width = 24, height = 16, time_series = { queries = [{ promql = "sum(rate(http_requests_total[5m]))" }] } },
    { title = "Logs", x = 24, y = 0, width = 24, height = 16, raw = { widget_json = jsonencode({ logsPanel = { filter = "severity>=ERROR" } }) } },
  ] }]`))
	before := env.Calls("CreateDashboard", "DeleteDashboard")
	cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
	cli.MustPlanEmpty()
	if env.Calls("CreateDashboard", "DeleteDashboard") != before || env.Standing() != 1 {
		t.Error("the dashboard was made anew")
	}
}

// TestMoveOnlyFromGoogle asks for moves from other providers and types.
func TestMoveOnlyFromGoogle(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	const google = "registry.terraform.io/hashicorp/google"
	for _, c := range []struct {
		address, source, state string
		moved                  bool
	}{
		{google, "google_monitoring_dashboard", `{"id": "projects/123/dashboards/7", "project": "acme-prod", "dashboard_json": "{}"}`, true},
		{google + "-beta", "google_monitoring_dashboard", `{"id": "projects/123/dashboards/7", "project": "acme-prod"}`, true},
		{"registry.terraform.io/acme/google", "google_monitoring_dashboard", `{"id": "projects/123/dashboards/7"}`, false},
		{google, "google_monitoring_alert_policy", `{"name": "projects/123/dashboards/7"}`, false},
		{google, "google_monitoring_dashboard", `[]`, false},
		{google, "google_monitoring_dashboard", `{"id": "projects/123/alertPolicies/7"}`, false},
	} {
		errors := env.Move(t, "cortx_dashboard", c.address, c.source, c.state)
		if moved := len(errors) == 0; moved != c.moved {
			t.Errorf("%s of %s: moved %v: %v", c.source, c.address, moved, errors)
		}
	}
}
