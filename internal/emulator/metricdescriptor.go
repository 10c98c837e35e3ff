package emulator

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/genproto/googleapis/api"
	"google.golang.org/genproto/googleapis/api/label"
	"google.golang.org/genproto/googleapis/api/metric"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
)

const kindMetricDescriptor = "metricDescriptors"

// How long a user's metric takes on Google Cloud to be seen: by get and list in
// seconds, as recorded, by an alerting policy in minutes ("up to 10", in the
// service's words).
const (
	descriptorDelay  = 5 * time.Second
	alertMetricDelay = 2 * time.Minute
	descriptorLinger = 10 * time.Second
)

// metricDescriptorKind serves metric descriptors, the monitored resource
// descriptors and the writing of time series, which share one gRPC service.
// Points are checked and make descriptors, but are not kept: reading them back
// answers 501.
var metricDescriptorKind = kind{
	name: kindMetricDescriptor, host: monitoringHost,
	permissions: map[string]string{
		"CreateMetricDescriptor": "monitoring.metricDescriptors.create",
		"DeleteMetricDescriptor": "monitoring.metricDescriptors.delete",
		"CreateTimeSeries":       "monitoring.timeSeries.create",
	},
	register: func(s *Server, r grpc.ServiceRegistrar) {
		monitoringpb.RegisterMetricServiceServer(r, &metrics{s: s})
	},
}

type metrics struct {
	monitoringpb.UnimplementedMetricServiceServer
	s *Server
}

// userMetric is a user's descriptor with the times that its visibility hangs on.
type userMetric struct {
	Descriptor json.RawMessage `json:"descriptor"`
	Created    time.Time       `json:"created"`
	Deleted    *time.Time      `json:"deleted,omitempty"`
}

func (u *userMetric) descriptor() (*metric.MetricDescriptor, error) {
	d := &metric.MetricDescriptor{}
	return d, decode(u.Descriptor, d)
}

// gone tells whether the deletion of a descriptor has come through.
func (s *Server) gone(u *userMetric) bool {
	return u.Deleted != nil && !s.now().Before(u.Deleted.Add(s.scaled(descriptorLinger)))
}

// visibleAfter tells whether a descriptor that takes delay to be seen is seen.
func (s *Server) visibleAfter(u *userMetric, delay time.Duration) bool {
	return !s.gone(u) && !s.now().Before(u.Created.Add(s.scaled(delay)))
}

// userMetricOf returns a user's descriptor, also one that is not visible yet.
func (s *Server) userMetricOf(parent, metricType string) (*userMetric, int64, bool, error) {
	u := &userMetric{}
	version, err := s.load(kindMetricDescriptor, parent+"/metricDescriptors/"+metricType, u)
	if status.Code(err) == codes.NotFound {
		return nil, 0, false, nil
	}
	return u, version, err == nil, err
}

// GetMetricDescriptor implements the method of the API.
func (m *metrics) GetMetricDescriptor(ctx context.Context, req *monitoringpb.GetMetricDescriptorRequest) (*metric.MetricDescriptor, error) {
	parent, metricType, err := m.s.monitoringName(ctx, req.GetName(), kindMetricDescriptor)
	if err != nil {
		return nil, err
	}
	for _, g := range googleMetrics() {
		if g.typ == metricType {
			return g.descriptor(parent), nil
		}
	}
	u, _, ok, err := m.s.userMetricOf(parent, metricType)
	if err != nil {
		return nil, err
	}
	if !ok || !m.s.visibleAfter(u, descriptorDelay) {
		return nil, notFound("Could not find descriptor for metric '%s'.", metricType)
	}
	return u.descriptor()
}

// ListMetricDescriptors implements the method of the API.
func (m *metrics) ListMetricDescriptors(ctx context.Context, req *monitoringpb.ListMetricDescriptorsRequest) (*monitoringpb.ListMetricDescriptorsResponse, error) {
	parent, err := m.s.monitoringParent(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	if req.GetActiveOnly() {
		return nil, notModelled("activeOnly: points are not kept")
	}
	keep, err := descriptorFilter(req.GetFilter(), "metric.type")
	if err != nil {
		return nil, err
	}
	var found []*metric.MetricDescriptor
	for _, g := range googleMetrics() {
		if keep(g.typ) {
			found = append(found, g.descriptor(parent))
		}
	}
	users, err := listInto(m.s, kindMetricDescriptor, parent, func() *userMetric { return &userMetric{} })
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		d, err := u.descriptor()
		if err != nil {
			return nil, err
		}
		if m.s.visibleAfter(u, descriptorDelay) && keep(d.GetType()) {
			found = append(found, d)
		}
	}
	slices.SortFunc(found, func(a, b *metric.MetricDescriptor) int { return cmp.Compare(a.GetType(), b.GetType()) })
	const most = 10000
	size := req.GetPageSize()
	if size <= 0 {
		// Unlike elsewhere, the reference takes a negative size for the default.
		size = most
	}
	page, next, err := pageOfSize(found, size, req.GetPageToken(), parent+" "+req.GetFilter(), most, most)
	return &monitoringpb.ListMetricDescriptorsResponse{MetricDescriptors: page, NextPageToken: next}, err
}

// CreateMetricDescriptor implements the method of the API: it makes a
// descriptor or changes one, but never takes a label away.
func (m *metrics) CreateMetricDescriptor(ctx context.Context, req *monitoringpb.CreateMetricDescriptorRequest) (*metric.MetricDescriptor, error) {
	parent, err := m.s.monitoringParent(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	if req.GetMetricDescriptor() == nil {
		return nil, invalid("Request was missing field metric_descriptor.")
	}
	d := proto.CloneOf(req.GetMetricDescriptor())
	if err := checkMetricDescriptor(d); err != nil {
		return nil, err
	}
	d.Name = parent + "/metricDescriptors/" + d.GetType()
	if err := m.s.saveMetric(parent, d); err != nil {
		return nil, err
	}
	return d, nil
}

// saveMetric stores a descriptor, again when another call has changed it
// meanwhile: writers of time series do not queue.
func (s *Server) saveMetric(parent string, in *metric.MetricDescriptor) error {
	for {
		err := s.saveMetricOnce(parent, in)
		if c := status.Code(err); c != codes.Aborted && c != codes.AlreadyExists {
			return err
		}
	}
}

// saveMetricOnce stores a descriptor as get shows it later: with the labels
// sorted and the resource types filled in, without launch stage and metadata,
// which the recorded replies of get do not have either.
func (s *Server) saveMetricOnce(parent string, in *metric.MetricDescriptor) error {
	d := proto.CloneOf(in)
	d.LaunchStage, d.Metadata = api.LaunchStage_LAUNCH_STAGE_UNSPECIFIED, nil
	if len(d.GetMonitoredResourceTypes()) == 0 {
		d.MonitoredResourceTypes = userMetricResources()
		if strings.HasPrefix(d.GetType(), prometheusDomain) {
			d.MonitoredResourceTypes = []string{"prometheus_target"}
		}
	}
	u := &userMetric{Created: s.now()}
	have, version, ok, err := s.userMetricOf(parent, d.GetType())
	if err != nil {
		return err
	}
	if ok && !s.gone(have) && have.Deleted == nil {
		before, err := have.descriptor()
		if err != nil {
			return err
		}
		if err := mergeDescriptor(d, before); err != nil {
			return err
		}
		u.Created = have.Created
	}
	slices.SortFunc(d.Labels, func(a, b *label.LabelDescriptor) int { return cmp.Compare(a.GetKey(), b.GetKey()) })
	if u.Descriptor, err = encode(d); err != nil {
		return err
	}
	if ok {
		return s.update(kindMetricDescriptor, d.GetName(), version, u)
	}
	return s.create(kindMetricDescriptor, parent, d.GetName(), u)
}

func mergeDescriptor(d, before *metric.MetricDescriptor) error {
	if d.GetMetricKind() != before.GetMetricKind() {
		return invalid("Field metric_descriptor.metric_kind had an invalid value of %q: The metric exists with kind %q.", d.GetMetricKind(), before.GetMetricKind())
	}
	if d.GetValueType() != before.GetValueType() {
		return invalid("Field metric_descriptor.value_type had an invalid value of %q: The metric exists with value type %q.", d.GetValueType(), before.GetValueType())
	}
	for _, l := range before.GetLabels() {
		if !slices.ContainsFunc(d.GetLabels(), func(have *label.LabelDescriptor) bool { return have.GetKey() == l.GetKey() }) {
			d.Labels = append(d.Labels, l)
		}
	}
	return nil
}

// DeleteMetricDescriptor implements the method of the API. The descriptor shows
// for some seconds more, as recorded.
func (m *metrics) DeleteMetricDescriptor(ctx context.Context, req *monitoringpb.DeleteMetricDescriptorRequest) (*emptypb.Empty, error) {
	parent, metricType, err := m.s.monitoringName(ctx, req.GetName(), kindMetricDescriptor)
	if err != nil {
		return nil, err
	}
	u, version, ok, err := m.s.userMetricOf(parent, metricType)
	if err != nil {
		return nil, err
	}
	switch {
	case m.s.isGoogleMetric(metricType):
		return nil, invalid("Field name had an invalid value of %q: Only user-created metric descriptors can be deleted.", req.GetName())
	case !ok || m.s.gone(u):
		return nil, notFound("Could not find descriptor for metric '%s'.", metricType)
	case u.Deleted != nil:
		return &emptypb.Empty{}, nil
	}
	now := m.s.now()
	u.Deleted = &now
	return &emptypb.Empty{}, m.s.update(kindMetricDescriptor, parent+"/metricDescriptors/"+metricType, version, u)
}
