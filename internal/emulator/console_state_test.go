package emulator_test

import (
	"net/http"
	"strings"
	"testing"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// pageObjective is how an objective stands, as the page's script gets it.
type pageObjective struct {
	Error   string     `json:"error"`
	Good    float64    `json:"good"`
	Left    float64    `json:"left"`
	Burn    *float64   `json:"burn"`
	Level   string     `json:"level"`
	History []*float64 `json:"history"`
	Query   string     `json:"query"`
}

const (
	requestsFilter  = `metric.type=\"prometheus.googleapis.com/http_requests_total/counter\" AND resource.type=\"prometheus_target\"`
	durationsFilter = `metric.type=\"prometheus.googleapis.com/http_request_duration_seconds/histogram\" AND resource.type=\"prometheus_target\"`
)

// addObjective makes an objective from its indicator, goal and period.
func (e *env) addObjective(id, goal, period, indicator string) string {
	e.t.Helper()
	e.rest(http.MethodPost, "monitoring.googleapis.com/v3/projects/p/services/api/serviceLevelObjectives?serviceLevelObjectiveId="+id,
		`{"displayName": "Objective `+id+`", "goal": `+goal+`, `+period+`, "serviceLevelIndicator": `+indicator+`}`).into(e.t, http.StatusOK, &struct{}{})
	return "projects/p/services/api/serviceLevelObjectives/" + id
}

// objectives makes the metrics and the service that objectives need.
func objectives(t *testing.T) *env {
	t.Helper()
	e := start(t, emulator.Options{})
	for name, value := range map[string]string{"http_requests_total/counter": "DOUBLE", "http_request_duration_seconds/histogram": "DISTRIBUTION"} {
		e.rest(http.MethodPost, "monitoring.googleapis.com/v3/projects/p/metricDescriptors",
			`{"type": "prometheus.googleapis.com/`+name+`", "metricKind": "CUMULATIVE", "valueType": "`+value+`", "labels": [{"key": "status"}]}`).into(t, http.StatusOK, &struct{}{})
	}
	e.rest(http.MethodPost, "monitoring.googleapis.com/v3/projects/p/services?serviceId=api", `{"displayName": "The API", "custom": {}}`).into(t, http.StatusOK, &struct{}{})
	return e
}

func TestConsoleObjectives(t *testing.T) {
	t.Parallel()
	e := objectives(t)
	const month = `"rollingPeriod": "2592000s"`
	bad := `AND metric.labels.status=monitoring.regex.full_match(\"5..\")`
	good := `AND NOT metric.labels.status=\"5xx\"`
	byBad := e.addObjective("bad", "0.999", month, `{"requestBased": {"goodTotalRatio": {"badServiceFilter": "`+requestsFilter+bad+`", "totalServiceFilter": "`+requestsFilter+`"}}}`)
	byGood := e.addObjective("good", "0.999", month, `{"requestBased": {"goodTotalRatio": {"goodServiceFilter": "`+requestsFilter+good+`", "totalServiceFilter": "`+requestsFilter+`"}}}`)
	byBoth := e.addObjective("both", "0.999", month, `{"requestBased": {"goodTotalRatio": {"goodServiceFilter": "`+requestsFilter+good+`", "badServiceFilter": "`+requestsFilter+bad+`"}}}`)
	fast := e.addObjective("fast", "0.9", `"calendarPeriod": "WEEK"`, `{"requestBased": {"distributionCut": {"distributionFilter": "`+durationsFilter+`", "range": {"max": 0.5}}}}`)
	strict := e.addObjective("strict", "0.9999", `"rollingPeriod": "604800s"`, `{"requestBased": {"distributionCut": {"distributionFilter": "`+durationsFilter+`", "range": {"max": 0.5}}}}`)

	var first pageObjective
	e.page(http.StatusOK, "objective", &first, "name", byBad)
	if want := 1 - (1-first.Good)/0.001; first.Good < 0.999 || abs(first.Left-want) > 1e-9 || first.Burn == nil || first.Level == "red" {
		t.Errorf("objective by bad requests: %+v", first)
	}
	for _, name := range []string{byGood, byBoth} {
		var other pageObjective
		e.page(http.StatusOK, "objective", &other, "name", name)
		if abs(other.Good-first.Good) > 1e-6 {
			t.Errorf("%s: %v are good, by bad requests it is %v", name, other.Good, first.Good)
		}
	}
	if last := first.History[len(first.History)-1]; *first.History[0] != 1 || abs(*last-first.Left) > 0.05 {
		t.Errorf("the course of the budget ends at %v, with %v left", *last, first.Left)
	}
	var quick, missed pageObjective
	e.page(http.StatusOK, "objective", &quick, "name", fast)
	if quick.Good < 0.95 || quick.Good > 0.9999 || quick.Level != "good" {
		t.Errorf("distribution cut: %+v", quick)
	}
	e.page(http.StatusOK, "objective", &missed, "name", strict)
	if missed.Left >= 0 || missed.Level != "red" {
		t.Errorf("an objective that is missed: %+v", missed)
	}
	windows := e.addObjective("windows", "0.9", month, `{"windowsBased": {"windowPeriod": "300s", "goodTotalRatioThreshold": {"threshold": 0.9, "performance": {"distributionCut": {"distributionFilter": "`+durationsFilter+`", "range": {"max": 0.5}}}}}}`)
	var unknown pageObjective
	e.page(http.StatusBadRequest, "objective", &unknown, "name", windows)
	if !strings.Contains(unknown.Error, "based on windows") {
		t.Errorf("windows: %+v", unknown)
	}
	body := string(e.rest(http.MethodGet, "", "").body)
	for _, want := range []string{
		"Objective bad", "99.9 %", "in any 30 days · The API", `Share of http_requests_total without http_requests_total{status=~&#34;5..&#34;}`,
		"in each calendar week", "Share of values of http_request_duration_seconds up to 0.5", `data-objective="` + byBad + `"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func abs(v float64) float64 { return max(v, -v) }

func TestConsolePolicyState(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	for query, want := range map[string]string{
		"up == 1": "met now by 25 series",
		"up > 1":  "quiet now",
		"sum(up)": "met now by 1 series",
	} {
		p := cpuPolicy("p")
		p.Conditions = []*monitoringpb.AlertPolicy_Condition{promCondition(query)}
		made := create(t.Context(), t, e.policies(), p)
		var state struct{ State, Text string }
		e.page(http.StatusOK, "policy", &state, "name", made.GetName())
		if state.Text != want {
			t.Errorf("%s: %+v, want %q", query, state, want)
		}
	}
	made := create(t.Context(), t, e.policies(), cpuPolicy("threshold"))
	var state struct{ State, Text string }
	e.page(http.StatusOK, "policy", &state, "name", made.GetName())
	if state.State != "unknown" {
		t.Errorf("a threshold: %+v", state)
	}
}

func TestConsoleAlertCharts(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	p := cpuPolicy("Pods up")
	p.Conditions = []*monitoringpb.AlertPolicy_Condition{promCondition("(sum by (namespace) (up) < 4)")}
	made := create(t.Context(), t, e.policies(), p)
	name := e.addTiles("", `{"title": "a", "alertChart": {"name": "`+made.GetName()+`"}}`)
	data := e.tile(name, 0)
	if len(data.Series) != 5 || len(data.Thresholds) != 1 || data.Thresholds[0].Value != 4 || !data.Thresholds[0].Below {
		t.Errorf("alert chart: %+v", data)
	}
	if err := e.policies().DeleteAlertPolicy(t.Context(), &monitoringpb.DeleteAlertPolicyRequest{Name: made.GetName()}); err != nil {
		t.Fatal(err)
	}
	var failed pageData
	e.page(http.StatusNotFound, "tile", &failed, "name", name, "tile", "0")
	if !strings.Contains(failed.Error, "does not exist") {
		t.Errorf("alert chart of a policy that is gone: %+v", failed)
	}
}

func TestConsoleListsGrafana(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	e.rest(http.MethodPost, "grafana/api/dashboards/db", `{"dashboard": {"uid": "g-1", "title": "In <Grafana>", "panels": [{"type": "text"}, {"type": "row"}]}}`).into(t, http.StatusOK, &struct{}{})
	body := string(e.rest(http.MethodGet, "", "").body)
	for _, want := range []string{"Grafana dashboards", "In &lt;Grafana&gt;", "/grafana/api/dashboards/uid/g-1", `<td class="n">2</td>`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}
