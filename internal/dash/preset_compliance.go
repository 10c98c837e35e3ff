package dash

import "github.com/cortx-platform/terraform-provider-cortx/internal/alert"

// complianceAudit shows what was checked and what failed.
func (p preset) complianceAudit() Dashboard {
	p.byVariable = true
	by, tenant := p.in.TenantLabel, "{{"+p.in.TenantLabel+"}}"
	result := alert.DefaultComplianceChecks().ResultLabel
	each := func(expr string) Query { return Query{PromQL: expr, Legend: tenant} }
	none := []Threshold{{Value: 0, Color: ColorRed, Direction: DirectionAbove, Label: "objective: none"}}
	return Dashboard{
		DisplayName: "Compliance audit",
		Variables:   []Variable{p.tenants()},
		Sections: []Section{
			{Title: "Last 24 hours", Tiles: []Tile{
				card("Failed checks", p.failed(day), "short", failures()),
				card("Checks passed", p.passed(day), "percent", []Threshold{
					{Value: 1, Color: ColorYellow, Direction: DirectionBelow, Label: "objective: all of them"},
					{Value: 0.99, Color: ColorRed, Direction: DirectionBelow},
				}),
				card("Checks made", p.checks(day, false), "short", nil),
				card("Tenants with failed checks", "count("+p.checks(day, true, by)+" > 0) or vector(0)", "short", failures()),
				card("AI accuracy", p.accuracy(), "percent", objective(objectiveAccuracy, 0.96, DirectionBelow, "objective 95 %")),
				card("Tenants under the accuracy objective", "count("+p.accuracy(by)+" < 0.95) or vector(0)", "short", failures()),
				card("Availability", "1 - "+p.statusShare("5", day), "percent",
					objective(objectiveAvailability, 0.9995, DirectionBelow, "objective 99.9 %")),
				card("Requests refused with 4xx", p.statusShare("4", day), "percent", nil),
			}},
			{Title: "Checks", Tiles: []Tile{
				bars("Failed checks an hour by tenant", each(p.failed(hour, by))).against(none),
				bars("Checks an hour by result", Query{PromQL: p.checks(hour, false, result), Legend: "{{" + result + "}}"}),
				chart("Checks passed by tenant, 24 hours", "percent", each(p.passed(day, by))),
				{Title: "Failed checks by tenant, 24 hours", Table: &Table{
					Queries: []Query{{PromQL: "sort_desc(" + p.checks(day, true, by, result) + " > 0)", Legend: "Failed checks"}}, Unit: "short",
				}},
			}},
			{Title: "AI decisions", Tiles: []Tile{
				chart("AI accuracy by tenant", "percent", each(p.accuracy(by))).against(limit(objectiveAccuracy, "objective: 95 %")),
				bars("AI inferences an hour by tenant", each(sum(increase(p.inference("_count"), hour), by))),
			}},
			{Title: "Processing of records", Tiles: []Tile{
				bars("Pack executions an hour by tenant", each(sum(increase(p.packs("_count"), hour), by))),
				chart("Requests refused with 4xx by tenant", "percent", each(p.statusShare("4", minutes, by))),
			}},
			{Title: "About this dashboard", Tiles: []Tile{note(
				"A check has failed when its `"+result+"` is fail, failed, failure or error. Counts are of whole checks, also where a series has only begun within the time counted; the monitoring may interpolate at the edges.",
				"",
				"This page shows what the services report. Who did what to the cloud itself is in Cloud Audit Logs, which are evidence; a chart is not.",
			)}},
		},
	}
}

// failures colours any failure red.
func failures() []Threshold {
	return []Threshold{{Value: 0.5, Color: ColorRed, Direction: DirectionAbove, Label: "objective: none"}}
}
