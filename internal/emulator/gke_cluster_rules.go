package emulator

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const binaryAuthorizationHost = "binaryauthorization.googleapis.com"

// checkNewCluster refuses a cluster that breaks the API's rules, and what is
// not modelled.
func (m *clusterManager) checkNewCluster(n gkeName, c *containerpb.Cluster) error {
	if !clusterID.MatchString(n.cluster) {
		return invalid("Invalid value for field \"cluster.name\": %q. Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,38}[a-z0-9])?)'.", n.cluster)
	}
	if n.location == "-" {
		return invalid("A cluster needs a location.")
	}
	if err := unmodelledCluster(c); err != nil {
		return err
	}
	if err := checkNewPools(c); err != nil {
		return err
	}
	for _, l := range c.GetLocations() {
		if gkeRegionOf(l) != n.region() || strings.Count(l, "-") != 2 {
			return invalid("Invalid value for field \"cluster.locations\": %q. It must be a zone of %s.", l, n.region())
		}
	}
	if n.zonal() && len(c.GetLocations()) > 0 && !slices.Contains(c.GetLocations(), n.location) {
		return invalid("Cluster locations must include the cluster's primary zone %s.", n.location)
	}
	if err := checkLabels(c.GetResourceLabels()); err != nil {
		return err
	}
	for _, check := range []func(gkeName, *containerpb.Cluster) error{checkNetworking, checkAccess, m.checkProtection, m.checkObservability} {
		if err := check(n, c); err != nil {
			return err
		}
	}
	return checkMaintenance(c.GetMaintenancePolicy())
}

// unmodelledCluster names the first feature that the emulator does not know the
// truth about.
func unmodelledCluster(c *containerpb.Cluster) error {
	for _, f := range []struct {
		set  bool
		name string
	}{
		{c.GetAutopilot().GetEnabled(), "autopilot"},
		{c.GetEnableKubernetesAlpha(), "enable_kubernetes_alpha"},
		{c.GetEnableTpu(), "enable_tpu"}, //nolint:staticcheck // deprecated, and still sent
		{c.GetAutoscaling().GetEnableNodeAutoprovisioning(), "autoscaling.enable_node_autoprovisioning"},
		{c.GetConfidentialNodes().GetEnabled(), "confidential_nodes"},
		{c.GetFleet() != nil, "fleet"},
		{c.GetResourceUsageExportConfig() != nil, "resource_usage_export_config"},
		{c.GetEnableK8SBetaApis() != nil, "enable_k8s_beta_apis"},
		{c.GetRollbackSafeUpgrade() != nil, "rollback_safe_upgrade"},
		{c.GetScheduleUpgradeConfig() != nil, "schedule_upgrade_config"},
		{c.GetIpAllocationPolicy().GetStackType() == containerpb.StackType_IPV4_IPV6, "ip_allocation_policy.stack_type IPV4_IPV6"},
		{c.GetIpAllocationPolicy().GetCreateSubnetwork(), "ip_allocation_policy.create_subnetwork"},
		{c.GetIpAllocationPolicy().GetUseRoutes(), "ip_allocation_policy.use_routes"},
		{len(c.GetIpAllocationPolicy().GetAdditionalIpRangesConfigs()) > 0, "ip_allocation_policy.additional_ip_ranges_configs"},
		{c.GetNetworkConfig().GetEnableMultiNetworking(), "network_config.enable_multi_networking"},
		{c.GetUserManagedKeysConfig().GetClusterCa() != "" || c.GetUserManagedKeysConfig().GetControlPlaneDiskEncryptionKey() != "", "user_managed_keys_config"},
		{c.GetMasterAuth().GetUsername() != "" || c.GetMasterAuth().GetClientCertificateConfig().GetIssueClientCertificate(), "master_auth credentials"}, //nolint:staticcheck // deprecated, and still sent
	} {
		if f.set {
			return notModelled("%s of a cluster", f.name)
		}
	}
	return nil
}

func checkNewPools(c *containerpb.Cluster) error {
	pools, config, count := c.GetNodePools(), c.GetNodeConfig(), c.GetInitialNodeCount() //nolint:staticcheck // deprecated, and still sent
	switch {
	case len(pools) > 0 && (config != nil || count != 0):
		return invalid("cluster.node_pools cannot be specified together with cluster.initial_node_count or cluster.node_config.")
	case len(pools) == 0 && count <= 0:
		return invalid("Cluster.initial_node_count must be greater than zero.")
	}
	seen := map[string]bool{}
	for _, p := range pools {
		if seen[p.GetName()] {
			return invalid("Duplicate node pool name %q.", p.GetName())
		}
		seen[p.GetName()] = true
	}
	return nil
}

func checkLabels(labels map[string]string) error {
	if len(labels) > 64 {
		return invalid("At most 64 resource labels are allowed, there are %d.", len(labels))
	}
	for key, value := range labels {
		if !userLabelKey.MatchString(key) || !userLabelVal.MatchString(value) || len(key) > 63 || len(value) > 63 {
			return invalid("Invalid field 'resource_labels': label %q: %q is not valid.", key, value)
		}
	}
	return nil
}

func checkNetworking(_ gkeName, c *containerpb.Cluster) error {
	v2 := c.GetNetworkConfig().GetDatapathProvider() == containerpb.DatapathProvider_ADVANCED_DATAPATH
	inTransit := c.GetNetworkConfig().GetInTransitEncryptionConfig() == containerpb.InTransitEncryptionConfig_IN_TRANSIT_ENCRYPTION_INTER_NODE_TRANSPARENT
	switch {
	case v2 && c.GetNetworkPolicy().GetEnabled():
		return invalid("Enabling NetworkPolicy for clusters with DatapathProvider=ADVANCED_DATAPATH is not allowed.")
	case inTransit && !v2:
		return invalid("In-transit encryption requires DatapathProvider=ADVANCED_DATAPATH.")
	case c.GetNetworkConfig().GetEnableFqdnNetworkPolicy() && !v2:
		return invalid("FQDN network policies require DatapathProvider=ADVANCED_DATAPATH.")
	}
	if n := c.GetDefaultMaxPodsConstraint().GetMaxPodsPerNode(); n != 0 && (n < 8 || n > 256) {
		return invalid("Invalid value for field \"cluster.default_max_pods_constraint.max_pods_per_node\": %d. It must be from 8 to 256.", n)
	}
	return nil
}

// checkAccess refuses a control plane that nobody could reach, and settings that
// contradict each other.
func checkAccess(_ gkeName, c *containerpb.Cluster) error {
	ip := c.GetControlPlaneEndpointsConfig().GetIpEndpointsConfig()
	private := c.GetPrivateClusterConfig()
	if ip != nil && ip.Enabled != nil && !ip.GetEnabled() {
		if ip.GetEnablePublicEndpoint() || ip.GetGlobalAccess() || ip.GetAuthorizedNetworksConfig().GetEnabled() {
			return invalid("Settings of IP endpoints cannot be specified when ip_endpoints_config.enabled is false.")
		}
	}
	nodes := c.GetNetworkConfig()
	if nodes != nil && nodes.DefaultEnablePrivateNodes != nil && private.GetEnablePrivateNodes() && !nodes.GetDefaultEnablePrivateNodes() { //nolint:staticcheck // deprecated, and still sent
		return invalid("private_cluster_config.enable_private_nodes and network_config.default_enable_private_nodes contradict each other.")
	}
	return checkAuthorizedNetworks(ip.GetAuthorizedNetworksConfig())
}

func checkAuthorizedNetworks(a *containerpb.MasterAuthorizedNetworksConfig) error {
	if !a.GetEnabled() && len(a.GetCidrBlocks()) > 0 {
		return invalid("CIDR blocks can only be specified when master authorized networks are enabled.")
	}
	return nil
}

var workloadPool = regexp.MustCompile(`^(.+)\.svc\.id\.goog$`)

// checkProtection checks identity, keys and admission.
func (m *clusterManager) checkProtection(n gkeName, c *containerpb.Cluster) error {
	if err := checkWorkloadPool(n, c.GetWorkloadIdentityConfig()); err != nil {
		return err
	}
	if err := m.s.checkEncryption(n, c.GetDatabaseEncryption()); err != nil {
		return err
	}
	return m.checkBinaryAuthorization(n, c.GetBinaryAuthorization())
}

func checkWorkloadPool(n gkeName, w *containerpb.WorkloadIdentityConfig) error {
	pool := w.GetWorkloadPool()
	if pool == "" {
		return nil
	}
	found := workloadPool.FindStringSubmatch(pool)
	if found == nil || found[1] != n.project {
		return invalid("Currently, the only supported identity namespace is the default one for the cluster's project: %q. Got %q.", n.project+".svc.id.goog", pool)
	}
	return nil
}

func (m *clusterManager) checkBinaryAuthorization(n gkeName, b *containerpb.BinaryAuthorization) error {
	on := b.GetEnabled() || b.GetEvaluationMode() == containerpb.BinaryAuthorization_PROJECT_SINGLETON_POLICY_ENFORCE //nolint:staticcheck // deprecated, and still sent
	if b.GetEnabled() && b.GetEvaluationMode() != containerpb.BinaryAuthorization_EVALUATION_MODE_UNSPECIFIED {       //nolint:staticcheck // deprecated, and still sent
		return invalid("Only one of binary_authorization.enabled and binary_authorization.evaluation_mode can be specified.")
	}
	if on && !m.s.serviceUsable(n.project, binaryAuthorizationHost) {
		return apiError(codes.FailedPrecondition, fmt.Sprintf("The Binary Authorization API must be enabled in project %s before a cluster can use it.", n.project))
	}
	return nil
}

func (m *clusterManager) checkObservability(n gkeName, c *containerpb.Cluster) error {
	for field, set := range map[string][2]string{
		"logging_service":    {c.GetLoggingService(), kubernetesLogging},
		"monitoring_service": {c.GetMonitoringService(), kubernetesMonitoring},
	} {
		if set[0] != "" && set[0] != "none" && set[0] != set[1] {
			return invalid("Invalid value for field %q: %q.", "cluster."+field, set[0])
		}
	}
	if err := checkLogging(c.GetLoggingConfig()); err != nil {
		return err
	}
	if err := checkMonitoring(c.GetMonitoringConfig()); err != nil {
		return err
	}
	return m.checkNotifications(n, c.GetNotificationConfig())
}

func checkLogging(c *containerpb.LoggingConfig) error {
	list := c.GetComponentConfig().GetEnableComponents()
	if len(list) > 0 && !slices.Contains(list, containerpb.LoggingComponentConfig_SYSTEM_COMPONENTS) {
		return invalid("Logging of SYSTEM_COMPONENTS must be enabled when other components are.")
	}
	return nil
}

func checkMonitoring(c *containerpb.MonitoringConfig) error {
	list := c.GetComponentConfig().GetEnableComponents()
	if len(list) > 0 && !slices.Contains(list, containerpb.MonitoringComponentConfig_SYSTEM_COMPONENTS) {
		return invalid("Monitoring of SYSTEM_COMPONENTS must be enabled when other components are.")
	}
	return nil
}

func (m *clusterManager) checkNotifications(_ gkeName, c *containerpb.NotificationConfig) error {
	p := c.GetPubsub()
	if p.GetEnabled() && p.GetTopic() == "" {
		return invalid("notification_config.pubsub.topic must be set when notifications are enabled.")
	}
	if p.GetTopic() == "" {
		return nil
	}
	if _, err := m.s.store.Get(kindTopic, m.s.canonicalName(p.GetTopic())); status.Code(err) == codes.NotFound {
		return invalid("Pub/Sub topic %q does not exist.", p.GetTopic())
	}
	return nil
}

var clockTime = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

// checkMaintenance refuses windows that the service does.
func checkMaintenance(p *containerpb.MaintenancePolicy) error {
	w := p.GetWindow()
	if daily := w.GetDailyMaintenanceWindow(); daily != nil && !clockTime.MatchString(daily.GetStartTime()) {
		return invalid("Invalid value for field \"maintenance_policy.window.daily_maintenance_window.start_time\": %q. It must be HH:MM.", daily.GetStartTime())
	}
	if r := w.GetRecurringWindow(); r != nil {
		from, to := r.GetWindow().GetStartTime().AsTime(), r.GetWindow().GetEndTime().AsTime()
		if r.GetWindow().GetStartTime() == nil || r.GetWindow().GetEndTime() == nil || !from.Before(to) {
			return invalid("A recurring maintenance window must begin before it ends.")
		}
		if !strings.HasPrefix(r.GetRecurrence(), "FREQ=") {
			return invalid("Invalid recurrence rule %q.", r.GetRecurrence())
		}
		occurrences, err := occurrencesIn32Days(r.GetRecurrence())
		if err != nil {
			return err
		}
		if hours := to.Sub(from).Hours(); hours < 4 || hours > 24 || occurrences*hours < 48 {
			return invalid("maintenance policy would go longer than 32d without 48h maintenance availability of >=4h contiguous duration (in time range)")
		}
	}
	for name, e := range w.GetMaintenanceExclusions() {
		if e.GetStartTime() == nil || e.GetEndTime() == nil || !e.GetStartTime().AsTime().Before(e.GetEndTime().AsTime()) {
			return invalid("Maintenance exclusion %q must begin before it ends.", name)
		}
	}
	return nil
}

// occurrencesIn32Days is how often a window comes in any 32 days at the least.
func occurrencesIn32Days(rule string) (float64, error) {
	parts := map[string]string{}
	for _, part := range strings.Split(rule, ";") {
		name, value, _ := strings.Cut(part, "=")
		parts[name] = value
	}
	for name := range parts {
		if name != "FREQ" && name != "BYDAY" {
			return 0, notModelled("%s in the recurrence of a maintenance window", name)
		}
	}
	days := 1
	if parts["BYDAY"] != "" {
		days = len(strings.Split(parts["BYDAY"], ","))
	}
	switch parts["FREQ"] {
	case "DAILY":
		return 32, nil
	case "WEEKLY":
		return float64(4 * days), nil
	default:
		return 0, notModelled("the frequency %s of a maintenance window", parts["FREQ"])
	}
}
