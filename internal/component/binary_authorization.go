package component

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/api/binaryauthorization/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// What rules of Binary Authorization say.
const (
	alwaysAllow        = "ALWAYS_ALLOW"
	alwaysDeny         = "ALWAYS_DENY"
	requireAttestation = "REQUIRE_ATTESTATION"
	dryRunOnly         = "DRYRUN_AUDIT_LOG_ONLY"
	enforced           = "ENFORCED_BLOCK_AND_AUDIT_LOG"
	systemImages       = "ENABLE"
	// admitsAll is what a cluster shows that no rule keeps anything from; it is
	// no value of the setting.
	admitsAll = "ALLOW_ALL"
	// patternsNote keeps which patterns this environment has added: the policy is
	// the project's and has no place for a mark.
	patternsNote = "patterns"
)

// binaryAuthorization is the environment's part of the project's one policy: the
// rule of its cluster, and the exemption of the platform's registry where the
// rule allows by list.
type binaryAuthorization struct{ base }

func newBinaryAuthorization(e *Env) reconcile.Component {
	b := &binaryAuthorization{base{Env: e, name: policy.ComponentBinaryAuthorization, needs: []string{"services"}}}
	if b.attests() {
		b.needs = append(b.needs, policy.ComponentKMS)
	}
	return b
}

func (b *binaryAuthorization) mode() string {
	return b.spec.Settings.String(policy.BinaryAuthorizationMode)
}

func (b *binaryAuthorization) attests() bool { return b.mode() == policy.EnforceAttestor }

// ruleName is how the policy calls the cluster.
func (b *binaryAuthorization) ruleName() string {
	return b.spec.Location() + "." + b.spec.Cluster.Name
}

func (b *binaryAuthorization) policyName() string { return "projects/" + b.spec.Project + "/policy" }

func (b *binaryAuthorization) rule() binaryauthorization.AdmissionRule {
	switch b.mode() {
	case policy.EnforceAttestor:
		return binaryauthorization.AdmissionRule{EvaluationMode: requireAttestation, EnforcementMode: enforced, RequireAttestationsBy: []string{b.attestorName()}}
	case policy.EnforceAllowList:
		return binaryauthorization.AdmissionRule{EvaluationMode: alwaysDeny, EnforcementMode: enforced}
	default:
		return binaryauthorization.AdmissionRule{EvaluationMode: alwaysDeny, EnforcementMode: dryRunOnly}
	}
}

// Registries are the patterns of the platform's images: the project's own
// repositories in the region, in its continent, and under the old names.
func (s *Spec) Registries() []string {
	project := strings.ReplaceAll(s.Project, ":", "/")
	all := []string{s.Region + "-docker.pkg.dev/" + project + "/**", "gcr.io/" + project + "/**"}
	for prefix, continent := range map[string]string{"europe-": "europe", "us-": "us", "northamerica-": "us", "asia-": "asia"} {
		if strings.HasPrefix(s.Region, prefix) {
			all = append(all, continent+"-docker.pkg.dev/"+project+"/**")
		}
	}
	slices.Sort(all)
	return all
}

// patterns are the exemptions that there have to be. Under an attestor there is
// none: what a pattern admits needs no signature.
func (b *binaryAuthorization) patterns() []string {
	if b.attests() {
		return nil
	}
	return b.spec.Registries()
}

func (b *binaryAuthorization) read(ctx context.Context) (*binaryauthorization.Policy, error) {
	return b.apis().BinaryAuth.Projects.GetPolicy(b.policyName()).Context(gcp.Reading(ctx, "GetPolicy", b.policyName())).Do()
}

// edit changes the policy under its etag, and writes nothing when change changes
// nothing.
func (b *binaryAuthorization) edit(ctx context.Context, change func(standing *binaryauthorization.Policy)) error {
	return b.client.EditUnderEtag(ctx, "UpdatePolicy", b.policyName(), func(ctx context.Context) error {
		standing, err := b.read(ctx)
		if err != nil {
			return err
		}
		before, err := json.Marshal(standing)
		if err != nil {
			return err
		}
		change(standing)
		after, err := json.Marshal(standing)
		if err != nil || string(before) == string(after) {
			return err
		}
		_, err = b.apis().BinaryAuth.Projects.UpdatePolicy(b.policyName(), standing).Context(gcp.UnderEtag(ctx, "UpdatePolicy", b.policyName())).Do()
		return err
	})
}

func patternsOf(standing *binaryauthorization.Policy) []string {
	var all []string
	for _, p := range standing.AdmissionWhitelistPatterns {
		all = append(all, p.NamePattern)
	}
	return all
}

// shown is the setting as the policy has it.
func (b *binaryAuthorization) shown(standing *binaryauthorization.Policy, rule binaryauthorization.AdmissionRule) string {
	switch {
	case rule.EvaluationMode == alwaysAllow:
		return admitsAll
	case rule.EnforcementMode != enforced:
		return policy.DryRun
	case rule.EvaluationMode == requireAttestation && slices.Contains(rule.RequireAttestationsBy, b.attestorName()) && len(b.exempt(standing)) == 0:
		return policy.EnforceAttestor
	default:
		return policy.EnforceAllowList
	}
}

// exempt are patterns that admit the platform's images without a signature.
func (b *binaryAuthorization) exempt(standing *binaryauthorization.Policy) []string {
	return slices.DeleteFunc(patternsOf(standing), func(p string) bool { return !slices.Contains(b.spec.Registries(), p) })
}

// Observe implements [reconcile.Component].
func (b *binaryAuthorization) Observe(ctx context.Context) (reconcile.Observation, error) {
	standing, err := b.read(ctx)
	if err != nil {
		return reconcile.Observation{}, err
	}
	seen := reconcile.Observation{Presence: reconcile.Absent}
	if rule, there := standing.ClusterAdmissionRules[b.ruleName()]; there {
		seen.Presence = reconcile.Present
		seen.Values = map[string]any{policy.BinaryAuthorizationMode: b.shown(standing, rule)}
		if standing.GlobalPolicyEvaluationMode != systemImages {
			seen.Differs = append(seen.Differs, difference("", "Google's policy of its own system images is not evaluated"))
		}
		for _, pattern := range lacking(patternsOf(standing), b.patterns()) {
			seen.Differs = append(seen.Differs, difference("", "the platform's images %s are not allowed", pattern))
		}
	}
	if !b.attests() {
		return seen, nil
	}
	attestor, err := b.seeAttestor(ctx)
	return join(seen, attestor), err
}

// Converge implements [reconcile.Component].
func (b *binaryAuthorization) Converge(ctx context.Context, s *reconcile.Step) error {
	if b.attests() {
		// A policy may name only an attestor that is there.
		if err := b.convergeAttestor(ctx, s); err != nil {
			return err
		}
	}
	standing, err := b.read(ctx)
	if err != nil {
		return err
	}
	ours, err := b.noted(ctx, s)
	if err != nil {
		return err
	}
	theirs, err := b.addedByOthers(ctx)
	if err != nil {
		return err
	}
	// Noted before they are added, so that a killed run leaves nothing behind
	// that nobody takes out. What another environment has added and this one wants
	// as well is of both, and goes with the last.
	ours = union(ours, lacking(lacking(theirs, patternsOf(standing)), b.patterns()))
	if err := b.note(ctx, s, ours); err != nil {
		return err
	}
	unwanted := lacking(b.patterns(), ours)
	obsolete := lacking(theirs, unwanted)
	s.Progress(ctx, "setting the rule of %s", b.ruleName())
	err = b.edit(ctx, func(p *binaryauthorization.Policy) {
		if p.ClusterAdmissionRules == nil {
			p.ClusterAdmissionRules = map[string]binaryauthorization.AdmissionRule{}
		}
		p.ClusterAdmissionRules[b.ruleName()] = b.rule()
		p.GlobalPolicyEvaluationMode = systemImages
		takePatterns(p, obsolete)
		for _, pattern := range lacking(patternsOf(p), b.patterns()) {
			p.AdmissionWhitelistPatterns = append(p.AdmissionWhitelistPatterns, &binaryauthorization.AdmissionWhitelistPattern{NamePattern: pattern})
		}
		standing = p
	})
	if err != nil {
		return err
	}
	if err := b.note(ctx, s, lacking(unwanted, ours)); err != nil {
		return err
	}
	if exempt := b.exempt(standing); b.attests() && len(exempt) > 0 {
		return fmt.Errorf("the project's policy of Binary Authorization admits %s without a signature, which this environment did not add: take the patterns out, or give the environment that needs them a project of its own", strings.Join(exempt, ", "))
	}
	if b.attests() {
		return nil
	}
	return b.removeAttestor(ctx, s)
}

func takePatterns(p *binaryauthorization.Policy, out []string) {
	p.AdmissionWhitelistPatterns = slices.DeleteFunc(p.AdmissionWhitelistPatterns, func(pattern *binaryauthorization.AdmissionWhitelistPattern) bool {
		return slices.Contains(out, pattern.NamePattern)
	})
}

func (b *binaryAuthorization) noted(ctx context.Context, s *reconcile.Step) ([]string, error) {
	var ours []string
	text, ok := s.Note(ctx, patternsNote)
	if !ok {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &ours); err != nil {
		return nil, fmt.Errorf("the ledger's note on patterns can't be read: %w", err)
	}
	return ours, nil
}

func (b *binaryAuthorization) note(ctx context.Context, s *reconcile.Step, ours []string) error {
	if len(ours) == 0 {
		return s.Forget(ctx, patternsNote)
	}
	text, err := json.Marshal(ours)
	if err != nil {
		return err
	}
	return s.Record(ctx, patternsNote, string(text))
}

// addedByOthers are the patterns that other environments of the project have
// added.
func (b *binaryAuthorization) addedByOthers(ctx context.Context) ([]string, error) {
	notes, err := notesOfOthers[[]string](ctx, b.Env, b.name, patternsNote)
	var theirs []string
	for _, added := range notes {
		theirs = union(theirs, added)
	}
	return theirs, err
}

// Remove implements [reconcile.Component]: the rule of our cluster goes, and the
// patterns that we added, but for those that another environment of the project
// needs too. An attestor goes once no rule names it.
func (b *binaryAuthorization) Remove(ctx context.Context, s *reconcile.Step) error {
	ours, err := b.noted(ctx, s)
	if err != nil {
		return err
	}
	theirs, err := b.addedByOthers(ctx)
	if err != nil {
		return err
	}
	err = b.edit(ctx, func(p *binaryauthorization.Policy) {
		delete(p.ClusterAdmissionRules, b.ruleName())
		takePatterns(p, lacking(theirs, ours))
	})
	if err != nil {
		return err
	}
	if err := b.note(ctx, s, nil); err != nil {
		return err
	}
	return b.removeAttestor(ctx, s)
}
