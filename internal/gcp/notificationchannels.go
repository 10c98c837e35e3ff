package gcp

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// detachRounds bounds how often a channel is taken from its policies: someone
// else may add it to another one meanwhile.
const detachRounds = 5

// plainChannelLabels are the labels of the channel types that hold no secret.
// Every other label's value is masked in errors; the service's words may quote
// what it refuses.
var plainChannelLabels = []string{"email_address", "channel_name", "team", "topic", "username", "number", "space"}

// NotificationChannels reads and writes Cloud Monitoring notification
// channels. Writes to one project go one at a time, with those of policies.
type NotificationChannels struct{ c *Client }

// Get returns the channel with this full name, without its sensitive labels.
// Reads coalesce as those of [AlertPolicies.Get] do.
func (n *NotificationChannels) Get(ctx context.Context, name string) (*monitoringpb.NotificationChannel, error) {
	return n.c.channels.read(ctx, name)
}

// Fresh is Get as of now: what a write builds on.
func (n *NotificationChannels) Fresh(ctx context.Context, name string) (*monitoringpb.NotificationChannel, error) {
	return n.c.channels.fresh(ctx, name)
}

// Create makes a channel in a project, given by id. Lost replies and the end
// of ctx are dealt with as in [AlertPolicies.Create].
func (n *NotificationChannels) Create(ctx context.Context, project string, channel *monitoringpb.NotificationChannel) (*monitoringpb.NotificationChannel, error) {
	parent := "projects/" + project
	mon, err := n.c.monitoring(ctx)
	if err != nil {
		return nil, NewError("CreateNotificationChannel", parent, err)
	}
	id := uuid.NewString()
	channel = copyOf(channel)
	channel.UserLabels = withLabel(channel.GetUserLabels(), id)

	var found *monitoringpb.NotificationChannel
	c := n.write("CreateNotificationChannel", parent, channel)
	c.class = observed
	c.observe = func(ctx context.Context) (bool, error) {
		list, err := listByCreateID(ctx, project, id, n.List)
		for _, ch := range list {
			if ch.GetUserLabels()[CreateIDLabel] == id {
				found = ch
			}
		}
		return found != nil, err
	}
	made, err := mon.channels.CreateNotificationChannel(withCall(ctx, c), &monitoringpb.CreateNotificationChannelRequest{Name: parent, NotificationChannel: channel})
	n.c.channels.drop(parent)
	if err != nil {
		return nil, NewError(c.op, c.resource, err)
	}
	if found != nil {
		return found, nil
	}
	return made, nil
}

// Update changes the fields in mask, in snake case; without a mask it replaces
// the channel. It returns the channel as it is then.
func (n *NotificationChannels) Update(ctx context.Context, channel *monitoringpb.NotificationChannel, mask ...string) (*monitoringpb.NotificationChannel, error) {
	c := n.write("UpdateNotificationChannel", channel.GetName(), channel)
	mon, err := n.c.monitoring(ctx)
	if err != nil {
		return nil, NewError(c.op, c.resource, err)
	}
	req := &monitoringpb.UpdateNotificationChannelRequest{NotificationChannel: channel}
	if len(mask) > 0 {
		req.UpdateMask = &fieldmaskpb.FieldMask{Paths: mask}
	}
	updated, err := mon.channels.UpdateNotificationChannel(withCall(ctx, c), req)
	n.c.channels.drop(channel.GetName())
	if err != nil {
		return nil, NewError(c.op, c.resource, err)
	}
	return updated, nil
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

func (n *NotificationChannels) deleteOnce(ctx context.Context, name string) error {
	c := n.write("DeleteNotificationChannel", name, nil)
	mon, err := n.c.monitoring(ctx)
	if err != nil {
		return NewError(c.op, c.resource, err)
	}
	err = mon.channels.DeleteNotificationChannel(withCall(ctx, c), &monitoringpb.DeleteNotificationChannelRequest{Name: name})
	n.c.channels.drop(name)
	if err != nil {
		return NewError(c.op, c.resource, err)
	}
	return nil
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
	fresh, err := n.c.policies.get(ctx, policy.GetName())
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
	c := readCall("ListNotificationChannels", "projects/"+project)
	c.cost = 2
	mon, err := n.c.monitoring(ctx)
	if err != nil {
		return nil, NewError(c.op, c.resource, err)
	}
	it := mon.channels.ListNotificationChannels(withCall(ctx, c), &monitoringpb.ListNotificationChannelsRequest{
		Name: c.resource, Filter: filter, PageSize: listPageSize,
	})
	return collect(c, it.Next)
}

func (n *NotificationChannels) write(op, resource string, channel *monitoringpb.NotificationChannel) *call {
	return &call{
		op: op, resource: resource, api: "monitoring", project: projectOf(resource), class: idempotent, cost: 1, queued: true,
		secrets: channelSecrets(channel),
	}
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

func (c *Client) newChannelReader() *reader[*monitoringpb.NotificationChannel] {
	return &reader[*monitoringpb.NotificationChannel]{
		clk: c.clk,
		get: func(ctx context.Context, name string) (*monitoringpb.NotificationChannel, error) {
			rc := readCall("GetNotificationChannel", name)
			mon, err := c.monitoring(ctx)
			if err != nil {
				return nil, NewError(rc.op, rc.resource, err)
			}
			ch, err := mon.channels.GetNotificationChannel(withCall(ctx, rc), &monitoringpb.GetNotificationChannelRequest{Name: name})
			if err != nil {
				return nil, NewError(rc.op, rc.resource, err)
			}
			return ch, nil
		},
		list: func(ctx context.Context, parent string) ([]*monitoringpb.NotificationChannel, error) {
			return c.NotificationChannels().List(ctx, projectOf(parent), "")
		},
		name: (*monitoringpb.NotificationChannel).GetName,
	}
}
