package provider_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	frameworkresource "github.com/hashicorp/terraform-plugin-framework/resource"

	cortx "github.com/cortx-platform/terraform-provider-cortx/internal/provider"
)

// TestEveryList walks every list resource: its schema is valid and described, its
// type is that of a resource with an identity, and it has an example.
func TestEveryList(t *testing.T) {
	t.Parallel()
	p := cortx.New("test")()
	resources := map[string]bool{}
	for _, constructor := range p.Resources(t.Context()) {
		r := constructor()
		var named frameworkresource.MetadataResponse
		r.Metadata(t.Context(), frameworkresource.MetadataRequest{ProviderTypeName: "cortx"}, &named)
		_, resources[named.TypeName] = r.(frameworkresource.ResourceWithIdentity)
	}
	lists, ok := p.(provider.ProviderWithListResources)
	if !ok {
		t.Fatal("the provider has no list resources")
	}
	for _, constructor := range lists.ListResources(t.Context()) {
		l := constructor()
		var named frameworkresource.MetadataResponse
		l.Metadata(t.Context(), frameworkresource.MetadataRequest{ProviderTypeName: "cortx"}, &named)
		if !resources[named.TypeName] {
			t.Errorf("%s is no resource with an identity", named.TypeName)
		}
		var described list.ListResourceSchemaResponse
		l.ListResourceConfigSchema(t.Context(), list.ListResourceSchemaRequest{}, &described)
		if diags := described.Schema.ValidateImplementation(t.Context()); diags.HasError() {
			t.Errorf("%s: %v", named.TypeName, diags)
		}
		if described.Schema.MarkdownDescription == "" || described.Schema.Attributes["project"] == nil {
			t.Errorf("%s has no description or no project", named.TypeName)
		}
		for name, attribute := range described.Schema.Attributes {
			if attribute.GetMarkdownDescription() == "" {
				t.Errorf("%s.%s has no description", named.TypeName, name)
			}
		}
		if _, err := os.Stat(filepath.Join("..", "..", "examples", "list-resources", named.TypeName, "list-resource.tfquery.hcl")); err != nil {
			t.Errorf("%s has no example: %v", named.TypeName, err)
		}
	}
}
