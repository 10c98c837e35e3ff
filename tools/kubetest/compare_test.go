//go:build kubeapiserver

package kubetest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// side is one of the two servers that are asked the same.
type side struct {
	name   string
	base   string
	client *http.Client
	// versions are the last resourceVersion of every object, by address.
	versions map[string]string
	// pages is the token of the last page that isn't the last one.
	page string
}

// answer is a reply by its meaning: each value that it holds, by its path.
type answer map[string]string

// ask sends a request and returns what the reply means. $uid and $page in the
// request stand for the object's uid and the token of the last page.
func (s *side) ask(t *testing.T, step *step) answer {
	t.Helper()
	path, body := step.path, step.body
	if strings.Contains(body, "$uid") {
		body = strings.ReplaceAll(body, "$uid", s.peek(t, path, "uid"))
	}
	if strings.Contains(body, "$version") {
		body = strings.ReplaceAll(body, "$version", s.peek(t, path, "resourceVersion"))
	}
	path = strings.ReplaceAll(path, "$page", s.page)
	status, header, raw := s.send(t, step.method, path, step.contentType, body)
	out := answer{"(http)": fmt.Sprint(status)}
	if status == http.StatusNotImplemented {
		out["body"] = string(raw)
		return out
	}
	kind, _, _ := strings.Cut(header.Get("Content-Type"), ";")
	out["content type"] = kind
	var value map[string]any
	if err := json.Unmarshal(raw, &value); err != nil {
		out["text"] = strings.TrimSpace(string(raw))
		return out
	}
	s.plain(value)
	flatten(out, "", value)
	if value["kind"] == "Status" && value["status"] == "Failure" {
		out["(message)"] = out["message"]
		delete(out, "message")
	}
	return out
}

func (s *side) send(t *testing.T, method, path, contentType, body string) (int, http.Header, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("User-Agent", "comparison/1")
	request.Header.Set("Accept", "application/json")
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, raw
}

// peek reads a field of the metadata of the object that a request is about.
func (s *side) peek(t *testing.T, path, field string) string {
	t.Helper()
	path, _, _ = strings.Cut(path, "?")
	_, _, raw := s.send(t, http.MethodGet, path, "", "")
	var o struct {
		Metadata map[string]any `json:"metadata"`
	}
	if err := json.Unmarshal(raw, &o); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(o.Metadata[field])
}

// plain replaces what differs from server to server by what it means: a version
// by whether it is new, an id or a time by that it is there.
func (s *side) plain(value map[string]any) {
	if items, ok := value["items"].([]any); ok {
		for _, item := range items {
			if o, ok := item.(map[string]any); ok {
				s.plain(o)
			}
		}
	}
	if details, ok := value["details"].(map[string]any); ok {
		if details["uid"] != nil {
			details["uid"] = "an id"
		}
		if causes, ok := details["causes"].([]any); ok {
			// Says only that there may be more to say.
			details["causes"] = slices.DeleteFunc(causes, func(c any) bool {
				cause, ok := c.(map[string]any)
				return ok && cause["field"] == "<nil>"
			})
		}
	}
	meta, ok := value["metadata"].(map[string]any)
	if !ok {
		return
	}
	for _, field := range []string{"uid", "creationTimestamp", "deletionTimestamp"} {
		if meta[field] != nil {
			meta[field] = "there"
		}
	}
	if token, ok := meta["continue"].(string); ok && token != "" {
		s.page, meta["continue"] = token, "a token"
	}
	if version, ok := meta["resourceVersion"].(string); ok {
		key := fmt.Sprint(value["kind"], meta["namespace"], "/", meta["name"])
		old, known := s.versions[key]
		switch {
		case meta["name"] == nil:
			meta["resourceVersion"] = "there"
		case !known:
			meta["resourceVersion"] = "first"
		case old == version:
			meta["resourceVersion"] = "as before"
		default:
			meta["resourceVersion"] = "another"
		}
		s.versions[key] = version
	}
	managed, _ := meta["managedFields"].([]any)
	for _, item := range managed {
		if entry, ok := item.(map[string]any); ok && entry["time"] != nil {
			entry["time"] = "there"
		}
	}
	slices.SortFunc(managed, func(a, b any) int { return bytes.Compare(encode(a), encode(b)) })
}

func encode(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return raw
}

func flatten(out answer, at string, value any) {
	switch value := value.(type) {
	case map[string]any:
		if len(value) == 0 {
			out[at] = "{}"
		}
		for key, v := range value {
			flatten(out, strings.TrimPrefix(at+"/"+key, "/"), v)
		}
	case []any:
		if len(value) == 0 {
			out[at] = "[]"
		}
		for i, v := range value {
			flatten(out, fmt.Sprintf("%s/%d", at, i), v)
		}
	default:
		out[at] = fmt.Sprintf("%v", value)
	}
}

// differences are what two answers don't have in common, but for what begins
// with one of the paths to leave out and for the words of errors.
func differences(emulated, genuine answer, except []string) []string {
	var all []string
	keys := slices.Collect(maps.Keys(emulated))
	for key := range genuine {
		if _, ok := emulated[key]; !ok {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		left, have := emulated[key]
		right, want := genuine[key]
		skip := key == "(message)" || strings.HasPrefix(key, "details/causes/") && strings.HasSuffix(key, "/message") ||
			slices.ContainsFunc(except, func(path string) bool { return key == path || strings.HasPrefix(key, path+"/") })
		if (left != right || have != want) && !skip {
			all = append(all, fmt.Sprintf("%s: emulated %q (%t), real %q (%t)", key, left, have, right, want))
		}
	}
	return all
}
