package emulator

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	budgets "google.golang.org/api/billingbudgets/v1"
)

// check refuses a budget that breaks a rule of the API's reference.
func (b budgetService) check(in *budget) error {
	switch {
	case in.SpendCap != nil:
		return notModelled("the spendCap of a budget")
	case utf8.RuneCountInString(in.DisplayName) > 60:
		return invalid("The display name of a budget must be at most 60 characters long.")
	case in.Amount == nil || in.Amount.SpecifiedAmount == nil && in.Amount.LastPeriodAmount == nil:
		return invalid("The amount of a budget is required.")
	case in.Amount.SpecifiedAmount != nil && in.Amount.LastPeriodAmount != nil:
		return invalid("A budget has either a specified amount or the amount of the last period.")
	}
	if m := in.Amount.SpecifiedAmount; m != nil {
		if m.CurrencyCode != "" && m.CurrencyCode != accountCurrency {
			return invalid("The currency code %s doesn't match the currency of the billing account, %s.", m.CurrencyCode, accountCurrency)
		}
		if m.Units < 0 || m.Nanos < 0 || m.Nanos > 999_999_999 {
			return invalid("The amount of a budget must not be negative.")
		}
	}
	switch in.OwnershipScope {
	case "", "OWNERSHIP_SCOPE_UNSPECIFIED", "ALL_USERS", "BILLING_ACCOUNT":
	default:
		return invalid("Invalid value at 'budget.ownership_scope', %q", in.OwnershipScope)
	}
	if err := b.checkFilter(in.BudgetFilter, in.Amount.LastPeriodAmount != nil); err != nil {
		return err
	}
	custom := in.BudgetFilter != nil && in.BudgetFilter.CustomPeriod != nil
	for _, rule := range in.ThresholdRules {
		switch {
		case rule == nil || rule.ThresholdPercent < 0:
			return invalid("The threshold of a budget must not be negative.")
		case rule.SpendBasis == "FORECASTED_SPEND" && custom:
			return invalid("FORECASTED_SPEND can't be set in combination with a custom period.")
		}
		switch rule.SpendBasis {
		case "", "BASIS_UNSPECIFIED", "CURRENT_SPEND", "FORECASTED_SPEND":
		default:
			return invalid("Invalid value at 'budget.threshold_rules.spend_basis', %q", rule.SpendBasis)
		}
	}
	return b.checkNotifications(in.NotificationsRule)
}

var (
	billedService  = regexp.MustCompile(`^services/[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}$`)
	billedAncestor = regexp.MustCompile(`^(folders|organizations)/[0-9]+$`)
)

func (b budgetService) checkFilter(f *budgets.GoogleCloudBillingBudgetsV1Filter, lastPeriod bool) error {
	if f == nil {
		return nil
	}
	for _, ref := range f.Projects {
		id, ok := strings.CutPrefix(ref, "projects/")
		if !ok || strings.Contains(id, "/") {
			return invalid("The project %q of a budget filter must have the form projects/PROJECT.", ref)
		}
		p, err := b.s.managedProject(id)
		if err != nil || p.Deleted != nil {
			return invalid("The project %q of a budget filter was not found.", ref)
		}
	}
	for _, ref := range f.Services {
		if !billedService.MatchString(ref) {
			return invalid("The service %q of a budget filter must have the form services/0000-0000-0000.", ref)
		}
	}
	for _, ref := range f.ResourceAncestors {
		if !billedAncestor.MatchString(ref) {
			return invalid("The resource ancestor %q must be a folder or an organization.", ref)
		}
	}
	for _, ref := range f.Subaccounts {
		if err := checkBillingAccount(ref); err != nil {
			return err
		}
	}
	if len(f.Labels) > 1 {
		return invalid("A budget filter can have one label only.")
	}
	for key, values := range f.Labels {
		if len(values) != 1 || key == "" {
			return invalid("The label %q of a budget filter must have one value.", key)
		}
		if _, ok := values[0].(string); !ok {
			return invalid("The value of the label %q of a budget filter must be a string.", key)
		}
	}
	switch f.CreditTypesTreatment {
	case "", "INCLUDE_ALL_CREDITS", "EXCLUDE_ALL_CREDITS":
		if len(f.CreditTypes) > 0 {
			return invalid("credit_types can only be set with INCLUDE_SPECIFIED_CREDITS.")
		}
	case "INCLUDE_SPECIFIED_CREDITS":
		if len(f.CreditTypes) == 0 {
			return invalid("credit_types must be set with INCLUDE_SPECIFIED_CREDITS.")
		}
	default:
		return invalid("Invalid value at 'budget.budget_filter.credit_types_treatment', %q", f.CreditTypesTreatment)
	}
	switch f.CalendarPeriod {
	case "", "MONTH", "QUARTER", "YEAR":
	default:
		return invalid("Invalid value at 'budget.budget_filter.calendar_period', %q", f.CalendarPeriod)
	}
	switch {
	case f.CustomPeriod == nil:
	case f.CalendarPeriod != "" || lastPeriod:
		return invalid("A custom period can't be set in combination with a calendar period or the amount of the last period.")
	case f.CustomPeriod.StartDate == nil:
		return invalid("The start date of a custom period is required.")
	}
	return nil
}

func (b budgetService) checkNotifications(n *budgets.GoogleCloudBillingBudgetsV1NotificationsRule) error {
	if n == nil {
		return nil
	}
	if n.PubsubTopic != "" {
		if n.SchemaVersion != "1.0" {
			return invalid("The schema version 1.0 is required with a Pub/Sub topic.")
		}
		if _, err := b.s.store.Get(kindTopic, b.s.canonicalName(n.PubsubTopic)); err != nil {
			return notFound("The Pub/Sub topic %s was not found.", n.PubsubTopic)
		}
	}
	if len(n.MonitoringNotificationChannels) > 5 {
		return invalid("A budget can have at most 5 notification channels.")
	}
	for _, name := range n.MonitoringNotificationChannels {
		channel := &monitoringpb.NotificationChannel{}
		if _, err := b.s.load(kindNotificationChannel, b.s.canonicalName(name), channel); err != nil {
			return invalid("The notification channel %s was not found.", name)
		}
		if channel.GetType() != "email" {
			return invalid("The notification channel %s is of the type %s: budgets take email channels only.", name, channel.GetType())
		}
	}
	return nil
}
