// Package reconciletest helps to test components and what runs them: a ledger
// in memory.
package reconciletest

import (
	"context"
	"sync"

	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// Store is a [reconcile.Store] in memory. The zero value is empty.
type Store struct {
	// Hook, when set, is called in place of every call, and decides whether
	// commit, which makes the call take effect, runs and what is answered. op
	// is "read", "write" or "delete".
	Hook func(ctx context.Context, op string, commit func() error) error

	mu      sync.Mutex
	records map[string]record
	// next is the last generation given out: one is never used twice, not even
	// for a record that was deleted in between.
	next int64
}

type record struct {
	data       []byte
	generation int64
}

// Read implements [reconcile.Store].
func (s *Store) Read(ctx context.Context, name string) (data []byte, generation int64, err error) {
	err = s.call(ctx, "read", func() error {
		r, ok := s.records[name]
		if !ok {
			return reconcile.ErrNotFound
		}
		data, generation = append([]byte(nil), r.data...), r.generation
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	return data, generation, nil
}

// Write implements [reconcile.Store].
func (s *Store) Write(ctx context.Context, name string, data []byte, ifGeneration int64) (generation int64, err error) {
	err = s.call(ctx, "write", func() error {
		if s.records[name].generation != ifGeneration {
			return reconcile.ErrConflict
		}
		generation = s.put(name, data)
		return nil
	})
	if err != nil {
		return 0, err
	}
	return generation, nil
}

// Delete implements [reconcile.Store].
func (s *Store) Delete(ctx context.Context, name string, ifGeneration int64) error {
	return s.call(ctx, "delete", func() error {
		r, ok := s.records[name]
		switch {
		case !ok:
			return reconcile.ErrNotFound
		case r.generation != ifGeneration:
			return reconcile.ErrConflict
		}
		delete(s.records, name)
		return nil
	})
}

// Put writes a record whatever stands, as somebody else would, without the hook.
func (s *Store) Put(name string, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(name, data)
}

// Drop loses a record, without the hook.
func (s *Store) Drop(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.records, name)
}

// Get returns a record without the hook, and whether there is one.
func (s *Store) Get(name string) (data []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.records[name]
	return append([]byte(nil), r.data...), ok
}

// Len counts the records.
func (s *Store) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.records)
}

func (s *Store) put(name string, data []byte) int64 {
	if s.records == nil {
		s.records = map[string]record{}
	}
	s.next++
	s.records[name] = record{append([]byte(nil), data...), s.next}
	return s.next
}

// call runs commit under the lock, by way of the hook.
func (s *Store) call(ctx context.Context, op string, commit func() error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	locked := func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		return commit()
	}
	if s.Hook == nil {
		return locked()
	}
	return s.Hook(ctx, op, locked)
}
