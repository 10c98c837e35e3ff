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
