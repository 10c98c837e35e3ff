package policytest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

func TestTierChanges(t *testing.T) {
	t.Parallel()
	// From each tier to dev, sandbox, staging and prod.
	table := map[policy.Tier]string{
		policy.Dev:     "y...",
		policy.Sandbox: ".yyy",
		policy.Staging: "..yy",
		policy.Prod:    "...y",
	}
	levels := []policy.Level{policy.Low, policy.Moderate, policy.High}
	for _, from := range policy.Tiers() {
		for i, to := range policy.Tiers() {
			allowed, why := policy.TierChange(from, to)
			if want := table[from][i] == 'y'; allowed != want {
				t.Errorf("%s to %s: %v", from, to, allowed)
			}
			if allowed == (why != "") || !allowed && !strings.Contains(why, "Make a new environment") {
				t.Errorf("%s to %s: %q", from, to, why)
			}
			// The reasons behind the table.
			rule := from == to || from.Isolation() == to.Isolation() && slices.Index(levels, from.Level()) <= slices.Index(levels, to.Level()) && to.MaxTTL() == 0
			if allowed != rule {
				t.Errorf("%s to %s: the table says %v, its rule %v", from, to, allowed, rule)
			}
		}
	}
	for _, pair := range [][2]policy.Tier{{"production", policy.Prod}, {policy.Dev, "production"}, {"x", "x"}} {
		if allowed, why := policy.TierChange(pair[0], pair[1]); allowed || !strings.Contains(why, "there is no tier") {
			t.Errorf("%v: %v, %q", pair, allowed, why)
		}
	}
}

func TestTiersFixIsolationAndLevel(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		tier      policy.Tier
		isolation policy.Isolation
		level     policy.Level
		ttl       time.Duration
	}{
		{policy.Dev, policy.Shared, policy.Low, 0},
		{policy.Sandbox, policy.PerTenant, policy.Moderate, 14 * 24 * time.Hour},
		{policy.Staging, policy.PerTenant, policy.Moderate, 0},
		{policy.Prod, policy.PerTenant, policy.High, 0},
		{"production", "", "", 0},
	} {
		if test.tier.Isolation() != test.isolation || test.tier.Level() != test.level || test.tier.MaxTTL() != test.ttl {
			t.Errorf("%s: %s, %s, %s", test.tier, test.tier.Isolation(), test.tier.Level(), test.tier.MaxTTL())
		}
		parsed, err := policy.ParseTier(string(test.tier))
		if (err == nil) != (test.level != "") || err == nil && (parsed != test.tier || parsed.Purpose() == "") {
			t.Errorf("%s: %v, %v", test.tier, parsed, err)
		}
	}
}

func paths(settings []policy.Setting) []string {
	var all []string
	for _, setting := range settings {
		all = append(all, setting.Path)
	}
	return all
}

func TestWhatIsFixedBlocksAChange(t *testing.T) {
	t.Parallel()
	of := func(tier policy.Tier) policy.Values { return resolved(t, tier, complete, nil) }
	for _, test := range []struct {
		from, to policy.Values
		want     []string
	}{
		{of(policy.Prod), of(policy.Prod), nil},
		{of(policy.Staging), of(policy.Prod), []string{policy.EncryptionCluster, policy.EncryptionData}},
		{of(policy.Sandbox), of(policy.Staging), []string{policy.ClusterLocationType, policy.KMSDestroyDelayHours}},
		{of(policy.Sandbox), of(policy.Prod), []string{policy.ClusterLocationType, policy.EncryptionCluster, policy.EncryptionData, policy.KMSDestroyDelayHours}},
		{of(policy.Dev), policy.Values{policy.DatabasePublicIP: true}, []string{policy.DatabasePublicIP}},
		{policy.Values{}, of(policy.Prod), nil},
	} {
		if got := paths(policy.ChangeBlockers(1, test.from, test.to)); !slices.Equal(got, test.want) {
			t.Errorf("blocked by %v, want %v", got, test.want)
		}
	}
}

func TestOneWayChanges(t *testing.T) {
	t.Parallel()
	staging, prod := resolved(t, policy.Staging, complete, nil), resolved(t, policy.Prod, complete, map[string]any{policy.LoggingLocked: true})
	tightened, loosened := policy.OneWayChanges(1, staging, prod)
	if !slices.Equal(paths(tightened), []string{policy.LoggingCMEK, policy.LoggingLocked}) || len(loosened) > 0 {
		t.Errorf("to prod: tightened %v, loosened %v", paths(tightened), paths(loosened))
	}
	tightened, loosened = policy.OneWayChanges(1, prod, staging)
	if !slices.Equal(paths(loosened), []string{policy.LoggingCMEK, policy.LoggingLocked}) || len(tightened) > 0 {
		t.Errorf("from prod: tightened %v, loosened %v", paths(tightened), paths(loosened))
	}
}

func TestControlIDs(t *testing.T) {
	t.Parallel()
	for tier, off := range map[policy.Tier][]string{
		policy.Dev: {
			"deletion", "cluster_location", "gke_sandbox", "cluster_encryption", "data_encryption", "database_availability", "database_deletion",
			"bucket_history", "data_access_logs", "perimeter", "config_change_alerts",
		},
		policy.Sandbox: {"deletion", "cluster_location", "database_availability", "database_deletion", "perimeter"},
		policy.Staging: {"gke_sandbox"},
		policy.Prod:    {"gke_sandbox"},
	} {
		ids := policy.ControlIDs(1, tier)
		for row, all := range controls {
			got, claimed := ids[row]
			if claimed == slices.Contains(off, row) {
				t.Errorf("%s at %s: %q", row, tier, got)
			}
			if tier == policy.Prod && claimed && got != all {
				t.Errorf("%s at prod is %q, want %q", row, got, all)
			}
			if tier != policy.Prod && strings.Contains(got, "[Hi]") {
				t.Errorf("%s at %s claims what is of the High baseline alone: %q", row, tier, got)
			}
		}
	}
	staging := policy.ControlIDs(1, policy.Staging)
	if staging["binary_authorization"] != "CIS-GKE 5.10 (H); CC8.1 (D,N)" || staging["log_retention"] != "AU-11 (N)" {
		t.Errorf("staging: %v", staging)
	}
	// What a configuration turns on is claimed, and an exception is not.
	values := resolved(t, policy.Prod, policy.Context{ExceptionRecorded: policy.Yes}, map[string]any{policy.ClusterSandboxPool: true})
	ids := policy.ControlIDsOf(1, policy.Prod, values)
	if ids["gke_sandbox"] != "SC-39 (D)" || ids["perimeter"] != "" {
		t.Errorf("%v", ids)
	}
	// Six years of archive and pgaudit are claimed where they are.
	if dev := policy.ControlIDs(1, policy.Dev); dev["database_audit"] != "IA-2 (D)" || dev["log_retention"] != "AU-11 (N)" {
		t.Errorf("dev: %v", dev)
	}
	for days, want := range map[int64]string{2191: "AU-11 (N)", 2192: "AU-11 (N); 164.316(b)(2)(i) (D)"} {
		values := resolved(t, policy.Staging, complete, map[string]any{policy.LoggingArchiveDays: days})
		if got := policy.ControlIDsOf(1, policy.Staging, values)["log_retention"]; got != want {
			t.Errorf("%d days: %q", days, got)
		}
	}
	if policy.InForce(1, "deletion", policy.Values{}) || len(policy.ControlIDsOf(1, policy.Prod, policy.Values{})) > 0 {
		t.Error("controls are claimed for nothing")
	}
}
