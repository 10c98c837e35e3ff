package grafana

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

const (
	// maxReply bounds what is read of one reply, in bytes.
	maxReply = 64 << 20
	// maxWords bounds what is quoted of a reply that is not Grafana's JSON.
	maxWords = 300
	// subsystem is the name under which this package logs.
	subsystem = "grafana"
)

func defaultTransport() http.RoundTripper {
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		return t.Clone()
	}
	return &http.Transport{Proxy: http.ProxyFromEnvironment}
}

// roundTripper makes one attempt: it adds the headers, reads the whole reply,
// and returns a failure as an [*Error] without a response.
type roundTripper struct {
	wire    http.RoundTripper
	header  http.Header
	secrets []string
}

// RoundTrip implements [http.RoundTripper].
func (t *roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	out := req.Clone(req.Context())
	for key, values := range t.header {
		out.Header[key] = values
	}
	resp, err := t.attempt(out)
	fields := map[string]any{"method": req.Method, "path": req.URL.Path}
	if err != nil {
		fields["status"], fields["error"] = err.Status, err.Message
	} else {
		fields["status"] = resp.StatusCode
	}
	tflog.SubsystemDebug(tflog.NewSubsystem(req.Context(), subsystem), subsystem, "Called Grafana", fields)
	if err != nil {
		return nil, err
	}
	resp.Request = req
	return resp, nil
}

func (t *roundTripper) attempt(out *http.Request) (*http.Response, *Error) {
	resp, err := t.wire.RoundTrip(out)
	if err != nil {
		return nil, &Error{Message: mask(err.Error(), t.secrets)}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	switch {
	case err != nil:
		return nil, &Error{Message: "the reply broke off: " + mask(err.Error(), t.secrets)}
	case len(body) > maxReply:
		return nil, &Error{Message: "the reply is larger than 64 MiB", final: true}
	case resp.StatusCode >= http.StatusMultipleChoices:
		e := replied(resp, body)
		e.Message, e.Reason = mask(e.Message, t.secrets), mask(e.Reason, t.secrets)
		return nil, e
	case !isJSON(resp.Header) || !json.Valid(body):
		return nil, &Error{
			Message: "the answer is not JSON, so it is not from Grafana's API: set url to Grafana's base URL, behind any login page",
			final:   true,
		}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	return resp, nil
}

func isJSON(header http.Header) bool {
	kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

// replied makes an error of a reply that says no.
func replied(resp *http.Response, body []byte) *Error {
	e := &Error{Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header)}
	if resp.StatusCode < http.StatusBadRequest {
		// Following it would turn a POST into a GET, or take the credentials
		// to another host.
		e.final = true
		e.Message = "Grafana answers with a redirect"
		if to, err := resp.Location(); err == nil {
			e.Message += " to " + (&url.URL{Scheme: to.Scheme, Host: to.Host, Path: to.Path}).String()
		}
		e.Message += ": set url to the address that it serves itself at"
		return e
	}
	var said struct {
		Message   any `json:"message"`
		Error     any `json:"error"`
		Status    any `json:"status"`
		MessageID any `json:"messageId"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		e.Message = plainWords(resp.Header, body)
		return e
	}
	e.Message = text(said.Message)
	if more := text(said.Error); more != "" && more != e.Message {
		e.Message = strings.TrimPrefix(e.Message+": "+more, ": ")
	}
	if e.Reason = text(said.Status); e.Reason == "" {
		e.Reason = text(said.MessageID)
	}
	return e
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// plainWords returns the beginning of a reply in plain text; a page of HTML
// from a proxy says nothing that its status does not.
func plainWords(header http.Header, body []byte) string {
	if kind, _, err := mime.ParseMediaType(header.Get("Content-Type")); err != nil || kind != "text/plain" {
		return ""
	}
	if len(body) > maxWords {
		body = body[:maxWords]
	}
	return strings.ToValidUTF8(strings.TrimSpace(string(body)), "")
}

// retryAfter reads the header in seconds. The form with a date would need the
// clock of the other side, and Grafana does not use it.
func retryAfter(header http.Header) time.Duration {
	seconds, err := strconv.ParseInt(strings.TrimSpace(header.Get("Retry-After")), 10, 32)
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// asError finds the [*Error] in what the generated client returns. Anything
// else is a reply that it could not read.
func asError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	// A type of the generated client would print the whole reply.
	return &Error{Message: fmt.Sprintf("the answer could not be read (%T)", err), final: true}
}
