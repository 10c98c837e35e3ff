package slo

import (
	"maps"
	"math"
	"math/big"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/protobuf/types/known/durationpb"
)

// daySeconds is how the service counts days: without leap seconds.
const daySeconds = 24 * 60 * 60

// Service returns the Monitoring service that the objective belongs to, a custom
// one. Several objectives can share it, so it carries no labels but the one that
// says who manages it.
func (s SLO) Service() *monitoringpb.Service {
	return &monitoringpb.Service{
		Name:        s.ServiceName(),
		DisplayName: s.ServiceDisplayName,
		Identifier:  &monitoringpb.Service_Custom_{Custom: &monitoringpb.Service_Custom{}},
		UserLabels:  serviceLabels(),
	}
}

// Objective returns the objective as the service takes it. Without exactly one
// indicator, which [SLO.Validate] refuses, it has none or the first.
func (s SLO) Objective() *monitoringpb.ServiceLevelObjective {
	return &monitoringpb.ServiceLevelObjective{
		Name:                  s.Name(),
		DisplayName:           s.DisplayName,
		Goal:                  s.Goal,
		ServiceLevelIndicator: s.indicator(),
		Period:                &monitoringpb.ServiceLevelObjective_RollingPeriod{RollingPeriod: &durationpb.Duration{Seconds: s.WindowDays * daySeconds}},
		UserLabels:            maps.Clone(s.Labels),
	}
}

func (s SLO) indicator() *monitoringpb.ServiceLevelIndicator {
	switch {
	case s.Availability != nil:
		bad, total := s.Availability.filters()
		return ratioOf(&monitoringpb.TimeSeriesRatio{BadServiceFilter: bad, TotalServiceFilter: total})
	case s.Latency != nil:
		// The range is in the metric's own unit, seconds. Its lower end is 0,
		// where durations begin.
		return cutOf(s.Latency.filter(), 0, seconds(s.Latency.ThresholdMS))
	case s.GoodTotalRatio != nil:
		return ratioOf(&monitoringpb.TimeSeriesRatio{
			GoodServiceFilter: s.GoodTotalRatio.GoodServiceFilter, BadServiceFilter: s.GoodTotalRatio.BadServiceFilter,
			TotalServiceFilter: s.GoodTotalRatio.TotalServiceFilter,
		})
	case s.DistributionCut != nil:
		most := s.DistributionCut.Max
		if most == 0 {
			most = math.Inf(1)
		}
		return cutOf(s.DistributionCut.DistributionFilter, s.DistributionCut.Min, most)
	default:
		return nil
	}
}

func ratioOf(ratio *monitoringpb.TimeSeriesRatio) *monitoringpb.ServiceLevelIndicator {
	return requests(&monitoringpb.RequestBasedSli{Method: &monitoringpb.RequestBasedSli_GoodTotalRatio{GoodTotalRatio: ratio}})
}

func cutOf(filter string, least, most float64) *monitoringpb.ServiceLevelIndicator {
	return requests(&monitoringpb.RequestBasedSli{Method: &monitoringpb.RequestBasedSli_DistributionCut{
		DistributionCut: &monitoringpb.DistributionCut{DistributionFilter: filter, Range: &monitoringpb.Range{Min: least, Max: most}},
	}})
}

func requests(based *monitoringpb.RequestBasedSli) *monitoringpb.ServiceLevelIndicator {
	return &monitoringpb.ServiceLevelIndicator{Type: &monitoringpb.ServiceLevelIndicator_RequestBased{RequestBased: based}}
}

// seconds turns milliseconds into seconds, exact in decimals.
func seconds(ms float64) float64 { return nearest(new(big.Rat).Mul(exact(ms), big.NewRat(1, 1000))) }

// milliseconds turns seconds into milliseconds, exact in decimals.
func milliseconds(s float64) float64 {
	return nearest(new(big.Rat).Mul(exact(s), big.NewRat(1000, 1)))
}
