package emulator

import (
	"context"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
)

const kindDashboard = "dashboards"

// dashboardKind serves projects.dashboards of the Monitoring API's version 1.
// Its writes are not single-threaded: an etag guards an update instead.
var dashboardKind = kind{
	name: kindDashboard, host: monitoringHost, collection: true,
	permissions: map[string]string{
		"CreateDashboard": "monitoring.dashboards.create",
		"GetDashboard":    "monitoring.dashboards.get",
		"UpdateDashboard": "monitoring.dashboards.update",
		"DeleteDashboard": "monitoring.dashboards.delete",
	},
	register: func(s *Server, r grpc.ServiceRegistrar) {
		dashboardpb.RegisterDashboardsServiceServer(r, &dashboards{s: s})
	},
}

// dashboards serves google.monitoring.dashboard.v1.DashboardsService. Recorded
// exchanges with the service show the project's number in every name, an etag,
// and the defaults in dashboard_defaults.go.
type dashboards struct {
	dashboardpb.UnimplementedDashboardsServiceServer
	s *Server
}

// maxDashboards is the default and the largest size of a page.
const maxDashboards = 1000

// dashboardID is what a caller may choose as the last part of a name. The API
// documents no rule: this is what the recorded names keep to.
var dashboardID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$`)

// GetDashboard returns one dashboard.
func (d *dashboards) GetDashboard(ctx context.Context, req *dashboardpb.GetDashboardRequest) (*dashboardpb.Dashboard, error) {
	name, err := d.name(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	dashboard := &dashboardpb.Dashboard{}
	if _, err := d.s.load(kindDashboard, name, dashboard); err != nil {
		return nil, err
	}
	return d.show(dashboard), nil
}

// ListDashboards returns a page of a project's dashboards.
func (d *dashboards) ListDashboards(ctx context.Context, req *dashboardpb.ListDashboardsRequest) (*dashboardpb.ListDashboardsResponse, error) {
	parent, err := d.s.monitoringParent(ctx, req.GetParent())
	if err != nil {
		return nil, err
	}
	page, err := list(d.s, listQuery{
		kind: kindDashboard, parent: parent, pageSize: req.GetPageSize(), pageToken: req.GetPageToken(),
		defaultSize: maxDashboards, maxSize: maxDashboards,
	}, func() *dashboardpb.Dashboard { return &dashboardpb.Dashboard{} })
	if err != nil {
		return nil, err
	}
	for i, dashboard := range page.items {
		page.items[i] = d.show(dashboard)
	}
	return &dashboardpb.ListDashboardsResponse{Dashboards: page.items, NextPageToken: page.next}, nil
}

// CreateDashboard adds a dashboard under the name in the request, or under a
// new UUID when that is empty.
func (d *dashboards) CreateDashboard(ctx context.Context, req *dashboardpb.CreateDashboardRequest) (*dashboardpb.Dashboard, error) {
	parent, err := d.s.monitoringParent(ctx, req.GetParent())
	if err != nil {
		return nil, err
	}
	if req.GetDashboard() == nil {
		return nil, errMissing("dashboard")
	}
	dashboard := proto.CloneOf(req.GetDashboard())
	if dashboard.GetEtag() != "" {
		return nil, dashboardField("etag", dashboard.GetEtag(), "must not be set when a dashboard is created.")
	}
	if dashboard.GetName() != "" {
		name, err := d.name(ctx, dashboard.GetName())
		if err != nil {
			return nil, err
		}
		if parent != "projects/"+projectOf(name) {
			return nil, dashboardField("name", dashboard.GetName(), "the project does not match that of the parent "+req.GetParent()+".")
		}
		dashboard.Name = name
	}
	completeDashboard(dashboard)
	if err := d.s.checkDashboard(dashboard); err != nil {
		return nil, err
	}
	if req.GetValidateOnly() {
		return d.show(dashboard), nil
	}
	if dashboard.GetName() == "" {
		dashboard.Name = parent + "/dashboards/" + d.s.newUUID()
	}
	dashboard.Etag = d.s.newEtag()
	if err := d.s.create(kindDashboard, parent, dashboard.GetName(), dashboard); err != nil {
		return nil, err
	}
	return d.show(dashboard), nil
}

// UpdateDashboard replaces a dashboard. The request has to hold the etag of what
// it replaces.
func (d *dashboards) UpdateDashboard(ctx context.Context, req *dashboardpb.UpdateDashboardRequest) (*dashboardpb.Dashboard, error) {
	if req.GetDashboard() == nil {
		return nil, errMissing("dashboard")
	}
	name, err := d.name(ctx, req.GetDashboard().GetName())
	if err != nil {
		return nil, err
	}
	if req.GetDashboard().GetEtag() == "" {
		return nil, invalid("Update Dashboard should specify a non empty etag.")
	}
	before := &dashboardpb.Dashboard{}
	version, err := d.s.load(kindDashboard, name, before)
	if err != nil {
		return nil, err
	}
	if before.GetEtag() != req.GetDashboard().GetEtag() {
		return nil, apiError(codes.Aborted, "The etag provided in the request does not match the current etag of the dashboard. Please read it again and retry.")
	}
	after := proto.CloneOf(req.GetDashboard())
	after.Name = name
	completeDashboard(after)
	if err := d.s.checkDashboard(after); err != nil {
		return nil, err
	}
	if req.GetValidateOnly() {
		return d.show(after), nil
	}
	after.Etag = d.s.newEtag()
	if err := d.s.update(kindDashboard, name, version, after); err != nil {
		return nil, err
	}
	return d.show(after), nil
}

// DeleteDashboard removes a dashboard.
func (d *dashboards) DeleteDashboard(ctx context.Context, req *dashboardpb.DeleteDashboardRequest) (*emptypb.Empty, error) {
	name, err := d.name(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	if err := d.s.store.Delete(kindDashboard, name, 0); err != nil {
		return nil, err
	}
	return &emptypb.Empty{}, nil
}

// name checks a dashboard's name and returns it with the project's id.
func (d *dashboards) name(ctx context.Context, ref string) (string, error) {
	if strings.HasPrefix(ref, "dashboards/") {
		return "", notModelled("the predefined dashboards of Google Cloud")
	}
	parent, id, err := d.s.monitoringName(ctx, ref, kindDashboard)
	if err != nil {
		return "", err
	}
	if !dashboardID.MatchString(id) {
		return "", dashboardField("name", ref, "a dashboard's id has letters, digits, dashes and underscores, and at most 128 of them.")
	}
	return parent + "/dashboards/" + id, nil
}

// show returns a dashboard as the service does, with the project's number.
func (d *dashboards) show(dashboard *dashboardpb.Dashboard) *dashboardpb.Dashboard {
	out := proto.CloneOf(dashboard)
	out.Name = d.s.numberedName(out.GetName())
	return out
}

// numberedName puts the project's number in the place of its id in a name that
// starts with projects/. Some of the Monitoring API's collections answer so.
func (s *Server) numberedName(name string) string {
	project := projectOf(name)
	if project == "" || projectNumberPattern.MatchString(project) {
		return name
	}
	return "projects/" + strconv.FormatInt(projectNumber(project), 10) + strings.TrimPrefix(name, "projects/"+project)
}

// randomBytes returns bytes that the server's seed determines.
func (s *Server) randomBytes(n int) []byte {
	s.randMu.Lock()
	defer s.randMu.Unlock()
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(s.rand.UintN(1 << 8)) //nolint:gosec // bounded
	}
	return out
}

// newUUID returns a version 4 UUID.
func (s *Server) newUUID() string {
	b := s.randomBytes(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// newEtag returns an etag of the form that dashboards have: 32 hexadecimal digits.
func (s *Server) newEtag() string { return hex.EncodeToString(s.randomBytes(16)) }
