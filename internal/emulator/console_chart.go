package emulator

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
)

// chart evaluates an xyChart.
func (q *tileQuery) chart(ctx context.Context, c *dashboardpb.XyChart) (*consoleData, error) {
	out := q.data()
	out.Label, out.Log = c.GetYAxis().GetLabel(), c.GetYAxis().GetScale() == dashboardpb.XyChart_Axis_LOG10
	out.Label2, out.Log2 = c.GetY2Axis().GetLabel(), c.GetY2Axis().GetScale() == dashboardpb.XyChart_Axis_LOG10
	out.Thresholds = thresholdsOf(c.GetThresholds())
	for _, set := range c.GetDataSets() {
		matrix, err := q.evaluate(ctx, out, set.GetTimeSeriesQuery(), set.GetMinAlignmentPeriod().AsDuration())
		if err != nil {
			return nil, err
		}
		style := "line"
		switch set.GetPlotType() {
		case dashboardpb.XyChart_DataSet_STACKED_AREA:
			style = "area"
		case dashboardpb.XyChart_DataSet_STACKED_BAR:
			style = "bar"
		default:
		}
		unit := set.GetTimeSeriesQuery().GetUnitOverride()
		out.Unit = cmp.Or(out.Unit, unit)
		for _, one := range matrix {
			out.Series = append(out.Series, consoleSeries{
				Name: legend(set.GetLegendTemplate(), one.Metric, "value"), Style: style, Unit: unit,
				Second: set.GetTargetAxis() == dashboardpb.XyChart_DataSet_Y2, Points: q.points(one.Floats), labels: one.Metric,
			})
		}
	}
	out.trim()
	return out, nil
}

// trim keeps the series with the largest values where there are many.
func (d *consoleData) trim() {
	if len(d.Series) <= mostSeries {
		return
	}
	size := func(s consoleSeries) float64 {
		largest := math.Inf(-1)
		for _, v := range s.Points {
			if v != nil {
				largest = max(largest, *v)
			}
		}
		return largest
	}
	slices.SortStableFunc(d.Series, func(a, b consoleSeries) int { return cmp.Compare(size(b), size(a)) })
	d.Left = len(d.Series) - mostSeries
	d.Series = d.Series[:mostSeries]
}

func thresholdsOf(list []*dashboardpb.Threshold) []consoleThreshold {
	out := make([]consoleThreshold, 0, len(list))
	for _, t := range list {
		color := ""
		if t.GetColor() != dashboardpb.Threshold_COLOR_UNSPECIFIED {
			color = strings.ToLower(t.GetColor().String())
		}
		out = append(out, consoleThreshold{
			Value: t.GetValue(), Label: t.GetLabel(), Color: color,
			Below: t.GetDirection() == dashboardpb.Threshold_BELOW, Second: t.GetTargetAxis() == dashboardpb.Threshold_Y2,
		})
	}
	return out
}

// scorecard evaluates a scorecard: its value is the latest one.
func (q *tileQuery) scorecard(ctx context.Context, c *dashboardpb.Scorecard) (*consoleData, error) {
	out := q.data()
	matrix, err := q.evaluate(ctx, out, c.GetTimeSeriesQuery(), c.GetSparkChartView().GetMinAlignmentPeriod().AsDuration())
	if err != nil {
		return nil, err
	}
	out.Unit, out.Thresholds = c.GetTimeSeriesQuery().GetUnitOverride(), thresholdsOf(c.GetThresholds())
	out.Lower, out.Upper = c.GetGaugeView().GetLowerBound(), c.GetGaugeView().GetUpperBound()
	if c.GetGaugeView() != nil && out.Lower == 0 && out.Upper == 0 {
		out.Upper = 1
	}
	switch c.GetSparkChartView().GetSparkChartType() {
	case dashboardpb.SparkChartType_SPARK_LINE:
		out.Spark = "line"
	case dashboardpb.SparkChartType_SPARK_BAR:
		out.Spark = "bar"
	default:
	}
	for _, one := range matrix {
		out.Series = append(out.Series, consoleSeries{Name: legend("", one.Metric, "value"), Style: "line", Unit: out.Unit, Points: q.points(one.Floats)})
	}
	if len(out.Series) == 0 {
		return out, nil
	}
	// A query for a scorecard gives one series; of several the service shows one.
	out.Left, out.Series = len(out.Series)-1, out.Series[:1]
	if out.Value = out.Series[0].Points.last(); out.Value != nil {
		out.Level = levelOf(*out.Value, out.Thresholds)
	}
	return out, nil
}

// levelOf tells what thresholds say of a value: "red", "yellow" or "good"; ""
// without thresholds.
func levelOf(v float64, thresholds []consoleThreshold) string {
	if len(thresholds) == 0 {
		return ""
	}
	level := "good"
	for _, t := range thresholds {
		if (t.Below && v < t.Value || !t.Below && v > t.Value) && level != "red" {
			level = t.Color
		}
	}
	return level
}
