package component_test

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/api/cloudkms/v1"
	"google.golang.org/api/cloudresourcemanager/v3"
	"google.golang.org/api/compute/v1"
	"google.golang.org/api/dns/v1"
	"google.golang.org/api/logging/v2"
	"google.golang.org/api/storage/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/componenttest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// TestDriftIsRepaired changes one thing of each component by hand: it shows, one
// run repairs it, and the next run has nothing to do.
func TestDriftIsRepaired(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		// change returns an operation of Compute Engine, or nil.
		change func(t *testing.T, w *componenttest.World) (*compute.Operation, error)
		// path shows the drift, or words do.
		path string
		want any
	}{
		policy.ComponentNetwork: {func(t *testing.T, w *componenttest.World) (*compute.Operation, error) {
			t.Helper()
			api := w.APIs().Compute.Subnetworks
			found, err := api.Get(w.Spec.Project, w.Spec.Region, w.Spec.SubnetworkName()).Do()
			if err != nil {
				return nil, err
			}
			found.LogConfig.FlowSampling = 0.5
			return api.Patch(w.Spec.Project, w.Spec.Region, found.Name, &compute.Subnetwork{Fingerprint: found.Fingerprint, LogConfig: found.LogConfig}).Do()
		}, policy.NetworkFlowSampling, 0.5},
		policy.ComponentNAT: {func(t *testing.T, w *componenttest.World) (*compute.Operation, error) {
			t.Helper()
			api := w.APIs().Compute.Routers
			found, err := api.Get(w.Spec.Project, w.Spec.Region, w.Spec.RouterName()).Do()
			if err != nil {
				return nil, err
			}
			found.Nats[0].LogConfig.Filter = policy.NATErrorsOnly
			return api.Patch(w.Spec.Project, w.Spec.Region, found.Name, &compute.Router{Nats: found.Nats}).Do()
		}, policy.NetworkNATLogging, policy.NATErrorsOnly},
		policy.ComponentFirewall: {func(t *testing.T, w *componenttest.World) (*compute.Operation, error) {
			t.Helper()
			return w.APIs().Compute.NetworkFirewallPolicies.RemoveRule(w.Spec.Project, w.Spec.FirewallName()).Priority(65010).Do()
		}, policy.NetworkFirewall, policy.FirewallDenyIngress},
		policy.ComponentDNS: {func(t *testing.T, w *componenttest.World) (*compute.Operation, error) {
			t.Helper()
			zone := w.Spec.Prefix() + "-pkg-dev"
			found, err := w.APIs().DNS.ResourceRecordSets.List(w.Spec.Project, zone).Name("*.pkg.dev.").Type("CNAME").Do()
			if err != nil {
				return nil, err
			}
			_, err = w.APIs().DNS.Changes.Create(w.Spec.Project, zone, &dns.Change{Deletions: found.Rrsets}).Do()
			return nil, err
		}, "", "the record *.pkg.dev. CNAME is missing or differs"},
		policy.ComponentKMS: {func(t *testing.T, w *componenttest.World) (*compute.Operation, error) {
			t.Helper()
			_, err := w.APIs().KMS.Projects.Locations.KeyRings.CryptoKeys.Patch(w.Spec.DataKey(), &cloudkms.CryptoKey{RotationPeriod: "8640000s"}).UpdateMask("rotationPeriod").Do()
			return nil, err
		}, policy.KMSRotationDays, int64(100)},
		policy.ComponentStorage: {func(t *testing.T, w *componenttest.World) (*compute.Operation, error) {
			t.Helper()
			_, err := w.APIs().Storage.Buckets.Patch(w.Spec.DataBucket(), &storage.Bucket{Versioning: &storage.BucketVersioning{ForceSendFields: []string{"Enabled"}}}).Do()
			return nil, err
		}, policy.StorageVersioning, false},
		policy.ComponentLogging: {func(t *testing.T, w *componenttest.World) (*compute.Operation, error) {
			t.Helper()
			_, err := w.APIs().Logging.Projects.Locations.Buckets.Patch(w.Spec.LogBucket(), &logging.LogBucket{RetentionDays: 30}).UpdateMask("retentionDays").Do()
			return nil, err
		}, policy.LoggingRetentionDays, int64(30)},
		policy.ComponentAudit: {func(t *testing.T, w *componenttest.World) (*compute.Operation, error) {
			t.Helper()
			api := w.APIs().ResourceManager.Projects
			found, err := api.GetIamPolicy("projects/"+w.Spec.Project, &cloudresourcemanager.GetIamPolicyRequest{}).Do()
			if err != nil {
				return nil, err
			}
			for _, config := range found.AuditConfigs {
				config.AuditLogConfigs[0].ExemptedMembers = []string{"user:boss@example.com"}
			}
			_, err = api.SetIamPolicy("projects/"+w.Spec.Project, &cloudresourcemanager.SetIamPolicyRequest{Policy: found, UpdateMask: "auditConfigs,etag"}).Do()
			return nil, err
		}, policy.AuditDataAccess, policy.DataAccessNone},
		policy.ComponentLien: {func(t *testing.T, w *componenttest.World) (*compute.Operation, error) {
			t.Helper()
			list, err := w.APIs().ResourceManager.Liens.List().Parent("projects/" + w.Spec.Project).Do()
			if err != nil {
				return nil, err
			}
			_, err = w.APIs().ResourceManager.Liens.Delete(list.Liens[0].Name).Do()
			return nil, err
		}, policy.ProjectLien, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := componenttest.New(t, policy.Prod)
			w.MustConverge(name)
			w.AsDesired(name)
			op, err := c.change(t, w)
			if err != nil {
				t.Fatal(err)
			}
			if op != nil {
				if err := w.Client.AwaitCompute(t.Context(), w.Spec.Project, op, nil); err != nil {
					t.Fatal(err)
				}
			}
			seen := w.Observe(name)
			if c.path != "" && seen.Values[c.path] != c.want {
				t.Errorf("%s shows as %v instead of %v", c.path, seen.Values[c.path], c.want)
			}
			if c.path == "" && reconcile.Words(seen.Differs) != c.want {
				t.Errorf("it differs in %q instead of %q", reconcile.Words(seen.Differs), c.want)
			}
			w.MustConverge(name)
			w.AsDesired(name)
			w.NoWrites(name)
		})
	}
}

// TestForeignIsRefused puts something of our name in the way of each component.
func TestForeignIsRefused(t *testing.T) {
	t.Parallel()
	for name, put := range map[string]func(w *componenttest.World) error{
		policy.ComponentNetwork: func(w *componenttest.World) error {
			_, err := w.APIs().Compute.Networks.Insert(w.Spec.Project, &compute.Network{Name: w.Spec.NetworkName(), ForceSendFields: []string{"AutoCreateSubnetworks"}}).Do()
			return err
		},
		policy.ComponentFirewall: func(w *componenttest.World) error {
			_, err := w.APIs().Compute.NetworkFirewallPolicies.Insert(w.Spec.Project, &compute.FirewallPolicy{Name: w.Spec.FirewallName()}).Do()
			return err
		},
		policy.ComponentStorage: func(w *componenttest.World) error {
			_, err := w.APIs().Storage.Buckets.Insert(w.Spec.Project, &storage.Bucket{Name: w.Spec.DataBucket(), Location: "EUROPE-WEST1"}).Do()
			return err
		},
		policy.ComponentLogging: func(w *componenttest.World) error {
			parent, id, _ := strings.Cut(w.Spec.LogBucket(), "/buckets/")
			_, err := w.APIs().Logging.Projects.Locations.Buckets.Create(parent, &logging.LogBucket{}).BucketId(id).Do()
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := componenttest.New(t, policy.Dev)
			w.MustConverge("services")
			if err := put(w); err != nil {
				t.Fatal(err)
			}
			w.Clock.Advance(goneBy)
			if seen := w.Observe(name); seen.Foreign == "" || seen.Presence == reconcile.Present {
				t.Errorf("it is not seen to be foreign: %+v", seen)
			}
			w.Server.ResetRequests()
			if result := w.Converge(name); result.Err == nil || !strings.Contains(result.Err.Error(), "it is not ours") {
				t.Errorf("a run over it ended with %v", result.Err)
			}
		})
	}
}

// goneBy is when what was begun by hand is done.
const goneBy = 10 * time.Minute
