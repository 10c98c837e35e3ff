package policytest_test

import (
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

func TestFloorsInWords(t *testing.T) {
	t.Parallel()
	never := func(policy.Condition) bool { return false }
	for _, test := range []struct {
		path           string
		tier           policy.Tier
		asks, latitude string
	}{
		{policy.DeletionPolicy, policy.Prod, "", "any"},
		{policy.ProjectLien, policy.Prod, "true", "only"},
		{policy.ProjectLien, policy.Dev, "", "any"},
		{policy.ClusterIPEndpoints, policy.Dev, "false", "only"},
		{policy.ClusterDatapathProvider, policy.Dev, "ADVANCED_DATAPATH", "only"},
		{policy.ClusterReleaseChannel, policy.Dev, "REGULAR or STABLE", "or stricter"},
		{policy.ClusterReleaseChannel, policy.Prod, "STABLE", "only"},
		{policy.ClusterLoggingComponents, policy.Dev, "at least SYSTEM_COMPONENTS and WORKLOADS", "or more"},
		{policy.EncryptionData, policy.Dev, "", "any"},
		{policy.EncryptionData, policy.Staging, "SOFTWARE or HSM", "or stricter"},
		{policy.KMSRotationDays, policy.Dev, "at most 90", "or less"},
		{policy.DatabaseTLS, policy.Prod, "TRUSTED_CLIENT_CERTIFICATE_REQUIRED or CONNECTOR_REQUIRED", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED or CONNECTOR_REQUIRED"},
		{policy.DatabaseFinalBackupDays, policy.Dev, "", "or more"},
		{policy.DatabaseFinalBackupDays, policy.Staging, "at least 30", "or more"},
		{policy.DatabaseFinalBackupDays, policy.Prod, "at least 365", "only"},
		{policy.NetworkFlowSampling, policy.Sandbox, "at least 0.5", "or more"},
		{policy.NetworkFlowInterval, policy.Staging, "", "any"},
		{policy.NetworkPerimeter, policy.Staging, "", "any"},
		{policy.NetworkPerimeter, policy.Prod, "ENFORCED or EXCEPTION", "ENFORCED or EXCEPTION"},
	} {
		setting, _ := policy.Find(1, test.path)
		value, floor := setting.Implied(test.tier, never), setting.Least(test.tier, never)
		if got := setting.Asks(test.tier, floor); got != test.asks {
			t.Errorf("%s at %s asks for %q, want %q", test.path, test.tier, got, test.asks)
		}
		if got := setting.Latitude(test.tier, value, floor); got != test.latitude {
			t.Errorf("%s at %s admits %q, want %q", test.path, test.tier, got, test.latitude)
		}
	}
}

func TestValuesByTierInWords(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		policy.ClusterPrivateNodes:      "`true` in every tier",
		policy.ClusterReleaseChannel:    "`REGULAR` in dev and sandbox, `STABLE` in staging and prod",
		policy.BinaryAuthorizationMode:  "`DRY_RUN` in dev and sandbox, `ENFORCE_ALLOW_LIST` in staging, `ENFORCE_ATTESTOR` in prod",
		policy.DatabasePITRLogDays:      "`0` in dev and sandbox, `7` in staging and prod, `35` in prod on Enterprise Plus",
		policy.NetworkPerimeter:         "`NONE` in dev, sandbox and staging, `EXCEPTION` in prod, `DRY_RUN` in staging with an access policy, `ENFORCED` in prod with an access policy",
		policy.ClusterLoggingComponents: "`SYSTEM_COMPONENTS` and `WORKLOADS` in dev and sandbox, `APISERVER`, `CONTROLLER_MANAGER`, `SCHEDULER`, `SYSTEM_COMPONENTS` and `WORKLOADS` in staging and prod",
	} {
		setting, _ := policy.Find(1, path)
		if got := setting.ByTier(); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	setting, _ := policy.Find(1, policy.LoggingCMEK)
	if got, want := setting.Markdown(), "Log bucket encrypted with the environment's key. Whether the log bucket has the environment's key in Cloud KMS. A key can be exchanged, but never be taken away again. "+
		"When not set: `false` in dev, sandbox and staging, `true` in prod. It can be tightened and never undone. Controls: AU-11, AU-9(2)[Hi], AU-9(3)[Hi] (N)."; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
