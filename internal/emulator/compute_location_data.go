package emulator

import "strings"

// computeRegion is a region with the letters of its zones, as
// https://cloud.google.com/compute/docs/regions-zones lists them.
type computeRegion struct {
	name  string
	zones []string
}

// computeRegions are the public regions.
func computeRegions() []computeRegion {
	abc, bcd := []string{"a", "b", "c"}, []string{"b", "c", "d"}
	return []computeRegion{
		{"africa-south1", abc},
		{"asia-east1", abc},
		{"asia-east2", abc},
		{"asia-northeast1", abc},
		{"asia-northeast2", abc},
		{"asia-northeast3", abc},
		{"asia-south1", abc},
		{"asia-south2", abc},
		{"asia-southeast1", abc},
		{"asia-southeast2", abc},
		{"australia-southeast1", abc},
		{"australia-southeast2", abc},
		{"europe-central2", abc},
		{"europe-north1", abc},
		{"europe-north2", abc},
		{"europe-southwest1", abc},
		{"europe-west1", bcd},
		{"europe-west10", abc},
		{"europe-west12", abc},
		{"europe-west2", abc},
		{"europe-west3", abc},
		{"europe-west4", abc},
		{"europe-west6", abc},
		{"europe-west8", abc},
		{"europe-west9", abc},
		{"me-central1", abc},
		{"me-central2", abc},
		{"me-west1", abc},
		{"northamerica-northeast1", abc},
		{"northamerica-northeast2", abc},
		{"northamerica-south1", abc},
		{"southamerica-east1", abc},
		{"southamerica-west1", abc},
		{"us-central1", []string{"a", "b", "c", "f"}},
		{"us-east1", bcd},
		{"us-east4", abc},
		{"us-east5", abc},
		{"us-south1", abc},
		{"us-west1", abc},
		{"us-west2", abc},
		{"us-west3", abc},
		{"us-west4", abc},
	}
}

func computeRegionByName(name string) (computeRegion, bool) {
	for _, r := range computeRegions() {
		if r.name == name {
			return r, true
		}
	}
	return computeRegion{}, false
}

// computeZoneExists tells whether a name such as us-central1-a is a zone's.
func computeZoneExists(name string) bool {
	at := strings.LastIndex(name, "-")
	if at < 0 {
		return false
	}
	r, ok := computeRegionByName(name[:at])
	if !ok {
		return false
	}
	for _, zone := range r.zones {
		if zone == name[at+1:] {
			return true
		}
	}
	return false
}

// computeMachine is a machine type with its size.
type computeMachine struct {
	name     string
	cpus     int
	memoryMB int
	// shared says that its processors are shared.
	shared      bool
	description string
}

// computeMachines are machine types of the E2, N2, N2D, C3, N1 and T2D families,
// with the sizes of https://cloud.google.com/compute/docs/machine-resource.
func computeMachines() []computeMachine {
	const gb = 1024
	out := []computeMachine{
		{"e2-micro", 2, gb, true, "Efficient Instance, 2 vCPU (1/8 shared physical core) and 1 GB RAM"},
		{"e2-small", 2, 2 * gb, true, "Efficient Instance, 2 vCPU (1/4 shared physical core) and 2 GB RAM"},
		{"e2-medium", 2, 4 * gb, true, "Efficient Instance, 2 vCPU (1/2 shared physical core) and 4 GB RAM"},
	}
	families := []struct {
		prefix  string
		perCPU  int // in MB
		cpus    []int
		wording string
	}{
		{"e2-standard", 4 * gb, []int{2, 4, 8, 16, 32}, "Efficient Instance"},
		{"e2-highmem", 8 * gb, []int{2, 4, 8, 16}, "Efficient Instance"},
		{"e2-highcpu", gb, []int{2, 4, 8, 16, 32}, "Efficient Instance"},
		{"n1-standard", 3840, []int{1, 2, 4, 8, 16, 32, 64, 96}, ""},
		{"n2-standard", 4 * gb, []int{2, 4, 8, 16, 32, 48, 64, 80, 96, 128}, ""},
		{"n2-highmem", 8 * gb, []int{2, 4, 8, 16, 32, 48, 64, 80, 96}, ""},
		{"n2-highcpu", gb, []int{2, 4, 8, 16, 32, 48, 64, 80, 96}, ""},
		{"n2d-standard", 4 * gb, []int{2, 4, 8, 16, 32, 48, 64, 80, 96, 128, 224}, "AMD"},
		{"t2d-standard", 4 * gb, []int{1, 2, 4, 8, 16, 32, 48, 60}, "AMD"},
		{"c3-standard", 4 * gb, []int{4, 8, 22, 44, 88, 176}, "General purpose"},
		{"c3-highmem", 8 * gb, []int{4, 8, 22, 44, 88, 176}, "General purpose"},
		{"c3-highcpu", 2 * gb, []int{4, 8, 22, 44, 88, 176}, "General purpose"},
	}
	for _, f := range families {
		for _, n := range f.cpus {
			out = append(out, computeMachine{name: f.prefix + "-" + itoa(n), cpus: n, memoryMB: n * f.perCPU, description: strings.TrimSpace(f.wording + " " + itoa(n) + " vCPUs, " + itoa(n*f.perCPU/gb) + " GB RAM")})
		}
	}
	return out
}
