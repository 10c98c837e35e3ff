package emulator

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// matcher tells whether an object satisfies a filter.
type matcher func(m proto.Message) bool

// compileFilter checks a filter against a message type. The language is that of
// https://cloud.google.com/monitoring/api/v3/sorting-and-filtering.
func compileFilter(text string, md protoreflect.MessageDescriptor) (matcher, error) {
	if strings.TrimSpace(text) == "" {
		return func(proto.Message) bool { return true }, nil
	}
	node, err := parseFilter(text)
	if err == nil {
		var m matcher
		if m, err = compileNode(node, md); err == nil {
			return m, nil
		}
	}
	return nil, invalid("Field filter had an invalid value of %q: %v", text, err)
}

func compileNode(node filterNode, md protoreflect.MessageDescriptor) (matcher, error) {
	switch n := node.(type) {
	case filterAnd:
		subs, err := compileAll(n, md)
		return func(m proto.Message) bool {
			return !slices.ContainsFunc(subs, func(s matcher) bool { return !s(m) })
		}, err
	case filterOr:
		subs, err := compileAll(n, md)
		return func(m proto.Message) bool {
			return slices.ContainsFunc(subs, func(s matcher) bool { return s(m) })
		}, err
	case filterNot:
		sub, err := compileNode(n.node, md)
		return func(m proto.Message) bool { return !sub(m) }, err
	case filterTerm:
		return compileTerm(n, md)
	}
	return nil, fmt.Errorf("unexpected expression %T", node)
}

func compileAll(nodes []filterNode, md protoreflect.MessageDescriptor) ([]matcher, error) {
	out := make([]matcher, 0, len(nodes))
	for _, n := range nodes {
		m, err := compileNode(n, md)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

func compileTerm(t filterTerm, md protoreflect.MessageDescriptor) (matcher, error) {
	if choice := choiceOf(t.path, md); choice != nil {
		return compileChoice(t, choice)
	}
	path, err := resolvePath(t.path, md)
	if err != nil {
		return nil, err
	}
	test, err := valueTest(t)
	if err != nil {
		return nil, err
	}
	return func(m proto.Message) bool {
		values := path.values(m.ProtoReflect())
		hit := slices.ContainsFunc(values, test)
		if t.op == "!=" {
			return !hit
		}
		return hit
	}, nil
}

// choiceOf returns the oneof that a path such as identifier_case asks about.
func choiceOf(path string, md protoreflect.MessageDescriptor) protoreflect.OneofDescriptor {
	name, ok := strings.CutSuffix(path, "_case")
	if !ok {
		return nil
	}
	return md.Oneofs().ByName(protoreflect.Name(name))
}

// compileChoice compares the name of the field that is set in a oneof, in upper
// case: identifier_case = "CUSTOM".
func compileChoice(t filterTerm, choice protoreflect.OneofDescriptor) (matcher, error) {
	test, err := valueTest(t)
	if err != nil {
		return nil, err
	}
	return func(m proto.Message) bool {
		set := ""
		if f := m.ProtoReflect().WhichOneof(choice); f != nil {
			set = strings.ToUpper(string(f.Name()))
		}
		return test(set) != (t.op == "!=")
	}, nil
}

// valueTest returns the comparison with one value of the object. For != it is
// the comparison for equality, which compileTerm negates over all values.
func valueTest(t filterTerm) (func(string) bool, error) {
	if t.fn != "" {
		return functionTest(t)
	}
	want := t.values[0].text
	switch t.op {
	case "=", "!=":
		return func(got string) bool { return got == want }, nil
	case ":":
		if want == "*" {
			return func(got string) bool { return got != "" }, nil
		}
		return func(got string) bool { return strings.Contains(strings.ToLower(got), strings.ToLower(want)) }, nil
	case "<", "<=", ">", ">=":
		return func(got string) bool {
			c := compareText(got, want)
			switch t.op {
			case "<":
				return c < 0
			case "<=":
				return c <= 0
			case ">":
				return c > 0
			}
			return c >= 0
		}, nil
	}
	return nil, fmt.Errorf("the operator %q is not supported", t.op)
}

func functionTest(t filterTerm) (func(string) bool, error) {
	if t.op != "=" && t.op != "!=" {
		return nil, fmt.Errorf("the function %s goes with = or !=", t.fn)
	}
	if len(t.values) == 0 {
		return nil, fmt.Errorf("the function %s needs an argument", t.fn)
	}
	want := t.values[0].text
	switch t.fn {
	case "starts_with":
		return func(got string) bool { return strings.HasPrefix(got, want) }, nil
	case "ends_with":
		return func(got string) bool { return strings.HasSuffix(got, want) }, nil
	case "has_substring":
		if len(t.values) > 1 && t.values[1].text == "true" {
			return func(got string) bool { return strings.Contains(strings.ToLower(got), strings.ToLower(want)) }, nil
		}
		return func(got string) bool { return strings.Contains(got, want) }, nil
	case "one_of":
		return func(got string) bool {
			return slices.ContainsFunc(t.values, func(v filterValue) bool { return v.text == got })
		}, nil
	case "monitoring.regex.full_match":
		re, err := regexp.Compile("^(?:" + want + ")$")
		if err != nil {
			return nil, fmt.Errorf("the regular expression is invalid: %w", err)
		}
		return re.MatchString, nil
	}
	return nil, fmt.Errorf("there is no function %q", t.fn)
}

// compareText orders numbers and timestamps by value and anything else as text.
func compareText(a, b string) int {
	if x, err := strconv.ParseFloat(a, 64); err == nil {
		if y, err := strconv.ParseFloat(b, 64); err == nil {
			return cmp.Compare(x, y)
		}
	}
	if x, err := time.Parse(time.RFC3339Nano, a); err == nil {
		if y, err := time.Parse(time.RFC3339Nano, b); err == nil {
			return x.Compare(y)
		}
	}
	return strings.Compare(a, b)
}

// valuePath leads from a message to values: fields, and at its end perhaps the
// key of a map.
type valuePath struct {
	fields []protoreflect.FieldDescriptor
	key    string
}

// resolvePath finds a dotted path in a message type. A field may be named in
// the singular, since the reference writes both user_labels and user_label.
func resolvePath(path string, md protoreflect.MessageDescriptor) (valuePath, error) {
	var out valuePath
	parts := strings.Split(path, ".")
	for i, part := range parts {
		if md == nil {
			return out, fmt.Errorf("there is no field %q", path)
		}
		f := fieldByAnyName(md, part)
		if f == nil {
			f = fieldByAnyName(md, part+"s")
		}
		if f == nil {
			return out, fmt.Errorf("there is no field %q", path)
		}
		out.fields = append(out.fields, f)
		md = nil
		if f.IsMap() {
			out.key = strings.Join(parts[i+1:], ".")
			return out, nil
		}
		if f.Kind() == protoreflect.MessageKind && !isSpecialJSON(f.Message()) {
			md = f.Message()
		}
	}
	if md != nil {
		return out, fmt.Errorf("the field %q is an object: name a field of it", path)
	}
	return out, nil
}

// values returns what lies at the path as text; a repeated field yields each of
// its values, a map without a key yields its keys.
func (p valuePath) values(m protoreflect.Message) []string {
	at := []protoreflect.Message{m}
	for i, f := range p.fields {
		last := i == len(p.fields)-1
		var next []protoreflect.Message
		var out []string
		for _, m := range at {
			switch {
			case f.IsMap():
				out = append(out, mapValues(m.Get(f).Map(), p.key)...)
			case f.IsList():
				list := m.Get(f).List()
				for j := range list.Len() {
					if last {
						out = append(out, scalarText(f, list.Get(j)))
					} else {
						next = append(next, list.Get(j).Message())
					}
				}
			case last:
				if !f.HasPresence() || m.Has(f) {
					out = append(out, scalarText(f, m.Get(f)))
				}
			case m.Has(f):
				next = append(next, m.Get(f).Message())
			}
		}
		if last {
			return out
		}
		at = next
	}
	return nil
}

func mapValues(m protoreflect.Map, key string) []string {
	var out []string
	m.Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
		switch {
		case key == "":
			out = append(out, k.String())
		case key == k.String():
			out = append(out, v.String())
		}
		return true
	})
	slices.Sort(out)
	return out
}

func scalarText(f protoreflect.FieldDescriptor, v protoreflect.Value) string {
	switch f.Kind() {
	case protoreflect.EnumKind:
		if e := f.Enum().Values().ByNumber(v.Enum()); e != nil {
			return string(e.Name())
		}
		return strconv.Itoa(int(v.Enum()))
	case protoreflect.MessageKind:
		raw, err := encode(v.Message().Interface())
		if err != nil {
			return ""
		}
		return strings.Trim(string(raw), `"`)
	default:
		return v.String()
	}
}
