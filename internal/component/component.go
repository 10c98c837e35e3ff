package component

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/compute/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// Env is what the components of one environment share.
type Env struct {
	client *gcp.Client
	spec   *Spec
}

// Environment returns the building blocks of an environment, in the order in
// which people read them. It makes no call.
func Environment(client *gcp.Client, spec *Spec) ([]reconcile.Component, error) {
	if _, err := gcp.APIsOf(client); err != nil {
		return nil, err
	}
	e := &Env{client: client, spec: spec}
	var list []reconcile.Component
	for _, build := range blocks() {
		// A block that the spec has no use for is not there at all.
		if c := build(e); c != nil {
			list = append(list, c)
		}
	}
	return list, nil
}

// blocks are the constructors of all building blocks. One that returns nil has
// nothing to do for the spec.
func blocks() []func(*Env) reconcile.Component {
	return []func(*Env) reconcile.Component{
		newServices,
		newAudit,
		newKeys,
		newLogs,
		newDataBucket,
		newNetwork,
		newZones,
		newNAT,
		newFirewall,
		newBinaryAuthorization,
		newNodeIdentity,
		newCluster,
		newNodePools,
		newNamespaces,
		newMetrics,
		newDatabase,
		newDatabaseEndpoint,
		newPerimeter,
		newBudget,
		newAlerts,
		newLien,
	}
}

// apis are Google's own clients. They are no field, so that the linker can leave
// out what of them is not called; see [gcp.APIsOf].
func (e *Env) apis() *gcp.APIs {
	// That they can be made was seen when the environment was.
	apis, _ := gcp.APIsOf(e.client)
	return apis
}

// base is embedded by every component.
type base struct {
	*Env
	name  string
	needs []string
}

// Name implements [reconcile.Component].
func (b base) Name() string { return b.name }

// Needs implements [reconcile.Component].
func (b base) Needs() []string { return b.needs }

// labels are those of an object of the owner.
func (e *Env) labels(o reconcile.Owner) map[string]string {
	all := maps.Clone(e.spec.Labels)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, o.Labels())
	return all
}

// description marks an object that has no labels.
func (e *Env) description(o reconcile.Owner) string {
	return fmt.Sprintf("Environment %s of CORTX. Managed by Terraform: %s.", e.spec.Name, o.Text())
}

// labelsDiffer says which labels of the spec an object lacks. Others on it are
// somebody else's, and an older incarnation is as good.
func (e *Env) labelsDiffer(standing map[string]string) differ {
	want := maps.Clone(e.spec.Labels)
	if want == nil {
		want = map[string]string{}
	}
	want[reconcile.OwnerLabel] = e.spec.Owner
	var differs differ
	for _, key := range e.former(standing) {
		differs.say("", "label %s is there yet", key)
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if got, ok := standing[key]; !ok || got != want[key] {
			differs.say("", "label %s is %q instead of %q", key, got, want[key])
		}
	}
	return differs
}

// mergedLabels puts ours among those that stand.
func (e *Env) mergedLabels(standing map[string]string, o reconcile.Owner) map[string]string {
	all := maps.Clone(standing)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, e.labels(o))
	for _, key := range e.former(standing) {
		delete(all, key)
	}
	return all
}

// former are the labels among those that stand which have to go.
func (e *Env) former(standing map[string]string) []string {
	return slices.DeleteFunc(slices.Clone(e.spec.FormerLabels), func(key string) bool {
		_, wanted := e.spec.Labels[key]
		_, stands := standing[key]
		return wanted || !stands
	})
}

// formerFields name those labels as fields that a patch has to set to null: it
// leaves what it doesn't name.
func (e *Env) formerFields(field string, standing map[string]string) []string {
	var fields []string
	for _, key := range e.former(standing) {
		fields = append(fields, field+"."+key)
	}
	return fields
}

// waiting tells the ledger what a step waits for.
func waiting(s *reconcile.Step, what string) func(ctx context.Context, p gcp.Progress) {
	return func(ctx context.Context, p gcp.Progress) {
		if s != nil {
			s.Progress(ctx, "waiting for %s, %s so far", what, p.Elapsed.Round(time.Second))
		}
	}
}

// computeOperation begins an operation of Compute Engine and waits for it. While another
// one is at the object, such as that of a run that was killed, it waits for its
// turn. call returns nil when there is nothing to do.
func (e *Env) computeOperation(ctx context.Context, s *reconcile.Step, project, what string, call func(ctx context.Context) (*compute.Operation, error)) error {
	var op *compute.Operation
	err := e.client.WhenFree(ctx, "Operation", what, waiting(s, what), func(ctx context.Context) (err error) {
		op, err = call(ctx)
		return err
	})
	if err != nil || op == nil {
		return err
	}
	return e.client.AwaitCompute(ctx, project, op, waiting(s, what))
}

// join merges what was seen of the objects of one component.
func join(parts ...reconcile.Observation) reconcile.Observation {
	all := reconcile.Observation{Values: map[string]any{}, Outputs: map[string]string{}}
	present, absent := true, true
	var foreign []string
	for _, p := range parts {
		present = present && p.Presence == reconcile.Present
		absent = absent && p.Presence == reconcile.Absent
		maps.Copy(all.Values, p.Values)
		maps.Copy(all.Outputs, p.Outputs)
		all.Differs = append(all.Differs, p.Differs...)
		all.Fixed = append(all.Fixed, p.Fixed...)
		if p.Foreign != "" {
			foreign = append(foreign, p.Foreign)
		}
	}
	switch {
	case present:
		all.Presence = reconcile.Present
	case absent:
		all.Presence = reconcile.Absent
	default:
		all.Presence = reconcile.Partial
	}
	all.Foreign = strings.Join(foreign, "; ")
	return all
}
