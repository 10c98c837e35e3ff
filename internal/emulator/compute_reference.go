package emulator

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// computeURL is the part of a link before the project: any host that serves the
// API, also the emulator's own address.
var computeURL = regexp.MustCompile(`^(https?://[^?#]*/|/)?(compute/)?(v1|beta|alpha)/(projects/.*)$`)

// reference resolves a link to an object of a collection, in any of the forms
// that the API takes, to the object's full name. field names it in errors.
func (v computeService) reference(c *computeCall, field, link, scope, collection string) (string, error) {
	name := link
	if found := computeURL.FindStringSubmatch(link); found != nil {
		name = found[4]
	}
	for _, prefix := range []string{"global/", "regions/", "zones/"} {
		if strings.HasPrefix(name, prefix) {
			name = "projects/" + c.project + "/" + name
		}
	}
	// Some clients write projects/P/global/regions/R for a region.
	parts := strings.Split(name, "/")
	ok := len(parts) == 5 && parts[0] == "projects" && parts[2] == "global" && scope == "global" && parts[3] == collection ||
		len(parts) == 6 && parts[0] == "projects" && parts[2] == scope && scope != "global" && parts[4] == collection
	if !ok || slices.Contains(parts, "") {
		return "", computeInvalid(field, link, "The URL is malformed.")
	}
	parts[1] = v.s.canonicalProject(parts[1])
	return strings.Join(parts, "/"), nil
}

// regionReference checks a region that a body names next to the URL's.
func (v computeService) regionReference(c *computeCall, link string) error {
	if link == "" || link == c.region() || strings.HasSuffix(link, "regions/"+c.region()) {
		return nil
	}
	return computeInvalid("resource.region", link, "The region must be that of the request: "+c.region()+".")
}

// unknownKeys returns the first key of a document that the Go type lacks in
// exactly this spelling: encoding/json takes any case, the API does not.
func unknownKeys(value, typed any) string {
	return unknownKey("", value, reflect.TypeOf(typed))
}

func unknownKey(at string, value any, t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch value := value.(type) {
	case map[string]any:
		for _, key := range docKeys(value) {
			var elem reflect.Type
			switch t.Kind() {
			case reflect.Map:
				elem = t.Elem()
			case reflect.Struct:
				if elem = jsonField(t, key); elem == nil {
					return strings.TrimPrefix(at+"."+key, ".")
				}
			default:
				return ""
			}
			if bad := unknownKey(at+"."+key, value[key], elem); bad != "" {
				return bad
			}
		}
	case []any:
		if t.Kind() != reflect.Slice {
			return ""
		}
		for _, item := range value {
			if bad := unknownKey(at, item, t.Elem()); bad != "" {
				return bad
			}
		}
	}
	return ""
}

// nullItem returns the first list of a document that has a null in it.
func nullItem(at string, value any) string {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range docKeys(value) {
			if bad := nullItem(strings.TrimPrefix(at+"."+key, "."), value[key]); bad != "" {
				return bad
			}
		}
	case []any:
		for _, item := range value {
			if item == nil {
				return at
			}
			if bad := nullItem(at, item); bad != "" {
				return bad
			}
		}
	}
	return ""
}

func jsonField(t reflect.Type, key string) reflect.Type {
	for i := range t.NumField() {
		f := t.Field(i)
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name == key && name != "-" {
			return f.Type
		}
	}
	return nil
}

func docKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
