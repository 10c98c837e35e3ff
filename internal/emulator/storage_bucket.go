package emulator

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/storage/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	storageHost = "storage.googleapis.com"
	kindBucket  = "buckets"
)

// bucketKind serves the buckets of Cloud Storage and their policies. ACLs are not
// modelled: only what uniform access has.
var bucketKind = kind{
	name: kindBucket, host: storageHost, collection: true, errorForm: oldForm, denied: storageDenied,
	permissions: map[string]string{
		"CreateBucket":              "storage.buckets.create",
		"GetBucket":                 "storage.buckets.get",
		"ListBuckets":               "storage.buckets.list",
		"UpdateBucket":              "storage.buckets.update",
		"DeleteBucket":              "storage.buckets.delete",
		"LockBucketRetentionPolicy": "storage.buckets.update",
		"GetIamPolicy":              "storage.buckets.getIamPolicy",
		"SetIamPolicy":              "storage.buckets.setIamPolicy",
		"GetServiceAccount":         "resourcemanager.projects.get",
	},
	routes: func(s *Server) []route {
		b := buckets{s: s}
		const one, resource = "/storage/v1/b/{bucket}", "b/{bucket}"
		reading := append([]string{"generation", "projection", "softDeleted", "userProject"}, bucketConditions...)
		writing := append([]string{"predefinedAcl", "predefinedDefaultObjectAcl", "projection", "userProject"}, bucketConditions...)
		return []route{
			{method: "POST", path: "/storage/v1/b", rpc: "CreateBucket", query: []string{"enableObjectRetention", "predefinedAcl", "predefinedDefaultObjectAcl", "project", "projection", "userProject"}, handle: b.insert},
			{method: "GET", path: "/storage/v1/b", rpc: "ListBuckets", query: []string{"maxResults", "pageToken", "prefix", "project", "projection", "softDeleted", "userProject"}, handle: b.list},
			{method: "GET", path: one, rpc: "GetBucket", resource: resource, query: reading, handle: b.get},
			{method: "PATCH", path: one, rpc: "UpdateBucket", resource: resource, query: writing, handle: b.patch},
			{method: "PUT", path: one, rpc: "UpdateBucket", resource: resource, query: writing, handle: b.replace},
			{method: "DELETE", path: one, rpc: "DeleteBucket", resource: resource, query: append([]string{"userProject"}, bucketConditions...), handle: b.delete},
			{method: "POST", path: one + "/lockRetentionPolicy", rpc: "LockBucketRetentionPolicy", resource: resource, query: []string{"ifMetagenerationMatch", "userProject"}, handle: b.lock},
			{method: "GET", path: one + "/iam", rpc: "GetIamPolicy", resource: resource, query: []string{"optionsRequestedPolicyVersion", "userProject"}, handle: b.getPolicy},
			{method: "PUT", path: one + "/iam", rpc: "SetIamPolicy", resource: resource, query: []string{"userProject"}, handle: b.setPolicy},
			{method: "GET", path: one + "/iam/testPermissions", rpc: "TestIamPermissions", resource: resource, query: []string{"permissions", "userProject"}, handle: b.testPermissions},
			{method: "GET", path: "/storage/v1/projects/{project}/serviceAccount", rpc: "GetServiceAccount", resource: "projects/{project}", query: []string{"userProject"}, handle: b.serviceAccount},
		}
	},
}

type buckets struct{ s *Server }

// bucketRecord is a bucket: what its clients set, as they wrote it, and when.
type bucketRecord struct {
	Name           string    `json:"name"`
	Project        string    `json:"project"`
	Generation     int64     `json:"generation"`
	Metageneration int64     `json:"metageneration"`
	Created        time.Time `json:"created"`
	Updated        time.Time `json:"updated"`
	// Config is what was set, without what the service fills in.
	Config map[string]any `json:"config"`

	UniformSince      time.Time `json:"uniformSince,omitzero"`
	AutoclassSince    time.Time `json:"autoclassSince,omitzero"`
	TerminalSince     time.Time `json:"terminalSince,omitzero"`
	RetentionSince    time.Time `json:"retentionSince,omitzero"`
	RetentionLocked   bool      `json:"retentionLocked,omitempty"`
	SoftDeletionSince time.Time `json:"softDeletionSince,omitzero"`

	version int64
}

// storageDenied is the 403 of a caller without a permission. The real one begins
// with who calls, whom the emulator doesn't know.
func storageDenied(permission, resource string) error {
	return storageError(http.StatusForbidden, "forbidden",
		fmt.Sprintf("The caller does not have %s access to the Google Cloud Storage resource %s. Permission '%s' denied on resource (or it may not exist).", permission, resource, permission))
}

func bucketName(bucket string) string { return "projects/_/buckets/" + bucket }

// bucket returns the record of a bucket, or the 404 of the API.
func (s *Server) bucket(name string) (*bucketRecord, error) {
	b := &bucketRecord{}
	version, err := s.load(kindBucket, bucketName(name), b)
	if status.Code(err) == codes.NotFound {
		return nil, storageError(http.StatusNotFound, "notFound", "The specified bucket does not exist.")
	}
	if err != nil {
		return nil, err
	}
	b.version = version
	if p, ready, err := s.findProject(b.Project); err != nil {
		return nil, err
	} else if !ready || p.Deleted != nil {
		return nil, storageError(http.StatusNotFound, "notFound", "The specified bucket does not exist.")
	}
	return b, nil
}

func (s *Server) saveBucket(b *bucketRecord) error {
	if b.version == 0 {
		return s.create(kindBucket, "projects/"+b.Project, bucketName(b.Name), b)
	}
	return s.update(kindBucket, bucketName(b.Name), b.version, b)
}

// settings reads what was set by its names.
func (b *bucketRecord) settings() (*storage.Bucket, error) {
	raw, err := encode(b.Config)
	if err != nil {
		return nil, err
	}
	out := &storage.Bucket{}
	return out, decode(raw, out)
}

// refuseACLs answers what only buckets with ACLs have.
func refuseACLs(query url.Values) error {
	for _, name := range []string{"predefinedAcl", "predefinedDefaultObjectAcl", "destinationPredefinedAcl"} {
		if query.Get(name) != "" {
			return notModelled("the query parameter %q", name)
		}
	}
	if query.Get("softDeleted") == "true" {
		return notModelled("what was soft-deleted")
	}
	return nil
}

// bucketChanges is Cloud Storage's documented limit: one bucket is created or
// deleted in a project about every 2 s (https://cloud.google.com/storage/quotas).
var bucketChanges = rateQuota{host: storageHost, writes: true, metric: "storage.googleapis.com/bucket_changes", perMinute: 30, burst: 1}

func (b buckets) rate(project string) error {
	if !b.s.quotas.enabled {
		return nil
	}
	if err := b.s.quotas.charge(b.s.clk.Now(), bucketChanges, project); err != nil {
		return &reasonedError{
			error:  apiError(codes.ResourceExhausted, "The project exceeded the rate limit for creating and deleting buckets."),
			domain: "usageLimits", reason: "rateLimitExceeded",
		}
	}
	return nil
}

func (b buckets) insert(ctx context.Context, r *restRequest) (any, error) {
	if r.query.Get("project") == "" {
		return nil, storageError(http.StatusBadRequest, "required", "Required parameter: project")
	}
	project, err := b.s.useProject(ctx, r.query.Get("project"), storageHost)
	if err != nil {
		return nil, err
	}
	if err := refuseACLs(r.query); err != nil {
		return nil, err
	}
	if r.query.Get("enableObjectRetention") == "true" {
		return nil, notModelled("the retention of single objects")
	}
	config, in, err := readBucket(r)
	if err != nil {
		return nil, err
	}
	if err := checkBucketName(in.Name); err != nil {
		return nil, err
	}
	if account, _, err := b.s.billingAccount(project); err != nil {
		return nil, err
	} else if account == "" {
		return nil, storageError(http.StatusForbidden, "accountDisabled", "The billing account for the owning project is disabled in state absent")
	}
	if err := b.rate(project); err != nil {
		return nil, err
	}
	b.s.storageMu.Lock()
	defer b.s.storageMu.Unlock()
	if have, err := b.s.bucket(in.Name); err == nil {
		if have.Project == project {
			return nil, storageError(http.StatusConflict, "conflict", "Your previous request to create the named bucket succeeded and you already own it.")
		}
		return nil, storageError(http.StatusConflict, "conflict", "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.")
	}
	now := b.s.now()
	made := &bucketRecord{Name: in.Name, Project: project, Generation: now.UnixNano(), Created: now, Config: map[string]any{}}
	if err := b.change(made, mergePatch(bucketDefaults(), config)); err != nil {
		return nil, err
	}
	if err := b.newPolicy(made); err != nil {
		return nil, err
	}
	return b.render(made, r.query)
}

// change puts a new configuration in the place of a bucket's, if it can.
func (b buckets) change(have *bucketRecord, config map[string]any) error {
	before, err := have.settings()
	if err != nil {
		return err
	}
	next := *have
	next.Config = tidyBucket(config)
	after, err := next.settings()
	if err != nil {
		return storageInvalid("Invalid argument.")
	}
	if err := b.checkBucket(&next, before, after); err != nil {
		return err
	}
	now := b.s.now()
	next.Metageneration++
	next.Updated = now
	next.stamp(before, after, now)
	if err := b.s.saveBucket(&next); err != nil {
		return err
	}
	next.version++
	*have = next
	return nil
}

// stamp notes when settings whose age counts were made.
func (b *bucketRecord) stamp(before, after *storage.Bucket, now time.Time) {
	was, is := uniformAccess(before), uniformAccess(after)
	switch {
	case !is:
		b.UniformSince = time.Time{}
	case !was:
		b.UniformSince = now
	}
	if (before.Autoclass != nil && before.Autoclass.Enabled) != (after.Autoclass != nil && after.Autoclass.Enabled) {
		b.AutoclassSince, b.TerminalSince = now, now
	} else if before.Autoclass != nil && after.Autoclass != nil && before.Autoclass.TerminalStorageClass != after.Autoclass.TerminalStorageClass {
		b.TerminalSince = now
	}
	switch {
	case after.RetentionPolicy == nil:
		b.RetentionSince = time.Time{}
	case before.RetentionPolicy == nil || before.RetentionPolicy.RetentionPeriod != after.RetentionPolicy.RetentionPeriod:
		b.RetentionSince = now
	}
	// A shorter time keeps its start: the policy "or one with a greater
	// retention" was effective since then.
	if before.SoftDeletePolicy == nil || before.SoftDeletePolicy.RetentionDurationSeconds < after.SoftDeletePolicy.RetentionDurationSeconds {
		b.SoftDeletionSince = now
	}
}

func (b buckets) get(_ context.Context, r *restRequest) (any, error) {
	have, err := b.checked(r)
	if err != nil {
		return nil, err
	}
	return b.render(have, r.query)
}

// checked returns the bucket of a call if its preconditions hold.
func (b buckets) checked(r *restRequest) (*bucketRecord, error) {
	if err := refuseACLs(r.query); err != nil {
		return nil, err
	}
	have, err := b.s.bucket(r.vars["bucket"])
	if err != nil {
		return nil, err
	}
	if text := r.query.Get("generation"); text != "" && text != strconv.FormatInt(have.Generation, 10) {
		return nil, storageError(http.StatusNotFound, "notFound", "The specified bucket does not exist.")
	}
	return have, checkConditions(r.query, have.Generation, have.Metageneration)
}

func (b buckets) list(ctx context.Context, r *restRequest) (any, error) {
	if r.query.Get("project") == "" {
		return nil, storageError(http.StatusBadRequest, "required", "Required parameter: project")
	}
	project, err := b.s.useProject(ctx, r.query.Get("project"), storageHost)
	if err != nil {
		return nil, err
	}
	if err := refuseACLs(r.query); err != nil {
		return nil, err
	}
	all, err := listInto(b.s, kindBucket, "projects/"+project, func() *bucketRecord { return &bucketRecord{} })
	if err != nil {
		return nil, err
	}
	prefix := r.query.Get("prefix")
	byName := map[string]*bucketRecord{}
	var names []string
	for _, one := range all {
		if strings.HasPrefix(one.Name, prefix) {
			byName[one.Name] = one
			names = append(names, one.Name)
		}
	}
	slices.Sort(names)
	page, next, err := storagePage(names, r.query, "buckets "+project+" "+prefix)
	if err != nil {
		return nil, err
	}
	out := map[string]any{"kind": "storage#buckets"}
	if next != "" {
		out["nextPageToken"] = next
	}
	var items []any
	for _, name := range page {
		item, err := b.render(byName[name], r.query)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	if items != nil {
		out["items"] = items
	}
	return out, nil
}

func (b buckets) patch(_ context.Context, r *restRequest) (any, error) {
	return b.edit(r, func(have *bucketRecord, sent map[string]any) map[string]any {
		return mergePatch(have.Config, sent)
	})
}

func (b buckets) replace(_ context.Context, r *restRequest) (any, error) {
	return b.edit(r, func(have *bucketRecord, sent map[string]any) map[string]any {
		return mergePatch(map[string]any{"location": have.Config["location"], "storageClass": have.Config["storageClass"]}, sent)
	})
}

func (b buckets) edit(r *restRequest, next func(have *bucketRecord, sent map[string]any) map[string]any) (any, error) {
	config, in, err := readBucket(r)
	if err != nil {
		return nil, err
	}
	b.s.storageMu.Lock()
	defer b.s.storageMu.Unlock()
	have, err := b.checked(r)
	if err != nil {
		return nil, err
	}
	if in.Name != "" && in.Name != have.Name {
		return nil, storageInvalid("Invalid argument. A bucket's name can't be changed.")
	}
	if err := b.change(have, next(have, config)); err != nil {
		return nil, err
	}
	return b.render(have, r.query)
}

func (b buckets) delete(_ context.Context, r *restRequest) (any, error) {
	b.s.storageMu.Lock()
	defer b.s.storageMu.Unlock()
	have, err := b.checked(r)
	if err != nil {
		return nil, err
	}
	if err := b.rate(have.Project); err != nil {
		return nil, err
	}
	if len(b.s.store.List(kindObject, bucketName(have.Name))) > 0 || len(b.s.store.List(kindNoncurrent, bucketName(have.Name))) > 0 {
		return nil, storageError(http.StatusConflict, "conflict", "The bucket you tried to delete is not empty.")
	}
	if err := b.s.store.Delete(kindIamPolicy, bucketPolicy(have.Name), 0); err != nil && status.Code(err) != codes.NotFound {
		return nil, err
	}
	if err := b.s.store.Delete(kindBucket, bucketName(have.Name), have.version); err != nil {
		return nil, err
	}
	return &rawReply{status: http.StatusNoContent}, nil
}

func (b buckets) lock(_ context.Context, r *restRequest) (any, error) {
	b.s.storageMu.Lock()
	defer b.s.storageMu.Unlock()
	if r.query.Get("ifMetagenerationMatch") == "" {
		return nil, storageError(http.StatusBadRequest, "required", "Required parameter: ifMetagenerationMatch")
	}
	have, err := b.checked(r)
	if err != nil {
		return nil, err
	}
	if have.Config["retentionPolicy"] == nil {
		return nil, storageInvalid("Bucket " + have.Name + " has no retention policy to lock.")
	}
	if !have.RetentionLocked {
		have.RetentionLocked = true
		have.Metageneration++
		have.Updated = b.s.now()
		if err := b.s.saveBucket(have); err != nil {
			return nil, err
		}
		// Cloud Storage keeps the project of what can't be deleted from being deleted.
		if _, err := b.s.placeLien(have.Project, storageHost, "The project has a bucket with a locked retention policy.", []string{projectDeletion}); err != nil {
			return nil, err
		}
	}
	return b.render(have, r.query)
}

// serviceAccount returns the agent of Cloud Storage in a project, which comes
// into being when somebody asks for it.
func (b buckets) serviceAccount(ctx context.Context, r *restRequest) (any, error) {
	project, err := b.s.useProject(ctx, r.vars["project"], storageHost)
	if err != nil {
		return nil, err
	}
	email, err := b.s.makeServiceAgent(project, storageHost)
	if err != nil {
		return nil, err
	}
	return &storage.ServiceAccount{Kind: "storage#serviceAccount", EmailAddress: email}, nil
}

// storagePage is pageOf for the names of Cloud Storage, which come in their order.
func storagePage(names []string, query url.Values, scope string) ([]string, string, error) {
	const most = 1000
	size := int64(0)
	if text := query.Get("maxResults"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 || n > math.MaxInt32 {
			return nil, "", storageInvalid("Invalid value for maxResults: '" + text + "'.")
		}
		size = n
	}
	page, next, err := pageOfSize(names, int32(size), query.Get("pageToken"), scope, most, most) //nolint:gosec // bounded above
	return page, next, err
}
