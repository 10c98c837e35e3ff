package component_test

import (
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/componenttest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

func TestDatabase(t *testing.T) {
	t.Parallel()
	for _, tier := range policy.Tiers() {
		t.Run(string(tier), func(t *testing.T) {
			t.Parallel()
			w := componenttest.New(t, tier)
			w.MustConverge("database_endpoint")
			for _, name := range []string{"database", "database_endpoint", "network", "kms", "services", "dns"} {
				w.AsDesired(name)
			}
			w.NoWrites("database_endpoint")
			w.MustDestroy("database_endpoint")
		})
	}
}
