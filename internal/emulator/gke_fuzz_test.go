package emulator_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// FuzzClusterBodies sends any body to each writing call of Kubernetes Engine,
// Binary Authorization, Container Analysis and a cluster's Kubernetes API: an
// answer is one of the few that such a call has, never a panic or an internal
// error, and what stands after it can be read.
func FuzzClusterBodies(f *testing.F) {
	for _, body := range []string{
		`{`, `null`, `[]`, `{}`, `{"cluster":null}`, `{"cluster":{"name":"d","initialNodeCount":1,"nodePools":[]}}`,
		clusterBody("d", oneNode), clusterBody("d", oneNode+`,"nodeConfig":null,"addonsConfig":{},"autoscaling":{},"maintenancePolicy":{"window":{"recurringWindow":{}}}`),
		clusterBody("d", `,"nodePools":[{"name":"x","config":{},"locations":[""],"networkConfig":{},"upgradeSettings":{},"management":{}}]`),
		clusterBody("d", oneNode+`,"controlPlaneEndpointsConfig":{"dnsEndpointConfig":{},"ipEndpointsConfig":{"enabled":false}},"privateClusterConfig":{"masterGlobalAccessConfig":{}},"notificationConfig":{}`),
		clusterBody("d", oneNode+`,"ipAllocationPolicy":{"clusterIpv4CidrBlock":"/99","servicesIpv4CidrBlock":"10.0.0.0/33"}`),
		`{"nodePool":{"name":"x","initialNodeCount":-1,"config":{"diskSizeGb":-5,"sandboxConfig":{}}}}`,
		`{"nodePool":{"name":"x","autoscaling":{"enabled":true,"maxNodeCount":3},"config":{"taints":[{}],"labels":{"":""}}}}`,
		`{"update":{"desiredControlPlaneEndpointsConfig":{"ipEndpointsConfig":{"enabled":false}}}}`, `{"update":{"desiredAddonsConfig":{}}}`,
		`{"update":{"desiredNodePoolAutoscaling":{"enabled":true}}}`, `{"update":{"desiredGcfsConfig":{}}}`, `{"update":{"desiredMonitoringConfig":{}}}`,
		`{"taints":{"taints":[{}]},"labels":{},"kubeletConfig":{},"bootDisk":{},"locations":["x"]}`, `{"nodeCount":2147483647}`, `{"autoscaling":{}}`, `{"management":{}}`,
		`{"resourceLabels":{"A":"b"}}`, `{"maintenancePolicy":{"window":{"maintenanceExclusions":{"a":{}}}}}`,
		`{"admissionWhitelistPatterns":[null],"defaultAdmissionRule":{"evaluationMode":"ALWAYS_ALLOW","enforcementMode":"DRYRUN_AUDIT_LOG_ONLY"},"clusterAdmissionRules":{"a.b":null}}`,
		`{"userOwnedGrafeasNote":{"noteReference":"projects/p/notes/n","publicKeys":[null]}}`, `{"userOwnedGrafeasNote":{"noteReference":"projects/p/notes/n","publicKeys":[{"pkixPublicKey":{"signatureAlgorithm":"ECDSA_P256_SHA256"}}]}}`,
		`{"attestation":{"hint":{"humanReadableName":"x"}},"relatedUrl":[null]}`, `{"attestationAuthority":{"hint":null}}`,
		`{"apiVersion":"v1","kind":"ConfigMap","metadata":null,"data":null}`, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","managedFields":[null],"labels":[1]},"data":{"a":1}}`,
		`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","finalizers":["a/b"]},"data":{"a":"b"}}`, `{"metadata":{"finalizers":[null],"labels":{"a":null}}}`,
		`{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"j"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[null]}}}}`,
		`{"apiVersion":"monitoring.googleapis.com/v1","kind":"ClusterRules","metadata":{"name":"r"},"spec":{"groups":[null,{"rules":[null]}]}}`,
		`{"apiVersion":"monitoring.googleapis.com/v1","kind":"ClusterPodMonitoring","metadata":{"name":"r"},"spec":{"selector":null,"endpoints":[null,{"port":1}],"targetLabels":{"metadata":null}}}`,
		`{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"r"},"spec":{"ingress":[null],"egress":[{"to":[null],"ports":[null]}]}}`,
		`{"apiVersion":"v1","kind":"LimitRange","metadata":{"name":"r"},"spec":{"limits":[null,{"type":"Container","max":{"cpu":"1"},"default":null}]}}`,
		`{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"r"},"subjects":[null],"roleRef":null}`,
		"apiVersion: v1\nkind: ConfigMap\nmetadata: &a\n  name: c\n  labels: *a\n", "a: &a [*a]", `{"preconditions":{},"propagationPolicy":"Orphan","dryRun":[null]}`,
	} {
		f.Add(body)
	}
	const gke, binauthz, notes = "/" + gkePath, "/binaryauthorization.googleapis.com/v1/projects/p", "/containeranalysis.googleapis.com/v1/projects/p/notes"
	calls := []struct{ method, path string }{
		{"POST", gke + "/clusters"},
		{"POST", strings.Replace(gke, "/v1/", "/v1beta1/", 1) + "/clusters"},
		{"PUT", gke + "/clusters/c"},
		{"POST", gke + "/clusters/c:setResourceLabels"},
		{"POST", gke + "/clusters/c:setMaintenancePolicy"},
		{"POST", gke + "/clusters/c:setLegacyAbac"},
		{"POST", gke + "/clusters/c:setNetworkPolicy"},
		{"POST", gke + "/clusters/c:setAddons"},
		{"POST", gke + "/clusters/c/nodePools"},
		{"PUT", gke + "/clusters/c/nodePools/default-pool"},
		{"POST", gke + "/clusters/c/nodePools/default-pool:setSize"},
		{"POST", gke + "/clusters/c/nodePools/default-pool:setManagement"},
		{"POST", gke + "/clusters/c/nodePools/default-pool:setAutoscaling"},
		{"PUT", binauthz + "/policy"},
		{"POST", binauthz + "/attestors?attestorId=b"},
		{"PUT", binauthz + "/attestors/a"},
		{"POST", notes + "?noteId=m"},
		{"PATCH", notes + "/n?updateMask=attestation,relatedUrl"},
	}
	kube := []struct{ method, path, contentType string }{}
	for _, collection := range []string{
		"/api/v1/namespaces/default/configmaps", "/api/v1/namespaces/default/limitranges", "/api/v1/namespaces/default/resourcequotas", "/api/v1/namespaces/default/secrets",
		"/apis/batch/v1/namespaces/default/jobs", "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings",
		"/apis/monitoring.googleapis.com/v1/clusterrules", "/apis/monitoring.googleapis.com/v1/clusterpodmonitorings", "/apis/monitoring.googleapis.com/v1/namespaces/gmp-public/operatorconfigs",
	} {
		name := collection[strings.LastIndex(collection, "/")+1:]
		one := map[string]string{"configmaps": "/c", "jobs": "/j", "operatorconfigs": "/config"}[name]
		if one == "" {
			one = "/r"
		}
		kube = append(kube, []struct{ method, path, contentType string }{
			{"POST", collection, "application/json"},
			{"PATCH", collection + one + "?fieldManager=f&force=true", applyYAML},
			{"PATCH", collection + one, "application/merge-patch+json"},
			{"PATCH", collection + one, "application/strategic-merge-patch+json"},
			{"PUT", collection + one, "application/json"},
			{"DELETE", collection + one, "application/json"},
		}...)
	}
	f.Fuzz(func(t *testing.T, body string) {
		srv, err := emulator.New(emulator.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := srv.Close(); err != nil {
				t.Error(err)
			}
		})
		h := srv.Handler()
		do := func(method, path, contentType, body string) *httptest.ResponseRecorder {
			w := httptest.NewRecorder()
			r := httptest.NewRequestWithContext(t.Context(), method, "http://127.0.0.1"+path, strings.NewReader(body))
			r.Header.Set("Content-Type", contentType)
			h.ServeHTTP(w, r)
			return w
		}
		const compute = "/compute.googleapis.com/compute/v1/projects/p/"
		for _, s := range []struct{ path, body string }{
			{"/serviceusage.googleapis.com/v1/projects/p/services:batchEnable", `{"serviceIds":["compute.googleapis.com","container.googleapis.com","binaryauthorization.googleapis.com","containeranalysis.googleapis.com"]}`},
			{compute + "global/networks", `{"name":"n","autoCreateSubnetworks":false}`},
			{compute + "regions/us-central1/subnetworks", `{"name":"s","network":"global/networks/n","ipCidrRange":"10.2.0.0/16"}`},
			{gke + "/clusters", clusterBody("c", oneNode)},
			{notes + "?noteId=n", `{"attestation":{"hint":{"humanReadableName":"x"}}}`},
			{binauthz + "/attestors?attestorId=a", `{"userOwnedGrafeasNote":{"noteReference":"projects/p/notes/n"}}`},
		} {
			if got := do("POST", s.path, "", s.body); got.Code != http.StatusOK {
				t.Fatalf("%s: %d %s", s.path, got.Code, got.Body)
			}
		}
		for _, c := range calls {
			if got := do(c.method, c.path, "", body); !slices.Contains([]int{200, 400, 403, 404, 409, 412, 429, 501}, got.Code) {
				t.Errorf("%s %s answers %d: %s", c.method, c.path, got.Code, got.Body)
			}
		}
		var cluster map[string]any
		raw := do("GET", gke+"/clusters/c", "", "")
		if err := json.Unmarshal(raw.Body.Bytes(), &cluster); err != nil || raw.Code != http.StatusOK {
			t.Fatalf("the cluster reads %d %s", raw.Code, raw.Body)
		}
		endpoint := "/" + endpointOf(t, cluster)
		for _, c := range kube {
			// Of what can't be applied, the structure's refusal is a 500 of the
			// real server as well.
			allowed := []int{200, 201, 400, 403, 404, 409, 415, 422, 501}
			got := do(c.method, endpoint+c.path, c.contentType, body)
			if c.contentType == applyYAML && got.Code == 500 && strings.Contains(got.Body.String(), "failed to create typed patch object") {
				continue
			}
			if !slices.Contains(allowed, got.Code) {
				t.Errorf("%s %s answers %d: %s", c.method, c.path, got.Code, got.Body)
			}
		}
		for _, path := range []string{gke + "/clusters", gke + "/operations", binauthz + "/policy", binauthz + "/attestors", notes, endpoint + "/api/v1/configmaps", endpoint + "/apis/batch/v1/jobs"} {
			got := do("GET", path, "", "")
			// A body that turns Managed Prometheus off or stops a cluster is fine.
			if got.Code != http.StatusOK {
				t.Errorf("GET %s answers %d: %s", path, got.Code, got.Body)
			}
		}
	})
}
