package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/accesscontextmanager/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	accessHost       = "accesscontextmanager.googleapis.com"
	kindAccessPolicy = "accessPolicies"
	kindAccessLevel  = "accessLevels"
	kindPerimeter    = "servicePerimeters"
	kindAccessChange = "accessOperations"
	// accessChangeTime is what an operation takes, as its users' logs show.
	accessChangeTime = 4 * time.Second
)

// accessPolicyKind serves the access policies of organisations. Calls name no
// project, so no API has to be enabled for them.
var accessPolicyKind = kind{
	name: kindAccessPolicy, host: accessHost, collection: true, inventory: accessRecordStands,
	permissions: map[string]string{
		"CreateAccessPolicy": "accesscontextmanager.policies.create", "UpdateAccessPolicy": "accesscontextmanager.policies.update",
		"DeleteAccessPolicy": "accesscontextmanager.policies.delete", "GetAccessPolicy": "accesscontextmanager.policies.get",
		"ListAccessPolicies": "accesscontextmanager.policies.list",
	},
	routes: func(s *Server) []route {
		a := accessManager{s: s}
		const one = "/v1/{name=accessPolicies/*}"
		return []route{
			{method: "POST", path: "/v1/accessPolicies", rpc: "CreateAccessPolicy", handle: a.createPolicy},
			{method: "GET", path: "/v1/accessPolicies", rpc: "ListAccessPolicies", query: []string{"parent", "pageSize", "pageToken"}, handle: a.listPolicies},
			{method: "GET", path: one, rpc: "GetAccessPolicy", handle: a.getPolicy},
			{method: "PATCH", path: one, rpc: "UpdateAccessPolicy", query: []string{"updateMask"}, handle: a.patchPolicy},
			{method: "DELETE", path: one, rpc: "DeleteAccessPolicy", handle: a.deletePolicy},
			{method: "POST", path: "/v1/{resource=accessPolicies/*}:testIamPermissions", rpc: "TestIamPermissions", handle: a.testPermissions},
			{method: "GET", path: "/v1/{name=operations/**}", rpc: "GetOperation", handle: a.getOperation},
		}
	},
}

// accessManager is Access Context Manager.
type accessManager struct{ s *Server }

// testPermissions answers for a policy, which all in it inherits from. What a
// policy that isn't there answers is not documented: here, that it isn't.
func (a accessManager) testPermissions(_ context.Context, r *restRequest) (any, error) {
	if _, err := a.policy(r.vars["resource"]); err != nil {
		return nil, err
	}
	return a.s.testPermissionsThat(r, func(p string) bool { return strings.HasPrefix(p, "accesscontextmanager.") })
}

// accessRecord is an object with the change that is on its way.
type accessRecord struct {
	// Value is the object; null while it is created.
	Value json.RawMessage `json:"value"`
	// Next is what it becomes at At; null when it is deleted then.
	Next    json.RawMessage `json:"next,omitempty"`
	Pending bool            `json:"pending,omitempty"`
	At      time.Time       `json:"at"`
	// Failing says that the change comes to nothing.
	Failing bool `json:"failing,omitempty"`

	stored int64
}

// accessRecordStands leaves out what is being deleted, unless that hangs, and
// what never came to be.
func accessRecordStands(value json.RawMessage) bool {
	var r accessRecord
	if json.Unmarshal(value, &r) != nil {
		return false
	}
	switch {
	case !r.Pending:
		return true
	case isNull(r.Value):
		return !r.Failing
	}
	return !isNull(r.Next) || r.Failing || r.At.Equal(never)
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

var (
	accessPolicyName = regexp.MustCompile(`^accessPolicies/[0-9]+$`)
	accessShortName  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,49}$`)
	accessParent     = regexp.MustCompile(`^organizations/[0-9]+$`)
	accessScope      = regexp.MustCompile(`^(projects|folders)/[0-9]+$`)
)

var errAccessGone = errors.New("gone")

// record loads a record as it is now; what has come to its end is removed.
func (a accessManager) record(kindName, name string) (*accessRecord, error) {
	r := &accessRecord{}
	version, err := a.s.load(kindName, name, r)
	if status.Code(err) == codes.NotFound {
		return nil, errAccessGone
	}
	if err != nil {
		return nil, err
	}
	r.stored = version
	if r.Pending && !a.s.now().Before(r.At) {
		if !r.Failing {
			r.Value = r.Next
		}
		r.Pending, r.Failing, r.Next = false, false, nil
		if isNull(r.Value) {
			return nil, errors.Join(errAccessGone, a.s.store.Delete(kindName, name, version))
		}
	}
	return r, nil
}

// read loads an object into v.
func (a accessManager) read(kindName, name string, v any) error {
	r, err := a.record(kindName, name)
	if errors.Is(err, errAccessGone) || err == nil && isNull(r.Value) {
		return notFound("Requested entity was not found.")
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(r.Value, v)
}

// all reads the objects of a kind under a parent.
func readAll[T any](a accessManager, kindName, parent string) ([]*T, error) {
	var out []*T
	for _, e := range a.s.store.List(kindName, parent) {
		v := new(T)
		err := a.read(kindName, e.Name, v)
		if status.Code(err) == codes.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// accessChange is a change of one object.
type accessChange struct {
	kind, parent, name string
	// next is what the object becomes; nil for a deletion.
	next any
	verb string
}

// accessOperation is an operation with the time at which it is done.
type accessOperation struct {
	Name     string           `json:"name"`
	DoneAt   time.Time        `json:"doneAt"`
	Response map[string]any   `json:"response"`
	Failure  *operationStatus `json:"failure,omitempty"`
}

// accessPolicyOf is the policy at the start of a name.
func accessPolicyOf(name string) string {
	parts := strings.SplitN(name, "/", 3)
	if len(parts) < 2 {
		return name
	}
	return parts[0] + "/" + parts[1]
}

// idle refuses a second change of a policy while one runs.
func (a accessManager) idle(policy string) error {
	for _, e := range a.s.store.List(kindAccessChange, policy) {
		var op accessOperation
		if err := json.Unmarshal(e.Value, &op); err != nil {
			return err
		}
		if a.s.now().Before(op.DoneAt) {
			return apiError(codes.Aborted, "The service is currently processing another operation on the access policy. Please retry when it is done.")
		}
	}
	return nil
}

// change starts the operations of changes that belong together.
func (a accessManager) change(ctx context.Context, response any, responseType string, changes ...accessChange) (any, error) {
	first := changes[0]
	policy := accessPolicyOf(first.name)
	if err := a.idle(policy); err != nil {
		return nil, err
	}
	doneAt, failure := a.s.operationFate(ctx, accessChangeTime)
	for _, c := range changes {
		if err := a.stage(c, doneAt, failure != nil); err != nil {
			return nil, err
		}
	}
	op := accessOperation{DoneAt: doneAt, Failure: failure}
	op.Name = a.s.newNumericID(kindAccessChange, "operations/"+policy+"/"+first.verb+"/")
	var err error
	if op.Response, err = anyOf(responseType, response); err != nil {
		return nil, err
	}
	if err := a.s.create(kindAccessChange, policy, op.Name, op); err != nil {
		return nil, err
	}
	return op.render(a.s.now()), nil
}

// stage records one change.
func (a accessManager) stage(c accessChange, doneAt time.Time, failing bool) error {
	next, err := json.Marshal(c.next)
	if err != nil {
		return err
	}
	r, err := a.record(c.kind, c.name)
	switch {
	case errors.Is(err, errAccessGone) && c.next == nil:
		return nil
	case errors.Is(err, errAccessGone):
		r = &accessRecord{Value: json.RawMessage("null"), Next: next, Pending: true, At: doneAt, Failing: failing}
		return a.s.create(c.kind, c.parent, c.name, r)
	case err != nil:
		return err
	}
	r.Next, r.Pending, r.At, r.Failing = next, true, doneAt, failing
	return a.s.update(c.kind, c.name, r.stored, r)
}

func (op *accessOperation) render(now time.Time) *operation {
	out := &operation{Name: op.Name, Metadata: map[string]any{
		"@type": "type.googleapis.com/google.identity.accesscontextmanager.v1.AccessContextManagerOperationMetadata",
	}}
	if now.Before(op.DoneAt) {
		return out
	}
	out.Done, out.Error = true, op.Failure
	if op.Failure == nil {
		out.Response = op.Response
	}
	return out
}

func (a accessManager) getOperation(_ context.Context, r *restRequest) (any, error) {
	var op accessOperation
	if _, err := a.s.load(kindAccessChange, r.vars["name"], &op); err != nil {
		if status.Code(err) == codes.NotFound {
			err = notFound("Requested entity was not found.")
		}
		return nil, err
	}
	return op.render(a.s.now()), nil
}

const accessTypes = "google.identity.accesscontextmanager.v1."

func (a accessManager) policy(name string) (*accesscontextmanager.AccessPolicy, error) {
	if !accessPolicyName.MatchString(name) {
		return nil, invalid("Invalid access policy name %q: it must be accessPolicies/[POLICY_NUMBER].", name)
	}
	p := &accesscontextmanager.AccessPolicy{}
	return p, a.read(kindAccessPolicy, name, p)
}

func (a accessManager) getPolicy(_ context.Context, r *restRequest) (any, error) {
	return a.policy(r.vars["name"])
}

func (a accessManager) listPolicies(_ context.Context, r *restRequest) (any, error) {
	parent := r.query.Get("parent")
	if !accessParent.MatchString(parent) {
		return nil, invalid("Invalid parent %q: it must be organizations/[ORGANIZATION_ID].", parent)
	}
	all, err := readAll[accesscontextmanager.AccessPolicy](a, kindAccessPolicy, parent)
	if err != nil {
		return nil, err
	}
	page, next, err := pageOf(all, r.query, "access policies "+parent, 100, 100)
	return &accesscontextmanager.ListAccessPoliciesResponse{AccessPolicies: page, NextPageToken: next}, err
}

func (a accessManager) createPolicy(ctx context.Context, r *restRequest) (any, error) {
	in := &accesscontextmanager.AccessPolicy{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	switch {
	case !accessParent.MatchString(in.Parent):
		return nil, invalid("Invalid parent %q: it must be organizations/[ORGANIZATION_ID].", in.Parent)
	case in.Title == "":
		return nil, invalid("The access policy needs a title.")
	case len(in.Scopes) > 1 || len(in.Scopes) == 1 && !accessScope.MatchString(in.Scopes[0]):
		return nil, invalid("Invalid scopes %v: one project or folder is allowed, by its number.", in.Scopes)
	}
	have, err := readAll[accesscontextmanager.AccessPolicy](a, kindAccessPolicy, in.Parent)
	if err != nil {
		return nil, err
	}
	for _, p := range have {
		if slices.Equal(p.Scopes, in.Scopes) {
			return nil, apiError(codes.AlreadyExists, "Policy already exists with parent "+in.Parent)
		}
	}
	p := &accesscontextmanager.AccessPolicy{
		Name:   "accessPolicies/" + fmt.Sprint(100_000_000_000+a.drawn(900_000_000_000)),
		Parent: in.Parent, Title: in.Title, Scopes: in.Scopes, Etag: a.s.newEtag()[:16],
	}
	return a.change(ctx, p, accessTypes+"AccessPolicy", accessChange{kind: kindAccessPolicy, parent: in.Parent, name: p.Name, next: p, verb: "create"})
}

// drawn returns a random number below n, from the server's seed.
func (a accessManager) drawn(n uint64) uint64 { return sqlService(a).draw(n) }

func (a accessManager) patchPolicy(ctx context.Context, r *restRequest) (any, error) {
	p, err := a.policy(r.vars["name"])
	if err != nil {
		return nil, err
	}
	in := &accesscontextmanager.AccessPolicy{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	if in.Etag != "" && in.Etag != p.Etag {
		return nil, accessStale()
	}
	for _, path := range strings.Split(r.query.Get("updateMask"), ",") {
		switch path {
		case "title":
			p.Title = in.Title
		case "scopes":
			return nil, notModelled("another scope of an access policy")
		default:
			return nil, invalid("Invalid update mask path %q.", path)
		}
	}
	p.Etag = a.s.newEtag()[:16]
	return a.change(ctx, p, accessTypes+"AccessPolicy", accessChange{kind: kindAccessPolicy, parent: p.Parent, name: p.Name, next: p, verb: "update"})
}

func accessStale() error {
	return apiError(codes.Aborted, "The etag does not match that of the stored resource. Please read it again and retry.")
}

// deletePolicy removes a policy and everything in it.
func (a accessManager) deletePolicy(ctx context.Context, r *restRequest) (any, error) {
	p, err := a.policy(r.vars["name"])
	if err != nil {
		return nil, err
	}
	changes := []accessChange{{kind: kindAccessPolicy, parent: p.Parent, name: p.Name, verb: "delete"}}
	for _, kindName := range []string{kindAccessLevel, kindPerimeter} {
		for _, e := range a.s.store.List(kindName, p.Name) {
			changes = append(changes, accessChange{kind: kindName, parent: p.Name, name: e.Name, verb: "delete"})
		}
	}
	return a.change(ctx, struct{}{}, "google.protobuf.Empty", changes...)
}
