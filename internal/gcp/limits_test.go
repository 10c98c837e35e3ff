package gcp_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

func TestQueueIsFirstInFirstOut(t *testing.T) {
	t.Parallel()
	var q gcp.Queue
	release, err := q.Acquire(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	order := make(chan int, 10)
	for i := range 10 {
		arrived := make(chan struct{})
		go func() {
			close(arrived)
			leave, err := q.Acquire(t.Context(), "k")
			if err != nil {
				t.Error(err)
				return
			}
			order <- i
			leave()
		}()
		<-arrived
		time.Sleep(2 * time.Millisecond) // Let it reach the queue; arrival can't be seen from outside.
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := q.Acquire(gone, "k"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if other, err := q.Acquire(t.Context(), "other"); err != nil {
		t.Error(err)
	} else {
		other()
	}
	release()
	release() // Twice is once.
	for want := range 10 {
		if got := <-order; got != want {
			t.Errorf("turn %d went to %d", want, got)
		}
	}
}

func TestQueueCancelledWaiterLeavesTheLine(t *testing.T) {
	t.Parallel()
	var q gcp.Queue
	release, err := q.Acquire(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error, 1)
	go func() {
		_, err := q.Acquire(ctx, "k")
		waiting <- err
	}()
	cancel()
	if err := <-waiting; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	release()
	leave, err := q.Acquire(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	leave()
}

func TestLimiterSpendsBurstThenWaits(t *testing.T) {
	t.Parallel()
	clk := clock.NewVirtual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	l := gcp.NewLimiter(clk)
	for range 100 {
		if err := l.Wait(t.Context(), "cloudresourcemanager", "p", 1); err != nil {
			t.Fatal(err)
		}
	}
	if got := total(clk.Slept()); got != 0 {
		t.Errorf("the burst waited %s", got)
	}
	if err := l.Wait(t.Context(), "cloudresourcemanager", "p", 20); err != nil {
		t.Fatal(err)
	}
	if got := total(clk.Slept()); got != 2*time.Second {
		t.Errorf("20 units at 10 a second waited %s", got)
	}
	if err := l.Wait(t.Context(), "cloudresourcemanager", "other", 1); err != nil || total(clk.Slept()) != 2*time.Second {
		t.Errorf("another project waited: %v, %v", clk.Slept(), err)
	}
}

func TestLimiterPause(t *testing.T) {
	t.Parallel()
	clk := clock.NewVirtual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	l := gcp.NewLimiter(clk)
	l.Pause("monitoring", "p", time.Minute)
	l.Pause("monitoring", "p", time.Second) // A shorter one does not shorten it.
	if err := l.Wait(t.Context(), "monitoring", "q", 1); err != nil || len(clk.Slept()) != 0 {
		t.Errorf("another project waited: %v, %v", clk.Slept(), err)
	}
	if err := l.Wait(t.Context(), "monitoring", "p", 1); err != nil || total(clk.Slept()) != time.Minute {
		t.Errorf("waited %v, %v", clk.Slept(), err)
	}
	l.Pause("monitoring", "p", time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Wait(ctx, "monitoring", "p", 1); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
