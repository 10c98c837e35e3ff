//go:build kubeapiserver

package kubetest_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/componenttest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// world is an environment on an emulated Google Cloud whose cluster is a real
// Kubernetes.
type world struct {
	*componenttest.World
	front *front
}

// paced is a virtual clock on which a real cluster comes along: who sleeps on it
// gives that a moment.
type paced struct {
	*clock.Virtual

	front *front
}

func (p paced) Sleep(ctx context.Context, d time.Duration) error {
	if d > 0 && p.front.asked.Swap(false) {
		time.Sleep(20 * time.Millisecond)
	}
	return p.Virtual.Sleep(ctx, d)
}

func newWorld(t *testing.T, c *cluster, tier policy.Tier) *world {
	t.Helper()
	w := componenttest.New(t, tier)
	f := newFront(t, c, w.Server.Addr())
	client, err := gcp.New(gcp.Config{Project: componenttest.Project, EmulatorHost: f.addr, Clock: paced{w.Clock, f}, Seed: 1, UserAgent: "kubetest"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	w.Client = client
	return &world{World: w, front: f}
}

// converge runs everything up to the objects in the cluster.
func (w *world) converge(t *testing.T) {
	t.Helper()
	w.MustConverge("metrics")
	w.asDesired(t)
}

func (w *world) asDesired(t *testing.T) {
	t.Helper()
	w.Shows(w.AsDesired(policy.ComponentNamespaces), policy.ClusterPodSecurity)
	w.AsDesired("metrics")
}

// unchanged runs everything once more and checks that nothing is written, here
// or there.
func (w *world) unchanged(t *testing.T, c *cluster) {
	t.Helper()
	before := c.versions(t)
	w.front.reset(nil)
	w.NoWrites("metrics")
	if wrote := w.front.wrote(); len(wrote) > 0 {
		t.Errorf("a run without changes wrote %v", wrote)
	}
	if after := c.versions(t); !slices.Equal(after, before) {
		t.Errorf("a run without changes made %v of %v", after, before)
	}
}

// ours are the kinds in which an environment has objects.
var ours = []schema.GroupVersionResource{namespaceKind, limitRangeKind, podMonitorings, clusterRules, globalRules}

// versions tells every object of those kinds with what changes when it does.
func (c *cluster) versions(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, kind := range ours {
		list, err := c.theirs.Resource(kind).List(t.Context(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range list.Items {
			if !strings.HasPrefix(o.GetName(), "kube-") && o.GetName() != "default" {
				all = append(all, fmt.Sprintf("%s %s %s %s version %s generation %d", kind.Resource, o.GetNamespace(), o.GetName(), o.GetUID(), o.GetResourceVersion(), o.GetGeneration()))
			}
		}
	}
	return all
}

// empty checks that nothing of an environment is left.
func (c *cluster) empty(t *testing.T) {
	t.Helper()
	if left := c.versions(t); len(left) > 0 {
		t.Errorf("this is left: %v", left)
	}
}

// in reaches the objects of a kind as somebody else.
func (c *cluster) in(kind schema.GroupVersionResource, namespace string) dynamic.ResourceInterface {
	if namespace == "" {
		return c.theirs.Resource(kind)
	}
	return c.theirs.Resource(kind).Namespace(namespace)
}

func (c *cluster) get(t *testing.T, kind schema.GroupVersionResource, namespace, name string) *unstructured.Unstructured {
	t.Helper()
	o, err := c.in(kind, namespace).Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// patch changes an object as kubectl patch does.
func (c *cluster) patch(t *testing.T, kind schema.GroupVersionResource, namespace, name, change string) {
	t.Helper()
	if _, err := c.in(kind, namespace).Patch(t.Context(), name, "application/merge-patch+json", []byte(change), metav1.PatchOptions{FieldManager: "kubectl-patch"}); err != nil {
		t.Fatal(err)
	}
}

// delete deletes an object and waits until it is gone.
func (c *cluster) delete(t *testing.T, kind schema.GroupVersionResource, namespace, name string) {
	t.Helper()
	if err := c.in(kind, namespace).Delete(t.Context(), name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, name+" to go", func() error {
		switch _, err := c.in(kind, namespace).Get(t.Context(), name, metav1.GetOptions{}); {
		case apierrors.IsNotFound(err):
			return nil
		case err != nil:
			return err
		}
		return fmt.Errorf("it is still there")
	})
}

func nested(t *testing.T, o map[string]any, path ...string) string {
	t.Helper()
	text, found, err := unstructured.NestedString(o, path...)
	if err != nil || !found {
		t.Fatalf("no %v in %v: %v", path, o, err)
	}
	return text
}

// kindOf is the kind of one of our objects.
func kindOf(t *testing.T, o *unstructured.Unstructured) schema.GroupVersionResource {
	t.Helper()
	kind, known := map[string]schema.GroupVersionResource{
		"Namespace": namespaceKind, "LimitRange": limitRangeKind,
		"ClusterPodMonitoring": podMonitorings, "ClusterRules": clusterRules, "GlobalRules": globalRules,
	}[o.GetKind()]
	if !known {
		t.Fatalf("the tests don't know the kind %s", o.GetKind())
	}
	return kind
}
