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
	mu     sync.Mutex
	now    time.Time
	slept  []time.Duration
	timers map[*timer]bool
}

// timer is a function that is due at a time.
type timer struct {
	at time.Time
	do func()
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
		v.slept = append(v.slept, d)
		v.mu.Unlock()
		v.Advance(d)
	}
	return nil
}

// Advance moves the clock by d without recording a sleep.
func (v *Virtual) Advance(d time.Duration) {
	v.mu.Lock()
	v.now = v.now.Add(d)
	var due []func()
	for t := range v.timers {
		if !v.now.Before(t.at) {
			due = append(due, t.do)
			delete(v.timers, t)
		}
	}
	v.mu.Unlock()
	for _, do := range due {
		do()
	}
}

// Set puts the clock to a time, also back: a world that is restored has its old
// time again.
func (v *Virtual) Set(now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.now, v.slept = now, nil
}

// afterFunc calls do once the clock has moved by d, unless it is stopped before.
func (v *Virtual) afterFunc(d time.Duration, do func()) (stop func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	t := &timer{at: v.now.Add(d), do: do}
	if v.timers == nil {
		v.timers = map[*timer]bool{}
	}
	v.timers[t] = true
	return func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		delete(v.timers, t)
	}
}

// WithTimeout is context.WithTimeout on a clock: what waits on a virtual clock
// has to come to its end on it as well. The context of a virtual timeout tells no
// deadline, as nothing that goes by the machine's time could meet it; its cause
// is context.DeadlineExceeded.
func WithTimeout(ctx context.Context, c Clock, d time.Duration) (context.Context, context.CancelFunc) {
	v, virtual := c.(*Virtual)
	if !virtual {
		return context.WithTimeout(ctx, d)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	stop := v.afterFunc(d, func() { cancel(context.DeadlineExceeded) })
	return ctx, func() {
		stop()
		cancel(context.Canceled)
	}
}

// Slept returns every positive duration that was slept, in order.
func (v *Virtual) Slept() []time.Duration {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]time.Duration(nil), v.slept...)
}
