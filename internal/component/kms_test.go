package component_test

import (
	"slices"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/componenttest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// TestKeysOfTheDeadDontRotate destroys the keys of an environment and lets a year
// go by: no version of them is there. A second life has keys that rotate.
func TestKeysOfTheDeadDontRotate(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Dev)
	w.MustConverge(policy.ComponentKMS)
	w.MustDestroy(policy.ComponentKMS)
	w.Clock.Advance(365 * 24 * time.Hour)
	api := w.APIs().KMS.Projects.Locations.KeyRings.CryptoKeys
	keys, err := api.List(w.Spec.KeyRing()).Do()
	if err != nil || len(keys.CryptoKeys) == 0 {
		t.Fatalf("keys: %v, %v", keys, err)
	}
	for _, key := range keys.CryptoKeys {
		versions, err := api.CryptoKeyVersions.List(key.Name).Do()
		if err != nil {
			t.Fatal(err)
		}
		for _, version := range versions.CryptoKeyVersions {
			if !slices.Contains([]string{"DESTROYED", "DESTROY_SCHEDULED"}, version.State) {
				t.Errorf("%s is %s", version.Name, version.State)
			}
		}
	}
	if reborn := w.Engine(policy.ComponentKMS).Converge(t.Context(), reconcile.Spec{Hash: "spec"}); reborn.Err != nil {
		t.Fatal(reborn.Err)
	}
	w.AsDesired(policy.ComponentKMS)
}
