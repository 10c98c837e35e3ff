package modulestest_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/emu"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/fixture"
)

// TestStacksPlan plans every example stack with the provider itself against an
// emulator: what the modules hand on has to hold before the catalogue, which
// mocks don't know.
func TestStacksPlan(t *testing.T) {
	t.Parallel()
	f := fixture.New(t)
	addr, err := emu.FreeAddr(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	running, err := emu.Start(t.Context(), f.Installed.Binary, addr, filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := emu.Stop(context.Background(), running.PID); err != nil {
			t.Error(err)
		}
	})
	stacks := glob(t, filepath.Join(f.Root, "examples", "stacks", "*", "main.tf"))
	if len(stacks) != 4 {
		t.Fatalf("there are %d stacks, and four tiers", len(stacks))
	}
	for _, stack := range stacks {
		tier := filepath.Base(filepath.Dir(stack))
		root := t.TempDir()
		for _, folder := range []string{"modules", filepath.Join("examples", "stacks", tier)} {
			if err := os.CopyFS(filepath.Join(root, folder), os.DirFS(filepath.Join(f.Root, folder))); err != nil {
				t.Fatal(err)
			}
		}
		work := filepath.Join(root, "examples", "stacks", tier)
		write(t, filepath.Join(work, "emulator_override.tf"), "provider \"cortx\" {\n  emulator_host = \""+addr+"\"\n}\n")
		if strings.Contains(read(t, filepath.Join(work, "variables.tf")), "pagerduty_service_key") {
			write(t, filepath.Join(work, "key.auto.tfvars"), "pagerduty_service_key = \"demo0000demo0000demo0000demo0000\"\n")
		}
		f.MustTerraform(t, work, "init", "-no-color")
		out := f.MustTerraform(t, work, "plan", "-no-color", "-input=false")
		if !regexp.MustCompile(`\+ tier +=\s+"`+tier+`"`).MatchString(out) || !strings.Contains(out, "to add, 0 to change, 0 to destroy") {
			t.Errorf("the plan of %s makes no environment of that tier:\n%s", tier, out)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
