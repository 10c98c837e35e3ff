package emulator

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"time"

	"google.golang.org/api/binaryauthorization/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const kindAdmissionPolicy = "binaryAuthorizationPolicies"

// admissionPolicyKind serves the policy of Binary Authorization, of which each
// project has one from the start. It is no collection: nobody makes or deletes it.
var admissionPolicyKind = kind{
	name: kindAdmissionPolicy, host: binaryAuthorizationHost,
	permissions: map[string]string{
		"GetPolicy": "binaryauthorization.policy.get", "UpdatePolicy": "binaryauthorization.policy.update",
	},
	routes: func(s *Server) []route {
		p := admissionPolicies{s: s}
		routes := []route{
			{method: "GET", path: "/v1/{name=projects/*/policy}", rpc: "GetPolicy", handle: p.get},
			{method: "PUT", path: "/v1/{name=projects/*/policy}", rpc: "UpdatePolicy", handle: p.update},
		}
		return append(routes, s.policyRoutes("/v1/{resource=projects/*/policy}", func(ctx context.Context, ref string) (string, string, error) {
			parent, err := p.project(ctx, ref)
			return parent, binaryAuthorizationHost + "/" + parent + "/policy", err
		})...)
	},
}

type admissionPolicies struct{ s *Server }

func (p admissionPolicies) project(ctx context.Context, ref string) (string, error) {
	project, err := p.s.useProject(ctx, projectOf(ref), binaryAuthorizationHost)
	return "projects/" + project, err
}

// current returns the policy of a project and its version in the store; that
// of a new project allows everything.
func (p admissionPolicies) current(parent string) (*binaryauthorization.Policy, int64, error) {
	policy := &binaryauthorization.Policy{}
	version, err := p.s.load(kindAdmissionPolicy, parent+"/policy", policy)
	if status.Code(err) == codes.NotFound {
		policy = &binaryauthorization.Policy{
			Name: parent + "/policy", GlobalPolicyEvaluationMode: "ENABLE",
			DefaultAdmissionRule: &binaryauthorization.AdmissionRule{EvaluationMode: "ALWAYS_ALLOW", EnforcementMode: "ENFORCED_BLOCK_AND_AUDIT_LOG"},
			Etag:                 admissionEtag(0),
		}
		return policy, 0, nil
	}
	return policy, version, err
}

// admissionEtag is the etag of the nth version, quoted as the API has it.
func admissionEtag(n int64) string { return `"` + etagOf(n) + `"` }

func (p admissionPolicies) get(ctx context.Context, r *restRequest) (any, error) {
	parent, err := p.project(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	policy, _, err := p.current(parent)
	return policy, err
}

// update replaces the policy as a whole.
func (p admissionPolicies) update(ctx context.Context, r *restRequest) (any, error) {
	parent, err := p.project(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	next := &binaryauthorization.Policy{}
	if err := r.decode(next); err != nil {
		return nil, err
	}
	if next.Name != "" && p.s.canonicalName(next.Name) != parent+"/policy" {
		return nil, invalid("The policy's name %q does not match the request's %q.", next.Name, r.vars["name"])
	}
	current, version, err := p.current(parent)
	if err != nil {
		return nil, err
	}
	if next.Etag != "" && next.Etag != current.Etag {
		return nil, apiError(codes.Aborted, "The policy was changed since it was read: its etag does not match.")
	}
	if err := p.check(next); err != nil {
		return nil, err
	}
	next.Name, next.Etag, next.UpdateTime = parent+"/policy", admissionEtag(version+1), p.s.now().Format(time.RFC3339Nano)
	if version == 0 {
		return next, p.s.create(kindAdmissionPolicy, parent, next.Name, next)
	}
	return next, p.s.update(kindAdmissionPolicy, next.Name, version, next)
}

var (
	// clusterRuleKey is LOCATION.CLUSTER, a zone or a region.
	clusterRuleKey = regexp.MustCompile(`^[a-z]+-[a-z]+[0-9]+(-[a-z])?\.[a-z]([-a-z0-9]{0,38}[a-z0-9])?$`)
	imagePattern   = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._:/@-]*(\*\*?)?$`)
	attestorName   = regexp.MustCompile(`^projects/[^/]+/attestors/[^/]+$`)
)

func (p admissionPolicies) check(policy *binaryauthorization.Policy) error {
	if len(policy.IstioServiceIdentityAdmissionRules) > 0 {
		return notModelled("istioServiceIdentityAdmissionRules of a policy")
	}
	switch policy.GlobalPolicyEvaluationMode {
	case "", "ENABLE", "DISABLE", "GLOBAL_POLICY_EVALUATION_MODE_UNSPECIFIED":
	default:
		return invalid("Invalid value at 'policy.global_policy_evaluation_mode', %q", policy.GlobalPolicyEvaluationMode)
	}
	for _, w := range policy.AdmissionWhitelistPatterns {
		if !imagePattern.MatchString(w.NamePattern) {
			return invalid("Invalid admission_whitelist_patterns.name_pattern %q: a wildcard is only allowed at the end.", w.NamePattern)
		}
	}
	if policy.DefaultAdmissionRule == nil {
		return invalid("policy.default_admission_rule is required.")
	}
	if err := p.checkRule("default_admission_rule", policy.DefaultAdmissionRule); err != nil {
		return err
	}
	for field, rules := range map[string]map[string]binaryauthorization.AdmissionRule{
		"cluster_admission_rules":                    policy.ClusterAdmissionRules,
		"kubernetes_namespace_admission_rules":       policy.KubernetesNamespaceAdmissionRules,
		"kubernetes_service_account_admission_rules": policy.KubernetesServiceAccountAdmissionRules,
	} {
		for _, key := range slices.Sorted(maps.Keys(rules)) {
			if field == "cluster_admission_rules" && !clusterRuleKey.MatchString(key) {
				return invalid("Invalid key %q of cluster_admission_rules: it must be LOCATION.CLUSTER.", key)
			}
			rule := rules[key]
			if err := p.checkRule(field+"["+key+"]", &rule); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p admissionPolicies) checkRule(at string, r *binaryauthorization.AdmissionRule) error {
	switch r.EnforcementMode {
	case "ENFORCED_BLOCK_AND_AUDIT_LOG", "DRYRUN_AUDIT_LOG_ONLY":
	default:
		return invalid("policy.%s.enforcement_mode is required, got %q.", at, r.EnforcementMode)
	}
	switch r.EvaluationMode {
	case "ALWAYS_ALLOW", "ALWAYS_DENY":
		if len(r.RequireAttestationsBy) > 0 {
			return invalid("policy.%s.require_attestations_by must be empty unless evaluation_mode is REQUIRE_ATTESTATION.", at)
		}
		return nil
	case "REQUIRE_ATTESTATION":
	default:
		return invalid("policy.%s.evaluation_mode is required, got %q.", at, r.EvaluationMode)
	}
	if len(r.RequireAttestationsBy) == 0 {
		return invalid("policy.%s.require_attestations_by must not be empty when evaluation_mode is REQUIRE_ATTESTATION.", at)
	}
	for _, name := range r.RequireAttestationsBy {
		if !attestorName.MatchString(name) {
			return invalid("Invalid attestor name %q: it must be projects/*/attestors/*.", name)
		}
		if _, err := p.s.store.Get(kindAttestor, p.s.canonicalName(name)); err != nil {
			return invalid("The attestor %q required by policy.%s does not exist.", name, at)
		}
	}
	return nil
}
