package emulator_test

import (
	"fmt"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// quotaError returns the reason and the hint of a 429.
func quotaError(t *testing.T, err error) (reason string, wait time.Duration) {
	t.Helper()
	mustCode(t, err, codes.ResourceExhausted)
	for _, d := range status.Convert(err).Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			reason = d.GetReason()
		case *errdetails.RetryInfo:
			wait = d.GetRetryDelay().AsDuration()
		}
	}
	return reason, wait
}

func TestRateQuota(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{Quota: "gcp"})
	c := e.policies()
	remove := func(project string) error {
		return c.DeleteAlertPolicy(t.Context(), &monitoringpb.DeleteAlertPolicyRequest{Name: "projects/" + project + "/alertPolicies/1"})
	}
	for i := range 600 {
		if err := remove("p"); status.Code(err) != codes.NotFound {
			t.Fatalf("write %d: %v", i, err)
		}
	}
	err := remove("p")
	reason, wait := quotaError(t, err)
	if reason != "RATE_LIMIT_EXCEEDED" || wait <= 0 || wait > time.Second {
		t.Errorf("reason %q, wait %v: %v", reason, wait, err)
	}
	if err := remove("another"); status.Code(err) != codes.NotFound {
		t.Errorf("another project shares the quota: %v", err)
	}
	if a := e.rest("GET", policiesPath, ""); a.status != 200 {
		t.Errorf("reads share the quota of writes: %d", a.status)
	}
	e.clock.Advance(wait)
	if err := remove("p"); status.Code(err) != codes.NotFound {
		t.Errorf("after the hinted wait: %v", err)
	}
}

func TestPolicyCountQuota(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{AlertPolicyLimit: 3})
	c := e.policies()
	for i := range 3 {
		create(t.Context(), t, c, cpuPolicy(fmt.Sprint(i)))
	}
	_, err := c.CreateAlertPolicy(t.Context(), &monitoringpb.CreateAlertPolicyRequest{Name: "projects/p", AlertPolicy: cpuPolicy("one too many")})
	reason, wait := quotaError(t, err)
	if reason == "" || reason == "RATE_LIMIT_EXCEEDED" || wait != 0 {
		t.Errorf("exhaustion looks like a rate: reason %q, wait %v", reason, wait)
	}
	if _, err := c.CreateAlertPolicy(t.Context(), &monitoringpb.CreateAlertPolicyRequest{Name: "projects/q", AlertPolicy: cpuPolicy("elsewhere")}); err != nil {
		t.Errorf("another project shares the limit: %v", err)
	}
}
