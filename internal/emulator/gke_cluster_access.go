package emulator

import (
	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/protobuf/proto"
)

// accessChanges are the changes of networking, endpoints and observability.
func accessChanges() map[string]clusterChange {
	type (
		mg = *clusterManager
		gc = *gkeCluster
		pb = *containerpb.Cluster
		up = *containerpb.ClusterUpdate
	)
	return map[string]clusterChange{
		"desired_control_plane_endpoints_config": func(_ mg, k gc, c pb, u up) error {
			return setEndpoints(k.at, c, u.GetDesiredControlPlaneEndpointsConfig())
		},
		"desired_master_authorized_networks_config": func(_ mg, k gc, c pb, u up) error {
			return setEndpoints(k.at, c, &containerpb.ControlPlaneEndpointsConfig{IpEndpointsConfig: &containerpb.ControlPlaneEndpointsConfig_IPEndpointsConfig{
				AuthorizedNetworksConfig: u.GetDesiredMasterAuthorizedNetworksConfig(), //nolint:staticcheck // deprecated, and still sent
			}})
		},
		"desired_enable_private_endpoint": func(_ mg, k gc, c pb, u up) error {
			return setEndpoints(k.at, c, &containerpb.ControlPlaneEndpointsConfig{IpEndpointsConfig: &containerpb.ControlPlaneEndpointsConfig_IPEndpointsConfig{
				EnablePublicEndpoint: proto.Bool(!u.GetDesiredEnablePrivateEndpoint()), //nolint:staticcheck // deprecated, and still sent
			}})
		},
		"desired_private_cluster_config": func(_ mg, k gc, c pb, u up) error {
			return setEndpoints(k.at, c, &containerpb.ControlPlaneEndpointsConfig{IpEndpointsConfig: &containerpb.ControlPlaneEndpointsConfig_IPEndpointsConfig{
				GlobalAccess: proto.Bool(u.GetDesiredPrivateClusterConfig().GetMasterGlobalAccessConfig().GetEnabled()), //nolint:staticcheck // deprecated, and still sent
			}})
		},
		"desired_default_enable_private_nodes": func(_ mg, _ gc, c pb, u up) error {
			setPrivateNodes(c, u.GetDesiredDefaultEnablePrivateNodes())
			return nil
		},
		"desired_datapath_provider": func(_ mg, _ gc, c pb, u up) error {
			if u.GetDesiredDatapathProvider() == c.GetNetworkConfig().GetDatapathProvider() {
				return nil
			}
			return immutableNetworking("DatapathProvider")
		},
		"desired_in_transit_encryption_config": func(_ mg, k gc, c pb, u up) error {
			c.NetworkConfig.InTransitEncryptionConfig = u.GetDesiredInTransitEncryptionConfig().Enum()
			return checkNetworking(k.at, c)
		},
		"desired_enable_fqdn_network_policy": func(_ mg, k gc, c pb, u up) error {
			c.NetworkConfig.EnableFqdnNetworkPolicy = proto.Bool(u.GetDesiredEnableFqdnNetworkPolicy())
			return checkNetworking(k.at, c)
		},
		"desired_enable_cilium_clusterwide_network_policy": func(_ mg, _ gc, c pb, u up) error {
			c.NetworkConfig.EnableCiliumClusterwideNetworkPolicy = proto.Bool(u.GetDesiredEnableCiliumClusterwideNetworkPolicy())
			return nil
		},
		"desired_intra_node_visibility_config": func(_ mg, _ gc, c pb, u up) error {
			c.NetworkConfig.EnableIntraNodeVisibility = u.GetDesiredIntraNodeVisibilityConfig().GetEnabled()
			return nil
		},
		"desired_l4ilb_subsetting_config": func(_ mg, _ gc, c pb, u up) error {
			on := u.GetDesiredL4IlbSubsettingConfig().GetEnabled()
			if c.GetNetworkConfig().GetEnableL4IlbSubsetting() && !on {
				return invalid("L4 ILB subsetting cannot be disabled once it is enabled.")
			}
			c.NetworkConfig.EnableL4IlbSubsetting = on
			return nil
		},
		"desired_default_snat_status": func(_ mg, _ gc, c pb, u up) error {
			c.NetworkConfig.DefaultSnatStatus = proto.CloneOf(u.GetDesiredDefaultSnatStatus())
			return nil
		},
		"desired_dns_config": func(_ mg, _ gc, c pb, u up) error {
			c.NetworkConfig.DnsConfig = proto.CloneOf(u.GetDesiredDnsConfig())
			return nil
		},
		"desired_gateway_api_config": func(_ mg, _ gc, c pb, u up) error {
			c.NetworkConfig.GatewayApiConfig = proto.CloneOf(u.GetDesiredGatewayApiConfig())
			return nil
		},
		"desired_service_external_ips_config": func(_ mg, _ gc, c pb, u up) error {
			c.NetworkConfig.ServiceExternalIpsConfig = proto.CloneOf(u.GetDesiredServiceExternalIpsConfig())
			return nil
		},
		"desired_private_ipv6_google_access": func(_ mg, _ gc, c pb, u up) error {
			c.NetworkConfig.PrivateIpv6GoogleAccess = u.GetDesiredPrivateIpv6GoogleAccess()
			return nil
		},
		"desired_logging_config": func(_ mg, _ gc, c pb, u up) error {
			if err := checkLogging(u.GetDesiredLoggingConfig()); err != nil {
				return err
			}
			c.LoggingConfig = proto.CloneOf(u.GetDesiredLoggingConfig())
			ensureField(&c.LoggingConfig.ComponentConfig)
			mirrorServices(c)
			return nil
		},
		"desired_monitoring_config": func(_ mg, _ gc, c pb, u up) error { return setMonitoring(c, u.GetDesiredMonitoringConfig()) },
		"desired_logging_service":   setServices, "desired_monitoring_service": setServices,
	}
}

// setMonitoring replaces the parts of a monitoring configuration that are given.
func setMonitoring(c *containerpb.Cluster, want *containerpb.MonitoringConfig) error {
	if err := checkMonitoring(want); err != nil {
		return err
	}
	replaceMessages(c.GetMonitoringConfig(), want)
	mirrorServices(c)
	return nil
}

// setServices sets the older fields of logging and monitoring.
func setServices(m *clusterManager, k *gkeCluster, c *containerpb.Cluster, u *containerpb.ClusterUpdate) error {
	if v := u.GetDesiredLoggingService(); v != "" {
		c.LoggingService, c.LoggingConfig = v, nil
	}
	if v := u.GetDesiredMonitoringService(); v != "" {
		c.MonitoringService = v
		c.MonitoringConfig.ComponentConfig = nil
	}
	if err := m.checkObservability(k.at, c); err != nil {
		return err
	}
	fillObservability(c)
	return nil
}

// setEndpoints changes what is given of the control plane's endpoints.
func setEndpoints(n gkeName, c *containerpb.Cluster, want *containerpb.ControlPlaneEndpointsConfig) error {
	have := c.GetControlPlaneEndpointsConfig()
	if dns := want.GetDnsEndpointConfig(); dns != nil {
		endpoint := have.GetDnsEndpointConfig().GetEndpoint()
		if dns.GetEndpoint() != "" && dns.GetEndpoint() != endpoint {
			return invalid("The DNS endpoint is assigned by the service.")
		}
		proto.Merge(have.GetDnsEndpointConfig(), dns)
		have.DnsEndpointConfig.Endpoint = endpoint
	}
	if ip := want.GetIpEndpointsConfig(); ip != nil {
		if err := checkAuthorizedNetworks(ip.GetAuthorizedNetworksConfig()); err != nil {
			return err
		}
		wasOff := !have.GetIpEndpointsConfig().GetEnabled()
		allowed := ip.GetAuthorizedNetworksConfig()
		proto.Merge(have.GetIpEndpointsConfig(), ip)
		if allowed != nil {
			have.IpEndpointsConfig.AuthorizedNetworksConfig = proto.CloneOf(allowed)
		}
		if wasOff && have.GetIpEndpointsConfig().GetEnabled() && have.IpEndpointsConfig.EnablePublicEndpoint == nil {
			have.IpEndpointsConfig.EnablePublicEndpoint = proto.Bool(true)
		}
		after := &containerpb.Cluster{ControlPlaneEndpointsConfig: have, NetworkConfig: c.GetNetworkConfig()}
		if ip.Enabled != nil && !ip.GetEnabled() {
			after.ControlPlaneEndpointsConfig = want
		}
		if err := checkAccess(n, after); err != nil {
			return err
		}
	}
	mirrorAccess(c)
	return nil
}
