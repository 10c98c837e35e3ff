package emulator

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/api/accesscontextmanager/v1"
)

var (
	perimeterProject  = regexp.MustCompile(`^projects/([1-9][0-9]{0,18})$`)
	perimeterNetwork  = regexp.MustCompile(`^//compute\.googleapis\.com/projects/[^/]+/global/networks/[^/]+$`)
	perimeterIdentity = regexp.MustCompile(`^(user|serviceAccount|group):[^@\s]+@[^@\s]+$|^principal(Set)?://.+$`)
)

// checkPerimeter checks a perimeter as it is to be.
func (a accessManager) checkPerimeter(policy *accesscontextmanager.AccessPolicy, p *accesscontextmanager.ServicePerimeter) error {
	switch {
	case p.Title == "":
		return invalid("The service perimeter needs a title.")
	case p.PerimeterType != "" && p.PerimeterType != bridgePerimeter:
		return invalid("Invalid value at 'service_perimeter.perimeter_type', %q", p.PerimeterType)
	case p.Spec != nil && !p.UseExplicitDryRunSpec:
		return invalid("The 'spec' field of Perimeter '%s' can only be set when 'useExplicitDryRunSpec' is true.", p.Name)
	}
	if err := a.checkTitle(policy.Name, p); err != nil {
		return err
	}
	for _, part := range []struct {
		field  string
		config *accesscontextmanager.ServicePerimeterConfig
	}{{"status", p.Status}, {"spec", p.Spec}} {
		if part.config == nil {
			continue
		}
		if err := a.checkPerimeterConfig(policy, p, part.field, part.config); err != nil {
			return err
		}
		if err := a.checkMembership(policy.Name, p, part.field, part.config); err != nil {
			return err
		}
	}
	return a.checkBridges(policy.Name, p)
}

func (a accessManager) checkPerimeterConfig(policy *accesscontextmanager.AccessPolicy, p *accesscontextmanager.ServicePerimeter, field string, c *accesscontextmanager.ServicePerimeterConfig) error {
	if p.PerimeterType == bridgePerimeter && (len(c.RestrictedServices) > 0 || len(c.AccessLevels) > 0 || len(c.IngressPolicies) > 0 || len(c.EgressPolicies) > 0 || c.VpcAccessibleServices != nil) {
		return invalid("Perimeter bridge '%s' can only contain resources.", p.Name)
	}
	for _, member := range c.Resources {
		if err := a.checkPerimeterMember(policy, p.Name, member); err != nil {
			return err
		}
	}
	for _, service := range c.RestrictedServices {
		if !slices.Contains(perimeterServices(), service) {
			return unsupportedService(service)
		}
	}
	for _, level := range c.AccessLevels {
		if err := a.checkPerimeterLevel(policy.Name, p.Name, field, level); err != nil {
			return err
		}
	}
	if v := c.VpcAccessibleServices; v != nil {
		if len(v.AllowedServicePatterns) > 0 || len(v.ServicePatternsEnforcementScopes) > 0 {
			return notModelled("service patterns of a perimeter")
		}
		if !v.EnableRestriction && len(v.AllowedServices) > 0 {
			return invalid("Invalid Service Perimeter '%s'. VPC accessible services can only be listed when the restriction is enabled.", p.Name)
		}
		for _, service := range v.AllowedServices {
			if service != "RESTRICTED-SERVICES" && !slices.Contains(perimeterServices(), service) {
				return unsupportedService(service)
			}
		}
	}
	for _, rule := range c.IngressPolicies {
		if err := a.checkIngress(policy.Name, p, field, c, rule); err != nil {
			return err
		}
	}
	for _, rule := range c.EgressPolicies {
		if err := a.checkEgress(policy.Name, p, field, rule); err != nil {
			return err
		}
	}
	return nil
}

func unsupportedService(service string) error {
	return invalid("Service '%s' is not supported by VPC Service Controls. The list of supported services is documented at https://cloud.google.com/vpc-service-controls/docs/overview.", service)
}

func (a accessManager) checkPerimeterMember(policy *accesscontextmanager.AccessPolicy, perimeter, member string) error {
	found := perimeterProject.FindStringSubmatch(member)
	if found == nil {
		if perimeterNetwork.MatchString(member) {
			return nil
		}
		return invalid("Invalid Service Perimeter '%s'. Invalid perimeter member: '%s'. Must be of the form 'projects/[1-9][0-9]{0,18}' OR '//compute.googleapis.com/projects/{project_id}/global/networks/{network_name}'.", perimeter, member)
	}
	number, err := strconv.ParseInt(found[1], 10, 64)
	if err != nil {
		return invalid("Invalid Service Perimeter '%s'. Invalid perimeter member: '%s'.", perimeter, member)
	}
	id, ok := a.s.projectRefs.byNumber(number)
	if !ok {
		return invalid("Invalid Service Perimeter '%s'. The resource '%s' does not exist.", perimeter, member)
	}
	project, ready, err := a.s.findProject(id)
	if err != nil {
		return err
	}
	switch {
	case !ready || project.Deleted != nil:
		return invalid("Invalid Service Perimeter '%s'. The resource '%s' does not exist.", perimeter, member)
	case strings.HasPrefix(project.Parent, "organizations/") && project.Parent != policy.Parent:
		return invalid("Invalid Service Perimeter '%s'. The resource '%s' is not in the organization of the access policy.", perimeter, member)
	case len(policy.Scopes) > 0 && strings.HasPrefix(policy.Scopes[0], "projects/") && policy.Scopes[0] != member:
		return invalid("Invalid Service Perimeter '%s'. The resource '%s' is not in the scope of the access policy.", perimeter, member)
	}
	return nil
}

// checkTitle refuses a title that another perimeter of the policy has: they are
// unique within it, as the field's comment says. The words are a guess.
func (a accessManager) checkTitle(policy string, p *accesscontextmanager.ServicePerimeter) error {
	all, err := readAll[accesscontextmanager.ServicePerimeter](a, kindPerimeter, policy)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.Name != p.Name && other.Title == p.Title {
			return invalid("Invalid Service Perimeter '%s'. The title '%s' is already used by the perimeter '%s'. Titles must be unique within an access policy.", p.Name, p.Title, other.Name)
		}
	}
	return nil
}

// checkMembership refuses a resource that another regular perimeter holds: of
// what is enforced, or of what is tried out, each by itself.
func (a accessManager) checkMembership(policy string, p *accesscontextmanager.ServicePerimeter, field string, c *accesscontextmanager.ServicePerimeterConfig) error {
	if p.PerimeterType == bridgePerimeter {
		return nil
	}
	all, err := readAll[accesscontextmanager.ServicePerimeter](a, kindPerimeter, policy)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.Name == p.Name || other.PerimeterType == bridgePerimeter {
			continue
		}
		theirs := other.Status
		if field == "spec" && other.UseExplicitDryRunSpec {
			theirs = other.Spec
		}
		if theirs == nil {
			continue
		}
		for _, member := range c.Resources {
			if slices.Contains(theirs.Resources, member) {
				return invalid("Invalid Service Perimeter '%s'. The resource '%s' is already in the regular service perimeter '%s'. A resource can only be in one regular service perimeter.", p.Name, member, other.Name)
			}
		}
	}
	return nil
}

// checkBridges wants every project of a bridge in a regular perimeter, with p in
// the place of what stands under its name.
func (a accessManager) checkBridges(policy string, p *accesscontextmanager.ServicePerimeter) error {
	all, err := readAll[accesscontextmanager.ServicePerimeter](a, kindPerimeter, policy)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(other *accesscontextmanager.ServicePerimeter) bool { return other.Name == p.Name })
	var regular, bridged []string
	for _, other := range append(all, p) {
		switch {
		case other.Status == nil:
		case other.PerimeterType == bridgePerimeter:
			bridged = append(bridged, other.Status.Resources...)
		default:
			regular = append(regular, other.Status.Resources...)
		}
	}
	for _, member := range bridged {
		if !slices.Contains(regular, member) {
			return invalid("A project is in a Service Perimeter Bridge but no regular Service Perimeter.")
		}
	}
	return nil
}

func (a accessManager) checkPerimeterLevel(policy, perimeter, field, level string) error {
	if accessPolicyOf(level) != policy {
		return missingLevel(level, field, perimeter)
	}
	if _, err := a.level(level); err != nil {
		return missingLevel(level, field, perimeter)
	}
	return nil
}

// levelsOf lists the access levels that a configuration names.
func levelsOf(c *accesscontextmanager.ServicePerimeterConfig) []string {
	if c == nil {
		return nil
	}
	levels := slices.Clone(c.AccessLevels)
	for _, rule := range c.IngressPolicies {
		if rule.IngressFrom == nil {
			continue
		}
		for _, source := range rule.IngressFrom.Sources {
			levels = append(levels, source.AccessLevel)
		}
	}
	return levels
}

func badDirection(perimeter, format string) error {
	return invalid("Invalid Directional Policies set in Perimeter '%s': %s", perimeter, format)
}

func (a accessManager) checkIngress(policy string, p *accesscontextmanager.ServicePerimeter, field string, c *accesscontextmanager.ServicePerimeterConfig, rule *accesscontextmanager.IngressPolicy) error {
	from, to := rule.IngressFrom, rule.IngressTo
	if from == nil || to == nil {
		return badDirection(p.Name, "an ingress policy needs `IngressFrom` and `IngressTo`.")
	}
	if err := checkIdentities(p.Name, "IngressFrom", from.IdentityType, from.Identities); err != nil {
		return err
	}
	if len(from.Sources) == 0 {
		return badDirection(p.Name, "Error in IngressFrom: `IngressFrom.sources` must not be empty.")
	}
	for _, source := range from.Sources {
		switch {
		case source.PscEndpoint != nil:
			return notModelled("Private Service Connect endpoints as sources")
		case (source.AccessLevel == "") == (source.Resource == ""):
			return badDirection(p.Name, "Error in IngressFrom: a source needs an access level or a resource.")
		case source.AccessLevel != "" && source.AccessLevel != "*":
			if err := a.checkPerimeterLevel(policy, p.Name, field, source.AccessLevel); err != nil {
				return err
			}
		case source.Resource != "" && !perimeterProject.MatchString(source.Resource) && !perimeterNetwork.MatchString(source.Resource):
			return badDirection(p.Name, "Error in IngressFrom: '"+source.Resource+"' is not a project or a network.")
		}
	}
	if len(to.Roles) > 0 {
		return notModelled("roles of ingress policies")
	}
	if len(to.Resources) == 0 {
		return badDirection(p.Name, "Error in IngressTo: `IngressTo.resources` must not be empty.")
	}
	for _, resource := range to.Resources {
		if resource != "*" && !slices.Contains(c.Resources, resource) {
			return badDirection(p.Name, "Error in IngressTo: '"+resource+"' is defined in `IngressTo.resources`, but it is not present in `ServicePerimeterConfig.resources`. Only resources protected by this Service Perimeter can be put in IngressTo.resources.")
		}
	}
	return checkOperations(p.Name, "IngressTo", to.Operations)
}

func (a accessManager) checkEgress(policy string, p *accesscontextmanager.ServicePerimeter, field string, rule *accesscontextmanager.EgressPolicy) error {
	from, to := rule.EgressFrom, rule.EgressTo
	if from == nil || to == nil {
		return badDirection(p.Name, "an egress policy needs `EgressFrom` and `EgressTo`.")
	}
	if err := checkIdentities(p.Name, "EgressFrom", from.IdentityType, from.Identities); err != nil {
		return err
	}
	for _, source := range from.Sources {
		switch {
		case source.PscEndpoint != nil:
			return notModelled("Private Service Connect endpoints as sources")
		case from.SourceRestriction != "SOURCE_RESTRICTION_ENABLED":
			return badDirection(p.Name, "Error in EgressFrom: sources need the source restriction to be enabled.")
		case source.AccessLevel != "" && source.AccessLevel != "*":
			if err := a.checkPerimeterLevel(policy, p.Name, field, source.AccessLevel); err != nil {
				return err
			}
		}
	}
	if len(to.Roles) > 0 {
		return notModelled("roles of egress policies")
	}
	if len(to.ExternalResources) > 0 {
		return notModelled("external resources of egress policies")
	}
	if len(to.Resources) == 0 {
		return badDirection(p.Name, "Error in EgressTo: `EgressTo.resources` must not be empty.")
	}
	for _, resource := range to.Resources {
		if resource != "*" && !perimeterProject.MatchString(resource) {
			return badDirection(p.Name, "Error in EgressTo: '"+resource+"' is not a project.")
		}
	}
	return checkOperations(p.Name, "EgressTo", to.Operations)
}

func checkIdentities(perimeter, where, identityType string, identities []string) error {
	known := []string{"", "IDENTITY_TYPE_UNSPECIFIED", "ANY_IDENTITY", "ANY_USER_ACCOUNT", "ANY_SERVICE_ACCOUNT"}
	switch {
	case !slices.Contains(known, identityType):
		return invalid("Invalid value at 'identity_type', %q", identityType)
	case (identityType == "" || identityType == known[1]) == (len(identities) == 0):
		return badDirection(perimeter, "Error in "+where+": either an identity type or identities must be set.")
	}
	for _, identity := range identities {
		if !perimeterIdentity.MatchString(identity) {
			return badDirection(perimeter, "Error in "+where+": '"+identity+"' is not an identity.")
		}
	}
	return nil
}

func checkOperations(perimeter, where string, operations []*accesscontextmanager.ApiOperation) error {
	if len(operations) == 0 {
		return badDirection(perimeter, "Error in "+where+": `operations` must not be empty.")
	}
	for _, op := range operations {
		if op.ServiceName == "*" {
			if len(op.MethodSelectors) > 0 {
				return badDirection(perimeter, "Error in "+where+": method selectors must not be set for all services.")
			}
			continue
		}
		if !slices.Contains(perimeterServices(), op.ServiceName) {
			return unsupportedService(op.ServiceName)
		}
		if len(op.MethodSelectors) == 0 {
			return badDirection(perimeter, "Error in "+where+": the service '"+op.ServiceName+"' needs method selectors.")
		}
		for _, m := range op.MethodSelectors {
			if (m.Method == "") == (m.Permission == "") {
				return badDirection(perimeter, "Error in "+where+": a method selector needs a method or a permission.")
			}
		}
	}
	return nil
}

// perimeterServices are services that a perimeter can restrict
// (https://cloud.google.com/vpc-service-controls/docs/supported-products), of
// those that projects here enable and some more.
func perimeterServices() []string {
	return []string{
		"accesscontextmanager.googleapis.com", "aiplatform.googleapis.com", "apikeys.googleapis.com", "artifactregistry.googleapis.com",
		"bigquery.googleapis.com", "bigquerydatapolicy.googleapis.com", "bigquerydatatransfer.googleapis.com", "bigquerymigration.googleapis.com",
		"bigtable.googleapis.com", "binaryauthorization.googleapis.com", "certificatemanager.googleapis.com", "cloudasset.googleapis.com",
		"cloudbuild.googleapis.com", "clouddeploy.googleapis.com", "cloudfunctions.googleapis.com", "cloudkms.googleapis.com",
		"cloudresourcemanager.googleapis.com", "cloudscheduler.googleapis.com", "cloudtasks.googleapis.com", "cloudtrace.googleapis.com",
		"composer.googleapis.com", "compute.googleapis.com", "connectgateway.googleapis.com", "container.googleapis.com",
		"containeranalysis.googleapis.com", "containerfilesystem.googleapis.com", "containerregistry.googleapis.com", "containerscanning.googleapis.com",
		"containersecurity.googleapis.com", "containerthreatdetection.googleapis.com", "dataflow.googleapis.com", "dataproc.googleapis.com",
		"discoveryengine.googleapis.com", "dlp.googleapis.com", "dns.googleapis.com", "documentai.googleapis.com", "essentialcontacts.googleapis.com",
		"eventarc.googleapis.com", "file.googleapis.com", "firestore.googleapis.com", "gkebackup.googleapis.com", "gkeconnect.googleapis.com",
		"gkehub.googleapis.com", "iam.googleapis.com", "iamcredentials.googleapis.com", "iap.googleapis.com", "iaptunnel.googleapis.com",
		"ids.googleapis.com", "kmsinventory.googleapis.com", "language.googleapis.com", "logging.googleapis.com", "memcache.googleapis.com",
		"monitoring.googleapis.com", "networkconnectivity.googleapis.com", "networkmanagement.googleapis.com", "networksecurity.googleapis.com",
		"networkservices.googleapis.com", "notebooks.googleapis.com", "opsconfigmonitoring.googleapis.com", "orgpolicy.googleapis.com",
		"osconfig.googleapis.com", "oslogin.googleapis.com", "policytroubleshooter.googleapis.com", "privateca.googleapis.com", "pubsub.googleapis.com",
		"recommender.googleapis.com", "redis.googleapis.com", "run.googleapis.com", "secretmanager.googleapis.com", "securitycenter.googleapis.com",
		"servicecontrol.googleapis.com", "servicedirectory.googleapis.com", "spanner.googleapis.com", "sqladmin.googleapis.com", "storage.googleapis.com",
		"storagetransfer.googleapis.com", "sts.googleapis.com", "translate.googleapis.com", "vision.googleapis.com", "vpcaccess.googleapis.com",
		"workflows.googleapis.com", "workstations.googleapis.com",
	}
}
