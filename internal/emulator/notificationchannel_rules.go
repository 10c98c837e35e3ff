package emulator

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
)

// Limits of a notification channel, as notification.proto documents them.
const (
	channelDisplayNameMax = 512  // Unicode characters
	channelDescriptionMax = 1024 // Unicode characters
)

// checkChannel refuses a channel that breaks a rule of the API. kept holds the
// hidden values that the stored channel has already: a caller that sends one of
// them back has read it from a reply and would destroy the secret with it.
func checkChannel(c *monitoringpb.NotificationChannel, kept map[string]string) error {
	if c.GetType() == "" {
		return invalid("Request was missing field notification_channel.type.")
	}
	t, ok := channelTypeByName(c.GetType())
	if !ok {
		return invalid("Field notification_channel.type had an invalid value of %q: Channel type is not supported.", c.GetType())
	}
	if n := utf8.RuneCountInString(c.GetDisplayName()); n > channelDisplayNameMax {
		return invalid("Field notification_channel.display_name had an invalid value: Value must not exceed %d characters, it has %d.", channelDisplayNameMax, n)
	}
	if n := utf8.RuneCountInString(c.GetDescription()); n > channelDescriptionMax {
		return invalid("Field notification_channel.description had an invalid value: Value must not exceed %d characters, it has %d.", channelDescriptionMax, n)
	}
	if err := checkChannelLabels(t, c.GetLabels(), kept); err != nil {
		return err
	}
	return checkUserLabels("notification_channel", c.GetUserLabels())
}

// checkChannelLabels checks the labels against the descriptor. A sensitive
// value is never quoted, so that it can't reach a log through an error.
func checkChannelLabels(t channelType, labels, kept map[string]string) error {
	for _, l := range t.labels {
		value, given := labels[l.key]
		switch {
		case !given && l.required:
			return invalid("Request was missing field notification_channel.labels[%s].", l.key)
		case !given:
		case value == "":
			return invalid("Field notification_channel.labels[%s] had an invalid value: Value must NOT be empty if provided.", l.key)
		case l.sensitive && hiddenValue.MatchString(value) && kept[l.key] != value:
			return invalid("Field notification_channel.labels[%s] had an invalid value: Value is obfuscated; provide the original one or leave the label out of the update mask.", l.key)
		case l.invalid != nil:
			if why := l.invalid(value); why != "" {
				if l.key == "url" {
					value = maskURL(value)
				}
				return invalid("Field labels[%s] had an invalid value of %q: %s", l.key, value, why)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		if _, ok := t.label(key); !ok {
			return invalid("Field notification_channel.labels[%s] had an invalid value: Label is not defined for channels of type %q.", key, t.name)
		}
	}
	return nil
}

var (
	hiddenValue  = regexp.MustCompile(`^\*{4,}.{0,4}$`)
	userLabelKey = regexp.MustCompile(`^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]*$`)
	userLabelVal = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{N}_-]*$`)
)

// checkUserLabels holds user labels to what the protos document: 64 entries,
// keys and values of 63 characters or 128 bytes, lowercase letters, numerals,
// underscores and dashes, keys beginning with a letter. object is the field
// that holds user_labels.
func checkUserLabels(object string, labels map[string]string) error {
	const maxEntries, maxRunes, maxBytes = 64, 63, 128
	if len(labels) > maxEntries {
		return invalid("Field %s.user_labels had an invalid value: At most %d labels are allowed, %d were provided.", object, maxEntries, len(labels))
	}
	tooLong := func(s string) bool { return utf8.RuneCountInString(s) > maxRunes || len(s) > maxBytes }
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		value := labels[key]
		if tooLong(key) || !userLabelKey.MatchString(key) {
			return invalid("Field %s.user_labels had an invalid value of %q: Label keys must begin with a lowercase letter, contain only lowercase letters, numerals, underscores and dashes, and have at most %d characters.", object, key, maxRunes)
		}
		if tooLong(value) || !userLabelVal.MatchString(value) {
			return invalid("Field %s.user_labels[%s] had an invalid value of %q: Label values can contain only lowercase letters, numerals, underscores and dashes, and have at most %d characters.", object, key, value, maxRunes)
		}
	}
	return nil
}

// hideLabels replaces every sensitive label with what the service shows of it:
// asterisks, and the last four characters of a long one. The emulator sends no
// notifications, so it stores nothing more than that either.
func hideLabels(c *monitoringpb.NotificationChannel) {
	t, ok := channelTypeByName(c.GetType())
	if !ok {
		return
	}
	for _, l := range t.labels {
		if value, given := c.GetLabels()[l.key]; given && l.sensitive && !hiddenValue.MatchString(value) {
			c.Labels[l.key] = hide(value)
		}
	}
}

func hide(secret string) string {
	const shown, enough = 4, 12
	runes := []rune(secret)
	if len(runes) < enough {
		return strings.Repeat("*", max(len(runes), shown))
	}
	return strings.Repeat("*", len(runes)-shown) + string(runes[len(runes)-shown:])
}
