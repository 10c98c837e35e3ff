package policytest_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// expected is the catalogue as its authors wrote it: a line for each setting,
// with the values of dev, sandbox, staging and prod, the class of change (m, c
// or 1), and the row that cites controls.
const expected = `
deletion_policy | DELETE | DELETE | PREVENT | PREVENT | m | deletion
project_lien | false | false | false | true | m | deletion
cluster.location_type | ZONAL | ZONAL | REGIONAL | REGIONAL | c | cluster_location
cluster.release_channel | REGULAR | REGULAR | STABLE | STABLE | m | release_channel
cluster.private_nodes | true | true | true | true | c | private_nodes
cluster.ip_endpoints | false | false | false | false | m | control_plane_access
cluster.datapath_provider | ADVANCED_DATAPATH | ADVANCED_DATAPATH | ADVANCED_DATAPATH | ADVANCED_DATAPATH | c | dataplane
cluster.shielded_nodes | true | true | true | true | m | node_integrity
cluster.secure_boot | true | true | true | true | m | node_integrity
cluster.integrity_monitoring | true | true | true | true | m | node_integrity
cluster.workload_identity | true | true | true | true | m | workload_identity
cluster.workload_metadata | GKE_METADATA | GKE_METADATA | GKE_METADATA | GKE_METADATA | m | workload_identity
cluster.logging_components | [SYSTEM_COMPONENTS WORKLOADS] | [SYSTEM_COMPONENTS WORKLOADS] | [APISERVER CONTROLLER_MANAGER SCHEDULER SYSTEM_COMPONENTS WORKLOADS] | [APISERVER CONTROLLER_MANAGER SCHEDULER SYSTEM_COMPONENTS WORKLOADS] | m | cluster_logs
cluster.managed_prometheus | true | true | true | true | m | cluster_metrics
cluster.cost_allocation | true | true | true | true | m | cluster_metrics
cluster.pod_security | baseline | restricted | restricted | restricted | m | pod_security
cluster.sandbox_pool | false | true | false | false | m | gke_sandbox
cluster.binary_authorization | DRY_RUN | DRY_RUN | ENFORCE_ALLOW_LIST | ENFORCE_ATTESTOR | m | binary_authorization
encryption.cluster | GOOGLE | SOFTWARE | SOFTWARE | HSM | c | cluster_encryption
encryption.data | GOOGLE | SOFTWARE | SOFTWARE | HSM | c | data_encryption
encryption.rotation_days | 90 | 90 | 90 | 90 | m | kms
encryption.destroy_delay_hours | 24 | 24 | 720 | 720 | c | kms
database.availability_type | ZONAL | ZONAL | REGIONAL | REGIONAL | m | database_availability
database.backups_retained | 3 | 3 | 14 | 35 | m | database_backups
database.pitr_log_days | 0 | 0 | 7 | 7 | m | database_backups
database.private_service_connect | true | true | true | true | c | database_network
database.public_ip | false | false | false | false | c | database_network
database.tls | ENCRYPTED_ONLY | ENCRYPTED_ONLY | ENCRYPTED_ONLY | CONNECTOR_REQUIRED | m | database_tls
database.iam_authentication | true | true | true | true | m | database_audit
database.audit_logging | false | false | true | true | m | database_audit
database.deletion_protection | false | false | true | true | m | database_deletion
database.final_backup_days | 0 | 0 | 30 | 365 | m | database_deletion
storage.public_access_prevention | true | true | true | true | m | bucket_access
storage.uniform_access | true | true | true | true | 1 | bucket_access
storage.versioning | false | false | true | true | m | bucket_history
storage.soft_delete_days | 0 | 7 | 7 | 30 | m | bucket_history
logging.data_access | NONE | ADMIN_READ_DATA_WRITE | DATA_SERVICES | ALL_SERVICES | m | data_access_logs
logging.config_change_alerts | false | true | true | true | m | config_change_alerts
logging.retention_days | 30 | 90 | 90 | 400 | m | log_retention
logging.cmek | false | false | false | true | 1 | log_retention
logging.locked | false | false | false | false | 1 | log_retention
logging.archive_days | 0 | 0 | 0 | 2192 | m | log_retention
network.flow_sampling | 0.1 | 0.5 | 0.5 | 1 | m | flow_logs
network.flow_interval | INTERVAL_5_SEC | INTERVAL_5_SEC | INTERVAL_5_SEC | INTERVAL_5_SEC | m | flow_logs
network.flow_metadata | EXCLUDE_ALL_METADATA | EXCLUDE_ALL_METADATA | EXCLUDE_ALL_METADATA | INCLUDE_ALL_METADATA | m | flow_logs
network.firewall | DENY_INGRESS | DENY_ALL | DENY_ALL | DENY_ALL | m | firewall
network.firewall_logging | false | true | true | true | m | firewall
network.google_apis_vip | PRIVATE | PRIVATE | PRIVATE | PRIVATE | m | private_dns
network.nat_logging | ERRORS_ONLY | ERRORS_ONLY | ALL | ALL | m | nat_logs
network.perimeter | NONE | NONE | NONE | EXCEPTION | m | perimeter
`

// controls is what each row cites, as the catalogue's authors wrote it.
var controls = map[string]string{
	"deletion":              "CM-3, CP-9 (D)",
	"cluster_location":      "CP-10, A1.2 (D)",
	"release_channel":       "CIS-GKE 5.5.4 (H); SI-2 (D)",
	"private_nodes":         "CIS-GKE 5.6.5 (H); SC-7, CC6.6 (D)",
	"control_plane_access":  "SC-7(3), SC-7(4), AC-17 (D,N)",
	"dataplane":             "AC-4, SC-7(21)[Hi] (D,N)",
	"node_integrity":        "SI-7 (D)",
	"workload_identity":     "CIS-GKE 5.2.2 (H); AC-6, IA-5 (D)",
	"binary_authorization":  "CIS-GKE 5.10 (H); CM-14[Hi], SI-7(15)[Hi], CC8.1 (D,N)",
	"cluster_encryption":    "SC-28(1), SC-12, SC-13 (N); 164.312(a)(2)(iv) (H)",
	"data_encryption":       "SC-28(1), SC-12, SC-13 (N); 164.312(a)(2)(iv) (H)",
	"cluster_logs":          "AU-2, AU-12 (D)",
	"cluster_metrics":       "SI-4, AU-6 (D)",
	"pod_security":          "CM-7 (D)",
	"gke_sandbox":           "SC-39 (D)",
	"kms":                   "SC-12, SC-28, CC6.1, 164.312(a)(2)(iv) (H,S)",
	"database_availability": "CP-7, CP-10, A1.2 (D)",
	"database_backups":      "CP-9, CP-10, 164.308(a)(7)(ii) (H)",
	"database_network":      "AC-3, AC-6, 164.312(a)(1), CC6.1 (H,S)",
	"database_tls":          "CC6.7 (P); SC-8(1), 164.312(e)(1) (D)",
	"database_audit":        "AU-3, AU-7, AU-12, CC7.2 (H,S); IA-2 (D)",
	"database_deletion":     "CP-9 (D)",
	"bucket_access":         "AC-3, AC-6, MP-2, 164.312(a)(1), CC6.1 (H)",
	"bucket_history":        "AU-11 (H)",
	"data_access_logs":      "AU-6, AU-7, 164.312(b) (S); CC7.2 (P)",
	"log_retention":         "AU-11, AU-9(2)[Hi], AU-9(3)[Hi] (N); 164.316(b)(2)(i) (D)",
	"flow_logs":             "SI-4, CC7.2 (S,H,P)",
	"firewall":              "SC-7(5) (N,D); CC6.6 (S)",
	"private_dns":           "SC-7 (D)",
	"nat_logs":              "SI-4(4) (D,N)",
	"perimeter":             "AC-4, SC-7 (D)",
	"config_change_alerts":  "AU-12, AU-7, 164.312(b) (S)",
}

// line is one line of expected.
type line struct {
	path, change, row string
	values            map[policy.Tier]string
}

func lines(t *testing.T) []line {
	t.Helper()
	var all []line
	for text := range strings.SplitSeq(strings.TrimSpace(expected), "\n") {
		cells := strings.Split(text, " | ")
		if len(cells) != 7 {
			t.Fatalf("%d cells in %q", len(cells), text)
		}
		all = append(all, line{path: cells[0], change: cells[5], row: cells[6], values: map[policy.Tier]string{
			policy.Dev: cells[1], policy.Sandbox: cells[2], policy.Staging: cells[3], policy.Prod: cells[4],
		}})
	}
	return all
}

func TestSettingsAreThoseOfTheCatalogue(t *testing.T) {
	t.Parallel()
	classes := map[string]policy.Change{"m": policy.Mutable, "c": policy.CreateOnly, "1": policy.OneWay}
	want := lines(t)
	settings := policy.Settings(1)
	if len(settings) != len(want) {
		t.Errorf("%d settings, want %d", len(settings), len(want))
	}
	rows := map[string]bool{}
	for _, line := range want {
		rows[line.row] = true
		setting, ok := policy.Find(1, line.path)
		if !ok {
			t.Errorf("%s is missing", line.path)
			continue
		}
		for _, tier := range policy.Tiers() {
			if got := fmt.Sprint(setting.Values[tier]); got != line.values[tier] {
				t.Errorf("%s at %s is %s, want %s", line.path, tier, got, line.values[tier])
			}
		}
		if setting.Change != classes[line.change] || setting.Row != line.row {
			t.Errorf("%s: change %v, row %q", line.path, setting.Change, setting.Row)
		}
	}
	for _, row := range policy.Rows(1) {
		if !rows[row.Key] {
			t.Errorf("row %s has no settings", row.Key)
		}
		if got := policy.Cite(row.Controls); got != controls[row.Key] {
			t.Errorf("%s cites %q, want %q", row.Key, got, controls[row.Key])
		}
	}
	// Settings cite what their row does, but for what needs another setting.
	own := map[string]string{
		policy.DatabaseIAMAuthentication: "IA-2 (D)", policy.DatabaseAuditLogging: "AU-3, AU-7, AU-12, CC7.2 (H,S)",
		policy.LoggingRetentionDays: "AU-11, AU-9(2)[Hi], AU-9(3)[Hi] (N)", policy.LoggingCMEK: "AU-11, AU-9(2)[Hi], AU-9(3)[Hi] (N)", policy.LoggingLocked: "AU-11, AU-9(2)[Hi], AU-9(3)[Hi] (N)",
	}
	for _, setting := range policy.Settings(1) {
		want, differs := own[setting.Path]
		if !differs {
			want = controls[setting.Row]
		}
		if got := policy.Cite(setting.Controls); got != want {
			t.Errorf("%s cites %q, want %q", setting.Path, got, want)
		}
	}
	if len(policy.Rows(1)) != len(controls) || len(rows) != len(controls) {
		t.Errorf("%d rows, %d of them with settings, want %d", len(policy.Rows(1)), len(rows), len(controls))
	}
}

func TestSettingsAreWellFormed(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	component := regexp.MustCompile(`^[a-z_]+$`)
	path := regexp.MustCompile(`^([a-z_]+\.)?[a-z_]+$`)
	for _, setting := range policy.Settings(1) {
		switch {
		case seen[setting.Path]:
			t.Errorf("%s is there twice", setting.Path)
		case !path.MatchString(setting.Path), !component.MatchString(setting.Component):
			t.Errorf("%q of %q", setting.Path, setting.Component)
		case setting.Title == "" || strings.HasSuffix(setting.Title, "."):
			t.Errorf("%s has the title %q", setting.Path, setting.Title)
		case !strings.HasSuffix(setting.Doc, "."):
			t.Errorf("%s is described by %q", setting.Path, setting.Doc)
		case len(setting.Values) != len(policy.Tiers()):
			t.Errorf("%s has values for %d tiers", setting.Path, len(setting.Values))
		case len(setting.Controls) == 0, setting.Since != 1:
			t.Errorf("%s has %d controls, and is there since %d", setting.Path, len(setting.Controls), setting.Since)
		case setting.Kind == policy.String && len(setting.Options) == 0:
			t.Errorf("%s takes any text", setting.Path)
		}
		seen[setting.Path] = true
	}
}

func TestControlsAreCitedAsTheirFrameworksDo(t *testing.T) {
	t.Parallel()
	forms := map[string]*regexp.Regexp{
		"NIST 800-53":                   regexp.MustCompile(`^(AC|AU|CM|CP|IA|MP|SC|SI)-\d{1,2}(\(\d{1,2}\))?$`),
		"CIS GKE Benchmark":             regexp.MustCompile(`^CIS-GKE \d\.\d{1,2}(\.\d)?$`),
		"HIPAA Security Rule":           regexp.MustCompile(`^164\.3\d\d(\([a-z0-9]+\))+$`),
		"AICPA Trust Services Criteria": regexp.MustCompile(`^(CC\d|A1)\.\d$`),
	}
	for _, row := range policy.Rows(1) {
		if len(row.Controls) == 0 {
			t.Errorf("%s has no controls", row.Key)
		}
		for _, control := range row.Controls {
			form := forms[control.Framework()]
			if form == nil || !form.MatchString(control.ID) {
				t.Errorf("%s cites %q, of %s", row.Key, control.ID, control.Framework())
			}
			if control.ID == "SC-12(2)" {
				t.Errorf("%s claims SC-12(2), which is in neither baseline", row.Key)
			}
			for _, source := range control.AllSources() {
				if source.Describe() == "" || !slices.Contains(policy.Sources(), source) {
					t.Errorf("%s: %s has the source %q", row.Key, control.ID, source)
				}
			}
		}
	}
}

// released are the hashes of the versions that were released. A version that
// environments stand under must never change: make a new one.
var released = map[int]string{
	1: "bc41978e1725a72b178ce86d3974a0572604ed00841797abfa3b25a80b1b7c4c",
}

func TestReleasedVersionsDoNotChange(t *testing.T) {
	t.Parallel()
	if len(released) != policy.Version || len(policy.Versions()) != policy.Version {
		t.Errorf("%d hashes for %d versions", len(released), policy.Version)
	}
	for _, version := range policy.Versions() {
		text, err := json.Marshal(meaning(version))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(text)); got != released[version] {
			t.Errorf("version %d has changed (%s): settings of a released version stay as they are, changes go into a new one", version, got)
		}
	}
}

// meaning is a version without its texts, which may be improved.
func meaning(version int) []any {
	settings, rows := policy.Settings(version), policy.Rows(version)
	for i := range settings {
		settings[i].Title, settings[i].Doc = "", ""
	}
	for i := range rows {
		rows[i].Title = ""
	}
	return []any{settings, rows}
}

func TestWhatIsUnknownIsNotThere(t *testing.T) {
	t.Parallel()
	for _, version := range []int{-1, 0, policy.Version + 1} {
		if policy.Known(version) || policy.Settings(version) != nil || policy.Rows(version) != nil || policy.ControlIDs(version, policy.Dev) != nil {
			t.Errorf("version %d is there", version)
		}
		if _, ok := policy.Find(version, policy.DatabaseTLS); ok {
			t.Errorf("version %d has a setting", version)
		}
	}
	if _, ok := policy.Find(1, "cluster.colour"); ok {
		t.Error("cluster.colour is there")
	}
	if policy.ControlIDs(1, "production") != nil {
		t.Error("tier production has controls")
	}
}
