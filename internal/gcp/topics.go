package gcp

import "context"

// Topics grants Cloud Monitoring's agent the right to publish to topics.
type Topics struct{ c *Client }

// GrantPublisher lets the agent of project publish to topic, and reports
// whether the grant was added by this call.
func (t *Topics) GrantPublisher(ctx context.Context, topic, project string) (added bool, err error) {
	return false, errTODO
}

// RevokePublisher takes the grant away; one that is not there is no error.
func (t *Topics) RevokePublisher(ctx context.Context, topic, project string) error { return errTODO }

// HasPublisher reports whether the agent of project may publish to topic.
func (t *Topics) HasPublisher(ctx context.Context, topic, project string) (bool, error) {
	return false, errTODO
}
