package emulator_test

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"

	"google.golang.org/api/cloudkms/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

func TestKeyThatSigns(t *testing.T) {
	t.Parallel()
	clk := clock.NewVirtual(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	e := start(t, emulator.Options{Clock: clk, LROScale: 1})
	e.enable(t, "p", "cloudkms.googleapis.com")
	clk.Advance(10 * time.Minute)
	ring := e.ring("us-central1")
	keys := e.kms().Projects.Locations.KeyRings.CryptoKeys
	const purpose, algorithm = "ASYMMETRIC_SIGN", "EC_SIGN_P256_SHA256"
	template := &cloudkms.CryptoKeyVersionTemplate{Algorithm: algorithm}
	for text, bad := range map[string]*cloudkms.CryptoKey{
		"is required":   {Purpose: purpose},
		"can't be used": {Purpose: purpose, VersionTemplate: &cloudkms.CryptoKeyVersionTemplate{Algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION"}},
		"rotation":      {Purpose: purpose, VersionTemplate: template, RotationPeriod: "7776000s", NextRotationTime: "2027-01-01T00:00:00Z"},
	} {
		_, err := keys.Create(ring, bad).CryptoKeyId("bad").Do()
		wantHTTP(t, err, 400, text)
	}
	key, err := keys.Create(ring, &cloudkms.CryptoKey{Purpose: purpose, VersionTemplate: template}).CryptoKeyId("signs").Do()
	if err != nil {
		t.Fatal(err)
	}
	if key.Primary != nil {
		t.Errorf("it has the primary version %v", key.Primary)
	}
	version := key.Name + "/cryptoKeyVersions/1"
	_, err = keys.CryptoKeyVersions.GetPublicKey(version).Do()
	wantHTTP(t, err, 400, "PENDING_GENERATION")
	clk.Advance(time.Minute)
	public, err := keys.CryptoKeyVersions.GetPublicKey(version).Do()
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode([]byte(public.Pem))
	if block == nil {
		t.Fatalf("it is no PEM: %q", public.Pem)
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if _, ok := parsed.(*ecdsa.PublicKey); !ok || err != nil || public.Algorithm != algorithm {
		t.Errorf("the key is %T of %s: %v", parsed, public.Algorithm, err)
	}
	_, err = keys.UpdatePrimaryVersion(key.Name, &cloudkms.UpdateCryptoKeyPrimaryVersionRequest{CryptoKeyVersionId: "1"}).Do()
	wantHTTP(t, err, 400, purpose)
	_, err = keys.Patch(key.Name, &cloudkms.CryptoKey{RotationPeriod: "7776000s", NextRotationTime: "2027-01-01T00:00:00Z"}).UpdateMask("rotationPeriod,nextRotationTime").Do()
	wantHTTP(t, err, 400, "rotation")
	// Versions to come may have another algorithm for the same purpose, which is
	// allowed and not modelled, and no other protection level.
	for _, c := range []struct {
		template *cloudkms.CryptoKeyVersionTemplate
		status   int
		text     string
	}{
		{&cloudkms.CryptoKeyVersionTemplate{Algorithm: "EC_SIGN_P384_SHA384", ProtectionLevel: "SOFTWARE"}, 501, "EC_SIGN_P384_SHA384"},
		{&cloudkms.CryptoKeyVersionTemplate{Algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION"}, 400, "can't be used"},
		{&cloudkms.CryptoKeyVersionTemplate{Algorithm: algorithm, ProtectionLevel: "HSM"}, 400, "can't become HSM"},
	} {
		_, err = keys.Patch(key.Name, &cloudkms.CryptoKey{VersionTemplate: c.template}).UpdateMask("versionTemplate").Do()
		wantHTTP(t, err, c.status, c.text)
	}
	if _, err = keys.Patch(key.Name, &cloudkms.CryptoKey{VersionTemplate: template}).UpdateMask("versionTemplate.algorithm").Do(); err != nil {
		t.Error(err)
	}
}
