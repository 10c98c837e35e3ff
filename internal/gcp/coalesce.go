package gcp

import (
	"context"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

const (
	// listAfter is how many single reads under one parent come before one list
	// serves the rest.
	listAfter = 2
	// listTTL is how long a list serves reads. A process lives for one run of
	// Terraform, which reads everything once, however long that takes; our own
	// writes drop the list, and what a write builds on is read afresh.
	listTTL = 5 * time.Minute
)

// group shares work that several callers want at the same time. The work runs
// under a context of its own, which ends when nobody waits any more.
type group[V any] struct {
	mu      sync.Mutex
	flights map[string]*flight[V]
}

type flight[V any] struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiters int // guarded by group.mu
	value   V
	err     error
}

// do returns what work returns, from a run that is under way for the same key
// if there is one.
func (g *group[V]) do(ctx context.Context, key string, work func(ctx context.Context) (V, error)) (V, error) {
	var zero V
	if err := context.Cause(ctx); err != nil {
		return zero, err
	}
	g.mu.Lock()
	f := g.flights[key]
	if f == nil {
		shared, cancel := context.WithCancel(context.WithoutCancel(ctx))
		f = &flight[V]{done: make(chan struct{}), cancel: cancel}
		if g.flights == nil {
			g.flights = map[string]*flight[V]{}
		}
		g.flights[key] = f
		go func() {
			defer cancel()
			value, err := work(shared)
			g.mu.Lock()
			f.value, f.err = value, err
			if g.flights[key] == f {
				delete(g.flights, key)
			}
			g.mu.Unlock()
			close(f.done)
		}()
	}
	f.waiters++
	g.mu.Unlock()

	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		g.mu.Lock()
		f.waiters--
		if f.waiters == 0 {
			f.cancel()
			if g.flights[key] == f {
				delete(g.flights, key)
			}
		}
		g.mu.Unlock()
		return zero, context.Cause(ctx)
	}
}

// forget makes the next caller start afresh; those who wait go on waiting.
func (g *group[V]) forget(key string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.flights, key)
}

// reader coalesces the reads of one kind of object: after a few single reads
// under one parent, one paged list serves the rest.
type reader[T proto.Message] struct {
	clk  clock.Clock
	get  func(ctx context.Context, name string) (T, error)
	list func(ctx context.Context, parent string) ([]T, error)
	name func(T) string

	gets  group[T]
	lists group[map[string]T]

	mu      sync.Mutex
	parents map[string]*readState[T]
}

type readState[T proto.Message] struct {
	since    time.Time // of the first single read that counts
	singles  int
	items    map[string]T // by the name below the parent; nil without a list
	listedAt time.Time
	version  int // goes up with each write of ours
	noLists  bool
}

// splitName parts projects/p/kinds/id into projects/p and kinds/id. A project
// goes by its id and by its number, so objects are told apart below it.
func splitName(name string) (parent, rest string) {
	parts := strings.SplitN(name, "/", 3)
	if len(parts) < 3 {
		return name, ""
	}
	return parts[0] + "/" + parts[1], parts[2]
}

func (r *reader[T]) state(parent string) *readState[T] {
	if r.parents == nil {
		r.parents = map[string]*readState[T]{}
	}
	s := r.parents[parent]
	if s == nil {
		s = &readState[T]{}
		r.parents[parent] = s
	}
	return s
}

// noList reports a failure that the next list would meet as well, while a read
// of one object may not: who may get may not be allowed to list, a service may
// not take the parent, and a page may be too large to be read.
func noList(err error) bool {
	return IsPermissionDenied(err) || IsInvalid(err) || IsNotFound(err) ||
		match(err, func(e *Error) bool { return e.local || e.Code == codes.Unimplemented })
}

// read returns the object with this full name, as a copy of the caller's own.
func (r *reader[T]) read(ctx context.Context, name string) (T, error) {
	var zero T
	parent, rest := splitName(name)
	now := r.clk.Now()

	r.mu.Lock()
	s := r.state(parent)
	if s.items != nil && now.Sub(s.listedAt) >= listTTL {
		s.items = nil
	}
	items := s.items
	if items == nil && now.Sub(s.since) >= listTTL {
		s.since, s.singles = now, 0
	}
	single := items == nil && (s.noLists || s.singles < listAfter)
	if single {
		s.singles++
	}
	r.mu.Unlock()

	if single {
		return r.single(ctx, name)
	}
	if items == nil {
		var err error
		items, err = r.lists.do(ctx, parent, func(ctx context.Context) (map[string]T, error) { return r.fetch(ctx, parent) })
		if noList(err) {
			r.mu.Lock()
			s.noLists = true
			r.mu.Unlock()
			return r.single(ctx, name)
		}
		if err != nil {
			return zero, err
		}
	}
	if item, ok := items[rest]; ok {
		return copyOf(item), nil
	}
	// Missing from a list is not yet missing: the list may lag behind.
	return r.single(ctx, name)
}

// fresh returns the object as it is now, from no list.
func (r *reader[T]) fresh(ctx context.Context, name string) (T, error) {
	r.gets.forget(name)
	return r.single(ctx, name)
}

func (r *reader[T]) single(ctx context.Context, name string) (T, error) {
	var zero T
	item, err := r.gets.do(ctx, name, func(ctx context.Context) (T, error) { return r.get(ctx, name) })
	if err != nil {
		return zero, err
	}
	return copyOf(item), nil
}

func (r *reader[T]) fetch(ctx context.Context, parent string) (map[string]T, error) {
	r.mu.Lock()
	version := r.state(parent).version
	r.mu.Unlock()
	list, err := r.list(ctx, parent)
	if err != nil {
		return nil, err
	}
	items := make(map[string]T, len(list))
	for _, item := range list {
		_, rest := splitName(r.name(item))
		items[rest] = item
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.state(parent); s.version == version {
		s.items, s.listedAt = items, r.clk.Now()
	}
	return items, nil
}

// drop forgets what was read under the parent of name, after a write of ours.
func (r *reader[T]) drop(name string) {
	parent, _ := splitName(name)
	r.mu.Lock()
	s := r.state(parent)
	s.version++
	s.items, s.singles = nil, 0
	r.mu.Unlock()
	r.lists.forget(parent)
	r.gets.forget(name)
}

func copyOf[T proto.Message](m T) T {
	c, ok := proto.Clone(m).(T)
	if !ok {
		return m // Not reached: a clone has its original's type.
	}
	return c
}
