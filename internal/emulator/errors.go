package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"
)

// apiError returns a status with details. Both transports show it: gRPC as it
// is, REST as Google's JSON error body.
func apiError(c codes.Code, message string, details ...protoadapt.MessageV1) error {
	st := status.New(c, message)
	if len(details) > 0 {
		with, err := st.WithDetails(details...)
		if err == nil {
			st = with
		}
	}
	return st.Err()
}

// invalid is the 400 of a request that breaks a rule of the API.
func invalid(format string, args ...any) error {
	return apiError(codes.InvalidArgument, fmt.Sprintf(format, args...))
}

// notFound is the 404 of an object that is not there.
func notFound(format string, args ...any) error {
	return apiError(codes.NotFound, fmt.Sprintf(format, args...))
}

// notModelled is the 501 for what the emulator can't answer truthfully; what
// names it.
func notModelled(format string, args ...any) error {
	return apiError(codes.Unimplemented, "The emulator does not model "+fmt.Sprintf(format, args...)+".")
}

// errorInfo is the detail by which clients tell errors of one code apart.
func errorInfo(reason, domain string, metadata map[string]string) *errdetails.ErrorInfo {
	return &errdetails.ErrorInfo{Reason: reason, Domain: domain, Metadata: metadata}
}

// retryInfo is the detail that tells a client how long to wait.
func retryInfo(delay time.Duration) *errdetails.RetryInfo {
	return &errdetails.RetryInfo{RetryDelay: durationpb.New(delay)}
}

// helpLink is the detail that points a person to a page.
func helpLink(description, url string) *errdetails.Help {
	return &errdetails.Help{Links: []*errdetails.Help_Link{{Description: description, Url: url}}}
}

// httpStatusError carries an HTTP status that has no gRPC code of its own, such
// as 412, or 502 next to 503. gRPC shows the status it wraps.
type httpStatusError struct {
	httpStatus int
	status     *status.Status
}

func (e *httpStatusError) Error() string { return e.status.Message() }

// GRPCStatus makes status.FromError find the wrapped status.
func (e *httpStatusError) GRPCStatus() *status.Status { return e.status }

// withHTTPStatus gives err the HTTP status that REST shows.
func withHTTPStatus(httpStatus int, err error) error {
	return &httpStatusError{httpStatus: httpStatus, status: status.Convert(err)}
}

// httpStatusOf returns the HTTP status of an error, by the mapping that
// google/rpc/code.proto documents.
func httpStatusOf(err error) int {
	if err == nil {
		return http.StatusOK
	}
	var explicit *httpStatusError
	if errors.As(err, &explicit) {
		return explicit.httpStatus
	}
	var own ownError
	if errors.As(err, &own) {
		return own.httpStatus()
	}
	switch status.Code(err) {
	case codes.OK:
		return http.StatusOK
	case codes.InvalidArgument, codes.FailedPrecondition, codes.OutOfRange:
		return http.StatusBadRequest
	case codes.Unauthenticated:
		return http.StatusUnauthorized
	case codes.PermissionDenied:
		return http.StatusForbidden
	case codes.NotFound:
		return http.StatusNotFound
	case codes.Aborted, codes.AlreadyExists:
		return http.StatusConflict
	case codes.ResourceExhausted:
		return http.StatusTooManyRequests
	case codes.Canceled:
		return 499
	case codes.Unimplemented:
		return http.StatusNotImplemented
	case codes.Unavailable:
		return http.StatusServiceUnavailable
	case codes.DeadlineExceeded:
		return http.StatusGatewayTimeout
	case codes.Unknown, codes.Internal, codes.DataLoss:
		return http.StatusInternalServerError
	default:
		return http.StatusInternalServerError
	}
}

// codeOfHTTP is the inverse, for faults that are given by HTTP status.
func codeOfHTTP(httpStatus int) codes.Code {
	switch httpStatus {
	case http.StatusUnauthorized:
		return codes.Unauthenticated
	case http.StatusForbidden:
		return codes.PermissionDenied
	case http.StatusNotFound:
		return codes.NotFound
	case http.StatusConflict:
		return codes.Aborted
	case http.StatusPreconditionFailed:
		return codes.FailedPrecondition
	case http.StatusTooManyRequests:
		return codes.ResourceExhausted
	case 499:
		return codes.Canceled
	case http.StatusNotImplemented:
		return codes.Unimplemented
	case http.StatusBadGateway, http.StatusServiceUnavailable:
		return codes.Unavailable
	case http.StatusRequestTimeout, http.StatusGatewayTimeout:
		return codes.DeadlineExceeded
	}
	switch {
	case httpStatus >= 400 && httpStatus < 500:
		return codes.InvalidArgument
	default:
		return codes.Internal
	}
}

// codeName returns the name that Google's JSON errors use, such as NOT_FOUND.
func codeName(c codes.Code) string {
	if name, ok := code.Code_name[int32(c)]; ok { //nolint:gosec // codes are 0 to 16
		return name
	}
	return "UNKNOWN"
}

// errorBody renders err in the form of the API under a host, Google's unless a
// kind of the host says otherwise.
func (s *Server) errorBody(host string, err error) []byte {
	if clusterEndpoint.MatchString(host) {
		return kubeErrorBody(err)
	}
	for _, k := range s.kinds() {
		if k.host == host && k.errorForm != nil {
			if raw, encodeErr := json.Marshal(k.errorForm(err)); encodeErr == nil {
				return raw
			}
		}
	}
	return errorBody(err)
}

// ownError is an error of an API that has a form of its own for errors.
type ownError interface {
	error
	// body is the reply, as JSON, and httpStatus its status.
	body() []byte
	httpStatus() int
}

// errorBody renders err as Google's JSON error, or as its API does.
func errorBody(err error) []byte {
	var own ownError
	if errors.As(err, &own) {
		return own.body()
	}
	st := status.Convert(err)
	type body struct {
		Code    int               `json:"code"`
		Message string            `json:"message"`
		Status  string            `json:"status"`
		Details []json.RawMessage `json:"details,omitempty"`
	}
	b := body{Code: httpStatusOf(err), Message: st.Message(), Status: codeName(st.Code())}
	for _, detail := range st.Proto().GetDetails() {
		if raw, err := protojson.Marshal(detail); err == nil {
			b.Details = append(b.Details, raw)
		}
	}
	raw, marshalErr := json.Marshal(map[string]body{"error": b})
	if marshalErr != nil {
		return []byte(`{"error":{"code":500,"message":"Internal error encountered.","status":"INTERNAL"}}`)
	}
	return raw
}

// retryAfterHeader returns the Retry-After value for an error with a RetryInfo
// detail, in whole seconds, rounded up, or "".
func retryAfterHeader(err error) string {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.RetryInfo); ok {
			delay := info.GetRetryDelay().AsDuration()
			return strconv.Itoa(int((delay + time.Second - 1) / time.Second))
		}
	}
	return ""
}
