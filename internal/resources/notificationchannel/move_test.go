package notificationchannel_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

const channels = "monitoring.googleapis.com/v3/projects/" + acctest.Project + "/notificationChannels"

// foreign is a channel as hashicorp/google sends it, the attributes of its state
// beside its name, and the configuration that says the same here. CANARY is a
// secret.
type foreign struct {
	sent   string
	state  map[string]any
	config string
}

// canary looks like the token that it is, so that nothing lets it pass as a word.
const canary = "xoxb-canary-of-a-moved-channel"

// foreigners have, among them, every field of
// google_monitoring_notification_channel.
var foreigners = map[string]foreign{
	"email": {
		sent: `{"type": "email", "displayName": "On call", "description": "Who is on call", "enabled": false, "labels": {"email_address": "oncall@example.com"}, "userLabels": {"team": "sre", "managed_by": "terraform"}}`,
		config: `
  display_name = "On call"
  description  = "Who is on call"
  enabled      = false
  labels       = { team = "sre" }
  email        = { address = "oncall@example.com" }`,
	},
	"slack": {
		sent: `{"type": "slack", "displayName": "Slack", "labels": {"channel_name": "#incidents", "team": "Acme", "auth_token": "CANARY"}}`,
		state: map[string]any{
			"labels":           map[string]any{"channel_name": "#incidents", "team": "Acme"},
			"sensitive_labels": []any{map[string]any{"auth_token": canary, "password": nil, "service_key": nil}},
		},
		config: `
  display_name = "Slack"
  slack        = { channel_name = "#incidents" }`,
	},
	"pagerduty": {
		sent:  `{"type": "pagerduty", "displayName": "PagerDuty", "labels": {"service_key": "CANARY"}}`,
		state: map[string]any{"labels": map[string]any{"service_key": canary}},
		// A secret that is given is not written as long as no version is.
		config: `
  display_name = "PagerDuty"
  pagerduty    = { service_key_wo = "0123456789" }`,
	},
	"basic": {
		sent:  `{"type": "webhook_basicauth", "displayName": "Basic", "labels": {"url": "https://hooks.example.com/a", "username": "u", "password": "CANARY"}}`,
		state: map[string]any{"sensitive_labels": []any{map[string]any{"password": canary}}, "force_delete": true},
		config: `
  display_name = "Basic"
  webhook      = { url = "https://hooks.example.com/a", username = "u" }`,
	},
	"token": {
		sent:  `{"type": "webhook_tokenauth", "displayName": "Token", "labels": {"url": "https://hooks.example.com/b?auth_token=CANARY"}}`,
		state: map[string]any{"labels": map[string]any{"url": "https://hooks.example.com/b?auth_token=" + canary}},
		config: `
  display_name = "Token"
  webhook      = { url = "https://hooks.example.com/b" }`,
	},
	"pubsub": {
		sent: `{"type": "pubsub", "displayName": "Topic", "labels": {"topic": "TOPIC"}}`,
		config: `
  display_name = "Topic"
  pubsub       = { topic = "TOPIC" }`,
	},
}

func makeForeigners(env *acctest.Env) (states []acctest.Google, config string) {
	fill := strings.NewReplacer("CANARY", canary, "TOPIC", env.Topic("alerts"))
	var blocks strings.Builder
	for _, key := range slices.Sorted(maps.Keys(foreigners)) {
		channel := foreigners[key]
		made := env.Foreign(channels, fill.Replace(channel.sent))
		attributes := map[string]any{"id": made["name"], "name": made["name"], "project": acctest.Project, "type": made["type"], "display_name": made["displayName"], "labels": map[string]any{}}
		maps.Copy(attributes, channel.state)
		states = append(states, acctest.Google{Type: "google_monitoring_notification_channel", Name: key, Attributes: attributes})
		_, _ = fmt.Fprintf(&blocks, "\nresource \"cortx_notification_channel\" %q {%s\n}\n", key, fill.Replace(channel.config))
	}
	return states, blocks.String()
}

func moves(states []acctest.Google) string {
	var blocks strings.Builder
	for _, state := range states {
		_, _ = fmt.Fprintf(&blocks, "\nmoved {\n  from = google_monitoring_notification_channel.%s\n  to   = cortx_notification_channel.%s\n}\n", state.Name, state.Name)
	}
	return blocks.String()
}

func writes(env *acctest.Env) int {
	return env.Calls("CreateNotificationChannel", "UpdateNotificationChannel", "DeleteNotificationChannel", "SetIamPolicy")
}

// mustTakeOver plans and applies, and fails the test if anything but the state
// changes, or if a secret is anywhere but in what stood before.
func mustTakeOver(t *testing.T, env *acctest.Env, cli *acctest.CLI) string {
	t.Helper()
	before := writes(env)
	actions, printed := cli.Plan()
	for address, action := range actions {
		if action != "no-op" {
			t.Errorf("%s: %s", address, action)
		}
	}
	if t.Failed() {
		t.Fatal(printed)
	}
	printed += cli.MustRun("apply", "-no-color", "-input=false", "plan.bin")
	cli.MustPlanEmpty()
	if sent := writes(env) - before; sent != 0 {
		t.Fatalf("%d requests changed something", sent)
	}
	state, err := os.ReadFile(filepath.Join(cli.Dir, "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]string{"the output": printed, "the state": string(state)} {
		if strings.Contains(text, canary) {
			t.Errorf("a secret is in %s:\n%s", what, text)
		}
	}
	return printed
}

// contains looks for texts whatever the width of the terminal.
func contains(t *testing.T, out string, wanted ...string) {
	t.Helper()
	flat := strings.Join(strings.Fields(strings.NewReplacer("│", " ", "\n", " ").Replace(out)), " ")
	for _, text := range wanted {
		if !strings.Contains(flat, text) {
			t.Errorf("%q is missing in:\n%s", text, out)
		}
	}
}

// TestAccMoveFromGoogle moves channels of every kind without their secrets, and
// without a request that changes anything.
func TestAccMoveFromGoogle(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	states, config := makeForeigners(env)
	cli := acctest.NewCLI(t, env.Config(moves(states)+config))
	cli.WriteGoogleState(states...)
	contains(t, mustTakeOver(t, env, cli),
		"The secret of the moved channel is not carried over", "The token in the webhook's address is not carried over",
		"can now be deleted while alert policies use it", "has no right of its own to publish")

	// A change of something else brings our labels, and leaves the secret alone.
	address := "cortx_notification_channel.slack"
	config = strings.Replace(config, `display_name = "Slack"`, `display_name = "Slack of all"`, 1)
	cli.Write(env.Config(config))
	if actions, _ := cli.Plan(); actions[address] != "update" {
		t.Errorf("the plan says %v", actions)
	}
	before := writes(env)
	cli.MustRun("apply", "-no-color", "-input=false", "plan.bin")
	cli.MustPlanEmpty()
	if sent := writes(env) - before; sent != 1 {
		t.Errorf("%d requests changed something", sent)
	}
	name, _ := states[slices.IndexFunc(states, func(s acctest.Google) bool { return s.Name == "slack" })].Attributes["name"].(string)
	channel, err := env.Client.NotificationChannels().Fresh(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	hidden := channel.GetLabels()["auth_token"]
	if labels := channel.GetUserLabels(); labels["managed_by"] != "terraform-provider-cortx" || labels["cortx_secret_version"] != "0" || hidden == "" {
		t.Errorf("the channel is %v", channel)
	}

	// Labels that are taken off are drift now, and still need no secret.
	channel.UserLabels = nil
	if _, err := env.Client.NotificationChannels().Update(t.Context(), channel, "user_labels"); err != nil {
		t.Fatal(err)
	}
	if actions, _ := cli.Plan(); actions[address] != "update" {
		t.Errorf("labels were taken off, and the plan says %v", actions)
	}
	cli.MustRun("apply", "-no-color", "-input=false", "plan.bin")
	cli.MustPlanEmpty()

	// What lies beside the secret can't change without it.
	cli.Write(env.Config(strings.Replace(config, "#incidents", "#alerts", 1)))
	out, err := cli.Run("plan", "-no-color", "-input=false")
	if err == nil {
		t.Error("a channel's name is planned without the token that goes with it")
	}
	contains(t, out, "The secret is empty", "At slack.auth_token_wo")

	// A version writes another secret, and keeps what we have no argument for.
	cli.Write(env.Config(strings.Replace(config, `"#incidents"`, `"#alerts", auth_token_wo = "xoxb-another", auth_token_wo_version = 1`, 1)))
	cli.MustRun("apply", "-no-color", "-input=false", "-auto-approve")
	cli.MustPlanEmpty()
	channel, err = env.Client.NotificationChannels().Fresh(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if labels := channel.GetLabels(); labels["channel_name"] != "#alerts" || labels["team"] != "Acme" || labels["auth_token"] == hidden || channel.GetUserLabels()["cortx_secret_version"] != "1" {
		t.Errorf("the channel is %v", channel)
	}
}

// TestAccImportOfForeign imports the same channels.
func TestAccImportOfForeign(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	states, config := makeForeigners(env)
	for _, state := range states {
		config += fmt.Sprintf("\nimport {\n  to = cortx_notification_channel.%s\n  id = %q\n}\n", state.Name, state.Attributes["name"])
	}
	mustTakeOver(t, env, acctest.NewCLI(t, env.Config(config)))
}

// TestAccImportOfOurs imports a channel that this provider made: a version that
// is taken off it is drift, which writes the secret again.
func TestAccImportOfOurs(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	address := "cortx_notification_channel.slack"
	cli := acctest.NewCLI(t, env.Config(`
resource "cortx_notification_channel" "slack" {
  display_name = "Slack"
  slack        = { channel_name = "#a", auth_token_wo = "xoxb-1" }
}
`))
	cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
	cli.MustRun("state", "rm", address)
	cli.MustRun("import", "-no-color", "-input=false", address, env.Only("/notificationChannels/"))
	cli.MustPlanEmpty()
	standing, err := env.Client.NotificationChannels().Fresh(t.Context(), env.Only("/notificationChannels/"))
	if err != nil {
		t.Fatal(err)
	}
	delete(standing.UserLabels, "cortx_secret_version")
	if _, err := env.Client.NotificationChannels().Update(t.Context(), standing, "user_labels"); err != nil {
		t.Fatal(err)
	}
	if actions, printed := cli.Plan(); actions[address] != "update" || !strings.Contains(printed, "auth_token_wo_version = 0 -> 1") {
		t.Errorf("a version was taken off, and the plan says %v:\n%s", actions, printed)
	}
}

// TestAccMoveSaysWhatIsLost moves channels that can't be taken over as they are.
func TestAccMoveSaysWhatIsLost(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	sms := env.Foreign(channels, `{"type": "sms", "displayName": "SMS", "labels": {"number": "+15555550100"}}`)
	nameless := env.Foreign(channels, `{"type": "email", "labels": {"email_address": "oncall@example.com"}}`)
	source := func(made, attributes map[string]any) acctest.Google {
		all := map[string]any{"id": made["name"], "name": made["name"], "project": acctest.Project, "type": made["type"], "display_name": made["displayName"]}
		maps.Copy(all, attributes)
		return acctest.Google{Type: "google_monitoring_notification_channel", Name: "x", Attributes: all}
	}
	cli := acctest.NewCLI(t, env.Config(moves([]acctest.Google{{Name: "x"}})+`
resource "cortx_notification_channel" "x" {
  display_name = "On call"
  email        = { address = "oncall@example.com" }
}
`))

	cli.WriteGoogleState(source(sms, nil))
	out, err := cli.Run("plan", "-no-color", "-input=false")
	if err == nil {
		t.Errorf("a channel of type sms is planned:\n%s", out)
	}
	contains(t, out, "The provider has no such kind of notification channel", `type is "sms"`, "leave the channel as google_monitoring_notification_channel")

	cli.WriteGoogleState(source(nameless, nil))
	out, err = cli.Run("plan", "-no-color", "-input=false", "-refresh=false")
	if err == nil {
		t.Error("a channel of which only the name is known would be replaced")
	}
	contains(t, out, "has not been read since it was moved")

	cli.WriteGoogleState(source(nameless, map[string]any{"deletion_policy": "ABANDON"}))
	actions, out := cli.Plan()
	contains(t, out, "deletion_policy was ABANDON", "The notification channel has no display name")
	if actions["cortx_notification_channel.x"] != "update" {
		t.Errorf("the plan says %v", actions)
	}

	// By import, the service says what it is.
	cli = acctest.NewCLI(t, env.Config(fmt.Sprintf(`
import {
  to = cortx_notification_channel.x
  id = %q
}
resource "cortx_notification_channel" "x" {
  display_name = "On call"
  email        = { address = "oncall@example.com" }
}
`, sms["name"])))
	out, err = cli.Run("plan", "-no-color", "-input=false")
	if err == nil {
		t.Errorf("a channel of type sms is planned:\n%s", out)
	}
	contains(t, out, "The provider has no such kind of notification channel", `of type "sms"`)
}
