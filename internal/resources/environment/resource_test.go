package environment_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

const address = "cortx_environment.test"

func dev(extra string) string {
	return `
resource "cortx_environment" "test" {
  tier   = "dev"
  region = "europe-west1"
  ` + extra + `
}
`
}

func TestAccEnvironment(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Test(t,
		resource.TestStep{
			Config: env.Config(dev("")),
			Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestCheckNoResourceAttr(address, "last_error"),
				resource.TestCheckResourceAttr(address, "pending.#", "0"),
				resource.TestCheckResourceAttr(address, "ready", "true"),
			),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
		},
	)
}
