//go:build kubeapiserver

package kubetest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/componenttest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

const enforce = "pod-security.kubernetes.io/enforce"

// testEnvironments makes the objects of every tier from nothing: all is in force,
// a second run changes nothing, the removal leaves nothing.
func testEnvironments(t *testing.T, c *cluster) {
	t.Helper()
	for _, tier := range []policy.Tier{policy.Dev, policy.Sandbox, policy.Staging, policy.Prod} {
		t.Run(string(tier), func(t *testing.T) {
			w := newWorld(t, c, tier)
			w.MustConverge(policy.ComponentCluster)
			for _, name := range []string{policy.ComponentNamespaces, "metrics"} {
				if seen := w.Observe(name); seen.Presence != reconcile.Absent {
					t.Errorf("in an empty cluster %s is %s", name, seen.Presence)
				}
			}
			w.converge(t)
			c.inForce(t, w.Spec)
			w.unchanged(t, c)
			w.MustDestroy("metrics")
			c.empty(t)
		})
	}
}

// inForce checks that each object is there with all that is wanted, and that we
// own just that, by server-side apply.
func (c *cluster) inForce(t *testing.T, spec *component.Spec) {
	t.Helper()
	wanted := spec.NamespaceObjects()
	for _, o := range component.MetricsObjects() {
		wanted = append(wanted, o)
	}
	count := 3 + 1
	if spec.Tier == policy.Dev {
		count += 2
	}
	if found := c.versions(t); len(found) != count || len(wanted) != count {
		t.Errorf("there are %v instead of %d objects", found, count)
	}
	for _, want := range wanted {
		kind := kindOf(t, want)
		found := c.get(t, kind, want.GetNamespace(), want.GetName())
		if !component.Covers(found, want) {
			t.Errorf("%s %s is %v, which lacks something of %v", want.GetKind(), want.GetName(), found.Object, want.Object)
		}
		if owner, marked := reconcile.OwnerOfLabels(found.GetLabels()); !marked || owner.Key != spec.Owner {
			t.Errorf("%s %s bears the mark of %q", want.GetKind(), want.GetName(), owner.Key)
		}
		managers := found.GetManagedFields()
		if len(managers) != 1 || managers[0].Manager != gcp.FieldManager || managers[0].Operation != metav1.ManagedFieldsOperationApply {
			t.Errorf("%s %s is managed by %+v", want.GetKind(), want.GetName(), managers)
		}
	}
}

// testDrift changes by hand what is ours, and beside it what is not.
func testDrift(t *testing.T, c *cluster) {
	t.Helper()
	w := newWorld(t, c, policy.Dev)
	w.converge(t)
	const theirs = `"annotations":{"example.com/theirs":"kept"},"labels":{"example.com/theirs":"kept"`
	for _, test := range []struct {
		name, component string
		hurt            func(t *testing.T)
		// seen says whether the observation shows what was done.
		seen func(reconcile.Observation) bool
	}{
		{
			"a weaker pod security standard", policy.ComponentNamespaces,
			func(t *testing.T) {
				t.Helper()
				c.patch(t, namespaceKind, "", component.SystemNamespace, `{"metadata":{`+theirs+`,"`+enforce+`":"privileged"}}}`)
			},
			func(o reconcile.Observation) bool { return o.Values[policy.ClusterPodSecurity] == "privileged" },
		},
		{
			"no pod security standard", policy.ComponentNamespaces,
			func(t *testing.T) {
				t.Helper()
				c.patch(t, namespaceKind, "", component.TenantsNamespace, `{"metadata":{"labels":{"`+enforce+`":null}}}`)
			},
			func(o reconcile.Observation) bool { return o.Values[policy.ClusterPodSecurity] == "" },
		},
		{
			"no warning", policy.ComponentNamespaces,
			func(t *testing.T) {
				t.Helper()
				c.patch(t, namespaceKind, "", component.SystemNamespace, `{"metadata":{"labels":{"pod-security.kubernetes.io/warn":null}}}`)
			},
			func(o reconcile.Observation) bool { return len(o.Differs) == 1 },
		},
		{
			"another label of the configuration", policy.ComponentNamespaces,
			func(t *testing.T) {
				t.Helper()
				c.patch(t, limitRangeKind, component.TenantsNamespace, "cortx-defaults", `{"metadata":{"labels":{"team":"somebody"}}}`)
			},
			func(o reconcile.Observation) bool { return len(o.Differs) == 1 },
		},
		{
			"a wider limit", policy.ComponentNamespaces,
			func(t *testing.T) {
				t.Helper()
				c.patch(t, limitRangeKind, component.TenantsNamespace, "cortx-defaults",
					`{"metadata":{`+theirs+`}},"spec":{"limits":[{"type":"Container","default":{"cpu":"1","memory":"1Gi"},"defaultRequest":{"cpu":"1","memory":"1Gi"},"max":{"cpu":"64","memory":"512Gi"}}]}}`)
			},
			func(o reconcile.Observation) bool { return len(o.Differs) == 1 },
		},
		{
			"no limit", policy.ComponentNamespaces,
			func(t *testing.T) {
				t.Helper()
				c.delete(t, limitRangeKind, component.TenantsNamespace, "cortx-defaults")
			},
			func(o reconcile.Observation) bool { return o.Presence == reconcile.Partial },
		},
		{
			"no namespace", policy.ComponentNamespaces,
			func(t *testing.T) {
				t.Helper()
				c.delete(t, namespaceKind, "", component.TenantsNamespace)
			},
			func(o reconcile.Observation) bool { return o.Presence == reconcile.Partial },
		},
		{
			"pods scraped less", "metrics",
			func(t *testing.T) {
				t.Helper()
				c.patch(t, podMonitorings, "", "cortx", `{"metadata":{`+theirs+`}},"spec":{"endpoints":[{"port":"metrics","interval":"10m"}],"limits":{"samples":5000}}}`)
			},
			func(o reconcile.Observation) bool { return len(o.Differs) == 1 },
		},
		{
			"other rules", "metrics",
			func(t *testing.T) {
				t.Helper()
				c.patch(t, clusterRules, "", "cortx", `{"metadata":{`+theirs+`}},"spec":{"groups":[{"name":"theirs","rules":[{"record":"a:b","expr":"up"}]}]}}`)
			},
			func(o reconcile.Observation) bool { return len(o.Differs) == 1 },
		},
		{
			"no rules", "metrics",
			func(t *testing.T) {
				t.Helper()
				c.delete(t, globalRules, "", "cortx")
			},
			func(o reconcile.Observation) bool { return o.Presence == reconcile.Partial },
		},
		{
			"labels of somebody else", policy.ComponentNamespaces,
			func(t *testing.T) {
				t.Helper()
				c.patch(t, namespaceKind, "", component.SystemNamespace, `{"metadata":{"labels":{"example.com/more":"kept"}}}`)
			},
			func(o reconcile.Observation) bool { return o.Presence == reconcile.Present && len(o.Differs) == 0 },
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.hurt(t)
			if seen := w.Observe(test.component); !test.seen(seen) {
				t.Errorf("it is seen as %+v", seen)
			}
			w.converge(t)
			w.unchanged(t, c)
		})
	}
	for kind, name := range map[string]*unstructured.Unstructured{
		"namespace": c.get(t, namespaceKind, "", component.SystemNamespace), "scraping": c.get(t, podMonitorings, "", "cortx"), "rules": c.get(t, clusterRules, "", "cortx"),
	} {
		if name.GetLabels()["example.com/theirs"] != "kept" || name.GetAnnotations()["example.com/theirs"] != "kept" {
			t.Errorf("what somebody else wrote on the %s is gone: %v", kind, name.Object["metadata"])
		}
	}
	if samples, _, err := unstructured.NestedInt64(c.get(t, podMonitorings, "", "cortx").Object, "spec", "limits", "samples"); err != nil || samples != 5000 {
		t.Errorf("somebody else's limit of samples is %d: %v", samples, err)
	}
	w.MustDestroy("metrics")
	c.empty(t)
}

// testForeign has objects of our names stand that are not ours: nothing is
// written anywhere, and they stay.
func testForeign(t *testing.T, c *cluster) {
	t.Helper()
	objects := componenttest.Spec(t, policy.Dev).NamespaceObjects()
	other := map[string]string{reconcile.OwnerLabel: "other-0123456789", reconcile.IncarnationLabel: "1"}
	for _, test := range []struct {
		name   string
		labels map[string]string
		object *unstructured.Unstructured
	}{
		{"a namespace of nobody", nil, objects[0]},
		{"a namespace of another environment", other, objects[1]},
		{"scraping of somebody", map[string]string{"whose": "theirs"}, component.MetricsObjects()[podMonitorings]},
		{"rules of another environment", other, component.MetricsObjects()[globalRules]},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, c, policy.Dev)
			w.MustConverge("node_pools")
			kind, name := kindOf(t, test.object), test.object.GetName()
			theirs := test.object.DeepCopy()
			theirs.SetLabels(test.labels)
			made, err := c.in(kind, "").Create(t.Context(), theirs, metav1.CreateOptions{})
			if err != nil {
				t.Fatal(err)
			}
			w.front.reset(nil)
			w.Server.ResetRequests()
			if result := w.Converge("metrics"); !errors.Is(result.Err, reconcile.ErrForeign) || !strings.Contains(result.Err.Error(), name) {
				t.Errorf("it ended with %v", result.Err)
			}
			if wrote := append(w.front.wrote(), w.Writes()...); len(wrote) > 0 {
				t.Errorf("it wrote %v", wrote)
			}
			if result := w.Destroy("metrics"); result.Err != nil && !errors.Is(result.Err, reconcile.ErrForeign) {
				t.Errorf("the removal ended with %v", result.Err)
			}
			if now := c.get(t, kind, "", name); now.GetResourceVersion() != made.GetResourceVersion() || now.GetUID() != made.GetUID() {
				t.Errorf("it was changed to %v", now.Object)
			}
			c.delete(t, kind, "", name)
			c.empty(t)
		})
	}
}

// testReset changes reset_trigger: what tenants of dev have goes, finalizers and
// all, and the platform's own stays.
func testReset(t *testing.T, c *cluster) {
	t.Helper()
	w := newWorld(t, c, policy.Dev)
	w.Spec.Reset = "1"
	w.converge(t)
	secretKind := namespaceKind.GroupVersion().WithResource("secrets")
	secret := &unstructured.Unstructured{Object: object{
		"apiVersion": "v1", "kind": "Secret", "metadata": object{"name": "theirs", "finalizers": []any{"example.com/slow"}}, "stringData": object{"a": "b"},
	}}
	if _, err := c.in(secretKind, component.TenantsNamespace).Create(t.Context(), secret, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	tenants, system := c.get(t, namespaceKind, "", component.TenantsNamespace).GetUID(), c.get(t, namespaceKind, "", component.SystemNamespace).GetUID()
	w.Spec.Reset = "2"
	// While somebody's finalizer holds the content, so is the namespace held.
	reads := 0
	w.front.read(func(path string) {
		if !strings.HasSuffix(path, "/"+component.TenantsNamespace) {
			return
		}
		if reads++; reads == 10 {
			if seen := c.get(t, namespaceKind, "", component.TenantsNamespace); seen.GetDeletionTimestamp() == nil || seen.GetUID() != tenants {
				t.Errorf("the namespace is not held: %v", seen.Object)
			}
			c.patch(t, secretKind, component.TenantsNamespace, "theirs", `{"metadata":{"finalizers":null}}`)
		}
	})
	w.converge(t)
	w.unchanged(t, c)
	if now := c.get(t, namespaceKind, "", component.TenantsNamespace).GetUID(); now == tenants {
		t.Error("the namespace of tenants has stayed")
	}
	if now := c.get(t, namespaceKind, "", component.SystemNamespace).GetUID(); now != system {
		t.Error("the platform's namespace was made anew")
	}
	if _, err := c.in(secretKind, component.TenantsNamespace).Get(t.Context(), "theirs", metav1.GetOptions{}); err == nil {
		t.Error("what a tenant had has stayed")
	}
	w.MustDestroy("metrics")
	c.empty(t)
}

// testKindsComeLater has the operator of Managed Service for Prometheus bring its
// kinds while they are waited for.
func testKindsComeLater(t *testing.T, c *cluster) {
	t.Helper()
	w := newWorld(t, c, policy.Prod)
	w.MustConverge(policy.ComponentNamespaces)
	if seen := w.Observe("metrics"); seen.Presence != reconcile.Absent {
		t.Errorf("without its kinds it is %s", seen.Presence)
	}
	asked := 0
	w.front.reset(func(int) blow {
		if asked++; asked == 3 {
			c.install(t)
		}
		return through
	})
	w.converge(t)
	if wrote := w.front.wrote(); asked != 5 || wrote[0] != wrote[2] {
		t.Errorf("its kinds were not waited for: %v", wrote)
	}
	w.unchanged(t, c)
	w.MustDestroy("metrics")
	c.empty(t)
}

// testInterrupted loses each write of a create and of a destroy, before it took
// effect and after, and ends the run there: the next one ends as if nothing had
// been.
func testInterrupted(t *testing.T, c *cluster) {
	t.Helper()
	making, removing := 6, 5
	for _, how := range []blow{lost, unanswered} {
		for n := range making + removing {
			create := n < making
			at := n
			if !create {
				at -= making
			}
			t.Run(fmt.Sprintf("%s write %d %s", map[bool]string{true: "create", false: "destroy"}[create], at, map[blow]string{lost: "lost", unanswered: "unanswered"}[how]), func(t *testing.T) {
				w := newWorld(t, c, policy.Dev)
				w.MustConverge("node_pools")
				if create {
					w.killed(t, at, how, func() error { return w.Converge("metrics").Err })
				} else {
					w.converge(t)
					w.killed(t, at, how, func() error { return w.Destroy("metrics").Err })
				}
				if create || at%2 == 0 {
					// A destroy that was cut short can be taken back as well.
					w.converge(t)
					c.inForce(t, w.Spec)
					w.unchanged(t, c)
				}
				w.MustDestroy("metrics")
				c.empty(t)
			})
		}
	}
}

// killed runs until the nth write to the cluster, of which and of all after it
// nothing is heard, as if the process had ended there. The ledger isn't either:
// what is left of the lease has to run out.
func (w *world) killed(t *testing.T, nth int, how blow, run func() error) {
	t.Helper()
	var dead atomic.Bool
	w.front.reset(func(write int) blow {
		switch {
		case dead.Load():
			return lost
		case write == nth:
			dead.Store(true)
			return how
		}
		return through
	})
	w.Store.Hook = func(_ context.Context, _ string, commit func() error) error {
		if dead.Load() {
			return errors.New("the process is dead")
		}
		return commit()
	}
	if err := run(); err == nil && !dead.Load() {
		t.Fatalf("there are only %d writes", nth)
	} else if err == nil {
		t.Error("a run that was killed ended well")
	}
	w.Store.Hook = nil
	w.front.reset(nil)
}
