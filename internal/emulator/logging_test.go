package emulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/logging/apiv2/loggingpb"
	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/api/cloudkms/v1"
	"google.golang.org/api/logging/v2"
	"google.golang.org/grpc/codes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

const loggingHost = "logging.googleapis.com"

func startLogging(t *testing.T, opts emulator.Options) (*env, *logging.Service) {
	t.Helper()
	e := start(t, opts)
	svc, err := logging.NewService(t.Context(), e.at(loggingHost)...)
	if err != nil {
		t.Fatal(err)
	}
	return e, svc
}

func TestLogBuckets(t *testing.T) {
	t.Parallel()
	e, svc := startLogging(t, emulator.Options{LROScale: 1})
	calls := svc.Projects.Locations.Buckets
	const parent = "projects/p/locations/europe-west1"
	made, err := calls.Create(parent, &logging.LogBucket{Description: "ours"}).BucketId("app").Do()
	if err != nil || made.RetentionDays != 30 || made.LifecycleState != "ACTIVE" || made.Name != parent+"/buckets/app" || made.CreateTime == "" {
		t.Fatalf("bucket = %+v, %v", made, err)
	}
	for _, name := range []string{"_Default", "_Required"} {
		born, err := calls.Get("projects/p/locations/global/buckets/" + name).Do()
		if err != nil || born.CreateTime != "" || born.Locked != (name == "_Required") || born.RetentionDays != map[bool]int64{true: 400, false: 30}[born.Locked] {
			t.Errorf("%s = %+v, %v", name, born, err)
		}
	}
	if list, err := calls.List("projects/p/locations/-").Do(); err != nil || len(list.Buckets) != 3 {
		t.Errorf("list = %+v, %v", list, err)
	}
	if got := fmt.Sprint(e.srv.Inventory()); got != "map[logBuckets:["+made.Name+"]]" {
		t.Errorf("inventory = %s", got)
	}
	patch := func(name, mask string, b *logging.LogBucket) error {
		_, err := calls.Patch(name, b).UpdateMask(mask).Do()
		return err
	}
	wantHTTP(t, patch(made.Name, "", &logging.LogBucket{}), 400, "update_mask")
	wantHTTP(t, patch(made.Name, "name", &logging.LogBucket{}), 400, "update_mask")
	wantHTTP(t, patch(made.Name, "retentionDays", &logging.LogBucket{RetentionDays: 3651}), 400, "between 1 and 3650")
	wantHTTP(t, patch("projects/p/locations/global/buckets/_Required", "retentionDays", &logging.LogBucket{RetentionDays: 30}), 400, "can not be modified")
	if err := patch("projects/p/locations/global/buckets/_Default", "retentionDays", &logging.LogBucket{RetentionDays: 7}); err != nil {
		t.Error(err)
	}
	if err := patch(made.Name, "retentionDays,analyticsEnabled", &logging.LogBucket{RetentionDays: 400, AnalyticsEnabled: true}); err != nil {
		t.Fatal(err)
	}
	wantHTTP(t, patch(made.Name, "analyticsEnabled", &logging.LogBucket{}), 400, "Analytics can not be disabled")
	_, err = calls.Delete("projects/p/locations/global/buckets/_Default").Do()
	wantHTTP(t, err, 400, "can not be deleted")

	// Deleted, it keeps its name for a week and can be had back.
	if _, err := calls.Delete(made.Name).Do(); err != nil {
		t.Fatal(err)
	}
	if got, err := calls.Get(made.Name).Do(); err != nil || got.LifecycleState != "DELETE_REQUESTED" || len(e.srv.Inventory()) != 0 {
		t.Errorf("deleted: %+v, %v, %v", got, err, e.srv.Inventory())
	}
	_, err = calls.Create(parent, &logging.LogBucket{}).BucketId("app").Do()
	wantHTTP(t, err, 409, "already exists")
	_, err = calls.Delete(made.Name).Do()
	wantHTTP(t, err, 400, "Only buckets in state ACTIVE can be deleted")
	if _, err := calls.Undelete(made.Name, &logging.UndeleteBucketRequest{}).Do(); err != nil {
		t.Fatal(err)
	}
	if _, err := calls.Delete(made.Name).Do(); err != nil {
		t.Fatal(err)
	}
	e.clock.Advance(7*24*time.Hour + time.Second)
	_, err = calls.Get(made.Name).Do()
	wantHTTP(t, err, 404, "Bucket `app` in location `europe-west1` does not exist")
	if made, err = calls.Create(parent, &logging.LogBucket{RetentionDays: 400}).BucketId("app").Do(); err != nil || made.AnalyticsEnabled {
		t.Fatalf("after a week: %+v, %v", made, err)
	}

	// A lock is for ever.
	if err := patch(made.Name, "locked", &logging.LogBucket{Locked: true}); err != nil {
		t.Fatal(err)
	}
	wantHTTP(t, patch(made.Name, "locked", &logging.LogBucket{}), 400, "can not be unlocked")
	wantHTTP(t, patch(made.Name, "retentionDays", &logging.LogBucket{RetentionDays: 500}), 400, "on a locked bucket")
	_, err = calls.Delete(made.Name).Do()
	wantHTTP(t, err, 400, "Locked buckets currently cannot be deleted")
	for _, tc := range []struct{ parent, id, want string }{
		{"projects/p/locations/mars", "x", "not supported"},
		{parent, "_x", "must start with a letter"},
		{"organizations/1/locations/global", "x", "does not model"},
	} {
		_, err := calls.Create(tc.parent, &logging.LogBucket{}).BucketId(tc.id).Do()
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s %s: %v", tc.parent, tc.id, err)
		}
	}
}

func TestLogBucketKey(t *testing.T) {
	t.Parallel()
	e, svc := startLogging(t, emulator.Options{})
	e.enable(t, "p", "cloudkms.googleapis.com")
	kms, err := cloudkms.NewService(t.Context(), e.at("cloudkms.googleapis.com")...)
	if err != nil {
		t.Fatal(err)
	}
	const location = "projects/p/locations/europe-west1"
	rings := kms.Projects.Locations.KeyRings
	if _, err := rings.Create(location, &cloudkms.KeyRing{}).KeyRingId("r").Do(); err != nil {
		t.Fatal(err)
	}
	key, err := rings.CryptoKeys.Create(location+"/keyRings/r", &cloudkms.CryptoKey{Purpose: "ENCRYPT_DECRYPT"}).CryptoKeyId("k").Do()
	if err != nil {
		t.Fatal(err)
	}
	settings, err := svc.Projects.GetSettings("projects/p").Do()
	if err != nil || !strings.HasPrefix(settings.KmsServiceAccountId, "cmek-p") || !strings.HasPrefix(settings.LoggingServiceAccountId, "service-") {
		t.Fatalf("settings = %+v, %v", settings, err)
	}
	calls := svc.Projects.Locations.Buckets
	encrypted := &logging.LogBucket{CmekSettings: &logging.CmekSettings{KmsKeyName: key.Name}}
	_, err = calls.Create(location, encrypted).BucketId("app").Do()
	wantHTTP(t, err, 400, settings.KmsServiceAccountId)
	_, err = calls.Create("projects/p/locations/global", encrypted).BucketId("app").Do()
	wantHTTP(t, err, 400, "global")
	_, err = rings.CryptoKeys.SetIamPolicy(key.Name, &cloudkms.SetIamPolicyRequest{Policy: &cloudkms.Policy{Bindings: []*cloudkms.Binding{{
		Role: "roles/cloudkms.cryptoKeyEncrypterDecrypter", Members: []string{"serviceAccount:" + settings.KmsServiceAccountId},
	}}}}).Do()
	if err != nil {
		t.Fatal(err)
	}
	made, err := calls.Create(location, encrypted).BucketId("app").Do()
	if err != nil || made.CmekSettings.KmsKeyName != key.Name || made.CmekSettings.ServiceAccountId != settings.KmsServiceAccountId {
		t.Fatalf("bucket = %+v, %v", made, err)
	}
	_, err = calls.Patch(made.Name, &logging.LogBucket{}).UpdateMask("cmekSettings").Do()
	wantHTTP(t, err, 400, "CMEK settings")
	_, err = calls.Patch(made.Name, &logging.LogBucket{AnalyticsEnabled: true}).UpdateMask("analyticsEnabled").Do()
	wantHTTP(t, err, 400, "Bucket is not eligible for an upgrade to enable analytics")
}

func TestLogSinks(t *testing.T) {
	t.Parallel()
	e, svc := startLogging(t, emulator.Options{})
	sinks := svc.Projects.Sinks
	if _, err := svc.Projects.Locations.Buckets.Create("projects/p/locations/global", &logging.LogBucket{}).BucketId("app").Do(); err != nil {
		t.Fatal(err)
	}
	create := func(s *logging.LogSink, unique bool) (*logging.LogSink, error) {
		return sinks.Create("projects/p", s).UniqueWriterIdentity(unique).Do()
	}
	const ours = "logging.googleapis.com/projects/p/locations/global/buckets/app"
	inside, err := create(&logging.LogSink{Name: "inside", Destination: ours, Filter: `resource.type="k8s_container"`}, true)
	if err != nil || inside.WriterIdentity != "" || inside.CreateTime == "" {
		t.Fatalf("a sink to a bucket of the project: %+v, %v", inside, err)
	}
	archive, err := create(&logging.LogSink{Name: "archive", Destination: "storage.googleapis.com/an-archive", Exclusions: []*logging.LogExclusion{{Name: "noise", Filter: "severity<INFO"}}}, true)
	if err != nil || !strings.HasSuffix(archive.WriterIdentity, "@gcp-sa-logging.iam.gserviceaccount.com") || len(archive.Exclusions) != 1 {
		t.Fatalf("a sink to a storage bucket: %+v, %v", archive, err)
	}
	if shared, err := create(&logging.LogSink{Name: "shared", Destination: "storage.googleapis.com/an-archive"}, false); err != nil || shared.WriterIdentity != "serviceAccount:cloud-logs@system.gserviceaccount.com" {
		t.Errorf("a sink without its own identity: %+v, %v", shared, err)
	}
	_, err = create(&logging.LogSink{Name: "archive", Destination: ours}, true)
	wantHTTP(t, err, 409, "Sink archive already exists")
	for _, tc := range []struct {
		sink *logging.LogSink
		want string
	}{
		{&logging.LogSink{Name: "x", Destination: "pubsub.googleapis.com/projects/other/topics/t"}, "The destination project must be the same as the sink's project. Use uniqueWriterIdentity=true to allow cross project exports."},
		{&logging.LogSink{Name: "x", Destination: "file:///tmp"}, "destination"},
		{&logging.LogSink{Name: "x", Destination: ours, Filter: `severity="ERROR`}, "filter"},
		{&logging.LogSink{Name: "_x", Destination: ours}, "name"},
		{&logging.LogSink{Name: "x", Destination: ours, IncludeChildren: true}, "include_children"},
		{&logging.LogSink{Name: "x", Destination: ours, Exclusions: []*logging.LogExclusion{{Name: "e"}}}, "needs a filter"},
	} {
		_, err := create(tc.sink, false)
		if err == nil {
			t.Fatalf("%+v is accepted", tc.sink)
		}
		wantHTTP(t, err, 400, tc.want)
	}
	_, err = create(&logging.LogSink{Name: "x", Destination: ours + "-not-there"}, false)
	wantHTTP(t, err, 404, "does not exist")

	changed, err := sinks.Patch("projects/p/sinks/inside", &logging.LogSink{Filter: "severity>=ERROR", Destination: ours}).UpdateMask("filter").UniqueWriterIdentity(true).Do()
	if err != nil || changed.Filter != "severity>=ERROR" || changed.Destination != ours {
		t.Errorf("changed = %+v, %v", changed, err)
	}
	_, err = sinks.Patch("projects/p/sinks/inside", &logging.LogSink{}).UpdateMask("writerIdentity").Do()
	wantHTTP(t, err, 400, "update_mask")
	_, err = sinks.Patch("projects/p/sinks/_Required", &logging.LogSink{Filter: "x"}).UpdateMask("filter").Do()
	wantHTTP(t, err, 400, "_Required")
	off, err := sinks.Patch("projects/p/sinks/_Default", &logging.LogSink{Disabled: true}).UpdateMask("disabled").Do()
	if err != nil || !off.Disabled || !strings.Contains(off.Filter, "NOT LOG_ID") {
		t.Errorf("_Default = %+v, %v", off, err)
	}
	_, err = sinks.Delete("projects/p/sinks/_Default").Do()
	wantHTTP(t, err, 400, "can not be deleted")
	if list, err := sinks.List("projects/p").Do(); err != nil || len(list.Sinks) != 5 {
		t.Errorf("list = %+v, %v", list, err)
	}
	for _, name := range []string{"inside", "archive", "shared"} {
		if _, err := sinks.Delete("projects/p/sinks/" + name).Do(); err != nil {
			t.Error(err)
		}
	}
	_, err = sinks.Get("projects/p/sinks/inside").Do()
	wantHTTP(t, err, 404, "Sink inside does not exist")
	if got := e.srv.Inventory()["logSinks"]; got != nil {
		t.Errorf("left behind %v", got)
	}
}

func TestLogViewsAndLinks(t *testing.T) {
	t.Parallel()
	e, svc := startLogging(t, emulator.Options{LROScale: 1})
	buckets := svc.Projects.Locations.Buckets
	bucket, err := buckets.Create("projects/p/locations/global", &logging.LogBucket{}).BucketId("app").Do()
	if err != nil {
		t.Fatal(err)
	}
	view, err := buckets.Views.Create(bucket.Name, &logging.LogView{Filter: `SOURCE("projects/p") AND resource.type = "k8s_container"`}).ViewId("team").Do()
	if err != nil {
		t.Fatal(err)
	}
	_, err = buckets.Views.Create(bucket.Name, &logging.LogView{Filter: `resource.labels.namespace_name="a"`}).ViewId("tenant").Do()
	wantHTTP(t, err, 400, "SOURCE, LOG_ID and resource.type")
	if list, err := buckets.Views.List(bucket.Name).Do(); err != nil || len(list.Views) != 2 {
		t.Errorf("views = %+v, %v", list, err)
	}
	bound, err := buckets.Views.SetIamPolicy(view.Name, &logging.SetIamPolicyRequest{Policy: &logging.Policy{Bindings: []*logging.Binding{{Role: "roles/logging.viewAccessor", Members: []string{"user:a@example.com"}}}}}).Do()
	if err != nil || len(bound.Bindings) != 1 {
		t.Errorf("policy = %+v, %v", bound, err)
	}
	_, err = buckets.Links.Create(bucket.Name, &logging.Link{}).LinkId("data").Do()
	wantHTTP(t, err, 400, "analytics")
	if _, err := buckets.Patch(bucket.Name, &logging.LogBucket{AnalyticsEnabled: true}).UpdateMask("analyticsEnabled").Do(); err != nil {
		t.Fatal(err)
	}
	e.srv.InjectFaults(emulator.Fault{RPC: "CreateLink", Operation: emulator.OperationFails, Message: "no dataset"})
	op, err := buckets.Links.Create(bucket.Name, &logging.Link{}).LinkId("data").Do()
	if err != nil {
		t.Fatal(err)
	}
	e.clock.Advance(time.Minute)
	if op, err = svc.Projects.Locations.Operations.Get(op.Name).Do(); err != nil || op.Error == nil || op.Error.Message != "no dataset" {
		t.Errorf("operation = %+v, %v", op, err)
	}
	if _, err := buckets.Links.Create(bucket.Name, &logging.Link{}).LinkId("data").Do(); err != nil {
		t.Fatal(err)
	}
	_, err = buckets.Delete(bucket.Name).Do()
	wantHTTP(t, err, 400, "links")
	if _, err := buckets.Links.Delete(bucket.Name + "/links/data").Do(); err != nil {
		t.Fatal(err)
	}
	if _, err := buckets.Views.Delete(view.Name).Do(); err != nil {
		t.Fatal(err)
	}
	op, err = buckets.CreateAsync("projects/p/locations/global", &logging.LogBucket{}).BucketId("later").Do()
	if err != nil || op.Done {
		t.Fatalf("operation = %+v, %v", op, err)
	}
	e.clock.Advance(time.Minute)
	if op, err = svc.Projects.Locations.Operations.Get(op.Name).Do(); err != nil || !op.Done || !strings.Contains(string(op.Response), "google.logging.v2.LogBucket") {
		t.Errorf("operation = %+v, %v", op, err)
	}
}

func TestLogMetrics(t *testing.T) {
	t.Parallel()
	e, svc := startLogging(t, emulator.Options{LROScale: 1})
	made, err := svc.Projects.Metrics.Create("projects/p", &logging.LogMetric{Name: "app/errors", Filter: "severity>=ERROR", Description: "Errors"}).Do()
	if err != nil || made.MetricDescriptor.Type != "logging.googleapis.com/user/app/errors" || made.MetricDescriptor.MetricKind != "DELTA" || made.MetricDescriptor.ValueType != "INT64" {
		t.Fatalf("metric = %+v, %v", made, err)
	}
	policy := cpuPolicy("errors")
	condition := policy.GetConditions()[0].GetConditionThreshold()
	condition.Filter = `metric.type="logging.googleapis.com/user/app/errors" AND resource.type="k8s_container"`
	condition.Aggregations[0].PerSeriesAligner = 2 // ALIGN_RATE
	policies := e.policies()
	if _, err := policies.CreateAlertPolicy(t.Context(), &monitoringpb.CreateAlertPolicyRequest{Name: "projects/p", AlertPolicy: policy}); err == nil {
		t.Error("an alerting policy finds the metric at once")
	}
	e.clock.Advance(10 * time.Minute)
	if _, err := policies.CreateAlertPolicy(t.Context(), &monitoringpb.CreateAlertPolicyRequest{Name: "projects/p", AlertPolicy: policy}); err != nil {
		t.Errorf("an alerting policy does not find the metric: %v", err)
	}
	_, err = svc.Projects.Metrics.Create("projects/p", &logging.LogMetric{Name: "app/errors", Filter: "x"}).Do()
	wantHTTP(t, err, 409, "already exists")
	_, err = svc.Projects.Metrics.Create("projects/p", &logging.LogMetric{Name: "y"}).Do()
	wantHTTP(t, err, 400, "needs a filter")
	// The slash of a metric's name is encoded in the path, as the API wants.
	const path = loggingHost + "/v2/projects/p/metrics/app%2Ferrors"
	var changed logging.LogMetric
	e.rest("PUT", path, `{"name":"app/errors","filter":"severity=CRITICAL"}`).into(t, 200, &changed)
	if changed.Filter != "severity=CRITICAL" || changed.CreateTime != made.CreateTime {
		t.Errorf("changed = %+v", changed)
	}
	e.rest("PUT", path, `{"filter":"x","metricDescriptor":{"metricKind":"GAUGE"}}`).err(t, 400)
	if a := e.rest("DELETE", path, ""); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if _, ok := e.srv.Inventory()["logMetrics"]; ok {
		t.Error("the metric is left behind")
	}
}

// TestLoggingOverGRPC has Google's own messages reach the same objects.
func TestLoggingOverGRPC(t *testing.T) {
	t.Parallel()
	e, svc := startLogging(t, emulator.Options{})
	config := loggingpb.NewConfigServiceV2Client(e.conn())
	made, err := config.CreateExclusion(t.Context(), &loggingpb.CreateExclusionRequest{Parent: "projects/p", Exclusion: &loggingpb.LogExclusion{Name: "noise", Filter: "severity<INFO"}})
	if err != nil || made.GetCreateTime() == nil {
		t.Fatalf("exclusion = %v, %v", made, err)
	}
	if got, err := svc.Projects.Exclusions.Get("projects/p/exclusions/noise").Do(); err != nil || got.Filter != "severity<INFO" {
		t.Errorf("exclusion = %+v, %v", got, err)
	}
	_, err = config.GetBucket(t.Context(), &loggingpb.GetBucketRequest{Name: "projects/p/locations/global/buckets/none"})
	wantGRPC(t, err, codes.NotFound, "Bucket `none` in location `global` does not exist")
	_, err = config.CopyLogEntries(t.Context(), &loggingpb.CopyLogEntriesRequest{Name: "projects/p/locations/global/buckets/_Default"})
	wantGRPC(t, err, codes.Unimplemented, "CopyLogEntries")
	e.srv.DenyPermissions("logging.sinks.create")
	_, err = svc.Projects.Sinks.Create("projects/p", &logging.LogSink{Name: "x", Destination: "storage.googleapis.com/abc"}).Do()
	wantHTTP(t, err, http.StatusForbidden, "logging.sinks.create")
}
