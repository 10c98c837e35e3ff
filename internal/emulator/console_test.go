package emulator_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

func TestConsoleTellsWhatToDoWhenEmpty(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	page := e.rest(http.MethodGet, "", "")
	if page.status != http.StatusOK || !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") {
		t.Fatalf("page: %d %s", page.status, page.header.Get("Content-Type"))
	}
	for _, want := range []string{"Nothing stands here yet", "export CORTX_EMULATOR_HOST=" + e.srv.Addr(), "make demo", "No request yet."} {
		if !strings.Contains(string(page.body), want) {
			t.Errorf("the empty page lacks %q", want)
		}
	}
	if e.rest(http.MethodPost, "", "").status != http.StatusMethodNotAllowed {
		t.Error("the page takes a POST")
	}
	if len(e.srv.Requests()) != 0 {
		t.Errorf("the console is in the request log: %v", e.srv.Requests())
	}
}

func TestConsoleShowsAndEscapes(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	const script = `<script>alert("x")</script>`
	ch := pagerduty("0123456789abcdef")
	ch.DisplayName = script + " channel"
	made, err := e.channels().CreateNotificationChannel(t.Context(), createChannel(ch))
	if err != nil {
		t.Fatal(err)
	}
	p := cpuPolicy(script + " policy")
	p.NotificationChannels = []string{made.GetName()}
	p.UserLabels = map[string]string{"cortx_priority": "p0", "cortx_sla_response": "15m", "cortx_sla_resolution": "1h", "suite": "ai"}
	p.Documentation = &monitoringpb.AlertPolicy_Documentation{
		MimeType: "text/markdown", Content: "# Title\n\n**P0, platform down.** Tenants see failures. " + script + "\n\n## Triage\n\nLook at the deployment.",
		Links: []*monitoringpb.AlertPolicy_Documentation_Link{{DisplayName: "Dashboard", Url: "https://example.com/d"}},
	}
	create(t.Context(), t, e.policies(), p)
	e.rest(http.MethodGet, "monitoring.googleapis.com/v3/projects/p/alertPolicies/"+"%3Cscript%3E", "")
	page := e.rest(http.MethodGet, "", "")
	body := string(page.body)
	// The page's own script is the only one.
	if n := strings.Count(body, "<script"); n != 1 || strings.Contains(body, script) {
		t.Errorf("the page holds %d scripts", n)
	}
	for _, want := range []string{
		`<span class="badge P0">P0</span>`, "response in 15m, resolution in 1h", "suite ai", "<dd>P0, platform down. Tenants see failures.", "Look at the deployment.",
		"compute.googleapis.com/instance/cpu/utilization", "threshold above 0.9", "channel (pagerduty)", `href="https://example.com/d"`, "CreateAlertPolicy", "NOT_FOUND",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, external := range []string{`src="`, "@import", "<link", "innerHTML", "eval("} {
		if strings.Contains(body, external) {
			t.Errorf("the page loads something: %s", external)
		}
	}
	policy := page.header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "connect-src 'self'", inlineHash(t, body, "script"), inlineHash(t, body, "style")} {
		if !strings.Contains(policy, part) {
			t.Errorf("the content security policy lacks %s: %s", part, policy)
		}
	}
	for _, part := range []string{"unsafe", "*", "http"} {
		if strings.Contains(policy, part) {
			t.Errorf("the content security policy allows %s: %s", part, policy)
		}
	}
	if strings.Contains(body, "Nothing stands here yet") {
		t.Error("the page says that nothing stands")
	}
}

// inlineHash is the hash of the page's element of a name, as a browser computes it.
func inlineHash(t *testing.T, page, tag string) string {
	t.Helper()
	_, rest, _ := strings.Cut(page, "<"+tag+">")
	content, _, ok := strings.Cut(rest, "</"+tag+">")
	if !ok {
		t.Fatalf("the page has no <%s>", tag)
	}
	sum := sha256.Sum256([]byte(content))
	return tag + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
