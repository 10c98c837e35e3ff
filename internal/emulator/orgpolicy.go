package emulator

import (
	"context"
	"reflect"
	"strings"
	"time"

	"google.golang.org/api/orgpolicy/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	orgPolicyHost = "orgpolicy.googleapis.com"
	kindOrgPolicy = "orgPolicies"
)

// orgPolicyKind serves the organisation policies of projects. There is no
// organisation above them, so that a policy is either the project's own or the
// constraint's default, which allows everything.
var orgPolicyKind = kind{
	name: kindOrgPolicy, host: orgPolicyHost, collection: true,
	permissions: map[string]string{
		"CreatePolicy":       "orgpolicy.policies.create",
		"GetPolicy":          "orgpolicy.policy.get",
		"GetEffectivePolicy": "orgpolicy.policy.get",
		"ListPolicies":       "orgpolicy.policies.list",
		"UpdatePolicy":       "orgpolicy.policies.update",
		"DeletePolicy":       "orgpolicy.policies.delete",
	},
	routes: func(s *Server) []route {
		o := orgPolicies{s: s}
		const parent, one = "/v2/{parent=projects/*}/policies", "/v2/{name=projects/*/policies/*}"
		return []route{
			{method: "POST", path: parent, rpc: "CreatePolicy", handle: o.create},
			{method: "GET", path: parent, rpc: "ListPolicies", query: []string{"pageSize", "pageToken"}, handle: o.list},
			{method: "GET", path: one, rpc: "GetPolicy", handle: o.get},
			{method: "GET", path: one + ":getEffectivePolicy", rpc: "GetEffectivePolicy", handle: o.effective},
			{method: "PATCH", path: one, rpc: "UpdatePolicy", query: []string{"updateMask"}, handle: o.patch},
			{method: "DELETE", path: one, rpc: "DeletePolicy", query: []string{"etag"}, handle: o.delete},
		}
	},
}

type orgPolicies struct{ s *Server }

type (
	orgPolicy     = orgpolicy.GoogleCloudOrgpolicyV2Policy
	orgPolicySpec = orgpolicy.GoogleCloudOrgpolicyV2PolicySpec
	orgPolicyRule = orgpolicy.GoogleCloudOrgpolicyV2PolicySpecPolicyRule
)

func orgPolicyName(project, constraint string) string {
	return "projects/" + project + "/policies/" + constraint
}

// split resolves a policy's name to its project and a constraint that there is.
func (o orgPolicies) split(ctx context.Context, ref string) (project, constraint string, err error) {
	project, constraint, ok := strings.Cut(strings.TrimPrefix(ref, "projects/"), "/policies/")
	if !ok {
		return "", "", invalid("Invalid policy name %q: it must be projects/PROJECT/policies/CONSTRAINT.", ref)
	}
	if project, err = o.s.useProject(ctx, project, orgPolicyHost); err != nil {
		return "", "", err
	}
	if orgConstraints[constraint] == "" {
		return "", "", notFound("The constraint constraints/%s was not found.", constraint)
	}
	return project, constraint, nil
}

// load returns a stored policy with the version of it, or NotFound.
func (o orgPolicies) load(project, constraint string) (*orgPolicy, int64, error) {
	have := &orgPolicy{}
	version, err := o.s.load(kindOrgPolicy, orgPolicyName(project, constraint), have)
	if status.Code(err) == codes.NotFound {
		err = notFound("Requested entity was not found.")
	}
	return have, version, err
}

// show names a policy by the project's number and gives it its etags.
func (o orgPolicies) show(have *orgPolicy, version int64) *orgPolicy {
	out := *have
	out.Name = o.s.numberedName(have.Name)
	out.Etag = etagOf(version)
	if have.Spec != nil {
		spec := *have.Spec
		spec.Etag = out.Etag
		spec.Rules = showRules(spec.Rules, orgConstraints[have.Name[strings.LastIndex(have.Name, "/")+1:]])
		out.Spec = &spec
	}
	return &out
}

// showRules shows "enforce" where it is false, as the service does.
func showRules(rules []*orgPolicyRule, kindOf string) []*orgPolicyRule {
	out := make([]*orgPolicyRule, len(rules))
	for i, r := range rules {
		one := *r
		if kindOf == booleanConstraint {
			one.ForceSendFields = []string{"Enforce"}
		}
		out[i] = &one
	}
	return out
}

func (o orgPolicies) create(ctx context.Context, r *restRequest) (any, error) {
	in := &orgPolicy{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	parent := r.vars["parent"]
	project, constraint, err := o.split(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	if o.s.canonicalProject(projectOf(parent)) != project {
		return nil, invalid("The policy %q is not one of %s.", in.Name, parent)
	}
	if err := checkOrgPolicy(constraint, in); err != nil {
		return nil, err
	}
	in.Name, in.Etag = orgPolicyName(project, constraint), ""
	o.stamp(in)
	if err := o.s.create(kindOrgPolicy, "projects/"+project, in.Name, in); err != nil {
		return nil, err
	}
	return o.show(in, 1), nil
}

func (o orgPolicies) stamp(p *orgPolicy) {
	if p.Spec != nil {
		p.Spec.Etag, p.Spec.UpdateTime = "", o.s.now().Format(time.RFC3339Nano)
	}
}

func (o orgPolicies) get(ctx context.Context, r *restRequest) (any, error) {
	project, constraint, err := o.split(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	have, version, err := o.load(project, constraint)
	if err != nil {
		return nil, err
	}
	return o.show(have, version), nil
}

func (o orgPolicies) list(ctx context.Context, r *restRequest) (any, error) {
	project, err := o.s.useProject(ctx, projectOf(r.vars["parent"]), orgPolicyHost)
	if err != nil {
		return nil, err
	}
	var all []*orgPolicy
	for _, e := range o.s.store.List(kindOrgPolicy, "projects/"+project) {
		have := &orgPolicy{}
		if err := decode(e.Value, have); err != nil {
			return nil, err
		}
		all = append(all, o.show(have, e.Version))
	}
	page, next, err := pageOf(all, r.query, "orgPolicies "+project, 100, 1000)
	return &orgpolicy.GoogleCloudOrgpolicyV2ListPoliciesResponse{Policies: page, NextPageToken: next}, err
}

func (o orgPolicies) effective(ctx context.Context, r *restRequest) (any, error) {
	project, constraint, err := o.split(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	spec, err := o.s.effectiveSpec(project, constraint)
	if err != nil {
		return nil, err
	}
	spec.Rules = showRules(spec.Rules, orgConstraints[constraint])
	return &orgPolicy{Name: o.s.numberedName(orgPolicyName(project, constraint)), Spec: spec}, nil
}

func (o orgPolicies) patch(ctx context.Context, r *restRequest) (any, error) {
	project, constraint, err := o.split(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	have, version, err := o.load(project, constraint)
	if err != nil {
		return nil, err
	}
	in := &orgPolicy{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	etag := in.Etag
	if etag == "" && in.Spec != nil {
		etag = in.Spec.Etag
	}
	if etag != "" && etag != etagOf(version) {
		return nil, apiError(codes.Aborted, "The policy was changed since it was read. Please read it again and retry.")
	}
	mask := r.query.Get("updateMask")
	if mask == "" {
		mask = "*"
	}
	for _, path := range strings.Split(mask, ",") {
		switch strings.TrimPrefix(flatName(strings.TrimSpace(path)), "policy.") {
		case "*":
			have.Spec, have.DryRunSpec = in.Spec, in.DryRunSpec
		case "spec":
			have.Spec = in.Spec
		case "dryrunspec":
			have.DryRunSpec = in.DryRunSpec
		default:
			return nil, invalid("Field update_mask had an invalid value of %q: it must be *, policy.spec or policy.dry_run_spec.", path)
		}
	}
	if err := checkOrgPolicy(constraint, have); err != nil {
		return nil, err
	}
	o.stamp(have)
	if err := o.s.update(kindOrgPolicy, have.Name, version, have); err != nil {
		return nil, err
	}
	return o.show(have, version+1), nil
}

func (o orgPolicies) delete(ctx context.Context, r *restRequest) (any, error) {
	project, constraint, err := o.split(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	_, version, err := o.load(project, constraint)
	if err != nil {
		return nil, err
	}
	if etag := r.query.Get("etag"); etag != "" && etag != etagOf(version) {
		return nil, apiError(codes.Aborted, "The policy was changed since it was read. Please read it again and retry.")
	}
	return nil, o.s.store.Delete(kindOrgPolicy, orgPolicyName(project, constraint), version)
}

// checkOrgPolicy refuses a policy that breaks a rule of the API's reference.
func checkOrgPolicy(constraint string, p *orgPolicy) error {
	if p.Alternate != nil {
		return notModelled("alternate policies")
	}
	if p.DryRunSpec != nil {
		return notModelled("dry-run policies")
	}
	if p.Spec == nil {
		return invalid("The spec of a policy is required.")
	}
	boolean := orgConstraints[constraint] == booleanConstraint
	if p.Spec.Reset && (len(p.Spec.Rules) > 0 || p.Spec.InheritFromParent) {
		return invalid("rules must be empty and inherit_from_parent false when reset is true.")
	}
	if boolean && p.Spec.InheritFromParent {
		return invalid("inherit_from_parent can be set for list constraints only.")
	}
	if boolean && !p.Spec.Reset && len(p.Spec.Rules) != 1 {
		return invalid("A policy for a boolean constraint must have exactly one rule.")
	}
	for _, rule := range p.Spec.Rules {
		switch {
		case rule == nil:
			return invalid("A rule must not be empty.")
		case rule.Condition != nil:
			return notModelled("the conditions of an organisation policy's rules")
		case len(rule.Parameters) > 0:
			return notModelled("the parameters of an organisation policy's rules")
		case boolean && (rule.AllowAll || rule.DenyAll || rule.Values != nil):
			return invalid("A rule for the boolean constraint %s can only have enforce.", constraint)
		case !boolean && rule.Enforce:
			return invalid("A rule for the list constraint %s can't have enforce.", constraint)
		case !boolean && !rule.AllowAll && !rule.DenyAll && (rule.Values == nil || reflect.ValueOf(*rule.Values).IsZero()):
			return invalid("A rule for the list constraint %s must have values, allowAll or denyAll.", constraint)
		}
	}
	return nil
}
