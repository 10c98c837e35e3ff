package dashboard_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

const small = `
resource "cortx_dashboard" "test" {
  display_name = "Small"
  sections     = [{ tiles = [{ title = "Up", time_series = { queries = [{ promql = "sum(up)" }] } }] }]
}
`

// TestAccFaultsThatPass injects one failure after another into a create, an
// update and a delete: each passes without an error, and leaves one object.
func TestAccFaultsThatPass(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]acctest.Fault{
		"reply lost after the commit":   {After: true, Drop: true},
		"connection lost before":        {Drop: true},
		"503":                           {Status: http.StatusServiceUnavailable},
		"503 after the commit":          {Status: http.StatusServiceUnavailable, After: true},
		"504 after the commit":          {Status: http.StatusGatewayTimeout, After: true},
		"500 after the commit":          {Status: http.StatusInternalServerError, After: true},
		"rate limit without a hint":     {Status: http.StatusTooManyRequests, Reason: "RATE_LIMIT_EXCEEDED", Times: 2},
		"three lost replies in a row":   {After: true, Drop: true, Times: 3},
		"truncated reply after a write": {After: true, Truncate: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			inject := func(rpc string) func() {
				return func() {
					fault.RPC = rpc
					env.Server.ClearFaults()
					env.Server.InjectFaults(fault)
				}
			}
			one := env.RemoteDashboard(func(*dashboardpb.Dashboard) error { return nil })
			changed := env.Config(strings.Replace(small, "sum(up)", "count(up)", 1))
			env.Test(t,
				resource.TestStep{PreConfig: inject("CreateDashboard"), Config: env.Config(small), Check: one},
				resource.TestStep{PreConfig: inject("UpdateDashboard"), Config: changed, Check: one},
				resource.TestStep{PreConfig: inject("GetDashboard"), Config: changed, PlanOnly: true},
				resource.TestStep{PreConfig: inject("DeleteDashboard"), Config: env.Config("# nothing"), Check: func(*terraform.State) error { return env.CheckEmpty() }},
			)
		})
	}
}

// TestAccIDTaken leaves alone the dashboard that has the id.
func TestAccIDTaken(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Foreign("monitoring.googleapis.com/v1/projects/"+acctest.Project+"/dashboards",
		`{"displayName": "Mine", "name": "projects/`+acctest.Project+`/dashboards/taken", "gridLayout": {"widgets": [{"text": {"content": "x", "format": "RAW"}}]}}`)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.Factories(),
		Steps: []resource.TestStep{{
			Config:      env.Config(strings.Replace(small, "display_name", "dashboard_id = \"taken\"\n  display_name", 1)),
			ExpectError: regexp.MustCompile(`could not be created`),
		}},
		CheckDestroy: func(s *terraform.State) error {
			return env.RemoteDashboard(func(d *dashboardpb.Dashboard) error {
				if d.GetDisplayName() != "Mine" {
					return fmt.Errorf("%s", d)
				}
				return nil
			})(s)
		},
	})
}

func TestAccPermissionDenied(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	config := env.Config(small)
	denied := acctest.Fault{Status: http.StatusForbidden, Times: -1, Reason: "IAM_PERMISSION_DENIED", Message: "Permission 'monitoring.dashboards.get' denied."}
	inject := func(rpc string) func() {
		return func() {
			denied.RPC = rpc
			env.Server.ClearFaults()
			env.Server.InjectFaults(denied)
		}
	}
	env.Test(t,
		resource.TestStep{PreConfig: inject("CreateDashboard"), Config: config, ExpectError: regexp.MustCompile(`(?s)could not be created.*monitoring.dashboards.get`)},
		resource.TestStep{PreConfig: env.Server.ClearFaults, Config: config},
		// What can't be read is not absent.
		resource.TestStep{PreConfig: inject("GetDashboard"), Config: config, PlanOnly: true, ExpectError: regexp.MustCompile(`could not be read`)},
		resource.TestStep{PreConfig: env.Server.ClearFaults, Config: config, PlanOnly: true},
	)
}

// TestAccGrafanaUnreadable is no drift and no absence.
func TestAccGrafanaUnreadable(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	config := env.ConfigWith("grafana = {}", small)
	env.Test(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() {
				env.Server.InjectFaults(acctest.Fault{Host: "grafana", HTTPMethod: http.MethodGet, Status: http.StatusForbidden, Times: -1})
			},
			Config: config, PlanOnly: true, ExpectError: regexp.MustCompile(`(?s)could not be read from Grafana.*GRAFANA_AUTH`),
		},
		resource.TestStep{PreConfig: env.Server.ClearFaults, Config: config, PlanOnly: true},
	)
}

func cliConfig(env *acctest.Env, n int) string {
	return env.ConfigWith("grafana = {}", strings.Replace(strings.Replace(small, "{\n", fmt.Sprintf("{\n  count = %d\n", n), 1), `"Small"`, `"Small ${count.index}"`, 1))
}

// TestAccInterrupt interrupts an apply while the service has committed a
// dashboard and not yet replied: it is in the state, untainted.
func TestAccInterrupt(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, func(o *acctest.Options) { o.Clock = clock.System() })
	cli := acctest.NewCLI(t, cliConfig(env, 3))
	count := func() int { return len(env.Server.Inventory()["dashboards"]) }
	env.Server.InjectFaults(acctest.Fault{RPC: "CreateDashboard", Nth: 2, After: true, Delay: acctest.Duration(time.Minute)})
	out, took := cli.Interrupt(func() bool { return count() >= 2 })
	t.Logf("the interrupt took %s", took.Round(time.Millisecond))
	if took > 20*time.Second {
		t.Errorf("the interrupt took %s, so it waited for the service:\n%s", took, out)
	}
	resources := cli.StateResources()
	if len(resources) != count() {
		t.Errorf("%d dashboards stand, %d are in the state: %v\n%s", count(), len(resources), resources, out)
	}
	for address, tainted := range resources {
		if tainted {
			t.Errorf("%s is tainted", address)
		}
	}
	env.Server.ClearFaults()
	cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
	cli.MustPlanEmpty()
	if standing := env.Standing(); standing != 6 {
		t.Errorf("%d dashboards stand in both places, want 6", standing)
	}
}

// TestAccKilledProvider kills the provider once the service has committed a
// dashboard: the next run names the one that was left behind.
func TestAccKilledProvider(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, func(o *acctest.Options) { o.Clock = clock.System() })
	cli := acctest.NewCLI(t, env.Config(small))
	env.Server.InjectFaults(acctest.Fault{RPC: "CreateDashboard", After: true, Delay: acctest.Duration(time.Minute)})
	cli.Kill(func() bool { return env.Standing() == 1 })
	left := env.Only("dashboards")
	env.Server.ClearFaults()
	out := strings.Join(strings.Fields(cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")), " ")
	if !strings.Contains(out, "stood there already") || !strings.Contains(out, left) {
		t.Errorf("the dashboard %s that was left behind is not named:\n%s", left, out)
	}
	cli.MustPlanEmpty()
}

// TestAccSecretsAppearNowhere looks for Grafana's token.
func TestAccSecretsAppearNowhere(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	canaries := map[string]string{"token": "glsa_canary0grafana0token", "password": "canary-grafana-password"}
	for _, auth := range []string{canaries["token"], "admin:" + canaries["password"]} {
		cli := acctest.NewCLI(t, env.ConfigWith("grafana = {}", small))
		cli.Trace()
		// The URL is not the emulator's by its variable alone: the emulator takes
		// everything, and a token must not follow it there either.
		cli.Env = append(cli.Env, "GRAFANA_URL=https://grafana.example.com", "GRAFANA_AUTH="+auth)
		var printed strings.Builder
		for _, args := range [][]string{
			{"plan", "-no-color", "-input=false", "-out=plan.bin"},
			{"show", "-json", "plan.bin"},
			{"apply", "-no-color", "-auto-approve", "-input=false"},
			{"state", "pull"},
		} {
			printed.WriteString(cli.MustRun(args...))
		}
		env.Server.InjectFaults(acctest.Fault{Host: "grafana", Status: http.StatusUnauthorized, Times: -1})
		out, _ := cli.Run("plan", "-no-color", "-input=false")
		printed.WriteString(out)
		env.Server.ClearFaults()
		cli.NoSecrets(env, printed.String(), "CreateDashboard", canaries)
		cli.MustRun("destroy", "-no-color", "-auto-approve", "-input=false")
	}
}

// TestAccDestroyWithInvalidConfiguration follows the way that the error shows.
func TestAccDestroyWithInvalidConfiguration(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	cli := acctest.NewCLI(t, cliConfig(env, 1))
	cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
	cli.Write(strings.Replace(cliConfig(env, 1), "sum(up)", "sum(", 1))
	out, err := cli.Run("destroy", "-no-color", "-auto-approve", "-input=false")
	if err == nil || !strings.Contains(strings.Join(strings.Fields(out), " "), "-refresh=false") {
		t.Fatalf("the error must show a way: %v\n%s", err, out)
	}
	if env.Standing() != 2 {
		t.Fatal("the refused destroy deleted something")
	}
	cli.MustRun("destroy", "-no-color", "-auto-approve", "-input=false", "-refresh=false")
	if err := env.CheckEmpty(); err != nil {
		t.Error(err)
	}
}

func TestAccRefusedAtPlan(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ provider, body, want string }{
		"no content":       {"", `display_name = "x"`, `has no content`},
		"two contents":     {"", `preset = "platform_health"` + "\n" + `dashboard_json = "{}"`, `given twice`},
		"no such preset":   {"", `preset = "health"`, `preset can't be made`},
		"no JSON":          {"", `dashboard_json = "{"`, `not a dashboard`},
		"unknown field":    {"", `dashboard_json = "{\"displayName\": \"x\", \"frobnicate\": 1}"`, `(?s)not a dashboard.*frobnicate`},
		"no title":         {"", `sections = [{ tiles = [{ text = { content = "x" } }] }]`, `no title`},
		"bad PromQL":       {"", `display_name = "x"` + "\n" + `sections = [{ tiles = [{ time_series = { queries = [{ promql = "sum(" }] } }] }]`, `(?s)sections\[0\]\.tiles\[0\]\.time_series\.queries\[0\]\.promql`},
		"two kinds":        {"", `display_name = "x"` + "\n" + `sections = [{ tiles = [{ text = { content = "x" }, table = { queries = [{ promql = "up" }] } }] }]`, `sections\[0\]\.tiles\[0\]`},
		"an odd column":    {"grafana = {}", `display_name = "x"` + "\n" + `sections = [{ tiles = [{ x = 1, y = 0, width = 12, height = 8, text = { content = "x" } }] }]`, `sections\[0\]\.tiles\[0\]\.x`},
		"no such unit":     {"", `display_name = "x"` + "\n" + `sections = [{ tiles = [{ scorecard = { unit = "furlongs", query = { promql = "up" } } }] }]`, `unit`},
		"no Grafana":       {"", `preset = "platform_health"` + "\n" + `targets = ["grafana"]`, `has no Grafana`},
		"no such target":   {"", `preset = "platform_health"` + "\n" + `targets = ["datadog"]`, `no target`},
		"inputs alone":     {"", `display_name = "x"` + "\n" + `preset_inputs = {}` + "\n" + `sections = [{ tiles = [{ text = { content = "x" } }] }]`, `without a preset`},
		"only for Grafana": {"", `display_name = "x"` + "\n" + `sections = [{ tiles = [{ table = { queries = [{ bigquery_sql = "SELECT 1" }] } }] }]`, `bigquery_sql`},
		"not for Grafana":  {`grafana = {}`, `display_name = "x"` + "\n" + `sections = [{ tiles = [{ alert_chart = { policy = "projects/p/alertPolicies/1" } }] }]`, `(?s)alert_chart`},
		"JSON for Grafana": {`grafana = {}`, `dashboard_json = "{\"displayName\": \"x\", \"gridLayout\": {\"widgets\": [{\"text\": {\"content\": \"x\"}}]}}"`, `Grafana can't show`},
		"a line's colour":  {"", `display_name = "x"` + "\n" + `sections = [{ tiles = [{ time_series = { queries = [{ promql = "up" }], thresholds = [{ value = 1, color = "yellow" }] } }] }]`, `(?s)no colours.*sections\[0\]\.tiles\[0\]\.time_series\.thresholds\[0\]\.color`},
		"a bad uid":        {"", `preset = "platform_health"` + "\n" + `grafana = { uid = "a/b" }`, `(?s)does not take the UID.*grafana\.uid`},
		"a bad refresh":    {"", `preset = "platform_health"` + "\n" + `grafana = { refresh = "often" }`, `(?s)refresh interval.*grafana\.refresh`},
		"bad id":           {"", `preset = "platform_health"` + "\n" + `dashboard_id = "a b"`, `id of a dashboard`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: env.Factories(),
				Steps: []resource.TestStep{{
					Config:   env.ConfigWith(test.provider, "resource \"cortx_dashboard\" \"test\" {\n"+test.body+"\n}\n"),
					PlanOnly: true, ExpectError: regexp.MustCompile(test.want),
				}},
			})
			if n := env.Calls(); n > 0 {
				t.Errorf("%d requests were made", n)
			}
		})
	}
}
