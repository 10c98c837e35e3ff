package emulator_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	crmv1 "google.golang.org/api/cloudresourcemanager/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// TestWithheldPermissions has the calls refused that need a permission which the
// caller lacks, in REST and in gRPC, and no others.
func TestWithheldPermissions(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{DeniedPermissions: []string{"resourcemanager.projects.setIamPolicy"}})
	projects := e.crm1().Projects
	ask := []string{"resourcemanager.projects.get", "resourcemanager.projects.setIamPolicy", "monitoring.alertPolicies.create"}
	have := func() []string {
		t.Helper()
		got, err := projects.TestIamPermissions("p", &crmv1.TestIamPermissionsRequest{Permissions: ask}).Do()
		if err != nil {
			t.Fatal(err)
		}
		return got.Permissions
	}
	if got := have(); !slices.Equal(got, []string{ask[0], ask[2]}) {
		t.Errorf("have %v", got)
	}
	_, err := projects.SetIamPolicy("p", &crmv1.SetIamPolicyRequest{Policy: &crmv1.Policy{}}).Do()
	wantHTTP(t, err, 403, "The caller does not have permission")

	a := e.rest("POST", "_emulator/permissions", `{"denied":["monitoring.alertPolicies.create"]}`)
	if a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if got := have(); !slices.Equal(got, ask[:2]) {
		t.Errorf("have %v", got)
	}
	_, err = e.policies().CreateAlertPolicy(t.Context(), &monitoringpb.CreateAlertPolicyRequest{Name: "projects/p", AlertPolicy: cpuPolicy("x")})
	if status.Code(err) != codes.PermissionDenied || !strings.Contains(err.Error(), "Permission 'monitoring.alertPolicies.create' denied on resource 'projects/p' (or it may not exist).") {
		t.Errorf("gRPC: %v", err)
	}
	refused := e.rest("POST", policiesPath, `{"displayName":"x"}`).err(t, 403)
	if !strings.Contains(refused.Error.Message, "monitoring.alertPolicies.create") || len(refused.Error.Details) != 1 {
		t.Errorf("REST: %+v", refused)
	}
	if got := e.srv.Inventory()["alertPolicies"]; got != nil {
		t.Errorf("a refused call made %v", got)
	}
	if a := e.rest("POST", "_emulator/permissions", `{"denied":["everything"]}`); a.status != http.StatusBadRequest {
		t.Errorf("a name that is no permission: %d %s", a.status, a.body)
	}
	var listed struct{ Denied []string }
	e.rest("GET", "_emulator/permissions", "").into(t, http.StatusOK, &listed)
	if !slices.Equal(listed.Denied, []string{"monitoring.alertPolicies.create"}) {
		t.Errorf("denied %v", listed.Denied)
	}
	e.rest("DELETE", "_emulator/permissions", "").into(t, http.StatusOK, &struct{}{})
	create(t.Context(), t, e.policies(), cpuPolicy("x"))
}

// TestPermissionsOfResourcesBesideTheProject: an access policy and a billing
// account answer for what is theirs, and a project does not.
func TestPermissionsOfResourcesBesideTheProject(t *testing.T) {
	t.Parallel()
	p := startPerimeters(t, emulator.Options{DeniedPermissions: []string{"accesscontextmanager.servicePerimeters.create", "billing.budgets.create"}})
	const (
		account  = "billingAccounts/012345-567890-ABCDEF"
		create   = "accesscontextmanager.servicePerimeters.create"
		get      = "accesscontextmanager.servicePerimeters.get"
		projects = "cloudresourcemanager.googleapis.com/v3/projects/p"
	)
	ask := func(resource string, permissions ...string) answer {
		t.Helper()
		return p.rest("POST", resource+":testIamPermissions", `{"permissions":["`+strings.Join(permissions, `","`)+`"]}`)
	}
	for resource, c := range map[string]struct {
		ask, have []string
		foreign   string
	}{
		accessHost + "/v1/" + p.policy:              {[]string{create, get}, []string{get}, "storage.buckets.create"},
		"cloudbilling.googleapis.com/v1/" + account: {[]string{"billing.budgets.create", "billing.budgets.list"}, []string{"billing.budgets.list"}, create},
		projects: {[]string{"resourcemanager.projects.get", "billing.resourcebudgets.write"}, []string{"resourcemanager.projects.get", "billing.resourcebudgets.write"}, create},
	} {
		var got struct{ Permissions []string }
		ask(resource, c.ask...).into(t, http.StatusOK, &got)
		if !slices.Equal(got.Permissions, c.have) {
			t.Errorf("%s grants %v, want %v", resource, got.Permissions, c.have)
		}
		if refused := ask(resource, c.foreign).err(t, http.StatusBadRequest); !strings.Contains(refused.Error.Message, "not valid for this resource") {
			t.Errorf("%s on %s: %+v", c.foreign, resource, refused)
		}
	}
	ask(projects, "billing.budgets.create").err(t, http.StatusBadRequest)
	ask(accessHost+"/v1/accessPolicies/1", get).err(t, http.StatusNotFound)
	ask("cloudbilling.googleapis.com/v1/billingAccounts/x", "billing.budgets.get").err(t, http.StatusBadRequest)

	// What is withheld is refused, too.
	if a := p.rest("POST", accessHost+"/v1/"+p.policy+"/servicePerimeters", `{}`); a.status != http.StatusForbidden {
		t.Errorf("%d %s", a.status, a.body)
	}
	p.srv.DenyPermissions(get)
	if a := p.rest("GET", accessHost+"/v1/"+p.policy+"/servicePerimeters/x", ""); a.status != http.StatusForbidden {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// TestBudgetsOfOneProject: who may not act on the budgets of an account may on
// one of a project, by what the project grants.
func TestBudgetsOfOneProject(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	const path = "billingbudgets.googleapis.com/v1/billingAccounts/012345-567890-ABCDEF/budgets"
	body := func(filter string) string {
		return `{"amount":{"specifiedAmount":{"units":"100"}},"budgetFilter":{` + filter + `}}`
	}
	of := func(projects string) string { return body(`"projects":[` + projects + `]`) }
	create := func(want int, text string) string {
		t.Helper()
		a := e.rest("POST", path, text)
		if a.status != want {
			t.Errorf("%s: %d %s", text, a.status, a.body)
			return ""
		}
		var made struct{ Name string }
		if want == http.StatusOK {
			a.into(t, want, &made)
		}
		return "billingbudgets.googleapis.com/v1/" + made.Name
	}
	wide := create(http.StatusOK, of(`"projects/p","projects/q"`))
	e.srv.DenyPermissions("billing.budgets.create", "billing.budgets.get", "billing.budgets.list", "billing.budgets.update", "billing.budgets.delete")
	one := create(http.StatusOK, of(`"projects/p"`))
	create(http.StatusForbidden, body(""))
	create(http.StatusForbidden, of(`"projects/p","projects/q"`))
	status := func(method, at, text string, want int) {
		t.Helper()
		if a := e.rest(method, at, text); a.status != want {
			t.Errorf("%s %s: %d %s, want %d", method, at, a.status, a.body, want)
		}
	}
	status("GET", one, "", http.StatusOK)
	status("GET", wide, "", http.StatusForbidden)
	status("GET", path, "", http.StatusForbidden)
	status("GET", path+"?scope=projects/p", "", http.StatusOK)
	status("PATCH", one+"?updateMask=displayName", `{"displayName":"x"}`, http.StatusOK)
	status("PATCH", one+"?updateMask=budgetFilter", `{"budgetFilter":{"projects":["projects/p","projects/q"]}}`, http.StatusForbidden)
	status("DELETE", wide, "", http.StatusForbidden)
	e.srv.DenyPermissions("billing.budgets.update", "billing.budgets.delete", "billing.resourcebudgets.write")
	status("PATCH", one+"?updateMask=displayName", `{"displayName":"y"}`, http.StatusForbidden)
	status("DELETE", one, "", http.StatusForbidden)
	e.srv.DenyPermissions()
	status("DELETE", one, "", http.StatusOK)
	status("DELETE", wide, "", http.StatusOK)
}
