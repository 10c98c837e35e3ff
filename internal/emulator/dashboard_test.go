package emulator_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	dashboard "cloud.google.com/go/monitoring/dashboard/apiv1"
	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"google.golang.org/api/iterator"
	"google.golang.org/api/option"
	"google.golang.org/grpc/codes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

const dashboardsPath = "monitoring.googleapis.com/v1/projects/p/dashboards"

// dashboards is Google's own REST client of dashboards, without its retries.
func (e *env) dashboards() *dashboard.DashboardsClient {
	e.t.Helper()
	c, err := dashboard.NewDashboardsRESTClient(e.t.Context(), option.WithEndpoint("http://"+e.srv.Addr()+"/monitoring.googleapis.com"), option.WithoutAuthentication())
	if err != nil {
		e.t.Fatalf("client: %v", err)
	}
	c.CallOptions = &dashboard.DashboardsCallOptions{}
	return c
}

func textDashboard(name, title string) *dashboardpb.Dashboard {
	return &dashboardpb.Dashboard{
		Name: name, DisplayName: title,
		Layout: &dashboardpb.Dashboard_MosaicLayout{MosaicLayout: &dashboardpb.MosaicLayout{
			Columns: 48,
			Tiles: []*dashboardpb.MosaicLayout_Tile{{
				Width: 24, Height: 8,
				Widget: &dashboardpb.Widget{Content: &dashboardpb.Widget_Text{Text: &dashboardpb.Text{Content: "# Hello"}}},
			}},
		}},
	}
}

func TestDashboardsOfGoogleClient(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	c := e.dashboards()
	ctx := t.Context()
	made, err := c.CreateDashboard(ctx, &dashboardpb.CreateDashboardRequest{Parent: "projects/p", Dashboard: textDashboard("projects/p/dashboards/mine", "One")})
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^projects/[0-9]{12}/dashboards/mine$`).MatchString(made.GetName()) || made.GetEtag() == "" {
		t.Errorf("name %q, etag %q", made.GetName(), made.GetEtag())
	}
	if text := made.GetMosaicLayout().GetTiles()[0].GetWidget().GetText(); text.GetFormat() != dashboardpb.Text_MARKDOWN || text.GetStyle() == nil {
		t.Errorf("text %v", text)
	}
	_, err = c.CreateDashboard(ctx, &dashboardpb.CreateDashboardRequest{Parent: "projects/p", Dashboard: textDashboard("projects/p/dashboards/mine", "Two")})
	wantHTTP(t, unwrapHTTP(err), 409, "")

	assigned, err := c.CreateDashboard(ctx, &dashboardpb.CreateDashboardRequest{Parent: "projects/p", Dashboard: textDashboard("", "Two")})
	if err != nil || !regexp.MustCompile(`/dashboards/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(assigned.GetName()) {
		t.Errorf("assigned name %q, %v", assigned.GetName(), err)
	}
	made.DisplayName = "Renamed"
	updated, err := c.UpdateDashboard(ctx, &dashboardpb.UpdateDashboardRequest{Dashboard: made})
	if err != nil || updated.GetEtag() == made.GetEtag() || updated.GetName() != made.GetName() {
		t.Errorf("update %v, %v", updated, err)
	}
	_, err = c.UpdateDashboard(ctx, &dashboardpb.UpdateDashboardRequest{Dashboard: made})
	wantHTTP(t, unwrapHTTP(err), 409, "etag")
	updated.Etag = ""
	_, err = c.UpdateDashboard(ctx, &dashboardpb.UpdateDashboardRequest{Dashboard: updated})
	wantHTTP(t, unwrapHTTP(err), 400, "Update Dashboard should specify a non empty etag.")

	it := c.ListDashboards(ctx, &dashboardpb.ListDashboardsRequest{Parent: "projects/p", PageSize: 1})
	var titles []string
	for {
		d, err := it.Next()
		if err == iterator.Done { //nolint:errorlint // the package's own sentinel
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		titles = append(titles, d.GetDisplayName())
	}
	if strings.Join(titles, " ") != "Renamed Two" {
		t.Errorf("list %v", titles)
	}
	if err := c.DeleteDashboard(ctx, &dashboardpb.DeleteDashboardRequest{Name: "projects/p/dashboards/mine"}); err != nil {
		t.Error(err)
	}
	_, err = c.GetDashboard(ctx, &dashboardpb.GetDashboardRequest{Name: made.GetName()})
	wantHTTP(t, unwrapHTTP(err), 404, "Requested entity was not found.")
}

// unwrapHTTP gets at the googleapi.Error in an error of a REST client.
func unwrapHTTP(err error) error {
	if u, ok := err.(interface{ Unwrap() error }); ok {
		return u.Unwrap()
	}
	return err
}

func TestDashboardEnums(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	const body = `{"name":"projects/p/dashboards/d","displayName":"x","gridLayout":{"widgets":[{"text":{"content":"a","format":2}}]}}`
	for query, want := range map[string]string{
		"%24alt=json%3Benum-encoding%3Dint": `"format": 2`,
		"alt=json":                          `"format": "RAW"`,
	} {
		e.srv.Reset()
		if a := e.rest("POST", dashboardsPath+"?"+query, body); a.status != 200 || !strings.Contains(string(a.body), want) {
			t.Errorf("%s: %d %s", query, a.status, a.body)
		}
		if a := e.rest("GET", dashboardsPath+"?"+query, ""); a.status != 200 || !strings.Contains(string(a.body), want) {
			t.Errorf("list by %s: %d %s", query, a.status, a.body)
		}
	}
}

func TestDashboardValidateOnly(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	var preview struct{ DisplayName, Etag string }
	e.rest("POST", dashboardsPath+"?validateOnly=True", `{"displayName":"x","gridLayout":{}}`).into(t, 200, &preview)
	if preview.DisplayName != "x" || preview.Etag != "" || len(e.srv.Inventory()) != 0 {
		t.Errorf("%+v, %v", preview, e.srv.Inventory())
	}
	e.rest("POST", dashboardsPath+"?validateOnly=true", `{"displayName":"x","gridLayout":{"columns":-1}}`).err(t, 400)
}

func TestDashboardRefusals(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	const query = `"timeSeriesQuery":{"prometheusQuery":"up"}`
	widget := func(w string) string { return `{"displayName":"x","gridLayout":{"widgets":[` + w + `]}}` }
	tiles := func(columns int, tiles ...string) string {
		return fmt.Sprintf(`{"displayName":"x","mosaicLayout":{"columns":%d,"tiles":[%s]}}`, columns, strings.Join(tiles, ","))
	}
	const text = `"widget":{"text":{"content":"a"}}`
	for _, tt := range []struct{ name, body, want string }{
		{"no title", `{"gridLayout":{}}`, "Dashboard is missing required field displayName."},
		{"no layout", `{"displayName":"x"}`, "missing required field layout"},
		{"etag on create", `{"displayName":"x","etag":"a","gridLayout":{}}`, "Field etag"},
		{"another project", `{"name":"projects/q/dashboards/d","displayName":"x","gridLayout":{}}`, "does not match that of the parent"},
		{"odd id", `{"name":"projects/p/dashboards/a b","displayName":"x","gridLayout":{}}`, "Field name"},
		{"label", `{"displayName":"x","gridLayout":{},"labels":{"Team":"a"}}`, "Field labels"},
		{"filter without a type", `{"displayName":"x","gridLayout":{},"dashboardFilters":[{"labelKey":"a"}]}`, "dashboardFilters[0].filterType"},
		{"filter without a key", `{"displayName":"x","gridLayout":{},"dashboardFilters":[{"filterType":"GROUP"}]}`, "dashboardFilters[0].labelKey"},
		{"variable twice", `{"displayName":"x","gridLayout":{},"dashboardFilters":[{"filterType":1,"labelKey":"a","templateVariable":"v"},{"filterType":1,"labelKey":"b","templateVariable":"v"}]}`, "must be unique"},
		{"no content", tiles(12, `{"width":1,"height":1,"widget":{"title":"t"}}`), "Dashboard is missing required field mosaicLayout.tiles[0].widget.content."},
		{"no columns", tiles(0), "mosaicLayout.columns"},
		{"49 columns", tiles(49), "must be between 1 and 48"},
		{"no width", tiles(12, `{"height":1,`+text+`}`), "mosaicLayout.tiles[0].width"},
		{"no height", tiles(12, `{"width":1,`+text+`}`), "mosaicLayout.tiles[0].height"},
		{"left of the grid", tiles(12, `{"xPos":-1,"width":1,"height":1,`+text+`}`), "mosaicLayout.tiles[0].xPos"},
		{"out of the grid", tiles(12, `{"xPos":10,"width":3,"height":1,`+text+`}`), "contained within the 12 columns"},
		{"overlap", tiles(12, `{"width":4,"height":4,`+text+`}`, `{"xPos":3,"yPos":3,"width":4,"height":4,`+text+`}`), "overlaps mosaicLayout.tiles[0]"},
		{"half in a group", tiles(12, `{"width":4,"height":4,"widget":{"collapsibleGroup":{}}}`, `{"xPos":3,"width":4,"height":4,`+text+`}`), "overlaps"},
		{"group in a grid", widget(`{"collapsibleGroup":{}}`), "collapsibleGroup is only allowed in MosaicLayout."},
		{"dropdown in a grid", widget(`{"singleViewGroup":{}}`), "dropdownGroup is only allowed in MosaicLayout."},
		{"header in a grid", widget(`{"sectionHeader":{}}`), "sectionHeader is only allowed in MosaicLayout."},
		{"widget id", widget(`{"id":"a b","blank":{}}`), "widgets[0].id"},
		{"widget id twice", widget(`{"id":"a","blank":{}},{"id":"a","blank":{}}`), "widget ids must be unique"},
		{"101 widgets", widget(strings.TrimSuffix(strings.Repeat(`{"blank":{}},`, 101), ",")), "at most 100 widgets"},
		{"chart without data", widget(`{"xyChart":{}}`), "gridLayout.widgets[0].xyChart.dataSets"},
		{"chart without query", widget(`{"xyChart":{"dataSets":[{}]}}`), "dataSets[0].timeSeriesQuery"},
		{"short shift", widget(`{"xyChart":{"timeshiftDuration":"30s","dataSets":[{` + query + `}]}}`), `has an invalid value of "30s": must be greater than or equal to one minute.`},
		{"shifted bars", widget(`{"xyChart":{"timeshiftDuration":"600s","dataSets":[{"plotType":"STACKED_BAR",` + query + `}]}}`), "plot type is incompatible with XyChart's timeshiftDuration."},
		{"colour in a chart", widget(`{"xyChart":{"dataSets":[{` + query + `}],"thresholds":[{"value":1,"color":"RED"}]}}`), "color is not allowed in a XyChart."},
		{"direction in a chart", widget(`{"xyChart":{"dataSets":[{` + query + `}],"thresholds":[{"value":1,"direction":"ABOVE"}]}}`), "direction is not allowed in a XyChart."},
		{"colourless card", widget(`{"scorecard":{` + query + `,"thresholds":[{"value":1,"direction":"ABOVE"}]}}`), "scorecard.thresholds[0].color"},
		{"undirected card", widget(`{"scorecard":{` + query + `,"thresholds":[{"value":1,"color":"RED"}]}}`), "scorecard.thresholds[0].direction"},
		{"axis in a card", widget(`{"scorecard":{` + query + `,"thresholds":[{"value":1,"color":"RED","direction":"BELOW","targetAxis":"Y1"}]}}`), "target axis is not allowed in a Scorecard."},
		{"empty gauge", widget(`{"scorecard":{` + query + `,"gaugeView":{"lowerBound":1,"upperBound":1}}}`), "gaugeView.upperBound"},
		{"shapeless spark", widget(`{"scorecard":{` + query + `,"sparkChartView":{}}}`), "sparkChartType"},
		{"table without data", widget(`{"timeSeriesTable":{}}`), "timeSeriesTable.dataSets"},
		{"pie without a shape", widget(`{"pieChart":{"dataSets":[{` + query + `}]}}`), "pieChart.chartType"},
		{"text colour", widget(`{"text":{"content":"a","style":{"textColor":"red"}}}`), "text.style.textColor"},
		{"policy by a short name", widget(`{"alertChart":{"name":"alertPolicies/1"}}`), "alertChart.name"},
		{"unknown policy", widget(`{"alertChart":{"name":"projects/p/alertPolicies/1"}}`), "there is no such alerting policy"},
		{"incidents by a long name", widget(`{"incidentList":{"policyNames":["projects/p/alertPolicies/1"]}}`), "incidentList.policyNames[0]"},
		{"bad PromQL", widget(`{"xyChart":{"dataSets":[{"timeSeriesQuery":{"prometheusQuery":"sum(rate(up[5m])"}}]}}`), "not valid PromQL"},
		{"bad filter", widget(`{"xyChart":{"dataSets":[{"timeSeriesQuery":{"timeSeriesFilter":{"filter":"metric.type="}}}]}}`), "timeSeriesFilter.filter"},
		{"short alignment", widget(`{"xyChart":{"dataSets":[{"timeSeriesQuery":{"timeSeriesFilter":{"filter":"metric.type=\"a.b/c\"","aggregation":{"alignmentPeriod":"1s"}}}}]}}`), "aggregation.alignmentPeriod"},
		{"groups of nothing", widget(`{"xyChart":{"dataSets":[{"timeSeriesQuery":{"timeSeriesFilter":{"filter":"metric.type=\"a.b/c\"","aggregation":{"groupByFields":["a"]}}}}]}}`), "groupByFields"},
		{"unknown number", widget(`{"xyChart":{"dataSets":[{"plotType":99,` + query + `}]}}`), "plotType"},
	} {
		if got := e.rest("POST", dashboardsPath, tt.body).err(t, 400); !strings.Contains(got.Error.Message, tt.want) {
			t.Errorf("%s: %q, want %q in it", tt.name, got.Error.Message, tt.want)
		}
	}
	if len(e.srv.Inventory()) != 0 {
		t.Errorf("refused dashboards were kept: %v", e.srv.Inventory())
	}
}

func TestDashboardVariables(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	for _, query := range []string{
		`sum(mysql_global_status_uptime{${Cluster},${Location},${Namespace}} / 60)`, // recorded
		`rate(http_requests_total{namespace=~\"${tenant.value}\"}[${__interval}])`,
		`up{job='${a}',x=\"a\\\"b${b}\"} > ${limit.value}`,
	} {
		body := `{"displayName":"x","gridLayout":{"widgets":[{"xyChart":{"dataSets":[{"timeSeriesQuery":{"prometheusQuery":"` + query + `"}}]}}]}}`
		if a := e.rest("POST", dashboardsPath, body); a.status != 200 {
			t.Errorf("%s: %s", query, a.body)
		}
	}
}

// TestFieldsBeyondProtos answers 501 to what the service takes and its protos do
// not have, and 400 to what neither has.
func TestFieldsBeyondProtos(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	chart := func(field string) string {
		return `{"displayName":"x","gridLayout":{"widgets":[{"xyChart":{"dataSets":[{"` + field + `":[],"timeSeriesQuery":{"prometheusQuery":"up"}}]}}]}}`
	}
	if got := e.rest("POST", dashboardsPath, chart("breakdowns")).err(t, 501); !strings.Contains(got.Error.Message, "breakdowns") {
		t.Errorf("%q", got.Error.Message)
	}
	e.rest("POST", dashboardsPath, chart("breakups")).err(t, 400)
	e.rest("POST", uptimePath, strings.Replace(uptimeBody, "{", `{"logCheckFailures":true,`, 1)).err(t, 501)
}

func TestDashboardNames(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	_, err := dashboardpb.NewDashboardsServiceClient(e.conn()).GetDashboard(t.Context(), &dashboardpb.GetDashboardRequest{Name: "dashboards/predefined"})
	wantGRPC(t, err, codes.Unimplemented, "predefined")
	_, err = dashboardpb.NewDashboardsServiceClient(e.conn()).GetDashboard(t.Context(), &dashboardpb.GetDashboardRequest{Name: "projects/p/dashboards/none"})
	wantGRPC(t, err, codes.NotFound, "Requested entity was not found.")
}
