package cli_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/cli"
	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
	"github.com/cortx-platform/terraform-provider-cortx/internal/resources/environment"
)

// cloud is an emulator on the machine's clock, as the subcommands have theirs.
func cloud(t *testing.T) *acctest.Env {
	t.Helper()
	return acctest.New(t, func(o *acctest.Options) { o.Clock, o.LROScale = clock.System(), 0 })
}

// onEnvironment runs a subcommand against the emulator.
func onEnvironment(t *testing.T, env *acctest.Env, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = cli.Run(t.Context(), "test", append(args, "-emulator-host", env.Server.Addr(), "-project", acctest.Project, "-region", "europe-west1"), &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

// stand makes an environment, with fields of its record over those of its tier.
func stand(t *testing.T, env *acctest.Env, name string, tier policy.Tier, fields map[string]string) {
	t.Helper()
	spec, standard := environment.TierSpec(acctest.Project, "europe-west1", name, tier)
	for key, value := range fields {
		standard[key] = value
	}
	engine, err := component.NewEngine(env.Client, spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	if result := engine.Converge(t.Context(), reconcile.Spec{Fields: standard}); result.Err != nil {
		t.Fatal(result.Err)
	}
}

func wants(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s does not say %q:\n%s", what, part, text)
		}
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	env := cloud(t)
	code, _, errs := onEnvironment(t, env, "status", "-name", "dev")
	if code != 1 {
		t.Errorf("the status of nothing ends with %d", code)
	}
	wants(t, "the status of nothing", errs, "holds no record", "ledger rebuild")
	stand(t, env, "dev", policy.Dev, nil)
	code, out, errs := onEnvironment(t, env, "status", "-name", "dev", "-watch")
	if code != 0 {
		t.Errorf("status ends with %d: %s", code, errs)
	}
	wants(t, "status", out, "environments/dev", "ready, incarnation 1", "none under way", "cluster", "converged")
	if code, out, _ = onEnvironment(t, env, "status", "-name", "dev", "-json"); code != 0 || !strings.HasPrefix(out, "{") {
		t.Errorf("status -json ends with %d:\n%s", code, out)
	}
	var stdout, stderr bytes.Buffer
	if code = cli.Run(t.Context(), "test", []string{"status", "-emulator-host", env.Server.Addr(), "-project", acctest.Project, "-region", "us-east1", "-name", "dev"}, &stdout, &stderr); code != 1 {
		t.Errorf("the status of an environment by another region ends with %d:\n%s", code, stdout.String())
	}
	wants(t, "the status by another region", stderr.String(), "holds the record of projects/acme-prod/regions/europe-west1/environments/dev")
	if code, _, errs = onEnvironment(t, env, "status"); code != 2 {
		t.Errorf("status without a name ends with %d", code)
	}
	wants(t, "status without a name", errs, "-name is missing")
}

func TestReap(t *testing.T) {
	t.Parallel()
	env := cloud(t)
	past, future := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	stand(t, env, "over", policy.Sandbox, map[string]string{environment.FieldExpiresAt: past})
	stand(t, env, "alive", policy.Sandbox, map[string]string{environment.FieldExpiresAt: future})
	stand(t, env, "kept", policy.Sandbox, map[string]string{environment.FieldExpiresAt: past, environment.FieldDeletionPolicy: policy.Prevent})
	// Another tier is left alone, whatever its record says of an end.
	stand(t, env, "dev", policy.Dev, map[string]string{environment.FieldExpiresAt: past})

	args := []string{"reap"}
	code, out, errs := runReap(t, env, append(args, "-dry-run")...)
	if code != 0 {
		t.Fatalf("reap -dry-run ends with %d: %s", code, errs)
	}
	wants(t, "reap -dry-run", out, "environments/over: expired at "+past+": would be destroyed", "4 environments looked at, 0 reaped")
	if code, out, errs = runReap(t, env, args...); code != 0 {
		t.Fatalf("reap ends with %d: %s", code, errs)
	}
	wants(t, "reap", out, "environments/over: destroyed", "environments/alive: lives until", "environments/kept: expired", "environments/dev: is dev, and is left alone", "1 reaped, 0 failed")
	for name, want := range map[string]int{"over": 1, "alive": 0, "kept": 0, "dev": 0} {
		if code, _, _ := onEnvironment(t, env, "status", "-name", name); code != want {
			t.Errorf("after reaping, the status of %s ends with %d, want %d", name, code, want)
		}
	}
}

// runReap runs reap over all regions.
func runReap(t *testing.T, env *acctest.Env, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = cli.Run(t.Context(), "test", append(args, "-emulator-host", env.Server.Addr(), "-project", acctest.Project), &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func TestLedgerRebuild(t *testing.T) {
	t.Parallel()
	env := cloud(t)
	stand(t, env, "dev", policy.Dev, nil)
	code, _, errs := onEnvironment(t, env, "ledger", "rebuild", "-name", "dev", "-tier", "dev")
	if code != 1 {
		t.Errorf("a record that stands was rebuilt: %d", code)
	}
	wants(t, "rebuild of what stands", errs, "nothing was restored")
	env.Call("DELETE", "storage.googleapis.com/storage/v1/b/"+acctest.Project+"-dev-ledger/o/environment.json", "")
	// Of another tier it would be destroyed, or kept, against what was said.
	if code, _, errs = onEnvironment(t, env, "ledger", "rebuild", "-name", "dev", "-tier", "prod"); code != 2 {
		t.Errorf("rebuild as another tier ends with %d", code)
	}
	wants(t, "rebuild as another tier", errs, "marked as that of tier dev", "nothing was restored")
	code, out, errs := onEnvironment(t, env, "ledger", "rebuild", "-name", "dev", "-tier", "dev", "-incarnation", "3")
	if code != 0 {
		t.Fatalf("rebuild ends with %d: %s", code, errs)
	}
	wants(t, "rebuild", out, "is restored, as incarnation 3", "terraform import ADDRESS projects/"+acctest.Project, "network")
	if code, _, errs = onEnvironment(t, env, "ledger", "rebuild", "-name", "dev", "-tier", "none"); code != 2 {
		t.Errorf("an unknown tier ends with %d: %s", code, errs)
	}
	if code, _, _ = onEnvironment(t, env, "ledger"); code != 2 {
		t.Errorf("ledger without a verb ends with %d", code)
	}
}
