//go:build !kubeapiserver

package kubetest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestRealServer builds the tests that need a whole kube-apiserver, which takes
// minutes the first time, and runs them. Where they can't be built, such as
// without the modules of Kubernetes or with too little memory, they are skipped
// and counted so. What doesn't compile is a failure.
func TestRealServer(t *testing.T) {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`k8s\.io/kubernetes (v[0-9.]+)`).FindSubmatch(mod)
	if version == nil {
		t.Fatal("go.mod doesn't say which Kubernetes it is")
	}
	binary, err := filepath.Abs(filepath.Join("..", "..", "bin", "kubetest.test"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(binary), 0o755); err != nil {
		t.Fatal(err)
	}
	// Without vet, which would look through all of Kubernetes: it takes longer
	// than the build, and make lint does so for what is ours.
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-vet=off", "-tags", "kubeapiserver", "-o", binary,
		"-ldflags", "-X k8s.io/component-base/version.gitVersion="+string(version[1]), ".")
	if out, err := build.CombinedOutput(); err != nil {
		// Of the compiler's complaints, those about this repository are failures.
		if regexp.MustCompile(`(?m)^(\.[./]*/)?[\w./-]+\.go:\d+:\d+: `).Match(out) {
			t.Fatalf("the tests don't compile:\n%s", out)
		}
		t.Skipf("a kube-apiserver can't be built here: %v: %s", err, lastLines(string(out)))
	}
	run := exec.CommandContext(t.Context(), binary, "-test.v", "-test.timeout=10m")
	out, err := run.CombinedOutput()
	for _, line := range strings.Split(string(out), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "--- ") {
			t.Log(line)
		}
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func lastLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], "; ")
}
