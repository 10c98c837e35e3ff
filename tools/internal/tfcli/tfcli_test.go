package tfcli_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/tfcli"
)

// fakeCLI writes an executable that answers "version" with the given words.
func fakeCLI(t *testing.T, path, says string) string {
	t.Helper()
	script := fmt.Sprintf("#!/bin/sh\necho '%s'\n", says)
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// finder is one that knows the given executables on PATH, builds what built
// says, and counts its builds.
func finder(t *testing.T, env string, onPath map[string]string, built string) (f tfcli.Finder, builds *int) {
	t.Helper()
	root, cache := t.TempDir(), t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "tools", "tofu"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "tools", "tofu", "go.mod"), []byte("module m\n\nrequire (\n\tgithub.com/opentofu/opentofu v1.12.6\n)\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(root, "tools", "terraform"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "tools", "terraform", "go.mod"), []byte("module m\n\nrequire github.com/hashicorp/terraform v1.16.4\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	builds = new(int)
	return tfcli.Finder{
		Root: root,
		Getenv: func(name string) string {
			if name == tfcli.PathVariable || name == tfcli.QueryVariable {
				return env
			}
			return ""
		},
		LookPath: func(name string) (string, error) {
			if path, ok := onPath[name]; ok {
				return path, nil
			}
			return "", exec.ErrNotFound
		},
		CacheDir: func() (string, error) { return cache, nil },
		Build: func(_ context.Context, _, target string) error {
			*builds++
			if built == "" {
				return errors.New("no network")
			}
			fakeCLI(t, target, built)
			return nil
		},
	}, builds
}

func TestFindPrefersTheVariableThenPathThenTheBuild(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	terraform := fakeCLI(t, filepath.Join(dir, "terraform"), "Terraform v1.11.4")
	tofu := fakeCLI(t, filepath.Join(dir, "tofu"), "OpenTofu v1.12.6")
	old := fakeCLI(t, filepath.Join(dir, "old"), "Terraform v1.5.7")
	warned := fakeCLI(t, filepath.Join(dir, "warned"), "\nWarning: Unable to open CLI configuration file\n\nOpenTofu v1.12.6\non linux_amd64")
	beta := fakeCLI(t, filepath.Join(dir, "beta"), "OpenTofu v1.13.0-beta2")
	for name, test := range map[string]struct {
		env    string
		onPath map[string]string
		want   string
		builds int
	}{
		"the variable first":           {tofu, map[string]string{"terraform": terraform}, "OpenTofu 1.12.6", 0},
		"terraform before tofu":        {"", map[string]string{"terraform": terraform, "tofu": tofu}, "Terraform 1.11.4", 0},
		"tofu when terraform is old":   {"", map[string]string{"terraform": old, "tofu": tofu}, "OpenTofu 1.12.6", 0},
		"a version after a warning":    {"", map[string]string{"tofu": warned}, "OpenTofu 1.12.6", 0},
		"a pre-release":                {"", map[string]string{"tofu": beta}, "OpenTofu 1.13.0-beta2", 0},
		"the build when all are old":   {"", map[string]string{"terraform": old}, "OpenTofu 1.12.6", 1},
		"the build when there is none": {"", nil, "OpenTofu 1.12.6", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, builds := finder(t, test.env, test.onPath, "OpenTofu v1.12.6")
			for range 2 { // The second time, the build is cached.
				cli, err := f.Find(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if got := cli.Product + " " + cli.Version; got != test.want || !filepath.IsAbs(cli.Path) {
					t.Errorf("found %s, want %s by an absolute path", cli, test.want)
				}
			}
			if *builds != test.builds {
				t.Errorf("%d builds, want %d", *builds, test.builds)
			}
		})
	}
}

func TestFindExplainsWhatItCannotUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, test := range map[string]struct {
		env, built string
		want       []string
	}{
		"a variable that names nothing":   {filepath.Join(dir, "none"), "", []string{tfcli.PathVariable, "none", "unset it"}},
		"a variable that names an old":    {fakeCLI(t, filepath.Join(dir, "old"), "Terraform v1.10.5"), "", []string{"Terraform 1.10.5 is older than 1.11"}},
		"a variable that names another":   {fakeCLI(t, filepath.Join(dir, "other"), "GNU Make 4.3"), "", []string{"neither Terraform nor OpenTofu"}},
		"a build that fails":              {"", "", []string{"no network", tfcli.PathVariable}},
		"a build of the wrong version":    {"", "OpenTofu v1.12.5", []string{"OpenTofu 1.12.5"}},
		"a build that is something else ": {"", "hello", []string{"does not work"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, _ := finder(t, test.env, nil, test.built)
			_, err := f.Find(t.Context())
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
}

func TestAFailedBuildLeavesNothingInTheCache(t *testing.T) {
	t.Parallel()
	f, _ := finder(t, "", nil, "")
	if _, err := f.Find(t.Context()); err == nil {
		t.Fatal("no error")
	}
	cache, _ := f.CacheDir()
	left, err := filepath.Glob(filepath.Join(cache, "*", "*", "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// TestTofuIsThePinnedOne takes no notice of what else there is.
func TestTofuIsThePinnedOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	terraform := fakeCLI(t, filepath.Join(dir, "terraform"), "Terraform v1.11.4")
	f, builds := finder(t, terraform, map[string]string{"terraform": terraform, "tofu": fakeCLI(t, filepath.Join(dir, "tofu"), "OpenTofu v1.11.0")}, "OpenTofu v1.12.6")
	for range 2 { // The second time, the build is cached.
		if cli, err := f.Tofu(t.Context()); err != nil || cli.Product != "OpenTofu" || cli.Version != "1.12.6" {
			t.Errorf("%s, %v", cli, err)
		}
	}
	if *builds != 1 {
		t.Errorf("%d builds, want 1", *builds)
	}
}
