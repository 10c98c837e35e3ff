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
	// Build compiles the CLI of the module in dir to the file target, in place of
	// the Go toolchain.
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
	cli, err := f.pinned(ctx, pinnedTofu, fmt.Sprintf("no terraform or tofu of version %d.%d or newer on PATH", minMajor, minMinor))
	if err != nil {
		return CLI{}, fmt.Errorf("%w\ninstall terraform or tofu of version %d.%d or newer, or set %s to one", err, minMajor, minMinor, PathVariable)
	}
	return cli, nil
}

// Tofu returns OpenTofu in the version that tools/tofu/go.mod pins, built once
// and cached, whatever else there is: for tests with both CLIs where Find returns
// Terraform.
func (f Finder) Tofu(ctx context.Context) (CLI, error) {
	f.defaults()
	return f.pinned(ctx, pinnedTofu, "OpenTofu is asked for")
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

// pin is a CLI that this repository can build: one module of the tools folder
// pins it and is built once and cached.
type pin struct {
	product string // as the executable names itself
	folder  string // below tools/
	module  string // that is required there
	command string // the package to build
	binary  string
	ldflags string
	takes   string
}

var (
	pinnedTofu = pin{
		product: "OpenTofu", folder: "tofu", module: "github.com/opentofu/opentofu", command: "github.com/opentofu/opentofu/cmd/tofu",
		binary: "tofu", ldflags: "-X github.com/opentofu/opentofu/version.dev=no", takes: "four minutes",
	}
	pinnedTerraform = pin{
		product: "Terraform", folder: "terraform", module: "github.com/hashicorp/terraform", command: "github.com/hashicorp/terraform",
		binary: "terraform", ldflags: "-X github.com/hashicorp/terraform/version.dev=no", takes: "three minutes",
	}
)

// version reads the version out of the module's go.mod.
func (p pin) version(root string) (string, error) {
	file := filepath.Join(root, "tools", p.folder, "go.mod")
	mod, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	m := regexp.MustCompile(`(?m)^\s*(?:require\s+)?` + regexp.QuoteMeta(p.module) + ` v(\S+)`).FindSubmatch(mod)
	if m == nil {
		return "", fmt.Errorf("%s does not require %s", file, p.module)
	}
	return string(m[1]), nil
}

// target is where the build lies.
func (f Finder) target(p pin, version string) string {
	cache, err := f.CacheDir()
	if err != nil {
		// No home directory, as in some build services.
		cache = filepath.Join(f.Root, ".cache")
	}
	return filepath.Join(cache, "terraform-provider-cortx", fmt.Sprintf("%s-%s-%s-%s", p.binary, version, runtime.GOOS, runtime.GOARCH), p.binary)
}

// cached returns the build of a pinned CLI that was made before.
func (f Finder) cached(ctx context.Context, p pin) (CLI, bool) {
	version, err := p.version(f.Root)
	if err != nil {
		return CLI{}, false
	}
	cli, err := identify(ctx, f.target(p, version))
	return cli, err == nil && cli.Product == p.product && cli.Version == version
}

// pinned returns the cached build of a pinned CLI, and makes it first where there
// is none.
func (f Finder) pinned(ctx context.Context, p pin, why string) (CLI, error) {
	if cli, ok := f.cached(ctx, p); ok {
		return cli, nil
	}
	version, err := p.version(f.Root)
	if err != nil {
		return CLI{}, err
	}
	target := f.target(p, version)
	folder := filepath.Dir(target)
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return CLI{}, err
	}
	_, _ = fmt.Fprintf(f.Progress, "• %s: building %s %s once, about %s on two cores\n", why, p.product, version, p.takes)
	// Built beside its place and renamed, so that a build that was stopped
	// never leaves half an executable there.
	scratch, err := os.MkdirTemp(folder, "build-")
	if err != nil {
		return CLI{}, err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	built := filepath.Join(scratch, p.binary)
	if err := f.build(ctx, p, filepath.Join(f.Root, "tools", p.folder), built); err != nil {
		return CLI{}, fmt.Errorf("%s %s could not be built: %w", p.product, version, err)
	}
	if err := os.Rename(built, target); err != nil {
		return CLI{}, err
	}
	cli, err := identify(ctx, target)
	if err == nil && (cli.Version != version || cli.Product != p.product) {
		err = fmt.Errorf("it says that it is %s", cli)
	}
	if err != nil {
		return CLI{}, fmt.Errorf("the build of %s %s does not work: %w", p.product, version, err)
	}
	return cli, nil
}

func (f Finder) build(ctx context.Context, p pin, dir, target string) error {
	if f.Build != nil {
		return f.Build(ctx, dir, target)
	}
	_, err := proc.Run(ctx, f.Progress, proc.Step{
		Title: "go build " + p.command,
		Dir:   dir,
		Env:   append(os.Environ(), "CGO_ENABLED=0"),
		Name:  "go",
		Args:  []string{"build", "-v", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w " + p.ldflags, "-o", target, p.command},
		Unit:  "packages",
	})
	return err
}
