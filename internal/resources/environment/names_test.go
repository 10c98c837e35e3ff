package environment_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

// TestAccNamesAreKept refuses other names for what stands: it would be left behind
// and another one made beside it, also where a component may be made anew.
func TestAccNamesAreKept(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	const anew = "\nallow_recreate = [\"cluster\", \"network\"]"
	refused := func(extra string) resource.TestStep {
		return resource.TestStep{Config: env.Config(of("dev", extra)), ExpectError: regexp.MustCompile(`(?i)can't get another name[\s\S]*take\s+(cluster|network)\.\w+\s+out`)}
	}
	env.TestWith(t, onlyKept,
		resource.TestStep{Config: env.Config(of("dev", "")), Check: ready()},
		refused(`cluster = { name = "core" }`),
		refused(`cluster = { name = "core" }`+anew),
		refused(`network = { name = "other" }`+anew),
		refused(`network = { pod_range_name = "p" }`),
		refused(`network = { subnetwork = "projects/acme-prod/regions/europe-west1/subnetworks/theirs" }`+anew),
		// Their own names are no other ones.
		resource.TestStep{Config: env.Config(of("dev", "cluster = { name = \"cortx-dev\" }\nnetwork = { name = \"cortx-dev\" }")), Check: ready(), ConfigPlanChecks: empty()},
		resource.TestStep{Config: env.Config(of("dev", "")), Check: ready(), ConfigPlanChecks: empty()},
	)
}

// TestAccNamesOfNothing takes other names for what no run has come to make: a name
// that can't be used would hold the environment for good otherwise.
func TestAccNamesOfNothing(t *testing.T) {
	t.Parallel()
	env := onRealTime(t)
	cli := acctest.NewCLI(t, env.Config(of("dev", "")))
	env.Server.InjectFaults(acctest.Fault{RPC: "CreateCluster", Status: http.StatusForbidden, Message: "Forbidden.", Times: -1})
	if out, _ := cli.Run(plainApply...); !strings.Contains(out, "not ready yet") {
		t.Fatalf("it is complete:\n%s", out)
	}
	env.Server.ClearFaults()
	cli.Write(env.Config(of("dev", "cluster = { name = \"core\" }\nnetwork = { name = \"other\" }")))
	if out, err := cli.Run(plainApply...); err == nil || !strings.Contains(out, "network.name is") || strings.Contains(out, "cluster.name is") {
		t.Errorf("the network gets another name, or the cluster that was never made does not:\n%s", out)
	}
	cli.Write(env.Config(of("dev", `cluster = { name = "core" }`)))
	cli.MustRun(plainApply...)
	cli.MustPlanEmpty()
	cli.Write(env.Config(of("dev", "")))
	if out, err := cli.Run(plainApply...); err == nil || !strings.Contains(out, "cluster.name is") {
		t.Errorf("the cluster gets another name:\n%s", out)
	}
}

// TestAccAdoptedKeepsItsNames adopts an environment whose state was lost, under
// other names and with other settings than it has.
func TestAccAdoptedKeepsItsNames(t *testing.T) {
	t.Parallel()
	env := onRealTime(t)
	acctest.NewCLI(t, env.Config(of("dev", `cluster = { name = "core" }`))).MustRun(plainApply...)
	standing := env.Standing()
	cli := acctest.NewCLI(t, env.Config(of("dev", "")))
	for extra, want := range map[string]string{
		"": `(?s)can't get another name.*cluster.name.*"core"`,
		"cluster = { name = \"core\" }\ndatabase = { version = \"POSTGRES_16\" }":                                     `(?s)can't be changed in place.*version\s+is\s+POSTGRES_17`,
		"cluster = { name = \"core\", secure_boot = false }\nexceptions = { \"cluster.secure_boot\" = \"Drivers.\" }": `(?s)fixed at creation.*cluster.secure_boot`,
	} {
		cli.Write(env.Config(of("dev", extra)))
		if out, err := cli.Run(plainApply...); err == nil || !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("%q is adopted with %q:\n%s", "core", extra, out)
		}
	}
	if now := env.Standing(); now != standing {
		t.Errorf("%d objects stand instead of %d", now, standing)
	}
	cli.Write(env.Config(of("dev", `cluster = { name = "core" }`)))
	cli.MustRun(plainApply...)
	cli.MustPlanEmpty()
}

// TestAccRemadeIsSaid says at plan that a database goes, also when it is adopted
// or somebody else has changed it.
func TestAccRemadeIsSaid(t *testing.T) {
	t.Parallel()
	env := onRealTime(t)
	const may = `allow_recreate = ["database"]`
	const older = may + "\ndatabase = { version = \"POSTGRES_16\" }"
	cli := acctest.NewCLI(t, env.Config(of("dev", older)))
	cli.MustRun(plainApply...)
	plan := []string{"plan", "-no-color", "-input=false"}
	env.Call(http.MethodPatch, "sqladmin.googleapis.com/v1/projects/"+acctest.Project+"/instances/cortx-dev-1", `{"databaseVersion": "POSTGRES_17"}`)
	if out := cli.MustRun(plan...); !strings.Contains(out, "will be deleted and made anew") || !strings.Contains(out, "POSTGRES_17 instead of POSTGRES_16") {
		t.Errorf("what somebody upgraded goes without a word:\n%s", out)
	}
	if out := acctest.NewCLI(t, env.Config(of("dev", older))).MustRun(plan...); !strings.Contains(out, "will be deleted and made anew") {
		t.Errorf("what is adopted goes without a word:\n%s", out)
	}
	cli.Write(env.Config(of("dev", may)))
	if out := cli.MustRun(plan...); strings.Contains(out, "made anew") {
		t.Errorf("nothing is to be made anew:\n%s", out)
	}
}

// TestAccLabelsAreDue keeps a label in mind that an update was to take off.
func TestAccLabelsAreDue(t *testing.T) {
	t.Parallel()
	env := onRealTime(t)
	cli := acctest.NewCLI(t, env.Config(of("dev", `labels = { team = "a" }`)))
	cli.MustRun(plainApply...)
	cli.Write(env.Config(of("dev", "")))
	env.Server.InjectFaults(acctest.Fault{RPC: "UpdateBucket", Status: http.StatusForbidden, Message: "Forbidden.", Times: -1})
	if out, err := cli.Run(plainApply...); err == nil {
		t.Errorf("an update that is refused ends well:\n%s", out)
	}
	env.Server.ClearFaults()
	if out := cli.MustRun("plan", "-no-color", "-input=false"); !strings.Contains(out, `- "storage"`) {
		t.Errorf("the plan has forgotten it:\n%s", out)
	}
	cli.MustRun(plainApply...)
	cli.MustPlanEmpty()
}
