package emulator

import (
	"regexp"
	"strings"

	"google.golang.org/genproto/googleapis/api/metric"
)

const prometheusDomain = "prometheus.googleapis.com/"

// userDomains are the domains in which users may make metrics.
var userDomains = []string{"custom.googleapis.com/", "external.googleapis.com/", "workload.googleapis.com/", prometheusDomain}

var (
	metricTypeName   = regexp.MustCompile(`^[a-z0-9.-]+\.[a-z]+(/[A-Za-z0-9_.:@%~$!'()*+,;=-]+)+$`)
	prometheusMetric = regexp.MustCompile(`^prometheus\.googleapis\.com/[a-zA-Z_:][a-zA-Z0-9_:.]*/(counter|gauge|histogram|summary|unknown|unknown:counter)$`)
	metricLabelKey   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,99}$`)
)

// checkUserMetricType refuses a type that no user may make.
func checkUserMetricType(field, metricType string) error {
	if !metricTypeName.MatchString(metricType) || len(metricType) > 200 {
		return invalid("Field %s had an invalid value of %q: The metric type must be a URL-formatted string with a domain and non-empty path.", field, metricType)
	}
	for _, domain := range userDomains {
		if strings.HasPrefix(metricType, domain) {
			if domain == prometheusDomain && !prometheusMetric.MatchString(metricType) {
				return invalid("Field %s had an invalid value of %q: A Prometheus metric type ends in its kind, such as /counter or /gauge.", field, metricType)
			}
			return nil
		}
	}
	return invalid("Field %s had an invalid value of %q: The metric type must be in one of the domains %s.", field, metricType, strings.Join(userDomains, ", "))
}

// checkMetricDescriptor refuses a descriptor that breaks a rule of metric.proto
// or of user-defined metrics.
func checkMetricDescriptor(d *metric.MetricDescriptor) error {
	if d.GetType() == "" {
		return invalid("Request was missing field metric_descriptor.type.")
	}
	if err := checkUserMetricType("metric_descriptor.type", d.GetType()); err != nil {
		return err
	}
	kind, value := d.GetMetricKind(), d.GetValueType()
	switch {
	case kind == metric.MetricDescriptor_METRIC_KIND_UNSPECIFIED || kind == metric.MetricDescriptor_DELTA:
		return invalid("Field metric_descriptor.metric_kind had an invalid value of %q: A user-defined metric is GAUGE or CUMULATIVE.", kind)
	case value == metric.MetricDescriptor_VALUE_TYPE_UNSPECIFIED || value == metric.MetricDescriptor_MONEY:
		return invalid("Field metric_descriptor.value_type had an invalid value of %q: Value type is not supported.", value)
	case kind != metric.MetricDescriptor_GAUGE && (value == metric.MetricDescriptor_BOOL || value == metric.MetricDescriptor_STRING):
		return invalid("Field metric_descriptor.value_type had an invalid value of %q: The value type can be used only with the kind GAUGE.", value)
	}
	const maxLabels = 30
	if n := len(d.GetLabels()); n > maxLabels {
		return invalid("Field metric_descriptor.labels had an invalid value: At most %d labels are allowed, %d were provided.", maxLabels, n)
	}
	seen := map[string]bool{}
	for _, l := range d.GetLabels() {
		if !metricLabelKey.MatchString(l.GetKey()) || seen[l.GetKey()] {
			return invalid("Field metric_descriptor.labels had an invalid value of %q: Label keys must be unique, start with a letter and contain only letters, digits and underscores.", l.GetKey())
		}
		seen[l.GetKey()] = true
	}
	return nil
}

var typeTerm = regexp.MustCompile(`^\s*([a-z]+\.type)\s*(=|!=|:)\s*(?:(starts_with|ends_with|has_substring)\(\s*"([^"]*)"\s*\)|"([^"]*)")\s*$`)

// descriptorFilter reads a filter on the type of a descriptor: comparisons and
// the functions starts_with, ends_with and has_substring, joined by AND. What
// else the filter language has answers 501.
func descriptorFilter(filter, field string) (func(typ string) bool, error) {
	if strings.TrimSpace(filter) == "" {
		return func(string) bool { return true }, nil
	}
	var terms []func(string) bool
	for _, part := range strings.Split(filter, " AND ") {
		found := typeTerm.FindStringSubmatch(part)
		if found == nil || found[1] != field {
			return nil, notModelled("the descriptor filter %q", filter)
		}
		negated, function, argument, literal := found[2] == "!=", found[3], found[4], found[5]
		colon := found[2] == ":"
		terms = append(terms, func(typ string) bool {
			var ok bool
			switch {
			case function == "starts_with":
				ok = strings.HasPrefix(typ, argument)
			case function == "ends_with":
				ok = strings.HasSuffix(typ, argument)
			case function == "has_substring":
				ok = strings.Contains(typ, argument)
			case colon:
				ok = strings.Contains(typ, literal)
			default:
				ok = typ == literal
			}
			return ok != negated
		})
	}
	return func(typ string) bool {
		for _, term := range terms {
			if !term(typ) {
				return false
			}
		}
		return true
	}, nil
}
