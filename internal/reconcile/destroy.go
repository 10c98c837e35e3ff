package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// goneTries and gonePause bound the wait for an object that was removed to
	// be gone from lists as well.
	goneTries = 5
	gonePause = 2 * time.Second
)

// errStale stops a destroy that must do nothing.
var errStale = errors.New("the state is stale")

// Destroy removes every component, those that need others first, and the record
// last. Without a Dispose it is marked as deleted and stays; with one it is
// deleted, and its place after it, so that a run which is cut off in between is
// simply repeated: the record never says that all is done while its place stands.
//
// The spec's incarnation is that of the state, or of the record that the caller
// has looked at; its Takeover is that of a state that was imported, and its Still
// is asked. The rest of the spec isn't used.
//
// With a stale incarnation it does nothing and the result is fenced. When the
// context ends, Destroy returns in less than five seconds.
func (e *Engine) Destroy(ctx context.Context, spec Spec) Result {
	if spec.Incarnation < 1 {
		return Result{Err: errors.New("a destroy has to say which incarnation it is for")}
	}
	rec, _, err := e.read(ctx)
	switch {
	case err != nil:
		return Result{Err: err}
	case rec == nil:
		return e.destroyUnrecorded(ctx, spec)
	}
	next, fenced, err := e.admitDestroy(rec, spec)
	switch {
	case err != nil:
		return Result{Err: err}
	case fenced:
		return Result{Fenced: true}
	case rec.Phase == Deleted:
		return Result{Record: next}
	}
	h, err := e.acquire(ctx, false, func(rec *Record) (*Record, error) {
		if rec == nil {
			return nil, fmt.Errorf("%w: it went while this run waited. Destroy again", ErrLost)
		}
		next, fenced, err := e.admitDestroy(rec, spec)
		if err == nil && (fenced || rec.Phase == Deleted) {
			err = errStale
		}
		return next, err
	}, nil)
	if errors.Is(err, errStale) {
		return e.Destroy(ctx, spec) // Another run has adopted or removed it while this one waited.
	}
	if err != nil {
		return Result{Err: err}
	}
	made := map[string]bool{}
	for name, step := range h.record.Steps {
		made[name] = step.Made
	}
	r, inner := e.start(ctx, h)
	defer r.cancel(errEnded)
	r.walk(inner, e.graph.neededBy, e.graph.needs, Removed, func(ctx context.Context, i int) error {
		if err := e.graph.components[i].Remove(ctx, r.step(i)); err != nil {
			return err
		}
		theirs, err := e.gone(ctx, i)
		if err != nil || theirs || !made[e.graph.name(i)] {
			return err
		}
		return e.unmarked(ctx, i)
	})
	result := r.result(ctx, "been removed", Deleted, e.opts.Dispose != nil)
	if result.Err != nil {
		return result
	}
	return e.dispose(ctx, result)
}

// gone proves that nothing which bears our label stands any more: a component
// that was told once too often that its object isn't there must not orphan it.
// theirs means that what stands bears somebody else's label.
func (e *Engine) gone(ctx context.Context, i int) (theirs bool, err error) {
	for try := 1; ; try++ {
		d, err := discoverOne(ctx, e.graph.components[i])
		switch {
		case err != nil:
			return false, fmt.Errorf("whether it is gone can't be seen: %w", err)
		case !d.found || d.owner.Key != e.opts.Owner:
			return d.found && d.owner.Key != "", nil
		case try == goneTries:
			return false, errors.New("it was removed, but something that bears our label still stands. Destroy again")
		}
		if err := e.opts.Clock.Sleep(ctx, gonePause); err != nil {
			return false, err
		}
	}
}

// unmarked refuses to forget what this composite has made and somebody has taken
// the mark off since: Remove leaves alone what is not marked, and nobody would
// look for it again.
func (e *Engine) unmarked(ctx context.Context, i int) error {
	seen, err := e.graph.components[i].Observe(ctx)
	switch {
	case err != nil && (e.later(err) || errors.Is(err, ErrUnserved)):
		return nil
	case err != nil:
		return fmt.Errorf("whether it is gone can't be seen: %w", err)
	case seen.Foreign == "":
		return nil
	}
	return fmt.Errorf("%w: %s. If it is ours, %s; if it is somebody else's, move it out of the way. Then destroy again", ErrUnmarked, seen.Foreign, e.markAgain())
}

// markAgain says how an object of this composite gets back the mark that somebody
// took off.
func (e *Engine) markAgain() string {
	return fmt.Sprintf("mark it again with the label %s = %q (or %q in its description, where it takes no labels)",
		OwnerLabel, e.opts.Owner, Owner{Key: e.opts.Owner, Incarnation: 1}.Text())
}

// destroyUnrecorded ends a destroy without a record. A run that was cut off
// after it deleted the record leaves that; so does a loss, and then something
// that bears our label stands.
func (e *Engine) destroyUnrecorded(ctx context.Context, spec Spec) Result {
	found, err := e.discover(ctx, never)
	if err != nil {
		return Result{Err: fmt.Errorf("%w, and whether anything stands can't be seen. Nothing was changed: %w", ErrLost, err)}
	}
	for i := range e.graph.components {
		if d, ok := found[i]; ok && d.owner.Key == e.opts.Owner {
			return Result{Err: fmt.Errorf("%w: %s of incarnation %d of %s stands. Nothing was changed. Restore the record: %s",
				ErrLost, e.graph.name(i), spec.Incarnation, e.opts.Owner, e.opts.Commands.Rebuild)}
		}
	}
	return e.dispose(ctx, Result{Gone: true})
}

// dispose removes the place of a record that is gone.
func (e *Engine) dispose(ctx context.Context, result Result) Result {
	if e.opts.Dispose == nil {
		return result
	}
	if err := e.opts.Dispose(ctx); err != nil {
		result.Pending = []string{ledgerName}
		result.Err = fmt.Errorf("nothing of ours stands any more but the place of the ledger, which can't be removed: %w", err)
	}
	return result
}
