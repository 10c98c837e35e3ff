package emulator_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// TestFirewallPolicy takes a policy through its life: rules, association, policy.
func TestFirewallPolicy(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{LROScale: 1})
	e.network()
	const policies = computePath + "global/firewallPolicies"
	const path = policies + "/f"
	if op := e.operate("POST", policies, `{"name":"f"}`); op["operationType"] != "compute.networkFirewallPolicy.insert" {
		t.Errorf("%v", op)
	}
	f := e.json("GET", path, "")
	raw, err := json.Marshal(f["rules"].([]any)[0])
	if err != nil || string(raw) != `{"action":"goto_next","description":"default egress rule","direction":"EGRESS","enableLogging":false,"kind":"compute#firewallPolicyRule","match":{"destIpRanges":["::/0"],"layer4Configs":[{"ipProtocol":"all"}]},"priority":2147483644,"ruleTupleCount":2}` {
		t.Errorf("%s", raw)
	}
	if len(f["rules"].([]any)) != 4 || f["ruleTupleCount"] != 8.0 || f["description"] != "" || f["associations"] != nil {
		t.Errorf("%v", f)
	}
	rule := func(priority int, more string) string {
		return fmt.Sprintf(`{"priority":%d,"action":"deny","direction":"INGRESS","match":{"srcIpRanges":["0.0.0.0/0"],"layer4Configs":[{"ipProtocol":"tcp","ports":["22","80-90"]}]}%s}`, priority, more)
	}
	busy := e.json("POST", path+"/addRule", rule(1000, ""))
	e.refuse("POST", path+"/addRule", rule(1001, ""), 400, "resourceNotReady", "The resource 'projects/p/global/firewallPolicies/f' is not ready")
	e.json("POST", computePath+"global/operations/"+fmt.Sprint(busy["name"])+"/wait", "")
	e.refuse("POST", path+"/addRule", rule(1000, ""), 400, "invalid", "Invalid value for field 'resource.priority': '1000'. Cannot have rules with the same priorities.")
	for _, bad := range []struct{ body, reason, text string }{
		{rule(2147483647, ""), "invalid", "resource.priority"},
		{strings.Replace(rule(1, ""), `"priority":1,`, "", 1), "required", "resource.priority"},
		{strings.Replace(rule(1, ""), `"deny"`, `"drop"`, 1), "invalid", "resource.action"},
		{strings.Replace(rule(1, ""), `"INGRESS"`, `"EGRESS"`, 1), "required", "resource.match.destIpRanges"},
		{strings.Replace(rule(1, ""), `0.0.0.0/0`, `1.2.3.4/8`, 1), "invalid", "resource.match.srcIpRanges"},
		{strings.Replace(rule(1, ""), `"tcp"`, `"icmp"`, 1), "invalid", "ports"},
		{strings.Replace(rule(1, ""), `80-90`, `90-80`, 1), "invalid", "ports"},
		{`{"priority":1,"action":"allow","direction":"INGRESS"}`, "required", "resource.match"},
	} {
		e.refuse("POST", path+"/addRule", bad.body, 400, bad.reason, bad.text)
	}
	e.notModelled("POST", path+"/addRule", rule(1, `,"targetSecureTags":[{"name":"tagValues/1"}]`))
	got := e.json("GET", path+"/getRule?priority=1000", "")
	if got["enableLogging"] != false || got["kind"] != "compute#firewallPolicyRule" || got["ruleTupleCount"] != 3.0 {
		t.Errorf("%v", got)
	}
	e.refuse("GET", path+"/getRule?priority=7", "", 400, "invalid", "Invalid value for field 'priority': '7'. The firewall policy does not contain a rule at priority 7.")
	e.refuse("GET", path+"/getRule", "", 400, "required", "priority")
	e.operate("POST", path+"/patchRule?priority=1000", `{"enableLogging":true,"description":"d","match":{"srcIpRanges":["10.0.0.0/8"],"layer4Configs":[{"ipProtocol":"all"}]}}`)
	got = e.json("GET", path+"/getRule?priority=1000", "")
	if got["enableLogging"] != true || got["action"] != "deny" || fmt.Sprint(got["match"]) != "map[layer4Configs:[map[ipProtocol:all]] srcIpRanges:[10.0.0.0/8]]" {
		t.Errorf("%v", got)
	}
	e.refuse("POST", path+"/patchRule?priority=2147483647", `{"action":"deny"}`, 400, "invalid", "Default rules")
	e.operate("POST", path+"/addRule", rule(5, ""))
	if f = e.json("GET", path, ""); f["rules"].([]any)[0].(map[string]any)["priority"] != 5.0 {
		t.Errorf("the rules are not in the order of their priority: %v", f["rules"])
	}

	// One policy a network.
	target := `{"name":"a","attachmentTarget":"https://www.googleapis.com/compute/v1/projects/p/global/networks/n"}`
	e.operate("POST", policies, `{"name":"g"}`)
	e.refuse("POST", path+"/addAssociation", `{"name":"a","attachmentTarget":"projects/p/global/networks/none"}`, 404, "notFound", "networks/none")
	if op := e.operate("POST", path+"/addAssociation?replaceExistingAssociation=false", target); op["operationType"] != "compute.networkFirewallPolicy.attach" {
		t.Errorf("%v", op)
	}
	e.refuse("POST", policies+"/g/addAssociation", target, 400, "invalid", "already associated")
	if a := e.json("GET", path+"/getAssociation?name=a", ""); fmt.Sprint(a) != "map[attachmentTarget:https://www.googleapis.com/compute/v1/projects/p/global/networks/n name:a]" {
		t.Errorf("%v", a)
	}
	if n := e.json("GET", computePath+"global/networks/n", ""); n["firewallPolicy"] != "https://www.googleapis.com/compute/v1/projects/p/global/firewallPolicies/f" {
		t.Errorf("%v", n)
	}
	e.refuse("DELETE", path, "", 400, "resourceInUseByAnotherResource", "The firewall_policy resource 'projects/p/global/firewallPolicies/f' is already being used by 'projects/p/global/networks/n'")
	e.refuse("POST", path+"/removeAssociation?name=b", "", 400, "invalid", "does not exist")
	e.operate("POST", path+"/removeAssociation?name=a", "")

	f = e.json("GET", path, "")
	e.refuse("PATCH", path, `{"description":"x"}`, 400, "required", "resource.fingerprint")
	e.refuse("PATCH", path, `{"description":"x","fingerprint":"AAAA"}`, 412, "conditionNotMet", "Invalid fingerprint.")
	e.operate("PATCH", path, `{"description":"x","fingerprint":"`+fmt.Sprint(f["fingerprint"])+`"}`)
	e.json("POST", path+"/setIamPolicy", `{"policy":{"bindings":[{"role":"roles/viewer","members":["user:a@example.com"]}]}}`)
	e.operate("POST", path+"/removeRule?priority=5", "")
	list := e.json("GET", policies, "")
	if len(list["items"].([]any)) != 2 || list["kind"] != "compute#firewallPolicyList" || list["selfLink"] != nil {
		t.Errorf("%v", list)
	}
	e.operate("DELETE", path, "")
	e.operate("DELETE", policies+"/g", "")
	if got := e.srv.Inventory(); got["computeFirewallPolicies"] != nil {
		t.Errorf("left behind %v", got)
	}
}

func TestFirewall(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{})
	e.network()
	const path = computePath + "global/firewalls"
	e.operate("POST", path, `{"name":"f","network":"global/networks/n","allowed":[{"IPProtocol":"TCP","ports":["22"]}]}`)
	f := e.json("GET", path+"/f", "")
	if f["direction"] != "INGRESS" || f["priority"] != 1000.0 || f["disabled"] != false || fmt.Sprint(f["sourceRanges"]) != "[0.0.0.0/0]" || fmt.Sprint(f["logConfig"]) != "map[enable:false]" || !strings.Contains(fmt.Sprint(f["allowed"]), "IPProtocol:tcp") {
		t.Errorf("%v", f)
	}
	e.refuse("POST", path, `{"name":"g","network":"global/networks/n"}`, 400, "invalid", "resource.allowed")
	e.refuse("POST", path, `{"name":"g","network":"global/networks/n","priority":70000,"denied":[{"IPProtocol":"all"}]}`, 400, "invalid", "resource.priority")
	e.refuse("POST", path, `{"name":"g","allowed":[{"IPProtocol":"all"}]}`, 404, "notFound", "global/networks/default")
	e.refuse("POST", path, `{"name":"g","network":"global/networks/n","direction":"EGRESS","sourceRanges":["10.0.0.0/8"],"denied":[{"IPProtocol":"all"}]}`, 400, "invalid", "resource.sourceRanges")
	e.operate("PATCH", path+"/f", `{"priority":900,"disabled":true}`)
	e.operate("PUT", path+"/f", `{"name":"f","network":"projects/p/global/networks/n","denied":[{"IPProtocol":"all"}],"priority":800}`)
	if f = e.json("GET", path+"/f", ""); f["priority"] != 800.0 || f["allowed"] != nil || f["disabled"] != false {
		t.Errorf("%v", f)
	}
	e.refuse("PATCH", path+"/f", `{"direction":"EGRESS"}`, 400, "invalid", "resource.direction")
	if op := e.finish("DELETE", computePath+"global/networks/n", ""); op["error"] == nil {
		t.Errorf("%v", op)
	}
	e.operate("DELETE", path+"/f", "")
}

// TestRouter takes a router and its NAT gateways through their life.
func TestRouter(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{})
	e.network()
	const path = computePath + "regions/us-central1/routers"
	e.operate("POST", path, `{"name":"r","network":"projects/p/global/networks/n","bgp":{"asn":64514}}`)
	if r := e.json("GET", path+"/r", ""); fmt.Sprint(r["bgp"]) != "map[advertiseMode:DEFAULT asn:64514 keepaliveInterval:20]" || r["nats"] != nil {
		t.Errorf("%v", r)
	}
	nat := func(more string) string {
		return `{"nats":[{"name":"nat","natIpAllocateOption":"AUTO_ONLY","sourceSubnetworkIpRangesToNat":"LIST_OF_SUBNETWORKS","logConfig":{"enable":true,"filter":"ERRORS_ONLY"},
			"subnetworks":[{"name":"projects/p/regions/us-central1/subnetworks/s","sourceIpRangesToNat":["ALL_IP_RANGES"]}]` + more + `}]}`
	}
	for _, bad := range []struct{ body, reason, text string }{
		{strings.Replace(nat(""), "AUTO_ONLY", "SOME", 1), "invalid", "resource.nats[0].natIpAllocateOption"},
		{strings.Replace(nat(""), "AUTO_ONLY", "MANUAL_ONLY", 1), "required", "resource.nats[0].natIps"},
		{strings.Replace(nat(""), "ERRORS_ONLY", "SOME", 1), "invalid", "resource.nats[0].logConfig.filter"},
		{strings.Replace(nat(""), "LIST_OF_SUBNETWORKS", "ALL_SUBNETWORKS_ALL_IP_RANGES", 1), "invalid", "resource.nats[0].subnetworks"},
		{strings.Replace(nat(""), `"name":"nat"`, `"name":"Nat"`, 1), "invalid", "resource.nats[0].name"},
		{nat(`,"maxPortsPerVm":128`), "invalid", "maxPortsPerVm"},
		{`{"bgp":{"asn":1}}`, "invalid", "resource.bgp.asn"},
		{`{"network":"projects/p/global/networks/m"}`, "invalid", "resource.network"},
	} {
		e.refuse("PATCH", path+"/r", bad.body, 400, bad.reason, bad.text)
	}
	e.refuse("PATCH", path+"/r", strings.Replace(nat(""), "subnetworks/s", "subnetworks/none", 1), 404, "notFound", "subnetworks/none")
	e.notModelled("PATCH", path+"/r", nat(`,"rules":[{"ruleNumber":1}]`))
	e.notModelled("GET", path+"/r/getNatMappingInfo", "")
	e.operate("PATCH", path+"/r", nat(`,"drainNatIps":null`))
	r := e.json("GET", path+"/r", "")
	shown := r["nats"].([]any)[0].(map[string]any)
	for key, want := range map[string]any{
		"type": "PUBLIC", "autoNetworkTier": "PREMIUM", "enableEndpointIndependentMapping": false, "effectiveTcpTimeWaitTimeoutSec": 30.0, "drainNatIps": nil, "minPortsPerVm": nil,
	} {
		if shown[key] != want {
			t.Errorf("%s: %v", key, shown[key])
		}
	}
	e.refuse("DELETE", computePath+"regions/us-central1/subnetworks/s", "", 400, "resourceInUseByAnotherResource", "is already being used by 'projects/p/regions/us-central1/routers/r'")
	e.refuse("POST", path, `{"name":"q","network":"projects/p/global/networks/n","nats":[{"name":"all","natIpAllocateOption":"AUTO_ONLY","sourceSubnetworkIpRangesToNat":"ALL_SUBNETWORKS_ALL_IP_RANGES"}]}`, 400, "invalid", "resource.nats")
	e.operate("POST", computePath+"regions/us-central1/addresses", `{"name":"out"}`)
	e.operate("PATCH", path+"/r", strings.Replace(nat(`,"natIps":["projects/p/regions/us-central1/addresses/out"]`), "AUTO_ONLY", "MANUAL_ONLY", 1))
	e.refuse("DELETE", computePath+"regions/us-central1/addresses/out", "", 400, "resourceInUseByAnotherResource", "routers/r")
	e.operate("PATCH", path+"/r", `{"nats":[]}`)
	if r = e.json("GET", path+"/r", ""); r["nats"] != nil || r["bgp"] == nil {
		t.Errorf("%v", r)
	}
	e.operate("DELETE", path+"/r", "")
}

// TestRoutes looks at the routes that come and go with networks and subnetworks.
func TestRoutes(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{LROScale: 1})
	e.network()
	const path = computePath + "global/routes"
	list := e.json("GET", path, "")
	if got := len(list["items"].([]any)); got != 3 {
		t.Fatalf("%d routes: %v", got, list)
	}
	found := e.json("GET", path+`?filter=%28network%3D%22https%3A%2F%2Fwww.googleapis.com%2Fcompute%2Fv1%2Fprojects%2Fp%2Fglobal%2Fnetworks%2Fn%22%29+AND+%28destRange%3D%220.0.0.0%2F0%22%29`, "")
	route := found["items"].([]any)[0].(map[string]any)
	if len(found["items"].([]any)) != 1 || route["nextHopGateway"] != "https://www.googleapis.com/compute/v1/projects/p/global/gateways/default-internet-gateway" || route["priority"] != 1000.0 {
		t.Errorf("%v", found)
	}
	for _, item := range list["items"].([]any) {
		e.json("GET", path+"/"+fmt.Sprint(item.(map[string]any)["name"]), "")
	}
	if got := e.srv.Inventory()["computeRoutes"]; got != nil {
		t.Errorf("a default route counts as made by a user: %v", got)
	}
	e.notModelled("GET", path+"?filter=name%3Aa*", "")
	e.operate("DELETE", path+"/"+fmt.Sprint(route["name"]), "")
	e.operate("POST", path, `{"name":"mine","network":"global/networks/n","destRange":"0.0.0.0/0","nextHopGateway":"global/gateways/default-internet-gateway"}`)
	e.refuse("POST", path, `{"name":"bad","network":"global/networks/n","destRange":"0.0.0.0/0"}`, 400, "invalid", "next hop")
	if op := e.finish("DELETE", computePath+"global/networks/n", ""); op["error"] == nil {
		t.Errorf("%v", op)
	}
	e.operate("DELETE", path+"/mine", "")
	e.operate("DELETE", computePath+"regions/us-central1/subnetworks/s", "")
	e.operate("POST", computePath+"global/networks", `{"name":"m","autoCreateSubnetworks":false}`)
	e.operate("DELETE", computePath+"global/networks/m", "")
	e.operate("DELETE", computePath+"global/networks/n", "")
	if list = e.json("GET", path, ""); list["items"] != nil {
		t.Errorf("%v", list)
	}
}

func TestComputeLocations(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{})
	if p := e.json("GET", "compute.googleapis.com/compute/v1/projects/p", ""); p["name"] != "p" || p["kind"] != "compute#project" {
		t.Errorf("%v", p)
	}
	r := e.json("GET", computePath+"regions/us-central1", "")
	if zones := r["zones"].([]any); len(zones) != 4 || zones[3] != "https://www.googleapis.com/compute/v1/projects/p/zones/us-central1-f" {
		t.Errorf("%v", r)
	}
	e.refuse("GET", computePath+"regions/nowhere1", "", 404, "notFound", "The resource 'projects/p/regions/nowhere1' was not found")
	e.refuse("GET", computePath+"zones/us-central1-z", "", 404, "notFound", "zones/us-central1-z")
	if z := e.json("GET", computePath+"zones?filter=name%3Deurope-west1-b", ""); len(z["items"].([]any)) != 1 {
		t.Errorf("%v", z)
	}
	if m := e.json("GET", computePath+"zones/us-central1-a/machineTypes/n2-standard-4", ""); m["guestCpus"] != 4.0 || m["memoryMb"] != 16384.0 {
		t.Errorf("%v", m)
	}
	e.refuse("GET", computePath+"zones/us-central1-a/machineTypes/n2-standard-5", "", 404, "notFound", "machineTypes/n2-standard-5")
	e.refuse("GET", computePath+"zones/us-central1-z/machineTypes", "", 400, "invalid", "Unknown zone.")
	if host := e.json("GET", computePath+"getXpnHost", ""); len(host) != 0 {
		t.Errorf("%v", host)
	}
}

// TestComputePermissions withholds permissions from the caller.
func TestComputePermissions(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{DeniedPermissions: []string{"compute.networks.create", "compute.globalAddresses.list", "compute.firewallPolicies.update", "dns.changes.create"}})
	e.refuse("POST", computePath+"global/networks", `{"name":"n","autoCreateSubnetworks":false}`, 403, "forbidden", "Required 'compute.networks.create' permission for 'projects/p/global'")
	e.refuse("GET", computePath+"global/addresses", "", 403, "forbidden", "compute.globalAddresses.list")
	e.refuse("POST", computePath+"global/firewallPolicies/f/addRule", `{}`, 403, "forbidden", "compute.firewallPolicies.update")
	e.refuse("POST", dnsPath+"/z/changes", `{}`, 403, "forbidden", "dns.changes.create")
	e.json("GET", computePath+"regions/us-central1/addresses", "")
}

// TestComputeStateFile starts a second server on what a first one kept, while an
// operation runs.
func TestComputeStateFile(t *testing.T) {
	t.Parallel()
	file := t.TempDir() + "/state"
	e := cloud(t, emulator.Options{StateFile: file, LROScale: 1})
	e.network()
	const body = `{"name":"late","autoCreateSubnetworks":false}`
	op := e.json("POST", computePath+"global/networks?requestId=6ba7b810-9dad-41d1-80b4-00c04fd430c8", body)
	if err := e.srv.Close(); err != nil {
		t.Fatal(err)
	}
	again := start(t, emulator.Options{StateFile: file, LROScale: 1})
	again.clock.Advance(e.clock.Now().Sub(again.clock.Now()))
	again.json("GET", computePath+"regions/us-central1/subnetworks/s", "")
	again.refuse("GET", computePath+"global/networks/late", "", 404, "notFound", "was not found")
	if same := again.json("POST", computePath+"global/networks?requestId=6ba7b810-9dad-41d1-80b4-00c04fd430c8", body); same["name"] != op["name"] {
		t.Errorf("%v", same)
	}
	again.clock.Advance(time.Minute)
	again.json("GET", computePath+"global/networks/late", "")
	again.operate("DELETE", computePath+"global/networks/late", "")
}
