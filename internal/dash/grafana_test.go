package dash_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
)

// strictly decodes a dashboard with Grafana's own strict decoder.
func strictly(t *testing.T, text string) dashboard.Dashboard {
	t.Helper()
	if err := dash.ValidateGrafanaJSON(text); err != nil {
		t.Fatalf("the strict decoder says: %v\n%s", err, text)
	}
	var d dashboard.Dashboard
	if err := d.UnmarshalJSONStrict([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return d
}

func render(t *testing.T, d dash.Dashboard, opts dash.GrafanaOptions) string {
	t.Helper()
	text, err := d.GrafanaJSON(opts)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// seeded makes dashboards that are the same in each run.
func seeded(seed uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // It has to repeat itself, and guards nothing.
}

// randomForGrafana makes dashboards of every kind of tile, with a place or
// without one.
func randomForGrafana(r *rand.Rand) dash.Dashboard {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	promQL := func() dash.Query {
		return dash.Query{
			PromQL: pick(`up`, `sum by (namespace) (rate(http_requests_total{namespace=~"${tenant}"}[5m]))`, `{__name__=~"a.*"}`, `not ( PromQL`),
			Legend: pick("", "{{namespace}}", "all"),
		}
	}
	query := func() dash.Query {
		if r.IntN(4) == 0 {
			return dash.Query{BigQuerySQL: "SELECT 1 AS value", Legend: pick("", "cost")}
		}
		return promQL()
	}
	queries := func() []dash.Query {
		list := make([]dash.Query, r.IntN(4))
		for i := range list {
			list[i] = query()
		}
		return list
	}
	thresholds := func() []dash.Threshold {
		list := make([]dash.Threshold, r.IntN(4))
		for i := range list {
			list[i] = dash.Threshold{Value: r.NormFloat64(), Color: pick("yellow", "red", ""), Direction: pick("", "above", "below"), Label: pick("", "goal")}
		}
		return list
	}
	unit := func() string { all := dash.Units(); return all[r.IntN(len(all))].Name }
	tile := func() dash.Tile {
		t := dash.Tile{Title: pick("", "a title", `"<&>`), Only: pick("", "", dash.TargetGrafana, dash.TargetCloudMonitoring)}
		if r.IntN(2) == 0 {
			t.X, t.Y, t.Width, t.Height = r.Int64N(48), r.Int64N(100), 1+r.Int64N(48), 1+r.Int64N(40)
		}
		switch r.IntN(8) {
		case 0:
			t.TimeSeries = &dash.TimeSeries{
				Queries: queries(), Style: pick("", "line", "area", "bar"), Unit: unit(), Thresholds: thresholds(),
				AxisLabel: pick("", "axis"), LogScale: r.IntN(2) == 0,
			}
		case 1:
			t.Scorecard = &dash.Scorecard{Query: query(), Unit: unit(), Thresholds: thresholds(), Spark: pick("", "line")}
		case 2:
			t.Gauge = &dash.Gauge{Query: query(), Unit: unit(), Min: 0, Max: 1 + r.Float64(), Thresholds: thresholds()}
		case 3:
			t.Table = &dash.Table{Queries: queries(), Unit: unit()}
		case 4:
			t.HeatMap = &dash.HeatMap{Query: promQL(), Unit: unit()}
		case 5:
			t.Text = &dash.Text{Content: pick("", "# Hello", "<script>")}
		case 6:
			t.AlertChart = &dash.AlertChart{Policy: pick("", "projects/p/alertPolicies/1"), Thresholds: thresholds()}
			if r.IntN(2) == 0 {
				t.AlertChart.Query = query()
			}
		case 7:
			t.Raw = &dash.Raw{PanelJSON: pick("", "[]", `{"type":"news"}`, `{"type":"text","options":{"mode":"html","content":"x"}}`, `{"type":"not-known","options":{"a":[1,null]},"id":7,"gridPos":{"h":1,"w":1,"x":0,"y":0}}`)}
		}
		return t
	}
	d := dash.Dashboard{DisplayName: pick("a", "b c"), Labels: map[string]string{"a": "", "b": "c"}}
	for range r.IntN(3) {
		d.Variables = append(d.Variables, dash.Variable{
			Name: pick("tenant", "datasource", "bigquery"), Label: pick("", "Tenant"), LabelKey: "namespace", Metric: pick("", "up"), Default: pick("", "tenant-a"),
		})
	}
	for range r.IntN(2) {
		d.Links = append(d.Links, dash.Link{Title: "Runbook", URL: "https://example.com/a?b=c&d"})
	}
	for range r.IntN(4) {
		s := dash.Section{Title: pick("", "Traffic"), Collapsed: r.IntN(3) == 0}
		for range r.IntN(5) {
			s.Tiles = append(s.Tiles, tile())
		}
		d.Sections = append(d.Sections, s)
	}
	return d
}

// TestStrictDecoder renders random dashboards: Grafana's strict decoder takes
// all of them, the bytes are the same each time, and ids are unique.
func TestStrictDecoder(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		r := seeded(seed)
		d := randomForGrafana(r)
		opts := dash.GrafanaOptions{UID: []string{"", "abc"}[r.IntN(2)], DataSourceUID: []string{"", "prom"}[r.IntN(2)], BigQueryDataSourceUID: []string{"", "bq"}[r.IntN(2)], Refresh: []string{"", "1m"}[r.IntN(2)]}
		text := render(t, d, opts)
		page := strictly(t, text)
		if again := render(t, d, opts); again != text {
			t.Fatalf("seed %d: two renderings differ:\n%s\n%s", seed, text, again)
		}
		seen := map[uint32]bool{}
		note := func(id *uint32) {
			if id == nil || seen[*id] {
				t.Fatalf("seed %d: a panel has no id, or one that another has: %s", seed, text)
			}
			seen[*id] = true
		}
		for _, p := range page.Panels {
			if p.RowPanel != nil {
				note(&p.RowPanel.Id)
				for _, inner := range p.RowPanel.Panels {
					note(inner.Id)
				}
				continue
			}
			note(p.Panel.Id)
		}
	}
}

// panelOf renders one tile alone and returns its panel, decoded.
func panelOf(t *testing.T, tile dash.Tile) map[string]any {
	t.Helper()
	var page struct{ Panels []map[string]any }
	text := render(t, dash.Dashboard{DisplayName: "one", Sections: []dash.Section{{Tiles: []dash.Tile{tile}}}}, dash.GrafanaOptions{})
	if err := json.Unmarshal([]byte(text), &page); err != nil || len(page.Panels) != 1 {
		t.Fatalf("%v: %s", err, text)
	}
	strictly(t, text)
	return page.Panels[0]
}

// in walks down decoded JSON by keys and indexes.
func in(v any, path ...any) any {
	for _, step := range path {
		switch key := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[key]
		case int:
			list, _ := v.([]any)
			if key >= len(list) {
				return nil
			}
			v = list[key]
		}
	}
	return v
}

// TestThresholdSteps: Grafana colours upwards from each step. What is read off
// the steps at a value has to be the colour that the thresholds give it.
func TestThresholdSteps(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		thresholds []dash.Threshold
		want       map[float64]string
	}{
		"none":  {nil, map[float64]string{-1: "green", 100: "green"}},
		"above": {[]dash.Threshold{{Value: 2, Color: "red"}, {Value: 1, Color: "yellow"}}, map[float64]string{0: "green", 1.5: "yellow", 3: "red"}},
		"below": {
			[]dash.Threshold{{Value: 0.999, Color: "red", Direction: "below"}, {Value: 0.9995, Color: "yellow", Direction: "below"}},
			map[float64]string{0.5: "red", 0.9992: "yellow", 0.9995: "green", 1: "green"},
		},
		"both": {
			[]dash.Threshold{{Value: 10, Color: "yellow", Direction: "below"}, {Value: 90, Color: "red", Direction: "above"}},
			map[float64]string{5: "yellow", 50: "green", 95: "red"},
		},
	} {
		for kind, tile := range map[string]dash.Tile{
			"scorecard": {Scorecard: &dash.Scorecard{Query: dash.Query{PromQL: "up"}, Thresholds: c.thresholds}},
			"gauge":     {Gauge: &dash.Gauge{Query: dash.Query{PromQL: "up"}, Max: 1, Thresholds: c.thresholds}},
		} {
			steps, _ := in(panelOf(t, tile), "fieldConfig", "defaults", "thresholds", "steps").([]any)
			for value, want := range c.want {
				got := ""
				for _, step := range steps {
					if from := in(step, "value"); from == nil || from.(float64) <= value {
						got, _ = in(step, "color").(string)
					}
				}
				if got != want {
					t.Errorf("%s, %s: %v is %s, want %s: %v", name, kind, value, got, want, steps)
				}
			}
		}
	}
}

// TestGrafanaLayout: sections follow one another, tiles keep their relative
// places on the grid that is half as wide, and what is not for Grafana is not
// there.
func TestGrafanaLayout(t *testing.T) {
	t.Parallel()
	tile := func(title string, x, y, w, h int64) dash.Tile {
		return dash.Tile{Title: title, X: x, Y: y, Width: w, Height: h, Text: &dash.Text{Content: title}}
	}
	elsewhere := tile("elsewhere", 0, 40, 48, 8)
	elsewhere.Only = dash.TargetCloudMonitoring
	folded := dash.Section{Title: "Folded", Collapsed: true, Tiles: []dash.Tile{tile("d", 0, 0, 48, 10)}}
	d := dash.Dashboard{DisplayName: "x", Sections: []dash.Section{
		{Title: "First", Tiles: []dash.Tile{tile("b", 24, 0, 24, 16), tile("a", 0, 0, 24, 16), tile("c", 0, 16, 48, 6), elsewhere}},
		folded,
		{Title: "Not here", Tiles: []dash.Tile{elsewhere}},
		{Title: "Last", Tiles: []dash.Tile{tile("e", 0, 0, 12, 8)}},
	}}
	var got []string
	page := strictly(t, render(t, d, dash.GrafanaOptions{}))
	for _, p := range page.Panels {
		if p.Panel != nil {
			got = append(got, fmt.Sprint(*p.Panel.Title, *p.Panel.GridPos))
			continue
		}
		got = append(got, fmt.Sprint(*p.RowPanel.Title, *p.RowPanel.GridPos))
		for _, inner := range p.RowPanel.Panels {
			got = append(got, fmt.Sprint("in ", *inner.Title, *inner.GridPos))
		}
	}
	pos := func(title string, x, y, w, h uint32) string {
		return fmt.Sprint(title, dashboard.GridPos{X: x, Y: y, W: w, H: h})
	}
	want := []string{
		pos("First", 0, 0, 24, 1), pos("a", 0, 1, 12, 8), pos("b", 12, 1, 12, 8), pos("c", 0, 9, 24, 3),
		pos("Folded", 0, 12, 24, 1), pos("in d", 0, 13, 24, 5), pos("Last", 0, 13, 24, 1), pos("e", 0, 14, 6, 4),
	}
	if !slices.Equal(got, want) {
		t.Errorf("the page is laid out as\n%s\nand not\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestGrafanaSources: queries go to the data source given, or to one that the
// page lets people choose, with a name that no variable of the page has.
func TestGrafanaSources(t *testing.T) {
	t.Parallel()
	both := dash.Tile{TimeSeries: &dash.TimeSeries{Queries: []dash.Query{{PromQL: "up"}, {BigQuerySQL: "SELECT 1"}}}}
	for name, c := range map[string]struct {
		opts                 dash.GrafanaOptions
		variables            []dash.Variable
		prometheus, bigQuery string
		asked                []string
	}{
		"given":  {dash.GrafanaOptions{DataSourceUID: "prom", BigQueryDataSourceUID: "bq"}, nil, "prom", "bq", nil},
		"chosen": {dash.GrafanaOptions{}, nil, "${datasource}", "${bigquery}", []string{"datasource", "bigquery"}},
		"taken": {
			dash.GrafanaOptions{BigQueryDataSourceUID: "bq"},
			[]dash.Variable{{Name: "datasource", LabelKey: "job"}},
			"${datasource_}", "bq",
			[]string{"datasource_", "datasource"},
		},
	} {
		d := dash.Dashboard{DisplayName: "x", Variables: c.variables, Sections: []dash.Section{{Tiles: []dash.Tile{both}}}}
		page := strictly(t, render(t, d, c.opts))
		panel := page.Panels[0].Panel
		if got := *panel.Datasource.Uid; got != "-- Mixed --" {
			t.Errorf("%s: the panel of two kinds of queries reads %s", name, got)
		}
		targets := grafanaTargets(t, render(t, d, c.opts))
		if got := []any{in(targets[0], "datasource", "uid"), in(targets[1], "datasource", "uid")}; got[0] != c.prometheus || got[1] != c.bigQuery {
			t.Errorf("%s: the queries read %v", name, got)
		}
		var asked []string
		for _, v := range page.Templating.List {
			asked = append(asked, v.Name)
		}
		if !slices.Equal(asked, c.asked) {
			t.Errorf("%s: the page asks for %v, want %v", name, asked, c.asked)
		}
	}
}

// TestGrafanaVariables: values come from the metric given, else from that of
// the first query that refers to the variable, and all of them are chosen where
// nothing else is said.
func TestGrafanaVariables(t *testing.T) {
	t.Parallel()
	tile := dash.Tile{TimeSeries: &dash.TimeSeries{Queries: []dash.Query{
		{PromQL: "rate(first_total[5m])"}, {PromQL: `sum(rate(second_total{namespace=~"${tenant}"}[5m]))`},
	}}}
	for name, c := range map[string]struct {
		v                  dash.Variable
		tiles              []dash.Tile
		query, label, text string
		value              string
	}{
		"own metric":  {dash.Variable{Name: "tenant", Label: "Tenant", LabelKey: "namespace", Metric: "up"}, []dash.Tile{tile}, "label_values(up, namespace)", "Tenant", "All", "$__all"},
		"referred to": {dash.Variable{Name: "tenant", LabelKey: "namespace", Default: "a"}, []dash.Tile{tile}, "label_values(second_total, namespace)", "tenant", "a", "a"},
		"first query": {dash.Variable{Name: "job", LabelKey: "job"}, []dash.Tile{tile}, "label_values(first_total, job)", "job", "All", "$__all"},
		"no query":    {dash.Variable{Name: "job", LabelKey: "job"}, nil, "label_values(up, job)", "job", "All", "$__all"},
	} {
		d := dash.Dashboard{DisplayName: "x", Variables: []dash.Variable{c.v}, Sections: []dash.Section{{Tiles: c.tiles}}}
		v := strictly(t, render(t, d, dash.GrafanaOptions{DataSourceUID: "prom"})).Templating.List[0]
		if v.Query.Map["query"] != c.query || *v.Label != c.label || *v.Current.Text.String != c.text || *v.Current.Value.String != c.value || *v.AllValue != ".*" {
			t.Errorf("%s: %v %s %v", name, v.Query.Map, *v.Label, v.Current)
		}
	}
}

// TestGrafanaProblems: each thing that Grafana can't express is one problem, at
// the attribute that has to change; taken off Grafana, the tile is none. The
// JSON is there all the same, and says what is missing.
func TestGrafanaProblems(t *testing.T) {
	t.Parallel()
	up := dash.Query{PromQL: "up"}
	for want, tile := range map[string]dash.Tile{
		"alert_chart.query":      {AlertChart: &dash.AlertChart{Policy: "projects/p/alertPolicies/1"}},
		"scorecard.spark":        {Scorecard: &dash.Scorecard{Query: up, Spark: dash.SparkBar}},
		"scorecard.thresholds.1": {Scorecard: &dash.Scorecard{Query: up, Thresholds: []dash.Threshold{{Value: 2, Color: "red", Direction: "below"}, {Value: 1, Color: "red"}}}},
		"gauge.thresholds.1":     {Gauge: &dash.Gauge{Query: up, Max: 1, Thresholds: []dash.Threshold{{Value: 1, Color: "red"}, {Value: 1, Color: "yellow"}}}},
		"heat_map.query":         {HeatMap: &dash.HeatMap{Query: dash.Query{BigQuerySQL: "SELECT 1"}}},
		"raw":                    {Raw: &dash.Raw{WidgetJSON: "{}"}},
		"raw.panel_json":         {Raw: &dash.Raw{PanelJSON: `{"type":"stat","surprise":1}`}},
	} {
		d := dash.Dashboard{DisplayName: "x", Sections: []dash.Section{{}, {Tiles: []dash.Tile{{Text: &dash.Text{}}, tile}}}}
		found := dash.GrafanaProblems(d, dash.GrafanaOptions{})
		if len(found) != 1 || dotted(found[0].Path) != "sections.1.tiles.1."+want || found[0].Detail == "" || found[0].Warning {
			t.Errorf("%s: %+v", want, found)
		}
		text := render(t, d, dash.GrafanaOptions{})
		strictly(t, text)
		if needsText := want == "alert_chart.query" || strings.HasPrefix(want, "raw"); needsText != strings.Contains(text, "Grafana can't show this tile") {
			t.Errorf("%s: %s", want, text)
		}
		d.Sections[1].Tiles[1].Only = dash.TargetCloudMonitoring
		if found := dash.GrafanaProblems(d, dash.GrafanaOptions{}); len(found) > 0 {
			t.Errorf("%s: a tile that is not for Grafana is a problem: %+v", want, found)
		}
	}
	for want, opts := range map[string]dash.GrafanaOptions{
		"grafana.uid":       {UID: "a/b"},
		"grafana.refresh":   {Refresh: "often"},
		"grafana.time_from": {TimeFrom: "yesterday"},
	} {
		if found := dash.GrafanaProblems(dash.Dashboard{}, opts); len(found) != 1 || dotted(found[0].Path) != want {
			t.Errorf("%s: %+v", want, found)
		}
	}
	fine := dash.GrafanaOptions{UID: strings.Repeat("a", 40), Refresh: "30s", TimeFrom: "now-7d/d"}
	if found := dash.GrafanaProblems(dash.Dashboard{}, fine); len(found) > 0 {
		t.Errorf("%+v", found)
	}
}

func dotted(path []any) string {
	steps := make([]string, len(path))
	for i, step := range path {
		steps[i] = fmt.Sprint(step)
	}
	return strings.Join(steps, ".")
}

// TestGrafanaPanels: what the model says is in the panel, in Grafana's words.
func TestGrafanaPanels(t *testing.T) {
	t.Parallel()
	up := dash.Query{PromQL: `up{job=~"${job}"}`, Legend: "{{job}}"}
	area := panelOf(t, dash.Tile{Title: "t", TimeSeries: &dash.TimeSeries{
		Queries: []dash.Query{up, up}, Style: dash.StyleArea, Unit: "percent", AxisLabel: "share", LogScale: true,
		Thresholds: []dash.Threshold{{Value: 0.01, Color: "yellow", Label: "objective"}},
	}})
	spark := panelOf(t, dash.Tile{Scorecard: &dash.Scorecard{Query: up, Unit: "s", Spark: dash.SparkLine}})
	still := panelOf(t, dash.Tile{Scorecard: &dash.Scorecard{Query: up, Thresholds: []dash.Threshold{{Value: 1, Color: "red"}}}})
	table := panelOf(t, dash.Tile{Table: &dash.Table{Queries: []dash.Query{up, {PromQL: "up", Legend: "Up"}}}})
	heat := panelOf(t, dash.Tile{HeatMap: &dash.HeatMap{Query: dash.Query{PromQL: "x"}, Unit: "s"}})
	bars := panelOf(t, dash.Tile{TimeSeries: &dash.TimeSeries{Queries: []dash.Query{up}, Style: dash.StyleBar}})
	raw := panelOf(t, dash.Tile{Title: "mine", Width: 10, Height: 20, Raw: &dash.Raw{PanelJSON: `{"type":"text","title":"theirs","id":77,"options":{"mode":"html","content":"<b>"}}`}})
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"type", area["type"], "timeseries"},
		{"title", area["title"], "t"},
		{"unit", in(area, "fieldConfig", "defaults", "unit"), "percentunit"},
		{"stacking", in(area, "fieldConfig", "defaults", "custom", "stacking", "mode"), "normal"},
		{"axis", in(area, "fieldConfig", "defaults", "custom", "axisLabel"), "share"},
		{"scale", in(area, "fieldConfig", "defaults", "custom", "scaleDistribution", "log"), 10.0},
		{"line", in(area, "fieldConfig", "defaults", "thresholds", "steps", 1, "value"), 0.01},
		{"its colour", in(area, "fieldConfig", "defaults", "thresholds", "steps", 1, "color"), "yellow"},
		{"its label", area["description"], "0.01: objective"},
		{"query", in(area, "targets", 1, "expr"), `up{job=~"${job}"}`},
		{"legend", in(area, "targets", 1, "legendFormat"), "{{job}}"},
		{"second query", in(area, "targets", 1, "refId"), "B"},
		{"bars", in(bars, "fieldConfig", "defaults", "custom", "drawStyle"), "bars"},
		{"spark", in(spark, "options", "graphMode"), "area"},
		{"spark's range", in(spark, "targets", 0, "range"), true},
		{"no thresholds", in(spark, "options", "colorMode"), "none"},
		{"thresholds", in(still, "options", "colorMode"), "background"},
		{"newest value", in(still, "targets", 0, "instant"), true},
		{"merged", in(table, "transformations", 0, "id"), "merge"},
		{"column", in(table, "transformations", 1, "options", "renameByName", "Value #B"), "Up"},
		{"no time", in(table, "transformations", 1, "options", "excludeByName", "Time"), true},
		{"buckets", in(heat, "targets", 0, "format"), "heatmap"},
		{"bucket", in(heat, "targets", 0, "legendFormat"), "{{le}}"},
		{"bucket's unit", in(heat, "options", "yAxis", "unit"), "s"},
		{"raw title", raw["title"], "mine"},
		{"raw place", in(raw, "gridPos", "h"), 10.0},
		{"raw id", raw["id"], 1.0},
		{"raw options", in(raw, "options", "mode"), "html"},
	} {
		if c.got != c.want {
			t.Errorf("%s is %v, want %v", c.what, c.got, c.want)
		}
	}
}
