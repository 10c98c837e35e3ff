package emulator_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// FuzzNetworkBodies sends any body to each writing call of Compute Engine and
// Cloud DNS: an answer is one of the few that such a call has, never a panic or
// an internal error, and what stands after it can be read.
func FuzzNetworkBodies(f *testing.F) {
	for _, l := range networkLifecycles() {
		for _, step := range slices.Concat(l.create, l.updates) {
			f.Add(step.body)
		}
	}
	f.Add(`{"name":"a","network":"global/networks/n","nats":[null]}`)
	f.Add(`{"name":"a","network":"global/networks/n","nats":[{"name":"x","natIpAllocateOption":"AUTO_ONLY","sourceSubnetworkIpRangesToNat":"LIST_OF_SUBNETWORKS","subnetworks":[null]}]}`)
	f.Add(`{"name":"a","network":"global/networks/n","ipCidrRange":"10.9.0.0/24","secondaryIpRanges":[null]}`)
	f.Add(`{"priority":6,"action":"allow","direction":"INGRESS","match":{"srcIpRanges":["::/0"],"layer4Configs":[null]}}`)
	f.Add(`{"name":"a","dnsName":"b.com.","visibility":"private","privateVisibilityConfig":{"networks":[null]}}`)
	f.Add(`{"name":"a","network":"global/networks/n","allowed":[null]}`)
	f.Add(`{"name":"a","bgp":null,"nats":[null,{"name":"x","natIpAllocateOption":"AUTO_ONLY","sourceSubnetworkIpRangesToNat":"LIST_OF_SUBNETWORKS","subnetworks":[null]}]}`)
	f.Add(`{"name":"a","network":"global/networks/n","ipCidrRange":"255.255.255.248/29","secondaryIpRanges":[null],"logConfig":null}`)
	f.Add(`{"priority":5,"action":"allow","direction":"INGRESS","match":{"srcIpRanges":[null,"::/0"],"layer4Configs":[null]},"description":null}`)
	f.Add(`{"name":"a","addressType":"INTERNAL","purpose":"VPC_PEERING","network":"global/networks/n","prefixLength":8}`)
	f.Add(`{"additions":[{"name":".","type":"A","rrdatas":[""]}],"deletions":[{}]}`)
	f.Add(`{"name":"a","network":"global/networks/n","allowed":[null],"denied":[{}],"routingConfig":null,"privateVisibilityConfig":{"networks":[null]}}`)
	f.Add(`{"labels":{"a":"b"},"labelFingerprint":"42WmSpB8rSM=","autoCreateSubnetworks":false,"name":"b","routingConfig":null}`)
	const compute, dns = "/compute.googleapis.com/compute/v1/projects/p/", "/dns.googleapis.com/dns/v1/projects/p/managedZones"
	calls := []struct{ method, path string }{
		{"POST", compute + "global/networks"},
		{"PATCH", compute + "global/networks/n"},
		{"POST", compute + "regions/us-central1/subnetworks"},
		{"PATCH", compute + "regions/us-central1/subnetworks/s"},
		{"POST", compute + "regions/us-central1/subnetworks/s/expandIpCidrRange"},
		{"POST", compute + "regions/us-central1/subnetworks/s/setPrivateIpGoogleAccess"},
		{"POST", compute + "regions/us-central1/subnetworks/s/setIamPolicy"},
		{"POST", compute + "regions/us-central1/routers"},
		{"PATCH", compute + "regions/us-central1/routers/r"},
		{"POST", compute + "regions/us-central1/addresses"},
		{"POST", compute + "global/addresses"},
		{"POST", compute + "regions/us-central1/forwardingRules"},
		{"POST", compute + "global/forwardingRules"},
		{"POST", compute + "global/routes"},
		{"POST", compute + "global/firewalls"},
		{"PUT", compute + "global/firewalls/w"},
		{"PATCH", compute + "global/firewalls/w"},
		{"POST", compute + "global/firewallPolicies"},
		{"POST", compute + "global/firewallPolicies/f/addRule"},
		{"POST", compute + "global/firewallPolicies/f/patchRule?priority=5"},
		{"POST", compute + "global/firewallPolicies/f/addAssociation"},
		{"PATCH", compute + "global/firewallPolicies/f"},
		{"POST", dns},
		{"PATCH", dns + "/z"},
		{"PUT", dns + "/z"},
		{"POST", dns + "/z/rrsets"},
		{"POST", dns + "/z/changes"},
	}
	reads := []string{
		compute + "global/networks", compute + "regions/us-central1/subnetworks", compute + "regions/us-central1/routers", compute + "global/addresses",
		compute + "regions/us-central1/addresses", compute + "global/routes", compute + "global/firewalls", compute + "global/firewallPolicies",
		compute + "regions/us-central1/forwardingRules", dns, dns + "/z/rrsets", dns + "/z/changes",
	}
	f.Fuzz(func(t *testing.T, body string) {
		srv, err := emulator.New(emulator.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := srv.Close(); err != nil {
				t.Error(err)
			}
		})
		h := srv.Handler()
		do := func(method, path, body string) int {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, "http://127.0.0.1"+path, strings.NewReader(body)))
			return w.Code
		}
		for _, s := range []struct{ path, body string }{
			{"/serviceusage.googleapis.com/v1/projects/p/services:batchEnable", `{"serviceIds":["compute.googleapis.com","dns.googleapis.com"]}`},
			{calls[0].path, `{"name":"n","autoCreateSubnetworks":false}`},
			{calls[2].path, `{"name":"s","network":"global/networks/n","ipCidrRange":"10.2.0.0/16"}`},
			{compute + "regions/us-central1/routers", `{"name":"r","network":"global/networks/n"}`},
			{compute + "global/firewalls", `{"name":"w","network":"global/networks/n","allowed":[{"IPProtocol":"all"}]}`},
			{compute + "global/firewallPolicies", `{"name":"f"}`},
			{compute + "global/firewallPolicies/f/addRule", `{"priority":5,"action":"deny","direction":"INGRESS","match":{"srcIpRanges":["::/0"],"layer4Configs":[{"ipProtocol":"all"}]}}`},
			{dns, `{"name":"z","dnsName":"example.com."}`},
		} {
			if got := do("POST", s.path, s.body); got != http.StatusOK {
				t.Fatalf("%s: %d", s.path, got)
			}
		}
		for _, c := range calls {
			if got := do(c.method, c.path, body); !slices.Contains([]int{200, 400, 403, 404, 409, 412, 501}, got) {
				t.Errorf("%s %s answers %d", c.method, c.path, got)
			}
		}
		for _, path := range reads {
			if got := do("GET", path, ""); got != http.StatusOK {
				t.Errorf("GET %s answers %d", path, got)
			}
		}
	})
}
