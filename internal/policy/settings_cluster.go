package policy

// clusterV1 are the settings of the cluster and of what runs in it.
func clusterV1() []Setting {
	return []Setting{
		{
			Path: ClusterLocationType, Component: ComponentCluster, Row: "cluster_location", Change: CreateOnly,
			Title: "where the control plane and the nodes are",
			Doc:   "ZONAL puts the control plane in one zone; REGIONAL replicates it over three and spreads nodes over them.",
			Kind:  String, Options: weakestFirst(Zonal, Regional), Floor: Floor{Rule: InOrder},
			Values: perTier(Zonal, Zonal, Regional, Regional), Off: []any{Zonal},
		},
		{
			Path: ClusterReleaseChannel, Component: ComponentCluster, Row: "release_channel",
			Title: "channel of GKE versions",
			Doc:   "The channel that upgrades come from. RAPID is under no SLA and below the floor of every tier; STABLE gets versions that have proved themselves.",
			Kind:  String, Options: weakestFirst(ChannelRapid, ChannelRegular, ChannelStable), Floor: Floor{Rule: InOrder},
			Values: perTier(ChannelRegular, ChannelRegular, ChannelStable, ChannelStable),
		},
		{
			Path: ClusterPrivateNodes, Component: ComponentCluster, Row: "private_nodes", Change: CreateOnly,
			Title: "nodes without external addresses",
			Doc:   "Whether nodes have internal addresses only, and reach the internet through NAT.",
			Kind:  Bool, Floor: Floor{Rule: AtLeast}, Values: everywhere(true), Off: []any{false},
		},
		{
			Path: ClusterIPEndpoints, Component: ComponentCluster, Row: "control_plane_access",
			Title: "control plane reachable by IP address",
			Doc:   "Whether the control plane has endpoints with IP addresses beside its DNS endpoint, which asks IAM for every request and is always on.",
			Kind:  Bool, Floor: Floor{Rule: AtMost}, Values: everywhere(false), Off: []any{true},
		},
		{
			Path: ClusterDatapathProvider, Component: ComponentCluster, Row: "dataplane", Change: CreateOnly,
			Title: "data plane that enforces network policies",
			Doc:   "ADVANCED_DATAPATH is Dataplane V2, without which a NetworkPolicy does nothing.",
			Kind:  String, Options: weakestFirst(AdvancedDatapath), Floor: Floor{Rule: Exactly}, Values: everywhere(AdvancedDatapath),
		},
		{
			Path: ClusterShieldedNodes, Component: ComponentCluster, Row: "node_integrity",
			Title: "shielded nodes",
			Doc:   "Whether nodes prove with a virtual trusted platform module that they are nodes of this cluster.",
			Kind:  Bool, Floor: Floor{Rule: AtLeast}, Values: everywhere(true), Off: []any{false},
		},
		{
			Path: ClusterSecureBoot, Component: ComponentCluster, Row: "node_integrity",
			Title: "secure boot of nodes",
			Doc:   "Whether nodes run nothing but signed boot software.",
			Kind:  Bool, Floor: Floor{Rule: AtLeast}, Values: everywhere(true), Off: []any{false},
		},
		{
			Path: ClusterIntegrityMonitoring, Component: ComponentCluster, Row: "node_integrity",
			Title: "integrity monitoring of nodes",
			Doc:   "Whether each boot of a node is measured and compared with the baseline.",
			Kind:  Bool, Floor: Floor{Rule: AtLeast}, Values: everywhere(true), Off: []any{false},
		},
		{
			Path: ClusterWorkloadIdentity, Component: ComponentCluster, Row: "workload_identity",
			Title: "Workload Identity Federation for GKE",
			Doc:   "Whether pods call Google's APIs as their own Kubernetes service account, without keys.",
			Kind:  Bool, Floor: Floor{Rule: AtLeast}, Values: everywhere(true), Off: []any{false},
		},
		{
			Path: ClusterWorkloadMetadata, Component: ComponentCluster, Row: "workload_identity",
			Title: "metadata server of pods",
			Doc:   "GKE_METADATA hides the node's own credentials from pods.",
			Kind:  String, Options: weakestFirst(GKEMetadata), Floor: Floor{Rule: Exactly}, Values: everywhere(GKEMetadata),
		},
		{
			Path: ClusterLoggingComponents, Component: ComponentCluster, Row: "cluster_logs",
			Title: "components whose logs are collected",
			Doc:   "The components of GKE that write to Cloud Logging, by their names in GKE's API.",
			Kind:  Strings, Floor: Floor{Rule: ContainsAll},
			Options: weakestFirst("SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER", "SCHEDULER", "CONTROLLER_MANAGER", "KCP_SSHD", "KCP_CONNECTION", "KCP_HPA", "KCP_VPA"),
			Values: perTier(
				[]string{"SYSTEM_COMPONENTS", "WORKLOADS"}, []string{"SYSTEM_COMPONENTS", "WORKLOADS"},
				[]string{"APISERVER", "CONTROLLER_MANAGER", "SCHEDULER", "SYSTEM_COMPONENTS", "WORKLOADS"},
				[]string{"APISERVER", "CONTROLLER_MANAGER", "SCHEDULER", "SYSTEM_COMPONENTS", "WORKLOADS"},
			),
		},
		{
			Path: ClusterManagedPrometheus, Component: ComponentCluster, Row: "cluster_metrics",
			Title: "Managed Service for Prometheus",
			Doc:   "Whether Google's collectors gather the platform's metrics, which alerts and objectives look at.",
			Kind:  Bool, Floor: Floor{Rule: AtLeast}, Values: everywhere(true), Off: []any{false},
		},
		{
			Path: ClusterCostAllocation, Component: ComponentCluster, Row: "cluster_metrics",
			Title: "GKE cost allocation",
			Doc:   "Whether the billing export tells the cost of each namespace, and so of each tenant.",
			Kind:  Bool, Floor: Floor{Rule: AtLeast}, Values: everywhere(true), Off: []any{false},
		},
		{
			Path: ClusterPodSecurity, Component: ComponentNamespaces, Row: "pod_security",
			Title: "pod security standard of namespaces",
			Doc:   "The Pod Security Standard that the label of each namespace enforces.",
			Kind:  String, Options: weakestFirst(PodSecurityBaseline, PodSecurityRestricted), Floor: Floor{Rule: InOrder},
			Values: perTier(PodSecurityBaseline, PodSecurityRestricted, PodSecurityRestricted, PodSecurityRestricted),
		},
		{
			Path: ClusterSandboxPool, Component: ComponentCluster, Row: "gke_sandbox",
			Title: "second node pool with GKE Sandbox",
			Doc:   "Whether there is a node pool with gVisor, and a RuntimeClass for it, for tenants' pods. GKE Sandbox can't be the only pool.",
			Kind:  Bool, Floor: Floor{Rule: AtLeast}, Values: perTier(false, true, false, false), Off: []any{false},
		},
		{
			Path: BinaryAuthorizationMode, Component: ComponentBinaryAuthorization, Row: "binary_authorization",
			Title: "what happens to images that nobody vouches for",
			Doc:   "DRY_RUN logs them; ENFORCE_ALLOW_LIST admits the platform's registry and Google's system images only; ENFORCE_ATTESTOR wants a signature by the attestor besides.",
			Kind:  String, Options: weakestFirst(DryRun, EnforceAllowList, EnforceAttestor), Floor: Floor{Rule: InOrder},
			Values: perTier(DryRun, DryRun, EnforceAllowList, EnforceAttestor),
		},
	}
}
