package dash_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
)

func rendered(t *testing.T, d dash.Dashboard) *dashboardpb.Dashboard {
	t.Helper()
	pb, err := d.Proto()
	if err != nil {
		t.Fatal(err)
	}
	return pb
}

// filled does to a dashboard what recorded replies of the service show.
func filled(pb *dashboardpb.Dashboard) *dashboardpb.Dashboard {
	pb = proto.CloneOf(pb)
	pb.Name, pb.Etag = "projects/123/dashboards/x", "abc"
	for _, tile := range pb.GetMosaicLayout().GetTiles() {
		w := tile.GetWidget()
		for _, set := range w.GetXyChart().GetDataSets() {
			set.TargetAxis = dashboardpb.XyChart_DataSet_Y1
		}
		if axis := w.GetXyChart().GetYAxis(); axis != nil && axis.GetScale() == 0 {
			axis.Scale = dashboardpb.XyChart_Axis_LINEAR
		}
		if w.GetText() != nil && w.GetText().GetStyle() == nil {
			w.GetText().Style = &dashboardpb.Text_TextStyle{}
			w.GetText().Format = dashboardpb.Text_MARKDOWN
		}
		for _, set := range w.GetTimeSeriesTable().GetDataSets() {
			set.MinAlignmentPeriod = &durationpb.Duration{}
		}
	}
	return pb
}

// TestRoundTrip: what the model says comes back as it was, from what is sent and
// from what the service makes of it.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(1500) {
		d := randomDashboard(seed)
		for _, p := range d.Validate(dash.TargetCloudMonitoring) {
			t.Fatalf("seed %d: the test's own dashboard has a problem at %v: %s %s", seed, p.Path, p.Summary, p.Detail)
		}
		pb := rendered(t, d)
		replied := filled(pb)
		for _, from := range []*dashboardpb.Dashboard{pb, replied} {
			back, exact := dash.FromProto(from)
			if !exact {
				t.Fatalf("seed %d: not exact: %v", seed, pb)
			}
			if !reflect.DeepEqual(back, d) {
				t.Fatalf("seed %d:\n got %+v\nwant %+v", seed, back, d)
			}
		}
		if !dash.Equal(pb, replied) || !dash.Equal(replied, pb) {
			t.Fatalf("seed %d: the reply differs from the request", seed)
		}
		slices.Reverse(replied.GetMosaicLayout().Tiles)
		if !dash.Equal(pb, replied) {
			t.Fatalf("seed %d: the order of tiles is a difference", seed)
		}
	}
}

func TestGroupsCoverTheirMembers(t *testing.T) {
	d := dash.Dashboard{
		DisplayName: "d",
		Links:       []dash.Link{{Title: "Runbook", URL: "https://example.com/a(b)"}},
		Sections: []dash.Section{
			{Tiles: []dash.Tile{text(0, 0, 48, 6)}},
			{Title: "First", Tiles: []dash.Tile{text(0, 0, 24, 10), text(24, 0, 24, 12)}},
			{Title: "Only there", Tiles: []dash.Tile{{Only: dash.TargetGrafana, Text: &dash.Text{Content: "x"}}}},
			{Title: "Second", Collapsed: true, Tiles: []dash.Tile{text(12, 2, 24, 10)}},
		},
	}
	type tile struct {
		what                string
		x, y, width, height int32
	}
	var got []tile
	for _, m := range rendered(t, d).GetMosaicLayout().GetTiles() {
		what := m.GetWidget().GetText().GetContent()
		if group := m.GetWidget().GetCollapsibleGroup(); group != nil {
			what = "group " + m.GetWidget().GetTitle()
			if group.GetCollapsed() {
				what += " (folded)"
			}
		}
		got = append(got, tile{what, m.GetXPos(), m.GetYPos(), m.GetWidth(), m.GetHeight()})
	}
	want := []tile{
		{`[Runbook](https://example.com/a\(b\))`, 0, 0, 48, 4},
		{"text", 0, 4, 48, 6},
		{"group First", 0, 10, 48, 12},
		{"text", 0, 10, 24, 10},
		{"text", 24, 10, 24, 12},
		{"group Second (folded)", 0, 22, 48, 12},
		{"text", 12, 24, 24, 10},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// TestPromQLIsTheSame: queries go to Cloud Monitoring byte for byte, but for
// variables of the dashboard.
func TestPromQLIsTheSame(t *testing.T) {
	for _, test := range []struct{ own, sent string }{
		{`sum(rate(x{a="b$"}[5m]))  # why`, `sum(rate(x{a="b$"}[5m]))  # why`},
		{`x{namespace=~"${tenant}"}`, `x{namespace=~"${tenant.value}"}`},
		{`x{a=~"${tenant}-${tenant}", b="${other}"}`, `x{a=~"${tenant.value}-${tenant.value}", b="${other}"}`},
		{`label_replace(x, "a", "${1}", "b", "$2")`, `label_replace(x, "a", "${1}", "b", "$2")`},
	} {
		d := dash.Dashboard{
			DisplayName: "d",
			Variables:   []dash.Variable{{Name: "tenant", LabelKey: "namespace"}},
			Sections:    []dash.Section{{Tiles: []dash.Tile{{TimeSeries: &dash.TimeSeries{Queries: []dash.Query{{PromQL: test.own}}}}}}},
		}
		pb := rendered(t, d)
		got := pb.GetMosaicLayout().GetTiles()[0].GetWidget().GetXyChart().GetDataSets()[0].GetTimeSeriesQuery().GetPrometheusQuery()
		if got != test.sent {
			t.Errorf("%s is sent as %s, want %s", test.own, got, test.sent)
		}
		back, exact := dash.FromProto(pb)
		if !exact || back.Sections[0].Tiles[0].TimeSeries.Queries[0].PromQL != test.own {
			t.Errorf("%s comes back as %+v", test.own, back.Sections[0].Tiles[0])
		}
	}
}

func TestVariablesAreFilters(t *testing.T) {
	d := randomDashboard(1)
	d.Variables = []dash.Variable{
		{Name: "tenant", Label: "Tenant", LabelKey: "namespace", Metric: "up"},
		{Name: "route", LabelKey: "handler", Default: "/api"},
	}
	filters := rendered(t, d).GetDashboardFilters()
	if filters[0].GetFilterType() != dashboardpb.DashboardFilter_RESOURCE_LABEL || filters[1].GetFilterType() != dashboardpb.DashboardFilter_METRIC_LABEL {
		t.Errorf("namespace is a label of the resource and handler one of the metric: %v", filters)
	}
	if filters[0].GetDefaultValue() != nil || filters[1].GetStringValue() != "/api" {
		t.Errorf("defaults: %v", filters)
	}
}

// TestWhatCannotBeRendered: an error says so, and nothing is left out silently.
func TestWhatCannotBeRendered(t *testing.T) {
	for name, tile := range map[string]dash.Tile{
		"no content":       {},
		"two kinds":        {Text: &dash.Text{}, Gauge: &dash.Gauge{}},
		"BigQuery":         {Table: &dash.Table{Queries: []dash.Query{{BigQuerySQL: "SELECT 1"}}}},
		"Grafana's panel":  {Raw: &dash.Raw{PanelJSON: "{}"}},
		"broken JSON":      {Raw: &dash.Raw{WidgetJSON: "{"}},
		"unknown field":    {Raw: &dash.Raw{WidgetJSON: `{"sparkles":{"a":1}}`}},
		"outside the grid": text(40, 0, 10, 4),
	} {
		d := dash.Dashboard{DisplayName: "d", Sections: []dash.Section{{Tiles: []dash.Tile{tile}}}}
		if pb, err := d.Proto(); err == nil {
			t.Errorf("%s: rendered as %v", name, pb)
		}
		tile.Only = dash.TargetGrafana
		d.Sections[0].Tiles[0] = tile
		if pb, err := d.Proto(); err != nil || len(pb.GetMosaicLayout().GetTiles()) != 0 {
			t.Errorf("%s, for Grafana only: %v, %v", name, pb, err)
		}
	}
}

func TestJSONIsStable(t *testing.T) {
	pb := rendered(t, randomDashboard(11))
	first, err := dash.MonitoringJSON(pb)
	if err != nil {
		t.Fatal(err)
	}
	replied := filled(pb)
	replied.Name, replied.Etag = "", ""
	slices.Reverse(replied.GetMosaicLayout().Tiles)
	for range 20 {
		if again, err := dash.MonitoringJSON(replied); err != nil || again != first {
			t.Fatalf("got  %s, %v\nwant %s", again, err, first)
		}
	}
	parsed, err := dash.ParseMonitoringJSON(first)
	if err != nil || !dash.Equal(parsed, pb) {
		t.Errorf("it does not mean the same: %v, %s", err, first)
	}
}

// TestUnpublishedFields: what the console exports beyond the published API goes
// when it is empty, and is named when it is not.
func TestUnpublishedFields(t *testing.T) {
	const plain = `{"displayName":"d","gridLayout":{"widgets":[{"xyChart":{"dataSets":[{"timeSeriesQuery":{"prometheusQuery":"up"}}]}}]}}`
	exported := `{"category":"","displayName":"d","dashboardFilters":[],"gridLayout":{"widgets":[{"xyChart":{"chartOptions":{"displayHorizontal":false,"mode":"COLOR"},
		"dataSets":[{"breakdowns":[],"dimensions":[],"measures":[],"timeSeriesQuery":{"apiSource":"DEFAULT_CLOUD","prometheusQuery":"up"}}]}}]}}`
	if !dash.EqualMonitoringJSON(plain, exported) {
		t.Error("empty fields are a difference")
	}
	for _, test := range []struct{ text, says string }{
		{`{"displayName":"d","gridLayout":{"widgets":[{},{"xyChart":{"dataSets":[{"breakdowns":[{"a":1}]}]}}]}}`, "gridLayout.widgets[1].xyChart.dataSets[0].breakdowns"},
		{`{"description":"x","displayName":"d","dashboardFilters":[{"valueType":"STRING_ARRAY"}]}`, "dashboardFilters[0].valueType, description"},
		{`{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1}`, "e, and 2 more"},
		{`{"displayName":1}`, "line 1:16"},
		{`{"a":[],"displayName":1}`, "line 1"},
		{`[]`, "dashboard"},
		{`{`, "dashboard"},
	} {
		if pb, err := dash.ParseMonitoringJSON(test.text); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v, %v, want an error with %q", test.text, pb, err, test.says)
		}
	}
}
