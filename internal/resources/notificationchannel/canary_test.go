package notificationchannel_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

// canaries are secrets that may appear nowhere but in the configuration's
// variables.
var canaries = map[string]string{
	"pagerduty": "canary0pagerduty0canary0pagerdut",
	"slack":     "xoxb-canary-slack",
	"password":  "canary-password-of-webhook",
	"token":     "canary-token-of-webhook",
	"access":    "ya29.canary-access-token",
}

const canaryConfig = `
variable "pagerduty" {
  type      = string
  ephemeral = true
}
variable "slack" {
  type      = string
  ephemeral = true
}
variable "password" {
  type      = string
  ephemeral = true
}
variable "token" {
  type      = string
  ephemeral = true
}

resource "cortx_notification_channel" "pagerduty" {
  display_name = "PagerDuty"
  pagerduty    = { service_key_wo = var.pagerduty }
}
resource "cortx_notification_channel" "slack" {
  display_name = "Slack"
  slack        = { channel_name = "#a", auth_token_wo = var.slack }
}
resource "cortx_notification_channel" "basic" {
  display_name = "Webhook with a password"
  webhook      = { url = "https://hooks.example.com/a", username = "u", password_wo = var.password, password_wo_version = 1 }
}
resource "cortx_notification_channel" "token" {
  display_name = "Webhook with a token"
  webhook      = { url = "https://hooks.example.com/b?x=1", token_wo = var.token, token_wo_version = 1 }
}
`

// TestAccSecretsAppearNowhere applies, refreshes, updates and fails with TRACE
// logs on, and searches everything that was written anywhere.
func TestAccSecretsAppearNowhere(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	config := env.Config(canaryConfig)
	cli := acctest.NewCLI(t, config)
	cli.Trace()
	cli.Env = append(cli.Env, "GOOGLE_OAUTH_ACCESS_TOKEN="+canaries["access"])
	for _, name := range []string{"pagerduty", "slack", "password", "token"} {
		cli.Env = append(cli.Env, "TF_VAR_"+name+"="+canaries[name])
	}
	var printed strings.Builder
	run := func(args ...string) {
		t.Helper()
		out, err := cli.Run(args...)
		printed.WriteString(out)
		if err != nil {
			t.Logf("%v: %v", args, err)
		}
	}
	run("plan", "-no-color", "-input=false", "-out=plan.bin")
	run("show", "-json", "plan.bin")
	run("apply", "-no-color", "-auto-approve", "-input=false")
	if standing := env.Standing(); standing != 4 {
		t.Fatalf("%d channels stand, want 4:\n%s", standing, printed.String())
	}
	cli.MustPlanEmpty()
	// The secrets are sent again, and the service refuses them: what an error
	// quotes is searched too.
	env.Server.InjectFaults(acctest.Fault{RPC: "UpdateNotificationChannel", Status: http.StatusBadRequest, Times: -1, Message: "Field \"labels\" had an invalid value."})
	cli.Write(strings.ReplaceAll(strings.ReplaceAll(config, "_version = 1", "_version = 2"), "wo = var.pagerduty", "wo = var.pagerduty, service_key_wo_version = 2"))
	run("apply", "-no-color", "-auto-approve", "-input=false")
	env.Server.ClearFaults()
	run("apply", "-no-color", "-auto-approve", "-input=false")
	run("state", "pull")
	run("destroy", "-no-color", "-auto-approve", "-input=false")

	cli.NoSecrets(env, printed.String(), "CreateNotificationChannel", canaries)
}

// TestAccRefusedSecretIsNotShown refuses configurations that hold a secret as a
// literal, without showing the line that it stands on.
func TestAccRefusedSecretIsNotShown(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	cli := acctest.NewCLI(t, env.Config(""))
	for want, body := range map[string]string{
		"does not belong in labels": `email = { address = "a@example.com" }
  labels = { service_key = "canary-secret" }`,
		"begins at 1":       `pagerduty = { service_key_wo = "canary-secret", service_key_wo_version = 0 }`,
		"channel is empty":  `slack = { channel_name = "", auth_token_wo = "canary-secret" }`,
		"holds a secret":    `webhook = { url = "https://u:canary-secret@hooks.example.com/" }`,
		"address of a webh": `webhook = { url = "canary-secret" }`,
	} {
		cli.Write(env.Config(channel(body)))
		out, err := cli.Run("plan", "-no-color", "-input=false")
		if err == nil || !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
			t.Errorf("%s: not refused: %v\n%s", want, err, out)
		}
		if strings.Contains(out, "canary-secret") {
			t.Errorf("%s: the secret is shown:\n%s", want, out)
		}
	}
}
