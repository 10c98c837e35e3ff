package emulator

import (
	"context"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/genproto/googleapis/api/monitoredres"
)

// ListMonitoredResourceDescriptors implements the method of the API.
func (m *metrics) ListMonitoredResourceDescriptors(ctx context.Context, req *monitoringpb.ListMonitoredResourceDescriptorsRequest) (*monitoringpb.ListMonitoredResourceDescriptorsResponse, error) {
	parent, err := m.s.monitoringParent(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	keep, err := descriptorFilter(req.GetFilter(), "resource.type")
	if err != nil {
		return nil, err
	}
	var found []*monitoredres.MonitoredResourceDescriptor
	for _, t := range resourceTypes() {
		if keep(t.typ) {
			found = append(found, t.descriptor(parent))
		}
	}
	page, next, err := pageOfSize(found, req.GetPageSize(), req.GetPageToken(), parent+" "+req.GetFilter(), 1000, 1000)
	return &monitoringpb.ListMonitoredResourceDescriptorsResponse{ResourceDescriptors: page, NextPageToken: next}, err
}

// GetMonitoredResourceDescriptor implements the method of the API.
func (m *metrics) GetMonitoredResourceDescriptor(ctx context.Context, req *monitoringpb.GetMonitoredResourceDescriptorRequest) (*monitoredres.MonitoredResourceDescriptor, error) {
	parent, name, err := m.s.monitoringName(ctx, req.GetName(), "monitoredResourceDescriptors")
	if err != nil {
		return nil, err
	}
	for _, t := range resourceTypes() {
		if t.typ == name {
			return t.descriptor(parent), nil
		}
	}
	return nil, notFound("Could not find descriptor for monitored resource '%s'.", name)
}
