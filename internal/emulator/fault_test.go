package emulator_test

import (
	"slices"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

func TestFaultInsteadOfTheCall(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	e.srv.InjectFaults(emulator.Fault{
		RPC: "CreateAlertPolicy", Status: 429, Reason: "RATE_LIMIT_EXCEEDED", Message: "slow down",
		RetryAfter: emulator.Duration(1500 * time.Millisecond), Times: 2, Metadata: map[string]string{"service": "monitoring.googleapis.com"},
	})
	_, err := e.policies().CreateAlertPolicy(t.Context(), &monitoringpb.CreateAlertPolicyRequest{Name: "projects/p", AlertPolicy: cpuPolicy("x")})
	mustCode(t, err, codes.ResourceExhausted)
	var reason string
	var delay time.Duration
	for _, d := range status.Convert(err).Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			reason = d.GetReason()
		case *errdetails.RetryInfo:
			delay = d.GetRetryDelay().AsDuration()
		}
	}
	if reason != "RATE_LIMIT_EXCEEDED" || delay != 1500*time.Millisecond {
		t.Errorf("reason %q, delay %v", reason, delay)
	}
	a := e.rest("POST", policiesPath, cpuJSON)
	g := a.err(t, 429)
	if a.header.Get("Retry-After") != "2" || g.Error.Status != "RESOURCE_EXHAUSTED" || g.Error.Message != "slow down" || len(g.Error.Details) != 2 {
		t.Errorf("Retry-After %q, %+v", a.header.Get("Retry-After"), g)
	}
	if len(e.srv.Inventory()) != 0 {
		t.Error("a refused create made something")
	}
	if a := e.rest("POST", policiesPath, cpuJSON); a.status != 200 {
		t.Errorf("the fault struck a third time: %d", a.status)
	}
}

func TestFaultStatuses(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	c := e.policies()
	for httpStatus, code := range map[int]codes.Code{
		400: codes.InvalidArgument, 401: codes.Unauthenticated, 403: codes.PermissionDenied, 404: codes.NotFound, 409: codes.Aborted,
		412: codes.FailedPrecondition, 429: codes.ResourceExhausted, 500: codes.Internal, 502: codes.Unavailable,
		503: codes.Unavailable, 504: codes.DeadlineExceeded,
	} {
		e.srv.InjectFaults(emulator.Fault{Status: httpStatus, Times: 2})
		_, err := c.GetAlertPolicy(t.Context(), &monitoringpb.GetAlertPolicyRequest{Name: "projects/p/alertPolicies/1"})
		if status.Code(err) != code {
			t.Errorf("%d over gRPC: %v, want %v", httpStatus, err, code)
		}
		e.rest("GET", policiesPath, "").err(t, httpStatus)
		e.srv.ClearFaults()
	}
}

func TestLostReply(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		for _, fault := range []emulator.Fault{{Drop: true}, {Truncate: true}, {Status: 503}} {
			fault.After, fault.Times = after, 2
			e := start(t, emulator.Options{Faults: []emulator.Fault{fault}})
			c := e.policies()
			_, err := c.CreateAlertPolicy(t.Context(), &monitoringpb.CreateAlertPolicyRequest{Name: "projects/p", AlertPolicy: cpuPolicy("x")})
			if err == nil {
				t.Fatalf("%+v: no error over gRPC", fault)
			}
			if a, err := e.tryRest("POST", policiesPath, cpuJSON); err == nil && a.status == 200 {
				t.Fatalf("%+v: a whole reply over REST", fault)
			}
			want := 0
			if after {
				want = 2
			}
			if got := e.srv.Inventory()["alertPolicies"]; len(got) != want {
				t.Errorf("%+v: %d policies, want %d", fault, len(got), want)
			}
			for _, r := range e.srv.Requests() {
				if r.Fault == "" || (fault.Status == 0) != (r.Status == 0) {
					t.Errorf("%+v: logged as %+v", fault, r)
				}
			}
			if _, err := c.ListAlertPolicies(t.Context(), &monitoringpb.ListAlertPoliciesRequest{Name: "projects/p"}).Next(); want > 0 && err != nil {
				t.Errorf("%+v: the client does not recover: %v", fault, err)
			}
		}
	}
}

func TestFaultMatching(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	const list = "/v3/projects/p/alertPolicies"
	for _, c := range []struct {
		name  string
		fault emulator.Fault
		want  []int // the statuses of five GETs and one POST of a bad body
	}{
		{"once", emulator.Fault{Status: 503}, []int{503, 200, 200, 200, 200, 400}},
		{"from the third", emulator.Fault{Status: 503, Nth: 3, Times: 2}, []int{200, 200, 503, 503, 200, 400}},
		{"for ever", emulator.Fault{Status: 503, Times: -1}, []int{503, 503, 503, 503, 503, 503}},
		{"by verb", emulator.Fault{Status: 503, Times: -1, HTTPMethod: "post"}, []int{200, 200, 200, 200, 200, 503}},
		{"by path", emulator.Fault{Status: 503, Times: -1, Path: "^" + list + "$"}, []int{503, 503, 503, 503, 503, 503}},
		{"by another path", emulator.Fault{Status: 503, Times: -1, Path: "/projects/q/"}, []int{200, 200, 200, 200, 200, 400}},
		{"by another host", emulator.Fault{Status: 503, Times: -1, Host: "pubsub.googleapis.com"}, []int{200, 200, 200, 200, 200, 400}},
		{"by method", emulator.Fault{Status: 503, Times: -1, RPC: "CreateAlertPolicy"}, []int{200, 200, 200, 200, 200, 503}},
	} {
		e.srv.ClearFaults()
		e.srv.InjectFaults(c.fault)
		var got []int
		for range 5 {
			got = append(got, e.rest("GET", "monitoring.googleapis.com"+list, "").status)
		}
		got = append(got, e.rest("POST", "monitoring.googleapis.com"+list, "{").status)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestFaultsBySeed(t *testing.T) {
	t.Parallel()
	draw := func(seed int64) []int {
		e := start(t, emulator.Options{Seed: seed, Faults: []emulator.Fault{{Status: 503, Times: -1, Probability: 0.5}}})
		var out []int
		for range 40 {
			out = append(out, e.rest("GET", policiesPath, "").status)
		}
		return out
	}
	first := draw(3)
	if !slices.Contains(first, 200) || !slices.Contains(first, 503) {
		t.Fatalf("a probability of a half drew %v", first)
	}
	if again := draw(3); !slices.Equal(first, again) {
		t.Errorf("seed 3 drew\n%v, then\n%v", first, again)
	}
	if other := draw(4); slices.Equal(first, other) {
		t.Errorf("seeds 3 and 4 both drew %v", first)
	}
}

func TestFaultDelayAndLatency(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{Latency: 50 * time.Millisecond})
	e.srv.InjectFaults(emulator.Fault{Delay: emulator.Duration(time.Minute)})
	for range 2 {
		if a := e.rest("GET", policiesPath, ""); a.status != 200 {
			t.Fatal(a.status)
		}
	}
	want := []time.Duration{50 * time.Millisecond, time.Minute, 50 * time.Millisecond}
	if got := e.clock.Slept(); !slices.Equal(got, want) {
		t.Errorf("slept %v, want %v", got, want)
	}
	if d := e.srv.Requests()[0].Duration; d != time.Minute+50*time.Millisecond {
		t.Errorf("logged duration %v", d)
	}
}

func TestFaultsOverAdmin(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	if a := e.rest("POST", "_emulator/faults", `{"faults":[{"rpc":"ListAlertPolicies","status":503,"retry_after":"2s","times":3}]}`); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a := e.rest("GET", policiesPath, ""); a.status != 503 || a.header.Get("Retry-After") != "2" {
		t.Errorf("%d, Retry-After %q", a.status, a.header.Get("Retry-After"))
	}
	var listed struct {
		Faults []struct {
			RPC  string `json:"rpc"`
			Hits int    `json:"hits"`
		} `json:"faults"`
	}
	e.rest("GET", "_emulator/faults", "").into(t, 200, &listed)
	if len(listed.Faults) != 1 || listed.Faults[0].RPC != "ListAlertPolicies" || listed.Faults[0].Hits != 1 {
		t.Errorf("%+v", listed)
	}
	e.rest("DELETE", "_emulator/faults", "")
	if a := e.rest("GET", policiesPath, ""); a.status != 200 {
		t.Errorf("after DELETE: %d", a.status)
	}
}
