package emulator

import (
	"context"
	"time"

	"google.golang.org/api/compute/v1"
)

const (
	kindFirewallPolicy = "computeFirewallPolicies"
	// firewallPolicyTakes is the usual time of Terraform's applies, a guess.
	firewallPolicyTakes = 5 * time.Second
)

// firewallPolicyKind serves global network firewall policies, with their rules
// and associations.
var firewallPolicyKind = kind{
	name: kindFirewallPolicy, host: computeHost, collection: true, standing: computeStands, errorForm: oldForm,
	permissions: firewallPolicies.permissions(map[string]string{"AddRuleNetworkFirewallPolicy": "update", "PatchRuleNetworkFirewallPolicy": "update", "RemoveRuleNetworkFirewallPolicy": "update", "AddAssociationNetworkFirewallPolicy": "use", "RemoveAssociationNetworkFirewallPolicy": "use", "SetIamPolicyNetworkFirewallPolicy": "setIamPolicy"}), denied: computeDenied,
	routes: func(s *Server) []route {
		v := computeService{s}
		const name = "{name=projects/*/global/firewallPolicies/*}"
		const one = "NetworkFirewallPolicy"
		out := append(firewallPolicies.routes(v),
			v.write("PATCH", name, "Patch"+one, nil, func(ctx context.Context, c *computeCall) (any, error) {
				return firewallPolicies.patch(ctx, v, c, computePatch{
					opType: policyOp("patch"), took: firewallPolicyTakes, fingerprint: true, mutable: []string{"description"}, ignored: []string{"associations", "rules"},
				})
			}),
			v.read("GET", name+"/getRule", "GetRule"+one, []string{"priority"}, v.getRule),
			v.write("POST", name+"/addRule", "AddRule"+one, []string{"minPriority", "maxPriority"}, v.addRule),
			v.write("POST", name+"/patchRule", "PatchRule"+one, []string{"priority"}, v.patchRule),
			v.write("POST", name+"/removeRule", "RemoveRule"+one, []string{"priority"}, v.removeRule),
			v.read("GET", name+"/getAssociation", "GetAssociation"+one, []string{"name"}, v.getAssociation),
			v.write("POST", name+"/addAssociation", "AddAssociation"+one, []string{"replaceExistingAssociation"}, v.addAssociation),
			v.write("POST", name+"/removeAssociation", "RemoveAssociation"+one, []string{"name"}, v.removeAssociation),
			v.write("POST", name+"/cloneRules", "CloneRules"+one, []string{"sourceFirewallPolicy"}, notModelledCompute("cloning the rules of a firewall policy")),
			v.read("GET", "{name=projects/*/global/networks/*}/getEffectiveFirewalls", "GetEffectiveFirewallsNetwork", nil, notModelledCompute("the effective firewalls of a network")))
		return append(out, v.policyRoutes(name, one, kindFirewallPolicy)...)
	},
}

// policyOp is the type of an operation on a network firewall policy.
func policyOp(verb string) string { return "compute.networkFirewallPolicy." + verb }

var firewallPolicies = &computeCollection{
	kind: kindFirewallPolicy, noun: "firewallPolicies", one: "NetworkFirewallPolicy", word: "firewall_policy", object: "compute#firewallPolicy",
	scopes: []string{"global"}, typed: func() any { return &compute.FirewallPolicy{} },
	outputs:     []string{"displayName", "parent", "policySource", "region", "ruleTupleCount"},
	insertTakes: firewallPolicyTakes, deleteTakes: firewallPolicyTakes,
	typeOf: func(_, standard string) string { return policyOp(standard) },
	complete: func(_ computeService, c *computeCall, doc computeDoc) (*computeFailure, error) {
		var p compute.FirewallPolicy
		if err := docInto(doc, &p); err != nil {
			return nil, err
		}
		switch {
		case p.PolicyType != "" && p.PolicyType != "VPC_POLICY":
			return nil, notModelled("firewall policies of the type %s", p.PolicyType)
		case len(p.Rules) > 0:
			return nil, computeInvalid("resource.rules", "", "Rules must be added using the addRule method.")
		case len(p.PacketMirroringRules) > 0 || len(p.Associations) > 0:
			return nil, notModelled("associations and mirroring rules in the body of a new firewall policy")
		case p.ShortName != "":
			return nil, computeInvalid("resource.shortName", p.ShortName, "Short name is for hierarchical firewall policies.")
		}
		if _, ok := doc["description"]; !ok {
			doc["description"] = ""
		}
		doc["selfLinkWithId"] = computeLink(c.fullName("firewallPolicies", text(doc, "id")))
		doc["rules"] = defaultRules()
		countTuples(doc)
		doc["fingerprint"] = fingerprintOf(doc)
		return nil, nil
	},
	users: func(_ computeService, _ string, doc computeDoc) ([]string, error) {
		var p compute.FirewallPolicy
		if err := docInto(doc, &p); err != nil {
			return nil, err
		}
		var users []string
		for _, a := range p.Associations {
			users = append(users, computeName(a.AttachmentTarget))
		}
		return users, nil
	},
	deleted: func(v computeService, _ *computeCall, name string) error { return v.dropPolicy(name) },
	// Its lists have no link to themselves.
	bareList: true,
}

// policyOf returns the firewall policy that is associated with a network, or "".
func (v computeService) policyOf(network string) (string, error) {
	all, err := v.objects(kindFirewallPolicy, "", false)
	if err != nil {
		return "", err
	}
	for _, o := range all {
		var p compute.FirewallPolicy
		if err := docInto(o.doc, &p); err != nil {
			return "", err
		}
		for _, a := range p.Associations {
			if computeName(a.AttachmentTarget) == network {
				return o.name, nil
			}
		}
	}
	return "", nil
}

// changePolicy starts an operation that changes what lies in a policy.
func (v computeService) changePolicy(ctx context.Context, c *computeCall, verb string, change func(name string, doc computeDoc) error) (any, error) {
	r, name, err := v.editable(kindFirewallPolicy, c.name)
	if err != nil {
		return nil, err
	}
	next := mergeDoc(r.Doc, nil)
	if err := change(name, next); err != nil {
		return nil, err
	}
	cleanDoc(next)
	countTuples(next)
	return v.start(ctx, c, computeWrite{kind: kindFirewallPolicy, name: name, opType: policyOp(verb), took: firewallPolicyTakes, record: r, next: refreshed(next)})
}

func (v computeService) getAssociation(_ context.Context, c *computeCall) (any, error) {
	doc, _, err := v.standing(kindFirewallPolicy, c.name)
	if err != nil {
		return nil, err
	}
	for _, a := range asDocs(doc["associations"]) {
		if a["name"] == c.query.Get("name") {
			return a, nil
		}
	}
	return nil, noAssociation(c.query.Get("name"))
}

func noAssociation(name string) error {
	if name == "" {
		return computeRequired("name")
	}
	return computeInvalid("name", name, "An association with that name does not exist.")
}

func (v computeService) addAssociation(ctx context.Context, c *computeCall) (any, error) {
	var a compute.FirewallPolicyAssociation
	if _, err := c.document(&a); err != nil {
		return nil, err
	}
	if c.query.Get("replaceExistingAssociation") == "true" {
		return nil, notModelled("the replacement of associations")
	}
	return v.changePolicy(ctx, c, "attach", func(_ string, doc computeDoc) error {
		switch {
		case a.Name == "":
			return computeRequired("resource.name")
		case !computeNamePattern.MatchString(a.Name):
			return computeInvalid("resource.name", a.Name, "Must be a match of regex '"+computeNameForm+"'")
		case a.AttachmentTarget == "":
			return computeRequired("resource.attachmentTarget")
		case a.Priority != 0:
			return notModelled("the priority of associations")
		}
		network, err := v.reference(c, "resource.attachmentTarget", a.AttachmentTarget, "global", "networks")
		if err != nil {
			return err
		}
		if _, err := v.ready(kindNetwork, network); err != nil {
			return err
		}
		if err := v.checkAttached(network); err != nil {
			return err
		}
		all := asDocs(doc["associations"])
		for _, have := range all {
			if have["name"] == a.Name {
				return computeInvalid("resource.name", a.Name, "An association with that name already exists.")
			}
		}
		doc["associations"] = append(anyDocs(all), computeDoc{"name": a.Name, "attachmentTarget": computeLink(network)})
		return nil
	})
}

// checkAttached refuses a second policy on a network, also one whose operation
// runs.
func (v computeService) checkAttached(network string) error {
	all, err := v.objects(kindFirewallPolicy, "", true)
	if err != nil {
		return err
	}
	for _, o := range all {
		for _, have := range asDocs(o.doc["associations"]) {
			if computeName(text(have, "attachmentTarget")) == network {
				return computeInvalid("resource.attachmentTarget", computeLink(network), "The network is already associated with the firewall policy '"+o.name+"'.")
			}
		}
	}
	return nil
}

func (v computeService) removeAssociation(ctx context.Context, c *computeCall) (any, error) {
	return v.changePolicy(ctx, c, "detach", func(_ string, doc computeDoc) error {
		all := asDocs(doc["associations"])
		var kept []computeDoc
		for _, have := range all {
			if have["name"] != c.query.Get("name") {
				kept = append(kept, have)
			}
		}
		if len(kept) == len(all) {
			return noAssociation(c.query.Get("name"))
		}
		doc["associations"] = anyDocs(kept)
		return nil
	})
}

// asDocs are the objects of a list.
func asDocs(value any) []computeDoc {
	list, _ := value.([]any)
	var out []computeDoc
	for _, item := range list {
		if doc, ok := item.(map[string]any); ok {
			out = append(out, doc)
		}
	}
	return out
}

func anyDocs(docs []computeDoc) []any {
	out := make([]any, 0, len(docs)+1)
	for _, doc := range docs {
		out = append(out, doc)
	}
	return out
}
