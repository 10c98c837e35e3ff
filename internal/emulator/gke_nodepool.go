package emulator

import (
	"context"
	"time"

	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

// addPool stores a node pool that comes up with an operation, its own or that
// of its cluster.
func (m *clusterManager) addPool(n gkeName, p *containerpb.NodePool, op *startedOperation) error {
	during, failed := proto.CloneOf(p), proto.CloneOf(p)
	during.Status, during.InstanceGroupUrls = containerpb.NodePool_PROVISIONING, nil
	failed.Status, failed.StatusMessage = containerpb.NodePool_ERROR, "Operation "+op.id+" did not complete." //nolint:staticcheck // deprecated, and still answered
	if op.failure != nil {
		failed.StatusMessage = op.failure.Message //nolint:staticcheck // deprecated, and still answered
	}
	failed.Conditions = []*containerpb.StatusCondition{{Message: failed.GetStatusMessage()}} //nolint:staticcheck // deprecated, and still answered
	entry := &gkeEntry[*containerpb.NodePool]{kind: kindNodePool, parent: n.String(), name: n.String() + "/nodePools/" + p.GetName()}
	return begin(m.s, entry, op, transition[*containerpb.NodePool]{during: during, after: &p, failed: failed})
}

// poolOf loads the cluster and the node pool that a request names.
func (m *clusterManager) poolOf(ctx context.Context, name, project, zone, cluster, pool string) (*gkeCluster, *gkeEntry[*containerpb.NodePool], error) {
	n, last, err := m.place(ctx, name, project, zone, cluster)
	if err != nil {
		return nil, nil, err
	}
	c, err := m.loadCluster(n)
	if err != nil {
		return nil, nil, err
	}
	p, err := c.pool(firstOf(last, pool))
	return c, p, err
}

// GetNodePool implements google.container.v1.ClusterManager.
func (m *clusterManager) GetNodePool(ctx context.Context, req *containerpb.GetNodePoolRequest) (*containerpb.NodePool, error) {
	c, p, err := m.poolOf(ctx, req.GetName(), req.GetProjectId(), req.GetZone(), req.GetClusterId(), req.GetNodePoolId()) //nolint:staticcheck // deprecated, and still sent
	if err != nil {
		return nil, err
	}
	return c.showPool(p), nil
}

// ListNodePools implements google.container.v1.ClusterManager.
func (m *clusterManager) ListNodePools(ctx context.Context, req *containerpb.ListNodePoolsRequest) (*containerpb.ListNodePoolsResponse, error) {
	n, _, err := m.place(ctx, req.GetParent(), req.GetProjectId(), req.GetZone(), req.GetClusterId()) //nolint:staticcheck // deprecated, and still sent
	if err != nil {
		return nil, err
	}
	c, err := m.loadCluster(n)
	if err != nil {
		return nil, err
	}
	return &containerpb.ListNodePoolsResponse{NodePools: c.show().GetNodePools()}, nil
}

// CreateNodePool implements google.container.v1.ClusterManager. A failing
// operation leaves the node pool in ERROR.
func (m *clusterManager) CreateNodePool(ctx context.Context, req *containerpb.CreateNodePoolRequest) (*containerpb.Operation, error) {
	n, _, err := m.place(ctx, req.GetParent(), req.GetProjectId(), req.GetZone(), req.GetClusterId()) //nolint:staticcheck // deprecated, and still sent
	if err != nil {
		return nil, err
	}
	if req.GetNodePool() == nil {
		return nil, invalid("Node pool is required.")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c, err := m.loadCluster(n)
	if err != nil {
		return nil, err
	}
	p := proto.CloneOf(req.GetNodePool())
	if _, err := c.pool(p.GetName()); err == nil {
		return nil, apiError(codes.AlreadyExists, "Already exists: "+n.link(n.project)+"/nodePools/"+p.GetName()+".")
	}
	if err := c.usable(p.GetName()); err != nil {
		return nil, err
	}
	if err := m.fillPool(n, c.value, p); err != nil {
		return nil, err
	}
	if err := checkPools(append(c.show().GetNodePools(), p)); err != nil {
		return nil, err
	}
	op, err := m.start(ctx, n, p.GetName(), containerpb.Operation_CREATE_NODE_POOL, nodePoolCreation, 0)
	if err != nil {
		return nil, err
	}
	return op.message, m.addPool(n, p, op)
}

// DeleteNodePool implements google.container.v1.ClusterManager.
func (m *clusterManager) DeleteNodePool(ctx context.Context, req *containerpb.DeleteNodePoolRequest) (*containerpb.Operation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, p, err := m.poolOf(ctx, req.GetName(), req.GetProjectId(), req.GetZone(), req.GetClusterId(), req.GetNodePoolId()) //nolint:staticcheck // deprecated, and still sent
	if err != nil {
		return nil, err
	}
	pool := p.value.GetName()
	if err := c.usable(pool); err != nil {
		return nil, err
	}
	op, err := m.start(ctx, c.at, pool, containerpb.Operation_DELETE_NODE_POOL, nodePoolDeletion, 0)
	if err != nil {
		return nil, err
	}
	during, failed := proto.CloneOf(p.value), proto.CloneOf(p.value)
	during.Status, failed.Status = containerpb.NodePool_STOPPING, containerpb.NodePool_ERROR
	if op.failure != nil {
		failed.StatusMessage = op.failure.Message //nolint:staticcheck // deprecated, and still answered
	}
	return op.message, begin(m.s, p, op, transition[*containerpb.NodePool]{during: during, failed: failed})
}

// changePool starts an operation that makes another node pool of p. The change
// is there when the operation is done; a failing one leaves the pool as it was,
// RUNNING_WITH_ERROR.
func (m *clusterManager) changePool(ctx context.Context, c *gkeCluster, p *gkeEntry[*containerpb.NodePool], after *containerpb.NodePool, typ containerpb.Operation_Type, took time.Duration) (*containerpb.Operation, error) {
	op, err := m.start(ctx, c.at, p.value.GetName(), typ, took, int64(nodeCount(p.value)))
	if err != nil {
		return nil, err
	}
	during, failed := proto.CloneOf(p.value), proto.CloneOf(p.value)
	during.Status, failed.Status = containerpb.NodePool_RECONCILING, containerpb.NodePool_RUNNING_WITH_ERROR
	if op.failure != nil {
		failed.StatusMessage = op.failure.Message //nolint:staticcheck // deprecated, and still answered
	}
	after.Status, after.StatusMessage = containerpb.NodePool_RUNNING, "" //nolint:staticcheck // deprecated, and still answered
	after.Etag = m.s.newUUID()
	return op.message, begin(m.s, p, op, transition[*containerpb.NodePool]{during: during, after: &after, failed: failed})
}

// editPool loads a node pool for a change, with a copy to make it on.
func (m *clusterManager) editPool(ctx context.Context, name, project, zone, cluster, pool string) (*gkeCluster, *gkeEntry[*containerpb.NodePool], *containerpb.NodePool, error) {
	c, p, err := m.poolOf(ctx, name, project, zone, cluster, pool)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := c.usable(p.value.GetName()); err != nil {
		return nil, nil, nil, err
	}
	return c, p, proto.CloneOf(p.value), nil
}

// SetNodePoolAutoscaling implements google.container.v1.ClusterManager.
func (m *clusterManager) SetNodePoolAutoscaling(ctx context.Context, req *containerpb.SetNodePoolAutoscalingRequest) (*containerpb.Operation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, p, after, err := m.editPool(ctx, req.GetName(), req.GetProjectId(), req.GetZone(), req.GetClusterId(), req.GetNodePoolId()) //nolint:staticcheck // deprecated, and still sent
	if err != nil {
		return nil, err
	}
	if req.GetAutoscaling() == nil {
		return nil, invalid("Autoscaling is required.")
	}
	if err := setScaling(after, req.GetAutoscaling()); err != nil {
		return nil, err
	}
	return m.changePool(ctx, c, p, after, containerpb.Operation_UPDATE_CLUSTER, nodePoolSetting)
}

// setScaling sets the autoscaler of a pool; one that is off is none.
func setScaling(p *containerpb.NodePool, a *containerpb.NodePoolAutoscaling) error {
	if err := checkScaling(a); err != nil {
		return err
	}
	p.Autoscaling = nil
	if a.GetEnabled() {
		p.Autoscaling = proto.CloneOf(a)
	}
	return nil
}

// SetNodePoolManagement implements google.container.v1.ClusterManager.
func (m *clusterManager) SetNodePoolManagement(ctx context.Context, req *containerpb.SetNodePoolManagementRequest) (*containerpb.Operation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, p, after, err := m.editPool(ctx, req.GetName(), req.GetProjectId(), req.GetZone(), req.GetClusterId(), req.GetNodePoolId()) //nolint:staticcheck // deprecated, and still sent
	if err != nil {
		return nil, err
	}
	if req.GetManagement() == nil {
		return nil, invalid("Management is required.")
	}
	if err := checkManagement(c.value, req.GetManagement()); err != nil {
		return nil, err
	}
	after.Management = proto.CloneOf(req.GetManagement())
	after.Management.UpgradeOptions = nil
	return m.changePool(ctx, c, p, after, containerpb.Operation_SET_NODE_POOL_MANAGEMENT, nodePoolSetting)
}

// SetNodePoolSize implements google.container.v1.ClusterManager.
func (m *clusterManager) SetNodePoolSize(ctx context.Context, req *containerpb.SetNodePoolSizeRequest) (*containerpb.Operation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, p, after, err := m.editPool(ctx, req.GetName(), req.GetProjectId(), req.GetZone(), req.GetClusterId(), req.GetNodePoolId()) //nolint:staticcheck // deprecated, and still sent
	if err != nil {
		return nil, err
	}
	if req.GetNodeCount() < 0 || req.GetNodeCount() > 1000 {
		return nil, invalid("Invalid node count %d: it must be from 0 to 1000.", req.GetNodeCount())
	}
	after.InitialNodeCount = req.GetNodeCount()
	return m.changePool(ctx, c, p, after, containerpb.Operation_SET_NODE_POOL_SIZE, nodePoolUpdate)
}
