package emulator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	monitoring "cloud.google.com/go/monitoring/apiv3/v2"
	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/api/iterator"
	"google.golang.org/api/option"
	"google.golang.org/genproto/googleapis/api/metric"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// objectives is Google's own client of services and objectives, without its
// retries.
func (e *env) objectives() *monitoring.ServiceMonitoringClient {
	e.t.Helper()
	c, err := monitoring.NewServiceMonitoringClient(e.t.Context(), option.WithGRPCConn(e.conn()), option.WithoutAuthentication())
	if err != nil {
		e.t.Fatalf("client: %v", err)
	}
	c.CallOptions = &monitoring.ServiceMonitoringCallOptions{}
	return c
}

func (e *env) customService(c *monitoring.ServiceMonitoringClient, id string) *monitoringpb.Service {
	e.t.Helper()
	made, err := c.CreateService(e.t.Context(), &monitoringpb.CreateServiceRequest{Parent: "projects/p", ServiceId: id, Service: &monitoringpb.Service{
		DisplayName: id, Identifier: &monitoringpb.Service_Custom_{Custom: &monitoringpb.Service_Custom{}},
	}})
	if err != nil {
		e.t.Fatal(err)
	}
	return made
}

// ratioObjective is a valid objective on a metric of Google's.
func ratioObjective() *monitoringpb.ServiceLevelObjective {
	const filter = `metric.type="serviceruntime.googleapis.com/api/request_count" resource.type="api"`
	return &monitoringpb.ServiceLevelObjective{
		DisplayName: "Availability", Goal: 0.999,
		Period: &monitoringpb.ServiceLevelObjective_RollingPeriod{RollingPeriod: durationpb.New(30 * 24 * time.Hour)},
		ServiceLevelIndicator: &monitoringpb.ServiceLevelIndicator{Type: &monitoringpb.ServiceLevelIndicator_RequestBased{RequestBased: &monitoringpb.RequestBasedSli{
			Method: &monitoringpb.RequestBasedSli_GoodTotalRatio{GoodTotalRatio: &monitoringpb.TimeSeriesRatio{
				GoodServiceFilter: filter + ` metric.label.response_code_class="2xx"`, TotalServiceFilter: filter,
			}},
		}}},
	}
}

func TestServicesAndObjectives(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	c, ctx := e.objectives(), t.Context()
	service := e.customService(c, "api")
	e.customService(c, "web")
	_, err := c.CreateService(ctx, &monitoringpb.CreateServiceRequest{Parent: "projects/p", ServiceId: "api", Service: &monitoringpb.Service{Identifier: &monitoringpb.Service_Custom_{Custom: &monitoringpb.Service_Custom{}}}})
	mustCode(t, err, codes.AlreadyExists)
	for _, s := range []string{"api", "web"} {
		slo, err := c.CreateServiceLevelObjective(ctx, &monitoringpb.CreateServiceLevelObjectiveRequest{Parent: "projects/p/services/" + s, ServiceLevelObjectiveId: "up", ServiceLevelObjective: ratioObjective()})
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.TrimSuffix(service.GetName(), "api") + s + "/serviceLevelObjectives/up"; slo.GetName() != want || strings.Contains(slo.GetName(), "projects/p/") {
			t.Errorf("name %q, want %q", slo.GetName(), want)
		}
	}
	_, err = c.CreateServiceLevelObjective(ctx, &monitoringpb.CreateServiceLevelObjectiveRequest{Parent: service.GetName(), ServiceLevelObjectiveId: "up", ServiceLevelObjective: ratioObjective()})
	mustCode(t, err, codes.AlreadyExists)

	assigned, err := c.CreateServiceLevelObjective(ctx, &monitoringpb.CreateServiceLevelObjectiveRequest{Parent: service.GetName(), ServiceLevelObjective: ratioObjective()})
	if err != nil || strings.HasSuffix(assigned.GetName(), "/") {
		t.Errorf("assigned %q, %v", assigned.GetName(), err)
	}
	count := func(parent, filter string) int {
		n := 0
		it := c.ListServiceLevelObjectives(ctx, &monitoringpb.ListServiceLevelObjectivesRequest{Parent: parent, Filter: filter, PageSize: 1, View: monitoringpb.ServiceLevelObjective_EXPLICIT})
		for {
			if _, err := it.Next(); err == iterator.Done { //nolint:errorlint // the package's own sentinel
				return n
			} else if err != nil {
				t.Fatal(err)
			}
			n++
		}
	}
	// Another project's objectives are none of this one's.
	elsewhere, err := c.CreateService(ctx, &monitoringpb.CreateServiceRequest{Parent: "projects/q", Service: &monitoringpb.Service{Identifier: &monitoringpb.Service_Custom_{Custom: &monitoringpb.Service_Custom{}}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateServiceLevelObjective(ctx, &monitoringpb.CreateServiceLevelObjectiveRequest{Parent: elsewhere.GetName(), ServiceLevelObjective: ratioObjective()}); err != nil {
		t.Fatal(err)
	}
	for parent, want := range map[string]int{"projects/p/services/api": 2, "projects/p/services/web": 1, "projects/p/services/-": 3} {
		if got := count(parent, ""); got != want {
			t.Errorf("%s lists %d, want %d", parent, got, want)
		}
	}
	if got := count("projects/p/services/-", `display_name = "Availability" AND goal < 0.9`); got != 0 {
		t.Errorf("the filter matched %d", got)
	}
	changed := ratioObjective()
	changed.Name, changed.Goal = "projects/p/services/api/serviceLevelObjectives/up", 0.9
	changed.DisplayName = "not in the mask"
	updated, err := c.UpdateServiceLevelObjective(ctx, &monitoringpb.UpdateServiceLevelObjectiveRequest{ServiceLevelObjective: changed, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"goal"}}})
	if err != nil || updated.GetGoal() != 0.9 || updated.GetDisplayName() != "Availability" {
		t.Errorf("update %v, %v", updated, err)
	}
	err = c.DeleteService(ctx, &monitoringpb.DeleteServiceRequest{Name: "projects/p/services/api"})
	mustCode(t, err, codes.FailedPrecondition)
	if err := c.DeleteServiceLevelObjective(ctx, &monitoringpb.DeleteServiceLevelObjectiveRequest{Name: "projects/p/services/web/serviceLevelObjectives/up"}); err != nil {
		t.Error(err)
	}
	_, err = c.GetServiceLevelObjective(ctx, &monitoringpb.GetServiceLevelObjectiveRequest{Name: "projects/p/services/web/serviceLevelObjectives/up"})
	wantGRPC(t, err, codes.NotFound, `There is no slo with id "up" under service "web" in project "p"`)
	if err := c.DeleteService(ctx, &monitoringpb.DeleteServiceRequest{Name: "projects/p/services/web"}); err != nil {
		t.Error(err)
	}
	_, err = c.GetService(ctx, &monitoringpb.GetServiceRequest{Name: "projects/p/services/web"})
	wantGRPC(t, err, codes.NotFound, "There is no service with id 'web' in project '")
	e.customService(c, "web") // a deleted id is free again
}

func TestServiceFilter(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	c := e.objectives()
	e.customService(c, "api")
	for filter, want := range map[string]int{`identifier_case = "CUSTOM"`: 1, `identifier_case = "APP_ENGINE"`: 0, `identifier_case != "APP_ENGINE"`: 1, `mesh_istio.mesh_uid = "1"`: 0, `display_name = "api"`: 1} {
		var page struct{ Services []any }
		e.rest("GET", "monitoring.googleapis.com/v3/projects/p/services?filter="+escapeQuery(filter), "").into(t, 200, &page)
		if len(page.Services) != want {
			t.Errorf("%s matched %d, want %d", filter, len(page.Services), want)
		}
	}
	e.rest("GET", "monitoring.googleapis.com/v3/projects/p/services?filter="+escapeQuery(`nothing_case = "CUSTOM"`), "").err(t, 400)
}

func escapeQuery(s string) string {
	return strings.NewReplacer(" ", "%20", `"`, "%22", "=", "%3D", "!", "%21").Replace(s)
}

func TestServiceRefusals(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	const path = "monitoring.googleapis.com/v3/projects/p/services?serviceId="
	for _, tt := range []struct {
		name, id, body string
		status         int
		want           string
	}{
		{"odd id", "My_Service", `{"custom":{}}`, 400, "[a-z0-9-]+"},
		{"no identifier", "s", `{}`, 400, "identifier"},
		{"another name", "s", `{"name":"projects/p/services/t","custom":{}}`, 400, "service.name"},
		{"Cloud Run", "s", `{"cloudRun":{"serviceName":"a","location":"b"}}`, 501, "services other than custom ones"},
		{"basic", "s", `{"basicService":{"serviceType":"CLOUD_RUN"}}`, 501, "basicService"},
		{"label", "s", `{"custom":{},"userLabels":{"A":"b"}}`, 400, "user_labels"},
		{"telemetry", "s", `{"custom":{},"telemetry":{"resourceName":"bucket"}}`, 400, "telemetry.resource_name"},
	} {
		if got := e.rest("POST", path+tt.id, tt.body).err(t, tt.status); !strings.Contains(got.Error.Message, tt.want) {
			t.Errorf("%s: %q", tt.name, got.Error.Message)
		}
	}
}

func TestObjectiveRefusals(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	c := e.objectives()
	e.customService(c, "s")
	const count = `metric.type=\"serviceruntime.googleapis.com/api/request_count\" resource.type=\"api\"`
	const latency = `metric.type=\"serviceruntime.googleapis.com/api/request_latencies\" resource.type=\"api\"`
	ratio := `"requestBased":{"goodTotalRatio":{"goodServiceFilter":"` + count + `","totalServiceFilter":"` + count + `"}}`
	slo := func(goal, period, sli string) string {
		return fmt.Sprintf(`{"goal":%s,%s,"serviceLevelIndicator":{%s}}`, goal, period, sli)
	}
	const week = `"calendarPeriod":"WEEK"`
	const unknown = "Invalid SLO definition: The metric referenced by the provided filter is unknown. Check the metric name and labels."
	for _, tt := range []struct{ name, body, want string }{
		{"no goal", slo("0", week, ratio), "goal"},
		{"goal of one", slo("1", week, ratio), "at most 0.9999"},
		{"no period", `{"goal":0.9,"serviceLevelIndicator":{` + ratio + `}}`, "period must be specified"},
		{"half a day", slo("0.9", `"rollingPeriod":"43200s"`, ratio), "multiple of 1 day"},
		{"a day and a half", slo("0.9", `"rollingPeriod":"129600s"`, ratio), "multiple of 1 day"},
		{"31 days", slo("0.9", `"rollingPeriod":"2678400s"`, ratio), "no larger than 30 days"},
		{"a year", slo("0.9", `"calendarPeriod":"YEAR"`, ratio), "DAY, WEEK, FORTNIGHT and MONTH"},
		{"no indicator", slo("0.9", week, ``), "indicator must be specified"},
		{"basic indicator", slo("0.9", week, `"basicSli":{"availability":{}}`), "well-known type"},
		{"one filter", slo("0.9", week, `"requestBased":{"goodTotalRatio":{"goodServiceFilter":"`+count+`"}}`), "exactly two"},
		{"three filters", slo("0.9", week, `"requestBased":{"goodTotalRatio":{"goodServiceFilter":"`+count+`","badServiceFilter":"`+count+`","totalServiceFilter":"`+count+`"}}`), "exactly two"},
		{"filter without a metric", slo("0.9", week, `"requestBased":{"goodTotalRatio":{"goodServiceFilter":"resource.type=\"api\"","totalServiceFilter":"`+count+`"}}`), "metric.type"},
		{"ratio of distributions", slo("0.9", week, `"requestBased":{"goodTotalRatio":{"goodServiceFilter":"`+latency+`","totalServiceFilter":"`+latency+`"}}`), "must select a DELTA or CUMULATIVE metric of INT64 or DOUBLE"},
		{"cut of a count", slo("0.9", week, `"requestBased":{"distributionCut":{"distributionFilter":"`+count+`","range":{"max":1}}}`), "DISTRIBUTION"},
		{"no range", slo("0.9", week, `"requestBased":{"distributionCut":{"distributionFilter":"`+latency+`"}}`), "range must be specified"},
		{"half a range", slo("0.9", week, `"requestBased":{"distributionCut":{"distributionFilter":"`+latency+`","range":{"min":1}}}`), "infinite value"},
		{"odd window", slo("0.9", week, `"windowsBased":{"windowPeriod":"7000s","goodBadMetricFilter":"metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" resource.type=\"uptime_url\""}`), "integer fraction of a day"},
		{"short window", slo("0.9", week, `"windowsBased":{"windowPeriod":"30s"}`), "at least 60s"},
		{"no window criterion", slo("0.9", week, `"windowsBased":{"windowPeriod":"60s"}`), "needs a criterion"},
		{"good or bad count", slo("0.9", week, `"windowsBased":{"windowPeriod":"60s","goodBadMetricFilter":"`+count+`"}`), "BOOL"},
		{"threshold", slo("0.9", week, `"windowsBased":{"windowPeriod":"60s","goodTotalRatioThreshold":{"threshold":2,"performance":{}}}`), "between 0 and 1"},
		{"unknown metric", slo("0.9", week, `"requestBased":{"goodTotalRatio":{"goodServiceFilter":"metric.type=\"custom.googleapis.com/x\" resource.type=\"global\"","totalServiceFilter":"`+count+`"}}`), unknown},
	} {
		if got := e.rest("POST", "monitoring.googleapis.com/v3/projects/p/services/s/serviceLevelObjectives", tt.body).err(t, 400); !strings.Contains(got.Error.Message, tt.want) {
			t.Errorf("%s: %q, want %q in it", tt.name, got.Error.Message, tt.want)
		}
	}
	if got := e.srv.Inventory()["serviceLevelObjectives"]; got != nil {
		t.Errorf("refused objectives were kept: %v", got)
	}
	if got := e.rest("POST", "monitoring.googleapis.com/v3/projects/p/services/none/serviceLevelObjectives", slo("0.9", week, ratio)).err(t, 404); !strings.Contains(got.Error.Message, "There is no service with id 'none'") {
		t.Errorf("%q", got.Error.Message)
	}
}

// TestObjectiveOnLateMetric has an objective wait for the metric that its
// filters name, as it has to on Google Cloud.
func TestObjectiveOnLateMetric(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{LROScale: 1})
	c, ctx := e.objectives(), t.Context()
	e.customService(c, "s")
	slo := ratioObjective()
	r := slo.GetServiceLevelIndicator().GetRequestBased().GetGoodTotalRatio()
	r.TotalServiceFilter = `metric.type="prometheus.googleapis.com/http_requests_total/counter" resource.type="prometheus_target"`
	r.GoodServiceFilter = r.GetTotalServiceFilter() + ` metric.label.status=monitoring.regex.full_match("[23]..")`
	request := &monitoringpb.CreateServiceLevelObjectiveRequest{Parent: "projects/p/services/s", ServiceLevelObjectiveId: "up", ServiceLevelObjective: slo}
	_, err := c.CreateServiceLevelObjective(ctx, request)
	wantGRPC(t, err, codes.InvalidArgument, "is unknown")
	if _, err := e.metrics().CreateMetricDescriptor(ctx, &monitoringpb.CreateMetricDescriptorRequest{Name: "projects/p", MetricDescriptor: &metric.MetricDescriptor{
		Type: "prometheus.googleapis.com/http_requests_total/counter", MetricKind: metric.MetricDescriptor_CUMULATIVE, ValueType: metric.MetricDescriptor_DOUBLE,
	}}); err != nil {
		t.Fatal(err)
	}
	_, err = c.CreateServiceLevelObjective(ctx, request)
	wantGRPC(t, err, codes.InvalidArgument, "is unknown")
	e.clock.Advance(10 * time.Minute)
	if _, err = c.CreateServiceLevelObjective(ctx, request); err != nil {
		t.Error(err)
	}
}
