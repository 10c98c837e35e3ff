package slo

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"time"
)

// WindowPair is two windows over which the error budget must burn too fast for
// an alert to fire: the long one says that it matters, the short one that it
// still goes on.
type WindowPair struct {
	// LongWindow is how far back the budget is looked at.
	LongWindow time.Duration
	// ShortWindow is how soon the alert resets once the burn is over.
	ShortWindow time.Duration
	// Factor is the burn rate above which the pair fires: 1 spends the whole
	// budget in exactly the SLO's window.
	Factor float64
	// BudgetShare is the part of the budget that a burn at this factor spends
	// in the long window.
	BudgetShare float64
	// ErrorRatio is the share of bad requests that the factor comes to.
	ErrorRatio float64
	// Page says whether somebody is woken up; otherwise it is a ticket.
	Page bool
}

// usualPair is a pair of the SRE workbook's table for 30 days.
type usualPair struct {
	key    string
	long   time.Duration
	factor float64
	page   bool
}

// The pairs of "Alerting on SLOs" in Google's SRE workbook, for a window of 30
// days; the short windows are a twelfth of the long ones.
func usualPairs() []usualPair {
	return []usualPair{
		{"burn_1h", time.Hour, 14.4, true},
		{"burn_6h", 6 * time.Hour, 6, true},
		{"burn_1d", 24 * time.Hour, 3, false},
		{"burn_3d", 72 * time.Hour, 1, false},
	}
}

const (
	day = 24 * time.Hour
	// usualDays is the window that the usual pairs are made for.
	usualDays = 30
	// shortShare is which part of the long window the short one is.
	shortShare = 12
	// leastShort holds four scrapes at 30 seconds, so that a rate survives one
	// that is missed.
	leastShort = 2 * time.Minute
	// leastLong is twice that: a pair of equal windows would tell nothing more
	// than one of them.
	leastLong = 2 * leastShort
	// most is the share of bad requests that a pair waits for whose usual factor
	// comes to 1 or more, and would never fire whatever happens.
	most = 0.8
)

// BurnRateWindows returns the pairs for a goal between 0 and 1 over 1 to 30
// days, the fastest first. It fails when goal or days are out of range.
//
// At 30 days they are 14.4 over 1h and 5m, 6 over 6h and 30m, 3 over 1d and 2h,
// and 1 over 3d and 6h: 2, 5, 10 and 10 % of the budget. A shorter SLO keeps
// these shares and these factors, and scales the windows: a week's budget is
// gone in a quarter of the time, so it has to be looked at four times as
// closely. Keeping the windows and scaling the factors would spend the same
// shares, but the factor of 3 days over a week would be 0.23, and a service well
// within its objective would raise tickets for ever.
//
// Windows are whole minutes. Two things bend the rule, and both keep the share
// of the budget. A window is never shorter than a rate can be measured (4
// minutes, and 2 for the short one); its factor falls accordingly, which
// concerns an SLO of one day only. And a factor is never so high that even all
// requests failing stay under it, as 14.4 is for a goal of 0.9; its window grows
// accordingly.
func BurnRateWindows(goal float64, days int64) ([]WindowPair, error) {
	if !(goal > 0 && goal < 1) {
		return nil, fmt.Errorf("the objective has to be between 0 and 1, such as 0.999; it is %s", number(goal))
	}
	if days < 1 || days > usualDays {
		return nil, fmt.Errorf("the window has to be 1 to %d days; it is %d", usualDays, days)
	}
	budget := complement(goal)
	var pairs []WindowPair
	for _, usual := range usualPairs() {
		share := usual.factor * float64(usual.long) / float64(usualDays*day)
		factor := usual.factor
		if factor*budget >= 1 {
			factor = max(1, most/budget)
		}
		// spent is for how long the budget must burn at a rate of 1.
		spent := share * float64(time.Duration(days)*day)
		long := max(leastLong, minutes(spent/factor))
		factor = max(1, rounded(spent/float64(long)))
		pairs = append(pairs, WindowPair{
			LongWindow: long, ShortWindow: max(leastShort, minutes(float64(long)/shortShare)),
			Factor: factor, BudgetShare: rounded(share), ErrorRatio: product(factor, budget), Page: usual.page,
		})
	}
	return pairs, nil
}

// minutes returns d in whole minutes, rounded up. A trifle over a whole minute
// is what is left of a division and no time at all.
func minutes(d float64) time.Duration {
	return time.Duration(math.Ceil(d/float64(time.Minute)-1e-6)) * time.Minute
}

// rounded keeps six decimals, so that what people read is what is sent.
func rounded(v float64) float64 { return math.Round(v*1e6) / 1e6 }

// exact returns the decimal that v is written as: 1-0.999 has to be 0.001.
func exact(v float64) *big.Rat {
	r, ok := new(big.Rat).SetString(strconv.FormatFloat(v, 'f', -1, 64))
	if !ok {
		return new(big.Rat)
	}
	return r
}

func nearest(r *big.Rat) float64 {
	v, _ := r.Float64()
	return v
}

// complement returns 1-v, exact in decimals.
func complement(v float64) float64 { return nearest(new(big.Rat).Sub(big.NewRat(1, 1), exact(v))) }

// product returns a*b, exact in decimals.
func product(a, b float64) float64 { return nearest(new(big.Rat).Mul(exact(a), exact(b))) }

// number spells a number without an exponent.
func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// Windows returns the pairs of s, nil when its goal or window is out of range.
func (s SLO) Windows() []WindowPair {
	pairs, err := BurnRateWindows(s.Goal, s.WindowDays)
	if err != nil {
		return nil
	}
	return pairs
}

// Keys returns the keys that policies of an SLO can have, in their order.
func Keys() []string {
	var keys []string
	for _, usual := range usualPairs() {
		keys = append(keys, usual.key)
	}
	return slices.Concat(keys, []string{KeyAbsence})
}

// KeyAbsence is the key of the policy that fires when the metric is gone.
const KeyAbsence = "absence"
