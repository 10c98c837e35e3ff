package emulator

import (
	"encoding/json"
	"reflect"
	"strings"
)

// fieldTree is what the parameter "fields" selects: names with what is selected
// below them, nil for all of it.
type fieldTree map[string]fieldTree

// partialReply leaves of a reply what the parameter "fields" selects, and all of it
// without one. A route whose handler uses it lists "fields" in its query. The
// reply is a pointer to a Go type of the API, which says what can be selected.
func partialReply(r *restRequest, reply any) (any, error) {
	text := r.query.Get("fields")
	if text == "" {
		return reply, nil
	}
	tree, rest, ok := parseFields(text)
	if !ok || rest != "" {
		return nil, badFields(text)
	}
	if bad := tree.missing(reflect.TypeOf(reply), ""); bad != "" {
		return nil, badFields(bad)
	}
	raw, err := json.Marshal(reply)
	if err != nil {
		return nil, err
	}
	value, err := parseJSON(raw)
	if err != nil {
		return nil, err
	}
	return tree.of(value), nil
}

func badFields(path string) error {
	return badRequest([]string{"Error expanding 'fields' parameter. Cannot find matching fields for path '" + path + "'."}, []string{path})
}

// parseFields reads the form a,b/c,d(e,f) up to its end or a closing bracket, and
// returns what it left.
func parseFields(text string) (tree fieldTree, rest string, ok bool) {
	tree = fieldTree{}
	for {
		end := strings.IndexAny(text+",", ",/()")
		name := text[:end]
		if name == "" {
			return nil, text, false
		}
		var below fieldTree
		switch text = text[end:]; {
		case strings.HasPrefix(text, "/"):
			// What follows a slash is one name, however deep.
			if below, text, ok = parsePath(text[1:]); !ok {
				return nil, text, false
			}
		case strings.HasPrefix(text, "("):
			if below, text, ok = parseFields(text[1:]); !ok || !strings.HasPrefix(text, ")") {
				return nil, text, false
			}
			text = text[1:]
		}
		tree.add(name, below)
		if !strings.HasPrefix(text, ",") {
			return tree, text, true
		}
		text = text[1:]
	}
}

// parsePath reads what follows a slash, up to the next comma or bracket.
func parsePath(text string) (tree fieldTree, rest string, ok bool) {
	depth := 0
	for end, c := range text {
		switch {
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case c == ')' || c == ',' && depth == 0:
			tree, rest, ok = parseFields(text[:end])
			return tree, rest + text[end:], ok && rest == ""
		}
	}
	return parseFields(text)
}

// add selects a name, with what was selected of it before.
func (t fieldTree) add(name string, below fieldTree) {
	have, ok := t[name]
	switch {
	case !ok:
		t[name] = below
	case have == nil || below == nil:
		t[name] = nil
	default:
		for inner, tree := range below {
			have.add(inner, tree)
		}
	}
}

// missing returns the first path that the type doesn't have.
func (t fieldTree) missing(typ reflect.Type, at string) string {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	for _, name := range docKeys(t) {
		path := strings.TrimPrefix(at+"/"+name, "/")
		var inner reflect.Type
		if typ.Kind() == reflect.Struct {
			inner = jsonField(typ, name)
		} else if typ.Kind() == reflect.Map {
			inner = typ.Elem()
		}
		if name == "*" && t[name] == nil {
			continue
		}
		if inner == nil {
			return path
		}
		if bad := t[name].missing(inner, path); bad != "" {
			return bad
		}
	}
	return ""
}

// of returns the selected part of a value.
func (t fieldTree) of(value any) any {
	if _, all := t["*"]; t == nil || all {
		return value
	}
	switch value := value.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, item := range value {
			if below, ok := t[name]; ok {
				out[name] = below.of(item)
			}
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, item := range value {
			out[i] = t.of(item)
		}
		return out
	}
	return value
}
