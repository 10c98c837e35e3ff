// Command terraform-provider-cortx is the Terraform provider of the CORTX
// platform. Terraform starts it without an argument; its subcommands are for
// people: see "terraform-provider-cortx help".
package main

import (
	"context"
	"os"

	"github.com/cortx-platform/terraform-provider-cortx/internal/cli"
)

// version is set at link time; see CONTRIBUTING.md.
var version = "dev"

func main() {
	os.Exit(cli.Run(context.Background(), version, os.Args[1:], os.Stdout, os.Stderr))
}
