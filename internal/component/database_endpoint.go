package component

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/compute/v1"
	"google.golang.org/api/dns/v1"
	"google.golang.org/api/sqladmin/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// databaseEndpoint is how the network reaches the instance: an internal address
// with an endpoint of Private Service Connect, and the instance's own name in a
// private zone.
type databaseEndpoint struct{ base }

const componentDatabaseEndpoint = "database_endpoint"

func newDatabaseEndpoint(e *Env) reconcile.Component {
	needs := []string{policy.ComponentDatabase, policy.ComponentNetwork}
	if e.spec.OwnNetwork() {
		needs = append(needs, policy.ComponentDNS)
	}
	return &databaseEndpoint{base{Env: e, name: componentDatabaseEndpoint, needs: needs}}
}

// endpointWait bounds the wait for a producer that accepts by a list.
const endpointWait = 5 * time.Minute

// endpointName is that of the address and of the forwarding rule.
func (d *databaseEndpoint) endpointName() string { return d.spec.Prefix() + "-database" }

func (d *databaseEndpoint) regional(collection string) string {
	return fmt.Sprintf("projects/%s/regions/%s/%s/%s", d.spec.Project, d.spec.Region, collection, d.endpointName())
}

func (d *databaseEndpoint) address() object[*compute.Address] {
	project, region, name := d.spec.Project, d.spec.Region, d.endpointName()
	resource := d.regional("addresses")
	api := d.apis().Compute.Addresses
	return object[*compute.Address]{
		Env: d.Env, component: d.name, noun: "address", name: resource,
		get: func(ctx context.Context) (*compute.Address, error) {
			return api.Get(project, region, name).Context(gcp.Reading(ctx, "GetAddress", resource)).Do()
		},
		create: func(ctx context.Context, s *reconcile.Step) error {
			return d.computeOperation(ctx, s, project, "the address of the database", func(ctx context.Context) (*compute.Operation, error) {
				return api.Insert(project, region, &compute.Address{
					Name: name, Description: d.description(s.Owner()), AddressType: "INTERNAL", Subnetwork: d.spec.Subnetwork(),
				}).RequestId(s.RequestID("create address")).Context(gcp.Named(ctx, "CreateAddress", resource)).Do()
			})
		},
		owner: func(found *compute.Address) (reconcile.Owner, bool) { return d.markOf(found.Description) },
		fixed: func(found *compute.Address) []reconcile.Difference {
			var differs differ
			differs.is("subnetwork", strings.HasSuffix(found.Subnetwork, "/"+d.spec.Subnetwork()), true)
			return differs
		},
		remove: func(ctx context.Context, s *reconcile.Step, _ *compute.Address) error {
			return d.computeOperation(ctx, s, project, "the address of the database to go", func(ctx context.Context) (*compute.Operation, error) {
				return api.Delete(project, region, name).RequestId(s.RequestID("delete address")).Context(gcp.Reading(ctx, "DeleteAddress", resource)).Do()
			})
		},
	}
}

// rule is the endpoint; inst and network are only needed to make it.
func (d *databaseEndpoint) rule(inst *sqladmin.DatabaseInstance, network string) object[*compute.ForwardingRule] {
	project, region, name := d.spec.Project, d.spec.Region, d.endpointName()
	resource := d.regional("forwardingRules")
	api := d.apis().Compute.ForwardingRules
	return object[*compute.ForwardingRule]{
		Env: d.Env, component: d.name, noun: "endpoint", name: resource,
		get: func(ctx context.Context) (*compute.ForwardingRule, error) {
			return api.Get(project, region, name).Context(gcp.Reading(ctx, "GetForwardingRule", resource)).Do()
		},
		create: func(ctx context.Context, s *reconcile.Step) error {
			return d.computeOperation(ctx, s, project, "the endpoint of the database", func(ctx context.Context) (*compute.Operation, error) {
				return api.Insert(project, region, &compute.ForwardingRule{
					Name: name, Description: d.description(s.Owner()), Network: network, IPAddress: d.regional("addresses"),
					Target: inst.PscServiceAttachmentLink,
					// An endpoint has no scheme, which has to be said.
					LoadBalancingScheme: "", ForceSendFields: []string{"LoadBalancingScheme"},
				}).RequestId(s.RequestID("create endpoint to " + inst.Name)).Context(gcp.Named(ctx, "CreateForwardingRule", resource)).Do()
			})
		},
		owner: func(found *compute.ForwardingRule) (reconcile.Owner, bool) { return d.markOf(found.Description) },
		remove: func(ctx context.Context, s *reconcile.Step, found *compute.ForwardingRule) error {
			return d.computeOperation(ctx, s, project, "the endpoint of the database to go", func(ctx context.Context) (*compute.Operation, error) {
				return api.Delete(project, region, name).RequestId(s.RequestID("delete endpoint " + strconv.FormatUint(found.Id, 10))).
					Context(gcp.Reading(ctx, "DeleteForwardingRule", resource)).Do()
			})
		},
	}
}

// leadsTo tells whether an endpoint leads to the instance.
func leadsTo(rule *compute.ForwardingRule, inst *sqladmin.DatabaseInstance) bool {
	return inst != nil && inst.PscServiceAttachmentLink != "" && strings.HasSuffix(rule.Target, inst.PscServiceAttachmentLink)
}

// zoneID and zoneDomain are of the zone that holds the names of the region's
// instances, such as europe-west1.sql.goog.
func (d *databaseEndpoint) zoneName() string { return d.spec.Prefix() + "-sql" }

func (d *databaseEndpoint) zoneDomain() string { return d.spec.Region + ".sql.goog." }

func (d *databaseEndpoint) record(inst *sqladmin.DatabaseInstance, address string) []*dns.ResourceRecordSet {
	name := strings.TrimSuffix(inst.DnsName, ".") + "."
	return []*dns.ResourceRecordSet{{Name: name, Type: "A", Ttl: recordTTL, Rrdatas: []string{address}}}
}

// Observe implements [reconcile.Component].
func (d *databaseEndpoint) Observe(ctx context.Context) (reconcile.Observation, error) {
	inst, _, err := d.instance(ctx)
	if err != nil {
		return reconcile.Observation{}, err
	}
	address, seenAddress, err := d.address().see(ctx)
	if err != nil {
		return reconcile.Observation{}, err
	}
	rule, seenRule, err := d.rule(nil, "").see(ctx)
	if err != nil {
		return reconcile.Observation{}, err
	}
	if address != nil {
		seenAddress.Outputs = map[string]string{"database_address": address.Address}
	}
	if rule != nil {
		if !leadsTo(rule, inst) {
			seenRule.Differs = append(seenRule.Differs, difference("", "the endpoint doesn't lead to the instance"))
		} else if rule.PscConnectionStatus != "ACCEPTED" {
			seenRule.Differs = append(seenRule.Differs, difference("", "the endpoint's connection is %s", rule.PscConnectionStatus))
		}
		if address != nil && rule.IPAddress != address.Address {
			seenRule.Differs = append(seenRule.Differs, difference("", "the endpoint has another address"))
		}
	}
	parts := []reconcile.Observation{seenAddress, seenRule}
	if d.spec.OwnNetwork() {
		zone, err := d.seeZone(ctx, inst, address)
		if err != nil {
			return reconcile.Observation{}, err
		}
		parts = append(parts, zone)
	}
	return join(parts...), nil
}

func (d *databaseEndpoint) seeZone(ctx context.Context, inst *sqladmin.DatabaseInstance, address *compute.Address) (reconcile.Observation, error) {
	zone, seen, err := d.zone(d.name, d.zoneName(), d.zoneDomain(), d.listedZone(d.zoneName())).see(ctx)
	if err != nil || zone == nil || inst == nil || address == nil || inst.DnsName == "" {
		return seen, err
	}
	sets, err := d.recordSets(ctx, d.zoneName())
	if err != nil {
		return reconcile.Observation{}, err
	}
	differs, _ := recordsDiffer(sets, d.record(inst, address.Address))
	seen.Differs = append(seen.Differs, differs...)
	return seen, nil
}

// Converge implements [reconcile.Component].
func (d *databaseEndpoint) Converge(ctx context.Context, s *reconcile.Step) error {
	inst, foreign, err := d.instance(ctx)
	switch {
	case err != nil:
		return err
	case inst == nil || foreign != "" || inst.PscServiceAttachmentLink == "":
		return fmt.Errorf("the instance of Cloud SQL can't be reached by Private Service Connect: it has no service attachment")
	}
	address, err := d.address().converge(ctx, s)
	if err != nil {
		return err
	}
	network, err := d.network(ctx)
	if err != nil {
		return err
	}
	// An endpoint to an instance that is gone leads nowhere, and holds nothing.
	rule := d.rule(inst, network)
	standing, _, err := rule.see(ctx)
	if err != nil {
		return err
	}
	if standing != nil && (!leadsTo(standing, inst) || standing.IPAddress != address.Address) {
		if err := rule.delete(ctx, s); err != nil {
			return err
		}
	}
	if _, err := rule.converge(ctx, s); err != nil {
		return err
	}
	if err := d.accepted(ctx, s, rule); err != nil {
		return err
	}
	if !d.spec.OwnNetwork() {
		return nil // The zones of a network belong to who owns the network.
	}
	return d.publish(ctx, s, inst, address.Address)
}

// publish leads the instance's name to the address.
func (d *databaseEndpoint) publish(ctx context.Context, s *reconcile.Step, inst *sqladmin.DatabaseInstance, address string) error {
	if inst.DnsName == "" {
		return fmt.Errorf("the instance %s has no DNS name", inst.Name)
	}
	if _, err := d.zone(d.name, d.zoneName(), d.zoneDomain(), nil).converge(ctx, s); err != nil {
		return err
	}
	sets, err := d.recordSets(ctx, d.zoneName())
	if err != nil {
		return err
	}
	wanted := d.record(inst, address)
	_, change := recordsDiffer(sets, wanted)
	// Names of instances that are gone led to this address as well.
	for _, set := range sets {
		if set.Type == "A" && set.Name != wanted[0].Name && slices.Equal(set.Rrdatas, []string{address}) {
			change.Deletions = append(change.Deletions, set)
		}
	}
	return d.changeRecords(ctx, d.zoneName(), change)
}

// network is the full name of the network that the subnetwork lies in.
func (d *databaseEndpoint) network(ctx context.Context) (string, error) {
	if d.spec.OwnNetwork() {
		return d.spec.NetworkPath(), nil
	}
	project, region, name := subnetworkParts(d.spec.Subnetwork())
	found, err := d.apis().Compute.Subnetworks.Get(project, region, name).Context(gcp.Reading(ctx, "GetSubnetwork", d.spec.Subnetwork())).Do()
	if err != nil {
		return "", err
	}
	return found.Network, nil
}

// accepted waits until the instance has accepted the connection.
func (d *databaseEndpoint) accepted(ctx context.Context, s *reconcile.Step, rule object[*compute.ForwardingRule]) error {
	status, start := "", d.client.Now()
	err := d.client.Await(ctx, "GetForwardingRule", rule.name, waiting(s, "the database to accept the endpoint"), func(ctx context.Context) (bool, error) {
		found, err := rule.get(ctx)
		if err != nil {
			return false, err
		}
		status = found.PscConnectionStatus
		return status == "ACCEPTED" || d.client.Now().Sub(start) > endpointWait, nil
	})
	if err == nil && status != "ACCEPTED" {
		err = fmt.Errorf("the endpoint %s is made, and its connection to the instance is %s instead of ACCEPTED", rule.name, status)
	}
	return err
}

// Remove implements [reconcile.Component].
func (d *databaseEndpoint) Remove(ctx context.Context, s *reconcile.Step) error {
	if d.spec.OwnNetwork() {
		if err := d.zone(d.name, d.zoneName(), d.zoneDomain(), nil).delete(ctx, s); err != nil {
			return err
		}
	}
	if err := d.rule(nil, "").delete(ctx, s); err != nil {
		return err
	}
	return d.address().delete(ctx, s)
}

// Discover implements [reconcile.Discoverer].
func (d *databaseEndpoint) Discover(ctx context.Context) (string, int64, map[string]string, bool, error) {
	objects := []discoverable{d.rule(nil, ""), d.address()}
	if d.spec.OwnNetwork() {
		objects = append(objects, d.zone(d.name, d.zoneName(), d.zoneDomain(), nil))
	}
	return discover(ctx, nil, objects...)
}
