package alertpolicy_test

import (
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/resources/alertpolicy"
)

// TestLost walks all kinds of conditions: those without a signal stop an import,
// and are drift on a policy that is ours already.
func TestLost(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		condition *monitoringpb.AlertPolicy_Condition
		wanted    string
	}{
		"threshold": {&monitoringpb.AlertPolicy_Condition{Condition: &monitoringpb.AlertPolicy_Condition_ConditionThreshold{}}, ""},
		"absence":   {&monitoringpb.AlertPolicy_Condition{Condition: &monitoringpb.AlertPolicy_Condition_ConditionAbsent{}}, ""},
		"log":       {&monitoringpb.AlertPolicy_Condition{Condition: &monitoringpb.AlertPolicy_Condition_ConditionMatchedLog{}}, ""},
		"promql":    {&monitoringpb.AlertPolicy_Condition{Condition: &monitoringpb.AlertPolicy_Condition_ConditionPrometheusQueryLanguage{}}, ""},
		"mql":       {&monitoringpb.AlertPolicy_Condition{Condition: &monitoringpb.AlertPolicy_Condition_ConditionMonitoringQueryLanguage{}}, "condition_monitoring_query_language"},
		"sql":       {&monitoringpb.AlertPolicy_Condition{Condition: &monitoringpb.AlertPolicy_Condition_ConditionSql{}}, "condition_sql"},
		"unknown":   {&monitoringpb.AlertPolicy_Condition{}, "newer version"},
	} {
		c.condition.DisplayName = "the " + name
		policy := &monitoringpb.AlertPolicy{Name: "projects/p/alertPolicies/1", Conditions: []*monitoringpb.AlertPolicy_Condition{
			{Condition: &monitoringpb.AlertPolicy_Condition_ConditionThreshold{}}, c.condition,
		}}
		for _, coming := range []bool{true, false} {
			found := alertpolicy.Lost(policy, coming)
			if c.wanted == "" {
				if len(found) > 0 {
					t.Errorf("%s: %v", name, found)
				}
				continue
			}
			if len(found) != 1 || found[0].Warning == coming {
				t.Errorf("%s, coming %v: %v", name, coming, found)
				continue
			}
			for _, text := range []string{policy.GetName(), "Condition 1", "the " + name} {
				if !strings.Contains(found[0].Detail, text) {
					t.Errorf("%s, coming %v: %q does not say %q", name, coming, found[0].Detail, text)
				}
			}
			if coming && !strings.Contains(found[0].Detail, c.wanted) {
				t.Errorf("%s: %q does not say %q", name, found[0].Detail, c.wanted)
			}
		}
	}

	channels := []string{"projects/p/notificationChannels/1", "projects/p/notificationChannels/2"}
	reminding := func(names ...string) *monitoringpb.AlertPolicy {
		return &monitoringpb.AlertPolicy{NotificationChannels: channels, AlertStrategy: &monitoringpb.AlertPolicy_AlertStrategy{
			NotificationChannelStrategy: []*monitoringpb.AlertPolicy_AlertStrategy_NotificationChannelStrategy{{
				NotificationChannelNames: names, RenotifyInterval: durationpb.New(time.Hour),
			}},
		}}
	}
	if found := alertpolicy.Lost(reminding(channels...), true); len(found) > 0 {
		t.Errorf("all channels alike: %v", found)
	}
	if found := alertpolicy.Lost(reminding(channels[0]), true); len(found) != 1 || !found[0].Warning || !strings.Contains(found[0].Detail, "notification_channel_strategy") {
		t.Errorf("one of two channels: %v", found)
	}
}
