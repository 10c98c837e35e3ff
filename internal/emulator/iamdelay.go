package emulator

import (
	"slices"
	"sync"
	"time"
)

// grantTimes remembers when members were given a role on a resource, for as long
// as that may not be in force. A restart forgets it, and the delay is over then.
type grantTimes struct {
	mu sync.Mutex
	at map[grantKey]time.Time
}

type grantKey struct{ resource, role, member string }

// noteGrants remembers what a write of a policy grants that it did not before.
func (s *Server) noteGrants(resource string, before, after *iamPolicy) {
	if s.opts.GrantDelay <= 0 {
		return
	}
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	if s.grants.at == nil {
		s.grants.at = map[grantKey]time.Time{}
	}
	for _, b := range after.Bindings {
		for _, member := range b.Members {
			if b.Condition == nil && !before.grants(member, []string{b.Role}) {
				s.grants.at[grantKey{resource, b.Role, member}] = s.now()
			}
		}
	}
}

// grantsBy tells whether a policy gives a member one of some roles, and that has
// come to be in force.
func (s *Server) grantsBy(resource string, p *iamPolicy, member string, roles []string) bool {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	return slices.ContainsFunc(roles, func(role string) bool {
		at, recent := s.grants.at[grantKey{resource, role, member}]
		// One of the future was made in a course of things that a restored
		// snapshot has undone.
		past := s.now().Sub(at)
		return p.grants(member, []string{role}) && (!recent || past < 0 || past >= s.scaled(s.opts.GrantDelay))
	})
}
