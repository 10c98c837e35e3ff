package emulator

import (
	"net/mail"
	"net/url"
	"regexp"
	"strings"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/genproto/googleapis/api"
	"google.golang.org/genproto/googleapis/api/label"
)

// channelLabel is one entry of a channel descriptor's labels, with what the
// public descriptor does not say: whether a channel must have it, whether the
// service hides its value, and what a value has to look like.
type channelLabel struct {
	key         string
	description string
	required    bool
	sensitive   bool
	// invalid returns the service's objection to a value, or "".
	invalid func(value string) string
}

// channelType is one type of notification channel that the service has today.
type channelType struct {
	name        string
	displayName string
	description string
	labels      []channelLabel
	// verifies tells that a channel of this type starts UNVERIFIED and works
	// only after its owner has sent back a code.
	verifies bool
}

// channelTypes lists the types that the product documentation names, without
// hipchat and campfire, which the service has dropped with those products.
func channelTypes() []channelType {
	return []channelType{
		{
			name: "email", displayName: "Email",
			description: "A channel that sends notifications via email.",
			labels: []channelLabel{
				{key: "email_address", description: "An address to send email.", required: true, invalid: invalidEmail},
			},
		},
		{
			name: "google_chat", displayName: "Google Chat",
			description: "A channel that sends notifications to a Google Chat space.",
			labels: []channelLabel{
				{key: "space", description: "The Google Chat space, in the form spaces/SPACE.", required: true, invalid: invalidChatSpace},
			},
		},
		{
			name: "pagerduty", displayName: "PagerDuty",
			description: "A channel that sends notifications to PagerDuty.",
			labels: []channelLabel{
				{key: "service_key", description: "The integration key of a PagerDuty service.", required: true, sensitive: true},
			},
		},
		{
			name: "pubsub", displayName: "Cloud Pub/Sub",
			description: "A channel that publishes notifications to a Cloud Pub/Sub topic.",
			labels: []channelLabel{
				{key: "topic", description: "The topic, in the form projects/PROJECT/topics/TOPIC.", required: true, invalid: invalidTopic},
			},
		},
		{
			name: "slack", displayName: "Slack",
			description: "A channel that sends notifications to a Slack channel.",
			labels: []channelLabel{
				{key: "auth_token", description: "The OAuth access token of the Slack application.", required: true, sensitive: true},
				{key: "channel_name", description: "The Slack channel to post to.", required: true},
				{key: "team", description: "The Slack workspace of the channel."},
			},
		},
		{
			name: "sms", displayName: "SMS", verifies: true,
			description: "A channel that sends notifications via short message service.",
			labels: []channelLabel{
				{key: "number", description: "The phone number, in E.164 form.", required: true, invalid: invalidPhone},
			},
		},
		{
			name: "webhook_basicauth", displayName: "Webhook with Basic Auth",
			description: "A channel that posts notifications to a URL with HTTP basic authentication.",
			labels: []channelLabel{
				{key: "password", description: "The password to authenticate with.", required: true, sensitive: true},
				{key: "url", description: "The public URL to publish to.", required: true, invalid: invalidWebhook},
				{key: "username", description: "The user to authenticate as.", required: true},
			},
		},
		{
			name: "webhook_tokenauth", displayName: "Webhook with Token Auth",
			description: "A channel that posts notifications to a URL that carries its own token.",
			labels: []channelLabel{
				{key: "url", description: "The public URL to publish to, with the token in it.", required: true, invalid: invalidWebhook},
			},
		},
	}
}

func channelTypeByName(name string) (channelType, bool) {
	for _, t := range channelTypes() {
		if t.name == name {
			return t, true
		}
	}
	return channelType{}, false
}

func (t channelType) label(key string) (channelLabel, bool) {
	for _, l := range t.labels {
		if l.key == key {
			return l, true
		}
	}
	return channelLabel{}, false
}

// descriptor renders the type as the API does, below projects/ID.
func (t channelType) descriptor(project string) *monitoringpb.NotificationChannelDescriptor {
	d := &monitoringpb.NotificationChannelDescriptor{
		Name:        project + "/notificationChannelDescriptors/" + t.name,
		Type:        t.name,
		DisplayName: t.displayName,
		Description: t.description,
		LaunchStage: api.LaunchStage_GA,
	}
	for _, l := range t.labels {
		d.Labels = append(d.Labels, &label.LabelDescriptor{Key: l.key, Description: l.description})
	}
	return d
}

var (
	topicName = regexp.MustCompile(`^projects/[a-z0-9.:-]+/topics/[A-Za-z][A-Za-z0-9._~+%-]{2,254}$`)
	phone     = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	chatSpace = regexp.MustCompile(`^spaces/[A-Za-z0-9_-]+$`)
)

func invalidEmail(value string) string {
	a, err := mail.ParseAddress(value)
	if err != nil || a.Address != value || !strings.Contains(value[strings.LastIndex(value, "@"):], ".") {
		return "Email address is not valid"
	}
	return ""
}

func invalidPhone(value string) string {
	if !phone.MatchString(value) {
		return "Phone number is not valid"
	}
	return ""
}

func invalidChatSpace(value string) string {
	if !chatSpace.MatchString(value) {
		return "Space is not valid"
	}
	return ""
}

func invalidTopic(value string) string {
	if !topicName.MatchString(value) {
		return "Topic name is not valid"
	}
	return ""
}

func invalidWebhook(value string) string {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return "URL is not valid"
	}
	return ""
}
