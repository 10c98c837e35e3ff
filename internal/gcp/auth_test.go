package gcp_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

// serviceAccountJSON is a key file whose tokens come from tokenURL.
func serviceAccountJSON(t *testing.T, tokenURL string) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return marshal(t, map[string]string{
		"type": "service_account", "client_email": "a@p.iam.gserviceaccount.com", "private_key_id": "1", "token_uri": tokenURL,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), "project_id": "p",
	})
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// tokenServer gives out a token for every kind of credential, and counts.
func tokenServer(t *testing.T, calls *atomic.Int32) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if strings.Contains(r.URL.Path, ":generateAccessToken") {
			write(w, map[string]string{"accessToken": "impersonated", "expireTime": "2199-01-01T00:00:00Z"})
			return
		}
		_, _ = io.WriteString(w, `{"access_token":"fetched","token_type":"Bearer","expires_in":3600,"issued_token_type":"urn:ietf:params:oauth:token-type:access_token"}`)
	}))
	t.Cleanup(s.Close)
	return s
}

func TestCredentialKinds(t *testing.T) {
	t.Parallel()
	subject := filepath.Join(t.TempDir(), "oidc-token")
	if err := os.WriteFile(subject, []byte("oidc"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		config func(t *testing.T, cfg *gcp.Config, tokenURL string)
		token  string
		quota  string
		calls  int32
	}{
		"access token": {config: func(_ *testing.T, cfg *gcp.Config, _ string) { cfg.AccessToken = "given" }, token: "given"},
		"override bills the billing project": {config: func(_ *testing.T, cfg *gcp.Config, _ string) {
			cfg.AccessToken, cfg.UserProjectOverride, cfg.BillingProject = "given", true, "bill"
		}, token: "given", quota: "bill"},
		"override bills the resource's project": {config: func(_ *testing.T, cfg *gcp.Config, _ string) {
			cfg.AccessToken, cfg.UserProjectOverride = "given", true
		}, token: "given", quota: "p"},
		"billing project without override": {config: func(_ *testing.T, cfg *gcp.Config, _ string) {
			cfg.AccessToken, cfg.BillingProject = "given", "bill"
		}, token: "given"},
		"service account text": {config: func(t *testing.T, cfg *gcp.Config, url string) {
			t.Helper()
			cfg.Credentials = serviceAccountJSON(t, url)
		}, token: "fetched", calls: 1},
		"quota project of the credentials": {config: func(t *testing.T, cfg *gcp.Config, url string) {
			t.Helper()
			cfg.Credentials = strings.Replace(serviceAccountJSON(t, url), "{", `{"quota_project_id":"theirs",`, 1)
		}, token: "fetched", quota: "theirs", calls: 1},
		"service account path": {config: func(t *testing.T, cfg *gcp.Config, url string) {
			t.Helper()
			cfg.Credentials = filepath.Join(t.TempDir(), "key.json")
			if err := os.WriteFile(cfg.Credentials, []byte(serviceAccountJSON(t, url)), 0o600); err != nil {
				t.Fatal(err)
			}
		}, token: "fetched", calls: 1},
		"external account, as HCP Terraform writes it": {config: func(t *testing.T, cfg *gcp.Config, url string) {
			t.Helper()
			text := `{
				"type": "external_account", "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/hcp/providers/tfc",
				"subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "token_url": "URL/sts",
				"service_account_impersonation_url": "URL/v1/projects/-/serviceAccounts/a@p.iam.gserviceaccount.com:generateAccessToken",
				"credential_source": {"file": "SUBJECT", "format": {"type": "text"}}}`
			cfg.Credentials = strings.NewReplacer("URL", url, "SUBJECT", subject).Replace(text)
		}, token: "impersonated", calls: 2},
		"impersonated file": {config: func(t *testing.T, cfg *gcp.Config, url string) {
			t.Helper()
			source := map[string]string{}
			if err := json.Unmarshal([]byte(serviceAccountJSON(t, url)), &source); err != nil {
				t.Fatal(err)
			}
			cfg.Credentials = marshal(t, map[string]any{
				"type": "impersonated_service_account", "source_credentials": source, "delegates": []string{"d@p.iam.gserviceaccount.com"},
				"service_account_impersonation_url": url + "/v1/projects/-/serviceAccounts/a@p.iam.gserviceaccount.com:generateAccessToken",
			})
		}, token: "impersonated", calls: -1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			tokens := tokenServer(t, &calls)
			f := newRESTFake(t)
			c, _ := f.client(t, func(cfg *gcp.Config) {
				cfg.AccessToken = ""
				tt.config(t, cfg, tokens.URL)
			})
			if calls.Load() != 0 {
				t.Fatal("New asked for a token")
			}
			for range 3 {
				if _, err := c.Topics().HasPublisher(t.Context(), topic, "p"); err != nil {
					t.Fatal(err)
				}
			}
			for _, h := range f.headers {
				if h.Get("Authorization") != "Bearer "+tt.token || h.Get("X-Goog-User-Project") != tt.quota || !strings.HasPrefix(h.Get("User-Agent"), "cortx/1 ") {
					t.Errorf("headers %v", h)
				}
			}
			if tt.calls >= 0 && calls.Load() != tt.calls {
				t.Errorf("%d token requests, want %d", calls.Load(), tt.calls)
			}
		})
	}
}

func TestTokenFailureIsNotSecretAndNotSent(t *testing.T) {
	t.Parallel()
	tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		write(w, map[string]string{"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
	}))
	t.Cleanup(tokens.Close)
	f := newRESTFake(t)
	key := serviceAccountJSON(t, tokens.URL)
	c, _ := f.client(t, func(cfg *gcp.Config) { cfg.AccessToken, cfg.Credentials = "", key })
	_, err := c.ProjectNumber(t.Context(), "p")
	if !gcp.IsPermissionDenied(err) || !strings.Contains(err.Error(), "invalid_grant") || strings.Contains(err.Error(), "PRIVATE KEY") {
		t.Errorf("got %v", err)
	}
	if f.count("GetProject") != 0 {
		t.Error("sent without a token")
	}
}

func TestGRPCCarriesTheToken(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c, _ := f.client(t, func(cfg *gcp.Config) {
		cfg.EmulatorHost = ""
		cfg.AccessToken, cfg.UserProjectOverride, cfg.UserAgent = "given", true, "cortx/1"
		cfg.Endpoints = map[string]string{"monitoring": "http://" + f.addr + "/monitoring.googleapis.com/v3/"}
	})
	if _, err := c.AlertPolicies().List(t.Context(), "p", ""); err != nil {
		t.Fatal(err)
	}
	md := f.headers[0]
	for key, want := range map[string]string{"authorization": "Bearer given", "x-goog-user-project": "p"} {
		if got := md.Get(key); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %v, want %q", key, got, want)
		}
	}
	if got := md.Get("user-agent"); len(got) != 1 || !strings.HasPrefix(got[0], "cortx/1 ") {
		t.Errorf("user-agent %v", got)
	}
}

func TestEmulatorGetsNoToken(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c, _ := f.client(t, func(cfg *gcp.Config) { cfg.AccessToken, cfg.Credentials = "secret", "{}" })
	if _, err := c.AlertPolicies().List(t.Context(), "p", ""); err != nil {
		t.Fatal(err)
	}
	if got := f.headers[0].Get("authorization"); len(got) != 0 {
		t.Errorf("authorization %v", got)
	}
}
