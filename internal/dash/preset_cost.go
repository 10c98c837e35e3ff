package dash

import "github.com/cortx-platform/terraform-provider-cortx/internal/alert"

// notCost ends the title of whatever stands in for cost.
const notCost = " (usage proxy, not cost)"

// costAttribution shows what drives the bill. Cloud Monitoring has no metric of
// billing, so there, and beside the bill in Grafana, usage stands in for it.
func (p preset) costAttribution() Dashboard {
	p.byVariable = true
	by, tenant := p.in.TenantLabel, "{{"+p.in.TenantLabel+"}}"
	const name = "namespace_name"
	space := func(expr string) Query { return Query{PromQL: expr, Legend: "{{" + name + "}}"} }
	each := func(expr string) Query { return Query{PromQL: expr, Legend: tenant} }
	// The whole is of all namespaces, whichever are chosen: a share of the
	// chosen ones alone would divide the wrong bill.
	all := p
	all.byVariable = false
	ofAll := func(part, whole string) string { return part + " / on() group_left() (" + whole + " > 0)" }
	d := Dashboard{DisplayName: "Cost attribution", Variables: p.choices()}
	if p.in.BillingExportTable != "" {
		d.Sections = append(d.Sections, p.bill())
	}
	d.Sections = append(
		d.Sections,
		Section{Title: "Usage now", Tiles: []Tile{
			card("Processor cores"+notCost, p.cpu(hour), "cores", nil),
			card("Memory"+notCost, p.memory(), "bytes", nil),
			card("Network"+notCost, p.network(hour), "Bps", nil),
			card("AI inferences, 24 hours"+notCost, sum(increase(p.inference("_count"), day)), "short", nil),
		}},
		Section{Title: "Share of usage by namespace", Tiles: []Tile{
			chart("Share of processor time"+notCost, "percent", space(ofAll(p.cpu(hour, name), all.cpu(hour)))),
			chart("Share of memory"+notCost, "percent", space(ofAll(p.memory(name), all.memory()))),
			{Title: "Share of processor time, 24 hours" + notCost, Table: &Table{
				Queries: []Query{{PromQL: "sort_desc(" + ofAll(p.cpu(day, name), all.cpu(day)) + ")", Legend: "Share"}}, Unit: "percent",
			}},
			{Title: "Share of network traffic, 24 hours" + notCost, Table: &Table{
				Queries: []Query{{PromQL: "sort_desc((" + ofAll("("+p.network(day, name)+")", all.network(day)) + "))", Legend: "Share"}}, Unit: "percent",
			}},
		}},
		Section{Title: "Usage by namespace", Tiles: []Tile{
			stacked("Processor cores"+notCost, "cores", space(p.cpu(hour, name))),
			stacked("Memory"+notCost, "bytes", space(p.memory(name))),
			stacked("Network"+notCost, "Bps", space(p.network(hour, name))),
			bars("Processor core hours an hour"+notCost, space(sum(increase(p.workload(cpuMetric, "k8s_container"), hour), name)+" / 3600")),
		}},
		Section{Title: "What tenants asked for", Tiles: []Tile{
			bars("Requests an hour by tenant"+notCost, each(sum(increase(p.series(alert.DefaultErrorRate().Metric), hour), by))),
			bars("Pack executions an hour by tenant"+notCost, each(sum(increase(p.packs("_count"), hour), by))),
			bars("AI inferences an hour by tenant"+notCost, each(sum(increase(p.inference("_count"), hour), by))),
			chart("Database connections by tenant"+notCost, "short", each(sum(p.series(alert.DefaultDBConnections().Metric), by))),
		}},
		Section{Title: "About this dashboard", Tiles: p.costNotes()},
	)
	return d
}

func (p preset) costNotes() []Tile {
	proxies := "**These are usage proxies, not cost.** Cloud Monitoring has no metric of billing. A namespace's share of processor time, memory and traffic is a fair key to divide a bill by; it knows nothing of prices, discounts, and what nobody used."
	notes := []Tile{note(proxies)}
	notes[0].Only = TargetCloudMonitoring
	grafana := note(
		proxies, "",
		"Cost itself comes from the billing export in BigQuery, once it is set up: see *Cloud Billing › Billing export* in the console. It takes up to a day to arrive, and cost by namespace needs the export of detailed usage and GKE's cost allocation.",
	)
	grafana.Only = TargetGrafana
	return append(notes, grafana)
}

// bill is the section of costs. Grafana alone can query BigQuery.
func (p preset) bill() Section {
	from := "FROM `" + p.in.BillingExportTable + "`"
	const (
		net    = "SUM(cost) + SUM(IFNULL((SELECT SUM(c.amount) FROM UNNEST(credits) AS c), 0))"
		within = " WHERE $__timeFilter(usage_start_time)"
		dated  = "SELECT TIMESTAMP_TRUNC(usage_start_time, DAY) AS time, "
		// The label that GKE's cost allocation writes.
		label = " LEFT JOIN UNNEST(labels) AS label ON label.key = 'k8s-namespace'"
		space = "IFNULL(label.value, 'not allocated')"
	)
	tile := func(t Tile) Tile {
		t.Only = TargetGrafana
		return t
	}
	sql := func(text string) Query { return Query{BigQuerySQL: text} }
	return Section{Title: "Cost, net of credits, in the billing account's currency", Tiles: []Tile{
		tile(Tile{Title: "Cost in the time shown", Scorecard: &Scorecard{
			Query: sql("SELECT " + net + " AS cost " + from + within), Unit: "short",
		}}.sized(12, 16)),
		tile(bars("Cost a day by service", sql(dated+"service.description AS service, "+net+" AS cost "+from+within+" GROUP BY time, service ORDER BY time")).sized(36, 16)),
		tile(bars("Cost a day by namespace", sql(dated+space+" AS namespace, "+net+" AS cost "+from+label+within+" GROUP BY time, namespace ORDER BY time")).sized(28, 16)),
		tile(Tile{Title: "Cost by namespace in the time shown", Table: &Table{
			Queries: []Query{sql("SELECT " + space + " AS namespace, ROUND(" + net + ", 2) AS cost " + from + label + within + " GROUP BY namespace ORDER BY cost DESC")},
			Unit:    "short",
		}}.sized(20, 16)),
	}}
}
