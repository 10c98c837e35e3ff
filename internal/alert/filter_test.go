package alert_test

import (
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

const base = `metric.type = "a" AND resource.type = "b"`

func TestValidateMonitoringFilter(t *testing.T) {
	t.Parallel()
	for _, filter := range []string{
		base,
		`metric.type="compute.googleapis.com/instance/disk/read_bytes_count" resource.type="gce_instance"`,
		"  " + strings.ReplaceAll(base, " AND ", "\n  AND\n"),
		base + ` AND metric.labels.state = "x"`,
		base + ` AND metric.label."k8s.io/name" != 'x'`,
		base + ` AND resource.labels.zone = starts_with("europe-")`,
		base + ` AND resource.label.zone = one_of("a", "b", "c")`,
		base + ` AND metadata.user_labels."team" = has_substring("sre", true)`,
		base + ` AND metadata.system_labels.name = monitoring.regex.full_match("^api-[0-9]+$")`,
		base + ` AND metric.labels.code >= 500`,
		base + ` AND metric.labels.count > -1.5`,
		base + ` AND metric.labels.ok = true`,
		base + ` AND (metric.labels.a = "x" OR NOT (metric.labels.b = "y"))`,
		base + ` AND -metric.labels.a:"x"`,
		base + ` AND metric.labels.a = "quoted \"text\" \\ and more"`,
		base + ` AND project = "p" AND group.id = 123`,
		`(` + base + `)`,
		`NOT NOT (` + base + `)`,
		`resource.type = "uptime_url" metric.type = ends_with("check_passed")`,
		`select_slo_burn_rate("projects/1/services/a/serviceLevelObjectives/b", "3600s")`,
	} {
		if err := alert.ValidateMonitoringFilter(filter); err != nil {
			t.Errorf("ValidateMonitoringFilter(%q) = %s", filter, err)
		}
	}
	for filter, want := range map[string]string{
		"":                           "empty",
		" \n":                        "empty",
		`metric.type = "a"`:          "names no resource",
		`resource.type = "a"`:        "names no metric",
		`NOT (` + base + `)`:         "names no metric",
		`NOT NOT NOT (` + base + `)`: "names no metric",
		`metric.type != "a" AND resource.type = "b"`: "names no metric",
		base + ` AND`:                                            "at character 46, a field",
		base + ` AND (project = "p"`:                             `")" is expected`,
		base + `)`:                                               "not expected here",
		base + ` AND project`:                                    "an operator",
		base + ` AND project = `:                                 "a value is expected",
		base + ` AND project =~ "x"`:                             "an operator",
		base + ` AND project ~ "x"`:                              "no operator",
		base + ` AND project = AND`:                              "a value is expected",
		base + ` AND project = "p`:                               "not closed",
		base + ` AND colour = "red"`:                             "the field colour is unknown",
		base + ` AND metric.labels. = "red"`:                     "unknown",
		base + ` AND "a" = "b"`:                                  "a field",
		base + ` AND project = lower("x")`:                       "the function lower is unknown",
		base + ` AND project = starts_with()`:                    "an argument is expected",
		base + ` AND project = starts_with("a", "b")`:            "1 to 1 arguments, and has 2",
		base + ` AND project = one_of("a"`:                       `")" is expected`,
		base + ` AND project = monitoring.regex.full_match("(")`: "RE2",
		base + ` AND ` + strings.Repeat("(", 100) + `project = "p"` + strings.Repeat(")", 100): "nested deeper",
		`select_slo_burn_rate`:   `"(" is expected`,
		"metric.type = \"\xff\"": "UTF-8",
	} {
		err := alert.ValidateMonitoringFilter(filter)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ValidateMonitoringFilter(%q) = %v, want it to tell %q", filter, err, want)
		}
	}
}

func TestValidateLogFilter(t *testing.T) {
	t.Parallel()
	for _, filter := range []string{
		`severity>=ERROR`,
		`resource.type="k8s_container" resource.labels.namespace_name="tenant-a"`,
		`resource.type = "k8s_container" AND severity >= "ERROR" -- only the bad ones`,
		`protoPayload.methodName="SetIamPolicy" AND NOT protoPayload.authenticationInfo.principalEmail:"gserviceaccount.com"`,
		`severity=(ERROR OR CRITICAL)`,
		`-textPayload:"ok"`,
		`"free text" another`,
		`labels."k8s-pod/app"="api"`,
		`jsonPayload.message=~"^timeout after [0-9]+ms"`,
		`jsonPayload.code != -1`,
		`timestamp >= "2026-01-01T00:00:00Z"`,
		`timestamp>=2026-01-01T00:00:00Z AND severity=ERROR`,
		`log_id("cloudaudit.googleapis.com/activity")`,
		`ip_in_net(httpRequest.remoteIp, "10.0.0.0/8")`,
		`sample(insertId, 0.25) AND SEARCH("hello world")`,
		`cast(jsonPayload.n, INT64) > 5`,
		`(a=b OR c=d) AND NOT (e=f)`,
		`operation.id:*`,
		`protoPayload.@type="type.googleapis.com/google.cloud.audit.AuditLog"`,
	} {
		if err := alert.ValidateLogFilter(filter); err != nil {
			t.Errorf("ValidateLogFilter(%q) = %s", filter, err)
		}
	}
	for filter, want := range map[string]string{
		"":                         "empty",
		"-- a comment":             "comments",
		`severity>=`:               "a value is expected after severity>=",
		`severity>=ERROR AND`:      "at character 20",
		`AND severity=ERROR`:       "at character 1",
		`a=b OR OR c=d`:            "a value is expected",
		`(a=b`:                     `")" is expected`,
		`a=b)`:                     "not expected here",
		`a="b`:                     "not closed",
		`a==b`:                     "a value is expected",
		`=b`:                       "a field or a text",
		`a=~"("`:                   "RE2",
		`f(a, `:                    "a field or a text",
		`a=()`:                     "a field or a text",
		`a ! b`:                    "no operator",
		strings.Repeat("x", 20001): "20001 characters",
		strings.Repeat("(", 99) + strings.Repeat(")", 99): "nested deeper",
		"a=\"\xff\"": "UTF-8",
	} {
		err := alert.ValidateLogFilter(filter)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ValidateLogFilter(%q) = %v, want it to tell %q", filter, err, want)
		}
	}
}
