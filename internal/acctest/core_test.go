package acctest_test

import (
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/provider"
)

// TestCore does with a resource what Terraform does.
func TestCore(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	core := &acctest.Core{
		Options:  provider.Options{Clock: env.Clock, Seed: 1, Getenv: func(string) string { return "" }},
		Provider: map[string]any{"project": acctest.Project, "emulator_host": env.Server.Addr()},
		Type:     "cortx_notification_channel",
	}
	config := func(name string) map[string]any {
		return map[string]any{"display_name": name, "email": map[string]any{"address": "them@example.com"}}
	}
	for _, step := range []struct {
		name, action string
		run          func() *acctest.CoreRun
		standing     int
	}{
		{"create", acctest.CoreCreate, func() *acctest.CoreRun { return core.Apply(t.Context(), config("a")) }, 1},
		{"again", acctest.CoreNothing, func() *acctest.CoreRun { return core.Apply(t.Context(), config("a")) }, 1},
		{"update", acctest.CoreUpdate, func() *acctest.CoreRun { return core.Apply(t.Context(), config("b")) }, 1},
		{"plan", acctest.CoreUpdate, func() *acctest.CoreRun { return core.Plan(t.Context(), config("c")) }, 1},
		{"destroy", acctest.CoreDestroy, func() *acctest.CoreRun { return core.Destroy(t.Context(), config("b")) }, 0},
		{"destroy again", acctest.CoreNothing, func() *acctest.CoreRun { return core.Destroy(t.Context(), config("b")) }, 0},
	} {
		run := step.run()
		if run.Failed() || run.Action != step.action || env.Standing() != step.standing {
			t.Fatalf("%s: it would %s, %d objects stand: %v", step.name, run.Action, env.Standing(), run.Err())
		}
	}
	env.Server.InjectFaults(acctest.Fault{RPC: "CreateNotificationChannel", Status: 403})
	if run := core.Apply(t.Context(), config("a")); len(run.Errors) != 1 || len(run.Violations) > 0 || core.State != nil || !strings.Contains(run.Err().Error(), "PERMISSION_DENIED") {
		t.Errorf("a create that is refused: %v, state %v", run.Err(), core.State)
	}
}
