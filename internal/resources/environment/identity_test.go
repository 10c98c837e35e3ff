package environment_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

// TestAccImportByIdentity imports by project, region and name as an identity,
// without a change, which needs a CLI of version 1.12 or newer.
func TestAccImportByIdentity(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	config := env.Config(of("dev", `name = "trial"`))
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		ProtoV6ProviderFactories: env.Factories(),
		Steps: []resource.TestStep{
			{
				Config: config, Check: ready(),
				ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectIdentity(address, map[string]knownvalue.Check{
					"project": knownvalue.StringExact(acctest.Project), "region": knownvalue.StringExact("europe-west1"), "name": knownvalue.StringExact("trial"),
				})},
			},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity, Config: config},
			{Config: config, PlanOnly: true},
		},
	})
}
