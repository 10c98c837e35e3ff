package reconcile_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// terraform does what Terraform and a resource do with one composite.
type terraform struct {
	w         *toy
	owner     string
	setting   string
	shape     []shape
	tombstone bool   // the ledger's place stays
	state     int64  // the incarnation in the state; 0 means that there is none
	takeover  string // of a state that was imported and has not run yet
	parallel  int
	edit      func(*reconcile.Options)
	editParts func([]*component)
}

// shape is a component of a composite.
type shape struct {
	name, kind string
	needs      []string
}

// two is the smallest composite with an order, five has everything.
var (
	two  = []shape{{"network", "named", nil}, {"cluster", "named", []string{"network"}}}
	five = []shape{
		{"network", "named", nil},
		{"keys", "numbered", nil},
		{"cluster", "named", []string{"network", "keys"}},
		{"database", "blocking", []string{"network", "keys"}},
		{"budget", "numbered", nil},
	}
)

func newTerraform(w *toy, shape []shape) *terraform {
	return &terraform{w: w, owner: "toy-dev", setting: "a", shape: shape, parallel: 1}
}

func (tf *terraform) options() reconcile.Options {
	o := reconcile.Options{
		Clock: tf.w.clk, Store: tf.w.ledger, Name: record, Owner: tf.owner, Holder: "toy run", Parallelism: tf.parallel,
		Guard: guard, Prepare: tf.w.prepare, Dispose: tf.w.dispose,
		Commands: reconcile.Commands{Status: "toy status", Import: "toy import", Rebuild: "toy rebuild"},
	}
	if tf.tombstone {
		o.Dispose = nil
	}
	if tf.edit != nil {
		tf.edit(&o)
	}
	return o
}

func (tf *terraform) engine(t *testing.T) *reconcile.Engine {
	t.Helper()
	parts := make([]*component, len(tf.shape))
	for i, s := range tf.shape {
		parts[i] = &component{w: tf.w, owner: tf.owner, kind: s.kind, name: s.name, needs: s.needs, setting: tf.setting}
	}
	if tf.editParts != nil {
		tf.editParts(parts)
	}
	components := make([]reconcile.Component, len(parts))
	for i, c := range parts {
		components[i] = c
	}
	e, err := reconcile.New(tf.options(), components)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (tf *terraform) spec() reconcile.Spec {
	return reconcile.Spec{Incarnation: tf.state, Takeover: tf.takeover, Hash: tf.setting, Fields: map[string]string{"deletion_policy": "DELETE"}}
}

// apply creates or updates. What a killed process learned is lost.
func (tf *terraform) apply(ctx context.Context, t *testing.T) reconcile.Result {
	t.Helper()
	r := tf.engine(t).Converge(ctx, tf.spec())
	if !tf.w.dead && r.Record != nil {
		tf.state, tf.takeover = r.Record.Incarnation, ""
	}
	return r
}

func (tf *terraform) destroy(ctx context.Context, t *testing.T) reconcile.Result {
	t.Helper()
	tf.w.removing = true
	defer func() { tf.w.removing = false }()
	r := tf.engine(t).Destroy(ctx, tf.spec())
	if !tf.w.dead && r.Err == nil {
		tf.state = 0
	}
	return r
}

// refresh drops the state when the record proves the deletion.
func (tf *terraform) refresh(t *testing.T) {
	t.Helper()
	rec, err := tf.engine(t).Record(t.Context())
	if err == nil && rec.Phase == reconcile.Deleted {
		tf.state = 0
	}
}

// foreign puts an object of somebody else into the cloud.
func (w *toy) foreign(name string) {
	w.ids++
	w.objects = append(w.objects, &object{kind: "named", name: name, id: w.ids, setting: "theirs", state: "READY", foreign: true})
}

// standing lists what is wrong with what stands, given that all should.
func (tf *terraform) wrong() (wrong []string) {
	w := tf.w
	wrong = append(wrong, w.violations...)
	seen := map[string]int{}
	for _, o := range w.objects {
		if o.foreign {
			if o.setting != "theirs" || o.state != "READY" {
				wrong = append(wrong, "a foreign object was touched: "+o.name)
			}
			continue
		}
		seen[o.labels["component"]]++
		if o.state != "READY" || o.setting != tf.setting || o.labels[reconcile.OwnerLabel] != tf.owner {
			wrong = append(wrong, fmt.Sprintf("object %+v is not as desired", *o))
		}
	}
	for _, s := range tf.shape {
		if seen[s.name] != 1 {
			wrong = append(wrong, fmt.Sprintf("%d objects of %s stand", seen[s.name], s.name))
		}
		delete(seen, s.name)
	}
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		wrong = append(wrong, "an orphan of "+name)
	}
	rec, err := tf.decode()
	switch {
	case err != nil:
		wrong = append(wrong, err.Error())
	case rec.Phase != reconcile.Ready || rec.Lease != nil || rec.Incarnation != tf.state || rec.LastError != "" || rec.SpecHash != tf.setting:
		wrong = append(wrong, fmt.Sprintf("the record is %+v, the state's incarnation %d", *rec, tf.state))
	default:
		for _, s := range tf.shape {
			if step := rec.Steps[s.name]; step == nil || step.Status != reconcile.Converged || step.LastError != "" {
				wrong = append(wrong, fmt.Sprintf("the record of step %s is %+v", s.name, step))
			}
		}
	}
	return wrong
}

func (tf *terraform) decode() (*reconcile.Record, error) {
	data, ok := tf.w.ledger.Get(record)
	if !ok {
		return nil, reconcile.ErrNotFound
	}
	return reconcile.DecodeRecord(data)
}

// left lists what stands of ours, given that nothing should.
func (tf *terraform) left() (left []string) {
	w := tf.w
	left = append(left, w.violations...)
	for _, o := range w.objects {
		if !o.foreign {
			left = append(left, fmt.Sprintf("orphan %+v", *o))
		} else if o.setting != "theirs" || o.state != "READY" {
			left = append(left, "a foreign object was touched: "+o.name)
		}
	}
	if !tf.tombstone {
		if w.place || w.ledger.Len() > 0 {
			left = append(left, fmt.Sprintf("the ledger's place stands: %v, with %d records", w.place, w.ledger.Len()))
		}
		return left
	}
	if rec, err := tf.decode(); err != nil || rec.Phase != reconcile.Deleted || rec.Lease != nil {
		left = append(left, fmt.Sprintf("the record is %+v: %v", rec, err))
	}
	return left
}
