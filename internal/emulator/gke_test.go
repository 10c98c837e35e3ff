package emulator_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	container "cloud.google.com/go/container/apiv1"
	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/api/option"
	"google.golang.org/grpc/codes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// gkeCloud is a project with a network, and Kubernetes Engine on.
func gkeCloud(t *testing.T, opts emulator.Options) *env {
	t.Helper()
	e := cloud(t, opts)
	e.enable(t, "p", "container.googleapis.com")
	e.clock.Advance(time.Hour)
	e.network()
	return e
}

// clusterBody is the request for a cluster in the test's network.
func clusterBody(name, more string) string {
	return `{"cluster":{"name":"` + name + `","network":"projects/p/global/networks/n","subnetwork":"projects/p/regions/us-central1/subnetworks/s"` + more + `}}`
}

const oneNode = `,"initialNodeCount":1`

func TestClusterRules(t *testing.T) {
	t.Parallel()
	e := gkeCloud(t, emulator.Options{})
	const zone = "container.googleapis.com/v1/projects/p/locations/us-central1-a"
	for _, c := range []struct {
		name, more string
		status     int
		reason     string
		text       string
	}{
		{"Bad", oneNode, 400, "badRequest", "cluster.name"},
		{"c", "", 400, "badRequest", "Cluster.initial_node_count must be greater than zero."},
		{"c", oneNode + `,"nodePools":[{"name":"a","initialNodeCount":1}]`, 400, "badRequest", "node_pools"},
		{"c", oneNode + `,"initialClusterVersion":"1.2"`, 400, "badRequest", `Master version "1.2" is unsupported.`},
		{"c", oneNode + `,"workloadIdentityConfig":{"workloadPool":"other.svc.id.goog"}`, 400, "badRequest", "p.svc.id.goog"},
		{"c", oneNode + `,"networkConfig":{"datapathProvider":"ADVANCED_DATAPATH"},"networkPolicy":{"enabled":true}`, 400, "badRequest", "ADVANCED_DATAPATH"},
		{"c", oneNode + `,"ipAllocationPolicy":{"clusterSecondaryRangeName":"none"}`, 400, "badRequest", `secondary range "none" does not exist`},
		{"c", oneNode + `,"ipAllocationPolicy":{"clusterIpv4CidrBlock":"10.0.0.0/16"}`, 400, "badRequest", "is not available"},
		{"c", oneNode + `,"databaseEncryption":{"state":"ENCRYPTED","keyName":"projects/p/locations/us-central1/keyRings/r/cryptoKeys/k"}`, 400, "badRequest", "does not exist"},
		{"c", oneNode + `,"databaseEncryption":{"state":"ENCRYPTED","keyName":"projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k"}`, 400, "badRequest", "region"},
		{"c", oneNode + `,"binaryAuthorization":{"evaluationMode":"PROJECT_SINGLETON_POLICY_ENFORCE"}`, 400, "failedPrecondition", "Binary Authorization API"},
		{"c", oneNode + `,"notificationConfig":{"pubsub":{"enabled":true,"topic":"projects/p/topics/none"}}`, 400, "badRequest", "does not exist"},
		{"c", `,"nodePools":[{"name":"a","initialNodeCount":1,"config":{"machineType":"n2-standard-4","imageType":"COS_CONTAINERD","sandboxConfig":{"type":"GVISOR"}}}]`, 400, "badRequest", "only node pool"},
		{"c", `,"nodePools":[{"name":"a","initialNodeCount":1,"config":{"sandboxConfig":{"type":"GVISOR"},"imageType":"COS_CONTAINERD"}}]`, 400, "badRequest", "machine type e2-medium"},
		{"c", `,"nodePools":[{"name":"a","initialNodeCount":1,"management":{"autoRepair":true}}]`, 400, "badRequest", "Auto_upgrade must be true when release_channel REGULAR set."},
		{"c", `,"nodePools":[{"name":"a","config":{"workloadMetadataConfig":{"mode":"GKE_METADATA"}}}]`, 400, "badRequest", "Workload Identity"},
		{"c", oneNode + `,"autopilot":{"enabled":true}`, 501, "notImplemented", "autopilot"},
		{"c", oneNode + `,"fleet":{"project":"p"}`, 501, "notImplemented", "fleet"},
		{"c", oneNode + `,"nosuch":1`, 400, "badRequest", `Unknown name "nosuch"`},
		{"c", oneNode + `,"loggingConfig":{"componentConfig":{"enableComponents":["WORKLOADS"]}}`, 400, "badRequest", "SYSTEM_COMPONENTS"},
	} {
		e.refuse("POST", zone+"/clusters", clusterBody(c.name, c.more), c.status, c.reason, c.text)
	}
	e.refuse("POST", zone+"/clusters", `{"cluster":{"name":"c","network":"none","initialNodeCount":1}}`, 400, "badRequest", `Network "none" does not exist.`)
	e.refuse("GET", zone+"/clusters/c", "", 404, "notFound", "Not found: projects/p/zones/us-central1-a/clusters/c.")
	e.refuse("GET", "container.googleapis.com/v1/projects/p/locations/mars/clusters/c", "", 403, "forbidden", "Permission denied on 'locations/mars'")
	e.refuse("GET", "container.googleapis.com/v1/projects/other/locations/us-central1/clusters/c", "", 403, "forbidden", "Kubernetes Engine API has not been used")
	if got := e.srv.Inventory()["containerClusters"]; got != nil {
		t.Errorf("a refused request made %v", got)
	}
}

// TestClusterLifecycle follows a regional cluster of its own pools through its
// states, by Google's client.
func TestClusterLifecycle(t *testing.T) {
	t.Parallel()
	e := gkeCloud(t, emulator.Options{LROScale: 1})
	client, err := container.NewClusterManagerClient(t.Context(), option.WithGRPCConn(e.conn()), option.WithoutAuthentication())
	if err != nil {
		t.Fatal(err)
	}
	client.CallOptions = &container.ClusterManagerCallOptions{}
	ctx := t.Context()
	const name = "projects/p/locations/us-central1/clusters/main"
	pool := func(name string, sandbox bool) *containerpb.NodePool {
		p := &containerpb.NodePool{Name: name, InitialNodeCount: 1, Config: &containerpb.NodeConfig{MachineType: "n2-standard-4"}}
		if sandbox {
			p.Config.ImageType = "COS_CONTAINERD"
			p.Config.SandboxConfig = &containerpb.SandboxConfig{Type: containerpb.SandboxConfig_GVISOR}
		}
		return p
	}
	op, err := client.CreateCluster(ctx, &containerpb.CreateClusterRequest{Parent: "projects/p/locations/us-central1", Cluster: &containerpb.Cluster{
		Name: "main", Network: "n", Subnetwork: "s", NodePools: []*containerpb.NodePool{pool("a", false), pool("gvisor", true)},
		IpAllocationPolicy:          &containerpb.IPAllocationPolicy{ClusterSecondaryRangeName: "pods"},
		WorkloadIdentityConfig:      &containerpb.WorkloadIdentityConfig{WorkloadPool: "p.svc.id.goog"},
		NetworkConfig:               &containerpb.NetworkConfig{DatapathProvider: containerpb.DatapathProvider_ADVANCED_DATAPATH, DefaultEnablePrivateNodes: ptr(true)},
		ReleaseChannel:              &containerpb.ReleaseChannel{Channel: containerpb.ReleaseChannel_STABLE},
		ControlPlaneEndpointsConfig: &containerpb.ControlPlaneEndpointsConfig{IpEndpointsConfig: &containerpb.ControlPlaneEndpointsConfig_IPEndpointsConfig{Enabled: ptr(false)}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	get := func() *containerpb.Cluster {
		t.Helper()
		c, err := client.GetCluster(ctx, &containerpb.GetClusterRequest{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := get()
	if c.GetStatus() != containerpb.Cluster_PROVISIONING || c.GetControlPlaneEndpointsConfig().GetDnsEndpointConfig().GetEndpoint() != "" || c.GetMasterAuth() != nil {
		t.Errorf("while it is made: %v", c)
	}
	_, err = client.DeleteCluster(ctx, &containerpb.DeleteClusterRequest{Name: name})
	mustCode(t, err, codes.FailedPrecondition)
	if want := "Operation " + op.GetName() + " is currently creating cluster main. Please wait and try again once it is done."; !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %q", err, want)
	}
	e.clock.Advance(8 * time.Minute)
	c = get()
	dns := c.GetControlPlaneEndpointsConfig().GetDnsEndpointConfig().GetEndpoint()
	if c.GetStatus() != containerpb.Cluster_RUNNING || !regexp.MustCompile(`^gke-[0-9a-f]{36}-\d+\.us-central1\.gke\.goog$`).MatchString(dns) || c.GetEndpoint() != dns {
		t.Errorf("%v at %q and %q", c.GetStatus(), dns, c.GetEndpoint())
	}
	if c.GetCurrentMasterVersion() != "1.34.9-gke.1131000" || c.GetIpAllocationPolicy().GetClusterIpv4CidrBlock() != "10.4.0.0/14" || len(c.GetLocations()) != 3 || c.GetCurrentNodeCount() != 6 { //nolint:staticcheck // deprecated, and still answered
		t.Errorf("%v", c)
	}
	sandbox := c.GetNodePools()[1]
	if sandbox.GetConfig().GetLabels()["sandbox.gke.io/runtime"] != "gvisor" || len(sandbox.GetConfig().GetTaints()) != 1 || len(sandbox.GetInstanceGroupUrls()) != 3 ||
		sandbox.GetConfig().GetWorkloadMetadataConfig().GetMode() != containerpb.WorkloadMetadataConfig_GKE_METADATA || !sandbox.GetNetworkConfig().GetEnablePrivateNodes() {
		t.Errorf("%v", sandbox)
	}
	wantPoolOperations(t, e, client, name)
	if _, err = client.DeleteCluster(ctx, &containerpb.DeleteClusterRequest{Name: name}); err != nil {
		t.Fatal(err)
	}
	if c = get(); c.GetStatus() != containerpb.Cluster_STOPPING || c.GetNodePools()[0].GetStatus() != containerpb.NodePool_STOPPING {
		t.Errorf("while it is deleted: %v", c.GetStatus())
	}
	e.refuse("DELETE", computePath+"regions/us-central1/subnetworks/s", "", 400, "resourceInUseByAnotherResource", "is already being used by 'projects/p/locations/us-central1/clusters/main'")
	e.clock.Advance(5 * time.Minute)
	if got := e.srv.Inventory(); got["containerClusters"] != nil || got["containerNodePools"] != nil {
		t.Errorf("left behind %v", got)
	}
	_, err = client.GetCluster(ctx, &containerpb.GetClusterRequest{Name: name})
	mustCode(t, err, codes.NotFound)
}

func ptr[T any](v T) *T { return &v }

// wantPoolOperations has two pools made at once, which is allowed, and anything
// on the cluster meanwhile, which is not.
func wantPoolOperations(t *testing.T, e *env, client *container.ClusterManagerClient, name string) {
	t.Helper()
	ctx := t.Context()
	var first string
	for _, id := range []string{"b", "c"} {
		op, err := client.CreateNodePool(ctx, &containerpb.CreateNodePoolRequest{Parent: name, NodePool: &containerpb.NodePool{Name: id, InitialNodeCount: 1}})
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = op.GetName()
		}
	}
	_, err := client.UpdateCluster(ctx, &containerpb.UpdateClusterRequest{Name: name, Update: &containerpb.ClusterUpdate{DesiredShieldedNodes: &containerpb.ShieldedNodes{Enabled: true}}})
	mustCode(t, err, codes.FailedPrecondition)
	if want := "Operation " + first + " is currently creating a node pool for cluster main. Please wait and try again once it is done."; !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %q", err, want)
	}
	_, err = client.DeleteNodePool(ctx, &containerpb.DeleteNodePoolRequest{Name: name + "/nodePools/b"})
	mustCode(t, err, codes.FailedPrecondition)
	c, err := client.GetCluster(ctx, &containerpb.GetClusterRequest{Name: name})
	if err != nil || c.GetStatus() != containerpb.Cluster_RECONCILING || len(c.GetNodePools()) != 4 {
		t.Errorf("%v %v", c.GetStatus(), err)
	}
	e.clock.Advance(3 * time.Minute)
	_, err = client.CreateNodePool(ctx, &containerpb.CreateNodePoolRequest{Parent: name, NodePool: &containerpb.NodePool{Name: "b", InitialNodeCount: 1}})
	mustCode(t, err, codes.AlreadyExists)
	_, err = client.UpdateNodePool(ctx, &containerpb.UpdateNodePoolRequest{Name: name + "/nodePools/b", Etag: "stale", Tags: &containerpb.NetworkTags{Tags: []string{"x"}}})
	mustCode(t, err, codes.Aborted)
	mustCode(t, client.CompleteNodePoolUpgrade(ctx, &containerpb.CompleteNodePoolUpgradeRequest{Name: name + "/nodePools/b"}), codes.Unimplemented)
}

// TestClusterUpdate changes one thing at a time: the API takes no more.
func TestClusterUpdate(t *testing.T) {
	t.Parallel()
	e := gkeCloud(t, emulator.Options{})
	const path = gkePath + "/clusters/c"
	e.json("POST", gkePath+"/clusters", clusterBody("c", oneNode))
	put := func(update string) map[string]any {
		t.Helper()
		e.json("PUT", path, `{"update":`+update+`}`)
		return e.json("GET", path, "")
	}
	e.refuse("PUT", path, `{"update":{}}`, 400, "badRequest", "Must specify a field to update.")
	e.refuse("PUT", path, `{"update":{"desiredShieldedNodes":{"enabled":true},"desiredCostManagementConfig":{"enabled":true}}}`, 400, "badRequest", "Exactly one update")
	e.refuse("PUT", path, `{"update":{"desiredDatapathProvider":"ADVANCED_DATAPATH"}}`, 400, "badRequest", "cannot be changed")
	e.refuse("PUT", path, `{"update":{"etag":"x","desiredShieldedNodes":{"enabled":true}}}`, 409, "aborted", "etag")
	e.refuse("PUT", path, `{"update":{"desiredMasterVersion":"1.34"}}`, 400, "badRequest", "downgraded")
	e.refuse("PUT", path, `{"update":{"desiredFleet":{"project":"p"}}}`, 501, "notImplemented", "desired_fleet")

	before := e.json("GET", path, "")["etag"]
	c := put(`{"desiredCostManagementConfig":{"enabled":true}}`)
	if fmt.Sprint(c["costManagementConfig"]) != "map[enabled:true]" || c["etag"] == before {
		t.Errorf("%v", c["costManagementConfig"])
	}
	c = put(`{"desiredMonitoringConfig":{"managedPrometheusConfig":{"enabled":false}}}`)
	if got := fmt.Sprint(c["monitoringConfig"]); !strings.Contains(got, "managedPrometheusConfig:map[]") || !strings.Contains(got, "KUBELET") {
		t.Errorf("%v", got)
	}
	c = put(`{"desiredControlPlaneEndpointsConfig":{"dnsEndpointConfig":{"allowExternalTraffic":true},"ipEndpointsConfig":{"enabled":false}}}`)
	if got := fmt.Sprint(c["controlPlaneEndpointsConfig"]); !strings.Contains(got, "allowExternalTraffic:true") || !strings.Contains(got, "ipEndpointsConfig:map[enabled:false]") {
		t.Errorf("%v", got)
	}
	c = put(`{"desiredLoggingService":"none","desiredMonitoringService":"none"}`)
	if c["loggingService"] != "none" || c["monitoringService"] != "none" {
		t.Errorf("%v %v", c["loggingConfig"], c["monitoringConfig"])
	}
	e.refuse("POST", path+":setResourceLabels", `{"resourceLabels":{"a":"b"},"labelFingerprint":"stale"}`, 400, "failedPrecondition", "fingerprint")
	e.json("POST", path+":setResourceLabels", fmt.Sprintf(`{"resourceLabels":{"a":"b"},"labelFingerprint":%q}`, c["labelFingerprint"]))
	// Six hours a week are fewer than 48 in 32 days.
	e.refuse("POST", path+":setMaintenancePolicy", `{"maintenancePolicy":{"window":{"recurringWindow":{"window":{"startTime":"2026-01-03T02:00:00Z","endTime":"2026-01-03T08:00:00Z"},"recurrence":"FREQ=WEEKLY;BYDAY=SA"}}}}`, 400, "badRequest", "48h")
	e.json("POST", path+":setMaintenancePolicy", `{"maintenancePolicy":{"window":{"recurringWindow":{"window":{"startTime":"2026-01-03T02:00:00Z","endTime":"2026-01-03T08:00:00Z"},"recurrence":"FREQ=WEEKLY;BYDAY=SA,SU"}}}}`)
	e.refuse("POST", path+":setMaintenancePolicy", `{"maintenancePolicy":{"window":{"dailyMaintenanceWindow":{"startTime":"24:00"}}}}`, 400, "badRequest", "HH:MM")
	next := e.json("GET", path, "")
	if fmt.Sprint(next["resourceLabels"]) != "map[a:b]" || next["labelFingerprint"] == c["labelFingerprint"] || !strings.Contains(fmt.Sprint(next["maintenancePolicy"]), "FREQ=WEEKLY") {
		t.Errorf("%v %v", next["resourceLabels"], next["maintenancePolicy"])
	}
	// The older form of addresses means the same.
	if old := e.json("GET", "container.googleapis.com/v1/projects/p/zones/us-central1/clusters/c", ""); old["id"] != next["id"] {
		t.Errorf("%v", old["id"])
	}
	if beta := e.json("GET", strings.Replace(path, "/v1/", "/v1beta1/", 1), ""); !strings.Contains(fmt.Sprint(beta["selfLink"]), "/v1beta1/") || beta["clusterTelemetry"] == nil {
		t.Errorf("%v", beta["selfLink"])
	}
}

// TestClusterKey encrypts a cluster's database: the service's agent has to be
// allowed to use the key.
func TestClusterKey(t *testing.T) {
	t.Parallel()
	e := gkeCloud(t, emulator.Options{})
	e.enable(t, "p", "cloudkms.googleapis.com")
	e.clock.Advance(time.Hour)
	const ring = "cloudkms.googleapis.com/v1/projects/p/locations/us-central1/keyRings"
	const key = "projects/p/locations/us-central1/keyRings/r/cryptoKeys/k"
	e.json("POST", ring+"?keyRingId=r", "{}")
	e.json("POST", ring+"/r/cryptoKeys?cryptoKeyId=k", `{"purpose":"ENCRYPT_DECRYPT"}`)
	body := clusterBody("c", oneNode+`,"databaseEncryption":{"state":"ENCRYPTED","keyName":"`+key+`"}`)
	e.refuse("POST", gkePath+"/clusters", body, 400, "failedPrecondition", "container-engine-robot.iam.gserviceaccount.com needs the role roles/cloudkms.cryptoKeyEncrypterDecrypter")
	number := fmt.Sprint(e.json("GET", "cloudresourcemanager.googleapis.com/v1/projects/p", "")["projectNumber"])
	e.json("POST", "cloudkms.googleapis.com/v1/"+key+":setIamPolicy", `{"policy":{"bindings":[{"role":"roles/cloudkms.cryptoKeyEncrypterDecrypter","members":["serviceAccount:service-`+number+`@container-engine-robot.iam.gserviceaccount.com"]}]}}`)
	e.json("POST", gkePath+"/clusters", body)
	got := e.json("GET", gkePath+"/clusters/c", "")["databaseEncryption"]
	if want := "map[currentState:CURRENT_STATE_ALL_OBJECTS_ENCRYPTION_ENABLED keyName:" + key + " state:ALL_OBJECTS_ENCRYPTION_ENABLED]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %v", got, want)
	}
	e.json("PUT", gkePath+"/clusters/c", `{"update":{"desiredDatabaseEncryption":{"state":"DECRYPTED"}}}`)
	if got := fmt.Sprint(e.json("GET", gkePath+"/clusters/c", "")["databaseEncryption"]); !strings.Contains(got, "decryptionKeys:["+key+"]") || !strings.Contains(got, "state:DECRYPTED") {
		t.Errorf("%v", got)
	}
}

// TestClusterFates has operations fail and hang, and takes the hanging one back.
func TestClusterFates(t *testing.T) {
	t.Parallel()
	e := gkeCloud(t, emulator.Options{LROScale: 1})
	const path = gkePath + "/clusters/c"
	op := func(m map[string]any) map[string]any {
		t.Helper()
		e.clock.Advance(15 * time.Minute)
		return e.json("GET", gkePath+"/operations/"+fmt.Sprint(m["name"]), "")
	}
	e.srv.InjectFaults(emulator.Fault{RPC: "CreateCluster", Operation: emulator.OperationFails, Status: http.StatusTooManyRequests, Message: "GCE_QUOTA_EXCEEDED"})
	done := op(e.json("POST", gkePath+"/clusters", clusterBody("c", oneNode)))
	if done["status"] != "DONE" || done["statusMessage"] != "GCE_QUOTA_EXCEEDED" || fmt.Sprint(done["error"]) != "map[code:8 message:GCE_QUOTA_EXCEEDED]" {
		t.Errorf("%v", done)
	}
	if c := e.json("GET", path, ""); c["status"] != "ERROR" || c["statusMessage"] != "GCE_QUOTA_EXCEEDED" {
		t.Errorf("%v", c["status"])
	}
	e.refuse("PUT", path, `{"update":{"desiredShieldedNodes":{"enabled":true}}}`, 400, "failedPrecondition", "ERROR")
	op(e.json("DELETE", path, ""))

	e.srv.InjectFaults(emulator.Fault{RPC: "CreateCluster", Operation: emulator.OperationHangs})
	stuck := e.json("POST", gkePath+"/clusters", clusterBody("c", oneNode))
	if got := op(stuck); got["status"] != "RUNNING" {
		t.Errorf("%v", got)
	}
	e.json("POST", gkePath+"/operations/"+fmt.Sprint(stuck["name"])+":cancel", "{}")
	if got := e.json("GET", gkePath+"/operations/"+fmt.Sprint(stuck["name"]), ""); got["status"] != "ABORTING" {
		t.Errorf("%v", got)
	}
	if got := op(stuck); got["status"] != "DONE" || fmt.Sprint(got["error"]) != "map[code:1 message:Operation was cancelled.]" {
		t.Errorf("%v", got)
	}
	if c := e.json("GET", path, ""); c["status"] != "ERROR" {
		t.Errorf("%v", c["status"])
	}
	op(e.json("DELETE", path, ""))

	op(e.json("POST", gkePath+"/clusters", clusterBody("c", oneNode)))
	e.srv.InjectFaults(
		emulator.Fault{RPC: "CreateNodePool", Operation: emulator.OperationFails},
		emulator.Fault{RPC: "UpdateCluster", Operation: emulator.OperationFails},
		emulator.Fault{RPC: "DeleteCluster", Operation: emulator.OperationFails},
	)
	op(e.json("POST", path+"/nodePools", `{"nodePool":{"name":"x","initialNodeCount":1}}`))
	if p := e.json("GET", path+"/nodePools/x", ""); p["status"] != "ERROR" {
		t.Errorf("%v", p["status"])
	}
	op(e.json("DELETE", path+"/nodePools/x", ""))
	e.refuse("GET", path+"/nodePools/x", "", 404, "notFound", `Not found: node pool "x" not found.`)
	op(e.json("PUT", path, `{"update":{"desiredCostManagementConfig":{"enabled":true}}}`))
	if c := e.json("GET", path, ""); c["status"] != "RUNNING" || c["costManagementConfig"] != nil {
		t.Errorf("%v %v", c["status"], c["costManagementConfig"])
	}
	op(e.json("DELETE", path, ""))
	if c := e.json("GET", path, ""); c["status"] != "ERROR" {
		t.Errorf("%v", c["status"])
	}
	op(e.json("DELETE", path, ""))
	if got := e.srv.Inventory(); got["containerClusters"] != nil || got["containerNodePools"] != nil {
		t.Errorf("left behind %v", got)
	}
	if list := e.json("GET", gkePath+"/operations", ""); len(list["operations"].([]any)) < 8 {
		t.Errorf("%v", list)
	}
}
