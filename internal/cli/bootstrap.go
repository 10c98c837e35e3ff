package cli

import (
	"context"
	"errors"
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
// roles, quotas, and constraints of the organisation that will refuse it. It says
// that all is ready when it has looked at all of that, and not before.
func runBootstrap(ctx context.Context, inv invocation) int {
	flags := flag.NewFlagSet("terraform-provider-cortx bootstrap", flag.ContinueOnError)
	b := bootstrap{inv: inv}
	b.flags.register(flags)
	flags.StringVar(&b.tier, "tier", "dev", "`tier` of the environment: dev, sandbox, staging or prod")
	flags.StringVar(&b.member, "member", "", "`principal` that runs Terraform, such as serviceAccount:NAME@PROJECT.iam.gserviceaccount.com, for the commands printed")
	flags.StringVar(&b.accessPolicy, "access-policy", "", "`name` of the access policy that its perimeter will be in, such as accessPolicies/123456789; without it, perimeters are not looked at")
	flags.StringVar(&b.billingAccount, "billing-account", "", "`id` of the billing account that its budget will be in, such as 012345-567890-ABCDEF; without it, budgets are not looked at")
	return onCloud(ctx, inv, flags, &b.flags, []string{"project", "region"}, b.run)
}

// bootstrap is one look at what an environment will need.
type bootstrap struct {
	inv                                        invocation
	flags                                      cloudFlags
	tier, member, accessPolicy, billingAccount string

	// refused and unknown are what there is to say at the end, a phrase each.
	refused, unknown []string
}

func (b *bootstrap) run(ctx context.Context, client *gcp.Client) error {
	spec, err := b.spec()
	if err != nil {
		return err
	}
	if err := b.roles(ctx, client, spec); err != nil {
		return err
	}
	if err := b.quotas(ctx, client, spec); err != nil {
		return err
	}
	b.constraints(ctx, client, spec)
	switch {
	case len(b.refused) > 0 && len(b.unknown) > 0:
		return fmt.Errorf("not ready: %s; and not known: %s", strings.Join(b.refused, ", "), strings.Join(b.unknown, ", "))
	case len(b.refused) > 0:
		return fmt.Errorf("not ready: %s", strings.Join(b.refused, ", "))
	case len(b.unknown) > 0:
		return fmt.Errorf("nothing refuses %s of what could be looked at, but this is not known: %s", spec.ID(), strings.Join(b.unknown, ", "))
	}
	b.say("\nReady: %s can be made%s.\n", spec.ID(), b.without())
	return nil
}

func (b *bootstrap) say(format string, args ...any) {
	_, _ = fmt.Fprintf(b.inv.stdout, format, args...)
}

// without says what was not asked for, and hence not looked at.
func (b *bootstrap) without() string {
	var left []string
	if b.accessPolicy == "" {
		left = append(left, "a perimeter (-access-policy)")
	}
	if b.billingAccount == "" {
		left = append(left, "a budget (-billing-account)")
	}
	if len(left) == 0 {
		return ""
	}
	return ", without " + strings.Join(left, " and without ")
}

// spec is the environment of the tier, with the perimeter and the budget that the
// flags ask for.
func (b *bootstrap) spec() (*component.Spec, error) {
	tier, err := policy.ParseTier(b.tier)
	if err != nil {
		return nil, usageError{fmt.Errorf("-tier: %w", err)}
	}
	if b.flags.name == "" {
		b.flags.name = b.tier
	}
	spec, _ := environment.TierSpec(b.flags.project, b.flags.region, b.flags.name, tier)
	if b.accessPolicy != "" {
		if !component.IsAccessPolicy(b.accessPolicy) {
			return nil, usageError{fmt.Errorf("-access-policy: write accessPolicies/NUMBER; got %q", b.accessPolicy)}
		}
		values, _ := policy.Resolve(policy.Version, tier, policy.Context{AccessPolicy: policy.Yes}, nil)
		spec.Perimeter.AccessPolicy = b.accessPolicy
		spec.Settings[policy.NetworkPerimeter] = values[policy.NetworkPerimeter]
	}
	if b.billingAccount != "" {
		id := strings.TrimPrefix(b.billingAccount, component.BillingAccounts)
		if !component.IsBillingAccount(id) {
			return nil, usageError{fmt.Errorf("-billing-account: write it like 012345-567890-ABCDEF; got %q", b.billingAccount)}
		}
		spec.Budget = &component.BudgetInputs{BillingAccount: id}
	}
	return spec, nil
}

func (b *bootstrap) roles(ctx context.Context, client *gcp.Client, spec *component.Spec) error {
	missing, unasked, err := component.MissingPermissions(ctx, client, spec)
	if err != nil {
		return fmt.Errorf("it can't be told what may be done in project %s: %w", spec.Project, err)
	}
	lacks := map[string]string{}
	for _, need := range missing {
		lacks[need.Component] = "MISSING: " + strings.Join(need.Permissions, ", ")
	}
	for _, unknown := range unasked {
		for _, need := range spec.Needs() {
			if need.On == unknown.On {
				lacks[need.Component] = "UNKNOWN"
			}
		}
	}
	var at string
	var table *tabwriter.Writer
	for i, need := range spec.Needs() {
		if i == 0 || need.On != at {
			if table != nil {
				_ = table.Flush()
				b.say("\nRoles on %s (granted there, or where it belongs to):\n", need.On)
			} else {
				b.say("Roles in project %s:\n", spec.Project)
			}
			at, table = need.On, tabwriter.NewWriter(b.inv.stdout, 2, 4, 2, ' ', 0)
		}
		state := lacks[need.Component]
		if state == "" {
			state = "granted"
		}
		_, _ = fmt.Fprintf(table, "  %s\t%s\t%s\n", need.Role, need.Component, state)
	}
	_ = table.Flush()
	for _, unknown := range unasked {
		b.say("  UNKNOWN  %s could not be asked: %v\n", unknown.On, unknown.Err)
		b.unknown = append(b.unknown, "what may be done on "+unknown.On)
	}
	if len(missing) > 0 {
		b.refused = append(b.refused, fmt.Sprintf("%d roles are missing", len(missing)))
	}
	if b.member != "" && len(missing) > 0 {
		b.say("\nTo grant what is missing:\n")
		for _, need := range missing {
			b.say("  %s --member=%s --role=%s\n", granting(spec.Project, need.On), b.member, need.Role)
		}
	}
	return nil
}

// granting is the command that grants a role, but for whom and which.
func granting(project, on string) string {
	if id, ok := strings.CutPrefix(on, component.AccessPolicies); ok {
		return "gcloud access-context-manager policies add-iam-policy-binding " + id
	}
	if id, ok := strings.CutPrefix(on, component.BillingAccounts); ok {
		return "gcloud billing accounts add-iam-policy-binding " + id
	}
	return "gcloud projects add-iam-policy-binding " + project
}

func (b *bootstrap) quotas(ctx context.Context, client *gcp.Client, spec *component.Spec) error {
	quotas, err := component.Quotas(ctx, client, spec)
	if err != nil {
		return err
	}
	b.say("\nQuotas that it takes, at once and with its node pools at their largest:\n")
	table := tabwriter.NewWriter(b.inv.stdout, 2, 4, 2, ' ', 0)
	var reasons []error
	short, unread := 0, 0
	for _, q := range quotas {
		amount := fmt.Sprintf("%.0f", q.Least)
		if q.Most > q.Least {
			amount += fmt.Sprintf(" to %.0f", q.Most)
		}
		state := fmt.Sprintf("%.0f of %.0f are free", q.Free(), q.Limit)
		switch {
		case q.Unread != nil:
			unread++
			state = "UNKNOWN"
			reasons = append(reasons, fmt.Errorf("%s could not be read: %w", q.Name, q.Unread))
		case q.Refuses():
			short++
			state = "REFUSES: only " + state
		case q.Tight():
			state = "TIGHT: only " + state
		}
		_, _ = fmt.Fprintf(table, "  %s\t%s\t%s\n", q.Name, amount, state)
	}
	_ = table.Flush()
	if len(reasons) > 0 {
		b.say("  UNKNOWN  %s\n", strings.ReplaceAll(errors.Join(reasons...).Error(), "\n", "\n           "))
		b.unknown = append(b.unknown, fmt.Sprintf("%d quotas", unread))
	}
	if short > 0 {
		b.refused = append(b.refused, fmt.Sprintf("%d quotas are too small", short))
	}
	return nil
}

func (b *bootstrap) constraints(ctx context.Context, client *gcp.Client, spec *component.Spec) {
	refusals, unread := component.Constraints(ctx, client, spec)
	b.say("\nConstraints of the organisation:\n")
	for _, r := range refusals {
		b.say("  REFUSES  %s\n           %s\n", r.Constraint, r.Why)
	}
	switch {
	case unread != nil:
		b.say("  UNKNOWN  they could not all be read: %v\n", unread)
		b.unknown = append(b.unknown, "the constraints of the organisation")
	case len(refusals) == 0:
		b.say("  none will refuse it\n")
	}
	if len(refusals) > 0 {
		b.refused = append(b.refused, fmt.Sprintf("%d constraints refuse it", len(refusals)))
	}
}
