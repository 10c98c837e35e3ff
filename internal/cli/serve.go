package cli

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/provider"
)

// runServe is the plugin itself. Terraform's handshake is on standard output,
// so nothing else is ever printed there.
func runServe(ctx context.Context, inv invocation) int {
	flags := flag.NewFlagSet("terraform-provider-cortx", flag.ContinueOnError)
	debug := flags.Bool("debug", false, "wait for a debugger and print the TF_REATTACH_PROVIDERS value to run Terraform with")
	if code, done := parse(flags, inv); done {
		return code
	}
	limitMemory(ctx, clock.System())
	if err := quieten(os.Environ(), os.Setenv); err != nil {
		_, _ = fmt.Fprintf(inv.stderr, "The log level could not be set: %v\n", err)
		return exitError
	}
	err := providerserver.Serve(ctx, provider.New(inv.version), providerserver.ServeOpts{
		Address: provider.Address,
		Debug:   *debug,
	})
	if err != nil {
		_, _ = fmt.Fprintf(inv.stderr, "The plugin could not be served: %v\n", err)
		return exitError
	}
	return exitOK
}

// quieten keeps the plugin from writing log entries that nobody reads. A plugin
// logs everything by default and Terraform sorts out what to show, so that a run
// without any log makes and parses them all: a fifth of the time of a large plan.
// Any variable that asks for a log leaves all as it is.
func quieten(environ []string, setenv func(name, value string) error) error {
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "TF_LOG") && name != "TF_LOG_PATH" && value != "" {
			return nil
		}
	}
	for _, name := range []string{"TF_LOG_SDK", "TF_LOG_PROVIDER"} {
		if err := setenv(name, "OFF"); err != nil {
			return err
		}
	}
	return nil
}
