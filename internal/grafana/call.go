package grafana

import (
	"context"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

const (
	maxAttempts = 8
	maxElapsed  = 5 * time.Minute
	backoffBase = 500 * time.Millisecond
	backoffCap  = 30 * time.Second
	// requestTimeout bounds one attempt, in real time.
	requestTimeout = 30 * time.Second
	// saveGrace is how long, in real time, a save that was under way when its
	// caller went may still take: cut off, nobody would know whether it did.
	saveGrace = 2 * time.Second
)

// call is what the retries have to know.
type call struct {
	op, resource string
	idempotent   bool
	// outlives lets an attempt finish after its caller has gone.
	outlives bool
}

// do sends until it succeeds, fails for good, or the budget is spent. The
// error is an [*Error].
func (c *Client) do(ctx context.Context, k call, send func(ctx context.Context) error) error {
	if k.idempotent && !addressable(k.resource) {
		return &Error{Op: k.op, Resource: k.resource, final: true, Message: "that is no UID: give one of letters, digits, hyphens and underscores"}
	}
	start := c.clk.Now()
	for attempt := 1; ; attempt++ {
		if cause := context.Cause(ctx); cause != nil {
			return stopped(k, attempt-1, cause)
		}
		err := c.once(ctx, k, send)
		if err == nil {
			return nil
		}
		e := asError(err)
		e.Op, e.Resource, e.Attempts = k.op, k.resource, attempt
		if cause := context.Cause(ctx); cause != nil && e.Status == 0 {
			return stopped(k, attempt, cause)
		}
		wait := max(backoff(attempt), e.RetryAfter)
		if !e.retryable(k.idempotent) || attempt == maxAttempts || c.clk.Now().Sub(start)+wait > maxElapsed {
			return e
		}
		tflog.SubsystemInfo(tflog.NewSubsystem(ctx, subsystem), subsystem, "Waiting before the next attempt", map[string]any{
			"call": k.op, "resource": k.resource, "attempt": attempt, "wait_ms": wait.Milliseconds(), "status": e.Status,
		})
		if err := c.clk.Sleep(ctx, wait); err != nil {
			return stopped(k, attempt, err)
		}
	}
}

// addressable reports that a UID names one object in a path: with slashes or
// dots alone the call would reach another.
func addressable(uid string) bool {
	return uid != "" && strings.Trim(uid, ".") != "" && !strings.ContainsAny(uid, `/\?#%`)
}

// stopped is the error of a call whose caller went away.
func stopped(k call, attempts int, cause error) *Error {
	return &Error{Op: k.op, Resource: k.resource, Attempts: attempts, Message: cause.Error(), cause: cause}
}

// backoff doubles from half a second, half of it by chance.
func backoff(attempt int) time.Duration {
	ceiling := min(backoffBase<<(attempt-1), backoffCap)
	return ceiling/2 + time.Duration(rand.Int64N(int64(ceiling/2)+1)) //nolint:gosec // Jitter need not be unpredictable.
}

// once makes one attempt in bounded time.
func (c *Client) once(ctx context.Context, k call, send func(ctx context.Context) error) error {
	if !k.outlives {
		sendCtx, cancel := context.WithTimeout(ctx, requestTimeout)
		defer cancel()
		return send(sendCtx)
	}
	sendCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestTimeout)
	defer cancel()
	timer := make(chan *time.Timer, 1)
	stop := context.AfterFunc(ctx, func() { timer <- time.AfterFunc(saveGrace, cancel) })
	defer func() {
		if !stop() {
			(<-timer).Stop()
		}
	}()
	return send(sendCtx)
}
