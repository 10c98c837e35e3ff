package emulator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

const (
	binauthzPath = "binaryauthorization.googleapis.com/v1/projects/p/"
	notesPath    = "containeranalysis.googleapis.com/v1/projects/p/notes"
	signingKey   = `-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEVry2W4t6yS2zjSW3Z3Yq1bS1bS1b\nS1bS1bS1bS1bS1bS1bS1bS1bS1bS1bS1bS1bS1bS1bS1bS1bS1bS1bS1bQ==\n-----END PUBLIC KEY-----\n`
)

func binauthz(t *testing.T) *env {
	t.Helper()
	e := cloud(t, emulator.Options{})
	e.enable(t, "p", "binaryauthorization.googleapis.com")
	e.enable(t, "p", "containeranalysis.googleapis.com")
	e.clock.Advance(time.Hour)
	return e
}

func (e *env) refused(method, path, body string, status int, text string) {
	e.t.Helper()
	a := e.rest(method, path, body)
	if a.status != status || !strings.Contains(a.err(e.t, status).Error.Message, text) {
		e.t.Errorf("%s %s: want %d %q, got %d %s", method, path, status, text, a.status, a.body)
	}
}

func TestAdmissionPolicy(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{})
	e.refused("GET", binauthzPath+"policy", "", 403, "Binary Authorization API has not been used")
	e = binauthz(t)
	first := e.json("GET", binauthzPath+"policy", "")
	if got := fmt.Sprint(first["defaultAdmissionRule"]); got != "map[enforcementMode:ENFORCED_BLOCK_AND_AUDIT_LOG evaluationMode:ALWAYS_ALLOW]" || first["globalPolicyEvaluationMode"] != "ENABLE" || first["name"] != "projects/p/policy" {
		t.Errorf("%v", first)
	}
	const dryRun = `"defaultAdmissionRule":{"evaluationMode":"ALWAYS_DENY","enforcementMode":"DRYRUN_AUDIT_LOG_ONLY"},"globalPolicyEvaluationMode":"ENABLE"`
	for _, c := range []struct {
		body   string
		status int
		text   string
	}{
		{`{}`, 400, "default_admission_rule is required"},
		{`{"defaultAdmissionRule":{"evaluationMode":"ALWAYS_DENY"}}`, 400, "enforcement_mode"},
		{`{"defaultAdmissionRule":{"evaluationMode":"REQUIRE_ATTESTATION","enforcementMode":"ENFORCED_BLOCK_AND_AUDIT_LOG"}}`, 400, "require_attestations_by must not be empty"},
		{`{"defaultAdmissionRule":{"evaluationMode":"REQUIRE_ATTESTATION","enforcementMode":"ENFORCED_BLOCK_AND_AUDIT_LOG","requireAttestationsBy":["projects/p/attestors/none"]}}`, 400, "does not exist"},
		{`{` + dryRun + `,"admissionWhitelistPatterns":[{"namePattern":"gcr.io/*/x"}]}`, 400, "name_pattern"},
		{`{` + dryRun + `,"clusterAdmissionRules":{"c":{"evaluationMode":"ALWAYS_ALLOW","enforcementMode":"ENFORCED_BLOCK_AND_AUDIT_LOG"}}}`, 400, "LOCATION.CLUSTER"},
		{`{` + dryRun + `,"etag":"stale"}`, 409, "etag"},
		{`{` + dryRun + `,"nosuch":1}`, 400, "nosuch"},
		{`{` + dryRun + `,"istioServiceIdentityAdmissionRules":{"a":{}}}`, 501, "istio"},
	} {
		e.refused("PUT", binauthzPath+"policy", c.body, c.status, c.text)
	}
	set := e.json("PUT", binauthzPath+"policy", fmt.Sprintf(`{%s,"etag":%q,"admissionWhitelistPatterns":[{"namePattern":"us-docker.pkg.dev/p/*"}],"clusterAdmissionRules":{"us-central1.c":{"evaluationMode":"ALWAYS_ALLOW","enforcementMode":"ENFORCED_BLOCK_AND_AUDIT_LOG"}}}`, dryRun, first["etag"]))
	got := e.json("GET", binauthzPath+"policy", "")
	if got["etag"] != set["etag"] || got["etag"] == first["etag"] || got["updateTime"] == nil || !strings.Contains(fmt.Sprint(got), "us-central1.c") {
		t.Errorf("%v", got)
	}
	if inventory := e.srv.Inventory(); inventory["binaryAuthorizationPolicies"] != nil {
		t.Errorf("a project's policy is no leftover: %v", inventory)
	}
}

func TestAttestor(t *testing.T) {
	t.Parallel()
	e := binauthz(t)
	const body = `{"userOwnedGrafeasNote":{"noteReference":"projects/p/notes/n"}}`
	e.refused("POST", binauthzPath+"attestors?attestorId=a", body, 404, "does not exist")
	e.refused("POST", notesPath+"?noteId=n", `{"attestation":{}}`, 400, "human_readable_name")
	e.refused("POST", notesPath+"?noteId=n", `{"build":{}}`, 501, "ATTESTATION")
	note := e.json("POST", notesPath+"?noteId=n", `{"shortDescription":"s","attestation":{"hint":{"humanReadableName":"signed"}}}`)
	if note["kind"] != "ATTESTATION" || note["name"] != "projects/p/notes/n" || note["createTime"] == nil {
		t.Errorf("%v", note)
	}
	e.refused("POST", notesPath+"?noteId=n", `{"attestation":{"hint":{"humanReadableName":"signed"}}}`, 409, "already exists")
	// hashicorp/google reads and patches notes in v1beta1.
	beta := e.json("PATCH", strings.Replace(notesPath, "/v1/", "/v1beta1/", 1)+"/n?updateMask=longDescription,attestationAuthority", `{"longDescription":"l","attestationAuthority":{"hint":{"humanReadableName":"other"}}}`)
	if fmt.Sprint(beta["attestationAuthority"]) != "map[hint:map[humanReadableName:other]]" || beta["attestation"] != nil || beta["shortDescription"] != "s" || beta["longDescription"] != "l" {
		t.Errorf("%v", beta)
	}
	e.refused("PATCH", notesPath+"/n?updateMask=attestationAuthority", `{}`, 400, "update_mask")
	a := e.json("POST", binauthzPath+"attestors?attestorId=a", body)
	if got := fmt.Sprint(a["userOwnedGrafeasNote"]); !strings.Contains(got, "@gcp-sa-binaryauthorization.iam.gserviceaccount.com") || a["name"] != "projects/p/attestors/a" {
		t.Errorf("%v", a)
	}
	e.refused("PUT", binauthzPath+"attestors/a", `{"userOwnedGrafeasNote":{"noteReference":"projects/p/notes/other"}}`, 400, "may not be updated")
	e.refused("PUT", binauthzPath+"attestors/a", `{"userOwnedGrafeasNote":{"noteReference":"projects/p/notes/n","publicKeys":[{"pkixPublicKey":{"publicKeyPem":"x","signatureAlgorithm":"ECDSA_P256_SHA256"}}]}}`, 400, "no PEM")
	e.refused("PUT", binauthzPath+"attestors/a", `{"userOwnedGrafeasNote":{"noteReference":"projects/p/notes/n","publicKeys":[{"pkixPublicKey":{"publicKeyPem":"`+signingKey+`","signatureAlgorithm":"MD5"}}]}}`, 400, "signature algorithm")
	next := e.json("PUT", binauthzPath+"attestors/a", `{"description":"d","userOwnedGrafeasNote":{"noteReference":"projects/p/notes/n"}}`)
	if next["description"] != "d" || next["etag"] == a["etag"] {
		t.Errorf("%v", next)
	}
	e.json("PUT", binauthzPath+"policy", `{"defaultAdmissionRule":{"evaluationMode":"REQUIRE_ATTESTATION","enforcementMode":"ENFORCED_BLOCK_AND_AUDIT_LOG","requireAttestationsBy":["projects/p/attestors/a"]}}`)
	for _, resource := range []string{binauthzPath + "attestors/a", notesPath + "/n"} {
		method := "GET"
		if strings.HasPrefix(resource, notesPath) {
			method = "POST"
		}
		e.json("POST", resource+":setIamPolicy", `{"policy":{"bindings":[{"role":"roles/viewer","members":["user:a@example.com"]}]}}`)
		if got := fmt.Sprint(e.json(method, resource+":getIamPolicy", "")); !strings.Contains(got, "roles/viewer") {
			t.Errorf("%s: %v", resource, got)
		}
	}
	if got := e.srv.Inventory(); len(got["attestors"]) != 1 || len(got["notes"]) != 1 {
		t.Errorf("%v", got)
	}
	e.json("DELETE", binauthzPath+"attestors/a", "")
	e.json("DELETE", notesPath+"/n", "")
	e.refused("GET", binauthzPath+"attestors/a", "", 404, "not found")
	e.refused("GET", notesPath+"/n", "", 404, "does not exist")
}
