package emulator_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/api/iterator"
	"google.golang.org/genproto/googleapis/api/label"
	"google.golang.org/genproto/googleapis/api/metric"
	"google.golang.org/genproto/googleapis/api/monitoredres"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

func gauge(metricType string, labels ...string) *monitoringpb.CreateMetricDescriptorRequest {
	d := &metric.MetricDescriptor{Type: metricType, MetricKind: metric.MetricDescriptor_GAUGE, ValueType: metric.MetricDescriptor_DOUBLE}
	for _, key := range labels {
		d.Labels = append(d.Labels, &label.LabelDescriptor{Key: key})
	}
	return &monitoringpb.CreateMetricDescriptorRequest{Name: "projects/p", MetricDescriptor: d}
}

func getMetric(metricType string) *monitoringpb.GetMetricDescriptorRequest {
	return &monitoringpb.GetMetricDescriptorRequest{Name: "projects/p/metricDescriptors/" + metricType}
}

func TestMetricDescriptorPropagates(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{LROScale: 1})
	client := e.metrics()
	const name = "custom.googleapis.com/packs/duration"
	if _, err := client.CreateMetricDescriptor(t.Context(), gauge(name, "tenant", "pack")); err != nil {
		t.Fatal(err)
	}
	_, err := client.GetMetricDescriptor(t.Context(), getMetric(name))
	wantGRPC(t, err, codes.NotFound, "Could not find descriptor for metric '"+name+"'.")
	e.clock.Advance(10 * time.Second)
	d, err := client.GetMetricDescriptor(t.Context(), getMetric(name))
	if err != nil {
		t.Fatal(err)
	}
	if d.GetLabels()[0].GetKey() != "pack" || len(d.GetMonitoredResourceTypes()) == 0 {
		t.Errorf("descriptor = %v", d)
	}

	if _, err := client.CreateMetricDescriptor(t.Context(), gauge(name, "region")); err != nil {
		t.Fatal(err)
	}
	if d, err = client.GetMetricDescriptor(t.Context(), getMetric(name)); err != nil {
		t.Fatal(err)
	}
	if len(d.GetLabels()) != 3 {
		t.Errorf("labels after the change = %v: none may go", d.GetLabels())
	}

	if err := client.DeleteMetricDescriptor(t.Context(), &monitoringpb.DeleteMetricDescriptorRequest{Name: d.GetName()}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.GetMetricDescriptor(t.Context(), getMetric(name)); err != nil {
		t.Errorf("right after the deletion: %v", err)
	}
	e.clock.Advance(time.Minute)
	_, err = client.GetMetricDescriptor(t.Context(), getMetric(name))
	wantGRPC(t, err, codes.NotFound, name)
}

func TestMetricBecomesVisibleToAlertPolicies(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{LROScale: 1})
	client, policies := e.metrics(), e.policies()
	const name = "custom.googleapis.com/queue/depth"
	policy := func() error {
		p := cpuPolicy("depth")
		p.GetConditions()[0].GetConditionThreshold().Filter = `metric.type="` + name + `" AND resource.type="global"`
		_, err := policies.CreateAlertPolicy(t.Context(), &monitoringpb.CreateAlertPolicyRequest{Name: "projects/p", AlertPolicy: p})
		return err
	}
	prom := func(query string) error {
		p := cpuPolicy("prom")
		c := promCondition(query)
		c.GetConditionPrometheusQueryLanguage().DisableMetricValidation = false
		p.Conditions = []*monitoringpb.AlertPolicy_Condition{c}
		_, err := policies.CreateAlertPolicy(t.Context(), &monitoringpb.CreateAlertPolicyRequest{Name: "projects/p", AlertPolicy: p})
		return err
	}
	const query = `sum(rate(http_request_duration_seconds_bucket{le="1.0"}[5m])) > 1`
	wantGRPC(t, policy(), codes.NotFound, name)
	wantGRPC(t, prom(query), codes.NotFound, "http_request_duration_seconds")

	point := &monitoringpb.TimeSeries{
		Metric:   &metric.Metric{Type: name, Labels: map[string]string{"queue": "packs"}},
		Resource: &monitoredres.MonitoredResource{Type: "global"},
		Points: []*monitoringpb.Point{{
			Interval: &monitoringpb.TimeInterval{EndTime: timestamppb.New(e.clock.Now())},
			Value:    &monitoringpb.TypedValue{Value: &monitoringpb.TypedValue_Int64Value{Int64Value: 3}},
		}},
	}
	if err := client.CreateTimeSeries(t.Context(), &monitoringpb.CreateTimeSeriesRequest{Name: "projects/p", TimeSeries: []*monitoringpb.TimeSeries{point}}); err != nil {
		t.Fatal(err)
	}
	histogram := gauge("prometheus.googleapis.com/http_request_duration_seconds/histogram")
	histogram.MetricDescriptor.MetricKind, histogram.MetricDescriptor.ValueType = metric.MetricDescriptor_CUMULATIVE, metric.MetricDescriptor_DISTRIBUTION
	if _, err := client.CreateMetricDescriptor(t.Context(), histogram); err != nil {
		t.Fatal(err)
	}
	wantGRPC(t, policy(), codes.NotFound, name)
	wantGRPC(t, prom(query), codes.NotFound, "http_request_duration_seconds")
	e.clock.Advance(10 * time.Minute)
	if err := policy(); err != nil {
		t.Errorf("after ten minutes: %v", err)
	}
	if err := prom(query); err != nil {
		t.Errorf("after ten minutes: %v", err)
	}
	if err := prom(`cloudsql_googleapis_com:database_postgresql_num_backends > 10`); err != nil {
		t.Errorf("a metric of Google's: %v", err)
	}
	d, err := client.GetMetricDescriptor(t.Context(), getMetric(name))
	if err != nil {
		t.Fatal(err)
	}
	if d.GetValueType() != metric.MetricDescriptor_INT64 || d.GetMetricKind() != metric.MetricDescriptor_GAUGE || d.GetLabels()[0].GetKey() != "queue" {
		t.Errorf("descriptor made by the point = %v", d)
	}
	_, err = client.ListTimeSeries(t.Context(), &monitoringpb.ListTimeSeriesRequest{Name: "projects/p"}).Next()
	wantGRPC(t, err, codes.Unimplemented, "ListTimeSeries")
}

func TestMetricDescriptorRules(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	client := e.metrics()
	kindOf := func(r *monitoringpb.CreateMetricDescriptorRequest, k metric.MetricDescriptor_MetricKind, v metric.MetricDescriptor_ValueType) *monitoringpb.CreateMetricDescriptorRequest {
		r.MetricDescriptor.MetricKind, r.MetricDescriptor.ValueType = k, v
		return r
	}
	for _, tc := range []struct {
		req  *monitoringpb.CreateMetricDescriptorRequest
		want string
	}{
		{gauge(""), "metric_descriptor.type"},
		{gauge("nonsense"), "URL-formatted"},
		{gauge("compute.googleapis.com/mine"), "domains"},
		{gauge("prometheus.googleapis.com/up"), "ends in its kind"},
		{gauge("custom.googleapis.com/a", "b-c"), "Label keys"},
		{gauge("custom.googleapis.com/a", "b", "b"), "Label keys"},
		{kindOf(gauge("custom.googleapis.com/a"), metric.MetricDescriptor_DELTA, metric.MetricDescriptor_INT64), "metric_kind"},
		{kindOf(gauge("custom.googleapis.com/a"), metric.MetricDescriptor_CUMULATIVE, metric.MetricDescriptor_STRING), "value_type"},
	} {
		_, err := client.CreateMetricDescriptor(t.Context(), tc.req)
		wantGRPC(t, err, codes.InvalidArgument, tc.want)
	}
	if _, err := client.CreateMetricDescriptor(t.Context(), gauge("custom.googleapis.com/a")); err != nil {
		t.Fatal(err)
	}
	_, err := client.CreateMetricDescriptor(t.Context(), kindOf(gauge("custom.googleapis.com/a"), metric.MetricDescriptor_GAUGE, metric.MetricDescriptor_INT64))
	wantGRPC(t, err, codes.InvalidArgument, "exists with value type")
	err = client.DeleteMetricDescriptor(t.Context(), &monitoringpb.DeleteMetricDescriptorRequest{Name: "projects/p/metricDescriptors/compute.googleapis.com/instance/uptime"})
	wantGRPC(t, err, codes.InvalidArgument, "user-created")
	if len(e.srv.Inventory()) != 0 {
		t.Errorf("descriptors are in the inventory: %v", e.srv.Inventory())
	}
}

func TestMetricAndResourceLists(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	client := e.metrics()
	if _, err := client.CreateMetricDescriptor(t.Context(), gauge("custom.googleapis.com/a")); err != nil {
		t.Fatal(err)
	}
	types := func(filter string) (found []string, err error) {
		it := client.ListMetricDescriptors(t.Context(), &monitoringpb.ListMetricDescriptorsRequest{Name: "projects/p", Filter: filter, PageSize: 4})
		for {
			d, err := it.Next()
			if errors.Is(err, iterator.Done) {
				return found, nil
			}
			if err != nil {
				return nil, err
			}
			found = append(found, d.GetType())
		}
	}
	got, err := types(`metric.type = starts_with("cloudsql.googleapis.com/database/postgresql/")`)
	if err != nil || len(got) < 5 {
		t.Errorf("Cloud SQL metrics = %v, %v", got, err)
	}
	for _, name := range got {
		if !strings.HasPrefix(name, "cloudsql.googleapis.com/database/postgresql/") {
			t.Errorf("%s does not match the filter", name)
		}
	}
	if got, err = types(`metric.type="custom.googleapis.com/a"`); err != nil || len(got) != 1 {
		t.Errorf("custom metrics = %v, %v", got, err)
	}
	_, err = types(`metric.labels.x="y"`)
	wantGRPC(t, err, codes.Unimplemented, "filter")
	r, err := client.GetMonitoredResourceDescriptor(t.Context(), &monitoringpb.GetMonitoredResourceDescriptorRequest{Name: "projects/p/monitoredResourceDescriptors/prometheus_target"})
	if err != nil || len(r.GetLabels()) != 6 {
		t.Errorf("prometheus_target = %v, %v", r, err)
	}
	_, err = client.GetMonitoredResourceDescriptor(t.Context(), &monitoringpb.GetMonitoredResourceDescriptorRequest{Name: "projects/p/monitoredResourceDescriptors/toaster"})
	wantGRPC(t, err, codes.NotFound, "toaster")
}
