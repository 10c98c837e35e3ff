package gcp

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc/codes"
)

// Error is a failed call, whichever transport carried it. [NewError] makes it.
type Error struct {
	// Op is the API method, such as "CreateAlertPolicy".
	Op string
	// Resource is the full name of the object or, for a create or a list, of
	// its parent.
	Resource string
	// Code is the canonical code.
	Code codes.Code
	// HTTPStatus is the HTTP status; for gRPC the one that Code maps to.
	HTTPStatus int
	// Reason and Domain come from google.rpc.ErrorInfo, or from the first of
	// the older "errors" entries of a REST reply.
	Reason, Domain string
	// Message holds the service's own words, with secrets masked.
	Message string
	// Metadata comes from google.rpc.ErrorInfo.
	Metadata map[string]string
	// HelpURL is the first link of google.rpc.Help, or "".
	HelpURL string
	// RetryDelay is how long the service asked to wait, from RetryInfo or
	// Retry-After; zero without a hint.
	RetryDelay time.Duration
	// Attempts counts how often the call was sent; zero when it never was.
	Attempts int

	transport bool // no whole reply arrived
	unsent    bool // the service can't have seen the call
	local     bool // it failed on this side, in no way that repeating mends
	quota     bool // a google.rpc.QuotaFailure came with it
	ended     bool // it is how an operation ended, not how a poll of it went
	err       error
}

// Error describes the failure in one line, without secrets.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(e.Op + " " + e.Resource))
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	b.WriteString(codeName(e.Code))
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	var notes []string
	if e.Reason != "" {
		notes = append(notes, "reason "+e.Reason)
	}
	if e.HelpURL != "" && !strings.Contains(e.Message, e.HelpURL) {
		notes = append(notes, "see "+e.HelpURL)
	}
	if e.Attempts > 1 {
		notes = append(notes, fmt.Sprintf("%d attempts", e.Attempts))
	}
	if len(notes) > 0 {
		b.WriteString(" (" + strings.Join(notes, "; ") + ")")
	}
	return b.String()
}

// Unwrap returns the error of the transport or of the context.
func (e *Error) Unwrap() error { return e.err }

func codeName(c codes.Code) string {
	if name, ok := code.Code_name[int32(c)]; ok { //nolint:gosec // Codes are below 17.
		return name
	}
	return fmt.Sprintf("CODE_%d", uint32(c))
}

// mask replaces every secret in what the error says. The wrapped error would
// still say it, so it goes.
func (e *Error) mask(secrets []string) {
	before := e.Message
	e.Message = maskAll(e.Message, secrets)
	changed := e.Message != before
	for k, v := range e.Metadata {
		if m := maskAll(v, secrets); m != v {
			e.Metadata[k], changed = m, true
		}
	}
	if e.err != nil && maskAll(e.err.Error(), secrets) != e.err.Error() {
		changed = true
	}
	if changed {
		e.err = nil
	}
}

const masked = "(sensitive value)"

func maskAll(s string, secrets []string) string {
	for _, secret := range secrets {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, masked)
		}
	}
	return s
}

func match(err error, test func(*Error) bool) bool {
	var e *Error
	return errors.As(err, &e) && test(e)
}

// IsNotFound reports that the object does not exist. A condition on a metric
// that does not exist yet is not that: see [IsMetricNotFound].
func IsNotFound(err error) bool {
	return match(err, func(e *Error) bool { return e.Code == codes.NotFound && !e.metricNotFound() })
}

// IsConflict reports a concurrent edit (ABORTED, a stale etag) or a name that
// is taken (ALREADY_EXISTS).
func IsConflict(err error) bool {
	return match(err, func(e *Error) bool {
		return e.Code == codes.Aborted || e.Code == codes.AlreadyExists || e.HTTPStatus == 412
	})
}

// IsAlreadyExists reports a name that is taken; [IsConflict] holds as well.
func IsAlreadyExists(err error) bool {
	return match(err, func(e *Error) bool { return e.Code == codes.AlreadyExists })
}

// IsExhausted reports a quota that waiting does not refill, such as the number
// of alert policies in a project.
func IsExhausted(err error) bool { return match(err, (*Error).exhausted) }

// IsRateLimited reports a rate quota, which refills by itself.
func IsRateLimited(err error) bool {
	return match(err, func(e *Error) bool { return e.Code == codes.ResourceExhausted && !e.exhausted() })
}

// IsPermissionDenied reports missing permissions or credentials, except for an
// API that is not enabled: see [IsServiceDisabled].
func IsPermissionDenied(err error) bool {
	return match(err, func(e *Error) bool {
		return (e.Code == codes.PermissionDenied || e.Code == codes.Unauthenticated) && !e.serviceDisabled()
	})
}

// IsKeyDenied reports that a service's own agent may not use a key of Cloud KMS.
// No two services say so alike, and some call it a bad request or state.
func IsKeyDenied(err error) bool {
	return match(err, func(e *Error) bool {
		switch e.Code {
		case codes.PermissionDenied, codes.FailedPrecondition, codes.InvalidArgument:
		default:
			return false
		}
		m := strings.ToLower(e.Message)
		return (strings.Contains(m, "kms") || strings.Contains(m, "cryptokey")) && (strings.Contains(m, "permission") || strings.Contains(m, "access"))
	})
}

// IsPerimeter reports a call that a perimeter of VPC Service Controls refuses,
// whatever roles its caller has; the reason is of google.api.ErrorReason.
func IsPerimeter(err error) bool {
	return match(err, func(e *Error) bool { return e.Code == codes.PermissionDenied && e.Reason == "SECURITY_POLICY_VIOLATED" })
}

// IsUnauthenticated reports that there are no credentials, or none that count.
func IsUnauthenticated(err error) bool {
	return match(err, func(e *Error) bool { return e.Code == codes.Unauthenticated })
}

// IsServiceDisabled reports an API that is not enabled in the project.
func IsServiceDisabled(err error) bool { return match(err, (*Error).serviceDisabled) }

// IsPreconditionFailed reports an object in a state that forbids the call.
func IsPreconditionFailed(err error) bool {
	return match(err, func(e *Error) bool { return e.Code == codes.FailedPrecondition })
}

// IsUnavailable reports that the service could not be reached, did not answer
// in time or failed inside.
func IsUnavailable(err error) bool {
	return match(err, func(e *Error) bool {
		switch e.Code {
		case codes.Unavailable, codes.DeadlineExceeded, codes.Internal:
			return true
		case codes.Unknown:
			return !e.local
		default:
			return false
		}
	})
}

// IsMetricNotFound reports a condition or an objective on a metric type that
// the project does not have yet; it can take ten minutes after the metric's
// first point (hashicorp/terraform-provider-google issues 11102 and 10325). It
// also holds when the caller's time ran out while that was waited for.
func IsMetricNotFound(err error) bool {
	return match(err, func(e *Error) bool {
		var last *Error
		return e.metricNotFound() || e.metricOfFilterUnknown() || errors.As(e.err, &last) && last.metricNotFound()
	})
}

// IsInvalid reports a request that the service refused as invalid.
func IsInvalid(err error) bool {
	return match(err, func(e *Error) bool {
		return (e.Code == codes.InvalidArgument || e.Code == codes.OutOfRange) && !e.metricOfFilterUnknown()
	})
}

func (e *Error) serviceDisabled() bool {
	return e.Reason == "SERVICE_DISABLED" || e.Reason == "accessNotConfigured"
}

func (e *Error) metricNotFound() bool {
	if e.Code != codes.NotFound {
		return false
	}
	m := strings.ToLower(e.Message)
	return strings.Contains(m, "cannot find metric") || strings.Contains(m, "could take up to 10 minutes to become available")
}

// metricOfFilterUnknown recognises the words with which the service refuses an
// objective (GoogleCloudPlatform/cloud-ops-sandbox issue 896). Unlike that of a
// policy, this refusal is not waited out here: an objective may stay pending.
func (e *Error) metricOfFilterUnknown() bool {
	return e.Code == codes.InvalidArgument && strings.Contains(e.Message, "metric referenced by the provided filter is unknown")
}

var (
	// rateWords and countWords tell apart what a RESOURCE_EXHAUSTED without a
	// reason is about. A count is the rarer and its retry the dearer, so the
	// words of a rate win.
	rateWords  = regexp.MustCompile(`(?i)per (minute|second|day|hour|100 seconds|user)|requests per|rate.?limit|too many requests|try again (soon|later|in)|/min`)
	countWords = regexp.MustCompile(`(?i)\b(maximum|max|limit|number|count|quota|too many)\b.{0,80}\b(alert(ing)? polic|alert_polic|alertpolic|polic(y|ies)|notification ?channels?|resources?|objects?)|\b(polic(y|ies)|channels?)\b.{0,60}\b(limit|maximum|quota)\b`)
)

// exhausted tells exhaustion from rate (hashicorp/terraform-provider-google
// issue 13220): by ErrorInfo.reason first, then by a hint to come back, then
// by the unit of the quota, and by the words last.
func (e *Error) exhausted() bool {
	if e.Code != codes.ResourceExhausted {
		return false
	}
	switch e.Reason {
	case "RATE_LIMIT_EXCEEDED", "rateLimitExceeded", "userRateLimitExceeded":
		return false
	case "RESOURCE_LIMIT_EXCEEDED", "RESOURCE_QUOTA_EXCEEDED", "QUOTA_EXCEEDED", "ALLOCATION_QUOTA_EXCEEDED", "LIMIT_EXCEEDED", "quotaExceeded", "limitExceeded":
		return true
	}
	if e.RetryDelay > 0 {
		return false
	}
	if unit := e.Metadata["quota_unit"]; unit != "" {
		return !strings.Contains(unit, "/min") && !strings.Contains(unit, "/s") && !strings.Contains(unit, "/d/")
	}
	if rateWords.MatchString(e.Message) {
		return false
	}
	if countWords.MatchString(e.Message) {
		return true
	}
	// A reason that nobody here knows, on a quota, with no word about time.
	return e.Reason != "" && e.quota
}

// NotFound is the error of an object that a list did not hold.
func NotFound(op, resource string) error {
	return &Error{Op: op, Resource: resource, Code: codes.NotFound, HTTPStatus: 404, Message: "it is not in the list"}
}
