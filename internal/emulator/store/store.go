// Package store keeps the objects of the emulated Google Cloud: JSON values by
// kind and full resource name, in memory, and with a file behind it when one is
// named.
//
// Its five methods return errors that a handler can return as they are: gRPC
// statuses with the code that Google's APIs use.
package store

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Entry is one stored object.
type Entry struct {
	// Name is the full resource name, unique within the kind, such as
	// "projects/p/alertPolicies/1".
	Name string `json:"name"`
	// Parent is what List selects by, such as "projects/p".
	Parent string `json:"parent"`
	// Version starts at 1 and grows by one with every update.
	Version int64 `json:"version"`
	// Sequence numbers the creations in this store, over all kinds. List
	// orders by it, so that a page token stays right while objects are added.
	Sequence uint64 `json:"sequence"`
	// Value is the object as JSON.
	Value json.RawMessage `json:"value"`
}

// Store holds entries. Its methods may be called from several goroutines.
type Store struct {
	mu       sync.RWMutex
	kinds    map[string]map[string]Entry
	sequence uint64
	disk     *disk
}

// Open returns the store that the file holds, creating it when there is none.
// An empty file name gives a store in memory. A file can be open in one process
// at a time: a second one gets an error after a second of waiting.
func Open(file string) (*Store, error) {
	s := &Store{kinds: map[string]map[string]Entry{}}
	if file == "" {
		return s, nil
	}
	d, err := openDisk(file)
	if err != nil {
		return nil, err
	}
	if err := d.load(s); err != nil {
		_ = d.close()
		return nil, err
	}
	s.disk = d
	return s, nil
}

// Close releases the file. What was written is on disk already.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.disk == nil {
		return nil
	}
	err := s.disk.close()
	s.disk = nil
	return err
}

// Get returns one entry, or NotFound.
func (s *Store) Get(kind, name string) (Entry, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, ok := s.kinds[kind][name]
	if !ok {
		return Entry{}, errNotFound()
	}
	return e.clone(), nil
}

// List returns the entries of a kind under a parent, oldest first; an empty
// parent selects all of the kind.
func (s *Store) List(kind, parent string) []Entry {
	s.mu.RLock()
	defer s.mu.RUnlock()
	found := make([]Entry, 0, len(s.kinds[kind]))
	for _, e := range s.kinds[kind] {
		if parent == "" || e.Parent == parent {
			found = append(found, e.clone())
		}
	}
	slices.SortFunc(found, func(a, b Entry) int { return cmp.Compare(a.Sequence, b.Sequence) })
	return found
}

// Create adds an object, or returns AlreadyExists.
func (s *Store) Create(kind, parent, name string, value []byte) (Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.kinds[kind][name]; ok {
		return Entry{}, status.Error(codes.AlreadyExists, "Requested entity already exists")
	}
	e := Entry{Name: name, Parent: parent, Version: 1, Sequence: s.sequence + 1, Value: slices.Clone(value)}
	if err := s.put(kind, e); err != nil {
		return Entry{}, err
	}
	s.sequence = e.Sequence
	return e.clone(), nil
}

// Update replaces the value of an object. With a version other than 0 it
// returns Aborted unless that is the version of what is stored.
func (s *Store) Update(kind, name string, version int64, value []byte) (Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.current(kind, name, version)
	if err != nil {
		return Entry{}, err
	}
	e.Version++
	e.Value = slices.Clone(value)
	if err := s.put(kind, e); err != nil {
		return Entry{}, err
	}
	return e.clone(), nil
}

// Delete removes an object, under the same rule about the version as Update.
func (s *Store) Delete(kind, name string, version int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.current(kind, name, version); err != nil {
		return err
	}
	if s.disk != nil {
		if err := s.disk.remove(kind, name); err != nil {
			return errDisk(err)
		}
	}
	delete(s.kinds[kind], name)
	return nil
}

// Kinds returns the kinds that hold something, sorted.
func (s *Store) Kinds() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var kinds []string
	for _, kind := range slices.Sorted(maps.Keys(s.kinds)) {
		if len(s.kinds[kind]) > 0 {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// Sequence returns the number of the latest creation.
func (s *Store) Sequence() uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.sequence
}

// Reset removes everything.
func (s *Store) Reset() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.disk != nil {
		if err := s.disk.clear(); err != nil {
			return errDisk(err)
		}
	}
	s.kinds = map[string]map[string]Entry{}
	return nil
}

// Snapshot is all that a store holds at one time. It never changes.
type Snapshot struct {
	kinds    map[string]map[string]Entry
	sequence uint64
}

// Snapshot copies what the store holds. Values are shared: nothing changes one.
func (s *Store) Snapshot() Snapshot {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return Snapshot{kinds: cloneKinds(s.kinds), sequence: s.sequence}
}

// Restore makes the store hold what it held, and nothing else.
func (s *Store) Restore(old Snapshot) error {
	if err := s.Reset(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kinds, s.sequence = cloneKinds(old.kinds), old.sequence
	if s.disk == nil {
		return nil
	}
	for kind, entries := range s.kinds {
		for _, e := range entries {
			if err := s.disk.write(kind, e); err != nil {
				return errDisk(err)
			}
		}
	}
	return nil
}

// Each calls do with every object, by kind and name.
func (o Snapshot) Each(do func(kind string, e Entry)) {
	for _, kind := range slices.Sorted(maps.Keys(o.kinds)) {
		for _, name := range slices.Sorted(maps.Keys(o.kinds[kind])) {
			do(kind, o.kinds[kind][name].clone())
		}
	}
}

func cloneKinds(kinds map[string]map[string]Entry) map[string]map[string]Entry {
	copied := make(map[string]map[string]Entry, len(kinds))
	for kind, entries := range kinds {
		copied[kind] = maps.Clone(entries)
	}
	return copied
}

func (s *Store) current(kind, name string, version int64) (Entry, error) {
	e, ok := s.kinds[kind][name]
	if !ok {
		return Entry{}, errNotFound()
	}
	if version != 0 && version != e.Version {
		return Entry{}, status.Error(codes.Aborted, "The object was changed since it was read. Please read it again and retry.")
	}
	return e, nil
}

// put writes to the file first, so that a reply never promises what a killed
// process would lose.
func (s *Store) put(kind string, e Entry) error {
	if s.disk != nil {
		if err := s.disk.write(kind, e); err != nil {
			return errDisk(err)
		}
	}
	if s.kinds[kind] == nil {
		s.kinds[kind] = map[string]Entry{}
	}
	s.kinds[kind][e.Name] = e
	return nil
}

func (e Entry) clone() Entry {
	e.Value = slices.Clone(e.Value)
	return e
}

func errNotFound() error { return status.Error(codes.NotFound, "Requested entity was not found.") }

func errDisk(err error) error {
	return status.Errorf(codes.Internal, "The emulator could not write its state file: %v", err)
}

// Sequence is the number of the latest creation.
func (o Snapshot) Sequence() uint64 { return o.sequence }
