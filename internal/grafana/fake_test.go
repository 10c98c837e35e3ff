package grafana_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/grafana"
)

// server is a Grafana of one organisation, with dashboards, a folder and a data
// source. It saves as Grafana does: by UID, refusing another version than the
// one that stands unless asked to overwrite.
type server struct {
	mu       sync.Mutex
	saved    map[string]*stored
	requests []request
	// before sees every request first; true ends it there.
	before func(w http.ResponseWriter, r *http.Request, body string) bool
}

type stored struct {
	dashboard map[string]any
	folder    string
	version   int64
	message   string
}

type request struct {
	method, path, body string
	header             http.Header
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	s.requests = append(s.requests, request{r.Method, r.URL.EscapedPath(), string(body), r.Header.Clone()})
	before := s.before
	s.mu.Unlock()
	if before != nil && before(w, r, string(body)) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/grafana")
	switch {
	case r.Method == http.MethodPost && path == "/api/dashboards/db":
		s.save(w, string(body))
	case strings.HasPrefix(path, "/api/dashboards/uid/"):
		s.dashboard(w, r.Method, strings.TrimPrefix(path, "/api/dashboards/uid/"))
	case path == "/api/folders/ops":
		reply(w, 200, `{"uid":"ops","title":"Operations","url":"/grafana/dashboards/f/ops/operations"}`)
	case path == "/api/datasources/uid/prom":
		reply(w, 200, `{"uid":"prom","name":"Managed Prometheus","type":"prometheus","isDefault":true,"jsonData":{"x":1}}`)
	default:
		reply(w, 404, `{"message":"Not found","messageId":"x.notFound","statusCode":404}`)
	}
}

func (s *server) save(w http.ResponseWriter, body string) {
	var cmd struct {
		Dashboard map[string]any
		FolderUID string `json:"folderUid"`
		Overwrite bool
		Message   string
	}
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&cmd); err != nil {
		reply(w, 400, `{"message":"bad request data"}`)
		return
	}
	if cmd.FolderUID != "" && cmd.FolderUID != "ops" {
		reply(w, 404, `{"message":"folder not found"}`)
		return
	}
	uid, _ := cmd.Dashboard["uid"].(string)
	if uid == "" {
		uid = fmt.Sprintf("made%d", len(s.saved))
	}
	version := int64(0)
	if n, ok := cmd.Dashboard["version"].(json.Number); ok {
		version, _ = n.Int64()
	}
	old := s.saved[uid]
	if old != nil && !cmd.Overwrite && old.version != version {
		reply(w, 412, `{"message":"The dashboard has been changed by someone else","status":"version-mismatch"}`)
		return
	}
	next := int64(1)
	if old != nil {
		next = old.version + 1
	}
	cmd.Dashboard["uid"], cmd.Dashboard["id"], cmd.Dashboard["version"] = uid, 41, next
	s.saved[uid] = &stored{cmd.Dashboard, cmd.FolderUID, next, cmd.Message}
	reply(w, 200, fmt.Sprintf(`{"id":41,"uid":%q,"url":"/grafana/d/%s/x","status":"success","version":%d,"slug":"x"}`, uid, uid, next))
}

func (s *server) dashboard(w http.ResponseWriter, method, uid string) {
	found := s.saved[uid]
	if found == nil {
		reply(w, 404, `{"message":"Dashboard not found","status":"not-found"}`)
		return
	}
	if method == http.MethodDelete {
		delete(s.saved, uid)
		reply(w, 200, `{"title":"x","message":"Dashboard x deleted","id":41}`)
		return
	}
	text, err := json.Marshal(map[string]any{
		"dashboard": found.dashboard,
		"meta":      map[string]any{"folderUid": found.folder, "url": "/grafana/d/" + uid + "/x", "version": found.version},
	})
	if err != nil {
		reply(w, 500, `{}`)
		return
	}
	reply(w, 200, string(text))
}

func reply(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// sent returns the requests so far, as METHOD path.
func (s *server) sent() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, r := range s.requests {
		list = append(list, r.method+" "+r.path)
	}
	return list
}

// start runs a server at a sub-path, and a client of it.
func start(t *testing.T, cfg grafana.Config) (*server, *grafana.Client, *clock.Virtual) {
	t.Helper()
	s := &server{saved: map[string]*stored{}}
	listening := httptest.NewServer(s)
	t.Cleanup(listening.Close)
	clk := clock.NewVirtual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	cfg.URL, cfg.Clock = listening.URL+"/grafana", clk
	client, err := grafana.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s, client, clk
}
