package component

import (
	"context"
	"fmt"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// object is one API object that a component keeps. It holds the rules that are
// the same for all of them: look first, mark, never touch what is foreign, patch
// what differs, make anew only what may be.
type object[T any] struct {
	*Env
	// component owns it; noun and name say what it is for people.
	component, noun, name string
	// adoptable objects may be taken over when nobody's mark is on them.
	adoptable bool
	// veiled objects are answered for as forbidden while the service does not
	// know yet that they were made.
	veiled bool

	// get reads it. An error that [gcp.IsNotFound] holds for means absent.
	get func(ctx context.Context) (T, error)
	// create makes it, marked, and waits for that.
	create func(ctx context.Context, s *reconcile.Step) error
	// owner reads the mark; nil for an object that can't bear one, or that is
	// a part of an object that bears it.
	owner func(T) (reconcile.Owner, bool)
	// gone, when set, tells that a stored object is as good as absent, such as
	// one that is soft-deleted; create has to deal with it.
	gone func(T) bool
	// fixed says in words what differs and can't be changed in place; nil means
	// nothing.
	fixed func(T) []reconcile.Difference
	// differs says in words what patch would change.
	differs func(T) []reconcile.Difference
	// patch changes what differs, and waits for that.
	patch func(ctx context.Context, s *reconcile.Step, standing T) error
	// remove deletes it, and waits for that. An error that [gcp.IsNotFound]
	// holds for is none.
	remove func(ctx context.Context, s *reconcile.Step, standing T) error
}

// see reads the object. Values and outputs are the caller's to add; standing is
// the zero value when the object is absent or foreign.
func (o object[T]) see(ctx context.Context) (standing T, seen reconcile.Observation, err error) {
	var zero T
	standing, err = o.get(ctx)
	switch {
	case gcp.IsNotFound(err):
		return zero, reconcile.Observation{Presence: reconcile.Absent}, nil
	case err != nil:
		return zero, seen, err
	case o.gone != nil && o.gone(standing):
		return zero, reconcile.Observation{Presence: reconcile.Absent}, nil
	}
	if foreign := o.foreign(standing); foreign != "" {
		return zero, reconcile.Observation{Presence: reconcile.Absent, Foreign: foreign}, nil
	}
	seen.Presence = reconcile.Present
	if o.fixed != nil {
		seen.Fixed = o.fixed(standing)
		seen.Differs = append(seen.Differs, seen.Fixed...)
	}
	seen.Differs = append(seen.Differs, o.patchable(standing)...)
	return standing, seen, nil
}

func (o object[T]) patchable(standing T) []reconcile.Difference {
	if o.differs == nil {
		return nil
	}
	return o.differs(standing)
}

// sure is see for who is about to leave an object behind: that it is absent is
// believed when it was said twice, since a service that answers 404 once must not
// make an orphan.
func (o object[T]) sure(ctx context.Context) (T, reconcile.Observation, error) {
	standing, seen, err := o.see(ctx)
	if err == nil && seen.Presence == reconcile.Absent && seen.Foreign == "" {
		return o.see(ctx)
	}
	return standing, seen, err
}

// foreign says whose an object is that is not ours, or "".
func (o object[T]) foreign(standing T) string {
	if o.owner == nil {
		return ""
	}
	switch owner, marked := o.owner(standing); {
	case marked && owner.Key == o.spec.Owner:
		return ""
	case marked:
		return fmt.Sprintf("the %s %s belongs to %s", o.noun, o.name, owner.Key)
	case o.adoptable && o.spec.Adopt:
		return ""
	case o.adoptable:
		return fmt.Sprintf("the %s %s stands already and is nobody's: adopt = true takes it over", o.noun, o.name)
	default:
		return fmt.Sprintf("the %s %s stands already and doesn't bear our mark", o.noun, o.name)
	}
}

// converge makes the object so and returns it as it is then.
func (o object[T]) converge(ctx context.Context, s *reconcile.Step) (T, error) {
	var zero T
	standing, seen, err := o.see(ctx)
	if err != nil {
		return zero, err
	}
	if seen.Foreign != "" {
		return zero, fmt.Errorf("%w: %s", reconcile.ErrForeign, seen.Foreign)
	}
	if seen.Presence != reconcile.Absent && o.fixed != nil {
		if fixed := o.fixed(standing); len(fixed) > 0 {
			if !o.spec.mayRecreate(o.component) {
				return zero, fmt.Errorf("the %s %s can't be changed in place (%s): revert the setting, or add %q to allow_recreate", o.noun, o.name, reconcile.Words(fixed), o.component)
			}
			s.Progress(ctx, "deleting the %s %s to make it anew", o.noun, o.name)
			if err := o.removed(ctx, s, standing); err != nil {
				return zero, err
			}
			seen.Presence = reconcile.Absent
		}
	}
	if seen.Presence == reconcile.Absent {
		s.Progress(ctx, "creating the %s %s", o.noun, o.name)
		// An attempt of ours whose reply was lost may have made it, or be at it.
		err := o.create(ctx, s)
		if err != nil && !gcp.IsAlreadyExists(err) {
			return zero, err
		}
		if standing, seen, err = o.appear(ctx, s); err != nil {
			return zero, err
		}
	}
	differs := o.patchable(standing)
	if len(differs) == 0 {
		return standing, nil
	}
	s.Progress(ctx, "updating the %s %s: %s", o.noun, o.name, reconcile.Words(differs))
	if err := o.patch(ctx, s, standing); err != nil {
		return zero, err
	}
	if standing, _, err = o.see(ctx); err != nil {
		return zero, err
	}
	if still := o.patchable(standing); len(still) > 0 {
		return zero, fmt.Errorf("the %s %s still differs after it was updated: %s", o.noun, o.name, reconcile.Words(still))
	}
	return standing, nil
}

// appearWait bounds the wait for an object that was made, or whose name is taken,
// and that can't be read: it is being made, or reads lag behind writes.
const appearWait = 5 * time.Minute

// appear looks for an object that was made. One that an earlier attempt is at
// shows once it is done, and one of a service whose reads lag behind, such as an
// account of IAM, a while after: https://cloud.google.com/iam/docs/overview#consistency.
func (o object[T]) appear(ctx context.Context, s *reconcile.Step) (standing T, seen reconcile.Observation, err error) {
	var zero T
	start := o.client.Now()
	err = o.client.Await(ctx, "Get", o.name, waiting(s, "the "+o.noun+" to show"), func(ctx context.Context) (bool, error) {
		late := o.client.Now().Sub(start) > appearWait
		standing, seen, err = o.see(ctx)
		if o.veiled && !late && gcp.IsPermissionDenied(err) {
			return false, nil
		}
		absent := seen.Presence == reconcile.Absent && seen.Foreign == ""
		return !absent || late, err
	})
	switch {
	case err != nil:
		return zero, seen, err
	case seen.Foreign != "":
		return zero, seen, fmt.Errorf("%w: %s", reconcile.ErrForeign, seen.Foreign)
	case seen.Presence == reconcile.Absent:
		return zero, seen, fmt.Errorf("the %s %s was created and can't be found", o.noun, o.name)
	}
	return standing, seen, nil
}

// delete deletes the object if it is there and ours.
func (o object[T]) delete(ctx context.Context, s *reconcile.Step) error {
	standing, seen, err := o.sure(ctx)
	if err != nil || seen.Presence == reconcile.Absent {
		return err
	}
	// What was adopted bears our mark by now; what does not is not ours.
	if o.owner != nil {
		if owner, marked := o.owner(standing); !marked || owner.Key != o.spec.Owner {
			return nil
		}
	}
	s.Progress(ctx, "deleting the %s %s", o.noun, o.name)
	return o.removed(ctx, s, standing)
}

func (o object[T]) removed(ctx context.Context, s *reconcile.Step, standing T) error {
	err := o.remove(ctx, s, standing)
	if gcp.IsNotFound(err) {
		if _, getErr := o.get(ctx); getErr != nil {
			return nil //nolint:nilerr // It is gone, or the next look says why not.
		}
		// It was said to be gone, and stands.
		err = o.remove(ctx, s, standing)
	}
	if err != nil && !gcp.IsNotFound(err) {
		return err
	}
	return nil
}

// discover says whose mark the object bears, if it stands and bears one.
func (o object[T]) discover(ctx context.Context) (owner reconcile.Owner, found bool, err error) {
	standing, err := o.get(ctx)
	switch {
	case gcp.IsNotFound(err):
		return reconcile.Owner{}, false, nil
	case err != nil:
		return reconcile.Owner{}, false, err
	case o.gone != nil && o.gone(standing):
		return reconcile.Owner{}, false, nil
	}
	owner, found = o.owner(standing)
	return owner, found, nil
}

// discoverable is an object that may bear a mark.
type discoverable interface {
	discover(ctx context.Context) (owner reconcile.Owner, found bool, err error)
}

// discover implements [reconcile.Discoverer] for a component of these objects:
// the first that bears a mark speaks for all.
func discover(ctx context.Context, notes map[string]string, objects ...discoverable) (ownerKey string, incarnation int64, noted map[string]string, found bool, err error) {
	for _, o := range objects {
		owner, marked, err := o.discover(ctx)
		if err != nil {
			return "", 0, nil, false, err
		}
		if marked {
			return owner.Key, owner.Incarnation, notes, true, nil
		}
	}
	return "", 0, nil, false, nil
}

// differ is a list of differences under construction.
type differ []reconcile.Difference

// is notes that a field is not as desired.
func (d *differ) is(field string, got, want any) { d.breaks("", field, got, want) }

// breaks notes that a field is not as a setting wants it.
func (d *differ) breaks(setting, field string, got, want any) {
	if fmt.Sprint(got) != fmt.Sprint(want) {
		d.say(setting, "%s is %v instead of %v", field, got, want)
	}
}

// say notes what is not as desired in words of its own.
func (d *differ) say(setting, format string, args ...any) {
	*d = append(*d, difference(setting, format, args...))
}

// difference is one that breaks a setting, or "" for none.
func difference(setting, format string, args ...any) reconcile.Difference {
	return reconcile.Difference{Setting: setting, Words: fmt.Sprintf(format, args...)}
}

// byName keys what a list gave.
func byName[T any](all []T, name func(T) string) map[string]T {
	named := make(map[string]T, len(all))
	for _, one := range all {
		named[name(one)] = one
	}
	return named
}
