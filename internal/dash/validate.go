package dash

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/cortx-platform/terraform-provider-cortx/internal/problem"
)

// Limits of a dashboard in Cloud Monitoring.
const (
	// maxWidgets a dashboard, groups included:
	// https://cloud.google.com/monitoring/quotas.
	maxWidgets = 100
	// maxLabels, and the length of their keys and values.
	maxLabels     = 64
	maxLabelChars = 63
)

var (
	labelKeyPattern   = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)
	labelValuePattern = regexp.MustCompile(`^[a-z0-9_-]*$`)
	promLabelPattern  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	promMetricPattern = regexp.MustCompile(`^[A-Za-z_:][A-Za-z0-9_:]*$`)
)

// validation is the state of one Validate.
type validation struct {
	problem.List
	monitoring, grafana bool
	variables           spelling
}

// Validate returns what the targets would refuse, and what they could not show,
// in the order of the attributes. Without targets it is what no target takes.
// What only concerns Grafana is in [GrafanaProblems].
func (d Dashboard) Validate(targets ...string) []problem.Problem {
	d = d.Arranged()
	v := &validation{
		monitoring: slices.Contains(targets, TargetCloudMonitoring),
		grafana:    slices.Contains(targets, TargetGrafana),
		variables:  newSpelling(d.Variables),
	}
	for i, target := range targets {
		if !isTarget(target) {
			v.Add(problem.Path{"targets", i}, "This is no target of dashboards.", fmt.Sprintf("Use %q or %q; it is %q.", TargetCloudMonitoring, TargetGrafana, target))
		}
	}
	if strings.TrimSpace(d.DisplayName) == "" {
		v.Add(problem.Path{"display_name"}, "The dashboard has no title.", "Set display_name.")
	}
	v.labels(d.Labels)
	names := spelling{}
	for i, variable := range d.Variables {
		v.variable(problem.Path{"variables", i}, variable, names)
		names[variable.Name] = true
	}
	for i, link := range d.Links {
		v.link(problem.Path{"links", i}, link)
	}
	v.sections(d)
	return v.List
}

func isTarget(name string) bool { return name == TargetCloudMonitoring || name == TargetGrafana }

func (v *validation) labels(labels map[string]string) {
	at := problem.Path{"labels"}
	if len(labels) > maxLabels {
		v.Add(at, "The dashboard has too many labels.", fmt.Sprintf("Keep at most %d; there are %d.", maxLabels, len(labels)))
	}
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		if len(key) > maxLabelChars || !labelKeyPattern.MatchString(key) {
			v.Add(at, "A label's key is not allowed.", fmt.Sprintf("Keys begin with a lowercase letter and have at most %d lowercase letters, digits, underscores and dashes; one is %q.", maxLabelChars, key))
		}
		if value := labels[key]; len(value) > maxLabelChars || !labelValuePattern.MatchString(value) {
			v.Add(at.To(key), "A label's value is not allowed.", fmt.Sprintf("Values have at most %d lowercase letters, digits, underscores and dashes; it is %q.", maxLabelChars, value))
		}
	}
}

func (v *validation) variable(at problem.Path, variable Variable, names spelling) {
	switch {
	case !variableName.MatchString(variable.Name):
		v.Add(at.To("name"), "This can't be the name of a variable.", fmt.Sprintf("Use letters, digits and underscores, and begin with no digit; it is %q.", variable.Name))
	case strings.HasPrefix(variable.Name, "__"):
		v.Add(at.To("name"), "This can't be the name of a variable.", fmt.Sprintf("Names that begin with two underscores are the targets' own; it is %q.", variable.Name))
	case names[variable.Name]:
		v.Add(at.To("name"), "Two variables have the same name.", fmt.Sprintf("Rename one of those called %q.", variable.Name))
	}
	if !promLabelPattern.MatchString(variable.LabelKey) {
		v.Add(at.To("label_key"), "This can't be a label of Prometheus.", fmt.Sprintf(`Name the label whose values can be chosen, such as "namespace"; it is %q.`, variable.LabelKey))
	}
	if variable.Metric != "" && !promMetricPattern.MatchString(variable.Metric) {
		v.Add(at.To("metric"), "This can't be the name of a metric.", fmt.Sprintf("Name the metric whose series have the label; it is %q.", variable.Metric))
	}
}

func (v *validation) link(at problem.Path, link Link) {
	if strings.TrimSpace(link.Title) == "" || strings.ContainsAny(link.Title, "\r\n") {
		v.Add(at.To("title"), "The link has no title.", "Set title to one line that people click on.")
	}
	parsed, err := url.Parse(link.URL)
	if err != nil || parsed.Scheme != "https" && parsed.Scheme != "http" || parsed.Host == "" || strings.ContainsFunc(link.URL, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		v.Add(at.To("url"), "The link leads nowhere.", fmt.Sprintf("Set url to an address that begins with https:// and has no spaces; it is %q.", link.URL))
	}
}

func (v *validation) sections(d Dashboard) {
	widgets := min(len(d.Links), 1)
	if len(d.Sections) == 0 {
		v.Add(problem.Path{"sections"}, "The dashboard has no sections.", "Add a section with at least one tile.")
	}
	loose := false // Whether the last section that Cloud Monitoring shows has no title.
	for i, section := range d.Sections {
		at := problem.Path{"sections", i}
		shown := 0
		for j, tile := range section.Tiles {
			v.tile(at.To("tiles").To(j), tile, section.Tiles[:j])
			if tile.Shows(TargetCloudMonitoring) {
				shown++
			}
		}
		v.heading(at, section, i > 0 && d.Sections[i-1].Title == "" || v.monitoring && loose && shown > 0)
		if shown > 0 {
			loose = section.Title == ""
			widgets += shown
			if section.Title != "" {
				widgets++
			}
		}
	}
	if v.monitoring && widgets > maxWidgets {
		v.Add(problem.Path{"sections"}, "The dashboard has too many tiles for Cloud Monitoring.", fmt.Sprintf("Cloud Monitoring takes at most %d widgets, where a section's title and all links count as one each; there are %d. Make two dashboards.", maxWidgets, widgets))
	}
}

// heading checks a section beside its tiles; loose says that the tiles before it
// are in no group.
func (v *validation) heading(at problem.Path, section Section, loose bool) {
	switch {
	case section.Title == "" && loose:
		v.Add(at.To("title"), "Two sections without a title follow one another.", "Give this one a title, or put its tiles into the section before: without titles they are one.")
	case section.Title == "" && section.Collapsed:
		v.Add(at.To("collapsed"), "A section without a title can't be folded.", "Set title, or leave collapsed out.")
	case section.Title != "" && strings.TrimSpace(section.Title) == "":
		v.Add(at.To("title"), "The section's title is blank.", "Set title to what people should read, or leave it out.")
	}
	if len(section.Tiles) == 0 {
		v.Add(at.To("tiles"), "The section has no tiles.", "Add a tile, or remove the section.")
	}
}
