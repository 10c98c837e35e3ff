package grafana_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/cortx-platform/terraform-provider-cortx/internal/grafana"
)

const page = `{"uid":"cortx","title":"x","panels":[{"id":1,"type":"stat","big":12345678901234567890,"ratio":1.10}]}`

// TestDashboardLife: a dashboard is saved, read with its numbers as they were
// written, saved again, and deleted, twice.
func TestDashboardLife(t *testing.T) {
	t.Parallel()
	s, c, _ := start(t, grafana.Config{})
	uid, url, version, err := c.SaveDashboard(t.Context(), page, "ops", false, "by Terraform")
	if err != nil || uid != "cortx" || version != 1 || !strings.HasSuffix(url, "/grafana/d/cortx/x") || !strings.HasPrefix(url, "http://127.0.0.1") {
		t.Fatalf("saved as %q at %q, version %d: %v", uid, url, version, err)
	}
	if m := s.saved["cortx"].message; m != "by Terraform" {
		t.Errorf("the history says %q", m)
	}
	text, meta, err := c.GetDashboard(t.Context(), "cortx")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"12345678901234567890", "1.10"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
	if meta.FolderUID != "ops" || meta.Version != 1 || meta.URL != url {
		t.Errorf("%+v", meta)
	}
	if _, _, version, err = c.SaveDashboard(t.Context(), text, "", true, ""); err != nil || version != 2 {
		t.Errorf("saved as version %d: %v", version, err)
	}
	for range 2 {
		if err := c.DeleteDashboard(t.Context(), "cortx"); err != nil {
			t.Error(err)
		}
	}
	if _, _, err := c.GetDashboard(t.Context(), "cortx"); !grafana.IsNotFound(err) || grafana.IsUnavailable(err) || !strings.Contains(err.Error(), "Dashboard not found") {
		t.Errorf("a deleted dashboard: %v", err)
	}
}

// TestVersions: without overwrite a save needs the version that stands.
func TestVersions(t *testing.T) {
	t.Parallel()
	_, c, _ := start(t, grafana.Config{})
	save := func(text string) error {
		_, _, _, err := c.SaveDashboard(t.Context(), text, "", false, "")
		return err
	}
	if err := save(page); err != nil {
		t.Fatal(err)
	}
	if err := save(page); !grafana.IsConflict(err) || !strings.Contains(err.Error(), "changed by someone else") || !strings.Contains(err.Error(), "version-mismatch") {
		t.Errorf("saved over another: %v", err)
	}
	for version, conflict := range map[int64]bool{1: false, 7: true} {
		text, err := grafana.WithVersion(page, version)
		if err != nil {
			t.Fatal(err)
		}
		if err := save(text); grafana.IsConflict(err) != conflict {
			t.Errorf("version %d: %v", version, err)
		}
	}
	for _, bad := range []string{"", "[]", "null", "{} {}", "{"} {
		if _, err := grafana.WithVersion(bad, 1); err == nil {
			t.Errorf("%q has a version now", bad)
		}
		if err := save(bad); err == nil {
			t.Errorf("%q was saved", bad)
		}
	}
}

// TestLookups finds the folder and the data source there are, and no others.
func TestLookups(t *testing.T) {
	t.Parallel()
	_, c, _ := start(t, grafana.Config{})
	folder, err := c.GetFolder(t.Context(), "ops")
	if err != nil || folder.Title != "Operations" || !strings.HasPrefix(folder.URL, "http://") {
		t.Errorf("%+v, %v", folder, err)
	}
	source, err := c.GetDataSource(t.Context(), "prom")
	if err != nil || source != (grafana.DataSource{UID: "prom", Name: "Managed Prometheus", Type: "prometheus", Default: true}) {
		t.Errorf("%+v, %v", source, err)
	}
	_, folderErr := c.GetFolder(t.Context(), "other")
	_, sourceErr := c.GetDataSource(t.Context(), "other")
	_, _, _, saveErr := c.SaveDashboard(t.Context(), page, "other", true, "")
	for _, err := range []error{folderErr, sourceErr, saveErr} {
		if !grafana.IsNotFound(err) {
			t.Errorf("what is not there: %v", err)
		}
	}
}

// TestAuth: the credentials, the organisation and the program's name go with
// each request.
func TestAuth(t *testing.T) {
	t.Parallel()
	for auth, want := range map[string]string{
		"":                  "",
		"glsa_abc":          "Bearer glsa_abc",
		"admin:pass:word ä": "Basic " + base64.StdEncoding.EncodeToString([]byte("admin:pass:word ä")),
	} {
		s, c, _ := start(t, grafana.Config{Auth: auth, OrgID: 3, UserAgent: "cortx/1"})
		if _, err := c.GetFolder(t.Context(), "ops"); err != nil {
			t.Fatal(err)
		}
		h := s.requests[0].header
		if h.Get("Authorization") != want || h.Get("X-Grafana-Org-Id") != "3" || h.Get("User-Agent") != "cortx/1" {
			t.Errorf("%q: %v", auth, h)
		}
	}
}

// TestConfigs: what can't work is refused without the credentials in the words.
func TestConfigs(t *testing.T) {
	t.Parallel()
	for _, cfg := range []grafana.Config{
		{},
		{URL: "grafana.example.com"},
		{URL: "ftp://x"},
		{URL: "https://"},
		{URL: "https://u:canary@x"},
		{URL: "https://x?canary=1"},
		{URL: "https://u:canary@[::1"},
		{URL: "https://x", Auth: "canary\n"},
		{URL: "https://x", OrgID: -1},
	} {
		c, err := grafana.New(cfg)
		if err == nil || c != nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
	if _, err := grafana.New(grafana.Config{URL: " https://x/grafana/ "}); err != nil {
		t.Error(err)
	}
}

// TestBadUIDs: a UID that would lead elsewhere in the API is never sent.
func TestBadUIDs(t *testing.T) {
	t.Parallel()
	s, c, _ := start(t, grafana.Config{})
	for _, uid := range []string{"", ".", "..", "a/b", "a?b", `a\b`, "a%2fb"} {
		err := c.DeleteDashboard(t.Context(), uid)
		if err == nil || grafana.IsNotFound(err) || grafana.IsUnavailable(err) {
			t.Errorf("%q: %v", uid, err)
		}
	}
	if sent := s.sent(); len(sent) > 0 {
		t.Errorf("sent %v", sent)
	}
}

// failing answers the first n requests with a status, and its headers.
func failing(n, status int, header http.Header) func(http.ResponseWriter, *http.Request, string) bool {
	return func(w http.ResponseWriter, _ *http.Request, _ string) bool {
		if n--; n < 0 {
			return false
		}
		for key, values := range header {
			w.Header()[key] = values
		}
		reply(w, status, `{"message":"not now"}`)
		return true
	}
}

// TestRetries: what may pass later is sent again, after the time that Grafana
// asks for; what won't is not.
func TestRetries(t *testing.T) {
	t.Parallel()
	get := func(c *grafana.Client) error { _, err := c.GetFolder(t.Context(), "ops"); return err }
	save := func(text string) func(c *grafana.Client) error {
		return func(c *grafana.Client) error {
			_, _, _, err := c.SaveDashboard(t.Context(), text, "", true, "")
			return err
		}
	}
	const anonymous = `{"title":"x"}`
	for name, c := range map[string]struct {
		call   func(c *grafana.Client) error
		fail   int
		status int
		after  string
		sent   int
		ok     bool
		waited time.Duration // at least
	}{
		"429 with a time":        {get, 2, 429, "20", 3, true, 40 * time.Second},
		"503":                    {get, 3, 503, "", 4, true, 0},
		"502 of a save":          {save(page), 1, 502, "", 2, true, 0},
		"502 without a uid":      {save(anonymous), 1, 502, "", 1, false, 0},
		"429 without a uid":      {save(anonymous), 1, 429, "", 2, true, 0},
		"500 for ever":           {get, 99, 500, "", 8, false, 0},
		"a time beyond patience": {get, 99, 503, "3600", 1, false, 0},
		"501":                    {get, 1, 501, "", 1, false, 0},
		"400":                    {get, 1, 400, "", 1, false, 0},
		"401":                    {get, 1, 401, "", 1, false, 0},
		"403":                    {get, 1, 403, "", 1, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, client, clk := start(t, grafana.Config{})
			header := http.Header{}
			if c.after != "" {
				header.Set("Retry-After", c.after)
			}
			s.before = failing(c.fail, c.status, header)
			err := c.call(client)
			if (err == nil) != c.ok || len(s.sent()) != c.sent {
				t.Errorf("%v after %v", err, s.sent())
			}
			if waited := clk.Now().Sub(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)); waited < c.waited || waited > 5*time.Minute {
				t.Errorf("waited %s", waited)
			}
			if err == nil {
				return
			}
			if !strings.Contains(err.Error(), "not now") {
				t.Errorf("Grafana's words are not in %v", err)
			}
			if got, want := grafana.IsUnavailable(err), c.status >= 500 || c.status == 429; got != want {
				t.Errorf("unavailable: %t for %d", got, c.status)
			}
			if got, want := grafana.IsUnauthorized(err), c.status == 401 || c.status == 403; got != want {
				t.Errorf("unauthorised: %t for %d", got, c.status)
			}
		})
	}
}

// TestLostReplyOfACreate: the first attempt takes effect, and its reply is
// lost. The second is refused as a conflict, and what stands is what was sent.
// A dashboard of somebody else stays a conflict.
func TestLostReplyOfACreate(t *testing.T) {
	t.Parallel()
	for name, own := range map[string]bool{"own": true, "foreign": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, c, _ := start(t, grafana.Config{})
			lost := false
			s.before = func(w http.ResponseWriter, r *http.Request, body string) bool {
				if lost || r.Method != http.MethodPost {
					return false
				}
				lost = true
				if !own {
					body = strings.Replace(body, `"title":"x"`, `"title":"theirs"`, 1)
				}
				s.mu.Lock()
				s.save(httptest.NewRecorder(), body)
				s.mu.Unlock()
				panic(http.ErrAbortHandler)
			}
			uid, url, version, err := c.SaveDashboard(t.Context(), page, "", false, "")
			if own && (err != nil || uid != "cortx" || version != 1 || !strings.HasSuffix(url, "/d/cortx/x")) {
				t.Errorf("%q at %q, version %d: %v", uid, url, version, err)
			}
			if !own && !grafana.IsConflict(err) {
				t.Errorf("somebody else's dashboard: %v", err)
			}
		})
	}
}

// TestNotGrafana: a login page, a redirect, an empty answer and half an answer
// are errors that say so, and are not sent again where that mends nothing.
func TestNotGrafana(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter)
		want   string
	}{
		"a login page": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprint(w, "<html>Sign in</html>")
		}, "not JSON"},
		"a redirect": {func(w http.ResponseWriter) {
			w.Header().Set("Location", "https://elsewhere.example.com/login?token=canary")
			w.WriteHeader(302)
		}, "redirect to https://elsewhere.example.com/login:"},
		"no JSON":      {func(w http.ResponseWriter) { reply(w, 200, `{"dash`) }, "not JSON"},
		"no dashboard": {func(w http.ResponseWriter) { reply(w, 200, `{}`) }, "no dashboard"},
		"a list":       {func(w http.ResponseWriter) { reply(w, 200, `[1]`) }, "could not be read"},
		"null":         {func(w http.ResponseWriter) { reply(w, 200, `null`) }, "no dashboard"},
		"a proxy's no": {func(w http.ResponseWriter) { http.Error(w, "denied by policy", http.StatusForbidden) }, "denied by policy"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, client, _ := start(t, grafana.Config{Auth: "canary"})
			s.before = func(w http.ResponseWriter, _ *http.Request, _ string) bool { c.answer(w); return true }
			_, _, err := client.GetDashboard(t.Context(), "cortx")
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "canary") || grafana.IsNotFound(err) {
				t.Errorf("%v", err)
			}
			if sent := s.sent(); len(sent) != 1 {
				t.Errorf("sent %v", sent)
			}
			if _, _, _, err := client.SaveDashboard(t.Context(), page, "", true, ""); err == nil {
				t.Error("a save was taken for done")
			}
		})
	}
}

// TestUnreachable: nobody listens.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	_, _, clk := start(t, grafana.Config{})
	c, err := grafana.New(grafana.Config{URL: gone.URL, Clock: clk, Auth: "canary"})
	if err != nil {
		t.Fatal(err)
	}
	err = c.DeleteDashboard(t.Context(), "cortx")
	if !grafana.IsUnavailable(err) || grafana.IsNotFound(err) || !strings.Contains(err.Error(), "8 attempts") {
		t.Errorf("%v", err)
	}
}

// TestCancel: a read ends with its caller. A save that is under way may finish:
// then it counts, and otherwise it is cut off soon after.
func TestCancel(t *testing.T) {
	t.Parallel()
	cause := errors.New("interrupted")
	t.Run("a read", func(t *testing.T) {
		t.Parallel()
		s, c, _ := start(t, grafana.Config{})
		ctx, cancel := context.WithCancelCause(t.Context())
		s.before = func(_ http.ResponseWriter, r *http.Request, _ string) bool {
			cancel(cause)
			<-r.Context().Done()
			return true
		}
		_, _, err := c.GetDashboard(ctx, "cortx")
		if !errors.Is(err, cause) || !grafana.IsUnavailable(err) {
			t.Errorf("%v", err)
		}
	})
	t.Run("a save that finishes", func(t *testing.T) {
		t.Parallel()
		s, c, _ := start(t, grafana.Config{})
		ctx, cancel := context.WithCancelCause(t.Context())
		s.before = func(http.ResponseWriter, *http.Request, string) bool { cancel(cause); return false }
		if _, _, version, err := c.SaveDashboard(ctx, page, "", true, ""); err != nil || version != 1 {
			t.Errorf("version %d: %v", version, err)
		}
	})
	t.Run("a save that hangs", func(t *testing.T) {
		t.Parallel()
		s, c, _ := start(t, grafana.Config{})
		ctx, cancel := context.WithCancelCause(t.Context())
		s.before = func(_ http.ResponseWriter, r *http.Request, _ string) bool {
			cancel(cause)
			<-r.Context().Done()
			return true
		}
		if _, _, _, err := c.SaveDashboard(ctx, page, "", true, ""); !errors.Is(err, cause) {
			t.Errorf("%v", err)
		}
	})
	t.Run("between attempts", func(t *testing.T) {
		t.Parallel()
		s, c, _ := start(t, grafana.Config{})
		ctx, cancel := context.WithCancelCause(t.Context())
		s.before = func(w http.ResponseWriter, _ *http.Request, _ string) bool {
			reply(w, 503, `{}`)
			cancel(cause)
			return true
		}
		if err := c.DeleteDashboard(ctx, "cortx"); !errors.Is(err, cause) || len(s.sent()) != 1 {
			t.Errorf("%v after %v", err, s.sent())
		}
	})
}

// TestSecretsStayHere: no error and no line of the log has the credentials,
// even when Grafana repeats them, and debugging by the environment is off.
func TestSecretsStayHere(t *testing.T) {
	t.Setenv("SWAGGER_DEBUG", "1")
	t.Setenv("DEBUG", "1")
	for _, auth := range []string{"glsa_canary", "admin:canary"} {
		var log bytes.Buffer
		ctx := tflogtest.RootLogger(t.Context(), &log)
		s, c, _ := start(t, grafana.Config{Auth: auth})
		n := 0
		s.before = func(w http.ResponseWriter, r *http.Request, _ string) bool {
			if n++; n == 1 {
				return false
			}
			said, err := json.Marshal(map[string]string{"message": "bad header " + r.Header.Get("Authorization") + " for " + auth, "status": auth})
			if err != nil {
				return false
			}
			reply(w, []int{500, 401}[n%2], string(said))
			return true
		}
		_, _, _, saveErr := c.SaveDashboard(ctx, page, "", true, "")
		_, folderErr := c.GetFolder(ctx, "ops")
		if saveErr != nil || folderErr == nil {
			t.Fatalf("%v, %v", saveErr, folderErr)
		}
		for what, text := range map[string]string{"the error": folderErr.Error(), "the error's parts": fmt.Sprintf("%#v", folderErr), "the log": log.String()} {
			for _, secret := range []string{auth, "canary", base64.StdEncoding.EncodeToString([]byte(auth))} {
				if strings.Contains(text, secret) {
					t.Errorf("%s has %q: %s", what, secret, text)
				}
			}
		}
		if !strings.Contains(log.String(), "/api/folders/ops") {
			t.Errorf("the calls are not in the log: %s", log.String())
		}
	}
}
