package slo_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/slo"
)

// spell writes pairs as people speak of them.
func spell(pairs []slo.WindowPair) string {
	var printed string
	for _, p := range pairs {
		kind := "ticket"
		if p.Page {
			kind = "page"
		}
		printed += fmt.Sprintf("%v over %s and %s: %v %%, limit %v, %s\n", p.Factor, p.LongWindow, p.ShortWindow, math.Round(p.BudgetShare*100), p.ErrorRatio, kind)
	}
	return printed
}

func TestBurnRateWindows(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		goal float64
		days int64
		want string
	}{
		{"the usual month", 0.999, 30, `14.4 over 1h0m0s and 5m0s: 2 %, limit 0.0144, page
6 over 6h0m0s and 30m0s: 5 %, limit 0.006, page
3 over 24h0m0s and 2h0m0s: 10 %, limit 0.003, ticket
1 over 72h0m0s and 6h0m0s: 10 %, limit 0.001, ticket
`},
		{"a week", 0.99, 7, `14.4 over 14m0s and 2m0s: 2 %, limit 0.144, page
6 over 1h24m0s and 7m0s: 5 %, limit 0.06, page
3 over 5h36m0s and 28m0s: 10 %, limit 0.03, ticket
1 over 16h48m0s and 1h24m0s: 10 %, limit 0.01, ticket
`},
		{"a day, whose first window is as long as can be measured", 0.999, 1, `7.2 over 4m0s and 2m0s: 2 %, limit 0.0072, page
6 over 12m0s and 2m0s: 5 %, limit 0.006, page
3 over 48m0s and 4m0s: 10 %, limit 0.003, ticket
1 over 2h24m0s and 12m0s: 10 %, limit 0.001, ticket
`},
		{"a goal under which 14.4 is more than all requests", 0.9, 30, `8 over 1h48m0s and 9m0s: 2 %, limit 0.8, page
6 over 6h0m0s and 30m0s: 5 %, limit 0.6, page
3 over 24h0m0s and 2h0m0s: 10 %, limit 0.3, ticket
1 over 72h0m0s and 6h0m0s: 10 %, limit 0.1, ticket
`},
		{"a goal just above that", 0.95, 30, `14.4 over 1h0m0s and 5m0s: 2 %, limit 0.72, page
6 over 6h0m0s and 30m0s: 5 %, limit 0.3, page
3 over 24h0m0s and 2h0m0s: 10 %, limit 0.15, ticket
1 over 72h0m0s and 6h0m0s: 10 %, limit 0.05, ticket
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			pairs, err := slo.BurnRateWindows(test.goal, test.days)
			if err != nil {
				t.Fatal(err)
			}
			if got := spell(pairs); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// usual is the table for 30 days, to hold the scaled windows against.
var usual = []slo.WindowPair{
	{LongWindow: time.Hour, Factor: 14.4, BudgetShare: 0.02},
	{LongWindow: 6 * time.Hour, Factor: 6, BudgetShare: 0.05},
	{LongWindow: 24 * time.Hour, Factor: 3, BudgetShare: 0.1},
	{LongWindow: 72 * time.Hour, Factor: 1, BudgetShare: 0.1},
}

func TestBurnRateWindowsOfEveryLength(t *testing.T) {
	t.Parallel()
	for days := int64(1); days <= 30; days++ {
		for _, goal := range []float64{0.01, 0.1, 0.3, 0.5, 0.75, 0.9, 0.93, 0.95, 0.97, 0.99, 0.995, 0.999, 0.9995, 0.9999} {
			pairs, err := slo.BurnRateWindows(goal, days)
			if err != nil || len(pairs) != len(usual) {
				t.Fatalf("%v over %d days: %v, %v", goal, days, pairs, err)
			}
			period := time.Duration(days) * 24 * time.Hour
			for i, p := range pairs {
				at := fmt.Sprintf("%v over %d days, pair %d (%+v)", goal, days, i, p)
				if p.LongWindow%time.Minute != 0 || p.ShortWindow%time.Minute != 0 || p.ShortWindow < 2*time.Minute || p.ShortWindow >= p.LongWindow || p.LongWindow > period {
					t.Errorf("%s: the windows don't fit", at)
				}
				twelfth := p.LongWindow / 12
				if p.ShortWindow < twelfth || p.ShortWindow >= twelfth+time.Minute && p.ShortWindow > 2*time.Minute {
					t.Errorf("%s: the short window is no twelfth of the long one", at)
				}
				if p.Factor < 1 {
					t.Errorf("%s: it fires while the objective is met", at)
				}
				if p.ErrorRatio >= 1 || math.Abs(p.ErrorRatio-p.Factor*(1-goal)) > 1e-9 {
					t.Errorf("%s: no burn reaches its limit", at)
				}
				if p.BudgetShare != usual[i].BudgetShare {
					t.Errorf("%s: it spends another share than over 30 days", at)
				}
				// A minute more or less is what whole minutes cost.
				spent := p.Factor * float64(p.LongWindow)
				if wanted := p.BudgetShare * float64(period); math.Abs(spent-wanted) > p.Factor*float64(time.Minute) {
					t.Errorf("%s: spends %s at a rate of 1, want %s", at, time.Duration(spent), time.Duration(wanted))
				}
				scaled := usual[i].LongWindow * time.Duration(days) / 30
				if reachable := usual[i].Factor*(1-goal) < 1; reachable && scaled >= 4*time.Minute && (p.Factor != usual[i].Factor || p.LongWindow != scaled) {
					t.Errorf("%s: want %v over %s", at, usual[i].Factor, scaled)
				}
				if i == 0 {
					continue
				}
				before := pairs[i-1]
				if p.Factor*float64(before.LongWindow) > before.Factor*float64(before.LongWindow+time.Minute) || p.LongWindow < before.LongWindow {
					t.Errorf("%s: faster than the one before", at)
				}
			}
		}
	}
}

func TestBurnRateWindowsOutOfRange(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		goal float64
		days int64
	}{{0, 30}, {1, 30}, {-1, 30}, {99.9, 30}, {math.NaN(), 30}, {math.Inf(1), 30}, {0.999, 0}, {0.999, 31}, {0.999, -5}, {0.999, math.MaxInt64}} {
		if pairs, err := slo.BurnRateWindows(test.goal, test.days); err == nil {
			t.Errorf("%v over %d days: %v, want an error", test.goal, test.days, pairs)
		}
	}
}
