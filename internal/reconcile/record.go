package reconcile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"time"
)

// recordVersion is the form of the record that this code reads and writes.
const recordVersion = 1

// Phase says where a composite stands.
type Phase string

// The phases of a composite.
const (
	// Creating means that a run has begun to converge and that none has
	// reached its end since.
	Creating Phase = "creating"
	// Ready means that the last run converged every component.
	Ready Phase = "ready"
	// Deleting means that a run has begun to remove it.
	Deleting Phase = "deleting"
	// Deleted proves that everything was removed.
	Deleted Phase = "deleted"
)

// Status says where a component stands.
type Status string

// The statuses of a component.
const (
	// Running means that a run began it; if the run was killed it stays so.
	Running Status = "running"
	// Converged means that the last run to touch it ended well.
	Converged Status = "converged"
	// Failed means that the last run to touch it ended with an error.
	Failed Status = "failed"
	// Removed means that it was removed.
	Removed Status = "removed"
)

// Record is what the ledger keeps of one composite.
type Record struct {
	// Version is the form of the record.
	Version int `json:"version"`
	// Owner is the owner's key.
	Owner string `json:"owner"`
	// Incarnation counts adoptions, from 1. A state that holds a lower one is
	// stale.
	Incarnation int64 `json:"incarnation"`
	// Phase says where the composite stands.
	Phase Phase `json:"phase"`
	// Takeover is that of the imported state whose run raised the incarnation
	// last; "" when it was no such one.
	Takeover string `json:"takeover,omitempty"`
	// Restored marks a record that Rebuild wrote: its incarnation may be too
	// low, and a state that knows a higher one raises it.
	Restored bool `json:"restored,omitempty"`
	// SpecHash is that of what the last run was to converge.
	SpecHash string `json:"spec_hash,omitempty"`
	// Fields are settings that no API object can hold, such as deletion_policy.
	Fields map[string]string `json:"fields,omitempty"`
	// Lease is held by the run under way; nil when there is none.
	Lease *Lease `json:"lease,omitempty"`
	// Steps holds what is known of each component, by name.
	Steps map[string]*StepRecord `json:"steps"`
	// LastError is the first error of the last run, one masked line, or "".
	LastError string `json:"last_error,omitempty"`
	// Created is when the record was first written, Updated when it was last.
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
}

// Lease says which run may change the composite.
type Lease struct {
	// Holder says in words who runs, for people.
	Holder string `json:"holder"`
	// Nonce is of one run alone: it tells our own write from another's.
	Nonce string `json:"nonce"`
	// Beat counts the writes of the run, so that no two are alike.
	Beat int64 `json:"beat"`
	// Acquired and Expires bound it. Every write puts Expires off.
	Acquired time.Time `json:"acquired"`
	Expires  time.Time `json:"expires"`
}

// StepRecord is what the ledger keeps of one component.
type StepRecord struct {
	Status Status `json:"status"`
	// Attempt counts the runs that ended this step, well or not: the next one
	// asks under request ids of its own, a resumed one under the same.
	Attempt int64 `json:"attempt,omitempty"`
	// Made is set from the first run that converged it until one has removed it:
	// until then it is not forgotten.
	Made bool `json:"made,omitempty"`
	// Notes are what the component recorded: intents, ids, names.
	Notes map[string]string `json:"notes,omitempty"`
	// Progress is the last word about a step under way.
	Progress string `json:"progress,omitempty"`
	// LastError is why it failed, one masked line, or "".
	LastError string `json:"last_error,omitempty"`
	// Started and Finished are those of the last run; Finished is zero while
	// it runs.
	Started  time.Time `json:"started,omitzero"`
	Finished time.Time `json:"finished,omitzero"`
}

// clone copies the record deeply.
func (r *Record) clone() *Record {
	c := *r
	c.Fields = maps.Clone(r.Fields)
	if r.Lease != nil {
		lease := *r.Lease
		c.Lease = &lease
	}
	c.Steps = make(map[string]*StepRecord, len(r.Steps))
	for name, s := range r.Steps {
		step := *s
		step.Notes = maps.Clone(s.Notes)
		c.Steps[name] = &step
	}
	return &c
}

// step returns the record of a component, which it makes if there is none.
func (r *Record) step(name string) *StepRecord {
	if r.Steps == nil {
		r.Steps = map[string]*StepRecord{}
	}
	s := r.Steps[name]
	if s == nil {
		s = &StepRecord{}
		r.Steps[name] = s
	}
	return s
}

// encode returns the record as the ledger keeps it: indented, for people look
// at it too.
func (r *Record) encode() ([]byte, error) {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("the ledger's record can't be encoded: %w", err)
	}
	return append(data, '\n'), nil
}

// errDamaged marks a record that can't be understood and is not newer.
var errDamaged = fmt.Errorf("%w: what stands in its place is damaged", ErrLost)

// DecodeRecord reads a record strictly. [ErrNewer] means that a newer version
// of the provider wrote it.
func DecodeRecord(data []byte) (*Record, error) {
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	if head.Version > recordVersion {
		return nil, fmt.Errorf("%w: it has version %d, this version of the provider knows %d", ErrNewer, head.Version, recordVersion)
	}
	if head.Version < 1 {
		return nil, fmt.Errorf("%w: it has no version", errDamaged)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	r := &Record{}
	if err := decoder.Decode(r); err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something follows its end", errDamaged)
	}
	return r, r.check()
}

// check reports what no version of this code has ever written.
func (r *Record) check() error {
	damaged := func(what string) error { return fmt.Errorf("%w: %s", errDamaged, what) }
	switch {
	case !ValidOwnerKey(r.Owner):
		return damaged("its owner is no owner's key")
	case r.Incarnation < 1:
		return damaged("its incarnation is below 1")
	case r.Lease != nil && (r.Lease.Nonce == "" || r.Lease.Expires.IsZero()):
		return damaged("its lease has no nonce or no end")
	}
	switch r.Phase {
	case Creating, Ready, Deleting, Deleted:
	default:
		return damaged(fmt.Sprintf("its phase is %q", r.Phase))
	}
	for name, s := range r.Steps {
		if !componentName.MatchString(name) || s == nil {
			return damaged(fmt.Sprintf("its step %q is none", name))
		}
		switch s.Status {
		case Running, Converged, Failed, Removed:
		default:
			return damaged(fmt.Sprintf("the status of its step %q is %q", name, s.Status))
		}
	}
	return nil
}
