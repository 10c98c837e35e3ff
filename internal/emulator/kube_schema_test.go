package emulator_test

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/structured-merge-diff/v6/typed"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// TestKubeStructure holds what is derived from the Go types against the document
// that client-go has.
func TestKubeStructure(t *testing.T) {
	t.Parallel()
	dir, err := exec.CommandContext(context.WithoutCancel(t.Context()), "go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/client-go").Output()
	if err != nil {
		t.Skipf("the source of client-go is not at hand: %v", err)
	}
	source, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "applyconfigurations", "internal", "internal.go"))
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(source), "schemaYAML = typed.YAMLObject(`")
	text, _, ok := strings.Cut(text, "`)")
	if !ok {
		t.Fatal("client-go keeps its document elsewhere")
	}
	parser, err := typed.NewParser(typed.YAMLObject(text))
	if err != nil {
		t.Fatal(err)
	}
	for kind, group := range map[string]string{
		"ConfigMap": "core", "LimitRange": "core", "Namespace": "core", "ResourceQuota": "core", "Secret": "core", "ServiceAccount": "core", "Job": "batch",
		"NetworkPolicy": "networking", "RuntimeClass": "node", "ClusterRole": "rbac", "ClusterRoleBinding": "rbac", "Role": "rbac", "RoleBinding": "rbac",
	} {
		want := emulator.StructureOf(&parser.Schema, "io.k8s.api."+group+".v1."+kind)
		got := emulator.KubeStructure(kind)
		if len(want) < 5 {
			t.Errorf("%s: %v", kind, want)
		}
		for _, path := range slices.Sorted(maps.Keys(want)) {
			if got[path] != want[path] {
				t.Errorf("%s%s is %q, client-go has %q", kind, path, got[path], want[path])
			}
		}
		for _, path := range slices.Sorted(maps.Keys(got)) {
			if _, ok := want[path]; !ok {
				t.Errorf("%s%s is %q, client-go does not have it", kind, path, got[path])
			}
		}
	}
}
