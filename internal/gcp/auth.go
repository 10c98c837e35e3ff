package gcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"cloud.google.com/go/auth"
	"cloud.google.com/go/auth/credentials"
	"cloud.google.com/go/auth/credentials/impersonate"
)

const (
	cloudPlatformScope = "https://www.googleapis.com/auth/cloud-platform"
	// tokenTimeout bounds one fetch of a token, in real time. The fetch is
	// shared, so no caller's context can bound it.
	tokenTimeout = 60 * time.Second
)

// authError is a failure to get a token: the call itself was never sent.
type authError struct{ err error }

func (a *authError) Error() string { return a.err.Error() }
func (a *authError) Unwrap() error { return a.err }

// authenticator yields the headers that identify the caller. Credentials are
// looked for at the first call, not before: application default credentials
// may mean a probe of the metadata server.
type authenticator struct {
	cfg      Config
	credJSON []byte
	credType credentials.CredType
	secrets  []string

	tokens group[*auth.Token]
	mu     sync.Mutex
	creds  *auth.Credentials
}

// fileTypes are the credential files that hashicorp/google takes. HCP
// Terraform's dynamic credentials come as external_account.
var fileTypes = []credentials.CredType{
	credentials.ServiceAccount, credentials.AuthorizedUser, credentials.ExternalAccount,
	credentials.ExternalAccountAuthorizedUser, credentials.ImpersonatedServiceAccount, credentials.GDCHServiceAccount,
}

// newAuthenticator reads what is on this machine and dials nothing. It returns
// nil for an emulator, which takes no authentication.
func newAuthenticator(cfg Config) (*authenticator, error) {
	if cfg.EmulatorHost != "" {
		return nil, nil
	}
	a := &authenticator{cfg: cfg}
	if cfg.AccessToken != "" && cfg.Credentials != "" {
		return nil, errors.New("set access_token or credentials, not both")
	}
	if len(cfg.ImpersonateServiceAccountDelegates) > 0 && cfg.ImpersonateServiceAccount == "" {
		return nil, errors.New("impersonate_service_account_delegates needs impersonate_service_account")
	}
	if cfg.AccessToken != "" {
		a.secrets = append(a.secrets, cfg.AccessToken)
	}
	if cfg.Credentials == "" {
		return a, nil
	}
	var err error
	if a.credJSON, err = credentialText(cfg.Credentials); err != nil {
		return nil, err
	}
	var file struct {
		Type         string `json:"type"`
		Universe     string `json:"universe_domain"`
		PrivateKey   string `json:"private_key"`
		RefreshToken string `json:"refresh_token"`
		ClientSecret string `json:"client_secret"`
	}
	// The decoder's error may quote the text, which is secret.
	if json.Unmarshal(a.credJSON, &file) != nil {
		return nil, errors.New("credentials: neither the path of a credential file nor valid JSON")
	}
	a.secrets = append(a.secrets, file.PrivateKey, file.RefreshToken, file.ClientSecret)
	for _, t := range fileTypes {
		if file.Type == string(t) {
			a.credType = t
		}
	}
	if a.credType == "" {
		return nil, fmt.Errorf("credentials: the file's type is none of %v", fileTypes)
	}
	if want := orDefault(cfg.UniverseDomain, defaultUniverse); file.Universe != "" && file.Universe != want {
		return nil, fmt.Errorf("credentials: they belong to the universe %s, but universe_domain is %s", file.Universe, want)
	}
	return a, nil
}

func orDefault(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// credentialText returns the JSON text, which v is or is the path of.
func credentialText(v string) ([]byte, error) {
	v = strings.TrimSpace(v)
	if strings.HasPrefix(v, "{") {
		return []byte(v), nil
	}
	path := v
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, errors.New("credentials: the home directory in the path is not known: write the path in full")
		}
		path = filepath.Join(home, rest)
	}
	text, err := os.ReadFile(path) //nolint:gosec // The user names the file.
	if err != nil {
		// The value isn't quoted: it may be a key that was pasted by mistake.
		return nil, errors.New("credentials: neither a readable file nor JSON text")
	}
	return text, nil
}

// header returns the headers of a call on a resource of this project.
func (a *authenticator) header(ctx context.Context, project string) (map[string]string, error) {
	if a == nil {
		return nil, nil
	}
	token, err := a.tokens.do(ctx, "", a.token)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return nil, cause
		}
		return nil, &authError{err}
	}
	out := map[string]string{"authorization": orDefault(token.Type, "Bearer") + " " + token.Value}
	if quota := a.quotaProject(ctx, project); quota != "" {
		out["x-goog-user-project"] = quota
	}
	return out, nil
}

// quotaProject follows hashicorp/google: an override bills the billing project
// or else the resource's own; without one the credentials decide.
func (a *authenticator) quotaProject(ctx context.Context, project string) string {
	if a.cfg.UserProjectOverride {
		return orDefault(a.cfg.BillingProject, project)
	}
	a.mu.Lock()
	creds := a.creds
	a.mu.Unlock()
	if creds == nil || a.cfg.ImpersonateServiceAccount != "" {
		return ""
	}
	quota, err := creds.QuotaProjectID(ctx)
	if err != nil {
		return ""
	}
	return quota
}

func (a *authenticator) token(ctx context.Context) (*auth.Token, error) {
	ctx, cancel := context.WithTimeout(ctx, tokenTimeout)
	defer cancel()
	a.mu.Lock()
	creds := a.creds
	a.mu.Unlock()
	if creds == nil {
		var err error
		if creds, err = a.detect(); err != nil {
			return nil, err
		}
		a.mu.Lock()
		a.creds = creds
		a.mu.Unlock()
	}
	return creds.Token(ctx)
}

func (a *authenticator) detect() (*auth.Credentials, error) {
	opts := &credentials.DetectOptions{
		Scopes:         []string{cloudPlatformScope},
		UniverseDomain: a.cfg.UniverseDomain,
		Logger:         slog.New(slog.DiscardHandler), // Google's own debug log holds tokens.
	}
	var (
		base *auth.Credentials
		err  error
	)
	switch {
	case a.cfg.AccessToken != "":
		base = auth.NewCredentials(&auth.CredentialsOptions{TokenProvider: staticToken(a.cfg.AccessToken)})
	case a.credJSON != nil:
		base, err = credentials.NewCredentialsFromJSON(a.credType, a.credJSON, opts)
	default:
		if base, err = credentials.DetectDefault(opts); err != nil {
			err = fmt.Errorf("no usable credentials: set credentials, access_token or GOOGLE_CREDENTIALS, or run `gcloud auth application-default login`: %w", err)
		}
	}
	if err != nil || a.cfg.ImpersonateServiceAccount == "" {
		return base, err
	}
	return impersonate.NewCredentials(&impersonate.CredentialsOptions{
		TargetPrincipal: a.cfg.ImpersonateServiceAccount,
		Delegates:       a.cfg.ImpersonateServiceAccountDelegates,
		Scopes:          opts.Scopes,
		Credentials:     base,
		UniverseDomain:  a.cfg.UniverseDomain,
		Logger:          opts.Logger,
	})
}

type staticToken string

func (s staticToken) Token(context.Context) (*auth.Token, error) {
	return &auth.Token{Value: string(s), Type: "Bearer"}, nil
}
