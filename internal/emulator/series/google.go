package series

import (
	"math"
	"strconv"
)

// googleMetrics are those of Google's own that dashboards ask for, under the
// names that PromQL has for them.
func googleMetrics() []Metric {
	const (
		container = "kubernetes_io:container_"
		network   = "kubernetes_io:pod_network_"
		uptime    = "monitoring_googleapis_com:uptime_check_"
		cpuLimit  = 1.0     // cores
		memLimit  = 1 << 30 // bytes
	)
	memory := func(p *pod) curve {
		seed := hash(p.seed, "memory")
		return curve{mean: between(seed, 0.42, 0.6) * memLimit, swing: 0.05 * memLimit, waver: 0.03 * memLimit, peak: 14 * hour, seed: seed}
	}
	cpu := func(p *pod) wave { return p.wave(0.08+0.22*p.ns.load*p.share, "cpu") }
	return []Metric{
		perContainer(container+"cpu_core_usage_time", counterType, "s{CPU}", "CPU time that a container has used.",
			func(p *pod) func(float64) float64 {
				w := cpu(p)
				return func(t float64) float64 { return w.total(t) - w.total(p.started(t)) }
			}),
		perContainer(container+"cpu_limit_utilization", gaugeType, "1", "Share of the CPU limit that is in use.",
			func(p *pod) func(float64) float64 {
				w := cpu(p)
				return func(t float64) float64 { return w.perSecond * w.level(t) / cpuLimit }
			}),
		perContainer(container+"memory_used_bytes", gaugeType, "By", "Memory that a container uses.",
			func(p *pod) func(float64) float64 {
				c := memory(p)
				return func(t float64) float64 { return math.Round(c.at(t)) }
			}, "memory_type", "non-evictable"),
		perContainer(container+"memory_limit_utilization", gaugeType, "1", "Share of the memory limit that is in use.",
			func(p *pod) func(float64) float64 {
				c := memory(p)
				return func(t float64) float64 { return c.at(t) / memLimit }
			}, "memory_type", "non-evictable"),
		perContainer(container+"uptime", gaugeType, "s", "Time that a container has been running.",
			func(p *pod) func(float64) float64 { return func(t float64) float64 { return t - p.started(t) } }),
		perContainer(container+"restart_count", counterType, "1", "Restarts of a container.",
			func(p *pod) func(float64) float64 {
				return func(t float64) float64 { return math.Max(0, math.Round((p.started(t)-firstStart)/restartPeriod)) }
			}),
		perPod(network+"received_bytes_count", "Bytes that a pod has received.", 60_000),
		perPod(network+"sent_bytes_count", "Bytes that a pod has sent.", 210_000),
		{
			Name: uptime + "check_passed", Type: gaugeType, Help: "1 when an uptime check passed, 0 when not.",
			make: func(w *world, b *builder) {
				for i, region := range regions {
					b.add(uptime+"check_passed", func(t float64) float64 {
						if w.checkTrouble(i).level(t) > 0.6 {
							return 0
						}
						return 1
					}, w.uptime(region)...)
				}
			},
		},
		{
			Name: uptime + "request_latency", Type: gaugeType, Unit: "ms", Help: "Time that an uptime check took.",
			make: func(w *world, b *builder) {
				for i, region := range regions {
					c := curve{mean: 60 + 45*float64(i), swing: 8, waver: 25, seed: hash(w.seed, "latency", region), incident: 900, trouble: w.checkTrouble(i)}
					b.add(uptime+"request_latency", c.at, w.uptime(region)...)
				}
			},
		},
	}
}

// firstStart is since when restarts are counted: the start of 2026.
const firstStart = 1_767_225_600

// regions are where uptime checks run.
var regions = []string{"usa-iowa", "usa-oregon", "usa-virginia", "eur-belgium", "apac-singapore", "sa-brazil-sao_paulo"}

func (w *world) uptime(region string) []string {
	return []string{
		"monitored_resource", "uptime_url", "project_id", w.project, "host", "api.cortx.example",
		"check_id", w.check, "checked_resource_id", "api.cortx.example", "checker_location", region,
	}
}

// checkTrouble is when a check fails: each region in its own time.
func (w *world) checkTrouble(region int) incidents {
	return incidents{slot: 6 * day, shortest: 4 * minute, longest: 12 * minute, seed: hash(w.seed, w.check, strconv.Itoa(region))}
}

// perContainer is a metric with a series a container.
func perContainer(name, typ, unit, help string, value func(p *pod) func(t float64) float64, more ...string) Metric {
	return Metric{Name: name, Type: typ, Unit: unit, Help: help, make: func(w *world, b *builder) {
		w.each("", func(p *pod) {
			b.add(name, value(p), append(p.kubernetes("k8s_container", "container_name", p.job), more...)...)
		})
	}}
}

// perPod is a counter of bytes with a series a pod; perSecond is the rate of a
// tenant of load 1.
func perPod(name, help string, perSecond float64) Metric {
	return Metric{Name: name, Type: counterType, Unit: "By", Help: help, make: func(w *world, b *builder) {
		w.each("", func(p *pod) {
			b.add(name, p.tally(p.wave(perSecond*p.ns.load*p.share, name).total).at, p.kubernetes("k8s_pod")...)
		})
	}}
}

// kubernetes returns the labels of GKE's system metrics, and more.
func (p *pod) kubernetes(resource string, more ...string) []string {
	return append([]string{
		"monitored_resource", resource, "project_id", p.ns.w.project, "location", p.ns.w.location,
		"cluster_name", p.ns.w.cluster, "namespace_name", p.ns.name, "pod_name", p.name,
	}, more...)
}
