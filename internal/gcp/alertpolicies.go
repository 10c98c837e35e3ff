package gcp

import (
	"context"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/protobuf/proto"
)

// AlertPolicies reads and writes Cloud Monitoring alert policies, with Get,
// Fresh, Update, Delete and Twin beside what is below. Writes to one project,
// of policies and channels alike, go one at a time, as the API's reference
// asks.
type AlertPolicies struct {
	*collection[*monitoringpb.AlertPolicy]
}

// Create makes a policy in a project, given by id. The service picks the name,
// so the policy gets the user label [CreateIDLabel]: when a reply is lost the
// policy is looked for by it before another is made, and when ctx ends while
// the call is under way, Create still returns what was made, without an error.
func (a *AlertPolicies) Create(ctx context.Context, project string, policy *monitoringpb.AlertPolicy) (*monitoringpb.AlertPolicy, error) {
	return a.createIn(ctx, "projects/"+project, "", policy)
}

// List returns the policies of a project, given by id, that match filter; an
// empty filter matches all. It always asks the service.
func (a *AlertPolicies) List(ctx context.Context, project, filter string) ([]*monitoringpb.AlertPolicy, error) {
	return a.listIn(ctx, "projects/"+project, filter)
}

func newAlertPolicies(c *Client) *AlertPolicies {
	type policy = *monitoringpb.AlertPolicy
	return &AlertPolicies{newCollection(c, kind[policy]{
		noun: "AlertPolicy", plural: "AlertPolicies", segment: "alertPolicies", queued: true,
		name:    policy.GetName,
		setName: func(p policy, name string) { p.Name = name },
		labels:  func(p policy) *map[string]string { return &p.UserLabels },
		twin: func(standing, wanted policy) bool {
			for _, p := range []policy{standing, wanted} {
				p.CreationRecord, p.MutationRecord, p.Validity = nil, nil, nil
				for _, condition := range p.GetConditions() {
					condition.Name = ""
				}
			}
			return proto.Equal(standing, wanted)
		},
		get: func(ctx context.Context, mon *monitoringClients, name string) (policy, error) {
			return mon.policies.GetAlertPolicy(ctx, &monitoringpb.GetAlertPolicyRequest{Name: name})
		},
		list: func(ctx context.Context, mon *monitoringClients, parent, filter string) func() (policy, error) {
			return mon.policies.ListAlertPolicies(ctx, &monitoringpb.ListAlertPoliciesRequest{Name: parent, Filter: filter, PageSize: listPageSize}).Next
		},
		create: func(ctx context.Context, mon *monitoringClients, parent, _ string, p policy) (policy, error) {
			return mon.policies.CreateAlertPolicy(ctx, &monitoringpb.CreateAlertPolicyRequest{Name: parent, AlertPolicy: p})
		},
		update: func(ctx context.Context, mon *monitoringClients, p policy, mask []string) (policy, error) {
			return mon.policies.UpdateAlertPolicy(ctx, &monitoringpb.UpdateAlertPolicyRequest{AlertPolicy: p, UpdateMask: fieldMask(mask)})
		},
		remove: func(ctx context.Context, mon *monitoringClients, name string) error {
			return mon.policies.DeleteAlertPolicy(ctx, &monitoringpb.DeleteAlertPolicyRequest{Name: name})
		},
	})}
}
