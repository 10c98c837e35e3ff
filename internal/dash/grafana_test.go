package dash_test

import (
	"math/rand/v2"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
)

// strictly decodes a dashboard with Grafana's own strict decoder.
func strictly(t *testing.T, text string) dashboard.Dashboard {
	t.Helper()
	if err := dash.ValidateGrafanaJSON(text); err != nil {
		t.Fatalf("the strict decoder says: %v\n%s", err, text)
	}
	var d dashboard.Dashboard
	if err := d.UnmarshalJSONStrict([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return d
}

func render(t *testing.T, d dash.Dashboard, opts dash.GrafanaOptions) string {
	t.Helper()
	text, err := d.GrafanaJSON(opts)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// randomForGrafana makes dashboards of every kind of tile, with a place or
// without one.
func randomForGrafana(r *rand.Rand) dash.Dashboard {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	promQL := func() dash.Query {
		return dash.Query{
			PromQL: pick(`up`, `sum by (namespace) (rate(http_requests_total{namespace=~"${tenant}"}[5m]))`, `{__name__=~"a.*"}`, `not ( PromQL`),
			Legend: pick("", "{{namespace}}", "all"),
		}
	}
	query := func() dash.Query {
		if r.IntN(4) == 0 {
			return dash.Query{BigQuerySQL: "SELECT 1 AS value", Legend: pick("", "cost")}
		}
		return promQL()
	}
	queries := func() []dash.Query {
		list := make([]dash.Query, r.IntN(4))
		for i := range list {
			list[i] = query()
		}
		return list
	}
	thresholds := func() []dash.Threshold {
		list := make([]dash.Threshold, r.IntN(4))
		for i := range list {
			list[i] = dash.Threshold{Value: r.NormFloat64(), Color: pick("yellow", "red", ""), Direction: pick("", "above", "below"), Label: pick("", "goal")}
		}
		return list
	}
	unit := func() string { all := dash.Units(); return all[r.IntN(len(all))].Name }
	tile := func() dash.Tile {
		t := dash.Tile{Title: pick("", "a title", `"<&>`), Only: pick("", "", dash.TargetGrafana, dash.TargetCloudMonitoring)}
		if r.IntN(2) == 0 {
			t.X, t.Y, t.Width, t.Height = r.Int64N(48), r.Int64N(100), 1+r.Int64N(48), 1+r.Int64N(40)
		}
		switch r.IntN(8) {
		case 0:
			t.TimeSeries = &dash.TimeSeries{
				Queries: queries(), Style: pick("", "line", "area", "bar"), Unit: unit(), Thresholds: thresholds(),
				AxisLabel: pick("", "axis"), LogScale: r.IntN(2) == 0,
			}
		case 1:
			t.Scorecard = &dash.Scorecard{Query: query(), Unit: unit(), Thresholds: thresholds(), Spark: pick("", "line")}
		case 2:
			t.Gauge = &dash.Gauge{Query: query(), Unit: unit(), Min: 0, Max: 1 + r.Float64(), Thresholds: thresholds()}
		case 3:
			t.Table = &dash.Table{Queries: queries(), Unit: unit()}
		case 4:
			t.HeatMap = &dash.HeatMap{Query: promQL(), Unit: unit()}
		case 5:
			t.Text = &dash.Text{Content: pick("", "# Hello", "<script>")}
		case 6:
			t.AlertChart = &dash.AlertChart{Policy: pick("", "projects/p/alertPolicies/1"), Query: query(), Thresholds: thresholds()}
		case 7:
			t.Raw = &dash.Raw{PanelJSON: pick(`{"type":"news"}`, `{"type":"text","options":{"mode":"html","content":"x"}}`, `{"type":"not-known","options":{"a":[1,null]},"id":7,"gridPos":{"h":1,"w":1,"x":0,"y":0}}`)}
		}
		return t
	}
	d := dash.Dashboard{DisplayName: pick("a", "b c"), Labels: map[string]string{"a": "", "b": "c"}}
	for range r.IntN(3) {
		d.Variables = append(d.Variables, dash.Variable{
			Name: pick("tenant", "datasource", "bigquery"), Label: pick("", "Tenant"), LabelKey: "namespace", Metric: pick("", "up"), Default: pick("", "tenant-a"),
		})
	}
	for range r.IntN(2) {
		d.Links = append(d.Links, dash.Link{Title: "Runbook", URL: "https://example.com/a?b=c&d"})
	}
	for range r.IntN(4) {
		s := dash.Section{Title: pick("", "Traffic"), Collapsed: r.IntN(3) == 0}
		for range r.IntN(5) {
			s.Tiles = append(s.Tiles, tile())
		}
		d.Sections = append(d.Sections, s)
	}
	return d
}

// TestStrictDecoder renders random dashboards: Grafana's strict decoder takes
// all of them, the bytes are the same each time, and ids are unique.
func TestStrictDecoder(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		d := randomForGrafana(r)
		opts := dash.GrafanaOptions{UID: []string{"", "abc"}[r.IntN(2)], DataSourceUID: []string{"", "prom"}[r.IntN(2)], BigQueryDataSourceUID: []string{"", "bq"}[r.IntN(2)], Refresh: []string{"", "1m"}[r.IntN(2)]}
		text, err := d.GrafanaJSON(opts)
		if err != nil {
			if len(dash.GrafanaProblems(d, opts)) == 0 {
				t.Fatalf("seed %d: an error that is no problem: %v", seed, err)
			}
			continue
		}
		page := strictly(t, text)
		if again := render(t, d, opts); again != text {
			t.Fatalf("seed %d: two renderings differ:\n%s\n%s", seed, text, again)
		}
		seen := map[uint32]bool{}
		note := func(id *uint32) {
			if id == nil || seen[*id] {
				t.Fatalf("seed %d: a panel has no id, or one that another has: %s", seed, text)
			}
			seen[*id] = true
		}
		for _, p := range page.Panels {
			if p.RowPanel != nil {
				note(&p.RowPanel.Id)
				for _, inner := range p.RowPanel.Panels {
					note(inner.Id)
				}
				continue
			}
			note(p.Panel.Id)
		}
	}
}
