package series

import (
	"math"
	"strconv"
	"strings"
)

// population is a kind of events with a distribution of durations.
type population struct {
	events   *tally
	duration lognormal
}

// addHistogram adds the series of a histogram over populations to b; bounds are
// in seconds, without +Inf. Every population is rounded before it is shared out,
// so that the buckets never contradict each other or the count.
func addHistogram(b *builder, name string, bounds []float64, populations []population, pairs ...string) {
	b.add(name+"_count", func(t float64) float64 { return countOf(populations, t) }, pairs...)
	b.add(name+"_sum", func(t float64) float64 {
		sum := 0.0
		for _, one := range populations {
			sum += one.events.at(t) * one.duration.mean()
		}
		return sum
	}, pairs...)
	if !b.wants(name + "_bucket") {
		return
	}
	for _, bound := range append(append([]float64{}, bounds...), math.Inf(1)) {
		shares := make([]float64, len(populations))
		for i, one := range populations {
			shares[i] = one.duration.below(bound)
		}
		b.add(name+"_bucket", func(t float64) float64 {
			sum := 0.0
			for i, one := range populations {
				sum += math.Floor(one.events.at(t) * shares[i])
			}
			return sum
		}, append(append([]string{}, pairs...), "le", boundText(bound))...)
	}
}

func countOf(populations []population, t float64) float64 {
	sum := 0.0
	for _, one := range populations {
		sum += one.events.at(t)
	}
	return sum
}

// boundText writes a bound as Python's exporter does: "1.0", not "1".
func boundText(bound float64) string {
	if math.IsInf(bound, 1) {
		return "+Inf"
	}
	text := strconv.FormatFloat(bound, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}
