package component

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/api/billingbudgets/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// spendBudget watches what the environment costs. The service assigns its id and
// it has no labels, so its display name is the mark that it is found by. It is a
// component even without a budget, for the one of an earlier wish has to go.
type spendBudget struct{ base }

const componentBudget = "budget"

func newBudget(e *Env) reconcile.Component {
	return &spendBudget{base{Env: e, name: componentBudget, needs: []string{"services"}}}
}

// billingNote is the billing account of the budget, noted before it is created.
const billingNote = "billing_account"

type budgetOf = billingbudgets.GoogleCloudBillingBudgetsV1Budget

// mark is the display name, of at most 60 characters: an owner's key has at most 31.
func (b *spendBudget) mark() string { return reconcile.OwnerLabel + "=" + b.spec.Owner }

func (b *spendBudget) account() string {
	if b.spec.Budget == nil {
		return ""
	}
	return b.spec.Budget.account()
}

// account is the full name of the billing account.
func (in *BudgetInputs) account() string {
	return BillingAccounts + strings.TrimPrefix(in.BillingAccount, BillingAccounts)
}

// find looks for our budget in an account. An account has up to 50,000: the
// scope leaves those of other projects out.
func (b *spendBudget) find(ctx context.Context, account string) (*budgetOf, error) {
	budgets, err := gcp.Pages(func(token string) ([]*budgetOf, string, error) {
		page, err := b.apis().Budgets.BillingAccounts.Budgets.List(account).Scope("projects/" + b.spec.Project).PageSize(100).PageToken(token).
			Context(gcp.Reading(ctx, "ListBudgets", account)).Do()
		if err != nil {
			return nil, "", err
		}
		return page.Budgets, page.NextPageToken, nil
	})
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(budgets, func(f *budgetOf) bool { return f.DisplayName == b.mark() })
	if at < 0 {
		return nil, nil //nolint:nilnil // No budget is no error.
	}
	return budgets[at], nil
}

// wish is the budget as it is to be. A budget takes one label pair: that of the
// owner, which everything of the environment bears that takes labels.
func (b *spendBudget) wish(number int64) *budgetOf {
	in := b.spec.Budget
	wish := &budgetOf{
		DisplayName: b.mark(),
		Amount: &billingbudgets.GoogleCloudBillingBudgetsV1BudgetAmount{
			SpecifiedAmount: &billingbudgets.GoogleTypeMoney{CurrencyCode: in.Currency, Units: in.Amount},
		},
		BudgetFilter: &billingbudgets.GoogleCloudBillingBudgetsV1Filter{
			Projects: []string{fmt.Sprintf("projects/%d", number)}, Labels: map[string][]any{reconcile.OwnerLabel: {b.spec.Owner}},
			CalendarPeriod: "MONTH", CreditTypesTreatment: "INCLUDE_ALL_CREDITS",
		},
	}
	for _, share := range in.Thresholds {
		wish.ThresholdRules = append(wish.ThresholdRules, &billingbudgets.GoogleCloudBillingBudgetsV1ThresholdRule{ThresholdPercent: share, SpendBasis: "CURRENT_SPEND"})
	}
	return wish
}

// differs says what is not as desired.
func (b *spendBudget) differs(found *budgetOf, number int64) []reconcile.Difference {
	var d differ
	wish := b.wish(number)
	amount := orEmpty(orEmpty(found.Amount).SpecifiedAmount)
	d.is("the amount", amount.Units, wish.Amount.SpecifiedAmount.Units)
	if currency := wish.Amount.SpecifiedAmount.CurrencyCode; currency != "" {
		d.is("the currency", amount.CurrencyCode, currency)
	}
	shares := func(b *budgetOf) []string {
		var all []string
		for _, rule := range b.ThresholdRules {
			all = append(all, fmt.Sprint(rule.ThresholdPercent, " of ", rule.SpendBasis))
		}
		slices.Sort(all)
		return all
	}
	d.is("thresholds", shares(found), shares(wish))
	filter := orEmpty(found.BudgetFilter)
	d.is("the projects", filter.Projects, wish.BudgetFilter.Projects)
	d.is("the labels", filter.Labels, wish.BudgetFilter.Labels)
	d.is("the period", filter.CalendarPeriod, wish.BudgetFilter.CalendarPeriod)
	d.is("credits", filter.CreditTypesTreatment, wish.BudgetFilter.CreditTypesTreatment)
	return d
}

// Observe implements [reconcile.Component].
func (b *spendBudget) Observe(ctx context.Context) (reconcile.Observation, error) {
	if b.spec.Budget == nil {
		return reconcile.Observation{Presence: reconcile.Present}, nil
	}
	found, err := b.find(ctx, b.account())
	if err != nil || found == nil {
		return reconcile.Observation{Presence: reconcile.Absent}, err
	}
	number, err := b.client.ProjectNumber(ctx, b.spec.Project)
	if err != nil {
		return reconcile.Observation{}, err
	}
	return reconcile.Observation{
		Presence: reconcile.Present, Differs: b.differs(found, number), Outputs: map[string]string{"budget": found.Name},
	}, nil
}

// Converge implements [reconcile.Component].
func (b *spendBudget) Converge(ctx context.Context, s *reconcile.Step) error {
	if noted, ok := s.Note(ctx, billingNote); ok && noted != b.account() {
		if err := b.drop(ctx, s, noted); err != nil {
			return err
		}
		if err := s.Forget(ctx, billingNote); err != nil {
			return err
		}
	}
	if b.spec.Budget == nil {
		return nil
	}
	number, err := b.client.ProjectNumber(ctx, b.spec.Project)
	if err != nil {
		return err
	}
	if err := s.Record(ctx, billingNote, b.account()); err != nil {
		return err
	}
	return b.client.EditUnderEtag(ctx, "UpdateBudget", b.account()+"/"+b.mark(), func(ctx context.Context) error {
		found, err := b.find(ctx, b.account())
		if err != nil {
			return err
		}
		if found == nil {
			return b.create(ctx, s, number)
		}
		differs := b.differs(found, number)
		if len(differs) == 0 {
			return nil
		}
		s.Progress(ctx, "updating the budget: %s", reconcile.Words(differs))
		wish := b.wish(number)
		wish.Etag = found.Etag
		_, err = b.apis().Budgets.BillingAccounts.Budgets.Patch(found.Name, wish).UpdateMask("amount,budgetFilter,thresholdRules").
			Context(gcp.UnderEtag(ctx, "UpdateBudget", found.Name)).Do()
		return err
	})
}

func (b *spendBudget) create(ctx context.Context, s *reconcile.Step, number int64) error {
	s.Progress(ctx, "creating the budget")
	observed := func(ctx context.Context) (bool, error) {
		found, err := b.find(ctx, b.account())
		return found != nil, err
	}
	_, err := b.apis().Budgets.BillingAccounts.Budgets.Create(b.account(), b.wish(number)).Context(gcp.Assigned(ctx, "CreateBudget", b.account(), observed)).Do()
	return err
}

// drop deletes our budget in an account, if it is there.
func (b *spendBudget) drop(ctx context.Context, s *reconcile.Step, account string) error {
	found, err := b.find(ctx, account)
	if err != nil || found == nil {
		return err
	}
	s.Progress(ctx, "deleting the budget %s", found.Name)
	_, err = b.apis().Budgets.BillingAccounts.Budgets.Delete(found.Name).Context(gcp.Reading(ctx, "DeleteBudget", found.Name)).Do()
	if gcp.IsNotFound(err) {
		// An earlier attempt may have deleted it; one that is still listed stands.
		if found, lookErr := b.find(ctx, account); lookErr != nil || found == nil {
			return lookErr
		}
	}
	return err
}

// Remove implements [reconcile.Component].
func (b *spendBudget) Remove(ctx context.Context, s *reconcile.Step) error {
	account, noted := s.Note(ctx, billingNote)
	if !noted {
		account = b.account()
	}
	if account == "" {
		return nil
	}
	return b.drop(ctx, s, account)
}

// Discover implements [reconcile.Discoverer]. The mark has no incarnation.
func (b *spendBudget) Discover(ctx context.Context) (ownerKey string, incarnation int64, notes map[string]string, found bool, err error) {
	if b.spec.Budget == nil {
		return "", 0, nil, false, nil
	}
	standing, err := b.find(ctx, b.account())
	if err != nil || standing == nil {
		return "", 0, nil, false, err
	}
	return b.spec.Owner, 0, map[string]string{billingNote: b.account()}, true, nil
}
