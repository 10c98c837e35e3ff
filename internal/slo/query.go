package slo

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

// ErrorRatioQuery returns PromQL for the share of bad requests over a window of
// whole seconds, of the same series as the indicator: 0 when all were good, and
// nothing when there were none. It is empty when s has no indicator, or one in
// filters only.
func (s SLO) ErrorRatioQuery(window time.Duration) string {
	ratio := s.ratio(window)
	if ratio == "" {
		return ""
	}
	// Without a series of failures the ratio is nothing, which is right for an
	// alert and wrong for whoever asks how much of the budget is left.
	switch {
	case s.Availability != nil:
		return ratio + " or 0 * " + s.total(window)
	case s.GoodTotalRatio != nil && s.GoodTotalRatio.BadPromQL != "":
		return ratio + " or 0 * " + s.total(window)
	default:
		return ratio
	}
}

// burnQuery returns the condition of a pair: both windows over the limit. There
// is no traffic where a window has no result, and `and` then has none either.
func (s SLO) burnQuery(pair WindowPair) string {
	limit := " > " + number(pair.ErrorRatio)
	return s.ratio(pair.LongWindow) + limit + " and " + s.ratio(pair.ShortWindow) + limit + s.bucketComment()
}

// ratio is the share of bad requests over a window, nothing without traffic and
// where a series of failures has never been seen.
func (s SLO) ratio(window time.Duration) string {
	switch {
	case s.Availability != nil:
		return untyped(alert.Condition{ErrorRate: s.Availability.signal(window)})
	case s.Latency != nil:
		signal := s.Latency.signal(window)
		// The buckets would be a comment in the middle of the query.
		signal.Buckets = alert.DefaultLatency().Buckets
		return untyped(alert.Condition{Latency: signal})
	case s.GoodTotalRatio != nil:
		return s.GoodTotalRatio.ratio(window)
	case s.DistributionCut != nil:
		return s.DistributionCut.ratio(window)
	default:
		return ""
	}
}

// total is the rate of all requests, where there are any.
func (s SLO) total(window time.Duration) string {
	switch {
	case s.Availability != nil:
		return some(selector(s.Availability.Metric, s.Availability.MatchLabels), window)
	case s.GoodTotalRatio != nil && s.GoodTotalRatio.TotalPromQL == "":
		return both(s.GoodTotalRatio.GoodPromQL, s.GoodTotalRatio.BadPromQL, window)
	case s.GoodTotalRatio != nil:
		return some(s.GoodTotalRatio.TotalPromQL, window)
	default:
		return ""
	}
}

// presence is the series whose absence blinds the indicator.
func (s SLO) presence() (metric string, match map[string]string) {
	switch {
	case s.Availability != nil:
		return s.Availability.Metric, s.Availability.MatchLabels
	case s.Latency != nil:
		return s.Latency.Metric + "_count", s.Latency.MatchLabels
	default:
		return "", nil
	}
}

// noThreshold is what a typed signal ends in whose limit is 0.
const noThreshold = " > 0"

// untyped returns the left side of the comparison that a signal is.
func untyped(c alert.Condition) string {
	query, _ := c.Query()
	return strings.TrimSuffix(query, noThreshold)
}

// signal is the alert signal that counts as the indicator does, with a limit of 0.
func (a Availability) signal(window time.Duration) *alert.ErrorRate {
	return &alert.ErrorRate{
		Scope: alert.Scope{MatchLabels: a.MatchLabels}, Metric: a.Metric, StatusLabel: a.StatusLabel,
		Include4xx: a.Include4xx, Window: window,
	}
}

// signal is the alert signal that counts as the indicator does, with a limit of 0.
func (l Latency) signal(window time.Duration) *alert.Latency {
	return &alert.Latency{
		Scope: alert.Scope{MatchLabels: l.MatchLabels}, Metric: l.Metric, Quantile: 1,
		ThresholdMS: l.ThresholdMS, Buckets: l.Buckets, Window: window,
	}
}

func (g GoodTotalRatio) ratio(window time.Duration) string {
	switch {
	case g.BadPromQL != "" && g.TotalPromQL != "":
		return rate(g.BadPromQL, window) + " / " + some(g.TotalPromQL, window)
	case g.GoodPromQL != "" && g.TotalPromQL != "":
		return failed(g.GoodPromQL, g.TotalPromQL, window)
	case g.GoodPromQL != "" && g.BadPromQL != "":
		return rate(g.BadPromQL, window) + " / " + both(g.GoodPromQL, g.BadPromQL, window)
	default:
		return ""
	}
}

func (d DistributionCut) ratio(window time.Duration) string {
	if d.GoodPromQL == "" || d.TotalPromQL == "" {
		return ""
	}
	return failed(d.GoodPromQL, d.TotalPromQL, window)
}

// failed is the share that is not good. A counter of good requests that is not
// there at all counts as 0, since that is how a service looks that never
// answered any.
func failed(good, total string, window time.Duration) string {
	return "1 - (" + rate(good, window) + " or vector(0)) / " + some(total, window)
}

// both is the sum of two rates, either of which may be missing.
func both(good, bad string, window time.Duration) string {
	return "((" + rate(good, window) + " or vector(0)) + (" + rate(bad, window) + " or vector(0)) > 0)"
}

func rate(series string, window time.Duration) string {
	return "sum(rate(" + series + "[" + promDuration(window) + "]))"
}

// some is a rate where it isn't 0.
func some(series string, window time.Duration) string { return "(" + rate(series, window) + " > 0)" }

func promDuration(d time.Duration) string { return model.Duration(d).String() }

// selector prints a metric with labels, in the order of Prometheus' formatter.
func selector(metric string, match map[string]string) string {
	if len(match) == 0 {
		return metric
	}
	printed := make([]string, 0, len(match))
	for name, value := range match {
		printed = append(printed, name+"="+strconv.Quote(value))
	}
	slices.Sort(printed)
	return metric + "{" + strings.Join(printed, ",") + "}"
}

// bucketMark starts a PromQL comment with the buckets that the configuration
// names, where they are not the usual ones: no object has another place for
// them, and an import has to find them again.
const bucketMark = " # buckets: "

func (s SLO) bucketComment() string {
	if s.Latency == nil || slices.Equal(s.Latency.Buckets, DefaultLatency().Buckets) {
		return ""
	}
	printed := make([]string, len(s.Latency.Buckets))
	for i, bucket := range s.Latency.Buckets {
		printed[i] = number(bucket)
	}
	return bucketMark + strings.Join(printed, ", ")
}
