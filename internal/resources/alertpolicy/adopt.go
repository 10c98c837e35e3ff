package alertpolicy

import (
	"context"
	"fmt"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"google.golang.org/protobuf/proto"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
	"github.com/cortx-platform/terraform-provider-cortx/internal/problem"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// A policy that hashicorp/google made, or a person, becomes one of ours by a
// moved block or by an import, without a change to it.

// MoveState implements resource.ResourceWithMoveState.
func (r *alertPolicy) MoveState(context.Context) []resource.StateMover {
	return collection.Movers(tfkit.MoveSource{
		Types:   []string{"google_monitoring_alert_policy"},
		Inspect: inspectSource,
	})
}

// inspectSource says what a google_monitoring_alert_policy has that this
// resource can't hold. The policy itself is asked again when it is read, see
// [lost], since a state may be out of date.
func inspectSource(attributes map[string]any) []problem.Problem {
	found := problem.List(tfkit.DeletionPolicyLost(attributes, "cortx_alert_policy"))
	conditions, _ := attributes["conditions"].([]any)
	for i, each := range conditions {
		condition, _ := each.(map[string]any)
		for _, unknown := range foreignConditions {
			if blocks, _ := condition[unknown.block].([]any); len(blocks) > 0 {
				found.Add(nil, cantCarry, fmt.Sprintf("conditions[%d].%s has no counterpart in cortx_alert_policy. %s", i, unknown.block, unknown.advice()))
			}
		}
	}
	return found
}

const cantCarry = "A condition of the alert policy can't be carried over."

// foreignCondition is a kind of condition that this resource has no signal for.
type foreignCondition struct {
	// block is its name in google_monitoring_alert_policy.
	block string
	// instead says what to use in its place.
	instead string
}

var (
	conditionMQL = foreignCondition{"condition_monitoring_query_language", "Google has deprecated MQL: write the query in PromQL"}
	conditionSQL = foreignCondition{"condition_sql", "Alert on a log-based metric, or on log entries as they come"}

	foreignConditions = []foreignCondition{conditionMQL, conditionSQL}
)

func (c foreignCondition) advice() string {
	return c.instead + " where the policy is managed now, apply it there, and take the policy over then. Or leave it as google_monitoring_alert_policy. Nothing was changed."
}

// lost says what of a policy this resource can't hold. coming is for a policy
// that is just being imported or moved: then it is an error, since the plan would
// replace what nobody has looked at; later it is drift, which a plan shows.
func lost(remote *monitoringpb.AlertPolicy, coming bool) []problem.Problem {
	var found problem.List
	for i, condition := range remote.GetConditions() {
		var unknown foreignCondition
		switch condition.GetCondition().(type) {
		case *monitoringpb.AlertPolicy_Condition_ConditionMonitoringQueryLanguage:
			unknown = conditionMQL
		case *monitoringpb.AlertPolicy_Condition_ConditionSql:
			unknown = conditionSQL
		case nil:
			unknown = foreignCondition{"a kind that this version of the provider doesn't know", "Use a newer version of the provider, or change the condition"}
		default:
			continue
		}
		where := fmt.Sprintf("Condition %d of %s, %q, is %s, which cortx_alert_policy has no signal for.", i, remote.GetName(), condition.GetDisplayName(), unknown.block)
		if coming {
			found.Add(nil, cantCarry, where+" "+unknown.advice())
			continue
		}
		found.Warn(nil, "The alert policy has a condition that the provider can't show.",
			where+" The plan shows it as a condition without a signal, and apply puts the configured one in its place.")
	}
	if alert.FromProto(remote).Renotify == alert.MixedRenotify {
		found.Warn(nil, "The reminders of this alert policy differ from channel to channel.",
			fmt.Sprintf("alert_strategy.notification_channel_strategy of %s gives some channels another renotify_interval than others, or none. cortx_alert_policy reminds all channels alike: "+
				"the plan shows 1s as the present interval, and apply puts the configured one in its place. To keep the difference, make a policy for each interval, or leave it as google_monitoring_alert_policy.", remote.GetName()))
	}
	return found
}

// reportLost adds what lost says.
func reportLost(remote *monitoringpb.AlertPolicy, coming bool, diags *diag.Diagnostics) {
	for _, found := range lost(remote, coming) {
		if found.Warning {
			diags.AddWarning(found.Summary, found.Detail)
			continue
		}
		diags.AddError(found.Summary, found.Detail)
	}
}

// deferral is what may wait on an adopted policy. A query that reads like a
// typed signal comes back as that signal, while a configuration that was taken
// over from google_monitoring_alert_policy says promql: as long as both render
// to the same conditions, the difference is one of words. known says whether all
// of the configured ones are.
func deferral(configured alert.Policy, standing []alert.Condition, known bool) tfkit.Deferral {
	later := tfkit.Deferral{Own: alert.IsOwnLabel}
	if known && sameConditions(configured.Conditions, standing) {
		later.Attributes = [][]string{{"conditions"}}
	}
	return later
}

func sameConditions(a, b []alert.Condition) bool {
	if len(a) != len(b) {
		return false
	}
	bare := func(conditions []alert.Condition) (*monitoringpb.AlertPolicy, error) {
		return alert.Policy{Conditions: unnamed(conditions)}.Proto()
	}
	first, err := bare(a)
	if err != nil {
		return false
	}
	second, err := bare(b)
	return err == nil && proto.Equal(first, second)
}

// unnamed takes the names off, which the service assigns and a plan may not know.
func unnamed(conditions []alert.Condition) []alert.Condition {
	result := make([]alert.Condition, len(conditions))
	for i, condition := range conditions {
		condition.Name = ""
		result[i] = condition
	}
	return result
}
