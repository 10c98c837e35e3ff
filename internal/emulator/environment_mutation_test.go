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

// mutations returns a JSON value once for every place in it and every strange
// value that can stand there.
func mutations(v any) []any {
	strange := []any{nil, []any{nil}, map[string]any{}, "x", -1.0, true}
	out := slices.Clone(strange)
	switch v := v.(type) {
	case map[string]any:
		for key, item := range v {
			for _, changed := range mutations(item) {
				copied := map[string]any{}
				for k, have := range v {
					copied[k] = have
				}
				copied[key] = changed
				out = append(out, copied)
			}
			copied := map[string]any{}
			for k, have := range v {
				if k != key {
					copied[k] = have
				}
			}
			out = append(out, copied)
		}
	case []any:
		for i, item := range v {
			for _, changed := range mutations(item) {
				copied := slices.Clone(v)
				copied[i] = changed
				out = append(out, copied)
			}
		}
	}
	return out
}

// TestMutatedBodies sends bodies that are valid but for one place: an answer is
// one of the few that a call has, never a panic or an internal error.
func TestMutatedBodies(t *testing.T) {
	t.Parallel()
	const instances = "/sqladmin.googleapis.com/v1/projects/p/instances"
	const logs = "/logging.googleapis.com/v2/projects/p"
	const access = "/accesscontextmanager.googleapis.com/v1/"
	const sink = `{"name":"s","destination":"storage.googleapis.com/abc","filter":"a=b","description":"d","exclusions":[{"name":"e","filter":"x","disabled":true}]}`
	const perimeter = `{"name":"%[1]s/servicePerimeters/old","title":"t","useExplicitDryRunSpec":true,
		"status":{"resources":["%[2]s"],"restrictedServices":["storage.googleapis.com"],"accessLevels":["%[1]s/accessLevels/l"],
			"vpcAccessibleServices":{"enableRestriction":true,"allowedServices":["RESTRICTED-SERVICES"]},
			"ingressPolicies":[{"ingressFrom":{"identityType":"ANY_IDENTITY","sources":[{"accessLevel":"*"},{"resource":"%[2]s"}]},
				"ingressTo":{"resources":["*"],"operations":[{"serviceName":"storage.googleapis.com","methodSelectors":[{"method":"*"}]}]}}]},
		"spec":{"egressPolicies":[{"egressFrom":{"identities":["user:a@example.com"],"sourceRestriction":"SOURCE_RESTRICTION_ENABLED","sources":[{"accessLevel":"*"}]},
			"egressTo":{"resources":["%[2]s"],"operations":[{"serviceName":"*"}]}}]}}`
	for _, c := range []struct{ method, path, body string }{
		{"POST", instances, hashicorpInstance},
		{"PATCH", instances + "/db-1", hashicorpInstanceChange},
		{"PUT", instances + "/db-1", hashicorpInstanceChange},
		{"PATCH", instances + "/db-1", `{"settings":{"ipConfiguration":{"ipv4Enabled":false,"authorizedNetworks":[{"value":"192.0.2.0/24","name":"n"}]},"denyMaintenancePeriods":[{"startDate":"2026-12-01","endDate":"2026-12-31","time":"00:00:00"}],"passwordValidationPolicy":{"enablePasswordPolicy":true,"minLength":8,"complexity":"COMPLEXITY_DEFAULT"},"finalBackupConfig":{"enabled":true,"retentionDays":3}}}`},
		{"POST", instances + "/db-1/users", `{"name":"u","instance":"db-1","password":"pw","type":"BUILT_IN","host":"","passwordPolicy":{"allowedFailedAttempts":1}}`},
		{"PUT", instances + "/db-1/users?name=postgres", `{"name":"postgres","password":"pw"}`},
		{"POST", instances + "/db-1/databases", `{"name":"d","instance":"db-1","charset":"UTF8","collation":"C"}`},
		{"POST", instances + "/db-1/sslCerts", `{"commonName":"c"}`},
		{"POST", instances + "/db-1/backupRuns", `{"description":"d"}`},
		{"POST", logs + "/locations/europe-west1/buckets?bucketId=new", `{"description":"d","retentionDays":5,"locked":false,"analyticsEnabled":true,"restrictedFields":["jsonPayload.a"],"indexConfigs":[{"fieldPath":"jsonPayload.b","type":"INDEX_TYPE_STRING"}],"cmekSettings":{"kmsKeyName":"projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k"}}`},
		{"PATCH", logs + "/locations/global/buckets/b?updateMask=description,retentionDays,restrictedFields,indexConfigs,cmekSettings", `{"description":"d","retentionDays":5,"restrictedFields":["jsonPayload.a"],"indexConfigs":[{"fieldPath":"jsonPayload.b","type":"INDEX_TYPE_STRING"}]}`},
		{"POST", logs + "/locations/global/buckets/b/views?viewId=v", `{"description":"d","filter":"SOURCE(\"projects/p\") AND LOG_ID(\"a\")"}`},
		{"POST", logs + "/sinks", sink},
		{"PATCH", logs + "/sinks/old?updateMask=filter,destination,exclusions,description", sink},
		{"POST", logs + "/exclusions", `{"name":"e","filter":"x","description":"d","disabled":true}`},
		{"POST", logs + "/metrics", `{"name":"m","filter":"x","metricDescriptor":{"metricKind":"DELTA","valueType":"DISTRIBUTION","unit":"s","labels":[{"key":"a","valueType":"STRING"}]},"valueExtractor":"EXTRACT(v)","labelExtractors":{"a":"EXTRACT(b)"},"bucketOptions":{"explicitBuckets":{"bounds":[1,2]}}}`},
		{"POST", access + "accessPolicies", `{"parent":"organizations/8","title":"t","scopes":["projects/1"]}`},
		{"POST", access + "%[1]s/accessLevels", `{"name":"%[1]s/accessLevels/new","title":"t","basic":{"combiningFunction":"OR","conditions":[{"ipSubnetworks":["192.0.2.0/24"],"members":["user:a@example.com"],"regions":["DE"],"requiredAccessLevels":["%[1]s/accessLevels/l"],"negate":true}]}}`},
		{"POST", access + "%[1]s/servicePerimeters", strings.ReplaceAll(perimeter, "/old", "/new")},
		{"PATCH", access + "%[1]s/servicePerimeters/old?updateMask=title,status,spec,useExplicitDryRunSpec", perimeter},
		{"PATCH", access + "%[1]s/servicePerimeters/old?updateMask=status.resources,status.ingress_policies", perimeter},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			t.Parallel()
			do, policy, member := mutable(t)
			put := func(text string) string {
				return strings.NewReplacer("%[1]s", policy, "%[2]s", member).Replace(text)
			}
			var valid any
			if err := json.Unmarshal([]byte(put(c.body)), &valid); err != nil {
				t.Fatal(err)
			}
			for _, changed := range append(mutations(valid), valid) {
				body, err := json.Marshal(changed)
				if err != nil {
					t.Fatal(err)
				}
				if w := do(c.method, put(c.path), string(body)); !slices.Contains([]int{200, 400, 404, 409, 412, 501}, w.Code) {
					t.Errorf("%s: %d %s", body, w.Code, w.Body)
				}
			}
		})
	}
}

// mutable is a server with one object of each kind that the bodies change.
func mutable(t *testing.T) (do func(method, path, body string) *httptest.ResponseRecorder, policy, member string) {
	t.Helper()
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
	do = func(method, path, body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, "http://127.0.0.1"+path, strings.NewReader(body)))
		return w
	}
	must := func(method, path, body string, v any) {
		t.Helper()
		w := do(method, path, body)
		if w.Code != http.StatusOK {
			t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
		if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
			t.Fatal(err)
		}
	}
	var ignored any
	must("POST", "/serviceusage.googleapis.com/v1/projects/p/services/sqladmin.googleapis.com:enable", "{}", &ignored)
	must("POST", "/sqladmin.googleapis.com/v1/projects/p/instances", hashicorpInstance, &ignored)
	must("POST", "/logging.googleapis.com/v2/projects/p/locations/global/buckets?bucketId=b", "{}", &ignored)
	must("POST", "/logging.googleapis.com/v2/projects/p/sinks", `{"name":"old","destination":"storage.googleapis.com/abc"}`, &ignored)
	const access = "/accesscontextmanager.googleapis.com/v1/"
	must("POST", access+"accessPolicies", `{"parent":"organizations/7","title":"t"}`, &ignored)
	var policies struct{ AccessPolicies []struct{ Name string } }
	must("GET", access+"accessPolicies?parent=organizations/7", "", &policies)
	policy = policies.AccessPolicies[0].Name
	var project struct{ ProjectNumber string }
	must("GET", "/"+managerHost+"/v1/projects/p", "", &project)
	member = "projects/" + project.ProjectNumber
	must("POST", access+policy+"/accessLevels", fmt.Sprintf(`{"name":"%s/accessLevels/l","title":"t","basic":{"conditions":[{"regions":["DE"]}]}}`, policy), &ignored)
	must("POST", access+policy+"/servicePerimeters", fmt.Sprintf(`{"name":"%s/servicePerimeters/old","title":"t"}`, policy), &ignored)
	return do, policy, member
}
