package reconcile

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Converge claims the composite or resumes it, and makes every component so.
// Components whose needs have converged run side by side; one that fails stops
// only those that need it.
//
// A result without a record has changed nothing but, at most, the place of the
// ledger. When the context ends, Converge returns in less than five seconds.
func (e *Engine) Converge(ctx context.Context, spec Spec) Result {
	var unread map[string]bool
	h, err := e.acquire(ctx, spec.Incarnation == 0,
		func(rec *Record) (*Record, error) { return e.admitConverge(rec, spec) },
		func(ctx context.Context, fresh bool) (err error) {
			unread, err = e.preflight(ctx, fresh)
			return err
		})
	if err != nil {
		return Result{Err: err}
	}
	r, inner := e.start(ctx, h)
	defer r.cancel(errEnded)
	r.walk(inner, e.graph.needs, e.graph.neededBy, Converged, func(ctx context.Context, i int) error {
		c := e.graph.components[i]
		if unread[c.Name()] {
			o, err := c.Observe(ctx)
			if err != nil {
				return fmt.Errorf("it was not touched, as it can't be read: %w", err)
			}
			if o.Foreign != "" {
				return fmt.Errorf("%w: %s", ErrForeign, o.Foreign)
			}
		}
		return c.Converge(ctx, r.step(i))
	})
	return r.result(ctx, "converged", Ready, false)
}

// run is one run that holds the lease.
type run struct {
	*Engine
	hold   *hold
	cancel context.CancelCauseFunc
	phase  Phase // that of the record while the run is under way

	// cause is why the run was stopped, if it was; abandoned says that it did
	// not wait for all of its components.
	cause     error
	abandoned bool
	pending   []string
	errs      map[string]error
}

// start begins to work under a lease. Components get the context that it
// returns: it is guarded, and ends when the lease is lost.
func (e *Engine) start(ctx context.Context, h *hold) (*run, context.Context) {
	inner, cancel := context.WithCancelCause(ctx)
	h.lose = cancel
	r := &run{Engine: e, hold: h, cancel: cancel, phase: h.record.Phase, errs: map[string]error{}}
	go h.beat(inner)
	if e.opts.Guard != nil {
		inner = e.opts.Guard(inner, h.check)
	}
	return r, inner
}

func (r *run) step(i int) *Step {
	return &Step{engine: r.Engine, hold: r.hold, name: r.graph.name(i)}
}

// walk does something with every component, in order, and keeps what became of
// each in the record. well is the status of one that ended without an error.
func (r *run) walk(ctx context.Context, before, after [][]int, well Status, do func(ctx context.Context, i int) error) {
	outcomes, abandoned := walk(ctx, r.opts.Parallelism, before, after, func(ctx context.Context, i int) (struct{}, error) {
		name := r.graph.name(i)
		if err := r.began(name); err != nil {
			return struct{}{}, err
		}
		_, err := protect(ctx, i, func(ctx context.Context, i int) (struct{}, error) { return struct{}{}, do(ctx, i) })
		r.ended(ctx, name, well, err)
		return struct{}{}, err
	})
	r.abandoned, r.cause = abandoned, context.Cause(ctx)
	for i, o := range outcomes {
		if o.done && o.err == nil {
			continue
		}
		name := r.graph.name(i)
		r.pending = append(r.pending, name)
		if o.done {
			r.errs[name] = r.componentError(name, o.err)
		}
	}
}

// began notes that a component's turn has come.
func (r *run) began(name string) error {
	_, err := r.hold.change(func(rec *Record) bool {
		s := rec.step(name)
		s.Status, s.Progress, s.LastError = Running, "", ""
		s.Started, s.Finished = r.opts.Clock.Now(), time.Time{}
		return true
	})
	if err == nil {
		r.emit(Event{Component: name, Message: "begins"})
	}
	return err
}

// ended notes how it ended. What an interrupted component did is not known, so
// that one stays as if it had been killed.
func (r *run) ended(ctx context.Context, name string, well Status, failure error) {
	interrupted := failure != nil && ctx.Err() != nil
	line := ""
	if failure != nil {
		line = r.opts.oneLine(failure.Error(), maxLastError)
	}
	_, err := r.hold.change(func(rec *Record) bool {
		s := rec.step(name)
		s.Finished, s.Progress, s.LastError = r.opts.Clock.Now(), "", line
		if interrupted {
			return true
		}
		s.Attempt++
		s.Status = Failed
		if failure == nil {
			s.Status, s.Made = well, well == Converged
		}
		return true
	})
	if err != nil {
		return // The run is over; nobody waits for this one.
	}
	if failure != nil {
		r.emit(Event{Component: name, Message: "failed: " + line, Err: failure})
		return
	}
	r.emit(Event{Component: name, Message: string(well)})
}

// result ends the run: the record is written for the last time, the lease given
// back, and what is pending said. When nothing is pending the phase is well; then
// the record may be erased instead.
func (r *run) result(ctx context.Context, verb string, well Phase, erase bool) Result {
	result := Result{Pending: r.pending, Errors: r.errs, Err: r.failure(verb)}
	ctx, cancel := lastContext(ctx)
	defer cancel()
	done := result.Err == nil
	var err error
	if done && erase {
		err = r.hold.erase(ctx)
	}
	if !done || !erase || err != nil {
		finishErr := r.hold.finish(ctx, r.abandoned, func(rec *Record) {
			switch {
			case !done:
				rec.LastError = r.opts.oneLine(r.first().Error(), maxLastError)
			case err == nil:
				rec.Phase = well
			}
		})
		if err == nil {
			err = finishErr
		}
	}
	r.hold.look(func(rec *Record) { result.Record = rec.clone() })
	switch {
	case err != nil:
		if done {
			result.Pending = []string{ledgerName}
			result.Record.Phase = r.phase // What would have been its last is not in the ledger.
		}
		if !errors.Is(result.Err, err) {
			result.Err = errors.Join(fmt.Errorf("the ledger's record could not be finished: %w", err), result.Err)
		}
	case done && erase:
		result.Record.Phase, result.Record.Lease = well, nil
	}
	return result
}

// failure is the error of the whole run, nil when nothing is pending.
func (r *run) failure(verb string) error {
	if len(r.pending) == 0 {
		return nil
	}
	var words []string
	failures := &failures{}
	var waiting []string
	for _, name := range r.pending {
		if err := r.errs[name]; err != nil {
			words = append(words, err.Error())
			failures.errs = append(failures.errs, err)
		} else {
			waiting = append(waiting, name)
		}
	}
	if r.cause != nil {
		words = append([]string{r.opts.oneLine(r.cause.Error(), maxDetail)}, words...)
		failures.errs = append([]error{r.cause}, failures.errs...)
	}
	if len(waiting) > 0 {
		words = append(words, "not begun: "+strings.Join(waiting, ", "))
	}
	failures.text = fmt.Sprintf("%d of %d components have not %s.\n%s", len(r.pending), len(r.graph.components), verb, strings.Join(words, "\n"))
	return failures
}

// first is the error to keep as the run's: that of the first component, or why
// the run was stopped.
func (r *run) first() error {
	for _, name := range r.pending {
		if err := r.errs[name]; err != nil {
			return err
		}
	}
	if r.cause != nil {
		return r.cause
	}
	return errors.New("not begun: " + strings.Join(r.pending, ", "))
}

// failures is the error of a run: a text for people over the errors of
// components.
type failures struct {
	text string
	errs []error
}

// Error returns the text.
func (f *failures) Error() string { return f.text }

// Unwrap returns what went wrong.
func (f *failures) Unwrap() []error { return f.errs }
