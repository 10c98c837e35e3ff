package emulator

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
)

// grafanaLookupKind serves what can only be read: data sources, the search, the
// organisation and the health.
var grafanaLookupKind = kind{
	name: "grafanaDataSources", host: grafanaHost, errorForm: grafanaErrorForm,
	routes: func(s *Server) []route {
		g := grafana{s: s}
		search := []string{"query", "tag", "type", "folderUIDs", "dashboardUIDs", "limit", "page", "sort", "permission", "starred", "deleted"}
		return []route{
			{method: "GET", path: "/api/datasources", rpc: "GetDataSources", handle: g.listDataSources},
			{method: "GET", path: "/api/datasources/uid/{uid}", rpc: "GetDataSourceByUID", handle: g.getDataSource},
			{method: "GET", path: "/api/datasources/name/{name}", rpc: "GetDataSourceByName", handle: g.getDataSource},
			{method: "GET", path: "/api/search", rpc: "Search", query: search, handle: g.search},
			{method: "GET", path: "/api/org", rpc: "GetCurrentOrg", handle: g.org},
			{method: "GET", path: "/api/health", rpc: "GetHealth", handle: g.health},
		}
	},
}

// grafanaDataSource is a data source. Two stand in every emulated Grafana; no
// query goes through them.
type grafanaDataSource struct {
	ID          int64          `json:"id"`
	UID         string         `json:"uid"`
	OrgID       int64          `json:"orgId"`
	Name        string         `json:"name"`
	Type        string         `json:"type"`
	TypeName    string         `json:"typeName,omitempty"`
	TypeLogoURL string         `json:"typeLogoUrl"`
	Access      string         `json:"access"`
	URL         string         `json:"url"`
	User        string         `json:"user"`
	Database    string         `json:"database"`
	BasicAuth   bool           `json:"basicAuth"`
	IsDefault   bool           `json:"isDefault"`
	JSONData    map[string]any `json:"jsonData"`
	ReadOnly    bool           `json:"readOnly"`
}

func grafanaDataSources() []grafanaDataSource {
	return []grafanaDataSource{
		{
			ID: 2, UID: "bigquery", OrgID: grafanaOrg, Name: "BigQuery", Type: "grafana-bigquery-datasource", TypeName: "Google BigQuery",
			TypeLogoURL: "public/plugins/grafana-bigquery-datasource/img/logo.svg", Access: "proxy",
			JSONData: map[string]any{"authenticationType": "gce"},
		},
		{
			ID: 1, UID: "prometheus", OrgID: grafanaOrg, Name: "Prometheus", Type: "prometheus", TypeName: "Prometheus",
			TypeLogoURL: "public/app/plugins/datasource/prometheus/img/prometheus_logo.svg", Access: "proxy",
			URL: "http://prometheus.invalid", IsDefault: true, JSONData: map[string]any{"httpMethod": "POST"},
		},
	}
}

// listDataSources lists the data sources by name.
func (g grafana) listDataSources(context.Context, *restRequest) (any, error) {
	return grafanaDataSources(), nil
}

// getDataSource returns one by uid or name. Unlike the list it holds what one
// needs to connect, and no name of the type.
func (g grafana) getDataSource(_ context.Context, r *restRequest) (any, error) {
	for _, d := range grafanaDataSources() {
		if d.UID != r.vars["uid"] && d.Name != r.vars["name"] {
			continue
		}
		d.TypeName, d.TypeLogoURL = "", ""
		return struct {
			grafanaDataSource
			BasicAuthUser    string          `json:"basicAuthUser"`
			WithCredentials  bool            `json:"withCredentials"`
			SecureJSONFields map[string]bool `json:"secureJsonFields"`
			Version          int64           `json:"version"`
			APIVersion       string          `json:"apiVersion"`
		}{grafanaDataSource: d, SecureJSONFields: map[string]bool{}, Version: 1}, nil
	}
	return nil, grafanaFailure(http.StatusNotFound, "", "Data source not found")
}

// grafanaHit is one result of a search.
type grafanaHit struct {
	ID          uint64   `json:"id"`
	OrgID       int64    `json:"orgId"`
	UID         string   `json:"uid"`
	Title       string   `json:"title"`
	URI         string   `json:"uri"`
	URL         string   `json:"url"`
	Slug        string   `json:"slug"`
	Type        string   `json:"type"`
	Tags        []string `json:"tags"`
	IsStarred   bool     `json:"isStarred"`
	FolderID    uint64   `json:"folderId,omitempty"`
	FolderUID   string   `json:"folderUid,omitempty"`
	FolderTitle string   `json:"folderTitle,omitempty"`
	FolderURL   string   `json:"folderUrl,omitempty"`
	SortMeta    int64    `json:"sortMeta"`
	IsDeleted   bool     `json:"isDeleted"`
}

// search finds folders and dashboards, folders first and then by title.
func (g grafana) search(_ context.Context, r *restRequest) (any, error) {
	for _, name := range []string{"starred", "deleted", "sort"} {
		if v := r.query.Get(name); v != "" && v != "false" && v != "alpha-asc" {
			return nil, notModelled("the search parameter %s=%s", name, v)
		}
	}
	var hits []grafanaHit
	if kind := r.query.Get("type"); kind != "dash-db" {
		found, err := g.folderHits()
		if err != nil {
			return nil, err
		}
		hits = append(hits, found...)
	}
	if kind := r.query.Get("type"); kind != "dash-folder" {
		hits = append(hits, g.dashboardHits()...)
	}
	text := strings.ToLower(r.query.Get("query"))
	hits = slices.DeleteFunc(hits, func(h grafanaHit) bool {
		if !strings.Contains(strings.ToLower(h.Title), text) {
			return true
		}
		if uids := r.query["dashboardUIDs"]; len(uids) > 0 && !slices.Contains(uids, h.UID) {
			return true
		}
		folder := cmp.Or(h.FolderUID, "general")
		if uids := r.query["folderUIDs"]; len(uids) > 0 && !slices.Contains(uids, folder) {
			return true
		}
		return slices.ContainsFunc(r.query["tag"], func(tag string) bool { return !slices.Contains(h.Tags, tag) })
	})
	slices.SortStableFunc(hits, func(a, b grafanaHit) int {
		if c := cmp.Compare(b.Type, a.Type); c != 0 {
			return c // dash-folder before dash-db
		}
		return cmp.Compare(a.Title, b.Title)
	})
	if hits == nil {
		hits = []grafanaHit{}
	}
	return grafanaPage(hits, r.query), nil
}

func (g grafana) folderHits() ([]grafanaHit, error) {
	var hits []grafanaHit
	for _, e := range g.s.store.List(kindGrafanaFolder, "") {
		f := &grafanaFolder{}
		if err := decode(e.Value, f); err != nil {
			return nil, err
		}
		hits = append(hits, grafanaHit{
			ID: e.Sequence, OrgID: grafanaOrg, UID: e.Name, Title: f.Title, URI: "db/" + grafanaSlug(f.Title),
			URL: grafanaFolderURL(e.Name, f.Title), Type: "dash-folder", Tags: []string{},
		})
	}
	return hits, nil
}

func (g grafana) dashboardHits() []grafanaHit {
	var hits []grafanaHit
	for _, listed := range g.s.store.List(kindGrafanaDashboard, "") {
		d, e, err := g.loadGrafanaDashboard(listed.Name)
		if err != nil {
			continue // deleted since the list was made
		}
		hit := grafanaHit{
			ID: e.Sequence, OrgID: grafanaOrg, UID: e.Name, Title: d.title(), URI: "db/" + grafanaSlug(d.title()),
			URL: grafanaDashboardURL(e.Name, d.title()), Type: "dash-db", Tags: []string{},
		}
		if tags, ok := d.Data["tags"].([]any); ok {
			for _, tag := range tags {
				if text, ok := tag.(string); ok {
					hit.Tags = append(hit.Tags, text)
				}
			}
		}
		if d.FolderUID != "" {
			f, fe, err := g.loadFolder(d.FolderUID)
			if err != nil {
				continue
			}
			hit.FolderID, hit.FolderUID, hit.FolderTitle, hit.FolderURL = fe.Sequence, fe.Name, f.Title, grafanaFolderURL(fe.Name, f.Title)
		}
		hits = append(hits, hit)
	}
	return hits
}

func (g grafana) org(context.Context, *restRequest) (any, error) {
	return map[string]any{
		"id": grafanaOrg, "name": "Main Org.",
		"address": map[string]string{"address1": "", "address2": "", "city": "", "zipCode": "", "state": "", "country": ""},
	}, nil
}

func (g grafana) health(context.Context, *restRequest) (any, error) {
	return map[string]string{"database": "ok", "version": "12.0.0", "commit": "emulator"}, nil
}
