package dash

import (
	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Recognising widgets. A widget becomes a typed tile when rendering that tile
// gives a widget of the same meaning; one setting that the model has no place
// for makes it Raw, so that nothing is lost and the tile itself shows it.

// tile recovers a tile, without its place.
func (r *recovery) tile(w *dashboardpb.Widget) Tile {
	t := Tile{Title: w.GetTitle()}
	switch content := w.GetContent().(type) {
	case *dashboardpb.Widget_XyChart:
		if t.TimeSeries = timeSeriesFrom(content.XyChart, r.spelling); t.TimeSeries == nil {
			t.HeatMap = heatMapFrom(content.XyChart, r.spelling)
		}
	case *dashboardpb.Widget_Scorecard:
		t.Scorecard, t.Gauge = scorecardFrom(content.Scorecard, r.spelling)
	case *dashboardpb.Widget_TimeSeriesTable:
		t.Table = tableFrom(content.TimeSeriesTable, r.spelling)
	case *dashboardpb.Widget_Text:
		if plainText(content.Text) {
			t.Text = &Text{Content: content.Text.GetContent()}
		}
	case *dashboardpb.Widget_AlertChart:
		t.AlertChart = &AlertChart{Policy: content.AlertChart.GetName()}
	}
	if kind, _ := t.Kind(); kind != "" {
		return t
	}
	bare := cloneWidget(w)
	bare.Title = ""
	text, err := widgetJSON(bare)
	if err != nil {
		r.exact = false
		text = "{}"
	}
	t.Raw = &Raw{WidgetJSON: text}
	return t
}

// promQLFrom recovers query and unit.
func promQLFrom(q *dashboardpb.TimeSeriesQuery, spelling spelling) (promQL, unit string, ok bool) {
	source, ok := q.GetSource().(*dashboardpb.TimeSeriesQuery_PrometheusQuery)
	if !ok || source.PrometheusQuery == "" || q.GetOutputFullDuration() {
		return "", "", false
	}
	promQL, ok = spelling.fromMonitoring(source.PrometheusQuery)
	return promQL, unitFromMonitoring(q.GetUnitOverride()), ok
}

// dataSetFrom recovers a query of a chart, but not how it is plotted.
func dataSetFrom(set *dashboardpb.XyChart_DataSet, spelling spelling) (q Query, unit string, ok bool) {
	if q.PromQL, unit, ok = promQLFrom(set.GetTimeSeriesQuery(), spelling); !ok {
		return q, "", false
	}
	if set.GetTargetAxis() > dashboardpb.XyChart_DataSet_Y1 || set.GetTargetAxis() < 0 || !noTime(set.GetMinAlignmentPeriod()) {
		return q, "", false
	}
	q.Legend, ok = legendFromMonitoring(set.GetLegendTemplate())
	return q, unit, ok
}

// noTime says whether a duration is missing or zero, which is the same.
func noTime(d *durationpb.Duration) bool { return d.GetSeconds() == 0 && d.GetNanos() == 0 }

// plainChart says whether the chart has no settings beyond its data, thresholds
// and vertical axis.
func plainChart(c *dashboardpb.XyChart) bool {
	return noTime(c.GetTimeshiftDuration()) && plainAxis(c.GetXAxis()) && plainAxis(c.GetY2Axis()) &&
		(c.GetChartOptions().GetMode() == dashboardpb.ChartOptions_MODE_UNSPECIFIED || c.GetChartOptions().GetMode() == dashboardpb.ChartOptions_COLOR)
}

func plainAxis(a *dashboardpb.XyChart_Axis) bool {
	return a.GetLabel() == "" && (a.GetScale() == dashboardpb.XyChart_Axis_SCALE_UNSPECIFIED || a.GetScale() == dashboardpb.XyChart_Axis_LINEAR)
}

func timeSeriesFrom(c *dashboardpb.XyChart, spelling spelling) *TimeSeries {
	if len(c.GetDataSets()) == 0 || !plainChart(c) {
		return nil
	}
	scale := c.GetYAxis().GetScale()
	if scale < dashboardpb.XyChart_Axis_SCALE_UNSPECIFIED || scale > dashboardpb.XyChart_Axis_LOG10 {
		return nil
	}
	chart := &TimeSeries{
		Queries:   make([]Query, 0, len(c.GetDataSets())),
		AxisLabel: c.GetYAxis().GetLabel(),
		LogScale:  scale == dashboardpb.XyChart_Axis_LOG10,
	}
	for i, set := range c.GetDataSets() {
		q, unit, ok := dataSetFrom(set, spelling)
		style := styleFrom(set.GetPlotType())
		if !ok || style == "" || i > 0 && (style != chart.Style || unit != chart.Unit) {
			return nil
		}
		chart.Style, chart.Unit = style, unit
		chart.Queries = append(chart.Queries, q)
	}
	for _, t := range c.GetThresholds() {
		if t.GetColor() != dashboardpb.Threshold_COLOR_UNSPECIFIED || t.GetDirection() != dashboardpb.Threshold_DIRECTION_UNSPECIFIED ||
			t.GetTargetAxis() > dashboardpb.Threshold_Y1 || t.GetTargetAxis() < 0 {
			return nil
		}
		chart.Thresholds = append(chart.Thresholds, Threshold{Value: t.GetValue(), Label: t.GetLabel(), Color: ColorRed, Direction: DirectionAbove})
	}
	return chart
}

func styleFrom(plot dashboardpb.XyChart_DataSet_PlotType) string {
	switch plot {
	case dashboardpb.XyChart_DataSet_LINE, dashboardpb.XyChart_DataSet_PLOT_TYPE_UNSPECIFIED:
		return StyleLine
	case dashboardpb.XyChart_DataSet_STACKED_AREA:
		return StyleArea
	case dashboardpb.XyChart_DataSet_STACKED_BAR:
		return StyleBar
	case dashboardpb.XyChart_DataSet_HEATMAP:
	}
	return ""
}

func heatMapFrom(c *dashboardpb.XyChart, spelling spelling) *HeatMap {
	if len(c.GetDataSets()) != 1 || !plainChart(c) || !plainAxis(c.GetYAxis()) || len(c.GetThresholds()) > 0 ||
		c.GetDataSets()[0].GetPlotType() != dashboardpb.XyChart_DataSet_HEATMAP {
		return nil
	}
	q, unit, ok := dataSetFrom(c.GetDataSets()[0], spelling)
	if !ok {
		return nil
	}
	return &HeatMap{Query: q, Unit: unit}
}

func scorecardFrom(c *dashboardpb.Scorecard, spelling spelling) (*Scorecard, *Gauge) {
	promQL, unit, ok := promQLFrom(c.GetTimeSeriesQuery(), spelling)
	if !ok {
		return nil, nil
	}
	var thresholds []Threshold
	for _, t := range c.GetThresholds() {
		threshold := Threshold{Value: t.GetValue(), Label: t.GetLabel(), Color: ColorRed, Direction: DirectionAbove}
		switch t.GetColor() {
		case dashboardpb.Threshold_YELLOW:
			threshold.Color = ColorYellow
		case dashboardpb.Threshold_RED:
		default:
			return nil, nil
		}
		switch t.GetDirection() {
		case dashboardpb.Threshold_BELOW:
			threshold.Direction = DirectionBelow
		case dashboardpb.Threshold_ABOVE:
		default:
			return nil, nil
		}
		if t.GetTargetAxis() > dashboardpb.Threshold_Y1 || t.GetTargetAxis() < 0 {
			return nil, nil
		}
		thresholds = append(thresholds, threshold)
	}
	query := Query{PromQL: promQL}
	switch view := c.GetDataView().(type) {
	case nil:
		return &Scorecard{Query: query, Unit: unit, Thresholds: thresholds}, nil
	case *dashboardpb.Scorecard_GaugeView_:
		return nil, &Gauge{
			Query: query, Unit: unit, Thresholds: thresholds,
			Min: view.GaugeView.GetLowerBound(), Max: view.GaugeView.GetUpperBound(),
		}
	case *dashboardpb.Scorecard_SparkChartView_:
		card := &Scorecard{Query: query, Unit: unit, Thresholds: thresholds}
		switch view.SparkChartView.GetSparkChartType() {
		case dashboardpb.SparkChartType_SPARK_LINE:
			card.Spark = SparkLine
		case dashboardpb.SparkChartType_SPARK_BAR:
			card.Spark = SparkBar
		default:
			return nil, nil
		}
		if noTime(view.SparkChartView.GetMinAlignmentPeriod()) {
			return card, nil
		}
	}
	return nil, nil
}

func tableFrom(t *dashboardpb.TimeSeriesTable, spelling spelling) *Table {
	if len(t.GetDataSets()) == 0 || len(t.GetColumnSettings()) > 0 || t.GetMetricVisualization() < 0 ||
		t.GetMetricVisualization() > dashboardpb.TimeSeriesTable_NUMBER {
		return nil
	}
	table := &Table{Queries: make([]Query, 0, len(t.GetDataSets()))}
	for i, set := range t.GetDataSets() {
		promQL, unit, ok := promQLFrom(set.GetTimeSeriesQuery(), spelling)
		if !ok || i > 0 && unit != table.Unit || !noTime(set.GetMinAlignmentPeriod()) || len(set.GetTableDisplayOptions().GetShownColumns()) > 0 { //nolint:staticcheck // Deprecated, but someone may have set it.
			return nil
		}
		legend, ok := legendFromMonitoring(set.GetTableTemplate())
		if !ok {
			return nil
		}
		table.Unit = unit
		table.Queries = append(table.Queries, Query{PromQL: promQL, Legend: legend})
	}
	return table
}

// plainText says whether the text is Markdown without a style of its own.
func plainText(t *dashboardpb.Text) bool {
	style := t.GetStyle()
	return (t.GetFormat() == dashboardpb.Text_FORMAT_UNSPECIFIED || t.GetFormat() == dashboardpb.Text_MARKDOWN) &&
		style.GetBackgroundColor() == "" && style.GetTextColor() == "" && style.GetHorizontalAlignment() == 0 &&
		style.GetVerticalAlignment() == 0 && style.GetPadding() == 0 && style.GetFontSize() == 0 && style.GetPointerLocation() == 0
}
