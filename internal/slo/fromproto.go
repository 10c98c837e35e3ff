package slo

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
)

// Observed are the objects of one SLO as the service returns them, nil for what
// isn't there.
type Observed struct {
	Service   *monitoringpb.Service
	Objective *monitoringpb.ServiceLevelObjective
	// Policies are the policies of the SLO by their keys; see [PolicyKey].
	Policies map[string]*monitoringpb.AlertPolicy
}

// The keys of the objects besides the policies, in what [FromProto] says of them.
const (
	// KeyService is the key of the Monitoring service.
	KeyService = "service"
	// KeyObjective is the key of the objective.
	KeyObjective = "objective"
)

// PolicyKey returns which policy of the SLO this is, by its labels; empty when
// it is none of it.
func PolicyKey(policy *monitoringpb.AlertPolicy, serviceID, sloID string) string {
	labels := policy.GetUserLabels()
	if labels[LabelSLO] != PolicyLabel(serviceID, sloID) {
		return ""
	}
	return labels[LabelPolicy]
}

// FromProto recovers an SLO from what the service returns. It takes any objects,
// made by this package or not, and never fails: what has no place in an [SLO] is
// left out, so that it shows as drift. An indicator of another kind (basic, by
// windows) comes back as none, a period that is no whole number of days as 0
// days, and bounds of a distribution that are infinite as 0.
//
// prior is what was last known to be asked for, nil after an import. It decides
// where the objects can't: whether filters that a typed indicator would have are
// raw ones, and what the alerts are set to when no policy is left to read it
// from. A setting that the policies have in common is taken from most of them.
//
// pending are the keys of the objects that are missing, or that neither the
// recovered SLO nor prior would render to, in order: [KeyService],
// [KeyObjective], [Keys]. So a goal changed by hand shows as the goal, channels
// taken off all policies as the channels, and a query edited in one policy, or a
// policy that somebody deleted, as that policy. When all of them are gone, the
// alerts come back as not enabled instead.
func FromProto(observed Observed, prior *SLO) (s SLO, pending []string) {
	objective := observed.Objective
	s = SLO{
		ServiceDisplayName: observed.Service.GetDisplayName(),
		DisplayName:        objective.GetDisplayName(),
		Goal:               finite(objective.GetGoal()),
		WindowDays:         days(objective),
	}
	if labels := objective.GetUserLabels(); len(labels) > 0 {
		s.Labels = maps.Clone(labels)
	}
	s.Project, s.ServiceID, s.SloID = ids(objective.GetName(), observed.Service.GetName())
	burns := burnQueries(observed.Policies)
	s.setIndicator(objective.GetServiceLevelIndicator().GetRequestBased(), prior)
	s.setBuckets(burns, prior)
	s.setSelectors(burns, prior)
	s.setAlerts(observed.Policies, prior)
	return s, s.pending(observed, prior)
}

// ids takes the names apart.
func ids(objective, service string) (project, serviceID, sloID string) {
	for _, name := range []string{objective, service} {
		parts := strings.Split(name, "/")
		if len(parts) < 4 || parts[0] != "projects" || parts[2] != "services" {
			continue
		}
		if len(parts) == 6 {
			sloID = parts[5]
		}
		return parts[1], parts[3], sloID
	}
	return "", "", ""
}

// days returns the rolling period, 0 for a calendar period and for one that is
// not in whole days.
func days(objective *monitoringpb.ServiceLevelObjective) int64 {
	period := objective.GetRollingPeriod()
	if period.GetNanos() != 0 || period.GetSeconds()%daySeconds != 0 {
		return 0
	}
	return period.GetSeconds() / daySeconds
}

// finite returns v, 0 for what is no number that a configuration could hold.
func finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

func (s *SLO) setIndicator(sli *monitoringpb.RequestBasedSli, prior *SLO) {
	if ratio := sli.GetGoodTotalRatio(); ratio != nil {
		raw := prior != nil && prior.GoodTotalRatio != nil
		if typed, ok := availabilityFrom(ratio.GetBadServiceFilter(), ratio.GetTotalServiceFilter()); ok && !raw && ratio.GetGoodServiceFilter() == "" {
			s.Availability = &typed
			return
		}
		s.GoodTotalRatio = &GoodTotalRatio{
			GoodServiceFilter: ratio.GetGoodServiceFilter(), BadServiceFilter: ratio.GetBadServiceFilter(),
			TotalServiceFilter: ratio.GetTotalServiceFilter(),
		}
	}
	if cut := sli.GetDistributionCut(); cut != nil {
		raw := prior != nil && prior.DistributionCut != nil
		least, most := cut.GetRange().GetMin(), cut.GetRange().GetMax()
		if typed, ok := latencyFrom(cut.GetDistributionFilter()); ok && !raw && least == 0 && most > 0 && finite(most) == most {
			typed.ThresholdMS = milliseconds(most)
			s.Latency = &typed
			return
		}
		s.DistributionCut = &DistributionCut{DistributionFilter: cut.GetDistributionFilter(), Min: finite(least), Max: finite(most)}
	}
}

// setBuckets finds the buckets, which are in the queries only.
func (s *SLO) setBuckets(burns []string, prior *SLO) {
	if s.Latency == nil {
		return
	}
	limit := seconds(s.Latency.ThresholdMS)
	switch buckets, ok := common(burns, func(query string) ([]float64, bool) { return bucketsOf(query), true }, number64s); {
	case ok:
		s.Latency.Buckets = buckets
	case prior != nil && prior.Latency != nil:
		s.Latency.Buckets = slices.Clone(prior.Latency.Buckets)
	case slices.Contains(DefaultLatency().Buckets, limit):
		s.Latency.Buckets = DefaultLatency().Buckets
	default:
		s.Latency.Buckets = []float64{limit}
	}
}

// setSelectors finds the PromQL of an indicator in filters, which is in the
// queries only.
func (s *SLO) setSelectors(burns []string, prior *SLO) {
	switch {
	case s.GoodTotalRatio != nil:
		if prior != nil && prior.GoodTotalRatio != nil {
			s.GoodTotalRatio.copySelectors(*prior.GoodTotalRatio)
		}
		// What is spelled in another way than it would be printed stays so.
		if known := s.GoodTotalRatio.ratio; !slices.ContainsFunc(burns, func(query string) bool { return startsWith(query, known) }) {
			if found, ok := common(burns, ratioSelectors, func(g GoodTotalRatio) string { return g.ratio(time.Minute) }); ok {
				s.GoodTotalRatio.copySelectors(found)
			}
		}
	case s.DistributionCut != nil:
		if prior != nil && prior.DistributionCut != nil {
			s.DistributionCut.GoodPromQL, s.DistributionCut.TotalPromQL = prior.DistributionCut.GoodPromQL, prior.DistributionCut.TotalPromQL
		}
		if known := s.DistributionCut.ratio; !slices.ContainsFunc(burns, func(query string) bool { return startsWith(query, known) }) {
			if found, ok := common(burns, cutSelectors, func(d DistributionCut) string { return d.ratio(time.Minute) }); ok {
				s.DistributionCut.GoodPromQL, s.DistributionCut.TotalPromQL = found.GoodPromQL, found.TotalPromQL
			}
		}
	}
}

func (g *GoodTotalRatio) copySelectors(from GoodTotalRatio) {
	g.GoodPromQL, g.BadPromQL, g.TotalPromQL = from.GoodPromQL, from.BadPromQL, from.TotalPromQL
}

// common returns what most of items say, by key; the first of them when as many
// say something else. It is false when none says anything.
func common[I, V any](items []I, read func(I) (V, bool), key func(V) string) (V, bool) {
	counts, first := map[string]int{}, map[string]V{}
	var order []string
	for _, item := range items {
		value, ok := read(item)
		if !ok {
			continue
		}
		k := key(value)
		if counts[k]++; counts[k] == 1 {
			first[k] = value
			order = append(order, k)
		}
	}
	if len(order) == 0 {
		var none V
		return none, false
	}
	best := order[0]
	for _, k := range order {
		if counts[k] > counts[best] {
			best = k
		}
	}
	return first[best], true
}

func number64s(list []float64) string {
	printed := make([]string, len(list))
	for i, v := range list {
		printed[i] = number(v)
	}
	return strings.Join(printed, ",")
}
