package emulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// kubeAnswer sends a request to a cluster's API, with the host in the path.
func (e *env) kubeAnswer(endpoint, method, path, contentType, body string) (answer, metav1.Status) {
	e.t.Helper()
	req := newRequest(e.t, method, "http://"+e.srv.Addr()+"/"+endpoint+path, body)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("User-Agent", "curl/8")
	a, err := send(req)
	if err != nil {
		e.t.Fatal(err)
	}
	var status metav1.Status
	if a.status == http.StatusNotFound && strings.HasPrefix(a.header.Get("Content-Type"), "text/plain") {
		// What no server's built-in group has is answered so.
		if string(a.body) != "404 page not found\n" {
			e.t.Errorf("%s %s: %q", method, path, a.body)
		}
		return a, metav1.Status{Reason: metav1.StatusReasonNotFound, Message: string(a.body)}
	}
	if a.status >= 400 {
		a.into(e.t, a.status, &status)
		if status.Kind != "Status" || int(status.Code) != a.status || status.Status != metav1.StatusFailure {
			e.t.Errorf("%s %s: no Status: %s", method, path, a.body)
		}
	}
	return a, status
}

const applyYAML = "application/apply-patch+yaml"

// TestKubeRules refuses what a real API server, or the operator of Managed
// Prometheus, refuses.
func TestKubeRules(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{LROScale: 1})
	endpoint := endpointOf(t, e.cluster(t))
	const (
		ns    = "/api/v1/namespaces/default/"
		rbac  = "/apis/rbac.authorization.k8s.io/v1/"
		gmp   = "/apis/monitoring.googleapis.com/v1/"
		field = "?fieldManager=x"
	)
	rules := func(expr, more string) string {
		return `{"apiVersion":"monitoring.googleapis.com/v1","kind":"ClusterRules","metadata":{"name":"r"},"spec":{"groups":[{"name":"g","rules":[{"record":"a:b","expr":` + fmt.Sprintf("%q", expr) + more + `}]}]}}`
	}
	pods := func(spec string) string {
		return `{"apiVersion":"monitoring.googleapis.com/v1","kind":"ClusterPodMonitoring","metadata":{"name":"r"},"spec":{"selector":{},` + spec + `}}`
	}
	for _, c := range []struct {
		method, path, contentType, body string
		status                          int
		reason                          metav1.StatusReason
		text                            string
	}{
		{"GET", ns + "configmaps/none", "", "", 404, "NotFound", `configmaps "none" not found`},
		{"GET", "/apis/nosuch.example.com/v1/things", "", "", 404, "NotFound", "404 page not found"},
		{"GET", "/api/v1/nosuch", "", "", 404, "NotFound", "could not find the requested resource"},
		{"GET", ns + "pods", "", "", 501, "", "pods"},
		{"GET", "/apis/apps/v1/deployments", "", "", 501, "", "apps"},
		{"GET", "/openapi/v2", "", "", 501, "", "OpenAPI"},
		{"GET", ns + "configmaps?watch=true", "", "", 501, "", "watch"},
		{"PUT", "/api/v1/namespaces/default/status", "", "{}", 501, "", "status"},
		{"GET", ns + "configmaps?labelSelector=%3D%3D", "", "", 400, "BadRequest", "unable to parse requirement"},
		{"GET", ns + "configmaps?fieldSelector=data%3Dx", "", "", 400, "BadRequest", "field label not supported"},
		{"POST", ns + "configmaps", "application/json", `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}`, 400, "BadRequest", "cannot be handled as a ConfigMap"},
		{"POST", ns + "configmaps", "application/json", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"other"}}`, 400, "BadRequest", "does not match the namespace"},
		{"POST", ns + "configmaps", "application/json", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"A_b"}}`, 422, "Invalid", "metadata.name"},
		{"POST", ns + "configmaps", "application/json", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","labels":{"k":"no way"}}}`, 422, "Invalid", "metadata.labels"},
		{"POST", ns + "configmaps?fieldValidation=Strict", "application/json", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"spec":{}}`, 400, "BadRequest", `strict decoding error: unknown field "spec"`},
		{"POST", ns + "configmaps?fieldValidation=Strict", "application/json", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"1","k":"2"}}`, 400, "BadRequest", "strict decoding error"},
		{"POST", ns + "configmaps", "application/json", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","finalizers":["nobodys"]}}`, 422, "Invalid", "metadata.finalizers[0]"},
		{"POST", ns + "configmaps", "application/json", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","resourceVersion":"1"}}`, 500, "", "resourceVersion should not be set"},
		{"POST", ns + "configmaps", "application/json", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"kube-root-ca.crt"},"data":{"no way":""}}`, 422, "Invalid", "data[no way]"},
		{"PATCH", ns + "configmaps/kube-root-ca.crt", "application/merge-patch+json", `{"data":{"ca.crt":1}}`, 422, "Invalid", "patch: Invalid value"},
		{"PATCH", ns + "configmaps/kube-root-ca.crt", "application/merge-patch+json", `{"metadata":{"uid":"1"}}`, 422, "Invalid", "field is immutable"},
		{"POST", ns + "configmaps", "application/vnd.kubernetes.protobuf", "x", 415, "UnsupportedMediaType", "unknown format"},
		{"POST", ns + "configmaps", "application/json", `{`, 400, "BadRequest", "body"},
		{"POST", ns + "configmaps", "application/json", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"kube-root-ca.crt"}}`, 409, "AlreadyExists", "already exists"},
		{"PATCH", ns + "configmaps/a", applyYAML, "apiVersion: v1\nkind: ConfigMap\n", 422, "Invalid", "fieldManager: Required value"},
		{"PATCH", ns + "configmaps/a" + field, "application/json-patch+json", `[]`, 501, "", "json-patch"},
		{"PATCH", ns + "configmaps/a" + field, "text/plain", `[]`, 415, "UnsupportedMediaType", "unknown format"},
		{"PATCH", ns + "configmaps/a" + field, "application/merge-patch+json", `{}`, 404, "NotFound", "not found"},
		{"PATCH", gmp + "clusterpodmonitorings/a" + field, "application/strategic-merge-patch+json", `{}`, 404, "NotFound", "not found"},
		{"DELETE", "/api/v1/namespaces/kube-system", "", "", 403, "Forbidden", "this namespace may not be deleted"},
		{"DELETE", ns + "configmaps/kube-root-ca.crt", "application/json", `{"preconditions":{"uid":"x"}}`, 409, "Conflict", "Precondition failed: UID"},
		{"DELETE", ns + "configmaps/kube-root-ca.crt?propagationPolicy=Maybe", "", "", 422, "Invalid", "propagationPolicy"},
		{"POST", ns + "secrets", "application/json", `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"},"type":"kubernetes.io/tls"}`, 422, "Invalid", "tls.crt"},
		{"POST", ns + "resourcequotas", "application/json", `{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"a"},"spec":{"hard":{"cpus":"1"}}}`, 422, "Invalid", "standard resource for quota"},
		{"POST", ns + "resourcequotas", "application/json", `{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"a"},"spec":{"hard":{"cpu":"much"}}}`, 400, "BadRequest", "quantities must match"},
		{"POST", ns + "limitranges", "application/json", `{"apiVersion":"v1","kind":"LimitRange","metadata":{"name":"a"},"spec":{"limits":[{"type":"Container","default":{"cpu":"1"},"defaultRequest":{"cpu":"2"}}]}}`, 422, "Invalid", "greater than default value"},
		{"POST", rbac + "namespaces/default/roles", "application/json", `{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"a"},"rules":[{"apiGroups":[""],"resources":["pods"]}]}`, 422, "Invalid", "verbs must contain at least one value"},
		{"POST", rbac + "clusterrolebindings", "application/json", `{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"a"},"roleRef":{"kind":"Role","name":"x"}}`, 422, "Invalid", "roleRef.kind"},
		{"POST", "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies", "application/json", `{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"a"},"spec":{"podSelector":{},"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/99"}}]}]}}`, 422, "Invalid", "valid CIDR"},
		{"POST", "/apis/batch/v1/namespaces/default/jobs", "application/json", `{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"a"},"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}}}`, 422, "Invalid", "restartPolicy"},
		{"POST", gmp + "clusterrules", "application/json", rules("sum(", ""), 403, "Forbidden", "denied the request: isolating rules failed: parse PromQL expression"},
		{"POST", gmp + "clusterrules", "application/json", rules(`up{cluster="c"}`, ""), 403, "Forbidden", "conflicting label matcher"},
		{"POST", gmp + "clusterrules", "application/json", rules("up", `,"labels":{"location":"x"}`), 403, "Forbidden", `label "location" already set`},
		{"POST", gmp + "clusterrules", "application/json", rules("up", `,"alert":"x"`), 422, "Invalid", "Must set exactly one of Record or Alert"},
		{"POST", gmp + "clusterrules", "application/json", rules("up", `,"for":"1 minute"`), 422, "Invalid", "duration"},
		{"POST", gmp + "clusterpodmonitorings", "application/json", pods(`"endpoints":[]`), 422, "Invalid", "at least 1 items"},
		{"POST", gmp + "clusterpodmonitorings", "application/json", pods(`"endpoints":[{"interval":"30s"}]`), 422, "Invalid", "endpoints[0].port"},
		{"POST", gmp + "clusterpodmonitorings", "application/json", pods(`"endpoints":[{"port":"m"}]`), 422, "Invalid", "endpoints[0].interval"},
		{"POST", gmp + "clusterpodmonitorings", "application/json", pods(`"endpoints":[{"port":"m","interval":"30s","metricRelabeling":[{"action":"labeldrop"}]}]`), 422, "Invalid", "regex"},
		{"POST", gmp + "clusterrules", "application/json", strings.Replace(rules("up", ""), "a:b", "a-b", 1), 422, "Invalid", "record"},
		{"POST", gmp + "clusterpodmonitorings", "application/json", pods(`"endpoints":[{"port":"m","interval":"30s","timeout":"1m"}]`), 422, "Invalid", "must not be greater than scrape interval"},
		{"POST", gmp + "clusterpodmonitorings", "application/json", pods(`"endpoints":[{"port":"m","interval":"30s"}],"targetLabels":{"metadata":["job"]}`), 422, "Invalid", "targetLabels.metadata[0]"},
		{"POST", gmp + "clusterpodmonitorings", "application/json", pods(`"endpoints":[{"port":"m","interval":"30s","metricRelabeling":[{"action":"replace","targetLabel":"cluster"}]}]`), 422, "Invalid", `protected label "cluster"`},
		{"POST", gmp + "namespaces/default/operatorconfigs", "application/json", `{"apiVersion":"monitoring.googleapis.com/v1","kind":"OperatorConfig","metadata":{"name":"x"}}`, 403, "Forbidden", "must be in namespace"},
	} {
		if a, status := e.kubeAnswer(endpoint, c.method, c.path, c.contentType, c.body); a.status != c.status || c.reason != "" && status.Reason != c.reason || !strings.Contains(status.Message, c.text) {
			t.Errorf("%s %s %s: want %d %s %q, got %s", c.method, c.path, c.body, c.status, c.reason, c.text, a.body)
		}
	}
	if a, _ := e.kubeAnswer(endpoint, "POST", gmp+"globalrules", "application/json", strings.Replace(rules(`up{cluster="c"}`, ""), "ClusterRules", "GlobalRules", 1)); a.status != http.StatusCreated {
		t.Errorf("rules over everything may name a cluster: %s", a.body)
	}
	e.srv.InjectFaults(emulator.Fault{RPC: "GetConfigMap", Status: 429, Message: "slow down", RetryAfter: emulator.Duration(3 * time.Second)})
	a, status := e.kubeAnswer(endpoint, "GET", ns+"configmaps/kube-root-ca.crt", "", "")
	if a.status != 429 || status.Reason != metav1.StatusReasonTooManyRequests || a.header.Get("Retry-After") != "3" {
		t.Errorf("%v %s", a.header, a.body)
	}
	req := newRequest(t, "GET", "http://"+e.srv.Addr()+"/version", "")
	req.Host = endpoint
	if a, err := send(req); err != nil || !strings.Contains(string(a.body), "v1.35") {
		t.Errorf("by the Host header: %s %v", a.body, err)
	}
}

// TestKubeAvailability reaches an API while its cluster is made, updated and
// deleted, and looks at what the cluster has.
func TestKubeAvailability(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{LROScale: 1})
	cluster := e.cluster(t)
	endpoint := endpointOf(t, cluster)
	want := func(path string, status int) {
		t.Helper()
		if a, _ := e.kubeAnswer(endpoint, "GET", path, "", ""); a.status != status {
			t.Errorf("%s: %d, want %d: %s", path, a.status, status, a.body)
		}
	}
	want("/api/v1/namespaces/gmp-system", 200)
	want("/apis/monitoring.googleapis.com/v1/clusterrules", 200)
	want("/apis/monitoring.googleapis.com/v1/namespaces/gmp-public/operatorconfigs/config", 200)
	want("/apis/node.k8s.io/v1/runtimeclasses/gvisor", 404)
	e.json("POST", gkePath+"/clusters/main/nodePools", `{"nodePool":{"name":"sandbox","initialNodeCount":1,"config":{"machineType":"n2-standard-2","imageType":"COS_CONTAINERD","sandboxConfig":{"type":"GVISOR"}}}}`)
	want("/api/v1/namespaces", 200) // RECONCILING
	e.clock.Advance(5 * time.Minute)
	want("/apis/node.k8s.io/v1/runtimeclasses/gvisor", 200)
	e.json("PUT", gkePath+"/clusters/main", `{"update":{"desiredMonitoringConfig":{"managedPrometheusConfig":{"enabled":false}}}}`)
	e.clock.Advance(5 * time.Minute)
	want("/apis/monitoring.googleapis.com/v1/clusterrules", 404)
	e.json("DELETE", gkePath+"/clusters/main", "")
	want("/api/v1/namespaces", 503)
	e.clock.Advance(5 * time.Minute)
	want("/api/v1/namespaces", 503)
	if got := e.srv.Inventory(); got["kubernetesObjects"] != nil || got["containerClusters"] != nil {
		t.Errorf("left behind: %v", got)
	}
}

// TestKubeFates has a Job end well, badly and never, and a namespace that can't
// be emptied.
func TestKubeFates(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{LROScale: 1})
	endpoint := endpointOf(t, e.cluster(t))
	const jobs = "/apis/batch/v1/namespaces/default/jobs"
	job := func(name, more string) {
		t.Helper()
		body := `{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"` + name + `"},"spec":{` + more + `"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}`
		if a, _ := e.kubeAnswer(endpoint, "POST", jobs, "application/json", body); a.status != http.StatusCreated {
			t.Fatalf("%s", a.body)
		}
	}
	conditions := func(name string) string {
		t.Helper()
		a, _ := e.kubeAnswer(endpoint, "GET", jobs+"/"+name, "", "")
		return string(a.body)
	}
	job("good", "")
	if got := conditions("good"); !strings.Contains(got, `"active": 1`) || strings.Contains(got, "Complete") {
		t.Errorf("%s", got)
	}
	e.srv.InjectFaults(emulator.Fault{RPC: "CreateJob", Operation: emulator.OperationFails}, emulator.Fault{RPC: "CreateJob", Nth: 2, Operation: emulator.OperationHangs})
	job("bad", "")
	job("stuck", "")
	job("short", `"ttlSecondsAfterFinished":60,`)
	e.clock.Advance(30 * time.Second)
	for name, text := range map[string]string{"good": `"type": "Complete"`, "bad": `"type": "Failed"`, "stuck": `"active": 1`, "short": `"succeeded": 1`} {
		if got := conditions(name); !strings.Contains(got, text) {
			t.Errorf("%s: no %s in %s", name, text, got)
		}
	}
	e.clock.Advance(time.Minute)
	if a, _ := e.kubeAnswer(endpoint, "GET", jobs+"/short", "", ""); a.status != 404 {
		t.Errorf("a Job outlived its time: %s", a.body)
	}
	if a, status := e.kubeAnswer(endpoint, "PATCH", jobs+"/good", "application/merge-patch+json", `{"spec":{"template":{"spec":{"restartPolicy":"OnFailure"}}}}`); a.status != 422 || !strings.Contains(status.Message, "field is immutable") {
		t.Errorf("%s", a.body)
	}
	e.kubeAnswer(endpoint, "POST", "/api/v1/namespaces", "application/json", `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"stuck"}}`)
	e.srv.InjectFaults(emulator.Fault{RPC: "DeleteNamespace", Operation: emulator.OperationFails, Message: "finalizers remain"})
	e.kubeAnswer(endpoint, "DELETE", "/api/v1/namespaces/stuck", "", "")
	e.clock.Advance(time.Hour)
	if a, _ := e.kubeAnswer(endpoint, "GET", "/api/v1/namespaces/stuck", "", ""); a.status != 200 || !strings.Contains(string(a.body), "finalizers remain") {
		t.Errorf("%s", a.body)
	}
}

// TestKubeStateFile starts a second server on what a first one kept.
func TestKubeStateFile(t *testing.T) {
	t.Parallel()
	file := t.TempDir() + "/state"
	e := cloud(t, emulator.Options{StateFile: file})
	endpoint := endpointOf(t, e.cluster(t))
	const path = "/api/v1/namespaces/default/configmaps/c?fieldManager=x"
	a, _ := e.kubeAnswer(endpoint, "PATCH", path, applyYAML, "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: b\n")
	if a.status != http.StatusCreated {
		t.Fatalf("%s", a.body)
	}
	if err := e.srv.Close(); err != nil {
		t.Fatal(err)
	}
	e = start(t, emulator.Options{StateFile: file, Clock: e.clock})
	again, _ := e.kubeAnswer(endpoint, "PATCH", path, applyYAML, "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: b\n")
	if again.status != 200 || !strings.Contains(string(again.body), `"manager": "x"`) {
		t.Errorf("%d %s", again.status, again.body)
	}
	if got := e.json("GET", gkePath+"/clusters/main", ""); got["status"] != "RUNNING" || endpointOf(t, got) != endpoint {
		t.Errorf("%v", got)
	}
}
