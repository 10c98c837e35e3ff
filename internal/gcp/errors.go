package gcp

import (
	"time"

	"google.golang.org/grpc/codes"
)

// Error is a failed call, whichever transport carried it.
type Error struct {
	// Op is the API method, such as "CreateAlertPolicy".
	Op string
	// Resource is the full name of the object or of its parent.
	Resource string
	// Code is the canonical code.
	Code codes.Code
	// HTTPStatus is the HTTP status; for gRPC the one that Code maps to.
	HTTPStatus int
	// Reason and Domain come from google.rpc.ErrorInfo.
	Reason, Domain string
	// Message holds the service's own words, masked.
	Message string
	// Metadata comes from google.rpc.ErrorInfo.
	Metadata map[string]string
	// RetryDelay is how long the service asked to wait; zero without a hint.
	RetryDelay time.Duration
	// Attempts counts how often the call was sent.
	Attempts int
	err      error
}

// Error describes the failure in one line.
func (e *Error) Error() string { return e.Op + " " + e.Resource + ": " + e.Message }

// Unwrap returns the transport's error.
func (e *Error) Unwrap() error { return e.err }

// IsNotFound reports that the object does not exist.
func IsNotFound(err error) bool { return false }

// IsConflict reports a concurrent edit or a name that is taken.
func IsConflict(err error) bool { return false }

// IsExhausted reports a quota that does not refill by waiting.
func IsExhausted(err error) bool { return false }

// IsRateLimited reports a rate quota.
func IsRateLimited(err error) bool { return false }

// IsPermissionDenied reports missing permissions.
func IsPermissionDenied(err error) bool { return false }

// IsServiceDisabled reports an API that is not enabled in the project.
func IsServiceDisabled(err error) bool { return false }

// IsPreconditionFailed reports an object in a state that forbids the call.
func IsPreconditionFailed(err error) bool { return false }

// IsUnavailable reports that the service could not be reached or did not answer.
func IsUnavailable(err error) bool { return false }

// IsMetricNotFound reports a condition on a metric that does not exist yet.
func IsMetricNotFound(err error) bool { return false }

// IsInvalid reports a request that the service refused as invalid.
func IsInvalid(err error) bool { return false }
