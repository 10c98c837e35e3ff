package emulator_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"google.golang.org/api/accesscontextmanager/v1"
	crmv1 "google.golang.org/api/cloudresourcemanager/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

const accessHost = "accesscontextmanager.googleapis.com"

// perimeters is Access Context Manager with a policy, and the numbers of projects
// in it.
type perimeters struct {
	*env

	t      *testing.T
	svc    *accesscontextmanager.Service
	policy string
}

func startPerimeters(t *testing.T, opts emulator.Options) *perimeters {
	t.Helper()
	e := start(t, opts)
	svc, err := accesscontextmanager.NewService(t.Context(), e.at(accessHost)...)
	if err != nil {
		t.Fatal(err)
	}
	p := &perimeters{env: e, t: t, svc: svc}
	p.wait(svc.AccessPolicies.Create(&accesscontextmanager.AccessPolicy{Parent: "organizations/77", Title: "default"}).Do())
	list, err := svc.AccessPolicies.List().Parent("organizations/77").Do()
	if err != nil || len(list.AccessPolicies) != 1 {
		t.Fatalf("policies = %+v, %v", list, err)
	}
	p.policy = list.AccessPolicies[0].Name
	return p
}

// wait takes an operation to its end.
func (p *perimeters) wait(op *accesscontextmanager.Operation, err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
	p.clock.Advance(time.Minute)
	if op, err = p.svc.Operations.Get(op.Name).Do(); err != nil || !op.Done || op.Error != nil {
		p.t.Fatalf("operation = %+v, %v", op, err)
	}
}

// member is a project as a perimeter names it.
func (p *perimeters) member(project string) string {
	p.t.Helper()
	crm, err := crmv1.NewService(p.t.Context(), p.at(managerHost)...)
	if err != nil {
		p.t.Fatal(err)
	}
	found, err := crm.Projects.Get(project).Do()
	if err != nil {
		p.t.Fatal(err)
	}
	return fmt.Sprintf("projects/%d", found.ProjectNumber)
}

// perimeter is one as an environment makes it: around one project, with a rule
// that lets the runner in.
func (p *perimeters) perimeter(name, member string) *accesscontextmanager.ServicePerimeter {
	return &accesscontextmanager.ServicePerimeter{
		Name: p.policy + "/servicePerimeters/" + name, Title: name, PerimeterType: "PERIMETER_TYPE_REGULAR",
		Status: &accesscontextmanager.ServicePerimeterConfig{
			Resources: []string{member}, RestrictedServices: []string{"storage.googleapis.com", "sqladmin.googleapis.com"},
			VpcAccessibleServices: &accesscontextmanager.VpcAccessibleServices{EnableRestriction: true, AllowedServices: []string{"RESTRICTED-SERVICES"}},
			IngressPolicies: []*accesscontextmanager.IngressPolicy{{
				IngressFrom: &accesscontextmanager.IngressFrom{
					Identities: []string{"serviceAccount:ci@p.iam.gserviceaccount.com"}, Sources: []*accesscontextmanager.IngressSource{{AccessLevel: "*"}},
				},
				IngressTo: &accesscontextmanager.IngressTo{Resources: []string{member}, Operations: []*accesscontextmanager.ApiOperation{{ServiceName: "*"}}},
			}},
		},
	}
}

func TestPerimeterLifecycle(t *testing.T) {
	t.Parallel()
	p := startPerimeters(t, emulator.Options{LROScale: 1})
	one := p.member("one")
	calls := p.svc.AccessPolicies.ServicePerimeters
	op, err := calls.Create(p.policy, p.perimeter("prod", one)).Do()
	if err != nil || op.Done {
		t.Fatalf("operation = %+v, %v", op, err)
	}
	_, err = calls.Get(p.policy + "/servicePerimeters/prod").Do()
	wantHTTP(t, err, http.StatusNotFound, "not found")
	_, err = calls.Create(p.policy, p.perimeter("other", p.member("two"))).Do()
	wantHTTP(t, err, http.StatusConflict, "another operation")
	p.clock.Advance(5 * time.Second)
	got, err := calls.Get(p.policy + "/servicePerimeters/prod").Do()
	if err != nil || got.PerimeterType != "" || got.Etag == "" || !slices.Equal(got.Status.Resources, []string{one}) {
		t.Fatalf("perimeter = %+v, %v", got, err)
	}
	_, err = calls.Create(p.policy, p.perimeter("prod", one)).Do()
	wantHTTP(t, err, http.StatusConflict, "already exists")
	_, err = calls.Create(p.policy, p.perimeter("second", one)).Do()
	wantHTTP(t, err, http.StatusBadRequest, "A resource can only be in one regular service perimeter.")

	// A dry run stands beside what is enforced until it is committed.
	spec := p.perimeter("prod", one).Status
	spec.RestrictedServices = append(spec.RestrictedServices, "secretmanager.googleapis.com")
	dry := &accesscontextmanager.ServicePerimeter{UseExplicitDryRunSpec: true, Spec: spec}
	_, err = calls.Patch(got.Name, &accesscontextmanager.ServicePerimeter{Spec: spec}).UpdateMask("spec").Do()
	wantHTTP(t, err, http.StatusBadRequest, "useExplicitDryRunSpec")
	p.wait(calls.Patch(got.Name, dry).UpdateMask("spec,useExplicitDryRunSpec").Do())
	if got, err = calls.Get(got.Name).Do(); err != nil || len(got.Status.RestrictedServices) != 2 || len(got.Spec.RestrictedServices) != 3 {
		t.Errorf("in a dry run: %+v, %v", got, err)
	}
	stale := &accesscontextmanager.ServicePerimeter{Title: "x", Etag: "0000"}
	_, err = calls.Patch(got.Name, stale).UpdateMask("title").Do()
	wantHTTP(t, err, http.StatusConflict, "etag")
	p.wait(calls.Commit(p.policy, &accesscontextmanager.CommitServicePerimetersRequest{}).Do())
	if got, err = calls.Get(got.Name).Do(); err != nil || len(got.Status.RestrictedServices) != 3 || got.Spec != nil || got.UseExplicitDryRunSpec {
		t.Errorf("committed: %+v, %v", got, err)
	}
	// hashicorp/google changes a part by a nested mask.
	part := &accesscontextmanager.ServicePerimeter{Status: &accesscontextmanager.ServicePerimeterConfig{Resources: []string{one, p.member("two")}}}
	p.wait(calls.Patch(got.Name, part).UpdateMask("status.resources").Do())
	if got, err = calls.Get(got.Name).Do(); err != nil || len(got.Status.Resources) != 2 || len(got.Status.RestrictedServices) != 3 {
		t.Errorf("after the nested mask: %+v, %v", got, err)
	}
	if got := p.srv.Inventory(); len(got["servicePerimeters"]) != 1 || len(got["accessPolicies"]) != 1 {
		t.Errorf("inventory = %v", got)
	}
	p.wait(calls.Delete(got.Name).Do())
	p.wait(p.svc.AccessPolicies.Delete(p.policy).Do())
	if got := p.srv.Inventory(); len(got) != 0 {
		t.Errorf("left behind %v", got)
	}
}

func TestPerimeterRules(t *testing.T) {
	t.Parallel()
	p := startPerimeters(t, emulator.Options{LROScale: 1})
	one := p.member("one")
	calls := p.svc.AccessPolicies.ServicePerimeters
	_, err := p.svc.AccessPolicies.Create(&accesscontextmanager.AccessPolicy{Parent: "organizations/77", Title: "again"}).Do()
	wantHTTP(t, err, http.StatusConflict, "Policy already exists with parent organizations/77")
	for _, tc := range []struct {
		name   string
		change func(in *accesscontextmanager.ServicePerimeter)
		want   string
	}{
		{"an id", func(in *accesscontextmanager.ServicePerimeter) { in.Status.Resources[0] = "projects/one" }, "Invalid perimeter member: 'projects/one'."},
		{"unknown", func(in *accesscontextmanager.ServicePerimeter) {
			in.Status.Resources = []string{"projects/123456789012"}
		}, "does not exist"},
		{"a service", func(in *accesscontextmanager.ServicePerimeter) { in.Status.RestrictedServices = []string{"*"} }, "Service '*' is not supported by VPC Service Controls."},
		{"a level", func(in *accesscontextmanager.ServicePerimeter) {
			in.Status.AccessLevels = []string{p.policy + "/accessLevels/office"}
		}, "Level name 'office' is not available in this Access Policy resource"},
		{"a stranger", func(in *accesscontextmanager.ServicePerimeter) {
			in.Status.IngressPolicies[0].IngressTo.Resources = []string{p.member("two")}
		}, "is defined in `IngressTo.resources`, but it is not present"},
		{"nobody", func(in *accesscontextmanager.ServicePerimeter) {
			in.Status.IngressPolicies[0].IngressFrom.Identities = nil
		}, "either an identity type or identities"},
		{"services without a restriction", func(in *accesscontextmanager.ServicePerimeter) {
			in.Status.VpcAccessibleServices.EnableRestriction = false
		}, "when the restriction is enabled"},
		{"a bridge", func(in *accesscontextmanager.ServicePerimeter) {
			in.PerimeterType = "PERIMETER_TYPE_BRIDGE"
			in.Status = &accesscontextmanager.ServicePerimeterConfig{Resources: []string{one}}
		}, "A project is in a Service Perimeter Bridge but no regular Service Perimeter."},
		{"a name", func(in *accesscontextmanager.ServicePerimeter) {
			in.Name = p.policy + "/servicePerimeters/not-a-name"
		}, "Invalid name"},
	} {
		in := p.perimeter("prod", one)
		tc.change(in)
		_, err := calls.Create(p.policy, in).Do()
		if err == nil {
			t.Errorf("%s is accepted", tc.name)
			continue
		}
		wantHTTP(t, err, http.StatusBadRequest, tc.want)
	}
	level := &accesscontextmanager.AccessLevel{
		Name: p.policy + "/accessLevels/office", Title: "office",
		Basic: &accesscontextmanager.BasicLevel{Conditions: []*accesscontextmanager.Condition{{IpSubnetworks: []string{"192.0.2.0/24"}}}},
	}
	p.wait(p.svc.AccessPolicies.AccessLevels.Create(p.policy, level).Do())
	in := p.perimeter("prod", one)
	in.Status.AccessLevels = []string{level.Name}
	p.wait(calls.Create(p.policy, in).Do())
	_, err = p.svc.AccessPolicies.AccessLevels.Delete(level.Name).Do()
	wantHTTP(t, err, http.StatusBadRequest, "you must first remove the reference")
}

func TestPerimeterOperationsFail(t *testing.T) {
	t.Parallel()
	p := startPerimeters(t, emulator.Options{LROScale: 1})
	one := p.member("one")
	calls := p.svc.AccessPolicies.ServicePerimeters
	p.srv.InjectFaults(emulator.Fault{RPC: "CreateServicePerimeter", Operation: emulator.OperationFails, Status: 503, Message: "try later"})
	op, err := calls.Create(p.policy, p.perimeter("prod", one)).Do()
	if err != nil {
		t.Fatal(err)
	}
	p.clock.Advance(time.Minute)
	if op, err = p.svc.Operations.Get(op.Name).Do(); err != nil || !op.Done || op.Error == nil || op.Error.Message != "try later" {
		t.Fatalf("operation = %+v, %v", op, err)
	}
	if got := p.srv.Inventory()["servicePerimeters"]; got != nil {
		t.Errorf("a failed creation left %v", got)
	}
	p.wait(calls.Create(p.policy, p.perimeter("prod", one)).Do())
	p.srv.InjectFaults(emulator.Fault{RPC: "DeleteServicePerimeter", Operation: emulator.OperationHangs})
	if op, err = calls.Delete(p.policy + "/servicePerimeters/prod").Do(); err != nil {
		t.Fatal(err)
	}
	p.clock.Advance(24 * time.Hour)
	if op, err = p.svc.Operations.Get(op.Name).Do(); err != nil || op.Done {
		t.Errorf("a hanging operation = %+v, %v", op, err)
	}
	if got := p.srv.Inventory()["servicePerimeters"]; len(got) != 1 {
		t.Errorf("inventory while the deletion hangs = %v", got)
	}
	_, err = calls.Patch(p.policy+"/servicePerimeters/prod", &accesscontextmanager.ServicePerimeter{Title: "x"}).UpdateMask("title").Do()
	wantHTTP(t, err, http.StatusConflict, "another operation")
}
