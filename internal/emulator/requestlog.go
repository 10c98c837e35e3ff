package emulator

import (
	"encoding/json"
	"sync"
	"time"
)

// maxRequests bounds the log; older entries make room.
const maxRequests = 20000

// Request is one API call as the client saw it.
type Request struct {
	// Seq numbers the calls from 1, in the order in which they arrived.
	Seq int `json:"seq"`
	// Time is when it arrived, on the server's clock.
	Time time.Time `json:"time"`
	// Transport is "rest" or "grpc".
	Transport string `json:"transport"`
	// Host is the API, such as "monitoring.googleapis.com".
	Host string `json:"host"`
	// Method is the HTTP verb; POST for gRPC.
	Method string `json:"method"`
	// Path is the path under the host, without the query.
	Path string `json:"path"`
	// RPC is the method's name, such as "CreateAlertPolicy"; empty for a call
	// that no method serves.
	RPC string `json:"rpc,omitempty"`
	// Resource is the object or the parent that the request names.
	Resource string `json:"resource,omitempty"`
	// Status is the HTTP status, also of a gRPC call; 0 when the client got no
	// reply.
	Status int `json:"status"`
	// Code is the gRPC code by Google's name, such as "OK" or "NOT_FOUND".
	Code string `json:"code"`
	// Fault describes the injected fault that struck, if any.
	Fault string `json:"fault,omitempty"`
	// Duration is how long it took on the server's clock.
	Duration time.Duration `json:"duration"`
	// Operation tells that it started a long-running operation.
	Operation bool `json:"operation,omitempty"`
	// Body is the request's body, or the request message of gRPC, with every
	// secret masked; only writes have one.
	Body json.RawMessage `json:"body,omitempty"`
}

type requestLog struct {
	mu      sync.Mutex
	seq     int
	entries []Request
}

// next assigns the number of a call that arrives.
func (l *requestLog) next() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq++
	return l.seq
}

func (l *requestLog) add(r Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.entries) >= maxRequests {
		l.entries = append(l.entries[:0:0], l.entries[maxRequests/10:]...)
	}
	l.entries = append(l.entries, r)
}

func (l *requestLog) all(reset bool) []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := append([]Request{}, l.entries...)
	if reset {
		l.entries = nil
	}
	return out
}

func (l *requestLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = nil
}

// Requests returns the calls that were answered, oldest first, at most the
// latest 20,000. Calls of the admin API and of the console are not among them.
func (s *Server) Requests() []Request { return s.requests.all(false) }

// ResetRequests empties the request log.
func (s *Server) ResetRequests() { s.requests.reset() }
