package emulator

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"
)

// variableUse is a reference to a template variable or to one of the console's
// own, such as ${tenant}, ${tenant.value} and ${__interval}.
var variableUse = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)(\.[a-z]+)?\}`)

// query applies the rules on a widget's query, which every chart needs.
func (c widgetCheck) query(path string, q *dashboardpb.TimeSeriesQuery) error {
	switch source := q.GetSource().(type) {
	case *dashboardpb.TimeSeriesQuery_TimeSeriesFilter:
		f, at := source.TimeSeriesFilter, path+".timeSeriesFilter"
		if err := checkDashboardFilter(at+".filter", f.GetFilter()); err != nil {
			return err
		}
		if err := checkDashboardAggregation(at+".aggregation", f.GetAggregation()); err != nil {
			return err
		}
		if err := checkDashboardAggregation(at+".secondaryAggregation", f.GetSecondaryAggregation()); err != nil {
			return err
		}
		return checkPick(at+".pickTimeSeriesFilter", f.GetPickTimeSeriesFilter())
	case *dashboardpb.TimeSeriesQuery_TimeSeriesFilterRatio:
		f, at := source.TimeSeriesFilterRatio, path+".timeSeriesFilterRatio"
		for _, part := range []struct {
			name string
			part *dashboardpb.TimeSeriesFilterRatio_RatioPart
		}{{"numerator", f.GetNumerator()}, {"denominator", f.GetDenominator()}} {
			if err := checkDashboardFilter(at+"."+part.name+".filter", part.part.GetFilter()); err != nil {
				return err
			}
			if err := checkDashboardAggregation(at+"."+part.name+".aggregation", part.part.GetAggregation()); err != nil {
				return err
			}
		}
		if err := checkDashboardAggregation(at+".secondaryAggregation", f.GetSecondaryAggregation()); err != nil {
			return err
		}
		return checkPick(at+".pickTimeSeriesFilter", f.GetPickTimeSeriesFilter())
	case *dashboardpb.TimeSeriesQuery_TimeSeriesQueryLanguage:
		if strings.TrimSpace(source.TimeSeriesQueryLanguage) == "" {
			return dashboardMissing(path + ".timeSeriesQueryLanguage")
		}
		return nil
	case *dashboardpb.TimeSeriesQuery_PrometheusQuery:
		return c.promQL(path+".prometheusQuery", source.PrometheusQuery)
	}
	return dashboardMissing(path + ".source")
}

// promQL refuses what does not parse once its variables have values. The service
// may take it and show an error in the chart; that is not recorded.
func (c widgetCheck) promQL(path, query string) error {
	if strings.TrimSpace(query) == "" {
		return dashboardMissing(path)
	}
	if _, err := parsePromQL(sampleVariables(query)); err != nil {
		return dashboardField(path, query, "the query is not valid PromQL: "+err.Error()+".")
	}
	return nil
}

// sampleVariables puts sample values in the place of template variables. Inside
// of a string a variable is a value; elsewhere it is a whole matcher, as the
// recorded {${Cluster},${Location}} is, and between brackets a duration.
func sampleVariables(query string) string {
	return replaceVariables(query, func(name, part string, quoted bool) string {
		switch {
		case quoted:
			return "x"
		case strings.HasPrefix(name, "__"):
			return "1m"
		case part != "":
			return "1"
		}
		return name + `="x"`
	})
}

// checkDashboardFilter applies the rules on the Monitoring filter of a chart,
// which may name the dashboard's variables.
func checkDashboardFilter(path, filter string) error {
	if strings.TrimSpace(filter) == "" {
		return dashboardMissing(path)
	}
	if strings.Contains(filter, "${") {
		return nil
	}
	if _, err := parseFilter(filter); err != nil {
		return dashboardField(path, filter, fmt.Sprintf("could not parse the filter: %v.", err))
	}
	return nil
}

func checkDashboardAggregation(path string, a *dashboardpb.Aggregation) error {
	if a == nil {
		return nil
	}
	if err := knownEnum(path+".perSeriesAligner", a.GetPerSeriesAligner()); err != nil {
		return err
	}
	if err := knownEnum(path+".crossSeriesReducer", a.GetCrossSeriesReducer()); err != nil {
		return err
	}
	if p := a.GetAlignmentPeriod(); p != nil {
		if err := checkAlignment(path+".alignmentPeriod", p, time.Minute); err != nil {
			return err
		}
	}
	if len(a.GetGroupByFields()) > 0 && a.GetCrossSeriesReducer() == dashboardpb.Aggregation_REDUCE_NONE {
		return dashboardField(path+".groupByFields", strings.Join(a.GetGroupByFields(), ","), "group-by fields need a cross-series reducer.")
	}
	return nil
}

func checkPick(path string, p *dashboardpb.PickTimeSeriesFilter) error {
	switch {
	case p == nil:
		return nil
	case p.GetNumTimeSeries() < 0:
		return dashboardField(path+".numTimeSeries", strconv.Itoa(int(p.GetNumTimeSeries())), "must not be negative.")
	}
	if err := knownEnum(path+".rankingMethod", p.GetRankingMethod()); err != nil {
		return err
	}
	return knownEnum(path+".direction", p.GetDirection())
}

func checkAlignment(path string, d *durationpb.Duration, least time.Duration) error {
	if d != nil && (!d.IsValid() || d.AsDuration() < least) {
		return dashboardField(path, showDuration(d), fmt.Sprintf("must be at least %d seconds.", int(least.Seconds())))
	}
	return nil
}

// knownEnum refuses a number that stands for nothing.
func knownEnum(path string, value protoreflect.Enum) error {
	if value.Descriptor().Values().ByNumber(value.Number()) != nil {
		return nil
	}
	return dashboardField(path, strconv.Itoa(int(value.Number())), "there is no such value.")
}
