package cli

import (
	"context"
	"flag"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

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
