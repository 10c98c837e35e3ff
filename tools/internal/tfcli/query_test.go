package tfcli_test

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestQueryNeedsTerraformOfItsVersion(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	recent := fakeCLI(t, filepath.Join(dir, "recent"), "Terraform v1.14.0")
	next := fakeCLI(t, filepath.Join(dir, "next"), "Terraform v2.0.1")
	old := fakeCLI(t, filepath.Join(dir, "old"), "Terraform v1.13.9")
	tofu := fakeCLI(t, filepath.Join(dir, "tofu"), "OpenTofu v1.14.0")
	for name, test := range map[string]struct {
		env    string
		onPath map[string]string
		want   string
		builds int
	}{
		"the variable first":            {recent, map[string]string{"terraform": next}, "Terraform 1.14.0", 0},
		"terraform on PATH":             {"", map[string]string{"terraform": next}, "Terraform 2.0.1", 0},
		"the build when it is too old":  {"", map[string]string{"terraform": old}, "Terraform 1.16.4", 1},
		"the build when it is OpenTofu": {"", map[string]string{"terraform": tofu, "tofu": tofu}, "Terraform 1.16.4", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, builds := finder(t, test.env, test.onPath, "Terraform v1.16.4")
			if cli, found, err := f.QueryFound(t.Context()); err != nil || found == (test.builds > 0) || *builds != 0 {
				t.Errorf("without a build: %s, %v, %v, %d builds", cli, found, err, *builds)
			}
			for range 2 { // The second time, the build is cached.
				cli, err := f.Query(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if got := cli.Product + " " + cli.Version; got != test.want {
					t.Errorf("found %s, want %s", cli, test.want)
				}
			}
			if *builds != test.builds {
				t.Errorf("%d builds, want %d", *builds, test.builds)
			}
		})
	}

	f, _ := finder(t, tofu, nil, "Terraform v1.16.4")
	if _, err := f.Query(t.Context()); err == nil || !strings.Contains(err.Error(), "OpenTofu 1.14.0") {
		t.Errorf("OpenTofu is taken for Terraform: %v", err)
	}
	f, _ = finder(t, "", nil, "OpenTofu v1.16.4")
	if _, err := f.Query(t.Context()); err == nil || !strings.Contains(err.Error(), "does not work") {
		t.Errorf("a build that is another program: %v", err)
	}
}
