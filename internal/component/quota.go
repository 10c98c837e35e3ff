package component

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/api/compute/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// Quota is what an environment takes of a quota of its project or region.
type Quota struct {
	// Name is the quota's as the console shows it.
	Name string
	// Least is taken at once, and Most with the node pools at their largest.
	Least, Most float64
	// Limit is the quota, and Used what something else or an environment that
	// stands has of it.
	Limit, Used float64
	// Unread says why Limit and Used are not known; nil where they are.
	Unread error
}

// Free is what is left.
func (q Quota) Free() float64 { return q.Limit - q.Used }

// Refuses tells whether the environment can't be made for lack of the quota.
func (q Quota) Refuses() bool { return q.Unread == nil && q.Free() < q.Least }

// Tight tells whether it can be made, and its pools can't grow to their largest.
func (q Quota) Tight() bool { return q.Unread == nil && !q.Refuses() && q.Free() < q.Most }

// maxLogBuckets is how many a project may have, those pending deletion included:
// https://cloud.google.com/logging/quotas.
const maxLogBuckets = 100

// Quotas looks up what an environment takes of quotas that one comes up against:
// nodes with their CPUs and disks, networks, log buckets. The quotas of clusters
// and of database instances no API tells that is used here; they are for far more
// than one.
func Quotas(ctx context.Context, client *gcp.Client, spec *Spec) ([]Quota, error) {
	apis, err := gcp.APIsOf(client)
	if err != nil {
		return nil, err
	}
	all := nodeQuotas(ctx, apis, spec)
	if spec.Network.Subnetwork == "" {
		all = append(all, networkQuotas(ctx, apis, spec)...)
	}
	return append(all, logQuota(ctx, apis, spec)), nil
}

// machines are the nodes of a pool, of one type.
type machines struct {
	machineType string
	least, most float64
}

func (s *Spec) machines() []machines {
	zones := int64(1)
	if s.Settings.String(policy.ClusterLocationType) == policy.Regional {
		zones = 3
	}
	pool := func(machineType string) machines {
		return machines{machineType, float64(zones * max(s.Cluster.MinNodes, 1)), float64(zones * s.Cluster.MaxNodes)}
	}
	all := []machines{pool(s.Cluster.MachineType)}
	if s.Settings.Bool(policy.ClusterSandboxPool) {
		all = append(all, pool(s.Cluster.SandboxMachineType))
	}
	return all
}

// nodeQuotas are those of the nodes, in the region.
func nodeQuotas(ctx context.Context, apis *gcp.APIs, spec *Spec) []Quota {
	name := "projects/" + spec.Project + "/regions/" + spec.Region
	found, err := apis.Compute.Regions.Get(spec.Project, spec.Region).Context(gcp.Reading(ctx, "GetRegion", name)).Do()
	var limits []*compute.Quota
	zone := spec.Zone
	if err == nil {
		limits = found.Quotas
		if zone == "" && len(found.Zones) > 0 {
			zone = last(found.Zones[0])
		}
	}
	nodes := Quota{Name: "Compute Engine: VM instances"}
	disk := Quota{Name: "Compute Engine: persistent disk SSD (GB)"}
	cpus := map[string]*Quota{}
	var families []string
	for _, pool := range spec.machines() {
		nodes.Least, nodes.Most = nodes.Least+pool.least, nodes.Most+pool.most
		size := float64(spec.Cluster.DiskSizeGB)
		disk.Least, disk.Most = disk.Least+size*pool.least, disk.Most+size*pool.most
		metric := cpuMetric(pool.machineType)
		if cpus[metric] == nil {
			cpus[metric] = &Quota{Name: "Compute Engine: " + strings.ReplaceAll(metric, "_", " ")}
			families = append(families, metric)
		}
		if err != nil {
			continue
		}
		each, unread := guestCPUs(ctx, apis, spec.Project, zone, pool.machineType)
		if unread != nil {
			cpus[metric].Unread = unread
		}
		cpus[metric].Least, cpus[metric].Most = cpus[metric].Least+each*pool.least, cpus[metric].Most+each*pool.most
	}
	all := []Quota{nodes.from(limits, "INSTANCES", err), disk.from(limits, "SSD_TOTAL_GB", err)}
	for _, metric := range families {
		all = append(all, cpus[metric].from(limits, metric, err))
	}
	return all
}

// cpuMetric is the quota that the CPUs of a machine type count against: E2 and N1
// share one, the newer families have their own.
// https://cloud.google.com/compute/resource-usage#cpu_quota.
func cpuMetric(machineType string) string {
	family, _, _ := strings.Cut(machineType, "-")
	switch family {
	case "e2", "n1", "f1", "g1":
		return "CPUS"
	}
	return strings.ToUpper(family) + "_CPUS"
}

func guestCPUs(ctx context.Context, apis *gcp.APIs, project, zone, machineType string) (float64, error) {
	name := fmt.Sprintf("projects/%s/zones/%s/machineTypes/%s", project, zone, machineType)
	found, err := apis.Compute.MachineTypes.Get(project, zone, machineType).Context(gcp.Reading(ctx, "GetMachineType", name)).Do()
	if err != nil {
		return 0, err
	}
	return float64(found.GuestCpus), nil
}

// networkQuotas are those of the network, in the project.
func networkQuotas(ctx context.Context, apis *gcp.APIs, spec *Spec) []Quota {
	found, err := apis.Compute.Projects.Get(spec.Project).Context(gcp.Reading(ctx, "GetProject", "projects/"+spec.Project)).Do()
	var limits []*compute.Quota
	if err == nil {
		limits = found.Quotas
	}
	one := func(what, metric string) Quota {
		return Quota{Name: "Compute Engine: " + what, Least: 1, Most: 1}.from(limits, metric, err)
	}
	return []Quota{one("networks", "NETWORKS"), one("subnetworks", "SUBNETWORKS"), one("Cloud Routers", "ROUTERS")}
}

// from fills in what the service says of a quota.
func (q Quota) from(limits []*compute.Quota, metric string, err error) Quota {
	if err != nil {
		q.Unread = err
		return q
	}
	for _, found := range limits {
		if found.Metric == metric {
			q.Limit, q.Used = found.Limit, found.Usage
			return q
		}
	}
	if q.Unread == nil {
		q.Unread = fmt.Errorf("the service says nothing of the quota %s", metric)
	}
	return q
}

// logQuota counts the log buckets of the project. Where the API is off there are
// none but those that every project has.
func logQuota(ctx context.Context, apis *gcp.APIs, spec *Spec) Quota {
	q := Quota{Name: "Cloud Logging: log buckets", Least: 1, Most: 1, Limit: maxLogBuckets}
	parent := "projects/" + spec.Project + "/locations/-"
	token := ""
	for {
		page, err := apis.Logging.Projects.Locations.Buckets.List(parent).PageToken(token).Context(gcp.Reading(ctx, "ListBuckets", parent)).Do()
		switch {
		case gcp.IsServiceDisabled(err):
			return q
		case err != nil:
			q.Unread = err
			return q
		}
		q.Used += float64(len(page.Buckets))
		if token = page.NextPageToken; token == "" {
			return q
		}
	}
}
