package environment

import (
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// inputRule is the form that an input of text has to have.
type inputRule struct {
	form   *regexp.Regexp
	advice string
}

var (
	secondaryRange = inputRule{regexp.MustCompile(`^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`), "Write the name of a secondary range of the subnetwork"}
	nodeMachine    = inputRule{regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)+$`), "Write a machine type of Compute Engine, such as n2-standard-4"}
)

// inputRules are the forms that Google Cloud's references give.
var inputRules = map[string]inputRule{
	networkName: {regexp.MustCompile(`^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`), "Use 1 to 63 lowercase letters, digits and dashes, beginning with a letter and not ending with a dash"},
	clusterName: {regexp.MustCompile(`^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$`), "Use 1 to 40 lowercase letters, digits and dashes, beginning with a letter and not ending with a dash"},
	// A project's id, the name and a number have 98 characters together.
	databaseName:              {regexp.MustCompile(`^[a-z]([-a-z0-9]{0,60}[a-z0-9])?$`), "Use 1 to 62 lowercase letters, digits and dashes, beginning with a letter and not ending with a dash"},
	networkPodRangeName:       secondaryRange,
	networkServiceRangeName:   secondaryRange,
	clusterMachineType:        nodeMachine,
	clusterSandboxMachineType: nodeMachine,
	databaseMachineType:       {regexp.MustCompile(`^db-[a-z0-9]+(-[A-Za-z0-9]+)*$`), "Write a machine type of Cloud SQL, such as db-custom-2-8192"},
	databaseVersion:           {regexp.MustCompile(`^POSTGRES_(9_6|[1-9][0-9])$`), "Write a version of PostgreSQL, such as POSTGRES_17"},
}

// checkInputs reports inputs in a form that the service would refuse later.
func (p *planner) checkInputs() {
	for _, at := range slices.Sorted(maps.Keys(inputRules)) {
		text, ok := p.values[at].(string)
		if rule := inputRules[at]; ok && p.known(at) && !rule.form.MatchString(text) {
			p.problem(at, "A name or a type can't be used.", fmt.Sprintf("%s; got %q.", rule.advice, text))
		}
	}
	edition, _ := p.values[databaseEdition].(string)
	machine, ok := p.values[databaseMachineType].(string)
	if !ok || !p.known(databaseEdition) || !p.known(databaseMachineType) {
		return
	}
	// Only what each edition is known to refuse: new families come and go.
	custom := strings.HasPrefix(machine, "db-custom-") || machine == "db-f1-micro" || machine == "db-g1-small"
	switch plus := strings.HasPrefix(machine, "db-perf-optimized-"); {
	case edition == editionEnterprisePlus && custom:
		p.problem(databaseMachineType, "The edition has no such machine type.", fmt.Sprintf("ENTERPRISE_PLUS takes a predefined machine such as %s; got %q.", plusMachineTypes[policy.Prod], machine))
	case edition != editionEnterprisePlus && plus:
		p.problem(databaseMachineType, "The edition has no such machine type.", fmt.Sprintf("ENTERPRISE takes a machine such as db-custom-4-16384; for %q set database.edition = %q.", machine, editionEnterprisePlus))
	}
}

var (
	projectPattern  = regexp.MustCompile(`^([a-z0-9.-]+:)?[a-z][a-z0-9-]{0,28}[a-z0-9]$`)
	labelKey        = regexp.MustCompile(`^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$`)
	labelValue      = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$`)
	channelPattern  = regexp.MustCompile(`^projects/[^/]+/notificationChannels/[^/]+$`)
	identityPattern = regexp.MustCompile(`^((serviceAccount|user|group):[^@\s]+@[^@\s]+|principal(Set)?://\S+)$`)
	levelPattern    = regexp.MustCompile(`^accessPolicies/[0-9]+/accessLevels/[A-Za-z][A-Za-z0-9_]*$`)
	servicePattern  = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*\.googleapis\.com$`)
	currencyPattern = regexp.MustCompile(`^[A-Z]{3}$`)
)

// checkProject reports what is no project's id.
func (p *planner) checkProject(planned model) {
	project := planned.Project.ValueString()
	switch {
	case planned.Project.IsNull(), planned.Project.IsUnknown(), projectPattern.MatchString(project):
	case strings.Trim(project, "0123456789") == "" && project != "":
		p.problem("project", "This is the number of a project, and not its id.", fmt.Sprintf("Write the id, such as acme-prod: names of buckets and keys begin with it. The command gcloud projects describe %s prints it.", project))
	default:
		p.problem("project", "This is not the id of a project.", fmt.Sprintf("Write an id such as acme-prod, without projects/ in front; got %q.", project))
	}
}

// mostLabels is how many labels an object may have; the owner's are two more.
const mostLabels = 62

// checkLabels reports labels that no object takes.
func (p *planner) checkLabels(planned model) {
	for _, key := range slices.Sorted(maps.Keys(p.config.Labels.Elements())) {
		if strings.HasPrefix(key, "cortx-") || strings.HasPrefix(key, "goog") {
			p.problem("labels", "A label's key is reserved.", fmt.Sprintf("Keys that begin with cortx- are this resource's, and those with goog Google's: use another one than %q.", key))
		}
	}
	all := planned.EffectiveLabels.Elements()
	for _, key := range slices.Sorted(maps.Keys(all)) {
		value, _ := all[key].(types.String)
		if !labelKey.MatchString(key) || !value.IsUnknown() && !labelValue.MatchString(value.ValueString()) {
			p.problem("labels", "A label can't be used.",
				fmt.Sprintf("Keys and values have at most 63 lowercase letters, digits, underscores and dashes, and a key begins with a letter; got %q = %q, from labels here or default_labels of the provider.", key, value.ValueString()))
		}
	}
	if len(all) > mostLabels {
		p.problem("labels", "There are too many labels.", fmt.Sprintf("An object takes 64, of which two are the owner's mark; there are %d.", len(all)))
	}
}

// checkAccess reports members of the perimeter that the service would refuse.
func (p *planner) checkAccess() {
	members := p.config.Access.Attributes()
	for name, rule := range map[string]inputRule{
		"runner_identities":    {identityPattern, "Write who it is with its kind, such as serviceAccount:terraform@PROJECT.iam.gserviceaccount.com"},
		"runner_access_levels": {levelPattern, "Write the full name of an access level, accessPolicies/NUMBER/accessLevels/NAME"},
		"restricted_services":  {servicePattern, "Write the name of an API, such as storage.googleapis.com"},
	} {
		for _, member := range listAt(members, name) {
			if !rule.form.MatchString(member) {
				p.problem("access."+name, "A member of the perimeter can't be used.", fmt.Sprintf("%s; got %q.", rule.advice, member))
			}
		}
	}
	if services, ok := members["restricted_services"].(types.List); ok && !services.IsNull() && !services.IsUnknown() && len(services.Elements()) == 0 {
		p.problem("access.restricted_services", "A perimeter that guards nothing is none.", "Name the APIs that it guards, or leave it out for those that hold the environment's data.")
	}
}

// checkBudget reports amounts that can't be.
func (p *planner) checkBudget() {
	if p.config.Budget.IsNull() || p.config.Budget.IsUnknown() {
		return
	}
	budget, given := budgetOf(p.config.Budget), p.config.Budget.Attributes()
	if account := given["billing_account"]; !account.IsUnknown() && !component.IsBillingAccount(budget.BillingAccount) {
		p.problem("budget.billing_account", "This is not the id of a billing account.", fmt.Sprintf("Write it like 012345-567890-ABCDEF; got %q.", budget.BillingAccount))
	}
	if amount := given["amount"]; !amount.IsUnknown() && budget.Amount <= 0 {
		p.problem("budget.amount", "A budget is above zero.", fmt.Sprintf("Give the amount a month; got %d.", budget.Amount))
	}
	if budget.Currency != "" && !currencyPattern.MatchString(budget.Currency) {
		p.problem("budget.currency", "This is not a currency.", fmt.Sprintf("Write the code of the billing account's currency, such as EUR; got %q.", budget.Currency))
	}
	if thresholds, ok := given["thresholds"].(types.List); ok && !open(thresholds) {
		for _, share := range budget.Thresholds {
			if share <= 0 {
				p.problem("budget.thresholds", "A threshold is above zero.", fmt.Sprintf("Give shares of the amount, such as 0.5 for half of it; got %v.", share))
			}
		}
	}
}

// checkExceptions warns of exceptions that nothing needs: an audit would take
// them for weaknesses.
func (p *planner) checkExceptions() {
	for _, at := range slices.Sorted(maps.Keys(p.config.Exceptions.Elements())) {
		if _, ok := policy.Find(p.version, at); ok && p.tier != "" && p.known(at) && !slices.Contains(p.excepted, at) {
			p.warning("exceptions", "An exception is not needed.", fmt.Sprintf("%s is as strict as the tier asks for: take its reason out.", at))
		}
	}
}

// The longest prefixes of a subnetwork's ranges: Compute Engine takes no smaller
// one than 8 addresses, GKE gives each node 256 addresses for pods and wants 32
// for services; see
// https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips.
var longestPrefix = map[string]int{networkRange: 29, networkPodRange: 24, networkServiceRange: 27}

// reservedRanges are those that a subnetwork may not lie in.
var reservedRanges = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("172.17.0.0/16"),
	netip.MustParsePrefix("199.36.153.4/30"), netip.MustParsePrefix("199.36.153.8/30"), netip.MustParsePrefix("224.0.0.0/4"), netip.MustParsePrefix("255.255.255.255/32"),
}

// checkRange reports a range that a network, or GKE, would refuse.
func (p *planner) checkRange(at string, prefix netip.Prefix) {
	if longest := longestPrefix[at]; prefix.Bits() > longest {
		p.problem(at, "The range is too small.", fmt.Sprintf("Use a block of /%d or larger; got %s.", longest, prefix))
	}
	for _, reserved := range reservedRanges {
		if reserved.Overlaps(prefix) {
			p.problem(at, "The range is reserved.", fmt.Sprintf("%s overlaps %s, which a network can't have or GKE's nodes use themselves. Use a private range, such as one in 10.0.0.0/8.", prefix, reserved))
		}
	}
}

// checkTheirs reports inputs of a network that the environment doesn't make.
func (p *planner) checkTheirs(subnet string, planned model) {
	if parts := strings.Split(subnet, "/"); len(parts) == 6 && !planned.Region.IsUnknown() && parts[3] != planned.Region.ValueString() {
		p.problem(networkSubnetwork, "The subnetwork is in another region.", fmt.Sprintf("The environment stands in %s, and the subnetwork in %s. Use one of the same region.", planned.Region.ValueString(), parts[3]))
	}
	for _, at := range []string{networkRange, networkPodRange, networkServiceRange} {
		if _, ok := p.values[at]; ok {
			p.problem(at, "The ranges of a subnetwork that stands are its own.", "Take range, pod_range and service_range out, or subnetwork.")
		}
	}
	if _, ok := p.values[networkName]; ok {
		p.problem(networkName, "The network of a subnetwork that stands has its name.", "Take network.name out, or subnetwork.")
	}
}

// warnZone says that a regional cluster has no zone.
func (p *planner) warnZone() {
	if !p.config.Zone.IsNull() && p.tier != "" && p.known(policy.ClusterLocationType) && p.values.String(policy.ClusterLocationType) == policy.Regional {
		p.warning("zone", "The zone has no effect.", "The cluster is regional: it stands in several zones of the region. Take zone out.")
	}
}
