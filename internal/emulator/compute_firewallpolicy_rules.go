package emulator

import (
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/api/compute/v1"
)

// lastRulePriority is the last priority that users can give; the four after it
// and a gap are the default rules'.
const lastRulePriority = 2147483547

// defaultRules are those that a new policy has: recorded, with the descriptions
// that both address families share.
func defaultRules() []any {
	rule := func(priority int, direction, ranges, cidr string) any {
		return computeDoc{
			"kind": "compute#firewallPolicyRule", "priority": priority, "direction": direction, "action": "goto_next", "enableLogging": false,
			"description": "default " + strings.ToLower(direction) + " rule",
			"match":       computeDoc{ranges: []any{cidr}, "layer4Configs": []any{computeDoc{"ipProtocol": "all"}}},
		}
	}
	return []any{
		rule(2147483644, "EGRESS", "destIpRanges", "::/0"),
		rule(2147483645, "INGRESS", "srcIpRanges", "::/0"),
		rule(2147483646, "EGRESS", "destIpRanges", "0.0.0.0/0"),
		rule(2147483647, "INGRESS", "srcIpRanges", "0.0.0.0/0"),
	}
}

// countTuples sets the complexity of each rule and of the policy. The four
// default rules count two each, as recorded; how others count is not documented
// in full: here it is ranges times protocols and ports, and one more.
func countTuples(policy computeDoc) {
	total := 0
	for _, doc := range asDocs(policy["rules"]) {
		var r compute.FirewallPolicyRule
		if docInto(doc, &r) != nil || r.Match == nil {
			continue
		}
		m := r.Match
		ranges := len(m.SrcIpRanges) + len(m.DestIpRanges) + len(m.SrcFqdns) + len(m.DestFqdns) + len(m.SrcRegionCodes) + len(m.DestRegionCodes)
		services := 0
		for _, l := range m.Layer4Configs {
			services += max(1, len(l.Ports))
		}
		n := max(1, ranges)*max(1, services) + 1
		doc["ruleTupleCount"] = n
		total += n
	}
	policy["ruleTupleCount"] = total
}

// priorityOf reads the priority that a call names.
func (c *computeCall) priorityOf() (int64, error) {
	given := c.query.Get("priority")
	if given == "" {
		return 0, computeRequired("priority")
	}
	n, err := strconv.ParseInt(given, 10, 32)
	if err != nil {
		return 0, computeInvalid("priority", given, "Must be an integer.")
	}
	return n, nil
}

// ruleAt finds the rule of a priority.
func ruleAt(policy computeDoc, priority int64) (computeDoc, error) {
	for _, rule := range asDocs(policy["rules"]) {
		if fmt.Sprint(rule["priority"]) == fmt.Sprint(priority) || rule["priority"] == float64(priority) {
			return rule, nil
		}
	}
	return nil, computeInvalid("priority", strconv.FormatInt(priority, 10), fmt.Sprintf("The firewall policy does not contain a rule at priority %d.", priority))
}

func (v computeService) getRule(_ context.Context, c *computeCall) (any, error) {
	priority, err := c.priorityOf()
	if err != nil {
		return nil, err
	}
	doc, _, err := v.standing(kindFirewallPolicy, c.name)
	if err != nil {
		return nil, err
	}
	return ruleAt(doc, priority)
}

func (v computeService) addRule(ctx context.Context, c *computeCall) (any, error) {
	rule, err := c.document(&compute.FirewallPolicyRule{})
	if err != nil {
		return nil, err
	}
	if c.query.Get("minPriority") != "" || c.query.Get("maxPriority") != "" {
		return nil, notModelled("priorities that the service chooses")
	}
	return v.changePolicy(ctx, c, "addRule", func(_ string, doc computeDoc) error {
		if err := completeRule(rule); err != nil {
			return err
		}
		var r compute.FirewallPolicyRule
		if err := docInto(rule, &r); err != nil {
			return err
		}
		if _, err := ruleAt(doc, r.Priority); err == nil {
			return computeInvalid("resource.priority", strconv.FormatInt(r.Priority, 10), "Cannot have rules with the same priorities.")
		}
		setRules(doc, append(asDocs(doc["rules"]), rule))
		return nil
	})
}

// setRules stores a policy's rules by their priority.
func setRules(policy computeDoc, rules []computeDoc) {
	at := func(rule computeDoc) int64 {
		var r compute.FirewallPolicyRule
		if docInto(rule, &r) != nil {
			return 0
		}
		return r.Priority
	}
	slices.SortStableFunc(rules, func(a, b computeDoc) int { return int(at(a) - at(b)) })
	policy["rules"] = anyDocs(rules)
}

func (v computeService) patchRule(ctx context.Context, c *computeCall) (any, error) {
	priority, err := c.priorityOf()
	if err != nil {
		return nil, err
	}
	patch, err := c.document(&compute.FirewallPolicyRule{})
	if err != nil {
		return nil, err
	}
	return v.changePolicy(ctx, c, "patchRule", func(_ string, doc computeDoc) error {
		have, err := ruleAt(doc, priority)
		if err != nil {
			return err
		}
		if priority > lastRulePriority {
			return computeInvalid("priority", strconv.FormatInt(priority, 10), "Default rules cannot be changed.")
		}
		// Only the match is taken as a whole: its lists belong together.
		next := mergeDoc(have, patch)
		if m, ok := patch["match"]; ok {
			next["match"] = m
		}
		if err := completeRule(next); err != nil {
			return err
		}
		if moved := next["priority"]; fmt.Sprint(moved) != fmt.Sprint(have["priority"]) {
			var r compute.FirewallPolicyRule
			if err := docInto(next, &r); err != nil {
				return err
			}
			if _, err := ruleAt(doc, r.Priority); err == nil {
				return computeInvalid("resource.priority", strconv.FormatInt(r.Priority, 10), "Cannot have rules with the same priorities.")
			}
		}
		var rules []computeDoc
		for _, rule := range asDocs(doc["rules"]) {
			if fmt.Sprint(rule["priority"]) == fmt.Sprint(have["priority"]) {
				rule = next
			}
			rules = append(rules, rule)
		}
		setRules(doc, rules)
		return nil
	})
}

func (v computeService) removeRule(ctx context.Context, c *computeCall) (any, error) {
	priority, err := c.priorityOf()
	if err != nil {
		return nil, err
	}
	return v.changePolicy(ctx, c, "removeRule", func(_ string, doc computeDoc) error {
		gone, err := ruleAt(doc, priority)
		if err != nil {
			return err
		}
		if priority > lastRulePriority {
			return computeInvalid("priority", strconv.FormatInt(priority, 10), "Default rules cannot be removed.")
		}
		var rules []computeDoc
		for _, rule := range asDocs(doc["rules"]) {
			if fmt.Sprint(rule["priority"]) != fmt.Sprint(gone["priority"]) {
				rules = append(rules, rule)
			}
		}
		setRules(doc, rules)
		return nil
	})
}

var (
	portForm     = regexp.MustCompile(`^(\d{1,5})(?:-(\d{1,5}))?$`)
	protocolForm = regexp.MustCompile(`^(all|tcp|udp|icmp|esp|ah|sctp|ipip|\d{1,3})$`)
)

// completeRule checks a rule and fills in what the service does.
func completeRule(rule computeDoc) error {
	cleanDoc(rule)
	delete(rule, "ruleTupleCount")
	rule["kind"] = "compute#firewallPolicyRule"
	if _, ok := rule["enableLogging"]; !ok {
		rule["enableLogging"] = false
	}
	var r compute.FirewallPolicyRule
	if err := docInto(rule, &r); err != nil {
		return err
	}
	switch {
	case r.SecurityProfileGroup != "" || r.TlsInspect || r.Action == "apply_security_profile_group":
		return notModelled("security profiles in firewall rules")
	case len(r.TargetSecureTags) > 0:
		return notModelled("secure tags in firewall rules")
	case len(r.TargetResources) > 0 || len(r.TargetForwardingRules) > 0 || r.TargetType != "" && r.TargetType != "INSTANCES":
		return notModelled("other targets of firewall rules than service accounts")
	}
	if _, ok := rule["priority"]; !ok {
		return computeRequired("resource.priority")
	}
	if r.Priority < 0 || r.Priority > lastRulePriority {
		return computeInvalid("resource.priority", strconv.FormatInt(r.Priority, 10), fmt.Sprintf("Must be between 0 and %d.", lastRulePriority))
	}
	if err := oneOf("resource.action", r.Action, "allow", "deny", "goto_next"); err != nil {
		return err
	}
	if err := oneOf("resource.direction", r.Direction, "INGRESS", "EGRESS"); err != nil {
		return err
	}
	if r.EnableLogging && r.Action == "goto_next" {
		return computeInvalid("resource.enableLogging", "true", "Logging cannot be enabled for rules with the action goto_next.")
	}
	if r.Match == nil {
		return computeRequired("resource.match")
	}
	return checkRuleMatcher(r.Direction, r.Match)
}

// checkRuleMatcher holds the rules for what a rule matches.
func checkRuleMatcher(direction string, m *compute.FirewallPolicyRuleMatcher) error {
	const field = "resource.match."
	switch {
	case len(m.SrcSecureTags) > 0 || len(m.SrcAddressGroups) > 0 || len(m.DestAddressGroups) > 0:
		return notModelled("secure tags and address groups in firewall rules")
	case m.SrcNetworkContext != "" || m.DestNetworkContext != "" || m.SrcNetworkType != "" || m.DestNetworkType != "" || len(m.SrcNetworks) > 0:
		return notModelled("network types in firewall rules")
	case direction == "EGRESS" && len(m.SrcFqdns)+len(m.SrcRegionCodes)+len(m.SrcThreatIntelligences) > 0,
		direction == "INGRESS" && len(m.DestFqdns)+len(m.DestRegionCodes)+len(m.DestThreatIntelligences) > 0:
		return computeInvalid("resource.match", direction, "The names, regions and threat intelligence lists do not belong to the direction of the rule.")
	}
	sources := len(m.SrcIpRanges) + len(m.SrcFqdns) + len(m.SrcRegionCodes) + len(m.SrcThreatIntelligences)
	targets := len(m.DestIpRanges) + len(m.DestFqdns) + len(m.DestRegionCodes) + len(m.DestThreatIntelligences)
	if direction == "INGRESS" && sources == 0 {
		return computeRequired(field + "srcIpRanges")
	}
	if direction == "EGRESS" && targets == 0 {
		return computeRequired(field + "destIpRanges")
	}
	for name, ranges := range map[string][]string{"srcIpRanges": m.SrcIpRanges, "destIpRanges": m.DestIpRanges} {
		const most = 5000
		if len(ranges) > most {
			return computeInvalid(field+name, strconv.Itoa(len(ranges)), "Too many ranges: at most 5000.")
		}
		for _, cidr := range ranges {
			if p, err := netip.ParsePrefix(cidr); err != nil || p.Masked() != p {
				return computeInvalid(field+name, cidr, "Must be a valid CIDR range.")
			}
		}
	}
	if len(m.Layer4Configs) == 0 {
		return computeRequired(field + "layer4Configs")
	}
	for _, l := range m.Layer4Configs {
		if err := checkLayer4(field+"layer4Configs", l.IpProtocol, l.Ports); err != nil {
			return err
		}
	}
	return nil
}

// checkLayer4 checks a protocol and its ports, of policies and of classic rules.
func checkLayer4(field, protocol string, ports []string) error {
	if !protocolForm.MatchString(strings.ToLower(protocol)) {
		return computeInvalid(field+".ipProtocol", protocol, "Must be a protocol name or number.")
	}
	switch p := strings.ToLower(protocol); {
	case len(ports) == 0 || p == "tcp" || p == "udp" || p == "sctp" || p == "6" || p == "17" || p == "132":
	default:
		return computeInvalid(field+".ports", strings.Join(ports, ","), "Ports can only be specified for TCP, UDP and SCTP.")
	}
	for _, port := range ports {
		found := portForm.FindStringSubmatch(port)
		if found == nil {
			return computeInvalid(field+".ports", port, "Must be a port or a range of ports.")
		}
		low, _ := strconv.Atoi(found[1])
		high := low
		if found[2] != "" {
			high, _ = strconv.Atoi(found[2])
		}
		if high > 65535 || low > high {
			return computeInvalid(field+".ports", port, "Must be a port or a range of ports.")
		}
	}
	return nil
}
