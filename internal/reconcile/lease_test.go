package reconcile_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// edit changes the record as somebody else would.
func (tf *terraform) editRecord(t *testing.T, fn func(*reconcile.Record)) {
	t.Helper()
	rec, err := tf.decode()
	if err != nil {
		t.Fatal(err)
	}
	fn(rec)
	data, err := json.Marshal(rec)
	if err != nil {
		t.Fatal(err)
	}
	tf.w.ledger.Put(record, data)
}

// other is the lease of somebody else, which lasts for d.
func (w *toy) other(d time.Duration) *reconcile.Lease {
	now := w.clk.Now()
	return &reconcile.Lease{Holder: "ada@laptop", Nonce: "hers", Beat: 7, Acquired: now.Add(-time.Hour), Expires: now.Add(d)}
}

// TestLiveLease finds the lease held: it is waited for, with word of it, and
// then the error says who holds it and how to look.
func TestLiveLease(t *testing.T) {
	t.Parallel()
	w := newToy()
	tf := newTerraform(w, two)
	must(t, tf.apply(t.Context(), t))
	mutations, before := w.mutations, w.clk.Now()
	beat := func(*reconcile.Record) {}
	w.onCall = func(_ int, what string) {
		if what == "ledger read" { // She is alive.
			rec, err := tf.decode()
			if err != nil {
				t.Error(err)
				return
			}
			beat(rec)
			rec.Lease = w.other(time.Minute)
			data, _ := json.Marshal(rec)
			w.ledger.Put(record, data)
		}
	}
	var events []reconcile.Event
	tf.edit = func(o *reconcile.Options) {
		o.Wait = 90 * time.Second
		o.Progress = func(e reconcile.Event) { events = append(events, e) }
	}
	for name, run := range map[string]func(context.Context, *testing.T) reconcile.Result{"apply": tf.apply, "destroy": tf.destroy} {
		events = nil
		start := w.clk.Now()
		r := run(t.Context(), t)
		if !errors.Is(r.Err, reconcile.ErrLeaseHeld) || r.Record != nil {
			t.Fatalf("%s: %+v", name, r)
		}
		for _, want := range []string{"ada@laptop", "toy status", "1m30s"} {
			if !strings.Contains(r.Err.Error(), want) {
				t.Errorf("%s: the error doesn't say %q: %v", name, want, r.Err)
			}
		}
		if waited := w.clk.Now().Sub(start); waited != 90*time.Second {
			t.Errorf("%s: waited for %s", name, waited)
		}
		if len(events) != 3 || !strings.Contains(events[0].Message, "waiting for ada@laptop") {
			t.Errorf("%s: events %+v", name, events)
		}
	}
	if w.mutations != mutations || w.clk.Now().Sub(before) != 3*time.Minute {
		t.Error("something was changed without the lease")
	}
}

// TestExpiredLease takes over what a killed run left.
func TestExpiredLease(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		left   time.Duration
		waited time.Duration
	}{
		"just expired":          {-5 * time.Second, 30 * time.Second},
		"about to expire":       {10 * time.Second, 30 * time.Second},
		"expires meanwhile":     {50 * time.Second, 56 * time.Second},
		"a clock far ahead":     {100 * time.Hour, 66 * time.Second},
		"expired, clocks apart": {-time.Second, 30 * time.Second},
		"expired long ago":      {-10 * time.Minute, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newToy()
			tf := newTerraform(w, two)
			must(t, tf.apply(t.Context(), t))
			tf.setting = "b"
			tf.editRecord(t, func(r *reconcile.Record) { r.Lease = w.other(c.left) })
			start := w.clk.Now()
			must(t, tf.apply(t.Context(), t))
			if waited := w.clk.Now().Sub(start); waited != c.waited {
				t.Errorf("waited for %s, want %s", waited, c.waited)
			}
			for _, wrong := range tf.wrong() {
				t.Error(wrong)
			}
		})
	}
}

// TestLiveLeaseOfAnotherClock finds a lease whose end has long passed by the clock
// of this machine, and whose holder is alive: it is not taken over.
func TestLiveLeaseOfAnotherClock(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{70 * time.Second, 2 * time.Minute, 9 * time.Minute} {
		w := newToy()
		tf := newTerraform(w, two)
		must(t, tf.apply(t.Context(), t))
		mutations, written := w.mutations, w.clk.Now()
		tf.editRecord(t, func(r *reconcile.Record) { r.Lease = w.other(time.Minute - ahead) })
		w.onCall = func(_ int, what string) {
			if what == "ledger read" && w.clk.Now().Sub(written) >= 25*time.Second { // A heartbeat that is late.
				written = w.clk.Now()
				tf.editRecord(t, func(r *reconcile.Record) {
					beat := r.Lease.Beat + 1
					r.Lease = w.other(time.Minute - ahead)
					r.Lease.Beat = beat
				})
			}
		}
		tf.edit = func(o *reconcile.Options) { o.Wait = 3 * time.Minute }
		if r := tf.apply(t.Context(), t); !errors.Is(r.Err, reconcile.ErrLeaseHeld) || w.mutations != mutations {
			t.Errorf("a clock that is %s ahead took a live lease over: %v", ahead, r.Err)
		}
	}
}

// TestLeaseLost takes the lease away in the middle of a run: not one more call
// changes anything, and the other's record stays as it is.
func TestLeaseLost(t *testing.T) {
	t.Parallel()
	for name, take := range map[string]func(tf *terraform){
		"taken over": func(tf *terraform) {
			rec, _ := tf.decode()
			rec.Lease = tf.w.other(time.Minute)
			rec.Incarnation++
			data, _ := json.Marshal(rec)
			tf.w.ledger.Put(record, data)
		},
		"taken over, and ended": func(tf *terraform) {
			rec, _ := tf.decode()
			rec.Lease = nil
			data, _ := json.Marshal(rec)
			tf.w.ledger.Put(record, data)
		},
		"record gone": func(tf *terraform) { tf.w.ledger.Drop(record) },
		"by a newer version": func(tf *terraform) {
			tf.w.ledger.Put(record, []byte(`{"version": 2, "unheard": "of"}`))
		},
	} {
		for at := 1; at <= 3; at++ {
			t.Run(fmt.Sprintf("%s/%d", name, at), func(t *testing.T) {
				t.Parallel()
				w := newToy()
				tf := newTerraform(w, five)
				tf.parallel = 3
				changes, stolen := 0, ""
				w.onCall = func(_ int, what string) {
					if strings.HasPrefix(what, "insert") {
						if changes++; changes == at {
							take(tf)
							data, _ := w.ledger.Get(record)
							stolen = string(data)
						}
					}
				}
				r := tf.apply(t.Context(), t)
				if !errors.Is(r.Err, reconcile.ErrLeaseLost) || len(r.Pending) == 0 {
					t.Errorf("%+v", r)
				}
				// Those whose check had passed already were sent.
				if changes < at || changes > at+2 {
					t.Errorf("%d objects were made, want about %d", changes, at)
				}
				if data, _ := w.ledger.Get(record); string(data) != stolen {
					t.Errorf("the other's record was changed to %s", data)
				}
			})
		}
	}
}

// TestLeaseLostAtOnce is exact: with one component at a time no call follows,
// whether a note or the guard alone would tell.
func TestLeaseLostAtOnce(t *testing.T) {
	t.Parallel()
	for _, notes := range []bool{true, false} {
		w := newToy()
		tf := newTerraform(w, two)
		tf.editParts = func(parts []*component) {
			parts[0].converge = func(ctx context.Context, s *reconcile.Step) error {
				tf.editRecord(t, func(r *reconcile.Record) { r.Lease = w.other(time.Minute) })
				if !notes {
					return nil
				}
				if err := s.Record(ctx, "key", "value"); !errors.Is(err, reconcile.ErrLeaseLost) {
					t.Errorf("a note was recorded: %v", err)
				}
				return nil
			}
		}
		r := tf.apply(t.Context(), t)
		if !errors.Is(r.Err, reconcile.ErrLeaseLost) || w.mutations != 0 {
			t.Errorf("notes %v: %d changes: %v", notes, w.mutations, r.Err)
		}
		if !strings.Contains(r.Err.Error(), "ada@laptop") {
			t.Errorf("the error doesn't say who has it: %v", r.Err)
		}
	}
}

// TestRenewal spends minutes between changes: the lease is renewed before each,
// and given back at the end.
func TestRenewal(t *testing.T) {
	t.Parallel()
	w := newToy()
	tf := newTerraform(w, two)
	seen := map[time.Duration]int64{}
	tf.editParts = func(parts []*component) {
		for i, d := range []time.Duration{30 * time.Second, 7 * time.Minute} {
			parts[i].converge = func(ctx context.Context, _ *reconcile.Step) error { return w.clk.Sleep(ctx, d) }
		}
	}
	start := w.clk.Now()
	w.onCall = func(_ int, what string) {
		if strings.HasPrefix(what, "insert") {
			data, _ := w.ledger.Get(record)
			rec, err := reconcile.DecodeRecord(data)
			if err != nil || rec.Lease.Expires.Sub(w.clk.Now()) < 40*time.Second {
				t.Errorf("a change under a lease about to expire: %+v, %v", rec.Lease, err)
				return
			}
			seen[w.clk.Now().Sub(start)] = rec.Lease.Beat
		}
	}
	must(t, tf.apply(t.Context(), t))
	if len(seen) != 2 {
		t.Errorf("changes at %v", seen)
	}
}

// TestRenewalFails has a ledger that can be read but not written: calls go on
// while the lease surely lasts, and not after.
func TestRenewalFails(t *testing.T) {
	t.Parallel()
	for wait, changes := range map[time.Duration]int{25 * time.Second: 1, 55 * time.Second: 0} {
		w := newToy()
		tf := newTerraform(w, []shape{{"network", "named", nil}})
		tf.editParts = func(parts []*component) {
			parts[0].converge = func(ctx context.Context, _ *reconcile.Step) error {
				hook := w.ledger.Hook
				w.ledger.Hook = func(ctx context.Context, op string, commit func() error) error {
					if op == "write" {
						return errors.New("503")
					}
					return hook(ctx, op, commit)
				}
				return w.clk.Sleep(ctx, wait)
			}
		}
		r := tf.apply(t.Context(), t)
		if r.Err == nil || w.mutations != changes {
			t.Errorf("after %s without a heartbeat: %d changes, want %d: %v", wait, w.mutations, changes, r.Err)
		}
		if changes == 1 && (len(r.Pending) != 1 || r.Pending[0] != "ledger") {
			t.Errorf("pending is %v", r.Pending)
		}
	}
}

// TestWaiting lets another run end while this one waits.
func TestWaiting(t *testing.T) {
	t.Parallel()
	release := func(w *toy, tf *terraform) {
		reads := 0
		w.onCall = func(_ int, what string) {
			if reads++; what == "ledger read" && reads == 3 {
				tf.editRecord(t, func(r *reconcile.Record) { r.Lease = nil })
			}
		}
	}
	t.Run("update goes on", func(t *testing.T) {
		t.Parallel()
		w := newToy()
		tf := newTerraform(w, two)
		must(t, tf.apply(t.Context(), t))
		tf.editRecord(t, func(r *reconcile.Record) { r.Lease = w.other(time.Minute) })
		release(w, tf)
		tf.setting = "b"
		must(t, tf.apply(t.Context(), t))
		for _, wrong := range tf.wrong() {
			t.Error(wrong)
		}
	})
	t.Run("create does not take it from the other's state", func(t *testing.T) {
		t.Parallel()
		w := newToy()
		tf := newTerraform(w, two)
		must(t, tf.apply(t.Context(), t))
		tf.state = 0
		tf.editRecord(t, func(r *reconcile.Record) { r.Lease = w.other(time.Minute) })
		release(w, tf)
		r := tf.apply(t.Context(), t)
		if !errors.Is(r.Err, reconcile.ErrClaimed) || !strings.Contains(r.Err.Error(), "ada@laptop") || !strings.Contains(r.Err.Error(), "toy import") {
			t.Errorf("%+v", r)
		}
		if rec, err := tf.decode(); err != nil || rec.Incarnation != 1 {
			t.Errorf("%+v, %v", rec, err)
		}
	})
	t.Run("interrupted", func(t *testing.T) {
		t.Parallel()
		w := newToy()
		tf := newTerraform(w, two)
		must(t, tf.apply(t.Context(), t))
		tf.editRecord(t, func(r *reconcile.Record) { r.Lease = w.other(time.Minute) })
		ctx, cancel := context.WithCancelCause(t.Context())
		cause := errors.New("interrupted by the user")
		tf.edit = func(o *reconcile.Options) { o.Progress = func(reconcile.Event) { cancel(cause) } }
		if r := tf.apply(ctx, t); !errors.Is(r.Err, cause) || r.Record != nil {
			t.Errorf("%+v", r)
		}
	})
}

// TestTwoAtOnce runs two applies, or an apply and a destroy, side by side, from
// one state or from two. Whatever becomes of them, one more apply is enough, and
// a state that was overtaken is fenced.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	for i := range 40 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			w := newToy()
			w.sharesTime = true
			first, second := newTerraform(w, five), newTerraform(w, five)
			first.parallel, second.parallel = 3, 2
			if i%2 == 1 {
				must(t, first.apply(t.Context(), t))
				second.state = first.state
				first.setting, second.setting = "b", "b"
			}
			var one, two reconcile.Result
			var wg sync.WaitGroup
			wg.Go(func() { one = first.apply(t.Context(), t) })
			wg.Go(func() { two = second.apply(t.Context(), t) })
			wg.Wait()
			for _, r := range []reconcile.Result{one, two} {
				if r.Err != nil && !errors.Is(r.Err, reconcile.ErrLeaseHeld) && !errors.Is(r.Err, reconcile.ErrLeaseLost) && !errors.Is(r.Err, reconcile.ErrClaimed) {
					t.Errorf("a run failed: %v", r.Err)
				}
			}
			last := first
			if second.state > first.state {
				last = second
			}
			must(t, last.apply(t.Context(), t))
			for _, wrong := range last.wrong() {
				t.Error(wrong)
			}
		})
	}
}

// TestLostClaim loses the answer to the claim, and the look after it too: the
// claim is recognised as ours, not waited for.
func TestLostClaim(t *testing.T) {
	t.Parallel()
	for name, more := range map[string]int{"the answer": 0, "and the look": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newToy()
			tf := newTerraform(w, two)
			w.onCall = func(n int, what string) {
				if what == "ledger write" && w.faults == nil {
					w.faults = map[int]fault{n: lateReply}
					if more > 0 {
						w.faults[n+1] = err503
					}
				}
			}
			start := w.clk.Now()
			must(t, tf.apply(t.Context(), t))
			if len(w.fired) != 1+more {
				t.Errorf("fired %v", w.fired)
			}
			if waited := w.clk.Now().Sub(start); waited > 10*time.Second {
				t.Errorf("it waited for itself, for %s", waited)
			}
			if tf.state != 1 {
				t.Errorf("incarnation %d", tf.state)
			}
			for _, wrong := range tf.wrong() {
				t.Error(wrong)
			}
		})
	}
}
