package functions_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

func TestAccControls(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Test(t,
		resource.TestStep{
			Config: env.Config(`
locals { tiers = { for tier in ["dev", "sandbox", "staging", "prod"] : tier => provider::cortx::controls(tier) } }

output "channel"  { value = [for tier, controls in local.tiers : controls["release_channel"]] }
output "images"   { value = [for tier, controls in local.tiers : controls["binary_authorization"]] }
output "sandbox"  { value = [for tier, controls in local.tiers : tier if contains(keys(controls), "gke_sandbox")] }
output "rows"     { value = { for tier, controls in local.tiers : tier => length(controls) } }
`),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("channel", four("CIS-GKE 5.5.4 (H); SI-2 (D)", "CIS-GKE 5.5.4 (H); SI-2 (D)", "CIS-GKE 5.5.4 (H); SI-2 (D)", "CIS-GKE 5.5.4 (H); SI-2 (D)")),
				// In the order of the names: dev, prod, sandbox, staging.
				statecheck.ExpectKnownOutputValue("images", four(
					"CIS-GKE 5.10 (H); CC8.1 (D,N)", "CIS-GKE 5.10 (H); CM-14[Hi], SI-7(15)[Hi], CC8.1 (D,N)",
					"CIS-GKE 5.10 (H); CC8.1 (D,N)", "CIS-GKE 5.10 (H); CC8.1 (D,N)",
				)),
				statecheck.ExpectKnownOutputValue("sandbox", knownvalue.TupleExact([]knownvalue.Check{knownvalue.StringExact("sandbox")})),
				statecheck.ExpectKnownOutputValue("rows", knownvalue.ObjectExact(map[string]knownvalue.Check{
					"dev": knownvalue.Int64Exact(21), "sandbox": knownvalue.Int64Exact(27), "staging": knownvalue.Int64Exact(31), "prod": knownvalue.Int64Exact(31),
				})),
			},
		},
		resource.TestStep{
			Config:      env.Config(`output "production" { value = provider::cortx::controls("production") }`),
			ExpectError: regexp.MustCompile(`There is no tier\s+"production":\s+use\s+"dev",\s+"sandbox",\s+"staging"\s+or\s+"prod"`),
		},
	)
}

func four(texts ...string) knownvalue.Check {
	checks := make([]knownvalue.Check, len(texts))
	for i, text := range texts {
		checks[i] = knownvalue.StringExact(text)
	}
	return knownvalue.TupleExact(checks)
}
