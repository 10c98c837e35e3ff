package emulator

import "maps"

// mergePatch applies a JSON merge patch (RFC 7396), which is how the older APIs
// take a PATCH: null removes, an object is merged, anything else replaces.
// Neither argument is changed.
func mergePatch(target, patch map[string]any) map[string]any {
	out := maps.Clone(target)
	if out == nil {
		out = map[string]any{}
	}
	for key, value := range patch {
		switch value := value.(type) {
		case nil:
			delete(out, key)
		case map[string]any:
			have, _ := out[key].(map[string]any)
			out[key] = mergePatch(have, value)
		default:
			out[key] = value
		}
	}
	return out
}
