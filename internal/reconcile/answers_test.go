package reconcile_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile/reconciletest"
)

var errNoAnswer = errors.New("the reply was lost")

// TestLostAnswers loses the answer to every single write or delete of the
// ledger in turn: the engine finds out that each took effect, and the run is as
// good as any.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for at := 1; ; at++ {
		store := &reconciletest.Store{}
		writes := 0
		store.Hook = func(_ context.Context, op string, commit func() error) error {
			err := commit()
			if op == "read" {
				return err
			}
			if writes++; writes == at {
				return errNoAnswer
			}
			return err
		}
		part := &fake{name: "part", converge: func(ctx context.Context, s *reconcile.Step) error { return s.Record(ctx, "key", "value") }}
		e := engineOf(t, store, func(o *reconcile.Options) {
			o.Clock = clock.NewVirtual(newToy().clk.Now())
			o.Dispose = func(context.Context) error { return nil }
		}, part)
		r := e.Converge(t.Context(), reconcile.Spec{})
		if r.Err != nil || r.Record.Incarnation != 1 || stored(t, store).Phase != reconcile.Ready {
			t.Errorf("write %d: %v", at, r.Err)
		}
		if r := e.Destroy(t.Context(), reconcile.Spec{Incarnation: 1}); r.Err != nil || store.Len() != 0 {
			t.Errorf("write %d: %v", at, r.Err)
		}
		if at > writes {
			if writes != 5 { // Claim, note and end; lease and erasure.
				t.Errorf("%d writes", writes)
			}
			return
		}
	}
}

// TestLateWrites commits writes of which the run learns nothing at all: neither
// their answers nor what stands. The last write goes on from what it finds.
func TestLateWrites(t *testing.T) {
	t.Parallel()
	store := &reconciletest.Store{}
	deaf := false
	store.Hook = func(_ context.Context, op string, commit func() error) error {
		if !deaf {
			return commit()
		}
		if op == "write" {
			_ = commit()
		}
		return errNoAnswer
	}
	work := func(ctx context.Context, s *reconcile.Step) error {
		deaf = true
		defer func() { deaf = false }()
		if err := s.Record(ctx, "key", "value"); !errors.Is(err, errNoAnswer) {
			t.Errorf("got %v", err)
		}
		return nil
	}
	e := engineOf(t, store, func(o *reconcile.Options) {
		o.Clock = clock.NewVirtual(newToy().clk.Now())
		o.Dispose = func(context.Context) error { return nil }
	}, &fake{name: "part", converge: work, remove: work})
	r := e.Converge(t.Context(), reconcile.Spec{})
	if rec := stored(t, store); r.Err != nil || rec.Phase != reconcile.Ready || rec.Lease != nil || rec.Steps["part"].Notes["key"] != "value" {
		t.Errorf("%+v, %v", rec, r.Err)
	}
	if r := e.Destroy(t.Context(), reconcile.Spec{Incarnation: 1}); r.Err != nil || store.Len() != 0 {
		t.Errorf("%v", r.Err)
	}
}

// TestSilentLedger can't write its last word: the run says so, by the name of
// the ledger, and the next one makes good.
func TestSilentLedger(t *testing.T) {
	t.Parallel()
	store := &reconciletest.Store{}
	silent, runs := false, 0
	store.Hook = func(_ context.Context, op string, commit func() error) error {
		if silent && op == "write" {
			return errNoAnswer
		}
		return commit()
	}
	e := engineOf(t, store, func(o *reconcile.Options) { o.Clock = clock.NewVirtual(newToy().clk.Now()) },
		&fake{name: "part", converge: func(context.Context, *reconcile.Step) error {
			silent = runs == 0
			runs++
			return nil
		}})
	r := e.Converge(t.Context(), reconcile.Spec{})
	if !errors.Is(r.Err, errNoAnswer) || !slices.Equal(r.Pending, []string{"ledger"}) || r.Record.Phase != reconcile.Creating {
		t.Errorf("%+v", r)
	}
	silent = false
	must(t, e.Converge(t.Context(), reconcile.Spec{Incarnation: r.Record.Incarnation}))
}
