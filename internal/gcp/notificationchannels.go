package gcp

import (
	"context"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
)

// NotificationChannels reads and writes Cloud Monitoring notification channels.
type NotificationChannels struct{ c *Client }

// Get returns the channel with this full name; reads coalesce.
func (n *NotificationChannels) Get(ctx context.Context, name string) (*monitoringpb.NotificationChannel, error) {
	return nil, errTODO
}

// Create makes a channel in a project.
func (n *NotificationChannels) Create(ctx context.Context, project string, channel *monitoringpb.NotificationChannel) (*monitoringpb.NotificationChannel, error) {
	return nil, errTODO
}

// Update changes the fields in mask, or replaces the channel without one.
func (n *NotificationChannels) Update(ctx context.Context, channel *monitoringpb.NotificationChannel, mask ...string) (*monitoringpb.NotificationChannel, error) {
	return nil, errTODO
}

// Delete deletes a channel, after it has taken it from the policies that use
// it, whose names it returns. A channel that is not there is no error.
func (n *NotificationChannels) Delete(ctx context.Context, name string) (detached []string, err error) {
	return nil, errTODO
}

// List returns the channels of a project that match filter.
func (n *NotificationChannels) List(ctx context.Context, project, filter string) ([]*monitoringpb.NotificationChannel, error) {
	return nil, errTODO
}
