package emulator_test

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/storage/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

func (e *env) upload(bucket, name, content string) *storage.Object {
	e.t.Helper()
	made, err := e.storage().Objects.Insert(bucket, &storage.Object{Name: name}).Media(strings.NewReader(content), googleapi.ContentType("text/plain")).Do()
	if err != nil {
		e.t.Fatal(err)
	}
	return made
}

func (e *env) content(bucket, name string) string {
	e.t.Helper()
	resp, err := e.storage().Objects.Get(bucket, name).Download()
	if err != nil {
		e.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		e.t.Fatal(err)
	}
	return string(raw)
}

func TestObjectsByGeneration(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	svc := e.storage()
	e.bucket(closedBucket("ledger-1a2b"))
	put := func(content string, generation int64) (*storage.Object, error) {
		return svc.Objects.Insert("ledger-1a2b", &storage.Object{Name: "owner/record.json"}).Media(strings.NewReader(content)).IfGenerationMatch(generation).Do()
	}
	first, err := put("one", 0)
	if err != nil || first.Size != 3 || first.Md5Hash != "+XxdKZQb+xsv2rCHSQargg==" || first.Crc32c == "" || first.Metageneration != 1 {
		t.Fatalf("%+v, %v", first, err)
	}
	_, err = put("two", 0)
	wantReason(t, err, 412, "conditionNotMet", "pre-conditions")
	second, err := put("two", first.Generation)
	if err != nil || second.Generation <= first.Generation {
		t.Fatalf("%+v, %v", second, err)
	}
	_, err = put("three", first.Generation)
	wantHTTP(t, err, 412, "")
	if got := e.content("ledger-1a2b", "owner/record.json"); got != "two" {
		t.Errorf("content = %q", got)
	}
	a := e.rest("GET", "storage.googleapis.com/storage/v1/b/ledger-1a2b/o/owner%2Frecord.json?ifGenerationNotMatch="+strconv.FormatInt(second.Generation, 10), "")
	if a.status != 304 {
		t.Errorf("%d %s", a.status, a.body)
	}
	wantReason(t, svc.Objects.Delete("ledger-1a2b", "owner/record.json").IfGenerationMatch(first.Generation).Do(), 412, "conditionNotMet", "")
	// The old generation is gone: the bucket has no versioning.
	_, err = svc.Objects.Get("ledger-1a2b", "owner/record.json").Generation(first.Generation).Do()
	wantReason(t, err, 404, "notFound", "No such object: ledger-1a2b/owner/record.json")
	changed, err := svc.Objects.Patch("ledger-1a2b", "owner/record.json", &storage.Object{Metadata: map[string]string{"a": "b"}}).IfMetagenerationMatch(1).Do()
	if err != nil || changed.Metageneration != 2 || changed.Generation != second.Generation || changed.Metadata["a"] != "b" {
		t.Errorf("%+v, %v", changed, err)
	}
	wantReason(t, svc.Buckets.Delete("ledger-1a2b").Do(), 409, "conflict", "The bucket you tried to delete is not empty.")
	if err := svc.Objects.Delete("ledger-1a2b", "owner/record.json").IfGenerationMatch(second.Generation).Do(); err != nil {
		t.Fatal(err)
	}
	wantHTTP(t, svc.Objects.Delete("ledger-1a2b", "owner/record.json").IfGenerationMatch(second.Generation).Do(), 404, "")
	if err := svc.Buckets.Delete("ledger-1a2b").Do(); err != nil {
		t.Error(err)
	}
	if got := e.srv.Inventory(); got["buckets"] != nil || got["objects"] != nil {
		t.Errorf("%v", got)
	}
}

func TestObjectVersions(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	svc := e.storage()
	in := closedBucket("versions-1a2b")
	in.Versioning = &storage.BucketVersioning{Enabled: true}
	e.bucket(in)
	first := e.upload("versions-1a2b", "o", "one")
	second := e.upload("versions-1a2b", "o", "two")
	old, err := svc.Objects.Get("versions-1a2b", "o").Generation(first.Generation).Do()
	if err != nil || old.TimeDeleted == "" {
		t.Fatalf("%+v, %v", old, err)
	}
	if err := svc.Objects.Delete("versions-1a2b", "o").Do(); err != nil {
		t.Fatal(err)
	}
	_, err = svc.Objects.Get("versions-1a2b", "o").Do()
	wantHTTP(t, err, 404, "")
	live, err := svc.Objects.List("versions-1a2b").Do()
	if err != nil || len(live.Items) != 0 {
		t.Errorf("%+v, %v", live, err)
	}
	all, err := svc.Objects.List("versions-1a2b").Versions(true).Do()
	if err != nil || len(all.Items) != 2 || all.Items[0].Generation != first.Generation {
		t.Fatalf("%+v, %v", all, err)
	}
	wantHTTP(t, svc.Buckets.Delete("versions-1a2b").Do(), 409, "not empty")
	for _, g := range []int64{first.Generation, second.Generation} {
		if err := svc.Objects.Delete("versions-1a2b", "o").Generation(g).Do(); err != nil {
			t.Error(err)
		}
	}
	if err := svc.Buckets.Delete("versions-1a2b").Do(); err != nil {
		t.Error(err)
	}
}

// TestObjectsAreWrittenSlowly writes one object twice in a second.
func TestObjectsAreWrittenSlowly(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{Quota: "gcp", LROScale: 1})
	e.bucket(closedBucket("slow-1a2b"))
	e.upload("slow-1a2b", "o", "one")
	_, err := e.storage().Objects.Insert("slow-1a2b", &storage.Object{Name: "o"}).Media(strings.NewReader("two")).Do()
	wantReason(t, err, 429, "rateLimitExceeded", "The object slow-1a2b/o exceeded the rate limit for object mutation operations")
	e.upload("slow-1a2b", "other", "one")
	e.clock.Advance(time.Second)
	e.upload("slow-1a2b", "o", "two")
}

// TestChecksum compares with the check value that the definition of CRC32C has,
// in the byte order of Cloud Storage.
func TestChecksum(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	e.bucket(closedBucket("sums-1a2b"))
	if o := e.upload("sums-1a2b", "check", "123456789"); o.Crc32c != "4waSgw==" {
		t.Errorf("crc32c = %s", o.Crc32c)
	}
	_, err := e.storage().Objects.Insert("sums-1a2b", &storage.Object{Name: "wrong", Crc32c: "AAAAAA=="}).Media(strings.NewReader("x")).Do()
	wantHTTP(t, err, 400, "hash")
}

func TestObjectLists(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	svc := e.storage()
	e.bucket(closedBucket("lists-1a2b"))
	for _, name := range []string{"b", "a/2", "a/1", "a/sub/3", "c"} {
		e.upload("lists-1a2b", name, name)
	}
	names := func(call *storage.ObjectsListCall) (items, prefixes []string) {
		t.Helper()
		err := call.Pages(t.Context(), func(page *storage.Objects) error {
			for _, o := range page.Items {
				items = append(items, o.Name)
			}
			prefixes = append(prefixes, page.Prefixes...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return items, prefixes
	}
	if got, _ := names(svc.Objects.List("lists-1a2b").MaxResults(2)); strings.Join(got, " ") != "a/1 a/2 a/sub/3 b c" {
		t.Errorf("all: %v", got)
	}
	if got, prefixes := names(svc.Objects.List("lists-1a2b").Delimiter("/")); strings.Join(got, " ") != "b c" || strings.Join(prefixes, " ") != "a/" {
		t.Errorf("at the top: %v %v", got, prefixes)
	}
	if got, prefixes := names(svc.Objects.List("lists-1a2b").Prefix("a/").Delimiter("/")); strings.Join(got, " ") != "a/1 a/2" || strings.Join(prefixes, " ") != "a/sub/" {
		t.Errorf("in a/: %v %v", got, prefixes)
	}
	if got, _ := names(svc.Objects.List("lists-1a2b").StartOffset("a/2").EndOffset("c")); strings.Join(got, " ") != "a/2 a/sub/3 b" {
		t.Errorf("between: %v", got)
	}
	_, err := svc.Objects.List("lists-1a2b").SoftDeleted(true).Do()
	wantHTTP(t, err, 501, "soft-deleted")
	_, err = svc.Objects.Copy("lists-1a2b", "b", "lists-1a2b", "d", &storage.Object{}).Do()
	wantHTTP(t, err, 501, "")
}

// TestUploads sends an object in each of the three ways, and looks for its
// content in the request log.
func TestUploads(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	e.bucket(closedBucket("uploads-1a2b"))
	const base = "storage.googleapis.com/upload/storage/v1/b/uploads-1a2b/o?uploadType="
	content := `{"canary":"` + canary + `"}`
	send := func(method, url, contentType, body string, header map[string]string) answer {
		t.Helper()
		req := newRequest(t, method, url, body)
		req.Header.Set("Content-Type", contentType)
		for name, value := range header {
			req.Header.Set(name, value)
		}
		a, err := send(req)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	at := "http://" + e.srv.Addr() + "/"
	if a := send("POST", at+base+"media&name=media.json", "application/json", content, nil); a.status != 200 {
		t.Fatalf("media: %d %s", a.status, a.body)
	}
	multipart := "--x\r\nContent-Type: application/json\r\n\r\n{\"name\":\"multi.json\",\"metadata\":{\"owner\":\"a\"}}\r\n--x\r\nContent-Type: application/json\r\n\r\n" + content + "\r\n--x--\r\n"
	if a := send("POST", at+base+"multipart", `multipart/related; boundary="x"`, multipart, nil); a.status != 200 {
		t.Fatalf("multipart: %d %s", a.status, a.body)
	}
	begun := send("POST", at+base+"resumable", "application/json", `{"name":"resumed.json"}`, map[string]string{"X-Upload-Content-Type": "application/json"})
	where := begun.header.Get("Location")
	if begun.status != 200 || where == "" {
		t.Fatalf("resumable: %d %s", begun.status, begun.body)
	}
	if a := send("PUT", where, "application/json", content[:5], map[string]string{"Content-Range": "bytes 0-4/*"}); a.status != 501 {
		t.Errorf("a chunk: %d %s", a.status, a.body)
	}
	if a := send("PUT", where, "application/json", "", map[string]string{"Content-Range": "bytes */" + strconv.Itoa(len(content))}); a.status != http.StatusPermanentRedirect {
		t.Errorf("how far: %d %s", a.status, a.body)
	}
	if a := send("PUT", where, "application/json", content, map[string]string{"Content-Range": "bytes 0-" + strconv.Itoa(len(content)-1) + "/" + strconv.Itoa(len(content))}); a.status != 200 {
		t.Fatalf("the rest: %d %s", a.status, a.body)
	}
	if a := send("PUT", where, "application/json", content, nil); a.status != 404 {
		t.Errorf("once more: %d %s", a.status, a.body)
	}
	for _, name := range []string{"media.json", "multi.json", "resumed.json"} {
		if got := e.content("uploads-1a2b", name); got != content {
			t.Errorf("%s holds %q", name, got)
		}
		o, err := e.storage().Objects.Get("uploads-1a2b", name).Do()
		if err != nil || o.ContentType != "application/json" {
			t.Errorf("%+v, %v", o, err)
		}
	}
	logged := e.rest("GET", "_emulator/requests", "")
	if bytes.Contains(logged.body, []byte(canary)) {
		t.Error("the request log holds the content of an object")
	}
	if !bytes.Contains(logged.body, []byte("multi.json")) {
		t.Error("the request log doesn't hold the metadata of an upload")
	}
	for _, broken := range []string{"--x\r\n\r\n{}", "no parts", "--x\r\nContent-Type: application/json\r\n\r\n{}\r\n--x--\r\n"} {
		if a := send("POST", at+base+"multipart", `multipart/related; boundary="x"`, broken, nil); a.status != 400 {
			t.Errorf("%q: %d %s", broken, a.status, a.body)
		}
	}
	if a := send("POST", at+base+"media", "text/plain", "x", nil); a.status != 400 {
		t.Errorf("without a name: %d %s", a.status, a.body)
	}
}
