package gcp

import (
	"context"
)

// A client of google.golang.org/api knows nothing of this package. What the
// chain has to know of a call comes on its context: these functions make it.
// Each context is for one call.

// Reading is for a call that changes nothing, or that ends the same however
// often it is made: GET, LIST, PUT, PATCH of named fields, DELETE. op and
// resource name the call in errors and logs.
func Reading(ctx context.Context, op, resource string) context.Context {
	return withCall(ctx, &call{op: op, resource: resource, project: projectOf(resource), class: idempotent, cost: 1})
}

// Named is for a POST that makes an object under a name, or with a request id,
// that the caller chose. It is sent again after a doubtful reply; an answer
// ALREADY_EXISTS may then be about the caller's own object.
func Named(ctx context.Context, op, resource string) context.Context {
	return Reading(ctx, op, resource)
}

// UnderEtag is for a write that carries an etag, a fingerprint or a generation:
// after a conflict the caller reads again.
func UnderEtag(ctx context.Context, op, resource string) context.Context {
	return withCall(ctx, &call{op: op, resource: resource, project: projectOf(resource), class: guarded, cost: 1})
}

// Assigned is for a POST that makes an object whose id the service assigns.
// After a doubtful reply observe looks whether it took effect; when it did, the
// call returns an empty reply without an error, and who observed has the object.
func Assigned(ctx context.Context, op, resource string, observe func(ctx context.Context) (bool, error)) context.Context {
	return withCall(ctx, &call{op: op, resource: resource, project: projectOf(resource), class: observed, cost: 1, observe: observe})
}
