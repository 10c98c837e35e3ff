package dash_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
)

// random makes dashboards that Cloud Monitoring can show, in every shape that
// the model has.
type random struct {
	*rand.Rand
	variables []dash.Variable
}

func pick[T any](r *random, choices ...T) T { return choices[r.IntN(len(choices))] }

func randomDashboard(seed uint64) dash.Dashboard {
	r := &random{Rand: rand.New(rand.NewPCG(seed, 3))} //nolint:gosec // Test data, not a secret.
	d := dash.Dashboard{DisplayName: pick(r, "Platform health", "Größe & Kosten", "x")}
	if r.IntN(2) == 0 {
		d.Labels = map[string]string{"team": "platform", "empty": ""}
	}
	for i := range r.IntN(3) {
		d.Variables = append(d.Variables, dash.Variable{
			Name: fmt.Sprintf("v%d", i), LabelKey: pick(r, "namespace", "tenant", "pod_name", "le"), Default: pick(r, "", "a", "b.*"),
		})
	}
	r.variables = d.Variables
	for range r.IntN(3) {
		d.Links = append(d.Links, dash.Link{
			Title: pick(r, "Runbook", `odd [title] \ with *stars*`, "a · b"),
			URL:   pick(r, "https://example.com/a", "https://example.com/b(c)?d=[e]", `http://x.test/\path`),
		})
	}
	loose := false
	for i := range 1 + r.IntN(4) {
		s := dash.Section{Title: fmt.Sprintf("Section %d", i)}
		if !loose && r.IntN(3) == 0 {
			s.Title = ""
		}
		loose = s.Title == ""
		s.Collapsed = !loose && r.IntN(3) == 0
		for j := range 1 + r.IntN(6) {
			t := r.tile()
			t.Title = pick(r, "", fmt.Sprintf("Tile %d", j))
			s.Tiles = append(s.Tiles, t)
		}
		if r.IntN(3) == 0 { // A tile with a place of its own, the rest around it.
			s.Tiles[0].X, s.Tiles[0].Y, s.Tiles[0].Width, s.Tiles[0].Height = 2*int64(1+r.IntN(10)), 2*int64(r.IntN(12)), 8, 6
		}
		d.Sections = append(d.Sections, s)
	}
	return d.Arranged().WithDefaults()
}

func (r *random) query() dash.Query {
	expr := pick(r, `up`, `sum(rate(http_requests_total{status=~"5..$"}[5m]))`, "sum by (le) (rate(x_bucket[5m]))  # comment")
	if len(r.variables) > 0 && r.IntN(2) == 0 {
		v := pick(r, r.variables...)
		expr = fmt.Sprintf(`sum(rate(x{%s=~"${%s}",a!~"${%s}"}[5m]))`, v.LabelKey, v.Name, v.Name)
	}
	return dash.Query{PromQL: expr}
}

func (r *random) queries() []dash.Query {
	var made []dash.Query
	for range 1 + r.IntN(3) {
		q := r.query()
		q.Legend = pick(r, "", "p99", "{{namespace}}", "CPU {{a}}, {{b}}", "{literal}")
		made = append(made, q)
	}
	return made
}

func (r *random) unit() string {
	units := dash.Units()
	return pick(r, units[r.IntN(len(units))].Name, "ucum:MBy", "ucum:percent")
}

func (r *random) lines() []dash.Threshold {
	var made []dash.Threshold
	for range r.IntN(3) {
		made = append(made, dash.Threshold{Value: r.Float64() * 100, Label: pick(r, "", "limit")})
	}
	return made
}

func (r *random) colours() []dash.Threshold {
	made := r.lines()
	for i := range made {
		made[i].Color, made[i].Direction = pick(r, "", dash.ColorYellow, dash.ColorRed), pick(r, "", dash.DirectionAbove, dash.DirectionBelow)
	}
	return made
}

func (r *random) tile() dash.Tile {
	switch r.IntN(8) {
	case 0:
		return dash.Tile{TimeSeries: &dash.TimeSeries{
			Queries: r.queries(), Style: pick(r, "", dash.StyleLine, dash.StyleArea, dash.StyleBar), Unit: r.unit(),
			Thresholds: r.lines(), AxisLabel: pick(r, "", "requests"), LogScale: r.IntN(2) == 0,
		}}
	case 1:
		return dash.Tile{Scorecard: &dash.Scorecard{Query: r.query(), Unit: r.unit(), Thresholds: r.colours(), Spark: pick(r, "", dash.SparkLine, dash.SparkBar)}}
	case 2:
		return dash.Tile{Gauge: &dash.Gauge{Query: r.query(), Unit: r.unit(), Min: -r.Float64(), Max: r.Float64() + 1, Thresholds: r.colours()}}
	case 3:
		return dash.Tile{Table: &dash.Table{Queries: r.queries(), Unit: r.unit()}}
	case 4:
		return dash.Tile{HeatMap: &dash.HeatMap{Query: r.queries()[0], Unit: r.unit()}}
	case 5:
		return dash.Tile{Text: &dash.Text{Content: pick(r, "# Hello", "[Runbook](https://example.com/a)", "two\nlines ")}}
	case 6:
		return dash.Tile{AlertChart: &dash.AlertChart{Policy: "projects/p/alertPolicies/1"}}
	default:
		return dash.Tile{Raw: &dash.Raw{WidgetJSON: pick(r,
			`{"blank":{}}`,
			`{"id":"w-1","logsPanel":{"filter":"severity>=ERROR","resourceNames":["projects/p"]}}`,
			`{"xyChart":{"dataSets":[{"timeSeriesQuery":{"timeSeriesFilter":{"filter":"metric.type=\"a\" <&> x"}}}]}}`,
		)}}
	}
}
