package emulator_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// wireStep is a request of hashicorp/google. {{fingerprint}}, {{labelFingerprint}}
// and the like stand for what was read before it, and {{name}} and {{etag}} for
// what the last reply with one had.
type wireStep struct{ method, path, body string }

// networkLifecycle is a resource of hashicorp/google on the wire: what it sends
// to create, change and destroy, and where it reads the result.
type networkLifecycle struct {
	name   string
	setup  []wireStep
	create []wireStep
	// read is what is got, and part the path in the reply to the resource.
	read string
	part string
	// config is what the state has to hold after the creation, and what it
	// computes besides.
	config   string
	computed []string
	updates  []wireStep
	// changed is config after the updates.
	changed string
	destroy []wireStep
	// gone is the status of a read after that; 0 means 404.
	gone int
	// gonePart is the part that a read with status 200 lacks then, part when it is "".
	gonePart string
}

const (
	hashicorpCompute = "compute.googleapis.com/compute/v1/projects/p/"
	hashicorpDNS     = "dns.googleapis.com/dns/v1/projects/p/"
	// hashicorpRecords is where Google's client of Cloud DNS calls, within the
	// provider: it lost the last part of the endpoint before.
	hashicorpRecords = "dns/v1/projects/p/"
	hashicorpRegion  = hashicorpCompute + "regions/us-central1/"
)

func networkLifecycles() []networkLifecycle {
	always := []string{"id", "kind", "creationTimestamp", "selfLink", "selfLinkWithId", "fingerprint", "labelFingerprint"}
	with := func(more ...string) []string { return append(slices.Clone(always), more...) }
	network := wireStep{"POST", hashicorpCompute + "global/networks", `{"autoCreateSubnetworks":false,"name":"n","networkFirewallPolicyEnforcementOrder":"AFTER_CLASSIC_FIREWALL","routingConfig":{"deleteBgpAlwaysCompareMed":false}}`}
	subnetwork := wireStep{"POST", hashicorpRegion + "subnetworks", `{"ipCidrRange":"10.2.0.0/16","logConfig":{"enable":false},"name":"s","network":"projects/p/global/networks/n","region":"projects/p/global/regions/us-central1"}`}
	router := wireStep{"POST", hashicorpRegion + "routers", `{"encryptedInterconnectRouter":false,"name":"r","network":"projects/p/global/networks/n","region":"projects/p/global/regions/us-central1"}`}
	policy := wireStep{"POST", hashicorpCompute + "global/firewallPolicies", `{"name":"f"}`}
	zone := `{"cloudLoggingConfig":{"enableLogging":false},"description":"Managed by Terraform","dnsName":"private.example.com.","labels":{"a":"b"},"name":"z",
		"privateVisibilityConfig":{"gkeClusters":[],"networks":[{"networkUrl":"{{endpoint}}compute.googleapis.com/compute/v1/projects/p/global/networks/n"}]},"visibility":"private"}`
	nat := func(filter string) string {
		return `{"name":"nat","natIpAllocateOption":"AUTO_ONLY","sourceSubnetworkIpRangesToNat":"LIST_OF_SUBNETWORKS","subnetworks":[{"name":"projects/p/regions/us-central1/subnetworks/s","sourceIpRangesToNat":["ALL_IP_RANGES"]}],
			"drainNatIps":[],"initialNatIps":[],"nat64Subnetworks":[],"natIps":[],"rules":[],"enableEndpointIndependentMapping":false,"icmpIdleTimeoutSec":30,"logConfig":{"enable":true,"filter":"` + filter + `"},"tcpEstablishedIdleTimeoutSec":1200,"tcpTransitoryIdleTimeoutSec":30,"type":"PUBLIC","udpIdleTimeoutSec":30}`
	}
	// An update sends back what was read, and null for what was not.
	natUpdate := strings.Replace(nat("ALL"), `"initialNatIps":[]`, `"effectiveTcpTimeWaitTimeoutSec":120,"endpointTypes":["ENDPOINT_TYPE_VM"],"initialNatIps":null`, 1)
	// What is sent empty is not read.
	natRead := func(filter string) string {
		return strings.Replace(nat(filter), `"drainNatIps":[],"initialNatIps":[],"nat64Subnetworks":[],"natIps":[],"rules":[],`, "", 1)
	}
	// An update of a zone sends back what the provider has read of it, the id as
	// a number.
	zoneUpdate := strings.Replace(zone, `{"cloudLoggingConfig":{"enableLogging":false},"description":"Managed by Terraform"`,
		`{"cloudLoggingConfig":{},"creationTime":"{{creationTime}}","id":{{id}},"nameServers":["ns-gcp-private.googledomains.com."],"description":"changed"`, 1)
	rule := `{"action":"allow","description":"d","direction":"INGRESS","disabled":false,"enableLogging":true,"match":{"layer4Configs":[{"ipProtocol":"tcp","ports":["443"]}],"srcIpRanges":["10.100.0.1/32"]},"priority":1000,"ruleName":"test-rule"}`
	return []networkLifecycle{
		{
			name:     "google_compute_network",
			create:   []wireStep{{"POST", hashicorpCompute + "global/networks", `{"autoCreateSubnetworks":false,"description":"d","mtu":1460,"name":"n","networkFirewallPolicyEnforcementOrder":"AFTER_CLASSIC_FIREWALL","routingConfig":{"deleteBgpAlwaysCompareMed":false,"routingMode":"GLOBAL"}}`}},
			read:     hashicorpCompute + "global/networks/n",
			config:   `{"autoCreateSubnetworks":false,"description":"d","mtu":1460,"name":"n","networkFirewallPolicyEnforcementOrder":"AFTER_CLASSIC_FIREWALL","routingConfig":{"routingMode":"GLOBAL"}}`,
			computed: with("routingConfig.bgpBestPathSelectionMode"),
			updates: []wireStep{
				{"PATCH", hashicorpCompute + "global/networks/n", `{"networkFirewallPolicyEnforcementOrder":"BEFORE_CLASSIC_FIREWALL","routingConfig":{"bgpBestPathSelectionMode":"LEGACY","deleteBgpAlwaysCompareMed":false,"routingMode":"REGIONAL"}}`},
				{"PATCH", hashicorpCompute + "global/networks/n", `{"fingerprint":null,"mtu":1500}`},
			},
			changed: `{"autoCreateSubnetworks":false,"description":"d","mtu":1500,"name":"n","networkFirewallPolicyEnforcementOrder":"BEFORE_CLASSIC_FIREWALL","routingConfig":{"routingMode":"REGIONAL"}}`,
			destroy: []wireStep{{"DELETE", hashicorpCompute + "global/networks/n", ""}},
		},
		{
			name: "google_compute_subnetwork", setup: []wireStep{network},
			create: []wireStep{{"POST", hashicorpRegion + "subnetworks", `{"ipCidrRange":"10.2.0.0/16","logConfig":{"aggregationInterval":"INTERVAL_10_MIN","enable":true,"filterExpr":"true","flowSampling":0.5,"metadata":"CUSTOM_METADATA","metadataFields":["src_instance"]},
				"name":"s","network":"projects/p/global/networks/n","region":"projects/p/global/regions/us-central1","secondaryIpRanges":[{"ipCidrRange":"192.168.10.0/24","rangeName":"one"}]}`}},
			read: hashicorpRegion + "subnetworks/s",
			config: `{"ipCidrRange":"10.2.0.0/16","logConfig":{"aggregationInterval":"INTERVAL_10_MIN","enable":true,"filterExpr":"true","flowSampling":0.5,"metadata":"CUSTOM_METADATA","metadataFields":["src_instance"]},
				"name":"s","network":"projects/p/global/networks/n","region":"projects/p/global/regions/us-central1","secondaryIpRanges":[{"ipCidrRange":"192.168.10.0/24","rangeName":"one"}]}`,
			computed: with("gatewayAddress", "privateIpGoogleAccess", "privateIpv6GoogleAccess", "purpose", "stackType"),
			updates: []wireStep{
				{"POST", hashicorpRegion + "subnetworks/s/expandIpCidrRange", `{"ipCidrRange":"10.0.0.0/8"}`},
				{"POST", hashicorpRegion + "subnetworks/s/setPrivateIpGoogleAccess", `{"privateIpGoogleAccess":true}`},
				{"PATCH", hashicorpRegion + "subnetworks/s", `{"fingerprint":"{{fingerprint}}","logConfig":{"aggregationInterval":"INTERVAL_5_SEC","enable":true,"filterExpr":"true","flowSampling":1,"metadata":"INCLUDE_ALL_METADATA"}}`},
				{"PATCH", hashicorpRegion + "subnetworks/s", `{"fingerprint":"{{fingerprint}}","secondaryIpRanges":[{"ipCidrRange":"192.168.10.0/24","rangeName":"one"},{"ipCidrRange":"192.168.11.0/24","rangeName":"two"}]}`},
			},
			// The service keeps the fields of custom metadata.
			changed: `{"ipCidrRange":"10.0.0.0/8","privateIpGoogleAccess":true,"logConfig":{"aggregationInterval":"INTERVAL_5_SEC","enable":true,"filterExpr":"true","flowSampling":1,"metadata":"INCLUDE_ALL_METADATA","metadataFields":["src_instance"]},
				"name":"s","network":"projects/p/global/networks/n","region":"projects/p/global/regions/us-central1","secondaryIpRanges":[{"ipCidrRange":"192.168.10.0/24","rangeName":"one"},{"ipCidrRange":"192.168.11.0/24","rangeName":"two"}]}`,
			destroy: []wireStep{{"DELETE", hashicorpRegion + "subnetworks/s", ""}},
		},
		{
			name: "google_compute_router", setup: []wireStep{network},
			create: []wireStep{{"POST", hashicorpRegion + "routers", `{"bgp":{"advertiseMode":"CUSTOM","advertisedGroups":["ALL_SUBNETS"],"advertisedIpRanges":[{"range":"1.2.3.4"}],"asn":64514,"keepaliveInterval":20},"encryptedInterconnectRouter":false,
				"name":"r","network":"projects/p/global/networks/n","region":"projects/p/global/regions/us-central1"}`}},
			read:     hashicorpRegion + "routers/r",
			config:   `{"bgp":{"advertiseMode":"CUSTOM","advertisedGroups":["ALL_SUBNETS"],"advertisedIpRanges":[{"range":"1.2.3.4"}],"asn":64514,"keepaliveInterval":20},"encryptedInterconnectRouter":false,"name":"r","network":"projects/p/global/networks/n","region":"projects/p/global/regions/us-central1"}`,
			computed: always,
			updates:  []wireStep{{"PATCH", hashicorpRegion + "routers/r", `{"bgp":{"advertiseMode":"DEFAULT","advertisedGroups":[],"advertisedIpRanges":[],"asn":64515,"keepaliveInterval":20},"description":"d"}`}},
			changed:  `{"bgp":{"advertiseMode":"DEFAULT","asn":64515,"keepaliveInterval":20},"description":"d","encryptedInterconnectRouter":false,"name":"r","network":"projects/p/global/networks/n","region":"projects/p/global/regions/us-central1"}`,
			destroy:  []wireStep{{"DELETE", hashicorpRegion + "routers/r", ""}},
		},
		{
			name: "google_compute_router_nat", setup: []wireStep{network, subnetwork, router},
			create: []wireStep{{"PATCH", hashicorpRegion + "routers/r", `{"nats":[` + nat("ERRORS_ONLY") + `]}`}},
			read:   hashicorpRegion + "routers/r", part: "nats.0",
			config:   natRead("ERRORS_ONLY"),
			computed: []string{"autoNetworkTier", "effectiveTcpTimeWaitTimeoutSec", "endpointTypes"},
			updates:  []wireStep{{"PATCH", hashicorpRegion + "routers/r", `{"nats":[` + natUpdate + `]}`}},
			changed:  natRead("ALL"),
			destroy:  []wireStep{{"PATCH", hashicorpRegion + "routers/r", `{"nats":[]}`}},
			gone:     200,
		},
		{
			name:     "google_compute_network_firewall_policy",
			create:   []wireStep{{"POST", hashicorpCompute + "global/firewallPolicies", `{"description":"d","name":"f"}`}},
			read:     hashicorpCompute + "global/firewallPolicies/f",
			config:   `{"description":"d","name":"f"}`,
			computed: with("ruleTupleCount", "rules"),
			updates:  []wireStep{{"PATCH", hashicorpCompute + "global/firewallPolicies/f", `{"description":"e","fingerprint":"{{fingerprint}}"}`}},
			changed:  `{"description":"e","name":"f"}`,
			destroy:  []wireStep{{"DELETE", hashicorpCompute + "global/firewallPolicies/f", ""}},
		},
		{
			name: "google_compute_network_firewall_policy_rule", setup: []wireStep{policy},
			create: []wireStep{{"POST", hashicorpCompute + "global/firewallPolicies/f/addRule", rule}},
			read:   hashicorpCompute + "global/firewallPolicies/f/getRule?priority=1000",
			config: rule, computed: []string{"kind", "ruleTupleCount"},
			updates: []wireStep{{"POST", hashicorpCompute + "global/firewallPolicies/f/patchRule?priority=1000", strings.NewReplacer(`"allow"`, `"deny"`, `"443"`, `"80","443"`).Replace(rule)}},
			changed: strings.NewReplacer(`"allow"`, `"deny"`, `"443"`, `"80","443"`).Replace(rule),
			destroy: []wireStep{{"POST", hashicorpCompute + "global/firewallPolicies/f/removeRule?priority=1000", ""}},
			gone:    http.StatusBadRequest,
		},
		{
			name: "google_compute_network_firewall_policy_association", setup: []wireStep{network, policy},
			create:  []wireStep{{"POST", hashicorpCompute + "global/firewallPolicies/f/addAssociation", `{"attachmentTarget":"projects/p/global/networks/n","name":"a"}`}},
			read:    hashicorpCompute + "global/firewallPolicies/f/getAssociation?name=a",
			config:  `{"attachmentTarget":"projects/p/global/networks/n","name":"a"}`,
			changed: `{"attachmentTarget":"projects/p/global/networks/n","name":"a"}`,
			destroy: []wireStep{{"POST", hashicorpCompute + "global/firewallPolicies/f/removeAssociation?name=a", ""}},
			gone:    http.StatusBadRequest,
		},
		{
			name: "google_compute_address", setup: []wireStep{network, subnetwork},
			create: []wireStep{
				{"POST", hashicorpRegion + "addresses", `{"addressType":"INTERNAL","description":"d","labels":{"a":"b"},"name":"a","purpose":"GCE_ENDPOINT","region":"projects/p/global/regions/us-central1","subnetwork":"projects/p/regions/us-central1/subnetworks/s"}`},
				// The labels of the creation are ignored, as the provider knows.
				{"POST", hashicorpRegion + "addresses/a/setLabels", `{"labelFingerprint":"{{labelFingerprint}}","labels":{"a":"b"}}`},
			},
			read:     hashicorpRegion + "addresses/a",
			config:   `{"addressType":"INTERNAL","description":"d","labels":{"a":"b"},"name":"a","purpose":"GCE_ENDPOINT","region":"projects/p/global/regions/us-central1","subnetwork":"projects/p/regions/us-central1/subnetworks/s"}`,
			computed: with("address", "networkTier", "status"),
			updates:  []wireStep{{"POST", hashicorpRegion + "addresses/a/setLabels", `{"labelFingerprint":"{{labelFingerprint}}","labels":{"a":"c"}}`}},
			changed:  `{"addressType":"INTERNAL","description":"d","labels":{"a":"c"},"name":"a","purpose":"GCE_ENDPOINT","region":"projects/p/global/regions/us-central1","subnetwork":"projects/p/regions/us-central1/subnetworks/s"}`,
			destroy:  []wireStep{{"DELETE", hashicorpRegion + "addresses/a", ""}},
		},
		{
			name: "google_compute_forwarding_rule", setup: []wireStep{
				network, subnetwork,
				{"POST", hashicorpRegion + "addresses", `{"addressType":"INTERNAL","name":"a","region":"projects/p/global/regions/us-central1","subnetwork":"projects/p/regions/us-central1/subnetworks/s"}`},
			},
			create: []wireStep{{"POST", hashicorpRegion + "forwardingRules", `{"IPAddress":"{{endpoint}}compute.googleapis.com/compute/v1/projects/p/regions/us-central1/addresses/a","loadBalancingScheme":"","name":"r","network":"projects/p/global/networks/n",
				"region":"projects/p/global/regions/us-central1","target":"{{endpoint}}compute.googleapis.com/compute/v1/{{attachment}}"}`}},
			read:     hashicorpRegion + "forwardingRules/r",
			config:   `{"loadBalancingScheme":"","name":"r","network":"projects/p/global/networks/n","region":"projects/p/global/regions/us-central1","target":"{{attachment}}"}`,
			computed: with("IPAddress", "IPProtocol", "description", "networkTier", "pscConnectionId", "pscConnectionStatus"),
			updates: []wireStep{
				{"POST", hashicorpRegion + "forwardingRules/r/setLabels", `{"labelFingerprint":"{{labelFingerprint}}","labels":{"a":"b"}}`},
				{"PATCH", hashicorpRegion + "forwardingRules/r", `{"allowPscGlobalAccess":true,"fingerprint":"{{fingerprint}}"}`},
			},
			changed: `{"allowPscGlobalAccess":true,"labels":{"a":"b"},"name":"r","network":"projects/p/global/networks/n","region":"projects/p/global/regions/us-central1","target":"{{attachment}}"}`,
			destroy: []wireStep{{"DELETE", hashicorpRegion + "forwardingRules/r", ""}},
		},
		{
			name: "google_dns_managed_zone", setup: []wireStep{network},
			create: []wireStep{{"POST", hashicorpDNS + "managedZones", zone}},
			read:   hashicorpDNS + "managedZones/z",
			config: `{"description":"Managed by Terraform","dnsName":"private.example.com.","labels":{"a":"b"},"name":"z","privateVisibilityConfig":{"networks":[{"networkUrl":"projects/p/global/networks/n"}]},"visibility":"private"}`,
			computed: with("creationTime", "nameServers", "cloudLoggingConfig.kind", "cloudLoggingConfig.enableLogging",
				"privateVisibilityConfig.kind", "privateVisibilityConfig.networks.0.kind"),
			updates: []wireStep{{"PUT", hashicorpDNS + "managedZones/z", zoneUpdate}},
			changed: `{"description":"changed","dnsName":"private.example.com.","labels":{"a":"b"},"name":"z","privateVisibilityConfig":{"networks":[{"networkUrl":"projects/p/global/networks/n"}]},"visibility":"private"}`,
			destroy: []wireStep{{"DELETE", hashicorpDNS + "managedZones/z", ""}},
		},
		{
			name: "google_dns_record_set", setup: []wireStep{network, {"POST", hashicorpDNS + "managedZones", zone}},
			create: []wireStep{{"POST", hashicorpRecords + "managedZones/z/changes", `{"additions":[{"name":"a.private.example.com.","rrdatas":["10.0.0.1","10.0.0.2"],"ttl":300,"type":"A"}]}`}},
			read:   hashicorpRecords + "managedZones/z/rrsets?name=a.private.example.com.&type=A", part: "rrsets.0",
			config:   `{"name":"a.private.example.com.","rrdatas":["10.0.0.1","10.0.0.2"],"ttl":300,"type":"A"}`,
			computed: []string{"kind"},
			updates: []wireStep{{"POST", hashicorpRecords + "managedZones/z/changes", `{"additions":[{"name":"a.private.example.com.","rrdatas":["10.0.0.3"],"ttl":60,"type":"A"}],
				"deletions":[{"name":"a.private.example.com.","rrdatas":["10.0.0.1","10.0.0.2"],"ttl":300,"type":"A"}]}`}},
			changed: `{"name":"a.private.example.com.","rrdatas":["10.0.0.3"],"ttl":60,"type":"A"}`,
			destroy: []wireStep{{"POST", hashicorpRecords + "managedZones/z/changes", `{"deletions":[{"name":"a.private.example.com.","rrdatas":["10.0.0.3"],"ttl":60,"type":"A"}]}`}},
			gone:    200,
		},
	}
}

// TestHashicorpNetworks takes each type through create, read, a plan without
// changes, update and destroy.
func TestHashicorpNetworks(t *testing.T) {
	t.Parallel()
	for _, l := range networkLifecycles() {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			l.run(t, cloud(t, emulator.Options{LROScale: 1}))
		})
	}
}

// run takes the resource through its life.
func (l networkLifecycle) run(t *testing.T, e *env) {
	t.Helper()
	w := &wireRun{e: e, h: &hashicorp{t: t, endpoint: "http://" + e.srv.Addr() + "/"}, l: l, learned: map[string]string{}}
	if strings.Contains(fmt.Sprint(l), "{{attachment}}") {
		w.attachment = e.attachment("db", `"p"`)
	}
	for _, step := range append(slices.Clone(l.setup), l.create...) {
		w.send(step)
	}
	w.l.read = w.fill(l.read)
	w.wantEmptyPlan(w.fill(l.config))
	for _, step := range l.updates {
		w.send(step)
	}
	w.wantEmptyPlan(w.fill(l.changed))
	for _, step := range l.destroy {
		w.send(step)
	}
	want := l.gone
	if want == 0 {
		want = http.StatusNotFound
	}
	a := w.h.try("GET", w.l.read, nil)
	if a.status != want {
		t.Errorf("after the destroy: %d %s", a.status, a.body)
	}
	part := l.part
	if l.gonePart != "" {
		part = l.gonePart
	}
	if want == 200 && partOf(t, a, part) != nil {
		t.Errorf("after the destroy: %s", a.body)
	}
}

// wireRun is a lifecycle on its way.
type wireRun struct {
	e          *env
	h          *hashicorp
	l          networkLifecycle
	attachment string
	// learned are the name and the etag of the last reply that had them.
	learned map[string]string
}

// fill puts in what placeholders stand for.
func (w *wireRun) fill(text string) string {
	text = strings.NewReplacer("{{endpoint}}", w.h.endpoint, "{{attachment}}", w.attachment, "{{name}}", w.learned["name"], "{{etag}}", w.learned["etag"]).Replace(text)
	if strings.Contains(text, "{{number}}") {
		text = strings.ReplaceAll(text, "{{number}}", w.e.number(w.h.t, "p"))
	}
	for _, key := range []string{"fingerprint", "labelFingerprint", "id", "creationTime"} {
		if strings.Contains(text, "{{"+key+"}}") {
			text = strings.ReplaceAll(text, "{{"+key+"}}", fmt.Sprint(w.h.send("GET", w.l.read, nil)[key]))
		}
	}
	return text
}

// learn keeps the name and the etag of a reply.
func (w *wireRun) learn(reply map[string]any) {
	for _, key := range []string{"name", "etag"} {
		if value, ok := reply[key].(string); ok {
			w.learned[key] = value
		}
	}
}

// send makes a request and polls what it starts, as the provider does.
func (w *wireRun) send(step wireStep) {
	w.h.t.Helper()
	step.path = w.fill(step.path)
	var raw any
	if body := w.fill(step.body); body != "" {
		raw = json.RawMessage(body)
	}
	a := w.h.try(step.method, step.path, raw)
	if a.status == http.StatusNoContent {
		return
	}
	if a.status != http.StatusOK {
		w.h.t.Fatalf("%s %s: %d %s", step.method, step.path, a.status, a.body)
	}
	var op map[string]any
	if err := json.Unmarshal(a.body, &op); err != nil {
		w.h.t.Fatal(err)
	}
	path := w.operation(step, op)
	if path == "" {
		w.learn(op)
		return
	}
	for range 100 {
		if op["status"] == "DONE" || op["status"] == "done" || op["done"] == true {
			if op["error"] != nil {
				w.h.t.Fatalf("%s %s: %v", step.method, step.path, op)
			}
			if response, ok := op["response"].(map[string]any); ok {
				w.learn(response)
			}
			return
		}
		if err := w.e.clock.Sleep(w.h.t.Context(), 1e9); err != nil {
			w.h.t.Fatal(err)
		}
		op = w.h.send("GET", path, nil)
	}
	w.h.t.Fatalf("%s %s: never done", step.method, step.path)
}

// operation is where the operation that a call began is read, "" when it began
// none.
func (w *wireRun) operation(step wireStep, reply map[string]any) string {
	switch name := fmt.Sprint(reply["name"]); {
	case reply["kind"] == "compute#operation":
		return "compute.googleapis.com/" + strings.TrimPrefix(fmt.Sprint(reply["selfLink"]), "https://www.googleapis.com/")
	case reply["kind"] == "dns#change":
		return strings.TrimSuffix(step.path, "/") + "/" + fmt.Sprint(reply["id"])
	case strings.Contains(name, "operations/"):
		api := strings.SplitN(step.path, "/", 3)
		return api[0] + "/" + api[1] + "/" + name
	}
	return ""
}

// partOf is the part of a reply at a dotted path, nil when there is none.
func partOf(t *testing.T, a answer, path string) any {
	t.Helper()
	var value any
	a.into(t, a.status, &value)
	for _, key := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' }) {
		switch v := value.(type) {
		case map[string]any:
			value = v[key]
		case []any:
			if len(v) == 0 {
				return nil
			}
			value = v[0]
		default:
			return nil
		}
	}
	return value
}

// wantEmptyPlan compares what was set with what is read, links as the provider
// compares them: by what comes after the API's address.
func (w *wireRun) wantEmptyPlan(config string) {
	t := w.h.t
	t.Helper()
	a := w.h.try("GET", w.l.read, nil)
	if a.status != http.StatusOK {
		t.Fatalf("read: %d %s", a.status, a.body)
	}
	var want any
	if err := json.Unmarshal([]byte(strings.ReplaceAll(config, "{{attachment}}", w.attachment)), &want); err != nil {
		t.Fatal(err)
	}
	set, read := leaves(want), leaves(partOf(t, a, w.l.part))
	for _, path := range slices.Sorted(maps.Keys(set)) {
		have := read[path]
		if reflect.DeepEqual(set[path], have) || isZero(set[path]) && have == nil || sameLink(set[path], have) {
			continue
		}
		t.Errorf("%s was set to %v and reads %v", path, set[path], have)
	}
	for _, path := range slices.Sorted(maps.Keys(read)) {
		_, ok := set[path]
		if !ok && !slices.ContainsFunc(w.l.computed, func(c string) bool { return path == c || strings.HasPrefix(path, c+".") }) {
			t.Errorf("%s reads %v and was not set", path, read[path])
		}
	}
}

func sameLink(set, have any) bool {
	a, ok := set.(string)
	b, also := have.(string)
	if !ok || !also {
		return false
	}
	link, err := url.Parse(b)
	return err == nil && link.Host == "www.googleapis.com" && strings.TrimPrefix(link.Path, "/compute/v1/") == strings.Replace(a, "/global/regions/", "/regions/", 1)
}
