package cli

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

// The sizes in bytes from which on the garbage collector works harder. What the
// plugin holds is a few MiB even with hundreds of policies, but each of
// Terraform's requests leaves megabytes behind, and by default the collector
// would let the process grow to more than twice the first limit. Hundreds of
// dashboards leave so much that under it the collector would do little else, so
// it rises while that is so.
const (
	firstLimit = 40 << 20
	lastLimit  = 120 << 20
	limitStep  = 32 << 20
)

const (
	// busyCollector is the share of the time that is too much for collecting.
	busyCollector = 0.25
	// limitInterval is how often that is looked at.
	limitInterval = 5 * time.Second
)

// limitMemory keeps the plugin small, unless GOMEMLIMIT says otherwise. It is no
// hard limit: what is needed is allocated all the same.
func limitMemory(ctx context.Context, clk clock.Clock) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetMemoryLimit(firstLimit)
	go func() {
		limit := int64(firstLimit)
		collecting, working := collectorTime()
		for limit < lastLimit && clk.Sleep(ctx, limitInterval) == nil {
			c, w := collectorTime()
			if next := nextLimit(limit, c-collecting, w-working); next != limit {
				limit = next
				debug.SetMemoryLimit(limit)
			}
			collecting, working = c, w
		}
	}()
}

// nextLimit returns the limit after an interval in which the collector and
// everything else took these seconds.
func nextLimit(limit int64, collecting, working float64) int64 {
	if collecting <= busyCollector*(collecting+working) {
		return limit
	}
	return min(limit+limitStep, lastLimit)
}

// collectorTime returns the seconds of processor time that the collector and the
// rest of the process have taken so far. What the collector does with processors
// that have nothing else to do holds nobody up, and does not count.
func collectorTime() (collecting, working float64) {
	samples := []metrics.Sample{{Name: "/cpu/classes/gc/total:cpu-seconds"}, {Name: "/cpu/classes/user:cpu-seconds"}, {Name: "/cpu/classes/gc/mark/idle:cpu-seconds"}}
	metrics.Read(samples)
	return samples[0].Value.Float64() - samples[2].Value.Float64(), samples[1].Value.Float64()
}
