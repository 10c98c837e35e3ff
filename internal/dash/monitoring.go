package dash

import (
	"fmt"
	"maps"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"google.golang.org/protobuf/proto"
)

// The tile with the links of a dashboard: across the page, above all sections.
// Its id tells it from a text that somebody wrote.
const (
	linksID     = "cortx-links"
	linksHeight = 4
)

// Proto renders the dashboard for Cloud Monitoring: a mosaic of 48 columns, one
// collapsible group around the tiles of each section that has a title, and one
// dashboard filter a variable. Name and etag are left to the caller. Tiles that
// only Grafana shows are left out, and so are sections without any other.
//
// A group covers its members exactly, over the full width, as in the
// dashboards that Google publishes. An error means that a tile can't be
// rendered, which [Dashboard.Validate] says better.
func (d Dashboard) Proto() (*dashboardpb.Dashboard, error) {
	d = d.Arranged()
	mosaic := &dashboardpb.MosaicLayout{Columns: Columns}
	spelling := newSpelling(d.Variables)
	var top int64
	if len(d.Links) > 0 {
		mosaic.Tiles = append(mosaic.Tiles, &dashboardpb.MosaicLayout_Tile{
			Width: Columns, Height: linksHeight,
			Widget: &dashboardpb.Widget{Id: linksID, Content: &dashboardpb.Widget_Text{Text: markdown(linksText(d.Links))}},
		})
		top = linksHeight
	}
	for i, section := range d.Sections {
		var err error
		if top, err = section.render(mosaic, top, spelling); err != nil {
			return nil, fmt.Errorf("section %d: %w", i, err)
		}
	}
	pb := &dashboardpb.Dashboard{
		DisplayName: d.DisplayName,
		Layout:      &dashboardpb.Dashboard_MosaicLayout{MosaicLayout: mosaic},
	}
	if len(d.Labels) > 0 {
		pb.Labels = maps.Clone(d.Labels)
	}
	for _, v := range d.Variables {
		pb.DashboardFilters = append(pb.DashboardFilters, v.filter())
	}
	return pb, nil
}

// render adds the section below row top and returns the first row below it.
func (s Section) render(mosaic *dashboardpb.MosaicLayout, top int64, spelling spelling) (int64, error) {
	var group *dashboardpb.MosaicLayout_Tile
	if s.Title != "" {
		group = &dashboardpb.MosaicLayout_Tile{
			YPos: int32(top), Width: Columns, //nolint:gosec // Bounded below.
			Widget: &dashboardpb.Widget{
				Title:   s.Title,
				Content: &dashboardpb.Widget_CollapsibleGroup{CollapsibleGroup: &dashboardpb.CollapsibleGroup{Collapsed: s.Collapsed}},
			},
		}
	}
	var rows int64
	for i, tile := range s.Tiles {
		if !tile.Shows(TargetCloudMonitoring) {
			continue
		}
		if !tile.onGrid() || top > maxSectionTop {
			return 0, fmt.Errorf("tile %d: the tile lies outside of the grid", i)
		}
		widget, err := tile.widget(spelling)
		if err != nil {
			return 0, fmt.Errorf("tile %d: %w", i, err)
		}
		if group != nil && rows == 0 {
			mosaic.Tiles = append(mosaic.Tiles, group)
		}
		rows = max(rows, tile.Y+tile.Height)
		mosaic.Tiles = append(mosaic.Tiles, &dashboardpb.MosaicLayout_Tile{
			XPos: int32(tile.X), YPos: int32(top + tile.Y), //nolint:gosec // On the grid.
			Width: int32(tile.Width), Height: int32(tile.Height), //nolint:gosec // On the grid.
			Widget: widget,
		})
	}
	if group != nil {
		group.Height = int32(rows)
	}
	return top + rows, nil
}

// maxSectionTop keeps rows within the 32 bits of the API.
const maxSectionTop = 1 << 30

// widget renders the tile's content.
func (t Tile) widget(spelling spelling) (*dashboardpb.Widget, error) {
	w := &dashboardpb.Widget{Title: t.Title}
	kind, set := t.Kind()
	if set != 1 {
		return nil, fmt.Errorf("the tile has %d kinds of content", set)
	}
	for _, q := range t.Queries() {
		// Grafana draws an alert chart's query, and nothing else does.
		if q.PromQL == "" && t.AlertChart == nil {
			return nil, fmt.Errorf("the %s has no PromQL", kind)
		}
	}
	switch {
	case t.TimeSeries != nil:
		w.Content = &dashboardpb.Widget_XyChart{XyChart: t.TimeSeries.chart(spelling)}
	case t.HeatMap != nil:
		w.Content = &dashboardpb.Widget_XyChart{XyChart: &dashboardpb.XyChart{
			DataSets: []*dashboardpb.XyChart_DataSet{
				dataSet(t.HeatMap.Query, t.HeatMap.Unit, dashboardpb.XyChart_DataSet_HEATMAP, spelling),
			},
		}}
	case t.Scorecard != nil:
		w.Content = &dashboardpb.Widget_Scorecard{Scorecard: t.Scorecard.card(spelling)}
	case t.Gauge != nil:
		w.Content = &dashboardpb.Widget_Scorecard{Scorecard: t.Gauge.card(spelling)}
	case t.Table != nil:
		w.Content = &dashboardpb.Widget_TimeSeriesTable{TimeSeriesTable: t.Table.table(spelling)}
	case t.Text != nil:
		w.Content = &dashboardpb.Widget_Text{Text: markdown(t.Text.Content)}
	case t.AlertChart != nil:
		w.Content = &dashboardpb.Widget_AlertChart{AlertChart: &dashboardpb.AlertChart{Name: t.AlertChart.Policy}}
	default:
		raw, err := parseWidget(t.Raw.WidgetJSON)
		if err != nil {
			return nil, err
		}
		if t.Title != "" {
			raw.Title = t.Title
		}
		return raw, nil
	}
	return w, nil
}

func markdown(content string) *dashboardpb.Text {
	return &dashboardpb.Text{Content: content, Format: dashboardpb.Text_MARKDOWN}
}

func query(promQL, unit string, spelling spelling) *dashboardpb.TimeSeriesQuery {
	return &dashboardpb.TimeSeriesQuery{
		Source:       &dashboardpb.TimeSeriesQuery_PrometheusQuery{PrometheusQuery: spelling.toMonitoring(promQL)},
		UnitOverride: unitToMonitoring(unit),
	}
}

func dataSet(q Query, unit string, plot dashboardpb.XyChart_DataSet_PlotType, spelling spelling) *dashboardpb.XyChart_DataSet {
	return &dashboardpb.XyChart_DataSet{
		TimeSeriesQuery: query(q.PromQL, unit, spelling),
		PlotType:        plot,
		LegendTemplate:  legendToMonitoring(q.Legend),
		TargetAxis:      dashboardpb.XyChart_DataSet_Y1,
	}
}

func (c TimeSeries) chart(spelling spelling) *dashboardpb.XyChart {
	plot := dashboardpb.XyChart_DataSet_LINE
	switch c.Style {
	case StyleArea:
		plot = dashboardpb.XyChart_DataSet_STACKED_AREA
	case StyleBar:
		plot = dashboardpb.XyChart_DataSet_STACKED_BAR
	}
	chart := &dashboardpb.XyChart{DataSets: make([]*dashboardpb.XyChart_DataSet, 0, len(c.Queries))}
	for _, q := range c.Queries {
		chart.DataSets = append(chart.DataSets, dataSet(q, c.Unit, plot, spelling))
	}
	for _, t := range c.Thresholds {
		// Colour and direction are not allowed in an XyChart: metrics.proto.
		chart.Thresholds = append(chart.Thresholds, &dashboardpb.Threshold{Label: t.Label, Value: t.Value})
	}
	if c.AxisLabel != "" || c.LogScale {
		chart.YAxis = &dashboardpb.XyChart_Axis{Label: c.AxisLabel, Scale: dashboardpb.XyChart_Axis_LINEAR}
		if c.LogScale {
			chart.YAxis.Scale = dashboardpb.XyChart_Axis_LOG10
		}
	}
	return chart
}

func (s Scorecard) card(spelling spelling) *dashboardpb.Scorecard {
	card := &dashboardpb.Scorecard{
		TimeSeriesQuery: query(s.Query.PromQL, s.Unit, spelling),
		Thresholds:      cardThresholds(s.Thresholds),
	}
	switch s.Spark {
	case SparkLine:
		card.DataView = spark(dashboardpb.SparkChartType_SPARK_LINE)
	case SparkBar:
		card.DataView = spark(dashboardpb.SparkChartType_SPARK_BAR)
	}
	return card
}

func spark(kind dashboardpb.SparkChartType) *dashboardpb.Scorecard_SparkChartView_ {
	return &dashboardpb.Scorecard_SparkChartView_{SparkChartView: &dashboardpb.Scorecard_SparkChartView{SparkChartType: kind}}
}

func (g Gauge) card(spelling spelling) *dashboardpb.Scorecard {
	return &dashboardpb.Scorecard{
		TimeSeriesQuery: query(g.Query.PromQL, g.Unit, spelling),
		Thresholds:      cardThresholds(g.Thresholds),
		DataView:        &dashboardpb.Scorecard_GaugeView_{GaugeView: &dashboardpb.Scorecard_GaugeView{LowerBound: g.Min, UpperBound: g.Max}},
	}
}

func cardThresholds(thresholds []Threshold) []*dashboardpb.Threshold {
	var made []*dashboardpb.Threshold
	for _, t := range thresholds {
		color, direction := dashboardpb.Threshold_RED, dashboardpb.Threshold_ABOVE
		if t.Color == ColorYellow {
			color = dashboardpb.Threshold_YELLOW
		}
		if t.Direction == DirectionBelow {
			direction = dashboardpb.Threshold_BELOW
		}
		made = append(made, &dashboardpb.Threshold{Label: t.Label, Value: t.Value, Color: color, Direction: direction})
	}
	return made
}

func (t Table) table(spelling spelling) *dashboardpb.TimeSeriesTable {
	table := &dashboardpb.TimeSeriesTable{MetricVisualization: dashboardpb.TimeSeriesTable_NUMBER}
	for _, q := range t.Queries {
		table.DataSets = append(table.DataSets, &dashboardpb.TimeSeriesTable_TableDataSet{
			TimeSeriesQuery: query(q.PromQL, t.Unit, spelling),
			TableTemplate:   legendToMonitoring(q.Legend),
		})
	}
	return table
}

func cloneWidget(w *dashboardpb.Widget) *dashboardpb.Widget {
	if w == nil {
		return &dashboardpb.Widget{}
	}
	return proto.CloneOf(w)
}
