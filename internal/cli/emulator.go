package cli

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// defaultListen is where the emulator listens unless told otherwise; the
// examples and the documentation name this address.
const defaultListen = "127.0.0.1:9010"

// emulatorFlags are the flags of the emulator command as they were given.
type emulatorFlags struct {
	listen, state, quota, faults string
	latency                      time.Duration
	lroScale                     float64
	seed                         int64
	verbose                      bool
}

func (f *emulatorFlags) register(flags *flag.FlagSet) {
	flags.StringVar(&f.listen, "listen", defaultListen, "loopback `address` to listen on; port 0 takes a free one")
	flags.StringVar(&f.state, "state", "", "`file` that keeps the objects across restarts (default: in memory)")
	flags.DurationVar(&f.latency, "latency", 0, "`time` that every call takes longer, such as 50ms")
	flags.StringVar(&f.quota, "quota", "none", "gcp: Google's default quotas; none: no quotas")
	flags.Float64Var(&f.lroScale, "lro-scale", 0.001, "`factor` on the time that operations and propagation take on Google Cloud; 1 is real time")
	flags.StringVar(&f.faults, "faults", "", "JSON `file` of faults to inject from the start: {\"faults\":[…]}")
	flags.Int64Var(&f.seed, "seed", 1, "`number` that decides the ids assigned and the draws of random faults")
	flags.BoolVar(&f.verbose, "verbose", false, "log every call to standard error")
}

// runEmulator serves the embedded Google Cloud until an interrupt, a
// termination signal or the end of ctx.
func runEmulator(ctx context.Context, inv invocation) int {
	flags := flag.NewFlagSet("terraform-provider-cortx emulator", flag.ContinueOnError)
	var f emulatorFlags
	f.register(flags)
	if code, done := parse(flags, inv); done {
		return code
	}
	opts, err := f.options(inv.stderr)
	if err != nil {
		_, _ = fmt.Fprintf(inv.stderr, "The faults could not be read: %v\n", err)
		return exitUsage
	}
	// The signals are taken before the address is printed: whoever reads it
	// may stop the emulator at once, and it must close its state file then.
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	server, err := emulator.New(opts)
	if err != nil {
		_, _ = fmt.Fprintf(inv.stderr, "The emulator could not be set up: %v\n", err)
		return exitError
	}
	if err := server.Listen(f.listen); err != nil { //nolint:contextcheck // it serves until Close, which the end of ctx brings
		_, _ = fmt.Fprintf(inv.stderr, "The emulator could not listen on %s: %v\n", f.listen, err)
		_ = server.Close()
		return exitError
	}
	greet(inv.stdout, server.Addr(), f.state)
	<-ctx.Done()
	if err := server.Close(); err != nil {
		_, _ = fmt.Fprintf(inv.stderr, "The emulator did not close cleanly: %v\n", err)
		return exitError
	}
	_, _ = fmt.Fprintln(inv.stdout, "The emulator has stopped.")
	return exitOK
}

// options turns the flags into the emulator's options; log is where calls are
// logged to when that was asked for.
func (f *emulatorFlags) options(log io.Writer) (emulator.Options, error) {
	opts := emulator.Options{
		StateFile: f.state,
		Latency:   f.latency,
		Quota:     f.quota,
		LROScale:  f.lroScale,
		Seed:      f.seed,
	}
	if f.verbose {
		opts.Logger = slog.New(slog.NewTextHandler(log, nil))
	}
	if f.faults == "" {
		return opts, nil
	}
	var err error
	opts.Faults, err = readFaults(f.faults)
	return opts, err
}

// readFaults reads a file of the form that POST /_emulator/faults takes.
func readFaults(path string) ([]emulator.Fault, error) {
	file, err := os.Open(filepath.Clean(path))
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // It was only read.
	faults, err := emulator.ParseFaults(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return faults, nil
}

// greet says where the emulator is and how to send Terraform to it. The first
// line is stable: programs read the address off it.
func greet(w io.Writer, addr, state string) {
	kept := "in memory; --state FILE keeps them"
	if state != "" {
		kept = "in " + state
	}
	_, _ = fmt.Fprintf(w, `The emulator listens on %[1]s

  Console:    http://%[1]s/
  Objects:    %[2]s
  Terraform:  export CORTX_EMULATOR_HOST=%[1]s
  REST:       http://%[1]s/monitoring.googleapis.com/v3/projects/PROJECT/alertPolicies
  Requests:   http://%[1]s/_emulator/requests

Ctrl-C stops it.
`, addr, kept)
}
