package emulator_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	crmv1 "google.golang.org/api/cloudresourcemanager/v1"
	"google.golang.org/api/iam/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

func (e *env) accounts() *iam.ProjectsServiceAccountsService {
	e.t.Helper()
	svc, err := iam.NewService(e.t.Context(), e.at("iam.googleapis.com")...)
	if err != nil {
		e.t.Fatal(err)
	}
	e.enable(e.t, "p", "iam.googleapis.com")
	return svc.Projects.ServiceAccounts
}

func TestServiceAccounts(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{Quota: "gcp"})
	api := e.accounts()
	create := func(id string) (*iam.ServiceAccount, error) {
		return api.Create("projects/p", &iam.CreateServiceAccountRequest{AccountId: id, ServiceAccount: &iam.ServiceAccount{DisplayName: "A"}}).Do()
	}
	_, err := create("x")
	wantHTTP(t, err, 400, "Account ID")
	made, err := create("tenant-db")
	if err != nil || made.Email != "tenant-db@p.iam.gserviceaccount.com" || len(made.UniqueId) != 21 {
		t.Fatalf("%+v, %v", made, err)
	}
	_, err = create("tenant-db")
	wantReason(t, err, 409, "alreadyExists", "Service account tenant-db already exists within project projects/p.")
	if got, err := api.Get("projects/-/serviceAccounts/" + made.UniqueId).Do(); err != nil || got.Email != made.Email {
		t.Errorf("%+v, %v", got, err)
	}
	grant := func(member string) error {
		_, err := e.crm1().Projects.SetIamPolicy("p", &crmv1.SetIamPolicyRequest{Policy: &crmv1.Policy{Bindings: []*crmv1.Binding{{Role: "roles/viewer", Members: []string{member}}}}}).Do()
		return err
	}
	members := func() []string {
		t.Helper()
		p, err := e.crm1().Projects.GetIamPolicy("p", &crmv1.GetIamPolicyRequest{}).Do()
		if err != nil {
			t.Fatal(err)
		}
		return p.Bindings[0].Members
	}
	wantHTTP(t, grant("serviceAccount:nobody@p.iam.gserviceaccount.com"), 400, "does not exist")
	if err := grant("serviceAccount:elsewhere@some-other-project.iam.gserviceaccount.com"); err != nil {
		t.Errorf("an account of a project that is not here: %v", err)
	}
	if err := grant("serviceAccount:" + made.Email); err != nil {
		t.Fatal(err)
	}
	if _, err := api.Disable(made.Name, &iam.DisableServiceAccountRequest{}).Do(); err != nil {
		t.Fatal(err)
	}
	if got, err := api.Get(made.Name).Do(); err != nil || !got.Disabled {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := api.Enable(made.Name, &iam.EnableServiceAccountRequest{}).Do(); err != nil {
		t.Fatal(err)
	}
	// Its grants outlive it, but not for the next of that name.
	if _, err := api.Delete(made.Name).Do(); err != nil {
		t.Fatal(err)
	}
	gone := "deleted:serviceAccount:" + made.Email + "?uid=" + made.UniqueId
	if got := members(); !slices.Equal(got, []string{gone}) {
		t.Errorf("members = %v", got)
	}
	if err := grant(gone); err != nil {
		t.Errorf("a policy with what is deleted: %v", err)
	}
	if got := e.srv.Inventory()["serviceAccounts"]; got != nil {
		t.Errorf("%v", got)
	}
	next, err := create("tenant-db")
	if err != nil || next.UniqueId == made.UniqueId {
		t.Fatalf("%+v, %v", next, err)
	}
	undelete := func() error {
		_, err := api.Undelete("projects/-/serviceAccounts/"+made.UniqueId, &iam.UndeleteServiceAccountRequest{}).Do()
		return err
	}
	wantHTTP(t, undelete(), 409, "already exists")
	if _, err := api.Delete(next.Name).Do(); err != nil {
		t.Fatal(err)
	}
	if err := undelete(); err != nil {
		t.Fatal(err)
	}
	if got := members(); !slices.Equal(got, []string{"serviceAccount:" + made.Email}) {
		t.Errorf("members = %v", got)
	}
	if _, err := api.Delete(made.Name).Do(); err != nil {
		t.Fatal(err)
	}
	e.clock.Advance(31 * 24 * time.Hour)
	wantReason(t, undelete(), 404, "notFound", "Unknown service account")
	for i := range 100 {
		if _, err := create("account-" + strings.Repeat("a", i%10) + string(rune('a'+i/10))); err != nil {
			t.Fatal(err)
		}
	}
	_, err = create("one-too-many")
	wantReason(t, err, 429, "rateLimitExceeded", "Maximum number of service accounts on project reached.")
	if a := e.rest("POST", "iam.googleapis.com/v1/projects/p/serviceAccounts/x@p.iam.gserviceaccount.com/keys", "{}"); a.status != 501 {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestServiceAccountPolicies(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	api := e.accounts()
	made, err := api.Create("projects/p", &iam.CreateServiceAccountRequest{AccountId: "workload"}).Do()
	if err != nil {
		t.Fatal(err)
	}
	p, err := api.GetIamPolicy(made.Name).Do()
	if err != nil {
		t.Fatal(err)
	}
	p.Bindings = []*iam.Binding{{Role: "roles/iam.workloadIdentityUser", Members: []string{"serviceAccount:p.svc.id.goog[ns/app]"}}}
	if _, err := api.SetIamPolicy(made.Name, &iam.SetIamPolicyRequest{Policy: p}).Do(); err != nil {
		t.Fatal(err)
	}
	_, err = api.SetIamPolicy(made.Name, &iam.SetIamPolicyRequest{Policy: p}).Do()
	wantReason(t, err, 409, "conflict", "concurrent policy changes")
}

// TestRecordedServiceAccount replays what was sent to IAM.
func TestRecordedServiceAccount(t *testing.T) {
	t.Parallel()
	file := filepath.Join(wireDir(t), "iam-serviceaccount.http.log")
	e := start(t, emulator.Options{})
	e.enable(t, "recorded-project", "iam.googleapis.com")
	rec := recording{
		hosts:  []string{"iam.googleapis.com"},
		values: map[string]string{"uniqueId": "1a2b3c"},
		forms: []valueForm{
			formOf(`\.(uniqueId|oauth2ClientId)$`, `^1[0-9]{20}$`),
			formOf(`\.etag$`, `^[A-Za-z0-9+/]+=*$`),
		},
		edit: func(_ *replayer, ex *exchange) {
			// The recorder put one text in the place of every etag.
			ex.body = recordedEtag.ReplaceAllString(ex.body, `"etag": "MDEwMjE5MjA="`)
		},
	}
	if left := rec.replay(t, e, file); left != nil {
		t.Errorf("left out %v", left)
	}
}
