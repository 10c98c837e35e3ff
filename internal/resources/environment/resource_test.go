package environment_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

const (
	address = "cortx_environment.test"
	bucket  = "storage.googleapis.com/storage/v1/b/" + acctest.Project + "-dev-data"
	// ended lets an environment that a tier keeps be destroyed.
	ended = `deletion_policy = "DELETE"`
)

// of is the configuration of an environment of a tier.
func of(tier, extra string) string {
	return fmt.Sprintf(`
resource "cortx_environment" "test" {
  tier   = %q
  region = "europe-west1"
  %s
}
`, tier, extra)
}

func ready() resource.TestCheckFunc {
	return resource.ComposeAggregateTestCheckFunc(
		resource.TestCheckNoResourceAttr(address, "last_error"),
		resource.TestCheckResourceAttr(address, "pending.#", "0"),
		resource.TestCheckResourceAttr(address, "ready", "true"),
	)
}

func empty() resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
}

// onlyKept fails on what outlives an environment without being meant to: keys,
// whose names are never free again, and a database's last backup are.
func onlyKept(env *acctest.Env) error {
	for kind, names := range env.Server.Inventory() {
		switch kind {
		case "cryptoKeys", "keyRings", "backups", "services", "projects":
		default:
			return fmt.Errorf("still there: %s %v", kind, names)
		}
	}
	return nil
}

// TestAccTiers makes, reads again and ends an environment of each tier.
func TestAccTiers(t *testing.T) {
	t.Parallel()
	for _, tier := range []string{"dev", "sandbox", "staging", "prod"} {
		t.Run(tier, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			env.TestWith(t, onlyKept, resource.TestStep{
				Config: env.Config(of(tier, ended)), Check: ready(), ConfigPlanChecks: empty(),
			})
		})
	}
}

// TestAccPrevent refuses to destroy what its tier keeps, at plan, and lets go of
// it once the policy is changed.
func TestAccPrevent(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.TestWith(t, onlyKept,
		resource.TestStep{Config: env.Config(of("staging", "")), Check: resource.TestCheckResourceAttr(address, "deletion_policy", "PREVENT")},
		resource.TestStep{
			Config: env.Config(of("staging", "")), Destroy: true, ExpectError: regexp.MustCompile(`may not be destroyed[\s\S]*deletion_policy\s+=\s+"DELETE"`),
		},
		resource.TestStep{Config: env.Config(of("staging", ended)), Check: resource.TestCheckResourceAttr(address, "deletion_policy", "DELETE")},
	)
}

// TestAccAbandon forgets an environment, and takes it over again from its ledger
// alone, with nothing left to change.
func TestAccAbandon(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, func(o *acctest.Options) { o.Clock, o.LROScale = clock.System(), 0 })
	config := env.Config(of("dev", `
  deletion_policy = "ABANDON"
  labels          = { team = "platform" }
  network         = { flow_sampling = 0.25 }
`))
	cli := acctest.NewCLI(t, config)
	cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
	out := cli.MustRun("destroy", "-no-color", "-auto-approve", "-input=false")
	if !strings.Contains(out, "The environment was abandoned") {
		t.Errorf("a destroy that abandons says nothing:\n%s", out)
	}
	cli.MustRun("import", "-no-color", "-input=false", address, "projects/"+acctest.Project+"/regions/europe-west1/environments/dev")
	cli.MustPlanEmpty()
	cli.Write(strings.ReplaceAll(config, "ABANDON", "DELETE"))
	cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
	cli.MustRun("destroy", "-no-color", "-auto-approve", "-input=false")
	if err := onlyKept(env); err != nil {
		t.Error(err)
	}
}

// TestAccUpdate changes settings and inputs in place.
func TestAccUpdate(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	inPlace := resource.ConfigPlanChecks{
		PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)},
		PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
	}
	env.TestWith(t, onlyKept,
		resource.TestStep{Config: env.Config(of("dev", "")), Check: ready()},
		resource.TestStep{
			Config: env.Config(of("dev", `
  labels  = { team = "platform" }
  network = { flow_sampling = 0.5, nat_logging = "ALL", firewall = "DENY_ALL" }
  storage = { versioning = true, soft_delete_days = 14 }
  logging = { retention_days = 60, data_access = "ALL_SERVICES" }
`)), Check: resource.ComposeAggregateTestCheckFunc(ready(),
				resource.TestCheckResourceAttr(address, "network.firewall", "DENY_ALL"),
				resource.TestCheckResourceAttr(address, "logging.data_access", "ALL_SERVICES"),
				resource.TestCheckResourceAttr(address, "effective_labels.team", "platform"),
			), ConfigPlanChecks: inPlace,
		},
		resource.TestStep{Config: env.Config(of("dev", "")), Check: ready(), ConfigPlanChecks: inPlace},
	)
}

// TestAccDrift shows what somebody changed as the setting that it is, or in
// pending when no setting says it, and mends it.
func TestAccDrift(t *testing.T) {
	t.Parallel()
	pending := func(component string) plancheck.PlanCheck {
		return acctest.ExpectPrior(address, tfjsonpath.New("pending"), knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact(component)}))
	}
	for name, c := range map[string]struct {
		method, path, body string
		prior              plancheck.PlanCheck
	}{
		"a setting": {
			http.MethodPatch, bucket, `{"versioning": {"enabled": true}}`,
			acctest.ExpectPrior(address, tfjsonpath.New("storage").AtMapKey("versioning"), knownvalue.Bool(true)),
		},
		"a part without a setting": {
			http.MethodDelete, "compute.googleapis.com/compute/v1/projects/" + acctest.Project + "/regions/europe-west1/routers/cortx-dev-router", "", pending("nat"),
		},
		"a label": {http.MethodPatch, bucket, `{"labels": {"cortx-tier": "prod"}}`, pending("storage")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			env.TestWith(t, onlyKept,
				resource.TestStep{Config: env.Config(of("dev", "")), Check: ready()},
				resource.TestStep{
					PreConfig: func() { env.Call(c.method, c.path, c.body); env.Later(time.Hour) },
					Config:    env.Config(of("dev", "")), Check: ready(),
					ConfigPlanChecks: resource.ConfigPlanChecks{
						PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate), c.prior},
						PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
					},
				},
			)
		})
	}
}

// TestAccReset deletes the data of a dev environment, and keeps the rest.
func TestAccReset(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	stands := func(want int) {
		if status := env.Status(http.MethodGet, bucket+"/o/report.json", ""); status != want {
			t.Errorf("the object: %d, want %d", status, want)
		}
	}
	env.TestWith(t, onlyKept,
		resource.TestStep{Config: env.Config(of("dev", `reset_trigger = "1"`)), Check: ready()},
		resource.TestStep{
			PreConfig: func() {
				env.Call(http.MethodPost, "storage.googleapis.com/upload/storage/v1/b/"+acctest.Project+"-dev-data/o?uploadType=media&name=report.json", `{}`)
				stands(http.StatusOK)
			},
			Config: env.Config(of("dev", `reset_trigger = "2"`)), Check: ready(), ConfigPlanChecks: empty(),
		},
		resource.TestStep{PreConfig: func() { stands(http.StatusNotFound) }, Config: env.Config(of("dev", `reset_trigger = "2"`)), PlanOnly: true},
	)
}

// TestAccSandboxEnds stops to change a sandbox after its end.
func TestAccSandboxEnds(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	const changed = `network = { flow_sampling = 0.9 }`
	env.TestWith(t, onlyKept,
		resource.TestStep{Config: env.Config(of("sandbox", `ttl = "96h"`)), Check: resource.ComposeAggregateTestCheckFunc(ready(),
			resource.TestCheckResourceAttrSet(address, "expires_at"),
		)},
		resource.TestStep{
			PreConfig: func() { env.Later(5 * 24 * time.Hour) },
			Config:    env.Config(of("sandbox", "ttl = \"96h\"\n"+changed)), ExpectError: regexp.MustCompile(`The sandbox has expired`),
		},
		// A longer life, counted from the creation, brings it back.
		resource.TestStep{Config: env.Config(of("sandbox", "ttl = \"336h\"\n"+changed)), Check: ready(), ConfigPlanChecks: empty()},
	)
}

// TestAccRefusedAtPlan refuses what can be known to be wrong, without a call.
func TestAccRefusedAtPlan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ tier, extra, want string }{
		"unknown tier":            {"production", "", `There is no such tier[\s\S]*dev`},
		"weaker than the floor":   {"prod", `logging = { retention_days = 30 }`, `weaker than its tier allows[\s\S]*logging.retention_days`},
		"overlapping ranges":      {"dev", `network = { range = "10.4.0.0/20" }`, `Ranges of the network overlap`},
		"not a range":             {"dev", `network = { range = "10.0.0.1/20" }`, `bits set beyond its prefix`},
		"lock without confirming": {"prod", `logging = { locked = true }`, `not confirmed[\s\S]*confirm`},
		"reset of prod":           {"prod", `reset_trigger = "1"`, `Only a dev environment can be reset`},
		"ttl of dev":              {"dev", `ttl = "24h"`, `Only a sandbox has a time to live`},
		"ttl too long":            {"sandbox", `ttl = "337h"`, `at most 14 days`},
		"name":                    {"dev", `name = "Dev_1"`, `can't be used`},
		"access policy":           {"prod", `access = { access_policy = "123" }`, `not the name of an access policy`},
		"perimeter without way":   {"prod", `access = { access_policy = "accessPolicies/123" }`, `would lock Terraform out`},
		"exception without words": {"prod", `exceptions = { "logging.retention_days" = "" }`, `needs a reason`},
		"recreate what":           {"dev", `allow_recreate = ["everything"]`, `no such component`},
		"budget":                  {"dev", `budget = { billing_account = "abc", amount = 100 }`, `not the id of a billing account`},
		"channel":                 {"dev", `notification_channels = ["oncall"]`, `not the full name of a notification channel`},
		"nodes":                   {"dev", `cluster = { min_nodes = 5, max_nodes = 2 }`, `bounds of the node pools`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			env.TestWith(t, onlyKept, resource.TestStep{Config: env.Config(of(c.tier, c.extra)), ExpectError: regexp.MustCompile(c.want)})
			if n := env.Calls(); n != 0 {
				t.Errorf("a plan that is refused made %d calls", n)
			}
		})
	}
}

// TestAccRefusedBeforeTheFirstWrite refuses what only the service knows.
func TestAccRefusedBeforeTheFirstWrite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare              func(env *acctest.Env)
		tier, region, expect string
	}{
		"missing permission": {
			func(env *acctest.Env) { env.Server.DenyPermissions("cloudkms.keyRings.create") },
			"dev", "europe-west1", `Permissions are missing[\s\S]*cloudkms.keyRings.create[\s\S]*roles/cloudkms.admin`,
		},
		"no HSM": {func(env *acctest.Env) { env.Enable("cloudkms.googleapis.com") }, "prod", "europe-north2", `Cloud HSM is not available`},
		"foreign object": {
			func(env *acctest.Env) {
				env.Enable("storage.googleapis.com")
				env.Call(http.MethodPost, "storage.googleapis.com/storage/v1/b?project="+acctest.Project, `{"name": "`+acctest.Project+`-dev-data", "location": "EUROPE-WEST1"}`)
			}, "dev", "europe-west1", `stands\s+already[\s\S]*-dev-data`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			c.prepare(env)
			env.Server.ResetRequests()
			env.TestWith(t, func(*acctest.Env) error { return nil }, resource.TestStep{
				Config: env.Config(strings.Replace(of(c.tier, ""), "europe-west1", c.region, 1)), ExpectError: regexp.MustCompile(c.expect),
			})
			for _, r := range env.Server.Requests() {
				if r.Method != http.MethodGet && !strings.HasSuffix(r.RPC, "IamPermissions") && !strings.HasPrefix(r.RPC, "Get") {
					t.Errorf("it wrote: %s %s", r.Method, r.Path)
				}
			}
		})
	}
}

// TestAccFixed refuses a change of what is fixed at creation, and of what the
// environment is.
func TestAccFixed(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.TestWith(t, onlyKept,
		resource.TestStep{Config: env.Config(of("dev", "")), Check: ready()},
		resource.TestStep{Config: env.Config(of("dev", `network = { range = "10.1.0.0/20" }`)), ExpectError: regexp.MustCompile(`fixed at creation[\s\S]*allow_recreate\s+=\s+\["network"\]`)},
		resource.TestStep{Config: env.Config(of("dev", `name = "other"`)), ExpectError: regexp.MustCompile(`An environment can't move`)},
		resource.TestStep{Config: env.Config(of("prod", "")), ExpectError: regexp.MustCompile(`can't change to this tier`)},
		resource.TestStep{Config: env.Config(of("dev", "")), PlanOnly: true},
	)
}

// mostIdle is how many requests a plan without changes may make.
const mostIdle = 45

// TestAccIdlePlan bounds the requests of a plan that changes nothing.
func TestAccIdlePlan(t *testing.T) {
	t.Parallel()
	for _, tier := range []string{"dev", "prod"} {
		t.Run(tier, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t, func(o *acctest.Options) { o.Clock, o.LROScale = clock.System(), 0 })
			cli := acctest.NewCLI(t, env.Config(of(tier, ended)))
			cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
			env.Server.ResetRequests()
			cli.MustPlanEmpty()
			n := env.Calls()
			t.Logf("a plan of %s makes %d requests", tier, n)
			if n > mostIdle {
				t.Errorf("%d requests, want at most %d", n, mostIdle)
			}
			cli.MustRun("destroy", "-no-color", "-auto-approve", "-input=false")
		})
	}
}

// TestAccLostLedger says how to restore a record that is lost, and goes on.
func TestAccLostLedger(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.TestWith(t, onlyKept,
		resource.TestStep{Config: env.Config(of("dev", "")), Check: ready()},
		resource.TestStep{
			PreConfig: func() {
				env.Call(http.MethodDelete, "storage.googleapis.com/storage/v1/b/"+acctest.Project+"-dev-ledger/o/environment.json", "")
			},
			Config: env.Config(of("dev", "")), ExpectError: regexp.MustCompile(`ledger\s+rebuild\s+-project`),
		},
		resource.TestStep{
			PreConfig: env.ByHand(func(ctx context.Context) error { return env.RebuildLedger(ctx, "europe-west1", "dev", "dev") }),
			Config:    env.Config(of("dev", "")), Check: ready(), ConfigPlanChecks: empty(),
		},
	)
}
