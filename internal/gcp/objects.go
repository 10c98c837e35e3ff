package gcp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Objects keeps small objects in one bucket of Cloud Storage, guarded by their
// generation: what a ledger needs. Generation 0 stands for "does not exist".
type Objects struct {
	c      *Client
	bucket string
}

// Objects returns the objects of a bucket. It makes no call.
func (c *Client) Objects(bucket string) *Objects { return &Objects{c: c, bucket: bucket} }

// maxObject bounds what is read of one object, in bytes.
const maxObject = 4 << 20

// Read returns an object's content and generation; [IsNotFound] tells an absent
// object or bucket.
func (o *Objects) Read(ctx context.Context, name string) ([]byte, int64, error) {
	resource := o.resource(name)
	resp, err := o.send(Reading(ctx, "ReadObject", resource), http.MethodGet, "storage/v1/b/"+url.PathEscape(o.bucket)+"/o/"+url.PathEscape(name), url.Values{"alt": {"media"}}, nil)
	if err != nil {
		return nil, 0, NewError("ReadObject", resource, err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxObject+1))
	if err != nil {
		return nil, 0, NewError("ReadObject", resource, err)
	}
	if len(data) > maxObject {
		return nil, 0, NewError("ReadObject", resource, fmt.Errorf("the object is larger than %d bytes", maxObject))
	}
	generation, err := strconv.ParseInt(resp.Header.Get("X-Goog-Generation"), 10, 64)
	if err != nil {
		return nil, 0, NewError("ReadObject", resource, fmt.Errorf("the reply has no generation: %w", err))
	}
	return data, generation, nil
}

// Write replaces the object of the given generation and returns the new one;
// [IsConflict] tells that another stands, which can be one's own write whose
// reply was lost.
func (o *Objects) Write(ctx context.Context, name string, data []byte, ifGeneration int64) (int64, error) {
	resource := o.resource(name)
	query := url.Values{"uploadType": {"media"}, "name": {name}, "ifGenerationMatch": {strconv.FormatInt(ifGeneration, 10)}}
	resp, err := o.send(UnderEtag(WithoutGuard(ctx), "WriteObject", resource), http.MethodPost, "upload/storage/v1/b/"+url.PathEscape(o.bucket)+"/o", query, data)
	if err != nil {
		return 0, NewError("WriteObject", resource, err)
	}
	defer func() { _ = resp.Body.Close() }()
	var made struct {
		Generation int64 `json:"generation,string"`
	}
	if err := decodeJSON(resp.Body, &made); err != nil {
		return 0, NewError("WriteObject", resource, err)
	}
	return made.Generation, nil
}

// Delete deletes the object of the given generation; [IsNotFound] tells that
// there is none.
func (o *Objects) Delete(ctx context.Context, name string, ifGeneration int64) error {
	resource := o.resource(name)
	query := url.Values{"ifGenerationMatch": {strconv.FormatInt(ifGeneration, 10)}}
	resp, err := o.send(UnderEtag(WithoutGuard(ctx), "DeleteObject", resource), http.MethodDelete, "storage/v1/b/"+url.PathEscape(o.bucket)+"/o/"+url.PathEscape(name), query, nil)
	if err != nil {
		return NewError("DeleteObject", resource, err)
	}
	return resp.Body.Close()
}

func (o *Objects) resource(name string) string { return "b/" + o.bucket + "/o/" + name }

// send makes a plain request: the generated client would put uploads under the
// root of the host, which is no place of the emulator's, and it can't delete a
// generation without reading the object first.
func (o *Objects) send(ctx context.Context, method, path string, query url.Values, body []byte) (*http.Response, error) {
	base := strings.TrimSuffix(o.c.endpoints["storage"].rest, basePaths["storage"])
	req, err := http.NewRequestWithContext(ctx, method, base+path+"?"+query.Encode(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return o.c.http.Do(req)
}

func decodeJSON(r io.Reader, v any) error {
	return json.NewDecoder(r).Decode(v)
}
