package emulator

import (
	"encoding/json"
	"errors"
	"net/http"

	"google.golang.org/grpc/status"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// kubeStatus is an error of a Kubernetes API: a metav1.Status.
type kubeStatus struct {
	s metav1.Status
	// text, when set, is answered in place of the Status.
	text string
}

func (e *kubeStatus) Error() string { return e.s.Message }

func (e *kubeStatus) httpStatus() int { return int(e.s.Code) }

// contentType is that of the body, "" for JSON.
func (e *kubeStatus) contentType() string {
	if e.text != "" {
		return "text/plain; charset=utf-8"
	}
	return ""
}

func (e *kubeStatus) body() []byte {
	if e.text != "" {
		return []byte(e.text)
	}
	e.s.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
	raw, err := json.Marshal(e.s)
	if err != nil {
		return []byte(`{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","code":500}`)
	}
	return raw
}

// GRPCStatus is the code under which the request log shows the error.
func (e *kubeStatus) GRPCStatus() *status.Status {
	return status.New(codeOfHTTP(int(e.s.Code)), e.s.Message)
}

// kubeError makes an error of a Kubernetes API.
func kubeError(code int, reason metav1.StatusReason, message string, details *metav1.StatusDetails) error {
	return &kubeStatus{s: metav1.Status{
		Status: metav1.StatusFailure, Code: int32(code), Reason: reason, Message: message, Details: details, //nolint:gosec // an HTTP status
	}}
}

// kubePageNotFound is the 404 of a path that the server does not have.
func kubePageNotFound() error {
	return kubeError(http.StatusNotFound, metav1.StatusReasonNotFound, "the server could not find the requested resource", &metav1.StatusDetails{})
}

// kubePathNotFound is the 404 of a path that is of no built-in group: whoever
// serves such paths answers in plain text.
func kubePathNotFound() error {
	return &kubeStatus{
		s:    metav1.Status{Status: metav1.StatusFailure, Code: http.StatusNotFound, Reason: metav1.StatusReasonNotFound, Message: "404 page not found"},
		text: "404 page not found\n",
	}
}

// kubeFailure turns any error into one of a Kubernetes API.
func kubeFailure(err error) error {
	var own *kubeStatus
	var api apierrors.APIStatus
	switch {
	case err == nil || errors.As(err, &own):
		return err
	case errors.As(err, &api):
		return &kubeStatus{s: api.Status()}
	}
	code := httpStatusOf(err)
	return kubeError(code, kubeReason(code), status.Convert(err).Message(), nil)
}

// kubeErrorBody renders an error that is not of the API, such as a fault's.
func kubeErrorBody(err error) []byte {
	var own *kubeStatus
	if errors.As(kubeFailure(err), &own) {
		return own.body()
	}
	return errorBody(err)
}

func kubeReason(code int) metav1.StatusReason {
	switch code {
	case http.StatusBadRequest:
		return metav1.StatusReasonBadRequest
	case http.StatusUnauthorized:
		return metav1.StatusReasonUnauthorized
	case http.StatusForbidden:
		return metav1.StatusReasonForbidden
	case http.StatusNotFound:
		return metav1.StatusReasonNotFound
	case http.StatusConflict:
		return metav1.StatusReasonConflict
	case http.StatusTooManyRequests:
		return metav1.StatusReasonTooManyRequests
	case http.StatusServiceUnavailable:
		return metav1.StatusReasonServiceUnavailable
	case http.StatusGatewayTimeout:
		return metav1.StatusReasonTimeout
	default:
		return metav1.StatusReasonUnknown
	}
}
