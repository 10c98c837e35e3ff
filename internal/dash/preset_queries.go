package dash

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

// The variables of the presets.
const (
	tenantVariable    = "tenant"
	namespaceVariable = "namespace"
)

// The windows of queries. They are fixed, and the same on both targets: the
// shortest covers several scrapes, an hour is what people talk about, and a day
// is a report.
const (
	minutes = "5m"
	hour    = "1h"
	day     = "1d"
)

// preset writes the queries of one platform.
type preset struct {
	in PresetInputs
	// byVariable narrows series to the tenants chosen at the top of the page.
	byVariable bool
}

// tenants is the variable of tenants.
func (p preset) tenants() Variable {
	return Variable{Name: tenantVariable, Label: "Tenant", LabelKey: p.in.TenantLabel, Metric: alert.DefaultErrorRate().Metric}
}

// series selects the platform's own series.
func (p preset) series(metric string, matchers ...string) string {
	matchers = slices.Clone(matchers)
	for key, value := range p.in.MatchLabels {
		matchers = append(matchers, key+"="+strconv.Quote(value))
	}
	if p.byVariable {
		matchers = append(matchers, p.in.TenantLabel+`=~"${`+tenantVariable+`}"`)
	}
	return selector(metric, matchers)
}

// googleLabels maps the labels of managed collection to those of Google's own
// metrics of a cluster.
var googleLabels = map[string]string{
	"cluster": "cluster_name", "location": "location", "namespace": "namespace_name", "project_id": "project_id",
}

// workload selects Google's own series of a cluster. Several resources can
// share a metric's name, so the resource is part of the selection:
// https://cloud.google.com/monitoring/promql/promql-mapping.
func (p preset) workload(metric, resource string, matchers ...string) string {
	matchers = append(slices.Clone(matchers), "monitored_resource="+strconv.Quote(resource))
	for key, value := range p.in.MatchLabels {
		if name, ok := googleLabels[key]; ok {
			matchers = append(matchers, name+"="+strconv.Quote(value))
		}
	}
	if v := p.namespaces(); p.byVariable {
		matchers = append(matchers, `namespace_name=~"${`+v.Name+`}"`)
	}
	return selector(metric, matchers)
}

// namespaces is the variable that narrows Google's own series: that of tenants,
// where a tenant is a namespace.
func (p preset) namespaces() Variable {
	if p.in.TenantLabel == alert.DefaultTenantLabel {
		return p.tenants()
	}
	return Variable{Name: namespaceVariable, Label: "Namespace", LabelKey: "namespace_name", Metric: cpuMetric}
}

// choices are the variables of a dashboard with both kinds of series.
func (p preset) choices() []Variable {
	if p.in.TenantLabel == alert.DefaultTenantLabel {
		return []Variable{p.tenants()}
	}
	return []Variable{p.tenants(), p.namespaces()}
}

// selector prints matchers in the order of Prometheus' formatter.
func selector(metric string, matchers []string) string {
	if len(matchers) == 0 {
		return metric
	}
	slices.Sort(matchers)
	return metric + "{" + strings.Join(slices.Compact(matchers), ",") + "}"
}

// oneOf matches any of values, taken literally.
func oneOf(label string, values []string) string {
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = regexp.QuoteMeta(value)
	}
	return label + "=~" + strconv.Quote(strings.Join(quoted, "|"))
}

func rate(series, window string) string { return "rate(" + series + "[" + window + "])" }

func increase(series, window string) string { return "increase(" + series + "[" + window + "])" }

// sum adds up, by labels where some are given.
func sum(expr string, by ...string) string { return aggregate("sum", expr, by...) }

func aggregate(how, expr string, by ...string) string {
	if len(by) == 0 {
		return how + "(" + expr + ")"
	}
	return how + " by (" + strings.Join(by, ", ") + ") (" + expr + ")"
}

// share divides part by whole. Where no series of part exists the share is 0
// and not nothing, and where there is nothing to divide by there is no share.
func share(part, whole string) string {
	return "(" + part + " or 0 * " + whole + ") / (" + whole + " > 0)"
}

// quantile is a quantile of a histogram over minutes.
func quantile(q, series string, by ...string) string {
	return "histogram_quantile(" + q + ", " + sum(rate(series, minutes), append([]string{"le"}, by...)...) + ")"
}

// errors selects the requests whose status begins with digit: "5" finds 5xx
// and 503.
func (p preset) status(digit string) string {
	s := alert.DefaultErrorRate()
	return p.series(s.Metric, s.StatusLabel+`=~"`+digit+`.."`)
}

func (p preset) requests() string { return p.series(alert.DefaultErrorRate().Metric) }

// statusShare is the share of requests with a status, over a window.
func (p preset) statusShare(digit, window string, by ...string) string {
	return share(sum(rate(p.status(digit), window), by...), sum(rate(p.requests(), window), by...))
}

// latency selects the buckets of the durations of requests.
func (p preset) latency() string { return p.series(alert.DefaultLatency().Metric + "_bucket") }

// inference selects a part of the histogram of inferences.
func (p preset) inference(suffix string) string {
	return p.series(alert.DefaultAILatency().Metric + suffix)
}

func (p preset) accuracy(by ...string) string {
	return aggregate("avg", p.series(AccuracyMetric), by...)
}

// packs selects a part of the durations of Packs.
func (p preset) packs(suffix string) string {
	return p.series(alert.DefaultPackDuration().Metric + suffix)
}

// packDuration is seconds a million records where records are counted, else
// seconds an execution.
func (p preset) packDuration(by ...string) string {
	const window = "15m"
	spent := sum(rate(p.packs("_sum"), window), by...)
	if p.in.RecordsMetric != "" {
		return "1e6 * " + spent + " / (" + sum(rate(p.series(p.in.RecordsMetric), window), by...) + " > 0)"
	}
	return spent + " / (" + sum(rate(p.packs("_count"), window), by...) + " > 0)"
}

// packUnit names what packDuration is per.
func (p preset) packUnit() string {
	if p.in.RecordsMetric != "" {
		return "a million records"
	}
	return "an execution"
}

// pool is the share of pooled connections in use.
func (p preset) pool(by ...string) string {
	s := alert.DefaultDBConnections()
	return sum(p.series(s.Metric), by...) + " / (" + sum(p.series(s.MaxMetric), by...) + " > 0)"
}

// checks counts compliance checks over a window; with results, those alone. A
// series that is younger than the window counts from its first value on, since
// increase shows nothing of a counter that is born at 1.
func (p preset) checks(window string, failed bool, by ...string) string {
	s := alert.DefaultComplianceChecks()
	series := p.series(s.Metric)
	if failed {
		series = p.series(s.Metric, oneOf(s.ResultLabel, s.FailedValues))
	}
	return sum("("+series+" unless "+series+" offset "+window+") or "+increase(series, window), by...)
}

// failed is the number of failed checks, 0 where none failed.
func (p preset) failed(window string, by ...string) string {
	return p.checks(window, true, by...) + " or 0 * " + p.checks(window, false, by...)
}

// passed is the share of checks that did not fail.
func (p preset) passed(window string, by ...string) string {
	return "1 - " + share(p.checks(window, true, by...), p.checks(window, false, by...))
}
