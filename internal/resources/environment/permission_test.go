package environment_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

const (
	account = "012345-567890-ABCDEF"
	budget  = `budget = { billing_account = "` + account + `", amount = 100 }`
)

// inPolicy makes an access policy, and is the access to it of an environment.
func inPolicy(env *acctest.Env) string {
	env.Call(http.MethodPost, "accesscontextmanager.googleapis.com/v1/accessPolicies", `{"parent": "organizations/77", "title": "default"}`)
	env.Later(time.Minute)
	return within(env.Server.Inventory()["accessPolicies"][0])
}

func within(accessPolicy string) string {
	return `access = { access_policy = "` + accessPolicy + `", runner_identities = ["serviceAccount:tf@acme.iam.gserviceaccount.com"] }`
}

// onSystemClock is for a CLI that the test doesn't drive step by step.
func onSystemClock(t *testing.T) *acctest.Env {
	t.Helper()
	return acctest.New(t, func(o *acctest.Options) { o.Clock, o.LROScale = clock.System(), 0 })
}

// disabled answers for an API that is off.
func disabled(host string) acctest.Fault {
	return acctest.Fault{Host: host, RPC: "TestIamPermissions", Times: -1, Status: http.StatusForbidden, Reason: "SERVICE_DISABLED", Message: "The API has not been used in project 1 before or it is disabled."}
}

// TestAccPermissionsBesideTheProject names what is missing on the access policy
// and on the billing account, which no project grants, before anything is made.
func TestAccPermissionsBesideTheProject(t *testing.T) {
	t.Parallel()
	const writesBudgets = "billing.resourcebudgets.write"
	for name, c := range map[string]struct {
		tier   string
		extra  func(env *acctest.Env) string
		deny   []string
		expect string
	}{
		"perimeter": {
			"prod", inPolicy,
			[]string{"accesscontextmanager.servicePerimeters.update"},
			`Permissions are missing on the access policy[\s\S]*accessPolicies/\d+[\s\S]*perimeter needs\s+accesscontextmanager.servicePerimeters.update\s+\(role\s+roles/accesscontextmanager.policyEditor`,
		},
		"perimeter as a dry run": {
			"staging", inPolicy, []string{"accesscontextmanager.servicePerimeters.create"}, `on the access policy[\s\S]*servicePerimeters.create`,
		},
		"no such access policy": {
			"prod", func(*acctest.Env) string { return within("accessPolicies/1") }, nil,
			`It can't be told what may be done with the access policy[\s\S]*accessPolicies/1[\s\S]*Requested\s+entity\s+was\s+not\s+found`,
		},
		"budget": {
			"dev", func(*acctest.Env) string { return budget },
			[]string{"billing.budgets.create", writesBudgets},
			`Permissions are missing on the billing account[\s\S]*` + account + `[\s\S]*budget needs\s+billing.budgets.create\s+\(role\s+roles/billing.costsManager`,
		},
		"budget, and the project too": {
			"dev", func(*acctest.Env) string { return budget },
			[]string{"cloudkms.keyRings.create", "billing.budgets.list", writesBudgets},
			`Permissions are missing in the project[\s\S]*Permissions are missing on the billing account`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			config := env.Config(of(c.tier, c.extra(env)))
			env.Server.DenyPermissions(c.deny...)
			env.Server.ResetRequests()
			env.TestWith(t, func(*acctest.Env) error { return nil }, resource.TestStep{Config: config, ExpectError: regexp.MustCompile(c.expect)})
			for _, r := range env.Server.Requests() {
				if r.Method != http.MethodGet && !strings.HasSuffix(r.RPC, "IamPermissions") {
					t.Errorf("it wrote: %s %s", r.Method, r.Path)
				}
			}
		})
	}
}

// TestAccPermissionsThatDo: a budget of one project needs nothing on the billing
// account where the project grants it, and what is not asked for needs nothing.
func TestAccPermissionsThatDo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		extra string
		deny  []string
	}{
		"the project grants budgets": {budget, []string{"billing.budgets.create", "billing.budgets.list", "billing.budgets.update", "billing.budgets.delete"}},
		"neither is asked for":       {"", []string{"billing.budgets.create", "billing.resourcebudgets.write", "accesscontextmanager.servicePerimeters.create"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			env.Server.DenyPermissions(c.deny...)
			env.TestWith(t, onlyKept,
				resource.TestStep{Config: env.Config(of("dev", c.extra)), Check: ready()},
				resource.TestStep{Config: env.Config(of("dev", c.extra)), PlanOnly: true},
			)
		})
	}
}

// TestAccPermissionsUnknown warns where the API that answers is off, which apply
// turns on, and goes on.
func TestAccPermissionsUnknown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ tier, host, expect string }{
		"perimeter": {"prod", "accesscontextmanager.googleapis.com", `be told yet what may be done with the access\s+policy`},
		"budget":    {"dev", "cloudbilling.googleapis.com", `be told yet what may be done with the billing\s+account`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := onSystemClock(t)
			extra := budget
			if c.tier == "prod" {
				extra = inPolicy(env)
			}
			// What the project grants would do for the budget.
			env.Server.DenyPermissions("billing.resourcebudgets.write")
			env.Server.InjectFaults(disabled(c.host))
			cli := acctest.NewCLI(t, env.Config(of(c.tier, extra)))
			out := cli.MustRun("plan", "-no-color", "-input=false")
			if !regexp.MustCompile(c.expect).MatchString(out) || !strings.Contains(out, "1 to add") {
				t.Errorf("the plan doesn't say what is unknown:\n%s", out)
			}
		})
	}
}

// TestAccIdlePlanAsksNothing: a plan that changes nothing asks nobody about
// permissions, with a perimeter and a budget too.
func TestAccIdlePlanAsksNothing(t *testing.T) {
	t.Parallel()
	env := onSystemClock(t)
	cli := acctest.NewCLI(t, env.Config(of("prod", inPolicy(env)+"\n"+budget+"\n"+ended)))
	cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
	env.Server.ResetRequests()
	cli.MustPlanEmpty()
	if n := env.Calls(); n > mostIdle {
		t.Errorf("%d requests, want at most %d", n, mostIdle)
	}
	for _, r := range env.Server.Requests() {
		if strings.HasSuffix(r.RPC, "IamPermissions") {
			t.Errorf("it asked %s", r.Path)
		}
	}
	cli.MustRun("destroy", "-no-color", "-auto-approve", "-input=false")
}
