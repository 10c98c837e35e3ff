package component

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"google.golang.org/api/compute/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

// Zones are the zones of the region, by name. While the Compute Engine API is
// not enabled, or may not be read, they can't be told, and known is false; a
// region that doesn't exist is known to have none.
func Zones(ctx context.Context, client *gcp.Client, spec *Spec) (zones []string, known bool, err error) {
	apis, err := gcp.APIsOf(client)
	if err != nil {
		return nil, false, err
	}
	name := fmt.Sprintf("projects/%s/regions/%s", spec.Project, spec.Region)
	found, err := apis.Compute.Regions.Get(spec.Project, spec.Region).Context(gcp.Reading(ctx, "GetRegion", name)).Do()
	switch {
	case gcp.IsNotFound(err):
		return nil, true, nil
	case gcp.IsServiceDisabled(err), gcp.IsPermissionDenied(err):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	}
	for _, zone := range found.Zones {
		zones = append(zones, last(zone))
	}
	return zones, true, nil
}

// NetworkProblem is what is wrong with a network that somebody else has made,
// and that the environment is to lie in.
type NetworkProblem struct {
	// Path is the input that it is about, such as "network.subnetwork".
	Path string
	// Summary is the problem in a sentence, Detail what to do.
	Summary, Detail string
}

// NetworkProblems looks at the subnetwork, or with adopt the network, that
// stands and is to be used. What can't be read is passed over: the run will say
// so.
func NetworkProblems(ctx context.Context, client *gcp.Client, spec *Spec) ([]NetworkProblem, error) {
	apis, err := gcp.APIsOf(client)
	if err != nil {
		return nil, err
	}
	var problems []NetworkProblem
	if spec.OwnNetwork() {
		if !spec.Adopt {
			return nil, nil // What stands under the name is refused as it is.
		}
		problems, err = adoptedProblems(ctx, apis, spec)
	} else {
		problems, err = subnetworkProblems(ctx, apis, spec)
	}
	if gcp.IsServiceDisabled(err) || gcp.IsPermissionDenied(err) {
		return nil, nil
	}
	return problems, err
}

func subnetworkProblems(ctx context.Context, apis *gcp.APIs, spec *Spec) ([]NetworkProblem, error) {
	project, region, name := subnetworkParts(spec.Subnetwork())
	found, err := apis.Compute.Subnetworks.Get(project, region, name).Context(gcp.Reading(ctx, "GetSubnetwork", spec.Subnetwork())).Do()
	if gcp.IsNotFound(err) {
		return []NetworkProblem{{
			"network.subnetwork", "The subnetwork does not exist.",
			fmt.Sprintf("%s is not there. Correct the name, or leave subnetwork out for a network of the environment's own.", spec.Subnetwork()),
		}}, nil
	}
	if err != nil {
		return nil, err
	}
	ranges := map[string]bool{}
	var names []string
	for _, r := range found.SecondaryIpRanges {
		ranges[r.RangeName] = true
		names = append(names, r.RangeName)
	}
	var problems []NetworkProblem
	for path, wanted := range map[string]string{"network.pod_range_name": spec.PodRangeName(), "network.service_range_name": spec.ServiceRangeName()} {
		if !ranges[wanted] {
			problems = append(problems, NetworkProblem{
				path, "The subnetwork has no such secondary range.",
				fmt.Sprintf("%s has no secondary range %q, but %q. Name one of its ranges, or add it there.", spec.Subnetwork(), wanted, names),
			})
		}
	}
	return problems, nil
}

func adoptedProblems(ctx context.Context, apis *gcp.APIs, spec *Spec) ([]NetworkProblem, error) {
	wanted := map[string]netip.Prefix{}
	for path, text := range map[string]string{"network.range": spec.Network.Range, "network.pod_range": spec.Network.PodRange, "network.service_range": spec.Network.ServiceRange} {
		if prefix, err := netip.ParsePrefix(text); err == nil {
			wanted[path] = prefix
		}
	}
	var problems []NetworkProblem
	call := apis.Compute.Subnetworks.AggregatedList(spec.Project).Context(gcp.Reading(ctx, "ListSubnetworks", "projects/"+spec.Project))
	err := call.Pages(ctx, func(page *compute.SubnetworkAggregatedList) error {
		for _, scope := range page.Items {
			for _, subnetwork := range scope.Subnetworks {
				problems = append(problems, overlapping(spec, subnetwork, wanted)...)
			}
		}
		return nil
	})
	return problems, err
}

// overlapping are the ranges that a subnetwork of the same network has already.
func overlapping(spec *Spec, found *compute.Subnetwork, wanted map[string]netip.Prefix) []NetworkProblem {
	if !strings.HasSuffix(found.Network, "/"+spec.NetworkPath()) || strings.HasSuffix(found.SelfLink, "/"+spec.Subnetwork()) {
		return nil
	}
	taken := []string{found.IpCidrRange}
	for _, r := range found.SecondaryIpRanges {
		taken = append(taken, r.IpCidrRange)
	}
	var problems []NetworkProblem
	for _, path := range sortedKeys(wanted) {
		for _, text := range taken {
			if prefix, err := netip.ParsePrefix(text); err == nil && prefix.Overlaps(wanted[path]) {
				problems = append(problems, NetworkProblem{
					path, "A range is taken in the network.",
					fmt.Sprintf("%s and %s of the subnetwork %s have addresses in common. Use another range.", wanted[path], prefix, last(found.SelfLink)),
				})
			}
		}
	}
	return problems
}
