package cli_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/cli"
)

func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = cli.Run(t.Context(), "1.2.3", args, &out, &errs)
	return code, out.String(), errs.String()
}

func TestVersionNamesTheVersion(t *testing.T) {
	t.Parallel()
	for _, spelling := range []string{"version", "--version", "-version"} {
		code, stdout, _ := run(t, spelling)
		if code != 0 || !strings.HasPrefix(stdout, "terraform-provider-cortx 1.2.3 (go") {
			t.Errorf("%s: exit %d, output %q", spelling, code, stdout)
		}
	}
}

func TestHelpListsEveryCommand(t *testing.T) {
	t.Parallel()
	for _, spelling := range []string{"help", "--help", "-h"} {
		code, stdout, _ := run(t, spelling)
		if code != 0 {
			t.Errorf("%s: exit %d", spelling, code)
		}
		for _, name := range []string{"catalog", "emulator", "version", "help"} {
			if !strings.Contains(stdout, "\n  "+name+" ") {
				t.Errorf("%s does not list %s:\n%s", spelling, name, stdout)
			}
		}
	}
}

func TestWhatIsNotUnderstoodExitsWithTwo(t *testing.T) {
	t.Parallel()
	faults := filepath.Join(t.TempDir(), "faults.json")
	if err := os.WriteFile(faults, []byte(`{"faults":[{"rcp":"CreateAlertPolicy"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"an unknown command":       {[]string{"emulate"}, `There is no command "emulate"`},
		"an unknown plugin flag":   {[]string{"-debgu"}, "-debgu"},
		"an unknown emulator flag": {[]string{"emulator", "--port", "1"}, "-port"},
		"an argument":              {[]string{"emulator", "127.0.0.1:0"}, "flags only"},
		"a missing faults file":    {[]string{"emulator", "--faults", "none.json"}, "none.json"},
		"help on nothing":          {[]string{"help", "reaper"}, `There is no command "reaper"`},
		"ledger without a verb":    {[]string{"ledger"}, "ledger rebuild"},
		"a misspelt verb":          {[]string{"ledger", "rebild"}, "ledger rebuild"},
		"an unknown format":        {[]string{"catalog", "-format", "xml"}, "xml"},
		"a misspelt fault":         {[]string{"emulator", "--faults", faults}, `unknown field "rcp"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := run(t, test.args...)
			if code != 2 || !strings.Contains(stderr, test.want) || stdout != "" {
				t.Errorf("exit %d, stdout %q, stderr %q; want exit 2 and %q on stderr", code, stdout, stderr, test.want)
			}
		})
	}
}

func TestEmulatorHelpIsNoError(t *testing.T) {
	t.Parallel()
	code, stdout, _ := run(t, "emulator", "-h")
	if code != 0 {
		t.Errorf("exit %d", code)
	}
	for _, name := range []string{"listen", "state", "latency", "quota", "lro-scale", "faults", "seed"} {
		if !strings.Contains(stdout, "-"+name) {
			t.Errorf("flag %s is not listed:\n%s", name, stdout)
		}
	}
}

// TestHelpGoesToStandardOutput: what was asked for can be piped, whichever way it
// was asked for.
func TestHelpGoesToStandardOutput(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"emulator", "-h"},
		{"catalog", "--help"},
		{"bootstrap", "-help"},
		{"status", "-h"},
		{"reap", "-h"},
		{"ledger", "-h"},
		{"ledger", "rebuild", "-h"},
		{"help", "reap"},
		{"help", "ledger"},
	} {
		code, stdout, stderr := run(t, args...)
		if code != 0 || !strings.HasPrefix(stdout, "Usage") || !strings.Contains(stdout, "terraform-provider-cortx ") || stderr != "" {
			t.Errorf("%v: exit %d, stdout %q, stderr %q", args, code, stdout, stderr)
		}
	}
}

func TestEmulatorRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"an address that is not loopback": {[]string{"--listen", "0.0.0.0:0"}, "loopback"},
		"an unknown quota":                {[]string{"--listen", "127.0.0.1:0", "--quota", "aws"}, "quota"},
		"a state file it can't open":      {[]string{"--listen", "127.0.0.1:0", "--state", "/dev/null/state"}, "/dev/null/state"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := run(t, append([]string{"emulator"}, test.args...)...)
			if code != 1 || !strings.Contains(stderr, test.want) || stdout != "" {
				t.Errorf("exit %d, stdout %q, stderr %q; want exit 1 and %q on stderr", code, stdout, stderr, test.want)
			}
		})
	}
}

// TestEmulatorServesUntilItsContextEnds reads the address off the first line,
// as a script would, and asks there.
func TestEmulatorServesUntilItsContextEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reader, writer := io.Pipe()
	var stderr bytes.Buffer
	done := make(chan int, 1)
	go func() {
		done <- cli.Run(ctx, "1.2.3", []string{"emulator", "--listen", "127.0.0.1:0", "--verbose", "--state", filepath.Join(t.TempDir(), "state.db")}, writer, &stderr)
		_ = writer.Close()
	}()
	greeting := make([]byte, 4096)
	n, err := reader.Read(greeting)
	if err != nil {
		t.Fatal(err)
	}
	rest := make(chan string, 1)
	go func() {
		tail, _ := io.ReadAll(reader)
		rest <- string(tail)
	}()
	first, _, _ := strings.Cut(string(greeting[:n]), "\n")
	addr, found := strings.CutPrefix(first, "The emulator listens on ")
	if !found {
		t.Fatalf("first line %q", first)
	}
	if status := get(t, "http://"+addr+"/_emulator/healthz"); status != http.StatusOK {
		t.Errorf("healthz answers %d", status)
	}
	if status := get(t, "http://"+addr+"/monitoring.googleapis.com/v3/projects/p/alertPolicies"); status != http.StatusOK {
		t.Errorf("the list of alert policies answers %d", status)
	}
	cancel()
	if code := <-done; code != 0 {
		t.Errorf("exit %d: %s", code, &stderr)
	}
	if tail := <-rest; !strings.Contains(tail, "has stopped") {
		t.Errorf("last words %q", tail)
	}
	if !strings.Contains(stderr.String(), "alertPolicies") && !strings.Contains(stderr.String(), "ListAlertPolicies") {
		t.Errorf("--verbose logged no call: %q", &stderr)
	}
}

func get(t *testing.T, url string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode
}
