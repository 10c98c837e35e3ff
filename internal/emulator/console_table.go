package emulator

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strconv"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
)

// rows evaluates a query of a table: a row a series, with its latest value. A
// slice's template names the row, a table's heads its values.
func (q *tileQuery) rows(ctx context.Context, out *consoleData, query *dashboardpb.TimeSeriesQuery, slice, heading string) error {
	matrix, err := q.evaluate(ctx, out, query, 0)
	if err != nil {
		return err
	}
	for _, one := range matrix {
		s := consoleSeries{Unit: query.GetUnitOverride(), Points: q.points(one.Floats), labels: one.Metric}
		if heading != "" {
			s.Name = legend(heading, one.Metric, "")
		}
		if slice != "" {
			s.labels = labels.FromStrings("name", legend(slice, one.Metric, ""))
		}
		out.Series = append(out.Series, s)
	}
	return nil
}

// table turns series into rows, the largest first, with a column a label.
func (d *consoleData) table(settings []*dashboardpb.TimeSeriesTable_ColumnSettings) *consoleData {
	hidden := map[string]bool{}
	for _, c := range settings {
		hidden[c.GetColumn()] = !c.GetVisible()
	}
	seen := map[string]bool{}
	for _, s := range d.Series {
		s.labels.Range(func(l labels.Label) {
			if l.Name != model.MetricNameLabel && !hidden[l.Name] && !seen[l.Name] {
				seen[l.Name] = true
				d.Columns = append(d.Columns, l.Name)
			}
		})
	}
	for _, s := range d.Series {
		row := consoleRow{Value: s.Points.last(), Unit: s.Unit, Cells: []string{}, name: s.Name}
		for _, name := range d.Columns {
			row.Cells = append(row.Cells, s.labels.Get(name))
		}
		if row.Value != nil {
			d.Rows = append(d.Rows, row)
		}
	}
	slices.SortStableFunc(d.Rows, func(a, b consoleRow) int { return cmp.Compare(*b.Value, *a.Value) })
	d.Left = max(0, len(d.Rows)-mostRows)
	d.Rows = cut(d.Rows, mostRows)
	// One heading for all values, or a column that tells them apart.
	headings := map[string]bool{}
	for _, r := range d.Rows {
		headings[r.name] = true
	}
	if d.Heading = "value"; len(headings) == 1 && len(d.Rows) > 0 {
		d.Heading = cmp.Or(d.Rows[0].name, d.Heading)
	} else if len(headings) > 1 {
		d.Columns = append(d.Columns, "measure")
		for i, r := range d.Rows {
			d.Rows[i].Cells = append(r.Cells, r.name)
		}
	}
	d.Series = []consoleSeries{}
	return d
}

// heatmap evaluates a heat map: what each bucket of a histogram gained by itself.
func (q *tileQuery) heatmap(ctx context.Context, c *dashboardpb.XyChart) (*consoleData, error) {
	out := q.data()
	for _, set := range c.GetDataSets() {
		matrix, err := q.evaluate(ctx, out, set.GetTimeSeriesQuery(), set.GetMinAlignmentPeriod().AsDuration())
		if err != nil {
			return nil, err
		}
		out.Unit = set.GetTimeSeriesQuery().GetUnitOverride()
		buckets := map[float64]consolePoints{}
		for _, one := range matrix {
			bound, err := strconv.ParseFloat(one.Metric.Get(model.BucketLabel), 64)
			if err != nil {
				return nil, invalid("A heat map needs series with the label %q, which %s has not.", model.BucketLabel, one.Metric)
			}
			buckets[bound] = sum(buckets[bound], q.points(one.Floats))
		}
		var below consolePoints
		for _, bound := range slices.Sorted(maps.Keys(buckets)) {
			text := strconv.FormatFloat(bound, 'f', -1, 64)
			if math.IsInf(bound, 1) {
				text = "+Inf"
			}
			out.Bounds = append(out.Bounds, text)
			out.Series = append(out.Series, consoleSeries{Name: text, Style: "heat", Unit: out.Unit, Points: difference(buckets[bound], below)})
			below = buckets[bound]
		}
	}
	return out, nil
}

func sum(a, b consolePoints) consolePoints {
	if a == nil {
		return b
	}
	out := make(consolePoints, len(b))
	for i := range b {
		switch {
		case a[i] == nil:
			out[i] = b[i]
		case b[i] == nil:
			out[i] = a[i]
		default:
			out[i] = finite(*a[i] + *b[i])
		}
	}
	return out
}

func difference(a, b consolePoints) consolePoints {
	if b == nil {
		return a
	}
	out := make(consolePoints, len(a))
	for i := range a {
		if a[i] != nil && b[i] != nil {
			out[i] = finite(max(0, *a[i]-*b[i]))
		}
	}
	return out
}
