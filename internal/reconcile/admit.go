package reconcile

import (
	"fmt"
	"maps"
	"strings"
)

// restoredGap is how far adopting a restored record moves its incarnation. The
// labels that it was restored from lag behind by the adoptions since, and a
// state from before the loss must not pass for the newest.
const restoredGap = 100

// admitConverge decides whether a run with this spec may converge what stands,
// and returns the record as the run will hold it. rec is nil when there is none.
func (e *Engine) admitConverge(rec *Record, spec Spec) (*Record, error) {
	if rec == nil {
		// With a state this is either a record that was lost, and then the look at
		// what stands finds our label and stops; or a destroy that removed all
		// but the record's place, and then the state's incarnation goes on.
		rec = &Record{Version: recordVersion, Owner: e.opts.Owner, Incarnation: max(spec.Incarnation, 1), Created: e.opts.Clock.Now(), Steps: map[string]*StepRecord{}}
		return begin(rec, Creating, spec), nil
	}
	if err := e.known(rec); err != nil {
		return nil, err
	}
	next := rec.clone()
	switch {
	case rec.Phase == Deleted && spec.Incarnation != 0:
		return nil, fmt.Errorf("%w: the ledger says so since %s. Refresh the state, and apply to make it again", ErrDeleted, stamp(rec.Updated))
	case rec.Phase == Deleted:
		// A new life: nothing that was noted of the last one stands.
		next.Incarnation++
		next.Created = e.opts.Clock.Now()
		next.Steps = map[string]*StepRecord{}
		next.Restored, next.Takeover = false, ""
	case spec.Incarnation == 0:
		next.adopt("")
	default:
		incarnation, fenced, err := e.fence(rec, spec)
		if err == nil && fenced {
			err = fmt.Errorf("%w: this state is of incarnation %d of %s, and %d is in force. Nothing was changed. "+
				"To go on with this state, forget the resource in it and import it: %s",
				ErrFenced, spec.Incarnation, e.opts.Owner, rec.Incarnation, e.opts.Commands.Import)
		}
		if err != nil {
			return nil, err
		}
		next.raise(incarnation)
		if spec.Takeover != "" && !rec.TakenOverBy(spec.Takeover) {
			next.adopt(spec.Takeover)
		}
	}
	return begin(next, Creating, spec), nil
}

// admitDestroy is admitConverge for a run that removes; rec is not nil. fenced
// means that the state is stale, so nothing may be done.
func (e *Engine) admitDestroy(rec *Record, spec Spec) (next *Record, fenced bool, err error) {
	if err := e.known(rec); err != nil {
		return nil, false, err
	}
	incarnation, fenced, err := e.fence(rec, spec)
	if err != nil || fenced {
		return nil, fenced, err
	}
	next = rec.clone()
	next.raise(incarnation)
	if rec.Phase == Deleted {
		return next, false, nil
	}
	if spec.Still != nil {
		if err := spec.Still(rec.clone()); err != nil {
			return nil, false, err
		}
	}
	next.Phase, next.LastError = Deleting, ""
	return next, false, nil
}

// begin makes the record that of a run that converges spec.
func begin(r *Record, phase Phase, spec Spec) *Record {
	r.Phase, r.SpecHash, r.Fields, r.LastError = phase, spec.Hash, maps.Clone(spec.Fields), ""
	return r
}

// known refuses the record of somebody else, and one that lists a component
// that this version does not know: it would be orphaned.
func (e *Engine) known(rec *Record) error {
	if rec.Owner != e.opts.Owner {
		return fmt.Errorf("%w: the ledger's record %s belongs to %s, and this is %s. Choose another name, or another project",
			ErrForeign, e.opts.Name, rec.Owner, e.opts.Owner)
	}
	var unknown []string
	for _, name := range sortedKeys(rec.Steps) {
		if _, ok := e.graph.index[name]; !ok && rec.Steps[name].Status != Removed {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		return fmt.Errorf("%w: it lists %s, which this version doesn't know", ErrNewer, strings.Join(unknown, ", "))
	}
	return nil
}

// fence compares the incarnation of a state with that of the record.
func (e *Engine) fence(rec *Record, spec Spec) (incarnation int64, fenced bool, err error) {
	switch {
	case rec.TakenOverBy(spec.Takeover): // Its state was not written any more.
		return rec.Incarnation, false, nil
	case spec.Incarnation == rec.Incarnation:
		return rec.Incarnation, false, nil
	case spec.Incarnation < rec.Incarnation:
		return 0, true, nil
	case rec.Restored:
		return spec.Incarnation, false, nil // The state knows better than labels did.
	}
	return 0, false, fmt.Errorf("%w: the state is of incarnation %d of %s, which the ledger's record has never reached: it is at %d. "+
		"The ledger was put back to an older copy, or is not the one that the state was made with. Look at it: %s",
		ErrForeign, spec.Incarnation, rec.Owner, rec.Incarnation, e.opts.Commands.Status)
}

// raise sets the incarnation to what a state has proven.
func (r *Record) raise(incarnation int64) {
	if incarnation > r.Incarnation {
		r.Incarnation, r.Restored = incarnation, false
	}
}

// adopt raises the incarnation for a state that takes the composite over.
func (r *Record) adopt(takeover string) {
	step := int64(1)
	if r.Restored {
		step = restoredGap
	}
	r.Incarnation, r.Restored, r.Takeover = r.Incarnation+step, false, takeover
}

// TakenOverBy tells whether a run of the imported state that a takeover names has
// raised the incarnation, and nobody has since.
func (r *Record) TakenOverBy(takeover string) bool { return takeover != "" && r.Takeover == takeover }
