package byhand

import (
	"net/http"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

func clusterChanges(spec *component.Spec, endpoint string) []Change {
	cluster := "container.googleapis.com/v1/" + spec.ClusterPath()
	change := func(row, what, setting string, update Doc, tiers ...policy.Tier) Change {
		return Change{
			Row: row, What: what, Tiers: tiers, Component: policy.ComponentCluster, Setting: setting, Object: cluster,
			Method: http.MethodPut, Body: at(Doc{"update": update}),
		}
	}
	pool := func(row, what, name, component, setting string, update Doc, tiers ...policy.Tier) Change {
		return Change{
			Row: row, What: what, Tiers: tiers, Component: component, Setting: setting, Object: cluster + "/nodePools/" + name,
			Method: http.MethodPut, Body: at(update),
		}
	}
	const pools = "node_pools"
	encrypted := []policy.Tier{policy.Sandbox, policy.Staging, policy.Prod}
	namespace := endpoint + "/api/v1/namespaces/" + component.SystemNamespace
	return []Change{
		change("release_channel", "a channel without an SLA", policy.ClusterReleaseChannel, Doc{"desiredReleaseChannel": Doc{"channel": "RAPID"}}),
		change("private_nodes", "new pools get external addresses", policy.ClusterPrivateNodes, Doc{"desiredDefaultEnablePrivateNodes": false}),
		pool("private_nodes", "nodes get external addresses", "primary", policy.ComponentCluster, policy.ClusterPrivateNodes, Doc{"nodeNetworkConfig": Doc{"enablePrivateNodes": false}}),
		change("control_plane_access", "endpoints by IP address", policy.ClusterIPEndpoints, Doc{"desiredControlPlaneEndpointsConfig": Doc{"ipEndpointsConfig": Doc{"enabled": true}}}),
		change("node_integrity", "nodes that prove nothing", policy.ClusterShieldedNodes, Doc{"desiredShieldedNodes": Doc{"enabled": false}}),
		pool("workload_identity", "the nodes' credentials for pods", "primary", pools, policy.ClusterWorkloadMetadata, Doc{"workloadMetadataConfig": Doc{"mode": "GCE_METADATA"}}),
		pool("workload_identity", "the nodes' credentials for tenants' pods", "sandbox", pools, policy.ClusterWorkloadMetadata, Doc{"workloadMetadataConfig": Doc{"mode": "GCE_METADATA"}}, policy.Sandbox),
		change("binary_authorization", "a cluster that asks nobody", "", Doc{"desiredBinaryAuthorization": Doc{"evaluationMode": "DISABLED"}}),
		change("cluster_encryption", "etcd with Google's key", "", Doc{"desiredDatabaseEncryption": Doc{"state": "DECRYPTED"}}, encrypted...),
		change("cluster_logs", "fewer logs", policy.ClusterLoggingComponents, Doc{"desiredLoggingConfig": Doc{"componentConfig": Doc{"enableComponents": []string{"SYSTEM_COMPONENTS"}}}}),
		change("cluster_metrics", "no collectors", policy.ClusterManagedPrometheus, Doc{"desiredMonitoringConfig": Doc{"managedPrometheusConfig": Doc{"enabled": false}}}),
		change("cluster_metrics", "no cost allocation", policy.ClusterCostAllocation, Doc{"desiredCostManagementConfig": Doc{"enabled": false}}),
		{
			Row: "gke_sandbox", What: "no pool with gVisor", Tiers: []policy.Tier{policy.Sandbox}, Component: pools, Setting: policy.ClusterSandboxPool,
			Object: cluster + "/nodePools/sandbox", Method: http.MethodDelete, Anew: true, Alone: true,
		},
		{
			Row: "pod_security", What: "privileged pods", Component: policy.ComponentNamespaces, Setting: policy.ClusterPodSecurity, Object: namespace,
			Method: http.MethodPatch, Body: at(Doc{"metadata": Doc{"labels": Doc{"pod-security.kubernetes.io/enforce": "privileged"}}}),
		},
		{
			Row: "pod_security", What: "no warnings", Component: policy.ComponentNamespaces, Object: namespace,
			Method: http.MethodPatch, Body: at(Doc{"metadata": Doc{"labels": Doc{"pod-security.kubernetes.io/warn": "privileged"}}}),
		},
	}
}

func databaseChanges(spec *component.Spec, instance string) []Change {
	change := func(row, what, setting string, settings Doc, tiers ...policy.Tier) Change {
		return Change{
			Row: row, What: what, Tiers: tiers, Component: policy.ComponentDatabase, Setting: setting,
			Object: "sqladmin.googleapis.com/v1/projects/" + spec.Project + "/instances/" + instance,
			Method: http.MethodPatch, Body: at(Doc{"settings": settings}),
		}
	}
	flags := func(on ...string) Doc {
		list := []Doc{}
		for _, name := range on {
			list = append(list, Doc{"name": name, "value": "on"})
		}
		return Doc{"databaseFlags": list}
	}
	high := []policy.Tier{policy.Staging, policy.Prod}
	low := []policy.Tier{policy.Dev, policy.Sandbox}
	return []Change{
		change("database_availability", "no standby", policy.DatabaseAvailabilityType, Doc{"availabilityType": "ZONAL"}, high...),
		change("database_backups", "fewer backups", policy.DatabaseBackupsRetained, Doc{"backupConfiguration": Doc{"backupRetentionSettings": Doc{"retainedBackups": 1, "retentionUnit": "COUNT"}}}, low...),
		change("database_backups", "fewer backups", policy.DatabaseBackupsRetained, Doc{"backupConfiguration": Doc{"backupRetentionSettings": Doc{"retainedBackups": 8, "retentionUnit": "COUNT"}}}, high...),
		change("database_backups", "no recovery", policy.DatabasePITRLogDays, Doc{
			"availabilityType": "ZONAL", "backupConfiguration": Doc{"pointInTimeRecoveryEnabled": false}, // A standby wants it.
		}, high...),
		change("database_backups", "fewer days of logs", policy.DatabasePITRLogDays, Doc{"backupConfiguration": Doc{"transactionLogRetentionDays": 2}}, high...),
		change("database_backups", "no backups", policy.DatabaseBackupsRetained, Doc{"backupConfiguration": Doc{"enabled": false, "pointInTimeRecoveryEnabled": false}}, low...),
		change("database_tls", "connections in clear", policy.DatabaseTLS, Doc{"ipConfiguration": Doc{"sslMode": "ALLOW_UNENCRYPTED_AND_ENCRYPTED"}}, policy.Dev, policy.Sandbox, policy.Staging),
		change("database_tls", "connections without the connector", policy.DatabaseTLS, Doc{"connectorEnforcement": "NOT_REQUIRED"}, policy.Prod),
		change("database_audit", "no login by IAM", policy.DatabaseIAMAuthentication, flags(), low...),
		change("database_audit", "no flags", policy.DatabaseAuditLogging, flags("cloudsql.iam_authentication"), high...),
		change("database_deletion", "no protection", policy.DatabaseDeletionProtection, Doc{"deletionProtectionEnabled": false}, high...),
		change("database_deletion", "a short final backup", policy.DatabaseFinalBackupDays, Doc{"finalBackupConfig": Doc{"enabled": true, "retentionDays": 2}}, high...),
	}
}
