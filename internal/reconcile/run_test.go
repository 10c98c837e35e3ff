package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile/reconciletest"
)

// fake is a component made of functions.
type fake struct {
	name     string
	needs    []string
	observe  func(ctx context.Context) (reconcile.Observation, error)
	converge func(ctx context.Context, s *reconcile.Step) error
	remove   func(ctx context.Context, s *reconcile.Step) error
}

func (f *fake) Name() string    { return f.name }
func (f *fake) Needs() []string { return f.needs }

func (f *fake) Observe(ctx context.Context) (reconcile.Observation, error) {
	if f.observe == nil {
		return reconcile.Observation{}, nil
	}
	return f.observe(ctx)
}

func (f *fake) Converge(ctx context.Context, s *reconcile.Step) error {
	if f.converge == nil {
		return nil
	}
	return f.converge(ctx, s)
}

func (f *fake) Remove(ctx context.Context, s *reconcile.Step) error {
	if f.remove == nil {
		return nil
	}
	return f.remove(ctx, s)
}

// engineOf makes an engine over fakes, on the clock of the machine.
func engineOf(t *testing.T, store reconcile.Store, edit func(*reconcile.Options), parts ...*fake) *reconcile.Engine {
	t.Helper()
	components := make([]reconcile.Component, len(parts))
	for i, p := range parts {
		components[i] = p
	}
	opts := reconcile.Options{Clock: clock.System(), Store: store, Name: record, Owner: "toy-dev", Holder: "toy run", Guard: guard}
	if edit != nil {
		edit(&opts)
	}
	e, err := reconcile.New(opts, components)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func stored(t *testing.T, store *reconciletest.Store) *reconcile.Record {
	t.Helper()
	data, _ := store.Get(record)
	rec, err := reconcile.DecodeRecord(data)
	if err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return rec
}

// sleep is a component's work of d, in the time of the test's bubble.
func sleep(d time.Duration) func(context.Context, *reconcile.Step) error {
	return func(ctx context.Context, _ *reconcile.Step) error { return clock.System().Sleep(ctx, d) }
}

// TestCriticalPath measures that components run side by side as far as their
// needs allow: the run takes as long as its longest chain.
func TestCriticalPath(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		parts := []*fake{
			{name: "sql", needs: []string{"network"}, converge: sleep(10 * time.Minute)},
			{name: "services", converge: sleep(time.Minute)},
			{name: "network", needs: []string{"services"}, converge: sleep(2 * time.Minute)},
			{name: "cluster", needs: []string{"network", "keys"}, converge: sleep(8 * time.Minute)},
			{name: "keys", needs: []string{"services"}, converge: sleep(30 * time.Second)},
			{name: "pools", needs: []string{"cluster"}, converge: sleep(5 * time.Minute)},
		}
		store := &reconciletest.Store{}
		e := engineOf(t, store, nil, parts...)
		start := time.Now()
		must(t, e.Converge(t.Context(), reconcile.Spec{}))
		if took := time.Since(start); took != 16*time.Minute {
			t.Errorf("took %s, and the critical path is 16m", took)
		}
		rec := stored(t, store)
		if rec.Phase != reconcile.Ready || rec.Steps["pools"].Started.Sub(rec.Created) != 11*time.Minute {
			t.Errorf("%+v", rec.Steps["pools"])
		}
	})
}

// TestParallelism bounds how many work at a time, and keeps the list's order.
func TestParallelism(t *testing.T) {
	t.Parallel()
	for _, parallel := range []int{1, 3} {
		var now, most atomic.Int32
		var mu sync.Mutex
		var order []string
		var parts []*fake
		for i := range 9 {
			name := fmt.Sprintf("part_%d", i)
			parts = append(parts, &fake{name: name, converge: func(context.Context, *reconcile.Step) error {
				mu.Lock()
				order = append(order, name)
				mu.Unlock()
				n := now.Add(1)
				defer now.Add(-1)
				for {
					if m := most.Load(); n <= m || most.CompareAndSwap(m, n) {
						break
					}
				}
				runtime.Gosched()
				return nil
			}})
		}
		must(t, engineOf(t, &reconciletest.Store{}, func(o *reconcile.Options) { o.Parallelism = parallel }, parts...).Converge(t.Context(), reconcile.Spec{}))
		if int(most.Load()) > parallel || parallel == 1 && !slices.IsSorted(order) {
			t.Errorf("%d at a time, want at most %d, in the order %v", most.Load(), parallel, order)
		}
	}
}

// TestFailure fails one component: those that need it wait, the others go on,
// and the next run makes good.
func TestFailure(t *testing.T) {
	t.Parallel()
	fails := map[string]bool{"b": true}
	var began sync.Map
	part := func(name string, needs ...string) *fake {
		return &fake{name: name, needs: needs, converge: func(context.Context, *reconcile.Step) error {
			began.Store(name, true)
			if fails[name] {
				return errors.New("no\nroom, password=hunter2")
			}
			return nil
		}}
	}
	store := &reconciletest.Store{}
	var events []string
	e := engineOf(t, store, func(o *reconcile.Options) {
		o.Progress = func(e reconcile.Event) { events = append(events, e.Component+" "+e.Message) }
	}, part("d", "b", "c"), part("a"), part("b", "a"), part("c", "a"), part("e", "d"))
	r := e.Converge(t.Context(), reconcile.Spec{})
	if !slices.Equal(r.Pending, []string{"d", "b", "e"}) || len(r.Errors) != 1 || r.Record == nil {
		t.Errorf("%+v", r)
	}
	for _, name := range []string{"a", "b", "c"} {
		if _, ok := began.Load(name); !ok {
			t.Errorf("%s never began", name)
		}
	}
	for _, name := range []string{"d", "e"} {
		if _, ok := began.Load(name); ok {
			t.Errorf("%s began before what it needs", name)
		}
	}
	const line = "no room, (sensitive value)"
	if got := r.Errors["b"].Error(); got != "b: "+line {
		t.Errorf("got %q", got)
	}
	want := "3 of 5 components have not converged.\nb: " + line + "\nnot begun: d, e"
	if r.Err.Error() != want {
		t.Errorf("got %q", r.Err)
	}
	rec := stored(t, store)
	if rec.Phase != reconcile.Creating || rec.Lease != nil || rec.LastError != "b: "+line || rec.Steps["b"].LastError != line || rec.Steps["b"].Status != reconcile.Failed || rec.Steps["d"] != nil {
		t.Errorf("%+v", rec)
	}
	if !slices.Contains(events, "b failed: "+line) || !slices.Contains(events, "c converged") {
		t.Errorf("events %q", events)
	}
	fails["b"] = false
	must(t, e.Converge(t.Context(), reconcile.Spec{Incarnation: 1}))
	if rec := stored(t, store); rec.Phase != reconcile.Ready || rec.LastError != "" || rec.Steps["b"].LastError != "" {
		t.Errorf("%+v", rec)
	}
}

// TestPanic has components that panic or end their goroutine, anywhere.
func TestPanic(t *testing.T) {
	t.Parallel()
	boom := func(context.Context, *reconcile.Step) error { panic("boom") }
	exit := func(context.Context, *reconcile.Step) error { runtime.Goexit(); return nil }
	observes := true
	store := &reconciletest.Store{}
	e := engineOf(t, store, nil,
		&fake{name: "good"},
		&fake{name: "bad", converge: boom, remove: boom},
		&fake{name: "worse", converge: exit, remove: exit, observe: func(context.Context) (reconcile.Observation, error) {
			if !observes {
				panic("boom")
			}
			return reconcile.Observation{}, nil
		}})
	check := func(r reconcile.Result) {
		t.Helper()
		var p *reconcile.PanicError
		if !slices.Equal(r.Pending, []string{"bad", "worse"}) || !errors.As(r.Errors["bad"], &p) || p.Value != "boom" || len(p.Stack) == 0 {
			t.Errorf("%+v", r)
		}
		if stored(t, store).Lease != nil {
			t.Error("the lease was not given back")
		}
	}
	check(e.Converge(t.Context(), reconcile.Spec{}))
	check(e.Destroy(t.Context(), reconcile.Spec{Incarnation: 1}))
	observes = false
	if r := e.Observe(t.Context()); r.Errors["worse"] == nil || len(r.Observations) != 2 {
		t.Errorf("%+v", r)
	}
}

// TestNotesTogether records from many steps at once: they go out in few writes,
// and each is in the ledger when Record returns.
func TestNotesTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &reconciletest.Store{}
		writes := 0
		store.Hook = func(ctx context.Context, op string, commit func() error) error {
			if op != "write" {
				return commit()
			}
			writes++
			if err := clock.System().Sleep(ctx, time.Second); err != nil {
				return err
			}
			return commit()
		}
		var parts []*fake
		for i := range 12 {
			name := fmt.Sprintf("part_%d", i)
			parts = append(parts, &fake{name: name, converge: func(ctx context.Context, s *reconcile.Step) error {
				for _, value := range []string{"a", "b", "b"} {
					if err := s.Record(ctx, "key", value); err != nil {
						return err
					}
					if got := stored(t, store).Steps[name].Notes["key"]; got != value {
						t.Errorf("%s: the ledger has %q, want %q", name, got, value)
					}
				}
				return s.Forget(ctx, "key")
			}})
		}
		must(t, engineOf(t, store, nil, parts...).Converge(t.Context(), reconcile.Spec{}))
		if writes > 12 {
			t.Errorf("%d writes for 36 notes", writes)
		}
		if got := stored(t, store).Steps["part_3"].Notes; len(got) != 0 {
			t.Errorf("notes %v", got)
		}
	})
}

// TestStep looks at what a step offers.
func TestStep(t *testing.T) {
	t.Parallel()
	store := &reconciletest.Store{}
	ids := map[string][]string{}
	var kept *reconcile.Step
	fails := true
	part := func(name string) *fake {
		return &fake{name: name, converge: func(ctx context.Context, s *reconcile.Step) error {
			kept = s
			ids[name] = append(ids[name], s.RequestID("create"), s.RequestID("create"), s.RequestID("delete"))
			if s.Born().IsZero() {
				t.Error("it was never born")
			}
			if o := s.Owner(); o.Key != "toy-dev" || o.Labels()[reconcile.OwnerLabel] != "toy-dev" {
				t.Errorf("owner %+v", o)
			}
			if err := s.Record(ctx, "", "x"); err == nil {
				t.Error("a note without a key")
			}
			if err := s.Record(ctx, "key", strings.Repeat("x", 5000)); err == nil {
				t.Error("a note of 5000 bytes")
			}
			if _, ok := s.Note(ctx, "key"); ok {
				t.Error("a note that was refused is there")
			}
			if fails {
				return errors.New("failed")
			}
			return nil
		}}
	}
	said := 0
	e := engineOf(t, store, func(o *reconcile.Options) {
		o.Parallelism = 1
		o.Progress = func(reconcile.Event) { said++ }
	}, part("one"), part("two"))
	for incarnation := range int64(3) {
		e.Converge(t.Context(), reconcile.Spec{Incarnation: incarnation % 2})
		fails = false
	}
	all := map[string]bool{}
	for _, list := range ids {
		for i := 0; i < len(list); i += 3 {
			if list[i] != list[i+1] {
				t.Error("a request id changed within a run")
			}
			all[list[i]], all[list[i+2]] = true, true
		}
	}
	if len(all) != 12 { // Two steps, two operations, three runs of which one adopted.
		t.Errorf("%d different request ids in %v", len(all), ids)
	}
	before, _ := store.Get(record)
	said = 0
	if err := kept.Record(t.Context(), "late", "x"); err == nil {
		t.Error("a note after the end of the run")
	}
	kept.Progress(t.Context(), "late")
	if after, _ := store.Get(record); string(after) != string(before) || said > 0 {
		t.Error("a step spoke after the end of its run")
	}
}

// TestObserveNeverWrites looks and reads the record on an empty ledger and on a
// full one.
func TestObserveNeverWrites(t *testing.T) {
	t.Parallel()
	w := newToy()
	tf := newTerraform(w, five)
	look := func(pending int) {
		t.Helper()
		w.onCall = func(_ int, what string) {
			if strings.HasPrefix(what, "ledger w") || strings.HasPrefix(what, "ledger d") || strings.Contains(what, "bucket") {
				t.Errorf("a look made %s", what)
			}
		}
		mutations := w.mutations
		e := tf.engine(t)
		if report := e.Observe(t.Context()); len(report.Pending()) != pending || len(report.Names) != 5 {
			t.Errorf("%+v", report)
		}
		_, _ = e.Record(t.Context())
		w.onCall = nil
		if w.mutations != mutations {
			t.Error("a look changed something")
		}
	}
	look(5)
	if _, err := tf.engine(t).Record(t.Context()); !errors.Is(err, reconcile.ErrNotFound) {
		t.Errorf("%v", err)
	}
	must(t, tf.apply(t.Context(), t))
	look(0)
	tf.setting = "b"
	look(5)
	if rec, err := tf.engine(t).Record(t.Context()); err != nil || rec.Phase != reconcile.Ready {
		t.Errorf("%+v, %v", rec, err)
	}
}
