package reconcile

import (
	"context"
	"errors"
)

var (
	// ErrNotFound is what a [Store] answers when there is no such record.
	ErrNotFound = errors.New("the ledger has no such record")
	// ErrConflict is what a [Store] answers when the record is not of the
	// generation that the caller named.
	ErrConflict = errors.New("the ledger's record is of another generation")
)

// Store keeps records, each with a generation that every write raises. It
// compares and swaps: that is what claims, leases and fences rest on.
//
// An error that is neither [ErrNotFound] nor [ErrConflict] leaves open whether
// the call took effect; the engine looks. An implementation may retry a write
// by itself: the second of two meets a conflict, which the engine recognises
// as its own work.
type Store interface {
	// Read returns a record and its generation, or [ErrNotFound]. A place that
	// does not exist yet holds no record; one that can't be read is an error.
	Read(ctx context.Context, name string) (data []byte, generation int64, err error)
	// Write replaces the record if it is of the given generation, where 0
	// means that it must not exist, and returns its new generation, which is
	// greater than 0. Otherwise it returns [ErrConflict].
	Write(ctx context.Context, name string, data []byte, ifGeneration int64) (generation int64, err error)
	// Delete deletes the record if it is of the given generation. It returns
	// [ErrConflict] otherwise, and [ErrNotFound] when there is none.
	Delete(ctx context.Context, name string, ifGeneration int64) error
}
