package emulator

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/api/dns/v1"
)

// recordTypes are those of https://cloud.google.com/dns/docs/records-overview
// whose data is checked here.
var recordTypes = []string{"A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SPF", "SRV", "TXT"}

// checkSet holds the rules for a record set; field names it in errors.
func (z *managedZone) checkSet(field string, set dns.ResourceRecordSet) error {
	zone := strings.ToLower(text(z.Zone, "dnsName"))
	name := strings.ToLower(set.Name)
	switch {
	case set.RoutingPolicy != nil:
		return notModelled("record sets with a routing policy")
	case !dnsNameForm.MatchString(set.Name) || name != zone && !strings.HasSuffix(name, "."+zone):
		return dnsInvalid(field+".name", set.Name)
	case slices.Contains([]string{"ALIAS", "DNSKEY", "DS", "HTTPS", "IPSECKEY", "NAPTR", "SSHFP", "SVCB", "TLSA"}, set.Type):
		return notModelled("record sets of the type %s", set.Type)
	case !slices.Contains(recordTypes, set.Type):
		return dnsInvalid(field+".type", set.Type)
	case set.Ttl < 0 || set.Ttl > 1<<31-1:
		return dnsInvalid(field+".ttl", strconv.FormatInt(set.Ttl, 10))
	case len(set.Rrdatas) == 0:
		return withReason("required", invalid("The '%s.rrdatas' parameter is required but was missing.", field))
	case len(set.Rrdatas) > 1 && (set.Type == "CNAME" || set.Type == "SOA"):
		return withReason("invalid", invalid("Invalid value for '%s.rrdata': a set of the type %s has exactly one record", field, set.Type))
	case set.Type == "CNAME" && name == zone:
		return withReason("invalid", invalid("The resource record set '%s' is invalid because the zone's apex cannot have a CNAME record.", field))
	}
	// https://cloud.google.com/dns/quotas
	const most = 100
	if len(set.Rrdatas) > most {
		return withReason("quotaExceeded", withHTTPStatus(403, apiError(codeOfHTTP(403), "The value for the number of resource records per record set exceeds the allowed maximum of 100.")))
	}
	for i, data := range set.Rrdatas {
		if !validRecord(set.Type, data) || slices.Contains(set.Rrdatas[:i], data) {
			return dnsInvalid(fmt.Sprintf("%s.rrdata[%d]", field, i), data)
		}
	}
	return nil
}

// validRecord checks the data of a record.
func validRecord(kindOf, data string) bool {
	words := strings.Fields(data)
	switch kindOf {
	case "A":
		ip, err := netip.ParseAddr(data)
		return err == nil && ip.Is4()
	case "AAAA":
		ip, err := netip.ParseAddr(data)
		return err == nil && ip.Is6() && ip.Zone() == ""
	case "CNAME", "NS", "PTR":
		return dnsNameForm.MatchString(data)
	case "MX":
		return len(words) == 2 && isPort(words[0]) && dnsNameForm.MatchString(words[1])
	case "SRV":
		const parts = 4
		return len(words) == parts && isPort(words[0]) && isPort(words[1]) && isPort(words[2]) && dnsNameForm.MatchString(words[3])
	case "SOA":
		const parts = 7
		return len(words) == parts && dnsNameForm.MatchString(words[0]) && dnsNameForm.MatchString(words[1])
	case "CAA":
		const parts = 3
		return len(words) >= parts && (words[0] == "0" || words[0] == "128")
	default:
		return data != "" && len(data) <= 4096
	}
}

// isPort tells whether a word is a number of sixteen bits.
func isPort(word string) bool {
	_, err := strconv.ParseUint(word, 10, 16)
	return err == nil
}
