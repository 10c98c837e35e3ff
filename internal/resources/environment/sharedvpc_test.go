package environment_test

import (
	"fmt"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/byhand"
)

// hostSubnet is a subnetwork of another project, as a Shared VPC has it.
const hostSubnet = "projects/net-host/regions/europe-west1/subnetworks/shared"

// shareNetwork makes a subnetwork in a project of the network's owners, with flow
// logs as they want them.
func shareNetwork(env *acctest.Env, logs string) {
	env.Call(http.MethodPost, "serviceusage.googleapis.com/v1/projects/net-host/services/compute.googleapis.com:enable", "{}")
	env.Later(15 * time.Minute)
	env.Call(http.MethodPost, "compute.googleapis.com/compute/v1/projects/net-host/global/networks", `{"name": "shared", "autoCreateSubnetworks": false}`)
	env.Later(time.Hour)
	env.Call(http.MethodPost, "compute.googleapis.com/compute/v1/projects/net-host/regions/europe-west1/subnetworks", `{"name": "shared", "network": "projects/net-host/global/networks/shared",
		"ipCidrRange": "10.0.0.0/20", "privateIpGoogleAccess": true, "logConfig": `+logs+`,
		"secondaryIpRanges": [{"rangeName": "pods-a", "ipCidrRange": "10.4.0.0/14"}, {"rangeName": "services-a", "ipCidrRange": "10.8.0.0/20"}]}`)
	env.Later(time.Hour)
}

// TestAccSharedVPC makes environments in a subnetwork of another project, by the
// names that its ranges have there, and leaves it as it was, but for flow logs that
// the tier wants more of.
func TestAccSharedVPC(t *testing.T) {
	t.Parallel()
	const inside = `network = {
    subnetwork         = "` + hostSubnet + `"
    pod_range_name     = "pods-a"
    service_range_name = "services-a"
    flow_interval      = "INTERVAL_10_MIN"
  }
  deletion_policy = "DELETE"`
	const finest = `{"enable": true, "aggregationInterval": "INTERVAL_30_SEC", "flowSampling": 0.8, "metadata": "INCLUDE_ALL_METADATA"}`
	for name, c := range map[string]struct {
		tier, logs     string
		sampling       float64
		interval, meta string
	}{
		"dev keeps more":      {"dev", finest, 0.8, "INTERVAL_30_SEC", "INCLUDE_ALL_METADATA"},
		"staging keeps more":  {"staging", finest, 0.8, "INTERVAL_30_SEC", "INCLUDE_ALL_METADATA"},
		"staging raises less": {"staging", `{"enable": true, "aggregationInterval": "INTERVAL_15_MIN", "flowSampling": 0.1, "metadata": "CUSTOM_METADATA", "metadataFields": ["src_instance"]}`, 0.5, "INTERVAL_10_MIN", "CUSTOM_METADATA"},
		"dev turns them on":   {"dev", `{"enable": false}`, 0.1, "INTERVAL_10_MIN", "EXCLUDE_ALL_METADATA"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			shareNetwork(env, c.logs)
			// Of the network's owners alone.
			env.Server.DenyPermissions("compute.networks.create", "compute.subnetworks.create", "compute.routers.create", "compute.firewallPolicies.create", "dns.managedZones.create")
			world := byhand.World{Addr: env.Server.Addr(), TB: t}
			before := world.Call(http.MethodGet, "compute.googleapis.com/compute/v1/"+hostSubnet, nil)
			left := func(env *acctest.Env) error {
				after := world.Call(http.MethodGet, "compute.googleapis.com/compute/v1/"+hostSubnet, nil)
				for field, was := range before {
					if field != "logConfig" && field != "fingerprint" && !reflect.DeepEqual(was, after[field]) {
						t.Errorf("%s of the subnetwork was %v and is %v", field, was, after[field])
					}
				}
				env.Call(http.MethodDelete, "compute.googleapis.com/compute/v1/"+hostSubnet, "")
				env.Later(time.Hour)
				env.Call(http.MethodDelete, "compute.googleapis.com/compute/v1/projects/net-host/global/networks/shared", "")
				env.Later(time.Hour)
				return onlyKept(env)
			}
			logged := func(*terraform.State) error {
				found, _ := world.Call(http.MethodGet, "compute.googleapis.com/compute/v1/"+hostSubnet, nil)["logConfig"].(map[string]any)
				if got, want := fmt.Sprint(found["enable"], found["flowSampling"], found["aggregationInterval"], found["metadata"]), fmt.Sprint(true, c.sampling, c.interval, c.meta); got != want {
					return fmt.Errorf("the flow logs are %s, want %s", got, want)
				}
				return nil
			}
			env.TestWith(t, left, resource.TestStep{
				Config: env.Config(of(c.tier, inside)), ConfigPlanChecks: empty(),
				Check: resource.ComposeAggregateTestCheckFunc(ready(), logged, resource.TestCheckResourceAttrSet(address, "database_address")),
			})
		})
	}
}
