package reconcile

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"time"
)

// stopGrace is how long, in real time, components may take to return after a
// cancel. With the last write to the ledger it stays under the five seconds that
// a cancel may take, and over the 3.5 that a call under way may (package gcp).
const stopGrace = 3700 * time.Millisecond

var (
	// errAbandoned is the outcome of a component that did not return in time.
	errAbandoned = errors.New("it was interrupted and did not stop in time; what it was doing may still take effect")
	// errExited is the outcome of a component that ended its goroutine.
	errExited = errors.New("the provider ended its goroutine, which is a defect of it")
)

// outcome is how one component ended. One that was never started has neither.
type outcome[T any] struct {
	value T
	err   error
	done  bool
}

// walk runs do for every index of before, once all indexes in its before are
// done without an error, at most parallel at a time and in ascending order
// where there is a choice. When ctx ends it starts no more, waits for those
// under way for [stopGrace], and reports whether it had to abandon any.
func walk[T any](ctx context.Context, parallel int, before, after [][]int, do func(ctx context.Context, i int) (T, error)) (outcomes []outcome[T], abandoned bool) {
	type ended struct {
		index int
		outcome[T]
	}
	var (
		n       = len(before)
		left    = make([]int, n)
		results = make(chan ended, n) // Room for all: who is abandoned must not block.
		running = map[int]bool{}
		ready   []int
		stop    = ctx.Done()
		grace   <-chan struct{}
	)
	outcomes = make([]outcome[T], n)
	for i := range n {
		if left[i] = len(before[i]); left[i] == 0 {
			ready = append(ready, i)
		}
	}
	for {
		for len(ready) > 0 && len(running) < parallel && ctx.Err() == nil {
			i := ready[0]
			ready = ready[1:]
			running[i] = true
			go func() {
				end := ended{i, outcome[T]{err: errExited, done: true}}
				defer func() { results <- end }()
				end.value, end.err = protect(ctx, i, do)
			}()
		}
		if len(running) == 0 {
			return outcomes, false
		}
		select {
		case end := <-results:
			delete(running, end.index)
			outcomes[end.index] = end.outcome
			if end.err != nil {
				continue
			}
			for _, next := range after[end.index] {
				if left[next]--; left[next] == 0 {
					at, _ := slices.BinarySearch(ready, next)
					ready = slices.Insert(ready, at, next)
				}
			}
		case <-stop:
			stop = nil
			limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
			defer cancel()
			grace = limit.Done()
		case <-grace:
			for i := range running {
				outcomes[i] = outcome[T]{err: errAbandoned, done: true}
			}
			return outcomes, true
		}
	}
}

// protect turns a panic into an error.
func protect[T any](ctx context.Context, i int, do func(ctx context.Context, i int) (T, error)) (value T, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return do(ctx, i)
}
