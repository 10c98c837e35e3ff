package reconcile

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

// Options says what an [Engine] works with.
type Options struct {
	// Clock tells the time of leases and is slept on while a lease is waited
	// for; nil means the clock of the machine.
	Clock clock.Clock
	// Heartbeat is slept on by the goroutine that keeps the lease alive while
	// components work; nil means the clock of the machine. A [clock.Virtual],
	// whose Sleep returns at once, must not stand here.
	Heartbeat clock.Clock
	// Store keeps the record.
	Store Store
	// Name is that of the record in the store.
	Name string
	// Owner is the owner's key: see [Owner].
	Owner string
	// Holder says who runs, for those who have to wait.
	Holder string
	// Parallelism bounds how many components work side by side; 0 means 16.
	Parallelism int
	// Wait bounds how long a lease that another run holds is waited for; 0
	// means 10 minutes.
	Wait time.Duration
	// Guard returns a context under which the chain of API calls calls check
	// before each attempt of a call that changes something, and doesn't send
	// it when check fails. nil leaves calls unchecked, for tests alone.
	Guard func(ctx context.Context, check func(ctx context.Context) error) context.Context
	// Prepare makes the place where the store keeps the record; nil means that
	// it is there. It is the first side effect of a run, idempotent, and
	// refuses a place that is not ours.
	Prepare func(ctx context.Context) error
	// Dispose removes that place after the record is gone; nil means that it
	// stays, and the record too, as a tombstone that proves the deletion and
	// keeps the incarnation. It is idempotent, and refuses a place that holds
	// records.
	Dispose func(ctx context.Context) error
	// Later reports an error that says a component can't be read before
	// another one has converged, such as an API that is not enabled yet. It
	// doesn't stop a claim: the component is looked at before it is touched.
	// nil means that there is none.
	Later func(err error) bool
	// Desired are the values of settings that are wanted, by path, which
	// [Observation.Beyond] goes by.
	Desired map[string]any
	// Look returns a context for one look at all components, in which they may
	// share what they read; nil means that they don't.
	Look func(ctx context.Context) context.Context
	// Progress is told what happens, one event at a time.
	Progress func(Event)
	// Mask takes secrets out of a line that is to be kept; nil leaves it to
	// the patterns that the engine knows.
	Mask func(string) string
	// Commands are what errors tell people to run.
	Commands Commands
}

// Commands are what errors tell people to run, in full.
type Commands struct {
	// Status shows the record live, Import imports the composite into a state,
	// Rebuild restores a lost record.
	Status, Import, Rebuild string
}

// Event is something that happened in a run.
type Event struct {
	// Component is its name, or "" for the run itself.
	Component string
	// Message is one line for people.
	Message string
	// Err is set when the component failed.
	Err error
}

// Spec is what a run is about.
type Spec struct {
	// Incarnation is what the state holds. 0 means that there is no state: the
	// run claims the composite, or adopts it if there is a record of ours.
	Incarnation int64
	// Takeover is what tells an imported state from every other, or "": its first
	// run raises the incarnation that it holds, and the others are stale from then
	// on. A state whose run was cut off after that holds the lower one, and goes
	// on. Without a state a run raises it anyway.
	Takeover string
	// Hash is that of everything desired.
	Hash string
	// Fields go to the record, and replace those that are there.
	Fields map[string]string
	// Still is asked by Destroy about the record that it is about to act on, also
	// when that has changed while it waited for a lease. An error stops it before
	// anything is changed. nil asks nothing.
	Still func(*Record) error
}

// ledgerName is what Pending calls the record.
const ledgerName = "ledger"

// Result is how a run ended.
type Result struct {
	// Record is the record as this run last knew it; nil when the run never
	// held the lease. Its Incarnation belongs into the state.
	Record *Record
	// Pending are the components that have not converged, or that have not
	// been removed, in the order of the list. It holds "ledger" when all did
	// but the record could not be finished.
	Pending []string
	// Err is nil when nothing is pending. Its text is for people.
	Err error
	// Errors holds what went wrong with single components, each a
	// [*ComponentError].
	Errors map[string]error
	// Fenced means that Destroy did nothing, as the state is stale.
	Fenced bool
	// Gone means that Destroy found no record and nothing that stands.
	Gone bool
}

// Engine converges and removes one composite. It may be used again, but not by
// two goroutines at once.
type Engine struct {
	opts  Options
	graph *graph
	// events makes that Progress is called by one goroutine at a time.
	events sync.Mutex
}

// New validates the options and the graph of components: names are unique,
// needs are known, and nothing needs itself.
func New(opts Options, components []Component) (*Engine, error) {
	switch {
	case opts.Store == nil || opts.Name == "":
		return nil, errors.New("an engine needs a store and the name of a record")
	case !ValidOwnerKey(opts.Owner):
		return nil, errors.New("the owner's key can't be a label: " + opts.Owner)
	case opts.Holder == "":
		return nil, errors.New("an engine needs to know who holds its leases")
	}
	if _, virtual := opts.Heartbeat.(*clock.Virtual); virtual {
		return nil, errors.New("the heartbeat would never rest on a virtual clock")
	}
	if opts.Clock == nil {
		opts.Clock = clock.System()
	}
	if opts.Heartbeat == nil {
		opts.Heartbeat = clock.System()
	}
	if opts.Parallelism <= 0 {
		opts.Parallelism = 16
	}
	if opts.Wait <= 0 {
		opts.Wait = 10 * time.Minute
	}
	for _, command := range []*string{&opts.Commands.Status, &opts.Commands.Import, &opts.Commands.Rebuild} {
		if *command == "" {
			*command = "see the documentation"
		}
	}
	g, err := newGraph(components)
	if err != nil {
		return nil, err
	}
	return &Engine{opts: opts, graph: g}, nil
}

// Record returns the record, or [ErrNotFound]. It never writes.
func (e *Engine) Record(ctx context.Context) (*Record, error) {
	rec, _, err := e.read(ctx)
	if err == nil && rec == nil {
		err = ErrNotFound
	}
	return rec, err
}

// emit tells the caller what happens.
func (e *Engine) emit(event Event) {
	if e.opts.Progress == nil {
		return
	}
	e.events.Lock()
	defer e.events.Unlock()
	e.opts.Progress(event)
}
