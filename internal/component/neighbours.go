package component

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// notesOfOthers are the notes of a component, in JSON, of the other environments in
// the project. What is the project's and bears no mark, such as its audit
// configuration, is kept as long as one of them has noted it too. One that is
// being destroyed needs nothing any more.
func notesOfOthers[T any](ctx context.Context, e *Env, component, note string) ([]T, error) {
	others, err := Ledgers(ctx, e.client, e.spec.Project)
	if err != nil {
		return nil, fmt.Errorf("which other environments the project has can't be seen: %w", err)
	}
	var notes []T
	for _, other := range others {
		if other.Owner == e.spec.Owner {
			continue
		}
		text, found, err := e.noteOf(ctx, other, component, note)
		if err != nil {
			return nil, fmt.Errorf("what the environment %s needs can't be seen: %w", other.Name, err)
		}
		if !found {
			continue
		}
		var noted T
		if err := json.Unmarshal([]byte(text), &noted); err != nil {
			return nil, fmt.Errorf("the note %s of the environment %s can't be read: %w", note, other.Name, err)
		}
		notes = append(notes, noted)
	}
	return notes, nil
}

// noteOf is one note of another environment's record, read with no more than it
// takes: a newer version of the provider may have written it.
func (e *Env) noteOf(ctx context.Context, other *Spec, component, note string) (text string, found bool, err error) {
	ledger, err := NewLedger(e.client, other)
	if err != nil {
		return "", false, err
	}
	data, _, err := ledger.Read(ctx, EnvironmentRecord)
	if errors.Is(err, reconcile.ErrNotFound) {
		return "", false, nil // It was lost, or goes this moment.
	}
	if err != nil {
		return "", false, err
	}
	var record struct {
		Phase reconcile.Phase `json:"phase"`
		Steps map[string]struct {
			Status reconcile.Status  `json:"status"`
			Notes  map[string]string `json:"notes"`
		} `json:"steps"`
	}
	if err := json.Unmarshal(data, &record); err != nil {
		return "", false, fmt.Errorf("its record is damaged: %w", err)
	}
	step := record.Steps[component]
	if record.Phase == reconcile.Deleting || record.Phase == reconcile.Deleted || step.Status == reconcile.Removed {
		return "", false, nil
	}
	text, found = step.Notes[note]
	return text, found, nil
}
