package emulator

import (
	"slices"
	"strings"
)

// computeQuotas are limits with what is used of them, as the records of a region
// and of a project show them. Nothing here is refused for lack of a quota. The
// limits are stand-ins of the size that projects in use have. Metrics of which the
// emulator could not count the use are left out.
type computeQuotas []computeDoc

func (q *computeQuotas) add(metric string, limit, usage float64) {
	*q = append(*q, computeDoc{"metric": metric, "limit": limit, "usage": usage})
}

// cpuMetric is the quota that the CPUs of a machine type count against: E2 and N1
// share one, the newer families have their own.
func cpuMetric(machineType string) string {
	family, _, _ := strings.Cut(machineType, "-")
	switch family {
	case "e2", "n1", "f1", "g1":
		return "CPUS"
	}
	return strings.ToUpper(family) + "_CPUS"
}

// regionQuotas counts the nodes of the project's clusters, which are all the
// instances that there are here.
func (v computeService) regionQuotas(project, region string) computeQuotas {
	const cpuLimit, diskLimit, instanceLimit = 96, 5000, 960
	instances, disk, cpus := 0.0, 0.0, map[string]float64{"CPUS": 0}
	perMachine := map[string]int{}
	for _, m := range computeMachines() {
		perMachine[m.name] = m.cpus
		cpus[cpuMetric(m.name)] += 0
	}
	manager := &clusterManager{s: v.s}
	for _, e := range v.s.listPlace(kindCluster, gkeName{project: project, location: "-"}) {
		n, ok := gkeNameOf(e.Name)
		if !ok || n.region() != region {
			continue
		}
		c, err := manager.loadCluster(n)
		if err != nil {
			continue // gone by now
		}
		for _, p := range c.pools {
			nodes, config := float64(nodeCount(p.value)), p.value.GetConfig()
			instances += nodes
			if config.GetDiskType() != "pd-standard" {
				disk += nodes * float64(config.GetDiskSizeGb())
			}
			cpus[cpuMetric(config.GetMachineType())] += nodes * float64(perMachine[config.GetMachineType()])
		}
	}
	var q computeQuotas
	metrics := make([]string, 0, len(cpus))
	for metric := range cpus {
		metrics = append(metrics, metric)
	}
	slices.Sort(metrics)
	for _, metric := range metrics {
		q.add(metric, cpuLimit, cpus[metric])
	}
	q.add("SSD_TOTAL_GB", diskLimit, disk)
	q.add("INSTANCES", instanceLimit, instances)
	return q
}

// projectQuotas counts what of the project is not in one region.
func (v computeService) projectQuotas(project string) (computeQuotas, error) {
	var q computeQuotas
	for _, counted := range []struct {
		metric, kind string
		limit        float64
	}{{"NETWORKS", kindNetwork, 15}, {"SUBNETWORKS", kindSubnetwork, 175}, {"ROUTERS", kindRouter, 20}} {
		all, err := v.objects(counted.kind, "", true)
		if err != nil {
			return nil, err
		}
		used := 0.0
		for _, o := range all {
			if strings.HasPrefix(o.name, "projects/"+project+"/") {
				used++
			}
		}
		q.add(counted.metric, counted.limit, used)
	}
	return q, nil
}
