package clock_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

func TestVirtual(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	v := clock.NewVirtual(start)
	for _, d := range []time.Duration{10 * time.Minute, 0, -time.Second} {
		if err := v.Sleep(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	v.Advance(time.Hour)
	if got := v.Now().Sub(start); got != 70*time.Minute {
		t.Errorf("the clock moved by %s, want 1h10m", got)
	}
	if slept := v.Slept(); len(slept) != 1 || slept[0] != 10*time.Minute {
		t.Errorf("slept %v, want the ten minutes alone", slept)
	}
}

// TestCancelledSleep cancels with a cause: both clocks return it, and neither
// waits.
func TestCancelledSleep(t *testing.T) {
	t.Parallel()
	cause := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	v := clock.NewVirtual(time.Time{})
	for name, c := range map[string]clock.Clock{"system": clock.System(), "virtual": v} {
		for _, d := range []time.Duration{time.Hour, 0} {
			if err := c.Sleep(ctx, d); !errors.Is(err, cause) {
				t.Errorf("%s: Sleep(%s) = %v, want the cause", name, d, err)
			}
		}
	}
	if !v.Now().Equal(time.Time{}) {
		t.Error("a cancelled sleep moved the virtual clock")
	}
}

func TestSystem(t *testing.T) {
	t.Parallel()
	before := time.Now()
	if err := clock.System().Sleep(t.Context(), time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if now := clock.System().Now(); now.Before(before.Add(time.Millisecond)) {
		t.Errorf("the clock shows %s, before the end of the wait that began at %s", now, before)
	}
}
