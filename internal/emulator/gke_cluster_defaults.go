package emulator

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/protobuf/proto"
)

// withoutOutputs returns a cluster without the fields that only the service
// sets; it ignores them in a request, as https://google.aip.dev/203 says.
func withoutOutputs(sent *containerpb.Cluster) *containerpb.Cluster {
	c := proto.CloneOf(sent)
	c.SelfLink, c.Zone, c.Endpoint, c.CurrentMasterVersion, c.CurrentNodeVersion = "", "", "", "", ""  //nolint:staticcheck // deprecated, and still sent
	c.CreateTime, c.Status, c.StatusMessage, c.NodeIpv4CidrSize, c.ServicesIpv4Cidr = "", 0, "", 0, "" //nolint:staticcheck // deprecated, and still answered
	c.InstanceGroupUrls, c.CurrentNodeCount, c.ExpireTime, c.Location = nil, 0, "", ""                 //nolint:staticcheck // deprecated, and still sent
	c.Conditions, c.Id, c.Etag, c.LabelFingerprint = nil, "", "", ""
	return c
}

// fillCluster checks a new cluster, sets everything that the service fills in,
// as it was recorded, and takes the node pools out.
func (m *clusterManager) fillCluster(n gkeName, c *containerpb.Cluster) ([]*containerpb.NodePool, error) {
	if err := m.checkNewCluster(n, c); err != nil {
		return nil, err
	}
	if err := fillVersion(c); err != nil {
		return nil, err
	}
	c.Id = m.s.randomHex(64)
	c.Location, c.Zone = n.location, n.location //nolint:staticcheck // deprecated, and still answered
	c.SelfLink = "https://" + containerHost + "/v1/" + n.link(n.project)
	c.CreateTime = m.s.now().Format("2006-01-02T15:04:05-07:00")
	c.Etag = m.s.newUUID()
	if len(c.GetLocations()) == 0 {
		c.Locations = nodeZones(n.location)
	}
	if err := m.fillNetwork(n, c); err != nil {
		return nil, err
	}
	fillAccess(n, c)
	fillFeatures(c)
	fillObservability(c)
	m.fillSecurity(n, c)
	c.LabelFingerprint = gkeLabelFingerprint(c.GetResourceLabels())
	setMaintenance(c, c.GetMaintenancePolicy())
	pools := c.GetNodePools()
	if len(pools) == 0 {
		pools = []*containerpb.NodePool{{Name: defaultPool, Config: c.GetNodeConfig(), InitialNodeCount: c.GetInitialNodeCount()}} //nolint:staticcheck // deprecated, and still sent
	}
	c.NodePools, c.NodeConfig = nil, nil //nolint:staticcheck // deprecated, and still sent
	for _, p := range pools {
		if err := m.fillPool(n, c, p); err != nil {
			return nil, err
		}
	}
	return pools, checkPools(pools)
}

func fillVersion(c *containerpb.Cluster) error {
	switch ch := c.GetReleaseChannel(); {
	case ch == nil:
		c.ReleaseChannel = &containerpb.ReleaseChannel{Channel: containerpb.ReleaseChannel_REGULAR}
	case ch.GetChannel() == containerpb.ReleaseChannel_UNSPECIFIED: //nolint:staticcheck // deprecated, and still sent
		c.ReleaseChannel = &containerpb.ReleaseChannel{}
	}
	version, ok := resolveVersion(c.GetInitialClusterVersion(), c.GetReleaseChannel().GetChannel())
	if !ok {
		return invalid("Master version %q is unsupported.", c.GetInitialClusterVersion())
	}
	c.InitialClusterVersion, c.CurrentMasterVersion = version, version
	return nil
}

// nodeZones are the zones of a new cluster's nodes: its own, or three of its
// region. Two regions have no zone a.
func nodeZones(location string) []string {
	if strings.Count(location, "-") == 2 {
		return []string{location}
	}
	letters := "abc"
	if location == "europe-west1" || location == "us-east1" {
		letters = "bcd"
	}
	var zones []string
	for _, l := range letters {
		zones = append(zones, location+"-"+string(l))
	}
	return zones
}

// fillAccess sets how the control plane is reached: the newer field, and the
// older ones that say the same.
func fillAccess(n gkeName, c *containerpb.Cluster) {
	e := ensureField(&c.ControlPlaneEndpointsConfig)
	dns := ensureField(&e.DnsEndpointConfig)
	for _, flag := range []**bool{&dns.AllowExternalTraffic, &dns.EnableK8STokensViaDns, &dns.EnableK8SCertsViaDns} {
		if *flag == nil {
			*flag = proto.Bool(false)
		}
	}
	dns.Endpoint = fmt.Sprintf("gke-%s-%s.%s.gke.goog", c.GetId()[:36], n.number(), n.location)
	ip := ensureField(&e.IpEndpointsConfig)
	private := ensureField(&c.PrivateClusterConfig)
	if ip.Enabled == nil {
		ip.Enabled = proto.Bool(true)
	}
	if ip.EnablePublicEndpoint == nil {
		ip.EnablePublicEndpoint = proto.Bool(!private.GetEnablePrivateEndpoint()) //nolint:staticcheck // deprecated, and still sent
	}
	if private.GetMasterGlobalAccessConfig().GetEnabled() { //nolint:staticcheck // deprecated, and still sent
		ip.GlobalAccess = proto.Bool(true)
	}
	if ip.GetAuthorizedNetworksConfig() == nil {
		ip.AuthorizedNetworksConfig = c.GetMasterAuthorizedNetworksConfig() //nolint:staticcheck // deprecated, and still sent
	}
	if nodes := c.GetNetworkConfig(); nodes.DefaultEnablePrivateNodes == nil && private.GetEnablePrivateNodes() { //nolint:staticcheck // deprecated, and still sent
		nodes.DefaultEnablePrivateNodes = proto.Bool(true)
	}
	mirrorAccess(c)
}

// mirrorAccess makes what a cluster says of its endpoints consistent, after it
// was made or changed.
func mirrorAccess(c *containerpb.Cluster) {
	dns, ip := c.GetControlPlaneEndpointsConfig().GetDnsEndpointConfig(), c.GetControlPlaneEndpointsConfig().GetIpEndpointsConfig()
	private := ensureField(&c.PrivateClusterConfig)
	private.EnablePrivateNodes = c.GetNetworkConfig().GetDefaultEnablePrivateNodes() //nolint:staticcheck // deprecated, and still answered
	if !ip.GetEnabled() {
		c.ControlPlaneEndpointsConfig.IpEndpointsConfig = &containerpb.ControlPlaneEndpointsConfig_IPEndpointsConfig{Enabled: proto.Bool(false)}
		c.PrivateClusterConfig = &containerpb.PrivateClusterConfig{EnablePrivateNodes: private.GetEnablePrivateNodes()} //nolint:staticcheck // deprecated, and still answered
		c.MasterAuthorizedNetworksConfig, c.Endpoint = &containerpb.MasterAuthorizedNetworksConfig{}, dns.GetEndpoint() //nolint:staticcheck // deprecated, and still answered
		return
	}
	if !ip.GetGlobalAccess() {
		ip.GlobalAccess = nil
	}
	allowed := ensureField(&ip.AuthorizedNetworksConfig)
	if allowed.GcpPublicCidrsAccessEnabled == nil {
		allowed.GcpPublicCidrsAccessEnabled = proto.Bool(true)
	}
	c.MasterAuthorizedNetworksConfig = proto.CloneOf(allowed) //nolint:staticcheck // deprecated, and still answered
	// The addresses follow from the id: nothing listens there.
	public, inside := gkeAddress(c.GetId(), "34."), gkeAddress(c.GetId(), "10.128.0.")
	ip.PrivateEndpoint, private.PrivateEndpoint = inside, inside  //nolint:staticcheck // deprecated, and still answered
	private.PublicEndpoint = public                               //nolint:staticcheck // deprecated, and still answered
	private.EnablePrivateEndpoint = !ip.GetEnablePublicEndpoint() //nolint:staticcheck // deprecated, and still answered
	ip.PublicEndpoint, c.Endpoint = public, public
	if !ip.GetEnablePublicEndpoint() {
		ip.PublicEndpoint, c.Endpoint = "", inside
	}
}

// gkeAddress makes an IPv4 address up that begins so.
func gkeAddress(id, prefix string) string {
	sum := sha256.Sum256([]byte(prefix + id))
	parts := strings.Split(strings.TrimSuffix(prefix, "."), ".")
	for i := 0; len(parts) < 4; i++ {
		parts = append(parts, fmt.Sprint(sum[i]%250+2))
	}
	return strings.Join(parts, ".")
}

// fillFeatures sets what new clusters have without being asked.
func fillFeatures(c *containerpb.Cluster) {
	fillAddons(c)
	ensureField(&c.Autopilot)
	scaling := ensureField(&c.Autoscaling)
	if scaling.AutoscalingProfile == containerpb.ClusterAutoscaling_PROFILE_UNSPECIFIED {
		scaling.AutoscalingProfile = containerpb.ClusterAutoscaling_BALANCED
	}
	pools := ensureField(&scaling.AutoprovisioningNodePoolDefaults)
	if pools.ImageType == "" {
		pools.ImageType = "COS_CONTAINERD"
	}
	if pools.Management == nil {
		pools.Management = &containerpb.NodeManagement{AutoUpgrade: true, AutoRepair: true}
	}
	if len(pools.OauthScopes) == 0 {
		pools.OauthScopes = defaultScopes()
	}
	if pools.ServiceAccount == "" {
		pools.ServiceAccount = "default"
	}
	if ensureField(&c.DefaultMaxPodsConstraint).MaxPodsPerNode == 0 {
		c.DefaultMaxPodsConstraint.MaxPodsPerNode = 110
	}
	ensureField(&c.EnterpriseConfig).ClusterTier = containerpb.EnterpriseConfig_STANDARD //nolint:staticcheck // deprecated, and still answered
	ensureField(&c.ControlPlaneEgress)
	if c.ControlPlaneEgress.Mode == containerpb.ControlPlaneEgress_MODE_UNSPECIFIED {
		c.ControlPlaneEgress.Mode = containerpb.ControlPlaneEgress_VIA_CONTROL_PLANE
	}
	ensureField(&ensureField(&c.NotificationConfig).Pubsub)
	if ensureField(&c.NodeCreationConfig).NodeCreationMode == containerpb.NodeCreationConfig_MODE_UNSPECIFIED {
		c.NodeCreationConfig.NodeCreationMode = containerpb.NodeCreationConfig_VIA_KUBELET
	}
	if ensureField(&c.PodAutoscaling).HpaProfile == nil {
		c.PodAutoscaling.HpaProfile = containerpb.PodAutoscaling_PERFORMANCE.Enum()
	}
	fillKubelet(&ensureField(&c.NodePoolAutoConfig).NodeKubeletConfig)
	defaults := ensureField(&ensureField(&c.NodePoolDefaults).NodeConfigDefaults)
	if defaults.LoggingConfig == nil {
		defaults.LoggingConfig = &containerpb.NodePoolLoggingConfig{VariantConfig: &containerpb.LoggingVariantConfig{Variant: containerpb.LoggingVariantConfig_DEFAULT}}
	}
	fillKubelet(&defaults.NodeKubeletConfig)
	ensureField(&c.UserManagedKeysConfig)
	ensureField(&c.LegacyAbac)
}

func fillKubelet(config **containerpb.NodeKubeletConfig) {
	if k := ensureField(config); k.InsecureKubeletReadonlyPortEnabled == nil {
		k.InsecureKubeletReadonlyPortEnabled = proto.Bool(false)
	}
}

func fillAddons(c *containerpb.Cluster) {
	a := ensureField(&c.AddonsConfig)
	if a.DnsCacheConfig == nil {
		a.DnsCacheConfig = &containerpb.DnsCacheConfig{Enabled: true}
	}
	if a.GcePersistentDiskCsiDriverConfig == nil {
		a.GcePersistentDiskCsiDriverConfig = &containerpb.GcePersistentDiskCsiDriverConfig{Enabled: true}
	}
	if a.KubernetesDashboard == nil { //nolint:staticcheck // deprecated, and still answered
		a.KubernetesDashboard = &containerpb.KubernetesDashboard{Disabled: true} //nolint:staticcheck // deprecated, and still answered
	}
	if a.NetworkPolicyConfig == nil {
		a.NetworkPolicyConfig = &containerpb.NetworkPolicyConfig{Disabled: true}
	}
	ensureField(&a.NodeReadinessConfig)
}

const (
	kubernetesLogging    = "logging.googleapis.com/kubernetes"
	kubernetesMonitoring = "monitoring.googleapis.com/kubernetes"
)

// fillObservability sets logging and monitoring: the newer field says which
// components, the older one says whether there are any.
func fillObservability(c *containerpb.Cluster) {
	if c.GetLoggingConfig().GetComponentConfig() == nil {
		components := &containerpb.LoggingComponentConfig{}
		if c.GetLoggingService() != "none" {
			components.EnableComponents = []containerpb.LoggingComponentConfig_Component{
				containerpb.LoggingComponentConfig_SYSTEM_COMPONENTS, containerpb.LoggingComponentConfig_WORKLOADS,
			}
		}
		ensureField(&c.LoggingConfig).ComponentConfig = components
	}
	monitoring := ensureField(&c.MonitoringConfig)
	if monitoring.ComponentConfig == nil {
		monitoring.ComponentConfig = &containerpb.MonitoringComponentConfig{}
		if c.GetMonitoringService() != "none" {
			monitoring.ComponentConfig.EnableComponents = monitoringDefaults()
		}
	}
	if monitoring.ManagedPrometheusConfig == nil {
		monitoring.ManagedPrometheusConfig = &containerpb.ManagedPrometheusConfig{Enabled: true}
	}
	ensureField(&monitoring.AdvancedDatapathObservabilityConfig)
	mirrorServices(c)
}

// mirrorServices sets the older fields by the newer ones.
func mirrorServices(c *containerpb.Cluster) {
	c.LoggingService, c.MonitoringService = kubernetesLogging, kubernetesMonitoring
	if len(c.GetLoggingConfig().GetComponentConfig().GetEnableComponents()) == 0 {
		c.LoggingService = "none"
	}
	if len(c.GetMonitoringConfig().GetComponentConfig().GetEnableComponents()) == 0 {
		c.MonitoringService = "none"
	}
}

// monitoringDefaults are the components whose metrics a new cluster sends.
func monitoringDefaults() []containerpb.MonitoringComponentConfig_Component {
	return []containerpb.MonitoringComponentConfig_Component{
		containerpb.MonitoringComponentConfig_SYSTEM_COMPONENTS, containerpb.MonitoringComponentConfig_STORAGE,
		containerpb.MonitoringComponentConfig_HPA, containerpb.MonitoringComponentConfig_POD,
		containerpb.MonitoringComponentConfig_DAEMONSET, containerpb.MonitoringComponentConfig_DEPLOYMENT,
		containerpb.MonitoringComponentConfig_STATEFULSET, containerpb.MonitoringComponentConfig_CADVISOR,
		containerpb.MonitoringComponentConfig_KUBELET, containerpb.MonitoringComponentConfig_DCGM,
		containerpb.MonitoringComponentConfig_JOBSET,
	}
}

func (m *clusterManager) fillSecurity(n gkeName, c *containerpb.Cluster) {
	if ensureField(&c.AnonymousAuthenticationConfig).Mode == containerpb.AnonymousAuthenticationConfig_MODE_UNSPECIFIED {
		c.AnonymousAuthenticationConfig.Mode = containerpb.AnonymousAuthenticationConfig_LIMITED
	}
	encryption := ensureField(&c.DatabaseEncryption)
	if encryption.State == containerpb.DatabaseEncryption_UNKNOWN {
		encryption.State = containerpb.DatabaseEncryption_DECRYPTED
	}
	setEncryption(c, encryption)
	c.MasterAuth = &containerpb.MasterAuth{
		ClientCertificateConfig: &containerpb.ClientCertificateConfig{},
		ClusterCaCertificate:    clusterCA(c.GetId()),
	}
	rbac := ensureField(&c.RbacBindingConfig)
	for _, flag := range []**bool{&rbac.EnableInsecureBindingSystemAuthenticated, &rbac.EnableInsecureBindingSystemUnauthenticated} {
		if *flag == nil {
			*flag = proto.Bool(true)
		}
	}
	posture := ensureField(&c.SecurityPostureConfig)
	if posture.Mode == nil {
		posture.Mode = containerpb.SecurityPostureConfig_BASIC.Enum()
	}
	if posture.VulnerabilityMode == nil {
		posture.VulnerabilityMode = containerpb.SecurityPostureConfig_VULNERABILITY_MODE_UNSPECIFIED.Enum()
	}
	if c.ShieldedNodes == nil {
		c.ShieldedNodes = &containerpb.ShieldedNodes{Enabled: true}
	}
	if !c.GetNetworkPolicy().GetEnabled() {
		c.NetworkPolicy = nil
	}
	_ = n
}

// setEncryption sets the encryption of the cluster's database, which is done
// with the operation. From 1.35 on a request to encrypt secrets encrypts every
// object, and says so.
func setEncryption(c *containerpb.Cluster, want *containerpb.DatabaseEncryption) {
	old := c.GetDatabaseEncryption().GetKeyName()
	next := &containerpb.DatabaseEncryption{State: want.GetState(), KeyName: want.GetKeyName(), DecryptionKeys: c.GetDatabaseEncryption().GetDecryptionKeys()}
	switch next.State {
	case containerpb.DatabaseEncryption_DECRYPTED, containerpb.DatabaseEncryption_UNKNOWN:
		next.State, next.KeyName = containerpb.DatabaseEncryption_DECRYPTED, ""
		next.CurrentState = containerpb.DatabaseEncryption_CURRENT_STATE_DECRYPTED.Enum()
		if old != "" {
			next.DecryptionKeys = []string{old}
		}
	default:
		next.CurrentState = containerpb.DatabaseEncryption_CURRENT_STATE_ENCRYPTED.Enum()
		if compareVersions(c.GetCurrentMasterVersion(), "1.35") >= 0 {
			next.State = containerpb.DatabaseEncryption_ALL_OBJECTS_ENCRYPTION_ENABLED
			next.CurrentState = containerpb.DatabaseEncryption_CURRENT_STATE_ALL_OBJECTS_ENCRYPTION_ENABLED.Enum()
		}
	}
	c.DatabaseEncryption = next
}

// setMaintenance sets a maintenance policy with its version, by which a client
// says which policy it has read.
func setMaintenance(c *containerpb.Cluster, p *containerpb.MaintenancePolicy) {
	next := &containerpb.MaintenancePolicy{}
	if p != nil {
		next = proto.CloneOf(p)
	}
	if w := next.GetWindow(); w != nil && w.GetPolicy() == nil && len(w.GetMaintenanceExclusions()) == 0 {
		next.Window = nil
	}
	if daily := next.GetWindow().GetDailyMaintenanceWindow(); daily != nil {
		daily.Duration = "PT4H0M0S"
	}
	next.ResourceVersion = ""
	next.ResourceVersion = gkeFingerprint(next)
	c.MaintenancePolicy = next
}

// labelFingerprint identifies a set of labels.
func gkeLabelFingerprint(labels map[string]string) string { return gkeFingerprint(labels) }

// gkeFingerprint is eight hexadecimal digits of what a value says.
func gkeFingerprint(v any) string {
	raw, err := encode(v)
	if err != nil {
		return ""
	}
	// protojson varies its spacing on purpose.
	var plain any
	if json.Unmarshal(raw, &plain) == nil && plain != nil {
		if again, err := json.Marshal(plain); err == nil {
			raw = again
		}
	}
	if text := string(raw); text == "{}" || text == "null" {
		raw = nil
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:4])
}

// ensureField returns the message that a field points to, a new one if it has none.
func ensureField[T any](field **T) *T {
	if *field == nil {
		*field = new(T)
	}
	return *field
}
