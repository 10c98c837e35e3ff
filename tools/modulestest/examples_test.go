package modulestest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/fixture"
)

// requirements is what an example for the documentation leaves out.
const requirements = `terraform {
  required_providers {
    cortx = {
      source = "registry.terraform.io/cortx-platform/cortx"
    }
  }
}
`

// TestExamplesAreValid validates every folder under examples that holds
// configuration: each file of an example for the documentation by itself, since
// each is shown by itself, and every other folder as a whole.
func TestExamplesAreValid(t *testing.T) {
	t.Parallel()
	f := fixture.New(t)
	examples := filepath.Join(f.Root, "examples")
	cases := map[string][]string{} // from a name to the files to validate together
	err := filepath.WalkDir(examples, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".tf" {
			return err
		}
		name, err := filepath.Rel(examples, path)
		if err != nil {
			return err
		}
		switch group, _, _ := strings.Cut(name, string(filepath.Separator)); group {
		case "reap":
			// Of hashicorp/google, which is not here: make lint checks its format.
			return nil
		case "provider", "resources", "data-sources", "functions":
		default:
			name = filepath.Dir(name)
		}
		cases[name] = append(cases[name], path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Fatal("there are no examples")
	}
	for name, files := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if filepath.Base(name) == "identity.tf" && !f.CLI.AtLeast(1, 12) {
				t.Skipf("%s %s knows no identities", f.CLI.Product, f.CLI.Version)
			}
			validate(t, f, files)
		})
	}
}

// validate validates the files together, in a folder that lies where theirs does
// beside a copy of the modules, so that relative sources hold.
func validate(t *testing.T, f fixture.Fixture, files []string) {
	t.Helper()
	root := t.TempDir()
	folder, err := filepath.Rel(f.Root, filepath.Dir(files[0]))
	if err != nil {
		t.Fatal(err)
	}
	work := filepath.Join(root, folder)
	if err := os.MkdirAll(work, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(root, "modules"), os.DirFS(filepath.Join(f.Root, "modules"))); err != nil {
		t.Fatal(err)
	}
	all := ""
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all += string(text)
		write(t, filepath.Join(work, filepath.Base(file)), string(text))
	}
	if !strings.Contains(all, "required_providers") {
		write(t, filepath.Join(work, "requirements_for_test.tf"), requirements)
	}
	if strings.Contains(all, "\nimport {") {
		// An import block wants the resource that it imports into.
		write(t, filepath.Join(work, "resource_for_test.tf"), sibling(t, files[0]))
	}
	f.MustTerraform(t, work, "init", "-no-color", "-backend=false")
	f.MustTerraform(t, work, "validate", "-no-color")
}

// sibling is the resource example beside an import example.
func sibling(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(filepath.Dir(file), "resource.tf"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
