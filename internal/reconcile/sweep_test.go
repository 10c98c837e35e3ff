package reconcile_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// scenario is a run that the sweep disturbs.
type scenario struct {
	name      string
	tombstone bool
	destroys  bool
	// before makes what stands before the run.
	before func(ctx context.Context, t *testing.T, tf *terraform)
}

var scenarios = []scenario{
	{name: "create"},
	{name: "update", before: func(ctx context.Context, t *testing.T, tf *terraform) {
		t.Helper()
		must(t, tf.apply(ctx, t))
		tf.setting = "b"
		last := len(tf.w.objects) - 1
		tf.w.objects = tf.w.objects[:last] // Somebody deleted one.
	}},
	{name: "create again after a destroy", tombstone: true, before: func(ctx context.Context, t *testing.T, tf *terraform) {
		t.Helper()
		must(t, tf.apply(ctx, t))
		must(t, tf.destroy(ctx, t))
	}},
	{name: "adopt", before: func(ctx context.Context, t *testing.T, tf *terraform) {
		t.Helper()
		must(t, tf.apply(ctx, t))
		tf.state = 0
		tf.w.objects = tf.w.objects[:len(tf.w.objects)-1]
	}},
	{name: "imported", before: func(ctx context.Context, t *testing.T, tf *terraform) {
		t.Helper()
		must(t, tf.apply(ctx, t))
		tf.takeover, tf.setting = "import", "b"
		tf.w.objects = tf.w.objects[:len(tf.w.objects)-1] // Somebody deleted one.
	}},
	{name: "destroy", destroys: true, before: created},
	{name: "destroy, record stays", tombstone: true, destroys: true, before: created},
}

func created(ctx context.Context, t *testing.T, tf *terraform) {
	t.Helper()
	must(t, tf.apply(ctx, t))
}

func must(t *testing.T, r reconcile.Result) {
	t.Helper()
	if r.Err != nil {
		t.Fatalf("without a fault: %v", r.Err)
	}
}

// TestSweep disturbs every call of every run in every way, and then asks for
// one more run without a fault: all that is desired stands, nothing twice,
// nothing else, nothing foreign was touched, and there is nothing left to do.
func TestSweep(t *testing.T) {
	t.Parallel()
	for _, size := range []struct {
		name   string
		shape  []shape
		faults []fault
	}{
		{"two", two, allFaults},
		// Without those that are the same to the toy as one of these.
		{"five", five, []fault{killBefore, killAfter, err404, err409, err412, err503, lateReply, opFails, opSticks, panics}},
	} {
		for _, s := range scenarios {
			for _, f := range size.faults {
				t.Run(fmt.Sprintf("%s/%s/%s", size.name, s.name, f), func(t *testing.T) {
					t.Parallel()
					fired := 0
					for at := 1; ; at++ {
						hit, more := disturb(t, size.shape, s, f, at)
						if hit {
							fired++
						}
						if !more || t.Failed() {
							break
						}
					}
					if fired == 0 {
						t.Error("the fault never happened, so this shows nothing")
					}
				})
			}
		}
	}
}

// disturb does one run with a fault at one call. more says whether the run had
// that many calls.
func disturb(t *testing.T, shape []shape, s scenario, f fault, at int) (hit, more bool) {
	t.Helper()
	w := newToy()
	w.foreign("theirs")
	tf := newTerraform(w, shape)
	tf.tombstone = s.tombstone
	if s.before != nil {
		s.before(t.Context(), t, tf)
	}
	w.calls, w.faults = 0, map[int]fault{at: f}
	run := tf.apply
	if s.destroys {
		run = tf.destroy
	}
	first := run(t.Context(), t)
	hit, more = len(w.fired) > 0, w.calls >= at
	if hit && f.kills() != w.dead {
		t.Errorf("dead: %v", w.dead)
	}
	pendingMatches(t, first, w.dead)
	w.heal()
	check(t, tf, s.destroys, fmt.Sprintf("%s, then %v", strings.Join(w.fired, ", "), first.Err))
	return hit, more
}

// pendingMatches checks that what a run says fits together.
func pendingMatches(t *testing.T, r reconcile.Result, dead bool) {
	t.Helper()
	switch {
	case dead:
	case r.Err == nil && len(r.Pending) > 0, r.Err != nil && r.Record != nil && len(r.Pending) == 0:
		t.Errorf("pending is %v, and the error %v", r.Pending, r.Err)
	}
}

// check runs without a fault until nothing is left to do, which may take one
// run, and then destroys.
func check(t *testing.T, tf *terraform, destroys bool, after string) {
	t.Helper()
	ctx := t.Context()
	w := tf.w
	if !destroys {
		if r := tf.apply(ctx, t); r.Err != nil || len(r.Pending) > 0 {
			t.Errorf("after %s: the next run says %v, pending %v", after, r.Err, r.Pending)
		}
		for _, wrong := range tf.wrong() {
			t.Errorf("after %s: %s", after, wrong)
		}
		mutations := w.mutations
		if r := tf.apply(ctx, t); r.Err != nil || w.mutations != mutations {
			t.Errorf("after %s: a further run made %d changes: %v", after, w.mutations-mutations, r.Err)
		}
		if report := tf.engine(t).Observe(ctx); len(report.Pending()) > 0 || len(report.Errors) > 0 {
			t.Errorf("after %s: a further plan isn't empty: %+v", after, report)
		}
	}
	tf.refresh(t)
	if tf.state != 0 {
		if r := tf.destroy(ctx, t); r.Err != nil || r.Fenced {
			t.Errorf("after %s: the destroy says %v, fenced %v", after, r.Err, r.Fenced)
		}
	}
	for _, left := range tf.left() {
		t.Errorf("after %s: %s", after, left)
	}
}
