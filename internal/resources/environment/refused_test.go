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

// TestAccInputsRefusedAtPlan refuses inputs in a form that some service would
// refuse later, half-way: by one configuration, without a call.
func TestAccInputsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, func(o *acctest.Options) { o.Clock, o.LROScale = clock.System(), 0 })
	cli := acctest.NewCLI(t, env.Config(of("dev", "")))
	env.Server.ResetRequests()
	refused := func(tier, extra string, wants ...string) {
		t.Helper()
		cli.Write(env.Config(of(tier, extra)))
		out, err := cli.Run("plan", "-no-color", "-input=false")
		if err == nil {
			t.Errorf("%s is planned", extra)
			return
		}
		words := strings.Join(strings.Fields(out), " ")
		for _, want := range wants {
			if !strings.Contains(words, want) {
				t.Errorf("%s: the plan does not say %q:\n%s", extra, want, out)
			}
		}
	}
	refused("dev", `
  project = "123456789012"
  zone    = "us-central1-a"
  labels  = { Team = "Platform Team", cortx-owner = "me" }
  cluster = { name = "Core_1", machine_type = "huge", max_nodes = 100000 }
  network = { name = "Net_1", range = "172.17.0.0/30", pod_range = "10.4.0.0/29", service_range = "224.0.0.0/28" }
  database = { name = "", version = "17", machine_type = "n1-standard-1" }
  budget  = { billing_account = "", amount = 10, currency = "euro", thresholds = [0] }
  notification_channels = ["projects/a/notificationChannels/"]
`, "This is the number of a project, and not its id. ", "At project:", "The zone is not in the region.", "A label can't be used.", "A label's key is reserved.",
		"At cluster.name:", "At cluster.machine_type:", "At cluster.max_nodes: Use min_nodes from 0, and max_nodes from min_nodes to 1000",
		"At network.name:", "At network.range: Use a block of /29 or larger", "172.17.0.0/16", "At network.pod_range: Use a block of /24", "At network.service_range:",
		"At database.name:", "At database.version: Write a version of PostgreSQL, such as POSTGRES_17", "At database.machine_type:",
		"At budget.billing_account:", "At budget.currency:", "At budget.thresholds:", "At notification_channels:")
	refused("dev", `
  network  = { subnetwork = "projects/p/regions/us-central1/subnetworks/s", pod_range = "10.4.0.0/14", name = "n" }
  database = { machine_type = "db-perf-optimized-N-2" }
`, "The subnetwork is in another region.", "At network.pod_range: Take range", "At network.name: Take network.name out", `set database.edition = "ENTERPRISE_PLUS"`)
	refused("prod", `
  access = {
    access_policy = "accessPolicies/1", runner_identities = ["me@example.com"], runner_access_levels = ["office"], restricted_services = ["storage"]
  }
  database = { edition = "ENTERPRISE_PLUS", machine_type = "db-custom-4-16384" }
`, "At access.runner_identities: Write who it is with its kind", "At access.runner_access_levels:", "At access.restricted_services:", "ENTERPRISE_PLUS takes a predefined machine")
	refused("prod", `network = { perimeter = "EXCEPTION" }`, "no reason is recorded", "At access.exception:")
	refused("prod", `
  network = { perimeter = "EXCEPTION" }
  access  = { exception = "  " }`, "At access.exception:")
	if n := env.Calls(); n != 0 {
		t.Errorf("plans that are refused made %d calls", n)
	}
}

// TestAccUnknownPlans plans what is known only after apply, without an error that
// another value would put right, and lets the apply judge.
func TestAccUnknownPlans(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, func(o *acctest.Options) { o.Clock, o.LROScale = clock.System(), 0 })
	const later = `
resource "terraform_data" "u" { input = "x" }
resource "terraform_data" "l" { input = ["x"] }
resource "terraform_data" "m" { input = { "logging.retention_days" = "x" } }
resource "terraform_data" "n" { input = 1 }
`
	env.Call(http.MethodPost, "accesscontextmanager.googleapis.com/v1/accessPolicies", `{"parent": "organizations/77", "title": "default"}`)
	accessPolicy := env.Server.Inventory()["accessPolicies"][0]
	made := env.Standing()
	cli := acctest.NewCLI(t, env.Config(of("dev", "")+later))
	for _, c := range []struct{ tier, extra string }{
		{"dev", `catalogue_version = terraform_data.n.output`},
		{"prod", `access = { access_policy = "` + accessPolicy + `", runner_identities = [terraform_data.u.output] }`},
		{"prod", `access = { access_policy = "` + accessPolicy + `", runner_identities = terraform_data.l.output }`},
		{"prod", "logging = { locked = true }\nconfirm = [terraform_data.u.output]"},
		{"prod", "logging = { locked = true }\nconfirm = terraform_data.l.output"},
		{"prod", "logging = { retention_days = 30 }\nexceptions = terraform_data.m.output"},
		{"dev", `cluster = { logging_components = ["SYSTEM_COMPONENTS", "WORKLOADS", terraform_data.u.output] }`},
		{"prod", `database = { edition = terraform_data.u.output }`},
		{"dev", `budget = { billing_account = terraform_data.u.output, amount = terraform_data.n.output, thresholds = [terraform_data.n.output] }`},
	} {
		cli.Write(env.Config(of(c.tier, c.extra) + later))
		if out, err := cli.Run("plan", "-no-color", "-input=false"); err != nil {
			t.Errorf("%s is not planned:\n%s", c.extra, out)
		}
	}
	// The apply judges before it makes anything.
	cli.Write(env.Config(of("prod", "logging = { locked = true }\nconfirm = [terraform_data.u.output]") + later))
	if out, err := cli.Run("apply", "-no-color", "-auto-approve", "-input=false"); err == nil || !strings.Contains(out, "not confirmed") {
		t.Errorf("an unconfirmed lock is applied:\n%s", out)
	}
	if n := env.Standing(); n != made {
		t.Errorf("%d objects stand after an apply that was refused, want %d", n, made)
	}
}

// TestAccPlaceRefused refuses a place that isn't there, before the first write.
func TestAccPlaceRefused(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	legacyNetwork(env)
	env.Call(http.MethodPost, "compute.googleapis.com/compute/v1/projects/"+acctest.Project+"/regions/europe-west1/subnetworks",
		`{"name": "old", "network": "projects/`+acctest.Project+`/global/networks/legacy", "ipCidrRange": "10.0.8.0/24", "secondaryIpRanges": [{"rangeName": "pods", "ipCidrRange": "10.8.0.0/24"}]}`)
	env.Later(time.Hour)
	const old = `projects/` + acctest.Project + `/regions/europe-west1/subnetworks/old`
	env.Server.ResetRequests()
	step := func(config, want string) resource.TestStep {
		return resource.TestStep{Config: env.Config(config), ExpectError: regexp.MustCompile(want)}
	}
	env.TestWith(t, func(*acctest.Env) error { return nil },
		step(strings.Replace(of("dev", ""), "europe-west1", "mars-north1", 1), `no\s+such\s+region`),
		step(of("dev", `zone = "europe-west1-z"`), `no\s+such\s+zone[\s\S]*europe-west1-b`),
		step(of("dev", `network = { subnetwork = "projects/`+acctest.Project+`/regions/europe-west1/subnetworks/missing" }`), `subnetwork\s+does\s+not\s+exist`),
		step(of("dev", `network = { subnetwork = "`+old+`" }`), `no\s+such\s+secondary\s+range[\s\S]*services`),
		step(of("dev", "network = { name = \"legacy\" }\nadopt = true"), `range\s+is\s+taken[\s\S]*10.0.8.0/24[\s\S]*10.8.0.0/24`),
	)
	for _, r := range env.Server.Requests() {
		if r.Method != http.MethodGet && !strings.HasSuffix(r.RPC, "IamPermissions") && !strings.HasPrefix(r.RPC, "Get") && !strings.HasPrefix(r.RPC, "List") {
			t.Errorf("it wrote: %s %s", r.Method, r.Path)
		}
	}
}
