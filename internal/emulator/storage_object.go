package emulator

import (
	"context"
	"encoding/json"
	"fmt"
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
	// kindObject holds the live objects, kindNoncurrent the older versions that
	// buckets with versioning keep, and kindContent what is in either.
	kindObject     = "objects"
	kindNoncurrent = "objects-noncurrent"
	kindContent    = "objects-content"
)

// uploadPath begins the paths of uploads.
const uploadPath = "/upload/storage/v1/"

// objectKind serves the objects of Cloud Storage: small ones, whose content fits
// into one request and into the store.
var objectKind = kind{
	name: kindObject, host: storageHost, collection: true, errorForm: oldForm, denied: storageDenied,
	permissions: map[string]string{
		"WriteObject":  "storage.objects.create",
		"GetObject":    "storage.objects.get",
		"ListObjects":  "storage.objects.list",
		"UpdateObject": "storage.objects.update",
		"DeleteObject": "storage.objects.delete",
	},
	routes: func(s *Server) []route {
		o := objects{s: s}
		const all, one = "/storage/v1/b/{bucket}/o", "/storage/v1/b/{bucket}/o/{object}"
		const inBucket, resource = "b/{bucket}/o", "b/{bucket}/o/{object}"
		upload := append([]string{"contentEncoding", "kmsKeyName", "name", "predefinedAcl", "projection", "upload_id", "userProject"}, objectConditions...)
		read := append([]string{"alt", "generation", "projection", "softDeleted", "userProject"}, objectConditions...)
		write := append([]string{"generation", "overrideUnlockedRetention", "predefinedAcl", "projection", "userProject"}, objectConditions...)
		return []route{
			{method: "POST", path: uploadPath + "b/{bucket}/o", rpc: "WriteObject", resource: inBucket, query: upload, media: true, loggable: uploadedMetadata, handle: o.insert},
			{method: "PUT", path: uploadPath + "b/{bucket}/o", rpc: "WriteObject", resource: inBucket, query: upload, media: true, handle: o.resume},
			{method: "GET", path: all, rpc: "ListObjects", resource: inBucket, query: []string{
				"delimiter", "endOffset", "maxResults", "pageToken", "prefix", "projection", "softDeleted", "startOffset", "userProject", "versions",
			}, handle: o.list},
			{method: "GET", path: one, rpc: "GetObject", resource: resource, query: read, handle: o.get},
			{method: "GET", path: "/download" + one, rpc: "GetObject", resource: resource, query: read, handle: o.get},
			{method: "PATCH", path: one, rpc: "UpdateObject", resource: resource, query: write, handle: o.patch},
			{method: "DELETE", path: one, rpc: "DeleteObject", resource: resource, query: append([]string{"generation", "userProject"}, objectConditions...), handle: o.delete},
		}
	},
}

type objects struct{ s *Server }

// objectRecord is one generation of an object, without its content.
type objectRecord struct {
	Bucket         string    `json:"bucket"`
	Name           string    `json:"name"`
	Generation     int64     `json:"generation"`
	Metageneration int64     `json:"metageneration"`
	Created        time.Time `json:"created"`
	Updated        time.Time `json:"updated"`
	// Noncurrent is when another generation took its place.
	Noncurrent *time.Time `json:"noncurrent,omitempty"`
	Size       uint64     `json:"size"`
	MD5        string     `json:"md5"`
	CRC32C     string     `json:"crc32c"`
	Class      string     `json:"class"`
	Key        string     `json:"key,omitempty"`
	// Config is what clients can set, as they wrote it.
	Config map[string]any `json:"config,omitempty"`

	version int64
}

func (o *objectRecord) name() string { return bucketName(o.Bucket) + "/objects/" + o.Name }

// generationName names one generation, live or not.
func (o *objectRecord) generationName() string {
	return o.name() + "#" + strconv.FormatInt(o.Generation, 10)
}

func noSuchObject(bucket, name string) error {
	return storageError(http.StatusNotFound, "notFound", "No such object: "+bucket+"/"+name)
}

// live returns the live generation of an object, or nil.
func (o objects) live(bucket, name string) (*objectRecord, error) {
	have := &objectRecord{}
	version, err := o.s.load(kindObject, bucketName(bucket)+"/objects/"+name, have)
	if status.Code(err) == codes.NotFound {
		return nil, nil //nolint:nilnil // nothing is there
	}
	have.version = version
	return have, err
}

// find returns the generation that a call names, the live one by default.
func (o objects) find(r *restRequest) (*objectRecord, error) {
	bucket, name := r.vars["bucket"], r.vars["object"]
	if _, err := o.s.bucket(bucket); err != nil {
		return nil, err
	}
	if err := refuseACLs(r.query); err != nil {
		return nil, err
	}
	have, err := o.live(bucket, name)
	if err != nil {
		return nil, err
	}
	if text := r.query.Get("generation"); text != "" {
		wanted, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, storageInvalid("Invalid value for: Invalid long value: '" + text + "'.")
		}
		if have == nil || have.Generation != wanted {
			old := &objectRecord{Bucket: bucket, Name: name, Generation: wanted}
			version, err := o.s.load(kindNoncurrent, old.generationName(), old)
			if err != nil {
				return nil, noSuchObject(bucket, name)
			}
			old.version = version
			have = old
		}
	}
	if have == nil {
		return nil, noSuchObject(bucket, name)
	}
	return have, checkConditions(r.query, have.Generation, have.Metageneration)
}

func (o objects) get(_ context.Context, r *restRequest) (any, error) {
	have, err := o.find(r)
	if err != nil {
		return nil, err
	}
	switch alt := r.query.Get("alt"); alt {
	case "", "json":
		return o.render(have, r.query)
	case "media":
	default:
		return nil, notModelled("the reply format alt=%s", alt)
	}
	if r.header.Get("Range") != "" {
		return nil, notModelled("reading a range of an object")
	}
	var content []byte
	if _, err := o.s.load(kindContent, have.generationName(), &content); err != nil {
		return nil, err
	}
	header := map[string]string{
		"Etag":                         storageEtag(have.Generation, have.Metageneration),
		"X-Goog-Generation":            strconv.FormatInt(have.Generation, 10),
		"X-Goog-Metageneration":        strconv.FormatInt(have.Metageneration, 10),
		"X-Goog-Hash":                  "crc32c=" + have.CRC32C + ",md5=" + have.MD5,
		"X-Goog-Storage-Class":         have.Class,
		"X-Goog-Stored-Content-Length": strconv.FormatUint(have.Size, 10),
		"X-Content-Type-Options":       "nosniff",
	}
	for field, name := range map[string]string{"contentType": "Content-Type", "cacheControl": "Cache-Control", "contentDisposition": "Content-Disposition", "contentLanguage": "Content-Language"} {
		if v, ok := have.Config[field].(string); ok {
			header[name] = v
		}
	}
	if header["Content-Type"] == "" {
		header["Content-Type"] = "application/octet-stream"
	}
	return &rawReply{status: http.StatusOK, header: header, body: content}, nil
}

func (o objects) render(have *objectRecord, query url.Values) (*storage.Object, error) {
	if query.Get("projection") == "full" {
		bucket, err := o.s.bucket(have.Bucket)
		if err != nil {
			return nil, err
		}
		if settings, err := bucket.settings(); err != nil || !uniformAccess(settings) {
			return nil, notModelled("the ACLs that an object has without uniform access")
		}
	}
	raw, err := json.Marshal(have.Config)
	if err != nil {
		return nil, err
	}
	out := &storage.Object{ForceSendFields: []string{"Size"}}
	if err := json.Unmarshal(raw, out); err != nil {
		return nil, err
	}
	escaped, generation := url.PathEscape(have.Name), strconv.FormatInt(have.Generation, 10)
	out.Kind = "storage#object"
	out.Id = have.Bucket + "/" + have.Name + "/" + generation
	out.SelfLink = "https://www.googleapis.com/storage/v1/b/" + have.Bucket + "/o/" + escaped
	out.MediaLink = "https://storage.googleapis.com/download/storage/v1/b/" + have.Bucket + "/o/" + escaped + "?generation=" + generation + "&alt=media"
	out.Name, out.Bucket, out.Generation, out.Metageneration = have.Name, have.Bucket, have.Generation, have.Metageneration
	out.Size, out.Md5Hash, out.Crc32c = have.Size, have.MD5, have.CRC32C
	out.Etag = storageEtag(have.Generation, have.Metageneration)
	out.StorageClass, out.KmsKeyName = have.Class, have.Key
	created := storageTime(have.Created)
	out.TimeCreated, out.Updated, out.TimeStorageClassUpdated, out.TimeFinalized = created, storageTime(have.Updated), created, created
	if have.Noncurrent != nil {
		out.TimeDeleted = storageTime(*have.Noncurrent)
	}
	if bucket, err := o.s.bucket(have.Bucket); err == nil {
		if until := retainedUntil(bucket, have); !until.IsZero() {
			out.RetentionExpirationTime = storageTime(until)
		}
	}
	return out, nil
}

// retainedUntil is until when a bucket's retention policy keeps an object.
func retainedUntil(b *bucketRecord, have *objectRecord) time.Time {
	settings, err := b.settings()
	if err != nil || settings.RetentionPolicy == nil {
		return time.Time{}
	}
	return have.Created.Add(time.Duration(settings.RetentionPolicy.RetentionPeriod) * time.Second)
}

// checkRetained refuses to delete or overwrite what the bucket still keeps.
func (o objects) checkRetained(b *bucketRecord, have *objectRecord) error {
	if until := retainedUntil(b, have); o.s.now().Before(until) {
		return storageError(http.StatusForbidden, "retentionPolicyNotMet",
			fmt.Sprintf("Object '%s/%s' is subject to bucket's retention policy or object retention and cannot be deleted or overwritten until %s", have.Bucket, have.Name, until.Format(time.RFC3339Nano)))
	}
	return nil
}

// versioned tells whether a bucket keeps older generations.
func versioned(b *bucketRecord) bool {
	settings, err := b.settings()
	return err == nil && settings.Versioning != nil && settings.Versioning.Enabled
}

// retire makes a live generation an older one, or removes it where the bucket
// keeps none.
func (o objects) retire(b *bucketRecord, have *objectRecord) error {
	if !versioned(b) {
		return o.s.store.Delete(kindContent, have.generationName(), 0)
	}
	now := o.s.now()
	old := *have
	old.Noncurrent = &now
	return o.s.create(kindNoncurrent, bucketName(b.Name), have.generationName(), &old)
}

func (o objects) delete(_ context.Context, r *restRequest) (any, error) {
	o.s.storageMu.Lock()
	defer o.s.storageMu.Unlock()
	have, err := o.find(r)
	if err != nil {
		return nil, err
	}
	if err := o.rate(have.Bucket, have.Name); err != nil {
		return nil, err
	}
	b, err := o.s.bucket(have.Bucket)
	if err != nil {
		return nil, err
	}
	done := &rawReply{status: http.StatusNoContent}
	switch {
	case have.Noncurrent != nil || r.query.Get("generation") != "":
		// A generation that is named is removed for good.
		if err := o.checkRetained(b, have); err != nil {
			return nil, err
		}
		kind, name := kindObject, have.name()
		if have.Noncurrent != nil {
			kind, name = kindNoncurrent, have.generationName()
		}
		if err := o.s.store.Delete(kind, name, have.version); err != nil {
			return nil, err
		}
		return done, o.s.store.Delete(kindContent, have.generationName(), 0)
	case !versioned(b):
		if err := o.checkRetained(b, have); err != nil {
			return nil, err
		}
	}
	if err := o.s.store.Delete(kindObject, have.name(), have.version); err != nil {
		return nil, err
	}
	return done, o.retire(b, have)
}

// settable are the fields of an object that a client can write.
var settable = []string{"cacheControl", "contentDisposition", "contentEncoding", "contentLanguage", "contentType", "customTime", "metadata"}

// readObject checks an object's metadata by its names and returns what of it can
// be set, as it was written.
func readObject(raw []byte) (map[string]any, *storage.Object, error) {
	in := &storage.Object{}
	if err := (&restRequest{body: raw}).decode(in); err != nil {
		return nil, nil, err
	}
	config := map[string]any{}
	if len(raw) > 0 {
		if err := decode(raw, &config); err != nil {
			return nil, nil, invalid("Invalid JSON payload received. Parse error.")
		}
	}
	switch {
	case len(in.Acl) > 0:
		return nil, nil, notModelled("ACLs of Cloud Storage")
	case in.EventBasedHold, in.TemporaryHold, in.Retention != nil:
		return nil, nil, notModelled("the holds and the retention of single objects")
	case in.Contexts != nil:
		return nil, nil, notModelled("the contexts of an object")
	}
	for name := range config {
		if !slices.Contains(settable, name) {
			delete(config, name)
		}
	}
	return config, in, nil
}

func (o objects) patch(_ context.Context, r *restRequest) (any, error) {
	sent, in, err := readObject(r.body)
	if err != nil {
		return nil, err
	}
	o.s.storageMu.Lock()
	defer o.s.storageMu.Unlock()
	have, err := o.find(r)
	if err != nil {
		return nil, err
	}
	if err := o.rate(have.Bucket, have.Name); err != nil {
		return nil, err
	}
	if in.StorageClass != "" && in.StorageClass != have.Class {
		return nil, storageInvalid("Invalid argument. An object's storage class can't be changed by a patch.")
	}
	have.Config = mergePatch(have.Config, sent)
	have.Metageneration++
	have.Updated = o.s.now()
	kind, name := kindObject, have.name()
	if have.Noncurrent != nil {
		kind, name = kindNoncurrent, have.generationName()
	}
	if err := o.s.update(kind, name, have.version, have); err != nil {
		return nil, err
	}
	return o.render(have, r.query)
}

func (o objects) list(_ context.Context, r *restRequest) (any, error) {
	bucket := r.vars["bucket"]
	if _, err := o.s.bucket(bucket); err != nil {
		return nil, err
	}
	if err := refuseACLs(r.query); err != nil {
		return nil, err
	}
	found, err := listInto(o.s, kindObject, bucketName(bucket), func() *objectRecord { return &objectRecord{} })
	if err != nil {
		return nil, err
	}
	if r.query.Get("versions") == "true" {
		older, err := listInto(o.s, kindNoncurrent, bucketName(bucket), func() *objectRecord { return &objectRecord{} })
		if err != nil {
			return nil, err
		}
		found = append(found, older...)
	}
	slices.SortFunc(found, func(a, b *objectRecord) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return int(min(max(a.Generation-b.Generation, -1), 1))
	})
	// What a page holds are objects, and prefixes that stand for several.
	prefix, delimiter := r.query.Get("prefix"), r.query.Get("delimiter")
	from, to := r.query.Get("startOffset"), r.query.Get("endOffset")
	byKey, keys := map[string]*objectRecord{}, []string(nil)
	for _, one := range found {
		rest, ok := strings.CutPrefix(one.Name, prefix)
		if !ok || one.Name < from || to != "" && one.Name >= to {
			continue
		}
		key := one.generationName()
		if at := strings.Index(rest, delimiter); delimiter != "" && at >= 0 {
			key = prefix + rest[:at+len(delimiter)]
			if slices.Contains(keys, key) {
				continue
			}
		} else {
			byKey[key] = one
		}
		keys = append(keys, key)
	}
	page, next, err := storagePage(keys, r.query, "objects "+bucket+" "+prefix+" "+delimiter+" "+from+" "+to+" "+r.query.Get("versions"))
	if err != nil {
		return nil, err
	}
	out := &storage.Objects{Kind: "storage#objects", NextPageToken: next}
	for _, key := range page {
		one, ok := byKey[key]
		if !ok {
			out.Prefixes = append(out.Prefixes, key)
			continue
		}
		item, err := o.render(one, r.query)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}
