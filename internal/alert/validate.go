package alert

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
)

// Limits of an alert policy, from the comments of google/monitoring/v3/alert.proto
// where nothing else is said.
const (
	maxConditions   = 6
	maxChannels     = 16 // Cloud Monitoring, "Quotas and limits".
	maxLinks        = 3
	maxContentRunes = 8192
	maxContentBytes = 10240
	maxSubjectBytes = 10240
	maxDisplayName  = 512
	maxLinkName     = 63
	maxLinkURL      = 2083
	maxLabels       = 64
	maxLabelRunes   = 63
	maxLabelBytes   = 128
	maxFilter       = 2048
	maxRuleName     = 2048

	minAutoClose = 30 * time.Minute
	maxAutoClose = 7 * 24 * time.Hour
	minRenotify  = 30 * time.Minute
	maxRenotify  = 24 * time.Hour
)

// Validate returns everything about p that the service would refuse, and what
// the platform's own rules forbid, such as a P0 policy without a runbook. All
// values have to be known: of an unknown one, drop the problems under its path.
func (p Policy) Validate() []Problem {
	v := &problems{}
	p.validateNames(v)
	p.validateConditions(v)
	p.validateStrategy(v)
	p.validateChannels(v)
	p.validateDocumentation(v)
	p.validateLabels(v)
	return v.List
}

func (p Policy) validateNames(v *problems) {
	if strings.TrimSpace(p.DisplayName) == "" {
		v.Add(path{"display_name"}, "The display name is missing.", "Say in a few words what the policy watches.")
	}
	v.text(path{"display_name"}, p.DisplayName, maxDisplayName)
	if p.Priority != "" && !p.Priority.Valid() {
		v.Add(path{"priority"}, "The priority is unknown.", fmt.Sprintf("Set it to P0 (platform down), P1 (suite degraded) or P2 (feature affected), or leave it out; it is %q.", p.Priority))
	}
	if p.Severity != "" {
		v.choice(path{"severity"}, "The severity is unknown to the service.", p.Severity, "CRITICAL", "ERROR", "WARNING")
	}
	if p.Combiner != "" {
		v.choice(path{"combiner"}, "The combiner is unknown to the service.", p.Combiner, "OR", "AND", "AND_WITH_MATCHING_RESOURCE")
	}
	if p.Priority == P1 && p.Suite == "" {
		v.Warn(path{"suite"}, "The P1 policy names no suite.", "P1 means that a suite is degraded: set suite, so that responders see which one.")
	}
	if p.Suite != "" && !labelValue(p.Suite) {
		v.Add(path{"suite"}, "The suite can't be a label.", fmt.Sprintf("The suite is sent as a label: use at most %d lower-case letters, digits, underscores and dashes; it is %q.", maxLabelRunes, p.Suite))
	}
}

func (p Policy) validateConditions(v *problems) {
	at := path{"conditions"}
	switch n := len(p.Conditions); {
	case n == 0:
		v.Add(at, "There is no condition.", "Give one to six conditions, such as { error_rate = {} }.")
	case n > maxConditions:
		v.Add(at, "There are too many conditions.", fmt.Sprintf("The service takes at most %d conditions a policy; there are %d. Make %d policies of them.", maxConditions, n, (n+maxConditions-1)/maxConditions))
	}
	for i, c := range p.Conditions {
		c.validate(v, at.To(i))
		if c.LogMatch != nil && len(p.Conditions) > 1 {
			v.Add(at.To(i).To("log_match"), "A log match is not the only condition.", "The service takes a log_match condition only alone in its policy: move it to a policy of its own.")
		}
	}
}

// LogBased says whether p has a log_match condition: the service reminds nobody
// of the incidents of such a policy, and does not tell when they close.
func (p Policy) LogBased() bool {
	return slices.ContainsFunc(p.Conditions, func(c Condition) bool { return c.LogMatch != nil })
}

func (p Policy) validateStrategy(v *problems) {
	v.between(path{"auto_close"}, "The time to close by itself is out of range.", p.AutoClose, minAutoClose, maxAutoClose)
	v.between(path{"renotify_interval"}, "The interval of reminders is out of range.", p.Renotify, minRenotify, maxRenotify)
	if p.Renotify != 0 && p.LogBased() {
		v.Add(path{"renotify_interval"}, "The reminders don't fit a log match.", "Remove renotify_interval: the service reminds of incidents from metrics only.")
	}
	limit, prompts := path{"notification_rate_limit"}, path{"notification_prompts"}
	switch {
	case p.RateLimit < 0 || p.RateLimit%time.Second != 0:
		v.Add(limit, "The rate limit is not a period.", fmt.Sprintf("Give whole seconds, such as 300s; it is %s.", p.RateLimit))
	case p.RateLimit > 0 && len(p.Conditions) > 0 && !p.LogBased():
		v.Add(limit, "The rate limit is for log matches only.", "Remove notification_rate_limit: the service takes it on policies with a log_match condition only. Reminders of other policies are spaced by renotify_interval.")
	case p.RateLimit == 0 && p.LogBased():
		v.Add(limit, "The log match has no rate limit.", `Set notification_rate_limit, such as "300s": the service demands it on a policy with a log_match condition, as every matching log entry would notify otherwise.`)
	}
	switch words := strings.Join(p.Prompts, ","); {
	case words == "" || words == "OPENED" || words == "OPENED,CLOSED" && !p.LogBased():
	case p.LogBased():
		v.Add(prompts, "The prompts don't fit a log match.", `Set notification_prompts to ["OPENED"] or leave it out: an incident from a log entry never tells that it closed.`)
	default:
		v.Add(prompts, "The prompts are not a choice that the service has.", fmt.Sprintf(`Set notification_prompts to ["OPENED"] or ["OPENED", "CLOSED"]; it is %q.`, p.Prompts))
	}
}

var channelName = regexp.MustCompile(`^projects/[^/\s]+/notificationChannels/[^/\s]+$`)

func (p Policy) validateChannels(v *problems) {
	at := path{"notification_channels"}
	if n := len(p.Channels); n > maxChannels {
		v.Add(at, "There are too many notification channels.", fmt.Sprintf("The service takes at most %d channels a policy; there are %d. Channels that lead to the same people can be one, such as a Pub/Sub topic that fans out.", maxChannels, n))
	}
	for i, name := range p.Channels {
		switch {
		case name == "": // Not known yet.
		case !channelName.MatchString(name):
			v.Add(at, "The notification channel is not a full name.", fmt.Sprintf("Write projects/PROJECT/notificationChannels/ID, which is the attribute name of cortx_notification_channel; it is %q.", name))
		case slices.Contains(p.Channels[:i], name):
			v.Add(at, "The notification channel is listed twice.", fmt.Sprintf("Remove one of the two: %s.", name))
		}
	}
}

func (p Policy) validateDocumentation(v *problems) {
	runbook, documentation := path{"runbook"}, path{"documentation"}
	if p.Runbook == nil && (p.Priority == P0 || p.Priority == P1) {
		v.Add(runbook, "The policy has no runbook.", fmt.Sprintf("A %s incident has to be responded to within %s: write a runbook with detection, triage, mitigation, resolution and post_mortem, or lower the priority to P2.", p.Priority, slaResponse(p.Priority)))
	}
	blame := documentation.To("content")
	if p.Runbook != nil {
		blame = runbook
		names := []string{"detection", "triage", "mitigation", "resolution", "post_mortem"}
		for i, step := range p.Runbook.steps() {
			if strings.TrimSpace(step) == "" {
				v.Add(runbook.To(names[i]), "A step of the runbook is empty.", fmt.Sprintf("Say what to do under %q; where there is nothing to do, say that.", headings[i]))
			}
		}
		v.links(runbook.To("links"), p.Runbook.Links)
	}
	if p.Documentation != nil {
		v.links(documentation.To("links"), p.Documentation.Links)
		if p.Runbook != nil && len(p.Documentation.Links) > 0 {
			v.Add(documentation.To("links"), "The links belong to the runbook.", "Move documentation.links to runbook.links: the service has one list of links, and a policy with a runbook keeps it there.")
		}
		subject := documentation.To("subject")
		if n := len(p.Documentation.Subject); n > maxSubjectBytes {
			v.Add(subject, "The subject is too long.", fmt.Sprintf("The service takes at most %d bytes, and shows 255 of them; it has %d, which is %d too many.", maxSubjectBytes, n, n-maxSubjectBytes))
		}
		if strings.ContainsAny(p.Documentation.Subject, "\r\n") {
			v.Add(subject, "The subject has more than one line.", "Write it on one line.")
		}
	}
	content := p.Content()
	if !utf8.ValidString(content) {
		v.Add(blame, "The documentation has bytes that are no characters.", "Remove the bytes that are not valid UTF-8.")
		return
	}
	if n := utf8.RuneCountInString(content); n > maxContentRunes {
		v.Add(blame, "The documentation is too long.", fmt.Sprintf("As sent, with headings and SLA, it has %d characters, and the service takes %d: shorten it by %d, or move parts to a page and link it.", n, maxContentRunes, n-maxContentRunes))
	} else if n := len(content); n > maxContentBytes {
		v.Add(blame, "The documentation has too many bytes.", fmt.Sprintf("As sent, with headings and SLA, it has %d bytes in UTF-8, and the service takes %d: shorten it by %d, or move parts to a page and link it.", n, maxContentBytes, n-maxContentBytes))
	}
}

func slaResponse(p Priority) string {
	sla, _ := p.SLA()
	return words(sla.Response)
}

func (v *problems) links(at path, links []Link) {
	if n := len(links); n > maxLinks {
		v.Add(at, "There are too many links.", fmt.Sprintf("The service takes at most %d; there are %d. The text can hold more, as [name](url).", maxLinks, n))
	}
	for i, link := range links {
		if link.DisplayName == "" {
			v.Add(at.To(i).To("display_name"), "The link has no name.", "Give it a short name, such as playbook.")
		}
		v.text(at.To(i).To("display_name"), link.DisplayName, maxLinkName)
		v.text(at.To(i).To("url"), link.URL, maxLinkURL)
		if !strings.HasPrefix(link.URL, "https://") && !strings.HasPrefix(link.URL, "http://") {
			v.Add(at.To(i).To("url"), "The link leads to no web page.", fmt.Sprintf("Give a URL that starts with https://; it is %q.", link.URL))
		}
	}
}

func (p Policy) validateLabels(v *problems) {
	at, own := path{"labels"}, OwnLabels(p)
	for _, key := range slices.Sorted(maps.Keys(p.Labels)) {
		value := p.Labels[key]
		if ours, ok := own[key]; IsOwnLabel(key) && (!ok || ours != value) {
			v.Add(at, "The label is the provider's own.", fmt.Sprintf("Remove %q from labels: %s.", key, instead(key)))
			continue
		}
		if !labelKey(key) {
			v.Add(at, "The key of a label is not valid.", fmt.Sprintf("Start with a letter and use at most %d lower-case letters, digits, underscores and dashes; it is %q.", maxLabelRunes, key))
		}
		if !labelValue(value) {
			v.Add(at, "The value of a label is not valid.", fmt.Sprintf("Use at most %d lower-case letters, digits, underscores and dashes; %q has %q.", maxLabelRunes, key, value))
		}
	}
	all := map[string]string{labelCreateID: ""}
	maps.Copy(all, p.Labels)
	maps.Copy(all, own)
	if n := len(all); n > maxLabels {
		v.Add(at, "There are too many labels.", fmt.Sprintf("The service takes at most %d, and %d of them are the provider's own; there are %d. Remove %d.", maxLabels, len(own)+1, n, n-maxLabels))
	}
}

// instead says what to do in place of setting a label of ours.
func instead(key string) string {
	switch key {
	case LabelPriority, LabelResponse, LabelResolution:
		return "set the attribute priority, and the label follows"
	case LabelSuite:
		return "set the attribute suite, and the label follows"
	default:
		return "the provider marks what it made with it"
	}
}

func labelKey(key string) bool {
	first, _ := utf8.DecodeRuneInString(key)
	return unicode.IsLower(first) && labelValue(key)
}

func labelValue(value string) bool {
	if !utf8.ValidString(value) || utf8.RuneCountInString(value) > maxLabelRunes || len(value) > maxLabelBytes {
		return false
	}
	for _, r := range value {
		if !unicode.IsLower(r) && !unicode.IsDigit(r) && r != '_' && r != '-' {
			return false
		}
	}
	return true
}

// enumWords returns the words of a protobuf enum but the unspecified one, by number.
func enumWords(names map[int32]string) []string {
	words := make([]string, 0, len(names))
	for _, number := range slices.Sorted(maps.Keys(names)) {
		if number != 0 {
			words = append(words, names[number])
		}
	}
	return words
}

var (
	aligners = enumWords(monitoringpb.Aggregation_Aligner_name)
	reducers = enumWords(monitoringpb.Aggregation_Reducer_name)
	missing  = enumWords(monitoringpb.AlertPolicy_Condition_EvaluationMissingData_name)
)
