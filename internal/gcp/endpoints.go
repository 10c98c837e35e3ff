package gcp

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

const defaultUniverse = "googleapis.com"

// endpoint is where one service answers.
type endpoint struct {
	rest       string // base URL, with a trailing slash and no version
	grpcTarget string // host:port for grpc.NewClient; "" where REST alone works
	plaintext  bool   // no TLS; loopback only
}

// serviceKeys maps the keys of Config.Endpoints, as hashicorp/google spells
// its *_custom_endpoint arguments, to the first label of the service's host.
var serviceKeys = map[string]string{
	"monitoring":             "monitoring",
	"pubsub":                 "pubsub",
	"cloudresourcemanager":   "cloudresourcemanager",
	"cloud_resource_manager": "cloudresourcemanager",
	"resource_manager":       "cloudresourcemanager",
	"resource_manager_v3":    "cloudresourcemanager",
	"serviceusage":           "serviceusage",
	"service_usage":          "serviceusage",
	"access_context_manager": "accesscontextmanager",
	"billing":                "cloudbilling",
	"billing_budgets":        "billingbudgets",
	"binary_authorization":   "binaryauthorization",
	"compute":                "compute",
	"container":              "container",
	"container_analysis":     "containeranalysis",
	"dns":                    "dns",
	"iam":                    "iam",
	"kms":                    "cloudkms",
	"logging":                "logging",
	"org_policy":             "orgpolicy",
	"sql":                    "sqladmin",
	"storage":                "storage",
}

// basePaths lie between an API's host and the version in its paths.
var basePaths = map[string]string{"compute": "compute/", "storage": "storage/"}

// foreignPaths end hashicorp/google's form of an endpoint; the client of the
// API puts its own in front of each path.
var foreignPaths = map[string]string{"dns": "dns", "sqladmin": "sql"}

// EndpointServices returns the keys that Config.Endpoints takes, sorted.
func EndpointServices() []string {
	keys := make([]string, 0, len(serviceKeys))
	for k := range serviceKeys {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// versionPath is the version that hashicorp/google's form ends in; the client
// libraries put it in front of each path themselves.
var versionPath = regexp.MustCompile(`(^|/)v\d+((alpha|beta)\d+)?/?$`)

// resolveEndpoints returns the endpoint of each service.
func resolveEndpoints(cfg Config) (map[string]endpoint, error) {
	universe := cfg.UniverseDomain
	if universe == "" {
		universe = defaultUniverse
	}
	out := map[string]endpoint{}
	for _, service := range serviceKeys {
		host := service + "." + universe
		if cfg.EmulatorHost != "" {
			out[service] = endpoint{
				rest:       "http://" + cfg.EmulatorHost + "/" + service + "." + defaultUniverse + "/" + basePaths[service],
				grpcTarget: cfg.EmulatorHost, plaintext: true,
			}
			continue
		}
		out[service] = endpoint{rest: "https://" + host + "/" + basePaths[service], grpcTarget: host + ":443"}
	}
	if cfg.EmulatorHost != "" {
		return out, checkEmulatorHost(cfg.EmulatorHost)
	}
	for key, raw := range cfg.Endpoints {
		service, ok := serviceKeys[key]
		if !ok {
			return nil, fmt.Errorf("endpoints: there is no service %q; use one of %s", key, strings.Join(EndpointServices(), ", "))
		}
		e, err := customEndpoint(service, raw)
		if err != nil {
			return nil, fmt.Errorf("endpoints: %s: %w", key, err)
		}
		out[service] = e
	}
	return out, nil
}

func customEndpoint(service, raw string) (endpoint, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return endpoint{}, errors.New("write a URL such as https://" + service + ".googleapis.com/v1/, without user, query or fragment")
	}
	plaintext := u.Scheme == "http"
	if plaintext && !isLoopback(u.Hostname()) {
		return endpoint{}, errors.New("http would send the access token in the clear: use https, or a loopback address")
	}
	path := strings.Trim(versionPath.ReplaceAllString(u.Path, "$1"), "/")
	if own := foreignPaths[service]; own != "" && (path == own || strings.HasSuffix(path, "/"+own)) {
		path = strings.Trim(strings.TrimSuffix(path, own), "/")
	}
	e := endpoint{rest: u.Scheme + "://" + u.Host + "/", plaintext: plaintext}
	if path != "" {
		e.rest += path + "/"
	}
	// gRPC has no path prefix; an emulator or proxy that serves REST under the
	// service's host name serves gRPC at its root.
	if path == "" || strings.HasPrefix(path, service+".") && !strings.Contains(path, "/") {
		port := u.Port()
		switch {
		case port != "":
		case plaintext:
			port = "80"
		default:
			port = "443"
		}
		e.grpcTarget = net.JoinHostPort(u.Hostname(), port)
	} else if service == "monitoring" {
		return endpoint{}, fmt.Errorf("monitoring is called by gRPC, which has no path: leave out /%s", path)
	}
	return e, nil
}

func checkEmulatorHost(hostPort string) error {
	host, port, err := net.SplitHostPort(hostPort)
	if err != nil || port == "" || strings.ContainsAny(hostPort, "/@ ") {
		return fmt.Errorf("emulator_host: %q is not host:port; write it like 127.0.0.1:9010", hostPort)
	}
	if !isLoopback(host) {
		return fmt.Errorf("emulator_host: %q is not a loopback address; an emulator takes calls without authentication, so it is only used on this machine", hostPort)
	}
	return nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
