package gcp

import (
	"context"
	"net/http"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

// What the tests of package gcp_test see of the inside.

type (
	Class  = class
	Action = action
	Queue  = queue
)

const (
	Idempotent, Guarded, Observed       = idempotent, guarded, observed
	GiveUp, Retry, Look, RetrySlowly    = giveUp, retry, look, retrySlowly
	MaxAttempts, MaxElapsed, MetricStep = maxAttempts, maxElapsed, metricStep
)

func Covers(standing, wanted proto.Message, except ...string) bool {
	return covers(standing, wanted, except...)
}
func Decide(c Class, e *Error) Action       { return decide(c, e) }
func ClassOfRPC(method string) Class        { return classOfRPC(method) }
func ClassOfHTTP(method, path string) Class { return classOfHTTP(method, path) }
func LoggedBody(body any) (string, error) {
	b, err := loggedBody{body}.MarshalText()
	return string(b), err
}
func RESTEndpoint(c *Client, service string) string { return c.endpoints[service].rest }
func GRPCTarget(c *Client, service string) string   { return c.endpoints[service].grpcTarget }

func (q *queue) Acquire(ctx context.Context, key string) (func(), error) { return q.acquire(ctx, key) }

type Limiter struct{ l *limiter }

func NewLimiter(clk clock.Clock) Limiter { return Limiter{newLimiter(clk)} }

func (l Limiter) Wait(ctx context.Context, api, project string, cost int) error {
	return l.l.wait(ctx, api, project, cost)
}
func (l Limiter) Pause(api, project string, d time.Duration) { l.l.pause(api, project, d) }

type Group struct{ g group[int] }

func (g *Group) Do(ctx context.Context, key string, work func(context.Context) (int, error)) (int, error) {
	return g.g.do(ctx, key, work)
}
func (g *Group) Forget(key string)      { g.g.forget(key) }
func HTTPClient(c *Client) *http.Client { return c.http }
