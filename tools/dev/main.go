// Command dev is what the targets of GNUmakefile run: everything that a
// contributor does to this repository, with nothing but Go and git.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/bench"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/demo"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/gen"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/install"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/proc"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/suite"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/tfcli"
)

// command is one subcommand of dev.
type command struct {
	name, summary string
	run           func(ctx context.Context, root string, args []string) error
}

func commands() []command {
	return []command{
		{"cli", "find a Terraform CLI, or build the pinned OpenTofu, and print its path", runCLI},
		{"tofu-cli", "print the path of the pinned OpenTofu, and build it first where need be", runTofuCLI},
		{"query-cli", "find a Terraform with terraform query, or build the pinned one, and print its path", runQueryCLI},
		{"build", "build the provider into bin/", runBuild},
		{"demo", "apply the stacks in examples/stacks against the emulator", runDemo},
		{"demo-down", "destroy them and stop the emulator", runDemoDown},
		{"test", "run every test; gotestsum reads the events on standard output", runTest},
		{"lint", "check the code, the configuration and the modules' files", runLint},
		{"generate", "write what is generated: formatting, docs/, the modules' READMEs", runGenerate},
		{"generate-check", "fail when generate would change a file", runGenerateCheck},
		{"bench", "measure time, requests, memory and size, and compare with the goals", runBench},
		{"sweep", "break every API call of an environment in every way, and see that the next apply mends it", runSweep},
	}
}

func main() {
	os.Exit(run())
}

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if len(os.Args) > 1 {
		for _, c := range commands() {
			if c.name != os.Args[1] {
				continue
			}
			root, err := proc.Root()
			if err == nil {
				err = c.run(ctx, root, os.Args[2:])
			}
			if err != nil {
				_, _ = fmt.Fprintf(os.Stderr, "\ndev %s: %v\n", c.name, err)
				return 1
			}
			return 0
		}
	}
	_, _ = fmt.Fprintln(os.Stderr, "Usage: dev COMMAND [FLAGS]")
	for _, c := range commands() {
		_, _ = fmt.Fprintf(os.Stderr, "  %-15s %s\n", c.name, c.summary)
	}
	return 2
}

// parse reads the flags of a subcommand; set adds them.
func parse(name string, args []string, set func(*flag.FlagSet)) {
	flags := flag.NewFlagSet("dev "+name, flag.ExitOnError)
	set(flags)
	_ = flags.Parse(args) // ExitOnError: it does not return with an error.
}

func find(ctx context.Context, root string) (tfcli.CLI, error) {
	return tfcli.Finder{Root: root, Progress: os.Stderr}.Find(ctx)
}

func runCLI(ctx context.Context, root string, _ []string) error {
	cli, err := find(ctx, root)
	if err == nil {
		_, err = fmt.Println(cli.Path)
	}
	return err
}

func runTofuCLI(ctx context.Context, root string, _ []string) error {
	cli, err := tfcli.Finder{Root: root, Progress: os.Stderr}.Tofu(ctx)
	if err == nil {
		_, err = fmt.Println(cli.Path)
	}
	return err
}

func runQueryCLI(ctx context.Context, root string, _ []string) error {
	cli, err := tfcli.Finder{Root: root, Progress: os.Stderr}.Query(ctx)
	if err == nil {
		_, err = fmt.Println(cli.Path)
	}
	return err
}

func runBuild(ctx context.Context, root string, _ []string) error {
	target := filepath.Join(root, "bin", "terraform-provider-cortx")
	if err := install.Build(ctx, os.Stderr, root, target); err != nil {
		return err
	}
	_, err := fmt.Printf("%s, version %s for %s/%s\n", target, install.Version, runtime.GOOS, runtime.GOARCH)
	return err
}

func newDemo(ctx context.Context, name, root string, args []string) (*demo.Demo, error) {
	d := &demo.Demo{Root: root, Out: os.Stdout}
	parse(name, args, func(flags *flag.FlagSet) {
		flags.Func("stacks", "stacks of examples/stacks to apply, separated by commas (default: dev,prod)", func(names string) error {
			d.Stacks = strings.Split(names, ",")
			return nil
		})
		flags.StringVar(&d.Addr, "addr", "", "loopback `address` of the emulator (default: where it runs already, else "+demo.DefaultAddr+")")
	})
	var err error
	d.CLI, err = find(ctx, root)
	return d, err
}

func runDemo(ctx context.Context, root string, args []string) error {
	d, err := newDemo(ctx, "demo", root, args)
	if err != nil {
		return err
	}
	return d.Up(ctx)
}

func runDemoDown(ctx context.Context, root string, args []string) error {
	d, err := newDemo(ctx, "demo-down", root, args)
	if err != nil {
		return err
	}
	return d.Down(ctx)
}

func runTest(ctx context.Context, root string, _ []string) error {
	cli, err := find(ctx, root)
	if err != nil {
		return err
	}
	return suite.Test(ctx, root, cli, os.Stdout)
}

func runLint(ctx context.Context, root string, _ []string) error {
	cli, err := find(ctx, root)
	if err != nil {
		return err
	}
	return suite.Lint(ctx, root, cli, os.Stderr)
}

func runGenerate(ctx context.Context, root string, _ []string) error {
	cli, err := find(ctx, root)
	if err != nil {
		return err
	}
	return gen.Generate(ctx, root, cli, os.Stderr)
}

func runGenerateCheck(ctx context.Context, root string, _ []string) error {
	cli, err := find(ctx, root)
	if err != nil {
		return err
	}
	return gen.Check(ctx, root, cli, os.Stderr)
}

func runBench(ctx context.Context, root string, args []string) error {
	b := bench.Bench{Root: root, Out: os.Stdout, Progress: os.Stderr}
	parse("bench", args, func(flags *flag.FlagSet) {
		flags.StringVar(&b.Counts, "n", "10,100,500", "numbers of `policies`, and of as many dashboards, separated by commas")
		flags.StringVar(&b.Latencies, "latency", "0s,50ms", "`latencies` of the emulator, separated by commas")
		flags.StringVar(&b.Markdown, "md", "", "also write the tables to this Markdown `file`")
	})
	var err error
	if b.CLI, err = find(ctx, root); err != nil {
		return err
	}
	return b.Run(ctx)
}

// runSweep builds the sweep, which lies in the main module, and hands over to it.
func runSweep(ctx context.Context, root string, args []string) error {
	target := filepath.Join(root, "bin", "sweep")
	_, err := proc.Run(ctx, os.Stderr, proc.Step{
		Title: "build the sweep", Dir: root, Name: "go", Args: []string{"build", "-buildvcs=false", "-o", target, "./internal/acctest/sweep/cmd/sweep"},
	})
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, target, args...) //nolint:gosec // It runs what whoever runs it has asked for.
	cmd.Dir, cmd.Stdout, cmd.Stderr = root, os.Stdout, os.Stderr
	// An interrupt goes to the whole group: the sweep ends by itself, with its table.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	return cmd.Run()
}
