package emulator_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/grpc/codes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// gate is a clock on which the first sleep lasts until open is closed.
type gate struct {
	clock.Clock
	first         chan struct{}
	entered, open chan struct{}
}

func newGate() *gate {
	g := &gate{
		Clock: clock.NewVirtual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)),
		first: make(chan struct{}, 1), entered: make(chan struct{}), open: make(chan struct{}),
	}
	g.first <- struct{}{}
	return g
}

func (g *gate) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-g.first:
		close(g.entered)
		<-g.open
	default:
	}
	return g.Clock.Sleep(ctx, d)
}

func TestConcurrentEdits(t *testing.T) {
	t.Parallel()
	g := newGate()
	e := start(t, emulator.Options{Clock: g, Latency: time.Millisecond})
	c := e.policies()
	done := make(chan error, 1)
	go func() {
		_, err := c.CreateAlertPolicy(context.WithoutCancel(t.Context()), &monitoringpb.CreateAlertPolicyRequest{Name: "projects/p", AlertPolicy: cpuPolicy("first")})
		done <- err
	}()
	<-g.entered

	const words = "Too many concurrent edits to the project configuration. Please try again."
	_, err := c.CreateAlertPolicy(t.Context(), &monitoringpb.CreateAlertPolicyRequest{Name: "projects/p", AlertPolicy: cpuPolicy("second")})
	mustCode(t, err, codes.Aborted)
	if !strings.Contains(err.Error(), words) {
		t.Errorf("message %v", err)
	}
	if got := e.rest("DELETE", policiesPath+"/1", "").err(t, 409); got.Error.Status != "ABORTED" || got.Error.Message != words {
		t.Errorf("REST: %+v", got)
	}
	if a := e.rest("POST", "monitoring.googleapis.com/v3/projects/p/notificationChannels", `{"type":"email","labels":{"email_address":"a@example.com"}}`); a.status != 409 {
		t.Errorf("a channel of the same project: %d %s", a.status, a.body)
	}
	if a := e.rest("GET", policiesPath, ""); a.status != 200 {
		t.Errorf("a read: %d", a.status)
	}
	if a := e.rest("DELETE", "monitoring.googleapis.com/v3/projects/q/alertPolicies/1", ""); a.status != 404 {
		t.Errorf("another project: %d", a.status)
	}

	close(g.open)
	if err := <-done; err != nil {
		t.Errorf("the first edit: %v", err)
	}
	if a := e.rest("POST", policiesPath, cpuJSON); a.status != 200 {
		t.Errorf("after the first edit: %d", a.status)
	}
}
