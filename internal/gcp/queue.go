package gcp

import (
	"context"
	"sync"
)

// queue lets one holder at a time through for each key, in order of arrival.
// The Monitoring API wants the writes to one project single-threaded and
// answers 409 to the rest (hashicorp/terraform-provider-google issue 5187).
type queue struct {
	mu    sync.Mutex
	lines map[string][]chan struct{} // the first of a line holds the key
}

// acquire waits for the turn of the caller, or for ctx. Every nil error obliges
// to one call of release.
func (q *queue) acquire(ctx context.Context, key string) (release func(), err error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	q.mu.Lock()
	if q.lines == nil {
		q.lines = map[string][]chan struct{}{}
	}
	turn := make(chan struct{})
	q.lines[key] = append(q.lines[key], turn)
	if len(q.lines[key]) == 1 {
		close(turn)
	}
	q.mu.Unlock()

	leave := sync.OnceFunc(func() { q.leave(key, turn) })
	select {
	case <-turn:
		return leave, nil
	case <-ctx.Done():
		leave()
		return nil, context.Cause(ctx)
	}
}

func (q *queue) leave(key string, turn chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	line := q.lines[key]
	for i, t := range line {
		if t != turn {
			continue
		}
		line = append(line[:i:i], line[i+1:]...)
		if i == 0 && len(line) > 0 {
			close(line[0])
		}
		break
	}
	if len(line) == 0 {
		delete(q.lines, key)
		return
	}
	q.lines[key] = line
}
