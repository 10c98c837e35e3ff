package series

import "math"

// poolSize is how many connections the pool of a pod can hold.
const poolSize = 20

func databaseMetrics() []Metric {
	const typ = "cloudsql_googleapis_com:database_"
	return []Metric{
		{
			Name: "db_pool_connections", Type: gaugeType, Help: "Connections of the pool that are in use.",
			make: func(w *world, b *builder) {
				w.each(jobAPI, func(p *pod) {
					c := p.pool()
					b.add("db_pool_connections", func(t float64) float64 { return math.Round(min(max(c.at(t), 1), poolSize)) }, p.target()...)
				})
			},
		},
		{
			Name: "db_pool_connections_max", Type: gaugeType, Help: "Connections that the pool can hold.",
			make: func(w *world, b *builder) {
				w.each(jobAPI, func(p *pod) {
					b.add("db_pool_connections_max", func(float64) float64 { return poolSize }, p.target()...)
				})
			},
		},
		{
			Name: typ + "postgresql_num_backends", Type: gaugeType, Unit: "1", Help: "Connections to the Cloud SQL PostgreSQL instance.",
			make: func(w *world, b *builder) {
				b.add(typ+"postgresql_num_backends", func(t float64) float64 {
					sum := 0.0
					w.each(jobAPI, func(p *pod) { sum += min(max(p.pool().at(t), 1), poolSize) })
					return math.Round(sum)
				}, w.sql("database", "cortx")...)
				b.add(typ+"postgresql_num_backends", func(float64) float64 { return 3 }, w.sql("database", "postgres")...)
			},
		},
		databaseGauge(typ+"cpu_utilization", "10^2.%", "Share of the reserved CPU that is in use.", curve{mean: 0.34, swing: 0.12, waver: 0.08}),
		databaseGauge(typ+"memory_utilization", "10^2.%", "Share of the memory that is in use.", curve{mean: 0.61, swing: 0.03, waver: 0.02}),
		databaseGauge(typ+"disk_utilization", "10^2.%", "Share of the disk that is in use.", curve{mean: 0.47, swing: 0.002, waver: 0.004}),
		databaseGauge(typ+"up", "1", "1 when the server is up.", curve{mean: 1}),
	}
}

// pool is the course of the connections that a pod uses.
func (p *pod) pool() curve {
	seed := hash(p.seed, "pool")
	return curve{
		mean: 4 + 3.5*min(p.ns.load, 1.6), swing: 2.2, waver: 1.6, peak: 13.5 * hour, seed: seed,
		incident: 8, trouble: p.ns.incidents,
	}
}

// sql returns the labels of a Cloud SQL database, and more.
func (w *world) sql(more ...string) []string {
	return append([]string{
		"monitored_resource", "cloudsql_database", "project_id", w.project, "region", w.location, "database_id", w.database,
	}, more...)
}

func databaseGauge(name, unit, help string, c curve) Metric {
	return Metric{Name: name, Type: gaugeType, Unit: unit, Help: help, make: func(w *world, b *builder) {
		c.peak, c.seed = 13.5*hour, hash(w.seed, w.database, name)
		b.add(name, c.at, w.sql()...)
	}}
}
