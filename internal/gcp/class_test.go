package gcp_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"testing"

	"google.golang.org/api/googleapi"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

func TestDecide(t *testing.T) {
	t.Parallel()
	http := func(code int) error { return &googleapi.Error{Code: code} }
	tests := []struct {
		name                          string
		err                           error
		idempotent, guarded, observed gcp.Action
	}{
		{"unavailable", failure(codes.Unavailable, ""), gcp.Retry, gcp.Retry, gcp.Look},
		{"deadline", failure(codes.DeadlineExceeded, ""), gcp.Retry, gcp.Retry, gcp.Look},
		{"internal", failure(codes.Internal, ""), gcp.Retry, gcp.Retry, gcp.Look},
		{"unknown", failure(codes.Unknown, ""), gcp.Retry, gcp.Retry, gcp.Look},
		{"aborted", failure(codes.Aborted, ""), gcp.Retry, gcp.GiveUp, gcp.Retry},
		{"rate", failure(codes.ResourceExhausted, "too many requests"), gcp.Retry, gcp.Retry, gcp.Retry},
		{"exhausted", failure(codes.ResourceExhausted, "", &errdetails.ErrorInfo{Reason: "RESOURCE_LIMIT_EXCEEDED"}), gcp.GiveUp, gcp.GiveUp, gcp.GiveUp},
		{"too large", failure(codes.ResourceExhausted, "grpc: received message larger than max"), gcp.GiveUp, gcp.GiveUp, gcp.GiveUp},
		{"metric", failure(codes.NotFound, metricMessage), gcp.RetrySlowly, gcp.RetrySlowly, gcp.RetrySlowly},
		{"not found", failure(codes.NotFound, "gone"), gcp.GiveUp, gcp.GiveUp, gcp.GiveUp},
		{"exists", failure(codes.AlreadyExists, ""), gcp.GiveUp, gcp.GiveUp, gcp.GiveUp},
		{"precondition", failure(codes.FailedPrecondition, ""), gcp.GiveUp, gcp.GiveUp, gcp.GiveUp},
		{"invalid", failure(codes.InvalidArgument, ""), gcp.GiveUp, gcp.GiveUp, gcp.GiveUp},
		{"denied", failure(codes.PermissionDenied, ""), gcp.GiveUp, gcp.GiveUp, gcp.GiveUp},
		{"unauthenticated", failure(codes.Unauthenticated, ""), gcp.GiveUp, gcp.GiveUp, gcp.GiveUp},
		{"unimplemented", failure(codes.Unimplemented, ""), gcp.GiveUp, gcp.GiveUp, gcp.GiveUp},
		{"http 409", http(409), gcp.Retry, gcp.GiveUp, gcp.Retry},
		{"http 412", http(412), gcp.GiveUp, gcp.GiveUp, gcp.GiveUp},
		{"http 429", http(429), gcp.Retry, gcp.Retry, gcp.Retry},
		{"http 500", http(500), gcp.Retry, gcp.Retry, gcp.Look},
		{"http 501", http(501), gcp.GiveUp, gcp.GiveUp, gcp.GiveUp},
		{"http 502", http(502), gcp.Retry, gcp.Retry, gcp.Look},
		{"http 503", http(503), gcp.Retry, gcp.Retry, gcp.Look},
		{"http 504", http(504), gcp.Retry, gcp.Retry, gcp.Look},
		{"http 529", http(529), gcp.Retry, gcp.Retry, gcp.Look},
		{"cut off", io.ErrUnexpectedEOF, gcp.Retry, gcp.Retry, gcp.Look},
		{"dropped", io.EOF, gcp.Retry, gcp.Retry, gcp.Look},
		{"not dialled", &net.OpError{Op: "dial", Err: errors.New("refused")}, gcp.Retry, gcp.Retry, gcp.Retry},
		{"reset", &net.OpError{Op: "read", Err: errors.New("reset")}, gcp.Retry, gcp.Retry, gcp.Look},
		{"programming", errors.New("anything else"), gcp.GiveUp, gcp.GiveUp, gcp.GiveUp},
	}
	for _, tt := range tests {
		e := gcp.NewError("Op", "r", tt.err)
		for class, want := range map[gcp.Class]gcp.Action{gcp.Idempotent: tt.idempotent, gcp.Guarded: tt.guarded, gcp.Observed: tt.observed} {
			if got := gcp.Decide(class, e); got != want {
				t.Errorf("%s, class %d: action %d, want %d (%v)", tt.name, class, got, want, e)
			}
		}
	}
}

func TestClassOfCallsWithoutOne(t *testing.T) {
	t.Parallel()
	for method, want := range map[string]gcp.Class{
		"/google.monitoring.v3.AlertPolicyService/ListAlertPolicies": gcp.Idempotent,
		"/google.monitoring.v3.AlertPolicyService/UpdateAlertPolicy": gcp.Idempotent,
		"/google.monitoring.v3.AlertPolicyService/DeleteAlertPolicy": gcp.Idempotent,
		"/google.monitoring.v3.AlertPolicyService/CreateAlertPolicy": gcp.Observed,
	} {
		if got := gcp.ClassOfRPC(method); got != want {
			t.Errorf("%s: class %d, want %d", method, got, want)
		}
	}
	for _, tt := range []struct {
		verb, path string
		want       gcp.Class
	}{
		{http.MethodGet, "/v1/x", gcp.Idempotent},
		{http.MethodPatch, "/v1/x", gcp.Idempotent},
		{http.MethodDelete, "/v1/x", gcp.Idempotent},
		{http.MethodPost, "/v1/projects", gcp.Observed},
		{http.MethodPost, "/v1/a:b/things", gcp.Observed},
		{http.MethodPost, "/v1/projects/p:getIamPolicy", gcp.Idempotent},
		{http.MethodPost, "/v1/projects/p:testIamPermissions", gcp.Idempotent},
		{http.MethodPost, "/v1/projects/p:setIamPolicy", gcp.Guarded},
	} {
		if got := gcp.ClassOfHTTP(tt.verb, tt.path); got != tt.want {
			t.Errorf("%s %s: class %d, want %d", tt.verb, tt.path, got, tt.want)
		}
	}
}
