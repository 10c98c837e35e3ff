package cli

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
	"github.com/cortx-platform/terraform-provider-cortx/internal/resources/environment"
)

// watchEvery is the time between two looks at the ledger.
const watchEvery = 2 * time.Second

// runStatus shows what the ledger says of an environment, live if asked.
func runStatus(ctx context.Context, inv invocation) int {
	flags := flag.NewFlagSet("terraform-provider-cortx status", flag.ContinueOnError)
	var f cloudFlags
	f.register(flags)
	watch := flags.Bool("watch", false, "look again every two seconds until no run is under way")
	asJSON := flags.Bool("json", false, "print the record as JSON")
	return onCloud(ctx, inv, flags, &f, []string{"project", "region", "name"}, func(ctx context.Context, client *gcp.Client) error {
		var last *reconcile.Record
		for {
			record, err := environment.RecordOf(ctx, client, f.bare())
			switch {
			case ctx.Err() != nil:
				return nil //nolint:nilerr // Whoever watches has seen enough.
			case errors.Is(err, reconcile.ErrNotFound) && last != nil && last.Phase == reconcile.Deleting:
				_, _ = fmt.Fprintf(inv.stderr, "%s is destroyed, and its record with it.\n", f.bare().ID())
				return nil
			case errors.Is(err, reconcile.ErrNotFound):
				return fmt.Errorf("the ledger %s holds no record of %s: it was never made, it is gone, or the record is lost (then: terraform-provider-cortx ledger rebuild)", f.bare().LedgerBucket(), f.bare().ID())
			case err != nil:
				return err
			}
			last = record
			if *asJSON {
				encoder := json.NewEncoder(inv.stdout)
				encoder.SetIndent("", "  ")
				if err := encoder.Encode(record); err != nil {
					return err
				}
			} else {
				printStatus(inv.stdout, f.bare().ID(), record, componentsOf(ctx, client, &f, record), client.Now())
			}
			if !*watch || !underWay(record, client.Now()) {
				return nil
			}
			if err := client.Clock().Sleep(ctx, watchEvery); err != nil {
				return nil //nolint:nilerr // Whoever watches has seen enough.
			}
		}
	})
}

// underWay tells whether a run holds the lease.
func underWay(record *reconcile.Record, now time.Time) bool {
	return record.Lease != nil && record.Lease.Expires.After(now)
}

// componentsOf are the components of an environment, also those that no run has
// come to yet; nil when its record doesn't say.
func componentsOf(ctx context.Context, client *gcp.Client, f *cloudFlags, record *reconcile.Record) []string {
	spec, err := environment.SpecFromRecord(ctx, record, f.project, f.region, f.name)
	if err != nil {
		return nil
	}
	components, err := component.Environment(client, spec)
	if err != nil {
		return nil
	}
	names := make([]string, len(components))
	for i, c := range components {
		names[i] = c.Name()
	}
	return names
}

// printStatus writes a record for people.
func printStatus(w io.Writer, id string, record *reconcile.Record, components []string, now time.Time) {
	_, _ = fmt.Fprintf(w, "%s\n\n  Tier          %s\n  Phase         %s, incarnation %d\n", id, record.Fields[environment.FieldTier], record.Phase, record.Incarnation)
	switch {
	case record.Lease == nil:
		_, _ = fmt.Fprintln(w, "  Run           none under way")
	case underWay(record, now):
		_, _ = fmt.Fprintf(w, "  Run           %s, for %s\n", record.Lease.Holder, now.Sub(record.Lease.Acquired).Round(time.Second))
	default:
		_, _ = fmt.Fprintf(w, "  Run           cut off: %s, silent since %s\n", record.Lease.Holder, record.Lease.Expires.Format(time.RFC3339))
	}
	if end := record.Fields[environment.FieldExpiresAt]; end != "" {
		_, _ = fmt.Fprintf(w, "  Expires       %s\n", end)
	}
	if record.LastError != "" {
		_, _ = fmt.Fprintf(w, "  Last error    %s\n", record.LastError)
	}
	_, _ = fmt.Fprintln(w)
	table := tabwriter.NewWriter(w, 2, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "  COMPONENT\tSTATUS\tTIME\tWHAT")
	names := slices.AppendSeq(slices.Clone(components), maps.Keys(record.Steps))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		status, took, what := stepWords(record, record.Steps[name], now)
		_, _ = fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", name, status, took, what)
	}
	_ = table.Flush()
}

// stepWords say where a component stands: what the ledger keeps of an earlier run
// is not the work of the one under way, and nothing runs when no run is.
func stepWords(record *reconcile.Record, step *reconcile.StepRecord, now time.Time) (status, took, what string) {
	live := underWay(record, now)
	switch {
	case step == nil && live:
		return "waiting", "", ""
	case step == nil:
		return "not begun", "", ""
	case live && step.Started.Before(record.Lease.Acquired):
		return "waiting", "", "last run: " + string(step.Status)
	}
	status, what = string(step.Status), step.Progress
	if step.LastError != "" {
		what = step.LastError
	}
	cutOff := step.Status == reconcile.Running && !live
	if cutOff {
		status = "cut off"
	}
	switch {
	case step.Started.IsZero():
	case !step.Finished.IsZero():
		took = step.Finished.Sub(step.Started).Round(time.Second).String()
	case !cutOff: // How long it ran before that nobody knows.
		took = now.Sub(step.Started).Round(time.Second).String()
	}
	return status, took, what
}
