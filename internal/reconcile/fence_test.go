package reconcile_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// TestFence adopts from a second state: the first can't change or destroy
// anything any more, and the error says how it could go on.
func TestFence(t *testing.T) {
	t.Parallel()
	w := newToy()
	first, second := newTerraform(w, five), newTerraform(w, five)
	must(t, first.apply(t.Context(), t))
	second.setting = "b"
	must(t, second.apply(t.Context(), t))
	if first.state != 1 || second.state != 2 {
		t.Fatalf("incarnations %d and %d", first.state, second.state)
	}
	before, _ := w.ledger.Get(record)
	first.setting = "c"
	r := first.apply(t.Context(), t)
	if !errors.Is(r.Err, reconcile.ErrFenced) || !strings.Contains(r.Err.Error(), "toy import") || r.Record != nil {
		t.Errorf("a stale update: %+v", r)
	}
	if r := first.destroy(t.Context(), t); r.Err != nil || !r.Fenced {
		t.Errorf("a stale destroy: %+v", r)
	}
	if after, _ := w.ledger.Get(record); string(after) != string(before) {
		t.Error("the stale state wrote the record")
	}
	for _, wrong := range second.wrong() {
		t.Error(wrong)
	}
	must(t, second.destroy(t.Context(), t))
	for _, left := range second.left() {
		t.Error(left)
	}
}

// TestImported takes over by a state that was imported, and so holds the same
// incarnation as the one before it: the first run raises it.
func TestImported(t *testing.T) {
	t.Parallel()
	w := newToy()
	first, second := newTerraform(w, two), newTerraform(w, two)
	must(t, first.apply(t.Context(), t))
	second.state, second.takeover = first.state, "second"
	must(t, second.apply(t.Context(), t))
	if second.state != 2 {
		t.Errorf("incarnation %d after the first run of an imported state, want 2", second.state)
	}
	// Imported before that run, and stale by now: it has to be imported again.
	late := newTerraform(w, two)
	late.state, late.takeover = first.state, "late"
	if r := late.apply(t.Context(), t); !errors.Is(r.Err, reconcile.ErrFenced) {
		t.Errorf("%+v", r)
	}
	if r := first.destroy(t.Context(), t); r.Err != nil || !r.Fenced {
		t.Errorf("the state that was there before destroyed what was taken over: %+v", r)
	}
	must(t, second.apply(t.Context(), t))
	if second.state != 2 {
		t.Errorf("incarnation %d after the second run", second.state)
	}
	// Its first run was cut off before its state was written.
	second.state, second.takeover = 1, "second"
	if r := second.destroy(t.Context(), t); r.Err != nil || r.Fenced || len(w.objects) > 0 {
		t.Errorf("an imported state that took over is stale by its own doing: %+v", r)
	}
}

// TestAhead has a state that the ledger has never reached.
func TestAhead(t *testing.T) {
	t.Parallel()
	w := newToy()
	tf := newTerraform(w, two)
	must(t, tf.apply(t.Context(), t))
	mutations := w.mutations
	tf.state = 5
	for _, r := range []reconcile.Result{tf.apply(t.Context(), t), tf.destroy(t.Context(), t)} {
		if !errors.Is(r.Err, reconcile.ErrForeign) || w.mutations != mutations {
			t.Errorf("%+v", r)
		}
	}
	if r := tf.engine(t).Destroy(t.Context(), reconcile.Spec{}); r.Err == nil {
		t.Error("a destroy without an incarnation went through")
	}
}

// TestTombstone destroys and makes again, where the ledger's place stays: the
// count goes on, and the old state stays fenced.
func TestTombstone(t *testing.T) {
	t.Parallel()
	w := newToy()
	tf := newTerraform(w, five)
	tf.tombstone = true
	must(t, tf.apply(t.Context(), t))
	stale := *tf
	must(t, tf.destroy(t.Context(), t))
	if r := stale.apply(t.Context(), t); !errors.Is(r.Err, reconcile.ErrDeleted) {
		t.Errorf("an update of what was destroyed: %v", r.Err)
	}
	if r := stale.destroy(t.Context(), t); r.Err != nil || r.Fenced {
		t.Errorf("a second destroy: %+v", r)
	}
	must(t, tf.apply(t.Context(), t))
	if tf.state != 2 {
		t.Errorf("incarnation %d, want 2", tf.state)
	}
	if rec, err := tf.decode(); err != nil || rec.Steps["database"].Notes["name"] != "database-2" {
		t.Errorf("a note of the last life is in the next: %+v, %v", rec.Steps["database"], err)
	}
	for _, wrong := range tf.wrong() {
		t.Error(wrong)
	}
	stale.state = 1
	if r := stale.destroy(t.Context(), t); !r.Fenced {
		t.Errorf("the state of the last life destroyed the next: %+v", r)
	}
}

// TestForeign finds objects and a record of somebody else: an error before
// anything is changed, the ledger included.
func TestForeign(t *testing.T) {
	t.Parallel()
	t.Run("object", func(t *testing.T) {
		t.Parallel()
		for _, at := range []string{"network", "cluster"} {
			w := newToy()
			tf := newTerraform(w, two)
			w.foreign(at)
			r := tf.apply(t.Context(), t)
			var c *reconcile.ComponentError
			if !errors.Is(r.Err, reconcile.ErrForeign) || !errors.As(r.Err, &c) || c.Component != at || r.Record != nil {
				t.Errorf("%+v", r)
			}
			if w.mutations != 0 || w.place || w.ledger.Len() != 0 {
				t.Error("something was changed before the error")
			}
		}
	})
	t.Run("object that appears later", func(t *testing.T) {
		t.Parallel()
		w := newToy()
		tf := newTerraform(w, two)
		must(t, tf.apply(t.Context(), t))
		w.objects = nil
		w.foreign("cluster")
		mutations := w.mutations
		if r := tf.apply(t.Context(), t); !errors.Is(r.Err, reconcile.ErrForeign) || w.mutations != mutations {
			t.Errorf("%+v", r)
		}
		// Whose it is nobody can tell: it is left alone, and not forgotten.
		for range 2 {
			r := tf.destroy(t.Context(), t)
			if !errors.Is(r.Err, reconcile.ErrUnmarked) || !strings.Contains(r.Err.Error(), `cortx-owner = "toy-dev"`) || !slices.Contains(r.Pending, "cluster") {
				t.Errorf("a destroy past what bears no mark: %+v", r)
			}
		}
		// It bears the mark of somebody else, and is no business of ours.
		w.objects[0].labels = map[string]string{reconcile.OwnerLabel: "toy-other", "component": "cluster"}
		must(t, tf.destroy(t.Context(), t))
		for _, left := range tf.left() {
			t.Error(left)
		}
	})
	t.Run("mark taken off", func(t *testing.T) {
		t.Parallel()
		w := newToy()
		tf := newTerraform(w, two)
		must(t, tf.apply(t.Context(), t))
		marks := map[*object]map[string]string{}
		for _, o := range w.objects {
			marks[o], o.labels = o.labels, nil
		}
		if r := tf.destroy(t.Context(), t); !errors.Is(r.Err, reconcile.ErrUnmarked) || len(w.objects) != 2 {
			t.Errorf("%+v", r)
		}
		if r := tf.apply(t.Context(), t); !errors.Is(r.Err, reconcile.ErrForeign) || !strings.Contains(r.Err.Error(), `cortx-owner = "toy-dev"`) {
			t.Errorf("an apply over it doesn't say what to do: %v", r.Err)
		}
		for o, labels := range marks {
			o.labels = labels
		}
		must(t, tf.destroy(t.Context(), t))
		for _, left := range tf.left() {
			t.Error(left)
		}
	})
	t.Run("record", func(t *testing.T) {
		t.Parallel()
		w := newToy()
		tf := newTerraform(w, two)
		must(t, tf.apply(t.Context(), t))
		theirs := newTerraform(w, two)
		theirs.owner = "toy-other"
		mutations := w.mutations
		for _, state := range []int64{0, 1} {
			theirs.state = state
			if r := theirs.apply(t.Context(), t); !errors.Is(r.Err, reconcile.ErrForeign) || !strings.Contains(r.Err.Error(), "toy-dev") {
				t.Errorf("%+v", r)
			}
		}
		if r := theirs.destroy(t.Context(), t); !errors.Is(r.Err, reconcile.ErrForeign) {
			t.Errorf("%+v", r)
		}
		if w.mutations != mutations {
			t.Error("something was changed")
		}
	})
}

// TestUnreadable can't see what stands: a first claim is refused, and a
// component of ours that can't be read is not touched.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	w := newToy()
	tf := newTerraform(w, two)
	w.faults = map[int]fault{3: err403} // After two looks for the record.
	if r := tf.apply(t.Context(), t); r.Err == nil || r.Record != nil || w.place {
		t.Errorf("%+v", r)
	}
	w.heal()
	must(t, tf.apply(t.Context(), t))

	tf.setting = "b"
	w.calls = 0
	w.onCall = func(n int, what string) {
		if what == "get network" {
			w.faults = map[int]fault{n: err403}
		}
	}
	r := tf.apply(t.Context(), t)
	if r.Err == nil || len(r.Pending) != 2 || r.Errors["network"] == nil || r.Errors["cluster"] != nil {
		t.Errorf("%+v", r)
	}
	w.onCall = nil
	w.heal()
	report := tf.engine(t).Observe(t.Context())
	if report.Observations["network"].Values["network.setting"] != "a" {
		t.Errorf("%+v", report)
	}
}

// TestLater claims although a component can't be read before another one has
// converged, and looks at it before it is touched.
func TestLater(t *testing.T) {
	t.Parallel()
	w := newToy()
	tf := newTerraform(w, two)
	disabled := errors.New("the API is not enabled")
	hides := true
	tf.edit = func(o *reconcile.Options) { o.Later = func(err error) bool { return errors.Is(err, disabled) } }
	tf.editParts = func(parts []*component) {
		parts[1].hidden = func() error {
			if hides {
				return disabled
			}
			return nil
		}
		parts[0].converge = func(context.Context, *reconcile.Step) error {
			hides = false
			return nil
		}
	}
	w.foreign("cluster")
	if r := tf.apply(t.Context(), t); !errors.Is(r.Errors["cluster"], reconcile.ErrForeign) || len(r.Pending) != 1 {
		t.Errorf("%+v", r)
	}
	w.objects = w.objects[1:]
	hides = true
	must(t, tf.apply(t.Context(), t))
	for _, wrong := range tf.wrong() {
		t.Error(wrong)
	}
	w.ledger.Drop(record)
	hides = true
	w.objects = w.objects[1:] // Only what can't be seen stands.
	if r := tf.destroy(t.Context(), t); !errors.Is(r.Err, reconcile.ErrLost) {
		t.Errorf("a destroy passed over what it can't see: %+v", r)
	}
	if _, err := tf.engine(t).Rebuild(t.Context(), reconcile.Spec{}); !errors.Is(err, disabled) {
		t.Errorf("a rebuild passed over what it can't see: %v", err)
	}
}

// TestStubbornRecord removes everything but the record, which can't be deleted:
// it does not say that all is done, and the next destroy does the rest.
func TestStubbornRecord(t *testing.T) {
	t.Parallel()
	for _, what := range []string{"ledger delete", "delete bucket"} {
		w := newToy()
		tf := newTerraform(w, two)
		must(t, tf.apply(t.Context(), t))
		w.onCall = func(n int, call string) {
			if call == what {
				w.faults = map[int]fault{n: err503}
			}
		}
		r := tf.destroy(t.Context(), t)
		if r.Err == nil || len(r.Pending) != 1 || r.Pending[0] != "ledger" || r.Gone {
			t.Errorf("%s: %+v", what, r)
		}
		if rec, err := tf.decode(); what == "ledger delete" && (err != nil || rec.Phase != reconcile.Deleting || rec.Lease != nil || r.Record.Phase != reconcile.Deleting) {
			t.Errorf("%s: %+v, %v", what, rec, err)
		}
		w.onCall = nil
		w.heal()
		if r := tf.destroy(t.Context(), t); r.Err != nil {
			t.Errorf("%s: %v", what, r.Err)
		}
		for _, left := range tf.left() {
			t.Errorf("%s: %s", what, left)
		}
	}
}

// TestPlaceIsLeft applies a state after a destroy that left no more than the
// record's place: that is a new life, of the state's own incarnation.
func TestPlaceIsLeft(t *testing.T) {
	t.Parallel()
	w := newToy()
	tf := newTerraform(w, two)
	must(t, tf.apply(t.Context(), t))
	w.onCall = func(n int, call string) {
		if call == "delete bucket" {
			w.faults = map[int]fault{n: err503}
		}
	}
	if r := tf.destroy(t.Context(), t); r.Err == nil || tf.state != 1 {
		t.Fatalf("the place of the ledger was removed: %+v", r)
	}
	w.onCall = nil
	w.heal()
	must(t, tf.apply(t.Context(), t))
	for _, wrong := range tf.wrong() {
		t.Error(wrong)
	}
	must(t, tf.destroy(t.Context(), t))
	for _, left := range tf.left() {
		t.Error(left)
	}
}

// TestLostRecord loses the record: nothing is changed, nothing is claimed anew,
// and Rebuild restores it, after which the state goes on.
func TestLostRecord(t *testing.T) {
	t.Parallel()
	w := newToy()
	tf := newTerraform(w, five)
	must(t, tf.apply(t.Context(), t))
	rec, err := tf.decode()
	if err != nil {
		t.Fatal(err)
	}
	name := rec.Steps["database"].Notes["name"]
	for what, lose := range map[string]func(){
		"gone":      func() { w.ledger.Drop(record) },
		"truncated": func() { data, _ := w.ledger.Get(record); w.ledger.Put(record, data[:len(data)/2]) },
		"no record": func() { w.ledger.Put(record, []byte(`{"version":1}`)) },
	} {
		lose()
		mutations, kept := w.mutations, tf.state
		results := map[string]reconcile.Result{"update": tf.apply(t.Context(), t), "destroy": tf.destroy(t.Context(), t)}
		tf.state = 0
		results["create"] = tf.apply(t.Context(), t)
		tf.state = kept
		for verb, r := range results {
			if !errors.Is(r.Err, reconcile.ErrLost) || !strings.Contains(r.Err.Error(), "toy rebuild") {
				t.Errorf("%s, %s: %+v", what, verb, r)
			}
		}
		if w.mutations != mutations {
			t.Errorf("%s: something was changed", what)
		}
		restored, err := tf.engine(t).Rebuild(t.Context(), tf.spec())
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if restored.Phase != reconcile.Ready || !restored.Restored || restored.Incarnation != 1 || restored.Steps["database"].Notes["name"] != name ||
			!maps.Equal(restored.Fields, map[string]string{"deletion_policy": "DELETE"}) {
			t.Errorf("%s: restored %+v", what, restored)
		}
		if _, err := tf.engine(t).Rebuild(t.Context(), tf.spec()); err == nil {
			t.Errorf("%s: a record that stands was replaced", what)
		}
		must(t, tf.apply(t.Context(), t))
		for _, wrong := range tf.wrong() {
			t.Errorf("%s: %s", what, wrong)
		}
		if w.mutations != mutations {
			t.Errorf("%s: %d changes after the record was restored", what, w.mutations-mutations)
		}
	}
}

// TestRestoredIncarnation restores a count that lags behind the newest state.
func TestRestoredIncarnation(t *testing.T) {
	t.Parallel()
	w := newToy()
	tf := newTerraform(w, two)
	must(t, tf.apply(t.Context(), t))
	stale := *tf
	for range 2 { // Adopted twice, which no label shows.
		tf.state = 0
		must(t, tf.apply(t.Context(), t))
	}
	w.ledger.Drop(record)
	rec, err := tf.engine(t).Rebuild(t.Context(), reconcile.Spec{})
	if err != nil || rec.Incarnation != 1 {
		t.Fatalf("%+v, %v", rec, err)
	}
	must(t, tf.apply(t.Context(), t))
	if tf.state != 3 {
		t.Errorf("the newest state did not raise the count: %d", tf.state)
	}
	if r := stale.apply(t.Context(), t); !errors.Is(r.Err, reconcile.ErrFenced) {
		t.Errorf("the stale state went through: %v", r.Err)
	}

	w.ledger.Drop(record)
	if _, err := tf.engine(t).Rebuild(t.Context(), reconcile.Spec{}); err != nil {
		t.Fatal(err)
	}
	third := newTerraform(w, two)
	must(t, third.apply(t.Context(), t))
	if r := tf.destroy(t.Context(), t); !r.Fenced {
		t.Errorf("an adoption after the loss did not fence the newest state: %+v", r)
	}
}

// TestRebuildRefuses does not guess.
func TestRebuildRefuses(t *testing.T) {
	t.Parallel()
	w := newToy()
	tf := newTerraform(w, two)
	if _, err := tf.engine(t).Rebuild(t.Context(), reconcile.Spec{}); err == nil {
		t.Error("a record of nothing was made")
	}
	must(t, tf.apply(t.Context(), t))
	w.ledger.Put(record, []byte(`{"version":9}`))
	if _, err := tf.engine(t).Rebuild(t.Context(), reconcile.Spec{}); !errors.Is(err, reconcile.ErrNewer) {
		t.Errorf("the record of a newer version was replaced: %v", err)
	}
	w.ledger.Drop(record)
	w.calls, w.faults = 0, map[int]fault{4: err403}
	if _, err := tf.engine(t).Rebuild(t.Context(), reconcile.Spec{}); err == nil {
		t.Error("it guessed what it could not see")
	}
	w.heal()
	w.objects[0].labels[reconcile.OwnerLabel] = "toy-other"
	if _, err := tf.engine(t).Rebuild(t.Context(), reconcile.Spec{}); !errors.Is(err, reconcile.ErrForeign) {
		t.Errorf("it took over what is not ours: %v", err)
	}
	w.objects[0].labels[reconcile.OwnerLabel] = "toy-dev"
	w.objects[1].state = "ERROR"
	rec, err := tf.engine(t).Rebuild(t.Context(), reconcile.Spec{Incarnation: 4})
	if err != nil || rec.Phase != reconcile.Creating || rec.Incarnation != 4 {
		t.Errorf("%+v, %v", rec, err)
	}
}

// TestUnknownStep has a record that lists a component which this version does
// not know: it would be orphaned.
func TestUnknownStep(t *testing.T) {
	t.Parallel()
	w := newToy()
	tf := newTerraform(w, five)
	must(t, tf.apply(t.Context(), t))
	older := *tf
	older.shape = two
	for _, r := range []reconcile.Result{older.apply(t.Context(), t), older.destroy(t.Context(), t)} {
		if !errors.Is(r.Err, reconcile.ErrNewer) || !strings.Contains(r.Err.Error(), "budget") {
			t.Errorf("%+v", r)
		}
	}
}
