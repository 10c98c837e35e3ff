package gcp

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

const (
	maxAttempts = 10
	maxElapsed  = 10 * time.Minute
	// emulatorDials is how often an emulator that is not there is dialled: it
	// may be starting again, or nobody has started it.
	emulatorDials = 4
	backoffBase   = 500 * time.Millisecond
	backoffCap    = 30 * time.Second
	// lookAfter lets a write that is still being committed show up in a list.
	lookAfter = time.Second
	// metricStep is the shorter of the waits for a metric to appear; the
	// longer is twice that.
	metricStep = 15 * time.Second
	// createGrace and lookGrace are how long, in real time, a create that was
	// under way when its caller went may still take, and the look after it.
	// Together they stay under the five seconds that a cancel may take.
	createGrace = 2 * time.Second
	lookGrace   = 1500 * time.Millisecond
)

// call is what the chain has to know of one API call. A client method puts it
// on the context; a call that comes without one is classed by its method.
type call struct {
	op       string
	resource string
	api      string
	project  string
	class    class
	cost     int
	queued   bool     // a configuration write: one at a time for each project
	mutates  bool     // it changes something, so a guard is asked; set by the transport
	secrets  []string // masked in errors
	// observe reports whether an earlier attempt took effect; it keeps what it
	// found. Only for observed calls.
	observe func(ctx context.Context) (bool, error)
}

type callKey struct{}

func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

func callFrom(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// chain is the policy that both transports share: log, retry, queue, limiter,
// authentication, wire.
type chain struct {
	clk     clock.Clock
	timeout time.Duration
	limits  *limiter
	writes  *queue
	auth    *authenticator
	// emulator is its host:port, or "".
	emulator string

	mu   sync.Mutex
	rand *rand.Rand
}

func newChain(cfg Config, clk clock.Clock, a *authenticator) *chain {
	seed := cfg.Seed
	if seed == 0 {
		seed = rand.Uint64() //nolint:gosec // Jitter need not be unpredictable.
	}
	timeout := cfg.RequestTimeout
	if timeout == 0 {
		timeout = DefaultRequestTimeout
	}
	return &chain{
		clk: clk, timeout: timeout, limits: newLimiter(clk), writes: &queue{}, auth: a, emulator: cfg.EmulatorHost,
		rand: rand.New(rand.NewPCG(seed, seed^0x9e3779b97f4a7c15)), //nolint:gosec // As above.
	}
}

// jitter returns a duration in [0, d].
func (ch *chain) jitter(d time.Duration) time.Duration {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	return time.Duration(ch.rand.Int64N(int64(max(d, 0)) + 1))
}

// send makes one attempt. It adds the headers, and returns the raw failure.
type send func(ctx context.Context, header map[string]string) error

// do runs a call to its end: success, a failure that no retry mends, or the
// end of the budget. The error is an [*Error].
func (ch *chain) do(ctx context.Context, c *call, wire send) error {
	r := &run{chain: ch, call: c, start: ch.clk.Now()}
	for {
		e := r.attempt(ctx, wire)
		if e == nil {
			return nil
		}
		e.Attempts = r.sent
		act := decide(c.class, e)
		answered := act == giveUp && !e.unsent && !e.local
		if cause := context.Cause(ctx); cause != nil && !answered {
			return r.abandoned(ctx, e, cause)
		}
		wait := r.next(act, e)
		if act == look {
			r.doubt = true
		}
		if wait < 0 {
			return r.last(ctx, e)
		}
		logRetry(ctx, c, r.sent, wait, e)
		if err := ch.clk.Sleep(ctx, wait); err != nil {
			return r.abandoned(ctx, e, err)
		}
		if r.doubt {
			found, err := r.look(ctx)
			switch {
			case found:
				return nil
			case err != nil && context.Cause(ctx) != nil:
				return r.abandoned(ctx, e, context.Cause(ctx))
			case err != nil:
				e.Message += "; whether it took effect could not be found out: " + err.Error()
				return e
			}
			r.doubt = false
		}
	}
}

// run is the state of one call across its attempts.
type run struct {
	*chain
	call        *call
	start       time.Time
	sent        int
	counted     int // attempts that count against maxAttempts
	doubt       bool
	metricSince time.Time
}

// next returns how long to wait before the next attempt, or a negative
// duration when there is none.
func (r *run) next(act action, e *Error) time.Duration {
	const stop = -1
	now := r.clk.Now()
	if act == retrySlowly {
		if r.metricSince.IsZero() {
			r.metricSince = now
		}
		r.start = now // This wait has a budget of its own.
		left := maxElapsed - now.Sub(r.metricSince)
		if left <= 0 || e.RetryDelay > left {
			return stop
		}
		return min(max(metricStep+r.jitter(metricStep), e.RetryDelay), left)
	}
	if act == giveUp || act == look && r.call.observe == nil {
		return stop
	}
	r.counted++
	if r.counted >= maxAttempts || r.emulator != "" && e.unsent && r.counted >= emulatorDials {
		return stop
	}
	ceiling := min(backoffBase<<(r.counted-1), backoffCap)
	wait := r.jitter(ceiling)
	if act == look {
		wait += lookAfter
	}
	wait += e.RetryDelay
	if now.Sub(r.start)+wait > maxElapsed {
		return stop
	}
	if e.RetryDelay > 0 && e.Code == codes.ResourceExhausted {
		r.limits.pause(r.call.api, r.call.project, e.RetryDelay)
	}
	return wait
}

// attempt waits for its turn and for the limiter, authenticates and sends.
func (r *run) attempt(ctx context.Context, wire send) *Error {
	c := r.call
	fail := func(err error) *Error {
		e := NewError(c.op, c.resource, err)
		e.unsent = true
		e.mask(r.secrets())
		return e
	}
	if c.queued {
		release, err := r.writes.acquire(ctx, c.project)
		if err != nil {
			return fail(err)
		}
		defer release()
	}
	if err := r.limits.wait(ctx, c.api, c.project, c.cost); err != nil {
		return fail(err)
	}
	header, err := r.auth.header(ctx, c.project)
	if err != nil {
		return fail(err)
	}
	if err := askGuard(ctx, c); err != nil {
		return fail(err)
	}
	sendCtx, cancel := r.sendContext(ctx)
	defer cancel()
	r.sent++
	began := r.clk.Now()
	err = wire(sendCtx, header)
	e := NewError(c.op, c.resource, err)
	if e != nil {
		if e.unsent && r.emulator != "" {
			e.Message += "; emulator_host is " + r.emulator + ": start the emulator there, or unset emulator_host and CORTX_EMULATOR_HOST"
		}
		e.mask(r.secrets())
	}
	logAttempt(ctx, c, r.sent, r.clk.Now().Sub(began), e)
	return e
}

// secrets lists what must not appear in an error of this call.
func (r *run) secrets() []string {
	if r.auth == nil {
		return r.call.secrets
	}
	return append(append([]string(nil), r.call.secrets...), r.auth.secrets...)
}

// sendContext bounds one attempt. The attempt of an observed call outlives its
// caller by a short grace: cut off, it would leave an object nobody knows of.
func (r *run) sendContext(ctx context.Context) (context.Context, context.CancelFunc) {
	if r.call.class != observed {
		return context.WithTimeout(ctx, r.timeout)
	}
	sendCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.timeout)
	timer := make(chan func() bool, 1)
	stop := context.AfterFunc(ctx, func() { timer <- time.AfterFunc(createGrace, cancel).Stop })
	return sendCtx, func() {
		if !stop() {
			(<-timer)()
		}
		cancel()
	}
}

// look asks the observer.
func (r *run) look(ctx context.Context) (bool, error) {
	if r.call.observe == nil {
		return false, nil
	}
	// The headers of the call itself don't belong on the look.
	found, err := r.call.observe(metadata.NewOutgoingContext(ctx, metadata.MD{}))
	logLook(ctx, r.call, found, err)
	return found, err
}

// last ends a call whose attempts are used up. A doubtful create gets one more
// look, so that nothing is made that nobody knows of.
func (r *run) last(ctx context.Context, e *Error) error {
	if r.doubt {
		if found, err := r.look(ctx); err == nil && found {
			return nil
		}
	}
	return e
}

// abandoned ends a call whose caller went away: one look for a create that may
// have been committed, under a context of its own.
func (r *run) abandoned(ctx context.Context, e *Error, cause error) error {
	doubtful := r.doubt || r.sent > 0 && decide(r.call.class, e) == look
	if r.call.class == observed && doubtful {
		lookCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookGrace)
		defer cancel()
		if found, err := r.look(lookCtx); err == nil && found {
			return nil
		}
	}
	code := codes.Canceled
	if errors.Is(cause, context.DeadlineExceeded) {
		code = codes.DeadlineExceeded
	}
	message := cause.Error()
	if r.sent > 0 && e.Code != codes.Canceled && e.Code != codes.DeadlineExceeded {
		message = fmt.Sprintf("%s; the last reply was %s: %s", message, codeName(e.Code), e.Message)
	}
	return &Error{
		Op: r.call.op, Resource: r.call.resource, Code: code, HTTPStatus: httpStatus(code),
		Reason: e.Reason, Domain: e.Domain, Metadata: e.Metadata, RetryDelay: e.RetryDelay,
		Message: message, Attempts: r.sent, err: errors.Join(cause, e),
	}
}

// projectOf returns the project in a full name such as projects/p/topics/t.
func projectOf(name string) string {
	parts := strings.SplitN(name, "/", 3)
	if len(parts) >= 2 && parts[0] == "projects" {
		return parts[1]
	}
	return ""
}
