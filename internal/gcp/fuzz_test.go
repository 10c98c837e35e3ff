package gcp_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"google.golang.org/api/googleapi"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

// FuzzDecodeError feeds the decoder with replies of any status, header and
// body, read as a REST reply and as an encoded google.rpc.Status.
func FuzzDecodeError(f *testing.F) {
	f.Add(404, "", []byte(`{"error":{"code":404,"message":"m","status":"NOT_FOUND"}}`))
	f.Add(429, "12", []byte(`{"error":{"status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1s"}]}}`))
	f.Add(429, "", []byte(`{"error":{"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"RATE_LIMIT_EXCEEDED","metadata":{"quota_unit":"1/min"}}]}}`))
	f.Add(403, "Fri, 02 Jan 2026 03:04:35 GMT", []byte(`[{"error":{"errors":[{"reason":"accessNotConfigured","domain":"usageLimits"}]}}]`))
	f.Add(502, "-1", []byte(`<html><title>502</title></html>`))
	f.Add(400, "", []byte(`{"error":"invalid_grant","error_description":"x"}`))
	f.Add(500, "", []byte("{\"error\":{\"message\":\"\xff\\u0000\\n"+strings.Repeat("é", 5000)+"\"}}"))
	if encoded, err := proto.Marshal(status.New(codes.Aborted, "busy").Proto()); err == nil {
		f.Add(0, "", encoded)
	}
	f.Fuzz(func(t *testing.T, code int, after string, body []byte) {
		check(t, gcp.NewError("Op", "projects/p", &googleapi.Error{Code: code, Header: http.Header{"Retry-After": {after}}, Body: string(body)}))
		var s spb.Status
		if proto.Unmarshal(body, &s) == nil {
			if err := status.ErrorProto(&s); err != nil {
				check(t, gcp.NewError("Op", "projects/p", err))
			}
		}
	})
}

func check(t *testing.T, e *gcp.Error) {
	t.Helper()
	switch text := e.Error(); {
	case !utf8.ValidString(text):
		t.Errorf("not valid UTF-8: %q", text)
	case strings.ContainsAny(e.Message, "\n\r\x00"):
		t.Errorf("not one line: %q", e.Message)
	case e.RetryDelay < 0 || e.RetryDelay > 24*time.Hour:
		t.Errorf("delay %s", e.RetryDelay)
	case e.Code == codes.OK:
		t.Errorf("a failure with code OK: %v", e)
	case len(e.Message) > 5<<10:
		t.Errorf("a message of %d bytes", len(e.Message))
	}
	if gcp.IsExhausted(e) && gcp.IsRateLimited(e) {
		t.Errorf("both exhausted and rate limited: %v", e)
	}
	if gcp.IsNotFound(e) && gcp.IsMetricNotFound(e) {
		t.Errorf("both an object and a metric not found: %v", e)
	}
	if gcp.IsExhausted(e) && gcp.Decide(gcp.Idempotent, e) != gcp.GiveUp {
		t.Errorf("exhaustion is retried: %v", e)
	}
}
