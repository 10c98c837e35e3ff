package emulator

import (
	"context"
	"hash/fnv"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// computeLocationKind serves what Compute Engine itself has: the project's
// record, regions, zones and machine types, and the questions about Shared VPC.
var computeLocationKind = kind{
	name: "computeLocations", host: computeHost, errorForm: oldForm,
	routes: func(s *Server) []route {
		v := computeService{s}
		return []route{
			v.read("GET", "{parent=projects/*}", "GetComputeProject", nil, v.getProject),
			v.read("GET", "{parent=projects/*}/regions", "ListRegions", computeListQuery, v.listRegions),
			v.read("GET", "{parent=projects/*}/regions/{region}", "GetRegion", nil, v.getRegion),
			v.read("GET", "{parent=projects/*}/zones", "ListZones", computeListQuery, v.listZones),
			v.read("GET", "{parent=projects/*}/zones/{zone}", "GetZone", nil, v.getZone),
			v.read("GET", "{parent=projects/*/zones/*}/machineTypes", "ListMachineTypes", computeListQuery, v.listMachineTypes),
			v.read("GET", "{name=projects/*/zones/*/machineTypes/*}", "GetMachineType", nil, v.getMachineType),
			v.read("GET", "{parent=projects/*}/getXpnHost", "GetXpnHost", nil, func(context.Context, *computeCall) (any, error) {
				// No project is attached to a host project: that is not modelled.
				return computeDoc{}, nil
			}),
			v.read("GET", "{parent=projects/*}/getXpnResources", "GetXpnResources", computeListQuery, func(context.Context, *computeCall) (any, error) {
				return computeDoc{"kind": "compute#projectsGetXpnResources"}, nil
			}),
		}
	},
}

// fixedID is the number of something that Google has made: the same everywhere.
func fixedID(name string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	return strconv.FormatUint(1000+uint64(h.Sum32())%9000, 10)
}

// computeEpoch is when what Google has made claims to be from.
const computeEpoch = "1969-12-31T16:00:00.000-08:00"

func (v computeService) getProject(_ context.Context, c *computeCall) (any, error) {
	number := strconv.FormatInt(projectNumber(c.project), 10)
	quotas, err := v.projectQuotas(c.project)
	if err != nil {
		return nil, err
	}
	return computeDoc{
		"quotas": quotas,
		"kind":   "compute#project", "id": number, "name": c.project, "creationTimestamp": computeTime(implicitCreateTime),
		"selfLink":              computeLink("projects/" + c.project),
		"defaultServiceAccount": number + "-compute@developer.gserviceaccount.com",
		"defaultNetworkTier":    "PREMIUM", "xpnProjectStatus": "UNSPECIFIED_XPN_PROJECT_STATUS",
		"vmDnsSetting": "ZONAL_ONLY",
	}, nil
}

// region renders a region as a project sees it.
func (v computeService) region(r computeRegion, project string) computeDoc {
	name := "projects/" + project + "/regions/" + r.name
	var zones []string
	for _, zone := range r.zones {
		zones = append(zones, computeLink("projects/"+project+"/zones/"+r.name+"-"+zone))
	}
	return computeDoc{
		"kind": "compute#region", "id": fixedID(r.name), "name": r.name, "description": r.name, "status": "UP",
		"creationTimestamp": computeEpoch, "selfLink": computeLink(name), "zones": zones, "supportsPzs": false,
		"quotas": v.regionQuotas(project, r.name),
	}
}

func (v computeService) listRegions(_ context.Context, c *computeCall) (any, error) {
	var items []computeDoc
	for _, r := range computeRegions() {
		items = append(items, v.region(r, c.project))
	}
	return c.projectList(items, "regions", "compute#regionList")
}

// projectList is list for what lies in the project itself.
func (c *computeCall) projectList(items []computeDoc, collection, object string) (any, error) {
	out, err := c.list(items, collection, object)
	if err == nil {
		id := "projects/" + c.project + "/" + collection
		out["id"], out["selfLink"] = id, computeLink(id)
	}
	return out, err
}

func (v computeService) getRegion(_ context.Context, c *computeCall) (any, error) {
	r, ok := computeRegionByName(c.vars["region"])
	if !ok {
		return nil, computeNotFound("projects/" + c.project + "/regions/" + c.vars["region"])
	}
	return v.region(r, c.project), nil
}

func renderZone(project, name string) computeDoc {
	region := name[:strings.LastIndex(name, "-")]
	return computeDoc{
		"kind": "compute#zone", "id": fixedID(name), "name": name, "description": name, "status": "UP", "creationTimestamp": computeEpoch,
		"selfLink": computeLink("projects/" + project + "/zones/" + name), "region": computeLink("projects/" + project + "/regions/" + region),
		"supportsPzs": false,
	}
}

func (v computeService) listZones(_ context.Context, c *computeCall) (any, error) {
	var items []computeDoc
	for _, r := range computeRegions() {
		for _, zone := range r.zones {
			items = append(items, renderZone(c.project, r.name+"-"+zone))
		}
	}
	return c.projectList(items, "zones", "compute#zoneList")
}

func (v computeService) getZone(_ context.Context, c *computeCall) (any, error) {
	if !computeZoneExists(c.vars["zone"]) {
		return nil, computeNotFound("projects/" + c.project + "/zones/" + c.vars["zone"])
	}
	return renderZone(c.project, c.vars["zone"]), nil
}

func (m computeMachine) render(c *computeCall) computeDoc {
	name := c.fullName("machineTypes", m.name)
	return computeDoc{
		"kind": "compute#machineType", "id": fixedID(m.name), "name": m.name, "description": m.description, "creationTimestamp": computeEpoch,
		"guestCpus": m.cpus, "memoryMb": m.memoryMB, "isSharedCpu": m.shared, "imageSpaceGb": 0,
		"maximumPersistentDisks": 128, "maximumPersistentDisksSizeGb": "263168", "architecture": "X86_64",
		"selfLink": computeLink(name), "zone": strings.TrimPrefix(c.scope, "zones/"),
	}
}

func (v computeService) listMachineTypes(_ context.Context, c *computeCall) (any, error) {
	var items []computeDoc
	for _, m := range computeMachines() {
		items = append(items, m.render(c))
	}
	return c.list(items, "machineTypes", "compute#machineTypeList")
}

func (v computeService) getMachineType(_ context.Context, c *computeCall) (any, error) {
	for _, m := range computeMachines() {
		if strings.HasSuffix(c.name, "/"+m.name) {
			return m.render(c), nil
		}
	}
	return nil, computeNotFound(c.name)
}
