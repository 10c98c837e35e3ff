package reconcile

import (
	"context"
	"errors"
	"fmt"
)

// Report is what Observe saw.
type Report struct {
	// Names are all components in the order of the list.
	Names []string
	// Observations hold those that could be read.
	Observations map[string]Observation
	// Errors hold those that could not, each a [*ComponentError].
	Errors map[string]error
}

// Pending returns the components that could be read and are not as desired,
// settings aside.
func (r Report) Pending() []string {
	var pending []string
	for _, name := range r.Names {
		if o, ok := r.Observations[name]; ok && (o.Presence != Present || len(o.Differs) > 0) {
			pending = append(pending, name)
		}
	}
	return pending
}

// Observe looks at all components side by side. It never writes.
func (e *Engine) Observe(ctx context.Context) Report {
	none := make([][]int, len(e.graph.components))
	if e.opts.Look != nil {
		ctx = e.opts.Look(ctx)
	}
	outcomes, _ := walk(ctx, e.opts.Parallelism, none, none, func(ctx context.Context, i int) (Observation, error) {
		return e.graph.components[i].Observe(ctx)
	})
	report := Report{Observations: map[string]Observation{}, Errors: map[string]error{}}
	for i, o := range outcomes {
		name := e.graph.name(i)
		report.Names = append(report.Names, name)
		switch {
		case !o.done:
			report.Errors[name] = e.componentError(name, context.Cause(ctx))
		case o.err != nil:
			report.Errors[name] = e.componentError(name, o.err)
		default:
			seen := o.value
			seen.Differs = seen.Beyond(e.opts.Desired)
			report.Observations[name] = seen
		}
	}
	return report
}

// discovery is what stands of one component and bears an owner label.
type discovery struct {
	owner Owner
	notes map[string]string
	found bool
}

// discover asks every [Discoverer], side by side. The results are by the index
// of the component. Errors that later holds for are passed over.
func (e *Engine) discover(ctx context.Context, later func(error) bool) (map[int]discovery, error) {
	none := make([][]int, len(e.graph.components))
	outcomes, _ := walk(ctx, e.opts.Parallelism, none, none, func(ctx context.Context, i int) (discovery, error) {
		return discoverOne(ctx, e.graph.components[i])
	})
	found := map[int]discovery{}
	var errs []error
	for i, o := range outcomes {
		switch {
		case !o.done:
			return nil, context.Cause(ctx)
		case o.err != nil && later(o.err):
		case o.err != nil:
			errs = append(errs, e.componentError(e.graph.name(i), o.err))
		case o.value.found:
			found[i] = o.value
		}
	}
	return found, errors.Join(errs...)
}

// discoverOne finds nothing of a component that is no [Discoverer].
func discoverOne(ctx context.Context, c Component) (discovery, error) {
	d, ok := c.(Discoverer)
	if !ok {
		return discovery{}, nil
	}
	key, incarnation, notes, found, err := d.Discover(ctx)
	return discovery{Owner{key, incarnation}, notes, found}, err
}

// preflight is what is read before the first side effect: an object of our name
// that is not ours, or objects of ours that no record tells of, stop the run.
// It returns the components that could not be read.
func (e *Engine) preflight(ctx context.Context, fresh bool) (unread map[string]bool, err error) {
	report := e.Observe(ctx)
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	unread = map[string]bool{}
	var foreign, unreadable []error
	for _, name := range report.Names {
		if o := report.Observations[name]; o.Foreign != "" {
			foreign = append(foreign, e.foreign(name, o.Foreign))
		}
		if err := report.Errors[name]; err != nil {
			unread[name] = true
			if !e.later(err) {
				unreadable = append(unreadable, err)
			}
		}
	}
	switch {
	case len(foreign) > 0 && fresh:
		return nil, fmt.Errorf("nothing was changed: %w", errors.Join(foreign...))
	case len(foreign) > 0:
		return nil, fmt.Errorf("nothing was changed: %w. If it is ours and its mark was taken off, %s", errors.Join(foreign...), e.markAgain())
	}
	if !fresh {
		return unread, nil // Each is looked at again before it is touched.
	}
	if len(unreadable) > 0 {
		return nil, fmt.Errorf("nothing was changed, as it can't be seen what stands: %w", errors.Join(unreadable...))
	}
	found, err := e.discover(ctx, e.later)
	if err != nil {
		return nil, fmt.Errorf("nothing was changed, as it can't be seen what stands: %w", err)
	}
	for i := range e.graph.components {
		d, ok := found[i]
		switch {
		case !ok:
		case d.owner.Key == e.opts.Owner:
			return nil, fmt.Errorf("%w: %s stands and bears the label of %s. Nothing was changed. Restore the record: %s",
				ErrLost, e.graph.name(i), e.opts.Owner, e.opts.Commands.Rebuild)
		default:
			return nil, e.foreign(e.graph.name(i), "its owner is "+d.owner.Key)
		}
	}
	return unread, nil
}

// later tells whether a component can be read only once another has converged.
func (e *Engine) later(err error) bool {
	return err != nil && e.opts.Later != nil && e.opts.Later(err)
}

// foreign is the error about an object that is not ours.
func (e *Engine) foreign(name, whose string) error {
	return e.componentError(name, fmt.Errorf("%w: %s", ErrForeign, whose))
}

// componentError makes one masked line of what a component answered.
func (e *Engine) componentError(name string, err error) *ComponentError {
	return &ComponentError{Component: name, Err: err, line: e.opts.oneLine(err.Error(), maxDetail)}
}

// never is for a look that has to see everything.
func never(error) bool { return false }
