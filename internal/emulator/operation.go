package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator/store"
)

// kindOperation is the kind of the long-running operations of the REST APIs,
// kept by host and name.
const kindOperation = "operations"

// operation is google.longrunning.Operation as JSON.
type operation struct {
	Name     string           `json:"name"`
	Metadata map[string]any   `json:"metadata,omitempty"`
	Done     bool             `json:"done,omitempty"`
	Error    *operationStatus `json:"error,omitempty"`
	Response any              `json:"response,omitempty"`
}

// operationStatus is google.rpc.Status as JSON.
type operationStatus struct {
	Code    codes.Code `json:"code"`
	Message string     `json:"message"`
}

// never is when an operation that hangs is done.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

type fateKey struct{}

// withFate tells the handler of a call what becomes of the operation it starts.
func withFate(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, fateKey{}, c)
}

// operationFate returns when an operation that the current call starts is done,
// if it takes d on Google Cloud, and the error that it ends in, or nil. A
// handler whose operation fails leaves its object as the real service does: a
// cluster in ERROR, an instance in FAILED, or nothing at all.
func (s *Server) operationFate(ctx context.Context, d time.Duration) (doneAt time.Time, failure *operationStatus) {
	doneAt = s.now().Add(s.scaled(d))
	var f *Fault
	if c, ok := ctx.Value(fateKey{}).(*call); ok {
		f, c.operation = c.fault, true
	}
	switch {
	case f == nil || f.Operation == "":
	case f.Operation == OperationHangs:
		return never, nil
	default:
		failure = &operationStatus{Code: codes.Internal, Message: f.Message}
		if f.Status != 0 {
			failure.Code = codeOfHTTP(f.Status)
		}
		if f.Message == "" {
			failure.Message = "An internal error occurred."
		}
	}
	return doneAt, failure
}

// storedOperation is an operation with the time at which it is done. What it
// brings about carries the same time, so nothing has to run when it comes.
type storedOperation struct {
	operation
	DoneAt time.Time `json:"doneAt"`
}

// operationPlan is a long-running operation that is about to begin.
type operationPlan struct {
	host string
	// prefix begins the operation's name, such as "operations/acat.p2-1-" or
	// "projects/p/locations/l/operations/".
	prefix string
	// takes is how long it runs on Google Cloud.
	takes    time.Duration
	metadata map[string]any
	response any
}

// begunOperation is what became of a plan.
type begunOperation struct {
	// operation is what the call replies: done if it took no time.
	operation *operation
	doneAt    time.Time
	// failure is set when a fault has it fail. The object is then left as the
	// real service leaves it.
	failure *operationStatus
}

// beginOperation stores an operation, with the fate that a fault gives it.
func (s *Server) beginOperation(ctx context.Context, p operationPlan) (begunOperation, error) {
	doneAt, failure := s.operationFate(ctx, p.takes)
	id := s.newNumericID(kindOperation, p.host+"/"+p.prefix)
	op := storedOperation{DoneAt: doneAt}
	op.Name = strings.TrimPrefix(id, p.host+"/")
	op.Metadata, op.Response, op.Error = p.metadata, p.response, failure
	if failure != nil {
		op.Response = nil
	}
	if err := s.create(kindOperation, p.host, id, op); err != nil {
		return begunOperation{}, err
	}
	now, err := s.getOperation(p.host, op.Name)
	return begunOperation{operation: now, doneAt: doneAt, failure: failure}, err
}

// getOperation returns an operation as it stands now.
func (s *Server) getOperation(host, name string) (*operation, error) {
	e, err := s.store.Get(kindOperation, host+"/"+name)
	if status.Code(err) == codes.NotFound {
		return nil, notFound("Operation %q not found.", name)
	}
	if err != nil {
		return nil, err
	}
	var op storedOperation
	if err := json.Unmarshal(e.Value, &op); err != nil {
		return nil, err
	}
	if s.now().Before(op.DoneAt) {
		op.Response, op.Error = nil, nil
		return &op.operation, nil
	}
	op.Done = true
	return &op.operation, nil
}

// ReleaseOperations ends the operations that [OperationHangs] keeps running, as
// Google's own staff end one that is stuck: well, and from now on.
func (s *Server) ReleaseOperations() error {
	stuck, err := json.Marshal(never)
	if err != nil {
		return err
	}
	ended, err := json.Marshal(s.now())
	if err != nil {
		return err
	}
	s.store.Snapshot().Each(func(kind string, e store.Entry) {
		if err == nil && bytes.Contains(e.Value, stuck) {
			_, err = s.store.Update(kind, e.Name, 0, bytes.ReplaceAll(e.Value, stuck, ended))
		}
	})
	return err
}

// anyOf renders a value as google.protobuf.Any does in JSON.
func anyOf(typeName string, v any) (map[string]any, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, err
	}
	out["@type"] = "type.googleapis.com/" + typeName
	return out, nil
}
