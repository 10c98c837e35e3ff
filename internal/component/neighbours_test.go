package component_test

import (
	"slices"
	"testing"

	"google.golang.org/api/cloudresourcemanager/v3"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/componenttest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// TestAuditLevelChanges lowers the level of audit logs and ends: what somebody
// else has configured is all that is left.
func TestAuditLevelChanges(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Dev)
	w.MustConverge("services")
	const project = "projects/acme-prod"
	configured := func() (all []string) {
		found, err := w.APIs().ResourceManager.Projects.GetIamPolicy(project, &cloudresourcemanager.GetIamPolicyRequest{}).Do()
		if err != nil {
			t.Fatal(err)
		}
		for _, config := range found.AuditConfigs {
			for _, l := range config.AuditLogConfigs {
				all = append(all, config.Service+" "+l.LogType)
			}
		}
		slices.Sort(all)
		return all
	}
	standing, err := w.APIs().ResourceManager.Projects.GetIamPolicy(project, &cloudresourcemanager.GetIamPolicyRequest{}).Do()
	if err != nil {
		t.Fatal(err)
	}
	standing.AuditConfigs = []*cloudresourcemanager.AuditConfig{{Service: "storage.googleapis.com", AuditLogConfigs: []*cloudresourcemanager.AuditLogConfig{{LogType: "DATA_READ"}}}}
	if _, err := w.APIs().ResourceManager.Projects.SetIamPolicy(project, &cloudresourcemanager.SetIamPolicyRequest{Policy: standing, UpdateMask: "auditConfigs,etag"}).Do(); err != nil {
		t.Fatal(err)
	}
	theirs := configured()
	for _, level := range []string{policy.DataAccessAllServices, policy.DataAccessDataServices, policy.DataAccessAdminWrite, policy.DataAccessDataServices} {
		w.Spec.Settings[policy.AuditDataAccess] = level
		w.MustConverge(policy.ComponentAudit)
		w.Shows(w.AsDesired(policy.ComponentAudit), policy.AuditDataAccess)
		w.NoWrites(policy.ComponentAudit)
	}
	w.MustDestroy(policy.ComponentAudit)
	if left := configured(); !slices.Equal(left, theirs) {
		t.Errorf("%v is left of %v", left, theirs)
	}
}
