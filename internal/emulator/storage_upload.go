package emulator

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // the checksum that Cloud Storage shows
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// kindUpload is the kind of the resumable uploads that have begun.
const kindUpload = "storage-uploads"

// uploadLife is how long a resumable upload can be finished.
const uploadLife = 7 * 24 * time.Hour

// resumable is an upload that has begun: the call that began it.
type resumable struct {
	Bucket      string          `json:"bucket"`
	Query       url.Values      `json:"query"`
	Metadata    json.RawMessage `json:"metadata,omitempty"`
	ContentType string          `json:"contentType"`
	Until       time.Time       `json:"until"`
}

// upload is what a call writes.
type upload struct {
	bucket      string
	query       url.Values
	metadata    []byte
	contentType string
	content     []byte
}

// parts returns the metadata and the content of a multipart upload.
func parts(r *restRequest) (metadata, content []byte, contentType string, err error) {
	malformed := storageError(http.StatusBadRequest, "badContent", "Malformed multipart body.")
	kind, params, err := mime.ParseMediaType(r.header.Get("Content-Type"))
	if err != nil || kind != "multipart/related" || params["boundary"] == "" {
		return nil, nil, "", malformed
	}
	reader := multipart.NewReader(bytes.NewReader(r.body), params["boundary"])
	for i := range 2 {
		part, err := reader.NextRawPart()
		if err != nil {
			return nil, nil, "", malformed
		}
		raw, err := io.ReadAll(part)
		if err != nil {
			return nil, nil, "", malformed
		}
		if i == 0 {
			metadata = raw
			continue
		}
		if part.Header.Get("Content-Transfer-Encoding") != "" {
			return nil, nil, "", notModelled("the transfer encoding of a part")
		}
		content, contentType = raw, part.Header.Get("Content-Type")
	}
	if _, err := reader.NextRawPart(); !errors.Is(err, io.EOF) {
		return nil, nil, "", malformed
	}
	return metadata, content, contentType, nil
}

// uploadedMetadata is what the request log keeps of an upload: never its content.
func uploadedMetadata(r *restRequest) json.RawMessage {
	switch r.query.Get("uploadType") {
	case "multipart":
		if metadata, _, _, err := parts(r); err == nil && json.Valid(metadata) {
			return metadata
		}
	case "resumable":
		if json.Valid(r.body) {
			return r.body
		}
	}
	return nil
}

func (o objects) insert(_ context.Context, r *restRequest) (any, error) {
	u := upload{bucket: r.vars["bucket"], query: r.query}
	switch r.query.Get("uploadType") {
	case "media":
		u.content, u.contentType = r.body, r.header.Get("Content-Type")
	case "multipart":
		var err error
		if u.metadata, u.content, u.contentType, err = parts(r); err != nil {
			return nil, err
		}
	case "resumable":
		return o.begin(r)
	case "":
		return nil, notModelled("an object without an upload")
	default:
		return nil, storageInvalid("Invalid upload type '" + r.query.Get("uploadType") + "'.")
	}
	if r.header.Get("Content-Encoding") != "" {
		return nil, notModelled("a compressed upload")
	}
	return o.write(u)
}

// begin starts a resumable upload and tells where it goes on.
func (o objects) begin(r *restRequest) (any, error) {
	bucket, query := r.vars["bucket"], url.Values{}
	for name, values := range r.query {
		if name != "uploadType" {
			query[name] = values
		}
	}
	if _, _, err := o.checkUpload(upload{bucket: bucket, query: query, metadata: r.body}); err != nil {
		return nil, err
	}
	id := o.s.newNumericID(kindUpload, "")
	begun := resumable{Bucket: bucket, Query: query, Metadata: r.body, ContentType: r.header.Get("X-Upload-Content-Type"), Until: o.s.now().Add(uploadLife)}
	if err := o.s.create(kindUpload, bucketName(bucket), id, &begun); err != nil {
		return nil, err
	}
	where := "http://" + r.host + "/" + storageHost + uploadPath + "b/" + url.PathEscape(bucket) + "/o?uploadType=resumable&upload_id=" + id
	return &rawReply{status: http.StatusOK, header: map[string]string{"Location": where, "X-Guploader-Uploadid": id}}, nil
}

var wholeRange = regexp.MustCompile(`^bytes (0-[0-9]+|\*)/([0-9]+)$`)

// resume takes the one chunk of a resumable upload.
func (o objects) resume(_ context.Context, r *restRequest) (any, error) {
	gone := storageError(http.StatusNotFound, "notFound", "Upload not found.")
	id := r.query.Get("upload_id")
	var begun resumable
	if _, err := o.s.load(kindUpload, id, &begun); err != nil {
		if status.Code(err) == codes.NotFound {
			return nil, gone
		}
		return nil, err
	}
	if begun.Bucket != r.vars["bucket"] || o.s.now().After(begun.Until) {
		return nil, gone
	}
	if text := r.header.Get("Content-Range"); text != "" {
		found := wholeRange.FindStringSubmatch(text)
		switch {
		case found == nil:
			return nil, notModelled("an upload in several chunks")
		case found[1] == "*" && found[2] != "0":
			// Nothing has arrived so far.
			return &rawReply{status: http.StatusPermanentRedirect}, nil
		}
	}
	made, err := o.write(upload{bucket: begun.Bucket, query: begun.Query, metadata: begun.Metadata, contentType: begun.ContentType, content: r.body})
	if err != nil {
		return nil, err
	}
	return made, o.s.store.Delete(kindUpload, id, 0)
}

// checkUpload refuses an upload that can't succeed, before its content is there.
func (o objects) checkUpload(u upload) (*bucketRecord, *objectRecord, error) {
	b, err := o.s.bucket(u.bucket)
	if err != nil {
		return nil, nil, err
	}
	if err := refuseACLs(u.query); err != nil {
		return nil, nil, err
	}
	config, in, err := readObject(u.metadata)
	if err != nil {
		return nil, nil, err
	}
	next := &objectRecord{Bucket: u.bucket, Name: in.Name, Config: config, Metageneration: 1}
	if name := u.query.Get("name"); name != "" {
		next.Name = name
	}
	switch {
	case next.Name == "":
		return nil, nil, storageError(http.StatusBadRequest, "required", "Required")
	case len(next.Name) > 1024 || !utf8.ValidString(next.Name) || strings.ContainsAny(next.Name, "\r\n") || next.Name == "." || next.Name == ".." || strings.HasPrefix(next.Name, ".well-known/acme-challenge/"):
		return nil, nil, storageInvalid("Invalid object name.")
	}
	settings, err := b.settings()
	if err != nil {
		return nil, nil, err
	}
	next.Class = settings.StorageClass
	if in.StorageClass != "" {
		next.Class = in.StorageClass
	}
	if u.query.Get("contentEncoding") != "" {
		config["contentEncoding"] = u.query.Get("contentEncoding")
	}
	key := u.query.Get("kmsKeyName")
	if key == "" && settings.Encryption != nil {
		key = settings.Encryption.DefaultKmsKeyName
	}
	if key != "" {
		if err := o.s.checkBucketKey(b.Project, settings.Location, key); err != nil {
			return nil, nil, err
		}
		if next.Key, err = o.s.primaryVersion(key); err != nil {
			return nil, nil, err
		}
	}
	if in.Md5Hash != "" || in.Crc32c != "" {
		next.MD5, next.CRC32C = in.Md5Hash, in.Crc32c
	}
	return b, next, nil
}

// write makes a new generation of an object.
func (o objects) write(u upload) (any, error) {
	o.s.storageMu.Lock()
	defer o.s.storageMu.Unlock()
	b, next, err := o.checkUpload(u)
	if err != nil {
		return nil, err
	}
	if err := o.rate(u.bucket, next.Name); err != nil {
		return nil, err
	}
	have, err := o.live(u.bucket, next.Name)
	if err != nil {
		return nil, err
	}
	var generation, metageneration int64
	if have != nil {
		generation, metageneration = have.Generation, have.Metageneration
	}
	if err := checkConditions(u.query, generation, metageneration); err != nil {
		return nil, err
	}
	if have != nil && !versioned(b) {
		if err := o.checkRetained(b, have); err != nil {
			return nil, err
		}
	}
	md5sum, crc := checksums(u.content)
	if next.MD5 != "" && next.MD5 != md5sum || next.CRC32C != "" && next.CRC32C != crc {
		return nil, storageInvalid("The hash that was given doesn't match the content.")
	}
	next.MD5, next.CRC32C, next.Size = md5sum, crc, uint64(len(u.content))
	if next.Config["contentType"] == nil && u.contentType != "" {
		next.Config["contentType"] = u.contentType
	}
	now := o.s.now()
	// A generation is the time in microseconds, and never comes twice.
	next.Generation = o.s.nextGeneration(max(now.UnixMicro(), generation+1))
	next.Created, next.Updated = now, now
	if err := o.s.create(kindContent, bucketName(u.bucket), next.generationName(), u.content); err != nil {
		return nil, err
	}
	if have == nil {
		err = o.s.create(kindObject, bucketName(u.bucket), next.name(), next)
	} else if err = o.s.update(kindObject, next.name(), have.version, next); err == nil {
		err = o.retire(b, have)
	}
	if err != nil {
		return nil, err
	}
	return o.render(next, u.query)
}

// rate refuses to write one object more than once a second, which is what Cloud
// Storage documents (https://cloud.google.com/storage/quotas#objects). It goes by
// the pace of operations: what waits for those writes as often as they end.
func (o objects) rate(bucket, name string) error {
	if !o.s.quotas.enabled || o.s.opts.LROScale == 0 {
		return nil
	}
	perObject := rateQuota{host: storageHost, writes: true, metric: "storage.googleapis.com/object_mutations", perMinute: max(1, int(60/o.s.opts.LROScale)), burst: 1}
	if err := o.s.quotas.charge(o.s.clk.Now(), perObject, bucketName(bucket)+"/objects/"+name); err != nil {
		return &reasonedError{
			error:  apiError(codes.ResourceExhausted, "The object "+bucket+"/"+name+" exceeded the rate limit for object mutation operations (create, update, and delete). Please reduce your request rate. See https://cloud.google.com/storage/docs/gcs429."),
			domain: "usageLimits", reason: "rateLimitExceeded",
		}
	}
	return nil
}

// nextGeneration returns a generation of at least n that none has had before.
// Callers hold storageMu.
func (s *Server) nextGeneration(n int64) int64 {
	s.lastGeneration = max(s.lastGeneration+1, n)
	return s.lastGeneration
}

// checksums are those that Cloud Storage shows of a content.
func checksums(content []byte) (md5sum, crc string) {
	sum := md5.Sum(content) //nolint:gosec // the checksum that Cloud Storage shows
	c := crc32.Checksum(content, crc32.MakeTable(crc32.Castagnoli))
	return base64.StdEncoding.EncodeToString(sum[:]), base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, c))
}
