package bench_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/bench"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/fixture"
)

// TestGoalsHoldOnASmallRun runs the whole bench once, small: the goals for
// requests, memory and size hold at any number of policies.
func TestGoalsHoldOnASmallRun(t *testing.T) {
	t.Parallel()
	f := fixture.New(t)
	var out bytes.Buffer
	markdown := filepath.Join(t.TempDir(), "bench.md")
	b := bench.Bench{Root: f.Root, CLI: f.CLI, Out: &out, Progress: io.Discard, Counts: "12", Latencies: "0s", Markdown: markdown}
	if err := b.Run(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	for _, want := range []string{"| 12 | 0s |", "requests in a plan without changes, N = 12", "requests in the destroy, N = 12", "| 12 | 0s | first apply |", "measured elsewhere", "stripped binary", "time to handshake"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, &out)
		}
	}
	if text, err := os.ReadFile(markdown); err != nil || string(text) != out.String() {
		t.Errorf("the Markdown file holds something else (%v):\n%s", err, text)
	}
}

func TestParametersAreChecked(t *testing.T) {
	t.Parallel()
	for _, b := range []bench.Bench{
		{Counts: "many", Latencies: "0s"},
		{Counts: "0", Latencies: "0s"},
		{Counts: "1", Latencies: "fast"},
		{Counts: "1", Latencies: "-1s"},
	} {
		if err := b.Run(t.Context()); err == nil {
			t.Errorf("%+v: no error", b)
		}
	}
}
