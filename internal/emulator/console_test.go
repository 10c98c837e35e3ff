package emulator_test

import (
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
	body := string(e.rest(http.MethodGet, "", "").body)
	if strings.Contains(body, "<script") {
		t.Error("the page holds a script")
	}
	for _, want := range []string{
		`<span class="badge P0">P0</span>`, "response in 15m, resolution in 1h", "suite ai", "<dd>P0, platform down. Tenants see failures.", "Look at the deployment.",
		"compute.googleapis.com/instance/cpu/utilization", "threshold above 0.9", "channel (pagerduty)", `href="https://example.com/d"`, "CreateAlertPolicy", "NOT_FOUND",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, external := range []string{`src="`, "@import", "<link"} {
		if strings.Contains(body, external) {
			t.Errorf("the page loads something: %s", external)
		}
	}
	if strings.Contains(body, "Nothing stands here yet") {
		t.Error("the page says that nothing stands")
	}
}
