package component

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// WorkloadPool is the pool of Workload Identity Federation for GKE: a project
// has one.
func (s *Spec) WorkloadPool() string { return s.Project + ".svc.id.goog" }

func (c *cluster) endpoints() *containerpb.ControlPlaneEndpointsConfig {
	return &containerpb.ControlPlaneEndpointsConfig{
		DnsEndpointConfig: &containerpb.ControlPlaneEndpointsConfig_DNSEndpointConfig{AllowExternalTraffic: proto.Bool(c.spec.Cluster.ExternalTraffic)},
		IpEndpointsConfig: &containerpb.ControlPlaneEndpointsConfig_IPEndpointsConfig{Enabled: proto.Bool(c.spec.Settings.Bool(policy.ClusterIPEndpoints))},
	}
}

func (c *cluster) channel() *containerpb.ReleaseChannel {
	name := c.spec.Settings.String(policy.ClusterReleaseChannel)
	return &containerpb.ReleaseChannel{Channel: containerpb.ReleaseChannel_Channel(containerpb.ReleaseChannel_Channel_value[name])}
}

func datapath(name string) containerpb.DatapathProvider {
	return containerpb.DatapathProvider(containerpb.DatapathProvider_value[name])
}

// admission makes the cluster ask the project's policy of Binary Authorization
// about every image; what that says is the component binary_authorization's.
func admission() *containerpb.BinaryAuthorization {
	return &containerpb.BinaryAuthorization{EvaluationMode: containerpb.BinaryAuthorization_PROJECT_SINGLETON_POLICY_ENFORCE}
}

func admits(found *containerpb.Cluster) string {
	b := found.GetBinaryAuthorization()
	if b.GetEnabled() && b.GetEvaluationMode() == containerpb.BinaryAuthorization_EVALUATION_MODE_UNSPECIFIED { //nolint:staticcheck // What older clusters say instead.
		return admission().GetEvaluationMode().String()
	}
	return b.GetEvaluationMode().String()
}

func (c *cluster) logging() *containerpb.LoggingConfig {
	components := &containerpb.LoggingComponentConfig{}
	for _, name := range c.spec.Settings.Strings(policy.ClusterLoggingComponents) {
		components.EnableComponents = append(components.EnableComponents, containerpb.LoggingComponentConfig_Component(containerpb.LoggingComponentConfig_Component_value[name]))
	}
	return &containerpb.LoggingConfig{ComponentConfig: components}
}

func loggingComponents(found *containerpb.Cluster) []string {
	names := []string{}
	for _, component := range found.GetLoggingConfig().GetComponentConfig().GetEnableComponents() {
		names = append(names, component.String())
	}
	slices.Sort(names)
	return names
}

// GKE wants 48 hours in every 32 days, in pieces of four hours or more, and a
// day is the longest of a window: see
// https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions.
const (
	leastWindow = 4
	mostWindow  = 24
	// weeklyHours make 48 of any four weeks.
	weeklyHours = 12
)

// window is when Google may upgrade the cluster. It comes back on as many days
// in a row as GKE needs.
func (c *cluster) window() *containerpb.MaintenanceWindow {
	m := c.spec.Cluster.Maintenance
	day := int(min(max(m.Day, 1), 7)) - 1
	hours := min(max(m.Hours, leastWindow), mostWindow)
	days := (weeklyHours + hours - 1) / hours
	var names []string
	for i := range int(days) {
		names = append(names, []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}[(day+i)%7])
	}
	// The first of January 2024 was a Monday; a rule has to begin somewhere.
	start := time.Date(2024, 1, 1+day, int(min(max(m.Hour, 0), 23)), 0, 0, 0, time.UTC)
	return &containerpb.MaintenanceWindow{Policy: &containerpb.MaintenanceWindow_RecurringWindow{RecurringWindow: &containerpb.RecurringTimeWindow{
		Window: &containerpb.TimeWindow{
			StartTime: timestamppb.New(start), EndTime: timestamppb.New(start.Add(time.Duration(hours) * time.Hour)),
		},
		Recurrence: "FREQ=WEEKLY;BYDAY=" + strings.Join(names, ","),
	}}}
}

func windowText(w *containerpb.MaintenanceWindow) string {
	r := w.GetRecurringWindow()
	if r == nil {
		return "none"
	}
	stamp := func(t *timestamppb.Timestamp) string { return t.AsTime().Format(time.RFC3339) }
	return stamp(r.GetWindow().GetStartTime()) + " to " + stamp(r.GetWindow().GetEndTime()) + " " + r.GetRecurrence()
}

// etcdKey is the key of etcd; "" is Google's.
func etcdKey(found *containerpb.Cluster) string {
	switch e := found.GetDatabaseEncryption(); e.GetState() {
	case containerpb.DatabaseEncryption_ENCRYPTED, containerpb.DatabaseEncryption_ALL_OBJECTS_ENCRYPTION_ENABLED:
		return e.GetKeyName()
	default:
		return ""
	}
}

// ourPools are the node pools of the cluster that are the environment's to keep.
func ourPools(found *containerpb.Cluster) []*containerpb.NodePool {
	var ours []*containerpb.NodePool
	for _, pool := range found.GetNodePools() {
		if pool.GetName() == firstPool || pool.GetName() == sandboxPool {
			ours = append(ours, pool)
		}
	}
	return ours
}

// diskKey is the key of the nodes' boot disks, which is fixed at their creation;
// that of the pool which is not as desired counts. Without pools etcd speaks for
// the cluster.
func (c *cluster) diskKey(found *containerpb.Cluster) string {
	pools := ourPools(found)
	if len(pools) == 0 {
		return etcdKey(found)
	}
	key := c.spec.ClusterKey()
	for _, pool := range pools {
		if got := pool.GetConfig().GetBootDiskKmsKey(); got != c.spec.ClusterKey() {
			key = got
		}
	}
	return key
}

// privateNodes tells whether new pools, and each of ours, have internal
// addresses only.
func privateNodes(found *containerpb.Cluster) bool {
	private := found.GetNetworkConfig().GetDefaultEnablePrivateNodes()
	for _, pool := range ourPools(found) {
		private = private && pool.GetNetworkConfig().GetEnablePrivateNodes()
	}
	return private
}

// keyLevel is the value of encryption.cluster that a key stands for.
func keyLevel(key string) string {
	if key == "" {
		return policy.KeyGoogle
	}
	return levelOf(key)
}

// fixed says what only another cluster can have otherwise.
func (c *cluster) fixed(found *containerpb.Cluster) []reconcile.Difference {
	var d differ
	d.breaks(policy.ClusterLocationType, "location", found.GetLocation(), c.spec.Location())
	d.breaks(policy.ClusterDatapathProvider, "data plane", found.GetNetworkConfig().GetDatapathProvider(), c.spec.Settings.String(policy.ClusterDatapathProvider))
	d.is("subnetwork", found.GetNetworkConfig().GetSubnetwork(), c.spec.Subnetwork())
	return d
}

// differs says what update changes.
func (c *cluster) differs(found *containerpb.Cluster) []reconcile.Difference {
	d := c.labelsDiffer(found.GetResourceLabels())
	for _, change := range c.changes(found) {
		d.breaks(change.setting, change.field, change.got, change.want)
	}
	return d
}

// change is one field that GKE changes by an operation of its own.
type change struct {
	// setting is the one that it is about; "" for none.
	setting, field string
	got, want      any
	update         *containerpb.ClusterUpdate
}

func (c change) same() bool { return fmt.Sprint(c.got) == fmt.Sprint(c.want) }

func (c *cluster) changes(found *containerpb.Cluster) []change {
	settings := c.spec.Settings
	pool := ""
	if settings.Bool(policy.ClusterWorkloadIdentity) {
		pool = c.spec.WorkloadPool()
	}
	etcd := &containerpb.DatabaseEncryption{State: containerpb.DatabaseEncryption_DECRYPTED}
	if key := c.spec.ClusterKey(); key != "" {
		etcd = &containerpb.DatabaseEncryption{State: containerpb.DatabaseEncryption_ENCRYPTED, KeyName: key}
	}
	// Parts of the configuration that nobody here has a say in stay.
	monitoring := proto.CloneOf(found.GetMonitoringConfig())
	if monitoring == nil {
		monitoring = &containerpb.MonitoringConfig{}
	}
	if monitoring.ManagedPrometheusConfig == nil {
		monitoring.ManagedPrometheusConfig = &containerpb.ManagedPrometheusConfig{}
	}
	monitoring.ManagedPrometheusConfig.Enabled = settings.Bool(policy.ClusterManagedPrometheus)
	endpoints := found.GetControlPlaneEndpointsConfig()
	return []change{
		{
			policy.ClusterReleaseChannel, "release channel", found.GetReleaseChannel().GetChannel(), c.channel().GetChannel(),
			&containerpb.ClusterUpdate{DesiredReleaseChannel: c.channel()},
		},
		{
			policy.ClusterPrivateNodes, "private nodes", found.GetNetworkConfig().GetDefaultEnablePrivateNodes(), settings.Bool(policy.ClusterPrivateNodes),
			&containerpb.ClusterUpdate{DesiredDefaultEnablePrivateNodes: proto.Bool(settings.Bool(policy.ClusterPrivateNodes))},
		},
		{
			policy.ClusterIPEndpoints, "IP endpoints", endpoints.GetIpEndpointsConfig().GetEnabled(), settings.Bool(policy.ClusterIPEndpoints),
			&containerpb.ClusterUpdate{DesiredControlPlaneEndpointsConfig: &containerpb.ControlPlaneEndpointsConfig{IpEndpointsConfig: c.endpoints().GetIpEndpointsConfig()}},
		},
		{
			"", "external traffic", endpoints.GetDnsEndpointConfig().GetAllowExternalTraffic(), c.spec.Cluster.ExternalTraffic,
			&containerpb.ClusterUpdate{DesiredControlPlaneEndpointsConfig: &containerpb.ControlPlaneEndpointsConfig{DnsEndpointConfig: c.endpoints().GetDnsEndpointConfig()}},
		},
		{
			policy.ClusterShieldedNodes, "shielded nodes", found.GetShieldedNodes().GetEnabled(), settings.Bool(policy.ClusterShieldedNodes),
			&containerpb.ClusterUpdate{DesiredShieldedNodes: &containerpb.ShieldedNodes{Enabled: settings.Bool(policy.ClusterShieldedNodes)}},
		},
		{
			policy.ClusterWorkloadIdentity, "workload identity", found.GetWorkloadIdentityConfig().GetWorkloadPool(), pool,
			&containerpb.ClusterUpdate{DesiredWorkloadIdentityConfig: &containerpb.WorkloadIdentityConfig{WorkloadPool: pool}},
		},
		{
			policy.BinaryAuthorizationMode, "Binary Authorization", admits(found), admission().GetEvaluationMode(),
			&containerpb.ClusterUpdate{DesiredBinaryAuthorization: admission()},
		},
		{
			policy.EncryptionCluster, "key of etcd", etcdKey(found), etcd.GetKeyName(),
			&containerpb.ClusterUpdate{DesiredDatabaseEncryption: etcd},
		},
		{
			policy.ClusterLoggingComponents, "logging", loggingComponents(found), settings.Strings(policy.ClusterLoggingComponents),
			&containerpb.ClusterUpdate{DesiredLoggingConfig: c.logging()},
		},
		{
			policy.ClusterManagedPrometheus, "managed Prometheus", found.GetMonitoringConfig().GetManagedPrometheusConfig().GetEnabled(), settings.Bool(policy.ClusterManagedPrometheus),
			&containerpb.ClusterUpdate{DesiredMonitoringConfig: monitoring},
		},
		{
			policy.ClusterCostAllocation, "cost allocation", found.GetCostManagementConfig().GetEnabled(), settings.Bool(policy.ClusterCostAllocation),
			&containerpb.ClusterUpdate{DesiredCostManagementConfig: &containerpb.CostManagementConfig{Enabled: settings.Bool(policy.ClusterCostAllocation)}},
		},
		// This one has a call of its own.
		{"", "maintenance window", windowText(found.GetMaintenancePolicy().GetWindow()), windowText(c.window()), nil},
	}
}

// update changes what differs, one operation each, as GKE demands.
func (c *cluster) update(ctx context.Context, s *reconcile.Step, found *containerpb.Cluster) error {
	path := c.pathOf(found)
	if len(c.labelsDiffer(found.GetResourceLabels())) > 0 {
		if err := c.setLabels(ctx, s, path); err != nil {
			return err
		}
	}
	for i, change := range c.changes(found) {
		if change.same() {
			continue
		}
		s.Progress(ctx, "changing the cluster's %s", change.field)
		if change.update == nil {
			if err := c.setWindow(ctx, s, path); err != nil {
				return err
			}
			continue
		}
		tries := 0
		err := c.operate(ctx, s, "UpdateCluster", path, "the cluster's "+change.field, func(ctx context.Context) (*containerpb.Operation, error) {
			// What it waited for may have been an attempt of its own.
			if tries++; tries > 1 {
				if standing, err := c.standingCluster(ctx); err != nil || c.changes(standing)[i].same() {
					return nil, err
				}
			}
			return c.apis().Clusters.UpdateCluster(ctx, &containerpb.UpdateClusterRequest{Name: path, Update: change.update})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// setLabels puts ours among the labels that stand, read for each attempt: the
// fingerprint refuses what somebody else changed meanwhile.
func (c *cluster) setLabels(ctx context.Context, s *reconcile.Step, path string) error {
	return c.operate(ctx, s, "SetLabels", path, "the cluster's labels", func(ctx context.Context) (*containerpb.Operation, error) {
		standing, err := c.standingCluster(ctx)
		if err != nil || len(c.labelsDiffer(standing.GetResourceLabels())) == 0 {
			return nil, err
		}
		return c.apis().Clusters.SetLabels(ctx, &containerpb.SetLabelsRequest{
			Name: path, LabelFingerprint: standing.GetLabelFingerprint(), ResourceLabels: c.mergedLabels(standing.GetResourceLabels(), s.Owner()),
		})
	})
}

// setWindow changes the window and leaves exclusions as they are.
func (c *cluster) setWindow(ctx context.Context, s *reconcile.Step, path string) error {
	return c.operate(ctx, s, "SetMaintenancePolicy", path, "the cluster's maintenance window", func(ctx context.Context) (*containerpb.Operation, error) {
		standing, err := c.standingCluster(ctx)
		if err != nil || windowText(standing.GetMaintenancePolicy().GetWindow()) == windowText(c.window()) {
			return nil, err
		}
		window := c.window()
		window.MaintenanceExclusions = standing.GetMaintenancePolicy().GetWindow().GetMaintenanceExclusions()
		return c.apis().Clusters.SetMaintenancePolicy(ctx, &containerpb.SetMaintenancePolicyRequest{
			ProjectId: c.spec.Project, Zone: standing.GetLocation(), ClusterId: standing.GetName(), Name: path,
			MaintenancePolicy: &containerpb.MaintenancePolicy{Window: window, ResourceVersion: standing.GetMaintenancePolicy().GetResourceVersion()},
		})
	})
}
