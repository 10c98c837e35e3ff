package emulator_test

import (
	"slices"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// FuzzFilter looks for filters that crash the parser, and for ones that pass
// without a single comparison.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		``, cpuFilter, `a=b`, `NOT (a="b" OR -c:d)`, `a.b."c d"=starts_with("x", 'y')`, `a[`, `a["b"]>=1`, `(((`, `a="\`, `a=~b`, "a=\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		terms, err := emulator.ParseFilter(text)
		if err == nil && terms == 0 {
			t.Errorf("%q passed without a comparison", text)
		}
		_ = emulator.CheckLogFilter(text)
	})
}

func TestMetricsOfQuery(t *testing.T) {
	t.Parallel()
	for query, want := range map[string][]string{
		`sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m])) > 0.01`: {"http_requests_total"},
		`up == 0 and on() vector(1)`:                                                             {"up"},
		`{__name__="cloudsql_googleapis_com:database_up"} < 1`:                                   {"cloudsql_googleapis_com:database_up"},
		`{"compute.googleapis.com/instance/cpu/utilization"} > 1`:                                {"compute.googleapis.com/instance/cpu/utilization"},
		`{__name__=~"a.*"} > 1`:                                                                  nil,
		`absent(b) or max_over_time(a[1h:1m] offset 1h) > 1 unless label_replace(c,"","","","")`: {"a", "b", "c"},
	} {
		if got := emulator.PromMetrics(query); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
}
