package gcp

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
)

// detachRounds bounds how often a channel is taken from its policies: someone
// else may add it to another one meanwhile.
const detachRounds = 5

// plainChannelLabels are the labels of the channel types that hold no secret.
// Every other label's value is masked in errors; the service's words may quote
// what it refuses.
var plainChannelLabels = []string{"email_address", "channel_name", "team", "topic", "username", "number", "space"}

// NotificationChannels reads and writes Cloud Monitoring notification
// channels, with Get, Fresh, Update and Twin as [AlertPolicies] has them. What
// is read lacks the sensitive labels, so a twin is one of the same type,
// display name and user labels. Writes to one project go one at a time, with
// those of policies.
type NotificationChannels struct {
	*collection[*monitoringpb.NotificationChannel]
}

// Create makes a channel in a project, given by id. Lost replies and the end
// of ctx are dealt with as in [AlertPolicies.Create].
func (n *NotificationChannels) Create(ctx context.Context, project string, channel *monitoringpb.NotificationChannel) (*monitoringpb.NotificationChannel, error) {
	return n.createIn(ctx, "projects/"+project, "", channel)
}

// Delete deletes the channel with this full name; one that is not there is no
// error. The service refuses to delete a channel that policies use
// (hashicorp/terraform-provider-google issue 10337); it is then taken from
// them, with their other channels left alone, and deleted. It returns the
// names of the policies it was taken from, also beside an error.
func (n *NotificationChannels) Delete(ctx context.Context, name string) (detached []string, err error) {
	for range detachRounds {
		err = n.deleteOnce(ctx, name)
		if err == nil || IsNotFound(err) {
			return detached, nil
		}
		// The refusal is a 400; its words aren't relied on, the policies are.
		if !IsInvalid(err) && !IsPreconditionFailed(err) {
			return detached, err
		}
		users, listErr := n.users(ctx, name)
		if listErr != nil {
			return detached, fmt.Errorf("find the policies that use the channel: %w", listErr)
		}
		if len(users) == 0 {
			return detached, err
		}
		for _, policy := range users {
			took, detachErr := n.detach(ctx, policy, name)
			if detachErr != nil {
				return detached, fmt.Errorf("take the channel from %s: %w", policy.GetName(), detachErr)
			}
			if took && !slices.Contains(detached, policy.GetName()) {
				detached = append(detached, policy.GetName())
			}
		}
	}
	return detached, err
}

// users returns the policies that name the channel.
func (n *NotificationChannels) users(ctx context.Context, name string) ([]*monitoringpb.AlertPolicy, error) {
	project := projectOf(name)
	policies, err := n.c.AlertPolicies().List(ctx, project, `notification_channels="`+name+`"`)
	if IsInvalid(err) {
		policies, err = n.c.AlertPolicies().List(ctx, project, "")
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(policies, func(p *monitoringpb.AlertPolicy) bool { return !uses(p, name) }), nil
}

func uses(p *monitoringpb.AlertPolicy, channel string) bool {
	is := func(other string) bool { return sameObject(channel, other) }
	if slices.ContainsFunc(p.GetNotificationChannels(), is) {
		return true
	}
	for _, s := range p.GetAlertStrategy().GetNotificationChannelStrategy() {
		if slices.ContainsFunc(s.GetNotificationChannelNames(), is) {
			return true
		}
	}
	return false
}

// sameObject compares full names below the project, which goes by its id and
// by its number.
func sameObject(a, b string) bool {
	_, restA := splitName(a)
	_, restB := splitName(b)
	return restA == restB
}

// detach takes the channel from one policy, and leaves the other fields to
// whoever edits them meanwhile. It reports whether it did.
func (n *NotificationChannels) detach(ctx context.Context, policy *monitoringpb.AlertPolicy, channel string) (bool, error) {
	is := func(other string) bool { return sameObject(channel, other) }
	// As short a time as possible between reading and writing.
	fresh, err := n.c.AlertPolicies().getOnce(ctx, policy.GetName())
	if IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !uses(fresh, channel) {
		return false, nil
	}
	patch := &monitoringpb.AlertPolicy{
		Name:                 fresh.GetName(),
		NotificationChannels: slices.DeleteFunc(fresh.GetNotificationChannels(), is),
	}
	mask := []string{"notification_channels"}
	var strategies []*monitoringpb.AlertPolicy_AlertStrategy_NotificationChannelStrategy
	named := false
	for _, s := range fresh.GetAlertStrategy().GetNotificationChannelStrategy() {
		if slices.ContainsFunc(s.GetNotificationChannelNames(), is) {
			named = true
			s.NotificationChannelNames = slices.DeleteFunc(s.GetNotificationChannelNames(), is)
			if len(s.GetNotificationChannelNames()) == 0 {
				continue
			}
		}
		strategies = append(strategies, s)
	}
	if named {
		patch.AlertStrategy = &monitoringpb.AlertPolicy_AlertStrategy{NotificationChannelStrategy: strategies}
		mask = append(mask, "alert_strategy.notification_channel_strategy")
	}
	_, err = n.c.AlertPolicies().Update(ctx, patch, mask...)
	if IsNotFound(err) {
		return false, nil
	}
	return err == nil, err
}

// List returns the channels of a project, given by id, that match filter; an
// empty filter matches all. It always asks the service.
func (n *NotificationChannels) List(ctx context.Context, project, filter string) ([]*monitoringpb.NotificationChannel, error) {
	return n.listIn(ctx, "projects/"+project, filter)
}

// channelSecrets returns the label values that must not appear anywhere. A
// webhook's URL counts when it has a query or a user: tokens are put there.
func channelSecrets(channel *monitoringpb.NotificationChannel) []string {
	var out []string
	labels := channel.GetLabels()
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		value := labels[key]
		if value == "" || slices.Contains(plainChannelLabels, key) {
			continue
		}
		if u, err := url.Parse(value); key == "url" && err == nil {
			if u.RawQuery == "" && u.User == nil {
				continue
			}
			for _, values := range u.Query() {
				out = append(out, values...)
			}
			if password, ok := u.User.Password(); ok {
				out = append(out, password)
			}
		}
		out = append(out, value)
	}
	// The longest first, so that no rest of one stays behind another.
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out
}

func newNotificationChannels(c *Client) *NotificationChannels {
	type channel = *monitoringpb.NotificationChannel
	return &NotificationChannels{newCollection(c, kind[channel]{
		noun: "NotificationChannel", plural: "NotificationChannels", segment: "notificationChannels", queued: true,
		name:    channel.GetName,
		setName: func(ch channel, name string) { ch.Name = name },
		labels:  func(ch channel) *map[string]string { return &ch.UserLabels },
		secrets: channelSecrets,
		twin: func(standing, wanted channel) bool {
			return standing.GetType() == wanted.GetType() && standing.GetDisplayName() == wanted.GetDisplayName() &&
				maps.Equal(standing.GetUserLabels(), wanted.GetUserLabels())
		},
		get: func(ctx context.Context, mon *monitoringClients, name string) (channel, error) {
			return mon.channels.GetNotificationChannel(ctx, &monitoringpb.GetNotificationChannelRequest{Name: name})
		},
		list: func(ctx context.Context, mon *monitoringClients, parent, filter string) func() (channel, error) {
			return mon.channels.ListNotificationChannels(ctx, &monitoringpb.ListNotificationChannelsRequest{Name: parent, Filter: filter, PageSize: listPageSize}).Next
		},
		create: func(ctx context.Context, mon *monitoringClients, parent, _ string, ch channel) (channel, error) {
			return mon.channels.CreateNotificationChannel(ctx, &monitoringpb.CreateNotificationChannelRequest{Name: parent, NotificationChannel: ch})
		},
		update: func(ctx context.Context, mon *monitoringClients, ch channel, mask []string) (channel, error) {
			return mon.channels.UpdateNotificationChannel(ctx, &monitoringpb.UpdateNotificationChannelRequest{NotificationChannel: ch, UpdateMask: fieldMask(mask)})
		},
		remove: func(ctx context.Context, mon *monitoringClients, name string) error {
			return mon.channels.DeleteNotificationChannel(ctx, &monitoringpb.DeleteNotificationChannelRequest{Name: name})
		},
	})}
}
