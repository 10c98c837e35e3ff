package provider_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/provider"
)

// TestFromEnvironment: what subcommands go by is what an empty provider block
// would, variable by variable.
func TestFromEnvironment(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"CLOUDSDK_CORE_PROJECT": "acme", "CLOUDSDK_COMPUTE_REGION": "europe-west1",
		// The token wins, as in the provider: both at once would be refused.
		"GOOGLE_OAUTH_ACCESS_TOKEN": "token", "GOOGLE_CREDENTIALS": "/no/such/key.json",
		"GOOGLE_IMPERSONATE_SERVICE_ACCOUNT": "tf@acme.iam.gserviceaccount.com", "CORTX_IMPERSONATE_SERVICE_ACCOUNT_DELEGATES": "a@acme.iam.gserviceaccount.com,b@acme.iam.gserviceaccount.com",
		"GOOGLE_BILLING_PROJECT": "acme-billing", "USER_PROJECT_OVERRIDE": "true", "CORTX_REQUEST_TIMEOUT": "7s",
		"GOOGLE_STORAGE_CUSTOM_ENDPOINT": "https://storage-acme.p.googleapis.com/storage/v1/",
	}
	cfg, err := provider.FromEnvironment(t.Context(), "1.2.3", func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case cfg.Project != "acme", cfg.Region != "europe-west1", cfg.AccessToken != "token", cfg.Credentials != "",
		cfg.ImpersonateServiceAccount == "", len(cfg.ImpersonateServiceAccountDelegates) != 2,
		cfg.BillingProject != "acme-billing", !cfg.UserProjectOverride, cfg.RequestTimeout != 7*time.Second,
		cfg.Endpoints["storage"] == "", cfg.UserAgent != "terraform-provider-cortx/1.2.3":
		t.Errorf("the environment was read as %+v", cfg)
	}
	client, err := gcp.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	_ = client.Close()
	for name, value := range map[string]string{"USER_PROJECT_OVERRIDE": "perhaps", "CORTX_REQUEST_TIMEOUT": "soon"} {
		if _, err := provider.FromEnvironment(t.Context(), "", func(asked string) string {
			if asked == name {
				return value
			}
			return ""
		}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
}
