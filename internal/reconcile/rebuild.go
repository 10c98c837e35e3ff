package reconcile

import (
	"context"
	"errors"
	"fmt"
)

// Rebuild restores a record that is lost or damaged from the owner labels of
// what stands. The spec's incarnation is that of the newest state, 0 if nobody
// knows it; its hash and fields go into the record.
//
// It refuses to replace a record that can be read, to guess about a component
// that can't be, and to take over what bears another owner's label.
func (e *Engine) Rebuild(ctx context.Context, spec Spec) (*Record, error) {
	generation, err := e.lostGeneration(ctx)
	if err != nil {
		return nil, err
	}
	found, err := e.discover(ctx, never)
	if err != nil {
		return nil, fmt.Errorf("the record was not restored, as not everything could be seen: %w", err)
	}
	now := e.opts.Clock.Now()
	rec := &Record{Version: recordVersion, Owner: e.opts.Owner, Restored: true, Created: now, Updated: now, Steps: map[string]*StepRecord{}}
	for i := range e.graph.components {
		d, ok := found[i]
		if !ok {
			continue
		}
		name := e.graph.name(i)
		if d.owner.Key != e.opts.Owner {
			return nil, fmt.Errorf("the record was not restored: %w", e.foreign(name, "its owner is "+d.owner.Key))
		}
		rec.Incarnation = max(rec.Incarnation, d.owner.Incarnation)
		rec.Steps[name] = &StepRecord{Status: Running, Notes: d.notes}
	}
	if len(rec.Steps) == 0 {
		return nil, fmt.Errorf("nothing stands that bears the label of %s, so there is nothing to restore", e.opts.Owner)
	}
	rec.Incarnation = max(rec.Incarnation, 1)
	rec.raise(spec.Incarnation)
	begin(rec, e.standing(ctx, rec), spec)
	data, err := rec.encode()
	if err != nil {
		return nil, err
	}
	if e.opts.Prepare != nil {
		if err := e.opts.Prepare(ctx); err != nil {
			return nil, fmt.Errorf("the place of the ledger can't be made: %w", err)
		}
	}
	if _, _, err := put(ctx, &e.opts, data, generation); err != nil {
		return nil, fmt.Errorf("the record could not be written: %w", err)
	}
	return rec, nil
}

// lostGeneration returns the generation that a restored record replaces: 0, or
// that of a damaged one.
func (e *Engine) lostGeneration(ctx context.Context) (int64, error) {
	rec, generation, err := e.read(ctx)
	switch {
	case errors.Is(err, errDamaged):
		return generation, nil
	case err != nil:
		return 0, err
	case rec != nil:
		return 0, fmt.Errorf("there is a record of incarnation %d, so nothing was restored", rec.Incarnation)
	}
	return 0, nil
}

// standing is the phase of what was found: ready if every component is seen to
// be as it should, settings aside.
func (e *Engine) standing(ctx context.Context, rec *Record) Phase {
	report := e.Observe(ctx)
	if len(report.Errors) > 0 || len(report.Pending()) > 0 {
		return Creating
	}
	for _, s := range rec.Steps {
		s.Status, s.Made = Converged, true
	}
	return Ready
}
