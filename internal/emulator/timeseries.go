package emulator

import (
	"context"
	"maps"
	"slices"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/genproto/googleapis/api/label"
	"google.golang.org/genproto/googleapis/api/metric"
	"google.golang.org/protobuf/types/known/emptypb"
)

// CreateTimeSeries implements the method of the API as far as it makes metrics
// exist: it checks the series, and creates the descriptor of a metric that has
// none. The points are not kept.
func (m *metrics) CreateTimeSeries(ctx context.Context, req *monitoringpb.CreateTimeSeriesRequest) (*emptypb.Empty, error) {
	parent, err := m.s.monitoringParent(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	const most = 200
	if n := len(req.GetTimeSeries()); n == 0 || n > most {
		return nil, invalid("Field timeSeries had an invalid value: It must hold 1 to %d time series, it holds %d.", most, n)
	}
	descriptors := make([]*metric.MetricDescriptor, 0, len(req.GetTimeSeries()))
	for i, ts := range req.GetTimeSeries() {
		d, err := m.descriptorOf(parent, i, ts)
		if err != nil {
			return nil, err
		}
		descriptors = append(descriptors, d)
	}
	for _, d := range descriptors {
		if err := m.s.saveMetric(parent, d); err != nil {
			return nil, err
		}
	}
	return &emptypb.Empty{}, nil
}

// descriptorOf checks one series and returns the descriptor that it implies.
func (m *metrics) descriptorOf(parent string, i int, ts *monitoringpb.TimeSeries) (*metric.MetricDescriptor, error) {
	metricType := ts.GetMetric().GetType()
	if err := checkUserMetricType("timeSeries.metric.type", metricType); err != nil {
		return nil, err
	}
	resource := ts.GetResource().GetType()
	if !slices.Contains(userMetricResources(), resource) {
		return nil, invalid("Field timeSeries[%d].resource.type had an invalid value of %q: unrecognized resource type.", i, resource)
	}
	if len(ts.GetPoints()) != 1 {
		return nil, invalid("Field timeSeries[%d].points had an invalid value: Only one point can be written per TimeSeries per request.", i)
	}
	if ts.GetPoints()[0].GetInterval().GetEndTime() == nil {
		return nil, invalid("Field timeSeries[%d].points[0].interval.end_time had an invalid value: The end time is missing.", i)
	}
	value := valueTypeOf(ts.GetPoints()[0].GetValue())
	if ts.GetValueType() != metric.MetricDescriptor_VALUE_TYPE_UNSPECIFIED && ts.GetValueType() != value {
		return nil, invalid("Field timeSeries[%d].value_type had an invalid value of %q: The point is of type %q.", i, ts.GetValueType(), value)
	}
	d := &metric.MetricDescriptor{
		Name: parent + "/metricDescriptors/" + metricType, Type: metricType,
		MetricKind: ts.GetMetricKind(), ValueType: value, Unit: ts.GetUnit(),
	}
	for _, key := range slices.Sorted(maps.Keys(ts.GetMetric().GetLabels())) {
		d.Labels = append(d.Labels, &label.LabelDescriptor{Key: key})
	}
	have, _, ok, err := m.s.userMetricOf(parent, metricType)
	if err != nil {
		return nil, err
	}
	if ok && have.Deleted == nil {
		before, err := have.descriptor()
		if err != nil {
			return nil, err
		}
		if d.GetMetricKind() == metric.MetricDescriptor_METRIC_KIND_UNSPECIFIED {
			d.MetricKind = before.GetMetricKind()
		}
		d.Unit, d.Description, d.DisplayName = before.GetUnit(), before.GetDescription(), before.GetDisplayName()
		d.MonitoredResourceTypes = before.GetMonitoredResourceTypes()
	}
	if d.GetMetricKind() == metric.MetricDescriptor_METRIC_KIND_UNSPECIFIED {
		d.MetricKind = metric.MetricDescriptor_GAUGE
	}
	return d, checkMetricDescriptor(d)
}

func valueTypeOf(v *monitoringpb.TypedValue) metric.MetricDescriptor_ValueType {
	switch v.GetValue().(type) {
	case *monitoringpb.TypedValue_BoolValue:
		return metric.MetricDescriptor_BOOL
	case *monitoringpb.TypedValue_Int64Value:
		return metric.MetricDescriptor_INT64
	case *monitoringpb.TypedValue_DoubleValue:
		return metric.MetricDescriptor_DOUBLE
	case *monitoringpb.TypedValue_StringValue:
		return metric.MetricDescriptor_STRING
	case *monitoringpb.TypedValue_DistributionValue:
		return metric.MetricDescriptor_DISTRIBUTION
	default:
		return metric.MetricDescriptor_VALUE_TYPE_UNSPECIFIED
	}
}
