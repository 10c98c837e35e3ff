package emulator

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"google.golang.org/api/sqladmin/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	sqlHost         = "sqladmin.googleapis.com"
	sqlBase         = "https://sqladmin.googleapis.com/"
	kindSQLInstance = "sqlInstances"
)

// What Cloud SQL's operations take. Creations are those that users report (8 to
// 10 minutes, more with a standby); the others are sober guesses.
const (
	sqlCreation        = 8 * time.Minute
	sqlRegionalExtra   = 2 * time.Minute
	sqlPatching        = time.Minute
	sqlRestarting      = 2 * time.Minute
	sqlUpgrading       = 10 * time.Minute
	sqlDeletion        = time.Minute
	sqlNameBlockedTime = 7 * 24 * time.Hour
)

// sqlInstanceKind serves the instances of Cloud SQL, in v1 and in v1beta4, which
// hashicorp/google speaks.
var sqlInstanceKind = kind{
	name: kindSQLInstance, host: sqlHost, collection: true, inventory: sqlInstanceStands, errorForm: oldForm,
	denied: sqlDenied,
	permissions: map[string]string{
		"InsertSqlInstance":  "cloudsql.instances.create",
		"PatchSqlInstance":   "cloudsql.instances.update",
		"UpdateSqlInstance":  "cloudsql.instances.update",
		"DeleteSqlInstance":  "cloudsql.instances.delete",
		"RestartSqlInstance": "cloudsql.instances.restart",
	},
	routes: func(s *Server) []route {
		q := sqlService{s: s}
		const one = "{name=projects/*/instances/*}"
		routes := []route{
			{method: "POST", path: "{parent=projects/*}/instances", rpc: "InsertSqlInstance", handle: q.insert},
			{method: "GET", path: one, rpc: "GetSqlInstance", handle: q.get},
			{method: "GET", path: "{parent=projects/*}/instances", rpc: "ListSqlInstances", query: []string{"filter", "maxResults", "pageToken"}, handle: q.list},
			{method: "PATCH", path: one, rpc: "PatchSqlInstance", handle: q.patch},
			{method: "PUT", path: one, rpc: "UpdateSqlInstance", handle: q.update},
			{
				method: "DELETE", path: one, rpc: "DeleteSqlInstance", handle: q.delete,
				query: []string{"enableFinalBackup", "finalBackupTtlDays", "finalBackupExpiryTime", "finalBackupDescription"},
			},
			{method: "POST", path: one + "/restart", rpc: "RestartSqlInstance", handle: q.restart},
			{method: "GET", path: one + "/connectSettings", rpc: "GetConnectSettings", query: []string{"readTime"}, handle: q.connectSettings},
		}
		for _, verb := range []string{
			"clone", "failover", "export", "import", "promoteReplica", "demoteMaster", "demote", "restoreBackup", "rotateServerCa", "addServerCa",
			"startReplica", "stopReplica", "switchover", "truncateLog", "resetSslConfig", "rescheduleMaintenance", "reencrypt",
		} {
			routes = append(routes, route{
				method: "POST", path: one + "/" + verb, rpc: strings.ToUpper(verb[:1]) + verb[1:] + "SqlInstance",
				handle: func(context.Context, *restRequest) (any, error) {
					return nil, notModelled("%s of a Cloud SQL instance", verb)
				},
			})
		}
		return sqlRoutes(routes)
	},
}

// sqlRoutes serves each route under the paths of both versions.
func sqlRoutes(routes []route) []route {
	out := make([]route, 0, 2*len(routes))
	for _, rt := range routes {
		for _, api := range []string{"v1", "sql/v1beta4"} {
			versioned := rt
			versioned.path = "/" + api + "/" + rt.path
			versioned.handle = func(ctx context.Context, r *restRequest) (any, error) {
				r.vars["api"] = api
				return rt.handle(ctx, r)
			}
			out = append(out, versioned)
		}
	}
	return out
}

type sqlService struct{ s *Server }

// sqlInstance is an instance with the times at which it changes.
type sqlInstance struct {
	Project  string         `json:"project"`
	Name     string         `json:"name"`
	Region   string         `json:"region"`
	Version  string         `json:"version"`
	KmsKey   string         `json:"kmsKey,omitempty"`
	Settings map[string]any `json:"settings"`
	// Revision is the settings' version.
	Revision int64     `json:"revision"`
	Created  time.Time `json:"created"`
	// Ready is when its creation is done, Failed that it fails then.
	Ready  time.Time `json:"ready"`
	Failed bool      `json:"failed,omitempty"`
	// Busy is until when an operation runs; then Next is in force.
	Busy time.Time  `json:"busy"`
	Next *sqlChange `json:"next,omitempty"`
	// Gone is when its deletion is done.
	Gone     *time.Time  `json:"gone,omitempty"`
	Assigned sqlAssigned `json:"assigned"`

	stored int64
}

type sqlChange struct {
	Version  string         `json:"version"`
	Settings map[string]any `json:"settings"`
}

// sqlInstanceStands leaves out what is deleted or about to be; a deletion that
// hangs leaves the instance standing.
func sqlInstanceStands(value json.RawMessage) bool {
	var inst sqlInstance
	return json.Unmarshal(value, &inst) == nil && (inst.Gone == nil || inst.Gone.Equal(never))
}

func (inst *sqlInstance) fullName() string { return sqlInstanceName(inst.Project, inst.Name) }

func sqlInstanceName(project, name string) string {
	return "projects/" + project + "/instances/" + name
}

// settle puts in force what is due.
func (inst *sqlInstance) settle(now time.Time) {
	if inst.Next != nil && !now.Before(inst.Busy) {
		inst.Version, inst.Settings = inst.Next.Version, inst.Next.Settings
		inst.Next = nil
		inst.Revision++
	}
}

func (inst *sqlInstance) state(now time.Time) string {
	switch {
	case inst.Gone != nil:
		return "PENDING_DELETE"
	case now.Before(inst.Ready):
		return "PENDING_CREATE"
	case inst.Failed:
		return "FAILED"
	}
	return "RUNNABLE"
}

// project resolves a project that uses Cloud SQL.
func (q sqlService) project(ctx context.Context, ref string) (string, error) {
	return q.s.useProject(ctx, ref, sqlHost)
}

// instance loads the instance of a name, as it is now.
func (q sqlService) instance(ctx context.Context, ref string) (*sqlInstance, error) {
	project, name, _ := strings.Cut(strings.TrimPrefix(ref, "projects/"), "/instances/")
	project, err := q.project(ctx, project)
	if err != nil {
		return nil, err
	}
	inst, err := q.find(project, name)
	if err != nil {
		return nil, err
	}
	if inst == nil || inst.Gone != nil && !q.s.now().Before(*inst.Gone) {
		return nil, sqlNoInstance()
	}
	return inst, nil
}

// find returns what is stored under a name, a deleted instance too, or nil.
func (q sqlService) find(project, name string) (*sqlInstance, error) {
	inst := &sqlInstance{}
	version, err := q.s.load(kindSQLInstance, sqlInstanceName(project, name), inst)
	if status.Code(err) == codes.NotFound {
		return nil, nil
	}
	inst.stored = version
	inst.settle(q.s.now())
	return inst, err
}

// free is instance for a call that changes it: nothing else runs, and it is well.
func (q sqlService) free(ctx context.Context, ref string) (*sqlInstance, error) {
	inst, err := q.instance(ctx, ref)
	if err != nil {
		return nil, err
	}
	if q.s.now().Before(inst.Busy) {
		return nil, sqlBusy()
	}
	return inst, nil
}

// running is free for a call that needs the database.
func (q sqlService) running(ctx context.Context, ref string) (*sqlInstance, error) {
	inst, err := q.free(ctx, ref)
	if err != nil {
		return nil, err
	}
	if inst.Failed {
		return nil, sqlWrongState()
	}
	if inst.Settings["activationPolicy"] == "NEVER" {
		return nil, sqlInvalid("Invalid request since instance is not running.")
	}
	return inst, nil
}

// save stores the instance; a change by someone else since it was read means
// that an operation has begun.
func (q sqlService) save(inst *sqlInstance) error {
	err := q.s.update(kindSQLInstance, inst.fullName(), inst.stored, inst)
	if status.Code(err) == codes.Aborted {
		return sqlBusy()
	}
	return err
}

func (q sqlService) get(ctx context.Context, r *restRequest) (any, error) {
	inst, err := q.instance(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	return q.render(inst, r.vars["api"]), nil
}

func (q sqlService) list(ctx context.Context, r *restRequest) (any, error) {
	project, err := q.project(ctx, projectOf(r.vars["parent"]))
	if err != nil {
		return nil, err
	}
	if r.query.Get("filter") != "" {
		return nil, notModelled("the filter of Cloud SQL instances")
	}
	all, err := listInto(q.s, kindSQLInstance, "projects/"+project, func() *sqlInstance { return &sqlInstance{} })
	if err != nil {
		return nil, err
	}
	now := q.s.now()
	var standing []*sqlInstance
	for _, inst := range all {
		if inst.settle(now); inst.Gone == nil || now.Before(*inst.Gone) {
			standing = append(standing, inst)
		}
	}
	page, next, err := sqlPage(standing, r, "instances "+project)
	if err != nil {
		return nil, err
	}
	var items []any
	for _, inst := range page {
		items = append(items, q.render(inst, r.vars["api"]))
	}
	return sqlList("sql#instancesList", items, next), nil
}

func (q sqlService) insert(ctx context.Context, r *restRequest) (any, error) {
	project, err := q.project(ctx, projectOf(r.vars["parent"]))
	if err != nil {
		return nil, err
	}
	in, settings, err := decodeInstance(r)
	if err != nil {
		return nil, err
	}
	version, err := checkNewInstance(project, in)
	if err != nil {
		return nil, err
	}
	settings = mergeJSON(map[string]any{}, settings)
	now := q.s.now()
	inst := &sqlInstance{Project: project, Name: in.Name, Region: in.Region, Version: version.name, Settings: settings, Revision: 1, Created: now}
	if inst.Region == "" {
		inst.Region = "us-central1"
	}
	if in.DiskEncryptionConfiguration != nil {
		inst.KmsKey = in.DiskEncryptionConfiguration.KmsKeyName
	}
	q.fillSettings(inst, version, inst.Settings)
	if err := checkSettings(inst, version, inst.Settings); err != nil {
		return nil, err
	}
	if err := q.checkKey(inst); err != nil {
		return nil, err
	}
	old, err := q.find(project, in.Name)
	if err != nil {
		return nil, err
	}
	if old != nil {
		if old.Gone == nil || now.Before(old.Gone.Add(sqlNameBlockedTime)) {
			return nil, sqlNameTaken()
		}
		if err := q.s.store.Delete(kindSQLInstance, old.fullName(), 0); err != nil {
			return nil, err
		}
	}
	d := sqlCreation
	if settings["availabilityType"] == "REGIONAL" {
		d += sqlRegionalExtra
	}
	doneAt, failure := q.s.operationFate(ctx, d)
	inst.Ready, inst.Busy, inst.Failed = doneAt, doneAt, failure != nil
	if inst.Assigned, err = q.assign(inst, version); err != nil {
		return nil, err
	}
	if err := q.s.create(kindSQLInstance, "projects/"+project, inst.fullName(), inst); err != nil {
		return nil, err
	}
	if failure == nil {
		if err := q.makeFirstUser(inst, version); err != nil {
			return nil, err
		}
	}
	return q.start(r, inst, "CREATE", doneAt, failure)
}

// start stores an operation on the instance and renders the call's reply.
func (q sqlService) start(r *restRequest, inst *sqlInstance, opType string, doneAt time.Time, failure *operationStatus) (any, error) {
	op, err := q.s.startSQLOperation(inst.Project, inst.Name, opType, doneAt, failure)
	if err != nil {
		return nil, err
	}
	return op.render(r.vars["api"], q.s.now(), true), nil
}

// run is start for an operation that keeps others off the instance.
func (q sqlService) run(ctx context.Context, r *restRequest, inst *sqlInstance, opType string, d time.Duration, next *sqlChange) (any, error) {
	doneAt, failure := q.s.operationFate(ctx, d)
	inst.Busy = doneAt
	if failure == nil {
		inst.Next = next
	}
	if err := q.save(inst); err != nil {
		return nil, err
	}
	return q.start(r, inst, opType, doneAt, failure)
}

func (q sqlService) patch(ctx context.Context, r *restRequest) (any, error) {
	return q.change(ctx, r, func(inst *sqlInstance, settings map[string]any) map[string]any {
		return mergeJSON(cloneJSON(inst.Settings), settings)
	})
}

// update replaces the settings, but for what an instance can't be without.
func (q sqlService) update(ctx context.Context, r *restRequest) (any, error) {
	return q.change(ctx, r, func(inst *sqlInstance, settings map[string]any) map[string]any {
		next := mergeJSON(map[string]any{}, settings)
		for _, name := range []string{"edition", "dataDiskSizeGb", "dataDiskType", "locationPreference"} {
			if _, ok := next[name]; !ok && inst.Settings[name] != nil {
				next[name] = inst.Settings[name]
			}
		}
		return next
	})
}

func (q sqlService) change(ctx context.Context, r *restRequest, merge func(*sqlInstance, map[string]any) map[string]any) (any, error) {
	inst, err := q.free(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	if inst.Failed {
		return nil, sqlWrongState()
	}
	in, settings, err := decodeInstance(r)
	if err != nil {
		return nil, err
	}
	if in.Settings != nil && in.Settings.SettingsVersion != 0 && in.Settings.SettingsVersion != inst.Revision {
		return nil, sqlStale()
	}
	version, err := checkChangedInstance(inst, in)
	if err != nil {
		return nil, err
	}
	next := &sqlChange{Version: version.name, Settings: inst.Settings}
	if settings != nil {
		next.Settings = merge(inst, settings)
	}
	q.fillSettings(inst, version, next.Settings)
	if err := checkSettings(inst, version, next.Settings); err != nil {
		return nil, err
	}
	if err := checkSettingsChange(inst, next.Settings); err != nil {
		return nil, err
	}
	return q.run(ctx, r, inst, "UPDATE", sqlChangeTime(inst, next), next)
}

// sqlChangeTime is what a change takes.
func sqlChangeTime(inst *sqlInstance, next *sqlChange) time.Duration {
	switch {
	case next.Version != inst.Version:
		return sqlUpgrading
	case sqlNeedsRestart(inst.Settings, next.Settings):
		return sqlRestarting
	}
	return sqlPatching
}

func (q sqlService) restart(ctx context.Context, r *restRequest) (any, error) {
	inst, err := q.running(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	return q.run(ctx, r, inst, "RESTART", sqlPatching, nil)
}

func (q sqlService) delete(ctx context.Context, r *restRequest) (any, error) {
	inst, err := q.free(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	if inst.Settings["deletionProtectionEnabled"] == true {
		return nil, sqlError(400, codes.FailedPrecondition, "invalid",
			"The instance is protected. Please disable the deletion protection and try again. To disable deletion protection, update the instance settings with deletionProtectionEnabled set to false.")
	}
	final, err := q.finalBackup(inst, r)
	if err != nil {
		return nil, err
	}
	doneAt, failure := q.s.operationFate(ctx, sqlDeletion)
	inst.Busy = doneAt
	if failure == nil {
		inst.Gone = &doneAt
	}
	if err := q.save(inst); err != nil {
		return nil, err
	}
	if failure == nil {
		if err := q.dropContents(inst); err != nil {
			return nil, err
		}
		if err := q.keepBackups(inst, final); err != nil {
			return nil, err
		}
	}
	return q.start(r, inst, "DELETE", doneAt, failure)
}

// dropContents removes what lies in a deleted instance.
func (q sqlService) dropContents(inst *sqlInstance) error {
	for _, kindName := range []string{kindSQLUser, kindSQLDatabase, kindSQLCert} {
		for _, e := range q.s.store.List(kindName, inst.fullName()) {
			if err := q.s.store.Delete(kindName, e.Name, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// decodeInstance reads the body of a write: the typed form for the rules, and
// the settings as they were sent, so that false and absent stay apart.
func decodeInstance(r *restRequest) (*sqladmin.DatabaseInstance, map[string]any, error) {
	in := &sqladmin.DatabaseInstance{}
	if err := r.decode(in); err != nil {
		return nil, nil, err
	}
	var raw struct {
		Settings map[string]any `json:"settings"`
	}
	if len(r.body) > 0 {
		if err := json.Unmarshal(r.body, &raw); err != nil {
			return nil, nil, invalid("Invalid JSON payload received. %s", jsonProblem(err))
		}
	}
	return in, raw.Settings, nil
}
