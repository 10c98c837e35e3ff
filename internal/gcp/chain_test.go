package gcp_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

const metricMessage = `Cannot find metric that matches type = "prometheus.googleapis.com/x/counter". If a metric was created recently, it could take up to 10 minutes to become available. Please try again soon.`

func TestRetryCountsAndWaits(t *testing.T) {
	t.Parallel()
	rate := &errdetails.ErrorInfo{Reason: "RATE_LIMIT_EXCEEDED", Domain: "googleapis.com"}
	full := &errdetails.ErrorInfo{Reason: "RESOURCE_LIMIT_EXCEEDED", Domain: "monitoring.googleapis.com"}
	tests := map[string]struct {
		err      error
		times    int
		method   string // that fails; the call is Create or Delete accordingly
		calls    int
		looks    int
		ok       bool
		minSlept time.Duration
		is       func(error) bool
	}{
		"unavailable create is looked for":     {err: failure(codes.Unavailable, "x"), times: 2, method: "CreateAlertPolicy", calls: 3, looks: 2, ok: true, minSlept: 2 * time.Second},
		"deadline create is looked for":        {err: failure(codes.DeadlineExceeded, "x"), times: 1, method: "CreateAlertPolicy", calls: 2, looks: 1, ok: true, minSlept: time.Second},
		"internal create is looked for":        {err: failure(codes.Internal, "x"), times: 1, method: "CreateAlertPolicy", calls: 2, looks: 1, ok: true},
		"conflict create goes straight again":  {err: failure(codes.Aborted, "Too many concurrent edits"), times: 3, method: "CreateAlertPolicy", calls: 4, ok: true},
		"rate limit waits at least the hint":   {err: failure(codes.ResourceExhausted, "rate", rate, hint(7*time.Second)), times: 2, method: "CreateAlertPolicy", calls: 3, ok: true, minSlept: 14 * time.Second},
		"exhaustion fails at once":             {err: failure(codes.ResourceExhausted, "full", full), times: 99, method: "CreateAlertPolicy", calls: 1, is: gcp.IsExhausted},
		"a hint beyond the budget ends it":     {err: failure(codes.ResourceExhausted, "rate", rate, hint(time.Hour)), times: 99, method: "CreateAlertPolicy", calls: 1, is: gcp.IsRateLimited},
		"invalid fails at once":                {err: failure(codes.InvalidArgument, "bad"), times: 99, method: "CreateAlertPolicy", calls: 1, is: gcp.IsInvalid},
		"precondition fails at once":           {err: failure(codes.FailedPrecondition, "state"), times: 99, method: "CreateAlertPolicy", calls: 1, is: gcp.IsPreconditionFailed},
		"denied fails at once":                 {err: failure(codes.PermissionDenied, "no"), times: 99, method: "CreateAlertPolicy", calls: 1, is: gcp.IsPermissionDenied},
		"metric appears after four attempts":   {err: failure(codes.NotFound, metricMessage), times: 4, method: "CreateAlertPolicy", calls: 5, ok: true, minSlept: 4 * gcp.MetricStep},
		"ten attempts at most":                 {err: failure(codes.Aborted, "busy"), times: 99, method: "CreateAlertPolicy", calls: gcp.MaxAttempts, is: gcp.IsConflict},
		"idempotent is repeated without looks": {err: failure(codes.Unavailable, "x"), times: 3, method: "DeleteAlertPolicy", calls: 4, ok: true},
		"idempotent conflict is repeated":      {err: failure(codes.Aborted, "busy"), times: 1, method: "DeleteAlertPolicy", calls: 2, ok: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.before = firstTimes(tt.method, tt.times, tt.err)
			c, clk := f.client(t)
			var err error
			if tt.method == "CreateAlertPolicy" {
				var p *monitoringpb.AlertPolicy
				p, err = c.AlertPolicies().Create(t.Context(), "p", &monitoringpb.AlertPolicy{DisplayName: "d"})
				if err == nil && p.GetDisplayName() != "d" {
					t.Errorf("got policy %v", p)
				}
			} else {
				err = c.AlertPolicies().Delete(t.Context(), f.add(1)[0])
			}
			if (err == nil) != tt.ok {
				t.Fatalf("error %v, want ok %t", err, tt.ok)
			}
			if tt.is != nil && !tt.is(err) {
				t.Errorf("error %v is of another kind", err)
			}
			if got := f.count(tt.method); got != tt.calls {
				t.Errorf("%d calls, want %d", got, tt.calls)
			}
			if got := f.count("ListAlertPolicies"); got != tt.looks {
				t.Errorf("%d looks, want %d", got, tt.looks)
			}
			if got := total(clk.Slept()); got < tt.minSlept {
				t.Errorf("waited %s, want at least %s", got, tt.minSlept)
			}
			var e *gcp.Error
			if errors.As(err, &e) && e.Attempts != tt.calls {
				t.Errorf("error counts %d attempts, want %d", e.Attempts, tt.calls)
			}
		})
	}
}

func TestLostReplyMakesNoDuplicate(t *testing.T) {
	t.Parallel()
	for _, code := range []codes.Code{codes.Unavailable, codes.DeadlineExceeded, codes.Internal, codes.Canceled} {
		t.Run(code.String(), func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.after = firstTimes("CreateAlertPolicy", 1, failure(code, "lost"))
			c, _ := f.client(t)
			p, err := c.AlertPolicies().Create(t.Context(), "p", &monitoringpb.AlertPolicy{DisplayName: "d"})
			if err != nil {
				t.Fatal(err)
			}
			if f.stored() != 1 || f.count("CreateAlertPolicy") != 1 || p.GetName() != "projects/p/alertPolicies/1" {
				t.Errorf("stored %d after %d creates, got %q", f.stored(), f.count("CreateAlertPolicy"), p.GetName())
			}
		})
	}
}

func TestMetricNotFoundEndsAfterTenMinutes(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.before = firstTimes("CreateAlertPolicy", 1000, failure(codes.NotFound, metricMessage))
	c, clk := f.client(t)
	_, err := c.AlertPolicies().Create(t.Context(), "p", &monitoringpb.AlertPolicy{})
	if !gcp.IsMetricNotFound(err) || gcp.IsNotFound(err) {
		t.Fatalf("got %v", err)
	}
	if got := total(clk.Slept()); got != gcp.MaxElapsed {
		t.Errorf("waited %s, want %s", got, gcp.MaxElapsed)
	}
	for i, w := range clk.Slept() {
		last := i == len(clk.Slept())-1
		if w > 2*gcp.MetricStep || w < gcp.MetricStep && !last {
			t.Errorf("wait %d was %s", i, w)
		}
	}
}

func TestHintIsWaitedForOnce(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.before = firstTimes("CreateAlertPolicy", 1, failure(codes.ResourceExhausted, "slow down", hint(20*time.Second)))
	c, clk := f.client(t)
	if _, err := c.AlertPolicies().Create(t.Context(), "p", &monitoringpb.AlertPolicy{}); err != nil {
		t.Fatal(err)
	}
	waits := clk.Slept()
	if len(waits) != 1 || waits[0] < 20*time.Second {
		t.Errorf("waited %v, want one wait of at least 20 s", waits)
	}
}

func TestWritesOfOneProjectGoOneAtATime(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.before = func(ctx context.Context, _ string, _ int) error {
		select {
		case <-ctx.Done():
		case <-time.After(time.Millisecond):
		}
		return nil
	}
	c, _ := f.client(t)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := c.AlertPolicies().Create(t.Context(), "p", &monitoringpb.AlertPolicy{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if f.maxWrite != 1 || f.stored() != 20 {
		t.Errorf("%d writes at once, %d policies", f.maxWrite, f.stored())
	}
}

func TestWaitForAMetricDoesNotHoldTheQueue(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.before = firstTimes("CreateAlertPolicy", 3, failure(codes.NotFound, metricMessage))
	block := make(chan struct{})
	c, _ := f.client(t, func(cfg *gcp.Config) { cfg.Clock = &gateClock{Clock: cfg.Clock, gate: block} })
	done := make(chan error, 1)
	go func() {
		_, err := c.AlertPolicies().Create(t.Context(), "p", &monitoringpb.AlertPolicy{})
		done <- err
	}()
	for f.count("CreateAlertPolicy") == 0 {
		time.Sleep(time.Millisecond)
	}
	if err := c.AlertPolicies().Delete(t.Context(), f.add(1)[0]); err != nil {
		t.Fatal(err)
	}
	close(block)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestCancelledCreateReturnsWhatWasMade(t *testing.T) {
	t.Parallel()
	t.Run("under way", func(t *testing.T) {
		t.Parallel()
		f := newFake(t)
		ctx, cancel := context.WithCancel(t.Context())
		f.before = func(context.Context, string, int) error { cancel(); return nil }
		c, _ := f.client(t)
		p, err := c.AlertPolicies().Create(ctx, "p", &monitoringpb.AlertPolicy{})
		if err != nil || p.GetName() == "" {
			t.Errorf("got %v, %v", p, err)
		}
	})
	t.Run("reply lost", func(t *testing.T) {
		t.Parallel()
		f := newFake(t)
		ctx, cancel := context.WithCancel(t.Context())
		f.after = func(_ context.Context, method string, _ int) error {
			if method != "CreateAlertPolicy" {
				return nil
			}
			cancel()
			return failure(codes.Unavailable, "lost")
		}
		c, _ := f.client(t)
		p, err := c.AlertPolicies().Create(ctx, "p", &monitoringpb.AlertPolicy{})
		if err != nil || p.GetName() == "" || f.count("CreateAlertPolicy") != 1 {
			t.Errorf("got %v, %v after %d creates", p, err, f.count("CreateAlertPolicy"))
		}
	})
	t.Run("no answer", func(t *testing.T) {
		t.Parallel()
		f := newFake(t)
		ctx, cancel := context.WithCancelCause(t.Context())
		stopped := errors.New("stopped by hand")
		f.before = func(ctx context.Context, _ string, _ int) error {
			cancel(stopped)
			<-ctx.Done()
			return ctx.Err()
		}
		c, _ := f.client(t)
		guard := time.AfterFunc(5*time.Second, func() { panic("the create outlived its cancel by 5 s") })
		defer guard.Stop()
		_, err := c.AlertPolicies().Create(ctx, "p", &monitoringpb.AlertPolicy{})
		if !errors.Is(err, stopped) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("before it was sent", func(t *testing.T) {
		t.Parallel()
		f := newFake(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		c, _ := f.client(t)
		_, err := c.AlertPolicies().Create(ctx, "p", &monitoringpb.AlertPolicy{})
		if !errors.Is(err, context.Canceled) || f.total() != 0 {
			t.Errorf("got %v after %d calls", err, f.total())
		}
	})
}

func TestRequestTimeoutBoundsOneAttempt(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.before = func(ctx context.Context, _ string, n int) error {
		if n == 1 {
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}
	c, _ := f.client(t, func(cfg *gcp.Config) { cfg.RequestTimeout = 200 * time.Millisecond })
	if err := c.AlertPolicies().Delete(t.Context(), f.add(1)[0]); err != nil || f.count("DeleteAlertPolicy") != 2 {
		t.Errorf("got %v after %d attempts", err, f.count("DeleteAlertPolicy"))
	}
}

func TestEmulatorThatDoesNotRun(t *testing.T) {
	t.Parallel()
	c, err := gcp.New(gcp.Config{EmulatorHost: "127.0.0.1:1", Clock: clock.NewVirtual(time.Now())})
	if err != nil {
		t.Fatal(err)
	}
	_, createErr := c.AlertPolicies().Create(t.Context(), "p", &monitoringpb.AlertPolicy{})
	_, numberErr := c.ProjectNumber(t.Context(), "p")
	for _, err := range []error{createErr, numberErr} {
		var e *gcp.Error
		if !gcp.IsUnavailable(err) || !errors.As(err, &e) || e.Attempts != 4 || !strings.Contains(e.Message, "start the emulator") {
			t.Errorf("got %v", err)
		}
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func TestAnswerBeatsCancel(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	ctx, cancel := context.WithCancel(t.Context())
	f.before = func(context.Context, string, int) error {
		cancel()
		return failure(codes.InvalidArgument, "bad")
	}
	c, _ := f.client(t)
	if _, err := c.AlertPolicies().Create(ctx, "p", &monitoringpb.AlertPolicy{}); !gcp.IsInvalid(err) {
		t.Errorf("got %v", err)
	}
}

func TestMetricIsStillNamedWhenTimeRunsOut(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.before = firstTimes("CreateAlertPolicy", 99, failure(codes.NotFound, metricMessage))
	ctx, cancel := context.WithCancel(t.Context())
	c, _ := f.client(t, func(cfg *gcp.Config) { cfg.Clock = &cancelClock{Clock: cfg.Clock, cancel: cancel} })
	_, err := c.AlertPolicies().Create(ctx, "p", &monitoringpb.AlertPolicy{})
	if !gcp.IsMetricNotFound(err) || !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "Cannot find metric") {
		t.Errorf("got %v", err)
	}
}

func TestLookWithoutTheFilter(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.add(3)
	f.after = firstTimes("CreateAlertPolicy", 1, failure(codes.Unavailable, "lost"))
	f.before = firstTimes("ListAlertPolicies", 1, failure(codes.InvalidArgument, "no such field"))
	c, _ := f.client(t)
	p, err := c.AlertPolicies().Create(t.Context(), "p", &monitoringpb.AlertPolicy{})
	if err != nil || f.stored() != 4 || p.GetUserLabels()[gcp.CreateIDLabel] == "" {
		t.Errorf("got %v, %v; %d stand", p, err, f.stored())
	}
}

func TestLookThatFailsSaysSo(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.before = firstTimes("CreateAlertPolicy", 1, failure(codes.Unavailable, "lost"))
	c, _ := f.client(t)
	f.after = firstTimes("ListAlertPolicies", 99, failure(codes.PermissionDenied, "no list"))
	_, err := c.AlertPolicies().Create(t.Context(), "p", &monitoringpb.AlertPolicy{})
	if !gcp.IsUnavailable(err) || !strings.Contains(err.Error(), "could not be found out") || f.count("CreateAlertPolicy") != 1 {
		t.Errorf("got %v after %d creates", err, f.count("CreateAlertPolicy"))
	}
}

func TestHintHoldsBackTheWholeProject(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	names := f.add(1)
	f.before = firstTimes("CreateAlertPolicy", 1, failure(codes.ResourceExhausted, "too many requests", hint(20*time.Second)))
	gate, waiting := make(chan struct{}), make(chan struct{}, 10)
	c, _ := f.client(t, func(cfg *gcp.Config) { cfg.Clock = &gateClock{Clock: cfg.Clock, gate: gate, waiting: waiting} })
	done := make(chan error, 2)
	go func() {
		_, err := c.AlertPolicies().Create(t.Context(), "p", &monitoringpb.AlertPolicy{})
		done <- err
	}()
	<-waiting
	go func() { done <- c.AlertPolicies().Delete(t.Context(), names[0]) }()
	<-waiting // The deletion waits too, and was not sent.
	if got := f.count("DeleteAlertPolicy"); got != 0 {
		t.Errorf("%d deletions were sent during the pause", got)
	}
	close(gate)
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
