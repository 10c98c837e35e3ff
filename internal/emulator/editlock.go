package emulator

import (
	"sync"

	"google.golang.org/grpc/codes"
)

// editLocks tells which projects have a write to their monitoring configuration
// in flight. Monitoring refuses a second one; its reference asks clients to
// single-thread such calls.
type editLocks struct {
	mu   sync.Mutex
	busy map[string]bool
}

// begin marks a project as being edited until release is called.
func (l *editLocks) begin(project string) (release func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.busy[project] {
		return nil, apiError(codes.Aborted, "Too many concurrent edits to the project configuration. Please try again.")
	}
	if l.busy == nil {
		l.busy = map[string]bool{}
	}
	l.busy[project] = true
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.busy, project)
	}, nil
}

// serialKey returns what a call edits alone, or "" when others may edit it at
// the same time.
func (s *Server) serialKey(k *kind, rpc, resource string) string {
	switch {
	case k == nil || !isWrite(rpc):
		return ""
	case k.serialBy != nil:
		return k.serialBy(rpc, s.canonicalName(resource))
	case k.serialWrites:
		return s.canonicalProject(projectOf(resource))
	}
	return ""
}
