package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	resourceManagerHost = "cloudresourcemanager.googleapis.com"
	kindProject         = "projects"
	// projectCreation is about what creating a project takes.
	projectCreation = 10 * time.Second
)

// projectPermissions are what the methods of both versions need.
var projectPermissions = map[string]string{
	"CreateProject":   "resourcemanager.projects.create",
	"GetProject":      "resourcemanager.projects.get",
	"UpdateProject":   "resourcemanager.projects.update",
	"DeleteProject":   "resourcemanager.projects.delete",
	"UndeleteProject": "resourcemanager.projects.undelete",
	"GetIamPolicy":    "resourcemanager.projects.getIamPolicy",
	"SetIamPolicy":    "resourcemanager.projects.setIamPolicy",
}

// callerDenied is the 403 of Resource Manager, which names no permission.
func callerDenied(_, _ string) error {
	return apiError(codes.PermissionDenied, "The caller does not have permission")
}

// States of a project.
const (
	projectActive  = "ACTIVE"
	projectDeleted = "DELETE_REQUESTED"
)

// implicitCreateTime is the age that a project shows which was only mentioned.
var implicitCreateTime = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

// project is what is known of a project beyond its id. A project that was only
// mentioned has no record: it stands for one that its organisation made before.
type project struct {
	ID          string            `json:"id"`
	DisplayName string            `json:"displayName,omitempty"`
	Parent      string            `json:"parent,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	// Made says that it was created here, so that it counts in the inventory.
	Made    bool      `json:"made,omitempty"`
	Created time.Time `json:"created"`
	// Ready is when its creation is done; until then nobody sees it.
	Ready   time.Time  `json:"ready"`
	Updated time.Time  `json:"updated"`
	Deleted *time.Time `json:"deleted,omitempty"`

	version int64
}

func (p *project) state() string {
	if p.Deleted != nil {
		return projectDeleted
	}
	return projectActive
}

// projectStands tells the inventory which projects a user has made and not
// deleted.
func projectStands(value json.RawMessage) bool {
	var p project
	return json.Unmarshal(value, &p) == nil && p.Made && p.Deleted == nil
}

// findProject returns the record of a project by its id, or that of an implicit
// one, and false while its creation runs.
func (s *Server) findProject(id string) (*project, bool, error) {
	p := &project{}
	version, err := s.load(kindProject, "projects/"+id, p)
	if status.Code(err) == codes.NotFound {
		return &project{ID: id, DisplayName: id, Created: implicitCreateTime, Ready: implicitCreateTime, Updated: implicitCreateTime}, true, nil
	}
	p.version = version
	return p, !s.now().Before(p.Ready), err
}

// saveProject stores the record, also the first one of an implicit project.
func (s *Server) saveProject(p *project) error {
	if p.version == 0 {
		return s.create(kindProject, "", "projects/"+p.ID, p)
	}
	return s.update(kindProject, "projects/"+p.ID, p.version, p)
}

// mentioned returns the ids of the projects that a request has named.
func (p *projectRefs) mentioned() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Collect(maps.Values(p.ids))
}

// allProjects returns every project that stands or is being deleted, made or
// implicit, by id.
func (s *Server) allProjects() ([]*project, error) {
	ids := s.projectRefs.mentioned()
	for _, e := range s.store.List(kindProject, "") {
		ids = append(ids, strings.TrimPrefix(e.Name, "projects/"))
	}
	slices.Sort(ids)
	var all []*project
	for _, id := range slices.Compact(ids) {
		p, ready, err := s.findProject(id)
		if err != nil {
			return nil, err
		}
		if ready {
			all = append(all, p)
		}
	}
	return all, nil
}

// managedProject resolves what a Resource Manager call names. It answers 403
// for what is not there, as that API does in order not to tell which ids exist.
func (s *Server) managedProject(idOrNumber string) (*project, error) {
	denied := apiError(codes.PermissionDenied, "The caller does not have permission")
	id := s.canonicalProject(idOrNumber)
	if !projectIDPattern.MatchString(id) {
		return nil, denied
	}
	p, ready, err := s.findProject(id)
	if err != nil {
		return nil, err
	}
	if !ready {
		return nil, denied
	}
	return p, nil
}

// newProject makes a project and returns its record; it becomes visible when
// its creation is done.
func (s *Server) newProject(ctx context.Context, id, displayName, parent string, labels map[string]string) (*project, error) {
	if !newProjectID.MatchString(id) {
		return nil, invalid("field [project_id] has issue [project_id must be 6 to 30 lowercase letters, digits or hyphens, must start with a letter and must not end with a hyphen]")
	}
	if err := checkProjectFields(displayName, labels); err != nil {
		return nil, err
	}
	if parent != "" && !projectParent.MatchString(parent) {
		return nil, invalid("field [parent] has issue [parent must be organizations/ID or folders/ID]")
	}
	_, exists := s.projectRefs.byNumber(projectNumber(id))
	if _, err := s.store.Get(kindProject, "projects/"+id); err == nil || exists {
		return nil, apiError(codes.AlreadyExists, "Requested entity already exists")
	}
	now := s.now()
	ready, failure := s.operationFate(ctx, projectCreation)
	p := &project{
		ID: id, DisplayName: displayName, Parent: parent, Labels: labels, Made: true,
		Created: now, Updated: now, Ready: ready,
	}
	if p.DisplayName == "" {
		p.DisplayName = id
	}
	if failure != nil {
		return p, nil // The operation tells; nothing is left of the project.
	}
	if err := s.saveProject(p); err != nil {
		return nil, err
	}
	s.projectRefs.mention(id)
	return p, nil
}

func checkProjectFields(displayName string, labels map[string]string) error {
	if n := utf8.RuneCountInString(displayName); displayName != "" && (n < 4 || n > 30) {
		return invalid("field [display_name] has issue [display_name must be 4 to 30 characters]")
	}
	if len(labels) > 64 {
		return invalid("field [labels] has issue [at most 64 labels are allowed]")
	}
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		value := labels[key]
		if !userLabelKey.MatchString(key) || !userLabelVal.MatchString(value) || utf8.RuneCountInString(key) > 63 || utf8.RuneCountInString(value) > 63 {
			return invalid("field [labels] has issue [label %q: %q is not valid]", key, value)
		}
	}
	return nil
}

var (
	newProjectID  = regexp.MustCompile(`^[a-z][a-z0-9-]{4,28}[a-z0-9]$`)
	projectParent = regexp.MustCompile(`^(organizations|folders)/[0-9]+$`)
)

// removeProject starts the deletion of a project: its id stays taken, and it
// can be had back.
func (s *Server) removeProject(p *project) error {
	if p.Deleted != nil {
		return apiError(codes.FailedPrecondition, "Cannot delete an inactive project.")
	}
	if err := s.checkLiens(p); err != nil {
		return err
	}
	now := s.now()
	p.Deleted, p.Updated = &now, now
	return s.saveProject(p)
}

// restoreProject takes a deletion back.
func (s *Server) restoreProject(p *project) error {
	if p.Deleted == nil {
		return apiError(codes.FailedPrecondition, "Cannot undelete an active project.")
	}
	p.Deleted, p.Updated = nil, s.now()
	return s.saveProject(p)
}

// matchProject evaluates the filters of projects.list and projects.search:
// terms that must all hold, such as "id:a* labels.env:prod lifecycleState:ACTIVE".
func matchProject(p *project, filter string) (bool, error) {
	for _, term := range strings.Fields(filter) {
		if term == "AND" {
			continue
		}
		field, want, ok := strings.Cut(term, ":")
		if !ok {
			field, want, ok = strings.Cut(term, "=")
		}
		if !ok || term == "OR" || strings.ContainsAny(term, "()<>!") {
			return false, notModelled("the project filter %q", filter)
		}
		var have string
		switch label, isLabel := strings.CutPrefix(field, "labels."); {
		case isLabel:
			var present bool
			if have, present = p.Labels[label]; !present {
				return false, nil
			}
		case field == "id" || field == "projectId" || field == "project_id":
			have = p.ID
		case field == "name" || field == "displayName" || field == "display_name":
			have = p.DisplayName
		case field == "projectNumber":
			have = strconv.FormatInt(projectNumber(p.ID), 10)
		case field == "lifecycleState" || field == "state":
			have = p.state()
		case field == "parent":
			have = p.Parent
		default:
			return false, notModelled("the project filter %q", filter)
		}
		if !matchWildcard(strings.Trim(want, `"`), have) {
			return false, nil
		}
	}
	return true, nil
}

// matchWildcard compares without case; "*" at the end stands for any rest.
func matchWildcard(want, have string) bool {
	want, have = strings.ToLower(want), strings.ToLower(have)
	if prefix, ok := strings.CutSuffix(want, "*"); ok {
		return strings.HasPrefix(have, prefix)
	}
	return want == have
}

// projectEtag changes with every change of the project.
func projectEtag(p *project) string { return fmt.Sprintf(`W/"%x"`, p.Updated.UnixMicro()) }
