package gen_test

import (
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/gen"
)

func TestNormaliseIsTheSameForEveryCLI(t *testing.T) {
	t.Parallel()
	older := `{"format_version":"1.0","provider_schemas":{"registry.terraform.io/cortx-platform/cortx":{"resource_schemas":{"a":1}}}}`
	newer := `{"format_version":"1.1","provider_schemas":{"registry.terraform.io/cortx-platform/cortx":{"list_resource_schemas":{"a":3},"resource_identity_schemas":{"a":2},"resource_schemas":{"a":1}}}}`
	first, err := gen.Normalise([]byte(older))
	if err != nil {
		t.Fatal(err)
	}
	second, err := gen.Normalise([]byte(newer))
	if err != nil {
		t.Fatal(err)
	}
	if string(first) != string(second) {
		t.Errorf("they differ:\n%s\n%s", first, second)
	}
	if !strings.Contains(string(first), `"registry.terraform.io/hashicorp/cortx":{"resource_schemas":{"a":1}}`) {
		t.Errorf("got %s", first)
	}
}

func TestNormaliseRefusesWhatHasNoSchemaOfOurs(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`{"provider_schemas":{}}`: "no provider registry.terraform.io/cortx-platform/cortx",
		`Usage: terraform`:        "not understood",
	} {
		if _, err := gen.Normalise([]byte(raw)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", raw, err, want)
		}
	}
}

func TestFillGuide(t *testing.T) {
	t.Parallel()
	got, err := gen.FillGuide("before\n\n"+gen.CatalogueMarker+"\n\nafter\n", "## Tiers\n\n| a |\n")
	if want := "before\n\n## Tiers\n\n| a |\n\nafter\n"; err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	for name, guide := range map[string]string{"without a marker": "before\n", "with two": gen.CatalogueMarker + gen.CatalogueMarker} {
		if _, err := gen.FillGuide(guide, "## Tiers\n"); err == nil {
			t.Errorf("a guide %s is filled", name)
		}
	}
	if _, err := gen.FillGuide(gen.CatalogueMarker, " \n"); err == nil {
		t.Error("a guide is filled with nothing")
	}
}

func TestTofuTestHoldsTheMocks(t *testing.T) {
	t.Parallel()
	got := gen.TofuTest("a.tftest.hcl", "mock_provider \"cortx\" {\n  source = \"../mocks\"\n}\n\nrun \"r\" {\n  override_resource {\n    target = a.b\n\n    override_during = plan\n\n    values = {}\n  }\n}\n",
		[]string{"mock_resource \"one\" {\n  defaults = {}\n}\n", "mock_resource \"two\" {}\n"})
	want := `# Generated from a.tftest.hcl and the mock files by make generate: OpenTofu has no mock files.

mock_provider "cortx" {
  mock_resource "one" {
    defaults = {}
  }

  mock_resource "two" {}
}

run "r" {
  override_resource {
    target = a.b

    values = {}
  }
}
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
