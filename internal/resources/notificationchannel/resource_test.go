package notificationchannel_test

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
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

const address = "cortx_notification_channel.test"

func channel(body string) string {
	return `
resource "cortx_notification_channel" "test" {
  display_name = "On call"
` + body + `
}
`
}

const pagerDuty = `
  pagerduty = {
    service_key_wo         = "0123456789abcdef0123456789abcdef"
    service_key_wo_version = 1
  }
`

func TestAccLifecycle(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Test(t,
		resource.TestStep{
			Config: env.Config(channel(pagerDuty + `labels = { team = "platform" }`)),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("type"), knownvalue.StringExact("pagerduty")),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("effective_labels").AtMapKey("cortx_secret_version"), knownvalue.StringExact("1")),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("pagerduty").AtMapKey("service_key_wo"), knownvalue.Null()),
			}},
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("pagerduty").AtMapKey("service_key_wo"), knownvalue.Null()),
			},
			Check: env.RemoteChannel(func(c *monitoringpb.NotificationChannel) error {
				if c.GetType() != "pagerduty" || c.GetUserLabels()["cortx_secret_version"] != "1" {
					return fmt.Errorf("%s", c)
				}
				return nil
			}),
		},
		resource.TestStep{
			// A new secret under a new version: an update in place that sends it.
			PreConfig: env.Server.ResetRequests,
			Config:    env.Config(strings.ReplaceAll(channel(strings.Replace(pagerDuty, "= 1", "= 2", 1)), "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210")),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
			}},
			Check: env.RemoteChannel(func(c *monitoringpb.NotificationChannel) error {
				if c.GetUserLabels()["cortx_secret_version"] != "2" || c.GetUserLabels()["team"] != "" {
					return fmt.Errorf("%s", c)
				}
				for _, request := range env.Server.Requests() {
					if request.RPC == "UpdateNotificationChannel" && strings.Contains(string(request.Body), "labels") {
						return nil
					}
				}
				return fmt.Errorf("the new secret was never sent")
			}),
		},
		resource.TestStep{
			Config: env.Config(channel(strings.Replace(pagerDuty, "= 1", "= 2", 1) + "description = \"Nights\"\nenabled = false")),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
			}},
			Check: env.RemoteChannel(func(c *monitoringpb.NotificationChannel) error {
				if c.GetDescription() != "Nights" || c.GetEnabled().GetValue() {
					return fmt.Errorf("%s", c)
				}
				return nil
			}),
		},
		resource.TestStep{
			// Another kind is another channel.
			Config: env.Config(channel(`email = { address = "oncall@example.com" }`)),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionReplace),
			}},
		},
	)
}

func TestAccKinds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, changed string }{
		"pagerduty": {pagerDuty, ""},
		"slack": {
			`slack = { channel_name = "#incidents", auth_token_wo = "xoxb-secret" }`,
			`slack = { channel_name = "#alerts", auth_token_wo = "xoxb-secret" }`,
		},
		"email": {`email = { address = "oncall@example.com" }`, `email = { address = "night@example.com" }`},
		"webhook": {
			`webhook = { url = "https://hooks.example.com/a?x=1" }`,
			`webhook = { url = "https://hooks.example.com/b" }`,
		},
		"webhook with a token": {
			`webhook = { url = "https://hooks.example.com/a", token_wo = "s3cret", token_wo_version = 1 }`,
			`webhook = { url = "https://hooks.example.com/b", token_wo = "s3cret", token_wo_version = 1 }`,
		},
		"webhook with a password": {
			`webhook = { url = "https://hooks.example.com/a", username = "u", password_wo = "s3cret", password_wo_version = 1 }`,
			`webhook = { url = "https://hooks.example.com/a", username = "v", password_wo = "s3cret", password_wo_version = 1 }`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			config := env.Config(channel(test.body))
			steps := []resource.TestStep{
				{Config: config},
				{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"timeouts"}},
				{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID, Config: config},
			}
			if test.changed != "" {
				steps = append(steps, resource.TestStep{
					Config:           env.Config(channel(test.changed)),
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)}},
				})
			}
			env.Test(t, steps...)
		})
	}
}

func TestAccDrift(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	config := env.Config(channel(`email = { address = "oncall@example.com" }`))
	env.Test(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: env.ByHand(func(ctx context.Context) error {
				c, err := env.Client.NotificationChannels().Get(ctx, env.Only("notificationChannels"))
				if err != nil {
					return err
				}
				c.Labels["email_address"] = "wrong@example.com"
				c.UserLabels["foreign"] = "kept"
				c.DisplayName = "Renamed"
				_, err = env.Client.NotificationChannels().Update(ctx, c, "labels", "user_labels", "display_name")
				return err
			}),
			Config: config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				acctest.ExpectPrior(address, tfjsonpath.New("email").AtMapKey("address"), knownvalue.StringExact("wrong@example.com")),
			}},
			Check: env.RemoteChannel(func(c *monitoringpb.NotificationChannel) error {
				if c.GetLabels()["email_address"] != "oncall@example.com" || c.GetUserLabels()["foreign"] != "kept" || c.GetDisplayName() != "On call" {
					return fmt.Errorf("not repaired: %s", c)
				}
				return nil
			}),
		},
		resource.TestStep{
			PreConfig: env.ByHand(func(ctx context.Context) error {
				_, err := env.Client.NotificationChannels().Delete(ctx, env.Only("notificationChannels"))
				return err
			}),
			Config:           config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate)}},
		},
	)
}

// TestAccDeleteInUse deletes a channel that a policy made by somebody else uses:
// the policy loses the channel, and stays.
func TestAccDeleteInUse(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Test(t,
		resource.TestStep{Config: env.Config(channel(pagerDuty))},
		resource.TestStep{
			PreConfig: env.ByHand(func(ctx context.Context) error {
				_, err := env.Client.AlertPolicies().Create(ctx, acctest.Project, &monitoringpb.AlertPolicy{
					DisplayName: "somebody else's",
					Combiner:    monitoringpb.AlertPolicy_OR,
					Conditions: []*monitoringpb.AlertPolicy_Condition{{
						DisplayName: "c",
						Condition: &monitoringpb.AlertPolicy_Condition_ConditionPrometheusQueryLanguage{
							ConditionPrometheusQueryLanguage: &monitoringpb.AlertPolicy_Condition_PrometheusQueryLanguageCondition{Query: "up == 0", DisableMetricValidation: true},
						},
					}},
					NotificationChannels: []string{env.Only("notificationChannels")},
				})
				return err
			}),
			Config: env.Config("# nothing"),
			Check: env.Remote(func(p *monitoringpb.AlertPolicy) error {
				if len(p.GetNotificationChannels()) != 0 {
					return fmt.Errorf("still notifies %v", p.GetNotificationChannels())
				}
				return env.Client.AlertPolicies().Delete(context.Background(), p.GetName())
			}),
		},
	)
}

func TestAccPubSubGrantsThePublisher(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	topic := env.Topic("alerts")
	config := env.Config(channel(`pubsub = { topic = "` + topic + `" }`))
	granted := func(want bool) error {
		got, err := env.Client.Topics().HasPublisher(context.Background(), topic, acctest.Project)
		if err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("publisher granted: %t, want %t", got, want)
		}
		return nil
	}
	env.Test(t,
		resource.TestStep{
			Config: config,
			Check:  env.RemoteChannel(func(*monitoringpb.NotificationChannel) error { return granted(true) }),
		},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID, Config: config},
		resource.TestStep{
			// Somebody takes the right away: seen, and repaired.
			PreConfig: env.ByHand(func(ctx context.Context) error {
				return env.Client.Topics().RevokePublisher(ctx, topic, acctest.Project)
			}),
			Config: config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				acctest.ExpectPrior(address, tfjsonpath.New("pubsub").AtMapKey("publisher_granted"), knownvalue.Bool(false)),
			}},
			Check: env.RemoteChannel(func(*monitoringpb.NotificationChannel) error { return granted(true) }),
		},
	)
	if err := granted(false); err != nil {
		t.Errorf("after the destroy: %v", err)
	}
}

func TestAccUnknownAtPlan(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Test(t, resource.TestStep{Config: env.Config(`
resource "terraform_data" "later" {
  input = { address = "oncall@example.com", version = 3, email = { address = "b@example.com" }, url = "https://hooks.example.com/" }
}

resource "cortx_notification_channel" "value" {
  display_name = "value"
  email        = { address = terraform_data.later.output.address }
}

resource "cortx_notification_channel" "object" {
  display_name = "object"
  email        = terraform_data.later.output.email
}

resource "cortx_notification_channel" "secret" {
  display_name = "secret"
  pagerduty    = { service_key_wo = terraform_data.later.output.address, service_key_wo_version = terraform_data.later.output.version }
}

resource "cortx_notification_channel" "webhook" {
  display_name = "webhook"
  webhook      = { url = terraform_data.later.output.url, username = terraform_data.later.output.address, password_wo = "p", password_wo_version = 1 }
}
`)})
}

func TestAccRefusedAtPlan(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	for name, test := range map[string]struct{ body, want string }{
		"no kind":              {``, `exactly one kind`},
		"two kinds":            {pagerDuty + `email = { address = "a@example.com" }`, `exactly one kind`},
		"secret key in labels": {pagerDuty + `labels = { service_key = "abc" }`, `secret does not belong in labels`},
		"secret in labels":     {pagerDuty + `labels = { note = "0123456789abcdef0123456789abcdef" }`, `secret does not belong in labels`},
		"own label":            {pagerDuty + `labels = { cortx_secret_version = "4" }`, `provider's own`},
		"bad label":            {pagerDuty + `labels = { Team = "a" }`, `can't be put`},
		"empty secret":         {`pagerduty = { service_key_wo = "" }`, `secret is empty`},
		"version zero":         {`pagerduty = { service_key_wo = "a", service_key_wo_version = 0 }`, `begins at 1`},
		"email":                {`email = { address = "nobody" }`, `not an email address`},
		"topic":                {`pubsub = { topic = "alerts" }`, `not the name of a topic`},
		"relative webhook":     {`webhook = { url = "/alerts" }`, `not the address of a webhook`},
		"secret in webhook":    {`webhook = { url = "https://a.example.com/?auth_token=abc" }`, `holds a secret`},
		"password in webhook":  {`webhook = { url = "https://u:p@a.example.com/" }`, `holds a secret`},
		"user alone":           {`webhook = { url = "https://a.example.com/", username = "u" }`, `secret is empty`},
		"password alone":       {`webhook = { url = "https://a.example.com/", password_wo = "p", password_wo_version = 1 }`, `user of the webhook is missing`},
		"token unversioned":    {`webhook = { url = "https://a.example.com/", token_wo = "p" }`, `begins at 1`},
		"long name":            {pagerDuty + `description = "` + strings.Repeat("x", 1025) + `"`, `too long`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: env.Factories(),
				Steps: []resource.TestStep{{
					Config: env.Config(channel(test.body)), PlanOnly: true,
					ExpectError: regexp.MustCompile(strings.ReplaceAll(test.want, " ", `\s+`)),
				}},
			})
		})
	}
}
