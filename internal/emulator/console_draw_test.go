package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// pageTile is a tile as the page's script gets it.
type pageTile struct {
	ID    int    `json:"id"`
	Kind  string `json:"kind"`
	Title string `json:"title"`
	X     int    `json:"x"`
	Y     int    `json:"y"`
	Width int    `json:"width"`
}

type pageDashboard struct {
	Variables []struct {
		Param  string   `json:"param"`
		Label  string   `json:"label"`
		Value  string   `json:"value"`
		Values []string `json:"values"`
	} `json:"variables"`
	Groups []struct {
		Title string     `json:"title"`
		Group bool       `json:"group"`
		Tiles []pageTile `json:"tiles"`
	} `json:"groups"`
}

func (d pageDashboard) tiles() []pageTile {
	var all []pageTile
	for _, g := range d.Groups {
		all = append(all, g.Tiles...)
	}
	return all
}

// pageData is what a tile is drawn from.
type pageData struct {
	Error  string `json:"error"`
	Steps  int    `json:"steps"`
	Series []struct {
		Name   string     `json:"name"`
		Style  string     `json:"style"`
		Unit   string     `json:"unit"`
		Points []*float64 `json:"points"`
	} `json:"series"`
	Thresholds []struct {
		Value float64 `json:"value"`
		Below bool    `json:"below"`
	} `json:"thresholds"`
	Queries []string `json:"queries"`
	Value   *float64 `json:"value"`
	Level   string   `json:"level"`
	Heading string   `json:"heading"`
	Columns []string `json:"columns"`
	Rows    []struct {
		Cells []string `json:"cells"`
		Value *float64 `json:"value"`
	} `json:"rows"`
}

// page asks for a part of the page's data.
func (e *env) page(wantStatus int, what string, into any, pairs ...string) {
	e.t.Helper()
	query := url.Values{}
	for pair := range slices.Chunk(pairs, 2) {
		query.Set(pair[0], pair[1])
	}
	e.rest(http.MethodGet, "_emulator/console/"+what+"?"+query.Encode(), "").into(e.t, wantStatus, into)
}

// addDashboard makes a dashboard from JSON and returns the name that the page
// knows it by.
func (e *env) addDashboard(body string) string {
	e.t.Helper()
	var made struct {
		Name string `json:"name"`
	}
	e.rest(http.MethodPost, "monitoring.googleapis.com/v1/projects/p/dashboards", body).into(e.t, http.StatusOK, &made)
	return "projects/p/dashboards/" + made.Name[strings.LastIndexByte(made.Name, '/')+1:]
}

// addTiles makes a dashboard of widgets, side by side.
func (e *env) addTiles(filters string, widgets ...string) string {
	e.t.Helper()
	return e.addDashboard(`{"displayName": "d", "dashboardFilters": [` + filters + `], "gridLayout": {"columns": "3", "widgets": [` + strings.Join(widgets, ",") + `]}}`)
}

// tile asks for the data of a tile of a dashboard.
func (e *env) tile(name string, id int, pairs ...string) pageData {
	e.t.Helper()
	var data pageData
	e.page(http.StatusOK, "tile", &data, append([]string{"name", name, "tile", fmt.Sprint(id)}, pairs...)...)
	return data
}

func line(query string) string {
	raw, _ := json.Marshal(query)
	return `{"title": "t", "xyChart": {"dataSets": [{"timeSeriesQuery": {"prometheusQuery": ` + string(raw) + `}, "plotType": "LINE"}]}}`
}

// TestConsoleDrawsEveryTileOfThePresets: a query that finds nothing there asks
// for something that the platform does not have.
func TestConsoleDrawsEveryTileOfThePresets(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	policy := create(t.Context(), t, e.policies(), cpuPolicy("CPU"))
	for _, preset := range dash.PresetNames() {
		d, err := dash.Preset(preset, dash.PresetInputs{
			Environment: "prod", MatchLabels: map[string]string{"cluster": "cortx-prod"}, DatabaseID: "p:core", MaxConnections: 500,
			RecordsMetric: "pack_records_processed_total", AlertPolicies: []string{policy.GetName()},
		})
		if err != nil {
			t.Fatal(err)
		}
		message, err := d.Arranged().Proto()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := protojson.Marshal(message)
		if err != nil {
			t.Fatal(err)
		}
		name := e.addDashboard(string(raw))
		var page pageDashboard
		e.page(http.StatusOK, "dashboard", &page, "name", name)
		if len(page.Variables) == 0 || len(page.Variables[0].Values) < 3 || page.Variables[0].Value != "*" {
			t.Errorf("%s: the choices are %+v", preset, page.Variables)
		}
		drawn := 0
		for _, tile := range page.tiles() {
			if tile.X+tile.Width > 48 {
				t.Errorf("%s: %s reaches over the edge", preset, tile.Title)
			}
			if tile.Kind == "text" || tile.Kind == "alert" {
				continue
			}
			if drawn++; tile.Kind == "table" {
				// What failed in a day may be nothing.
				if data := e.tile(name, tile.ID, "range", "1h"); len(data.Rows) == 0 && !strings.Contains(tile.Title, "Failed") {
					t.Errorf("%s: the table %q is empty: %v", preset, tile.Title, data.Queries)
				}
				continue
			}
			data := e.tile(name, tile.ID, "range", "1h")
			if len(data.Series) == 0 {
				t.Errorf("%s: %q finds no series: %v", preset, tile.Title, data.Queries)
				continue
			}
			if points := data.Series[0].Points; len(points) != data.Steps || points[len(points)-1] == nil {
				t.Errorf("%s: %q has no latest value", preset, tile.Title)
			}
			if (tile.Kind == "scorecard" || tile.Kind == "gauge") && data.Value == nil {
				t.Errorf("%s: %q has no value", preset, tile.Title)
			}
		}
		if drawn < 10 {
			t.Errorf("%s: only %d tiles are drawn", preset, drawn)
		}
	}
	for _, r := range e.srv.Requests() {
		if strings.Contains(r.Path, "console") {
			t.Fatalf("the page's own calls are in the request log: %+v", r)
		}
	}
}

func TestConsoleLayouts(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	text := `{"title": "t", "text": {"content": "x"}}`
	for layout, want := range map[string][]string{
		`"gridLayout": {"columns": "2", "widgets": [` + text + "," + text + "," + text + `]}`:                                 {"0 0 24", "24 0 24", "0 14 24"},
		`"gridLayout": {"widgets": [` + text + `]}`:                                                                           {"0 0 16"},
		`"rowLayout": {"rows": [{"widgets": [` + text + "," + text + `]}, {"widgets": [` + text + `]}]}`:                      {"0 0 24", "24 0 24", "0 14 48"},
		`"columnLayout": {"columns": [{"widgets": [` + text + "," + text + `]}, {"widgets": [` + text + `]}]}`:                {"0 0 24", "0 14 24", "24 0 24"},
		`"mosaicLayout": {"columns": 12, "tiles": [{"width": 6, "height": 4, "xPos": 6, "yPos": 1, "widget": ` + text + `}]}`: {"24 0 24"},
	} {
		var page pageDashboard
		e.page(http.StatusOK, "dashboard", &page, "name", e.addDashboard(`{"displayName": "d", `+layout+`}`))
		var got []string
		for _, tile := range page.tiles() {
			got = append(got, fmt.Sprint(tile.X, tile.Y, tile.Width))
		}
		if strings.Join(got, "; ") != strings.Join(want, "; ") {
			t.Errorf("%s is laid out as %v, want %v", layout, got, want)
		}
	}
	grouped := e.addDashboard(`{"displayName": "d", "mosaicLayout": {"columns": 48, "tiles": [
		{"width": 48, "height": 2, "widget": ` + text + `},
		{"yPos": 2, "width": 48, "height": 8, "widget": {"title": "Group", "collapsibleGroup": {"collapsed": true}}},
		{"yPos": 2, "width": 24, "height": 8, "widget": ` + text + `},
		{"yPos": 10, "width": 24, "height": 8, "widget": ` + text + `}]}}`)
	var page pageDashboard
	e.page(http.StatusOK, "dashboard", &page, "name", grouped)
	if len(page.Groups) != 3 || page.Groups[0].Group || !page.Groups[1].Group || page.Groups[1].Title != "Group" || len(page.Groups[1].Tiles) != 1 || page.Groups[2].Tiles[0].Y != 0 {
		t.Errorf("groups: %+v", page.Groups)
	}
}

func TestConsoleVariables(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	tenant := `{"labelKey": "namespace", "templateVariable": "tenant", "filterType": "METRIC_LABEL", "stringValue": "tenant-acme"}`
	pinned := `{"labelKey": "job", "filterType": "RESOURCE_LABEL", "stringValue": "api"}`
	name := e.addTiles(tenant+","+pinned,
		line(`count by (namespace, job) (up{namespace=~"${tenant.value}"})`), line(`count by (namespace, job) (up{${tenant}})`),
		line(`count by (job) (up{job="pack-runner"})`), line(`sum(kubernetes_io:container_memory_used_bytes)`))
	for id, want := range []string{
		`count by (namespace, job) (up{job="api",namespace=~"tenant-acme"})`, `count by (namespace, job) (up{job="api",namespace=~"tenant-acme"})`,
		`count by (job) (up{job="pack-runner"})`, `sum(kubernetes_io:container_memory_used_bytes)`,
	} {
		data := e.tile(name, id)
		if len(data.Series) != 1 || data.Queries[0] != want {
			t.Errorf("tile %d: %d series of %v, want %s", id, len(data.Series), data.Queries, want)
		}
	}
	var page pageDashboard
	e.page(http.StatusOK, "dashboard", &page, "name", name)
	if len(page.Variables) != 2 || page.Variables[0].Value != "tenant-acme" || page.Variables[1].Label != "job" {
		t.Fatalf("variables: %+v", page.Variables)
	}
	all := e.tile(name, 0, page.Variables[0].Param, "*", page.Variables[1].Param, "*")
	if len(all.Series) < 10 || all.Queries[0] != `count by (namespace, job) (up{namespace=~".*"})` {
		t.Errorf("all: %d series of %v", len(all.Series), all.Queries)
	}
	// A value from the address stays a value.
	if odd := e.tile(name, 0, page.Variables[0].Param, `"} or vector(1) #`); len(odd.Series) != 0 {
		t.Errorf("a value broke out of its string: %v", odd.Queries)
	}
}

func TestConsoleTiles(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	name := e.addTiles("",
		`{"title": "card", "scorecard": {"timeSeriesQuery": {"prometheusQuery": "vector(7)", "unitOverride": "s"}, "gaugeView": {"upperBound": 10},
			"thresholds": [{"value": 5, "color": "YELLOW", "direction": "ABOVE"}, {"value": 6, "color": "RED", "direction": "ABOVE"}]}}`,
		`{"title": "table", "timeSeriesTable": {"dataSets": [{"timeSeriesQuery": {"prometheusQuery": "sum by (namespace, job) (up)"}, "tableTemplate": "Targets"}],
			"columnSettings": [{"column": "job", "visible": false}]}}`,
		`{"title": "heat", "xyChart": {"dataSets": [{"timeSeriesQuery": {"prometheusQuery": "sum by (le) (rate(http_request_duration_seconds_bucket[5m]))"}, "plotType": "HEATMAP"}]}}`,
		`{"title": "legend", "xyChart": {"dataSets": [{"timeSeriesQuery": {"prometheusQuery": "sum by (namespace) (up)"}, "plotType": "STACKED_AREA", "legendTemplate": "of ${labels.namespace}"}]}}`,
		`{"title": "filter", "xyChart": {"dataSets": [{"timeSeriesQuery": {"timeSeriesFilter": {"filter": "metric.type=\"kubernetes.io/container/cpu/core_usage_time\" resource.type=\"k8s_container\" resource.labels.namespace_name=starts_with(\"tenant-\")",
			"aggregation": {"alignmentPeriod": "300s", "perSeriesAligner": "ALIGN_RATE", "crossSeriesReducer": "REDUCE_SUM", "groupByFields": ["resource.labels.namespace_name"]}}}, "plotType": "LINE"}]}}`,
		line("absent_metric"),
	)
	card := e.tile(name, 0)
	if card.Value == nil || *card.Value != 7 || card.Level != "red" {
		t.Errorf("scorecard: %+v", card)
	}
	table := e.tile(name, 1)
	if len(table.Rows) != 15 || len(table.Columns) != 1 || table.Heading != "Targets" || *table.Rows[0].Value < *table.Rows[14].Value {
		t.Errorf("table: %+v", table)
	}
	heat := e.tile(name, 2)
	total := 0.0
	for _, s := range heat.Series {
		total += *s.Points[10]
	}
	if len(heat.Series) != 4 || heat.Series[3].Name != "+Inf" || total <= 0 || *heat.Series[0].Points[10] >= total {
		t.Errorf("heat map: %+v", heat.Series)
	}
	if area := e.tile(name, 3); area.Series[0].Name != "of cortx-platform" || area.Series[0].Style != "area" {
		t.Errorf("legend: %+v", area.Series[0])
	}
	if filter := e.tile(name, 4); len(filter.Series) != 4 {
		t.Errorf("filter: %d series of %v", len(filter.Series), filter.Queries)
	}
	if empty := e.tile(name, 5); len(empty.Series) != 0 || len(empty.Queries) != 1 {
		t.Errorf("nothing: %+v", empty)
	}
	var failed pageData
	e.page(http.StatusNotFound, "tile", &failed, "name", name, "tile", "99")
	e.page(http.StatusBadRequest, "tile", &failed, "name", name, "tile", "0", "range", "3y")
	e.page(http.StatusNotFound, "tile", &failed, "name", "projects/p/dashboards/none", "tile", "0")
	e.page(http.StatusNotFound, "nothing", &failed)
	if failed.Error == "" {
		t.Error("an error has no words")
	}
}

func TestConsoleTellsWhatItCantDraw(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	filtered := func(filter string) string {
		raw, _ := json.Marshal(filter)
		return `{"title": "t", "xyChart": {"dataSets": [{"timeSeriesQuery": {"timeSeriesFilter": {"filter": ` + string(raw) + `}}, "plotType": "LINE"}]}}`
	}
	for widget, words := range map[string]string{
		`{"title": "t", "xyChart": {"dataSets": [{"timeSeriesQuery": {"timeSeriesQueryLanguage": "fetch x"}, "plotType": "LINE"}]}}`: "MQL",
		filtered(`metric.type=starts_with("kubernetes.io/")`):                                                                        "names its metric by a pattern",
		filtered(`metric.type="a.b/c" AND (metric.labels.x="1" OR metric.labels.y="2")`):                                             "different labels by OR",
		filtered(`metric.type="a.b/c" AND metadata.user_labels.x="1"`):                                                               "metadata.user_labels.x",
		line(`up * on(job) up`): "many-to-many",
		`{"title": "t", "xyChart": {"dataSets": [{"timeSeriesQuery": {"prometheusQuery": "sum(up)"}, "plotType": "HEATMAP"}]}}`: "needs series with the label",
		`{"title": "t", "logsPanel": {"filter": "x"}}`: "does not model",
	} {
		var failed pageData
		answer := e.rest(http.MethodGet, "_emulator/console/tile?tile=0&name="+url.QueryEscape(e.addTiles("", widget)), "")
		if err := json.Unmarshal(answer.body, &failed); err != nil || answer.status < 400 || !strings.Contains(failed.Error, words) {
			t.Errorf("%s: %d %s, want %q", widget, answer.status, answer.body, words)
		}
	}
}
