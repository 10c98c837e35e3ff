package gcp

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"google.golang.org/api/googleapi"
)

// maxReply bounds what is read of one reply, in bytes.
const maxReply = 64 << 20

// roundTripper is the chain as an http.RoundTripper. It reads each reply to
// its end, so that a truncated one is retried, and it returns a failure of the
// service as an [*Error] and no response: the number of attempts is in it.
type roundTripper struct {
	chain     *chain
	base      http.RoundTripper
	userAgent string
}

// RoundTrip implements [http.RoundTripper].
func (t *roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	c := callFrom(ctx)
	if c == nil {
		c = &call{class: classOfHTTP(req.Method, req.URL.Path), cost: 1}
	}
	if c.op == "" {
		c.op, c.resource = req.Method, req.URL.Path
	}
	if c.api == "" {
		c.api = apiOfURL(req.URL)
	}
	c.mutates = mutatesHTTP(req.Method, req.URL.Path)
	body, err := readBody(req)
	if err != nil {
		return nil, err
	}
	var resp *http.Response
	err = t.chain.do(ctx, c, func(ctx context.Context, header map[string]string) error {
		resp, err = t.once(ctx, c, req, body, header) //nolint:bodyclose // once has read and closed it.
		return err
	})
	if err != nil {
		return nil, err
	}
	if resp == nil {
		// No reply came, but a look found that the call took effect. Who
		// looked has what it made.
		resp = &http.Response{
			Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header:  http.Header{"Content-Type": {"application/json"}},
			Body:    io.NopCloser(strings.NewReader("{}")),
			Request: req,
		}
	}
	return resp, nil
}

func (t *roundTripper) once(ctx context.Context, c *call, req *http.Request, body []byte, header map[string]string) (*http.Response, error) {
	out := req.Clone(ctx)
	if body != nil {
		out.Body = io.NopCloser(bytes.NewReader(body))
		out.GetBody = nil
		out.ContentLength = int64(len(body))
	}
	for key, value := range header {
		out.Header.Set(key, value)
	}
	if t.userAgent != "" {
		out.Header.Set("User-Agent", strings.TrimSpace(t.userAgent+" "+req.Header.Get("User-Agent")))
	}
	logBody(ctx, c, "request", body)
	resp, err := t.base.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	reply, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, err
	}
	if len(reply) > maxReply {
		return nil, errors.New("the reply is larger than 64 MiB")
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return nil, &googleapi.Error{Code: resp.StatusCode, Header: resp.Header, Body: string(reply)}
	}
	logBody(ctx, c, "reply", reply)
	resp.Body = io.NopCloser(bytes.NewReader(reply))
	resp.ContentLength = int64(len(reply))
	resp.Request = req
	return resp, nil
}

// readBody takes the whole body, so that every attempt sends the same.
func readBody(req *http.Request) ([]byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	body, err := io.ReadAll(req.Body)
	if closeErr := req.Body.Close(); err == nil {
		err = closeErr
	}
	return body, err
}

// apiOfURL names the API that a request is for. Through an emulator or a proxy
// the host is the first segment of the path.
func apiOfURL(u *url.URL) string {
	host := u.Hostname()
	if isLoopback(host) {
		host, _, _ = strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	}
	api, _, _ := strings.Cut(host, ".")
	return api
}
