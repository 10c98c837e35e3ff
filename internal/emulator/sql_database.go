package emulator

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"

	"google.golang.org/api/sqladmin/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const kindSQLDatabase = "sqlDatabases"

// sqlDatabaseKind serves the databases of instances.
var sqlDatabaseKind = kind{
	name: kindSQLDatabase, host: sqlHost, collection: true, inventory: sqlMadeByUser, errorForm: oldForm,
	denied: sqlDenied,
	permissions: map[string]string{
		"InsertSqlDatabase": "cloudsql.databases.create",
		"PatchSqlDatabase":  "cloudsql.databases.update",
		"UpdateSqlDatabase": "cloudsql.databases.update",
		"DeleteSqlDatabase": "cloudsql.databases.delete",
	},
	routes: func(s *Server) []route {
		q := sqlService{s: s}
		const one, all = "{name=projects/*/instances/*/databases/*}", "{parent=projects/*/instances/*}/databases"
		return sqlRoutes([]route{
			{method: "POST", path: all, rpc: "InsertSqlDatabase", handle: q.insertDatabase},
			{method: "GET", path: all, rpc: "ListSqlDatabases", handle: q.listDatabases},
			{method: "GET", path: one, rpc: "GetSqlDatabase", handle: q.getDatabase},
			{method: "PATCH", path: one, rpc: "PatchSqlDatabase", handle: q.changeDatabase},
			{method: "PUT", path: one, rpc: "UpdateSqlDatabase", handle: q.changeDatabase},
			{method: "DELETE", path: one, rpc: "DeleteSqlDatabase", handle: q.deleteDatabase},
		})
	},
}

// sqlDatabase is a database of an instance.
type sqlDatabase struct {
	Name      string `json:"name"`
	Charset   string `json:"charset"`
	Collation string `json:"collation"`
	// Initial is the database that an instance is born with.
	Initial bool `json:"initial,omitempty"`
}

// sqlMadeByUser leaves out what an instance is born with.
func sqlMadeByUser(value json.RawMessage) bool {
	var v struct {
		Initial bool `json:"initial"`
	}
	return json.Unmarshal(value, &v) == nil && !v.Initial
}

// What PostgreSQL and MySQL have, of the many that they take.
var (
	sqlDatabaseName = regexp.MustCompile(`^[^/\x00]{1,63}$`)
	sqlCollation    = regexp.MustCompile(`^[A-Za-z0-9_.@-]{1,63}$`)
)

func renderDatabase(inst *sqlInstance, db *sqlDatabase, api string) map[string]any {
	out := map[string]any{
		"kind": "sql#database", "name": db.Name, "charset": db.Charset, "collation": db.Collation, "instance": inst.Name, "project": inst.Project,
		"selfLink": sqlBase + api + "/" + inst.fullName() + "/databases/" + db.Name,
	}
	out["etag"] = sqlEtag(db)
	return out
}

// database loads a database and its instance.
func (q sqlService) database(ctx context.Context, ref string, find func(context.Context, string) (*sqlInstance, error)) (*sqlInstance, *sqlDatabase, int64, error) {
	parent, name, _ := strings.Cut(ref, "/databases/")
	inst, err := find(ctx, parent)
	if err != nil {
		return nil, nil, 0, err
	}
	db := &sqlDatabase{}
	version, err := q.s.load(kindSQLDatabase, inst.fullName()+"/databases/"+name, db)
	if status.Code(err) == codes.NotFound {
		err = sqlNotFound()
	}
	return inst, db, version, err
}

func (q sqlService) getDatabase(ctx context.Context, r *restRequest) (any, error) {
	inst, db, _, err := q.database(ctx, r.vars["name"], q.made)
	if err != nil {
		return nil, err
	}
	return renderDatabase(inst, db, r.vars["api"]), nil
}

func (q sqlService) listDatabases(ctx context.Context, r *restRequest) (any, error) {
	inst, err := q.made(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	all, err := listInto(q.s, kindSQLDatabase, inst.fullName(), func() *sqlDatabase { return &sqlDatabase{} })
	if err != nil {
		return nil, err
	}
	var items []any
	for _, db := range all {
		items = append(items, renderDatabase(inst, db, r.vars["api"]))
	}
	return sqlList("sql#databasesList", items, ""), nil
}

func (q sqlService) insertDatabase(ctx context.Context, r *restRequest) (any, error) {
	inst, err := q.running(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	in := &sqladmin.Database{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	db := &sqlDatabase{Name: in.Name, Charset: in.Charset, Collation: in.Collation}
	if sqlVersionByName(inst.Version).postgres() {
		if db.Charset == "" {
			db.Charset = "UTF8"
		}
		if db.Collation == "" {
			db.Collation = "en_US.UTF8"
		}
	} else {
		if db.Charset == "" {
			db.Charset = "utf8mb4"
		}
		if db.Collation == "" {
			db.Collation = "utf8mb4_0900_ai_ci"
		}
	}
	if err := checkDatabase(inst, in, db); err != nil {
		return nil, err
	}
	full := inst.fullName() + "/databases/" + db.Name
	if _, err := q.s.store.Get(kindSQLDatabase, full); err == nil {
		return nil, sqlInvalid("failed to create database %s. Detail: pq: database %q already exists\n.", db.Name, db.Name)
	}
	return q.within(ctx, r, inst, "CREATE_DATABASE", func() error { return q.s.create(kindSQLDatabase, inst.fullName(), full, db) })
}

func checkDatabase(inst *sqlInstance, in *sqladmin.Database, db *sqlDatabase) error {
	postgres := sqlVersionByName(inst.Version).postgres()
	switch {
	case in.SqlserverDatabaseDetails != nil:
		return notModelled("databases of SQL Server")
	case in.Instance != "" && in.Instance != inst.Name:
		return sqlInvalid("The instance %s of the database does not match that of the request.", in.Instance)
	case !sqlDatabaseName.MatchString(db.Name) || db.Name == "template0" || db.Name == "template1" || db.Name == "cloudsqladmin":
		return sqlInvalid("Invalid database name %q.", db.Name)
	case postgres && db.Charset != "UTF8":
		return sqlInvalid("Charset %q is not supported: PostgreSQL instances take UTF8.", db.Charset)
	case !sqlCollation.MatchString(db.Collation):
		return sqlInvalid("Invalid collation %q.", db.Collation)
	}
	return nil
}

// changeDatabase changes what a database can change: MySQL's charset and
// collation. PostgreSQL has none that is not fixed.
func (q sqlService) changeDatabase(ctx context.Context, r *restRequest) (any, error) {
	inst, db, version, err := q.database(ctx, r.vars["name"], q.running)
	if err != nil {
		return nil, err
	}
	in := &sqladmin.Database{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	if in.Name != "" && in.Name != db.Name {
		return nil, sqlInvalid("A database can not be renamed.")
	}
	next := *db
	if in.Charset != "" {
		next.Charset = in.Charset
	}
	if in.Collation != "" {
		next.Collation = in.Collation
	}
	if sqlVersionByName(inst.Version).postgres() && next != *db {
		return nil, sqlInvalid("The charset and the collation of a PostgreSQL database can not be changed.")
	}
	if err := checkDatabase(inst, in, &next); err != nil {
		return nil, err
	}
	return q.within(ctx, r, inst, "UPDATE_DATABASE", func() error {
		return q.s.update(kindSQLDatabase, inst.fullName()+"/databases/"+db.Name, version, &next)
	})
}

func (q sqlService) deleteDatabase(ctx context.Context, r *restRequest) (any, error) {
	inst, db, version, err := q.database(ctx, r.vars["name"], q.running)
	if err != nil {
		return nil, err
	}
	if db.Initial {
		return nil, sqlInvalid("failed to delete database %q. Detail: pq: cannot drop the currently open database\n.", db.Name)
	}
	return q.within(ctx, r, inst, "DELETE_DATABASE", func() error {
		return q.s.store.Delete(kindSQLDatabase, inst.fullName()+"/databases/"+db.Name, version)
	})
}

// bodyObject returns an object of the body as it was sent.
func bodyObject(r *restRequest, field string) (map[string]any, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(r.body, &raw); err != nil {
		return nil, invalid("Invalid JSON payload received. %s", jsonProblem(err))
	}
	out := map[string]any{}
	if len(raw[field]) == 0 {
		return out, nil
	}
	return out, json.Unmarshal(raw[field], &out)
}
