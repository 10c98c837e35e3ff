package emulator

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const kindNotificationChannel = "notificationChannels"

// notificationChannelKind serves projects.notificationChannels and the read-only
// projects.notificationChannelDescriptors, which share one gRPC service.
var notificationChannelKind = kind{
	name: kindNotificationChannel, host: monitoringHost, collection: true, serialWrites: true,
	permissions: map[string]string{
		"CreateNotificationChannel": "monitoring.notificationChannels.create",
		"GetNotificationChannel":    "monitoring.notificationChannels.get",
		"UpdateNotificationChannel": "monitoring.notificationChannels.update",
		"DeleteNotificationChannel": "monitoring.notificationChannels.delete",
	},
	register: func(s *Server, r grpc.ServiceRegistrar) {
		monitoringpb.RegisterNotificationChannelServiceServer(r, &notificationChannels{s: s})
	},
}

type notificationChannels struct {
	monitoringpb.UnimplementedNotificationChannelServiceServer
	s *Server
}

// CreateNotificationChannel implements the method of the API.
func (n *notificationChannels) CreateNotificationChannel(ctx context.Context, req *monitoringpb.CreateNotificationChannelRequest) (*monitoringpb.NotificationChannel, error) {
	parent, err := n.s.monitoringParent(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	if req.GetNotificationChannel() == nil {
		return nil, invalid("Request was missing field notification_channel.")
	}
	c := proto.CloneOf(req.GetNotificationChannel())
	if c.GetName() != "" {
		id := c.GetName()[strings.LastIndex(c.GetName(), "/")+1:]
		return nil, invalid("Field notification_channel.name.channel_id_part had an invalid value of %q: Field must be empty.", id)
	}
	if err := refuseOutputOnly(c); err != nil {
		return nil, err
	}
	if err := checkChannel(c, nil); err != nil {
		return nil, err
	}
	now := &monitoringpb.MutationRecord{MutateTime: timestamppb.New(n.s.now())}
	c.Name = n.s.newNumericID(kindNotificationChannel, parent+"/notificationChannels/")
	c.CreationRecord, c.MutationRecords = now, []*monitoringpb.MutationRecord{now}
	completeChannel(c, nil)
	if err := n.s.create(kindNotificationChannel, parent, c.GetName(), c); err != nil {
		return nil, err
	}
	if err := n.s.noteMonitoringAgent(parent, c); err != nil {
		return nil, err
	}
	return c, nil
}

// completeChannel fills in what the server decides, and hides the secrets.
// before is the stored channel, nil on create.
func completeChannel(c, before *monitoringpb.NotificationChannel) {
	if c.Enabled == nil {
		c.Enabled = wrapperspb.Bool(true)
	}
	c.VerificationStatus = monitoringpb.NotificationChannel_VERIFICATION_STATUS_UNSPECIFIED
	if t, ok := channelTypeByName(c.GetType()); ok && t.verifies {
		c.VerificationStatus = monitoringpb.NotificationChannel_UNVERIFIED
		if before != nil && before.GetType() == c.GetType() && maps.Equal(before.GetLabels(), c.GetLabels()) {
			c.VerificationStatus = before.GetVerificationStatus()
		}
	}
	hideLabels(c)
}

// refuseOutputOnly refuses a verification status, which notification.proto
// calls illegal to specify in a create or an update.
func refuseOutputOnly(c *monitoringpb.NotificationChannel) error {
	if st := c.GetVerificationStatus(); st != monitoringpb.NotificationChannel_VERIFICATION_STATUS_UNSPECIFIED {
		return invalid("Field notification_channel.verification_status had an invalid value of %q: Field must be empty.", st)
	}
	return nil
}

// GetNotificationChannel implements the method of the API.
func (n *notificationChannels) GetNotificationChannel(ctx context.Context, req *monitoringpb.GetNotificationChannelRequest) (*monitoringpb.NotificationChannel, error) {
	c, _, err := n.find(ctx, req.GetName())
	return c, err
}

// find returns a stored channel and its version.
func (n *notificationChannels) find(ctx context.Context, ref string) (*monitoringpb.NotificationChannel, int64, error) {
	parent, id, err := n.s.monitoringName(ctx, ref, kindNotificationChannel)
	if err != nil {
		return nil, 0, err
	}
	name := parent + "/notificationChannels/" + id
	c := &monitoringpb.NotificationChannel{}
	version, err := n.s.load(kindNotificationChannel, name, c)
	if status.Code(err) == codes.NotFound {
		return nil, 0, notFound("Could not find notification channel %q.", name)
	}
	return c, version, err
}

// UpdateNotificationChannel implements the method of the API.
func (n *notificationChannels) UpdateNotificationChannel(ctx context.Context, req *monitoringpb.UpdateNotificationChannelRequest) (*monitoringpb.NotificationChannel, error) {
	in := req.GetNotificationChannel()
	if in == nil {
		return nil, invalid("Request was missing field notification_channel.")
	}
	before, version, err := n.find(ctx, in.GetName())
	if err != nil {
		return nil, err
	}
	after := proto.CloneOf(before)
	kept := map[string]string{}
	if paths := req.GetUpdateMask().GetPaths(); len(paths) > 0 {
		kept = maps.Clone(before.GetLabels())
		for _, path := range paths {
			if err := applyChannelPath(after, in, kept, path); err != nil {
				return nil, err
			}
		}
	} else {
		after.DisplayName, after.Description, after.Type = in.GetDisplayName(), in.GetDescription(), in.GetType()
		after.Labels, after.UserLabels, after.Enabled = maps.Clone(in.GetLabels()), maps.Clone(in.GetUserLabels()), in.Enabled
	}
	if err := checkChannel(after, kept); err != nil {
		return nil, err
	}
	// Recorded replies hold one mutation record, the latest.
	after.MutationRecords = []*monitoringpb.MutationRecord{{MutateTime: timestamppb.New(n.s.now())}}
	completeChannel(after, before)
	if err := n.s.update(kindNotificationChannel, after.GetName(), version, after); err != nil {
		return nil, err
	}
	return after, n.s.noteMonitoringAgent(after.GetName()[:strings.Index(after.GetName(), "/notificationChannels/")], after)
}

// applyChannelPath copies one path of an update mask from in to out. A label
// that is named leaves kept, so that its hidden form is not taken for a value.
func applyChannelPath(out, in *monitoringpb.NotificationChannel, kept map[string]string, path string) error {
	field, key, nested := strings.Cut(path, ".")
	if nested && (field == "labels" || field == "user_labels") {
		key = strings.Trim(key, "`\"")
		from, to := in.GetLabels(), &out.Labels
		if field == "user_labels" {
			from, to = in.GetUserLabels(), &out.UserLabels
		} else {
			delete(kept, key)
		}
		return setLabel(to, from, key)
	}
	if nested {
		return invalid("Field update_mask had an invalid value of %q: The path does not name a field of NotificationChannel that can be updated.", path)
	}
	switch field {
	case "*":
		out.DisplayName, out.Description, out.Type = in.GetDisplayName(), in.GetDescription(), in.GetType()
		out.Labels, out.UserLabels, out.Enabled = maps.Clone(in.GetLabels()), maps.Clone(in.GetUserLabels()), in.Enabled
		clear(kept)
	case "display_name":
		out.DisplayName = in.GetDisplayName()
	case "description":
		out.Description = in.GetDescription()
	case "type":
		out.Type = in.GetType()
	case "labels":
		out.Labels = maps.Clone(in.GetLabels())
		clear(kept)
	case "user_labels":
		out.UserLabels = maps.Clone(in.GetUserLabels())
	case "enabled":
		out.Enabled = in.Enabled
	default:
		return invalid("Field update_mask had an invalid value of %q: The path does not name a field of NotificationChannel that can be updated.", path)
	}
	return nil
}

func setLabel(to *map[string]string, from map[string]string, key string) error {
	value, ok := from[key]
	if !ok {
		delete(*to, key)
		return nil
	}
	if *to == nil {
		*to = map[string]string{}
	}
	(*to)[key] = value
	return nil
}

// DeleteNotificationChannel implements the method of the API.
func (n *notificationChannels) DeleteNotificationChannel(ctx context.Context, req *monitoringpb.DeleteNotificationChannelRequest) (*emptypb.Empty, error) {
	c, version, err := n.find(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	users, err := n.users(c.GetName())
	if err != nil {
		return nil, err
	}
	if len(users) > 0 && !req.GetForce() {
		quoted := make([]string, len(users))
		for i, p := range users {
			quoted[i] = fmt.Sprintf("%q", p.GetName())
		}
		return nil, apiError(codes.FailedPrecondition, fmt.Sprintf("Could not delete %q because it is still being referenced by: %s", c.GetName(), strings.Join(quoted, ", ")))
	}
	for _, p := range users {
		if err := n.detach(p, c.GetName()); err != nil {
			return nil, err
		}
	}
	return &emptypb.Empty{}, n.s.store.Delete(kindNotificationChannel, c.GetName(), version)
}

// users returns the alerting policies of the channel's project that notify it.
func (n *notificationChannels) users(channel string) ([]*monitoringpb.AlertPolicy, error) {
	parent := channel[:strings.Index(channel, "/notificationChannels/")]
	policies, err := listInto(n.s, kindAlertPolicy, parent, func() *monitoringpb.AlertPolicy { return &monitoringpb.AlertPolicy{} })
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(policies, func(p *monitoringpb.AlertPolicy) bool {
		return !slices.Contains(p.GetNotificationChannels(), channel)
	}), nil
}

// detach takes a channel out of a policy, together with the parts of its
// notification strategy that name nothing else.
func (n *notificationChannels) detach(p *monitoringpb.AlertPolicy, channel string) error {
	is := func(name string) bool { return name == channel }
	p.NotificationChannels = slices.DeleteFunc(p.NotificationChannels, is)
	if strategy := p.GetAlertStrategy(); strategy != nil {
		strategy.NotificationChannelStrategy = slices.DeleteFunc(strategy.NotificationChannelStrategy,
			func(st *monitoringpb.AlertPolicy_AlertStrategy_NotificationChannelStrategy) bool {
				st.NotificationChannelNames = slices.DeleteFunc(st.NotificationChannelNames, is)
				return len(st.NotificationChannelNames) == 0
			})
	}
	p.MutationRecord = &monitoringpb.MutationRecord{MutateTime: timestamppb.New(n.s.now())}
	return n.s.update(kindAlertPolicy, p.GetName(), 0, p)
}

// SendNotificationChannelVerificationCode answers 501: there is no phone or
// mailbox that a code could be delivered to.
func (n *notificationChannels) SendNotificationChannelVerificationCode(ctx context.Context, req *monitoringpb.SendNotificationChannelVerificationCodeRequest) (*emptypb.Empty, error) {
	if _, _, err := n.find(ctx, req.GetName()); err != nil {
		return nil, err
	}
	return nil, notModelled("the delivery of verification codes")
}

// GetNotificationChannelVerificationCode refuses a channel that is not verified,
// as the API documents; none is ever verified here.
func (n *notificationChannels) GetNotificationChannelVerificationCode(ctx context.Context, req *monitoringpb.GetNotificationChannelVerificationCodeRequest) (*monitoringpb.GetNotificationChannelVerificationCodeResponse, error) {
	c, _, err := n.find(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	if c.GetVerificationStatus() == monitoringpb.NotificationChannel_UNVERIFIED {
		return nil, apiError(codes.FailedPrecondition, fmt.Sprintf("The notification channel %q is not verified.", c.GetName()))
	}
	return nil, notModelled("verification codes")
}

// VerifyNotificationChannel answers 501: no code was ever delivered.
func (n *notificationChannels) VerifyNotificationChannel(ctx context.Context, req *monitoringpb.VerifyNotificationChannelRequest) (*monitoringpb.NotificationChannel, error) {
	if _, _, err := n.find(ctx, req.GetName()); err != nil {
		return nil, err
	}
	return nil, notModelled("the verification of notification channels")
}

// ListNotificationChannels implements the method of the API.
func (n *notificationChannels) ListNotificationChannels(ctx context.Context, req *monitoringpb.ListNotificationChannelsRequest) (*monitoringpb.ListNotificationChannelsResponse, error) {
	parent, err := n.s.monitoringParent(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	page, err := list(n.s, listQuery{
		kind: kindNotificationChannel, parent: parent, filter: req.GetFilter(), orderBy: req.GetOrderBy(),
		pageSize: req.GetPageSize(), pageToken: req.GetPageToken(), defaultSize: 1000, maxSize: 1000,
	}, func() *monitoringpb.NotificationChannel { return &monitoringpb.NotificationChannel{} })
	if err != nil {
		return nil, err
	}
	return &monitoringpb.ListNotificationChannelsResponse{
		NotificationChannels: page.items, NextPageToken: page.next,
		TotalSize: int32(page.total), //nolint:gosec // a project holds thousands at most
	}, nil
}
