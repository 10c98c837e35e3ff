//go:build kubeapiserver

package kubetest_test

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// restricted is the security context that every pod security standard allows.
func restricted() object {
	return object{
		"allowPrivilegeEscalation": false, "runAsNonRoot": true, "runAsUser": int64(1000),
		"capabilities": object{"drop": []any{"ALL"}}, "seccompProfile": object{"type": "RuntimeDefault"},
	}
}

// pod asks for a pod with one container that has these fields.
func (c *cluster) pod(t *testing.T, namespace, name string, container object) (*unstructured.Unstructured, error) {
	t.Helper()
	return c.in(podKind, namespace).Create(t.Context(), &unstructured.Unstructured{Object: object{
		"apiVersion": "v1", "kind": "Pod", "metadata": object{"name": name},
		"spec": object{"containers": []any{with(container, object{"name": "main", "image": "busybox"})}},
	}}, metav1.CreateOptions{})
}

// testEnforced has Kubernetes enforce what the labels and limits of each tier
// promise.
func testEnforced(t *testing.T, c *cluster) {
	t.Helper()
	for _, tier := range []policy.Tier{policy.Dev, policy.Sandbox, policy.Staging, policy.Prod} {
		t.Run(string(tier), func(t *testing.T) {
			w := newWorld(t, c, tier)
			w.converge(t)
			namespaces := []string{component.SystemNamespace}
			if tier == policy.Dev {
				namespaces = append(namespaces, component.TenantsNamespace)
			}
			level := w.Spec.Settings.String(policy.ClusterPodSecurity)
			for _, namespace := range namespaces {
				for _, pod := range []struct {
					name      string
					container object
					// levels are the standards that allow it.
					levels []string
				}{
					{"privileged", object{"securityContext": object{"privileged": true}}, []string{"privileged"}},
					{"adds-capability", object{"securityContext": object{"capabilities": object{"add": []any{"SYS_ADMIN"}}}}, []string{"privileged"}},
					{"plain", object{}, []string{"privileged", "baseline"}},
					{"restricted", object{"securityContext": restricted()}, []string{"privileged", "baseline", "restricted"}},
				} {
					_, err := c.pod(t, namespace, pod.name, pod.container)
					allowed := strings.Contains(strings.Join(pod.levels, " "), level)
					switch {
					case allowed && err != nil:
						t.Errorf("%s at %s: a %s pod is refused: %v", namespace, level, pod.name, err)
					case !allowed && (err == nil || !strings.Contains(err.Error(), `violates PodSecurity "`+level)):
						t.Errorf("%s at %s: a %s pod: %v", namespace, level, pod.name, err)
					}
				}
			}
			if level == "privileged" {
				t.Errorf("a tier whose namespaces allow everything")
			}
			if tier == policy.Dev {
				c.limited(t)
			}
			for _, namespace := range namespaces {
				c.deletePods(t, namespace)
			}
			w.MustDestroy("metrics")
			c.empty(t)
		})
	}
}

// limited checks that containers of tenants get a share, and none gets all.
func (c *cluster) limited(t *testing.T) {
	t.Helper()
	made, err := c.pod(t, component.TenantsNamespace, "limited", object{"securityContext": restricted()})
	if err != nil {
		t.Fatal(err)
	}
	containers, _, err := unstructured.NestedSlice(made.Object, "spec", "containers")
	if err != nil || len(containers) != 1 {
		t.Fatalf("%v, %v", containers, err)
	}
	container, _ := containers[0].(map[string]any)
	for path, want := range map[string]string{"limits/cpu": "500m", "limits/memory": "512Mi", "requests/cpu": "100m", "requests/memory": "128Mi"} {
		list, resource, _ := strings.Cut(path, "/")
		if got := nested(t, container, "resources", list, resource); got != want {
			t.Errorf("a container of a tenant has %s %s, want %s", path, got, want)
		}
	}
	for resource, much := range map[string]string{"memory": "64Gi", "cpu": "3"} {
		_, err := c.pod(t, component.TenantsNamespace, "greedy-"+resource, object{
			"securityContext": restricted(), "resources": object{"limits": object{resource: much}},
		})
		if err == nil || !strings.Contains(err.Error(), "maximum "+resource+" usage per Container") {
			t.Errorf("a container that wants %s of %s: %v", much, resource, err)
		}
	}
}

// deletePods does what no node is here to do.
func (c *cluster) deletePods(t *testing.T, namespace string) {
	t.Helper()
	now := int64(0)
	if err := c.in(podKind, namespace).DeleteCollection(t.Context(), metav1.DeleteOptions{GracePeriodSeconds: &now}, metav1.ListOptions{}); err != nil {
		t.Fatal(err)
	}
}
