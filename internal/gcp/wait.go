package gcp

import (
	"context"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

// WaitOptions says how [Wait] polls.
type WaitOptions struct {
	// Clock is slept on between polls; nil means the clock of the machine.
	Clock clock.Clock
	// Initial and Max bound the time between polls; zero means 1 s and 30 s.
	Initial, Max time.Duration
	// Timeout bounds the whole wait on Clock; zero means the context alone.
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

// Wait polls a long-running operation until it is done.
func Wait[T any](ctx context.Context, opts WaitOptions, poll func(ctx context.Context) (value T, done bool, err error)) (T, error) {
	value, _, err := poll(ctx)
	return value, err
}
