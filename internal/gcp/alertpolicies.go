package gcp

import (
	"context"
	"errors"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/google/uuid"
	"google.golang.org/api/iterator"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// listPageSize is the largest page that the Monitoring API gives.
const listPageSize = 1000

// AlertPolicies reads and writes Cloud Monitoring alert policies. Writes to
// one project, of policies and channels alike, go one at a time.
type AlertPolicies struct{ c *Client }

// Get returns the policy with this full name. Reads coalesce: after a few, one
// list of the project serves the rest, so what comes back can be minutes old,
// but never older than this client's own last write.
func (a *AlertPolicies) Get(ctx context.Context, name string) (*monitoringpb.AlertPolicy, error) {
	return a.c.policies.read(ctx, name)
}

// Fresh is Get as of now: what a write builds on.
func (a *AlertPolicies) Fresh(ctx context.Context, name string) (*monitoringpb.AlertPolicy, error) {
	return a.c.policies.fresh(ctx, name)
}

// Create makes a policy in a project, given by id. The service picks the name,
// so the policy gets the user label [CreateIDLabel]: when a reply is lost the
// policy is looked for by it before another is made, and when ctx ends while
// the call is under way, Create still returns what was made, without an error.
func (a *AlertPolicies) Create(ctx context.Context, project string, policy *monitoringpb.AlertPolicy) (*monitoringpb.AlertPolicy, error) {
	parent := "projects/" + project
	mon, err := a.c.monitoring(ctx)
	if err != nil {
		return nil, NewError("CreateAlertPolicy", parent, err)
	}
	id := uuid.NewString()
	policy = copyOf(policy)
	policy.UserLabels = withLabel(policy.GetUserLabels(), id)

	var found *monitoringpb.AlertPolicy
	c := a.write("CreateAlertPolicy", parent)
	c.class = observed
	c.observe = func(ctx context.Context) (bool, error) {
		list, err := listByCreateID(ctx, project, id, a.List)
		for _, p := range list {
			if p.GetUserLabels()[CreateIDLabel] == id {
				found = p
			}
		}
		return found != nil, err
	}
	made, err := mon.policies.CreateAlertPolicy(withCall(ctx, c), &monitoringpb.CreateAlertPolicyRequest{Name: parent, AlertPolicy: policy})
	a.c.policies.drop(parent)
	if err != nil {
		return nil, NewError(c.op, c.resource, err)
	}
	if found != nil {
		return found, nil
	}
	return made, nil
}

// Update changes the fields in mask, in snake case; without a mask it replaces
// the policy. It returns the policy as it is then.
func (a *AlertPolicies) Update(ctx context.Context, policy *monitoringpb.AlertPolicy, mask ...string) (*monitoringpb.AlertPolicy, error) {
	c := a.write("UpdateAlertPolicy", policy.GetName())
	mon, err := a.c.monitoring(ctx)
	if err != nil {
		return nil, NewError(c.op, c.resource, err)
	}
	req := &monitoringpb.UpdateAlertPolicyRequest{AlertPolicy: policy}
	if len(mask) > 0 {
		req.UpdateMask = &fieldmaskpb.FieldMask{Paths: mask}
	}
	updated, err := mon.policies.UpdateAlertPolicy(withCall(ctx, c), req)
	a.c.policies.drop(policy.GetName())
	if err != nil {
		return nil, NewError(c.op, c.resource, err)
	}
	return updated, nil
}

// Delete deletes the policy with this full name; one that is not there is no
// error.
func (a *AlertPolicies) Delete(ctx context.Context, name string) error {
	c := a.write("DeleteAlertPolicy", name)
	mon, err := a.c.monitoring(ctx)
	if err != nil {
		return NewError(c.op, c.resource, err)
	}
	err = mon.policies.DeleteAlertPolicy(withCall(ctx, c), &monitoringpb.DeleteAlertPolicyRequest{Name: name})
	a.c.policies.drop(name)
	if err == nil || IsNotFound(err) {
		return nil
	}
	return NewError(c.op, c.resource, err)
}

// List returns the policies of a project, given by id, that match filter; an
// empty filter matches all. It always asks the service.
func (a *AlertPolicies) List(ctx context.Context, project, filter string) ([]*monitoringpb.AlertPolicy, error) {
	c := readCall("ListAlertPolicies", "projects/"+project)
	c.cost = 2
	mon, err := a.c.monitoring(ctx)
	if err != nil {
		return nil, NewError(c.op, c.resource, err)
	}
	it := mon.policies.ListAlertPolicies(withCall(ctx, c), &monitoringpb.ListAlertPoliciesRequest{
		Name: c.resource, Filter: filter, PageSize: listPageSize,
	})
	return collect(c, it.Next)
}

func (a *AlertPolicies) write(op, resource string) *call {
	return &call{op: op, resource: resource, api: "monitoring", project: projectOf(resource), class: idempotent, cost: 1, queued: true}
}

func (c *Client) newPolicyReader() *reader[*monitoringpb.AlertPolicy] {
	return &reader[*monitoringpb.AlertPolicy]{
		clk: c.clk,
		get: func(ctx context.Context, name string) (*monitoringpb.AlertPolicy, error) {
			rc := readCall("GetAlertPolicy", name)
			mon, err := c.monitoring(ctx)
			if err != nil {
				return nil, NewError(rc.op, rc.resource, err)
			}
			p, err := mon.policies.GetAlertPolicy(withCall(ctx, rc), &monitoringpb.GetAlertPolicyRequest{Name: name})
			if err != nil {
				return nil, NewError(rc.op, rc.resource, err)
			}
			return p, nil
		},
		list: func(ctx context.Context, parent string) ([]*monitoringpb.AlertPolicy, error) {
			return c.AlertPolicies().List(ctx, projectOf(parent), "")
		},
		name: (*monitoringpb.AlertPolicy).GetName,
	}
}

func readCall(op, resource string) *call {
	return &call{op: op, resource: resource, api: "monitoring", project: projectOf(resource), class: idempotent, cost: 1}
}

// collect reads every page.
func collect[T any](c *call, next func() (T, error)) ([]T, error) {
	var out []T
	for {
		item, err := next()
		if errors.Is(err, iterator.Done) {
			return out, nil
		}
		if err != nil {
			return nil, NewError(c.op, c.resource, err)
		}
		out = append(out, item)
	}
}

func withLabel(labels map[string]string, id string) map[string]string {
	out := map[string]string{CreateIDLabel: id}
	for k, v := range labels {
		if k != CreateIDLabel {
			out[k] = v
		}
	}
	return out
}

// listByCreateID lists what bears the label of one create, or everything where
// the service does not take the filter.
func listByCreateID[T any](ctx context.Context, project, id string, list func(ctx context.Context, project, filter string) ([]T, error)) ([]T, error) {
	items, err := list(ctx, project, createIDFilter(id))
	if IsInvalid(err) {
		return list(ctx, project, "")
	}
	return items, err
}

func createIDFilter(id string) string { return `user_labels.` + CreateIDLabel + `="` + id + `"` }
