package cli

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/provider"
)

// cloudFlags say which environment a subcommand is about. What they leave out, and
// credentials, are the provider's, from the same environment variables.
type cloudFlags struct {
	project, region, name, emulator string
}

// register registers the flags of a subcommand about one environment.
func (f *cloudFlags) register(flags *flag.FlagSet) {
	f.registerProject(flags)
	flags.StringVar(&f.region, "region", "", "`region` of the environment (or GOOGLE_REGION)")
	flags.StringVar(&f.name, "name", "", "`name` of the environment")
}

// registerProject registers the flags of a subcommand about all of a project.
func (f *cloudFlags) registerProject(flags *flag.FlagSet) {
	flags.StringVar(&f.project, "project", "", "`id` of the project (or GOOGLE_PROJECT)")
	flags.StringVar(&f.emulator, "emulator-host", "", "`host:port` of an emulator (or CORTX_EMULATOR_HOST)")
}

// missing names the first of the flags that has to be given and is not.
func (f *cloudFlags) missing(names ...string) string {
	for _, name := range names {
		if map[string]string{"project": f.project, "region": f.region, "name": f.name}[name] == "" {
			return name
		}
	}
	return ""
}

// fill completes the flags and the configuration of a client from each other.
func (f *cloudFlags) fill(cfg *gcp.Config) {
	for _, both := range []struct{ given, fallback *string }{{&f.project, &cfg.Project}, {&f.region, &cfg.Region}, {&f.emulator, &cfg.EmulatorHost}} {
		*both.given = cmp.Or(*both.given, *both.fallback)
		*both.fallback = *both.given
	}
}

// bare is the spec of an environment of which nothing but its name is known.
func (f *cloudFlags) bare() *component.Spec {
	return &component.Spec{Project: f.project, Region: f.region, Name: f.name, Owner: component.OwnerKey(f.project, f.region, f.name)}
}

// usageError is an error of the command line that flags alone can't find.
type usageError struct{ error }

// onCloud runs a subcommand that needs the named flags and a client. An interrupt
// or a termination signal ends its context: what holds a lease gives it back.
func onCloud(ctx context.Context, inv invocation, flags *flag.FlagSet, f *cloudFlags, needed []string, run func(ctx context.Context, client *gcp.Client) error) int {
	if code, done := parse(flags, inv); done {
		return code
	}
	cfg, err := provider.FromEnvironment(ctx, inv.version, os.Getenv)
	if err != nil {
		_, _ = fmt.Fprintln(inv.stderr, err)
		return exitUsage
	}
	f.fill(&cfg)
	if name := f.missing(needed...); name != "" {
		_, _ = fmt.Fprintf(inv.stderr, "-%s is missing; %s -h lists the flags.\n", name, flags.Name())
		return exitUsage
	}
	client, err := gcp.New(cfg) //nolint:contextcheck // The clients outlive the call, and keep no context.
	if err != nil {
		_, _ = fmt.Fprintf(inv.stderr, "The configuration can't be used: %v\n", err)
		return exitUsage
	}
	defer func() { _ = client.Close() }()
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, client); err != nil {
		_, _ = fmt.Fprintln(inv.stderr, err)
		if errors.As(err, &usageError{}) {
			return exitUsage
		}
		return exitError
	}
	return exitOK
}
