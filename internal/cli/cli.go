// Package cli is the command line of the provider's binary: without an
// argument it is the plugin that Terraform talks to, with one it is a tool for
// people. Each subcommand has a file of its own and a line in commands.
package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// The exit codes of the binary.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
)

// invocation is what a subcommand is given.
type invocation struct {
	version        string
	args           []string
	stdout, stderr io.Writer
}

// command is one subcommand: its name, a line for the overview, and what it does.
type command struct {
	name, summary string
	run           func(ctx context.Context, inv invocation) int
}

// commands lists the subcommands in the order in which help shows them.
func commands() []command {
	return []command{
		{"emulator", "serve the embedded Google Cloud on a loopback address", runEmulator},
		{"catalog", "print what each tier means, and the controls behind it", runCatalog},
		{"bootstrap", "print the roles, quotas and constraints that an environment needs", runBootstrap},
		{"status", "show where an environment stands, live with -watch", runStatus},
		{"ledger", "rebuild an environment's record that was lost", runLedger},
		{"reap", "destroy the sandboxes of a project whose time is up", runReap},
		{"version", "print the version of this binary", runVersion},
		{"help", "print this overview", runHelp},
	}
}

// Run runs the binary with the arguments that follow its name and returns the
// exit code: 0 for success, 1 for a failure, 2 for a command line that it does
// not understand. It blocks for as long as the plugin or the emulator serves.
func Run(ctx context.Context, version string, args []string, stdout, stderr io.Writer) int {
	inv := invocation{version: version, args: args, stdout: stdout, stderr: stderr}
	if len(args) == 0 {
		return runServe(ctx, inv)
	}
	name := args[0]
	switch {
	case asksForHelp(name):
		name = "help"
	case name == "-version" || name == "--version":
		name = "version"
	}
	for _, c := range commands() {
		if c.name == name {
			inv.args = args[1:]
			return c.run(ctx, inv)
		}
	}
	if strings.HasPrefix(name, "-") {
		return runServe(ctx, inv)
	}
	_, _ = fmt.Fprintf(stderr, "There is no command %q.\n\n", name)
	usage(stderr)
	return exitUsage
}

// runHelp prints the overview, or with the name of a subcommand its flags.
func runHelp(ctx context.Context, inv invocation) int {
	if len(inv.args) > 0 && !strings.HasPrefix(inv.args[0], "-") && inv.args[0] != "help" {
		return Run(ctx, inv.version, []string{inv.args[0], "-h"}, inv.stdout, inv.stderr)
	}
	usage(inv.stdout)
	return exitOK
}

// usage writes the overview of all subcommands.
func usage(w io.Writer) {
	_, _ = fmt.Fprint(w, `Usage: terraform-provider-cortx [COMMAND]

Without a command it is the plugin that Terraform and OpenTofu start; -debug
lets a debugger attach to that plugin.

Commands:
`)
	for _, c := range commands() {
		_, _ = fmt.Fprintf(w, "  %-10s %s\n", c.name, c.summary)
	}
	_, _ = fmt.Fprint(w, "\n\"terraform-provider-cortx COMMAND -h\" lists a command's flags.\n")
}

// asksForHelp tells whether an argument is the flag that asks for help.
func asksForHelp(arg string) bool { return arg == "-h" || arg == "-help" || arg == "--help" }

// parse reads a subcommand's flags and refuses arguments beside them. Help that
// was asked for goes to standard output, and what is wrong to standard error. The
// code is to be returned when done is true.
func parse(flags *flag.FlagSet, inv invocation) (code int, done bool) {
	var said bytes.Buffer
	flags.SetOutput(&said)
	if err := flags.Parse(inv.args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			_, _ = said.WriteTo(inv.stdout)
			return exitOK, true
		}
		_, _ = said.WriteTo(inv.stderr)
		return exitUsage, true
	}
	if flags.NArg() > 0 {
		_, _ = fmt.Fprintf(inv.stderr, "%s takes flags only, not %q; %s -h lists them.\n", flags.Name(), flags.Arg(0), flags.Name())
		return exitUsage, true
	}
	return exitOK, false
}
