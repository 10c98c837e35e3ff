package emulator_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// governCalls are the calls of Cloud Storage, Cloud KMS, IAM, Resource Manager,
// organisation policies and billing that take a body.
var governCalls = []struct{ method, path string }{
	{"POST", "/storage.googleapis.com/storage/v1/b?project=p"},
	{"PATCH", "/storage.googleapis.com/storage/v1/b/fuzzed-1a2b"},
	{"PUT", "/storage.googleapis.com/storage/v1/b/fuzzed-1a2b"},
	{"PUT", "/storage.googleapis.com/storage/v1/b/fuzzed-1a2b/iam"},
	{"POST", "/storage.googleapis.com/upload/storage/v1/b/fuzzed-1a2b/o?uploadType=media&name=o"},
	{"POST", "/storage.googleapis.com/upload/storage/v1/b/fuzzed-1a2b/o?uploadType=multipart"},
	{"POST", "/storage.googleapis.com/upload/storage/v1/b/fuzzed-1a2b/o?uploadType=resumable"},
	{"PATCH", "/storage.googleapis.com/storage/v1/b/fuzzed-1a2b/o/o"},
	{"POST", "/cloudkms.googleapis.com/v1/projects/p/locations/us/keyRings?keyRingId=r2"},
	{"POST", "/cloudkms.googleapis.com/v1/projects/p/locations/us/keyRings/r/cryptoKeys?cryptoKeyId=k2"},
	{"PATCH", "/cloudkms.googleapis.com/v1/projects/p/locations/us/keyRings/r/cryptoKeys/k?updateMask=labels,rotationPeriod,nextRotationTime,versionTemplate"},
	{"POST", "/cloudkms.googleapis.com/v1/projects/p/locations/us/keyRings/r/cryptoKeys/k:updatePrimaryVersion"},
	{"POST", "/cloudkms.googleapis.com/v1/projects/p/locations/us/keyRings/r/cryptoKeys/k:setIamPolicy"},
	{"POST", "/cloudkms.googleapis.com/v1/projects/p/locations/us/keyRings/r/cryptoKeys/k/cryptoKeyVersions"},
	{"PATCH", "/cloudkms.googleapis.com/v1/projects/p/locations/us/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1?updateMask=state"},
	{"POST", "/iam.googleapis.com/v1/projects/p/serviceAccounts"},
	{"PATCH", "/iam.googleapis.com/v1/projects/p/serviceAccounts/account@p.iam.gserviceaccount.com"},
	{"POST", "/iam.googleapis.com/v1/projects/p/serviceAccounts/account@p.iam.gserviceaccount.com:setIamPolicy"},
	{"POST", "/cloudresourcemanager.googleapis.com/v3/liens"},
	{"POST", "/cloudresourcemanager.googleapis.com/v1/projects/p:setIamPolicy"},
	{"POST", "/serviceusage.googleapis.com/v1beta1/projects/p/services/sqladmin.googleapis.com:generateServiceIdentity"},
	{"POST", "/orgpolicy.googleapis.com/v2/projects/p/policies"},
	{"PATCH", "/orgpolicy.googleapis.com/v2/projects/p/policies/gcp.resourceLocations"},
	{"PUT", "/cloudbilling.googleapis.com/v1/projects/p/billingInfo"},
	{"POST", "/billingbudgets.googleapis.com/v1/billingAccounts/012345-567890-ABCDEF/budgets"},
}

// FuzzGovernBodies sends any body to each of those calls: an answer is one of the
// few that such a call has, never a panic or an internal error.
func FuzzGovernBodies(f *testing.F) {
	for _, body := range []string{
		`{`, `null`, `[]`, `"x"`, `{}`, `{"name":null}`, `{"name":1}`,
		`{"name":"fuzzed-3c4d","location":"us","labels":{"a":null},"lifecycle":{"rule":[null]},"softDeletePolicy":null,"iamConfiguration":null}`,
		`{"iamConfiguration":{"uniformBucketLevelAccess":null,"bucketPolicyOnly":{"enabled":true}},"autoclass":{"enabled":true},"retentionPolicy":{}}`,
		`{"softDeletePolicy":{"retentionDurationSeconds":null},"encryption":{"defaultKmsKeyName":"x"},"logging":{"logBucket":"y"}}`,
		`{"lifecycle":{"rule":[{"action":{"type":"Delete"},"condition":{"age":-1}},{}]},"retentionPolicy":{"retentionPeriod":"-9223372036854775808"}}`,
		`{"name":"o","metadata":{"a":"b"},"customTime":"never","contentType":7}`,
		`{"purpose":"ENCRYPT_DECRYPT","rotationPeriod":"NaNs","nextRotationTime":"2027-01-01T00:00:00Z","destroyScheduledDuration":"1e300s"}`,
		`{"purpose":"ENCRYPT_DECRYPT","rotationPeriod":"86400.5s","nextRotationTime":"9999-12-31T23:59:59Z","versionTemplate":{"protectionLevel":"HSM"}}`,
		`{"labels":{"a":"b"},"rotationPeriod":"Infs","nextRotationTime":"2027-01-01T00:00:00Z"}`,
		`{"cryptoKeyVersionId":"-1"}`, `{"state":"DISABLED"}`,
		`{"accountId":"another","serviceAccount":null}`, `{"serviceAccount":{"displayName":"x"},"updateMask":"display_name,,"}`,
		`{"policy":{"version":3,"bindings":[{"role":"roles/viewer","members":["deleted:serviceAccount:a"],"condition":{}}]},"updateMask":"*"}`,
		`{"version":1,"bindings":[{"role":"roles/viewer","members":["allUsers"]}],"etag":"CAE="}`,
		`{"parent":"projects/","origin":"o","reason":"r","restrictions":["resourcemanager.projects.delete"]}`,
		`{"name":"projects/p/policies/gcp.resourceLocations","spec":{"rules":[null]}}`,
		`{"name":"projects/p/policies/iam.disableServiceAccountCreation","spec":{"rules":[{"enforce":true}]}}`,
		`{"amount":{"specifiedAmount":{"units":"1"}},"budgetFilter":{"projects":["projects/p",""],"labels":{"":[1]}},"thresholdRules":[null,{"thresholdPercent":1e308}]}`,
		`{"amount":{"lastPeriodAmount":{}},"budgetFilter":null,"notificationsRule":{"pubsubTopic":"x","schemaVersion":"1.0"}}`,
		"--x\r\nContent-Type: application/json\r\n\r\n{\"name\":\"m\"}\r\n--x\r\n\r\nbody\r\n--x--",
	} {
		f.Add(body)
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
		do := func(method, path, body string) int {
			w := httptest.NewRecorder()
			r := httptest.NewRequestWithContext(t.Context(), method, "http://127.0.0.1"+path, strings.NewReader(body))
			r.Header.Set("Content-Type", "multipart/related; boundary=x")
			h.ServeHTTP(w, r)
			return w.Code
		}
		for _, host := range []string{"cloudkms", "iam", "orgpolicy", "cloudbilling"} {
			do("POST", "/serviceusage.googleapis.com/v1/projects/p/services/"+host+".googleapis.com:enable", "{}")
		}
		for _, made := range [][2]string{
			{governCalls[0].path, `{"name":"fuzzed-1a2b"}`},
			{governCalls[4].path, "content"},
			{"/cloudkms.googleapis.com/v1/projects/p/locations/us/keyRings?keyRingId=r", "{}"},
			{"/cloudkms.googleapis.com/v1/projects/p/locations/us/keyRings/r/cryptoKeys?cryptoKeyId=k", `{"purpose":"ENCRYPT_DECRYPT"}`},
			{"/iam.googleapis.com/v1/projects/p/serviceAccounts", `{"accountId":"account"}`},
		} {
			if got := do("POST", made[0], made[1]); got != http.StatusOK {
				t.Fatalf("%s: %d", made[0], got)
			}
		}
		for _, c := range governCalls {
			if got := do(c.method, c.path, body); !slices.Contains([]int{200, 400, 403, 404, 409, 412, 501}, got) {
				t.Errorf("%s %s answers %d to %q", c.method, c.path, got, body)
			}
		}
		// What was taken can be read again.
		for _, path := range []string{"/storage.googleapis.com/storage/v1/b?project=p", "/cloudkms.googleapis.com/v1/projects/p/locations/us/keyRings/r/cryptoKeys"} {
			if got := do("GET", path, ""); got != http.StatusOK && got != http.StatusForbidden {
				t.Errorf("%s answers %d after %q", path, got, body)
			}
		}
	})
}
