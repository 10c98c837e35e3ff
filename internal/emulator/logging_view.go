package emulator

import (
	"context"
	"regexp"
	"strings"

	"cloud.google.com/go/logging/apiv2/loggingpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const (
	kindLogView = "logViews"
	mostLogView = 30
)

// logViewKind holds the views of buckets, which have policies of their own.
var logViewKind = kind{
	name: kindLogView, host: loggingHost, collection: true,
	routes: func(s *Server) []route {
		l := &loggingConfig{s: s}
		const one = "/v2/{resource=projects/*/locations/*/buckets/*/views/*}"
		return []route{
			{method: "POST", path: one + ":getIamPolicy", rpc: "GetIamPolicy", handle: l.viewPolicy},
			{method: "POST", path: one + ":setIamPolicy", rpc: "SetIamPolicy", handle: l.setViewPolicy},
			{method: "POST", path: one + ":testIamPermissions", rpc: "TestIamPermissions", handle: l.testViewPermissions},
		}
	},
}

// bornViews are the views that a bucket is born with.
func bornViews(bucket string) []*loggingpb.LogView {
	all := []*loggingpb.LogView{{Name: bucket + "/views/_AllLogs", Description: "All logs, including data access logs"}}
	if strings.HasSuffix(bucket, "/locations/global/buckets/_Default") {
		all = append(all, &loggingpb.LogView{
			Name: bucket + "/views/_Default", Description: "All logs, excluding data access logs",
			Filter: `NOT LOG_ID("cloudaudit.googleapis.com/data_access") AND NOT LOG_ID("externalaudit.googleapis.com/data_access")`,
		})
	}
	return all
}

func (l *loggingConfig) view(ctx context.Context, name string) (*logBucket, *loggingpb.LogView, int64, error) {
	parent, id, err := cutName(name, "views")
	if err != nil {
		return nil, nil, 0, err
	}
	b, err := l.bucket(ctx, parent)
	if err != nil {
		return nil, nil, 0, err
	}
	v := &loggingpb.LogView{}
	version, err := l.s.load(kindLogView, b.pb.GetName()+"/views/"+id, v)
	if status.Code(err) == codes.NotFound {
		for _, born := range bornViews(b.pb.GetName()) {
			if strings.HasSuffix(born.GetName(), "/"+id) {
				return b, born, 0, nil
			}
		}
		err = notFound("View `%s` in bucket `%s` does not exist", id, b.pb.GetName()[strings.LastIndex(b.pb.GetName(), "/")+1:])
	}
	return b, v, version, err
}

// GetView returns one view.
func (l *loggingConfig) GetView(ctx context.Context, req *loggingpb.GetViewRequest) (*loggingpb.LogView, error) {
	_, v, _, err := l.view(ctx, req.GetName())
	return v, err
}

// ListViews lists the views of a bucket.
func (l *loggingConfig) ListViews(ctx context.Context, req *loggingpb.ListViewsRequest) (*loggingpb.ListViewsResponse, error) {
	b, err := l.bucket(ctx, req.GetParent())
	if err != nil {
		return nil, err
	}
	made, err := listInto(l.s, kindLogView, b.pb.GetName(), func() *loggingpb.LogView { return &loggingpb.LogView{} })
	if err != nil {
		return nil, err
	}
	all := append(bornViews(b.pb.GetName()), made...)
	page, next, err := pageOfSize(all, req.GetPageSize(), req.GetPageToken(), "views "+b.pb.GetName(), 100, 1000)
	return &loggingpb.ListViewsResponse{Views: page, NextPageToken: next}, err
}

// CreateView makes a view.
func (l *loggingConfig) CreateView(ctx context.Context, req *loggingpb.CreateViewRequest) (*loggingpb.LogView, error) {
	b, err := l.active(ctx, req.GetParent(), "modified")
	if err != nil {
		return nil, err
	}
	if !logBucketID.MatchString(req.GetViewId()) || strings.HasPrefix(req.GetViewId(), "_") {
		return nil, invalid("View ID %q is not valid.", req.GetViewId())
	}
	if err := checkViewFilter(req.GetView().GetFilter()); err != nil {
		return nil, err
	}
	now := timestamppb.New(l.s.now())
	v := &loggingpb.LogView{
		Name: b.pb.GetName() + "/views/" + req.GetViewId(), Description: req.GetView().GetDescription(), Filter: req.GetView().GetFilter(),
		CreateTime: now, UpdateTime: now,
	}
	if len(l.s.store.List(kindLogView, b.pb.GetName())) >= mostLogView {
		return nil, apiError(codes.ResourceExhausted, "The bucket has reached the maximum number of views.")
	}
	err = l.s.create(kindLogView, b.pb.GetName(), v.GetName(), v)
	if status.Code(err) == codes.AlreadyExists {
		err = apiError(codes.AlreadyExists, "View `"+req.GetViewId()+"` already exists")
	}
	return v, err
}

// UpdateView changes the filter and the description of a view.
func (l *loggingConfig) UpdateView(ctx context.Context, req *loggingpb.UpdateViewRequest) (*loggingpb.LogView, error) {
	_, v, version, err := l.view(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	if version == 0 {
		return nil, invalid("The views _AllLogs and _Default can not be modified")
	}
	paths := req.GetUpdateMask().GetPaths()
	if len(paths) == 0 {
		paths = []string{"description", "filter"}
	}
	for _, path := range paths {
		if path != "filter" && path != "description" {
			return nil, invalid("Field update_mask had an invalid value of %q: only description and filter can be changed.", path)
		}
	}
	next, err := applyMask(v, req.GetView(), paths)
	if err != nil {
		return nil, err
	}
	if err := checkViewFilter(next.GetFilter()); err != nil {
		return nil, err
	}
	next.UpdateTime = timestamppb.New(l.s.now())
	return next, l.s.update(kindLogView, v.GetName(), version, next)
}

// DeleteView removes a view.
func (l *loggingConfig) DeleteView(ctx context.Context, req *loggingpb.DeleteViewRequest) (*emptypb.Empty, error) {
	_, v, version, err := l.view(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	if version == 0 {
		return nil, invalid("The views _AllLogs and _Default can not be deleted")
	}
	if err := l.s.store.Delete(kindIamPolicy, loggingHost+"/"+v.GetName(), 0); err != nil && status.Code(err) != codes.NotFound {
		return nil, err
	}
	return &emptypb.Empty{}, l.s.store.Delete(kindLogView, v.GetName(), version)
}

// viewTerm is a term of a view's filter: a source, a log or a resource type is
// all that it can select by.
var viewTerm = regexp.MustCompile(`(?i)^\s*(NOT\s+)?(SOURCE\("[^"]+"\)|LOG_ID\("[^"]+"\)|resource\.type\s*=\s*"?[a-z0-9_./]+"?)\s*$`)

var viewJoin = regexp.MustCompile(`(?i)\s+(AND|OR)\s+`)

func checkViewFilter(filter string) error {
	if strings.TrimSpace(filter) == "" {
		return nil
	}
	if err := checkLogFilter(filter); err != nil {
		return invalid("Unparseable filter: %v", err)
	}
	for _, term := range viewJoin.Split(filter, -1) {
		if !viewTerm.MatchString(strings.Trim(strings.TrimSpace(term), "() ")) && !viewTerm.MatchString(term) {
			return invalid("Filter of a view must only use SOURCE, LOG_ID and resource.type, not %q", strings.TrimSpace(term))
		}
	}
	return nil
}

func (l *loggingConfig) viewPolicy(ctx context.Context, r *restRequest) (any, error) {
	_, v, _, err := l.view(ctx, r.vars["resource"])
	if err != nil {
		return nil, err
	}
	if err := r.decode(&getIamPolicyRequest{}); err != nil {
		return nil, err
	}
	p, _, err := l.s.getIamPolicy(loggingHost + "/" + v.GetName())
	return p, err
}

func (l *loggingConfig) setViewPolicy(ctx context.Context, r *restRequest) (any, error) {
	b, v, _, err := l.view(ctx, r.vars["resource"])
	if err != nil {
		return nil, err
	}
	var req setIamPolicyRequest
	if err := r.decode(&req); err != nil {
		return nil, err
	}
	return l.s.setIamPolicy("projects/"+b.project, loggingHost+"/"+v.GetName(), req)
}

func (l *loggingConfig) testViewPermissions(ctx context.Context, r *restRequest) (any, error) {
	if _, _, _, err := l.view(ctx, r.vars["resource"]); err != nil {
		return nil, err
	}
	return l.s.testPermissions(r)
}
