package emulator_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	httptransport "github.com/go-openapi/runtime/client"
	"github.com/go-openapi/strfmt"
	grafanaclient "github.com/grafana/grafana-openapi-client-go/client"
	"github.com/grafana/grafana-openapi-client-go/client/folders"
	"github.com/grafana/grafana-openapi-client-go/client/search"
	"github.com/grafana/grafana-openapi-client-go/models"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// grafana is Grafana's own client.
func (e *env) grafana() *grafanaclient.GrafanaHTTPAPI {
	return grafanaclient.New(httptransport.New(e.srv.Addr(), "/grafana/api", []string{"http"}), nil, strfmt.Default)
}

// grafanaError is Grafana's JSON error.
type grafanaError struct {
	Message    string `json:"message"`
	Status     string `json:"status"`
	MessageID  string `json:"messageId"`
	StatusCode int    `json:"statusCode"`
}

func (a answer) grafanaErr(t *testing.T, wantStatus int) grafanaError {
	t.Helper()
	var g grafanaError
	a.into(t, wantStatus, &g)
	return g
}

// savedGrafana is the reply to a save.
type savedGrafana struct {
	ID        int64  `json:"id"`
	UID       string `json:"uid"`
	URL       string `json:"url"`
	Version   int64  `json:"version"`
	Slug      string `json:"slug"`
	Status    string `json:"status"`
	FolderUID string `json:"folderUid"`
}

const saveGrafana = "grafana/api/dashboards/db"

func TestGrafanaDashboards(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	c := e.grafana()
	folder, err := c.Folders.CreateFolder(&models.CreateFolderCommand{Title: "Platform", UID: "platform"})
	if err != nil {
		t.Fatal(err)
	}
	if folder.GetPayload().URL != "/grafana/dashboards/f/platform/platform" || folder.GetPayload().Version != 1 {
		t.Errorf("folder %+v", folder.GetPayload())
	}
	made, err := c.Dashboards.PostDashboard(&models.SaveDashboardCommand{
		Dashboard: map[string]any{"uid": "health", "title": " Platform health! ", "tags": []string{"cortx"}, "schemaVersion": 41, "panels": []any{}, "ratio": 0.1},
		FolderUID: "platform", Message: "first",
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := made.GetPayload(); *got.UID != "health" || *got.Version != 1 || *got.URL != "/grafana/d/health/platform-health" || *got.Status != "success" || got.FolderUID != "platform" {
		t.Errorf("saved %+v", got)
	}
	read, err := c.Dashboards.GetDashboardByUID("health")
	if err != nil {
		t.Fatal(err)
	}
	model, ok := read.GetPayload().Dashboard.(map[string]any)
	if !ok {
		t.Fatalf("dashboard %T", read.GetPayload().Dashboard)
	}
	if model["title"] != "Platform health!" || model["version"] != json.Number("1") || model["schemaVersion"] != json.Number("41") || model["ratio"] != json.Number("0.1") {
		t.Errorf("model %v", model)
	}
	if model["id"] == nil || len(model) != 8 {
		t.Errorf("the server adds id, uid and version and nothing else: %v", model)
	}
	if meta := read.GetPayload().Meta; meta.FolderUID != "platform" || meta.FolderTitle != "Platform" || meta.Version != 1 || meta.Provisioned {
		t.Errorf("meta %+v", meta)
	}
	hits, err := c.Search.Search(search.NewSearchParams().WithTag([]string{"cortx"}))
	if err != nil || len(hits.GetPayload()) != 1 || hits.GetPayload()[0].FolderUID != "platform" {
		t.Errorf("search %+v, %v", hits, err)
	}
	if gone, err := c.Dashboards.DeleteDashboardByUID("health"); err != nil || *gone.GetPayload().Message != "Dashboard Platform health! deleted" {
		t.Errorf("delete %+v, %v", gone, err)
	}
	if got := e.rest("GET", "grafana/api/dashboards/uid/health", "").grafanaErr(t, 404); got.Message != "Dashboard not found" {
		t.Errorf("%+v", got)
	}
	if _, err := c.Folders.DeleteFolder(folders.NewDeleteFolderParams().WithFolderUID("platform")); err != nil {
		t.Error(err)
	}
	if got := e.srv.Inventory(); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

func TestGrafanaVersions(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	var first, second savedGrafana
	e.rest("POST", saveGrafana, `{"dashboard":{"uid":"d","title":"One","version":7}}`).into(t, 200, &first)
	if first.Version != 1 {
		t.Errorf("a new dashboard has version %d, whatever was sent", first.Version)
	}
	const words = "The dashboard has been changed by someone else"
	for name, body := range map[string]string{
		"no version":    `{"dashboard":{"uid":"d","title":"Two"}}`,
		"wrong version": `{"dashboard":{"uid":"d","title":"Two","version":2}}`,
	} {
		if got := e.rest("POST", saveGrafana, body).grafanaErr(t, 412); got.Status != "version-mismatch" || got.Message != words {
			t.Errorf("%s: %+v", name, got)
		}
	}
	e.rest("POST", saveGrafana, `{"dashboard":{"uid":"d","title":"Two","version":1}}`).into(t, 200, &second)
	if second.Version != 2 || second.ID != first.ID || second.Slug != "two" {
		t.Errorf("second save %+v after %+v", second, first)
	}
	e.rest("POST", saveGrafana, `{"dashboard":{"uid":"d","title":"Three","version":1},"overwrite":true}`).into(t, 200, &second)
	if second.Version != 3 {
		t.Errorf("an overwrite makes version %d", second.Version)
	}
	var read struct {
		Dashboard map[string]any `json:"dashboard"`
	}
	e.rest("GET", "grafana/api/dashboards/uid/d", "").into(t, 200, &read)
	if read.Dashboard["title"] != "Three" || read.Dashboard["version"] != 3.0 {
		t.Errorf("%v", read.Dashboard)
	}
}

func TestGrafanaRefusals(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	e.rest("POST", "grafana/api/folders", `{"uid":"f","title":"F"}`).into(t, 200, &struct{}{})
	for _, tt := range []struct {
		name, method, path, body string
		status                   int
		message, word            string
	}{
		{"no JSON", "POST", "dashboards/db", `{`, 400, "bad request data", ""},
		{"no dashboard", "POST", "dashboards/db", `{}`, 400, "bad request data", ""},
		{"no title", "POST", "dashboards/db", `{"dashboard":{"title":" "}}`, 400, "Dashboard title cannot be empty", "empty-name"},
		{"long title", "POST", "dashboards/db", `{"dashboard":{"title":"` + strings.Repeat("x", 5001) + `"}}`, 400, "Dashboard title cannot contain more than 5 000 characters", "title-too-long"},
		{"long uid", "POST", "dashboards/db", `{"dashboard":{"title":"x","uid":"` + strings.Repeat("u", 41) + `"}}`, 400, "uid too long, max 40 characters", ""},
		{"odd uid", "POST", "dashboards/db", `{"dashboard":{"title":"x","uid":"a b"}}`, 400, "uid contains illegal characters", ""},
		{"quick refresh", "POST", "dashboards/db", `{"dashboard":{"title":"x","refresh":"1s"}}`, 400, "Dashboard refresh interval is too low", ""},
		{"no folder", "POST", "dashboards/db", `{"dashboard":{"title":"x"},"folderUid":"nope"}`, 400, "folder not found", ""},
		{"no such id", "POST", "dashboards/db", `{"dashboard":{"title":"x","id":99}}`, 404, "Dashboard not found", "not-found"},
		{"unknown dashboard", "DELETE", "dashboards/uid/nope", ``, 404, "Dashboard not found", ""},
		{"unknown folder", "GET", "folders/nope", ``, 404, "folder not found", "not-found"},
		{"untitled folder", "POST", "folders", `{"uid":"g"}`, 400, "folder title cannot be empty", ""},
		{"taken folder", "POST", "folders", `{"uid":"f","title":"G"}`, 409, "a folder/dashboard with the same uid already exists", ""},
		{"stale folder", "PUT", "folders/f", `{"title":"G","version":9}`, 412, "the folder has been changed by someone else", "version-mismatch"},
		{"unknown data source", "GET", "datasources/uid/nope", ``, 404, "Data source not found", ""},
		{"unmodelled call", "GET", "playlists", ``, 501, "The emulator does not model GET /api/playlists of grafana.", ""},
	} {
		got := e.rest(tt.method, "grafana/api/"+tt.path, tt.body).grafanaErr(t, tt.status)
		if got.Message != tt.message || got.Status != tt.word {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
	if got := e.srv.Inventory()["grafanaDashboards"]; got != nil {
		t.Errorf("refused saves left %v", got)
	}
}

func TestGrafanaFoldersAndSearch(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	for _, title := range []string{"b", "a", "c"} {
		e.rest("POST", "grafana/api/folders", `{"uid":"f`+title+`","title":"`+title+`"}`).into(t, 200, &struct{}{})
	}
	e.rest("PUT", "grafana/api/folders/fb", `{"title":"z","version":1}`).into(t, 200, &struct{}{})
	titles := func(path string) []string {
		var hits []struct {
			Title string `json:"title"`
		}
		e.rest("GET", "grafana/api/"+path, "").into(t, 200, &hits)
		out := make([]string, 0, len(hits))
		for _, h := range hits {
			out = append(out, h.Title)
		}
		return out
	}
	if got := titles("folders?limit=2&page=1"); !slices.Equal(got, []string{"a", "c"}) {
		t.Errorf("first page %v", got)
	}
	if got := titles("folders?limit=2&page=2"); !slices.Equal(got, []string{"z"}) {
		t.Errorf("second page %v", got)
	}
	var made savedGrafana
	e.rest("POST", saveGrafana, `{"dashboard":{"title":"Inside"},"folderUid":"fa"}`).into(t, 200, &made)
	if len(made.UID) != 14 {
		t.Errorf("assigned uid %q", made.UID)
	}
	e.rest("POST", saveGrafana, `{"dashboard":{"title":"Outside"}}`).into(t, 200, &made)
	if got := titles("search?type=dash-db&folderUIDs=fa"); !slices.Equal(got, []string{"Inside"}) {
		t.Errorf("in the folder %v", got)
	}
	if got := titles("search?query=SIDE"); !slices.Equal(got, []string{"Inside", "Outside"}) {
		t.Errorf("by text %v", got)
	}
	e.rest("DELETE", "grafana/api/folders/fa", "").into(t, 200, &struct{}{})
	if got := titles("search?type=dash-db"); !slices.Equal(got, []string{"Outside"}) {
		t.Errorf("a deleted folder leaves %v", got)
	}
}

func TestGrafanaLookups(t *testing.T) {
	t.Parallel()
	c := start(t, emulator.Options{}).grafana()
	sources, err := c.Datasources.GetDataSources()
	if err != nil || len(sources.GetPayload()) != 2 {
		t.Fatalf("%+v, %v", sources, err)
	}
	for uid, typ := range map[string]string{"prometheus": "prometheus", "bigquery": "grafana-bigquery-datasource"} {
		got, err := c.Datasources.GetDataSourceByUID(uid)
		if err != nil || got.GetPayload().Type != typ || got.GetPayload().IsDefault != (uid == "prometheus") {
			t.Errorf("%s: %+v, %v", uid, got, err)
		}
	}
	if got, err := c.Health.GetHealth(); err != nil || got.GetPayload().Database != "ok" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := c.Org.GetCurrentOrg(); err != nil || got.GetPayload().Name != "Main Org." {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestGrafanaFaultsAndRequests(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	e.srv.InjectFaults(
		emulator.Fault{Host: "grafana", RPC: "PostDashboard", Status: http.StatusUnauthorized},
		emulator.Fault{Host: "grafana", RPC: "PostDashboard", Status: http.StatusServiceUnavailable, Message: "busy", RetryAfter: emulator.Duration(3 * time.Second)},
		emulator.Fault{Host: "grafana", RPC: "PostDashboard", After: true, Drop: true},
	)
	const body = `{"dashboard":{"uid":"d","title":"D"},"message":"see https://u:hunter2@example.com/"}`
	if got := e.rest("POST", saveGrafana, body).grafanaErr(t, 401); got.Message != "Invalid API key" || got.MessageID != "api-key.invalid" || got.StatusCode != 401 {
		t.Errorf("%+v", got)
	}
	busy := e.rest("POST", saveGrafana, body)
	if got := busy.grafanaErr(t, 503); got.Message != "busy" || busy.header.Get("Retry-After") != "3" {
		t.Errorf("%+v, %v", got, busy.header)
	}
	if _, err := e.tryRest("POST", saveGrafana, body); err == nil {
		t.Error("a dropped reply arrived")
	}
	if got := e.srv.Inventory()["grafanaDashboards"]; !slices.Equal(got, []string{"d"}) {
		t.Errorf("committed before the drop: %v", got)
	}
	e.rest("GET", "grafana/api/dashboards/uid/d?"+url.Values{"key": {"s3cret"}}.Encode(), "").into(t, 200, &struct{}{})
	log := e.srv.Requests()
	if len(log) != 4 || log[3].RPC != "GetDashboardByUID" || log[3].Resource != "d" || log[3].Host != "grafana" || log[0].Status != 401 {
		t.Errorf("%+v", log)
	}
	raw, err := json.Marshal(log)
	if err != nil || strings.Contains(string(raw), "s3cret") || strings.Contains(string(raw), "hunter2") {
		t.Errorf("a secret in the log: %s, %v", raw, err)
	}
}
