package emulator_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	budgets "google.golang.org/api/billingbudgets/v1"
	"google.golang.org/api/cloudbilling/v1"
	crmv1 "google.golang.org/api/cloudresourcemanager/v1"
	crmv3 "google.golang.org/api/cloudresourcemanager/v3"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/orgpolicy/v2"
	"google.golang.org/api/serviceusage/v1"
	usagebeta "google.golang.org/api/serviceusage/v1beta1"
	"google.golang.org/api/storage/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

func TestLiens(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	v1, v3 := e.crm1(), e.crm3()
	for text, bad := range map[string]*crmv3.Lien{
		"restriction":    {Parent: "projects/p", Origin: "o", Reason: "r"},
		"only":           {Parent: "projects/p", Origin: "o", Reason: "r", Restrictions: []string{"compute.instances.delete"}},
		"projects only":  {Parent: "folders/1", Origin: "o", Reason: "r", Restrictions: []string{"resourcemanager.projects.delete"}},
		"200 characters": {Parent: "projects/p", Origin: "o", Reason: strings.Repeat("r", 201), Restrictions: []string{"resourcemanager.projects.delete"}},
	} {
		_, err := v3.Liens.Create(bad).Do()
		wantHTTP(t, err, 400, text)
	}
	made, err := v3.Liens.Create(&crmv3.Lien{Parent: "projects/p", Origin: "cortx/x", Reason: "An environment stands here.", Restrictions: []string{"resourcemanager.projects.delete"}}).Do()
	if err != nil {
		t.Fatal(err)
	}
	project, err := v1.Projects.Get("p").Do()
	if err != nil || made.Parent != fmt.Sprintf("projects/%d", project.ProjectNumber) || !strings.HasPrefix(made.Name, fmt.Sprintf("liens/p%d-l", project.ProjectNumber)) {
		t.Errorf("%+v, %v", made, err)
	}
	list, err := v1.Liens.List().Parent("projects/p").Do()
	if err != nil || len(list.Liens) != 1 || list.Liens[0].Name != made.Name {
		t.Errorf("%+v, %v", list, err)
	}
	for _, refused := range []func() error{
		func() error { _, err := v1.Projects.Delete("p").Do(); return err },
		func() error { _, err := v3.Projects.Delete("projects/p").Do(); return err },
	} {
		err := refused()
		wantHTTP(t, err, 400, "Precondition check failed.")
		var api *googleapi.Error
		if errors.As(err, &api) && !strings.Contains(api.Body, "A lien to prevent deletion was placed on the project by [cortx/x]. Remove the lien to allow deletion.") {
			t.Errorf("%s", api.Body)
		}
		if reason, help := reasonOfREST(t, err); reason != "PROJECT_DELETE_LIEN" || !help {
			t.Errorf("reason %q, help %v", reason, help)
		}
	}
	e.srv.DenyPermissions("resourcemanager.projects.updateLiens")
	_, err = v3.Liens.Delete(made.Name).Do()
	wantHTTP(t, err, 403, "The caller does not have permission")
	e.srv.DenyPermissions()
	if _, err := v3.Liens.Delete(made.Name).Do(); err != nil {
		t.Fatal(err)
	}
	_, err = v3.Liens.Get(made.Name).Do()
	wantHTTP(t, err, 404, "")
	if _, err := v1.Projects.Delete("p").Do(); err != nil {
		t.Error(err)
	}
}

// TestProjectPolicyEdits is about the parts of a project's policy: an edit of
// bindings keeps the audit configuration, and one from an old policy is refused.
func TestProjectPolicyEdits(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	projects := e.crm1().Projects
	get := func() *crmv1.Policy {
		t.Helper()
		p, err := projects.GetIamPolicy("p", &crmv1.GetIamPolicyRequest{Options: &crmv1.GetPolicyOptions{RequestedPolicyVersion: 3}}).Do()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	stale := get()
	p := get()
	p.AuditConfigs = []*crmv1.AuditConfig{{Service: "allServices", AuditLogConfigs: []*crmv1.AuditLogConfig{{LogType: "ADMIN_READ"}}}}
	if _, err := projects.SetIamPolicy("p", &crmv1.SetIamPolicyRequest{Policy: p, UpdateMask: "auditConfigs,etag"}).Do(); err != nil {
		t.Fatal(err)
	}
	_, err := projects.SetIamPolicy("p", &crmv1.SetIamPolicyRequest{Policy: stale}).Do()
	wantHTTP(t, err, 409, "concurrent policy changes")
	p = get()
	p.Version = 3
	p.Bindings = []*crmv1.Binding{{Role: "roles/viewer", Members: []string{"user:a@example.com"}, Condition: &crmv1.Expr{Title: "t", Expression: "true"}}}
	p.AuditConfigs = nil
	if _, err := projects.SetIamPolicy("p", &crmv1.SetIamPolicyRequest{Policy: p}).Do(); err != nil {
		t.Fatal(err)
	}
	p = get()
	if len(p.AuditConfigs) != 1 || p.Version != 3 || p.Bindings[0].Condition == nil {
		t.Errorf("%+v", p)
	}
	p.Version = 1
	_, err = projects.SetIamPolicy("p", &crmv1.SetIamPolicyRequest{Policy: p}).Do()
	wantHTTP(t, err, 400, "version 3")
}

func TestServiceIdentities(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{LROScale: 1})
	usage, err := usagebeta.NewService(t.Context(), e.at("serviceusage.googleapis.com")...)
	if err != nil {
		t.Fatal(err)
	}
	project, err := e.crm1().Projects.Get("p").Do()
	if err != nil {
		t.Fatal(err)
	}
	agent := "service-" + strconv.FormatInt(project.ProjectNumber, 10) + "@gcp-sa-cloud-sql.iam.gserviceaccount.com"
	grant := func(member string) error {
		_, err := e.crm1().Projects.SetIamPolicy("p", &crmv1.SetIamPolicyRequest{Policy: &crmv1.Policy{Bindings: []*crmv1.Binding{{Role: "roles/viewer", Members: []string{"serviceAccount:" + member}}}}}).Do()
		return err
	}
	wantHTTP(t, grant(agent), 400, "Service account "+agent+" does not exist.")
	generate := func() *usagebeta.Operation {
		t.Helper()
		op, err := usage.Services.GenerateServiceIdentity("projects/p/services/sqladmin.googleapis.com").Do()
		if err != nil {
			t.Fatal(err)
		}
		return op
	}
	e.srv.InjectFaults(emulator.Fault{RPC: "GenerateServiceIdentity", Operation: emulator.OperationFails})
	failed := generate()
	e.clock.Advance(time.Minute)
	if op, err := usage.Operations.Get(failed.Name).Do(); err != nil || !op.Done || op.Error == nil {
		t.Errorf("%+v, %v", op, err)
	}
	wantHTTP(t, grant(agent), 400, "does not exist")
	op := generate()
	if op.Done {
		t.Errorf("at once: %+v", op)
	}
	wantHTTP(t, grant(agent), 400, "does not exist")
	e.clock.Advance(time.Minute)
	if op, err = usage.Operations.Get(op.Name).Do(); err != nil || !op.Done || !strings.Contains(string(op.Response), agent) {
		t.Errorf("%+v, %v", op, err)
	}
	if err := grant(agent); err != nil {
		t.Error(err)
	}
	if op := generate(); !op.Done {
		t.Errorf("a second time: %+v", op)
	}
	// GKE's agent comes with its API, and stays when that is disabled.
	robot := strings.Replace(agent, "gcp-sa-cloud-sql", "container-engine-robot", 1)
	wantHTTP(t, grant(robot), 400, "does not exist")
	e.enable(t, "p", "container.googleapis.com")
	e.clock.Advance(time.Minute)
	if err := grant(robot); err != nil {
		t.Error(err)
	}
	if _, err := e.serviceusage().Services.Disable("projects/p/services/container.googleapis.com", &serviceusage.DisableServiceRequest{}).Do(); err != nil {
		t.Fatal(err)
	}
	e.clock.Advance(time.Minute)
	if err := grant(robot); err != nil {
		t.Error(err)
	}
	_, err = usage.Services.GenerateServiceIdentity("projects/p/services/redis.googleapis.com").Do()
	wantHTTP(t, err, 501, "redis.googleapis.com")
}

// TestServiceOperationFates has the operation of an enabling fail, and hang.
func TestServiceOperationFates(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{LROScale: 1})
	usage := e.serviceusage()
	const name = "projects/p/services/run.googleapis.com"
	e.srv.InjectFaults(
		emulator.Fault{RPC: "EnableService", Operation: emulator.OperationFails, Status: 500, Message: "Internal error."},
		emulator.Fault{RPC: "EnableService", Operation: emulator.OperationHangs},
	)
	for _, hangs := range []bool{false, true} {
		op, err := usage.Services.Enable(name, &serviceusage.EnableServiceRequest{}).Do()
		if err != nil || op.Done {
			t.Fatalf("%+v, %v", op, err)
		}
		e.clock.Advance(time.Hour)
		op, err = usage.Operations.Get(op.Name).Do()
		if err != nil || op.Done == hangs || (op.Error != nil) == hangs {
			t.Errorf("hangs %v: %+v, %v", hangs, op, err)
		}
		if got, err := usage.Services.Get(name).Do(); err != nil || got.State != "DISABLED" {
			t.Errorf("hangs %v: %+v, %v", hangs, got, err)
		}
	}
	if _, err := usage.Services.Enable(name, &serviceusage.EnableServiceRequest{}).Do(); err != nil {
		t.Fatal(err)
	}
	e.clock.Advance(time.Hour)
	if got, err := usage.Services.Get(name).Do(); err != nil || got.State != "ENABLED" {
		t.Errorf("without a fault: %+v, %v", got, err)
	}
	e.srv.InjectFaults(emulator.Fault{RPC: "CreateProject", Operation: emulator.OperationFails})
	op, err := e.crm3().Projects.Create(&crmv3.Project{ProjectId: "never-made"}).Do()
	if err != nil {
		t.Fatal(err)
	}
	e.clock.Advance(time.Hour)
	if op, err = e.crm3().Operations.Get(op.Name).Do(); err != nil || op.Error == nil || e.srv.Inventory()["projects"] != nil {
		t.Errorf("%+v, %v, %v", op, err, e.srv.Inventory())
	}
}

func TestOrganisationPolicies(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	svc, err := orgpolicy.NewService(t.Context(), e.at("orgpolicy.googleapis.com")...)
	if err != nil {
		t.Fatal(err)
	}
	policies := svc.Projects.Policies
	_, err = policies.GetEffectivePolicy("projects/p/policies/gcp.resourceLocations").Do()
	wantHTTP(t, err, 403, "has not been used in project")
	e.enable(t, "p", "orgpolicy.googleapis.com")
	got, err := policies.GetEffectivePolicy("projects/p/policies/gcp.resourceLocations").Do()
	if err != nil || len(got.Spec.Rules) != 1 || !got.Spec.Rules[0].AllowAll || strings.HasPrefix(got.Name, "projects/p/") {
		t.Fatalf("%+v, %v", got, err)
	}
	a := e.rest("GET", "orgpolicy.googleapis.com/v2/projects/p/policies/iam.disableServiceAccountKeyCreation:getEffectivePolicy", "")
	if !strings.Contains(string(a.body), `"enforce": false`) {
		t.Errorf("%s", a.body)
	}
	_, err = policies.GetEffectivePolicy("projects/p/policies/made.up").Do()
	wantHTTP(t, err, 404, "made.up")
	type (
		policy = orgpolicy.GoogleCloudOrgpolicyV2Policy
		spec   = orgpolicy.GoogleCloudOrgpolicyV2PolicySpec
		rule   = orgpolicy.GoogleCloudOrgpolicyV2PolicySpecPolicyRule
		values = orgpolicy.GoogleCloudOrgpolicyV2PolicySpecPolicyRuleStringValues
	)
	_, err = policies.Create("projects/p", &policy{Name: "projects/p/policies/gcp.resourceLocations", Spec: &spec{Rules: []*rule{{Enforce: true}}}}).Do()
	wantHTTP(t, err, 400, "enforce")
	made, err := policies.Create("projects/p", &policy{Name: "projects/p/policies/gcp.resourceLocations", Spec: &spec{Rules: []*rule{{Values: &values{AllowedValues: []string{"in:europe-locations"}}}}}}).Do()
	if err != nil {
		t.Fatal(err)
	}
	e.ring("europe-west1")
	if a := e.rest("POST", "cloudkms.googleapis.com/v1/projects/p/locations/us-central1/keyRings?keyRingId=x", "{}"); a.status != 400 || !strings.Contains(string(a.body), "violates constraint 'constraints/gcp.resourceLocations'") {
		t.Errorf("%d %s", a.status, a.body)
	}
	e.bucket(closedBucket("europe-1a2b"))
	_, err = e.storage().Buckets.Insert("p", &storage.Bucket{Name: "america-1a2b", Location: "US"}).Do()
	wantReason(t, err, 412, "conditionNotMet", "violates constraint")
	made.Spec.Rules = []*rule{{DenyAll: true}}
	changed, err := policies.Patch("projects/p/policies/gcp.resourceLocations", made).UpdateMask("policy.spec").Do()
	if err != nil {
		t.Fatal(err)
	}
	_, err = policies.Patch("projects/p/policies/gcp.resourceLocations", made).Do()
	wantHTTP(t, err, 409, "was changed since it was read")
	got, err = policies.GetEffectivePolicy("projects/p/policies/gcp.resourceLocations").Do()
	if err != nil || !got.Spec.Rules[0].DenyAll || changed.Etag == made.Etag {
		t.Errorf("%+v, %v", got, err)
	}
	if list, err := policies.List("projects/p").Do(); err != nil || len(list.Policies) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := policies.Delete("projects/p/policies/gcp.resourceLocations").Do(); err != nil {
		t.Fatal(err)
	}
	_, err = policies.Get("projects/p/policies/gcp.resourceLocations").Do()
	wantHTTP(t, err, 404, "")
	// A boolean one.
	if _, err := policies.Create("projects/p", &policy{Name: "projects/p/policies/storage.uniformBucketLevelAccess", Spec: &spec{Rules: []*rule{{Enforce: true}}}}).Do(); err != nil {
		t.Fatal(err)
	}
	_, err = e.storage().Buckets.Insert("p", &storage.Bucket{Name: "america-1a2b"}).Do()
	wantHTTP(t, err, 412, "storage.uniformBucketLevelAccess")
}

func TestBilling(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	svc, err := cloudbilling.NewService(t.Context(), e.at("cloudbilling.googleapis.com")...)
	if err != nil {
		t.Fatal(err)
	}
	// The API has to be enabled where the call is charged, not where it is about.
	asked := svc.Projects.GetBillingInfo("projects/p")
	asked.Header().Set("X-Goog-User-Project", "caller")
	_, err = asked.Do()
	wantHTTP(t, err, 403, "has not been used in project")
	e.enable(t, "caller", "cloudbilling.googleapis.com")
	if _, err = asked.Do(); err != nil {
		t.Fatal(err)
	}
	got, err := svc.Projects.GetBillingInfo("projects/p").Do()
	if err != nil || !got.BillingEnabled || got.ProjectId != "p" || got.Name != "projects/p/billingInfo" {
		t.Fatalf("%+v, %v", got, err)
	}
	if account, err := svc.BillingAccounts.Get(got.BillingAccountName).Do(); err != nil || !account.Open {
		t.Errorf("%+v, %v", account, err)
	}
	e.ring("us-central1")
	if _, err := svc.Projects.UpdateBillingInfo("projects/p", &cloudbilling.ProjectBillingInfo{ForceSendFields: []string{"BillingAccountName"}}).Do(); err != nil {
		t.Fatal(err)
	}
	_, err = e.kms().Projects.Locations.KeyRings.List("projects/p/locations/us-central1").Do()
	wantHTTP(t, err, 403, "This API method requires billing to be enabled.")
	if reason, _ := reasonOfREST(t, err); reason != "BILLING_DISABLED" {
		t.Errorf("reason %q", reason)
	}
	_, err = e.serviceusage().Services.Enable("projects/p/services/sqladmin.googleapis.com", &serviceusage.EnableServiceRequest{}).Do()
	wantHTTP(t, err, 400, "Billing must be enabled for activation of service(s) 'sqladmin.googleapis.com' to proceed.")
	_, err = e.storage().Buckets.Insert("p", closedBucket("unpaid-1a2b")).Do()
	wantReason(t, err, 403, "accountDisabled", "billing account")
	_, err = svc.Projects.UpdateBillingInfo("projects/p", &cloudbilling.ProjectBillingInfo{BillingAccountName: "billingAccounts/x"}).Do()
	wantHTTP(t, err, 400, "not valid")
	if got, err = svc.Projects.UpdateBillingInfo("projects/p", &cloudbilling.ProjectBillingInfo{BillingAccountName: "billingAccounts/012345-567890-ABCDEF"}).Do(); err != nil || !got.BillingEnabled {
		t.Errorf("%+v, %v", got, err)
	}
	e.bucket(closedBucket("unpaid-1a2b"))
}

func TestBudgets(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	svc, err := budgets.NewService(t.Context(), e.at("billingbudgets.googleapis.com")...)
	if err != nil {
		t.Fatal(err)
	}
	api := svc.BillingAccounts.Budgets
	const account = "billingAccounts/012345-567890-ABCDEF"
	project, err := e.crm1().Projects.Get("p").Do()
	if err != nil {
		t.Fatal(err)
	}
	number := fmt.Sprintf("projects/%d", project.ProjectNumber)
	const amount = `"amount":{"specifiedAmount":{"units":"100"}}`
	for text, body := range map[string]string{
		"amount":        `{"displayName":"x"}`,
		"currency":      `{"amount":{"specifiedAmount":{"units":"1","currencyCode":"EUR"}}}`,
		"one label":     `{` + amount + `,"budgetFilter":{"labels":{"a":["b"],"c":["d"]}}}`,
		"one value":     `{` + amount + `,"budgetFilter":{"labels":{"a":["b","c"]}}}`,
		"not found":     `{` + amount + `,"budgetFilter":{"projects":["projects/123456789012"]}}`,
		"negative":      `{` + amount + `,"thresholdRules":[{"thresholdPercent":-1}]}`,
		"60 characters": `{` + amount + `,"displayName":"` + strings.Repeat("x", 61) + `"}`,
		"custom period": `{` + amount + `,"budgetFilter":{"calendarPeriod":"MONTH","customPeriod":{"startDate":{"year":2026,"month":1,"day":1}}}}`,
	} {
		if a := e.rest("POST", "billingbudgets.googleapis.com/v1/"+account+"/budgets", body); a.status != 400 || !strings.Contains(string(a.body), text) {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	made, err := api.Create(account, &budgets.GoogleCloudBillingBudgetsV1Budget{
		DisplayName: "dev", Amount: &budgets.GoogleCloudBillingBudgetsV1BudgetAmount{SpecifiedAmount: &budgets.GoogleTypeMoney{Units: 100}},
		BudgetFilter:   &budgets.GoogleCloudBillingBudgetsV1Filter{Projects: []string{"projects/p"}, Labels: map[string][]any{"env": {"dev"}}},
		ThresholdRules: []*budgets.GoogleCloudBillingBudgetsV1ThresholdRule{{ThresholdPercent: 0.5}},
	}).Do()
	if err != nil {
		t.Fatal(err)
	}
	f := made.BudgetFilter
	if !strings.HasPrefix(made.Name, account+"/budgets/") || made.Etag == "" || made.Amount.SpecifiedAmount.CurrencyCode != "USD" ||
		!slices.Equal(f.Projects, []string{number}) || f.CreditTypesTreatment != "INCLUDE_ALL_CREDITS" || f.CalendarPeriod != "MONTH" || made.ThresholdRules[0].SpendBasis != "CURRENT_SPEND" {
		t.Errorf("%+v %+v", made, f)
	}
	change := &budgets.GoogleCloudBillingBudgetsV1Budget{Etag: made.Etag, Amount: &budgets.GoogleCloudBillingBudgetsV1BudgetAmount{SpecifiedAmount: &budgets.GoogleTypeMoney{Units: 200, CurrencyCode: "USD"}}}
	changed, err := api.Patch(made.Name, change).UpdateMask("amount.specified_amount").Do()
	if err != nil || changed.Amount.SpecifiedAmount.Units != 200 || changed.DisplayName != "dev" || changed.Etag == made.Etag {
		t.Fatalf("%+v, %v", changed, err)
	}
	_, err = api.Patch(made.Name, change).UpdateMask("amount").Do()
	wantHTTP(t, err, 409, "was changed since it was read")
	_, err = api.Patch(made.Name, &budgets.GoogleCloudBillingBudgetsV1Budget{}).UpdateMask("colour").Do()
	wantHTTP(t, err, 400, "does not name a field")
	if list, err := api.List(account).Do(); err != nil || len(list.Budgets) != 1 || list.Budgets[0].Etag != changed.Etag {
		t.Errorf("%+v, %v", list, err)
	}
	call := api.List(account)
	call.Header().Set("X-Goog-User-Project", "p")
	_, err = call.Do()
	wantHTTP(t, err, 403, "has not been used in project")
	if _, err := api.Delete(made.Name).Do(); err != nil {
		t.Fatal(err)
	}
	_, err = api.Get(made.Name).Do()
	wantHTTP(t, err, 404, "Requested entity was not found.")
	if got := e.srv.Inventory(); len(got) != 0 {
		t.Errorf("%v", got)
	}
}
