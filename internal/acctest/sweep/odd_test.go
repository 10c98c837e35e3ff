package sweep_test

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/api/compute/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/cli"
	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/provider"
)

const (
	ledger = acctest.Project + "-dev-ledger"
	hour   = time.Hour
)

var dev = map[string]any{"tier": "dev", "region": "europe-west1"}

func coreOf(env *acctest.Env) *acctest.Core {
	return &acctest.Core{
		Options:  provider.Options{Clock: env.Clock, Seed: 1, Getenv: func(string) string { return "" }},
		Provider: map[string]any{"project": acctest.Project, "emulator_host": env.Server.Addr()},
		Type:     "cortx_environment",
	}
}

// onRealTime is a world in which two runs can wait for each other.
func onRealTime(t *testing.T) *acctest.Env {
	t.Helper()
	return acctest.New(t, func(o *acctest.Options) { o.Clock, o.LROScale = clock.System(), 0 })
}

func mustSettle(t *testing.T, core *acctest.Core) {
	t.Helper()
	if run := core.Apply(t.Context(), dev); run.Failed() {
		t.Fatalf("apply: %v", run.Err())
	}
	if pending := core.State.Strings("pending"); !core.State.Bool("ready") || len(pending) > 0 {
		t.Fatalf("pending: %v, %s", pending, core.State.String("last_error"))
	}
	if plan := core.Plan(t.Context(), dev); plan.Failed() || plan.Action != acctest.CoreNothing {
		t.Fatalf("a further plan would %s: %v %v", plan.Action, plan.Changed, plan.Err())
	}
}

func counts(env *acctest.Env) map[string]int {
	all := map[string]int{}
	for kind, names := range env.Server.Inventory() {
		all[kind] = len(names)
	}
	return all
}

// TestTwoAppliesAtOnce has two runs of one configuration begin at the same time:
// all stands once, and one state is left that has it.
func TestTwoAppliesAtOnce(t *testing.T) {
	t.Parallel()
	env := onRealTime(t)
	cores := []*acctest.Core{coreOf(env), coreOf(env)}
	runs := make([]*acctest.CoreRun, len(cores))
	var both sync.WaitGroup
	for i, core := range cores {
		both.Go(func() { runs[i] = core.Apply(context.Background(), dev) })
	}
	both.Wait()
	var held []*acctest.Core
	for i, run := range runs {
		t.Logf("run %d: errors %v, warnings %v", i, run.Errors, run.Warnings)
		if len(run.Violations) > 0 {
			t.Errorf("run %d: %v", i, run.Violations)
		}
		if cores[i].State != nil {
			held = append(held, cores[i])
		}
	}
	// The second may have come late enough to adopt what the first has made:
	// then the first's state is stale, and changes nothing.
	settled := slices.ContainsFunc(held, func(core *acctest.Core) bool {
		if run := core.Apply(t.Context(), dev); run.Failed() {
			return false
		}
		return core.Plan(t.Context(), dev).Action == acctest.CoreNothing && core.State.Bool("ready")
	})
	if !settled {
		t.Fatalf("of %d states none has all of it", len(held))
	}
	for kind, names := range env.Server.Inventory() {
		slices.Sort(names)
		if len(slices.Compact(slices.Clone(names))) != len(names) {
			t.Errorf("%s: %v", kind, names)
		}
	}
	alone := onRealTime(t)
	mustSettle(t, coreOf(alone))
	for kind, n := range counts(alone) {
		if got := counts(env)[kind]; got != n {
			t.Errorf("%d %s stand after two runs, and %d after one", got, kind, n)
		}
	}
}

// TestExpiredLease takes over from a run that was killed, by waiting for its
// lease alone.
func TestExpiredLease(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Server.InjectFaults(acctest.Fault{RPC: "CreateCluster", After: true, Drop: true, Kill: true})
	dead := coreOf(env)
	dead.Apply(t.Context(), dev)
	env.Server.ClearFaults()
	mustSettle(t, coreOf(env))
}

// TestLostLedger loses the record, and then the whole place of it: an apply
// changes nothing and says how to restore it, and after that all goes on.
func TestLostLedger(t *testing.T) {
	t.Parallel()
	for name, whole := range map[string]bool{"record": false, "bucket": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			core := coreOf(env)
			mustSettle(t, core)
			before := counts(env)
			apis, err := gcp.APIsOf(env.Client)
			if err != nil {
				t.Fatal(err)
			}
			versions, err := apis.Storage.Objects.List(ledger).Versions(true).Do()
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range versions.Items {
				if err := apis.Storage.Objects.Delete(ledger, o.Name).Generation(o.Generation).Do(); err != nil {
					t.Fatal(err)
				}
			}
			if whole {
				if err := apis.Storage.Buckets.Delete(ledger).Do(); err != nil {
					t.Fatal(err)
				}
			}
			env.Server.ResetRequests()
			run := core.Apply(t.Context(), dev)
			if len(run.Violations) > 0 || len(run.Errors) == 0 || !strings.Contains(strings.Join(run.Errors, " "), "ledger rebuild") {
				t.Fatalf("the way on is not shown: %v", run.Err())
			}
			mustNotWrite(t, env)
			var out bytes.Buffer
			code := cli.Run(t.Context(), "test", []string{
				"ledger", "rebuild", "-emulator-host", env.Server.Addr(), "-project", acctest.Project, "-region", "europe-west1", "-name", "dev", "-tier", "dev", "-incarnation", "1",
			}, &out, &out)
			if code != 0 {
				t.Fatalf("rebuild: %d\n%s", code, out.String())
			}
			mustSettle(t, core)
			for kind, n := range before {
				if got := counts(env)[kind]; got != n && kind != "objects" {
					t.Errorf("%d %s stand, and %d did before", got, kind, n)
				}
			}
		})
	}
}

// TestForeignName finds a network of our name that is nobody's: nothing at all is
// made before the error.
func TestForeignName(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	core := coreOf(env)
	apis, err := gcp.APIsOf(env.Client)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := apis.ServiceUsage.Services.Enable("projects/"+acctest.Project+"/services/compute.googleapis.com", nil).Do(); err != nil {
		t.Fatal(err)
	}
	clockOf(t, env).Advance(hour)
	if _, err := apis.Compute.Networks.Insert(acctest.Project, &compute.Network{Name: "cortx-dev", ForceSendFields: []string{"AutoCreateSubnetworks"}}).Do(); err != nil {
		t.Fatal(err)
	}
	clockOf(t, env).Advance(hour)
	env.Server.ResetRequests()
	run := core.Apply(t.Context(), dev)
	if len(run.Violations) > 0 || len(run.Errors) == 0 || core.State != nil || !strings.Contains(strings.Join(run.Errors, " "), "cortx-dev") {
		t.Fatalf("a foreign network was no error: %v", run.Err())
	}
	mustNotWrite(t, env)
}

func clockOf(t *testing.T, env *acctest.Env) *clock.Virtual {
	t.Helper()
	virtual, ok := env.Clock.(*clock.Virtual)
	if !ok {
		t.Fatal("the clock is not virtual")
	}
	return virtual
}

// mustNotWrite fails the test if a call could have changed something.
func mustNotWrite(t *testing.T, env *acctest.Env) {
	t.Helper()
	for _, r := range env.Server.Requests() {
		reads := r.Method == http.MethodGet || strings.HasPrefix(r.RPC, "Get") || strings.HasPrefix(r.RPC, "Test")
		if !reads {
			t.Errorf("it wrote: %s %s%s", r.Method, r.Host, r.Path)
		}
	}
}
