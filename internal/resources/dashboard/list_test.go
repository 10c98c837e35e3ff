package dashboard_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

// makeForeigners makes the dashboards of somebody else, and returns their names
// with the project's id.
func makeForeigners(env *acctest.Env) map[string]string {
	names := map[string]string{}
	for key, body := range foreigners {
		name, _ := env.Foreign(dashboards, body)["name"].(string)
		names[key] = "projects/" + acctest.Project + name[strings.Index(name, "/dashboards/"):]
	}
	return names
}

// TestList asks the provider itself for dashboards that somebody else made.
func TestList(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	names := makeForeigners(env)

	var listed []string
	for _, found := range env.List(t, "cortx_dashboard", nil, false, 0) {
		listed = append(listed, found.Name)
		if len(found.Errors)+len(found.Warnings) > 0 || found.DisplayName == "" || found.Resource != nil {
			t.Errorf("unexpected: %+v", found)
		}
	}
	for key, name := range names {
		if !slices.Contains(listed, name) {
			t.Errorf("%s is missing", key)
		}
	}
	if len(listed) != len(names) {
		t.Errorf("found %v", listed)
	}

	for _, found := range env.List(t, "cortx_dashboard", nil, true, 0) {
		for attribute, wanted := range map[string]string{"id": found.Name, "name": found.Name, "project": acctest.Project, "display_name": found.DisplayName} {
			if !found.Resource[attribute].Equal(tftypes.NewValue(tftypes.String, wanted)) {
				t.Errorf("%s of %s is %s", attribute, found.DisplayName, found.Resource[attribute])
			}
		}
		// In the notation that says all of it.
		if inJSON := !found.Resource["dashboard_json"].IsNull(); inJSON != (found.DisplayName == "Grid") || inJSON == !found.Resource["sections"].IsNull() {
			t.Errorf("%s: dashboard_json %s, sections %s", found.DisplayName, found.Resource["dashboard_json"], found.Resource["sections"])
		}
	}
}

// TestListPages counts results and requests over more than one page, and under a
// limit.
func TestListPages(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	const standing = 205
	for i := range standing {
		env.Foreign(dashboards, fmt.Sprintf(`{"displayName": "D%d", "gridLayout": {"widgets": [{"text": {"content": "x", "format": "RAW"}}]}}`, i))
	}
	all := env.List(t, "cortx_dashboard", nil, false, 0)
	seen := map[string]bool{}
	for _, found := range all {
		seen[found.Name] = true
	}
	if len(all) != standing || len(seen) != standing {
		t.Errorf("found %d, %d of them different", len(all), len(seen))
	}
	before := env.Calls("ListDashboards", "GetDashboard")
	if found := env.List(t, "cortx_dashboard", nil, true, 3); len(found) != 3 {
		t.Errorf("found %d under a limit of 3", len(found))
	}
	if asked := env.Calls("ListDashboards", "GetDashboard") - before; asked != 1 {
		t.Errorf("%d requests for one page", asked)
	}
}

// TestListSaysWhatFails lists without permission.
func TestListSaysWhatFails(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Server.InjectFaults(acctest.Fault{RPC: "ListDashboards", Status: http.StatusForbidden, Times: -1, Reason: "IAM_PERMISSION_DENIED", Message: "Permission 'monitoring.dashboards.list' denied."})
	found := env.List(t, "cortx_dashboard", nil, false, 0)
	if len(found) != 1 || len(found[0].Errors) != 1 || !strings.Contains(found[0].Errors[0], "could not be listed") || !strings.Contains(found[0].Errors[0], "monitoring.dashboards.list") {
		t.Errorf("%+v", found)
	}
}

// TestAccQuery lists by a real CLI, has it write the configuration, and imports
// by that without a change.
func TestAccQuery(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	cli := acctest.NewQueryCLI(t, env.Config(""))
	names := makeForeigners(env)
	cli.WriteFile("all.tfquery.hcl", `
list "cortx_dashboard" "all" {
  provider         = cortx
  include_resource = true
  config {}
}
`)
	out := cli.MustRun("query", "-no-color", "-generate-config-out=generated.tf")
	for key, name := range names {
		if !strings.Contains(out, "name="+name) {
			t.Errorf("%s is missing:\n%s", key, out)
		}
	}
	mustTakeOver(t, env, cli)
	if found := cli.StateResources(); len(found) != len(names) {
		t.Errorf("the state has %v", found)
	}
}
