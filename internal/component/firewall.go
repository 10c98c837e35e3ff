package component

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/api/compute/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// firewall is the network firewall policy that denies what is not asked for.
type firewall struct{ base }

func newFirewall(e *Env) reconcile.Component {
	if !e.spec.OwnNetwork() {
		return nil // The firewall of a network belongs to who owns the network.
	}
	return &firewall{base{Env: e, name: policy.ComponentFirewall, needs: []string{policy.ComponentNetwork}}}
}

// Priorities of our rules. What lies between the allowances and the denials is
// for others.
const (
	allowPriority = 1000
	denyPriority  = 65000
)

// inside is where Google's control plane of a private cluster calls
// webhooks and kubelets from when there is no IP endpoint of ours: the cluster's
// own subnetwork.
func (f *firewall) inside() []string {
	return []string{f.spec.Network.Range, f.spec.Network.PodRange, f.spec.Network.ServiceRange}
}

// rules are those of the policy, by priority.
func (f *firewall) rules() []*compute.FirewallPolicyRule {
	logging := f.spec.Settings.Bool(policy.NetworkFirewallLogging)
	rule := func(priority int64, direction, action, description string, match *compute.FirewallPolicyRuleMatcher) *compute.FirewallPolicyRule {
		return &compute.FirewallPolicyRule{
			Priority: priority, Direction: direction, Action: action, Description: description, Match: match, EnableLogging: logging,
			// A patch leaves what is not sent: a rule that somebody has disabled, or
			// narrowed to some machines, would stay so.
			ForceSendFields: []string{"EnableLogging", "Disabled", "TargetServiceAccounts", "TargetResources", "TargetSecureTags"},
		}
	}
	ports := func(protocol string, ports ...string) *compute.FirewallPolicyRuleMatcherLayer4Config {
		return &compute.FirewallPolicyRuleMatcherLayer4Config{IpProtocol: protocol, Ports: ports}
	}
	everything := []*compute.FirewallPolicyRuleMatcherLayer4Config{ports("all")}
	anywhere := []string{"0.0.0.0/0"}
	rules := []*compute.FirewallPolicyRule{
		rule(allowPriority, "INGRESS", "allow", "Nodes and pods among themselves.", &compute.FirewallPolicyRuleMatcher{SrcIpRanges: f.inside(), Layer4Configs: everything}),
		rule(allowPriority+10, "INGRESS", "allow", "Google's health checks.", &compute.FirewallPolicyRuleMatcher{
			SrcIpRanges: []string{"35.191.0.0/16", "130.211.0.0/22"}, Layer4Configs: []*compute.FirewallPolicyRuleMatcherLayer4Config{ports("tcp")},
		}),
		rule(denyPriority, "INGRESS", "deny", "Nothing else comes in.", &compute.FirewallPolicyRuleMatcher{SrcIpRanges: anywhere, Layer4Configs: everything}),
	}
	if f.spec.Settings.String(policy.NetworkFirewall) != policy.FirewallDenyAll {
		return rules
	}
	vips := []string{"199.36.153.8/30", "199.36.153.4/30"}
	return append(rules,
		rule(allowPriority+20, "EGRESS", "allow", "Nodes and pods among themselves.", &compute.FirewallPolicyRuleMatcher{DestIpRanges: f.inside(), Layer4Configs: everything}),
		rule(allowPriority+30, "EGRESS", "allow", "Google's APIs by their virtual IPs.", &compute.FirewallPolicyRuleMatcher{
			DestIpRanges: vips, Layer4Configs: []*compute.FirewallPolicyRuleMatcherLayer4Config{ports("tcp", "443")},
		}),
		rule(denyPriority+10, "EGRESS", "deny", "Nothing else goes out.", &compute.FirewallPolicyRuleMatcher{DestIpRanges: anywhere, Layer4Configs: everything}),
	)
}

func (f *firewall) policy() object[*compute.FirewallPolicy] {
	project, name := f.spec.Project, f.spec.FirewallName()
	resource := "projects/" + project + "/global/firewallPolicies/" + name
	api := f.apis().Compute.NetworkFirewallPolicies
	operate := func(ctx context.Context, s *reconcile.Step, call func(ctx context.Context) (*compute.Operation, error)) error {
		return f.computeOperation(ctx, s, project, "the firewall policy", call)
	}
	get := func(ctx context.Context) (*compute.FirewallPolicy, error) {
		return api.Get(project, name).Context(gcp.Reading(ctx, "GetNetworkFirewallPolicy", resource)).Do()
	}
	return object[*compute.FirewallPolicy]{
		Env: f.Env, component: f.name, noun: "firewall policy", name: resource,
		get: get,
		create: func(ctx context.Context, s *reconcile.Step) error {
			return operate(ctx, s, func(ctx context.Context) (*compute.Operation, error) {
				return api.Insert(project, &compute.FirewallPolicy{Name: name, Description: f.description(s.Owner())}).
					RequestId(s.RequestID("create firewall policy")).Context(gcp.Named(ctx, "CreateNetworkFirewallPolicy", resource)).Do()
			})
		},
		owner: func(found *compute.FirewallPolicy) (reconcile.Owner, bool) { return f.markOf(found.Description) },
		differs: func(found *compute.FirewallPolicy) []reconcile.Difference {
			var d differ
			for _, w := range f.rules() {
				got := ruleAt(found, w.Priority)
				switch {
				case got == nil:
					d.say("", "the rule %d is missing", w.Priority)
				case !sameRule(got, w):
					d.say("", "the rule %d differs", w.Priority)
				case got.EnableLogging != w.EnableLogging:
					d.say("", "firewall logging of rule %d is %v instead of %v", w.Priority, got.EnableLogging, w.EnableLogging)
				}
			}
			for _, priority := range f.obsolete(found) {
				d.say("", "the rule %d is of another level", priority)
			}
			if !f.associated(found) {
				d.say("", "it does not apply to the network")
			}
			return d
		},
		patch: func(ctx context.Context, s *reconcile.Step, found *compute.FirewallPolicy) error {
			for _, w := range f.rules() {
				// Read anew each time: the operation of a killed run may end now.
				err := operate(ctx, s, func(ctx context.Context) (*compute.Operation, error) {
					found, err := get(ctx)
					if err != nil {
						return nil, err
					}
					switch got := ruleAt(found, w.Priority); {
					case got == nil:
						return api.AddRule(project, name, w).RequestId(s.RequestID(fmt.Sprintf("add rule %d", w.Priority))).
							Context(gcp.Named(ctx, "AddRule", resource)).Do()
					case !sameRule(got, w) || got.EnableLogging != w.EnableLogging:
						return api.PatchRule(project, name, w).Priority(w.Priority).Context(gcp.Named(ctx, "PatchRule", resource)).Do()
					}
					return nil, nil //nolint:nilnil // Nothing to do is no error.
				})
				if err != nil {
					return err
				}
			}
			for _, priority := range f.obsolete(found) {
				err := operate(ctx, s, func(ctx context.Context) (*compute.Operation, error) {
					found, err := get(ctx)
					if err != nil || ruleAt(found, priority) == nil {
						return nil, err
					}
					return api.RemoveRule(project, name).Priority(priority).Context(gcp.Named(ctx, "RemoveRule", resource)).Do()
				})
				if err != nil {
					return err
				}
			}
			// The rules are in force from here on, so the allowances came first.
			if elsewhere := f.association(found); elsewhere != nil && !f.associated(found) {
				err := operate(ctx, s, func(ctx context.Context) (*compute.Operation, error) {
					found, err := get(ctx)
					if err != nil || f.association(found) == nil || f.associated(found) {
						return nil, err
					}
					return api.RemoveAssociation(project, name).Name(elsewhere.Name).Context(gcp.Named(ctx, "RemoveAssociation", resource)).Do()
				})
				if err != nil {
					return err
				}
			}
			return operate(ctx, s, func(ctx context.Context) (*compute.Operation, error) {
				found, err := get(ctx)
				if err != nil || f.associated(found) {
					return nil, err
				}
				return api.AddAssociation(project, name, &compute.FirewallPolicyAssociation{
					Name: f.associationName(), AttachmentTarget: f.spec.NetworkPath(),
				}).RequestId(s.RequestID("associate")).Context(gcp.Named(ctx, "AddAssociation", resource)).Do()
			})
		},
		remove: func(ctx context.Context, s *reconcile.Step, found *compute.FirewallPolicy) error {
			for _, a := range found.Associations {
				err := operate(ctx, s, func(ctx context.Context) (*compute.Operation, error) {
					found, err := get(ctx)
					if err != nil || !slices.ContainsFunc(found.Associations, func(f *compute.FirewallPolicyAssociation) bool { return f.Name == a.Name }) {
						return nil, err
					}
					return api.RemoveAssociation(project, name).Name(a.Name).Context(gcp.Named(ctx, "RemoveAssociation", resource)).Do()
				})
				if err != nil {
					return err
				}
			}
			return operate(ctx, s, func(ctx context.Context) (*compute.Operation, error) {
				return api.Delete(project, name).RequestId(s.RequestID("delete firewall policy")).Context(gcp.Reading(ctx, "DeleteNetworkFirewallPolicy", resource)).Do()
			})
		},
	}
}

func (f *firewall) associationName() string { return f.spec.Prefix() }

// association is ours, whatever network it is of; nil when there is none.
func (f *firewall) association(found *compute.FirewallPolicy) *compute.FirewallPolicyAssociation {
	for _, a := range found.Associations {
		if a.Name == f.associationName() {
			return a
		}
	}
	return nil
}

func (f *firewall) associated(found *compute.FirewallPolicy) bool {
	a := f.association(found)
	return a != nil && strings.HasSuffix(a.AttachmentTarget, f.spec.NetworkPath())
}

// obsolete are the priorities of our own rules of another level.
func (f *firewall) obsolete(found *compute.FirewallPolicy) []int64 {
	ours := []int64{allowPriority, allowPriority + 10, allowPriority + 20, allowPriority + 30, denyPriority, denyPriority + 10}
	wanted := f.rules()
	var obsolete []int64
	for _, priority := range ours {
		if !slices.ContainsFunc(wanted, func(r *compute.FirewallPolicyRule) bool { return r.Priority == priority }) && ruleAt(found, priority) != nil {
			obsolete = append(obsolete, priority)
		}
	}
	return obsolete
}

func ruleAt(found *compute.FirewallPolicy, priority int64) *compute.FirewallPolicyRule {
	for _, r := range found.Rules {
		if r.Priority == priority {
			return r
		}
	}
	return nil
}

// sameRule compares what decides about packets.
func sameRule(a, b *compute.FirewallPolicyRule) bool {
	if a.Direction != b.Direction || a.Action != b.Action || a.Disabled != b.Disabled || a.Match == nil || narrowed(a) {
		return false
	}
	if !sameSet(a.Match.SrcIpRanges, b.Match.SrcIpRanges) || !sameSet(a.Match.DestIpRanges, b.Match.DestIpRanges) || len(a.Match.Layer4Configs) != len(b.Match.Layer4Configs) {
		return false
	}
	for i, l := range a.Match.Layer4Configs {
		if l.IpProtocol != b.Match.Layer4Configs[i].IpProtocol || !sameSet(l.Ports, b.Match.Layer4Configs[i].Ports) {
			return false
		}
	}
	return true
}

// narrowed tells whether a rule is for some machines only, or for some of the
// traffic between its ranges.
func narrowed(r *compute.FirewallPolicyRule) bool {
	if len(r.TargetServiceAccounts)+len(r.TargetResources)+len(r.TargetSecureTags)+len(r.TargetForwardingRules) > 0 {
		return true
	}
	rest := *r.Match
	rest.SrcIpRanges, rest.DestIpRanges, rest.Layer4Configs = nil, nil, nil
	text, err := json.Marshal(rest)
	return err != nil || string(text) != "{}"
}

// level reads the setting off the rules.
func (f *firewall) level(found *compute.FirewallPolicy) string {
	denies := func(priority int64, direction string) bool {
		r := ruleAt(found, priority)
		return r != nil && r.Direction == direction && r.Action == "deny" && !r.Disabled && r.Match != nil && !narrowed(r)
	}
	switch {
	case denies(denyPriority, "INGRESS") && denies(denyPriority+10, "EGRESS"):
		return policy.FirewallDenyAll
	case denies(denyPriority, "INGRESS"):
		return policy.FirewallDenyIngress
	default:
		return "NONE"
	}
}

// Observe implements [reconcile.Component].
func (f *firewall) Observe(ctx context.Context) (reconcile.Observation, error) {
	found, seen, err := f.policy().see(ctx)
	if err != nil {
		return reconcile.Observation{}, err
	}
	if found != nil {
		logged := true
		for _, w := range f.rules() {
			got := ruleAt(found, w.Priority)
			logged = logged && got != nil && got.EnableLogging
		}
		seen.Values = map[string]any{policy.NetworkFirewall: f.level(found), policy.NetworkFirewallLogging: logged}
	}
	return seen, nil
}

// Converge implements [reconcile.Component].
func (f *firewall) Converge(ctx context.Context, s *reconcile.Step) error {
	_, err := f.policy().converge(ctx, s)
	return err
}

// Remove implements [reconcile.Component].
func (f *firewall) Remove(ctx context.Context, s *reconcile.Step) error {
	return f.policy().delete(ctx, s)
}

// Discover implements [reconcile.Discoverer].
func (f *firewall) Discover(ctx context.Context) (string, int64, map[string]string, bool, error) {
	return discover(ctx, nil, f.policy())
}
