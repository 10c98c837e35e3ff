package dash

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/problem"
)

var policyPattern = regexp.MustCompile(`^projects/[^/\s]+/alertPolicies/[^/\s]+$`)

// tile checks one tile against the grid, the tiles before it in its section, and
// its kind's rules.
func (v *validation) tile(at problem.Path, t Tile, before []Tile) {
	if t.Only != "" && !isTarget(t.Only) {
		v.Add(at.To("only"), "This is no target of dashboards.", fmt.Sprintf("Use %q or %q, or leave it out; it is %q.", TargetCloudMonitoring, TargetGrafana, t.Only))
	}
	v.place(at, t, before)
	kind, set := t.Kind()
	if set != 1 {
		detail := "Set one of time_series, scorecard, gauge, table, heat_map, text, alert_chart or raw."
		if set > 1 {
			detail = fmt.Sprintf("It has %d kinds of content; make a tile of each.", set)
		}
		v.Add(at, "The tile has not exactly one kind of content.", detail)
		return
	}
	inside := at.To(kind)
	switch {
	case t.TimeSeries != nil:
		v.timeSeries(inside, t)
	case t.Scorecard != nil:
		v.single(inside, t, t.Scorecard.Query, t.Scorecard.Unit, t.Scorecard.Thresholds)
		v.oneOf(inside.To("spark"), t.Scorecard.Spark, "a small chart", SparkLine, SparkBar)
	case t.Gauge != nil:
		v.single(inside, t, t.Gauge.Query, t.Gauge.Unit, t.Gauge.Thresholds)
		if !finite(t.Gauge.Min) || !finite(t.Gauge.Max) || t.Gauge.Min >= t.Gauge.Max {
			v.Add(inside.To("max"), "The gauge's upper bound is not above its lower one.", fmt.Sprintf("Set max above min; they are %v and %v.", t.Gauge.Max, t.Gauge.Min))
		}
	case t.Table != nil:
		v.queries(inside.To("queries"), t, t.Table.Queries)
		v.unit(inside.To("unit"), t.Table.Unit)
	case t.HeatMap != nil:
		v.query(inside.To("query"), t, t.HeatMap.Query)
		v.unit(inside.To("unit"), t.HeatMap.Unit)
	case t.Text != nil:
		if strings.TrimSpace(t.Text.Content) == "" {
			v.Add(inside.To("content"), "The text is empty.", "Set content to Markdown.")
		}
	case t.AlertChart != nil:
		v.alertChart(inside, t)
	case t.Raw != nil:
		v.raw(inside, t)
	}
}

// place checks the tile's place, by the rules of layouts.proto for a mosaic and
// the coarser grid of Grafana.
func (v *validation) place(at problem.Path, t Tile, before []Tile) {
	const summary = "The tile lies outside of the grid."
	good := true
	for _, edge := range []struct {
		name             string
		value, min, most int64
	}{{"x", t.X, 0, Columns - 1}, {"y", t.Y, 0, maxRows}, {"width", t.Width, 1, Columns}, {"height", t.Height, 1, maxRows}} {
		if edge.value < edge.min || edge.value > edge.most {
			v.Add(at.To(edge.name), summary, fmt.Sprintf("Set %s to %d to %d; it is %d.", edge.name, edge.min, edge.most, edge.value))
			good = false
		}
		if v.grafana && t.Shows(TargetGrafana) && edge.value%2 != 0 {
			v.Add(at.To(edge.name), "Grafana can't lay the tile there.", fmt.Sprintf("Set %s to an even number, since Grafana's grid has half as many columns; it is %d.", edge.name, edge.value))
		}
	}
	if !good {
		return
	}
	if t.X+t.Width > Columns {
		v.Add(at.To("width"), summary, fmt.Sprintf("It ends at column %d of %d: set x or width lower.", t.X+t.Width, Columns))
	}
	for i, other := range before {
		together := t.Only == "" || other.Only == "" || t.Only == other.Only
		if together && other.onGrid() && overlap(t, other) {
			v.Add(at, "Two tiles overlap.", fmt.Sprintf("Move it, or leave x and y out: it lies at %d,%d with %dx%d, and tile %d of the section at %d,%d with %dx%d.",
				t.X, t.Y, t.Width, t.Height, i, other.X, other.Y, other.Width, other.Height))
			return
		}
	}
}

func (v *validation) timeSeries(at problem.Path, t Tile) {
	chart := t.TimeSeries
	v.queries(at.To("queries"), t, chart.Queries)
	v.oneOf(at.To("style"), chart.Style, "a style", StyleLine, StyleArea, StyleBar)
	v.unit(at.To("unit"), chart.Unit)
	v.thresholds(at.To("thresholds"), chart.Thresholds)
	if !v.monitoring || !t.Shows(TargetCloudMonitoring) {
		return
	}
	for i, line := range chart.Thresholds {
		inside := at.To("thresholds").To(i)
		if line.Color == ColorYellow {
			v.Add(inside.To("color"), "Cloud Monitoring has no colours for the lines on a chart.", `Leave color out and say in label what the line means, or set only = "grafana" on the tile.`)
		}
		if line.Direction == DirectionBelow {
			v.Add(inside.To("direction"), "Cloud Monitoring has no directions for the lines on a chart.", `Leave direction out and say in label what the line means, or set only = "grafana" on the tile.`)
		}
	}
}

// single checks a tile of one value.
func (v *validation) single(at problem.Path, t Tile, q Query, unit string, thresholds []Threshold) {
	v.query(at.To("query"), t, q)
	if q.Legend != "" && v.monitoring && t.Shows(TargetCloudMonitoring) {
		v.Add(at.To("query").To("legend"), "Cloud Monitoring has no legend on a single value.", `Write it into the tile's title, or set only = "grafana" on the tile.`)
	}
	v.unit(at.To("unit"), unit)
	v.thresholds(at.To("thresholds"), thresholds)
}

func (v *validation) alertChart(at problem.Path, t Tile) {
	chart := t.AlertChart
	if !policyPattern.MatchString(chart.Policy) {
		v.Add(at.To("policy"), "This is no alert policy.", fmt.Sprintf("Set policy to its full name, projects/PROJECT/alertPolicies/ID, such as the name of a cortx_alert_policy; it is %q.", chart.Policy))
	}
	if chart.Query != (Query{}) {
		// Only Grafana draws it.
		t.Only = TargetGrafana
		v.query(at.To("query"), t, chart.Query)
	}
	v.thresholds(at.To("thresholds"), chart.Thresholds)
}

func (v *validation) raw(at problem.Path, t Tile) {
	raw := t.Raw
	if raw.WidgetJSON == "" && raw.PanelJSON == "" {
		v.Add(at, "The tile is empty.", "Set widget_json, panel_json or both.")
		return
	}
	if raw.PanelJSON != "" && !json.Valid([]byte(raw.PanelJSON)) {
		v.Add(at.To("panel_json"), "This is not JSON.", "Set panel_json to the JSON of one panel, as Grafana shows it under Inspect.")
	}
	if raw.WidgetJSON == "" {
		if v.monitoring && t.Shows(TargetCloudMonitoring) {
			v.Add(at.To("widget_json"), "Cloud Monitoring can't show the tile.", `Set widget_json to a widget of Cloud Monitoring, or set only = "grafana" on the tile.`)
		}
		return
	}
	inside := at.To("widget_json")
	w, err := parseWidget(raw.WidgetJSON)
	if err != nil {
		v.Add(inside, "This is no widget of Cloud Monitoring.", "Set widget_json to the JSON of one widget, as the console exports it. "+err.Error()+".")
		return
	}
	v.widget(inside, w)
}

// widget checks a raw widget: what the model can say has to be said in it, or
// what is read back would differ from the configuration for good.
func (v *validation) widget(at problem.Path, w *dashboardpb.Widget) {
	if w.GetTitle() != "" {
		v.Add(at, "The widget has a title of its own.", "Move title out of the JSON to the tile's title.")
		w.Title = ""
	}
	switch w.GetContent().(type) {
	case nil:
		v.Add(at, "The widget has no content.", "Set one kind of content, such as pieChart or logsPanel.")
		return
	case *dashboardpb.Widget_CollapsibleGroup, *dashboardpb.Widget_SingleViewGroup:
		v.Add(at, "A group of tiles can't be a tile.", "Use sections, which are collapsible groups, or dashboard_json for the whole dashboard.")
		return
	}
	r := recovery{spelling: v.variables}
	if typed := r.tile(w); typed.Raw == nil {
		kind, _ := typed.Kind()
		v.Add(at, "The widget needs no JSON.", fmt.Sprintf("Write it as %s, which says all of it.", kind))
	}
}

func (v *validation) thresholds(at problem.Path, thresholds []Threshold) {
	for i, t := range thresholds {
		inside := at.To(i)
		if !finite(t.Value) {
			v.Add(inside.To("value"), "The threshold is not a number.", fmt.Sprintf("Set a finite value; it is %v.", t.Value))
		}
		v.oneOf(inside.To("color"), t.Color, "a colour", ColorYellow, ColorRed)
		v.oneOf(inside.To("direction"), t.Direction, "a direction", DirectionAbove, DirectionBelow)
	}
}

func (v *validation) unit(at problem.Path, name string) {
	if _, ok := UnitNamed(name); ok {
		return
	}
	var names []string
	for _, u := range units[1:] {
		names = append(names, u.Name)
	}
	v.Add(at, "This is no unit that both targets can show.", fmt.Sprintf(`Use one of %s; or "ucum:" and a unit of Cloud Monitoring that is not among these. It is %q.`, strings.Join(names, ", "), name))
}

// oneOf checks a word out of a few; empty is the default.
func (v *validation) oneOf(at problem.Path, value, what string, words ...string) {
	if value != "" && !slices.Contains(words, value) {
		v.Add(at, "The word is not one of those allowed.", fmt.Sprintf("Use %s, or leave it out; %q is not %s.", strings.Join(words, " or "), value, what))
	}
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }
