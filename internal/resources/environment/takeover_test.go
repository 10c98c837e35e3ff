package environment_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

// TestAccImportTakesOver imports an environment that another state has: the first
// change takes it over, and the other state can neither change nor destroy it.
func TestAccImportTakesOver(t *testing.T) {
	t.Parallel()
	env := onRealTime(t)
	first, second := acctest.NewCLI(t, env.Config(of("dev", ""))), acctest.NewCLI(t, env.Config(of("dev", "")))
	first.MustRun(plainApply...)
	second.MustRun("import", "-no-color", "-input=false", address, "projects/"+acctest.Project+"/regions/europe-west1/environments/dev")
	second.MustPlanEmpty()
	first.MustPlanEmpty() // An import writes nothing.
	second.Write(env.Config(of("dev", `labels = { team = "a" }`)))
	second.MustRun(plainApply...)
	second.MustPlanEmpty()
	second.Write(env.Config(of("dev", `labels = { team = "b" }`)))
	second.MustRun(plainApply...)
	if state := second.MustRun("show", "-no-color"); !regexp.MustCompile(`incarnation\s+= 2\n`).MatchString(state) {
		t.Errorf("the count does not rise once:\n%s", state)
	}
	standing := env.Standing()
	first.Write(env.Config(of("dev", `labels = { team = "c" }`)))
	if out, err := first.Run(plainApply...); err == nil || !strings.Contains(out, "terraform import") {
		t.Errorf("a stale state changes it:\n%s", out)
	}
	if out := first.MustRun("destroy", "-no-color", "-auto-approve", "-input=false"); !strings.Contains(out, "Nothing was destroyed") || env.Standing() != standing {
		t.Errorf("a stale state destroys it:\n%s", out)
	}
	second.MustPlanEmpty()
	second.MustRun("destroy", "-no-color", "-auto-approve", "-input=false")
	if err := onlyKept(env); err != nil {
		t.Error(err)
	}
}

// TestAccImportCutOff loses the state that the first run of an imported one was to
// write: the next run is of the same state, and goes on.
func TestAccImportCutOff(t *testing.T) {
	t.Parallel()
	for name, flags := range map[string][]string{"refreshed": nil, "not refreshed": {"-refresh=false"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := onRealTime(t)
			first, second := acctest.NewCLI(t, env.Config(of("dev", ""))), acctest.NewCLI(t, env.Config(of("dev", "")))
			first.MustRun(plainApply...)
			second.MustRun("import", "-no-color", "-input=false", address, "projects/"+acctest.Project+"/regions/europe-west1/environments/dev")
			at := filepath.Join(second.Dir, "terraform.tfstate")
			imported, err := os.ReadFile(at)
			if err != nil {
				t.Fatal(err)
			}
			second.Write(env.Config(of("dev", `labels = { team = "a" }`)))
			second.MustRun(plainApply...)
			if err := os.WriteFile(at, imported, 0o600); err != nil {
				t.Fatal(err)
			}
			if out := second.MustRun(append(plainApply, flags...)...); strings.Contains(out, "stale") {
				t.Errorf("a state is stale by its own run:\n%s", out)
			}
			second.MustPlanEmpty()
			if state := second.MustRun("show", "-no-color"); !regexp.MustCompile(`incarnation\s+= 2\n`).MatchString(state) {
				t.Errorf("the count does not rise once:\n%s", state)
			}
			if out := first.MustRun("destroy", "-no-color", "-auto-approve", "-input=false"); !strings.Contains(out, "Nothing was destroyed") {
				t.Errorf("a stale state destroys it:\n%s", out)
			}
		})
	}
}

// TestAccMarkTakenOff takes the mark off a bucket by hand: it is not called
// missing, and a destroy does not forget it.
func TestAccMarkTakenOff(t *testing.T) {
	t.Parallel()
	env := onRealTime(t)
	cli := acctest.NewCLI(t, env.Config(of("dev", "")))
	cli.MustRun(plainApply...)
	env.Call(http.MethodPatch, bucket, `{"labels": {"cortx-owner": null}}`)
	if out := cli.MustRun("plan", "-no-color", "-input=false"); strings.Contains(out, "storage is missing") || !strings.Contains(out, "doesn't bear our mark") {
		t.Errorf("what is said of it:\n%s", out)
	}
	if out, err := cli.Run(plainApply...); err == nil || !strings.Contains(out, "cortx-owner =") {
		t.Errorf("an apply says nothing of what to do:\n%s", out)
	}
	for range 2 {
		if out, err := cli.Run("destroy", "-no-color", "-auto-approve", "-input=false"); err == nil || !strings.Contains(out, "cortx-owner =") {
			t.Errorf("a destroy forgets what it has made:\n%s", out)
		}
	}
	if env.Status(http.MethodGet, bucket, "") != http.StatusOK {
		t.Error("what bears no mark was deleted")
	}
	env.Call(http.MethodDelete, bucket, "")
	cli.MustRun("destroy", "-no-color", "-auto-approve", "-input=false")
	if err := onlyKept(env); err != nil {
		t.Error(err)
	}
}

// TestAccNeighbours destroys one of two environments in a project: what both need
// of the project's own configuration stays, and goes with the last.
func TestAccNeighbours(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	first := of("staging", "name = \"a\"\n"+ended)
	second := func(extra string) string {
		return strings.ReplaceAll(of("staging", "name = \"b\"\n"+ended+`
  network = { range = "10.64.0.0/20", pod_range = "10.68.0.0/14", service_range = "10.72.0.0/20" }
`+extra), `"test"`, `"second"`)
	}
	env.TestWith(t, func(env *acctest.Env) error {
		if left := auditConfigs(t, env); left != 0 {
			t.Errorf("%d audit configurations are left", left)
		}
		return onlyKept(env)
	},
		resource.TestStep{Config: env.Config(first + second("depends_on = [cortx_environment.test]"))},
		resource.TestStep{Config: env.Config(second(""))},
		resource.TestStep{Config: env.Config(second("")), PlanOnly: true},
	)
}

// auditConfigs counts the services whose audit logs are configured.
func auditConfigs(t *testing.T, env *acctest.Env) int {
	t.Helper()
	policy, err := env.AuditedServices(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return len(policy)
}

// TestAccUnknownCatalogue meets an environment that a newer version of the
// provider goes by: nothing is read, and nothing is destroyed of which the names
// are not known.
func TestAccUnknownCatalogue(t *testing.T) {
	t.Parallel()
	env := onRealTime(t)
	cli := acctest.NewCLI(t, env.Config(of("dev", "")))
	cli.MustRun(plainApply...)
	at := filepath.Join(cli.Dir, "terraform.tfstate")
	text, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	newer := strings.Replace(string(text), `"catalogue_version": 1`, `"catalogue_version": 1000`, 1)
	if err := os.WriteFile(at, []byte(newer), 0o600); err != nil {
		t.Fatal(err)
	}
	standing := env.Standing()
	for _, args := range [][]string{{"plan", "-no-color", "-input=false"}, {"destroy", "-no-color", "-auto-approve", "-input=false", "-refresh=false"}} {
		if out, err := cli.Run(args...); err == nil || !strings.Contains(out, "Upgrade the") || strings.Contains(out, "crashed") {
			t.Errorf("%v ends with %v:\n%s", args, err, out)
		}
	}
	if now := env.Standing(); now != standing {
		t.Errorf("%d objects stand instead of %d", now, standing)
	}
}
