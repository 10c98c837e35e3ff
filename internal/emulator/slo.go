package emulator

import (
	"context"
	"encoding/base64"
	"regexp"
	"strings"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
)

const kindSLO = "serviceLevelObjectives"

// sloKind lists service level objectives. monitoringServiceKind serves them.
var sloKind = kind{name: kindSLO, host: monitoringHost, collection: true}

// objectiveID is the pattern that service_service.proto documents.
var objectiveID = regexp.MustCompile(`^[a-zA-Z0-9-_:.]+$`)

// serviceOfObjective returns the service whose objective a method edits, or "":
// hashicorp/google single-threads these writes, one service at a time.
func serviceOfObjective(rpc, resource string) string {
	if !strings.HasSuffix(rpc, "ServiceLevelObjective") {
		return ""
	}
	service, _, _ := strings.Cut(resource, "/serviceLevelObjectives/")
	return service
}

// GetServiceLevelObjective returns one objective. Its two views are the same,
// since basic indicators are not modelled.
func (m *monitoringServices) GetServiceLevelObjective(ctx context.Context, req *monitoringpb.GetServiceLevelObjectiveRequest) (*monitoringpb.ServiceLevelObjective, error) {
	if err := checkView(req.GetView()); err != nil {
		return nil, err
	}
	slo, _, err := m.objective(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	return m.showObjective(slo), nil
}

func checkView(view monitoringpb.ServiceLevelObjective_View) error {
	if _, known := monitoringpb.ServiceLevelObjective_View_name[int32(view)]; !known {
		return badField("view", view.String(), "There is no such view.")
	}
	return nil
}

// ListServiceLevelObjectives returns a page of the objectives of a service, or
// of all services of a project for the service "-".
func (m *monitoringServices) ListServiceLevelObjectives(ctx context.Context, req *monitoringpb.ListServiceLevelObjectivesRequest) (*monitoringpb.ListServiceLevelObjectivesResponse, error) {
	if err := checkView(req.GetView()); err != nil {
		return nil, err
	}
	q := listQuery{
		kind: kindSLO, filter: req.GetFilter(),
		pageSize: req.GetPageSize(), pageToken: req.GetPageToken(), defaultSize: servicesPage, maxSize: maxServicesPage,
	}
	if project, ok := strings.CutSuffix(req.GetParent(), "/services/-"); ok {
		parent, err := m.s.monitoringParent(ctx, project)
		if err != nil {
			return nil, err
		}
		q.within = parent + "/services/"
	} else {
		service, _, err := m.service(ctx, req.GetParent())
		if err != nil {
			return nil, err
		}
		q.parent = service.GetName()
	}
	page, err := list(m.s, q, func() *monitoringpb.ServiceLevelObjective { return &monitoringpb.ServiceLevelObjective{} })
	if err != nil {
		return nil, err
	}
	for i, slo := range page.items {
		page.items[i] = m.showObjective(slo)
	}
	return &monitoringpb.ListServiceLevelObjectivesResponse{ServiceLevelObjectives: page.items, NextPageToken: page.next}, nil
}

// CreateServiceLevelObjective adds an objective under the id in the request or
// the name in the body, or under a new id.
func (m *monitoringServices) CreateServiceLevelObjective(ctx context.Context, req *monitoringpb.CreateServiceLevelObjectiveRequest) (*monitoringpb.ServiceLevelObjective, error) {
	service, _, err := m.service(ctx, req.GetParent())
	if err != nil {
		return nil, err
	}
	if req.GetServiceLevelObjective() == nil {
		return nil, errMissing("service_level_objective")
	}
	slo := proto.CloneOf(req.GetServiceLevelObjective())
	prefix := service.GetName() + "/serviceLevelObjectives/"
	id, given := req.GetServiceLevelObjectiveId(), slo.GetName()
	switch {
	case id == "" && given == "":
		id = base64.RawURLEncoding.EncodeToString(m.s.randomBytes(16))
	case id == "":
		id = strings.TrimPrefix(m.s.canonicalName(given), prefix)
	}
	if !objectiveID.MatchString(id) {
		return nil, badField("service_level_objective_id", id, "It must match the pattern ^[a-zA-Z0-9-_:.]+$.")
	}
	slo.Name = prefix + id
	// hashicorp/google sends the bare id as the name.
	if given != "" && given != id && m.s.canonicalName(given) != slo.GetName() {
		return nil, badField("service_level_objective.name", given, "It does not match the parent and the id of the request.")
	}
	if err := m.s.checkObjective(ctx, slo); err != nil {
		return nil, err
	}
	if err := m.s.create(kindSLO, service.GetName(), slo.GetName(), slo); err != nil {
		return nil, err
	}
	return m.showObjective(slo), nil
}

// UpdateServiceLevelObjective changes an objective: the fields of the mask, or
// all of it.
func (m *monitoringServices) UpdateServiceLevelObjective(ctx context.Context, req *monitoringpb.UpdateServiceLevelObjectiveRequest) (*monitoringpb.ServiceLevelObjective, error) {
	if req.GetServiceLevelObjective() == nil {
		return nil, errMissing("service_level_objective")
	}
	before, version, err := m.objective(ctx, req.GetServiceLevelObjective().GetName())
	if err != nil {
		return nil, err
	}
	after, err := applyMask(before, req.GetServiceLevelObjective(), req.GetUpdateMask().GetPaths())
	if err != nil {
		return nil, err
	}
	after.Name = before.GetName()
	if err := m.s.checkObjective(ctx, after); err != nil {
		return nil, err
	}
	if err := m.s.update(kindSLO, after.GetName(), version, after); err != nil {
		return nil, err
	}
	return m.showObjective(after), nil
}

// DeleteServiceLevelObjective removes an objective.
func (m *monitoringServices) DeleteServiceLevelObjective(ctx context.Context, req *monitoringpb.DeleteServiceLevelObjectiveRequest) (*emptypb.Empty, error) {
	slo, version, err := m.objective(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	return &emptypb.Empty{}, m.s.store.Delete(kindSLO, slo.GetName(), version)
}

// objective returns a stored objective and its version.
func (m *monitoringServices) objective(ctx context.Context, ref string) (*monitoringpb.ServiceLevelObjective, int64, error) {
	parent, rest, err := m.s.monitoringName(ctx, ref, "services")
	if err != nil {
		return nil, 0, err
	}
	parts := strings.Split(rest, "/")
	if len(parts) != 3 || parts[1] != kindSLO || parts[0] == "" || parts[2] == "" {
		return nil, 0, invalid("Invalid name %q: it must be projects/[PROJECT_ID_OR_NUMBER]/services/[SERVICE_ID]/serviceLevelObjectives/[SLO_NAME].", ref)
	}
	slo := &monitoringpb.ServiceLevelObjective{}
	version, err := m.s.load(kindSLO, parent+"/services/"+rest, slo)
	if status.Code(err) == codes.NotFound {
		return nil, 0, notFound("There is no slo with id %q under service %q in project %q", parts[2], parts[0], projectOf(parent))
	}
	return slo, version, err
}

func (m *monitoringServices) showObjective(slo *monitoringpb.ServiceLevelObjective) *monitoringpb.ServiceLevelObjective {
	out := proto.CloneOf(slo)
	out.Name = m.s.numberedName(out.GetName())
	return out
}
