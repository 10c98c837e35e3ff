package emulator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// attachment makes an instance that Private Service Connect reaches, and
// returns the link of its service attachment.
func (e *env) attachment(name, consumers string) string {
	e.t.Helper()
	e.json("POST", "sqladmin.googleapis.com/sql/v1beta4/projects/p/instances", `{"name":"`+name+`","region":"us-central1","databaseVersion":"POSTGRES_16","rootPassword":"s3cret-Pa55!",
		"settings":{"tier":"db-custom-1-3840","edition":"ENTERPRISE","ipConfiguration":{"ipv4Enabled":false,"pscConfig":{"pscEnabled":true,"allowedConsumerProjects":[`+consumers+`]}}}}`)
	e.clock.Advance(time.Hour)
	link := e.json("GET", "sqladmin.googleapis.com/sql/v1beta4/projects/p/instances/"+name, "")["pscServiceAttachmentLink"]
	if link == nil {
		e.t.Fatal("the instance has no service attachment")
	}
	return fmt.Sprint(link)
}

// TestEndpoint takes an endpoint to a Cloud SQL instance through its life.
func TestEndpoint(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{})
	e.network()
	const addresses, rules = computePath + "regions/us-central1/addresses", computePath + "regions/us-central1/forwardingRules"
	target := e.attachment("db", `"p"`)
	e.operate("POST", addresses, `{"name":"a","addressType":"INTERNAL","subnetwork":"projects/p/regions/us-central1/subnetworks/s","labels":{"x":"y"}}`)
	a := e.json("GET", addresses+"/a", "")
	if a["address"] != "10.0.0.2" || a["purpose"] != "GCE_ENDPOINT" || a["status"] != "RESERVED" || a["labels"] != nil || a["labelFingerprint"] != "42WmSpB8rSM=" || a["networkTier"] != "PREMIUM" {
		t.Errorf("%v", a)
	}
	rule := func(more string) string {
		return `{"name":"db","loadBalancingScheme":"","network":"projects/p/global/networks/n"` + more + `}`
	}
	e.refuse("POST", rules, rule(`,"IPAddress":"projects/p/regions/us-central1/addresses/a","target":"projects/t/regions/us-central1/serviceAttachments/none"`), 404, "notFound", "The resource 'projects/t/regions/us-central1/serviceAttachments/none' was not found")
	e.refuse("POST", rules, rule(`,"IPAddress":"projects/p/regions/us-central1/addresses/a","target":"projects/t/regions/us-east1/serviceAttachments/none"`), 400, "invalid", "must be in the region")
	e.refuse("POST", rules, rule(`,"IPAddress":"projects/p/regions/us-central1/addresses/none","target":"`+target+`"`), 404, "notFound", "addresses/none")
	e.refuse("POST", rules, rule(`,"IPAddress":"10.0.0.9","target":"`+target+`"`), 400, "invalid", "resource.IPAddress")
	e.refuse("POST", rules, rule(`,"target":"`+target+`"`), 400, "required", "resource.IPAddress")
	e.refuse("POST", rules, rule(`,"IPAddress":"10.0.0.2","ports":["5432"],"target":"`+target+`"`), 400, "invalid", "Ports")
	e.notModelled("POST", rules, `{"name":"lb","loadBalancingScheme":"INTERNAL","network":"projects/p/global/networks/n","backendService":"x"}`)
	e.operate("POST", rules, rule(`,"IPAddress":"10.0.0.2","target":"`+target+`"`))
	r := e.json("GET", rules+"/db", "")
	if r["pscConnectionStatus"] != "ACCEPTED" || r["pscConnectionId"] == nil || r["IPAddress"] != "10.0.0.2" || r["target"] != "https://www.googleapis.com/compute/v1/"+target || r["loadBalancingScheme"] != nil || r["_address"] != nil {
		t.Errorf("%v", r)
	}
	if a = e.json("GET", addresses+"/a", ""); a["status"] != "IN_USE" || fmt.Sprint(a["users"]) != "[https://www.googleapis.com/compute/v1/projects/p/regions/us-central1/forwardingRules/db]" {
		t.Errorf("%v", a)
	}
	e.refuse("POST", rules, strings.Replace(rule(`,"IPAddress":"10.0.0.2","target":"`+target+`"`), `"db"`, `"db2"`, 1), 400, "invalid", "Specified IP address is in-use and would result in a conflict.")
	e.refuse("DELETE", addresses+"/a", "", 400, "resourceInUseByAnotherResource", "The address resource 'projects/p/regions/us-central1/addresses/a' is already being used by 'projects/p/regions/us-central1/forwardingRules/db'")
	e.refuse("DELETE", computePath+"regions/us-central1/subnetworks/s", "", 400, "resourceInUseByAnotherResource", "The subnetwork resource")

	// Labels come by a call of their own.
	e.refuse("POST", rules+"/db/setLabels", `{"labels":{"a":"b"},"labelFingerprint":"AAAA"}`, 412, "conditionNotMet", "Labels fingerprint either invalid or resource labels have changed")
	op := e.json("POST", rules+"/db/setLabels", `{"labels":{"a":"b"},"labelFingerprint":"42WmSpB8rSM="}`)
	if op["status"] != "DONE" || op["operationType"] != "setLabels" {
		t.Errorf("%v", op)
	}
	if r = e.json("GET", rules+"/db", ""); fmt.Sprint(r["labels"]) != "map[a:b]" || r["labelFingerprint"] == "42WmSpB8rSM=" {
		t.Errorf("%v", r)
	}
	e.refuse("POST", rules+"/db/setLabels", `{"labels":{"A":"b"},"labelFingerprint":"`+fmt.Sprint(r["labelFingerprint"])+`"}`, 400, "invalid", "Label key 'A'")

	// The instance decides on the connection.
	instance := "sqladmin.googleapis.com/sql/v1beta4/projects/p/instances/db"
	e.json("DELETE", instance, "")
	e.clock.Advance(time.Hour)
	if r = e.json("GET", rules+"/db", ""); r["pscConnectionStatus"] != "CLOSED" {
		t.Errorf("%v", r)
	}
	e.operate("DELETE", rules+"/db", "")
	e.operate("DELETE", addresses+"/a", "")
	e.operate("POST", rules, `{"name":"eph","network":"projects/p/global/networks/n","subnetwork":"projects/p/regions/us-central1/subnetworks/s","target":"`+e.attachment("other", `"q"`)+`"}`)
	if r = e.json("GET", rules+"/eph", ""); r["pscConnectionStatus"] != "PENDING" || r["IPAddress"] != "10.0.0.2" {
		t.Errorf("%v", r)
	}
	e.operate("POST", addresses, `{"name":"next","addressType":"INTERNAL","subnetwork":"projects/p/regions/us-central1/subnetworks/s"}`)
	if a = e.json("GET", addresses+"/next", ""); a["address"] != "10.0.0.3" {
		t.Errorf("%v", a)
	}
}

// TestGlobalEndpoint takes an endpoint to Google's APIs through its life.
func TestGlobalEndpoint(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{})
	e.network()
	const addresses, rules = computePath + "global/addresses", computePath + "global/forwardingRules"
	e.refuse("POST", addresses, `{"name":"a","addressType":"INTERNAL","purpose":"PRIVATE_SERVICE_CONNECT","network":"global/networks/n"}`, 400, "required", "resource.address")
	e.refuse("POST", addresses, `{"name":"a","addressType":"INTERNAL","purpose":"PRIVATE_SERVICE_CONNECT","network":"global/networks/n","address":"10.0.0.9"}`, 400, "invalid", "conflicts with 10.0.0.0/20")
	e.operate("POST", addresses, `{"name":"a","addressType":"INTERNAL","purpose":"PRIVATE_SERVICE_CONNECT","network":"global/networks/n","address":"10.100.0.9"}`)
	body := func(name, target string) string {
		return `{"name":"` + name + `","target":"` + target + `","network":"projects/p/global/networks/n","IPAddress":"projects/p/global/addresses/a"}`
	}
	e.refuse("POST", rules, body("not-this", "all-apis"), 400, "invalid", "1 to 20 characters")
	e.notModelled("POST", rules, body("apis", "projects/p/global/targetHttpProxies/x"))
	if op := e.operate("POST", rules, body("apis", "all-apis")); op["operationType"] != "createPSCServiceEndpoint" {
		t.Errorf("%v", op)
	}
	r := e.json("GET", rules+"/apis", "")
	if r["target"] != "all-apis" || r["IPAddress"] != "10.100.0.9" || r["pscConnectionId"] == nil || r["pscConnectionStatus"] != nil || r["region"] != nil || !strings.Contains(fmt.Sprint(r["serviceDirectoryRegistrations"]), "goog-psc-n-") {
		t.Errorf("%v", r)
	}
	e.refuse("POST", rules, body("more", "vpc-sc"), 400, "invalid", "in-use")
	if op := e.operate("DELETE", rules+"/apis", ""); op["operationType"] != "deletePscForwardingRule" {
		t.Errorf("%v", op)
	}
}

// TestGlobalRange reserves ranges for peerings.
func TestGlobalRange(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{})
	e.network()
	const path = computePath + "global/addresses"
	body := func(name, more string) string {
		return `{"name":"` + name + `","addressType":"INTERNAL","purpose":"VPC_PEERING","network":"global/networks/n"` + more + `}`
	}
	e.refuse("POST", path, body("r", ""), 400, "invalid", "resource.prefixLength")
	e.refuse("POST", path, body("r", `,"prefixLength":16,"address":"10.4.0.0"`), 400, "invalid", "conflicts with 10.4.0.0/14")
	e.operate("POST", path, body("r", `,"prefixLength":16`))
	e.operate("POST", path, body("s", `,"prefixLength":16`))
	first, second := e.json("GET", path+"/r", ""), e.json("GET", path+"/s", "")
	if first["address"] == second["address"] || first["prefixLength"] != 16.0 || first["network"] != "https://www.googleapis.com/compute/v1/projects/p/global/networks/n" {
		t.Errorf("%v %v", first, second)
	}
	e.operate("POST", computePath+"regions/us-central1/addresses", `{"name":"out"}`)
	out := e.json("GET", computePath+"regions/us-central1/addresses/out", "")
	if out["addressType"] != "EXTERNAL" || !strings.HasPrefix(fmt.Sprint(out["address"]), "34.") {
		t.Errorf("%v", out)
	}
	e.refuse("POST", computePath+"regions/us-central1/addresses", `{"name":"x","addressType":"INTERNAL"}`, 400, "required", "resource.subnetwork")
	e.refuse("POST", computePath+"regions/us-central1/addresses", `{"name":"x","addressType":"INTERNAL","subnetwork":"projects/p/regions/us-central1/subnetworks/s","address":"10.9.0.1"}`, 400, "invalid", "within the range 10.0.0.0/20")
	e.refuse("POST", computePath+"regions/us-central1/addresses", `{"name":"x","addressType":"INTERNAL","subnetwork":"projects/p/regions/us-central1/subnetworks/s","address":"10.0.0.1"}`, 400, "invalid", "reserved by the subnetwork")
}
