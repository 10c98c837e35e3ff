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

// Presence says how much of a component there is.
type Presence int

// The presences of a component.
const (
	// Absent means that nothing of it exists.
	Absent Presence = iota
	// Partial means that some of it exists, or that it is still being made.
	Partial
	// Present means that all of it exists; it may still differ from what is
	// desired.
	Present
)

// String returns the presence in a word.
func (p Presence) String() string {
	switch p {
	case Absent:
		return "absent"
	case Partial:
		return "partial"
	case Present:
		return "present"
	default:
		return "unknown"
	}
}

// Observation is what a component was seen to be.
type Observation struct {
	// Presence says how much of it there is.
	Presence Presence
	// Values are observed settings by their path in the catalogue, such as
	// "cluster.release_channel". What could not be seen is left out.
	Values map[string]any
	// Outputs are values that the service assigned, by the name of the
	// attribute, such as "cluster_endpoint".
	Outputs map[string]string
	// Differs says in words what differs from what is desired and has no
	// setting of its own.
	Differs []string
	// Fixed are those of Differs that only another object can have otherwise: a
	// run mends them by making it anew, where that is allowed.
	Fixed []string
	// Foreign is set when an object of our name is not ours, and says which
	// one and whose it is. It stops a run before its first side effect.
	Foreign string
}
