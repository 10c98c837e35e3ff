package gcp

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

// minimalStep is the least time between two polls of one operation.
const minimalStep = 20 * time.Millisecond

// WaitOptions says how [Wait] polls.
type WaitOptions struct {
	// Op and Resource name the operation in errors.
	Op, Resource string
	// Clock is slept on between polls; nil means the clock of the machine.
	Clock clock.Clock
	// Initial and Max bound the time between polls, which grows by half each
	// time; zero means 1 s and 30 s.
	Initial, Max time.Duration
	// Share, when set, bounds the time between polls by that part of the time
	// waited so far, so that the end is seen that much late at the most.
	Share float64
	// Timeout bounds the whole wait on Clock; zero leaves it to the context.
	Timeout time.Duration
	// Progress, when set, is told after each poll that was not the last.
	Progress func(ctx context.Context, p Progress)
}

// Progress is how far a wait has come.
type Progress struct {
	// Elapsed is the time waited so far, on the clock.
	Elapsed time.Duration
	// Polls counts the polls so far.
	Polls int
	// Next is the time until the next poll.
	Next time.Duration
}

// Wait polls a long-running operation until poll says that it is done or
// fails, and returns the value of the last poll, also beside an error: what is
// known goes into the state. A poll that could not reach the service counts as
// not done, as the operation goes on. When ctx ends, Wait returns at once with
// an error that wraps its cause.
func Wait[T any](ctx context.Context, opts WaitOptions, poll func(ctx context.Context) (value T, done bool, err error)) (T, error) {
	clk := opts.Clock
	if clk == nil {
		clk = clock.System()
	}
	step, longest := opts.Initial, opts.Max
	if step <= 0 {
		step = time.Second
	}
	if longest <= 0 {
		longest = 30 * time.Second
	}
	var (
		value T
		start = clk.Now()
		gone  = func(err error) error {
			e := NewError(opts.Op, opts.Resource, err)
			e.Message = fmt.Sprintf("stopped waiting after %s, while the operation went on: %s", clk.Now().Sub(start).Round(time.Second), e.Message)
			return e
		}
	)
	for polls := 1; ; polls++ {
		if err := context.Cause(ctx); err != nil {
			return value, gone(err)
		}
		got, done, err := poll(ctx)
		if cause := context.Cause(ctx); err != nil && cause != nil {
			return value, gone(cause)
		}
		if err != nil && (IsOperationFailed(err) || !IsUnavailable(err) && !IsRateLimited(err)) {
			return value, NewError(opts.Op, opts.Resource, err)
		}
		if err == nil {
			value = got
			if done {
				return value, nil
			}
		}
		elapsed := clk.Now().Sub(start)
		if opts.Timeout > 0 && elapsed >= opts.Timeout {
			return value, &Error{
				Op: opts.Op, Resource: opts.Resource, Code: codes.DeadlineExceeded, HTTPStatus: httpStatus(codes.DeadlineExceeded),
				Message: fmt.Sprintf("not done after %s and %d polls; the operation may still finish", elapsed.Round(time.Second), polls),
				err:     context.DeadlineExceeded,
			}
		}
		wait := step
		if opts.Share > 0 {
			wait = min(wait, max(time.Duration(float64(elapsed)*opts.Share), opts.Initial, minimalStep))
		}
		if opts.Timeout > 0 {
			wait = min(wait, opts.Timeout-elapsed)
		}
		if opts.Progress != nil {
			opts.Progress(ctx, Progress{Elapsed: elapsed, Polls: polls, Next: wait})
		}
		if err := clk.Sleep(ctx, wait); err != nil {
			return value, gone(err)
		}
		step = min(step+step/2, longest)
	}
}
