package gcp

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"google.golang.org/api/iterator"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// listPageSize is the largest page that the Monitoring API gives.
const listPageSize = 1000

// kind says how one kind of object of the Monitoring API is called. Its
// functions are plain calls: names, classes, errors and retries are the
// collection's business.
type kind[T proto.Message] struct {
	// noun and plural name the operations: GetX, CreateX, ListXs.
	noun, plural string
	// segment stands before the id in a full name.
	segment string
	// queued kinds want the writes to one project one at a time.
	queued bool
	// chosen tells that the client picks the id. The service picks the others,
	// so a create whose reply was lost looks for its label.
	chosen bool
	// everywhere is what follows the project in the parent under which one list
	// returns every object of it.
	everywhere string

	name    func(T) string
	setName func(object T, name string)
	labels  func(T) *map[string]string
	// secrets lists what must not appear in an error about the object; nil
	// means none.
	secrets func(T) []string
	// twin reports whether two objects, both without their names and the label
	// of their create, are the same but for what the service fills in.
	twin func(standing, wanted T) bool

	get    func(ctx context.Context, mon *monitoringClients, name string) (T, error)
	list   func(ctx context.Context, mon *monitoringClients, parent, filter string) (next func() (T, error))
	create func(ctx context.Context, mon *monitoringClients, parent, id string, object T) (T, error)
	update func(ctx context.Context, mon *monitoringClients, object T, mask []string) (T, error)
	remove func(ctx context.Context, mon *monitoringClients, name string) error
}

// collection reads and writes the objects of one kind. The service may answer
// with a project's number where it was asked by id: every name that a
// collection hands out spells the project as the caller does.
type collection[T proto.Message] struct {
	c      *Client
	kind   kind[T]
	reads  *reader[T]
	before snapshot[T] // what stood before this client's first create
}

func newCollection[T proto.Message](c *Client, k kind[T]) *collection[T] {
	col := &collection[T]{c: c, kind: k}
	col.reads = &reader[T]{clk: c.clk, get: col.getOnce, list: col.listAll, name: k.name}
	return col
}

// Get returns the object with this full name. Reads coalesce: after a few, one
// list of the project serves the rest, so what comes back can be minutes old,
// but never older than this client's own last write.
func (k *collection[T]) Get(ctx context.Context, name string) (T, error) {
	return k.reads.read(ctx, name)
}

// Fresh is Get as of now: what a write builds on.
func (k *collection[T]) Fresh(ctx context.Context, name string) (T, error) {
	return k.reads.fresh(ctx, name)
}

// Update changes the fields in mask, in snake case; without a mask it replaces
// the object. It returns the object as it is then.
func (k *collection[T]) Update(ctx context.Context, object T, mask ...string) (T, error) {
	return k.updateAs(ctx, idempotent, object, mask)
}

// Delete deletes the object with this full name; one that is not there is no
// error.
func (k *collection[T]) Delete(ctx context.Context, name string) error {
	if err := k.deleteOnce(ctx, name); err != nil && !IsNotFound(err) {
		return err
	}
	return nil
}

// Twin returns the name of an object of ours that stood before this client's
// first create in the project and is the same as object but for what the
// service assigns, or "". Call it before Create.
func (k *collection[T]) Twin(ctx context.Context, project string, object T) string {
	bare := func(o T) T {
		o = copyOf(o)
		k.kind.setName(o, "")
		delete(*k.kind.labels(o), CreateIDLabel)
		return o
	}
	wanted := bare(object)
	for _, standing := range k.before.of(ctx, project, func(ctx context.Context) ([]T, error) { return k.listAll(ctx, "projects/"+project) }) {
		if (*k.kind.labels(standing))[CreateIDLabel] != "" && k.kind.twin(bare(standing), wanted) {
			return k.kind.name(standing)
		}
	}
	return ""
}

// createIn makes an object under parent. Its label tells it from others when
// the reply is lost; and when ctx ends while the call is under way, createIn
// still returns what was made, without an error.
func (k *collection[T]) createIn(ctx context.Context, parent, id string, object T) (T, error) {
	var zero T
	c := k.write("Create", parent, object)
	mon, err := k.c.monitoring(ctx)
	if err != nil {
		return zero, NewError(c.op, parent, err)
	}
	mark := uuid.NewString()
	if k.kind.chosen && id == "" {
		id = mark
	}
	object = copyOf(object)
	labels := k.kind.labels(object)
	*labels = withLabel(*labels, mark)

	var (
		found T
		own   bool
	)
	c.class = observed
	c.observe = func(ctx context.Context) (_ bool, err error) {
		found, own, err = k.find(ctx, parent, id, mark)
		return own, err
	}
	made, err := k.kind.create(withCall(ctx, c), mon, parent, id, object)
	k.reads.drop(parent)
	if failure := NewError(c.op, parent, err); failure != nil {
		// The id may be taken by an attempt of ours whose reply was lost and
		// that could not be seen yet.
		if k.kind.chosen && failure.Attempts > 1 && IsAlreadyExists(failure) {
			if standing, ok, err := k.find(ctx, parent, id, mark); ok && err == nil {
				return standing, nil
			}
		}
		return zero, failure
	}
	if own {
		return found, nil
	}
	return k.spelled(made, parent), nil
}

// find looks for what a create made: by its id, or by its label where the
// service picks the id.
func (k *collection[T]) find(ctx context.Context, parent, id, mark string) (T, bool, error) {
	var candidates []T
	if k.kind.chosen {
		standing, err := k.getOnce(ctx, parent+"/"+k.kind.segment+"/"+id)
		switch {
		case err == nil:
			candidates = append(candidates, standing)
		case !IsNotFound(err):
			return standing, false, err
		}
	} else {
		list, err := k.listIn(ctx, parent, createIDFilter(mark))
		if IsInvalid(err) { // The service does not take the filter.
			list, err = k.listIn(ctx, parent, "")
		}
		if err != nil {
			var zero T
			return zero, false, err
		}
		candidates = list
	}
	for _, standing := range candidates {
		if (*k.kind.labels(standing))[CreateIDLabel] == mark {
			return standing, true, nil
		}
	}
	var zero T
	return zero, false, nil
}

func (k *collection[T]) updateAs(ctx context.Context, as class, object T, mask []string) (T, error) {
	var zero T
	name := k.kind.name(object)
	c := k.write("Update", name, object)
	c.class = as
	mon, err := k.c.monitoring(ctx)
	if err != nil {
		return zero, NewError(c.op, name, err)
	}
	updated, err := k.kind.update(withCall(ctx, c), mon, object, mask)
	k.reads.drop(name)
	if err != nil {
		return zero, NewError(c.op, name, err)
	}
	return k.spelled(updated, name), nil
}

// deleteOnce deletes; what is not there is an error.
func (k *collection[T]) deleteOnce(ctx context.Context, name string) error {
	var none T
	c := k.write("Delete", name, none)
	mon, err := k.c.monitoring(ctx)
	if err == nil {
		err = k.kind.remove(withCall(ctx, c), mon, name)
		k.reads.drop(name)
	}
	if err != nil {
		return NewError(c.op, name, err)
	}
	return nil
}

func (k *collection[T]) getOnce(ctx context.Context, name string) (T, error) {
	var zero T
	c := readCall("Get"+k.kind.noun, name)
	mon, err := k.c.monitoring(ctx)
	if err != nil {
		return zero, NewError(c.op, name, err)
	}
	object, err := k.kind.get(withCall(ctx, c), mon, name)
	if err != nil {
		return zero, NewError(c.op, name, err)
	}
	return k.spelled(object, name), nil
}

// listAll returns every object of a project, given as projects/p.
func (k *collection[T]) listAll(ctx context.Context, project string) ([]T, error) {
	return k.listIn(ctx, project+k.kind.everywhere, "")
}

// listIn returns every page of the objects under parent that match filter; an
// empty filter matches all. It always asks the service.
func (k *collection[T]) listIn(ctx context.Context, parent, filter string) ([]T, error) {
	c := readCall("List"+k.kind.plural, parent)
	c.cost = 2
	mon, err := k.c.monitoring(ctx)
	if err != nil {
		return nil, NewError(c.op, parent, err)
	}
	next := k.kind.list(withCall(ctx, c), mon, parent, filter)
	var out []T
	for {
		object, err := next()
		if errors.Is(err, iterator.Done) {
			return out, nil
		}
		if err != nil {
			return nil, NewError(c.op, parent, err)
		}
		out = append(out, k.spelled(object, parent))
	}
}

// spelled gives the object's name the project of like, a full name or parent.
func (k *collection[T]) spelled(object T, like string) T {
	project, _ := splitName(like)
	if own, rest := splitName(k.kind.name(object)); rest != "" && own != project {
		k.kind.setName(object, project+"/"+rest)
	}
	return object
}

func (k *collection[T]) write(verb, resource string, object T) *call {
	c := readCall(verb+k.kind.noun, resource)
	c.queued = k.kind.queued
	if k.kind.secrets != nil {
		c.secrets = k.kind.secrets(object)
	}
	return c
}

func readCall(op, resource string) *call {
	return &call{op: op, resource: resource, api: "monitoring", project: projectOf(resource), class: idempotent, cost: 1}
}

func fieldMask(paths []string) *fieldmaskpb.FieldMask {
	if len(paths) == 0 {
		return nil
	}
	return &fieldmaskpb.FieldMask{Paths: paths}
}

func withLabel(labels map[string]string, id string) map[string]string {
	out := map[string]string{CreateIDLabel: id}
	for k, v := range labels {
		if k != CreateIDLabel {
			out[k] = v
		}
	}
	return out
}

func createIDFilter(id string) string { return `user_labels.` + CreateIDLabel + `="` + id + `"` }
