package alert

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// histogram is what [Latency] and [AILatency] have in common.
type histogram struct {
	Scope
	metric           string
	quantile, millis float64
	buckets          []float64
	window           time.Duration
}

func (s Latency) histogram() histogram {
	return histogram{s.Scope, s.Metric, s.Quantile, s.ThresholdMS, s.Buckets, s.Window}
}

func (s AILatency) histogram() histogram {
	return histogram{s.Scope, s.Metric, s.Quantile, s.ThresholdMS, s.Buckets, s.Window}
}

// upperBound matches the bucket that ends at s seconds. Exporters write a whole
// number as "1" or as "1.0", and Prometheus rewrites one to the other from
// version 3 on, so both are matched.
func upperBound(s float64) matcher {
	spellings := []string{strconv.FormatFloat(s, 'g', -1, 64)}
	plain := strconv.FormatFloat(s, 'f', -1, 64)
	if plain != spellings[0] {
		spellings = append(spellings, plain)
	}
	if !strings.Contains(plain, ".") {
		spellings = append(spellings, plain+".0")
	}
	if len(spellings) == 1 {
		return equal("le", spellings[0])
	}
	return oneOf("le", spellings)
}

// slow prints the share of observations over the threshold, given the selector
// of all of them, and compares it with what the quantile allows.
func (h histogram) slow(all string, usual []float64) string {
	fast := h.by("sum", over("rate", h.selector(h.metric+"_bucket", upperBound(seconds(h.millis))), h.window))
	whole := h.by("sum", over("rate", all, h.window))
	query := "1 - " + share(fast, whole) + " > " + promNumber(complement(h.quantile))
	if slices.Equal(h.buckets, usual) {
		return query
	}
	return query + bucketComment + bucketList(h.buckets)
}

// bucketComment starts a PromQL comment with the buckets that the configuration
// names, where they are not the usual ones: the service has no other place for
// them, and an import has to find them again.
const bucketComment = " # buckets: "

func bucketList(buckets []float64) string {
	printed := make([]string, len(buckets))
	for i, b := range buckets {
		printed[i] = promNumber(b)
	}
	return strings.Join(printed, ", ")
}

func (s Latency) query() string {
	h := s.histogram()
	return h.slow(h.selector(s.Metric+"_count"), DefaultLatency().Buckets)
}

// query counts all inferences by the last bucket, where [Latency] takes _count.
// Both are the same number; it tells the two signals apart.
func (s AILatency) query() string {
	h := s.histogram()
	return h.slow(h.selector(s.Metric+"_bucket", equal("le", "+Inf")), DefaultAILatency().Buckets)
}

func (h histogram) title(what string) string {
	return fmt.Sprintf("%s p%s above %s ms over %s", what, strings.TrimSuffix(percent(h.quantile), "%"), promNumber(h.millis), promDuration(h.window))
}

func (s Latency) title() string { return s.histogram().title("Latency") }

func (s AILatency) title() string { return s.histogram().title("AI inference latency") }

func guessHistogram(f facts, usual []float64) (histogram, bool) {
	if len(f.selectors) != 2 || len(f.numbers) != 3 || !strings.HasSuffix(f.selectors[0].metric, "_bucket") {
		return histogram{}, false
	}
	fast := f.selectors[0]
	bound, ok := fast.equal["le"]
	if !ok {
		bound = alternatives(fast.regexp["le"])[0]
	}
	limit, err := strconv.ParseFloat(bound, 64)
	if err != nil {
		return histogram{}, false
	}
	h := histogram{
		Scope: f.scope(fast, "le"), metric: strings.TrimSuffix(fast.metric, "_bucket"),
		quantile: complement(f.numbers[2]), millis: milliseconds(limit), buckets: slices.Clone(usual), window: fast.window,
	}
	if f.comment == "" {
		return h, true
	}
	h.buckets = nil
	for printed := range strings.SplitSeq(f.comment, ",") {
		bucket, err := strconv.ParseFloat(strings.TrimSpace(printed), 64)
		if err != nil {
			return histogram{}, false
		}
		h.buckets = append(h.buckets, bucket)
	}
	return h, true
}

func guessLatency(f facts) (Condition, bool) {
	h, ok := guessHistogram(f, DefaultLatency().Buckets)
	return Condition{Latency: &Latency{h.Scope, h.metric, h.quantile, h.millis, h.buckets, h.window}}, ok
}

func guessAILatency(f facts) (Condition, bool) {
	h, ok := guessHistogram(f, DefaultAILatency().Buckets)
	return Condition{AILatency: &AILatency{h.Scope, h.metric, h.quantile, h.millis, h.buckets, h.window}}, ok
}

func (s Latency) validate(v *problems, at path) { s.histogram().validate(v, at) }

func (s AILatency) validate(v *problems, at path) { s.histogram().validate(v, at) }

func (h histogram) validate(v *problems, at path) {
	v.metric(at.To("metric"), h.metric)
	if strings.HasSuffix(h.metric, "_bucket") {
		v.Add(at.To("metric"), "The metric name has a histogram's suffix.", fmt.Sprintf("Write %q: _bucket and _count are added to it.", strings.TrimSuffix(h.metric, "_bucket")))
	}
	v.window(at.To("window"), h.window)
	v.scope(at, h.Scope, "le")
	if !within(h.quantile, 0, 1) || h.quantile == 0 || h.quantile == 1 {
		v.Add(at.To("quantile"), "The quantile is out of range.", fmt.Sprintf("Give a number between 0 and 1, such as 0.99 for the 99th percentile; it is %s.", number(h.quantile)))
	}
	ok := len(h.buckets) > 0
	for i, bucket := range h.buckets {
		if !finite(bucket) || bucket <= 0 || i > 0 && bucket <= h.buckets[i-1] {
			ok = false
		}
	}
	if !ok {
		v.Add(at.To("buckets"), "The buckets are not a list of upper bounds.", "Give the upper bounds of the exporter's buckets in seconds, ascending, without +Inf, such as [0.1, 0.5, 1].")
		return
	}
	if !finite(h.millis) || !slices.Contains(h.buckets, seconds(h.millis)) {
		limits := make([]string, len(h.buckets))
		for i, bucket := range h.buckets {
			limits[i] = promNumber(milliseconds(bucket))
		}
		v.Add(at.To("threshold_ms"), "The threshold is not the upper bound of a bucket.", fmt.Sprintf(
			"A histogram can only tell how many observations are over one of its buckets. Set threshold_ms to one of %s, or buckets to what the exporter really has (in seconds); it is %s ms.",
			strings.Join(limits, ", "), number(h.millis),
		))
	}
}
