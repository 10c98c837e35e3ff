package emulator

import (
	"context"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/compute/v1"
)

const (
	kindNetwork = "computeNetworks"
	// What operations take: the usual times of Terraform's applies, a guess.
	networkTakes      = 11 * time.Second
	networkPatchTakes = 5 * time.Second
)

// networkKind serves VPC networks in custom mode.
var networkKind = kind{
	name: kindNetwork, host: computeHost, collection: true, standing: computeStands, errorForm: oldForm,
	permissions: networks.permissions(nil), denied: computeDenied,
	routes: func(s *Server) []route {
		v := computeService{s}
		const name = "{name=projects/*/global/networks/*}"
		return append(networks.routes(v),
			v.write("PATCH", name, "PatchNetwork", nil, func(ctx context.Context, c *computeCall) (any, error) {
				return networks.patch(ctx, v, c, computePatch{
					opType: "compute.networks.patch", took: networkPatchTakes,
					mutable: []string{"description", "mtu", "networkFirewallPolicyEnforcementOrder", "routingConfig"},
					check: func(_ computeService, _ *computeCall, _ string, _, after computeDoc) error {
						return checkNetwork(after)
					},
				})
			}),
			v.write("POST", name+"/removePeering", "RemovePeeringNetwork", nil, notModelledCompute("peerings of networks")),
			v.write("POST", name+"/addPeering", "AddPeeringNetwork", nil, notModelledCompute("peerings of networks")),
			v.write("POST", name+"/switchToCustomMode", "SwitchToCustomModeNetwork", nil, notModelledCompute("networks in auto mode")),
		)
	},
}

func notModelledCompute(what string) computeHandler {
	return func(context.Context, *computeCall) (any, error) { return nil, notModelled("%s", what) }
}

var networks = &computeCollection{
	kind: kindNetwork, noun: "networks", one: "Network", word: "network", object: "compute#network",
	scopes: []string{"global"}, typed: func() any { return &compute.Network{} },
	outputs:     []string{"firewallPolicy", "gatewayIPv4", "subnetworks", "peerings"},
	insertTakes: networkTakes, deleteTakes: networkTakes, lateUse: true,
	complete: func(_ computeService, _ *computeCall, doc computeDoc) (*computeFailure, error) {
		switch auto, ok := doc["autoCreateSubnetworks"].(bool); {
		case auto:
			return nil, notModelled("networks in auto mode")
		case !ok:
			// Without the field the network would be of the legacy kind.
			return nil, computeInvalid("resource.autoCreateSubnetworks", "", "Legacy networks can no longer be created.")
		}
		if _, ok := doc["networkFirewallPolicyEnforcementOrder"]; !ok {
			doc["networkFirewallPolicyEnforcementOrder"] = "AFTER_CLASSIC_FIREWALL"
		}
		routing := computeDoc{"routingMode": "REGIONAL", "bgpBestPathSelectionMode": "LEGACY"}
		if given, ok := doc["routingConfig"].(map[string]any); ok {
			routing = mergeDoc(routing, given)
		}
		doc["routingConfig"] = routing
		doc["selfLinkWithId"] = computeLink(computeName(strings.TrimSuffix(text(doc, "selfLink"), text(doc, "name"))) + text(doc, "id"))
		return nil, checkNetwork(doc)
	},
	show:     showNetwork,
	users:    networkUsers,
	inserted: func(v computeService, c *computeCall, name string) error { return v.addDefaultRoute(c, name) },
	deleted:  func(v computeService, _ *computeCall, name string) error { return v.dropRoutes(name) },
}

// checkNetwork holds the rules for what a user may set.
func checkNetwork(doc computeDoc) error {
	var n compute.Network
	if err := docInto(doc, &n); err != nil {
		return err
	}
	switch {
	case n.EnableUlaInternalIpv6 || n.InternalIpv6Range != "":
		return notModelled("IPv6 in networks")
	case n.NetworkProfile != "":
		return notModelled("network profiles")
	case n.IPv4Range != "":
		return computeInvalid("resource.IPv4Range", n.IPv4Range, "Legacy networks can no longer be created.")
	case n.Params != nil:
		return notModelled("resource manager tags of networks")
	case len(n.AdditionalTags) > 0:
		return notModelled("additional tags of networks")
	}
	if err := oneOf("resource.networkFirewallPolicyEnforcementOrder", n.NetworkFirewallPolicyEnforcementOrder, "AFTER_CLASSIC_FIREWALL", "BEFORE_CLASSIC_FIREWALL"); err != nil {
		return err
	}
	if err := oneOf("resource.routingConfig.routingMode", n.RoutingConfig.RoutingMode, "REGIONAL", "GLOBAL"); err != nil {
		return err
	}
	if n.RoutingConfig.BgpBestPathSelectionMode != "LEGACY" || n.RoutingConfig.BgpInterRegionCost != "" || n.RoutingConfig.BgpAlwaysCompareMed {
		return notModelled("other modes of best path selection than LEGACY")
	}
	const least, most = 1300, 8896
	if _, set := doc["mtu"]; set && (n.Mtu < least || n.Mtu > most) {
		return computeInvalid("resource.mtu", strconv.FormatInt(n.Mtu, 10), "MTU must be between 1300 and 8896.")
	}
	const longest = 2048
	if len(n.Description) > longest {
		return computeInvalid("resource.description", n.Description, "Must be at most 2048 characters long")
	}
	return nil
}

// oneOf refuses a value that the API's enumeration lacks.
func oneOf(field, value string, known ...string) error {
	for _, k := range known {
		if value == k {
			return nil
		}
	}
	return withReason("invalid", invalid("Invalid value for field '%s': '%s'. Must be one of [%s]", field, value, strings.Join(known, ", ")))
}

// showNetwork adds the links of what lies in a network or is attached to it.
func showNetwork(v computeService, name string, doc computeDoc) (computeDoc, error) {
	out := mergeDoc(doc, nil)
	subnets, err := v.objects(kindSubnetwork, "", false)
	if err != nil {
		return nil, err
	}
	var links []string
	for _, s := range subnets {
		if computeName(text(s.doc, "network")) == name {
			links = append(links, text(s.doc, "selfLink"))
		}
	}
	if len(links) > 0 {
		out["subnetworks"] = links
	}
	policy, err := v.policyOf(name)
	if policy != "" {
		out["firewallPolicy"] = computeLink(policy)
	}
	return out, err
}

// networkUsers names what needs a network. The default route goes with it.
func networkUsers(v computeService, name string, _ computeDoc) ([]string, error) {
	var users []string
	for _, kindName := range []string{kindSubnetwork, kindRouter, kindFirewall, kindAddress, kindForwardingRule, kindRoute} {
		for _, e := range v.s.store.List(kindName, "") {
			var r computeRecord
			if err := decode(e.Value, &r); err != nil {
				return nil, err
			}
			doc, busy := r.at(v.s.now())
			if doc == nil && busy {
				doc = r.Next
			}
			if doc != nil && !r.Auto && computeName(text(doc, "network")) == name {
				users = append(users, e.Name)
			}
		}
	}
	policy, err := v.policyOf(name)
	if err != nil {
		return nil, err
	}
	if policy != "" {
		users = append(users, policy)
	}
	return append(users, v.s.usersOfCompute(name)...), nil
}
