package slo_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

const address = "cortx_slo.test"

const uptime = `
resource "cortx_slo" "test" {
  service_id           = "platform"
  service_display_name = "Platform"
  preset               = "uptime"
  labels               = { team = "platform" }
}
`

// world is an emulator to which the platform's services already report.
func world(t *testing.T) *acctest.Env {
	t.Helper()
	env := acctest.New(t)
	env.Workload()
	return env
}

func TestAccLifecycle(t *testing.T) {
	t.Parallel()
	env := world(t)
	env.Test(t,
		resource.TestStep{
			Config: env.Config(uptime),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectKnownValue(address, tfjsonpath.New("goal"), knownvalue.Float64Exact(0.999)),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("name"), knownvalue.StringExact("projects/acme-prod/services/platform/serviceLevelObjectives/uptime")),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("burn_rate_windows").AtSliceIndex(0).AtMapKey("factor"), knownvalue.Float64Exact(14.4)),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("burn_rate_windows").AtSliceIndex(3).AtMapKey("long_window"), knownvalue.StringExact("72h")),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("policies")),
			}},
			Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestCheckResourceAttr(address, "ready", "true"),
				resource.TestCheckResourceAttr(address, "pending.#", "0"),
				resource.TestCheckNoResourceAttr(address, "last_error"),
				resource.TestCheckResourceAttr(address, "policies.%", "5"),
				resource.TestMatchResourceAttr(address, "policies.burn_1h", regexp.MustCompile(`^projects/acme-prod/alertPolicies/\d+$`)),
				standing(env, 7),
			),
		},
		resource.TestStep{
			Config: env.Config(`
resource "cortx_slo" "test" {
  service_id  = "platform"
  preset      = "uptime"
  goal        = 0.99
  window_days = 7
  alerts      = { absence_window = "0s", page_priority = "P0" }
}
`),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)}},
			Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestCheckResourceAttr(address, "policies.%", "4"),
				resource.TestCheckResourceAttr(address, "service_display_name", "Platform"),
				standing(env, 6),
				remote(env, func(o *monitoringpb.ServiceLevelObjective) error {
					if o.GetGoal() != 0.99 || o.GetRollingPeriod().GetSeconds() != 7*24*3600 || o.GetUserLabels()["team"] != "" {
						return fmt.Errorf("%s", o)
					}
					return nil
				}),
			),
		},
		resource.TestStep{
			Config: env.Config(`
resource "cortx_slo" "test" {
  service_id = "platform"
  preset     = "uptime"
  alerts     = { enabled = false }
}
`),
			Check: resource.ComposeAggregateTestCheckFunc(resource.TestCheckResourceAttr(address, "policies.%", "0"), standing(env, 2)),
		},
	)
}

func standing(env *acctest.Env, want int) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if got := env.Standing(); got != want {
			return fmt.Errorf("%d objects stand, want %d: %v", got, want, env.Server.Inventory())
		}
		return nil
	}
}

func remote(env *acctest.Env, check func(*monitoringpb.ServiceLevelObjective) error) resource.TestCheckFunc {
	return func(*terraform.State) error {
		objectives, err := env.Client.SLOs().List(context.Background(), "projects/"+acctest.Project+"/services/-")
		if err != nil {
			return err
		}
		if len(objectives) != 1 {
			return fmt.Errorf("expected one objective, found %d", len(objectives))
		}
		return check(objectives[0])
	}
}

// TestAccIndicators makes an objective of each kind, with the defaults and with
// other values, and plans empty after each.
func TestAccIndicators(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"latency preset":  `preset = "latency_p99"`,
		"preset, changed": "preset = \"latency_p99\"\n  latency = { threshold_ms = 1000, match_labels = { namespace = \"api\" } }",
		"availability":    "goal = 0.995\n  availability = { include_4xx = true, match_labels = { namespace = \"api\" } }",
		"latency":         "goal = 0.95\n  window_days = 28\n  latency = { threshold_ms = 100 }",
		"ratio": `goal = 0.99
  good_total_ratio = {
    good_service_filter  = "metric.type=\"prometheus.googleapis.com/http_requests_total/counter\" resource.type=\"prometheus_target\" metric.labels.status=\"200\""
    total_service_filter = "metric.type=\"prometheus.googleapis.com/http_requests_total/counter\" resource.type=\"prometheus_target\""
    good_promql          = "http_requests_total{status=\"200\"}"
    total_promql         = "http_requests_total"
  }`,
		"cut": `goal = 0.9
  distribution_cut = {
    distribution_filter = "metric.type=\"prometheus.googleapis.com/http_request_duration_seconds/histogram\" resource.type=\"prometheus_target\""
    min                 = 0.01
    max                 = 0.5
    good_promql         = "http_request_duration_seconds_bucket{le=\"0.5\"}"
    total_promql        = "http_request_duration_seconds_count"
  }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := world(t)
			config := env.Config("resource \"cortx_slo\" \"test\" {\n  service_id = \"api\"\n  " + body + "\n}\n")
			env.Test(t,
				resource.TestStep{Config: config, Check: resource.TestCheckResourceAttr(address, "ready", "true")},
				resource.TestStep{
					Config: config, ResourceName: address, ImportState: true, ImportStateVerify: true,
					// What nothing in the service says.
					ImportStateVerifyIgnore: []string{"preset", "slo_id"},
				},
			)
		})
	}
}

// TestAccTwoObjectivesShareAService deletes the service with the last of them. It
// goes by the machine's clock: on a virtual one, what the one objective sleeps can
// be too long for a request of the other that is under way.
func TestAccTwoObjectivesShareAService(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, func(o *acctest.Options) { o.Clock, o.LROScale = clock.System(), 0 })
	env.Workload()
	two := uptime + `
resource "cortx_slo" "latency" {
  service_id           = "platform"
  service_display_name = "Platform"
  preset               = "latency_p99"
}
`
	env.Test(t,
		resource.TestStep{Config: env.Config(two), Check: resource.ComposeTestCheckFunc(
			resource.TestCheckNoResourceAttr(address, "last_error"), resource.TestCheckNoResourceAttr("cortx_slo.latency", "last_error"), standing(env, 13),
		)},
		resource.TestStep{Config: env.Config(uptime), Check: standing(env, 7)},
	)
}

// TestAccDriftByHand changes each of the objects behind Terraform's back.
func TestAccDriftByHand(t *testing.T) {
	t.Parallel()
	objective := func(change func(o *monitoringpb.ServiceLevelObjective), mask ...string) func(*acctest.Env) func(context.Context) error {
		return func(env *acctest.Env) func(context.Context) error {
			return func(ctx context.Context) error {
				o, err := env.Client.SLOs().Fresh(ctx, env.Only("serviceLevelObjectives"))
				if err != nil {
					return err
				}
				change(o)
				_, err = env.Client.SLOs().Update(ctx, o, mask...)
				return err
			}
		}
	}
	policy := func(change func(p *monitoringpb.AlertPolicy) bool) func(*acctest.Env) func(context.Context) error {
		return func(env *acctest.Env) func(context.Context) error {
			return func(ctx context.Context) error {
				policies, err := env.Client.AlertPolicies().List(ctx, acctest.Project, `user_labels.cortx_slo_policy="burn_6h"`)
				if err != nil || len(policies) != 1 {
					return fmt.Errorf("%d policies: %w", len(policies), err)
				}
				if !change(policies[0]) {
					return env.Client.AlertPolicies().Delete(ctx, policies[0].GetName())
				}
				_, err = env.Client.AlertPolicies().Update(ctx, policies[0])
				return err
			}
		}
	}
	for name, test := range map[string]struct {
		change func(*acctest.Env) func(context.Context) error
		shown  []string
	}{
		"service renamed": {func(env *acctest.Env) func(context.Context) error { return rename(env, "Mine") }, []string{"service_display_name"}},
		"goal":            {objective(func(o *monitoringpb.ServiceLevelObjective) { o.Goal = 0.9 }, "goal"), []string{"goal"}},
		"name":            {objective(func(o *monitoringpb.ServiceLevelObjective) { o.DisplayName = "Mine" }, "display_name"), []string{"display_name"}},
		"policy deleted":  {policy(func(*monitoringpb.AlertPolicy) bool { return false }), []string{"pending[0]", "policies.burn_6h", "ready"}},
		"query edited": {policy(func(p *monitoringpb.AlertPolicy) bool {
			p.GetConditions()[0].GetConditionPrometheusQueryLanguage().Query = "vector(0) > 1"
			return true
		}), []string{"pending[0]", "ready"}},
		"policy disabled": {policy(func(p *monitoringpb.AlertPolicy) bool { p.Enabled.Value = false; return true }), []string{"pending[0]", "ready"}},
		"objective deleted": {func(env *acctest.Env) func(context.Context) error {
			return func(ctx context.Context) error {
				return env.Client.SLOs().Delete(ctx, env.Only("serviceLevelObjectives"))
			}
		}, []string{"pending[0]", "ready"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := world(t)
			env.Test(t,
				resource.TestStep{Config: env.Config(uptime)},
				resource.TestStep{
					PreConfig: env.ByHand(func(ctx context.Context) error { return test.change(env)(ctx) }),
					Config:    env.Config(uptime),
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
						acctest.ExpectOnlyChanges(address, test.shown...),
					}},
					Check: standing(env, 7),
				},
				resource.TestStep{Config: env.Config(uptime), PlanOnly: true},
			)
		})
	}
}

// rename renames the service that the objective belongs to.
func rename(env *acctest.Env, name string) func(context.Context) error {
	return func(ctx context.Context) error {
		service, err := env.Client.Services().Fresh(ctx, "projects/"+acctest.Project+"/services/platform")
		if err != nil {
			return err
		}
		service.DisplayName = name
		_, err = env.Client.Services().Update(ctx, service, "display_name")
		return err
	}
}

// TestAccServiceRenamedByOthers renames a service that the configuration leaves
// unnamed: its policies, whose titles name it, are out of date, which the next
// plan says and every plan after it, until they are brought up to date.
func TestAccServiceRenamedByOthers(t *testing.T) {
	t.Parallel()
	env := world(t)
	unnamed := env.Config("resource \"cortx_slo\" \"test\" {\n service_id = \"platform\"\n preset = \"uptime\"\n}\n")
	stale := acctest.ExpectOnlyChanges(address, "pending[0]", "pending[1]", "pending[2]", "pending[3]", "pending[4]", "ready")
	policies := func(title string) resource.TestCheckFunc {
		return func(*terraform.State) error {
			policies, err := env.Client.AlertPolicies().List(context.Background(), acctest.Project, "")
			if err != nil || len(policies) != 5 {
				return fmt.Errorf("%d policies: %w", len(policies), err)
			}
			for _, policy := range policies {
				if !strings.HasPrefix(policy.GetDisplayName(), title) {
					return fmt.Errorf("a policy is called %s", policy.GetDisplayName())
				}
			}
			return nil
		}
	}
	renamed := env.ByHand(rename(env, "Ours"))
	again := env.ByHand(rename(env, "Ours again"))
	update := func(before func(), title string) resource.TestStep {
		return resource.TestStep{
			PreConfig:        before,
			Config:           unnamed,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{stale}},
			Check: resource.ComposeAggregateTestCheckFunc(
				policies(title+", "), resource.TestCheckResourceAttr(address, "service_display_name", title), standing(env, 7),
			),
		}
	}
	env.Test(t,
		resource.TestStep{Config: unnamed, Check: policies("platform, ")},
		update(renamed, "Ours"),
		resource.TestStep{Config: unnamed, PlanOnly: true},
		// The new name is in the state already when the plan is made.
		resource.TestStep{PreConfig: again, RefreshState: true, ExpectNonEmptyPlan: true},
		update(nil, "Ours again"),
		resource.TestStep{Config: unnamed, PlanOnly: true},
	)
}

// TestAccMetricToCome has no workload yet: the objective is refused, its guards
// stand, and the next apply goes on.
func TestAccMetricToCome(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Test(t,
		resource.TestStep{
			Config: env.Config(uptime),
			Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestCheckResourceAttr(address, "ready", "false"),
				resource.TestCheckResourceAttr(address, "pending.0", "objective"),
				resource.TestCheckResourceAttrSet(address, "last_error"),
				resource.TestCheckResourceAttr(address, "policies.%", "5"),
			),
			ExpectNonEmptyPlan: true,
		},
		resource.TestStep{
			Config:      env.Config(uptime),
			ExpectError: regexp.MustCompile(`could not be brought up to date`),
		},
		resource.TestStep{
			PreConfig: env.Workload,
			Config:    env.Config(uptime),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
			}},
			Check: resource.ComposeAggregateTestCheckFunc(resource.TestCheckResourceAttr(address, "ready", "true"), standing(env, 7)),
		},
	)
}

// TestAccFaults injects one failure into each call of a create: nothing is
// tainted or doubled, and one more apply makes it whole.
func TestAccFaults(t *testing.T) {
	t.Parallel()
	for _, rpc := range []string{"CreateService", "CreateServiceLevelObjective", "CreateAlertPolicy"} {
		for name, fault := range map[string]acctest.Fault{
			"reply lost after the commit": {After: true, Drop: true},
			"503 before":                  {Status: http.StatusServiceUnavailable},
			"500 after the commit":        {Status: http.StatusInternalServerError, After: true},
		} {
			t.Run(rpc+" "+name, func(t *testing.T) {
				t.Parallel()
				env := world(t)
				env.Test(t, resource.TestStep{
					PreConfig: func() { fault.RPC = rpc; env.Server.InjectFaults(fault) },
					Config:    env.Config(uptime),
					Check:     resource.ComposeAggregateTestCheckFunc(resource.TestCheckResourceAttr(address, "ready", "true"), standing(env, 7)),
				})
			})
		}
		t.Run(rpc+" refused", func(t *testing.T) {
			t.Parallel()
			env := world(t)
			refused := func() {
				env.Server.InjectFaults(acctest.Fault{RPC: rpc, Status: http.StatusForbidden, Message: "Permission denied.", Times: -1})
			}
			first := resource.TestStep{PreConfig: refused, Config: env.Config(uptime), ExpectNonEmptyPlan: true, Check: resource.TestCheckResourceAttr(address, "ready", "false")}
			if rpc == "CreateService" { // Nothing stands, so it is an error.
				first = resource.TestStep{PreConfig: refused, Config: env.Config(uptime), ExpectError: regexp.MustCompile(`could not be created`)}
			}
			env.Test(t, first, resource.TestStep{
				PreConfig: env.Server.ClearFaults,
				Config:    env.Config(uptime),
				Check:     resource.ComposeAggregateTestCheckFunc(resource.TestCheckResourceAttr(address, "ready", "true"), standing(env, 7)),
			})
		})
	}
}

// TestAccTaken leaves alone what stands under the same name.
func TestAccTaken(t *testing.T) {
	t.Parallel()
	env := world(t)
	env.Test(t,
		resource.TestStep{Config: env.Config(uptime)},
		resource.TestStep{
			Config: env.Config(uptime + `
resource "cortx_slo" "again" {
  service_id = "platform"
  preset     = "uptime"
}
`),
			ExpectError: regexp.MustCompile(`(?s)stands already.*terraform\s+import`),
		},
		resource.TestStep{Config: env.Config(uptime), PlanOnly: true},
	)
}

func TestAccRefusedAtPlan(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, want string }{
		"no goal":         {`availability = {}`, `has no goal`},
		"goal 1":          {"goal = 1\n availability = {}", `goal`},
		"31 days":         {"preset = \"uptime\"\n window_days = 31", `window_days`},
		"no preset":       {`preset = "p99"`, `no such preset`},
		"two indicators":  {"goal = 0.9\n availability = {}\n latency = {}", `availability|latency|indicator`},
		"no indicator":    {`goal = 0.9`, `indicator`},
		"no bucket there": {"goal = 0.9\n latency = { threshold_ms = 300 }", `threshold_ms`},
		"priority":        {"preset = \"uptime\"\n alerts = { page_priority = \"P9\" }", `page_priority`},
		"service id":      {"preset = \"uptime\"\n slo_id = \"a b\"", `slo_id`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: env.Factories(),
				Steps: []resource.TestStep{{
					Config:   env.Config("resource \"cortx_slo\" \"test\" {\n service_id = \"api\"\n " + test.body + "\n}\n"),
					PlanOnly: true, ExpectError: regexp.MustCompile(test.want),
				}},
			})
			if n := env.Calls(); n > 0 {
				t.Errorf("%d requests were made", n)
			}
		})
	}
}
