package emulator_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// hashicorp sends requests as hashicorp/google does when its
// monitoring_custom_endpoint names the server: alt=json on every URL, its user
// agent, and the same request again after the failures that it retries.
type hashicorp struct {
	t        *testing.T
	endpoint string
	sent     int
}

func (e *env) hashicorp() *hashicorp {
	return &hashicorp{t: e.t, endpoint: "http://" + e.srv.Addr() + "/monitoring.googleapis.com/"}
}

// try sends until the answer is one that the provider does not retry.
func (h *hashicorp) try(method, path string, body any) answer {
	h.t.Helper()
	u, err := url.Parse(h.endpoint + path)
	if err != nil {
		h.t.Fatal(err)
	}
	query := u.Query()
	query.Set("alt", "json")
	u.RawQuery = query.Encode()
	for attempt := 1; ; attempt++ {
		var buf bytes.Buffer
		if body != nil {
			if err := json.NewEncoder(&buf).Encode(body); err != nil {
				h.t.Fatal(err)
			}
		}
		req := newRequest(h.t, method, u.String(), buf.String())
		req.Header.Set("User-Agent", "Terraform/1.14.0 (+https://www.terraform.io) Terraform-Plugin-SDK/2.38.1 terraform-provider-google/7.12.0")
		req.Header.Set("Content-Type", "application/json")
		h.sent++
		a, err := send(req)
		if err != nil {
			h.t.Fatalf("%s %s: %v", method, path, err)
		}
		if attempt == 4 || !h.retries(a) {
			return a
		}
	}
}

// retries tells what the provider repeats: some statuses, and Monitoring's
// refusal of concurrent edits by its words.
func (h *hashicorp) retries(a answer) bool {
	switch a.status {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable:
		return true
	case http.StatusConflict:
		text := strings.ToLower(string(a.body))
		return strings.Contains(text, "too many concurrent edits") || strings.Contains(text, "could not fulf"+"ill the request")
	}
	return false
}

func (h *hashicorp) send(method, path string, body any) map[string]any {
	h.t.Helper()
	var reply map[string]any
	h.try(method, path, body).into(h.t, http.StatusOK, &reply)
	return reply
}

// lifecycle is a resource of the provider: what it sends on create and update,
// and which attributes of the reply its schema computes or its state keeps.
type lifecycle struct {
	name       string
	setup      func(e *env, h *hashicorp) map[string]string
	collection string
	create     string
	// mask is empty for the one type that sends no updateMask: channels.
	mask, change string
	deleteQuery  string
	computed     []string
	kept         []string
	// immutable fields are in the configuration and not in an update.
	immutable []string
}

// update sends the changed configuration as the provider does: without its
// immutable fields, and with the names that the state has for the conditions.
func (l lifecycle) update(h *hashicorp, path string, config, state map[string]any) {
	h.t.Helper()
	body := maps.Clone(config)
	for _, field := range l.immutable {
		delete(body, field)
	}
	before, _ := state["conditions"].([]any)
	if after, ok := config["conditions"].([]any); ok {
		named := make([]any, len(after))
		for i, c := range after {
			condition, ok := c.(map[string]any)
			if !ok {
				h.t.Fatalf("condition %d is %v", i, c)
			}
			condition = maps.Clone(condition)
			if i < len(before) {
				if old, ok := before[i].(map[string]any); ok {
					condition["name"] = old["name"]
				}
			}
			named[i] = condition
		}
		body["conditions"] = named
	}
	if l.mask != "" {
		path += "?updateMask=" + url.QueryEscape(l.mask)
	}
	h.send("PATCH", path, body)
}

func (l lifecycle) object(t *testing.T, text string, values map[string]string) map[string]any {
	t.Helper()
	for key, value := range values {
		text = strings.ReplaceAll(text, "{{"+key+"}}", value)
	}
	var out map[string]any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return out
}

func lifecycles() []lifecycle {
	const sloFilter = `metric.type=\"serviceruntime.googleapis.com/api/request_count\" AND resource.type=\"api\"`
	return []lifecycle{
		{
			name: "google_monitoring_notification_channel", collection: "v3/projects/p/notificationChannels",
			create:      `{"displayName":"Ops","enabled":true,"labels":{"email_address":"ops@example.com"},"type":"email","userLabels":{"team":"ops"}}`,
			change:      `{"displayName":"Ops 2","enabled":true,"labels":{"email_address":"ops2@example.com"},"type":"email","userLabels":{"team":"ops"}}`,
			deleteQuery: "?force=false",
			computed:    []string{"name", "verificationStatus", "creationRecord", "mutationRecords"},
		},
		{
			name: "google_monitoring_notification_channel with a secret", collection: "v3/projects/p/notificationChannels",
			create:      `{"displayName":"Page","enabled":true,"labels":{"service_key":"s3cret-0123456789abcdef"},"type":"pagerduty","userLabels":{}}`,
			change:      `{"displayName":"Page","enabled":false,"labels":{"service_key":"s3cret-fedcba9876543210"},"type":"pagerduty","userLabels":{}}`,
			deleteQuery: "?force=true",
			computed:    []string{"name", "verificationStatus", "creationRecord", "mutationRecords"},
			kept:        []string{"labels.service_key"},
		},
		{
			name: "google_monitoring_alert_policy", collection: "v3/projects/p/alertPolicies",
			setup: func(_ *env, h *hashicorp) map[string]string {
				made := h.send("POST", "v3/projects/p/notificationChannels", map[string]any{"type": "email", "labels": map[string]string{"email_address": "a@example.com"}})
				return map[string]string{"channel": fmt.Sprint(made["name"])}
			},
			create: `{"displayName":"CPU","combiner":"OR","enabled":true,"notificationChannels":["{{channel}}"],"userLabels":{"a":"b"},"severity":"WARNING",
				"documentation":{"content":"Do something.","mimeType":"text/markdown"},"alertStrategy":{"autoClose":"1800s"},
				"conditions":[{"displayName":"high","conditionThreshold":{"comparison":"COMPARISON_GT","duration":"60s","thresholdValue":0.5,
				"filter":"metric.type=\"compute.googleapis.com/instance/cpu/utilization\" AND resource.type=\"gce_instance\"",
				"aggregations":[{"alignmentPeriod":"60s","perSeriesAligner":"ALIGN_RATE"}],"trigger":{"count":1}}}]}`,
			mask: "displayName,conditions,alertStrategy,severity",
			change: `{"displayName":"CPU 2","combiner":"OR","enabled":true,"notificationChannels":["{{channel}}"],"userLabels":{"a":"b"},"severity":"ERROR",
				"documentation":{"content":"Do something.","mimeType":"text/markdown"},"alertStrategy":{"autoClose":"3600s"},
				"conditions":[{"displayName":"promql","conditionPrometheusQueryLanguage":{"query":"up == 0","duration":"60s","evaluationInterval":"30s","disableMetricValidation":true}}]}`,
			computed: []string{"name", "creationRecord", "mutationRecord", "conditions.0.name"},
		},
		{
			name: "google_monitoring_custom_service", collection: "v3/projects/p/services?serviceId=custom-srv",
			create:   `{"custom":{},"displayName":"My service","telemetry":{"resourceName":"//product.googleapis.com/foo/foo/services/test"},"userLabels":{"k":"v"}}`,
			mask:     "displayName,userLabels,telemetry",
			change:   `{"custom":{},"displayName":"My other service","telemetry":{"resourceName":"//product.googleapis.com/foo/foo/services/test2"},"userLabels":{"k":"w"}}`,
			computed: []string{"name"},
		},
		{
			name: "google_monitoring_slo with a ratio", collection: "v3/projects/p/services/srv/serviceLevelObjectives?serviceLevelObjectiveId=ratio",
			setup: func(_ *env, h *hashicorp) map[string]string {
				h.send("POST", "v3/projects/p/services?serviceId=srv", map[string]any{"custom": map[string]any{}, "userLabels": map[string]any{}})
				return nil
			},
			create: `{"name":"ratio","displayName":"Ratio","goal":0.9,"rollingPeriod":"2592000s","userLabels":{},
				"serviceLevelIndicator":{"requestBased":{"goodTotalRatio":{"goodServiceFilter":"` + sloFilter + ` AND metric.label.response_code_class=\"2xx\"","totalServiceFilter":"` + sloFilter + `"}}}}`,
			// The provider names the fields of both methods when either changes.
			mask: "goal,rollingPeriod,calendarPeriod,serviceLevelIndicator.requestBased.goodTotalRatio.badServiceFilter,serviceLevelIndicator.requestBased.goodTotalRatio.goodServiceFilter," +
				"serviceLevelIndicator.requestBased.goodTotalRatio.totalServiceFilter,serviceLevelIndicator.requestBased.distributionCut.range,serviceLevelIndicator.requestBased.distributionCut.distributionFilter",
			change: `{"displayName":"Ratio","goal":0.95,"calendarPeriod":"WEEK","userLabels":{},
				"serviceLevelIndicator":{"requestBased":{"distributionCut":{"distributionFilter":"metric.type=\"serviceruntime.googleapis.com/api/request_latencies\" resource.type=\"api\"","range":{"max":0.5}}}}}`,
			computed: []string{"name"},
			kept:     []string{"name"},
		},
		{
			name: "google_monitoring_slo with windows", collection: "v3/projects/p/services/srv/serviceLevelObjectives?serviceLevelObjectiveId=",
			setup: func(_ *env, h *hashicorp) map[string]string {
				h.send("POST", "v3/projects/p/services?serviceId=srv", map[string]any{"custom": map[string]any{}, "userLabels": map[string]any{}})
				return nil
			},
			create: `{"displayName":"Windows","goal":0.95,"calendarPeriod":"FORTNIGHT","userLabels":{},
				"serviceLevelIndicator":{"windowsBased":{"windowPeriod":"400s","goodBadMetricFilter":"metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND resource.type=\"uptime_url\""}}}`,
			mask: "serviceLevelIndicator.windowsBased.windowPeriod,serviceLevelIndicator.windowsBased.goodBadMetricFilter,serviceLevelIndicator.windowsBased.goodTotalRatioThreshold.threshold," +
				"serviceLevelIndicator.windowsBased.goodTotalRatioThreshold.performance.goodTotalRatio.badServiceFilter,serviceLevelIndicator.windowsBased.goodTotalRatioThreshold.basicSliPerformance," +
				"serviceLevelIndicator.windowsBased.metricMeanInRange.timeSeries,serviceLevelIndicator.windowsBased.metricMeanInRange.range,serviceLevelIndicator.windowsBased.metricSumInRange.timeSeries,serviceLevelIndicator.windowsBased.metricSumInRange.range",
			change: `{"displayName":"Windows","goal":0.95,"calendarPeriod":"FORTNIGHT","userLabels":{},
				"serviceLevelIndicator":{"windowsBased":{"windowPeriod":"600s","metricSumInRange":{"timeSeries":"metric.type=\"monitoring.googleapis.com/uptime_check/request_latency\" AND resource.type=\"uptime_url\"","range":{"max":5000}}}}}`,
			computed: []string{"name"},
		},
		{
			name: "google_monitoring_uptime_check_config", collection: "v3/projects/p/uptimeCheckConfigs",
			create: `{"displayName":"http check","period":"300s","timeout":"60s","selectedRegions":["USA"],
				"contentMatchers":[{"content":"example","matcher":"CONTAINS_STRING"}],
				"httpCheck":{"path":"some-path","port":8010,"requestMethod":"POST","contentType":"URL_ENCODED","body":"Zm9vJTI1M0RiYXI=","maskHeaders":true,
				"authInfo":{"username":"name","password":"s3cret-password"}},
				"monitoredResource":{"type":"uptime_url","labels":{"host":"192.168.1.1"}}}`,
			mask: "displayName,timeout,httpCheck,userLabels",
			change: `{"displayName":"http check 2","period":"300s","timeout":"30s","selectedRegions":["USA"],"userLabels":{"a":"b"},
				"contentMatchers":[{"content":"example","matcher":"CONTAINS_STRING"}],
				"httpCheck":{"path":"/other","requestMethod":"GET","useSsl":true,"validateSsl":true,"authInfo":{"username":"name","password":"s3cret-other"}},
				"monitoredResource":{"type":"uptime_url","labels":{"host":"192.168.1.1"}}}`,
			computed:  []string{"name", "checkerType", "httpCheck.port", "httpCheck.headers.Content-Length", "monitoredResource.labels.project_id"},
			kept:      []string{"httpCheck.authInfo.password", "httpCheck.path"},
			immutable: []string{"monitoredResource"},
		},
		{
			name: "google_monitoring_uptime_check_config of TCP", collection: "v3/projects/p/uptimeCheckConfigs",
			create:    `{"displayName":"tcp","period":"300s","timeout":"60s","tcpCheck":{"port":889},"monitoredResource":{"type":"uptime_url","labels":{"host":"example.com","project_id":"p"}}}`,
			mask:      "tcpCheck",
			change:    `{"displayName":"tcp","period":"300s","timeout":"60s","tcpCheck":{"port":890},"monitoredResource":{"type":"uptime_url","labels":{"host":"example.com","project_id":"p"}}}`,
			computed:  []string{"name", "checkerType"},
			immutable: []string{"monitoredResource"},
		},
		{
			name: "google_monitoring_alert_policy on a log", collection: "v3/projects/p/alertPolicies",
			create: `{"displayName":"Log","combiner":"OR","enabled":true,"alertStrategy":{"autoClose":"1800s","notificationRateLimit":{"period":"300s"}},
				"conditions":[{"displayName":"log","conditionMatchedLog":{"filter":"severity>=ERROR","labelExtractors":{"x":"EXTRACT(jsonPayload.x)"}}}]}`,
			mask: "enabled,conditions,alertStrategy",
			change: `{"displayName":"Log","combiner":"OR","enabled":false,"alertStrategy":{"autoClose":"1800s","notificationRateLimit":{"period":"600s"}},
				"conditions":[{"displayName":"log","conditionMatchedLog":{"filter":"severity>=CRITICAL","labelExtractors":{"x":"EXTRACT(jsonPayload.x)"}}}]}`,
			computed: []string{"name", "creationRecord", "mutationRecord", "conditions.0.name"},
		},
	}
}

// TestHashicorpGoogle takes each type through create, read, a plan without
// changes, update and destroy.
func TestHashicorpGoogle(t *testing.T) {
	t.Parallel()
	for _, l := range lifecycles() {
		t.Run(strings.ReplaceAll(l.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			e := start(t, emulator.Options{})
			h := e.hashicorp()
			h.t = t
			var values map[string]string
			if l.setup != nil {
				values = l.setup(e, h)
			}
			config := l.object(t, l.create, values)
			made := h.send("POST", l.collection, config)
			path := "v3/" + fmt.Sprint(made["name"])
			state := h.send("GET", path, nil)
			l.wantEmptyPlan(t, config, state)
			config = l.object(t, l.change, values)
			l.update(h, path, config, state)
			l.wantEmptyPlan(t, config, h.send("GET", path, nil))
			h.send("DELETE", path+l.deleteQuery, nil)
			if a := h.try("GET", path, nil); a.status != http.StatusNotFound {
				t.Errorf("after the destroy: %d %s", a.status, a.body)
			}
			if len(values) == 0 && l.setup == nil && len(e.srv.Inventory()) != 0 {
				t.Errorf("left behind %v", e.srv.Inventory())
			}
			raw, err := json.Marshal(e.srv.Requests())
			if err != nil || strings.Contains(string(raw), "s3cret") {
				t.Errorf("a secret in the request log: %s, %v", raw, err)
			}
		})
	}
}

// wantEmptyPlan compares a configuration with what was read: every value that
// was set has come back, and nothing else but what the schema computes.
func (l lifecycle) wantEmptyPlan(t *testing.T, config, state map[string]any) {
	t.Helper()
	set, read := leaves(config), leaves(state)
	for _, path := range slices.Sorted(maps.Keys(set)) {
		if slices.Contains(l.kept, path) || slices.Contains(l.computed, path) || isZero(set[path]) && read[path] == nil {
			continue
		}
		if !reflect.DeepEqual(set[path], read[path]) {
			t.Errorf("%s was set to %v and reads %v", path, set[path], read[path])
		}
	}
	for _, path := range slices.Sorted(maps.Keys(read)) {
		if _, ok := set[path]; ok || slices.ContainsFunc(l.computed, func(c string) bool { return path == c || strings.HasPrefix(path, c+".") }) {
			continue
		}
		t.Errorf("%s reads %v and was not set", path, read[path])
	}
}

// leaves flattens an object into its scalars by their dotted paths.
func leaves(v any) map[string]any {
	out := map[string]any{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, item := range v {
				walk(strings.TrimPrefix(path+"."+key, "."), item)
			}
		case []any:
			for i, item := range v {
				walk(fmt.Sprintf("%s.%d", path, i), item)
			}
		default:
			out[path] = v
		}
	}
	walk("", v)
	return out
}

func isZero(v any) bool { return v == nil || reflect.ValueOf(v).IsZero() }

// TestHashicorpRetries has the provider's retries meet the failures that they
// are for.
func TestHashicorpRetries(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	h := e.hashicorp()
	body := map[string]any{"custom": map[string]any{}, "displayName": "x", "userLabels": map[string]any{}}
	e.srv.InjectFaults(
		emulator.Fault{RPC: "CreateService", Status: 409, Message: "Too many concurrent edits to the project configuration. Please try again."},
		emulator.Fault{RPC: "CreateService", Status: 503},
	)
	h.send("POST", "v3/projects/p/services?serviceId=s", body)
	if h.sent != 3 {
		t.Errorf("%d requests, want 3", h.sent)
	}
	// A lost reply shows as a taken name, which the provider does not retry.
	if a := h.try("POST", "v3/projects/p/services?serviceId=s", body); a.status != 409 || h.sent != 4 {
		t.Errorf("%d after %d requests: %s", a.status, h.sent, a.body)
	}
}
