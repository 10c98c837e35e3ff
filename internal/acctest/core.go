package acctest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/provider"
)

// Core does with one resource what Terraform's core does, in this process: it
// refreshes, plans, plans again at apply, applies, and keeps the state. It holds
// the provider to core's rules, and to those of a composite: no plan replaces
// it, and no failure taints it. Thousands of runs under faults take minutes so,
// where a real CLI takes hours; acceptance tests show that both agree.
//
// The rules are those of hashicorp/terraform's objchange package and of its node
// for an instance of a resource.
type Core struct {
	// Options are the provider's seams.
	Options provider.Options
	// Provider is the provider block.
	Provider map[string]any
	// Type is that of the resource.
	Type string
	// State is what the state file holds of the resource; nil means nothing.
	State *CoreState

	schema *tfprotov6.Schema
}

// CoreState is a resource in a state file.
type CoreState struct {
	Value    tftypes.Value
	Private  []byte
	Identity *tfprotov6.ResourceIdentityData
	// Tainted means that the next apply would destroy it.
	Tainted bool
}

// The actions of a plan.
const (
	CoreNothing = "nothing"
	CoreCreate  = "create"
	CoreUpdate  = "update"
	CoreReplace = "replace"
	CoreDestroy = "destroy"
)

// CoreRun is how a plan, an apply or a destroy went.
type CoreRun struct {
	// Action is what was planned, "" when no plan was made.
	Action string
	// Changed are the paths that the plan would change.
	Changed []string
	// Errors and Warnings are the provider's diagnostics.
	Errors, Warnings []string
	// Violations are what core itself, or we of a composite, would not have:
	// each is a defect of the provider.
	Violations []string
}

func (r *CoreRun) violate(format string, args ...any) {
	r.Violations = append(r.Violations, fmt.Sprintf(format, args...))
}

// note keeps diagnostics and tells whether an error is among them.
func (r *CoreRun) note(diags []*tfprotov6.Diagnostic) (failed bool) {
	for _, d := range diags {
		text := strings.TrimSpace(d.Summary + " " + strings.Join(strings.Fields(d.Detail), " "))
		if d.Attribute != nil {
			text = d.Attribute.String() + ": " + text
		}
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			r.Errors = append(r.Errors, text)
			failed = true
			continue
		}
		r.Warnings = append(r.Warnings, text)
	}
	return failed
}

// Failed tells whether anything went wrong.
func (r *CoreRun) Failed() bool { return len(r.Errors)+len(r.Violations) > 0 }

// Err is all that went wrong.
func (r *CoreRun) Err() error {
	var all []error
	for _, text := range append(append([]string(nil), r.Violations...), r.Errors...) {
		all = append(all, errors.New(text))
	}
	return errors.Join(all...)
}

// Clone is a Core with a state of its own.
func (c *Core) Clone() *Core {
	copied := *c
	if c.State != nil {
		state := *c.State
		copied.State = &state
	}
	return &copied
}

// Plan refreshes and plans. Nothing is kept.
func (c *Core) Plan(ctx context.Context, config map[string]any) *CoreRun {
	return c.refreshed(ctx, func(s *session, state *CoreState) {
		_, _ = s.plan(ctx, state, config) // What went wrong is in the run.
	})
}

// Apply refreshes, plans and applies, and keeps the state that follows.
func (c *Core) Apply(ctx context.Context, config map[string]any) *CoreRun {
	return c.refreshed(ctx, func(s *session, state *CoreState) {
		planned, err := s.plan(ctx, state, config)
		if err != nil {
			return
		}
		c.State = state
		if s.run.Action == CoreNothing || len(s.run.Violations) > 0 {
			return
		}
		again, err := s.plan(ctx, state, config)
		if err != nil {
			return
		}
		for _, path := range disagree(planned.value, again.value) {
			s.run.violate("the final plan is inconsistent with the first: %s", path)
		}
		c.State = s.apply(ctx, state, again)
	})
}

// Destroy refreshes, makes the plan that precedes every destroy, plans the
// destroy and does it.
func (c *Core) Destroy(ctx context.Context, config map[string]any) *CoreRun {
	return c.refreshed(ctx, func(s *session, state *CoreState) {
		if _, err := s.plan(ctx, state, config); err != nil {
			return
		}
		c.State, s.run.Action = state, CoreDestroy
		if state == nil {
			s.run.Action = CoreNothing
			return
		}
		gone := tftypes.NewValue(state.Value.Type(), nil)
		planned, err := s.planTo(ctx, state, gone, gone)
		if err != nil {
			return
		}
		c.State = s.apply(ctx, state, planned)
	})
}

// refreshed starts a provider, refreshes the state with it, does the rest, and
// ends it. Without a refresh the rest is not done.
func (c *Core) refreshed(ctx context.Context, rest func(s *session, state *CoreState)) *CoreRun {
	run := &CoreRun{}
	s, err := c.start(ctx, run)
	if err != nil {
		return run
	}
	defer s.end()
	if state, err := s.refresh(ctx, c.State); err == nil {
		rest(s, state)
	}
	return run
}

// session is one process of the provider.
type session struct {
	core   *Core
	run    *CoreRun
	server tfprotov6.ProviderServer
	opened []io.Closer
}

// end lets go of what the end of a process would.
func (s *session) end() {
	for _, client := range s.opened {
		if err := client.Close(); err != nil {
			s.run.violate("close a client: %v", err)
		}
	}
}

// start starts and configures a provider, as a process of its own is for each
// command of Terraform.
func (c *Core) start(ctx context.Context, run *CoreRun) (*session, error) {
	s := &session{core: c, run: run}
	options := c.Options
	options.Opened = func(client io.Closer) { s.opened = append(s.opened, client) }
	server, err := providerserver.NewProtocol6WithError(provider.NewWith("test", options)())()
	if err != nil {
		run.violate("the provider can't be started: %v", err)
		return nil, err
	}
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		run.violate("the schema can't be had: %v", err)
		return nil, err
	}
	if c.schema = schemas.ResourceSchemas[c.Type]; c.schema == nil {
		err := fmt.Errorf("there is no resource %s", c.Type)
		run.violate("%v", err)
		return nil, err
	}
	s.server = server
	block := valueOf(schemas.Provider.ValueType(), c.Provider)
	configured, err := server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.16.4", Config: s.dynamic(block)})
	if err != nil {
		run.violate("the provider can't be configured: %v", err)
		return nil, err
	}
	if run.note(configured.Diagnostics) {
		return nil, errProvider
	}
	return s, nil
}

// errProvider stands for errors that a run holds already.
var errProvider = errors.New("the provider answered errors")

func (s *session) valueType() tftypes.Type { return s.core.schema.ValueType() }

func (s *session) dynamic(v tftypes.Value) *tfprotov6.DynamicValue {
	d, err := tfprotov6.NewDynamicValue(v.Type(), v)
	if err != nil {
		s.run.violate("a value can't be sent: %v", err)
		return nil
	}
	return &d
}

func (s *session) value(d *tfprotov6.DynamicValue) (tftypes.Value, error) {
	if d == nil {
		return tftypes.NewValue(s.valueType(), nil), nil
	}
	v, err := d.Unmarshal(s.valueType())
	if err != nil {
		s.run.violate("a value can't be read: %v", err)
	}
	return v, err
}

func (s *session) failed(what string, err error, diags []*tfprotov6.Diagnostic) error {
	if err != nil {
		s.run.violate("%s: %v", what, err)
		return err
	}
	if s.run.note(diags) {
		return errProvider
	}
	return nil
}

// refresh reads the resource; nil when it is gone.
func (s *session) refresh(ctx context.Context, state *CoreState) (*CoreState, error) {
	if state == nil {
		return nil, nil //nolint:nilnil // What isn't there stays so.
	}
	resp, err := s.server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{
		TypeName: s.core.Type, CurrentState: s.dynamic(state.Value), Private: state.Private, CurrentIdentity: state.Identity,
	})
	if err := s.failed("read", err, diagsOf(resp)); err != nil {
		return nil, err
	}
	value, err := s.value(resp.NewState)
	switch {
	case err != nil:
		return nil, err
	case value.IsNull():
		return nil, nil //nolint:nilnil // It is gone.
	case !value.IsFullyKnown():
		s.run.violate("a refresh left something unknown")
	}
	return &CoreState{Value: value, Private: resp.Private, Identity: resp.NewIdentity, Tainted: state.Tainted}, nil
}

func diagsOf(resp *tfprotov6.ReadResourceResponse) []*tfprotov6.Diagnostic {
	if resp == nil {
		return nil
	}
	return resp.Diagnostics
}

// plannedChange is what a plan hands to apply.
type plannedChange struct {
	config, value tftypes.Value
	private       []byte
	identity      *tfprotov6.ResourceIdentityData
}

// plan plans the configuration on a state.
func (s *session) plan(ctx context.Context, state *CoreState, config map[string]any) (*plannedChange, error) {
	wanted := valueOf(s.valueType(), config)
	validated, err := s.server.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: s.core.Type, Config: s.dynamic(wanted)})
	if err != nil {
		s.run.violate("validate: %v", err)
		return nil, err
	}
	if s.run.note(validated.Diagnostics) {
		return nil, errProvider
	}
	prior := tftypes.NewValue(s.valueType(), nil)
	if state != nil && !state.Tainted {
		prior = state.Value
	}
	planned, err := s.planTo(ctx, state, wanted, proposedNew(s.core.schema.Block, prior, wanted))
	if err != nil {
		return nil, err
	}
	for _, wrong := range planValid(s.core.schema.Block, prior, wanted, planned.value) {
		s.run.violate("the plan is invalid: %s", wrong)
	}
	s.run.Action, s.run.Changed = CoreUpdate, nil
	switch {
	case state != nil && state.Tainted:
		s.run.Action = CoreReplace
		s.run.violate("the plan replaces the resource, as it is tainted")
	case prior.IsNull():
		s.run.Action = CoreCreate
	case planned.value.Equal(prior):
		s.run.Action = CoreNothing
	default:
		s.run.Changed = changedPaths(prior, planned.value)
	}
	return planned, nil
}

// planTo plans a proposed value.
func (s *session) planTo(ctx context.Context, state *CoreState, config, proposed tftypes.Value) (*plannedChange, error) {
	prior := &CoreState{Value: tftypes.NewValue(s.valueType(), nil)}
	if state != nil && !state.Tainted {
		prior = state
	}
	resp, err := s.server.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: s.core.Type, PriorState: s.dynamic(prior.Value), ProposedNewState: s.dynamic(proposed), Config: s.dynamic(config),
		PriorPrivate: prior.Private, PriorIdentity: prior.Identity,
	})
	var diags []*tfprotov6.Diagnostic
	if resp != nil {
		diags = resp.Diagnostics
	}
	if err := s.failed("plan", err, diags); err != nil {
		return nil, err
	}
	value, err := s.value(resp.PlannedState)
	if err != nil {
		return nil, err
	}
	if len(resp.RequiresReplace) > 0 && !prior.Value.IsNull() {
		s.run.Action = CoreReplace
		s.run.violate("the plan replaces the resource, because of %v", resp.RequiresReplace)
	}
	return &plannedChange{config: config, value: value, private: resp.PlannedPrivate, identity: resp.PlannedIdentity}, nil
}

// apply applies a planned change and returns the state that core keeps.
func (s *session) apply(ctx context.Context, state *CoreState, planned *plannedChange) *CoreState {
	prior := tftypes.NewValue(s.valueType(), nil)
	if state != nil {
		prior = state.Value
	}
	resp, err := s.server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: s.core.Type, PriorState: s.dynamic(prior), PlannedState: s.dynamic(planned.value), Config: s.dynamic(planned.config),
		PlannedPrivate: planned.private, PlannedIdentity: planned.identity,
	})
	if err != nil {
		// A crash: core keeps what it had.
		s.run.violate("apply: %v", err)
		return state
	}
	failed := s.run.note(resp.Diagnostics)
	value, err := s.value(resp.NewState)
	if err != nil {
		return state
	}
	if !value.IsFullyKnown() {
		s.run.violate("after the apply something is unknown, so core taints the resource")
	}
	if !failed {
		for _, path := range disagree(planned.value, value) {
			s.run.violate("the apply contradicts the plan, so core taints the resource: %s", path)
		}
	}
	if value.IsNull() {
		if failed && state != nil {
			return state // Core rather keeps the old state than to lose it.
		}
		return nil
	}
	next := &CoreState{Value: value, Private: resp.Private, Identity: resp.NewIdentity}
	if failed && state == nil {
		next.Tainted = true
		s.run.violate("a create answered an error and a state, so core taints the resource: the next apply would destroy it")
	}
	if planned.value.IsNull() && !failed {
		s.run.violate("a destroy without an error left a state")
	}
	return next
}

// String returns a top-level string of the state, "" when it is null.
func (s *CoreState) String(name string) string {
	var text string
	if v, ok := s.member(name); ok && !v.IsNull() {
		_ = v.As(&text)
	}
	return text
}

// Bool returns a top-level boolean of the state, false when it is null.
func (s *CoreState) Bool(name string) bool {
	var flag bool
	if v, ok := s.member(name); ok && !v.IsNull() {
		_ = v.As(&flag)
	}
	return flag
}

// Strings returns a top-level list of strings of the state.
func (s *CoreState) Strings(name string) []string {
	var items []tftypes.Value
	v, ok := s.member(name)
	if !ok || v.IsNull() || v.As(&items) != nil {
		return nil
	}
	all := make([]string, len(items))
	for i, item := range items {
		_ = item.As(&all[i])
	}
	return all
}

func (s *CoreState) member(name string) (tftypes.Value, bool) {
	if s == nil {
		return tftypes.Value{}, false
	}
	members := map[string]tftypes.Value{}
	if s.Value.As(&members) != nil {
		return tftypes.Value{}, false
	}
	v, ok := members[name]
	return v, ok
}
