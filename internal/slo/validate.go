package slo

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
	"github.com/cortx-platform/terraform-provider-cortx/internal/problem"
)

// Limits and patterns from the comments of google/monitoring/v3/service.proto
// and service_service.proto.
const maxGoal = 0.9999

var (
	serviceID = regexp.MustCompile(`^[a-z0-9-]+$`)
	sloID     = regexp.MustCompile(`^[a-zA-Z0-9_:.-]+$`)
)

// problems gathers what is wrong.
type problems struct{ problem.List }

// once drops what was said already: the policies of an SLO share most settings.
func (v *problems) once(found problem.Problem) {
	if !slices.ContainsFunc(v.List, func(p problem.Problem) bool {
		return p.Summary == found.Summary && slices.Equal(p.Path, found.Path)
	}) {
		v.List = append(v.List, found)
	}
}

// Validate returns everything about s that the service would refuse, and what
// can't work. All values have to be known: of an unknown one, drop the problems
// under its path.
func (s SLO) Validate() []problem.Problem {
	v := &problems{}
	s.validateNames(v)
	s.validateTarget(v)
	s.validateLabels(v)
	s.validateIndicator(v)
	s.validateAlerts(v)
	return v.List
}

func (s SLO) validateNames(v *problems) {
	if !serviceID.MatchString(s.ServiceID) {
		v.Add(problem.Path{"service_id"}, "The id of the service is not valid.", fmt.Sprintf("Use lower-case letters, digits and dashes, such as checkout-api; it is %q.", s.ServiceID))
	}
	if !sloID.MatchString(s.SloID) {
		v.Add(problem.Path{"slo_id"}, "The id of the objective is not valid.", fmt.Sprintf("Use letters, digits, dashes, underscores, colons and dots, such as uptime; it is %q.", s.SloID))
	}
}

func (s SLO) validateTarget(v *problems) {
	if !(s.Goal > 0 && s.Goal <= maxGoal) {
		v.Add(problem.Path{"goal"}, "The goal is out of range.", fmt.Sprintf("Give a share above 0 and up to %s, such as 0.999 for 99.9 %%; it is %s.", number(maxGoal), number(s.Goal)))
	}
	if s.WindowDays < 1 || s.WindowDays > usualDays {
		v.Add(problem.Path{"window_days"}, "The window is out of range.", fmt.Sprintf("Give 1 to %d days, which is what the service has; it is %d.", usualDays, s.WindowDays))
	}
}

func (s SLO) validateLabels(v *problems) {
	own := OwnLabels()
	for _, key := range slices.Sorted(maps.Keys(s.Labels)) {
		if IsOwnLabel(key) && own[key] != s.Labels[key] {
			v.Add(problem.Path{"labels"}, "The label is the provider's own.", fmt.Sprintf("Remove %q from labels: the provider sets it by the attributes of alerts, and by which objective a policy belongs to.", key))
		}
	}
	// The rules for labels are the same for policies, which have more of them.
	// Without priority, the ones that follow from it are no problem twice.
	for _, found := range (alert.Policy{Labels: s.foreignLabels()}).Validate() {
		if len(found.Path) > 0 && found.Path[0] == "labels" {
			v.once(found)
		}
	}
}

// foreignLabels are the labels that are not the provider's.
func (s SLO) foreignLabels() map[string]string {
	labels := map[string]string{}
	for key, value := range s.Labels {
		if !IsOwnLabel(key) {
			labels[key] = value
		}
	}
	return labels
}

func (s SLO) validateIndicator(v *problems) {
	names := s.indicators()
	if len(names) != 1 {
		detail := "Set preset, or one of availability, latency, good_total_ratio and distribution_cut."
		if len(names) > 1 {
			detail = "An objective counts one thing; this one has " + strings.Join(names, " and ") + ". Make an objective of each."
		}
		v.Add(nil, "The objective has not exactly one indicator.", detail)
		return
	}
	at := problem.Path{names[0]}
	switch {
	case s.Availability != nil:
		v.signal(at, "good_total_ratio", alert.Condition{ErrorRate: s.Availability.signal(chartWindow)})
	case s.Latency != nil:
		signal := s.Latency.signal(chartWindow)
		signal.Quantile = DefaultLatencyGoal
		v.signal(at, "distribution_cut", alert.Condition{Latency: signal})
	case s.GoodTotalRatio != nil:
		s.GoodTotalRatio.validate(v, at, s.Alerts.Enabled)
	case s.DistributionCut != nil:
		s.DistributionCut.validate(v, at, s.Alerts.Enabled)
	}
}

// signal takes over what there is to say of the alert signal that counts the
// same; raw is the indicator that takes what the typed one can't say.
func (v *problems) signal(at problem.Path, raw string, c alert.Condition) {
	for _, found := range (alert.Policy{DisplayName: "SLO", Conditions: []alert.Condition{c}}).Validate() {
		if len(found.Path) < 3 || found.Path[0] != "conditions" {
			continue
		}
		found.Path = slices.Concat(at, found.Path[3:])
		found.Detail = strings.NewReplacer(
			"a raw promql signal", raw, "The signal", "The indicator", "the signal", "the indicator",
		).Replace(found.Detail)
		found.Summary = strings.NewReplacer("The signal", "The indicator").Replace(found.Summary)
		v.once(found)
	}
}

func (g GoodTotalRatio) validate(v *problems, at problem.Path, alerts bool) {
	filters := []string{g.GoodServiceFilter, g.BadServiceFilter, g.TotalServiceFilter}
	names := []string{"good_service_filter", "bad_service_filter", "total_service_filter"}
	if given(filters) != 2 {
		v.Add(at, "The ratio has not exactly two filters.", fmt.Sprintf("Set two of %s: the service computes the third. %d are set.", strings.Join(names, ", "), given(filters)))
	}
	for i, filter := range filters {
		v.filter(at.To(names[i]), filter)
	}
	queries := []string{g.GoodPromQL, g.BadPromQL, g.TotalPromQL}
	names = []string{"good_promql", "bad_promql", "total_promql"}
	switch n := given(queries); {
	case n == 0 && !alerts:
	case n != 2:
		v.Add(at, "The ratio has not exactly two PromQL selectors.", fmt.Sprintf("Set two of %s to the same series as the filters, or alerts.enabled to false: alerts are queries in PromQL, and can't be made from filters. %d are set.", strings.Join(names, ", "), n))
	}
	for i, query := range queries {
		v.selector(at.To(names[i]), query)
	}
}

func (d DistributionCut) validate(v *problems, at problem.Path, alerts bool) {
	if d.DistributionFilter == "" {
		v.Add(at.To("distribution_filter"), "The filter is missing.", "Set it to a Monitoring filter that selects a distribution.")
	}
	v.filter(at.To("distribution_filter"), d.DistributionFilter)
	for i, bound := range []float64{d.Min, d.Max} {
		if math.IsNaN(bound) || math.IsInf(bound, 0) {
			v.Add(at.To([]string{"min", "max"}[i]), "The bound is not a number.", "Give a finite number; leave max out for no upper bound.")
		}
	}
	if d.Max != 0 && d.Max <= d.Min {
		v.Add(at.To("max"), "The range is empty.", fmt.Sprintf("Give a max above min, or leave it out for no upper bound; it goes from %s to %s.", number(d.Min), number(d.Max)))
	}
	if n := given([]string{d.GoodPromQL, d.TotalPromQL}); n == 1 || n == 0 && alerts {
		v.Add(at, "The distribution has no PromQL selectors.", "Set good_promql and total_promql to counters of the same distribution, such as latency_seconds_bucket{le=\"0.5\"} and latency_seconds_count, or alerts.enabled to false: alerts are queries in PromQL, and can't be made from filters.")
	}
	v.selector(at.To("good_promql"), d.GoodPromQL)
	v.selector(at.To("total_promql"), d.TotalPromQL)
}

// given counts what is not empty.
func given(values []string) int {
	n := 0
	for _, value := range values {
		if value != "" {
			n++
		}
	}
	return n
}

func (v *problems) filter(at problem.Path, filter string) {
	if filter == "" {
		return
	}
	if err := alert.ValidateMonitoringFilter(filter); err != nil {
		v.Add(at, "The filter is not a valid Monitoring filter.", "Correct the filter: "+err.Error()+".")
	}
}

// selector checks that query is a selector, which a window can be put behind.
func (v *problems) selector(at problem.Path, query string) {
	if query == "" {
		return
	}
	expr, err := parseQuery(query)
	if err != nil {
		v.Add(at, "The selector is not valid PromQL.", "Write a selector of counters such as http_requests_total{status=~\"5..\"}. Prometheus' parser says: "+err.Error())
		return
	}
	series, ok := expr.(*parser.VectorSelector)
	if !ok || series.OriginalOffset != 0 || series.Timestamp != nil || series.StartOrEnd != 0 || int(expr.PositionRange().End) != len(query) {
		v.Add(at, "The PromQL is not just a selector.", fmt.Sprintf("Write only which counters there are, such as http_requests_total{status=~\"5..\"}: the alerts sum their rates over several windows. It is %q.", query))
	}
}

func (s SLO) validateAlerts(v *problems) {
	if !s.Alerts.Enabled {
		return
	}
	at := problem.Path{"alerts"}
	for _, one := range []struct {
		name     string
		priority alert.Priority
	}{{"page_priority", s.Alerts.PagePriority}, {"ticket_priority", s.Alerts.TicketPriority}} {
		if !one.priority.Valid() {
			v.Add(at.To(one.name), "The priority is unknown.", fmt.Sprintf("Set it to P0 (platform down), P1 (suite degraded) or P2 (feature affected); it is %q.", one.priority))
		}
	}
	if w := s.Alerts.AbsenceWindow; w != 0 && (w < time.Minute || w%time.Second != 0) {
		v.Add(at.To("absence_window"), "The window is too short.", fmt.Sprintf("Give at least 1m in whole seconds, or 0s for no policy; it is %s.", w))
	}
	wrong := len(v.List)
	for _, named := range s.Policies() {
		for _, found := range named.Policy.Validate() {
			if path, ok := s.blame(named, found.Path, wrong > 0); ok {
				found.Path = path
				v.once(found)
			}
		}
	}
}

// maxLabels is how many labels an object can have
// (google/monitoring/v3/alert.proto); one is put on while it is created.
const maxLabels = 64 - 1

func tooMany(labels map[string]string) bool { return len(labels) > maxLabels }

// blame says which attribute of the SLO a problem of a policy comes from; false
// when it was reported there.
func (s SLO) blame(named NamedPolicy, at []any, reported bool) (problem.Path, bool) {
	name, ok := at[0].(string)
	if !ok {
		return nil, false
	}
	alerts := problem.Path{"alerts"}
	switch name {
	case "display_name":
		return problem.Path{"display_name"}, true
	case "notification_channels", "runbook", "suite":
		return slices.Concat(alerts, at), true
	case "documentation":
		return alerts.To("runbook"), true
	case "labels":
		// What a label may hold was checked on the objective. The limit on their
		// number counts those that the policies have besides.
		return problem.Path{"labels"}, !reported && tooMany(named.Policy.Labels)
	case "conditions":
		if named.Key == KeyAbsence && named.Policy.Conditions[0].Absence != nil && slices.Equal(at[len(at)-1:], []any{"window"}) {
			return alerts.To("absence_window"), !reported
		}
		return problem.Path{s.Indicator()}, !reported
	default:
		return nil, false
	}
}
