package emulator_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/pubsub/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// Ten writers of one policy, each re-reading on a conflict: none loses the
// binding of another.
func TestConcurrentPolicyEditsLoseNothing(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	e.enablePubSub()
	topics := e.pubsub().Projects.Topics
	const name, writers = "projects/p/topics/alerts", 10
	if _, err := topics.Create(name, &pubsub.Topic{}).Do(); err != nil {
		t.Fatal(err)
	}
	add := func(member string) error {
		for {
			p, err := topics.GetIamPolicy(name).Do()
			if err != nil {
				return err
			}
			p.Bindings = append(p.Bindings, &pubsub.Binding{Role: "roles/pubsub.publisher", Members: []string{member}})
			_, err = topics.SetIamPolicy(name, &pubsub.SetIamPolicyRequest{Policy: p}).Do()
			var api *googleapi.Error
			if errors.As(err, &api) && api.Code == 409 {
				continue
			}
			return err
		}
	}
	var wg sync.WaitGroup
	failures := make(chan error, writers)
	for i := range writers {
		wg.Go(func() { failures <- add(fmt.Sprintf("user:u%d@example.com", i)) })
	}
	wg.Wait()
	close(failures)
	for err := range failures {
		if err != nil {
			t.Errorf("add: %v", err)
		}
	}
	p, err := topics.GetIamPolicy(name).Do()
	if err != nil || len(p.Bindings) != 1 || len(p.Bindings[0].Members) != writers || !slices.IsSorted(p.Bindings[0].Members) {
		t.Errorf("policy = %+v, %v", p, err)
	}
}

// Series of one new metric, written side by side, make one descriptor with the
// labels of all.
func TestConcurrentSeriesMakeOneDescriptor(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	client := e.metrics()
	const name, writers = "custom.googleapis.com/shared", 8
	var wg sync.WaitGroup
	failures := make(chan error, writers)
	for i := range writers {
		wg.Go(func() {
			_, err := client.CreateMetricDescriptor(t.Context(), gauge(name, fmt.Sprintf("l%d", i)))
			failures <- err
		})
	}
	wg.Wait()
	close(failures)
	for err := range failures {
		if err != nil {
			t.Errorf("create: %v", err)
		}
	}
	d, err := client.GetMetricDescriptor(t.Context(), &monitoringpb.GetMetricDescriptorRequest{Name: "projects/p/metricDescriptors/" + name})
	if err != nil || len(d.GetLabels()) != writers {
		t.Errorf("descriptor = %v, %v", d, err)
	}
}
