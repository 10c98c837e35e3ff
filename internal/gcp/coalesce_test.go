package gcp_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/grpc/codes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

func TestReadsCoalesce(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	names := f.add(500)
	c, _ := f.client(t)
	var wg sync.WaitGroup
	for _, name := range names {
		wg.Go(func() {
			p, err := c.AlertPolicies().Get(t.Context(), name)
			if err != nil || p.GetDisplayName() != name {
				t.Errorf("got %v, %v", p, err)
				return
			}
			p.DisplayName = "changed by a reader" // Must not reach another one.
		})
	}
	wg.Wait()
	if got := f.total(); got > 4 {
		t.Errorf("500 reads took %d requests", got)
	}
	for _, name := range names {
		if p, err := c.AlertPolicies().Get(t.Context(), name); err != nil || p.GetDisplayName() != name {
			t.Fatalf("got %v, %v", p, err)
		}
	}
	if got := f.total(); got > 4 {
		t.Errorf("1000 reads took %d requests", got)
	}
}

func TestOwnWriteDropsTheList(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	names := f.add(4)
	c, _ := f.client(t)
	for _, name := range names {
		if _, err := c.AlertPolicies().Get(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	if got := f.count("ListAlertPolicies"); got != 1 {
		t.Fatalf("%d lists, want 1", got)
	}
	if err := c.AlertPolicies().Delete(t.Context(), names[3]); err != nil {
		t.Fatal(err)
	}
	if _, err := c.AlertPolicies().Get(t.Context(), names[3]); !gcp.IsNotFound(err) {
		t.Errorf("the deleted policy is still read: %v", err)
	}
}

func TestListGoesStale(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	names := f.add(3)
	c, clk := f.client(t)
	read := func() {
		t.Helper()
		for _, name := range names {
			if _, err := c.AlertPolicies().Get(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
	}
	read()
	before := f.total()
	clk.Advance(4 * time.Minute)
	read()
	if f.total() != before {
		t.Error("a plan that takes minutes lists more than once")
	}
	clk.Advance(2 * time.Minute)
	read()
	if f.total() == before {
		t.Error("a list six minutes old still served reads")
	}
}

// TestFreshPassesTheList reads what a write builds on: not from a list.
func TestFreshPassesTheList(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	names := f.add(5)
	c, _ := f.client(t)
	for _, name := range names {
		if _, err := c.AlertPolicies().Get(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	before := f.count("GetAlertPolicy")
	if _, err := c.AlertPolicies().Fresh(t.Context(), names[4]); err != nil {
		t.Fatal(err)
	}
	if f.count("GetAlertPolicy") != before+1 {
		t.Error("a fresh read came from a list")
	}
}

func TestMissingFromListIsConfirmed(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	names := f.add(4)
	c, _ := f.client(t)
	for _, name := range names {
		if _, err := c.AlertPolicies().Get(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	late := f.add(1)[0] // Made by someone else after the list.
	if _, err := c.AlertPolicies().Get(t.Context(), late); err != nil {
		t.Errorf("a policy that the list lacks was not asked for: %v", err)
	}
	gets := f.count("GetAlertPolicy")
	if _, err := c.AlertPolicies().Get(t.Context(), "projects/p/alertPolicies/none"); !gcp.IsNotFound(err) {
		t.Errorf("got %v", err)
	}
	if f.count("GetAlertPolicy") != gets+1 {
		t.Error("an absence was not confirmed")
	}
}

func TestReaderWithoutListPermission(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	names := f.add(6)
	f.before = firstTimes("ListAlertPolicies", 99, failure(codes.PermissionDenied, "no list"))
	c, _ := f.client(t)
	for _, name := range names {
		if _, err := c.AlertPolicies().Get(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	if f.count("ListAlertPolicies") != 1 || f.count("GetAlertPolicy") != len(names) {
		t.Errorf("%d lists and %d gets", f.count("ListAlertPolicies"), f.count("GetAlertPolicy"))
	}
}

func TestFirstCallerLeavesSharedReadRunning(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	name := f.add(1)[0]
	started, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	f.before = func(ctx context.Context, _ string, _ int) error {
		once.Do(func() { close(started) })
		select {
		case <-release:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	c, _ := f.client(t)
	first, cancel := context.WithCancel(t.Context())
	firstDone, secondDone := make(chan error, 1), make(chan *monitoringpb.AlertPolicy, 1)
	go func() {
		_, err := c.AlertPolicies().Get(first, name)
		firstDone <- err
	}()
	<-started
	go func() {
		p, err := c.AlertPolicies().Get(t.Context(), name)
		if err != nil {
			t.Error(err)
		}
		secondDone <- p
	}()
	time.Sleep(20 * time.Millisecond) // For the second to join; that it has can't be seen from outside.
	cancel()
	if err := <-firstDone; !errors.Is(err, context.Canceled) {
		t.Errorf("the first got %v", err)
	}
	close(release)
	if p := <-secondDone; p.GetName() != name {
		t.Errorf("the second got %v", p)
	}
}

func TestGroupCancelsWorkThatNobodyWaitsFor(t *testing.T) {
	t.Parallel()
	var g gcp.Group
	ctx, cancel := context.WithCancel(t.Context())
	cancelled := make(chan struct{})
	started := make(chan struct{})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			_, err := g.Do(ctx, "k", func(work context.Context) (int, error) {
				close(started)
				<-work.Done()
				close(cancelled)
				return 0, work.Err()
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		})
	}
	<-started
	cancel()
	wg.Wait()
	<-cancelled
	if v, err := g.Do(t.Context(), "k", func(context.Context) (int, error) { return 7, nil }); v != 7 || err != nil {
		t.Errorf("after a cancelled run: %d, %v", v, err)
	}
}

func TestGroupForget(t *testing.T) {
	t.Parallel()
	var g gcp.Group
	started, release := make(chan struct{}), make(chan struct{})
	old := make(chan int, 1)
	go func() {
		v, _ := g.Do(t.Context(), "k", func(context.Context) (int, error) {
			close(started)
			<-release
			return 1, nil
		})
		old <- v
	}()
	<-started
	g.Forget("k")
	if v, err := g.Do(t.Context(), "k", func(context.Context) (int, error) { return 2, nil }); v != 2 || err != nil {
		t.Errorf("joined what was forgotten: %d, %v", v, err)
	}
	close(release)
	if v := <-old; v != 1 {
		t.Errorf("who waited got %d", v)
	}
}

func TestOwnWriteLeavesAListUnderWayBehind(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	names := f.add(5)
	started, release := make(chan struct{}), make(chan struct{})
	f.after = func(ctx context.Context, method string, n int) error {
		if method == "ListAlertPolicies" && n == 1 {
			close(started)
			select {
			case <-release:
			case <-ctx.Done():
			}
		}
		return nil
	}
	c, _ := f.client(t)
	get := func(name string) error {
		// Less than the request timeout, after which a blocked list is retried.
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err := c.AlertPolicies().Get(ctx, name)
		return err
	}
	for _, name := range names[:2] {
		if err := get(name); err != nil {
			t.Fatal(err)
		}
	}
	early := make(chan error, 1)
	go func() {
		_, err := c.AlertPolicies().Get(t.Context(), names[2])
		early <- err
	}()
	<-started
	if err := c.AlertPolicies().Delete(t.Context(), names[4]); err != nil {
		t.Fatal(err)
	}
	for _, name := range names[:3] { // The third of these needs a list, and not that one.
		if err := get(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := get(names[4]); !gcp.IsNotFound(err) {
		t.Errorf("the deleted policy is still read: %v", err)
	}
	close(release)
	if err := <-early; err != nil {
		t.Error(err)
	}
	if err := get(names[4]); !gcp.IsNotFound(err) {
		t.Errorf("a list from before the write was kept: %v", err)
	}
}
