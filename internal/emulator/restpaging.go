package emulator

import (
	"net/url"
	"strconv"
)

// pageOf cuts one page out of a list, by the pageSize and pageToken parameters
// of a REST call. scope names the query, so that a token of another one is
// refused. A size of 0 means standard; one above most means most.
func pageOf[T any](items []T, query url.Values, scope string, standard, most int) ([]T, string, error) {
	size := 0
	if v := query.Get("pageSize"); v != "" {
		n, err := strconv.ParseInt(v, 10, 32)
		if err != nil {
			return nil, "", invalid("Invalid value at 'page_size' (TYPE_INT32), %q", v)
		}
		size = int(n)
	}
	return pageOfSize(items, int32(size), query.Get("pageToken"), scope, standard, most)
}

// pageOfSize is pageOf for a size and a token that a message holds. It is for
// lists that are computed; stored objects page by list.
func pageOfSize[T any](items []T, asked int32, token, scope string, standard, most int) ([]T, string, error) {
	size, err := pageSize(asked, standard, most)
	if err != nil {
		return nil, "", err
	}
	start := 0
	if token != "" {
		t, err := decodePageToken(token, fingerprint(scope))
		if err != nil {
			return nil, "", err
		}
		start = min(t.Offset, len(items))
	}
	end := min(start+size, len(items))
	next := ""
	if end < len(items) {
		next = encodePageToken(pageToken{Query: fingerprint(scope), Offset: end})
	}
	return items[start:end], next, nil
}
