package gcp_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

// fake is a small Monitoring API that counts what it is asked and fails as the
// test says.
type fake struct {
	monitoringpb.UnimplementedAlertPolicyServiceServer
	monitoringpb.UnimplementedNotificationChannelServiceServer

	addr string

	mu       sync.Mutex
	policies map[string]*monitoringpb.AlertPolicy
	counts   map[string]int
	headers  []metadata.MD
	writing  int
	maxWrite int
	nextID   int

	// before runs ahead of the nth call of a method; an error replaces it.
	before func(ctx context.Context, method string, n int) error
	// after runs when the nth call of a method is committed; an error replaces
	// its reply.
	after func(ctx context.Context, method string, n int) error
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{policies: map[string]*monitoringpb.AlertPolicy{}, counts: map[string]int{}}
	server := grpc.NewServer(grpc.UnaryInterceptor(f.intercept))
	monitoringpb.RegisterAlertPolicyServiceServer(server, f)
	monitoringpb.RegisterNotificationChannelServiceServer(server, f)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.addr = listener.Addr().String()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(listener); err != nil {
			t.Errorf("serve: %v", err)
		}
	}()
	t.Cleanup(func() {
		server.Stop()
		<-done
	})
	return f
}

func (f *fake) intercept(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	method := info.FullMethod[strings.LastIndex(info.FullMethod, "/")+1:]
	md, _ := metadata.FromIncomingContext(ctx)
	write := !strings.HasPrefix(method, "Get") && !strings.HasPrefix(method, "List")
	f.mu.Lock()
	f.counts[method]++
	n := f.counts[method]
	f.headers = append(f.headers, md)
	if write {
		f.writing++
		f.maxWrite = max(f.maxWrite, f.writing)
	}
	f.mu.Unlock()
	defer func() {
		if write {
			f.mu.Lock()
			f.writing--
			f.mu.Unlock()
		}
	}()
	if f.before != nil {
		if err := f.before(ctx, method, n); err != nil {
			return nil, err
		}
	}
	reply, err := handler(ctx, req)
	if err == nil && f.after != nil {
		if err := f.after(ctx, method, n); err != nil {
			return nil, err
		}
	}
	return reply, err
}

func (f *fake) count(method string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.counts[method]
}

func (f *fake) total() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, c := range f.counts {
		n += c
	}
	return n
}

func (f *fake) stored() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.policies)
}

// add stores n policies in project p and returns their names.
func (f *fake) add(n int) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	names := make([]string, 0, n)
	for range n {
		f.nextID++
		name := fmt.Sprintf("projects/p/alertPolicies/%d", f.nextID)
		f.policies[name] = &monitoringpb.AlertPolicy{Name: name, DisplayName: name}
		names = append(names, name)
	}
	return names
}

func (f *fake) CreateAlertPolicy(_ context.Context, req *monitoringpb.CreateAlertPolicyRequest) (*monitoringpb.AlertPolicy, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nextID++
	p := req.GetAlertPolicy()
	p.Name = fmt.Sprintf("%s/alertPolicies/%d", req.GetName(), f.nextID)
	f.policies[p.GetName()] = p
	return p, nil
}

func (f *fake) GetAlertPolicy(_ context.Context, req *monitoringpb.GetAlertPolicyRequest) (*monitoringpb.AlertPolicy, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p, ok := f.policies[req.GetName()]; ok {
		return p, nil
	}
	return nil, status.Error(codes.NotFound, "no such policy")
}

func (f *fake) DeleteAlertPolicy(_ context.Context, req *monitoringpb.DeleteAlertPolicyRequest) (*emptypb.Empty, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.policies[req.GetName()]; !ok {
		return nil, status.Error(codes.NotFound, "no such policy")
	}
	delete(f.policies, req.GetName())
	return &emptypb.Empty{}, nil
}

func (f *fake) ListAlertPolicies(_ context.Context, req *monitoringpb.ListAlertPoliciesRequest) (*monitoringpb.ListAlertPoliciesResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, id, filtered := strings.Cut(req.GetFilter(), `user_labels.`+gcp.CreateIDLabel+`="`)
	id = strings.TrimSuffix(id, `"`)
	out := &monitoringpb.ListAlertPoliciesResponse{}
	for _, p := range f.policies {
		if !filtered || p.GetUserLabels()[gcp.CreateIDLabel] == id {
			out.AlertPolicies = append(out.AlertPolicies, p)
		}
	}
	return out, nil
}

// client returns a client of the fake on a virtual clock.
func (f *fake) client(t *testing.T, edit ...func(*gcp.Config)) (*gcp.Client, *clock.Virtual) {
	t.Helper()
	clk := clock.NewVirtual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	cfg := gcp.Config{EmulatorHost: f.addr, Clock: clk, Seed: 1, RequestTimeout: 10 * time.Second}
	for _, e := range edit {
		e(&cfg)
	}
	c, err := gcp.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c, clk
}

// failure is a status with details.
func failure(c codes.Code, message string, details ...protoadapt.MessageV1) error {
	s, err := status.New(c, message).WithDetails(details...)
	if err != nil {
		panic(err)
	}
	return s.Err()
}

func hint(d time.Duration) *errdetails.RetryInfo {
	return &errdetails.RetryInfo{RetryDelay: durationpb.New(d)}
}

// firstTimes fails the first n calls of a method.
func firstTimes(method string, n int, err error) func(context.Context, string, int) error {
	return func(_ context.Context, m string, i int) error {
		if m == method && i <= n {
			return err
		}
		return nil
	}
}

func total(waits []time.Duration) time.Duration {
	var sum time.Duration
	for _, w := range waits {
		sum += w
	}
	return sum
}
