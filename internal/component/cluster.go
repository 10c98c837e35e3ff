package component

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/protobuf/proto"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

const (
	// clusterCreated notes that this environment asked for the cluster, before
	// it did.
	clusterCreated = "created"
	// clusterHealthy notes the id of the cluster that was seen to run: what ever
	// ran may hold workloads, and is never deleted for being in ERROR.
	clusterHealthy = "healthy"
)

// cluster is GKE Standard: the control plane, and the first node pool, which
// comes with it. What its pools are like is the component node_pools' to keep.
type cluster struct{ base }

func newCluster(e *Env) reconcile.Component {
	needs := []string{policy.ComponentKMS, policy.ComponentNetwork, nodeIdentityName}
	if e.spec.OwnNetwork() {
		// Nodes that can't reach Google's APIs never register.
		needs = append(needs, policy.ComponentNAT, policy.ComponentFirewall, policy.ComponentDNS)
	}
	return &cluster{base{Env: e, name: policy.ComponentCluster, needs: needs}}
}

// standingCluster finds the environment's cluster wherever it stands: of a
// location that was changed nothing would be seen otherwise. It asks once.
func (e *Env) standingCluster(ctx context.Context) (*containerpb.Cluster, error) {
	parent := "projects/" + e.spec.Project + "/locations/-"
	all, err := once(ctx, "clusters", func(ctx context.Context) (*containerpb.ListClustersResponse, error) {
		return e.apis().Clusters.ListClusters(gcp.Reading(ctx, "ListClusters", parent), &containerpb.ListClustersRequest{Parent: parent})
	})
	if err != nil {
		return nil, failure("ListClusters", parent, err)
	}
	var elsewhere *containerpb.Cluster
	for _, found := range all.GetClusters() {
		switch {
		case found.GetName() != e.spec.Cluster.Name:
		case found.GetLocation() == e.spec.Location():
			return found, nil
		case regionOf(found.GetLocation()) == e.spec.Region && ownedBy(found.GetResourceLabels(), e.spec.Owner):
			elsewhere = found
		}
	}
	if elsewhere != nil {
		return elsewhere, nil
	}
	// Unreadable is never absent.
	for _, zone := range all.GetMissingZones() {
		if regionOf(zone) == e.spec.Region {
			return nil, fmt.Errorf("GKE can't say just now which clusters stand in %s: try again", zone)
		}
	}
	return nil, gcp.NotFound("GetCluster", e.spec.ClusterPath())
}

// failure names the call that GKE's own client made in its error; nil stays nil.
func failure(method, resource string, err error) error {
	if err == nil {
		return nil
	}
	return gcp.NewError(method, resource, err)
}

// regionOf is the region of a zone; a region is its own.
func regionOf(location string) string {
	if parts := strings.Split(location, "-"); len(parts) == 3 {
		return strings.Join(parts[:2], "-")
	}
	return location
}

func ownedBy(labels map[string]string, key string) bool {
	owner, marked := reconcile.OwnerOfLabels(labels)
	return marked && owner.Key == key
}

// pathOf is the full name of a cluster that was found.
func (e *Env) pathOf(found *containerpb.Cluster) string {
	return fmt.Sprintf("projects/%s/locations/%s/clusters/%s", e.spec.Project, found.GetLocation(), found.GetName())
}

// awaitGKE waits for an operation that GKE began at a location.
func (e *Env) awaitGKE(ctx context.Context, s *reconcile.Step, location string, op *containerpb.Operation, what string) error {
	return e.client.AwaitCluster(ctx, fmt.Sprintf("projects/%s/locations/%s/operations/%s", e.spec.Project, location, op.GetName()), waiting(s, what))
}

// staleRounds bounds how often a write is made anew whose fingerprint was stale.
const staleRounds = 5

// operate makes a call that begins an operation of GKE, once the cluster takes
// it, and waits for the end of it. try is called until it is its turn, each time
// with a context for one call, and reads anew what it builds on; no operation
// means that there was nothing to do.
func (e *Env) operate(ctx context.Context, s *reconcile.Step, method, resource, what string, try func(ctx context.Context) (*containerpb.Operation, error)) error {
	var op *containerpb.Operation
	var err error
	for range staleRounds {
		err = e.client.WhenFree(ctx, method, resource, waiting(s, "the cluster to be free"), func(ctx context.Context) error {
			begun, err := try(gcp.Named(ctx, method, resource))
			op = begun
			return failure(method, resource, err)
		})
		if !staleFingerprint(err) {
			break
		}
	}
	if err != nil || op == nil {
		return err
	}
	return e.awaitGKE(ctx, s, strings.Split(resource, "/")[3], op, what)
}

// staleFingerprint tells that labels or a maintenance policy were changed since
// they were read, by somebody else or by an attempt whose reply was lost.
func staleFingerprint(err error) bool {
	return gcp.IsPreconditionFailed(err) && strings.Contains(err.Error(), "mismatch")
}

func (c *cluster) object() object[*containerpb.Cluster] {
	path := c.spec.ClusterPath()
	return object[*containerpb.Cluster]{
		Env: c.Env, component: c.name, noun: "cluster", name: path, adoptable: true,
		get:    c.standingCluster,
		create: c.create,
		owner: func(found *containerpb.Cluster) (reconcile.Owner, bool) {
			return reconcile.OwnerOfLabels(found.GetResourceLabels())
		},
		fixed:   c.fixed,
		differs: c.differs,
		patch:   c.update,
		remove: func(ctx context.Context, s *reconcile.Step, found *containerpb.Cluster) error {
			return c.remove(ctx, s, found)
		},
	}
}

// wanted is the cluster as it is asked for, with its first node pool.
func (c *cluster) wanted(ctx context.Context, s *reconcile.Step) (*containerpb.Cluster, error) {
	network, err := c.networkOfCluster(ctx)
	if err != nil {
		return nil, err
	}
	settings := c.spec.Settings
	made := &containerpb.Cluster{
		Name:           c.spec.Cluster.Name,
		Network:        network,
		Subnetwork:     c.spec.Subnetwork(),
		ResourceLabels: c.labels(s.Owner()),
		IpAllocationPolicy: &containerpb.IPAllocationPolicy{
			UseIpAliases: true, ClusterSecondaryRangeName: c.spec.PodRangeName(), ServicesSecondaryRangeName: c.spec.ServiceRangeName(),
		},
		NetworkConfig: &containerpb.NetworkConfig{
			DatapathProvider:          datapath(settings.String(policy.ClusterDatapathProvider)),
			DefaultEnablePrivateNodes: proto.Bool(settings.Bool(policy.ClusterPrivateNodes)),
		},
		ControlPlaneEndpointsConfig: c.endpoints(),
		ReleaseChannel:              c.channel(),
		ShieldedNodes:               &containerpb.ShieldedNodes{Enabled: settings.Bool(policy.ClusterShieldedNodes)},
		BinaryAuthorization:         admission(),
		LoggingConfig:               c.logging(),
		MonitoringConfig: &containerpb.MonitoringConfig{
			ManagedPrometheusConfig: &containerpb.ManagedPrometheusConfig{Enabled: settings.Bool(policy.ClusterManagedPrometheus)},
		},
		CostManagementConfig: &containerpb.CostManagementConfig{Enabled: settings.Bool(policy.ClusterCostAllocation)},
		MaintenancePolicy:    &containerpb.MaintenancePolicy{Window: c.window()},
		NodePools:            []*containerpb.NodePool{c.nodePool(s.Owner(), firstPool)},
	}
	if settings.Bool(policy.ClusterWorkloadIdentity) {
		made.WorkloadIdentityConfig = &containerpb.WorkloadIdentityConfig{WorkloadPool: c.spec.WorkloadPool()}
	}
	if key := c.spec.ClusterKey(); key != "" {
		made.DatabaseEncryption = &containerpb.DatabaseEncryption{State: containerpb.DatabaseEncryption_ENCRYPTED, KeyName: key}
	}
	return made, nil
}

// networkOfCluster is the full name of the network that the subnetwork lies in:
// that of a subnetwork which stands has to be asked for.
func (c *cluster) networkOfCluster(ctx context.Context) (string, error) {
	if c.spec.OwnNetwork() {
		return c.spec.NetworkPath(), nil
	}
	project, region, name := subnetworkParts(c.spec.Subnetwork())
	found, err := c.apis().Compute.Subnetworks.Get(project, region, name).Context(gcp.Reading(ctx, "GetSubnetwork", c.spec.Subnetwork())).Do()
	if err != nil {
		return "", err
	}
	_, path, ok := strings.Cut(found.Network, "/projects/")
	if !ok {
		return "", fmt.Errorf("the subnetwork %s says that its network is %q", c.spec.Subnetwork(), found.Network)
	}
	return "projects/" + path, nil
}

func (c *cluster) create(ctx context.Context, s *reconcile.Step) error {
	made, err := c.wanted(ctx, s)
	if err != nil {
		return err
	}
	// Noted first: a cluster that fails to come up stays, in ERROR, and only who
	// asked for it may delete it.
	if err := s.Record(ctx, clusterCreated, c.spec.ClusterPath()); err != nil {
		return err
	}
	parent, _, _ := strings.Cut(c.spec.ClusterPath(), "/clusters/")
	var op *containerpb.Operation
	err = c.whenGranted(ctx, s, "CreateCluster", c.spec.ClusterPath(), c.spec.ClusterKey(), func(ctx context.Context) (err error) {
		op, err = c.apis().Clusters.CreateCluster(gcp.Named(ctx, "CreateCluster", c.spec.ClusterPath()), &containerpb.CreateClusterRequest{Parent: parent, Cluster: made})
		return failure("CreateCluster", c.spec.ClusterPath(), err)
	})
	if gcp.IsAlreadyExists(err) {
		_, err = c.settled(ctx, s)
		return err
	}
	if err != nil {
		return err
	}
	return c.awaitGKE(ctx, s, c.spec.Location(), op, "the cluster")
}

func (c *cluster) remove(ctx context.Context, s *reconcile.Step, found *containerpb.Cluster) error {
	path := c.pathOf(found)
	if found.GetStatus() != containerpb.Cluster_STOPPING {
		err := c.operate(ctx, s, "DeleteCluster", path, "the cluster to go", func(ctx context.Context) (*containerpb.Operation, error) {
			return c.apis().Clusters.DeleteCluster(ctx, &containerpb.DeleteClusterRequest{Name: path})
		})
		if err != nil && !gcp.IsNotFound(err) {
			return err
		}
	}
	switch standing, err := c.settled(ctx, s); {
	case gcp.IsNotFound(err):
	case err != nil:
		return err
	default:
		return fmt.Errorf("the cluster %s was deleted and still stands: %s", path, reasonOf(standing))
	}
	if err := s.Forget(ctx, clusterHealthy); err != nil {
		return err
	}
	return s.Forget(ctx, clusterCreated)
}

// settled waits until the cluster is not being made or deleted, and returns it.
func (c *cluster) settled(ctx context.Context, s *reconcile.Step) (*containerpb.Cluster, error) {
	var found *containerpb.Cluster
	err := c.client.Await(ctx, "GetCluster", c.spec.ClusterPath(), waiting(s, "the cluster"), func(ctx context.Context) (bool, error) {
		standing, err := c.standingCluster(ctx)
		found = standing
		return err != nil || !passing(standing), err
	})
	return found, err
}

// passing tells that a cluster is on its way to being there or gone.
func passing(found *containerpb.Cluster) bool {
	return found.GetStatus() == containerpb.Cluster_PROVISIONING || found.GetStatus() == containerpb.Cluster_STOPPING
}

// reasonOf says what the service says of a cluster's state.
func reasonOf(found *containerpb.Cluster) string {
	words := []string{found.GetStatus().String()}
	for _, condition := range found.GetConditions() {
		words = append(words, condition.GetMessage())
	}
	if message := found.GetStatusMessage(); message != "" && !slices.Contains(words, message) { //nolint:staticcheck // Older than the conditions, and still the fuller of the two.
		words = append(words, message)
	}
	return strings.Join(words, ": ")
}

// Observe implements [reconcile.Component].
func (c *cluster) Observe(ctx context.Context) (reconcile.Observation, error) {
	found, seen, err := c.object().see(ctx)
	if err != nil || found == nil {
		return seen, err
	}
	seen.Values = c.values(found)
	seen.Outputs = map[string]string{"cluster_id": c.pathOf(found)}
	if endpoint := found.GetControlPlaneEndpointsConfig().GetDnsEndpointConfig().GetEndpoint(); endpoint != "" {
		seen.Outputs["cluster_endpoint"] = endpoint
	}
	switch found.GetStatus() {
	case containerpb.Cluster_RUNNING, containerpb.Cluster_RECONCILING:
	case containerpb.Cluster_DEGRADED:
		seen.Differs = append(seen.Differs, difference("", "the cluster is %s", reasonOf(found)))
	default:
		seen.Presence = reconcile.Partial
		seen.Differs = append(seen.Differs, difference("", "the cluster is %s", reasonOf(found)))
	}
	return seen, nil
}

// values are the settings as the service shows them.
func (c *cluster) values(found *containerpb.Cluster) map[string]any {
	location := policy.Regional
	if regionOf(found.GetLocation()) != found.GetLocation() {
		location = policy.Zonal
	}
	return map[string]any{
		policy.ClusterLocationType:      location,
		policy.ClusterReleaseChannel:    found.GetReleaseChannel().GetChannel().String(),
		policy.ClusterPrivateNodes:      privateNodes(found),
		policy.ClusterIPEndpoints:       found.GetControlPlaneEndpointsConfig().GetIpEndpointsConfig().GetEnabled(),
		policy.ClusterDatapathProvider:  found.GetNetworkConfig().GetDatapathProvider().String(),
		policy.ClusterShieldedNodes:     found.GetShieldedNodes().GetEnabled(),
		policy.ClusterWorkloadIdentity:  found.GetWorkloadIdentityConfig().GetWorkloadPool() == c.spec.WorkloadPool(),
		policy.ClusterLoggingComponents: loggingComponents(found),
		policy.ClusterManagedPrometheus: found.GetMonitoringConfig().GetManagedPrometheusConfig().GetEnabled(),
		policy.ClusterCostAllocation:    found.GetCostManagementConfig().GetEnabled(),
		policy.EncryptionCluster:        keyLevel(c.diskKey(found)),
	}
}

// Converge implements [reconcile.Component].
func (c *cluster) Converge(ctx context.Context, s *reconcile.Step) error {
	if err := c.recover(ctx, s); err != nil {
		return err
	}
	found, err := c.object().converge(ctx, s)
	if err != nil {
		return err
	}
	switch found.GetStatus() {
	case containerpb.Cluster_RUNNING, containerpb.Cluster_RECONCILING:
		return s.Record(ctx, clusterHealthy, found.GetId())
	default:
		return fmt.Errorf("the cluster %s is %s", c.spec.ClusterPath(), reasonOf(found))
	}
}

// recover waits for what an earlier run, or somebody else, began, and clears a
// cluster away that this environment asked for and that never came up.
func (c *cluster) recover(ctx context.Context, s *reconcile.Step) error {
	found, err := c.settled(ctx, s)
	if gcp.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if c.object().foreign(found) != "" || found.GetStatus() != containerpb.Cluster_ERROR {
		return nil // Whose it is, converge says.
	}
	created, _ := s.Note(ctx, clusterCreated)
	healthy, _ := s.Note(ctx, clusterHealthy)
	if created != c.pathOf(found) || healthy == found.GetId() || !ownedBy(found.GetResourceLabels(), c.spec.Owner) {
		return fmt.Errorf("the cluster %s is %s: it has run before, so it is not deleted. Repair it with Google's support, or delete it by hand and apply again", c.pathOf(found), reasonOf(found))
	}
	s.Progress(ctx, "deleting the cluster that never came up (%s) to make it anew", reasonOf(found))
	return c.remove(ctx, s, found)
}

// Remove implements [reconcile.Component].
func (c *cluster) Remove(ctx context.Context, s *reconcile.Step) error {
	if _, err := c.settled(ctx, s); err != nil {
		if gcp.IsNotFound(err) {
			return nil
		}
		return err
	}
	return c.object().delete(ctx, s)
}

// Discover implements [reconcile.Discoverer].
func (c *cluster) Discover(ctx context.Context) (ownerKey string, incarnation int64, notes map[string]string, found bool, err error) {
	standing, err := c.standingCluster(ctx)
	if gcp.IsNotFound(err) {
		return "", 0, nil, false, nil
	}
	if err != nil {
		return "", 0, nil, false, err
	}
	owner, marked := reconcile.OwnerOfLabels(standing.GetResourceLabels())
	if !marked {
		return "", 0, nil, false, nil
	}
	if standing.GetStatus() == containerpb.Cluster_RUNNING {
		notes = map[string]string{clusterHealthy: standing.GetId()}
	}
	return owner.Key, owner.Incarnation, notes, true, nil
}
