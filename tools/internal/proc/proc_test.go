package proc_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/proc"
)

func TestRunKeepsTheStreamsApartAndTheLogWhole(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "log")
	var progress bytes.Buffer
	for range 2 {
		out, err := proc.Run(t.Context(), &progress, proc.Step{
			Title: "speak", Name: "sh", Args: []string{"-c", "echo result; echo aside >&2"}, Log: log,
		})
		if err != nil || out != "result\n" {
			t.Errorf("output %q, %v", out, err)
		}
	}
	if progress.String() != "• speak\n• speak\n" {
		t.Errorf("progress %q", &progress)
	}
	text, err := os.ReadFile(log)
	if err != nil || strings.Count(string(text), "==> speak\n") != 2 || strings.Count(string(text), "aside") != 2 {
		t.Errorf("log %q, %v", text, err)
	}
}

func TestRunTellsHowACommandFailed(t *testing.T) {
	t.Parallel()
	_, err := proc.Run(t.Context(), &bytes.Buffer{}, proc.Step{
		Title: "plan", Name: "sh", Args: []string{"-c", "echo a change; exit 2"},
	})
	var exit *proc.ExitError
	if !errors.As(err, &exit) || exit.Code != 2 || !strings.Contains(err.Error(), "plan: exit status 2\na change") {
		t.Errorf("error %v", err)
	}
	_, err = proc.Run(t.Context(), &bytes.Buffer{}, proc.Step{Title: "plan", Name: "no-such-command"})
	if err == nil || !strings.Contains(err.Error(), "no-such-command") {
		t.Errorf("error %v", err)
	}
}

func TestRootIsTheMainModules(t *testing.T) {
	t.Parallel()
	root, err := proc.Root()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "GNUmakefile")); err != nil {
		t.Errorf("root %s: %v", root, err)
	}
}
