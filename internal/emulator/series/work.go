package series

import "math"

// packs are the compliance packs that run.
var packs = []struct {
	name  string
	share float64
}{{"soc2-evidence", 0.5}, {"hipaa-phi-scan", 0.3}, {"pci-redaction", 0.2}}

var (
	packBounds = []float64{1, 5, 10, 15, 30, 60, 120, 300, 600}
	// pythonBounds are the default buckets of Python's prometheus-client.
	pythonBounds = []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}

	packUsual, packLarge, packTroubled = lognormal{9, 0.6}, lognormal{38, 0.5}, lognormal{140, 0.5}
	aiUsual, aiLong, aiTroubled        = lognormal{0.42, 0.5}, lognormal{1.4, 0.35}, lognormal{5, 0.4}
)

// Events a second of a tenant of load 1.
const (
	packsPerSecond  = 0.35
	aiPerSecond     = 2.4
	checksPerSecond = 0.5
	recordsAPack    = 560_000
)

// busy are the populations of something that is usual, at times long, and very
// long in incidents.
func (p *pod) busy(what string, perSecond, longShare float64, usual, long, troubled lognormal) []population {
	rate := perSecond * p.ns.load * p.share
	spoiled := 2 * rate * p.ns.trouble * p.ns.incidents.slot
	return []population{
		{p.tally(p.wave(rate*(1-longShare), what, "usual").total), usual},
		{p.tally(p.chance(rate*longShare, what, "long").total), long},
		{p.tally(func(t float64) float64 { return spoiled * p.ns.incidents.total(t) }), troubled},
	}
}

func workMetrics() []Metric {
	return []Metric{
		{
			Name: "pack_execution_duration_seconds", Type: histogramType, Unit: "s", Help: "Duration of the executions of packs.",
			make: func(w *world, b *builder) {
				w.each(jobRunner, func(p *pod) {
					for _, k := range packs {
						addHistogram(b, "pack_execution_duration_seconds", packBounds,
							p.busy("pack "+k.name, packsPerSecond*k.share, 0.06, packUsual, packLarge, packTroubled), p.target("pack", k.name)...)
					}
				})
			},
		},
		{
			Name: "pack_records_processed_total", Type: counterType, Help: "Records that packs have processed.",
			make: func(w *world, b *builder) {
				w.each(jobRunner, func(p *pod) {
					for _, k := range packs {
						rate := packsPerSecond * k.share * p.ns.load * p.share * recordsAPack
						b.add("pack_records_processed_total", p.tally(p.wave(rate, "records", k.name).total).at, p.target("pack", k.name)...)
					}
				})
			},
		},
		{
			Name: "ai_inference_duration_seconds", Type: histogramType, Unit: "s", Help: "Duration of the calls of models.",
			make: func(w *world, b *builder) {
				w.each(jobAI, func(p *pod) {
					addHistogram(b, "ai_inference_duration_seconds", pythonBounds,
						p.busy("ai", aiPerSecond, 0.05, aiUsual, aiLong, aiTroubled), p.target("model", "risk-classifier")...)
				})
			},
		},
		{
			Name: "ai_prediction_accuracy_ratio", Type: gaugeType, Help: "Share of predictions that a review confirmed, from 0 to 1.",
			make: func(w *world, b *builder) {
				w.each(jobAI, func(p *pod) {
					seed := hash(p.seed, "accuracy")
					c := curve{mean: between(seed, 0.948, 0.978), swing: 0.004, waver: 0.01, seed: seed}
					b.add("ai_prediction_accuracy_ratio", func(t float64) float64 { return min(1, math.Round(c.at(t)*1e4)/1e4) }, p.target("model", "risk-classifier")...)
				})
			},
		},
		{
			Name: "compliance_checks_total", Type: counterType, Help: "Compliance checks by framework and result.",
			make: func(w *world, b *builder) {
				w.each(jobRunner, func(p *pod) {
					for i, framework := range []string{"soc2", "hipaa"} {
						rate := checksPerSecond / 2 * p.ns.load * p.share
						labelled := func(result string) []string { return p.target("framework", framework, "result", result) }
						b.add("compliance_checks_total", p.tally(p.wave(rate, "checks", framework).total).at, labelled("pass")...)
						// A few checks fail, at the time of the namespace's incidents.
						fails := float64(1 + i)
						b.add("compliance_checks_total", p.tally(func(t float64) float64 { return fails * p.ns.incidents.total(t) }).at, labelled("fail")...)
					}
				})
			},
		},
	}
}
