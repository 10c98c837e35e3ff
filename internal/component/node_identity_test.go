package component_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/componenttest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// TestAccountShowsLate has IAM answer for a while that an account which was just
// made is not there, or hide it, as it does: one run waits for it and goes on.
func TestAccountShowsLate(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"not found": http.StatusNotFound, "hidden": http.StatusForbidden} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := componenttest.New(t, policy.Dev)
			w.MustConverge("services")
			// Two looks find none, and the next ones come after the create.
			w.Server.InjectFaults(componenttest.Fault{RPC: "GetServiceAccount", Host: "iam.googleapis.com", Nth: 3, Times: 4, Status: status})
			start := w.Clock.Now()
			w.MustConverge("node_identity")
			if took := w.Clock.Now().Sub(start); took > 10*time.Minute {
				t.Errorf("it took %s", took)
			}
			w.AsDesired("node_identity")
			w.NoWrites("node_identity")
		})
	}
}
