package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/api/dns/v1"
)

const (
	kindManagedZone  = "dnsManagedZones"
	kindDNSOperation = "dnsOperations"
)

// managedZoneKind serves the zones of Cloud DNS, public and private. A write
// holds the lock of Compute Engine, whose networks private zones need.
var managedZoneKind = kind{
	name: kindManagedZone, host: dnsHost, collection: true, errorForm: oldForm, permissions: dnsPermissions,
	routes: func(s *Server) []route {
		v := dnsService{s}
		const zone = "{name=projects/*/managedZones/*}"
		policy := func(handle func(c *dnsCall, resource string) (any, error)) dnsHandler {
			return func(_ context.Context, c *dnsCall) (any, error) {
				z, err := v.zone(c, c.zone)
				if err != nil {
					return nil, err
				}
				return handle(c, dnsHost+"/"+z.fullName())
			}
		}
		return []route{
			v.write("POST", "{parent=projects/*}/managedZones", "CreateManagedZone", v.createZone),
			v.read("GET", "{parent=projects/*}/managedZones", "ListManagedZones", []string{"dnsName", "maxResults", "pageToken"}, v.listZones),
			v.read("GET", zone, "GetManagedZone", nil, v.getZone),
			v.write("PATCH", zone, "PatchManagedZone", v.changeZone(true)),
			v.write("PUT", zone, "UpdateManagedZone", v.changeZone(false)),
			v.write("DELETE", zone, "DeleteManagedZone", v.deleteZone),
			v.read("GET", "{parent=projects/*/managedZones/*}/operations", "ListManagedZoneOperations", []string{"maxResults", "pageToken", "sortBy"}, v.listOperations),
			v.read("GET", "{parent=projects/*/managedZones/*}/operations/{operation}", "GetManagedZoneOperation", nil, v.getOperation),
			v.read("POST", zone+":getIamPolicy", "GetIamPolicyManagedZone", nil, policy(func(_ *dnsCall, resource string) (any, error) {
				p, _, err := s.getIamPolicy(resource)
				return p, err
			})),
			v.read("POST", zone+":setIamPolicy", "SetIamPolicyManagedZone", nil, policy(func(c *dnsCall, resource string) (any, error) {
				var req setIamPolicyRequest
				if err := c.decode(&req); err != nil {
					return nil, err
				}
				return s.setIamPolicy("projects/"+c.project, resource, req)
			})),
			v.read("POST", zone+":testIamPermissions", "TestIamPermissionsManagedZone", nil, policy(func(c *dnsCall, _ string) (any, error) {
				return s.testPermissions(c.restRequest)
			})),
		}
	},
}

// managedZone is a zone in the store, with what it counts.
type managedZone struct {
	Zone    computeDoc `json:"zone"`
	Project string     `json:"project"`
	// Changes and Operations are how many there have been.
	Changes    int `json:"changes"`
	Operations int `json:"operations"`

	version int64
}

func (z *managedZone) fullName() string {
	return "projects/" + z.Project + "/managedZones/" + text(z.Zone, "name")
}

// zone finds a zone by its name or number.
func (v dnsService) zone(c *dnsCall, id string) (*managedZone, error) {
	z := &managedZone{}
	version, err := v.s.load(kindManagedZone, "projects/"+c.project+"/managedZones/"+id, z)
	if err == nil {
		z.version = version
		return z, nil
	}
	if !absent(err) {
		return nil, err
	}
	for _, e := range v.s.store.List(kindManagedZone, "projects/"+c.project) {
		z := &managedZone{version: e.Version}
		if err := json.Unmarshal(e.Value, z); err != nil {
			return nil, err
		}
		if z.Zone["id"] == id {
			return z, nil
		}
	}
	return nil, dnsMissing("parameters.managedZone", id)
}

func (v dnsService) saveZone(z *managedZone) error {
	return v.s.update(kindManagedZone, z.fullName(), z.version, z)
}

func (v dnsService) createZone(_ context.Context, c *dnsCall) (any, error) {
	doc, err := c.zoneDocument()
	if err != nil {
		return nil, err
	}
	name := text(doc, "name")
	if !computeNamePattern.MatchString(name) {
		return nil, dnsInvalid("entity.managedZone.name", name)
	}
	if _, err := v.zone(c, name); err == nil {
		return nil, dnsTaken("entity.managedZone", name)
	}
	if _, ok := doc["visibility"]; !ok {
		doc["visibility"] = "public"
	}
	if _, ok := doc["description"]; !ok {
		doc["description"] = ""
	}
	doc["id"], doc["creationTime"] = v.s.newSignedID(), dnsTime(v.s.now())
	z := &managedZone{Zone: doc, Project: c.project, Changes: 1}
	if err := v.completeZone(c, z); err != nil {
		return nil, err
	}
	doc["nameServers"] = nameServers(text(doc, "visibility"), text(doc, "id"))
	if err := v.s.create(kindManagedZone, "projects/"+c.project, z.fullName(), z); err != nil {
		return nil, err
	}
	return doc, v.addApex(z)
}

// zoneDocument decodes a zone, without what the service sets.
func (c *dnsCall) zoneDocument() (computeDoc, error) {
	doc, err := (&computeCall{restRequest: c.restRequest, version: "v1"}).document(&dns.ManagedZone{})
	if err != nil {
		return nil, err
	}
	delete(doc, "kind")
	cleanDoc(doc)
	return doc, nil
}

// nameServers are those of a public zone, of one of Google's five sets, or the
// one of all private zones.
func nameServers(visibility, id string) []any {
	if visibility == "private" {
		return []any{"ns-gcp-private.googledomains.com."}
	}
	const sets = "abcde"
	set := sets[int(id[len(id)-1]-'0')%len(sets)]
	var out []any
	for i := range 4 {
		out = append(out, fmt.Sprintf("ns-cloud-%c%d.googledomains.com.", set, i+1))
	}
	return out
}

var dnsNameForm = regexp.MustCompile(`^(\*\.)?([a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?\.)+$`)

// completeZone checks a zone and fills in what the service does.
func (v dnsService) completeZone(c *dnsCall, z *managedZone) error {
	doc := z.Zone
	doc["kind"] = "dns#managedZone"
	var m dns.ManagedZone
	if err := docInto(doc, &m); err != nil {
		return err
	}
	switch {
	case m.ForwardingConfig != nil || m.PeeringConfig != nil || m.ReverseLookupConfig != nil || m.ServiceDirectoryConfig != nil:
		return notModelled("zones that forward, peer, look up in reverse or show Service Directory")
	case m.DnssecConfig != nil && m.DnssecConfig.State != "off" && m.DnssecConfig.State != "":
		return notModelled("DNSSEC")
	case m.NameServerSet != "":
		return notModelled("sets of name servers")
	case m.DnsName == "." || !dnsNameForm.MatchString(m.DnsName) || strings.HasPrefix(m.DnsName, "*"):
		return dnsInvalid("entity.managedZone.dnsName", m.DnsName)
	case m.Visibility != "public" && m.Visibility != "private":
		return dnsInvalid("entity.managedZone.visibility", m.Visibility)
	case len(m.Description) > 1024:
		return dnsInvalid("entity.managedZone.description", m.Description)
	}
	if _, err := computeLabels(m.Labels); err != nil {
		return dnsInvalid("entity.managedZone.labels", "")
	}
	logging, _ := doc["cloudLoggingConfig"].(map[string]any)
	doc["cloudLoggingConfig"] = mergeDoc(logging, computeDoc{"kind": "dns#managedZoneCloudLoggingConfig"})
	if m.CloudLoggingConfig != nil && m.CloudLoggingConfig.EnableLogging && m.Visibility == "private" {
		return dnsInvalid("entity.managedZone.cloudLoggingConfig.enableLogging", "true")
	}
	return v.completeVisibility(c, z, &m)
}

// completeVisibility checks the networks of a private zone: they stand, and none
// has another zone of the same DNS name.
func (v dnsService) completeVisibility(c *dnsCall, z *managedZone, m *dns.ManagedZone) error {
	config := m.PrivateVisibilityConfig
	if config == nil || len(config.Networks)+len(config.GkeClusters) == 0 {
		// A recorded reply leaves out an empty one.
		delete(z.Zone, "privateVisibilityConfig")
		return nil
	}
	const field = "entity.managedZone.privateVisibilityConfig"
	if m.Visibility != "private" {
		return dnsInvalid(field, "")
	}
	if len(config.GkeClusters) > 0 {
		return notModelled("zones that only clusters see")
	}
	compute := computeService(v)
	var shown []any
	var names []string
	for i, n := range config.Networks {
		at := fmt.Sprintf("%s.networks[%d].networkUrl", field, i)
		found := computeURL.FindStringSubmatch(n.NetworkUrl)
		if found == nil {
			return dnsInvalid(at, n.NetworkUrl)
		}
		name, err := compute.reference(&computeCall{project: c.project}, at, found[4], "global", "networks")
		if err != nil {
			return dnsInvalid(at, n.NetworkUrl)
		}
		if _, err := compute.ready(kindNetwork, name); err != nil || slices.Contains(names, name) {
			return dnsInvalid(at, n.NetworkUrl)
		}
		names = append(names, name)
		shown = append(shown, computeDoc{"kind": "dns#managedZonePrivateVisibilityConfigNetwork", "networkUrl": computeLink(name)})
	}
	z.Zone["privateVisibilityConfig"] = computeDoc{"kind": "dns#managedZonePrivateVisibilityConfig", "networks": shown}
	for _, e := range v.s.store.List(kindManagedZone, "") {
		other := &managedZone{}
		if err := json.Unmarshal(e.Value, other); err != nil {
			return err
		}
		if other.fullName() == z.fullName() || !strings.EqualFold(text(other.Zone, "dnsName"), m.DnsName) {
			continue
		}
		for _, have := range other.networks() {
			if slices.Contains(names, have) {
				return withReason("conflict", withHTTPStatus(http.StatusConflict, apiError(codeOfHTTP(http.StatusConflict),
					fmt.Sprintf("The network '%s' is already bound to the zone '%s' with the same DNS name '%s'.", computeLink(have), text(other.Zone, "name"), m.DnsName))))
			}
		}
	}
	return nil
}

// networks are the names of the networks that see a zone.
func (z *managedZone) networks() []string {
	config, _ := z.Zone["privateVisibilityConfig"].(map[string]any)
	var out []string
	for _, n := range asDocs(config["networks"]) {
		out = append(out, computeName(text(n, "networkUrl")))
	}
	return out
}

// zonesOfNetwork names the zones that a network needs to stay for. The reference
// does not say what becomes of a zone when its network goes.
func zonesOfNetwork(s *Server, name string) []string {
	var out []string
	for _, e := range s.store.List(kindManagedZone, "") {
		z := &managedZone{}
		if json.Unmarshal(e.Value, z) == nil && slices.Contains(z.networks(), name) {
			out = append(out, e.Name)
		}
	}
	return out
}

func (v dnsService) getZone(_ context.Context, c *dnsCall) (any, error) {
	z, err := v.zone(c, c.zone)
	if err != nil {
		return nil, err
	}
	return z.Zone, nil
}

func (v dnsService) listZones(_ context.Context, c *dnsCall) (any, error) {
	var all []computeDoc
	for _, e := range v.s.store.List(kindManagedZone, "projects/"+c.project) {
		z := &managedZone{}
		if err := json.Unmarshal(e.Value, z); err != nil {
			return nil, err
		}
		if want := c.query.Get("dnsName"); want == "" || want == z.Zone["dnsName"] {
			all = append(all, z.Zone)
		}
	}
	return c.page(all, "managedZones", "dns#managedZonesListResponse")
}

// fixedInZone refuses a change of what a zone keeps. An update has to name what the
// service assigned, as hashicorp/google found: what is missing counts as changed.
func fixedInZone(doc, before computeDoc, patch bool) error {
	for _, key := range []string{"name", "dnsName", "visibility", "id", "creationTime", "nameServers"} {
		given, ok := doc[key]
		assigned := key == "id" || key == "creationTime" || key == "nameServers"
		if ok && !reflect.DeepEqual(given, before[key]) || !ok && assigned && !patch {
			return withReason("immutableField", invalid("The field 'entity.managedZone.%s' cannot be modified.", key))
		}
	}
	return nil
}

// changeZone serves patch, which keeps what it leaves out, and update.
func (v dnsService) changeZone(patch bool) dnsHandler {
	return func(ctx context.Context, c *dnsCall) (any, error) {
		z, err := v.zone(c, c.zone)
		if err != nil {
			return nil, err
		}
		doc, err := c.zoneDocument()
		if err != nil {
			return nil, err
		}
		before := z.Zone
		if err := fixedInZone(doc, before, patch); err != nil {
			return nil, err
		}
		base := before
		if !patch {
			base = computeDoc{}
			for _, key := range []string{"name", "dnsName", "visibility", "id", "creationTime", "nameServers"} {
				base[key] = before[key]
			}
			base["description"] = ""
		}
		z.Zone = mergeDoc(base, doc)
		for _, key := range []string{"labels", "privateVisibilityConfig"} {
			if given, ok := doc[key]; ok {
				z.Zone[key] = given
			}
		}
		if err := v.completeZone(c, z); err != nil {
			return nil, err
		}
		z.Operations++
		op := computeDoc{
			"kind": "dns#operation", "id": fmt.Sprintf("%08x-%d", v.s.randomBytes(4), z.Operations), "startTime": dnsTime(v.s.now()), "type": "UPDATE",
			"user": computeCaller, "status": "done", "zoneContext": computeDoc{"oldValue": before, "newValue": z.Zone},
		}
		if doneAt, _ := v.s.operationFate(ctx, 0); v.s.now().Before(doneAt) {
			op["status"] = "pending"
		}
		if err := v.s.create(kindDNSOperation, z.fullName(), z.fullName()+"/operations/"+text(op, "id"), op); err != nil {
			return nil, err
		}
		return op, v.saveZone(z)
	}
}

func (v dnsService) deleteZone(_ context.Context, c *dnsCall) (any, error) {
	z, err := v.zone(c, c.zone)
	if err != nil {
		return nil, err
	}
	sets, err := v.sets(z)
	if err != nil {
		return nil, err
	}
	for _, set := range sets {
		if !z.isApex(set) {
			return nil, withReason("containerNotEmpty", invalid("The resource named '%s' cannot be deleted because it contains one or more 'resource records'.", text(z.Zone, "name")))
		}
	}
	for _, kindName := range []string{kindRecordSet, kindDNSChange, kindDNSOperation} {
		for _, e := range v.s.store.List(kindName, z.fullName()) {
			if err := v.s.store.Delete(kindName, e.Name, 0); err != nil {
				return nil, err
			}
		}
	}
	if err := v.s.store.Delete(kindIamPolicy, dnsHost+"/"+z.fullName(), 0); err != nil && !absent(err) {
		return nil, err
	}
	return nil, v.s.store.Delete(kindManagedZone, z.fullName(), 0)
}

func (v dnsService) getOperation(_ context.Context, c *dnsCall) (any, error) {
	z, err := v.zone(c, c.zone)
	if err != nil {
		return nil, err
	}
	op := computeDoc{}
	if _, err := v.s.load(kindDNSOperation, z.fullName()+"/operations/"+c.vars["operation"], &op); err != nil {
		return nil, dnsMissing("parameters.operation", c.vars["operation"])
	}
	return op, nil
}

func (v dnsService) listOperations(_ context.Context, c *dnsCall) (any, error) {
	z, err := v.zone(c, c.zone)
	if err != nil {
		return nil, err
	}
	if by := c.query.Get("sortBy"); by != "" && by != "startTime" {
		return nil, notModelled("operations of Cloud DNS sorted by %q", by)
	}
	all, err := listInto(v.s, kindDNSOperation, z.fullName(), func() *computeDoc { return &computeDoc{} })
	if err != nil {
		return nil, err
	}
	var ops []computeDoc
	for _, op := range all {
		ops = append(ops, *op)
	}
	return c.page(ops, "operations", "dns#managedZoneOperationsListResponse")
}
