package gcp

import (
	"net/http"
	"strings"

	"google.golang.org/grpc/codes"
)

// class says what repeating a call does.
type class int

const (
	// idempotent calls end the same however often they are made: GET, LIST,
	// PUT, PATCH of named fields, DELETE.
	idempotent class = iota
	// guarded calls carry an etag, a generation or a request id, so that the
	// service refuses the second of two. A conflict is the caller's business:
	// what it built on is stale.
	guarded
	// observed calls make something new each time, such as a POST whose id the
	// server assigns: after a doubtful reply, look before the next.
	observed
)

// action is what the chain does about a failed attempt.
type action int

const (
	giveUp action = iota
	retry
	// look asks the call's own observer whether the attempt took effect, and
	// retries when it did not.
	look
	// retrySlowly waits for a metric to appear: long steps, own budget.
	retrySlowly
)

// decide is the retry policy. AIP-194 allows a blind retry of UNAVAILABLE
// alone; an idempotent call can be repeated after any doubtful reply.
func decide(c class, e *Error) action {
	switch {
	case e.metricNotFound():
		return retrySlowly
	case e.exhausted():
		return giveUp
	case e.unsent:
		if e.Code == codes.Unavailable {
			return retry
		}
		return giveUp
	}
	switch e.Code {
	case codes.ResourceExhausted:
		if strings.HasPrefix(e.Message, "grpc: ") { // A message too large, found on this side.
			return giveUp
		}
		return retry
	case codes.Aborted:
		// Nothing was committed. With an etag the same call would fail again.
		if c == guarded {
			return giveUp
		}
		return retry
	case codes.Unavailable, codes.DeadlineExceeded, codes.Internal, codes.Unknown, codes.Canceled:
		if e.local {
			return giveUp
		}
		if c == observed {
			return look
		}
		return retry
	case codes.OK, codes.InvalidArgument, codes.NotFound, codes.AlreadyExists, codes.PermissionDenied,
		codes.FailedPrecondition, codes.OutOfRange, codes.Unimplemented, codes.DataLoss, codes.Unauthenticated:
		return giveUp
	default:
		return giveUp
	}
}

// classOfRPC classes a gRPC method that comes without a call of ours.
func classOfRPC(fullMethod string) class {
	name := fullMethod[strings.LastIndex(fullMethod, "/")+1:]
	for _, prefix := range []string{"Get", "List", "Update", "Delete", "Search", "Query", "TestIamPermissions"} {
		if strings.HasPrefix(name, prefix) {
			return idempotent
		}
	}
	return observed
}

// classOfHTTP classes a request that comes without a call of ours. A POST to
// a custom verb that only reads is idempotent; setIamPolicy is guarded by the
// etag in its body.
func classOfHTTP(method, path string) class {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return idempotent
	}
	verb := ""
	if i := strings.LastIndex(path, ":"); i > strings.LastIndex(path, "/") {
		verb = path[i+1:]
	}
	switch verb {
	case "getIamPolicy", "testIamPermissions", "search", "query":
		return idempotent
	case "setIamPolicy":
		return guarded
	}
	return observed
}
