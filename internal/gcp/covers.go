package gcp

import (
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// covers reports whether standing has every value that wanted sets: the
// service fills in fields of its own beside them. The fields named in except,
// of the outermost message, don't count. Lists are compared in order, so a
// service that re-orders one makes this false, never true.
func covers[T proto.Message](standing, wanted T, except ...string) bool {
	return coversMessage(standing.ProtoReflect(), wanted.ProtoReflect(), except)
}

func coversMessage(standing, wanted protoreflect.Message, except []string) bool {
	same := true
	wanted.Range(func(field protoreflect.FieldDescriptor, want protoreflect.Value) bool {
		if slices.Contains(except, string(field.Name())) {
			return true
		}
		same = standing.Has(field) && coversField(field, standing.Get(field), want)
		return same
	})
	return same
}

func coversField(field protoreflect.FieldDescriptor, standing, want protoreflect.Value) bool {
	switch {
	case field.IsList():
		a, b := standing.List(), want.List()
		if a.Len() != b.Len() {
			return false
		}
		for i := range b.Len() {
			if !coversValue(field, a.Get(i), b.Get(i)) {
				return false
			}
		}
		return true
	case field.IsMap():
		a, b := standing.Map(), want.Map()
		same := a.Len() == b.Len()
		b.Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
			same = same && a.Has(key) && coversValue(field.MapValue(), a.Get(key), value)
			return same
		})
		return same
	default:
		return coversValue(field, standing, want)
	}
}

func coversValue(field protoreflect.FieldDescriptor, standing, want protoreflect.Value) bool {
	if field.Message() != nil {
		return coversMessage(standing.Message(), want.Message(), nil)
	}
	return standing.Equal(want)
}
