package emulator

import (
	"context"
	"fmt"
	"net/netip"
	"path"
	"strconv"
	"time"

	"google.golang.org/api/compute/v1"
)

const (
	kindAddress = "computeAddresses"
	// What operations take: the usual times of Terraform's applies, a guess.
	addressTakes = 5 * time.Second
	labelsTake   = 2 * time.Second
)

// addressKind serves reserved addresses, of a region and global.
var addressKind = kind{
	name: kindAddress, host: computeHost, collection: true, standing: computeStands, errorForm: oldForm,
	permissions: addresses.permissions(nil), denied: computeDenied,
	routes: func(s *Server) []route {
		v := computeService{s}
		labels := func(ctx context.Context, c *computeCall) (any, error) {
			return addresses.setLabels(ctx, v, c, labelsTake)
		}
		return append(addresses.routes(v),
			v.write("POST", "{name=projects/*/global/addresses/*}/setLabels", "SetLabelsGlobalAddress", nil, labels),
			v.write("POST", "{name=projects/*/regions/*/addresses/*}/setLabels", "SetLabelsAddress", nil, labels))
	},
}

var addresses = &computeCollection{
	kind: kindAddress, noun: "addresses", one: "Address", word: "address", object: "compute#address",
	scopes: []string{"global", "regions/*"}, typed: func() any { return &compute.Address{} },
	// The API ignores the labels of an insert: its reference says that only
	// setLabels sets them, and recorded replies show it.
	outputs:     []string{"labels", "labelFingerprint", "status", "users"},
	insertTakes: addressTakes, deleteTakes: addressTakes,
	complete: completeAddress,
	show: func(v computeService, name string, doc computeDoc) (computeDoc, error) {
		users, err := addressUsers(v, name, doc)
		out := mergeDoc(doc, computeDoc{"status": "RESERVED"})
		if len(users) > 0 {
			for i := range users {
				users[i] = computeLink(users[i])
			}
			out["status"], out["users"] = "IN_USE", users
		}
		return out, err
	},
	users: addressUsers,
}

// completeAddress checks a new address and allocates it.
func completeAddress(v computeService, c *computeCall, doc computeDoc) (*computeFailure, error) {
	for key, standard := range map[string]any{"addressType": "EXTERNAL", "description": "", "networkTier": "PREMIUM", "labelFingerprint": noLabels} {
		if _, ok := doc[key]; !ok {
			doc[key] = standard
		}
	}
	var a compute.Address
	if err := docInto(doc, &a); err != nil {
		return nil, err
	}
	switch {
	case a.IpVersion != "" && a.IpVersion != "IPV4" || a.Ipv6EndpointType != "":
		return nil, notModelled("IPv6 addresses")
	case a.IpCollection != "" || a.NetworkAttachment != "" || a.ServiceClassId != "":
		return nil, notModelled("addresses from collections and for network attachments")
	case a.NetworkTier != "PREMIUM":
		if err := oneOf("resource.networkTier", a.NetworkTier, "PREMIUM", "STANDARD"); err != nil {
			return nil, err
		}
		return nil, notModelled("addresses of the standard tier")
	}
	if err := oneOf("resource.addressType", a.AddressType, "EXTERNAL", "INTERNAL"); err != nil {
		return nil, err
	}
	if c.scope == "global" {
		return nil, v.completeGlobalAddress(c, &a, doc)
	}
	return nil, v.completeRegionalAddress(c, &a, doc)
}

func (v computeService) completeRegionalAddress(c *computeCall, a *compute.Address, doc computeDoc) error {
	if a.Network != "" || a.PrefixLength != 0 {
		return computeInvalid("resource.network", a.Network, "Network and prefix length can only be set for global internal addresses.")
	}
	if a.AddressType == "EXTERNAL" {
		if a.Subnetwork != "" || a.Purpose != "" || a.Address != "" {
			return computeInvalid("resource.addressType", a.AddressType, "Subnetwork, purpose and address cannot be specified for a new external address.")
		}
		return v.allocateExternal(doc)
	}
	switch a.Purpose {
	case "":
		doc["purpose"] = "GCE_ENDPOINT"
	case "GCE_ENDPOINT", "SHARED_LOADBALANCER_VIP":
	case "VPC_PEERING", "PRIVATE_SERVICE_CONNECT":
		return computeInvalid("resource.purpose", a.Purpose, "The purpose is for global addresses.")
	default:
		return notModelled("regional addresses with the purpose %s", a.Purpose)
	}
	if a.Subnetwork == "" {
		return computeRequired("resource.subnetwork")
	}
	name, err := v.reference(c, "resource.subnetwork", a.Subnetwork, "regions", "subnetworks")
	if err != nil {
		return err
	}
	subnet, err := v.ready(kindSubnetwork, name)
	if err != nil {
		return err
	}
	// A service project reserves addresses of its own in its host's subnetwork; see
	// https://cloud.google.com/vpc/docs/provisioning-shared-vpc. That the one is
	// attached to the other is not modelled.
	if path.Base(text(subnet, "region")) != c.region() {
		return computeInvalid("resource.subnetwork", a.Subnetwork, "The subnetwork must be in the region of the address.")
	}
	if p := text(subnet, "purpose"); p != "PRIVATE" {
		return computeInvalid("resource.subnetwork", a.Subnetwork, "Addresses cannot be reserved in a subnetwork with purpose "+p+".")
	}
	doc["subnetwork"] = text(subnet, "selfLink")
	ip, err := v.allocateIn(subnet, "resource.address", a.Address)
	doc["address"] = ip
	return err
}

func (v computeService) completeGlobalAddress(c *computeCall, a *compute.Address, doc computeDoc) error {
	if a.Subnetwork != "" {
		return computeInvalid("resource.subnetwork", a.Subnetwork, "Subnetwork cannot be specified for global addresses.")
	}
	if a.AddressType == "EXTERNAL" {
		if a.Network != "" || a.Purpose != "" || a.PrefixLength != 0 || a.Address != "" {
			return computeInvalid("resource.addressType", a.AddressType, "Network, purpose, prefix length and address cannot be specified for a new external address.")
		}
		return v.allocateExternal(doc)
	}
	if err := oneOf("resource.purpose", a.Purpose, "VPC_PEERING", "PRIVATE_SERVICE_CONNECT"); err != nil {
		return err
	}
	network, err := v.networkOf(c, doc)
	if err != nil {
		return err
	}
	doc["network"] = computeLink(network)
	if a.Purpose == "PRIVATE_SERVICE_CONNECT" {
		if a.PrefixLength != 0 {
			return computeInvalid("resource.prefixLength", strconv.FormatInt(a.PrefixLength, 10), "Prefix length cannot be set for purpose PRIVATE_SERVICE_CONNECT.")
		}
		if a.Address == "" {
			return computeRequired("resource.address")
		}
		ip, err := netip.ParseAddr(a.Address)
		if err != nil || !ip.Is4() {
			return computeInvalid("resource.address", a.Address, "Must be an IPv4 address.")
		}
		return v.checkFree(network, "resource.address", netip.PrefixFrom(ip, ip.BitLen()))
	}
	const shortest, longest = 8, 30
	if a.PrefixLength < shortest || a.PrefixLength > longest {
		return computeInvalid("resource.prefixLength", strconv.FormatInt(a.PrefixLength, 10), fmt.Sprintf("Prefix length must be between %d and %d.", shortest, longest))
	}
	if a.Address != "" {
		p, err := parseRange("resource.address", a.Address+"/"+strconv.FormatInt(a.PrefixLength, 10))
		if err != nil {
			return err
		}
		return v.checkFree(network, "resource.address", p)
	}
	p, err := v.freeRange(network, int(a.PrefixLength))
	doc["address"] = p.Addr().String()
	return err
}

// addressUsers names what uses an address: forwarding rules and NAT gateways.
func addressUsers(v computeService, name string, doc computeDoc) ([]string, error) {
	var users []string
	rules, err := v.objects(kindForwardingRule, "", true)
	if err != nil {
		return nil, err
	}
	for _, o := range rules {
		if text(o.doc, ruleAddress) == name {
			users = append(users, o.name)
		}
	}
	if text(doc, "addressType") != "EXTERNAL" {
		return users, nil
	}
	all, err := v.objects(kindRouter, "", true)
	if err != nil {
		return nil, err
	}
	for _, o := range all {
		var r compute.Router
		if err := docInto(o.doc, &r); err != nil {
			return nil, err
		}
		for _, nat := range r.Nats {
			for _, ip := range append(nat.NatIps, nat.DrainNatIps...) {
				if computeName(ip) == name {
					users = append(users, o.name)
				}
			}
		}
	}
	return users, nil
}
