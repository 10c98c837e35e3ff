package emulator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// kindSQLOperation is the kind of Cloud SQL's operations, which have a form of
// their own.
const kindSQLOperation = "sqlOperations"

// sqlCaller is whom operations name: the emulator authenticates nobody.
const sqlCaller = "emulator@example.com"

// sqlOperationKind serves the operations of Cloud SQL.
var sqlOperationKind = kind{
	name: kindSQLOperation, host: sqlHost, errorForm: oldForm,
	routes: func(s *Server) []route {
		q := sqlService{s: s}
		return sqlRoutes([]route{
			{method: "GET", path: "{name=projects/*/operations/*}", rpc: "GetSqlOperation", handle: q.getOperation},
			{method: "GET", path: "{parent=projects/*}/operations", rpc: "ListSqlOperations", query: []string{"instance", "maxResults", "pageToken", "filter"}, handle: q.listOperations},
			{method: "POST", path: "{name=projects/*/operations/*}/cancel", rpc: "CancelSqlOperation", handle: func(context.Context, *restRequest) (any, error) {
				return nil, notModelled("the cancellation of a Cloud SQL operation")
			}},
		})
	},
}

// sqlOperation is an operation with the time at which it is done.
type sqlOperation struct {
	ID       string           `json:"id"`
	Type     string           `json:"type"`
	Project  string           `json:"project"`
	Target   string           `json:"target"`
	Inserted time.Time        `json:"inserted"`
	DoneAt   time.Time        `json:"doneAt"`
	Failure  *operationStatus `json:"failure,omitempty"`
}

// startSQLOperation stores an operation. doneAt and failure are what
// operationFate decided.
func (s *Server) startSQLOperation(project, target, opType string, doneAt time.Time, failure *operationStatus) (*sqlOperation, error) {
	op := &sqlOperation{
		ID: s.newUUID(), Type: opType, Project: project, Target: target,
		Inserted: s.now(), DoneAt: doneAt, Failure: failure,
	}
	return op, s.create(kindSQLOperation, "projects/"+project, "projects/"+project+"/operations/"+op.ID, op)
}

// hex returns n random hexadecimal digits, from the server's seed.
func (q sqlService) hex(n int) string { return hex.EncodeToString(q.s.randomBytes((n + 1) / 2))[:n] }

// render shows an operation as it stands at a time. fresh is the reply of the
// call that starts it: an operation of an instance is PENDING there, however
// short it is; one on a user is done by then, as recorded.
func (op *sqlOperation) render(api string, now time.Time, fresh bool) map[string]any {
	link := sqlBase + api + "/projects/" + op.Project
	out := map[string]any{
		"kind": "sql#operation", "name": op.ID, "operationType": op.Type, "status": "PENDING", "user": sqlCaller,
		"insertTime": sqlTime(op.Inserted), "selfLink": link + "/operations/" + op.ID,
		"targetId": op.Target, "targetLink": link + "/instances/" + op.Target, "targetProject": op.Project,
	}
	if fresh && !op.immediate() {
		return out
	}
	out["startTime"] = sqlTime(op.Inserted)
	if now.Before(op.DoneAt) {
		out["status"] = "RUNNING"
		return out
	}
	out["status"], out["endTime"] = "DONE", sqlTime(op.DoneAt)
	if op.Failure != nil {
		out["error"] = map[string]any{"kind": "sql#operationErrors", "errors": []any{map[string]any{
			"kind": "sql#operationError", "code": sqlErrorCode(op.Failure.Code), "message": op.Failure.Message,
		}}}
	}
	return out
}

// immediate tells which operations the service has finished when it replies.
func (op *sqlOperation) immediate() bool {
	return strings.HasSuffix(op.Type, "_USER") || strings.HasSuffix(op.Type, "_DATABASE")
}

// sqlErrorCode is the code in an operation's error.
func sqlErrorCode(c codes.Code) string {
	if c == codes.Internal {
		return "INTERNAL_ERROR"
	}
	return codeName(c)
}

// sqlTime renders a time as Cloud SQL does.
func sqlTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

func (q sqlService) getOperation(ctx context.Context, r *restRequest) (any, error) {
	project, id, _ := strings.Cut(strings.TrimPrefix(r.vars["name"], "projects/"), "/operations/")
	project, err := q.project(ctx, project)
	if err != nil {
		return nil, err
	}
	var op sqlOperation
	if _, err := q.s.load(kindSQLOperation, "projects/"+project+"/operations/"+id, &op); err != nil {
		if status.Code(err) == codes.NotFound {
			err = sqlError(404, codes.NotFound, "operationDoesNotExist", "The Cloud SQL operation does not exist.")
		}
		return nil, err
	}
	return op.render(r.vars["api"], q.s.now(), false), nil
}

func (q sqlService) listOperations(ctx context.Context, r *restRequest) (any, error) {
	project, err := q.project(ctx, projectOf(r.vars["parent"]))
	if err != nil {
		return nil, err
	}
	if r.query.Get("filter") != "" {
		return nil, notModelled("the filter of Cloud SQL operations")
	}
	all, err := listInto(q.s, kindSQLOperation, "projects/"+project, func() *sqlOperation { return &sqlOperation{} })
	if err != nil {
		return nil, err
	}
	instance := r.query.Get("instance")
	if instance != "" {
		all = slices.DeleteFunc(all, func(op *sqlOperation) bool { return op.Target != instance })
	}
	slices.Reverse(all)
	page, next, err := sqlPage(all, r, "operations "+project+" "+instance)
	if err != nil {
		return nil, err
	}
	var items []any
	for _, op := range page {
		items = append(items, op.render(r.vars["api"], q.s.now(), false))
	}
	return sqlList("sql#operationsList", items, next), nil
}

// sqlPage pages a list by maxResults, which is Cloud SQL's name for the size.
func sqlPage[T any](all []T, r *restRequest, scope string) ([]T, string, error) {
	query := map[string][]string{"pageToken": r.query["pageToken"], "pageSize": r.query["maxResults"]}
	return pageOf(all, query, "sql "+scope, 500, 500)
}

// sqlList is a list in Cloud SQL's form; without items there is no such field.
func sqlList(kindName string, items []any, next string) map[string]any {
	out := map[string]any{"kind": kindName}
	if len(items) > 0 {
		out["items"] = items
	}
	if next != "" {
		out["nextPageToken"] = next
	}
	return out
}

// sqlEtag changes with the object.
func sqlEtag(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
