package emulator

import (
	"context"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
)

// ListNotificationChannelDescriptors implements the method of the API.
func (n *notificationChannels) ListNotificationChannelDescriptors(ctx context.Context, req *monitoringpb.ListNotificationChannelDescriptorsRequest) (*monitoringpb.ListNotificationChannelDescriptorsResponse, error) {
	parent, err := n.s.monitoringParent(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	var all []*monitoringpb.NotificationChannelDescriptor
	for _, t := range channelTypes() {
		all = append(all, t.descriptor(parent))
	}
	page, next, err := pageOfSize(all, req.GetPageSize(), req.GetPageToken(), "channel descriptors", 1000, 1000)
	return &monitoringpb.ListNotificationChannelDescriptorsResponse{ChannelDescriptors: page, NextPageToken: next}, err
}

// GetNotificationChannelDescriptor implements the method of the API.
func (n *notificationChannels) GetNotificationChannelDescriptor(ctx context.Context, req *monitoringpb.GetNotificationChannelDescriptorRequest) (*monitoringpb.NotificationChannelDescriptor, error) {
	parent, name, err := n.s.monitoringName(ctx, req.GetName(), "notificationChannelDescriptors")
	if err != nil {
		return nil, err
	}
	t, ok := channelTypeByName(name)
	if !ok {
		return nil, notFound("Could not find a notification channel descriptor for type %q.", name)
	}
	return t.descriptor(parent), nil
}
