package component

import (
	"slices"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// Spec is one environment as its configuration and the catalogue resolve it.
type Spec struct {
	// Project is the id of the project that it stands in.
	Project string
	// Region is where it stands; Zone is where its cluster does when
	// cluster.location_type is ZONAL.
	Region, Zone string
	// Name is that of the environment: unique in its project.
	Name string
	// Tier is what it promises.
	Tier policy.Tier
	// Owner is the owner's key; see reconcile.Owner.
	Owner string
	// Settings are all settings and inputs by path.
	Settings policy.Values
	// Labels are put on everything that has labels, beside the owner's.
	Labels map[string]string
	// FormerLabels are keys of labels that this environment put on everything and
	// that are not wanted any more.
	FormerLabels []string
	// Adopt takes over a network, a cluster or a database that stands under the
	// name that the configuration gives, and that nobody's mark is on.
	Adopt bool
	// Recreate lists the components that may be made anew when a setting
	// differs that is fixed at creation.
	Recreate []string
	// Confirm lists the one-way settings that the configuration confirms.
	Confirm []string
	// Reset is the value of reset_trigger; a change of it recreates data.
	Reset string

	Network   NetworkInputs
	Perimeter PerimeterInputs
	Database  DatabaseInputs
	Cluster   ClusterInputs
	Budget    *BudgetInputs
	// NotificationChannels are the full names of the channels that the
	// environment's own alerts go to.
	NotificationChannels []string
}

// NetworkInputs say which network an environment lies in.
type NetworkInputs struct {
	// Subnetwork is the full name of a subnetwork that stands, also of a
	// Shared VPC: projects/P/regions/R/subnetworks/S. "" means that the
	// environment makes its own network and subnetwork.
	Subnetwork string
	// Name is that of the network that the environment makes or adopts.
	Name string
	// Range, PodRange and ServiceRange are CIDR blocks.
	Range, PodRange, ServiceRange string
	// PodRangeName and ServiceRangeName name the secondary ranges of a
	// subnetwork that stands.
	PodRangeName, ServiceRangeName string
}

// PerimeterInputs say which perimeter of VPC Service Controls guards a project.
type PerimeterInputs struct {
	// AccessPolicy is accessPolicies/NUMBER, or "".
	AccessPolicy string
	// RunnerIdentities and RunnerAccessLevels let the runners of Terraform in.
	RunnerIdentities, RunnerAccessLevels []string
	// RestrictedServices are the APIs that the perimeter guards.
	RestrictedServices []string
}

// ClusterInputs size a cluster.
type ClusterInputs struct {
	// Name is that of the cluster.
	Name string
	// MachineType is that of the nodes; SandboxMachineType that of the pool for
	// GKE Sandbox.
	MachineType, SandboxMachineType string
	// MinNodes and MaxNodes bound a pool, in nodes a zone.
	MinNodes, MaxNodes int64
	// DiskSizeGB is the size of a node's boot disk.
	DiskSizeGB int64
	// ExternalTraffic opens the DNS endpoint to callers outside of the VPC, as
	// runners of HCP Terraform are.
	ExternalTraffic bool
	// Maintenance is when Google may upgrade the cluster and the database.
	Maintenance Maintenance
}

// Maintenance is a weekly window, in UTC. GKE wants 48 hours in every 32 days:
// for the cluster, a window shorter than 12 hours comes back on as many days in a
// row, from Day on, as make 12 hours a week.
type Maintenance struct {
	// Day is 1 (Monday) to 7 (Sunday), as Cloud SQL counts.
	Day int64
	// Hour is 0 to 23.
	Hour int64
	// Hours is how long the window lasts.
	Hours int64
}

// DatabaseInputs size a database instance.
type DatabaseInputs struct {
	// Name is the prefix of the instance's name; a generation follows it.
	Name string
	// Version is the database's, such as POSTGRES_17.
	Version string
	// Edition is ENTERPRISE or ENTERPRISE_PLUS.
	Edition string
	// MachineType is the tier of Cloud SQL, such as db-custom-2-8192.
	MachineType string
	// DiskSizeGB is the least size of the disk, which grows by itself.
	DiskSizeGB int64
}

// BudgetInputs say what an environment may cost a month.
type BudgetInputs struct {
	// BillingAccount is its id, such as 012345-567890-ABCDEF.
	BillingAccount string
	// Amount is in units of Currency; Currency "" is the account's.
	Amount   int64
	Currency string
	// Thresholds are shares of the amount that somebody is told at.
	Thresholds []float64
}

// mayRecreate tells whether a component may be made anew.
func (s *Spec) mayRecreate(component string) bool { return slices.Contains(s.Recreate, component) }

// Location is where the cluster stands: a zone or a region.
func (s *Spec) Location() string {
	if s.Settings.String(policy.ClusterLocationType) == policy.Zonal {
		return s.Zone
	}
	return s.Region
}
