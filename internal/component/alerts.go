package component

import (
	"context"
	"fmt"
	"slices"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// alerts are the environment's own: one on changes of what is audited, and of
// where that is kept. The service assigns a policy's id, so the owner's label is
// what it is found by.
type alerts struct{ base }

func newAlerts(e *Env) reconcile.Component {
	return &alerts{base{Env: e, name: policy.ComponentAlerts, needs: []string{"services"}}}
}

const (
	// purposeLabel tells the environment's own policies apart.
	purposeLabel = "cortx-purpose"
	auditChanges = "audit-configuration"
	alertsNote   = "intent"
	alertRate    = 5 * time.Minute
	alertCloses  = 24 * time.Hour
)

// AuditChangeFilter selects the log entries of changes to the project's audit
// configuration, and to the sinks, buckets and exclusions that decide what is
// kept of logs. Method names are those of Cloud Audit Logs.
const AuditChangeFilter = `log_id("cloudaudit.googleapis.com/activity")
AND (
  (protoPayload.methodName:"SetIamPolicy" AND protoPayload.serviceData.policyDelta.auditConfigDeltas:*)
  OR protoPayload.methodName=~"^google\.logging\.v2\.ConfigServiceV2\.(CreateExclusion|UpdateExclusion|DeleteExclusion|UpdateSink|DeleteSink|UpdateBucket|DeleteBucket|UpdateSettings|UpdateCmekSettings)"
)`

// runbook is what the one who is woken reads.
func (a *alerts) runbook() string {
	return fmt.Sprintf(`## The audit configuration of %[1]s has changed

Somebody changed which accesses are logged in the project %[2]s, or where its logs are kept.

1. Look at the log entry of the incident: who (principalEmail), what (methodName, auditConfigDeltas), from where (callerIp).
2. An apply of the environment changes this too. Was there one at that time, under that identity, with a reviewed plan?
3. If not: run a plan. It shows the drift, and an apply repairs it. Then treat the change as an incident: revoke the identity's access and keep the logs.

Controls: AU-12, AU-7, 164.312(b).`, a.spec.Name, a.spec.Project)
}

func (a *alerts) wanted() bool { return a.spec.Settings.Bool(policy.AuditConfigChangeAlerts) }

func (a *alerts) wish(o reconcile.Owner) *monitoringpb.AlertPolicy {
	labels := a.labels(o)
	labels[purposeLabel] = auditChanges
	return &monitoringpb.AlertPolicy{
		DisplayName: fmt.Sprintf("%s: the audit configuration has changed", a.spec.Name),
		Documentation: &monitoringpb.AlertPolicy_Documentation{
			Content: a.runbook(), MimeType: "text/markdown", Subject: fmt.Sprintf("The audit configuration of %s has changed", a.spec.Name),
		},
		UserLabels: labels, Combiner: monitoringpb.AlertPolicy_OR, Enabled: wrapperspb.Bool(true), Severity: monitoringpb.AlertPolicy_ERROR,
		NotificationChannels: slices.Clone(a.spec.NotificationChannels),
		Conditions: []*monitoringpb.AlertPolicy_Condition{{
			DisplayName: "A change of the audit configuration",
			Condition: &monitoringpb.AlertPolicy_Condition_ConditionMatchedLog{
				ConditionMatchedLog: &monitoringpb.AlertPolicy_Condition_LogMatch{Filter: AuditChangeFilter},
			},
		}},
		AlertStrategy: &monitoringpb.AlertPolicy_AlertStrategy{
			NotificationRateLimit: &monitoringpb.AlertPolicy_AlertStrategy_NotificationRateLimit{Period: durationpb.New(alertRate)},
			AutoClose:             durationpb.New(alertCloses),
		},
	}
}

// find returns our policies. There is one, unless somebody copied it.
func (a *alerts) find(ctx context.Context) ([]*monitoringpb.AlertPolicy, error) {
	all, err := a.client.AlertPolicies().List(ctx, a.spec.Project, "")
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(p *monitoringpb.AlertPolicy) bool {
		owner, marked := reconcile.OwnerOfLabels(p.GetUserLabels())
		return !marked || owner.Key != a.spec.Owner || p.GetUserLabels()[purposeLabel] != auditChanges
	}), nil
}

// differs says what is not as desired; fields is the mask that mends it.
func (a *alerts) differs(found *monitoringpb.AlertPolicy) (differs differ, fields []string) {
	wish := a.wish(reconcile.Owner{Key: a.spec.Owner})
	add := func(other bool, what, field string) {
		if other {
			differs.say("", "%s", what)
			fields = append(fields, field)
		}
	}
	filter := ""
	if len(found.GetConditions()) == 1 {
		filter = found.GetConditions()[0].GetConditionMatchedLog().GetFilter()
	}
	add(filter != AuditChangeFilter, "the condition of the alert on audit changes differs", "conditions")
	add(!found.GetEnabled().GetValue(), "the alert on audit changes is disabled", "enabled")
	// The service may name the project by its number.
	ids := func(channels []string) []string {
		var all []string
		for _, c := range channels {
			all = append(all, last(c))
		}
		return all
	}
	add(!sameSet(ids(found.GetNotificationChannels()), ids(wish.GetNotificationChannels())), "the alert on audit changes has other channels", "notification_channels")
	add(!proto.Equal(found.GetDocumentation(), wish.GetDocumentation()), "the runbook of the alert on audit changes differs", "documentation")
	add(!proto.Equal(found.GetAlertStrategy(), wish.GetAlertStrategy()), "the strategy of the alert on audit changes differs", "alert_strategy")
	add(found.GetSeverity() != wish.GetSeverity(), "the severity of the alert on audit changes differs", "severity")
	add(found.GetDisplayName() != wish.GetDisplayName(), "the name of the alert on audit changes differs", "display_name")
	add(len(a.labelsDiffer(found.GetUserLabels())) > 0, "the labels of the alert on audit changes differ", "user_labels")
	return differs, fields
}

// Observe implements [reconcile.Component].
func (a *alerts) Observe(ctx context.Context) (reconcile.Observation, error) {
	found, err := a.find(ctx)
	if err != nil {
		return reconcile.Observation{}, err
	}
	seen := reconcile.Observation{Presence: reconcile.Present, Values: map[string]any{policy.AuditConfigChangeAlerts: false}}
	if len(found) == 0 {
		if a.wanted() {
			seen.Presence = reconcile.Absent
		}
		return seen, nil
	}
	differs, fields := a.differs(found[0])
	seen.Values[policy.AuditConfigChangeAlerts] = !slices.Contains(fields, "conditions") && !slices.Contains(fields, "enabled")
	if a.wanted() {
		seen.Differs = differs
		if len(found) > 1 {
			seen.Differs = append(seen.Differs, difference("", "there is more than one alert on audit changes"))
		}
	}
	seen.Outputs = map[string]string{"audit_alert": found[0].GetName()}
	return seen, nil
}

// Converge implements [reconcile.Component].
func (a *alerts) Converge(ctx context.Context, s *reconcile.Step) error {
	found, err := a.find(ctx)
	if err != nil {
		return err
	}
	if !a.wanted() {
		return a.drop(ctx, s, found)
	}
	if len(found) == 0 {
		// What is noted tells a look at the ledger what a run was about to make.
		if err := s.Record(ctx, alertsNote, auditChanges); err != nil {
			return err
		}
		s.Progress(ctx, "creating the alert on audit changes")
		_, err := a.client.AlertPolicies().Create(ctx, a.spec.Project, a.wish(s.Owner()))
		return err
	}
	if err := a.drop(ctx, s, found[1:]); err != nil {
		return err
	}
	differs, fields := a.differs(found[0])
	if len(fields) == 0 {
		return nil
	}
	s.Progress(ctx, "updating the alert on audit changes: %s", reconcile.Words(differs))
	change := a.wish(s.Owner())
	change.Name = found[0].GetName()
	change.UserLabels = a.mergedLabels(found[0].GetUserLabels(), s.Owner())
	change.UserLabels[purposeLabel] = auditChanges
	if conditions := found[0].GetConditions(); len(conditions) == 1 {
		change.GetConditions()[0].Name = conditions[0].GetName()
	}
	_, err = a.client.AlertPolicies().Update(ctx, change, fields...)
	return err
}

func (a *alerts) drop(ctx context.Context, s *reconcile.Step, found []*monitoringpb.AlertPolicy) error {
	for _, p := range found {
		s.Progress(ctx, "deleting the alert %s", p.GetName())
		if err := a.client.AlertPolicies().Delete(ctx, p.GetName()); err != nil {
			return err
		}
	}
	return nil
}

// Remove implements [reconcile.Component].
func (a *alerts) Remove(ctx context.Context, s *reconcile.Step) error {
	found, err := a.find(ctx)
	if err != nil {
		return err
	}
	return a.drop(ctx, s, found)
}

// Discover implements [reconcile.Discoverer].
func (a *alerts) Discover(ctx context.Context) (ownerKey string, incarnation int64, notes map[string]string, found bool, err error) {
	standing, err := a.find(ctx)
	if err != nil || len(standing) == 0 {
		return "", 0, nil, false, err
	}
	owner, _ := reconcile.OwnerOfLabels(standing[0].GetUserLabels())
	return owner.Key, owner.Incarnation, map[string]string{alertsNote: auditChanges}, true, nil
}
