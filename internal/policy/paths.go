package policy

// The paths of all settings.
const (
	DeletionPolicy = "deletion_policy"
	ProjectLien    = "project_lien"

	ClusterLocationType        = "cluster.location_type"
	ClusterReleaseChannel      = "cluster.release_channel"
	ClusterPrivateNodes        = "cluster.private_nodes"
	ClusterIPEndpoints         = "cluster.ip_endpoints"
	ClusterDatapathProvider    = "cluster.datapath_provider"
	ClusterShieldedNodes       = "cluster.shielded_nodes"
	ClusterSecureBoot          = "cluster.secure_boot"
	ClusterIntegrityMonitoring = "cluster.integrity_monitoring"
	ClusterWorkloadIdentity    = "cluster.workload_identity"
	ClusterWorkloadMetadata    = "cluster.workload_metadata"
	ClusterLoggingComponents   = "cluster.logging_components"
	ClusterManagedPrometheus   = "cluster.managed_prometheus"
	ClusterCostAllocation      = "cluster.cost_allocation"
	ClusterPodSecurity         = "cluster.pod_security"
	ClusterSandboxPool         = "cluster.sandbox_pool"

	BinaryAuthorizationMode = "cluster.binary_authorization"

	EncryptionCluster = "encryption.cluster"
	EncryptionData    = "encryption.data"

	KMSRotationDays      = "encryption.rotation_days"
	KMSDestroyDelayHours = "encryption.destroy_delay_hours"

	DatabaseAvailabilityType      = "database.availability_type"
	DatabaseBackupsRetained       = "database.backups_retained"
	DatabasePITRLogDays           = "database.pitr_log_days"
	DatabasePrivateServiceConnect = "database.private_service_connect"
	DatabasePublicIP              = "database.public_ip"
	DatabaseTLS                   = "database.tls"
	DatabaseIAMAuthentication     = "database.iam_authentication"
	DatabaseAuditLogging          = "database.audit_logging"
	DatabaseDeletionProtection    = "database.deletion_protection"
	DatabaseFinalBackupDays       = "database.final_backup_days"

	StoragePublicAccessPrevention = "storage.public_access_prevention"
	StorageUniformAccess          = "storage.uniform_access"
	StorageVersioning             = "storage.versioning"
	StorageSoftDeleteDays         = "storage.soft_delete_days"

	AuditDataAccess         = "logging.data_access"
	AuditConfigChangeAlerts = "logging.config_change_alerts"

	LoggingRetentionDays = "logging.retention_days"
	LoggingCMEK          = "logging.cmek"
	LoggingLocked        = "logging.locked"
	LoggingArchiveDays   = "logging.archive_days"

	NetworkFlowSampling    = "network.flow_sampling"
	NetworkFlowInterval    = "network.flow_interval"
	NetworkFlowMetadata    = "network.flow_metadata"
	NetworkFirewall        = "network.firewall"
	NetworkFirewallLogging = "network.firewall_logging"
	NetworkGoogleAPIsVIP   = "network.google_apis_vip"
	NetworkNATLogging      = "network.nat_logging"
	NetworkPerimeter       = "network.perimeter"
)

// The building blocks that enforce settings.
const (
	ComponentEnvironment         = "environment"
	ComponentLien                = "lien"
	ComponentCluster             = "cluster"
	ComponentNamespaces          = "namespaces"
	ComponentBinaryAuthorization = "binary_authorization"
	ComponentKMS                 = "kms"
	ComponentDatabase            = "database"
	ComponentStorage             = "storage"
	ComponentAudit               = "audit"
	ComponentAlerts              = "alerts"
	ComponentLogging             = "logging"
	ComponentNetwork             = "network"
	ComponentFirewall            = "firewall"
	ComponentDNS                 = "dns"
	ComponentNAT                 = "nat"
	ComponentPerimeter           = "perimeter"
)

// The values of settings that other packages act upon.
const (
	Delete  = "DELETE"
	Prevent = "PREVENT"
	Abandon = "ABANDON"

	Zonal    = "ZONAL"
	Regional = "REGIONAL"

	ChannelRapid   = "RAPID"
	ChannelRegular = "REGULAR"
	ChannelStable  = "STABLE"

	AdvancedDatapath = "ADVANCED_DATAPATH"
	GKEMetadata      = "GKE_METADATA"

	PodSecurityBaseline   = "baseline"
	PodSecurityRestricted = "restricted"

	DryRun           = "DRY_RUN"
	EnforceAllowList = "ENFORCE_ALLOW_LIST"
	EnforceAttestor  = "ENFORCE_ATTESTOR"

	KeyGoogle   = "GOOGLE"
	KeySoftware = "SOFTWARE"
	KeyHSM      = "HSM"

	TLSEncryptedOnly      = "ENCRYPTED_ONLY"
	TLSClientCertificates = "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"
	TLSConnector          = "CONNECTOR_REQUIRED"

	DataAccessNone         = "NONE"
	DataAccessAdminWrite   = "ADMIN_READ_DATA_WRITE"
	DataAccessDataServices = "DATA_SERVICES"
	DataAccessAllServices  = "ALL_SERVICES"

	FirewallDenyIngress = "DENY_INGRESS"
	FirewallDenyAll     = "DENY_ALL"

	VIPPrivate    = "PRIVATE"
	VIPRestricted = "RESTRICTED"

	NATErrorsOnly = "ERRORS_ONLY"
	NATAll        = "ALL"

	PerimeterNone      = "NONE"
	PerimeterDryRun    = "DRY_RUN"
	PerimeterEnforced  = "ENFORCED"
	PerimeterException = "EXCEPTION"
)
