package environment_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/byhand"
	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/resources/environment"
)

func updates() resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{
		PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)},
		PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
	}
}

// TestAccTierChangeKeepsTheName changes the tier of an environment that is named
// after its tier: the name stays.
func TestAccTierChangeKeepsTheName(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	named := resource.TestCheckResourceAttr(address, "name", "sandbox")
	env.TestWith(t, onlyKept,
		resource.TestStep{Config: env.Config(of("sandbox", "")), Check: named},
		resource.TestStep{Config: env.Config(of("staging", ended)), ExpectError: regexp.MustCompile(`fixed\s+at\s+creation[\s\S]*allow_recreate\s+=\s+\["cluster"\]`)},
		// Who may make the cluster anew may make its nodes anew.
		resource.TestStep{
			Config: env.Config(of("staging", ended+"\nallow_recreate = [\"cluster\", \"database\", \"kms\"]")), ConfigPlanChecks: updates(),
			Check: resource.ComposeAggregateTestCheckFunc(ready(), named, resource.TestCheckResourceAttr(address, "tier", "staging")),
		},
		resource.TestStep{Config: env.Config(of("staging", ended)), Check: resource.ComposeAggregateTestCheckFunc(ready(), named), ConfigPlanChecks: empty()},
	)
}

// TestAccDatabaseChanges upgrades the database in place, refuses to go back, and
// takes another edition with a machine that it has.
func TestAccDatabaseChanges(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.TestWith(t, onlyKept,
		resource.TestStep{Config: env.Config(of("dev", `database = { version = "POSTGRES_16" }`)), Check: ready()},
		resource.TestStep{Config: env.Config(of("dev", "")), ConfigPlanChecks: updates(), Check: resource.ComposeAggregateTestCheckFunc(ready(),
			resource.TestCheckResourceAttr(address, "database.version", "POSTGRES_17"),
			resource.TestMatchResourceAttr(address, "database_id", regexp.MustCompile(`/cortx-dev-1$`)),
		)},
		resource.TestStep{Config: env.Config(of("dev", `database = { version = "POSTGRES_16" }`)), ExpectError: regexp.MustCompile(`fixed\s+at\s+creation[\s\S]*database.version`)},
		resource.TestStep{Config: env.Config(of("dev", `database = { edition = "ENTERPRISE_PLUS" }`)), ConfigPlanChecks: updates(), Check: resource.ComposeAggregateTestCheckFunc(ready(),
			resource.TestCheckResourceAttr(address, "database.machine_type", "db-perf-optimized-N-2"),
		)},
		resource.TestStep{Config: env.Config(of("dev", `database = { edition = "ENTERPRISE_PLUS", pitr_log_days = 35, backups_retained = 40 }`)), ConfigPlanChecks: updates(), Check: ready()},
		// The other edition takes no 35 days of logs.
		resource.TestStep{Config: env.Config(of("dev", `database = { pitr_log_days = 7, backups_retained = 40 }`)), ConfigPlanChecks: updates(), Check: ready()},
	)
}

// TestAccLocked keeps the retention of a locked log bucket.
func TestAccLocked(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	left := func(env *acctest.Env) error { return nil } // A locked bucket stays until its entries have expired.
	env.TestWith(t, left,
		resource.TestStep{Config: env.Config(of("dev", "logging = { locked = true }\nconfirm = [\"logging.locked\"]")), Check: ready()},
		resource.TestStep{
			Config:      env.Config(of("dev", "logging = { locked = true, retention_days = 60 }\nconfirm = [\"logging.locked\"]")),
			ExpectError: regexp.MustCompile(`log\s+bucket\s+is\s+locked[\s\S]*retention_days`),
		},
		resource.TestStep{Config: env.Config(of("dev", "logging = { locked = true }")), Check: ready(), ConfigPlanChecks: empty()},
	)
}

// TestAccSecureBootIsFixed says at plan that nodes have to be made anew.
func TestAccSecureBootIsFixed(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	const without = "cluster = { secure_boot = false }\nexceptions = { \"cluster.secure_boot\" = \"Drivers that nobody signed.\" }"
	env.TestWith(t, onlyKept,
		resource.TestStep{Config: env.Config(of("dev", "")), Check: ready()},
		resource.TestStep{Config: env.Config(of("dev", without)), ExpectError: regexp.MustCompile(`fixed\s+at\s+creation[\s\S]*allow_recreate\s+=\s+\["node_pools"\]`)},
		resource.TestStep{Config: env.Config(of("dev", without+"\nallow_recreate = [\"node_pools\"]")), Check: ready(), ConfigPlanChecks: updates()},
	)
}

// TestAccPerimeterIsKept takes an enforced perimeter away for a recorded reason
// alone.
func TestAccPerimeterIsKept(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, func(o *acctest.Options) { o.Clock, o.LROScale = clock.System(), 0 })
	env.Call(http.MethodPost, "accesscontextmanager.googleapis.com/v1/accessPolicies", `{"parent": "organizations/77", "title": "default"}`)
	var list struct {
		AccessPolicies []struct{ Name string }
	}
	resp, err := http.Get("http://" + env.Server.Addr() + "/accesscontextmanager.googleapis.com/v1/accessPolicies?parent=organizations/77") //nolint:noctx // The test ends it.
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil || json.Unmarshal(text, &list) != nil || len(list.AccessPolicies) != 1 {
		t.Fatalf("%s %v", text, err)
	}
	cli := acctest.NewCLI(t, env.Config(of("prod", ended+"\naccess = { access_policy = \""+list.AccessPolicies[0].Name+"\", runner_identities = [\"user:me@example.com\"] }")))
	apply := []string{"apply", "-no-color", "-auto-approve", "-input=false"}
	cli.MustRun(apply...)
	cli.Write(env.Config(of("prod", ended)))
	if out, err := cli.Run(apply...); err == nil || !strings.Contains(out, "would be taken away") {
		t.Errorf("a perimeter goes without a reason:\n%s", out)
	}
	cli.Write(env.Config(of("prod", ended+"\naccess = { exception = \"The organisation gives its policy up.\" }")))
	cli.MustRun(apply...)
	cli.MustPlanEmpty()
	cli.MustRun("destroy", "-no-color", "-auto-approve", "-input=false")
}

// TestAccReplaced replaces an environment that may not be destroyed, by the ways
// that Terraform has: nothing is destroyed, and no copy is left that bars every
// plan.
func TestAccReplaced(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, func(o *acctest.Options) { o.Clock, o.LROScale = clock.System(), 0 })
	cli := acctest.NewCLI(t, env.Config(of("staging", "")))
	apply := []string{"apply", "-no-color", "-auto-approve", "-input=false"}
	cli.MustRun(apply...)
	standing := env.Standing()
	replace := append(apply, "-replace="+address)
	if out, err := cli.Run(replace...); err == nil || !strings.Contains(out, "may not be destroyed") || !strings.Contains(out, "terraform untaint") {
		t.Errorf("it is replaced:\n%s", out)
	}
	cli.MustPlanEmpty()
	// Terraform makes the new one first, which adopts what stands.
	cli.Write(env.Config(of("staging", "lifecycle { create_before_destroy = true }")))
	cli.MustRun(replace...)
	cli.MustPlanEmpty()
	if state := cli.MustRun("show", "-no-color"); strings.Contains(state, "deposed") || !regexp.MustCompile(`incarnation\s+= 2`).MatchString(state) {
		t.Errorf("the state is\n%s", state)
	}
	if now := env.Standing(); now != standing {
		t.Errorf("%d objects stand instead of %d", now, standing)
	}
}

// TestAccImportByAnotherRegion refuses to take an environment for one of its name
// in another region.
func TestAccImportByAnotherRegion(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.TestWith(t, onlyKept,
		resource.TestStep{Config: env.Config(of("dev", "")), Check: ready()},
		resource.TestStep{
			Config: env.Config(of("dev", "")), ResourceName: address, ImportState: true,
			ImportStateId: "projects/" + acctest.Project + "/regions/us-east1/environments/dev", ExpectError: regexp.MustCompile(`record\s+of\s+projects/acme-prod/regions/europe-west1/environments/dev`),
		},
	)
}

// TestAccLabelsGo takes labels that are not wanted any more off every object, also
// after an update that fell short, and leaves those of others.
func TestAccLabelsGo(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, func(o *acctest.Options) { o.Clock, o.LROScale = clock.System(), 0 })
	cli := acctest.NewCLI(t, env.Config(of("sandbox", `labels = { first = "1", second = "2", team = "a" }`)))
	apply := []string{"apply", "-no-color", "-auto-approve", "-input=false"}
	cli.MustRun(apply...)
	spec, _ := environment.TierSpec(acctest.Project, "europe-west1", "sandbox", policy.Sandbox)
	const project = "projects/" + acctest.Project
	objects := map[string]string{
		"storage.googleapis.com/storage/v1/b/" + spec.DataBucket():                        "labels",
		"storage.googleapis.com/storage/v1/b/" + spec.LedgerBucket():                      "labels",
		"sqladmin.googleapis.com/v1/" + project + "/instances/cortx-sandbox-1":            "userLabels",
		"container.googleapis.com/v1/" + spec.ClusterPath():                               "resourceLabels",
		"cloudkms.googleapis.com/v1/" + spec.DataKey():                                    "labels",
		"dns.googleapis.com/dns/v1/" + project + "/managedZones/cortx-sandbox-googleapis": "labels",
		"container.googleapis.com/v1/" + spec.ClusterPath() + "/nodePools/sandbox":        "resourceLabels",
		"monitoring.googleapis.com/v3/" + project + "/alertPolicies":                      "userLabels",
	}
	world := byhand.World{TB: t, Addr: env.Server.Addr()}
	world.Call(http.MethodPatch, "storage.googleapis.com/storage/v1/b/"+spec.DataBucket(), byhand.Doc{"labels": byhand.Doc{"theirs": "kept"}})
	cli.Write(env.Config(of("sandbox", `labels = { second = "2", team = "b" }`)))
	env.Server.InjectFaults(acctest.Fault{RPC: "UpdateBucket", Status: http.StatusBadRequest, Message: "Invalid argument.", Times: -1})
	if out, err := cli.Run(apply...); err == nil {
		t.Errorf("an update that is refused ends well:\n%s", out)
	}
	env.Server.ClearFaults()
	cli.Write(env.Config(of("sandbox", `labels = { team = "b" }`)))
	cli.MustRun(apply...)
	cli.MustPlanEmpty()
	for object, field := range objects {
		text, err := json.Marshal(world.Call(http.MethodGet, object, nil))
		if err != nil {
			t.Fatal(err)
		}
		if labels := string(text); strings.Contains(labels, `"first"`) || strings.Contains(labels, `"second"`) || !strings.Contains(labels, field) || !strings.Contains(labels, `"team":"b"`) {
			t.Errorf("%s has other labels: %s", object, text)
		}
	}
	if text, err := json.Marshal(world.Call(http.MethodGet, "storage.googleapis.com/storage/v1/b/"+spec.DataBucket(), nil)); err != nil || !strings.Contains(string(text), `"theirs":"kept"`) {
		t.Errorf("a label of somebody else's is gone: %s", text)
	}
	// Another state that adopts it wants none.
	cli.MustRun("state", "rm", address)
	cli.Write(env.Config(of("sandbox", "")))
	cli.MustRun(apply...)
	cli.MustPlanEmpty()
	if text, err := json.Marshal(world.Call(http.MethodGet, "container.googleapis.com/v1/"+spec.ClusterPath(), nil)); err != nil || strings.Contains(string(text), `"team"`) {
		t.Errorf("a label stays on a cluster that is adopted: %s", text)
	}
	cli.MustRun("destroy", "-no-color", "-auto-approve", "-input=false")
}

// TestAccSandboxKeepsItsEnd makes a sandbox again from another state: it ends
// when it would have ended, and is not touched after that.
func TestAccSandboxKeepsItsEnd(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	var end string
	remember := resource.TestCheckResourceAttrWith(address, "expires_at", func(value string) error { end = value; return nil })
	config := env.Config(of("sandbox", `ttl = "96h"`))
	// The end of the first test forgets its state: the environment is kept.
	env.TestWith(t, func(*acctest.Env) error { return nil },
		resource.TestStep{Config: env.Config(of("sandbox", "ttl = \"96h\"\ndeletion_policy = \"ABANDON\"")), Check: remember},
	)
	env.Later(24 * time.Hour)
	env.TestWith(t, func(*acctest.Env) error { return nil },
		resource.TestStep{Config: env.Config(of("sandbox", "ttl = \"96h\"\ndeletion_policy = \"ABANDON\"")), Check: resource.TestCheckResourceAttrWith(address, "expires_at", func(value string) error {
			if value != end {
				return fmt.Errorf("it ends at %s instead of %s", value, end)
			}
			return nil
		})},
	)
	env.Later(5 * 24 * time.Hour)
	env.TestWith(t, func(*acctest.Env) error { return nil }, resource.TestStep{Config: config, ExpectError: regexp.MustCompile(`sandbox\s+has\s+expired`)})
}
