package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile/reconciletest"
)

// TestCancel interrupts a run whose components heed it, take their time, or
// hang: it returns in under five seconds, the record says what is pending, and
// the next run goes on where it was.
func TestCancel(t *testing.T) {
	t.Parallel()
	slowly := func(ctx context.Context, _ *reconcile.Step) error {
		<-ctx.Done()
		return clock.System().Sleep(context.WithoutCancel(ctx), 3500*time.Millisecond)
	}
	for name, c := range map[string]struct {
		work  func(context.Context, *reconcile.Step) error
		under time.Duration
		lease bool
		ends  bool
	}{
		"heeds it":       {work: sleep(time.Hour), under: time.Millisecond},
		"takes its time": {work: slowly, under: 3600 * time.Millisecond, ends: true},
		"hangs": {work: func(ctx context.Context, _ *reconcile.Step) error {
			return clock.System().Sleep(context.WithoutCancel(ctx), time.Hour)
		}, under: 4 * time.Second, lease: true},
	} {
		for _, verb := range []string{"converge", "destroy"} {
			t.Run(name+"/"+verb, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					store := &reconciletest.Store{}
					var busy atomic.Bool
					long := &fake{name: "long"}
					work := func(ctx context.Context, s *reconcile.Step) error {
						if busy.Load() {
							return c.work(ctx, s)
						}
						return nil
					}
					rest := &fake{name: "last", needs: []string{"long"}}
					if verb == "destroy" {
						rest, long.needs, long.remove = &fake{name: "last"}, []string{"last"}, work
					} else {
						long.converge = work
					}
					e := engineOf(t, store, nil, rest, &fake{name: "first"}, long)
					if verb == "destroy" {
						must(t, e.Converge(t.Context(), reconcile.Spec{}))
					}
					busy.Store(true)
					ctx, cancel := context.WithCancelCause(t.Context())
					cause := errors.New("interrupted by the user")
					time.AfterFunc(90*time.Second, func() { cancel(cause) })
					start := time.Now()
					run := e.Converge
					spec := reconcile.Spec{}
					if verb == "destroy" {
						run, spec.Incarnation = e.Destroy, 1
					}
					r := run(ctx, spec)
					if took := time.Since(start) - 90*time.Second; took > c.under || took >= 5*time.Second {
						t.Errorf("took %s after the cancel", took)
					}
					pending := []string{"last", "long"}
					if c.ends {
						pending = []string{"last"}
					}
					if !errors.Is(r.Err, cause) || !slices.Equal(r.Pending, pending) || r.Record == nil || r.Record.Incarnation != 1 {
						t.Errorf("%+v", r)
					}
					rec := stored(t, store)
					if (rec.Lease != nil) != c.lease || rec.LastError == "" || rec.Phase == reconcile.Ready || rec.Phase == reconcile.Deleted {
						t.Errorf("the record is %+v", rec)
					}
					if step := rec.Steps["long"]; !c.ends && step.Status != reconcile.Running {
						t.Errorf("the step is %+v", step)
					}
					busy.Store(false)
					spec.Incarnation = 1
					must(t, run(t.Context(), spec))
					synctest.Wait()
					if name == "hangs" {
						time.Sleep(2 * time.Hour) // It ends at last, and changes nothing any more.
						if after := stored(t, store); after.Phase == reconcile.Creating || after.Phase == reconcile.Deleting {
							t.Errorf("%+v", after)
						}
					}
				})
			})
		}
	}
}

// TestCancelStuckLedger interrupts while even the ledger hangs.
func TestCancelStuckLedger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &reconciletest.Store{}
		hangs := false
		store.Hook = func(ctx context.Context, _ string, commit func() error) error {
			if hangs {
				<-ctx.Done()
				return context.Cause(ctx)
			}
			return commit()
		}
		ctx, cancel := context.WithCancel(t.Context())
		part := &fake{name: "part", converge: func(ctx context.Context, s *reconcile.Step) error {
			hangs = true
			return s.Record(ctx, "key", "value")
		}}
		time.AfterFunc(time.Minute, cancel)
		start := time.Now()
		r := engineOf(t, store, nil, part).Converge(ctx, reconcile.Spec{})
		if took := time.Since(start) - time.Minute; took >= 5*time.Second {
			t.Errorf("took %s after the cancel", took)
		}
		if !errors.Is(r.Err, context.Canceled) || r.Record == nil || !slices.Equal(r.Pending, []string{"part"}) {
			t.Errorf("%+v", r)
		}
	})
}

// TestHeartbeat works for an hour without a change: the lease lives, the ledger
// shows the progress, and others wait.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &reconciletest.Store{}
		writes := 0
		store.Hook = func(_ context.Context, op string, commit func() error) error {
			if op == "write" {
				writes++
			}
			return commit()
		}
		part := &fake{name: "part", converge: func(ctx context.Context, s *reconcile.Step) error {
			for i := range 60 {
				s.Progress(ctx, "minute %d\nof 60", i)
				if err := clock.System().Sleep(ctx, time.Minute); err != nil {
					return err
				}
			}
			return nil
		}}
		e := engineOf(t, store, nil, part)
		var result reconcile.Result
		var wg sync.WaitGroup
		wg.Go(func() { result = e.Converge(t.Context(), reconcile.Spec{}) })
		start := time.Now()
		time.Sleep(30 * time.Second)
		for time.Since(start) < 58*time.Minute {
			time.Sleep(time.Minute)
			rec := stored(t, store)
			if rec.Lease == nil || rec.Lease.Expires.Before(time.Now().Add(30*time.Second)) {
				t.Fatalf("after %s the lease is %+v", time.Since(start), rec.Lease)
			}
			minutes := int(time.Since(start).Minutes())
			if want := fmt.Sprintf("minute %d of 60", minutes); rec.Steps["part"].Progress != want {
				t.Errorf("the ledger says %q, want %q", rec.Steps["part"].Progress, want)
			}
			if minutes == 30 {
				r := engineOf(t, store, func(o *reconcile.Options) { o.Wait = 2 * time.Minute }, part).Destroy(t.Context(), reconcile.Spec{Incarnation: 1})
				if !errors.Is(r.Err, reconcile.ErrLeaseHeld) {
					t.Errorf("%+v", r)
				}
			}
		}
		wg.Wait()
		must(t, result)
		if writes > 60*5 {
			t.Errorf("%d writes in an hour", writes)
		}
	})
}

// TestHeartbeatLoses learns from a heartbeat that the lease is gone, and stops
// components that are waiting.
func TestHeartbeatLoses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &reconciletest.Store{}
		time.AfterFunc(10*time.Minute, func() { store.Put(record, []byte(`{"version":3}`)) })
		start := time.Now()
		r := engineOf(t, store, nil, &fake{name: "part", converge: sleep(time.Hour)}).Converge(t.Context(), reconcile.Spec{})
		if !errors.Is(r.Err, reconcile.ErrLeaseLost) || time.Since(start) > 11*time.Minute {
			t.Errorf("after %s: %+v", time.Since(start), r)
		}
	})
}
