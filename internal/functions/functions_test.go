package functions_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

func TestAccSLA(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Test(t,
		resource.TestStep{
			Config: env.Config(`
output "p0" { value = provider::cortx::sla("P0") }
output "p1" { value = provider::cortx::sla("P1") }
output "p2" { value = provider::cortx::sla("P2") }
`),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("p0", agreed("15m", "1h", 900, 3600)),
				statecheck.ExpectKnownOutputValue("p1", agreed("1h", "4h", 3600, 14400)),
				statecheck.ExpectKnownOutputValue("p2", agreed("4h", "24h", 14400, 86400)),
			},
		},
		resource.TestStep{
			Config:      env.Config(`output "p9" { value = provider::cortx::sla("P9") }`),
			ExpectError: regexp.MustCompile(`no priority "P9":[^.]*or\s+"P2"\.\s`),
		},
	)
}

func agreed(response, resolution string, responseSeconds, resolutionSeconds int64) knownvalue.Check {
	return knownvalue.ObjectExact(map[string]knownvalue.Check{
		"response":           knownvalue.StringExact(response),
		"resolution":         knownvalue.StringExact(resolution),
		"response_seconds":   knownvalue.Int64Exact(responseSeconds),
		"resolution_seconds": knownvalue.Int64Exact(resolutionSeconds),
	})
}

func TestAccPromQLValid(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Test(t, resource.TestStep{
		Config: env.Config(`
output "good"  { value = provider::cortx::promql_valid("sum(rate(http_requests_total[5m])) > 0") }
output "bad"   { value = provider::cortx::promql_valid("sum(rate(http_requests_total[5m])") }
output "empty" { value = provider::cortx::promql_valid("") }
`),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownOutputValue("good", knownvalue.Bool(true)),
			statecheck.ExpectKnownOutputValue("bad", knownvalue.Bool(false)),
			statecheck.ExpectKnownOutputValue("empty", knownvalue.Bool(false)),
		},
	})
}
