package emulator

import (
	"context"
	"strings"

	"cloud.google.com/go/logging/apiv2/loggingpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const kindLogExclusion = "logExclusions"

// logExclusionKind holds the exclusions of projects, which narrow the _Default
// sink.
var logExclusionKind = kind{name: kindLogExclusion, host: loggingHost, collection: true}

func checkExclusion(e *loggingpb.LogExclusion) error {
	if !logSinkID.MatchString(e.GetName()) {
		return invalid("Exclusion name %q is not valid.", e.GetName())
	}
	if strings.TrimSpace(e.GetFilter()) == "" {
		return invalid("The exclusion %q needs a filter.", e.GetName())
	}
	return checkSinkFilter(e.GetFilter())
}

func (l *loggingConfig) exclusion(ctx context.Context, name string) (string, *loggingpb.LogExclusion, int64, error) {
	project, err := l.project(ctx, name)
	if err != nil {
		return "", nil, 0, err
	}
	_, id, err := cutName(name, "exclusions")
	if err != nil {
		return "", nil, 0, err
	}
	e := &loggingpb.LogExclusion{}
	full := "projects/" + project + "/exclusions/" + id
	version, err := l.s.load(kindLogExclusion, full, e)
	if status.Code(err) == codes.NotFound {
		err = notFound("Exclusion %s does not exist", id)
	}
	return full, e, version, err
}

// GetExclusion returns one exclusion.
func (l *loggingConfig) GetExclusion(ctx context.Context, req *loggingpb.GetExclusionRequest) (*loggingpb.LogExclusion, error) {
	_, e, _, err := l.exclusion(ctx, req.GetName())
	return e, err
}

// ListExclusions lists the exclusions of a project.
func (l *loggingConfig) ListExclusions(ctx context.Context, req *loggingpb.ListExclusionsRequest) (*loggingpb.ListExclusionsResponse, error) {
	project, err := l.project(ctx, req.GetParent())
	if err != nil {
		return nil, err
	}
	all, err := listInto(l.s, kindLogExclusion, "projects/"+project, func() *loggingpb.LogExclusion { return &loggingpb.LogExclusion{} })
	if err != nil {
		return nil, err
	}
	page, next, err := pageOfSize(all, req.GetPageSize(), req.GetPageToken(), "exclusions "+project, 100, 1000)
	return &loggingpb.ListExclusionsResponse{Exclusions: page, NextPageToken: next}, err
}

// CreateExclusion makes an exclusion.
func (l *loggingConfig) CreateExclusion(ctx context.Context, req *loggingpb.CreateExclusionRequest) (*loggingpb.LogExclusion, error) {
	const most = 10
	project, err := l.project(ctx, req.GetParent())
	if err != nil {
		return nil, err
	}
	in := req.GetExclusion()
	if err := checkExclusion(in); err != nil {
		return nil, err
	}
	if len(l.s.store.List(kindLogExclusion, "projects/"+project)) >= most {
		return nil, apiError(codes.ResourceExhausted, "The project has reached the maximum number of exclusions.")
	}
	now := timestamppb.New(l.s.now())
	e := &loggingpb.LogExclusion{
		Name: in.GetName(), Description: in.GetDescription(), Filter: in.GetFilter(), Disabled: in.GetDisabled(), CreateTime: now, UpdateTime: now,
	}
	err = l.s.create(kindLogExclusion, "projects/"+project, "projects/"+project+"/exclusions/"+e.GetName(), e)
	if status.Code(err) == codes.AlreadyExists {
		err = apiError(codes.AlreadyExists, "Exclusion "+e.GetName()+" already exists")
	}
	return e, err
}

// UpdateExclusion changes an exclusion.
func (l *loggingConfig) UpdateExclusion(ctx context.Context, req *loggingpb.UpdateExclusionRequest) (*loggingpb.LogExclusion, error) {
	full, before, version, err := l.exclusion(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	paths := req.GetUpdateMask().GetPaths()
	if len(paths) == 0 {
		return nil, invalid("Field update_mask is required.")
	}
	for _, path := range paths {
		if path != "filter" && path != "description" && path != "disabled" {
			return nil, invalid("Field update_mask had an invalid value of %q: only description, filter and disabled can be changed.", path)
		}
	}
	e, err := applyMask(before, req.GetExclusion(), paths)
	if err != nil {
		return nil, err
	}
	if err := checkExclusion(e); err != nil {
		return nil, err
	}
	e.UpdateTime = timestamppb.New(l.s.now())
	return e, l.s.update(kindLogExclusion, full, version, e)
}

// DeleteExclusion removes an exclusion.
func (l *loggingConfig) DeleteExclusion(ctx context.Context, req *loggingpb.DeleteExclusionRequest) (*emptypb.Empty, error) {
	full, _, version, err := l.exclusion(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	return &emptypb.Empty{}, l.s.store.Delete(kindLogExclusion, full, version)
}
