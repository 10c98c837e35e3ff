package emulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	monitoring "cloud.google.com/go/monitoring/apiv3/v2"
	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// env is a running server and clients of it.
type env struct {
	t     *testing.T
	srv   *emulator.Server
	clock *clock.Virtual
}

// start runs a server on a free port, on a virtual clock unless opts has one.
func start(t *testing.T, opts emulator.Options) *env {
	t.Helper()
	e := &env{t: t}
	if opts.Clock == nil {
		e.clock = clock.NewVirtual(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
		opts.Clock = e.clock
	}
	srv, err := emulator.New(opts)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	if err := srv.Listen("127.0.0.1:0"); err != nil {
		t.Fatalf("Listen: %v", err)
	}
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	e.srv = srv
	return e
}

// conn is a gRPC connection to the server.
func (e *env) conn() *grpc.ClientConn {
	e.t.Helper()
	conn, err := grpc.NewClient(e.srv.Addr(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		e.t.Fatalf("dial: %v", err)
	}
	e.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// policies is Google's own client of alerting policies, without its retries.
func (e *env) policies() *monitoring.AlertPolicyClient {
	e.t.Helper()
	c, err := monitoring.NewAlertPolicyClient(e.t.Context(), option.WithGRPCConn(e.conn()), option.WithoutAuthentication())
	if err != nil {
		e.t.Fatalf("client: %v", err)
	}
	c.CallOptions = &monitoring.AlertPolicyCallOptions{}
	return c
}

// answer is a REST reply.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// rest sends a request to path, which starts with the API's host.
func (e *env) rest(method, path, body string) answer {
	e.t.Helper()
	a, err := e.tryRest(method, path, body)
	if err != nil {
		e.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

func (e *env) tryRest(method, path, body string) (answer, error) {
	req, err := http.NewRequestWithContext(e.t.Context(), method, "http://"+e.srv.Addr()+"/"+path, bytes.NewBufferString(body))
	if err != nil {
		return answer{}, err
	}
	return send(req)
}

func newRequest(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func send(req *http.Request) (answer, error) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	return answer{status: resp.StatusCode, header: resp.Header, body: raw}, err
}

// into decodes a reply, which must have the status.
func (a answer) into(t *testing.T, wantStatus int, v any) {
	t.Helper()
	if a.status != wantStatus {
		t.Fatalf("status %d, want %d: %s", a.status, wantStatus, a.body)
	}
	if err := json.Unmarshal(a.body, v); err != nil {
		t.Fatalf("reply %s: %v", a.body, err)
	}
}

// googleError is Google's JSON error.
type googleError struct {
	Error struct {
		Code    int              `json:"code"`
		Message string           `json:"message"`
		Status  string           `json:"status"`
		Details []map[string]any `json:"details"`
	} `json:"error"`
}

func (a answer) err(t *testing.T, wantStatus int) googleError {
	t.Helper()
	var g googleError
	a.into(t, wantStatus, &g)
	if g.Error.Code != wantStatus {
		t.Errorf("error.code %d in a reply with status %d", g.Error.Code, wantStatus)
	}
	return g
}

const (
	policiesPath = "monitoring.googleapis.com/v3/projects/p/alertPolicies"
	cpuFilter    = `metric.type="compute.googleapis.com/instance/cpu/utilization" AND resource.type="gce_instance"`
)

// cpuPolicy is a valid policy on one of Google's own metrics.
func cpuPolicy(name string) *monitoringpb.AlertPolicy {
	return &monitoringpb.AlertPolicy{
		DisplayName: name,
		Combiner:    monitoringpb.AlertPolicy_OR,
		Conditions:  []*monitoringpb.AlertPolicy_Condition{cpuCondition("CPU")},
	}
}

func cpuCondition(name string) *monitoringpb.AlertPolicy_Condition {
	return &monitoringpb.AlertPolicy_Condition{
		DisplayName: name,
		Condition: &monitoringpb.AlertPolicy_Condition_ConditionThreshold{
			ConditionThreshold: &monitoringpb.AlertPolicy_Condition_MetricThreshold{
				Filter:         cpuFilter,
				Comparison:     monitoringpb.ComparisonType_COMPARISON_GT,
				ThresholdValue: 0.9,
				Duration:       durationpb.New(5 * time.Minute),
				Aggregations: []*monitoringpb.Aggregation{{
					AlignmentPeriod:  durationpb.New(time.Minute),
					PerSeriesAligner: monitoringpb.Aggregation_ALIGN_MAX,
				}},
			},
		},
	}
}

func promCondition(query string) *monitoringpb.AlertPolicy_Condition {
	return &monitoringpb.AlertPolicy_Condition{
		DisplayName: "PromQL",
		Condition: &monitoringpb.AlertPolicy_Condition_ConditionPrometheusQueryLanguage{
			ConditionPrometheusQueryLanguage: &monitoringpb.AlertPolicy_Condition_PrometheusQueryLanguageCondition{
				Query:                   query,
				EvaluationInterval:      durationpb.New(30 * time.Second),
				DisableMetricValidation: true,
			},
		},
	}
}

func logCondition() *monitoringpb.AlertPolicy_Condition {
	return &monitoringpb.AlertPolicy_Condition{
		DisplayName: "Log",
		Condition: &monitoringpb.AlertPolicy_Condition_ConditionMatchedLog{
			ConditionMatchedLog: &monitoringpb.AlertPolicy_Condition_LogMatch{Filter: `severity=ERROR AND jsonPayload.msg=~"boom"`},
		},
	}
}

// create makes a policy in project p and fails the test if it can't.
func create(ctx context.Context, t *testing.T, c *monitoring.AlertPolicyClient, p *monitoringpb.AlertPolicy) *monitoringpb.AlertPolicy {
	t.Helper()
	out, err := c.CreateAlertPolicy(ctx, &monitoringpb.CreateAlertPolicyRequest{Name: "projects/p", AlertPolicy: p})
	if err != nil {
		t.Fatalf("CreateAlertPolicy: %v", err)
	}
	return out
}

func mustCode(t *testing.T, err error, want codes.Code) {
	t.Helper()
	if status.Code(err) != want {
		t.Fatalf("got %v, want code %v", err, want)
	}
}
