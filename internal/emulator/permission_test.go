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
