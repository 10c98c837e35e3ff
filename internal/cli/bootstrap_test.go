package cli_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

const (
	billingAccount = "012345-567890-ABCDEF"
	member         = "serviceAccount:tf@acme.iam.gserviceaccount.com"
)

// ofOrganisation is a project in which all that bootstrap reads answers, and the
// name of an access policy.
func ofOrganisation(t *testing.T) (*acctest.Env, string) {
	t.Helper()
	// Nothing is waited for, so the clock may be the emulator's own.
	env := acctest.New(t)
	for _, api := range []string{"orgpolicy", "compute", "logging", "container"} {
		env.Enable(api + ".googleapis.com")
	}
	env.Call(http.MethodPost, "accesscontextmanager.googleapis.com/v1/accessPolicies", `{"parent": "organizations/77", "title": "default"}`)
	env.Later(time.Minute)
	return env, env.Server.Inventory()["accessPolicies"][0]
}

func TestBootstrapIsReady(t *testing.T) {
	t.Parallel()
	env, accessPolicy := ofOrganisation(t)
	code, out, errs := onEnvironment(t, env, "bootstrap", "-tier", "prod")
	if code != 0 {
		t.Fatalf("bootstrap ends with %d: %s\n%s", code, errs, out)
	}
	wants(t, "bootstrap", out, "roles/container.admin", "granted", "VM instances", "3 to ", "N2 CPUS", "96 of 96 are free", "none will refuse it", "Ready: projects/",
		"without a perimeter (-access-policy) and without a budget (-billing-account)")
	code, out, errs = onEnvironment(t, env, "bootstrap", "-tier", "prod", "-access-policy", accessPolicy, "-billing-account", billingAccount)
	if code != 0 {
		t.Fatalf("bootstrap with all ends with %d: %s\n%s", code, errs, out)
	}
	wants(t, "bootstrap with all", out, "Roles on "+accessPolicy, "roles/accesscontextmanager.policyEditor", "Roles on billingAccounts/"+billingAccount, "roles/billing.costsManager", "can be made.\n")
	for flag, value := range map[string]string{"-access-policy": "77", "-billing-account": "acme", "-tier": "production"} {
		if code, _, errs = onEnvironment(t, env, "bootstrap", flag, value); code != 2 || !strings.Contains(errs, flag) {
			t.Errorf("%s %s ends with %d: %s", flag, value, code, errs)
		}
	}
}

func TestBootstrapIsRefused(t *testing.T) {
	t.Parallel()
	env, accessPolicy := ofOrganisation(t)
	env.Server.DenyPermissions("container.clusters.create", "accesscontextmanager.servicePerimeters.create", "billing.budgets.create", "billing.resourcebudgets.write")
	env.Call("POST", "orgpolicy.googleapis.com/v2/projects/"+acctest.Project+"/policies",
		`{"name": "projects/`+acctest.Project+`/policies/gcp.resourceLocations", "spec": {"rules": [{"values": {"allowedValues": ["in:us-locations"]}}]}}`)
	code, out, errs := onEnvironment(t, env, "bootstrap", "-tier", "prod", "-member", member, "-access-policy", accessPolicy, "-billing-account", billingAccount)
	if code != 1 {
		t.Errorf("bootstrap that is refused ends with %d", code)
	}
	number := strings.TrimPrefix(accessPolicy, "accessPolicies/")
	wants(t, "bootstrap that is refused", out+errs, "MISSING: container.clusters.create", "MISSING: accesscontextmanager.servicePerimeters.create", "MISSING: billing.budgets.create",
		"gcloud projects add-iam-policy-binding "+acctest.Project+" --member="+member+" --role=roles/container.admin",
		"gcloud access-context-manager policies add-iam-policy-binding "+number+" --member="+member+" --role=roles/accesscontextmanager.policyEditor",
		"gcloud billing accounts add-iam-policy-binding "+billingAccount+" --member="+member+" --role=roles/billing.costsManager",
		"REFUSES  constraints/gcp.resourceLocations", "not ready: 3 roles are missing, 1 constraints refuse it")
	notReady(t, out)

	// Without the perimeter and the budget, their roles are not missed.
	_, out, errs = onEnvironment(t, env, "bootstrap", "-tier", "prod")
	wants(t, "bootstrap without a perimeter", errs, "not ready: 1 roles are missing")
	if strings.Contains(out, "billing") && strings.Contains(out, "MISSING: billing") {
		t.Errorf("a budget that nobody wants is missed:\n%s", out)
	}
}

func notReady(t *testing.T, out string) {
	t.Helper()
	if strings.Contains(out, "Ready") {
		t.Errorf("it says that it is ready:\n%s", out)
	}
}

// TestBootstrapSaysWhatIsUnknown: what could not be read is neither refused nor
// ready.
func TestBootstrapSaysWhatIsUnknown(t *testing.T) {
	t.Parallel()
	off := acctest.Fault{Status: http.StatusForbidden, Times: -1, Reason: "SERVICE_DISABLED", Message: "The API has not been used in project 1 before or it is disabled."}
	of := func(host, rpc string) acctest.Fault {
		f := off
		f.Host, f.RPC = host, rpc
		return f
	}
	for name, c := range map[string]struct {
		fault acctest.Fault
		wants []string
	}{
		"constraints":    {of("orgpolicy.googleapis.com", "GetEffectivePolicy"), []string{"UNKNOWN  they could not all be read", "the constraints of the organisation"}},
		"quotas":         {of("compute.googleapis.com", "GetRegion"), []string{"VM instances", "UNKNOWN", "3 quotas"}},
		"a machine type": {of("compute.googleapis.com", "GetMachineType"), []string{"1 quotas"}},
		"networks":       {of("compute.googleapis.com", "GetComputeProject"), []string{"3 quotas"}},
		"access policy":  {of("accesscontextmanager.googleapis.com", "TestIamPermissions"), []string{"policyEditor", "UNKNOWN", "what may be done on accessPolicies/"}},
		"log buckets": {
			acctest.Fault{Host: "logging.googleapis.com", RPC: "ListBuckets", Status: http.StatusForbidden, Times: -1, Reason: "IAM_PERMISSION_DENIED", Message: "Permission 'logging.buckets.list' denied."},
			[]string{"Permission 'logging.buckets.list' denied.", "1 quotas"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env, accessPolicy := ofOrganisation(t)
			env.Server.InjectFaults(c.fault)
			code, out, errs := onEnvironment(t, env, "bootstrap", "-tier", "prod", "-access-policy", accessPolicy, "-billing-account", billingAccount)
			if code != 1 {
				t.Errorf("it ends with %d", code)
			}
			wants(t, "bootstrap", out+errs, append(c.wants, "but this is not known: ")...)
			notReady(t, out)
		})
	}
	// All of it at once, and a role that is missing too.
	env, _ := ofOrganisation(t)
	env.Server.DenyPermissions("container.clusters.create")
	env.Server.InjectFaults(of("orgpolicy.googleapis.com", ""))
	_, out, errs := onEnvironment(t, env, "bootstrap")
	wants(t, "bootstrap", errs, "not ready: 1 roles are missing; and not known: the constraints of the organisation")
	notReady(t, out)
}

// TestBootstrapCountsQuotas: with other environments about, there is less room,
// and in the end none.
func TestBootstrapCountsQuotas(t *testing.T) {
	t.Parallel()
	env, _ := ofOrganisation(t)
	// Three zones of one node with 8 CPUs: 72 of 96 are free, where 24 are needed
	// at once, and far more when the pools have grown.
	stand(t, env, "one", policy.Prod, nil)
	code, out, errs := onEnvironment(t, env, "bootstrap", "-tier", "prod")
	if code != 0 {
		t.Errorf("bootstrap ends with %d: %s", code, errs)
	}
	wants(t, "bootstrap beside an environment", out, "TIGHT: only 72 of 96 are free", "957 of 960 are free", "4700 of 5000 are free", "14 of 15 are free", "Ready: ")
	for _, name := range []string{"two", "three", "four"} {
		stand(t, env, name, policy.Prod, nil)
	}
	code, out, errs = onEnvironment(t, env, "bootstrap", "-tier", "prod")
	if code != 1 {
		t.Errorf("bootstrap without room ends with %d", code)
	}
	wants(t, "bootstrap without room", out+errs, "REFUSES: only 0 of 96 are free", "not ready: 1 quotas are too small")
	notReady(t, out)
	// Machines of another family have a quota of their own.
	if code, out, _ = onEnvironment(t, env, "bootstrap", "-tier", "dev"); code != 0 {
		t.Errorf("bootstrap of dev ends with %d:\n%s", code, out)
	}
}
