package emulator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash/fnv"
	"strconv"
	"strings"

	"cloud.google.com/go/container/apiv1/containerpb"
)

// instanceGroupKind serves the instance group managers of node pools, which
// Kubernetes Engine makes in the user's project: a pool names them, and clients
// read their sizes. Nothing of them is stored.
var instanceGroupKind = kind{
	name: "instanceGroupManagers", host: computeHost,
	routes: func(s *Server) []route {
		const zone = "projects/{project}/zones/{zone}/instanceGroupManagers"
		m := &clusterManager{s: s}
		var routes []route
		for _, version := range []string{"v1", "beta"} {
			routes = append(routes,
				route{method: "GET", path: "/compute/" + version + "/" + zone + "/{name}", rpc: "GetInstanceGroupManager", handle: m.getGroup},
				route{method: "GET", path: "/compute/" + version + "/" + zone, rpc: "ListInstanceGroupManagers", query: []string{"pageToken", "maxResults"}, handle: m.listGroups},
			)
		}
		return routes
	},
}

func (m *clusterManager) getGroup(ctx context.Context, r *restRequest) (any, error) {
	all, err := m.groups(ctx, r)
	if err != nil {
		return nil, err
	}
	for _, g := range all {
		if g["name"] == r.vars["name"] {
			return g, nil
		}
	}
	return nil, notFound("The resource 'projects/%s/zones/%s/instanceGroupManagers/%s' was not found", r.vars["project"], r.vars["zone"], r.vars["name"])
}

func (m *clusterManager) listGroups(ctx context.Context, r *restRequest) (any, error) {
	all, err := m.groups(ctx, r)
	self := "projects/" + r.vars["project"] + "/zones/" + r.vars["zone"] + "/instanceGroupManagers"
	out := map[string]any{"id": self, "kind": "compute#instanceGroupManagerList", "selfLink": computeLinks + "v1/" + self}
	if len(all) > 0 {
		out["items"] = all
	}
	return out, err
}

const computeLinks = "https://www.googleapis.com/compute/"

// groups are the managers in a zone, one for each node pool with nodes there.
func (m *clusterManager) groups(ctx context.Context, r *restRequest) ([]map[string]any, error) {
	project, err := m.s.useProject(ctx, r.vars["project"], computeHost)
	if err != nil {
		return nil, err
	}
	var all []map[string]any
	for _, e := range m.s.listPlace(kindCluster, gkeName{project: project, location: "-"}) {
		n, ok := gkeNameOf(e.Name)
		if !ok || gkeRegionOf(n.location) != gkeRegionOf(r.vars["zone"]) {
			continue
		}
		c, err := m.loadCluster(n)
		if err != nil {
			continue // gone by now
		}
		for _, p := range c.pools {
			for _, url := range p.value.GetInstanceGroupUrls() {
				if strings.Contains(url, "/zones/"+r.vars["zone"]+"/") {
					all = append(all, groupManager(n, r.vars["zone"], lastPart(url), c.value.GetCreateTime(), p))
				}
			}
		}
	}
	return all, nil
}

// groupManager is the manager of a pool's nodes in a zone, as recorded.
func groupManager(n gkeName, zone, name, created string, p *gkeEntry[*containerpb.NodePool]) map[string]any {
	base := strings.TrimSuffix(name, "-grp")
	size := int64(p.value.GetInitialNodeCount())
	template := computeLinks + "beta/projects/" + n.project + "/regions/" + n.region() + "/instanceTemplates/" + base
	if p.upgrades > 0 {
		sum := sha256.Sum256([]byte(base + strconv.Itoa(p.upgrades)))
		template = template[:len(template)-8] + hex.EncodeToString(sum[:4])
	}
	zoneLink := computeLinks + "v1/projects/" + n.project + "/zones/" + zone
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	versionSize, one := map[string]any{"calculated": size}, map[string]any{"calculated": 1, "fixed": 1}
	actions := map[string]any{}
	for _, action := range []string{
		"abandoning", "creating", "creatingWithoutRetries", "deleting", "recreating", "refreshing",
		"restarting", "resuming", "starting", "stopping", "suspending", "verifying",
	} {
		actions[action] = 0
	}
	actions["none"] = size
	return map[string]any{
		"baseInstanceName": base, "creationTimestamp": created, "currentActions": actions,
		"fingerprint": gkeFingerprint(name), "id": strconv.FormatUint(h.Sum64(), 10),
		"instanceGroup": computeLinks + "beta/projects/" + n.project + "/zones/" + zone + "/instanceGroups/" + name,
		"instanceLifecyclePolicy": map[string]any{
			"defaultActionOnFailure": "REPAIR", "forceUpdateOnRepair": "YES", "onFailedHealthCheck": "DEFAULT_ACTION",
		},
		"instanceTemplate": template, "kind": "compute#instanceGroupManager",
		"listManagedInstancesResults": "PAGINATED", "name": name, "satisfiesPzs": true,
		"selfLink": zoneLink + "/instanceGroupManagers/" + name, "serviceAccount": containerAgent(n),
		"standbyPolicy": map[string]any{"mode": "MANUAL"},
		"status": map[string]any{
			"allInstancesConfig": map[string]any{"effective": true}, "isStable": true,
			"stateful": map[string]any{
				"hasStatefulConfig": false, "isStateful": false, "perInstanceConfigs": map[string]any{"allEffective": true},
			},
			"versionTarget": map[string]any{"isReached": true},
		},
		"targetSize": size, "targetSizePolicy": map[string]any{"mode": "INDIVIDUAL"},
		"targetStoppedSize": 0, "targetSuspendedSize": 0,
		"updatePolicy": map[string]any{
			"maxSurge": one, "maxUnavailable": one, "minReadySec": 0,
			"minimalAction": "REPLACE", "replacementMethod": "SUBSTITUTE", "type": "OPPORTUNISTIC",
		},
		"versions": []any{map[string]any{"instanceTemplate": template, "targetSize": versionSize}},
		"zone":     zoneLink,
	}
}
