package cli_test

import (
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/cli"
)

// TestNextLimit: the memory limit rises while the collector has too much to do,
// and no further than its last value.
func TestNextLimit(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	for name, test := range map[string]struct {
		limit               int64
		collecting, working float64
		want                int64
	}{
		"idle":           {56 * mib, 0, 0, 56 * mib},
		"little to do":   {56 * mib, 0.2, 0.8, 56 * mib},
		"much to do":     {56 * mib, 0.6, 1.2, 88 * mib},
		"up to the last": {104 * mib, 1, 1, 120 * mib},
		"not beyond":     {120 * mib, 2, 0.1, 120 * mib},
	} {
		if got := cli.NextLimit(test.limit, test.collecting, test.working); got != test.want {
			t.Errorf("%s: the limit is %d MiB, want %d", name, got/mib, test.want/mib)
		}
	}
}
