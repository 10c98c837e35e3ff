// Package modulestest runs the modules' own tests and validates every example
// with a real Terraform CLI and the provider as it is.
package modulestest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/fixture"
)

var passed = regexp.MustCompile(`Success! ([1-9]\d*) passed, 0 failed\.`)

// TestModules runs every file in modules/*/tests.
func TestModules(t *testing.T) {
	t.Parallel()
	f := fixture.New(t)
	modules := glob(t, filepath.Join(f.Root, "modules", "*", "versions.tf"))
	if len(modules) == 0 {
		t.Fatal("there are no modules")
	}
	for _, versions := range modules {
		module := filepath.Dir(versions)
		t.Run(filepath.Base(module), func(t *testing.T) {
			t.Parallel()
			// Modules use others beside them, and the mocks that all share.
			root := t.TempDir()
			if err := os.CopyFS(root, os.DirFS(filepath.Dir(module))); err != nil {
				t.Fatal(err)
			}
			work := filepath.Join(root, filepath.Base(module))
			tests := glob(t, filepath.Join(work, "tests", "*.tftest.hcl"))
			if len(tests) == 0 {
				t.Fatal("the module has no tests")
			}
			f.MustTerraform(t, work, "init", "-no-color", "-backend=false")
			out := f.MustTerraform(t, work, "test", "-no-color")
			m := passed.FindStringSubmatch(out)
			if m == nil {
				t.Fatalf("no run passed:\n%s", out)
			}
			t.Logf("%s runs in %d files passed", m[1], len(tests))
		})
	}
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
