package dash

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// What the console exports holds fields that the API's published definition has
// not. Most are empty and can go; the others are named, so that people know what
// they would lose.

// maxUnknown is how many fields an error names.
const maxUnknown = 5

// defaultFields are the values of unpublished fields that say nothing, as all
// dashboards have them that Google publishes: data is Cloud Monitoring's own, and
// a filter's value is the string that it is.
var defaultFields = map[string]any{"apiSource": "DEFAULT_CLOUD", "valueType": "STRING"}

// stripUnknown drops the unknown fields that say nothing from the JSON of a
// message, and returns the paths of the others. ok is false when nothing was
// unknown, or when the text is no JSON object at all.
func stripUnknown(text string, of protoreflect.MessageDescriptor) (stripped []byte, unknown []string, ok bool) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var object map[string]any
	if decoder.Decode(&object) != nil || decoder.More() {
		return nil, nil, false
	}
	s := stripper{}
	s.message("", object, of)
	if !s.dropped && len(s.unknown) == 0 {
		return nil, nil, false
	}
	if len(s.unknown) > maxUnknown {
		s.unknown = append(s.unknown[:maxUnknown], fmt.Sprintf("and %d more", len(s.unknown)-maxUnknown))
	}
	stripped, err := json.Marshal(object)
	return stripped, s.unknown, err == nil
}

type stripper struct {
	dropped bool
	unknown []string
}

func (s *stripper) message(path string, object map[string]any, of protoreflect.MessageDescriptor) {
	if of.FullName().Parent() == "google.protobuf" {
		return // They have a JSON of their own.
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		value, at := object[key], strings.TrimPrefix(path+"."+key, ".")
		field := of.Fields().ByJSONName(key)
		if field == nil {
			field = of.Fields().ByTextName(key)
		}
		switch {
		case field == nil && saysNothing(key, value):
			delete(object, key)
			s.dropped = true
		case field == nil:
			s.unknown = append(s.unknown, at)
		case field.Message() == nil || field.IsMap():
		default:
			s.value(at, value, field.Message())
		}
	}
}

func (s *stripper) value(path string, value any, of protoreflect.MessageDescriptor) {
	switch v := value.(type) {
	case map[string]any:
		s.message(path, v, of)
	case []any:
		for i, element := range v {
			s.value(fmt.Sprintf("%s[%d]", path, i), element, of)
		}
	}
}

// saysNothing says whether an unknown field can go.
func saysNothing(key string, value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return v == "" || v == defaultFields[key]
	case json.Number:
		return v == "0"
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}
