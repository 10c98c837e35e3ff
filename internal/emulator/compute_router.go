package emulator

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/compute/v1"
)

const (
	kindRouter = "computeRouters"
	// routerTakes is the usual time of Terraform's applies, a guess.
	routerTakes = 11 * time.Second
)

// routerKind serves Cloud Routers and the NAT gateways on them. Sessions with
// other routers are not modelled.
var routerKind = kind{
	name: kindRouter, host: computeHost, collection: true, standing: computeStands, errorForm: oldForm,
	permissions: routers.permissions(nil), denied: computeDenied,
	routes: func(s *Server) []route {
		v := computeService{s}
		const name = "{name=projects/*/regions/*/routers/*}"
		change := func(opType string) computeHandler {
			return func(ctx context.Context, c *computeCall) (any, error) {
				return routers.patch(ctx, v, c, computePatch{
					opType: opType, took: routerTakes, mutable: []string{"description", "bgp", "bgpPeers", "interfaces", "md5AuthenticationKeys", "nats"},
					check: func(v computeService, c *computeCall, name string, _, after computeDoc) error {
						return v.checkRouter(c, name, after)
					},
				})
			}
		}
		return append(routers.routes(v),
			v.write("PATCH", name, "PatchRouter", nil, change("patch")),
			v.read("GET", name+"/getNatMappingInfo", "GetNatMappingInfoRouters", nil, notModelledCompute("the mappings of a NAT gateway")),
			v.read("GET", name+"/getNatIpInfo", "GetNatIpInfoRouter", nil, notModelledCompute("the addresses of a NAT gateway")),
			v.read("GET", name+"/getRouterStatus", "GetRouterStatusRouter", nil, notModelledCompute("the state of a router")),
		)
	},
}

var routers = &computeCollection{
	kind: kindRouter, noun: "routers", one: "Router", word: "router", object: "compute#router",
	scopes: []string{"regions/*"}, typed: func() any { return &compute.Router{} },
	insertTakes: routerTakes, deleteTakes: routerTakes,
	complete: func(v computeService, c *computeCall, doc computeDoc) (*computeFailure, error) {
		network, err := v.networkOf(c, doc)
		if err != nil {
			return nil, err
		}
		doc["network"] = computeLink(network)
		return nil, v.checkRouter(c, c.fullName("routers", text(doc, "name")), doc)
	},
}

// checkRouter holds the rules for a router and its NAT gateways, and fills in
// what the service does.
func (v computeService) checkRouter(c *computeCall, name string, doc computeDoc) error {
	var r compute.Router
	if err := docInto(doc, &r); err != nil {
		return err
	}
	switch {
	case len(r.BgpPeers) > 0 || len(r.Interfaces) > 0 || len(r.Md5AuthenticationKeys) > 0:
		return notModelled("peers and interfaces of routers")
	case r.EncryptedInterconnectRouter || r.NccGateway != "" || r.Params != nil:
		return notModelled("routers for interconnects and gateways, and their tags")
	}
	if bgp, ok := doc["bgp"].(map[string]any); ok {
		if err := checkBgp(&r, bgp); err != nil {
			return err
		}
	}
	nats, _ := doc["nats"].([]any)
	var names []string
	for i, nat := range r.Nats {
		field := fmt.Sprintf("resource.nats[%d].", i)
		if !computeNamePattern.MatchString(nat.Name) {
			return computeInvalid(field+"name", nat.Name, "Must be a match of regex '"+computeNameForm+"'")
		}
		if slices.Contains(names, nat.Name) {
			return computeInvalid(field+"name", nat.Name, "NAT names must be unique within a router.")
		}
		names = append(names, nat.Name)
		shown, ok := nats[i].(map[string]any)
		if !ok {
			return computeInvalid(field+"name", nat.Name, "A NAT must be an object.")
		}
		if err := v.checkNat(c, field, &r, nat, shown); err != nil {
			return err
		}
	}
	return v.checkNatOverlap(name, &r)
}

func checkBgp(r *compute.Router, bgp computeDoc) error {
	private := r.Bgp.Asn >= 64512 && r.Bgp.Asn <= 65534 || r.Bgp.Asn >= 4200000000 && r.Bgp.Asn <= 4294967294 || r.Bgp.Asn == 16550
	if !private {
		return computeInvalid("resource.bgp.asn", strconv.FormatInt(r.Bgp.Asn, 10), "Local ASN must be a private ASN: 64512 to 65534, 4200000000 to 4294967294, or 16550.")
	}
	for key, standard := range map[string]any{"advertiseMode": "DEFAULT", "keepaliveInterval": 20} {
		if _, ok := bgp[key]; !ok {
			bgp[key] = standard
		}
	}
	if err := oneOf("resource.bgp.advertiseMode", text(bgp, "advertiseMode"), "DEFAULT", "CUSTOM"); err != nil {
		return err
	}
	if text(bgp, "advertiseMode") == "DEFAULT" && (len(r.Bgp.AdvertisedGroups) > 0 || len(r.Bgp.AdvertisedIpRanges) > 0) {
		return computeInvalid("resource.bgp.advertiseMode", "DEFAULT", "Custom advertisements need the mode CUSTOM.")
	}
	return nil
}

// natOptions are the values of enumerations of a NAT gateway.
var natOptions = struct{ allocate, sources, filters, endpoints []string }{
	allocate:  []string{"AUTO_ONLY", "MANUAL_ONLY"},
	sources:   []string{"ALL_SUBNETWORKS_ALL_IP_RANGES", "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES", "LIST_OF_SUBNETWORKS"},
	filters:   []string{"ALL", "ERRORS_ONLY", "TRANSLATIONS_ONLY"},
	endpoints: []string{"ENDPOINT_TYPE_VM", "ENDPOINT_TYPE_SWG", "ENDPOINT_TYPE_MANAGED_PROXY_LB"},
}

func (v computeService) checkNat(c *computeCall, field string, r *compute.Router, nat *compute.RouterNat, shown computeDoc) error {
	switch {
	case nat.Type != "" && nat.Type != "PUBLIC":
		return notModelled("private NAT gateways")
	case len(nat.Rules) > 0:
		return notModelled("rules of NAT gateways")
	case len(nat.Nat64Subnetworks) > 0 || nat.SourceSubnetworkIpRangesToNat64 != "":
		return notModelled("NAT64")
	}
	if err := oneOf(field+"natIpAllocateOption", nat.NatIpAllocateOption, natOptions.allocate...); err != nil {
		return err
	}
	if err := oneOf(field+"sourceSubnetworkIpRangesToNat", nat.SourceSubnetworkIpRangesToNat, natOptions.sources...); err != nil {
		return err
	}
	for _, e := range nat.EndpointTypes {
		if err := oneOf(field+"endpointTypes", e, natOptions.endpoints...); err != nil {
			return err
		}
	}
	if log, ok := shown["logConfig"].(map[string]any); ok {
		if _, set := log["filter"]; !set {
			log["filter"] = "ALL"
		}
		if err := oneOf(field+"logConfig.filter", text(log, "filter"), natOptions.filters...); err != nil {
			return err
		}
	}
	if err := checkNatPorts(field, nat); err != nil {
		return err
	}
	// What a recorded gateway shows that was not set.
	standard := computeDoc{"type": "PUBLIC", "autoNetworkTier": "PREMIUM", "enableEndpointIndependentMapping": false, "endpointTypes": []any{"ENDPOINT_TYPE_VM"}}
	for key, value := range standard {
		if _, ok := shown[key]; !ok {
			shown[key] = value
		}
	}
	shown["effectiveTcpTimeWaitTimeoutSec"] = 30
	if nat.TcpTimeWaitTimeoutSec > 0 {
		shown["effectiveTcpTimeWaitTimeoutSec"] = nat.TcpTimeWaitTimeoutSec
	}
	if err := v.checkNatAddresses(c, field, nat, shown); err != nil {
		return err
	}
	return v.checkNatSubnetworks(c, field, r, nat, shown)
}

func checkNatPorts(field string, nat *compute.RouterNat) error {
	power := func(n int64) bool { return n&(n-1) == 0 }
	const most = 65536
	switch {
	case nat.MinPortsPerVm < 0 || nat.MinPortsPerVm > most:
		return computeInvalid(field+"minPortsPerVm", fmt.Sprint(nat.MinPortsPerVm), "Must be between 2 and 65536.")
	case nat.MaxPortsPerVm > 0 && !nat.EnableDynamicPortAllocation:
		return computeInvalid(field+"maxPortsPerVm", fmt.Sprint(nat.MaxPortsPerVm), "Max ports per VM can only be set with dynamic port allocation.")
	case nat.EnableDynamicPortAllocation && nat.EnableEndpointIndependentMapping:
		return computeInvalid(field+"enableDynamicPortAllocation", "true", "Dynamic port allocation cannot be used with endpoint independent mapping.")
	case nat.EnableDynamicPortAllocation && (!power(nat.MinPortsPerVm) || !power(nat.MaxPortsPerVm)):
		return computeInvalid(field+"minPortsPerVm", fmt.Sprint(nat.MinPortsPerVm), "Ports per VM must be powers of two with dynamic port allocation.")
	case nat.EnableDynamicPortAllocation && nat.MaxPortsPerVm > 0 && nat.MaxPortsPerVm <= nat.MinPortsPerVm:
		return computeInvalid(field+"maxPortsPerVm", fmt.Sprint(nat.MaxPortsPerVm), "Max ports per VM must be greater than min ports per VM.")
	}
	return nil
}

func (v computeService) checkNatAddresses(c *computeCall, field string, nat *compute.RouterNat, shown computeDoc) error {
	if nat.NatIpAllocateOption == "AUTO_ONLY" {
		if len(nat.NatIps) > 0 {
			return computeInvalid(field+"natIps", strings.Join(nat.NatIps, ","), "NAT IPs cannot be specified with AUTO_ONLY.")
		}
		return nil
	}
	if len(nat.NatIps) == 0 {
		return computeRequired(field + "natIps")
	}
	for _, key := range []string{"natIps", "drainNatIps"} {
		links, _ := shown[key].([]any)
		for i := range links {
			name, err := v.reference(c, field+key, fmt.Sprint(links[i]), "regions", "addresses")
			if err != nil {
				return err
			}
			doc, err := v.ready(kindAddress, name)
			if err != nil {
				return err
			}
			if text(doc, "addressType") != "EXTERNAL" {
				return computeInvalid(field+key, fmt.Sprint(links[i]), "NAT IPs must be external addresses.")
			}
			links[i] = computeLink(name)
		}
	}
	return nil
}

func (v computeService) checkNatSubnetworks(c *computeCall, field string, r *compute.Router, nat *compute.RouterNat, shown computeDoc) error {
	listed := nat.SourceSubnetworkIpRangesToNat == "LIST_OF_SUBNETWORKS"
	if listed != (len(nat.Subnetworks) > 0) {
		return computeInvalid(field+"subnetworks", fmt.Sprint(len(nat.Subnetworks)), "Subnetworks must be specified with LIST_OF_SUBNETWORKS, and only then.")
	}
	subnets, _ := shown["subnetworks"].([]any)
	for i, s := range nat.Subnetworks {
		name, err := v.reference(c, field+"subnetworks", s.Name, "regions", "subnetworks")
		if err != nil {
			return err
		}
		doc, err := v.ready(kindSubnetwork, name)
		if err != nil {
			return err
		}
		if text(doc, "network") != r.Network || text(doc, "region") != r.Region {
			return computeInvalid(field+"subnetworks", s.Name, "The subnetwork must be in the network and region of the router.")
		}
		if len(s.SourceIpRangesToNat) == 0 {
			return computeRequired(field + "subnetworks.sourceIpRangesToNat")
		}
		for _, source := range s.SourceIpRangesToNat {
			if err := oneOf(field+"subnetworks.sourceIpRangesToNat", source, "ALL_IP_RANGES", "PRIMARY_IP_RANGE", "LIST_OF_SECONDARY_IP_RANGES"); err != nil {
				return err
			}
		}
		if entry, ok := subnets[i].(map[string]any); ok {
			entry["name"] = computeLink(name)
		}
	}
	return nil
}

// checkNatOverlap refuses two gateways in a network and region that serve the
// same subnetworks.
func (v computeService) checkNatOverlap(name string, r *compute.Router) error {
	all, err := v.objects(kindRouter, "", true)
	if err != nil {
		return err
	}
	type claim struct{ router, nat string }
	taken := map[string]claim{}
	everything := ""
	add := func(router string, nats []*compute.RouterNat) error {
		for _, nat := range nats {
			key := []string{everything}
			if nat.SourceSubnetworkIpRangesToNat == "LIST_OF_SUBNETWORKS" {
				key = nil
				for _, s := range nat.Subnetworks {
					key = append(key, computeName(s.Name))
				}
			}
			for _, k := range key {
				have, ok := taken[k]
				if !ok && k != everything {
					have, ok = taken[everything]
				}
				if ok {
					return computeInvalid("resource.nats", nat.Name, fmt.Sprintf("NAT %s of router %s serves subnetworks that NAT %s serves already.", have.nat, have.router, nat.Name))
				}
				if k == everything && len(taken) > 0 {
					return computeInvalid("resource.nats", nat.Name, "A NAT for all subnetworks cannot be used next to another one.")
				}
				taken[k] = claim{router, nat.Name}
			}
		}
		return nil
	}
	for _, o := range all {
		var other compute.Router
		if err := docInto(o.doc, &other); err != nil {
			return err
		}
		if o.name == name || other.Network != r.Network || other.Region != r.Region {
			continue
		}
		if err := add(other.Name, other.Nats); err != nil {
			return err
		}
	}
	return add(r.Name, r.Nats)
}
