package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"google.golang.org/api/accesscontextmanager/v1"
	"google.golang.org/grpc/codes"
)

// perimeterKind serves service perimeters: what is enforced (status) and what is
// tried out (spec).
var perimeterKind = kind{
	name: kindPerimeter, host: accessHost, collection: true, inventory: accessRecordStands,
	permissions: map[string]string{
		"CreateServicePerimeter": "accesscontextmanager.servicePerimeters.create", "UpdateServicePerimeter": "accesscontextmanager.servicePerimeters.update",
		"DeleteServicePerimeter": "accesscontextmanager.servicePerimeters.delete", "CommitServicePerimeters": "accesscontextmanager.servicePerimeters.commit",
		"GetServicePerimeter": "accesscontextmanager.servicePerimeters.get", "ListServicePerimeters": "accesscontextmanager.servicePerimeters.list",
	},
	routes: func(s *Server) []route {
		a := accessManager{s: s}
		const one, all = "/v1/{name=accessPolicies/*/servicePerimeters/*}", "/v1/{parent=accessPolicies/*}/servicePerimeters"
		return []route{
			{method: "POST", path: all, rpc: "CreateServicePerimeter", handle: a.createPerimeter},
			{method: "GET", path: all, rpc: "ListServicePerimeters", query: []string{"pageSize", "pageToken"}, handle: a.listPerimeters},
			{method: "GET", path: one, rpc: "GetServicePerimeter", handle: a.getPerimeter},
			{method: "PATCH", path: one, rpc: "UpdateServicePerimeter", query: []string{"updateMask"}, handle: a.patchPerimeter},
			{method: "DELETE", path: one, rpc: "DeleteServicePerimeter", handle: a.deletePerimeter},
			{method: "POST", path: all + ":commit", rpc: "CommitServicePerimeters", handle: a.commitPerimeters},
		}
	},
}

const (
	regularPerimeter = "PERIMETER_TYPE_REGULAR"
	bridgePerimeter  = "PERIMETER_TYPE_BRIDGE"
)

func (a accessManager) perimeter(name string) (*accesscontextmanager.ServicePerimeter, error) {
	if _, err := a.policy(accessPolicyOf(name)); err != nil {
		return nil, err
	}
	p := &accesscontextmanager.ServicePerimeter{}
	return p, a.read(kindPerimeter, name, p)
}

func (a accessManager) getPerimeter(_ context.Context, r *restRequest) (any, error) {
	return a.perimeter(r.vars["name"])
}

func (a accessManager) listPerimeters(_ context.Context, r *restRequest) (any, error) {
	if _, err := a.policy(r.vars["parent"]); err != nil {
		return nil, err
	}
	all, err := readAll[accesscontextmanager.ServicePerimeter](a, kindPerimeter, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	page, next, err := pageOf(all, r.query, "perimeters "+r.vars["parent"], 50, 100)
	return &accesscontextmanager.ListServicePerimetersResponse{ServicePerimeters: page, NextPageToken: next}, err
}

// asStored drops what the service does not show: the regular type, which is the
// zero of its enum.
func (a accessManager) asStored(p *accesscontextmanager.ServicePerimeter) *accesscontextmanager.ServicePerimeter {
	if p.PerimeterType == regularPerimeter {
		p.PerimeterType = ""
	}
	p.Etag = a.s.newEtag()[:16]
	return p
}

func (a accessManager) createPerimeter(ctx context.Context, r *restRequest) (any, error) {
	policy, err := a.policy(r.vars["parent"])
	if err != nil {
		return nil, err
	}
	in := &accesscontextmanager.ServicePerimeter{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	if err := checkAccessName(in.Name, policy.Name, "servicePerimeters"); err != nil {
		return nil, err
	}
	in = a.asStored(in)
	if err := a.checkPerimeter(policy, in); err != nil {
		return nil, err
	}
	if _, err := a.record(kindPerimeter, in.Name); !errors.Is(err, errAccessGone) {
		return nil, accessTaken(in.Name, err)
	}
	return a.change(ctx, in, accessTypes+"ServicePerimeter", accessChange{kind: kindPerimeter, parent: policy.Name, name: in.Name, next: in, verb: "create"})
}

func (a accessManager) patchPerimeter(ctx context.Context, r *restRequest) (any, error) {
	p, err := a.perimeter(r.vars["name"])
	if err != nil {
		return nil, err
	}
	in := &accesscontextmanager.ServicePerimeter{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	if in.Etag != "" && in.Etag != p.Etag {
		return nil, accessStale()
	}
	next, err := maskedJSON(p, in, r.query.Get("updateMask"), []string{"title", "description", "status", "spec", "useExplicitDryRunSpec", "perimeterType"})
	if err != nil {
		return nil, err
	}
	next = a.asStored(next)
	if next.PerimeterType != p.PerimeterType {
		return nil, invalid("The type of the perimeter '%s' can not be changed.", p.Name)
	}
	policy, err := a.policy(accessPolicyOf(p.Name))
	if err != nil {
		return nil, err
	}
	if err := a.checkPerimeter(policy, next); err != nil {
		return nil, err
	}
	return a.change(ctx, next, accessTypes+"ServicePerimeter", accessChange{kind: kindPerimeter, parent: policy.Name, name: p.Name, next: next, verb: "update"})
}

func (a accessManager) deletePerimeter(ctx context.Context, r *restRequest) (any, error) {
	p, err := a.perimeter(r.vars["name"])
	if err != nil {
		return nil, err
	}
	policy := accessPolicyOf(p.Name)
	if err := a.checkBridges(policy, &accesscontextmanager.ServicePerimeter{Name: p.Name, PerimeterType: p.PerimeterType}); err != nil {
		return nil, err
	}
	return a.change(ctx, struct{}{}, "google.protobuf.Empty", accessChange{kind: kindPerimeter, parent: policy, name: p.Name, verb: "delete"})
}

// commitPerimeters enforces what is tried out, in all perimeters of a policy.
func (a accessManager) commitPerimeters(ctx context.Context, r *restRequest) (any, error) {
	policy, err := a.policy(r.vars["parent"])
	if err != nil {
		return nil, err
	}
	in := &accesscontextmanager.CommitServicePerimetersRequest{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	if in.Etag != "" && in.Etag != policy.Etag {
		return nil, accessStale()
	}
	all, err := readAll[accesscontextmanager.ServicePerimeter](a, kindPerimeter, policy.Name)
	if err != nil {
		return nil, err
	}
	var changes []accessChange
	for _, p := range all {
		if !p.UseExplicitDryRunSpec {
			continue
		}
		p.Status, p.Spec, p.UseExplicitDryRunSpec = p.Spec, nil, false
		p = a.asStored(p)
		if err := a.checkPerimeter(policy, p); err != nil {
			return nil, err
		}
		changes = append(changes, accessChange{kind: kindPerimeter, parent: policy.Name, name: p.Name, next: p, verb: "commit"})
	}
	response := &accesscontextmanager.CommitServicePerimetersResponse{ServicePerimeters: all}
	if len(changes) == 0 {
		// Nothing to enforce: the policy stays as it is, in an operation.
		changes = []accessChange{{kind: kindAccessPolicy, parent: policy.Parent, name: policy.Name, next: policy, verb: "commit"}}
	}
	return a.change(ctx, response, accessTypes+"CommitServicePerimetersResponse", changes...)
}

// maskedJSON returns stored with the paths of a mask taken from sent. A path may
// go into objects, as in "status.resources".
func maskedJSON[T any](stored, sent *T, mask string, roots []string) (*T, error) {
	if mask == "" {
		return nil, invalid("The update mask is required.")
	}
	to, from, err := twoObjects(stored, sent)
	if err != nil {
		return nil, err
	}
	for _, path := range strings.Split(mask, ",") {
		parts := strings.Split(camelPath(strings.TrimSpace(path)), ".")
		if !slices.Contains(roots, parts[0]) {
			return nil, apiError(codes.InvalidArgument, "Invalid update mask path '"+path+"'.")
		}
		copyJSONPath(to, from, parts)
	}
	raw, err := json.Marshal(to)
	if err != nil {
		return nil, err
	}
	out := new(T)
	r := &restRequest{body: raw}
	if err := r.decode(out); err != nil {
		return nil, apiError(codes.InvalidArgument, "Invalid update mask '"+mask+"'.")
	}
	return out, nil
}

func twoObjects(a, b any) (left, right map[string]any, err error) {
	for _, pair := range []struct {
		from any
		to   *map[string]any
	}{{a, &left}, {b, &right}} {
		raw, err := json.Marshal(pair.from)
		if err != nil {
			return nil, nil, err
		}
		if err := json.Unmarshal(raw, pair.to); err != nil {
			return nil, nil, err
		}
	}
	return left, right, nil
}

func copyJSONPath(to, from map[string]any, parts []string) {
	value, ok := from[parts[0]]
	if len(parts) > 1 {
		sub, _ := value.(map[string]any)
		copyJSONPath(child(to, parts[0]), sub, parts[1:])
		return
	}
	if ok {
		to[parts[0]] = value
		return
	}
	delete(to, parts[0])
}

// camelPath turns the snake_case of a mask into the JSON's names.
func camelPath(path string) string {
	var out strings.Builder
	upper := false
	for _, c := range path {
		switch {
		case c == '_':
			upper = true
			continue
		case upper:
			out.WriteString(strings.ToUpper(string(c)))
		default:
			out.WriteRune(c)
		}
		upper = false
	}
	return out.String()
}
