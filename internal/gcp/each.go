package gcp

import (
	"context"
	"errors"
	"iter"

	"google.golang.org/api/iterator"
)

// Each yields the objects of a project, given by id, that match filter; an empty
// filter matches all, and is the only one that dashboards have. A page is asked
// for when the one before it is used up, with one request; who stops early asks
// for no more. An error is the last thing that is yielded.
func (k *collection[T]) Each(ctx context.Context, project, filter string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		parent := "projects/" + project + k.kind.everywhere
		c := readCall("List"+k.kind.plural, parent)
		c.cost = 2
		mon, err := k.c.monitoring(ctx)
		if err != nil {
			yield(zero, NewError(c.op, parent, err))
			return
		}
		next := k.kind.list(withCall(ctx, c), mon, parent, filter)
		for {
			object, err := next()
			if errors.Is(err, iterator.Done) {
				return
			}
			if err != nil {
				yield(zero, NewError(c.op, parent, err))
				return
			}
			if !yield(k.spelled(object, parent), nil) {
				return
			}
		}
	}
}
