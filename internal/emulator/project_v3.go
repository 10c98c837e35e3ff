package emulator

import (
	"context"
	"strconv"
	"strings"
	"time"

	crmv3 "google.golang.org/api/cloudresourcemanager/v3"
	"google.golang.org/grpc/codes"
)

// projectV3Kind serves the projects of Resource Manager v3; the objects are
// those of v1.
var projectV3Kind = kind{
	name: "projects-v3", host: resourceManagerHost,
	permissions: projectPermissions, denied: callerDenied,
	routes: func(s *Server) []route {
		p := projectsV3{s: s}
		return []route{
			{method: "GET", path: "/v3/{name=projects/*}", rpc: "GetProject", handle: p.get},
			{method: "GET", path: "/v3/projects", rpc: "ListProjects", query: []string{"parent", "pageSize", "pageToken", "showDeleted"}, handle: p.list},
			{method: "GET", path: "/v3/projects:search", rpc: "SearchProjects", query: []string{"query", "pageSize", "pageToken"}, handle: p.search},
			{method: "POST", path: "/v3/projects", rpc: "CreateProject", handle: p.create},
			{method: "PATCH", path: "/v3/{name=projects/*}", rpc: "UpdateProject", query: []string{"updateMask"}, handle: p.update},
			{method: "DELETE", path: "/v3/{name=projects/*}", rpc: "DeleteProject", handle: p.delete},
			{method: "POST", path: "/v3/{name=projects/*}:undelete", rpc: "UndeleteProject", handle: p.undelete},
			{method: "POST", path: "/v3/{resource=projects/*}:getIamPolicy", rpc: "GetIamPolicy", handle: projectGetPolicy(s)},
			{method: "POST", path: "/v3/{resource=projects/*}:setIamPolicy", rpc: "SetIamPolicy", handle: projectSetPolicy(s)},
			{method: "POST", path: "/v3/{resource=projects/*}:testIamPermissions", rpc: "TestIamPermissions", handle: projectTestPermissions(s)},
			{method: "GET", path: "/v3/{name=operations/*}", rpc: "GetOperation", handle: func(_ context.Context, r *restRequest) (any, error) {
				return s.getOperation(resourceManagerHost, r.vars["name"])
			}},
		}
	},
}

const projectV3Type = "google.cloud.resourcemanager.v3.Project"

type projectsV3 struct{ s *Server }

func (projectsV3) render(p *project) *crmv3.Project {
	out := &crmv3.Project{
		Name: "projects/" + strconv.FormatInt(projectNumber(p.ID), 10), ProjectId: p.ID, DisplayName: p.DisplayName,
		Parent: p.Parent, Labels: p.Labels, State: p.state(), Etag: projectEtag(p),
		CreateTime: p.Created.Format(time.RFC3339Nano), UpdateTime: p.Updated.Format(time.RFC3339Nano),
	}
	if p.Deleted != nil {
		out.DeleteTime = p.Deleted.Format(time.RFC3339Nano)
	}
	return out
}

// find resolves the {name} of a call.
func (v projectsV3) find(r *restRequest) (*project, error) {
	return v.s.managedProject(strings.TrimPrefix(r.vars["name"], "projects/"))
}

func (v projectsV3) get(_ context.Context, r *restRequest) (any, error) {
	p, err := v.find(r)
	if err != nil {
		return nil, err
	}
	return v.render(p), nil
}

func (v projectsV3) list(_ context.Context, r *restRequest) (any, error) {
	parent, deleted := r.query.Get("parent"), r.query.Get("showDeleted") == "true"
	if !projectParent.MatchString(parent) {
		return nil, invalid("field [parent] has issue [parent must be organizations/ID or folders/ID]")
	}
	found, err := v.s.searchProjects("", func(p *project) bool { return p.Parent == parent && (deleted || p.Deleted == nil) })
	if err != nil {
		return nil, err
	}
	page, next, err := pageOf(found, r.query, "projects v3 "+parent, 500, 500)
	if err != nil {
		return nil, err
	}
	out := &crmv3.ListProjectsResponse{NextPageToken: next}
	for _, p := range page {
		out.Projects = append(out.Projects, v.render(p))
	}
	return out, nil
}

func (v projectsV3) search(_ context.Context, r *restRequest) (any, error) {
	query := r.query.Get("query")
	found, err := v.s.searchProjects(query, func(*project) bool { return true })
	if err != nil {
		return nil, err
	}
	page, next, err := pageOf(found, r.query, "search v3 "+query, 500, 500)
	if err != nil {
		return nil, err
	}
	out := &crmv3.SearchProjectsResponse{NextPageToken: next}
	for _, p := range page {
		out.Projects = append(out.Projects, v.render(p))
	}
	return out, nil
}

func (v projectsV3) create(ctx context.Context, r *restRequest) (any, error) {
	in := &crmv3.Project{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	p, err := v.s.newProject(ctx, in.ProjectId, in.DisplayName, in.Parent, in.Labels)
	if err != nil {
		return nil, err
	}
	return v.operation(ctx, p, "cp.", "CreateProjectMetadata", projectCreation)
}

func (v projectsV3) update(ctx context.Context, r *restRequest) (any, error) {
	p, err := v.find(r)
	if err != nil {
		return nil, err
	}
	in := &crmv3.Project{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	if in.Etag != "" && in.Etag != projectEtag(p) {
		return nil, apiError(codes.Aborted, "The project was changed since it was read. Please read it again and retry.")
	}
	mask := r.query.Get("updateMask")
	if mask == "" {
		mask = "display_name,labels"
	}
	for _, path := range strings.Split(mask, ",") {
		switch path {
		case "display_name", "displayName":
			p.DisplayName = in.DisplayName
		case "labels":
			p.Labels = in.Labels
		default:
			return nil, invalid("Field update_mask had an invalid value of %q: only display_name and labels can be updated.", path)
		}
	}
	if err := checkProjectFields(p.DisplayName, p.Labels); err != nil {
		return nil, err
	}
	p.Updated = v.s.now()
	if err := v.s.saveProject(p); err != nil {
		return nil, err
	}
	return v.operation(ctx, p, "up.", "UpdateProjectMetadata", 0)
}

func (v projectsV3) delete(ctx context.Context, r *restRequest) (any, error) {
	p, err := v.find(r)
	if err != nil {
		return nil, err
	}
	if err := v.s.removeProject(p); err != nil {
		return nil, err
	}
	return v.operation(ctx, p, "pd.", "DeleteProjectMetadata", 0)
}

func (v projectsV3) undelete(ctx context.Context, r *restRequest) (any, error) {
	p, err := v.find(r)
	if err != nil {
		return nil, err
	}
	if err := v.s.restoreProject(p); err != nil {
		return nil, err
	}
	return v.operation(ctx, p, "pu.", "UndeleteProjectMetadata", 0)
}

// operation answers with an operation that ends in the project as it is now.
func (v projectsV3) operation(ctx context.Context, p *project, prefix, metadata string, d time.Duration) (any, error) {
	response, err := anyOf(projectV3Type, v.render(p))
	if err != nil {
		return nil, err
	}
	meta := map[string]any{"@type": "type.googleapis.com/google.cloud.resourcemanager.v3." + metadata}
	started, err := v.s.beginOperation(ctx, operationPlan{host: resourceManagerHost, prefix: "operations/" + prefix, takes: d, metadata: meta, response: response})
	if err != nil {
		return nil, err
	}
	return &operation{Name: started.operation.Name}, nil
}
