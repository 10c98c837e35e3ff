package emulator_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	monitoring "cloud.google.com/go/monitoring/apiv3/v2"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// channels is Google's own client of notification channels, without its retries.
func (e *env) channels() *monitoring.NotificationChannelClient {
	e.t.Helper()
	c, err := monitoring.NewNotificationChannelClient(e.t.Context(), option.WithGRPCConn(e.conn()), option.WithoutAuthentication())
	if err != nil {
		e.t.Fatalf("client: %v", err)
	}
	c.CallOptions = &monitoring.NotificationChannelCallOptions{}
	return c
}

// metrics is Google's own client of metric descriptors, without its retries.
func (e *env) metrics() *monitoring.MetricClient {
	e.t.Helper()
	c, err := monitoring.NewMetricClient(e.t.Context(), option.WithGRPCConn(e.conn()), option.WithoutAuthentication())
	if err != nil {
		e.t.Fatalf("client: %v", err)
	}
	c.CallOptions = &monitoring.MetricCallOptions{}
	return c
}

// at are the options of a google.golang.org/api client of the API at host.
func (e *env) at(host string) []option.ClientOption {
	return []option.ClientOption{option.WithEndpoint("http://" + e.srv.Addr() + "/" + host + "/"), option.WithoutAuthentication()}
}

// wantGRPC fails unless err has the code and its message contains text.
func wantGRPC(t *testing.T, err error, code codes.Code, text string) {
	t.Helper()
	if status.Code(err) != code || !strings.Contains(err.Error(), text) {
		t.Errorf("error = %v, want %v with %q", err, code, text)
	}
}

// wantHTTP is wantGRPC for a REST client.
func wantHTTP(t *testing.T, err error, httpStatus int, text string) {
	t.Helper()
	var api *googleapi.Error
	if !errors.As(err, &api) {
		t.Errorf("error = %v, want HTTP %d", err, httpStatus)
		return
	}
	if api.Code != httpStatus || !strings.Contains(api.Message, text) {
		t.Errorf("error = %d %s, want %d with %q", api.Code, api.Message, httpStatus, text)
	}
}

// reasonOfREST returns the ErrorInfo reason of a REST error, and whether it has
// a Help detail.
func reasonOfREST(t *testing.T, err error) (reason string, help bool) {
	t.Helper()
	var api *googleapi.Error
	if !errors.As(err, &api) {
		t.Fatalf("error = %v, want a googleapi.Error", err)
	}
	for _, d := range api.Details {
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var detail struct {
			Type   string `json:"@type"`
			Reason string `json:"reason"`
		}
		if err := json.Unmarshal(raw, &detail); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(detail.Type, "google.rpc.ErrorInfo") {
			reason = detail.Reason
		}
		help = help || strings.HasSuffix(detail.Type, "google.rpc.Help")
	}
	return reason, help
}

// reasonOfGRPC returns the ErrorInfo reason of a gRPC error.
func reasonOfGRPC(err error) string {
	for _, d := range status.Convert(err).Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok {
			return info.GetReason()
		}
	}
	return ""
}
