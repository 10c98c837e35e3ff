//go:build !kubeapiserver

package kubetest_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
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
	// make test shows why, where they are skipped.
	note := filepath.Join(filepath.Dir(binary), "kubetest.skipped")
	if err := os.Remove(note); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	// Without vet, which would look through all of Kubernetes and takes longer than
	// the build.
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-vet=off", "-tags", "kubeapiserver", "-o", binary,
		"-ldflags", "-X k8s.io/component-base/version.gitVersion="+string(version[1]), ".")
	if out, err := build.CombinedOutput(); err != nil {
		if ourFault(string(out)) {
			t.Fatalf("the tests don't compile:\n%s", out)
		}
		reason := fmt.Sprintf("a kube-apiserver can't be built here: %v: %s", err, lastLines(string(out)))
		if err := os.WriteFile(note, []byte(reason), 0o600); err != nil {
			t.Error(err)
		}
		t.Skip(reason)
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

// ourFault tells whether a build failed by what is in this repository: it doesn't
// compile, or go.mod does not go with it. Else the modules, the memory or the
// disk are lacking.
func ourFault(out string) bool {
	for _, text := range []string{
		"no required module provides package", "missing go.sum entry", "is not in std", "updates to go.mod needed", "does not contain package", "import cycle not allowed",
	} {
		if strings.Contains(out, text) {
			return true
		}
	}
	// The compiler names the package before its complaints, which have a place.
	packages := strings.Split("\n"+out, "\n# ")
	return slices.ContainsFunc(packages, func(p string) bool {
		return strings.HasPrefix(p, "github.com/cortx-platform/") && complaint.MatchString(p) && !missing.MatchString(p)
	})
}

var (
	complaint = regexp.MustCompile(`(?m)^[\w./-]+\.go:\d+:\d+: `)
	missing   = regexp.MustCompile(`(?m)\.go:\d+:\d+: (module lookup disabled|[\w./-]+@v[\w.+-]+: )`)
)

// TestOurFault tells what is wrong here from what is lacking.
func TestOurFault(t *testing.T) {
	for out, want := range map[string]bool{
		"# github.com/cortx-platform/terraform-provider-cortx/tools/kubetest_test\n./world_test.go:7:2: undefined: x\nFAIL":                                                true,
		"# github.com/cortx-platform/terraform-provider-cortx/internal/gcp\n../../internal/gcp/kubernetes.go:7:2: undefined: x":                                            true,
		"server_test.go:17:2: no required module provides package k8s.io/nosuch; to add it:\n\tgo get k8s.io/nosuch":                                                       true,
		"# github.com/cortx-platform/terraform-provider-cortx/tools/kubetest\n../../internal/component/cluster.go:9:2: module lookup disabled by GOPROXY=off\nFAIL":        false,
		"# github.com/cortx-platform/terraform-provider-cortx/tools/kubetest\nserver_test.go:9:2: k8s.io/klog/v2@v2.140.0: Get \"https://example.com\": dial tcp: refused": false,
		"k8s.io/kubernetes/pkg/apis/core/v1: /usr/lib/go/compile: signal: killed":                                                                                          false,
		"# k8s.io/kubernetes/pkg/printers/internalversion\nprinters.go:1:1: no space left on device":                                                                       false,
	} {
		if got := ourFault(out); got != want {
			t.Errorf("%v for %s", got, out)
		}
	}
}

func lastLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], "; ")
}
