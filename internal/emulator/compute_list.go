package emulator

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// computeListQuery are the parameters of a list.
var computeListQuery = []string{"filter", "maxResults", "pageToken", "orderBy", "returnPartialSuccess"}

// computePage is the default and the largest size of a page.
const computePage = 500

// list replies a page of a collection in the call's scope.
func (c *computeCall) list(items []computeDoc, collection, object string) (computeDoc, error) {
	id := c.parent() + "/" + collection
	out := computeDoc{"kind": object, "id": id, "selfLink": computeLink(id)}
	page, next, err := c.page(items, id)
	if err != nil {
		return nil, err
	}
	if len(page) > 0 {
		out["items"] = page
	}
	if next != "" {
		out["nextPageToken"] = next
	}
	return out, nil
}

// page filters a list and cuts a page out of it.
func (c *computeCall) page(items []computeDoc, scope string) ([]computeDoc, string, error) {
	if by := c.query.Get("orderBy"); by != "" && by != "name" {
		return nil, "", notModelled("lists of Compute Engine ordered by %q", by)
	}
	matches, err := parseComputeFilter(c.query.Get("filter"))
	if err != nil {
		return nil, "", err
	}
	var found []computeDoc
	for _, item := range items {
		if matches(item) {
			found = append(found, item)
		}
	}
	size := c.query.Get("maxResults")
	query := map[string][]string{"pageSize": {size}, "pageToken": {c.query.Get("pageToken")}}
	if size == "" {
		delete(query, "pageSize")
	}
	return pageOf(found, query, scope+" "+c.query.Get("filter"), computePage, computePage)
}

var computeTerm = regexp.MustCompile(`^\s*\(?\s*([A-Za-z_.]+)\s*(=|!=|:|eq|ne)\s*("[^"]*"|[^\s()"]+)\s*\)?\s*$`)

// parseComputeFilter reads the part of the filter language that clients use:
// comparisons of fields with texts, joined by AND. "eq" and "ne" match regular
// expressions over the whole text, as documented.
func parseComputeFilter(filter string) (func(computeDoc) bool, error) {
	if strings.TrimSpace(filter) == "" {
		return func(computeDoc) bool { return true }, nil
	}
	type term struct {
		path []string
		want func(string) bool
	}
	var terms []term
	for _, part := range regexp.MustCompile(`\)\s+\(|\s+AND\s+`).Split(filter, -1) {
		found := computeTerm.FindStringSubmatch(part)
		if found == nil {
			return nil, notModelled("the filter %q of Compute Engine", filter)
		}
		value := strings.Trim(found[3], `"`)
		var want func(string) bool
		switch op := found[2]; op {
		case "=", "!=":
			if strings.Contains(value, "*") {
				return nil, notModelled("the filter %q of Compute Engine", filter)
			}
			want = func(have string) bool { return (have == value) == (op == "=") }
		case ":":
			if value != "*" {
				return nil, notModelled("the filter %q of Compute Engine", filter)
			}
			want = func(have string) bool { return have != "" }
		default:
			re, err := regexp.Compile("^(?:" + value + ")$")
			if err != nil {
				return nil, computeInvalid("filter", filter, "Invalid list filter expression.")
			}
			want = func(have string) bool { return re.MatchString(have) == (op == "eq") }
		}
		terms = append(terms, term{strings.Split(found[1], "."), want})
	}
	return func(doc computeDoc) bool {
		for _, t := range terms {
			var value any = doc
			for _, key := range t.path {
				object, _ := value.(map[string]any)
				value = object[key]
			}
			have := ""
			if value != nil {
				have = fmt.Sprint(value)
			}
			if !t.want(have) {
				return false
			}
		}
		return true
	}, nil
}

// aggregated replies a list over all scopes, with the warning that empty ones
// carry. items are by scope.
func (c *computeCall) aggregated(items map[string][]computeDoc, scopes []string, collection, object string) (computeDoc, error) {
	matches, err := parseComputeFilter(c.query.Get("filter"))
	if err != nil {
		return nil, err
	}
	if c.query.Get("pageToken") != "" {
		return nil, notModelled("further pages of aggregated lists")
	}
	all, total := computeDoc{}, 0
	for _, scope := range scopes {
		var found []computeDoc
		for _, item := range items[scope] {
			if matches(item) {
				found = append(found, item)
			}
		}
		total += len(found)
		if len(found) > 0 {
			all[scope] = computeDoc{collection: found}
			continue
		}
		all[scope] = computeDoc{"warning": computeDoc{
			"code": "NO_RESULTS_ON_PAGE", "message": "There are no results for scope '" + scope + "' on this page.",
			"data": []computeDoc{{"key": "scope", "value": scope}},
		}}
	}
	if total > computePage {
		return nil, notModelled("aggregated lists of more than %d objects", computePage)
	}
	id := "projects/" + c.project + "/aggregated/" + collection
	return computeDoc{"kind": object, "id": id, "selfLink": computeLink(id), "items": all}, nil
}

// computeJSON turns a Go value into a document.
func computeJSON(v any) (computeDoc, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	doc := computeDoc{}
	return doc, json.Unmarshal(raw, &doc)
}
