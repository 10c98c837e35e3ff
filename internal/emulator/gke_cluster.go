package emulator

import (
	"context"
	"fmt"
	"strings"
	"time"

	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator/store"
)

// gkeCluster is a cluster with its node pools, as they stand now.
type gkeCluster struct {
	*gkeEntry[*containerpb.Cluster]
	at    gkeName
	pools []*gkeEntry[*containerpb.NodePool]
}

// loadCluster returns a cluster, or the service's 404.
func (m *clusterManager) loadCluster(n gkeName) (*gkeCluster, error) {
	e, err := loadEntry(m.s, kindCluster, n.parent(), n.String(), &containerpb.Cluster{})
	if status.Code(err) == codes.NotFound {
		if err := m.removeCluster(n.String()); err != nil {
			return nil, err
		}
		return nil, notFound("Not found: %s.", n.link(n.project))
	}
	if err != nil {
		return nil, err
	}
	c := &gkeCluster{gkeEntry: e, at: n}
	for _, stored := range m.s.store.List(kindNodePool, n.String()) {
		pool, err := loadEntry(m.s, kindNodePool, n.String(), stored.Name, &containerpb.NodePool{})
		if status.Code(err) == codes.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		c.pools = append(c.pools, pool)
	}
	return c, nil
}

// removeCluster removes what a deleted cluster leaves in the store.
func (m *clusterManager) removeCluster(name string) error {
	for _, e := range m.s.store.List(kindNodePool, name) {
		if err := m.s.store.Delete(kindNodePool, e.Name, 0); err != nil && status.Code(err) != codes.NotFound {
			return err
		}
	}
	return m.s.removeKubeObjects(name)
}

// sweep removes every cluster and node pool whose deletion is over.
func (m *clusterManager) sweep() {
	for _, e := range m.s.store.List(kindCluster, "") {
		if n, ok := gkeNameOf(e.Name); ok {
			_, _ = m.loadCluster(n)
		}
	}
}

// gkeNameOf parses the name under which a cluster is stored.
func gkeNameOf(name string) (gkeName, bool) {
	found := gkeNamePattern.FindStringSubmatch(name)
	if found == nil || found[3] == "" {
		return gkeName{}, false
	}
	return gkeName{project: found[1], location: found[2], cluster: found[3]}, true
}

// idle refuses an operation on the cluster while another one runs on it or on
// any of its node pools, and one on a node pool while one runs on that or on the
// whole cluster. pool is "" for the cluster.
func (c *gkeCluster) idle(pool string) error {
	if c.change != nil {
		return gkeBusy(c.change, c.at.cluster)
	}
	for _, p := range c.pools {
		if p.change != nil && (pool == "" || p.value.GetName() == pool) {
			return gkeBusy(p.change, c.at.cluster)
		}
	}
	return nil
}

// usable is idle for a cluster that takes updates.
func (c *gkeCluster) usable(pool string) error {
	if err := c.idle(pool); err != nil {
		return err
	}
	if s := c.value.GetStatus(); s == containerpb.Cluster_ERROR {
		return apiError(codes.FailedPrecondition, fmt.Sprintf("Cluster %s is in status %s and cannot be updated.", c.at.cluster, s))
	}
	return nil
}

// pool returns one of the cluster's node pools, or the service's 404.
func (c *gkeCluster) pool(name string) (*gkeEntry[*containerpb.NodePool], error) {
	for _, p := range c.pools {
		if p.value.GetName() == name {
			return p, nil
		}
	}
	return nil, notFound("Not found: node pool %q not found.", name)
}

// show returns the cluster as the service does, with what comes from its pools.
func (c *gkeCluster) show() *containerpb.Cluster {
	out := proto.CloneOf(c.value)
	for _, p := range c.pools {
		pool := c.showPool(p)
		out.NodePools = append(out.NodePools, pool)
		out.InstanceGroupUrls = append(out.InstanceGroupUrls, pool.GetInstanceGroupUrls()...)                                 //nolint:staticcheck // deprecated, and still answered
		out.CurrentNodeCount += nodeCount(pool)                                                                               //nolint:staticcheck // deprecated, and still answered
		if v := pool.GetVersion(); out.GetCurrentNodeVersion() == "" || compareVersions(v, out.GetCurrentNodeVersion()) < 0 { //nolint:staticcheck // deprecated, and still answered
			out.CurrentNodeVersion = v //nolint:staticcheck // deprecated, and still answered
		}
		if p.change != nil && out.GetStatus() == containerpb.Cluster_RUNNING {
			out.Status = containerpb.Cluster_RECONCILING
		}
	}
	if len(out.GetNodePools()) > 0 {
		out.NodeConfig = out.GetNodePools()[0].GetConfig() //nolint:staticcheck // deprecated, and still answered
	}
	return out
}

func (c *gkeCluster) showPool(p *gkeEntry[*containerpb.NodePool]) *containerpb.NodePool {
	out := proto.CloneOf(p.value)
	if c.value.GetStatus() == containerpb.Cluster_STOPPING {
		out.Status = containerpb.NodePool_STOPPING
	}
	return out
}

func nodeCount(p *containerpb.NodePool) int32 {
	return p.GetInitialNodeCount() * int32(len(p.GetLocations())) //nolint:gosec // a handful of zones
}

// listPlace returns what is stored under a location, or under all of a project's
// when that is "-".
func (s *Server) listPlace(kindName string, n gkeName) []store.Entry {
	if n.location != "-" {
		return s.store.List(kindName, n.parent())
	}
	var out []store.Entry
	for _, e := range s.store.List(kindName, "") {
		if strings.HasPrefix(e.Name, "projects/"+n.project+"/locations/") {
			out = append(out, e)
		}
	}
	return out
}

// GetCluster implements google.container.v1.ClusterManager.
func (m *clusterManager) GetCluster(ctx context.Context, req *containerpb.GetClusterRequest) (*containerpb.Cluster, error) {
	n, _, err := m.place(ctx, req.GetName(), req.GetProjectId(), req.GetZone(), req.GetClusterId()) //nolint:staticcheck // deprecated, and still sent
	if err != nil {
		return nil, err
	}
	c, err := m.loadCluster(n)
	if err != nil {
		return nil, err
	}
	return c.show(), nil
}

// ListClusters implements google.container.v1.ClusterManager.
func (m *clusterManager) ListClusters(ctx context.Context, req *containerpb.ListClustersRequest) (*containerpb.ListClustersResponse, error) {
	n, _, err := m.place(ctx, req.GetParent(), req.GetProjectId(), req.GetZone(), "") //nolint:staticcheck // deprecated, and still sent
	if err != nil {
		return nil, err
	}
	out := &containerpb.ListClustersResponse{}
	for _, e := range m.s.listPlace(kindCluster, n) {
		at, ok := gkeNameOf(e.Name)
		if !ok {
			continue
		}
		c, err := m.loadCluster(at)
		if status.Code(err) == codes.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		out.Clusters = append(out.Clusters, c.show())
	}
	return out, nil
}

// CreateCluster implements google.container.v1.ClusterManager. The cluster shows
// as PROVISIONING, without endpoints, until the operation is done; a failing one
// leaves it in ERROR.
func (m *clusterManager) CreateCluster(ctx context.Context, req *containerpb.CreateClusterRequest) (*containerpb.Operation, error) {
	n, _, err := m.place(ctx, req.GetParent(), req.GetProjectId(), req.GetZone(), "") //nolint:staticcheck // deprecated, and still sent
	if err != nil {
		return nil, err
	}
	if req.GetCluster() == nil {
		return nil, invalid("Cluster is required.")
	}
	cluster := withoutOutputs(req.GetCluster())
	n.cluster = cluster.GetName()
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.loadCluster(n); err == nil {
		return nil, apiError(codes.AlreadyExists, "Already exists: "+n.link(n.project)+".")
	} else if status.Code(err) != codes.NotFound {
		return nil, err
	}
	pools, err := m.fillCluster(n, cluster)
	if err != nil {
		return nil, err
	}
	took := clusterCreation
	if !n.zonal() {
		took = regionalClusterCreation
	}
	op, err := m.start(ctx, n, "", containerpb.Operation_CREATE_CLUSTER, took, 0)
	if err != nil {
		return nil, err
	}
	for _, pool := range pools {
		if err := m.addPool(n, pool, op); err != nil {
			return nil, err
		}
	}
	cluster.Status = containerpb.Cluster_RUNNING
	during := withoutEndpoints(cluster)
	during.Status = containerpb.Cluster_PROVISIONING
	entry := &gkeEntry[*containerpb.Cluster]{kind: kindCluster, parent: n.parent(), name: n.String()}
	return op.message, begin(m.s, entry, op, transition[*containerpb.Cluster]{
		during: during, after: &cluster, failed: brokenCluster(during, op),
	})
}

// brokenCluster is what a failed operation leaves of a cluster that it was
// making or deleting.
func brokenCluster(c *containerpb.Cluster, op *startedOperation) *containerpb.Cluster {
	out := proto.CloneOf(c)
	out.Status, out.StatusMessage = containerpb.Cluster_ERROR, "Operation "+op.id+" did not complete." //nolint:staticcheck // deprecated, and still answered
	if op.failure != nil {
		out.StatusMessage = op.failure.Message //nolint:staticcheck // deprecated, and still answered
	}
	out.Conditions = []*containerpb.StatusCondition{{Message: out.GetStatusMessage()}} //nolint:staticcheck // deprecated, and still answered
	return out
}

// withoutEndpoints is a cluster whose control plane is not there yet.
func withoutEndpoints(c *containerpb.Cluster) *containerpb.Cluster {
	out := proto.CloneOf(c)
	out.Endpoint = ""
	out.MasterAuth = nil
	if dns := out.GetControlPlaneEndpointsConfig().GetDnsEndpointConfig(); dns != nil {
		dns.Endpoint = ""
	}
	if ip := out.GetControlPlaneEndpointsConfig().GetIpEndpointsConfig(); ip != nil {
		ip.PublicEndpoint, ip.PrivateEndpoint = "", ""
	}
	if p := out.GetPrivateClusterConfig(); p != nil {
		p.PublicEndpoint, p.PrivateEndpoint = "", "" //nolint:staticcheck // deprecated, and still answered
	}
	return out
}

// DeleteCluster implements google.container.v1.ClusterManager.
func (m *clusterManager) DeleteCluster(ctx context.Context, req *containerpb.DeleteClusterRequest) (*containerpb.Operation, error) {
	n, _, err := m.place(ctx, req.GetName(), req.GetProjectId(), req.GetZone(), req.GetClusterId()) //nolint:staticcheck // deprecated, and still sent
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c, err := m.loadCluster(n)
	if err != nil {
		return nil, err
	}
	if err := c.idle(""); err != nil {
		return nil, err
	}
	op, err := m.start(ctx, n, "", containerpb.Operation_DELETE_CLUSTER, clusterDeletion, 0)
	if err != nil {
		return nil, err
	}
	during := proto.CloneOf(c.value)
	during.Status, during.StatusMessage, during.Conditions = containerpb.Cluster_STOPPING, "", nil //nolint:staticcheck // deprecated, and still answered
	return op.message, begin(m.s, c.gkeEntry, op, transition[*containerpb.Cluster]{during: during, failed: brokenCluster(c.value, op)})
}

// change starts an operation that makes another cluster of c, which is
// RECONCILING until then, and stays as it was when the operation fails.
func (m *clusterManager) change(ctx context.Context, c *gkeCluster, after *containerpb.Cluster, typ containerpb.Operation_Type, took time.Duration) (*containerpb.Operation, error) {
	op, err := m.start(ctx, c.at, "", typ, took, 0)
	if err != nil {
		return nil, err
	}
	during := proto.CloneOf(c.value)
	during.Status = containerpb.Cluster_RECONCILING
	after.Status = containerpb.Cluster_RUNNING
	after.Etag = m.s.newUUID()
	return op.message, begin(m.s, c.gkeEntry, op, transition[*containerpb.Cluster]{during: during, after: &after, failed: c.value})
}

// clusterByEndpoint returns the cluster whose Kubernetes API is at a host.
func (s *Server) clusterByEndpoint(host string) (*gkeCluster, error) {
	m := &clusterManager{s: s}
	for _, e := range s.store.List(kindCluster, "") {
		// The endpoint is nowhere else in a record, so most are told apart
		// without being decoded.
		if !strings.Contains(string(e.Value), host) {
			continue
		}
		n, ok := gkeNameOf(e.Name)
		if !ok {
			continue
		}
		c, err := m.loadCluster(n)
		if err != nil {
			return nil, err
		}
		return c, nil
	}
	return nil, notFound("no cluster has the endpoint %s", host)
}
