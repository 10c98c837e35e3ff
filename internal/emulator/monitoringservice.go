package emulator

import (
	"context"
	"regexp"
	"strings"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
)

const kindMonitoringService = "monitoringServices"

// monitoringServiceKind serves projects.services of the Monitoring API. The
// objectives under them share its gRPC service; their methods are in slo.go.
var monitoringServiceKind = kind{
	name: kindMonitoringService, host: monitoringHost, collection: true,
	serialBy: serviceOfObjective,
	permissions: map[string]string{
		"CreateService":               "monitoring.services.create",
		"GetService":                  "monitoring.services.get",
		"UpdateService":               "monitoring.services.update",
		"DeleteService":               "monitoring.services.delete",
		"CreateServiceLevelObjective": "monitoring.slos.create",
		"GetServiceLevelObjective":    "monitoring.slos.get",
		"UpdateServiceLevelObjective": "monitoring.slos.update",
		"DeleteServiceLevelObjective": "monitoring.slos.delete",
	},
	register: func(s *Server, r grpc.ServiceRegistrar) {
		monitoringpb.RegisterServiceMonitoringServiceServer(r, &monitoringServices{s: s})
	},
}

// monitoringServices serves google.monitoring.v3.ServiceMonitoringService. Its
// names hold the project's number, and it fills nothing in, as recorded.
type monitoringServices struct {
	monitoringpb.UnimplementedServiceMonitoringServiceServer
	s *Server
}

// Sizes of a page. The API documents none.
const (
	servicesPage    = 100
	maxServicesPage = 1000
)

// serviceID is the pattern that service_service.proto documents.
var serviceID = regexp.MustCompile(`^[a-z0-9-]+$`)

// GetService returns one service.
func (m *monitoringServices) GetService(ctx context.Context, req *monitoringpb.GetServiceRequest) (*monitoringpb.Service, error) {
	service, _, err := m.service(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	return m.showService(service), nil
}

// ListServices returns a page of a project's services.
func (m *monitoringServices) ListServices(ctx context.Context, req *monitoringpb.ListServicesRequest) (*monitoringpb.ListServicesResponse, error) {
	parent, err := m.s.monitoringParent(ctx, req.GetParent())
	if err != nil {
		return nil, err
	}
	page, err := list(m.s, listQuery{
		kind: kindMonitoringService, parent: parent, filter: req.GetFilter(),
		pageSize: req.GetPageSize(), pageToken: req.GetPageToken(), defaultSize: servicesPage, maxSize: maxServicesPage,
	}, func() *monitoringpb.Service { return &monitoringpb.Service{} })
	if err != nil {
		return nil, err
	}
	for i, service := range page.items {
		page.items[i] = m.showService(service)
	}
	return &monitoringpb.ListServicesResponse{Services: page.items, NextPageToken: page.next}, nil
}

// CreateService adds a service under the id in the request, or under a new one.
func (m *monitoringServices) CreateService(ctx context.Context, req *monitoringpb.CreateServiceRequest) (*monitoringpb.Service, error) {
	parent, err := m.s.monitoringParent(ctx, req.GetParent())
	if err != nil {
		return nil, err
	}
	if req.GetService() == nil {
		return nil, errMissing("service")
	}
	service := proto.CloneOf(req.GetService())
	id := req.GetServiceId()
	if id == "" {
		id = m.s.newUUID()
	}
	if !serviceID.MatchString(id) {
		return nil, badField("service_id", id, "It must match the pattern [a-z0-9-]+.")
	}
	name := parent + "/services/" + id
	if given := service.GetName(); given != "" && m.s.canonicalName(given) != name {
		return nil, badField("service.name", given, "It does not match the parent and the service id of the request.")
	}
	service.Name = name
	if err := checkService(service); err != nil {
		return nil, err
	}
	if err := m.s.create(kindMonitoringService, parent, name, service); err != nil {
		return nil, err
	}
	return m.showService(service), nil
}

// UpdateService changes a service: the fields of the mask, or all of it.
func (m *monitoringServices) UpdateService(ctx context.Context, req *monitoringpb.UpdateServiceRequest) (*monitoringpb.Service, error) {
	if req.GetService() == nil {
		return nil, errMissing("service")
	}
	before, version, err := m.service(ctx, req.GetService().GetName())
	if err != nil {
		return nil, err
	}
	after, err := applyMask(before, req.GetService(), req.GetUpdateMask().GetPaths())
	if err != nil {
		return nil, err
	}
	after.Name = before.GetName()
	if err := checkService(after); err != nil {
		return nil, err
	}
	if err := m.s.update(kindMonitoringService, after.GetName(), version, after); err != nil {
		return nil, err
	}
	return m.showService(after), nil
}

// DeleteService removes a service. What the real one does with the objectives
// under it is not recorded: here they have to go first.
func (m *monitoringServices) DeleteService(ctx context.Context, req *monitoringpb.DeleteServiceRequest) (*emptypb.Empty, error) {
	service, version, err := m.service(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	if n := len(m.s.store.List(kindSLO, service.GetName())); n > 0 {
		return nil, apiError(codes.FailedPrecondition, "The service "+service.GetName()+" still has service level objectives. Delete them first.")
	}
	return &emptypb.Empty{}, m.s.store.Delete(kindMonitoringService, service.GetName(), version)
}

// checkService refuses a service that breaks a rule of service.proto. A custom
// service is the only one whose creation is recorded.
func checkService(service *monitoringpb.Service) error {
	switch {
	case service.GetBasicService() != nil:
		return notModelled("the basicService of a service")
	case service.GetIdentifier() == nil:
		return badField("service.identifier", "", "A service needs an identifier, such as custom.")
	case service.GetCustom() == nil:
		return notModelled("services other than custom ones")
	}
	if n := len([]rune(service.GetDisplayName())); n > maxDisplayName {
		return badField("service.display_name", service.GetDisplayName(), "The display name is too long.")
	}
	if name := service.GetTelemetry().GetResourceName(); name != "" && !strings.HasPrefix(name, "//") {
		return badField("service.telemetry.resource_name", name, "It must be the full name of a resource, such as //storage.googleapis.com/buckets/b.")
	}
	return checkUserLabels("service", service.GetUserLabels())
}

// service returns a stored service and its version.
func (m *monitoringServices) service(ctx context.Context, ref string) (*monitoringpb.Service, int64, error) {
	parent, id, err := m.s.monitoringName(ctx, ref, "services")
	if err != nil {
		return nil, 0, err
	}
	if strings.Contains(id, "/") {
		return nil, 0, invalid("Invalid name %q: it must be projects/[PROJECT_ID_OR_NUMBER]/services/[SERVICE_ID].", ref)
	}
	service := &monitoringpb.Service{}
	version, err := m.s.load(kindMonitoringService, parent+"/services/"+id, service)
	if status.Code(err) == codes.NotFound {
		return nil, 0, notFound("There is no service with id '%s' in project '%d'", id, projectNumber(projectOf(parent)))
	}
	return service, version, err
}

func (m *monitoringServices) showService(service *monitoringpb.Service) *monitoringpb.Service {
	out := proto.CloneOf(service)
	out.Name = m.s.numberedName(out.GetName())
	return out
}
