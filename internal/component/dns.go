package component

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/api/dns/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// zones are the private zones that lead Google's APIs and registries to a
// virtual IP: without them a firewall that denies egress would keep nodes from
// joining.
type zones struct{ base }

func newZones(e *Env) reconcile.Component {
	if !e.spec.OwnNetwork() {
		// The zones of a network belong to who owns the network.
		return nil
	}
	return &zones{base{Env: e, name: policy.ComponentDNS, needs: []string{policy.ComponentNetwork}}}
}

// The addresses of the virtual IPs, as documented at
// https://cloud.google.com/vpc/docs/configure-private-google-access.
var vipAddresses = map[string][]string{
	policy.VIPPrivate:    {"199.36.153.8", "199.36.153.9", "199.36.153.10", "199.36.153.11"},
	policy.VIPRestricted: {"199.36.153.4", "199.36.153.5", "199.36.153.6", "199.36.153.7"},
}

// vipDomains are the domains that are led to the virtual IP, with a part of the
// zone's name.
var vipDomains = []struct{ domain, id string }{
	{"googleapis.com.", "googleapis"}, {"pkg.dev.", "pkg-dev"}, {"gcr.io.", "gcr-io"}, {"gke.goog.", "gke-goog"},
}

const recordTTL = 300

// records are those of one zone: the VIP's host has the addresses, all other
// names lead to it. Zones without such a host have the addresses themselves.
func (z *zones) records(domain string) []*dns.ResourceRecordSet {
	vip := z.spec.Settings.String(policy.NetworkGoogleAPIsVIP)
	if domain == "googleapis.com." {
		host := strings.ToLower(vip) + ".googleapis.com."
		return []*dns.ResourceRecordSet{
			{Name: host, Type: "A", Ttl: recordTTL, Rrdatas: vipAddresses[vip]},
			{Name: "*." + domain, Type: "CNAME", Ttl: recordTTL, Rrdatas: []string{host}},
		}
	}
	return []*dns.ResourceRecordSet{
		{Name: domain, Type: "A", Ttl: recordTTL, Rrdatas: vipAddresses[vip]},
		{Name: "*." + domain, Type: "CNAME", Ttl: recordTTL, Rrdatas: []string{domain}},
	}
}

func (z *zones) zoneName(id string) string { return z.spec.Prefix() + "-" + id }

// zone is a private zone of the environment's network; get may read it off a list.
func (e *Env) zone(component, name, domain string, get func(ctx context.Context) (*dns.ManagedZone, error)) object[*dns.ManagedZone] {
	api := e.apis().DNS.ManagedZones
	resource := "projects/" + e.spec.Project + "/managedZones/" + name
	if get == nil {
		get = func(ctx context.Context) (*dns.ManagedZone, error) {
			return api.Get(e.spec.Project, name).Context(gcp.Reading(ctx, "GetManagedZone", resource)).Do()
		}
	}
	return object[*dns.ManagedZone]{
		Env: e, component: component, noun: "DNS zone", name: resource, get: get,
		create: func(ctx context.Context, s *reconcile.Step) error {
			_, err := api.Create(e.spec.Project, &dns.ManagedZone{
				Name: name, DnsName: domain, Description: e.description(s.Owner()), Visibility: "private", Labels: e.labels(s.Owner()),
				PrivateVisibilityConfig: &dns.ManagedZonePrivateVisibilityConfig{
					Networks: []*dns.ManagedZonePrivateVisibilityConfigNetwork{{NetworkUrl: "https://www.googleapis.com/compute/v1/" + e.spec.NetworkPath()}},
				},
			}).Context(gcp.Named(ctx, "CreateManagedZone", resource)).Do()
			return err
		},
		owner: func(found *dns.ManagedZone) (reconcile.Owner, bool) { return reconcile.OwnerOfLabels(found.Labels) },
		differs: func(found *dns.ManagedZone) []reconcile.Difference {
			d := e.labelsDiffer(found.Labels)
			visible := false
			if v := found.PrivateVisibilityConfig; v != nil {
				visible = slices.ContainsFunc(v.Networks, func(n *dns.ManagedZonePrivateVisibilityConfigNetwork) bool {
					return strings.HasSuffix(n.NetworkUrl, "/"+e.spec.NetworkPath())
				})
			}
			d.is("visibility in the network", visible, true)
			return d
		},
		patch: func(ctx context.Context, s *reconcile.Step, found *dns.ManagedZone) error {
			visibility := found.PrivateVisibilityConfig
			if visibility == nil {
				visibility = &dns.ManagedZonePrivateVisibilityConfig{}
			}
			network := "https://www.googleapis.com/compute/v1/" + e.spec.NetworkPath()
			if !slices.ContainsFunc(visibility.Networks, func(n *dns.ManagedZonePrivateVisibilityConfigNetwork) bool {
				return strings.HasSuffix(n.NetworkUrl, "/"+e.spec.NetworkPath())
			}) {
				visibility.Networks = append(visibility.Networks, &dns.ManagedZonePrivateVisibilityConfigNetwork{NetworkUrl: network})
			}
			if len(e.former(found.Labels)) > 0 {
				// Only a whole zone can leave a label out.
				whole := *found
				whole.Labels, whole.PrivateVisibilityConfig = e.mergedLabels(found.Labels, s.Owner()), visibility
				_, err := api.Update(e.spec.Project, name, &whole).Context(gcp.Reading(ctx, "UpdateManagedZone", resource)).Do()
				return err
			}
			_, err := api.Patch(e.spec.Project, name, &dns.ManagedZone{Labels: e.mergedLabels(found.Labels, s.Owner()), PrivateVisibilityConfig: visibility}).
				Context(gcp.Reading(ctx, "UpdateManagedZone", resource)).Do()
			return err
		},
		remove: func(ctx context.Context, _ *reconcile.Step, _ *dns.ManagedZone) error {
			// A zone goes when nothing but its own NS and SOA is in it.
			sets, err := e.recordSets(ctx, name)
			if err != nil {
				return err
			}
			change := &dns.Change{}
			for _, set := range sets {
				if set.Type != "NS" && set.Type != "SOA" {
					change.Deletions = append(change.Deletions, set)
				}
			}
			if err := e.changeRecords(ctx, name, change); err != nil {
				return err
			}
			return api.Delete(e.spec.Project, name).Context(gcp.Reading(ctx, "DeleteManagedZone", resource)).Do()
		},
	}
}

// recordSets lists what is in a zone.
func (e *Env) recordSets(ctx context.Context, zone string) ([]*dns.ResourceRecordSet, error) {
	resource := "projects/" + e.spec.Project + "/managedZones/" + zone
	return gcp.Pages(func(token string) ([]*dns.ResourceRecordSet, string, error) {
		page, err := e.apis().DNS.ResourceRecordSets.List(e.spec.Project, zone).PageToken(token).Context(gcp.Reading(ctx, "ListResourceRecordSets", resource)).Do()
		if err != nil {
			return nil, "", err
		}
		return page.Rrsets, page.NextPageToken, nil
	})
}

// changeRecords makes one atomic change. What it deletes has to be exactly what
// stands, so a change that was made meanwhile is refused.
func (e *Env) changeRecords(ctx context.Context, zone string, change *dns.Change) error {
	if len(change.Additions) == 0 && len(change.Deletions) == 0 {
		return nil
	}
	resource := "projects/" + e.spec.Project + "/managedZones/" + zone
	_, err := e.apis().DNS.Changes.Create(e.spec.Project, zone, change).Context(gcp.UnderEtag(ctx, "CreateChange", resource)).Do()
	return err
}

// recordsDiffer says which record sets a zone lacks or has otherwise, and the
// change that mends it. Other sets are somebody else's.
func recordsDiffer(standing, wanted []*dns.ResourceRecordSet) (differs differ, change *dns.Change) {
	change = &dns.Change{}
	for _, w := range wanted {
		at := slices.IndexFunc(standing, func(s *dns.ResourceRecordSet) bool { return s.Name == w.Name && s.Type == w.Type })
		if at >= 0 && standing[at].Ttl == w.Ttl && sameSet(standing[at].Rrdatas, w.Rrdatas) {
			continue
		}
		if at >= 0 {
			change.Deletions = append(change.Deletions, standing[at])
		}
		change.Additions = append(change.Additions, w)
		differs.say("", "the record %s %s is missing or differs", w.Name, w.Type)
	}
	return differs, change
}

func sameSet(a, b []string) bool { return len(lacking(a, b)) == 0 && len(lacking(b, a)) == 0 }

// standingZones are the zones of the project by name, from one list.
func (e *Env) standingZones(ctx context.Context) (map[string]*dns.ManagedZone, error) {
	return once(ctx, "zones", e.listZones)
}

// listedZone gets a zone off the list.
func (e *Env) listedZone(name string) func(ctx context.Context) (*dns.ManagedZone, error) {
	return func(ctx context.Context) (*dns.ManagedZone, error) {
		standing, err := e.standingZones(ctx)
		if err != nil {
			return nil, err
		}
		if found := standing[name]; found != nil {
			return found, nil
		}
		return nil, gcp.NotFound("GetManagedZone", name)
	}
}

func (e *Env) listZones(ctx context.Context) (map[string]*dns.ManagedZone, error) {
	found, err := gcp.Pages(func(token string) ([]*dns.ManagedZone, string, error) {
		page, err := e.apis().DNS.ManagedZones.List(e.spec.Project).PageToken(token).Context(gcp.Reading(ctx, "ListManagedZones", "projects/"+e.spec.Project)).Do()
		if err != nil {
			return nil, "", err
		}
		return page.ManagedZones, page.NextPageToken, nil
	})
	return byName(found, func(f *dns.ManagedZone) string { return f.Name }), err
}

// Observe implements [reconcile.Component].
func (z *zones) Observe(ctx context.Context) (reconcile.Observation, error) {
	var parts []reconcile.Observation
	for _, d := range vipDomains {
		name := z.zoneName(d.id)
		found, seen, err := z.zone(z.name, name, d.domain, z.listedZone(name)).see(ctx)
		if err != nil {
			return reconcile.Observation{}, err
		}
		if found != nil {
			sets, err := z.recordSets(ctx, name)
			if err != nil {
				return reconcile.Observation{}, err
			}
			differs, _ := recordsDiffer(sets, z.records(d.domain))
			seen.Differs = append(seen.Differs, differs...)
			if d.domain == "googleapis.com." {
				seen.Values = map[string]any{policy.NetworkGoogleAPIsVIP: vipOf(sets)}
			}
		}
		parts = append(parts, seen)
	}
	return join(parts...), nil
}

// vipOf reads off which virtual IP a zone leads to.
func vipOf(sets []*dns.ResourceRecordSet) string {
	for _, vip := range []string{policy.VIPRestricted, policy.VIPPrivate} {
		for _, set := range sets {
			if set.Type == "CNAME" && set.Name == "*.googleapis.com." && slices.Contains(set.Rrdatas, strings.ToLower(vip)+".googleapis.com.") {
				return vip
			}
		}
	}
	return "NONE"
}

// Converge implements [reconcile.Component].
func (z *zones) Converge(ctx context.Context, s *reconcile.Step) error {
	for _, d := range vipDomains {
		name := z.zoneName(d.id)
		if _, err := z.zone(z.name, name, d.domain, nil).converge(ctx, s); err != nil {
			return err
		}
		sets, err := z.recordSets(ctx, name)
		if err != nil {
			return err
		}
		_, change := recordsDiffer(sets, z.records(d.domain))
		if err := z.changeRecords(ctx, name, change); err != nil {
			return err
		}
	}
	return nil
}

// Remove implements [reconcile.Component].
func (z *zones) Remove(ctx context.Context, s *reconcile.Step) error {
	for _, d := range vipDomains {
		if err := z.zone(z.name, z.zoneName(d.id), d.domain, nil).delete(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// Discover implements [reconcile.Discoverer].
func (z *zones) Discover(ctx context.Context) (string, int64, map[string]string, bool, error) {
	var all []discoverable
	for _, d := range vipDomains {
		all = append(all, z.zone(z.name, z.zoneName(d.id), d.domain, nil))
	}
	return discover(ctx, nil, all...)
}
