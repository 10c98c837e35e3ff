package gcp_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/api/pubsub/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

const (
	topic = "projects/p/topics/alerts"
	agent = "serviceAccount:service-42@gcp-sa-monitoring-notification.iam.gserviceaccount.com"
)

// restFake serves the project p and the IAM policy of one topic, under etag.
type restFake struct {
	*httptest.Server

	mu      sync.Mutex
	policy  pubsub.Policy
	etag    int
	counts  map[string]int
	headers []http.Header
	// before may answer the nth request of an operation; it reports whether it did.
	before func(w http.ResponseWriter, op string, n int) bool
	// after may spoil the reply to the nth, once it is committed.
	after func(w http.ResponseWriter, op string, n int) bool
}

func newRESTFake(t *testing.T) *restFake {
	t.Helper()
	f := &restFake{counts: map[string]int{}}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *restFake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	op := "GetProject"
	if _, verb, ok := strings.Cut(r.URL.Path, ":"); ok {
		op = verb
	}
	f.mu.Lock()
	f.counts[op]++
	n := f.counts[op]
	f.headers = append(f.headers, r.Header)
	f.mu.Unlock()
	if f.before != nil && f.before(w, op, n) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var reply any = map[string]string{"name": "projects/42", "projectId": "p"}
	switch op {
	case "getIamPolicy":
		reply = f.current()
	case "setIamPolicy":
		var req pubsub.SetIamPolicyRequest
		if err := json.NewDecoder(r.Body).Decode(&req); err != nil || req.Policy == nil {
			refuse(w, 400, "INVALID_ARGUMENT", "no policy")
			return
		}
		if req.Policy.Etag != f.current().Etag {
			refuse(w, 409, "ABORTED", "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.")
			return
		}
		f.policy, f.etag = *req.Policy, f.etag+1
		reply = f.current()
	}
	if f.after != nil && f.after(w, op, n) {
		return
	}
	write(w, reply)
}

func (f *restFake) current() *pubsub.Policy {
	p := f.policy
	p.Etag = fmt.Sprintf("etag-%d", f.etag)
	return &p
}

func (f *restFake) edit(change func(*pubsub.Policy)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(&f.policy)
	f.etag++
}

func (f *restFake) count(op string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.counts[op]
}

func (f *restFake) client(t *testing.T, edit ...func(*gcp.Config)) (*gcp.Client, *clock.Virtual) {
	t.Helper()
	clk := clock.NewVirtual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	cfg := gcp.Config{
		AccessToken: "token-1", Clock: clk, Seed: 1, RequestTimeout: 10 * time.Second, UserAgent: "cortx/1",
		Endpoints: map[string]string{"pubsub": f.URL + "/v1/", "cloudresourcemanager": f.URL + "/v3/"},
	}
	for _, e := range edit {
		e(&cfg)
	}
	c, err := gcp.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c, clk
}

func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // The client is gone: nothing to tell it.
}

func refuse(w http.ResponseWriter, code int, status, message string) {
	w.WriteHeader(code)
	write(w, map[string]any{"error": map[string]any{"code": code, "status": status, "message": message}})
}

// drop closes the connection without a reply.
func drop(w http.ResponseWriter) {
	h, ok := w.(http.Hijacker)
	if !ok {
		panic("the server can't drop connections")
	}
	conn, _, err := h.Hijack()
	if err != nil {
		panic(err)
	}
	_ = conn.Close()
}

// cut sends half of a reply.
func cut(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, `{"bindings":[`)
}

func TestGrantAndRevokePublisher(t *testing.T) {
	t.Parallel()
	f := newRESTFake(t)
	other := &pubsub.Binding{Role: "roles/pubsub.viewer", Members: []string{"user:a@example.com"}}
	conditional := &pubsub.Binding{Role: "roles/pubsub.publisher", Members: []string{"user:b@example.com", agent}, Condition: &pubsub.Expr{Expression: "request.time < timestamp(\"2030-01-01T00:00:00Z\")"}}
	f.policy = pubsub.Policy{Bindings: []*pubsub.Binding{other, conditional}}
	c, _ := f.client(t)
	topics := c.Topics()
	if has, err := topics.HasPublisher(t.Context(), topic, "p"); has || err != nil {
		t.Fatalf("got %t, %v", has, err)
	}
	for i, want := range []bool{true, false} {
		if added, err := topics.GrantPublisher(t.Context(), topic, "p"); added != want || err != nil {
			t.Errorf("grant %d: %t, %v", i, added, err)
		}
	}
	if has, err := topics.HasPublisher(t.Context(), topic, "p"); !has || err != nil {
		t.Errorf("got %t, %v", has, err)
	}
	if b := f.policy.Bindings; len(b) != 3 || b[0].Members[0] != "user:a@example.com" || b[1].Condition == nil || b[2].Members[0] != agent || f.policy.Version != 3 {
		t.Errorf("policy after the grant: %+v", f.policy)
	}
	for range 2 {
		if err := topics.RevokePublisher(t.Context(), topic, "p"); err != nil {
			t.Error(err)
		}
	}
	if b := f.policy.Bindings; len(b) != 2 || b[1].Condition == nil {
		t.Errorf("policy after the revoke: %+v", f.policy)
	}
	if got := f.count("setIamPolicy"); got != 2 {
		t.Errorf("%d writes, want 2", got)
	}
	if got := f.count("GetProject"); got != 1 {
		t.Errorf("asked for the project number %d times", got)
	}
}

func TestGrantUnderConflict(t *testing.T) {
	t.Parallel()
	f := newRESTFake(t)
	f.before = func(_ http.ResponseWriter, op string, n int) bool {
		if op == "setIamPolicy" && n <= 3 {
			f.edit(func(p *pubsub.Policy) {
				p.Bindings = append(p.Bindings, &pubsub.Binding{Role: fmt.Sprintf("roles/r%d", n), Members: []string{"user:x@example.com"}})
			})
		}
		return false
	}
	c, clk := f.client(t)
	added, err := c.Topics().GrantPublisher(t.Context(), topic, "p")
	if !added || err != nil {
		t.Fatalf("got %t, %v", added, err)
	}
	if len(f.policy.Bindings) != 4 || f.count("getIamPolicy") != 4 || f.count("setIamPolicy") != 4 {
		t.Errorf("policy %+v after %d reads, %d writes", f.policy, f.count("getIamPolicy"), f.count("setIamPolicy"))
	}
	if len(clk.Slept()) == 0 {
		t.Error("no wait between conflicts")
	}
}

func TestGrantGivesUpOnEndlessConflict(t *testing.T) {
	t.Parallel()
	f := newRESTFake(t)
	f.before = func(w http.ResponseWriter, op string, _ int) bool {
		if op == "setIamPolicy" {
			refuse(w, 409, "ABORTED", "busy")
			return true
		}
		return false
	}
	c, _ := f.client(t)
	if _, err := c.Topics().GrantPublisher(t.Context(), topic, "p"); !gcp.IsConflict(err) || f.count("setIamPolicy") != 10 {
		t.Errorf("got %v after %d writes", err, f.count("setIamPolicy"))
	}
}

func TestGrantWhoseReplyIsLost(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(http.ResponseWriter){"dropped": drop, "cut": cut} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newRESTFake(t)
			f.after = func(w http.ResponseWriter, op string, n int) bool {
				if op != "setIamPolicy" || n > 1 {
					return false
				}
				spoil(w)
				return true
			}
			c, _ := f.client(t)
			added, err := c.Topics().GrantPublisher(t.Context(), topic, "p")
			if !added || err != nil {
				t.Errorf("got %t, %v", added, err)
			}
			if b := f.policy.Bindings; len(b) != 1 || !slices.Equal(b[0].Members, []string{agent}) {
				t.Errorf("policy %+v", f.policy)
			}
		})
	}
}

func TestGrantWaitsForANewAgent(t *testing.T) {
	t.Parallel()
	f := newRESTFake(t)
	f.before = func(w http.ResponseWriter, op string, n int) bool {
		if op != "setIamPolicy" || n > 2 {
			return false
		}
		refuse(w, 400, "INVALID_ARGUMENT", "Service account "+agent+" does not exist.")
		return true
	}
	c, _ := f.client(t)
	if added, err := c.Topics().GrantPublisher(t.Context(), topic, "p"); !added || err != nil {
		t.Errorf("got %t, %v", added, err)
	}
}

func TestRESTRetries(t *testing.T) {
	t.Parallel()
	f := newRESTFake(t)
	f.before = func(w http.ResponseWriter, op string, n int) bool {
		if op != "getIamPolicy" {
			return false
		}
		switch n {
		case 1:
			refuse(w, 503, "UNAVAILABLE", "x")
		case 2:
			w.Header().Set("Retry-After", "11")
			refuse(w, 429, "RESOURCE_EXHAUSTED", "too many requests")
		case 3:
			w.WriteHeader(http.StatusGatewayTimeout)
		case 4:
			cut(w)
		default:
			return false
		}
		return true
	}
	c, clk := f.client(t)
	if _, err := c.Topics().HasPublisher(t.Context(), topic, "p"); err != nil {
		t.Fatal(err)
	}
	if got := f.count("getIamPolicy"); got != 5 {
		t.Errorf("%d calls, want 5", got)
	}
	if waits := clk.Slept(); len(waits) < 2 || waits[1] < 11*time.Second {
		t.Errorf("waits %v: the second must be at least 11 s", waits)
	}
}

func TestRESTErrorTellsWhatFailed(t *testing.T) {
	t.Parallel()
	f := newRESTFake(t)
	f.before = func(w http.ResponseWriter, op string, _ int) bool {
		if op == "GetProject" {
			refuse(w, 403, "PERMISSION_DENIED", "The caller does not have permission")
			return true
		}
		return false
	}
	c, _ := f.client(t)
	_, err := c.ProjectNumber(t.Context(), "p")
	want := "GetProject projects/p: PERMISSION_DENIED: The caller does not have permission"
	if !gcp.IsPermissionDenied(err) || err.Error() != want || f.count("GetProject") != 1 {
		t.Errorf("got %v after %d calls", err, f.count("GetProject"))
	}
}

func TestProjectNumber(t *testing.T) {
	t.Parallel()
	f := newRESTFake(t)
	c, _ := f.client(t)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if n, err := c.ProjectNumber(t.Context(), "p"); n != 42 || err != nil {
				t.Errorf("got %d, %v", n, err)
			}
		})
	}
	wg.Wait()
	if n, err := c.ProjectNumber(t.Context(), "77"); n != 77 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	// A caller that comes between the end of one fetch and its own look at
	// what is known may ask again, never fifty times.
	if got := f.count("GetProject"); got < 1 || got > 5 {
		t.Errorf("asked %d times", got)
	}
}
