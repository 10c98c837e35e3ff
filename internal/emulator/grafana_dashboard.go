package emulator

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator/store"
)

const kindGrafanaDashboard = "grafanaDashboards"

// grafanaDashboardKind serves the dashboards of Grafana, by uid.
var grafanaDashboardKind = kind{
	name: kindGrafanaDashboard, host: grafanaHost, collection: true, errorForm: grafanaErrorForm,
	routes: func(s *Server) []route {
		g := grafana{s: s}
		return []route{
			{method: "POST", path: "/api/dashboards/db", rpc: "PostDashboard", handle: g.saveDashboard},
			{method: "GET", path: "/api/dashboards/uid/{uid}", rpc: "GetDashboardByUID", handle: g.getDashboard},
			{method: "DELETE", path: "/api/dashboards/uid/{uid}", rpc: "DeleteDashboardByUID", handle: g.deleteDashboard},
		}
	},
}

// Limits of Grafana's dashboards: characters, and the shortest refresh of a
// server that is configured as it comes.
const (
	maxGrafanaTitle   = 5000
	maxGrafanaMessage = 500
	minGrafanaRefresh = 5 * time.Second
)

// grafanaDashboard is a stored dashboard. Its numeric id is the number of its
// creation in the store.
type grafanaDashboard struct {
	FolderUID string    `json:"folderUid,omitempty"`
	Version   int64     `json:"version"`
	Created   time.Time `json:"created"`
	Updated   time.Time `json:"updated"`
	// Data is the model as it was sent, without the id and the version.
	Data map[string]any `json:"data"`
}

func (d *grafanaDashboard) title() string {
	title, _ := d.Data["title"].(string)
	return title
}

func grafanaDashboardURL(uid, title string) string {
	return grafanaSubPath + "/d/" + uid + "/" + grafanaSlug(title)
}

// loadGrafanaDashboard returns a dashboard with its entry in the store.
func (g grafana) loadGrafanaDashboard(uid string) (*grafanaDashboard, store.Entry, error) {
	e, err := g.s.store.Get(kindGrafanaDashboard, uid)
	if absent(err) {
		return nil, e, grafanaFailure(http.StatusNotFound, "", "Dashboard not found")
	}
	if err != nil {
		return nil, e, err
	}
	d := &grafanaDashboard{}
	dec := json.NewDecoder(strings.NewReader(string(e.Value)))
	dec.UseNumber()
	return d, e, dec.Decode(d)
}

func (g grafana) getDashboard(_ context.Context, r *restRequest) (any, error) {
	d, e, err := g.loadGrafanaDashboard(r.vars["uid"])
	if err != nil {
		return nil, err
	}
	model := d.Data
	model["id"], model["uid"], model["version"] = e.Sequence, e.Name, d.Version
	meta := map[string]any{
		"type": "db", "canSave": true, "canEdit": true, "canAdmin": true, "canStar": false, "canDelete": true,
		"slug": grafanaSlug(d.title()), "url": grafanaDashboardURL(e.Name, d.title()), "expires": "0001-01-01T00:00:00Z",
		"created": d.Created, "updated": d.Updated, "createdBy": grafanaAnonymous, "updatedBy": grafanaAnonymous,
		"version": d.Version, "hasAcl": false, "isFolder": false, "folderId": 0, "folderUid": "", "folderTitle": grafanaGeneral, "folderUrl": "",
		"provisioned": false, "provisionedExternalId": "",
	}
	if d.FolderUID != "" {
		f, fe, err := g.loadFolder(d.FolderUID)
		if err != nil {
			return nil, err
		}
		meta["folderId"], meta["folderUid"], meta["folderTitle"], meta["folderUrl"] = fe.Sequence, fe.Name, f.Title, grafanaFolderURL(fe.Name, f.Title)
	}
	return map[string]any{"dashboard": model, "meta": meta}, nil
}

func (g grafana) deleteDashboard(_ context.Context, r *restRequest) (any, error) {
	d, e, err := g.loadGrafanaDashboard(r.vars["uid"])
	if err != nil {
		return nil, err
	}
	if err := g.s.store.Delete(kindGrafanaDashboard, e.Name, 0); err != nil && !absent(err) {
		return nil, err
	}
	return map[string]any{"title": d.title(), "message": "Dashboard " + d.title() + " deleted", "uid": e.Name}, nil
}

// saveDashboardCommand is the body of POST /api/dashboards/db.
type saveDashboardCommand struct {
	Dashboard map[string]any `json:"dashboard"`
	FolderUID string         `json:"folderUid"`
	FolderID  int64          `json:"folderId"`
	Message   string         `json:"message"`
	Overwrite bool           `json:"overwrite"`
	IsFolder  bool           `json:"isFolder"`
}

// saveDashboard creates or replaces a dashboard. Without overwrite the version
// in the model has to be the stored one.
func (g grafana) saveDashboard(_ context.Context, r *restRequest) (any, error) {
	var cmd saveDashboardCommand
	if err := grafanaBody(r, &cmd); err != nil {
		return nil, err
	}
	if err := g.checkSave(&cmd); err != nil {
		return nil, err
	}
	model := cmd.Dashboard
	uid, _ := model["uid"].(string)
	sent, versioned := number(model["version"])
	id, byID := number(model["id"])
	if byID && id != 0 {
		found, err := g.uidOf(id)
		if err != nil {
			return nil, err
		}
		if uid != "" && uid != found {
			return nil, notModelled("a change of a dashboard's uid")
		}
		uid = found
	}
	next := &grafanaDashboard{FolderUID: cmd.FolderUID, Data: model, Version: 1, Created: g.s.now(), Updated: g.s.now()}
	if uid == "" {
		uid = g.newGrafanaUID()
	}
	model["uid"] = uid
	delete(model, "id")
	delete(model, "version")
	for {
		saved, err := g.saveOnce(uid, next, cmd.Overwrite, sent, versioned)
		if raced(err) {
			continue
		}
		return saved, err
	}
}

// saveOnce stores a dashboard unless another request gets ahead of it.
func (g grafana) saveOnce(uid string, next *grafanaDashboard, overwrite bool, sent int64, versioned bool) (any, error) {
	before, e, err := g.loadGrafanaDashboard(uid)
	if err != nil && httpStatusOf(err) != http.StatusNotFound {
		return nil, err
	}
	if before == nil {
		next.Version = 1
		raw, err := encode(next)
		if err != nil {
			return nil, err
		}
		if e, err = g.s.store.Create(kindGrafanaDashboard, next.FolderUID, uid, raw); err != nil {
			return nil, err
		}
		return savedDashboard(e, next), nil
	}
	if !overwrite && (!versioned || sent != before.Version) {
		return nil, grafanaFailure(http.StatusPreconditionFailed, "version-mismatch", "The dashboard has been changed by someone else")
	}
	next.Version, next.Created = before.Version+1, before.Created
	if err := g.s.update(kindGrafanaDashboard, uid, e.Version, next); err != nil {
		return nil, err
	}
	return savedDashboard(e, next), nil
}

func savedDashboard(e store.Entry, d *grafanaDashboard) any {
	return map[string]any{
		"id": e.Sequence, "uid": e.Name, "url": grafanaDashboardURL(e.Name, d.title()), "status": "success",
		"version": d.Version, "slug": grafanaSlug(d.title()), "folderUid": d.FolderUID,
	}
}

// checkSave applies the rules on a save, in the order of Grafana's server.
func (g grafana) checkSave(cmd *saveDashboardCommand) error {
	if cmd.Dashboard == nil {
		return grafanaFailure(http.StatusBadRequest, "", "bad request data")
	}
	if cmd.IsFolder {
		return grafanaFailure(http.StatusBadRequest, "", "Use folders endpoint for saving folders.")
	}
	if cmd.FolderID != 0 {
		return notModelled("folders by their numeric id")
	}
	title, _ := cmd.Dashboard["title"].(string)
	title = strings.TrimSpace(title)
	cmd.Dashboard["title"] = title
	switch {
	case title == "":
		return grafanaFailure(http.StatusBadRequest, "empty-name", "Dashboard title cannot be empty")
	case utf8.RuneCountInString(title) > maxGrafanaTitle:
		return grafanaFailure(http.StatusBadRequest, "title-too-long", "Dashboard title cannot contain more than 5 000 characters")
	case utf8.RuneCountInString(cmd.Message) > maxGrafanaMessage:
		return grafanaFailure(http.StatusBadRequest, "", "message too long, max 500 characters")
	}
	uid, _ := cmd.Dashboard["uid"].(string)
	if err := checkGrafanaUID(uid); err != nil {
		return err
	}
	refresh, _ := cmd.Dashboard["refresh"].(string)
	if err := checkRefresh(refresh); err != nil {
		return err
	}
	if cmd.FolderUID == "general" {
		cmd.FolderUID = ""
	}
	if cmd.FolderUID == "" {
		return nil
	}
	if _, err := g.s.store.Get(kindGrafanaFolder, cmd.FolderUID); err != nil {
		return grafanaFailure(http.StatusBadRequest, "", "folder not found")
	}
	return nil
}

var refreshInterval = regexp.MustCompile(`^([0-9]+)(ms|[smhdwMy])$`)

func checkRefresh(refresh string) error {
	if refresh == "" || refresh == "auto" {
		return nil
	}
	parts := refreshInterval.FindStringSubmatch(refresh)
	if parts == nil {
		return grafanaFailure(http.StatusInternalServerError, "", "Failed to save dashboard")
	}
	n, err := strconv.ParseInt(parts[1], 10, 32)
	if err != nil {
		return grafanaFailure(http.StatusInternalServerError, "", "Failed to save dashboard")
	}
	unit := map[string]time.Duration{
		"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": day, "w": 7 * day, "M": 30 * day, "y": 365 * day,
	}[parts[2]]
	if time.Duration(n)*unit < minGrafanaRefresh {
		return grafanaFailure(http.StatusBadRequest, "", "Dashboard refresh interval is too low")
	}
	return nil
}

// uidOf finds a dashboard by its numeric id.
func (g grafana) uidOf(id int64) (string, error) {
	for _, e := range g.s.store.List(kindGrafanaDashboard, "") {
		if strconv.FormatUint(e.Sequence, 10) == strconv.FormatInt(id, 10) {
			return e.Name, nil
		}
	}
	return "", grafanaFailure(http.StatusNotFound, "not-found", "Dashboard not found")
}

// number returns the whole number that a JSON value holds.
func number(v any) (int64, bool) {
	text, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := text.Float64()
	return int64(f), err == nil
}
