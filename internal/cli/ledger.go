package cli

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
	"github.com/cortx-platform/terraform-provider-cortx/internal/resources/environment"
)

// runLedger works on the ledger itself; rebuild is all that there is to do.
func runLedger(ctx context.Context, inv invocation) int {
	const form = "Usage: terraform-provider-cortx ledger rebuild -project ID -region REGION -name NAME -tier TIER"
	switch {
	case len(inv.args) > 0 && asksForHelp(inv.args[0]):
		_, _ = fmt.Fprintln(inv.stdout, form)
		return exitOK
	case len(inv.args) == 0 || inv.args[0] != "rebuild":
		_, _ = fmt.Fprintln(inv.stderr, form)
		return exitUsage
	}
	inv.args = inv.args[1:]
	flags := flag.NewFlagSet("terraform-provider-cortx ledger rebuild", flag.ContinueOnError)
	var f cloudFlags
	f.register(flags)
	tier := flags.String("tier", "", "`tier` of the environment: dev, sandbox, staging or prod")
	incarnation := flags.Int64("incarnation", 0, "`number` that the state holds as incarnation, if there is a state")
	return onCloud(ctx, inv, flags, &f, []string{"project", "region", "name"}, func(ctx context.Context, client *gcp.Client) error {
		parsed, err := policy.ParseTier(*tier)
		if err != nil {
			return usageError{fmt.Errorf("-tier: %w", err)}
		}
		// A record of the wrong tier would hold the wrong deletion policy.
		marked, err := component.LedgerTier(ctx, client, f.bare())
		if err != nil {
			return fmt.Errorf("the ledger of %s could not be read: %w", f.bare().ID(), err)
		}
		if marked != "" && marked != parsed {
			return usageError{fmt.Errorf("the ledger %s is marked as that of tier %s, and -tier says %s: nothing was restored", f.bare().LedgerBucket(), marked, parsed)}
		}
		spec, fields := environment.TierSpec(f.project, f.region, f.name, parsed)
		engine, err := component.NewEngine(client, spec, nil)
		if err != nil {
			return err
		}
		record, err := engine.Rebuild(ctx, reconcile.Spec{Incarnation: *incarnation, Fields: fields})
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(inv.stdout, "The record of %s is restored, as incarnation %d, from what bears its mark.\n", spec.ID(), record.Incarnation)
		_, _ = fmt.Fprintf(inv.stdout, "Apply from the state that has it; without one, import it: terraform import ADDRESS %s\n", spec.ID())
		_, _ = fmt.Fprintf(inv.stdout, "Found: %s.\n", strings.Join(sortedNames(record.Steps), ", "))
		return nil
	})
}
