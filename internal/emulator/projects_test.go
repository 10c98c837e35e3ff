package emulator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	crmv1 "google.golang.org/api/cloudresourcemanager/v1"
	crmv3 "google.golang.org/api/cloudresourcemanager/v3"
	"google.golang.org/grpc/codes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

const managerHost = "cloudresourcemanager.googleapis.com"

func (e *env) crm1() *crmv1.Service {
	e.t.Helper()
	svc, err := crmv1.NewService(e.t.Context(), e.at(managerHost)...)
	if err != nil {
		e.t.Fatal(err)
	}
	return svc
}

func (e *env) crm3() *crmv3.Service {
	e.t.Helper()
	svc, err := crmv3.NewService(e.t.Context(), e.at(managerHost)...)
	if err != nil {
		e.t.Fatal(err)
	}
	return svc
}

func TestImplicitProject(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	v1, err := e.crm1().Projects.Get("some-project").Do()
	if err != nil {
		t.Fatal(err)
	}
	v3, err := e.crm3().Projects.Get(fmt.Sprintf("projects/%d", v1.ProjectNumber)).Do()
	if err != nil {
		t.Fatal(err)
	}
	if v1.LifecycleState != "ACTIVE" || v3.ProjectId != "some-project" || v3.Name != fmt.Sprintf("projects/%d", v1.ProjectNumber) {
		t.Errorf("v1 %+v, v3 %+v", v1, v3)
	}
	if len(e.srv.Inventory()) != 0 {
		t.Errorf("a mentioned project is in the inventory: %v", e.srv.Inventory())
	}
	_, err = e.crm1().Projects.Get("Not_A_Project").Do()
	wantHTTP(t, err, 403, "The caller does not have permission")
	_, err = e.crm1().Projects.Get("123456789012").Do()
	wantHTTP(t, err, 403, "The caller does not have permission")
}

func TestProjectLifecycle(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{LROScale: 1})
	v1, v3 := e.crm1(), e.crm3()
	op, err := v1.Projects.Create(&crmv1.Project{ProjectId: "made-here", Name: "Made here", Parent: &crmv1.ResourceId{Type: "folder", Id: "77"}}).Do()
	if err != nil {
		t.Fatal(err)
	}
	if op.Done {
		t.Error("the creation is done at once")
	}
	_, err = v1.Projects.Get("made-here").Do()
	wantHTTP(t, err, 403, "permission")
	e.clock.Advance(time.Minute)
	if op, err = v1.Operations.Get(op.Name).Do(); err != nil || !op.Done || !strings.Contains(string(op.Response), "made-here") {
		t.Errorf("operation = %+v, %v", op, err)
	}
	if got := e.srv.Inventory()["projects"]; len(got) != 1 || got[0] != "projects/made-here" {
		t.Errorf("inventory = %v", got)
	}
	_, err = v1.Projects.Create(&crmv1.Project{ProjectId: "made-here"}).Do()
	wantHTTP(t, err, 409, "already exists")
	_, err = v1.Projects.Create(&crmv1.Project{ProjectId: "x"}).Do()
	wantHTTP(t, err, 400, "project_id")

	listed, err := v3.Projects.List().Parent("folders/77").Do()
	if err != nil || len(listed.Projects) != 1 {
		t.Errorf("list = %+v, %v", listed, err)
	}
	found, err := v3.Projects.Search().Query("id:made-* state:ACTIVE").Do()
	if err != nil || len(found.Projects) != 1 {
		t.Errorf("search = %+v, %v", found, err)
	}
	_, err = v3.Projects.Search().Query("(id:a OR id:b)").Do()
	wantHTTP(t, err, 501, "filter")

	if _, err := v3.Projects.Patch("projects/made-here", &crmv3.Project{Labels: map[string]string{"env": "dev"}}).UpdateMask("labels").Do(); err != nil {
		t.Fatal(err)
	}
	if p, err := v1.Projects.Get("made-here").Do(); err != nil || p.Labels["env"] != "dev" || p.Name != "Made here" {
		t.Errorf("after the patch: %+v, %v", p, err)
	}

	if _, err := v3.Projects.Delete("projects/made-here").Do(); err != nil {
		t.Fatal(err)
	}
	if p, err := v1.Projects.Get("made-here").Do(); err != nil || p.LifecycleState != "DELETE_REQUESTED" {
		t.Errorf("after the deletion: %+v, %v", p, err)
	}
	if len(e.srv.Inventory()) != 0 {
		t.Errorf("inventory after the deletion = %v", e.srv.Inventory())
	}
	_, err = e.policies().CreateAlertPolicy(t.Context(), &monitoringpb.CreateAlertPolicyRequest{Name: "projects/made-here", AlertPolicy: cpuPolicy("x")})
	wantGRPC(t, err, codes.PermissionDenied, "Permission denied on resource project made-here.")
	if reason := reasonOfGRPC(err); reason != "CONSUMER_INVALID" {
		t.Errorf("reason = %q", reason)
	}
	_, err = v1.Projects.Delete("made-here").Do()
	wantHTTP(t, err, 400, "inactive")
	_, err = v1.Projects.Create(&crmv1.Project{ProjectId: "made-here"}).Do()
	wantHTTP(t, err, 409, "already exists")
	if _, err := v1.Projects.Undelete("made-here", &crmv1.UndeleteProjectRequest{}).Do(); err != nil {
		t.Fatal(err)
	}
	_, err = e.policies().CreateAlertPolicy(t.Context(), &monitoringpb.CreateAlertPolicyRequest{Name: "projects/made-here", AlertPolicy: cpuPolicy("x")})
	if err != nil {
		t.Errorf("after the undeletion: %v", err)
	}
}

func TestProjectPolicy(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	v1, v3 := e.crm1(), e.crm3()
	first, err := v1.Projects.GetIamPolicy("p", &crmv1.GetIamPolicyRequest{}).Do()
	if err != nil {
		t.Fatal(err)
	}
	set := func(etag string, version int64, bindings ...*crmv3.Binding) (*crmv3.Policy, error) {
		return v3.Projects.SetIamPolicy("projects/p", &crmv3.SetIamPolicyRequest{Policy: &crmv3.Policy{Etag: etag, Version: version, Bindings: bindings}}).Do()
	}
	bind := func(role string, members ...string) *crmv3.Binding {
		return &crmv3.Binding{Role: role, Members: members}
	}
	got, err := set(first.Etag, 3, bind("roles/viewer", "user:b@example.com", "user:a@example.com", "user:b@example.com"), bind("roles/editor"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Version != 1 || len(got.Bindings) != 1 || strings.Join(got.Bindings[0].Members, " ") != "user:a@example.com user:b@example.com" {
		t.Errorf("stored policy = %+v, %+v", got, got.Bindings)
	}
	_, err = set(first.Etag, 1, bind("roles/viewer", "allUsers"))
	wantHTTP(t, err, 409, "There were concurrent policy changes.")
	again, err := v1.Projects.GetIamPolicy("p", &crmv1.GetIamPolicyRequest{}).Do()
	if err != nil || again.Etag != got.Etag || len(again.Bindings) != 1 {
		t.Errorf("after the conflict: %+v, %v", again, err)
	}
	many := make([]string, 1501)
	for i := range many {
		many[i] = fmt.Sprintf("user:u%d@example.com", i)
	}
	for _, tc := range []struct {
		binding *crmv3.Binding
		want    string
	}{
		{bind("roles/viewer", "bob@example.com"), "unknown type"},
		{bind("roles/viewer", "serviceAccount:nobody"), "Invalid service account (nobody)."},
		{bind("viewer", "allUsers"), "Role (viewer)"},
		{bind("roles/viewer", many...), "larger than the maximum"},
		{&crmv3.Binding{Role: "roles/viewer", Members: []string{"allUsers"}, Condition: &crmv3.Expr{Title: "t", Expression: "true"}}, "version 3"},
	} {
		_, err := set("", 1, tc.binding)
		wantHTTP(t, err, 400, tc.want)
	}
	perms, err := v1.Projects.TestIamPermissions("p", &crmv1.TestIamPermissionsRequest{Permissions: []string{"monitoring.alertPolicies.create"}}).Do()
	if err != nil || len(perms.Permissions) != 1 {
		t.Errorf("permissions = %+v, %v", perms, err)
	}
	_, err = v1.Projects.TestIamPermissions("p", &crmv1.TestIamPermissionsRequest{Permissions: []string{"monitoring.*"}}).Do()
	wantHTTP(t, err, 400, "monitoring.*")
	reply := e.rest("POST", managerHost+"/v1/projects/p:setIamPolicy", `{"polcy":{}}`).err(t, 400)
	if !strings.Contains(reply.Error.Message, `Unknown name "polcy"`) {
		t.Errorf("message = %s", reply.Error.Message)
	}
}
