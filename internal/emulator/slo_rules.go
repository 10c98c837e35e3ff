package emulator

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/genproto/googleapis/api/metric"
	"google.golang.org/genproto/googleapis/type/calendarperiod"
)

// Limits of an objective, as service.proto documents them.
const (
	maxGoal        = 0.9999
	day            = 24 * time.Hour
	maxRollingDays = 30
	minSLIWindow   = time.Minute
)

// badObjective is the 400 by which the service refuses what an objective says.
// The words before the colon are those of its known refusal of a metric.
func badObjective(format string, args ...any) error {
	return invalid("Invalid SLO definition: "+format, args...)
}

// errUnknownMetric is what the service answers to a filter on a metric that the
// project does not have (GoogleCloudPlatform/cloud-ops-sandbox#896).
func errUnknownMetric() error {
	return badObjective("The metric referenced by the provided filter is unknown. Check the metric name and labels.")
}

// checkObjective refuses an objective that breaks a rule of service.proto.
func (s *Server) checkObjective(ctx context.Context, slo *monitoringpb.ServiceLevelObjective) error {
	if n := utf8.RuneCountInString(slo.GetDisplayName()); n > maxDisplayName {
		return badField("service_level_objective.display_name", slo.GetDisplayName(), fmt.Sprintf("The display name must not be longer than %d characters.", maxDisplayName))
	}
	if goal := slo.GetGoal(); !(goal > 0 && goal <= maxGoal) {
		return badField("service_level_objective.goal", strconv.FormatFloat(goal, 'g', -1, 64), fmt.Sprintf("The goal must be above 0 and at most %v.", maxGoal))
	}
	if err := checkPeriod(slo); err != nil {
		return err
	}
	if err := checkUserLabels("service_level_objective", slo.GetUserLabels()); err != nil {
		return err
	}
	c := indicatorCheck{s: s, project: projectOf(slo.GetName())}
	switch sli := slo.GetServiceLevelIndicator().GetType().(type) {
	case *monitoringpb.ServiceLevelIndicator_RequestBased:
		return c.requestBased(ctx, sli.RequestBased)
	case *monitoringpb.ServiceLevelIndicator_WindowsBased:
		return c.windowsBased(ctx, sli.WindowsBased)
	case *monitoringpb.ServiceLevelIndicator_BasicSli:
		return badObjective("A basic service level indicator needs a service of a well-known type; a custom service has none.")
	}
	return badObjective("A service level indicator must be specified.")
}

func checkPeriod(slo *monitoringpb.ServiceLevelObjective) error {
	switch period := slo.GetPeriod().(type) {
	case *monitoringpb.ServiceLevelObjective_RollingPeriod:
		d := period.RollingPeriod.AsDuration()
		if !period.RollingPeriod.IsValid() || d < day || d > maxRollingDays*day || d%day != 0 {
			return badField("service_level_objective.rolling_period", showDuration(period.RollingPeriod), fmt.Sprintf("The rolling period must be an integer multiple of 1 day no larger than %d days.", maxRollingDays))
		}
		return nil
	case *monitoringpb.ServiceLevelObjective_CalendarPeriod:
		switch period.CalendarPeriod {
		case calendarperiod.CalendarPeriod_DAY, calendarperiod.CalendarPeriod_WEEK, calendarperiod.CalendarPeriod_FORTNIGHT, calendarperiod.CalendarPeriod_MONTH:
			return nil
		case calendarperiod.CalendarPeriod_CALENDAR_PERIOD_UNSPECIFIED, calendarperiod.CalendarPeriod_QUARTER,
			calendarperiod.CalendarPeriod_HALF, calendarperiod.CalendarPeriod_YEAR:
		}
		return badField("service_level_objective.calendar_period", period.CalendarPeriod.String(), "Only DAY, WEEK, FORTNIGHT and MONTH are supported.")
	}
	return badObjective("A rolling period or a calendar period must be specified.")
}

// indicatorCheck applies the rules on indicators of one project.
type indicatorCheck struct {
	s       *Server
	project string
}

func (c indicatorCheck) requestBased(ctx context.Context, sli *monitoringpb.RequestBasedSli) error {
	switch method := sli.GetMethod().(type) {
	case *monitoringpb.RequestBasedSli_GoodTotalRatio:
		return c.ratio(ctx, method.GoodTotalRatio)
	case *monitoringpb.RequestBasedSli_DistributionCut:
		cut := method.DistributionCut
		if err := checkRange(cut.GetRange()); err != nil {
			return err
		}
		return c.filter(ctx, "distribution_filter", cut.GetDistributionFilter(), isDistribution)
	}
	return badObjective("A request-based indicator needs good_total_ratio or distribution_cut.")
}

// ratio wants exactly two of the three filters.
func (c indicatorCheck) ratio(ctx context.Context, r *monitoringpb.TimeSeriesRatio) error {
	given := 0
	for _, f := range []struct{ name, filter string }{
		{"good_service_filter", r.GetGoodServiceFilter()},
		{"bad_service_filter", r.GetBadServiceFilter()},
		{"total_service_filter", r.GetTotalServiceFilter()},
	} {
		if f.filter == "" {
			continue
		}
		given++
		if err := c.filter(ctx, f.name, f.filter, isCount); err != nil {
			return err
		}
	}
	if given != 2 {
		return badObjective("A good_total_ratio must specify exactly two of good_service_filter, bad_service_filter and total_service_filter; it specifies %d.", given)
	}
	return nil
}

func (c indicatorCheck) windowsBased(ctx context.Context, sli *monitoringpb.WindowsBasedSli) error {
	period := sli.GetWindowPeriod().AsDuration()
	if period < minSLIWindow || day%period != 0 {
		return badField("service_level_objective.service_level_indicator.windows_based.window_period", showDuration(sli.GetWindowPeriod()), "The window period must be an integer fraction of a day and at least 60s.")
	}
	switch criterion := sli.GetWindowCriterion().(type) {
	case *monitoringpb.WindowsBasedSli_GoodBadMetricFilter:
		return c.filter(ctx, "good_bad_metric_filter", criterion.GoodBadMetricFilter, isBool)
	case *monitoringpb.WindowsBasedSli_GoodTotalRatioThreshold:
		t := criterion.GoodTotalRatioThreshold
		if !(t.GetThreshold() >= 0 && t.GetThreshold() <= 1) {
			return badObjective("The threshold of good_total_ratio_threshold must be between 0 and 1.")
		}
		if t.GetPerformance() == nil {
			return badObjective("good_total_ratio_threshold needs a request-based performance; a custom service has no basic one.")
		}
		return c.requestBased(ctx, t.GetPerformance())
	case *monitoringpb.WindowsBasedSli_MetricMeanInRange:
		return c.metricRange(ctx, criterion.MetricMeanInRange)
	case *monitoringpb.WindowsBasedSli_MetricSumInRange:
		return c.metricRange(ctx, criterion.MetricSumInRange)
	}
	return badObjective("A windows-based indicator needs a criterion.")
}

// metricRange takes metrics of any kind: the proto asks for GAUGE, but a
// recorded objective on a DELTA metric was accepted.
func (c indicatorCheck) metricRange(ctx context.Context, r *monitoringpb.WindowsBasedSli_MetricRange) error {
	if err := checkRange(r.GetRange()); err != nil {
		return err
	}
	return c.filter(ctx, "time_series", r.GetTimeSeries(), isNumber)
}

// checkRange asks for an infinite bound where a range has one side, as the API
// documents it: a bound that is left out is 0 on the wire.
func checkRange(r *monitoringpb.Range) error {
	if r == nil {
		return badObjective("A range must be specified.")
	}
	if !(r.GetMin() < r.GetMax()) {
		return badObjective("The range's min %v must be below its max %v. For a one-sided range, set one bound to an infinite value.", r.GetMin(), r.GetMax())
	}
	return nil
}

// filter checks the filter of an indicator, and that the project has the metric
// and it is of the sort that the indicator counts.
func (c indicatorCheck) filter(ctx context.Context, name, filter string, sort metricSort) error {
	if err := checkMetricFilter("service_level_objective.service_level_indicator."+name, filter, true); err != nil {
		return err
	}
	node, err := parseFilter(filter)
	if err != nil {
		return err
	}
	for _, t := range filterTerms(node) {
		if t.path != "metric.type" {
			continue
		}
		if t.op != "=" || t.fn != "" || len(t.values) != 1 {
			return badObjective("The filter must restrict metric.type to one type.")
		}
		kind, value, ok := c.s.metricShape(ctx, c.project, t.values[0].text)
		if !ok {
			return errUnknownMetric()
		}
		if !sort.takes(kind, value) {
			return badObjective("%s must select %s; %s is %s and %s.", name, sort.what, t.values[0].text, kind, value)
		}
	}
	return nil
}

// metricShape returns the kind and the value type of a metric that the project
// has, by the same delays as for an alerting policy.
func (s *Server) metricShape(ctx context.Context, project, metricType string) (metric.MetricDescriptor_MetricKind, metric.MetricDescriptor_ValueType, bool) {
	for _, g := range googleMetrics() {
		if g.typ == metricType {
			return g.kind, g.value, true
		}
	}
	if !s.metricVisible(ctx, project, metricType) {
		return 0, 0, false
	}
	u, _, ok, err := s.userMetricOf("projects/"+strings.TrimPrefix(project, "projects/"), metricType)
	if err != nil || !ok {
		return 0, 0, false
	}
	d, err := u.descriptor()
	return d.GetMetricKind(), d.GetValueType(), err == nil
}

// metricSort is what an indicator can count.
type metricSort struct {
	what  string
	takes func(metric.MetricDescriptor_MetricKind, metric.MetricDescriptor_ValueType) bool
}

var (
	isCount = metricSort{"a DELTA or CUMULATIVE metric of INT64 or DOUBLE values", func(k metric.MetricDescriptor_MetricKind, v metric.MetricDescriptor_ValueType) bool {
		return k != metric.MetricDescriptor_GAUGE && (v == metric.MetricDescriptor_INT64 || v == metric.MetricDescriptor_DOUBLE)
	}}
	isDistribution = metricSort{"a DELTA or CUMULATIVE metric of DISTRIBUTION values", func(k metric.MetricDescriptor_MetricKind, v metric.MetricDescriptor_ValueType) bool {
		return k != metric.MetricDescriptor_GAUGE && v == metric.MetricDescriptor_DISTRIBUTION
	}}
	isBool = metricSort{"a metric of BOOL values", func(_ metric.MetricDescriptor_MetricKind, v metric.MetricDescriptor_ValueType) bool {
		return v == metric.MetricDescriptor_BOOL
	}}
	isNumber = metricSort{"a metric of INT64 or DOUBLE values", func(_ metric.MetricDescriptor_MetricKind, v metric.MetricDescriptor_ValueType) bool {
		return v == metric.MetricDescriptor_INT64 || v == metric.MetricDescriptor_DOUBLE
	}}
)
