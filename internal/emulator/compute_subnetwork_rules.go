package emulator

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/api/compute/v1"
)

// subnetRange is a range of a subnetwork and the field that holds it.
type subnetRange struct {
	field  string
	prefix netip.Prefix
}

// reservedRanges can't be used in a subnetwork
// (https://cloud.google.com/vpc/docs/subnets#prohibited-ipv4).
var reservedRanges = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("224.0.0.0/4"), netip.MustParsePrefix("255.255.255.255/32"),
	netip.MustParsePrefix("199.36.153.4/30"), netip.MustParsePrefix("199.36.153.8/30"),
}

// parseRange reads an IPv4 range that begins at its first address.
func parseRange(field, value string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(value)
	switch {
	case value == "":
		return p, computeRequired(field)
	case err != nil || !p.Addr().Is4():
		return p, computeInvalid(field, value, "Invalid CIDR range: it must be an IPv4 range such as 10.0.0.0/16.")
	case p.Masked() != p:
		return p, computeInvalid(field, value, "Invalid IPCidrRange: "+value+" is not a valid CIDR: the address has bits beyond the prefix; the range is "+p.Masked().String()+".")
	}
	for _, reserved := range reservedRanges {
		if reserved.Overlaps(p) {
			return p, computeInvalid(field, value, "Invalid IPCidrRange: "+value+" overlaps the reserved range "+reserved.String()+".")
		}
	}
	return p, nil
}

var rangeName = regexp.MustCompile("^" + computeNameForm + "$")

// checkSubnetwork holds the rules for what a user may set, and returns the
// ranges, the primary one first.
func checkSubnetwork(doc computeDoc) ([]subnetRange, error) {
	var s compute.Subnetwork
	if err := docInto(doc, &s); err != nil {
		return nil, err
	}
	switch {
	case s.StackType != "IPV4_ONLY" || s.Ipv6AccessType != "":
		return nil, notModelled("IPv6 in subnetworks")
	case s.PrivateIpv6GoogleAccess != "DISABLE_GOOGLE_ACCESS":
		return nil, notModelled("private IPv6 access to Google")
	case s.ReservedInternalRange != "" || s.IpCollection != "":
		return nil, notModelled("internal ranges and collections of addresses")
	case s.AllowSubnetCidrRoutesOverlap:
		return nil, notModelled("subnetworks that overlap routes")
	case s.Params != nil || s.ResolveSubnetMask != "":
		return nil, notModelled("resource manager tags and subnet masks of subnetworks")
	}
	if err := oneOf("resource.purpose", s.Purpose, "PRIVATE", "PRIVATE_SERVICE_CONNECT", "REGIONAL_MANAGED_PROXY"); err != nil {
		switch s.Purpose {
		case "GLOBAL_MANAGED_PROXY", "INTERNAL_HTTPS_LOAD_BALANCER", "PEER_MIGRATION", "PRIVATE_NAT", "PRIVATE_RFC_1918":
			return nil, notModelled("subnetworks with the purpose %s", s.Purpose)
		}
		return nil, err
	}
	proxy := s.Purpose == "REGIONAL_MANAGED_PROXY"
	if proxy || s.Role != "" {
		if !proxy {
			return nil, computeInvalid("resource.role", s.Role, "Role can only be set for subnetworks with purpose REGIONAL_MANAGED_PROXY.")
		}
		if err := oneOf("resource.role", s.Role, "ACTIVE", "BACKUP"); err != nil {
			return nil, err
		}
	}
	primary, err := parseRange("resource.ipCidrRange", s.IpCidrRange)
	if err != nil {
		return nil, err
	}
	// Sizes as documented: /4 to /29, and /26 at most for proxies.
	if shortest, longest := 4, map[bool]int{false: 29, true: 26}[proxy]; primary.Bits() < shortest || primary.Bits() > longest {
		return nil, computeInvalid("resource.ipCidrRange", s.IpCidrRange, fmt.Sprintf("The prefix length must be between %d and %d.", shortest, longest))
	}
	out := []subnetRange{{"resource.ipCidrRange", primary}}
	return checkSecondary(&s, out)
}

func checkSecondary(s *compute.Subnetwork, out []subnetRange) ([]subnetRange, error) {
	// https://cloud.google.com/vpc/docs/quota#per_network
	const most = 170
	if len(s.SecondaryIpRanges) > most {
		return nil, computeInvalid("resource.secondaryIpRanges", fmt.Sprint(len(s.SecondaryIpRanges)), "A subnetwork can have at most 170 secondary ranges.")
	}
	if len(s.SecondaryIpRanges) > 0 && s.Purpose != "PRIVATE" {
		return nil, computeInvalid("resource.secondaryIpRanges", "", "Secondary ranges cannot be set for subnetworks with purpose "+s.Purpose+".")
	}
	var names []string
	for i, r := range s.SecondaryIpRanges {
		field := fmt.Sprintf("resource.secondaryIpRanges[%d].", i)
		switch {
		case r.ReservedInternalRange != "" || r.IpCollection != "" || r.IpVersion != "" && r.IpVersion != "IPV4":
			return nil, notModelled("internal ranges and IPv6 as secondary ranges")
		case r.RangeName == "":
			return nil, computeRequired(field + "rangeName")
		case !rangeName.MatchString(r.RangeName):
			return nil, computeInvalid(field+"rangeName", r.RangeName, "Must be a match of regex '"+computeNameForm+"'")
		case slices.Contains(names, r.RangeName):
			return nil, computeInvalid(field+"rangeName", r.RangeName, "Secondary ranges of a subnetwork must have different names.")
		}
		names = append(names, r.RangeName)
		p, err := parseRange(field+"ipCidrRange", r.IpCidrRange)
		if err != nil {
			return nil, err
		}
		for _, have := range out {
			if have.prefix.Overlaps(p) {
				return nil, computeInvalid(field+"ipCidrRange", r.IpCidrRange, "Invalid IPCidrRange: "+r.IpCidrRange+" conflicts with "+have.prefix.String()+" of the same subnetwork.")
			}
		}
		out = append(out, subnetRange{field + "ipCidrRange", p})
	}
	return out, nil
}

// overlap finds a range that another subnetwork of the network has, and returns
// the API's words for it.
func (v computeService) overlap(network, name string, ranges []subnetRange) (at subnetRange, message string, err error) {
	all, err := v.objects(kindSubnetwork, "", true)
	if err != nil {
		return at, "", err
	}
	for _, o := range all {
		if o.name == name || computeName(text(o.doc, "network")) != network {
			continue
		}
		theirs, err := checkSubnetwork(o.doc)
		if err != nil {
			return at, "", err
		}
		for _, r := range ranges {
			for _, have := range theirs {
				if r.prefix.Overlaps(have.prefix) {
					region := text(o.doc, "region")
					return r, fmt.Sprintf("Invalid IPCidrRange: %s conflicts with existing subnetwork '%s' in region '%s'.",
						r.prefix, text(o.doc, "name"), region[strings.LastIndex(region, "/")+1:]), nil
				}
			}
		}
	}
	return at, "", nil
}

// completeFlowLogs checks the flow logs of a subnetwork and fills in what the
// service does once they are on.
func completeFlowLogs(doc computeDoc) error {
	var s compute.Subnetwork
	if err := docInto(doc, &s); err != nil {
		return err
	}
	log, _ := doc["logConfig"].(map[string]any)
	flag, set := doc["enableFlowLogs"].(bool)
	if log == nil && set {
		log = computeDoc{"enable": flag}
		doc["logConfig"] = log
	}
	if log == nil {
		return nil
	}
	on, said := log["enable"].(bool)
	if set && said && on != flag {
		doc["enableFlowLogs"] = on
	}
	if on && text(doc, "purpose") != "PRIVATE" {
		return computeInvalid("resource.logConfig.enable", "true", "Flow logs cannot be enabled for subnetworks with purpose "+text(doc, "purpose")+".")
	}
	if on {
		for key, standard := range map[string]any{
			"aggregationInterval": "INTERVAL_5_SEC", "flowSampling": 0.5, "metadata": "EXCLUDE_ALL_METADATA",
		} {
			if _, ok := log[key]; !ok {
				log[key] = standard
			}
		}
	}
	return checkFlowLogs(log)
}

func checkFlowLogs(log computeDoc) error {
	var l compute.SubnetworkLogConfig
	if err := docInto(log, &l); err != nil {
		return err
	}
	const field = "resource.logConfig."
	if l.AggregationInterval != "" {
		if err := oneOf(field+"aggregationInterval", l.AggregationInterval, "INTERVAL_5_SEC", "INTERVAL_30_SEC", "INTERVAL_1_MIN", "INTERVAL_5_MIN", "INTERVAL_10_MIN", "INTERVAL_15_MIN"); err != nil {
			return err
		}
	}
	if l.FlowSampling < 0 || l.FlowSampling > 1 {
		return computeInvalid(field+"flowSampling", fmt.Sprint(l.FlowSampling), "Must be between 0.0 and 1.0.")
	}
	if l.Metadata != "" {
		if err := oneOf(field+"metadata", l.Metadata, "EXCLUDE_ALL_METADATA", "INCLUDE_ALL_METADATA", "CUSTOM_METADATA"); err != nil {
			return err
		}
	}
	return nil
}

// checkMetadataFields refuses the fields of a new subnetwork that its metadata
// does not take. A later change of the metadata leaves the fields as they were.
func checkMetadataFields(doc computeDoc) error {
	var s compute.Subnetwork
	if err := docInto(doc, &s); err != nil {
		return err
	}
	if l := s.LogConfig; l != nil && len(l.MetadataFields) > 0 && l.Metadata != "CUSTOM_METADATA" {
		return computeInvalid("resource.logConfig.metadataFields", strings.Join(l.MetadataFields, ","), "Metadata fields can only be set when metadata is CUSTOM_METADATA.")
	}
	return nil
}

// checkRangesInUse refuses a patch that takes away a secondary range that
// something needs.
func (v computeService) checkRangesInUse(name string, before, after computeDoc) error {
	var was, is compute.Subnetwork
	if err := docInto(before, &was); err != nil {
		return err
	}
	if err := docInto(after, &is); err != nil {
		return err
	}
	for _, r := range was.SecondaryIpRanges {
		kept := slices.ContainsFunc(is.SecondaryIpRanges, func(n *compute.SubnetworkSecondaryRange) bool {
			return n.RangeName == r.RangeName && n.IpCidrRange == r.IpCidrRange
		})
		if kept {
			continue
		}
		if users := v.s.usersOfCompute(name + "/" + r.RangeName); len(users) > 0 {
			return withReason("resourceInUseByAnotherResource", invalid("The subnetwork secondary range '%s' of '%s' is already being used by '%s'", r.RangeName, name, users[0]))
		}
	}
	return nil
}
