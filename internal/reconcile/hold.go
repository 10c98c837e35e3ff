package reconcile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// leaseTime is how long a lease lasts without a heartbeat.
	leaseTime = time.Minute
	// renewAfter is the age at which a lease is renewed.
	renewAfter = leaseTime / 3
	// renewBy is what must be left of a lease that could not be renewed, for a
	// call to be sent all the same.
	renewBy = leaseTime / 6
	// beatStep is how often the heartbeat looks whether there is something to
	// write: news for the ledger, or a lease to renew.
	beatStep = 5 * time.Second
	// putTries bounds how often one write is tried, beyond what the store does
	// by itself, and putPause is the wait in between.
	putTries = 4
	putPause = time.Second
	// lastWrite and lastWriteStopped bound, in real time, the write that ends
	// a run: as a rule, and after the run was cancelled.
	lastWrite        = 30 * time.Second
	lastWriteStopped = time.Second
)

// errEnded is what a component gets that works on after its run has ended.
var errEnded = errors.New("the run has ended")

// hold is the record in the hands of the run that holds its lease. Only that
// run writes the record, so a record that bears the run's nonce is its own work,
// whatever the generation says.
type hold struct {
	opts  *Options
	nonce string
	// lose ends the run's context.
	lose context.CancelCauseFunc
	// detach returns a context that ends with ctx but carries no guard: the
	// guard is made of calls to the store.
	detach func(ctx context.Context) (context.Context, context.CancelFunc)

	// writing is held while the record is written; a channel, because waiting
	// for it ends with a context. It guards generation.
	writing    chan struct{}
	generation int64

	mu      sync.Mutex
	record  *Record
	changes uint64 // counts changes of record
	written uint64 // the change that the ledger has
	saved   time.Time
	ended   error // why nothing may be changed any more
}

// change changes the record in memory, if fn says that it did, and returns the
// number of the latest change. The heartbeat writes it, or whoever saves next.
func (h *hold) change(fn func(*Record) bool) (uint64, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended != nil {
		return 0, h.ended
	}
	if fn(h.record) {
		h.changes++
	}
	return h.changes, nil
}

// look calls fn with the record, which it must not keep or change.
func (h *hold) look(fn func(*Record)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	fn(h.record)
}

// end forbids further changes and calls, and returns why that was so already.
func (h *hold) end(err error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended != nil {
		return h.ended
	}
	h.ended = err
	return nil
}

// save returns once the ledger has the given change. Changes that were made
// while another was being written go out in one write.
func (h *hold) save(ctx context.Context, change uint64) error {
	if err := h.beginWrite(ctx); err != nil {
		return err
	}
	defer h.endWrite()
	h.mu.Lock()
	written, ended := h.written, h.ended
	h.mu.Unlock()
	if ended != nil {
		return ended
	}
	if written >= change {
		return nil
	}
	return h.write(ctx, h.encode)
}

func (h *hold) beginWrite(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case h.writing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (h *hold) endWrite() { <-h.writing }

// encode returns the record as it is now, its lease renewed.
func (h *hold) encode() (data []byte, change uint64, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.opts.Clock.Now()
	h.record.Updated = now
	h.record.Lease.Beat++
	h.record.Lease.Expires = now.Add(leaseTime)
	data, err = h.record.encode()
	return data, h.changes, err
}

// write writes what encode returns, and finds out what became of it when the
// answer leaves that open. It runs under writing.
func (h *hold) write(ctx context.Context, encode func() ([]byte, uint64, error)) error {
	ctx, cancel := h.detach(ctx)
	defer cancel()
	for try := 1; ; try++ {
		data, change, err := encode()
		if err != nil {
			return err
		}
		now := h.opts.Clock.Now()
		generation, stands, err := put(ctx, h.opts, data, h.generation)
		if err == nil {
			h.generation = generation
			h.mu.Lock()
			h.written, h.saved = change, now
			h.mu.Unlock()
			return nil
		}
		if stands != nil {
			if _, lost := h.ours(stands); lost != nil {
				return h.lost(lost)
			}
			h.generation = stands.generation
		}
		if try == putTries {
			return fmt.Errorf("the ledger can't be written: %w", err)
		}
		if errors.Is(err, ErrConflict) && stands != nil {
			continue // An earlier write of ours came through late.
		}
		if err := h.opts.Clock.Sleep(ctx, putPause); err != nil {
			return err
		}
	}
}

// ours returns the record that stands, if this run holds its lease, and otherwise
// what became of the lease.
func (h *hold) ours(stands *standing) (*Record, error) {
	if stands.data == nil {
		return nil, fmt.Errorf("%w: the record is gone", ErrLeaseLost)
	}
	r, err := DecodeRecord(stands.data)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrLeaseLost, err)
	case r.Lease == nil:
		return nil, fmt.Errorf("%w, and has ended already", ErrLeaseLost)
	case r.Lease.Nonce != h.nonce:
		return nil, fmt.Errorf("%w: %s, since %s", ErrLeaseLost, h.opts.oneLine(r.Lease.Holder, maxProgress), stamp(r.Lease.Acquired))
	}
	return r, nil
}

// lost ends the run: nothing may be changed any more.
func (h *hold) lost(err error) error {
	if before := h.end(err); before != nil && !errors.Is(before, errEnded) {
		return before
	}
	h.lose(err)
	return err
}

// check is what the guard asks before every call that changes something: it
// reads the record, and renews the lease in time.
func (h *hold) check(ctx context.Context) error {
	h.mu.Lock()
	ended := h.ended
	h.mu.Unlock()
	if ended != nil {
		return ended
	}
	storeCtx, cancel := h.detach(ctx)
	defer cancel()
	stands, err := fetch(storeCtx, h.opts)
	if err != nil {
		return fmt.Errorf("nothing was changed, as the lease could not be verified: %w", err)
	}
	r, lost := h.ours(stands)
	if lost != nil {
		return h.lost(lost)
	}
	left := r.Lease.Expires.Sub(h.opts.Clock.Now())
	if left > leaseTime-renewAfter {
		return nil
	}
	change, err := h.change(func(*Record) bool { return true }) // The lease.
	if err == nil {
		err = h.save(ctx, change)
	}
	if err == nil || left > renewBy && !errors.Is(err, ErrLeaseLost) && !errors.Is(err, errEnded) {
		return nil
	}
	return fmt.Errorf("nothing was changed, as the lease could not be renewed: %w", err)
}

// beat keeps the lease alive and the ledger current until ctx ends. What it
// can't write now it writes at the next beat; the guard stops calls meanwhile.
func (h *hold) beat(ctx context.Context) {
	for h.opts.Heartbeat.Sleep(ctx, beatStep) == nil {
		h.mu.Lock()
		change, ended := h.changes, h.ended
		due := h.opts.Clock.Now().Sub(h.saved) >= renewAfter
		if due {
			h.changes++
			change = h.changes
		}
		h.mu.Unlock()
		if ended != nil {
			return
		}
		_ = h.save(ctx, change) // save ends the run itself if the lease is lost.
	}
}

// finish makes the last change and writes it, with the lease given back. A run
// that may still have calls under way keeps the lease until it expires. ctx is a
// [lastContext].
func (h *hold) finish(ctx context.Context, keepLease bool, fn func(*Record)) error {
	if err := h.end(errEnded); err != nil && !errors.Is(err, errEnded) {
		return err
	}
	if err := h.beginWrite(ctx); err != nil {
		return fmt.Errorf("the ledger can't be written: %w", err)
	}
	defer h.endWrite()
	h.mu.Lock()
	if h.ended != nil && !errors.Is(h.ended, errEnded) {
		defer h.mu.Unlock()
		return h.ended
	}
	fn(h.record)
	h.changes++
	change := h.changes
	now := h.opts.Clock.Now()
	h.record.Updated = now
	h.record.Lease.Beat++
	h.record.Lease.Expires = now.Add(leaseTime)
	if !keepLease {
		h.record.Lease = nil
	}
	data, err := h.record.encode()
	h.mu.Unlock()
	// The same bytes at every try, as they alone tell whether an earlier one
	// came through.
	return h.write(ctx, func() ([]byte, uint64, error) { return data, change, err })
}

// erase deletes the record, lease and all. ctx is a [lastContext].
func (h *hold) erase(ctx context.Context) error {
	if err := h.end(errEnded); err != nil {
		return err
	}
	if err := h.beginWrite(ctx); err != nil {
		return err
	}
	defer h.endWrite()
	ctx, cancelDetached := h.detach(ctx)
	defer cancelDetached()
	for try := 1; ; try++ {
		err := h.opts.Store.Delete(ctx, h.opts.Name, h.generation)
		if err == nil {
			return nil
		}
		stands, readErr := fetch(ctx, h.opts)
		if readErr == nil && stands.data == nil {
			return nil
		}
		if readErr == nil {
			if _, lost := h.ours(stands); lost != nil {
				return h.lost(lost)
			}
			h.generation = stands.generation
		}
		if try == putTries {
			return err
		}
		if err := h.opts.Clock.Sleep(ctx, putPause); err != nil {
			return err
		}
	}
}

// lastContext outlives ctx by as long as a last write may take.
func lastContext(ctx context.Context) (context.Context, context.CancelFunc) {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWrite)
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(lastWriteStopped, cancel) })
	return last, func() {
		stop()
		cancel()
	}
}

// standing is a record as the store has it; data is nil when there is none.
type standing struct {
	data       []byte
	generation int64
}

// put writes a record if it is of the given generation. When the answer is an
// error it looks: what stands may be what it wrote, whose answer was lost.
// Otherwise it returns the error and what stands, nil when that can't be read.
func put(ctx context.Context, opts *Options, data []byte, ifGeneration int64) (int64, *standing, error) {
	generation, err := opts.Store.Write(ctx, opts.Name, data, ifGeneration)
	if err == nil {
		return generation, nil, nil
	}
	stands, readErr := fetch(ctx, opts)
	switch {
	case readErr != nil:
		return 0, nil, err
	case bytes.Equal(stands.data, data):
		return stands.generation, nil, nil
	}
	return 0, stands, err
}

// fetch reads the record. That there is none is believed when it was said
// twice: a service that answers 404 once must not make a record look lost.
func fetch(ctx context.Context, opts *Options) (*standing, error) {
	for last := false; ; last = true {
		data, generation, err := opts.Store.Read(ctx, opts.Name)
		switch {
		case err == nil:
			return &standing{data, generation}, nil
		case !errors.Is(err, ErrNotFound):
			return nil, err
		case last:
			return &standing{}, nil
		}
	}
}

// stamp writes a time for people.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 MST") }
