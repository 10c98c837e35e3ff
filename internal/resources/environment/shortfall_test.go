package environment_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

// TestAccUpdateFallsShort refuses a call of an update: that is an error, the
// state says what is left, and the next apply goes on.
func TestAccUpdateFallsShort(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, func(o *acctest.Options) { o.Clock, o.LROScale = clock.System(), 0 })
	cli := acctest.NewCLI(t, env.Config(of("dev", "")))
	apply := []string{"apply", "-no-color", "-auto-approve", "-input=false"}
	cli.MustRun(apply...)
	cli.Write(env.Config(of("dev", `storage = { versioning = true }`)))
	env.Server.InjectFaults(acctest.Fault{RPC: "UpdateBucket", Status: http.StatusBadRequest, Message: "Invalid argument.", Times: -1})
	out, failed := cli.Run(apply...)
	if failed == nil || !strings.Contains(out, "could not be brought up to date") {
		t.Errorf("an update that is refused ends well:\n%s", out)
	}
	// Other components have been changed, and the error says so.
	if strings.Contains(strings.Join(strings.Fields(out), " "), "Nothing was changed") {
		t.Errorf("it says that nothing was changed:\n%s", out)
	}
	if strings.Contains(out, "bug in the provider") {
		t.Errorf("what is left is taken for a bug:\n%s", out)
	}
	state := cli.MustRun("show", "-no-color")
	if !regexp.MustCompile(`ready\s+= false`).MatchString(state) || !regexp.MustCompile(`last_error\s+= "`).MatchString(state) || strings.Contains(state, "tainted") {
		t.Errorf("the state does not say what is left:\n%s", state)
	}
	env.Server.ClearFaults()
	cli.MustRun(apply...)
	cli.MustPlanEmpty()
	// What a destroy that fell short took away nobody changed from outside.
	env.Server.InjectFaults(acctest.Fault{RPC: "DeleteCluster", Status: http.StatusForbidden, Message: "Forbidden.", Times: -1})
	if out, err := cli.Run("destroy", "-no-color", "-auto-approve", "-input=false"); err == nil {
		t.Errorf("a destroy that is refused ends well:\n%s", out)
	} else if strings.Contains(out, "roles/monitoring") || !strings.Contains(out, "bootstrap") {
		t.Errorf("the advice on a cluster that may not be deleted is about something else:\n%s", out)
	}
	if out, err := cli.Run("plan", "-no-color", "-input=false"); err != nil || strings.Contains(out, "changed from outside") {
		t.Errorf("the plan after it:\n%s", out)
	}
	env.Server.ClearFaults()
	cli.MustRun("destroy", "-no-color", "-auto-approve", "-input=false")
}

// TestAccForeignNetworkClaimsNothing cites no control for the borders of a
// network that is somebody else's, whose flow logs alone it looks after.
func TestAccForeignNetworkClaimsNothing(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, func(o *acctest.Options) { o.Clock, o.LROScale = clock.System(), 0 })
	cli := acctest.NewCLI(t, env.Config(of("staging", "")))
	rows := []string{"firewall: ", "private_dns: ", "nat_logs: "}
	plan := cli.MustRun("plan", "-no-color", "-input=false")
	for _, row := range rows {
		if !strings.Contains(plan, row) {
			t.Errorf("a network of its own does not claim %s\n%s", row, plan)
		}
	}
	cli.Write(env.Config(of("staging", `network = { subnetwork = "projects/`+acctest.Project+`/regions/europe-west1/subnetworks/theirs" }`)))
	plan = cli.MustRun("plan", "-no-color", "-input=false")
	for _, row := range rows {
		if strings.Contains(plan, row) {
			t.Errorf("somebody else's network claims %s\n%s", row, plan)
		}
	}
	if !strings.Contains(plan, "cluster_location: ") || !strings.Contains(plan, "flow_logs: ") {
		t.Errorf("the rest is not claimed:\n%s", plan)
	}
}
