package dash

import (
	"regexp"
	"strings"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
)

// How Cloud Monitoring spells what the model says in its own way: variables,
// legends, units and links. Each spelling has its way back, and what would not
// come back the same is not taken for ours.
//
// The value of a variable is ${name.value}, which stands for any value when all
// are chosen and so belongs into a =~ matcher; ${name} is a whole matcher,
// label="value". The labels of a PromQL series are ${labels.name} in a legend.
// Both are the spellings in the dashboards that Google publishes:
// https://github.com/GoogleCloudPlatform/monitoring-dashboard-samples.

var (
	variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	variableUse  = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)
)

// spelling knows the variables of a dashboard.
type spelling map[string]bool

func newSpelling(variables []Variable) spelling {
	if len(variables) == 0 {
		return nil
	}
	s := make(spelling, len(variables))
	for _, v := range variables {
		s[v.Name] = true
	}
	return s
}

// rewriteNames replaces open, a name and end by what made returns, where it returns
// true. It does what a regular expression could, for every query of every
// dashboard of a plan, at a tenth of the cost.
func rewriteNames(text, open, end string, made func(name string) (string, bool)) string {
	if !strings.Contains(text, open) {
		return text
	}
	var out strings.Builder
	for {
		at := strings.Index(text, open)
		if at < 0 {
			out.WriteString(text)
			return out.String()
		}
		from := at + len(open)
		to := from
		for to < len(text) && isNameByte(text[to], to > from) {
			to++
		}
		if to > from && strings.HasPrefix(text[to:], end) {
			if other, ok := made(text[from:to]); ok {
				out.WriteString(text[:at])
				out.WriteString(other)
				text = text[to+len(end):]
				continue
			}
		}
		out.WriteString(text[:from])
		text = text[from:]
	}
}

func isNameByte(c byte, inside bool) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || inside && '0' <= c && c <= '9'
}

// toMonitoring spells the variables of a query.
func (s spelling) toMonitoring(promQL string) string {
	if len(s) == 0 {
		return promQL
	}
	return rewriteNames(promQL, "${", "}", func(name string) (string, bool) { return "${" + name + ".value}", s[name] })
}

// fromMonitoring is the way back; ok is false when the query refers to a
// variable in another way than by its value.
func (s spelling) fromMonitoring(promQL string) (own string, ok bool) {
	if len(s) == 0 {
		return promQL, true
	}
	own = rewriteNames(promQL, "${", ".value}", func(name string) (string, bool) { return "${" + name + "}", s[name] })
	return own, s.toMonitoring(own) == promQL
}

func legendToMonitoring(legend string) string {
	return rewriteNames(legend, "{{", "}}", func(name string) (string, bool) { return "${labels." + name + "}", true })
}

func legendFromMonitoring(template string) (legend string, ok bool) {
	legend = rewriteNames(template, "${labels.", "}", func(name string) (string, bool) { return "{{" + name + "}}", true })
	return legend, legendToMonitoring(legend) == template
}

// ucumPrefix marks a unit that is not in the list, in UCUM: it is how one that
// somebody chose in the console shows.
const ucumPrefix = "ucum:"

func unitToMonitoring(name string) string {
	if unit, ok := UnitNamed(name); ok {
		return unit.UCUM
	}
	return name
}

func unitFromMonitoring(ucum string) string {
	if unit, ok := unitOfUCUM(ucum); ok {
		return unit.Name
	}
	return ucumPrefix + ucum
}

// resourceLabels are the labels of the monitored resources that PromQL series
// come from: prometheus_target and those of Kubernetes.
var resourceLabels = map[string]bool{
	"project_id": true, "location": true, "cluster": true, "namespace": true, "job": true, "instance": true,
	"cluster_name": true, "namespace_name": true, "pod_name": true, "container_name": true, "node_name": true,
}

// filter renders the variable.
func (v Variable) filter() *dashboardpb.DashboardFilter {
	kind := dashboardpb.DashboardFilter_METRIC_LABEL
	if resourceLabels[v.LabelKey] {
		kind = dashboardpb.DashboardFilter_RESOURCE_LABEL
	}
	filter := &dashboardpb.DashboardFilter{LabelKey: v.LabelKey, TemplateVariable: v.Name, FilterType: kind}
	if v.Default != "" {
		filter.DefaultValue = &dashboardpb.DashboardFilter_StringValue{StringValue: v.Default}
	}
	return filter
}

// variables recovers what the filters define; exact is false when one of them
// is no variable of ours.
func variables(filters []*dashboardpb.DashboardFilter) (found []Variable, exact bool) {
	exact = true
	names := make(spelling, len(filters))
	for _, f := range filters {
		v := Variable{Name: f.GetTemplateVariable(), LabelKey: f.GetLabelKey(), Default: f.GetStringValue()}
		if !variableName.MatchString(v.Name) || v.LabelKey == "" || names[v.Name] || v.filter().GetFilterType() != f.GetFilterType() {
			exact = false
			continue
		}
		names[v.Name] = true
		found = append(found, v)
	}
	return found, exact
}

const linkSeparator = " · "

var (
	linkEscapes  = strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`, `*`, `\*`, `_`, `\_`, "`", "\\`", `<`, `\<`, `!`, `\!`, `#`, `\#`)
	urlEscapes   = strings.NewReplacer(`\`, `\\`, `(`, `\(`, `)`, `\)`)
	linkPattern  = regexp.MustCompile(`^\[((?:[^\[\]\\]|\\.)*)\]\(((?:[^()\\\s]|\\.)*)\)`)
	linkUnescape = regexp.MustCompile(`\\(.)`)
)

// linksText is Markdown with one link after the other.
func linksText(links []Link) string {
	parts := make([]string, 0, len(links))
	for _, l := range links {
		parts = append(parts, "["+linkEscapes.Replace(l.Title)+"]("+urlEscapes.Replace(l.URL)+")")
	}
	return strings.Join(parts, linkSeparator)
}

// linksFrom recovers links; ok is false when the text is anything else.
func linksFrom(text string) (links []Link, ok bool) {
	for rest := text; ; {
		at := linkPattern.FindStringSubmatch(rest)
		if at == nil {
			return nil, false
		}
		links = append(links, Link{
			Title: linkUnescape.ReplaceAllString(at[1], "$1"),
			URL:   linkUnescape.ReplaceAllString(at[2], "$1"),
		})
		rest = rest[len(at[0]):]
		if rest == "" {
			return links, linksText(links) == text
		}
		if rest, ok = strings.CutPrefix(rest, linkSeparator); !ok {
			return nil, false
		}
	}
}
