package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
)

const (
	// skew is how far the clocks of two machines may be apart, for a lease to
	// be taken over by its written end.
	skew = 5 * time.Second
	// quiet is how long a record that a run works on can stand still: its
	// heartbeat is due, looks, and is written. Clocks can be further apart than
	// skew, so a lease that has only just ended is also seen to be quiet.
	quiet = renewAfter + beatStep + skew
	// longPast is how far the written end has to have passed for a lease to be
	// dead without a look: no machine whose clock is further off gets a token
	// from Google.
	longPast = 10 * time.Minute
	// leasePoll is how often a lease of another run is looked at, and
	// waitNotice how often the wait is reported.
	leasePoll  = 2 * time.Second
	waitNotice = 30 * time.Second
	// claimTries bounds how often a claim is tried, waits aside.
	claimTries = 5
)

// admission says whether this run may take the record over, and as what. rec is
// nil when there is none.
type admission func(rec *Record) (*Record, error)

// preflight runs when the lease is free and nothing has been written yet. fresh
// means that there is no record.
type preflight func(ctx context.Context, fresh bool) error

// acquire waits for the lease and takes it. Nothing has been changed when it
// returns an error, but for what Prepare made.
func (e *Engine) acquire(ctx context.Context, claim bool, admit admission, look preflight) (*hold, error) {
	w := watch{engine: e, since: e.opts.Clock.Now()}
	nonce := uuid.NewString()
	for try := 1; ; {
		rec, generation, err := e.read(ctx)
		if err != nil {
			return nil, err
		}
		if rec != nil && rec.Lease != nil && rec.Lease.Nonce == nonce {
			return e.held(ctx, rec, generation), nil // The answer to our own write was lost.
		}
		next, err := admit(rec)
		if err != nil {
			return nil, err
		}
		if rec != nil && w.live(rec.Lease, generation) {
			if err := w.wait(ctx, rec.Lease); err != nil {
				return nil, err
			}
			continue
		}
		if claim && w.overtaken && rec != nil && rec.Lease == nil && rec.Phase != Deleted {
			return nil, fmt.Errorf("%w: %s did so while this run waited, and its state holds it now. Nothing was changed. "+
				"To take it over all the same, apply again; to use it in a second state, import it: %s", ErrClaimed, w.name(), e.opts.Commands.Import)
		}
		if look != nil {
			if err := look(ctx, rec == nil); err != nil {
				if rec != nil || try == claimTries || !e.claimedMeanwhile(ctx) {
					return nil, err
				}
				try++
				w.overtaken = true // What was seen is the other run's work.
				continue
			}
		}
		if (claim || rec == nil) && e.opts.Prepare != nil {
			if err := e.opts.Prepare(ctx); err != nil {
				return nil, fmt.Errorf("the place of the ledger can't be made: %w", err)
			}
		}
		if cause := context.Cause(ctx); cause != nil {
			return nil, cause
		}
		h, stands, err := e.take(ctx, next, generation, nonce)
		if err == nil {
			return h, nil
		}
		if try == claimTries {
			return nil, fmt.Errorf("the ledger can't be written: %w", err)
		}
		try++
		if stands != nil && stands.generation != generation {
			w.overtaken = true
			continue
		}
		if err := e.opts.Clock.Sleep(ctx, putPause); err != nil {
			return nil, err
		}
	}
}

// claimedMeanwhile reports whether there is a record by now.
func (e *Engine) claimedMeanwhile(ctx context.Context) bool {
	rec, _, err := e.read(ctx)
	return err == nil && rec != nil
}

// read returns the record and its generation; nil and 0 when there is none.
func (e *Engine) read(ctx context.Context) (*Record, int64, error) {
	stands, err := fetch(ctx, &e.opts)
	if err != nil {
		return nil, 0, fmt.Errorf("the ledger can't be read: %w", err)
	}
	if stands.data == nil {
		return nil, 0, nil
	}
	rec, err := DecodeRecord(stands.data)
	if errors.Is(err, errDamaged) {
		err = fmt.Errorf("%w. Restore it: %s", err, e.opts.Commands.Rebuild)
	}
	return rec, stands.generation, err
}

// take writes the record with a lease of ours. On failure it returns what
// stands instead, if that is known.
func (e *Engine) take(ctx context.Context, next *Record, generation int64, nonce string) (*hold, *standing, error) {
	now := e.opts.Clock.Now()
	next.Updated = now
	next.Lease = &Lease{
		Holder: e.opts.oneLine(e.opts.Holder, maxProgress), Nonce: nonce, Beat: 1,
		Acquired: now, Expires: now.Add(leaseTime),
	}
	data, err := next.encode()
	if err != nil {
		return nil, nil, err
	}
	// A cancel must not leave open whether the lease is ours.
	writeCtx, cancel := lastContext(ctx)
	defer cancel()
	taken, stands, err := put(writeCtx, &e.opts, data, generation)
	if err != nil {
		return nil, stands, err
	}
	return e.held(ctx, next, taken), nil, nil
}

// held returns a record that is written with a lease of ours.
func (e *Engine) held(ctx context.Context, rec *Record, generation int64) *hold {
	return &hold{
		opts: &e.opts, nonce: rec.Lease.Nonce, record: rec, generation: generation, saved: rec.Updated,
		writing: make(chan struct{}, 1),
		detach:  detacher(ctx),
	}
}

// detacher returns a function that gives a context the values of base, which
// has no guard, and the end of another one.
func detacher(base context.Context) func(context.Context) (context.Context, context.CancelFunc) {
	return func(ctx context.Context) (context.Context, context.CancelFunc) {
		free, cancel := context.WithCancelCause(context.WithoutCancel(base))
		stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
		return free, func() {
			stop()
			cancel(nil)
		}
	}
}

// watch is one wait for the leases of others.
type watch struct {
	engine *Engine
	since  time.Time // the wait began
	holder *Lease    // the last live lease that was seen
	// overtaken means that another run held the lease, or took it before us.
	overtaken bool
	// generation was first seen at seen: a record that doesn't move for as
	// long as a lease lasts has no holder, whatever the clocks say.
	generation int64
	seen       time.Time
	noticed    time.Time
}

// live reports whether another run holds the lease.
func (w *watch) live(l *Lease, generation int64) bool {
	now := w.engine.opts.Clock.Now()
	if generation != w.generation {
		w.generation, w.seen = generation, now
	}
	if l == nil {
		return false
	}
	still := now.Sub(w.seen)
	switch past := now.Sub(l.Expires); {
	case past >= longPast:
		return false
	case past >= skew:
		return still < quiet
	default:
		return still < leaseTime+skew
	}
}

// wait waits a little, or says that it was long enough.
func (w *watch) wait(ctx context.Context, l *Lease) error {
	opts := &w.engine.opts
	w.holder, w.overtaken = l, true
	now := opts.Clock.Now()
	waited := now.Sub(w.since)
	if waited >= opts.Wait {
		return fmt.Errorf("%w: %s, since %s; this run waited for %s and changed nothing. Look at it: %s. Apply again once it has ended",
			ErrLeaseHeld, w.name(), stamp(l.Acquired), waited.Round(time.Second), opts.Commands.Status)
	}
	if w.noticed.IsZero() || now.Sub(w.noticed) >= waitNotice {
		w.noticed = now
		w.engine.emit(Event{Message: fmt.Sprintf("waiting for %s, at work since %s", w.name(), stamp(l.Acquired))})
	}
	return opts.Clock.Sleep(ctx, min(leasePoll, opts.Wait-waited))
}

// name says who holds or held the lease.
func (w *watch) name() string {
	if w.holder == nil {
		return "another run"
	}
	return w.engine.opts.oneLine(w.holder.Holder, maxProgress)
}

// sortedKeys returns the keys of m in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
