package emulator

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Limits that google/monitoring/v3/alert.proto documents.
const (
	maxConditions     = 6
	maxChannels       = 16
	maxLinks          = 3
	maxDisplayName    = 512
	maxContentRunes   = 8192
	maxContentBytes   = 10240
	maxSubjectBytes   = 10240
	maxLinkName       = 63
	maxLinkURL        = 2083
	minAutoClose      = 30 * time.Minute
	maxAutoClose      = 7 * 24 * time.Hour
	minRenotify       = 30 * time.Minute
	maxRenotify       = 24 * time.Hour
	noConditionType   = `Condition subtype (e.g. "condition_absent","condition_threshold", etc.) is absent or unknown.`
	logConditionAlone = "Alert policies with a log matching condition can only have a single condition."
)

// checkPolicy applies the rules that need nothing but the policy.
func checkPolicy(p *monitoringpb.AlertPolicy) error {
	if err := checkDisplayName("alert_policy.display_name", p.GetDisplayName()); err != nil {
		return err
	}
	if err := checkUserLabels("alert_policy", p.GetUserLabels()); err != nil {
		return err
	}
	if err := checkDocumentation(p.GetDocumentation()); err != nil {
		return err
	}
	if _, known := monitoringpb.AlertPolicy_Severity_name[int32(p.GetSeverity())]; !known {
		return badField("alert_policy.severity", p.GetSeverity().String(), "There is no such severity.")
	}
	switch p.GetCombiner() {
	case monitoringpb.AlertPolicy_AND, monitoringpb.AlertPolicy_OR, monitoringpb.AlertPolicy_AND_WITH_MATCHING_RESOURCE:
	case monitoringpb.AlertPolicy_COMBINE_UNSPECIFIED:
		return badField("alert_policy.combiner", p.GetCombiner().String(), "A combiner must be specified.")
	default:
		return badField("alert_policy.combiner", p.GetCombiner().String(), "There is no such combiner.")
	}
	n := len(p.GetConditions())
	if n < 1 || n > maxConditions {
		return badField("alert_policy.conditions", strconv.Itoa(n), fmt.Sprintf("An alerting policy must have between 1 and %d conditions.", maxConditions))
	}
	if isLogBased(p) && n > 1 {
		return invalid("%s", logConditionAlone)
	}
	for i, c := range p.GetConditions() {
		if err := checkCondition(i, c); err != nil {
			return err
		}
	}
	return nil
}

func isLogBased(p *monitoringpb.AlertPolicy) bool {
	return slices.ContainsFunc(p.GetConditions(), func(c *monitoringpb.AlertPolicy_Condition) bool {
		return c.GetConditionMatchedLog() != nil
	})
}

func checkDisplayName(field, name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return badField(field, name, "The display name must not be empty.")
	case utf8.RuneCountInString(name) > maxDisplayName:
		return badField(field, name, fmt.Sprintf("The display name must not be longer than %d characters.", maxDisplayName))
	}
	return nil
}

func checkDocumentation(d *monitoringpb.AlertPolicy_Documentation) error {
	const field = "alert_policy.documentation"
	switch {
	case d == nil:
		return nil
	case utf8.RuneCountInString(d.GetContent()) > maxContentRunes:
		return invalid("Field %s.content had an invalid value: The content must not be longer than %d Unicode characters; it has %d.", field, maxContentRunes, utf8.RuneCountInString(d.GetContent()))
	case len(d.GetContent()) > maxContentBytes:
		return invalid("Field %s.content had an invalid value: The content must not be longer than %d bytes in UTF-8; it has %d.", field, maxContentBytes, len(d.GetContent()))
	case d.GetMimeType() != "" && d.GetMimeType() != "text/markdown":
		return badField(field+".mime_type", d.GetMimeType(), `Only "text/markdown" is supported.`)
	case len(d.GetSubject()) > maxSubjectBytes:
		return invalid("Field %s.subject had an invalid value: The subject must not be longer than %d bytes.", field, maxSubjectBytes)
	case len(d.GetLinks()) > maxLinks:
		return badField(field+".links", strconv.Itoa(len(d.GetLinks())), fmt.Sprintf("There can be no more than %d links.", maxLinks))
	}
	for i, l := range d.GetLinks() {
		at := fmt.Sprintf("%s.links[%d]", field, i)
		switch {
		case l.GetDisplayName() == "" || utf8.RuneCountInString(l.GetDisplayName()) > maxLinkName:
			return badField(at+".display_name", l.GetDisplayName(), fmt.Sprintf("The display name must not be empty or exceed %d characters.", maxLinkName))
		case l.GetUrl() == "" || utf8.RuneCountInString(l.GetUrl()) > maxLinkURL:
			return badField(at+".url", l.GetUrl(), fmt.Sprintf("The URL must not be empty or exceed %d characters.", maxLinkURL))
		}
	}
	return nil
}

// channelName is the form of a reference to a notification channel.
var channelName = regexp.MustCompile(`^projects/[^/]+/notificationChannels/[^/]+$`)

// resolveChannels puts project ids into the references to channels and checks
// that the channels exist.
func (s *Server) resolveChannels(p *monitoringpb.AlertPolicy, project string) error {
	if n := len(p.GetNotificationChannels()); n > maxChannels {
		return badField("alert_policy.notification_channels", strconv.Itoa(n), fmt.Sprintf("There can be no more than %d notification channels.", maxChannels))
	}
	for i, ref := range p.GetNotificationChannels() {
		field := fmt.Sprintf("alert_policy.notification_channels[%d]", i)
		name := s.canonicalName(ref)
		if !channelName.MatchString(name) || projectOf(name) != project {
			return badField(field, ref, "It must have the form projects/[PROJECT_ID_OR_NUMBER]/notificationChannels/[CHANNEL_ID], in the project of the policy.")
		}
		if _, err := s.store.Get(kindNotificationChannel, name); err != nil {
			return badField(field, ref, "Could not find notification channel.")
		}
		p.NotificationChannels[i] = name
	}
	for _, strategy := range p.GetAlertStrategy().GetNotificationChannelStrategy() {
		for i, ref := range strategy.GetNotificationChannelNames() {
			strategy.NotificationChannelNames[i] = s.canonicalName(ref)
		}
	}
	return nil
}

// checkStrategy applies the rules on how a policy notifies.
func checkStrategy(p *monitoringpb.AlertPolicy) error {
	st, logs := p.GetAlertStrategy(), isLogBased(p)
	if err := checkRateLimit(st.GetNotificationRateLimit(), logs); err != nil {
		return err
	}
	const field = "alert_policy.alert_strategy"
	seen := map[monitoringpb.AlertPolicy_AlertStrategy_NotificationPrompt]bool{}
	for i, prompt := range st.GetNotificationPrompts() {
		at := fmt.Sprintf("%s.notification_prompts[%d]", field, i)
		switch prompt {
		case monitoringpb.AlertPolicy_AlertStrategy_OPENED:
		case monitoringpb.AlertPolicy_AlertStrategy_CLOSED:
			if logs {
				return badField(at, prompt.String(), "The notification prompt of a log-based alert policy is always OPENED.")
			}
		case monitoringpb.AlertPolicy_AlertStrategy_NOTIFICATION_PROMPT_UNSPECIFIED:
			return badField(at, prompt.String(), "A notification prompt must be OPENED or CLOSED.")
		default:
			return badField(at, prompt.String(), "A notification prompt must be OPENED or CLOSED.")
		}
		if seen[prompt] {
			return badField(at, prompt.String(), "A notification prompt can be given once.")
		}
		seen[prompt] = true
	}
	if len(seen) > 0 && !seen[monitoringpb.AlertPolicy_AlertStrategy_OPENED] {
		return badField(field+".notification_prompts", "CLOSED", "The notification prompts must be [OPENED] or [OPENED, CLOSED].")
	}
	if d := st.GetAutoClose(); d != nil && !within(d, minAutoClose, maxAutoClose) {
		return badField(field+".auto_close", showDuration(d), "The auto-close duration must be between 30 minutes and 7 days.")
	}
	for i, cs := range st.GetNotificationChannelStrategy() {
		if err := checkChannelStrategy(fmt.Sprintf("%s.notification_channel_strategy[%d]", field, i), cs, p); err != nil {
			return err
		}
	}
	return nil
}

func checkRateLimit(limit *monitoringpb.AlertPolicy_AlertStrategy_NotificationRateLimit, logs bool) error {
	const field = "alertStrategy.notificationRateLimit"
	switch {
	case !logs && limit != nil:
		return badField(field, fmt.Sprintf("period { seconds: %d }", limit.GetPeriod().GetSeconds()), "only log-based alert policies may specify a notification rate limit")
	case logs && limit == nil:
		return badField(field, "", "log-based alert policies must specify a notification rate limit")
	case logs && limit.GetPeriod().AsDuration() <= 0:
		return badField(field, showDuration(limit.GetPeriod()), "the period must be positive")
	}
	return nil
}

func checkChannelStrategy(field string, cs *monitoringpb.AlertPolicy_AlertStrategy_NotificationChannelStrategy, p *monitoringpb.AlertPolicy) error {
	if len(cs.GetNotificationChannelNames()) == 0 {
		return badField(field+".notification_channel_names", "", "At least one notification channel must be named.")
	}
	for _, name := range cs.GetNotificationChannelNames() {
		if !slices.Contains(p.GetNotificationChannels(), name) {
			return badField(field+".notification_channel_names", name, "The channel must be one of the notification channels of the policy.")
		}
	}
	if d := cs.GetRenotifyInterval(); d != nil && !within(d, minRenotify, maxRenotify) {
		return badField(field+".renotify_interval", showDuration(d), "The interval must be between 30 minutes and 24 hours.")
	}
	return nil
}

func within(d *durationpb.Duration, low, high time.Duration) bool {
	return d.IsValid() && d.AsDuration() >= low && d.AsDuration() <= high
}

func showDuration(d *durationpb.Duration) string {
	return strconv.FormatFloat(d.AsDuration().Seconds(), 'f', -1, 64) + "s"
}
