package notificationchannel

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/cortx-platform/terraform-provider-cortx/internal/problem"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// A channel that hashicorp/google made, or a person, becomes one of ours by a
// moved block or by an import, without a change to it and without its secret.

// deferral is what may wait on an adopted channel: our labels, and the right to
// publish to its topic, which is the topic's and not the channel's.
var deferral = tfkit.Deferral{
	Own:        func(key string) bool { return key == managedBy || key == secretVersion },
	Attributes: [][]string{{"pubsub", "publisher_granted"}},
}

// MoveState implements resource.ResourceWithMoveState.
func (r *notificationChannel) MoveState(context.Context) []resource.StateMover {
	return collection.Movers(tfkit.MoveSource{
		Types:   []string{"google_monitoring_notification_channel"},
		Inspect: inspectSource,
	})
}

const noSuchKind = "The provider has no such kind of notification channel."

// channelTypes are the types of the service that this resource has a kind for.
var channelTypes = []string{"pagerduty", "slack", "email", "webhook_basicauth", "webhook_tokenauth", "pubsub"}

// inspectSource says what a google_monitoring_notification_channel has that this
// resource can't hold. No message holds a value other than the type.
func inspectSource(attributes map[string]any) []problem.Problem {
	found := problem.List(tfkit.DeletionPolicyLost(attributes, "cortx_notification_channel"))
	text := func(values map[string]any, key string) string {
		s, _ := values[key].(string)
		return s
	}
	if kind := text(attributes, "type"); !slices.Contains(channelTypes, kind) {
		found.Add(nil, noSuchKind,
			fmt.Sprintf("type is %q, and cortx_notification_channel has %s. Remove the moved block and leave the channel as google_monitoring_notification_channel: "+
				"cortx_alert_policy takes its name in notification_channels all the same. Nothing was changed.", kind, strings.Join(channelTypes, ", ")))
	}
	if text(attributes, "display_name") == "" {
		found.Warn(nil, "The notification channel has no display name.",
			"cortx_notification_channel requires display_name, so the plan shows it as a change, and nothing else need change. To have no change at all, give the channel a display name where it is managed now.")
	}
	labels, _ := attributes["labels"].(map[string]any)
	if fields := secretFields(labels, attributes["sensitive_labels"]); len(fields) > 0 {
		found.Warn(nil, "The secret of the moved channel is not carried over.",
			fmt.Sprintf("The state of google_monitoring_notification_channel had a secret in %s. Cloud Monitoring keeps the secret, so it need not be given: leave the version of the write-only argument unset. "+
				"Give the argument and a version of 1 to write another, which is advisable, since older versions and backups of the state may hold the present one in clear.", strings.Join(fields, ", ")))
	}
	if address, err := url.Parse(text(labels, "url")); err != nil || address.Query().Has(authToken) {
		found.Warn(nil, "The token in the webhook's address is not carried over.",
			"labels.url held auth_token. Write webhook.url without it; Cloud Monitoring keeps it as long as the address doesn't change. When it does, give webhook.token_wo and webhook.token_wo_version with it, or the token is gone.")
	}
	if force, _ := attributes["force_delete"].(bool); !force {
		found.Warn(nil, "The notification channel can now be deleted while alert policies use it.",
			"force_delete was not true. cortx_notification_channel takes a channel that it deletes from the alert policies that use it, and warns which. Write lifecycle { prevent_destroy = true } where that must not happen.")
	}
	return found
}

// secretFields names the fields of the source's state that hold a secret.
func secretFields(labels map[string]any, sensitive any) []string {
	var fields []string
	for _, key := range []string{"auth_token", "password", "service_key"} {
		if value, _ := labels[key].(string); value != "" {
			fields = append(fields, "labels."+key)
		}
	}
	blocks, _ := sensitive.([]any)
	for _, block := range blocks {
		values, _ := block.(map[string]any)
		for _, key := range []string{"auth_token", "password", "service_key"} {
			if value, _ := values[key].(string); value != "" {
				fields = append(fields, "sensitive_labels."+key)
			}
		}
	}
	return fields
}

// at returns the kind with its secret at a version, where every channel of the
// kind has one.
func (c channel) at(version int64) channel {
	switch {
	case c.pagerDuty != nil:
		changed := *c.pagerDuty
		changed.ServiceKeyWOVersion = version
		c.pagerDuty = &changed
	case c.slack != nil:
		changed := *c.slack
		changed.AuthTokenWOVersion = version
		c.slack = &changed
	}
	return c
}

// versionSet reports whether the configuration says a version of a secret.
func (m *model) versionSet() bool {
	for _, object := range m.objects() {
		if object.IsUnknown() {
			return true
		}
		for name, value := range object.Attributes() {
			if strings.HasSuffix(name, "_version") && !value.IsNull() {
				return true
			}
		}
	}
	return false
}

// unversioned reports, of a state, that its secret is one that the channel had
// before it became ours: it is adopted and bears no version yet, or bears version
// 0 since an update, or the configuration has no secret that could be written. A
// version that somebody has taken off a channel of ours is drift.
func (m *model) unversioned(ctx context.Context, configured channel, adopted, configuredSecret bool, diags *diag.Diagnostics) bool {
	standing := m.expandKind(ctx, diags)
	if standing.typeName() != configured.typeName() || standing.version() != 0 {
		return false
	}
	return adopted || !configuredSecret || tfkit.StringMap(ctx, m.EffectiveLabels, diags)[secretVersion] == "0"
}

// secretSet reports whether the configuration gives a secret, known or not.
func (m *model) secretSet() bool {
	for _, object := range m.objects() {
		for name, value := range object.Attributes() {
			if strings.HasSuffix(name, "_wo") && !value.IsNull() {
				return true
			}
		}
	}
	return false
}

// writesLabels reports whether going from prior to the plan sends the values of
// the kind, of which the secret is one.
func (m *model) writesLabels(ctx context.Context, prior model, diags *diag.Diagnostics) bool {
	wanted, standing := m.expandKind(ctx, diags), prior.expandKind(ctx, diags)
	return wanted.version() != standing.version() || wanted.public() != standing.public()
}

// keepForeign keeps what a channel says that this resource has no argument for.
func keepForeign(message, standing *monitoringpb.NotificationChannel) {
	if team := standing.GetLabels()["team"]; team != "" && message.GetType() == "slack" {
		message.Labels["team"] = team
	}
}

// warnUngranted says that an adopted channel may be dumb: its grant waits with
// the labels.
func (m *model) warnUngranted(ctx context.Context, diags *diag.Diagnostics) {
	kind := m.expandKind(ctx, diags)
	if kind.pubSub == nil || kind.pubSub.PublisherGranted {
		return
	}
	diags.AddAttributeWarning(path.Root("pubsub").AtName("publisher_granted"), "Monitoring's agent has no right of its own to publish to the topic.",
		fmt.Sprintf("No binding of roles/pubsub.publisher on %s names it. The channel was taken over as it stands, so the grant waits for the next change to the channel. If notifications don't arrive, grant the role on the topic now.", kind.pubSub.Topic))
}
