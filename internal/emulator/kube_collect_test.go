package emulator_test

import (
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// TestKubeCollection deletes in each way: what depends on an object is looked for
// before that is gone, so that it stands a moment longer.
func TestKubeCollection(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{LROScale: 1})
	client, _ := e.kube(t, e.cluster(t))
	ctx := t.Context()
	rules := client.Resource(gvr("monitoring.googleapis.com/v1", "clusterrules"))
	group := []any{map[string]any{"name": "g", "rules": []any{map[string]any{"record": "a:b", "expr": "up"}}}}
	for policy, finalizer := range map[metav1.DeletionPropagation]string{
		metav1.DeletePropagationForeground: metav1.FinalizerDeleteDependents, metav1.DeletePropagationOrphan: metav1.FinalizerOrphanDependents, metav1.DeletePropagationBackground: "",
	} {
		o := object("monitoring.googleapis.com/v1", "ClusterRules", "", "r", map[string]any{"spec": map[string]any{"groups": group}})
		if _, err := rules.Apply(ctx, "r", o, metav1.ApplyOptions{FieldManager: "cortx"}); err != nil {
			t.Fatal(err)
		}
		if err := rules.Delete(ctx, "r", metav1.DeleteOptions{PropagationPolicy: &policy}); err != nil {
			t.Fatal(err)
		}
		left, err := rules.Get(ctx, "r", metav1.GetOptions{})
		switch {
		case finalizer == "" && !apierrors.IsNotFound(err):
			t.Errorf("%s: %v", policy, err)
		case finalizer != "" && (err != nil || left.GetDeletionTimestamp() == nil || len(left.GetFinalizers()) != 1 || left.GetFinalizers()[0] != finalizer || left.GetGeneration() != 2):
			t.Errorf("%s: %v %v", policy, left, err)
		}
		if finalizer != "" {
			// It takes changes, and no finalizer.
			if _, err := rules.Patch(ctx, "r", "application/merge-patch+json", []byte(`{"metadata":{"labels":{"a":"b"}}}`), metav1.PatchOptions{}); err != nil {
				t.Errorf("%s: %v", policy, err)
			}
			if _, err := rules.Patch(ctx, "r", "application/merge-patch+json", []byte(`{"metadata":{"finalizers":["`+finalizer+`","example.com/f"]}}`), metav1.PatchOptions{}); !apierrors.IsInvalid(err) {
				t.Errorf("%s: one more finalizer: %v", policy, err)
			}
		}
		e.clock.Advance(5 * time.Second)
		if _, err := rules.Get(ctx, "r", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
			t.Errorf("%s: after 5 s: %v", policy, err)
		}
	}
}

// TestKubeCustomOwnership applies custom objects by the structure that their
// definitions have: a selector as a whole, target labels one by one.
func TestKubeCustomOwnership(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{LROScale: 1})
	client, _ := e.kube(t, e.cluster(t))
	pods := client.Resource(gvr("monitoring.googleapis.com/v1", "clusterpodmonitorings"))
	apply := func(manager string, spec map[string]any) (string, error) {
		o, err := pods.Apply(t.Context(), "p", object("monitoring.googleapis.com/v1", "ClusterPodMonitoring", "", "p", map[string]any{"spec": spec}), metav1.ApplyOptions{FieldManager: manager})
		if err != nil {
			return "", err
		}
		for _, entry := range o.GetManagedFields() {
			if entry.Manager == manager {
				return entry.FieldsV1.GetRawString(), nil
			}
		}
		return "", nil
	}
	endpoints := []any{map[string]any{"port": "m", "interval": "30s"}}
	owned, err := apply("cortx", map[string]any{"selector": map[string]any{"matchLabels": map[string]any{"a": "b"}}, "endpoints": endpoints})
	if want := `{"f:spec":{"f:endpoints":{},"f:selector":{}}}`; err != nil || owned != want {
		t.Errorf("cortx owns %s, want %s: %v", owned, want, err)
	}
	if _, err := apply("other", map[string]any{"selector": map[string]any{"matchLabels": map[string]any{"c": "d"}}}); !apierrors.IsConflict(err) {
		t.Errorf("another selector: %v", err)
	}
	owned, err = apply("other", map[string]any{"targetLabels": map[string]any{"metadata": []any{"node"}}})
	if want := `{"f:spec":{"f:targetLabels":{"f:metadata":{"v:\"node\"":{}}}}}`; err != nil || owned != want {
		t.Errorf("other owns %s, want %s: %v", owned, want, err)
	}
	if _, err := apply("other", map[string]any{"no": "such"}); err == nil || !strings.Contains(err.Error(), ".spec.no: field not declared in schema") {
		t.Errorf("an unknown field: %v", err)
	}
	whole, err := pods.Get(t.Context(), "p", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	whole.SetResourceVersion("")
	if _, err := pods.Update(t.Context(), whole, metav1.UpdateOptions{}); !apierrors.IsInvalid(err) {
		t.Errorf("an update without a version: %v", err)
	}
}
