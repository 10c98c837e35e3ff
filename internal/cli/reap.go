package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
	"github.com/cortx-platform/terraform-provider-cortx/internal/resources/environment"
)

// runReap destroys the sandboxes of a project whose time is up. It goes by the
// owner records alone, and touches no other tier.
func runReap(ctx context.Context, inv invocation) int {
	flags := flag.NewFlagSet("terraform-provider-cortx reap", flag.ContinueOnError)
	var f cloudFlags
	f.registerProject(flags)
	// The default region of other subcommands would hide sandboxes elsewhere.
	region := flags.String("region", "", "reap in this `region` alone (default: in all)")
	name := flags.String("name", "", "reap the environment of this `name` alone (default: all)")
	dry := flags.Bool("dry-run", false, "say what would be destroyed, and destroy nothing")
	return onCloud(ctx, inv, flags, &f, []string{"project"}, func(ctx context.Context, client *gcp.Client) error {
		ledgers, err := component.Ledgers(ctx, client, f.project)
		if err != nil {
			return fmt.Errorf("the ledgers of project %s could not be listed: %w", f.project, err)
		}
		var failed []error
		looked, reaped := 0, 0
		for _, found := range ledgers {
			if *name != "" && found.Name != *name || *region != "" && found.Region != *region {
				continue
			}
			looked++
			done, err := reapOne(ctx, inv, client, found, *dry)
			if err != nil {
				failed = append(failed, fmt.Errorf("%s: %w", found.ID(), err))
			}
			if done {
				reaped++
			}
		}
		_, _ = fmt.Fprintf(inv.stdout, "%d environments looked at, %d reaped, %d failed.\n", looked, reaped, len(failed))
		return errors.Join(failed...)
	})
}

// errChanged stops a destroy whose record is not the one that was looked at any
// more.
var errChanged = errors.New("its record has changed since it was looked at")

// reapOne destroys one environment if it is a sandbox that has expired.
func reapOne(ctx context.Context, inv invocation, client *gcp.Client, found *component.Spec, dry bool) (reaped bool, err error) {
	say := func(format string, args ...any) {
		_, _ = fmt.Fprintf(inv.stdout, "%s: %s\n", found.ID(), fmt.Sprintf(format, args...))
	}
	record, err := environment.RecordOf(ctx, client, found)
	if errors.Is(err, reconcile.ErrNotFound) {
		say("has no record, and is left alone")
		return false, nil
	}
	if err != nil {
		return false, err
	}
	tier := record.Fields[environment.FieldTier]
	if tier != string(policy.Sandbox) {
		say("is %s, and is left alone", tier)
		return false, nil
	}
	end, err := time.Parse(time.RFC3339, record.Fields[environment.FieldExpiresAt])
	if err != nil {
		return false, fmt.Errorf("its record has no end that can be read, so it is left alone: %w", err)
	}
	if client.Now().Before(end) {
		say("lives until %s", end.Format(time.RFC3339))
		return false, nil
	}
	if held := record.Fields[environment.FieldDeletionPolicy]; held != policy.Delete {
		say("expired at %s, and deletion_policy is %s: left alone", end.Format(time.RFC3339), held)
		return false, nil
	}
	spec, err := environment.SpecFromRecord(ctx, record, found.Project, found.Region, found.Name)
	if err != nil {
		return false, err
	}
	if spec.Tier != policy.Sandbox {
		return false, fmt.Errorf("its record contradicts itself: the tier is %s, and in its configuration %s. It is left alone", tier, spec.Tier)
	}
	if dry {
		say("expired at %s: would be destroyed", end.Format(time.RFC3339))
		return false, nil
	}
	engine, err := component.NewEngine(client, spec, func(e reconcile.Event) {
		if e.Component == "" {
			say("%s", e.Message)
			return
		}
		say("%s %s", e.Component, e.Message)
	})
	if err != nil {
		return false, err
	}
	say("expired at %s: destroying it", end.Format(time.RFC3339))
	result := engine.Destroy(ctx, reconcile.Spec{Incarnation: record.Incarnation, Still: func(now *reconcile.Record) error {
		// Whoever held the lease may have given it more time, or another tier.
		if !maps.Equal(now.Fields, record.Fields) {
			return errChanged
		}
		return nil
	}})
	switch {
	case errors.Is(result.Err, errChanged), result.Fenced:
		say("was changed by another run meanwhile, and is left alone: the next reap looks again")
		return false, nil
	case result.Err != nil && len(result.Pending) == 0:
		return false, result.Err
	case result.Err != nil:
		return false, fmt.Errorf("%w (left: %s)", result.Err, strings.Join(result.Pending, ", "))
	}
	say("destroyed")
	return true, nil
}

// sortedNames are the keys of a map in order.
func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
