package emulator

import (
	"context"
	"strconv"
	"strings"
	"time"

	crmv1 "google.golang.org/api/cloudresourcemanager/v1"
	"google.golang.org/grpc/codes"
)

// projectV1Kind serves Resource Manager v1, and holds the projects.
var projectV1Kind = kind{
	name: kindProject, host: resourceManagerHost, collection: true, inventory: projectStands,
	permissions: projectPermissions, denied: callerDenied,
	routes: func(s *Server) []route {
		p := projectsV1{s: s}
		return []route{
			{method: "GET", path: "/v1/projects/{projectId}", rpc: "GetProject", handle: p.get},
			{method: "GET", path: "/v1/projects", rpc: "ListProjects", query: []string{"filter", "pageSize", "pageToken"}, handle: p.list},
			{method: "POST", path: "/v1/projects", rpc: "CreateProject", handle: p.create},
			{method: "PUT", path: "/v1/projects/{projectId}", rpc: "UpdateProject", handle: p.update},
			{method: "DELETE", path: "/v1/projects/{projectId}", rpc: "DeleteProject", handle: p.delete},
			{method: "POST", path: "/v1/projects/{projectId}:undelete", rpc: "UndeleteProject", handle: p.undelete},
			{method: "POST", path: "/v1/projects/{resource}:getIamPolicy", rpc: "GetIamPolicy", handle: projectGetPolicy(s)},
			{method: "POST", path: "/v1/projects/{resource}:setIamPolicy", rpc: "SetIamPolicy", handle: projectSetPolicy(s)},
			{method: "POST", path: "/v1/projects/{resource}:testIamPermissions", rpc: "TestIamPermissions", handle: projectTestPermissions(s)},
			{method: "GET", path: "/v1/{name=operations/*}", rpc: "GetOperation", handle: func(_ context.Context, r *restRequest) (any, error) {
				return s.getOperation(resourceManagerHost, r.vars["name"])
			}},
		}
	},
}

type projectsV1 struct{ s *Server }

func (projectsV1) render(p *project) *crmv1.Project {
	out := &crmv1.Project{
		ProjectId: p.ID, ProjectNumber: projectNumber(p.ID), Name: p.DisplayName, Labels: p.Labels,
		LifecycleState: p.state(), CreateTime: p.Created.Format(time.RFC3339Nano),
	}
	if kindOf, id, ok := strings.Cut(p.Parent, "/"); ok {
		out.Parent = &crmv1.ResourceId{Type: strings.TrimSuffix(kindOf, "s"), Id: id}
	}
	return out
}

func (v projectsV1) get(_ context.Context, r *restRequest) (any, error) {
	p, err := v.s.managedProject(r.vars["projectId"])
	if err != nil {
		return nil, err
	}
	return v.render(p), nil
}

func (v projectsV1) list(_ context.Context, r *restRequest) (any, error) {
	found, err := v.s.searchProjects(r.query.Get("filter"), func(*project) bool { return true })
	if err != nil {
		return nil, err
	}
	page, next, err := pageOf(found, r.query, "projects v1 "+r.query.Get("filter"), 500, 500)
	if err != nil {
		return nil, err
	}
	out := &crmv1.ListProjectsResponse{NextPageToken: next}
	for _, p := range page {
		out.Projects = append(out.Projects, v.render(p))
	}
	return out, nil
}

// searchProjects returns the projects that pass both a filter and keep.
func (s *Server) searchProjects(filter string, keep func(*project) bool) ([]*project, error) {
	all, err := s.allProjects()
	if err != nil {
		return nil, err
	}
	var found []*project
	for _, p := range all {
		ok, err := matchProject(p, filter)
		if err != nil {
			return nil, err
		}
		if ok && keep(p) {
			found = append(found, p)
		}
	}
	return found, nil
}

func (v projectsV1) create(ctx context.Context, r *restRequest) (any, error) {
	in := &crmv1.Project{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	parent := ""
	if in.Parent != nil {
		parent = in.Parent.Type + "s/" + in.Parent.Id
	}
	p, err := v.s.newProject(ctx, in.ProjectId, in.Name, parent, in.Labels)
	if err != nil {
		return nil, err
	}
	response, err := anyOf("google.cloudresourcemanager.v1.Project", v.render(p))
	if err != nil {
		return nil, err
	}
	metadata := map[string]any{
		"@type":      "type.googleapis.com/google.cloudresourcemanager.v1.ProjectCreationStatus",
		"createTime": p.Created.Format(time.RFC3339Nano), "gettable": true, "ready": true,
	}
	started, err := v.s.beginOperation(ctx, operationPlan{host: resourceManagerHost, prefix: "operations/cp.", takes: projectCreation, metadata: metadata, response: response})
	if err != nil {
		return nil, err
	}
	return &operation{Name: started.operation.Name}, nil
}

func (v projectsV1) update(_ context.Context, r *restRequest) (any, error) {
	p, err := v.s.managedProject(r.vars["projectId"])
	if err != nil {
		return nil, err
	}
	in := &crmv1.Project{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	if in.ProjectNumber != 0 && in.ProjectNumber != projectNumber(p.ID) || in.ProjectId != "" && in.ProjectId != p.ID {
		return nil, invalid("field [project_id] has issue [the project id and number can't be changed]")
	}
	parent := ""
	if in.Parent != nil {
		parent = in.Parent.Type + "s/" + in.Parent.Id
	}
	if parent != p.Parent {
		return nil, notModelled("moving a project to another parent")
	}
	if err := checkProjectFields(in.Name, in.Labels); err != nil {
		return nil, err
	}
	p.DisplayName, p.Labels, p.Updated = in.Name, in.Labels, v.s.now()
	if err := v.s.saveProject(p); err != nil {
		return nil, err
	}
	return v.render(p), nil
}

func (v projectsV1) delete(_ context.Context, r *restRequest) (any, error) {
	p, err := v.s.managedProject(r.vars["projectId"])
	if err != nil {
		return nil, err
	}
	return nil, v.s.removeProject(p)
}

func (v projectsV1) undelete(_ context.Context, r *restRequest) (any, error) {
	p, err := v.s.managedProject(r.vars["projectId"])
	if err != nil {
		return nil, err
	}
	return nil, v.s.restoreProject(p)
}

// policyOf names the policy of a project that v1 calls ID and v3 projects/ID.
func policyOf(s *Server, r *restRequest) (p *project, policy string, err error) {
	p, err = s.managedProject(strings.TrimPrefix(r.vars["resource"], "projects/"))
	if err != nil {
		return nil, "", err
	}
	return p, resourceManagerHost + "/projects/" + strconv.FormatInt(projectNumber(p.ID), 10), nil
}

func projectGetPolicy(s *Server) func(context.Context, *restRequest) (any, error) {
	return func(_ context.Context, r *restRequest) (any, error) {
		_, name, err := policyOf(s, r)
		if err != nil {
			return nil, err
		}
		if err := r.decode(&getIamPolicyRequest{}); err != nil {
			return nil, err
		}
		policy, _, err := s.getIamPolicy(name)
		return policy, err
	}
}

func projectSetPolicy(s *Server) func(context.Context, *restRequest) (any, error) {
	return func(_ context.Context, r *restRequest) (any, error) {
		p, name, err := policyOf(s, r)
		if err != nil {
			return nil, err
		}
		if p.Deleted != nil {
			return nil, apiError(codes.FailedPrecondition, "Cannot set the IAM policy of an inactive project.")
		}
		var req setIamPolicyRequest
		if err := r.decode(&req); err != nil {
			return nil, err
		}
		return s.setIamPolicy("projects/"+p.ID, name, req)
	}
}

func projectTestPermissions(s *Server) func(context.Context, *restRequest) (any, error) {
	return func(_ context.Context, r *restRequest) (any, error) {
		if _, _, err := policyOf(s, r); err != nil {
			return nil, err
		}
		// What access policies and billing accounts grant, no project does:
		// https://docs.cloud.google.com/access-context-manager/docs/access-control,
		// https://docs.cloud.google.com/billing/docs/how-to/budget-api-access-control.
		return s.testPermissionsThat(r, func(p string) bool {
			return !strings.HasPrefix(p, "accesscontextmanager.") && !strings.HasPrefix(p, "billing.budgets.") && !strings.HasPrefix(p, "billing.accounts.")
		})
	}
}
