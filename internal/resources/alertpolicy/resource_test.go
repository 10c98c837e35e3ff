package alertpolicy_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

const address = "cortx_alert_policy.test"

const runbook = `
  runbook = {
    detection   = "Look at the dashboard."
    triage      = "Find the tenant."
    mitigation  = <<-EOT
      Roll back:

      - stop the pipeline
    EOT
    resolution  = "Fix the cause."
    post_mortem = "Within two days."
    links       = [{ display_name = "wiki", url = "https://wiki.example.com/errors" }]
  }
`

func policy(extra string) string {
	return `
resource "cortx_alert_policy" "test" {
  display_name = "API errors"
  priority     = "P0"
` + runbook + extra + `
}
`
}

const errorRate = `conditions = [{ error_rate = { by_tenant = true } }]`

func TestAccLifecycle(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Test(t,
		resource.TestStep{
			Config: env.Config(policy(`
  conditions = [
    { error_rate = {} },
    { latency = {} },
    { db_connections = { source = "cloud_sql", max_connections = 400 }, duration = "60s" },
    { compliance_checks = {}, display_name = "A check failed" },
    { promql = { query = "up == 0" }, disable_metric_validation = true },
  ]
  labels = { team = "platform" }
`)),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
				// Everything but what the service assigns is known at plan.
				plancheck.ExpectKnownValue(address, tfjsonpath.New("severity"), knownvalue.StringExact("CRITICAL")),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("conditions").AtSliceIndex(0).AtMapKey("query"), knownvalue.StringRegexp(regexp.MustCompile(`http_requests_total`))),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("conditions").AtSliceIndex(0).AtMapKey("error_rate").AtMapKey("threshold"), knownvalue.Float64Exact(0.01)),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("effective_labels").AtMapKey("cortx_priority"), knownvalue.StringExact("p0")),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("sla").AtMapKey("response"), knownvalue.StringExact("15m")),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("name")),
			}},
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("emulated"), knownvalue.Bool(true)),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("conditions").AtSliceIndex(1).AtMapKey("name"), knownvalue.StringRegexp(regexp.MustCompile(`^projects/acme-prod/alertPolicies/\d+/conditions/\d+$`))),
			},
			Check: env.Remote(func(p *monitoringpb.AlertPolicy) error {
				switch {
				case p.GetSeverity() != monitoringpb.AlertPolicy_CRITICAL:
					return fmt.Errorf("severity %s", p.GetSeverity())
				case p.GetAlertStrategy().GetAutoClose().GetSeconds() != 7*24*3600:
					return fmt.Errorf("auto close %s", p.GetAlertStrategy().GetAutoClose())
				case p.GetUserLabels()["cortx_sla_resolution"] != "1h" || p.GetUserLabels()["team"] != "platform":
					return fmt.Errorf("labels %v", p.GetUserLabels())
				case !strings.Contains(p.GetDocumentation().GetContent(), "stop the pipeline"):
					return fmt.Errorf("documentation %q", p.GetDocumentation().GetContent())
				case len(p.GetDocumentation().GetLinks()) != 1 || len(p.GetConditions()) != 5:
					return fmt.Errorf("links or conditions: %s", p)
				}
				return nil
			}),
		},
		resource.TestStep{
			Config: env.Config(strings.Replace(policy(`
  conditions = [
    { error_rate = { threshold = 0.05, window = "10m" } },
    { latency = { threshold_ms = 500 } },
  ]
`), "P0", "P1", 1)),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("conditions").AtSliceIndex(0).AtMapKey("name"), knownvalue.NotNull()),
			}},
			Check: env.Remote(func(p *monitoringpb.AlertPolicy) error {
				if p.GetUserLabels()["team"] != "" || p.GetUserLabels()["cortx_priority"] != "p1" || len(p.GetConditions()) != 2 {
					return fmt.Errorf("%s", p)
				}
				return nil
			}),
		},
	)
}

func TestAccOneRequestToCreate(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Test(t, resource.TestStep{
		PreConfig: env.Server.ResetRequests,
		Config:    env.Config(policy(errorRate)),
		Check: func(*terraform.State) error {
			// One list looks for what a killed run may have left.
			if creates, lists := env.Calls("CreateAlertPolicy"), env.Calls("ListAlertPolicies"); creates != 1 || lists != 1 {
				return fmt.Errorf("%d creates, %d lists", creates, lists)
			}
			return nil
		},
	})
}

func TestAccDriftByHand(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	config := env.Config(policy(`conditions = [{ error_rate = {} }, { compliance_checks = {} }]`))
	edit := func(change func(p *monitoringpb.AlertPolicy), mask ...string) func() {
		return env.ByHand(func(ctx context.Context) error {
			p, err := env.Client.AlertPolicies().Get(ctx, env.Only("alertPolicies"))
			if err != nil {
				return err
			}
			change(p)
			_, err = env.Client.AlertPolicies().Update(ctx, p, mask...)
			return err
		})
	}
	threshold := tfjsonpath.New("conditions").AtSliceIndex(0).AtMapKey("error_rate").AtMapKey("threshold")
	env.Test(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			// Somebody raises the threshold in the console: the plan names the threshold.
			PreConfig: edit(func(p *monitoringpb.AlertPolicy) {
				query := p.GetConditions()[0].GetConditionPrometheusQueryLanguage()
				query.Query = strings.Replace(query.Query, "0.01", "0.2", 1)
			}, "conditions"),
			Config: config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				acctest.ExpectPrior(address, threshold, knownvalue.Float64Exact(0.2)),
				plancheck.ExpectKnownValue(address, threshold, knownvalue.Float64Exact(0.01)),
			}},
			Check: env.Remote(func(p *monitoringpb.AlertPolicy) error {
				if q := p.GetConditions()[0].GetConditionPrometheusQueryLanguage().GetQuery(); !strings.Contains(q, "0.01") {
					return fmt.Errorf("not repaired: %s", q)
				}
				return nil
			}),
		},
		resource.TestStep{
			// Somebody writes a query of their own: the plan shows the query, under the signal.
			PreConfig: edit(func(p *monitoringpb.AlertPolicy) {
				p.GetConditions()[0].GetConditionPrometheusQueryLanguage().Query = "vector(0) > 1"
			}, "conditions"),
			Config: config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				acctest.ExpectPrior(address, tfjsonpath.New("conditions").AtSliceIndex(0).AtMapKey("query"), knownvalue.StringExact("vector(0) > 1")),
				acctest.ExpectPrior(address, threshold, knownvalue.Float64Exact(0.01)),
			}},
		},
		resource.TestStep{
			// Somebody silences the policy, removes a condition and rewrites the runbook.
			PreConfig: edit(func(p *monitoringpb.AlertPolicy) {
				p.Enabled.Value = false
				p.Conditions = p.GetConditions()[:1]
				p.Documentation.Content = "call me"
				p.Severity = monitoringpb.AlertPolicy_WARNING
			}, "enabled", "conditions", "documentation", "severity"),
			Config:           config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)}},
			Check: env.Remote(func(p *monitoringpb.AlertPolicy) error {
				if !p.GetEnabled().GetValue() || len(p.GetConditions()) != 2 || !strings.Contains(p.GetDocumentation().GetContent(), "Find the tenant") || p.GetSeverity() != monitoringpb.AlertPolicy_CRITICAL {
					return fmt.Errorf("not repaired: %s", p)
				}
				return nil
			}),
		},
		resource.TestStep{
			// A label that somebody else put on it is no drift, and survives an
			// update. A default that is left out means the same as one that is not.
			PreConfig: edit(func(p *monitoringpb.AlertPolicy) {
				p.UserLabels["foreign"] = "kept"
				for _, condition := range p.GetConditions() {
					condition.GetConditionPrometheusQueryLanguage().EvaluationInterval = nil
				}
				p.AlertStrategy.NotificationPrompts = nil
			}, "user_labels", "conditions", "alert_strategy.notification_prompts"),
			Config:   config,
			PlanOnly: true,
		},
		resource.TestStep{
			Config: env.Config(policy(`
  conditions = [{ error_rate = {} }]
  labels     = { team = "a" }
`)),
			Check: env.Remote(func(p *monitoringpb.AlertPolicy) error {
				if p.GetUserLabels()["foreign"] != "kept" || p.GetUserLabels()["team"] != "a" {
					return fmt.Errorf("labels %v", p.GetUserLabels())
				}
				return nil
			}),
		},
	)
}

func TestAccDeletedOutOfBand(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	config := env.Config(policy(errorRate))
	env.Test(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: env.ByHand(func(ctx context.Context) error {
				return env.Client.AlertPolicies().Delete(ctx, env.Only("alertPolicies"))
			}),
			Config:           config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate)}},
		},
	)
}

// TestAccImport imports a policy with every typed signal: its state equals the
// one that the create left, so a plan has nothing to say.
func TestAccImport(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	config := env.Config(policy(`
  suite      = "grc"
  labels     = { team = "platform" }
  conditions = [
    { error_rate = { include_4xx = true, threshold = 0.02, match_labels = { job = "api" } } },
    { latency = { quantile = 0.95, threshold_ms = 500, by_tenant = true, tenant_label = "tenant" } },
    { pack_duration = { records_metric = "pack_records_total" } },
    { ai_latency = {} },
    { absence = { metric = "up", match_labels = { job = "api" } } },
    { uptime = { check_id = "api-check" } },
  ]
`))
	env.Test(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			ResourceName: address, ImportState: true, ImportStateVerify: true,
			// The spelling of Markdown and the timeouts are not on the object.
			ImportStateVerifyIgnore: []string{"runbook", "timeouts"},
		},
		resource.TestStep{
			ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID, Config: config,
		},
		resource.TestStep{
			ResourceName: address, ImportState: true, ImportStateId: "12345",
			ExpectError: regexp.MustCompile(`not the full name of an alert policy`),
		},
	)
}

// TestAccImportByIdentity imports by the full name as an identity, which needs a
// CLI of version 1.12 or newer.
func TestAccImportByIdentity(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	config := env.Config(policy(errorRate))
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		ProtoV6ProviderFactories: env.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity, Config: config},
		},
	})
}

func TestAccThresholdAndLogMatch(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	config := env.Config(`
resource "cortx_alert_policy" "test" {
  display_name = "CPU"
  conditions = [{
    duration  = "300s"
    threshold = {
      filter          = "metric.type = \"compute.googleapis.com/instance/cpu/utilization\" AND resource.type = \"gce_instance\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0.9
      trigger_count   = 1
      aggregations    = [{ alignment_period = "60s", per_series_aligner = "ALIGN_MEAN" }]
    }
  }]
}

resource "cortx_notification_channel" "email" {
  display_name = "On call"
  email        = { address = "oncall@example.com" }
}

resource "cortx_alert_policy" "log" {
  display_name            = "Audit configuration changed"
  priority                = "P2"
  notification_rate_limit = "300s"
  notification_channels   = [cortx_notification_channel.email.name]
  conditions = [{ log_match = {
    filter           = "protoPayload.methodName=\"SetIamPolicy\""
    label_extractors = { who = "EXTRACT(protoPayload.authenticationInfo.principalEmail)" }
  } }]
}
`)
	env.Test(t,
		resource.TestStep{Config: config},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID, Config: config},
		resource.TestStep{ResourceName: "cortx_alert_policy.log", ImportState: true, ImportStateKind: resource.ImportBlockWithID, Config: config},
	)
}

// TestAccUnknownAtPlan plans with values that come from a resource that does not
// stand yet, in every place where such a value may be.
func TestAccUnknownAtPlan(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Test(t, resource.TestStep{Config: env.Config(`
resource "terraform_data" "later" {
  input = {
    suite      = "grc"
    priority   = "P1"
    text       = "do it"
    threshold  = 0.2
    query      = "up == 0"
    signals    = { threshold = 0.3 }
    conditions = [{ promql = { query = "up == 1" }, disable_metric_validation = true }]
    window     = "10m"
  }
}

resource "cortx_alert_policy" "values" {
  display_name = "values"
  priority     = terraform_data.later.output.priority
  suite        = terraform_data.later.output.suite
  conditions = [
    { error_rate = { threshold = terraform_data.later.output.threshold, window = terraform_data.later.output.window } },
    { promql = { query = terraform_data.later.output.query }, disable_metric_validation = true },
    { error_rate = terraform_data.later.output.signals },
  ]
  runbook = {
    detection = terraform_data.later.output.text, triage = "b", mitigation = "c", resolution = "d", post_mortem = "e"
  }
}

resource "cortx_alert_policy" "list" {
  display_name = "list"
  conditions   = terraform_data.later.output.conditions
}
`)})
}

// spaced lets a line break, which Terraform puts anywhere, stand for a space.
func spaced(pattern string) string { return strings.ReplaceAll(pattern, " ", `\s+`) }

// TestAccConditionsKeepTheirIDs takes the first of three conditions out: the
// others go on under the ids by which incidents refer to them.
func TestAccConditionsKeepTheirIDs(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	ids := map[string]string{}
	env.Test(t,
		resource.TestStep{
			Config: env.Config(policy(`conditions = [{ error_rate = {} }, { latency = {} }, { compliance_checks = {} }]`)),
			Check: env.Remote(func(p *monitoringpb.AlertPolicy) error {
				for _, condition := range p.GetConditions() {
					ids[condition.GetDisplayName()] = condition.GetName()
				}
				return nil
			}),
		},
		resource.TestStep{
			Config: env.Config(policy(`conditions = [{ latency = {} }, { compliance_checks = {} }, { promql = { query = "up == 0" }, disable_metric_validation = true }]`)),
			Check: env.Remote(func(p *monitoringpb.AlertPolicy) error {
				kept := 0
				for _, condition := range p.GetConditions() {
					if before, ok := ids[condition.GetDisplayName()]; ok {
						kept++
						if before != condition.GetName() {
							return fmt.Errorf("%s was %s and is %s", condition.GetDisplayName(), before, condition.GetName())
						}
					}
				}
				if kept != 2 || len(p.GetConditions()) != 3 {
					return fmt.Errorf("%d of %d conditions kept", kept, len(p.GetConditions()))
				}
				return nil
			}),
		},
	)
}

// TestAccUnknownProjectIsNoChange plans an update while the project comes from
// something that changes too: the same project in the end, so no replacement.
func TestAccUnknownProjectIsNoChange(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	config := func(generation int) string {
		return env.Config(fmt.Sprintf(`
resource "terraform_data" "project" {
  input            = "acme-prod"
  triggers_replace = %d
}
`, generation) + policy(errorRate+"\nproject = terraform_data.project.output"))
	}
	env.Test(t,
		resource.TestStep{Config: config(1)},
		resource.TestStep{
			Config: config(2),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
			}},
		},
	)
}

func TestAccRefusedAtPlan(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	bare := func(body string) string {
		return `resource "cortx_alert_policy" "test" {
  display_name = "x"
` + body + `
}`
	}
	for name, test := range map[string]struct{ config, at, want string }{
		"P0 without a runbook":        {bare("priority = \"P0\"\nconditions = [{ error_rate = {} }]"), "runbook", "The policy has no runbook"},
		"P1 without a runbook":        {bare("priority = \"P1\"\nsuite = \"grc\"\nconditions = [{ error_rate = {} }]"), "runbook", "The policy has no runbook"},
		"unknown priority":            {bare("priority = \"P7\"\nconditions = [{ error_rate = {} }]"), "priority", "The priority is unknown"},
		"malformed PromQL":            {bare("conditions = [{ promql = { query = \"sum(rate(up[5m])\" } }]"), "conditions[0].promql.query", "not valid PromQL"},
		"malformed filter":            {bare("conditions = [{ threshold = { filter = \"metric.type = (\", comparison = \"COMPARISON_GT\", threshold_value = 1 } }]"), "conditions[0].threshold.filter", "filter"},
		"interval":                    {bare("conditions = [{ promql = { query = \"up\" }, evaluation_interval = \"45s\" }]"), "conditions[0].evaluation_interval", "not a multiple of 30 seconds"},
		"no signal":                   {bare("conditions = [{ display_name = \"x\" }]"), "conditions[0]", "not exactly one signal"},
		"two signals":                 {bare("conditions = [{ error_rate = {}, latency = {} }]"), "conditions[0]", "not exactly one signal"},
		"seven conditions":            {bare("conditions = [for i in range(7) : { promql = { query = \"up == ${i}\" } }]"), "conditions", "too many conditions"},
		"seventeen channels":          {bare("conditions = [{ error_rate = {} }]\nnotification_channels = [for i in range(17) : \"projects/acme-prod/notificationChannels/${i}\"]"), "notification_channels", "too many notification channels"},
		"rate limit on a metric":      {bare("conditions = [{ error_rate = {} }]\nnotification_rate_limit = \"300s\""), "notification_rate_limit", "for log matches only"},
		"threshold not a bucket":      {bare("conditions = [{ latency = { threshold_ms = 700 } }]"), "conditions[0].latency.threshold_ms", "not the upper bound of a bucket"},
		"cloud_sql without a maximum": {bare("conditions = [{ db_connections = { source = \"cloud_sql\" } }]"), "conditions[0].db_connections.max_connections", "maximum of connections is missing"},
		"bad duration":                {bare("conditions = [{ error_rate = {}, duration = \"soon\" }]"), "", "not a duration"},
		"reminders of logs":           {bare("conditions = [{ log_match = { filter = \"severity>=ERROR\" } }]\nnotification_rate_limit = \"300s\"\nrenotify_interval = \"1h\""), "renotify_interval", "reminders don't fit a log match"},
		"own label":                   {bare("conditions = [{ error_rate = {} }]\nlabels = { cortx_priority = \"p0\" }"), "labels", "provider's own"},
		"four links":                  {bare("conditions = [{ error_rate = {} }]\ndocumentation = { links = [for i in range(4) : { display_name = \"l\", url = \"https://example.com/${i}\" }] }"), "documentation.links", "too many links"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: env.Factories(),
				Steps: []resource.TestStep{{
					Config: env.Config(test.config), PlanOnly: true,
					ExpectError: regexp.MustCompile(spaced(test.want) + `(?s).*` + spaced(regexp.QuoteMeta(test.at))),
				}},
			})
		})
	}
	t.Cleanup(func() {
		if calls := env.Calls(); calls != 0 {
			t.Errorf("a refused plan made %d requests", calls)
		}
	})
}

// TestAccInvalidConfigurationExplainsDestroy destroys with a configuration that
// a plan refuses: the error says how it goes on.
func TestAccInvalidConfigurationExplainsDestroy(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	good, bad := env.Config(policy(errorRate)), env.Config(policy(`conditions = [{ error_rate = { threshold = 7 } }]`))
	env.Test(t,
		resource.TestStep{Config: good},
		resource.TestStep{Config: bad, Destroy: true, ExpectError: regexp.MustCompile(`-refresh=false`)},
		resource.TestStep{Config: good},
	)
}

func TestAccProjectChangeReplaces(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Test(t,
		resource.TestStep{Config: env.Config(policy(errorRate))},
		resource.TestStep{
			Config:           env.Config(policy(errorRate + "\nproject = \"acme-other\"")),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionReplace)}},
		},
	)
}

// TestAccRawQueryStaysRaw gives, as a raw query, what a typed signal renders to.
func TestAccRawQueryStaysRaw(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Test(t, resource.TestStep{Config: env.Config(`
resource "cortx_alert_policy" "test" {
  display_name = "raw"
  conditions = [{
    promql                    = { query = "sum(rate(http_requests_total{status=~\"5..\"}[5m])) / (sum(rate(http_requests_total[5m])) > 0) > 0.01" }
    disable_metric_validation = true
  }]
}
`)})
}

// TestAccRequestsOfAPlan counts what a plan without a change asks of the
// service: a handful of requests, however many policies there are.
func TestAccRequestsOfAPlan(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	const n = 60
	cli := acctest.NewCLI(t, cliConfig(env, n))
	env.Server.ResetRequests()
	cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
	if calls := env.Calls(); calls > n+5 {
		t.Errorf("the first apply made %d requests for %d policies", calls, n)
	}
	env.Server.ResetRequests()
	cli.MustPlanEmpty()
	if calls := env.Calls(); calls > 5 {
		t.Errorf("a plan without a change made %d requests for %d policies, want at most 5", calls, n)
	}
	env.Server.ResetRequests()
	cli.MustRun("destroy", "-no-color", "-auto-approve", "-input=false")
	if calls := env.Calls(); calls > n+10 {
		t.Errorf("the destroy made %d requests for %d policies", calls, n)
	}
	if err := env.CheckEmpty(); err != nil {
		t.Error(err)
	}
}
