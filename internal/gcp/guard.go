package gcp

import (
	"context"
	"net/http"
	"strings"
)

type guardKey struct{}

// WithGuard returns a context whose mutating calls ask check before each
// attempt, and fail with its error instead of being sent. A composite guards
// its writes so with its lease: a run that lost it must not change anything.
func WithGuard(ctx context.Context, check func(ctx context.Context) error) context.Context {
	return context.WithValue(ctx, guardKey{}, check)
}

// WithoutGuard lifts the guard, for the calls that the guard itself is made of.
func WithoutGuard(ctx context.Context) context.Context {
	return context.WithValue(ctx, guardKey{}, (func(context.Context) error)(nil))
}

// askGuard asks the guard of a context about a call that mutates.
func askGuard(ctx context.Context, c *call) error {
	if !c.mutates {
		return nil
	}
	check, _ := ctx.Value(guardKey{}).(func(context.Context) error)
	if check == nil {
		return nil
	}
	return check(ctx)
}

// readingVerbs are the custom methods that are called by POST and change
// nothing.
var readingVerbs = map[string]bool{
	"getIamPolicy": true, "testIamPermissions": true, "search": true, "query": true, "lookup": true, "wait": true,
}

// mutatesHTTP tells whether a request changes anything.
func mutatesHTTP(method, path string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	case http.MethodPost:
		last := path[strings.LastIndexAny(path, "/:")+1:]
		return !readingVerbs[last]
	}
	return true
}

// mutatesRPC tells whether a gRPC method changes anything.
func mutatesRPC(fullMethod string) bool {
	name := fullMethod[strings.LastIndex(fullMethod, "/")+1:]
	for _, prefix := range []string{"Get", "List", "Search", "Query", "TestIamPermissions"} {
		if strings.HasPrefix(name, prefix) {
			return false
		}
	}
	return true
}
