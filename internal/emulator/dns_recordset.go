package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/dns/v1"
	"google.golang.org/grpc/codes"
)

const (
	kindRecordSet = "dnsRecordSets"
	kindDNSChange = "dnsChanges"
	// dnsChangeTakes is about what passes until all name servers know of a
	// change: the reference says within 60 seconds typically.
	dnsChangeTakes = 10 * time.Second
)

// recordSetKind serves the record sets of zones, and changes of many at once.
var recordSetKind = kind{
	name: kindRecordSet, host: dnsHost, collection: true, inventory: recordSetStands, errorForm: oldForm, permissions: dnsPermissions,
	routes: func(s *Server) []route {
		v := dnsService{s}
		const zone = "{parent=projects/*/managedZones/*}"
		return []route{
			v.read("GET", zone+"/rrsets", "ListResourceRecordSets", []string{"name", "type", "filter", "maxResults", "pageToken"}, v.listSets),
			v.write("POST", zone+"/rrsets", "CreateResourceRecordSet", v.createSet),
			v.read("GET", zone+"/rrsets/{rrset}/{type}", "GetResourceRecordSet", nil, v.getSet),
			v.write("PATCH", zone+"/rrsets/{rrset}/{type}", "PatchResourceRecordSet", v.patchSet),
			v.write("DELETE", zone+"/rrsets/{rrset}/{type}", "DeleteResourceRecordSet", v.deleteSet),
			v.write("POST", zone+"/changes", "CreateChange", v.createChange),
			v.read("GET", zone+"/changes", "ListChanges", []string{"maxResults", "pageToken", "sortBy", "sortOrder"}, v.listChanges),
			v.read("GET", zone+"/changes/{change}", "GetChange", nil, v.getChange),
		}
	},
}

// recordSet is a stored record set. Apex marks the two that a zone comes with.
type recordSet struct {
	Set  dns.ResourceRecordSet `json:"set"`
	Apex bool                  `json:"apex,omitempty"`
}

// recordSetStands leaves out what no user made.
func recordSetStands(value json.RawMessage) bool {
	var r recordSet
	return json.Unmarshal(value, &r) == nil && !r.Apex
}

// setKey names a set as errors do.
func setKey(name, kindOf string) string { return name + " (" + kindOf + ")" }

func (z *managedZone) setName(name, kindOf string) string {
	return z.fullName() + "/rrsets/" + strings.ToLower(name) + "/" + kindOf
}

func (z *managedZone) isApex(set *recordSet) bool {
	return strings.EqualFold(set.Set.Name, text(z.Zone, "dnsName")) && (set.Set.Type == "NS" || set.Set.Type == "SOA")
}

// addApex makes the name server and start-of-authority records of a new zone,
// and the change that they are counted as.
func (v dnsService) addApex(z *managedZone) error {
	const apexTTL = 21600
	var servers []string
	list, _ := z.Zone["nameServers"].([]any)
	for _, s := range list {
		servers = append(servers, fmt.Sprint(s))
	}
	sets := []dns.ResourceRecordSet{
		{Name: text(z.Zone, "dnsName"), Type: "NS", Ttl: apexTTL, Rrdatas: servers},
		{Name: text(z.Zone, "dnsName"), Type: "SOA", Ttl: apexTTL, Rrdatas: []string{servers[0] + " cloud-dns-hostmaster.google.com. 1 21600 3600 259200 300"}},
	}
	for _, set := range sets {
		if err := v.s.create(kindRecordSet, z.fullName(), z.setName(set.Name, set.Type), &recordSet{Set: set, Apex: true}); err != nil {
			return err
		}
	}
	return v.s.create(kindDNSChange, z.fullName(), z.fullName()+"/changes/"+"0", &dnsChange{ID: 0, Start: v.s.now(), Done: v.s.now(), Additions: sets})
}

// renderSet shows a set with all that the API shows.
func renderSet(set dns.ResourceRecordSet) computeDoc {
	return computeDoc{
		"kind": "dns#resourceRecordSet", "name": set.Name, "type": set.Type, "ttl": set.Ttl,
		"rrdatas": set.Rrdatas, "signatureRrdatas": []string{},
	}
}

func renderSets(sets []dns.ResourceRecordSet) []computeDoc {
	out := make([]computeDoc, 0, len(sets))
	for _, set := range sets {
		out = append(out, renderSet(set))
	}
	return out
}

func (v dnsService) sets(z *managedZone) ([]*recordSet, error) {
	return listInto(v.s, kindRecordSet, z.fullName(), func() *recordSet { return &recordSet{} })
}

func (v dnsService) listSets(_ context.Context, c *dnsCall) (any, error) {
	z, err := v.zone(c, c.zone)
	if err != nil {
		return nil, err
	}
	if c.query.Get("filter") != "" {
		return nil, notModelled("filters of record sets")
	}
	if c.query.Get("type") != "" && c.query.Get("name") == "" {
		return nil, dnsInvalid("parameters.type", c.query.Get("type"))
	}
	sets, err := v.sets(z)
	if err != nil {
		return nil, err
	}
	var found []computeDoc
	for _, set := range sets {
		name, kindOf := c.query.Get("name"), c.query.Get("type")
		if (name == "" || strings.EqualFold(name, set.Set.Name)) && (kindOf == "" || kindOf == set.Set.Type) {
			found = append(found, renderSet(set.Set))
		}
	}
	slices.SortStableFunc(found, func(a, b computeDoc) int {
		return strings.Compare(text(a, "name")+" "+text(a, "type"), text(b, "name")+" "+text(b, "type"))
	})
	return c.page(found, "rrsets", "dns#resourceRecordSetsListResponse")
}

func (v dnsService) set(z *managedZone, name, kindOf string) (*recordSet, error) {
	set := &recordSet{}
	if _, err := v.s.load(kindRecordSet, z.setName(name, kindOf), set); err != nil {
		if absent(err) {
			err = dnsMissing("parameters.name", setKey(name, kindOf))
		}
		return nil, err
	}
	return set, nil
}

func (v dnsService) getSet(_ context.Context, c *dnsCall) (any, error) {
	z, err := v.zone(c, c.zone)
	if err != nil {
		return nil, err
	}
	set, err := v.set(z, c.vars["rrset"], c.vars["type"])
	if err != nil {
		return nil, err
	}
	return renderSet(set.Set), nil
}

func (c *dnsCall) recordSet() (dns.ResourceRecordSet, error) {
	var set dns.ResourceRecordSet
	_, err := (&computeCall{restRequest: c.restRequest, version: "v1"}).document(&set)
	return set, err
}

func (v dnsService) createSet(ctx context.Context, c *dnsCall) (any, error) {
	z, err := v.zone(c, c.zone)
	if err != nil {
		return nil, err
	}
	set, err := c.recordSet()
	if err != nil {
		return nil, err
	}
	if _, err := v.s.store.Get(kindRecordSet, z.setName(set.Name, set.Type)); err == nil {
		return nil, dnsTaken("entity.rrset", setKey(set.Name, set.Type))
	}
	if _, err := v.apply(ctx, z, []dns.ResourceRecordSet{set}, nil, "entity.rrset"); err != nil {
		return nil, err
	}
	return renderSet(set), nil
}

func (v dnsService) patchSet(ctx context.Context, c *dnsCall) (any, error) {
	z, err := v.zone(c, c.zone)
	if err != nil {
		return nil, err
	}
	have, err := v.set(z, c.vars["rrset"], c.vars["type"])
	if err != nil {
		return nil, err
	}
	doc, err := (&computeCall{restRequest: c.restRequest, version: "v1"}).document(&dns.ResourceRecordSet{})
	if err != nil {
		return nil, err
	}
	before, err := computeJSON(have.Set)
	if err != nil {
		return nil, err
	}
	var next dns.ResourceRecordSet
	if err := docInto(mergeDoc(before, doc), &next); err != nil {
		return nil, err
	}
	if !strings.EqualFold(next.Name, have.Set.Name) || next.Type != have.Set.Type {
		return nil, dnsInvalid("entity.rrset.name", next.Name)
	}
	if _, err := v.apply(ctx, z, []dns.ResourceRecordSet{next}, []dns.ResourceRecordSet{have.Set}, "entity.rrset"); err != nil {
		return nil, err
	}
	return renderSet(next), nil
}

func (v dnsService) deleteSet(ctx context.Context, c *dnsCall) (any, error) {
	z, err := v.zone(c, c.zone)
	if err != nil {
		return nil, err
	}
	have, err := v.set(z, c.vars["rrset"], c.vars["type"])
	if err != nil {
		return nil, err
	}
	_, err = v.apply(ctx, z, nil, []dns.ResourceRecordSet{have.Set}, "entity.rrset")
	return nil, err
}

// dnsChange is a stored change.
type dnsChange struct {
	ID        int                     `json:"id"`
	Start     time.Time               `json:"start"`
	Done      time.Time               `json:"done"`
	Additions []dns.ResourceRecordSet `json:"additions,omitempty"`
	Deletions []dns.ResourceRecordSet `json:"deletions,omitempty"`
}

func (v dnsService) renderChange(ch *dnsChange, begun bool) computeDoc {
	status := "pending"
	if !begun && !v.s.now().Before(ch.Done) {
		status = "done"
	}
	return computeDoc{
		"kind": "dns#change", "id": strconv.Itoa(ch.ID), "startTime": dnsTime(ch.Start), "status": status,
		"additions": renderSets(ch.Additions), "deletions": renderSets(ch.Deletions),
	}
}

func (v dnsService) createChange(ctx context.Context, c *dnsCall) (any, error) {
	z, err := v.zone(c, c.zone)
	if err != nil {
		return nil, err
	}
	var req dns.Change
	if _, err := (&computeCall{restRequest: c.restRequest, version: "v1"}).document(&req); err != nil {
		return nil, err
	}
	if len(req.Additions)+len(req.Deletions) == 0 {
		return nil, withReason("required", invalid("The 'entity.change' parameter is required but was missing."))
	}
	deref := func(in []*dns.ResourceRecordSet) []dns.ResourceRecordSet {
		var out []dns.ResourceRecordSet
		for _, set := range in {
			out = append(out, *set)
		}
		return out
	}
	ch, err := v.apply(ctx, z, deref(req.Additions), deref(req.Deletions), "")
	if err != nil {
		return nil, err
	}
	return v.renderChange(ch, true), nil
}

// apply makes a change whole or not at all: what it deletes has to be exactly
// what is there, and what it adds must not be there after that. entity names
// the set in errors, "" for a change, whose sets are numbered.
func (v dnsService) apply(ctx context.Context, z *managedZone, additions, deletions []dns.ResourceRecordSet, entity string) (*dnsChange, error) {
	field := func(list string, i int) string {
		if entity != "" {
			return entity
		}
		return fmt.Sprintf("entity.change.%s[%d]", list, i)
	}
	all, err := v.sets(z)
	if err != nil {
		return nil, err
	}
	after := map[string]dns.ResourceRecordSet{}
	for _, set := range all {
		after[z.setName(set.Set.Name, set.Set.Type)] = set.Set
	}
	for i, set := range deletions {
		key := z.setName(set.Name, set.Type)
		have, ok := after[key]
		if !ok {
			return nil, dnsMissing(field("deletions", i), setKey(set.Name, set.Type))
		}
		if have.Ttl != set.Ttl || !sameRecords(have.Rrdatas, set.Rrdatas) {
			return nil, withReason("conditionNotMet", withHTTPStatus(412, apiError(codes.FailedPrecondition, "Precondition not met for '"+field("deletions", i)+"'")))
		}
		delete(after, key)
	}
	for i, set := range additions {
		if err := z.checkSet(field("additions", i), set); err != nil {
			return nil, err
		}
		key := z.setName(set.Name, set.Type)
		if _, ok := after[key]; ok {
			return nil, dnsTaken(field("additions", i), setKey(set.Name, set.Type))
		}
		after[key] = set
	}
	for i, set := range additions {
		for _, other := range after {
			if strings.EqualFold(other.Name, set.Name) && other.Type != set.Type && (other.Type == "CNAME" || set.Type == "CNAME") {
				return nil, withReason("cnameResourceRecordSetConflict", invalid("The resource record set '%s' is invalid because the DNS name '%s' may have either one CNAME resource record set or resource record sets of other types, but not both.", field("additions", i), set.Name))
			}
		}
	}
	for _, kindOf := range []string{"NS", "SOA"} {
		if _, ok := after[z.setName(text(z.Zone, "dnsName"), kindOf)]; !ok {
			return nil, withReason("invalidZoneApex", invalid("The resource record set '%s' is invalid because a zone must contain exactly one resource record set of type '%s' at the apex.", field("deletions", 0), kindOf))
		}
	}
	return v.commit(ctx, z, additions, deletions)
}

// commit stores a change that was found good.
func (v dnsService) commit(ctx context.Context, z *managedZone, additions, deletions []dns.ResourceRecordSet) (*dnsChange, error) {
	for _, set := range deletions {
		if err := v.s.store.Delete(kindRecordSet, z.setName(set.Name, set.Type), 0); err != nil {
			return nil, err
		}
	}
	for _, set := range additions {
		set.Kind, set.SignatureRrdatas = "", nil
		r := &recordSet{Set: set}
		r.Apex = z.isApex(r)
		if err := v.s.create(kindRecordSet, z.fullName(), z.setName(set.Name, set.Type), r); err != nil {
			return nil, err
		}
	}
	// A change has no way to say that it failed: a fault can only make it hang.
	done, _ := v.s.operationFate(ctx, dnsChangeTakes)
	ch := &dnsChange{ID: z.Changes, Start: v.s.now(), Done: done, Additions: additions, Deletions: deletions}
	z.Changes++
	if err := v.saveZone(z); err != nil {
		return nil, err
	}
	return ch, v.s.create(kindDNSChange, z.fullName(), z.fullName()+"/changes/"+strconv.Itoa(ch.ID), ch)
}

func sameRecords(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

func (v dnsService) getChange(_ context.Context, c *dnsCall) (any, error) {
	z, err := v.zone(c, c.zone)
	if err != nil {
		return nil, err
	}
	ch := &dnsChange{}
	if _, err := v.s.load(kindDNSChange, z.fullName()+"/changes/"+c.vars["change"], ch); err != nil {
		return nil, dnsMissing("parameters.changeId", c.vars["change"])
	}
	return v.renderChange(ch, false), nil
}

func (v dnsService) listChanges(_ context.Context, c *dnsCall) (any, error) {
	z, err := v.zone(c, c.zone)
	if err != nil {
		return nil, err
	}
	if by := c.query.Get("sortBy"); by != "" && by != "changeSequence" {
		return nil, dnsInvalid("parameters.sortBy", by)
	}
	all, err := listInto(v.s, kindDNSChange, z.fullName(), func() *dnsChange { return &dnsChange{} })
	if err != nil {
		return nil, err
	}
	var changes []computeDoc
	for _, ch := range all {
		changes = append(changes, v.renderChange(ch, false))
	}
	if c.query.Get("sortOrder") != "ascending" {
		slices.Reverse(changes)
	}
	return c.page(changes, "changes", "dns#changesListResponse")
}
