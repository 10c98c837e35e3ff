package component

import (
	"context"
	"slices"

	"google.golang.org/api/cloudresourcemanager/v3"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// Need is a role with the permissions of it that one building block uses.
type Need struct {
	// Component uses them.
	Component string
	// Role is the predefined role that holds them.
	Role string
	// Permissions are those that are asked for before anything is made.
	Permissions []string
}

// Needs are what the identity that runs Terraform has to be allowed in the
// project. Sources: the permissions references of each API.
func (s *Spec) Needs() []Need {
	needs := []Need{
		{"ledger", "roles/storage.admin", []string{"storage.buckets.create", "storage.buckets.get", "storage.buckets.update", "storage.buckets.delete", "storage.objects.create", "storage.objects.get", "storage.objects.list", "storage.objects.delete"}},
		{"services", "roles/serviceusage.serviceUsageAdmin", []string{"serviceusage.services.get", "serviceusage.services.enable"}},
		{policy.ComponentAudit, "roles/resourcemanager.projectIamAdmin", []string{"resourcemanager.projects.get", "resourcemanager.projects.getIamPolicy", "resourcemanager.projects.setIamPolicy"}},
		{policy.ComponentKMS, "roles/cloudkms.admin", []string{"cloudkms.keyRings.create", "cloudkms.cryptoKeys.create", "cloudkms.cryptoKeys.update", "cloudkms.cryptoKeys.getIamPolicy", "cloudkms.cryptoKeys.setIamPolicy", "cloudkms.cryptoKeyVersions.destroy"}},
		{policy.ComponentLogging, "roles/logging.configWriter", []string{"logging.buckets.create", "logging.buckets.update", "logging.buckets.delete", "logging.sinks.create", "logging.sinks.update", "logging.sinks.delete"}},
		{policy.ComponentNetwork, "roles/compute.networkAdmin", []string{"compute.networks.create", "compute.networks.delete", "compute.subnetworks.create", "compute.subnetworks.update", "compute.subnetworks.delete", "compute.routers.create", "compute.routers.update", "compute.addresses.createInternal", "compute.forwardingRules.create"}},
		{policy.ComponentFirewall, "roles/compute.securityAdmin", []string{"compute.firewallPolicies.create", "compute.firewallPolicies.update", "compute.firewallPolicies.delete", "compute.firewallPolicies.use"}},
		{policy.ComponentDNS, "roles/dns.admin", []string{"dns.managedZones.create", "dns.managedZones.update", "dns.managedZones.delete", "dns.changes.create", "dns.resourceRecordSets.list"}},
		{nodeIdentityName, "roles/iam.serviceAccountAdmin", []string{"iam.serviceAccounts.create", "iam.serviceAccounts.get", "iam.serviceAccounts.delete", "iam.serviceAccounts.undelete"}},
		{nodePoolsName, "roles/iam.serviceAccountUser", []string{"iam.serviceAccounts.actAs"}},
		{policy.ComponentCluster, "roles/container.admin", []string{"container.clusters.create", "container.clusters.update", "container.clusters.delete", "container.clusters.get", "container.clusters.connect"}},
		{policy.ComponentDatabase, "roles/cloudsql.admin", []string{"cloudsql.instances.create", "cloudsql.instances.update", "cloudsql.instances.delete", "cloudsql.databases.create", "cloudsql.databases.delete"}},
		{policy.ComponentBinaryAuthorization, "roles/binaryauthorization.policyEditor", []string{"binaryauthorization.policy.get", "binaryauthorization.policy.update"}},
	}
	if s.Settings.Bool(policy.ProjectLien) {
		needs = append(needs, Need{policy.ComponentLien, "roles/resourcemanager.lienModifier", []string{"resourcemanager.projects.updateLiens"}})
	}
	if s.Settings.Bool(policy.AuditConfigChangeAlerts) {
		needs = append(needs, Need{policy.ComponentAlerts, "roles/monitoring.alertPolicyEditor", []string{"monitoring.alertPolicies.create", "monitoring.alertPolicies.update", "monitoring.alertPolicies.delete"}})
	}
	return needs
}

// MissingPermissions asks the project which of the needs are not met, and
// returns those with the permissions that are missing alone.
func MissingPermissions(ctx context.Context, client *gcp.Client, spec *Spec) ([]Need, error) {
	apis, err := gcp.APIsOf(client)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, need := range spec.Needs() {
		all = append(all, need.Permissions...)
	}
	name := "projects/" + spec.Project
	var granted []string
	// A call takes 100 at the most.
	for batch := range slices.Chunk(all, 100) {
		reply, err := apis.ResourceManager.Projects.TestIamPermissions(name, &cloudresourcemanager.TestIamPermissionsRequest{Permissions: batch}).
			Context(gcp.Reading(ctx, "TestIamPermissions", name)).Do()
		if err != nil {
			return nil, err
		}
		granted = append(granted, reply.Permissions...)
	}
	var missing []Need
	for _, need := range spec.Needs() {
		if need.Permissions = lacking(granted, need.Permissions); len(need.Permissions) > 0 {
			missing = append(missing, need)
		}
	}
	return missing, nil
}
