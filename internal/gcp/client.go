package gcp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"sync"
	"time"
	"unsafe"

	monitoring "cloud.google.com/go/monitoring/apiv3/v2"
	dashboard "cloud.google.com/go/monitoring/dashboard/apiv1"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

// Client reaches the services that the provider needs. It is safe for
// concurrent use and dials nothing before its first call.
type Client struct {
	cfg       Config
	clk       clock.Clock
	endpoints map[string]endpoint
	chain     *chain
	base      *http.Transport
	http      *http.Client

	policies   *AlertPolicies
	channels   *NotificationChannels
	dashboards *Dashboards
	services   *Services
	slos       *SLOs
	numbers    numbers

	// apis points to the [APIs]; see [APIsOf].
	apisOnce sync.Once
	makeAPIs func()
	apis     unsafe.Pointer
	apisErr  error

	mu   sync.Mutex
	conn *grpc.ClientConn // guarded by mu; nil before the first use
	mon  *monitoringClients
	shut bool
}

// monitoringClients share one connection, but for the dashboards, whose client
// is one of REST.
type monitoringClients struct {
	policies   *monitoring.AlertPolicyClient
	channels   *monitoring.NotificationChannelClient
	services   *monitoring.ServiceMonitoringClient
	dashboards *dashboard.DashboardsClient
}

// New validates cfg and returns a client. It reads a credential file if cfg
// names one, and makes no network call.
func New(cfg Config) (*Client, error) {
	if cfg.RequestTimeout < 0 {
		return nil, errors.New("request_timeout: it must not be negative")
	}
	endpoints, err := resolveEndpoints(cfg)
	if err != nil {
		return nil, err
	}
	authn, err := newAuthenticator(cfg)
	if err != nil {
		return nil, err
	}
	clk := cfg.Clock
	if clk == nil {
		clk = clock.System()
	}
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		transport = &http.Transport{Proxy: http.ProxyFromEnvironment}
	}
	c := &Client{cfg: cfg, clk: clk, endpoints: endpoints, chain: newChain(cfg, clk, authn), base: transport.Clone()}
	c.http = &http.Client{Transport: &roundTripper{chain: c.chain, base: c.base, userAgent: cfg.UserAgent}}
	c.makeAPIs = func() {
		made, err := c.newAPIs(context.Background())
		c.apis, c.apisErr = unsafe.Pointer(made), err //nolint:gosec // The type is hidden from the linker, and is the same in APIsOf.
	}
	c.policies = newAlertPolicies(c)
	c.channels = newNotificationChannels(c)
	c.dashboards = newDashboards(c)
	c.services = newServices(c)
	c.slos = newSLOs(c)
	return c, nil
}

// Emulated reports whether every call goes to an emulator.
func (c *Client) Emulated() bool { return c.cfg.EmulatorHost != "" }

// Project returns the default project id, or "".
func (c *Client) Project() string { return c.cfg.Project }

// Region returns the default region, or "".
func (c *Client) Region() string { return c.cfg.Region }

// Close releases the connections. Calls after it fail.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shut = true
	c.base.CloseIdleConnections()
	if c.conn == nil {
		return nil
	}
	conn := c.conn
	c.conn, c.mon = nil, nil
	return conn.Close()
}

// AlertPolicies returns the access to alert policies.
func (c *Client) AlertPolicies() *AlertPolicies { return c.policies }

// NotificationChannels returns the access to notification channels.
func (c *Client) NotificationChannels() *NotificationChannels { return c.channels }

// Dashboards returns the access to dashboards.
func (c *Client) Dashboards() *Dashboards { return c.dashboards }

// Services returns the access to the services that objectives belong to.
func (c *Client) Services() *Services { return c.services }

// SLOs returns the access to service-level objectives.
func (c *Client) SLOs() *SLOs { return c.slos }

// Topics returns the access to the IAM policies of Pub/Sub topics.
func (c *Client) Topics() *Topics { return &Topics{c: c} }

// monitoring returns the Monitoring clients, which share one connection that
// is made at the first use. Their own retries and timeouts are off: the chain
// in the connection's interceptor is the only one.
func (c *Client) monitoring(ctx context.Context) (*monitoringClients, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mon != nil {
		return c.mon, nil
	}
	if c.shut {
		return nil, errors.New("the client is closed")
	}
	conn, err := c.dial(c.endpoints["monitoring"])
	if err != nil {
		return nil, err
	}
	opts := []option.ClientOption{
		option.WithGRPCConn(conn),
		option.WithLogger(slog.New(slog.DiscardHandler)), // It would log labels and their secrets.
	}
	mon, err := c.newMonitoringClients(ctx, opts)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	c.conn, c.mon = conn, mon
	return mon, nil
}

// newMonitoringClients makes the clients of a connection. The context only
// serves to make them: they keep none of it.
func (c *Client) newMonitoringClients(ctx context.Context, opts []option.ClientOption) (*monitoringClients, error) {
	policies, err := monitoring.NewAlertPolicyClient(ctx, opts...)
	if err != nil {
		return nil, err
	}
	policies.CallOptions = &monitoring.AlertPolicyCallOptions{}
	channels, err := monitoring.NewNotificationChannelClient(ctx, opts...)
	if err != nil {
		return nil, err
	}
	channels.CallOptions = &monitoring.NotificationChannelCallOptions{}
	services, err := monitoring.NewServiceMonitoringClient(ctx, opts...)
	if err != nil {
		return nil, err
	}
	services.CallOptions = &monitoring.ServiceMonitoringCallOptions{}
	dashboards, err := c.newDashboardsClient(ctx, c.http)
	if err != nil {
		return nil, err
	}
	return &monitoringClients{policies: policies, channels: channels, services: services, dashboards: dashboards}, nil
}

func (c *Client) newDashboardsClient(ctx context.Context, over *http.Client) (*dashboard.DashboardsClient, error) {
	client, err := dashboard.NewDashboardsRESTClient(ctx, append(c.restOptions("monitoring"),
		option.WithHTTPClient(over),
		option.WithEndpoint(strings.TrimSuffix(c.endpoints["monitoring"].rest, "/")), // Its paths begin with a slash.
	)...)
	if err != nil {
		return nil, err
	}
	// The options are shared with the client inside, which a new set of them
	// would not reach.
	*client.CallOptions = dashboard.DashboardsCallOptions{}
	return client, nil
}

// dial makes a connection that connects at its first call.
func (c *Client) dial(e endpoint) (*grpc.ClientConn, error) {
	if e.grpcTarget == "" {
		return nil, errors.New("this endpoint can't be called by gRPC")
	}
	transport := credentials.NewTLS(&tls.Config{MinVersion: tls.VersionTLS12})
	if e.plaintext {
		transport = insecure.NewCredentials()
	}
	conn, err := grpc.NewClient(e.grpcTarget,
		grpc.WithTransportCredentials(transport),
		grpc.WithChainUnaryInterceptor(c.chain.unary),
		grpc.WithUserAgent(c.cfg.UserAgent),
		grpc.WithDisableServiceConfig(),
		grpc.WithDisableRetry(),
		grpc.WithConnectParams(grpc.ConnectParams{
			// The chain waits between attempts; the connection should be tried
			// again by then.
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 5 * time.Second},
			MinConnectTimeout: 20 * time.Second,
		}),
		// A page of a thousand policies with their runbooks passes the default
		// of 4 MiB.
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(math.MaxInt32)),
	)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", e.grpcTarget, err)
	}
	return conn, nil
}

// restOptions returns the options of a REST client of google.golang.org/api.
func (c *Client) restOptions(service string) []option.ClientOption {
	return []option.ClientOption{
		option.WithHTTPClient(c.http),
		option.WithEndpoint(c.endpoints[service].rest),
		option.WithLogger(slog.New(slog.DiscardHandler)),
	}
}
