package policy

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Values are the settings of an environment by path, each of its setting's
// kind: bool, string, int64, float64 or a sorted []string.
type Values map[string]any

// value returns the value at a path. That there is none, or one of another
// kind, is a bug of the caller.
func value[T any](v Values, path string) T {
	typed, ok := v[path].(T)
	if !ok {
		panic(fmt.Sprintf("policy: %q is no setting of type %T, but %v", path, typed, v[path]))
	}
	return typed
}

// Bool is the flag at a path. It panics on a path that isn't one of a flag.
func (v Values) Bool(path string) bool { return value[bool](v, path) }

// String is the text at a path. It panics on a path that isn't one of a text.
func (v Values) String(path string) string { return value[string](v, path) }

// Int is the whole number at a path. It panics on a path that isn't one of a
// whole number.
func (v Values) Int(path string) int64 { return value[int64](v, path) }

// Float is the number at a path. It panics on a path that isn't one of a
// number with a fraction.
func (v Values) Float(path string) float64 { return value[float64](v, path) }

// Strings is the set at a path, sorted, for the caller to keep. It panics on a
// path that isn't one of a set.
func (v Values) Strings(path string) []string { return slices.Clone(value[[]string](v, path)) }

// Clone copies the values.
func (v Values) Clone() Values {
	made := maps.Clone(v)
	for path, value := range made {
		if set, ok := value.([]string); ok {
			made[path] = slices.Clone(set)
		}
	}
	return made
}

// accept brings a value into the form that Values have, or says in a few words
// why the setting can't take it.
func (s Setting) accept(given any) (accepted any, problem string) {
	switch s.Kind {
	case Bool:
		if flag, ok := given.(bool); ok {
			return flag, ""
		}
	case String:
		if text, ok := given.(string); ok {
			return text, s.unlisted(text)
		}
	case Int:
		switch typed := given.(type) {
		case int:
			return int64(typed), s.outside(float64(typed))
		case int64:
			return typed, s.outside(float64(typed))
		}
	case Float:
		if typed, ok := given.(float64); ok {
			return typed, s.outside(typed)
		}
	case Strings:
		if set, ok := given.([]string); ok {
			sorted := slices.Compact(slices.Sorted(slices.Values(set)))
			if sorted == nil {
				sorted = []string{}
			}
			return sorted, s.unlisted(sorted...)
		}
	}
	return nil, "takes a " + s.Kind.String()
}

// unlisted says which options there are when one of those given isn't.
func (s Setting) unlisted(given ...string) string {
	for _, option := range given {
		if len(s.Options) > 0 && s.rank(option) < 0 {
			return "takes " + strings.Join(s.Allowed(), ", ")
		}
	}
	return ""
}

// outside says what the bounds are when a number isn't within them.
func (s Setting) outside(given float64) string {
	if math.IsNaN(given) {
		return "takes a number"
	}
	if s.Bounds == nil || (given >= s.Bounds.Min && given <= s.Bounds.Max) || (s.Bounds.Zero && given == 0) {
		return ""
	}
	zero := ""
	if s.Bounds.Zero {
		zero = "0, or "
	}
	return fmt.Sprintf("takes %s%v to %v", zero, s.Bounds.Min, s.Bounds.Max)
}
