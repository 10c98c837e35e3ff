package dashboard_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

const address = "cortx_dashboard.test"

// typed has two sections, and every kind of tile that needs no other object.
const typed = `
resource "cortx_dashboard" "test" {
  display_name = "Packs"
  variables    = [{ name = "tenant", label = "Tenant", label_key = "namespace" }]
  links        = [{ title = "Runbook", url = "https://wiki.example.com/packs" }]
  sections = [
    {
      title = "Now"
      tiles = [
        { title = "Errors", scorecard = {
          query      = { promql = "sum(rate(http_requests_total{status=~\"5..\"}[5m])) / sum(rate(http_requests_total[5m]))" }
          unit       = "percent"
          thresholds = [{ value = 0.01 }]
        } },
        { title = "Pool", gauge = { query = { promql = "sum(db_pool_connections) / sum(db_pool_connections_max)" }, unit = "percent", max = 1 } },
        { title = "About", text = { content = "What packs do." } },
      ]
    },
    {
      title = "Over time"
      tiles = [
        { title = "Requests", time_series = {
          queries = [{ promql = "sum by (namespace) (rate(http_requests_total{namespace=~\"$${tenant}\"}[5m]))", legend = "{{namespace}}" }]
          unit    = "reqps"
        } },
        { title = "By tenant", table = { queries = [{ promql = "sum by (namespace) (increase(http_requests_total[1h]))" }] } },
        { title = "Durations", heat_map = { query = { promql = "sum by (le) (rate(http_request_duration_seconds_bucket[5m]))" }, unit = "s" } },
      ]
    },
  ]
  labels = { team = "platform" }
}
`

func tile(section, tile int) tfjsonpath.Path {
	return tfjsonpath.New("sections").AtSliceIndex(section).AtMapKey("tiles").AtSliceIndex(tile)
}

func TestAccLifecycle(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Test(t,
		resource.TestStep{
			PreConfig: env.Server.ResetRequests,
			Config:    env.Config(typed),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
				plancheck.ExpectKnownValue(address, tile(0, 0).AtMapKey("width"), knownvalue.NotNull()),
				plancheck.ExpectKnownValue(address, tile(1, 0).AtMapKey("time_series").AtMapKey("style"), knownvalue.StringExact("line")),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("grafana_json"), knownvalue.StringRegexp(regexp.MustCompile(`http_requests_total`))),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("name")),
			}},
			Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestMatchResourceAttr(address, "name", regexp.MustCompile(`^projects/acme-prod/dashboards/[A-Za-z0-9-]+$`)),
				resource.TestCheckNoResourceAttr(address, "grafana_url"),
				env.RemoteDashboard(func(d *dashboardpb.Dashboard) error {
					if d.GetLabels()["team"] != "platform" || d.GetLabels()["managed_by"] != "terraform-provider-cortx" {
						return fmt.Errorf("labels %v", d.GetLabels())
					}
					if len(d.GetMosaicLayout().GetTiles()) < 8 || len(d.GetDashboardFilters()) != 1 {
						return fmt.Errorf("%s", d)
					}
					return nil
				}),
				func(*terraform.State) error {
					if creates, lists := env.Calls("CreateDashboard"), env.Calls("ListDashboards"); creates != 1 || lists > 2 {
						return fmt.Errorf("%d creates, %d lists", creates, lists)
					}
					return nil
				},
			),
		},
		resource.TestStep{
			Config: env.Config(strings.Replace(typed, `title = "Requests"`, `title = "Traffic"`, 1)),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("name"), knownvalue.NotNull()),
				acctest.ExpectOnlyChanges(address, "sections[1].tiles[0].title", "grafana_json"),
			}},
			Check: env.RemoteDashboard(func(d *dashboardpb.Dashboard) error {
				if !strings.Contains(d.String(), "Traffic") {
					return fmt.Errorf("%s", d)
				}
				return nil
			}),
		},
	)
}

// TestAccDriftByHand changes the dashboard as somebody would in the console. The
// plan shows that change and nothing else, and the apply takes it back.
func TestAccDriftByHand(t *testing.T) {
	t.Parallel()
	find := func(d *dashboardpb.Dashboard, title string) (*dashboardpb.MosaicLayout_Tile, int) {
		tiles := d.GetMosaicLayout().GetTiles()
		i := slices.IndexFunc(tiles, func(t *dashboardpb.MosaicLayout_Tile) bool { return t.GetWidget().GetTitle() == title })
		return tiles[i], i
	}
	for name, test := range map[string]struct {
		change func(d *dashboardpb.Dashboard)
		shown  []string
	}{
		"moved": {func(d *dashboardpb.Dashboard) {
			moved, _ := find(d, "By tenant")
			moved.YPos += 16
		}, []string{"sections[1].tiles[1].y"}},
		"moved out of its section": {func(d *dashboardpb.Dashboard) {
			moved, _ := find(d, "By tenant")
			moved.XPos, moved.YPos = 0, moved.GetYPos()+80
		}, []string{"sections[1].tiles[1]", "sections[2]"}},
		"made wider": {func(d *dashboardpb.Dashboard) {
			wide, _ := find(d, "Durations")
			wide.Width = 48
		}, []string{"sections[1].tiles[2].width"}},
		"removed": {func(d *dashboardpb.Dashboard) {
			_, i := find(d, "Requests")
			d.GetMosaicLayout().Tiles = slices.Delete(d.GetMosaicLayout().Tiles, i, i+1)
		}, []string{"sections[1].tiles[0]"}},
		"renamed": {func(d *dashboardpb.Dashboard) {
			renamed, _ := find(d, "Pool")
			renamed.Widget.Title = "Connections"
		}, []string{"sections[0].tiles[1].title"}},
		"query edited": {func(d *dashboardpb.Dashboard) {
			edited, _ := find(d, "Requests")
			edited.GetWidget().GetXyChart().GetDataSets()[0].TimeSeriesQuery.Source = &dashboardpb.TimeSeriesQuery_PrometheusQuery{PrometheusQuery: "vector(1)"}
		}, []string{"sections[1].tiles[0].time_series.queries[0].promql"}},
		"added": {func(d *dashboardpb.Dashboard) {
			last := d.GetMosaicLayout().GetTiles()[len(d.GetMosaicLayout().GetTiles())-1]
			d.GetMosaicLayout().Tiles = append(d.GetMosaicLayout().Tiles, &dashboardpb.MosaicLayout_Tile{
				YPos: last.GetYPos() + 200, Width: 16, Height: 8,
				Widget: &dashboardpb.Widget{Title: "Incidents", Content: &dashboardpb.Widget_IncidentList{IncidentList: &dashboardpb.IncidentList{}}},
			})
		}, []string{"sections[2]"}},
		"title":          {func(d *dashboardpb.Dashboard) { d.DisplayName = "Mine" }, []string{"display_name"}},
		"label":          {func(d *dashboardpb.Dashboard) { delete(d.Labels, "team") }, []string{"labels.team", "effective_labels.team"}},
		"foreign label":  {func(d *dashboardpb.Dashboard) { d.Labels["seen-by"] = "ops" }, nil},
		"filter removed": {func(d *dashboardpb.Dashboard) { d.DashboardFilters = nil }, []string{"variables"}},
		"re-ordered":     {func(d *dashboardpb.Dashboard) { slices.Reverse(d.GetMosaicLayout().Tiles) }, nil},
		"another layout": {func(d *dashboardpb.Dashboard) {
			d.Layout = &dashboardpb.Dashboard_GridLayout{GridLayout: &dashboardpb.GridLayout{Columns: 2, Widgets: []*dashboardpb.Widget{
				{Title: "Mine", Content: &dashboardpb.Widget_Text{Text: &dashboardpb.Text{Content: "x"}}},
			}}}
		}, []string{"unmanaged_json", "sections[0]", "sections[1]", "sections[2]", "links"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			action := plancheck.ResourceActionUpdate
			if test.shown == nil {
				action = plancheck.ResourceActionNoop
			}
			env.Test(t,
				resource.TestStep{Config: env.Config(typed)},
				resource.TestStep{
					PreConfig: env.ChangeDashboard(test.change),
					Config:    env.Config(typed),
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(address, action),
						acctest.ExpectOnlyChanges(address, test.shown...),
					}},
				},
				// It is as it was, but for what is nobody's business here.
				resource.TestStep{Config: env.Config(typed), PlanOnly: true},
			)
		})
	}
}

func TestAccDeletedByHand(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Test(t,
		resource.TestStep{Config: env.Config(typed)},
		resource.TestStep{
			PreConfig: env.ByHand(func(ctx context.Context) error { return env.Client.Dashboards().Delete(ctx, env.Only("dashboards")) }),
			Config:    env.Config(typed),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
			}},
		},
	)
}

func TestAccPresets(t *testing.T) {
	t.Parallel()
	for _, preset := range []string{"platform_health", "tenant_usage", "compliance_audit", "cost_attribution"} {
		t.Run(preset, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			config := fmt.Sprintf(`
resource "cortx_dashboard" "test" {
  preset        = %q
  preset_inputs = { environment = "prod", billing_export_table = "acme-billing.export.gcp_billing_export_v1" }
  grafana       = { bigquery_data_source_uid = "bq" }
}
`, preset)
			env.Test(t,
				resource.TestStep{
					Config: env.ConfigWith("grafana = {}", config),
					Check: resource.ComposeAggregateTestCheckFunc(
						resource.TestCheckResourceAttrSet(address, "sections.0.tiles.0.width"),
						resource.TestCheckResourceAttrSet(address, "grafana_url"),
						resource.TestCheckTypeSetElemAttr(address, "targets.*", "grafana"),
						env.RemoteDashboard(func(d *dashboardpb.Dashboard) error {
							if d.GetLabels()["cortx_preset"] != preset || len(d.GetMosaicLayout().GetTiles()) < 6 {
								return fmt.Errorf("%s", d)
							}
							return nil
						}),
					),
				},
				resource.TestStep{ // Import recovers the preset.
					Config: env.ConfigWith("grafana = {}", config), ResourceName: address, ImportState: true, ImportStateVerify: true,
					ImportStateVerifyIgnore: []string{"targets", "preset_inputs", "grafana", "grafana_json", "grafana_url", "sections", "variables"},
				},
			)
		})
	}
}

// TestAccWithoutGrafanaBlock has the JSON for Grafana all the same.
func TestAccWithoutGrafanaBlock(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Test(t, resource.TestStep{
		Config: env.Config(`resource "cortx_dashboard" "test" { preset = "platform_health" }`),
		Check: resource.ComposeAggregateTestCheckFunc(
			resource.TestCheckResourceAttr(address, "targets.#", "1"),
			resource.TestMatchResourceAttr(address, "grafana_json", regexp.MustCompile(`"panels"`)),
		),
	})
}

func TestAccImport(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Test(t,
		resource.TestStep{Config: env.Config(typed)},
		resource.TestStep{
			Config: env.Config(typed), ResourceName: address, ImportState: true, ImportStateVerify: true,
			// Cloud Monitoring has no place for what only Grafana shows.
			ImportStateVerifyIgnore: []string{"variables.0.label", "grafana_json"},
		},
		resource.TestStep{
			Config: env.Config(typed), ResourceName: address, ImportState: true, ImportStateId: "projects/acme-prod/alertPolicies/1",
			ExpectError: regexp.MustCompile(`This is not the full name of a dashboard`),
		},
	)
}

// TestAccOnlyGrafana has no dashboard in Cloud Monitoring.
func TestAccTargets(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	config := func(targets string) string {
		return env.ConfigWith("grafana = {}", strings.Replace(typed, "display_name", "targets = "+targets+"\n  display_name", 1))
	}
	count := func(want int) resource.TestCheckFunc {
		return func(*terraform.State) error {
			if got := env.Standing(); got != want {
				return fmt.Errorf("%d objects stand, want %d: %v", got, want, env.Server.Inventory())
			}
			return nil
		}
	}
	env.Test(t,
		resource.TestStep{Config: config(`["grafana"]`), Check: resource.ComposeAggregateTestCheckFunc(
			count(1), resource.TestMatchResourceAttr(address, "id", regexp.MustCompile(`^grafana/cortx-`)), resource.TestCheckNoResourceAttr(address, "name"),
		)},
		resource.TestStep{Config: config(`["grafana", "cloud_monitoring"]`), Check: count(2)},
		resource.TestStep{Config: config(`["cloud_monitoring"]`), Check: count(1)},
		resource.TestStep{Config: config(`["grafana"]`), Check: count(1)},
	)
}

// TestAccGrafanaDrift edits the dashboard in Grafana.
func TestAccGrafanaDrift(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	config := env.ConfigWith("grafana = {}", typed)
	env.Test(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() { env.EditGrafana(func(d map[string]any) { d["title"] = "Mine" }) },
			Config:    config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				acctest.ExpectOnlyChanges(address, "grafana_json"),
			}},
		},
		resource.TestStep{Config: config, PlanOnly: true},
		resource.TestStep{
			PreConfig: func() { env.DeleteGrafana() },
			Config:    config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				acctest.ExpectOnlyChanges(address, "grafana_json", "grafana_url"),
			}},
		},
		resource.TestStep{Config: config, PlanOnly: true},
	)
}

// TestAccDeletedInOnePlace deletes the dashboard in Cloud Monitoring, and leaves
// the one in Grafana: an update makes it anew, and changes nothing in Grafana.
func TestAccDeletedInOnePlace(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	config := env.ConfigWith("grafana = {}", typed)
	env.Test(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() {
				env.ByHand(func(ctx context.Context) error { return env.Client.Dashboards().Delete(ctx, env.Only("dashboards")) })()
				env.Server.ResetRequests()
			},
			Config: config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				acctest.ExpectOnlyChanges(address, "name", "id", "dashboard_id"),
			}},
			Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestMatchResourceAttr(address, "name", regexp.MustCompile(`^projects/acme-prod/dashboards/`)),
				func(*terraform.State) error {
					if made, saved := env.Calls("CreateDashboard"), env.Calls("PostDashboard"); made != 1 || saved != 0 || env.Standing() != 2 {
						return fmt.Errorf("%d creates, %d saves in Grafana, %d stand", made, saved, env.Standing())
					}
					return nil
				},
			),
		},
		resource.TestStep{Config: config, PlanOnly: true},
	)
}

// TestAccImportByIdentity imports by the full name as an identity, which needs a
// CLI of version 1.12 or newer.
func TestAccImportByIdentity(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	// What only Grafana shows would come with an update.
	config := env.Config(strings.Replace(typed, `label = "Tenant", `, "", 1))
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		ProtoV6ProviderFactories: env.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity, Config: config},
		},
	})
}

// TestAccGrafanaFailsInCreate leaves an untainted dashboard in Cloud Monitoring,
// and the next apply puts the rest right.
func TestAccGrafanaFailsInCreate(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	config := env.ConfigWith("grafana = {}", typed)
	env.Test(t,
		resource.TestStep{
			PreConfig: func() {
				env.Server.InjectFaults(acctest.Fault{Host: "grafana", HTTPMethod: http.MethodPost, Status: http.StatusForbidden, Times: -1})
			},
			Config:             config,
			Check:              resource.TestCheckNoResourceAttr(address, "grafana_url"),
			ExpectNonEmptyPlan: true,
		},
		resource.TestStep{
			PreConfig: env.Server.ClearFaults,
			Config:    config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
			}},
			Check: resource.TestCheckResourceAttrSet(address, "grafana_url"),
		},
	)
}

func TestAccDashboardJSON(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	config := func(title string) string {
		return env.Config(fmt.Sprintf(`
resource "cortx_dashboard" "test" {
  dashboard_id   = "by-hand"
  dashboard_json = <<-JSON
    {
      "displayName": %q,
      "gridLayout": {"columns": "2", "widgets": [{"title": "Text", "text": {"content": "Hello", "format": "MARKDOWN"}}]}
    }
  JSON
}
`, title))
	}
	env.Test(t,
		resource.TestStep{Config: config("One"), Check: resource.ComposeAggregateTestCheckFunc(
			resource.TestCheckResourceAttr(address, "name", "projects/acme-prod/dashboards/by-hand"),
			resource.TestCheckResourceAttr(address, "display_name", "One"),
			resource.TestCheckNoResourceAttr(address, "grafana_json"),
		)},
		resource.TestStep{Config: config("Two"), Check: resource.TestCheckResourceAttr(address, "display_name", "Two")},
		resource.TestStep{
			PreConfig: env.ChangeDashboard(func(d *dashboardpb.Dashboard) { d.GetGridLayout().GetWidgets()[0].Title = "By hand" }),
			Config:    config("Two"),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				acctest.ExpectOnlyChanges(address, "dashboard_json"),
			}},
		},
		resource.TestStep{
			Config: config("Two"), ResourceName: address, ImportState: true, ImportStateVerify: true,
			// The uid was made from the title that it had at first.
			ImportStateVerifyIgnore: []string{"dashboard_json", "grafana_uid"},
		},
	)
}
