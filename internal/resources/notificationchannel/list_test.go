package notificationchannel_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

// TestList asks the provider itself for channels that somebody else made: no
// secret is in what it finds.
func TestList(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	states, _ := makeForeigners(env)
	sms := env.Foreign(channels, `{"type": "sms", "displayName": "SMS", "labels": {"number": "+15555550100"}}`)

	found := env.List(t, "cortx_notification_channel", nil, true, 0)
	listed := map[string]acctest.Listed{}
	for _, channel := range found {
		if strings.Contains(fmt.Sprint(channel), canary) {
			t.Errorf("a secret is in %v", channel)
		}
		if channel.Name == "" {
			if len(channel.Errors) > 0 || len(channel.Warnings) != 1 || !strings.Contains(channel.Warnings[0], fmt.Sprint(sms["name"])) {
				t.Errorf("unexpected: %v", channel)
			}
			continue
		}
		listed[channel.Name] = channel
	}
	for _, state := range states {
		channel, ok := listed[fmt.Sprint(state.Attributes["name"])]
		if !ok || channel.DisplayName != state.Attributes["display_name"] || channel.Resource == nil {
			t.Errorf("%s is %v", state.Name, channel)
		}
	}
	if len(found) != len(states)+1 {
		t.Errorf("found %v", found)
	}

	found = env.List(t, "cortx_notification_channel", map[string]string{"filter": `type="slack"`}, false, 0)
	if len(found) != 1 || found[0].DisplayName != "Slack" || found[0].Resource != nil {
		t.Errorf("the filter finds %v", found)
	}
}

// TestListPages lists more than a page: with one request a page, and none for a
// page that nobody wants.
func TestListPages(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	for i := range 1001 {
		env.Foreign(channels, fmt.Sprintf(`{"type": "email", "displayName": "On call %d", "labels": {"email_address": "oncall@example.com"}}`, i))
	}
	for _, c := range []struct{ limit, results, requests int }{{0, 1001, 2}, {1001, 1001, 2}, {1000, 1000, 1}, {3, 3, 1}} {
		before := env.Calls("ListNotificationChannels")
		if found := env.List(t, "cortx_notification_channel", nil, false, int64(c.limit)); len(found) != c.results {
			t.Errorf("limit %d: found %d", c.limit, len(found))
		}
		if asked := env.Calls("ListNotificationChannels") - before; asked != c.requests {
			t.Errorf("limit %d: %d requests", c.limit, asked)
		}
	}
}

// TestAccQuery lists by a real CLI, has it write the configuration, and imports
// by that without a change and without a secret.
func TestAccQuery(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	cli := acctest.NewQueryCLI(t, env.Config(""))
	states, _ := makeForeigners(env)
	cli.WriteFile("all.tfquery.hcl", `
list "cortx_notification_channel" "all" {
  provider         = cortx
  include_resource = true
  config {}
}
`)
	out := cli.MustRun("query", "-no-color", "-generate-config-out=generated.tf")
	for _, state := range states {
		if !strings.Contains(out, fmt.Sprint(state.Attributes["name"])) {
			t.Errorf("%s is missing:\n%s", state.Name, out)
		}
	}
	mustTakeOver(t, env, cli)
	if everywhere := cli.Everywhere(); strings.Contains(everywhere, canary) {
		t.Error("a secret is in what the CLI has written")
	}
}
