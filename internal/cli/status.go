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
		for {
			record, err := environment.RecordOf(ctx, client, f.bare())
			if errors.Is(err, reconcile.ErrNotFound) {
				return fmt.Errorf("the ledger %s holds no record of %s: it was never made, it is gone, or the record is lost (then: terraform-provider-cortx ledger rebuild)", f.bare().LedgerBucket(), f.bare().ID())
			}
			if err != nil {
				return err
			}
			if *asJSON {
				encoder := json.NewEncoder(inv.stdout)
				encoder.SetIndent("", "  ")
				if err := encoder.Encode(record); err != nil {
					return err
				}
			} else {
				printStatus(inv.stdout, f.bare().ID(), record, client.Now())
			}
			if !*watch || record.Lease == nil || !record.Lease.Expires.After(client.Now()) {
				return nil
			}
			if err := client.Clock().Sleep(ctx, watchEvery); err != nil {
				return nil //nolint:nilerr // Whoever watches has seen enough.
			}
		}
	})
}

// printStatus writes a record for people.
func printStatus(w io.Writer, id string, record *reconcile.Record, now time.Time) {
	_, _ = fmt.Fprintf(w, "%s\n\n  Tier          %s\n  Phase         %s, incarnation %d\n", id, record.Fields[environment.FieldTier], record.Phase, record.Incarnation)
	switch {
	case record.Lease == nil:
		_, _ = fmt.Fprintln(w, "  Run           none under way")
	case record.Lease.Expires.After(now):
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
	for _, name := range slices.Sorted(maps.Keys(record.Steps)) {
		step := record.Steps[name]
		what := step.Progress
		if step.LastError != "" {
			what = step.LastError
		}
		took := ""
		switch {
		case step.Started.IsZero():
		case step.Finished.IsZero():
			took = now.Sub(step.Started).Round(time.Second).String()
		default:
			took = step.Finished.Sub(step.Started).Round(time.Second).String()
		}
		_, _ = fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", name, step.Status, took, what)
	}
	_ = table.Flush()
}
