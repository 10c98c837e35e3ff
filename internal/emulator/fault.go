package emulator

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"google.golang.org/protobuf/protoadapt"
)

// Duration is a time.Duration that reads and writes JSON as "1.5s".
type Duration time.Duration

// MarshalJSON writes the duration as a string such as "1m30s".
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// UnmarshalJSON reads a string such as "1m30s".
func (d *Duration) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return fmt.Errorf("a duration is a string such as \"1.5s\": %w", err)
	}
	parsed, err := time.ParseDuration(text)
	if err != nil {
		return err
	}
	*d = Duration(parsed)
	return nil
}

// Fault is one failure to inject. Empty matchers match every call; a call that
// several faults match gets the first that is due.
type Fault struct {
	// RPC is the method's name, such as "CreateAlertPolicy".
	RPC string `json:"rpc,omitempty"`
	// HTTPMethod is the verb; gRPC calls have that of their REST form.
	HTTPMethod string `json:"http_method,omitempty"`
	// Host is the API, such as "monitoring.googleapis.com".
	Host string `json:"host,omitempty"`
	// Path is a regular expression over the REST path without the host; for
	// gRPC, over the full method, such as
	// "/google.monitoring.v3.AlertPolicyService/GetAlertPolicy".
	Path string `json:"path,omitempty"`

	// Nth is the match at which it starts, from 1; 0 means 1.
	Nth int `json:"nth,omitempty"`
	// Times is how often it strikes: 0 means once, -1 for ever.
	Times int `json:"times,omitempty"`
	// Probability is the share of due matches that it strikes, drawn from the
	// server's seed; 0 means all.
	Probability float64 `json:"probability,omitempty"`

	// After lets the call be committed first, then does this to its reply;
	// false does it instead of the call.
	After bool `json:"after,omitempty"`
	// Drop closes the connection without a reply.
	Drop bool `json:"drop,omitempty"`
	// Truncate closes the connection in the middle of the reply.
	Truncate bool `json:"truncate,omitempty"`
	// Delay waits, on the server's clock, before anything else of the fault.
	Delay Duration `json:"delay,omitempty"`
	// Status is the HTTP status to answer; gRPC gets the code it maps to.
	Status int `json:"status,omitempty"`
	// Reason becomes the reason of an ErrorInfo detail.
	Reason string `json:"reason,omitempty"`
	// Message is the error's message.
	Message string `json:"message,omitempty"`
	// RetryAfter becomes a RetryInfo detail and the Retry-After header.
	RetryAfter Duration `json:"retry_after,omitempty"`
	// Metadata becomes the metadata of the ErrorInfo detail.
	Metadata map[string]string `json:"metadata,omitempty"`
	// Operation decides on the long-running operation that the call starts:
	// OperationFails ends it in an error, with the code of Status and Message;
	// OperationHangs keeps it running for ever. The call itself is answered as
	// if all were well. It does nothing to a call that starts no operation.
	Operation string `json:"operation,omitempty"`
	// Kill takes the client for dead once the fault has struck: no call after
	// that one is answered or does anything, until the faults are cleared. It
	// goes with Drop or Truncate.
	Kill bool `json:"kill,omitempty"`
}

// The fates of an operation that [Fault.Operation] takes.
const (
	OperationFails = "fail"
	OperationHangs = "hang"
)

// armedFault is a fault with its counters.
type armedFault struct {
	Fault
	Matches int `json:"matches"`
	Hits    int `json:"hits"`
	path    *regexp.Regexp
}

type faultSet struct {
	mu     sync.Mutex
	seed   int64
	rand   *rand.Rand
	faults []*armedFault
	// dead means that a fault has killed the client.
	dead bool
}

func newFaultSet(seed int64, faults []Fault) (*faultSet, error) {
	f := &faultSet{seed: seed}
	f.clear()
	return f, f.inject(faults)
}

// clear also restarts the draws, so that a run after it sees what the first saw.
func (f *faultSet) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults, f.dead = nil, false
	f.rand = rand.New(rand.NewPCG(uint64(f.seed), 0x6661756c7473)) //nolint:gosec // reproducible faults, no secret
}

func (f *faultSet) inject(faults []Fault) error {
	armed := make([]*armedFault, 0, len(faults))
	for i, fault := range faults {
		a := &armedFault{Fault: fault}
		if fault.Path != "" {
			re, err := regexp.Compile(fault.Path)
			if err != nil {
				return fmt.Errorf("faults[%d].path: %w", i, err)
			}
			a.path = re
		}
		switch {
		case fault.Nth < 0 || fault.Times < -1:
			return fmt.Errorf("faults[%d]: nth must not be negative, times not below -1", i)
		case fault.Probability < 0 || fault.Probability > 1:
			return fmt.Errorf("faults[%d].probability must be from 0 to 1", i)
		case fault.Status != 0 && (fault.Status < 400 || fault.Status > 599):
			return fmt.Errorf("faults[%d].status must be an HTTP error status, 400 to 599", i)
		case fault.Drop && fault.Truncate || (fault.Drop || fault.Truncate) && fault.Status != 0:
			return fmt.Errorf("faults[%d]: only one of drop, truncate and status can be set", i)
		case !fault.Drop && !fault.Truncate && fault.Status == 0 && fault.Delay == 0 && fault.Operation == "":
			return fmt.Errorf("faults[%d] does nothing: set drop, truncate, status, delay or operation", i)
		case fault.Operation != "" && fault.Operation != OperationFails && fault.Operation != OperationHangs:
			return fmt.Errorf("faults[%d].operation must be %s or %s, not %q", i, OperationFails, OperationHangs, fault.Operation)
		case fault.Operation != "" && (fault.After || fault.Drop || fault.Truncate):
			return fmt.Errorf("faults[%d]: the call that starts the operation is answered; leave out after, drop and truncate", i)
		case fault.Kill && !fault.Drop && !fault.Truncate:
			return fmt.Errorf("faults[%d]: who is killed gets no reply; set drop or truncate", i)
		case fault.Delay < 0 || fault.RetryAfter < 0:
			return fmt.Errorf("faults[%d]: durations must not be negative", i)
		}
		armed = append(armed, a)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = append(f.faults, armed...)
	return nil
}

func (f *faultSet) list() []armedFault {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]armedFault, 0, len(f.faults))
	for _, a := range f.faults {
		out = append(out, *a)
	}
	return out
}

// strike returns the fault that hits a call, or nil.
func (f *faultSet) strike(c *call) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dead {
		return &Fault{Drop: true, Message: "the client is dead"}
	}
	var hit *Fault
	for _, a := range f.faults {
		if !a.matches(c) {
			continue
		}
		a.Matches++
		if hit != nil || a.Matches < max(a.Nth, 1) {
			continue
		}
		if limit := max(a.Times, 1); a.Times != -1 && a.Hits >= limit {
			continue
		}
		if a.Probability > 0 && f.rand.Float64() >= a.Probability {
			continue
		}
		a.Hits++
		fault := a.Fault
		hit, f.dead = &fault, fault.Kill
	}
	return hit
}

func (a *armedFault) matches(c *call) bool {
	return (a.RPC == "" || a.RPC == c.rpc) &&
		(a.HTTPMethod == "" || strings.EqualFold(a.HTTPMethod, c.method)) &&
		(a.Host == "" || a.Host == c.host) &&
		(a.path == nil || a.path.MatchString(c.path))
}

// err returns the error that the fault answers with.
func (f *Fault) err(host string) error {
	message := f.Message
	if message == "" {
		message = http.StatusText(f.Status)
	}
	var details []protoadapt.MessageV1
	if f.Reason != "" || len(f.Metadata) > 0 {
		domain := "googleapis.com"
		if f.Reason == "" {
			domain = host
		}
		details = append(details, errorInfo(f.Reason, domain, f.Metadata))
	}
	if f.RetryAfter > 0 {
		details = append(details, retryInfo(time.Duration(f.RetryAfter)))
	}
	return withHTTPStatus(f.Status, apiError(codeOfHTTP(f.Status), message, details...))
}

// String describes the fault for the request log.
func (f *Fault) String() string {
	var parts []string
	if f.Kill {
		parts = append(parts, "kill")
	}
	if f.After {
		parts = append(parts, "after commit")
	}
	if f.Delay > 0 {
		parts = append(parts, "delay "+time.Duration(f.Delay).String())
	}
	switch {
	case f.Operation != "":
		parts = append(parts, "operation "+f.Operation)
	case f.Drop:
		parts = append(parts, "drop")
	case f.Truncate:
		parts = append(parts, "truncate")
	case f.Status != 0:
		parts = append(parts, fmt.Sprintf("status %d", f.Status))
	}
	return strings.Join(parts, ", ")
}

// InjectFaults adds faults. It panics on one that can't work, which is a
// mistake of the test that calls it.
func (s *Server) InjectFaults(faults ...Fault) {
	if err := s.faults.inject(faults); err != nil {
		panic("emulator: " + err.Error())
	}
}

// ClearFaults removes all faults and restarts their draws from the seed.
func (s *Server) ClearFaults() { s.faults.clear() }
