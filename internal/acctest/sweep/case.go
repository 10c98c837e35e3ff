package sweep

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// Call is one API call of a run, told from others in a way that holds in every
// run: by what it calls, and by the how manieth of those it is.
type Call struct {
	// Host is the API; "" for the API of a cluster, whose host is made up.
	Host string
	// Method and RPC say what is called.
	Method, RPC string
	// Path is a regular expression of the path that it goes to.
	Path string
	// Nth counts from 1.
	Nth int
	// Times is how often the run makes this call in all.
	Times int
	// Write tells that it changes something, Operation that it starts a
	// long-running operation.
	Write, Operation bool
}

// number tells calls of one method apart in names. It comes from what the call is
// and not from when it was made, as components run side by side.
func (c Call) number() uint32 {
	h := fnv.New32a()
	_, _ = fmt.Fprintf(h, "%s %s %s %d", c.Host, c.Method, c.Path, c.Nth)
	return h.Sum32() % 10000
}

// made are parts of paths that the service makes up, so that they differ from
// run to run.
var made = regexp.MustCompile(`^operation-|^op-|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]{6,}|[0-9a-f]{10,}`)

// pathPattern is a pattern for the paths of the same call in other runs.
func pathPattern(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		name, verb, _ := strings.Cut(part, ":")
		switch {
		case i > 0 && parts[i-1] == "operations" || made.MatchString(name):
			parts[i] = "[^/]+"
			if verb != "" {
				parts[i] = "[^/:]+:" + regexp.QuoteMeta(verb)
			}
		default:
			parts[i] = regexp.QuoteMeta(part)
		}
	}
	return "^" + strings.Join(parts, "/") + "$"
}

// callsOf tells the calls of a run apart.
func callsOf(requests []emulator.Request) []Call {
	slices.SortFunc(requests, func(a, b emulator.Request) int { return cmp.Compare(a.Seq, b.Seq) })
	type key struct{ host, method, rpc, path string }
	counts := map[key]int{}
	calls := make([]Call, 0, len(requests))
	keys := make([]key, 0, len(requests))
	for _, r := range requests {
		k := key{r.Host, r.Method, r.RPC, pathPattern(r.Path)}
		if strings.HasSuffix(r.Host, ".goog") {
			k.host = ""
		}
		counts[k]++
		keys = append(keys, k)
		calls = append(calls, Call{
			Host: k.host, Method: k.method, RPC: cmp.Or(k.rpc, "Unnamed"), Path: k.path, Nth: counts[k], Write: isWrite(r), Operation: r.Operation,
		})
	}
	for i := range calls {
		calls[i].Times = counts[keys[i]]
	}
	return calls
}

// isWrite tells whether a request may change something.
func isWrite(r emulator.Request) bool {
	if r.Method == http.MethodGet {
		return false
	}
	for _, verb := range []string{"Get", "List", "Query", "Read", "Search", "Test", "Wait", "Probe"} {
		if strings.HasPrefix(r.RPC, verb) {
			return false
		}
	}
	return true
}

// fault is one way in which a call goes wrong.
type fault struct {
	name string
	// operation means that it is about a call that starts an operation.
	operation bool
	kill      bool
	fault     emulator.Fault
}

// faults are all ways. An answer that a client repeats the call after is given
// until the run gives up, but for those that are of one moment by their nature.
var faults = []fault{
	{name: "kill-before", kill: true, fault: emulator.Fault{Drop: true, Kill: true}},
	{name: "kill-after", kill: true, fault: emulator.Fault{After: true, Drop: true, Kill: true}},
	{name: "kill-reply", kill: true, fault: emulator.Fault{After: true, Truncate: true, Kill: true}},
	{name: "403", fault: emulator.Fault{Status: 403, Message: "The caller does not have permission"}},
	{name: "404", fault: emulator.Fault{Status: 404, Message: "Requested entity was not found."}},
	{name: "409", fault: emulator.Fault{Status: 409, Message: "The request conflicted with another one."}},
	{name: "412", fault: emulator.Fault{Status: 412, Message: "At least one of the pre-conditions you specified did not hold."}},
	{name: "429", fault: emulator.Fault{Status: 429, Reason: "RATE_LIMIT_EXCEEDED", Message: "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute'.", RetryAfter: emulator.Duration(20 * time.Second), Times: 3}},
	{name: "500", fault: emulator.Fault{Status: 500, Message: "Internal error encountered.", Times: -1}},
	{name: "503", fault: emulator.Fault{Status: 503, Message: "The service is currently unavailable.", Times: -1}},
	{name: "timeout", fault: emulator.Fault{After: true, Delay: emulator.Duration(2 * time.Minute), Drop: true}},
	{name: "truncated", fault: emulator.Fault{After: true, Truncate: true}},
	{name: "operation-fails", operation: true, fault: emulator.Fault{Operation: emulator.OperationFails, Status: 500, Message: "An internal error occurred."}},
	{name: "operation-hangs", operation: true, fault: emulator.Fault{Operation: emulator.OperationHangs}},
}

// Case is one call of one run that goes wrong in one way.
type Case struct {
	Tier, Scenario string
	Call           Call
	fault          fault
}

// Name says which case it is.
func (c Case) Name() string {
	return fmt.Sprintf("%s/%s/%04d/%s/%s", c.Tier, c.Scenario, c.Call.number(), c.Call.RPC, c.fault.name)
}

// Fault is the fault that the emulator is told.
func (c Case) Fault() emulator.Fault {
	f := c.fault.fault
	f.Host, f.HTTPMethod, f.Path, f.Nth = c.Call.Host, c.Call.Method, c.Call.Path, c.Call.Nth
	if c.Call.RPC != "Unnamed" {
		f.RPC = c.Call.RPC
	}
	return f
}

// casesOf are the cases of a run's calls. Of a call that is repeated only the
// first three and the last are struck, unless all are wanted.
func casesOf(tier, scenario string, calls []Call, all bool) []Case {
	var cases []Case
	for _, call := range calls {
		if !all && call.Nth > 3 && call.Nth != call.Times {
			continue
		}
		for _, f := range faults {
			if !f.operation || call.Operation {
				cases = append(cases, Case{Tier: tier, Scenario: scenario, Call: call, fault: f})
			}
		}
	}
	return cases
}
