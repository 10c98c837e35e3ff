package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// FuzzEnvironmentBodies is FuzzBodies for Cloud SQL, Cloud Logging and Access
// Context Manager.
func FuzzEnvironmentBodies(f *testing.F) {
	const instance = "/sqladmin.googleapis.com/v1/projects/p/instances"
	const bucket = "/logging.googleapis.com/v2/projects/p/locations/global/buckets"
	f.Add(hashicorpInstance)
	f.Add(hashicorpInstanceChange)
	f.Add(`{"settings":{"tier":"db-f1-micro","ipConfiguration":null,"backupConfiguration":{"backupRetentionSettings":null},"locationPreference":[1]}}`)
	f.Add(`{"settings":{"ipConfiguration":{"authorizedNetworks":[null,{"value":"x"}],"pscConfig":null},"databaseFlags":[null]}}`)
	f.Add(`{"name":"u","type":"CLOUD_IAM_USER","passwordPolicy":{"passwordExpirationDuration":"1h"},"commonName":"x"}`)
	f.Add(`{"name":"s","destination":"storage.googleapis.com/abc","filter":"a=b AND (","exclusions":[null,{}],"retentionDays":1,"locked":true}`)
	f.Add(`{"name":"m","filter":"x","metricDescriptor":{"labels":[null]},"labelExtractors":{"a":"EXTRACT(b)"},"bucketOptions":{}}`)
	f.Add(`{"parent":"organizations/1","title":"t","scopes":["projects/1"],"status":{"resources":["projects/1"],"ingressPolicies":[null,{}]},"spec":{}}`)
	f.Add(`{"name":"accessPolicies/1/servicePerimeters/a","title":"t","basic":{"conditions":[null]},"egressPolicies":[{"egressFrom":{},"egressTo":{"operations":[null]}}]}`)
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
		do := func(method, path, body string) *httptest.ResponseRecorder {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, "http://127.0.0.1"+path, strings.NewReader(body)))
			return w
		}
		must := func(method, path, body string) string {
			w := do(method, path, body)
			if w.Code != http.StatusOK {
				t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
			}
			return w.Body.String()
		}
		must("POST", "/serviceusage.googleapis.com/v1/projects/p/services/sqladmin.googleapis.com:enable", "{}")
		must("POST", instance, hashicorpInstance)
		must("POST", bucket+"?bucketId=b", "{}")
		must("POST", "/logging.googleapis.com/v2/projects/p/sinks", `{"name":"old","destination":"storage.googleapis.com/abc"}`)
		var policies struct{ AccessPolicies []struct{ Name string } }
		must("POST", "/accesscontextmanager.googleapis.com/v1/accessPolicies", `{"parent":"organizations/7","title":"t"}`)
		if err := json.Unmarshal([]byte(must("GET", "/accesscontextmanager.googleapis.com/v1/accessPolicies?parent=organizations/7", "")), &policies); err != nil || len(policies.AccessPolicies) != 1 {
			t.Fatalf("%+v, %v", policies, err)
		}
		policy := "/accesscontextmanager.googleapis.com/v1/" + policies.AccessPolicies[0].Name
		perimeter := strings.TrimPrefix(policy, "/accesscontextmanager.googleapis.com/v1/") + "/servicePerimeters/old"
		must("POST", policy+"/servicePerimeters", fmt.Sprintf(`{"name":%q,"title":"t"}`, perimeter))
		for _, c := range []struct{ method, path string }{
			{"POST", instance},
			{"POST", instance + "/db-1/users"},
			{"PUT", instance + "/db-1/users?name=postgres"},
			{"POST", instance + "/db-1/databases"},
			{"POST", instance + "/db-1/sslCerts"},
			{"POST", instance + "/db-1/backupRuns"},
			{"PATCH", instance + "/db-1"},
			{"PUT", instance + "/db-1"},
			{"POST", bucket + "?bucketId=new"},
			{"PATCH", bucket + "/b?updateMask=retentionDays,locked,cmekSettings,indexConfigs,analyticsEnabled,restrictedFields"},
			{"POST", bucket + "/b/views?viewId=v"},
			{"POST", bucket + "/b/links?linkId=l"},
			{"POST", "/logging.googleapis.com/v2/projects/p/sinks"},
			{"PATCH", "/logging.googleapis.com/v2/projects/p/sinks/old?updateMask=filter,destination,exclusions"},
			{"POST", "/logging.googleapis.com/v2/projects/p/exclusions"},
			{"POST", "/logging.googleapis.com/v2/projects/p/metrics"},
			{"PUT", "/logging.googleapis.com/v2/projects/p/metrics/x"},
			{"POST", "/accesscontextmanager.googleapis.com/v1/accessPolicies"},
			{"POST", policy + "/accessLevels"},
			{"POST", policy + "/servicePerimeters"},
			{"PATCH", policy + "/servicePerimeters/old?updateMask=status,spec,useExplicitDryRunSpec,title,status.resources"},
			{"POST", policy + "/servicePerimeters:commit"},
		} {
			w := do(c.method, c.path, body)
			if !slices.Contains([]int{200, 400, 404, 409, 412, 501}, w.Code) {
				t.Errorf("%s %s answers %d %s", c.method, c.path, w.Code, w.Body)
			}
		}
		must("GET", instance, "")
	})
}
