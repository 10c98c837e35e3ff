package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// withoutComputed drops from what was read each key that the configuration does
// not have, as google_monitoring_dashboard does before it compares the two. It
// fails where the provider would panic: on an object against something else.
func withoutComputed(t *testing.T, read, config map[string]any) map[string]any {
	t.Helper()
	out := map[string]any{}
	for key, value := range read {
		if config[key] == nil {
			continue
		}
		switch value := value.(type) {
		case map[string]any:
			want, ok := config[key].(map[string]any)
			if !ok {
				t.Fatalf("%s reads as an object and was set to %v", key, config[key])
			}
			out[key] = withoutComputed(t, value, want)
		case []any:
			want, ok := config[key].([]any)
			if !ok {
				t.Fatalf("%s reads as a list and was set to %v", key, config[key])
			}
			list := make([]any, len(value))
			for i, item := range value {
				list[i] = item
				object, isObject := item.(map[string]any)
				if !isObject || i >= len(want) {
					continue
				}
				other, ok := want[i].(map[string]any)
				if !ok {
					t.Fatalf("%s[%d] reads as an object and was set to %v", key, i, want[i])
				}
				list[i] = withoutComputed(t, object, other)
			}
			out[key] = list
		default:
			out[key] = value
		}
	}
	return out
}

// Dashboards as people write them for google_monitoring_dashboard.
func dashboardConfigs(policy string) map[string]string {
	const chart = `"xyChart":{"dataSets":[{"timeSeriesQuery":{"timeSeriesFilter":{"filter":"metric.type=\"agent.googleapis.com/nginx/connections/accepted_count\"","aggregation":{"perSeriesAligner":"ALIGN_RATE"}},"unitOverride":"1"},"plotType":"LINE"}],"timeshiftDuration":"0s","yAxis":{"label":"y1Axis","scale":"LINEAR"}}`
	return map[string]string{
		"blank":  `{"displayName":"Blank","gridLayout":{"widgets":[{"blank":{}}]}}`,
		"grid":   `{"displayName":"Grid","gridLayout":{"columns":"2","widgets":[{"title":"Widget 1",` + chart + `},{"text":{"content":"Widget 2","format":"MARKDOWN"}}]}}`,
		"row":    `{"displayName":"Row","rowLayout":{"rows":[{"weight":"1","widgets":[{"text":{"content":"a","format":"MARKDOWN"}},{"text":{"content":"b"}}]}]}}`,
		"column": `{"displayName":"Column","columnLayout":{"columns":[{"weight":"2","widgets":[{"title":"w",` + chart + `}]}]},"labels":{"team":"","env":"dev"}}`,
		"mosaic": `{"displayName":"Mosaic","dashboardFilters":[{"filterType":"METRIC_LABEL","labelKey":"namespace","templateVariable":"tenant","stringValue":"t1"}],
			"mosaicLayout":{"columns":48,"tiles":[
			{"width":48,"height":32,"widget":{"title":"Group","collapsibleGroup":{"collapsed":true}}},
			{"width":24,"height":16,"widget":{"title":"PromQL","xyChart":{"dataSets":[{"legendTemplate":"${labels.namespace}","plotType":"LINE","targetAxis":"Y1","timeSeriesQuery":{"prometheusQuery":"sum by (namespace) (rate(http_requests_total{namespace=~\"${tenant.value}\"}[${__interval}]))","unitOverride":"1/s"}}],"thresholds":[{"label":"limit","value":10,"targetAxis":"Y1"}]}}},
			{"xPos":24,"width":24,"height":16,"widget":{"alertChart":{"name":"` + policy + `"}}},
			{"yPos":16,"width":12,"height":8,"widget":{"title":"Card","scorecard":{"gaugeView":{"upperBound":1},"thresholds":[{"value":0.9,"color":"RED","direction":"ABOVE"}],"timeSeriesQuery":{"prometheusQuery":"avg(up)"}}}},
			{"yPos":32,"width":24,"height":8,"widget":{"title":"Table","timeSeriesTable":{"dataSets":[{"timeSeriesQuery":{"prometheusQuery":"topk(5, up)"}}],"metricVisualization":"NUMBER"}}}]}}`,
	}
}

// TestHashicorpDashboards is TestHashicorpGoogle for google_monitoring_dashboard,
// whose only attribute is the JSON, with the provider's own comparison.
func TestHashicorpDashboards(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	policy := create(t.Context(), t, e.policies(), cpuPolicy("charted")).GetName()
	for name, text := range dashboardConfigs(policy) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := e.hashicorp()
			h.t = t
			parse := func() map[string]any {
				var config map[string]any
				if err := json.Unmarshal([]byte(text), &config); err != nil {
					t.Fatal(err)
				}
				return config
			}
			config := parse()
			made := h.send("POST", "v1/projects/p/dashboards", config)
			path := "v1/" + fmt.Sprint(made["name"])
			state := h.send("GET", path, nil)
			if got := withoutComputed(t, state, config); !reflect.DeepEqual(got, config) {
				t.Errorf("the plan is not empty:\n%v\n%v", got, config)
			}
			old := state["etag"]
			config["displayName"] = "Changed"
			body := parse()
			body["displayName"], body["etag"] = "Changed", old
			h.send("PATCH", path, body)
			state = h.send("GET", path, nil)
			if got := withoutComputed(t, state, config); !reflect.DeepEqual(got, config) || state["etag"] == old {
				t.Errorf("the plan after an update is not empty, or the etag is as before:\n%v\n%v", got, config)
			}
			stale := h.sent
			if a := h.try("PATCH", path, body); a.status != http.StatusConflict || h.sent != stale+1 {
				t.Errorf("an old etag: %d %s", a.status, a.body)
			}
			h.send("DELETE", path, nil)
			if a := h.try("GET", path, nil); a.status != http.StatusNotFound {
				t.Errorf("after the destroy: %d %s", a.status, a.body)
			}
			if a := h.try("DELETE", path, nil); a.status != http.StatusNotFound {
				t.Errorf("a second destroy: %d %s", a.status, a.body)
			}
		})
	}
}
