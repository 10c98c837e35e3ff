package component_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/cloudkms/v1"
	"google.golang.org/api/logging/v2"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/componenttest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// TestLogBucketKeepsItsKey leads the environment to keys of another level: the
// log bucket, whose key is fixed and whose name would be blocked, stays as it is,
// and nothing is said of it for ever after.
func TestLogBucketKeepsItsKey(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Prod)
	w.MustConverge(policy.ComponentLogging)
	w.Spec.Settings[policy.EncryptionData] = policy.KeySoftware
	w.Spec.Recreate = []string{policy.ComponentLogging, policy.ComponentKMS}
	w.Server.ResetRequests()
	w.MustConverge(policy.ComponentLogging)
	for _, write := range w.Writes() {
		if strings.HasPrefix(write, "DELETE") {
			t.Errorf("it wrote %s", write)
		}
	}
	w.AsDesired(policy.ComponentLogging)
	w.NoWrites(policy.ComponentLogging)
}

// TestLogBucketOfTheOrganisationsKey has the log bucket bear a key that nobody
// here gave it, as an organisation's settings do: that is no drift.
func TestLogBucketOfTheOrganisationsKey(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Dev)
	w.MustConverge(policy.ComponentKMS)
	kms, logs := w.APIs().KMS.Projects.Locations.KeyRings, w.APIs().Logging.Projects
	parent := "projects/" + w.Spec.Project + "/locations/" + w.Spec.Region
	if _, err := kms.Create(parent, &cloudkms.KeyRing{}).KeyRingId("organisation").Do(); err != nil {
		t.Fatal(err)
	}
	key, err := kms.CryptoKeys.Create(parent+"/keyRings/organisation", &cloudkms.CryptoKey{Purpose: "ENCRYPT_DECRYPT"}).CryptoKeyId("all").Do()
	if err != nil {
		t.Fatal(err)
	}
	settings, err := logs.GetSettings("projects/" + w.Spec.Project).Do()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kms.CryptoKeys.SetIamPolicy(key.Name, &cloudkms.SetIamPolicyRequest{Policy: &cloudkms.Policy{Bindings: []*cloudkms.Binding{{
		Role: "roles/cloudkms.cryptoKeyEncrypterDecrypter", Members: []string{"serviceAccount:" + settings.KmsServiceAccountId},
	}}}}).Do(); err != nil {
		t.Fatal(err)
	}
	if _, err := logs.Locations.Buckets.Create(parent, &logging.LogBucket{
		Description: fmt.Sprintf("Managed by Terraform: %s.", reconcile.Owner{Key: w.Spec.Owner, Incarnation: 1}.Text()), RetentionDays: 30,
		CmekSettings: &logging.CmekSettings{KmsKeyName: key.Name},
	}).BucketId(w.Spec.Prefix()).Do(); err != nil {
		t.Fatal(err)
	}
	w.MustConverge(policy.ComponentLogging)
	w.AsDesired(policy.ComponentLogging)
	w.NoWrites(policy.ComponentLogging)
}

// TestLogBucketOfAnEarlierLife makes an environment anew within the week in which
// its log bucket keeps its name, and with a key: the bucket could only come back
// without one, so the run says what to do, and does it a week later.
func TestLogBucketOfAnEarlierLife(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Staging)
	w.MustConverge(policy.ComponentLogging)
	w.MustDestroy(policy.ComponentLogging)
	w.Spec.Settings[policy.LoggingCMEK] = true
	engine := w.Engine(policy.ComponentLogging)
	first := engine.Converge(t.Context(), reconcile.Spec{Hash: "spec"})
	if first.Err == nil || !strings.Contains(first.Err.Error(), "keeps its name for seven days") {
		t.Fatalf("it ended in %v", first.Err)
	}
	w.Clock.Advance(8 * 24 * time.Hour)
	w.MustConverge(policy.ComponentLogging)
	w.AsDesired(policy.ComponentLogging)
}
