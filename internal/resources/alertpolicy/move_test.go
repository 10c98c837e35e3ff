package alertpolicy_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

const (
	policies = "monitoring.googleapis.com/v3/projects/" + acctest.Project + "/alertPolicies"
	channels = "monitoring.googleapis.com/v3/projects/" + acctest.Project + "/notificationChannels"
	cpu      = `metric.type=\"compute.googleapis.com/instance/cpu/utilization\" AND resource.type=\"gce_instance\"`
	// builtIn is a metric that the service has without anybody writing it.
	builtIn = "compute_googleapis_com:instance_cpu_utilization"
)

// foreign is a policy as hashicorp/google sends it, and the configuration that
// says the same in the words of this provider.
type foreign struct{ sent, config string }

// foreigners have, among them, every field of google_monitoring_alert_policy
// that can be taken over. CHANNEL stands for the name of a channel.
var foreigners = map[string]foreign{
	"threshold": {
		sent: `{"displayName": "CPU", "combiner": "AND_WITH_MATCHING_RESOURCE", "enabled": true, "severity": "WARNING",
  "conditions": [
    {"displayName": "CPU above 90 %", "conditionThreshold": {
      "filter": "` + cpu + `", "comparison": "COMPARISON_GT", "duration": "900s", "thresholdValue": 0.9,
      "trigger": {"count": 2}, "evaluationMissingData": "EVALUATION_MISSING_DATA_NO_OP",
      "aggregations": [{"alignmentPeriod": "60s", "crossSeriesReducer": "REDUCE_MEAN", "groupByFields": ["project", "resource.label.zone"], "perSeriesAligner": "ALIGN_MAX"}]}},
    {"displayName": "CPU will be used up", "conditionThreshold": {
      "filter": "` + cpu + `", "comparison": "COMPARISON_GT", "duration": "3600s", "thresholdValue": 0.95,
      "trigger": {"percent": 50}, "forecastOptions": {"forecastHorizon": "7200s"},
      "aggregations": [{"alignmentPeriod": "300s", "perSeriesAligner": "ALIGN_MEAN"}]}},
    {"displayName": "A ratio", "conditionThreshold": {
      "filter": "` + cpu + `", "denominatorFilter": "` + cpu + `", "comparison": "COMPARISON_LT", "duration": "0s", "thresholdValue": 0.5,
      "aggregations": [{"alignmentPeriod": "60s", "perSeriesAligner": "ALIGN_MEAN"}], "denominatorAggregations": [{"alignmentPeriod": "60s", "perSeriesAligner": "ALIGN_MEAN"}]}}],
  "userLabels": {"team": "platform", "managed_by": "terraform", "suite": "lending"}}`,
		config: `
  display_name = "CPU"
  combiner     = "AND_WITH_MATCHING_RESOURCE"
  severity     = "WARNING"
  suite        = "lending"
  labels       = { team = "platform" }
  conditions = [
    {
      display_name = "CPU above 90 %"
      duration     = "900s"
      threshold = {
        filter                  = "` + cpu + `"
        comparison              = "COMPARISON_GT"
        threshold_value         = 0.9
        trigger_count           = 2
        evaluation_missing_data = "EVALUATION_MISSING_DATA_NO_OP"
        aggregations            = [{ alignment_period = "60s", cross_series_reducer = "REDUCE_MEAN", group_by_fields = ["project", "resource.label.zone"], per_series_aligner = "ALIGN_MAX" }]
      }
    },
    {
      display_name = "CPU will be used up"
      duration     = "1h"
      threshold = {
        filter           = "` + cpu + `"
        comparison       = "COMPARISON_GT"
        threshold_value  = 0.95
        trigger_percent  = 50
        forecast_horizon = "2h"
        aggregations     = [{ alignment_period = "300s", per_series_aligner = "ALIGN_MEAN" }]
      }
    },
    {
      display_name = "A ratio"
      threshold = {
        filter                   = "` + cpu + `"
        denominator_filter       = "` + cpu + `"
        comparison               = "COMPARISON_LT"
        threshold_value          = 0.5
        aggregations             = [{ alignment_period = "60s", per_series_aligner = "ALIGN_MEAN" }]
        denominator_aggregations = [{ alignment_period = "60s", per_series_aligner = "ALIGN_MEAN" }]
      }
    },
  ]`,
	},
	"notifying": {
		sent: `{"displayName": "Notifying", "combiner": "OR", "enabled": false,
  "conditions": [{"displayName": "Rule", "conditionPrometheusQueryLanguage": {
    "query": "sum(up) < 1", "duration": "60s", "evaluationInterval": "60s", "labels": {"team": "sre"}, "ruleGroup": "group", "alertRule": "Down", "disableMetricValidation": true}}],
  "documentation": {"content": "Look at the ${policy.display_name}.\n", "mimeType": "text/markdown", "subject": "Down", "links": [{"displayName": "playbook", "url": "https://example.com/playbook"}]},
  "notificationChannels": ["CHANNEL"],
  "alertStrategy": {"autoClose": "1800s", "notificationPrompts": ["OPENED"], "notificationChannelStrategy": [{"notificationChannelNames": ["CHANNEL"], "renotifyInterval": "3600s"}]}}`,
		config: `
  display_name          = "Notifying"
  enabled               = false
  auto_close            = "30m"
  renotify_interval     = "1h"
  notification_prompts  = ["OPENED"]
  notification_channels = ["CHANNEL"]
  documentation = {
    content = "Look at the $${policy.display_name}."
    subject = "Down"
    links   = [{ display_name = "playbook", url = "https://example.com/playbook" }]
  }
  conditions = [{
    display_name              = "Rule"
    duration                  = "60s"
    evaluation_interval       = "60s"
    disable_metric_validation = true
    promql                    = { query = "sum(up) < 1", rule_group = "group", alert_rule = "Down", labels = { team = "sre" } }
  }]`,
	},
	// A query that reads like a typed signal, which the configuration says as
	// what google_monitoring_alert_policy had, and ...
	"raw": {
		sent:   `{"displayName": "Absent", "combiner": "OR", "conditions": [{"displayName": "Absent", "conditionPrometheusQueryLanguage": {"query": "ABSENCE", "duration": "0s"}}]}`,
		config: "\n  display_name = \"Absent\"\n  conditions = [{\n    display_name = \"Absent\"\n    promql = { query = \"ABSENCE\" }\n  }]",
	},
	// ... as the signal.
	"typed": {
		sent:   `{"displayName": "Absent", "combiner": "OR", "conditions": [{"displayName": "Absent", "conditionPrometheusQueryLanguage": {"query": "ABSENCE", "duration": "0s"}}]}`,
		config: "\n  display_name = \"Absent\"\n  conditions = [{\n    display_name = \"Absent\"\n    disable_metric_validation = false\n    absence = { metric = \"" + builtIn + "\", window = \"10m\" }\n  }]",
	},
	"log": {
		sent: `{"displayName": "Log", "combiner": "OR", "conditions": [{"displayName": "Entry", "conditionMatchedLog": {"filter": "severity>=ERROR", "labelExtractors": {"who": "EXTRACT(jsonPayload.who)"}}}],
  "alertStrategy": {"notificationRateLimit": {"period": "300s"}, "autoClose": "604800s"}}`,
		config: `
  display_name            = "Log"
  notification_rate_limit = "5m"
  auto_close              = "168h"
  conditions              = [{ display_name = "Entry", log_match = { filter = "severity>=ERROR", label_extractors = { who = "EXTRACT(jsonPayload.who)" } } }]`,
	},
	"absent": {
		sent: `{"displayName": "Metric absence", "combiner": "OR", "conditions": [{"displayName": "No data", "conditionAbsent": {
    "filter": "` + cpu + `", "duration": "600s", "trigger": {"count": 1}, "aggregations": [{"alignmentPeriod": "60s", "perSeriesAligner": "ALIGN_MEAN"}]}}]}`,
		config: `
  display_name = "Metric absence"
  conditions = [{
    display_name = "No data"
    duration     = "10m"
    metric_absence = {
      filter        = "` + cpu + `"
      trigger_count = 1
      aggregations  = [{ alignment_period = "60s", per_series_aligner = "ALIGN_MEAN" }]
    }
  }]`,
	},
}

// makeForeigners makes them all, and returns their names, and the resources that
// say the same.
func makeForeigners(env *acctest.Env) (names map[string]string, config string) {
	channel, _ := env.Foreign(channels, `{"type": "email", "displayName": "On call", "labels": {"email_address": "oncall@example.com"}}`)["name"].(string)
	fill := strings.NewReplacer("CHANNEL", channel, "ABSENCE", "absent_over_time("+builtIn+"[10m])")
	names = map[string]string{}
	var blocks strings.Builder
	for _, key := range slices.Sorted(maps.Keys(foreigners)) {
		names[key], _ = env.Foreign(policies, fill.Replace(foreigners[key].sent))["name"].(string)
		_, _ = fmt.Fprintf(&blocks, "\nresource \"cortx_alert_policy\" %q {%s\n}\n", key, fill.Replace(foreigners[key].config))
	}
	return names, blocks.String()
}

// writes are the calls that change something.
func writes(env *acctest.Env) int {
	return env.Calls("CreateAlertPolicy", "UpdateAlertPolicy", "DeleteAlertPolicy", "CreateNotificationChannel", "UpdateNotificationChannel", "DeleteNotificationChannel")
}

// mustTakeOver plans and applies, and fails the test if anything but the state
// changes.
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
	cli.MustRun("apply", "-no-color", "-input=false", "plan.bin")
	cli.MustPlanEmpty()
	if sent := writes(env) - before; sent != 0 {
		t.Fatalf("%d requests changed something", sent)
	}
	return printed
}

// TestAccMoveFromGoogle moves policies of every sort that hashicorp/google can
// make: nothing is sent, and our labels come with the next change.
func TestAccMoveFromGoogle(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	names, config := makeForeigners(env)
	var moves strings.Builder
	var states []acctest.Google
	for _, key := range slices.Sorted(maps.Keys(names)) {
		_, _ = fmt.Fprintf(&moves, "\nmoved {\n  from = google_monitoring_alert_policy.%s\n  to   = cortx_alert_policy.%s\n}\n", key, key)
		states = append(states, acctest.Google{Type: "google_monitoring_alert_policy", Name: key, Attributes: map[string]any{
			"id": names[key], "name": names[key], "project": acctest.Project, "deletion_policy": "DELETE",
			"conditions": []any{map[string]any{"condition_monitoring_query_language": []any{}, "condition_sql": []any{}}},
		}})
	}
	cli := acctest.NewCLI(t, env.Config(moves.String()+config))
	cli.WriteGoogleState(states...)
	if printed := mustTakeOver(t, env, cli); strings.Contains(printed, "not carried over") {
		t.Errorf("a warning without a cause:\n%s", printed)
	}
	if len(cli.StateResources()) != len(names) {
		t.Errorf("the state has %v", cli.StateResources())
	}

	// Another wish brings our labels with it, and the mark goes.
	config = strings.Replace(config, `display_name = "CPU"`, `display_name = "CPU of all"`, 1)
	cli.Write(env.Config(config))
	actions, _ := cli.Plan()
	for address, action := range actions {
		if wanted := map[bool]string{true: "update", false: "no-op"}[address == "cortx_alert_policy.threshold"]; action != wanted {
			t.Errorf("%s: %s, wanted %s", address, action, wanted)
		}
	}
	before := writes(env)
	cli.MustRun("apply", "-no-color", "-input=false", "plan.bin")
	cli.MustPlanEmpty()
	if sent := writes(env) - before; sent != 1 {
		t.Errorf("%d requests changed something", sent)
	}
	policy, err := env.Client.AlertPolicies().Fresh(t.Context(), names["threshold"])
	if err != nil {
		t.Fatal(err)
	}
	if labels := policy.GetUserLabels(); labels["managed_by"] != "terraform-provider-cortx" || labels["team"] != "platform" || labels["suite"] != "lending" {
		t.Errorf("the labels are %v", labels)
	}

	// Now it is ours, and a label that is taken off is drift.
	delete(policy.UserLabels, "managed_by")
	if _, err := env.Client.AlertPolicies().Update(t.Context(), policy, "user_labels"); err != nil {
		t.Fatal(err)
	}
	if actions, _ := cli.Plan(); actions["cortx_alert_policy.threshold"] != "update" {
		t.Errorf("a label was taken off, and the plan says %q", actions["cortx_alert_policy.threshold"])
	}
}

// TestAccImportOfForeign imports the same policies.
func TestAccImportOfForeign(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	names, config := makeForeigners(env)
	for _, key := range slices.Sorted(maps.Keys(names)) {
		config += fmt.Sprintf("\nimport {\n  to = cortx_alert_policy.%s\n  id = %q\n}\n", key, names[key])
	}
	mustTakeOver(t, env, acctest.NewCLI(t, env.Config(config)))
}

// TestAccImportOfOurs imports a policy that this provider made: it is no
// foreigner, so a label that is taken off it is drift at once.
func TestAccImportOfOurs(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	cli := acctest.NewCLI(t, env.Config(policy(errorRate)))
	cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
	cli.MustRun("state", "rm", address)
	cli.MustRun("import", "-no-color", "-input=false", address, env.Only("/alertPolicies/"))
	cli.MustPlanEmpty()

	standing, err := env.Client.AlertPolicies().Fresh(t.Context(), env.Only("/alertPolicies/"))
	if err != nil {
		t.Fatal(err)
	}
	delete(standing.UserLabels, "managed_by")
	if _, err := env.Client.AlertPolicies().Update(context.Background(), standing, "user_labels"); err != nil {
		t.Fatal(err)
	}
	if actions, _ := cli.Plan(); actions[address] != "update" {
		t.Errorf("a label was taken off, and the plan says %q", actions[address])
	}
}

// TestAccMoveSaysWhatIsLost moves what can't be taken over as it is.
func TestAccMoveSaysWhatIsLost(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	channel, _ := env.Foreign(channels, `{"type": "email", "displayName": "On call", "labels": {"email_address": "oncall@example.com"}}`)["name"].(string)
	other, _ := env.Foreign(channels, `{"type": "email", "displayName": "Boss", "labels": {"email_address": "boss@example.com"}}`)["name"].(string)
	name, _ := env.Foreign(policies, fmt.Sprintf(`{"displayName": "X", "combiner": "OR", "conditions": [{"displayName": "X", "conditionPrometheusQueryLanguage": {"query": "%s == 0"}}],
  "notificationChannels": [%q, %q], "alertStrategy": {"notificationChannelStrategy": [{"notificationChannelNames": [%q], "renotifyInterval": "3600s"}]}}`, builtIn, channel, other, channel))["name"].(string)

	cli := acctest.NewCLI(t, env.Config(fmt.Sprintf(`
moved {
  from = google_monitoring_alert_policy.x
  to   = cortx_alert_policy.x
}

resource "cortx_alert_policy" "x" {
  display_name          = "X"
  conditions            = [{ display_name = "X", promql = { query = "%s == 0" } }]
  notification_channels = [%q, %q]
}
`, builtIn, channel, other)))
	source := func(attributes map[string]any) acctest.Google {
		all := map[string]any{"id": name, "name": name, "project": acctest.Project}
		maps.Copy(all, attributes)
		return acctest.Google{Type: "google_monitoring_alert_policy", Name: "x", Attributes: all}
	}
	has := func(out string, wanted ...string) {
		t.Helper()
		flat := strings.Join(strings.Fields(strings.NewReplacer("│", " ", "\n", " ").Replace(out)), " ")
		for _, text := range wanted {
			if !strings.Contains(flat, text) {
				t.Errorf("%q is missing in:\n%s", text, out)
			}
		}
	}

	for block, advice := range map[string]string{"condition_monitoring_query_language": "PromQL", "condition_sql": "log-based metric"} {
		cli.WriteGoogleState(source(map[string]any{"conditions": []any{map[string]any{block: []any{map[string]any{"query": "fetch gce_instance"}}}}}))
		out, err := cli.Run("plan", "-no-color", "-input=false")
		if err == nil {
			t.Errorf("%s is planned:\n%s", block, out)
		}
		has(out, "can't be carried over", "conditions[0]."+block, advice, "Nothing was changed")
	}

	cli.WriteGoogleState(source(map[string]any{"name": "x", "id": "x"}))
	out, err := cli.Run("plan", "-no-color", "-input=false")
	if err == nil {
		t.Error("a state without a name is moved")
	}
	has(out, "has no name of an alert policy")

	cli.WriteGoogleState(source(map[string]any{"deletion_policy": "PREVENT"}))
	out, err = cli.Run("plan", "-no-color", "-input=false", "-refresh=false")
	if err == nil {
		t.Error("a plan is made from a name alone")
	}
	has(out, "has not been read since it was moved")

	actions, out := cli.Plan()
	has(out, "deletion_policy was PREVENT", "prevent_destroy = true", "The reminders of this alert policy differ", `renotify_interval = "1s" -> null`)
	if actions["cortx_alert_policy.x"] != "update" {
		t.Errorf("the plan says %v", actions)
	}
}

// TestMoveOnlyFromGoogle asks for moves from other providers and types.
func TestMoveOnlyFromGoogle(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	for _, c := range []struct {
		address, source string
		moved           bool
	}{
		{"registry.terraform.io/hashicorp/google", "google_monitoring_alert_policy", true},
		{"registry.terraform.io/hashicorp/google-beta", "google_monitoring_alert_policy", true},
		{"registry.example.com/hashicorp/google", "google_monitoring_alert_policy", true},
		{"registry.terraform.io/acme/google", "google_monitoring_alert_policy", false},
		{"registry.terraform.io/hashicorp/googleish", "google_monitoring_alert_policy", false},
		{"registry.terraform.io/hashicorp/google", "google_monitoring_dashboard", false},
	} {
		errors := env.Move(t, "cortx_alert_policy", c.address, c.source, `{"name": "projects/123/alertPolicies/7", "project": "acme-prod"}`)
		if moved := len(errors) == 0; moved != c.moved {
			t.Errorf("%s of %s: moved %v: %v", c.source, c.address, moved, errors)
		}
	}
	for _, state := range []string{`[]`, `{"name": 7}`, `{}`, `{"name": "projects/p/notificationChannels/7"}`} {
		if errors := env.Move(t, "cortx_alert_policy", "registry.terraform.io/hashicorp/google", "google_monitoring_alert_policy", state); len(errors) == 0 {
			t.Errorf("%s is moved", state)
		}
	}
}
