package emulator

import (
	"context"
	"regexp"
	"strings"

	"cloud.google.com/go/logging/apiv2/loggingpb"
	"google.golang.org/genproto/googleapis/api/metric"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const (
	kindLogMetric = "logMetrics"
	mostLogMetric = 500
	// userLogMetrics is what the types of log-based metrics begin with.
	userLogMetrics = "logging.googleapis.com/user/"
)

// logMetricKind serves log-based metrics. Each makes a metric descriptor, which
// alerting policies look for.
var logMetricKind = kind{
	name: kindLogMetric, host: loggingHost, collection: true,
	permissions: map[string]string{
		"CreateLogMetric": "logging.logMetrics.create", "UpdateLogMetric": "logging.logMetrics.update", "DeleteLogMetric": "logging.logMetrics.delete",
	},
	register: func(s *Server, r grpc.ServiceRegistrar) {
		loggingpb.RegisterMetricsServiceV2Server(r, &logMetrics{config: &loggingConfig{s: s}})
	},
}

type logMetrics struct {
	loggingpb.UnimplementedMetricsServiceV2Server

	config *loggingConfig
}

var (
	logMetricID  = regexp.MustCompile(`^[A-Za-z0-9_\-.,+!*'()%/]{1,100}$`)
	logExtractor = regexp.MustCompile(`^(EXTRACT|REGEXP_EXTRACT)\(.+\)$`)
)

func (m *logMetrics) find(ctx context.Context, name string) (full string, found *loggingpb.LogMetric, version int64, err error) {
	project, err := m.config.project(ctx, name)
	if err != nil {
		return "", nil, 0, err
	}
	_, id, _ := strings.Cut(name, "/metrics/")
	full = "projects/" + project + "/metrics/" + id
	found = &loggingpb.LogMetric{}
	version, err = m.config.s.load(kindLogMetric, full, found)
	if status.Code(err) == codes.NotFound {
		err = notFound("Metric %s does not exist.", id)
	}
	return full, found, version, err
}

// GetLogMetric returns one metric.
func (m *logMetrics) GetLogMetric(ctx context.Context, req *loggingpb.GetLogMetricRequest) (*loggingpb.LogMetric, error) {
	_, found, _, err := m.find(ctx, req.GetMetricName())
	return found, err
}

// ListLogMetrics lists the metrics of a project.
func (m *logMetrics) ListLogMetrics(ctx context.Context, req *loggingpb.ListLogMetricsRequest) (*loggingpb.ListLogMetricsResponse, error) {
	project, err := m.config.project(ctx, req.GetParent())
	if err != nil {
		return nil, err
	}
	all, err := listInto(m.config.s, kindLogMetric, "projects/"+project, func() *loggingpb.LogMetric { return &loggingpb.LogMetric{} })
	if err != nil {
		return nil, err
	}
	page, next, err := pageOfSize(all, req.GetPageSize(), req.GetPageToken(), "log metrics "+project, 100, 1000)
	return &loggingpb.ListLogMetricsResponse{Metrics: page, NextPageToken: next}, err
}

// CreateLogMetric makes a metric.
func (m *logMetrics) CreateLogMetric(ctx context.Context, req *loggingpb.CreateLogMetricRequest) (*loggingpb.LogMetric, error) {
	project, err := m.config.project(ctx, req.GetParent())
	if err != nil {
		return nil, err
	}
	if len(m.config.s.store.List(kindLogMetric, "projects/"+project)) >= mostLogMetric {
		return nil, apiError(codes.ResourceExhausted, "The project has reached the maximum number of log-based metrics.")
	}
	return m.add(project, req.GetMetric())
}

func (m *logMetrics) add(project string, in *loggingpb.LogMetric) (*loggingpb.LogMetric, error) {
	out, err := m.complete(project, in)
	if err != nil {
		return nil, err
	}
	now := timestamppb.New(m.config.s.now())
	out.CreateTime, out.UpdateTime = now, now
	full := "projects/" + project + "/metrics/" + out.GetName()
	err = m.config.s.create(kindLogMetric, "projects/"+project, full, out)
	if status.Code(err) == codes.AlreadyExists {
		err = apiError(codes.AlreadyExists, "Metric "+out.GetName()+" already exists.")
	}
	if err != nil {
		return nil, err
	}
	return out, m.describe(project, out)
}

// describe makes the metric descriptor of a metric, or changes it.
func (m *logMetrics) describe(project string, out *loggingpb.LogMetric) error {
	raw, err := encode(out.GetMetricDescriptor())
	if err != nil {
		return err
	}
	parent := "projects/" + project
	u, version, ok, err := m.config.s.userMetricOf(parent, out.GetMetricDescriptor().GetType())
	if err != nil {
		return err
	}
	name := parent + "/metricDescriptors/" + out.GetMetricDescriptor().GetType()
	if !ok {
		return m.config.s.create(kindMetricDescriptor, parent, name, userMetric{Descriptor: raw, Created: m.config.s.now()})
	}
	next := userMetric{Descriptor: raw, Created: u.Created}
	if u.Deleted != nil {
		next.Created = m.config.s.now()
	}
	return m.config.s.update(kindMetricDescriptor, name, version, next)
}

// UpdateLogMetric replaces a metric, or makes one that is not there.
func (m *logMetrics) UpdateLogMetric(ctx context.Context, req *loggingpb.UpdateLogMetricRequest) (*loggingpb.LogMetric, error) {
	full, before, version, err := m.find(ctx, req.GetMetricName())
	project := projectOf(full)
	_, id, _ := strings.Cut(full, "/metrics/")
	in := proto.CloneOf(req.GetMetric())
	if in == nil {
		in = &loggingpb.LogMetric{}
	}
	if in.GetName() != "" && in.GetName() != id {
		return nil, invalid("The metric's name %q does not match the one in the request, %q.", in.GetName(), id)
	}
	in.Name = id
	if status.Code(err) == codes.NotFound && full != "" {
		return m.add(project, in)
	}
	if err != nil {
		return nil, err
	}
	out, err := m.complete(project, in)
	if err != nil {
		return nil, err
	}
	if kindOf := before.GetMetricDescriptor(); kindOf.GetMetricKind() != out.GetMetricDescriptor().GetMetricKind() || kindOf.GetValueType() != out.GetMetricDescriptor().GetValueType() {
		return nil, invalid("The metric kind and the value type of a metric can not be changed.")
	}
	out.CreateTime, out.UpdateTime = before.GetCreateTime(), timestamppb.New(m.config.s.now())
	if err := m.config.s.update(kindLogMetric, full, version, out); err != nil {
		return nil, err
	}
	return out, m.describe(project, out)
}

// DeleteLogMetric removes a metric and its descriptor.
func (m *logMetrics) DeleteLogMetric(ctx context.Context, req *loggingpb.DeleteLogMetricRequest) (*emptypb.Empty, error) {
	full, found, version, err := m.find(ctx, req.GetMetricName())
	if err != nil {
		return nil, err
	}
	if err := m.config.s.store.Delete(kindLogMetric, full, version); err != nil {
		return nil, err
	}
	parent := "projects/" + projectOf(full)
	u, version, ok, err := m.config.s.userMetricOf(parent, found.GetMetricDescriptor().GetType())
	if err != nil || !ok {
		return &emptypb.Empty{}, err
	}
	now := m.config.s.now()
	u.Deleted = &now
	return &emptypb.Empty{}, m.config.s.update(kindMetricDescriptor, parent+"/metricDescriptors/"+found.GetMetricDescriptor().GetType(), version, u)
}

// complete checks a metric and fills in what Logging fills in.
func (m *logMetrics) complete(project string, in *loggingpb.LogMetric) (*loggingpb.LogMetric, error) {
	switch {
	case !logMetricID.MatchString(in.GetName()) || strings.HasPrefix(in.GetName(), "/"):
		return nil, invalid("Metric name %q is not valid.", in.GetName())
	case in.GetBucketName() != "":
		return nil, notModelled("metrics of a log bucket")
	case strings.TrimSpace(in.GetFilter()) == "":
		return nil, invalid("A metric needs a filter.")
	case len(in.GetDescription()) > 8000:
		return nil, invalid("The description must have at most 8000 characters.")
	}
	if err := checkSinkFilter(in.GetFilter()); err != nil {
		return nil, err
	}
	out := &loggingpb.LogMetric{
		Name: in.GetName(), Description: in.GetDescription(), Filter: in.GetFilter(), Disabled: in.GetDisabled(), ValueExtractor: in.GetValueExtractor(),
		LabelExtractors: in.GetLabelExtractors(), BucketOptions: in.GetBucketOptions(), MetricDescriptor: &metric.MetricDescriptor{},
	}
	if in.GetMetricDescriptor() != nil {
		out.MetricDescriptor = proto.CloneOf(in.GetMetricDescriptor())
	}
	d := out.MetricDescriptor
	if d.GetType() != "" && d.GetType() != userLogMetrics+in.GetName() {
		return nil, invalid("The type of the metric descriptor must be %s.", userLogMetrics+in.GetName())
	}
	d.Type = userLogMetrics + in.GetName()
	d.Name = "projects/" + project + "/metricDescriptors/" + d.GetType()
	d.Description = in.GetDescription()
	if d.GetMetricKind() == metric.MetricDescriptor_METRIC_KIND_UNSPECIFIED {
		d.MetricKind = metric.MetricDescriptor_DELTA
	}
	if d.GetValueType() == metric.MetricDescriptor_VALUE_TYPE_UNSPECIFIED {
		d.ValueType = metric.MetricDescriptor_INT64
	}
	if d.GetUnit() == "" {
		d.Unit = "1"
	}
	return out, checkLogMetric(out)
}

func checkLogMetric(out *loggingpb.LogMetric) error {
	const mostLabels = 10
	d := out.GetMetricDescriptor()
	distribution := d.GetValueType() == metric.MetricDescriptor_DISTRIBUTION
	switch {
	case d.GetMetricKind() != metric.MetricDescriptor_DELTA || !distribution && d.GetValueType() != metric.MetricDescriptor_INT64:
		return invalid("A log-based metric must be DELTA, of INT64 or DISTRIBUTION.")
	case distribution != (out.GetValueExtractor() != ""):
		return invalid("A value extractor is needed for a distribution, and for nothing else.")
	case out.GetValueExtractor() != "" && !logExtractor.MatchString(out.GetValueExtractor()):
		return invalid("Invalid value extractor %q.", out.GetValueExtractor())
	case out.GetBucketOptions() != nil && !distribution:
		return invalid("Bucket options can only be set on a distribution.")
	case len(d.GetLabels()) > mostLabels:
		return invalid("A metric can have at most %d labels.", mostLabels)
	}
	declared := map[string]bool{}
	for _, l := range d.GetLabels() {
		declared[l.GetKey()] = true
		if _, ok := out.GetLabelExtractors()[l.GetKey()]; !ok {
			return invalid("The label %q has no extractor.", l.GetKey())
		}
	}
	for key, extractor := range out.GetLabelExtractors() {
		if !declared[key] {
			return invalid("The label %q of an extractor is not in the metric descriptor.", key)
		}
		if !logExtractor.MatchString(extractor) {
			return invalid("Invalid label extractor %q.", extractor)
		}
	}
	return nil
}
