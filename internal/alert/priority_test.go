package alert_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

func TestPriorities(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		priority            alert.Priority
		sla                 alert.SLA
		severity            string
		renotify, autoClose time.Duration
		labels              map[string]string
	}{
		{
			alert.P0,
			alert.SLA{Response: 15 * time.Minute, Resolution: time.Hour},
			"CRITICAL", 30 * time.Minute, 168 * time.Hour,
			map[string]string{"managed_by": "terraform-provider-cortx", "cortx_priority": "p0", "cortx_sla_response": "15m", "cortx_sla_resolution": "1h", "suite": "s"},
		},
		{
			alert.P1,
			alert.SLA{Response: time.Hour, Resolution: 4 * time.Hour},
			"ERROR", time.Hour, 72 * time.Hour,
			map[string]string{"managed_by": "terraform-provider-cortx", "cortx_priority": "p1", "cortx_sla_response": "1h", "cortx_sla_resolution": "4h", "suite": "s"},
		},
		{
			alert.P2,
			alert.SLA{Response: 4 * time.Hour, Resolution: 24 * time.Hour},
			"WARNING", 4 * time.Hour, 24 * time.Hour,
			map[string]string{"managed_by": "terraform-provider-cortx", "cortx_priority": "p2", "cortx_sla_response": "4h", "cortx_sla_resolution": "24h", "suite": "s"},
		},
		{"", alert.SLA{}, "", 0, 0, map[string]string{"managed_by": "terraform-provider-cortx", "suite": "s"}},
	} {
		sla, ok := test.priority.SLA()
		if sla != test.sla || ok != (test.priority != "") || test.priority.Valid() != ok {
			t.Errorf("SLA() of %q = %v, %v", test.priority, sla, ok)
		}
		if got := test.priority.Severity(); got != test.severity {
			t.Errorf("Severity() of %q = %q, want %q", test.priority, got, test.severity)
		}
		if got := test.priority.Renotify(); got != test.renotify {
			t.Errorf("Renotify() of %q = %s, want %s", test.priority, got, test.renotify)
		}
		if got := test.priority.AutoClose(); got != test.autoClose {
			t.Errorf("AutoClose() of %q = %s, want %s", test.priority, got, test.autoClose)
		}
		labels := alert.OwnLabels(alert.Policy{Priority: test.priority, Suite: "s"})
		if diff := cmp.Diff(test.labels, labels); diff != "" {
			t.Errorf("OwnLabels() of %q (-want +got):\n%s", test.priority, diff)
		}
		for key := range labels {
			if !alert.IsOwnLabel(key) {
				t.Errorf("IsOwnLabel(%q) = false", key)
			}
		}
	}
}
