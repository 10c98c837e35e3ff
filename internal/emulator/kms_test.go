package emulator_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/cloudkms/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

func (e *env) kms() *cloudkms.Service {
	e.t.Helper()
	svc, err := cloudkms.NewService(e.t.Context(), e.at("cloudkms.googleapis.com")...)
	if err != nil {
		e.t.Fatal(err)
	}
	return svc
}

// ring makes a key ring in project p.
func (e *env) ring(location string) string {
	e.t.Helper()
	e.enable(e.t, "p", "cloudkms.googleapis.com")
	ring, err := e.kms().Projects.Locations.KeyRings.Create("projects/p/locations/"+location, &cloudkms.KeyRing{}).KeyRingId("ring").Do()
	if err != nil {
		e.t.Fatal(err)
	}
	return ring.Name
}

// key makes a key ring with a key.
func (e *env) key(location string) string {
	e.t.Helper()
	key, err := e.kms().Projects.Locations.KeyRings.CryptoKeys.Create(e.ring(location), &cloudkms.CryptoKey{Purpose: "ENCRYPT_DECRYPT"}).CryptoKeyId("key").Do()
	if err != nil {
		e.t.Fatal(err)
	}
	return key.Name
}

// mayUse lets a service account encrypt with a key.
func (e *env) mayUse(key, email string) {
	e.t.Helper()
	policy := &cloudkms.Policy{Bindings: []*cloudkms.Binding{{Role: "roles/cloudkms.cryptoKeyEncrypterDecrypter", Members: []string{"serviceAccount:" + email}}}}
	if _, err := e.kms().Projects.Locations.KeyRings.CryptoKeys.SetIamPolicy(key, &cloudkms.SetIamPolicyRequest{Policy: policy}).Do(); err != nil {
		e.t.Fatal(err)
	}
}

func TestKeyRings(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	rings := e.kms().Projects.Locations.KeyRings
	_, err := rings.List("projects/p/locations/us-central1").Do()
	wantHTTP(t, err, 403, "has not been used in project")
	name := e.ring("us-central1")
	_, err = rings.Create("projects/p/locations/us-central1", &cloudkms.KeyRing{}).KeyRingId("ring").Do()
	wantHTTP(t, err, 409, "KeyRing "+name+" already exists.")
	_, err = rings.Create("projects/p/locations/us-central1", &cloudkms.KeyRing{}).KeyRingId("a ring").Do()
	wantHTTP(t, err, 400, "")
	_, err = rings.Create("projects/p/locations/mars", &cloudkms.KeyRing{}).KeyRingId("ring").Do()
	wantHTTP(t, err, 404, "mars")
	_, err = rings.Get("projects/p/locations/us-central1/keyRings/none").Do()
	wantHTTP(t, err, 404, "KeyRing projects/p/locations/us-central1/keyRings/none not found.")
	list, err := rings.List("projects/p/locations/us-central1").Do()
	if err != nil || len(list.KeyRings) != 1 || list.TotalSize != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	if got := e.srv.Inventory()["keyRings"]; !slices.Equal(got, []string{name}) {
		t.Errorf("%v", got)
	}
	if _, err := rings.Delete(name).Do(); err != nil {
		t.Error(err)
	}
	_, err = rings.Get(name).Do()
	wantHTTP(t, err, 404, "")
}

func TestKeyLocations(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	e.enable(t, "p", "cloudkms.googleapis.com")
	locations := e.kms().Projects.Locations
	hsm := func(location string) bool {
		t.Helper()
		got, err := locations.Get("projects/p/locations/" + location).Do()
		if err != nil {
			t.Fatal(err)
		}
		var m cloudkms.LocationMetadata
		if err := json.Unmarshal(got.Metadata, &m); err != nil && !strings.Contains(err.Error(), "@type") {
			t.Fatal(err)
		}
		return m.HsmAvailable
	}
	if !hsm("us-central1") || hsm("europe-north2") {
		t.Error("HSM is in every location, or in none")
	}
	if list, err := locations.List("projects/p").Do(); err != nil || len(list.Locations) < 40 {
		t.Errorf("%v", err)
	}
	_, err := locations.KeyRings.CryptoKeys.Create(e.ring("europe-north2"), &cloudkms.CryptoKey{Purpose: "ENCRYPT_DECRYPT", VersionTemplate: &cloudkms.CryptoKeyVersionTemplate{ProtectionLevel: "HSM", Algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION"}}).CryptoKeyId("k").Do()
	wantHTTP(t, err, 400, "HSM is not available in the location europe-north2")
}

func TestKeySettings(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	ring := e.ring("us-central1")
	keys := e.kms().Projects.Locations.KeyRings.CryptoKeys
	const purpose = "ENCRYPT_DECRYPT"
	for text, bad := range map[string]*cloudkms.CryptoKey{
		"purpose":                    {},
		"next_rotation_time":         {Purpose: purpose, RotationPeriod: "7776000s"},
		"24 hours":                   {Purpose: purpose, RotationPeriod: "3600s", NextRotationTime: "2026-12-01T00:00:00Z"},
		"in the future":              {Purpose: purpose, RotationPeriod: "86400s", NextRotationTime: "2026-11-01T00:00:00Z"},
		"destroy_scheduled_duration": {Purpose: purpose, DestroyScheduledDuration: "3600s"},
		"can't be used":              {Purpose: purpose, VersionTemplate: &cloudkms.CryptoKeyVersionTemplate{Algorithm: "EC_SIGN_P256_SHA256"}},
	} {
		_, err := keys.Create(ring, bad).CryptoKeyId("bad").Do()
		wantHTTP(t, err, 400, text)
	}
	_, err := keys.Create(ring, &cloudkms.CryptoKey{Purpose: "MAC"}).CryptoKeyId("bad").Do()
	wantHTTP(t, err, 501, "MAC")
	made, err := keys.Create(ring, &cloudkms.CryptoKey{
		Purpose: purpose, RotationPeriod: "86400s", NextRotationTime: "2026-11-24T09:00:00Z", DestroyScheduledDuration: "86400s",
		VersionTemplate: &cloudkms.CryptoKeyVersionTemplate{ProtectionLevel: "HSM", Algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION"},
	}).CryptoKeyId("key").Do()
	if err != nil || made.Primary.ProtectionLevel != "HSM" || made.DestroyScheduledDuration != "86400s" {
		t.Fatalf("%+v, %v", made, err)
	}
	// Two rotations later there are three versions, the last being primary.
	e.clock.Advance(49 * time.Hour)
	got, err := keys.Get(made.Name).Do()
	if err != nil || !strings.HasSuffix(got.Primary.Name, "/cryptoKeyVersions/3") || got.NextRotationTime != "2026-11-26T09:00:00Z" {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = keys.Patch(made.Name, &cloudkms.CryptoKey{DestroyScheduledDuration: "172800s"}).UpdateMask("destroyScheduledDuration").Do()
	wantHTTP(t, err, 400, "immutable")
	_, err = keys.Patch(made.Name, &cloudkms.CryptoKey{}).UpdateMask("colour").Do()
	wantHTTP(t, err, 400, "update_mask")
	_, err = keys.Patch(made.Name, &cloudkms.CryptoKey{RotationPeriod: "60s"}).UpdateMask("rotationPeriod").Do()
	wantHTTP(t, err, 400, "24 hours")
	// Without a rotation the clock makes no more versions.
	got, err = keys.Patch(made.Name, &cloudkms.CryptoKey{Labels: map[string]string{"a": "b"}}).UpdateMask("labels,rotationPeriod,nextRotationTime").Do()
	if err != nil || got.RotationPeriod != "" || got.NextRotationTime != "" || got.Labels["a"] != "b" {
		t.Errorf("%+v, %v", got, err)
	}
	e.clock.Advance(240 * time.Hour)
	versions, err := keys.CryptoKeyVersions.List(made.Name).Do()
	if err != nil || versions.TotalSize != 3 {
		t.Errorf("%+v, %v", versions, err)
	}
}

func TestKeyDestruction(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	name := e.key("us-central1")
	ring := strings.TrimSuffix(name, "/cryptoKeys/key")
	keys := e.kms().Projects.Locations.KeyRings.CryptoKeys
	versions := keys.CryptoKeyVersions
	first := name + "/cryptoKeyVersions/1"
	destroy := func(version string) error {
		_, err := versions.Destroy(version, &cloudkms.DestroyCryptoKeyVersionRequest{}).Do()
		return err
	}
	if _, err := versions.Create(name, &cloudkms.CryptoKeyVersion{}).Do(); err != nil {
		t.Fatal(err)
	}
	if got, err := keys.Get(name).Do(); err != nil || got.Primary.Name != first {
		t.Errorf("a new version is not primary by itself: %+v, %v", got, err)
	}
	if err := destroy(first); err != nil {
		t.Fatal(err)
	}
	wantHTTP(t, destroy(first), 400, "The request cannot be fulfilled. Resource "+first+" has value DESTROY_SCHEDULED in field crypto_key_version.state.")
	restored, err := versions.Restore(first, &cloudkms.RestoreCryptoKeyVersionRequest{}).Do()
	if err != nil || restored.State != "DISABLED" || restored.DestroyTime != "" {
		t.Errorf("%+v, %v", restored, err)
	}
	_, err = keys.UpdatePrimaryVersion(name, &cloudkms.UpdateCryptoKeyPrimaryVersionRequest{CryptoKeyVersionId: "1"}).Do()
	wantHTTP(t, err, 400, "DISABLED")
	if _, err := versions.Patch(first, &cloudkms.CryptoKeyVersion{State: "ENABLED"}).UpdateMask("state").Do(); err != nil {
		t.Error(err)
	}
	if got := e.srv.Inventory(); got["cryptoKeys"] == nil || got["keyRings"] == nil {
		t.Errorf("%v", got)
	}
	_, err = keys.Delete(name).Do()
	wantHTTP(t, err, 400, "still has CryptoKeyVersions")
	for _, version := range []string{first, name + "/cryptoKeyVersions/2"} {
		if err := destroy(version); err != nil {
			t.Fatal(err)
		}
	}
	// Nobody can remove more than that before the time is over.
	if got := e.srv.Inventory(); got["cryptoKeys"] != nil || got["keyRings"] != nil {
		t.Errorf("%v", got)
	}
	_, err = versions.Delete(first).Do()
	wantHTTP(t, err, 400, "DESTROY_SCHEDULED")
	e.clock.Advance(30*24*time.Hour + time.Minute)
	got, err := versions.Get(first).Do()
	if err != nil || got.State != "DESTROYED" || got.DestroyEventTime == "" || got.DestroyTime != "" {
		t.Errorf("%+v, %v", got, err)
	}
	for _, version := range []string{first, name + "/cryptoKeyVersions/2"} {
		if _, err := versions.Delete(version).Do(); err != nil {
			t.Fatal(err)
		}
	}
	op, err := keys.Delete(name).Do()
	if err != nil {
		t.Fatal(err)
	}
	if op, err = e.kms().Projects.Locations.Operations.Get(op.Name).Do(); err != nil || !op.Done {
		t.Errorf("%+v, %v", op, err)
	}
	_, err = keys.Create(ring, &cloudkms.CryptoKey{Purpose: "ENCRYPT_DECRYPT"}).CryptoKeyId("key").Do()
	wantHTTP(t, err, 409, "cannot be used again")
	retired, err := e.kms().Projects.Locations.RetiredResources.List("projects/p/locations/us-central1").Do()
	if err != nil || len(retired.RetiredResources) != 1 || retired.RetiredResources[0].OriginalResource != name {
		t.Errorf("%+v, %v", retired, err)
	}
	if _, err := e.kms().Projects.Locations.KeyRings.Delete(ring).Do(); err != nil {
		t.Error(err)
	}
}

func TestKeyPolicies(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	name := e.key("us-central1")
	ring := strings.TrimSuffix(name, "/cryptoKeys/key")
	api := e.kms().Projects.Locations.KeyRings
	policy, err := api.GetIamPolicy(ring).OptionsRequestedPolicyVersion(3).Do()
	if err != nil || policy.Etag != "ACAB" {
		t.Fatalf("%+v, %v", policy, err)
	}
	policy.Bindings = []*cloudkms.Binding{{Role: "roles/cloudkms.viewer", Members: []string{"user:a@example.com"}}}
	if _, err := api.SetIamPolicy(ring, &cloudkms.SetIamPolicyRequest{Policy: policy}).Do(); err != nil {
		t.Fatal(err)
	}
	_, err = api.SetIamPolicy(ring, &cloudkms.SetIamPolicyRequest{Policy: policy}).Do()
	wantHTTP(t, err, 409, "concurrent policy changes")
	if own, err := api.CryptoKeys.GetIamPolicy(name).Do(); err != nil || len(own.Bindings) != 0 {
		t.Errorf("%+v, %v", own, err)
	}
	e.srv.DenyPermissions("cloudkms.cryptoKeys.setIamPolicy", "cloudkms.keyRings.create")
	_, err = api.CryptoKeys.SetIamPolicy(name, &cloudkms.SetIamPolicyRequest{Policy: &cloudkms.Policy{}}).Do()
	wantHTTP(t, err, 403, "Permission 'cloudkms.cryptoKeys.setIamPolicy' denied on resource '"+name+"' (or it may not exist).")
	_, err = api.Create("projects/p/locations/us-central1", &cloudkms.KeyRing{}).KeyRingId("other").Do()
	wantHTTP(t, err, 403, "cloudkms.keyRings.create")
	if a := e.rest("POST", "cloudkms.googleapis.com/v1/"+name+":encrypt", `{"plaintext":"eA=="}`); a.status != http.StatusNotImplemented {
		t.Errorf("%d %s", a.status, a.body)
	}
}
