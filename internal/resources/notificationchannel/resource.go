// Package notificationchannel is the resource cortx_notification_channel.
package notificationchannel

import (
	"context"
	"fmt"
	"strings"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

var (
	_ resource.ResourceWithConfigure   = (*notificationChannel)(nil)
	_ resource.ResourceWithIdentity    = (*notificationChannel)(nil)
	_ resource.ResourceWithImportState = (*notificationChannel)(nil)
	_ resource.ResourceWithModifyPlan  = (*notificationChannel)(nil)
	_ resource.ResourceWithMoveState   = (*notificationChannel)(nil)
)

const (
	readTimeout  = 5 * time.Minute
	writeTimeout = 30 * time.Minute
)

type notificationChannel struct{ tfkit.Base }

// New returns the resource.
func New() resource.Resource { return &notificationChannel{} }

// collection is how the service names these objects.
var collection = tfkit.NamedCollection{
	Collection:  "notificationChannels",
	Noun:        "a notification channel",
	ListCommand: "gcloud beta monitoring channels list",
}

// Metadata implements resource.Resource.
func (r *notificationChannel) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_notification_channel"
}

// Create implements resource.Resource. The right to publish to a topic is
// granted after the channel is made, since Monitoring's agent may not exist
// before; a grant that fails is a warning and shows as an update in the next
// plan, for an error would taint the channel.
func (r *notificationChannel) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var planned, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &planned)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	client, ctx, cancel := r.Begin(ctx, planned.Timeouts.Create, writeTimeout, types.BoolNull(), &resp.Diagnostics)
	defer cancel()
	if client == nil {
		return
	}

	kind := config.expandKind(ctx, &resp.Diagnostics)
	labels := tfkit.StringMap(ctx, planned.EffectiveLabels, &resp.Diagnostics)
	if kind.pubSub != nil {
		granted, err := client.Topics().HasPublisher(ctx, kind.pubSub.Topic, planned.Project.ValueString())
		if err != nil {
			tfkit.AddServiceError(&resp.Diagnostics, path.Root("pubsub").AtName("topic"), "The topic's IAM policy could not be read.", err)
			return
		}
		if !granted {
			labels[publisherGrant] = "true"
		}
	}
	message, err := planned.proto(kind, labels)
	if err != nil {
		addBug(&resp.Diagnostics, err)
		return
	}
	message.Name = ""
	twin := client.NotificationChannels().Twin(ctx, planned.Project.ValueString(), message)
	created, err := client.NotificationChannels().Create(ctx, planned.Project.ValueString(), message)
	if err != nil {
		tfkit.AddServiceError(&resp.Diagnostics, path.Empty(), "The notification channel could not be created.", err)
		return
	}
	if twin != "" {
		tfkit.WarnTwin(&resp.Diagnostics, "notification channel", "cortx_notification_channel", twin, created.GetName())
	}
	planned.setServerValues(created)
	if kind.pubSub != nil {
		kind.pubSub.PublisherGranted = r.grant(ctx, client, kind.pubSub.Topic, planned.Project.ValueString(), &resp.Diagnostics)
		planned.PubSub = kindValue(ctx, "pubsub", *kind.pubSub, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, planned)...)
	tfkit.SetIdentity(ctx, resp.Identity, planned.Name, &resp.Diagnostics)
}

func (r *notificationChannel) grant(ctx context.Context, client *gcp.Client, topic, project string, diags *diag.Diagnostics) bool {
	if _, err := client.Topics().GrantPublisher(ctx, topic, project); err != nil {
		diags.AddAttributeWarning(path.Root("pubsub").AtName("publisher_granted"),
			"Monitoring's agent may not publish to the topic yet.",
			fmt.Sprintf("The channel was made, but the grant of roles/pubsub.publisher failed, so notifications are lost until it stands. %s The next plan shows the grant as an update.\n\nGoogle Cloud says: %s", tfkit.Advice(err), err))
		return false
	}
	return true
}

// Read implements resource.Resource.
func (r *notificationChannel) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	tfkit.SetIdentity(ctx, resp.Identity, state.Name, &resp.Diagnostics)
	client, ctx, cancel := r.BeginRead(ctx, "notification channel", state.Timeouts.Read, readTimeout, state.Emulated, &resp.Diagnostics)
	defer cancel()
	if client == nil {
		return
	}

	remote, err := client.NotificationChannels().Get(ctx, state.Name.ValueString())
	if gcp.IsNotFound(err) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		tfkit.AddServiceError(&resp.Diagnostics, path.Empty(), "The notification channel could not be read.", err)
		return
	}
	tfkit.SettleAdopted(ctx, resp.Private, remote.GetUserLabels(), map[string]string{managedBy: managedByUs}, &resp.Diagnostics)
	found := r.flatten(ctx, remote, state, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	tfkit.SetRead(ctx, resp, found)
}

// flatten turns what the service returned into the state.
func (r *notificationChannel) flatten(ctx context.Context, remote *monitoringpb.NotificationChannel, prior model, diags *diag.Diagnostics) model {
	found := prior
	kind := kindFromProto(remote)
	for _, found := range unmanageable(remote) {
		diags.AddAttributeError(path.Root("type"), found.Summary, remote.GetName()+": "+found.Detail)
		return prior
	}
	if kind.pubSub != nil {
		kind.pubSub.PublisherGranted = r.readGrant(ctx, kind.pubSub.Topic, prior, diags)
	}
	found.encodeKind(ctx, kind, diags)
	found.setServerValues(remote)
	found.DisplayName = types.StringValue(remote.GetDisplayName())
	found.Description = types.StringNull()
	if text := remote.GetDescription(); text != "" || prior.Description.ValueString() == "" && !prior.Description.IsNull() {
		found.Description = types.StringValue(text)
	}
	// The service leaves the field out for a channel that was never disabled.
	found.Enabled = types.BoolValue(remote.GetEnabled() == nil || remote.GetEnabled().GetValue())
	found.Type = types.StringValue(remote.GetType())
	found.Emulated = r.Data.Emulated()
	labels := remote.GetUserLabels()
	delete(labels, publisherGrant)
	found.Labels, found.EffectiveLabels = tfkit.ReadLabels(ctx, labels, prior.Labels, prior.EffectiveLabels, r.Data.DefaultLabels,
		func(key string) bool { return key == managedBy || key == secretVersion }, diags)
	return found
}

// readGrant asks for the grant. One that can't be read keeps its last known
// value: unreadable is not absent.
func (r *notificationChannel) readGrant(ctx context.Context, topic string, prior model, diags *diag.Diagnostics) bool {
	granted, err := r.Data.Client.Topics().HasPublisher(ctx, topic, prior.Project.ValueString())
	if err == nil {
		return granted
	}
	if gcp.IsNotFound(err) {
		diags.AddAttributeWarning(path.Root("pubsub").AtName("topic"), "The topic of the notification channel doesn't exist.",
			fmt.Sprintf("Create %s again, or point the channel at another topic: notifications are lost until then.", topic))
		return false
	}
	diags.AddAttributeWarning(path.Root("pubsub").AtName("publisher_granted"), "The topic's IAM policy could not be read.",
		fmt.Sprintf("The last known value is kept. %s\n\nGoogle Cloud says: %s", tfkit.Advice(err), err))
	before := prior.expandKind(ctx, diags)
	return before.pubSub == nil || before.pubSub.PublisherGranted
}

// Update implements resource.Resource. The secret is sent when its version
// changes, or when another value beside it does, since the service keeps them
// in one field.
func (r *notificationChannel) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var planned, state, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &planned)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	client, ctx, cancel := r.Begin(ctx, planned.Timeouts.Update, writeTimeout, state.Emulated, &resp.Diagnostics)
	defer cancel()
	if client == nil {
		return
	}

	standing, err := client.NotificationChannels().Fresh(ctx, state.Name.ValueString())
	if err != nil {
		tfkit.AddServiceError(&resp.Diagnostics, path.Empty(), "The notification channel could not be read before its update.", err)
		return
	}
	kind := config.expandKind(ctx, &resp.Diagnostics).at(planned.expandKind(ctx, &resp.Diagnostics).version())
	message, err := planned.proto(kind, tfkit.UpdateLabels(standing.GetUserLabels(),
		tfkit.StringMap(ctx, state.EffectiveLabels, &resp.Diagnostics),
		tfkit.StringMap(ctx, planned.EffectiveLabels, &resp.Diagnostics)))
	if err != nil {
		addBug(&resp.Diagnostics, err)
		return
	}
	message.Name = state.Name.ValueString()
	keepForeign(message, standing)
	updated := standing
	if mask := changedFields(message, standing, kind); len(mask) > 0 {
		updated, err = client.NotificationChannels().Update(ctx, message, mask...)
		if err != nil {
			tfkit.AddServiceError(&resp.Diagnostics, path.Empty(), "The notification channel could not be updated.", err)
			return
		}
	}
	planned.setServerValues(updated)
	if kind.pubSub != nil {
		kind.pubSub.PublisherGranted = true
		if _, err := client.Topics().GrantPublisher(ctx, kind.pubSub.Topic, planned.Project.ValueString()); err != nil {
			kind.pubSub.PublisherGranted = false
			tfkit.AddServiceError(&resp.Diagnostics, path.Root("pubsub").AtName("publisher_granted"), "Monitoring's agent could not be granted the right to publish to the topic.", err)
		}
		planned.PubSub = kindValue(ctx, "pubsub", *kind.pubSub, &resp.Diagnostics)
	}
	tfkit.ClearAdopted(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, planned)...)
	tfkit.SetIdentity(ctx, resp.Identity, planned.Name, &resp.Diagnostics)
}

// Delete implements resource.Resource.
func (r *notificationChannel) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	client, ctx, cancel := r.Begin(ctx, state.Timeouts.Delete, writeTimeout, state.Emulated, &resp.Diagnostics)
	defer cancel()
	if client == nil {
		return
	}

	name := state.Name.ValueString()
	revoke := r.grantToRevoke(ctx, client, state, &resp.Diagnostics)
	detached, err := client.NotificationChannels().Delete(ctx, name)
	if len(detached) > 0 {
		resp.Diagnostics.AddWarning("The notification channel was taken from alert policies that used it.",
			fmt.Sprintf("These policies no longer notify it; check that each still has a channel: %s.", strings.Join(detached, ", ")))
	}
	if err != nil {
		tfkit.AddServiceError(&resp.Diagnostics, path.Empty(), "The notification channel could not be deleted.", err)
		return
	}
	if revoke == "" {
		return
	}
	if err := client.Topics().RevokePublisher(ctx, revoke, state.Project.ValueString()); err != nil && !gcp.IsNotFound(err) {
		resp.Diagnostics.AddWarning("The right to publish to the topic was left in place.",
			fmt.Sprintf("The channel is deleted; remove roles/pubsub.publisher of Monitoring's agent from %s by hand if nothing else needs it.\n\nGoogle Cloud says: %s", revoke, err))
	}
}

// grantToRevoke returns the topic whose grant this channel brought and no other
// channel needs, or "".
func (r *notificationChannel) grantToRevoke(ctx context.Context, client *gcp.Client, state model, diags *diag.Diagnostics) string {
	kind := state.expandKind(ctx, diags)
	if kind.pubSub == nil {
		return ""
	}
	channels, err := client.NotificationChannels().List(ctx, state.Project.ValueString(), "")
	if err != nil {
		return ""
	}
	brought := false
	for _, other := range channels {
		switch {
		case other.GetName() == state.Name.ValueString():
			brought = other.GetUserLabels()[publisherGrant] != ""
		case other.GetType() == "pubsub" && other.GetLabels()["topic"] == kind.pubSub.Topic:
			return ""
		}
	}
	if !brought {
		return ""
	}
	return kind.pubSub.Topic
}

// ImportState implements resource.ResourceWithImportState.
func (r *notificationChannel) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	collection.Import(ctx, req, resp)
	tfkit.MarkAdopted(ctx, resp.Private, &resp.Diagnostics)
}

// setServerValues takes over what the service assigns.
func (m *model) setServerValues(remote *monitoringpb.NotificationChannel) {
	m.ID = types.StringValue(remote.GetName())
	m.Name = types.StringValue(remote.GetName())
	m.VerificationStatus = types.StringNull()
	if status := remote.GetVerificationStatus(); status != monitoringpb.NotificationChannel_VERIFICATION_STATUS_UNSPECIFIED {
		m.VerificationStatus = types.StringValue(status.String())
	}
}

// changedFields returns the update mask. The descriptor labels are compared
// without secrets, which the service doesn't return; the version of the secret
// is a user label.
func changedFields(wanted, standing *monitoringpb.NotificationChannel, kind channel) []string {
	var mask []string
	if wanted.GetDisplayName() != standing.GetDisplayName() {
		mask = append(mask, "display_name")
	}
	if wanted.GetDescription() != standing.GetDescription() {
		mask = append(mask, "description")
	}
	if enabled := standing.GetEnabled() == nil || standing.GetEnabled().GetValue(); wanted.GetEnabled().GetValue() != enabled {
		mask = append(mask, "enabled")
	}
	same := len(wanted.GetUserLabels()) == len(standing.GetUserLabels())
	for key, value := range wanted.GetUserLabels() {
		same = same && standing.GetUserLabels()[key] == value
	}
	if !same {
		mask = append(mask, "user_labels")
	}
	before := kindFromProto(standing)
	if before.version() != kind.version() || before.public() != kind.public() {
		mask = append(mask, "labels")
	}
	return mask
}

// public is what a kind says without its secrets.
func (c channel) public() string {
	switch {
	case c.slack != nil:
		return c.slack.ChannelName
	case c.email != nil:
		return c.email.Address
	case c.webhook != nil:
		return c.webhook.URL + " " + c.webhook.Username
	case c.pubSub != nil:
		return c.pubSub.Topic
	default:
		return ""
	}
}
