package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

const computePath = "compute.googleapis.com/compute/v1/projects/p/"

// cloud is a server whose project p has the APIs of networks enabled, with
// operations that take as long as on Google Cloud.
func cloud(t *testing.T, opts emulator.Options) *env {
	t.Helper()
	e := start(t, opts)
	var op map[string]any
	e.rest("POST", "serviceusage.googleapis.com/v1/projects/p/services:batchEnable", `{"serviceIds":["compute.googleapis.com","dns.googleapis.com","sqladmin.googleapis.com"]}`).into(t, 200, &op)
	e.clock.Advance(time.Hour)
	return e
}

// json sends a request that has to succeed.
func (e *env) json(method, path, body string) map[string]any {
	e.t.Helper()
	out := map[string]any{}
	e.rest(method, path, body).into(e.t, http.StatusOK, &out)
	return out
}

// operate sends a request and waits for its operation, which has to succeed.
func (e *env) operate(method, path, body string) map[string]any {
	e.t.Helper()
	op := e.finish(method, path, body)
	if op["error"] != nil {
		e.t.Fatalf("%s %s: %v", method, path, op)
	}
	return op
}

// finish sends a request and waits for its operation.
func (e *env) finish(method, path, body string) map[string]any {
	e.t.Helper()
	op := e.json(method, path, body)
	link := strings.Replace(fmt.Sprint(op["selfLink"]), "https://www.googleapis.com/", "compute.googleapis.com/", 1)
	op = e.json("POST", link+"/wait", "")
	if op["status"] != "DONE" {
		e.t.Fatalf("%s %s: %v", method, path, op)
	}
	return op
}

// oldFailure is an error in the form of the older APIs.
type oldFailure struct {
	Error struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Status  string `json:"status"`
		Errors  []struct {
			Domain  string `json:"domain"`
			Reason  string `json:"reason"`
			Message string `json:"message"`
		} `json:"errors"`
	} `json:"error"`
}

// refuse sends a request that has to fail with a status, a reason and a text.
func (e *env) refuse(method, path, body string, status int, reason, text string) {
	e.t.Helper()
	a := e.rest(method, path, body)
	var f oldFailure
	if err := json.Unmarshal(a.body, &f); err != nil || len(f.Error.Errors) != 1 {
		e.t.Errorf("%s %s: %d %s", method, path, a.status, a.body)
		return
	}
	if a.status != status || f.Error.Code != status || f.Error.Errors[0].Reason != reason || !strings.Contains(f.Error.Message, text) || f.Error.Errors[0].Message != f.Error.Message {
		e.t.Errorf("%s %s: want %d %s %q, got %d %s", method, path, status, reason, text, a.status, a.body)
	}
}

// notModelled sends a request that has to be answered 501.
func (e *env) notModelled(method, path, body string) {
	e.t.Helper()
	if a := e.rest(method, path, body); a.status != http.StatusNotImplemented {
		e.t.Errorf("%s %s %s: %d %s", method, path, body, a.status, a.body)
	}
}

// network makes a network with one subnetwork.
func (e *env) network() {
	e.t.Helper()
	e.operate("POST", computePath+"global/networks", `{"name":"n","autoCreateSubnetworks":false}`)
	e.operate("POST", computePath+"regions/us-central1/subnetworks", `{"name":"s","network":"projects/p/global/networks/n","ipCidrRange":"10.0.0.0/20","secondaryIpRanges":[{"rangeName":"pods","ipCidrRange":"10.4.0.0/14"}]}`)
}

func TestComputeDisabled(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	e.refuse("GET", computePath+"global/networks/n", "", 403, "accessNotConfigured", "Compute Engine API has not been used in project")
}

// TestComputeOperation follows an operation: what it makes is not there before
// it is done, and its name is taken from the start.
func TestComputeOperation(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{LROScale: 1})
	const body = `{"name":"n","autoCreateSubnetworks":false}`
	op := e.json("POST", computePath+"global/networks?requestId=6ba7b810-9dad-41d1-80b4-00c04fd430c8", body)
	if op["status"] != "RUNNING" || op["progress"] != 0.0 || op["endTime"] != nil || op["operationType"] != "insert" || op["targetLink"] != "https://www.googleapis.com/compute/v1/projects/p/global/networks/n" {
		t.Errorf("%v", op)
	}
	e.refuse("GET", computePath+"global/networks/n", "", 404, "notFound", "The resource 'projects/p/global/networks/n' was not found")
	e.refuse("POST", computePath+"global/networks", body, 409, "alreadyExists", "The resource 'projects/p/global/networks/n' already exists")
	e.refuse("DELETE", computePath+"global/networks/n", "", 400, "resourceNotReady", "The resource 'projects/p/global/networks/n' is not ready")
	e.refuse("POST", computePath+"regions/us-central1/subnetworks", `{"name":"s","network":"global/networks/n","ipCidrRange":"10.0.0.0/20"}`, 400, "resourceNotReady", "is not ready")
	again := e.json("POST", computePath+"global/networks?requestId=6BA7B810-9DAD-41D1-80B4-00C04FD430C8", body)
	if again["name"] != op["name"] {
		t.Errorf("the same request id: %v, want %v", again["name"], op["name"])
	}
	e.refuse("POST", computePath+"global/networks?requestId=6ba7b810-9dad-41d1-80b4-00c04fd430c8", `{"name":"m","autoCreateSubnetworks":false}`, 400, "invalid", "requestId")
	e.refuse("POST", computePath+"global/networks?requestId=x", body, 400, "invalid", "Invalid value for field 'requestId': 'x'")
	if got := e.srv.Inventory()["computeNetworks"]; len(got) != 1 {
		t.Errorf("%v", got)
	}
	opPath := computePath + "global/operations/" + fmt.Sprint(op["name"])
	before := e.clock.Now()
	done := e.json("POST", opPath+"/wait", "")
	if waited := e.clock.Now().Sub(before); done["status"] != "DONE" || done["progress"] != 100.0 || done["endTime"] == nil || waited != 11*time.Second {
		t.Errorf("after %v: %v", waited, done)
	}
	n := e.json("GET", computePath+"global/networks/n", "")
	if n["id"] != done["targetId"] || n["selfLinkWithId"] != "https://www.googleapis.com/compute/v1/projects/p/global/networks/"+fmt.Sprint(n["id"]) {
		t.Errorf("%v", n)
	}
	if byID := e.json("GET", computePath+"global/networks/"+fmt.Sprint(n["id"]), ""); byID["name"] != "n" {
		t.Errorf("%v", byID)
	}
	if beta := e.json("GET", "compute.googleapis.com/compute/beta/projects/p/global/networks/n", ""); beta["selfLink"] != "https://www.googleapis.com/compute/beta/projects/p/global/networks/n" {
		t.Errorf("%v", beta)
	}
	e.clock.Advance(time.Hour)
	e.refuse("POST", computePath+"global/networks?requestId=6ba7b810-9dad-41d1-80b4-00c04fd430c8", body, 409, "alreadyExists", "already exists")
	e.json("DELETE", computePath+"global/networks/n", "")
	e.json("GET", computePath+"global/networks/n", "")
	e.clock.Advance(time.Minute)
	e.refuse("GET", computePath+"global/networks/n", "", 404, "notFound", "was not found")
	if got := e.srv.Inventory(); len(got) != 0 {
		t.Errorf("left behind %v", got)
	}
	e.operate("POST", computePath+"global/networks", body)
	e.json("DELETE", opPath, "")
	e.refuse("GET", opPath, "", 404, "notFound", "was not found")
}

// TestComputeFailingOperation has operations fail and hang.
func TestComputeFailingOperation(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{LROScale: 1})
	e.srv.InjectFaults(emulator.Fault{RPC: "InsertNetwork", Operation: emulator.OperationFails, Status: 429, Message: "Quota 'NETWORKS' exceeded.  Limit: 5.0 globally."})
	op := e.finish("POST", computePath+"global/networks", `{"name":"n","autoCreateSubnetworks":false}`)
	raw, err := json.Marshal(op["error"])
	if err != nil || string(raw) != `{"errors":[{"code":"QUOTA_EXCEEDED","message":"Quota 'NETWORKS' exceeded.  Limit: 5.0 globally."}]}` || op["httpErrorStatusCode"] != 429.0 || op["httpErrorMessage"] != "TOO MANY REQUESTS" {
		t.Errorf("%v", op)
	}
	e.refuse("GET", computePath+"global/networks/n", "", 404, "notFound", "was not found")
	if got := e.srv.Inventory(); len(got) != 0 {
		t.Errorf("left behind %v", got)
	}
	e.network()
	e.srv.InjectFaults(
		emulator.Fault{RPC: "DeleteSubnetwork", Operation: emulator.OperationFails},
		emulator.Fault{RPC: "PatchNetwork", Operation: emulator.OperationHangs},
	)
	if op := e.finish("DELETE", computePath+"regions/us-central1/subnetworks/s", ""); op["error"] == nil || op["region"] == nil {
		t.Errorf("%v", op)
	}
	e.json("GET", computePath+"regions/us-central1/subnetworks/s", "")
	hung := e.json("PATCH", computePath+"global/networks/n", `{"mtu":1500}`)
	before := e.clock.Now()
	if op := e.json("POST", computePath+"global/operations/"+fmt.Sprint(hung["name"])+"/wait", ""); op["status"] != "RUNNING" || e.clock.Now().Sub(before) != 2*time.Minute {
		t.Errorf("after %v: %v", e.clock.Now().Sub(before), op)
	}
	e.clock.Advance(24 * time.Hour)
	e.refuse("PATCH", computePath+"global/networks/n", `{"mtu":1500}`, 400, "resourceNotReady", "is not ready")
}

func TestNetworkRules(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{})
	const path = computePath + "global/networks"
	e.refuse("POST", path, `{"name":"N","autoCreateSubnetworks":false}`, 400, "invalid", "Invalid value for field 'resource.name': 'N'. Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'")
	e.refuse("POST", path, `{"autoCreateSubnetworks":false}`, 400, "required", "Required field 'resource.name' not specified")
	e.refuse("POST", path, `{"name":"n","autoCreateSubnetworks":false,"mtu":9000}`, 400, "invalid", "'resource.mtu': '9000'")
	e.refuse("POST", path, `{"name":"n","autoCreateSubnetworks":false,"routingConfig":{"routingMode":"X"}}`, 400, "invalid", "'resource.routingConfig.routingMode': 'X'")
	e.refuse("POST", path, `{"name":"n","autoCreateSubnetworks":false,"colour":"red"}`, 400, "invalid", "Unknown name")
	e.refuse("POST", path, `{"name":"n","AutoCreateSubnetworks":false}`, 400, "invalid", "Unknown name")
	e.refuse("POST", path, `{"name":"n"}`, 400, "invalid", "Legacy networks")
	e.refuse("POST", path+"?colour=red", `{"name":"n","autoCreateSubnetworks":false}`, 400, "invalid", "Unknown name")
	e.notModelled("POST", path, `{"name":"n","autoCreateSubnetworks":true}`)
	e.notModelled("POST", path, `{"name":"n","autoCreateSubnetworks":false,"enableUlaInternalIpv6":true}`)
	e.notModelled("GET", "compute.googleapis.com/compute/alpha/projects/p/global/networks", "")
	e.notModelled("POST", "compute.googleapis.com/compute/beta/projects/p/global/networks", `{"name":"n","autoCreateSubnetworks":false,"onlyInBeta":1}`)
	e.network()
	n := e.json("GET", path+"/n", "")
	if fmt.Sprint(n["subnetworks"]) != "[https://www.googleapis.com/compute/v1/projects/p/regions/us-central1/subnetworks/s]" || n["autoCreateSubnetworks"] != false || n["mtu"] != nil {
		t.Errorf("%v", n)
	}
	e.refuse("PATCH", path+"/n", `{"autoCreateSubnetworks":true}`, 400, "invalid", "autoCreateSubnetworks")
	e.operate("PATCH", path+"/n", `{"name":"n","routingConfig":{"routingMode":"GLOBAL"},"networkFirewallPolicyEnforcementOrder":"BEFORE_CLASSIC_FIREWALL"}`)
	n = e.json("GET", path+"/n", "")
	if fmt.Sprint(n["routingConfig"]) != "map[bgpBestPathSelectionMode:LEGACY routingMode:GLOBAL]" || n["networkFirewallPolicyEnforcementOrder"] != "BEFORE_CLASSIC_FIREWALL" {
		t.Errorf("%v", n)
	}
	// Only the operation tells that a network is in use.
	op := e.finish("DELETE", path+"/n", "")
	raw, err := json.Marshal(op["error"])
	if err != nil || string(raw) != `{"errors":[{"code":"RESOURCE_IN_USE_BY_ANOTHER_RESOURCE","message":"The network resource 'projects/p/global/networks/n' is already being used by 'projects/p/regions/us-central1/subnetworks/s'"}]}` || op["httpErrorStatusCode"] != 400.0 || op["httpErrorMessage"] != "BAD REQUEST" {
		t.Errorf("%v", op)
	}
	e.json("GET", path+"/n", "")
	e.operate("DELETE", computePath+"regions/us-central1/subnetworks/s", "")
	e.operate("DELETE", path+"/n", "")
	if got := e.srv.Inventory(); len(got) != 0 {
		t.Errorf("left behind %v", got)
	}
}

func TestSubnetworkRules(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{})
	e.network()
	const path = computePath + "regions/us-central1/subnetworks"
	s := e.json("GET", path+"/s", "")
	if s["gatewayAddress"] != "10.0.0.1" || s["privateIpGoogleAccess"] != false || s["purpose"] != "PRIVATE" || s["stackType"] != "IPV4_ONLY" || s["logConfig"] != nil || s["state"] != nil {
		t.Errorf("%v", s)
	}
	with := func(more string) string { return `{"name":"t","network":"global/networks/n",` + more + `}` }
	e.refuse("POST", computePath+"regions/nowhere1/subnetworks", with(`"ipCidrRange":"10.1.0.0/20"`), 400, "invalid", "Invalid value for field 'region': 'nowhere1'. Unknown region.")
	e.refuse("POST", path, `{"name":"t","network":"global/networks/none","ipCidrRange":"10.1.0.0/20"}`, 404, "notFound", "The resource 'projects/p/global/networks/none' was not found")
	e.refuse("POST", path, `{"name":"t","network":"n","ipCidrRange":"10.1.0.0/20"}`, 400, "invalid", "Invalid value for field 'resource.network': 'n'. The URL is malformed.")
	e.refuse("POST", path, `{"name":"t","ipCidrRange":"10.1.0.0/20"}`, 400, "required", "Required field 'resource.network' not specified")
	e.refuse("POST", path, with(`"ipCidrRange":"10.1.0.1/20"`), 400, "invalid", "resource.ipCidrRange")
	e.refuse("POST", path, with(`"ipCidrRange":"10.1.0.0/30"`), 400, "invalid", "prefix length")
	e.refuse("POST", path, with(`"ipCidrRange":"127.0.0.0/24"`), 400, "invalid", "reserved range")
	e.refuse("POST", path, with(`"ipCidrRange":"10.1.0.0/20","region":"projects/p/global/regions/us-east1"`), 400, "invalid", "resource.region")
	e.refuse("POST", path, with(`"ipCidrRange":"10.1.0.0/20","logConfig":{"enable":true,"flowSampling":2}`), 400, "invalid", "flowSampling")
	e.refuse("POST", path, with(`"ipCidrRange":"10.1.0.0/20","secondaryIpRanges":[{"rangeName":"a","ipCidrRange":"10.1.8.0/24"}]`), 400, "invalid", "resource.secondaryIpRanges[0].ipCidrRange")
	e.refuse("POST", path, with(`"ipCidrRange":"10.1.0.0/20","purpose":"REGIONAL_MANAGED_PROXY"`), 400, "invalid", "resource.role")
	e.notModelled("POST", path, with(`"ipCidrRange":"10.1.0.0/20","stackType":"IPV4_IPV6"`))
	op := e.finish("POST", path, with(`"ipCidrRange":"10.7.0.0/24"`))
	if raw, err := json.Marshal(op["error"]); err != nil || string(raw) != `{"errors":[{"code":"INVALID_USAGE","message":"Invalid IPCidrRange: 10.7.0.0/24 conflicts with existing subnetwork 's' in region 'us-central1'."}]}` {
		t.Errorf("%v", op)
	}
	for name, more := range map[string]string{
		"psc": `"ipCidrRange":"10.1.0.0/24","purpose":"PRIVATE_SERVICE_CONNECT"`, "proxy": `"ipCidrRange":"10.2.0.0/24","purpose":"REGIONAL_MANAGED_PROXY","role":"ACTIVE"`,
	} {
		e.operate("POST", path, strings.Replace(with(more), `"t"`, `"`+name+`"`, 1))
	}
	if proxy := e.json("GET", path+"/proxy", ""); proxy["state"] != "READY" || proxy["role"] != "ACTIVE" {
		t.Errorf("%v", proxy)
	}

	// Changes need the fingerprint.
	e.refuse("PATCH", path+"/s", `{"logConfig":{"enable":true}}`, 400, "required", "Required field 'resource.fingerprint' not specified")
	e.refuse("PATCH", path+"/s", `{"logConfig":{"enable":true},"fingerprint":"AAAAAAAAAAA="}`, 412, "conditionNotMet", "Invalid fingerprint.")
	e.operate("PATCH", path+"/s", `{"logConfig":{"enable":true},"fingerprint":"`+fmt.Sprint(s["fingerprint"])+`"}`)
	changed := e.json("GET", path+"/s", "")
	if fmt.Sprint(changed["logConfig"]) != "map[aggregationInterval:INTERVAL_5_SEC enable:true flowSampling:0.5 metadata:EXCLUDE_ALL_METADATA]" || changed["fingerprint"] == s["fingerprint"] {
		t.Errorf("%v", changed)
	}
	e.refuse("PATCH", path+"/s", `{"secondaryIpRanges":[{"rangeName":"x","ipCidrRange":"10.1.0.0/25"}],"fingerprint":"`+fmt.Sprint(changed["fingerprint"])+`"}`, 400, "invalid",
		"Invalid value for field 'resource.secondaryIpRanges[0].ipCidrRange': '10.1.0.0/25'. Invalid IPCidrRange: 10.1.0.0/25 conflicts with existing subnetwork 'psc' in region 'us-central1'.")
	e.refuse("PATCH", path+"/s", `{"network":"global/networks/m","fingerprint":"`+fmt.Sprint(changed["fingerprint"])+`"}`, 400, "invalid", "resource.network")
	e.refuse("POST", path+"/s/expandIpCidrRange", `{"ipCidrRange":"10.0.0.0/24"}`, 400, "invalid", "must contain the existing range")
	e.operate("POST", path+"/s/expandIpCidrRange", `{"ipCidrRange":"10.0.0.0/16"}`)
	e.operate("POST", path+"/s/setPrivateIpGoogleAccess", `{"privateIpGoogleAccess":true}`)
	if changed = e.json("GET", path+"/s", ""); changed["ipCidrRange"] != "10.0.0.0/16" || changed["privateIpGoogleAccess"] != true {
		t.Errorf("%v", changed)
	}

	// The policy.
	policy := e.json("GET", path+"/s/getIamPolicy?optionsRequestedPolicyVersion=3", "")
	e.json("POST", path+"/s/setIamPolicy", `{"policy":{"etag":"`+fmt.Sprint(policy["etag"])+`","bindings":[{"role":"roles/compute.networkUser","members":["user:a@example.com"]}]}}`)
	if a := e.rest("POST", path+"/s/setIamPolicy", `{"policy":{"etag":"`+fmt.Sprint(policy["etag"])+`"}}`); a.status != 409 {
		t.Errorf("%d %s", a.status, a.body)
	}
	usable := e.json("GET", computePath+"aggregated/subnetworks/listUsable", "")
	if items, ok := usable["items"].([]any); !ok || len(items) != 3 {
		t.Errorf("%v", usable)
	}
	all := e.json("GET", computePath+"aggregated/subnetworks", "")
	regions := all["items"].(map[string]any)
	if found := regions["regions/us-central1"].(map[string]any)["subnetworks"].([]any); len(found) != 3 || regions["regions/us-east1"].(map[string]any)["warning"] == nil {
		t.Errorf("%v", all)
	}
	page := e.json("GET", path+"?maxResults=2", "")
	next := e.json("GET", path+"?maxResults=2&pageToken="+fmt.Sprint(page["nextPageToken"]), "")
	if len(page["items"].([]any)) != 2 || len(next["items"].([]any)) != 1 || next["nextPageToken"] != nil || page["kind"] != "compute#subnetworkList" {
		t.Errorf("%v %v", page, next)
	}
	if found := e.json("GET", path+`?filter=name%3D%22proxy%22`, ""); len(found["items"].([]any)) != 1 {
		t.Errorf("%v", found)
	}
}
