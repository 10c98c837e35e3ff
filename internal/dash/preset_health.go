package dash

import (
	"fmt"
	"strconv"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

// cloudSQLMetric counts the connections to a PostgreSQL instance, by database.
const cloudSQLMetric = "cloudsql_googleapis_com:database_postgresql_num_backends"

// platformHealth is what to look at first when something is wrong.
func (p preset) platformHealth() Dashboard {
	p.byVariable = true
	d := Dashboard{
		DisplayName: "Platform health",
		Variables:   []Variable{p.tenants()},
		Sections: []Section{
			p.objectives(), p.traffic(), p.latencies(), p.packSection(), p.aiSection(), p.database(),
		},
	}
	if alerts := p.alerts(); len(alerts.Tiles) > 0 {
		d.Sections = append(d.Sections, alerts)
	}
	d.Sections = append(d.Sections, Section{Title: "About this dashboard", Tiles: []Tile{note(
		"**Objectives**: availability 99.9 %, fewer than 1 % of requests with 5xx, p99 under 500 ms, Packs under 30 s "+p.packUnit()+", AI accuracy 95 %. Yellow is close to the objective, red misses it.",
		"",
		"Quantiles are read off histogram buckets. With the default buckets of 0.1, 0.5 and 1 s, a p99 is exact at these bounds, and never more than 1 s.",
		"",
		"AI accuracy is the gauge `"+AccuracyMetric+"`, from 0 to 1, which the services set from their own evaluation.",
	)}})
	return d
}

func (p preset) objectives() Section {
	tenantFree := []Tile{
		card("Availability, 24 hours", "1 - "+p.statusShare("5", day), "percent",
			objective(objectiveAvailability, 0.9995, DirectionBelow, "objective 99.9 %")),
		card("Requests with 5xx, 5 minutes", p.statusShare("5", minutes), "percent",
			objective(objectiveErrorRate, 0.005, DirectionAbove, "objective under 1 %")),
		card("Latency p99", quantile("0.99", p.latency()), "s",
			// Nothing yellow before it: within the usual buckets of 0.1 and 0.5 s a
			// quantile lies near the upper one whatever the service does.
			[]Threshold{{Value: objectiveLatency, Color: ColorRed, Direction: DirectionAbove, Label: "objective under 500 ms"}}),
		card("Request rate", sum(rate(p.requests(), minutes)), "reqps", nil),
		card("Pack duration, "+p.packUnit(), p.packDuration(), "s",
			objective(objectivePack, 24, DirectionAbove, "objective under 30 s")),
		card("AI latency p95", quantile("0.95", p.inference("_bucket")), "s",
			objective(objectiveAILatency, 2, DirectionAbove, "alert over 2.5 s")),
		card("AI accuracy", p.accuracy(), "percent",
			objective(objectiveAccuracy, 0.96, DirectionBelow, "objective 95 %")),
		{Title: "Database pools in use", Gauge: &Gauge{
			Query: Query{PromQL: p.pool()}, Unit: "percent", Min: 0, Max: 1,
			Thresholds: objective(0.9, objectivePool, DirectionAbove, "nearly exhausted"),
		}},
	}
	return Section{Title: "Objectives", Tiles: tenantFree}
}

func (p preset) traffic() Section {
	tenant := "{{" + p.in.TenantLabel + "}}"
	of := func(digit string) Query {
		return Query{PromQL: sum(rate(p.status(digit), minutes)), Legend: digit + "xx"}
	}
	return Section{Title: "Requests", Tiles: []Tile{
		stacked("Requests by tenant", "reqps", Query{PromQL: sum(rate(p.requests(), minutes), p.in.TenantLabel), Legend: tenant}),
		stacked("Requests by status", "reqps", of("2"), of("3"), of("4"), of("5")),
		chart("Share of requests with 4xx and 5xx", "percent",
			Query{PromQL: p.statusShare("4", minutes), Legend: "4xx"},
			Query{PromQL: p.statusShare("5", minutes), Legend: "5xx"},
		).against(limit(objectiveErrorRate, "objective for 5xx: under 1 %")),
		chart("Share of requests with 5xx by tenant", "percent",
			Query{PromQL: p.statusShare("5", minutes, p.in.TenantLabel), Legend: tenant},
		).against(limit(objectiveErrorRate, "objective: under 1 %")),
	}}
}

func (p preset) latencies() Section {
	buckets := p.latency()
	return Section{Title: "Latency", Tiles: []Tile{
		chart("Latency p50, p95 and p99", "s",
			Query{PromQL: quantile("0.5", buckets), Legend: "p50"},
			Query{PromQL: quantile("0.95", buckets), Legend: "p95"},
			Query{PromQL: quantile("0.99", buckets), Legend: "p99"},
		).against(limit(objectiveLatency, "objective for p99: under 500 ms")),
		chart("Latency p99 by tenant", "s",
			Query{PromQL: quantile("0.99", buckets, p.in.TenantLabel), Legend: "{{" + p.in.TenantLabel + "}}"},
		).against(limit(objectiveLatency, "objective: under 500 ms")),
		Tile{Title: "Distribution of request durations", HeatMap: &HeatMap{
			Query: Query{PromQL: sum(increase(buckets, minutes), "le"), Legend: "{{le}}"}, Unit: "s",
		}}.sized(Columns, 14),
	}}
}

func (p preset) packSection() Section {
	tenant := "{{" + p.in.TenantLabel + "}}"
	return Section{Title: "Packs", Tiles: []Tile{
		chart("Pack duration, "+p.packUnit(), "s",
			Query{PromQL: p.packDuration(p.in.TenantLabel), Legend: tenant},
			Query{PromQL: p.packDuration(), Legend: "all"},
		).against(limit(objectivePack, "objective: under 30 s")),
		bars("Pack executions an hour", Query{PromQL: sum(increase(p.packs("_count"), hour), p.in.TenantLabel), Legend: tenant}),
	}}
}

func (p preset) aiSection() Section {
	buckets := p.inference("_bucket")
	return Section{Title: "AI", Tiles: []Tile{
		chart("AI latency p50 and p95", "s",
			Query{PromQL: quantile("0.5", buckets), Legend: "p50"},
			Query{PromQL: quantile("0.95", buckets), Legend: "p95"},
		).against(limit(objectiveAILatency, "alert: p95 over 2.5 s")),
		chart("AI accuracy by tenant", "percent",
			Query{PromQL: p.accuracy(p.in.TenantLabel), Legend: "{{" + p.in.TenantLabel + "}}"},
		).against(limit(objectiveAccuracy, "objective: 95 %")),
	}}
}

func (p preset) database() Section {
	s := alert.DefaultDBConnections()
	tiles := []Tile{
		chart("Database pools in use by tenant", "percent",
			Query{PromQL: p.pool(p.in.TenantLabel), Legend: "{{" + p.in.TenantLabel + "}}"},
		).against(limit(objectivePool, "alert: over 80 %")),
		chart("Pooled connections", "short",
			Query{PromQL: sum(p.series(s.Metric)), Legend: "in use"},
			Query{PromQL: sum(p.series(s.MaxMetric)), Legend: "maximum"},
		),
	}
	if p.in.DatabaseID != "" {
		series := selector(cloudSQLMetric, []string{`database_id=` + strconv.Quote(p.in.DatabaseID), `monitored_resource="cloudsql_database"`})
		connections := chart("Cloud SQL connections by database", "short", Query{PromQL: sum(series, "database"), Legend: "{{database}}"})
		if p.in.MaxConnections > 0 {
			tiles = append(tiles, connections, chart("Cloud SQL connections in use", "percent",
				Query{PromQL: fmt.Sprintf("%s / %d", sum(series), p.in.MaxConnections), Legend: "in use"},
			).against(limit(objectivePool, "alert: over 80 %")))
		} else {
			tiles = append(tiles, connections.sized(Columns, 16))
		}
	}
	return Section{Title: "Database", Tiles: tiles}
}

// alerts are the charts of alert policies. Grafana knows nothing of them.
func (p preset) alerts() Section {
	s := Section{Title: "Alert policies"}
	for _, policy := range p.in.AlertPolicies {
		s.Tiles = append(s.Tiles, Tile{Only: TargetCloudMonitoring, AlertChart: &AlertChart{Policy: policy}})
	}
	return s
}
