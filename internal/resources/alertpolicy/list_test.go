package alertpolicy_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

// TestList asks the provider itself for policies that somebody else made.
func TestList(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	names, _ := makeForeigners(env)

	found := env.List(t, "cortx_alert_policy", nil, false, 0)
	var listed []string
	for _, policy := range found {
		listed = append(listed, policy.Name)
		if len(policy.Errors)+len(policy.Warnings) > 0 || policy.DisplayName == "" || policy.Resource != nil {
			t.Errorf("unexpected: %+v", policy)
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

	found = env.List(t, "cortx_alert_policy", map[string]string{"filter": `user_labels.team="platform"`}, true, 0)
	if len(found) != 1 || found[0].Name != names["threshold"] || found[0].DisplayName != "CPU" {
		t.Fatalf("the filter finds %+v", found)
	}
	resource := found[0].Resource
	for attribute, wanted := range map[string]string{
		"id": names["threshold"], "name": names["threshold"], "project": acctest.Project,
		"display_name": "CPU", "severity": "WARNING", "suite": "lending", "combiner": "AND_WITH_MATCHING_RESOURCE",
	} {
		if !resource[attribute].Equal(tftypes.NewValue(tftypes.String, wanted)) {
			t.Errorf("%s is %s", attribute, resource[attribute])
		}
	}
	var conditions []tftypes.Value
	if err := resource["conditions"].As(&conditions); err != nil || len(conditions) != 3 {
		t.Errorf("the conditions are %s: %v", resource["conditions"], err)
	}
	if labels := tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, map[string]tftypes.Value{"team": tftypes.NewValue(tftypes.String, "platform")}); !resource["labels"].Equal(labels) {
		t.Errorf("the labels are %s", resource["labels"])
	}
}

// TestListStops counts results and requests under a limit.
func TestListStops(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	makeForeigners(env)
	before := env.Calls("ListAlertPolicies", "GetAlertPolicy")
	if found := env.List(t, "cortx_alert_policy", nil, true, 2); len(found) != 2 {
		t.Errorf("found %d", len(found))
	}
	if asked := env.Calls("ListAlertPolicies", "GetAlertPolicy") - before; asked != 1 {
		t.Errorf("%d requests for one page", asked)
	}
}

// TestListSaysWhatFails lists without permission, and with a filter that is none.
func TestListSaysWhatFails(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	fails := func(config map[string]string, wanted string) {
		t.Helper()
		found := env.List(t, "cortx_alert_policy", config, false, 0)
		if len(found) != 1 || len(found[0].Errors) != 1 || !strings.Contains(found[0].Errors[0], "could not be listed") || !strings.Contains(found[0].Errors[0], wanted) {
			t.Errorf("%v: %+v", config, found)
		}
	}
	fails(map[string]string{"filter": "="}, "Correct the value that the service names")
	env.Server.InjectFaults(acctest.Fault{RPC: "ListAlertPolicies", Status: http.StatusForbidden, Times: -1, Reason: "IAM_PERMISSION_DENIED", Message: "Permission 'monitoring.alertPolicies.list' denied."})
	fails(map[string]string{"project": "another"}, "Permission 'monitoring.alertPolicies.list' denied.")
}

// TestAccQuery lists by a real CLI, has it write the configuration, and imports
// by that without a change.
func TestAccQuery(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	cli := acctest.NewQueryCLI(t, env.Config(""))
	names, _ := makeForeigners(env)
	cli.WriteFile("all.tfquery.hcl", `
list "cortx_alert_policy" "all" {
  provider         = cortx
  include_resource = true
  config {
    project = "`+acctest.Project+`"
  }
}
`)
	out := cli.MustRun("query", "-no-color", "-generate-config-out=generated.tf")
	for key, name := range names {
		if !strings.Contains(out, "name="+name) {
			t.Errorf("%s is missing:\n%s", key, out)
		}
	}
	if !strings.Contains(out, "Metric absence") {
		t.Errorf("there is no display name:\n%s", out)
	}
	mustTakeOver(t, env, cli)
	if found := cli.StateResources(); len(found) != len(names) {
		t.Errorf("the state has %v", found)
	}
}
