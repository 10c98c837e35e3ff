package tfkit

import (
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Path turns attribute names and list indexes into a framework path.
func Path(steps []any) path.Path {
	p := path.Empty()
	for _, step := range steps {
		switch typed := step.(type) {
		case string:
			p = p.AtName(typed)
		case int:
			p = p.AtListIndex(typed)
		}
	}
	return p
}

// KnownAt reports whether the value at steps and all that it holds is known.
// Steps that lead nowhere end at the deepest value there is: an error about a
// missing child of an unknown object is thus told apart from one of a known
// object.
func KnownAt(raw tftypes.Value, steps []any) bool {
	current := raw
	for _, step := range steps {
		if !current.IsKnown() {
			return false
		}
		if current.IsNull() {
			return true
		}
		next, ok := child(current, step)
		if !ok {
			break
		}
		current = next
	}
	return current.IsFullyKnown()
}

func child(v tftypes.Value, step any) (tftypes.Value, bool) {
	switch typed := step.(type) {
	case string:
		members := map[string]tftypes.Value{}
		if v.As(&members) != nil {
			return tftypes.Value{}, false
		}
		member, ok := members[typed]
		return member, ok
	case int:
		var items []tftypes.Value
		if v.As(&items) != nil || typed < 0 || typed >= len(items) {
			return tftypes.Value{}, false
		}
		return items[typed], true
	default:
		return tftypes.Value{}, false
	}
}
