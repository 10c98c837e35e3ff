package acctest

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// googleAddress is the source address of hashicorp/google, and tofuGoogleAddress
// what OpenTofu takes the bare name of its types for.
const (
	googleAddress     = "registry.terraform.io/hashicorp/google"
	tofuGoogleAddress = "registry.opentofu.org/hashicorp/google"
)

// A CLI loads the schemas of all types in a state, those of resources that are
// about to be moved away too. So a test of a move needs a plugin under the name
// of hashicorp/google; this one has the names of its types and nothing more.
type googleStandIn struct{ types []string }

func (googleStandIn) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "google"
}
func (googleStandIn) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}
func (googleStandIn) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}
func (googleStandIn) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (p googleStandIn) Resources(context.Context) []func() resource.Resource {
	var all []func() resource.Resource
	for _, name := range p.types {
		all = append(all, func() resource.Resource { return googleType{name} })
	}
	return all
}

type googleType struct{ name string }

func (r googleType) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = r.name
}

func (googleType) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{"id": schema.StringAttribute{Computed: true}}}
}

// The CLI must not get as far as any of these: it would mean that nothing was moved.

func (r googleType) Create(_ context.Context, _ resource.CreateRequest, resp *resource.CreateResponse) {
	resp.Diagnostics.AddError("A moved resource was created.", r.name)
}

func (r googleType) Read(_ context.Context, _ resource.ReadRequest, resp *resource.ReadResponse) {
	resp.Diagnostics.AddError("A moved resource was read.", r.name)
}

func (r googleType) Update(_ context.Context, _ resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.Diagnostics.AddError("A moved resource was updated.", r.name)
}

func (r googleType) Delete(_ context.Context, _ resource.DeleteRequest, resp *resource.DeleteResponse) {
	resp.Diagnostics.AddError("A moved resource was deleted.", r.name)
}

// serveGoogle serves the stand-in in this process for as long as the test runs,
// and returns the environment variable that leads a CLI to it.
func serveGoogle(t *testing.T, types []string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	config, closed := make(chan *plugin.ReattachConfig), make(chan struct{})
	go func() {
		// It reports nothing: what goes wrong here fails the CLI's command.
		_ = tf6server.Serve(googleAddress,
			func() tfprotov6.ProviderServer { return providerserver.NewProtocol6(googleStandIn{types})() },
			tf6server.WithDebug(ctx, config, closed),
			tf6server.WithGoPluginLogger(hclog.NewNullLogger()),
			tf6server.WithLoggingSink(t),
			tf6server.WithoutLogStderrOverride())
	}()
	t.Cleanup(func() {
		cancel()
		<-closed
	})
	reattach := <-config
	type address struct{ Network, String string }
	there := map[string]any{
		"Protocol": reattach.Protocol, "ProtocolVersion": reattach.ProtocolVersion, "Pid": reattach.Pid, "Test": reattach.Test,
		"Addr": address{reattach.Addr.Network(), reattach.Addr.String()},
	}
	raw, err := json.Marshal(map[string]any{googleAddress: there, tofuGoogleAddress: there})
	if err != nil {
		t.Fatal(err)
	}
	return "TF_REATTACH_PROVIDERS=" + strings.TrimSpace(string(raw))
}
