package emulator

import (
	"context"

	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

// editCluster loads a cluster for a change, with a copy to make it on.
func (m *clusterManager) editCluster(ctx context.Context, name, project, zone, cluster string) (*gkeCluster, *containerpb.Cluster, error) {
	n, _, err := m.place(ctx, name, project, zone, cluster)
	if err != nil {
		return nil, nil, err
	}
	c, err := m.loadCluster(n)
	if err != nil {
		return nil, nil, err
	}
	if err := c.usable(""); err != nil {
		return nil, nil, err
	}
	return c, proto.CloneOf(c.value), nil
}

// SetLabels implements google.container.v1.ClusterManager. The fingerprint says
// which labels the caller has read.
func (m *clusterManager) SetLabels(ctx context.Context, req *containerpb.SetLabelsRequest) (*containerpb.Operation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, after, err := m.editCluster(ctx, req.GetName(), req.GetProjectId(), req.GetZone(), req.GetClusterId()) //nolint:staticcheck // deprecated, and still sent
	if err != nil {
		return nil, err
	}
	if req.GetLabelFingerprint() != c.value.GetLabelFingerprint() {
		return nil, apiError(codes.FailedPrecondition, "Labels could not be set due to fingerprint mismatch.")
	}
	if err := checkLabels(req.GetResourceLabels()); err != nil {
		return nil, err
	}
	after.ResourceLabels = req.GetResourceLabels()
	after.LabelFingerprint = gkeLabelFingerprint(after.GetResourceLabels())
	return m.change(ctx, c, after, containerpb.Operation_UPDATE_CLUSTER, settingTakes)
}

// SetMaintenancePolicy implements google.container.v1.ClusterManager. A policy
// with a resource version replaces that one alone.
func (m *clusterManager) SetMaintenancePolicy(ctx context.Context, req *containerpb.SetMaintenancePolicyRequest) (*containerpb.Operation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, after, err := m.editCluster(ctx, req.GetName(), req.GetProjectId(), req.GetZone(), req.GetClusterId())
	if err != nil {
		return nil, err
	}
	if req.GetMaintenancePolicy() == nil {
		return nil, invalid("Maintenance policy is required.")
	}
	if v := req.GetMaintenancePolicy().GetResourceVersion(); v != "" && v != c.value.GetMaintenancePolicy().GetResourceVersion() {
		return nil, apiError(codes.FailedPrecondition, "Maintenance policy could not be set due to resource version mismatch.")
	}
	if err := checkMaintenance(req.GetMaintenancePolicy()); err != nil {
		return nil, err
	}
	setMaintenance(after, req.GetMaintenancePolicy())
	return m.change(ctx, c, after, containerpb.Operation_UPDATE_CLUSTER, settingTakes)
}

// SetLegacyAbac implements google.container.v1.ClusterManager.
func (m *clusterManager) SetLegacyAbac(ctx context.Context, req *containerpb.SetLegacyAbacRequest) (*containerpb.Operation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, after, err := m.editCluster(ctx, req.GetName(), req.GetProjectId(), req.GetZone(), req.GetClusterId()) //nolint:staticcheck // deprecated, and still sent
	if err != nil {
		return nil, err
	}
	after.LegacyAbac = &containerpb.LegacyAbac{Enabled: req.GetEnabled()}
	return m.change(ctx, c, after, containerpb.Operation_UPDATE_CLUSTER, clusterUpdate)
}

// SetNetworkPolicy implements google.container.v1.ClusterManager.
func (m *clusterManager) SetNetworkPolicy(ctx context.Context, req *containerpb.SetNetworkPolicyRequest) (*containerpb.Operation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, after, err := m.editCluster(ctx, req.GetName(), req.GetProjectId(), req.GetZone(), req.GetClusterId()) //nolint:staticcheck // deprecated, and still sent
	if err != nil {
		return nil, err
	}
	if after.NetworkPolicy = nil; req.GetNetworkPolicy().GetEnabled() {
		after.NetworkPolicy = proto.CloneOf(req.GetNetworkPolicy())
	}
	if err := checkNetworking(c.at, after); err != nil {
		return nil, err
	}
	return m.change(ctx, c, after, containerpb.Operation_UPDATE_CLUSTER, clusterUpdate)
}

// SetLoggingService implements google.container.v1.ClusterManager.
func (m *clusterManager) SetLoggingService(ctx context.Context, req *containerpb.SetLoggingServiceRequest) (*containerpb.Operation, error) {
	return m.UpdateCluster(ctx, &containerpb.UpdateClusterRequest{
		Name: req.GetName(), ProjectId: req.GetProjectId(), Zone: req.GetZone(), ClusterId: req.GetClusterId(), //nolint:staticcheck // deprecated, and still sent
		Update: &containerpb.ClusterUpdate{DesiredLoggingService: req.GetLoggingService()},
	})
}

// SetMonitoringService implements google.container.v1.ClusterManager.
func (m *clusterManager) SetMonitoringService(ctx context.Context, req *containerpb.SetMonitoringServiceRequest) (*containerpb.Operation, error) {
	return m.UpdateCluster(ctx, &containerpb.UpdateClusterRequest{
		Name: req.GetName(), ProjectId: req.GetProjectId(), Zone: req.GetZone(), ClusterId: req.GetClusterId(), //nolint:staticcheck // deprecated, and still sent
		Update: &containerpb.ClusterUpdate{DesiredMonitoringService: req.GetMonitoringService()},
	})
}

// SetAddonsConfig implements google.container.v1.ClusterManager.
func (m *clusterManager) SetAddonsConfig(ctx context.Context, req *containerpb.SetAddonsConfigRequest) (*containerpb.Operation, error) {
	return m.UpdateCluster(ctx, &containerpb.UpdateClusterRequest{
		Name: req.GetName(), ProjectId: req.GetProjectId(), Zone: req.GetZone(), ClusterId: req.GetClusterId(), //nolint:staticcheck // deprecated, and still sent
		Update: &containerpb.ClusterUpdate{DesiredAddonsConfig: req.GetAddonsConfig()},
	})
}

// UpdateMaster implements google.container.v1.ClusterManager.
func (m *clusterManager) UpdateMaster(ctx context.Context, req *containerpb.UpdateMasterRequest) (*containerpb.Operation, error) {
	return m.UpdateCluster(ctx, &containerpb.UpdateClusterRequest{
		Name: req.GetName(), ProjectId: req.GetProjectId(), Zone: req.GetZone(), ClusterId: req.GetClusterId(), //nolint:staticcheck // deprecated, and still sent
		Update: &containerpb.ClusterUpdate{DesiredMasterVersion: req.GetMasterVersion()},
	})
}
