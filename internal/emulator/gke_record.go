package emulator

import (
	"encoding/json"
	"time"

	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// gkeRecord is a stored cluster or node pool: as it stands, and as it will stand
// when the operation that runs on it is over. Nothing has to run when the time
// comes: whoever reads the record then sees the outcome.
type gkeRecord struct {
	Now    json.RawMessage `json:"now"`
	Change *gkeChange      `json:"change,omitempty"`
	// Upgrades counts those of a node pool: each makes a new instance template.
	Upgrades int `json:"upgrades,omitempty"`
}

// gkeChange is what an operation does to an object.
type gkeChange struct {
	// Operation is its id, and Doing what it does, as the refusal of a second
	// one has it: "creating a node pool for".
	Operation string    `json:"operation"`
	Doing     string    `json:"doing"`
	Until     time.Time `json:"until"`
	// After is the object from then on, empty when it is gone, and Failed what
	// is left when the operation is cancelled.
	After  json.RawMessage `json:"after,omitempty"`
	Failed json.RawMessage `json:"failed,omitempty"`
}

// gkeEntry is an object as it stands now. change is nil unless one is running.
type gkeEntry[M proto.Message] struct {
	kind, parent, name string

	value    M
	change   *gkeChange
	upgrades int
	version  int64
}

// readEntry decodes a stored record. ok is false for an object whose deletion
// is over.
func readEntry[M proto.Message](s *Server, raw json.RawMessage, value M) (r gkeRecord, ok bool, err error) {
	if err := json.Unmarshal(raw, &r); err != nil {
		return r, false, err
	}
	if r.Change != nil && !s.now().Before(r.Change.Until) {
		r.Now, r.Change = r.Change.After, nil
		if len(r.Now) == 0 || string(r.Now) == "null" {
			return r, false, nil
		}
	}
	return r, true, decode(r.Now, value)
}

// loadEntry returns an object, or NotFound for one that is gone.
func loadEntry[M proto.Message](s *Server, kindName, parent, name string, value M) (*gkeEntry[M], error) {
	e, err := s.store.Get(kindName, name)
	if err != nil {
		return nil, err
	}
	r, ok, err := readEntry(s, e.Value, value)
	if err != nil {
		return nil, err
	}
	if !ok {
		if err := s.store.Delete(kindName, name, e.Version); err != nil && status.Code(err) != codes.NotFound {
			return nil, err
		}
		return nil, status.Error(codes.NotFound, "Requested entity was not found.")
	}
	return &gkeEntry[M]{kind: kindName, parent: parent, name: name, value: value, change: r.Change, upgrades: r.Upgrades, version: e.Version}, nil
}

// transition is what becomes of an object by an operation: what it is while
// that runs, then, and when it fails. A nil after deletes it.
type transition[M proto.Message] struct {
	during, failed M
	after          *M
}

// begin stores an object with the operation that runs on it from now.
func begin[M proto.Message](s *Server, e *gkeEntry[M], op *startedOperation, t transition[M]) error {
	now, err := encode(t.during)
	if err != nil {
		return err
	}
	failed, err := encode(t.failed)
	if err != nil {
		return err
	}
	change := &gkeChange{Operation: op.id, Doing: op.doing, Until: op.doneAt, Failed: failed}
	if t.after != nil {
		if change.After, err = encode(*t.after); err != nil {
			return err
		}
	}
	if op.failure != nil {
		change.After = failed
	}
	record := gkeRecord{Now: now, Change: change, Upgrades: e.upgrades}
	if op.message.GetOperationType() == containerpb.Operation_UPGRADE_NODES {
		record.Upgrades++
	}
	if e.version == 0 {
		return s.create(e.kind, e.parent, e.name, record)
	}
	return s.update(e.kind, e.name, e.version, record)
}

// cancelChange ends what an operation does to an object, and reports whether it
// is the object's.
func (s *Server) cancelChange(kindName, name, operation string, until time.Time) error {
	e, err := s.store.Get(kindName, name)
	if err != nil {
		return err
	}
	var r gkeRecord
	if err := json.Unmarshal(e.Value, &r); err != nil {
		return err
	}
	if r.Change == nil || r.Change.Operation != operation {
		return nil
	}
	r.Change.Until, r.Change.After = until, r.Change.Failed
	return s.update(kindName, name, e.Version, r)
}
