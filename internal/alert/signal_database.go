package alert

import (
	"fmt"
	"regexp"
)

// The metric of connections to a PostgreSQL instance, by database, as PromQL
// spells cloudsql.googleapis.com/database/postgresql/num_backends.
const (
	cloudSQLMetric   = "cloudsql_googleapis_com:database_postgresql_num_backends"
	cloudSQLResource = "cloudsql_database"
	cloudSQLID       = "database_id"
	resourceLabel    = "monitored_resource"
)

func (s DBConnections) query() string {
	if s.Source != SourceCloudSQL {
		// Sums of both sides, since a pool in use is often split by state and
		// the size of the pool is not: label for label, nothing would match.
		used := s.by("sum", over("avg_over_time", s.selector(s.Metric), s.Window))
		size := s.by("sum", over("avg_over_time", s.selector(s.MaxMetric), s.Window))
		return share(used, size) + " > " + promNumber(s.Threshold)
	}
	own := []matcher{equal(resourceLabel, cloudSQLResource)}
	if s.DatabaseID != "" {
		own = append(own, equal(cloudSQLID, s.DatabaseID))
	}
	used := s.by("sum", over("avg_over_time", s.selector(cloudSQLMetric, own...), s.Window), cloudSQLID)
	return fmt.Sprintf("%s / %d > %s", used, s.MaxConnections, promNumber(s.Threshold))
}

func (s DBConnections) title() string {
	what := "Database pool"
	if s.Source == SourceCloudSQL {
		what = "Cloud SQL connections"
	}
	return fmt.Sprintf("%s above %s over %s", what, percent(s.Threshold), promDuration(s.Window))
}

func guessPool(f facts) (Condition, bool) {
	if len(f.selectors) != 2 || len(f.numbers) != 2 {
		return Condition{}, false
	}
	used := f.selectors[0]
	return Condition{DBConnections: &DBConnections{
		Scope: f.scope(used), Source: SourcePool, Metric: used.metric, MaxMetric: f.selectors[1].metric,
		Threshold: f.numbers[1], Window: used.window,
	}}, true
}

func guessCloudSQL(f facts) (Condition, bool) {
	if len(f.selectors) != 1 || len(f.numbers) != 2 || f.selectors[0].metric != cloudSQLMetric || len(f.grouping) == 0 {
		return Condition{}, false
	}
	used, s := f.selectors[0], DefaultDBConnections()
	f.grouping = f.grouping[1:]
	s.Scope, s.Source = f.scope(used, resourceLabel, cloudSQLID), SourceCloudSQL
	s.DatabaseID, s.MaxConnections = used.equal[cloudSQLID], int64(f.numbers[0])
	s.Threshold, s.Window = f.numbers[1], used.window
	return Condition{DBConnections: &s}, true
}

var databaseID = regexp.MustCompile(`^[a-z0-9.:-]+:[a-z][a-z0-9-]*$`)

func (s DBConnections) validate(v *problems, at path) {
	v.share(at.To("threshold"), s.Threshold)
	v.window(at.To("window"), s.Window)
	switch s.Source {
	case SourcePool:
		v.metric(at.To("metric"), s.Metric)
		v.metric(at.To("max_metric"), s.MaxMetric)
		v.scope(at, s.Scope)
		if s.MaxConnections != 0 {
			v.Add(at.To("max_connections"), "The maximum of connections belongs to Cloud SQL.", `Remove max_connections, or set source = "cloud_sql": a pool has its maximum in max_metric.`)
		}
		if s.DatabaseID != "" {
			v.Add(at.To("database_id"), "The database belongs to Cloud SQL.", `Remove database_id, or set source = "cloud_sql"; a pool is narrowed with match_labels.`)
		}
	case SourceCloudSQL:
		v.scope(at, s.Scope, resourceLabel, cloudSQLID)
		if s.MaxConnections < 1 {
			v.Add(at.To("max_connections"), "The maximum of connections is missing.", "Set max_connections to the instance's max_connections flag (SHOW max_connections): Cloud Monitoring has a metric for the connections there are and none for the maximum.")
		}
		if s.DatabaseID != "" && !databaseID.MatchString(s.DatabaseID) {
			v.Add(at.To("database_id"), "The database is not a Cloud SQL instance.", fmt.Sprintf("Write PROJECT:INSTANCE; it is %q.", s.DatabaseID))
		}
		standard := DefaultDBConnections()
		if s.Metric != "" && s.Metric != standard.Metric {
			v.Add(at.To("metric"), "The metric belongs to a pool.", `Remove metric, or set source = "pool": with Cloud SQL the metric is its own.`)
		}
		if s.MaxMetric != "" && s.MaxMetric != standard.MaxMetric {
			v.Add(at.To("max_metric"), "The metric belongs to a pool.", `Remove max_metric, or set source = "pool": with Cloud SQL the maximum is max_connections.`)
		}
		if s.ByTenant && s.TenantLabel == DefaultTenantLabel {
			v.Add(at.To("tenant_label"), "Cloud SQL's metric has no such label.", `Set tenant_label = "database" (tenants with a database of their own), or leave by_tenant out.`)
		}
	default:
		v.Add(at.To("source"), "The source of connections is unknown.", fmt.Sprintf("Set source to %q or %q; it is %q.", SourcePool, SourceCloudSQL, s.Source))
	}
}
