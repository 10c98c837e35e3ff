package alertpolicy_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

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
		"concurrent edit":               {Status: http.StatusConflict, Message: "Too many concurrent edits to the project configuration. Please try again.", Times: 3},
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
			one := env.Remote(func(*monitoringpb.AlertPolicy) error { return nil })
			env.Test(t,
				resource.TestStep{PreConfig: inject("CreateAlertPolicy"), Config: env.Config(policy(errorRate)), Check: one},
				resource.TestStep{PreConfig: inject("UpdateAlertPolicy"), Config: env.Config(policy(`conditions = [{ error_rate = { threshold = 0.5 } }]`)), Check: one},
				resource.TestStep{PreConfig: inject("GetAlertPolicy"), Config: env.Config(policy(`conditions = [{ error_rate = { threshold = 0.5 } }]`)), PlanOnly: true},
				resource.TestStep{PreConfig: inject("DeleteAlertPolicy"), Config: env.Config("# nothing"), Check: func(*terraform.State) error { return env.CheckEmpty() }},
			)
		})
	}
}

func TestAccRateLimitHintIsWaited(t *testing.T) {
	t.Parallel()
	virtual := clock.NewVirtual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	env := acctest.New(t, func(o *acctest.Options) { o.Clock = virtual })
	var before time.Time
	env.Test(t, resource.TestStep{
		PreConfig: func() {
			before = virtual.Now()
			env.Server.InjectFaults(acctest.Fault{
				RPC: "CreateAlertPolicy", Status: http.StatusTooManyRequests, Reason: "RATE_LIMIT_EXCEEDED", RetryAfter: acctest.Duration(90 * time.Second),
			})
		},
		Config: env.Config(policy(errorRate)),
		Check: func(*terraform.State) error {
			if waited := virtual.Now().Sub(before); waited < 90*time.Second {
				return fmt.Errorf("waited %s, the service asked for 90s", waited)
			}
			return nil
		},
	})
}

// TestAccExhaustionFailsFast reaches the limit of policies a project: no wait
// helps, so there is one attempt, and an error that says what does.
func TestAccExhaustionFailsFast(t *testing.T) {
	t.Parallel()
	virtual := clock.NewVirtual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	env := acctest.New(t, func(o *acctest.Options) { o.AlertPolicyLimit, o.Clock = 1, virtual })
	cli := acctest.NewCLI(t, cliConfig(env, 1))
	cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
	env.Server.ResetRequests()
	cli.Write(cliConfig(env, 2))
	out, err := cli.Run("apply", "-no-color", "-auto-approve", "-input=false")
	if err == nil || !strings.Contains(strings.Join(strings.Fields(out), " "), "The project is at its limit. Delete what is no longer needed") {
		t.Errorf("the limit was passed, or not explained: %v\n%s", err, out)
	}
	if calls := env.Calls("CreateAlertPolicy"); calls != 1 {
		t.Errorf("%d attempts, want 1", calls)
	}
	if resources := cli.StateResources(); len(resources) != 1 {
		t.Errorf("the state holds %v, want the first policy alone", resources)
	}
}

// TestAccMetricNotYetSeen creates a threshold policy on a metric that was made a
// moment ago and appears only minutes later: the create waits for it.
func TestAccMetricNotYetSeen(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Test(t, resource.TestStep{
		PreConfig: func() { env.Metric("custom.googleapis.com/queue_length") },
		Config: env.Config(`
resource "cortx_alert_policy" "test" {
  display_name = "The queue is long"
  conditions = [{ threshold = {
    filter          = "metric.type = \"custom.googleapis.com/queue_length\" AND resource.type = \"global\""
    comparison      = "COMPARISON_GT"
    threshold_value = 100
  } }]
}
`),
		Check: func(*terraform.State) error {
			if calls := env.Calls("CreateAlertPolicy"); calls < 2 {
				return fmt.Errorf("%d attempts: the service showed the metric at once, so this proves nothing", calls)
			}
			return nil
		},
	})
}

// TestAccMetricNeverSeen gives up after ten minutes, and says what to set.
func TestAccMetricNeverSeen(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Test(t, resource.TestStep{
		Config:      env.Config(policy(`conditions = [{ promql = { query = "nobody_wrote_this > 0" } }]`)),
		ExpectError: regexp.MustCompile(`(?s)disable_metric_validation\s*=\s*true`),
	})
}

func TestAccPermissionDenied(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	config := env.Config(policy(errorRate))
	denied := acctest.Fault{Status: http.StatusForbidden, Times: -1, Reason: "IAM_PERMISSION_DENIED", Message: "Permission 'monitoring.alertPolicies.get' denied."}
	inject := func(rpc string) func() {
		return func() {
			denied.RPC = rpc
			env.Server.ClearFaults()
			env.Server.InjectFaults(denied)
		}
	}
	env.Test(t,
		resource.TestStep{PreConfig: inject("CreateAlertPolicy"), Config: config, ExpectError: regexp.MustCompile(`(?s)could not be created.*roles/monitoring.editor.*monitoring.alertPolicies.get`)},
		resource.TestStep{PreConfig: env.Server.ClearFaults, Config: config},
		// What can't be read is not absent.
		resource.TestStep{PreConfig: inject("GetAlertPolicy"), Config: config, PlanOnly: true, ExpectError: regexp.MustCompile(`could not be read`)},
		resource.TestStep{PreConfig: env.Server.ClearFaults, Config: config, PlanOnly: true},
	)
}

func cliConfig(env *acctest.Env, n int) string {
	return env.Config(fmt.Sprintf(`
resource "cortx_alert_policy" "test" {
  count        = %d
  display_name = "API errors ${count.index}"
  conditions   = [{ error_rate = {} }]
}
`, n))
}

// TestAccInterrupt interrupts an apply while the service has committed a policy
// and not yet replied. The policy is in the state, untainted, and the next apply
// makes what is missing and nothing twice.
func TestAccInterrupt(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, func(o *acctest.Options) { o.Clock = clock.System() })
	cli := acctest.NewCLI(t, cliConfig(env, 3))
	env.Server.InjectFaults(acctest.Fault{RPC: "CreateAlertPolicy", Nth: 2, After: true, Delay: acctest.Duration(time.Minute)})
	out, took := cli.Interrupt(func() bool { return env.Standing() >= 2 })
	t.Logf("the interrupt took %s", took.Round(time.Millisecond))
	if took > 20*time.Second {
		t.Errorf("the interrupt took %s, so it waited for the service:\n%s", took, out)
	}
	standing := env.Standing()
	resources := cli.StateResources()
	if len(resources) != standing {
		t.Errorf("%d policies stand, %d are in the state: %v\n%s", standing, len(resources), resources, out)
	}
	for address, tainted := range resources {
		if tainted {
			t.Errorf("%s is tainted", address)
		}
	}
	env.Server.ClearFaults()
	cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
	cli.MustPlanEmpty()
	if standing := env.Standing(); standing != 3 {
		t.Errorf("%d policies stand, want 3", standing)
	}
}

// TestAccDestroyWithInvalidConfiguration follows the way that the error shows.
func TestAccDestroyWithInvalidConfiguration(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	cli := acctest.NewCLI(t, cliConfig(env, 1))
	cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
	cli.Write(strings.Replace(cliConfig(env, 1), "error_rate = {}", "promql = { query = \"sum(\" }", 1))
	out, err := cli.Run("destroy", "-no-color", "-auto-approve", "-input=false")
	if err == nil || !strings.Contains(strings.Join(strings.Fields(out), " "), "-refresh=false") {
		t.Fatalf("the error must show a way: %v\n%s", err, out)
	}
	if env.Standing() != 1 {
		t.Fatal("the refused destroy deleted something")
	}
	cli.MustRun("destroy", "-no-color", "-auto-approve", "-input=false", "-refresh=false")
	if err := env.CheckEmpty(); err != nil {
		t.Error(err)
	}
}

// TestAccStrayEmulator points a provider at the wrong of two worlds.
func TestAccStrayEmulator(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	cli := acctest.NewCLI(t, cliConfig(env, 1))
	cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
	// The same state, and a provider that points at Google Cloud: an error, and
	// not a plan to create everything anew.
	host := fmt.Sprintf("emulator_host = %q", env.Server.Addr())
	cli.Write(strings.Replace(cliConfig(env, 1), host, `access_token = "none"`, 1))
	out, err := cli.Run("plan", "-no-color", "-input=false")
	if err == nil || !strings.Contains(strings.Join(strings.Fields(out), " "), "was made in the emulator") {
		t.Errorf("a state of the emulator was used against Google Cloud: %v\n%s", err, out)
	}
}

// TestAccKilledProvider kills the provider, as a machine that goes down does,
// once the service has committed a policy: nothing can save the state, so the
// next run makes the policy again, and says which one was left behind.
func TestAccKilledProvider(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, func(o *acctest.Options) { o.Clock = clock.System() })
	cli := acctest.NewCLI(t, cliConfig(env, 1))
	env.Server.InjectFaults(acctest.Fault{RPC: "CreateAlertPolicy", After: true, Delay: acctest.Duration(time.Minute)})
	cli.Kill(func() bool { return env.Standing() == 1 })
	left := env.Only("alertPolicies")
	env.Server.ClearFaults()
	out := strings.Join(strings.Fields(cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")), " ")
	if !strings.Contains(out, "stood there already") || !strings.Contains(out, left) {
		t.Errorf("the policy %s that was left behind is not named:\n%s", left, out)
	}
	cli.MustPlanEmpty()
}
