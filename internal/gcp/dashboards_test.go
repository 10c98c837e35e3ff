package gcp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

// dashboardFake serves the dashboards of project p, whose number is 42: like
// the service it names the project by its number in every reply, fills in
// fields and guards updates by an etag.
type dashboardFake struct {
	*httptest.Server

	pageSize int // at most so many in a page; 0 means as asked

	mu     sync.Mutex
	stored map[string]*dashboardpb.Dashboard // by id
	order  []string
	etag   int
	counts map[string]int
	query  []string
	bodies []string
	// before may answer the nth request of an operation; it reports whether it did.
	before func(w http.ResponseWriter, r *http.Request, op string, n int) bool
	// after may spoil the reply to the nth, once it is committed.
	after func(w http.ResponseWriter, op string, n int) bool
}

func newDashboardFake(t *testing.T) *dashboardFake {
	t.Helper()
	f := &dashboardFake{stored: map[string]*dashboardpb.Dashboard{}, counts: map[string]int{}}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *dashboardFake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rest, ok := strings.CutPrefix(r.URL.Path, "/v1/projects/p/dashboards")
	if !ok {
		refuse(w, 404, "NOT_FOUND", "no such path "+r.URL.Path)
		return
	}
	id := strings.TrimPrefix(rest, "/")
	op := map[string]string{"POST": "Create", "PATCH": "Update", "DELETE": "Delete", "GET": "Get"}[r.Method]
	if id == "" && op == "Get" {
		op = "List"
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	f.mu.Lock()
	f.counts[op]++
	n := f.counts[op]
	f.query = append(f.query, r.URL.RawQuery)
	f.bodies = append(f.bodies, string(body))
	f.mu.Unlock()
	if f.before != nil && f.before(w, r, op, n) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	reply := f.serve(w, r, op, id, body)
	if reply == nil || f.after != nil && f.after(w, op, n) {
		return
	}
	b, err := protojson.MarshalOptions{UseEnumNumbers: true}.Marshal(reply)
	if err != nil {
		panic(err)
	}
	write(w, json.RawMessage(b))
}

// serve returns the reply, or nil when it has refused.
func (f *dashboardFake) serve(w http.ResponseWriter, r *http.Request, op, id string, body []byte) proto.Message {
	sent := &dashboardpb.Dashboard{}
	if op == "Create" || op == "Update" {
		if err := protojson.Unmarshal(body, sent); err != nil {
			refuse(w, 400, "INVALID_ARGUMENT", err.Error())
			return nil
		}
	}
	switch op {
	case "Create":
		id = sent.GetName()[strings.LastIndex(sent.GetName(), "/")+1:]
		if f.stored[id] != nil {
			refuse(w, 409, "ALREADY_EXISTS", "Requested entity already exists")
			return nil
		}
		return f.put(id, sent)
	case "List":
		size, _ := strconv.Atoi(r.URL.Query().Get("pageSize"))
		if f.pageSize > 0 {
			size = min(size, f.pageSize)
		}
		start, _ := strconv.Atoi(r.URL.Query().Get("pageToken"))
		end := min(start+size, len(f.order))
		page := &dashboardpb.ListDashboardsResponse{}
		for _, id := range f.order[start:end] {
			page.Dashboards = append(page.Dashboards, f.stored[id])
		}
		if end < len(f.order) {
			page.NextPageToken = strconv.Itoa(end)
		}
		return page
	}
	standing := f.stored[id]
	if standing == nil {
		refuse(w, 404, "NOT_FOUND", "Requested entity was not found.")
		return nil
	}
	switch op {
	case "Update":
		if sent.GetEtag() != standing.GetEtag() {
			refuse(w, 409, "ABORTED", "The etag does not match.")
			return nil
		}
		return f.put(id, sent)
	case "Delete":
		delete(f.stored, id)
		f.order = slices.DeleteFunc(f.order, func(s string) bool { return s == id })
		return &dashboardpb.ListDashboardsResponse{}
	}
	return standing
}

func (f *dashboardFake) put(id string, d *dashboardpb.Dashboard) *dashboardpb.Dashboard {
	d = proto.CloneOf(d)
	f.etag++
	d.Name, d.Etag = "projects/42/dashboards/"+id, fmt.Sprintf("etag-%d", f.etag)
	for _, tile := range d.GetMosaicLayout().GetTiles() {
		if text := tile.GetWidget().GetText(); text != nil && text.GetStyle() == nil {
			text.Style = &dashboardpb.Text_TextStyle{}
		}
	}
	if f.stored[id] == nil {
		f.order = append(f.order, id)
	}
	f.stored[id] = d
	return d
}

// add stores n dashboards and returns their names as the caller spells them.
func (f *dashboardFake) add(n int) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	names := make([]string, 0, n)
	for range n {
		id := fmt.Sprintf("d%d", len(f.order))
		f.put(id, board(id))
		names = append(names, "projects/p/dashboards/"+id)
	}
	return names
}

func (f *dashboardFake) count(op string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.counts[op]
}

func (f *dashboardFake) requests() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.query)
}

func (f *dashboardFake) client(t *testing.T) *gcp.Client {
	t.Helper()
	clk := clock.NewVirtual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	c, err := gcp.New(gcp.Config{
		AccessToken: "token-1", Clock: clk, Seed: 1, RequestTimeout: 10 * time.Second,
		Endpoints: map[string]string{"monitoring": f.URL},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func board(title string) *dashboardpb.Dashboard {
	return &dashboardpb.Dashboard{
		DisplayName: title,
		Labels:      map[string]string{"team": "sre"},
		Layout: &dashboardpb.Dashboard_MosaicLayout{MosaicLayout: &dashboardpb.MosaicLayout{Columns: 48, Tiles: []*dashboardpb.MosaicLayout_Tile{{
			Width: 24, Height: 16,
			Widget: &dashboardpb.Widget{Content: &dashboardpb.Widget_Text{Text: &dashboardpb.Text{Content: "hello", Format: dashboardpb.Text_MARKDOWN}}},
		}}}},
	}
}

func TestDashboardReadsCoalesce(t *testing.T) {
	t.Parallel()
	f := newDashboardFake(t)
	names := f.add(500)
	c := f.client(t)
	for range 2 {
		var wg sync.WaitGroup
		for _, name := range names {
			wg.Go(func() {
				d, err := c.Dashboards().Get(t.Context(), name)
				if err != nil || d.GetName() != name || !strings.HasSuffix(name, "/"+d.GetDisplayName()) {
					t.Errorf("got %v, %v for %s", d, err, name)
					return
				}
				d.DisplayName = "changed by a reader" // Must not reach another one.
			})
		}
		wg.Wait()
	}
	if got := f.requests(); got > 4 {
		t.Errorf("1000 reads of 500 dashboards took %d requests", got)
	}
	for _, q := range f.query {
		if !strings.Contains(q, "enum-encoding%3Dint") {
			t.Errorf("enums were not asked for as numbers: %s", q)
		}
	}
}

func TestDashboardPages(t *testing.T) {
	t.Parallel()
	f := newDashboardFake(t)
	f.pageSize = 3
	names := f.add(10)
	c := f.client(t)
	list, err := c.Dashboards().List(t.Context(), "p")
	if err != nil || f.count("List") != 4 {
		t.Fatalf("%v after %d pages", err, f.count("List"))
	}
	got := make([]string, 0, len(list))
	for _, d := range list {
		got = append(got, d.GetName())
	}
	if !slices.Equal(got, names) {
		t.Errorf("got %v, want %v", got, names)
	}
}

func TestMissingDashboardIsConfirmed(t *testing.T) {
	t.Parallel()
	f := newDashboardFake(t)
	names := f.add(5)
	c := f.client(t)
	for _, name := range names {
		if _, err := c.Dashboards().Get(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	gets := f.count("Get")
	if _, err := c.Dashboards().Get(t.Context(), "projects/p/dashboards/none"); !gcp.IsNotFound(err) || f.count("Get") != gets+1 {
		t.Errorf("got %v after %d more gets", err, f.count("Get")-gets)
	}
}

func TestDashboardCreate(t *testing.T) {
	t.Parallel()
	f := newDashboardFake(t)
	c := f.client(t)
	sent := board("mine")
	made, err := c.Dashboards().Create(t.Context(), "p", "", sent)
	if err != nil {
		t.Fatal(err)
	}
	id, ok := strings.CutPrefix(made.GetName(), "projects/p/dashboards/")
	if !ok || id == "" || made.GetEtag() == "" || made.GetLabels()[gcp.CreateIDLabel] == "" || made.GetLabels()["team"] != "sre" {
		t.Errorf("got %v", made)
	}
	if sent.GetName() != "" || len(sent.GetLabels()) != 1 {
		t.Errorf("the caller's dashboard was changed: %v", sent)
	}
	if !strings.Contains(f.bodies[0], `"format":1`) {
		t.Errorf("sent %s", f.bodies[0])
	}
	chosen, err := c.Dashboards().Create(t.Context(), "p", "platform-health", board("x"))
	if err != nil || chosen.GetName() != "projects/p/dashboards/platform-health" || f.requests() != 2 {
		t.Errorf("got %v, %v after %d requests", chosen, err, f.requests())
	}
}

func TestDashboardCreateWhoseReplyIsLost(t *testing.T) {
	t.Parallel()
	lose := map[string]func(http.ResponseWriter){
		"dropped": drop,
		"cut":     cut,
		"503":     func(w http.ResponseWriter) { refuse(w, 503, "UNAVAILABLE", "x") },
		"500":     func(w http.ResponseWriter) { refuse(w, 500, "INTERNAL", "x") },
	}
	for name, spoil := range lose {
		for _, id := range []string{"", "chosen"} {
			t.Run(strings.TrimSpace(name+" "+id), func(t *testing.T) {
				t.Parallel()
				f := newDashboardFake(t)
				f.after = func(w http.ResponseWriter, op string, n int) bool {
					if op == "Create" && n == 1 {
						spoil(w)
						return true
					}
					return false
				}
				c := f.client(t)
				made, err := c.Dashboards().Create(t.Context(), "p", id, board("mine"))
				if err != nil || len(f.order) != 1 || made.GetName() != "projects/p/dashboards/"+f.order[0] || f.count("Create") != 1 {
					t.Errorf("got %v, %v; %v stand after %d creates", made, err, f.order, f.count("Create"))
				}
			})
		}
	}
}

// TestDashboardThatShowsLate has the look after a lost reply come before what
// was made can be read: the second create is then refused.
func TestDashboardThatShowsLate(t *testing.T) {
	t.Parallel()
	f := newDashboardFake(t)
	f.after = func(w http.ResponseWriter, op string, n int) bool {
		if op == "Create" && n == 1 {
			drop(w)
			return true
		}
		return false
	}
	f.before = func(w http.ResponseWriter, _ *http.Request, op string, n int) bool {
		if op == "Get" && n == 1 {
			refuse(w, 404, "NOT_FOUND", "Requested entity was not found.")
			return true
		}
		return false
	}
	c := f.client(t)
	made, err := c.Dashboards().Create(t.Context(), "p", "late", board("mine"))
	if err != nil || made.GetName() != "projects/p/dashboards/late" || len(f.order) != 1 || f.count("Create") != 2 {
		t.Errorf("got %v, %v; %v stand after %d creates", made, err, f.order, f.count("Create"))
	}
}

func TestDashboardIDThatIsTaken(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]func(w http.ResponseWriter){
		"at once":                nil,
		"after a lost request":   drop,
		"after an unclear reply": func(w http.ResponseWriter) { refuse(w, 503, "UNAVAILABLE", "x") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newDashboardFake(t)
			taken := f.add(1)[0]
			f.before = func(w http.ResponseWriter, _ *http.Request, op string, n int) bool {
				if op != "Create" || n > 1 || first == nil {
					return false
				}
				first(w)
				return true
			}
			c := f.client(t)
			_, err := c.Dashboards().Create(t.Context(), "p", "d0", board("mine"))
			if !gcp.IsAlreadyExists(err) || !gcp.IsConflict(err) {
				t.Errorf("got %v", err)
			}
			if d, err := c.Dashboards().Fresh(t.Context(), taken); err != nil || d.GetDisplayName() != "d0" {
				t.Errorf("the other's dashboard is now %v, %v", d, err)
			}
		})
	}
}

func TestDashboardUpdate(t *testing.T) {
	t.Parallel()
	f := newDashboardFake(t)
	name := f.add(1)[0]
	c := f.client(t)
	d, err := c.Dashboards().Fresh(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	d.DisplayName = "renamed"
	updated, err := c.Dashboards().Update(t.Context(), d)
	if err != nil || updated.GetDisplayName() != "renamed" || updated.GetName() != name || updated.GetEtag() == d.GetEtag() {
		t.Fatalf("got %v, %v", updated, err)
	}
	d.DisplayName = "by a stale etag"
	if _, err := c.Dashboards().Update(t.Context(), d); !gcp.IsConflict(err) || gcp.IsAlreadyExists(err) || f.count("Update") != 2 {
		t.Errorf("got %v after %d updates: a stale etag must not be tried again", err, f.count("Update"))
	}
}

func TestDashboardUpdateWhoseReplyIsLost(t *testing.T) {
	t.Parallel()
	for name, foreign := range map[string]bool{"ours stands": false, "someone else was faster": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newDashboardFake(t)
			board0 := f.add(1)[0]
			f.after = func(w http.ResponseWriter, op string, n int) bool {
				if op != "Update" || n > 1 {
					return false
				}
				if foreign {
					f.put("d0", board("theirs"))
				}
				drop(w)
				return true
			}
			c := f.client(t)
			d, err := c.Dashboards().Fresh(t.Context(), board0)
			if err != nil {
				t.Fatal(err)
			}
			d.DisplayName = "ours"
			updated, err := c.Dashboards().Update(t.Context(), d)
			if foreign && !gcp.IsConflict(err) {
				t.Errorf("got %v, %v: theirs was lost", updated, err)
			}
			if !foreign && (err != nil || updated.GetDisplayName() != "ours" || updated.GetName() != board0) {
				t.Errorf("got %v, %v", updated, err)
			}
		})
	}
}

func TestDashboardDelete(t *testing.T) {
	t.Parallel()
	f := newDashboardFake(t)
	name := f.add(1)[0]
	c := f.client(t)
	for range 2 { // The second time it is not there.
		if err := c.Dashboards().Delete(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	if len(f.order) != 0 {
		t.Errorf("%v stand", f.order)
	}
}

func TestDashboardTwin(t *testing.T) {
	t.Parallel()
	f := newDashboardFake(t)
	f.add(3) // Not ours: without the label.
	before := f.client(t)
	made, err := before.Dashboards().Create(t.Context(), "p", "", board("mine"))
	if err != nil {
		t.Fatal(err)
	}
	c := f.client(t)
	f.mu.Lock()
	f.query = nil
	f.mu.Unlock()
	if got := c.Dashboards().Twin(t.Context(), "p", board("mine")); got != made.GetName() {
		t.Errorf("got %q, want %q", got, made.GetName())
	}
	for _, other := range []*dashboardpb.Dashboard{board("yours"), board("d0")} {
		if got := c.Dashboards().Twin(t.Context(), "p", other); got != "" {
			t.Errorf("%s has the twin %q", other.GetDisplayName(), got)
		}
	}
	moved := board("mine")
	moved.GetMosaicLayout().GetTiles()[0].XPos = 24
	if got := c.Dashboards().Twin(t.Context(), "p", moved); got != "" {
		t.Errorf("a moved tile has the twin %q", got)
	}
	if f.requests() != 1 {
		t.Errorf("four looks took %d requests", f.requests())
	}
}

func TestDashboardCallsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	stopped := errors.New("stopped by hand")
	calls := map[string]func(ctx context.Context, d *gcp.Dashboards) error{
		"Get": func(ctx context.Context, d *gcp.Dashboards) error {
			_, err := d.Get(ctx, "projects/p/dashboards/d0")
			return err
		},
		"List": func(ctx context.Context, d *gcp.Dashboards) error { _, err := d.List(ctx, "p"); return err },
		"Create": func(ctx context.Context, d *gcp.Dashboards) error {
			_, err := d.Create(ctx, "p", "", board("x"))
			return err
		},
		"Delete": func(ctx context.Context, d *gcp.Dashboards) error { return d.Delete(ctx, "projects/p/dashboards/d0") },
		"Update": func(ctx context.Context, d *gcp.Dashboards) error {
			b := board("x")
			b.Name, b.Etag = "projects/p/dashboards/d0", "etag-1"
			_, err := d.Update(ctx, b)
			return err
		},
	}
	for op, call := range calls {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			f := newDashboardFake(t)
			f.add(1)
			ctx, cancel := context.WithCancelCause(t.Context())
			f.before = func(_ http.ResponseWriter, r *http.Request, _ string, _ int) bool {
				cancel(stopped)
				<-r.Context().Done()
				return true
			}
			c := f.client(t)
			guard := time.AfterFunc(5*time.Second, func() { panic(op + " outlived its cancel by 5 s") })
			defer guard.Stop()
			if err := call(ctx, c.Dashboards()); !errors.Is(err, stopped) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestDashboardListFailsOver(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]func(w http.ResponseWriter){
		"denied":          func(w http.ResponseWriter) { refuse(w, 403, "PERMISSION_DENIED", "no list") },
		"not implemented": func(w http.ResponseWriter) { refuse(w, 501, "UNIMPLEMENTED", "no list") },
		"too large":       func(w http.ResponseWriter) { _, _ = io.CopyN(w, endless{}, 65<<20) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newDashboardFake(t)
			names := f.add(6)
			f.before = func(w http.ResponseWriter, _ *http.Request, op string, _ int) bool {
				if op == "List" {
					refusal(w)
				}
				return op == "List"
			}
			c := f.client(t)
			for _, name := range names {
				if _, err := c.Dashboards().Get(t.Context(), name); err != nil {
					t.Fatal(err)
				}
			}
			if f.count("List") != 1 || f.count("Get") != len(names) {
				t.Errorf("%d lists and %d gets", f.count("List"), f.count("Get"))
			}
		})
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
