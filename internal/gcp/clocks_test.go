package gcp_test

import (
	"context"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

// gateClock makes every real wait last until the gate opens.
type gateClock struct {
	clock.Clock
	gate    chan struct{}
	waiting chan struct{} // told of each wait, unless nil
}

func (g *gateClock) Sleep(ctx context.Context, d time.Duration) error {
	if d > 0 {
		if g.waiting != nil {
			g.waiting <- struct{}{}
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-g.gate:
		}
	}
	return g.Clock.Sleep(ctx, d)
}

// cancelClock cancels at the first wait.
type cancelClock struct {
	clock.Clock
	cancel context.CancelFunc
}

func (c *cancelClock) Sleep(ctx context.Context, d time.Duration) error {
	if d > 0 {
		c.cancel()
	}
	return c.Clock.Sleep(ctx, d)
}
