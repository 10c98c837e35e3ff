package component

import (
	"context"
	"sync"
)

type lookKey struct{}

// look holds what was read in one look at all components.
type look struct {
	mu    sync.Mutex
	reads map[string]func() (any, error)
}

// Look is for reconcile.Options: within the context that it returns, components
// that need the same reply ask for it once. What changes things has a context
// without it, and reads anew.
func Look(ctx context.Context) context.Context {
	return context.WithValue(ctx, lookKey{}, &look{reads: map[string]func() (any, error){}})
}

// once makes a read once in a look, and each time outside of one. Who gets the
// reply must not change it.
func once[T any](ctx context.Context, key string, read func(ctx context.Context) (T, error)) (T, error) {
	l, ok := ctx.Value(lookKey{}).(*look)
	if !ok {
		return read(ctx)
	}
	l.mu.Lock()
	shared := l.reads[key]
	if shared == nil {
		// Every component of a look has the same context, so no caller's end
		// ends the read of another.
		shared = sync.OnceValues(func() (any, error) { return read(ctx) })
		l.reads[key] = shared
	}
	l.mu.Unlock()
	value, err := shared()
	typed, _ := value.(T)
	return typed, err
}
