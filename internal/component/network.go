package component

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/api/compute/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// network is the environment's network with its subnetwork and flow logs, or
// the flow logs of a subnetwork that stands.
type network struct{ base }

func newNetwork(e *Env) reconcile.Component {
	return &network{base{Env: e, name: policy.ComponentNetwork, needs: []string{"services"}}}
}

func (n *network) vpc() object[*compute.Network] {
	name := n.spec.NetworkName()
	api := n.apis().Compute.Networks
	return object[*compute.Network]{
		Env: n.Env, component: n.name, noun: "network", name: n.spec.NetworkPath(), adoptable: true,
		get: func(ctx context.Context) (*compute.Network, error) {
			return api.Get(n.spec.Project, name).Context(gcp.Reading(ctx, "GetNetwork", n.spec.NetworkPath())).Do()
		},
		create: func(ctx context.Context, s *reconcile.Step) error {
			return n.computeOperation(ctx, s, n.spec.Project, "the network", func(ctx context.Context) (*compute.Operation, error) {
				return api.Insert(n.spec.Project, &compute.Network{
					Name: name, Description: n.description(s.Owner()),
					AutoCreateSubnetworks: false,
					RoutingConfig:         &compute.NetworkRoutingConfig{RoutingMode: "REGIONAL"},
					// Our firewall policy speaks before classic rules that somebody adds.
					NetworkFirewallPolicyEnforcementOrder: "BEFORE_CLASSIC_FIREWALL",
					ForceSendFields:                       []string{"AutoCreateSubnetworks"},
				}).RequestId(s.RequestID("create network")).Context(gcp.Named(ctx, "CreateNetwork", n.spec.NetworkPath())).Do()
			})
		},
		owner: func(found *compute.Network) (reconcile.Owner, bool) { return n.markOf(found.Description) },
		fixed: func(found *compute.Network) []reconcile.Difference {
			var d differ
			d.is("automatic creation of subnetworks", found.AutoCreateSubnetworks, false)
			return d
		},
		differs: func(found *compute.Network) []reconcile.Difference {
			var d differ
			d.is("enforcement order", found.NetworkFirewallPolicyEnforcementOrder, "BEFORE_CLASSIC_FIREWALL")
			return d
		},
		patch: func(ctx context.Context, s *reconcile.Step, _ *compute.Network) error {
			return n.computeOperation(ctx, s, n.spec.Project, "the network", func(ctx context.Context) (*compute.Operation, error) {
				return api.Patch(n.spec.Project, name, &compute.Network{NetworkFirewallPolicyEnforcementOrder: "BEFORE_CLASSIC_FIREWALL"}).
					Context(gcp.Reading(ctx, "UpdateNetwork", n.spec.NetworkPath())).Do()
			})
		},
		remove: func(ctx context.Context, s *reconcile.Step, _ *compute.Network) error {
			return n.computeOperation(ctx, s, n.spec.Project, "the network to go", func(ctx context.Context) (*compute.Operation, error) {
				return api.Delete(n.spec.Project, name).RequestId(s.RequestID("delete network")).Context(gcp.Reading(ctx, "DeleteNetwork", n.spec.NetworkPath())).Do()
			})
		},
	}
}

// markOf reads the mark off a description. The description of a network can't
// be changed, so one that was adopted never bears it: the ledger notes it.
func (e *Env) markOf(description string) (reconcile.Owner, bool) {
	return reconcile.OwnerOfText(description)
}

func (n *network) subnetwork() object[*compute.Subnetwork] {
	project, region, name := subnetworkParts(n.spec.Subnetwork())
	api := n.apis().Compute.Subnetworks
	o := object[*compute.Subnetwork]{
		Env: n.Env, component: n.name, noun: "subnetwork", name: n.spec.Subnetwork(), adoptable: true,
		get: func(ctx context.Context) (*compute.Subnetwork, error) {
			return api.Get(project, region, name).Context(gcp.Reading(ctx, "GetSubnetwork", n.spec.Subnetwork())).Do()
		},
		create: func(ctx context.Context, s *reconcile.Step) error {
			return n.computeOperation(ctx, s, project, "the subnetwork", func(ctx context.Context) (*compute.Operation, error) {
				return api.Insert(project, region, &compute.Subnetwork{
					Name: name, Description: n.description(s.Owner()), Network: n.spec.NetworkPath(),
					IpCidrRange: n.spec.Network.Range, PrivateIpGoogleAccess: true, StackType: "IPV4_ONLY",
					SecondaryIpRanges: []*compute.SubnetworkSecondaryRange{
						{RangeName: n.spec.PodRangeName(), IpCidrRange: n.spec.Network.PodRange},
						{RangeName: n.spec.ServiceRangeName(), IpCidrRange: n.spec.Network.ServiceRange},
					},
					LogConfig: n.flowLogs(),
				}).RequestId(s.RequestID("create subnetwork")).Context(gcp.Named(ctx, "CreateSubnetwork", n.spec.Subnetwork())).Do()
			})
		},
		owner: func(found *compute.Subnetwork) (reconcile.Owner, bool) { return n.markOf(found.Description) },
		fixed: func(found *compute.Subnetwork) []reconcile.Difference {
			var d differ
			d.is("range", found.IpCidrRange, n.spec.Network.Range)
			for _, r := range found.SecondaryIpRanges {
				switch r.RangeName {
				case n.spec.PodRangeName():
					d.is("range of pods", r.IpCidrRange, n.spec.Network.PodRange)
				case n.spec.ServiceRangeName():
					d.is("range of services", r.IpCidrRange, n.spec.Network.ServiceRange)
				}
			}
			return d
		},
		differs: func(found *compute.Subnetwork) []reconcile.Difference {
			var d differ
			d.is("private Google access", found.PrivateIpGoogleAccess, true)
			return append(d, n.flowLogsDiffer(found)...)
		},
		patch: func(ctx context.Context, s *reconcile.Step, found *compute.Subnetwork) error {
			if err := n.openGoogleAccess(ctx, s, found); err != nil {
				return err
			}
			return n.computeOperation(ctx, s, project, "the subnetwork", func(ctx context.Context) (*compute.Operation, error) {
				// Read anew: the fingerprint is another after each change, and it
				// refuses what somebody else changed meanwhile.
				found, err := api.Get(project, region, name).Context(gcp.Reading(ctx, "GetSubnetwork", n.spec.Subnetwork())).Do()
				if err != nil || len(n.flowLogsDiffer(found)) == 0 {
					return nil, err
				}
				return api.Patch(project, region, name, &compute.Subnetwork{Fingerprint: found.Fingerprint, LogConfig: n.flowLogsOn(found)}).
					Context(gcp.UnderEtag(ctx, "UpdateSubnetwork", n.spec.Subnetwork())).Do()
			})
		},
		remove: func(ctx context.Context, s *reconcile.Step, _ *compute.Subnetwork) error {
			return n.computeOperation(ctx, s, project, "the subnetwork to go", func(ctx context.Context) (*compute.Operation, error) {
				return api.Delete(project, region, name).RequestId(s.RequestID("delete subnetwork")).Context(gcp.Reading(ctx, "DeleteSubnetwork", n.spec.Subnetwork())).Do()
			})
		},
	}
	if !n.spec.OwnNetwork() {
		// It is somebody else's: its flow logs are all that is looked after.
		o.owner, o.fixed = nil, nil
	}
	return o
}

// flowLogs is the wanted configuration of flow logs.
func (n *network) flowLogs() *compute.SubnetworkLogConfig {
	return &compute.SubnetworkLogConfig{
		Enable:              true,
		FlowSampling:        n.spec.Settings.Float(policy.NetworkFlowSampling),
		AggregationInterval: n.spec.Settings.String(policy.NetworkFlowInterval),
		Metadata:            n.spec.Settings.String(policy.NetworkFlowMetadata),
	}
}

// flowLogsDiffer says what of the flow logs is not as wanted.
func (n *network) flowLogsDiffer(found *compute.Subnetwork) (d differ) {
	got, wanted := found.LogConfig, n.flowLogsOn(found)
	if got == nil || !got.Enable {
		d.say("", "flow logs are off")
		return d
	}
	d.breaks(policy.NetworkFlowSampling, "flow sampling", got.FlowSampling, wanted.FlowSampling)
	d.breaks(policy.NetworkFlowInterval, "flow interval", got.AggregationInterval, wanted.AggregationInterval)
	d.breaks(policy.NetworkFlowMetadata, "flow metadata", got.Metadata, wanted.Metadata)
	return d
}

// openGoogleAccess lets machines without an external address reach Google's APIs.
// That has a method of its own: a patch takes the field for nothing.
func (n *network) openGoogleAccess(ctx context.Context, s *reconcile.Step, found *compute.Subnetwork) error {
	if found.PrivateIpGoogleAccess {
		return nil
	}
	project, region, name := subnetworkParts(n.spec.Subnetwork())
	return n.computeOperation(ctx, s, project, "the subnetwork", func(ctx context.Context) (*compute.Operation, error) {
		return n.apis().Compute.Subnetworks.SetPrivateIpGoogleAccess(project, region, name, &compute.SubnetworksSetPrivateIpGoogleAccessRequest{PrivateIpGoogleAccess: true}).
			Context(gcp.Named(ctx, "SetPrivateIpGoogleAccess", n.spec.Subnetwork())).Do()
	})
}

// flowLogsOn is what is wanted on a subnetwork that stands. One of somebody else's
// may be logged for others too, so what is logged there is raised and never lowered.
func (n *network) flowLogsOn(found *compute.Subnetwork) *compute.SubnetworkLogConfig {
	wanted, got := n.flowLogs(), found.LogConfig
	if n.spec.OwnNetwork() || got == nil || !got.Enable {
		return wanted
	}
	if got.FlowSampling > wanted.FlowSampling {
		wanted.FlowSampling = got.FlowSampling
	}
	if stricter(policy.NetworkFlowInterval, wanted.AggregationInterval, got.AggregationInterval) {
		wanted.AggregationInterval = got.AggregationInterval
	}
	// What is chosen field by field is more than nothing, and can't be compared with all.
	if stricter(policy.NetworkFlowMetadata, wanted.Metadata, got.Metadata) || wanted.Metadata == "EXCLUDE_ALL_METADATA" {
		wanted.Metadata = got.Metadata
	}
	return wanted
}

// stricter tells whether a value of a setting is as strict as another one.
func stricter(path string, than, value any) bool {
	setting, ok := policy.Find(policy.Version, path)
	return ok && setting.Admits(than, value)
}

// Observe implements [reconcile.Component].
func (n *network) Observe(ctx context.Context) (reconcile.Observation, error) {
	var parts []reconcile.Observation
	if n.spec.OwnNetwork() {
		found, seen, err := n.vpc().see(ctx)
		if err != nil {
			return reconcile.Observation{}, err
		}
		if found != nil {
			seen.Outputs = map[string]string{"network": n.spec.NetworkPath()}
		}
		parts = append(parts, seen)
	}
	found, seen, err := n.subnetwork().see(ctx)
	if err != nil {
		return reconcile.Observation{}, err
	}
	if found != nil {
		seen.Values = map[string]any{policy.NetworkFlowSampling: 0.0}
		if logs := found.LogConfig; logs != nil && logs.Enable {
			seen.Values = map[string]any{
				policy.NetworkFlowSampling: logs.FlowSampling,
				policy.NetworkFlowInterval: logs.AggregationInterval,
				policy.NetworkFlowMetadata: logs.Metadata,
			}
			// More than what is wanted of somebody else's subnetwork is no drift.
			kept := n.flowLogsOn(found)
			for path, is := range map[string]bool{
				policy.NetworkFlowSampling: kept.FlowSampling == logs.FlowSampling,
				policy.NetworkFlowInterval: kept.AggregationInterval == logs.AggregationInterval,
				policy.NetworkFlowMetadata: kept.Metadata == logs.Metadata,
			} {
				if value, known := n.spec.Settings[path]; is && known {
					seen.Values[path] = value
				}
			}
		}
	}
	return join(append(parts, seen)...), nil
}

// Converge implements [reconcile.Component].
func (n *network) Converge(ctx context.Context, s *reconcile.Step) error {
	if n.spec.OwnNetwork() {
		if _, err := n.vpc().converge(ctx, s); err != nil {
			return err
		}
	} else if _, err := n.subnetwork().get(ctx); gcp.IsNotFound(err) {
		return fmt.Errorf("the subnetwork %s does not exist: correct network.subnetwork", n.spec.Subnetwork())
	}
	_, err := n.subnetwork().converge(ctx, s)
	return err
}

// Remove implements [reconcile.Component].
func (n *network) Remove(ctx context.Context, s *reconcile.Step) error {
	if !n.spec.OwnNetwork() {
		return nil
	}
	if err := n.subnetwork().delete(ctx, s); err != nil {
		return err
	}
	return n.vpc().delete(ctx, s)
}

// subnetworkParts splits projects/P/regions/R/subnetworks/S.
func subnetworkParts(full string) (project, region, name string) {
	parts := strings.Split(full, "/")
	if len(parts) != 6 {
		return "", "", ""
	}
	return parts[1], parts[3], parts[5]
}

// Discover implements [reconcile.Discoverer].
func (n *network) Discover(ctx context.Context) (string, int64, map[string]string, bool, error) {
	if !n.spec.OwnNetwork() {
		return "", 0, nil, false, nil
	}
	return discover(ctx, nil, n.vpc(), n.subnetwork())
}
