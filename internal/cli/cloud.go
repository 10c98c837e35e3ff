package cli

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

// cloudFlags say which environment a subcommand is about. Credentials are those
// of the provider, from the same environment variables.
type cloudFlags struct {
	project, region, name, emulator string
}

func (f *cloudFlags) register(flags *flag.FlagSet) {
	flags.StringVar(&f.project, "project", firstEnv("GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT"), "`id` of the project (or GOOGLE_PROJECT)")
	flags.StringVar(&f.region, "region", firstEnv("GOOGLE_REGION", "GCLOUD_REGION"), "`region` of the environment (or GOOGLE_REGION)")
	flags.StringVar(&f.name, "name", "", "`name` of the environment")
	flags.StringVar(&f.emulator, "emulator-host", os.Getenv("CORTX_EMULATOR_HOST"), "host:port of an emulator (or CORTX_EMULATOR_HOST)")
}

func firstEnv(names ...string) string {
	for _, name := range names {
		if value := os.Getenv(name); value != "" {
			return value
		}
	}
	return ""
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

// client reaches Google Cloud as the provider would.
func (f *cloudFlags) client(inv invocation) (*gcp.Client, error) {
	return gcp.New(gcp.Config{
		Project: f.project, Region: f.region, EmulatorHost: f.emulator,
		Credentials:               firstEnv("GOOGLE_CREDENTIALS", "GOOGLE_CLOUD_KEYFILE_JSON", "GCLOUD_KEYFILE_JSON"),
		AccessToken:               os.Getenv("GOOGLE_OAUTH_ACCESS_TOKEN"),
		ImpersonateServiceAccount: os.Getenv("GOOGLE_IMPERSONATE_SERVICE_ACCOUNT"),
		BillingProject:            os.Getenv("GOOGLE_BILLING_PROJECT"),
		UniverseDomain:            os.Getenv("GOOGLE_CLOUD_UNIVERSE_DOMAIN"),
		UserAgent:                 "terraform-provider-cortx/" + inv.version,
	})
}

// bare is the spec of an environment of which nothing but its name is known.
func (f *cloudFlags) bare() *component.Spec {
	return &component.Spec{Project: f.project, Region: f.region, Name: f.name, Owner: component.OwnerKey(f.project, f.region, f.name)}
}

// onCloud runs a subcommand that needs the named flags and a client.
func onCloud(ctx context.Context, inv invocation, flags *flag.FlagSet, f *cloudFlags, needed []string, run func(ctx context.Context, client *gcp.Client) error) int {
	if code, done := parse(flags, inv); done {
		return code
	}
	if name := f.missing(needed...); name != "" {
		_, _ = fmt.Fprintf(inv.stderr, "-%s is missing; %s -h lists the flags.\n", name, flags.Name())
		return exitUsage
	}
	client, err := f.client(inv) //nolint:contextcheck // The clients outlive the call, and keep no context.
	if err != nil {
		_, _ = fmt.Fprintf(inv.stderr, "The configuration can't be used: %v\n", err)
		return exitUsage
	}
	defer func() { _ = client.Close() }()
	if err := run(ctx, client); err != nil {
		_, _ = fmt.Fprintln(inv.stderr, err)
		return exitError
	}
	return exitOK
}
