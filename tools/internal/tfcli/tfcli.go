// Package tfcli finds a Terraform CLI, and builds one where there is none.
package tfcli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/proc"
)

// PathVariable is the environment variable that names the CLI to use. It is
// terraform-plugin-testing's own.
const PathVariable = "TF_ACC_TERRAFORM_PATH"

// minMajor and minMinor are the oldest CLI that works: write-only arguments
// came with Terraform 1.11 and OpenTofu 1.11.
const (
	minMajor = 1
	minMinor = 11
)

// CLI is a Terraform CLI.
type CLI struct {
	// Path is the absolute path of its executable.
	Path string
	// Product is "Terraform" or "OpenTofu".
	Product string
	// Version is its version, such as "1.11.4".
	Version string
}

// String is the CLI as messages name it.
func (c CLI) String() string { return fmt.Sprintf("%s %s (%s)", c.Product, c.Version, c.Path) }

// Finder finds the CLI. The zero value of a function field means the operating
// system's own.
type Finder struct {
	// Root is the root of the repository.
	Root string
	// Progress receives what is being done while it is done.
	Progress io.Writer
	// Getenv, LookPath and CacheDir are seams for tests.
	Getenv   func(string) string
	LookPath func(string) (string, error)
	CacheDir func() (string, error)
	// Build compiles the CLI of the module in dir to the file target.
	Build func(ctx context.Context, dir, target string) error
}

// Find returns the CLI that TF_ACC_TERRAFORM_PATH names; else terraform or tofu
// on PATH when it is recent enough; else OpenTofu in the version that
// tools/tofu/go.mod pins, built from the Go module proxy once and cached.
func (f Finder) Find(ctx context.Context) (CLI, error) {
	f.defaults()
	if path := f.Getenv(PathVariable); path != "" {
		cli, err := identify(ctx, path)
		if err != nil {
			return CLI{}, fmt.Errorf("%s is set to %q, which is no usable CLI: %w; set it to a Terraform or OpenTofu of version %d.%d or newer, or unset it", PathVariable, path, err, minMajor, minMinor)
		}
		return cli, nil
	}
	for _, name := range []string{"terraform", "tofu"} {
		path, err := f.LookPath(name)
		if err != nil {
			continue
		}
		cli, err := identify(ctx, path)
		if err == nil {
			return cli, nil
		}
		_, _ = fmt.Fprintf(f.Progress, "• %s is not used: %v\n", path, err)
	}
	return f.pinned(ctx)
}

func (f *Finder) defaults() {
	if f.Progress == nil {
		f.Progress = io.Discard
	}
	if f.Getenv == nil {
		f.Getenv = os.Getenv
	}
	if f.LookPath == nil {
		f.LookPath = exec.LookPath
	}
	if f.CacheDir == nil {
		f.CacheDir = os.UserCacheDir
	}
	if f.Build == nil {
		f.Build = f.goBuild
	}
}

var banner = regexp.MustCompile(`(?m)^(Terraform|OpenTofu) v((\d+)\.(\d+)\.\d+\S*)`)

// identify asks the executable at path who it is.
func identify(ctx context.Context, path string) (CLI, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return CLI{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "version")
	// Without this it asks the network for a newer version. A configuration
	// file that TF_CLI_CONFIG_FILE names may be missing: OpenTofu prints a
	// warning ahead of its version then.
	cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "TF_CLI_ARGS=", "TF_CLI_ARGS_version=")
	out, err := cmd.Output()
	if err != nil {
		return CLI{}, fmt.Errorf("%q version failed: %w", path, err)
	}
	m := banner.FindStringSubmatch(string(out))
	if m == nil {
		first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
		return CLI{}, fmt.Errorf("%q version says %q, which is neither Terraform nor OpenTofu", path, first)
	}
	major, errMajor := strconv.Atoi(m[3])
	minor, errMinor := strconv.Atoi(m[4])
	if err := errors.Join(errMajor, errMinor); err != nil {
		return CLI{}, err
	}
	if major < minMajor || major == minMajor && minor < minMinor {
		return CLI{}, fmt.Errorf("%s %s is older than %d.%d, which write-only arguments need", m[1], m[2], minMajor, minMinor)
	}
	return CLI{Path: path, Product: m[1], Version: m[2]}, nil
}

var requireTofu = regexp.MustCompile(`(?m)^\s*(?:require\s+)?github\.com/opentofu/opentofu v(\S+)`)

// pinned returns the cached build of the pinned OpenTofu, and makes it first
// where there is none.
func (f Finder) pinned(ctx context.Context) (CLI, error) {
	dir := filepath.Join(f.Root, "tools", "tofu")
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return CLI{}, err
	}
	m := requireTofu.FindSubmatch(mod)
	if m == nil {
		return CLI{}, fmt.Errorf("%s does not require github.com/opentofu/opentofu", filepath.Join(dir, "go.mod"))
	}
	version := string(m[1])
	cache, err := f.CacheDir()
	if err != nil {
		// No home directory, as in some build services.
		cache = filepath.Join(f.Root, ".cache")
	}
	folder := filepath.Join(cache, "terraform-provider-cortx", fmt.Sprintf("tofu-%s-%s-%s", version, runtime.GOOS, runtime.GOARCH))
	target := filepath.Join(folder, "tofu")
	if cli, err := identify(ctx, target); err == nil && cli.Version == version {
		return cli, nil
	}
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return CLI{}, err
	}
	_, _ = fmt.Fprintf(f.Progress, "• no terraform or tofu of version %d.%d or newer on PATH: building OpenTofu %s once, about four minutes on two cores\n", minMajor, minMinor, version)
	// Built beside its place and renamed, so that a build that was stopped
	// never leaves half an executable there.
	scratch, err := os.MkdirTemp(folder, "build-")
	if err != nil {
		return CLI{}, err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	built := filepath.Join(scratch, "tofu")
	if err := f.Build(ctx, dir, built); err != nil {
		return CLI{}, fmt.Errorf("OpenTofu %s could not be built: %w\ninstall terraform or tofu of version %d.%d or newer, or set %s to one", version, err, minMajor, minMinor, PathVariable)
	}
	if err := os.Rename(built, target); err != nil {
		return CLI{}, err
	}
	cli, err := identify(ctx, target)
	if err == nil && cli.Version != version {
		err = fmt.Errorf("it says that it is %s", cli)
	}
	if err != nil {
		return CLI{}, fmt.Errorf("the build of OpenTofu %s does not work: %w", version, err)
	}
	return cli, nil
}

func (f Finder) goBuild(ctx context.Context, dir, target string) error {
	_, err := proc.Run(ctx, f.Progress, proc.Step{
		Title: "go build github.com/opentofu/opentofu/cmd/tofu",
		Dir:   dir,
		Env:   append(os.Environ(), "CGO_ENABLED=0"),
		Name:  "go",
		Args: []string{
			"build", "-v", "-trimpath", "-buildvcs=false",
			"-ldflags", "-s -w -X github.com/opentofu/opentofu/version.dev=no",
			"-o", target, "github.com/opentofu/opentofu/cmd/tofu",
		},
		Unit: "packages",
	})
	return err
}
