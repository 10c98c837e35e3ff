package slo

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Managed Service for Prometheus writes a counter NAME as the metric type
// prometheus.googleapis.com/NAME/counter and a histogram as …/NAME/histogram, on
// the resource prometheus_target. Labels that the resource has are the
// resource's in a filter; PromQL knows no such difference
// (cloud.google.com/stackdriver/docs/managed-prometheus, "Prometheus metrics in
// Cloud Monitoring").
const (
	typePrefix      = "prometheus.googleapis.com/"
	counterSuffix   = "/counter"
	histogramSuffix = "/histogram"
	resourceType    = "prometheus_target"
)

// targetLabels are the labels of the resource prometheus_target.
var targetLabels = []string{"cluster", "instance", "job", "location", "namespace", "project_id"}

// field is the name that a label has in a filter.
func field(label string) string {
	if slices.Contains(targetLabels, label) {
		return "resource.labels." + label
	}
	return "metric.labels." + label
}

// filter prints a filter over a metric of Prometheus.
func filter(metric, suffix string, match map[string]string, more ...string) string {
	terms := []string{
		"metric.type=" + quote(typePrefix+metric+suffix),
		"resource.type=" + quote(resourceType),
	}
	for _, label := range slices.Sorted(maps.Keys(match)) {
		terms = append(terms, field(label)+"="+quote(match[label]))
	}
	return strings.Join(append(terms, more...), " AND ")
}

// fullMatch is the function of Monitoring filters that takes a regular
// expression; a filter has no operator for one, as PromQL has.
const fullMatch = "monitoring.regex.full_match"

// quote writes a string as a filter takes it: only quotes and backslashes are
// escaped there.
func quote(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}

// expression is the regular expression for a status that counts as a failure:
// "500" as well as "5xx", which prometheus-fastapi-instrumentator writes when it
// groups status codes (its default).
func (a Availability) expression() string {
	if a.Include4xx {
		return "[45].."
	}
	return "5.."
}

// filters returns the indicator's filters: the requests that failed, and all.
func (a Availability) filters() (bad, total string) {
	status := field(a.StatusLabel) + "=" + fullMatch + "(" + quote(a.expression()) + ")"
	return filter(a.Metric, counterSuffix, a.MatchLabels, status), filter(a.Metric, counterSuffix, a.MatchLabels)
}

// filter returns the indicator's filter: the distribution of durations.
func (l Latency) filter() string { return filter(l.Metric, histogramSuffix, l.MatchLabels) }

// terms is a filter taken apart, if it is nothing but equalities joined by AND.
type terms struct {
	metric, resource string
	// labels are the values by label, expressions the regular expressions.
	labels, expressions map[string]string
}

// term is one equality: a field, and a string or one function of a string.
var term = regexp.MustCompile(`^\s*([A-Za-z_.]+?)(?:\.([A-Za-z0-9_]+|"[A-Za-z0-9_]+"))\s*=\s*(?:(monitoring\.regex\.full_match)\s*\(\s*)?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')`)

var (
	closing = regexp.MustCompile(`^\s*\)`)
	joining = regexp.MustCompile(`^\s+(?:AND\s+)?`)
)

// parseFilter takes apart what filter put together, and the same in another
// order, spacing or quoting. It is false for everything else.
func parseFilter(text string) (terms, bool) {
	parsed := terms{labels: map[string]string{}, expressions: map[string]string{}}
	seen := map[string]bool{}
	for rest := strings.TrimSpace(text); rest != ""; {
		found := term.FindStringSubmatch(rest)
		if found == nil {
			return terms{}, false
		}
		rest = rest[len(found[0]):]
		if found[3] != "" {
			end := closing.FindString(rest)
			if end == "" {
				return terms{}, false
			}
			rest = rest[len(end):]
		}
		if rest = strings.TrimRight(rest, " \t\r\n"); rest != "" {
			join := joining.FindString(rest)
			if join == "" || join == rest {
				return terms{}, false
			}
			rest = rest[len(join):]
		}
		key := strings.Trim(found[2], `"`)
		if !parsed.add(found[1], key, unquote(found[4]), found[3] != "") || seen[found[1]+"."+key] {
			return terms{}, false
		}
		seen[found[1]+"."+key] = true
	}
	return parsed, parsed.metric != ""
}

// add takes in one equality; false when the package would not have written it.
func (t *terms) add(scope, key, value string, expression bool) bool {
	switch {
	case scope == "metric" && key == "type" && !expression:
		t.metric = value
	case scope == "resource" && key == "type" && !expression:
		t.resource = value
	case scope == "metric.labels" || scope == "metric.label" || scope == "resource.labels" || scope == "resource.label":
		if strings.TrimSuffix(scope, "s") != strings.TrimSuffix(strings.TrimSuffix(field(key), "."+key), "s") {
			return false
		}
		if _, twice := t.labels[key]; twice || t.expressions[key] != "" {
			return false
		}
		if expression {
			t.expressions[key] = value
		} else {
			t.labels[key] = value
		}
	default:
		return false
	}
	return true
}

// unquote undoes quote; single quotes are read as well.
func unquote(text string) string {
	inner := text[1 : len(text)-1]
	var b strings.Builder
	for i := 0; i < len(inner); i++ {
		if inner[i] == '\\' && i+1 < len(inner) && (inner[i+1] == '\\' || inner[i+1] == text[0]) {
			i++
		}
		b.WriteByte(inner[i])
	}
	return b.String()
}

// prometheus returns the name of a metric of Prometheus with a suffix.
func (t terms) prometheus(suffix string) (string, bool) {
	name, ok := strings.CutPrefix(t.metric, typePrefix)
	if !ok || t.resource != resourceType {
		return "", false
	}
	name, ok = strings.CutSuffix(name, suffix)
	return name, ok && metricName.MatchString(name)
}

// metricName is what PromQL takes without quotes.
var metricName = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*$`)

// match returns the labels, nil for none.
func (t terms) match() map[string]string {
	if len(t.labels) == 0 {
		return nil
	}
	return t.labels
}

// sameFilter says whether two filters are the same text, or have the same terms.
// The service keeps a filter as it was written.
func sameFilter(a, b string) bool {
	if a == b {
		return true
	}
	first, ok := parseFilter(a)
	second, okToo := parseFilter(b)
	return ok && okToo && first.metric == second.metric && first.resource == second.resource &&
		maps.Equal(first.labels, second.labels) && maps.Equal(first.expressions, second.expressions)
}

// availabilityFrom recovers the typed indicator from two filters.
func availabilityFrom(bad, total string) (Availability, bool) {
	failed, ok := parseFilter(bad)
	if !ok || len(failed.expressions) != 1 {
		return Availability{}, false
	}
	a := Availability{MatchLabels: failed.match()}
	if a.Metric, ok = failed.prometheus(counterSuffix); !ok {
		return Availability{}, false
	}
	for label, expression := range failed.expressions {
		a.StatusLabel, a.Include4xx = label, expression == Availability{Include4xx: true}.expression()
	}
	wantBad, wantTotal := a.filters()
	return a, sameFilter(bad, wantBad) && sameFilter(total, wantTotal)
}

// latencyFrom recovers the metric and the labels from a filter.
func latencyFrom(distribution string) (Latency, bool) {
	parsed, ok := parseFilter(distribution)
	if !ok || len(parsed.expressions) != 0 {
		return Latency{}, false
	}
	metric, ok := parsed.prometheus(histogramSuffix)
	return Latency{Metric: metric, MatchLabels: parsed.match()}, ok
}
