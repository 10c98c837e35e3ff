package install_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/install"
)

func TestFromBinaryServesBothRegistriesNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	binary := filepath.Join(dir, "built")
	for _, content := range []string{"first", "second"} { // The second replaces the first.
		if err := os.RemoveAll(binary); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(binary, []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
		installed, err := install.FromBinary(binary, dir)
		if err != nil {
			t.Fatal(err)
		}
		config, err := os.ReadFile(installed.CLIConfig)
		if err != nil {
			t.Fatal(err)
		}
		for _, source := range install.Sources() {
			path := filepath.Join(dir, "mirror", source, install.Version, runtime.GOOS+"_"+runtime.GOARCH, "terraform-provider-cortx_v"+install.Version)
			got, err := os.ReadFile(path)
			if err != nil || string(got) != content {
				t.Errorf("%s holds %q (%v), want %q", path, got, err, content)
			}
			if !strings.Contains(string(config), `"`+source+`"`) {
				t.Errorf("the CLI configuration does not name %s:\n%s", source, config)
			}
		}
		if strings.Contains(string(config), "direct") {
			t.Errorf("the CLI configuration allows the network:\n%s", config)
		}
	}
}
