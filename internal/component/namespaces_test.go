package component_test

import (
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/componenttest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

var (
	namespaceKind  = schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}
	limitRangeKind = schema.GroupVersionResource{Version: "v1", Resource: "limitranges"}
)

// inside reaches the cluster as somebody else would.
func inside(t *testing.T, w *componenttest.World) *gcp.Kubernetes {
	t.Helper()
	kube, err := w.Client.Kubernetes(w.Observe("cluster").Outputs["cluster_endpoint"])
	if err != nil {
		t.Fatal(err)
	}
	return kube
}

func apply(t *testing.T, kube *gcp.Kubernetes, kind schema.GroupVersionResource, o *unstructured.Unstructured) {
	t.Helper()
	if _, err := kube.Apply(t.Context(), kind, o); err != nil {
		t.Fatal(err)
	}
}

func namespaceNamed(name string, labels map[string]string) *unstructured.Unstructured {
	o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Namespace"}}
	o.SetName(name)
	o.SetLabels(labels)
	return o
}

func TestNamespacesAndMetricsOfEveryTier(t *testing.T) {
	t.Parallel()
	for _, tier := range allTiers() {
		t.Run(string(tier), func(t *testing.T) {
			t.Parallel()
			w := componenttest.New(t, tier)
			for _, name := range []string{"namespaces", "metrics"} {
				w.MustConverge("services")
				if seen := w.Observe(name); seen.Presence != reconcile.Absent {
					t.Errorf("without a cluster %s is %s", name, seen.Presence)
				}
			}
			w.MustConverge("metrics")
			w.Shows(w.AsDesired("namespaces"), policy.ClusterPodSecurity)
			w.AsDesired("metrics")
			w.NoWrites("metrics")
			kube := inside(t, w)
			_, err := kube.Get(t.Context(), namespaceKind, "", component.TenantsNamespace)
			if shared := err == nil; shared != (tier == policy.Dev) {
				t.Errorf("the shared namespace: %v", err)
			}
			w.MustDestroy("metrics")
			if seen := w.Observe("namespaces"); seen.Presence != reconcile.Absent {
				t.Errorf("after the destroy it is %s", seen.Presence)
			}
		})
	}
}

func TestDriftInTheCluster(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Dev)
	w.MustConverge("metrics")
	kube := inside(t, w)
	podMonitorings := schema.GroupVersionResource{Group: "monitoring.googleapis.com", Version: "v1", Resource: "clusterpodmonitorings"}
	rules := schema.GroupVersionResource{Group: "monitoring.googleapis.com", Version: "v1", Resource: "clusterrules"}

	apply(t, kube, namespaceKind, namespaceNamed(component.SystemNamespace, map[string]string{
		reconcile.OwnerLabel: w.Spec.Owner, reconcile.IncarnationLabel: "1", "team": "platform",
		"pod-security.kubernetes.io/enforce": "privileged", "pod-security.kubernetes.io/warn": "baseline", "pod-security.kubernetes.io/audit": "baseline",
	}))
	if seen := w.Observe("namespaces"); seen.Values[policy.ClusterPodSecurity] != "privileged" || len(seen.Differs) > 0 {
		t.Errorf("a weaker namespace is seen as %v", seen)
	}
	if err := kube.Delete(t.Context(), limitRangeKind, component.TenantsNamespace, "cortx-defaults", ""); err != nil {
		t.Fatal(err)
	}
	if seen := w.Observe("namespaces"); seen.Presence != reconcile.Partial {
		t.Errorf("without limits it is %s", seen.Presence)
	}
	if err := kube.Delete(t.Context(), podMonitorings, "", "cortx", ""); err != nil {
		t.Fatal(err)
	}
	changed := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "monitoring.googleapis.com/v1", "kind": "ClusterRules",
		"spec": map[string]any{"groups": []any{map[string]any{"name": "cortx", "interval": "30s", "rules": []any{map[string]any{"record": "a:b", "expr": "1"}}}}},
	}}
	changed.SetName("cortx")
	changed.SetLabels(map[string]string{reconcile.OwnerLabel: w.Spec.Owner, reconcile.IncarnationLabel: "1", "team": "platform"})
	apply(t, kube, rules, changed)
	if seen := w.Observe("metrics"); seen.Presence != reconcile.Partial || len(seen.Differs) != 1 {
		t.Errorf("it is seen as %v", seen)
	}
	w.MustConverge("metrics")
	w.AsDesired("namespaces")
	w.AsDesired("metrics")
}

func TestForeignNamespaceIsRefused(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Prod)
	w.MustConverge("node_pools")
	kube := inside(t, w)
	apply(t, kube, namespaceKind, namespaceNamed(component.SystemNamespace, map[string]string{"whose": "theirs"}))
	w.Server.ResetRequests()
	result := w.Converge("metrics")
	if result.Err == nil || !strings.Contains(result.Err.Error(), component.SystemNamespace) {
		t.Errorf("got %v", result.Err)
	}
	if writes := w.Writes(); len(writes) > 0 {
		t.Errorf("it wrote %v", writes)
	}
}

// TestObjectOnItsWayOut finds objects that a destroy which was cut short asked to
// go: they are not there to stay, and are made anew.
func TestObjectOnItsWayOut(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Dev)
	w.MustConverge("metrics")
	kube := inside(t, w)
	rules := schema.GroupVersionResource{Group: "monitoring.googleapis.com", Version: "v1", Resource: "globalrules"}
	was, err := kube.Get(t.Context(), rules, "", "cortx")
	if err != nil {
		t.Fatal(err)
	}
	if err := kube.Delete(t.Context(), rules, "", "cortx", ""); err != nil {
		t.Fatal(err)
	}
	if seen := w.Observe("metrics"); seen.Presence != reconcile.Partial {
		t.Errorf("while it goes it is %s", seen.Presence)
	}
	w.MustConverge("metrics")
	w.Clock.Advance(time.Hour)
	w.AsDesired("metrics")
	if now, err := kube.Get(t.Context(), rules, "", "cortx"); err != nil || now.GetUID() == was.GetUID() {
		t.Errorf("it was not made anew: %v", err)
	}
}

// TestResetRecreatesTenants changes reset_trigger: what tenants of dev have in
// the cluster goes, the platform's own and the cluster stay.
func TestResetRecreatesTenants(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Dev)
	w.Spec.Reset = "1"
	w.MustConverge("namespaces")
	kube := inside(t, w)
	uid := func(name string) string {
		found, err := kube.Get(t.Context(), namespaceKind, "", name)
		if err != nil {
			t.Fatal(err)
		}
		return string(found.GetUID())
	}
	tenants, system := uid(component.TenantsNamespace), uid(component.SystemNamespace)
	w.MustConverge("namespaces")
	if uid(component.TenantsNamespace) != tenants {
		t.Error("the namespace went without a change of reset_trigger")
	}
	w.Spec.Reset = "2"
	w.MustConverge("namespaces")
	if uid(component.TenantsNamespace) == tenants {
		t.Error("the tenants' namespace has stayed")
	}
	if uid(component.SystemNamespace) != system {
		t.Error("the platform's namespace was recreated too")
	}
	w.AsDesired("namespaces")
	w.NoWrites("namespaces")
}

func TestNamespacesAfterFailures(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]componenttest.Fault{
		"a lost reply":   {HTTPMethod: "PATCH", Path: "/namespaces/", Drop: true, After: true},
		"a lost request": {HTTPMethod: "PATCH", Path: "/clusterrules/", Drop: true},
		"a refusal":      {HTTPMethod: "PATCH", Path: "/limitranges/", Status: 403},
		"a conflict":     {HTTPMethod: "PATCH", Path: "/clusterpodmonitorings/", Status: 409},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := componenttest.New(t, policy.Dev)
			w.Server.InjectFaults(fault)
			if result := w.Converge("metrics"); result.Err != nil {
				w.MustConverge("metrics")
			}
			w.AsDesired("namespaces")
			w.AsDesired("metrics")
			w.NoWrites("metrics")
		})
	}
}

func TestClusterWithoutEndpointIsAnError(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Dev)
	w.Server.InjectFaults(componenttest.Fault{RPC: "CreateCluster", Operation: componenttest.OperationFails})
	w.Converge("node_pools")
	if _, err := w.Component("namespaces").Observe(t.Context()); err == nil || !strings.Contains(err.Error(), "can't be reached") {
		t.Errorf("a cluster that never came up: %v", err)
	}
}
