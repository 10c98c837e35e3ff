package provider_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	dataschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	frameworkresource "github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	cortx "github.com/cortx-platform/terraform-provider-cortx/internal/provider"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

func factories(env map[string]string) map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"cortx": providerserver.NewProtocol6WithError(cortx.NewWith("test", cortx.Options{
			Getenv: func(name string) string { return env[name] },
		})()),
	}
}

const header = `
terraform {
  required_providers {
    cortx = {
      source = "registry.terraform.io/cortx-platform/cortx"
    }
  }
}
`

// TestAccEnvironment configures the provider from the environment alone.
func TestAccEnvironment(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(map[string]string{
			"CORTX_EMULATOR_HOST": env.Server.Addr(), "GCLOUD_PROJECT": "from-env", "CORTX_DEFAULT_LABELS": "team=platform, cost=shared",
			"CORTX_REQUEST_TIMEOUT": "60s", "USER_PROJECT_OVERRIDE": "true", "GOOGLE_BILLING_PROJECT": "billing",
		}),
		Steps: []resource.TestStep{{
			Config: header + `
resource "cortx_notification_channel" "test" {
  display_name = "x"
  email        = { address = "a@example.com" }
}`,
			Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestCheckResourceAttr("cortx_notification_channel.test", "project", "from-env"),
				resource.TestCheckResourceAttr("cortx_notification_channel.test", "effective_labels.team", "platform"),
				resource.TestCheckResourceAttr("cortx_notification_channel.test", "effective_labels.cost", "shared"),
				resource.TestCheckNoResourceAttr("cortx_notification_channel.test", "labels.team"),
			),
		}},
	})
}

func TestAccConfigurationErrors(t *testing.T) {
	t.Parallel()
	channel := `
resource "cortx_notification_channel" "test" {
  display_name = "x"
  email        = { address = "a@example.com" }
}`
	for name, test := range map[string]struct {
		block string
		env   map[string]string
		want  string
	}{
		"no project":            {`emulator_host = "127.0.0.1:1"`, nil, `(?s)No project is given.*GOOGLE_PROJECT`},
		"emulator not loopback": {`emulator_host = "192.0.2.1:9010"`, nil, `loopback`},
		"unknown endpoint":      {`endpoints = { spanner = "https://example.com" }`, nil, `know this service`},
		"bad label":             {`default_labels = { Team = "x" }`, nil, `can't be put`},
		"bad timeout":           {`request_timeout = "soon"`, nil, `not a duration`},
		"timeout variable":      {``, map[string]string{"CORTX_REQUEST_TIMEOUT": "soon"}, `CORTX_REQUEST_TIMEOUT`},
		"override variable":     {``, map[string]string{"USER_PROJECT_OVERRIDE": "perhaps"}, `USER_PROJECT_OVERRIDE`},
		"labels variable":       {``, map[string]string{"CORTX_DEFAULT_LABELS": "platform"}, `CORTX_DEFAULT_LABELS`},
		"malformed credentials": {`credentials = "{not json"`, nil, `credentials`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(test.env),
				Steps: []resource.TestStep{{
					Config: header + fmt.Sprintf("provider \"cortx\" {\n%s\n}\n", test.block) + channel, PlanOnly: true,
					ExpectError: regexp.MustCompile(test.want),
				}},
			})
		})
	}
}

// TestAccUnknownProviderConfiguration plans with a provider block whose values
// are known only after apply.
func TestAccUnknownProviderConfiguration(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(nil),
		Steps: []resource.TestStep{{Config: header + fmt.Sprintf(`
resource "terraform_data" "later" {
  input = { host = %q, project = "later-project", labels = { team = "x" } }
}

provider "cortx" {
  project        = terraform_data.later.output.project
  emulator_host  = terraform_data.later.output.host
  default_labels = terraform_data.later.output.labels
}

resource "cortx_notification_channel" "test" {
  display_name = "x"
  email        = { address = "a@example.com" }
}

resource "cortx_alert_policy" "test" {
  display_name = "x"
  conditions   = [{ error_rate = {} }]
}
`, env.Server.Addr())}},
	})
}

// TestConfigureMakesNoCall configures the provider for Google Cloud on a machine
// that reaches nothing.
func TestConfigureMakesNoCall(t *testing.T) {
	t.Parallel()
	server := providerserver.NewProtocol6(cortx.NewWith("test", cortx.Options{Getenv: func(name string) string {
		if name == "HTTPS_PROXY" {
			return "http://127.0.0.1:1"
		}
		return ""
	}})())()
	described, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	config, err := tfprotov6.NewDynamicValue(described.Provider.ValueType(), emptyObject(described.Provider.ValueType()))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: &config})
	if err != nil || len(resp.Diagnostics) > 0 {
		t.Fatalf("configuring without a network: %v %v", err, resp.Diagnostics)
	}
}

// TestEveryType walks every resource and function: schemas are valid, everything
// is described, settings are never copied from the state, examples and docs exist.
func TestEveryType(t *testing.T) {
	t.Parallel()
	p := cortx.New("test")()
	var meta provider.MetadataResponse
	p.Metadata(t.Context(), provider.MetadataRequest{}, &meta)
	root := filepath.Join("..", "..")
	for _, constructor := range p.Resources(t.Context()) {
		r := constructor()
		var named frameworkresource.MetadataResponse
		r.Metadata(t.Context(), frameworkresource.MetadataRequest{ProviderTypeName: meta.TypeName}, &named)
		var described frameworkresource.SchemaResponse
		r.Schema(t.Context(), frameworkresource.SchemaRequest{}, &described)
		if diags := described.Schema.ValidateImplementation(t.Context()); diags.HasError() {
			t.Errorf("%s: %v", named.TypeName, diags)
		}
		if described.Schema.MarkdownDescription == "" {
			t.Errorf("%s has no description", named.TypeName)
		}
		walk(t, named.TypeName, described.Schema.Attributes)
		for _, want := range []string{"labels", "effective_labels", "timeouts", "emulated", "project"} {
			if described.Schema.Attributes[want] == nil {
				t.Errorf("%s has no attribute %s", named.TypeName, want)
			}
		}
		if _, ok := r.(frameworkresource.ResourceWithImportState); !ok {
			t.Errorf("%s can't be imported", named.TypeName)
		}
		if _, ok := r.(frameworkresource.ResourceWithIdentity); !ok {
			t.Errorf("%s has no identity", named.TypeName)
		}
		for _, file := range []string{"resource.tf", "import.sh"} {
			if _, err := os.Stat(filepath.Join(root, "examples", "resources", named.TypeName, file)); err != nil {
				t.Errorf("%s has no example: %v", named.TypeName, err)
			}
		}
	}
}

// TestEveryDataSourceAndFunction wants a description of everything, and examples.
func TestEveryDataSourceAndFunction(t *testing.T) {
	t.Parallel()
	examples := filepath.Join("..", "..", "examples")
	p := cortx.New("test")()
	for _, constructor := range p.DataSources(t.Context()) {
		d := constructor()
		var named datasource.MetadataResponse
		d.Metadata(t.Context(), datasource.MetadataRequest{ProviderTypeName: "cortx"}, &named)
		var described datasource.SchemaResponse
		d.Schema(t.Context(), datasource.SchemaRequest{}, &described)
		if diags := described.Schema.ValidateImplementation(t.Context()); diags.HasError() {
			t.Errorf("%s: %v", named.TypeName, diags)
		}
		if described.Schema.MarkdownDescription == "" {
			t.Errorf("%s has no description", named.TypeName)
		}
		for name, attribute := range described.Schema.Attributes {
			walkData(t, named.TypeName+"."+name, attribute)
		}
		if _, err := os.Stat(filepath.Join(examples, "data-sources", named.TypeName, "data-source.tf")); err != nil {
			t.Errorf("%s has no example: %v", named.TypeName, err)
		}
	}
	withFunctions, ok := p.(provider.ProviderWithFunctions)
	if !ok {
		t.Fatal("the provider has no functions")
	}
	for _, constructor := range withFunctions.Functions(t.Context()) {
		f := constructor()
		var named function.MetadataResponse
		f.Metadata(t.Context(), function.MetadataRequest{}, &named)
		var defined function.DefinitionResponse
		f.Definition(t.Context(), function.DefinitionRequest{}, &defined)
		if defined.Definition.Summary == "" || defined.Definition.MarkdownDescription == "" {
			t.Errorf("%s has no description", named.Name)
		}
		if _, err := os.Stat(filepath.Join(examples, "functions", named.Name, "function.tf")); err != nil {
			t.Errorf("%s has no example: %v", named.Name, err)
		}
	}
}

func walkData(t *testing.T, at string, attribute dataschema.Attribute) {
	t.Helper()
	if attribute.GetMarkdownDescription() == "" && attribute.GetDescription() == "" {
		t.Errorf("%s has no description", at)
	}
	nested, ok := attribute.(dataschema.NestedAttribute)
	if !ok {
		return
	}
	for name, child := range nested.GetNestedObject().GetAttributes() {
		if inner, ok := child.(dataschema.Attribute); ok {
			walkData(t, at+"."+name, inner)
		}
	}
}

func walk(t *testing.T, at string, attributes map[string]schema.Attribute) {
	t.Helper()
	for name, attribute := range attributes {
		here := at + "." + name
		if name == "timeouts" {
			continue
		}
		if attribute.GetMarkdownDescription() == "" && attribute.GetDescription() == "" {
			t.Errorf("%s has no description", here)
		}
		if s, ok := attribute.(schema.StringAttribute); ok {
			if len(s.PlanModifiers) > 0 {
				t.Errorf("%s has a plan modifier: values are resolved in ModifyPlan, from the configuration", here)
			}
			if s.Sensitive && !s.WriteOnly {
				t.Errorf("%s is a secret that would reach the state: make it write-only", here)
			}
		}
		walk(t, here, tfkit.NestedAttributes(attribute))
	}
}

// TestEnvironmentVariablesAreDocumented finds the variable of every argument.
func TestEnvironmentVariablesAreDocumented(t *testing.T) {
	t.Parallel()
	var described provider.SchemaResponse
	cortx.New("test")().Schema(context.Background(), provider.SchemaRequest{}, &described)
	for name, attribute := range described.Schema.Attributes {
		if !strings.Contains(attribute.GetMarkdownDescription(), "Environment: `") {
			t.Errorf("%s names no environment variable", name)
		}
	}
	if names := slices.Sorted(maps.Keys(described.Schema.Attributes)); len(names) != 14 {
		t.Errorf("arguments: %v", names)
	}
}
