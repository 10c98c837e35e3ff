package emulator

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/serviceusage/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	serviceUsageHost = "serviceusage.googleapis.com"
	kindService      = "services"
	// serviceOperation is about what enabling or disabling takes, and
	// servicePropagation what passes after that until every front end of the
	// API knows of it: an enabled API is not yet a usable one.
	serviceOperation   = 10 * time.Second
	servicePropagation = time.Minute
)

// States of a service.
const (
	serviceEnabled = "ENABLED"
	serviceOff     = "DISABLED"
)

// serviceKind serves Service Usage v1. Only services whose state was changed
// are stored; the others have that of a new project.
var serviceKind = kind{
	name: kindService, host: serviceUsageHost,
	permissions: map[string]string{
		"GetService":          "serviceusage.services.get",
		"BatchGetServices":    "serviceusage.services.get",
		"ListServices":        "serviceusage.services.list",
		"EnableService":       "serviceusage.services.enable",
		"BatchEnableServices": "serviceusage.services.enable",
		"DisableService":      "serviceusage.services.disable",
		// The method checks that the caller may enable what it makes the agent of.
		"GenerateServiceIdentity": "serviceusage.services.enable",
	},
	routes: func(s *Server) []route {
		v := services{s: s}
		return []route{
			{method: "GET", path: "/v1/{name=projects/*/services/*}", rpc: "GetService", handle: v.get},
			{method: "GET", path: "/v1/{parent=projects/*}/services", rpc: "ListServices", query: []string{"fields", "filter", "pageSize", "pageToken"}, handle: v.list},
			{method: "GET", path: "/v1/{parent=projects/*}/services:batchGet", rpc: "BatchGetServices", query: []string{"names"}, handle: v.batchGet},
			{method: "POST", path: "/v1/{name=projects/*/services/*}:enable", rpc: "EnableService", handle: v.enable},
			{method: "POST", path: "/v1/{name=projects/*/services/*}:disable", rpc: "DisableService", handle: v.disable},
			{method: "POST", path: "/v1/{parent=projects/*}/services:batchEnable", rpc: "BatchEnableServices", handle: v.batchEnable},
			{method: "GET", path: "/v1/{name=operations/*}", rpc: "GetOperation", handle: v.operationNow},
			{method: "GET", path: "/v1beta1/{name=operations/*}", rpc: "GetOperation", handle: v.operationNow},
			{method: "POST", path: "/v1beta1/{parent=projects/*/services/*}:generateServiceIdentity", rpc: "GenerateServiceIdentity", handle: v.generateIdentity},
		}
	},
}

type services struct{ s *Server }

func (v services) operationNow(_ context.Context, r *restRequest) (any, error) {
	if found := finishedOperation.FindStringSubmatch(r.vars["name"]); found != nil {
		return &operation{Name: found[0], Done: true}, nil
	}
	return v.s.getOperation(serviceUsageHost, r.vars["name"])
}

// finishedOperation is the name of an operation that had nothing to do.
var finishedOperation = regexp.MustCompile(`^operations/(noop|finished)\.DONE_OPERATION$`)

// serviceChange is the latest change of a service's state in a project.
type serviceChange struct {
	State  string `json:"state"`
	Before string `json:"before"`
	// At is when the change shows; calls follow it Propagation later. That is no
	// time of its own, as nobody knows it of an operation that hangs.
	At          time.Time     `json:"at"`
	Propagation time.Duration `json:"propagation"`
}

// serviceState returns the state that Service Usage shows, and the one that
// calls to the API meet.
func (s *Server) serviceState(project, name string) (shown, met string, version int64, err error) {
	var c serviceChange
	version, err = s.load(kindService, "projects/"+project+"/services/"+name, &c)
	if status.Code(err) == codes.NotFound {
		state := serviceOff
		if known, ok := cloudServiceByName(name); ok && known.initial {
			state = serviceEnabled
		}
		return state, state, 0, nil
	}
	shown, met = c.Before, c.Before
	now := s.now()
	if !now.Before(c.At) {
		shown = c.State
	}
	if !now.Before(c.At.Add(c.Propagation)) {
		met = c.State
	}
	return shown, met, version, err
}

// serviceUsable tells whether calls to an API go through in a project.
func (s *Server) serviceUsable(project, host string) bool {
	_, met, _, err := s.serviceState(project, host)
	return err == nil && met == serviceEnabled
}

// project resolves a parent, for a project that stands.
func (v services) project(ref string) (string, error) {
	id := v.s.canonicalProject(projectOf(ref))
	denied := apiError(codes.PermissionDenied, fmt.Sprintf("Project '%s' not found or permission denied.", projectOf(ref)),
		errorInfo("RESOURCES_NOT_FOUND", "serviceusage.googleapis.com", map[string]string{"resource": ref}))
	if !projectIDPattern.MatchString(id) {
		return "", denied
	}
	p, ready, err := v.s.findProject(id)
	if err != nil {
		return "", err
	}
	if !ready || p.Deleted != nil {
		return "", denied
	}
	return id, nil
}

// known refuses services that are none.
func (services) known(names ...string) error {
	var unknown []string
	for _, name := range names {
		if _, ok := cloudServiceByName(name); !ok {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	list := strings.Join(unknown, ",")
	return apiError(codes.PermissionDenied, fmt.Sprintf("Not found or permission denied for service(s): %s.", list),
		errorInfo("SERVICE_CONFIG_NOT_FOUND_OR_PERMISSION_DENIED", "serviceusage.googleapis.com", map[string]string{"services": list}))
}

// split resolves projects/P/services/S to the project's id and the service.
func (v services) split(ref string) (project, name string, err error) {
	parent, name, ok := strings.Cut(ref, "/services/")
	if !ok {
		return "", "", invalid("Invalid service name %q: it must be projects/[PROJECT]/services/[SERVICE].", ref)
	}
	if project, err = v.project(parent); err != nil {
		return "", "", err
	}
	return project, name, v.known(name)
}

func (v services) render(project, name, state string) *serviceusage.GoogleApiServiceusageV1Service {
	parent := "projects/" + strconv.FormatInt(projectNumber(project), 10)
	return &serviceusage.GoogleApiServiceusageV1Service{
		Name: parent + "/services/" + name, Parent: parent, State: state,
		Config: &serviceusage.GoogleApiServiceusageV1ServiceConfig{Name: name, Title: serviceTitle(name)},
	}
}

func (v services) get(_ context.Context, r *restRequest) (any, error) {
	return v.getOne(r.vars["name"])
}

func (v services) getOne(ref string) (*serviceusage.GoogleApiServiceusageV1Service, error) {
	project, name, err := v.split(ref)
	if err != nil {
		return nil, err
	}
	state, _, _, err := v.s.serviceState(project, name)
	return v.render(project, name, state), err
}

func (v services) batchGet(_ context.Context, r *restRequest) (any, error) {
	const most = 30
	names := r.query["names"]
	if len(names) == 0 || len(names) > most {
		return nil, invalid("A batch must name 1 to %d services, it names %d.", most, len(names))
	}
	if _, err := v.project(r.vars["parent"]); err != nil {
		return nil, err
	}
	out := &serviceusage.BatchGetServicesResponse{}
	for _, name := range names {
		one, err := v.getOne(name)
		if err != nil {
			return nil, err
		}
		out.Services = append(out.Services, one)
	}
	return out, nil
}

func (v services) list(_ context.Context, r *restRequest) (any, error) {
	project, err := v.project(r.vars["parent"])
	if err != nil {
		return nil, err
	}
	filter := r.query.Get("filter")
	switch filter {
	case "", "state:" + serviceEnabled, "state:" + serviceOff:
	default:
		return nil, invalid("Invalid filter %q: the supported filters are state:ENABLED and state:DISABLED.", filter)
	}
	var found []*serviceusage.GoogleApiServiceusageV1Service
	for _, c := range cloudServices() {
		state, _, _, err := v.s.serviceState(project, c.name)
		if err != nil {
			return nil, err
		}
		if filter == "" || filter == "state:"+state {
			found = append(found, v.render(project, c.name, state))
		}
	}
	page, next, err := pageOf(found, r.query, "services "+project+" "+filter, 50, 200)
	if err != nil {
		return nil, err
	}
	return partialReply(r, &serviceusage.ListServicesResponse{Services: page, NextPageToken: next})
}

func (v services) enable(ctx context.Context, r *restRequest) (any, error) {
	project, name, err := v.split(r.vars["name"])
	if err != nil {
		return nil, err
	}
	if err := r.decode(&serviceusage.EnableServiceRequest{}); err != nil {
		return nil, err
	}
	shown, _, _, err := v.s.serviceState(project, name)
	if err != nil {
		return nil, err
	}
	if err := v.checkBilling(project, name); err != nil {
		return nil, err
	}
	response, err := anyOf("google.api.serviceusage.v1.EnableServiceResponse",
		map[string]any{"service": v.render(project, name, serviceEnabled)})
	if err != nil {
		return nil, err
	}
	if shown == serviceEnabled {
		return &operation{Name: "operations/noop.DONE_OPERATION", Done: true, Response: response}, nil
	}
	return v.change(ctx, project, []string{name}, serviceEnabled, response)
}

func (v services) batchEnable(ctx context.Context, r *restRequest) (any, error) {
	const most = 20
	project, err := v.project(r.vars["parent"])
	if err != nil {
		return nil, err
	}
	var req serviceusage.BatchEnableServicesRequest
	if err := r.decode(&req); err != nil {
		return nil, err
	}
	if n := len(req.ServiceIds); n == 0 || n > most {
		return nil, invalid("A batch must name 1 to %d services, it names %d.", most, n)
	}
	if err := v.known(req.ServiceIds...); err != nil {
		return nil, err
	}
	if err := v.checkBilling(project, req.ServiceIds...); err != nil {
		return nil, err
	}
	var enabled []any
	var off []string
	for _, name := range req.ServiceIds {
		shown, _, _, err := v.s.serviceState(project, name)
		if err != nil {
			return nil, err
		}
		enabled = append(enabled, v.render(project, name, serviceEnabled))
		if shown != serviceEnabled {
			off = append(off, name)
		}
	}
	response, err := anyOf("google.api.serviceusage.v1.BatchEnableServicesResponse", map[string]any{"services": enabled})
	if err != nil {
		return nil, err
	}
	if len(off) == 0 {
		return &operation{Name: "operations/noop.DONE_OPERATION", Done: true, Response: response}, nil
	}
	return v.change(ctx, project, off, serviceEnabled, response)
}

func (v services) disable(ctx context.Context, r *restRequest) (any, error) {
	project, name, err := v.split(r.vars["name"])
	if err != nil {
		return nil, err
	}
	var req serviceusage.DisableServiceRequest
	if err := r.decode(&req); err != nil {
		return nil, err
	}
	if req.CheckIfServiceHasUsage == "CHECK" {
		return nil, notModelled("the check for recent usage of a service")
	}
	shown, _, _, err := v.s.serviceState(project, name)
	if err != nil {
		return nil, err
	}
	if shown != serviceEnabled {
		return nil, apiError(codes.FailedPrecondition, fmt.Sprintf("Service %s is not enabled in project %d.", name, projectNumber(project)))
	}
	// The agent that enabling made stays.
	if v.s.serviceAgentExists(project, name) {
		if _, err := v.s.makeServiceAgent(project, name); err != nil {
			return nil, err
		}
	}
	response, err := anyOf("google.api.serviceusage.v1.DisableServiceResponse",
		map[string]any{"service": v.render(project, name, serviceOff)})
	if err != nil {
		return nil, err
	}
	return v.change(ctx, project, []string{name}, serviceOff, response)
}

// change starts the operation that gives services a new state, and records it.
// It shows when the operation is done, and calls follow after the propagation;
// an operation that fails changes nothing.
func (v services) change(ctx context.Context, project string, names []string, state string, response any) (any, error) {
	number := strconv.FormatInt(projectNumber(project), 10)
	resources := make([]string, len(names))
	for i, name := range names {
		resources[i] = "services/" + name + "/projectSettings/" + number
	}
	started, err := v.s.beginOperation(ctx, operationPlan{
		host: serviceUsageHost, prefix: "operations/acat.p2-" + number + "-", takes: serviceOperation,
		metadata: map[string]any{
			"@type":         "type.googleapis.com/google.api.serviceusage.v1.OperationMetadata",
			"resourceNames": resources,
		},
		response: response,
	})
	if err != nil {
		return nil, err
	}
	// The call that starts it replies with the name, and nothing else, as recorded.
	reply := &operation{Name: started.operation.Name}
	if started.failure != nil {
		return reply, nil
	}
	for _, name := range names {
		shown, _, version, err := v.s.serviceState(project, name)
		if err != nil {
			return nil, err
		}
		c := serviceChange{State: state, Before: shown, At: started.doneAt, Propagation: v.s.scaled(servicePropagation)}
		full := "projects/" + project + "/services/" + name
		if version == 0 {
			err = v.s.create(kindService, "projects/"+project, full, c)
		} else {
			err = v.s.update(kindService, full, version, c)
		}
		if err != nil {
			return nil, err
		}
	}
	return reply, nil
}

// checkBilling refuses to enable paid APIs in a project that nobody pays for.
func (v services) checkBilling(project string, names ...string) error {
	account, _, err := v.s.billingAccount(project)
	if err != nil || account != "" {
		return err
	}
	paid := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !paidHosts[name] })
	if len(paid) == 0 {
		return nil
	}
	list := strings.Join(paid, ",")
	return apiError(codes.FailedPrecondition,
		fmt.Sprintf("Billing account for project '%d' is not found. Billing must be enabled for activation of service(s) '%s' to proceed.", projectNumber(project), list),
		errorInfo("UREQ_PROJECT_BILLING_NOT_FOUND", "serviceusage.googleapis.com/billing-enabled", map[string]string{
			"project": strconv.FormatInt(projectNumber(project), 10), "services": list,
		}))
}
