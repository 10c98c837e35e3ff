package policytest_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// complete is a context in which every tier resolves without a violation.
var complete = policy.Context{AccessPolicy: policy.Yes, EnterprisePlus: policy.Yes, ExceptionRecorded: policy.Yes}

func resolved(t *testing.T, tier policy.Tier, context policy.Context, overrides map[string]any) policy.Values {
	t.Helper()
	values, violations := policy.Resolve(1, tier, context, overrides)
	for _, violation := range violations {
		t.Errorf("%s: %s %s", tier, violation.Summary, violation.Detail)
	}
	return values
}

func TestATierAloneResolves(t *testing.T) {
	t.Parallel()
	for _, tier := range policy.Tiers() {
		values := resolved(t, tier, complete, nil)
		if len(values) != len(policy.Settings(1)) {
			t.Errorf("%s has %d values", tier, len(values))
		}
		// The values, set by hand, are the same environment.
		if again := resolved(t, tier, complete, values); !reflect.DeepEqual(again, values) {
			t.Errorf("%s set by hand is %v", tier, again)
		}
	}
}

// steps are for each setting, from the weakest to the strictest, values of which
// each is stricter than those in the steps before it. They are written down here
// by hand: what the catalogue takes for stricter has to agree.
var steps = map[string][][]any{
	"cluster.location_type":            {{"ZONAL"}, {"REGIONAL"}},
	"cluster.release_channel":          {{"RAPID"}, {"REGULAR"}, {"STABLE"}},
	"cluster.private_nodes":            {{false}, {true}},
	"cluster.ip_endpoints":             {{true}, {false}},
	"cluster.datapath_provider":        {{"ADVANCED_DATAPATH"}},
	"cluster.shielded_nodes":           {{false}, {true}},
	"cluster.secure_boot":              {{false}, {true}},
	"cluster.integrity_monitoring":     {{false}, {true}},
	"cluster.workload_identity":        {{false}, {true}},
	"cluster.workload_metadata":        {{"GKE_METADATA"}},
	"cluster.managed_prometheus":       {{false}, {true}},
	"cluster.cost_allocation":          {{false}, {true}},
	"cluster.pod_security":             {{"baseline"}, {"restricted"}},
	"cluster.sandbox_pool":             {{false}, {true}},
	"cluster.binary_authorization":     {{"DRY_RUN"}, {"ENFORCE_ALLOW_LIST"}, {"ENFORCE_ATTESTOR"}},
	"encryption.cluster":               {{"GOOGLE"}, {"SOFTWARE"}, {"HSM"}},
	"encryption.data":                  {{"GOOGLE"}, {"SOFTWARE"}, {"HSM"}},
	"encryption.rotation_days":         {{int64(365)}, {int64(91)}, {int64(90)}, {int64(89)}, {int64(1)}},
	"encryption.destroy_delay_hours":   {{int64(24)}, {int64(25)}, {int64(719)}, {int64(720)}, {int64(721)}, {int64(2880)}},
	"database.availability_type":       {{"ZONAL"}, {"REGIONAL"}},
	"database.backups_retained":        {{int64(1)}, {int64(2)}, {int64(3)}, {int64(13)}, {int64(14)}, {int64(34)}, {int64(35)}, {int64(365)}},
	"database.pitr_log_days":           {{int64(0)}, {int64(1)}, {int64(6)}, {int64(7)}, {int64(34)}, {int64(35)}},
	"database.private_service_connect": {{false}, {true}},
	"database.public_ip":               {{true}, {false}},
	"database.tls":                     {{"ENCRYPTED_ONLY"}, {"TRUSTED_CLIENT_CERTIFICATE_REQUIRED", "CONNECTOR_REQUIRED"}},
	"database.iam_authentication":      {{false}, {true}},
	"database.audit_logging":           {{false}, {true}},
	"database.deletion_protection":     {{false}, {true}},
	"database.final_backup_days":       {{int64(0)}, {int64(29)}, {int64(30)}, {int64(364)}, {int64(365)}},
	"storage.public_access_prevention": {{false}, {true}},
	"storage.uniform_access":           {{false}, {true}},
	"storage.versioning":               {{false}, {true}},
	"storage.soft_delete_days":         {{int64(0)}, {int64(7)}, {int64(29)}, {int64(30)}, {int64(90)}},
	"logging.data_access":              {{"NONE"}, {"ADMIN_READ_DATA_WRITE"}, {"DATA_SERVICES"}, {"ALL_SERVICES"}},
	"logging.config_change_alerts":     {{false}, {true}},
	"logging.retention_days":           {{int64(1)}, {int64(29)}, {int64(30)}, {int64(89)}, {int64(90)}, {int64(399)}, {int64(400)}, {int64(3650)}},
	"logging.cmek":                     {{false}, {true}},
	"logging.locked":                   {{false}, {true}},
	"logging.archive_days":             {{int64(0)}, {int64(2191)}, {int64(2192)}, {int64(36500)}},
	"network.flow_sampling":            {{0.0}, {0.09}, {0.1}, {0.49}, {0.5}, {0.99}, {1.0}},
	"network.flow_interval":            {{"INTERVAL_15_MIN"}, {"INTERVAL_10_MIN"}, {"INTERVAL_5_MIN"}, {"INTERVAL_1_MIN"}, {"INTERVAL_30_SEC"}, {"INTERVAL_5_SEC"}},
	"network.flow_metadata":            {{"EXCLUDE_ALL_METADATA"}, {"INCLUDE_ALL_METADATA"}},
	"network.firewall":                 {{"DENY_INGRESS"}, {"DENY_ALL"}},
	"network.firewall_logging":         {{false}, {true}},
	"network.google_apis_vip":          {{"PRIVATE"}, {"RESTRICTED"}},
	"network.nat_logging":              {{"ERRORS_ONLY"}, {"ALL"}},
	"network.perimeter":                {{"NONE"}, {"DRY_RUN"}, {"ENFORCED"}},
	"project_lien":                     {{false}, {true}},
}

// floors are those that differ from what the tier implies.
func floorOf(path string, tier policy.Tier, implied any) any {
	if path == policy.NetworkFlowInterval && tier != policy.Prod {
		return "INTERVAL_15_MIN"
	}
	return implied
}

// TestFloorsHoldInEveryDirection sets every setting to every step at every tier:
// what is weaker than the floor is refused with the floor and the controls,
// everything else is taken.
func TestFloorsHoldInEveryDirection(t *testing.T) {
	t.Parallel()
	for _, setting := range policy.Settings(1) {
		ladder := steps[setting.Path]
		switch setting.Path {
		case policy.DeletionPolicy, policy.ClusterLoggingComponents:
			continue // See below.
		}
		if ladder == nil {
			t.Errorf("%s has no steps in this test", setting.Path)
			continue
		}
		for _, tier := range policy.Tiers() {
			implied := resolved(t, tier, complete, nil)[setting.Path]
			floor := floorOf(setting.Path, tier, implied)
			least := slices.IndexFunc(ladder, func(step []any) bool { return slices.Contains(step, floor) })
			if least < 0 {
				t.Errorf("%s at %s: floor %v is no step", setting.Path, tier, floor)
				continue
			}
			for i, step := range ladder {
				for _, value := range step {
					checkFloor(t, setting, tier, value, i >= least)
				}
			}
		}
	}
}

func checkFloor(t *testing.T, setting policy.Setting, tier policy.Tier, value any, strict bool) {
	t.Helper()
	overrides := map[string]any{setting.Path: value}
	if days, ok := value.(int64); ok && setting.Path == policy.DatabasePITRLogDays {
		overrides[policy.DatabaseBackupsRetained] = max(days, 35)
	}
	values, violations := policy.Resolve(1, tier, complete, overrides)
	if !policy.Same(values[setting.Path], value) {
		t.Errorf("%s at %s is %v, set was %v", setting.Path, tier, values[setting.Path], value)
	}
	violations = slices.DeleteFunc(violations, func(v policy.Violation) bool { return v.Path != setting.Path || v.Reason == policy.Contradiction })
	if strict {
		for _, violation := range violations {
			t.Errorf("%s = %v at %s is refused: %s", setting.Path, value, tier, violation.Detail)
		}
		return
	}
	if len(violations) != 1 || violations[0].Reason != policy.TooWeak || violations[0].Summary != "A setting is weaker than its tier allows." {
		t.Errorf("%s = %v at %s: %v", setting.Path, value, tier, violations)
		return
	}
	got := violations[0]
	for _, want := range []string{setting.Path, "tier " + string(tier), policy.Cite(got.Controls), policy.Format(value)} {
		if !strings.Contains(got.Detail, want) {
			t.Errorf("%q isn't in %q", want, got.Detail)
		}
	}
	if got.Floor == nil || !policy.Same(got.Got, value) || got.Setting.Path != setting.Path || len(got.Controls) == 0 {
		t.Errorf("%+v", got)
	}
}

func TestSetsHoldWhatTheTierAsksFor(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		tier policy.Tier
		set  []string
		ok   bool
	}{
		{policy.Dev, []string{"WORKLOADS", "SYSTEM_COMPONENTS"}, true},
		{policy.Dev, []string{"WORKLOADS", "SYSTEM_COMPONENTS", "WORKLOADS", "KCP_HPA"}, true},
		{policy.Dev, []string{"SYSTEM_COMPONENTS"}, false},
		{policy.Dev, []string{}, false},
		{policy.Prod, []string{"SYSTEM_COMPONENTS", "WORKLOADS"}, false},
		{policy.Prod, []string{"SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER", "SCHEDULER"}, false},
		{policy.Prod, []string{"SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER", "SCHEDULER", "CONTROLLER_MANAGER", "KCP_SSHD"}, true},
	} {
		values, violations := policy.Resolve(1, test.tier, complete, map[string]any{policy.ClusterLoggingComponents: test.set})
		if (len(violations) == 0) != test.ok {
			t.Errorf("%v at %s: %v", test.set, test.tier, violations)
		}
		if got := values.Strings(policy.ClusterLoggingComponents); !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
			t.Errorf("%v became %v", test.set, got)
		}
	}
}

// TestAnyDeletionPolicyIsTaken: DELETE is the way to destroy production.
func TestAnyDeletionPolicyIsTaken(t *testing.T) {
	t.Parallel()
	for _, tier := range policy.Tiers() {
		for _, value := range []string{policy.Delete, policy.Prevent, policy.Abandon} {
			resolved(t, tier, complete, map[string]any{policy.DeletionPolicy: value})
		}
	}
}

func TestValuesThatASettingCannotTake(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		path  string
		value any
		want  string
	}{
		{policy.ClusterPrivateNodes, "true", "takes a bool"},
		{policy.ClusterReleaseChannel, true, "takes a string"},
		{policy.ClusterReleaseChannel, "stable", "takes RAPID, REGULAR, STABLE"},
		{policy.ClusterReleaseChannel, "", "takes RAPID"},
		{policy.ClusterDatapathProvider, "LEGACY_DATAPATH", "takes ADVANCED_DATAPATH"},
		{policy.ClusterLoggingComponents, []string{"SYSTEM_COMPONENTS", "WORKLOADS", "KUBELET"}, "takes SYSTEM_COMPONENTS"},
		{policy.ClusterLoggingComponents, "WORKLOADS", "takes a set of strings"},
		{policy.KMSRotationDays, int64(0), "takes 1 to 36500"},
		{policy.KMSRotationDays, 30.5, "takes a number"},
		{policy.KMSDestroyDelayHours, int64(23), "takes 24 to 2880"},
		{policy.KMSDestroyDelayHours, int64(2881), "takes 24 to 2880"},
		{policy.DatabaseBackupsRetained, 366, "takes 1 to 365"},
		{policy.DatabaseBackupsRetained, int64(0), "takes 1 to 365"},
		{policy.DatabasePITRLogDays, int64(36), "takes 0 to 35"},
		{policy.DatabaseFinalBackupDays, int64(366), "takes 0 to 365"},
		{policy.StorageSoftDeleteDays, int64(6), "takes 0, or 7 to 90"},
		{policy.StorageSoftDeleteDays, int64(91), "takes 0, or 7 to 90"},
		{policy.LoggingRetentionDays, int64(3651), "takes 1 to 3650"},
		{policy.NetworkFlowSampling, 1.01, "takes 0 to 1"},
		{policy.NetworkFlowSampling, math.NaN(), "takes a number"},
		{policy.NetworkFlowSampling, math.Inf(1), "takes 0 to 1"},
		{policy.NetworkFlowSampling, int64(1), "takes a number"},
	} {
		for _, tier := range policy.Tiers() {
			values, violations := policy.Resolve(1, tier, complete, map[string]any{test.path: test.value})
			if len(violations) != 1 || violations[0].Reason != policy.BadValue || !strings.Contains(violations[0].Detail, test.want) {
				t.Errorf("%s = %v at %s: %v", test.path, test.value, tier, violations)
			}
			if implied := resolved(t, tier, complete, nil)[test.path]; !policy.Same(values[test.path], implied) {
				t.Errorf("%s = %v at %s became %v", test.path, test.value, tier, values[test.path])
			}
		}
	}
}

func TestUnknownTiersVersionsAndSettings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		version int
		tier    policy.Tier
		path    string
		want    string
	}{
		{2, policy.Dev, "catalogue_version", "knows versions 1 to 1, not 2"},
		{0, policy.Dev, "catalogue_version", "not 0"},
		{1, "production", "tier", `There is no tier "production": use "dev", "sandbox", "staging" or "prod".`},
		{1, "", "tier", `There is no tier ""`},
		{1, "PROD", "tier", "use"},
	} {
		values, violations := policy.Resolve(test.version, test.tier, complete, nil)
		if len(values) != 0 || len(violations) != 1 || violations[0].Path != test.path || !strings.Contains(violations[0].Detail, test.want) {
			t.Errorf("version %d, tier %q: %v, %v", test.version, test.tier, values, violations)
		}
	}
	_, violations := policy.Resolve(1, policy.Dev, complete, map[string]any{"cluster.colour": "red", "a": true, "b": nil})
	if len(violations) != 2 || violations[0].Path != "a" || violations[1].Path != "cluster.colour" || violations[1].Reason != policy.NoSuchSetting {
		t.Errorf("%v", violations)
	}
}

func TestViolationsComeInTheOrderOfTheCatalogue(t *testing.T) {
	t.Parallel()
	_, violations := policy.Resolve(1, policy.Prod, complete, map[string]any{
		"unheard.of": 1, policy.NetworkNATLogging: "ERRORS_ONLY", policy.ProjectLien: false, policy.DatabaseTLS: "ENCRYPTED_ONLY", policy.EncryptionData: "RSA",
	})
	var paths []string
	for _, violation := range violations {
		paths = append(paths, violation.Path)
	}
	if !slices.Equal(paths, []string{policy.ProjectLien, policy.EncryptionData, policy.DatabaseTLS, policy.NetworkNATLogging, "unheard.of"}) {
		t.Errorf("%v", paths)
	}
}

func TestValuesPanicOnWhatIsNotThere(t *testing.T) {
	t.Parallel()
	values := resolved(t, policy.Dev, complete, nil)
	if !values.Bool(policy.ClusterPrivateNodes) || values.String(policy.DatabaseTLS) != "ENCRYPTED_ONLY" ||
		values.Int(policy.KMSRotationDays) != 90 || values.Float(policy.NetworkFlowSampling) != 0.1 || len(values.Strings(policy.ClusterLoggingComponents)) != 2 {
		t.Errorf("%v", values)
	}
	for name, call := range map[string]func(){
		"another kind": func() { values.Int(policy.DatabaseTLS) },
		"no such path": func() { values.Bool("cluster.colour") },
		"no values":    func() { policy.Values(nil).String(policy.DatabaseTLS) },
	} {
		func() {
			defer func() {
				if said := fmt.Sprint(recover()); !strings.Contains(said, "policy: ") {
					t.Errorf("%s: %s", name, said)
				}
			}()
			call()
			t.Errorf("%s: no panic", name)
		}()
	}
	// Sets are the caller's to keep.
	values.Strings(policy.ClusterLoggingComponents)[0] = "x"
	clone := values.Clone()
	clone[policy.DatabaseTLS] = "x"
	if values.Strings(policy.ClusterLoggingComponents)[0] == "x" || values.String(policy.DatabaseTLS) == "x" {
		t.Error("a copy is none")
	}
}
