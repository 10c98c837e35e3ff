// Package clock is the one source of time of the provider and of the emulator.
//
// Nothing else in this module calls time.Now or time.Sleep for behaviour: a
// wait that lasts ten minutes against Google Cloud lasts milliseconds in a test
// that shares one [Virtual] clock between both sides.
package clock

import (
	"context"
	"sync"
	"time"
)

// Clock tells the time and waits.
type Clock interface {
	// Now returns the current time of this clock.
	Now() time.Time
	// Sleep waits for d or until ctx is done, whichever comes first, and then
	// returns the cause of ctx, or nil when it waited for all of d.
	Sleep(ctx context.Context, d time.Duration) error
}

// System returns the clock of the machine.
func System() Clock { return system{} }

type system struct{}

func (system) Now() time.Time { return time.Now() }

func (system) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// Virtual is a clock for tests that moves only when somebody sleeps on it or
// advances it. Sleep returns at once, after it has moved the clock by the whole
// duration, so a test observes how long the code under test would have waited.
type Virtual struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
}

// NewVirtual returns a virtual clock that shows start.
func NewVirtual(start time.Time) *Virtual { return &Virtual{now: start} }

// Now returns the virtual time.
func (v *Virtual) Now() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now
}

// Sleep moves the clock by d and returns the cause of ctx, if it is done.
func (v *Virtual) Sleep(ctx context.Context, d time.Duration) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if d > 0 {
		v.mu.Lock()
		v.now = v.now.Add(d)
		v.slept = append(v.slept, d)
		v.mu.Unlock()
	}
	return nil
}

// Advance moves the clock by d without recording a sleep.
func (v *Virtual) Advance(d time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.now = v.now.Add(d)
}

// Slept returns every positive duration that was slept, in order.
func (v *Virtual) Slept() []time.Duration {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]time.Duration(nil), v.slept...)
}
