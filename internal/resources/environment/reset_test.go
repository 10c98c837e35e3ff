package environment_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

// plainApply is an apply that nobody is asked about.
var plainApply = []string{"apply", "-no-color", "-auto-approve", "-input=false"}

// onRealTime is a world that a CLI of its own process works in.
func onRealTime(t *testing.T) *acctest.Env {
	t.Helper()
	return acctest.New(t, func(o *acctest.Options) { o.Clock, o.LROScale = clock.System(), 0 })
}

// putData puts an object into the environment's bucket.
func putData(env *acctest.Env) {
	env.Call(http.MethodPost, "storage.googleapis.com/upload/storage/v1/b/"+acctest.Project+"-dev-data/o?uploadType=media&name=report.json", `{}`)
}

func dataStands(env *acctest.Env) bool {
	return env.Status(http.MethodGet, bucket+"/o/report.json", "") == http.StatusOK
}

// TestAccResetFallsShort refuses to delete data in the middle of a reset: it is
// pending until it is done, and each plan says what goes.
func TestAccResetFallsShort(t *testing.T) {
	t.Parallel()
	env := onRealTime(t)
	cli := acctest.NewCLI(t, env.Config(of("dev", `reset_trigger = "1"`)))
	cli.MustRun(plainApply...)
	putData(env)
	cli.Write(env.Config(of("dev", `reset_trigger = "2"`)))
	env.Server.InjectFaults(acctest.Fault{RPC: "DeleteObject", Status: http.StatusForbidden, Message: "Forbidden.", Times: -1})
	if out, err := cli.Run(plainApply...); err == nil {
		t.Errorf("a reset that is refused ends well:\n%s", out)
	}
	env.Server.ClearFaults()
	for _, args := range [][]string{{"plan", "-no-color", "-input=false"}, {"plan", "-no-color", "-input=false", "-refresh=false"}} {
		if out := cli.MustRun(args...); !strings.Contains(out, `- "storage"`) || !strings.Contains(out, "Data of the environment will be deleted") {
			t.Errorf("%v says nothing of the reset that is due:\n%s", args, out)
		}
	}
	cli.MustRun(plainApply...)
	if dataStands(env) {
		t.Error("the reset was not made up for")
	}
	cli.MustPlanEmpty()
	// Nothing is due any more.
	putData(env)
	cli.Write(env.Config(of("dev", "reset_trigger = \"2\"\nlabels = { team = \"a\" }")))
	if out := cli.MustRun(plainApply...); strings.Contains(out, "will be deleted") || !dataStands(env) {
		t.Errorf("a change of a label has deleted data:\n%s", out)
	}
}

// TestAccRebuildDeletesNothing restores a lost record, which can't tell of which
// reset_trigger the data is: nothing is deleted for it.
func TestAccRebuildDeletesNothing(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.TestWith(t, onlyKept,
		resource.TestStep{Config: env.Config(of("dev", `reset_trigger = "1"`)), Check: ready()},
		resource.TestStep{
			PreConfig: env.ByHand(func(ctx context.Context) error {
				putData(env)                                                                                                             //nolint:contextcheck // What the emulator is told by hand takes none.
				env.Call(http.MethodDelete, "storage.googleapis.com/storage/v1/b/"+acctest.Project+"-dev-ledger/o/environment.json", "") //nolint:contextcheck // As above.
				return env.RebuildLedger(ctx, "europe-west1", "dev", "dev")
			}),
			Config: env.Config(of("dev", "reset_trigger = \"1\"\nlabels = { team = \"a\" }")), Check: ready(), ConfigPlanChecks: empty(),
		},
		resource.TestStep{
			PreConfig: func() {
				if !dataStands(env) {
					t.Error("the data went with the record")
				}
			},
			Config: env.Config(of("dev", "reset_trigger = \"2\"\nlabels = { team = \"a\" }")), Check: ready(), ConfigPlanChecks: empty(),
		},
		resource.TestStep{
			PreConfig: func() {
				if dataStands(env) {
					t.Error("a reset after it deletes nothing")
				}
			},
			Config: env.Config(of("dev", "reset_trigger = \"2\"\nlabels = { team = \"a\" }")), PlanOnly: true,
		},
	)
}

// TestAccResetOfAdopted adopts an environment whose state was lost, under another
// reset_trigger: the plan says what is deleted.
func TestAccResetOfAdopted(t *testing.T) {
	t.Parallel()
	env := onRealTime(t)
	acctest.NewCLI(t, env.Config(of("dev", `reset_trigger = "1"`))).MustRun(plainApply...)
	putData(env)
	same := acctest.NewCLI(t, env.Config(of("dev", `reset_trigger = "1"`)))
	if out := same.MustRun(plainApply...); strings.Contains(out, "will be deleted") || !dataStands(env) {
		t.Errorf("an adoption has deleted data:\n%s", out)
	}
	other := acctest.NewCLI(t, env.Config(of("dev", "")))
	if out := other.MustRun("plan", "-no-color", "-input=false"); !strings.Contains(out, "Data of the environment will be deleted") {
		t.Errorf("the plan doesn't say what is deleted:\n%s", out)
	}
	other.MustRun(plainApply...)
	if dataStands(env) {
		t.Error("the plan said that data goes, and it stands")
	}
}
