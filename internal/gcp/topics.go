package gcp

import (
	"context"
	"fmt"
	"slices"
	"time"

	"google.golang.org/api/pubsub/v1"
)

const (
	publisherRole = "roles/pubsub.publisher"
	// iamPolicyVersion is the one that shows conditions; asked for less, the
	// service leaves them out and a write would lose them.
	iamPolicyVersion = 3
	// conflictRounds bounds how often a policy is read again after a conflict.
	conflictRounds = 10
	// agentWait is how long a service agent that was only just made may take
	// to be known to IAM.
	agentWait = 2 * time.Minute
)

// Topics grants Cloud Monitoring's agent the right to publish to topics, which
// a Pub/Sub notification channel needs.
type Topics struct{ c *Client }

// GrantPublisher lets the Monitoring agent of project, given by id, publish to
// the topic with this full name, and reports whether this call added the
// grant. Monitoring makes its agent when the project's first Pub/Sub channel
// is created, so grant after that. Other bindings are left as they are.
func (t *Topics) GrantPublisher(ctx context.Context, topic, project string) (added bool, err error) {
	return t.change(ctx, topic, project, func(p *pubsub.Policy, member string) bool {
		if hasPublisher(p, member) {
			return false
		}
		for _, b := range p.Bindings {
			if b.Role == publisherRole && b.Condition == nil {
				b.Members = append(b.Members, member)
				return true
			}
		}
		p.Bindings = append(p.Bindings, &pubsub.Binding{Role: publisherRole, Members: []string{member}})
		return true
	})
}

// RevokePublisher takes the grant away; one that is not there, or a topic that
// is not there, is no error.
func (t *Topics) RevokePublisher(ctx context.Context, topic, project string) error {
	_, err := t.change(ctx, topic, project, func(p *pubsub.Policy, member string) bool {
		if !hasPublisher(p, member) {
			return false
		}
		for _, b := range p.Bindings {
			if b.Role == publisherRole && b.Condition == nil {
				b.Members = slices.DeleteFunc(b.Members, func(m string) bool { return m == member })
			}
		}
		p.Bindings = slices.DeleteFunc(p.Bindings, func(b *pubsub.Binding) bool { return len(b.Members) == 0 })
		return true
	})
	if IsNotFound(err) {
		return nil
	}
	return err
}

// HasPublisher reports whether the topic's own policy lets the agent publish,
// without a condition. A grant on the project isn't seen.
func (t *Topics) HasPublisher(ctx context.Context, topic, project string) (bool, error) {
	service, member, err := t.prepare(ctx, topic, project)
	if err != nil {
		return false, err
	}
	policy, err := t.policy(ctx, service, topic)
	if err != nil {
		return false, err
	}
	return hasPublisher(policy, member), nil
}

func hasPublisher(p *pubsub.Policy, member string) bool {
	return slices.ContainsFunc(p.Bindings, func(b *pubsub.Binding) bool {
		return b.Role == publisherRole && b.Condition == nil && slices.Contains(b.Members, member)
	})
}

// prepare returns the Pub/Sub client and the agent as a member.
func (t *Topics) prepare(ctx context.Context, topic, project string) (*pubsub.Service, string, error) {
	number, err := t.c.ProjectNumber(ctx, project)
	if err != nil {
		return nil, "", fmt.Errorf("find the number of project %s for its Monitoring agent: %w", project, err)
	}
	service, err := pubsub.NewService(ctx, t.c.restOptions("pubsub")...)
	if err != nil {
		return nil, "", NewError("GetIamPolicy", topic, err)
	}
	return service, fmt.Sprintf("serviceAccount:service-%d@gcp-sa-monitoring-notification.iam.gserviceaccount.com", number), nil
}

func (t *Topics) policy(ctx context.Context, service *pubsub.Service, topic string) (*pubsub.Policy, error) {
	c := &call{op: "GetIamPolicy", resource: topic, api: "pubsub", project: projectOf(topic), class: idempotent, cost: 1}
	p, err := service.Projects.Topics.GetIamPolicy(topic).OptionsRequestedPolicyVersion(iamPolicyVersion).Context(withCall(ctx, c)).Do()
	if err != nil {
		return nil, NewError(c.op, topic, err)
	}
	return p, nil
}

// change reads the whole policy, edits and writes it under its etag, and
// starts again from the read when someone else was faster. Edits of one topic
// by this process go one at a time.
func (t *Topics) change(ctx context.Context, topic, project string, edit func(p *pubsub.Policy, member string) bool) (bool, error) {
	service, member, err := t.prepare(ctx, topic, project)
	if err != nil {
		return false, err
	}
	c := &call{op: "SetIamPolicy", resource: topic, api: "pubsub", project: projectOf(topic), class: guarded, cost: 1}
	changed, sent := false, false
	err = t.c.EditUnderEtag(ctx, c.op, topic, func(ctx context.Context) error {
		policy, err := t.policy(ctx, service, topic)
		if err != nil {
			return err
		}
		if !edit(policy, member) {
			// After a conflict this is what an attempt without a reply did.
			changed = sent
			return nil
		}
		if slices.ContainsFunc(policy.Bindings, func(b *pubsub.Binding) bool { return b.Condition != nil }) {
			policy.Version = iamPolicyVersion
		}
		_, err = service.Projects.Topics.SetIamPolicy(topic, &pubsub.SetIamPolicyRequest{Policy: policy}).Context(withCall(ctx, c)).Do()
		if err != nil {
			failure := NewError(c.op, topic, err)
			sent = sent || failure.Attempts > 1
			return failure
		}
		changed = true
		return nil
	})
	return changed, err
}
