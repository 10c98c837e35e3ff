package emulator

import (
	"context"
	"slices"
	"strings"

	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// poolAddressing are the fields of an update that say which pool is meant.
var poolAddressing = []protoreflect.Name{"project_id", "zone", "cluster_id", "node_pool_id", "name", "etag"}

// UpdateNodePool implements google.container.v1.ClusterManager: a new version,
// or new settings of the nodes. Fields that aren't set stay as they are; those
// of one message come together.
func (m *clusterManager) UpdateNodePool(ctx context.Context, req *containerpb.UpdateNodePoolRequest) (*containerpb.Operation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, p, after, err := m.editPool(ctx, req.GetName(), req.GetProjectId(), req.GetZone(), req.GetClusterId(), req.GetNodePoolId()) //nolint:staticcheck // deprecated, and still sent
	if err != nil {
		return nil, err
	}
	if etag := req.GetEtag(); etag != "" && etag != p.value.GetEtag() {
		return nil, apiError(codes.Aborted, "The node pool's etag does not match: it was changed since it was read.")
	}
	var set []string
	req.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if !slices.Contains(poolAddressing, f.Name()) {
			set = append(set, string(f.Name()))
		}
		return true
	})
	slices.Sort(set)
	if len(set) == 0 {
		return nil, invalid("Must specify a field to update.")
	}
	for _, field := range set {
		change, ok := poolChanges()[field]
		if !ok {
			return nil, notModelled("the field %s of UpdateNodePool", field)
		}
		if err := change(c.value, after, req); err != nil {
			return nil, err
		}
	}
	if err := m.recheckPool(c, p.value, after); err != nil {
		return nil, err
	}
	after.InstanceGroupUrls = groupURLs(c.at, c.value.GetId(), after)
	return m.changePool(ctx, c, p, after, containerpb.Operation_UPGRADE_NODES, nodePoolUpdate)
}

// recheckPool applies the rules of new pools to a changed one. A key that was
// allowed once is not looked at again.
func (m *clusterManager) recheckPool(c *gkeCluster, before, after *containerpb.NodePool) error {
	check := proto.CloneOf(after)
	if before.GetConfig().GetBootDiskKmsKey() == after.GetConfig().GetBootDiskKmsKey() {
		check.Config.BootDiskKmsKey = ""
	}
	return m.checkPool(c.at, c.value, check)
}

// poolChange applies one field of an update to a node pool.
type poolChange func(c *containerpb.Cluster, p *containerpb.NodePool, req *containerpb.UpdateNodePoolRequest) error

// poolChanges are the fields that can change in place, by their names.
func poolChanges() map[string]poolChange {
	type (
		cl  = *containerpb.Cluster
		np  = *containerpb.NodePool
		req = *containerpb.UpdateNodePoolRequest
	)
	return map[string]poolChange{
		"node_version": func(c cl, p np, r req) error {
			version, ok := resolvePoolVersion(r.GetNodeVersion(), c)
			if !ok {
				return invalid("Node version %q is unsupported.", r.GetNodeVersion())
			}
			p.Version, p.Config.NodeImageConfig = version, nodeImage(version)
			return nil
		},
		"image_type": func(_ cl, p np, r req) error { p.Config.ImageType = strings.ToUpper(r.GetImageType()); return nil },
		"locations": func(_ cl, p np, r req) error {
			p.Locations = slices.Clone(r.GetLocations())
			return nil
		},
		"workload_metadata_config": func(_ cl, p np, r req) error {
			p.Config.WorkloadMetadataConfig = proto.CloneOf(r.GetWorkloadMetadataConfig())
			return nil
		},
		"upgrade_settings": func(_ cl, p np, r req) error {
			p.UpgradeSettings = proto.CloneOf(r.GetUpgradeSettings())
			if p.UpgradeSettings.Strategy == nil {
				p.UpgradeSettings.Strategy = containerpb.NodePoolUpdateStrategy_SURGE.Enum()
			}
			return nil
		},
		"tags": func(_ cl, p np, r req) error { p.Config.Tags = slices.Clone(r.GetTags().GetTags()); return nil },
		"taints": func(_ cl, p np, r req) error {
			p.Config.Taints = nil
			for _, t := range r.GetTaints().GetTaints() {
				p.Config.Taints = append(p.Config.Taints, proto.CloneOf(t))
			}
			if sandboxed(p) && !slices.ContainsFunc(p.Config.Taints, func(t *containerpb.NodeTaint) bool { return t.GetKey() == sandboxKey }) {
				p.Config.Taints = append(p.Config.Taints, &containerpb.NodeTaint{Key: sandboxKey, Value: sandboxValue, Effect: containerpb.NodeTaint_NO_SCHEDULE})
			}
			return nil
		},
		"labels": func(_ cl, p np, r req) error {
			p.Config.Labels = mergeText(r.GetLabels().GetLabels(), nil)
			if sandboxed(p) {
				p.Config.Labels[sandboxKey] = sandboxValue
			}
			return nil
		},
		"linux_node_config": func(_ cl, p np, r req) error {
			p.Config.LinuxNodeConfig = proto.CloneOf(r.GetLinuxNodeConfig())
			return nil
		},
		"kubelet_config": func(_ cl, p np, r req) error {
			p.Config.KubeletConfig = proto.CloneOf(r.GetKubeletConfig())
			fillKubelet(&p.Config.KubeletConfig)
			// Recorded: a new pool pulls two images at a time, a changed one three.
			if p.Config.KubeletConfig.MaxParallelImagePulls == 0 {
				p.Config.KubeletConfig.MaxParallelImagePulls = 3
			}
			return nil
		},
		"node_network_config": func(_ cl, p np, r req) error {
			if r.GetNodeNetworkConfig().EnablePrivateNodes == nil {
				return notModelled("node_network_config of UpdateNodePool but for enable_private_nodes")
			}
			p.NetworkConfig.EnablePrivateNodes = proto.Bool(r.GetNodeNetworkConfig().GetEnablePrivateNodes())
			return nil
		},
		"gcfs_config": func(_ cl, p np, r req) error { p.Config.GcfsConfig = proto.CloneOf(r.GetGcfsConfig()); return nil },
		"gvnic":       func(_ cl, p np, r req) error { p.Config.Gvnic = proto.CloneOf(r.GetGvnic()); return nil },
		"logging_config": func(_ cl, p np, r req) error {
			p.Config.LoggingConfig = proto.CloneOf(r.GetLoggingConfig())
			return nil
		},
		"resource_labels": func(_ cl, p np, r req) error {
			const model = "goog-gke-node-pool-provisioning-model"
			p.Config.ResourceLabels = mergeText(r.GetResourceLabels().GetLabels(), map[string]string{model: p.Config.GetResourceLabels()[model]})
			return nil
		},
		"machine_type": func(_ cl, p np, r req) error { p.Config.MachineType = r.GetMachineType(); return nil },
		"disk_type": func(_ cl, p np, r req) error {
			p.Config.DiskType = r.GetDiskType()
			ensureField(&p.Config.BootDisk).DiskType = r.GetDiskType()
			return nil
		},
		"disk_size_gb": func(_ cl, p np, r req) error {
			if r.GetDiskSizeGb() < 10 || r.GetDiskSizeGb() > 65536 {
				return invalid("Invalid value for field \"disk_size_gb\": %d. It must be from 10 to 65536.", r.GetDiskSizeGb())
			}
			p.Config.DiskSizeGb = int32(r.GetDiskSizeGb()) //nolint:gosec // checked above
			ensureField(&p.Config.BootDisk).SizeGb = r.GetDiskSizeGb()
			return nil
		},
		"boot_disk": func(_ cl, p np, r req) error {
			p.Config.BootDisk = proto.CloneOf(r.GetBootDisk())
			fillDisk(p.Config)
			return nil
		},
	}
}
