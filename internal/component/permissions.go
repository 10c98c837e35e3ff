package component

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/api/accesscontextmanager/v1"
	"google.golang.org/api/cloudbilling/v1"
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
	// On is what grants them where that isn't the project: the full name of an
	// access policy or of a billing account. "" is the project.
	On string
	// Instead are permissions in the project that do as well as all of those.
	Instead []string
}

// How the names of what grants permissions beside the project begin.
const (
	AccessPolicies  = "accessPolicies/"
	BillingAccounts = "billingAccounts/"
)

var (
	accessPolicyName = regexp.MustCompile(`^` + AccessPolicies + `[0-9]+$`)
	billingAccountID = regexp.MustCompile(`^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$`)
)

// IsAccessPolicy tells whether this is the full name of an access policy,
// accessPolicies/NUMBER.
func IsAccessPolicy(name string) bool { return accessPolicyName.MatchString(name) }

// IsBillingAccount tells whether this is the id of a billing account, such as
// 012345-567890-ABCDEF.
func IsBillingAccount(id string) bool { return billingAccountID.MatchString(id) }

// Needs are what the identity that runs Terraform has to be allowed: in the
// project, and where there is a perimeter or a budget, on the access policy and
// the billing account. Sources: the permissions references of each API,
// https://docs.cloud.google.com/vpc-service-controls/docs/access-control and
// https://docs.cloud.google.com/billing/docs/how-to/budget-api-access-control.
func (s *Spec) Needs() []Need {
	return append(s.projectNeeds(), s.outerNeeds()...)
}

// outerNeeds are those that no project grants.
func (s *Spec) outerNeeds() []Need {
	var needs []Need
	if on := s.Perimeter.AccessPolicy; on != "" {
		need := Need{Component: policy.ComponentPerimeter, Role: "roles/accesscontextmanager.policyEditor", On: on}
		// One of an earlier wish is looked for in any case.
		need.Permissions = []string{"accesscontextmanager.servicePerimeters.get"}
		switch s.Settings.String(policy.NetworkPerimeter) {
		case policy.PerimeterDryRun, policy.PerimeterEnforced:
			need.Permissions = append(need.Permissions, "accesscontextmanager.servicePerimeters.create", "accesscontextmanager.servicePerimeters.update", "accesscontextmanager.servicePerimeters.delete")
		}
		needs = append(needs, need)
	}
	if s.Budget != nil {
		needs = append(needs, Need{
			Component: componentBudget, Role: "roles/billing.costsManager", On: s.Budget.account(),
			Permissions: []string{"billing.budgets.list", "billing.budgets.create", "billing.budgets.update", "billing.budgets.delete"},
			// The budget is of this project alone.
			Instead: []string{"billing.resourcebudgets.read", "billing.resourcebudgets.write"},
		})
	}
	return needs
}

// projectNeed is a [Need] in the project.
type projectNeed struct {
	component, role string
	permissions     []string
}

func (s *Spec) projectNeeds() []Need {
	needs := []projectNeed{
		{"ledger", "roles/storage.admin", []string{"storage.buckets.create", "storage.buckets.get", "storage.buckets.list", "storage.buckets.update", "storage.buckets.delete", "storage.objects.create", "storage.objects.get", "storage.objects.list", "storage.objects.delete"}},
		{"services", "roles/serviceusage.serviceUsageAdmin", []string{"serviceusage.services.get", "serviceusage.services.enable"}},
		{policy.ComponentAudit, "roles/resourcemanager.projectIamAdmin", []string{"resourcemanager.projects.get", "resourcemanager.projects.getIamPolicy", "resourcemanager.projects.setIamPolicy"}},
		{policy.ComponentKMS, "roles/cloudkms.admin", []string{"cloudkms.keyRings.create", "cloudkms.cryptoKeys.create", "cloudkms.cryptoKeys.update", "cloudkms.cryptoKeys.getIamPolicy", "cloudkms.cryptoKeys.setIamPolicy", "cloudkms.cryptoKeyVersions.destroy"}},
		{policy.ComponentLogging, "roles/logging.configWriter", []string{"logging.buckets.create", "logging.buckets.update", "logging.buckets.delete", "logging.sinks.create", "logging.sinks.update", "logging.sinks.delete"}},
		{policy.ComponentNetwork, "roles/compute.networkAdmin", []string{"compute.networks.create", "compute.networks.delete", "compute.subnetworks.create", "compute.subnetworks.update", "compute.subnetworks.setPrivateIpGoogleAccess", "compute.subnetworks.delete", "compute.routers.create", "compute.routers.update", "compute.addresses.createInternal", "compute.forwardingRules.create"}},
		{policy.ComponentFirewall, "roles/compute.securityAdmin", []string{"compute.firewallPolicies.create", "compute.firewallPolicies.update", "compute.firewallPolicies.delete", "compute.firewallPolicies.use"}},
		{policy.ComponentDNS, "roles/dns.admin", []string{"dns.managedZones.create", "dns.managedZones.update", "dns.managedZones.delete", "dns.changes.create", "dns.resourceRecordSets.list"}},
		{nodeIdentityName, "roles/iam.serviceAccountAdmin", []string{"iam.serviceAccounts.create", "iam.serviceAccounts.get", "iam.serviceAccounts.delete", "iam.serviceAccounts.undelete"}},
		{nodePoolsName, "roles/iam.serviceAccountUser", []string{"iam.serviceAccounts.actAs"}},
		{policy.ComponentCluster, "roles/container.admin", []string{"container.clusters.create", "container.clusters.update", "container.clusters.delete", "container.clusters.get", "container.clusters.connect"}},
		{policy.ComponentDatabase, "roles/cloudsql.admin", []string{"cloudsql.instances.create", "cloudsql.instances.update", "cloudsql.instances.delete", "cloudsql.databases.create", "cloudsql.databases.delete"}},
		{policy.ComponentBinaryAuthorization, "roles/binaryauthorization.policyEditor", []string{"binaryauthorization.policy.get", "binaryauthorization.policy.update"}},
	}
	if s.Settings.String(policy.BinaryAuthorizationMode) == policy.EnforceAttestor {
		// No administrator's role of keys shows public ones:
		// https://cloud.google.com/iam/docs/roles-permissions/cloudkms.
		needs = append(
			needs,
			projectNeed{policy.ComponentBinaryAuthorization, "roles/binaryauthorization.attestorsEditor", []string{"binaryauthorization.attestors.create", "binaryauthorization.attestors.get", "binaryauthorization.attestors.update", "binaryauthorization.attestors.delete"}},
			projectNeed{policy.ComponentBinaryAuthorization, "roles/containeranalysis.admin", []string{"containeranalysis.notes.create", "containeranalysis.notes.get", "containeranalysis.notes.list", "containeranalysis.notes.delete", "containeranalysis.notes.getIamPolicy", "containeranalysis.notes.setIamPolicy"}},
			projectNeed{policy.ComponentBinaryAuthorization, "roles/cloudkms.publicKeyViewer", []string{"cloudkms.cryptoKeyVersions.viewPublicKey"}},
		)
	}
	if s.Settings.Bool(policy.ProjectLien) {
		needs = append(needs, projectNeed{policy.ComponentLien, "roles/resourcemanager.lienModifier", []string{"resourcemanager.projects.updateLiens"}})
	}
	if s.Settings.Bool(policy.AuditConfigChangeAlerts) {
		needs = append(needs, projectNeed{policy.ComponentAlerts, "roles/monitoring.alertPolicyEditor", []string{"monitoring.alertPolicies.create", "monitoring.alertPolicies.update", "monitoring.alertPolicies.delete"}})
	}
	if !s.OwnNetwork() {
		needs = inTheirNetwork(needs)
	}
	all := make([]Need, len(needs))
	for i, need := range needs {
		all[i] = Need{Component: need.component, Role: need.role, Permissions: need.permissions}
	}
	return all
}

// inTheirNetwork leaves out what only the owner of a network does: who owns none
// may make an address and an endpoint in the project, and is often allowed no more.
func inTheirNetwork(needs []projectNeed) []projectNeed {
	theirs := []string{policy.ComponentFirewall, policy.ComponentDNS}
	needs = slices.DeleteFunc(needs, func(need projectNeed) bool { return slices.Contains(theirs, need.component) })
	for i := range needs {
		if needs[i].component == policy.ComponentNetwork {
			needs[i].component = componentDatabaseEndpoint
			needs[i].permissions = slices.DeleteFunc(needs[i].permissions, func(permission string) bool {
				return !strings.HasPrefix(permission, "compute.addresses.") && !strings.HasPrefix(permission, "compute.forwardingRules.")
			})
		}
	}
	return needs
}

// Unasked is what could not be asked about permissions, and why.
type Unasked struct {
	// On is the full name of an access policy or a billing account.
	On  string
	Err error
}

// MissingPermissions asks the project, the access policy and the billing account
// which of the needs are not met, and returns those with the permissions that are
// missing alone. unasked are the needs of which that can't be told, as while the
// API of an access policy is off. The error is of the project.
func MissingPermissions(ctx context.Context, client *gcp.Client, spec *Spec) (missing []Need, unasked []Unasked, err error) {
	apis, err := gcp.APIsOf(client)
	if err != nil {
		return nil, nil, err
	}
	a := asker{apis: apis, project: "projects/" + spec.Project}
	var all []string
	for _, need := range spec.projectNeeds() {
		all = append(all, need.Permissions...)
	}
	granted, err := a.granted(ctx, a.project, all)
	if err != nil {
		return nil, nil, err
	}
	for _, need := range spec.projectNeeds() {
		if need.Permissions = lacking(granted, need.Permissions); len(need.Permissions) > 0 {
			missing = append(missing, need)
		}
	}
	for _, need := range spec.outerNeeds() {
		lacks, err := a.outer(ctx, need)
		if err != nil {
			unasked = append(unasked, Unasked{need.On, err})
			continue
		}
		if need.Permissions = lacks; len(lacks) > 0 {
			missing = append(missing, need)
		}
	}
	return missing, unasked, nil
}

// asker asks what the caller may do.
type asker struct {
	apis    *gcp.APIs
	project string
}

// outer returns which permissions of a need that no project grants are missing.
func (a asker) outer(ctx context.Context, need Need) ([]string, error) {
	granted, err := a.granted(ctx, need.On, need.Permissions)
	lacks := lacking(granted, need.Permissions)
	if err == nil && len(lacks) == 0 || len(need.Instead) == 0 {
		return lacks, err
	}
	instead, other := a.granted(ctx, a.project, need.Instead)
	if other == nil && len(lacking(instead, need.Instead)) == 0 {
		return nil, nil
	}
	return lacks, err
}

// granted returns those of some permissions that a resource grants the caller.
func (a asker) granted(ctx context.Context, on string, permissions []string) ([]string, error) {
	ctx = gcp.Reading(ctx, "TestIamPermissions", on)
	var granted []string
	// A call takes 100 at the most.
	for batch := range slices.Chunk(permissions, 100) {
		some, err := a.ask(ctx, on, batch)
		if err != nil {
			return nil, err
		}
		granted = append(granted, some...)
	}
	return granted, nil
}

func (a asker) ask(ctx context.Context, on string, permissions []string) ([]string, error) {
	switch {
	case strings.HasPrefix(on, AccessPolicies):
		reply, err := a.apis.AccessContext.AccessPolicies.TestIamPermissions(on, &accesscontextmanager.TestIamPermissionsRequest{Permissions: permissions}).Context(ctx).Do()
		if err != nil {
			return nil, err
		}
		return reply.Permissions, nil
	case strings.HasPrefix(on, BillingAccounts):
		reply, err := a.apis.Billing.BillingAccounts.TestIamPermissions(on, &cloudbilling.TestIamPermissionsRequest{Permissions: permissions}).Context(ctx).Do()
		if err != nil {
			return nil, err
		}
		return reply.Permissions, nil
	default:
		reply, err := a.apis.ResourceManager.Projects.TestIamPermissions(on, &cloudresourcemanager.TestIamPermissionsRequest{Permissions: permissions}).Context(ctx).Do()
		if err != nil {
			return nil, err
		}
		return reply.Permissions, nil
	}
}
