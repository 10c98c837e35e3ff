package emulator

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
)

// tileQuery is what is asked of the engine for one tile.
type tileQuery struct {
	s          *Server
	project    string
	filters    []consoleVariable
	start, end time.Time
	step       time.Duration
}

// consoleTileData evaluates the queries of a tile. param returns the choice of a
// filter by its parameter.
func (s *Server) consoleTileData(ctx context.Context, name, tile, span string, param func(string) string) (*consoleData, error) {
	c, err := s.consoleDashboard(name)
	if err != nil {
		return nil, err
	}
	id, err := strconv.Atoi(tile)
	if err != nil || id < 0 || id >= len(c.widgets) {
		return nil, notFound("The dashboard has no tile %q.", tile)
	}
	if span == "" {
		span = "6h"
	}
	r, ok := consoleRanges[span]
	if !ok {
		return nil, invalid("The page knows the ranges %s, not %q.", strings.Join(slices.Sorted(maps.Keys(consoleRanges)), ", "), span)
	}
	for i, v := range c.Variables {
		if value := param(v.Param); value != "" {
			c.Variables[i].Value = value
		}
	}
	end := s.now().Truncate(r.step)
	q := &tileQuery{s: s, project: c.project, filters: c.Variables, start: end.Add(-r.span), end: end, step: r.step}
	return q.tile(ctx, c.widgets[id])
}

func (q *tileQuery) tile(ctx context.Context, w *dashboardpb.Widget) (*consoleData, error) {
	switch content := w.GetContent().(type) {
	case *dashboardpb.Widget_XyChart:
		if widgetKind(w) == "heatmap" {
			return q.heatmap(ctx, content.XyChart)
		}
		return q.chart(ctx, content.XyChart)
	case *dashboardpb.Widget_Scorecard:
		return q.scorecard(ctx, content.Scorecard)
	case *dashboardpb.Widget_TimeSeriesTable:
		out := q.data()
		out.Bars = content.TimeSeriesTable.GetMetricVisualization() == dashboardpb.TimeSeriesTable_BAR
		for _, set := range content.TimeSeriesTable.GetDataSets() {
			if err := q.rows(ctx, out, set.GetTimeSeriesQuery(), "", set.GetTableTemplate()); err != nil {
				return nil, err
			}
		}
		return out.table(content.TimeSeriesTable.GetColumnSettings()), nil
	case *dashboardpb.Widget_PieChart:
		out := q.data()
		out.Bars = true
		for _, set := range content.PieChart.GetDataSets() {
			if err := q.rows(ctx, out, set.GetTimeSeriesQuery(), set.GetSliceNameTemplate(), ""); err != nil {
				return nil, err
			}
		}
		return out.table(nil), nil
	case *dashboardpb.Widget_AlertChart:
		return q.alert(ctx, content.AlertChart.GetName())
	}
	return nil, notModelled("data of such a tile")
}

// data starts the reply of a tile.
func (q *tileQuery) data() *consoleData {
	return &consoleData{
		Start: float64(q.start.UnixMilli()) / 1000, Step: q.step.Seconds(), Steps: int(q.end.Sub(q.start)/q.step) + 1,
		Series: []consoleSeries{}, Queries: []string{},
	}
}

// promQL returns the query of a widget as it is evaluated.
func (q *tileQuery) promQL(query *dashboardpb.TimeSeriesQuery) (string, error) {
	text := query.GetPrometheusQuery()
	switch source := query.GetSource().(type) {
	case *dashboardpb.TimeSeriesQuery_PrometheusQuery:
	case *dashboardpb.TimeSeriesQuery_TimeSeriesFilter:
		translated, err := promQLOfFilter(source.TimeSeriesFilter.GetFilter(), dashboardAggregation(source.TimeSeriesFilter.GetAggregation()))
		if err != nil {
			return "", err
		}
		text = translated
	case *dashboardpb.TimeSeriesQuery_TimeSeriesFilterRatio:
		var parts [2]string
		for i, part := range []*dashboardpb.TimeSeriesFilterRatio_RatioPart{source.TimeSeriesFilterRatio.GetNumerator(), source.TimeSeriesFilterRatio.GetDenominator()} {
			translated, err := promQLOfFilter(part.GetFilter(), dashboardAggregation(part.GetAggregation()))
			if err != nil {
				return "", err
			}
			parts[i] = translated
		}
		text = parts[0] + " / (" + parts[1] + " > 0)"
	default:
		return "", errors.New("the query is in MQL, which the emulator does not evaluate")
	}
	return pinFilters(expandQuery(text, q.filters, q.step), q.filters, func(metric, label string) bool {
		return len(q.s.labelValues(q.project, metric, label)) > 0
	})
}

// evaluate runs a query over the span of the tile and adds it to what the tile
// says of its queries.
func (q *tileQuery) evaluate(ctx context.Context, out *consoleData, query *dashboardpb.TimeSeriesQuery, least time.Duration) (promql.Matrix, error) {
	text, err := q.promQL(query)
	if err != nil {
		return nil, invalid("%s.", sentence(err))
	}
	return q.evaluateText(ctx, out, text, least)
}

// evaluateText is evaluate for a query in PromQL.
func (q *tileQuery) evaluateText(ctx context.Context, out *consoleData, text string, least time.Duration) (promql.Matrix, error) {
	out.Queries = append(out.Queries, text)
	ready, err := promQuery(text, max(q.step, least))
	if err != nil {
		return nil, err
	}
	result := q.s.series.Range(ctx, q.project, ready, q.start, q.end, q.step)
	if result.Err != nil {
		return nil, queryFailure(result.Err)
	}
	matrix, err := result.Matrix()
	if err != nil {
		return nil, queryFailure(err)
	}
	return matrix, nil
}

func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + strings.TrimSuffix(text[1:], ".")
}

// points puts samples at their steps.
func (q *tileQuery) points(samples []promql.FPoint) consolePoints {
	points := make(consolePoints, int(q.end.Sub(q.start)/q.step)+1)
	for _, sample := range samples {
		at := (sample.T - q.start.UnixMilli()) / q.step.Milliseconds()
		if at >= 0 && at < int64(len(points)) {
			points[at] = finite(sample.F)
		}
	}
	return points
}

// finite returns nil for what JSON has no number for.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// last returns the latest value.
func (p consolePoints) last() *float64 {
	for _, v := range slices.Backward(p) {
		if v != nil {
			return v
		}
	}
	return nil
}

// legendPart is a reference in a legend's template, to a label by its path.
var legendPart = regexp.MustCompile(`\$\{([^}]*)\}|\{\{\s*([^}\s]*)\s*\}\}`)

// legend names a series by a template, or by its labels.
func legend(template string, set labels.Labels, otherwise string) string {
	if template != "" {
		return legendPart.ReplaceAllStringFunc(template, func(part string) string {
			path := strings.Trim(part, "${} ")
			key := path[strings.LastIndexByte(path, '.')+1:]
			return set.Get(strings.Trim(key, `"'[]`))
		})
	}
	var parts []string
	set.Range(func(l labels.Label) {
		if l.Name != model.MetricNameLabel {
			parts = append(parts, l.Value)
		}
	})
	return cmp.Or(strings.Join(parts, ", "), set.Get(model.MetricNameLabel), otherwise)
}
