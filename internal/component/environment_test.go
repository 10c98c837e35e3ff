package component_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/componenttest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// mostObserved bounds the requests that a look at a whole environment makes: a
// plan without changes has 45, of which the record takes one or two.
const mostObserved = 43

// TestEnvironment takes whole environments through their life, with the engine
// and the ledger that Terraform runs them with.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	for _, tier := range policy.Tiers() {
		t.Run(string(tier), func(t *testing.T) {
			t.Parallel()
			w := componenttest.New(t, tier)
			if tier == policy.Prod || tier == policy.Staging {
				w.Spec.Perimeter = component.PerimeterInputs{AccessPolicy: accessPolicy(t, w), RunnerIdentities: []string{"serviceAccount:terraform@acme-prod.iam.gserviceaccount.com"}}
				w.Spec.Settings[policy.NetworkPerimeter] = policy.PerimeterEnforced
			}
			w.Spec.Budget = &component.BudgetInputs{BillingAccount: "01A2B3-C4D5E6-F70819", Amount: 5000, Thresholds: []float64{0.5, 1}}
			before := w.Server.Inventory()
			engine, err := component.NewEngine(w.Client, w.Spec, nil)
			if err != nil {
				t.Fatal(err)
			}
			start := w.Clock.Now()
			made := engine.Converge(t.Context(), reconcile.Spec{Hash: "spec"})
			if made.Err != nil {
				t.Fatalf("it was not made: %v", made.Err)
			}
			t.Logf("made in %s", w.Clock.Now().Sub(start))

			w.Server.ResetRequests()
			report := engine.Observe(t.Context())
			requests := len(w.Server.Requests())
			t.Logf("%d components, %d requests to look at them", len(report.Names), requests)
			if requests > mostObserved {
				t.Errorf("a look makes %d requests, more than %d: %v", requests, mostObserved, calls(w))
			}
			if len(report.Errors) > 0 || len(report.Pending()) > 0 {
				t.Errorf("pending %v, errors %v", report.Pending(), report.Errors)
			}
			seen := policy.Values{}
			for _, name := range report.Names {
				w.AsDesired(name)
				maps.Copy(seen, report.Observations[name].Values)
			}
			// Every setting that a component has to enforce shows.
			for _, setting := range policy.Settings(policy.Version) {
				if _, ok := seen[setting.Path]; !ok && setting.Component != policy.ComponentEnvironment && slices.Contains(report.Names, setting.Component) {
					if setting.Path == policy.NetworkPerimeter && w.Spec.Perimeter.AccessPolicy == "" {
						continue
					}
					t.Errorf("%s shows no %s", setting.Component, setting.Path)
				}
			}

			w.Server.ResetRequests()
			again := engine.Converge(t.Context(), reconcile.Spec{Incarnation: made.Record.Incarnation, Hash: "spec"})
			if again.Err != nil {
				t.Fatalf("the second run: %v", again.Err)
			}
			if wrote := slices.DeleteFunc(w.Writes(), isLedger(w)); len(wrote) > 0 {
				t.Errorf("the second run wrote: %v", wrote)
			}

			gone := engine.Destroy(t.Context(), reconcile.Spec{Incarnation: made.Record.Incarnation})
			if gone.Err != nil {
				t.Fatalf("it was not destroyed: %v", gone.Err)
			}
			left := map[string]int{}
			for kind, names := range w.Server.Inventory() {
				if n := len(names) - len(before[kind]); n != 0 {
					left[kind] = n
				}
			}
			t.Logf("left: %v", left)
			if wanted := leftBehind(tier); !maps.Equal(left, wanted) {
				t.Errorf("a destroy leaves %v instead of %v", left, wanted)
			}
			// A new life in the same place.
			if reborn := engine.Converge(t.Context(), reconcile.Spec{Hash: "spec"}); reborn.Err != nil {
				t.Errorf("it was not made again: %v", reborn.Err)
			}
		})
	}
}

// leftBehind is what a destroy leaves by design: APIs that are enabled, keys
// whose names can't be used again and that backups and archives need.
func leftBehind(tier policy.Tier) map[string]int {
	switch tier {
	case policy.Staging: // The final backup is encrypted with the data key.
		return map[string]int{"keyRings": 1, "cryptoKeys": 1}
	case policy.Prod: // As are logs that can be undeleted, with the logging key.
		return map[string]int{"keyRings": 1, "cryptoKeys": 2}
	case policy.Dev, policy.Sandbox: // The versions of all keys are scheduled for destruction.
	}
	return map[string]int{}
}

func isLedger(w *componenttest.World) func(write string) bool {
	return func(write string) bool { return strings.Contains(write, w.Spec.LedgerBucket()) }
}

func calls(w *componenttest.World) []string {
	var all []string
	for _, r := range w.Server.Requests() {
		all = append(all, r.Method+" "+r.Host+r.Path)
	}
	slices.Sort(all)
	return all
}
