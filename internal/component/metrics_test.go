package component_test

import (
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
)

// TestMetricsObjectsHoldTheRecordings ties what a cluster is given to what
// tools/promcheck evaluates in Prometheus' own engine.
func TestMetricsObjectsHoldTheRecordings(t *testing.T) {
	t.Parallel()
	wanted := map[string][]alert.Recording{"ClusterRules": alert.Recordings(), "GlobalRules": alert.GlobalRecordings()}
	for _, object := range component.MetricsObjects() {
		recordings, ok := wanted[object.GetKind()]
		if !ok {
			continue
		}
		delete(wanted, object.GetKind())
		groups, _, err := unstructured.NestedSlice(object.Object, "spec", "groups")
		if err != nil || len(groups) != 1 {
			t.Fatalf("%s has groups %v: %v", object.GetKind(), groups, err)
		}
		group, _ := groups[0].(map[string]any)
		// The figures of promcheck are of a value every 30 seconds.
		if group["interval"] != "30s" {
			t.Errorf("%s are evaluated every %v", object.GetKind(), group["interval"])
		}
		var held []alert.Recording
		rules, _, err := unstructured.NestedSlice(group, "rules")
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range rules {
			rule, _ := one.(map[string]any)
			record, _ := rule["record"].(string)
			expr, _ := rule["expr"].(string)
			if len(rule) != 2 {
				t.Errorf("a rule of %s has more than a name and an expression: %v", object.GetKind(), rule)
			}
			held = append(held, alert.Recording{Record: record, Expr: expr})
		}
		if !slices.Equal(held, recordings) {
			t.Errorf("%s hold %v, want %v", object.GetKind(), held, recordings)
		}
	}
	if len(wanted) > 0 {
		t.Errorf("no object holds %v", wanted)
	}
}
