package emulator_test

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/api/sqladmin/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

func TestSQLInstanceRules(t *testing.T) {
	t.Parallel()
	e, svc := startSQL(t, emulator.Options{})
	type instance = sqladmin.DatabaseInstance
	flag := func(name, value string) func(in *instance) {
		return func(in *instance) {
			in.Settings.DatabaseFlags = []*sqladmin.DatabaseFlags{{Name: name, Value: value}}
		}
	}
	for _, tc := range []struct {
		name   string
		change func(in *instance)
		code   int
		reason string
		want   string
	}{
		{"a name", func(in *instance) { in.Name = "Not_A_Name" }, 400, "invalid", "Invalid request: instance name (Not_A_Name)."},
		{"a long name", func(in *instance) { in.Name = strings.Repeat("a", 98) }, 400, "invalid", "instance name"},
		{"no tier", func(in *instance) { in.Settings.Tier = "" }, 400, "invalid", "Tier is required."},
		{"a region", func(in *instance) { in.Region = "mars-north1" }, 400, "invalid", "mars-north1"},
		{"another version", func(in *instance) { in.DatabaseVersion = "POSTGRES_99" }, 400, "invalid", "POSTGRES_99"},
		{"a version that is not modelled", func(in *instance) { in.DatabaseVersion = "SQLSERVER_2022_WEB" }, 501, "notImplemented", "SQLSERVER_2022_WEB"},
		{"a replica", func(in *instance) { in.MasterInstanceName = "other" }, 501, "notImplemented", "replicas"},
		{"odd processors", func(in *instance) { in.Settings.Tier = "db-custom-3-7680" }, 400, "invalid", "1 or an even number"},
		{"too little memory", func(in *instance) { in.Settings.Tier = "db-custom-8-3840" }, 400, "invalid", "0.9 to 6.5 GB"},
		{"an old tier", func(in *instance) { in.Settings.Tier = "db-n1-standard-1" }, 400, "invalid", "Only custom or shared-core instance Billing Tier type allowed for PostgreSQL database."},
		{"the edition of 16", func(in *instance) { in.Settings.Edition = "" }, 400, "invalid", "Invalid Tier (db-custom-2-7680) for (ENTERPRISE_PLUS) Edition. Use a predefined Tier like db-perf-optimized-N-* instead."},
		{"a tier of Plus", func(in *instance) { in.Settings.Tier = "db-perf-optimized-N-2" }, 400, "invalid", "for (ENTERPRISE) Edition"},
		{"8 days of logs", func(in *instance) { in.Settings.BackupConfiguration.TransactionLogRetentionDays = 8 }, 400, "invalid", "The number of transaction log retention days must be between 1 and 7."},
		{"a standby without recovery", func(in *instance) { in.Settings.BackupConfiguration.PointInTimeRecoveryEnabled = false }, 400, "invalidRequest", "The incoming request contained invalid data."},
		{"recovery without backups", func(in *instance) {
			in.Settings.AvailabilityType, in.Settings.BackupConfiguration.Enabled = "ZONAL", false
		}, 400, "invalid", "Point in time recovery must be disabled when backup is disabled."},
		{"binary logs", func(in *instance) { in.Settings.BackupConfiguration.BinaryLogEnabled = true }, 400, "invalid", "Binary log"},
		{"no way in", func(in *instance) { in.Settings.IpConfiguration.PscConfig = nil }, 400, "invalid", "At least one of Public IP or Private IP or PSC connectivity must be enabled."},
		{"a public address beside", func(in *instance) { in.Settings.IpConfiguration.Ipv4Enabled = true }, 400, "invalid", "Public IP"},
		{"automatic endpoints", func(in *instance) {
			in.Settings.IpConfiguration.PscConfig.PscAutoConnections = []*sqladmin.PscAutoConnectionConfig{{ConsumerProject: "p"}}
		}, 501, "notImplemented", "automatic connections"},
		{"an unknown flag", flag("cloudsql.magic", "on"), 400, "invalidFlagName", "Flag requested cannot be set."},
		{"a flag's value", flag("log_connections", "yes"), 400, "invalidFlagValue", "Value requested is not valid."},
		{"a class of pgaudit", flag("pgaudit.log", "ddl,everything"), 400, "invalidFlagValue", "Value requested is not valid."},
		{"a number out of range", flag("max_connections", "300000"), 400, "invalidFlagValue", "Value requested is not valid."},
		{"a zone elsewhere", func(in *instance) {
			in.Settings.LocationPreference = &sqladmin.LocationPreference{Zone: "us-central1-a"}
		}, 400, "invalid", "us-central1-a"},
		{"a small disk", func(in *instance) { in.Settings.DataDiskSizeGb = 5 }, 400, "invalid", "disk size"},
		{"a mode of TLS", func(in *instance) { in.Settings.IpConfiguration.SslMode = "MAYBE" }, 400, "invalid", "MAYBE"},
		{"a maintenance hour", func(in *instance) { in.Settings.MaintenanceWindow = &sqladmin.MaintenanceWindow{Day: 7, Hour: 24} }, 400, "invalid", "hour"},
		{"a long query", func(in *instance) {
			in.Settings.InsightsConfig = &sqladmin.InsightsConfig{QueryInsightsEnabled: true, QueryStringLength: 5000}
		}, 400, "invalid", "query string length"},
		{"a final backup for ever", func(in *instance) {
			in.Settings.FinalBackupConfig = &sqladmin.FinalBackupConfig{Enabled: true, RetentionDays: 400}
		}, 400, "invalid", "final backup"},
		{"a key", func(in *instance) {
			in.DiskEncryptionConfiguration = &sqladmin.DiskEncryptionConfiguration{KmsKeyName: "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k"}
		}, 400, "invalid", "does not exist"},
		{"a key elsewhere", func(in *instance) {
			in.DiskEncryptionConfiguration = &sqladmin.DiskEncryptionConfiguration{KmsKeyName: "projects/p/locations/us-east1/keyRings/r/cryptoKeys/k"}
		}, 400, "invalid", "must be the region of the instance"},
		{"a label", func(in *instance) { in.Settings.UserLabels = map[string]string{"Env": "prod"} }, 400, "invalid", "user label"},
	} {
		in := prodInstance("db-1")
		tc.change(in)
		_, err := svc.Instances.Insert("p", in).Do()
		if err == nil {
			t.Fatalf("%s is accepted", tc.name)
		}
		wantSQL(t, err, tc.code, tc.reason, tc.want)
	}
	if got := e.srv.Inventory(); len(got) != 0 {
		t.Errorf("a refused creation left %v", got)
	}
	plus := prodInstance("db-plus")
	plus.Settings.Edition, plus.Settings.Tier = "ENTERPRISE_PLUS", "db-perf-optimized-N-2"
	plus.Settings.BackupConfiguration.TransactionLogRetentionDays = 35
	if _, err := svc.Instances.Insert("p", plus).Do(); err != nil {
		t.Errorf("35 days with Plus: %v", err)
	}
	unknown := e.rest("POST", sqlInstances, `{"name":"x","settings":{"teir":"db-f1-micro"}}`).err(t, 400)
	if !strings.Contains(unknown.Error.Message, `Unknown name "teir"`) {
		t.Errorf("message = %s", unknown.Error.Message)
	}
	_, err := svc.Instances.Get("no-sql-here", "x").Do()
	wantHTTP(t, err, 403, "Cloud SQL Admin API has not been used in project")
	// hashicorp/google's path serves the same object, with links of its own.
	var beta sqladmin.DatabaseInstance
	e.rest("GET", sqlHost+"/sql/v1beta4/projects/p/instances/db-plus", "").into(t, 200, &beta)
	if beta.SelfLink != "https://sqladmin.googleapis.com/sql/v1beta4/projects/p/instances/db-plus" || beta.Settings.Edition != "ENTERPRISE_PLUS" {
		t.Errorf("in v1beta4: %+v", beta)
	}
}

func TestSQLInstanceChanges(t *testing.T) {
	t.Parallel()
	_, svc := startSQL(t, emulator.Options{})
	if _, err := svc.Instances.Insert("p", prodInstance("db-1")).Do(); err != nil {
		t.Fatal(err)
	}
	patch := func(in *sqladmin.DatabaseInstance) error {
		_, err := svc.Instances.Patch("p", "db-1", in).Do()
		return err
	}
	wantSQL(t, patch(&sqladmin.DatabaseInstance{Region: "us-east1"}), 400, "invalid", "region")
	wantSQL(t, patch(&sqladmin.DatabaseInstance{
		DiskEncryptionConfiguration: &sqladmin.DiskEncryptionConfiguration{KmsKeyName: "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k"},
	}), 400, "invalid", "encryption key")
	wantSQL(t, patch(&sqladmin.DatabaseInstance{DatabaseVersion: "POSTGRES_15"}), 400, "invalid", "can not be changed from POSTGRES_16 to POSTGRES_15")
	public := &sqladmin.IpConfiguration{Ipv4Enabled: true, PscConfig: &sqladmin.PscConfig{ForceSendFields: []string{"PscEnabled"}, NullFields: []string{"AllowedConsumerProjects"}}}
	wantSQL(t, patch(&sqladmin.DatabaseInstance{Settings: &sqladmin.Settings{IpConfiguration: public}}), 400, "invalid", "Private Service Connect can not be enabled or disabled")
	if err := patch(&sqladmin.DatabaseInstance{Settings: &sqladmin.Settings{DataDiskSizeGb: 50}}); err != nil {
		t.Fatal(err)
	}
	wantSQL(t, patch(&sqladmin.DatabaseInstance{Settings: &sqladmin.Settings{DataDiskSizeGb: 20}}), 400, "invalid", "decreased")

	// A patch keeps what it does not name; an update does not.
	inst, err := svc.Instances.Get("p", "db-1").Do()
	if err != nil || inst.Settings.UserLabels["env"] != "prod" || inst.Settings.DataDiskSizeGb != 50 {
		t.Fatalf("after the patch: %+v, %v", inst.Settings, err)
	}
	next := prodInstance("db-1")
	next.Settings.UserLabels, next.Settings.DatabaseFlags = nil, nil
	next.Settings.SettingsVersion = inst.Settings.SettingsVersion
	if _, err := svc.Instances.Update("p", "db-1", next).Do(); err != nil {
		t.Fatal(err)
	}
	if inst, err = svc.Instances.Get("p", "db-1").Do(); err != nil || len(inst.Settings.UserLabels)+len(inst.Settings.DatabaseFlags) != 0 || inst.Settings.DataDiskSizeGb != 50 {
		t.Errorf("after the update: %+v, %v", inst.Settings, err)
	}
	if err := patch(&sqladmin.DatabaseInstance{DatabaseVersion: "POSTGRES_17"}); err != nil {
		t.Fatal(err)
	}
	if inst, err = svc.Instances.Get("p", "db-1").Do(); err != nil || inst.DatabaseInstalledVersion != "POSTGRES_17_6" || len(inst.UpgradableDatabaseVersions) != 0 {
		t.Errorf("after the upgrade: %+v, %v", inst, err)
	}
	// A stopped instance has no database to ask.
	if err := patch(&sqladmin.DatabaseInstance{Settings: &sqladmin.Settings{ActivationPolicy: "NEVER"}}); err != nil {
		t.Fatal(err)
	}
	_, err = svc.Databases.Insert("p", "db-1", &sqladmin.Database{Name: "app"}).Do()
	wantSQL(t, err, 400, "invalid", "Invalid request since instance is not running.")
}

func TestSQLContents(t *testing.T) {
	t.Parallel()
	e, svc := startSQL(t, emulator.Options{LROScale: 1})
	if _, err := svc.Instances.Insert("p", prodInstance("db-1")).Do(); err != nil {
		t.Fatal(err)
	}
	e.clock.Advance(20 * time.Minute)
	users := func() string {
		t.Helper()
		list, err := svc.Users.List("p", "db-1").Do()
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, u := range list.Items {
			names = append(names, u.Name+":"+u.Type)
		}
		return strings.Join(names, " ")
	}
	if got := users(); got != "postgres:" {
		t.Errorf("a new instance has the users %s", got)
	}
	insert := func(u *sqladmin.User) error {
		op, err := svc.Users.Insert("p", "db-1", u).Do()
		if err == nil && op.Status != "DONE" {
			t.Errorf("operation = %+v", op)
		}
		return err
	}
	for _, u := range []*sqladmin.User{
		{Name: "app", Password: "0123456789"},
		{Name: "api@p.iam", Type: "CLOUD_IAM_SERVICE_ACCOUNT"},
		{Name: "ops@example.com", Type: "CLOUD_IAM_GROUP"},
	} {
		if err := insert(u); err != nil {
			t.Errorf("%s: %v", u.Name, err)
		}
	}
	if got := users(); got != "postgres: app: api@p.iam:CLOUD_IAM_SERVICE_ACCOUNT ops@example.com:CLOUD_IAM_GROUP" {
		t.Errorf("users = %s", got)
	}
	wantSQL(t, insert(&sqladmin.User{Name: "app"}), 400, "invalid", `failed to create user "app": role "app" already exists.`)
	wantSQL(t, insert(&sqladmin.User{Name: "api@p.iam.gserviceaccount.com", Type: "CLOUD_IAM_SERVICE_ACCOUNT"}), 400, "invalid", `without ".gserviceaccount.com" suffix`)
	wantSQL(t, insert(&sqladmin.User{Name: "a@example.com", Type: "CLOUD_IAM_USER", Password: "x"}), 400, "invalid", "password")
	wantSQL(t, insert(&sqladmin.User{Name: "b", Host: "%"}), 400, "invalid", "Host field")
	wantSQL(t, insert(&sqladmin.User{Name: "b", DatabaseRoles: []string{"x"}}), 501, "notImplemented", "database roles")
	if _, err := svc.Users.Update("p", "db-1", &sqladmin.User{Password: "9876543210"}).Name("app").Do(); err != nil {
		t.Error(err)
	}
	if _, err := svc.Users.Delete("p", "db-1").Name("app").Do(); err != nil {
		t.Error(err)
	}
	_, err := svc.Users.Get("p", "db-1", "app").Do()
	wantSQL(t, err, 404, "userDoesNotExist", "does not exist")

	if _, err := svc.Databases.Insert("p", "db-1", &sqladmin.Database{Name: "tenants"}).Do(); err != nil {
		t.Fatal(err)
	}
	db, err := svc.Databases.Get("p", "db-1", "tenants").Do()
	if err != nil || db.Charset != "UTF8" || db.Collation != "en_US.UTF8" || db.SelfLink != "https://sqladmin.googleapis.com/v1/projects/p/instances/db-1/databases/tenants" {
		t.Errorf("database = %+v, %v", db, err)
	}
	_, err = svc.Databases.Insert("p", "db-1", &sqladmin.Database{Name: "tenants"}).Do()
	wantSQL(t, err, 400, "invalid", `database "tenants" already exists`)
	_, err = svc.Databases.Patch("p", "db-1", "tenants", &sqladmin.Database{Collation: "C"}).Do()
	wantSQL(t, err, 400, "invalid", "can not be changed")
	_, err = svc.Databases.Get("p", "db-1", "nothing").Do()
	wantSQL(t, err, 404, "notFound", "Not Found")
	_, err = svc.Databases.Delete("p", "db-1", "postgres").Do()
	wantSQL(t, err, 400, "invalid", "postgres")

	made, err := svc.SslCerts.Insert("p", "db-1", &sqladmin.SslCertsInsertRequest{CommonName: "ops"}).Do()
	if err != nil || !strings.Contains(made.ClientCert.CertPrivateKey, "PRIVATE KEY") {
		t.Fatalf("certificate = %+v, %v", made, err)
	}
	e.clock.Advance(time.Minute)
	if got := e.rest("GET", sqlInstances+"/db-1/sslCerts/"+made.ClientCert.CertInfo.Sha1Fingerprint, ""); got.status != 200 || strings.Contains(string(got.body), "PRIVATE") {
		t.Errorf("certificate = %s", got.body)
	}
	if got := e.srv.Inventory(); len(got["sqlUsers"]) != 2 || len(got["sqlDatabases"]) != 1 || len(got["sqlCerts"]) != 1 {
		t.Errorf("inventory = %v", got)
	}
	if _, err := svc.Instances.Delete("p", "db-1").Do(); err != nil {
		t.Fatal(err)
	}
	e.clock.Advance(2 * time.Minute)
	if got := e.srv.Inventory(); len(got) != 0 {
		t.Errorf("left behind %v", got)
	}
}

func TestSQLBackups(t *testing.T) {
	t.Parallel()
	e, svc := startSQL(t, emulator.Options{LROScale: 1})
	in := prodInstance("db-1")
	in.Settings.FinalBackupConfig = &sqladmin.FinalBackupConfig{Enabled: true, RetentionDays: 10}
	in.Settings.RetainBackupsOnDelete = true
	if _, err := svc.Instances.Insert("p", in).Do(); err != nil {
		t.Fatal(err)
	}
	e.clock.Advance(20 * time.Minute)
	if _, err := svc.BackupRuns.Insert("p", "db-1", &sqladmin.BackupRun{Description: "before"}).Do(); err != nil {
		t.Fatal(err)
	}
	_, err := svc.Databases.Insert("p", "db-1", &sqladmin.Database{Name: "app"}).Do()
	wantSQL(t, err, 409, "operationInProgress", "another operation")
	e.clock.Advance(5 * time.Minute)
	runs, err := svc.BackupRuns.List("p", "db-1").Do()
	if err != nil || len(runs.Items) != 1 || runs.Items[0].Status != "SUCCESSFUL" || runs.Items[0].Location != "eu" {
		t.Errorf("runs = %+v, %v", runs, err)
	}
	if _, err := svc.Instances.Delete("p", "db-1").Do(); err != nil {
		t.Fatal(err)
	}
	e.clock.Advance(5 * time.Minute)
	kept, err := svc.Backups.ListBackups("projects/p").Do()
	if err != nil || len(kept.Backups) != 2 || kept.Backups[0].Type != "FINAL" || kept.Backups[0].TtlDays != 10 || kept.Backups[1].Type != "ON_DEMAND" {
		t.Fatalf("backups = %+v, %v", kept, err)
	}
	e.clock.Advance(10 * 24 * time.Hour)
	if kept, err = svc.Backups.ListBackups("projects/p").Do(); err != nil || len(kept.Backups) != 1 {
		t.Errorf("after the final backup's time: %+v, %v", kept, err)
	}
}

func TestSQLOperationsFail(t *testing.T) {
	t.Parallel()
	e, svc := startSQL(t, emulator.Options{LROScale: 1})
	fails := func(rpc string) {
		e.srv.InjectFaults(emulator.Fault{RPC: rpc, Operation: emulator.OperationFails, Message: "no capacity"})
	}
	fails("InsertSqlInstance")
	op, err := svc.Instances.Insert("p", prodInstance("db-1")).Do()
	if err != nil {
		t.Fatal(err)
	}
	e.clock.Advance(20 * time.Minute)
	op, err = svc.Operations.Get("p", op.Name).Do()
	if err != nil || op.Status != "DONE" || op.Error == nil || op.Error.Errors[0].Message != "no capacity" || op.Error.Errors[0].Code != "INTERNAL_ERROR" {
		t.Fatalf("operation = %+v, %v", op, err)
	}
	inst, err := svc.Instances.Get("p", "db-1").Do()
	if err != nil || inst.State != "FAILED" {
		t.Errorf("instance = %+v, %v", inst, err)
	}
	_, err = svc.Instances.Patch("p", "db-1", &sqladmin.DatabaseInstance{Settings: &sqladmin.Settings{ActivationPolicy: "NEVER"}}).Do()
	wantSQL(t, err, 409, "invalidState", "The instance or operation is not in an appropriate state to handle the request.")
	_, err = svc.Databases.Insert("p", "db-1", &sqladmin.Database{Name: "app"}).Do()
	wantSQL(t, err, 409, "invalidState", "appropriate state")
	if len(e.srv.Inventory()["sqlInstances"]) != 1 {
		t.Error("a failed instance is not in the inventory")
	}
	// It can be deleted, which fails too at first, and then its name is blocked.
	fails("DeleteSqlInstance")
	for range 2 {
		if _, err := svc.Instances.Delete("p", "db-1").Do(); err != nil {
			t.Fatal(err)
		}
		e.clock.Advance(2 * time.Minute)
	}
	_, err = svc.Instances.Get("p", "db-1").Do()
	wantSQL(t, err, 404, "instanceDoesNotExist", "does not exist")

	if _, err := svc.Instances.Insert("p", prodInstance("db-2")).Do(); err != nil {
		t.Fatal(err)
	}
	e.clock.Advance(20 * time.Minute)
	fails("PatchSqlInstance")
	if _, err := svc.Instances.Patch("p", "db-2", &sqladmin.DatabaseInstance{Settings: &sqladmin.Settings{UserLabels: map[string]string{"a": "b"}}}).Do(); err != nil {
		t.Fatal(err)
	}
	e.clock.Advance(5 * time.Minute)
	if inst, err = svc.Instances.Get("p", "db-2").Do(); err != nil || inst.State != "RUNNABLE" || inst.Settings.UserLabels["a"] != "" || inst.Settings.SettingsVersion != 1 {
		t.Errorf("after a patch that failed: %+v, %v", inst, err)
	}
	fails("InsertSqlUser")
	op, err = svc.Users.Insert("p", "db-2", &sqladmin.User{Name: "app"}).Do()
	if err != nil || op.Status != "DONE" || op.Error == nil {
		t.Errorf("operation = %+v, %v", op, err)
	}
	e.srv.InjectFaults(emulator.Fault{RPC: "InsertSqlUser", Operation: emulator.OperationHangs})
	if op, err = svc.Users.Insert("p", "db-2", &sqladmin.User{Name: "app"}).Do(); err != nil || op.Status != "RUNNING" {
		t.Errorf("operation = %+v, %v", op, err)
	}
	e.clock.Advance(1000 * time.Hour)
	_, err = svc.Users.Insert("p", "db-2", &sqladmin.User{Name: "other"}).Do()
	wantSQL(t, err, 409, "operationInProgress", "another operation")
}

func TestSQLPermissionsAndFaults(t *testing.T) {
	t.Parallel()
	e, svc := startSQL(t, emulator.Options{})
	e.srv.DenyPermissions("cloudsql.instances.create")
	_, err := svc.Instances.Insert("p", prodInstance("db-1")).Do()
	wantSQL(t, err, 403, "notAuthorized", "The client is not authorized to make this request.")
	e.srv.DenyPermissions()
	e.srv.InjectFaults(emulator.Fault{RPC: "InsertSqlInstance", Status: 503})
	var got map[string]map[string]any
	e.rest("POST", sqlInstances, "{}").into(t, 503, &got)
	if errors, ok := got["error"]["errors"].([]any); !ok || len(errors) != 1 {
		t.Errorf("a fault's error is not in the old form: %v", got)
	}
}

func TestSQLStateFile(t *testing.T) {
	t.Parallel()
	file := t.TempDir() + "/state"
	e, svc := startSQL(t, emulator.Options{StateFile: file, LROScale: 1})
	if _, err := svc.Instances.Insert("p", prodInstance("db-1")).Do(); err != nil {
		t.Fatal(err)
	}
	now := e.clock.Now()
	if err := e.srv.Close(); err != nil {
		t.Fatal(err)
	}
	e, svc = startSQL(t, emulator.Options{StateFile: file, LROScale: 1})
	e.clock.Advance(now.Sub(e.clock.Now()) + 20*time.Minute)
	inst, err := svc.Instances.Get("p", "db-1").Do()
	if err != nil || inst.State != "RUNNABLE" || inst.PscServiceAttachmentLink == "" {
		t.Errorf("after a restart: %+v, %v", inst, err)
	}
}

func TestSQLCatalogue(t *testing.T) {
	t.Parallel()
	_, svc := startSQL(t, emulator.Options{})
	flags, err := svc.Flags.List().DatabaseVersion("POSTGRES_16").Do()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*sqladmin.Flag{}
	for _, f := range flags.Items {
		found[f.Name] = f
	}
	if f := found["cloudsql.enable_pgaudit"]; f == nil || f.Type != "BOOLEAN" || !f.RequiresRestart || f.AppliesTo[0] != "POSTGRES_16" {
		t.Errorf("flag = %+v", f)
	}
	if f := found["log_min_duration_statement"]; f == nil || f.MinValue != -1 || f.MaxValue != 2147483647 {
		t.Errorf("flag = %+v", f)
	}
	tiers, err := svc.Tiers.List("p").Do()
	if err != nil || len(tiers.Items) < 3 || tiers.Items[0].Tier != "db-f1-micro" {
		t.Errorf("tiers = %+v, %v", tiers, err)
	}
}
