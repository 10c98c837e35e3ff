package reconcile

import (
	"errors"
	"fmt"
)

var (
	// ErrFenced means that the state is of an older incarnation than the
	// record: another state has adopted the composite.
	ErrFenced = errors.New("another state has adopted it")
	// ErrForeign means that the record or an object of our name is not ours.
	ErrForeign = errors.New("it is not ours")
	// ErrLeaseHeld means that another run held the lease for all of the time
	// that was waited.
	ErrLeaseHeld = errors.New("another run is at work on it")
	// ErrLeaseLost means that another run took the lease over from this one.
	ErrLeaseLost = errors.New("another run has taken over")
	// ErrClaimed means that another run claimed the composite, and ended,
	// while this one waited to claim it.
	ErrClaimed = errors.New("another run has just claimed it")
	// ErrLost means that the ledger has no record of something that stands.
	ErrLost = errors.New("its record is lost")
	// ErrDeleted means that the record proves that it was destroyed.
	ErrDeleted = errors.New("it was destroyed")
	// ErrUnmarked means that what this composite made stands, and doesn't bear its
	// mark any more.
	ErrUnmarked = errors.New("it was not removed, as it is not marked as ours any more")
	// ErrUnserved means that a component can't be read because what it lies in
	// doesn't serve any more. What the component has goes with that.
	ErrUnserved = errors.New("what it lies in does not serve")
	// ErrNewer means that a newer version of the provider wrote the record.
	ErrNewer = errors.New("upgrade the provider: a newer version of it wrote the ledger's record")
)

// ComponentError is what went wrong with one component.
type ComponentError struct {
	// Component is its name.
	Component string
	// Err is what it answered, or a [*PanicError].
	Err error

	line string
}

// Error names the component and what it answered, in one masked line.
func (e *ComponentError) Error() string { return e.Component + ": " + e.line }

// Unwrap returns what the component answered.
func (e *ComponentError) Unwrap() error { return e.Err }

// PanicError is a panic of a component, which is a defect of the provider.
type PanicError struct {
	// Value is what it panicked with.
	Value any
	// Stack is the goroutine's stack, for a log.
	Stack []byte
}

// Error says that it panicked, and with what.
func (e *PanicError) Error() string {
	return fmt.Sprintf("the provider panicked, which is a defect of it: %v", e.Value)
}
