package tfkit_test

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// TestAdviceOnAMissingMetric: an objective has no setting that passes over one,
// so nobody is sent to look for it.
func TestAdviceOnAMissingMetric(t *testing.T) {
	t.Parallel()
	for op, want := range map[string]bool{"CreateAlertPolicy": true, "UpdateAlertPolicy": true, "CreateServiceLevelObjective": false, "UpdateServiceLevelObjective": false} {
		err := fmt.Errorf("objective: %w", &gcp.Error{
			Op: op, Code: codes.InvalidArgument, HTTPStatus: 400,
			Message: "The metric referenced by the provided filter is unknown. Check the metric name and labels.",
		})
		if !gcp.IsMetricNotFound(err) {
			t.Fatalf("%v is not taken for a metric that is missing", err)
		}
		advice := tfkit.Advice(err)
		if got := strings.Contains(advice, "disable_metric_validation"); got != want || !strings.Contains(advice, "once the workload reports it") {
			t.Errorf("the advice on %s is %q", op, advice)
		}
	}
}

// TestAdviceOnAPerimeter: no role lets anybody through one.
func TestAdviceOnAPerimeter(t *testing.T) {
	t.Parallel()
	err := &gcp.Error{
		Op: "GetBucket", Code: codes.PermissionDenied, HTTPStatus: 403, Reason: "SECURITY_POLICY_VIOLATED",
		Message: "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: x",
	}
	if advice := tfkit.Advice(err); strings.Contains(advice, "Grant") || !strings.Contains(advice, "access.runner_identities") {
		t.Errorf("the advice is %q", advice)
	}
	err.Reason = "IAM_PERMISSION_DENIED"
	if advice := tfkit.Advice(err); !strings.Contains(advice, "Grant") {
		t.Errorf("the advice on a missing permission is %q", advice)
	}
}
