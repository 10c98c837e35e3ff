package emulator

import (
	"context"
	"net/netip"
	"path"
	"regexp"
	"strings"
	"time"

	"google.golang.org/api/compute/v1"
)

const (
	kindForwardingRule = "computeForwardingRules"
	// forwardingRuleTakes is the usual time of Terraform's applies, a guess.
	forwardingRuleTakes = 11 * time.Second
	// ruleAddress is the key under which a stored rule keeps the name of the
	// address that it uses, and ruleAttachment that of the service attachment.
	// No reply shows them.
	ruleAddress    = "_address"
	ruleAttachment = "_attachment"
)

// forwardingRuleKind serves the endpoints of Private Service Connect: those of a
// region to a service attachment, and global ones to Google's APIs. Load
// balancers are not modelled.
var forwardingRuleKind = kind{
	name: kindForwardingRule, host: computeHost, collection: true, standing: computeStands, errorForm: oldForm,
	permissions: forwardingRules.permissions(nil), denied: computeDenied,
	routes: func(s *Server) []route {
		v := computeService{s}
		labels := func(ctx context.Context, c *computeCall) (any, error) {
			return forwardingRules.setLabels(ctx, v, c, labelsTake)
		}
		patch := func(ctx context.Context, c *computeCall) (any, error) {
			return forwardingRules.patch(ctx, v, c, computePatch{
				opType: "patch", took: forwardingRuleTakes, fingerprint: true, mutable: []string{"allowPscGlobalAccess"},
			})
		}
		const global, regional = "{name=projects/*/global/forwardingRules/*}", "{name=projects/*/regions/*/forwardingRules/*}"
		return append(forwardingRules.routes(v),
			v.write("PATCH", regional, "PatchForwardingRule", nil, patch),
			v.write("PATCH", global, "PatchGlobalForwardingRule", nil, notModelledCompute("changes of global endpoints")),
			v.write("POST", global+"/setLabels", "SetLabelsGlobalForwardingRule", nil, labels),
			v.write("POST", regional+"/setLabels", "SetLabelsForwardingRule", nil, labels),
			v.write("POST", global+"/setTarget", "SetTargetGlobalForwardingRule", nil, notModelledCompute("another target of a forwarding rule")),
			v.write("POST", regional+"/setTarget", "SetTargetForwardingRule", nil, notModelledCompute("another target of a forwarding rule")))
	},
}

var forwardingRules = &computeCollection{
	kind: kindForwardingRule, noun: "forwardingRules", one: "ForwardingRule", word: "forwarding rule", object: "compute#forwardingRule",
	scopes: []string{"global", "regions/*"}, typed: func() any { return &compute.ForwardingRule{} },
	// As for addresses, only setLabels sets labels.
	outputs:     []string{"labels", "labelFingerprint", "pscConnectionId", "pscConnectionStatus", "serviceName", "baseForwardingRule"},
	insertTakes: forwardingRuleTakes, deleteTakes: forwardingRuleTakes,
	complete: completeForwardingRule,
	show:     showForwardingRule,
	// Recorded operations on a global endpoint have types of their own.
	typeOf: func(scope, standard string) string {
		switch {
		case scope != "global":
			return standard
		case standard == "insert":
			return "createPSCServiceEndpoint"
		}
		return "deletePscForwardingRule"
	},
}

func completeForwardingRule(v computeService, c *computeCall, doc computeDoc) (*computeFailure, error) {
	var r compute.ForwardingRule
	if err := docInto(doc, &r); err != nil {
		return nil, err
	}
	switch {
	case r.LoadBalancingScheme != "" || r.BackendService != "" || r.Target == "":
		return nil, notModelled("forwarding rules of load balancers")
	case r.IpVersion != "" && r.IpVersion != "IPV4":
		return nil, notModelled("IPv6 forwarding rules")
	case r.NoAutomateDnsZone || len(r.IPAddresses) > 0 || r.IpCollection != "" || len(r.AttachedExtensions) > 0 || r.AvailabilityGroup != "":
		return nil, notModelled("this setting of a Private Service Connect endpoint")
	case r.AllPorts || len(r.Ports) > 0 || r.PortRange != "" || len(r.SourceIpRanges) > 0 || len(r.MetadataFilters) > 0 || r.AllowGlobalAccess || r.IsMirroringCollector || r.ServiceLabel != "":
		return nil, computeInvalid("resource", "", "Ports, source ranges, service labels and global access of load balancers cannot be set for a Private Service Connect endpoint.")
	case r.IPProtocol != "" && r.IPProtocol != "TCP":
		return nil, computeInvalid("resource.IPProtocol", r.IPProtocol, "The protocol cannot be set for a Private Service Connect endpoint.")
	case r.NetworkTier != "" && r.NetworkTier != "PREMIUM":
		return nil, computeInvalid("resource.networkTier", r.NetworkTier, "A Private Service Connect endpoint uses the premium tier.")
	}
	delete(doc, "loadBalancingScheme")
	network, err := v.networkOf(c, doc)
	if err != nil {
		return nil, err
	}
	for key, value := range map[string]any{
		"network": computeLink(network), "IPProtocol": "TCP", "networkTier": "PREMIUM", "labelFingerprint": noLabels, "pscConnectionId": v.newID(),
	} {
		doc[key] = value
	}
	if _, ok := doc["description"]; !ok {
		doc["description"] = ""
	}
	if c.scope == "global" {
		err = v.completeGlobalEndpoint(c, network, &r, doc)
	} else {
		err = v.completeEndpoint(c, network, &r, doc)
	}
	doc["fingerprint"] = fingerprintOf(doc)
	return nil, err
}

// completeEndpoint is an endpoint to a service attachment.
func (v computeService) completeEndpoint(c *computeCall, network string, r *compute.ForwardingRule, doc computeDoc) error {
	target, err := v.reference(c, "resource.target", r.Target, "regions", "serviceAttachments")
	if err != nil {
		return err
	}
	if !strings.Contains(target, "/"+c.scope+"/") {
		return computeInvalid("resource.target", r.Target, "The service attachment must be in the region of the forwarding rule.")
	}
	if _, ok := v.s.findServiceAttachment(target); !ok {
		return computeNotFound(target)
	}
	doc["target"], doc[ruleAttachment] = computeLink(target), target
	if _, ok := doc["serviceDirectoryRegistrations"]; ok {
		return notModelled("Service Directory registrations of endpoints")
	}
	return v.endpointAddress(c, network, r, doc)
}

// endpointAddress resolves the address of an endpoint: a reserved one by its
// link or its number, or a free one of a subnetwork.
func (v computeService) endpointAddress(c *computeCall, network string, r *compute.ForwardingRule, doc computeDoc) error {
	name := ""
	if ip, err := netip.ParseAddr(r.IPAddress); err == nil {
		all, err := v.objects(kindAddress, c.parent(), true)
		if err != nil {
			return err
		}
		for _, o := range all {
			if text(o.doc, "address") != ip.String() || text(o.doc, "addressType") != "INTERNAL" {
				continue
			}
			subnet, _, err := v.standing(kindSubnetwork, computeName(text(o.doc, "subnetwork")))
			if err == nil && computeName(text(subnet, "network")) == network {
				name = o.name
			}
		}
	} else if r.IPAddress != "" {
		if name, err = v.reference(c, "resource.IPAddress", r.IPAddress, "regions", "addresses"); err != nil {
			return err
		}
	}
	if name == "" {
		return v.ephemeralAddress(c, network, r, doc)
	}
	a, err := v.ready(kindAddress, name)
	if err != nil {
		return err
	}
	subnet, _, err := v.standing(kindSubnetwork, computeName(text(a, "subnetwork")))
	if err != nil || computeName(text(subnet, "network")) != network || text(a, "region") != text(doc, "region") {
		return computeInvalid("resource.IPAddress", r.IPAddress, "The IP address must be an internal address in the network and region of the forwarding rule.")
	}
	users, err := addressUsers(v, name, a)
	if err != nil {
		return err
	}
	if len(users) > 0 {
		return computeInvalid("resource.IPAddress", r.IPAddress, "Specified IP address is in-use and would result in a conflict.")
	}
	doc["IPAddress"], doc[ruleAddress] = text(a, "address"), name
	delete(doc, "subnetwork")
	return nil
}

// ephemeralAddress takes an address of the subnetwork that the rule names.
func (v computeService) ephemeralAddress(c *computeCall, network string, r *compute.ForwardingRule, doc computeDoc) error {
	if r.Subnetwork == "" {
		if r.IPAddress == "" {
			return computeRequired("resource.IPAddress")
		}
		return computeInvalid("resource.IPAddress", r.IPAddress, "The IP address must be a reserved internal address in the network and region of the forwarding rule.")
	}
	name, err := v.reference(c, "resource.subnetwork", r.Subnetwork, "regions", "subnetworks")
	if err != nil {
		return err
	}
	subnet, err := v.ready(kindSubnetwork, name)
	if err != nil {
		return err
	}
	if computeName(text(subnet, "network")) != network || path.Base(text(subnet, "region")) != c.region() {
		return computeInvalid("resource.subnetwork", r.Subnetwork, "The subnetwork must be in the network and region of the forwarding rule.")
	}
	doc["subnetwork"] = text(subnet, "selfLink")
	ip, err := v.allocateIn(subnet, "resource.IPAddress", r.IPAddress)
	doc["IPAddress"] = ip
	return err
}

// googleEndpointName is the rule for the names of endpoints to Google's APIs.
var googleEndpointName = regexp.MustCompile(`^[a-z][a-z0-9]{0,19}$`)

// completeGlobalEndpoint is an endpoint to a bundle of Google's APIs.
func (v computeService) completeGlobalEndpoint(c *computeCall, network string, r *compute.ForwardingRule, doc computeDoc) error {
	if err := oneOf("resource.target", r.Target, "all-apis", "vpc-sc"); err != nil {
		return notModelled("global forwarding rules to other targets than all-apis and vpc-sc")
	}
	if !googleEndpointName.MatchString(r.Name) {
		return computeInvalid("resource.name", r.Name, "The name of a Private Service Connect endpoint for Google APIs must be 1 to 20 characters long, have lowercase letters and numbers only, and begin with a letter.")
	}
	if r.Subnetwork != "" || r.AllowPscGlobalAccess {
		return computeInvalid("resource.subnetwork", r.Subnetwork, "Subnetwork and global access cannot be set for an endpoint for Google APIs.")
	}
	all, err := v.objects(kindForwardingRule, c.parent(), true)
	if err != nil {
		return err
	}
	var a computeDoc
	name := ""
	if _, parseErr := netip.ParseAddr(r.IPAddress); parseErr == nil {
		reserved, err := v.objects(kindAddress, c.parent(), true)
		if err != nil {
			return err
		}
		for _, o := range reserved {
			if text(o.doc, "address") == r.IPAddress && computeName(text(o.doc, "network")) == network {
				name = o.name
			}
		}
		if name == "" {
			return computeInvalid("resource.IPAddress", r.IPAddress, "The IP address must be a reserved global internal address in the network, with purpose PRIVATE_SERVICE_CONNECT.")
		}
	} else if name, err = v.reference(c, "resource.IPAddress", r.IPAddress, "global", "addresses"); err != nil {
		return err
	}
	if a, err = v.ready(kindAddress, name); err != nil {
		return err
	}
	if text(a, "purpose") != "PRIVATE_SERVICE_CONNECT" || computeName(text(a, "network")) != network {
		return computeInvalid("resource.IPAddress", r.IPAddress, "The IP address must be a reserved global internal address in the network, with purpose PRIVATE_SERVICE_CONNECT.")
	}
	for _, o := range all {
		if text(o.doc, ruleAddress) == name {
			return computeInvalid("resource.IPAddress", r.IPAddress, "Specified IP address is in-use and would result in a conflict.")
		}
	}
	n, _, err := v.standing(kindNetwork, network)
	if err != nil {
		return err
	}
	doc["IPAddress"], doc[ruleAddress] = text(a, "address"), name
	if _, ok := doc["serviceDirectoryRegistrations"]; ok {
		return notModelled("Service Directory registrations of endpoints")
	}
	doc["serviceDirectoryRegistrations"] = []any{computeDoc{"namespace": "goog-psc-" + text(n, "name") + "-" + text(n, "id"), "serviceDirectoryRegion": "us-central1"}}
	return nil
}

// showForwardingRule adds the state of the connection: the producer accepts the
// consumer's project, has not yet, or is gone.
func showForwardingRule(v computeService, _ string, doc computeDoc) (computeDoc, error) {
	out := mergeDoc(doc, computeDoc{ruleAddress: nil, ruleAttachment: nil})
	target := text(doc, ruleAttachment)
	if target == "" {
		return out, nil
	}
	accepts, ok := v.s.findServiceAttachment(target)
	switch {
	case !ok:
		out["pscConnectionStatus"] = "CLOSED"
	case accepts(projectOf(computeName(text(doc, "selfLink")))):
		out["pscConnectionStatus"] = "ACCEPTED"
	default:
		out["pscConnectionStatus"] = "PENDING"
	}
	return out, nil
}
