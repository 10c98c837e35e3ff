package emulator

import (
	"context"
	"errors"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/api/accesscontextmanager/v1"
	"google.golang.org/grpc/codes"
)

// accessLevelKind serves access levels with basic conditions; custom ones, in
// CEL, are not modelled.
var accessLevelKind = kind{
	name: kindAccessLevel, host: accessHost, collection: true, inventory: accessRecordStands,
	permissions: map[string]string{
		"CreateAccessLevel": "accesscontextmanager.accessLevels.create", "UpdateAccessLevel": "accesscontextmanager.accessLevels.update",
		"DeleteAccessLevel": "accesscontextmanager.accessLevels.delete",
	},
	routes: func(s *Server) []route {
		a := accessManager{s: s}
		const one, all = "/v1/{name=accessPolicies/*/accessLevels/*}", "/v1/{parent=accessPolicies/*}/accessLevels"
		return []route{
			{method: "POST", path: all, rpc: "CreateAccessLevel", handle: a.createLevel},
			{method: "GET", path: all, rpc: "ListAccessLevels", query: []string{"accessLevelFormat", "pageSize", "pageToken"}, handle: a.listLevels},
			{method: "GET", path: one, rpc: "GetAccessLevel", query: []string{"accessLevelFormat"}, handle: a.getLevel},
			{method: "PATCH", path: one, rpc: "UpdateAccessLevel", query: []string{"updateMask"}, handle: a.patchLevel},
			{method: "DELETE", path: one, rpc: "DeleteAccessLevel", handle: a.deleteLevel},
		}
	},
}

func (a accessManager) level(name string) (*accesscontextmanager.AccessLevel, error) {
	l := &accesscontextmanager.AccessLevel{}
	if _, err := a.policy(accessPolicyOf(name)); err != nil {
		return nil, err
	}
	return l, a.read(kindAccessLevel, name, l)
}

func (a accessManager) getLevel(_ context.Context, r *restRequest) (any, error) {
	if f := r.query.Get("accessLevelFormat"); f != "" && f != "AS_DEFINED" {
		return nil, notModelled("the access level format %s", f)
	}
	return a.level(r.vars["name"])
}

func (a accessManager) listLevels(_ context.Context, r *restRequest) (any, error) {
	if _, err := a.policy(r.vars["parent"]); err != nil {
		return nil, err
	}
	all, err := readAll[accesscontextmanager.AccessLevel](a, kindAccessLevel, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	page, next, err := pageOf(all, r.query, "access levels "+r.vars["parent"], 50, 100)
	return &accesscontextmanager.ListAccessLevelsResponse{AccessLevels: page, NextPageToken: next}, err
}

func (a accessManager) createLevel(ctx context.Context, r *restRequest) (any, error) {
	policy, err := a.policy(r.vars["parent"])
	if err != nil {
		return nil, err
	}
	in := &accesscontextmanager.AccessLevel{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	if err := checkAccessName(in.Name, policy.Name, "accessLevels"); err != nil {
		return nil, err
	}
	if err := a.checkLevel(policy.Name, in); err != nil {
		return nil, err
	}
	if _, err := a.record(kindAccessLevel, in.Name); !errors.Is(err, errAccessGone) {
		return nil, accessTaken(in.Name, err)
	}
	return a.change(ctx, in, accessTypes+"AccessLevel", accessChange{kind: kindAccessLevel, parent: policy.Name, name: in.Name, next: in, verb: "create"})
}

// accessTaken is the error of a name that something has.
func accessTaken(name string, err error) error {
	if err != nil {
		return err
	}
	return apiError(codes.AlreadyExists, name+" already exists")
}

func checkAccessName(name, policy, collection string) error {
	short, ok := strings.CutPrefix(name, policy+"/"+collection+"/")
	if !ok || !accessShortName.MatchString(short) {
		return invalid("Invalid name %q: it must be %s/%s/[NAME], with a name of letters, digits and underscores that begins with a letter and has at most 50.", name, policy, collection)
	}
	return nil
}

var (
	levelRegion = regexp.MustCompile(`^[A-Z]{2}$`)
	levelMember = regexp.MustCompile(`^(user|serviceAccount):[^@\s]+@[^@\s]+$`)
)

func (a accessManager) checkLevel(policy string, l *accesscontextmanager.AccessLevel) error {
	switch {
	case l.Title == "":
		return invalid("The access level needs a title.")
	case l.Custom != nil:
		return notModelled("custom access levels")
	case l.Basic == nil || len(l.Basic.Conditions) == 0:
		return invalid("The access level needs at least one condition.")
	case !slices.Contains([]string{"", "AND", "OR"}, l.Basic.CombiningFunction):
		return invalid("Invalid value at 'basic.combining_function', %q", l.Basic.CombiningFunction)
	}
	for _, c := range l.Basic.Conditions {
		if c.DevicePolicy != nil || len(c.VpcNetworkSources) > 0 {
			return notModelled("device policies and network sources of access levels")
		}
		for _, n := range c.IpSubnetworks {
			p, err := netip.ParsePrefix(n)
			if err != nil || p.Masked() != p {
				return invalid("Invalid CIDR block %q.", n)
			}
		}
		for _, m := range c.Members {
			if !levelMember.MatchString(m) {
				return invalid("Invalid member %q: it must be user:[EMAIL] or serviceAccount:[EMAIL].", m)
			}
		}
		for _, region := range c.Regions {
			if !levelRegion.MatchString(region) {
				return invalid("Invalid region %q: it must be an ISO 3166-1 code.", region)
			}
		}
		for _, name := range c.RequiredAccessLevels {
			if accessPolicyOf(name) != policy {
				return invalid("Access level %q is of another policy.", name)
			}
			if _, err := a.level(name); err != nil {
				return invalid("Access level %q does not exist.", name)
			}
		}
	}
	return nil
}

func (a accessManager) patchLevel(ctx context.Context, r *restRequest) (any, error) {
	l, err := a.level(r.vars["name"])
	if err != nil {
		return nil, err
	}
	in := &accesscontextmanager.AccessLevel{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	next, err := maskedJSON(l, in, r.query.Get("updateMask"), []string{"title", "description", "basic", "custom"})
	if err != nil {
		return nil, err
	}
	policy := accessPolicyOf(l.Name)
	if err := a.checkLevel(policy, next); err != nil {
		return nil, err
	}
	return a.change(ctx, next, accessTypes+"AccessLevel", accessChange{kind: kindAccessLevel, parent: policy, name: l.Name, next: next, verb: "update"})
}

func (a accessManager) deleteLevel(ctx context.Context, r *restRequest) (any, error) {
	l, err := a.level(r.vars["name"])
	if err != nil {
		return nil, err
	}
	policy := accessPolicyOf(l.Name)
	perimeters, err := readAll[accesscontextmanager.ServicePerimeter](a, kindPerimeter, policy)
	if err != nil {
		return nil, err
	}
	for _, p := range perimeters {
		for field, config := range map[string]*accesscontextmanager.ServicePerimeterConfig{"status": p.Status, "spec": p.Spec} {
			if slices.Contains(levelsOf(config), l.Name) {
				return nil, missingLevel(l.Name, field, p.Name)
			}
		}
	}
	return a.change(ctx, struct{}{}, "google.protobuf.Empty", accessChange{kind: kindAccessLevel, parent: policy, name: l.Name, verb: "delete"})
}

// missingLevel is the error of a perimeter with a level that is not there, or
// would not be.
func missingLevel(level, field, perimeter string) error {
	short := func(name string) string { return name[strings.LastIndex(name, "/")+1:] }
	return invalid("Level name '%s' is not available in this Access Policy resource, but is referenced in '%s' field of Perimeter '%s'. If you are trying to delete a Level which is referenced in this Perimeter, you must first remove the reference.",
		short(level), field, short(perimeter))
}
