package environment_test

import (
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

// TestAccInterrupt interrupts an apply in the middle of a long operation: it ends
// in under five seconds, what stands is in the state, untainted, and the next
// apply does the rest.
func TestAccInterrupt(t *testing.T) {
	t.Parallel()
	for _, rpc := range []string{"CreateCluster", "InsertSqlInstance", "InsertNetwork"} {
		t.Run(rpc, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t, func(o *acctest.Options) { o.Clock, o.LROScale = clock.System(), 0 })
			cli := acctest.NewCLI(t, env.Config(of("dev", "")))
			env.Server.InjectFaults(acctest.Fault{RPC: rpc, Operation: "hang"})
			out, took := cli.Interrupt(func() bool { return env.Calls(rpc) > 0 })
			t.Logf("the interrupt took %s", took.Round(time.Millisecond))
			if took > 5*time.Second {
				t.Errorf("the interrupt took %s:\n%s", took, out)
			}
			if tainted, ok := cli.StateResources()[address]; !ok || tainted {
				t.Fatalf("in the state: %t, tainted: %t\n%s", ok, tainted, out)
			}
			env.Server.ClearFaults()
			if err := env.Server.ReleaseOperations(); err != nil {
				t.Fatal(err)
			}
			cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
			cli.MustPlanEmpty()
		})
	}
}
