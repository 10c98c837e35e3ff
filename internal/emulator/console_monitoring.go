package emulator

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/protobuf/types/known/durationpb"
)

// consolePolicy is an alerting policy on the console page.
type consolePolicy struct {
	Anchor, Name, DisplayName, Priority, SLA, Suite, Severity string
	Enabled                                                   bool
	Conditions                                                []consoleCondition
	Notifies                                                  []consoleLink
	Strategy, Excerpt, Content                                string
	Links                                                     []*monitoringpb.AlertPolicy_Documentation_Link
	Labels                                                    []consolePair
}

type consoleCondition struct{ DisplayName, Kind, Duration, Query string }

// consoleLink is a channel of a policy: Href is its anchor on the page.
type consoleLink struct{ Label, Href string }

type consoleChannel struct {
	Anchor, Name, DisplayName, Type string
	Enabled, Unverified             bool
	Labels, UserLabels              []consolePair
	UsedBy                          []string
}

// Labels by which the product marks what it makes; the page shows them as what
// they mean.
const (
	labelPriority      = "cortx_priority"
	labelSLAResponse   = "cortx_sla_response"
	labelSLAResolution = "cortx_sla_resolution"
	labelSuite         = "suite"
)

func newConsolePolicy(p *monitoringpb.AlertPolicy, channels []*monitoringpb.NotificationChannel) consolePolicy {
	labels := maps.Clone(p.GetUserLabels())
	out := consolePolicy{
		Anchor: "policy-" + p.GetName()[strings.LastIndexByte(p.GetName(), '/')+1:],
		Name:   p.GetName(), DisplayName: p.GetDisplayName(), Suite: labels[labelSuite],
		Enabled: p.GetEnabled() == nil || p.GetEnabled().GetValue(),
		Excerpt: excerpt(p.GetDocumentation().GetContent()), Content: p.GetDocumentation().GetContent(),
		Links: p.GetDocumentation().GetLinks(), Strategy: strategyText(p.GetAlertStrategy()),
	}
	switch priority := strings.ToUpper(labels[labelPriority]); priority {
	case "P0", "P1", "P2":
		out.Priority = priority
	}
	if p.GetSeverity() != monitoringpb.AlertPolicy_SEVERITY_UNSPECIFIED {
		out.Severity = strings.ToLower(p.GetSeverity().String())
	}
	if labels[labelSLAResponse] != "" || labels[labelSLAResolution] != "" {
		out.SLA = "response in " + cmp.Or(labels[labelSLAResponse], "?") + ", resolution in " + cmp.Or(labels[labelSLAResolution], "?")
	}
	for _, shown := range []string{labelPriority, labelSLAResponse, labelSLAResolution, labelSuite} {
		delete(labels, shown)
	}
	out.Labels = pairsOf(labels)
	for _, c := range p.GetConditions() {
		out.Conditions = append(out.Conditions, newConsoleCondition(c))
	}
	for _, name := range p.GetNotificationChannels() {
		link := consoleLink{Label: name}
		for _, c := range channels {
			if c.GetName() == name {
				link = consoleLink{Label: cmp.Or(c.GetDisplayName(), name) + " (" + c.GetType() + ")", Href: anchorOf(name)}
			}
		}
		out.Notifies = append(out.Notifies, link)
	}
	return out
}

func newConsoleCondition(c *monitoringpb.AlertPolicy_Condition) consoleCondition {
	out := consoleCondition{DisplayName: c.GetDisplayName()}
	switch v := c.GetCondition().(type) {
	case *monitoringpb.AlertPolicy_Condition_ConditionPrometheusQueryLanguage:
		q := v.ConditionPrometheusQueryLanguage
		out.Kind, out.Query, out.Duration = "PromQL", q.GetQuery(), shortDuration(q.GetDuration())
	case *monitoringpb.AlertPolicy_Condition_ConditionThreshold:
		q := v.ConditionThreshold
		sign := map[monitoringpb.ComparisonType]string{
			monitoringpb.ComparisonType_COMPARISON_GT: "above", monitoringpb.ComparisonType_COMPARISON_LT: "below",
		}[q.GetComparison()]
		out.Kind = strings.TrimSpace("threshold " + sign + " " + strconv.FormatFloat(q.GetThresholdValue(), 'g', -1, 64))
		out.Query, out.Duration = q.GetFilter(), shortDuration(q.GetDuration())
	case *monitoringpb.AlertPolicy_Condition_ConditionAbsent:
		q := v.ConditionAbsent
		out.Kind, out.Query, out.Duration = "absence", q.GetFilter(), shortDuration(q.GetDuration())
	case *monitoringpb.AlertPolicy_Condition_ConditionMatchedLog:
		out.Kind, out.Query = "log match", v.ConditionMatchedLog.GetFilter()
	case *monitoringpb.AlertPolicy_Condition_ConditionMonitoringQueryLanguage:
		q := v.ConditionMonitoringQueryLanguage
		out.Kind, out.Query, out.Duration = "MQL", q.GetQuery(), shortDuration(q.GetDuration())
	case *monitoringpb.AlertPolicy_Condition_ConditionSql:
		out.Kind, out.Query = "SQL", v.ConditionSql.GetQuery()
	}
	return out
}

func newConsoleChannel(c *monitoringpb.NotificationChannel, policies []*monitoringpb.AlertPolicy) consoleChannel {
	labels := maps.Clone(c.GetLabels())
	for key, value := range labels {
		labels[key] = maskText(value)
		if isSensitiveName(key) {
			labels[key] = masked
		}
	}
	out := consoleChannel{
		Anchor: anchorOf(c.GetName()), Name: c.GetName(), DisplayName: c.GetDisplayName(), Type: c.GetType(),
		Enabled:    c.GetEnabled() == nil || c.GetEnabled().GetValue(),
		Unverified: c.GetVerificationStatus() == monitoringpb.NotificationChannel_UNVERIFIED,
		Labels:     pairsOf(labels), UserLabels: pairsOf(c.GetUserLabels()),
	}
	for _, p := range policies {
		if slices.Contains(p.GetNotificationChannels(), c.GetName()) {
			out.UsedBy = append(out.UsedBy, cmp.Or(p.GetDisplayName(), p.GetName()))
		}
	}
	return out
}

func anchorOf(name string) string { return "channel-" + name[strings.LastIndexByte(name, '/')+1:] }

func pairsOf(m map[string]string) []consolePair {
	var out []consolePair
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out = append(out, consolePair{Key: key, Value: m[key]})
	}
	return out
}

// strategyText says how a policy repeats and closes.
func strategyText(st *monitoringpb.AlertPolicy_AlertStrategy) string {
	var parts []string
	for _, c := range st.GetNotificationChannelStrategy() {
		if d := shortDuration(c.GetRenotifyInterval()); d != "" {
			parts = append(parts, "notifies again every "+d)
			break
		}
	}
	if d := shortDuration(st.GetNotificationRateLimit().GetPeriod()); d != "" {
		parts = append(parts, "at most one notification in "+d)
	}
	if d := shortDuration(st.GetAutoClose()); d != "" {
		parts = append(parts, "closes by itself after "+d)
	}
	return strings.Join(parts, ", ")
}

// shortDuration writes 1h30m rather than 1h30m0s, and whole days as days; "" for none.
func shortDuration(d *durationpb.Duration) string {
	if d.AsDuration() == 0 {
		return ""
	}
	const day = 24 * time.Hour
	if days := d.AsDuration() / day; days >= 2 && d.AsDuration()%day == 0 {
		return strconv.Itoa(int(days)) + " days"
	}
	text := d.AsDuration().Round(time.Second).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// excerpt is the first line of prose in a Markdown text without its emphasis,
// cut at a word.
func excerpt(content string) string {
	const most = 220
	for _, line := range strings.Split(content, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "|") || strings.HasPrefix(line, "---") {
			continue
		}
		runes := []rune(strings.TrimLeft(strings.ReplaceAll(line, "**", ""), "-*> "))
		if len(runes) <= most {
			return string(runes)
		}
		cut := string(runes[:most])
		if i := strings.LastIndexByte(cut, ' '); i > 0 {
			cut = cut[:i]
		}
		return cut + " …"
	}
	return ""
}
