// Package grafana is a client of Grafana's HTTP API, as far as dashboards need
// it: dashboards, folders and data sources. It calls the API through Grafana's
// own generated client and adds what that lacks: retries on an injected clock,
// typed errors in Grafana's words, and an end soon after a cancel.
package grafana

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	httptransport "github.com/go-openapi/runtime/client"
	"github.com/go-openapi/strfmt"
	"github.com/grafana/grafana-openapi-client-go/client/dashboards"
	"github.com/grafana/grafana-openapi-client-go/client/datasources"
	"github.com/grafana/grafana-openapi-client-go/client/folders"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

// Config says which Grafana, and as whom.
type Config struct {
	// URL is the base URL, such as "https://grafana.example.com" or
	// "https://example.com/grafana".
	URL string
	// Auth is a service account token, or "user:password"; empty for none.
	Auth string
	// OrgID is the organisation that calls are for; 0 leaves it to Auth.
	OrgID int64
	// Transport carries the requests; nil means one like Go's default, with
	// the machine's proxy settings.
	Transport http.RoundTripper
	// UserAgent is sent with every request.
	UserAgent string
	// Clock is slept on between attempts; nil means the clock of the machine.
	Clock clock.Clock
}

// Client calls one Grafana. It is safe for concurrent use.
type Client struct {
	base        *url.URL
	clk         clock.Clock
	dashboards  dashboards.ClientService
	folders     folders.ClientService
	datasources datasources.ClientService
}

// New returns a client. It sends nothing yet. Its error says what is wrong
// with the configuration, without the credentials.
func New(cfg Config) (*Client, error) {
	base, err := parseBase(cfg.URL)
	if err != nil {
		return nil, err
	}
	if strings.ContainsAny(cfg.Auth, "\r\n") {
		return nil, errors.New("auth has a line break in it: set it to a service account token or user:password alone")
	}
	if cfg.OrgID < 0 {
		return nil, errors.New("org_id is negative: set it to the id of an organisation, such as 1, or leave it out")
	}
	clk := cfg.Clock
	if clk == nil {
		clk = clock.System()
	}
	wire := cfg.Transport
	if wire == nil {
		wire = defaultTransport()
	}
	header := http.Header{}
	if cfg.UserAgent != "" {
		header.Set("User-Agent", cfg.UserAgent)
	}
	if cfg.OrgID > 0 {
		header.Set("X-Grafana-Org-Id", strconv.FormatInt(cfg.OrgID, 10))
	}
	if cfg.Auth != "" {
		header.Set("Authorization", authorization(cfg.Auth))
	}
	httpClient := &http.Client{
		Transport:     &roundTripper{wire: wire, header: header, secrets: secrets(cfg.Auth)},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	rt := httptransport.NewWithClient(base.Host, strings.TrimSuffix(base.Path, "/")+"/api", []string{base.Scheme}, httpClient)
	// The runtime turns this on by an environment variable, and then prints
	// requests with their credentials.
	rt.Debug = false
	return &Client{
		base: base, clk: clk,
		dashboards:  dashboards.New(rt, strfmt.Default),
		folders:     folders.New(rt, strfmt.Default),
		datasources: datasources.New(rt, strfmt.Default),
	}, nil
}

func parseBase(text string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimRight(strings.TrimSpace(text), "/"))
	switch {
	case err != nil: // The error repeats the text, which may hold a password.
		return nil, errors.New("url is not a URL: set it to Grafana's base URL, such as https://grafana.example.com")
	case base.User != nil:
		return nil, errors.New("url has credentials in it: take them out, and set auth to user:password or to a service account token")
	case base.Scheme != "http" && base.Scheme != "https" || base.Host == "":
		return nil, errors.New("url is not an http or https URL: set it to Grafana's base URL, such as https://grafana.example.com")
	case base.RawQuery != "" || base.Fragment != "":
		return nil, errors.New("url has a query or a fragment: set it to Grafana's base URL, such as https://grafana.example.com")
	}
	return base, nil
}

// authorization returns the header for a token or for user:password. Tokens of
// Grafana have no colon.
func authorization(auth string) string {
	if strings.Contains(auth, ":") {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(auth))
	}
	return "Bearer " + auth
}

// secrets lists every spelling of the credentials, to be masked.
func secrets(auth string) []string {
	if auth == "" {
		return nil
	}
	list := []string{auth}
	if _, password, basic := strings.Cut(auth, ":"); basic {
		list = append(list, base64.StdEncoding.EncodeToString([]byte(auth)))
		if password != "" {
			list = append(list, password)
		}
	}
	return list
}

// absolute makes a whole URL of the path that Grafana gives, which begins with
// its own sub-path when it knows of one.
func (c *Client) absolute(path string) string {
	if path == "" {
		return ""
	}
	if u, err := url.Parse(path); err == nil && u.IsAbs() {
		return path
	}
	root := c.base.Scheme + "://" + c.base.Host
	if prefix := strings.TrimSuffix(c.base.Path, "/"); prefix != "" && !strings.HasPrefix(path, prefix+"/") {
		root += prefix
	}
	return root + "/" + strings.TrimPrefix(path, "/")
}
