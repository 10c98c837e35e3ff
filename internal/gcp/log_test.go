package gcp_test

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"google.golang.org/grpc/codes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

// lockedBuffer is written by several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

const canary = "canary-5f2b"

func TestNoSecretIsLogged(t *testing.T) {
	t.Setenv("TF_LOG", "TRACE")
	var out lockedBuffer
	ctx := tflogtest.RootLogger(t.Context(), &out)
	f := newFake(t)
	refusal := failure(codes.InvalidArgument, "Field labels[service_key] had an invalid value of \""+canary+"-key\"")
	f.before = func(_ context.Context, method string, _ int) error {
		if method == "CreateNotificationChannel" {
			return refusal
		}
		return nil
	}
	c, _ := f.client(t, func(cfg *gcp.Config) {
		cfg.EmulatorHost, cfg.AccessToken = "", canary+"-token"
		cfg.Endpoints = map[string]string{"monitoring": "http://" + f.addr}
	})
	_, err := c.NotificationChannels().Create(ctx, "p", &monitoringpb.NotificationChannel{
		Type: "pagerduty", DisplayName: "on call", Labels: map[string]string{"service_key": canary + "-key"}, Description: canary,
	})
	if err == nil || strings.Contains(err.Error(), canary) || !strings.Contains(err.Error(), "(sensitive value)") {
		t.Errorf("error %v", err)
	}
	if _, err := c.AlertPolicies().Create(ctx, "p", &monitoringpb.AlertPolicy{DisplayName: "five hundreds", UserLabels: map[string]string{"x": canary}}); err != nil {
		t.Fatal(err)
	}
	r := newRESTFake(t)
	r.before = func(w http.ResponseWriter, _ string, n int) bool {
		if n == 1 {
			refuse(w, 503, "UNAVAILABLE", "the token "+canary+"-token is not liked today")
		}
		return n == 1
	}
	rc, _ := r.client(t, func(cfg *gcp.Config) { cfg.AccessToken = canary + "-token" })
	if _, err := rc.Topics().GrantPublisher(ctx, topic, "p"); err != nil {
		t.Fatal(err)
	}
	log := out.String()
	if strings.Contains(log, canary) {
		t.Errorf("the log holds a secret:\n%s", log)
	}
	for _, want := range []string{"CreateAlertPolicy", "five hundreds", "provider.gcp", `"attempt":2`, "roles/pubsub.publisher"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
}

func TestLoggedBody(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		body any
		want string
	}{
		{[]byte(`{"name":"n","labels":{"password":"x"},"conditions":[{"displayName":"d","secret":1}],"enabled":true}`), `{"conditions":[{"displayName":"d"}],"enabled":true,"name":"n"}`},
		{&monitoringpb.NotificationChannel{Name: "n", Labels: map[string]string{"auth_token": "x"}}, `{"name":"n"}`},
		{[]byte(`not json`), `(not JSON)`},
		{42, `(not printable)`},
	} {
		if got, err := gcp.LoggedBody(tt.body); got != tt.want || err != nil {
			t.Errorf("got %s, %v, want %s", got, err, tt.want)
		}
	}
}
