package emulator

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// The kinds of constraints.
const (
	booleanConstraint = "boolean"
	listConstraint    = "list"
)

// orgConstraints are the constraints that can refuse what the product makes
// (https://cloud.google.com/resource-manager/docs/organization-policy/org-policy-constraints).
// Another name is refused like one that there is not.
var orgConstraints = map[string]string{
	"compute.disableInternetNetworkEndpointGroup":              booleanConstraint,
	"compute.disablePrivateServiceConnectCreationForConsumers": listConstraint,
	"compute.requireOsLogin":                                   booleanConstraint,
	"compute.requireShieldedVm":                                booleanConstraint,
	"compute.restrictCloudNATUsage":                            listConstraint,
	"compute.restrictLoadBalancerCreationForTypes":             listConstraint,
	"compute.restrictPrivateServiceConnectProducer":            listConstraint,
	"compute.restrictSharedVpcHostProjects":                    listConstraint,
	"compute.restrictSharedVpcSubnetworks":                     listConstraint,
	"compute.restrictVpcPeering":                               listConstraint,
	"compute.skipDefaultNetworkCreation":                       booleanConstraint,
	"compute.trustedImageProjects":                             listConstraint,
	"compute.vmExternalIpAccess":                               listConstraint,
	"gcp.resourceLocations":                                    listConstraint,
	"gcp.restrictCmekCryptoKeyProjects":                        listConstraint,
	"gcp.restrictNonCmekServices":                              listConstraint,
	"gcp.restrictServiceUsage":                                 listConstraint,
	"iam.allowedPolicyMemberDomains":                           listConstraint,
	"iam.automaticIamGrantsForDefaultServiceAccounts":          booleanConstraint,
	"iam.disableServiceAccountCreation":                        booleanConstraint,
	"iam.disableServiceAccountKeyCreation":                     booleanConstraint,
	"iam.disableServiceAccountKeyUpload":                       booleanConstraint,
	"iam.disableWorkloadIdentityClusterCreation":               booleanConstraint,
	"sql.restrictAuthorizedNetworks":                           booleanConstraint,
	"sql.restrictPublicIp":                                     booleanConstraint,
	"storage.publicAccessPrevention":                           booleanConstraint,
	"storage.retentionPolicySeconds":                           listConstraint,
	"storage.uniformBucketLevelAccess":                         booleanConstraint,
}

// effectiveSpec is what a constraint comes to in a project: the project's own
// policy, or the default that allows everything.
func (s *Server) effectiveSpec(project, constraint string) (*orgPolicySpec, error) {
	have := &orgPolicy{}
	_, err := s.load(kindOrgPolicy, orgPolicyName(project, constraint), have)
	if err != nil && status.Code(err) != codes.NotFound {
		return nil, err
	}
	// What would be inherited is the default, so that it adds nothing to rules.
	if err == nil && have.Spec != nil && !have.Spec.Reset && len(have.Spec.Rules) > 0 {
		return &orgPolicySpec{Rules: have.Spec.Rules}, nil
	}
	if orgConstraints[constraint] == booleanConstraint {
		return &orgPolicySpec{Rules: []*orgPolicyRule{{Enforce: false}}}, nil
	}
	return &orgPolicySpec{Rules: []*orgPolicyRule{{AllowAll: true}}}, nil
}

// enforced tells whether a boolean constraint is enforced in a project.
func (s *Server) enforced(project, constraint string) bool {
	spec, err := s.effectiveSpec(project, constraint)
	return err == nil && len(spec.Rules) > 0 && spec.Rules[0].Enforce
}

// allows tells whether a list constraint allows a value in a project; matches
// compares an entry of the list with it, and may be nil for equality. A denied
// value is denied whatever else allows it; where values are allowed, no others
// are.
func (s *Server) allows(project, constraint, value string, matches func(entry, value string) bool) bool {
	spec, err := s.effectiveSpec(project, constraint)
	if err != nil {
		return false
	}
	if matches == nil {
		matches = func(entry, value string) bool { return strings.TrimPrefix(entry, "is:") == value }
	}
	has := func(list []string) bool {
		return slices.ContainsFunc(list, func(entry string) bool { return matches(entry, value) })
	}
	allowed, limited := false, false
	for _, rule := range spec.Rules {
		switch values := rule.Values; {
		case rule.DenyAll:
			return false
		case rule.AllowAll:
			allowed = true
		case values != nil:
			if has(values.DeniedValues) {
				return false
			}
			limited = limited || len(values.AllowedValues) > 0
			allowed = allowed || has(values.AllowedValues) || len(values.AllowedValues) == 0
		}
	}
	return allowed || !limited
}

// checkLocation refuses a location where the project may have no resources.
func (s *Server) checkLocation(project, location string) error {
	if s.allows(project, "gcp.resourceLocations", location, inLocations) {
		return nil
	}
	return apiError(codes.FailedPrecondition, fmt.Sprintf("'%s' violates constraint 'constraints/gcp.resourceLocations'", location))
}

// inLocations tells whether a location is one of an entry's: "us-central1",
// "in:us-central1-locations", or a group by the first word of its regions, such
// as "in:us-locations". Other groups match nothing.
func inLocations(entry, location string) bool {
	group, ok := strings.CutPrefix(entry, "in:")
	if !ok {
		return strings.TrimPrefix(entry, "is:") == location
	}
	name, ok := strings.CutSuffix(group, "-locations")
	if !ok {
		return false
	}
	if name == location {
		return true
	}
	prefixes := map[string][]string{
		"africa": {"africa-"}, "asia": {"asia"}, "australia": {"australia-"}, "europe": {"europe", "eur"}, "us": {"us", "nam"},
		"northamerica": {"northamerica-", "us", "nam"}, "southamerica": {"southamerica-"}, "me": {"me-"},
	}
	return slices.ContainsFunc(prefixes[name], func(prefix string) bool { return strings.HasPrefix(location, prefix) })
}
