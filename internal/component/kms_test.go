package component_test

import (
	"slices"
	"strings"
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

// TestGrantsTakeTime makes an environment where a grant on a key is in force only
// seven minutes after it shows: one run waits for that, and makes nothing twice.
func TestGrantsTakeTime(t *testing.T) {
	t.Parallel()
	w := componenttest.NewSlow(t, policy.Prod, 7*time.Minute)
	w.MustConverge()
	for _, name := range []string{policy.ComponentStorage, policy.ComponentLogging, policy.ComponentCluster, policy.ComponentDatabase} {
		w.AsDesired(name)
	}
	if instances := w.Server.Inventory()["sqlInstances"]; len(instances) != 1 {
		t.Errorf("instances: %v", instances)
	}
}

// TestKeyThatIsRefused has a service go on refusing a key: the run ends in the
// service's own words, and not in those of a wait.
func TestKeyThatIsRefused(t *testing.T) {
	t.Parallel()
	w := componenttest.NewSlow(t, policy.Prod, 24*time.Hour)
	start := w.Clock.Now()
	result := w.Converge(policy.ComponentStorage)
	if result.Err == nil || !strings.Contains(result.Err.Error(), "Permission denied on Cloud KMS key") {
		t.Errorf("it ended in %v", result.Err)
	}
	if took := w.Clock.Now().Sub(start); took > time.Hour {
		t.Errorf("it took %s", took)
	}
}
