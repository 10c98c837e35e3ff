// Package consoletest_test looks at the emulator's console page with a real
// browser: Chromium or Chrome, where there is one. What it shows is what the
// module observability makes.
package consoletest_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/emu"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/fixture"
)

const project = "console-test"

// configuration is a platform with everything that the page draws.
const configuration = `
terraform {
  required_providers {
    cortx = {
      source = "registry.terraform.io/cortx-platform/cortx"
    }
  }
}

provider "cortx" {
  project       = %[1]q
  emulator_host = %[2]q
}

module "observability" {
  source = "../modules/observability"

  environment       = "prod"
  project_id        = %[1]q
  pagerduty_enabled = false
  email_addresses   = ["oncall@example.com"]
  by_tenant         = true
  match_labels      = { cluster = "cortx-prod" }
  alert_charts      = true
}
`

// metrics are those that an objective counts: the service refuses one on a
// metric that no workload has written yet.
var metrics = []string{
	`{"type": "prometheus.googleapis.com/http_requests_total/counter", "metricKind": "CUMULATIVE", "valueType": "DOUBLE"}`,
	`{"type": "prometheus.googleapis.com/http_request_duration_seconds/histogram", "metricKind": "CUMULATIVE", "valueType": "DISTRIBUTION"}`,
}

// browser returns the path of a browser, or skips the test.
func browser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("there is no Chromium or Chrome on PATH")
	return ""
}

// platform starts an emulator, applies the configuration to it, and returns its
// address.
func platform(t *testing.T) string {
	t.Helper()
	f := fixture.New(t)
	addr := freeAddress(t)
	process, err := emu.Start(t.Context(), f.Installed.Binary, addr, filepath.Join(t.TempDir(), "emulator.log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p, err := os.FindProcess(process.PID)
		if err == nil {
			err = p.Kill()
		}
		if err != nil {
			t.Error(err)
		}
		<-process.Ended
	})
	for _, body := range metrics {
		if err := (emu.Client{Addr: addr}).Post(t.Context(), "/monitoring.googleapis.com/v3/projects/"+project+"/metricDescriptors", body); err != nil {
			t.Fatal(err)
		}
	}
	root := t.TempDir()
	work := filepath.Join(root, "work")
	if err := errors.Join(
		os.CopyFS(filepath.Join(root, "modules"), os.DirFS(filepath.Join(f.Root, "modules"))),
		os.MkdirAll(work, 0o750),
		os.WriteFile(filepath.Join(work, "main.tf"), fmt.Appendf(nil, configuration, project, addr), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	f.MustTerraform(t, work, "init", "-no-color")
	f.MustTerraform(t, work, "apply", "-no-color", "-auto-approve")
	return addr
}

func freeAddress(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// page loads an address in the browser and returns the document as the script
// left it, and what the browser's console says. On a busy machine the browser
// may hand the document out before the script is done: then it is asked again.
func page(t *testing.T, browser, address string) (document, console string) {
	t.Helper()
	for range 4 {
		document, console = load(t, browser, address)
		if done.MatchString(document) && !strings.Contains(document, `data-state="waiting"`) {
			break
		}
	}
	return document, console
}

// done tells that the script has loaded what is near the window.
var done = regexp.MustCompile(`<html[^>]* data-state="idle"`)

// load runs the browser. Its window is high, since only what is near it is drawn.
func load(t *testing.T, browser, address string) (document, console string) {
	t.Helper()
	profile, err := os.MkdirTemp("", "console-test-") //nolint:usetesting // the browser still writes there when it ends, and the removal may fail
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(profile) })
	cmd := exec.CommandContext(t.Context(), browser,
		"--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--disable-dev-shm-usage", "--user-data-dir="+profile, "--enable-logging=stderr", "--window-size=1500,9000",
		"--virtual-time-budget=60000", "--dump-dom", address)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", address, err, stderr.String())
	}
	for line := range strings.Lines(stderr.String()) {
		if strings.Contains(line, "CONSOLE") {
			console += line
		}
	}
	return stdout.String(), console
}

var (
	tabName = regexp.MustCompile(`data-name="(projects/[^"]+)"`)
	problem = regexp.MustCompile(`data-problem="([^"]*)"`)
	article = regexp.MustCompile(`(?s)<article class="tile[^"]*" data-kind="([^"]*)" data-state="([^"]*)" aria-label="([^"]*)".*?</article>`)
	// drawn is a line, a bar or an area that leads somewhere.
	drawn       = regexp.MustCompile(`<path class="series[^"]*"[^>]* d="M[^"]*[LhAv][^"]*"|<path class="heat"`)
	value       = regexp.MustCompile(`<div class="value[^"]*">([^<]*)</div>`)
	spent       = regexp.MustCompile(`<div class="left [^"]*">([^<]*)</div>`)
	policyState = regexp.MustCompile(`data-policy="([^"]*)"[^>]*>([^<]*)<`)
	lines       = regexp.MustCompile(`<path class="series line`)
)

func TestConsoleInABrowser(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	addr := platform(t)
	first, console := page(t, chromium, (emu.Client{Addr: addr}).Console())
	checkQuiet(t, "the page", first, console)
	budgets := spent.FindAllStringSubmatch(first, -1)
	if len(budgets) != 2 {
		t.Errorf("%d objectives show their budget, want 2", len(budgets))
	}
	for _, b := range budgets {
		if !regexp.MustCompile(`^(\d+(\.\d)? % of the error budget left|the error budget is overspent by [\d.,]+ %)$`).MatchString(b[1]) {
			t.Errorf("an objective says %q", b[1])
		}
	}
	policies := policyState.FindAllStringSubmatch(first, -1)
	if len(policies) < 4 {
		t.Errorf("the page lists %d policies, want four and those of the objectives", len(policies))
	}
	for _, p := range policies {
		if !regexp.MustCompile(`^(quiet now|met now by \d+ series)$`).MatchString(p[2]) {
			t.Errorf("the policy %s says %q of the series", p[1], p[2])
		}
	}
	tabs := tabName.FindAllStringSubmatch(first, -1)
	if len(tabs) != 4 {
		t.Fatalf("the page offers %d dashboards, want 4", len(tabs))
	}
	for _, tab := range tabs {
		document, console := page(t, chromium, (emu.Client{Addr: addr}).Console()+"#"+tab[1])
		checkQuiet(t, tab[1], document, console)
		checkTiles(t, tab[1], document)
	}
}

// checkQuiet fails when the script or the browser met a problem.
func checkQuiet(t *testing.T, what, document, console string) {
	t.Helper()
	if found := problem.FindStringSubmatch(document); found != nil {
		t.Errorf("%s: the script met a problem: %s", what, found[1])
	}
	if console != "" {
		t.Errorf("%s: the browser's console says:\n%s", what, console)
	}
}

// checkTiles wants every tile of a dashboard drawn from data.
func checkTiles(t *testing.T, what, document string) {
	t.Helper()
	kinds := map[string]int{}
	paths := 0
	for _, tile := range article.FindAllStringSubmatch(document, -1) {
		body, kind, state, title := tile[0], tile[1], tile[2], tile[3]
		if kinds[kind]++; kind == "text" || kind == "blank" || kind == "header" {
			continue
		}
		// What failed in a day may be nothing.
		if kind == "table" && state == "empty" && strings.Contains(title, "Failed") {
			continue
		}
		if state != "drawn" {
			t.Errorf("%s: the %s %q is %s: %s", what, kind, title, state, words(body))
			continue
		}
		switch kind {
		case "scorecard":
			if shown := value.FindStringSubmatch(body); shown == nil || !strings.ContainsAny(shown[1], "0123456789") {
				t.Errorf("%s: the scorecard %q shows %v", what, title, shown)
			}
		case "table":
		default:
			if !drawn.MatchString(body) {
				t.Errorf("%s: nothing is drawn in %q", what, title)
			}
			paths += len(lines.FindAllString(body, -1))
		}
	}
	if kinds["scorecard"]+kinds["gauge"] < 4 || kinds["chart"] < 4 || paths < 8 {
		t.Errorf("%s: the tiles are %v, with %d lines", what, kinds, paths)
	}
}

var tag = regexp.MustCompile(`<[^>]*>`)

// words is the text of a piece of the document.
func words(html string) string {
	return strings.Join(strings.Fields(tag.ReplaceAllString(html, " ")), " ")
}
