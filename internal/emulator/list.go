package emulator

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// listQuery is what a List call asks for.
type listQuery struct {
	kind, parent string
	// within narrows the list to names with a prefix, for a parent with a "-".
	within    string
	filter    string
	orderBy   string
	pageSize  int32
	pageToken string
	// defaultSize is used for a page size of 0; larger ones than maxSize are
	// cut to it, as https://google.aip.dev/158 wants.
	defaultSize, maxSize int
}

// listPage is one page of a List call's answer.
type listPage[M proto.Message] struct {
	items []M
	next  string
	// total counts the matches on all pages.
	total int
}

// listed is an object with its place in the order of creation.
type listed[M proto.Message] struct {
	value    M
	sequence uint64
}

// list filters, orders and pages the objects of a kind; fresh makes an empty one.
func list[M proto.Message](s *Server, q listQuery, fresh func() M) (listPage[M], error) {
	var page listPage[M]
	md := fresh().ProtoReflect().Descriptor()
	matches, err := compileFilter(q.filter, md)
	if err != nil {
		return page, err
	}
	order, err := compileOrder(q.orderBy, md)
	if err != nil {
		return page, err
	}
	var found []listed[M]
	for _, e := range s.store.List(q.kind, q.parent) {
		if !strings.HasPrefix(e.Name, q.within) {
			continue
		}
		value := fresh()
		if err := decode(e.Value, value); err != nil {
			return page, err
		}
		if matches(value) {
			found = append(found, listed[M]{value: value, sequence: e.Sequence})
		}
	}
	if order != nil {
		slices.SortStableFunc(found, func(a, b listed[M]) int { return order(a.value, b.value) })
	}
	page.total = len(found)
	start, end, err := pageBounds(found, q, order != nil)
	if err != nil {
		return page, err
	}
	for _, l := range found[start:end] {
		page.items = append(page.items, l.value)
	}
	if end < len(found) {
		page.next = encodePageToken(pageToken{Query: q.fingerprint(), Offset: end, After: found[end-1].sequence})
	}
	return page, nil
}

// pageBounds returns which of the matches are on the page. Without an order of
// the caller's the token goes by creation, so that nothing is shown twice or
// left out when objects come and go between two pages.
func pageBounds[M proto.Message](found []listed[M], q listQuery, ordered bool) (start, end int, err error) {
	size, err := pageSize(q.pageSize, q.defaultSize, q.maxSize)
	if err != nil {
		return 0, 0, err
	}
	if q.pageToken != "" {
		token, err := decodePageToken(q.pageToken, q.fingerprint())
		if err != nil {
			return 0, 0, err
		}
		start = min(token.Offset, len(found))
		if !ordered {
			start, _ = slices.BinarySearchFunc(found, token.After+1, func(l listed[M], after uint64) int {
				return cmp.Compare(l.sequence, after)
			})
		}
	}
	return start, min(start+size, len(found)), nil
}

func pageSize(asked int32, byDefault, most int) (int, error) {
	switch {
	case asked < 0:
		return 0, invalid("Field page_size had an invalid value of \"%d\": Must not be negative.", asked)
	case asked == 0:
		return byDefault, nil
	}
	return min(int(asked), most), nil
}

// fingerprint binds a page token to its query; the page size may change.
func (q listQuery) fingerprint() string {
	return fingerprint(q.kind, q.parent+q.within, q.filter, q.orderBy)
}

func fingerprint(parts ...string) string {
	h := fnv.New64a()
	for _, part := range parts {
		_, _ = fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return fmt.Sprintf("%x", h.Sum64())
}

type pageToken struct {
	Query  string `json:"q"`
	Offset int    `json:"o"`
	After  uint64 `json:"a"`
}

func encodePageToken(t pageToken) string {
	raw, err := json.Marshal(t)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

func decodePageToken(text, query string) (pageToken, error) {
	var t pageToken
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, &t)
	}
	if err != nil || t.Query != query || t.Offset < 0 {
		return t, invalid("Field page_token had an invalid value of %q: The token is not one that this query returned.", text)
	}
	return t, nil
}

// compileOrder reads an order_by list; nil means none was given.
func compileOrder(text string, md protoreflect.MessageDescriptor) (func(a, b proto.Message) int, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil //nolint:nilnil // no order is a valid answer
	}
	type key struct {
		path valuePath
		sign int
	}
	var keys []key
	for _, part := range strings.Split(text, ",") {
		name, sign := strings.TrimSpace(part), 1
		if rest, ok := strings.CutPrefix(name, "-"); ok {
			name, sign = rest, -1
		}
		path, err := resolvePath(name, md)
		if err != nil {
			return nil, invalid("Field order_by had an invalid value of %q: %v", text, err)
		}
		keys = append(keys, key{path: path, sign: sign})
	}
	return func(a, b proto.Message) int {
		for _, k := range keys {
			x := strings.Join(k.path.values(a.ProtoReflect()), "\x00")
			y := strings.Join(k.path.values(b.ProtoReflect()), "\x00")
			if c := compareText(x, y); c != 0 {
				return c * k.sign
			}
		}
		return 0
	}, nil
}
