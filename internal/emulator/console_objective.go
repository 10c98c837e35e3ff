package emulator

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/prometheus/common/model"
	"google.golang.org/genproto/googleapis/type/calendarperiod"
)

// consoleObjective is a service-level objective on the console page.
type consoleObjective struct {
	Name, DisplayName, Service, Goal, Period, Indicator string
	Labels                                              []consolePair
}

// consoleObjectiveState is how an objective stands, by the series made up.
type consoleObjectiveState struct {
	// Good is the share of good events over the period.
	Good *float64 `json:"good"`
	// Left is the share of the error budget that is left; negative when more
	// was spent than there is.
	Left *float64 `json:"left"`
	// Burn is how many times faster than even the budget went in the last hour.
	Burn *float64 `json:"burn"`
	// Level is "good", "yellow" or "red".
	Level string `json:"level"`
	// History is how the budget of the period before now was spent: what was
	// left of it at even steps from Start.
	History []*float64 `json:"history"`
	Start   float64    `json:"start"`
	Step    float64    `json:"step"`
	Query   string     `json:"query"`
}

func newConsoleObjective(slo *monitoringpb.ServiceLevelObjective, services map[string]string) consoleObjective {
	service, _, _ := strings.Cut(slo.GetName(), "/serviceLevelObjectives/")
	out := consoleObjective{
		Name: slo.GetName(), DisplayName: slo.GetDisplayName(), Service: services[service],
		Goal: percentText(slo.GetGoal()), Labels: pairsOf(slo.GetUserLabels()),
	}
	if out.Service == "" {
		out.Service = service[strings.LastIndexByte(service, '/')+1:]
	}
	if d := slo.GetRollingPeriod().AsDuration(); d > 0 {
		out.Period = "any " + strconv.Itoa(int(d/day)) + " days"
		if d == day {
			out.Period = "any 24 hours"
		}
	} else {
		out.Period = "each calendar " + strings.ToLower(slo.GetCalendarPeriod().String())
	}
	if sli, err := indicatorOf(slo.GetServiceLevelIndicator()); err != nil {
		out.Indicator = sentence(err) + "."
	} else {
		out.Indicator = sli.words
	}
	return out
}

// percentText writes 0.999 as "99.9 %".
func percentText(share float64) string {
	return strconv.FormatFloat(math.Round(share*1e8)/1e6, 'f', -1, 64) + " %"
}

// indicator is a service-level indicator in PromQL.
type indicator struct {
	words string
	// good is the share of good events in a window, total how many there were.
	good, total func(window string) string
}

// indicatorOf translates an indicator.
func indicatorOf(sli *monitoringpb.ServiceLevelIndicator) (indicator, error) {
	request := sli.GetRequestBased()
	if request == nil {
		return indicator{}, errors.New("the emulator computes request-based indicators only, and this one is based on windows")
	}
	if cut := request.GetDistributionCut(); cut != nil {
		s, err := selectionOf(cut.GetDistributionFilter())
		if err != nil {
			return indicator{}, err
		}
		low, high := "-Inf", "+Inf"
		words := "Share of values of " + s.selector("")
		if r := cut.GetRange(); r.GetMin() != 0 && !math.IsInf(r.GetMin(), 0) {
			low = promFloat(r.GetMin())
			words += " from " + low
		}
		if r := cut.GetRange(); r.GetMax() != 0 && !math.IsInf(r.GetMax(), 0) {
			high = promFloat(r.GetMax())
			words += " up to " + high
		}
		return indicator{words, func(window string) string {
			return "histogram_fraction(" + low + ", " + high + ", sum by (le) (increase(" + s.selector("_bucket") + "[" + window + "])))"
		}, func(window string) string { return "sum(increase(" + s.selector("_count") + "[" + window + "]))" }}, nil
	}
	ratio := request.GetGoodTotalRatio()
	var parts [3]selection
	for i, filter := range []string{ratio.GetGoodServiceFilter(), ratio.GetBadServiceFilter(), ratio.GetTotalServiceFilter()} {
		if filter == "" {
			continue
		}
		s, err := selectionOf(filter)
		if err != nil {
			return indicator{}, err
		}
		parts[i] = s
	}
	good, bad, total := parts[0], parts[1], parts[2]
	count := func(s selection, window string) string { return "sum(increase(" + s.count() + "[" + window + "]))" }
	// A failure that never happened has no series: it counts as none.
	none := " or vector(0)"
	switch {
	case good.metric == "":
		return indicator{"Share of " + total.count() + " without " + bad.count(), func(w string) string {
			return "1 - (" + count(bad, w) + none + ") / (" + count(total, w) + " > 0)"
		}, func(w string) string { return count(total, w) }}, nil
	case total.metric == "":
		return indicator{"Share of " + good.count() + " against " + bad.count(), func(w string) string {
			return count(good, w) + " / (" + count(good, w) + " + (" + count(bad, w) + none + ") > 0)"
		}, func(w string) string { return count(good, w) + " + (" + count(bad, w) + none + ")" }}, nil
	}
	return indicator{"Share of " + good.count() + " in " + total.count(), func(w string) string {
		return count(good, w) + " / (" + count(total, w) + " > 0)"
	}, func(w string) string { return count(total, w) }}, nil
}

// objectiveWindow is the time that an objective looks back over at now.
func objectiveWindow(slo *monitoringpb.ServiceLevelObjective, now time.Time) time.Duration {
	if d := slo.GetRollingPeriod().AsDuration(); d > 0 {
		return d
	}
	midnight := now.Truncate(day)
	start := midnight
	switch slo.GetCalendarPeriod() {
	case calendarperiod.CalendarPeriod_WEEK:
		start = midnight.AddDate(0, 0, -(int(now.Weekday())+6)%7)
	case calendarperiod.CalendarPeriod_FORTNIGHT:
		start = midnight.AddDate(0, 0, -(int(now.Weekday())+6)%7-7)
	case calendarperiod.CalendarPeriod_MONTH:
		start = midnight.AddDate(0, 0, 1-now.Day())
	default:
	}
	return max(now.Sub(start).Truncate(time.Minute), time.Hour)
}

// historySteps is how many values the course of a budget has.
const historySteps = 60

// consoleObjectiveData computes how an objective stands.
func (s *Server) consoleObjectiveData(ctx context.Context, name string) (*consoleObjectiveState, error) {
	slo := &monitoringpb.ServiceLevelObjective{}
	if _, err := s.load(kindSLO, name, slo); err != nil {
		return nil, err
	}
	sli, err := indicatorOf(slo.GetServiceLevelIndicator())
	if err != nil {
		return nil, invalid("%s.", sentence(err))
	}
	now := s.now().Truncate(time.Minute)
	window := objectiveWindow(slo, now)
	project, query := projectOf(name), sli.good(model.Duration(window).String())
	left := func(good float64) float64 { return 1 - (1-good)/(1-slo.GetGoal()) }
	out := &consoleObjectiveState{Query: query, History: []*float64{}}
	step := (window / historySteps).Truncate(time.Minute)
	if out.Good, err = s.one(ctx, project, query, now); err != nil {
		return nil, err
	}
	if out.Good == nil {
		return nil, notFound("There are no series for it.")
	}
	out.Left = finite(left(*out.Good))
	hour, err := s.one(ctx, project, sli.good("1h"), now)
	if err != nil {
		return nil, err
	}
	if hour != nil {
		out.Burn = finite((1 - *hour) / (1 - slo.GetGoal()))
	}
	switch {
	case *out.Left <= 0:
		out.Level = "red"
	case *out.Left < lowBudget:
		out.Level = "yellow"
	default:
		out.Level = "good"
	}
	out.Start, out.Step = float64(now.Add(-window).Unix()), step.Seconds()
	out.History, err = s.budgetSpent(ctx, project, sli, slo.GetGoal(), now, window)
	return out, err
}

// budgetSpent tells how much of the budget of a window was left at each step of it.
func (s *Server) budgetSpent(ctx context.Context, project string, sli indicator, goal float64, now time.Time, window time.Duration) ([]*float64, error) {
	step := (window / historySteps).Truncate(time.Minute)
	q := &tileQuery{s: s, project: project, start: now.Add(-window + step), end: now, step: step}
	var parts [2]consolePoints
	for i, query := range []string{sli.good(model.Duration(step).String()), sli.total(model.Duration(step).String())} {
		result := s.series.Range(ctx, project, query, q.start, q.end, step)
		if result.Err != nil {
			return nil, queryFailure(result.Err)
		}
		matrix, err := result.Matrix()
		if err != nil {
			return nil, queryFailure(err)
		}
		for _, one := range matrix {
			parts[i] = q.points(one.Floats)
		}
	}
	all := 0.0
	for _, n := range parts[1] {
		if n != nil {
			all += *n
		}
	}
	left := 1.0
	history := []*float64{finite(left)}
	for i := range min(len(parts[0]), len(parts[1])) {
		if good, n := parts[0][i], parts[1][i]; good != nil && n != nil {
			left -= (1 - *good) * *n / (all * (1 - goal))
		}
		history = append(history, finite(left))
	}
	return history, nil
}

// lowBudget is the share of the budget below which the page warns.
const lowBudget = 0.25

// one evaluates a query that gives one number; nil when it gives none.
func (s *Server) one(ctx context.Context, project, query string, at time.Time) (*float64, error) {
	result := s.series.Instant(ctx, project, query, at)
	if result.Err != nil {
		return nil, queryFailure(result.Err)
	}
	vector, err := result.Vector()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", query, err)
	}
	if len(vector) == 0 {
		return nil, nil //nolint:nilnil // no number is an answer here, and no error
	}
	return finite(vector[0].F), nil
}
