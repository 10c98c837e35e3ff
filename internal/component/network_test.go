package component_test

import (
	"strings"
	"testing"

	"google.golang.org/api/compute/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/componenttest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// TestGoogleAccessIsPutBack closes the way to Google's APIs by hand: only the
// method that the API has for it opens it again, also beside a change of flow logs.
func TestGoogleAccessIsPutBack(t *testing.T) {
	t.Parallel()
	for name, alsoLogs := range map[string]bool{"alone": false, "with flow logs": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := componenttest.New(t, policy.Prod)
			w.MustConverge(policy.ComponentNetwork)
			api, subnetwork := w.APIs().Compute.Subnetworks, w.Spec.SubnetworkName()
			await := func(op *compute.Operation, err error) {
				t.Helper()
				if err == nil {
					err = w.Client.AwaitCompute(t.Context(), w.Spec.Project, op, nil)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			await(api.SetPrivateIpGoogleAccess(w.Spec.Project, w.Spec.Region, subnetwork, &compute.SubnetworksSetPrivateIpGoogleAccessRequest{
				ForceSendFields: []string{"PrivateIpGoogleAccess"},
			}).Do())
			if alsoLogs {
				found, err := api.Get(w.Spec.Project, w.Spec.Region, subnetwork).Do()
				if err != nil {
					t.Fatal(err)
				}
				found.LogConfig.FlowSampling = 0.25
				await(api.Patch(w.Spec.Project, w.Spec.Region, subnetwork, &compute.Subnetwork{Fingerprint: found.Fingerprint, LogConfig: found.LogConfig}).Do())
			}
			if seen := w.Observe(policy.ComponentNetwork); !strings.Contains(reconcile.Words(seen.Differs), "private Google access is false instead of true") {
				t.Errorf("it differs in %q", reconcile.Words(seen.Differs))
			}
			w.MustConverge(policy.ComponentNetwork)
			w.AsDesired(policy.ComponentNetwork)
			w.NoWrites(policy.ComponentNetwork)
		})
	}
}
