package emulator

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/logging/apiv2/loggingpb"
	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const (
	kindLogBucket = "logBuckets"
	// logBucketKept is how long a deleted bucket can be had back, and keeps its
	// name and its place among the most that a project may have.
	logBucketKept = 7 * 24 * time.Hour
	mostLogBucket = 100
	// logBucketTime is what the asynchronous calls take, by a sober guess.
	logBucketTime = 10 * time.Second
)

// logBucketKind holds log buckets. A project has _Default and _Required from the
// start; those are stored once they are changed.
var logBucketKind = kind{name: kindLogBucket, host: loggingHost, collection: true, inventory: logBucketStands}

// logBucket is a bucket with the time of its deletion.
type logBucket struct {
	Bucket  json.RawMessage `json:"bucket"`
	Deleted *time.Time      `json:"deleted,omitempty"`

	pb      *loggingpb.LogBucket
	project string
	stored  int64
}

func logBucketStands(value json.RawMessage) bool {
	var b logBucket
	var named struct {
		Name string `json:"name"`
	}
	return json.Unmarshal(value, &b) == nil && json.Unmarshal(b.Bucket, &named) == nil && b.Deleted == nil && !isBornBucket(named.Name)
}

// isBornBucket tells the buckets that a project is born with.
func isBornBucket(name string) bool {
	return strings.HasSuffix(name, "/locations/global/buckets/_Default") || strings.HasSuffix(name, "/locations/global/buckets/_Required")
}

func bornBuckets(project string) []*loggingpb.LogBucket {
	parent := "projects/" + project + "/locations/global/buckets/"
	return []*loggingpb.LogBucket{
		{Name: parent + "_Default", Description: "Default bucket", RetentionDays: 30, LifecycleState: loggingpb.LifecycleState_ACTIVE},
		{Name: parent + "_Required", Description: "Audit bucket", RetentionDays: 400, Locked: true, LifecycleState: loggingpb.LifecycleState_ACTIVE},
	}
}

// bucketName checks the name of a bucket and returns it with the project's id.
func (l *loggingConfig) bucketName(ctx context.Context, name string) (full, project string, err error) {
	if project, err = l.project(ctx, name); err != nil {
		return "", "", err
	}
	full = l.s.canonicalName(name)
	parts := strings.Split(full, "/")
	if len(parts) != 6 || parts[2] != "locations" || parts[4] != "buckets" || !logBucketID.MatchString(parts[5]) {
		return "", "", invalid("Invalid bucket name %q: it must be projects/[PROJECT_ID]/locations/[LOCATION_ID]/buckets/[BUCKET_ID].", name)
	}
	return full, project, nil
}

// bucket loads a bucket, a deleted one too as long as it can be had back.
func (l *loggingConfig) bucket(ctx context.Context, name string) (*logBucket, error) {
	full, project, err := l.bucketName(ctx, name)
	if err != nil {
		return nil, err
	}
	parts := strings.Split(full, "/")
	missing := notFound("Bucket `%s` in location `%s` does not exist", parts[5], parts[3])
	b, err := l.storedBucket(full)
	if err != nil {
		return nil, err
	}
	if b == nil {
		for _, born := range bornBuckets(project) {
			if born.GetName() == full {
				return &logBucket{pb: born, project: project}, nil
			}
		}
		return nil, missing
	}
	b.project = project
	if b.Deleted != nil && !l.s.now().Before(b.Deleted.Add(logBucketKept)) {
		return nil, missing
	}
	return b, nil
}

// storedBucket reads what is stored under a name, or nil.
func (l *loggingConfig) storedBucket(full string) (*logBucket, error) {
	b := &logBucket{pb: &loggingpb.LogBucket{}}
	version, err := l.s.load(kindLogBucket, full, b)
	if status.Code(err) == codes.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	b.stored = version
	return b, protojson.Unmarshal(b.Bucket, b.pb)
}

// active is bucket for a call that needs one in use.
func (l *loggingConfig) active(ctx context.Context, name, what string) (*logBucket, error) {
	b, err := l.bucket(ctx, name)
	if err == nil && b.Deleted != nil {
		err = apiError(codes.FailedPrecondition, "Only buckets in state ACTIVE can be "+what)
	}
	return b, err
}

func (l *loggingConfig) saveBucket(b *logBucket) error {
	raw, err := protojson.Marshal(b.pb)
	if err != nil {
		return err
	}
	b.Bucket = raw
	if b.stored == 0 {
		return l.s.create(kindLogBucket, "projects/"+b.project, b.pb.GetName(), b)
	}
	return l.s.update(kindLogBucket, b.pb.GetName(), b.stored, b)
}

// GetBucket returns one bucket.
func (l *loggingConfig) GetBucket(ctx context.Context, req *loggingpb.GetBucketRequest) (*loggingpb.LogBucket, error) {
	b, err := l.bucket(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	return b.pb, nil
}

// ListBuckets lists the buckets of a location, or of all with "-".
func (l *loggingConfig) ListBuckets(ctx context.Context, req *loggingpb.ListBucketsRequest) (*loggingpb.ListBucketsResponse, error) {
	project, err := l.project(ctx, req.GetParent())
	if err != nil {
		return nil, err
	}
	_, location, ok := strings.Cut(req.GetParent(), "/locations/")
	if !ok || location != "-" && !slices.Contains(logLocations(), location) {
		return nil, invalid("Invalid parent %q: it must be projects/[PROJECT_ID]/locations/[LOCATION_ID].", req.GetParent())
	}
	all, err := l.buckets(project)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(b *loggingpb.LogBucket) bool {
		return location != "-" && !strings.Contains(b.GetName(), "/locations/"+location+"/")
	})
	page, next, err := pageOfSize(all, req.GetPageSize(), req.GetPageToken(), "log buckets "+project+" "+location, 100, 1000)
	return &loggingpb.ListBucketsResponse{Buckets: page, NextPageToken: next}, err
}

// buckets returns all buckets of a project, those pending deletion too.
func (l *loggingConfig) buckets(project string) ([]*loggingpb.LogBucket, error) {
	all := bornBuckets(project)
	for _, e := range l.s.store.List(kindLogBucket, "projects/"+project) {
		b, err := l.storedBucket(e.Name)
		if err != nil {
			return nil, err
		}
		if b.Deleted != nil && !l.s.now().Before(b.Deleted.Add(logBucketKept)) {
			continue
		}
		if i := slices.IndexFunc(all, func(have *loggingpb.LogBucket) bool { return have.GetName() == e.Name }); i >= 0 {
			all[i] = b.pb
			continue
		}
		all = append(all, b.pb)
	}
	return all, nil
}

// CreateBucket makes a bucket.
func (l *loggingConfig) CreateBucket(ctx context.Context, req *loggingpb.CreateBucketRequest) (*loggingpb.LogBucket, error) {
	b, err := l.newBucket(ctx, req)
	if err != nil {
		return nil, err
	}
	return b.pb, l.saveBucket(b)
}

// CreateBucketAsync makes a bucket by an operation.
func (l *loggingConfig) CreateBucketAsync(ctx context.Context, req *loggingpb.CreateBucketRequest) (*longrunningpb.Operation, error) {
	b, err := l.newBucket(ctx, req)
	if err != nil {
		return nil, err
	}
	op := loggingChange{parent: b.pb.GetName(), metadata: "BucketMetadata", field: "createBucketRequest", request: req, takes: logBucketTime}
	return l.operate(ctx, op, b.pb, func() error { return l.saveBucket(b) })
}

// newBucket checks a creation, and makes room for it where a deleted bucket of
// the name has passed its time.
func (l *loggingConfig) newBucket(ctx context.Context, req *loggingpb.CreateBucketRequest) (*logBucket, error) {
	full, project, err := l.bucketName(ctx, req.GetParent()+"/buckets/"+req.GetBucketId())
	if err != nil {
		return nil, err
	}
	parts := strings.Split(full, "/")
	if strings.HasPrefix(parts[5], "_") {
		return nil, invalid("Bucket ID %q is not valid: it must start with a letter or a digit.", parts[5])
	}
	if !slices.Contains(logLocations(), parts[3]) {
		return nil, invalid("Location %q is not supported.", parts[3])
	}
	in := req.GetBucket()
	now := timestamppb.New(l.s.now())
	b := &logBucket{project: project, pb: &loggingpb.LogBucket{
		Name: full, Description: in.GetDescription(), CreateTime: now, UpdateTime: now, RetentionDays: in.GetRetentionDays(), Locked: in.GetLocked(),
		LifecycleState: loggingpb.LifecycleState_ACTIVE, AnalyticsEnabled: in.GetAnalyticsEnabled(), RestrictedFields: in.GetRestrictedFields(),
		IndexConfigs: in.GetIndexConfigs(),
	}}
	if b.pb.GetRetentionDays() == 0 {
		b.pb.RetentionDays = 30
	}
	if err := l.checkBucket(b); err != nil {
		return nil, err
	}
	if key := in.GetCmekSettings().GetKmsKeyName(); key != "" {
		if err := l.encryptBucket(b, key); err != nil {
			return nil, err
		}
	}
	old, err := l.storedBucket(full)
	if err != nil {
		return nil, err
	}
	if old != nil {
		if old.Deleted == nil || l.s.now().Before(old.Deleted.Add(logBucketKept)) {
			return nil, apiError(codes.AlreadyExists, "Bucket `"+parts[5]+"` in location `"+parts[3]+"` already exists")
		}
		b.stored = old.stored
	}
	all, err := l.buckets(project)
	if err != nil {
		return nil, err
	}
	if len(all) >= mostLogBucket {
		return nil, apiError(codes.ResourceExhausted, "The project has reached the maximum number of log buckets, those pending deletion included.")
	}
	return b, nil
}

// UpdateBucket changes a bucket.
func (l *loggingConfig) UpdateBucket(ctx context.Context, req *loggingpb.UpdateBucketRequest) (*loggingpb.LogBucket, error) {
	b, err := l.changedBucket(ctx, req)
	if err != nil {
		return nil, err
	}
	return b.pb, l.saveBucket(b)
}

// UpdateBucketAsync changes a bucket by an operation.
func (l *loggingConfig) UpdateBucketAsync(ctx context.Context, req *loggingpb.UpdateBucketRequest) (*longrunningpb.Operation, error) {
	b, err := l.changedBucket(ctx, req)
	if err != nil {
		return nil, err
	}
	op := loggingChange{parent: b.pb.GetName(), metadata: "BucketMetadata", field: "updateBucketRequest", request: req, takes: logBucketTime}
	return l.operate(ctx, op, b.pb, func() error { return l.saveBucket(b) })
}

func (l *loggingConfig) changedBucket(ctx context.Context, req *loggingpb.UpdateBucketRequest) (*logBucket, error) {
	b, err := l.active(ctx, req.GetName(), "modified")
	if err != nil {
		return nil, err
	}
	paths := req.GetUpdateMask().GetPaths()
	if len(paths) == 0 {
		return nil, invalid("Field update_mask is required.")
	}
	for _, path := range paths {
		switch root, _, _ := strings.Cut(path, "."); root {
		case "description", "retention_days", "locked", "analytics_enabled", "restricted_fields", "index_configs", "cmek_settings":
		default:
			return nil, invalid("Field update_mask had an invalid value of %q: the path names no field of a bucket that can be changed.", path)
		}
	}
	before := b.pb
	if b.pb, err = applyMask(before, req.GetBucket(), paths); err != nil {
		return nil, err
	}
	if err := checkBucketChange(before, b.pb); err != nil {
		return nil, err
	}
	b.pb.CmekSettings = before.GetCmekSettings()
	b.pb.UpdateTime = timestamppb.New(l.s.now())
	return b, l.checkBucket(b)
}

// DeleteBucket marks a bucket for deletion.
func (l *loggingConfig) DeleteBucket(ctx context.Context, req *loggingpb.DeleteBucketRequest) (*emptypb.Empty, error) {
	b, err := l.active(ctx, req.GetName(), "deleted")
	if err != nil {
		return nil, err
	}
	switch {
	case isBornBucket(b.pb.GetName()):
		return nil, invalid("Buckets _Default and _Required can not be deleted")
	case b.pb.GetLocked():
		// The reference lets empty ones go; since 2023 the service has refused
		// those too (hashicorp/terraform-provider-google#16099).
		return nil, invalid("Locked buckets currently cannot be deleted")
	case len(l.s.store.List(kindLogLink, b.pb.GetName())) > 0:
		return nil, apiError(codes.FailedPrecondition, "The bucket has links. Delete them before the bucket.")
	}
	now := l.s.now()
	b.Deleted = &now
	b.pb.LifecycleState = loggingpb.LifecycleState_DELETE_REQUESTED
	return &emptypb.Empty{}, l.saveBucket(b)
}

// UndeleteBucket takes a deletion back.
func (l *loggingConfig) UndeleteBucket(ctx context.Context, req *loggingpb.UndeleteBucketRequest) (*emptypb.Empty, error) {
	b, err := l.bucket(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	if b.Deleted == nil {
		return nil, apiError(codes.FailedPrecondition, "Only buckets in state DELETE_REQUESTED can be undeleted")
	}
	b.Deleted = nil
	b.pb.LifecycleState = loggingpb.LifecycleState_ACTIVE
	return &emptypb.Empty{}, l.saveBucket(b)
}
