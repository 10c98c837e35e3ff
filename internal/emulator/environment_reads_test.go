package emulator_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/logging/apiv2/loggingpb"
	"google.golang.org/api/accesscontextmanager/v1"
	"google.golang.org/api/logging/v2"
	"google.golang.org/api/sqladmin/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

func TestSQLReads(t *testing.T) {
	t.Parallel()
	e, svc := startSQL(t, emulator.Options{LROScale: 1})
	in := prodInstance("db-1")
	in.Settings.PasswordValidationPolicy = &sqladmin.PasswordValidationPolicy{
		EnablePasswordPolicy: true, MinLength: 10, Complexity: "COMPLEXITY_DEFAULT", DisallowUsernameSubstring: true,
	}
	if _, err := svc.Instances.Insert("p", in).Do(); err != nil {
		t.Fatal(err)
	}
	_, err := svc.Connect.Get("p", "db-1").Do()
	wantSQL(t, err, 409, "invalidState", "appropriate state")
	e.clock.Advance(20 * time.Minute)
	connect, err := svc.Connect.Get("p", "db-1").Do()
	if err != nil || !connect.PscEnabled || connect.DnsName == "" || connect.ServerCaCert == nil || connect.DatabaseVersion != "POSTGRES_16" {
		t.Errorf("connect settings = %+v, %v", connect, err)
	}
	for _, password := range []string{"Sh0rt!", "nothingbutletters", "App-user-0123", ""} {
		_, err := svc.Users.Insert("p", "db-1", &sqladmin.User{Name: "app", Password: password}).Do()
		wantSQL(t, err, 400, "invalid", "password validation policy")
	}
	if _, err := svc.Users.Insert("p", "db-1", &sqladmin.User{Name: "app", Password: "Long-enough-1"}).Do(); err != nil {
		t.Error(err)
	}
	if list, err := svc.Databases.List("p", "db-1").Do(); err != nil || len(list.Items) != 1 || list.Items[0].Name != "postgres" {
		t.Errorf("databases = %+v, %v", list, err)
	}
	if _, err := svc.Instances.Restart("p", "db-1").Do(); err != nil {
		t.Fatal(err)
	}
	_, err = svc.Instances.Restart("p", "db-1").Do()
	wantSQL(t, err, 409, "operationInProgress", "another operation")
	e.clock.Advance(2 * time.Minute)
	_, err = svc.Instances.Clone("p", "db-1", &sqladmin.InstancesCloneRequest{}).Do()
	wantSQL(t, err, 501, "notImplemented", "clone")
	_, err = svc.Instances.Failover("p", "db-1", &sqladmin.InstancesFailoverRequest{}).Do()
	wantSQL(t, err, 501, "notImplemented", "failover")

	made, err := svc.SslCerts.Insert("p", "db-1", &sqladmin.SslCertsInsertRequest{CommonName: "ops"}).Do()
	if err != nil {
		t.Fatal(err)
	}
	e.clock.Advance(time.Minute)
	_, err = svc.SslCerts.Insert("p", "db-1", &sqladmin.SslCertsInsertRequest{CommonName: "ops"}).Do()
	wantSQL(t, err, 400, "errorSslCertificateCommonNameAlreadyExists", "same common name")
	if list, err := svc.SslCerts.List("p", "db-1").Do(); err != nil || len(list.Items) != 1 || list.Items[0].CommonName != "ops" {
		t.Errorf("certificates = %+v, %v", list, err)
	}
	if _, err := svc.SslCerts.Delete("p", "db-1", made.ClientCert.CertInfo.Sha1Fingerprint).Do(); err != nil {
		t.Fatal(err)
	}
	e.clock.Advance(time.Minute)
	_, err = svc.SslCerts.Get("p", "db-1", made.ClientCert.CertInfo.Sha1Fingerprint).Do()
	wantSQL(t, err, 404, "sslCertificateDoesNotExist", "does not exist")

	if _, err := svc.BackupRuns.Insert("p", "db-1", &sqladmin.BackupRun{}).Do(); err != nil {
		t.Fatal(err)
	}
	e.clock.Advance(5 * time.Minute)
	runs, err := svc.BackupRuns.List("p", "db-1").Do()
	if err != nil || len(runs.Items) != 1 {
		t.Fatalf("runs = %+v, %v", runs, err)
	}
	id := runs.Items[0].Id
	if run, err := svc.BackupRuns.Get("p", "db-1", id).Do(); err != nil || run.Status != "SUCCESSFUL" {
		t.Errorf("run = %+v, %v", run, err)
	}
	if _, err := svc.BackupRuns.Delete("p", "db-1", id).Do(); err != nil {
		t.Error(err)
	}
	e.clock.Advance(time.Minute)
	_, err = svc.BackupRuns.Get("p", "db-1", id).Do()
	wantSQL(t, err, 404, "backupRunDoesNotExist", "does not exist")
	if _, err := svc.Instances.Delete("p", "db-1").EnableFinalBackup(true).FinalBackupTtlDays(5).FinalBackupDescription("last").Do(); err != nil {
		t.Fatal(err)
	}
	list, err := svc.Backups.ListBackups("projects/p").Do()
	if err != nil || len(list.Backups) != 1 || list.Backups[0].Description != "last" {
		t.Fatalf("backups = %+v, %v", list, err)
	}
	if _, err := svc.Backups.DeleteBackup(list.Backups[0].Name).Do(); err != nil {
		t.Fatal(err)
	}
	_, err = svc.Backups.GetBackup(list.Backups[0].Name).Do()
	wantSQL(t, err, 404, "backupDoesNotExist", "does not exist")
	_, err = svc.Operations.Get("p", "no-such").Do()
	wantSQL(t, err, 404, "operationDoesNotExist", "does not exist")
}

func TestLoggingReads(t *testing.T) {
	t.Parallel()
	e, svc := startLogging(t, emulator.Options{LROScale: 1})
	config := loggingpb.NewConfigServiceV2Client(e.conn())
	if got, err := config.GetSettings(t.Context(), &loggingpb.GetSettingsRequest{Name: "projects/p"}); err != nil || !strings.HasPrefix(got.GetKmsServiceAccountId(), "cmek-p") {
		t.Errorf("settings = %v, %v", got, err)
	}
	if got, err := svc.Projects.GetCmekSettings("projects/p").Do(); err != nil || !strings.HasPrefix(got.ServiceAccountId, "cmek-p") {
		t.Errorf("settings = %+v, %v", got, err)
	}
	_, err := config.UpdateSettings(t.Context(), &loggingpb.UpdateSettingsRequest{Name: "projects/p"})
	wantGRPC(t, err, codes.InvalidArgument, "organizations")
	_, err = config.UpdateCmekSettings(t.Context(), &loggingpb.UpdateCmekSettingsRequest{Name: "projects/p"})
	wantGRPC(t, err, codes.InvalidArgument, "organizations")

	buckets := svc.Projects.Locations.Buckets
	bucket, err := buckets.Create("projects/p/locations/global", &logging.LogBucket{AnalyticsEnabled: true}).BucketId("app").Do()
	if err != nil {
		t.Fatal(err)
	}
	op, err := config.UpdateBucketAsync(t.Context(), &loggingpb.UpdateBucketRequest{Name: bucket.Name, Bucket: &loggingpb.LogBucket{RetentionDays: 60}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"retention_days"}}})
	if err != nil || op.GetDone() {
		t.Fatalf("operation = %v, %v", op, err)
	}
	e.clock.Advance(time.Minute)
	if ops, err := svc.Projects.Locations.Operations.List("projects/p/locations/global").Do(); err != nil || len(ops.Operations) != 1 || !ops.Operations[0].Done {
		t.Errorf("operations = %+v, %v", ops, err)
	}
	if got, err := buckets.Get(bucket.Name).Do(); err != nil || got.RetentionDays != 60 {
		t.Errorf("bucket = %+v, %v", got, err)
	}
	_, err = svc.Projects.Locations.Operations.Get("projects/p/locations/global/operations/1").Do()
	wantHTTP(t, err, 404, "does not exist")
	view, err := buckets.Views.Create(bucket.Name, &logging.LogView{}).ViewId("team").Do()
	if err != nil {
		t.Fatal(err)
	}
	_, err = buckets.Views.Create(bucket.Name, &logging.LogView{}).ViewId("team").Do()
	wantHTTP(t, err, 409, "already exists")
	if view, err = buckets.Views.Patch(view.Name, &logging.LogView{Filter: `LOG_ID("stdout")`}).UpdateMask("filter").Do(); err != nil || view.Filter == "" {
		t.Errorf("view = %+v, %v", view, err)
	}
	_, err = buckets.Views.Patch(bucket.Name+"/views/_AllLogs", &logging.LogView{Description: "x"}).UpdateMask("description").Do()
	wantHTTP(t, err, 400, "can not be modified")
	_, err = buckets.Views.Get(bucket.Name + "/views/none").Do()
	wantHTTP(t, err, 404, "View `none` in bucket `app` does not exist")
	if got, err := buckets.Views.TestIamPermissions(view.Name, &logging.TestIamPermissionsRequest{Permissions: []string{"logging.views.access"}}).Do(); err != nil || len(got.Permissions) != 1 {
		t.Errorf("permissions = %+v, %v", got, err)
	}
	if got, err := buckets.Views.GetIamPolicy(view.Name, &logging.GetIamPolicyRequest{}).Do(); err != nil || got.Etag == "" {
		t.Errorf("policy = %+v, %v", got, err)
	}
	if got, err := buckets.Links.List(bucket.Name).Do(); err != nil || len(got.Links) != 0 {
		t.Errorf("links = %+v, %v", got, err)
	}

	exclusions := svc.Projects.Exclusions
	if _, err := exclusions.Create("projects/p", &logging.LogExclusion{Name: "noise", Filter: "severity<INFO"}).Do(); err != nil {
		t.Fatal(err)
	}
	if got, err := exclusions.Patch("projects/p/exclusions/noise", &logging.LogExclusion{Disabled: true}).UpdateMask("disabled").Do(); err != nil || !got.Disabled {
		t.Errorf("exclusion = %+v, %v", got, err)
	}
	if got, err := exclusions.List("projects/p").Do(); err != nil || len(got.Exclusions) != 1 {
		t.Errorf("exclusions = %+v, %v", got, err)
	}
	if _, err := exclusions.Delete("projects/p/exclusions/noise").Do(); err != nil {
		t.Error(err)
	}
	metric := &logging.LogMetric{
		Name: "latency", Filter: "httpRequest.latency:*", ValueExtractor: "EXTRACT(httpRequest.latency)", LabelExtractors: map[string]string{"code": "EXTRACT(httpRequest.status)"},
		MetricDescriptor: &logging.MetricDescriptor{MetricKind: "DELTA", ValueType: "DISTRIBUTION", Unit: "s", Labels: []*logging.LabelDescriptor{{Key: "code"}}},
	}
	if _, err := svc.Projects.Metrics.Create("projects/p", metric).Do(); err != nil {
		t.Fatal(err)
	}
	if got, err := svc.Projects.Metrics.Get("projects/p/metrics/latency").Do(); err != nil || got.MetricDescriptor.Unit != "s" {
		t.Errorf("metric = %+v, %v", got, err)
	}
	if got, err := svc.Projects.Metrics.List("projects/p").Do(); err != nil || len(got.Metrics) != 1 {
		t.Errorf("metrics = %+v, %v", got, err)
	}
	metric.Name, metric.LabelExtractors = "other", nil
	_, err = svc.Projects.Metrics.Create("projects/p", metric).Do()
	wantHTTP(t, err, 400, "has no extractor")
}

func TestAccessReads(t *testing.T) {
	t.Parallel()
	p := startPerimeters(t, emulator.Options{LROScale: 1})
	policies := p.svc.AccessPolicies
	before, err := policies.Get(p.policy).Do()
	if err != nil || before.Parent != "organizations/77" {
		t.Fatalf("policy = %+v, %v", before, err)
	}
	p.wait(policies.Patch(p.policy, &accesscontextmanager.AccessPolicy{Title: "renamed", Etag: before.Etag}).UpdateMask("title").Do())
	if got, err := policies.Get(p.policy).Do(); err != nil || got.Title != "renamed" || got.Etag == before.Etag {
		t.Errorf("policy = %+v, %v", got, err)
	}
	_, err = policies.Get("accessPolicies/1").Do()
	wantHTTP(t, err, http.StatusNotFound, "not found")
	_, err = p.svc.Operations.Get("operations/none").Do()
	wantHTTP(t, err, http.StatusNotFound, "not found")
	name := p.policy + "/accessLevels/office"
	level := &accesscontextmanager.AccessLevel{Name: name, Title: "office", Basic: &accesscontextmanager.BasicLevel{Conditions: []*accesscontextmanager.Condition{{Regions: []string{"DE"}}}}}
	p.wait(policies.AccessLevels.Create(p.policy, level).Do())
	_, err = policies.AccessLevels.Create(p.policy, level).Do()
	wantHTTP(t, err, http.StatusConflict, "already exists")
	p.wait(policies.AccessLevels.Patch(name, &accesscontextmanager.AccessLevel{Description: "doors"}).UpdateMask("description").Do())
	if got, err := policies.AccessLevels.Get(name).Do(); err != nil || got.Description != "doors" || len(got.Basic.Conditions) != 1 {
		t.Errorf("level = %+v, %v", got, err)
	}
	if got, err := policies.AccessLevels.List(p.policy).Do(); err != nil || len(got.AccessLevels) != 1 {
		t.Errorf("levels = %+v, %v", got, err)
	}
	p.wait(policies.AccessLevels.Delete(name).Do())
	p.wait(policies.ServicePerimeters.Commit(p.policy, &accesscontextmanager.CommitServicePerimetersRequest{}).Do())
	p.wait(policies.ServicePerimeters.Create(p.policy, p.perimeter("prod", p.member("one"))).Do())
	if got, err := policies.ServicePerimeters.List(p.policy).Do(); err != nil || len(got.ServicePerimeters) != 1 {
		t.Errorf("perimeters = %+v, %v", got, err)
	}
	level.Basic = nil
	level.Custom = &accesscontextmanager.CustomLevel{Expr: &accesscontextmanager.Expr{Expression: "true"}}
	_, err = policies.AccessLevels.Create(p.policy, level).Do()
	wantHTTP(t, err, http.StatusNotImplemented, "custom access levels")
}

// TestNamesAreExact has a name of another case refused, as Google's parser does.
func TestNamesAreExact(t *testing.T) {
	t.Parallel()
	e, _ := startSQL(t, emulator.Options{})
	for body, want := range map[string]string{
		`{"Name":"db-1"}`:                                  `Unknown name "Name": Cannot find field.`,
		`{"settings":{"Tier":"db-f1-micro"}}`:              `Unknown name "Tier" at 'settings': Cannot find field.`,
		`{"settings":{"databaseFlags":[null]}}`:            `Invalid value at 'settings.databaseFlags[0]'`,
		`{"settings":{"databaseFlags":[{"NAME":"x"}]}}`:    `Unknown name "NAME" at 'settings.databaseFlags[0]'`,
		`{"settings":{"userLabels":{"Any":"x"}},"x":null}`: `Unknown name "x"`,
	} {
		if got := e.rest("POST", sqlInstances, body).err(t, 400); !strings.Contains(got.Error.Message, want) {
			t.Errorf("%s: %s", body, got.Error.Message)
		}
	}
}
