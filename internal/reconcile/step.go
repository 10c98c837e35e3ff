package reconcile

import (
	"context"
	"errors"
)

// Step is what a component converges with, and is removed with.
type Step struct {
	owner Owner
}

// Owner returns whose the composite is, and in which incarnation.
func (s *Step) Owner() Owner { return s.owner }

// RequestID returns a UUIDv5 of the owner, the incarnation, the step, its
// attempt and op: the same when a killed run is resumed, another when a new run
// asks again after an answer. op names one operation of the component, such as
// "create pool-1".
func (s *Step) RequestID(op string) string { return op }

// Note returns what was recorded under key, by this run or an earlier one.
func (s *Step) Note(ctx context.Context, key string) (value string, ok bool) { return "", false }

// Record keeps a value in the ledger; it is persisted when Record returns nil.
// Record the intent before a create whose id the server assigns, and a name
// with a generation suffix before the first use of it. Never record a secret.
func (s *Step) Record(ctx context.Context, key, value string) error {
	return errors.ErrUnsupported
}

// Forget drops what was recorded under key; persisted when it returns nil.
func (s *Step) Forget(ctx context.Context, key string) error { return errors.ErrUnsupported }

// Progress says how far the step has come, in a line for people. It goes to the
// ledger, now and then, and to the caller's callback.
func (s *Step) Progress(ctx context.Context, format string, args ...any) {}
