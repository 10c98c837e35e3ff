package emulator

import (
	"context"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/sqladmin/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	kindSQLBackup    = "sqlBackups"
	kindSQLBackupRun = "sqlBackupRuns"
	// sqlBackingUp is what a backup of a small instance takes, by a sober guess.
	sqlBackingUp = 2 * time.Minute
)

// sqlBackupRunKind serves the backups of a standing instance. Automatic ones are
// not made: nothing runs here on its own.
var sqlBackupRunKind = kind{
	name: kindSQLBackupRun, host: sqlHost, errorForm: oldForm,
	denied: sqlDenied,
	permissions: map[string]string{
		"InsertBackupRun": "cloudsql.backupRuns.create",
		"DeleteBackupRun": "cloudsql.backupRuns.delete",
	},
	routes: func(s *Server) []route {
		q := sqlService{s: s}
		const one, all = "{name=projects/*/instances/*/backupRuns/*}", "{parent=projects/*/instances/*}/backupRuns"
		return sqlRoutes([]route{
			{method: "POST", path: all, rpc: "InsertBackupRun", handle: q.insertBackupRun},
			{method: "GET", path: all, rpc: "ListBackupRuns", query: []string{"maxResults", "pageToken"}, handle: q.listBackupRuns},
			{method: "GET", path: one, rpc: "GetBackupRun", handle: q.getBackupRun},
			{method: "DELETE", path: one, rpc: "DeleteBackupRun", handle: q.deleteBackupRun},
		})
	},
}

// sqlBackupKind serves the backups that outlive their instance. They are what a
// deletion was told to keep and end by themselves, so they are no leftovers in
// the inventory.
var sqlBackupKind = kind{
	name: kindSQLBackup, host: sqlHost, errorForm: oldForm,
	routes: func(s *Server) []route {
		q := sqlService{s: s}
		const one, all = "{name=projects/*/backups/*}", "{parent=projects/*}/backups"
		return sqlRoutes([]route{
			{method: "GET", path: all, rpc: "ListSqlBackups", query: []string{"pageSize", "pageToken", "filter"}, handle: q.listBackups},
			{method: "GET", path: one, rpc: "GetSqlBackup", handle: q.getBackup},
			{method: "DELETE", path: one, rpc: "DeleteSqlBackup", handle: q.deleteBackup},
			{method: "POST", path: all, rpc: "CreateSqlBackup", handle: func(context.Context, *restRequest) (any, error) {
				return nil, notModelled("the creation of a backup by projects.backups; use backupRuns")
			}},
		})
	},
}

type sqlBackupRun struct {
	ID          int64     `json:"id"`
	Description string    `json:"description,omitempty"`
	Location    string    `json:"location"`
	Version     string    `json:"version"`
	Began       time.Time `json:"began"`
	DoneAt      time.Time `json:"doneAt"`
	Failed      bool      `json:"failed,omitempty"`
}

func backupLocation(inst *sqlInstance) string {
	backups, _ := inst.Settings["backupConfiguration"].(map[string]any)
	if location, _ := backups["location"].(string); location != "" {
		return location
	}
	// A backup goes to the multi-region next to its instance.
	switch multi, _, _ := strings.Cut(inst.Region, "-"); multi {
	case "us", "asia":
		return multi
	case "europe":
		return "eu"
	}
	return inst.Region
}

func (q sqlService) insertBackupRun(ctx context.Context, r *restRequest) (any, error) {
	inst, err := q.running(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	in := &sqladmin.BackupRun{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	if in.Location != "" {
		return nil, notModelled("the location of one backup")
	}
	doneAt, failure := q.s.operationFate(ctx, sqlBackingUp)
	run := &sqlBackupRun{
		ID: q.s.now().UnixMilli(), Description: in.Description, Location: backupLocation(inst), Version: inst.Version,
		Began: q.s.now(), DoneAt: doneAt, Failed: failure != nil,
	}
	inst.Busy = doneAt
	if err := q.save(inst); err != nil {
		return nil, err
	}
	if err := q.s.create(kindSQLBackupRun, inst.fullName(), inst.fullName()+"/backupRuns/"+strconv.FormatInt(run.ID, 10), run); err != nil {
		return nil, err
	}
	return q.start(r, inst, "BACKUP_VOLUME", doneAt, failure)
}

func (q sqlService) renderBackupRun(inst *sqlInstance, run *sqlBackupRun, api string) map[string]any {
	id := strconv.FormatInt(run.ID, 10)
	out := map[string]any{
		"kind": "sql#backupRun", "id": id, "instance": inst.Name, "location": run.Location, "type": "ON_DEMAND", "backupKind": "SNAPSHOT",
		"databaseVersion": run.Version, "enqueuedTime": sqlTime(run.Began), "startTime": sqlTime(run.Began), "windowStartTime": sqlTime(run.Began),
		"status": "RUNNING", "selfLink": sqlBase + api + "/" + inst.fullName() + "/backupRuns/" + id,
	}
	if run.Description != "" {
		out["description"] = run.Description
	}
	if !q.s.now().Before(run.DoneAt) {
		out["status"], out["endTime"] = "SUCCESSFUL", sqlTime(run.DoneAt)
		if run.Failed {
			out["status"] = "FAILED"
		}
	}
	return out
}

func (q sqlService) listBackupRuns(ctx context.Context, r *restRequest) (any, error) {
	inst, err := q.instance(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	all, err := listInto(q.s, kindSQLBackupRun, inst.fullName(), func() *sqlBackupRun { return &sqlBackupRun{} })
	if err != nil {
		return nil, err
	}
	page, next, err := sqlPage(all, r, "backupRuns "+inst.fullName())
	if err != nil {
		return nil, err
	}
	var items []any
	for _, run := range page {
		items = append(items, q.renderBackupRun(inst, run, r.vars["api"]))
	}
	return sqlList("sql#backupRunsList", items, next), nil
}

func (q sqlService) backupRun(ctx context.Context, ref string, find func(context.Context, string) (*sqlInstance, error)) (*sqlInstance, *sqlBackupRun, error) {
	parent, id, _ := strings.Cut(ref, "/backupRuns/")
	inst, err := find(ctx, parent)
	if err != nil {
		return nil, nil, err
	}
	run := &sqlBackupRun{}
	_, err = q.s.load(kindSQLBackupRun, inst.fullName()+"/backupRuns/"+id, run)
	if status.Code(err) == codes.NotFound {
		err = sqlError(404, codes.NotFound, "backupRunDoesNotExist", "The backup run does not exist.")
	}
	return inst, run, err
}

func (q sqlService) getBackupRun(ctx context.Context, r *restRequest) (any, error) {
	inst, run, err := q.backupRun(ctx, r.vars["name"], q.instance)
	if err != nil {
		return nil, err
	}
	return q.renderBackupRun(inst, run, r.vars["api"]), nil
}

func (q sqlService) deleteBackupRun(ctx context.Context, r *restRequest) (any, error) {
	inst, run, err := q.backupRun(ctx, r.vars["name"], q.free)
	if err != nil {
		return nil, err
	}
	op, err := q.run(ctx, r, inst, "DELETE_VOLUME", sqlCertTime, nil)
	if err != nil {
		return nil, err
	}
	return op, q.s.store.Delete(kindSQLBackupRun, inst.fullName()+"/backupRuns/"+strconv.FormatInt(run.ID, 10), 0)
}

type sqlBackup struct {
	ID          string    `json:"id"`
	Type        string    `json:"type"`
	Instance    string    `json:"instance"`
	Description string    `json:"description,omitempty"`
	Location    string    `json:"location"`
	Version     string    `json:"version"`
	KmsKey      string    `json:"kmsKey,omitempty"`
	Began       time.Time `json:"began"`
	Deleted     time.Time `json:"deleted"`
	// Expires is when it ends; zero when it does not.
	Expires time.Time `json:"expires"`
	Days    int64     `json:"days,omitempty"`
}

// finalBackup returns the backup that the deletion of an instance is to make, by
// its settings or the request, or nil.
func (q sqlService) finalBackup(inst *sqlInstance, r *restRequest) (*sqlBackup, error) {
	var set sqladmin.Settings
	if err := typedSettings(inst.Settings, &set); err != nil {
		return nil, err
	}
	wanted, days := false, int64(0)
	if set.FinalBackupConfig != nil {
		wanted, days = set.FinalBackupConfig.Enabled, set.FinalBackupConfig.RetentionDays
	}
	if v := r.query.Get("enableFinalBackup"); v != "" {
		wanted = v == "true"
	}
	if r.query.Get("finalBackupExpiryTime") != "" {
		return nil, notModelled("the finalBackupExpiryTime of a deletion")
	}
	if v := r.query.Get("finalBackupTtlDays"); v != "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n < 1 || n > 365 {
			return nil, sqlInvalid("The retention days of the final backup must be between 1 and 365.")
		}
		days = n
	}
	if !wanted || inst.Failed {
		return nil, nil
	}
	if days == 0 {
		days = 30
	}
	now := q.s.now()
	return &sqlBackup{
		ID: q.s.newUUID(), Type: "FINAL", Instance: inst.Name, Description: r.query.Get("finalBackupDescription"), Location: backupLocation(inst),
		Version: inst.Version, KmsKey: inst.KmsKey, Began: now, Deleted: now, Days: days, Expires: now.AddDate(0, 0, int(days)),
	}, nil
}

// keepBackups keeps what outlives a deleted instance and removes the rest.
func (q sqlService) keepBackups(inst *sqlInstance, final *sqlBackup) error {
	var kept []*sqlBackup
	if final != nil {
		kept = append(kept, final)
	}
	for _, e := range q.s.store.List(kindSQLBackupRun, inst.fullName()) {
		var run sqlBackupRun
		if err := decode(e.Value, &run); err != nil {
			return err
		}
		if inst.Settings["retainBackupsOnDelete"] == true && !run.Failed {
			kept = append(kept, &sqlBackup{
				ID: q.s.newUUID(), Type: "ON_DEMAND", Instance: inst.Name, Description: run.Description, Location: run.Location,
				Version: run.Version, KmsKey: inst.KmsKey, Began: run.Began, Deleted: q.s.now(),
			})
		}
		if err := q.s.store.Delete(kindSQLBackupRun, e.Name, 0); err != nil {
			return err
		}
	}
	for _, b := range kept {
		if err := q.s.create(kindSQLBackup, "projects/"+inst.Project, "projects/"+inst.Project+"/backups/"+b.ID, b); err != nil {
			return err
		}
	}
	return nil
}

func renderBackup(project string, b *sqlBackup, api string) map[string]any {
	name := "projects/" + project + "/backups/" + b.ID
	out := map[string]any{
		"kind": "sql#backup", "name": name, "selfLink": sqlBase + api + "/" + name, "type": b.Type, "state": "SUCCESSFUL", "instance": b.Instance,
		"location": b.Location, "databaseVersion": b.Version, "backupKind": "SNAPSHOT", "instanceDeletionTime": sqlTime(b.Deleted),
		"backupInterval": map[string]any{"startTime": sqlTime(b.Began), "endTime": sqlTime(b.Began)},
	}
	if b.Description != "" {
		out["description"] = b.Description
	}
	if b.KmsKey != "" {
		out["kmsKey"] = b.KmsKey
	}
	if b.Days > 0 {
		out["ttlDays"], out["expiryTime"] = strconv.FormatInt(b.Days, 10), sqlTime(b.Expires)
	}
	return out
}

func (q sqlService) listBackups(ctx context.Context, r *restRequest) (any, error) {
	project, err := q.project(ctx, projectOf(r.vars["parent"]))
	if err != nil {
		return nil, err
	}
	if r.query.Get("filter") != "" {
		return nil, notModelled("the filter of Cloud SQL backups")
	}
	all, err := listInto(q.s, kindSQLBackup, "projects/"+project, func() *sqlBackup { return &sqlBackup{} })
	if err != nil {
		return nil, err
	}
	var items []any
	for _, b := range all {
		if b.stands(q.s.now()) {
			items = append(items, renderBackup(project, b, r.vars["api"]))
		}
	}
	page, next, err := pageOf(items, r.query, "sql backups "+project, 500, 2000)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	if len(page) > 0 {
		out["backups"] = page
	}
	if next != "" {
		out["nextPageToken"] = next
	}
	return out, nil
}

func (b *sqlBackup) stands(now time.Time) bool { return b.Expires.IsZero() || now.Before(b.Expires) }

func (q sqlService) backup(ctx context.Context, ref string) (string, *sqlBackup, error) {
	project, id, _ := strings.Cut(strings.TrimPrefix(ref, "projects/"), "/backups/")
	project, err := q.project(ctx, project)
	if err != nil {
		return "", nil, err
	}
	b := &sqlBackup{}
	_, err = q.s.load(kindSQLBackup, "projects/"+project+"/backups/"+id, b)
	if status.Code(err) == codes.NotFound || err == nil && !b.stands(q.s.now()) {
		err = sqlError(404, codes.NotFound, "backupDoesNotExist", "The backup does not exist.")
	}
	return project, b, err
}

func (q sqlService) getBackup(ctx context.Context, r *restRequest) (any, error) {
	project, b, err := q.backup(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	return renderBackup(project, b, r.vars["api"]), nil
}

func (q sqlService) deleteBackup(ctx context.Context, r *restRequest) (any, error) {
	project, b, err := q.backup(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	doneAt, failure := q.s.operationFate(ctx, sqlCertTime)
	if failure == nil {
		if err := q.s.store.Delete(kindSQLBackup, "projects/"+project+"/backups/"+b.ID, 0); err != nil {
			return nil, err
		}
	}
	op, err := q.s.startSQLOperation(project, b.Instance, "DELETE_BACKUP", doneAt, failure)
	if err != nil {
		return nil, err
	}
	return op.render(r.vars["api"], q.s.now(), true), nil
}
