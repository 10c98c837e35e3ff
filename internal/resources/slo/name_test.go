package slo_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

// TestAccPresetName checks that what people read of a preset is what it asks
// for, and not what the preset asks for by itself.
func TestAccPresetName(t *testing.T) {
	t.Parallel()
	env := world(t)
	var steps []resource.TestStep
	for _, test := range []struct{ body, want string }{
		{`preset = "uptime"`, "Uptime 99.9%"},
		{"preset = \"uptime\"\n  goal = 0.99", "Uptime 99%"},
		{"preset = \"uptime\"\n  goal = 0.99\n  display_name = \"Ours\"", "Ours"},
	} {
		steps = append(steps, named(env.Config("resource \"cortx_slo\" \"test\" {\n  service_id = \"api\"\n  "+test.body+"\n}\n"), test.want))
	}
	env.Test(t, steps...)
	for body, want := range map[string]string{
		`preset = "latency_p99"`: "p99 latency under 500 ms",
		"preset = \"latency_p99\"\n  goal = 0.95\n  latency = { threshold_ms = 1000 }": "p95 latency under 1000 ms",
	} {
		env := world(t)
		env.Test(t, named(env.Config("resource \"cortx_slo\" \"test\" {\n  service_id = \"api\"\n  "+body+"\n}\n"), want))
	}
}

func named(config, want string) resource.TestStep {
	return resource.TestStep{
		Config: config,
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
			plancheck.ExpectKnownValue(address, tfjsonpath.New("display_name"), knownvalue.StringExact(want)),
		}},
		Check: resource.TestCheckResourceAttr(address, "display_name", want),
	}
}

// TestAccNameToCome plans a preset whose goal or threshold is not known yet.
func TestAccNameToCome(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ body, want string }{
		{"preset = \"uptime\"\n  goal = terraform_data.later.output", "Uptime 99%"},
		{"preset = \"latency_p99\"\n  latency = { threshold_ms = terraform_data.later.output * 100 + 1 }", "p99 latency under 100 ms"},
	} {
		t.Run(test.want, func(t *testing.T) {
			t.Parallel()
			env := world(t)
			env.Test(t, resource.TestStep{
				Config: env.Config("resource \"terraform_data\" \"later\" {\n  input = 0.99\n}\n\nresource \"cortx_slo\" \"test\" {\n  service_id = \"api\"\n  " + test.body + "\n}\n"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectUnknownValue(address, tfjsonpath.New("display_name")),
				}},
				Check: resource.TestCheckResourceAttr(address, "display_name", test.want),
			})
		})
	}
}
