package byhand

import (
	"net/http"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

func networkChanges(spec *component.Spec) []Change {
	subnetwork := compute(spec, "regions/%s/subnetworks/%s", spec.Region, spec.SubnetworkName())
	flows := func(what, setting string, logs Doc, tiers ...policy.Tier) Change {
		return Change{
			Row: "flow_logs", What: what, Tiers: tiers, Component: policy.ComponentNetwork, Setting: setting, Object: subnetwork, Method: http.MethodPatch,
			Body: func(standing Doc) any {
				config, _ := standing["logConfig"].(map[string]any)
				for name, value := range logs {
					config[name] = value
				}
				return Doc{"fingerprint": standing["fingerprint"], "logConfig": config}
			},
		}
	}
	router := compute(spec, "regions/%s/routers/%s", spec.Region, spec.RouterName())
	nat := func(what, setting string, change func(nat Doc), tiers ...policy.Tier) Change {
		return Change{
			Row: "nat_logs", What: what, Tiers: tiers, Component: policy.ComponentNAT, Setting: setting, Object: router, Method: http.MethodPatch,
			Body: func(standing Doc) any {
				nats, _ := standing["nats"].([]any)
				change(docOf(nats[0]))
				return Doc{"nats": nats}
			},
		}
	}
	firewall := compute(spec, "global/firewallPolicies/%s", spec.FirewallName())
	rule := func(what, priority, setting string, change func(rule Doc), tiers ...policy.Tier) Change {
		return Change{
			Row: "firewall", What: what, Tiers: tiers, Component: policy.ComponentFirewall, Setting: setting, Object: firewall,
			Method: http.MethodPost, Path: firewall + "/patchRule?priority=" + priority,
			Body: func(standing Doc) any {
				rules, _ := standing["rules"].([]any)
				for _, r := range rules {
					found, _ := r.(map[string]any)
					if jsonNumber(found["priority"]) == priority {
						change(found)
						return found
					}
				}
				return nil
			},
		}
	}
	const denyIngress, denyEgress = "65000", "65010"
	above := []policy.Tier{policy.Sandbox, policy.Staging, policy.Prod}
	zone := "dns.googleapis.com/dns/v1/projects/" + spec.Project + "/managedZones/" + spec.Prefix() + "-googleapis"
	return []Change{
		flows("hardly any flows", policy.NetworkFlowSampling, Doc{"flowSampling": 0.01}),
		alone(flows("no flows", policy.NetworkFlowSampling, Doc{"enable": false})),
		flows("a coarse interval", policy.NetworkFlowInterval, Doc{"aggregationInterval": "INTERVAL_15_MIN"}),
		flows("no metadata", policy.NetworkFlowMetadata, Doc{"metadata": "EXCLUDE_ALL_METADATA"}, policy.Prod),
		nat("errors only", policy.NetworkNATLogging, func(nat Doc) { nat["logConfig"] = Doc{"enable": true, "filter": "ERRORS_ONLY"} }, policy.Staging, policy.Prod),
		nat("no logs", policy.NetworkNATLogging, func(nat Doc) { nat["logConfig"] = Doc{"enable": false} }),
		nat("not for pods", "", func(nat Doc) {
			subnetworks, _ := nat["subnetworks"].([]any)
			docOf(subnetworks[0])["sourceIpRangesToNat"] = []string{"PRIMARY_IP_RANGE"}
		}),
		rule("a rule that is off", denyIngress, policy.NetworkFirewall, func(rule Doc) { rule["disabled"] = true }),
		rule("a rule that admits", denyIngress, policy.NetworkFirewall, func(rule Doc) { rule["action"] = "allow" }),
		rule("a rule for some machines", denyIngress, policy.NetworkFirewall, func(rule Doc) {
			rule["targetServiceAccounts"] = []string{"nobody@" + spec.Project + ".iam.gserviceaccount.com"}
		}),
		rule("egress that is not denied", denyEgress, policy.NetworkFirewall, func(rule Doc) { rule["disabled"] = true }, above...),
		rule("no logs", denyIngress, policy.NetworkFirewallLogging, func(rule Doc) { rule["enableLogging"] = false }, above...),
		{
			Row: "firewall", What: "a policy of no network", Component: policy.ComponentFirewall, Object: firewall,
			Method: http.MethodPost, Path: firewall + "/removeAssociation?name=" + spec.Prefix(),
		},
		{
			Row: "private_dns", What: "names that lead elsewhere", Component: policy.ComponentDNS, Setting: policy.NetworkGoogleAPIsVIP,
			Object: zone + "/rrsets", Method: http.MethodPost, Path: zone + "/changes",
			Body: func(standing Doc) any {
				var gone []any
				sets, _ := standing["rrsets"].([]any)
				for _, s := range sets {
					if found, _ := s.(map[string]any); found["type"] == "CNAME" {
						gone = append(gone, found)
					}
				}
				return Doc{"deletions": gone, "additions": []Doc{{"name": "*.googleapis.com.", "type": "CNAME", "ttl": 300, "rrdatas": []string{"elsewhere.example.com."}}}}
			},
		},
		{
			Row: "private_dns", What: "a zone of no network", Component: policy.ComponentDNS, Object: zone,
			Method: http.MethodPatch, Body: at(Doc{"privateVisibilityConfig": Doc{"networks": []Doc{}}}),
		},
	}
}

func alone(c Change) Change {
	c.Alone = true
	return c
}
