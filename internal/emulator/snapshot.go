package emulator

import (
	"maps"
	"math/rand/v2"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator/store"
)

// Snapshot is all that an emulator holds at one time. It never changes.
type Snapshot struct {
	store      store.Snapshot
	projects   map[int64]string
	generation int64
}

// Snapshot copies what stands. Nobody may be calling meanwhile.
func (s *Server) Snapshot() Snapshot {
	s.projectRefs.mu.Lock()
	defer s.projectRefs.mu.Unlock()
	return Snapshot{store: s.store.Snapshot(), projects: maps.Clone(s.projectRefs.ids), generation: s.lastGeneration}
}

// Restore makes what stood stand again, and nothing else. As after Reset there are
// no faults, no withheld permissions and no log. The clock is the caller's.
func (s *Server) Restore(old Snapshot) error {
	s.Reset()
	s.projectRefs.mu.Lock()
	s.projectRefs.ids = maps.Clone(old.projects)
	s.projectRefs.mu.Unlock()
	s.lastGeneration = old.generation
	s.randMu.Lock()
	s.rand = rand.New(rand.NewPCG(uint64(s.opts.Seed), old.store.Sequence())) //nolint:gosec // reproducible ids, no secret
	s.randMu.Unlock()
	return s.store.Restore(old.store)
}

// Objects are the stored values of one kind by name, as JSON.
func (o Snapshot) Objects() map[string]map[string]string {
	all := map[string]map[string]string{}
	o.store.Each(func(kind string, e store.Entry) {
		if all[kind] == nil {
			all[kind] = map[string]string{}
		}
		all[kind][e.Name] = string(e.Value)
	})
	return all
}
