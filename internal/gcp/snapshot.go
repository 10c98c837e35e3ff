package gcp

import (
	"context"
	"sync"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/protobuf/proto"
)

// snapshot lists what stands in a project once, before this client's first
// create there, and keeps it. A run of Terraform that was killed leaves objects
// that no state knows of; whoever creates can tell them from what it made
// itself, at the cost of one list a run.
type snapshot[T any] struct {
	group group[[]T]
	mu    sync.Mutex
	taken map[string][]T
}

// of returns the snapshot of a project. One that can't be taken is empty: it
// serves a warning, and no create may fail for it.
func (s *snapshot[T]) of(ctx context.Context, project string, list func(ctx context.Context) ([]T, error)) []T {
	s.mu.Lock()
	items, ok := s.taken[project]
	s.mu.Unlock()
	if ok {
		return items
	}
	items, err := s.group.do(ctx, project, func(ctx context.Context) ([]T, error) {
		items, err := list(ctx)
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.taken == nil {
			s.taken = map[string][]T{}
		}
		s.taken[project] = items
		return items, err
	})
	if err != nil {
		return nil
	}
	return items
}

// Twin returns the name of a policy of ours that stood before this client's
// first create in the project and is the same as policy but for what the
// service assigns, or "". Call it before Create.
func (a *AlertPolicies) Twin(ctx context.Context, project string, policy *monitoringpb.AlertPolicy) string {
	bare := func(p *monitoringpb.AlertPolicy) *monitoringpb.AlertPolicy {
		p = copyOf(p)
		p.Name, p.CreationRecord, p.MutationRecord, p.Validity = "", nil, nil, nil
		delete(p.UserLabels, CreateIDLabel)
		for _, condition := range p.GetConditions() {
			condition.Name = ""
		}
		return p
	}
	wanted := bare(policy)
	for _, standing := range a.c.policiesBefore.of(ctx, project, func(ctx context.Context) ([]*monitoringpb.AlertPolicy, error) { return a.List(ctx, project, "") }) {
		if standing.GetUserLabels()[CreateIDLabel] != "" && proto.Equal(wanted, bare(standing)) {
			return standing.GetName()
		}
	}
	return ""
}

// Twin returns the name of a channel of ours that stood before this client's
// first create in the project and has the same type, display name and user
// labels, or "". Its secrets can't be compared. Call it before Create.
func (n *NotificationChannels) Twin(ctx context.Context, project string, channel *monitoringpb.NotificationChannel) string {
	bare := func(c *monitoringpb.NotificationChannel) *monitoringpb.NotificationChannel {
		c = &monitoringpb.NotificationChannel{Type: c.GetType(), DisplayName: c.GetDisplayName(), UserLabels: copyOf(c).GetUserLabels()}
		delete(c.UserLabels, CreateIDLabel)
		return c
	}
	wanted := bare(channel)
	for _, standing := range n.c.channelsBefore.of(ctx, project, func(ctx context.Context) ([]*monitoringpb.NotificationChannel, error) {
		return n.List(ctx, project, "")
	}) {
		if standing.GetUserLabels()[CreateIDLabel] != "" && proto.Equal(wanted, bare(standing)) {
			return standing.GetName()
		}
	}
	return ""
}
