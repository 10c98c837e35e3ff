package component_test

import (
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
	"github.com/cortx-platform/terraform-provider-cortx/internal/resources/environment"
)

// BenchmarkCreate makes an environment with the durations of the real services,
// on a clock that runs a hundred times as fast, and compares how long it takes
// with the critical path of the same run: the longest chain of components that
// need each other, each as long as it took. The goal is a ratio of at most 1.1.
func BenchmarkCreate(b *testing.B) {
	for _, tier := range []policy.Tier{policy.Dev, policy.Prod} {
		b.Run(string(tier), func(b *testing.B) {
			for b.Loop() {
				clk := clock.NewScaled(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), 100)
				env := acctest.New(b, func(o *acctest.Options) { o.Clock = clk })
				spec, fields := environment.TierSpec(acctest.Project, "europe-west1", string(tier), tier)
				engine, err := component.NewEngine(env.Client, spec, nil)
				if err != nil {
					b.Fatal(err)
				}
				components, err := component.Environment(env.Client, spec)
				if err != nil {
					b.Fatal(err)
				}
				began := clk.Now()
				result := engine.Converge(b.Context(), reconcile.Spec{Fields: fields})
				took := clk.Now().Sub(began)
				if result.Err != nil {
					b.Fatal(result.Err)
				}
				path := criticalPath(components, result.Record)
				b.ReportMetric(took.Minutes(), "min/create")
				b.ReportMetric(path.Minutes(), "min/critical-path")
				b.ReportMetric(float64(took)/float64(path), "ratio")
			}
		})
	}
}

// criticalPath is the longest chain of components that need each other.
func criticalPath(components []reconcile.Component, record *reconcile.Record) time.Duration {
	ends := map[string]time.Duration{}
	var end func(name string) time.Duration
	needs := map[string][]string{}
	for _, c := range components {
		needs[c.Name()] = c.Needs()
	}
	end = func(name string) time.Duration {
		if known, ok := ends[name]; ok {
			return known
		}
		var before time.Duration
		for _, need := range needs[name] {
			before = max(before, end(need))
		}
		step := record.Steps[name]
		ends[name] = before + step.Finished.Sub(step.Started)
		return ends[name]
	}
	var longest time.Duration
	for name := range needs {
		longest = max(longest, end(name))
	}
	return longest
}
