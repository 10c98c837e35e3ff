package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	monitoringv1 "google.golang.org/api/monitoring/v1"
	"google.golang.org/api/option"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

const promPath = "monitoring.googleapis.com/v1/projects/p/location/global/prometheus/api/v1/"

// promAnswer is a reply of Prometheus' HTTP API.
type promAnswer struct {
	Status    string          `json:"status"`
	ErrorType string          `json:"errorType"`
	Error     string          `json:"error"`
	Data      json.RawMessage `json:"data"`
}

type promData struct {
	ResultType string `json:"resultType"`
	Result     []struct {
		Metric map[string]string `json:"metric"`
		Value  []any             `json:"value"`
		Values [][]any           `json:"values"`
	} `json:"result"`
}

// prom calls a method by GET, with its parameters in pairs.
func (e *env) prom(method string, wantStatus int, pairs ...string) promAnswer {
	e.t.Helper()
	query := url.Values{}
	for pair := range slices.Chunk(pairs, 2) {
		query.Add(pair[0], pair[1])
	}
	var out promAnswer
	e.rest(http.MethodGet, promPath+method+"?"+query.Encode(), "").into(e.t, wantStatus, &out)
	return out
}

func (a promAnswer) result(t *testing.T) promData {
	t.Helper()
	var d promData
	if err := json.Unmarshal(a.Data, &d); err != nil || a.Status != "success" {
		t.Fatalf("reply %s: %s %v", a.Status, a.Data, err)
	}
	return d
}

func TestPromQLQueries(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	now := e.clock.Now()
	d := e.prom("query", http.StatusOK, "query", "sum by (namespace) (up)").result(t)
	if d.ResultType != "vector" || len(d.Result) < 3 {
		t.Fatalf("instant query: %+v", d)
	}
	if at, ok := d.Result[0].Value[0].(float64); !ok || int64(at) != now.Unix() {
		t.Errorf("the query is evaluated at %v, not at the server's time %d", d.Result[0].Value[0], now.Unix())
	}
	start, end := now.Add(-time.Hour).Format(time.RFC3339), now.Format(time.RFC3339)
	d = e.prom("query_range", http.StatusOK, "query", "up", "start", start, "end", end, "step", "10m").result(t)
	if d.ResultType != "matrix" || len(d.Result) == 0 || len(d.Result[0].Values) != 7 {
		t.Errorf("range query: %+v", d)
	}
	for name, want := range map[string]string{"query": `"scalar"`, "string": `"string"`} {
		query := map[string]string{"query": "1 + 1", "string": `"text"`}[name]
		if a := e.prom("query", http.StatusOK, "query", query, "time", "12.5"); !strings.Contains(string(a.Data), want) || !strings.Contains(string(a.Data), "12.5") {
			t.Errorf("%s: %s", query, a.Data)
		}
	}
	if a := e.prom("query", http.StatusOK, "query", "up / 0", "limit", "2").result(t); len(a.Result) != 2 || a.Result[0].Value[1] != "+Inf" {
		t.Errorf("infinity: %+v", a)
	}
	if got := e.srv.Requests()[0]; got.RPC != "QueryInstant" || got.Resource != "projects/p" || got.Code != "OK" {
		t.Errorf("the request log says %+v", got)
	}
}

// TestPromQLSeriesAreOfProjectAndSeed asks both methods for one time: they agree,
// name the project asked, and differ by project and by seed alone.
func TestPromQLSeriesAreOfProjectAndSeed(t *testing.T) {
	t.Parallel()
	const at = "1795690000"
	query := []string{"query", "sum by (project_id) (rate(http_requests_total[5m]))"}
	rate := func(seed int64) string {
		e := start(t, emulator.Options{Seed: seed})
		instant := e.prom("query", http.StatusOK, append(slices.Clone(query), "time", at)...).result(t)
		span := e.prom("query_range", http.StatusOK, append(slices.Clone(query), "start", at, "end", at, "step", "1m")...).result(t)
		if len(instant.Result) != 1 || len(span.Result) != 1 || len(span.Result[0].Values) != 1 {
			t.Fatalf("%+v %+v", instant, span)
		}
		one, other := instant.Result[0], span.Result[0]
		if one.Metric["project_id"] != "p" || other.Metric["project_id"] != "p" || !slices.Equal(one.Value, other.Values[0]) {
			t.Errorf("query says %+v, query_range %+v", one, other)
		}
		return fmt.Sprint(one.Value[1])
	}
	if first, again := rate(1), rate(1); first != again {
		t.Errorf("one seed yields %s and %s", first, again)
	}
	if first, other := rate(1), rate(2); first == other {
		t.Errorf("two seeds yield %s", first)
	}
}

// TestPromQLByPost sends a form, as Grafana does, and JSON, as Google's own
// client does.
func TestPromQLByPost(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	form := url.Values{"query": {"count(up)"}}.Encode()
	var out promAnswer
	e.rest(http.MethodPost, promPath+"query", form).into(t, http.StatusOK, &out)
	byForm := out.result(t).Result[0].Value[1]
	svc, err := monitoringv1.NewService(t.Context(), option.WithEndpoint("http://"+e.srv.Addr()+"/monitoring.googleapis.com/"), option.WithoutAuthentication())
	if err != nil {
		t.Fatal(err)
	}
	body, err := svc.Projects.Location.Prometheus.Api.V1.Query("projects/p", "global", &monitoringv1.QueryInstantRequest{Query: "count(up)"}).Do()
	if err != nil || body == nil {
		t.Fatalf("Google's client: %v", err)
	}
	raw := e.rest(http.MethodPost, promPath+"query", `{"query": "count(up)"}`)
	raw.into(t, http.StatusOK, &out)
	if byJSON := out.result(t).Result[0].Value[1]; byJSON != byForm {
		t.Errorf("%v by JSON, %v by form", byJSON, byForm)
	}
}

func TestPromQLLabels(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	list := func(a promAnswer) []string {
		var out []string
		if err := json.Unmarshal(a.Data, &out); err != nil {
			t.Fatalf("%s: %v", a.Data, err)
		}
		return out
	}
	if names := list(e.prom("labels", http.StatusOK, "match[]", "up")); !slices.Equal(names, []string{
		"__name__", "cluster", "container", "instance", "job", "location", "namespace", "pod", "project_id",
	}) {
		t.Errorf("labels: %v", names)
	}
	if names := list(e.prom("label/__name__/values", http.StatusOK)); !slices.Contains(names, "http_request_duration_seconds_bucket") || !slices.IsSorted(names) {
		t.Errorf("metric names: %v", names)
	}
	if values := list(e.prom("label/status/values", http.StatusOK, "match[]", "http_requests_total", "limit", "2")); !slices.Equal(values, []string{"2xx", "4xx"}) {
		t.Errorf("values: %v", values)
	}
	var sets []map[string]string
	if err := json.Unmarshal(e.prom("series", http.StatusOK, "match[]", `db_pool_connections{namespace="tenant-acme"}`, "match[]", `up{namespace="tenant-acme",job="api"}`).Data, &sets); err != nil || len(sets) != 4 {
		t.Errorf("series: %v %v", sets, err)
	}
	var metadata map[string][]map[string]string
	if err := json.Unmarshal(e.prom("metadata", http.StatusOK, "metric", "http_requests_total").Data, &metadata); err != nil || metadata["http_requests_total"][0]["type"] != "counter" {
		t.Errorf("metadata: %v %v", metadata, err)
	}
}

// TestPromQLErrors are in Prometheus' form where the API refuses, and in
// Google's where the project or the request does not reach it.
func TestPromQLErrors(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	for _, c := range []struct {
		method string
		pairs  []string
		status int
		kind   string
		words  string
	}{
		{"query", []string{"query", "sum(up"}, http.StatusBadRequest, "bad_data", `invalid parameter "query": 1:7: parse error`},
		{"query", nil, http.StatusBadRequest, "bad_data", `invalid parameter "query"`},
		{"query", []string{"query", `{__name__=~"http_.*"}`}, http.StatusBadRequest, "bad_data", "exact matching on metric names"},
		{"query", []string{"query", "up", "time", "noon"}, http.StatusBadRequest, "bad_data", `invalid parameter "time": cannot parse "noon" to a valid timestamp`},
		{"query", []string{"query", "up", "timeout", "soon"}, http.StatusBadRequest, "bad_data", `invalid parameter "timeout"`},
		{"query", []string{"query", "up", "timeout", "0"}, http.StatusServiceUnavailable, "timeout", "timed out"},
		{"query", []string{"query", "up", "limit", "-1"}, http.StatusBadRequest, "bad_data", "limit must be non-negative"},
		{"query", []string{"query", "up * on(job) up"}, http.StatusUnprocessableEntity, "execution", "many-to-many"},
		{"query_range", []string{"query", "up", "start", "10", "end", "5", "step", "1"}, http.StatusBadRequest, "bad_data", "end timestamp must not be before start time"},
		{"query_range", []string{"query", "up", "start", "0", "end", "11001", "step", "1"}, http.StatusBadRequest, "bad_data", "11,000 points"},
		{"query_range", []string{"query", "up", "start", "0", "end", "10", "step", "0"}, http.StatusBadRequest, "bad_data", "zero or negative query resolution"},
		{"query_range", []string{"query", "up", "start", "0", "end", "10", "step", "a"}, http.StatusBadRequest, "bad_data", `cannot parse "a" to a valid duration`},
		{"query_range", []string{"query", "up"}, http.StatusBadRequest, "bad_data", `invalid parameter "start"`},
		{"series", nil, http.StatusBadRequest, "bad_data", "no match[] parameter provided"},
		{"series", []string{"match[]", "sum(up)"}, http.StatusBadRequest, "bad_data", `invalid parameter "match[]"`},
	} {
		a := e.prom(c.method, c.status, c.pairs...)
		if a.Status != "error" || a.ErrorType != c.kind || !strings.Contains(a.Error, c.words) {
			t.Errorf("%s %v: %+v", c.method, c.pairs, a)
		}
	}
	elsewhere := e.rest(http.MethodGet, strings.Replace(promPath, "global", "us-central1", 1)+"query?query=up", "")
	if got := elsewhere.err(t, http.StatusBadRequest); !strings.Contains(got.Error.Message, "global") {
		t.Errorf("another location: %+v", got)
	}
	if got := e.rest(http.MethodGet, promPath+"query?query=up&colour=red", "").err(t, http.StatusBadRequest); !strings.Contains(got.Error.Message, "colour") {
		t.Errorf("an unknown parameter: %+v", got)
	}
	if got := e.rest(http.MethodGet, promPath+"query_exemplars?query=up", "").err(t, http.StatusNotImplemented); got.Error.Status != "UNIMPLEMENTED" {
		t.Errorf("exemplars: %+v", got)
	}
}

// TestPromQLWidensRatesToTheStep, as the service documents.
func TestPromQLWidensRatesToTheStep(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	now := e.clock.Now()
	values := func(query string) [][]any {
		d := e.prom("query_range", http.StatusOK, "query", query, "start", now.Add(-6*time.Hour).Format(time.RFC3339), "end", now.Format(time.RFC3339), "step", "1h").result(t)
		return d.Result[0].Values
	}
	narrow, wide := values("sum(rate(http_requests_total[5m]))"), values("sum(rate(http_requests_total[1h]))")
	if len(wide) != 7 {
		t.Fatalf("%d points, want 7", len(wide))
	}
	differs := false
	inner, alone := values("sum(max_over_time(rate(http_requests_total[5m])[5m:5m]))"), values("sum(max_over_time(rate(http_requests_total[1h])[5m:5m]))")
	for i := range wide {
		if narrow[i][1] != wide[i][1] {
			t.Errorf("at %v the rate over 5 minutes is %v, over the step %v", wide[i][0], narrow[i][1], wide[i][1])
		}
		differs = differs || inner[i][1] != alone[i][1]
	}
	if !differs {
		t.Error("a rate in a subquery is widened too, though the subquery has a step of its own")
	}
}

// TestMetricsOfSeriesAreNoDescriptors: what alerting policies may refer to hangs
// on descriptors alone.
func TestMetricsOfSeriesAreNoDescriptors(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	e.rest(http.MethodGet, "monitoring.googleapis.com/v3/projects/p/metricDescriptors/prometheus.googleapis.com/http_requests_total/counter", "").err(t, http.StatusNotFound)
}
