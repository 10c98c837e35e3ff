package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// component is a toy component of one of three kinds: "named" objects have the
// name that the client gives, "numbered" ones an id that the service assigns,
// and a name of "blocking" ones can't be used again after a delete.
type component struct {
	w       *toy
	owner   string
	kind    string
	name    string
	needs   []string
	setting string
	// converge, when set, runs at the beginning of Converge.
	converge func(ctx context.Context, s *reconcile.Step) error
	// removes, when set, runs at the beginning of Remove.
	removes func()
	// hidden, when set, says why nothing can be read.
	hidden func() error
}

func (c *component) Name() string    { return c.name }
func (c *component) Needs() []string { return c.needs }

// own returns the component's object. Only named ones can be foreign.
func (c *component) own(ctx context.Context) (found *object, foreign string, err error) {
	if c.hidden != nil && c.hidden() != nil {
		return nil, "", c.hidden()
	}
	if c.kind == "named" {
		o, err := c.w.get(ctx, c.kind, c.name)
		switch {
		case errors.Is(err, errNotFound):
			return nil, "", nil
		case err != nil:
			return nil, "", err
		case o.labels[reconcile.OwnerLabel] != c.owner:
			return nil, fmt.Sprintf("%s belongs to %q", c.name, o.labels[reconcile.OwnerLabel]), nil
		}
		return &o, "", nil
	}
	all, err := c.w.list(ctx, c.kind)
	if err != nil {
		return nil, "", err
	}
	for _, o := range all {
		if o.labels[reconcile.OwnerLabel] == c.owner && o.labels["component"] == c.name {
			return &o, "", nil
		}
	}
	return nil, "", nil
}

func (c *component) Observe(ctx context.Context) (reconcile.Observation, error) {
	o, foreign, err := c.own(ctx)
	switch {
	case err != nil:
		return reconcile.Observation{}, err
	case foreign != "":
		return reconcile.Observation{Foreign: foreign}, nil
	case o == nil:
		return reconcile.Observation{Presence: reconcile.Absent}, nil
	case o.state != "READY":
		return reconcile.Observation{Presence: reconcile.Partial}, nil
	}
	seen := reconcile.Observation{
		Presence: reconcile.Present, Values: map[string]any{c.name + ".setting": o.setting},
		Outputs: map[string]string{c.name + "_id": strconv.Itoa(o.id)},
	}
	if o.setting != c.setting {
		seen.Differs = []reconcile.Difference{{Words: "its setting is " + o.setting}}
	}
	return seen, nil
}

func (c *component) Converge(ctx context.Context, s *reconcile.Step) error {
	if c.converge != nil {
		if err := c.converge(ctx, s); err != nil {
			return err
		}
	}
	for range 6 {
		o, foreign, err := c.own(ctx)
		switch {
		case err != nil:
			return err
		case foreign != "":
			return errors.New(foreign)
		case o == nil:
			err = c.create(ctx, s)
		case o.state == "CREATING", o.state == "DELETING":
			s.Progress(ctx, "waits for operation %d", o.op)
			err = c.await(ctx, o.op)
		case o.state == "ERROR":
			err = c.delete(ctx, o)
		case o.setting != c.setting:
			return c.w.set(ctx, o.id, c.setting)
		default:
			return nil
		}
		if err != nil {
			return err
		}
	}
	return errors.New("it does not settle")
}

func (c *component) create(ctx context.Context, s *reconcile.Step) error {
	made := object{kind: c.kind, setting: c.setting, labels: s.Owner().Labels()}
	made.labels["component"] = c.name
	request := ""
	switch c.kind {
	case "named":
		made.name = c.name
		request = s.RequestID("create")
	case "numbered":
		if err := s.Record(ctx, "intent", "create"); err != nil {
			return err
		}
	case "blocking":
		name, ok := s.Note(ctx, "name")
		if !ok {
			name = fmt.Sprintf("%s-%d", c.name, s.Owner().Incarnation)
		}
		if err := s.Record(ctx, "name", name); err != nil {
			return err
		}
		made.name = name
	}
	op, err := c.w.insert(ctx, made, request)
	if errors.Is(err, errExists) {
		if c.kind == "blocking" {
			return s.Record(ctx, "name", made.name+"x") // Look again, then under another name.
		}
		return nil // Look again: whose is it?
	}
	if err != nil {
		return err
	}
	return c.await(ctx, op)
}

func (c *component) await(ctx context.Context, op int) error {
	for range 20 {
		done, err := c.w.poll(ctx, op)
		if done || err != nil {
			return err
		}
		if err := c.w.clk.Sleep(ctx, time.Second); err != nil {
			return err
		}
	}
	return errors.New("the operation takes too long")
}

func (c *component) delete(ctx context.Context, o *object) error {
	op, err := c.w.remove(ctx, o.id)
	if errors.Is(err, errNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return c.await(ctx, op)
}

func (c *component) Remove(ctx context.Context, s *reconcile.Step) error {
	if c.removes != nil {
		c.removes()
	}
	o, foreign, err := c.own(ctx)
	if err != nil || o == nil || foreign != "" {
		return err
	}
	if o.state == "CREATING" {
		_ = c.await(ctx, o.op) // However it ends.
	}
	if err := c.delete(ctx, o); err != nil {
		return err
	}
	if _, ok := s.Note(ctx, "intent"); ok {
		return s.Forget(ctx, "intent")
	}
	return nil
}

func (c *component) Discover(ctx context.Context) (ownerKey string, incarnation int64, notes map[string]string, found bool, err error) {
	if c.hidden != nil && c.hidden() != nil {
		return "", 0, nil, false, c.hidden()
	}
	all, err := c.w.list(ctx, c.kind)
	if err != nil {
		return "", 0, nil, false, err
	}
	for _, o := range all {
		if o.labels["component"] != c.name {
			continue
		}
		owner, ok := reconcile.OwnerOfLabels(o.labels)
		if ok {
			return owner.Key, owner.Incarnation, map[string]string{"name": o.name}, true, nil
		}
	}
	return "", 0, nil, false, nil
}
