// Package demo stands the example stacks up against the emulator with a real
// Terraform CLI, and takes them down again.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/emu"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/install"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/proc"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/tfcli"
)

// DefaultAddr is where the demo's emulator listens unless told otherwise.
const DefaultAddr = "127.0.0.1:9010"

// DefaultStacks are the stacks that the demo applies: the plainest tier and the
// strictest. The others work the same way.
var DefaultStacks = []string{"dev", "prod"}

// StandInKey takes the place of a PagerDuty integration key; it is no secret.
const StandInKey = "demo0000demo0000demo0000demo0000"

// Demo is where the demo keeps what it needs, and what it works on.
type Demo struct {
	// Root is the root of the repository.
	Root string
	// Addr is where its emulator listens; empty means where it listens
	// already, else DefaultAddr.
	Addr string
	// Binary is a build of the provider to use; empty builds one from Root.
	Binary string
	// CLI is the Terraform CLI that it uses.
	CLI tfcli.CLI
	// Stacks are those of examples/stacks that it applies; DefaultStacks when
	// empty.
	Stacks []string
	// Out receives the progress and the result.
	Out io.Writer

	installed install.Installation
}

// dir is the folder, ignored by git, that holds everything the demo makes.
func (d *Demo) dir(elem ...string) string {
	return filepath.Join(append([]string{d.Root, ".demo"}, elem...)...)
}

func (d *Demo) say(format string, args ...any) { _, _ = fmt.Fprintf(d.Out, format+"\n", args...) }

// Up builds and installs the provider, starts the emulator, applies the stacks,
// checks that a second plan is empty, and shows what stands.
// Running it again brings everything to what the files say now.
func (d *Demo) Up(ctx context.Context) error {
	stacks, err := d.exampleStacks()
	if err != nil {
		return err
	}
	if err := d.prepare(ctx); err != nil {
		return err
	}
	for _, stack := range stacks {
		if err := d.link(stack); err != nil {
			return err
		}
		if err := d.workload(ctx, stack); err != nil {
			return err
		}
		if err := d.apply(ctx, stack); err != nil {
			return err
		}
	}
	return d.report(ctx, stacks)
}

// Down destroys every stack that Up applied, checks that nothing is left in the
// emulator but what outlives an environment by design, stops it, and removes
// what Up made.
func (d *Demo) Down(ctx context.Context) error {
	stacks, err := subfolders(d.dir("stacks"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if len(stacks) == 0 && !exists(d.dir(recordFile)) {
		d.say("Nothing stands. make demo applies the stacks in examples/stacks.")
		return nil
	}
	if err := d.prepare(ctx); err != nil {
		return err
	}
	for _, stack := range stacks {
		if err := d.init(ctx, stack); err != nil {
			return err
		}
		if err := d.destroy(ctx, stack); err != nil {
			return err
		}
	}
	left, kept, err := d.remains(ctx)
	if err != nil {
		return err
	}
	if len(kept) > 0 {
		d.say("\nWhat outlives an environment by design, and why:\n")
		d.printKept(kept)
	}
	if len(left) > 0 {
		d.say("")
		table(d.Out, left)
		return fmt.Errorf("the stacks are destroyed, yet %d objects are left in the emulator: made by hand, or a defect of the provider; look at %s, and remove the folder .demo once the emulator has been stopped with kill %d to start afresh", len(left), emu.Client{Addr: d.Addr}.Console(), d.EmulatorPID(ctx))
	}
	if err := d.stopEmulator(ctx); err != nil {
		return err
	}
	if err := os.RemoveAll(d.dir()); err != nil {
		return err
	}
	if len(kept) > 0 {
		d.say("\nEverything else is destroyed, the inventory holds nothing but that, the emulator has stopped.")
		return nil
	}
	d.say("\nEverything is destroyed, the inventory is empty, the emulator has stopped.")
	return nil
}

// prepare brings the provider and the emulator to what the sources are now.
func (d *Demo) prepare(ctx context.Context) (err error) {
	d.say("• CLI: %s", d.CLI)
	if d.Binary != "" {
		d.installed, err = install.FromBinary(d.Binary, d.dir())
	} else {
		d.installed, err = install.Provider(ctx, d.Out, d.Root, d.dir())
	}
	if err != nil {
		return err
	}
	if err := d.ensureEmulator(ctx); err != nil {
		return err
	}
	return d.writeEnv()
}

// exampleStacks lists the stacks that are applied, in the repository's order.
func (d *Demo) exampleStacks() ([]string, error) {
	wanted := d.Stacks
	if len(wanted) == 0 {
		wanted = DefaultStacks
	}
	all, err := subfolders(filepath.Join(d.Root, "examples", "stacks"))
	if err != nil {
		return nil, err
	}
	for _, name := range d.Stacks {
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("examples/stacks holds no stack %q: there are %s", name, strings.Join(all, ", "))
		}
	}
	stacks := slices.DeleteFunc(all, func(name string) bool { return !slices.Contains(wanted, name) })
	if len(stacks) == 0 {
		return nil, fmt.Errorf("examples/stacks holds none of %s", strings.Join(wanted, ", "))
	}
	return stacks, nil
}

// link makes .demo/stacks/NAME a mirror of examples/stacks/NAME by symbolic
// links: both lie three folders below the root, so that the relative sources
// of modules hold, while the state and the lock file stay out of the examples.
func (d *Demo) link(stack string) error {
	from, to := filepath.Join(d.Root, "examples", "stacks", stack), d.dir("stacks", stack)
	if err := os.MkdirAll(to, 0o750); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(to, "*.tf*"))
	if err != nil {
		return err
	}
	for _, path := range old {
		info, err := os.Lstat(path)
		if err != nil {
			return err
		}
		if info.Mode()&os.ModeSymlink != 0 {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	for _, pattern := range []string{"*.tf", "*.tfvars"} {
		files, err := filepath.Glob(filepath.Join(from, pattern))
		if err != nil {
			return err
		}
		for _, file := range files {
			if err := os.Symlink(file, filepath.Join(to, filepath.Base(file))); err != nil {
				return err
			}
		}
	}
	return nil
}

// apply initialises and applies one stack and plans it again.
func (d *Demo) apply(ctx context.Context, stack string) error {
	if err := d.init(ctx, stack); err != nil {
		return err
	}
	out, err := d.terraform(ctx, stack, "apply "+stack, "apply", "-auto-approve")
	if err != nil {
		return err
	}
	d.say("  %s", summary(out))
	_, err = d.terraform(ctx, stack, "plan "+stack+" again", "plan", "-detailed-exitcode")
	var exit *proc.ExitError
	if errors.As(err, &exit) && exit.Code == 2 {
		return fmt.Errorf("the second plan of %s is not empty, which is a defect of the provider:\n%w", stack, err)
	}
	if err != nil {
		return err
	}
	d.say("  No changes.")
	return nil
}

// init initialises a stack. The lock file goes first: it holds the hash of a
// binary that has been built anew since.
func (d *Demo) init(ctx context.Context, stack string) error {
	if err := os.Remove(d.dir("stacks", stack, ".terraform.lock.hcl")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	_, err := d.terraform(ctx, stack, "init "+stack, "init")
	return err
}

func (d *Demo) terraform(ctx context.Context, stack, title, command string, args ...string) (string, error) {
	return d.terraformWith(ctx, nil, stack, title, command, args...)
}

// terraformWith is terraform with more variables in its environment.
func (d *Demo) terraformWith(ctx context.Context, env []string, stack, title, command string, args ...string) (string, error) {
	return proc.Run(ctx, d.Out, proc.Step{
		Title: title,
		Dir:   d.dir("stacks", stack),
		Env:   append(append(CleanEnv(os.Environ()), d.env()...), env...),
		Name:  d.CLI.Path,
		Args:  append([]string{command, "-no-color", "-input=false"}, args...),
		Log:   d.dir("terraform.log"),
	})
}

// env is the environment that sends a CLI to the demo's provider and emulator.
func (d *Demo) env() []string {
	return []string{
		"CORTX_EMULATOR_HOST=" + d.Addr,
		"TF_CLI_CONFIG_FILE=" + d.installed.CLIConfig,
		"TF_VAR_pagerduty_service_key=" + StandInKey,
		"TF_IN_AUTOMATION=1",
		"CHECKPOINT_DISABLE=1",
	}
}

// CleanEnv returns an environment without the variables that would change what
// Terraform or the provider does: the shell that runs this may well be set up
// for a real project.
func CleanEnv(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(pair string) bool {
		for _, prefix := range []string{"TF_", "CORTX_", "GOOGLE_", "GCLOUD_", "CLOUDSDK_", "GRAFANA_", "USER_PROJECT_OVERRIDE="} {
			if strings.HasPrefix(pair, prefix) {
				return true
			}
		}
		return false
	})
}

// writeEnv leaves a file for the shell with which a person goes on by hand.
func (d *Demo) writeEnv() error {
	var lines strings.Builder
	for _, pair := range d.env() {
		name, value, _ := strings.Cut(pair, "=")
		if name == "TF_IN_AUTOMATION" {
			continue // It makes the CLI leave out the advice that a person wants.
		}
		fmt.Fprintf(&lines, "export %s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
	}
	return os.WriteFile(d.dir("env"), []byte(lines.String()), 0o600)
}

// summary is the line of an apply's output that says what it did.
func summary(output string) string {
	for line := range strings.Lines(output) {
		if strings.HasPrefix(line, "Apply complete!") {
			return strings.TrimSpace(line)
		}
	}
	return "Applied."
}

func subfolders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
