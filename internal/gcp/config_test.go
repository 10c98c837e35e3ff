package gcp_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	withUser := (&url.URL{Scheme: "https", Host: "h", User: url.UserPassword("u", "p")}).String()
	const broken, untyped = `{"private_key": "canary`, `{"type":"canary"}`
	tests := map[string]struct {
		cfg  gcp.Config
		want string
	}{
		"emulator elsewhere":      {gcp.Config{EmulatorHost: "10.0.0.1:9010"}, "loopback"},
		"emulator by name":        {gcp.Config{EmulatorHost: "emulator.example.com:9010"}, "loopback"},
		"emulator without port":   {gcp.Config{EmulatorHost: "127.0.0.1"}, "host:port"},
		"emulator as URL":         {gcp.Config{EmulatorHost: "http://127.0.0.1:9010"}, "host:port"},
		"unknown service":         {gcp.Config{Endpoints: map[string]string{"spanner": "https://x/"}}, "there is no service"},
		"not a URL":               {gcp.Config{Endpoints: map[string]string{"pubsub": "pubsub"}}, "write a URL"},
		"user in URL":             {gcp.Config{Endpoints: map[string]string{"pubsub": withUser}}, "without user"},
		"plain http":              {gcp.Config{Endpoints: map[string]string{"pubsub": "http://proxy.example.com/"}}, "in the clear"},
		"path for gRPC":           {gcp.Config{Endpoints: map[string]string{"monitoring": "https://proxy.example.com/a/v3/"}}, "gRPC"},
		"two credentials":         {gcp.Config{AccessToken: "a", Credentials: "{}"}, "not both"},
		"delegates alone":         {gcp.Config{ImpersonateServiceAccountDelegates: []string{"a"}}, "impersonate_service_account"},
		"no such file":            {gcp.Config{Credentials: "/no/such/canary"}, "neither a readable file"},
		"broken JSON":             {gcp.Config{Credentials: broken}, "nor valid JSON"},
		"unknown type":            {gcp.Config{Credentials: untyped}, "none of"},
		"credentials of another":  {gcp.Config{Credentials: `{"type":"service_account","universe_domain":"example.org"}`}, "universe"},
		"negative request timout": {gcp.Config{RequestTimeout: -time.Second}, "negative"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := gcp.New(tt.cfg)
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "canary") {
				t.Errorf("got %v, want it to say %q and not to quote credentials", err, tt.want)
			}
		})
	}
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	type want struct{ rest, grpc string }
	tests := map[string]struct {
		cfg  gcp.Config
		want map[string]want
	}{
		"public":   {gcp.Config{}, map[string]want{"monitoring": {"https://monitoring.googleapis.com/", "monitoring.googleapis.com:443"}}},
		"universe": {gcp.Config{UniverseDomain: "example.goog"}, map[string]want{"pubsub": {"https://pubsub.example.goog/", "pubsub.example.goog:443"}}},
		"emulator": {gcp.Config{EmulatorHost: "localhost:1"}, map[string]want{
			"monitoring": {"http://localhost:1/monitoring.googleapis.com/", "localhost:1"},
			"pubsub":     {"http://localhost:1/pubsub.googleapis.com/", "localhost:1"},
		}},
		"as hashicorp/google writes them": {
			gcp.Config{Endpoints: map[string]string{
				"monitoring": "https://monitoring.googleapis.com/v3/", "pubsub": "https://private.example.com/v1/",
				"cloud_resource_manager": "https://cloudresourcemanager.googleapis.com/v1", "service_usage": "https://h:8443/a/v1beta1/",
			}},
			map[string]want{
				"monitoring": {"https://monitoring.googleapis.com/", "monitoring.googleapis.com:443"}, "pubsub": {"https://private.example.com/", "private.example.com:443"},
				"cloudresourcemanager": {"https://cloudresourcemanager.googleapis.com/", "cloudresourcemanager.googleapis.com:443"},
				"serviceusage":         {"https://h:8443/a/", ""},
			},
		},
		"an emulator as endpoint": {
			gcp.Config{Endpoints: map[string]string{"monitoring": "http://[::1]:9010/monitoring.googleapis.com/v3/"}},
			map[string]want{"monitoring": {"http://[::1]:9010/monitoring.googleapis.com/", "[::1]:9010"}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := gcp.New(tt.cfg)
			if err != nil {
				t.Fatal(err)
			}
			for service, w := range tt.want {
				if got := (want{gcp.RESTEndpoint(c, service), gcp.GRPCTarget(c, service)}); got != w {
					t.Errorf("%s: got %v, want %v", service, got, w)
				}
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
			if _, err := c.AlertPolicies().List(t.Context(), "p", ""); err == nil {
				t.Error("a closed client still dials")
			}
		})
	}
}

func TestAccessors(t *testing.T) {
	t.Parallel()
	c, err := gcp.New(gcp.Config{Project: "p", Region: "r", EmulatorHost: "127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	if !c.Emulated() || c.Project() != "p" || c.Region() != "r" {
		t.Errorf("got %t %q %q", c.Emulated(), c.Project(), c.Region())
	}
}
