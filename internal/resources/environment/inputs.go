package environment

import (
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// The paths of inputs: attributes that stand in the groups of the catalogue's
// settings and that no tier fixes.
const (
	networkName             = "network.name"
	networkSubnetwork       = "network.subnetwork"
	networkRange            = "network.range"
	networkPodRange         = "network.pod_range"
	networkServiceRange     = "network.service_range"
	networkPodRangeName     = "network.pod_range_name"
	networkServiceRangeName = "network.service_range_name"

	clusterName               = "cluster.name"
	clusterMachineType        = "cluster.machine_type"
	clusterSandboxMachineType = "cluster.sandbox_machine_type"
	clusterMinNodes           = "cluster.min_nodes"
	clusterMaxNodes           = "cluster.max_nodes"
	clusterDiskSizeGB         = "cluster.disk_size_gb"
	clusterExternalTraffic    = "cluster.external_traffic"

	databaseName        = "database.name"
	databaseVersion     = "database.version"
	databaseEdition     = "database.edition"
	databaseMachineType = "database.machine_type"
	databaseDiskSizeGB  = "database.disk_size_gb"
)

const (
	editionEnterprise     = "ENTERPRISE"
	editionEnterprisePlus = "ENTERPRISE_PLUS"
)

// plusMachineTypes are what databases of Cloud SQL Enterprise Plus run on, which
// takes no custom machines.
var plusMachineTypes = map[policy.Tier]string{
	policy.Dev: "db-perf-optimized-N-2", policy.Sandbox: "db-perf-optimized-N-2", policy.Staging: "db-perf-optimized-N-2", policy.Prod: "db-perf-optimized-N-4",
}

// inputs describe them in the catalogue's own terms, so that they are read,
// written, planned and compared as settings are. One without values has no
// default.
func inputs() []policy.Setting {
	tiers := func(dev, sandbox, staging, prod any) map[policy.Tier]any {
		return map[policy.Tier]any{policy.Dev: dev, policy.Sandbox: sandbox, policy.Staging: staging, policy.Prod: prod}
	}
	all := func(value any) map[policy.Tier]any { return tiers(value, value, value, value) }
	text := func(path, component, doc string, change policy.Change, values map[policy.Tier]any) policy.Setting {
		return policy.Setting{Path: path, Component: component, Kind: policy.String, Doc: doc, Change: change, Values: values}
	}
	number := func(path, component, doc string, values map[policy.Tier]any) policy.Setting {
		return policy.Setting{Path: path, Component: component, Kind: policy.Int, Doc: doc, Change: policy.Mutable, Values: values}
	}
	const fixed = policy.CreateOnly
	return []policy.Setting{
		text(networkName, policy.ComponentNetwork, "The name of the network that the environment makes, or with `adopt` takes over; `cortx-NAME` when not set.", fixed, nil),
		text(networkSubnetwork, policy.ComponentNetwork, "A subnetwork that stands, also of a Shared VPC: `projects/PROJECT/regions/REGION/subnetworks/NAME`. The environment makes no network then, and leaves firewall, NAT and DNS to the owner of that one.", fixed, nil),
		text(networkRange, policy.ComponentNetwork, "The CIDR block of nodes, of the database's address and of internal load balancers.", fixed, all("10.0.0.0/20")),
		text(networkPodRange, policy.ComponentNetwork, "The CIDR block of pods.", fixed, all("10.4.0.0/14")),
		text(networkServiceRange, policy.ComponentNetwork, "The CIDR block of Kubernetes services.", fixed, all("10.8.0.0/20")),
		text(networkPodRangeName, policy.ComponentNetwork, "The name of the secondary range for pods in `subnetwork`; `pods` when not set.", fixed, nil),
		text(networkServiceRangeName, policy.ComponentNetwork, "The name of the secondary range for services in `subnetwork`; `services` when not set.", fixed, nil),

		text(clusterName, policy.ComponentCluster, "The name of the cluster that the environment makes, or with `adopt` takes over; `cortx-NAME` when not set.", fixed, nil),
		text(clusterMachineType, "node_pools", "The machine type of nodes. After a change GKE replaces the nodes a few at a time.", policy.Mutable, tiers("e2-standard-4", "e2-standard-4", "n2-standard-4", "n2-standard-8")),
		text(clusterSandboxMachineType, "node_pools", "The machine type of nodes for GKE Sandbox; that of the others when not set.", policy.Mutable, nil),
		number(clusterMinNodes, "node_pools", "The least number of nodes of a pool in each of its zones.", all(int64(1))),
		number(clusterMaxNodes, "node_pools", "The greatest number of nodes of a pool in each of its zones.", tiers(int64(3), int64(3), int64(5), int64(10))),
		number(clusterDiskSizeGB, "node_pools", "The size of a node's boot disk, in GB; 100 when not set. After a change GKE replaces the nodes a few at a time.", nil),
		{
			Path: clusterExternalTraffic, Component: policy.ComponentCluster, Kind: policy.Bool,
			Doc: "Whether the control plane's DNS endpoint answers callers from outside of the VPC, who need a role as all others do; true when not set. Without it Terraform has to run inside of the VPC.",
		},

		text(databaseName, policy.ComponentDatabase, "The beginning of the instance's name, which a number follows since a deleted name is blocked for a week; `cortx-NAME` when not set. With `adopt` the whole name of an instance that stands.", fixed, nil),
		text(databaseVersion, policy.ComponentDatabase, "The version of PostgreSQL, such as `POSTGRES_17`.", fixed, all("POSTGRES_17")),
		text(databaseEdition, policy.ComponentDatabase, "The edition of Cloud SQL: `ENTERPRISE` (when not set) or `ENTERPRISE_PLUS`.", policy.Mutable, nil),
		text(databaseMachineType, policy.ComponentDatabase, "The machine type of the instance; with the edition `ENTERPRISE_PLUS` it is `db-perf-optimized-N-2`, in prod `db-perf-optimized-N-4`, when not set.", policy.Mutable, tiers("db-custom-1-3840", "db-custom-1-3840", "db-custom-2-8192", "db-custom-4-16384")),
		number(databaseDiskSizeGB, policy.ComponentDatabase, "The least size of the instance's disk, in GB; it grows by itself. 10 when not set.", nil),
	}
}

// allSettings are the catalogue's settings and the inputs.
func allSettings(version int) []policy.Setting {
	return append(policy.Settings(version), inputs()...)
}

// isInput tells whether a path is that of an input.
func isInput(path string) bool {
	for _, setting := range inputs() {
		if setting.Path == path {
			return true
		}
	}
	return false
}
