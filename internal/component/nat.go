package component

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/api/compute/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// natName is that of the NAT in its router.
const natName = "nat"

// nat is the router through which private nodes reach the outside, where the
// firewall lets them.
type nat struct{ base }

func newNAT(e *Env) reconcile.Component {
	if !e.spec.OwnNetwork() {
		return nil // The ways out of a network belong to who owns the network.
	}
	return &nat{base{Env: e, name: policy.ComponentNAT, needs: []string{policy.ComponentNetwork}}}
}

func (n *nat) wanted() *compute.RouterNat {
	return &compute.RouterNat{
		Name:                          natName,
		NatIpAllocateOption:           "AUTO_ONLY",
		SourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
		Subnetworks: []*compute.RouterNatSubnetworkToNat{{
			Name: n.spec.Subnetwork(), SourceIpRangesToNat: []string{"ALL_IP_RANGES"},
		}},
		LogConfig: &compute.RouterNatLogConfig{Enable: true, Filter: n.spec.Settings.String(policy.NetworkNATLogging)},
	}
}

func (n *nat) router() object[*compute.Router] {
	project, region, name := n.spec.Project, n.spec.Region, n.spec.RouterName()
	resource := "projects/" + project + "/regions/" + region + "/routers/" + name
	api := n.apis().Compute.Routers
	return object[*compute.Router]{
		Env: n.Env, component: n.name, noun: "router", name: resource,
		get: func(ctx context.Context) (*compute.Router, error) {
			return api.Get(project, region, name).Context(gcp.Reading(ctx, "GetRouter", resource)).Do()
		},
		create: func(ctx context.Context, s *reconcile.Step) error {
			return n.computeOperation(ctx, s, project, "the router", func(ctx context.Context) (*compute.Operation, error) {
				return api.Insert(project, region, &compute.Router{
					Name: name, Description: n.description(s.Owner()), Network: n.spec.NetworkPath(), Nats: []*compute.RouterNat{n.wanted()},
				}).RequestId(s.RequestID("create router")).Context(gcp.Named(ctx, "CreateRouter", resource)).Do()
			})
		},
		owner: func(found *compute.Router) (reconcile.Owner, bool) { return n.markOf(found.Description) },
		differs: func(found *compute.Router) []reconcile.Difference {
			var d differ
			got := natOf(found)
			if got == nil {
				d.say("", "the NAT is missing")
				return d
			}
			d.breaks(policy.NetworkNATLogging, "NAT logging", natLogging(got), n.spec.Settings.String(policy.NetworkNATLogging))
			d.is("NAT addresses", got.NatIpAllocateOption, "AUTO_ONLY")
			d.is("NAT ranges", got.SourceSubnetworkIpRangesToNat, "LIST_OF_SUBNETWORKS")
			if !n.serves(got) {
				d.say("", "the NAT doesn't serve the subnetwork")
			}
			return d
		},
		patch: func(ctx context.Context, s *reconcile.Step, found *compute.Router) error {
			// Other NATs of the router are somebody else's and stay.
			nats := []*compute.RouterNat{n.wanted()}
			for _, other := range found.Nats {
				if other.Name != natName {
					nats = append(nats, other)
				}
			}
			return n.computeOperation(ctx, s, project, "the router", func(ctx context.Context) (*compute.Operation, error) {
				return api.Patch(project, region, name, &compute.Router{Nats: nats}).Context(gcp.Reading(ctx, "UpdateRouter", resource)).Do()
			})
		},
		remove: func(ctx context.Context, s *reconcile.Step, _ *compute.Router) error {
			return n.computeOperation(ctx, s, project, "the router to go", func(ctx context.Context) (*compute.Operation, error) {
				return api.Delete(project, region, name).RequestId(s.RequestID("delete router")).Context(gcp.Reading(ctx, "DeleteRouter", resource)).Do()
			})
		},
	}
}

// serves tells whether a NAT is there for all addresses of the subnetwork.
func (n *nat) serves(found *compute.RouterNat) bool {
	return slices.ContainsFunc(found.Subnetworks, func(s *compute.RouterNatSubnetworkToNat) bool {
		return strings.HasSuffix(s.Name, n.spec.Subnetwork()) && slices.Contains(s.SourceIpRangesToNat, "ALL_IP_RANGES")
	})
}

func natOf(router *compute.Router) *compute.RouterNat {
	for _, found := range router.Nats {
		if found.Name == natName {
			return found
		}
	}
	return nil
}

// natLogging is the setting as the service has it; logging that is off is none
// of the catalogue's values.
func natLogging(found *compute.RouterNat) string {
	if found.LogConfig == nil || !found.LogConfig.Enable {
		return "NONE"
	}
	return found.LogConfig.Filter
}

// Observe implements [reconcile.Component].
func (n *nat) Observe(ctx context.Context) (reconcile.Observation, error) {
	found, seen, err := n.router().see(ctx)
	if err != nil {
		return reconcile.Observation{}, err
	}
	if found != nil {
		if got := natOf(found); got != nil {
			seen.Values = map[string]any{policy.NetworkNATLogging: natLogging(got)}
		}
	}
	return seen, nil
}

// Converge implements [reconcile.Component].
func (n *nat) Converge(ctx context.Context, s *reconcile.Step) error {
	_, err := n.router().converge(ctx, s)
	return err
}

// Remove implements [reconcile.Component].
func (n *nat) Remove(ctx context.Context, s *reconcile.Step) error { return n.router().delete(ctx, s) }

// Discover implements [reconcile.Discoverer].
func (n *nat) Discover(ctx context.Context) (string, int64, map[string]string, bool, error) {
	return discover(ctx, nil, n.router())
}
