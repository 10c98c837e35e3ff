package emulator

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/logging/apiv2/loggingpb"
	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const (
	kindLogLink      = "logLinks"
	kindLogOperation = "logOperations"
	// logLinkTime is what making and removing a link takes, by a sober guess.
	logLinkTime = 30 * time.Second
)

// logLinkKind holds the links of buckets to BigQuery.
var logLinkKind = kind{name: kindLogLink, host: loggingHost, collection: true}

// logOperationKind serves the operations of Logging, which carry their state in
// the metadata.
var logOperationKind = kind{
	name: kindLogOperation, host: loggingHost,
	routes: func(s *Server) []route {
		l := &loggingConfig{s: s}
		return []route{
			{method: "GET", path: "/v2/{name=projects/*/locations/*/operations/*}", rpc: "GetOperation", handle: l.getOperation},
			{method: "GET", path: "/v2/{name=projects/*/locations/*}/operations", rpc: "ListOperations", query: []string{"filter", "pageSize", "pageToken"}, handle: l.listOperations},
		}
	},
}

// loggingChange describes an operation: the object that it is about, the message
// of its metadata, and the request that stands in there.
type loggingChange struct {
	parent, metadata, field string
	request                 proto.Message
	takes                   time.Duration
}

// loggingOperation is an operation with the time at which it is done.
type loggingOperation struct {
	Name     string           `json:"name"`
	Metadata map[string]any   `json:"metadata"`
	Started  time.Time        `json:"started"`
	DoneAt   time.Time        `json:"doneAt"`
	Failure  *operationStatus `json:"failure,omitempty"`
	Response map[string]any   `json:"response"`
}

// operate does a change and answers with its operation. What it does shows at
// once, but for an operation that fails or hangs, which does nothing.
func (l *loggingConfig) operate(ctx context.Context, c loggingChange, result proto.Message, do func() error) (*longrunningpb.Operation, error) {
	doneAt, failure := l.s.operationFate(ctx, c.takes)
	parts := strings.Split(c.parent, "/")
	project, location := parts[1], parts[3]
	parent := "projects/" + strconv.FormatInt(projectNumber(project), 10) + "/locations/" + location
	request, err := encode(c.request)
	if err != nil {
		return nil, err
	}
	var shown map[string]any
	if err := json.Unmarshal(request, &shown); err != nil {
		return nil, err
	}
	// The recorded metadata of a link's creation lacks the link.
	delete(shown, "link")
	delete(shown, "bucket")
	op := loggingOperation{
		Name: l.s.newNumericID(kindLogOperation, "projects/"+project+"/locations/"+location+"/operations/"), Started: l.s.now(), DoneAt: doneAt, Failure: failure,
		Metadata: map[string]any{"@type": "type.googleapis.com/google.logging.v2." + c.metadata, c.field: shown, "startTime": l.s.now().Format(time.RFC3339Nano)},
		Response: map[string]any{"@type": "type.googleapis.com/google.protobuf.Empty"},
	}
	if result != nil {
		if op.Response, err = protoAny(result); err != nil {
			return nil, err
		}
	}
	if failure == nil && !doneAt.Equal(never) {
		if err := do(); err != nil {
			return nil, err
		}
	}
	if err := l.s.create(kindLogOperation, "projects/"+project+"/locations/"+location, op.Name, op); err != nil {
		return nil, err
	}
	metadata, err := c.initial(op)
	if err != nil {
		return nil, err
	}
	return &longrunningpb.Operation{Name: parent + op.Name[strings.Index(op.Name, "/operations/"):], Metadata: metadata}, nil
}

// initial is the metadata of the reply that starts an operation: it is scheduled.
func (c loggingChange) initial(op loggingOperation) (*anypb.Any, error) {
	typ, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName("google.logging.v2." + c.metadata))
	if err != nil {
		return nil, err
	}
	m := typ.New()
	fields := m.Descriptor().Fields()
	m.Set(fields.ByName("start_time"), protoreflect.ValueOfMessage(timestamppb.New(op.Started).ProtoReflect()))
	m.Set(fields.ByName("state"), protoreflect.ValueOfEnum(loggingpb.OperationState_OPERATION_STATE_SCHEDULED.Number()))
	field := fields.ByJSONName(c.field)
	raw, err := json.Marshal(op.Metadata[c.field])
	if err != nil {
		return nil, err
	}
	if err := protojson.Unmarshal(raw, m.Mutable(field).Message().Interface()); err != nil {
		return nil, err
	}
	return anypb.New(m.Interface())
}

// protoAny renders a message as google.protobuf.Any does in JSON.
func protoAny(m proto.Message) (map[string]any, error) {
	raw, err := encode(m)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, err
	}
	out["@type"] = "type.googleapis.com/" + string(m.ProtoReflect().Descriptor().FullName())
	return out, nil
}

// render shows an operation as it stands at a time.
func (op *loggingOperation) render(now time.Time) *operation {
	parts := strings.Split(op.Name, "/")
	parts[1] = strconv.FormatInt(projectNumber(parts[1]), 10)
	out := &operation{Name: strings.Join(parts, "/"), Metadata: op.Metadata}
	switch {
	case now.Before(op.DoneAt):
		out.Metadata["state"] = "OPERATION_STATE_RUNNING"
		return out
	case op.Failure != nil:
		out.Metadata["state"], out.Error = "OPERATION_STATE_FAILED", op.Failure
	default:
		out.Metadata["state"], out.Response = "OPERATION_STATE_SUCCEEDED", op.Response
	}
	out.Done = true
	out.Metadata["endTime"] = op.DoneAt.Format(time.RFC3339Nano)
	return out
}

func (l *loggingConfig) getOperation(ctx context.Context, r *restRequest) (any, error) {
	if _, err := l.project(ctx, r.vars["name"]); err != nil {
		return nil, err
	}
	var op loggingOperation
	if _, err := l.s.load(kindLogOperation, l.s.canonicalName(r.vars["name"]), &op); err != nil {
		if status.Code(err) == codes.NotFound {
			err = notFound("%s does not exist", r.vars["name"])
		}
		return nil, err
	}
	return op.render(l.s.now()), nil
}

func (l *loggingConfig) listOperations(ctx context.Context, r *restRequest) (any, error) {
	if _, err := l.project(ctx, r.vars["name"]); err != nil {
		return nil, err
	}
	if r.query.Get("filter") != "" {
		return nil, notModelled("the filter of Logging's operations")
	}
	all, err := listInto(l.s, kindLogOperation, l.s.canonicalName(r.vars["name"]), func() *loggingOperation { return &loggingOperation{} })
	if err != nil {
		return nil, err
	}
	page, next, err := pageOf(all, r.query, "logging operations "+r.vars["name"], 100, 1000)
	if err != nil {
		return nil, err
	}
	out := struct {
		Operations    []*operation `json:"operations,omitempty"`
		NextPageToken string       `json:"nextPageToken,omitempty"`
	}{NextPageToken: next}
	for _, op := range page {
		out.Operations = append(out.Operations, op.render(l.s.now()))
	}
	return out, nil
}

// link loads a link.
func (l *loggingConfig) link(ctx context.Context, name string) (*loggingpb.Link, error) {
	parent, _, err := cutName(name, "links")
	if err != nil {
		return nil, err
	}
	if _, err := l.bucket(ctx, parent); err != nil {
		return nil, err
	}
	link := &loggingpb.Link{}
	if _, err := l.s.load(kindLogLink, l.s.canonicalName(name), link); err != nil {
		if status.Code(err) == codes.NotFound {
			err = notFound("%s does not exist", l.s.canonicalName(name))
		}
		return nil, err
	}
	return link, nil
}

// GetLink returns one link.
func (l *loggingConfig) GetLink(ctx context.Context, req *loggingpb.GetLinkRequest) (*loggingpb.Link, error) {
	return l.link(ctx, req.GetName())
}

// ListLinks lists the links of a bucket.
func (l *loggingConfig) ListLinks(ctx context.Context, req *loggingpb.ListLinksRequest) (*loggingpb.ListLinksResponse, error) {
	b, err := l.bucket(ctx, req.GetParent())
	if err != nil {
		return nil, err
	}
	all, err := listInto(l.s, kindLogLink, b.pb.GetName(), func() *loggingpb.Link { return &loggingpb.Link{} })
	if err != nil {
		return nil, err
	}
	page, next, err := pageOfSize(all, req.GetPageSize(), req.GetPageToken(), "links "+b.pb.GetName(), 100, 1000)
	return &loggingpb.ListLinksResponse{Links: page, NextPageToken: next}, err
}

// CreateLink makes a BigQuery dataset out of a bucket with analytics.
func (l *loggingConfig) CreateLink(ctx context.Context, req *loggingpb.CreateLinkRequest) (*longrunningpb.Operation, error) {
	b, err := l.active(ctx, req.GetParent(), "linked")
	if err != nil {
		return nil, err
	}
	if !logLinkID.MatchString(req.GetLinkId()) {
		return nil, invalid("Link ID %q is not valid: it must have 1 to 100 letters, digits and underscores.", req.GetLinkId())
	}
	if !b.pb.GetAnalyticsEnabled() {
		return nil, apiError(codes.FailedPrecondition, "Links can only be created on buckets with analytics enabled")
	}
	link := &loggingpb.Link{
		Name: b.pb.GetName() + "/links/" + req.GetLinkId(), Description: req.GetLink().GetDescription(), CreateTime: timestamppb.New(l.s.now()),
		LifecycleState:  loggingpb.LifecycleState_ACTIVE,
		BigqueryDataset: &loggingpb.BigQueryDataset{DatasetId: "bigquery.googleapis.com/projects/" + b.project + "/datasets/" + req.GetLinkId()},
	}
	if _, err := l.s.store.Get(kindLogLink, link.GetName()); err == nil {
		return nil, apiError(codes.AlreadyExists, link.GetName()+" already exists")
	}
	shown := proto.CloneOf(req)
	shown.Parent = b.pb.GetName()
	op := loggingChange{parent: b.pb.GetName(), metadata: "LinkMetadata", field: "createLinkRequest", request: shown, takes: logLinkTime}
	return l.operate(ctx, op, link, func() error { return l.s.create(kindLogLink, b.pb.GetName(), link.GetName(), link) })
}

// DeleteLink removes a link and its dataset.
func (l *loggingConfig) DeleteLink(ctx context.Context, req *loggingpb.DeleteLinkRequest) (*longrunningpb.Operation, error) {
	link, err := l.link(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	shown := &loggingpb.DeleteLinkRequest{Name: link.GetName()}
	op := loggingChange{parent: link.GetName(), metadata: "LinkMetadata", field: "deleteLinkRequest", request: shown, takes: logLinkTime}
	return l.operate(ctx, op, nil, func() error { return l.s.store.Delete(kindLogLink, link.GetName(), 0) })
}
