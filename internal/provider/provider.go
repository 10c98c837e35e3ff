// Package provider is the Terraform provider itself: its configuration and the
// explicit lists of what it offers.
package provider

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/datasources/controls"
	"github.com/cortx-platform/terraform-provider-cortx/internal/functions"
	"github.com/cortx-platform/terraform-provider-cortx/internal/resources/alertpolicy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/resources/dashboard"
	"github.com/cortx-platform/terraform-provider-cortx/internal/resources/environment"
	"github.com/cortx-platform/terraform-provider-cortx/internal/resources/notificationchannel"
	"github.com/cortx-platform/terraform-provider-cortx/internal/resources/slo"
)

// Address is the provider's source address, in full: a bare one means another
// registry under OpenTofu.
const Address = "registry.terraform.io/cortx-platform/cortx"

var (
	_ provider.Provider              = (*cortx)(nil)
	_ provider.ProviderWithFunctions = (*cortx)(nil)
)

// Options are the seams that tests reach the provider through.
type Options struct {
	// Clock is the provider's time; nil means the machine's.
	Clock clock.Clock
	// Getenv reads the environment; nil means os.Getenv.
	Getenv func(string) string
	// Seed makes the jitter of retries repeatable; 0 means random.
	Seed uint64
	// FirstPoll is the time between the first polls of an operation; 0 means
	// what suits the service.
	FirstPoll time.Duration
	// Opened is told of every client of Google Cloud that is made; who sets it
	// closes them. nil means that they stay open until the process ends, as those
	// of a plugin do.
	Opened func(io.Closer)
}

type cortx struct {
	version string
	options Options
}

// New returns the factory of the provider in the given version.
func New(version string) func() provider.Provider {
	return NewWith(version, Options{})
}

// NewWith is New with seams for tests.
func NewWith(version string, options Options) func() provider.Provider {
	if options.Clock == nil {
		options.Clock = clock.System()
	}
	if options.Getenv == nil {
		options.Getenv = os.Getenv
	}
	return func() provider.Provider { return &cortx{version: version, options: options} }
}

// Metadata implements provider.Provider.
func (p *cortx) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "cortx"
	resp.Version = p.version
}

// Resources implements provider.Provider.
func (p *cortx) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		alertpolicy.New,
		dashboard.New,
		environment.New,
		notificationchannel.New,
		slo.New,
	}
}

// DataSources implements provider.Provider.
func (p *cortx) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		controls.New,
	}
}

// Functions implements provider.ProviderWithFunctions.
func (p *cortx) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		functions.NewBurnRateWindows,
		functions.NewControls,
		functions.NewPromQLValid,
		functions.NewSLA,
	}
}
