package reconcile_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile/reconciletest"
)

// fault is what goes wrong with one call.
type fault string

const (
	killBefore fault = "killed before the call"
	killAfter  fault = "killed after its commit"
	killReply  fault = "killed before the reply"
	err403     fault = "403"
	err404     fault = "404 once"
	err409     fault = "409"
	err412     fault = "412"
	err429     fault = "429"
	err500     fault = "500"
	err503     fault = "503"
	timeout    fault = "timeout, not committed"
	lateReply  fault = "timeout, committed"
	truncated  fault = "truncated reply"
	opFails    fault = "failing operation"
	opSticks   fault = "stuck operation"
	panics     fault = "panic"
)

var allFaults = []fault{
	killBefore, killAfter, killReply, err403, err404, err409, err412, err429, err500, err503,
	timeout, lateReply, truncated, opFails, opSticks, panics,
}

func (f fault) kills() bool { return f == killBefore || f == killAfter || f == killReply }

var (
	errKilled   = errors.New("the process is dead")
	errNotFound = errors.New("404 not found")
	errExists   = errors.New("409 already exists")
)

const record = "toy.json"

// object is one object of the toy cloud.
type object struct {
	kind, name string
	id         int
	labels     map[string]string
	setting    string
	state      string // CREATING, READY, ERROR, DELETING
	op         int
	foreign    bool
}

// operation is a long-running operation.
type operation struct {
	target *object
	polls  int
	stuck  bool
	fails  bool
	delete bool
	done   bool
}

// toy is a cloud with a ledger in it. Every call of either, numbered from 1,
// may go wrong.
type toy struct {
	clk    *clock.Virtual
	ledger *reconciletest.Store
	place  bool // the ledger's bucket

	mu       sync.Mutex
	objects  []*object
	ops      []*operation
	requests map[string]int // operations by request id
	blocked  map[string]bool
	ids      int

	calls      int
	faults     map[int]fault
	fired      []string
	dead       bool
	mutations  int // of the cloud, not of the ledger
	removing   bool
	sharesTime bool // with another run, whose waits outrun the lease between check and call
	violations []string
	onCall     func(n int, what string)
}

func newToy() *toy {
	w := &toy{
		clk: clock.NewVirtual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), ledger: &reconciletest.Store{},
		requests: map[string]int{}, blocked: map[string]bool{},
	}
	w.ledger.Hook = func(ctx context.Context, op string, commit func() error) error {
		if ctx.Value(guardKey{}) != nil {
			w.mu.Lock()
			w.violate("ledger %s came with a guard, which would ask itself", op)
			w.mu.Unlock()
		}
		return w.call(ctx, "ledger "+op, func() error {
			if !w.place && op == "write" {
				return errors.New("404 no such bucket")
			}
			return commit()
		})
	}
	return w
}

// call is one call: it goes wrong if a fault is set on its number.
func (w *toy) call(ctx context.Context, what string, commit func() error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead {
		return errKilled
	}
	w.calls++
	if w.onCall != nil {
		w.onCall(w.calls, what)
	}
	f := w.faults[w.calls]
	if f == "" {
		return commit()
	}
	operations := len(w.ops)
	fired := true
	defer func() {
		if fired {
			w.fired = append(w.fired, fmt.Sprintf("%s at call %d, %s", f, w.calls, what))
		}
	}()
	switch f {
	case killBefore:
		w.dead = true
		return errKilled
	case killAfter, killReply:
		_ = commit()
		w.dead = true
		return errKilled
	case lateReply, truncated:
		_ = commit()
		return errors.New("the reply was lost: " + string(f))
	case err404:
		if what == "ledger read" || what == "ledger delete" {
			return reconcile.ErrNotFound
		}
		return errNotFound
	case err409:
		return errExists
	case err412:
		if what == "ledger write" || what == "ledger delete" {
			return reconcile.ErrConflict
		}
		return errors.New("412 precondition failed")
	case panics:
		if strings.HasPrefix(what, "ledger") || strings.HasSuffix(what, "bucket") {
			fired = false // Components panic, the ledger does not.
			return commit()
		}
		panic("toy panic in " + what)
	case opFails, opSticks:
		err := commit()
		if len(w.ops) == operations {
			fired = false // It began no operation.
			return err
		}
		op := w.ops[len(w.ops)-1]
		op.fails, op.stuck = f == opFails, f == opSticks
		return err
	default:
		return errors.New(string(f))
	}
}

// heal ends the faults: the process is another one, and stuck operations go on.
func (w *toy) heal() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead, w.faults = false, nil
	for _, op := range w.ops {
		op.stuck = false
	}
}

func (w *toy) violate(format string, args ...any) {
	w.violations = append(w.violations, fmt.Sprintf(format, args...))
}

type guardKey struct{}

func guard(ctx context.Context, check func(context.Context) error) context.Context {
	return context.WithValue(ctx, guardKey{}, check)
}

// mutate is a call that changes something: it asks the guard first, as the
// chain does, and the lease must be held when it takes effect.
func (w *toy) mutate(ctx context.Context, what string, commit func() error) error {
	check, _ := ctx.Value(guardKey{}).(func(context.Context) error)
	if check == nil {
		w.mu.Lock()
		w.violate("%s came without a guard", what)
		w.mu.Unlock()
		return errors.New("no guard")
	}
	if err := check(ctx); err != nil {
		return err
	}
	return w.call(ctx, what, func() error {
		w.mutations++
		if data, _ := w.ledger.Get(record); !w.sharesTime && !bytes.Contains(data, []byte(`"nonce"`)) {
			w.violate("%s took effect without a lease", what)
		}
		return commit()
	})
}

func (w *toy) find(match func(*object) bool) *object {
	for _, o := range w.objects {
		if match(o) {
			return o
		}
	}
	return nil
}

func (w *toy) get(ctx context.Context, kind, name string) (found object, err error) {
	err = w.call(ctx, "get "+name, func() error {
		o := w.find(func(o *object) bool { return o.kind == kind && o.name == name })
		if o == nil {
			return errNotFound
		}
		found = *o
		return nil
	})
	return found, err
}

func (w *toy) list(ctx context.Context, kind string) (found []object, err error) {
	err = w.call(ctx, "list "+kind, func() error {
		for _, o := range w.objects {
			if o.kind == kind && o.labels[reconcile.OwnerLabel] != "" {
				c := *o
				c.labels = maps.Clone(o.labels)
				found = append(found, c)
			}
		}
		return nil
	})
	return found, err
}

// insert creates an object. With a name it is refused twice, and answers a
// repeated request id with the first operation; without, each call makes one.
func (w *toy) insert(ctx context.Context, o object, request string) (op int, err error) {
	err = w.mutate(ctx, "insert "+o.kind+" "+o.name, func() error {
		if known, ok := w.requests[request]; ok && request != "" {
			op = known
			return nil
		}
		if o.name != "" && (w.blocked[o.name] || w.find(func(other *object) bool { return other.name == o.name }) != nil) {
			return errExists
		}
		w.ids++
		made := o
		made.id, made.state, made.labels = w.ids, "CREATING", maps.Clone(o.labels)
		w.objects = append(w.objects, &made)
		op = w.start(&made, false)
		if request != "" {
			w.requests[request] = op
		}
		return nil
	})
	return op, err
}

func (w *toy) start(o *object, remove bool) int {
	w.ops = append(w.ops, &operation{target: o, delete: remove})
	o.op = len(w.ops)
	return o.op
}

func (w *toy) poll(ctx context.Context, op int) (done bool, err error) {
	err = w.call(ctx, "poll", func() error {
		o := w.ops[op-1]
		if o.polls++; !o.done && !o.stuck && o.polls >= 2 {
			o.done = true
			switch {
			case o.delete && !o.fails:
				w.objects = slices.DeleteFunc(w.objects, func(other *object) bool { return other == o.target })
			case o.delete:
				o.target.state = "READY"
			case o.fails:
				o.target.state = "ERROR"
			default:
				o.target.state = "READY"
			}
		}
		done = o.done
		if done && o.fails {
			return errors.New("the operation failed")
		}
		return nil
	})
	return done, err
}

func (w *toy) set(ctx context.Context, id int, setting string) error {
	return w.mutate(ctx, "update", func() error {
		o := w.find(func(o *object) bool { return o.id == id })
		if o == nil {
			return errNotFound
		}
		if o.foreign {
			w.violate("a foreign object was changed: %s", o.name)
		}
		o.setting = setting
		return nil
	})
}

func (w *toy) remove(ctx context.Context, id int) (op int, err error) {
	err = w.mutate(ctx, "delete", func() error {
		o := w.find(func(o *object) bool { return o.id == id })
		if o == nil {
			return errNotFound
		}
		if o.foreign {
			w.violate("a foreign object was deleted: %s", o.name)
		}
		if o.state == "READY" && !w.removing {
			w.violate("a healthy object was deleted: %s", o.name)
		}
		if o.state == "DELETING" {
			op = o.op
			return nil
		}
		o.state = "DELETING"
		if o.kind == "blocking" {
			w.blocked[o.name] = true
		}
		op = w.start(o, true)
		return nil
	})
	return op, err
}

// prepare and dispose make and remove the ledger's bucket.
func (w *toy) prepare(ctx context.Context) error {
	return w.call(ctx, "make bucket", func() error {
		w.place = true
		return nil
	})
}

func (w *toy) dispose(ctx context.Context) error {
	return w.call(ctx, "delete bucket", func() error {
		if w.ledger.Len() > 0 {
			return errors.New("409 the bucket is not empty")
		}
		w.place = false
		return nil
	})
}
