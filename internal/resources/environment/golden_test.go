package environment_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

// TestAccPlanGolden shows the plan that creates an environment of each tier with
// nothing overridden: all that the tier promises, in at most 120 lines. With
// CORTX_UPDATE_GOLDEN set it writes the files.
func TestAccPlanGolden(t *testing.T) {
	t.Parallel()
	const most = 120
	for _, tier := range []string{"dev", "sandbox", "staging", "prod"} {
		t.Run(tier, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t, func(o *acctest.Options) { o.Clock, o.LROScale = clock.System(), 0 })
			cli := acctest.NewCLI(t, env.Config(of(tier, "")))
			out := cli.MustRun("plan", "-no-color", "-input=false")
			begin := strings.Index(out, "used the selected providers")
			end := strings.Index(out, "\nPlan: 1 to add, 0 to change, 0 to destroy.")
			if begin < 0 || end < begin {
				t.Fatalf("this is no plan:\n%s", out)
			}
			if lines := strings.Count(out[begin:end], "\n") + 2; lines > most {
				t.Errorf("the plan has %d lines, want at most %d", lines, most)
			}
			// What comes before is each CLI's own.
			got := out[strings.Index(out, "  # cortx_environment.test will be created"):end] + "\n"
			file := filepath.Join("testdata", "plan_"+tier+".txt")
			if os.Getenv("CORTX_UPDATE_GOLDEN") != "" {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(filepath.Clean(file))
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the plan of %s has changed; if that is meant, run the test with CORTX_UPDATE_GOLDEN=1. Got:\n%s", tier, got)
			}
		})
	}
}
