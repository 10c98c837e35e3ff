package emulator

import (
	"context"
	"strings"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const (
	monitoringHost  = "monitoring.googleapis.com"
	kindAlertPolicy = "alertPolicies"
)

var alertPolicyKind = kind{
	name: kindAlertPolicy,
	permissions: map[string]string{
		"CreateAlertPolicy": "monitoring.alertPolicies.create",
		"GetAlertPolicy":    "monitoring.alertPolicies.get",
		"UpdateAlertPolicy": "monitoring.alertPolicies.update",
		"DeleteAlertPolicy": "monitoring.alertPolicies.delete",
	},
	host:         monitoringHost,
	collection:   true,
	serialWrites: true,
	register: func(s *Server, r grpc.ServiceRegistrar) {
		monitoringpb.RegisterAlertPolicyServiceServer(r, &alertPolicies{s: s})
	},
}

// alertPolicies serves google.monitoring.v3.AlertPolicyService. What it fills
// in is what recorded replies of the service show beyond the request: the
// names, enabled, and the two mutation records.
type alertPolicies struct {
	monitoringpb.UnimplementedAlertPolicyServiceServer
	s *Server
}

// mutator is who made a change, in mutation records: the server authenticates
// nobody.
const mutator = "emulator@cortx.invalid"

// GetAlertPolicy returns one policy.
func (a *alertPolicies) GetAlertPolicy(ctx context.Context, req *monitoringpb.GetAlertPolicyRequest) (*monitoringpb.AlertPolicy, error) {
	policy, _, err := a.find(ctx, req.GetName())
	return policy, err
}

// ListAlertPolicies returns a page of a project's policies.
func (a *alertPolicies) ListAlertPolicies(ctx context.Context, req *monitoringpb.ListAlertPoliciesRequest) (*monitoringpb.ListAlertPoliciesResponse, error) {
	parent, err := a.s.monitoringParent(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	page, err := list(a.s, listQuery{
		kind: kindAlertPolicy, parent: parent,
		filter: req.GetFilter(), orderBy: req.GetOrderBy(),
		pageSize: req.GetPageSize(), pageToken: req.GetPageToken(),
		defaultSize: 100, maxSize: 1000,
	}, func() *monitoringpb.AlertPolicy { return &monitoringpb.AlertPolicy{} })
	if err != nil {
		return nil, err
	}
	return &monitoringpb.ListAlertPoliciesResponse{
		AlertPolicies: page.items,
		NextPageToken: page.next,
		TotalSize:     int32(min(page.total, 1<<30)), //nolint:gosec // bounded
	}, nil
}

// CreateAlertPolicy adds a policy under a new id.
func (a *alertPolicies) CreateAlertPolicy(ctx context.Context, req *monitoringpb.CreateAlertPolicyRequest) (*monitoringpb.AlertPolicy, error) {
	parent, err := a.s.monitoringParent(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	if req.GetAlertPolicy() == nil {
		return nil, errMissing("alert_policy")
	}
	policy := proto.CloneOf(req.GetAlertPolicy())
	if policy.GetName() != "" {
		return nil, badField("alert_policy.name", policy.GetName(), "Field must be empty.")
	}
	policy.Name = a.s.newNumericID(kindAlertPolicy, parent+"/alertPolicies/")
	if err := a.nameConditions(policy, nil); err != nil {
		return nil, err
	}
	policy.Validity = nil
	if err := a.complete(ctx, policy); err != nil {
		return nil, err
	}
	if err := a.s.checkPolicyCount(projectOf(parent)); err != nil {
		return nil, err
	}
	policy.CreationRecord = a.record()
	policy.MutationRecord = proto.CloneOf(policy.GetCreationRecord())
	if err := a.s.create(kindAlertPolicy, parent, policy.GetName(), policy); err != nil {
		return nil, err
	}
	return policy, nil
}

// UpdateAlertPolicy changes a policy: the fields of the mask, or all of it.
func (a *alertPolicies) UpdateAlertPolicy(ctx context.Context, req *monitoringpb.UpdateAlertPolicyRequest) (*monitoringpb.AlertPolicy, error) {
	if req.GetAlertPolicy() == nil {
		return nil, errMissing("alert_policy")
	}
	before, version, err := a.find(ctx, req.GetAlertPolicy().GetName())
	if err != nil {
		return nil, err
	}
	after, err := applyMask(before, req.GetAlertPolicy(), req.GetUpdateMask().GetPaths())
	if err != nil {
		return nil, err
	}
	after.Name, after.CreationRecord, after.Validity = before.GetName(), before.GetCreationRecord(), before.GetValidity()
	if err := a.nameConditions(after, before); err != nil {
		return nil, err
	}
	if err := a.complete(ctx, after); err != nil {
		return nil, err
	}
	after.MutationRecord = a.record()
	if err := a.s.update(kindAlertPolicy, after.GetName(), version, after); err != nil {
		return nil, err
	}
	return after, nil
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

// complete fills the defaults in and checks the policy as it would be stored.
func (a *alertPolicies) complete(ctx context.Context, policy *monitoringpb.AlertPolicy) error {
	if policy.GetEnabled() == nil {
		policy.Enabled = wrapperspb.Bool(true)
	}
	if err := checkPolicy(policy); err != nil {
		return err
	}
	project := projectOf(policy.GetName())
	if err := a.s.resolveChannels(policy, project); err != nil {
		return err
	}
	if err := checkStrategy(policy); err != nil {
		return err
	}
	return a.s.checkMetricsExist(ctx, project, policy)
}

// nameConditions gives unnamed conditions an id and checks the names of the
// others: only a condition of the policy itself can be named.
func (a *alertPolicies) nameConditions(policy, before *monitoringpb.AlertPolicy) error {
	known := map[string]bool{}
	for _, c := range before.GetConditions() {
		known[c.GetName()] = true
	}
	prefix := policy.GetName() + "/conditions/"
	for i, c := range policy.GetConditions() {
		if c == nil {
			return badField(conditionField(i, "condition_case"), "0", noConditionType)
		}
		if c.GetName() == "" {
			c.Name = a.s.newNumericID(kindAlertPolicy, prefix)
			continue
		}
		full := a.s.canonicalName(c.GetName())
		if !known[full] {
			return badField(conditionField(i, "name"), c.GetName(), "The policy has no condition of this name; leave the name of a new condition empty.")
		}
		known[full] = false // a second one of the same name is refused
		c.Name = full
	}
	return nil
}

func (a *alertPolicies) record() *monitoringpb.MutationRecord {
	return &monitoringpb.MutationRecord{MutateTime: timestamppb.New(a.s.now()), MutatedBy: mutator}
}

func (a *alertPolicies) find(ctx context.Context, ref string) (*monitoringpb.AlertPolicy, int64, error) {
	name, err := a.name(ctx, ref)
	if err != nil {
		return nil, 0, err
	}
	policy := &monitoringpb.AlertPolicy{}
	version, err := a.s.load(kindAlertPolicy, name, policy)
	if err != nil {
		return nil, 0, errNoPolicy(err, name)
	}
	return policy, version, nil
}

// name checks a policy's name and returns it with the project's id.
func (a *alertPolicies) name(ctx context.Context, ref string) (string, error) {
	parent, id, err := a.s.monitoringName(ctx, ref, kindAlertPolicy)
	if err != nil {
		return "", err
	}
	if strings.Contains(id, "/") {
		return "", invalid("Invalid name %q: it must be projects/[PROJECT_ID_OR_NUMBER]/alertPolicies/[ALERT_POLICY_ID].", ref)
	}
	return parent + "/alertPolicies/" + id, nil
}

func errNoPolicy(err error, name string) error {
	if status.Code(err) == codes.NotFound {
		return notFound("Cannot find alert policy %s.", name)
	}
	return err
}

// errMissing is the 400 of a request without a required field.
func errMissing(field string) error { return invalid("Request was missing field %s.", field) }

// badField is the 400 by which Monitoring refuses a value, in its own form.
func badField(field, value, why string) error {
	return invalid("Field %s had an invalid value of %q: %s", field, value, why)
}
