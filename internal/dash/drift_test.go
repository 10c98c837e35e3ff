package dash_test

import (
	"reflect"
	"testing"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
)

// page is a dashboard with a bit of everything, for hands to change.
func page() dash.Dashboard {
	return dash.Dashboard{
		DisplayName: "Page",
		Variables:   []dash.Variable{{Name: "tenant", LabelKey: "namespace"}},
		Links:       []dash.Link{{Title: "Runbook", URL: "https://example.com/runbook"}},
		Sections: []dash.Section{
			{Tiles: []dash.Tile{text(0, 0, 48, 6)}},
			{Title: "Traffic", Tiles: []dash.Tile{
				{Title: "Requests", TimeSeries: &dash.TimeSeries{
					Queries: []dash.Query{{PromQL: `sum(rate(x{namespace=~"${tenant}"}[5m]))`, Legend: "{{namespace}}"}}, Unit: "reqps",
					Thresholds: []dash.Threshold{{Value: 10}},
				}},
				{Title: "Errors", Scorecard: &dash.Scorecard{Query: dash.Query{PromQL: "up"}, Unit: "percent", Thresholds: []dash.Threshold{{Value: 0.01}}}},
				{Title: "Pool", Gauge: &dash.Gauge{Query: dash.Query{PromQL: "pool"}, Max: 100}},
			}},
			{Title: "Detail", Collapsed: true, Tiles: []dash.Tile{
				{Title: "Routes", Table: &dash.Table{Queries: []dash.Query{{PromQL: "topk(5, x)"}}}},
				{Title: "Incidents", AlertChart: &dash.AlertChart{Policy: "projects/p/alertPolicies/1"}},
			}},
		},
	}.Arranged().WithDefaults()
}

// TestChangesByHand: each change of the remote dashboard shows as exactly that
// change in the model.
func TestChangesByHand(t *testing.T) {
	type widgets = map[string]*dashboardpb.MosaicLayout_Tile
	for name, test := range map[string]struct {
		byHand func(pb *dashboardpb.Dashboard, tiles widgets)
		shows  func(d *dash.Dashboard)
	}{
		"moved sideways": {
			func(_ *dashboardpb.Dashboard, tiles widgets) { tiles["Errors"].XPos = 30 },
			func(d *dash.Dashboard) { d.Sections[1].Tiles[1].X = 30 },
		},
		"moved below the end of its section": {
			func(_ *dashboardpb.Dashboard, tiles widgets) { tiles["Requests"].YPos += 8 },
			func(d *dash.Dashboard) { d.Sections[1].Tiles[0].Y += 8 },
		},
		"made larger": {
			func(_ *dashboardpb.Dashboard, tiles widgets) { tiles["Requests"].Height = 10 },
			func(d *dash.Dashboard) { d.Sections[1].Tiles[0].Height = 10 },
		},
		"moved to another section": {
			func(_ *dashboardpb.Dashboard, tiles widgets) { tiles["Errors"].YPos = tiles["Detail"].GetYPos() + 2 },
			func(d *dash.Dashboard) {
				moved := d.Sections[1].Tiles[1]
				moved.Y = 2
				d.Sections[1].Tiles = []dash.Tile{d.Sections[1].Tiles[0], d.Sections[1].Tiles[2]}
				d.Sections[2].Tiles = append([]dash.Tile{moved}, d.Sections[2].Tiles...)
			},
		},
		"removed, highest of its section": {
			func(pb *dashboardpb.Dashboard, tiles widgets) { remove(pb, tiles["Requests"]) },
			func(d *dash.Dashboard) { d.Sections[1].Tiles = d.Sections[1].Tiles[1:] },
		},
		"all tiles of a section removed": {
			func(pb *dashboardpb.Dashboard, tiles widgets) {
				remove(pb, tiles["Routes"])
				remove(pb, tiles["Incidents"])
			},
			func(d *dash.Dashboard) { d.Sections[2].Tiles = nil },
		},
		"the text above the sections removed": {
			func(pb *dashboardpb.Dashboard, tiles widgets) { remove(pb, tiles["text"]) },
			func(d *dash.Dashboard) { d.Sections = d.Sections[1:] },
		},
		"links removed": {
			func(pb *dashboardpb.Dashboard, tiles widgets) { remove(pb, tiles["links"]) },
			func(d *dash.Dashboard) {
				d.Links = nil
				d.Sections[0].Tiles[0].Y = 4
			},
		},
		"query edited": {
			func(_ *dashboardpb.Dashboard, tiles widgets) {
				tiles["Requests"].GetWidget().GetXyChart().GetDataSets()[0].GetTimeSeriesQuery().Source = &dashboardpb.TimeSeriesQuery_PrometheusQuery{PrometheusQuery: `y{a=~"${tenant.value}"}`}
			},
			func(d *dash.Dashboard) { d.Sections[1].Tiles[0].TimeSeries.Queries[0].PromQL = `y{a=~"${tenant}"}` },
		},
		"threshold edited": {
			func(_ *dashboardpb.Dashboard, tiles widgets) {
				tiles["Errors"].GetWidget().GetScorecard().GetThresholds()[0].Color = dashboardpb.Threshold_YELLOW
			},
			func(d *dash.Dashboard) { d.Sections[1].Tiles[1].Scorecard.Thresholds[0].Color = dash.ColorYellow },
		},
		"unit edited": {
			func(_ *dashboardpb.Dashboard, tiles widgets) {
				tiles["Pool"].GetWidget().GetScorecard().GetTimeSeriesQuery().UnitOverride = "MBy"
			},
			func(d *dash.Dashboard) { d.Sections[1].Tiles[2].Gauge.Unit = "ucum:MBy" },
		},
		"style edited": {
			func(_ *dashboardpb.Dashboard, tiles widgets) {
				tiles["Requests"].GetWidget().GetXyChart().GetDataSets()[0].PlotType = dashboardpb.XyChart_DataSet_STACKED_BAR
			},
			func(d *dash.Dashboard) { d.Sections[1].Tiles[0].TimeSeries.Style = dash.StyleBar },
		},
		"another view": {
			func(_ *dashboardpb.Dashboard, tiles widgets) {
				tiles["Pool"].GetWidget().GetScorecard().DataView = nil
			},
			func(d *dash.Dashboard) {
				d.Sections[1].Tiles[2].Gauge = nil
				d.Sections[1].Tiles[2].Scorecard = &dash.Scorecard{Query: dash.Query{PromQL: "pool"}}
			},
		},
		"a setting that the model has not": {
			func(_ *dashboardpb.Dashboard, tiles widgets) {
				tiles["Errors"].GetWidget().GetScorecard().GetTimeSeriesQuery().OutputFullDuration = true
			},
			func(d *dash.Dashboard) {
				d.Sections[1].Tiles[1].Scorecard = nil
				d.Sections[1].Tiles[1].Raw = &dash.Raw{WidgetJSON: `{"scorecard":{"thresholds":[{"color":"RED","direction":"ABOVE","value":0.01}],"timeSeriesQuery":{"outputFullDuration":true,"prometheusQuery":"up","unitOverride":"10^2.%"}}}`}
			},
		},
		"renamed": {
			func(_ *dashboardpb.Dashboard, tiles widgets) { tiles["Errors"].GetWidget().Title = "Failures" },
			func(d *dash.Dashboard) { d.Sections[1].Tiles[1].Title = "Failures" },
		},
		"section renamed and folded": {
			func(_ *dashboardpb.Dashboard, tiles widgets) {
				tiles["Traffic"].GetWidget().Title = "Flow"
				tiles["Traffic"].GetWidget().GetCollapsibleGroup().Collapsed = true
			},
			func(d *dash.Dashboard) { d.Sections[1].Title, d.Sections[1].Collapsed = "Flow", true },
		},
		"variable's default": {
			func(pb *dashboardpb.Dashboard, _ widgets) {
				pb.GetDashboardFilters()[0].DefaultValue = &dashboardpb.DashboardFilter_StringValue{StringValue: "acme"}
			},
			func(d *dash.Dashboard) { d.Variables[0].Default = "acme" },
		},
		"a widget added": {
			func(pb *dashboardpb.Dashboard, tiles widgets) {
				pb.GetMosaicLayout().Tiles = append(pb.GetMosaicLayout().Tiles, &dashboardpb.MosaicLayout_Tile{
					XPos: 36, YPos: tiles["Traffic"].GetYPos(), Width: 12, Height: 8,
					Widget: &dashboardpb.Widget{Title: "Logs", Content: &dashboardpb.Widget_LogsPanel{LogsPanel: &dashboardpb.LogsPanel{Filter: "a"}}},
				})
			},
			func(d *dash.Dashboard) {
				d.Sections[1].Tiles = append(d.Sections[1].Tiles, dash.Tile{
					Title: "Logs", X: 36, Width: 12, Height: 8, Raw: &dash.Raw{WidgetJSON: `{"logsPanel":{"filter":"a"}}`},
				})
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			want, wanted := page(), rendered(t, page())
			pb := filled(wanted)
			tiles := widgets{}
			for _, tile := range pb.GetMosaicLayout().GetTiles() {
				name := tile.GetWidget().GetTitle()
				if name == "" {
					name = "text"
				}
				if tile.GetWidget().GetId() != "" {
					name = "links"
				}
				tiles[name] = tile
			}
			test.byHand(pb, tiles)
			test.shows(&want)
			if dash.Equal(wanted, pb) {
				t.Fatal("the change is no difference")
			}
			got, exact := dash.FromProtoBeside(wanted, pb)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			if !exact {
				t.Error("something else is said to have changed")
			}
		})
	}
}

func remove(pb *dashboardpb.Dashboard, tile *dashboardpb.MosaicLayout_Tile) {
	m := pb.GetMosaicLayout()
	for i := range m.Tiles {
		if m.Tiles[i] == tile {
			m.Tiles = append(m.Tiles[:i:i], m.Tiles[i+1:]...)
			return
		}
	}
}

// TestNotExact: what sections can't say is never passed over.
func TestNotExact(t *testing.T) {
	for name, byHand := range map[string]func(pb *dashboardpb.Dashboard){
		"no layout":         func(pb *dashboardpb.Dashboard) { pb.Layout = nil },
		"12 columns":        func(pb *dashboardpb.Dashboard) { pb.GetMosaicLayout().Columns = 12 },
		"a narrow group":    func(pb *dashboardpb.Dashboard) { groupOf(pb).Width = 24 },
		"a higher group":    func(pb *dashboardpb.Dashboard) { groupOf(pb).Height += 2 },
		"an untitled group": func(pb *dashboardpb.Dashboard) { groupOf(pb).GetWidget().Title = "" },
		"a section moved down": func(pb *dashboardpb.Dashboard) {
			for _, tile := range pb.GetMosaicLayout().GetTiles()[2:] {
				tile.YPos += 8
			}
		},
		"a pinned filter": func(pb *dashboardpb.Dashboard) { pb.GetDashboardFilters()[0].TemplateVariable = "" },
		"a filter of another type": func(pb *dashboardpb.Dashboard) {
			pb.GetDashboardFilters()[0].FilterType = dashboardpb.DashboardFilter_GROUP
		},
		"a group of one view": func(pb *dashboardpb.Dashboard) {
			pb.GetMosaicLayout().GetTiles()[1].GetWidget().Content = &dashboardpb.Widget_SingleViewGroup{SingleViewGroup: &dashboardpb.SingleViewGroup{}}
		},
		"a grid": func(pb *dashboardpb.Dashboard) {
			pb.Layout = &dashboardpb.Dashboard_GridLayout{GridLayout: &dashboardpb.GridLayout{Widgets: []*dashboardpb.Widget{{Content: &dashboardpb.Widget_Blank{}}}}}
		},
		"rows": func(pb *dashboardpb.Dashboard) {
			pb.Layout = &dashboardpb.Dashboard_RowLayout{RowLayout: &dashboardpb.RowLayout{Rows: []*dashboardpb.RowLayout_Row{{Widgets: []*dashboardpb.Widget{{}}}}}}
		},
		"columns": func(pb *dashboardpb.Dashboard) {
			pb.Layout = &dashboardpb.Dashboard_ColumnLayout{ColumnLayout: &dashboardpb.ColumnLayout{Columns: []*dashboardpb.ColumnLayout_Column{{Widgets: []*dashboardpb.Widget{{}}}}}}
		},
	} {
		wanted := rendered(t, page())
		pb := filled(wanted)
		byHand(pb)
		if _, exact := dash.FromProtoBeside(wanted, pb); exact {
			t.Errorf("%s: said to be exact", name)
		}
		if dash.Equal(wanted, pb) {
			t.Errorf("%s: no difference", name)
		}
	}
}

func groupOf(pb *dashboardpb.Dashboard) *dashboardpb.MosaicLayout_Tile {
	for _, tile := range pb.GetMosaicLayout().GetTiles() {
		if tile.GetWidget().GetCollapsibleGroup() != nil {
			return tile
		}
	}
	return nil
}

// TestCarried: what Cloud Monitoring can't hold is no drift.
func TestCarried(t *testing.T) {
	before := []dash.Tile{
		{Only: dash.TargetCloudMonitoring, TimeSeries: &dash.TimeSeries{
			Queries: []dash.Query{{PromQL: "up"}}, Style: dash.StyleLine,
			Thresholds: []dash.Threshold{{Value: 1, Color: dash.ColorYellow, Direction: dash.DirectionBelow}},
		}},
		{AlertChart: &dash.AlertChart{
			Policy: "projects/p/alertPolicies/1", Query: dash.Query{PromQL: "up"},
			Thresholds: []dash.Threshold{{Value: 1, Color: dash.ColorRed, Direction: dash.DirectionAbove}},
		}},
		{Raw: &dash.Raw{WidgetJSON: `{"blank":{}}`, PanelJSON: `{"type":"text"}`}},
	}
	d := dash.Dashboard{Sections: []dash.Section{{Tiles: before}}}.Arranged()
	now, _ := dash.FromProto(rendered(t, d))
	for i, tile := range d.Sections[0].Tiles {
		if got := dash.Carried(tile, now.Sections[0].Tiles[i]); !reflect.DeepEqual(got, tile) {
			t.Errorf("got  %+v\nwant %+v", got, tile)
		}
	}
}
