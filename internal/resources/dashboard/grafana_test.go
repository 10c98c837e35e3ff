package dashboard_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

// precious makes a dashboard in Grafana that is somebody else's.
func precious(env *acctest.Env, uid string) {
	env.Foreign("grafana/api/dashboards/db", fmt.Sprintf(`{"dashboard": {"uid": %q, "title": "Precious", "panels": []}}`, uid))
}

// stillPrecious fails unless that dashboard is as it was.
func stillPrecious(env *acctest.Env, uid string) error {
	text, _, err := env.GrafanaDashboard(uid)
	if err != nil {
		return err
	}
	var page struct{ Title string }
	if err := json.Unmarshal([]byte(text), &page); err != nil || page.Title != "Precious" {
		return fmt.Errorf("it was overwritten: %w: %s", err, text)
	}
	return nil
}

func withUID(uid string) string {
	return strings.Replace(small, "display_name", fmt.Sprintf("grafana = { uid = %q }\n  display_name", uid), 1)
}

// TestAccGrafanaUIDTaken finds somebody else's dashboard under its uid: it is
// never overwritten and never deleted, not by later applies either.
func TestAccGrafanaUIDTaken(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	precious(env, "taken")
	kept := func(*terraform.State) error { return stillPrecious(env, "taken") }
	const refused = `(?s)Another\s+dashboard\s+has\s+this\s+uid.*Nothing\s+was\s+overwritten`
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.Factories(),
		CheckDestroy:             kept,
		Steps: []resource.TestStep{
			{Config: env.ConfigWith("grafana = {}", withTargets(withUID("taken"), `["grafana"]`)), ExpectError: regexp.MustCompile(refused)},
			{
				Config: env.ConfigWith("grafana = {}", withUID("taken")), ExpectNonEmptyPlan: true,
				Check: resource.ComposeAggregateTestCheckFunc(kept, resource.TestCheckResourceAttrSet(address, "name"), resource.TestCheckNoResourceAttr(address, "grafana_url")),
			},
			{Config: env.ConfigWith("grafana = {}", withUID("taken")), ExpectError: regexp.MustCompile(refused)},
			{
				Config: env.ConfigWith("grafana = {}", withUID("mine")),
				Check:  resource.ComposeAggregateTestCheckFunc(kept, resource.TestMatchResourceAttr(address, "grafana_url", regexp.MustCompile(`/d/mine$`))),
			},
			{Config: env.ConfigWith("grafana = {}", withUID("taken")), ExpectError: regexp.MustCompile(refused)},
			{Config: env.ConfigWith("grafana = {}", withUID("mine")), PlanOnly: true},
			{Config: env.ConfigWith("grafana = {}", withUID("taken")), Destroy: true, Check: kept},
		},
	})
	if err := stillPrecious(env, "taken"); err != nil {
		t.Error(err)
	}
	if standing := env.Standing(); standing != 1 {
		t.Errorf("%d objects stand, want the foreign one: %v", standing, env.Server.Inventory())
	}
}

func withTargets(config, targets string) string {
	return strings.Replace(config, "display_name", "targets = "+targets+"\n  display_name", 1)
}

// TestAccGrafanaUIDChanges takes the dashboard under the old uid away.
func TestAccGrafanaUIDChanges(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	two := func(*terraform.State) error {
		if standing := env.Standing(); standing != 2 {
			return fmt.Errorf("%d objects stand, want one in each place: %v", standing, env.Server.Inventory())
		}
		return nil
	}
	env.Test(t,
		resource.TestStep{Config: env.ConfigWith("grafana = {}", withUID("first")), Check: two},
		resource.TestStep{
			Config: env.ConfigWith("grafana = {}", withUID("second")),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
			}},
			Check: resource.ComposeAggregateTestCheckFunc(two, resource.TestMatchResourceAttr(address, "grafana_url", regexp.MustCompile(`/d/second$`))),
		},
		resource.TestStep{Config: env.ConfigWith("grafana = {}", withUID("second")), PlanOnly: true},
	)
}

// TestAccGrafanaFolder moves the dashboard to another folder by hand, which is
// that change in the plan, and by the configuration.
func TestAccGrafanaFolder(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	for _, uid := range []string{"ops", "finance"} {
		env.Foreign("grafana/api/folders", fmt.Sprintf(`{"uid": %q, "title": %q}`, uid, uid))
	}
	in := func(folder string) string {
		if folder == "" {
			return env.ConfigWith("grafana = {}", small)
		}
		return env.ConfigWith("grafana = {}", strings.Replace(small, "display_name", fmt.Sprintf("grafana = { folder_uid = %q }\n  display_name", folder), 1))
	}
	stands := func(folder string) resource.TestCheckFunc {
		return func(s *terraform.State) error {
			_, meta, err := env.GrafanaDashboard(s.RootModule().Resources[address].Primary.Attributes["grafana_uid"])
			if err != nil || meta.FolderUID != folder {
				return fmt.Errorf("it is in folder %q, want %q: %w", meta.FolderUID, folder, err)
			}
			return nil
		}
	}
	moved := func(to, config, shown string) resource.TestStep {
		return resource.TestStep{
			PreConfig: func() { env.MoveGrafana(to) },
			Config:    in(config),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				acctest.ExpectOnlyChanges(address, shown),
			}},
			Check: stands(config),
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.Factories(),
		Steps: []resource.TestStep{
			{Config: in(""), Check: stands("")},
			moved("finance", "", "grafana"),
			{Config: in("ops"), Check: stands("ops")},
			moved("finance", "ops", "grafana.folder_uid"),
			moved("", "ops", "grafana.folder_uid"),
			{Config: in("general"), Check: stands("")},
			{Config: in("general"), PlanOnly: true},
		},
	})
}
