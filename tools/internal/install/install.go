// Package install builds the provider and installs it where a Terraform CLI
// finds it without a registry.
package install

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/proc"
)

// Version is the version that the repository's own builds carry. It has no
// pre-release part, since version constraints never match one unasked.
const Version = "0.1.0"

// Sources are the provider's addresses in full. OpenTofu reads a bare
// "cortx-platform/cortx" as its own registry's, hence the second.
func Sources() []string {
	return []string{
		"registry.terraform.io/cortx-platform/cortx",
		"registry.opentofu.org/cortx-platform/cortx",
	}
}

// Build compiles the provider of the repository at root to the file target, as
// a release does: static, stripped, and the same bytes from every folder.
func Build(ctx context.Context, progress io.Writer, root, target string) error {
	_, err := proc.Run(ctx, progress, proc.Step{
		Title: "build the provider",
		Dir:   root,
		Env:   append(os.Environ(), "CGO_ENABLED=0"),
		Name:  "go",
		Args: []string{
			"build", "-v", "-trimpath", "-buildvcs=false",
			"-ldflags", "-s -w -buildid= -X main.version=" + Version,
			"-o", target, ".",
		},
		Unit: "packages",
	})
	return err
}

// Installation is a provider in a filesystem mirror.
type Installation struct {
	// Binary is the provider's executable in the mirror.
	Binary string
	// CLIConfig is the CLI configuration file that makes a CLI take the
	// provider from the mirror, and nothing from the network.
	CLIConfig string
}

// Provider builds the provider of the repository at root and installs it in a
// filesystem mirror under dir. It replaces an earlier installation there.
func Provider(ctx context.Context, progress io.Writer, root, dir string) (Installation, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Installation{}, err
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return Installation{}, err
	}
	scratch, err := os.MkdirTemp(dir, "build-")
	if err != nil {
		return Installation{}, err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	built := filepath.Join(scratch, "provider")
	if err := Build(ctx, progress, root, built); err != nil {
		return Installation{}, err
	}
	return FromBinary(built, dir)
}

// FromBinary installs an executable that is built already, by a hard link or a
// copy, in a filesystem mirror under the absolute path dir.
func FromBinary(binary, dir string) (Installation, error) {
	mirror := filepath.Join(dir, "mirror")
	installed := Installation{CLIConfig: filepath.Join(dir, "cli.tfrc")}
	for _, source := range Sources() {
		folder := filepath.Join(mirror, filepath.FromSlash(source), Version, runtime.GOOS+"_"+runtime.GOARCH)
		if err := os.MkdirAll(folder, 0o750); err != nil {
			return Installation{}, err
		}
		target := filepath.Join(folder, "terraform-provider-cortx_v"+Version)
		if err := replace(binary, target); err != nil {
			return Installation{}, err
		}
		if installed.Binary == "" {
			installed.Binary = target
		}
	}
	return installed, os.WriteFile(installed.CLIConfig, []byte(cliConfig(mirror)), 0o600)
}

// cliConfig is a CLI configuration whose only source of providers is the
// mirror. Every name is in full: patterns such as */cortx-platform/* are
// invalid, and dev_overrides would let init ask the registry.
func cliConfig(mirror string) string {
	sources := Sources()
	return fmt.Sprintf(`disable_checkpoint = true

provider_installation {
  filesystem_mirror {
    path    = %q
    include = [%q, %q]
  }
}
`, filepath.ToSlash(mirror), sources[0], sources[1])
}

// replace puts from in the place of to in one step: an executable that runs
// can't be written over, but it can be unlinked.
func replace(from, to string) error {
	scratch := to + ".new"
	if err := os.Remove(scratch); err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := os.Link(from, scratch); err != nil {
		data, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		if err := os.WriteFile(scratch, data, 0o700); err != nil { //nolint:gosec // it has to be executable
			return err
		}
	}
	return os.Rename(scratch, to)
}
