package emulator

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"unicode"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// grafanaHost is the first segment of the path under which Grafana's HTTP API
// is served: /grafana/api/dashboards/db.
const grafanaHost = "grafana"

// grafana serves what the provider and its users need of Grafana's HTTP API.
// Behaviour, words and status codes are those of Grafana's own server
// (pkg/api and pkg/services/dashboards of grafana/grafana). Everybody is its
// anonymous administrator, and there is one organisation.
type grafana struct{ s *Server }

const (
	grafanaOrg       = 1
	grafanaSubPath   = "/" + grafanaHost
	grafanaAnonymous = "Anonymous"
	grafanaGeneral   = "General"
	maxGrafanaUID    = 40
)

var grafanaUID = regexp.MustCompile(`^[a-zA-Z0-9\-_]+$`)

// grafanaFailure is an error of Grafana's: its message and, where the server
// gives one, its status word such as "version-mismatch".
func grafanaFailure(httpStatus int, word, message string) error {
	if word == "" {
		return withHTTPStatus(httpStatus, apiError(codeOfHTTP(httpStatus), message))
	}
	return withHTTPStatus(httpStatus, apiError(codeOfHTTP(httpStatus), message, errorInfo(word, grafanaHost, nil)))
}

// grafanaErrorForm renders an error as Grafana does. An injected fault with a
// reason takes the form of Grafana's newer errors, whose reason is a messageId.
func grafanaErrorForm(err error) any {
	st := status.Convert(err)
	body := map[string]any{"message": st.Message()}
	for _, detail := range st.Details() {
		info, ok := detail.(*errdetails.ErrorInfo)
		switch {
		case !ok:
		case info.GetDomain() == grafanaHost:
			body["status"] = info.GetReason()
		case info.GetReason() != "":
			body["messageId"], body["statusCode"], body["traceID"] = info.GetReason(), httpStatusOf(err), ""
		}
	}
	if httpStatusOf(err) == http.StatusUnauthorized && st.Message() == http.StatusText(http.StatusUnauthorized) {
		body["message"], body["messageId"], body["statusCode"], body["traceID"] = "Invalid API key", "api-key.invalid", http.StatusUnauthorized, ""
	}
	return body
}

// grafanaBody reads a request's body. Fields that Grafana does not know it
// ignores, too.
func grafanaBody(r *restRequest, v any) error {
	dec := json.NewDecoder(strings.NewReader(string(r.body)))
	dec.UseNumber()
	if err := dec.Decode(v); err != nil {
		return grafanaFailure(http.StatusBadRequest, "", "bad request data")
	}
	return nil
}

// checkGrafanaUID applies Grafana's rules on a uid that a caller chooses.
func checkGrafanaUID(uid string) error {
	switch {
	case uid == "":
		return nil
	case len(uid) > maxGrafanaUID:
		return grafanaFailure(http.StatusBadRequest, "", "uid too long, max 40 characters")
	case !grafanaUID.MatchString(uid):
		return grafanaFailure(http.StatusBadRequest, "", "uid contains illegal characters")
	}
	return nil
}

// newGrafanaUID returns a uid of the form that Grafana generates: fourteen
// letters and digits, beginning with a letter.
func (g grafana) newGrafanaUID() string {
	const letters, alphabet, length = "abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz0123456789", 14
	raw := g.s.randomBytes(length)
	out := make([]byte, length)
	for i, b := range raw {
		set := alphabet
		if i == 0 {
			set = letters
		}
		out[i] = set[int(b)%len(set)]
	}
	return string(out)
}

// grafanaSlug makes the last part of an address of a title.
func grafanaSlug(title string) string {
	var out strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case r <= unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_'):
			out.WriteRune(r)
		case out.Len() > 0 && !strings.HasSuffix(out.String(), "-"):
			out.WriteByte('-')
		}
	}
	return strings.Trim(out.String(), "-")
}

// absent tells whether an error says that an object is not in the store.
func absent(err error) bool { return status.Code(err) == codes.NotFound }

// raced tells whether another request changed an object in the meantime.
func raced(err error) bool {
	c := status.Code(err)
	var explicit *httpStatusError
	return !errors.As(err, &explicit) && (c == codes.Aborted || c == codes.AlreadyExists)
}
