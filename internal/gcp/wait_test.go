package gcp_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

func TestWait(t *testing.T) {
	t.Parallel()
	clk := clock.NewVirtual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	var progress []gcp.Progress
	opts := gcp.WaitOptions{Op: "EnableService", Resource: "projects/p", Clock: clk, Progress: func(_ context.Context, p gcp.Progress) { progress = append(progress, p) }}
	polls := 0
	got, err := gcp.Wait(t.Context(), opts, func(context.Context) (string, bool, error) {
		polls++
		if polls == 3 {
			return "", false, gcp.NewError("GetOperation", "o", failure(codes.Unavailable, "x"))
		}
		return "value", polls == 6, nil
	})
	if got != "value" || err != nil || polls != 6 || len(progress) != 5 {
		t.Fatalf("got %q, %v after %d polls and %d reports", got, err, polls, len(progress))
	}
	for i := 1; i < len(progress); i++ {
		if progress[i].Next < progress[i-1].Next || progress[i].Elapsed <= progress[i-1].Elapsed || progress[i].Polls != i+1 {
			t.Errorf("report %d: %+v after %+v", i, progress[i], progress[i-1])
		}
	}
}

func TestWaitFails(t *testing.T) {
	t.Parallel()
	clk := clock.NewVirtual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	_, err := gcp.Wait(t.Context(), gcp.WaitOptions{Clock: clk}, func(context.Context) (int, bool, error) {
		return 0, false, gcp.NewError("GetOperation", "o", failure(codes.NotFound, "x"))
	})
	if !gcp.IsNotFound(err) || len(clk.Slept()) != 0 {
		t.Errorf("got %v", err)
	}
	v, err := gcp.Wait(t.Context(), gcp.WaitOptions{Clock: clk, Timeout: time.Minute}, func(context.Context) (int, bool, error) { return 5, false, nil })
	if v != 5 || !errors.Is(err, context.DeadlineExceeded) || total(clk.Slept()) != time.Minute {
		t.Errorf("got %d, %v after %s", v, err, total(clk.Slept()))
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	stopped := errors.New("stopped by hand")
	ctx, cancel := context.WithCancelCause(t.Context())
	opts := gcp.WaitOptions{Op: "Op", Resource: "r", Initial: time.Hour, Progress: func(context.Context, gcp.Progress) { cancel(stopped) }}
	guard := time.AfterFunc(5*time.Second, func() { panic("the wait outlived its cancel by 5 s") })
	defer guard.Stop()
	v, err := gcp.Wait(ctx, opts, func(context.Context) (string, bool, error) { return "so far", false, nil })
	if v != "so far" || !errors.Is(err, stopped) || !strings.Contains(err.Error(), "the operation went on") {
		t.Errorf("got %q, %v", v, err)
	}
}

// TestLateGrant has the first call that needs a key take longer than the whole
// wait for the grant: it is made once more all the same, and no more than that.
func TestLateGrant(t *testing.T) {
	t.Parallel()
	denied := &gcp.Error{Code: codes.PermissionDenied, Message: "Cloud KMS permission denied"}
	for name, granted := range map[string]bool{"granted": true, "never granted": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clk := clock.NewVirtual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
			c, err := gcp.New(gcp.Config{EmulatorHost: "127.0.0.1:1", Clock: clk})
			if err != nil {
				t.Fatal(err)
			}
			tries := 0
			err = c.WhenGranted(t.Context(), "Create", "it", nil, func(context.Context) error {
				clk.Advance(time.Hour)
				if tries++; granted && tries > 1 {
					return nil
				}
				return denied
			})
			if tries != 2 || granted != (err == nil) {
				t.Errorf("after %d tries: %v", tries, err)
			}
		})
	}
}
