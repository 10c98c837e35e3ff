package alert

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// lookback is how long ago a tenant must have had data to be missed by [Absence].
const lookback = time.Hour

func (s Absence) query() string {
	if !s.ByTenant {
		return over("absent_over_time", s.selector(s.Metric), s.Window)
	}
	then := s.by("count", over("count_over_time", s.selector(s.Metric), lookback))
	now := s.by("count", over("count_over_time", s.selector(s.Metric), s.Window))
	return then + " unless " + now
}

func (s Absence) title() string {
	return fmt.Sprintf("%s absent for %s", s.Metric, promDuration(s.Window))
}

func guessAbsence(f facts) (Condition, bool) {
	if len(f.numbers) != 0 || len(f.selectors) > 2 {
		return Condition{}, false
	}
	last := f.selectors[len(f.selectors)-1]
	return Condition{Absence: &Absence{Scope: f.scope(last), Metric: last.metric, Window: last.window}}, true
}

func (s Absence) validate(v *problems, at path) {
	v.metric(at.To("metric"), s.Metric)
	v.window(at.To("window"), s.Window)
	v.scope(at, s.Scope)
	if s.ByTenant && s.Window >= lookback {
		v.Add(at.To("window"), "The window is too long by tenant.", fmt.Sprintf("Give less than %s: a tenant is missed when it had data within the last hour and has none within the window.", promDuration(lookback)))
	}
}

// The metric of uptime checks, as PromQL spells
// monitoring.googleapis.com/uptime_check/check_passed; its booleans are 0 and 1.
const (
	uptimeMetric   = "monitoring_googleapis_com:uptime_check_check_passed"
	uptimeResource = "uptime_url"
	uptimeCheckID  = "check_id"
	// uptimeRegions is how many checker regions there are.
	uptimeRegions = 6
)

func (s Uptime) query() string {
	series := Scope{}.selector(uptimeMetric, equal(uptimeCheckID, s.CheckID), equal(resourceLabel, uptimeResource))
	return fmt.Sprintf("count(%s == 0) >= %d", over("last_over_time", series, s.Window), s.FailedRegions)
}

func (s Uptime) title() string {
	if s.FailedRegions == 1 {
		return "Uptime check fails from a region"
	}
	return fmt.Sprintf("Uptime check fails from %d regions", s.FailedRegions)
}

func guessUptime(f facts) (Condition, bool) {
	if len(f.selectors) != 1 || len(f.numbers) != 2 || f.selectors[0].metric != uptimeMetric {
		return Condition{}, false
	}
	series := f.selectors[0]
	return Condition{Uptime: &Uptime{
		CheckID: series.equal[uptimeCheckID], FailedRegions: int64(f.numbers[1]), Window: series.window,
	}}, true
}

func (s Uptime) validate(v *problems, at path) {
	switch {
	case s.CheckID == "" || !utf8.ValidString(s.CheckID):
		v.Add(at.To("check_id"), "The uptime check is missing.", "Set check_id to the last part of the uptime check's resource name.")
	case strings.Contains(s.CheckID, "/"):
		v.Add(at.To("check_id"), "The uptime check is given by its full name.", fmt.Sprintf("Write the last part only: %q.", s.CheckID[strings.LastIndex(s.CheckID, "/")+1:]))
	}
	if s.FailedRegions < 1 || s.FailedRegions > uptimeRegions {
		v.Add(at.To("failed_regions"), "The number of regions is out of range.", fmt.Sprintf("Give 1 to %d, the number of regions that checks can run from; it is %d.", uptimeRegions, s.FailedRegions))
	}
	v.window(at.To("window"), s.Window)
}
