package alert

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cortx-platform/terraform-provider-cortx/internal/problem"
)

// Problem is something about a policy that the service would refuse, or that
// this provider does, and what to do about it.
type Problem = problem.Problem

// path leads to an attribute.
type path = problem.Path

// problems gathers what is wrong.
type problems struct{ problem.List }

// number spells any number, for a message.
func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// percent spells a share, 0.01 as 1%.
func percent(share float64) string {
	if !finite(share) {
		return number(share)
	}
	return promNumber(nearest(exact(share).Mul(exact(share), exact(100)))) + "%"
}

// within says whether least <= f <= most, which no NaN is.
func within(f, least, most float64) bool { return f >= least && f <= most }

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// Names that PromQL takes without quotes. Newer Prometheus takes any UTF-8, but
// exporters of today don't write it and Cloud Monitoring spells its own metrics
// in these characters too.
var (
	metricName = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*$`)
	labelName  = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
)

func (v *problems) metric(at path, name string) {
	switch {
	case name == "":
		v.Add(at, "The metric is missing.", "Name the metric that the exporter writes, such as http_requests_total.")
	case !metricName.MatchString(name):
		v.Add(at, "The metric name is not valid in PromQL.", fmt.Sprintf(
			"Use letters, digits, underscores and colons, not starting with a digit; it is %q. A metric of Cloud Monitoring is spelled as cloudsql_googleapis_com:database_up, and any other name can be had with a raw promql signal.", name,
		))
	}
}

func (v *problems) labelName(at path, name string) {
	if !labelName.MatchString(name) || name == "__name__" {
		v.Add(at, "The label name is not valid in PromQL.", fmt.Sprintf("Use letters, digits and underscores, not starting with a digit; it is %q.", name))
	}
}

// share checks a limit on a share.
func (v *problems) share(at path, share float64) {
	if !within(share, 0, 1) || share == 1 {
		v.Add(at, "The threshold is not a share.", fmt.Sprintf("Give a number from 0 up to, but not, 1: 0.05 is 5 %%; it is %s.", number(share)))
	}
}

// leastWindow holds two samples at the scrape interval of 30 seconds that
// managed collection is usually set to; rate() needs two.
const leastWindow = time.Minute

func (v *problems) window(at path, window time.Duration) {
	switch {
	case window < leastWindow:
		v.Add(at, "The window is too short.", fmt.Sprintf("Give at least %s, so that it holds two samples; it is %s.", promDuration(leastWindow), window))
	case window%time.Second != 0:
		v.Add(at, "The window is not in whole seconds.", fmt.Sprintf("Give whole seconds; it is %s.", window))
	}
}

// scope checks the labels; own are those that the signal itself matches.
func (v *problems) scope(at path, scope Scope, own ...string) {
	names := make([]string, 0, len(scope.MatchLabels))
	for name := range scope.MatchLabels {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		v.labelName(at.To("match_labels"), name)
		if !utf8.ValidString(scope.MatchLabels[name]) {
			v.Add(at.To("match_labels"), "The value of a label is no text.", fmt.Sprintf("Give a value in UTF-8 for %q.", name))
		}
		if slices.Contains(own, name) {
			v.Add(at.To("match_labels"), "The signal sets this label itself.", fmt.Sprintf("Remove %q from match_labels; where the attributes of the signal can't say what you need, use a raw promql signal.", name))
		}
	}
	switch {
	case scope.ByTenant:
		v.labelName(at.To("tenant_label"), scope.TenantLabel)
		if slices.Contains(own, scope.TenantLabel) {
			v.Add(at.To("tenant_label"), "The signal needs this label itself.", fmt.Sprintf("Name the label that tells tenants apart, such as namespace; %q has another meaning here.", scope.TenantLabel))
		}
	case scope.TenantLabel != "" && scope.TenantLabel != DefaultTenantLabel:
		v.Add(at.To("tenant_label"), "The tenant label has no effect.", "Set by_tenant = true to evaluate the signal for each tenant, or remove tenant_label.")
	}
}

// text checks the length of a text in characters.
func (v *problems) text(at path, text string, limit int) {
	if !utf8.ValidString(text) {
		v.Add(at, "The text has bytes that are no characters.", "Remove the bytes that are not valid UTF-8.")
		return
	}
	if n := utf8.RuneCountInString(text); n > limit {
		v.Add(at, "The text is too long.", fmt.Sprintf("The service takes at most %d characters; it has %d, which is %d too many.", limit, n, n-limit))
	}
}

// choice checks a word against the list of those that the service knows.
func (v *problems) choice(at path, summary, word string, words ...string) {
	if !slices.Contains(words, word) {
		v.Add(at, summary, fmt.Sprintf("Set it to one of %s; it is %q.", strings.Join(words, ", "), word))
	}
}

// between checks a duration that is 0 when it is not set.
func (v *problems) between(at path, summary string, d, least, most time.Duration) {
	if d != 0 && (d < least || d > most || d%time.Second != 0) {
		v.Add(at, summary, fmt.Sprintf("Give whole seconds from %s to %s; it is %s.", short(least), short(most), d))
	}
}

// short spells a duration without zero parts.
func short(d time.Duration) string {
	switch {
	case d >= time.Hour && d%time.Hour == 0:
		return strconv.FormatInt(int64(d/time.Hour), 10) + "h"
	case d >= time.Minute && d%time.Minute == 0:
		return strconv.FormatInt(int64(d/time.Minute), 10) + "m"
	default:
		return d.String()
	}
}
