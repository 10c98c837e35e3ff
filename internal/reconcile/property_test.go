package reconcile_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// randomShape is a composite of up to ten components, each of which may need
// any of those before it in a hidden order.
func randomShape(r *rand.Rand) []shape {
	kinds := []string{"named", "numbered", "blocking"}
	order := r.Perm(2 + r.IntN(9))
	shapes := make([]shape, len(order))
	for k, i := range order {
		s := shape{name: fmt.Sprintf("part_%d", i), kind: kinds[r.IntN(len(kinds))]}
		for _, j := range order[:k] {
			if r.IntN(3) == 0 {
				s.needs = append(s.needs, fmt.Sprintf("part_%d", j))
			}
		}
		shapes[i] = s
	}
	return shapes
}

// TestRandom disturbs random graphs by random faults, several in one run and
// several runs in a row, with components side by side: creates, updates, lost
// states and destroys. One run without a fault makes good.
func TestRandom(t *testing.T) {
	t.Parallel()
	for seed := range uint64(150) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // A failure has to be repeatable.
			w := newToy()
			w.foreign("theirs")
			tf := newTerraform(w, randomShape(r))
			tf.parallel = 1 + r.IntN(4)
			tf.tombstone = r.IntN(2) == 0
			var story []string
			// A component never begins before what it needs has converged, and
			// is never removed before what needs it is gone.
			tf.editParts = func(parts []*component) { watchOrder(t, parts) }
			for range 1 + r.IntN(5) {
				w.calls, w.fired, w.faults = 0, nil, map[int]fault{}
				for range 1 + r.IntN(3) {
					w.faults[1+r.IntN(20*len(tf.shape))] = allFaults[r.IntN(len(allFaults))]
				}
				what := "apply"
				switch n := r.IntN(10); {
				case n == 0 && len(w.objects) > 1:
					what = "a loss, then an apply"
					w.objects = w.objects[:len(w.objects)-1]
				case n == 1:
					what = "an apply with a lost state"
					tf.state = 0
				case n == 2:
					what = "a changed apply"
					tf.setting += "b"
				}
				run := tf.apply
				if r.IntN(5) == 0 && tf.state != 0 {
					what = "destroy"
					run = tf.destroy
				}
				result := run(t.Context(), t)
				story = append(story, fmt.Sprintf("%s, %s: %v", what, strings.Join(w.fired, ", "), result.Err))
				w.heal()
				tf.refresh(t)
				if what == "destroy" && result.Err == nil && !w.dead {
					for _, left := range tf.left() {
						t.Errorf("%s after %q", left, story)
					}
				}
			}
			w.calls = 0
			check(t, tf, false, strings.Join(story, "; "))
			if t.Failed() {
				t.Logf("components %+v", tf.shape)
			}
		})
	}
}

// watchOrder reports a component that converges while what it needs does not
// stand as desired, or that is removed while what needs it stands.
func watchOrder(t *testing.T, parts []*component) {
	t.Helper()
	of := func(name string) func(*object) bool {
		return func(o *object) bool { return o.labels["component"] == name }
	}
	for _, c := range parts {
		c.converge = func(context.Context, *reconcile.Step) error {
			c.w.mu.Lock()
			defer c.w.mu.Unlock()
			for _, need := range c.needs {
				if o := c.w.find(of(need)); o == nil || o.state != "READY" || o.setting != c.setting {
					t.Errorf("%s begins while %s is %+v", c.name, need, o)
				}
			}
			return nil
		}
		c.removes = func() {
			c.w.mu.Lock()
			defer c.w.mu.Unlock()
			for _, other := range parts {
				if slices.Contains(other.needs, c.name) && c.w.find(of(other.name)) != nil {
					t.Errorf("%s is removed while %s stands", c.name, other.name)
				}
			}
		}
	}
}
