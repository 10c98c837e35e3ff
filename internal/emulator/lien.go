package emulator

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	crmv3 "google.golang.org/api/cloudresourcemanager/v3"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const kindLien = "liens"

// projectDeletion is what a lien on a project can restrict.
const projectDeletion = "resourcemanager.projects.delete"

// lienKind serves the liens of Resource Manager, in both versions, whose liens
// have the same fields.
var lienKind = kind{
	name: kindLien, host: resourceManagerHost, collection: true, denied: callerDenied,
	permissions: map[string]string{
		"CreateLien": "resourcemanager.projects.updateLiens",
		"DeleteLien": "resourcemanager.projects.updateLiens",
		"GetLien":    "resourcemanager.projects.get",
		"ListLiens":  "resourcemanager.projects.get",
	},
	routes: func(s *Server) []route {
		l := liens{s: s}
		var all []route
		for _, version := range []string{"/v1", "/v3"} {
			all = append(all,
				route{method: "POST", path: version + "/liens", rpc: "CreateLien", handle: l.create},
				route{method: "GET", path: version + "/liens", rpc: "ListLiens", query: []string{"parent", "pageSize", "pageToken"}, handle: l.list},
				route{method: "GET", path: version + "/{name=liens/*}", rpc: "GetLien", handle: l.get},
				route{method: "DELETE", path: version + "/{name=liens/*}", rpc: "DeleteLien", handle: l.delete},
			)
		}
		return all
	},
}

type liens struct{ s *Server }

// project resolves the parent of liens, for a project that stands.
func (l liens) project(ref string) (*project, error) {
	id, ok := strings.CutPrefix(ref, "projects/")
	if !ok || strings.Contains(id, "/") {
		return nil, invalid("field [parent] has issue [liens are supported on projects only, not on %q]", ref)
	}
	return l.s.managedProject(id)
}

func (l liens) create(_ context.Context, r *restRequest) (any, error) {
	in := &crmv3.Lien{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	p, err := l.project(in.Parent)
	if err != nil {
		return nil, err
	}
	if p.Deleted != nil {
		return nil, apiError(codes.FailedPrecondition, "Cannot place a lien on an inactive project.")
	}
	switch {
	case len(in.Restrictions) == 0:
		return nil, invalid("field [restrictions] has issue [at least one restriction is required]")
	case slices.ContainsFunc(in.Restrictions, func(v string) bool { return v != projectDeletion }):
		return nil, invalid("field [restrictions] has issue [only %s is supported]", projectDeletion)
	case utf8.RuneCountInString(in.Reason) > 200:
		return nil, invalid("field [reason] has issue [the maximum length is 200 characters]")
	case utf8.RuneCountInString(in.Origin) > 200:
		return nil, invalid("field [origin] has issue [the maximum length is 200 characters]")
	case in.Origin == "" || in.Reason == "":
		return nil, invalid("field [origin] has issue [the origin and the reason of a lien are required]")
	}
	return l.s.placeLien(p.ID, in.Origin, in.Reason, in.Restrictions)
}

// placeLien puts a lien on a project.
func (s *Server) placeLien(project, origin, reason string, restrictions []string) (*crmv3.Lien, error) {
	number := strconv.FormatInt(projectNumber(project), 10)
	made := &crmv3.Lien{
		Name: "liens/p" + number + "-l" + s.newUUID(), Parent: "projects/" + number, Origin: origin, Reason: reason,
		Restrictions: restrictions, CreateTime: s.now().Format(time.RFC3339Nano),
	}
	return made, s.create(kindLien, "projects/"+project, made.Name, made)
}

func (l liens) get(_ context.Context, r *restRequest) (any, error) {
	return l.find(r.vars["name"])
}

func (l liens) find(name string) (*crmv3.Lien, error) {
	have := &crmv3.Lien{}
	if _, err := l.s.load(kindLien, name, have); err != nil {
		if status.Code(err) == codes.NotFound {
			err = notFound("Lien '%s' was not found.", name)
		}
		return nil, err
	}
	return have, nil
}

func (l liens) list(_ context.Context, r *restRequest) (any, error) {
	p, err := l.project(r.query.Get("parent"))
	if err != nil {
		return nil, err
	}
	all, err := l.s.liensOf(p.ID)
	if err != nil {
		return nil, err
	}
	page, next, err := pageOf(all, r.query, "liens "+p.ID, 300, 300)
	return &crmv3.ListLiensResponse{Liens: page, NextPageToken: next}, err
}

func (s *Server) liensOf(project string) ([]*crmv3.Lien, error) {
	return listInto(s, kindLien, "projects/"+project, func() *crmv3.Lien { return &crmv3.Lien{} })
}

func (l liens) delete(_ context.Context, r *restRequest) (any, error) {
	have, err := l.find(r.vars["name"])
	if err != nil {
		return nil, err
	}
	return nil, l.s.store.Delete(kindLien, have.Name, 0)
}

// checkLiens refuses to delete a project that a lien protects.
func (s *Server) checkLiens(p *project) error {
	all, err := s.liensOf(p.ID)
	if err != nil || len(all) == 0 {
		return err
	}
	failure := &errdetails.PreconditionFailure{}
	for _, l := range all {
		failure.Violations = append(failure.Violations, &errdetails.PreconditionFailure_Violation{
			Type: "LIEN", Subject: l.Name,
			Description: "A lien to prevent deletion was placed on the project by [" + l.Origin + "]. Remove the lien to allow deletion.",
		})
	}
	return apiError(codes.FailedPrecondition, "Precondition check failed.", failure,
		helpLink("Troubleshooting project deletion", "https://cloud.google.com/resource-manager/docs/troubleshooting-project-deletion"),
		errorInfo("PROJECT_DELETE_LIEN", resourceManagerHost, nil))
}
