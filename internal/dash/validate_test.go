package dash_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
)

// one is a dashboard of one tile.
func one(tile dash.Tile) dash.Dashboard {
	return dash.Dashboard{
		DisplayName: "d",
		Variables:   []dash.Variable{{Name: "tenant", LabelKey: "namespace"}},
		Sections:    []dash.Section{{Title: "s", Tiles: []dash.Tile{tile}}},
	}
}

func chart(queries ...dash.Query) dash.Tile {
	return dash.Tile{TimeSeries: &dash.TimeSeries{Queries: queries}}
}

func promQL(expr string) dash.Tile { return chart(dash.Query{PromQL: expr}) }

func only(target string, t dash.Tile) dash.Tile {
	t.Only = target
	return t
}

const (
	monitoring = dash.TargetCloudMonitoring
	grafana    = dash.TargetGrafana
)

// TestValidate: every rule, at the path of its attribute, for the targets that it
// concerns, and quiet just beside it.
func TestValidate(t *testing.T) {
	tilePath := []any{"sections", 0, "tiles", 0}
	in := func(steps ...any) []any { return append(append([]any{}, tilePath...), steps...) }
	promQLPath := in("time_series", "queries", 0, "promql")
	both := []string{monitoring, grafana}
	with := func(change func(*dash.Dashboard)) dash.Dashboard {
		d := one(promQL("up"))
		change(&d)
		return d
	}
	for name, test := range map[string]struct {
		d       dash.Dashboard
		targets []string
		at      []any // nil: no problem
		says    string
	}{
		"nothing wrong":  {one(promQL("up")), both, nil, ""},
		"no such target": {one(promQL("up")), []string{"kibana"}, []any{"targets", 0}, "kibana"},
		"no title":       {with(func(d *dash.Dashboard) { d.DisplayName = " " }), both, []any{"display_name"}, "display_name"},
		"no sections":    {with(func(d *dash.Dashboard) { d.Sections = nil }), both, []any{"sections"}, "Add a section"},
		"no tiles":       {with(func(d *dash.Dashboard) { d.Sections[0].Tiles = nil }), both, []any{"sections", 0, "tiles"}, "Add a tile"},
		"label key":      {with(func(d *dash.Dashboard) { d.Labels = map[string]string{"A": "x"} }), both, []any{"labels"}, `"A"`},
		"label value":    {with(func(d *dash.Dashboard) { d.Labels = map[string]string{"a": "X y"} }), both, []any{"labels", "a"}, "X y"},
		"label length":   {with(func(d *dash.Dashboard) { d.Labels = map[string]string{"a": strings.Repeat("x", 64)} }), both, []any{"labels", "a"}, "63"},
		"labels at the limit": {with(func(d *dash.Dashboard) {
			d.Labels = map[string]string{strings.Repeat("a", 63): strings.Repeat("x", 63)}
		}), both, nil, ""},
		"too many labels":        {with(func(d *dash.Dashboard) { d.Labels = manyLabels(65) }), both, []any{"labels"}, "65"},
		"variable name":          {with(func(d *dash.Dashboard) { d.Variables[0].Name = "1a" }), both, []any{"variables", 0, "name"}, "1a"},
		"reserved variable name": {with(func(d *dash.Dashboard) { d.Variables[0].Name = "__interval" }), both, []any{"variables", 0, "name"}, "underscores"},
		"variable twice":         {with(func(d *dash.Dashboard) { d.Variables = append(d.Variables, d.Variables[0]) }), both, []any{"variables", 1, "name"}, "tenant"},
		"variable's label":       {with(func(d *dash.Dashboard) { d.Variables[0].LabelKey = "" }), both, []any{"variables", 0, "label_key"}, "namespace"},
		"variable's metric":      {with(func(d *dash.Dashboard) { d.Variables[0].Metric = "a b" }), both, []any{"variables", 0, "metric"}, "a b"},
		"link without title":     {with(func(d *dash.Dashboard) { d.Links = []dash.Link{{URL: "https://a.test"}} }), both, []any{"links", 0, "title"}, "title"},
		"link to nowhere":        {with(func(d *dash.Dashboard) { d.Links = []dash.Link{{Title: "a", URL: "javascript:alert(1)"}} }), both, []any{"links", 0, "url"}, "https://"},
		"link with a space":      {with(func(d *dash.Dashboard) { d.Links = []dash.Link{{Title: "a", URL: "https://a.test/a b"}} }), both, []any{"links", 0, "url"}, "spaces"},
		"good link":              {with(func(d *dash.Dashboard) { d.Links = []dash.Link{{Title: "a", URL: "https://a.test/(x)?y=1#z"}} }), both, nil, ""},
		"two loose sections": {with(func(d *dash.Dashboard) {
			d.Sections = []dash.Section{{Tiles: []dash.Tile{promQL("up")}}, {Tiles: []dash.Tile{promQL("up")}}}
		}), both, []any{"sections", 1, "title"}, "title"},
		"two loose sections around one that is not shown": {with(func(d *dash.Dashboard) {
			d.Sections = []dash.Section{{Tiles: []dash.Tile{promQL("up")}}, {Title: "g", Tiles: []dash.Tile{only(grafana, promQL("up"))}}, {Tiles: []dash.Tile{promQL("up")}}}
		}), both, []any{"sections", 2, "title"}, "title"},
		"the same for Grafana": {with(func(d *dash.Dashboard) {
			d.Sections = []dash.Section{{Tiles: []dash.Tile{promQL("up")}}, {Title: "g", Tiles: []dash.Tile{only(grafana, promQL("up"))}}, {Tiles: []dash.Tile{promQL("up")}}}
		}), []string{grafana}, nil, ""},
		"folded without a title": {with(func(d *dash.Dashboard) { d.Sections[0].Title, d.Sections[0].Collapsed = "", true }), both, []any{"sections", 0, "collapsed"}, "title"},
		"blank section title":    {with(func(d *dash.Dashboard) { d.Sections[0].Title = "  " }), both, []any{"sections", 0, "title"}, "title"},
		"100 widgets":            {with(func(d *dash.Dashboard) { d.Sections[0].Tiles = manyTiles(99) }), both, nil, ""},
		"101 widgets":            {with(func(d *dash.Dashboard) { d.Sections[0].Tiles = manyTiles(100) }), both, []any{"sections"}, "101"},
		"101 panels":             {with(func(d *dash.Dashboard) { d.Sections[0].Tiles = manyTiles(100) }), []string{grafana}, nil, ""},

		"no kind":                       {one(dash.Tile{}), both, tilePath, "time_series"},
		"two kinds":                     {one(dash.Tile{Text: &dash.Text{Content: "x"}, Table: &dash.Table{}}), both, tilePath, "2"},
		"only elsewhere":                {one(only("kibana", promQL("up"))), both, in("only"), "kibana"},
		"left of it":                    {one(text(-2, 0, 4, 4)), both, in("x"), "-2"},
		"right of it":                   {one(text(46, 0, 4, 4)), both, in("width"), "50"},
		"too wide":                      {one(text(0, 0, 50, 4)), both, in("width"), "50"},
		"too high":                      {one(text(0, 0, 4, 10002)), both, in("height"), "10002"},
		"odd in Grafana":                {one(text(0, 0, 7, 4)), both, in("width"), "even"},
		"odd elsewhere":                 {one(text(0, 0, 7, 4)), []string{monitoring}, nil, ""},
		"odd, and not shown in Grafana": {one(only(monitoring, text(0, 0, 7, 4))), both, nil, ""},
		"overlap": {with(func(d *dash.Dashboard) {
			d.Sections[0].Tiles = []dash.Tile{text(2, 2, 8, 8), text(8, 8, 8, 8)}
		}), both, []any{"sections", 0, "tiles", 1}, "8,8"},
		"side by side": {with(func(d *dash.Dashboard) {
			d.Sections[0].Tiles = []dash.Tile{text(2, 2, 8, 8), text(10, 2, 8, 8)}
		}), both, nil, ""},
		"one for each target": {with(func(d *dash.Dashboard) {
			d.Sections[0].Tiles = []dash.Tile{only(grafana, text(2, 2, 8, 8)), only(monitoring, text(2, 2, 8, 8))}
		}), both, nil, ""},

		"no query":                   {one(chart()), both, in("time_series", "queries"), "query"},
		"an empty query":             {one(promQL(" ")), both, promQLPath, "promql"},
		"two languages":              {one(chart(dash.Query{PromQL: "up", BigQuerySQL: "SELECT 1"})), both, in("time_series", "queries", 0), "Keep one"},
		"SQL":                        {one(chart(dash.Query{BigQuerySQL: "SELECT 1"})), both, in("time_series", "queries", 0, "bigquery_sql"), `only = "grafana"`},
		"SQL in Grafana only":        {one(only(grafana, chart(dash.Query{BigQuerySQL: "SELECT 1"}))), both, nil, ""},
		"broken PromQL":              {one(promQL("sum(")), both, promQLPath, "1:5"},
		"a range":                    {one(promQL("x[5m]")), both, promQLPath, "rate"},
		"a string":                   {one(promQL(`"x"`)), both, promQLPath, "string"},
		"a variable":                 {one(promQL(`x{a=~"${tenant}"}`)), both, nil, ""},
		"part of a value":            {one(promQL(`x{a!~"a-${tenant}.*"}`)), both, nil, ""},
		"compared by =":              {one(promQL(`x{a="${tenant}"}`)), both, promQLPath, "=~"},
		"compared by !=":             {one(promQL(`x{a!="${tenant}"}`)), both, promQLPath, "=~"},
		"no such variable":           {one(promQL(`x{a=~"${other}"}`)), both, promQLPath, "other"},
		"Grafana's spelling":         {one(promQL(`x{a=~"$tenant"}`)), both, promQLPath, "${tenant}"},
		"a format":                   {one(promQL(`x{a=~"${tenant:regex}"}`)), both, promQLPath, "${tenant}"},
		"Google's spelling":          {one(promQL(`x{a=~"${tenant.value}"}`)), both, promQLPath, "${tenant}"},
		"Grafana's window":           {one(promQL(`rate(x[$__rate_interval])`)), both, promQLPath, "[5m]"},
		"Google's window":            {one(promQL(`rate(x[${__interval}])`)), both, promQLPath, "[5m]"},
		"a regular expression's end": {one(promQL(`x{a=~"b$"}`)), both, nil, ""},
		"a capture":                  {one(promQL(`label_replace(x, "a", "${1}", "b", "$2")`)), both, nil, ""},
		"outside of a matcher":       {one(promQL(`label_replace(x, "a", "${tenant}", "b", "c")`)), both, promQLPath, "value of a label"},
		"a legend":                   {one(chart(dash.Query{PromQL: "up", Legend: "a {{b}}"})), both, nil, ""},
		"a legend with spaces":       {one(chart(dash.Query{PromQL: "up", Legend: "${labels.b}"})), both, in("time_series", "queries", 0, "legend"), "{{namespace}}"},
		"Google's legend":            {one(chart(dash.Query{PromQL: "up", Legend: "${metric.labels.b}"})), both, in("time_series", "queries", 0, "legend"), "${metric.labels.b}"},
		"Google's legend there":      {one(chart(dash.Query{PromQL: "up", Legend: "${metric.labels.b}"})), []string{monitoring}, nil, ""},

		"style":                      {one(dash.Tile{TimeSeries: &dash.TimeSeries{Queries: []dash.Query{{PromQL: "up"}}, Style: "pie"}}), both, in("time_series", "style"), "line or area or bar"},
		"unit":                       {one(dash.Tile{TimeSeries: &dash.TimeSeries{Queries: []dash.Query{{PromQL: "up"}}, Unit: "parsecs"}}), both, in("time_series", "unit"), "parsecs"},
		"UCUM":                       {one(dash.Tile{TimeSeries: &dash.TimeSeries{Queries: []dash.Query{{PromQL: "up"}}, Unit: "ucum:pc"}}), both, nil, ""},
		"UCUM with a name":           {one(dash.Tile{TimeSeries: &dash.TimeSeries{Queries: []dash.Query{{PromQL: "up"}}, Unit: "ucum:By"}}), both, in("time_series", "unit"), "bytes"},
		"colour":                     {one(dash.Tile{Scorecard: &dash.Scorecard{Query: dash.Query{PromQL: "up"}, Thresholds: []dash.Threshold{{Color: "pink"}}}}), both, in("scorecard", "thresholds", 0, "color"), "yellow or red"},
		"direction":                  {one(dash.Tile{Scorecard: &dash.Scorecard{Query: dash.Query{PromQL: "up"}, Thresholds: []dash.Threshold{{Direction: "up"}}}}), both, in("scorecard", "thresholds", 0, "direction"), "above or below"},
		"endless":                    {one(dash.Tile{Scorecard: &dash.Scorecard{Query: dash.Query{PromQL: "up"}, Thresholds: []dash.Threshold{{Value: math.Inf(1)}}}}), both, in("scorecard", "thresholds", 0, "value"), "finite"},
		"a line's colour":            {one(line(dash.Threshold{Color: dash.ColorYellow})), []string{monitoring}, in("time_series", "thresholds", 0, "color"), "label"},
		"a line's colour, for both":  {one(line(dash.Threshold{Color: dash.ColorYellow})), both, in("time_series", "thresholds", 0, "color"), "label"},
		"a line's direction":         {one(line(dash.Threshold{Direction: dash.DirectionBelow})), both, in("time_series", "thresholds", 0, "direction"), "label"},
		"a line's colour in Grafana": {one(only(grafana, line(dash.Threshold{Color: dash.ColorYellow, Direction: dash.DirectionBelow}))), both, nil, ""},
		"a line's colour, Grafana":   {one(line(dash.Threshold{Color: dash.ColorYellow, Direction: dash.DirectionBelow})), []string{grafana}, nil, ""},
		"a line as it is":            {one(line(dash.Threshold{Color: dash.ColorRed, Direction: dash.DirectionAbove})), both, nil, ""},
		"spark":                      {one(dash.Tile{Scorecard: &dash.Scorecard{Query: dash.Query{PromQL: "up"}, Spark: "pie"}}), both, in("scorecard", "spark"), "line or bar"},
		"a card's legend":            {one(dash.Tile{Scorecard: &dash.Scorecard{Query: dash.Query{PromQL: "up", Legend: "x"}}}), both, in("scorecard", "query", "legend"), "title"},
		"the same only in Grafana":   {one(only(grafana, dash.Tile{Scorecard: &dash.Scorecard{Query: dash.Query{PromQL: "up", Legend: "x"}}})), both, nil, ""},
		"bounds":                     {one(dash.Tile{Gauge: &dash.Gauge{Query: dash.Query{PromQL: "up"}, Min: 1, Max: 1}}), both, in("gauge", "max"), "above min"},
		"table":                      {one(dash.Tile{Table: &dash.Table{Queries: []dash.Query{{PromQL: "up("}}}}), both, in("table", "queries", 0, "promql"), "1:4"},
		"heat map":                   {one(dash.Tile{HeatMap: &dash.HeatMap{}}), both, in("heat_map", "query", "promql"), "promql"},
		"text":                       {one(dash.Tile{Text: &dash.Text{Content: "\n"}}), both, in("text", "content"), "content"},
		"policy":                     {one(dash.Tile{AlertChart: &dash.AlertChart{Policy: "alertPolicies/1"}}), both, in("alert_chart", "policy"), "projects/PROJECT"},
		"policy's query":             {one(dash.Tile{AlertChart: &dash.AlertChart{Policy: "projects/p/alertPolicies/1", Query: dash.Query{PromQL: "("}}}), both, in("alert_chart", "query", "promql"), "1:2"},

		"empty raw":       {one(dash.Tile{Raw: &dash.Raw{}}), both, in("raw"), "widget_json"},
		"raw elsewhere":   {one(dash.Tile{Raw: &dash.Raw{PanelJSON: "{}"}}), both, in("raw", "widget_json"), `only = "grafana"`},
		"raw for Grafana": {one(only(grafana, dash.Tile{Raw: &dash.Raw{PanelJSON: "{}"}})), both, nil, ""},
		"broken panel":    {one(only(grafana, dash.Tile{Raw: &dash.Raw{PanelJSON: "{"}})), both, in("raw", "panel_json"), "JSON"},
		"broken widget":   {one(dash.Tile{Raw: &dash.Raw{WidgetJSON: `{"sparkles":1}`}}), both, in("raw", "widget_json"), "sparkles"},
		"a title inside":  {one(dash.Tile{Raw: &dash.Raw{WidgetJSON: `{"title":"a","blank":{}}`}}), both, in("raw", "widget_json"), "title"},
		"no content":      {one(dash.Tile{Raw: &dash.Raw{WidgetJSON: `{}`}}), both, in("raw", "widget_json"), "pieChart"},
		"a group inside":  {one(dash.Tile{Raw: &dash.Raw{WidgetJSON: `{"collapsibleGroup":{}}`}}), both, in("raw", "widget_json"), "sections"},
		"a typed widget":  {one(dash.Tile{Raw: &dash.Raw{WidgetJSON: `{"text":{"content":"x","format":"MARKDOWN"}}`}}), both, in("raw", "widget_json"), "as text"},
		"a good widget":   {one(dash.Tile{Raw: &dash.Raw{WidgetJSON: `{"text":{"content":"x","format":"RAW"}}`}}), both, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			problems := test.d.Validate(test.targets...)
			if test.at == nil {
				for _, p := range problems {
					t.Errorf("unexpected, at %v: %s %s", p.Path, p.Summary, p.Detail)
				}
				return
			}
			if len(problems) != 1 {
				t.Fatalf("got %d problems, want 1: %v", len(problems), problems)
			}
			p := problems[0]
			if !reflect.DeepEqual(p.Path, test.at) || !strings.Contains(p.Detail, test.says) {
				t.Errorf("got %v: %s %s\nwant %v and %q", p.Path, p.Summary, p.Detail, test.at, test.says)
			}
			if p.Warning {
				t.Error("what can't be shown is a warning only")
			}
			if !strings.HasSuffix(p.Summary, ".") || strings.ContainsAny(p.Summary, "%\"") {
				t.Errorf("the summary is not one static sentence: %q", p.Summary)
			}
		})
	}
}

// line is a chart with a threshold.
func line(threshold dash.Threshold) dash.Tile {
	return dash.Tile{TimeSeries: &dash.TimeSeries{Queries: []dash.Query{{PromQL: "up"}}, Thresholds: []dash.Threshold{threshold}}}
}

func manyLabels(n int) map[string]string {
	labels := map[string]string{}
	for i := range n {
		labels[fmt.Sprintf("l%d", i)] = ""
	}
	return labels
}

func manyTiles(n int) []dash.Tile {
	tiles := make([]dash.Tile, n)
	for i := range tiles {
		tiles[i] = text(0, 0, 4, 4)
	}
	return tiles
}

// TestUnits: each unit has one spelling in Cloud Monitoring, so that it can be
// recovered, and none takes another's.
func TestUnits(t *testing.T) {
	names, spellings := map[string]bool{}, map[string]bool{}
	for _, u := range dash.Units() {
		if names[u.Name] || spellings[u.UCUM] {
			t.Errorf("%q or %q occurs twice", u.Name, u.UCUM)
		}
		names[u.Name], spellings[u.UCUM] = true, true
		if found, ok := dash.UnitNamed(u.Name); !ok || found != u {
			t.Errorf("%q is not found", u.Name)
		}
		if u.Meaning == "" {
			t.Errorf("%q has no meaning", u.Name)
		}
	}
	if u, ok := dash.UnitNamed("ucum:MBy"); !ok || u.UCUM != "MBy" || u.Grafana == "" {
		t.Errorf("got %+v", u)
	}
	if _, ok := dash.UnitNamed("parsecs"); ok {
		t.Error("parsecs is a unit")
	}
}
