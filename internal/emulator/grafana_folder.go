package emulator

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator/store"
)

const kindGrafanaFolder = "grafanaFolders"

// grafanaFolderKind serves the folders of Grafana, by uid. Folders in folders
// are not modelled.
var grafanaFolderKind = kind{
	name: kindGrafanaFolder, host: grafanaHost, collection: true, errorForm: grafanaErrorForm,
	routes: func(s *Server) []route {
		g := grafana{s: s}
		return []route{
			{method: "GET", path: "/api/folders", rpc: "GetFolders", query: []string{"limit", "page", "parentUid", "permission"}, handle: g.listFolders},
			{method: "POST", path: "/api/folders", rpc: "CreateFolder", handle: g.createFolder},
			{method: "GET", path: "/api/folders/{uid}", rpc: "GetFolderByUID", handle: g.getFolder},
			{method: "PUT", path: "/api/folders/{uid}", rpc: "UpdateFolder", handle: g.updateFolder},
			{method: "DELETE", path: "/api/folders/{uid}", rpc: "DeleteFolder", query: []string{"forceDeleteRules"}, handle: g.deleteFolder},
		}
	},
}

// grafanaFolder is a stored folder.
type grafanaFolder struct {
	Title   string    `json:"title"`
	Version int64     `json:"version"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
}

func grafanaFolderURL(uid, title string) string {
	return grafanaSubPath + "/dashboards/f/" + uid + "/" + grafanaSlug(title)
}

func (g grafana) loadFolder(uid string) (*grafanaFolder, store.Entry, error) {
	e, err := g.s.store.Get(kindGrafanaFolder, uid)
	if absent(err) {
		return nil, e, grafanaFailure(http.StatusNotFound, "not-found", "folder not found")
	}
	if err != nil {
		return nil, e, err
	}
	f := &grafanaFolder{}
	return f, e, decode(e.Value, f)
}

func showFolder(f *grafanaFolder, e store.Entry) any {
	return map[string]any{
		"id": e.Sequence, "uid": e.Name, "orgId": grafanaOrg, "title": f.Title, "url": grafanaFolderURL(e.Name, f.Title),
		"hasAcl": false, "canSave": true, "canEdit": true, "canAdmin": true, "canDelete": true,
		"createdBy": grafanaAnonymous, "created": f.Created, "updatedBy": grafanaAnonymous, "updated": f.Updated, "version": f.Version,
	}
}

// folderCommand is the body of POST and PUT of a folder.
type folderCommand struct {
	UID       string `json:"uid"`
	Title     string `json:"title"`
	ParentUID string `json:"parentUid"`
	Version   int64  `json:"version"`
	Overwrite bool   `json:"overwrite"`
}

func (g grafana) createFolder(_ context.Context, r *restRequest) (any, error) {
	var cmd folderCommand
	if err := grafanaBody(r, &cmd); err != nil {
		return nil, err
	}
	switch {
	case cmd.ParentUID != "":
		return nil, notModelled("folders in folders")
	case cmd.Title == "":
		return nil, grafanaFailure(http.StatusBadRequest, "", "folder title cannot be empty")
	case cmd.UID == "general":
		return nil, grafanaFailure(http.StatusBadRequest, "", "invalid uid for folder provided")
	}
	if err := checkGrafanaUID(cmd.UID); err != nil {
		return nil, err
	}
	if cmd.UID == "" {
		cmd.UID = g.newGrafanaUID()
	}
	f := &grafanaFolder{Title: cmd.Title, Version: 1, Created: g.s.now(), Updated: g.s.now()}
	raw, err := encode(f)
	if err != nil {
		return nil, err
	}
	e, err := g.s.store.Create(kindGrafanaFolder, "", cmd.UID, raw)
	if raced(err) {
		return nil, grafanaFailure(http.StatusConflict, "", "a folder/dashboard with the same uid already exists")
	}
	if err != nil {
		return nil, err
	}
	return showFolder(f, e), nil
}

func (g grafana) getFolder(_ context.Context, r *restRequest) (any, error) {
	f, e, err := g.loadFolder(r.vars["uid"])
	if err != nil {
		return nil, err
	}
	return showFolder(f, e), nil
}

func (g grafana) updateFolder(_ context.Context, r *restRequest) (any, error) {
	var cmd folderCommand
	if err := grafanaBody(r, &cmd); err != nil {
		return nil, err
	}
	f, e, err := g.loadFolder(r.vars["uid"])
	if err != nil {
		return nil, err
	}
	changed := grafanaFailure(http.StatusPreconditionFailed, "version-mismatch", "the folder has been changed by someone else")
	switch {
	case cmd.Title == "":
		return nil, grafanaFailure(http.StatusBadRequest, "", "folder title cannot be empty")
	case !cmd.Overwrite && cmd.Version != f.Version:
		return nil, changed
	}
	f.Title, f.Updated, f.Version = cmd.Title, g.s.now(), f.Version+1
	if err := g.s.update(kindGrafanaFolder, e.Name, e.Version, f); err != nil {
		if raced(err) {
			return nil, changed
		}
		return nil, err
	}
	return showFolder(f, e), nil
}

// deleteFolder removes a folder with the dashboards in it.
func (g grafana) deleteFolder(_ context.Context, r *restRequest) (any, error) {
	_, e, err := g.loadFolder(r.vars["uid"])
	if err != nil {
		return nil, err
	}
	for _, d := range g.s.store.List(kindGrafanaDashboard, "") {
		dashboard, de, err := g.loadGrafanaDashboard(d.Name)
		if err != nil || dashboard.FolderUID != e.Name {
			continue
		}
		if err := g.s.store.Delete(kindGrafanaDashboard, de.Name, 0); err != nil && !absent(err) {
			return nil, err
		}
	}
	if err := g.s.store.Delete(kindGrafanaFolder, e.Name, 0); err != nil && !absent(err) {
		return nil, err
	}
	return map[string]any{"message": "Folder deleted"}, nil
}

// listFolders lists the folders at the root by title.
func (g grafana) listFolders(_ context.Context, r *restRequest) (any, error) {
	if r.query.Get("parentUid") != "" {
		return nil, notModelled("folders in folders")
	}
	type hit struct {
		ID    uint64 `json:"id"`
		UID   string `json:"uid"`
		Title string `json:"title"`
	}
	hits := []hit{}
	for _, e := range g.s.store.List(kindGrafanaFolder, "") {
		f := &grafanaFolder{}
		if err := decode(e.Value, f); err != nil {
			return nil, err
		}
		hits = append(hits, hit{ID: e.Sequence, UID: e.Name, Title: f.Title})
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.Title, b.Title) })
	return grafanaPage(hits, r.query), nil
}

// grafanaPage cuts a page by the limit (1000 by default) and the page from 1.
func grafanaPage[T any](items []T, query url.Values) []T {
	limit, page := 1000, 1
	if n, err := strconv.Atoi(query.Get("limit")); err == nil && n > 0 {
		limit = min(n, 5000)
	}
	if n, err := strconv.Atoi(query.Get("page")); err == nil && n > 0 {
		page = n
	}
	start := min(min(page-1, len(items))*limit, len(items))
	return items[start:min(start+limit, len(items))]
}
