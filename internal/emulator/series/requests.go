package series

// The requests to the platform's API, with the names, labels and buckets of
// prometheus-fastapi-instrumentator.

var (
	requestBounds = []float64{0.1, 0.5, 1}
	highrBounds   = []float64{0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 7.5, 10, 30, 60}
)

// handlers are the routes of the API, with their share of its requests.
var handlers = []struct {
	route, method string
	share         float64
}{
	{"/v1/packs", "GET", 0.44},
	{"/v1/packs/{pack_id}/executions", "POST", 0.2},
	{"/v1/evidence", "GET", 0.26},
	{"/v1/ai/assess", "POST", 0.1},
}

// requestsPerSecond is what a tenant of load 1 sends.
const requestsPerSecond = 22.0

// Shares of all requests, and what they take. Slow ones have a noise of their
// own, so that quantiles move.
const (
	slowShare   = 0.03
	clientShare = 0.018
	serverShare = 0.00012
)

var (
	fast     = lognormal{0.049, 0.78}
	slow     = lognormal{0.214, 0.82}
	refused  = lognormal{0.02, 0.8}
	failed   = lognormal{0.35, 1}
	troubled = lognormal{0.95, 0.65}
)

// traffic is what one route of one pod has served.
type traffic struct {
	ok, okSlow, okTroubled, client, server *tally
}

func (p *pod) traffic(route string, share float64) traffic {
	rate := requestsPerSecond * p.ns.load * share * p.share
	// What is slow or fails is so for the whole namespace at a time, hence the
	// noise of its first pod, else the pods' would cancel each other out.
	common := p.ns.pods[0]
	// An incident spoils a share of all requests of its slot: some fail, and as
	// many are only slow.
	spoiled := rate * p.ns.trouble * p.ns.incidents.slot
	server := common.chance(rate*serverShare, "requests", "server").total
	return traffic{
		ok:         p.tally(p.wave(rate*(1-slowShare-clientShare-serverShare), "requests", route).total),
		okSlow:     p.tally(common.chance(rate*slowShare, "requests", "slow").total),
		client:     p.tally(p.wave(rate*clientShare, "requests", route, "client").total),
		okTroubled: p.tally(func(t float64) float64 { return 3 * spoiled * p.ns.incidents.total(t) }),
		server:     p.tally(func(t float64) float64 { return server(t) + spoiled*p.ns.incidents.total(t) }),
	}
}

func (r traffic) populations() []population {
	return []population{{r.ok, fast}, {r.okSlow, slow}, {r.okTroubled, troubled}, {r.client, refused}, {r.server, failed}}
}

func requestMetrics() []Metric {
	return []Metric{
		{
			Name: "http_requests_total", Type: counterType, Help: "Total number of requests by method, status and handler.",
			make: func(w *world, b *builder) {
				w.each(jobAPI, func(p *pod) {
					for _, h := range handlers {
						r := p.traffic(h.route, h.share)
						labelled := func(status string) []string {
							return p.target("handler", h.route, "method", h.method, "status", status)
						}
						b.add("http_requests_total", func(t float64) float64 { return r.ok.at(t) + r.okSlow.at(t) + r.okTroubled.at(t) }, labelled("2xx")...)
						b.add("http_requests_total", r.client.at, labelled("4xx")...)
						b.add("http_requests_total", r.server.at, labelled("5xx")...)
					}
				})
			},
		},
		{
			Name: "http_request_duration_seconds", Type: histogramType, Unit: "s", Help: "Duration of requests by handler, in few buckets.",
			make: func(w *world, b *builder) {
				w.each(jobAPI, func(p *pod) {
					for _, h := range handlers {
						addHistogram(b, "http_request_duration_seconds", requestBounds, p.traffic(h.route, h.share).populations(),
							p.target("handler", h.route, "method", h.method)...)
					}
				})
			},
		},
		{
			Name: "http_request_duration_highr_seconds", Type: histogramType, Unit: "s", Help: "Duration of requests of all handlers, in many buckets.",
			make: func(w *world, b *builder) {
				w.each(jobAPI, func(p *pod) {
					var all []population
					for _, h := range handlers {
						all = append(all, p.traffic(h.route, h.share).populations()...)
					}
					addHistogram(b, "http_request_duration_highr_seconds", highrBounds, all, p.target()...)
				})
			},
		},
		{
			Name: "up", Type: gaugeType, Help: "1 when the target could be scraped, 0 when not.",
			make: func(w *world, b *builder) {
				w.each("", func(p *pod) {
					b.add("up", func(t float64) float64 {
						if t-p.started(t) < minute {
							return 0
						}
						return 1
					}, p.target()...)
				})
			},
		},
	}
}
