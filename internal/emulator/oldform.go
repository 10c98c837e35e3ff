package emulator

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
)

// reasonedError is an error of the APIs that are older than google.rpc.Status:
// Compute Engine, Cloud SQL, Cloud Storage. They tell errors apart by a reason.
type reasonedError struct {
	error

	domain, reason string
	// location names what was wrong, such as the header "If-Match".
	locationType, location string
}

// Unwrap makes the status and the HTTP status of the inner error findable.
func (e *reasonedError) Unwrap() error { return e.error }

// GRPCStatus is the status of the inner error.
func (e *reasonedError) GRPCStatus() *status.Status { return status.Convert(e.error) }

// withReason gives err the reason that the old form shows, in the domain
// "global".
func withReason(reason string, err error) error {
	return &reasonedError{error: err, domain: "global", reason: reason}
}

// oldForm renders an error as the old APIs do, for a kind's errorForm: with
// errors that have a domain and a reason. What the front end refuses, such as a
// call to an API that is not enabled, has status and details as well.
func oldForm(err error) any { return oldErrorBody(err, false) }

// oldFormWithStatus is oldForm for an API that always names the status, as IAM does.
func oldFormWithStatus(err error) any { return oldErrorBody(err, true) }

func oldErrorBody(err error, named bool) any {
	type item struct {
		Message      string `json:"message"`
		Domain       string `json:"domain"`
		Reason       string `json:"reason"`
		LocationType string `json:"locationType,omitempty"`
		Location     string `json:"location,omitempty"`
	}
	type body struct {
		Code    int               `json:"code"`
		Message string            `json:"message"`
		Errors  []item            `json:"errors"`
		Status  string            `json:"status,omitempty"`
		Details []json.RawMessage `json:"details,omitempty"`
	}
	st := status.Convert(err)
	one := item{Message: st.Message(), Domain: "global"}
	var reasoned *reasonedError
	if errors.As(err, &reasoned) {
		one.Domain, one.Reason = reasoned.domain, reasoned.reason
		one.LocationType, one.Location = reasoned.locationType, reasoned.location
	} else {
		one.Domain, one.Reason = oldReason(st.Code(), httpStatusOf(err))
	}
	b := body{Code: httpStatusOf(err), Message: st.Message(), Errors: []item{one}}
	for _, detail := range st.Proto().GetDetails() {
		if raw, err := protojson.Marshal(detail); err == nil {
			b.Details = append(b.Details, raw)
		}
	}
	for _, detail := range st.Details() {
		info, ok := detail.(*errdetails.ErrorInfo)
		switch {
		case !ok:
		case info.GetReason() == "SERVICE_DISABLED":
			b.Errors[0].Domain, b.Errors[0].Reason = "usageLimits", "accessNotConfigured"
		case strings.ToUpper(info.GetReason()) != info.GetReason():
			// A fault asked for a reason of the old form.
			b.Errors[0].Reason, b.Details = info.GetReason(), nil
		}
	}
	if named || len(b.Details) > 0 {
		b.Status = codeName(st.Code())
	}
	return map[string]body{"error": b}
}

// oldReason is the domain and the reason of an error that names none.
func oldReason(c codes.Code, httpStatus int) (domain, reason string) {
	switch {
	case c == codes.AlreadyExists:
		return "global", "alreadyExists"
	case c == codes.FailedPrecondition && httpStatus == http.StatusBadRequest:
		return "global", "failedPrecondition"
	}
	switch httpStatus {
	case http.StatusBadRequest:
		return "global", "invalid"
	case http.StatusUnauthorized:
		return "global", "authError"
	case http.StatusForbidden:
		return "global", "forbidden"
	case http.StatusNotFound:
		return "global", "notFound"
	case http.StatusConflict:
		return "global", "conflict"
	case http.StatusPreconditionFailed:
		return "global", "conditionNotMet"
	case http.StatusRequestEntityTooLarge:
		return "global", "uploadTooLarge"
	case http.StatusTooManyRequests:
		return "usageLimits", "rateLimitExceeded"
	case http.StatusNotImplemented:
		return "global", "notImplemented"
	}
	return "global", "backendError"
}
