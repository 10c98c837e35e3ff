package controls_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

func TestAccControls(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	expect := func(address string, check knownvalue.Check, name string, steps ...any) statecheck.StateCheck {
		at := tfjsonpath.New(name)
		for _, step := range steps {
			if index, ok := step.(int); ok {
				at = at.AtSliceIndex(index)
			} else {
				at = at.AtMapKey(step.(string))
			}
		}
		return statecheck.ExpectKnownValue(address, at, check)
	}
	const all, staging = "data.cortx_controls.all", "data.cortx_controls.staging"
	texts := func(texts map[string]string) knownvalue.Check {
		checks := map[string]knownvalue.Check{}
		for name, text := range texts {
			checks[name] = knownvalue.StringExact(text)
		}
		return knownvalue.MapExact(checks)
	}
	env.Test(t,
		resource.TestStep{
			Config: env.Config(`
data "cortx_controls" "all" {}

data "cortx_controls" "staging" {
  tier              = "staging"
  catalogue_version = 1
}

locals { settings = { for s in data.cortx_controls.all.settings : s.path => s } }
output "backups"  { value = local.settings["database.backups_retained"] }
output "fixed"    { value = [for s in data.cortx_controls.staging.settings : s.path if s.change == "create_only" && s.component == "database"] }
output "claimed"  { value = flatten([for s in data.cortx_controls.staging.settings : [for c in s.controls : c.id if c.high_only]]) }
output "vip"      { value = local.settings["network.google_apis_vip"].conditions }
output "none"     { value = { for s in data.cortx_controls.staging.settings : s.path => s.conditions if s.row == "private_dns" || s.row == "perimeter" } }
`),
			ConfigStateChecks: []statecheck.StateCheck{
				expect(all, knownvalue.Int64Exact(policy.Version), "catalogue_version"),
				expect(all, knownvalue.ListSizeExact(len(policy.Settings(policy.Version))), "settings"),
				expect(all, knownvalue.MapSizeExact(4), "tiers"),
				expect(all, knownvalue.StringExact("per_tenant"), "tiers", "sandbox", "data_isolation"),
				expect(all, knownvalue.StringExact("high"), "tiers", "prod", "compliance_level"),
				expect(all, knownvalue.StringExact("SC-39 (D)"), "control_ids", "sandbox", "gke_sandbox"),
				expect(all, knownvalue.MapSizeExact(5), "sources"),
				expect(all, knownvalue.StringExact("deletion_policy"), "settings", 0, "path"),
				expect(all, texts(map[string]string{"dev": "any", "sandbox": "any", "staging": "any", "prod": "any"}), "settings", 0, "floors"),
				expect(staging, knownvalue.MapSizeExact(1), "tiers"),
				expect(staging, texts(map[string]string{"staging": "PREVENT"}), "settings", 0, "values"),
				statecheck.ExpectKnownOutputValue("backups", knownvalue.ObjectPartial(map[string]knownvalue.Check{
					"values": texts(map[string]string{"dev": "3", "sandbox": "3", "staging": "14", "prod": "35"}),
					"floors": texts(map[string]string{"dev": "at least 3", "sandbox": "at least 3", "staging": "at least 14", "prod": "at least 35"}),
					"change": knownvalue.StringExact("mutable"),
					"row":    knownvalue.StringExact("database_backups"),
					"controls": knownvalue.ListExact([]knownvalue.Check{
						control("CP-9", "NIST 800-53"), control("CP-10", "NIST 800-53"), control("164.308(a)(7)(ii)", "HIPAA Security Rule"),
					}),
				})),
				statecheck.ExpectKnownOutputValue("fixed", knownvalue.TupleExact([]knownvalue.Check{
					knownvalue.StringExact(policy.EncryptionData), knownvalue.StringExact(policy.DatabasePrivateServiceConnect), knownvalue.StringExact(policy.DatabasePublicIP),
				})),
				statecheck.ExpectKnownOutputValue("claimed", knownvalue.TupleExact([]knownvalue.Check{})),
				statecheck.ExpectKnownOutputValue("vip", knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectExact(map[string]knownvalue.Check{
					"when": knownvalue.StringExact("under an enforced perimeter"), "values": texts(map[string]string{"prod": "RESTRICTED"}),
				})})),
				statecheck.ExpectKnownOutputValue("none", knownvalue.ObjectExact(map[string]knownvalue.Check{
					policy.NetworkGoogleAPIsVIP: knownvalue.ListExact([]knownvalue.Check{}),
					policy.NetworkPerimeter: knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectExact(map[string]knownvalue.Check{
						"when": knownvalue.StringExact("with an access policy"), "values": texts(map[string]string{"staging": "DRY_RUN"}),
					})}),
				})),
			},
		},
		resource.TestStep{
			Config:      env.Config(`data "cortx_controls" "x" { tier = "production" }`),
			ExpectError: regexp.MustCompile(`There is no tier "production": use "dev", "sandbox", "staging" or "prod"`),
		},
		resource.TestStep{
			Config:      env.Config(`data "cortx_controls" "x" { catalogue_version = 99 }`),
			ExpectError: regexp.MustCompile(`knows versions 1 to 1 of the catalogue, not 99`),
		},
	)
	if calls := env.Calls(); calls > 0 {
		t.Errorf("reading the catalogue made %d calls", calls)
	}
}

func control(id, framework string) knownvalue.Check {
	return knownvalue.ObjectExact(map[string]knownvalue.Check{
		"id": knownvalue.StringExact(id), "framework": knownvalue.StringExact(framework), "high_only": knownvalue.Bool(false),
		"sources": knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("H")}),
	})
}
