package emulator

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// maxBody bounds a request body, in bytes.
const maxBody = 10 << 20

// method serves one REST method: it checks the request and returns the resource
// that it names and the function that does the work.
type method interface {
	prepare(s *Server, r *restRequest) (resource string, handle func(context.Context) (any, error), err error)
	// owner is the kind that the method belongs to; nil when none models it.
	owner() *kind
	// loggable is what the request log may keep of the body, as JSON.
	loggable(r *restRequest) json.RawMessage
}

// restMethod serves a plain route.
type restMethod struct {
	kind  *kind
	route route
}

func (m restMethod) owner() *kind { return m.kind }

func (m restMethod) loggable(r *restRequest) json.RawMessage {
	switch {
	case !m.route.media:
		return r.body
	case m.route.loggable == nil:
		return nil
	}
	return m.route.loggable(r)
}

func (m restMethod) prepare(_ *Server, r *restRequest) (string, func(context.Context) (any, error), error) {
	resource := templated.ReplaceAllStringFunc(m.route.resource, func(v string) string { return r.vars[strings.Trim(v, "{}")] })
	for _, name := range []string{"name", "parent", "resource", "project", "topic", "projectId", "uid"} {
		if v := r.vars[name]; resource == "" && v != "" {
			resource = v
			break
		}
	}
	if err := checkQuery(r.query, func(name string) bool { return slices.Contains(m.route.query, name) }); err != nil {
		return resource, nil, err
	}
	return resource, func(ctx context.Context) (any, error) { return m.route.handle(ctx, r) }, nil
}

// templated finds the variables in the resource of a route.
var templated = regexp.MustCompile(`\{[A-Za-z]+\}`)

// apiHost recognises the host in the first segment of a path.
var apiHost = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)

// Handler returns the whole server as one handler: REST, gRPC over HTTP/2, the
// admin API and the console. Listen serves it; a test may serve it elsewhere.
func (s *Server) Handler() http.Handler {
	// A web page on this machine's browser must not edit what stands here.
	protection := http.NewCrossOriginProtection()
	return protection.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor == 2 && strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc") {
			s.grpc.ServeHTTP(w, r)
			return
		}
		s.serveHTTP(w, r)
	}))
}

func (s *Server) serveHTTP(w http.ResponseWriter, r *http.Request) {
	host, path := s.splitHost(r)
	if host == "" {
		if s.serveAdmin(w, r) {
			return
		}
		if r.URL.Path == "/" {
			s.serveConsole(w, r)
			return
		}
		host, _, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
		path = strings.TrimPrefix(path, "/"+host)
	}
	c := &call{transport: "rest", host: host, method: r.Method, path: path}
	c.conn, _ = r.Context().Value(connKey{}).(net.Conn)
	handle := s.dispatch(c, r, path)
	value, err := s.run(r.Context(), c, handle)
	if c.outcome == dropReply {
		closeConn(c.conn)
		panic(http.ErrAbortHandler)
	}
	s.reply(w, r, c, value, err)
}

// dispatch finds the method of a call and fills the call from the request. What
// is wrong with the request becomes the function's error, so that it is logged,
// delayed and faulted like any other.
func (s *Server) dispatch(c *call, r *http.Request, path string) func(context.Context) (any, error) {
	fail := func(err error) func(context.Context) (any, error) {
		return func(context.Context) (any, error) { return nil, err }
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return fail(invalid("The request body could not be read."))
	}
	if len(body) > maxBody {
		return fail(withHTTPStatus(http.StatusRequestEntityTooLarge, invalid("Request payload size exceeds the limit: %d bytes.", maxBody)))
	}
	if clusterEndpoint.MatchString(c.host) {
		return s.dispatchKube(c, r, path, body)
	}
	if !s.api.knows(c.host) {
		c.body = body
		return fail(notModelled("the API %q", c.host))
	}
	e, vars := s.api.find(c.host, r.Method, path)
	if e == nil {
		if !strings.HasPrefix(path, "/upload/") {
			c.body = body
		}
		return fail(notModelled("%s %s of %s", r.Method, path, c.host))
	}
	c.rpc, c.kind = e.rpc, e.method.owner()
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fail(invalid("The query string is malformed."))
	}
	request := &restRequest{vars: vars, query: query, header: r.Header, host: r.Host, body: body}
	c.body = e.method.loggable(request)
	resource, handle, err := e.method.prepare(s, request)
	c.resource = resource
	c.serial = s.serialKey(c.kind, c.rpc, resource)
	if err != nil {
		return fail(err)
	}
	return handle
}

// splitHost returns the API's host and the escaped path under it. The host is
// the first path segment, or the Host header when that names an API.
func (s *Server) splitHost(r *http.Request) (host, path string) {
	path = r.URL.EscapedPath()
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if apiHost.MatchString(first) && net.ParseIP(first) == nil {
		return first, "/" + rest
	}
	// Google's client of Cloud Storage uploads to the root of whatever host its
	// endpoint has.
	if strings.HasPrefix(path, uploadPath) {
		return storageHost, path
	}
	// hashicorp/google takes the last part of the path off its dns_custom_endpoint
	// for the calls that it makes with Google's client.
	if strings.HasPrefix(path, "/dns/v") {
		return dnsHost, path
	}
	name := r.Host
	if h, _, err := net.SplitHostPort(name); err == nil {
		name = h
	}
	if ip := net.ParseIP(strings.Trim(name, "[]")); ip == nil && apiHost.MatchString(name) {
		return name, path
	}
	return "", path
}

// reply writes a call's result.
func (s *Server) reply(w http.ResponseWriter, r *http.Request, c *call, value any, err error) {
	var raw []byte
	httpStatus := http.StatusOK
	if own, ok := value.(*rawReply); ok && (err == nil || errors.Is(err, errDropped)) {
		s.replyRaw(w, c, own)
		return
	}
	switch {
	case err != nil && !errors.Is(err, errDropped):
		raw, httpStatus = s.errorBody(c.host, err), httpStatusOf(err)
		if after := retryAfterHeader(err); after != "" {
			w.Header().Set("Retry-After", after)
		}
	case value == nil:
		raw = []byte("{}")
	default:
		var encodeErr error
		if raw, encodeErr = encodeReply(value, r.URL.Query()); encodeErr != nil {
			raw, httpStatus = s.errorBody(c.host, encodeErr), http.StatusInternalServerError
		}
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=UTF-8")
	var plain interface{ contentType() string }
	if errors.As(err, &plain) && plain.contentType() != "" && !errors.Is(err, errDropped) {
		h.Set("Content-Type", plain.contentType())
	} else {
		raw = layOut(raw, r.URL.Query())
	}
	if httpStatus == http.StatusNotModified {
		w.WriteHeader(httpStatus)
		return
	}
	h.Set("Cache-Control", "private")
	h.Set("Content-Length", strconv.Itoa(len(raw)))
	w.WriteHeader(httpStatus)
	if c.outcome == truncateReply {
		_, _ = w.Write(raw[:len(raw)/2]) //nolint:gosec // JSON with its content type, for API clients
		_ = http.NewResponseController(w).Flush()
		closeConn(c.conn)
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(raw) //nolint:gosec // JSON with its content type, for API clients
}

// encodeReply is encode for a reply. Google's REST clients ask for the numbers of
// enums with $alt=json;enum-encoding=int.
func encodeReply(value any, query url.Values) (json.RawMessage, error) {
	message, ok := value.(proto.Message)
	if !ok || !slices.Contains(strings.Split(cmp.Or(query.Get("$alt"), query.Get("alt")), ";"), "enum-encoding=int") {
		return encode(value)
	}
	return protojson.MarshalOptions{UseEnumNumbers: true}.Marshal(message)
}

// layOut formats JSON as the prettyPrint parameter asks; Google's APIs indent
// by default. protojson varies its spacing on purpose, so both forms rewrite it.
func layOut(raw []byte, query url.Values) []byte {
	var out bytes.Buffer
	pretty := query.Get("prettyPrint")
	if pretty == "" {
		pretty = query.Get("$prettyPrint")
	}
	var err error
	if pretty == "false" || pretty == "0" {
		err = json.Compact(&out, raw)
	} else {
		err = json.Indent(&out, raw, "", "  ")
		out.WriteByte('\n')
	}
	if err != nil {
		return raw
	}
	return out.Bytes()
}

// systemParameters are those that every Google API takes
// (https://cloud.google.com/apis/docs/system-parameters). False marks one that
// changes the reply in a way that is not modelled.
var systemParameters = map[string]bool{
	"access_token": true, "oauth_token": true, "key": true, "quotaUser": true, "userIp": true,
	"prettyPrint": true, "alt": true, "uploadType": true, "upload_protocol": true, ".xgafv": true,
	"fields": false, "callback": false,
}

// checkQuery refuses parameters that neither the system nor the method knows.
func checkQuery(query url.Values, known func(name string) bool) error {
	names := make([]string, 0, len(query))
	for name := range query {
		names = append(names, name)
	}
	slices.Sort(names)
	var unknown []string
	for _, name := range names {
		modelled, system := systemParameters[strings.TrimPrefix(name, "$")]
		switch {
		case known(name):
		case system && !modelled:
			return notModelled("the query parameter %q", name)
		case system:
			if strings.TrimPrefix(name, "$") == "alt" && !strings.HasPrefix(query.Get(name), "json") {
				return notModelled("the reply format alt=%s", query.Get(name))
			}
		default:
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	lines := make([]string, 0, len(unknown))
	for _, name := range unknown {
		lines = append(lines, "Invalid JSON payload received. Unknown name \""+name+"\": Cannot bind query parameter. Field '"+name+"' could not be found in request message.")
	}
	return badRequest(lines, nil)
}

// decode reads the request's body into v, a Go type of google.golang.org/api or
// a message. Unknown names are a 400 in Google's words.
func (r *restRequest) decode(v any) error {
	if len(bytes.TrimSpace(r.body)) == 0 {
		return nil
	}
	value, err := parseJSON(r.body)
	if err != nil {
		return err
	}
	if quoteNumbers(value, reflect.TypeOf(v)) {
		if r.body, err = json.Marshal(value); err != nil {
			return err
		}
	}
	dec := json.NewDecoder(bytes.NewReader(r.body))
	dec.DisallowUnknownFields()
	if err = dec.Decode(v); err == nil {
		return checkNames(value, reflect.TypeOf(v), "")
	}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		line := "Invalid value at '" + wrong.Field + "' (" + wrong.Type.String() + "), " + wrong.Value
		return badRequest([]string{line}, []string{wrong.Field})
	}
	if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
		line := "Invalid JSON payload received. Unknown name " + name + ": Cannot find field."
		return badRequest([]string{line}, nil)
	}
	return invalid("Invalid JSON payload received. %s", jsonProblem(err))
}
