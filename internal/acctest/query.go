package acctest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// QueryPath names the CLI for tests of terraform query.
const QueryPath = "TF_ACC_TERRAFORM_QUERY_PATH"

var terraformVersion = regexp.MustCompile(`(?m)^Terraform v(\d+)\.(\d+)\.`)

// NewQueryCLI is NewCLI with a CLI that has terraform query: Terraform 1.14 or
// newer, which TF_ACC_TERRAFORM_QUERY_PATH or TF_ACC_TERRAFORM_PATH names or
// which is on PATH, and never OpenTofu, whose 1.14 is another program. It skips
// the test where there is none.
func NewQueryCLI(t *testing.T, config string) *CLI {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance tests are off: TF_ACC is not set")
	}
	for _, path := range []string{os.Getenv(QueryPath), os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform"} {
		if path != "" && hasQuery(t, path) {
			return newCLI(t, config, path)
		}
	}
	t.Skip("no Terraform of version 1.14 or newer, which terraform query needs: bin/dev query-cli builds one, and " + QueryPath + " names it")
	return nil
}

func hasQuery(t *testing.T, path string) bool {
	t.Helper()
	path, err := exec.LookPath(path)
	if err != nil {
		return false
	}
	cmd := exec.CommandContext(context.Background(), path, "version") //nolint:gosec // The path of the CLI under test is the developer's own choice.
	cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1")
	out, err := cmd.Output()
	if err != nil {
		return false
	}
	match := terraformVersion.FindSubmatch(out)
	if match == nil {
		return false
	}
	major, _ := strconv.Atoi(string(match[1]))
	minor, _ := strconv.Atoi(string(match[2]))
	return major > 1 || major == 1 && minor >= 14
}

// WriteFile writes a file into the working directory.
func (c *CLI) WriteFile(name, text string) {
	c.t.Helper()
	c.write(filepath.Join(c.Dir, name), text)
}

// Listed is one result of a list resource.
type Listed struct {
	// Name is the identity, the full name of the object.
	Name string
	// DisplayName is what people see of it.
	DisplayName string
	// Resource has the attributes of the resource; nil when they were not asked for.
	Resource map[string]tftypes.Value
	// Errors and Warnings are its diagnostics, as summary and detail.
	Errors, Warnings []string
}

// List asks the provider itself, without a CLI, for what a list resource finds.
// config are the attributes that the list block sets. It takes no more than limit
// results from the stream, as a CLI does, unless limit is 0.
func (e *Env) List(t *testing.T, typeName string, config map[string]string, includeResource bool, limit int64) []Listed {
	t.Helper()
	server := e.configured(t)
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	schema := schemas.ListResourceSchemas[typeName]
	if schema == nil {
		t.Fatalf("the provider has no list resource %s: %v", typeName, schemas.Diagnostics)
	}
	lister, ok := server.(tfprotov6.ProviderServerWithListResource) //nolint:staticcheck // Part of the interface of every server in the next version.
	if !ok {
		t.Fatal("the provider serves no list resources")
	}
	stream, err := lister.ListResource(t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: typeName, Config: dynamic(t, schema.ValueType(), config), IncludeResource: includeResource, Limit: limit,
	})
	if err != nil {
		t.Fatal(err)
	}
	var all []Listed
	for result := range stream.Results {
		all = append(all, listed(t, schemas.ResourceSchemas[typeName].ValueType(), result))
		if limit > 0 && int64(len(all)) > limit {
			t.Fatalf("the stream has more than %d results", limit)
		}
	}
	return all
}

func listed(t *testing.T, resource tftypes.Type, result tfprotov6.ListResourceResult) Listed {
	t.Helper()
	found := Listed{DisplayName: result.DisplayName}
	for _, d := range result.Diagnostics {
		if text := d.Summary + " " + d.Detail; d.Severity == tfprotov6.DiagnosticSeverityError {
			found.Errors = append(found.Errors, text)
		} else {
			found.Warnings = append(found.Warnings, text)
		}
	}
	if result.Identity != nil && result.Identity.IdentityData != nil {
		identity := attributes(t, tftypes.Object{AttributeTypes: map[string]tftypes.Type{"name": tftypes.String}}, result.Identity.IdentityData)
		if err := identity["name"].As(&found.Name); err != nil {
			t.Fatal(err)
		}
	}
	if result.Resource != nil {
		found.Resource = attributes(t, resource, result.Resource)
	}
	return found
}

// configured returns a provider's server that talks to the emulator.
func (e *Env) configured(t *testing.T) tfprotov6.ProviderServer {
	t.Helper()
	server, err := e.Factories()["cortx"]()
	if err != nil {
		t.Fatal(err)
	}
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: dynamic(t, schemas.Provider.ValueType(), map[string]string{"project": Project, "emulator_host": e.Server.Addr()}),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range resp.Diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			t.Fatalf("the provider can't be configured: %s %s", d.Summary, d.Detail)
		}
	}
	return server
}

// dynamic returns an object of a type with the given strings, and null otherwise.
func dynamic(t *testing.T, objectType tftypes.Type, values map[string]string) *tfprotov6.DynamicValue {
	t.Helper()
	object, ok := objectType.(tftypes.Object)
	if !ok {
		t.Fatalf("a schema is no object but %s", objectType)
	}
	members := map[string]tftypes.Value{}
	for name, attributeType := range object.AttributeTypes {
		members[name] = tftypes.NewValue(attributeType, nil)
		if value, ok := values[name]; ok {
			members[name] = tftypes.NewValue(attributeType, value)
		}
	}
	encoded, err := tfprotov6.NewDynamicValue(objectType, tftypes.NewValue(objectType, members))
	if err != nil {
		t.Fatal(err)
	}
	return &encoded
}

func attributes(t *testing.T, objectType tftypes.Type, encoded *tfprotov6.DynamicValue) map[string]tftypes.Value {
	t.Helper()
	value, err := encoded.Unmarshal(objectType)
	if err != nil {
		t.Fatal(err)
	}
	if value.IsNull() {
		return nil
	}
	members := map[string]tftypes.Value{}
	if err := value.As(&members); err != nil {
		t.Fatal(err)
	}
	return members
}
