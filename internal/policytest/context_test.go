package policytest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

func TestThePerimeterFollowsTheAccessPolicy(t *testing.T) {
	t.Parallel()
	const (
		needsPolicy = "A perimeter needs an access policy."
		needsReason = "An exception needs a recorded reason."
		tooWeak     = "A setting is weaker than its tier allows."
	)
	yes, no := policy.Yes, policy.No
	for _, test := range []struct {
		tier              policy.Tier
		access, exception policy.Answer
		set               string // "" is not set
		perimeter, vip    string
		summary           string
	}{
		{policy.Dev, no, no, "", "NONE", "PRIVATE", ""},
		{policy.Dev, yes, no, "", "NONE", "PRIVATE", ""},
		{policy.Dev, yes, no, "ENFORCED", "ENFORCED", "PRIVATE", ""},
		{policy.Dev, no, no, "DRY_RUN", "DRY_RUN", "PRIVATE", needsPolicy},
		{policy.Dev, yes, yes, "EXCEPTION", "EXCEPTION", "PRIVATE", tooWeak},
		{policy.Sandbox, yes, no, "", "NONE", "PRIVATE", ""},
		{policy.Staging, no, no, "", "NONE", "PRIVATE", ""},
		{policy.Staging, yes, no, "", "DRY_RUN", "PRIVATE", ""},
		{policy.Staging, yes, no, "NONE", "NONE", "PRIVATE", tooWeak},
		{policy.Staging, yes, no, "ENFORCED", "ENFORCED", "PRIVATE", ""},
		{policy.Staging, yes, yes, "EXCEPTION", "EXCEPTION", "PRIVATE", tooWeak},
		{policy.Prod, yes, no, "", "ENFORCED", "RESTRICTED", ""},
		{policy.Prod, yes, yes, "", "ENFORCED", "RESTRICTED", ""},
		{policy.Prod, yes, yes, "EXCEPTION", "EXCEPTION", "PRIVATE", ""},
		{policy.Prod, yes, no, "EXCEPTION", "EXCEPTION", "PRIVATE", needsReason},
		{policy.Prod, yes, no, "DRY_RUN", "DRY_RUN", "PRIVATE", tooWeak},
		{policy.Prod, no, yes, "", "EXCEPTION", "PRIVATE", ""},
		{policy.Prod, no, no, "", "EXCEPTION", "PRIVATE", needsReason},
		{policy.Prod, no, yes, "NONE", "NONE", "PRIVATE", tooWeak},
		{policy.Prod, no, yes, "ENFORCED", "ENFORCED", "RESTRICTED", needsPolicy},
	} {
		overrides := map[string]any{}
		if test.set != "" {
			overrides[policy.NetworkPerimeter] = test.set
		}
		values, violations := policy.Resolve(1, test.tier, policy.Context{AccessPolicy: test.access, ExceptionRecorded: test.exception}, overrides)
		if values.String(policy.NetworkPerimeter) != test.perimeter || values.String(policy.NetworkGoogleAPIsVIP) != test.vip {
			t.Errorf("%+v: perimeter %s, VIP %s", test, values.String(policy.NetworkPerimeter), values.String(policy.NetworkGoogleAPIsVIP))
		}
		var summaries []string
		for _, violation := range violations {
			summaries = append(summaries, violation.Summary)
		}
		if (test.summary == "") != (len(summaries) == 0) || test.summary != "" && !slices.Equal(summaries, []string{test.summary}) {
			t.Errorf("%+v: %v", test, violations)
		}
	}
	// What a tier is told to use is what it takes.
	for tier, want := range map[policy.Tier]string{
		policy.Dev: "asks for NONE, DRY_RUN or ENFORCED (", policy.Staging: "asks for DRY_RUN or ENFORCED (",
	} {
		_, violations := policy.Resolve(1, tier, policy.Context{AccessPolicy: policy.Yes}, map[string]any{policy.NetworkPerimeter: "EXCEPTION"})
		if len(violations) != 1 || !strings.Contains(violations[0].Detail, want) {
			t.Errorf("%s: %v, want %q", tier, violations, want)
		}
	}
	// Under an enforced perimeter production may not go back to the private VIP.
	_, violations := policy.Resolve(1, policy.Prod, policy.Context{AccessPolicy: policy.Yes}, map[string]any{policy.NetworkGoogleAPIsVIP: "PRIVATE"})
	if len(violations) != 1 || violations[0].Path != policy.NetworkGoogleAPIsVIP {
		t.Errorf("the private VIP under a perimeter: %v", violations)
	}
}

func TestDaysOfLogsFollowTheEdition(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		tier          policy.Tier
		plus          policy.Answer
		days, backups int64 // 0 is not set
		want          int64
		summary       string
	}{
		{policy.Dev, policy.Yes, 0, 0, 0, ""},
		{policy.Dev, policy.No, 3, 0, 3, ""},
		{policy.Dev, policy.No, 7, 0, 7, "Logs can't be kept for longer than backups."},
		{policy.Dev, policy.No, 7, 7, 7, ""},
		{policy.Staging, policy.Yes, 0, 0, 7, ""},
		{policy.Staging, policy.Yes, 14, 0, 14, ""},
		{policy.Staging, policy.No, 8, 0, 8, "Only Cloud SQL Enterprise Plus keeps logs for longer than 7 days."},
		{policy.Prod, policy.No, 0, 0, 7, ""},
		{policy.Prod, policy.Yes, 0, 0, 35, ""},
		{policy.Prod, policy.Yes, 7, 0, 7, "A setting is weaker than its tier allows."},
		{policy.Prod, policy.NotYet, 0, 0, 7, ""},
		{policy.Prod, policy.NotYet, 35, 0, 35, ""},
		{policy.Prod, policy.NotYet, 7, 0, 7, ""},
	} {
		overrides := map[string]any{}
		if test.days > 0 {
			overrides[policy.DatabasePITRLogDays] = test.days
		}
		if test.backups > 0 {
			overrides[policy.DatabaseBackupsRetained] = test.backups
		}
		context := complete
		context.EnterprisePlus = test.plus
		values, violations := policy.Resolve(1, test.tier, context, overrides)
		if got := values.Int(policy.DatabasePITRLogDays); got != test.want {
			t.Errorf("%+v: %d days", test, got)
		}
		if (test.summary == "") != (len(violations) == 0) || len(violations) > 0 && violations[0].Summary != test.summary {
			t.Errorf("%+v: %v", test, violations)
		}
	}
}

func TestWhatIsUnknownIsUndecided(t *testing.T) {
	t.Parallel()
	notYet := policy.Context{AccessPolicy: policy.NotYet, EnterprisePlus: policy.NotYet, ExceptionRecorded: policy.NotYet}
	for _, test := range []struct {
		name      string
		tier      policy.Tier
		context   policy.Context
		overrides map[string]any
		want      []string
	}{
		{"nothing", policy.Prod, complete, nil, nil},
		{"dev depends on nothing", policy.Dev, notYet, nil, nil},
		{"staging", policy.Staging, notYet, nil, []string{policy.NetworkPerimeter}},
		{"prod", policy.Prod, notYet, nil, []string{policy.DatabasePITRLogDays, policy.NetworkGoogleAPIsVIP, policy.NetworkPerimeter}},
		{"what is set is decided", policy.Prod, notYet, map[string]any{policy.DatabasePITRLogDays: int64(35), policy.NetworkPerimeter: "ENFORCED"}, nil},
		{"the VIP follows the perimeter", policy.Prod, policy.Context{AccessPolicy: policy.Yes, EnterprisePlus: policy.Yes, Unknown: []string{policy.NetworkPerimeter}}, nil, []string{policy.NetworkGoogleAPIsVIP, policy.NetworkPerimeter}},
		{"unless it is set", policy.Prod, policy.Context{AccessPolicy: policy.Yes, EnterprisePlus: policy.Yes, Unknown: []string{policy.NetworkPerimeter}}, map[string]any{policy.NetworkGoogleAPIsVIP: "RESTRICTED"}, []string{policy.NetworkPerimeter}},
		{"by the configuration", policy.Dev, policy.Context{Unknown: []string{policy.ProjectLien, policy.DatabaseTLS}}, nil, []string{policy.ProjectLien, policy.DatabaseTLS}},
	} {
		got := policy.Undecided(1, test.tier, test.context, test.overrides)
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %v", test.name, got)
		}
		if _, violations := policy.Resolve(1, test.tier, test.context, test.overrides); len(violations) > 0 {
			t.Errorf("%s: what isn't known is refused: %v", test.name, violations)
		}
	}
	if got := policy.Undecided(9, policy.Prod, notYet, nil); got != nil {
		t.Errorf("of no version: %v", got)
	}
}
