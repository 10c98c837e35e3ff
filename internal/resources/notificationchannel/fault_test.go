package notificationchannel_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

// TestAccFaultsThatPass injects failures into every call of a life: each passes
// without an error, and one channel stands.
func TestAccFaultsThatPass(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]acctest.Fault{
		"reply lost after the commit": {After: true, Drop: true},
		"truncated reply":             {After: true, Truncate: true},
		"503 after the commit":        {After: true, Status: http.StatusServiceUnavailable},
		"504":                         {Status: http.StatusGatewayTimeout},
		"concurrent edit":             {Status: http.StatusConflict, Message: "Too many concurrent edits to the project configuration. Please try again.", Times: 2},
		"rate limit with a hint":      {Status: http.StatusTooManyRequests, Reason: "RATE_LIMIT_EXCEEDED", RetryAfter: acctest.Duration(20 * time.Second)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			inject := func(rpc string) func() {
				return func() {
					fault.RPC = rpc
					env.Server.ClearFaults()
					env.Server.InjectFaults(fault)
				}
			}
			one := env.RemoteChannel(func(*monitoringpb.NotificationChannel) error { return nil })
			renamed := env.Config(channel(pagerDuty + `description = "changed"`))
			env.Test(t,
				resource.TestStep{PreConfig: inject("CreateNotificationChannel"), Config: env.Config(channel(pagerDuty)), Check: one},
				resource.TestStep{PreConfig: inject("UpdateNotificationChannel"), Config: renamed, Check: one},
				resource.TestStep{PreConfig: inject("GetNotificationChannel"), Config: renamed, PlanOnly: true},
				resource.TestStep{PreConfig: inject("DeleteNotificationChannel"), Config: env.Config("# nothing"), Check: func(*terraform.State) error { return env.CheckEmpty() }},
			)
		})
	}
}

// TestAccFailedGrantDoesNotTaint makes a channel whose grant is refused: the
// channel is kept, and the next apply repairs the grant alone.
func TestAccFailedGrantDoesNotTaint(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	topic := env.Topic("alerts")
	config := env.Config(channel(`pubsub = { topic = "` + topic + `" }`))
	env.Test(t,
		resource.TestStep{
			PreConfig: func() {
				env.Server.InjectFaults(acctest.Fault{Host: "pubsub.googleapis.com", Path: ":setIamPolicy", Status: http.StatusForbidden, Times: -1, Reason: "IAM_PERMISSION_DENIED", Message: "Permission 'pubsub.topics.setIamPolicy' denied."})
			},
			Config:             config,
			ExpectNonEmptyPlan: true,
			Check:              resource.TestCheckResourceAttr(address, "pubsub.publisher_granted", "false"),
		},
		resource.TestStep{
			Config:      config,
			ExpectError: regexp.MustCompile(`(?s)could\s+not\s+be\s+granted`),
		},
		resource.TestStep{
			PreConfig: env.Server.ClearFaults,
			Config:    config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
			}},
			Check: env.RemoteChannel(func(*monitoringpb.NotificationChannel) error {
				granted, err := env.Client.Topics().HasPublisher(context.Background(), topic, acctest.Project)
				if err == nil && !granted {
					err = fmt.Errorf("not granted")
				}
				return err
			}),
		},
	)
}

// TestAccInterrupt interrupts an apply whose channel is committed and whose
// reply is not here yet.
func TestAccInterrupt(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, func(o *acctest.Options) { o.Clock = clock.System() })
	cli := acctest.NewCLI(t, env.Config(channel(`email = { address = "oncall@example.com" }`)))
	env.Server.InjectFaults(acctest.Fault{RPC: "CreateNotificationChannel", After: true, Delay: acctest.Duration(time.Minute)})
	out, took := cli.Interrupt(func() bool { return env.Standing() == 1 })
	t.Logf("the interrupt took %s", took.Round(time.Millisecond))
	if took > 20*time.Second {
		t.Errorf("the interrupt took %s, so it waited for the service:\n%s", took, out)
	}
	if tainted, found := cli.StateResources()[address]; !found || tainted {
		t.Errorf("the channel stands; in the state: %t, tainted: %t\n%s", found, tainted, out)
	}
	env.Server.ClearFaults()
	cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
	cli.MustPlanEmpty()
	if standing := env.Standing(); standing != 1 {
		t.Errorf("%d channels stand, want 1", standing)
	}
}
