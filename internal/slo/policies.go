package slo

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

// evaluationInterval is how often the service evaluates a query by its own
// default (google/monitoring/v3/alert.proto). It is sent all the same, so that a
// reply which names it is no drift.
const evaluationInterval = 30 * time.Second

// Policies returns the alert policies of s: one for each pair of windows, the
// fastest first, and one for the metric not arriving. There are none when
// s.Alerts is off, or when the goal or the window are out of range.
//
// The metric that is gone pages as a fast burn does: when everything is down,
// nothing is left to export a metric, and no burn rate has a result.
func (s SLO) Policies() []NamedPolicy {
	if !s.Alerts.Enabled || s.ratio(time.Minute) == "" {
		return nil
	}
	var named []NamedPolicy
	for i, pair := range s.Windows() {
		condition := alert.Condition{
			DisplayName: fmt.Sprintf("Burn rate above %s over %s and %s", number(pair.Factor), promDuration(pair.LongWindow), promDuration(pair.ShortWindow)),
			PromQL:      &alert.PromQL{Query: s.burnQuery(pair)},
		}
		priority := s.Alerts.TicketPriority
		if pair.Page {
			priority = s.Alerts.PagePriority
		}
		named = append(named, s.policy(usualPairs()[i].key, priority, condition, s.burnText(pair)))
	}
	if len(named) == 0 || s.Alerts.AbsenceWindow == 0 {
		return named
	}
	return append(named, s.policy(KeyAbsence, s.Alerts.PagePriority, s.absence(), s.absenceText()))
}

func (s SLO) policy(key string, priority alert.Priority, condition alert.Condition, intro string) NamedPolicy {
	condition.EvaluationInterval, condition.DisableMetricValidation = evaluationInterval, true
	runbook := s.Alerts.Runbook
	if runbook == nil {
		standard := s.DefaultRunbook(key)
		runbook = &standard
	}
	policy := alert.Policy{
		DisplayName:   s.title() + ": " + titles[key],
		Enabled:       true,
		Priority:      priority,
		Suite:         s.Alerts.Suite,
		Severity:      priority.Severity(),
		Combiner:      "OR",
		Conditions:    []alert.Condition{condition},
		Channels:      slices.Clone(s.Alerts.NotificationChannels),
		Runbook:       runbook,
		Documentation: &alert.Documentation{Content: intro},
		AutoClose:     priority.AutoClose(),
		Renotify:      priority.Renotify(),
		Prompts:       []string{"OPENED", "CLOSED"},
	}
	policy.Labels = map[string]string{}
	maps.Copy(policy.Labels, s.Labels)
	maps.Copy(policy.Labels, alert.OwnLabels(policy))
	policy.Labels[LabelSLO], policy.Labels[LabelPolicy] = PolicyLabel(s.ServiceID, s.SloID), key
	return NamedPolicy{Key: key, Policy: policy}
}

// titles say what a policy is about, in its display name.
var titles = map[string]string{
	"burn_1h": "budget burns very fast", "burn_6h": "budget burns fast",
	"burn_1d": "budget burns steadily", "burn_3d": "budget burns slowly",
	KeyAbsence: "no data",
}

// title is what the SLO is called in messages to people.
func (s SLO) title() string {
	name := s.DisplayName
	if name == "" {
		name = s.SloID
	}
	if s.ServiceDisplayName == "" {
		return name
	}
	return s.ServiceDisplayName + ", " + name
}

func (s SLO) absence() alert.Condition {
	window := s.Alerts.AbsenceWindow
	if metric, match := s.presence(); metric != "" {
		return alert.Condition{
			DisplayName: fmt.Sprintf("%s absent for %s", metric, promDuration(window)),
			Absence:     &alert.Absence{Scope: alert.Scope{MatchLabels: match, TenantLabel: alert.DefaultTenantLabel}, Metric: metric, Window: window},
		}
	}
	all := s.everything()
	gone := make([]string, len(all))
	for i, series := range all {
		gone[i] = "absent_over_time(" + series + "[" + promDuration(window) + "])"
	}
	return alert.Condition{
		DisplayName: "Nothing counted for " + promDuration(window),
		PromQL:      &alert.PromQL{Query: strings.Join(gone, " and ")},
	}
}

// everything are the selectors that count all requests together.
func (s SLO) everything() []string {
	switch {
	case s.DistributionCut != nil:
		return []string{s.DistributionCut.TotalPromQL}
	case s.GoodTotalRatio != nil && s.GoodTotalRatio.TotalPromQL != "":
		return []string{s.GoodTotalRatio.TotalPromQL}
	case s.GoodTotalRatio != nil:
		return []string{s.GoodTotalRatio.GoodPromQL, s.GoodTotalRatio.BadPromQL}
	default:
		return nil
	}
}
