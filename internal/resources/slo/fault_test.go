package slo_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

const objectiveName = "projects/" + acctest.Project + "/services/platform/serviceLevelObjectives/uptime"

// onRealTime is an emulator whose calls can be stopped on the way.
func onRealTime(t *testing.T) *acctest.Env {
	t.Helper()
	env := acctest.New(t, func(o *acctest.Options) { o.Clock, o.LROScale = clock.System(), 0 })
	env.Workload()
	return env
}

// TestAccInterrupt interrupts a create in the middle of its seven objects: what
// stands is in the state, untainted, and the next apply makes the rest.
func TestAccInterrupt(t *testing.T) {
	t.Parallel()
	for _, rpc := range []string{"CreateServiceLevelObjective", "CreateAlertPolicy"} {
		t.Run(rpc, func(t *testing.T) {
			t.Parallel()
			env := onRealTime(t)
			cli := acctest.NewCLI(t, env.Config(uptime))
			env.Server.InjectFaults(acctest.Fault{RPC: rpc, After: true, Delay: acctest.Duration(time.Minute)})
			reached := func() bool {
				return env.Calls(rpc) > 0 || env.Standing() >= map[string]int{"CreateServiceLevelObjective": 2, "CreateAlertPolicy": 3}[rpc]
			}
			out, took := cli.Interrupt(reached)
			t.Logf("the interrupt took %s", took.Round(time.Millisecond))
			if took > 20*time.Second {
				t.Errorf("the interrupt took %s, so it waited for the service:\n%s", took, out)
			}
			if tainted, ok := cli.StateResources()[address]; !ok || tainted {
				t.Fatalf("in the state: %t, tainted: %t\n%s", ok, tainted, out)
			}
			env.Server.ClearFaults()
			cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
			cli.MustPlanEmpty()
			if standing := env.Standing(); standing != 7 {
				t.Errorf("%d objects stand, want 7: %v", standing, env.Server.Inventory())
			}
		})
	}
}

// TestAccKilledProvider kills the provider in the middle of a create. Nothing
// can save the state then; the next apply says how to take over what stands, and
// an import finds all of it.
func TestAccKilledProvider(t *testing.T) {
	t.Parallel()
	env := onRealTime(t)
	cli := acctest.NewCLI(t, env.Config(uptime))
	env.Server.InjectFaults(acctest.Fault{RPC: "CreateAlertPolicy", Nth: 3, After: true, Delay: acctest.Duration(time.Minute)})
	cli.Kill(func() bool { return env.Standing() == 5 })
	env.Server.ClearFaults()
	out, err := cli.Run("apply", "-no-color", "-auto-approve", "-input=false")
	if flat := strings.Join(strings.Fields(out), " "); err == nil || !strings.Contains(flat, "terraform import <address> "+objectiveName) {
		t.Fatalf("the way on is not shown: %v\n%s", err, out)
	}
	cli.MustRun("import", "-no-color", "-input=false", address, objectiveName)
	cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
	cli.MustPlanEmpty()
	if standing := env.Standing(); standing != 7 {
		t.Errorf("%d objects stand, want 7: %v", standing, env.Server.Inventory())
	}
	cli.MustRun("destroy", "-no-color", "-auto-approve", "-input=false")
	if err := env.CheckEmpty(); err != nil {
		t.Error(err)
	}
}

// TestAccDestroyWithInvalidConfiguration follows the way that the error shows.
func TestAccDestroyWithInvalidConfiguration(t *testing.T) {
	t.Parallel()
	env := onRealTime(t)
	cli := acctest.NewCLI(t, env.Config(uptime))
	cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
	cli.Write(env.Config(strings.Replace(uptime, `"uptime"`, `"no-such"`, 1)))
	out, err := cli.Run("destroy", "-no-color", "-auto-approve", "-input=false")
	if err == nil || !strings.Contains(strings.Join(strings.Fields(out), " "), "-refresh=false") {
		t.Fatalf("the error must show a way: %v\n%s", err, out)
	}
	cli.MustRun("destroy", "-no-color", "-auto-approve", "-input=false", "-refresh=false")
	if err := env.CheckEmpty(); err != nil {
		t.Error(err)
	}
}
