package emulator

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"google.golang.org/api/compute/v1"
)

// allocateExternal gives an address one of Google's, which no other has.
func (v computeService) allocateExternal(doc computeDoc) error {
	all, err := v.objects(kindAddress, "", true)
	if err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, o := range all {
		taken[text(o.doc, "address")] = true
	}
	for {
		b := v.s.randomBytes(3)
		ip := netip.AddrFrom4([4]byte{34, 64 + b[0]%64, b[1], b[2]}).String()
		if !taken[ip] {
			doc["address"] = ip
			return nil
		}
	}
}

// allocateIn takes an address of a subnetwork's primary range: the one that is
// asked for, or the first that is free. The first two and the last two of a
// range are the service's.
func (v computeService) allocateIn(subnet computeDoc, field, asked string) (string, error) {
	p, err := netip.ParsePrefix(text(subnet, "ipCidrRange"))
	if err != nil {
		return "", err
	}
	taken, err := v.takenIn(text(subnet, "selfLink"))
	if err != nil {
		return "", err
	}
	first, last := rangeBounds(p)
	if asked != "" {
		ip, err := netip.ParseAddr(asked)
		switch {
		case err != nil || !ip.Is4():
			return "", computeInvalid(field, asked, "Must be an IPv4 address.")
		case !p.Contains(ip):
			return "", computeInvalid(field, asked, "IP address must be within the range "+p.String()+" of the subnetwork.")
		case ipNumber(ip) < first+2 || ipNumber(ip) > last-2:
			return "", computeInvalid(field, asked, "IP address is reserved by the subnetwork.")
		case taken[asked]:
			return "", computeInvalid(field, asked, "Specified IP address is in-use and would result in a conflict.")
		}
		return asked, nil
	}
	for n := first + 2; n <= last-2; n++ {
		if ip := addressOf(n).String(); !taken[ip] {
			return ip, nil
		}
	}
	return "", computeInvalid(field, "", "The subnetwork "+text(subnet, "name")+" has no free address.")
}

// takenIn are the addresses of a subnetwork that are reserved or in use.
func (v computeService) takenIn(subnetwork string) (map[string]bool, error) {
	taken := map[string]bool{}
	for kindName, field := range map[string]string{kindAddress: "address", kindForwardingRule: "IPAddress"} {
		all, err := v.objects(kindName, "", true)
		if err != nil {
			return nil, err
		}
		for _, o := range all {
			if text(o.doc, "subnetwork") == subnetwork {
				taken[text(o.doc, field)] = true
			}
		}
	}
	return taken, nil
}

// takenRanges are the ranges of a network that are in use.
func (v computeService) takenRanges(network string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	subnets, err := v.objects(kindSubnetwork, "", true)
	if err != nil {
		return nil, err
	}
	for _, o := range subnets {
		if computeName(text(o.doc, "network")) != network {
			continue
		}
		ranges, err := checkSubnetwork(o.doc)
		if err != nil {
			return nil, err
		}
		for _, r := range ranges {
			out = append(out, r.prefix)
		}
	}
	all, err := v.objects(kindAddress, "", true)
	if err != nil {
		return nil, err
	}
	for _, o := range all {
		var a compute.Address
		if err := docInto(o.doc, &a); err != nil {
			return nil, err
		}
		if computeName(a.Network) != network {
			continue
		}
		bits := int(a.PrefixLength)
		if bits == 0 {
			bits = 32
		}
		if ip, err := netip.ParseAddr(a.Address); err == nil {
			out = append(out, netip.PrefixFrom(ip, bits))
		}
	}
	return out, nil
}

// checkFree refuses a range of a network that is in use.
func (v computeService) checkFree(network, field string, p netip.Prefix) error {
	taken, err := v.takenRanges(network)
	if err != nil {
		return err
	}
	for _, have := range taken {
		if have.Overlaps(p) {
			return computeInvalid(field, p.Addr().String(), fmt.Sprintf("The range %s conflicts with %s, which is in use in the network.", p, have))
		}
	}
	return nil
}

// freeRange finds a range of a size in 10.0.0.0/8 that nothing in a network uses.
func (v computeService) freeRange(network string, bits int) (netip.Prefix, error) {
	taken, err := v.takenRanges(network)
	if err != nil {
		return netip.Prefix{}, err
	}
	private := netip.MustParsePrefix("10.0.0.0/8")
	first, last := rangeBounds(private)
	for n := first; n <= last; n += 1 << (32 - bits) {
		p := netip.PrefixFrom(addressOf(n), bits)
		free := true
		for _, have := range taken {
			free = free && !have.Overlaps(p)
		}
		if free {
			return p, nil
		}
	}
	return netip.Prefix{}, computeInvalid("resource.prefixLength", fmt.Sprint(bits), "The network has no free range of this size.")
}

func rangeBounds(p netip.Prefix) (first, last uint64) {
	first = ipNumber(p.Addr())
	return first, first + 1<<(32-p.Bits()) - 1
}

func ipNumber(ip netip.Addr) uint64 {
	b := ip.As4()
	return uint64(binary.BigEndian.Uint32(b[:]))
}

func addressOf(n uint64) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(n)) //nolint:gosec // within IPv4
	return netip.AddrFrom4(b)
}
