package gcp

import (
	"context"
	"errors"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
)

var errTODO = errors.New("not written yet")

// AlertPolicies reads and writes Cloud Monitoring alert policies.
type AlertPolicies struct{ c *Client }

// Get returns the policy with this full name; reads coalesce.
func (a *AlertPolicies) Get(ctx context.Context, name string) (*monitoringpb.AlertPolicy, error) {
	return nil, errTODO
}

// Create makes a policy in a project.
func (a *AlertPolicies) Create(ctx context.Context, project string, policy *monitoringpb.AlertPolicy) (*monitoringpb.AlertPolicy, error) {
	return nil, errTODO
}

// Update changes the fields in mask, or replaces the policy without one.
func (a *AlertPolicies) Update(ctx context.Context, policy *monitoringpb.AlertPolicy, mask ...string) (*monitoringpb.AlertPolicy, error) {
	return nil, errTODO
}

// Delete deletes a policy; one that is not there is no error.
func (a *AlertPolicies) Delete(ctx context.Context, name string) error { return errTODO }

// List returns the policies of a project that match filter.
func (a *AlertPolicies) List(ctx context.Context, project, filter string) ([]*monitoringpb.AlertPolicy, error) {
	return nil, errTODO
}
