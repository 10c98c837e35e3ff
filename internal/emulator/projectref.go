package emulator

import (
	"context"
	"hash/fnv"
	"regexp"
	"strconv"
	"sync"
)

// projectRefs remembers the ids of projects that were mentioned, so that a
// request may name them by number.
type projectRefs struct {
	mu  sync.Mutex
	ids map[int64]string
}

func (p *projectRefs) mention(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ids == nil {
		p.ids = map[int64]string{}
	}
	p.ids[projectNumber(id)] = id
}

func (p *projectRefs) byNumber(number int64) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id, ok := p.ids[number]
	return id, ok
}

func (p *projectRefs) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ids = nil
}

var (
	projectIDPattern     = regexp.MustCompile(`^([a-z0-9.-]+:)?[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)
	projectNumberPattern = regexp.MustCompile(`^[0-9]{1,19}$`)
)

// projectNumber derives a project's number from its id: twelve digits, the same
// in every run.
func projectNumber(id string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id))
	return int64(100_000_000_000 + h.Sum64()%900_000_000_000)
}

// canonicalProject returns the id of a project that is named by id or number,
// or what was given when the number is of no project seen so far.
func (s *Server) canonicalProject(idOrNumber string) string {
	if projectNumberPattern.MatchString(idOrNumber) {
		if number, err := strconv.ParseInt(idOrNumber, 10, 64); err == nil {
			if id, ok := s.projectRefs.byNumber(number); ok {
				return id
			}
		}
		return idOrNumber
	}
	if projectIDPattern.MatchString(idOrNumber) {
		s.projectRefs.mention(idOrNumber)
	}
	return idOrNumber
}

// useProject resolves the project that a request names, as an id or a number,
// for a call to an API, and returns its id. It fails as the API does: 403 for a
// project that is gone or unknown, 403 SERVICE_DISABLED when the API is off.
func (s *Server) useProject(ctx context.Context, idOrNumber, apiHost string) (string, error) {
	id := s.canonicalProject(idOrNumber)
	if !projectIDPattern.MatchString(id) {
		return "", invalid("Name must begin with '{resource_container_type}/{resource_container_id}', got: projects/%s", idOrNumber)
	}
	return id, s.checkProject(ctx, id, apiHost)
}

// checkConsumer checks the project that a call is charged to, where the caller
// names one, for the APIs that are used from a project and not in one: whose
// resources a call is about says nothing of where the API has to be enabled. A
// caller who names no project has one of its own, which is not emulated.
func (s *Server) checkConsumer(ctx context.Context, r *restRequest, apiHost string) error {
	project := r.header.Get("X-Goog-User-Project")
	if project == "" {
		return nil
	}
	_, err := s.useProject(ctx, project, apiHost)
	return err
}

// canonicalName puts the project's id in the place of its number in a name that
// starts with projects/.
func (s *Server) canonicalName(name string) string {
	project := projectOf(name)
	if project == "" {
		return name
	}
	return "projects/" + s.canonicalProject(project) + name[len("projects/"+project):]
}
