package component_test

import (
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/protobuf/proto"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/componenttest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// allTiers are the tiers of the catalogue.
func allTiers() []policy.Tier {
	return []policy.Tier{policy.Dev, policy.Sandbox, policy.Staging, policy.Prod}
}

// standing returns the cluster as somebody else would read it.
func standing(t *testing.T, w *componenttest.World) *containerpb.Cluster {
	t.Helper()
	name := w.Spec.ClusterPath()
	found, err := gkeOf(t, w).Clusters.GetCluster(gcp.Reading(t.Context(), "GetCluster", name), &containerpb.GetClusterRequest{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func gkeOf(t *testing.T, w *componenttest.World) *gcp.APIs {
	t.Helper()
	apis, err := gcp.APIsOf(w.Client)
	if err != nil {
		t.Fatal(err)
	}
	return apis
}

// byHand changes the cluster behind the environment's back and waits for that.
func byHand(t *testing.T, w *componenttest.World, change func(apis *gcp.APIs) (*containerpb.Operation, error)) {
	t.Helper()
	op, err := change(gkeOf(t, w))
	if err != nil {
		t.Fatal(err)
	}
	parent, _, _ := strings.Cut(w.Spec.ClusterPath(), "/clusters/")
	if err := w.Client.AwaitCluster(t.Context(), parent+"/operations/"+op.GetName(), nil); err != nil {
		t.Fatal(err)
	}
}

func updateByHand(t *testing.T, w *componenttest.World, update *containerpb.ClusterUpdate) {
	t.Helper()
	byHand(t, w, func(apis *gcp.APIs) (*containerpb.Operation, error) {
		return apis.Clusters.UpdateCluster(gcp.Named(t.Context(), "UpdateCluster", w.Spec.ClusterPath()),
			&containerpb.UpdateClusterRequest{Name: w.Spec.ClusterPath(), Update: update})
	})
}

func TestClusterOfEveryTier(t *testing.T) {
	t.Parallel()
	for _, tier := range allTiers() {
		t.Run(string(tier), func(t *testing.T) {
			t.Parallel()
			w := componenttest.New(t, tier)
			if seen := w.Engine("node_pools").Observe(t.Context()); len(seen.Observations) > 0 && seen.Observations["cluster"].Presence != reconcile.Absent {
				t.Errorf("before anything was made the cluster is %v", seen.Observations["cluster"])
			}
			w.MustConverge("node_pools")
			seen := w.AsDesired("cluster")
			w.Shows(seen, policy.ClusterLocationType, policy.ClusterReleaseChannel, policy.ClusterPrivateNodes, policy.ClusterIPEndpoints,
				policy.ClusterDatapathProvider, policy.ClusterShieldedNodes, policy.ClusterWorkloadIdentity, policy.ClusterLoggingComponents,
				policy.ClusterManagedPrometheus, policy.ClusterCostAllocation, policy.EncryptionCluster)
			if !strings.HasSuffix(seen.Outputs["cluster_endpoint"], ".gke.goog") || seen.Outputs["cluster_id"] != w.Spec.ClusterPath() {
				t.Errorf("the outputs are %v", seen.Outputs)
			}
			pools := w.AsDesired("node_pools")
			w.Shows(pools, policy.ClusterSecureBoot, policy.ClusterIntegrityMonitoring, policy.ClusterWorkloadMetadata, policy.ClusterSandboxPool)
			w.AsDesired("node_identity")

			found := standing(t, w)
			if got := found.GetBinaryAuthorization().GetEvaluationMode(); got != containerpb.BinaryAuthorization_PROJECT_SINGLETON_POLICY_ENFORCE {
				t.Errorf("Binary Authorization evaluates by %s", got)
			}
			if got := found.GetDatabaseEncryption().GetKeyName(); got != w.Spec.ClusterKey() {
				t.Errorf("the key of etcd is %q, want %q", got, w.Spec.ClusterKey())
			}
			wantPools := []string{"primary"}
			if tier == policy.Sandbox {
				wantPools = append(wantPools, "sandbox")
			}
			var got []string
			for _, p := range found.GetNodePools() {
				got = append(got, p.GetName())
				if p.GetConfig().GetServiceAccount() != w.Spec.NodeAccount() || p.GetConfig().GetBootDiskKmsKey() != w.Spec.ClusterKey() {
					t.Errorf("%s runs as %s, its disks have the key %q", p.GetName(), p.GetConfig().GetServiceAccount(), p.GetConfig().GetBootDiskKmsKey())
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, wantPools) {
				t.Errorf("the pools are %v, want %v", got, wantPools)
			}
			w.NoWrites("node_pools")

			w.MustDestroy("node_pools")
			if left := w.Server.Inventory()["containerClusters"]; len(left) > 0 {
				t.Errorf("%v stand after the destroy", left)
			}
		})
	}
}

// TestClusterDriftIsRepaired changes each thing by hand: it shows, as a setting
// or in words, and is repaired.
func TestClusterDriftIsRepaired(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Prod)
	w.MustConverge("node_pools")
	for name, drift := range map[string]struct {
		path  string
		drift func()
	}{
		"channel": {policy.ClusterReleaseChannel, func() {
			updateByHand(t, w, &containerpb.ClusterUpdate{DesiredReleaseChannel: &containerpb.ReleaseChannel{Channel: containerpb.ReleaseChannel_RAPID}})
		}},
		"shielded": {policy.ClusterShieldedNodes, func() {
			updateByHand(t, w, &containerpb.ClusterUpdate{DesiredShieldedNodes: &containerpb.ShieldedNodes{}})
		}},
		"endpoints": {policy.ClusterIPEndpoints, func() {
			updateByHand(t, w, &containerpb.ClusterUpdate{DesiredControlPlaneEndpointsConfig: &containerpb.ControlPlaneEndpointsConfig{
				IpEndpointsConfig: &containerpb.ControlPlaneEndpointsConfig_IPEndpointsConfig{Enabled: proto.Bool(true)},
			}})
		}},
		"traffic": {"", func() {
			updateByHand(t, w, &containerpb.ClusterUpdate{DesiredControlPlaneEndpointsConfig: &containerpb.ControlPlaneEndpointsConfig{
				DnsEndpointConfig: &containerpb.ControlPlaneEndpointsConfig_DNSEndpointConfig{AllowExternalTraffic: proto.Bool(false)},
			}})
		}},
		"logging": {policy.ClusterLoggingComponents, func() {
			updateByHand(t, w, &containerpb.ClusterUpdate{DesiredLoggingConfig: &containerpb.LoggingConfig{ComponentConfig: &containerpb.LoggingComponentConfig{
				EnableComponents: []containerpb.LoggingComponentConfig_Component{containerpb.LoggingComponentConfig_SYSTEM_COMPONENTS},
			}}})
		}},
		"prometheus": {policy.ClusterManagedPrometheus, func() {
			updateByHand(t, w, &containerpb.ClusterUpdate{DesiredMonitoringConfig: &containerpb.MonitoringConfig{ManagedPrometheusConfig: &containerpb.ManagedPrometheusConfig{}}})
		}},
		"cost": {policy.ClusterCostAllocation, func() {
			updateByHand(t, w, &containerpb.ClusterUpdate{DesiredCostManagementConfig: &containerpb.CostManagementConfig{}})
		}},
		"etcd": {"", func() {
			updateByHand(t, w, &containerpb.ClusterUpdate{DesiredDatabaseEncryption: &containerpb.DatabaseEncryption{State: containerpb.DatabaseEncryption_DECRYPTED}})
		}},
		"admission": {"", func() {
			updateByHand(t, w, &containerpb.ClusterUpdate{DesiredBinaryAuthorization: &containerpb.BinaryAuthorization{EvaluationMode: containerpb.BinaryAuthorization_DISABLED}})
		}},
		"labels": {"", func() {
			byHand(t, w, func(apis *gcp.APIs) (*containerpb.Operation, error) {
				return apis.Clusters.SetLabels(gcp.Named(t.Context(), "SetLabels", w.Spec.ClusterPath()), &containerpb.SetLabelsRequest{
					Name: w.Spec.ClusterPath(), LabelFingerprint: standing(t, w).GetLabelFingerprint(),
					ResourceLabels: map[string]string{reconcile.OwnerLabel: w.Spec.Owner, "theirs": "kept"},
				})
			})
		}},
		"window": {"", func() {
			byHand(t, w, func(apis *gcp.APIs) (*containerpb.Operation, error) {
				return apis.Clusters.SetMaintenancePolicy(gcp.Named(t.Context(), "SetMaintenancePolicy", w.Spec.ClusterPath()), &containerpb.SetMaintenancePolicyRequest{
					ProjectId: w.Spec.Project, Zone: w.Spec.Location(), ClusterId: w.Spec.Cluster.Name, Name: w.Spec.ClusterPath(),
					MaintenancePolicy: &containerpb.MaintenancePolicy{},
				})
			})
		}},
	} {
		drift.drift()
		seen := w.Observe("cluster")
		if drift.path == "" {
			if len(seen.Differs) != 1 {
				t.Errorf("%s: it differs in %v", name, seen.Differs)
			}
		} else if len(seen.Differs) > 0 || same(seen.Values[drift.path], w.Spec.Settings[drift.path]) {
			t.Errorf("%s: it shows %v and differs in %v", name, seen.Values[drift.path], seen.Differs)
		}
		w.MustConverge("node_pools")
		w.AsDesired("cluster")
	}
	if standing(t, w).GetResourceLabels()["theirs"] != "kept" {
		t.Error("a label of somebody else's is gone")
	}
}

func same(got, want any) bool {
	a, ok := got.([]string)
	b, both := want.([]string)
	if ok && both {
		return slices.Equal(a, b)
	}
	return !ok && got == want
}

func TestNodePoolDriftIsRepaired(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Sandbox)
	w.MustConverge("node_pools")
	pool := w.Spec.ClusterPath() + "/nodePools/sandbox"
	byHand(t, w, func(apis *gcp.APIs) (*containerpb.Operation, error) {
		return apis.Clusters.SetNodePoolAutoscaling(gcp.Named(t.Context(), "SetNodePoolAutoscaling", pool), &containerpb.SetNodePoolAutoscalingRequest{Name: pool, Autoscaling: &containerpb.NodePoolAutoscaling{}})
	})
	if seen := w.Observe("node_pools"); len(seen.Differs) != 1 {
		t.Errorf("without autoscaling it differs in %v", seen.Differs)
	}
	byHand(t, w, func(apis *gcp.APIs) (*containerpb.Operation, error) {
		return apis.Clusters.UpdateNodePool(gcp.Named(t.Context(), "UpdateNodePool", pool), &containerpb.UpdateNodePoolRequest{
			Name: pool, WorkloadMetadataConfig: &containerpb.WorkloadMetadataConfig{Mode: containerpb.WorkloadMetadataConfig_GCE_METADATA},
		})
	})
	if seen := w.Observe("node_pools"); seen.Values[policy.ClusterWorkloadMetadata] != "GCE_METADATA" {
		t.Errorf("the weaker of two pools doesn't show: %v", seen.Values)
	}
	w.MustConverge("node_pools")
	w.AsDesired("node_pools")

	byHand(t, w, func(apis *gcp.APIs) (*containerpb.Operation, error) {
		return apis.Clusters.DeleteNodePool(gcp.Named(t.Context(), "DeleteNodePool", pool), &containerpb.DeleteNodePoolRequest{Name: pool})
	})
	if seen := w.Observe("node_pools"); seen.Presence != reconcile.Partial || seen.Values[policy.ClusterSandboxPool] != false {
		t.Errorf("without the second pool it is %s and shows %v", seen.Presence, seen.Values)
	}
	w.MustConverge("node_pools")
	w.AsDesired("node_pools")

	w.Spec.Settings[policy.ClusterSandboxPool] = false
	if seen := w.Observe("node_pools"); len(seen.Differs) != 1 {
		t.Errorf("a pool that isn't wanted any more doesn't show: %v", seen.Differs)
	}
	w.MustConverge("node_pools")
	w.AsDesired("node_pools")
}

// TestOtherMachines gives the pools other machines and disks: GKE replaces the
// nodes, and the pools stay, once and not again.
func TestOtherMachines(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Prod)
	w.Spec.Settings[policy.ClusterSandboxPool] = true
	w.MustConverge("node_pools")
	w.Spec.Cluster.MachineType, w.Spec.Cluster.SandboxMachineType, w.Spec.Cluster.DiskSizeGB = "n2-standard-16", "n2-standard-16", 200
	if seen := w.Observe("node_pools"); seen.Values["cluster.machine_type"] != "e2-standard-4" || len(seen.Fixed) > 0 {
		t.Errorf("it shows %v, and %v as fixed", seen.Values, seen.Fixed)
	}
	w.Server.ResetRequests()
	w.MustConverge("node_pools")
	writes, pools := w.Writes(), standing(t, w).GetNodePools()
	if len(pools) != 2 || len(writes) != len(pools) || !strings.HasPrefix(writes[0], "PUT ") || !strings.HasPrefix(writes[1], "PUT ") {
		t.Errorf("for %d pools it wrote %v", len(pools), writes)
	}
	for _, p := range pools {
		if got := p.GetConfig(); got.GetMachineType() != "n2-standard-16" || got.GetDiskSizeGb() != 200 {
			t.Errorf("%s has %s and %d GB", p.GetName(), got.GetMachineType(), got.GetDiskSizeGb())
		}
	}
	w.AsDesired("node_pools")
	w.NoWrites("node_pools")
}

func TestFixedAtCreation(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Dev)
	w.MustConverge("node_pools")
	before := standing(t, w).GetId()

	w.Spec.Settings[policy.ClusterSecureBoot] = !w.Spec.Settings.Bool(policy.ClusterSecureBoot)
	w.Server.ResetRequests()
	result := w.Converge("node_pools")
	if result.Err == nil || !strings.Contains(result.Err.Error(), `"node_pools"`) || !strings.Contains(result.Err.Error(), "secure boot") {
		t.Errorf("another secure boot: %v", result.Err)
	}
	if writes := w.Writes(); len(writes) > 0 {
		t.Errorf("it wrote %v", writes)
	}
	w.Spec.Recreate = []string{"node_pools"}
	w.MustConverge("node_pools")
	w.AsDesired("node_pools")
	if standing(t, w).GetId() != before {
		t.Error("the cluster was made anew for its pool")
	}

	w.Spec.Recreate = nil
	w.Spec.Settings[policy.ClusterLocationType] = policy.Regional
	if seen := w.Observe("cluster"); seen.Values[policy.ClusterLocationType] != policy.Zonal {
		t.Errorf("a cluster that is to move shows %v", seen.Values)
	}
	if result := w.Converge("node_pools"); result.Err == nil || !strings.Contains(result.Err.Error(), `"cluster"`) {
		t.Errorf("another location: %v", result.Err)
	}
	w.Spec.Recreate = []string{"cluster"}
	w.MustConverge("node_pools")
	w.AsDesired("cluster")
	if left := w.Server.Inventory()["containerClusters"]; len(left) != 1 {
		t.Errorf("%v stand", left)
	}
}

func TestForeignClusterIsRefused(t *testing.T) {
	t.Parallel()
	for _, adopt := range []bool{false, true} {
		w := componenttest.New(t, policy.Dev)
		w.MustConverge("network", "services")
		byHand(t, w, func(apis *gcp.APIs) (*containerpb.Operation, error) {
			parent, _, _ := strings.Cut(w.Spec.ClusterPath(), "/clusters/")
			return apis.Clusters.CreateCluster(gcp.Named(t.Context(), "CreateCluster", parent), &containerpb.CreateClusterRequest{Parent: parent, Cluster: &containerpb.Cluster{
				Name: w.Spec.Cluster.Name, InitialNodeCount: 1, //nolint:staticcheck // As people write it.
				Network: w.Spec.NetworkPath(), Subnetwork: w.Spec.Subnetwork(),
				NetworkConfig:      &containerpb.NetworkConfig{DatapathProvider: containerpb.DatapathProvider_ADVANCED_DATAPATH, DefaultEnablePrivateNodes: proto.Bool(true)},
				IpAllocationPolicy: &containerpb.IPAllocationPolicy{UseIpAliases: true, ClusterSecondaryRangeName: "pods", ServicesSecondaryRangeName: "services"},
			}})
		})
		w.Server.ResetRequests()
		w.Spec.Adopt = adopt
		result := w.Converge("node_pools")
		if adopt {
			if result.Err != nil {
				t.Fatalf("it was not adopted: %v", result.Err)
			}
			w.AsDesired("cluster")
			w.AsDesired("node_pools")
			continue
		}
		if result.Err == nil || !strings.Contains(result.Err.Error(), "adopt = true") {
			t.Errorf("a foreign cluster: %v", result.Err)
		}
		if writes := w.Writes(); len(writes) > 0 {
			t.Errorf("before it was refused there were %v", writes)
		}
	}
}

// TestClusterComesUpAfterFailures kills calls and operations once each; the next
// apply ends well, with one cluster.
func TestClusterComesUpAfterFailures(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]componenttest.Fault{
		"the create is lost":            {RPC: "CreateCluster", Drop: true, After: true},
		"the create never arrives":      {RPC: "CreateCluster", Drop: true},
		"the create is refused":         {RPC: "CreateCluster", Status: 403},
		"the operation fails":           {RPC: "CreateCluster", Operation: componenttest.OperationFails},
		"the second pool fails":         {RPC: "CreateNodePool", Operation: componenttest.OperationFails},
		"the second pool is lost":       {RPC: "CreateNodePool", Drop: true, After: true},
		"the list is unavailable":       {RPC: "ListClusters", Status: 503, Times: 2},
		"the account is lost":           {RPC: "CreateServiceAccount", Drop: true, After: true},
		"the policy was edited between": {RPC: "SetIamPolicy", Status: 409},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := componenttest.New(t, policy.Sandbox)
			w.Server.InjectFaults(fault)
			if result := w.Converge("node_pools"); result.Err != nil {
				t.Logf("the first run: %v", result.Err)
				w.MustConverge("node_pools")
			}
			w.AsDesired("cluster")
			w.AsDesired("node_pools")
			w.AsDesired("node_identity")
			if left := w.Server.Inventory()["containerClusters"]; len(left) != 1 {
				t.Errorf("%v stand", left)
			}
			w.NoWrites("node_pools")
		})
	}
}

// TestHealthyClusterInErrorIsNotDeleted has a deletion of somebody else's fail,
// which leaves a cluster in ERROR that has run.
func TestHealthyClusterInErrorIsNotDeleted(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Dev)
	w.MustConverge("node_pools")
	w.Server.InjectFaults(componenttest.Fault{RPC: "DeleteCluster", Operation: componenttest.OperationFails})
	apis := gkeOf(t, w)
	if _, err := apis.Clusters.DeleteCluster(gcp.Named(t.Context(), "DeleteCluster", w.Spec.ClusterPath()), &containerpb.DeleteClusterRequest{Name: w.Spec.ClusterPath()}); err != nil {
		t.Fatal(err)
	}
	result := w.Converge("node_pools")
	if result.Err == nil || !strings.Contains(result.Err.Error(), "it has run before") {
		t.Errorf("got %v", result.Err)
	}
	if seen := w.Observe("cluster"); seen.Presence != reconcile.Partial || len(seen.Differs) == 0 {
		t.Errorf("it is seen as %v", seen)
	}
	if found := standing(t, w); found.GetStatus() != containerpb.Cluster_ERROR {
		t.Errorf("it is %s", found.GetStatus())
	}
	// A destroy has its way.
	w.MustDestroy("node_pools")
}

// TestClusterThatDoesNotServeIsDestroyed destroys what a cluster without a control
// plane holds: it goes with the cluster, and nobody can look whether it is gone.
func TestClusterThatDoesNotServeIsDestroyed(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Dev)
	w.MustConverge("namespaces", "metrics")
	w.Server.InjectFaults(componenttest.Fault{RPC: "DeleteCluster", Operation: componenttest.OperationFails})
	apis := gkeOf(t, w)
	if _, err := apis.Clusters.DeleteCluster(gcp.Named(t.Context(), "DeleteCluster", w.Spec.ClusterPath()), &containerpb.DeleteClusterRequest{Name: w.Spec.ClusterPath()}); err != nil {
		t.Fatal(err)
	}
	if found := standing(t, w); found.GetStatus() == containerpb.Cluster_RUNNING {
		t.Fatalf("it is %s", found.GetStatus())
	}
	w.MustDestroy("namespaces", "metrics")
}
