package emulator

import (
	"context"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// updateCompanions are the fields of an update that may come with another one.
// The reference allows one update a request; these say more of the same.
var updateCompanions = map[string][]string{
	"desired_logging_service": {"desired_monitoring_service"},
	"desired_master_version":  {"desired_rollback_safe_upgrade"},
	"desired_node_version":    {"desired_node_pool_id", "desired_image_type"},
	"desired_image_type":      {"desired_node_pool_id", "desired_node_version"},
	"desired_node_pool_autoscaling": {
		"desired_node_pool_id",
	},
}

// UpdateCluster implements google.container.v1.ClusterManager.
func (m *clusterManager) UpdateCluster(ctx context.Context, req *containerpb.UpdateClusterRequest) (*containerpb.Operation, error) {
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
	if req.GetUpdate() == nil {
		return nil, invalid("Must provide an update.")
	}
	if etag := req.GetUpdate().GetEtag(); etag != "" && etag != c.value.GetEtag() {
		return nil, apiError(codes.Aborted, "The cluster's etag does not match: it was changed since it was read.")
	}
	field, err := theUpdate(req.GetUpdate())
	if err != nil {
		return nil, err
	}
	if err := c.usable(""); err != nil {
		return nil, err
	}
	switch field {
	case "desired_node_version", "desired_image_type", "desired_node_pool_autoscaling":
		return m.updateNodes(ctx, c, req.GetUpdate())
	}
	change, ok := clusterChanges()[field]
	if !ok {
		return nil, notModelled("the field %s of UpdateCluster", field)
	}
	after := proto.CloneOf(c.value)
	if err := change(m, c, after, req.GetUpdate()); err != nil {
		return nil, err
	}
	typ, took := containerpb.Operation_UPDATE_CLUSTER, clusterUpdate
	if field == "desired_master_version" {
		typ, took = containerpb.Operation_UPGRADE_MASTER, masterUpgrade
	}
	return m.change(ctx, c, after, typ, took)
}

// theUpdate names the one thing that an update changes.
func theUpdate(u *containerpb.ClusterUpdate) (string, error) {
	var set []string
	u.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if f.Name() != "etag" {
			set = append(set, string(f.Name()))
		}
		return true
	})
	slices.Sort(set)
	if len(set) == 0 {
		return "", invalid("Must specify a field to update.")
	}
	for _, main := range set {
		others := slices.DeleteFunc(slices.Clone(set), func(f string) bool {
			return f == main || slices.Contains(updateCompanions[main], f)
		})
		if len(others) == 0 {
			return main, nil
		}
	}
	return "", invalid("Exactly one update can be applied to a cluster with each request, got: %s.", strings.Join(set, ", "))
}

// updateNodes changes a node pool by the fields of a cluster's update.
func (m *clusterManager) updateNodes(ctx context.Context, c *gkeCluster, u *containerpb.ClusterUpdate) (*containerpb.Operation, error) {
	name := u.GetDesiredNodePoolId()
	if name == "" {
		if len(c.pools) != 1 {
			return nil, invalid("desired_node_pool_id must be specified when the cluster has not exactly one node pool.")
		}
		name = c.pools[0].value.GetName()
	}
	p, err := c.pool(name)
	if err != nil {
		return nil, err
	}
	after := proto.CloneOf(p.value)
	if a := u.GetDesiredNodePoolAutoscaling(); a != nil {
		if err := setScaling(after, a); err != nil {
			return nil, err
		}
		return m.changePool(ctx, c, p, after, containerpb.Operation_UPDATE_CLUSTER, nodePoolSetting)
	}
	req := &containerpb.UpdateNodePoolRequest{NodeVersion: u.GetDesiredNodeVersion(), ImageType: u.GetDesiredImageType()}
	for field, set := range map[string]bool{"node_version": req.GetNodeVersion() != "", "image_type": req.GetImageType() != ""} {
		if set {
			if err := poolChanges()[field](c.value, after, req); err != nil {
				return nil, err
			}
		}
	}
	if err := m.recheckPool(c, p.value, after); err != nil {
		return nil, err
	}
	return m.changePool(ctx, c, p, after, containerpb.Operation_UPGRADE_NODES, nodePoolUpdate)
}

// clusterChange applies one field of an update to a cluster.
type clusterChange func(m *clusterManager, c *gkeCluster, after *containerpb.Cluster, u *containerpb.ClusterUpdate) error

// clusterChanges are the fields that can change, by their names.
func clusterChanges() map[string]clusterChange {
	type (
		mg = *clusterManager
		gc = *gkeCluster
		pb = *containerpb.Cluster
		up = *containerpb.ClusterUpdate
	)
	all := map[string]clusterChange{
		"desired_addons_config": func(_ mg, _ gc, c pb, u up) error {
			proto.Merge(ensureField(&c.AddonsConfig), u.GetDesiredAddonsConfig())
			replaceMessages(c.AddonsConfig, u.GetDesiredAddonsConfig())
			return nil
		},
		"desired_locations": func(_ mg, k gc, c pb, u up) error {
			c.Locations = slices.Clone(u.GetDesiredLocations())
			if k.at.zonal() && !slices.Contains(c.Locations, k.at.location) {
				return invalid("Cluster locations must include the cluster's primary zone %s.", k.at.location)
			}
			return notModelled("a change of a cluster's locations")
		},
		"desired_master_version": func(_ mg, _ gc, c pb, u up) error {
			version, ok := resolveVersion(u.GetDesiredMasterVersion(), c.GetReleaseChannel().GetChannel())
			if !ok {
				return invalid("Master version %q is unsupported.", u.GetDesiredMasterVersion())
			}
			if compareVersions(version, c.GetCurrentMasterVersion()) < 0 {
				return invalid("Master cannot be downgraded from %q to %q.", c.GetCurrentMasterVersion(), version)
			}
			c.CurrentMasterVersion = version
			return nil
		},
		"desired_release_channel": func(_ mg, k gc, c pb, u up) error {
			c.ReleaseChannel = proto.CloneOf(u.GetDesiredReleaseChannel())
			for _, p := range k.pools {
				if err := checkManagement(c, p.value.GetManagement()); err != nil {
					return err
				}
			}
			return nil
		},
		"desired_shielded_nodes": func(_ mg, _ gc, c pb, u up) error {
			c.ShieldedNodes = proto.CloneOf(u.GetDesiredShieldedNodes())
			return nil
		},
		"desired_workload_identity_config": func(_ mg, k gc, c pb, u up) error {
			if err := checkWorkloadPool(k.at, u.GetDesiredWorkloadIdentityConfig()); err != nil {
				return err
			}
			c.WorkloadIdentityConfig = proto.CloneOf(u.GetDesiredWorkloadIdentityConfig())
			if c.WorkloadIdentityConfig.GetWorkloadPool() == "" {
				c.WorkloadIdentityConfig = nil
			}
			return nil
		},
		"desired_database_encryption": func(m mg, k gc, c pb, u up) error {
			if err := m.s.checkEncryption(k.at, u.GetDesiredDatabaseEncryption()); err != nil {
				return err
			}
			setEncryption(c, u.GetDesiredDatabaseEncryption())
			return nil
		},
		"desired_binary_authorization": func(m mg, k gc, c pb, u up) error {
			c.BinaryAuthorization = proto.CloneOf(u.GetDesiredBinaryAuthorization())
			return m.checkBinaryAuthorization(k.at, c.GetBinaryAuthorization())
		},
		"desired_cost_management_config": func(_ mg, _ gc, c pb, u up) error {
			c.CostManagementConfig = proto.CloneOf(u.GetDesiredCostManagementConfig())
			return nil
		},
		"desired_vertical_pod_autoscaling": func(_ mg, _ gc, c pb, u up) error {
			c.VerticalPodAutoscaling = proto.CloneOf(u.GetDesiredVerticalPodAutoscaling())
			return nil
		},
		"desired_pod_autoscaling": func(_ mg, _ gc, c pb, u up) error {
			c.PodAutoscaling = proto.CloneOf(u.GetDesiredPodAutoscaling())
			return nil
		},
		"desired_security_posture_config": func(_ mg, _ gc, c pb, u up) error {
			proto.Merge(ensureField(&c.SecurityPostureConfig), u.GetDesiredSecurityPostureConfig())
			return nil
		},
		"desired_secret_manager_config": func(_ mg, _ gc, c pb, u up) error {
			c.SecretManagerConfig = proto.CloneOf(u.GetDesiredSecretManagerConfig())
			return nil
		},
		"desired_authenticator_groups_config": func(_ mg, _ gc, c pb, u up) error {
			c.AuthenticatorGroupsConfig = proto.CloneOf(u.GetDesiredAuthenticatorGroupsConfig())
			return nil
		},
		"desired_anonymous_authentication_config": func(_ mg, _ gc, c pb, u up) error {
			c.AnonymousAuthenticationConfig = proto.CloneOf(u.GetDesiredAnonymousAuthenticationConfig())
			return nil
		},
		"desired_rbac_binding_config": func(_ mg, _ gc, c pb, u up) error {
			proto.Merge(ensureField(&c.RbacBindingConfig), u.GetDesiredRbacBindingConfig())
			return nil
		},
		"desired_notification_config": func(m mg, k gc, c pb, u up) error {
			c.NotificationConfig = proto.CloneOf(u.GetDesiredNotificationConfig())
			ensureField(&c.NotificationConfig.Pubsub)
			return m.checkNotifications(k.at, c.GetNotificationConfig())
		},
		"desired_gcfs_config": func(_ mg, _ gc, c pb, u up) error {
			c.NodePoolDefaults.NodeConfigDefaults.GcfsConfig = proto.CloneOf(u.GetDesiredGcfsConfig())
			return nil
		},
		"desired_node_pool_logging_config": func(_ mg, _ gc, c pb, u up) error {
			c.NodePoolDefaults.NodeConfigDefaults.LoggingConfig = proto.CloneOf(u.GetDesiredNodePoolLoggingConfig())
			return nil
		},
	}
	for name, change := range accessChanges() {
		all[name] = change
	}
	return all
}

// replaceMessages sets each message of to that from has: merging alone can't
// turn a flag off.
func replaceMessages(to, from proto.Message) {
	target := to.ProtoReflect()
	from.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if f.Kind() == protoreflect.MessageKind && !f.IsList() && !f.IsMap() {
			target.Set(f, protoreflect.ValueOfMessage(proto.Clone(v.Message().Interface()).ProtoReflect()))
		}
		return true
	})
}

// immutableNetworking is the 400 of what is fixed when a cluster is made.
func immutableNetworking(what string) error {
	return invalid("%s cannot be changed after the cluster was created.", what)
}

// settingTakes is what the setters of labels and maintenance take: they change
// no node.
const settingTakes = 5 * time.Second
