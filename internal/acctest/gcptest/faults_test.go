package gcptest_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

func seconds(n int) emulator.Duration { return emulator.Duration(time.Duration(n) * time.Second) }

func TestCreateUnderFaults(t *testing.T) {
	t.Parallel()
	const busy = "Too many concurrent edits to the project configuration. Please try again."
	tests := map[string]struct {
		fault   emulator.Fault
		creates int // requests that reached the emulator
		wait    time.Duration
	}{
		"dropped before":     {fault: emulator.Fault{Drop: true}, creates: 2},
		"dropped after":      {fault: emulator.Fault{Drop: true, After: true}, creates: 1},
		"truncated":          {fault: emulator.Fault{Truncate: true, After: true}, creates: 1},
		"503 before":         {fault: emulator.Fault{Status: 503}, creates: 2},
		"503 after":          {fault: emulator.Fault{Status: 503, After: true}, creates: 1},
		"504 after":          {fault: emulator.Fault{Status: 504, After: true}, creates: 1},
		"500 after":          {fault: emulator.Fault{Status: 500, After: true}, creates: 1},
		"502 after":          {fault: emulator.Fault{Status: 502, After: true}, creates: 1},
		"409 thrice":         {fault: emulator.Fault{Status: 409, Times: 3, Message: busy}, creates: 4},
		"429 with a hint":    {fault: emulator.Fault{Status: 429, Times: 2, Reason: "RATE_LIMIT_EXCEEDED", RetryAfter: seconds(33)}, creates: 3, wait: 33 * time.Second},
		"429 without a hint": {fault: emulator.Fault{Status: 429, Reason: "RATE_LIMIT_EXCEEDED"}, creates: 2},
		"503 with a hint":    {fault: emulator.Fault{Status: 503, RetryAfter: seconds(20)}, creates: 2, wait: 20 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, c := range collections {
				fault := tt.fault
				fault.RPC = "Create" + c.noun
				e := newEnv(t, emulator.Options{Faults: []emulator.Fault{fault}})
				made, err := c.create(t.Context(), e)
				if err != nil {
					t.Errorf("%s: %v", c.noun, err)
					continue
				}
				if got := e.requests(fault.RPC); got != tt.creates {
					t.Errorf("%s: %d creates, want %d", c.noun, got, tt.creates)
				}
				if standing := e.standing(c.segment); !slices.Equal(standing, []string{made}) {
					t.Errorf("%s: %v stand, %s was returned", c.noun, standing, made)
				}
				if got := e.longestWait(); got < tt.wait {
					t.Errorf("%s: the longest wait was %s, want at least %s", c.noun, got, tt.wait)
				}
			}
		})
	}
}

func TestUpdateAndDeleteWhoseRepliesAreLost(t *testing.T) {
	t.Parallel()
	e := newEnv(t, emulator.Options{Faults: []emulator.Fault{
		{RPC: "UpdateAlertPolicy", Drop: true, After: true},
		{RPC: "DeleteAlertPolicy", Truncate: true, After: true},
	}})
	p, err := e.AlertPolicies().Create(t.Context(), project, policy())
	if err != nil {
		t.Fatal(err)
	}
	p.DisplayName = "renamed"
	updated, err := e.AlertPolicies().Update(t.Context(), p, "display_name")
	if err != nil || updated.GetDisplayName() != "renamed" || e.requests("UpdateAlertPolicy") != 2 {
		t.Errorf("got %v, %v after %d updates", updated, err, e.requests("UpdateAlertPolicy"))
	}
	if err := e.AlertPolicies().Delete(t.Context(), p.GetName()); err != nil || e.requests("DeleteAlertPolicy") != 2 {
		t.Errorf("got %v after %d deletes", err, e.requests("DeleteAlertPolicy"))
	}
	if _, err := e.AlertPolicies().Get(t.Context(), p.GetName()); !gcp.IsNotFound(err) {
		t.Errorf("got %v", err)
	}
}

func TestExhaustionFailsFast(t *testing.T) {
	t.Parallel()
	e := newEnv(t, emulator.Options{AlertPolicyLimit: 1})
	if _, err := e.AlertPolicies().Create(t.Context(), project, policy()); err != nil {
		t.Fatal(err)
	}
	_, err := e.AlertPolicies().Create(t.Context(), project, policy())
	if !gcp.IsExhausted(err) || gcp.IsRateLimited(err) {
		t.Errorf("got %v", err)
	}
	if e.requests("CreateAlertPolicy") != 2 || len(e.clk.Slept()) != 0 {
		t.Errorf("%d creates, slept %v", e.requests("CreateAlertPolicy"), e.clk.Slept())
	}
}

func TestMetricThatIsNeverSeen(t *testing.T) {
	t.Parallel()
	e := newEnv(t, emulator.Options{})
	start := e.clk.Now()
	_, err := e.AlertPolicies().Create(t.Context(), project, thresholdPolicy("custom.googleapis.com/never"))
	if !gcp.IsMetricNotFound(err) {
		t.Fatalf("got %v", err)
	}
	if waited := e.clk.Now().Sub(start); waited != 10*time.Minute {
		t.Errorf("gave up after %s", waited)
	}
	if n := e.requests("CreateAlertPolicy"); n < 20 || n > 42 {
		t.Errorf("%d creates in ten minutes", n)
	}
}

func TestConcurrentWritesMeetNoConflict(t *testing.T) {
	t.Parallel()
	e := newEnv(t, emulator.Options{})
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() {
			if _, err := e.AlertPolicies().Create(t.Context(), project, policy()); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if _, err := e.NotificationChannels().Create(t.Context(), project, email()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, r := range e.server.Requests() {
		if r.Status != 200 {
			t.Errorf("%s answered %d %s", r.RPC, r.Status, r.Code)
		}
	}
}

func TestTwoClientsRetryEachOthersConflicts(t *testing.T) {
	t.Parallel()
	e := newEnv(t, emulator.Options{Latency: time.Millisecond})
	other, err := gcp.New(gcp.Config{EmulatorHost: e.server.Addr(), Clock: e.clk, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	})
	var wg sync.WaitGroup
	for _, c := range []*gcp.Client{e.Client, other} {
		for range 5 {
			wg.Go(func() {
				if _, err := c.AlertPolicies().Create(t.Context(), project, policy()); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	if got := len(e.standing("alertPolicies")); got != 10 {
		t.Errorf("%d policies stand, want 10", got)
	}
}

func TestCancelUnderWay(t *testing.T) {
	t.Parallel()
	guard := time.AfterFunc(30*time.Second, func() { panic("a cancelled call does not end") })
	defer guard.Stop()

	t.Run("a wait for a metric ends", func(t *testing.T) {
		t.Parallel()
		e := newEnv(t, emulator.Options{})
		system, err := gcp.New(gcp.Config{EmulatorHost: e.server.Addr(), Seed: 3}) // Its waits are real.
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := system.Close(); err != nil {
				t.Error(err)
			}
		}()
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for e.requests("CreateAlertPolicy") == 0 {
				time.Sleep(time.Millisecond)
			}
			cancel()
		}()
		_, err = system.AlertPolicies().Create(ctx, project, thresholdPolicy("custom.googleapis.com/never"))
		if !errors.Is(err, context.Canceled) || len(e.standing("alertPolicies")) != 0 {
			t.Errorf("got %v; %v stand", err, e.standing("alertPolicies"))
		}
	})
}
