package emulator

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

// managedServices is the range that clusters share for their services unless
// they ask for one of their own.
const managedServices = "34.118.224.0/20"

// gkeSubnet is what a cluster needs to know of its subnetwork.
type gkeSubnet struct {
	Network         string `json:"network"`
	IPCidrRange     string `json:"ipCidrRange"`
	SecondaryRanges []struct {
		RangeName   string `json:"rangeName"`
		IPCidrRange string `json:"ipCidrRange"`
	} `json:"secondaryIpRanges"`
}

func (n *gkeSubnet) secondary(name string) (string, bool) {
	for _, r := range n.SecondaryRanges {
		if r.RangeName == name {
			return r.IPCidrRange, true
		}
	}
	return "", false
}

// computeRef resolves a reference to its full name: a link, a partial name or,
// for what lies in the cluster's own project, the last part of it.
func (s *Server) computeRef(ref, project, scope, collection string) string {
	if i := strings.Index(ref, "/projects/"); i >= 0 {
		ref = ref[i+1:]
	}
	if !strings.Contains(ref, "/") {
		return "projects/" + project + "/" + scope + "/" + collection + "/" + ref
	}
	if !strings.HasPrefix(ref, "projects/") {
		ref = "projects/" + project + "/" + strings.TrimPrefix(ref, "/")
	}
	return s.canonicalName(ref)
}

// fillNetwork resolves network, subnetwork and ranges.
func (m *clusterManager) fillNetwork(n gkeName, c *containerpb.Cluster) error {
	s := m.s
	network := firstOf(c.GetNetworkConfig().GetNetwork(), c.GetNetwork(), "default")
	subnetwork := firstOf(c.GetNetworkConfig().GetSubnetwork(), c.GetSubnetwork(), "default")
	config := ensureField(&c.NetworkConfig)
	config.Network = s.computeRef(network, n.project, "global", "networks")
	config.Subnetwork = s.computeRef(subnetwork, n.project, "regions/"+n.region(), "subnetworks")
	c.Network, c.Subnetwork = lastPart(config.GetNetwork()), lastPart(config.GetSubnetwork())
	ensureField(&config.DefaultSnatStatus)
	ensureField(&config.ServiceExternalIpsConfig)
	subnet, err := m.subnet(n, config)
	if err != nil {
		return err
	}
	return m.fillRanges(n, c, subnet)
}

// subnet reads the subnetwork of a cluster, which must lie in its network and
// region.
func (m *clusterManager) subnet(n gkeName, config *containerpb.NetworkConfig) (*gkeSubnet, error) {
	v := computeService{m.s}
	if _, err := v.ready(kindNetwork, config.GetNetwork()); err != nil {
		return nil, invalid("Network %q does not exist.", lastPart(config.GetNetwork()))
	}
	doc, err := v.ready(kindSubnetwork, config.GetSubnetwork())
	if err != nil {
		return nil, invalid("Subnetwork %q does not exist.", config.GetSubnetwork())
	}
	subnet := &gkeSubnet{}
	if err := docInto(doc, subnet); err != nil {
		return nil, err
	}
	switch {
	case !strings.Contains(config.GetSubnetwork(), "/regions/"+n.region()+"/"):
		return nil, invalid("Subnetwork %q does not exist.", config.GetSubnetwork())
	case !strings.HasSuffix(subnet.Network, "/"+config.GetNetwork()):
		return nil, invalid("Subnetwork %q is not in network %q.", lastPart(config.GetSubnetwork()), lastPart(config.GetNetwork()))
	}
	return subnet, nil
}

// fillRanges sets the ranges of pods and services: secondary ranges of the
// subnetwork, ranges that were asked for, or such as are free.
func (m *clusterManager) fillRanges(n gkeName, c *containerpb.Cluster, subnet *gkeSubnet) error {
	p := ensureField(&c.IpAllocationPolicy)
	p.UseIpAliases, p.StackType = true, containerpb.StackType_IPV4
	ensureField(&p.PodCidrOverprovisionConfig)
	if p.NetworkTierConfig == nil {
		p.NetworkTierConfig = &containerpb.NetworkTierConfig{NetworkTier: containerpb.NetworkTierConfig_NETWORK_TIER_DEFAULT}
	}
	asked := firstOf(p.GetClusterIpv4CidrBlock(), p.GetClusterIpv4Cidr(), c.GetClusterIpv4Cidr()) //nolint:staticcheck // deprecated, and still sent
	pods, podsName, err := m.rangeFor(n, c, subnet, asked, p.GetClusterSecondaryRangeName(), "pods", 14)
	if err != nil {
		return err
	}
	p.ClusterIpv4Cidr, p.ClusterIpv4CidrBlock, c.ClusterIpv4Cidr = pods, pods, pods //nolint:staticcheck // deprecated, and still answered
	p.ClusterSecondaryRangeName = podsName
	asked = firstOf(p.GetServicesIpv4CidrBlock(), p.GetServicesIpv4Cidr()) //nolint:staticcheck // deprecated, and still sent
	services, name := managedServices, ""
	// The size of the shared range is the only one that can be had of it.
	if asked != "" && asked != "/20" || p.GetServicesSecondaryRangeName() != "" {
		if services, name, err = m.rangeFor(n, c, subnet, asked, p.GetServicesSecondaryRangeName(), "services", 20); err != nil {
			return err
		}
	}
	p.ServicesIpv4Cidr, p.ServicesIpv4CidrBlock, c.ServicesIpv4Cidr = services, services, services //nolint:staticcheck // deprecated, and still answered
	p.ServicesSecondaryRangeName = name
	return nil
}

// rangeFor returns the range for pods or services and the name of the secondary
// range that holds it.
func (m *clusterManager) rangeFor(n gkeName, c *containerpb.Cluster, subnet *gkeSubnet, asked, name, what string, bits int) (cidr, rangeName string, err error) {
	if name != "" {
		if asked != "" && !strings.HasPrefix(asked, "/") {
			return "", "", invalid("Only one of a secondary range name and a CIDR block can be given for %s.", what)
		}
		cidr, ok := subnet.secondary(name)
		if !ok {
			return "", "", invalid("Services or pods secondary range %q does not exist in network %q, subnetwork %q.", name, c.GetNetwork(), c.GetSubnetwork())
		}
		return cidr, name, nil
	}
	rangeName = fmt.Sprintf("gke-%s-%s-%s", n.cluster, what, c.GetId()[:8])
	if size, ok := strings.CutPrefix(asked, "/"); ok {
		if bits, err = strconv.Atoi(size); err != nil || bits < 9 || bits > 28 {
			return "", "", invalid("Invalid netmask %q for %s.", asked, what)
		}
		asked = ""
	}
	if asked == "" {
		cidr, err = m.freeRange(c, subnet, bits)
		return cidr, rangeName, err
	}
	prefix, err := netip.ParsePrefix(asked)
	if err != nil || !prefix.Addr().Is4() || prefix.Masked() != prefix {
		return "", "", invalid("Invalid CIDR block %q for %s.", asked, what)
	}
	for _, taken := range m.takenRanges(c, subnet) {
		if taken.Overlaps(prefix) {
			return "", "", invalid("Requested CIDR %s for %s is not available in network %q for cluster.", asked, what, c.GetNetwork())
		}
	}
	return asked, rangeName, nil
}

// freeRange finds a range of a size in 10.0.0.0/8 that nothing in the network has.
func (m *clusterManager) freeRange(c *containerpb.Cluster, subnet *gkeSubnet, bits int) (string, error) {
	taken := m.takenRanges(c, subnet)
	step := uint32(1) << (32 - bits)
	for at := uint64(10)<<24 | 4<<16; at < 11<<24; at += uint64(step) {
		a := uint32(at) //nolint:gosec // below 11 << 24
		prefix := netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a)}), bits)
		free := true
		for _, t := range taken {
			free = free && !t.Overlaps(prefix)
		}
		if free {
			return prefix.String(), nil
		}
	}
	return "", apiError(codes.ResourceExhausted, fmt.Sprintf("The network %q does not have available private IP space in 10.0.0.0/8 to reserve a /%d block for cluster.", c.GetNetwork(), bits))
}

// takenRanges are the ranges of the network's subnetworks and of its clusters.
// The first 10.128.0.0/9 belongs to networks in auto mode.
func (m *clusterManager) takenRanges(c *containerpb.Cluster, own *gkeSubnet) []netip.Prefix {
	texts := []string{own.IPCidrRange, "10.128.0.0/9"}
	subnets, _ := computeService{m.s}.objects(kindSubnetwork, "", true)
	for _, o := range subnets {
		subnet := &gkeSubnet{}
		if docInto(o.doc, subnet) != nil || !strings.HasSuffix(subnet.Network, "/"+c.GetNetworkConfig().GetNetwork()) {
			continue
		}
		texts = append(texts, subnet.IPCidrRange)
		for _, r := range subnet.SecondaryRanges {
			texts = append(texts, r.IPCidrRange)
		}
	}
	for _, e := range m.s.store.List(kindCluster, "") {
		other := &containerpb.Cluster{}
		if _, ok, err := readEntry(m.s, e.Value, other); ok && err == nil && other.GetNetworkConfig().GetNetwork() == c.GetNetworkConfig().GetNetwork() {
			texts = append(texts, other.GetClusterIpv4Cidr())
		}
	}
	// Pods and services of one cluster don't overlap either.
	texts = append(texts, c.GetClusterIpv4Cidr())
	var out []netip.Prefix
	for _, t := range texts {
		if p, err := netip.ParsePrefix(t); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// clustersUsing names the clusters that need a network, a subnetwork or, by
// SUBNETWORK/NAME, a secondary range, so that it can't be deleted.
func clustersUsing(s *Server, name string) []string {
	var users []string
	for _, e := range s.store.List(kindCluster, "") {
		c := &containerpb.Cluster{}
		if _, ok, err := readEntry(s, e.Value, c); ok && err == nil {
			net, ranges := c.GetNetworkConfig(), c.GetIpAllocationPolicy()
			switch name {
			case net.GetNetwork(), net.GetSubnetwork(), net.GetSubnetwork() + "/" + ranges.GetClusterSecondaryRangeName(), net.GetSubnetwork() + "/" + ranges.GetServicesSecondaryRangeName():
				users = append(users, e.Name)
			}
		}
	}
	return users
}

// setPrivateNodes says whether nodes that are made from now on have no addresses
// of their own outside.
func setPrivateNodes(c *containerpb.Cluster, private bool) {
	ensureField(&c.NetworkConfig).DefaultEnablePrivateNodes = proto.Bool(private)
	mirrorAccess(c)
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func lastPart(name string) string { return name[strings.LastIndex(name, "/")+1:] }
