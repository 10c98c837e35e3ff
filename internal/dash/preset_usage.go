package dash

// Google's own metrics of containers and pods, as PromQL spells
// kubernetes.io/container/cpu/core_usage_time and so on.
const (
	cpuMetric      = "kubernetes_io:container_cpu_core_usage_time"
	memoryMetric   = "kubernetes_io:container_memory_used_bytes"
	receivedMetric = "kubernetes_io:pod_network_received_bytes_count"
	sentMetric     = "kubernetes_io:pod_network_sent_bytes_count"
)

// cpu is processor cores in use.
func (p preset) cpu(window string, by ...string) string {
	return sum(rate(p.workload(cpuMetric, "k8s_container"), window), by...)
}

// memory is bytes in use that can't be reclaimed, as the out-of-memory killer
// counts them.
func (p preset) memory(by ...string) string {
	return sum(p.workload(memoryMetric, "k8s_container", `memory_type="non-evictable"`), by...)
}

// network is bytes a second, received and sent.
func (p preset) network(window string, by ...string) string {
	return sum(rate(p.workload(receivedMetric, "k8s_pod"), window), by...) + " + " +
		sum(rate(p.workload(sentMetric, "k8s_pod"), window), by...)
}

// tenantUsage shows tenants side by side.
func (p preset) tenantUsage() Dashboard {
	p.byVariable = true
	by, tenant := p.in.TenantLabel, "{{"+p.in.TenantLabel+"}}"
	each := func(expr string) Query { return Query{PromQL: expr, Legend: tenant} }
	column := func(expr, title string) Query { return Query{PromQL: expr, Legend: title} }
	space := func(expr string) Query { return Query{PromQL: expr, Legend: "{{namespace_name}}"} }
	return Dashboard{
		DisplayName: "Tenant usage",
		Variables:   p.choices(),
		Sections: []Section{
			{Title: "Now", Tiles: []Tile{
				card("Active tenants", "count("+sum(rate(p.requests(), minutes), by)+" > 0) or vector(0)", "short", nil),
				card("Request rate", sum(rate(p.requests(), minutes)), "reqps", nil),
				card("Pack executions, 24 hours", sum(increase(p.packs("_count"), day)), "short", nil),
				card("AI inferences, 24 hours", sum(increase(p.inference("_count"), day)), "short", nil),
				Tile{Title: "Tenants: requests a second", Table: &Table{
					Queries: []Query{column(sum(rate(p.requests(), minutes), by), "Requests a second")}, Unit: "reqps",
				}}.sized(16, 14),
				Tile{Title: "Tenants: share of 5xx", Table: &Table{
					Queries: []Query{column(p.statusShare("5", hour, by), "5xx, 1 hour")}, Unit: "percent",
				}}.sized(16, 14),
				Tile{Title: "Tenants: latency p99", Table: &Table{
					Queries: []Query{column(quantile("0.99", p.latency(), by), "p99")}, Unit: "s",
				}}.sized(16, 14),
			}},
			{Title: "Requests", Tiles: []Tile{
				stacked("Requests by tenant", "reqps", each(sum(rate(p.requests(), minutes), by))),
				bars("Requests an hour by tenant", each(sum(increase(p.requests(), hour), by))),
				chart("Share of requests with 5xx by tenant", "percent", each(p.statusShare("5", minutes, by))).
					against(limit(objectiveErrorRate, "objective: under 1 %")),
				chart("Latency p99 by tenant", "s", each(quantile("0.99", p.latency(), by))).
					against(limit(objectiveLatency, "objective: under 500 ms")),
			}},
			{Title: "Packs and AI", Tiles: []Tile{
				bars("Pack executions an hour by tenant", each(sum(increase(p.packs("_count"), hour), by))),
				chart("Pack duration by tenant, "+p.packUnit(), "s", each(p.packDuration(by))).
					against(limit(objectivePack, "objective: under 30 s")),
				stacked("AI inferences by tenant", "count/s", each(sum(rate(p.inference("_count"), minutes), by))),
				chart("AI latency p95 by tenant", "s", each(quantile("0.95", p.inference("_bucket"), by))).
					against(limit(objectiveAILatency, "alert: over 2.5 s")),
			}},
			{Title: "Compute and database", Tiles: []Tile{
				stacked("Processor cores by namespace", "cores", space(p.cpu(minutes, "namespace_name"))),
				stacked("Memory by namespace", "bytes", space(p.memory("namespace_name"))),
				stacked("Network by namespace", "Bps", space(p.network(minutes, "namespace_name"))),
				chart("Database pools in use by tenant", "percent", each(p.pool(by))).
					against(limit(objectivePool, "alert: over 80 %")),
			}},
			{Title: "About this dashboard", Tiles: []Tile{note(
				"A tenant is told apart by the label `"+by+"`. Choose tenants at the top of the page; the scorecards and charts then show these alone.",
				"",
				"Cores, memory and network come from Google's own metrics of the cluster, by Kubernetes namespace.",
			)}},
		},
	}
}
