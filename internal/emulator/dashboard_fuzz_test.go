package emulator_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// FuzzBodies sends any body to each call that takes one: an answer is one of the
// few that such a call has, never a panic or an internal error.
func FuzzBodies(f *testing.F) {
	for _, text := range dashboardConfigs("projects/p/alertPolicies/1") {
		f.Add(text)
	}
	for _, l := range lifecycles() {
		f.Add(l.create)
		f.Add(l.change)
	}
	f.Add(`{"dashboard":{"title":"x","uid":"u","version":1,"refresh":"5m","tags":["a",1,null]},"overwrite":true}`)
	f.Add(`{"displayName":"x","mosaicLayout":{"columns":2147483647,"tiles":[{"xPos":2147483647,"width":2147483647,"height":1},{"widget":null}]}}`)
	f.Add(`{"displayName":"x","gridLayout":{"widgets":[{"xyChart":{"dataSets":[{"timeSeriesQuery":{"prometheusQuery":"\"${a"}}]}}]}}`)
	calls := []struct{ method, path string }{
		{"POST", "/monitoring.googleapis.com/v1/projects/p/dashboards"},
		{"PATCH", "/monitoring.googleapis.com/v1/projects/p/dashboards/d"},
		{"POST", "/monitoring.googleapis.com/v3/projects/p/services"},
		{"POST", "/monitoring.googleapis.com/v3/projects/p/services/s/serviceLevelObjectives"},
		{"POST", "/monitoring.googleapis.com/v3/projects/p/uptimeCheckConfigs"},
		{"POST", "/grafana/api/dashboards/db"},
		{"POST", "/grafana/api/folders"},
	}
	f.Fuzz(func(t *testing.T, body string) {
		srv, err := emulator.New(emulator.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := srv.Close(); err != nil {
				t.Error(err)
			}
		})
		h := srv.Handler()
		do := func(method, path, body string) int {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, "http://127.0.0.1"+path, strings.NewReader(body)))
			return w.Code
		}
		if got := do("POST", calls[2].path+"?serviceId=s", `{"custom":{}}`); got != http.StatusOK {
			t.Fatalf("service: %d", got)
		}
		for _, c := range calls {
			got := do(c.method, c.path, body)
			known := []int{200, 400, 404, 409, 412, 501}
			// Grafana's own answer to a refresh that is no duration.
			if c.path == "/grafana/api/dashboards/db" {
				known = append(known, 500)
			}
			if !slices.Contains(known, got) {
				t.Errorf("%s %s answers %d", c.method, c.path, got)
			}
		}
	})
}
