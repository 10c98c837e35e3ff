package environment

import (
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

var (
	namePattern   = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$`)
	regionPattern = regexp.MustCompile(`^[a-z]+-[a-z]+[0-9]+$`)
	subnetPattern = regexp.MustCompile(`^projects/[^/]+/regions/[^/]+/subnetworks/[^/]+$`)
)

// recreatable are the components that allow_recreate takes.
var recreatable = []string{policy.ComponentCluster, "node_pools", policy.ComponentDatabase, policy.ComponentKMS, policy.ComponentNetwork, policy.ComponentLogging, policy.ComponentStorage}

// check reports what is wrong with the known part of a configuration, beside
// what the catalogue has said.
func (p *planner) check(planned model) {
	if name := planned.Name; !name.IsUnknown() && !namePattern.MatchString(name.ValueString()) {
		p.problem("name", "The name of the environment can't be used.", fmt.Sprintf("Use 1 to 20 lowercase letters, digits and dashes, beginning with a letter and not ending with a dash; got %q.", name.ValueString()))
	}
	if region := planned.Region; !region.IsUnknown() && !regionPattern.MatchString(region.ValueString()) {
		p.problem("region", "This is not a region.", fmt.Sprintf("Write a region such as europe-west1; got %q.", region.ValueString()))
	}
	if zone := planned.Zone; !zone.IsNull() && !zone.IsUnknown() && !planned.Region.IsUnknown() && !strings.HasPrefix(zone.ValueString(), planned.Region.ValueString()+"-") {
		p.problem("zone", "The zone is not in the region.", fmt.Sprintf("Use a zone of %s, or leave it out; got %q.", planned.Region.ValueString(), zone.ValueString()))
	}
	if v := planned.OnIncomplete; !v.IsUnknown() && v.ValueString() != onIncompleteResume && v.ValueString() != onIncompleteError {
		p.problem("on_incomplete", "There is no such way to end a create.", fmt.Sprintf("Use %q or %q; got %q.", onIncompleteResume, onIncompleteError, v.ValueString()))
	}
	p.checkProject(planned)
	p.checkLabels(planned)
	p.checkTier()
	p.checkNetwork(planned)
	p.checkInputs()
	p.warnZone()
	p.checkSizes()
	p.checkLists()
	p.checkBlocks()
}

// checkTier reports what only some tiers take.
func (p *planner) checkTier() {
	if p.tier == "" {
		return
	}
	if !p.config.ResetTrigger.IsNull() && p.tier != policy.Dev {
		p.problem("reset_trigger", "Only a dev environment can be reset.", fmt.Sprintf("A reset deletes all data. Take reset_trigger out, as the tier is %s.", p.tier))
	}
	ttl, given := p.config.TTL.Parsed()
	switch {
	case !p.config.TTL.IsNull() && p.tier != policy.Sandbox:
		p.problem("ttl", "Only a sandbox has a time to live.", fmt.Sprintf("Take ttl out, as the tier is %s.", p.tier))
	case given && (ttl <= 0 || ttl > maxTTL):
		p.problem("ttl", "A sandbox lives for at most 14 days.", fmt.Sprintf("Use a duration of at most %s; got %q.", tfkit.FormatDuration(maxTTL), p.config.TTL.ValueString()))
	}
	if p.values == nil || !p.known(policy.LoggingLocked) {
		return
	}
	if p.values.Bool(policy.LoggingLocked) && !p.confirmed(policy.LoggingLocked) && !p.standing(policy.LoggingLocked, true) {
		p.problem(policy.LoggingLocked, "A lock that can't be undone is not confirmed.",
			fmt.Sprintf("Once the log bucket is locked, its retention of %d days can never change, and the bucket can't be deleted before its entries are that old. If that is wanted, add confirm = [%q].", p.values.Int(policy.LoggingRetentionDays), policy.LoggingLocked))
	}
}

// confirmed tells whether a one-way setting is confirmed. What is known only
// after apply may confirm it: the apply asks again before it makes anything.
func (p *planner) confirmed(at string) bool {
	return slices.Contains(stringsOf(p.config.Confirm.Elements()), at) || open(p.config.Confirm)
}

// open tells whether a list or a set has parts that are known only after apply.
func open(value attr.Value) bool {
	if value == nil || value.IsUnknown() {
		return value != nil
	}
	list, ok := value.(interface{ Elements() []attr.Value })
	return ok && slices.ContainsFunc(list.Elements(), attr.Value.IsUnknown)
}

// standing tells whether the state has a setting at a value.
func (p *planner) standing(at string, value any) bool {
	if p.prior == nil {
		return false
	}
	before, _, err := ReadSettings(p.version, p.priorRaw)
	return err == nil && policy.Same(before[at], value)
}

// checkNetwork reports ranges that can't be, or that overlap.
func (p *planner) checkNetwork(planned model) {
	if subnet, ok := p.values[networkSubnetwork].(string); ok && p.known(networkSubnetwork) {
		if !subnetPattern.MatchString(subnet) {
			p.problem(networkSubnetwork, "This is not the full name of a subnetwork.", fmt.Sprintf("Write projects/PROJECT/regions/REGION/subnetworks/NAME; got %q.", subnet))
		}
		p.checkTheirs(subnet, planned)
		return
	}
	ranges := map[string]netip.Prefix{}
	for _, at := range []string{networkRange, networkPodRange, networkServiceRange} {
		text, ok := p.values[at].(string)
		if !ok || !p.known(at) {
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		switch {
		case err != nil || !prefix.Addr().Is4():
			p.problem(at, "This is not a range of IPv4 addresses.", fmt.Sprintf("Write a CIDR block such as 10.0.0.0/20; got %q.", text))
			continue
		case prefix.Masked() != prefix:
			p.problem(at, "The range has bits set beyond its prefix.", fmt.Sprintf("Write %s; got %q.", prefix.Masked(), text))
			continue
		}
		p.checkRange(at, prefix)
		for _, other := range slices.Sorted(maps.Keys(ranges)) {
			if ranges[other].Overlaps(prefix) {
				p.problem(at, "Ranges of the network overlap.", fmt.Sprintf("%s and %s (%s) have addresses in common. Move one of them.", prefix, ranges[other], other))
			}
		}
		ranges[at] = prefix
	}
}

// mostNodes is how many nodes GKE takes in a zone of a pool.
const mostNodes = 1000

// checkSizes reports numbers that can't be.
func (p *planner) checkSizes() {
	least, okLeast := p.values[clusterMinNodes].(int64)
	most, okMost := p.values[clusterMaxNodes].(int64)
	if okLeast && okMost && p.known(clusterMinNodes) && p.known(clusterMaxNodes) && (least < 0 || most < 1 || least > most || most > mostNodes) {
		p.problem(clusterMaxNodes, "The bounds of the node pools can't be met.", fmt.Sprintf("Use min_nodes from 0, and max_nodes from min_nodes to %d, in each zone; got %d and %d.", mostNodes, least, most))
	}
	for at, bounds := range map[string][2]int64{clusterDiskSizeGB: {20, 65536}, databaseDiskSizeGB: {10, 65536}} {
		if size, ok := p.values[at].(int64); ok && p.known(at) && (size < bounds[0] || size > bounds[1]) {
			p.problem(at, "The size of a disk can't be met.", fmt.Sprintf("Use %d to %d GB; got %d.", bounds[0], bounds[1], size))
		}
	}
	if edition, ok := p.values[databaseEdition].(string); ok && p.known(databaseEdition) && edition != editionEnterprise && edition != editionEnterprisePlus {
		p.problem(databaseEdition, "There is no such edition of Cloud SQL.", fmt.Sprintf("Use %s or %s; got %q.", editionEnterprise, editionEnterprisePlus, edition))
	}
}

// checkLists reports members that name nothing.
func (p *planner) checkLists() {
	for _, name := range stringsOf(p.config.AllowRecreate.Elements()) {
		if !slices.Contains(recreatable, name) {
			p.problem("allow_recreate", "There is no such component to make anew.", fmt.Sprintf("Use one of %s; got %q.", strings.Join(recreatable, ", "), name))
		}
	}
	for _, at := range stringsOf(p.config.Confirm.Elements()) {
		if setting, ok := policy.Find(p.version, at); !ok || setting.Change != policy.OneWay {
			p.problem("confirm", "This is no one-way setting.", fmt.Sprintf("There is nothing to confirm about %q: take it out.", at))
		}
	}
	for _, at := range slices.Sorted(maps.Keys(p.config.Exceptions.Elements())) {
		reason, _ := p.config.Exceptions.Elements()[at].(types.String)
		if _, ok := policy.Find(p.version, at); !ok {
			p.problem("exceptions", "There is no such setting to make an exception of.", fmt.Sprintf("Write the path of a setting, such as %q; got %q.", policy.ClusterDatapathProvider, at))
		} else if !reason.IsUnknown() && strings.TrimSpace(reason.ValueString()) == "" {
			p.problem("exceptions", "An exception needs a reason.", fmt.Sprintf("Say why %s is weaker than the tier asks for: it is what an audit reads.", at))
		}
	}
	p.checkExceptions()
	for _, channel := range stringsOf(p.config.NotificationChannels.Elements()) {
		if !channelPattern.MatchString(channel) {
			p.problem("notification_channels", "This is not the full name of a notification channel.", fmt.Sprintf("Write projects/PROJECT/notificationChannels/ID, such as the name of a cortx_notification_channel; got %q.", channel))
		}
	}
}

// checkBlocks reports what is wrong in the nested inputs.
func (p *planner) checkBlocks() {
	if at := stringAt(p.config.Access.Attributes(), "access_policy"); at != "" && !component.IsAccessPolicy(at) {
		p.problem("access.access_policy", "This is not the name of an access policy.", fmt.Sprintf("Write accessPolicies/NUMBER; got %q.", at))
	}
	p.checkAccess()
	p.checkBudget()
	window := maintenanceOf(p.config.Maintenance)
	if window.Day < 1 || window.Day > 7 || window.Hour < 0 || window.Hour > 23 || window.Hours < 4 || window.Hours > 12 {
		p.problem("maintenance", "There is no such window of maintenance.", fmt.Sprintf("Use day 1 (Monday) to 7, hour 0 to 23, and 4 to 12 hours; got day %d, hour %d, %d hours.", window.Day, window.Hour, window.Hours))
	}
	access := p.config.Access.Attributes()
	if p.values != nil && p.known(policy.NetworkPerimeter) && p.values.String(policy.NetworkPerimeter) == policy.PerimeterEnforced &&
		len(listAt(access, "runner_identities"))+len(listAt(access, "runner_access_levels")) == 0 &&
		!p.config.Access.IsUnknown() && !open(access["runner_identities"]) && !open(access["runner_access_levels"]) {
		p.problem("access.runner_identities", "An enforced perimeter would lock Terraform out.",
			"Name who runs Terraform: access.runner_identities = [\"serviceAccount:terraform@PROJECT.iam.gserviceaccount.com\"], or an access level in runner_access_levels.")
	}
}

// warnWithin is how long before its end plans of a sandbox begin to warn.
const warnWithin = 3 * 24 * time.Hour

// checkExpiry warns of the end of a sandbox.
func (p *planner) checkExpiry(planned model, now time.Time) {
	end, err := time.Parse(time.RFC3339, planned.ExpiresAt.ValueString())
	if err != nil || planned.ExpiresAt.IsUnknown() {
		return
	}
	switch left := end.Sub(now); {
	case left <= 0:
		p.warning("ttl", "The sandbox has expired.",
			fmt.Sprintf("It ended at %s. Nothing is repaired or changed any more; destroy it, or let the subcommand reap do so. A longer ttl, of at most 14 days from its creation, would bring it back.", planned.ExpiresAt.ValueString()))
	case left <= warnWithin:
		p.warning("ttl", "The sandbox ends soon.",
			fmt.Sprintf("It ends at %s, in %s. Save what is needed; after that nothing is repaired, and the subcommand reap destroys it.", planned.ExpiresAt.ValueString(), left.Round(time.Hour)))
	}
}
