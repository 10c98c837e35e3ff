package demo

import (
	"context"
	"fmt"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/emu"
)

// workloadMetrics are what an objective counts. On Google Cloud a metric exists
// once a workload has written its first point, and until then the service
// refuses an objective on it; the demo has no workload, so it makes the
// descriptors that one would leave.
var workloadMetrics = []string{
	`{"type":"prometheus.googleapis.com/http_requests_total/counter","metricKind":"CUMULATIVE","valueType":"DOUBLE"}`,
	`{"type":"prometheus.googleapis.com/http_request_duration_seconds/histogram","metricKind":"CUMULATIVE","valueType":"DISTRIBUTION"}`,
}

// workload stands in for the platform in the project of a stack, which is named
// after it.
func (d *Demo) workload(ctx context.Context, stack string) error {
	for _, body := range workloadMetrics {
		if err := (emu.Client{Addr: d.Addr}).Post(ctx, "/monitoring.googleapis.com/v3/projects/cortx-"+stack+"/metricDescriptors", body); err != nil {
			return fmt.Errorf("make the metrics of the platform in %s: %w", stack, err)
		}
	}
	return nil
}
