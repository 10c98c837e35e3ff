package slo

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/protobuf/proto"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

// standing is a policy that stands.
type standing struct {
	key    string
	policy alert.Policy
}

func text[T ~string](v T) string { return string(v) }

// setAlerts recovers the settings of the alerts from the policies that stand.
func (s *SLO) setAlerts(policies map[string]*monitoringpb.AlertPolicy, prior *SLO) {
	s.Alerts = DefaultAlerts()
	if prior != nil {
		s.Alerts = prior.Alerts
		s.Alerts.NotificationChannels = slices.Clone(prior.Alerts.NotificationChannels)
	}
	var all, pages, tickets []standing
	for _, key := range Keys() {
		if policies[key] == nil {
			continue
		}
		one := standing{key, alert.FromProto(policies[key])}
		all = append(all, one)
		if slices.ContainsFunc(usualPairs(), func(pair usualPair) bool { return pair.key == key && !pair.page }) {
			tickets = append(tickets, one)
		} else {
			pages = append(pages, one)
		}
	}
	s.Alerts.Enabled = len(all) > 0
	if !s.Alerts.Enabled {
		return
	}
	priority := func(one standing) (alert.Priority, bool) { return one.policy.Priority, true }
	if found, ok := common(pages, priority, text[alert.Priority]); ok {
		s.Alerts.PagePriority = found
	}
	if found, ok := common(tickets, priority, text[alert.Priority]); ok {
		s.Alerts.TicketPriority = found
	}
	s.Alerts.Suite, _ = common(all, func(one standing) (string, bool) { return one.policy.Suite, true }, text[string])
	channels, _ := common(all, func(one standing) ([]string, bool) { return one.policy.Channels, true }, sortedText)
	if sortedText(channels) != sortedText(s.Alerts.NotificationChannels) {
		s.Alerts.NotificationChannels = channels
	}
	s.Alerts.Runbook, _ = common(all, func(one standing) (*alert.Runbook, bool) { return s.runbook(one, prior), true },
		func(r *alert.Runbook) string { return fmt.Sprintf("%t%+v", r == nil, pointee(r)) })
	s.setAbsence(policies[KeyAbsence], prior)
}

// runbook returns the runbook of a policy, nil for the standard one and for none.
func (s SLO) runbook(one standing, prior *SLO) *alert.Runbook {
	found := one.policy.Runbook
	if found == nil {
		return nil
	}
	for _, candidate := range []*SLO{&s, prior} {
		if candidate == nil {
			continue
		}
		// A standard one that was written before the service had its name now.
		titled := *candidate
		titled.ServiceDisplayName = candidate.serviceIn(one)
		if reflect.DeepEqual(*found, candidate.DefaultRunbook(one.key)) || reflect.DeepEqual(*found, titled.DefaultRunbook(one.key)) {
			return nil
		}
	}
	return found
}

// serviceIn returns what a policy of s calls the service, by its own title.
func (s SLO) serviceIn(one standing) string {
	s.ServiceDisplayName = ""
	service, _ := strings.CutSuffix(one.policy.DisplayName, ", "+s.title()+": "+titles[one.key])
	return service
}

func pointee(r *alert.Runbook) alert.Runbook {
	if r == nil {
		return alert.Runbook{}
	}
	return *r
}

func sortedText(list []string) string {
	sorted := slices.Clone(list)
	slices.Sort(sorted)
	return strings.Join(sorted, "\n")
}

// setAbsence reads the window off the policy. One that is missing was deleted,
// when there is a prior that wants it.
func (s *SLO) setAbsence(policy *monitoringpb.AlertPolicy, prior *SLO) {
	if policy == nil {
		if prior == nil {
			s.Alerts.AbsenceWindow = 0
		}
		return
	}
	if found := rangesOf(queryOf(policy)); len(found) > 0 {
		s.Alerts.AbsenceWindow = found[0].window
	}
}

// pending returns the keys of what is missing or differs.
func (s SLO) pending(observed Observed, prior *SLO) []string {
	var keys []string
	if observed.Service == nil {
		keys = append(keys, KeyService)
	}
	if observed.Objective == nil || !SameObjective(observed.Objective, s.Objective()) {
		keys = append(keys, KeyObjective)
	}
	candidates := []SLO{s}
	if prior != nil {
		// Labels that somebody put on the objective need not be on the policies.
		candidates[0].Labels = prior.Labels
		candidates = append(candidates, *prior)
	}
	wanted := make([]map[string]alert.Policy, len(candidates))
	for i, candidate := range candidates {
		wanted[i] = map[string]alert.Policy{}
		for _, named := range candidate.Policies() {
			wanted[i][named.Key] = named.Policy
		}
	}
	for _, key := range Keys() {
		stands := observed.Policies[key]
		asAsked := func(policies map[string]alert.Policy) bool {
			policy, ok := policies[key]
			return ok == (stands != nil) && (!ok || SamePolicy(stands, policy))
		}
		if !slices.ContainsFunc(wanted, asAsked) {
			keys = append(keys, key)
		}
	}
	return keys
}

// SamePolicy says whether a policy that stands is what this one asks for. Labels
// that others put on it, the order of channels, the spelling of a query and the
// service's own defaults make no difference.
func SamePolicy(stands *monitoringpb.AlertPolicy, wanted alert.Policy) bool {
	asked, err := wanted.Proto()
	if err != nil {
		return false
	}
	a, b := plain(stands), plain(asked)
	for key, value := range b.Labels {
		if a.Labels[key] != value {
			return false
		}
	}
	a.Labels, b.Labels = nil, nil
	if len(a.Conditions) != len(b.Conditions) {
		return false
	}
	for i := range a.Conditions {
		first, ok := a.Conditions[i].Query()
		second, okToo := b.Conditions[i].Query()
		if ok && okToo && sameQuery(first, second) {
			a.Conditions[i], b.Conditions[i] = withoutQuery(a.Conditions[i]), withoutQuery(b.Conditions[i])
		}
	}
	return reflect.DeepEqual(a, b)
}

// plain is a policy without names, and with defaults in place of nothing.
func plain(policy *monitoringpb.AlertPolicy) alert.Policy {
	p := alert.FromProto(policy)
	p.Name = ""
	slices.Sort(p.Channels)
	if len(p.Prompts) == 0 {
		p.Prompts = []string{"OPENED", "CLOSED"}
	}
	for i := range p.Conditions {
		p.Conditions[i].Name = ""
		if p.Conditions[i].EvaluationInterval == 0 {
			p.Conditions[i].EvaluationInterval = evaluationInterval
		}
	}
	return p
}

// withoutQuery drops the query but for what a rule carries besides it.
func withoutQuery(c alert.Condition) alert.Condition {
	rest := alert.PromQL{}
	if c.PromQL != nil {
		rest = *c.PromQL
		rest.Query = ""
	}
	return alert.Condition{
		DisplayName: c.DisplayName, Duration: c.Duration, EvaluationInterval: c.EvaluationInterval,
		DisableMetricValidation: c.DisableMetricValidation, PromQL: &rest,
	}
}

// SameObjective says whether an objective that stands counts what this one asks
// for over the same time. Names, goals, labels and the order and spelling of
// terms in a filter make no difference.
func SameObjective(stands, wanted *monitoringpb.ServiceLevelObjective) bool {
	if stands.GetCalendarPeriod() != wanted.GetCalendarPeriod() || !proto.Equal(stands.GetRollingPeriod(), wanted.GetRollingPeriod()) {
		return false
	}
	a, b := stands.GetServiceLevelIndicator(), wanted.GetServiceLevelIndicator()
	if proto.Equal(a, b) {
		return true
	}
	if ratio, other := a.GetRequestBased().GetGoodTotalRatio(), b.GetRequestBased().GetGoodTotalRatio(); ratio != nil && other != nil {
		return sameFilter(ratio.GetGoodServiceFilter(), other.GetGoodServiceFilter()) &&
			sameFilter(ratio.GetBadServiceFilter(), other.GetBadServiceFilter()) &&
			sameFilter(ratio.GetTotalServiceFilter(), other.GetTotalServiceFilter())
	}
	cut, other := a.GetRequestBased().GetDistributionCut(), b.GetRequestBased().GetDistributionCut()
	return cut != nil && other != nil && cut.GetRange().GetMin() == other.GetRange().GetMin() &&
		cut.GetRange().GetMax() == other.GetRange().GetMax() && sameFilter(cut.GetDistributionFilter(), other.GetDistributionFilter())
}
