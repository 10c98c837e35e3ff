package component

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/protobuf/proto"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

const (
	nodePoolsName = "node_pools"
	// firstPool comes with the cluster; system pods run there, and all others
	// that don't ask for GKE Sandbox.
	firstPool = "primary"
	// sandboxPool has gVisor.
	sandboxPool = "sandbox"
)

// The paths of inputs that always have a value, as the environment's attributes
// are called. What differs of the others is said in words.
const (
	inputMachineType = "cluster.machine_type"
	inputMinNodes    = "cluster.min_nodes"
	inputMaxNodes    = "cluster.max_nodes"
)

// nodePools are the cluster's nodes.
type nodePools struct{ base }

func newNodePools(e *Env) reconcile.Component {
	return &nodePools{base{Env: e, name: nodePoolsName, needs: []string{policy.ComponentCluster}}}
}

// nodePool is a pool as it is asked for.
func (e *Env) nodePool(o reconcile.Owner, name string) *containerpb.NodePool {
	settings, size := e.spec.Settings, e.spec.Cluster
	config := &containerpb.NodeConfig{
		MachineType:    size.MachineType,
		DiskSizeGb:     int32(min(size.DiskSizeGB, 65536)), //nolint:gosec // Bounded.
		ImageType:      "COS_CONTAINERD",
		ServiceAccount: e.spec.NodeAccount(),
		// IAM says what nodes may do, scopes only what they may ask for.
		OauthScopes:            []string{"https://www.googleapis.com/auth/cloud-platform"},
		BootDiskKmsKey:         e.spec.ClusterKey(),
		ShieldedInstanceConfig: e.shielded(),
		WorkloadMetadataConfig: metadataServer(settings.String(policy.ClusterWorkloadMetadata)),
		ResourceLabels:         e.labels(o),
		Metadata:               map[string]string{"disable-legacy-endpoints": "true"},
	}
	if name == sandboxPool {
		config.MachineType = size.SandboxMachineType
		config.SandboxConfig = &containerpb.SandboxConfig{Type: containerpb.SandboxConfig_GVISOR}
	}
	return &containerpb.NodePool{
		Name: name, Config: config, Autoscaling: e.scaling(), Management: managed(),
		InitialNodeCount: max(e.scaling().GetMinNodeCount(), 1),
	}
}

func (e *Env) shielded() *containerpb.ShieldedInstanceConfig {
	return &containerpb.ShieldedInstanceConfig{
		EnableSecureBoot:          e.spec.Settings.Bool(policy.ClusterSecureBoot),
		EnableIntegrityMonitoring: e.spec.Settings.Bool(policy.ClusterIntegrityMonitoring),
	}
}

// scaling bounds a pool, in nodes a zone.
func (e *Env) scaling() *containerpb.NodePoolAutoscaling {
	const most = 1000 // What GKE takes.
	return &containerpb.NodePoolAutoscaling{
		Enabled:        true,
		MinNodeCount:   int32(min(e.spec.Cluster.MinNodes, most)), //nolint:gosec // Bounded.
		MaxNodeCount:   int32(min(e.spec.Cluster.MaxNodes, most)), //nolint:gosec // Bounded.
		LocationPolicy: containerpb.NodePoolAutoscaling_BALANCED,
	}
}

func managed() *containerpb.NodeManagement {
	return &containerpb.NodeManagement{AutoUpgrade: true, AutoRepair: true}
}

func metadataServer(mode string) *containerpb.WorkloadMetadataConfig {
	return &containerpb.WorkloadMetadataConfig{Mode: containerpb.WorkloadMetadataConfig_Mode(containerpb.WorkloadMetadataConfig_Mode_value[mode])}
}

// names are those of the pools that there have to be.
func (n *nodePools) names() []string {
	if n.spec.Settings.Bool(policy.ClusterSandboxPool) {
		return []string{firstPool, sandboxPool}
	}
	return []string{firstPool}
}

// list returns the cluster's pools by name; NotFound means that there is no
// cluster.
func (n *nodePools) list(ctx context.Context) (map[string]*containerpb.NodePool, error) {
	parent := n.spec.ClusterPath()
	reply, err := n.apis().Clusters.ListNodePools(gcp.Reading(ctx, "ListNodePools", parent), &containerpb.ListNodePoolsRequest{Parent: parent})
	if err != nil {
		return nil, failure("ListNodePools", parent, err)
	}
	pools := map[string]*containerpb.NodePool{}
	for _, p := range reply.GetNodePools() {
		pools[p.GetName()] = p
	}
	return pools, nil
}

func (n *nodePools) find(ctx context.Context, name string) (*containerpb.NodePool, error) {
	pools, err := n.list(ctx)
	if err != nil {
		return nil, err
	}
	if found := pools[name]; found != nil {
		return found, nil
	}
	return nil, gcp.NotFound("GetNodePool", n.path(name))
}

func (n *nodePools) path(name string) string { return n.spec.ClusterPath() + "/nodePools/" + name }

func (n *nodePools) pool(name string) object[*containerpb.NodePool] {
	component := n.name
	if n.spec.mayRecreate(policy.ComponentCluster) {
		component = policy.ComponentCluster // Who may make the cluster anew may make its pools anew.
	}
	return object[*containerpb.NodePool]{
		Env: n.Env, component: component, noun: "node pool", name: n.path(name), adoptable: true,
		get: func(ctx context.Context) (*containerpb.NodePool, error) { return n.find(ctx, name) },
		create: func(ctx context.Context, s *reconcile.Step) error {
			parent := n.spec.ClusterPath()
			err := n.operate(ctx, s, "CreateNodePool", n.path(name), "the node pool "+name, func(ctx context.Context) (*containerpb.Operation, error) {
				return n.apis().Clusters.CreateNodePool(ctx, &containerpb.CreateNodePoolRequest{Parent: parent, NodePool: n.nodePool(s.Owner(), name)})
			})
			if gcp.IsAlreadyExists(err) {
				// An attempt whose reply was lost has begun it.
				_, err = n.settled(ctx, s, name)
			}
			return err
		},
		owner: func(found *containerpb.NodePool) (reconcile.Owner, bool) {
			return reconcile.OwnerOfLabels(found.GetConfig().GetResourceLabels())
		},
		fixed: n.fixed,
		differs: func(found *containerpb.NodePool) []reconcile.Difference {
			var d differ
			for _, change := range n.changes(nil, found) {
				d.breaks(change.setting, change.field, change.got, change.want)
			}
			return d
		},
		patch: func(ctx context.Context, s *reconcile.Step, found *containerpb.NodePool) error {
			return n.update(ctx, s, found)
		},
		remove: func(ctx context.Context, s *reconcile.Step, found *containerpb.NodePool) error {
			return n.removePool(ctx, s, found)
		},
	}
}

// fixed says what only another pool can have otherwise.
func (n *nodePools) fixed(found *containerpb.NodePool) []reconcile.Difference {
	var d differ
	wanted := n.nodePool(reconcile.Owner{}, found.GetName()).GetConfig()
	got := found.GetConfig()
	d.breaks(policy.EncryptionCluster, "key of boot disks", got.GetBootDiskKmsKey(), wanted.GetBootDiskKmsKey())
	d.is("service account", got.GetServiceAccount(), wanted.GetServiceAccount())
	d.breaks(policy.ClusterSecureBoot, "secure boot", got.GetShieldedInstanceConfig().GetEnableSecureBoot(), wanted.GetShieldedInstanceConfig().GetEnableSecureBoot())
	d.breaks(policy.ClusterIntegrityMonitoring, "integrity monitoring", got.GetShieldedInstanceConfig().GetEnableIntegrityMonitoring(), wanted.GetShieldedInstanceConfig().GetEnableIntegrityMonitoring())
	d.is("sandbox", got.GetSandboxConfig().GetType(), wanted.GetSandboxConfig().GetType())
	return d
}

// poolChange is one field that GKE changes by an operation of its own.
type poolChange struct {
	// setting is the one that it is about; "" for none.
	setting, field string
	got, want      any
	begin          func(ctx context.Context) (*containerpb.Operation, error)
}

func (c poolChange) same() bool { return fmt.Sprint(c.got) == fmt.Sprint(c.want) }

func (n *nodePools) changes(s *reconcile.Step, found *containerpb.NodePool) []poolChange {
	api, path := n.apis().Clusters, n.path(found.GetName())
	update := func(request *containerpb.UpdateNodePoolRequest) func(ctx context.Context) (*containerpb.Operation, error) {
		request.Name = path
		return func(ctx context.Context) (*containerpb.Operation, error) { return api.UpdateNodePool(ctx, request) }
	}
	config, bounds := found.GetConfig(), found.GetAutoscaling()
	wanted := n.scaling()
	metadata := metadataServer(n.spec.Settings.String(policy.ClusterWorkloadMetadata))
	private := n.spec.Settings.Bool(policy.ClusterPrivateNodes)
	labels := map[string]string{}
	if s != nil {
		labels = n.mergedLabels(withoutGoogles(config.GetResourceLabels()), s.Owner())
	}
	node := n.nodePool(reconcile.Owner{}, found.GetName()).GetConfig()
	machine := "" // No input shows the size of disks, nor the machines of the other pool.
	if found.GetName() == firstPool && config.GetMachineType() != node.GetMachineType() {
		machine = inputMachineType
	}
	machines := func(c *containerpb.NodeConfig) string {
		return fmt.Sprintf("%s with %d GB", c.GetMachineType(), c.GetDiskSizeGb())
	}
	bound := "" // That it is off, no input shows.
	switch {
	case !bounds.GetEnabled():
	case bounds.GetMinNodeCount() != wanted.GetMinNodeCount():
		bound = inputMinNodes
	default:
		bound = inputMaxNodes
	}
	scale := func(a *containerpb.NodePoolAutoscaling) string {
		return fmt.Sprint(a.GetEnabled(), " ", a.GetMinNodeCount(), " to ", a.GetMaxNodeCount())
	}
	return []poolChange{
		{
			"", "labels", reconcile.Words(n.labelsDiffer(config.GetResourceLabels())), "",
			update(&containerpb.UpdateNodePoolRequest{ResourceLabels: &containerpb.ResourceLabels{Labels: labels}}),
		},
		{
			policy.ClusterWorkloadMetadata, "metadata server", config.GetWorkloadMetadataConfig().GetMode(), metadata.GetMode(),
			update(&containerpb.UpdateNodePoolRequest{WorkloadMetadataConfig: metadata}),
		},
		{
			policy.ClusterPrivateNodes, "private nodes", found.GetNetworkConfig().GetEnablePrivateNodes(), private,
			update(&containerpb.UpdateNodePoolRequest{NodeNetworkConfig: &containerpb.NodeNetworkConfig{EnablePrivateNodes: proto.Bool(private)}}),
		},
		{
			// GKE puts new nodes in the place of old ones for this, a few at a time:
			// once for both.
			machine, "machine type", machines(config), machines(node),
			update(&containerpb.UpdateNodePoolRequest{MachineType: node.GetMachineType(), DiskSizeGb: int64(node.GetDiskSizeGb())}),
		},
		{
			bound, "autoscaling", scale(bounds), scale(wanted),
			func(ctx context.Context) (*containerpb.Operation, error) {
				return api.SetNodePoolAutoscaling(ctx, &containerpb.SetNodePoolAutoscalingRequest{Name: path, Autoscaling: wanted})
			},
		},
		{
			"", "automatic upgrades and repairs",
			fmt.Sprint(found.GetManagement().GetAutoUpgrade(), found.GetManagement().GetAutoRepair()), fmt.Sprint(true, true),
			func(ctx context.Context) (*containerpb.Operation, error) {
				return api.SetNodePoolManagement(ctx, &containerpb.SetNodePoolManagementRequest{Name: path, Management: managed()})
			},
		},
	}
}

// withoutGoogles leaves out the labels that GKE puts on nodes by itself and
// takes from nobody.
func withoutGoogles(labels map[string]string) map[string]string {
	kept := maps.Clone(labels)
	maps.DeleteFunc(kept, func(key, _ string) bool { return strings.HasPrefix(key, "goog-") })
	return kept
}

func (n *nodePools) update(ctx context.Context, s *reconcile.Step, found *containerpb.NodePool) error {
	name := found.GetName()
	for i, change := range n.changes(s, found) {
		if change.same() {
			continue
		}
		s.Progress(ctx, "changing the %s of the node pool %s", change.field, name)
		tries := 0
		err := n.operate(ctx, s, "UpdateNodePool", n.path(name), "the node pool "+name, func(ctx context.Context) (*containerpb.Operation, error) {
			if tries++; tries > 1 {
				standing, err := n.find(ctx, name)
				if err != nil || n.changes(s, standing)[i].same() {
					return nil, err
				}
			}
			return change.begin(ctx)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (n *nodePools) removePool(ctx context.Context, s *reconcile.Step, found *containerpb.NodePool) error {
	path := n.path(found.GetName())
	if found.GetStatus() != containerpb.NodePool_STOPPING {
		err := n.operate(ctx, s, "DeleteNodePool", path, "the node pool to go", func(ctx context.Context) (*containerpb.Operation, error) {
			return n.apis().Clusters.DeleteNodePool(ctx, &containerpb.DeleteNodePoolRequest{Name: path})
		})
		if err != nil && !gcp.IsNotFound(err) {
			return err
		}
	}
	standing, err := n.settled(ctx, s, found.GetName())
	switch {
	case gcp.IsNotFound(err):
		return s.Forget(ctx, healthyPool(found.GetName()))
	case err != nil:
		return err
	default:
		return fmt.Errorf("the node pool %s was deleted and still stands: %s", path, poolReason(standing))
	}
}

// settled waits until a pool is not being made or deleted, and returns it.
func (n *nodePools) settled(ctx context.Context, s *reconcile.Step, name string) (*containerpb.NodePool, error) {
	var found *containerpb.NodePool
	err := n.client.Await(ctx, "GetNodePool", n.path(name), waiting(s, "the node pool "+name), func(ctx context.Context) (bool, error) {
		standing, err := n.find(ctx, name)
		found = standing
		return err != nil || standing.GetStatus() != containerpb.NodePool_PROVISIONING && standing.GetStatus() != containerpb.NodePool_STOPPING, err
	})
	return found, err
}

func poolReason(found *containerpb.NodePool) string {
	words := []string{found.GetStatus().String()}
	for _, condition := range found.GetConditions() {
		words = append(words, condition.GetMessage())
	}
	if message := found.GetStatusMessage(); message != "" && !slices.Contains(words, message) { //nolint:staticcheck // Older than the conditions, and still the fuller of the two.
		words = append(words, message)
	}
	return strings.Join(words, ": ")
}

// healthyPool is the note that a pool was seen to run.
func healthyPool(name string) string { return "healthy " + name }

// Observe implements [reconcile.Component].
func (n *nodePools) Observe(ctx context.Context) (reconcile.Observation, error) {
	pools, err := n.list(ctx)
	if gcp.IsNotFound(err) {
		return reconcile.Observation{Presence: reconcile.Absent}, nil
	}
	if err != nil {
		return reconcile.Observation{}, err
	}
	var parts []reconcile.Observation
	wanted := n.names()
	sandbox := pools[sandboxPool] != nil
	shown := map[string]any{}
	for _, name := range wanted {
		listed := n.pool(name)
		listed.get = func(context.Context) (*containerpb.NodePool, error) {
			if found := pools[name]; found != nil {
				return found, nil
			}
			return nil, gcp.NotFound("GetNodePool", n.path(name))
		}
		found, seen, err := listed.see(ctx)
		if err != nil {
			return reconcile.Observation{}, err
		}
		if found != nil {
			n.shows(found, &seen, shown)
		}
		parts = append(parts, seen)
	}
	all := join(parts...)
	if all.Presence != reconcile.Absent {
		shown[policy.ClusterSandboxPool] = sandbox
		all.Values = shown
	}
	// One that is not wanted any more has to go.
	if left := pools[sandboxPool]; left != nil && !slices.Contains(wanted, sandboxPool) && ownedBy(left.GetConfig().GetResourceLabels(), n.spec.Owner) {
		all.Differs = append(all.Differs, difference("", "the node pool %s stands yet", sandboxPool))
	}
	return all, nil
}

// shows adds the settings and inputs that a pool shows. Of two pools the one
// that is not as desired counts.
func (n *nodePools) shows(found *containerpb.NodePool, seen *reconcile.Observation, shown map[string]any) {
	config, bounds, size := found.GetConfig(), found.GetAutoscaling(), n.spec.Cluster
	settings := n.spec.Settings
	show := func(path string, got, want any) {
		if _, told := shown[path]; !told || got != want {
			shown[path] = got
		}
	}
	shield := config.GetShieldedInstanceConfig()
	show(policy.ClusterSecureBoot, shield.GetEnableSecureBoot(), settings[policy.ClusterSecureBoot])
	show(policy.ClusterIntegrityMonitoring, shield.GetEnableIntegrityMonitoring(), settings[policy.ClusterIntegrityMonitoring])
	show(policy.ClusterWorkloadMetadata, config.GetWorkloadMetadataConfig().GetMode().String(), settings[policy.ClusterWorkloadMetadata])
	show(inputMinNodes, int64(bounds.GetMinNodeCount()), size.MinNodes)
	show(inputMaxNodes, int64(bounds.GetMaxNodeCount()), size.MaxNodes)
	if found.GetName() == firstPool {
		shown[inputMachineType] = config.GetMachineType()
	}
	// The cluster shows which nodes are private.
	seen.Differs = slices.DeleteFunc(seen.Differs, func(d reconcile.Difference) bool { return d.Setting == policy.ClusterPrivateNodes })
	switch found.GetStatus() {
	case containerpb.NodePool_RUNNING, containerpb.NodePool_RECONCILING, containerpb.NodePool_RUNNING_WITH_ERROR:
	default:
		seen.Presence = reconcile.Partial
		seen.Differs = append(seen.Differs, difference("", "the node pool %s is %s", found.GetName(), poolReason(found)))
	}
}

// Converge implements [reconcile.Component].
func (n *nodePools) Converge(ctx context.Context, s *reconcile.Step) error {
	for _, name := range n.names() {
		if err := n.recover(ctx, s, name); err != nil {
			return err
		}
		found, err := n.pool(name).converge(ctx, s)
		if err != nil {
			return err
		}
		if found.GetStatus() == containerpb.NodePool_ERROR {
			return fmt.Errorf("the node pool %s is %s", n.path(name), poolReason(found))
		}
		if err := s.Record(ctx, healthyPool(name), "yes"); err != nil {
			return err
		}
	}
	if !slices.Contains(n.names(), sandboxPool) {
		return n.pool(sandboxPool).delete(ctx, s)
	}
	return nil
}

// recover waits for what an earlier run began, and clears a pool of ours away
// that never came up.
func (n *nodePools) recover(ctx context.Context, s *reconcile.Step, name string) error {
	found, err := n.settled(ctx, s, name)
	if gcp.IsNotFound(err) {
		return nil
	}
	if err != nil || n.pool(name).foreign(found) != "" || found.GetStatus() != containerpb.NodePool_ERROR {
		return err
	}
	if _, healthy := s.Note(ctx, healthyPool(name)); healthy || !ownedBy(found.GetConfig().GetResourceLabels(), n.spec.Owner) {
		return fmt.Errorf("the node pool %s is %s: it has run before, so it is not deleted. Delete it by hand and apply again", n.path(name), poolReason(found))
	}
	s.Progress(ctx, "deleting the node pool %s that never came up (%s) to make it anew", name, poolReason(found))
	return n.removePool(ctx, s, found)
}

// Remove implements [reconcile.Component]: pools go with their cluster, in one
// operation. Those of a cluster that somebody else owns go one by one.
func (n *nodePools) Remove(ctx context.Context, s *reconcile.Step) error {
	standing, err := n.standingCluster(ctx)
	switch {
	case gcp.IsNotFound(err):
		return nil
	case err != nil:
		return err
	case ownedBy(standing.GetResourceLabels(), n.spec.Owner):
		return n.forget(ctx, s)
	}
	for _, name := range []string{sandboxPool, firstPool} {
		if err := n.pool(name).delete(ctx, s); err != nil {
			return err
		}
	}
	return n.forget(ctx, s)
}

func (n *nodePools) forget(ctx context.Context, s *reconcile.Step) error {
	for _, name := range []string{firstPool, sandboxPool} {
		if err := s.Forget(ctx, healthyPool(name)); err != nil {
			return err
		}
	}
	return nil
}
