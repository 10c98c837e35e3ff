package emulator_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// gkeDone follows an operation as the provider does, by its name under the
// cluster's location.
func (h *hashicorp) gkeDone(e *env, version, location string, op map[string]any) {
	h.t.Helper()
	if op["status"] != "RUNNING" {
		h.t.Fatalf("%v", op)
	}
	path := version + "/projects/p/locations/" + location + "/operations/" + fmt.Sprint(op["name"])
	for range 120 {
		got := h.send("GET", path, nil)
		if got["status"] == "DONE" {
			if got["error"] != nil || got["statusMessage"] != nil {
				h.t.Fatalf("%v", got)
			}
			return
		}
		e.clock.Advance(10 * time.Second)
	}
	h.t.Fatalf("%s does not end", path)
}

// wantSet compares what was set with what was read; a value of the schema's
// zero may be left out.
func wantSet(t *testing.T, config, read map[string]any, kept ...string) {
	t.Helper()
	set, got := leaves(config), leaves(read)
	for _, path := range slices.Sorted(maps.Keys(set)) {
		if slices.Contains(kept, path) || isZero(set[path]) && got[path] == nil {
			continue
		}
		if !reflect.DeepEqual(set[path], got[path]) {
			t.Errorf("%s was set to %v and reads %v", path, set[path], got[path])
		}
	}
}

// TestHashicorpCluster sends what google_container_cluster sends, with
// remove_default_node_pool, and google_container_node_pool after it: by the GA
// provider in v1 and the beta provider in v1beta1.
func TestHashicorpCluster(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v1", "v1beta1"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			e := gkeCloud(t, emulator.Options{LROScale: 1})
			e.t = t
			h := e.hashicorp()
			h.endpoint = "http://" + e.srv.Addr() + "/container.googleapis.com/"
			const location = "us-central1"
			base := version + "/projects/p/locations/" + location
			path := base + "/clusters/main"
			var l lifecycle
			config := l.object(t, `{"name":"main","initialNodeCount":1,"network":"projects/p/global/networks/n","subnetwork":"projects/p/regions/us-central1/subnetworks/s",
				"addonsConfig":{"gcePersistentDiskCsiDriverConfig":{"enabled":true}},"autopilot":{"enabled":false},"binaryAuthorization":{"evaluationMode":"DISABLED"},
				"controlPlaneEndpointsConfig":{"dnsEndpointConfig":{"allowExternalTraffic":true,"enableK8sTokensViaDns":false},"ipEndpointsConfig":{"enabled":false}},
				"costManagementConfig":{"enabled":true},"databaseEncryption":{"state":"DECRYPTED"},
				"ipAllocationPolicy":{"clusterSecondaryRangeName":"pods","stackType":"IPV4","useIpAliases":true},"legacyAbac":{"enabled":false},
				"loggingConfig":{"componentConfig":{"enableComponents":["SYSTEM_COMPONENTS","WORKLOADS","APISERVER"]}},
				"maintenancePolicy":{"window":{"recurringWindow":{"recurrence":"FREQ=WEEKLY;BYDAY=SA,SU","window":{"startTime":"2026-01-03T02:00:00Z","endTime":"2026-01-03T08:00:00Z"}}}},
				"monitoringConfig":{"componentConfig":{"enableComponents":["SYSTEM_COMPONENTS"]},"managedPrometheusConfig":{"enabled":true}},
				"networkConfig":{"datapathProvider":"ADVANCED_DATAPATH","defaultEnablePrivateNodes":true},
				"nodeConfig":{"oauthScopes":["https://www.googleapis.com/auth/cloud-platform"]},
				"releaseChannel":{"channel":"STABLE"},"resourceLabels":{"team":"a","goog-terraform-provisioned":"true"},"shieldedNodes":{"enabled":true},
				"workloadIdentityConfig":{"workloadPool":"p.svc.id.goog"}}`, nil)
			h.gkeDone(e, version, location, h.send("POST", base+"/clusters", map[string]any{"cluster": config}))
			// A cluster shows its network by the last part, and in full elsewhere.
			kept := []string{"network", "subnetwork", "autopilot.enabled", "legacyAbac.enabled", "nodeConfig.oauthScopes.0"}
			read := h.send("GET", path, nil)
			wantSet(t, config, read, kept...)
			for _, unset := range []string{"description", "networkPolicy", "verticalPodAutoscaling", "resourceUsageExportConfig", "confidentialNodes", "fleet", "authenticatorGroupsConfig", "enableTpu"} {
				if read[unset] != nil {
					t.Errorf("%s reads %v and was not set", unset, read[unset])
				}
			}
			h.gkeDone(e, version, location, h.send("DELETE", path+"/nodePools/default-pool", nil))
			read = h.send("GET", path, nil)
			wantSet(t, config, read, kept...)
			if again := h.send("GET", path, nil); !reflect.DeepEqual(read, again) {
				t.Errorf("a second read differs:\n%v\n%v", read, again)
			}
			h.wantPool(e, version, location, path)
			h.wantUpdates(e, version, location, path)
			h.gkeDone(e, version, location, h.send("DELETE", path, nil))
			if a := h.try("GET", path, nil); a.status != 404 {
				t.Errorf("after the destroy: %d %s", a.status, a.body)
			}
			for kind, left := range e.srv.Inventory() {
				if strings.HasPrefix(kind, "container") || strings.HasPrefix(kind, "kubernetes") {
					t.Errorf("left behind %s %v", kind, left)
				}
			}
		})
	}
}

// wantPool takes a node pool through its life.
func (h *hashicorp) wantPool(e *env, version, location, cluster string) {
	t := h.t
	t.Helper()
	var l lifecycle
	pool := l.object(t, `{"name":"workers","initialNodeCount":1,"autoscaling":{"enabled":true,"minNodeCount":1,"maxNodeCount":3,"locationPolicy":"BALANCED"},
		"management":{"autoRepair":true,"autoUpgrade":true},"maxPodsConstraint":{"maxPodsPerNode":"64"},"upgradeSettings":{"maxSurge":1,"strategy":"SURGE"},
		"config":{"machineType":"n2-standard-4","diskSizeGb":50,"diskType":"pd-ssd","imageType":"COS_CONTAINERD","labels":{"pool":"workers"},"tags":["web"],
		"oauthScopes":["https://www.googleapis.com/auth/cloud-platform"],"shieldedInstanceConfig":{"enableSecureBoot":true,"enableIntegrityMonitoring":true},
		"taints":[{"key":"dedicated","value":"workers","effect":"NO_SCHEDULE"}],"workloadMetadataConfig":{"mode":"GKE_METADATA"}}}`, nil)
	path := cluster + "/nodePools/workers"
	if a := h.try("GET", path, nil); a.status != 404 {
		t.Fatalf("before the create: %d %s", a.status, a.body)
	}
	h.gkeDone(e, version, location, h.send("POST", cluster+"/nodePools", map[string]any{"nodePool": pool}))
	read := h.send("GET", path, nil)
	wantSet(t, pool, read)
	if read["status"] != "RUNNING" || fmt.Sprint(read["podIpv4CidrSize"]) != "25" || !strings.Contains(fmt.Sprint(read["config"]), "metadata:map[disable-legacy-endpoints:true]") {
		t.Errorf("%v", read)
	}
	// The provider reads pools from the list, and their sizes from Compute Engine.
	list, ok := h.send("GET", cluster+"/nodePools", nil)["nodePools"].([]any)
	if !ok || len(list) != 1 || !reflect.DeepEqual(list[0], any(read)) {
		t.Errorf("%v\n%v", list, read)
	}
	url := fmt.Sprint(read["instanceGroupUrls"].([]any)[0])
	zone := strings.Split(url, "/")[8]
	groups := e.json("GET", "compute.googleapis.com/compute/v1/projects/p/zones/"+zone+"/instanceGroupManagers?alt=json", "")
	if !strings.Contains(fmt.Sprint(groups["items"]), url) || !strings.Contains(fmt.Sprint(groups["items"]), "targetSize:1") {
		t.Errorf("%v", groups)
	}
	h.gkeDone(e, version, location, h.send("PUT", cluster, map[string]any{"update": map[string]any{
		"desiredNodePoolId": "workers", "desiredNodePoolAutoscaling": map[string]any{"enabled": true, "minNodeCount": 2, "maxNodeCount": 5},
	}}))
	h.gkeDone(e, version, location, h.send("PUT", path, map[string]any{"tags": map[string]any{"tags": []string{"web", "api"}}, "nodePoolId": "workers", "name": "projects/p/locations/us-central1/clusters/main/nodePools/workers"}))
	h.gkeDone(e, version, location, h.send("PUT", path, map[string]any{"taints": map[string]any{}}))
	h.gkeDone(e, version, location, h.send("POST", path+":setSize", map[string]any{"nodeCount": 2}))
	h.gkeDone(e, version, location, h.send("POST", path+":setManagement", map[string]any{"management": map[string]any{"autoRepair": true, "autoUpgrade": true}}))
	read = h.send("GET", path, nil)
	config := fmt.Sprint(read["config"])
	if fmt.Sprint(read["autoscaling"]) != "map[enabled:true maxNodeCount:5 minNodeCount:2]" || !strings.Contains(config, "tags:[web api]") || strings.Contains(config, "taints:") || fmt.Sprint(read["initialNodeCount"]) != "2" {
		t.Errorf("%v", read)
	}
	h.gkeDone(e, version, location, h.send("DELETE", path, nil))
	if a := h.try("GET", path, nil); a.status != 404 {
		t.Errorf("after the destroy: %d %s", a.status, a.body)
	}
}

// wantUpdates sends the updates of a cluster that an apply with several changes
// sends one after the other.
func (h *hashicorp) wantUpdates(e *env, version, location, path string) {
	t := h.t
	t.Helper()
	for _, update := range []map[string]any{
		{"desiredDefaultEnablePrivateNodes": true},
		{"desiredReleaseChannel": map[string]any{"channel": "REGULAR"}},
		{"desiredLoggingConfig": map[string]any{"componentConfig": map[string]any{"enableComponents": []string{"SYSTEM_COMPONENTS"}}}},
		{"desiredSecurityPostureConfig": map[string]any{"mode": "DISABLED", "vulnerabilityMode": "VULNERABILITY_DISABLED"}},
		{"desiredMasterVersion": "1.35.5-gke.1241004"},
	} {
		h.gkeDone(e, version, location, h.send("PUT", path, map[string]any{"update": update}))
	}
	read := h.send("GET", path, nil)
	h.gkeDone(e, version, location, h.send("POST", path+":setResourceLabels", map[string]any{"labelFingerprint": read["labelFingerprint"], "resourceLabels": map[string]any{"team": "b"}}))
	h.gkeDone(e, version, location, h.send("POST", path+":setMaintenancePolicy", map[string]any{"maintenancePolicy": map[string]any{
		"resourceVersion": fmt.Sprint(read["maintenancePolicy"].(map[string]any)["resourceVersion"]),
		"window":          map[string]any{"dailyMaintenanceWindow": map[string]any{"startTime": "03:00"}},
	}}))
	read = h.send("GET", path, nil)
	if fmt.Sprint(read["resourceLabels"]) != "map[team:b]" || fmt.Sprint(read["releaseChannel"]) != "map[channel:REGULAR]" || read["currentMasterVersion"] != "1.35.5-gke.1241004" ||
		!strings.Contains(fmt.Sprint(read["maintenancePolicy"]), "map[duration:PT4H0M0S startTime:03:00]") || !strings.Contains(fmt.Sprint(read["securityPostureConfig"]), "mode:DISABLED") {
		t.Errorf("%v", read)
	}
}
