package slo

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

// DefaultRunbook returns the five steps for the policy with this key, in terms
// of what the SLO counts. It says nothing that changes with the goal or the
// windows: those are in the text before it.
func (s SLO) DefaultRunbook(key string) alert.Runbook {
	if key == KeyAbsence {
		return s.absenceRunbook()
	}
	return alert.Runbook{
		Detection: fmt.Sprintf("Too many requests of %s are bad: %s Chart the share of them in Metrics Explorer with PromQL:\n\n    %s\n\n"+
			"See how much of the error budget is left under Monitoring, Services, %s.", s.serviceTitle(), s.meaning(), s.ErrorRatioQuery(chartWindow), s.serviceTitle()),
		Triage: "Find out who is concerned and since when: split the query above by namespace for tenants, and by handler for operations. " +
			"Compare the start with the last rollouts, changes of configuration and incidents of what the service depends on. " + s.suspects(),
		Mitigation: "Roll back what changed first. Otherwise add capacity, switch off the feature or the tenant that causes the load, or fail over. " +
			"Stop further rollouts of the service while its budget burns.",
		Resolution: "The alert closes by itself when the short window is below the limit again. Check that the share of bad requests is back to what is usual, " +
			"then look at the budget: when most of it is spent, release only repairs until it has recovered.",
		PostMortem: "Write down when it began, was noticed and was over, how much of the budget it cost, why it happened, and which change prevents it. " +
			"When an incident cost more than a fifth of the budget, agree on that change before the next release. When nobody was harmed, question the goal.",
	}
}

func (s SLO) absenceRunbook() alert.Runbook {
	return alert.Runbook{
		Detection: fmt.Sprintf("The metric that this objective counts has stopped arriving:\n\n    %s\n\n"+
			"Until it is back, no burn rate is measured, and nobody is told of failures. Either all of %s is down, or it isn't observed.", strings.Join(s.present(), "\n    "), s.serviceTitle()),
		Triage: "Send the service a request. When it fails, this is an outage: treat it as one. " +
			"When it answers, look at what lies between: are its pods running and their metrics endpoint reachable, is there a PodMonitoring for them, " +
			"do the collectors run, was a metric or a label renamed by the last release? A service that nobody has called since it started has no such series either.",
		Mitigation: "In an outage, restore the service. Otherwise restart the collectors, or roll back the change that renamed the metric or took its collection away.",
		Resolution: "The alert closes by itself when the metric arrives again. Check with the query that it does from every cluster and namespace that should be there.",
		PostMortem: "Write down for how long the service was not observed, why nothing noticed sooner, and what keeps it from happening again. " +
			"When a service is idle for long on purpose, set alerts.absence_window to more than that, or have a probe call it.",
	}
}

// chartWindow is the window of the query that a runbook shows.
const chartWindow = 5 * time.Minute

func (s SLO) serviceTitle() string {
	if s.ServiceDisplayName != "" {
		return s.ServiceDisplayName
	}
	return s.ServiceID
}

// meaning says which requests are bad.
func (s SLO) meaning() string {
	switch {
	case s.Availability != nil && s.Availability.Include4xx:
		return "they were answered with a status 4xx or 5xx."
	case s.Availability != nil:
		return "they were answered with a status 5xx."
	case s.Latency != nil:
		return fmt.Sprintf("they took longer than %s ms.", number(s.Latency.ThresholdMS))
	default:
		return "they are not among those that the indicator counts as good."
	}
}

// suspects says where to look first.
func (s SLO) suspects() string {
	switch {
	case s.Availability != nil:
		return "Read the logs of failing requests: one exception that repeats is a defect, many kinds at once are a dependency, such as the database."
	case s.Latency != nil:
		return "Look at what requests wait for: connections of the database pool, CPU throttling, a dependency that has become slow, more or larger requests than usual."
	default:
		return "Look at the logs of the service and at what it depends on."
	}
}

// present are the selectors that a chart of the metric takes.
func (s SLO) present() []string {
	if metric, match := s.presence(); metric != "" {
		return []string{selector(metric, match)}
	}
	return s.everything()
}

// burnText says what one pair means, before the runbook.
func (s SLO) burnText(pair WindowPair) string {
	return fmt.Sprintf("The objective is %s good requests over %s. More than %s were bad, over the last %s and still over the last %s: "+
		"a burn rate of %s, where 1 spends the budget in exactly %s. At this rate %s of it is spent in %s, and all of it in %s.",
		percent(s.Goal), plural(s.WindowDays, "day"), percent(pair.ErrorRatio), promDuration(pair.LongWindow), promDuration(pair.ShortWindow),
		number(pair.Factor), plural(s.WindowDays, "day"), percent(pair.BudgetShare), promDuration(pair.LongWindow), s.exhausted(pair.Factor))
}

func (s SLO) absenceText() string {
	return fmt.Sprintf("The objective is %s good requests over %s. What it counts has not been reported for %s.",
		percent(s.Goal), plural(s.WindowDays, "day"), promDuration(s.Alerts.AbsenceWindow))
}

// exhausted says how long a full budget lasts.
func (s SLO) exhausted(factor float64) string {
	left := time.Duration(float64(time.Duration(s.WindowDays)*day) / factor)
	if left >= 2*day {
		return fmt.Sprintf("about %s", plural(int64((left+day/2)/day), "day"))
	}
	if left >= 2*time.Hour {
		return fmt.Sprintf("about %s", plural(int64((left+time.Hour/2)/time.Hour), "hour"))
	}
	return fmt.Sprintf("about %s", plural(int64((left+time.Minute/2)/time.Minute), "minute"))
}

func plural(n int64, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// percent spells a share, 0.001 as 0.1 %.
func percent(share float64) string {
	return number(nearest(new(big.Rat).Mul(exact(share), big.NewRat(100, 1)))) + " %"
}
