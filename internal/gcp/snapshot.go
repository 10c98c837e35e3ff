package gcp

import (
	"context"
	"sync"
)

// snapshot lists what stands in a project once, before this client's first
// create there, and keeps it. A run of Terraform that was killed leaves objects
// that no state knows of; whoever creates can tell them from what it made
// itself, at the cost of one list a run.
type snapshot[T any] struct {
	group group[[]T]
	mu    sync.Mutex
	taken map[string][]T
}

// of returns the snapshot of a project. One that can't be taken is empty: it
// serves a warning, and no create may fail for it.
func (s *snapshot[T]) of(ctx context.Context, project string, list func(ctx context.Context) ([]T, error)) []T {
	s.mu.Lock()
	items, ok := s.taken[project]
	s.mu.Unlock()
	if ok {
		return items
	}
	items, err := s.group.do(ctx, project, func(ctx context.Context) ([]T, error) {
		items, err := list(ctx)
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.taken == nil {
			s.taken = map[string][]T{}
		}
		s.taken[project] = items
		return items, err
	})
	if err != nil {
		return nil
	}
	return items
}
