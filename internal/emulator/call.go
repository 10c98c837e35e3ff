package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"time"

	"google.golang.org/grpc/status"
)

// call is one API call on its way through the server, the same for REST and gRPC.
type call struct {
	seq       int
	transport string
	host      string
	method    string
	path      string
	rpc       string
	// kind is what the method belongs to; nil when no kind models it.
	kind     *kind
	resource string
	body     json.RawMessage
	// serial is what the call edits alone, such as a project, or "".
	serial string
	// conn is the client's connection, which a fault may close.
	conn net.Conn

	start time.Time
	fault *Fault
	// operation tells that it started a long-running operation.
	operation bool
	// status is that of a reply without an error, where it isn't 200.
	status int
	// outcome is what becomes of the reply.
	outcome outcome
}

type outcome int

const (
	reply outcome = iota
	dropReply
	truncateReply
)

// errDropped stands for a reply that the client never got.
var errDropped = errors.New("connection closed by an injected fault")

// run takes a call through latency, faults and quotas to its handler, and logs
// it as the client saw it. The caller looks at c.outcome before it replies.
func (s *Server) run(ctx context.Context, c *call, handle func(context.Context) (any, error)) (any, error) {
	c.seq = s.requests.next()
	c.start = s.clk.Now()
	value, err := s.serve(ctx, c, handle)
	if own, ok := value.(*rawReply); ok {
		c.status = own.status
	}
	s.record(c, err)
	return value, err
}

func (s *Server) serve(ctx context.Context, c *call, handle func(context.Context) (any, error)) (any, error) {
	// A write is in flight from its arrival to its reply, so the latency lies
	// inside of it.
	if c.serial != "" {
		release, err := s.editing.begin(c.serial)
		if err != nil {
			return nil, err
		}
		defer release()
	}
	if err := s.clk.Sleep(ctx, s.opts.Latency); err != nil {
		return nil, status.FromContextError(ctx.Err()).Err()
	}
	c.fault = s.faults.strike(c)
	if c.fault != nil && !c.fault.After {
		if done, err := s.applyFault(ctx, c); done {
			return nil, err
		}
	}
	if err := s.quotas.take(s.clk.Now(), c, s.canonicalProject(projectOf(c.resource))); err != nil {
		return nil, err
	}
	if err := s.checkPermission(c); err != nil {
		return nil, err
	}
	// A client that goes away does not undo a write: the handler runs to its
	// end, as on a real server that has read the request.
	value, err := handle(withFate(withClient(ctx), c))
	if c.fault != nil && c.fault.After {
		if done, faultErr := s.applyFault(ctx, c); done {
			return value, faultErr
		}
	}
	return value, err
}

type clientKey struct{}

// withClient is the context of a handler: it outlives the client, whose own is
// kept for clientContext.
func withClient(ctx context.Context) context.Context {
	return context.WithValue(context.WithoutCancel(ctx), clientKey{}, ctx)
}

// clientContext is done when the client of the current call goes away. It is
// for handlers that wait, and change nothing.
func clientContext(ctx context.Context) context.Context {
	if client, ok := ctx.Value(clientKey{}).(context.Context); ok {
		return client
	}
	return ctx
}

// applyFault does what the fault says and reports whether that ends the call.
func (s *Server) applyFault(ctx context.Context, c *call) (bool, error) {
	f := c.fault
	if err := s.clk.Sleep(ctx, time.Duration(f.Delay)); err != nil {
		return true, status.FromContextError(ctx.Err()).Err()
	}
	switch {
	case f.Drop:
		c.outcome = dropReply
		return true, errDropped
	case f.Truncate:
		c.outcome = truncateReply
		return true, errDropped
	case f.Status != 0 && f.Operation == "":
		return true, f.err(c.host)
	}
	return false, nil
}

func (s *Server) record(c *call, err error) {
	r := Request{
		Seq: c.seq, Time: c.start.UTC(), Transport: c.transport, Host: c.host, Method: c.method, Path: c.path,
		RPC: c.rpc, Resource: c.resource, Status: httpStatusOf(err), Code: codeName(status.Code(err)),
		Duration: s.clk.Now().Sub(c.start), Operation: c.operation,
	}
	if err == nil && c.status != 0 {
		r.Status = c.status
	}
	if c.method != http.MethodGet {
		r.Body = maskJSON(c.body)
	}
	if c.fault != nil {
		r.Fault = c.fault.String()
	}
	if c.outcome != reply {
		r.Status, r.Code = 0, "UNAVAILABLE"
	}
	s.requests.add(r)
	s.log.Info("call", "transport", r.Transport, "host", r.Host, "method", r.Method, "rpc", r.RPC,
		"resource", r.Resource, "status", r.Status, "duration", r.Duration, "fault", r.Fault)
}
