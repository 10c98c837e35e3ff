package emulator

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// defaultPool is the node pool of a cluster that was made with a node count.
const defaultPool = "default-pool"

// The label and the taint that GKE Sandbox puts on its nodes.
const (
	sandboxKey   = "sandbox.gke.io/runtime"
	sandboxValue = "gvisor"
)

func defaultScopes() []string {
	const auth = "https://www.googleapis.com/auth/"
	return []string{
		auth + "devstorage.read_only", auth + "logging.write", auth + "monitoring",
		auth + "service.management.readonly", auth + "servicecontrol", auth + "trace.append",
	}
}

// fillPool checks a new node pool of a cluster and sets what the service fills
// in, as recorded.
func (m *clusterManager) fillPool(n gkeName, c *containerpb.Cluster, p *containerpb.NodePool) error {
	p.SelfLink, p.InstanceGroupUrls, p.Status, p.StatusMessage, p.Conditions, p.PodIpv4CidrSize, p.Etag = "", nil, 0, "", nil, 0, "" //nolint:staticcheck // deprecated, and answered
	p.UpdateInfo, p.KubeletCertInfo = nil, nil
	if err := m.checkPool(n, c, p); err != nil {
		return err
	}
	version, ok := resolvePoolVersion(p.GetVersion(), c)
	if !ok {
		return invalid("Node version %q is unsupported.", p.GetVersion())
	}
	p.Version = version
	if len(p.GetLocations()) == 0 {
		p.Locations = slices.Clone(c.GetLocations())
	}
	if p.GetManagement() == nil {
		p.Management = &containerpb.NodeManagement{AutoUpgrade: true, AutoRepair: true}
	}
	if ensureField(&p.MaxPodsConstraint).MaxPodsPerNode == 0 {
		p.MaxPodsConstraint.MaxPodsPerNode = c.GetDefaultMaxPodsConstraint().GetMaxPodsPerNode()
	}
	p.PodIpv4CidrSize = podRangeSize(p.GetMaxPodsConstraint().GetMaxPodsPerNode())
	if p.GetUpgradeSettings() == nil {
		p.UpgradeSettings = &containerpb.NodePool_UpgradeSettings{MaxSurge: 1}
	}
	if p.UpgradeSettings.Strategy == nil {
		p.UpgradeSettings.Strategy = containerpb.NodePoolUpdateStrategy_SURGE.Enum()
	}
	fillPoolNetwork(c, p)
	fillNodeConfig(c, p)
	p.SelfLink = c.GetSelfLink() + "/nodePools/" + p.GetName()
	p.Etag = m.s.newUUID()
	p.InstanceGroupUrls = groupURLs(n, c.GetId(), p)
	p.Status = containerpb.NodePool_RUNNING
	// Clusters of 1.35.6 and later report it, recorded ones of 1.35.5 don't.
	if compareVersions(p.GetVersion(), "1.35.6") >= 0 {
		p.KubeletCertInfo = &containerpb.NodePool_KubeletCertInfo{TpmBootstrapCertExpireTime: timestamppb.New(m.s.now().Truncate(time.Second).AddDate(5, 0, 0))}
	}
	return nil
}

// resolvePoolVersion finds the version of nodes; "-" and "" mean the control
// plane's, and no node is newer than that.
func resolvePoolVersion(asked string, c *containerpb.Cluster) (string, bool) {
	master := c.GetCurrentMasterVersion()
	if asked == "" || asked == "-" || asked == master {
		return master, true
	}
	version, ok := resolveVersion(asked, c.GetReleaseChannel().GetChannel())
	return version, ok && compareVersions(version, master) <= 0
}

// podRangeSize is the prefix of a node's pod range: twice its pods fit in.
func podRangeSize(pods int64) int32 {
	bits := int32(32)
	for n := int64(1); n < 2*pods && bits > 23; n *= 2 {
		bits--
	}
	return bits
}

func fillPoolNetwork(c *containerpb.Cluster, p *containerpb.NodePool) {
	net := ensureField(&p.NetworkConfig)
	if net.NetworkTierConfig == nil {
		net.NetworkTierConfig = proto.CloneOf(c.GetIpAllocationPolicy().GetNetworkTierConfig())
	}
	if net.GetPodRange() == "" {
		net.PodRange, net.PodIpv4CidrBlock = c.GetIpAllocationPolicy().GetClusterSecondaryRangeName(), c.GetClusterIpv4Cidr()
	}
	if net.GetSubnetwork() == "" {
		net.Subnetwork = c.GetNetworkConfig().GetSubnetwork()
	}
	if net.EnablePrivateNodes == nil && c.GetNetworkConfig().GetDefaultEnablePrivateNodes() {
		net.EnablePrivateNodes = proto.Bool(true)
	}
}

func fillNodeConfig(c *containerpb.Cluster, p *containerpb.NodePool) {
	config := ensureField(&p.Config)
	fillDisk(config)
	config.EffectiveCgroupMode = containerpb.NodeConfig_EFFECTIVE_CGROUP_MODE_V2
	if config.ImageType == "" {
		config.ImageType = "COS_CONTAINERD"
	}
	config.ImageType = strings.ToUpper(config.ImageType)
	kubelet := ensureField(&config.KubeletConfig)
	fillKubelet(&config.KubeletConfig)
	if kubelet.MaxParallelImagePulls == 0 {
		kubelet.MaxParallelImagePulls = 2
	}
	if config.MachineType == "" {
		config.MachineType = "e2-medium"
	}
	if config.Metadata == nil {
		config.Metadata = map[string]string{}
	}
	if _, ok := config.Metadata["disable-legacy-endpoints"]; !ok {
		config.Metadata["disable-legacy-endpoints"] = "true"
	}
	config.NodeImageConfig = nodeImage(p.GetVersion())
	if len(config.OauthScopes) == 0 {
		config.OauthScopes = defaultScopes()
	}
	model := "on-demand"
	switch {
	case config.GetSpot():
		model = "spot"
	case config.GetPreemptible():
		model = "preemptible"
	}
	config.ResourceLabels = mergeText(config.GetResourceLabels(), map[string]string{"goog-gke-node-pool-provisioning-model": model})
	if config.ServiceAccount == "" {
		config.ServiceAccount = "default"
	}
	if config.ShieldedInstanceConfig == nil {
		config.ShieldedInstanceConfig = &containerpb.ShieldedInstanceConfig{EnableIntegrityMonitoring: true}
	}
	ensureField(&config.WindowsNodeConfig)
	// Nodes of a cluster with Workload Identity get the metadata server unless
	// they ask for something else.
	if config.WorkloadMetadataConfig == nil && c.GetWorkloadIdentityConfig().GetWorkloadPool() != "" {
		config.WorkloadMetadataConfig = &containerpb.WorkloadMetadataConfig{Mode: containerpb.WorkloadMetadataConfig_GKE_METADATA}
	}
	if sandboxed(p) {
		config.Labels = mergeText(config.GetLabels(), map[string]string{sandboxKey: sandboxValue})
		taint := &containerpb.NodeTaint{Key: sandboxKey, Value: sandboxValue, Effect: containerpb.NodeTaint_NO_SCHEDULE}
		if !slices.ContainsFunc(config.GetTaints(), func(t *containerpb.NodeTaint) bool { return proto.Equal(t, taint) }) {
			config.Taints = append(config.Taints, taint)
		}
	}
}

// fillDisk sets the boot disk: the newer message, and the older fields that say
// the same.
func fillDisk(config *containerpb.NodeConfig) {
	disk := ensureField(&config.BootDisk)
	if disk.GetDiskType() == "" {
		disk.DiskType = firstOf(config.GetDiskType(), "pd-balanced")
	}
	if disk.GetSizeGb() == 0 {
		disk.SizeGb = int64(config.GetDiskSizeGb())
	}
	if disk.GetSizeGb() == 0 {
		disk.SizeGb = 100
	}
	config.DiskType, config.DiskSizeGb = disk.GetDiskType(), int32(disk.GetSizeGb()) //nolint:gosec // checked to be at most 65536
}

// nodeImage is the image of a version, named as recorded.
func nodeImage(version string) *containerpb.CustomImageConfig {
	k8s, gke, _ := strings.Cut(version, "-gke.")
	return &containerpb.CustomImageConfig{
		Image:        "gke-" + strings.ReplaceAll(k8s, ".", "") + "-gke" + gke + "-cos-125-19216-395-109-c-pre",
		ImageProject: "gke-node-images",
	}
}

func mergeText(base, more map[string]string) map[string]string {
	out := maps.Clone(base)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, more)
	return out
}

// groupURLs are the instance groups of a pool, one a zone. A group's name has
// at most 32 characters of its cluster's and its pool's, sixteen for each unless
// the other is shorter, and eight digits.
func groupURLs(n gkeName, id string, p *containerpb.NodePool) []string {
	pool := p.GetName()
	pool = pool[:min(len(pool), max(16, 32-len(n.cluster)))]
	cluster := n.cluster[:min(len(n.cluster), 32-len(pool))]
	var urls []string
	for _, zone := range p.GetLocations() {
		sum := sha256.Sum256([]byte(id + "/" + p.GetName() + "/" + zone))
		urls = append(urls, fmt.Sprintf("https://www.googleapis.com/compute/v1/projects/%s/zones/%s/instanceGroupManagers/gke-%s-%s-%s-grp",
			n.project, zone, cluster, pool, hex.EncodeToString(sum[:4])))
	}
	return urls
}

func sandboxed(p *containerpb.NodePool) bool {
	return p.GetConfig().GetSandboxConfig().GetType() == containerpb.SandboxConfig_GVISOR
}
