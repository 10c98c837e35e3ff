package cli

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/resources/environment"
)

// runBootstrap prints what an environment will need before anything is made:
// roles, quotas, and constraints of the organisation that will refuse it.
func runBootstrap(ctx context.Context, inv invocation) int {
	flags := flag.NewFlagSet("terraform-provider-cortx bootstrap", flag.ContinueOnError)
	var f cloudFlags
	f.register(flags)
	tier := flags.String("tier", "dev", "`tier` of the environment: dev, sandbox, staging or prod")
	member := flags.String("member", "", "`principal` that runs Terraform, such as serviceAccount:NAME@PROJECT.iam.gserviceaccount.com, for the commands printed")
	return onCloud(ctx, inv, flags, &f, []string{"project", "region"}, func(ctx context.Context, client *gcp.Client) error {
		parsed, err := policy.ParseTier(*tier)
		if err != nil {
			return fmt.Errorf("-tier: %w", err)
		}
		if f.name == "" {
			f.name = *tier
		}
		spec, _ := environment.TierSpec(f.project, f.region, f.name, parsed)
		missing, err := component.MissingPermissions(ctx, client, spec)
		if err != nil {
			return fmt.Errorf("it can't be told what may be done in project %s: %w", f.project, err)
		}
		printRoles(inv, spec, missing, *member)
		printQuotas(inv, spec)
		refusals, unread := component.Constraints(ctx, client, spec)
		_, _ = fmt.Fprintln(inv.stdout, "\nConstraints of the organisation:")
		for _, r := range refusals {
			_, _ = fmt.Fprintf(inv.stdout, "  REFUSES  %s\n           %s\n", r.Constraint, r.Why)
		}
		if unread != nil {
			_, _ = fmt.Fprintf(inv.stdout, "  UNKNOWN  they could not be read: %v\n", unread)
		} else if len(refusals) == 0 {
			_, _ = fmt.Fprintln(inv.stdout, "  none will refuse it")
		}
		if len(missing) > 0 || len(refusals) > 0 {
			return fmt.Errorf("not ready: %d roles are missing, %d constraints refuse it", len(missing), len(refusals))
		}
		_, _ = fmt.Fprintf(inv.stdout, "\nReady: %s can be made.\n", spec.ID())
		return nil
	})
}

func printRoles(inv invocation, spec *component.Spec, missing []component.Need, member string) {
	lacks := map[string][]string{}
	for _, need := range missing {
		lacks[need.Component] = need.Permissions
	}
	_, _ = fmt.Fprintf(inv.stdout, "Roles in project %s:\n", spec.Project)
	table := tabwriter.NewWriter(inv.stdout, 2, 4, 2, ' ', 0)
	for _, need := range spec.Needs() {
		state := "granted"
		if permissions := lacks[need.Component]; len(permissions) > 0 {
			state = "MISSING: " + strings.Join(permissions, ", ")
		}
		_, _ = fmt.Fprintf(table, "  %s\t%s\t%s\n", need.Role, need.Component, state)
	}
	_ = table.Flush()
	if member == "" || len(missing) == 0 {
		return
	}
	_, _ = fmt.Fprintln(inv.stdout, "\nTo grant what is missing:")
	for _, need := range missing {
		_, _ = fmt.Fprintf(inv.stdout, "  gcloud projects add-iam-policy-binding %s --member=%s --role=%s\n", spec.Project, member, need.Role)
	}
}

func printQuotas(inv invocation, spec *component.Spec) {
	_, _ = fmt.Fprintln(inv.stdout, "\nQuotas that it takes (check in the console under IAM & Admin, Quotas):")
	table := tabwriter.NewWriter(inv.stdout, 2, 4, 2, ' ', 0)
	for _, q := range spec.Quotas() {
		_, _ = fmt.Fprintf(table, "  %s\t%s\n", q.Name, q.Amount)
	}
	_ = table.Flush()
}
