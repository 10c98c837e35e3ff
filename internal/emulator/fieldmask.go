package emulator

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// applyMask returns stored with the fields of the mask taken from sent, or all
// of sent without a mask. A path may go into messages and name a key of a map,
// as in "documentation.content" and "user_labels.team"; one that names nothing
// is a 400.
func applyMask[M proto.Message](stored, sent M, paths []string) (M, error) {
	if len(paths) == 0 || len(paths) == 1 && paths[0] == "*" {
		return proto.CloneOf(sent), nil
	}
	out := proto.CloneOf(stored)
	for _, path := range paths {
		if err := copyPath(out.ProtoReflect(), sent.ProtoReflect(), strings.Split(path, ".")); err != nil {
			return out, invalid("Field update_mask had an invalid value of %q: %v", path, err)
		}
	}
	return out, nil
}

func copyPath(to, from protoreflect.Message, parts []string) error {
	md := to.Descriptor()
	f := fieldByAnyName(md, parts[0])
	if f == nil {
		f = fieldByAnyName(md, parts[0]+"s") // the reference writes user_label.nameofkey too
	}
	if f == nil {
		return fmt.Errorf("%s has no field %q", md.Name(), parts[0])
	}
	rest := parts[1:]
	switch {
	case len(rest) == 0:
		if from.Has(f) {
			to.Set(f, cloneValue(from, f))
		} else {
			to.Clear(f)
		}
		return nil
	case f.IsMap():
		key := protoreflect.ValueOfString(strings.Join(rest, ".")).MapKey()
		if f.MapKey().Kind() != protoreflect.StringKind {
			return fmt.Errorf("the keys of %q are no strings", parts[0])
		}
		if value := from.Get(f).Map(); value.Has(key) {
			to.Mutable(f).Map().Set(key, value.Get(key))
		} else if to.Has(f) {
			to.Mutable(f).Map().Clear(key)
		}
		return nil
	case f.IsList():
		return fmt.Errorf("%q is repeated and can only be replaced as a whole", parts[0])
	case f.Kind() != protoreflect.MessageKind || isSpecialJSON(f.Message()):
		return fmt.Errorf("%q has no fields", parts[0])
	}
	if !from.Has(f) && !to.Has(f) {
		return checkPath(f.Message(), rest)
	}
	return copyPath(to.Mutable(f).Message(), from.Get(f).Message(), rest)
}

// checkPath checks a path below a message that neither side has.
func checkPath(md protoreflect.MessageDescriptor, parts []string) error {
	f := fieldByAnyName(md, parts[0])
	switch {
	case f == nil:
		return fmt.Errorf("%s has no field %q", md.Name(), parts[0])
	case len(parts) == 1 || f.IsMap():
		return nil
	case f.IsList():
		return fmt.Errorf("%q is repeated and can only be replaced as a whole", parts[0])
	case f.Kind() != protoreflect.MessageKind || isSpecialJSON(f.Message()):
		return fmt.Errorf("%q has no fields", parts[0])
	}
	return checkPath(f.Message(), parts[1:])
}

// cloneValue copies a field out of a message, so that the two share nothing.
func cloneValue(m protoreflect.Message, f protoreflect.FieldDescriptor) protoreflect.Value {
	copied := m.New()
	copied.Set(f, m.Get(f))
	return proto.CloneOf(copied.Interface()).ProtoReflect().Get(f)
}
