package gcp_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	container "cloud.google.com/go/container/apiv1"
	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/api/option"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

// TestChainServesGKE runs GKE's generated REST client through the chain: one
// retry policy for gRPC and REST means that a client library nobody here wrote
// gets it too.
func TestChainServesGKE(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch n := calls.Add(1); {
		case n <= 2:
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, `{"error":{"code":503,"message":"try again","status":"UNAVAILABLE"}}`)
		case strings.HasSuffix(r.URL.Path, "/clusters/main"):
			_, _ = io.WriteString(w, `{"name":"main","status":"RUNNING"}`)
		default:
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"error":{"code":404,"message":"Not found: clusters/gone.","status":"NOT_FOUND"}}`)
		}
	}))
	t.Cleanup(server.Close)

	clk := clock.NewVirtual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	client, err := gcp.New(gcp.Config{AccessToken: "token", Clock: clk, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	clusters, err := container.NewClusterManagerRESTClient(t.Context(), option.WithHTTPClient(gcp.HTTPClient(client)), option.WithEndpoint(server.URL))
	if err != nil {
		t.Fatal(err)
	}
	clusters.CallOptions = &container.ClusterManagerCallOptions{}
	cluster, err := clusters.GetCluster(t.Context(), &containerpb.GetClusterRequest{Name: "projects/p/locations/l/clusters/main"})
	if err != nil || cluster.GetStatus() != containerpb.Cluster_RUNNING {
		t.Fatalf("got %v, %v", cluster, err)
	}
	if calls.Load() != 3 || len(clk.Slept()) < 2 {
		t.Errorf("%d calls, waits %v: want two retries with waits", calls.Load(), clk.Slept())
	}
	_, err = clusters.GetCluster(t.Context(), &containerpb.GetClusterRequest{Name: "projects/p/locations/l/clusters/gone"})
	if !gcp.IsNotFound(err) {
		t.Errorf("a 404 through GKE's client is not recognised: %v", err)
	}
	var typed *gcp.Error
	if !errors.As(gcp.NewError("GetCluster", "gone", err), &typed) || !strings.Contains(typed.Message, "Not found: clusters/gone.") {
		t.Errorf("the service's own words are lost: %v", err)
	}
}
