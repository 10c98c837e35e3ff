package sweep_test

import (
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/sweep"
)

// TestSample plays a part of the sweep, of every tier; make sweep plays all of it.
func TestSample(t *testing.T) {
	t.Parallel()
	found, err := sweep.Run(t.Context(), sweep.Options{Sample: 40, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, failure := range found.Failures() {
		t.Errorf("make sweep SWEEP=\"-run %s\":\n%s", failure.Case.Name(), strings.Join(failure.Problems, "\n"))
	}
	struck := 0
	for _, r := range found.Results {
		if r.Struck {
			struck++
		}
	}
	if struck < 30 {
		t.Errorf("of 40 faults %d struck, so this shows little", struck)
	}
	for name, calls := range found.PlanCalls {
		if calls > 45 {
			t.Errorf("%s: a plan without changes makes %d requests, more than 45", name, calls)
		}
	}
}
