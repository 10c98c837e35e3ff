package promcheck_test

import (
	"fmt"
	"time"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

// traffic is how many requests there are a scrape, pod and handler.
const traffic = 1000.0

func errorRates() []check {
	s, with4xx, tenant := alert.DefaultErrorRate(), alert.DefaultErrorRate(), alert.DefaultErrorRate()
	with4xx.Include4xx, tenant.Scope = true, byTenant
	plain, all, split := alert.Condition{ErrorRate: &s}, alert.Condition{ErrorRate: &with4xx}, alert.Condition{ErrorRate: &tenant}
	held := plain
	held.Duration = 5 * time.Minute
	one := func(ok, bad string, failed func(time.Duration) float64) func(*exporter) {
		return func(e *exporter) { e.requests("tenant-a", ok, bad, constant(traffic), failed) }
	}
	return []check{
		fires(`1.1 % with status "5xx"`, plain, s.Window, one("2xx", "5xx", from(0, 0.011))),
		fires(`1.1 % with status "500"`, plain, s.Window, one("200", "500", from(0, 0.011))),
		fires("all of it fails", plain, s.Window, one("2xx", "5xx", from(0, 1))),
		fires("1.1 %, held for 5 minutes", held, s.Window+held.Duration, one("2xx", "5xx", from(0, 0.011))),
		quiet("0.9 %", plain, one("2xx", "5xx", from(0, 0.009))),
		quiet("4xx not asked for", plain, one("2xx", "4xx", from(0, 0.5))),
		fires(`4xx asked for, as "4xx"`, all, s.Window, one("2xx", "4xx", from(0, 0.02))),
		fires(`4xx asked for, as "404"`, all, s.Window, one("200", "404", from(0, 0.02))),
		quiet("no series", plain, none),
		quiet("no traffic any more", plain, func(e *exporter) {
			e.requests("tenant-a", "2xx", "5xx", from(traffic, 0), constant(0.002))
		}),
		only(fires("one tenant of three", split, s.Window, func(e *exporter) {
			each("tenant-b", func(tenant string, bad bool) {
				failed := constant(0.002)
				if bad {
					failed = from(0.002, 0.05)
				}
				e.requests(tenant, "2xx", "5xx", constant(traffic), failed)
			})
		}), "tenant-b"),
		quiet("by tenant, no tenant with traffic", split, func(e *exporter) {
			each("", func(tenant string, _ bool) { e.requests(tenant, "2xx", "5xx", constant(0), constant(0)) })
		}),
	}
}

func latencies() []check {
	s, tenant, half := alert.DefaultLatency(), alert.DefaultLatency(), alert.DefaultLatency()
	tenant.Scope, half.ThresholdMS = byTenant, 500
	plain, split, under := alert.Condition{Latency: &s}, alert.Condition{Latency: &tenant}, alert.Condition{Latency: &half}
	python, golang := []string{"0.1", "0.5", "1.0"}, []string{"0.1", "0.5", "1"}
	write := func(e *exporter, namespace string, bounds []string, limit string, load, slow func(time.Duration) float64) {
		e.histogram("http_request_duration_seconds", namespace, bounds, limit, load, slow, "handler", "/v1/packs", "method", "POST")
	}
	one := func(bounds []string, limit string, slow func(time.Duration) float64) func(*exporter) {
		return func(e *exporter) { write(e, "tenant-a", bounds, limit, constant(traffic), slow) }
	}
	return []check{
		fires(`1.2 % over 1 s, le="1.0"`, plain, s.Window, one(python, "1.0", from(0.001, 0.012))),
		fires(`1.2 % over 1 s, le="1"`, plain, s.Window, one(golang, "1", from(0.001, 0.012))),
		quiet("0.8 % over 1 s", plain, one(python, "1.0", from(0.001, 0.008))),
		quiet("half of it over 0.5 s, none over 1 s", plain, func(e *exporter) {
			write(e, "tenant-a", []string{"0.1", "0.5"}, "0.5", constant(traffic), from(0, 0.5))
			e.counter("http_request_duration_seconds_bucket", pod("tenant-a", pods[0], "handler", "/v1/packs", "method", "POST", "le", "1.0"), constant(2*traffic))
		}),
		fires("1.2 % over 0.5 s", under, s.Window, one(python, "0.5", from(0.001, 0.012))),
		quiet("no series", plain, none),
		quiet("no traffic any more", plain, func(e *exporter) {
			write(e, "tenant-a", python, "1.0", from(traffic, 0), constant(0.001))
		}),
		only(fires("one tenant of three", split, s.Window, func(e *exporter) {
			each("tenant-c", func(tenant string, bad bool) {
				slow := constant(0.001)
				if bad {
					slow = from(0.001, 0.2)
				}
				write(e, tenant, python, "1.0", constant(traffic), slow)
			})
		}), "tenant-c"),
	}
}

func inferences() []check {
	s, tenant := alert.DefaultAILatency(), alert.DefaultAILatency()
	tenant.Scope = byTenant
	plain, split := alert.Condition{AILatency: &s}, alert.Condition{AILatency: &tenant}
	// The bounds of prometheus_client, as it spells them.
	bounds := []string{"0.005", "0.01", "0.025", "0.05", "0.075", "0.1", "0.25", "0.5", "0.75", "1.0", "2.5", "5.0", "7.5", "10.0"}
	write := func(e *exporter, namespace string, load, slow func(time.Duration) float64) {
		e.histogram("ai_inference_duration_seconds", namespace, bounds, "2.5", load, slow, "model", "gemini-pro")
	}
	one := func(load, slow func(time.Duration) float64) func(*exporter) {
		return func(e *exporter) { write(e, "tenant-a", load, slow) }
	}
	return []check{
		fires("6 % over 2.5 s", plain, s.Window, one(constant(traffic), from(0.01, 0.06))),
		quiet("4 % over 2.5 s", plain, one(constant(traffic), from(0.01, 0.04))),
		quiet("no series", plain, none),
		quiet("no traffic any more", plain, one(from(traffic, 0), constant(0.01))),
		only(fires("one tenant of three", split, s.Window, func(e *exporter) {
			each("tenant-a", func(tenant string, bad bool) {
				slow := constant(0.01)
				if bad {
					slow = from(0.01, 0.5)
				}
				write(e, tenant, constant(traffic), slow)
			})
		}), "tenant-a"),
	}
}

func packs() []check {
	s, records, tenant := alert.DefaultPackDuration(), alert.DefaultPackDuration(), alert.DefaultPackDuration()
	records.RecordsMetric, tenant.Scope = "pack_records_processed_total", byTenant
	plain, million, split := alert.Condition{PackDuration: &s}, alert.Condition{PackDuration: &records}, alert.Condition{PackDuration: &tenant}
	// executions writes what a Pack runner exports: how long executions took,
	// and how many records they went through.
	executions := func(e *exporter, namespace string, count, mean, processed func(time.Duration) float64) {
		set := pod(namespace, "pack-runner-0", "pack", "hipaa-claims")
		e.counter("pack_execution_duration_seconds_count", set, count)
		e.counter("pack_execution_duration_seconds_sum", set, func(at time.Duration) float64 { return count(at) * mean(at) })
		e.counter("pack_records_processed_total", set, processed)
	}
	one := func(count, mean, processed func(time.Duration) float64) func(*exporter) {
		return func(e *exporter) { executions(e, "tenant-a", count, mean, processed) }
	}
	return []check{
		fires("a mean of 31 s", plain, s.Window, one(constant(4), from(12, 31), constant(0))),
		quiet("a mean of 29 s", plain, one(constant(4), from(12, 29), constant(0))),
		quiet("no series", plain, none),
		quiet("no executions any more", plain, one(from(4, 0), constant(12), constant(0))),
		fires("31 s a million records", million, s.Window, one(constant(1), from(12, 31), constant(1e6))),
		quiet("29 s a million records", million, one(constant(1), from(12, 29), constant(1e6))),
		quiet("executions without records", million, one(constant(1), constant(12), constant(0))),
		only(fires("one tenant of three", split, s.Window, func(e *exporter) {
			each("tenant-b", func(tenant string, bad bool) {
				mean := constant(12)
				if bad {
					mean = from(12, 120)
				}
				executions(e, tenant, constant(4), mean, constant(0))
			})
		}), "tenant-b"),
	}
}

// pool writes the two gauges of a service's connection pool.
func pool(e *exporter, namespace string, used, size func(time.Duration) float64) {
	for _, name := range pods {
		e.series("db_pool_connections", pod(namespace, name), used)
		e.series("db_pool_connections_max", pod(namespace, name), size)
	}
}

func databases() []check {
	s, tenant, sql, tenantSQL := alert.DefaultDBConnections(), alert.DefaultDBConnections(), alert.DefaultDBConnections(), alert.DefaultDBConnections()
	tenant.Scope = byTenant
	sql.Source, sql.MaxConnections = alert.SourceCloudSQL, 500
	tenantSQL.Source, tenantSQL.MaxConnections = alert.SourceCloudSQL, 500
	tenantSQL.Scope = alert.Scope{ByTenant: true, TenantLabel: "database"}
	plain, split := alert.Condition{DBConnections: &s}, alert.Condition{DBConnections: &tenant}
	cloud, cloudSplit := alert.Condition{DBConnections: &sql}, alert.Condition{DBConnections: &tenantSQL}
	backends := func(e *exporter, instance, database string, used func(time.Duration) float64) {
		e.series("cloudsql_googleapis_com:database_postgresql_num_backends", labels.FromStrings(
			"database", database, "database_id", "my-project:"+instance, "monitored_resource", "cloudsql_database",
			"project_id", "my-project", "region", "europe-west1",
		), used)
	}
	return []check{
		fires("17 of 20", plain, s.Window, func(e *exporter) { pool(e, "tenant-a", from(5, 17), constant(20)) }),
		quiet("15 of 20", plain, func(e *exporter) { pool(e, "tenant-a", from(5, 15), constant(20)) }),
		quiet("a minute at 20 of 20", plain, func(e *exporter) {
			pool(e, "tenant-a", func(at time.Duration) float64 {
				if at >= fault && at < fault+time.Minute {
					return 20
				}
				return 5
			}, constant(20))
		}),
		fires("in use split by state", plain, s.Window, func(e *exporter) {
			e.series("db_pool_connections", pod("tenant-a", pods[0], "state", "checked_out"), from(4, 15))
			e.series("db_pool_connections", pod("tenant-a", pods[0], "state", "overflow"), from(0, 3))
			e.series("db_pool_connections_max", pod("tenant-a", pods[0]), constant(20))
		}),
		quiet("no series", plain, none),
		quiet("a pool of no size", plain, func(e *exporter) { pool(e, "tenant-a", constant(0), constant(0)) }),
		only(fires("one tenant of three", split, s.Window, func(e *exporter) {
			each("tenant-b", func(tenant string, bad bool) {
				used := constant(5)
				if bad {
					used = from(5, 19)
				}
				pool(e, tenant, used, constant(20))
			})
		}), "tenant-b"),
		{
			name: "Cloud SQL, 430 of 500 over two databases", condition: cloud, within: s.Window,
			group: "database_id", groups: []string{"my-project:main"},
			write: func(e *exporter) {
				backends(e, "main", "cortx", from(50, 230))
				backends(e, "main", "ledger", from(50, 200))
				backends(e, "reports", "cortx", constant(200))
			},
		},
		quiet("Cloud SQL, 390 of 500 over two databases", cloud, func(e *exporter) {
			backends(e, "main", "cortx", from(50, 200))
			backends(e, "main", "ledger", from(50, 190))
		}),
		quiet("Cloud SQL, no series", cloud, none),
		{
			name: "Cloud SQL, one tenant's database of three", condition: cloudSplit, within: s.Window,
			group: "database", groups: []string{"tenant-c"},
			write: func(e *exporter) {
				each("tenant-c", func(tenant string, bad bool) {
					used := constant(20)
					if bad {
						used = from(20, 420)
					}
					backends(e, "main", tenant, used)
				})
			},
		},
	}
}

func complianceChecks() []check {
	s, several, tenant := alert.DefaultComplianceChecks(), alert.DefaultComplianceChecks(), alert.DefaultComplianceChecks()
	several.Threshold, tenant.Scope = 5, byTenant
	plain, more, split := alert.Condition{ComplianceChecks: &s}, alert.Condition{ComplianceChecks: &several}, alert.Condition{ComplianceChecks: &tenant}
	held := plain
	held.Duration = 2 * time.Minute
	// results writes one series of checks with a result.
	results := func(e *exporter, namespace, outcome string, total func(time.Duration) float64) {
		e.series("compliance_checks_total", pod(namespace, "compliance-0", "check", "AC-3", "result", outcome), total)
	}
	passes := func(e *exporter, namespace string) {
		results(e, namespace, "pass", func(at time.Duration) float64 { return float64(at / interval) })
	}
	one := func(outcome string, total func(time.Duration) float64) func(*exporter) {
		return func(e *exporter) {
			passes(e, "tenant-a")
			results(e, "tenant-a", outcome, total)
		}
	}
	over := func(c check) check {
		c.clears = 2 * s.Window
		return c
	}
	checks := []check{
		over(fires("a rise from 3 to 4", plain, s.Window, one("failed", from(3, 4)))),
		over(fires("a series born at 1", plain, interval, one("failed", from(gone, 1)))),
		over(fires("a series born at 1, held for 2 minutes", held, 2*time.Minute, one("failed", from(gone, 1)))),
		over(fires("a series born at 0, then 1", plain, s.Window, one("failed", func(at time.Duration) float64 {
			switch {
			case at < fault-5*interval:
				return gone
			case at < fault:
				return 0
			default:
				return 1
			}
		}))),
		over(fires("a restart of the counter, then 1", plain, s.Window, one("failed", from(7, 1)))),
		quiet("a restart of the counter at 0", plain, one("failed", from(7, 0))),
		over(fires("born at 1 in a new pod, an old pod at 7", plain, interval, func(e *exporter) {
			results(e, "tenant-a", "failed", constant(7))
			e.series("compliance_checks_total", pod("tenant-a", "compliance-1", "check", "AC-3", "result", "failed"), from(gone, 1))
		})),
		quiet("7 failures of long ago", plain, one("failed", constant(7))),
		quiet("passes only", plain, one("passed", from(gone, 1))),
		quiet("a failed series born at 0", plain, one("failed", from(gone, 0))),
		quiet("no series", plain, none),
		fires("6 failures, more than 5 asked for", more, s.Window, one("failed", from(3, 9))),
		quiet("4 failures, more than 5 asked for", more, one("failed", from(3, 7))),
		only(over(fires("one tenant of three", split, interval, func(e *exporter) {
			each("tenant-c", func(tenant string, bad bool) {
				passes(e, tenant)
				results(e, tenant, "error", constant(2))
				if bad {
					results(e, tenant, "failed", from(gone, 1))
				}
			})
		})), "tenant-c"),
	}
	for _, outcome := range s.FailedValues {
		checks = append(checks, over(fires(fmt.Sprintf("result %q", outcome), plain, interval, one(outcome, from(gone, 1)))))
	}
	return checks
}

func absences() []check {
	s, tenant := alert.DefaultAbsence(), alert.DefaultAbsence()
	s.Metric, tenant.Metric, tenant.Scope = "http_requests_total", "http_requests_total", byTenant
	plain, split := alert.Condition{Absence: &s}, alert.Condition{Absence: &tenant}
	present := func(e *exporter, namespace string, value func(time.Duration) float64) {
		e.series("http_requests_total", pod(namespace, pods[0], "handler", "/v1/packs", "method", "GET", "status", "2xx"), value)
	}
	late := only(fires("one tenant of three", split, s.Window+interval, func(e *exporter) {
		each("tenant-a", func(tenant string, bad bool) {
			if bad {
				present(e, tenant, from(5, gone))
				return
			}
			present(e, tenant, constant(5))
		})
	}), "tenant-a")
	late.clears = time.Hour
	return []check{
		fires("the last series goes", plain, s.Window+interval, func(e *exporter) { present(e, "tenant-a", from(5, gone)) }),
		quiet("one series of two goes", plain, func(e *exporter) {
			present(e, "tenant-a", from(5, gone))
			present(e, "tenant-b", constant(5))
		}),
		quiet("a gap just under the window", plain, func(e *exporter) {
			present(e, "tenant-a", func(at time.Duration) float64 {
				if at >= fault && at < fault+s.Window-interval {
					return gone
				}
				return 5
			})
		}),
		quiet("there, but without traffic", plain, func(e *exporter) { present(e, "tenant-a", constant(0)) }),
		late,
		quiet("by tenant, never any", split, none),
		quiet("by tenant, a new one comes", split, func(e *exporter) {
			present(e, "tenant-a", constant(5))
			present(e, "tenant-b", from(gone, 5))
		}),
	}
}

func uptimes() []check {
	s := alert.DefaultUptime()
	s.CheckID = "api-abc123"
	plain := alert.Condition{Uptime: &s}
	regions := []string{"apac-singapore", "eur-belgium", "sa-brazil-sao_paulo", "usa-iowa", "usa-oregon", "usa-virginia"}
	// passed writes the results of a check that runs once a minute in a region;
	// the others are there to be left alone.
	passed := func(failing int) func(*exporter) {
		return func(e *exporter) {
			for i, region := range regions {
				for _, check := range []string{s.CheckID, "other-def456"} {
					after := 1.0
					if i < failing || check != s.CheckID {
						after = 0
					}
					value := from(1, after)
					e.series("monitoring_googleapis_com:uptime_check_check_passed", labels.FromStrings(
						"check_id", check, "checked_resource_id", "api.example.com", "checker_location", region,
						"host", "api.example.com", "monitored_resource", "uptime_url", "project_id", "my-project",
					), func(at time.Duration) float64 {
						if at%time.Minute != 0 {
							return gone
						}
						return value(at)
					})
				}
			}
		}
	}
	return []check{
		fires("two regions of six fail", plain, time.Minute, passed(2)),
		fires("all regions fail", plain, time.Minute, passed(6)),
		quiet("one region of six fails", plain, passed(1)),
		quiet("all pass, another check fails", plain, passed(0)),
		quiet("no series", plain, none),
	}
}
