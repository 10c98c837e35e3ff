package emulator_test

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/cloudkms/v1"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	"google.golang.org/api/storage/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// storage is Google's own client of Cloud Storage.
func (e *env) storage() *storage.Service {
	e.t.Helper()
	svc, err := storage.NewService(e.t.Context(), option.WithEndpoint("http://"+e.srv.Addr()+"/storage.googleapis.com/storage/v1/"), option.WithoutAuthentication())
	if err != nil {
		e.t.Fatal(err)
	}
	return svc
}

func closedBucket(name string) *storage.Bucket {
	return &storage.Bucket{
		Name: name, Location: "EUROPE-WEST1",
		IamConfiguration: &storage.BucketIamConfiguration{
			PublicAccessPrevention:   "enforced",
			UniformBucketLevelAccess: &storage.BucketIamConfigurationUniformBucketLevelAccess{Enabled: true},
		},
	}
}

func (e *env) bucket(b *storage.Bucket) *storage.Bucket {
	e.t.Helper()
	made, err := e.storage().Buckets.Insert("p", b).Do()
	if err != nil {
		e.t.Fatal(err)
	}
	return made
}

// wantReason is wantHTTP for an API whose errors have reasons.
func wantReason(t *testing.T, err error, httpStatus int, reason, text string) {
	t.Helper()
	wantHTTP(t, err, httpStatus, text)
	var api *googleapi.Error
	if errors.As(err, &api) && (len(api.Errors) != 1 || api.Errors[0].Reason != reason) {
		t.Errorf("errors = %+v, want the reason %s", api.Errors, reason)
	}
}

func TestBucketDefaults(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	var got map[string]any
	e.rest("POST", "storage.googleapis.com/storage/v1/b?project=p", `{"name":"plain-1a2b"}`).into(t, 200, &got)
	for name, want := range map[string]string{
		"location": "US", "locationType": "multi-region", "storageClass": "STANDARD", "rpo": "DEFAULT", "metageneration": "1", "etag": "CAE=",
		"id": "plain-1a2b", "kind": "storage#bucket", "timeCreated": "2026-11-23T09:00:00.000Z",
	} {
		if got[name] != want {
			t.Errorf("%s = %v, want %s", name, got[name], want)
		}
	}
	// What is off shows as off, which Go's types would leave out.
	iam, _ := json.Marshal(got["iamConfiguration"])
	if string(iam) != `{"bucketPolicyOnly":{"enabled":false},"publicAccessPrevention":"inherited","uniformBucketLevelAccess":{"enabled":false}}` {
		t.Errorf("iamConfiguration = %s", iam)
	}
	e.rest("PATCH", "storage.googleapis.com/storage/v1/b/plain-1a2b", `{"versioning":{"enabled":false},"softDeletePolicy":{"retentionDurationSeconds":"0"}}`).into(t, 200, &got)
	soft, _ := got["softDeletePolicy"].(map[string]any)
	if v, _ := json.Marshal(got["versioning"]); string(v) != `{"enabled":false}` || soft["retentionDurationSeconds"] != "0" || got["metageneration"] != "2" {
		t.Errorf("versioning %s, softDeletePolicy %v, metageneration %v", v, soft, got["metageneration"])
	}
	region := e.bucket(closedBucket("regional-1a2b"))
	if region.LocationType != "region" || region.Rpo != "" || region.IamConfiguration.UniformBucketLevelAccess.LockedTime != "2027-02-21T09:00:00.000Z" {
		t.Errorf("%+v %+v", region, region.IamConfiguration.UniformBucketLevelAccess)
	}
	for _, bad := range []string{`{"name":"x1y2","location":"MARS"}`, `{"name":"x1y2","storageClass":"HOT"}`, `{"name":"Up-Case"}`, `{"name":"googly-1"}`, `{"name":"x1y2","labels":{"A":"b"}}`, `{"name":"x1y2","softDeletePolicy":{"retentionDurationSeconds":"60"}}`} {
		if a := e.rest("POST", "storage.googleapis.com/storage/v1/b?project=p", bad); a.status != 400 {
			t.Errorf("%s: %d %s", bad, a.status, a.body)
		}
	}
	for _, unmodelled := range []string{`{"name":"x1y2","acl":[{"entity":"allUsers"}]}`, `{"name":"x1y2","hierarchicalNamespace":{"enabled":true}}`, `{"name":"x1y2","ipFilter":{}}`} {
		if a := e.rest("POST", "storage.googleapis.com/storage/v1/b?project=p", unmodelled); a.status != 501 {
			t.Errorf("%s: %d %s", unmodelled, a.status, a.body)
		}
	}
	if a := e.rest("POST", "storage.googleapis.com/storage/v1/b?project=p", `{"name":"x1y2","colour":"red"}`); a.status != 400 || !strings.Contains(string(a.body), `"reason": "invalid"`) {
		t.Errorf("an unknown field: %d %s", a.status, a.body)
	}
}

func TestBucketNamesAreGlobal(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	svc := e.storage()
	e.bucket(closedBucket("taken-1a2b"))
	_, err := svc.Buckets.Insert("p", closedBucket("taken-1a2b")).Do()
	wantReason(t, err, 409, "conflict", "you already own it")
	_, err = svc.Buckets.Insert("other", closedBucket("taken-1a2b")).Do()
	wantReason(t, err, 409, "conflict", "not available")
	list, err := svc.Buckets.List("p").Do()
	if err != nil || len(list.Items) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	if err := svc.Buckets.Delete("taken-1a2b").Do(); err != nil {
		t.Fatal(err)
	}
	_, err = svc.Buckets.Get("taken-1a2b").Do()
	wantReason(t, err, 404, "notFound", "The specified bucket does not exist.")
	if _, err := svc.Buckets.Insert("other", closedBucket("taken-1a2b")).Do(); err != nil {
		t.Errorf("a name that is free again: %v", err)
	}
}

func TestBucketPreconditions(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	svc := e.storage()
	made := e.bucket(closedBucket("conditions-1a2b"))
	change := &storage.Bucket{Labels: map[string]string{"a": "b"}}
	_, err := svc.Buckets.Patch(made.Name, change).IfMetagenerationMatch(7).Do()
	wantReason(t, err, 412, "conditionNotMet", "At least one of the pre-conditions you specified did not hold.")
	var api *googleapi.Error
	if errors.As(err, &api) && !strings.Contains(api.Body, `"location":"If-Match"`) {
		t.Errorf("%s", api.Body)
	}
	if _, err := svc.Buckets.Patch(made.Name, change).IfMetagenerationMatch(made.Metageneration).Do(); err != nil {
		t.Fatal(err)
	}
	a := e.rest("GET", "storage.googleapis.com/storage/v1/b/conditions-1a2b?ifMetagenerationNotMatch=2", "")
	if a.status != 304 || len(a.body) != 0 {
		t.Errorf("%d %s", a.status, a.body)
	}
	// A merge patch: null removes one label, what is left out stays.
	var got storage.Bucket
	e.rest("PATCH", "storage.googleapis.com/storage/v1/b/conditions-1a2b", `{"labels":{"c":"d","a":null},"location":"europe-west1"}`).into(t, 200, &got)
	if len(got.Labels) != 1 || got.Labels["c"] != "d" || got.IamConfiguration.PublicAccessPrevention != "enforced" {
		t.Errorf("%+v", got)
	}
	if a := e.rest("PATCH", "storage.googleapis.com/storage/v1/b/conditions-1a2b", `{"location":"US"}`); a.status != 400 {
		t.Errorf("%d %s", a.status, a.body)
	}
	wantHTTP(t, svc.Buckets.Delete(made.Name).IfMetagenerationMatch(1).Do(), 412, "")
}

func TestBucketRetentionLock(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	svc := e.storage()
	in := closedBucket("archive-1a2b")
	in.RetentionPolicy = &storage.BucketRetentionPolicy{RetentionPeriod: 3600}
	made := e.bucket(in)
	e.upload("archive-1a2b", "log", "line")
	err := svc.Objects.Delete("archive-1a2b", "log").Do()
	wantReason(t, err, 403, "retentionPolicyNotMet", "is subject to bucket's retention policy")
	_, err = svc.Buckets.LockRetentionPolicy(made.Name, 99).Do()
	wantHTTP(t, err, 412, "")
	locked, err := svc.Buckets.LockRetentionPolicy(made.Name, made.Metageneration).Do()
	if err != nil || !locked.RetentionPolicy.IsLocked {
		t.Fatalf("%+v, %v", locked, err)
	}
	_, err = svc.Buckets.Patch(made.Name, &storage.Bucket{RetentionPolicy: &storage.BucketRetentionPolicy{RetentionPeriod: 60}}).Do()
	wantReason(t, err, 403, "forbidden", "locked Retention Policy")
	_, err = svc.Buckets.Patch(made.Name, &storage.Bucket{NullFields: []string{"RetentionPolicy"}}).Do()
	wantHTTP(t, err, 403, "locked Retention Policy")
	if _, err := svc.Buckets.Patch(made.Name, &storage.Bucket{RetentionPolicy: &storage.BucketRetentionPolicy{RetentionPeriod: 7200}}).Do(); err != nil {
		t.Errorf("a longer time: %v", err)
	}
	// The lock keeps the project, too.
	_, err = e.crm1().Projects.Delete("p").Do()
	wantHTTP(t, err, 400, "Precondition check failed.")
	e.clock.Advance(2*time.Hour + time.Minute)
	if err := svc.Objects.Delete("archive-1a2b", "log").Do(); err != nil {
		t.Errorf("after its time: %v", err)
	}
}

func TestBucketUniformAccessLocks(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	e.bucket(closedBucket("uniform-1a2b"))
	const off = `{"iamConfiguration":{"uniformBucketLevelAccess":{"enabled":false}}}`
	e.clock.Advance(91 * 24 * time.Hour)
	if a := e.rest("PATCH", "storage.googleapis.com/storage/v1/b/uniform-1a2b", off); a.status != 400 || !strings.Contains(string(a.body), "90 days") {
		t.Errorf("%d %s", a.status, a.body)
	}
	e.bucket(closedBucket("uniform-3c4d"))
	if a := e.rest("PATCH", "storage.googleapis.com/storage/v1/b/uniform-3c4d", off); a.status != 200 {
		t.Errorf("within 90 days: %d %s", a.status, a.body)
	}
}

func TestBucketKey(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	svc := e.storage()
	key := e.key("europe-west1")
	in := closedBucket("secret-1a2b")
	in.Encryption = &storage.BucketEncryption{DefaultKmsKeyName: key}
	const refused = "Permission denied on Cloud KMS key. Please ensure that your Cloud Storage service account has been authorized to use this key."
	_, err := svc.Buckets.Insert("p", in).Do()
	wantReason(t, err, 403, "forbidden", refused)
	agent, err := svc.Projects.ServiceAccount.Get("p").Do()
	if err != nil || !strings.HasSuffix(agent.EmailAddress, "@gs-project-accounts.iam.gserviceaccount.com") {
		t.Fatalf("%+v, %v", agent, err)
	}
	e.mayUse(key, agent.EmailAddress)
	e.bucket(in)
	o := e.upload("secret-1a2b", "a", "b")
	if o.KmsKeyName != key+"/cryptoKeyVersions/1" {
		t.Errorf("kmsKeyName = %q", o.KmsKeyName)
	}
	far := closedBucket("far-1a2b")
	far.Location, far.Encryption = "US", in.Encryption
	_, err = svc.Buckets.Insert("p", far).Do()
	wantReason(t, err, 400, "invalid", "doesn't match the bucket's location")
	// A key that is destroyed encrypts nothing more.
	if _, err := e.kms().Projects.Locations.KeyRings.CryptoKeys.CryptoKeyVersions.Destroy(key+"/cryptoKeyVersions/1", &cloudkms.DestroyCryptoKeyVersionRequest{}).Do(); err != nil {
		t.Fatal(err)
	}
	_, err = svc.Objects.Insert("secret-1a2b", &storage.Object{Name: "c"}).Media(strings.NewReader("d")).Do()
	wantHTTP(t, err, 403, refused)
}

func TestBucketPolicy(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	svc := e.storage()
	e.bucket(closedBucket("policy-1a2b"))
	p, err := svc.Buckets.GetIamPolicy("policy-1a2b").OptionsRequestedPolicyVersion(3).Do()
	if err != nil || p.Etag != "CAE=" || len(p.Bindings) != 4 || p.ResourceId != "projects/_/buckets/policy-1a2b" {
		t.Fatalf("%+v, %v", p, err)
	}
	p.Bindings = append(p.Bindings, &storage.PolicyBindings{Role: "roles/storage.objectViewer", Members: []string{"user:a@example.com"}})
	if _, err := svc.Buckets.SetIamPolicy("policy-1a2b", p).Do(); err != nil {
		t.Fatal(err)
	}
	_, err = svc.Buckets.SetIamPolicy("policy-1a2b", p).Do()
	wantReason(t, err, 412, "conditionNotMet", "pre-conditions")
	_, err = svc.Buckets.SetIamPolicy("policy-1a2b", &storage.Policy{Bindings: []*storage.PolicyBindings{{Role: "roles/storage.objectViewer", Members: []string{"allUsers"}}}}).Do()
	wantHTTP(t, err, 412, "public access prevention is enforced")
	tested, err := svc.Buckets.TestIamPermissions("policy-1a2b", []string{"storage.buckets.get", "storage.objects.create"}).Do()
	if err != nil || len(tested.Permissions) != 2 {
		t.Errorf("%+v, %v", tested, err)
	}
	e.srv.DenyPermissions("storage.objects.create", "storage.buckets.update")
	tested, err = svc.Buckets.TestIamPermissions("policy-1a2b", []string{"storage.buckets.get", "storage.objects.create"}).Do()
	if err != nil || len(tested.Permissions) != 1 {
		t.Errorf("%+v, %v", tested, err)
	}
	_, err = svc.Buckets.Patch("policy-1a2b", &storage.Bucket{Labels: map[string]string{"a": "b"}}).Do()
	wantReason(t, err, 403, "forbidden", "storage.buckets.update")
	_, err = svc.Objects.Insert("policy-1a2b", &storage.Object{Name: "x"}).Media(strings.NewReader("y")).Do()
	wantReason(t, err, 403, "forbidden", "storage.objects.create")
}

func TestBucketsAreMadeSlowly(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{Quota: "gcp"})
	svc := e.storage()
	e.bucket(closedBucket("first-1a2b"))
	_, err := svc.Buckets.Insert("p", closedBucket("second-1a2b")).Do()
	wantReason(t, err, 429, "rateLimitExceeded", "The project exceeded the rate limit for creating and deleting buckets.")
	if _, err := svc.Buckets.Insert("other", closedBucket("third-1a2b")).Do(); err != nil {
		t.Errorf("another project: %v", err)
	}
	e.clock.Advance(2 * time.Second)
	e.bucket(closedBucket("second-1a2b"))
}

// TestStorageFaults has faults show in the form of Cloud Storage's own errors.
func TestStorageFaults(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	svc := e.storage()
	e.srv.InjectFaults(emulator.Fault{RPC: "CreateBucket", Status: 503}, emulator.Fault{RPC: "CreateBucket", Status: 403, Reason: "accountDisabled"})
	_, err := svc.Buckets.Insert("p", closedBucket("faulty-1a2b")).Do()
	wantReason(t, err, 503, "backendError", "")
	_, err = svc.Buckets.Insert("p", closedBucket("faulty-1a2b")).Do()
	wantReason(t, err, 403, "accountDisabled", "")
	e.bucket(closedBucket("faulty-1a2b"))
	e.upload("faulty-1a2b", "o", "content")
	e.srv.InjectFaults(emulator.Fault{RPC: "GetObject", Truncate: true}, emulator.Fault{RPC: "DeleteObject", After: true, Drop: true})
	resp, err := svc.Objects.Get("faulty-1a2b", "o").Download()
	if err == nil {
		raw := make([]byte, 100)
		n := 0
		for err == nil {
			var m int
			m, err = resp.Body.Read(raw[n:])
			n += m
		}
		_ = resp.Body.Close()
		if err.Error() == "EOF" || n >= len("content") {
			t.Errorf("a truncated reply: %q, %v", raw[:n], err)
		}
	}
	if err := svc.Objects.Delete("faulty-1a2b", "o").Do(); err == nil {
		t.Error("a dropped reply arrived")
	}
	wantHTTP(t, svc.Objects.Delete("faulty-1a2b", "o").Do(), 404, "No such object: faulty-1a2b/o")
}

// TestStorageStateFile has buckets and objects outlive the server.
func TestStorageStateFile(t *testing.T) {
	t.Parallel()
	file := t.TempDir() + "/state"
	first, err := emulator.New(emulator.Options{StateFile: file})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	e := &env{t: t, srv: first}
	made := e.bucket(closedBucket("kept-1a2b"))
	o := e.upload("kept-1a2b", "dir/o", "content")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	e = start(t, emulator.Options{StateFile: file})
	got, err := e.storage().Buckets.Get("kept-1a2b").Do()
	if err != nil || got.ProjectNumber != made.ProjectNumber || got.Etag != made.Etag {
		t.Errorf("%+v, %v", got, err)
	}
	a := e.rest("GET", "storage.googleapis.com/storage/v1/b/kept-1a2b/o/dir%2Fo?alt=media", "")
	if string(a.body) != "content" || a.header.Get("X-Goog-Generation") != strconv.FormatInt(o.Generation, 10) {
		t.Errorf("%d %v %s", a.status, a.header, a.body)
	}
}
