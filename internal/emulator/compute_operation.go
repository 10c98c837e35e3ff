package emulator

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/compute/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	kindComputeOperation = "computeOperations"
	// kindComputeRequest keeps which operation a request id has started.
	kindComputeRequest = "computeRequests"
	// computeWait is the longest that operations.wait lasts, and
	// computeRequestAge how long a request id is remembered: both as documented.
	computeWait       = 2 * time.Minute
	computeRequestAge = time.Hour
)

// computeOperationKind serves the operations of Compute Engine: global, of a
// region and of a zone.
var computeOperationKind = kind{
	name: kindComputeOperation, host: computeHost, errorForm: oldForm,
	routes: func(s *Server) []route {
		v := computeService{s}
		var out []route
		for _, at := range []struct{ scope, prefix string }{{"global", "Global"}, {"regions/*", "Region"}, {"zones/*", "Zone"}} {
			prefix := at.prefix
			name, parent := "{name=projects/*/"+at.scope+"/operations/*}", "{parent=projects/*/"+at.scope+"}/operations"
			out = append(out,
				v.read("GET", name, "Get"+prefix+"Operation", nil, v.getOperation),
				v.read("GET", parent, "List"+prefix+"Operations", computeListQuery, v.listOperations),
				v.read("POST", name+"/wait", "Wait"+prefix+"Operation", nil, v.waitOperation),
				v.read("DELETE", name, "Delete"+prefix+"Operation", nil, v.deleteOperation))
		}
		return out
	},
}

// computeFailure is what an operation ends in.
type computeFailure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Status  int    `json:"status"`
}

// computeOperation is an operation with the time at which it is done.
type computeOperation struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Scope      string          `json:"scope"`
	Project    string          `json:"project"`
	Type       string          `json:"type"`
	TargetID   string          `json:"targetId"`
	TargetLink string          `json:"targetLink"`
	Inserted   time.Time       `json:"inserted"`
	DoneAt     time.Time       `json:"doneAt"`
	Failure    *computeFailure `json:"failure,omitempty"`
}

// computeWrite is what a call does to an object.
type computeWrite struct {
	kind, name string
	// opType is the operation's type, took how long it takes.
	opType string
	took   time.Duration
	// record is the object's, nil when it is new.
	record *computeRecord
	// next is what the object becomes; gone deletes it.
	next computeDoc
	gone bool
	// failure is a rule that the operation breaks: nothing changes.
	failure *computeFailure
	// instant marks an operation that is done in the reply that starts it.
	instant bool
}

// start makes a change that an operation carries, and replies the operation as
// it begins.
func (v computeService) start(ctx context.Context, c *computeCall, w computeWrite) (any, error) {
	doneAt, failed := v.s.operationFate(ctx, w.took)
	failure := w.failure
	if failed != nil {
		failure = computeFailureOf(failed)
	}
	shown := w.next
	r := w.record
	if r == nil {
		r = &computeRecord{}
	} else if shown == nil {
		shown = r.Doc
	}
	r.Until = doneAt
	if failure == nil {
		r.Next, r.Gone = w.next, w.gone
	}
	if err := v.save(c, w.kind, w.name, r); err != nil {
		return nil, err
	}
	op := &computeOperation{
		ID: v.newID(), Scope: c.scope, Project: c.project, Type: w.opType,
		TargetID: text(shown, "id"), TargetLink: computeLink(w.name), Inserted: v.s.now(), DoneAt: doneAt, Failure: failure,
	}
	op.Name = v.operationName(op.Inserted)
	if err := v.s.create(kindComputeOperation, c.parent(), op.fullName(), op); err != nil {
		return nil, err
	}
	if err := v.remember(c, op); err != nil {
		return nil, err
	}
	return op.render(w.instant && !v.s.now().Before(doneAt)), nil
}

// save stores a record, also over one of an object that is gone.
func (v computeService) save(c *computeCall, kindName, name string, r *computeRecord) error {
	if r.version > 0 {
		return v.s.update(kindName, name, r.version, r)
	}
	if _, err := v.s.store.Get(kindName, name); err == nil {
		if err := v.s.store.Delete(kindName, name, 0); err != nil {
			return err
		}
	}
	return v.s.create(kindName, c.parent(), name, r)
}

// computeFailureOf puts what a fault asks for in the API's words.
func computeFailureOf(failed *operationStatus) *computeFailure {
	f := &computeFailure{Message: failed.Message, Status: httpStatusOf(status.Error(failed.Code, ""))}
	switch failed.Code {
	case codes.InvalidArgument, codes.FailedPrecondition, codes.OutOfRange:
		f.Code = "INVALID_USAGE"
	case codes.NotFound:
		f.Code = "RESOURCE_NOT_FOUND"
	case codes.AlreadyExists, codes.Aborted:
		f.Code = "RESOURCE_ALREADY_EXISTS"
	case codes.PermissionDenied, codes.Unauthenticated:
		f.Code = "PERMISSIONS_ERROR"
	case codes.ResourceExhausted:
		f.Code = "QUOTA_EXCEEDED"
	case codes.Unavailable, codes.DeadlineExceeded:
		f.Code = "SERVICE_UNAVAILABLE"
	default:
		f.Code = "INTERNAL_ERROR"
	}
	return f
}

func (o *computeOperation) fullName() string {
	return "projects/" + o.Project + "/" + o.Scope + "/operations/" + o.Name
}

// render shows an operation, as it began or as it ended.
func (o *computeOperation) render(done bool) computeDoc {
	out := computeDoc{
		"kind": "compute#operation", "id": o.ID, "name": o.Name, "operationType": o.Type,
		"targetId": o.TargetID, "targetLink": o.TargetLink, "user": computeCaller,
		"insertTime": computeTime(o.Inserted), "startTime": computeTime(o.Inserted),
		"status": "RUNNING", "progress": 0, "selfLink": computeLink(o.fullName()),
	}
	switch kindOf, _, _ := strings.Cut(o.Scope, "/"); kindOf {
	case "regions":
		out["region"] = computeLink("projects/" + o.Project + "/" + o.Scope)
	case "zones":
		out["zone"] = computeLink("projects/" + o.Project + "/" + o.Scope)
	}
	if !done {
		return out
	}
	out["status"], out["progress"], out["endTime"] = "DONE", 100, computeTime(o.DoneAt)
	if f := o.Failure; f != nil {
		out["error"] = &compute.OperationError{Errors: []*compute.OperationErrorErrors{{Code: f.Code, Message: f.Message}}}
		out["httpErrorStatusCode"], out["httpErrorMessage"] = f.Status, strings.ToUpper(http.StatusText(f.Status))
	}
	return out
}

// show is render at the server's time.
func (v computeService) show(o *computeOperation) computeDoc {
	return o.render(!v.s.now().Before(o.DoneAt))
}

func (v computeService) operation(c *computeCall) (*computeOperation, error) {
	op := &computeOperation{}
	if _, err := v.s.load(kindComputeOperation, c.name, op); err != nil {
		if absent(err) {
			err = computeNotFound(c.name)
		}
		return nil, err
	}
	return op, nil
}

func (v computeService) getOperation(_ context.Context, c *computeCall) (any, error) {
	op, err := v.operation(c)
	if err != nil {
		return nil, err
	}
	return v.show(op), nil
}

// waitOperation returns when the operation is done, or after two minutes.
func (v computeService) waitOperation(ctx context.Context, c *computeCall) (any, error) {
	op, err := v.operation(c)
	if err != nil {
		return nil, err
	}
	if left := min(op.DoneAt.Sub(v.s.now()), computeWait); left > 0 {
		if err := v.s.clk.Sleep(clientContext(ctx), left); err != nil {
			return nil, status.FromContextError(err).Err()
		}
	}
	return v.show(op), nil
}

func (v computeService) deleteOperation(_ context.Context, c *computeCall) (any, error) {
	op, err := v.operation(c)
	if err != nil {
		return nil, err
	}
	return nil, v.s.store.Delete(kindComputeOperation, op.fullName(), 0)
}

func (v computeService) listOperations(_ context.Context, c *computeCall) (any, error) {
	var items []computeDoc
	for _, e := range v.s.store.List(kindComputeOperation, c.parent()) {
		op := &computeOperation{}
		if err := json.Unmarshal(e.Value, op); err != nil {
			return nil, err
		}
		items = append(items, v.show(op))
	}
	return c.list(items, "operations", "compute#operationList")
}

// computeRequest is the memory of a request id.
type computeRequest struct {
	Operation string    `json:"operation"`
	RPC       string    `json:"rpc"`
	Target    string    `json:"target"`
	At        time.Time `json:"at"`
}

var computeRequestID = regexp.MustCompile(`^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$`)

// requestKey is what a request id is remembered by, "" without one.
func (c *computeCall) requestKey() (key, target string, err error) {
	id := strings.ToLower(c.query.Get("requestId"))
	if id == "" {
		return "", "", nil
	}
	if !computeRequestID.MatchString(id) || strings.Trim(id, "0-") == "" {
		return "", "", computeInvalid("requestId", c.query.Get("requestId"), "The request ID must be a valid non-zero UUID.")
	}
	if target = c.name; target == "" {
		var body struct {
			Name string `json:"name"`
		}
		if json.Unmarshal(c.body, &body) != nil {
			body.Name = ""
		}
		target = c.parent() + "/" + body.Name
	}
	return "projects/" + c.project + "/" + id, target, nil
}

// repeated returns the operation that the call's request id has started before.
// The same id with another method or object is refused: the API documents no
// answer.
func (v computeService) repeated(c *computeCall) (any, error) {
	key, target, err := c.requestKey()
	if key == "" || err != nil {
		return nil, err
	}
	var r computeRequest
	if _, err := v.s.load(kindComputeRequest, key, &r); err != nil {
		if absent(err) {
			return nil, nil
		}
		return nil, err
	}
	if !v.s.now().Before(r.At.Add(computeRequestAge)) {
		return nil, v.s.store.Delete(kindComputeRequest, key, 0)
	}
	if r.RPC != c.rpc || r.Target != target {
		return nil, computeInvalid("requestId", c.query.Get("requestId"), "The request ID was used by another request.")
	}
	op := &computeOperation{}
	if _, err := v.s.load(kindComputeOperation, r.Operation, op); err != nil {
		return nil, err
	}
	return v.show(op), nil
}

func (v computeService) remember(c *computeCall, op *computeOperation) error {
	key, target, err := c.requestKey()
	if key == "" || err != nil {
		return err
	}
	return v.s.create(kindComputeRequest, "projects/"+c.project, key, computeRequest{Operation: op.fullName(), RPC: c.rpc, Target: target, At: op.Inserted})
}

// newID returns a number of nineteen digits, as the API assigns them.
func (v computeService) newID() string { return v.s.newSignedID() }

// operationName has the API's form: the time in milliseconds, then random parts.
func (v computeService) operationName(now time.Time) string {
	h := hex.EncodeToString(v.s.randomBytes(15))
	return fmt.Sprintf("operation-%s-%s-%s-%s", strconv.FormatInt(now.UnixMilli(), 10), h[:13], h[13:21], h[21:29])
}
