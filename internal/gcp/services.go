package gcp

import (
	"context"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
)

// Services reads and writes the services that objectives belong to, with Get,
// Fresh, Update, Delete and Twin as [AlertPolicies] has them.
type Services struct {
	*collection[*monitoringpb.Service]
}

// Create makes a service in a project, given by id, as
// projects/PROJECT/services/ID; an empty id becomes a fresh one. An id that is
// taken is an error ([IsAlreadyExists]); a lost reply is dealt with as in
// [Dashboards.Create].
func (s *Services) Create(ctx context.Context, project, id string, service *monitoringpb.Service) (*monitoringpb.Service, error) {
	return s.createIn(ctx, "projects/"+project, id, service)
}

// List returns the services of a project, given by id, that match filter; an
// empty filter matches all. It always asks the service.
func (s *Services) List(ctx context.Context, project, filter string) ([]*monitoringpb.Service, error) {
	return s.listIn(ctx, "projects/"+project, filter)
}

func newServices(c *Client) *Services {
	type service = *monitoringpb.Service
	return &Services{newCollection(c, kind[service]{
		noun: "Service", plural: "Services", segment: "services", chosen: true,
		name:    service.GetName,
		setName: func(s service, name string) { s.Name = name },
		labels:  func(s service) *map[string]string { return &s.UserLabels },
		twin:    func(standing, wanted service) bool { return covers(standing, wanted) },
		get: func(ctx context.Context, mon *monitoringClients, name string) (service, error) {
			return mon.services.GetService(ctx, &monitoringpb.GetServiceRequest{Name: name})
		},
		list: func(ctx context.Context, mon *monitoringClients, parent, filter string) func() (service, error) {
			return mon.services.ListServices(ctx, &monitoringpb.ListServicesRequest{Parent: parent, Filter: filter, PageSize: listPageSize}).Next
		},
		create: func(ctx context.Context, mon *monitoringClients, parent, id string, s service) (service, error) {
			return mon.services.CreateService(ctx, &monitoringpb.CreateServiceRequest{Parent: parent, ServiceId: id, Service: s})
		},
		update: func(ctx context.Context, mon *monitoringClients, s service, mask []string) (service, error) {
			return mon.services.UpdateService(ctx, &monitoringpb.UpdateServiceRequest{Service: s, UpdateMask: fieldMask(mask)})
		},
		remove: func(ctx context.Context, mon *monitoringClients, name string) error {
			return mon.services.DeleteService(ctx, &monitoringpb.DeleteServiceRequest{Name: name})
		},
	})}
}

// SLOs reads and writes service-level objectives, with Get, Fresh, Update,
// Delete and Twin as [AlertPolicies] has them. One list of all services'
// objectives serves the reads of a project.
type SLOs struct {
	*collection[*monitoringpb.ServiceLevelObjective]
}

// Create makes an objective of the service with this full name, as
// SERVICE/serviceLevelObjectives/ID; an empty id becomes a fresh one. An id
// that is taken is an error ([IsAlreadyExists]); a lost reply is dealt with as
// in [Dashboards.Create]. A metric that the project does not have yet is an
// error at once ([IsMetricNotFound]): whether to wait is the caller's business.
func (s *SLOs) Create(ctx context.Context, service, id string, slo *monitoringpb.ServiceLevelObjective) (*monitoringpb.ServiceLevelObjective, error) {
	return s.createIn(ctx, service, id, slo)
}

// List returns the objectives of the service with this full name; with "-" as
// its id, those of every service of the project. It always asks the service.
func (s *SLOs) List(ctx context.Context, service string) ([]*monitoringpb.ServiceLevelObjective, error) {
	return s.listIn(ctx, service, "")
}

func newSLOs(c *Client) *SLOs {
	type slo = *monitoringpb.ServiceLevelObjective
	return &SLOs{newCollection(c, kind[slo]{
		noun: "ServiceLevelObjective", plural: "ServiceLevelObjectives", segment: "serviceLevelObjectives", chosen: true, everywhere: "/services/-",
		name:    slo.GetName,
		setName: func(s slo, name string) { s.Name = name },
		labels:  func(s slo) *map[string]string { return &s.UserLabels },
		twin:    func(standing, wanted slo) bool { return covers(standing, wanted) },
		get: func(ctx context.Context, mon *monitoringClients, name string) (slo, error) {
			return mon.services.GetServiceLevelObjective(ctx, &monitoringpb.GetServiceLevelObjectiveRequest{Name: name})
		},
		list: func(ctx context.Context, mon *monitoringClients, parent, filter string) func() (slo, error) {
			return mon.services.ListServiceLevelObjectives(ctx, &monitoringpb.ListServiceLevelObjectivesRequest{Parent: parent, Filter: filter, PageSize: listPageSize}).Next
		},
		create: func(ctx context.Context, mon *monitoringClients, parent, id string, s slo) (slo, error) {
			return mon.services.CreateServiceLevelObjective(ctx, &monitoringpb.CreateServiceLevelObjectiveRequest{
				Parent: parent, ServiceLevelObjectiveId: id, ServiceLevelObjective: s,
			})
		},
		update: func(ctx context.Context, mon *monitoringClients, s slo, mask []string) (slo, error) {
			return mon.services.UpdateServiceLevelObjective(ctx, &monitoringpb.UpdateServiceLevelObjectiveRequest{ServiceLevelObjective: s, UpdateMask: fieldMask(mask)})
		},
		remove: func(ctx context.Context, mon *monitoringClients, name string) error {
			return mon.services.DeleteServiceLevelObjective(ctx, &monitoringpb.DeleteServiceLevelObjectiveRequest{Name: name})
		},
	})}
}
