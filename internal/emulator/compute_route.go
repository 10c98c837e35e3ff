package emulator

import (
	"encoding/hex"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/compute/v1"
)

const (
	kindRoute  = "computeRoutes"
	routeTakes = 10 * time.Second
)

// routeKind serves routes: those that users make, the default route that comes
// with a network, and one for each range of its subnetworks.
var routeKind = kind{
	name: kindRoute, host: computeHost, collection: true, standing: computeStands, errorForm: oldForm,
	permissions: computeRoutes.permissions(nil), denied: computeDenied,
	routes: func(s *Server) []route { return computeRoutes.routes(computeService{s}) },
}

var computeRoutes = &computeCollection{
	kind: kindRoute, noun: "routes", one: "Route", word: "route", object: "compute#route",
	scopes: []string{"global"}, typed: func() any { return &compute.Route{} },
	outputs:     []string{"nextHopNetwork", "nextHopPeering", "nextHopHub", "nextHopMed", "nextHopOrigin", "nextHopInterRegionCost", "routeStatus", "routeType", "asPaths", "warnings"},
	insertTakes: routeTakes, deleteTakes: routeTakes,
	complete: completeRoute,
	extra:    subnetworkRoutes,
}

func completeRoute(v computeService, c *computeCall, doc computeDoc) (*computeFailure, error) {
	network, err := v.networkOf(c, doc)
	if err != nil {
		return nil, err
	}
	doc["network"] = computeLink(network)
	var r compute.Route
	if err := docInto(doc, &r); err != nil {
		return nil, err
	}
	if r.DestRange == "" {
		return nil, computeRequired("resource.destRange")
	}
	if p, err := netip.ParsePrefix(r.DestRange); err != nil || p.Masked() != p || !p.Addr().Is4() {
		return nil, computeInvalid("resource.destRange", r.DestRange, "Must be a CIDR range.")
	}
	hops := 0
	for _, hop := range []string{r.NextHopGateway, r.NextHopIp, r.NextHopInstance, r.NextHopIlb, r.NextHopVpnTunnel, r.NextHopInterconnectAttachment} {
		if hop != "" {
			hops++
		}
	}
	switch {
	case hops != 1:
		return nil, computeInvalid("resource", "", "Exactly one next hop must be specified.")
	case r.NextHopGateway == "" && r.NextHopIp == "":
		return nil, notModelled("routes over other next hops than gateways and addresses")
	case r.Params != nil:
		return nil, notModelled("resource manager tags of routes")
	}
	if r.NextHopGateway != "" {
		if !strings.HasSuffix(r.NextHopGateway, "global/gateways/default-internet-gateway") {
			return nil, computeInvalid("resource.nextHopGateway", r.NextHopGateway, "The URL is malformed.")
		}
		doc["nextHopGateway"] = computeLink("projects/" + c.project + "/global/gateways/default-internet-gateway")
	}
	if _, ok := doc["priority"]; !ok {
		doc["priority"] = 1000
	} else if r.Priority < 0 || r.Priority > 65535 {
		return nil, computeInvalid("resource.priority", strconv.FormatInt(r.Priority, 10), "Must be less than or equal to 65535")
	}
	return nil, nil
}

// addDefaultRoute makes the route to the Internet that comes with a network, at
// the time the network itself stands.
func (v computeService) addDefaultRoute(c *computeCall, network string) error {
	var made computeRecord
	if _, err := v.s.load(kindNetwork, network, &made); err != nil {
		return err
	}
	if made.Next == nil {
		return nil
	}
	id := "default-route-" + hex.EncodeToString(v.s.randomBytes(8))
	name := "projects/" + c.project + "/global/routes/" + id
	return v.s.create(kindRoute, "projects/"+c.project+"/global", name, &computeRecord{
		Auto: true, Until: made.Until,
		Next: computeDoc{
			"kind": "compute#route", "id": v.newID(), "name": id, "creationTimestamp": computeTime(v.s.now()),
			"description": "Default route to the Internet.", "network": computeLink(network), "destRange": "0.0.0.0/0", "priority": 1000,
			"nextHopGateway": computeLink("projects/" + c.project + "/global/gateways/default-internet-gateway"), "selfLink": computeLink(name),
		},
	})
}

// dropRoutes removes what came with a network when it goes.
func (v computeService) dropRoutes(network string) error {
	var gone computeRecord
	if _, err := v.s.load(kindNetwork, network, &gone); err != nil || !gone.Gone {
		return err
	}
	for _, e := range v.s.store.List(kindRoute, "") {
		r := &computeRecord{}
		if err := decode(e.Value, r); err != nil {
			return err
		}
		doc, _ := r.at(v.s.now())
		if !r.Auto || doc == nil || computeName(text(doc, "network")) != network {
			continue
		}
		r.Doc, r.Next, r.Gone, r.Until = doc, nil, true, gone.Until
		if err := v.s.update(kindRoute, e.Name, e.Version, r); err != nil {
			return err
		}
	}
	return nil
}

// subnetworkRoutes are the routes to the ranges of a project's subnetworks. They
// are made up when they are read, from what stands.
func subnetworkRoutes(v computeService, parent string) ([]computeDoc, error) {
	project := projectOf(parent)
	all, err := v.objects(kindSubnetwork, "", false)
	if err != nil {
		return nil, err
	}
	var out []computeDoc
	for _, o := range all {
		if projectOf(o.name) != project {
			continue
		}
		var s compute.Subnetwork
		if err := docInto(o.doc, &s); err != nil {
			return nil, err
		}
		ranges := []string{s.IpCidrRange}
		for _, r := range s.SecondaryIpRanges {
			ranges = append(ranges, r.IpCidrRange)
		}
		for i, cidr := range slices.Compact(ranges) {
			id := "default-route-r-" + fingerprintHex(o.name+" "+cidr)
			name := "projects/" + project + "/global/routes/" + id
			doc := computeDoc{
				"kind": "compute#route", "id": fixedID(id) + text(o.doc, "id")[:15], "name": id, "creationTimestamp": s.CreationTimestamp,
				"description": "Default local route to the subnetwork " + cidr + ".", "network": s.Network, "destRange": cidr, "priority": 0,
				"nextHopNetwork": s.Network, "selfLink": computeLink(name),
			}
			if i > 0 {
				doc["description"] = "Default local route to the secondary range " + cidr + " of the subnetwork " + s.Name + "."
			}
			out = append(out, doc)
		}
	}
	return out, nil
}
