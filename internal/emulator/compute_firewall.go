package emulator

import (
	"context"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/compute/v1"
)

const (
	kindFirewall = "computeFirewalls"
	// firewallTakes is the usual time of Terraform's applies, a guess.
	firewallTakes = 10 * time.Second
)

// firewallKind serves the classic firewall rules of a network.
var firewallKind = kind{
	name: kindFirewall, host: computeHost, collection: true, standing: computeStands, errorForm: oldForm,
	permissions: firewalls.permissions(nil), denied: computeDenied,
	routes: func(s *Server) []route {
		v := computeService{s}
		const name = "{name=projects/*/global/firewalls/*}"
		return append(firewalls.routes(v),
			v.write("PATCH", name, "PatchFirewall", nil, func(ctx context.Context, c *computeCall) (any, error) {
				return firewalls.patch(ctx, v, c, computePatch{
					opType: "patch", took: firewallTakes, mutable: firewallMutable,
					check: func(_ computeService, _ *computeCall, _ string, _, after computeDoc) error {
						return checkFirewall(after)
					},
				})
			}),
			v.write("PUT", name, "UpdateFirewall", nil, v.updateFirewall))
	},
}

var firewallMutable = []string{
	"allowed", "denied", "description", "destinationRanges", "disabled", "logConfig", "priority",
	"sourceRanges", "sourceServiceAccounts", "sourceTags", "targetServiceAccounts", "targetTags",
}

var firewalls = &computeCollection{
	kind: kindFirewall, noun: "firewalls", one: "Firewall", word: "firewall", object: "compute#firewall",
	scopes: []string{"global"}, typed: func() any { return &compute.Firewall{} },
	insertTakes: firewallTakes, deleteTakes: firewallTakes,
	complete: func(v computeService, c *computeCall, doc computeDoc) (*computeFailure, error) {
		if text(doc, "network") == "" {
			doc["network"] = "global/networks/default"
		}
		network, err := v.networkOf(c, doc)
		if err != nil {
			return nil, err
		}
		doc["network"] = computeLink(network)
		return nil, checkFirewall(doc)
	},
}

// updateFirewall replaces what may change of a rule.
func (v computeService) updateFirewall(ctx context.Context, c *computeCall) (any, error) {
	doc, err := c.document(&compute.Firewall{})
	if err != nil {
		return nil, err
	}
	r, name, err := v.editable(kindFirewall, c.name)
	if err != nil {
		return nil, err
	}
	cleared := computeDoc{}
	for _, key := range firewallMutable {
		cleared[key] = nil
	}
	next := mergeDoc(r.Doc, cleared)
	for _, key := range docKeys(doc) {
		switch key {
		case "kind", "id", "creationTimestamp", "selfLink":
			continue
		}
		if err := mayChange(firewallMutable, key, r.Doc[key], doc[key]); err != nil {
			return nil, err
		}
		if have := text(r.Doc, key); key != "network" || have == "" {
			next[key] = doc[key]
		}
	}
	cleanDoc(next)
	if err := checkFirewall(next); err != nil {
		return nil, err
	}
	return v.start(ctx, c, computeWrite{kind: kindFirewall, name: name, opType: "update", took: firewallTakes, record: r, next: next})
}

// checkFirewall checks a rule and fills in what the service does.
func checkFirewall(doc computeDoc) error {
	for key, standard := range map[string]any{"direction": "INGRESS", "disabled": false, "priority": 1000, "description": "", "logConfig": computeDoc{"enable": false}} {
		if _, ok := doc[key]; !ok {
			doc[key] = standard
		}
	}
	var f compute.Firewall
	if err := docInto(doc, &f); err != nil {
		return err
	}
	if f.Params != nil {
		return notModelled("resource manager tags of firewall rules")
	}
	if err := oneOf("resource.direction", f.Direction, "INGRESS", "EGRESS"); err != nil {
		return err
	}
	if f.Priority < 0 || f.Priority > 65535 {
		return computeInvalid("resource.priority", strconv.FormatInt(f.Priority, 10), "Must be less than or equal to 65535")
	}
	if (len(f.Allowed) == 0) == (len(f.Denied) == 0) {
		return computeInvalid("resource.allowed", "", "Exactly one of allowed and denied must be specified.")
	}
	ingress := f.Direction == "INGRESS"
	switch {
	case !ingress && len(f.SourceRanges)+len(f.SourceTags)+len(f.SourceServiceAccounts) > 0:
		return computeInvalid("resource.sourceRanges", strings.Join(f.SourceRanges, ","), "Sources cannot be specified for egress rules.")
	case ingress && len(f.SourceTags)+len(f.TargetTags) > 0 && len(f.SourceServiceAccounts)+len(f.TargetServiceAccounts) > 0:
		return computeInvalid("resource.sourceTags", strings.Join(f.SourceTags, ","), "Tags and service accounts cannot be specified together.")
	case ingress && len(f.SourceRanges)+len(f.SourceTags)+len(f.SourceServiceAccounts) == 0:
		doc["sourceRanges"] = []any{"0.0.0.0/0"}
	case !ingress && len(f.DestinationRanges) == 0:
		doc["destinationRanges"] = []any{"0.0.0.0/0"}
	}
	for field, ranges := range map[string][]string{"resource.sourceRanges": f.SourceRanges, "resource.destinationRanges": f.DestinationRanges} {
		for _, cidr := range ranges {
			if p, err := netip.ParsePrefix(cidr); err != nil || p.Masked() != p {
				return computeInvalid(field, cidr, "Must be a valid CIDR range.")
			}
		}
	}
	return checkServices(doc)
}

func checkServices(doc computeDoc) error {
	for _, key := range []string{"allowed", "denied"} {
		for _, entry := range asDocs(doc[key]) {
			protocol := text(entry, "IPProtocol")
			if protocol == "" {
				return computeRequired("resource." + key + "[0].IPProtocol")
			}
			entry["IPProtocol"] = strings.ToLower(protocol)
			var ports []string
			list, _ := entry["ports"].([]any)
			for _, p := range list {
				if s, ok := p.(string); ok {
					ports = append(ports, s)
				}
			}
			if err := checkLayer4("resource."+key, protocol, ports); err != nil {
				return err
			}
		}
	}
	return nil
}
