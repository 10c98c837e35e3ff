package emulator

import (
	"regexp"
	"slices"
	"strings"

	"cloud.google.com/go/container/apiv1/containerpb"
)

var (
	poolID         = regexp.MustCompile(`^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$`)
	machineType    = regexp.MustCompile(`^[a-z][a-z0-9]*-[a-z0-9-]+$`)
	kubeLabelKey   = regexp.MustCompile(`^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`)
	kubeLabelValue = regexp.MustCompile(`^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$`)
)

// checkPool refuses a node pool that breaks the API's rules, and what is not
// modelled.
func (m *clusterManager) checkPool(n gkeName, c *containerpb.Cluster, p *containerpb.NodePool) error {
	if !poolID.MatchString(p.GetName()) {
		return invalid("Invalid value for field \"node_pool.name\": %q. Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,38}[a-z0-9])?)'.", p.GetName())
	}
	if err := unmodelledPool(p); err != nil {
		return err
	}
	if count := p.GetInitialNodeCount(); count < 0 || count > 1000 {
		return invalid("Invalid value for field \"node_pool.initial_node_count\": %d. It must be from 0 to 1000.", count)
	}
	for _, l := range p.GetLocations() {
		if gkeRegionOf(l) != n.region() || strings.Count(l, "-") != 2 {
			return invalid("Invalid value for field \"node_pool.locations\": %q. It must be a zone of %s.", l, n.region())
		}
	}
	if pods := p.GetMaxPodsConstraint().GetMaxPodsPerNode(); pods != 0 && (pods < 8 || pods > 256) {
		return invalid("Invalid value for field \"node_pool.max_pods_constraint.max_pods_per_node\": %d. It must be from 8 to 256.", pods)
	}
	if err := checkScaling(p.GetAutoscaling()); err != nil {
		return err
	}
	if p.GetManagement() != nil {
		if err := checkManagement(c, p.GetManagement()); err != nil {
			return err
		}
	}
	if err := checkUpgradeSettings(p.GetUpgradeSettings()); err != nil {
		return err
	}
	return m.checkNodeConfig(n, c, p.GetConfig())
}

func unmodelledPool(p *containerpb.NodePool) error {
	config := p.GetConfig()
	for _, f := range []struct {
		set  bool
		name string
	}{
		{len(config.GetAccelerators()) > 0, "config.accelerators"},
		{config.GetConfidentialNodes().GetEnabled(), "config.confidential_nodes"},
		{config.GetReservationAffinity() != nil, "config.reservation_affinity"},
		{config.GetSoleTenantConfig() != nil || config.GetNodeGroup() != "", "config.sole_tenant_config"},
		{len(config.GetSecondaryBootDisks()) > 0, "config.secondary_boot_disks"},
		{len(config.GetStoragePools()) > 0, "config.storage_pools"},
		{p.GetPlacementPolicy() != nil, "placement_policy"},
		{p.GetQueuedProvisioning().GetEnabled(), "queued_provisioning"},
		{p.GetNetworkConfig().GetCreatePodRange(), "network_config.create_pod_range"},
		{len(p.GetNetworkConfig().GetAdditionalNodeNetworkConfigs()) > 0, "network_config.additional_node_network_configs"},
	} {
		if f.set {
			return notModelled("%s of a node pool", f.name)
		}
	}
	return nil
}

func checkScaling(a *containerpb.NodePoolAutoscaling) error {
	switch {
	case !a.GetEnabled():
		return nil
	case a.GetAutoprovisioned():
		return notModelled("autoscaling.autoprovisioned of a node pool")
	case (a.GetMaxNodeCount() > 0 || a.GetMinNodeCount() > 0) && (a.GetTotalMaxNodeCount() > 0 || a.GetTotalMinNodeCount() > 0):
		return invalid("Only one of the limits of each zone and the total limits of the autoscaler can be specified.")
	case a.GetMaxNodeCount() == 0 && a.GetTotalMaxNodeCount() == 0:
		return invalid("Autoscaling max_node_count must be greater than zero.")
	case a.GetMinNodeCount() < 0 || a.GetTotalMinNodeCount() < 0:
		return invalid("Autoscaling min_node_count must not be negative.")
	case a.GetMinNodeCount() > a.GetMaxNodeCount() || a.GetTotalMinNodeCount() > a.GetTotalMaxNodeCount():
		return invalid("Autoscaling min_node_count must not be greater than max_node_count.")
	}
	return nil
}

// checkManagement refuses to leave nodes unmanaged in a release channel.
func checkManagement(c *containerpb.Cluster, m *containerpb.NodeManagement) error {
	channel := c.GetReleaseChannel().GetChannel()
	if channel == containerpb.ReleaseChannel_UNSPECIFIED { //nolint:staticcheck // deprecated, and still sent
		return nil
	}
	if !m.GetAutoUpgrade() {
		return invalid("Auto_upgrade must be true when release_channel %s set.", channel)
	}
	if !m.GetAutoRepair() {
		return invalid("Auto_repair must be true when release_channel %s set.", channel)
	}
	return nil
}

func checkUpgradeSettings(u *containerpb.NodePool_UpgradeSettings) error {
	switch {
	case u == nil:
		return nil
	case u.GetStrategy() == containerpb.NodePoolUpdateStrategy_BLUE_GREEN || u.GetBlueGreenSettings() != nil:
		return notModelled("blue-green upgrades of node pools")
	case u.GetMaxSurge() < 0 || u.GetMaxUnavailable() < 0 || u.GetMaxSurge()+u.GetMaxUnavailable() > 20:
		return invalid("max_surge and max_unavailable must be 0 or more, and 20 together at most.")
	case u.GetMaxSurge() == 0 && u.GetMaxUnavailable() == 0:
		return invalid("max_surge and max_unavailable must not both be 0.")
	}
	return nil
}

func (m *clusterManager) checkNodeConfig(n gkeName, c *containerpb.Cluster, config *containerpb.NodeConfig) error {
	if t := config.GetImageType(); t != "" && !slices.Contains(gkeImageTypes(), strings.ToUpper(t)) {
		return invalid("Invalid value for field \"image_type\": %q. The valid image types are: %s.", t, strings.Join(gkeImageTypes(), ", "))
	}
	if t := config.GetMachineType(); t != "" && !machineType.MatchString(t) {
		return invalid("Machine type with name %q does not exist in zone %q.", t, n.location)
	}
	size := max(int64(config.GetDiskSizeGb()), config.GetBootDisk().GetSizeGb())
	if size != 0 && (size < 10 || size > 65536) {
		return invalid("Invalid value for field \"disk_size_gb\": %d. It must be from 10 to 65536.", size)
	}
	if config.GetWorkloadMetadataConfig().GetMode() == containerpb.WorkloadMetadataConfig_GKE_METADATA && c.GetWorkloadIdentityConfig().GetWorkloadPool() == "" {
		return invalid("Cannot set workload_metadata_config.mode to GKE_METADATA when Workload Identity is not enabled on the cluster.")
	}
	for key, value := range config.GetLabels() {
		if !kubeLabelKey.MatchString(key) || !kubeLabelValue.MatchString(value) {
			return invalid("Node label %q: %q is not valid.", key, value)
		}
	}
	if err := checkTaints(config.GetTaints()); err != nil {
		return err
	}
	if key := config.GetBootDiskKmsKey(); key != "" {
		if err := m.s.checkKey(n, "boot_disk_kms_key", key, computeAgent(n)); err != nil {
			return err
		}
	}
	return checkSandbox(config)
}

func checkTaints(taints []*containerpb.NodeTaint) error {
	for _, t := range taints {
		if !kubeLabelKey.MatchString(t.GetKey()) || !kubeLabelValue.MatchString(t.GetValue()) || t.GetEffect() == containerpb.NodeTaint_EFFECT_UNSPECIFIED {
			return invalid("Node taint %q: %q is not valid, or has no effect.", t.GetKey(), t.GetValue())
		}
	}
	return nil
}

// checkSandbox refuses nodes that GKE Sandbox does not run on: another image
// than COS with containerd, and the shared-core machine types of E2.
func checkSandbox(config *containerpb.NodeConfig) error {
	if config.GetSandboxConfig() == nil {
		return nil
	}
	if config.GetSandboxConfig().GetType() != containerpb.SandboxConfig_GVISOR {
		return invalid("sandbox_config.type must be GVISOR.")
	}
	if image := config.GetImageType(); strings.ToUpper(image) != "COS_CONTAINERD" {
		return invalid("GKE Sandbox requires the node image type COS_CONTAINERD, got %q.", image)
	}
	switch t := firstOf(config.GetMachineType(), "e2-medium"); t {
	case "e2-micro", "e2-small", "e2-medium":
		return invalid("GKE Sandbox is not supported on machine type %s.", t)
	}
	return nil
}

// checkPools refuses a cluster whose system pods would have no node: GKE Sandbox
// can't be on all of its node pools.
func checkPools(pools []*containerpb.NodePool) error {
	for _, p := range pools {
		if !sandboxed(p) {
			return nil
		}
	}
	if len(pools) == 0 {
		return nil
	}
	return invalid("GKE Sandbox cannot be enabled on the cluster's only node pool: a node pool without it is required for system workloads.")
}
