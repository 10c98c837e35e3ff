package emulator_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

const gkePath = "container.googleapis.com/v1/projects/p/locations/us-central1"

// cluster makes a regional cluster called main with a pool of its own, and
// returns it when it runs.
func (e *env) cluster(t *testing.T) map[string]any {
	t.Helper()
	e.enable(t, "p", "container.googleapis.com")
	e.clock.Advance(time.Hour)
	e.network()
	e.json("POST", gkePath+"/clusters", `{"cluster":{"name":"main","network":"projects/p/global/networks/n","subnetwork":"projects/p/regions/us-central1/subnetworks/s",
		"initialNodeCount":1}}`)
	e.clock.Advance(10 * time.Minute)
	return e.json("GET", gkePath+"/clusters/main", "")
}

// kube is the real dynamic client on a cluster's API.
func (e *env) kube(t *testing.T, cluster map[string]any) (*dynamic.DynamicClient, *rest.Config) {
	t.Helper()
	config := &rest.Config{Host: "http://" + e.srv.Addr() + "/" + endpointOf(t, cluster), UserAgent: "kube-test/1", QPS: -1}
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return client, config
}

func endpointOf(t *testing.T, cluster map[string]any) string {
	t.Helper()
	found, ok, err := unstructured.NestedString(cluster, "controlPlaneEndpointsConfig", "dnsEndpointConfig", "endpoint")
	if err != nil || !ok {
		t.Fatalf("no endpoint in %v: %v", cluster, err)
	}
	return found
}

func gvr(apiVersion, resource string) schema.GroupVersionResource {
	gv, err := schema.ParseGroupVersion(apiVersion)
	if err != nil {
		panic(err)
	}
	return gv.WithResource(resource)
}

// object makes an object of its parts.
func object(apiVersion, kind, namespace, name string, fields map[string]any) *unstructured.Unstructured {
	meta := map[string]any{"name": name}
	if namespace != "" {
		meta["namespace"] = namespace
	}
	o := map[string]any{"apiVersion": apiVersion, "kind": kind, "metadata": meta}
	for key, value := range fields {
		if key == "labels" || key == "annotations" {
			meta[key] = value
			continue
		}
		o[key] = value
	}
	return &unstructured.Unstructured{Object: o}
}

// TestKubeApply drives server-side apply with client-go's own dynamic client.
func TestKubeApply(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{LROScale: 1})
	client, config := e.kube(t, e.cluster(t))
	ctx := t.Context()
	disco, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	v, err := disco.ServerVersion()
	if err != nil || !strings.HasPrefix(v.GitVersion, "v1.35.") {
		t.Fatalf("%v %v", v, err)
	}
	_, lists, err := disco.ServerGroupsAndResources()
	if err != nil || len(lists) < 6 {
		t.Fatalf("%d groups: %v", len(lists), err)
	}
	namespaces, maps := client.Resource(gvr("v1", "namespaces")), client.Resource(gvr("v1", "configmaps"))
	opts := metav1.ApplyOptions{FieldManager: "cortx"}

	ns, err := namespaces.Apply(ctx, "t1", object("v1", "Namespace", "", "t1", map[string]any{"labels": map[string]any{"pod-security.kubernetes.io/enforce": "restricted"}}), opts)
	if err != nil {
		t.Fatal(err)
	}
	if ns.GetUID() == "" || ns.GetLabels()["kubernetes.io/metadata.name"] != "t1" || ns.GetResourceVersion() == "" || len(ns.GetManagedFields()) != 1 {
		t.Errorf("%v", ns)
	}
	if entry := ns.GetManagedFields()[0]; entry.Manager != "cortx" || entry.Operation != metav1.ManagedFieldsOperationApply || !entry.Time.Time.Equal(e.clock.Now().Truncate(time.Second)) {
		t.Errorf("%+v", entry)
	}
	again, err := namespaces.Apply(ctx, "t1", object("v1", "Namespace", "", "t1", map[string]any{"labels": map[string]any{"pod-security.kubernetes.io/enforce": "restricted"}}), opts)
	if err != nil || again.GetResourceVersion() != ns.GetResourceVersion() {
		t.Errorf("applying the same: %v %v, want version %s", again, err, ns.GetResourceVersion())
	}
	if _, err := client.Resource(gvr("v1", "serviceaccounts")).Namespace("t1").Get(ctx, "default", metav1.GetOptions{}); err != nil {
		t.Errorf("the default service account: %v", err)
	}

	in := maps.Namespace("t1")
	apply := func(manager string, force bool, data map[string]any) (*unstructured.Unstructured, error) {
		return in.Apply(ctx, "c", object("v1", "ConfigMap", "t1", "c", map[string]any{"data": data}), metav1.ApplyOptions{FieldManager: manager, Force: force})
	}
	if _, err := apply("cortx", false, map[string]any{"a": "1", "b": "1"}); err != nil {
		t.Fatal(err)
	}
	_, err = apply("other", false, map[string]any{"a": "2"})
	var st *apierrors.StatusError
	if !apierrors.IsConflict(err) || !asStatus(err, &st) || len(st.ErrStatus.Details.Causes) != 1 || st.ErrStatus.Details.Causes[0].Type != metav1.CauseTypeFieldManagerConflict || st.ErrStatus.Details.Causes[0].Field != ".data.a" {
		t.Fatalf("a conflict: %v", err)
	}
	if _, err := apply("other", true, map[string]any{"a": "2"}); err != nil {
		t.Fatal(err)
	}
	c, err := apply("cortx", false, map[string]any{"b": "1"})
	if err != nil {
		t.Fatal(err)
	}
	if data, _, _ := unstructured.NestedStringMap(c.Object, "data"); data["a"] != "2" || data["b"] != "1" {
		t.Errorf("what another manager took over must stay: %v", data)
	}
	if c, err = apply("cortx", false, map[string]any{"d": "1"}); err != nil {
		t.Fatal(err)
	}
	if data, _, _ := unstructured.NestedStringMap(c.Object, "data"); data["b"] != "" || data["d"] != "1" {
		t.Errorf("what is applied no more must go: %v", data)
	}

	stale := c.DeepCopy()
	stale.SetResourceVersion("1")
	if _, err := in.Update(ctx, stale, metav1.UpdateOptions{}); !apierrors.IsConflict(err) {
		t.Errorf("an update of an old version: %v", err)
	}
	if _, err := in.Apply(ctx, "x", object("v1", "ConfigMap", "t1", "x", map[string]any{"spec": map[string]any{"a": "b"}}), opts); err == nil || !strings.Contains(err.Error(), "field not declared in schema") {
		t.Errorf("an unknown field: %v", err)
	}
	if _, err := maps.Namespace("none").Apply(ctx, "x", object("v1", "ConfigMap", "none", "x", nil), opts); !apierrors.IsNotFound(err) {
		t.Errorf("no namespace: %v", err)
	}
	page, err := in.List(ctx, metav1.ListOptions{Limit: 1})
	if err != nil || len(page.Items) != 1 || page.GetContinue() == "" {
		t.Fatalf("%v %v", page, err)
	}
	rest, err := in.List(ctx, metav1.ListOptions{Continue: page.GetContinue()})
	if err != nil || len(rest.Items) != 1 || rest.Items[0].GetKind() != "ConfigMap" {
		t.Fatalf("%v %v", rest, err)
	}
	wantNamespaceGone(ctx, t, e, client)
}

func asStatus(err error, into **apierrors.StatusError) bool {
	st, ok := err.(*apierrors.StatusError) //nolint:errorlint // what client-go returns
	*into = st
	return ok
}

// wantNamespaceGone deletes t1: it is terminating for a while, takes nothing new,
// and takes its content along.
func wantNamespaceGone(ctx context.Context, t *testing.T, e *env, client *dynamic.DynamicClient) {
	t.Helper()
	namespaces, in := client.Resource(gvr("v1", "namespaces")), client.Resource(gvr("v1", "configmaps")).Namespace("t1")
	foreground := metav1.DeletePropagationForeground
	if err := namespaces.Delete(ctx, "t1", metav1.DeleteOptions{PropagationPolicy: &foreground}); err != nil {
		t.Fatal(err)
	}
	ns, err := namespaces.Get(ctx, "t1", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if phase, _, _ := unstructured.NestedString(ns.Object, "status", "phase"); phase != "Terminating" || ns.GetDeletionTimestamp() == nil {
		t.Errorf("%v", ns)
	}
	_, err = in.Apply(ctx, "late", object("v1", "ConfigMap", "t1", "late", nil), metav1.ApplyOptions{FieldManager: "cortx"})
	if !apierrors.IsForbidden(err) || !apierrors.HasStatusCause(err, "NamespaceTerminating") {
		t.Errorf("new content: %v", err)
	}
	e.clock.Advance(time.Minute)
	if _, err := namespaces.Get(ctx, "t1", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("after a minute: %v", err)
	}
	if got := e.srv.Inventory()["kubernetesObjects"]; got != nil {
		t.Errorf("left behind: %v", got)
	}
}

// TestKubeKinds applies one object of each kind twice: the second changes
// nothing.
func TestKubeKinds(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{LROScale: 1})
	client, _ := e.kube(t, e.cluster(t))
	ctx := t.Context()
	opts := metav1.ApplyOptions{FieldManager: "cortx"}
	if _, err := client.Resource(gvr("v1", "namespaces")).Apply(ctx, "t", object("v1", "Namespace", "", "t", nil), opts); err != nil {
		t.Fatal(err)
	}
	type fields = map[string]any
	role := fields{"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"}
	rules := []any{fields{"apiGroups": []any{""}, "resources": []any{"pods"}, "verbs": []any{"get"}}}
	group := []any{fields{"name": "g", "rules": []any{fields{"record": "tenant:requests:rate5m", "expr": "sum by (namespace) (rate(http_requests_total[5m]))"}}}}
	pods := fields{
		"selector": fields{"matchLabels": fields{"app": "a"}}, "endpoints": []any{fields{"port": "metrics", "interval": "30s"}},
		"targetLabels": fields{"metadata": []any{"pod", "container"}},
	}
	const monitoring = "monitoring.googleapis.com/v1"
	for _, c := range []struct {
		apiVersion, kind, plural, namespace string
		fields                              fields
	}{
		{"v1", "ServiceAccount", "serviceaccounts", "t", fields{"annotations": fields{"iam.gke.io/gcp-service-account": "a@p.iam.gserviceaccount.com"}}},
		{"v1", "Secret", "secrets", "t", fields{"type": "Opaque", "data": fields{"k": "czNjcmV0"}}},
		{"v1", "ResourceQuota", "resourcequotas", "t", fields{"spec": fields{"hard": fields{"requests.cpu": "10", "count/configmaps": "20"}}}},
		{"v1", "LimitRange", "limitranges", "t", fields{"spec": fields{"limits": []any{fields{"type": "Container", "default": fields{"cpu": "500m"}, "defaultRequest": fields{"cpu": "100m"}}}}}},
		{"rbac.authorization.k8s.io/v1", "Role", "roles", "t", fields{"rules": rules}},
		{"rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings", "t", fields{"roleRef": role, "subjects": []any{fields{"kind": "ServiceAccount", "name": "default", "namespace": "t"}}}},
		{"rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", "", fields{"rules": rules}},
		{"rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", "", fields{
			"roleRef":  fields{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "x"},
			"subjects": []any{fields{"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "ops@example.com"}},
		}},
		{"networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", "t", fields{"spec": fields{
			"podSelector": fields{}, "policyTypes": []any{"Ingress", "Egress"},
			"egress": []any{fields{"to": []any{fields{"ipBlock": fields{"cidr": "169.254.169.254/32"}}}, "ports": []any{fields{"protocol": "TCP", "port": int64(80)}}}},
		}}},
		{"node.k8s.io/v1", "RuntimeClass", "runtimeclasses", "", fields{"handler": "runc"}},
		{"batch/v1", "Job", "jobs", "t", fields{"spec": fields{"template": fields{"spec": fields{
			"restartPolicy": "Never", "containers": []any{fields{"name": "c", "image": "busybox:1", "args": []any{"true"}}},
		}}}}},
		{monitoring, "PodMonitoring", "podmonitorings", "t", fields{"spec": pods}},
		{monitoring, "ClusterPodMonitoring", "clusterpodmonitorings", "", fields{"spec": pods}},
		{monitoring, "Rules", "rules", "t", fields{"spec": fields{"groups": group}}},
		{monitoring, "ClusterRules", "clusterrules", "", fields{"spec": fields{"groups": group}}},
		{monitoring, "GlobalRules", "globalrules", "", fields{"spec": fields{"groups": group}}},
	} {
		t.Run(c.kind, func(t *testing.T) {
			var in dynamic.ResourceInterface = client.Resource(gvr(c.apiVersion, c.plural))
			if c.namespace != "" {
				in = client.Resource(gvr(c.apiVersion, c.plural)).Namespace(c.namespace)
			}
			first, err := in.Apply(ctx, "x", object(c.apiVersion, c.kind, c.namespace, "x", c.fields), opts)
			if err != nil {
				t.Fatal(err)
			}
			second, err := in.Apply(ctx, "x", object(c.apiVersion, c.kind, c.namespace, "x", c.fields), opts)
			if err != nil || second.GetResourceVersion() != first.GetResourceVersion() && c.kind != "Job" {
				t.Errorf("applying the same again: %v\n%v\n%v", err, first, second)
			}
			patched, err := in.Patch(ctx, "x", "application/merge-patch+json", []byte(`{"metadata":{"labels":{"by":"hand"}}}`), metav1.PatchOptions{})
			if err != nil || patched.GetLabels()["by"] != "hand" || patched.GetGeneration() != first.GetGeneration() {
				t.Errorf("%v %v", patched, err)
			}
			if c.kind == "ResourceQuota" {
				got, err := in.Get(ctx, "x", metav1.GetOptions{})
				used, _, _ := unstructured.NestedStringMap(got.Object, "status", "used")
				if err != nil || used["count/configmaps"] != "1" {
					t.Errorf("%v %v", got, err)
				}
			}
			if err := in.Delete(ctx, "x", metav1.DeleteOptions{}); err != nil {
				t.Error(err)
			}
			if _, err := in.Get(ctx, "x", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
				t.Errorf("after the deletion: %v", err)
			}
		})
	}
	raw, err := json.Marshal(e.srv.Requests())
	if err != nil || strings.Contains(string(raw), "czNjcmV0") || !strings.Contains(string(raw), "ApplySecret") {
		t.Errorf("the value of a Secret, or no request at all, is in the request log: %v", err)
	}
}
