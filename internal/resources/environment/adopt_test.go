package environment_test

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

// legacyNetwork makes a network that somebody has made by hand.
func legacyNetwork(env *acctest.Env) {
	env.Enable("compute.googleapis.com")
	env.Call(http.MethodPost, "compute.googleapis.com/compute/v1/projects/"+acctest.Project+"/global/networks", `{"name": "legacy", "autoCreateSubnetworks": false}`)
	env.Later(time.Hour)
}

// TestAccAdopt takes over a network that stands under the name given, when it is
// told to, and leaves it standing when the environment goes: a network can't be
// marked.
func TestAccAdopt(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	legacyNetwork(env)
	named := `network = { name = "legacy" }`
	left := func(env *acctest.Env) error {
		if env.Status(http.MethodGet, "compute.googleapis.com/compute/v1/projects/"+acctest.Project+"/global/networks/legacy", "") != http.StatusOK {
			t.Error("the network that was adopted went with the environment")
		}
		env.Call(http.MethodDelete, "compute.googleapis.com/compute/v1/projects/"+acctest.Project+"/global/networks/legacy", "")
		env.Later(time.Hour)
		return onlyKept(env)
	}
	env.TestWith(t, left,
		resource.TestStep{Config: env.Config(of("dev", named)), ExpectError: regexp.MustCompile(`stands\s+already[\s\S]*adopt`)},
		resource.TestStep{Config: env.Config(of("dev", named+"\nadopt = true")), Check: ready(), ConfigPlanChecks: empty()},
	)
}

// TestAccAdoptCluster says at plan what of a cluster can't be taken over, settings
// and what has none, and takes it over once its nodes may be made anew.
func TestAccAdoptCluster(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	const project, network = "projects/" + acctest.Project, "projects/" + acctest.Project + "/global/networks/legacy"
	legacyNetwork(env)
	env.Enable("container.googleapis.com")
	env.Call(http.MethodPost, "compute.googleapis.com/compute/v1/"+project+"/regions/europe-west1/subnetworks", `{"name": "old", "network": "`+network+`", "ipCidrRange": "10.0.0.0/20",
		"secondaryIpRanges": [{"rangeName": "pods", "ipCidrRange": "10.4.0.0/14"}, {"rangeName": "services", "ipCidrRange": "10.8.0.0/20"}]}`)
	env.Later(time.Hour)
	env.Call(http.MethodPost, "container.googleapis.com/v1/"+project+"/locations/europe-west1-b/clusters", `{"cluster": {"name": "core", "network": "`+network+`",
		"subnetwork": "`+project+`/regions/europe-west1/subnetworks/old", "networkConfig": {"datapathProvider": "ADVANCED_DATAPATH"},
		"ipAllocationPolicy": {"useIpAliases": true, "clusterSecondaryRangeName": "pods", "servicesSecondaryRangeName": "services"},
		"nodePools": [{"name": "primary", "initialNodeCount": 1, "config": {"machineType": "e2-standard-2"}}]}}`)
	env.Later(time.Hour)
	taken := `
  adopt   = true
  cluster = { name = "core" }
  network = { subnetwork = "` + project + `/regions/europe-west1/subnetworks/old" }
`
	env.TestWith(t, func(*acctest.Env) error { return nil },
		resource.TestStep{
			Config:      env.Config(of("dev", taken)),
			ExpectError: regexp.MustCompile(`can't\s+meet\s+all\s+controls[\s\S]*cluster.secure_boot\s+is\s+false[\s\S]*node_pools:\s+service\s+account`),
		},
		resource.TestStep{Config: env.Config(of("dev", taken+"  allow_recreate = [\"node_pools\"]")), Check: ready(), ConfigPlanChecks: empty()},
	)
}
