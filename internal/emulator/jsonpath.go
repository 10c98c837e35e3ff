package emulator

import (
	"reflect"
	"strings"
)

// copyField returns a document with the field of a mask's path taken from
// another one, and removed where that has none. The path may go into objects, in
// either spelling: budgetFilter.projects or budget_filter.projects. typ is the
// Go type of the document, by which a path that names nothing is refused.
func copyField(doc, from map[string]any, path string, typ reflect.Type) (map[string]any, error) {
	names, ok := jsonNames(strings.Split(strings.TrimSpace(path), "."), typ)
	if !ok {
		return nil, invalid("Field update_mask had an invalid value of %q: The path does not name a field.", path)
	}
	return copyNames(doc, from, names), nil
}

func copyNames(doc, from map[string]any, names []string) map[string]any {
	out := mergePatch(doc, nil)
	if len(names) == 1 {
		if value, ok := from[names[0]]; ok && value != nil {
			out[names[0]] = value
		} else {
			delete(out, names[0])
		}
		return out
	}
	have, _ := out[names[0]].(map[string]any)
	sent, _ := from[names[0]].(map[string]any)
	out[names[0]] = copyNames(have, sent, names[1:])
	return out
}

// jsonNames spells a path as the JSON of a type does. What lies below a map is a
// key of it.
func jsonNames(parts []string, typ reflect.Type) ([]string, bool) {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ.Kind() == reflect.Map {
		return parts, len(parts) == 1
	}
	if typ.Kind() != reflect.Struct {
		return nil, false
	}
	for i := range typ.NumField() {
		name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		if name == "-" || name == "" || flatName(name) != flatName(parts[0]) {
			continue
		}
		if len(parts) == 1 {
			return []string{name}, true
		}
		rest, ok := jsonNames(parts[1:], typ.Field(i).Type)
		return append([]string{name}, rest...), ok
	}
	return nil, false
}
