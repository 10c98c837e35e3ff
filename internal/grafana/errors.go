package grafana

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Error is a failed call.
type Error struct {
	// Op says what was tried, such as "save dashboard".
	Op string
	// Resource is the object's UID.
	Resource string
	// Status is the HTTP status; 0 when no whole reply arrived.
	Status int
	// Reason is Grafana's own code, such as "version-mismatch" or
	// "dashboards.noPermission"; often "".
	Reason string
	// Message holds Grafana's words, or those of the network, without the
	// credentials.
	Message string
	// RetryAfter is how long Grafana asked to wait; 0 without a hint.
	RetryAfter time.Duration
	// Attempts counts how often the call was sent.
	Attempts int

	final bool  // repeating it mends nothing
	cause error // the context's
}

// Error describes the failure in one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(e.Op + " " + e.Resource))
	if e.Status != 0 {
		fmt.Fprintf(&b, ": %d %s", e.Status, http.StatusText(e.Status))
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if e.Reason != "" {
		b.WriteString(" (" + e.Reason + ")")
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (%d attempts)", e.Attempts)
	}
	return b.String()
}

// Unwrap returns the cause of a context that ended the call.
func (e *Error) Unwrap() error { return e.cause }

func status(err error) (int, bool) {
	var e *Error
	if !errors.As(err, &e) {
		return 0, false
	}
	return e.Status, true
}

// IsNotFound reports that the object does not exist or, for a save, its folder.
func IsNotFound(err error) bool {
	code, ok := status(err)
	return ok && code == http.StatusNotFound
}

// IsConflict reports that somebody else changed the dashboard meanwhile, or
// that another stands where one was to be made.
func IsConflict(err error) bool {
	code, ok := status(err)
	return ok && (code == http.StatusPreconditionFailed || code == http.StatusConflict)
}

// IsUnauthorized reports that the credentials are missing, wrong, or lack a
// permission.
func IsUnauthorized(err error) bool {
	code, ok := status(err)
	return ok && (code == http.StatusUnauthorized || code == http.StatusForbidden)
}

// IsUnavailable reports that Grafana could not be reached or could not answer:
// what the object is like is then not known. A cancelled call is that too.
func IsUnavailable(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	}
	return e.Status == 0 && !e.final || e.Status == http.StatusTooManyRequests || e.Status >= http.StatusInternalServerError
}

// retryable reports that the same call may succeed later. A call that is not
// idempotent is repeated only when Grafana says that it did not take it.
func (e *Error) retryable(idempotent bool) bool {
	switch {
	case e.final:
		return false
	case e.Status == http.StatusTooManyRequests:
		return true
	case e.Status == http.StatusNotImplemented:
		return false
	case e.Status == 0 || e.Status >= http.StatusInternalServerError:
		return idempotent
	}
	return false
}

const masked = "(sensitive value)"

func mask(text string, secrets []string) string {
	for _, secret := range secrets {
		text = strings.ReplaceAll(text, secret, masked)
	}
	return text
}
