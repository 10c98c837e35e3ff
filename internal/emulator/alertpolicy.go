package emulator

import (
	"context"
	"strings"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const (
	monitoringHost  = "monitoring.googleapis.com"
	kindAlertPolicy = "alertPolicies"
)

var alertPolicyKind = kind{
	name:         kindAlertPolicy,
	host:         monitoringHost,
	collection:   true,
	serialWrites: true,
	register: func(s *Server, r grpc.ServiceRegistrar) {
		monitoringpb.RegisterAlertPolicyServiceServer(r, &alertPolicies{s: s})
	},
}

// alertPolicies serves google.monitoring.v3.AlertPolicyService.
type alertPolicies struct {
	monitoringpb.UnimplementedAlertPolicyServiceServer
	s *Server
}

// GetAlertPolicy returns one policy.
func (a *alertPolicies) GetAlertPolicy(ctx context.Context, req *monitoringpb.GetAlertPolicyRequest) (*monitoringpb.AlertPolicy, error) {
	name, err := a.name(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	policy := &monitoringpb.AlertPolicy{}
	if _, err := a.s.load(kindAlertPolicy, name, policy); err != nil {
		return nil, errNoPolicy(err, name)
	}
	return policy, nil
}

// CreateAlertPolicy adds a policy under a new id.
func (a *alertPolicies) CreateAlertPolicy(ctx context.Context, req *monitoringpb.CreateAlertPolicyRequest) (*monitoringpb.AlertPolicy, error) {
	project, err := a.s.useProject(ctx, projectOf(req.GetName()), monitoringHost)
	if err != nil {
		return nil, err
	}
	parent := "projects/" + project
	policy := req.GetAlertPolicy()
	policy.Name = a.s.newNumericID(kindAlertPolicy, parent+"/alertPolicies/")
	if policy.Enabled == nil {
		policy.Enabled = wrapperspb.Bool(true)
	}
	policy.CreationRecord = &monitoringpb.MutationRecord{MutateTime: timestamppb.New(a.s.now()), MutatedBy: mutator}
	policy.MutationRecord = policy.GetCreationRecord()
	if err := a.s.create(kindAlertPolicy, parent, policy.GetName(), policy); err != nil {
		return nil, err
	}
	return policy, nil
}

// DeleteAlertPolicy removes a policy.
func (a *alertPolicies) DeleteAlertPolicy(ctx context.Context, req *monitoringpb.DeleteAlertPolicyRequest) (*emptypb.Empty, error) {
	name, err := a.name(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	if err := a.s.store.Delete(kindAlertPolicy, name, 0); err != nil {
		return nil, errNoPolicy(err, name)
	}
	return &emptypb.Empty{}, nil
}

// mutator is who made a change, in mutation records: the server authenticates
// nobody.
const mutator = "emulator@cortx.invalid"

// name checks a policy's name and returns it with the project's id.
func (a *alertPolicies) name(ctx context.Context, name string) (string, error) {
	parts := strings.Split(name, "/")
	if len(parts) != 4 || parts[0] != "projects" || parts[2] != "alertPolicies" || parts[3] == "" {
		return "", invalid("Invalid name %q: it must be projects/[PROJECT_ID_OR_NUMBER]/alertPolicies/[ALERT_POLICY_ID].", name)
	}
	project, err := a.s.useProject(ctx, parts[1], monitoringHost)
	if err != nil {
		return "", err
	}
	return "projects/" + project + "/alertPolicies/" + parts[3], nil
}

func errNoPolicy(err error, name string) error {
	if status.Code(err) == codes.NotFound {
		return notFound("Cannot find alert policy %s.", name)
	}
	return err
}
