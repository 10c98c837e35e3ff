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
	for i := range len(bounds) + 1 {
		// Each bucket takes a part of the next larger one, rounded down: so no
		// window of time holds more events in it than in the larger one.
		parts := make([][]float64, len(populations))
		for k, one := range populations {
			larger := 1.0
			for j := len(bounds) - 1; j >= i; j-- {
				share := one.duration.below(bounds[j])
				parts[k] = append(parts[k], share/max(larger, math.SmallestNonzeroFloat64))
				larger = share
			}
		}
		bound := math.Inf(1)
		if i < len(bounds) {
			bound = bounds[i]
		}
		b.add(name+"_bucket", func(t float64) float64 {
			sum := 0.0
			for k, one := range populations {
				n := one.events.at(t)
				for _, part := range parts[k] {
					n = math.Floor(n * part)
				}
				sum += n
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
