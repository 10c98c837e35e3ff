package gcptest_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/api/option"
	"google.golang.org/api/pubsub/v1"
	"google.golang.org/api/serviceusage/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

const topic = "projects/" + project + "/topics/alerts"

// bare is the options of a client of Google's own, without our chain.
func (e *env) bare(host string) []option.ClientOption {
	return []option.ClientOption{option.WithEndpoint("http://" + e.server.Addr() + "/" + host + "/"), option.WithHTTPClient(http.DefaultClient)}
}

// enablePubSub enables the service and waits for its operation.
func enablePubSub(ctx context.Context, e *env, opts gcp.WaitOptions) error {
	services, err := serviceusage.NewService(ctx, e.bare("serviceusage.googleapis.com")...)
	if err != nil {
		return err
	}
	op, err := services.Services.Enable("projects/"+project+"/services/pubsub.googleapis.com", &serviceusage.EnableServiceRequest{}).Context(ctx).Do()
	if err != nil {
		return err
	}
	opts.Op, opts.Resource, opts.Clock = "EnableService", op.Name, e.clk
	_, err = gcp.Wait(ctx, opts, func(ctx context.Context) (*serviceusage.Operation, bool, error) {
		if op.Done {
			return op, true, nil
		}
		op, err := services.Operations.Get(op.Name).Context(ctx).Do()
		if err != nil {
			return nil, false, gcp.NewError("GetOperation", "", err)
		}
		return op, op.Done, nil
	})
	return err
}

func createTopic(t *testing.T, e *env) *pubsub.Service {
	t.Helper()
	if err := enablePubSub(t.Context(), e, gcp.WaitOptions{}); err != nil {
		t.Fatal(err)
	}
	service, err := pubsub.NewService(t.Context(), e.bare("pubsub.googleapis.com")...)
	if err != nil {
		t.Fatal(err)
	}
	// What is enabled takes a while to be usable.
	for range 100 {
		if _, err = service.Projects.Topics.Create(topic, &pubsub.Topic{}).Context(t.Context()).Do(); err == nil {
			return service
		}
		e.clk.Advance(10 * time.Second)
	}
	t.Fatal(err)
	return nil
}

func pubsubChannel(t *testing.T, e *env) {
	t.Helper()
	_, err := e.NotificationChannels().Create(t.Context(), project, &monitoringpb.NotificationChannel{
		Type: "pubsub", DisplayName: "alerts", Labels: map[string]string{"topic": topic},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDisabledService(t *testing.T) {
	t.Parallel()
	e := newEnv(t, emulator.Options{})
	_, err := e.Topics().HasPublisher(t.Context(), topic, project)
	if !gcp.IsServiceDisabled(err) || gcp.IsPermissionDenied(err) || !strings.Contains(err.Error(), "pubsub.googleapis.com") {
		t.Errorf("got %v", err)
	}
	if e.requests("GetIamPolicy") != 1 {
		t.Errorf("asked %d times", e.requests("GetIamPolicy"))
	}
}

func TestWaitForAnOperation(t *testing.T) {
	t.Parallel()
	e := newEnv(t, emulator.Options{LROScale: 1})
	reports := 0
	opts := gcp.WaitOptions{Progress: func(context.Context, gcp.Progress) { reports++ }}
	if err := enablePubSub(t.Context(), e, opts); err != nil {
		t.Fatal(err)
	}
	if reports == 0 || len(e.clk.Slept()) == 0 {
		t.Errorf("an operation that takes its time ended after %d reports and %v", reports, e.clk.Slept())
	}
}

func TestWaitForAnOperationIsCancelled(t *testing.T) {
	t.Parallel()
	e := newEnv(t, emulator.Options{LROScale: 1})
	ctx, cancel := context.WithCancel(t.Context())
	guard := time.AfterFunc(5*time.Second, func() { panic("the wait outlived its cancel by 5 s") })
	defer guard.Stop()
	err := enablePubSub(ctx, e, gcp.WaitOptions{Progress: func(context.Context, gcp.Progress) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestGrantPublisher(t *testing.T) {
	t.Parallel()
	e := newEnv(t, emulator.Options{})
	service := createTopic(t, e)
	pubsubChannel(t, e)
	mine := &pubsub.Policy{Bindings: []*pubsub.Binding{{Role: "roles/pubsub.viewer", Members: []string{"user:a@example.com"}}}}
	if _, err := service.Projects.Topics.SetIamPolicy(topic, &pubsub.SetIamPolicyRequest{Policy: mine}).Context(t.Context()).Do(); err != nil {
		t.Fatal(err)
	}
	e.server.InjectFaults(
		emulator.Fault{RPC: "SetIamPolicy", Status: 409, Times: 2},
		emulator.Fault{RPC: "SetIamPolicy", Nth: 3, Drop: true, After: true},
		emulator.Fault{RPC: "GetIamPolicy", Nth: 2, Truncate: true, After: true},
	)
	if added, err := e.Topics().GrantPublisher(t.Context(), topic, project); !added || err != nil {
		t.Fatalf("got %t, %v", added, err)
	}
	if added, err := e.Topics().GrantPublisher(t.Context(), topic, project); added || err != nil {
		t.Errorf("the second time: %t, %v", added, err)
	}
	policy, err := service.Projects.Topics.GetIamPolicy(topic).Context(t.Context()).Do()
	if err != nil {
		t.Fatal(err)
	}
	if len(policy.Bindings) != 2 {
		t.Errorf("policy %+v", policy)
	}
	if err := e.Topics().RevokePublisher(t.Context(), topic, project); err != nil {
		t.Error(err)
	}
	if has, err := e.Topics().HasPublisher(t.Context(), topic, project); has || err != nil {
		t.Errorf("got %t, %v", has, err)
	}
}

func TestGrantsToOneTopicUnderConflict(t *testing.T) {
	t.Parallel()
	e := newEnv(t, emulator.Options{})
	service := createTopic(t, e)
	pubsubChannel(t, e)
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
	for range 10 {
		for _, c := range []*gcp.Client{e.Client, other} {
			wg.Go(func() {
				if _, err := c.Topics().GrantPublisher(t.Context(), topic, project); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	policy, err := service.Projects.Topics.GetIamPolicy(topic).Context(t.Context()).Do()
	if err != nil {
		t.Fatal(err)
	}
	if len(policy.Bindings) != 1 || len(policy.Bindings[0].Members) != 1 {
		t.Errorf("policy %+v", policy)
	}
}

func TestRevokeWithoutATopic(t *testing.T) {
	t.Parallel()
	e := newEnv(t, emulator.Options{})
	createTopic(t, e)
	if err := e.Topics().RevokePublisher(t.Context(), "projects/"+project+"/topics/none", project); err != nil {
		t.Error(err)
	}
}
