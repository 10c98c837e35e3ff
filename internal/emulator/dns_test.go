package emulator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

const dnsPath = "dns.googleapis.com/dns/v1/projects/p/managedZones"

// privateZone makes a private zone in network n.
func (e *env) privateZone() map[string]any {
	e.t.Helper()
	e.network()
	return e.json("POST", dnsPath, `{"name":"z","dnsName":"googleapis.com.","description":"d","visibility":"private","labels":{"a":"b"},
		"privateVisibilityConfig":{"networks":[{"networkUrl":"https://www.googleapis.com/compute/v1/projects/p/global/networks/n"}]}}`)
}

func TestManagedZone(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{LROScale: 1})
	z := e.privateZone()
	if fmt.Sprint(z["nameServers"]) != "[ns-gcp-private.googledomains.com.]" || z["kind"] != "dns#managedZone" || z["creationTime"] == nil || z["id"] == nil {
		t.Errorf("%v", z)
	}
	if byID := e.json("GET", dnsPath+"/"+fmt.Sprint(z["id"]), ""); byID["name"] != "z" {
		t.Errorf("%v", byID)
	}
	public := e.json("POST", dnsPath, `{"name":"public","dnsName":"example.com.","privateVisibilityConfig":{"networks":[]}}`)
	if servers, ok := public["nameServers"].([]any); !ok || len(servers) != 4 || public["visibility"] != "public" || public["privateVisibilityConfig"] != nil || public["description"] != "" {
		t.Errorf("%v", public)
	}
	e.refuse("POST", dnsPath, `{"name":"z","dnsName":"other.com."}`, 409, "alreadyExists", "The resource 'entity.managedZone' named 'z' already exists")
	e.refuse("POST", dnsPath, `{"name":"Z","dnsName":"other.com."}`, 400, "invalid", "Invalid value for 'entity.managedZone.name': 'Z'")
	e.refuse("POST", dnsPath, `{"name":"o","dnsName":"other.com"}`, 400, "invalid", "Invalid value for 'entity.managedZone.dnsName': 'other.com'")
	e.refuse("POST", dnsPath, `{"name":"o","dnsName":"other.com.","visibility":"hidden"}`, 400, "invalid", "visibility")
	e.refuse("POST", dnsPath, `{"name":"o","dnsName":"other.com.","visibility":"private","privateVisibilityConfig":{"networks":[{"networkUrl":"https://www.googleapis.com/compute/v1/projects/p/global/networks/none"}]}}`, 400, "invalid", "networks[0].networkUrl")
	e.refuse("POST", dnsPath, `{"name":"o","dnsName":"other.com.","visibility":"private","privateVisibilityConfig":{"networks":[{"networkUrl":"projects/p/global/networks/n"}]}}`, 400, "invalid", "networks[0].networkUrl")
	e.refuse("POST", dnsPath, `{"name":"o","dnsName":"googleapis.com.","visibility":"private","privateVisibilityConfig":{"networks":[{"networkUrl":"https://www.googleapis.com/compute/v1/projects/p/global/networks/n"}]}}`, 409, "conflict", "already bound")
	e.notModelled("POST", dnsPath, `{"name":"o","dnsName":"other.com.","dnssecConfig":{"state":"on"}}`)
	e.notModelled("POST", dnsPath, `{"name":"o","dnsName":"other.com.","visibility":"private","forwardingConfig":{"targetNameServers":[{"ipv4Address":"1.2.3.4"}]}}`)
	e.refuse("GET", dnsPath+"/none", "", 404, "notFound", "The 'parameters.managedZone' resource named 'none' does not exist.")

	op := e.json("PATCH", dnsPath+"/z", `{"description":"changed"}`)
	if op["kind"] != "dns#operation" || op["status"] != "done" || op["type"] != "UPDATE" || op["zoneContext"] == nil {
		t.Errorf("%v", op)
	}
	if got := e.json("GET", dnsPath+"/z/operations/"+fmt.Sprint(op["id"]), ""); got["type"] != "UPDATE" {
		t.Errorf("%v", got)
	}
	z = e.json("GET", dnsPath+"/z", "")
	if z["description"] != "changed" || fmt.Sprint(z["labels"]) != "map[a:b]" || z["privateVisibilityConfig"] == nil {
		t.Errorf("%v", z)
	}
	e.json("PUT", dnsPath+"/z", fmt.Sprintf(`{"name":"z","dnsName":"googleapis.com.","visibility":"private","id":%s,"creationTime":"%s","nameServers":["ns-gcp-private.googledomains.com."]}`, z["id"], z["creationTime"]))
	if z = e.json("GET", dnsPath+"/z", ""); z["labels"] != nil || z["privateVisibilityConfig"] != nil || z["description"] != "" {
		t.Errorf("%v", z)
	}
	e.refuse("PATCH", dnsPath+"/z", `{"dnsName":"other.com."}`, 400, "immutableField", "dnsName")
	if list := e.json("GET", dnsPath+"?dnsName=example.com.", ""); len(list["managedZones"].([]any)) != 1 {
		t.Errorf("%v", list)
	}
	e.json("DELETE", dnsPath+"/z", "")
	e.json("DELETE", dnsPath+"/public", "")
	e.refuse("DELETE", dnsPath+"/z", "", 404, "notFound", "does not exist")
	if got := e.srv.Inventory(); got["dnsManagedZones"] != nil || got["dnsRecordSets"] != nil {
		t.Errorf("left behind %v", got)
	}
}

func TestRecordSets(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{LROScale: 1})
	e.privateZone()
	const zone = dnsPath + "/z"
	list := e.json("GET", zone+"/rrsets", "")
	if sets := list["rrsets"].([]any); len(sets) != 2 || !strings.Contains(fmt.Sprint(sets[1]), "ns-gcp-private.googledomains.com. cloud-dns-hostmaster.google.com. 1 21600 3600 259200 300") {
		t.Errorf("%v", list)
	}
	const a = `{"name":"private.googleapis.com.","type":"A","ttl":300,"rrdatas":["199.36.153.8","199.36.153.9"]}`
	const cname = `{"name":"*.googleapis.com.","type":"CNAME","ttl":300,"rrdatas":["private.googleapis.com."]}`
	change := e.json("POST", zone+"/changes", `{"additions":[`+a+`,`+cname+`]}`)
	if change["status"] != "pending" || change["id"] != "1" || fmt.Sprint(change["deletions"]) != "[]" || !strings.Contains(fmt.Sprint(change["additions"]), "signatureRrdatas:[]") {
		t.Errorf("%v", change)
	}
	if got := e.json("GET", zone+"/changes/1", ""); got["status"] != "pending" {
		t.Errorf("%v", got)
	}
	e.clock.Advance(time.Minute)
	if got := e.json("GET", zone+"/changes/1", ""); got["status"] != "done" {
		t.Errorf("%v", got)
	}
	if got := e.json("GET", zone+"/rrsets?name=private.googleapis.com.&type=A", ""); len(got["rrsets"].([]any)) != 1 {
		t.Errorf("%v", got)
	}

	// A change is made whole or not at all.
	e.refuse("POST", zone+"/changes", `{"additions":[{"name":"b.googleapis.com.","type":"A","ttl":300,"rrdatas":["1.2.3.4"]},`+a+`]}`, 409, "alreadyExists", "The resource 'entity.change.additions[1]' named 'private.googleapis.com. (A)' already exists")
	e.refuse("POST", zone+"/changes", `{"deletions":[{"name":"private.googleapis.com.","type":"A","ttl":60,"rrdatas":["199.36.153.8","199.36.153.9"]}]}`, 412, "conditionNotMet", "Precondition not met for 'entity.change.deletions[0]'")
	e.refuse("POST", zone+"/changes", `{"deletions":[{"name":"private.googleapis.com.","type":"A","ttl":300,"rrdatas":["199.36.153.8"]}]}`, 412, "conditionNotMet", "Precondition not met")
	e.refuse("POST", zone+"/changes", `{"deletions":[{"name":"b.googleapis.com.","type":"A","ttl":300,"rrdatas":["1.2.3.4"]}]}`, 404, "notFound", "The 'entity.change.deletions[0]' resource named 'b.googleapis.com. (A)' does not exist.")
	e.refuse("POST", zone+"/changes", `{}`, 400, "required", "entity.change")
	e.refuse("POST", zone+"/changes", `{"additions":[null]}`, 400, "invalid", "'additions[0]'")
	e.refuse("POST", zone+"/changes", `{"deletions":[{"name":"googleapis.com.","type":"NS","ttl":21600,"rrdatas":["ns-gcp-private.googledomains.com."]}]}`, 400, "invalidZoneApex", "exactly one resource record set of type 'NS'")
	if got := e.json("GET", zone+"/rrsets", ""); len(got["rrsets"].([]any)) != 4 {
		t.Errorf("%v", got)
	}

	e.refuse("POST", zone+"/rrsets", a, 409, "alreadyExists", "The resource 'entity.rrset' named 'private.googleapis.com. (A)' already exists")
	for _, bad := range []struct{ body, reason, text string }{
		{`{"name":"x.example.com.","type":"A","ttl":300,"rrdatas":["1.2.3.4"]}`, "invalid", "'entity.rrset.name': 'x.example.com.'"},
		{`{"name":"x.googleapis.com","type":"A","ttl":300,"rrdatas":["1.2.3.4"]}`, "invalid", "entity.rrset.name"},
		{`{"name":"x.googleapis.com.","type":"A","ttl":300,"rrdatas":["1.2.3"]}`, "invalid", "'entity.rrset.rrdata[0]': '1.2.3'"},
		{`{"name":"x.googleapis.com.","type":"A","ttl":300,"rrdatas":["1.2.3.4","1.2.3.4"]}`, "invalid", "rrdata[1]"},
		{`{"name":"x.googleapis.com.","type":"A","ttl":300}`, "required", "entity.rrset.rrdatas"},
		{`{"name":"x.googleapis.com.","type":"B","ttl":300,"rrdatas":["1.2.3.4"]}`, "invalid", "entity.rrset.type"},
		{`{"name":"private.googleapis.com.","type":"CNAME","ttl":300,"rrdatas":["x.googleapis.com."]}`, "cnameResourceRecordSetConflict", "either one CNAME"},
		{`{"name":"googleapis.com.","type":"CNAME","ttl":300,"rrdatas":["x.googleapis.com."]}`, "invalid", "apex"},
	} {
		e.refuse("POST", zone+"/rrsets", bad.body, 400, bad.reason, bad.text)
	}
	e.notModelled("POST", zone+"/rrsets", `{"name":"x.googleapis.com.","type":"A","ttl":300,"routingPolicy":{"wrr":{}}}`)
	e.json("POST", zone+"/rrsets", `{"name":"x.googleapis.com.","type":"TXT","ttl":300,"rrdatas":["\"v=1\""]}`)
	if got := e.json("PATCH", zone+"/rrsets/x.googleapis.com./TXT", `{"ttl":60}`); got["ttl"] != 60.0 || fmt.Sprint(got["rrdatas"]) != `["v=1"]` {
		t.Errorf("%v", got)
	}
	e.json("DELETE", zone+"/rrsets/x.googleapis.com./TXT", "")
	e.refuse("GET", zone+"/rrsets/x.googleapis.com./TXT", "", 404, "notFound", "The 'parameters.name' resource named 'x.googleapis.com. (TXT)' does not exist.")

	e.refuse("DELETE", zone, "", 400, "containerNotEmpty", "The resource named 'z' cannot be deleted because it contains one or more 'resource records'.")
	if got := e.srv.Inventory()["dnsRecordSets"]; len(got) != 2 {
		t.Errorf("%v", got)
	}
	e.srv.InjectFaults(emulator.Fault{RPC: "CreateChange", Operation: emulator.OperationHangs})
	hung := e.json("POST", zone+"/changes", `{"deletions":[`+a+`,`+cname+`]}`)
	e.clock.Advance(time.Hour)
	if got := e.json("GET", zone+"/changes/"+fmt.Sprint(hung["id"]), ""); got["status"] != "pending" {
		t.Errorf("%v", got)
	}
	changes := e.json("GET", zone+"/changes?sortOrder=descending", "")
	if all := changes["changes"].([]any); all[0].(map[string]any)["id"] != hung["id"] {
		t.Errorf("%v", changes)
	}
	if op := e.finish("DELETE", computePath+"global/networks/n", ""); !strings.Contains(fmt.Sprint(op["error"]), "already being used by") {
		t.Errorf("%v", op)
	}
	e.json("DELETE", zone, "")
}
