package component_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/byhand"
	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/componenttest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// TestEveryRow changes by hand what each row of the catalogue is about, in every
// tier that the row means something in: it shows, as the setting or in words, one
// run puts it back as the service had it, and the next look has nothing to say.
func TestEveryRow(t *testing.T) {
	t.Parallel()
	for _, tier := range policy.Tiers() {
		t.Run(string(tier), func(t *testing.T) {
			t.Parallel()
			w := componenttest.New(t, tier)
			engine, err := component.NewEngine(w.Client, w.Spec, nil)
			if err != nil {
				t.Fatal(err)
			}
			made := engine.Converge(t.Context(), reconcile.Spec{Hash: "spec"})
			if made.Err != nil {
				t.Fatal(made.Err)
			}
			w.Clock.Advance(goneBy)
			world := byhand.World{TB: t, Addr: w.Server.Addr()}
			covered := map[string]bool{}
			for _, c := range byhand.Changes(w.Spec, instanceOf(w), w.Observe("cluster").Outputs["cluster_endpoint"]) {
				covered[c.Row] = true
				if !c.In(tier) {
					continue
				}
				before := byhand.Meaning(world.Stands(c))
				world.Make(c)
				w.Clock.Advance(time.Hour)
				seen, name := w.Observe(c.Component), fmt.Sprintf("%s: %s", c.Row, c.What)
				switch {
				case c.Setting == "" && seen.Presence == reconcile.Present && len(seen.Differs) == 0:
					t.Errorf("%s: nothing is said of it", name)
				case c.Setting != "" && same(seen.Values[c.Setting], w.Spec.Settings[c.Setting]):
					t.Errorf("%s: %s shows as %v all the same; in words: %q", name, c.Setting, seen.Values[c.Setting], reconcile.Words(seen.Differs))
				}
				again := engine.Converge(t.Context(), reconcile.Spec{Incarnation: made.Record.Incarnation, Hash: "spec"})
				if again.Err != nil {
					t.Errorf("%s: not repaired: %v", name, again.Err)
					continue
				}
				w.Clock.Advance(time.Hour)
				if after := byhand.Meaning(world.Stands(c)); after != before && !c.Anew {
					t.Errorf("%s: it %s", name, byhand.Difference(before, after))
				}
				w.AsDesired(c.Component)
			}
			if report := engine.Observe(t.Context()); len(report.Pending())+len(report.Errors) > 0 {
				t.Errorf("in the end %v differ, and %v can't be read", report.Pending(), report.Errors)
			}
			for _, row := range policy.Rows(policy.Version) {
				if why, fixed := byhand.Fixed[row.Key]; covered[row.Key] == fixed {
					t.Errorf("the row %s is changed: %v, and fixed as %q", row.Key, covered[row.Key], strings.TrimSpace(why))
				}
			}
		})
	}
}
