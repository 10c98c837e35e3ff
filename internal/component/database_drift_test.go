package component_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/api/compute/v1"
	"google.golang.org/api/sqladmin/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/componenttest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// sqlByHand does something to Cloud SQL behind the environment's back, and waits.
func sqlByHand(t *testing.T, w *componenttest.World, call func(sql *sqladmin.Service) (*sqladmin.Operation, error)) {
	t.Helper()
	op, err := call(w.APIs().SQL)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Client.AwaitSQL(t.Context(), w.Spec.Project, op, nil); err != nil {
		t.Fatal(err)
	}
}

func instanceOf(w *componenttest.World) string {
	return w.Observe("database").Outputs["database_instance"]
}

func TestDatabaseDriftIsRepaired(t *testing.T) {
	t.Parallel()
	for path, c := range map[string]struct {
		change *sqladmin.Settings
		shows  any
	}{
		policy.DatabaseBackupsRetained: {&sqladmin.Settings{BackupConfiguration: &sqladmin.BackupConfiguration{
			BackupRetentionSettings: &sqladmin.BackupRetentionSettings{RetainedBackups: 8},
		}}, int64(8)},
		policy.DatabaseTLS: {&sqladmin.Settings{ConnectorEnforcement: "NOT_REQUIRED"}, policy.TLSEncryptedOnly},
		policy.DatabaseAuditLogging: {&sqladmin.Settings{DatabaseFlags: []*sqladmin.DatabaseFlags{
			{Name: "cloudsql.iam_authentication", Value: "on"}, {Name: "log_checkpoints", Value: "on"},
		}}, false},
		policy.DatabaseDeletionProtection: {&sqladmin.Settings{ForceSendFields: []string{"DeletionProtectionEnabled"}}, false},
		policy.DatabaseFinalBackupDays:    {&sqladmin.Settings{FinalBackupConfig: &sqladmin.FinalBackupConfig{RetentionDays: 5}}, int64(5)},
		"":                                {&sqladmin.Settings{Tier: "db-custom-4-16384", UserLabels: map[string]string{"team": "others"}}, nil},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			w := componenttest.New(t, policy.Prod)
			w.MustConverge("database")
			name := instanceOf(w)
			sqlByHand(t, w, func(sql *sqladmin.Service) (*sqladmin.Operation, error) {
				return sql.Instances.Patch(w.Spec.Project, name, &sqladmin.DatabaseInstance{Settings: c.change}).Do()
			})
			seen := w.Observe("database")
			if path != "" && seen.Values[path] != c.shows {
				t.Errorf("%s shows as %v instead of %v", path, seen.Values[path], c.shows)
			}
			if path == "" && len(seen.Differs) != 2 {
				t.Errorf("a machine and a label show as %v", seen.Differs)
			}
			w.MustConverge("database")
			w.AsDesired("database")
			w.NoWrites("database")
			found, err := w.APIs().SQL.Instances.Get(w.Spec.Project, name).Do()
			if err != nil {
				t.Fatal(err)
			}
			others := slices.ContainsFunc(found.Settings.DatabaseFlags, func(f *sqladmin.DatabaseFlags) bool { return f.Name == "log_checkpoints" })
			if others != (path == policy.DatabaseAuditLogging) {
				t.Errorf("the flags are %v", found.Settings.DatabaseFlags)
			}
		})
	}
}

// TestDatabaseNames deletes an instance by hand: its name is blocked, and the
// next one is taken; the endpoint follows.
func TestDatabaseNames(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Dev)
	w.MustConverge("database_endpoint")
	first := instanceOf(w)
	sqlByHand(t, w, func(sql *sqladmin.Service) (*sqladmin.Operation, error) {
		return sql.Instances.Delete(w.Spec.Project, first).Do()
	})
	if seen := w.Observe("database"); seen.Presence != reconcile.Absent {
		t.Errorf("a deleted instance is %s", seen.Presence)
	}
	if seen := w.Observe("database_endpoint"); len(seen.Differs) == 0 {
		t.Error("an endpoint to nothing shows no difference")
	}
	w.MustConverge("database_endpoint")
	if second := instanceOf(w); first != w.Spec.Database.Name+"-1" || second != w.Spec.Database.Name+"-2" {
		t.Errorf("the instances are %s and %s", first, second)
	}
	w.AsDesired("database_endpoint")
	w.NoWrites("database_endpoint")
	w.MustDestroy("database_endpoint")
	w.Gone("sqlInstances", "computeAddresses", "computeForwardingRules", "computeNetworks")
}

func TestDatabaseRecreate(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Staging)
	w.MustConverge("database")
	first := instanceOf(w)
	w.Spec.Settings[policy.EncryptionData] = policy.KeyHSM
	result := w.Converge("database")
	if result.Err == nil || !strings.Contains(result.Err.Error(), `add "database" to allow_recreate`) {
		t.Errorf("another key ended with %v", result.Err)
	}
	if instanceOf(w) != first {
		t.Error("a healthy instance was replaced")
	}
	w.Spec.Recreate = []string{"database"}
	w.MustConverge("database")
	if second := instanceOf(w); second == first {
		t.Error("the instance was not made anew")
	}
	w.AsDesired("database")
	w.NoWrites("database")
}

func TestDatabaseAdopt(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Dev)
	w.MustConverge("kms")
	sqlByHand(t, w, func(sql *sqladmin.Service) (*sqladmin.Operation, error) {
		return sql.Instances.Insert(w.Spec.Project, &sqladmin.DatabaseInstance{
			Name: w.Spec.Database.Name, Region: w.Spec.Region, DatabaseVersion: "POSTGRES_16",
			Settings: &sqladmin.Settings{Tier: "db-custom-2-8192", Edition: "ENTERPRISE", IpConfiguration: &sqladmin.IpConfiguration{
				PscConfig: &sqladmin.PscConfig{PscEnabled: true}, ForceSendFields: []string{"Ipv4Enabled"},
			}},
		}).Do()
	})
	if seen := w.Observe("database"); !strings.Contains(seen.Foreign, "adopt = true") {
		t.Errorf("an instance of nobody is %+v", seen)
	}
	w.Server.ResetRequests()
	if result := w.Converge("database"); result.Err == nil {
		t.Error("an instance of nobody was taken")
	}
	w.Spec.Adopt = true
	w.MustConverge("database")
	if seen := w.AsDesired("database"); seen.Outputs["database_instance"] != w.Spec.Database.Name {
		t.Errorf("the outputs are %v", seen.Outputs)
	}
	w.NoWrites("database")
}

// TestDatabaseReset changes reset_trigger: databases are dropped and remade, and
// the instance stays, also when the run is killed on the way.
func TestDatabaseReset(t *testing.T) {
	t.Parallel()
	for nth := range 5 {
		t.Run(fmt.Sprint(nth), func(t *testing.T) {
			t.Parallel()
			w := componenttest.New(t, policy.Dev)
			w.MustConverge("database")
			name := instanceOf(w)
			for _, db := range []string{"app", "reports"} {
				sqlByHand(t, w, func(sql *sqladmin.Service) (*sqladmin.Operation, error) {
					return sql.Databases.Insert(w.Spec.Project, name, &sqladmin.Database{Name: db}).Do()
				})
			}
			w.NoWrites("database")
			w.Spec.Reset = "2026-01-02"
			if nth > 0 {
				rpc := []string{"DeleteSqlDatabase", "InsertSqlDatabase"}[nth%2]
				w.Server.InjectFaults(componenttest.Fault{RPC: rpc, Nth: (nth + 1) / 2, After: true, Status: 403})
				if result := w.Converge("database"); result.Err == nil {
					t.Error("a killed run ended well")
				}
				w.Server.ClearFaults()
			}
			w.Server.ResetRequests()
			w.MustConverge("database")
			list, err := w.APIs().SQL.Databases.List(w.Spec.Project, name).Do()
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, db := range list.Items {
				names = append(names, db.Name)
			}
			if slices.Sort(names); !slices.Equal(names, []string{"app", "postgres", "reports"}) {
				t.Errorf("the databases are %v", names)
			}
			if len(w.Writes()) == 0 {
				t.Error("nothing was remade")
			}
			if instanceOf(w) != name {
				t.Error("the instance was replaced")
			}
			w.NoWrites("database")
		})
	}
}

// TestDatabaseEndpointForeign refuses an address of our name that is not ours.
func TestDatabaseEndpointForeign(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Dev)
	w.MustConverge("database", "network")
	sqlAddress := fmt.Sprintf("projects/%s/regions/%s/addresses/cortx-%s-database", w.Spec.Project, w.Spec.Region, w.Spec.Name)
	op, err := w.APIs().Compute.Addresses.Insert(w.Spec.Project, w.Spec.Region, addressOf(w)).Context(gcp.Named(t.Context(), "CreateAddress", sqlAddress)).Do()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Client.AwaitCompute(t.Context(), w.Spec.Project, op, nil); err != nil {
		t.Fatal(err)
	}
	w.MustConverge("database", "dns")
	if seen := w.Observe("database_endpoint"); !strings.Contains(seen.Foreign, "doesn't bear our mark") {
		t.Errorf("somebody's address is %+v", seen)
	}
	if result := w.Converge("database_endpoint"); result.Err == nil || !strings.Contains(result.Err.Error(), "it is not ours") {
		t.Errorf("a run over it ended with %v", result.Err)
	}
}

func addressOf(w *componenttest.World) *compute.Address {
	return &compute.Address{Name: "cortx-" + w.Spec.Name + "-database", AddressType: "INTERNAL", Subnetwork: w.Spec.Subnetwork()}
}
