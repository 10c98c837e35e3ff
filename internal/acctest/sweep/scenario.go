package sweep

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

// Tiers and Scenarios are what there is to disturb.
var (
	Tiers     = []string{"dev", "sandbox", "staging", "prod"}
	Scenarios = []string{create, update, destroy}
)

const (
	create  = "create"
	update  = "update"
	destroy = "destroy"
)

// configuration is the environment of a tier, with all that has a component of
// its own. accessPolicy is "" for a tier without a perimeter.
func configuration(tier, accessPolicy string) map[string]any {
	config := map[string]any{
		"tier": tier, "deletion_policy": "DELETE", "labels": map[string]any{"team": "platform"},
		"budget": map[string]any{"billing_account": "01A2B3-C4D5E6-F70819", "amount": 1000},
	}
	if accessPolicy != "" {
		config["access"] = map[string]any{"access_policy": accessPolicy, "runner_identities": []any{"serviceAccount:terraform@" + project + ".iam.gserviceaccount.com"}}
	}
	return config
}

// changed is a configuration with every kind of change that a tier takes in
// place: what makes it stricter, larger or otherwise labelled.
func changed(config map[string]any) map[string]any {
	next := maps.Clone(config)
	next["labels"] = map[string]any{"team": "platform", "cost": "shared"}
	next["encryption"] = map[string]any{"rotation_days": 30}
	next["storage"] = map[string]any{"versioning": true, "soft_delete_days": 60}
	next["network"] = map[string]any{"flow_sampling": 1.0, "nat_logging": "ALL"}
	next["cluster"] = map[string]any{"max_nodes": 12}
	next["database"] = map[string]any{"machine_type": "db-custom-8-32768", "backups_retained": 40}
	next["budget"] = map[string]any{"billing_account": "01A2B3-C4D5E6-F70819", "amount": 2000}
	return next
}

// drift changes what stands of an environment by hand. What a component does not
// make yet is not there to be changed.
func (w *world) drift(ctx context.Context, tier string) error {
	prefix := "cortx-" + tier
	const here = "projects/" + project
	const compute = "compute.googleapis.com/compute/v1/" + here
	for _, change := range []struct {
		kind, name string // what has to stand
		method, at string
		body       any
	}{
		{"computeRouters", prefix + "-router", http.MethodDelete, compute + "/regions/" + region + "/routers/" + prefix + "-router", nil},
		{"computeFirewallPolicies", prefix + "-firewall", http.MethodPost, compute + "/global/firewallPolicies/" + prefix + "-firewall/removeRule?priority=65000", nil},
		{"buckets", project + "-" + tier + "-data", http.MethodPatch, "storage.googleapis.com/storage/v1/b/" + project + "-" + tier + "-data", map[string]any{"labels": map[string]any{"team": "nobody"}}},
	} {
		if !slices.ContainsFunc(w.server.Inventory()[change.kind], func(n string) bool { return strings.HasSuffix(n, change.name) }) {
			return fmt.Errorf("there is no %s %s to change by hand, of %v", change.kind, change.name, w.server.Inventory()[change.kind])
		}
		if err := w.call(ctx, change.method, change.at, change.body); err != nil {
			return fmt.Errorf("change by hand: %w", err)
		}
	}
	w.pause()
	return nil
}

// scene is a tier's scenario: where it begins, and what a run without a fault
// does.
type scene struct {
	tier, name string
	before     moment
	config     map[string]any
	theirs     map[string]map[string]string
	calls      []Call
	// standing is what stands after it, by kind, made-up parts aside.
	standing map[string][]string
	// deleted are the paths of the calls that delete.
	deleted []string
	// planCalls is how many requests a plan without changes makes.
	planCalls int
}

// run does what the scene is about.
func (s *scene) run(ctx context.Context, core *acctest.Core) *acctest.CoreRun {
	if s.name == destroy {
		return core.Destroy(ctx, s.config)
	}
	return core.Apply(ctx, s.config)
}

// stage plays the scenes of a tier without faults. An error means that there is
// nothing to disturb, as the runs themselves don't work.
func (w *world) stage(ctx context.Context, tier string) ([]*scene, error) {
	w.core.State = nil
	w.server.Reset()
	w.clk.Set(epoch)
	full := tier == "staging" || tier == "prod"
	if err := w.somebodyElse(ctx, full); err != nil {
		return nil, err
	}
	accessPolicy := ""
	if full {
		var err error
		if accessPolicy, err = w.accessPolicy(ctx); err != nil {
			return nil, err
		}
	}
	empty := w.keep()
	config := configuration(tier, accessPolicy)
	made := &scene{tier: tier, name: create, before: empty, config: config, theirs: theirs(empty)}
	if err := w.rehearse(ctx, made); err != nil {
		return nil, err
	}
	stands := w.keep()
	if err := w.drift(ctx, tier); err != nil {
		return nil, err
	}
	next := &scene{tier: tier, name: update, before: w.keep(), config: changed(config), theirs: made.theirs}
	if err := w.rehearse(ctx, next); err != nil {
		return nil, err
	}
	ended := &scene{tier: tier, name: destroy, before: stands, config: config, theirs: made.theirs}
	if err := w.back(stands); err != nil {
		return nil, err
	}
	if err := w.rehearse(ctx, ended); err != nil {
		return nil, err
	}
	return []*scene{made, next, ended}, nil
}

// rehearse plays a scene without a fault and keeps what it does.
func (w *world) rehearse(ctx context.Context, s *scene) error {
	w.server.ResetRequests()
	run := s.run(ctx, w.core)
	if run.Failed() {
		return fmt.Errorf("%s/%s without a fault: %w", s.tier, s.name, run.Err())
	}
	requests := w.server.Requests()
	s.calls, s.deleted = callsOf(requests), deletions(requests)
	s.standing = inventory(w.server.Inventory())
	var problems []string
	if s.name != destroy {
		problems, s.planCalls = w.settled(ctx, s)
		for _, warning := range run.Warnings {
			if strings.HasPrefix(warning, "The environment is not ready") {
				problems = append(problems, warning)
			}
		}
	} else if w.core.State != nil {
		problems = append(problems, "the state is left")
	}
	problems = append(problems, touched(s.theirs, w.keep())...)
	if len(problems) > 0 {
		return fmt.Errorf("%s/%s without a fault: %s", s.tier, s.name, strings.Join(problems, "\n"))
	}
	return nil
}
