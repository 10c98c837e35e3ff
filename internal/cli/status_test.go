package cli_test

import (
	"bytes"
	"io"
	"regexp"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/cli"
	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// row is what status says of a component.
func row(t *testing.T, out, name string) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^  ` + name + ` +(.*?) *$`).FindStringSubmatch(out)
	if found == nil {
		t.Errorf("status doesn't list %s:\n%s", name, out)
		return ""
	}
	return regexp.MustCompile(` {2,}`).ReplaceAllString(found[1], "  ")
}

// TestStatusOfARun: what an earlier run did is not the work of the one under way,
// and a run that was cut off runs no more.
func TestStatusOfARun(t *testing.T) {
	t.Parallel()
	env := cloud(t)
	stand(t, env, "dev", policy.Dev, nil)
	bySomebodyElse(t, env, "dev", func(r *reconcile.Record) {
		leased(r)
		now := r.Lease.Acquired
		r.Phase = reconcile.Creating
		r.Steps["cluster"] = &reconcile.StepRecord{Status: reconcile.Running, Progress: "waiting for the cluster", Started: now}
		r.Steps["database"].Status, r.Steps["database"].LastError = reconcile.Failed, "of the last run"
		r.Steps["network"] = &reconcile.StepRecord{Status: reconcile.Converged, Started: now, Finished: now.Add(3 * time.Second)}
		delete(r.Steps, "node_pools")
	})
	_, out, _ := onEnvironment(t, env, "status", "-name", "dev")
	for name, want := range map[string]string{
		"network": `^converged  3s$`, "cluster": `^running  \d+s  waiting for the cluster$`, "node_pools": `^waiting$`,
		"database": `^waiting  last run: failed$`, "kms": `^waiting  last run: converged$`,
	} {
		if got := row(t, out, name); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("during a run %s is %q, want %s", name, got, want)
		}
	}
	bySomebodyElse(t, env, "dev", func(r *reconcile.Record) { r.Lease.Expires = time.Now().Add(-time.Minute) })
	_, out, _ = onEnvironment(t, env, "status", "-name", "dev")
	wants(t, "status after a run that was killed", out, "cut off: another run, silent since")
	for name, want := range map[string]string{
		"network": `^converged  3s$`, "cluster": `^cut off  waiting for the cluster$`, "node_pools": `^not begun$`, "database": `^failed .*of the last run$`, "kms": `^converged`,
	} {
		if got := row(t, out, name); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("after a run that was killed %s is %q, want %s", name, got, want)
		}
	}
}

// TestStatusWatchesADestroy: the record goes last, which is how a destroy ends
// well.
func TestStatusWatchesADestroy(t *testing.T) {
	t.Parallel()
	env := cloud(t)
	stand(t, env, "dev", policy.Dev, nil)
	bySomebodyElse(t, env, "dev", func(r *reconcile.Record) {
		leased(r)
		r.Phase = reconcile.Deleting
	})
	var out, errs bytes.Buffer
	gone := on("deleting, incarnation 1", func() {
		env.Call("DELETE", "storage.googleapis.com/storage/v1/b/"+acctest.Project+"-dev-ledger/o/"+component.EnvironmentRecord, "")
	})
	args := []string{"status", "-watch", "-name", "dev", "-emulator-host", env.Server.Addr(), "-project", acctest.Project, "-region", "europe-west1"}
	if code := cli.Run(t.Context(), "test", args, io.MultiWriter(&out, gone), &errs); code != 0 {
		t.Errorf("it ends with %d", code)
	}
	wants(t, "status of a destroy", errs.String(), "environments/dev is destroyed")
}
