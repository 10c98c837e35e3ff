package dash

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/bigquery"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/gauge"
	"github.com/grafana/grafana-foundation-sdk/go/heatmap"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/text"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// areaOpacity is how opaque stacked areas are, in percent.
const areaOpacity = 25

// panel renders one tile; top is the row at which its section begins.
func (g *grafanaPage) panel(t Tile, top int64) (dashboard.Panel, error) {
	builder, err := g.panelBuilder(t)
	if err != nil {
		builder = text.NewPanelBuilder().Mode(text.TextModeMarkdown).Content("Grafana can't show this tile: " + err.Error() + ".")
	}
	panel, err := builder.Build()
	if err != nil {
		return dashboard.Panel{}, err
	}
	panel.Id = cog.ToPtr(g.id())
	panel.GridPos = cog.ToPtr(place(t, top))
	if t.Title != "" {
		panel.Title = cog.ToPtr(t.Title)
	}
	if queries := t.Queries(); len(queries) > 0 && panel.Type != "text" {
		panel.Datasource = g.source(queries)
	}
	return panel, nil
}

func (g *grafanaPage) panelBuilder(t Tile) (cog.Builder[dashboard.Panel], error) {
	switch {
	case t.TimeSeries != nil:
		return g.timeSeries(*t.TimeSeries), nil
	case t.Scorecard != nil:
		return g.scorecard(*t.Scorecard), nil
	case t.Gauge != nil:
		return g.gauge(*t.Gauge), nil
	case t.Table != nil:
		return g.table(*t.Table), nil
	case t.HeatMap != nil:
		return g.heatMap(*t.HeatMap), nil
	case t.Text != nil:
		return text.NewPanelBuilder().Mode(text.TextModeMarkdown).Content(t.Text.Content), nil
	case t.AlertChart != nil:
		if t.AlertChart.Query == (Query{}) {
			return nil, errors.New("it draws an alert policy of Cloud Monitoring, and has no query to draw instead")
		}
		b := g.timeSeries(TimeSeries{Queries: []Query{t.AlertChart.Query}, Thresholds: t.AlertChart.Thresholds})
		if t.AlertChart.Policy != "" {
			b.Description(joinLines("Alert policy in Cloud Monitoring: "+t.AlertChart.Policy, thresholdNotes(t.AlertChart.Thresholds)))
		}
		return b, nil
	case t.Raw != nil:
		panel, err := rawPanel(t.Raw.PanelJSON)
		return built{panel}, err
	}
	return nil, errors.New("it has no content")
}

func (g *grafanaPage) timeSeries(t TimeSeries) *timeseries.PanelBuilder {
	b := timeseries.NewPanelBuilder().
		DrawStyle(common.GraphDrawStyleLine).LineWidth(1).FillOpacity(0).ShowPoints(common.VisibilityModeNever).
		Legend(common.NewVizLegendOptionsBuilder().ShowLegend(true).
			DisplayMode(common.LegendDisplayModeList).Placement(common.LegendPlacementBottom).Calcs([]string{})).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending)).
		Thresholds(lines(t.Thresholds))
	if unit := grafanaUnit(t.Unit); unit != "" {
		b.Unit(unit)
	}
	stacked := common.NewStackingConfigBuilder().Mode(common.StackingModeNormal).Group("A")
	switch t.Style {
	case StyleArea:
		b.FillOpacity(areaOpacity).Stacking(stacked)
	case StyleBar:
		b.DrawStyle(common.GraphDrawStyleBars).FillOpacity(100).Stacking(stacked)
	}
	if len(t.Thresholds) > 0 {
		b.ThresholdsStyle(common.NewGraphThresholdsStyleConfigBuilder().Mode(common.GraphThresholdsStyleModeDashed))
	}
	if notes := thresholdNotes(t.Thresholds); notes != "" {
		b.Description(notes)
	}
	if t.AxisLabel != "" {
		b.AxisLabel(t.AxisLabel)
	}
	if t.LogScale {
		b.ScaleDistribution(common.NewScaleDistributionConfigBuilder().Type(common.ScaleDistributionLog).Log(10))
	}
	for i, q := range t.Queries {
		b.WithTarget(g.target(q, i, prometheus.PromQueryFormatTimeSeries, false))
	}
	return b
}

func (g *grafanaPage) scorecard(s Scorecard) *stat.PanelBuilder {
	b := stat.NewPanelBuilder().
		ReduceOptions(newest()).
		Orientation(common.VizOrientationAuto).
		ColorMode(common.BigValueColorModeNone).
		GraphMode(common.BigValueGraphModeNone).
		Thresholds(steps(s.Thresholds)).
		WithTarget(g.target(s.Query, 0, prometheus.PromQueryFormatTimeSeries, s.Spark == ""))
	if unit := grafanaUnit(s.Unit); unit != "" {
		b.Unit(unit)
	}
	if len(s.Thresholds) > 0 {
		b.ColorMode(common.BigValueColorModeBackground)
	}
	if s.Spark != "" {
		b.GraphMode(common.BigValueGraphModeArea)
	}
	if notes := thresholdNotes(s.Thresholds); notes != "" {
		b.Description(notes)
	}
	return b
}

func (g *grafanaPage) gauge(s Gauge) *gauge.PanelBuilder {
	b := gauge.NewPanelBuilder().
		Min(s.Min).Max(s.Max).
		ReduceOptions(newest()).
		Orientation(common.VizOrientationAuto).
		ShowThresholdMarkers(true).
		Thresholds(steps(s.Thresholds)).
		WithTarget(g.target(s.Query, 0, prometheus.PromQueryFormatTimeSeries, true))
	if unit := grafanaUnit(s.Unit); unit != "" {
		b.Unit(unit)
	}
	if notes := thresholdNotes(s.Thresholds); notes != "" {
		b.Description(notes)
	}
	return b
}

// table shows one row a series and one column a query. Without the two
// transformations each query would be a table of its own behind a menu, and
// the time of the query a column.
func (g *grafanaPage) table(t Table) *table.PanelBuilder {
	b := table.NewPanelBuilder().ShowHeader(true).Thresholds(steps(nil)).
		Footer(common.NewTableFooterOptionsBuilder().Show(false).Reducer([]string{"sum"}).CountRows(false))
	if unit := grafanaUnit(t.Unit); unit != "" {
		b.Unit(unit)
	}
	renamed := map[string]any{}
	for i, q := range t.Queries {
		b.WithTarget(g.target(q, i, prometheus.PromQueryFormatTable, true))
		column := "Value #" + refID(i)
		if len(t.Queries) == 1 {
			column = "Value"
		}
		if q.Legend != "" {
			renamed[column] = q.Legend
		}
	}
	if len(t.Queries) > 1 {
		b.WithTransformation(dashboard.DataTransformerConfig{Id: "merge", Options: map[string]any{}})
	}
	const organise = "organize" //nolint:misspell // Grafana's own id.
	return b.WithTransformation(dashboard.DataTransformerConfig{Id: organise, Options: map[string]any{
		"excludeByName": map[string]any{"Time": true}, "indexByName": map[string]any{}, "renameByName": renamed,
	}})
}

func (g *grafanaPage) heatMap(h HeatMap) *heatmap.PanelBuilder {
	q := h.Query
	q.Legend = orDefault(q.Legend, "{{le}}")
	axis := heatmap.NewYAxisConfigBuilder().AxisPlacement(common.AxisPlacementLeft)
	if unit := grafanaUnit(h.Unit); unit != "" {
		axis.Unit(unit)
	}
	return heatmap.NewPanelBuilder().
		Calculate(false).
		YAxis(axis).
		Tooltip(heatmap.NewHeatmapTooltipBuilder().Mode(common.TooltipDisplayModeSingle)).
		Color(heatmap.NewHeatmapColorOptionsBuilder().
			Mode(heatmap.HeatmapColorModeScheme).Scheme("Oranges").Fill("dark-orange").
			Scale(heatmap.HeatmapColorScaleExponential).Exponent(0.5).Steps(64).Reverse(false)).
		WithTarget(g.target(q, 0, prometheus.PromQueryFormatHeatmap, false))
}

// target renders a query; newest asks for one point a series.
func (g *grafanaPage) target(q Query, index int, format prometheus.PromQueryFormat, newest bool) cog.Builder[variants.Dataquery] {
	if q.PromQL == "" && q.BigQuerySQL != "" {
		shape := bigquery.QueryFormatTimeseries
		if newest {
			shape = bigquery.QueryFormatTable
		}
		b := bigquery.NewDataqueryBuilder().RefId(refID(index)).Datasource(g.bigQuery).
			RawQuery(true).RawSql(q.BigQuerySQL).Format(shape).EditorMode(bigquery.EditorModeCode)
		if g.opts.Project != "" {
			b.Project(g.opts.Project)
		}
		return b
	}
	b := prometheus.NewDataqueryBuilder().RefId(refID(index)).Datasource(g.prometheus).
		Expr(q.PromQL).Format(format).EditorMode(prometheus.QueryEditorModeCode)
	if newest {
		b.Instant()
	} else {
		b.Range()
	}
	if q.Legend != "" && format != prometheus.PromQueryFormatTable {
		b.LegendFormat(q.Legend)
	}
	return b
}

// source returns the data source of a panel; queries of both kinds have to be
// called mixed.
func (g *grafanaPage) source(queries []Query) *common.DataSourceRef {
	sql := 0
	for _, q := range queries {
		if q.PromQL == "" {
			sql++
		}
	}
	ref := g.prometheus
	switch sql {
	case 0:
	case len(queries):
		ref = g.bigQuery
	default:
		ref = common.DataSourceRef{Type: cog.ToPtr("datasource"), Uid: cog.ToPtr("-- Mixed --")}
	}
	return &ref
}

// refID names the n-th query of a panel: A, B and so on to Z, then AA, AB.
func refID(n int) string {
	name := ""
	for n++; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}

func newest() *common.ReduceDataOptionsBuilder {
	return common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"}).Values(false).Fields("")
}

func grafanaUnit(name string) string {
	unit, ok := UnitNamed(name)
	if !ok {
		return name
	}
	return unit.Grafana
}

// steps turns thresholds into Grafana's steps: each colours the values from its
// own up to the next. A threshold below which values are coloured therefore
// colours what is under it, and the first step above it is green.
func steps(thresholds []Threshold) *dashboard.ThresholdsConfigBuilder {
	var below, above []Threshold
	for _, t := range thresholds {
		if t.Direction == DirectionBelow {
			below = append(below, t)
		} else {
			above = append(above, t)
		}
	}
	byValue := func(list []Threshold) {
		slices.SortStableFunc(list, func(a, b Threshold) int { return compare(a.Value, b.Value) })
	}
	byValue(below)
	byValue(above)
	var found []dashboard.Threshold
	from := (*float64)(nil)
	for _, t := range below {
		found = append(found, dashboard.Threshold{Value: from, Color: orDefault(t.Color, ColorRed)})
		from = cog.ToPtr(t.Value)
	}
	found = append(found, dashboard.Threshold{Value: from, Color: "green"})
	for _, t := range above {
		found = append(found, dashboard.Threshold{Value: cog.ToPtr(t.Value), Color: orDefault(t.Color, ColorRed)})
	}
	return dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps(found)
}

// lines turns thresholds into the steps at which Grafana draws lines.
func lines(thresholds []Threshold) *dashboard.ThresholdsConfigBuilder {
	found := []dashboard.Threshold{{Color: "transparent"}}
	sorted := slices.Clone(thresholds)
	slices.SortStableFunc(sorted, func(a, b Threshold) int { return compare(a.Value, b.Value) })
	for _, t := range sorted {
		found = append(found, dashboard.Threshold{Value: cog.ToPtr(t.Value), Color: orDefault(t.Color, ColorRed)})
	}
	return dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps(found)
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// thresholdNotes lists what the thresholds are called. Grafana has no labels on
// them, so they stand in the description of the panel.
func thresholdNotes(thresholds []Threshold) string {
	var notes []string
	for _, t := range thresholds {
		if t.Label != "" {
			notes = append(notes, fmt.Sprintf("%s: %s", number(t.Value), t.Label))
		}
	}
	return joinLines(notes...)
}

func joinLines(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(s string) bool { return s == "" }), "\n\n")
}

func number(v float64) string {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return fmt.Sprint(v)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
