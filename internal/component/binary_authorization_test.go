package component_test

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/api/binaryauthorization/v1"
	"google.golang.org/api/containeranalysis/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/componenttest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

const admission = "binary_authorization"

func admissionPolicy(t *testing.T, w *componenttest.World) *binaryauthorization.Policy {
	t.Helper()
	name := "projects/" + w.Spec.Project + "/policy"
	found, err := gkeOf(t, w).BinaryAuth.Projects.GetPolicy(name).Context(gcp.Reading(t.Context(), "GetPolicy", name)).Do()
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func setAdmissionPolicy(t *testing.T, w *componenttest.World, change func(p *binaryauthorization.Policy)) {
	t.Helper()
	p := admissionPolicy(t, w)
	change(p)
	if _, err := gkeOf(t, w).BinaryAuth.Projects.UpdatePolicy(p.Name, p).Context(gcp.UnderEtag(t.Context(), "UpdatePolicy", p.Name)).Do(); err != nil {
		t.Fatal(err)
	}
}

func patternsOf(p *binaryauthorization.Policy) []string {
	var all []string
	for _, pattern := range p.AdmissionWhitelistPatterns {
		all = append(all, pattern.NamePattern)
	}
	slices.Sort(all)
	return all
}

func TestBinaryAuthorizationOfEveryTier(t *testing.T) {
	t.Parallel()
	for _, tier := range allTiers() {
		t.Run(string(tier), func(t *testing.T) {
			t.Parallel()
			w := componenttest.New(t, tier)
			w.MustConverge("services")
			setAdmissionPolicy(t, w, func(p *binaryauthorization.Policy) {
				p.AdmissionWhitelistPatterns = []*binaryauthorization.AdmissionWhitelistPattern{{NamePattern: "docker.io/theirs/*"}}
				p.ClusterAdmissionRules = map[string]binaryauthorization.AdmissionRule{
					"us-central1.theirs": {EvaluationMode: "ALWAYS_ALLOW", EnforcementMode: "ENFORCED_BLOCK_AND_AUDIT_LOG"},
				}
			})
			if seen := w.Observe(admission); seen.Presence != reconcile.Absent {
				t.Errorf("before it was set it is %s", seen.Presence)
			}
			w.MustConverge(admission)
			w.Shows(w.AsDesired(admission), policy.BinaryAuthorizationMode)
			w.NoWrites(admission)
			p := admissionPolicy(t, w)
			if len(p.ClusterAdmissionRules) != 2 || !slices.Contains(patternsOf(p), "docker.io/theirs/*") {
				t.Errorf("what is somebody else's is gone: %v %v", p.ClusterAdmissionRules, patternsOf(p))
			}
			if exempt := slices.Contains(patternsOf(p), "europe-west1-docker.pkg.dev/acme-prod/**"); exempt == (tier == policy.Prod) {
				t.Errorf("the patterns are %v", patternsOf(p))
			}
			rule := p.ClusterAdmissionRules[w.Spec.Location()+"."+w.Spec.Cluster.Name]
			if attested := len(rule.RequireAttestationsBy) == 1; attested != (tier == policy.Prod) {
				t.Errorf("the rule is %v", rule)
			}
			w.MustDestroy(admission)
			if p := admissionPolicy(t, w); len(p.ClusterAdmissionRules) != 1 || !slices.Equal(patternsOf(p), []string{"docker.io/theirs/*"}) {
				t.Errorf("after the destroy the policy is %v, %v", p.ClusterAdmissionRules, patternsOf(p))
			}
			for kind, names := range w.Server.Inventory() {
				if lower := strings.ToLower(kind); (strings.Contains(lower, "attestor") || strings.Contains(lower, "note")) && len(names) > 0 {
					t.Errorf("%s stand: %v", kind, names)
				}
			}
		})
	}
}

func TestBinaryAuthorizationDrift(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Prod)
	w.MustConverge(admission)
	rule := w.Spec.Location() + "." + w.Spec.Cluster.Name
	for want, change := range map[string]func(p *binaryauthorization.Policy){
		"ALLOW_ALL": func(p *binaryauthorization.Policy) {
			p.ClusterAdmissionRules[rule] = binaryauthorization.AdmissionRule{EvaluationMode: "ALWAYS_ALLOW", EnforcementMode: "ENFORCED_BLOCK_AND_AUDIT_LOG"}
		},
		policy.DryRun: func(p *binaryauthorization.Policy) {
			r := p.ClusterAdmissionRules[rule]
			r.EnforcementMode = "DRYRUN_AUDIT_LOG_ONLY"
			p.ClusterAdmissionRules[rule] = r
		},
		policy.EnforceAllowList: func(p *binaryauthorization.Policy) {
			p.ClusterAdmissionRules[rule] = binaryauthorization.AdmissionRule{EvaluationMode: "ALWAYS_DENY", EnforcementMode: "ENFORCED_BLOCK_AND_AUDIT_LOG"}
		},
	} {
		setAdmissionPolicy(t, w, change)
		if seen := w.Observe(admission); seen.Values[policy.BinaryAuthorizationMode] != want {
			t.Errorf("it shows %v, want %s", seen.Values, want)
		}
		w.MustConverge(admission)
		w.AsDesired(admission)
	}
	setAdmissionPolicy(t, w, func(p *binaryauthorization.Policy) {
		delete(p.ClusterAdmissionRules, rule)
		p.GlobalPolicyEvaluationMode = "DISABLE"
	})
	if seen := w.Observe(admission); seen.Presence != reconcile.Partial {
		t.Errorf("without the rule it is %s", seen.Presence)
	}
	w.MustConverge(admission)
	w.AsDesired(admission)

	// A pattern that somebody else added undoes the signature, and is not ours to
	// take out.
	setAdmissionPolicy(t, w, func(p *binaryauthorization.Policy) {
		p.AdmissionWhitelistPatterns = append(p.AdmissionWhitelistPatterns, &binaryauthorization.AdmissionWhitelistPattern{NamePattern: "gcr.io/acme-prod/**"})
	})
	if result := w.Converge(admission); result.Err == nil || !strings.Contains(result.Err.Error(), "without a signature") {
		t.Errorf("got %v", result.Err)
	}
}

// TestBinaryAuthorizationChangesMode goes from the list to the attestor and back:
// our patterns go and come, and so does the attestor.
func TestBinaryAuthorizationChangesMode(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Staging)
	for _, mode := range []string{policy.EnforceAllowList, policy.EnforceAttestor, policy.DryRun, policy.EnforceAttestor} {
		w.Spec.Settings[policy.BinaryAuthorizationMode] = mode
		w.MustConverge(admission, "kms")
		w.AsDesired(admission)
		if listed := len(patternsOf(admissionPolicy(t, w))) > 0; listed == (mode == policy.EnforceAttestor) {
			t.Errorf("%s: the patterns are %v", mode, patternsOf(admissionPolicy(t, w)))
		}
		w.NoWrites(admission, "kms")
	}
}

func TestBinaryAuthorizationAfterFailures(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]componenttest.Fault{
		"the policy's reply is lost":   {RPC: "UpdatePolicy", Drop: true, After: true},
		"the policy was changed":       {RPC: "UpdatePolicy", Status: 409},
		"the attestor's reply is lost": {RPC: "CreateAttestor", Drop: true, After: true},
		"the attestor is refused":      {RPC: "CreateAttestor", Status: 403},
		"the note's reply is lost":     {RPC: "CreateNote", Drop: true, After: true},
		"no public key":                {RPC: "GetPublicKey", Status: 500, Times: 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := componenttest.New(t, policy.Prod)
			w.Server.InjectFaults(fault)
			if result := w.Converge(admission); result.Err != nil {
				w.Server.ClearFaults()
				w.MustConverge(admission)
			}
			w.AsDesired(admission)
			w.NoWrites(admission)
		})
	}
}

func TestForeignAttestorIsRefused(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Prod)
	w.MustConverge("kms")
	apis := gkeOf(t, w)
	parent := "projects/" + w.Spec.Project
	if _, err := apis.Analysis.Projects.Notes.Create(parent, &containeranalysis.Note{Attestation: &containeranalysis.AttestationNote{
		Hint: &containeranalysis.Hint{HumanReadableName: "theirs"},
	}}).NoteId("theirs").Context(gcp.Named(t.Context(), "CreateNote", parent)).Do(); err != nil {
		t.Fatal(err)
	}
	if _, err := apis.BinaryAuth.Projects.Attestors.Create(parent, &binaryauthorization.Attestor{
		Name: parent + "/attestors/" + w.Spec.AttestorID(), UserOwnedGrafeasNote: &binaryauthorization.UserOwnedGrafeasNote{NoteReference: parent + "/notes/theirs"},
	}).AttestorId(w.Spec.AttestorID()).Context(gcp.Named(t.Context(), "CreateAttestor", parent)).Do(); err != nil {
		t.Fatal(err)
	}
	w.Server.ResetRequests()
	if result := w.Converge(admission); result.Err == nil || !strings.Contains(result.Err.Error(), w.Spec.AttestorID()) {
		t.Errorf("got %v", result.Err)
	}
	if writes := w.Writes(); len(writes) > 0 {
		t.Errorf("it wrote %v", writes)
	}
}
