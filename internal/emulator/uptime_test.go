package emulator_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"strings"
	"testing"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

const uptimePath = "monitoring.googleapis.com/v3/projects/p/uptimeCheckConfigs"

const uptimeBody = `{"displayName":"Home page","timeout":"10s","httpCheck":{},"monitoredResource":{"type":"uptime_url","labels":{"host":"example.com"}}}`

func TestUptimeDefaults(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	var check struct {
		Name, Period, CheckerType string
		HTTPCheck                 struct {
			Path, RequestMethod string
			Port                int
		} `json:"httpCheck"`
		MonitoredResource struct{ Labels map[string]string }
	}
	e.rest("POST", uptimePath, uptimeBody).into(t, 200, &check)
	if !strings.HasPrefix(check.Name, "projects/p/uptimeCheckConfigs/home-page-") || check.Period != "60s" || check.CheckerType != "STATIC_IP_CHECKERS" {
		t.Errorf("%+v", check)
	}
	if h := check.HTTPCheck; h.Path != "/" || h.RequestMethod != "GET" || h.Port != 80 || check.MonitoredResource.Labels["project_id"] != "p" {
		t.Errorf("%+v", check)
	}
	var page struct {
		UptimeCheckConfigs []any
		TotalSize          int
	}
	e.rest("GET", uptimePath+"?pageSize=-1", "").into(t, 200, &page)
	if page.TotalSize != 1 || len(page.UptimeCheckConfigs) != 1 {
		t.Errorf("%+v", page)
	}
	var ips struct {
		UptimeCheckIps []struct{ Region, Location, IPAddress string } `json:"uptimeCheckIps"`
	}
	e.rest("GET", "monitoring.googleapis.com/v3/uptimeCheckIps", "").into(t, 200, &ips)
	if len(ips.UptimeCheckIps) < 6 || net.ParseIP(ips.UptimeCheckIps[0].IPAddress) == nil || ips.UptimeCheckIps[0].Region == "" {
		t.Errorf("%+v", ips)
	}
	if got := e.rest("GET", uptimePath+"/none", "").err(t, 404); got.Error.Message != "Config not found for check none in project p" {
		t.Errorf("%q", got.Error.Message)
	}
}

// TestUptimeContentLength posts a body: the service counts it where the caller
// did not.
func TestUptimeContentLength(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	for headers, want := range map[string]map[string]string{
		``:                                  {"Content-Length": "7"},
		`,"headers":{"X-Team":"ops"}`:       {"X-Team": "ops", "Content-Length": "7"},
		`,"headers":{"content-length":"7"}`: {"content-length": "7"},
	} {
		body := strings.Replace(uptimeBody, `"httpCheck":{}`, `"httpCheck":{"requestMethod":"POST","contentType":"URL_ENCODED","body":"Zm9vPWJhcg=="`+headers+`}`, 1)
		var check struct {
			HTTPCheck struct{ Headers map[string]string } `json:"httpCheck"`
		}
		e.rest("POST", uptimePath, body).into(t, 200, &check)
		if !maps.Equal(check.HTTPCheck.Headers, want) {
			t.Errorf("%s: %v", headers, check.HTTPCheck.Headers)
		}
	}
}

// TestUptimeInUse deletes a check that an alerting policy watches.
func TestUptimeInUse(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	var check struct{ Name string }
	e.rest("POST", uptimePath, uptimeBody).into(t, 200, &check)
	id := check.Name[strings.LastIndex(check.Name, "/")+1:]
	policy := cpuPolicy("watch")
	policy.GetConditions()[0].GetConditionThreshold().Filter = fmt.Sprintf(`metric.type="monitoring.googleapis.com/uptime_check/check_passed" AND metric.label.check_id=%q AND resource.type="uptime_url"`, id)
	made := create(t.Context(), t, e.policies(), policy)
	path := "monitoring.googleapis.com/v3/" + check.Name
	if got := e.rest("DELETE", path, "").err(t, 400); !strings.Contains(got.Error.Message, "Cannot delete check "+id) {
		t.Errorf("%q", got.Error.Message)
	}
	if err := e.policies().DeleteAlertPolicy(t.Context(), &monitoringpb.DeleteAlertPolicyRequest{Name: made.GetName()}); err != nil {
		t.Fatal(err)
	}
	if a := e.rest("DELETE", path, ""); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestUptimeSecrets(t *testing.T) {
	t.Parallel()
	file := t.TempDir() + "/state"
	e := start(t, emulator.Options{StateFile: file})
	body := strings.Replace(uptimeBody, `"httpCheck":{}`, `"httpCheck":{"authInfo":{"username":"u","password":"canary-a"},"maskHeaders":true,"headers":{"X-Custom":"canary-b"}}`, 1)
	a := e.rest("POST", uptimePath, body)
	var check map[string]any
	a.into(t, 200, &check)
	for _, p := range e.srv.Requests() {
		raw, err := json.Marshal(p)
		if err != nil || strings.Contains(string(raw), "canary") {
			t.Errorf("in the log: %s, %v", raw, err)
		}
	}
	if strings.Contains(string(a.body), "canary") {
		t.Errorf("in the reply: %s", a.body)
	}
	read := e.rest("GET", "monitoring.googleapis.com/v3/"+fmt.Sprint(check["name"]), "")
	if strings.Contains(string(read.body), "canary") || !strings.Contains(string(read.body), "******") {
		t.Errorf("read: %s", read.body)
	}
	// What was read is no value to send.
	if got := e.rest("PATCH", "monitoring.googleapis.com/v3/"+fmt.Sprint(check["name"]), string(read.body)).err(t, 400); !strings.Contains(got.Error.Message, "obfuscated") {
		t.Errorf("%q", got.Error.Message)
	}
}

func TestUptimeRefusals(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	const target = `"monitoredResource":{"type":"uptime_url","labels":{"host":"h"}}`
	check := func(request, more string) string {
		return `{"displayName":"x","timeout":"10s",` + target + `,` + request + more + `}`
	}
	for _, tt := range []struct {
		name, body string
		status     int
		want       string
	}{
		{"a name", check(`"httpCheck":{}`, `,"name":"projects/p/uptimeCheckConfigs/x"`), 400, "Field must be empty"},
		{"no title", `{"timeout":"10s",` + target + `,"httpCheck":{}}`, 400, "display_name"},
		{"no target", `{"displayName":"x","timeout":"10s","httpCheck":{}}`, 400, "monitored resource must be specified"},
		{"no host", `{"displayName":"x","timeout":"10s","httpCheck":{},"monitoredResource":{"type":"uptime_url"}}`, 400, "label host"},
		{"odd resource", `{"displayName":"x","timeout":"10s","httpCheck":{},"monitoredResource":{"type":"global"}}`, 400, "monitored_resource.type"},
		{"a group", `{"displayName":"x","timeout":"10s","httpCheck":{},"resourceGroup":{"groupId":"1","resourceType":"INSTANCE"}}`, 501, "groups"},
		{"a synthetic monitor", `{"displayName":"x","timeout":"10s","syntheticMonitor":{}}`, 501, "synthetic"},
		{"private checkers", check(`"httpCheck":{}`, `,"checkerType":"VPC_CHECKERS"`), 400, "checker_type"},
		{"no request", `{"displayName":"x","timeout":"10s",` + target + `}`, 400, "HTTP check or a TCP check"},
		{"no timeout", `{"displayName":"x",` + target + `,"httpCheck":{}}`, 400, "timeout"},
		{"long timeout", strings.Replace(check(`"httpCheck":{}`, ``), "10s", "61s", 1), 400, "between 1 and 60 seconds"},
		{"odd period", check(`"httpCheck":{}`, `,"period":"120s"`), 400, "60s, 300s, 600s and 900s"},
		{"two regions", check(`"httpCheck":{}`, `,"selectedRegions":["EUROPE","ASIA_PACIFIC"]`), 400, "minimum of 3 locations"},
		{"a region twice", check(`"httpCheck":{}`, `,"selectedRegions":["EUROPE","EUROPE","ASIA_PACIFIC"]`), 400, "minimum of 3 locations"},
		{"no region", check(`"httpCheck":{}`, `,"selectedRegions":["REGION_UNSPECIFIED"]`), 400, "no such region"},
		{"portless TCP", check(`"tcpCheck":{}`, ``), 400, "tcp_check.port"},
		{"high port", check(`"httpCheck":{"port":65536}`, ``), 400, "http_check.port"},
		{"four pings", check(`"httpCheck":{"pingConfig":{"pingsCount":4}}`, ``), 400, "At most 3 pings"},
		{"a body for GET", check(`"httpCheck":{"body":"YQ=="}`, ``), 400, "http_check.body"},
		{"a type for GET", check(`"httpCheck":{"contentType":"URL_ENCODED"}`, ``), 400, "content_type"},
		{"an untyped POST", check(`"httpCheck":{"requestMethod":"POST"}`, ``), 400, "needs a content type"},
		{"a typed header", check(`"httpCheck":{"requestMethod":"POST","contentType":"URL_ENCODED","headers":{"content-type":"a/b"}}`, ``), 400, "given by content_type"},
		{"no own type", check(`"httpCheck":{"requestMethod":"POST","contentType":"USER_PROVIDED"}`, ``), 400, "custom_content_type"},
		{"two ways in", check(`"httpCheck":{"authInfo":{"username":"a"},"serviceAgentAuthentication":{"type":"OIDC_TOKEN"}}`, ``), 400, "auth_info"},
		{"no status", check(`"httpCheck":{"acceptedResponseStatusCodes":[{}]}`, ``), 400, "accepted_response_status_codes[0]"},
		{"regex by TCP", check(`"tcpCheck":{"port":1}`, `,"contentMatchers":[{"content":"a","matcher":"MATCHES_REGEX"}]`), 400, "HTTP checks only"},
		{"bad regex", check(`"httpCheck":{}`, `,"contentMatchers":[{"content":"(","matcher":"MATCHES_REGEX"}]`), 400, "regular expression"},
		{"no JSON path", check(`"httpCheck":{}`, `,"contentMatchers":[{"content":"a","matcher":"MATCHES_JSON_PATH"}]`), 400, "JSONPath"},
		{"long content", check(`"httpCheck":{}`, `,"contentMatchers":[{"content":"`+strings.Repeat("a", 1025)+`"}]`), 400, "1024 bytes"},
		{"label", check(`"httpCheck":{}`, `,"userLabels":{"A":"b"}`), 400, "user_labels"},
	} {
		if got := e.rest("POST", uptimePath, tt.body).err(t, tt.status); !strings.Contains(got.Error.Message, tt.want) {
			t.Errorf("%s: %q, want %q in it", tt.name, got.Error.Message, tt.want)
		}
	}
	var made struct{ Name string }
	e.rest("POST", uptimePath, check(`"httpCheck":{}`, ``)).into(t, 200, &made)
	for name, body := range map[string]string{
		"another target":  strings.Replace(check(`"httpCheck":{}`, ``), `"h"`, `"other"`, 1),
		"another request": check(`"tcpCheck":{"port":1}`, ``),
	} {
		if got := e.rest("PATCH", "monitoring.googleapis.com/v3/"+made.Name, body).err(t, 400); !strings.Contains(got.Error.Message, "cannot be changed") {
			t.Errorf("%s: %q", name, got.Error.Message)
		}
	}
}
