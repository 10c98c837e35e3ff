package dash

import (
	"bytes"
	"cmp"
	"slices"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Equal compares two dashboards by what they mean: see [Canonical]. A tile that
// is missing, that lies elsewhere or that shows anything else is a difference.
func Equal(a, b *dashboardpb.Dashboard) bool {
	if a == b || proto.Equal(a, b) {
		return true
	}
	if a == nil || b == nil || cheaplyDifferent(a, b) {
		return false
	}
	return proto.Equal(Canonical(a), Canonical(b))
}

// cheaplyDifferent finds most differences without a copy.
func cheaplyDifferent(a, b *dashboardpb.Dashboard) bool {
	return a.GetDisplayName() != b.GetDisplayName() ||
		len(a.GetDashboardFilters()) != len(b.GetDashboardFilters()) ||
		len(a.GetMosaicLayout().GetTiles()) != len(b.GetMosaicLayout().GetTiles()) ||
		a.GetMosaicLayout().GetColumns() != b.GetMosaicLayout().GetColumns()
}

// Canonical returns the one spelling that dashboards of the same meaning have in
// common; pb is not changed. It drops
//
//   - name and etag, which say which dashboard it is and not what it shows;
//     the service names the project by its number,
//   - the defaults that the service fills in, by its recorded replies: a data
//     set's axis, a vertical axis's scale, a text's format and empty style, and a
//     table's alignment period of 0s,
//   - the defaults that the API documents: a chart's plot type, mode and
//     thresholds' axis, a row's weight, and a filter's empty value,
//
// and puts the tiles of a mosaic in the order of their places.
func Canonical(pb *dashboardpb.Dashboard) *dashboardpb.Dashboard {
	if pb == nil {
		return nil
	}
	d := proto.CloneOf(pb)
	d.Name, d.Etag = "", ""
	if len(d.Labels) == 0 {
		d.Labels = nil
	}
	for _, f := range d.GetDashboardFilters() {
		if f.GetStringValue() == "" {
			f.DefaultValue = nil
		}
	}
	switch layout := d.GetLayout().(type) {
	case *dashboardpb.Dashboard_MosaicLayout:
		canonicalMosaic(layout.MosaicLayout)
	case *dashboardpb.Dashboard_GridLayout:
		canonicalWidgets(layout.GridLayout.GetWidgets())
	case *dashboardpb.Dashboard_RowLayout:
		for _, row := range layout.RowLayout.GetRows() {
			canonicalWidgets(row.GetWidgets())
			row.Weight = canonicalWeight(row.GetWeight())
		}
	case *dashboardpb.Dashboard_ColumnLayout:
		for _, column := range layout.ColumnLayout.GetColumns() {
			canonicalWidgets(column.GetWidgets())
			column.Weight = canonicalWeight(column.GetWeight())
		}
	}
	return d
}

func canonicalWeight(weight int64) int64 {
	if weight == 1 {
		return 0
	}
	return weight
}

func canonicalMosaic(m *dashboardpb.MosaicLayout) {
	for _, t := range m.GetTiles() {
		canonicalWidget(t.GetWidget())
	}
	slices.SortStableFunc(m.Tiles, compareTiles)
}

// compareTiles orders by rows, then columns; a group goes before its members.
func compareTiles(a, b *dashboardpb.MosaicLayout_Tile) int {
	if by := cmp.Or(
		cmp.Compare(a.GetYPos(), b.GetYPos()),
		cmp.Compare(a.GetXPos(), b.GetXPos()),
		cmp.Compare(b.GetHeight(), a.GetHeight()),
		cmp.Compare(b.GetWidth(), a.GetWidth()),
		isGroup(b)-isGroup(a),
		cmp.Compare(a.GetWidget().GetTitle(), b.GetWidget().GetTitle()),
	); by != 0 {
		return by
	}
	// Tiles on top of one another: any order does that does not depend on theirs.
	return bytes.Compare(sortKey(a), sortKey(b))
}

func isGroup(t *dashboardpb.MosaicLayout_Tile) int {
	if t.GetWidget().GetCollapsibleGroup() != nil || t.GetWidget().GetSingleViewGroup() != nil {
		return 1
	}
	return 0
}

func sortKey(m proto.Message) []byte {
	key, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return nil
	}
	return key
}

func canonicalWidgets(widgets []*dashboardpb.Widget) {
	for _, w := range widgets {
		canonicalWidget(w)
	}
}

func canonicalWidget(w *dashboardpb.Widget) {
	switch content := w.GetContent().(type) {
	case *dashboardpb.Widget_XyChart:
		canonicalChart(content.XyChart)
	case *dashboardpb.Widget_Scorecard:
		canonicalScorecard(content.Scorecard)
	case *dashboardpb.Widget_Text:
		if content.Text.GetFormat() == dashboardpb.Text_MARKDOWN {
			content.Text.Format = dashboardpb.Text_FORMAT_UNSPECIFIED
		}
		if content.Text.GetStyle() != nil && proto.Equal(content.Text.GetStyle(), &dashboardpb.Text_TextStyle{}) {
			content.Text.Style = nil
		}
	case *dashboardpb.Widget_TimeSeriesTable:
		canonicalTable(content.TimeSeriesTable)
	case *dashboardpb.Widget_PieChart:
		for _, set := range content.PieChart.GetDataSets() {
			set.MinAlignmentPeriod = canonicalTime(set.GetMinAlignmentPeriod())
			canonicalQuery(set.GetTimeSeriesQuery())
		}
	}
}

func canonicalTime(d *durationpb.Duration) *durationpb.Duration {
	if noTime(d) {
		return nil
	}
	return d
}

func canonicalChart(c *dashboardpb.XyChart) {
	for _, set := range c.GetDataSets() {
		canonicalQuery(set.GetTimeSeriesQuery())
		set.MinAlignmentPeriod = canonicalTime(set.GetMinAlignmentPeriod())
		if set.GetTargetAxis() == dashboardpb.XyChart_DataSet_Y1 {
			set.TargetAxis = dashboardpb.XyChart_DataSet_TARGET_AXIS_UNSPECIFIED
		}
		if set.GetPlotType() == dashboardpb.XyChart_DataSet_LINE {
			set.PlotType = dashboardpb.XyChart_DataSet_PLOT_TYPE_UNSPECIFIED
		}
	}
	canonicalThresholds(c.GetThresholds())
	c.XAxis, c.YAxis, c.Y2Axis = canonicalAxis(c.GetXAxis()), canonicalAxis(c.GetYAxis()), canonicalAxis(c.GetY2Axis())
	c.TimeshiftDuration = canonicalTime(c.GetTimeshiftDuration())
	if mode := c.GetChartOptions().GetMode(); mode == dashboardpb.ChartOptions_COLOR || mode == dashboardpb.ChartOptions_MODE_UNSPECIFIED {
		c.ChartOptions = nil
	}
}

func canonicalThresholds(thresholds []*dashboardpb.Threshold) {
	for _, t := range thresholds {
		if t.GetTargetAxis() == dashboardpb.Threshold_Y1 {
			t.TargetAxis = dashboardpb.Threshold_TARGET_AXIS_UNSPECIFIED
		}
	}
}

func canonicalAxis(a *dashboardpb.XyChart_Axis) *dashboardpb.XyChart_Axis {
	if a.GetScale() == dashboardpb.XyChart_Axis_LINEAR {
		a.Scale = dashboardpb.XyChart_Axis_SCALE_UNSPECIFIED
	}
	if a.GetScale() == dashboardpb.XyChart_Axis_SCALE_UNSPECIFIED && a.GetLabel() == "" {
		return nil
	}
	return a
}

func canonicalScorecard(c *dashboardpb.Scorecard) {
	canonicalQuery(c.GetTimeSeriesQuery())
	canonicalThresholds(c.GetThresholds())
	if view := c.GetSparkChartView(); view != nil {
		view.MinAlignmentPeriod = canonicalTime(view.GetMinAlignmentPeriod())
	}
}

func canonicalTable(t *dashboardpb.TimeSeriesTable) {
	for _, set := range t.GetDataSets() {
		canonicalQuery(set.GetTimeSeriesQuery())
		set.MinAlignmentPeriod = canonicalTime(set.GetMinAlignmentPeriod())
		if len(set.GetTableDisplayOptions().GetShownColumns()) == 0 { //nolint:staticcheck // Deprecated, but someone may have set it.
			set.TableDisplayOptions = nil
		}
	}
	if t.GetMetricVisualization() == dashboardpb.TimeSeriesTable_NUMBER {
		t.MetricVisualization = 0 // Unspecified.
	}
}

// canonicalQuery drops aggregations that aggregate nothing.
func canonicalQuery(q *dashboardpb.TimeSeriesQuery) {
	switch source := q.GetSource().(type) {
	case *dashboardpb.TimeSeriesQuery_TimeSeriesFilter:
		f := source.TimeSeriesFilter
		if f == nil {
			return
		}
		f.Aggregation = canonicalAggregation(f.GetAggregation())
		f.SecondaryAggregation = canonicalAggregation(f.GetSecondaryAggregation())
	case *dashboardpb.TimeSeriesQuery_TimeSeriesFilterRatio:
		f := source.TimeSeriesFilterRatio
		if f == nil {
			return
		}
		f.SecondaryAggregation = canonicalAggregation(f.GetSecondaryAggregation())
		for _, part := range []*dashboardpb.TimeSeriesFilterRatio_RatioPart{f.GetNumerator(), f.GetDenominator()} {
			if part != nil {
				part.Aggregation = canonicalAggregation(part.GetAggregation())
			}
		}
	}
}

func canonicalAggregation(a *dashboardpb.Aggregation) *dashboardpb.Aggregation {
	if a == nil || proto.Equal(a, &dashboardpb.Aggregation{}) {
		return nil
	}
	return a
}
