package component_test

import (
	"slices"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/componenttest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// TestAttestorNeeds takes away what only an attestor needs: prod says so before
// it makes anything, with the role that has it, and other tiers do without.
func TestAttestorNeeds(t *testing.T) {
	t.Parallel()
	for permission, role := range map[string]string{
		"binaryauthorization.attestors.create":     "roles/binaryauthorization.attestorsEditor",
		"containeranalysis.notes.list":             "roles/containeranalysis.admin",
		"containeranalysis.notes.create":           "roles/containeranalysis.admin",
		"containeranalysis.notes.setIamPolicy":     "roles/containeranalysis.admin",
		"cloudkms.cryptoKeyVersions.viewPublicKey": "roles/cloudkms.publicKeyViewer",
	} {
		for _, tier := range policy.Tiers() {
			t.Run(string(tier)+"/"+permission, func(t *testing.T) {
				t.Parallel()
				w := componenttest.New(t, tier)
				w.Server.DenyPermissions(permission)
				missing, _, err := component.MissingPermissions(t.Context(), w.Client, w.Spec)
				if err != nil {
					t.Fatal(err)
				}
				named := slices.ContainsFunc(missing, func(n component.Need) bool { return n.Role == role && slices.Contains(n.Permissions, permission) })
				if tier == policy.Prod {
					if !named {
						t.Errorf("missing are %v", missing)
					}
					return
				}
				if len(missing) > 0 {
					t.Errorf("missing are %v", missing)
				}
				w.MustConverge("services", policy.ComponentBinaryAuthorization)
			})
		}
	}
}
