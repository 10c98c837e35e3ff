package emulator

import (
	"context"
	"strconv"
	"strings"
)

// sqlCatalogueKind serves what Cloud SQL offers: flags and machine types.
var sqlCatalogueKind = kind{
	name: "sqlCatalogue", host: sqlHost, errorForm: oldForm,
	routes: func(s *Server) []route {
		q := sqlService{s: s}
		return sqlRoutes([]route{
			{method: "GET", path: "flags", rpc: "ListSqlFlags", query: []string{"databaseVersion", "flagScope"}, handle: listSQLFlags},
			{method: "GET", path: "{name=projects/*}/tiers", rpc: "ListSqlTiers", handle: q.listTiers},
		})
	},
}

func listSQLFlags(_ context.Context, r *restRequest) (any, error) {
	if r.query.Get("flagScope") != "" {
		return nil, notModelled("the scope of flags")
	}
	var applies []any
	for _, v := range sqlVersions() {
		if v.postgres() && (r.query.Get("databaseVersion") == "" || r.query.Get("databaseVersion") == v.name) {
			applies = append(applies, v.name)
		}
	}
	if len(applies) == 0 {
		return nil, notModelled("the flags of %s", r.query.Get("databaseVersion"))
	}
	var items []any
	for _, f := range postgresFlags() {
		item := map[string]any{"kind": "sql#flag", "name": f.name, "type": f.kind, "appliesTo": applies}
		if f.kind == flagInteger {
			item["minValue"], item["maxValue"] = strconv.FormatInt(f.min, 10), strconv.FormatInt(f.max, 10)
		}
		if len(f.values) > 0 {
			item["allowedStringValues"] = f.values
		}
		if f.restart {
			item["requiresRestart"] = true
		}
		items = append(items, item)
	}
	return sqlList("sql#flagsList", items, ""), nil
}

// listTiers lists the machine types that have names; custom ones are not
// listed.
func (q sqlService) listTiers(ctx context.Context, r *restRequest) (any, error) {
	if _, err := q.project(ctx, projectOf(strings.TrimSuffix(r.vars["name"], "/"))); err != nil {
		return nil, err
	}
	const gib = int64(1) << 30
	tier := func(name string, ram, disk int64) any {
		return map[string]any{
			"kind": "sql#tier", "tier": name, "RAM": strconv.FormatInt(ram, 10), "DiskQuota": strconv.FormatInt(disk, 10), "region": sqlRegions(),
		}
	}
	items := []any{tier("db-f1-micro", 644245094, 3062*gib), tier("db-g1-small", 1825361101, 3062*gib)}
	for _, cpus := range []int64{2, 4, 8, 16, 32, 48, 64, 80, 96, 128} {
		ram := cpus * 8 * gib
		if cpus == 128 {
			ram = 864 * gib
		}
		items = append(items, tier("db-perf-optimized-N-"+strconv.FormatInt(cpus, 10), ram, 65536*gib))
	}
	return sqlList("sql#tiersList", items, ""), nil
}
