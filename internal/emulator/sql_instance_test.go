package emulator_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/sqladmin/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

const (
	sqlHost      = "sqladmin.googleapis.com"
	sqlInstances = sqlHost + "/v1/projects/p/instances"
)

// sql is a server with Cloud SQL enabled in project p, and our client of it.
func startSQL(t *testing.T, opts emulator.Options) (*env, *sqladmin.Service) {
	t.Helper()
	e := start(t, opts)
	e.enable(t, "p", sqlHost)
	if e.clock != nil {
		e.clock.Advance(5 * time.Minute)
	}
	svc, err := sqladmin.NewService(t.Context(), e.at(sqlHost)...)
	if err != nil {
		t.Fatal(err)
	}
	return e, svc
}

// prodInstance is an instance such as an environment makes: PostgreSQL over
// Private Service Connect.
func prodInstance(name string) *sqladmin.DatabaseInstance {
	return &sqladmin.DatabaseInstance{
		Name: name, Region: "europe-west1", DatabaseVersion: "POSTGRES_16",
		Settings: &sqladmin.Settings{
			Tier: "db-custom-2-7680", Edition: "ENTERPRISE", AvailabilityType: "REGIONAL",
			BackupConfiguration: &sqladmin.BackupConfiguration{Enabled: true, PointInTimeRecoveryEnabled: true, TransactionLogRetentionDays: 7},
			IpConfiguration: &sqladmin.IpConfiguration{
				SslMode: "ENCRYPTED_ONLY", ForceSendFields: []string{"Ipv4Enabled"},
				PscConfig: &sqladmin.PscConfig{PscEnabled: true, AllowedConsumerProjects: []string{"p"}},
			},
			DatabaseFlags: []*sqladmin.DatabaseFlags{{Name: "cloudsql.iam_authentication", Value: "on"}, {Name: "log_connections", Value: "on"}},
			UserLabels:    map[string]string{"env": "prod"},
		},
	}
}

// wantSQL wants an error of Cloud SQL with a status, a reason and a text.
func wantSQL(t *testing.T, err error, code int, reason, text string) {
	t.Helper()
	wantHTTP(t, err, code, text)
	if err != nil && !strings.HasSuffix(err.Error(), ", "+reason) {
		t.Errorf("the error lacks the reason %s: %v", reason, err)
	}
}

func TestSQLInstanceLifecycle(t *testing.T) {
	t.Parallel()
	e, svc := startSQL(t, emulator.Options{LROScale: 1})
	op, err := svc.Instances.Insert("p", prodInstance("db-1")).Do()
	if err != nil {
		t.Fatal(err)
	}
	if op.Status != "PENDING" || op.OperationType != "CREATE" || op.TargetLink != "https://sqladmin.googleapis.com/v1/projects/p/instances/db-1" {
		t.Errorf("operation = %+v", op)
	}
	inst, err := svc.Instances.Get("p", "db-1").Do()
	if err != nil || inst.State != "PENDING_CREATE" || inst.PscServiceAttachmentLink != "" || inst.ServerCaCert != nil {
		t.Errorf("while it is created: %+v, %v", inst, err)
	}
	_, err = svc.Instances.Patch("p", "db-1", &sqladmin.DatabaseInstance{Settings: &sqladmin.Settings{ActivationPolicy: "NEVER"}}).Do()
	wantSQL(t, err, 409, "operationInProgress", "Operation failed because another operation was already in progress.")
	_, err = svc.Users.List("p", "db-1").Do()
	wantSQL(t, err, 409, "operationInProgress", "another operation")
	e.clock.Advance(9 * time.Minute)
	if op, err = svc.Operations.Get("p", op.Name).Do(); err != nil || op.Status != "RUNNING" || op.EndTime != "" {
		t.Errorf("after 9 minutes of a standby's 10: %+v, %v", op, err)
	}
	e.clock.Advance(2 * time.Minute)
	if op, err = svc.Operations.Get("p", op.Name).Do(); err != nil || op.Status != "DONE" || op.Error != nil {
		t.Errorf("after 11 minutes: %+v, %v", op, err)
	}
	inst, err = svc.Instances.Get("p", "db-1").Do()
	if err != nil {
		t.Fatal(err)
	}
	if inst.State != "RUNNABLE" || len(inst.IpAddresses) != 0 || inst.Settings.SettingsVersion != 1 || inst.DatabaseInstalledVersion != "POSTGRES_16_10" ||
		!strings.HasPrefix(inst.PscServiceAttachmentLink, "projects/") || !strings.HasSuffix(inst.DnsName, ".europe-west1.sql.goog.") ||
		inst.ConnectionName != "p:europe-west1:db-1" || inst.ServerCaCert.Sha1Fingerprint == "" {
		t.Errorf("instance = %+v", inst)
	}
	if got := e.srv.Inventory(); len(got) != 1 || fmt.Sprint(got["sqlInstances"]) != "[projects/p/instances/db-1]" {
		t.Errorf("inventory = %v", got)
	}
	_, err = svc.Instances.Insert("p", prodInstance("db-1")).Do()
	wantSQL(t, err, 409, "instanceAlreadyExists", "The Cloud SQL instance already exists.")

	// Settings are locked by their version.
	stale := &sqladmin.DatabaseInstance{Settings: &sqladmin.Settings{SettingsVersion: 7, UserLabels: map[string]string{"env": "dev"}}}
	_, err = svc.Instances.Patch("p", "db-1", stale).Do()
	wantSQL(t, err, 412, "staleData", "Condition does not match.")
	stale.Settings.SettingsVersion = 1
	if _, err = svc.Instances.Patch("p", "db-1", stale).Do(); err != nil {
		t.Fatal(err)
	}
	if inst, err = svc.Instances.Get("p", "db-1").Do(); err != nil || inst.Settings.UserLabels["env"] != "prod" || inst.Settings.SettingsVersion != 1 {
		t.Errorf("while the patch runs: %+v, %v", inst.Settings, err)
	}
	e.clock.Advance(61 * time.Second)
	if inst, err = svc.Instances.Get("p", "db-1").Do(); err != nil || inst.Settings.UserLabels["env"] != "dev" || inst.Settings.SettingsVersion != 2 || inst.Settings.Tier != "db-custom-2-7680" {
		t.Errorf("after the patch: %+v, %v", inst.Settings, err)
	}
	// A flag that restarts takes longer.
	flags := []*sqladmin.DatabaseFlags{{Name: "cloudsql.iam_authentication", Value: "on"}, {Name: "cloudsql.enable_pgaudit", Value: "on"}, {Name: "pgaudit.log", Value: "ddl,role"}}
	op, err = svc.Instances.Patch("p", "db-1", &sqladmin.DatabaseInstance{Settings: &sqladmin.Settings{DatabaseFlags: flags}}).Do()
	if err != nil {
		t.Fatal(err)
	}
	e.clock.Advance(61 * time.Second)
	if op, err = svc.Operations.Get("p", op.Name).Do(); err != nil || op.Status != "RUNNING" {
		t.Errorf("a restart after a minute: %+v, %v", op, err)
	}
	e.clock.Advance(time.Minute)

	protect := &sqladmin.DatabaseInstance{Settings: &sqladmin.Settings{DeletionProtectionEnabled: true}}
	if _, err = svc.Instances.Patch("p", "db-1", protect).Do(); err != nil {
		t.Fatal(err)
	}
	e.clock.Advance(2 * time.Minute)
	_, err = svc.Instances.Delete("p", "db-1").Do()
	wantSQL(t, err, 400, "invalid", "The instance is protected. Please disable the deletion protection and try again.")
	protect.Settings.DeletionProtectionEnabled = false
	protect.Settings.ForceSendFields = []string{"DeletionProtectionEnabled"}
	if _, err = svc.Instances.Patch("p", "db-1", protect).Do(); err != nil {
		t.Fatal(err)
	}
	e.clock.Advance(2 * time.Minute)
	if _, err = svc.Instances.Delete("p", "db-1").Do(); err != nil {
		t.Fatal(err)
	}
	if inst, err = svc.Instances.Get("p", "db-1").Do(); err != nil || inst.State != "PENDING_DELETE" {
		t.Errorf("while it is deleted: %+v, %v", inst, err)
	}
	e.clock.Advance(2 * time.Minute)
	_, err = svc.Instances.Get("p", "db-1").Do()
	wantSQL(t, err, 404, "instanceDoesNotExist", "The Cloud SQL instance does not exist.")
	if list, err := svc.Instances.List("p").Do(); err != nil || len(list.Items) != 0 {
		t.Errorf("list = %+v, %v", list, err)
	}
	if got := e.srv.Inventory(); len(got) != 0 {
		t.Errorf("left behind %v", got)
	}
	// The name stays taken for a week.
	_, err = svc.Instances.Insert("p", prodInstance("db-1")).Do()
	wantSQL(t, err, 409, "instanceAlreadyExists", "you can't reuse the name of the deleted instance until one week from the deletion date.")
	e.clock.Advance(7 * 24 * time.Hour)
	if _, err = svc.Instances.Insert("p", prodInstance("db-1")).Do(); err != nil {
		t.Errorf("a week later: %v", err)
	}
	list, err := svc.Operations.List("p").Instance("db-1").MaxResults(2).Do()
	if err != nil || len(list.Items) != 2 || list.Items[0].OperationType != "CREATE" || list.Items[1].OperationType != "DELETE" || list.NextPageToken == "" {
		t.Errorf("operations = %+v, %v", list, err)
	}
}

func TestSQLSecretsStayHidden(t *testing.T) {
	t.Parallel()
	e, svc := startSQL(t, emulator.Options{})
	in := prodInstance("db-1")
	in.RootPassword = "s3cret-root"
	if _, err := svc.Instances.Insert("p", in).Do(); err != nil {
		t.Fatal(err)
	}
	if _, err := svc.Users.Insert("p", "db-1", &sqladmin.User{Name: "app", Password: "s3cret-user"}).Do(); err != nil {
		t.Fatal(err)
	}
	seen := string(e.rest("GET", sqlInstances+"/db-1", "").body) + string(e.rest("GET", sqlInstances+"/db-1/users", "").body)
	raw, err := json.Marshal(e.srv.Requests())
	if err != nil || strings.Contains(seen+string(raw), "s3cret") {
		t.Errorf("a password shows: %s %s, %v", seen, raw, err)
	}
}
