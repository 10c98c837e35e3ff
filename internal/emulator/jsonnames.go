package emulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// checkNames refuses what encoding/json lets pass and Google's parser does not:
// a name whose case differs, and null in a list.
func checkNames(value any, typ reflect.Type, at string) error {
	for typ != nil && typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ == nil || reflect.PointerTo(typ).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return nil
	}
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			inner, ok := namedType(typ, name)
			if !ok {
				line := fmt.Sprintf("Invalid JSON payload received. Unknown name %q", name)
				if at != "" {
					line += " at '" + at + "'"
				}
				return badRequest([]string{line + ": Cannot find field."}, []string{at})
			}
			if err := checkNames(value[name], inner, strings.TrimPrefix(at+"."+name, ".")); err != nil {
				return err
			}
		}
	case []any:
		if typ.Kind() != reflect.Slice {
			return nil
		}
		for i, item := range value {
			where := fmt.Sprintf("%s[%d]", at, i)
			if item == nil {
				return badRequest([]string{"Invalid value at '" + where + "' (" + typ.Elem().String() + "), null"}, []string{where})
			}
			if err := checkNames(item, typ.Elem(), where); err != nil {
				return err
			}
		}
	}
	return nil
}

// quoteNumbers writes the whole numbers in a value as strings where the type
// spells integers of 64 bits so, and reports whether there were any. Google's
// parser takes both forms: hashicorp/google sends back the id of a zone as a number.
func quoteNumbers(value any, typ reflect.Type) bool {
	for typ != nil && typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ == nil || reflect.PointerTo(typ).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return false
	}
	changed := false
	switch value := value.(type) {
	case map[string]any:
		for name, item := range value {
			if number, ok := item.(json.Number); ok && quotedField(typ, name) && wholeNumber.MatchString(number.String()) {
				value[name], changed = number.String(), true
				continue
			}
			if inner, ok := namedType(typ, name); ok && quoteNumbers(item, inner) {
				changed = true
			}
		}
	case []any:
		if typ.Kind() != reflect.Slice {
			return false
		}
		for _, item := range value {
			if quoteNumbers(item, typ.Elem()) {
				changed = true
			}
		}
	}
	return changed
}

var wholeNumber = regexp.MustCompile(`^-?[0-9]+$`)

// quotedField tells whether a struct's field of a JSON name is a number in a string.
func quotedField(typ reflect.Type, name string) bool {
	if typ.Kind() != reflect.Struct {
		return false
	}
	for i := range typ.NumField() {
		if tag, options, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ","); tag == name {
			return slices.Contains(strings.Split(options, ","), "string")
		}
	}
	return false
}

// namedType returns the type that a name stands for in a struct or a map. What
// is neither takes any name: encoding/json has looked at it.
func namedType(typ reflect.Type, name string) (reflect.Type, bool) {
	switch typ.Kind() {
	case reflect.Map:
		return typ.Elem(), true
	case reflect.Struct:
		for i := range typ.NumField() {
			f := typ.Field(i)
			tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch {
			case f.Anonymous && tag == "":
				embedded := f.Type
				if embedded.Kind() == reflect.Pointer {
					embedded = embedded.Elem()
				}
				if inner, ok := namedType(embedded, name); ok && embedded.Kind() == reflect.Struct {
					return inner, true
				}
			case tag == name && tag != "-", tag == "" && f.Name == name:
				return f.Type, true
			}
		}
		return nil, false
	default:
		return nil, true
	}
}
