package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/proc"
)

// mayDelete sets the variable with which a stack lets go of its environment.
const mayDelete = "TF_VAR_deletion_policy=DELETE"

// destroy destroys a stack in the way that its tier leaves open: an environment
// whose deletion_policy is PREVENT has it changed and applied first.
func (d *Demo) destroy(ctx context.Context, stack string) error {
	standing, err := d.environments(ctx, stack)
	if err != nil {
		return err
	}
	for _, e := range standing {
		if e.DeletionPolicy != "PREVENT" {
			continue
		}
		d.say("  %s is %s, which refuses to be destroyed: deletion_policy is PREVENT. So first DELETE is applied.", e.ID, e.Tier)
		out, err := d.terraformWith(ctx, []string{mayDelete}, stack, "apply "+stack+" with deletion_policy = \"DELETE\"", "apply", "-auto-approve")
		if err != nil {
			return err
		}
		d.say("  %s", summary(out))
		break
	}
	_, err = d.terraformWith(ctx, []string{mayDelete}, stack, "destroy "+stack, "destroy", "-auto-approve")
	return err
}

// environment is what a state says of a cortx_environment.
type environment struct {
	ID              string            `json:"id"`
	Tier            string            `json:"tier"`
	Ready           bool              `json:"ready"`
	Pending         []string          `json:"pending"`
	DeletionPolicy  string            `json:"deletion_policy"`
	ExpiresAt       string            `json:"expires_at"`
	ClusterID       string            `json:"cluster_id"`
	ClusterEndpoint string            `json:"cluster_endpoint"`
	DatabaseID      string            `json:"database_id"`
	DatabaseAddress string            `json:"database_address"`
	ControlIDs      map[string]string `json:"control_ids"`
}

// environments reads those in the state of a stack.
func (d *Demo) environments(ctx context.Context, stack string) ([]environment, error) {
	raw, err := proc.Run(ctx, io.Discard, proc.Step{
		Title: "read the state of " + stack,
		Dir:   d.dir("stacks", stack),
		Env:   append(CleanEnv(os.Environ()), d.env()...),
		Name:  d.CLI.Path, Args: []string{"show", "-json"},
	})
	if err != nil {
		return nil, err
	}
	return environmentsIn(raw)
}

// stateModule is a module in a state as terraform show -json prints it.
type stateModule struct {
	Resources []struct {
		Type   string          `json:"type"`
		Values json.RawMessage `json:"values"`
	} `json:"resources"`
	Children []stateModule `json:"child_modules"`
}

func environmentsIn(raw string) ([]environment, error) {
	var state struct {
		Values struct {
			Root stateModule `json:"root_module"`
		} `json:"values"`
	}
	// The CLI may say something before the JSON, such as a warning.
	if at := strings.Index(raw, "{"); at > 0 {
		raw = raw[at:]
	}
	if err := json.Unmarshal([]byte(raw), &state); err != nil {
		return nil, fmt.Errorf("the state is not understood: %w", err)
	}
	var found []environment
	todo := []stateModule{state.Values.Root}
	for len(todo) > 0 {
		module := todo[0]
		todo = append(todo[1:], module.Children...)
		for _, r := range module.Resources {
			if r.Type != "cortx_environment" {
				continue
			}
			var e environment
			if err := json.Unmarshal(r.Values, &e); err != nil {
				return nil, fmt.Errorf("the state of an environment is not understood: %w", err)
			}
			found = append(found, e)
		}
	}
	return found, nil
}
