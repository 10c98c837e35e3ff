package emulator

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"google.golang.org/api/compute/v1"
)

const (
	kindSubnetwork = "computeSubnetworks"
	// What operations take: the usual times of Terraform's applies, a guess.
	subnetworkTakes      = 12 * time.Second
	subnetworkPatchTakes = 11 * time.Second
)

// subnetworkKind serves subnetworks with IPv4 ranges.
var subnetworkKind = kind{
	name: kindSubnetwork, host: computeHost, collection: true, standing: computeStands, errorForm: oldForm,
	permissions: subnetworks.permissions(map[string]string{"ExpandIpCidrRangeSubnetwork": "expandIpCidrRange", "SetPrivateIpGoogleAccessSubnetwork": "setPrivateIpGoogleAccess", "SetIamPolicySubnetwork": "setIamPolicy", "GetIamPolicySubnetwork": "getIamPolicy"}), denied: computeDenied,
	routes: func(s *Server) []route {
		v := computeService{s}
		const name, resource = "{name=projects/*/regions/*/subnetworks/*}", "{name=projects/*/regions/*/subnetworks/*}"
		out := append(subnetworks.routes(v),
			v.write("PATCH", name, "PatchSubnetwork", []string{"drainTimeoutSeconds"}, v.patchSubnetwork),
			v.write("POST", name+"/expandIpCidrRange", "ExpandIpCidrRangeSubnetwork", nil, v.expandSubnetwork),
			v.write("POST", name+"/setPrivateIpGoogleAccess", "SetPrivateIpGoogleAccessSubnetwork", nil, v.setPrivateAccess),
			v.read("GET", "{parent=projects/*}/aggregated/subnetworks/listUsable", "ListUsableSubnetworks", append([]string{"serviceProject"}, computeListQuery...), v.listUsable),
		)
		return append(out, v.policyRoutes(resource, "Subnetwork", kindSubnetwork)...)
	},
}

var subnetworks = &computeCollection{
	kind: kindSubnetwork, noun: "subnetworks", one: "Subnetwork", word: "subnetwork", object: "compute#subnetwork",
	scopes: []string{"regions/*"}, typed: func() any { return &compute.Subnetwork{} },
	outputs:     []string{"gatewayAddress", "externalIpv6Prefix", "internalIpv6Prefix", "ipv6CidrRange", "state", "utilizationDetails"},
	insertTakes: subnetworkTakes, deleteTakes: subnetworkTakes,
	complete: completeSubnetwork,
	users:    subnetworkUsers,
	deleted:  func(v computeService, _ *computeCall, name string) error { return v.dropPolicy(name) },
}

// completeSubnetwork checks a new subnetwork and fills in what the service does.
// That its ranges overlap others is found out by the operation.
func completeSubnetwork(v computeService, c *computeCall, doc computeDoc) (*computeFailure, error) {
	network, err := v.networkOf(c, doc)
	if err != nil {
		return nil, err
	}
	doc["network"] = computeLink(network)
	for key, standard := range map[string]any{
		"privateIpGoogleAccess": false, "privateIpv6GoogleAccess": "DISABLE_GOOGLE_ACCESS", "purpose": "PRIVATE", "stackType": "IPV4_ONLY",
	} {
		if _, ok := doc[key]; !ok {
			doc[key] = standard
		}
	}
	if err := completeFlowLogs(doc); err != nil {
		return nil, err
	}
	if err := checkMetadataFields(doc); err != nil {
		return nil, err
	}
	ranges, err := checkSubnetwork(doc)
	if err != nil {
		return nil, err
	}
	doc["gatewayAddress"] = ranges[0].prefix.Addr().Next().String()
	if text(doc, "purpose") == "REGIONAL_MANAGED_PROXY" {
		doc["state"] = "READY"
	}
	doc["fingerprint"] = fingerprintOf(doc)
	_, message, err := v.overlap(network, c.fullName("subnetworks", text(doc, "name")), ranges)
	if message != "" {
		return &computeFailure{Code: "INVALID_USAGE", Message: message, Status: 400}, err
	}
	return nil, err
}

// networkOf resolves the network that an object names, which has to stand.
func (v computeService) networkOf(c *computeCall, doc computeDoc) (string, error) {
	link := text(doc, "network")
	if link == "" {
		return "", computeRequired("resource.network")
	}
	name, err := v.reference(c, "resource.network", link, "global", "networks")
	if err != nil {
		return "", err
	}
	if _, err := v.ready(kindNetwork, name); err != nil {
		return "", err
	}
	_, name, err = v.standing(kindNetwork, name)
	return name, err
}

func (v computeService) patchSubnetwork(ctx context.Context, c *computeCall) (any, error) {
	if c.query.Get("drainTimeoutSeconds") != "" {
		return nil, notModelled("the draining of subnetworks")
	}
	return subnetworks.patch(ctx, v, c, computePatch{
		opType: "patch", took: subnetworkPatchTakes, fingerprint: true,
		// The description is fixed, and private Google access has a method of its
		// own, as the fields' comments in google.golang.org/api/compute/v1 say.
		mutable: []string{"enableFlowLogs", "logConfig", "secondaryIpRanges", "role"},
		check: func(v computeService, _ *computeCall, name string, before, after computeDoc) error {
			if err := completeFlowLogs(after); err != nil {
				return err
			}
			ranges, err := checkSubnetwork(after)
			if err != nil {
				return err
			}
			if err := v.checkRangesInUse(name, before, after); err != nil {
				return err
			}
			at, message, err := v.overlap(computeName(text(after, "network")), name, ranges)
			if message != "" {
				return computeInvalid(at.field, at.prefix.String(), message)
			}
			return err
		},
	})
}

// expandSubnetwork widens the primary range.
func (v computeService) expandSubnetwork(ctx context.Context, c *computeCall) (any, error) {
	var req compute.SubnetworksExpandIpCidrRangeRequest
	if _, err := c.document(&req); err != nil {
		return nil, err
	}
	r, name, err := v.editable(kindSubnetwork, c.name)
	if err != nil {
		return nil, err
	}
	wider, err := parseRange("ipCidrRange", req.IpCidrRange)
	if err != nil {
		return nil, err
	}
	before, err := netip.ParsePrefix(text(r.Doc, "ipCidrRange"))
	if err != nil {
		return nil, err
	}
	if wider.Bits() >= before.Bits() || !wider.Contains(before.Addr()) {
		return nil, computeInvalid("ipCidrRange", req.IpCidrRange, "New IP range must contain the existing range "+before.String()+" and be larger than it.")
	}
	after := mergeDoc(r.Doc, computeDoc{"ipCidrRange": wider.String(), "gatewayAddress": wider.Addr().Next().String()})
	ranges, err := checkSubnetwork(after)
	if err != nil {
		return nil, err
	}
	at, message, err := v.overlap(computeName(text(after, "network")), name, ranges)
	if err != nil {
		return nil, err
	}
	if message != "" {
		return nil, computeInvalid(strings.TrimPrefix(at.field, "resource."), at.prefix.String(), message)
	}
	return v.start(ctx, c, computeWrite{kind: kindSubnetwork, name: name, opType: "expandIpCidrRange", took: subnetworkPatchTakes, record: r, next: refreshed(after)})
}

func (v computeService) setPrivateAccess(ctx context.Context, c *computeCall) (any, error) {
	doc, err := c.document(&compute.SubnetworksSetPrivateIpGoogleAccessRequest{})
	if err != nil {
		return nil, err
	}
	r, name, err := v.editable(kindSubnetwork, c.name)
	if err != nil {
		return nil, err
	}
	on, _ := doc["privateIpGoogleAccess"].(bool)
	return v.start(ctx, c, computeWrite{
		kind: kindSubnetwork, name: name, opType: "setPrivateIpGoogleAccess", took: subnetworkPatchTakes, record: r,
		next: refreshed(mergeDoc(r.Doc, computeDoc{"privateIpGoogleAccess": on})),
	})
}

// subnetworkUsers names what needs a subnetwork.
func subnetworkUsers(v computeService, name string, _ computeDoc) ([]string, error) {
	var users []string
	for _, kindName := range []string{kindAddress, kindForwardingRule} {
		objects, err := v.objects(kindName, "", true)
		if err != nil {
			return nil, err
		}
		for _, o := range objects {
			if computeName(text(o.doc, "subnetwork")) == name {
				users = append(users, o.name)
			}
		}
	}
	routers, err := v.objects(kindRouter, "", true)
	if err != nil {
		return nil, err
	}
	for _, o := range routers {
		var r compute.Router
		if err := docInto(o.doc, &r); err != nil {
			return nil, err
		}
		for _, nat := range r.Nats {
			for _, s := range nat.Subnetworks {
				if computeName(s.Name) == name {
					users = append(users, o.name)
				}
			}
		}
	}
	return append(users, v.s.usersOfCompute(name)...), nil
}

// listUsable lists the project's own subnetworks in the form of listUsable:
// those of a Shared VPC are not modelled.
func (v computeService) listUsable(_ context.Context, c *computeCall) (any, error) {
	all, err := v.objects(kindSubnetwork, "", false)
	if err != nil {
		return nil, err
	}
	var items []computeDoc
	for _, o := range all {
		if !strings.HasPrefix(o.name, "projects/"+c.project+"/") {
			continue
		}
		item := computeDoc{"subnetwork": o.doc["selfLink"]}
		for _, key := range []string{"network", "ipCidrRange", "purpose", "role", "stackType"} {
			if value, ok := o.doc[key]; ok {
				item[key] = value
			}
		}
		if ranges, ok := o.doc["secondaryIpRanges"]; ok {
			item["secondaryIpRanges"] = ranges
		}
		items = append(items, item)
	}
	id := "projects/" + c.project + "/aggregated/subnetworks/listUsable"
	page, next, err := c.page(items, id)
	out := computeDoc{"kind": "compute#usableSubnetworksAggregatedList", "id": id, "selfLink": computeLink(id)}
	if len(page) > 0 {
		out["items"] = page
	}
	if next != "" {
		out["nextPageToken"] = next
	}
	return out, err
}
