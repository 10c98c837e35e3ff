package reconcile

import "context"

// Component is one building block of a composite: a network, a cluster, a log
// sink. The engine calls its methods from several goroutines, but never two of
// Converge and Remove of one component at a time.
type Component interface {
	// Name is what pending, the ledger and errors call it: lowercase words
	// joined by underscores. It never changes, as records hold it.
	Name() string
	// Needs names the components that must have converged before this one
	// begins, and that are removed only after it.
	Needs() []string
	// Observe reads, and does nothing else. An error means that the component
	// can't be read, never that it is absent.
	Observe(ctx context.Context) (Observation, error)
	// Converge makes it so. It is idempotent, looks before it makes anything,
	// and resumes what an earlier run began and did not end.
	Converge(ctx context.Context, s *Step) error
	// Remove deletes what bears our name, our label and our record, and waits
	// until it is gone. What is gone already is no error; what is not ours is
	// left alone.
	Remove(ctx context.Context, s *Step) error
}

// Discoverer is a [Component] whose objects carry the owner labels, so that a
// lost record can be told from one that never was, and be restored.
type Discoverer interface {
	// Discover looks for objects of this component that bear an owner label.
	// found says whether one stands (one that is soft-deleted does not),
	// ownerKey and incarnation are what its labels say, and notes are what
	// Converge would have recorded about it. An error means unreadable.
	Discover(ctx context.Context) (ownerKey string, incarnation int64, notes map[string]string, found bool, err error)
}
