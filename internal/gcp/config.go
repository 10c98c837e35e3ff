// Package gcp is the provider's access to Google Cloud: credentials, endpoints,
// one chain of logging, retries, rate limits and authentication for gRPC and
// REST alike, coalesced reads, queued writes and typed errors.
package gcp

import (
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

// CreateIDLabel is the user label that a create puts on an object whose id the
// server assigns, so that a create whose reply was lost finds what it made.
const CreateIDLabel = "cortx-create-id"

// DefaultRequestTimeout bounds one attempt of one call, in real time.
const DefaultRequestTimeout = 120 * time.Second

// Config says how to reach Google Cloud. The zero value means application
// default credentials against the public endpoints.
type Config struct {
	// Project is the default project id; it may be empty.
	Project string
	// Region is the default region; it may be empty.
	Region string
	// Credentials is the path of a credential file or its JSON text.
	Credentials string
	// AccessToken is an OAuth 2.0 access token; it excludes Credentials.
	AccessToken string
	// ImpersonateServiceAccount is the e-mail of the service account to act as.
	ImpersonateServiceAccount string
	// ImpersonateServiceAccountDelegates is the chain of delegates, first the
	// account that the caller may impersonate.
	ImpersonateServiceAccountDelegates []string
	// BillingProject is billed for quota when UserProjectOverride is set.
	BillingProject string
	// UserProjectOverride bills quota to BillingProject, or without one to the
	// project of the resource, instead of the project of the credentials.
	UserProjectOverride bool
	// UniverseDomain replaces googleapis.com in every default host.
	UniverseDomain string
	// EmulatorHost, a loopback host:port, sends every call to an emulator,
	// unauthenticated.
	EmulatorHost string
	// UserAgent is put before the user agents of Google's libraries.
	UserAgent string
	// RequestTimeout bounds one attempt; zero means [DefaultRequestTimeout].
	RequestTimeout time.Duration
	// Endpoints maps a service such as "monitoring" to the URL that replaces
	// its default, in the form that hashicorp/google takes.
	Endpoints map[string]string
	// Clock is slept on between attempts; nil means the clock of the machine.
	Clock clock.Clock
	// Seed makes jitter reproducible; zero means random.
	Seed uint64
	// FirstPoll is the time between the first polls of an operation; zero means
	// what suits Google Cloud, or an emulator whose operations take next to no time.
	FirstPoll time.Duration
}
