package gcp

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cloud.google.com/go/auth"
	"google.golang.org/api/googleapi"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	maxMessage    = 4 << 10
	maxRetryDelay = 24 * time.Hour
)

// NewError is the one place where a failure becomes an [*Error]: a gRPC
// status, a REST reply, a failure of the transport, of authentication or of
// the context. It returns nil for nil, and an [*Error] in err's chain as is.
func NewError(op, resource string, err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		if e.Op == "" {
			e.Op, e.Resource = op, resource
		}
		return e
	}
	e = &Error{Op: op, Resource: resource, err: err}
	e.fill(err)
	e.Message = clean(e.Message)
	if e.HTTPStatus == 0 {
		e.HTTPStatus = httpStatus(e.Code)
	}
	if e.RetryDelay < 0 {
		e.RetryDelay = 0
	}
	e.RetryDelay = min(e.RetryDelay, maxRetryDelay)
	return e
}

func (e *Error) fill(err error) {
	var (
		authErr   *authError
		replyErr  *googleapi.Error
		netErr    net.Error
		dialErr   *net.OpError
		transport = func(c codes.Code) { e.Code, e.transport, e.Message = c, true, rootMessage(err) }
	)
	switch {
	case errors.As(err, &authErr):
		e.fillAuth(authErr)
	case errors.As(err, &replyErr):
		e.fillHTTP(replyErr.Code, replyErr.Header, []byte(replyErr.Body))
		if e.Message == "" {
			e.Message = replyErr.Message
		}
	case errors.Is(err, context.Canceled):
		e.Code, e.Message = codes.Canceled, "the call was cancelled"
	case errors.Is(err, context.DeadlineExceeded):
		e.Code, e.Message = codes.DeadlineExceeded, "no reply within the time allowed"
	case isStatus(err):
		e.fillStatus(err)
	case errors.As(err, &dialErr) && dialErr.Op == "dial":
		transport(codes.Unavailable)
		e.unsent = true
	case errors.As(err, &netErr) && netErr.Timeout():
		transport(codes.DeadlineExceeded)
	case errors.As(err, &netErr), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), isHTTPTransport(err):
		transport(codes.Unavailable)
	default:
		e.Code, e.local, e.Message = codes.Unknown, true, rootMessage(err)
	}
}

// rootMessage leaves out the URL that net/http puts in front.
func rootMessage(err error) string {
	for {
		var wrapped interface{ Timeout() bool }
		next := errors.Unwrap(err)
		if next == nil || !errors.As(err, &wrapped) {
			return err.Error()
		}
		if _, ok := err.(*net.OpError); ok { //nolint:errorlint // The walk looks at one layer at a time.
			return err.Error()
		}
		err = next
	}
}

// isHTTPTransport recognises failures that net/http has no types for.
func isHTTPTransport(err error) bool {
	m := err.Error()
	for _, words := range []string{"server closed idle connection", "connection reset", "connection lost", "broken pipe", "malformed HTTP", "http2: ", "unexpected EOF"} {
		if strings.Contains(m, words) {
			return true
		}
	}
	return false
}

func isStatus(err error) bool {
	var s interface{ GRPCStatus() *status.Status }
	return errors.As(err, &s)
}

func (e *Error) fillAuth(err *authError) {
	e.Code, e.unsent, e.Message = codes.Unauthenticated, true, err.Error()
	var reply *auth.Error
	if errors.As(err, &reply) && reply.Temporary() {
		e.Code, e.transport = codes.Unavailable, true
	}
	var netErr net.Error
	if errors.As(err, &netErr) {
		e.Code, e.transport = codes.Unavailable, true
	}
}

func (e *Error) fillStatus(err error) {
	s, _ := status.FromError(err)
	e.Code, e.Message = s.Code(), s.Message()
	if e.Code == codes.OK {
		e.Code = codes.Unknown
	}
	e.transport = e.Code == codes.Unavailable || e.Code == codes.DeadlineExceeded
	// The words of grpc-go, which has no other sign of either.
	e.unsent = e.Code == codes.Unavailable && strings.Contains(e.Message, "Error while dial")
	e.local = e.Code == codes.Canceled && strings.Contains(e.Message, "client connection is closing")
	for _, detail := range s.Details() {
		switch d := detail.(type) {
		case *errdetails.ErrorInfo:
			e.Reason, e.Domain, e.Metadata = d.GetReason(), d.GetDomain(), cleanMap(d.GetMetadata())
		case *errdetails.RetryInfo:
			if d.GetRetryDelay().IsValid() {
				e.RetryDelay = max(e.RetryDelay, d.GetRetryDelay().AsDuration())
			}
		case *errdetails.QuotaFailure:
			e.quota = true
		case *errdetails.Help:
			for _, link := range d.GetLinks() {
				e.HelpURL = link.GetUrl()
				break
			}
		case *errdetails.BadRequest:
			for _, v := range d.GetFieldViolations() {
				e.addViolation(v.GetField(), v.GetDescription())
			}
		}
	}
}

// restReply is google.rpc.Status as JSON replies carry it, with the older
// "errors" list beside it.
type restReply struct {
	Error struct {
		Message string            `json:"message"`
		Status  string            `json:"status"`
		Details []json.RawMessage `json:"details"`
		Errors  []struct {
			Reason  string `json:"reason"`
			Domain  string `json:"domain"`
			Message string `json:"message"`
		} `json:"errors"`
	} `json:"error"`
}

type restDetail struct {
	Type       string            `json:"@type"`
	Reason     string            `json:"reason"`
	Domain     string            `json:"domain"`
	Metadata   map[string]string `json:"metadata"`
	RetryDelay string            `json:"retryDelay"`
	Links      []struct {
		URL string `json:"url"`
	} `json:"links"`
	FieldViolations []struct {
		Field       string `json:"field"`
		Description string `json:"description"`
	} `json:"fieldViolations"`
}

func (e *Error) fillHTTP(httpCode int, header http.Header, body []byte) {
	e.HTTPStatus, e.Code = httpCode, codeOfHTTP(httpCode)
	e.RetryDelay = retryAfter(header)
	if e.fillKubernetes(body) {
		return
	}
	var reply restReply
	if json.Unmarshal(body, &reply) != nil {
		var list []restReply // Some front ends wrap the error in a list.
		if json.Unmarshal(body, &list) != nil || len(list) == 0 {
			// A proxy's page says nothing that its status does not.
			e.Message = strings.TrimSpace("HTTP " + strconv.Itoa(httpCode) + " " + http.StatusText(httpCode))
			e.transport = httpCode >= 500
			return
		}
		reply = list[0]
	}
	e.Message = reply.Error.Message
	if len(reply.Error.Errors) > 0 {
		first := reply.Error.Errors[0]
		e.Reason, e.Domain = first.Reason, first.Domain
		if e.Message == "" {
			e.Message = first.Message
		}
		// The old APIs name no status: what a conflict is shows in its reason.
		if first.Reason == "alreadyExists" || first.Reason == "instanceAlreadyExists" {
			e.Code = codes.AlreadyExists
		}
	}
	if c, ok := codeOfName(reply.Error.Status); ok {
		e.Code = c
	}
	if e.Message == "" {
		e.Message = strings.TrimSpace("HTTP " + strconv.Itoa(httpCode) + " " + http.StatusText(httpCode))
	}
	for _, raw := range reply.Error.Details {
		var d restDetail
		if json.Unmarshal(raw, &d) != nil {
			continue
		}
		switch d.Type[strings.LastIndex(d.Type, "/")+1:] {
		case "google.rpc.ErrorInfo":
			e.Reason, e.Domain, e.Metadata = d.Reason, d.Domain, cleanMap(d.Metadata)
		case "google.rpc.RetryInfo":
			if delay, err := time.ParseDuration(d.RetryDelay); err == nil {
				e.RetryDelay = max(e.RetryDelay, delay)
			}
		case "google.rpc.QuotaFailure":
			e.quota = true
		case "google.rpc.Help":
			if len(d.Links) > 0 {
				e.HelpURL = d.Links[0].URL
			}
		case "google.rpc.BadRequest":
			for _, v := range d.FieldViolations {
				e.addViolation(v.Field, v.Description)
			}
		}
	}
}

// addViolation appends what the message does not say already.
func (e *Error) addViolation(field, description string) {
	if description == "" || strings.Contains(e.Message, description) {
		return
	}
	e.Message = strings.TrimSpace(e.Message + " " + strings.TrimPrefix(field+": ", ": ") + description)
}

// retryAfter reads seconds or a date; a date counts from the reply's own Date,
// so that two clocks needn't agree.
func retryAfter(header http.Header) time.Duration {
	value := header.Get("Retry-After")
	if value == "" {
		return 0
	}
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		if !(seconds > 0) {
			return 0
		}
		return time.Duration(min(seconds, maxRetryDelay.Seconds()) * float64(time.Second))
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return 0
	}
	return max(at.Sub(now), 0)
}

func codeOfName(name string) (codes.Code, bool) {
	var c codes.Code
	if name == "" || name == "OK" || c.UnmarshalJSON([]byte(strconv.Quote(name))) != nil {
		return codes.Unknown, false
	}
	return c, true
}

// codeOfHTTP is the mapping of google/rpc/code.proto backwards, with 409 as a
// concurrent edit: a name that is taken comes with its status.
func codeOfHTTP(httpCode int) codes.Code {
	switch httpCode {
	case http.StatusBadRequest:
		return codes.InvalidArgument
	case http.StatusUnauthorized:
		return codes.Unauthenticated
	case http.StatusForbidden:
		return codes.PermissionDenied
	case http.StatusNotFound, http.StatusGone:
		return codes.NotFound
	case http.StatusConflict:
		return codes.Aborted
	case http.StatusPreconditionFailed:
		return codes.FailedPrecondition
	case http.StatusTooManyRequests:
		return codes.ResourceExhausted
	case 499:
		return codes.Canceled
	case http.StatusInternalServerError:
		return codes.Internal
	case http.StatusNotImplemented:
		return codes.Unimplemented
	case http.StatusBadGateway, http.StatusServiceUnavailable:
		return codes.Unavailable
	case http.StatusGatewayTimeout, http.StatusRequestTimeout:
		return codes.DeadlineExceeded
	default:
		if httpCode >= 400 && httpCode < 500 {
			return codes.InvalidArgument
		}
		return codes.Unknown
	}
}

// httpStatus is the mapping that google/rpc/code.proto documents.
func httpStatus(c codes.Code) int {
	switch c {
	case codes.OK:
		return http.StatusOK
	case codes.Canceled:
		return 499
	case codes.InvalidArgument, codes.FailedPrecondition, codes.OutOfRange:
		return http.StatusBadRequest
	case codes.Unauthenticated:
		return http.StatusUnauthorized
	case codes.PermissionDenied:
		return http.StatusForbidden
	case codes.NotFound:
		return http.StatusNotFound
	case codes.AlreadyExists, codes.Aborted:
		return http.StatusConflict
	case codes.ResourceExhausted:
		return http.StatusTooManyRequests
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

// clean makes a message safe to print: valid, of one line, of bounded length.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)), " ")
	if len(s) > maxMessage {
		cut := maxMessage
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return s
}

func cleanMap(in map[string]string) map[string]string {
	out := make(map[string]string, len(in))
	for k, v := range in {
		out[clean(k)] = clean(v)
	}
	return out
}
