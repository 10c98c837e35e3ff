package reconcile

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Bounds of what a component may record, in bytes: the record is read before
// every call that changes something.
const (
	maxNoteKey   = 128
	maxNoteValue = 4096
)

// requestSpace is the namespace of request ids.
var requestSpace = uuid.MustParse("6d7f5b0a-2c39-5f4e-9a51-0c7e2b8d4f13")

// Step is what a component converges with, and is removed with.
type Step struct {
	engine *Engine
	hold   *hold
	name   string
}

// Owner returns whose the composite is, and in which incarnation.
func (s *Step) Owner() (owner Owner) {
	s.hold.look(func(r *Record) { owner = Owner{Key: r.Owner, Incarnation: r.Incarnation} })
	return owner
}

// Born returns when the composite was claimed, in the life that it is in: after
// a destroy, what is made anew needs names that were never used, where a service
// keeps a name from being used again.
func (s *Step) Born() (born time.Time) {
	s.hold.look(func(r *Record) { born = r.Created })
	return born
}

// RequestID returns a UUIDv5 of the owner, the incarnation, when it was born,
// the step, its attempt and op, which names one operation of the component, such
// as "create pool-1". It stays the same within a run and when a killed run is resumed in
// its incarnation, so that a service refuses the second of two. After a run that
// ended the step it is another: a service would answer the old request again,
// a failure of it too.
func (s *Step) RequestID(op string) string {
	var parts []string
	s.hold.look(func(r *Record) {
		var attempt int64
		if step := r.Steps[s.name]; step != nil {
			attempt = step.Attempt
		}
		parts = []string{
			r.Owner, strconv.FormatInt(r.Incarnation, 10), strconv.FormatInt(r.Created.UnixNano(), 10),
			s.name, strconv.FormatInt(attempt, 10), op,
		}
	})
	return uuid.NewSHA1(requestSpace, []byte(strings.Join(parts, "\x00"))).String()
}

// Note returns what was recorded under key, by this run or an earlier one.
func (s *Step) Note(_ context.Context, key string) (value string, ok bool) {
	s.hold.look(func(r *Record) {
		if step := r.Steps[s.name]; step != nil {
			value, ok = step.Notes[key]
		}
	})
	return value, ok
}

// Record keeps a value in the ledger; it is persisted when Record returns nil.
// Record the intent before a create whose id the server assigns, and a name
// with a generation suffix before the first use of it. Never record a secret.
func (s *Step) Record(ctx context.Context, key, value string) error {
	if key == "" || len(key) > maxNoteKey || len(value) > maxNoteValue {
		return fmt.Errorf("a note holds at most %d bytes under a key of at most %d: %.40q", maxNoteValue, maxNoteKey, key)
	}
	return s.note(ctx, func(notes map[string]string) bool {
		if old, ok := notes[key]; ok && old == value {
			return false
		}
		notes[key] = value
		return true
	})
}

// Forget drops what was recorded under key; it is persisted when Forget returns
// nil.
func (s *Step) Forget(ctx context.Context, key string) error {
	return s.note(ctx, func(notes map[string]string) bool {
		_, had := notes[key]
		delete(notes, key)
		return had
	})
}

// note changes the notes and saves them. What is there already may still be on
// its way to the ledger, so it is waited for too.
func (s *Step) note(ctx context.Context, edit func(notes map[string]string) (changed bool)) error {
	change, err := s.hold.change(func(r *Record) bool {
		step := r.step(s.name)
		if step.Notes == nil {
			step.Notes = map[string]string{}
		}
		return edit(step.Notes)
	})
	if err != nil {
		return err
	}
	if err := s.hold.save(ctx, change); err != nil {
		return fmt.Errorf("what the next call needs could not be recorded: %w", err)
	}
	return nil
}

// Progress says how far the step has come, in a line for people. The next write
// takes it to the ledger, at the latest a heartbeat does; the caller's callback
// gets it at once.
func (s *Step) Progress(_ context.Context, format string, args ...any) {
	line := s.engine.opts.oneLine(fmt.Sprintf(format, args...), maxProgress)
	_, err := s.hold.change(func(r *Record) bool {
		r.step(s.name).Progress = line
		return true
	})
	if err == nil {
		s.engine.emit(Event{Component: s.name, Message: line})
	}
}
