package gcp_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/googleapi"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

// kinds lists every predicate by name.
var kinds = map[string]func(error) bool{
	"NotFound": gcp.IsNotFound, "Conflict": gcp.IsConflict, "AlreadyExists": gcp.IsAlreadyExists, "Exhausted": gcp.IsExhausted, "RateLimited": gcp.IsRateLimited,
	"PermissionDenied": gcp.IsPermissionDenied, "ServiceDisabled": gcp.IsServiceDisabled,
	"PreconditionFailed": gcp.IsPreconditionFailed, "Unavailable": gcp.IsUnavailable,
	"MetricNotFound": gcp.IsMetricNotFound, "Invalid": gcp.IsInvalid,
}

func reply(code int, body string, header ...string) error {
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &googleapi.Error{Code: code, Body: body, Header: h}
}

func TestErrorKinds(t *testing.T) {
	t.Parallel()
	info := func(reason string) *errdetails.ErrorInfo { return &errdetails.ErrorInfo{Reason: reason} }
	tests := []struct {
		name string
		err  error
		want string // names of the predicates that hold, joined by a blank
	}{
		{"grpc not found", failure(codes.NotFound, "x"), "NotFound"},
		{"rest not found", reply(404, `{"error":{"code":404,"message":"x","status":"NOT_FOUND"}}`), "NotFound"},
		{"metric", failure(codes.NotFound, metricMessage), "MetricNotFound"},
		{"metric of an objective", failure(codes.InvalidArgument, "Invalid SLO definition: The metric referenced by the provided filter is unknown. Check the metric name and labels."), "MetricNotFound"},
		{"aborted", failure(codes.Aborted, "x"), "Conflict"},
		{"taken", reply(409, `{"error":{"status":"ALREADY_EXISTS"}}`), "Conflict AlreadyExists"},
		{"stale etag", reply(412, `{}`), "Conflict PreconditionFailed"},
		{"rate by reason", failure(codes.ResourceExhausted, "limit on policies", info("RATE_LIMIT_EXCEEDED")), "RateLimited"},
		{"rate by hint", failure(codes.ResourceExhausted, "limit on alert policies", hint(time.Second)), "RateLimited"},
		{"rate by unit", failure(codes.ResourceExhausted, "x", &errdetails.ErrorInfo{Reason: "R", Metadata: map[string]string{"quota_unit": "1/min/{project}"}}), "RateLimited"},
		{"rate by words", failure(codes.ResourceExhausted, "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute'"), "RateLimited"},
		{"rate without anything", reply(429, ``), "RateLimited"},
		{"old rate reason", reply(429, `{"error":{"errors":[{"reason":"rateLimitExceeded"}],"message":"m"}}`), "RateLimited"},
		{"count by reason", failure(codes.ResourceExhausted, "x", info("RESOURCE_LIMIT_EXCEEDED")), "Exhausted"},
		{"count by unit", failure(codes.ResourceExhausted, "x", &errdetails.ErrorInfo{Reason: "R", Metadata: map[string]string{"quota_unit": "1/{project}"}}), "Exhausted"},
		{"count by words", failure(codes.ResourceExhausted, "The project has reached the maximum number of alert policies"), "Exhausted"},
		{"count by other words", reply(429, `{"error":{"message":"Alerting policies limit reached for the project.","status":"RESOURCE_EXHAUSTED"}}`), "Exhausted"},
		{"unknown reason on a quota", failure(codes.ResourceExhausted, "x", info("NEW"), &errdetails.QuotaFailure{}), "Exhausted"},
		{"denied", failure(codes.PermissionDenied, "x"), "PermissionDenied"},
		{"unauthenticated", reply(401, `{}`), "PermissionDenied"},
		{"disabled", reply(403, `{"error":{"status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"SERVICE_DISABLED"}]}}`), "ServiceDisabled"},
		{"state", failure(codes.FailedPrecondition, "x"), "PreconditionFailed"},
		{"unavailable", failure(codes.Unavailable, "x"), "Unavailable"},
		{"deadline", context.DeadlineExceeded, "Unavailable"},
		{"bad gateway", reply(502, `<html>`), "Unavailable"},
		{"unknown status", reply(520, ``), "Unavailable"},
		{"invalid", failure(codes.InvalidArgument, "x"), "Invalid"},
		{"teapot", reply(418, ``), "Invalid"},
		{"cancelled", context.Canceled, ""},
		{"local", errors.New("x"), ""},
	}
	for _, tt := range tests {
		err := fmt.Errorf("wrapped: %w", gcp.NewError("Op", "r", tt.err))
		for name, is := range kinds {
			want := false
			for _, w := range strings.Fields(tt.want) {
				want = want || w == name
			}
			if is(err) != want {
				t.Errorf("%s: Is%s is %t: %v", tt.name, name, !want, err)
			}
		}
	}
	for name, is := range kinds {
		if is(nil) || is(errors.New("plain")) {
			t.Errorf("Is%s holds for an error that is not one of ours", name)
		}
	}
}

func TestErrorDetails(t *testing.T) {
	t.Parallel()
	e := gcp.NewError("CreateAlertPolicy", "projects/p", reply(429, `{"error":{"code":429,"message":"Slow\ndown","status":"RESOURCE_EXHAUSTED","details":[
		{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"RATE_LIMIT_EXCEEDED","domain":"googleapis.com","metadata":{"quota_limit":"L"}},
		{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"3.5s"},
		{"@type":"type.googleapis.com/google.rpc.Help","links":[{"url":"https://example.com/h"}]},
		{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"f","description":"wrong"}]},
		"nonsense"]}}`))
	want := "CreateAlertPolicy projects/p: RESOURCE_EXHAUSTED: Slow down f: wrong (reason RATE_LIMIT_EXCEEDED; see https://example.com/h)"
	if e.Error() != want {
		t.Errorf("got  %s\nwant %s", e.Error(), want)
	}
	if e.RetryDelay != 3500*time.Millisecond || e.Metadata["quota_limit"] != "L" || e.Domain != "googleapis.com" || e.HTTPStatus != 429 {
		t.Errorf("got %+v", e)
	}
	g := gcp.NewError("Op", "r", failure(codes.ResourceExhausted, "m", hint(9*time.Second), &errdetails.Help{Links: []*errdetails.Help_Link{{Url: "u"}}}))
	if g.RetryDelay != 9*time.Second || g.HelpURL != "u" || g.HTTPStatus != 429 {
		t.Errorf("got %+v", g)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	date := "Fri, 02 Jan 2026 03:04:05 GMT"
	for _, tt := range []struct {
		value string
		want  time.Duration
	}{
		{"", 0},
		{"17", 17 * time.Second},
		{"0.5", 500 * time.Millisecond},
		{"-4", 0},
		{"NaN", 0},
		{"1e300", 24 * time.Hour},
		{"soon", 0},
		{"Fri, 02 Jan 2026 03:04:35 GMT", 30 * time.Second},
		{"Fri, 02 Jan 2026 03:04:00 GMT", 0},
	} {
		e := gcp.NewError("Op", "r", reply(503, ``, "Retry-After", tt.value, "Date", date))
		if e.RetryDelay != tt.want {
			t.Errorf("Retry-After %q: %s, want %s", tt.value, e.RetryDelay, tt.want)
		}
	}
}

func TestNewErrorKeepsAnError(t *testing.T) {
	t.Parallel()
	inner := gcp.NewError("Inner", "r", failure(codes.NotFound, "x"))
	if got := gcp.NewError("Outer", "s", fmt.Errorf("around: %w", inner)); got != inner {
		t.Errorf("got %v", got)
	}
	if gcp.NewError("Op", "r", nil) != nil {
		t.Error("nil became an error")
	}
}
